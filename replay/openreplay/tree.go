package openreplay

import "strings"

// Kinds of nodes. A shadow root is no node of rrweb: its children are those of its host, marked as shadow.
type nodeKind uint8

const (
	kindElement nodeKind = iota
	kindText
	kindDocument
	kindShadow
)

// Ids of the nodes that every page begins with, in the order in which rrweb counts. OpenReplay's node 0 is the html
// element; document and doctype have no message.
const (
	idDocument = 1
	idDoctype  = 2
	idHTML     = 3
)

// maxDepth bounds the nesting of nodes. Chromium stops at 512; frames and shadow trees add to that.
const maxDepth = 1000

// node is one node of the page as the messages build it.
type node struct {
	id     int32  // of rrweb
	source uint64 // of OpenReplay
	kind   nodeKind
	svg    bool
	shown  bool // a snapshot or mutation has told of it, at its present place
	gone   bool // removed
	listed bool // in page.changed
	retext bool // text changed since it was shown
	// awaited: a document in page.frames.
	awaited bool
	// written is the number of the last flush that wrote the node as a whole.
	written int
	tag     string
	attrs   []attr
	renamed []string // attributes changed since it was shown
	text    string
	field   field
	scrollX int64
	scrollY int64
	sheets  []uint64 // adopted, of a document or shadow root

	parent *node
	frame  *node // the document that an iframe shows
	shadow *node // the shadow root of a host

	kids            *node // root of the treap of children
	left, right, up *node
	size            int32
	rankKey         uint32
	height          int32 // at least the number of levels below
}

type attr struct{ name, value string }

// field is the state of a form control. What was typed is not kept.
type field struct {
	known   bool
	hash    uint64 // of the value
	length  int    // in characters, -1 = unknown
	checked bool
}

// page is the document that a tab shows.
type page struct {
	document *node
	nodes    map[uint64]*node
	lastID   int32
	// What changed since the last flush, in order.
	removed []removal
	changed []*node
	frames  []*node // documents of frames to attach
	fresh   bool    // the page itself has not been shown
	flushes int
	limit   int
	limited bool
}

type removal struct{ parent, id int32 }

// newPage returns a page that holds the html element only.
func newPage(limit int) *page {
	p := &page{nodes: make(map[uint64]*node), lastID: idDoctype, fresh: true, limit: limit}
	p.document = &node{id: idDocument, kind: kindDocument}
	html := p.make(0, kindElement)
	html.tag = "html"
	p.document.insertAt(html, 0)
	return p
}

// make registers a new node.
func (p *page) make(source uint64, kind nodeKind) *node {
	p.lastID++
	n := &node{id: p.lastID, source: source, kind: kind, size: 1, rankKey: mix(uint32(p.lastID))}
	p.nodes[source] = n
	return n
}

// create adds a node. A node that is there already stays what it is: a batch may arrive twice.
func (p *page) create(source, parent, at uint64, kind nodeKind) *node {
	if p.nodes[source] != nil {
		return nil
	}
	if len(p.nodes) >= p.limit {
		p.limited = true
		return nil
	}
	above := p.nodes[parent]
	if above == nil || above.kind == kindText || !p.fits(above, nil) {
		return nil
	}
	n := p.make(source, kind)
	p.put(above, n, at)
	return n
}

// put places a detached node.
func (p *page) put(above, n *node, at uint64) {
	above.insertAt(n, at)
	p.note(n)
	n.raise()
}

// raise tells everything above n how deep it has become.
func (n *node) raise() {
	for h := n.height + 1; n.parent != nil && n.parent.height < h; h++ {
		n = n.parent
		n.height = h
	}
}

// fits reports whether a node can lie below above: not below itself, and not too deep.
func (p *page) fits(above, n *node) bool {
	depth := int32(0)
	if n != nil {
		depth = n.height
	}
	for up := above; up != nil; up = up.parent {
		if depth++; up == n {
			return false
		}
		if depth > maxDepth {
			p.limited = true
			return false
		}
	}
	return true
}

// move puts a node elsewhere.
func (p *page) move(source, parent, at uint64) {
	n, above := p.nodes[source], p.nodes[parent]
	if n == nil || above == nil || above.kind == kindText || n.parent == nil || source == 0 ||
		n.kind != kindElement && n.kind != kindText || !p.fits(above, n) {
		return
	}
	p.take(n)
	p.put(above, n, at)
}

// remove takes a node and everything below it out of the page.
func (p *page) remove(source uint64) {
	n := p.nodes[source]
	if n == nil || source == 0 || n.kind != kindElement && n.kind != kindText {
		return
	}
	p.take(n)
	p.forget(n)
}

// take detaches a node and notes its removal if it was shown.
func (p *page) take(n *node) {
	if n.shown {
		if host := n.parent.host(); host != nil {
			p.removed = append(p.removed, removal{host.id, n.id})
		}
		n.shown = false
	}
	n.detach()
}

// forget drops a subtree from the page.
func (p *page) forget(n *node) {
	n.gone, n.shown = true, false
	if p.nodes[n.source] == n {
		delete(p.nodes, n.source)
	}
	for _, root := range [2]*node{n.frame, n.shadow} {
		if root != nil {
			p.forget(root)
		}
	}
	n.each(p.forget)
}

// root gives an iframe a document, and any other element a shadow root.
func (p *page) root(host, source uint64) {
	n := p.nodes[host]
	if n == nil || n.kind != kindElement || p.nodes[source] != nil || len(p.nodes) >= p.limit || !p.fits(n, nil) {
		return
	}
	if n.tag == "iframe" || n.tag == "frame" {
		if n.frame != nil {
			p.forget(n.frame)
		}
		n.frame = p.make(source, kindDocument)
		n.frame.parent = n
		n.frame.raise()
		p.note(n.frame)
		return
	}
	if n.shadow != nil {
		p.nodes[source] = n.shadow // one host has one shadow root, whatever it is called
		return
	}
	n.shadow = p.make(source, kindShadow)
	n.shadow.parent, n.shadow.shown = n, true
	n.shadow.raise()
}

// note puts a node on the list of what changed.
func (p *page) note(n *node) {
	if !n.listed {
		n.listed = true
		p.changed = append(p.changed, n)
	}
}

// set changes an attribute; remove says that it went. Trackers repeat what a framework sets again to the same value.
func (p *page) set(source uint64, name, value string, remove bool) {
	n := p.nodes[source]
	if n == nil || n.kind != kindElement || !validName(name) {
		return
	}
	if old, ok := n.attr(name); ok == !remove && old == value || remove && !ok {
		return
	}
	n.setAttr(name, value, remove)
	if n.shown {
		n.renamed = append(n.renamed, name)
		p.note(n)
	}
}

func (n *node) setAttr(name, value string, remove bool) {
	for i := range n.attrs {
		if n.attrs[i].name == name {
			if remove {
				n.attrs = append(n.attrs[:i], n.attrs[i+1:]...)
			} else {
				n.attrs[i].value = value
			}
			return
		}
	}
	if !remove && len(n.attrs) < maxAttrs {
		n.attrs = append(n.attrs, attr{name, value})
	}
}

// maxAttrs bounds the attributes of a node. Elements of frameworks have dozens.
const maxAttrs = 256

func (n *node) attr(name string) (string, bool) {
	for i := range n.attrs {
		if n.attrs[i].name == name {
			return n.attrs[i].value, true
		}
	}
	return "", false
}

// setText changes the text of a text node.
func (p *page) setText(source uint64, text string) {
	n := p.nodes[source]
	if n == nil || n.kind != kindText || n.shown && n.text == text {
		return
	}
	n.text = text
	if n.shown {
		n.retext = true
		p.note(n)
	}
}

// validName reports whether a browser takes an attribute name.
func validName(name string) bool {
	return name != "" && !strings.ContainsAny(name, "\t\n\f\r \"'<>/=") && len(name) < 1<<10
}

// host is the node that rrweb names as parent of the children of n.
func (n *node) host() *node {
	if n != nil && n.kind == kindShadow {
		return n.parent
	}
	return n
}

// document is the document that n lies in, nil outside of the page.
func (n *node) document() *node {
	for n != nil && n.kind != kindDocument {
		n = n.parent
	}
	return n
}

// inFrame reports whether n lies in the document of a frame.
func (n *node) inFrame() bool {
	d := n.document()
	return d != nil && d.parent != nil
}
