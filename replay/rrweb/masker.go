package rrweb

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/rankle/rankle/replay"
)

// Masker rewrites events for people to look at: typed text becomes asterisks, visible text is masked by
// replay.MaskText, URLs lose query and fragment, and whatever could run (scripts, handlers, script URLs, nested
// documents of other hosts) is taken out. Events that a player without scripts cannot use (canvas, console, network,
// custom payloads) are left out. Events of one window must come in playing order, because what a later change may show
// depends on the node that it changes. Not safe for concurrent use.
type Masker struct {
	opt   Options
	dec   decoder
	nodes map[int32]nodeUse // nodes whose text is not plain; of the current page
	hide  *hiding           // nil = nothing more than always
}

// nodeUse says what the text or value of a node is.
type nodeUse uint8

const (
	useTyped  nodeUse = 1 << iota // text in it was typed: textarea, contenteditable and what lies below
	useStyle                      // text in it is CSS
	useScript                     // text in it is code
	useField                      // its value attribute was typed
	useHidden                     // its text is hidden by Privacy, with what lies below
	useSecret                     // ... by a selector: what it keeps for scripts is hidden too
)

// NewMasker returns a Masker for one window.
func NewMasker(opt Options) *Masker {
	opt = opt.withDefaults()
	return &Masker{opt: opt, nodes: make(map[int32]nodeUse), hide: newHiding(opt.Privacy)}
}

// Options returns what the Masker was made with.
func (m *Masker) Options() Options { return m.opt }

// Append appends the JSON text of the masked event to dst. It reports false, and appends nothing, for events that are
// left out or cannot be read.
func (m *Masker) Append(dst []byte, e Event) ([]byte, bool) {
	start := len(dst)
	dst, ok := m.AppendData(AppendHead(dst, e.Type, e.Time), e)
	if !ok {
		return dst[:start], false
	}
	return append(dst, '}'), true
}

// AppendHead appends the JSON text of an event up to its data, which a closing brace follows.
func AppendHead(dst []byte, kind int, time float64) []byte {
	dst = strconv.AppendInt(append(dst, `{"type":`...), int64(kind), 10)
	dst = strconv.AppendFloat(append(dst, `,"timestamp":`...), time, 'f', -1, 64)
	return append(dst, `,"data":`...)
}

// AppendData is Append for the member data alone.
func (m *Masker) AppendData(dst []byte, e Event) ([]byte, bool) {
	start := len(dst)
	var err error
	ok := true
	switch e.Type {
	case typeDOMContentLoaded, typeLoad:
		dst = append(dst, "{}"...)
	case typeMeta:
		dst, err = m.meta(dst, e.Data)
	case typeFullSnapshot:
		m.nodes = make(map[int32]nodeUse)
		dst, err = m.snapshot(dst, e.Data)
	case typeIncremental:
		dst, ok, err = m.incremental(dst, e.Data)
	default:
		ok = false
	}
	if err != nil || !ok {
		return dst[:start], false
	}
	return dst, true
}

func (m *Masker) meta(dst, data []byte) ([]byte, error) {
	w := object{dst: append(dst, '{')}
	m.dec.reset(data)
	err := m.dec.fields(func(key []byte) error {
		switch string(key) {
		case "href":
			s, err := m.dec.text()
			w.str("href", plainURL(s))
			return err
		case "width", "height":
			name := string(key)
			f, _, err := m.dec.number()
			w.raw(name, strconv.AppendFloat(nil, f, 'f', -1, 64))
			return err
		}
		return m.dec.skip()
	})
	return append(w.dst, '}'), err
}

// plainURL drops user, query and fragment and masks the path. Data URLs stay; script URLs become empty.
func plainURL(s string) string {
	trimmed := strings.ToLower(strings.Map(func(r rune) rune {
		if r <= ' ' { // browsers ignore control characters within a scheme
			return -1
		}
		return r
	}, s[:min(len(s), 64)]))
	switch {
	case strings.HasPrefix(trimmed, "data:image/"), strings.HasPrefix(trimmed, "data:font/"), strings.HasPrefix(trimmed, "data:text/css"):
		return s
	case strings.HasPrefix(trimmed, "javascript:"), strings.HasPrefix(trimmed, "vbscript:"), strings.HasPrefix(trimmed, "data:"):
		return ""
	case strings.HasPrefix(trimmed, "#"):
		return s // a part of the same page, such as a drawing's symbol
	}
	host, path := replay.SplitURL(s)
	if host == "" {
		return path
	}
	scheme := "https"
	if i := strings.Index(s, "://"); i > 0 {
		scheme = strings.TrimSpace(s[:i])
	}
	return scheme + "://" + host + path
}

// object appends members to a JSON object.
type object struct {
	dst  []byte
	some bool
}

func (o *object) key(name string) {
	if o.some {
		o.dst = append(o.dst, ',')
	}
	o.some = true
	o.dst = appendString(o.dst, name)
	o.dst = append(o.dst, ':')
}

func (o *object) str(name, value string) {
	o.key(name)
	o.dst = appendString(o.dst, value)
}

func (o *object) raw(name string, value []byte) {
	o.key(name)
	o.dst = append(o.dst, value...)
}

// appendString quotes s; what is not UTF-8 becomes U+FFFD.
func appendString(dst []byte, s string) []byte {
	out, err := jsontext.AppendQuote(dst, strings.ToValidUTF8(s, "\uFFFD"))
	if err != nil {
		return append(dst, `""`...)
	}
	return out
}

// starsForWords hides a text and keeps its blanks, so that it breaks into lines as before.
func starsForWords(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return r
		}
		return '*'
	}, s)
}

// stars is what typed text looks like: as long as it was, and nothing else of it.
func stars(s string) string {
	return strings.Repeat("*", utf8.RuneCountInString(s))
}

// outNode is a node on its way through the Masker.
type outNode struct {
	tag, rawType string
	id           int32
	attrs        []outAttr
	text         *string
	other        []outAttr // further members, as JSON
	children     []*outNode
	hasChildren  bool
}

type outAttr struct {
	key string
	raw []byte
}

func (m *Masker) snapshot(dst, data []byte) ([]byte, error) {
	w := object{dst: append(dst, '{')}
	m.dec.reset(data)
	err := m.dec.fields(func(key []byte) error {
		switch string(key) {
		case "node":
			n, err := m.readNode(0)
			if n != nil {
				w.key("node")
				w.dst = m.writeNode(w.dst, n, 0)
			}
			return err
		case "initialOffset":
			raw, err := m.dec.value()
			w.raw("initialOffset", raw)
			return err
		}
		return m.dec.skip()
	})
	return append(w.dst, '}'), err
}

// readNode reads a node and everything below it.
func (m *Masker) readNode(depth int) (*outNode, error) {
	d := &m.dec
	if depth > m.opt.MaxDepth || d.peek() != '{' {
		return nil, d.skip()
	}
	n := &outNode{id: unknownNode}
	err := d.fields(func(key []byte) (err error) {
		switch string(key) {
		case "id":
			n.id, err = d.nodeID()
		case "type":
			n.rawType, err = d.text()
		case "tagName":
			n.tag, err = d.text()
		case "attributes":
			n.attrs, err = m.readAttributes()
		case "textContent":
			var s string
			s, err = d.text()
			n.text = &s
		case "childNodes":
			n.hasChildren = true
			err = d.elements(func() error {
				c, err := m.readNode(depth + 1)
				if c != nil {
					n.children = append(n.children, c)
				}
				return err
			})
		case "name", "publicId", "systemId", "compatMode", "rootId", "isSVG", "isShadow", "isShadowHost", "isStyle",
			"isCustom", "needBlock", "adoptedStyleSheets":
			name := string(key)
			var raw []byte
			raw, err = d.value()
			n.other = append(n.other, outAttr{name, append([]byte(nil), raw...)})
		default:
			err = d.skip()
		}
		return err
	})
	return n, err
}

// readAttributes reads attributes as JSON values.
func (m *Masker) readAttributes() ([]outAttr, error) {
	var attrs []outAttr
	err := m.dec.fields(func(key []byte) error {
		name := string(key)
		raw, err := m.dec.value()
		attrs = append(attrs, outAttr{name, append([]byte(nil), raw...)})
		return err
	})
	return attrs, err
}

// attrText returns the string value of an attribute, "" when it has none.
func (n *outNode) attrText(key string) string {
	s, _ := n.attrValue(key)
	return s
}

// useNow says what the text of a known node is.
func (m *Masker) useNow(id int32) nodeUse {
	use := m.nodes[id]
	if m.hide != nil && m.hide.all {
		use |= useHidden
	}
	return use
}

// attrValue returns the value of an attribute that has one.
func (n *outNode) attrValue(key string) (string, bool) {
	for _, a := range n.attrs {
		if strings.EqualFold(a.key, key) {
			return scalarText(a.raw), true
		}
	}
	return "", false
}

// useOf says what the text of a node's children is, given the same of its parent.
func (m *Masker) useOf(n *outNode, above nodeUse) nodeUse {
	use := above & (useTyped | useHidden | useSecret)
	if m.hide != nil && m.hide.all {
		use |= useHidden
	}
	if m.hide != nil && n.tag != "" && m.hide.selectors.match(strings.ToLower(n.tag), n.attrValue) {
		use |= useHidden | useSecret
	}
	switch strings.ToLower(n.tag) {
	case "textarea":
		use |= useTyped | useField
	case "style":
		use |= useStyle
	case "script":
		use |= useScript
	case "input":
		switch strings.ToLower(n.attrText("type")) {
		case "submit", "button", "reset", "checkbox", "radio", "range", "color":
		default:
			use |= useField
		}
	}
	if r := n.attrText("role"); r == "textbox" || r == "searchbox" {
		use |= useTyped
	}
	for _, a := range n.attrs {
		if strings.EqualFold(a.key, "contenteditable") && scalarText(a.raw) != "false" {
			use |= useTyped
		}
	}
	return use
}

// writeNode appends a node and everything below it.
func (m *Masker) writeNode(dst []byte, n *outNode, above nodeUse) []byte {
	use := m.useOf(n, above)
	if n.tag == "" {
		use = above
	}
	if use != 0 {
		m.nodes[n.id] = use
	} else {
		delete(m.nodes, n.id)
	}
	w := object{dst: append(dst, '{')}
	if n.rawType != "" {
		if _, err := strconv.Atoi(n.rawType); err == nil {
			w.raw("type", []byte(n.rawType))
		}
	}
	for _, o := range n.other {
		w.raw(o.key, o.raw)
	}
	if n.tag != "" {
		w.str("tagName", n.tag)
		w.key("attributes")
		w.dst = m.writeAttributes(w.dst, strings.ToLower(n.tag), n.attrs, use)
	}
	if n.text != nil {
		w.str("textContent", maskedText(*n.text, use))
	}
	if n.hasChildren {
		w.key("childNodes")
		w.dst = append(w.dst, '[')
		for i, c := range n.children {
			if i > 0 {
				w.dst = append(w.dst, ',')
			}
			w.dst = m.writeNode(w.dst, c, use)
		}
		w.dst = append(w.dst, ']')
	}
	w.raw("id", strconv.AppendInt(nil, int64(n.id), 10))
	return append(w.dst, '}')
}

// maskedText masks the text of a text node by the use of its parent.
func maskedText(s string, use nodeUse) string {
	switch {
	case use&useScript != 0:
		return "SCRIPT_PLACEHOLDER"
	case use&useTyped != 0:
		return stars(s)
	case use&useStyle != 0:
		return s
	case use&useHidden != 0:
		return starsForWords(s)
	}
	return replay.MaskText(s)
}

func (m *Masker) writeAttributes(dst []byte, tag string, attrs []outAttr, use nodeUse) []byte {
	w := object{dst: append(dst, '{')}
	for _, a := range attrs {
		if tag == "script" || dropAttr(tag, a.key) || tag == "link" && isFetchOnly(attrs) && strings.EqualFold(a.key, "href") {
			continue
		}
		w.key(a.key)
		if len(a.raw) == 0 || a.raw[0] != '"' {
			w.dst = append(w.dst, a.raw...)
			continue
		}
		w.dst = appendString(w.dst, maskedAttr(strings.ToLower(a.key), scalarText(a.raw), use))
	}
	return append(w.dst, '}')
}

// dropAttr: what runs, and what makes a browser load another document.
func dropAttr(tag, key string) bool {
	key = strings.ToLower(strings.TrimPrefix(key, "_"))
	if strings.HasPrefix(key, "on") {
		return true
	}
	switch key {
	case "srcdoc", "http-equiv", "ping", "nonce", "jsaction", "autofocus", "manifest":
		return true
	case "content":
		return tag == "meta" // refresh targets, descriptions and tokens: nothing of it is shown
	case "src", "data", "codebase", "archive":
		return tag == "iframe" || tag == "frame" || tag == "object" || tag == "embed"
	}
	return false
}

// isFetchOnly: links that only make the browser fetch.
func isFetchOnly(attrs []outAttr) bool {
	for _, a := range attrs {
		if strings.EqualFold(a.key, "rel") {
			rel := strings.ToLower(scalarText(a.raw))
			return !strings.Contains(rel, "stylesheet") && !strings.Contains(rel, "icon")
		}
	}
	return false
}

func maskedAttr(key, value string, use nodeUse) string {
	switch key {
	case "href", "src", "action", "formaction", "xlink:href", "poster", "background", "cite", "data", "rr_src", "longdesc", "usemap":
		return plainURL(value)
	case "srcset", "imagesrcset":
		return plainSrcset(value)
	case "value":
		if use&useField != 0 {
			return stars(value)
		}
		return maskedText(value, use&useHidden)
	case "title", "alt", "placeholder", "label", "content", "summary", "aria-label", "aria-description", "aria-placeholder",
		"aria-roledescription", "aria-valuetext":
		return maskedText(value, use&useHidden)
	case "name":
		return replay.MaskText(value)
	}
	switch {
	case use&useSecret != 0 && strings.HasPrefix(key, "data-"):
		return stars(value)
	case strings.HasPrefix(key, "aria-"), strings.HasPrefix(key, "data-"):
		return replay.MaskText(value)
	}
	return value
}

// plainSrcset applies plainURL to every candidate of a srcset. Data URLs hold commas, so such a list is dropped.
func plainSrcset(s string) string {
	if strings.Contains(s, "data:") {
		return ""
	}
	parts := strings.Split(s, ",")
	for i, p := range parts {
		url, width, _ := strings.Cut(strings.TrimSpace(p), " ")
		parts[i] = strings.TrimSpace(plainURL(url) + " " + width)
	}
	return strings.Join(parts, ", ")
}

// incremental rewrites an incremental event.
func (m *Masker) incremental(dst, data []byte) ([]byte, bool, error) {
	switch m.dec.sourceOf(data) {
	case sourceMutation:
		dst, err := m.mutation(dst, data)
		return dst, true, err
	case sourceInput:
		dst, err := m.input(dst, data)
		return dst, true, err
	case sourceMouseInteraction:
		dst, err := m.interaction(dst, data)
		return dst, true, err
	case sourceMouseMove, sourceScroll, sourceViewportResize, sourceTouchMove, sourceMedia,
		sourceStyleSheetRule, sourceDrag, sourceStyleDeclaration, sourceSelection, sourceAdoptedStyleSheet:
		m.dec.reset(data)
		raw, err := m.dec.value() // checks that it is JSON
		return append(dst, raw...), true, err
	}
	return dst, false, nil
}

// Trail reports whether an event says where a pointer went, what it touched or what text was selected, and nothing of
// the page; kind tells the kinds apart. A player that starts later needs only the last one of each kind.
func (m *Masker) Trail(e Event) (kind int, ok bool) {
	if e.Type != typeIncremental {
		return 0, false
	}
	switch s := int(m.dec.sourceOf(e.Data)); s {
	case sourceMouseInteraction:
		// A press says where the pointer is, a focus does not.
		m.dec.reset(e.Data)
		_ = m.dec.fields(func(key []byte) error {
			if string(key) != "type" {
				return m.dec.skip()
			}
			f, _, err := m.dec.number()
			kind = int(clamp32(f))
			return err
		})
		return s | max(0, min(kind, maxInteraction))<<8, true
	case sourceMouseMove, sourceTouchMove, sourceDrag, sourceSelection:
		return s, true
	}
	return 0, false
}

// maxInteraction is the last type of mouse interactions that rrweb knows, and one for all others.
const maxInteraction = 11

// interaction keeps what the player needs of a mouse interaction.
func (m *Masker) interaction(dst, data []byte) ([]byte, error) {
	w := object{dst: append(dst, '{')}
	w.raw("source", strconv.AppendInt(nil, sourceMouseInteraction, 10))
	d := &m.dec
	d.reset(data)
	err := d.fields(func(key []byte) error {
		switch string(key) {
		case "type", "id", "x", "y", "pointerType", "pointerId":
			name := string(key)
			f, ok, err := d.number()
			if ok {
				w.raw(name, strconv.AppendFloat(nil, f, 'f', -1, 64))
			}
			return err
		}
		return d.skip()
	})
	return append(w.dst, '}'), err
}

// input keeps what the player needs of an input event. A value that was not recorded is shown as none.
func (m *Masker) input(dst, data []byte) ([]byte, error) {
	w := object{dst: append(dst, '{')}
	w.raw("source", strconv.AppendInt(nil, sourceInput, 10))
	d := &m.dec
	d.reset(data)
	text := false
	err := d.fields(func(key []byte) error {
		switch string(key) {
		case "text":
			s, err := d.text()
			w.str("text", stars(s))
			text = true
			return err
		case "isChecked", "userTriggered":
			name := string(key)
			v, _, err := d.flag()
			w.raw(name, strconv.AppendBool(nil, v))
			return err
		case "id":
			id, err := d.nodeID()
			w.raw("id", strconv.AppendInt(nil, int64(id), 10))
			return err
		}
		return d.skip()
	})
	if !text {
		w.str("text", "")
	}
	return append(w.dst, '}'), err
}

// mutation rewrites a batch. Adds come before texts and attributes, so that new nodes are known by then.
func (m *Masker) mutation(dst, data []byte) ([]byte, error) {
	b, err := m.dec.decodeBatch(data)
	if err != nil {
		return dst, err
	}
	w := object{dst: append(dst, '{')}
	w.raw("source", []byte("0"))
	if b.attachFrame {
		w.raw("isAttachIframe", []byte("true"))
	}
	for _, list := range []struct {
		name string
		raw  []byte
		each func(dst []byte) ([]byte, error)
	}{{"removes", b.removes, m.verbatim}, {"adds", b.adds, m.added}, {"texts", b.texts, m.textChange}, {"attributes", b.attributes, m.attrChange}} {
		w.key(list.name)
		w.dst = append(w.dst, '[')
		if len(list.raw) > 0 {
			m.dec.reset(list.raw)
			first := true
			err := m.dec.elements(func() error {
				if !first {
					w.dst = append(w.dst, ',')
				}
				first = false
				var err error
				w.dst, err = list.each(w.dst)
				return err
			})
			if err != nil {
				return w.dst, err
			}
		}
		w.dst = append(w.dst, ']')
	}
	return append(w.dst, '}'), nil
}

func (m *Masker) verbatim(dst []byte) ([]byte, error) {
	raw, err := m.dec.value()
	return append(dst, raw...), err
}

func (m *Masker) added(dst []byte) ([]byte, error) {
	var parent int32 = unknownNode
	var n *outNode
	w := object{dst: append(dst, '{')}
	err := m.dec.fields(func(key []byte) (err error) {
		switch string(key) {
		case "parentId":
			parent, err = m.dec.nodeID()
			w.raw("parentId", strconv.AppendInt(nil, int64(parent), 10))
		case "nextId", "previousId":
			name := string(key)
			var raw []byte
			raw, err = m.dec.value()
			w.raw(name, raw)
		case "node":
			n, err = m.readNode(0)
		default:
			err = m.dec.skip()
		}
		return err
	})
	if n != nil {
		w.key("node")
		w.dst = m.writeNode(w.dst, n, m.useNow(parent)&^useField)
	}
	return append(w.dst, '}'), err
}

func (m *Masker) textChange(dst []byte) ([]byte, error) {
	var id int32 = unknownNode
	var value string
	null := false
	err := m.dec.fields(func(key []byte) (err error) {
		switch string(key) {
		case "id":
			id, err = m.dec.nodeID()
		case "value":
			null = m.dec.peek() == 'n'
			value, err = m.dec.text()
		default:
			err = m.dec.skip()
		}
		return err
	})
	w := object{dst: append(dst, '{')}
	w.raw("id", strconv.AppendInt(nil, int64(id), 10))
	if null {
		w.raw("value", []byte("null"))
	} else {
		w.str("value", maskedText(value, m.useNow(id)))
	}
	return append(w.dst, '}'), err
}

func (m *Masker) attrChange(dst []byte) ([]byte, error) {
	var id int32 = unknownNode
	var attrs []outAttr
	err := m.dec.fields(func(key []byte) (err error) {
		switch string(key) {
		case "id":
			id, err = m.dec.nodeID()
		case "attributes":
			attrs, err = m.readAttributes()
		default:
			err = m.dec.skip()
		}
		return err
	})
	use := m.useNow(id)
	for _, a := range attrs {
		if strings.EqualFold(a.key, "contenteditable") && scalarText(a.raw) != "false" {
			m.nodes[id] = use | useTyped
		}
	}
	tag := ""
	if use&useScript != 0 {
		tag = "script"
	}
	w := object{dst: append(dst, '{')}
	w.raw("id", strconv.AppendInt(nil, int64(id), 10))
	w.key("attributes")
	w.dst = m.writeAttributes(w.dst, tag, attrs, use)
	return append(w.dst, '}'), err
}

// MetaSize reads the viewport of the data of a Meta event, in CSS px; 0 = unknown.
func MetaSize(data []byte) (width, height int) {
	var d decoder
	d.reset(data)
	_ = d.fields(func(key []byte) error {
		name := string(key)
		f, _, err := d.number()
		switch name {
		case "width":
			width = int(clamp32(f))
		case "height":
			height = int(clamp32(f))
		}
		return err
	})
	return width, height
}

// rawBatch is a mutation event, split into its lists.
type rawBatch struct {
	removes, adds, texts, attributes []byte
	attachFrame                      bool
}

func (d *decoder) decodeBatch(data []byte) (rawBatch, error) {
	var b rawBatch
	d.reset(data)
	err := d.fields(func(key []byte) (err error) {
		switch string(key) {
		case "removes":
			b.removes, err = d.value()
		case "adds":
			b.adds, err = d.value()
		case "texts":
			b.texts, err = d.value()
		case "attributes":
			b.attributes, err = d.value()
		case "isAttachIframe":
			b.attachFrame, _, err = d.flag()
		default:
			err = d.skip()
		}
		return err
	})
	return b, err
}
