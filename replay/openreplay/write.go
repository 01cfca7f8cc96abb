package openreplay

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// quote appends s as a JSON string; what is not UTF-8 becomes U+FFFD.
func quote(dst []byte, s string) []byte {
	out, err := jsontext.AppendQuote(dst, s)
	if err == nil {
		return out
	}
	if out, err = jsontext.AppendQuote(dst, strings.ToValidUTF8(s, "\uFFFD")); err != nil {
		return append(dst, `""`...)
	}
	return out
}

func number[T int | int32 | int64 | uint64](dst []byte, n T) []byte {
	return strconv.AppendInt(dst, int64(n), 10)
}

// member appends a member that is a number.
func member[T int | int32 | int64 | uint64](dst []byte, name string, n T) []byte {
	dst = append(dst, '"')
	dst = append(dst, name...)
	dst = append(dst, `":`...)
	return number(dst, n)
}

// snapshot appends the data of a FullSnapshot. Everything in the page counts as shown afterwards.
func (p *page) snapshot(dst []byte, scrollX, scrollY int64) []byte {
	p.flushes++
	dst = append(dst, `{"node":{"type":0,"childNodes":[{"type":1,"name":"html","publicId":"","systemId":"","id":`...)
	dst = number(dst, idDoctype)
	dst = append(dst, '}')
	p.document.shown, p.document.written = true, p.flushes
	p.document.each(func(n *node) {
		dst = append(dst, ',')
		dst = p.tree(dst, n, 0)
	})
	dst = append(dst, `],"id":`...)
	dst = number(dst, idDocument)
	dst = append(dst, `},"initialOffset":{`...)
	dst = member(dst, "left", scrollX)
	dst = append(dst, ',')
	dst = member(dst, "top", scrollY)
	dst = append(dst, `}}`...)
	p.fresh = false
	for _, n := range p.changed {
		// What hangs on nothing is not shown, and is told of when it is placed.
		n.listed, n.retext, n.renamed = false, false, n.renamed[:0]
	}
	p.changed, p.removed = p.changed[:0], p.removed[:0]
	return dst
}

// tree appends a node with everything below it.
func (p *page) tree(dst []byte, n *node, root int32) []byte {
	dst = p.open(dst, n, root)
	if n.kind == kindElement {
		dst = append(dst, `,"childNodes":[`...)
		some := false
		child := func(c *node) {
			if some {
				dst = append(dst, ',')
			}
			some = true
			dst = p.tree(dst, c, root)
		}
		if n.shadow != nil {
			n.shadow.each(child)
		}
		n.each(child)
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// open appends the members of a node besides its children, and marks it as shown. The frame below it is put on the list
// of those to attach.
func (p *page) open(dst []byte, n *node, root int32) []byte {
	n.shown, n.written = true, p.flushes
	dst = append(dst, '{')
	switch n.kind {
	case kindText:
		dst = append(dst, `"type":3,"textContent":`...)
		dst = quote(dst, n.text)
		if n.parent != nil && n.parent.tag == "style" {
			dst = append(dst, `,"isStyle":true`...)
		}
	default:
		dst = append(dst, `"type":2,"tagName":`...)
		dst = quote(dst, n.tag)
		dst = append(dst, `,"attributes":{`...)
		dst = n.appendAttrs(dst)
		dst = append(dst, '}')
		if n.svg {
			dst = append(dst, `,"isSVG":true`...)
		}
		if n.shadow != nil {
			dst = append(dst, `,"isShadowHost":true`...)
		}
		if n.frame != nil { // a frame that is placed anew loads anew
			n.frame.shown = false
			p.await(n.frame)
		}
	}
	if n.parent != nil && n.parent.kind == kindShadow {
		dst = append(dst, `,"isShadow":true`...)
	}
	if root != 0 {
		dst = append(dst, ',')
		dst = member(dst, "rootId", root)
	}
	dst = append(dst, ',')
	return member(dst, "id", n.id)
}

// appendAttrs appends the attributes with the state of the control and the scroll offsets, as rrweb's snapshots hold
// them. What was typed is as many asterisks.
func (n *node) appendAttrs(dst []byte) []byte {
	some := false
	key := func(name string) {
		if some {
			dst = append(dst, ',')
		}
		some = true
		dst = quote(dst, name)
		dst = append(dst, ':')
	}
	for _, a := range n.attrs {
		if n.field.known && (a.name == "value" || a.name == "checked") {
			continue
		}
		key(a.name)
		dst = quote(dst, a.value)
	}
	if n.field.checked {
		key("checked")
		dst = append(dst, "true"...)
	}
	if n.field.length > 0 && n.tag != "select" {
		key("value")
		dst = quote(dst, stars(n.field.length))
	}
	if n.scrollX != 0 || n.scrollY != 0 {
		key("rr_scrollLeft")
		dst = number(dst, n.scrollX)
		key("rr_scrollTop")
		dst = number(dst, n.scrollY)
	}
	return dst
}

// maxStars bounds how many asterisks stand for a text.
const maxStars = 4096

func stars(n int) string { return strings.Repeat("*", min(n, maxStars)) }

// mutation appends the data of one mutation that makes of the page as shown the page as it is, and reports whether there
// is any difference. rrweb applies removes, adds, texts and attributes in this order.
func (p *page) mutation(dst []byte) ([]byte, bool) {
	if len(p.changed) == 0 && len(p.removed) == 0 {
		return dst, false
	}
	p.flushes++
	start := len(dst)
	dst = append(dst, `{"source":0,"removes":[`...)
	some := len(p.removed) > 0
	for i, r := range p.removed {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '{')
		dst = member(dst, "parentId", r.parent)
		dst = append(dst, ',')
		dst = member(dst, "id", r.id)
		dst = append(dst, '}')
	}
	dst = append(dst, `],"adds":[`...)
	before := len(dst)
	// From the last to the first: neighbours to the right are there when those to the left are placed.
	for _, n := range slices.Backward(p.changed) {
		dst = p.add(dst, n, before)
	}
	some = some || len(dst) > before
	dst = append(dst, `],"texts":[`...)
	before = len(dst)
	for _, n := range p.changed {
		if n.retext && p.told(n) {
			dst = comma(dst, before)
			dst = append(dst, '{')
			dst = member(dst, "id", n.id)
			dst = append(dst, `,"value":`...)
			dst = quote(dst, n.text)
			dst = append(dst, '}')
		}
	}
	some = some || len(dst) > before
	dst = append(dst, `],"attributes":[`...)
	before = len(dst)
	for _, n := range p.changed {
		if len(n.renamed) > 0 && p.told(n) {
			dst = comma(dst, before)
			dst = append(dst, '{')
			dst = member(dst, "id", n.id)
			dst = append(dst, `,"attributes":{`...)
			dst = n.appendChanged(dst)
			dst = append(dst, `}}`...)
		}
		n.listed, n.retext, n.renamed = false, false, n.renamed[:0]
	}
	some = some || len(dst) > before
	p.changed, p.removed = p.changed[:0], p.removed[:0]
	if !some {
		return dst[:start], false
	}
	return append(dst, `]}`...), true
}

// told reports whether players have a node, as it was at the last flush: it is shown, was not written anew by this one, and
// will not be with the document of a frame.
func (p *page) told(n *node) bool {
	if !n.shown || n.written == p.flushes {
		return false
	}
	for d := n.document(); d != p.document; d = d.parent.document() {
		if d == nil || !d.shown {
			return false
		}
	}
	return true
}

// comma separates elements of a list that began at a length.
func comma(dst []byte, start int) []byte {
	if len(dst) > start {
		return append(dst, ',')
	}
	return dst
}

// appendChanged appends the attributes that changed; null stands for one that went.
func (n *node) appendChanged(dst []byte) []byte {
	slices.Sort(n.renamed)
	for i, name := range slices.Compact(n.renamed) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = quote(dst, name)
		dst = append(dst, ':')
		if value, ok := n.attr(name); ok {
			dst = quote(dst, value)
		} else {
			dst = append(dst, "null"...)
		}
	}
	return dst
}

// add appends what is to be added because of a changed node: the topmost subtree around it that is not shown, unless it
// is shown already, or hangs on nothing.
func (p *page) add(dst []byte, n *node, before int) []byte {
	if n.gone || n.written == p.flushes {
		return dst
	}
	var top *node
	at := n
	for ; at.parent != nil; at = at.parent {
		if !at.shown {
			top = at
		}
	}
	if at != p.document || top == nil {
		return dst
	}
	if top.kind == kindDocument {
		p.await(top)
		return dst
	}
	root := int32(0)
	if d := top.document(); d != p.document {
		root = d.id
	}
	return p.addTree(dst, top, root, before)
}

// addTree appends a node and everything below it, one by one: players add no subtrees.
func (p *page) addTree(dst []byte, n *node, root int32, before int) []byte {
	dst = comma(dst, before)
	dst = append(dst, '{')
	dst = member(dst, "parentId", n.parent.host().id)
	dst = append(dst, `,"nextId":`...)
	if next := n.sibling(); next != nil {
		dst = number(dst, next.id)
	} else {
		dst = append(dst, "null"...)
	}
	dst = append(dst, `,"node":`...)
	dst = p.open(dst, n, root)
	if n.kind == kindElement {
		dst = append(dst, `,"childNodes":[]`...)
	}
	dst = append(dst, `}}`...)
	child := func(c *node) { dst = p.addTree(dst, c, root, before) }
	n.eachBack(child)
	if n.shadow != nil {
		n.shadow.eachBack(child)
	}
	return dst
}

// await puts the document of a frame on the list of those to attach.
func (p *page) await(doc *node) {
	if !doc.awaited {
		doc.awaited = true
		p.frames = append(p.frames, doc)
	}
}

// attach appends the data of the mutation that gives a frame its document.
func (p *page) attach(dst []byte, doc *node) []byte {
	p.flushes++
	doc.shown, doc.written = true, p.flushes
	dst = append(dst, `{"source":0,"isAttachIframe":true,"removes":[],"texts":[],"attributes":[],"adds":[{`...)
	dst = member(dst, "parentId", doc.parent.id)
	dst = append(dst, `,"nextId":null,"node":{"type":0,"childNodes":[`...)
	start := len(dst)
	doc.each(func(n *node) {
		dst = comma(dst, start)
		dst = p.tree(dst, n, doc.id)
	})
	dst = append(dst, `],`...)
	dst = member(dst, "id", doc.id)
	return append(dst, `}}]}`...)
}
