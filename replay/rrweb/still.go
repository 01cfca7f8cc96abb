package rrweb

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Still plays masked events on a tree of their nodes and says what page they lead to, as a full snapshot and the few events
// that a snapshot has no place for. A player that starts there shows what it would show after playing them all
// (rrweb's replay/index.ts is what it follows; web/bench/still.mjs compares the two).
//
// Call Begin with the data of a full snapshot, Add with those that follow it (of a kind that Masker.Trail tells apart only the
// last), then Append and Rest. A recording that says
// something of its page which rrweb itself would mend or show halfway is refused: Add reports false, and it must be played as
// it is. What is put in must have come out of a Masker and must not change afterwards. What players of sound and film do is
// left out: the viewer loads neither. Not safe for concurrent use.
type Still struct {
	opt    Options
	dec    decoder
	root   *stillNode
	offset []byte // initialOffset of the snapshot
	nodes  map[int32]*stillNode
	ruled  map[int32]bool            // nodes that styles may be about
	styles []stillEvent              // rules and sheets, in order
	last   map[stillState]stillEvent // scrolls, typed values, players, and the size of the window
	trail  []stillEvent              // nothing of the page
	order  int                       // of the next event
}

// stillNode is a node of the page. Texts are JSON.
type stillNode struct {
	parent, first, last, before, after *stillNode

	id           int32
	root         int32 // rootId; 0 = none
	depth        int
	kind         int
	tag          string
	shadow, host bool
	parental     bool   // has a list of children
	rest         []byte // members that stay as they are, each with a comma before it
	text         []byte // nil = none
	attrs        []outAttr
	style        []outAttr // properties that were set one by one, in order, since the style attribute was
}

// stillState names a state of which the last one counts.
type stillState struct {
	source int16
	id     int32
}

// stillEvent is an event that a snapshot has no place for.
type stillEvent struct {
	kind  int
	data  []byte
	id    int32
	order int
}

// Types of nodes as rrweb numbers them.
const (
	nodeDocument = 0
	nodeDoctype  = 1
	nodeElement  = 2
	nodeText     = 3
	nodeCDATA    = 4
	nodeComment  = 5
)

// NewStill returns a Still for one window.
func NewStill(opt Options) *Still { return &Still{opt: opt.withDefaults()} }

// Begin takes the data of a full snapshot, and reports whether it can be gone on from.
func (s *Still) Begin(data []byte) bool {
	*s = Still{opt: s.opt, nodes: make(map[int32]*stillNode), ruled: make(map[int32]bool), last: make(map[stillState]stillEvent)}
	s.dec.reset(data)
	ok := true
	err := s.dec.fields(func(key []byte) (err error) {
		switch string(key) {
		case "node":
			s.root, err = s.read(0)
			ok = ok && s.root != nil
		case "initialOffset":
			s.offset, err = s.dec.value()
		default:
			err = s.dec.skip()
		}
		return err
	})
	return err == nil && ok && s.root != nil && s.root.kind == nodeDocument && s.enter(s.root)
}

// read reads a node with what is below it; nil when it is no node.
func (s *Still) read(depth int) (*stillNode, error) {
	d := &s.dec
	if depth > s.opt.MaxDepth || d.peek() != '{' {
		return nil, errDepth
	}
	n := &stillNode{kind: -1}
	err := d.fields(func(key []byte) (err error) {
		switch string(key) {
		case "id":
			n.id, err = d.nodeID()
		case "type":
			var f float64
			f, _, err = d.number()
			n.kind = int(clamp32(f))
		case "tagName":
			n.tag, err = d.text()
		case "attributes":
			err = d.fields(func(key []byte) error {
				name := string(key)
				raw, err := d.value()
				n.attrs = append(n.attrs, outAttr{name, raw})
				return err
			})
		case "textContent":
			n.text, err = d.value()
		case "childNodes":
			n.parental = true
			err = d.elements(func() error {
				c, err := s.read(depth + 1)
				if c != nil {
					n.insert(c, nil)
				}
				return err
			})
		case "isShadow":
			n.shadow, _, err = d.flag()
		case "isShadowHost":
			n.host, _, err = d.flag()
		case "rootId":
			n.root, err = d.nodeID()
		default:
			name := string(key)
			var raw []byte
			raw, err = d.value()
			n.rest = append(append(append(append(append(n.rest, ','), '"'), name...), '"', ':'), raw...)
		}
		return err
	})
	if n.is("textarea") && n.attr("value") >= 0 {
		n.first, n.last = nil, nil // what it shows is its value
	}
	return n, err
}

// enter makes the nodes of a subtree known; false if one is known already, which rrweb would mend in its own way, or lies too
// deep.
func (s *Still) enter(n *stillNode) bool {
	if n.parent != nil {
		n.depth = n.parent.depth + 1
	}
	if n.id <= 0 || s.nodes[n.id] != nil || n.kind < nodeDocument || n.kind > nodeComment || n.depth > s.opt.MaxDepth {
		return false
	}
	s.nodes[n.id] = n
	for c := n.first; c != nil; c = c.after {
		if !s.enter(c) {
			return false
		}
	}
	return true
}

// leave forgets the nodes of a subtree with their states.
func (s *Still) leave(n *stillNode) {
	delete(s.nodes, n.id)
	delete(s.last, stillState{sourceScroll, n.id})
	delete(s.last, stillState{sourceInput, n.id})
	s.unruled(n.id)
	for c := n.first; c != nil; c = c.after {
		s.leave(c)
	}
}

// unruled drops the rules that were put into the sheet of a node: the sheet is another one now.
func (s *Still) unruled(id int32) {
	if s.ruled[id] {
		delete(s.ruled, id)
		s.styles = slices.DeleteFunc(s.styles, func(e stillEvent) bool { return e.id == id })
	}
}

// insert puts c before another child of n, at the end if that is nil.
func (n *stillNode) insert(c, before *stillNode) {
	c.parent, c.after = n, before
	if before != nil {
		c.before, before.before = before.before, c
	} else {
		c.before, n.last = n.last, c
	}
	if c.before != nil {
		c.before.after = c
	} else {
		n.first = c
	}
	n.parental = true
}

// detach takes n out of its parent.
func (n *stillNode) detach() {
	p := n.parent
	if n.before != nil {
		n.before.after = n.after
	} else {
		p.first = n.after
	}
	if n.after != nil {
		n.after.before = n.before
	} else {
		p.last = n.before
	}
	n.parent, n.before, n.after = nil, nil, nil
}

// attr returns the place of an attribute, -1 if there is none.
func (n *stillNode) attr(name string) int {
	return slices.IndexFunc(n.attrs, func(a outAttr) bool { return a.key == name })
}

// set sets an attribute; nil takes it away.
func (n *stillNode) set(name string, raw []byte) {
	i := n.attr(name)
	switch {
	case raw == nil && i >= 0:
		n.attrs = slices.Delete(n.attrs, i, i+1)
	case raw == nil:
	case i >= 0:
		n.attrs[i].raw = raw
	default:
		n.attrs = append(n.attrs, outAttr{name, raw})
	}
}

func (n *stillNode) is(tag string) bool {
	return n.kind == nodeElement && strings.EqualFold(n.tag, tag)
}

// Add takes the data of an event of the type kind that follows. It reports false where the recording has to be played as it
// is; nothing may be added after that.
func (s *Still) Add(kind int, data []byte) bool {
	s.order++
	switch kind {
	case typeMeta:
		s.last[stillState{source: -typeMeta}] = stillEvent{kind: kind, data: data, order: s.order}
		return true
	case typeIncremental:
	default:
		return true // nothing of the page
	}
	source := s.dec.sourceOf(data)
	e := stillEvent{kind: kind, data: data, order: s.order}
	switch source {
	case sourceMutation:
		return s.mutate(data)
	case sourceMedia:
	case sourceScroll, sourceInput:
		if e.id = s.idOf(data); s.nodes[e.id] != nil {
			s.last[stillState{source, e.id}] = e
		}
	case sourceViewportResize:
		s.last[stillState{source: source}] = e
	case sourceStyleSheetRule, sourceStyleDeclaration, sourceAdoptedStyleSheet:
		// Sheets that no node holds go by ids of their own.
		if e.id = s.idOf(data); e.id <= 0 || s.nodes[e.id] != nil {
			s.styles = append(s.styles, e)
			s.ruled[e.id] = true
		}
	default:
		s.trail = append(s.trail, e)
	}
	return true
}

// idOf reads the node of an event; 0 = none.
func (s *Still) idOf(data []byte) (id int32) {
	s.dec.reset(data)
	_ = s.dec.fields(func(key []byte) (err error) {
		if string(key) == "id" {
			id, err = s.dec.nodeID()
			return err
		}
		return s.dec.skip()
	})
	return id
}

// mutate plays a batch in the order in which rrweb does.
func (s *Still) mutate(data []byte) bool {
	b, err := s.dec.decodeBatch(data)
	if err != nil {
		return false
	}
	ok := true
	each := func(list []byte, f func() (bool, error)) {
		if len(list) == 0 || !ok {
			return
		}
		s.dec.reset(list)
		err := s.dec.elements(func() error {
			done, err := f()
			ok = ok && done
			return err
		})
		ok = ok && err == nil
	}
	each(b.removes, s.remove)
	var waiting []stillAdd
	each(b.adds, func() (bool, error) {
		a, err := s.readAdd()
		if err != nil {
			return false, err
		}
		placed, fine := s.place(a)
		if !placed {
			waiting = append(waiting, a)
		}
		return fine, nil
	})
	// Nodes whose parent or neighbour comes later in the batch. What never finds its place is left out, as by rrweb.
	for ok && len(waiting) > 0 {
		before := len(waiting)
		waiting = slices.DeleteFunc(waiting, func(a stillAdd) bool {
			if !ok {
				return false
			}
			placed, fine := s.place(a)
			ok = fine
			return placed
		})
		if len(waiting) == before {
			break
		}
	}
	each(b.texts, s.changeText)
	each(b.attributes, s.changeAttrs)
	return ok
}

func (s *Still) remove() (ok bool, err error) {
	var id, parent int32
	err = s.dec.fields(func(key []byte) (err error) {
		switch string(key) {
		case "id":
			id, err = s.dec.nodeID()
		case "parentId":
			parent, err = s.dec.nodeID()
		default:
			err = s.dec.skip()
		}
		return err
	})
	n, p := s.nodes[id], s.nodes[parent]
	if err != nil || n == nil || p == nil {
		return true, err // rrweb leaves it out
	}
	if n.parent != p {
		return false, nil
	}
	if n.kind == nodeText && p.is("style") {
		if !s.ownText(p) {
			return false, nil
		}
		s.unruled(p.id)
	}
	n.detach()
	s.leave(n)
	return true, nil
}

// stillAdd is a node to be added.
type stillAdd struct {
	node         *stillNode
	parent, next int32 // next 0 = at the end
	strange      bool  // names a neighbour as old recorders did
}

func (s *Still) readAdd() (a stillAdd, err error) {
	d := &s.dec
	err = d.fields(func(key []byte) (err error) {
		switch string(key) {
		case "parentId":
			a.parent, err = d.nodeID()
		case "nextId":
			if d.peek() == 'n' {
				return d.skip()
			}
			a.next, err = d.nodeID()
			a.strange = a.strange || a.next < 0
		case "previousId":
			a.strange = a.strange || d.peek() != 'n'
			err = d.skip()
		case "node":
			a.node, err = s.read(0)
		default:
			err = d.skip()
		}
		return err
	})
	if err == nil && a.node == nil {
		err = errSyntax
	}
	return a, err
}

// place adds a node. placed is false when what it is to stand in or before is not there yet; ok is false for what rrweb
// would mend.
func (s *Still) place(a stillAdd) (placed, ok bool) {
	n, p := a.node, s.nodes[a.parent]
	switch {
	case a.strange:
		return true, false
	case p == nil:
		return false, n.kind != nodeDocument // a document waits for its frame
	}
	next := s.nodes[a.next]
	switch {
	case a.next != 0 && next == nil:
		return false, true
	case n.root != 0 && s.nodes[n.root] == nil && n.kind != nodeDocument:
		return true, true // rrweb leaves it out
	case n.kind == nodeDocument:
		return true, p.is("iframe") && s.load(p, n)
	case p.is("iframe"), p.kind == nodeDocument, p.kind != nodeElement:
		return true, false
	}
	if next != nil && next.parent != p {
		if next.within(p) {
			return true, false
		}
		next = nil
	}
	for n.first != nil { // comes by itself
		n.first.detach()
	}
	if n.shadow {
		p.host = true
	}
	if n.kind == nodeText && !s.joinText(p, n) {
		return true, false
	}
	p.insert(n, next)
	return true, s.enter(n)
}

// load puts a document into a frame, in place of the one before.
func (s *Still) load(frame, document *stillNode) bool {
	for frame.first != nil {
		old := frame.first
		old.detach()
		s.leave(old)
	}
	frame.insert(document, nil)
	return s.enter(document)
}

func (n *stillNode) within(p *stillNode) bool {
	for n = n.parent; n != nil; n = n.parent {
		if n == p {
			return true
		}
	}
	return false
}

// joinText prepares elements whose text is more than their children for a text that is added.
func (s *Still) joinText(p, n *stillNode) bool {
	switch {
	case p.is("textarea"):
		p.set("value", nil)
		for c := p.first; c != nil; {
			after := c.after
			if c.kind == nodeText {
				c.detach()
				s.leave(c)
			}
			c = after
		}
	case p.is("style"):
		s.unruled(p.id)
		if i := p.attr("_cssText"); i >= 0 && p.first == nil {
			n.text = p.attrs[i].raw // the text takes over the rules
			p.set("_cssText", nil)
			return true
		}
		return s.ownText(p)
	}
	return true
}

// cssSplit is what rrweb writes between the rules of two texts of one style element.
const cssSplit = "/* rr_split */"

// ownText gives the texts of a style element the rules that its recorder keeps beside them.
func (s *Still) ownText(p *stillNode) bool {
	i := p.attr("_cssText")
	if i < 0 || p.first == nil {
		return true
	}
	parts := strings.Split(scalarText(p.attrs[i].raw), cssSplit)
	for c := p.first; c != nil; c = c.after {
		if c.kind != nodeText || len(parts) == 0 {
			return false
		}
		c.text, parts = appendString(nil, parts[0]), parts[1:]
	}
	p.set("_cssText", nil)
	return len(parts) == 0
}

func (s *Still) changeText() (ok bool, err error) {
	var id int32
	var value []byte
	err = s.dec.fields(func(key []byte) (err error) {
		switch string(key) {
		case "id":
			id, err = s.dec.nodeID()
		case "value":
			value, err = s.dec.value()
		default:
			err = s.dec.skip()
		}
		return err
	})
	n := s.nodes[id]
	if err != nil || n == nil {
		return true, err
	}
	if n.kind < nodeText || n.parent == nil {
		return false, nil
	}
	if n.parent.is("style") {
		if !s.ownText(n.parent) {
			return false, nil
		}
		s.unruled(n.parent.id)
	}
	if n.text = value; len(value) == 0 || value[0] != '"' {
		n.text = []byte(`""`)
	}
	return true, nil
}

func (s *Still) changeAttrs() (ok bool, err error) {
	var id int32
	var attrs []outAttr
	d := &s.dec
	err = d.fields(func(key []byte) (err error) {
		switch string(key) {
		case "id":
			id, err = d.nodeID()
		case "attributes":
			err = d.fields(func(key []byte) error {
				name := string(key)
				raw, err := d.value()
				attrs = append(attrs, outAttr{name, raw})
				return err
			})
		default:
			err = d.skip()
		}
		return err
	})
	n := s.nodes[id]
	if err != nil || n == nil {
		return true, err
	}
	if n.kind != nodeElement {
		return false, nil
	}
	for _, a := range attrs {
		s.changeAttr(n, a)
	}
	return true, nil
}

// changeAttr sets an attribute as rrweb does: strings, and for styles an object of properties.
func (s *Still) changeAttr(n *stillNode, a outAttr) {
	switch {
	case len(a.raw) == 0:
	case a.raw[0] == 'n':
		n.set(a.key, nil)
		if a.key == "style" {
			n.style = nil
		}
	case strings.HasPrefix(a.key, "rr_") && a.key != "rr_open_mode":
		// Means something only when the element is built.
	case a.raw[0] == '"':
		switch {
		case a.key == "style":
			n.style = nil
		case a.key == "_cssText" && (n.is("style") || n.is("link")), a.key == "value" && n.is("textarea"):
			s.unruled(n.id)
			for n.first != nil {
				c := n.first
				c.detach()
				s.leave(c)
			}
		}
		n.set(a.key, a.raw)
	case a.raw[0] == '{' && a.key == "style":
		var d decoder
		d.reset(a.raw)
		_ = d.fields(func(key []byte) error {
			name := string(key)
			raw, err := d.value()
			n.style = slices.DeleteFunc(n.style, func(p outAttr) bool { return p.key == name })
			n.style = append(n.style, outAttr{name, raw})
			return err
		})
	}
}

// Append appends the data of the full snapshot.
func (s *Still) Append(dst []byte) []byte {
	dst = s.root.write(append(dst, `{"node":`...))
	if s.offset != nil {
		dst = append(append(dst, `,"initialOffset":`...), s.offset...)
	}
	return append(dst, '}')
}

// write appends a node and what is below it. The documents of frames are not written: rrweb takes them as events.
func (n *stillNode) write(dst []byte) []byte {
	dst = strconv.AppendInt(append(dst, `{"type":`...), int64(n.kind), 10)
	dst = append(dst, n.rest...)
	if n.root != 0 {
		dst = strconv.AppendInt(append(dst, `,"rootId":`...), int64(n.root), 10)
	}
	if n.shadow {
		dst = append(dst, `,"isShadow":true`...)
	}
	if n.host {
		dst = append(dst, `,"isShadowHost":true`...)
	}
	if n.kind == nodeElement {
		dst = appendString(append(dst, `,"tagName":`...), n.tag)
		dst = append(dst, `,"attributes":{`...)
		for i, a := range n.attrs {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(append(appendString(dst, a.key), ':'), a.raw...)
		}
		dst = append(dst, '}')
	}
	if n.text != nil {
		dst = append(append(dst, `,"textContent":`...), n.text...)
		if p := n.parent; p.is("style") && p.attr("_cssText") < 0 && !bytes.Contains(n.rest, []byte(`"isStyle"`)) {
			dst = append(dst, `,"isStyle":true`...)
		}
	}
	if n.parental {
		dst = append(dst, `,"childNodes":[`...)
		some := false
		for c := n.first; c != nil; c = c.after {
			if c.kind == nodeDocument {
				continue
			}
			if some {
				dst = append(dst, ',')
			}
			some = true
			dst = c.write(dst)
		}
		dst = append(dst, ']')
	}
	dst = strconv.AppendInt(append(dst, `,"id":`...), int64(n.id), 10)
	return append(dst, '}')
}

// Size is the size of the window where it changed since the snapshot, in CSS px; 0 where it did not.
func (s *Still) Size() (width, height int) {
	e, ok := s.last[stillState{source: sourceViewportResize}]
	if meta := s.last[stillState{source: -typeMeta}]; meta.order > e.order {
		e, ok = meta, true
	}
	if !ok {
		return 0, 0
	}
	return MetaSize(e.data)
}

// Rest calls yield with the type and the data of every event to be played right after the snapshot, in order.
func (s *Still) Rest(yield func(kind int, data []byte)) {
	s.root.frames(yield)
	if styled := s.root.styled(nil); len(styled) > 0 {
		out := append([]byte(`{"source":0,"removes":[],"adds":[],"texts":[],"attributes":[`), styled[1:]...)
		yield(typeIncremental, append(out, "]}"...))
	}
	for _, e := range s.styles {
		yield(e.kind, e.data)
	}
	rest := slices.AppendSeq(s.trail[:len(s.trail):len(s.trail)], maps.Values(s.last))
	slices.SortFunc(rest, func(a, b stillEvent) int { return a.order - b.order })
	for _, e := range rest {
		yield(e.kind, e.data)
	}
}

// frames yields the documents of frames, outer ones first.
func (n *stillNode) frames(yield func(kind int, data []byte)) {
	for c := n.first; c != nil; c = c.after {
		if c.kind == nodeDocument {
			out := strconv.AppendInt([]byte(`{"source":0,"isAttachIframe":true,"removes":[],"texts":[],"attributes":[],"adds":[{"parentId":`), int64(n.id), 10)
			yield(typeIncremental, append(c.write(append(out, `,"nextId":null,"node":`...)), "}]}"...))
		}
		c.frames(yield)
	}
}

// styled appends what was set of styles one by one, each with a comma before it.
func (n *stillNode) styled(dst []byte) []byte {
	if len(n.style) > 0 {
		dst = strconv.AppendInt(append(dst, `,{"id":`...), int64(n.id), 10)
		for i, p := range n.style {
			if i == 0 {
				dst = append(dst, `,"attributes":{"style":{`...)
			} else {
				dst = append(dst, ',')
			}
			dst = append(append(appendString(dst, p.key), ':'), p.raw...)
		}
		dst = append(dst, "}}}"...)
	}
	for c := n.first; c != nil; c = c.after {
		dst = c.styled(dst)
	}
	return dst
}
