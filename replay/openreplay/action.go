package openreplay

import (
	"hash/maphash"
	"unicode/utf8"

	"github.com/rankle/rankle/replay"
)

// Mouse interactions of rrweb.
const (
	interactionClick      = 2
	interactionFocus      = 5
	interactionBlur       = 6
	interactionTouchStart = 7
	interactionTouchEnd   = 9
)

// maxPixels bounds sizes and offsets: 2^25 is more than any browser lays out (Firefox 17.8 million px, others 33 million).
const maxPixels = 1 << 25

func pixels(v int64) int64 { return max(-maxPixels, min(v, maxPixels)) }

// action handles what a person does.
func (t *tab) action(typ uint8, c *cursor) bool {
	switch typ {
	case typeLocation, typeLocationOld:
		t.location(typ, c)
	case typeViewportSize:
		t.viewport(c)
	case typeViewportScroll:
		x, y := pixels(c.int()), pixels(c.int())
		if c.err == nil && (x != t.scrollX || y != t.scrollY) {
			t.scrollX, t.scrollY = x, y
			if t.page == nil || !t.page.fresh {
				t.scrolled(idDocument, x, y)
			}
		}
	case typeNodeScroll:
		t.nodeScroll(c.uint(), pixels(c.int()), pixels(c.int()))
	case typeMouseMove:
		x, y := min(c.uint(), maxPixels), min(c.uint(), maxPixels)
		if c.err == nil {
			t.moved(x, y)
		}
	case typeClick, typeClickOld:
		id, _, label, selector := c.uint(), c.uint(), c.str(), c.str()
		if c.err == nil {
			t.click(id, label, selector)
		}
	case typeInputValue:
		id, value, mask := c.uint(), c.bytes(), c.int()
		if c.err == nil {
			t.input(id, value, mask)
		}
	case typeInputChecked:
		id, checked := c.uint(), c.bool()
		if c.err == nil {
			t.checked(id, checked)
		}
	case typeFocus:
		if id := c.int(); c.err == nil {
			t.focused(id)
		}
	case typeSelection:
		from, to, text := c.uint(), c.uint(), c.bytes()
		if c.err == nil {
			t.selection(from, to, len(text) > 0)
		}
	case typeVisibility:
		data := append(t.buf(), `{"tag":"visibilitychange","payload":{"hidden":`...)
		if c.bool() {
			data = append(data, "true}}"...)
		} else {
			data = append(data, "false}}"...)
		}
		t.emit(eventCustom, t.now, data)
	default:
		return false
	}
	return true
}

// moved handles a position of the mouse. Trackers in frames of other hosts report it once more, in the coordinates of
// their frame. A second position of one moment only counts when a click follows, before which trackers report as well.
func (t *tab) moved(x, y uint64) {
	if t.mouse.at == t.now && t.mouse.known {
		t.mouse.second, t.mouse.x2, t.mouse.y2 = true, x, y
		return
	}
	t.mouse = mouse{known: true, at: t.now, x: x, y: y}
	data := append(t.buf(), `{"source":1,"positions":[{`...)
	data = member(data, "x", x)
	data = append(data, ',')
	data = member(data, "y", y)
	// The element is not named. Players need a node of the document that the position belongs to.
	data = append(data, ',')
	data = member(data, "id", idHTML)
	t.emit(eventIncremental, t.now, append(data, `,"timeOffset":0}]}`...))
}

// location handles a new address. A time of navigation says that a page was loaded: its document follows, and Meta tells
// both. Without one the page changed its own address.
func (t *tab) location(typ uint8, c *cursor) {
	url, _, origin := c.str(), c.str(), c.uint()
	title := ""
	if typ == typeLocation {
		title = c.str()
	}
	if c.err != nil {
		return
	}
	t.url = url
	if origin != 0 {
		if origin != t.shownFor {
			t.scrollX, t.scrollY = 0, 0 // a page begins at its top; what else it restores is told
		}
		t.origin, t.title, t.renamed = origin, title, true
		return
	}
	// The address changes before the title in most applications: a title that is still the same is the one of the page before.
	if title == t.title {
		title = ""
	} else {
		t.title = title
	}
	if t.page == nil || !t.page.fresh {
		t.flush()
		shown := t.title
		t.title = title
		t.named()
		t.title = shown
	}
}

func (t *tab) viewport(c *cursor) {
	w, h := min(c.uint(), maxPixels), min(c.uint(), maxPixels)
	if c.err != nil || w == t.width && h == t.height {
		return
	}
	first := t.width == 0 && t.height == 0
	t.width, t.height = w, h
	if first || t.renamed || t.page != nil && t.page.fresh {
		return // Meta tells it
	}
	data := append(t.buf(), `{"source":4,`...)
	data = member(data, "width", w)
	data = append(data, ',')
	data = member(data, "height", h)
	t.emit(eventIncremental, t.now, append(data, '}'))
}

func (t *tab) scrolled(id int32, x, y int64) {
	data := append(t.buf(), `{"source":3,`...)
	data = member(data, "id", id)
	data = append(data, ',')
	data = member(data, "x", x)
	data = append(data, ',')
	data = member(data, "y", y)
	t.emit(eventIncremental, t.now, append(data, '}'))
}

// nodeScroll handles the offsets of one scroller, or of the document of a frame.
func (t *tab) nodeScroll(source uint64, x, y int64) {
	if t.page == nil {
		return
	}
	n := t.page.nodes[source]
	if n == nil || n.kind == kindText || n.kind == kindShadow || n.scrollX == x && n.scrollY == y {
		return
	}
	n.scrollX, n.scrollY = x, y
	if !n.shown && n.kind == kindElement {
		return // the snapshot of the node holds them
	}
	if n = t.node(source); n != nil {
		t.scrolled(n.id, x, y)
	}
}

// click handles a click. Its position is that of the mouse, of which the tracker tells right before; in a frame that is
// no position of the frame's document.
func (t *tab) click(source uint64, label, selector string) {
	n := t.node(source)
	data := append(t.buf(), `{"source":2,`...)
	data = member(data, "type", interactionClick)
	data = append(data, ',')
	if n != nil {
		data = member(data, "id", n.id)
	} else {
		data = append(data, `"id":-1,`...)
		data = element(data, described{label: label, selector: selector})
	}
	if m := &t.mouse; m.known && (n == nil || !n.inFrame()) {
		if m.second && m.at == t.now {
			m.x, m.y, m.second = m.x2, m.y2, false
		}
		data = append(data, ',')
		data = member(data, "x", m.x)
		data = append(data, ',')
		data = member(data, "y", m.y)
	}
	t.emit(eventIncremental, t.now, append(data, '}'))
}

// described is what a message says of an element that is in no tree.
type described struct{ tag, role, label, selector string }

// maxSelector bounds a selector, in bytes.
const maxSelector = 200

// element appends the member that names an element: see rrweb.Event.
func element(dst []byte, d described) []byte {
	dst = append(dst, `"element":{`...)
	some := false
	for _, m := range []struct{ name, value string }{{"tag", d.tag}, {"role", d.role}, {"label", replay.MaskText(d.label)},
		{"selector", replay.MaskText(clip(d.selector, maxSelector))}} {
		if m.value == "" {
			continue
		}
		if some {
			dst = append(dst, ',')
		}
		some = true
		dst = quote(dst, m.name)
		dst = append(dst, ':')
		dst = quote(dst, m.value)
	}
	return append(dst, '}')
}

// clip cuts s to at most n bytes at a rune border.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// input handles the value of a control. A mask above 0 is the length of a value that the tracker kept to itself; below,
// not even that is known.
func (t *tab) input(source uint64, value []byte, mask int64) {
	if t.page == nil {
		return
	}
	n := t.page.nodes[source]
	if n == nil || n.kind != kindElement {
		return
	}
	length := utf8.RuneCount(value)
	if mask > 0 {
		length = int(min(mask, maxString))
	} else if mask < 0 {
		length = -1
	}
	var h maphash.Hash
	h.SetSeed(t.tr.seed)
	h.WriteByte(byte(max(-1, min(mask, 1)) + 1))
	h.Write(value)
	state := field{known: true, hash: h.Sum64() + uint64(max(mask, 0)), length: length, checked: n.field.checked}
	// A hidden value says nothing but that it changed. The first value of an empty field is none.
	same := n.field.known && n.field.hash == state.hash && mask >= 0 || !n.field.known && length == 0
	n.field = state
	if n.shown && !same {
		if n = t.node(source); n != nil {
			t.changed(n, length, false)
		}
	}
}

// checked handles the state of a checkbox or radio button.
func (t *tab) checked(source uint64, checked bool) {
	if t.page == nil {
		return
	}
	n := t.page.nodes[source]
	if n == nil || n.kind != kindElement {
		return
	}
	same := n.field.checked == checked
	n.field.known, n.field.checked = true, checked
	if n.shown && !same {
		if n = t.node(source); n != nil {
			t.changed(n, len("on"), true)
		}
	}
}

// changed tells of a new value. That only the field with the focus takes what a person types is known where the tracker
// tells of the focus.
func (t *tab) changed(n *node, length int, toggled bool) {
	data := append(t.buf(), `{"source":5,`...)
	data = member(data, "id", n.id)
	if length >= 0 {
		data = append(data, `,"text":`...)
		data = quote(data, stars(length))
	}
	data = append(data, `,"isChecked":`...)
	if n.field.checked {
		data = append(data, "true"...)
	} else {
		data = append(data, "false"...)
	}
	if t.focusSeen && !toggled && n.tag != "select" {
		data = append(data, `,"userTriggered":`...)
		if t.focus == n {
			data = append(data, "true"...)
		} else {
			data = append(data, "false"...)
		}
	}
	t.emit(eventIncremental, t.now, append(data, '}'))
}

// focused handles the move of the focus; -1 is nowhere.
func (t *tab) focused(source int64) {
	t.focusSeen = true
	var n *node
	if source >= 0 {
		n = t.node(uint64(source))
	}
	if n == t.focus {
		return
	}
	if t.focus != nil && t.focus.shown {
		t.interaction(interactionBlur, t.focus)
	}
	if t.focus = n; n != nil {
		t.interaction(interactionFocus, n)
	}
}

func (t *tab) interaction(typ int, n *node) {
	data := append(t.buf(), `{"source":2,`...)
	data = member(data, "type", typ)
	data = append(data, ',')
	data = member(data, "id", n.id)
	t.emit(eventIncremental, t.now, append(data, '}'))
}

// selection tells that text was selected, or is no more; which text it was stays here.
func (t *tab) selection(from, to uint64, some bool) {
	if !some {
		if t.selected {
			t.selected = false
			t.emit(eventIncremental, t.now, append(t.buf(), `{"source":14,"ranges":[]}`...))
		}
		return
	}
	a, b := t.node(from), t.node(to)
	if a == nil || b == nil {
		return
	}
	t.selected = true
	data := append(t.buf(), `{"source":14,"ranges":[{`...)
	data = member(data, "start", a.id)
	data = append(data, `,"startOffset":0,`...)
	data = member(data, "end", b.id)
	t.emit(eventIncremental, t.now, append(data, `,"endOffset":1}]}`...))
}
