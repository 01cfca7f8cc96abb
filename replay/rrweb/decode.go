package rrweb

import (
	"bytes"
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// Event types and incremental sources as rrweb numbers them (packages/types/src/index.ts).
const (
	typeDOMContentLoaded = 0
	typeLoad             = 1
	typeFullSnapshot     = 2
	typeIncremental      = 3
	typeMeta             = 4
	typeCustom           = 5
	typePlugin           = 6
)

const (
	sourceMutation          = 0
	sourceMouseMove         = 1
	sourceMouseInteraction  = 2
	sourceScroll            = 3
	sourceViewportResize    = 4
	sourceInput             = 5
	sourceTouchMove         = 6
	sourceMedia             = 7
	sourceStyleSheetRule    = 8
	sourceCanvas            = 9
	sourceDrag              = 12
	sourceStyleDeclaration  = 13
	sourceSelection         = 14
	sourceAdoptedStyleSheet = 15
)

// decoder reads typed values out of one event. A value of another kind than expected is skipped and reads as zero:
// recorders and proxies write numbers as strings and drop members, and one odd member is no reason to lose an event.
type decoder struct {
	jsontext.Decoder
	buf bytes.Buffer
}

// reset starts reading b, which must stay unchanged until the next reset.
func (d *decoder) reset(b []byte) {
	d.buf = *bytes.NewBuffer(b)
	// Lone surrogates become U+FFFD; the last of repeated names wins, as in JavaScript.
	d.Decoder.Reset(&d.buf, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
}

// fields reads an object and calls f with every member name, valid until f reads; f must consume the value. Anything
// but an object is skipped.
func (d *decoder) fields(f func(key []byte) error) error {
	if d.PeekKind() != '{' {
		return d.SkipValue()
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() == '"' {
		raw, err := d.ReadValue()
		if err != nil {
			return err
		}
		key := []byte(raw[1 : len(raw)-1])
		if bytes.IndexByte(key, '\\') >= 0 {
			if key, err = jsontext.AppendUnquote(nil, raw); err != nil && key == nil {
				return err
			}
		}
		if err := f(key); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

// elements reads an array and calls f before every element; f must consume it.
func (d *decoder) elements(f func() error) error {
	if d.PeekKind() != '[' {
		return d.SkipValue()
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for k := d.PeekKind(); k != ']' && k != 0; k = d.PeekKind() {
		if err := f(); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

// text reads a string; numbers and booleans read as their JSON text, anything else as "".
func (d *decoder) text() (string, error) {
	raw, err := d.ReadValue()
	if err != nil || len(raw) == 0 {
		return "", err
	}
	switch raw[0] {
	case '"':
		if bytes.IndexByte(raw, '\\') < 0 && !bytes.Contains(raw, []byte("\xff")) {
			return string(raw[1 : len(raw)-1]), nil
		}
		b, err := jsontext.AppendUnquote(nil, raw)
		if err != nil && b == nil {
			return "", nil
		}
		return string(b), nil
	case '{', '[', 'n':
		return "", nil
	}
	return string(raw), nil
}

// number reads a number, or a string that holds one.
func (d *decoder) number() (float64, bool, error) {
	raw, err := d.ReadValue()
	if err != nil || len(raw) == 0 {
		return 0, false, err
	}
	if raw[0] == '"' {
		raw = raw[1 : len(raw)-1]
	}
	if n, ok := shortInt(raw); ok {
		return n, true, nil
	}
	f, perr := strconv.ParseFloat(string(raw), 64)
	if perr != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, false, nil
	}
	return f, true, nil
}

// shortInt reads a whole number of up to 15 digits, which is what nearly all numbers of a recording are; all of them
// have an exact float64.
func shortInt(raw []byte) (float64, bool) {
	digits := raw
	if len(digits) > 0 && digits[0] == '-' {
		digits = digits[1:]
	}
	if len(digits) == 0 || len(digits) > 15 {
		return 0, false
	}
	n := int64(0)
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if len(digits) < len(raw) {
		n = -n
	}
	return float64(n), true
}

// clamp32 rounds towards zero into the range of int32.
func clamp32(f float64) int32 {
	return int32(min(max(f, math.MinInt32), math.MaxInt32))
}

// unknownNode is what recorders write when they do not know the node.
const unknownNode = -1

// nodeID reads a node id; everything that is none reads as unknownNode.
func (d *decoder) nodeID() (int32, error) {
	f, ok, err := d.number()
	if !ok || f < 0 || f > math.MaxInt32 {
		return unknownNode, err
	}
	return int32(f), err
}

// flag reads a boolean; set reports whether it was one.
func (d *decoder) flag() (value, set bool, err error) {
	raw, err := d.ReadValue()
	return string(raw) == "true", string(raw) == "true" || string(raw) == "false", err
}

// incremental is an incremental event other than a mutation or a pointer path.
type incremental struct {
	source     int
	typ        int
	id         int32
	x, y       float64
	hasX, hasY bool
	pointer    int // -1 = absent
	width      float64
	height     float64
	textLen    int
	checked    bool
	hasChecked bool
	byUser     bool
	hasByUser  bool
	collapsed  bool
}

// decodeIncremental reads the flat part. Nested members are skipped, except the ranges of a selection.
func (d *decoder) decodeIncremental(data []byte) (incremental, error) {
	in := incremental{source: -1, id: unknownNode, pointer: -1, collapsed: true}
	d.reset(data)
	err := d.fields(func(key []byte) (err error) {
		var f float64
		var ok bool
		switch string(key) {
		case "source":
			if f, ok, err = d.number(); ok {
				in.source = int(clamp32(f))
			}
		case "type":
			if f, ok, err = d.number(); ok {
				in.typ = int(clamp32(f))
			}
		case "id":
			in.id, err = d.nodeID()
		case "x":
			in.x, in.hasX, err = d.number()
		case "y":
			in.y, in.hasY, err = d.number()
		case "pointerType":
			if f, ok, err = d.number(); ok {
				in.pointer = int(clamp32(f))
			}
		case "width":
			in.width, _, err = d.number()
		case "height":
			in.height, _, err = d.number()
		case "text":
			in.textLen, err = d.textLength()
		case "isChecked":
			in.checked, in.hasChecked, err = d.flag()
		case "userTriggered":
			in.byUser, in.hasByUser, err = d.flag()
		case "ranges":
			err = d.elements(func() error {
				open, err := d.openRange()
				if open {
					in.collapsed = false
				}
				return err
			})
		default:
			err = d.SkipValue()
		}
		return err
	})
	return in, err
}

// textLength reads how many characters were typed, and nothing else of them.
func (d *decoder) textLength() (int, error) {
	s, err := d.text()
	n := 0
	for range s {
		n++
	}
	return n, err
}

// openRange reads one selection range and reports whether it selects anything.
func (d *decoder) openRange() (bool, error) {
	start, end := int32(unknownNode), int32(unknownNode)
	var from, to float64
	err := d.fields(func(key []byte) (err error) {
		switch string(key) {
		case "start":
			start, err = d.nodeID()
		case "end":
			end, err = d.nodeID()
		case "startOffset":
			from, _, err = d.number()
		case "endOffset":
			to, _, err = d.number()
		default:
			err = d.SkipValue()
		}
		return err
	})
	return start != end || from != to, err
}

// position is one sample of a pointer path.
type position struct {
	x, y   int32
	id     int32
	offset float64 // ms, at most 0 in sane recordings
}

// decodePositions reads the samples of a move event. It reports source -1 for any other event.
func (d *decoder) decodePositions(data []byte, f func(source int, p position)) error {
	source := -1
	var samples []position
	d.reset(data)
	err := d.fields(func(key []byte) (err error) {
		switch string(key) {
		case "source":
			var n float64
			n, _, err = d.number()
			source = int(clamp32(n))
		case "positions":
			err = d.elements(func() error {
				p, err := d.position()
				samples = append(samples, p)
				return err
			})
		default:
			err = d.SkipValue()
		}
		return err
	})
	for _, p := range samples {
		f(source, p)
	}
	return err
}

func (d *decoder) position() (position, error) {
	p := position{id: unknownNode}
	err := d.fields(func(key []byte) (err error) {
		var f float64
		switch string(key) {
		case "x":
			f, _, err = d.number()
			p.x = round32(f)
		case "y":
			f, _, err = d.number()
			p.y = round32(f)
		case "id":
			p.id, err = d.nodeID()
		case "timeOffset":
			p.offset, _, err = d.number()
		default:
			err = d.SkipValue()
		}
		return err
	})
	return p, err
}

func round32(f float64) int32 { return clamp32(math.Round(f)) }

// sourceOf finds the source of an incremental event without reading the rest where the writer put it first.
func (d *decoder) sourceOf(data []byte) int16 {
	source := int16(-1)
	d.reset(data)
	if d.PeekKind() != '{' {
		return source
	}
	_, _ = d.ReadToken()
	for d.PeekKind() == '"' {
		raw, err := d.ReadValue()
		if err != nil {
			return source
		}
		if string(raw) == `"source"` {
			if f, ok, _ := d.number(); ok && f >= 0 && f < 1<<15 {
				source = int16(f)
			}
			return source
		}
		if d.SkipValue() != nil {
			return source
		}
	}
	return source
}
