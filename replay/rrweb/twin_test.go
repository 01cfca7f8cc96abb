package rrweb

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// The twin reads the data of an event in the plainest way: a library makes a tree of values of the JSON, and the facts
// are picked out of that. It shares nothing with facts.read but where the facts are put.

// value is one JSON value.
type value struct {
	kind    jsontext.Kind
	raw     []byte
	text    string // of a string
	members []member
	elems   []value
}

type member struct {
	name  string
	value value
}

// parse makes a value of JSON text. What follows the value is left alone, as in facts.read.
func parse(data []byte) (value, error) {
	d := jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	raw, err := d.ReadValue()
	if err != nil {
		return value{}, err
	}
	return valueOf(bytes.Clone(raw)), nil
}

// valueOf takes a well-formed value apart.
func valueOf(raw []byte) value {
	d := jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	v := value{kind: d.PeekKind(), raw: bytes.TrimSpace(raw)}
	next := func() []byte {
		raw, err := d.ReadValue()
		if err != nil {
			panic(err)
		}
		return bytes.Clone(raw)
	}
	switch v.kind {
	case '"':
		v.text = unquoted(v.raw)
	case '{':
		for _, _ = d.ReadToken(); d.PeekKind() != '}'; {
			name := next()
			v.members = append(v.members, member{unquoted(name), valueOf(next())})
		}
	case '[':
		for _, _ = d.ReadToken(); d.PeekKind() != ']'; {
			v.elems = append(v.elems, valueOf(next()))
		}
	}
	return v
}

// unquoted is the text behind a JSON string. Invalid UTF-8 stays where nothing else has to be unquoted.
func unquoted(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	b, _ := jsontext.AppendUnquote(nil, raw)
	return string(b)
}

func (v value) str() string {
	switch v.kind {
	case '"':
		return v.text
	case '0', 't', 'f':
		return string(v.raw)
	}
	return ""
}

func (v value) num() (float64, bool) {
	raw := string(v.raw)
	if v.kind == '"' {
		raw = raw[1 : len(raw)-1]
	}
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}

func (v value) id() int32 {
	if f, ok := v.num(); ok && f >= 0 && f <= math.MaxInt32 {
		return int32(f)
	}
	return unknownNode
}

// twin puts what the data of events holds into facts.
type twin struct{ f *facts }

func (w twin) read(c *cursor, typ int) (content, int32, int16) {
	f := w.f
	f.limited, f.samples = false, f.samples[:0]
	v, err := parse(c.b[c.pos:])
	source := int16(-1)
	if typ == typeIncremental {
		source = sourceIn(c.b[c.pos:])
	}
	switch {
	case typ != typeFullSnapshot && typ != typeIncremental:
		return rawContent, 0, -1
	case err != nil:
		return badContent, 0, source
	case typ == typeFullSnapshot:
		var s snapshot
		for _, m := range v.members {
			if m.name == "node" {
				s.root = w.node(m.value, 0)
			}
		}
		s.limited = f.limited
		f.snapshots = append(f.snapshots, s)
		return snapshotContent, int32(len(f.snapshots) - 1), -1
	case source == sourceMutation:
		f.batches = append(f.batches, w.batch(v))
		return batchContent, int32(len(f.batches) - 1), source
	case isPath(source):
		w.positions(v)
		return sampleContent, 0, source
	}
	f.flats = append(f.flats, w.flat(v))
	return flatContent, int32(len(f.flats) - 1), source
}

// sourceIn returns the first source, which may stand before damage, or -1.
func sourceIn(data []byte) int16 {
	d := jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	if d.PeekKind() != '{' {
		return -1
	}
	for _, _ = d.ReadToken(); d.PeekKind() == '"'; {
		raw, err := d.ReadValue()
		if err != nil {
			return -1
		}
		name := unquoted(raw)
		if raw, err = d.ReadValue(); err != nil {
			return -1
		}
		if name == "source" {
			if n, ok := valueOf(raw).num(); ok && n >= 0 && n < 1<<15 {
				return int16(n)
			}
			return -1
		}
	}
	return -1
}

// put writes a text behind the recording, all of it escaped.
func (w twin) put(s string) textRef {
	if s == "" {
		return textRef{}
	}
	from := len(w.f.text)
	if !utf8.ValidString(s) {
		w.f.text = append(w.f.text, s...)
		return textRef{uint32(from), uint32(len(s))}
	}
	for _, r := range s {
		if r >= 0x10000 {
			w.f.text = utf8.AppendRune(w.f.text, r)
			continue
		}
		hex := strconv.FormatInt(0x10000+int64(r), 16)
		w.f.text = append(append(w.f.text, `\u`...), hex[1:]...)
	}
	return textRef{uint32(from), uint32(len(w.f.text)-from) | escaped}
}

func (w twin) node(v value, depth int) int32 {
	f := w.f
	if depth > f.opt.MaxDepth || f.full() {
		f.limited = true
		return 0
	}
	i := int32(len(f.cells))
	f.cells = append(f.cells, cell{id: unknownNode})
	at := func() *cell { return &f.cells[i] }
	style := false
	for _, m := range v.members {
		flag := func(bit cellFlags) {
			at().flags &^= bit
			if string(m.value.raw) == "true" {
				at().flags |= bit
			}
		}
		switch m.name {
		case "type":
			kind, _ := m.value.num()
			at().kind = uint8(max(0, min(kind, 255)))
		case "id":
			at().id = m.value.id()
		case "tagName":
			at().tag = f.names.find([]byte(m.value.str()))
		case "textContent":
			at().content = w.put(m.value.str())
		case "attributes":
			w.attributes(m.value, i)
		case "isSVG":
			flag(flagSVG)
		case "isShadow":
			flag(flagShadow)
		case "isStyle":
			style = string(m.value.raw) == "true"
		case "childNodes":
			for _, e := range m.value.elems {
				if child := w.node(e, depth+1); child != 0 {
					f.at(i).append(f.at(child))
				}
			}
		}
	}
	if style {
		at().content = textRef{}
	}
	return i
}

func (w twin) attributes(v value, i int32) {
	f := w.f
	all := append([]attr(nil), f.at(i).list()...)
	for _, m := range v.members {
		if !keepAttr([]byte(m.name)) || m.value.kind == 'n' || m.value.kind == 'f' || m.value.kind == '{' || m.value.kind == '[' {
			continue
		}
		s := m.value.str()
		if len(s) >= len(dataURL) && s[:len(dataURL)] == dataURL {
			s = dataURL
		}
		name := f.names.list[f.names.find([]byte(m.name))].lower
		all = append(all, attr{w.put(s), name})
		f.cells[i].has.add(name)
	}
	f.cells[i].attrs, f.cells[i].attrLen, f.cells[i].attrCap = int32(len(f.attrs)), uint16(len(all)), uint16(len(all))
	f.attrs = append(f.attrs, all...)
}

func (w twin) batch(v value) batch {
	f := w.f
	var b batch
	for _, m := range v.members {
		switch m.name {
		case "removes":
			b.removes.from = int32(len(f.removed))
			for _, e := range m.value.elems {
				if id := e.lastID("id"); id != unknownNode {
					f.removed = append(f.removed, id)
				}
			}
			b.removes.to = int32(len(f.removed))
		case "texts":
			b.texts.from = int32(len(f.texts))
			for _, e := range m.value.elems {
				if id := e.lastID("id"); id != unknownNode {
					f.texts = append(f.texts, textChange{id, w.put(e.last("value").str())})
				}
			}
			b.texts.to = int32(len(f.texts))
		case "adds":
			b.adds.from = int32(len(f.added))
			for _, e := range m.value.elems {
				a := addition{parent: e.lastID("parentId"), next: e.lastID("nextId"), previous: e.lastID("previousId")}
				for _, m := range e.members {
					if m.name == "node" {
						a.node = w.node(m.value, 0)
					}
				}
				if a.node != 0 {
					f.added = append(f.added, a)
				}
			}
			b.adds.to = int32(len(f.added))
		case "attributes":
			b.attributes.from = int32(len(f.sets))
			for _, e := range m.value.elems {
				if id := e.lastID("id"); id != unknownNode {
					f.sets = append(f.sets, attrSet{id, w.changes(e.last("attributes"))})
				}
			}
			b.attributes.to = int32(len(f.sets))
		case "isAttachIframe":
			b.attachFrame = string(m.value.raw) == "true"
		}
	}
	b.limited = f.limited
	return b
}

func (w twin) changes(v value) list {
	f := w.f
	from := len(f.changes)
	for _, m := range v.members {
		name := f.names.find([]byte(m.name))
		if f.names.list[name].traits&nameOwn != 0 || len(f.changes)-from >= f.opt.MaxChanges {
			continue
		}
		a := attrChange{name: name}
		switch m.value.kind {
		case 'n', 'f':
			a.gone = true
		case '{', '[':
			a.style, a.value = true, textRef{uint32(len(f.text)), uint32(len(m.value.raw))}
			f.text = append(f.text, m.value.raw...)
		default:
			a.value = w.put(m.value.str())
		}
		f.changes = append(f.changes, a)
	}
	return list{int32(from), int32(len(f.changes))}
}

// last is the last member of a name, a null if there is none.
func (v value) last(name string) value {
	found := value{kind: 'n', raw: []byte("null")}
	for _, m := range v.members {
		if m.name == name {
			found = m.value
		}
	}
	return found
}

func (v value) lastID(name string) int32 { return v.last(name).id() }

func (w twin) positions(v value) {
	for _, m := range v.members {
		if m.name != "positions" {
			continue
		}
		for _, e := range m.value.elems {
			x, _ := e.last("x").num()
			y, _ := e.last("y").num()
			offset, _ := e.last("timeOffset").num()
			w.f.samples = append(w.f.samples, position{x: round32(x), y: round32(y), id: e.lastID("id"), offset: offset})
		}
	}
}

func (w twin) flat(v value) flat {
	in := flat{id: unknownNode, pointer: -1, textLen: -1, source: -1, collapsed: true}
	for _, m := range v.members {
		n, ok := m.value.num()
		is := func(value, set *bool) {
			*value, *set = string(m.value.raw) == "true", m.value.kind == 't' || m.value.kind == 'f'
		}
		switch m.name {
		case "source":
			if ok {
				in.source = clamp32(n)
			}
		case "type":
			if ok {
				in.typ = clamp32(n)
			}
		case "pointerType":
			if ok {
				in.pointer = clamp32(n)
			}
		case "id":
			in.id = m.value.id()
		case "x":
			in.x, in.hasX = round32(n), ok
		case "y":
			in.y, in.hasY = round32(n), ok
		case "width":
			in.width = round32(n)
		case "height":
			in.height = round32(n)
		case "text":
			text := m.value.str()
			in.textLen, in.masked = int32(utf8.RuneCountInString(text)), text != "" && strings.Trim(text, "*") == ""
		case "isChecked":
			is(&in.checked, &in.hasChecked)
		case "userTriggered":
			is(&in.byUser, &in.hasByUser)
		case "ranges":
			for _, e := range m.value.elems {
				from, _ := e.last("startOffset").num()
				to, _ := e.last("endOffset").num()
				if e.lastID("start") != e.lastID("end") || from != to {
					in.collapsed = false
				}
			}
		}
	}
	return in
}
