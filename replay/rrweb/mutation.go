package rrweb

import (
	"slices"
	"strings"
	"time"

	"github.com/rankle/rankle/replay"
)

// batch is one mutation event, split into its lists. They are read in the order in which rrweb's own player applies
// them: removes, adds, texts, attributes.
type batch struct {
	removes, adds, texts, attributes []byte
	attachFrame                      bool // the batch is the arrival of a frame's document
}

func (d *decoder) decodeBatch(data []byte) (batch, error) {
	var b batch
	d.reset(data)
	err := d.fields(func(key []byte) error {
		var into *[]byte
		switch string(key) {
		case "removes":
			into = &b.removes
		case "adds":
			into = &b.adds
		case "texts":
			into = &b.texts
		case "attributes":
			into = &b.attributes
		case "isAttachIframe":
			var err error
			b.attachFrame, _, err = d.flag()
			return err
		default:
			return d.SkipValue()
		}
		raw, err := d.ReadValue()
		end := d.InputOffset()
		*into = data[end-int64(len(raw)) : end]
		return err
	})
	return b, err
}

// changes collects the changes of one batch.
type changes struct {
	p       *player
	w       *window
	out     replay.Mutation
	removed map[int32]int // id -> index in out.Changes, or -1 beyond the limit
}

func (c *changes) add(ch replay.Change) int {
	c.out.Nodes++
	if len(c.out.Changes) >= c.p.opt.MaxChanges {
		return -1
	}
	c.out.Changes = append(c.out.Changes, ch)
	return len(c.out.Changes) - 1
}

// mutation applies a batch to the page and reports what changed. The arrival of a frame is a snapshot, no change.
func (p *player) mutation(w *window, at time.Duration, data []byte) error {
	b, err := p.dec.decodeBatch(data)
	if err != nil {
		return err
	}
	c := &changes{p: p, w: w}
	kind := replay.MutationEvent
	if b.attachFrame {
		kind = replay.SnapshotEvent
	}
	for _, step := range []struct {
		raw   []byte
		apply func() error
	}{{b.removes, c.removes}, {b.adds, c.adds}, {b.texts, c.texts}, {b.attributes, c.attributes}} {
		if len(step.raw) <= len("[]") {
			continue
		}
		p.dec.reset(step.raw)
		if e := step.apply(); e != nil {
			err = e
		}
	}
	ev := p.emit(w, at, kind)
	if !b.attachFrame {
		ev.Detail = int32(len(p.s.Mutations))
		p.s.Mutations = append(p.s.Mutations, c.out)
		p.s.Coverage.Mutations = true
	}
	return err
}

// removes takes nodes out of the page.
func (c *changes) removes() error {
	d := c.p.dec
	return d.elements(func() error {
		id := int32(unknownNode)
		err := d.fields(func(key []byte) (err error) {
			if string(key) == "id" {
				id, err = d.nodeID()
				return err
			}
			return d.SkipValue()
		})
		n := c.w.tree.byID[id]
		if err != nil || n == nil {
			return err
		}
		ch := replay.Change{Kind: replay.Removed, Node: replay.NoIndex, Parent: replay.NoIndex,
			Traits: arrivalTraits(n) | replay.ChangeKnown}
		ch.Was, ch.Size = outline(n)
		if len(c.out.Changes) < c.p.opt.MaxChanges {
			ch.Node = c.p.node(c.w, n)
			ch.Parent = c.parentOf(ch.Node)
		}
		if n == c.w.tree.root {
			c.w.tree.root = nil
		}
		c.w.tree.drop(n)
		if c.removed == nil {
			c.removed = make(map[int32]int)
		}
		c.removed[id] = c.add(ch)
		return nil
	})
}

func (c *changes) parentOf(n replay.NodeID) replay.NodeID {
	if n < 0 {
		return replay.NoIndex
	}
	return c.p.s.Nodes[n].Parent
}

// addition is one node to be placed.
type addition struct {
	node           *node
	parent         int32
	next, previous int32 // unknownNode = none named
	done           bool
}

// adds places new nodes. The lists come in no useful order: a node can be named as neighbour before it is listed.
func (c *changes) adds() error {
	list, err := c.decodeAdds()
	t := c.w.tree
	var waiting map[int32][]int // id -> additions that wait for it
	var ready []int
	for i := range list {
		ready = append(ready, i)
		for len(ready) > 0 {
			a := &list[ready[len(ready)-1]]
			at := ready[len(ready)-1]
			ready = ready[:len(ready)-1]
			if wait, ok := t.place(a); !ok {
				if waiting == nil {
					waiting = make(map[int32][]int)
				}
				waiting[wait] = append(waiting[wait], at)
				continue
			}
			if next := waiting[a.node.id]; len(next) > 0 {
				ready = append(ready, next...)
				delete(waiting, a.node.id)
			}
		}
	}
	for i := range list { // neighbours that never came: the end of the parent is the best guess
		if a := &list[i]; !a.done {
			a.next, a.previous = unknownNode, unknownNode
			t.place(a)
		}
	}
	added := make(map[*node]bool, len(list))
	for i := range list {
		added[list[i].node] = true
	}
	tops := make([]*node, 0, len(list))
	for i := range list {
		if n := list[i].node; n.parent == nil || !added[n.parent] {
			tops = append(tops, n)
		} else {
			c.out.Nodes++
		}
	}
	inOrder(tops)
	for _, n := range tops {
		c.arrived(n)
	}
	return err
}

// inOrder puts nodes of one parent that stand next to each other in the list into the order of the document: recorders
// name the last one first.
func inOrder(list []*node) {
	for i := 0; i < len(list); {
		j := i + 1
		for j < len(list) && list[j].parent == list[i].parent {
			j++
		}
		if siblings := list[i:j]; len(siblings) > 1 && list[i].parent != nil {
			at := make(map[*node]int, len(siblings))
			for c := list[i].parent.first; c != nil; c = c.next {
				at[c] = len(at)
			}
			slices.SortStableFunc(siblings, func(x, y *node) int { return at[x] - at[y] })
		}
		i = j
	}
}

func (c *changes) decodeAdds() ([]addition, error) {
	d := c.p.dec
	var list []addition
	err := d.elements(func() error {
		a := addition{parent: unknownNode, next: unknownNode, previous: unknownNode}
		err := d.fields(func(key []byte) (err error) {
			switch string(key) {
			case "parentId":
				a.parent, err = d.nodeID()
			case "nextId":
				a.next, err = d.nodeID()
			case "previousId":
				a.previous, err = d.nodeID()
			case "node":
				a.node, err = c.w.tree.decodeNode(d, 0)
			default:
				err = d.SkipValue()
			}
			return err
		})
		if err == nil && a.node != nil {
			list = append(list, a)
		}
		return err
	})
	return list, err
}

// place puts a node where it belongs. If it cannot yet, it returns the id that it waits for.
func (t *tree) place(a *addition) (wait int32, ok bool) {
	if a.done {
		return 0, true
	}
	parent := t.byID[a.parent]
	if parent == nil {
		return a.parent, false
	}
	var before *node
	if a.next != unknownNode {
		if before = t.byID[a.next]; before == nil || before.parent == nil {
			return a.next, false
		}
		if before.parent != parent {
			before = nil
		}
	} else if a.previous != unknownNode { // recorders before 2019 named the left neighbour
		left := t.byID[a.previous]
		if left == nil || left.parent == nil {
			return a.previous, false
		}
		if left.parent == parent {
			before = left.next
		}
	}
	a.done = true
	depth := 0
	for up := parent; up != nil; up = up.parent {
		if depth++; up == a.node || depth > t.maxDepth {
			t.limited = t.limited || up != a.node
			return 0, true // would be its own ancestor, or lie too deep
		}
	}
	if a.node.kind == kindDocument { // a frame shows one document at a time
		for child := parent.first; child != nil; {
			next := child.next
			if child.kind == kindDocument && child != a.node {
				if child == before {
					before = nil
				}
				t.drop(child)
			}
			child = next
		}
	}
	if before == a.node {
		before = nil
	}
	a.node.detach()
	parent.insertBefore(a.node, before)
	return 0, true
}

// arrived reports the top of an added subtree.
func (c *changes) arrived(n *node) {
	ch := replay.Change{Kind: replay.Added, Node: replay.NoIndex, Parent: replay.NoIndex, Traits: arrivalTraits(n)}
	ch.State, ch.Size = outline(n)
	if at, ok := c.removed[n.id]; ok {
		ch.Traits |= replay.ChangeMoved
		if at >= 0 {
			c.out.Changes[at].Traits |= replay.ChangeMoved
		}
	}
	if len(c.out.Changes) < c.p.opt.MaxChanges {
		ch.Node = c.p.node(c.w, n)
		ch.Parent = c.parentOf(ch.Node)
	}
	c.add(ch)
}

// texts changes text nodes.
func (c *changes) texts() error {
	d := c.p.dec
	return d.elements(func() error {
		id, value := int32(unknownNode), ""
		err := d.fields(func(key []byte) (err error) {
			switch string(key) {
			case "id":
				id, err = d.nodeID()
			case "value":
				value, err = d.text()
			default:
				err = d.SkipValue()
			}
			return err
		})
		n := c.w.tree.byID[id]
		if err != nil || n == nil {
			return err
		}
		ch := replay.Change{Kind: replay.TextChanged, Node: replay.NoIndex, Parent: replay.NoIndex, Size: 1,
			State: hash(hashSeed, value), Traits: textTraits(n)}
		if n.parent == nil || !n.parent.ownsNoText {
			if len(n.text) < maxText {
				ch.Was = hash(hashSeed, n.text)
				ch.Traits |= replay.ChangeKnown
			}
			n.text = clip(value, maxText)
		}
		if len(c.out.Changes) < c.p.opt.MaxChanges {
			ch.Node = c.p.node(c.w, n)
			ch.Parent = c.parentOf(ch.Node)
		}
		c.add(ch)
		return nil
	})
}

// attributes changes attributes. Every changed attribute is a change of its own.
func (c *changes) attributes() error {
	d := c.p.dec
	return d.elements(func() error {
		id := int32(unknownNode)
		var set []attrChange
		err := d.fields(func(key []byte) (err error) {
			switch string(key) {
			case "id":
				id, err = d.nodeID()
			case "attributes":
				set, err = c.decodeAttributeChanges()
			default:
				err = d.SkipValue()
			}
			return err
		})
		n := c.w.tree.byID[id]
		if err != nil || n == nil {
			return err
		}
		c.setAttributes(n, set)
		return nil
	})
}

// attrChange is the new value of one attribute.
type attrChange struct {
	key   string
	value string // only of kept attributes
	state uint64
	keep  bool
	gone  bool
}

func (c *changes) decodeAttributeChanges() ([]attrChange, error) {
	d := c.p.dec
	var out []attrChange
	err := d.fields(func(key []byte) error {
		if strings.HasPrefix(string(key), "rr_") || strings.HasPrefix(string(key), "data-rr-") || len(out) >= c.p.opt.MaxChanges {
			return d.SkipValue() // the recorder's own bookkeeping
		}
		a := attrChange{key: c.w.tree.intern(key), keep: keepAttr(key)}
		switch d.PeekKind() {
		case 'n', 'f':
			a.gone = true
			if err := d.SkipValue(); err != nil {
				return err
			}
		case '"', 't', '0':
			s, err := d.text()
			if err != nil {
				return err
			}
			a.state = hash(hash(hashSeed, a.key), s)
			a.value = clip(s, maxText)
		default: // changed style properties
			raw, err := d.ReadValue()
			if err != nil {
				return err
			}
			a.state = hash(hash(hashSeed, a.key), string(raw))
			a.keep = false
		}
		out = append(out, a)
		return nil
	})
	return out, err
}

func (c *changes) setAttributes(n *node, set []attrChange) {
	var id, parent replay.NodeID = replay.NoIndex, replay.NoIndex
	if len(set) > 0 && len(c.out.Changes) < c.p.opt.MaxChanges {
		id = c.p.node(c.w, n)
		parent = c.parentOf(id)
	}
	before := c.out.Nodes
	for _, a := range set {
		traits := c.attributeTraits(n, a)
		was := uint64(0)
		if old := n.attr(a.key); keepAttr([]byte(a.key)) && len(old) < maxText {
			traits |= replay.ChangeKnown
			if n.has(a.key) {
				was = hash(hash(hashSeed, a.key), old)
			}
		}
		if a.keep {
			if a.gone {
				n.remove(a.key)
			} else {
				n.set(a.key, a.value)
			}
		}
		c.add(replay.Change{Kind: replay.AttributeChanged, Node: id, Parent: parent, Size: 1, Attr: a.key,
			State: a.state, Was: was, Traits: traits})
	}
	c.out.Nodes = before + 1 // one node, however many attributes
}

// FNV-1a, 64 bit: states only need to be told apart within one session.
const (
	hashSeed  = 14695981039346656037
	hashPrime = 1099511628211
)

func hash(h uint64, s string) uint64 {
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * hashPrime
	}
	return (h ^ 0xff) * hashPrime
}

// outline hashes what a subtree is and says, without ids, and counts its nodes.
func outline(n *node) (state uint64, size int32) {
	state = hashSeed
	n.walk(func(m *node) bool {
		size++
		state = hash(state, m.tagName())
		state = hash(state, m.text)
		state = hash(state, m.attr("class"))
		return true
	})
	return state, size
}
