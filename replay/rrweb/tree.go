package rrweb

import (
	"strings"
	"unicode/utf8"
)

// Node kinds as rrweb numbers them.
const (
	kindDocument = 0
	kindDoctype  = 1
	kindElement  = 2
	kindText     = 3
)

// node is one node of the recorded page. Only what resolving targets and grading changes needs is kept.
type node struct {
	id          int32
	kind        uint8
	svg         bool
	shadow      bool // a top node of its parent's shadow tree
	parent      *node
	first, last *node
	prev, next  *node
	tag         string // lower case, interned; "" for non-elements
	attrs       []attr
	text        string // start of the text of a text node
	ownsNoText  bool   // script, style: their text is no label
}

type attr struct{ key, value string }

// maxText bounds the kept text of one text node and of one attribute, in bytes: labels have at most 80 runes.
const maxText = 320

func (n *node) attr(key string) string {
	for i := range n.attrs {
		if n.attrs[i].key == key {
			return n.attrs[i].value
		}
	}
	return ""
}

func (n *node) has(key string) bool {
	for i := range n.attrs {
		if n.attrs[i].key == key {
			return true
		}
	}
	return false
}

// set changes an attribute; remove takes it away.
func (n *node) set(key, value string) {
	for i := range n.attrs {
		if n.attrs[i].key == key {
			n.attrs[i].value = value
			return
		}
	}
	n.attrs = append(n.attrs, attr{key, value})
}

func (n *node) remove(key string) {
	for i := range n.attrs {
		if n.attrs[i].key == key {
			n.attrs = append(n.attrs[:i], n.attrs[i+1:]...)
			return
		}
	}
}

// tree is the page of one window.
type tree struct {
	byID     map[int32]*node
	root     *node // the top document
	maxNodes int
	maxDepth int
	names    map[string]string // interned tag and attribute names
	limited  bool
}

func newTree(opt Options) *tree {
	return &tree{byID: make(map[int32]*node), names: make(map[string]string), maxNodes: opt.MaxNodes, maxDepth: opt.MaxDepth}
}

// maxNames bounds the interned names; a page that invents names without end does not get to keep them.
const maxNames = 4096

func (t *tree) intern(b []byte) string {
	if s, ok := t.names[string(b)]; ok {
		return s
	}
	s := strings.ToLower(string(b))
	if len(t.names) < maxNames {
		t.names[string(b)] = s
	}
	return s
}

// decodeNode reads a serialised node with its children. It returns nil when the value is no node or the tree is full.
func (t *tree) decodeNode(d *decoder, depth int) (*node, error) {
	if depth > t.maxDepth || len(t.byID) >= t.maxNodes {
		t.limited = true
		return nil, d.SkipValue()
	}
	n := &node{id: unknownNode}
	isStyle := false
	err := d.fields(func(key []byte) (err error) {
		switch string(key) {
		case "id":
			n.id, err = d.nodeID()
		case "type":
			var f float64
			f, _, err = d.number()
			n.kind = uint8(max(0, min(f, 255)))
		case "tagName":
			var s string
			s, err = d.text()
			n.tag = t.intern([]byte(s))
		case "attributes":
			err = t.decodeAttributes(d, n)
		case "textContent":
			n.text, err = d.shortText()
		case "isSVG":
			n.svg, _, err = d.flag()
		case "isShadow":
			n.shadow, _, err = d.flag()
		case "isStyle":
			isStyle, _, err = d.flag()
		case "childNodes":
			err = d.elements(func() error {
				child, err := t.decodeNode(d, depth+1)
				if child != nil {
					n.append(child)
				}
				return err
			})
		default:
			err = d.SkipValue()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if isStyle {
		n.text = ""
	}
	n.ownsNoText = n.tag == "script" || n.tag == "style" || n.tag == "noscript" || n.tag == "template"
	if n.id != unknownNode {
		t.replace(n)
	}
	return n, nil
}

// replace puts n in the place of the node that had its id, if there was one: a batch that arrives twice adds nodes that
// are there already, without the children that came in batches between.
func (t *tree) replace(n *node) {
	old := t.byID[n.id]
	t.byID[n.id] = n
	if old == nil {
		return
	}
	old.detach()
	if n.first != nil {
		return
	}
	for c := old.first; c != nil; c = old.first {
		c.detach()
		n.append(c)
	}
}

// shortText reads the start of a string.
func (d *decoder) shortText() (string, error) {
	s, err := d.text()
	return clip(s, maxText), err
}

// clip cuts s to at most n bytes at a rune border and gives the memory of the rest free.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.Clone(s[:n])
}

// decodeAttributes reads the attributes worth keeping.
func (t *tree) decodeAttributes(d *decoder, n *node) error {
	return d.fields(func(key []byte) error {
		if !keepAttr(key) {
			return d.SkipValue()
		}
		name := t.intern(key)
		switch d.PeekKind() {
		case 'n', 'f', '{', '[':
			return d.SkipValue()
		}
		s, err := d.shortText()
		if strings.HasPrefix(s, "data:") {
			s = "data:"
		}
		n.attrs = append(n.attrs, attr{name, s})
		return err
	})
}

// keepAttr reports whether an attribute says what an element is, how it is called or what state it is in. Styles,
// data URLs and inlined CSS are most of the bytes of a recording and say none of it.
func keepAttr(key []byte) bool {
	switch string(key) {
	case "id", "class", "name", "type", "role", "title", "placeholder", "alt", "href", "value", "for", "target",
		"download", "disabled", "checked", "selected", "multiple", "open", "hidden", "tabindex", "contenteditable",
		"data-testid", "data-test", "data-test-id", "data-qa", "data-cy", "popover", "xlink:href", "label", "form",
		"rr_width", "rr_height", "readonly", "jsaction", "routerlink", "ng-click", "@click", "v-on:click":
		return true
	}
	if len(key) > 5 && string(key[:5]) == "aria-" {
		return true
	}
	return isHandler(key)
}

// isHandler: onclick and its like, which rrweb keeps under their own or an underscored name.
func isHandler(key []byte) bool {
	switch strings.TrimPrefix(string(key), "_") {
	case "onclick", "onmousedown", "onmouseup", "onpointerdown", "onpointerup", "ontouchstart", "ontouchend", "ontap":
		return true
	}
	return false
}

// append makes child the last child of n.
func (n *node) append(child *node) { n.insertBefore(child, nil) }

// insertBefore puts child into n before ref, or at the end when ref is nil. The child must be detached.
func (n *node) insertBefore(child, ref *node) {
	child.parent = n
	if ref == nil {
		child.prev = n.last
		if n.last != nil {
			n.last.next = child
		} else {
			n.first = child
		}
		n.last = child
		return
	}
	child.next, child.prev = ref, ref.prev
	if ref.prev != nil {
		ref.prev.next = child
	} else {
		n.first = child
	}
	ref.prev = child
}

// detach takes n out of its parent.
func (n *node) detach() {
	p := n.parent
	if p == nil {
		return
	}
	if n.prev != nil {
		n.prev.next = n.next
	} else {
		p.first = n.next
	}
	if n.next != nil {
		n.next.prev = n.prev
	} else {
		p.last = n.prev
	}
	n.parent, n.prev, n.next = nil, nil, nil
}

// walk calls f for n and everything below it in document order, without recursion, until f returns false.
func (n *node) walk(f func(*node) bool) {
	for at := n; at != nil; {
		if !f(at) {
			return
		}
		if at.first != nil {
			at = at.first
			continue
		}
		for at != n && at.next == nil {
			at = at.parent
		}
		if at == n {
			return
		}
		at = at.next
	}
}

// drop detaches n and forgets it and everything below it. It returns how many nodes went.
func (t *tree) drop(n *node) int {
	n.detach()
	count := 0
	n.walk(func(m *node) bool {
		count++
		if t.byID[m.id] == m {
			delete(t.byID, m.id)
		}
		return true
	})
	return count
}

// element returns the innermost element at or above n, within its document.
func (n *node) element() *node {
	for ; n != nil && n.kind != kindElement; n = n.parent {
		if n.kind == kindDocument {
			return nil
		}
	}
	return n
}

// document returns the document that n lies in, or nil in a detached subtree.
func (n *node) document() *node {
	for ; n != nil; n = n.parent {
		if n.kind == kindDocument {
			return n
		}
	}
	return nil
}

// sameStructure reports whether fresh is a checkout of old, taken while the same page was loaded: nearly all ids name
// nodes with the same tag in both. After a page load the ids start again and name other nodes, except where the page
// is the same, and there the same id is the same element again.
func sameStructure(old, fresh *tree) bool {
	if len(old.byID) == 0 || len(fresh.byID) == 0 {
		return false
	}
	same := 0
	for id, n := range fresh.byID {
		if o := old.byID[id]; o != nil && o.kind == n.kind && o.tag == n.tag {
			same++
		}
	}
	return same >= checkoutShare(len(fresh.byID)) && same >= checkoutShare(len(old.byID))
}

// numbered reports whether the ids of the page count up in document order, as they do when a page was loaded anew. What is
// added to a page later gets higher ids than what stands behind it, and keeps them in a checkout.
func (t *tree) numbered() bool {
	last, up := int32(0), true
	if t.root != nil {
		t.root.walk(func(n *node) bool {
			up = up && n.id > last
			last = n.id
			return up
		})
	}
	return up
}

// checkoutShare is 80 % of n: recorders that throttle mutations lose some nodes between two checkouts, while two
// different pages of one site, compared by ids in document order, agreed on less than half in the recordings at hand.
func checkoutShare(n int) int { return (n*4 + 4) / 5 }
