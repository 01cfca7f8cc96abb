package rrweb

// tree is the page of one window: which nodes are alive, by the ids of the recorder.
type tree struct {
	*dom
	byID     idMap
	root     node // the top document
	maxNodes int
	maxDepth int
	limited  bool
}

// reset makes t an empty page.
func (t *tree) reset(d *dom, opt *Options) {
	t.byID.reset()
	*t = tree{dom: d, byID: t.byID, maxNodes: opt.MaxNodes, maxDepth: opt.MaxDepth}
}

// get returns the node with an id, or none.
func (t *tree) get(id int32) node { return t.at(t.byID.get(id)) }

// arrive makes a serialised subtree known, children before their parent. It returns false when the tree is full; what
// does not fit is taken off.
func (t *tree) arrive(n node) bool {
	if t.byID.n >= t.maxNodes {
		t.limited = true
		return false
	}
	for c := n.first(); c.ok(); {
		next := c.next()
		if !t.arrive(c) {
			c.detach()
		}
		c = next
	}
	if n.id() != unknownNode {
		t.replace(n)
	}
	return true
}

// replace puts n in the place of the node that had its id, if there was one: a batch that arrives twice adds nodes that
// are there already, without the children that came in batches between.
func (t *tree) replace(n node) {
	old := t.get(n.id())
	t.byID.put(n.id(), n.i)
	if !old.ok() {
		return
	}
	old.detach()
	if n.first().ok() {
		return
	}
	for c := old.first(); c.ok(); c = old.first() {
		c.detach()
		n.append(c)
	}
}

// drop detaches n and forgets it and everything below it.
func (t *tree) drop(n node) {
	n.detach()
	for m := n; m.ok(); m = m.after(n) {
		if id := m.id(); id != unknownNode && t.byID.get(id) == m.i {
			t.byID.put(id, 0)
		}
	}
}

// sameStructure reports whether fresh is a checkout of old, taken while the same page was loaded: nearly all ids name
// nodes with the same tag in both. After a page load the ids start again and name other nodes, except where the page
// is the same, and there the same id is the same element again.
func sameStructure(old, fresh *tree) bool {
	if old.byID.n == 0 || fresh.byID.n == 0 {
		return false
	}
	same := 0
	fresh.byID.each(func(id, i int32) {
		if o, n := old.get(id), fresh.at(i); o.ok() && o.kind() == n.kind() && o.tag() == n.tag() {
			same++
		}
	})
	return same >= checkoutShare(fresh.byID.n) && same >= checkoutShare(old.byID.n)
}

// numbered reports whether the ids of the page count up in document order, as they do when a page was loaded anew. What is
// added to a page later gets higher ids than what stands behind it, and keeps them in a checkout.
func (t *tree) numbered() bool {
	last := int32(0)
	for n := t.root; n.ok(); n = n.after(t.root) {
		if n.id() <= last {
			return false
		}
		last = n.id()
	}
	return true
}

// checkoutShare is 80 % of n: recorders that throttle mutations lose some nodes between two checkouts, while two
// different pages of one site, compared by ids in document order, agreed on less than half in the recordings at hand.
func checkoutShare(n int) int { return (n*4 + 4) / 5 }
