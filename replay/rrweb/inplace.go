package rrweb

import (
	"context"
	"io"
	"math"
	"runtime"
	"slices"
	"strconv"
)

// Scan reads all events of r into b, as the function Scan does and without copies: what an event holds is read in the same pass
// that finds its end. The size of the text, 0 if it is not known, makes room for that at once. Scan also ends when ctx does.
func (b *Builder) Scan(ctx context.Context, r io.Reader, size int) (Tally, error) {
	b.letGo()
	from := len(b.facts.text)
	err := b.fill(r, from+b.most)
	return b.scan(ctx, from, size, &feed{b, r}, err)
}

// letGo makes room in the text for another one.
func (b *Builder) letGo() {
	if len(b.facts.text) > b.most && !b.feeding {
		b.settle(0, 0)
	}
}

// Text has text appended to the memory of b, up to max bytes, and returns it for ScanText. append must leave what is there
// as it is; if it fails, nothing is kept. The text is valid until Reset, also while events are added.
func (b *Builder) Text(max int, append func(dst []byte, max int) ([]byte, error)) ([]byte, error) {
	b.letGo()
	from := len(b.facts.text)
	text, err := append(b.facts.text, min(max, maxTextBytes-from-len(b.facts.extra))+from)
	if err != nil {
		return nil, err
	}
	b.facts.text = text
	return text[from:], nil
}

// ScanText is Scan for what Text returned last.
func (b *Builder) ScanText(ctx context.Context, text []byte) (Tally, error) {
	return b.scan(ctx, len(b.facts.text)-len(text), len(text), nil, io.EOF)
}

// scan reads the events of the text behind from, and of what more there is; err is how it ended, nil if it did not.
func (b *Builder) scan(ctx context.Context, from, size int, more *feed, err error) (Tally, error) {
	s := &textScan{ahead: newForesight(b, from, size)}
	s.lexer = lexer{buf: b.facts.text, pos: from, end: len(b.facts.text), mark: -1, max: b.opt.MaxValueBytes, maxDepth: b.opt.MaxDepth, feed: more, err: err}
	s.scanner = scanner{lexer: &s.lexer, opt: b.opt, into: b}
	s.scanner.check = func() error {
		if s.events++; s.events%checkEvery == 0 {
			s.ahead.at(b.facts.passed + s.lexer.pos)
			return ctx.Err()
		}
		return nil
	}
	s.scanner.yield = func(e Event) error {
		if err := s.scanner.check(); err != nil {
			return err
		}
		return b.Add(e)
	}
	b.feeding = true
	defer func() { b.feeding = false }()
	err = s.scanner.stream()
	return s.scanner.tally, err
}

// textScan is what Builder.scan needs, in one piece.
type textScan struct {
	scanner scanner
	lexer   lexer
	ahead   foresight
	events  int
}

// foresight makes room for what the rest of a large text holds, judging by what was read of it: growing piece by piece
// leaves several times as much behind. Small texts find the memory of those before.
type foresight struct {
	b     *Builder
	from  int       // bytes before the text
	total int       // bytes of the text
	next  int       // after how many of them to look ahead again
	had   factsMark // before the text
	held  int       // entries before the text
	extra int       // texts before the text, in bytes
}

const (
	// foreseeFrom is the size of text from which on it is worth it, in bytes.
	foreseeFrom = 4 << 20
	// A sixteenth of a text tells what the rest is like, a quarter better. spare is the share of it that is added.
	firstLook, secondLook = 16, 4
	spare                 = 8
)

func newForesight(b *Builder, from, total int) foresight {
	f := foresight{b: b, from: b.facts.passed + from, total: total, next: total / firstLook, had: b.facts.mark(), held: len(b.entries), extra: len(b.facts.extra)}
	if total < foreseeFrom {
		f.next = math.MaxInt
	}
	return f
}

// at is told how far was read.
func (f *foresight) at(pos int) {
	if pos -= f.from; pos < f.next {
		return
	}
	f.next = f.total / secondLook
	if pos >= f.next {
		f.next = math.MaxInt
	}
	times := float64(max(f.total-pos, 0)) / float64(pos) * (1 + 1.0/spare)
	more := func(had, has int) int { return int(times * float64(has-had)) }
	b, x := f.b, &f.b.facts
	x.cells, x.attrs = slices.Grow(x.cells, more(f.had.cells, len(x.cells))), slices.Grow(x.attrs, more(f.had.attrs, len(x.attrs)))
	if b.settled.entries > f.held {
		x.extra = slices.Grow(x.extra, more(f.extra, len(x.extra)))
	}
	b.entries, b.times = slices.Grow(b.entries, more(f.held, len(b.entries))), slices.Grow(b.times, more(f.held, len(b.times)))
	if b.large() {
		runtime.GC() // what they lay in before, and the compressed text
	}
}

// checkEvery is after how many events it is worth asking whether anybody still wants them.
const checkEvery = 1024

// fill appends what r gives to the text until that has so many bytes, and returns how r ended before, io.EOF if well.
func (b *Builder) fill(r io.Reader, upTo int) error {
	text := b.facts.text
	defer func() { b.facts.text = text }()
	for empty := 0; empty < 100; {
		if len(text) >= upTo {
			return nil
		}
		if len(text) == cap(text) {
			grown := make([]byte, len(text), min(len(text)+max(len(text), fillFirst), upTo))
			copy(grown, text)
			text = grown
		}
		n, err := r.Read(text[len(text):min(cap(text), upTo)])
		text = text[:len(text)+n]
		if err != nil {
			return err
		}
		if empty++; n > 0 {
			empty = 0
		}
	}
	return io.ErrNoProgress
}

// fillFirst is what the text begins with, in bytes; it grows to the double.
const fillFirst = 256 << 10

// inPlace reads the object that is next as an event of the most common form, and reads what it holds on the way. It
// reports false, and consumes nothing, when that is anything else: a wrapper, a packed event, damage. The plain way then
// decides what to make of it.
func (s *scanner) inPlace(window string) (done bool, err error) {
	if s.into == nil {
		return false, nil
	}
	f := &s.into.facts
	before := f.mark()
	var h header
	name, state := s.header(f, &h)
	for state != whole {
		f.truncate(before)
		if state != cut || s.end-s.pos > s.max || !s.fill() {
			return false, nil
		}
		h = header{}
		name, state = s.header(f, &h)
	}
	s.tally.Values++
	s.tally.Events++
	if name == nil {
		name = append(s.window[:0], window...)
		s.window = name
	}
	err = s.check()
	if err == nil {
		err = s.into.add(&h, name)
	}
	if err != nil {
		return true, yieldError{err}
	}
	return true, nil
}

// wholeness says whether an object is an event of the most common form.
type wholeness uint8

const (
	whole wholeness = iota // it is
	cut                    // the text that is here ends before the object does
	other                  // it is not
)

// header reads the object that is next, if it is an event with its members once and in their usual form. The window is nil
// if the event names none.
func (s *scanner) header(f *facts, h *header) (window []byte, is wholeness) {
	c := newCursor(f.text[:s.end], s.pos)
	c.max = min(c.max, s.opt.MaxDepth)
	c.events, c.plain = true, s.plain
	defer func() { s.plain = c.plain }()
	h.typ, h.sid, h.time = -1, -1, -1
	before, foreign, guess := f.mark(), f.foreign, -1 // the type that the data was read as before the type was known
	for k := c.first(&f.order.event); k != keyEnd; k = c.next(&f.order.event, k) {
		switch k {
		case keyType:
			h.typ = int(c.count(h.typ >= 0))
		case keyTimestamp:
			h.time = c.time(h.time >= 0)
		case keySID:
			h.sid = c.count(h.sid >= 0)
		case keyData:
			if c.peek() != '{' || h.to > 0 {
				c.fail()
				break
			}
			typ := h.typ
			if typ < 0 {
				guess = c.likelyType()
				typ = guess
			}
			h.from = c.pos
			h.what, h.ref, h.source = f.read(&c, typ)
			h.to = c.pos
		default:
			if k != keyOther || !s.otherMember(&c, &window) {
				c.skip()
			}
		}
	}
	if c.cut {
		return nil, cut
	}
	if c.bad || h.typ < 0 || h.typ >= typeSample || h.time <= 0 || c.pos-s.pos > s.max {
		return nil, other
	}
	if guess >= 0 && guess != h.typ {
		f.truncate(before)
		f.foreign = foreign
		again := newCursor(f.text[:h.to], h.from)
		again.events = true
		if h.what, h.ref, h.source = f.read(&again, h.typ); again.bad {
			return nil, other
		}
	}
	if h.to == 0 {
		h.what, h.source = badContent, -1
	}
	h.time, h.seconds = milliseconds(h.time)
	s.pos = c.pos
	return window, whole
}

// likelyType is the type of an event by the first name in its data, which is next.
func (c *cursor) likelyType() int {
	look := *c
	name, _ := look.object()
	switch string(name) {
	case "node", "initialOffset":
		return typeFullSnapshot
	case "href", "width", "height":
		return typeMeta
	case "tag", "payload", "plugin":
		return typeCustom
	}
	return typeIncremental
}

// otherMember reads a member of an event that few have: the name of its window, or what makes it no common event.
func (s *scanner) otherMember(c *cursor, window *[]byte) bool {
	switch name, ch := string(c.unknown), c.peek(); {
	case name == "windowId" || name == "window_id" || name == "$window_id":
		t := c.text()
		if *window != nil || t.n == 0 || t.n > maxWindowID || c.bad || c.b[t.from-1] != '"' {
			return c.fail()
		}
		*window = c.b[t.from:][:t.n]
		return true
	case name == "cv", ch == '{' && isContainer(name), isWrapping(name, ch):
		return c.fail()
	}
	return false
}

// count reads a whole number that is not negative; everything else fails, and so does a member that was there before.
func (c *cursor) count(before bool) int64 {
	n, ok := c.short()
	if !ok { // as at the end of the text
		var err error
		n, err = strconv.ParseInt(string(c.raw()), 10, 64)
		ok = err == nil
	}
	if before || !ok || n < 0 {
		c.fail()
		return -1
	}
	return n
}

// time reads a positive number; everything else fails, and so does a member that was there before.
func (c *cursor) time(before bool) float64 {
	n, ok := c.long() // thirteen digits
	f := float64(n)
	if !ok {
		raw := c.raw()
		var err error
		f, err = strconv.ParseFloat(string(raw), 64)
		ok = err == nil && !math.IsInf(f, 0)
	}
	if before || !ok || f <= 0 {
		c.fail()
		return -1
	}
	return f
}

// isWrapping reports whether a member makes its object a wrapper of events, or says something of all events in it.
func isWrapping(key string, c byte) bool {
	return isList(key, c) || isByWindow(key, c) || key == "$window_id" && c == '"'
}
