package openreplay

import (
	"hash/maphash"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/rrweb"
)

// Events translates the messages of all objects and calls yield for each event, in order of time. An event is only valid
// during the call. It stops at the first error of yield and returns it, or rrweb.ErrFull where the events are larger than
// MaxBytes. Marks are complete afterwards.
func (r *Recording) Events(yield func(rrweb.Event) error) error {
	messages := r.ordered()
	tr := &translation{r: r, yield: yield, dict: map[string]string{}, tabs: make([]*tab, len(r.names)), seed: maphash.MakeSeed()}
	for i := range messages {
		switch messages[i].typ {
		case typeRequest, typeRequestOld, typeFetchOld:
			tr.requests = true
		}
	}
	r.sortPictures()
	tr.framed = r.Pictures && len(r.pictures) == 0
	for i := range messages {
		tr.show(messages[i].at)
		tr.message(&messages[i])
		messages[i].body = nil
		if tr.err != nil {
			return tr.err
		}
	}
	tr.settle()
	tr.show(maxTime)
	for _, t := range tr.tabs {
		if t != nil {
			t.now = tr.now
			t.meta()
		}
	}
	if r.last != nil && len(r.last.tail) > 0 {
		r.marks[replay.MarkTruncated] = true
	}
	r.messages, r.arena = nil, nil
	return tr.err
}

// Marks returns what is to be remarked on the quality of the recording, sorted.
func (r *Recording) Marks() []replay.Mark {
	var out []replay.Mark
	for m := range r.marks {
		out = append(out, m)
	}
	slices.Sort(out)
	return out
}

// Event types and sources of rrweb (packages/types/src/index.ts).
const (
	eventDOMContentLoaded = 0
	eventFullSnapshot     = 2
	eventIncremental      = 3
	eventMeta             = 4
	eventCustom           = 5
	eventPlugin           = 6
)

// translation is one run over the messages of a recording.
type translation struct {
	r        *Recording
	yield    func(rrweb.Event) error
	tabs     []*tab
	dict     map[string]string // of attribute names and values, by key
	requests bool              // requests with their outcome were recorded, not only their timing
	pending  []*tab            // with changes of this moment that were not told of
	now      int64
	size     int64 // of the data of all events so far
	framed   bool  // a frame stands for the screens of a mobile session
	buf      []byte
	seed     maphash.Seed
	err      error
}

// tab is one tab on its way through the messages.
type tab struct {
	tr   *translation
	name string
	now  int64
	page *page // nil before the first document

	url, title       string
	origin, shownFor uint64 // time origin of the page that was named last, and of the one that was shown last
	width, height    uint64
	renamed          bool // the page was named and no Meta told of it yet
	scrollX, scrollY int64
	mouse            mouse
	focus            *node
	focusSeen        bool
	selected         bool
	logged           bool // a console event told that the console is recorded
	oldDict          map[uint64]string
	sheets           map[uint64]*sheet
	styles           []styleChange
	pending          bool // in translation.pending
	framed           bool // the frame of a mobile session was shown
}

// mouse is where the mouse is.
type mouse struct {
	known  bool
	second bool  // two positions at one moment
	at     int64 // epoch ms
	x, y   uint64
	x2, y2 uint64
}

func (tr *translation) tab(n int32) *tab {
	t := tr.tabs[n]
	if t == nil {
		t = &tab{tr: tr, name: tr.r.names[n], oldDict: map[uint64]string{}, sheets: map[uint64]*sheet{}}
		tr.tabs[n] = t
	}
	return t
}

// emit hands an event out.
func (t *tab) emit(typ int, at int64, data []byte) {
	t.tr.buf = data[:0]
	// A message of a few bytes may move half a page: what comes out is bounded as what goes in.
	if t.tr.size += int64(len(data)); t.tr.err == nil && t.tr.size > t.tr.r.opt.MaxBytes {
		t.tr.r.marks[replay.MarkLimit] = true
		t.tr.err = rrweb.ErrFull
	}
	if t.tr.err == nil {
		t.tr.err = t.tr.yield(rrweb.Event{Type: typ, Time: float64(at), Window: t.name, SID: -1, Data: data})
	}
}

// buf is empty memory for the data of the next event.
func (t *tab) buf() []byte { return t.tr.buf[:0] }

// flush tells of what changed in the page at this moment.
func (t *tab) flush() {
	p := t.page
	if p == nil {
		return
	}
	if p.fresh {
		if t.origin == 0 || t.origin != t.shownFor {
			t.emit(eventDOMContentLoaded, t.now, append(t.buf(), "{}"...))
		}
		t.shownFor = t.origin
		t.renamed = true
		t.meta()
		t.emit(eventFullSnapshot, t.now, p.snapshot(t.buf(), t.scrollX, t.scrollY))
		t.named()
	} else if data, some := p.mutation(t.buf()); some {
		t.emit(eventIncremental, t.now, data)
	}
	for len(p.frames) > 0 {
		doc := p.frames[0]
		p.frames = p.frames[1:]
		doc.awaited = false
		if !doc.gone && !doc.shown && doc.parent.shown {
			t.emit(eventIncremental, t.now, p.attach(t.buf(), doc))
		}
	}
	t.flushStyles()
	if p.limited {
		t.tr.r.marks[replay.MarkLimit] = true
	}
}

// settle tells of all changes of the moment that is over.
func (tr *translation) settle() {
	for _, t := range tr.pending {
		t.flush()
		t.pending = false
	}
	tr.pending = tr.pending[:0]
}

// change returns the page, whose changes are told of when the moment is over, or before something else is that concerns
// it. It is nil in a recording that begins in the middle of a page.
func (t *tab) change() *page {
	if t.page != nil && !t.pending {
		t.pending = true
		t.tr.pending = append(t.tr.pending, t)
	}
	return t.page
}

// node returns a shown node, after telling of all changes, or nil.
func (t *tab) node(source uint64) *node {
	t.flush()
	t.meta() // a page that was named and whose document is lost
	if t.page == nil {
		return nil
	}
	if n := t.page.nodes[source]; n != nil && n.shown {
		return n
	}
	return nil
}

// message translates one message.
func (tr *translation) message(m *message) {
	if m.at != tr.now {
		tr.settle()
		tr.now = m.at
	}
	t := tr.tab(m.tab)
	t.now = m.at
	c := &cursor{b: m.body}
	switch {
	case isMobile(uint64(m.typ)):
		t.mobile(m.typ, c)
	case t.document(m.typ, c), t.action(m.typ, c), t.style(m.typ, c):
	default:
		t.report(m.typ, c)
	}
	if c.err != nil {
		tr.r.marks[replay.MarkBadEvents] = true
	}
}

// document handles what builds the page.
func (t *tab) document(typ uint8, c *cursor) bool {
	switch typ {
	case typeCreateDocument:
		t.flush()
		t.page = newPage(t.tr.r.opt.MaxNodes)
		t.change()
		t.focus, t.selected = nil, false
		t.sheets, t.styles = map[uint64]*sheet{}, nil
		return true
	case typeDictGlobal:
		key := "#" + strconv.FormatUint(c.uint(), 10)
		t.tr.dict[key] = c.str()
		return true
	case typeDict:
		key := c.str()
		t.tr.dict[key] = c.str()
		return true
	case typeDictOld:
		key := c.uint()
		t.oldDict[key] = c.str()
		return true
	case typeCreateElement, typeCreateText, typeMoveNode, typeRemoveNode, typeSetText, typeSetCSS, typeCSSURL,
		typeFrameDocument, typeSetAttribute, typeRemoveAttribute, typeAttributeURL, typeAttrDictGlobal, typeAttrDictOld,
		typeAttrDict:
	default:
		return false
	}
	p := t.change()
	if p == nil {
		return true // a recording that begins in the middle of a page: nothing to change
	}
	switch typ {
	case typeCreateElement:
		id, parent, at, tag, svg := c.uint(), c.uint(), c.uint(), c.str(), c.bool()
		if c.err == nil && validTag(tag) {
			if n := p.create(id, parent, at, kindElement); n != nil {
				n.svg = svg
				if n.tag = tag; !svg {
					n.tag = strings.ToLower(tag)
				}
			}
		}
	case typeCreateText:
		id, parent, at := c.uint(), c.uint(), c.uint()
		if c.err == nil {
			p.create(id, parent, at, kindText)
		}
	case typeMoveNode:
		id, parent, at := c.uint(), c.uint(), c.uint()
		if c.err == nil {
			p.move(id, parent, at)
		}
	case typeRemoveNode:
		if id := c.uint(); c.err == nil {
			p.remove(id)
		}
	case typeSetText, typeSetCSS, typeCSSURL:
		id, text := c.uint(), c.str()
		if c.err == nil {
			p.setText(id, text)
		}
	case typeFrameDocument:
		host, id := c.uint(), c.uint()
		if c.err == nil {
			p.root(host, id)
		}
	default:
		t.attribute(typ, c)
	}
	return true
}

// attribute handles the ways to set or remove an attribute.
func (t *tab) attribute(typ uint8, c *cursor) {
	id := c.uint()
	var name, value string
	known := true
	from := func(value string, ok bool) string {
		known = known && ok
		return value
	}
	switch typ {
	case typeRemoveAttribute:
		name = c.str()
	case typeAttrDictGlobal:
		k, v := c.uint(), c.uint()
		for at, key := range [2]uint64{k, v} {
			text, ok := t.tr.dict["#"+strconv.FormatUint(key, 10)]
			*[2]*string{&name, &value}[at] = from(text, ok)
		}
	case typeAttrDict:
		k, v := c.str(), c.str()
		text, ok := t.tr.dict[k]
		name = from(text, ok)
		text, ok = t.tr.dict[v]
		value = from(text, ok)
	case typeAttrDictOld:
		k, v := c.uint(), c.uint()
		text, ok := t.oldDict[k]
		name = from(text, ok)
		text, ok = t.oldDict[v]
		value = from(text, ok)
	case typeAttributeURL:
		name, value = c.str(), c.str()
		value = resolve(name, value, c.str())
	default:
		name, value = c.str(), c.str()
	}
	if c.err == nil && known {
		t.page.set(id, name, value, typ == typeRemoveAttribute)
	}
}

// resolve makes an address absolute: what is relative to the recorded page would be taken for one of the player's.
func resolve(name, value, base string) string {
	if name != "href" && name != "src" || value == "" || strings.HasPrefix(value, "#") {
		return value
	}
	page, err := url.Parse(base)
	if err != nil {
		return value
	}
	if abs, err := page.Parse(value); err == nil {
		return abs.String()
	}
	return value
}

// validTag reports whether a browser makes an element of a name.
func validTag(tag string) bool {
	return tag != "" && len(tag) < 256 && !strings.ContainsAny(tag, "\x00\t\n\f\r \"'<>/=") && utf8.ValidString(tag) &&
		!strings.EqualFold(tag, "script")
}

// meta tells which page the tab is on, if that is news.
func (t *tab) meta() {
	if !t.renamed {
		return
	}
	t.renamed = false
	data := append(t.buf(), `{"href":`...)
	data = quote(data, t.url)
	data = append(data, ',')
	data = member(data, "width", t.width)
	data = append(data, ',')
	data = member(data, "height", t.height)
	t.emit(eventMeta, t.now, append(data, '}'))
}

// named tells address and title of the page that is shown already.
func (t *tab) named() {
	if t.url == "" {
		return
	}
	data := append(t.buf(), `{"tag":"navigation","payload":{"href":`...)
	data = quote(data, t.url)
	if t.title != "" {
		data = append(data, `,"title":`...)
		data = quote(data, t.title)
	}
	t.emit(eventCustom, t.now, append(data, `}}`...))
}
