package openreplay

// The children of a node lie in a treap ordered by position (Seidel and Aragon, Randomized search trees, 1996), because
// messages name a place by its number among the siblings: finding, placing and taking out cost O(log n) also in lists of
// a hundred thousand rows that a hostile file turns over a million times.

// insertAt makes n the child number at of p; beyond the last one it becomes the last. n must have no parent.
func (p *node) insertAt(n *node, at uint64) {
	left, right := split(p.kids, int32(min(at, uint64(p.kids.count()))))
	n.left, n.right = nil, nil
	n.pull()
	p.kids = merge(merge(left, n), right)
	p.kids.up = nil
	n.parent = p
}

// detach takes n out of its parent.
func (n *node) detach() {
	p := n.parent
	if p == nil {
		return
	}
	left, rest := split(p.kids, n.rank())
	_, right := split(rest, 1)
	p.kids = merge(left, right)
	if p.kids != nil {
		p.kids.up = nil
	}
	n.parent, n.up, n.left, n.right = nil, nil, nil, nil
	n.size = 1
}

// rank is the number of siblings before n.
func (n *node) rank() int32 {
	r := n.left.count()
	for at := n; at.up != nil; at = at.up {
		if at.up.right == at {
			r += at.up.left.count() + 1
		}
	}
	return r
}

// sibling is the child behind n, or nil.
func (n *node) sibling() *node {
	if n.right != nil {
		at := n.right
		for at.left != nil {
			at = at.left
		}
		return at
	}
	at := n
	for at.up != nil && at.up.right == at {
		at = at.up
	}
	return at.up
}

// each calls f for the children of p in order.
func (p *node) each(f func(*node)) { p.kids.inOrder(f) }

// eachBack calls f for the children of p from the last to the first.
func (p *node) eachBack(f func(*node)) { p.kids.backwards(f) }

func (n *node) inOrder(f func(*node)) {
	if n != nil {
		n.left.inOrder(f)
		f(n)
		n.right.inOrder(f)
	}
}

func (n *node) backwards(f func(*node)) {
	if n != nil {
		n.right.backwards(f)
		f(n)
		n.left.backwards(f)
	}
}

func (n *node) count() int32 {
	if n == nil {
		return 0
	}
	return n.size
}

// pull brings size and the upward links in line with the links below.
func (n *node) pull() {
	n.size = 1 + n.left.count() + n.right.count()
	if n.left != nil {
		n.left.up = n
	}
	if n.right != nil {
		n.right.up = n
	}
}

// split cuts the first k nodes off t.
func split(t *node, k int32) (first, rest *node) {
	if t == nil {
		return nil, nil
	}
	if before := t.left.count(); k <= before {
		first, t.left = split(t.left, k)
		t.pull()
		rest = t
	} else {
		t.right, rest = split(t.right, k-before-1)
		t.pull()
		first = t
	}
	for _, root := range [2]*node{first, rest} {
		if root != nil {
			root.up = nil
		}
	}
	return first, rest
}

// merge joins two treaps, all of a before all of b.
func merge(a, b *node) *node {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case a.rankKey > b.rankKey:
		a.right = merge(a.right, b)
		a.pull()
		return a
	}
	b.left = merge(a, b.left)
	b.pull()
	return b
}

// mix spreads consecutive numbers over 32 bits (the finalizer of MurmurHash3), so that ids in order make a balanced
// treap, the same one every time.
func mix(x uint32) uint32 {
	x ^= x >> 16
	x *= 0x85ebca6b
	x ^= x >> 13
	x *= 0xc2b2ae35
	return x ^ x>>16
}
