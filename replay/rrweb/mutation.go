package rrweb

import (
	"bytes"
	"encoding/binary"
	"slices"
	"time"

	"github.com/rankle/rankle/replay"
)

// batchPlayer applies one mutation event to the page of a window and collects what it changed.
type batchPlayer struct {
	*player
	w       *window
	first   int   // index of the batch's first change in player.changes
	nodes   int32 // nodes added, removed or changed
	removed idMap // id -> its change, see noChange
	// Scratch of adds: additions that may be placed now, those that wait for an id, and the tops of what arrived.
	ready   []int32
	waiting map[int32][]int32
	tops    []node
}

// noChange is the change in batchPlayer.removed of a node beyond Options.MaxChanges; others are counted from 2.
const noChange = 1

// room reports whether another change is kept, and not only counted.
func (c *batchPlayer) room() bool { return len(c.changes)-c.first < c.opt.MaxChanges }

// add returns the number of the change, or noChange.
func (c *batchPlayer) add(ch replay.Change) int32 {
	c.nodes++
	if !c.room() {
		return noChange
	}
	c.changes = append(c.changes, ch)
	return int32(len(c.changes) - c.first + noChange)
}

// mutation applies a batch to the page and reports what changed. The arrival of a frame is a snapshot, no change.
func (p *player) mutation(w *window, at time.Duration, b *batch) {
	c := &p.batch
	c.player, c.w, c.first, c.nodes = p, w, len(p.changes), 0
	p.epoch++
	w.tree.limited = w.tree.limited || b.limited
	sent := c.inUse(b)
	c.removes(b)
	c.adds(b)
	c.texts(b)
	c.attributes(b)
	if b.attachFrame {
		p.changes = p.changes[:c.first]
		p.emit(w, at, replay.SnapshotEvent)
		return
	}
	ev := p.emit(w, at, replay.MutationEvent)
	ev.Detail = int32(len(p.batches))
	p.batches = append(p.batches, replay.Mutation{Changes: p.changes[c.first:], Nodes: c.nodes})
	p.s.Coverage.Mutations = true
	if sent.ok() && !w.tree.get(sent.id()).ok() {
		if said := p.returned(w, sent); said >= 0 {
			p.emit(w, at, replay.SnapshotEvent).Detail = said
		}
	}
}

// inUse returns the form of what was pressed last, if the batch may exchange it: something goes, and something comes.
func (c *batchPlayer) inUse(b *batch) node {
	if b.removes.from == b.removes.to || b.adds.from == b.adds.to || !c.w.pressed.ok() {
		return node{}
	}
	if form := formOf(c.w.pressed); form.ok() && c.w.tree.get(form.id()) == form {
		return form
	}
	return node{}
}

// removes takes nodes out of the page.
func (c *batchPlayer) removes(b *batch) {
	t := &c.w.tree
	for _, id := range c.facts.removed[b.removes.from:b.removes.to] {
		n := t.get(id)
		if !n.ok() {
			continue
		}
		ch := replay.Change{Kind: replay.Removed, Node: replay.NoIndex, Parent: replay.NoIndex}
		ch.Was, ch.Size, ch.Traits = outline(n)
		ch.Traits |= replay.ChangeKnown
		if c.room() {
			ch.Node, ch.Parent = c.place(n)
		}
		if n == t.root {
			t.root = node{}
		}
		t.drop(n)
		c.removed.put(id, c.add(ch))
	}
}

// place returns the session's nodes for n and its parent.
func (c *batchPlayer) place(n node) (id, parent replay.NodeID) {
	id = c.node(c.w, n)
	if id < 0 {
		return id, replay.NoIndex
	}
	return id, c.player.nodes[id].Parent
}

// adds places new nodes. The lists come in no useful order: a node can be named as neighbour before it is listed.
func (c *batchPlayer) adds(b *batch) {
	t := &c.w.tree
	list := c.facts.added[b.adds.from:b.adds.to]
	for i := range list {
		if a := &list[i]; !t.arrive(t.at(a.node)) {
			a.node = 0
		}
	}
	list = slices.DeleteFunc(list, func(a addition) bool { return a.node == 0 })
	for i := range list {
		c.ready = append(c.ready, int32(i))
		for len(c.ready) > 0 {
			at := c.ready[len(c.ready)-1]
			c.ready = c.ready[:len(c.ready)-1]
			if id, ok := t.place(&list[at]); !ok {
				if c.waiting == nil {
					c.waiting = make(map[int32][]int32)
				}
				c.waiting[id] = append(c.waiting[id], at)
				continue
			}
			if len(c.waiting) > 0 {
				id := t.at(list[at].node).id()
				c.ready = append(c.ready, c.waiting[id]...)
				delete(c.waiting, id)
			}
		}
	}
	clear(c.waiting)
	for i := range list { // neighbours that never came: the end of the parent is the best guess
		if a := &list[i]; !a.done {
			a.next, a.previous = unknownNode, unknownNode
			t.place(a)
		}
	}
	c.arrivals(list)
	for _, id := range c.facts.removed[b.removes.from:b.removes.to] {
		c.removed.put(id, 0)
	}
}

// arrivals reports the tops of what was added.
func (c *batchPlayer) arrivals(list []addition) {
	cells := c.facts.cells
	for i := range list {
		cells[list[i].node].flags |= flagAdded
	}
	c.tops = c.tops[:0]
	for i := range list {
		if n := c.facts.at(list[i].node); cells[n.cell().parent].flags&flagAdded == 0 {
			c.tops = append(c.tops, n)
		} else {
			c.nodes++
		}
	}
	for i := range list {
		cells[list[i].node].flags &^= flagAdded
	}
	inOrder(c.tops)
	for _, n := range c.tops {
		c.arrived(n)
	}
}

// inOrder puts nodes of one parent that stand next to each other in the list into the order of the document: recorders
// name the last one first.
func inOrder(list []node) {
	for i := 0; i < len(list); {
		parent := list[i].parent()
		j := i + 1
		for j < len(list) && list[j].parent() == parent {
			j++
		}
		if siblings := list[i:j]; len(siblings) > 1 && parent.ok() {
			for _, n := range siblings {
				n.cell().flags |= flagAdded
			}
			at := 0
			for c := parent.first(); c.ok() && at < len(siblings); c = c.next() {
				if c.cell().flags&flagAdded != 0 {
					c.cell().flags &^= flagAdded
					siblings[at] = c
					at++
				}
			}
		}
		i = j
	}
}

// place puts a node where it belongs. If it cannot yet, it returns the id that it waits for.
func (t *tree) place(a *addition) (wait int32, ok bool) {
	if a.done {
		return 0, true
	}
	parent := t.get(a.parent)
	if !parent.ok() {
		return a.parent, false
	}
	var before node
	if a.next != unknownNode {
		if before = t.get(a.next); !before.ok() || !before.parent().ok() {
			return a.next, false
		}
		if before.parent() != parent {
			before = node{}
		}
	} else if a.previous != unknownNode { // recorders before 2019 named the left neighbour
		left := t.get(a.previous)
		if !left.ok() || !left.parent().ok() {
			return a.previous, false
		}
		if left.parent() == parent {
			before = left.next()
		}
	}
	a.done = true
	n := t.at(a.node)
	depth := 0
	for up := parent.i; up != 0; up = t.cells[up].parent {
		if depth++; up == n.i || depth > t.maxDepth {
			t.limited = t.limited || up != n.i
			return 0, true // would be its own ancestor, or lie too deep
		}
	}
	if n.kind() == kindDocument { // a frame shows one document at a time
		for child := parent.first(); child.ok(); {
			next := child.next()
			if child.kind() == kindDocument && child != n {
				if child == before {
					before = node{}
				}
				t.drop(child)
			}
			child = next
		}
	}
	if before == n {
		before = node{}
	}
	n.detach()
	parent.insertBefore(n, before)
	return 0, true
}

// arrived reports the top of an added subtree.
func (c *batchPlayer) arrived(n node) {
	ch := replay.Change{Kind: replay.Added, Node: replay.NoIndex, Parent: replay.NoIndex}
	ch.State, ch.Size, ch.Traits = outline(n)
	if at := c.removed.get(n.id()); at != 0 {
		ch.Traits |= replay.ChangeMoved
		if at != noChange {
			c.changes[c.first+int(at)-noChange-1].Traits |= replay.ChangeMoved
		}
	}
	if c.room() {
		ch.Node, ch.Parent = c.place(n)
	}
	c.add(ch)
}

// texts changes text nodes.
func (c *batchPlayer) texts(b *batch) {
	f := c.facts
	for _, t := range f.texts[b.texts.from:b.texts.to] {
		n := c.w.tree.get(t.id)
		if !n.ok() {
			continue
		}
		ch := replay.Change{Kind: replay.TextChanged, Node: replay.NoIndex, Parent: replay.NoIndex, Size: 1,
			State: hash(hashSeed, f.whole(t.value, &f.scratch)), Traits: textTraits(n)}
		if !n.parent().ok() || !n.parent().ownsNoText() {
			if old := n.text(); len(old) < maxText {
				ch.Was = hash(hashSeed, old)
				ch.Traits |= replay.ChangeKnown
			}
			n.cell().content = t.value
		}
		if c.room() {
			ch.Node, ch.Parent = c.place(n)
		}
		c.add(ch)
	}
}

// attributes changes attributes. Every changed attribute is a change of its own.
func (c *batchPlayer) attributes(b *batch) {
	for _, s := range c.facts.sets[b.attributes.from:b.attributes.to] {
		if n := c.w.tree.get(s.id); n.ok() {
			c.setAttributes(n, c.facts.changes[s.changes.from:s.changes.to])
		}
	}
}

func (c *batchPlayer) setAttributes(n node, set []attrChange) {
	f := c.facts
	id, parent := replay.NodeID(replay.NoIndex), replay.NodeID(replay.NoIndex)
	if len(set) > 0 && c.room() {
		id, parent = c.place(n)
	}
	before := c.nodes
	for i := range set {
		a := &set[i]
		name := &f.names.list[a.name]
		ch := replay.Change{Kind: replay.AttributeChanged, Node: id, Parent: parent, Size: 1, Attr: name.text}
		var value []byte
		if !a.gone {
			whole := f.whole(a.value, &f.scratch)
			ch.State = hash(name.sum, whole)
			if !a.style {
				value = clip(whole, maxText)
			}
		}
		ch.Traits = c.attributeTraits(n, a, value)
		if f.names.list[name.lower].traits&nameKept != 0 {
			old := n.find(name.lower)
			var was []byte
			if old != nil {
				was = f.clipped(&old.value)
			}
			if len(was) < maxText {
				ch.Traits |= replay.ChangeKnown
				if old != nil {
					ch.Was = hash(name.sum, was)
				}
			}
		}
		if name.traits&nameKept != 0 && !a.style {
			if a.gone {
				n.remove(name.lower)
			} else {
				n.set(name.lower, a.value)
			}
		}
		c.add(ch)
	}
	c.nodes = before + 1 // one node, however many attributes
}

const (
	hashSeed = 14695981039346656037
	hashMix  = 0x9e3779b97f4a7c15 // 2^64 / golden ratio, odd
)

// hash joins a text to a hash, eight bytes at a time: states only need to be told apart within one session.
func hash(h uint64, s []byte) uint64 {
	n := uint64(len(s))
	for ; len(s) >= 8; s = s[8:] {
		h = mixed(h, binary.LittleEndian.Uint64(s))
	}
	rest := n << 56  // texts of other lengths are other texts, though the rest be zeros
	if cap(s) >= 8 { // within a text: the bytes behind are cut off
		return mixed(h, rest|binary.LittleEndian.Uint64(s[:8])&(1<<(8*len(s))-1))
	}
	for i, c := range s {
		rest |= uint64(c) << (8 * i)
	}
	return mixed(h, rest)
}

func mixed(h, word uint64) uint64 {
	h = (h ^ word) * hashMix
	return h ^ h>>32
}

// outline hashes what a subtree that came or went is and says, without ids, counts its nodes, and grades it by the roles of
// the first of them.
func outline(n node) (state uint64, size int32, traits replay.ChangeTraits) {
	state = hashSeed
	names := n.d.names.list
	for m := n; m.ok(); m = m.after(n) {
		size++
		if c := m.cell(); c.kind == kindElement {
			state = hash(mixed(mixed(state, names[c.tag].sum), 0), m.attr(nameClass))
			if size <= maxArrival && !m.plain() {
				traits |= arrivalTraits(m)
			}
			continue
		}
		state = mixed(state, m.tagSum())
		text := m.text()
		state = mixed(hash(state, text), 0)
		if size <= maxArrival && traits&replay.ChangeText == 0 && m.kind() == kindText && !m.unread() && len(bytes.TrimSpace(text)) > 0 {
			traits |= replay.ChangeText
		}
	}
	return state, size, traits
}
