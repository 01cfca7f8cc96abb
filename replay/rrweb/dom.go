package rrweb

import (
	"slices"
	"unicode/utf8"
)

// Node kinds as rrweb numbers them.
const (
	kindDocument = 0
	kindDoctype  = 1
	kindElement  = 2
	kindText     = 3
)

// dom holds all nodes that a recording ever serialised, in the order of the text, and what their attributes and texts
// are. Nodes are numbers into one slice without pointers, texts are ranges of the recording: nothing is copied and the
// garbage collector has nothing to look at. What is taken out of a page stays here until the recording is done.
type dom struct {
	text  []byte // of the recording, or the part of it that is being read, see feed
	extra []byte // texts that do not stand there as they are, or not any more
	cells []cell // cells[0] stands for no node
	attrs []attr
	names *names
	words *words
	limit int    // of cells and of attrs
	shape uint32 // counts the changes of what lies in what
	// passed is how many bytes were read that lie in text no more.
	passed int

	hiding *hiding
}

// cell is one node (56 bytes).
type cell struct {
	id          int32
	parent      int32
	first, last int32
	prev, next  int32
	attrs       int32 // index of the first
	attrLen     uint16
	attrCap     uint16
	walked      uint32 // dom.shape when what lies above it was last brought up to date, see player.node
	has         attrSetOf
	content     textRef // of a text node
	tag         nameID
	kind        uint8
	flags       cellFlags
}

type cellFlags uint8

const (
	flagSVG    cellFlags = 1 << iota // an element of a drawing
	flagShadow                       // a top node of its parent's shadow tree
	flagAdded                        // for the moment: listed among what arrives
)

// attrSetOf is a set of the attributes that this package asks for, so that nearly all questions for what is not there end
// before any search. It is two words, because cells are laid out by four bytes.
type attrSetOf [2]uint32

func (s *attrSetOf) add(key nameID) {
	if key < namesKnown {
		s[key/32] |= 1 << (key % 32)
	}
}

func (s *attrSetOf) drop(key nameID) {
	if key < namesKnown {
		s[key/32] &^= 1 << (key % 32)
	}
}

// has takes one of the names of this package.
func (s *attrSetOf) has(key nameID) bool { return s[key/32]>>(key%32)&1 != 0 }

// attr is the value of one kept attribute (12 bytes); name is in lower case.
type attr struct {
	value textRef
	name  nameID
}

// textRef is a text: a range of dom.text, which has escapes if escaped is set, or of dom.extra.
type textRef struct{ from, n uint32 }

const (
	escaped = 1 << 31 // of n
	inExtra = 1 << 31 // of from
	// maxText bounds the kept text of one text node and of one attribute, in bytes: labels have at most 80 runes.
	maxText = 320
	// maxTextBytes is how much text a textRef reaches.
	maxTextBytes = 1<<31 - 1
)

// reset empties d for another recording of at most limit nodes.
func (d *dom) reset(limit int) {
	d.text, d.extra, d.attrs, d.limit = d.text[:0], d.extra[:0], d.attrs[:0], limit
	d.cells, d.shape, d.passed = append(d.cells[:0], cell{id: unknownNode}), 1, 0
	d.names.reset()
}

// textPerNode is how many bytes of text allow for one more node than the limit. What makes nodes of nothing ("[[],[],[]…")
// would otherwise take many times the memory of its text; real pages take 260 bytes of text for a node.
const textPerNode = 128

// full reports whether the recording serialised more than it may.
func (d *dom) full() bool {
	limit := d.limit + d.size()/textPerNode
	return len(d.cells) > limit || len(d.attrs) > limit
}

// size is how much of the recording was read, in bytes.
func (d *dom) size() int { return d.passed + len(d.text) }

// clipped returns the start of a text, without escapes and up to maxText bytes at a rune border. It is valid until d is
// reset; callers must not change it.
func (d *dom) clipped(t *textRef) []byte {
	if t.n <= maxText && t.from&inExtra == 0 { // neither long nor with escapes, as nearly all
		return d.text[t.from:][:t.n]
	}
	return d.clippedAny(t)
}

// clippedAny is clipped for all texts.
func (d *dom) clippedAny(t *textRef) []byte {
	if t.from&inExtra != 0 {
		return clip(d.extra[t.from&^inExtra:][:t.n], maxText)
	}
	if t.n&escaped == 0 {
		return clip(d.text[t.from:][:t.n], maxText)
	}
	from := len(d.extra)
	inner := d.text[t.from:][:t.n&^escaped]
	d.extra = appendUnquoted(d.extra, inner, maxText+utf8.UTFMax)
	d.extra = d.extra[:from+len(clip(d.extra[from:], maxText))]
	*t = textRef{uint32(from) | inExtra, uint32(len(d.extra) - from)}
	return d.extra[from:]
}

// whole returns all of a text; scratch is memory for one with escapes.
func (d *dom) whole(t textRef, scratch *[]byte) []byte {
	if t.from&inExtra != 0 {
		return d.extra[t.from&^inExtra:][:t.n]
	}
	inner := d.text[t.from:][:t.n&^escaped]
	if t.n&escaped == 0 {
		return inner
	}
	*scratch = appendUnquoted((*scratch)[:0], inner, wholeText)
	return *scratch
}

// clip cuts b to at most n bytes at a rune border.
func clip(b []byte, n int) []byte {
	if len(b) <= n {
		return b
	}
	for n > 0 && !utf8.RuneStart(b[n]) {
		n--
	}
	return b[:n]
}

// node is one node of a dom; the zero value is no node. Nodes can be compared.
type node struct {
	d *dom
	i int32
}

func (d *dom) at(i int32) node {
	if i == 0 {
		return node{}
	}
	return node{d, i}
}

func (n node) ok() bool     { return n.i != 0 }
func (n node) cell() *cell  { return &n.d.cells[n.i] }
func (n node) id() int32    { return n.cell().id }
func (n node) kind() uint8  { return n.cell().kind }
func (n node) parent() node { return n.d.at(n.cell().parent) }
func (n node) first() node  { return n.d.at(n.cell().first) }
func (n node) next() node   { return n.d.at(n.cell().next) }
func (n node) svg() bool    { return n.cell().flags&flagSVG != 0 }
func (n node) shadow() bool { return n.cell().flags&flagShadow != 0 }

// tag is the tag in lower case, "" for nodes that are no elements.
func (n node) tag() string { return n.d.names.text(n.cell().tag) }

// sameTag reports whether two nodes of one dom have the same tag, in whatever case.
func (n node) sameTag(o node) bool {
	names := n.d.names.list
	return names[n.cell().tag].lower == names[o.cell().tag].lower
}

// ownsNoText: script, style and the like, whose text is no label.
func (n node) ownsNoText() bool { return n.d.names.list[n.cell().tag].traits&nameNoText != 0 }

// text is the start of the text of a text node. As for attr, it is valid until the recording is done.
func (n node) text() []byte {
	c := n.cell()
	if c.content.n == 0 {
		return nil
	}
	return n.d.clipped(&c.content)
}

func (n node) list() []attr {
	c := n.cell()
	return n.d.attrs[c.attrs:][:c.attrLen]
}

func (n node) find(key nameID) *attr {
	if key < namesKnown && !n.cell().has.has(key) {
		return nil
	}
	return findAttr(n.list(), key)
}

func findAttr(list []attr, key nameID) *attr {
	for i := range list {
		if list[i].name == key {
			return &list[i]
		}
	}
	return nil
}

// attr returns the value of an attribute that this package names, empty if n has none of that name.
func (n node) attr(key nameID) []byte {
	if !n.has(key) {
		return nil
	}
	return n.value(key)
}

// value returns the value of an attribute that n has.
func (n node) value(key nameID) []byte {
	if a := findAttr(n.list(), key); a != nil {
		return n.d.clipped(&a.value)
	}
	return nil
}

// has reports whether n has an attribute that this package names.
func (n node) has(key nameID) bool { return n.cell().has.has(key) }

// is reports whether an attribute has a value.
func (n node) is(key nameID, value string) bool { return string(n.attr(key)) == value }

// set changes an attribute; remove takes it away.
func (n node) set(key nameID, value textRef) {
	if a := n.find(key); a != nil {
		a.value = value
		return
	}
	c, d := n.cell(), n.d
	if c.attrLen == c.attrCap {
		room := min(2*int(c.attrLen)+2, 1<<16-1)
		if room == int(c.attrLen) {
			return
		}
		from := len(d.attrs)
		d.attrs = append(d.attrs, make([]attr, room)...)
		copy(d.attrs[from:], d.attrs[c.attrs:][:c.attrLen])
		c.attrs, c.attrCap = int32(from), uint16(room)
	}
	d.attrs[int(c.attrs)+int(c.attrLen)] = attr{value, key}
	c.has.add(key)
	c.attrLen++
}

func (n node) remove(key nameID) {
	list := n.list()
	at := slices.IndexFunc(list, func(a attr) bool { return a.name == key })
	if at < 0 {
		return
	}
	c := n.cell()
	copy(list[at:], list[at+1:])
	c.attrLen--
	if findAttr(list[:c.attrLen], key) == nil { // damaged recordings name an attribute twice
		c.has.drop(key)
	}
}

// keep puts a text into extra.
func (d *dom) keep(s []byte) textRef {
	if len(s) == 0 {
		return textRef{}
	}
	from := len(d.extra)
	d.extra = append(d.extra, s...)
	return textRef{uint32(from) | inExtra, uint32(len(s))}
}

// append makes child the last child of n.
func (n node) append(child node) { n.insertBefore(child, node{}) }

// insertBefore puts child into n before ref, or at the end when ref is none. The child must be detached.
func (n node) insertBefore(child, ref node) {
	p, c := n.cell(), child.cell()
	n.d.shape++
	c.parent = n.i
	if !ref.ok() {
		c.prev = p.last
		if p.last != 0 {
			n.d.cells[p.last].next = child.i
		} else {
			p.first = child.i
		}
		p.last = child.i
		return
	}
	r := ref.cell()
	c.next, c.prev = ref.i, r.prev
	if r.prev != 0 {
		n.d.cells[r.prev].next = child.i
	} else {
		p.first = child.i
	}
	r.prev = child.i
}

// detach takes n out of its parent.
func (n node) detach() {
	c := n.cell()
	if c.parent == 0 {
		return
	}
	n.d.shape++
	p := &n.d.cells[c.parent]
	if c.prev != 0 {
		n.d.cells[c.prev].next = c.next
	} else {
		p.first = c.next
	}
	if c.next != 0 {
		n.d.cells[c.next].prev = c.prev
	} else {
		p.last = c.prev
	}
	c.parent, c.prev, c.next = 0, 0, 0
}

// after returns the node behind n in document order within top, or none:
//
//	for m := top; m.ok(); m = m.after(top)
func (n node) after(top node) node {
	cells := n.d.cells
	i := n.i
	if first := cells[i].first; first != 0 {
		return node{n.d, first}
	}
	for i != top.i {
		if next := cells[i].next; next != 0 {
			return node{n.d, next}
		}
		if i = cells[i].parent; i == 0 {
			break
		}
	}
	return node{}
}

// walk calls f for n and everything below it in document order until f returns false.
func (n node) walk(f func(node) bool) {
	for m := n; m.ok() && f(m); m = m.after(n) {
	}
}

// element returns the innermost element at or above n, within its document.
func (n node) element() node {
	for ; n.ok() && n.kind() != kindElement; n = n.parent() {
		if n.kind() == kindDocument {
			return node{}
		}
	}
	return n
}

// document returns the document that n lies in, or none in a detached subtree.
func (n node) document() node {
	for i := n.i; i != 0; i = n.d.cells[i].parent {
		if n.d.cells[i].kind == kindDocument {
			return node{n.d, i}
		}
	}
	return node{}
}
