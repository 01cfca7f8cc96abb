package friction

import "github.com/rankle/rankle/replay"

// paces holds what is known of every key of one session. A session changes the same few things over and over, so that
// each change finds its pace once and remembers it.
type paces struct {
	byKey  map[uint64]*pace
	attrs  map[string]uint32 // numbers of attribute names
	recent [4]string         // the latest names, by number, so that most are found without looking
	latest [4]uint32
	block  []pace  // where the next ones come from
	all    []*pace // in order of first sight
	of     []*pace // of every change of every mutation that was seen
	first  []int32 // where those of a mutation begin in of, -1 = it was not seen
	unseen pace
}

func newPaces(s *replay.Session) *paces {
	changes := 0
	for i := range s.Mutations {
		changes += len(s.Mutations[i].Changes)
	}
	p := &paces{byKey: make(map[uint64]*pace, min(changes/4, 64)), attrs: make(map[string]uint32), of: make([]*pace, 0, changes),
		first: make([]int32, len(s.Mutations))}
	for i := range p.first {
		p.first[i] = -1
	}
	return p
}

// packed joins a key to a number: 32 bits of node, 19 of attribute, 6 of size and 7 of kind. All attributes beyond half a
// million are taken for one; no page has so many.
func (ps *paces) packed(k changeKey) uint64 {
	const mostAttrs = 1<<19 - 1
	attr := uint64(min(ps.attr(k.attr), mostAttrs))
	return uint64(uint32(k.node))<<32 | attr<<13 | uint64(k.size&63)<<7 | uint64(k.kind&127)
}

// attr numbers an attribute name, from 1; no name is 0.
func (ps *paces) attr(name string) uint32 {
	if name == "" {
		return 0
	}
	for i := range ps.recent {
		if ps.recent[i] == name {
			return ps.latest[i]
		}
	}
	n, ok := ps.attrs[name]
	if !ok {
		n = uint32(len(ps.attrs)) + 1
		ps.attrs[name] = n
	}
	slot := n % uint32(len(ps.recent))
	ps.recent[slot], ps.latest[slot] = name, n
	return n
}

// get returns the pace of a key, nil if nothing of it was seen.
func (ps *paces) get(k changeKey) *pace { return ps.byKey[ps.packed(k)] }

// open returns the pace of a key, a new one if nothing of it was seen.
func (ps *paces) open(k changeKey, window uint16) *pace {
	key := ps.packed(k)
	p := ps.byKey[key]
	if p == nil {
		if len(ps.block) == cap(ps.block) {
			ps.block = make([]pace, 0, min(8+cap(ps.block), 256))
		}
		ps.block = append(ps.block, pace{window: window})
		p = &ps.block[len(ps.block)-1]
		ps.byKey[key] = p
		ps.all = append(ps.all, p)
	}
	return p
}

// see counts the changes of a mutation and remembers their paces.
func (ps *paces) see(s *replay.Session, mutation int32, o occasion) {
	m := &s.Mutations[mutation]
	known := ps.first[mutation] >= 0 // the same batch at another moment
	if !known {
		ps.first[mutation] = int32(len(ps.of))
	}
	for i := range m.Changes {
		var p *pace
		if known {
			p = ps.change(mutation, i)
		} else {
			p = ps.open(keyOf(&m.Changes[i]), o.window)
			ps.of = append(ps.of, p)
		}
		p.see(o)
	}
}

// change returns the pace of a change of a mutation, one that knows nothing if that was not seen.
func (ps *paces) change(mutation int32, i int) *pace {
	if first := ps.first[mutation]; first >= 0 {
		return ps.of[int(first)+i]
	}
	return &ps.unseen
}
