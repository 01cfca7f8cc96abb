package rrweb

import (
	"bytes"
	"math"
	"unicode/utf8"
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
	cursor
	words   *words // may be nil
	scratch []byte
}

// reset starts reading b, which must stay unchanged until the next reset.
func (d *decoder) reset(b []byte) { d.cursor = newCursor(b, 0) }

func (d *decoder) err() error {
	if d.bad {
		return errSyntax
	}
	return nil
}

// fields reads an object and calls f with every member name, valid until f reads; f must consume the value. Anything
// but an object is skipped.
func (d *decoder) fields(f func(key []byte) error) error {
	for key, more := d.object(); more; key, more = d.member() {
		if err := f(key); err != nil {
			return err
		}
	}
	return d.err()
}

// elements reads an array and calls f before every element; f must consume it.
func (d *decoder) elements(f func() error) error {
	for more := d.array(); more; more = d.element() {
		if err := f(); err != nil {
			return err
		}
	}
	return d.err()
}

// text reads a string; numbers and booleans read as their JSON text, anything else as "".
func (d *decoder) text() (string, error) {
	t := d.cursor.text()
	inner := d.b[t.from:][:t.n&^escaped]
	if t.n&escaped != 0 {
		return string(appendUnquoted(nil, inner, wholeText)), d.err()
	}
	return string(inner), d.err()
}

// shortText reads the start of a string.
func (d *decoder) shortText() (string, error) {
	inner, err := d.start()
	return string(inner), err
}

// word reads the start of a string that is one of few: a method, the kind of an event.
func (d *decoder) word() (string, error) {
	inner, err := d.start()
	return d.words.of(inner), err
}

// name is shortText for what applications name: the same texts come again and again.
func (d *decoder) name() (string, error) {
	inner, err := d.start()
	return d.words.harmless(inner), err
}

// address is name for a URL: what it is without a query and a fragment comes again and again.
func (d *decoder) address() (string, error) {
	inner, err := d.start()
	if bytes.ContainsAny(inner, "?#") {
		return string(inner), err
	}
	return d.words.harmless(inner), err
}

// start reads the start of a string, valid until the next call.
func (d *decoder) start() ([]byte, error) {
	t := d.cursor.text()
	inner := d.b[t.from:][:t.n&^escaped]
	if t.n&escaped != 0 {
		d.scratch = appendUnquoted(d.scratch[:0], inner, maxText+utf8.UTFMax)
		inner = d.scratch
	}
	return clip(inner, maxText), d.err()
}

// number reads a number, or a string that holds one.
func (d *decoder) number() (float64, bool, error) {
	f, ok := d.cursor.number()
	return f, ok, d.err()
}

// nodeID reads a node id; everything that is none reads as unknownNode.
func (d *decoder) nodeID() (int32, error) {
	id := d.cursor.nodeID()
	return id, d.err()
}

// flag reads a boolean; set reports whether it was one.
func (d *decoder) flag() (value, set bool, err error) {
	value, set = d.cursor.flag()
	return value, set, d.err()
}

// skip consumes a value.
func (d *decoder) skip() error {
	d.cursor.skip()
	return d.err()
}

// value consumes a value and returns its text.
func (d *decoder) value() ([]byte, error) {
	raw := d.raw()
	return raw, d.err()
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

func round32(f float64) int32 { return clamp32(math.Round(f)) }

// sourceOf finds the source of an incremental event without reading the rest where the writer put it first.
func (d *decoder) sourceOf(data []byte) int16 {
	source := int16(-1)
	d.reset(data)
	for key, more := d.object(); more; key, more = d.member() {
		if string(key) == "source" {
			if f, ok := d.cursor.number(); ok && f >= 0 && f < 1<<15 {
				source = int16(f)
			}
			return source
		}
		d.cursor.skip()
	}
	return source
}
