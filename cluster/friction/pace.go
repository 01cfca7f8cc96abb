package friction

import "github.com/rankle/rankle/replay"

// paces holds what is known of every key of one session. A session changes the same few things over and over, so that
// each change finds its pace once and remembers it.
type paces struct {
	byKey  lookup[int32]     // indexes into all
	attrs  map[string]uint32 // numbers of attribute names
	recent [4]string         // the latest names, by number, so that most are found without looking
	latest [4]uint32
	all    []pace  // in order of first sight
	of     []int32 // of every change of every mutation that was seen, indexes into all
	first  []int32 // where those of a mutation begin in of, plus one; 0 = it was not seen
	unseen pace
}

// emptied returns paces for a session that know nothing, in the memory of ps.
func (ps *paces) emptied(s *replay.Session) paces {
	ps.byKey.empty()
	return paces{byKey: ps.byKey, attrs: cleared(ps.attrs), all: ps.all[:0], of: ps.of[:0], first: emptied(ps.first, len(s.Mutations))}
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
func (ps *paces) get(k changeKey) *pace {
	if i := ps.byKey.find(ps.packed(k)); i != nil {
		return &ps.all[*i]
	}
	return nil
}

// open returns the index of the pace of a key, of a new one if nothing of it was seen.
func (ps *paces) open(k changeKey, window uint16) int32 {
	i, fresh := ps.byKey.add(ps.packed(k))
	if fresh {
		*i = int32(len(ps.all))
		ps.all = append(ps.all, pace{window: window})
	}
	return *i
}

// see counts the changes of a mutation and remembers their paces.
func (ps *paces) see(s *replay.Session, mutation int32, o occasion) {
	m := &s.Mutations[mutation]
	if ps.first[mutation] == 0 { // else the same batch comes at another moment
		ps.first[mutation] = int32(len(ps.of)) + 1
		for i := range m.Changes {
			ps.of = append(ps.of, ps.open(keyOf(&m.Changes[i]), o.window))
		}
	}
	for i := range m.Changes {
		ps.change(mutation, i).see(o)
	}
}

// change returns the pace of a change of a mutation, one that knows nothing if that was not seen.
func (ps *paces) change(mutation int32, i int) *pace {
	if first := ps.first[mutation]; first > 0 {
		return &ps.all[ps.of[int(first)-1+i]]
	}
	return &ps.unseen
}
