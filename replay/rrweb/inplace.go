package rrweb

import (
	"context"
	"io"
	"math"
	"runtime"
	"slices"
	"strconv"
)

// Scan reads all events of r into b, as the function Scan does and without copies: the text of r stays in the memory of b,
// and what an event holds is read in the same pass that finds its end. It also ends when ctx does.
func (b *Builder) Scan(ctx context.Context, r io.Reader) (Tally, error) {
	from := len(b.facts.text)
	err := b.fill(r)
	return b.scan(ctx, from, err)
}

// Text has text appended to the memory of b, up to max bytes, and returns it for ScanText. append must leave what is there
// as it is; if it fails, nothing is kept. The text is valid until Reset, also while events are added.
func (b *Builder) Text(max int, append func(dst []byte, max int) ([]byte, error)) ([]byte, error) {
	from := len(b.facts.text)
	text, err := append(b.facts.text, min(max, maxTextBytes-from)+from)
	if err != nil {
		return nil, err
	}
	b.facts.text = text
	return text[from:], nil
}

// ScanText is Scan for what Text returned last.
func (b *Builder) ScanText(ctx context.Context, text []byte) (Tally, error) {
	return b.scan(ctx, len(b.facts.text)-len(text), io.EOF)
}

// scan reads the events of the text behind from; err is how it ended.
func (b *Builder) scan(ctx context.Context, from int, err error) (Tally, error) {
	s := &scanner{opt: b.opt}
	s.lexer = &lexer{buf: b.facts.text[from:], end: len(b.facts.text) - from, mark: -1, max: b.opt.MaxValueBytes, maxDepth: b.opt.MaxDepth, err: err}
	s.into, s.base, s.memory = b, from, b.facts.text
	events, ahead := 0, newForesight(b, s.end)
	s.check = func() error {
		if events++; events%checkEvery == 0 {
			ahead.at(s.pos)
			return ctx.Err()
		}
		return nil
	}
	s.yield = func(e Event) error {
		if err := s.check(); err != nil {
			return err
		}
		return b.Add(e)
	}
	err = s.stream()
	return s.tally, err
}

// Grow makes room for n more bytes of text, so that Scan need not find it piece by piece.
func (b *Builder) Grow(n int) {
	if n += len(b.facts.text) + 1; n > cap(b.facts.text) && n <= maxTextBytes { // 1: to read the end
		grown := make([]byte, len(b.facts.text), n)
		copy(grown, b.facts.text)
		b.facts.text = grown
	}
}

// foresight makes room for what the rest of a large text holds, judging by what was read of it: growing piece by piece
// leaves several times as much behind. Small texts find the memory of those before.
type foresight struct {
	b     *Builder
	total int       // bytes of the text
	next  int       // where in it to look ahead again
	had   factsMark // before the text
	held  int       // entries before the text
}

const (
	// foreseeFrom is the size of text from which on it is worth it, in bytes.
	foreseeFrom = 4 << 20
	// A sixteenth of a text tells what the rest is like, a quarter better. spare is the share of it that is added.
	firstLook, secondLook = 16, 4
	spare                 = 8
)

func newForesight(b *Builder, total int) foresight {
	f := foresight{b: b, total: total, next: total / firstLook, had: b.facts.mark(), held: len(b.entries)}
	if total < foreseeFrom {
		f.next = total + 1
	}
	return f
}

// at is told how far the text was read.
func (f *foresight) at(pos int) {
	if pos < f.next {
		return
	}
	f.next = f.total / secondLook
	if pos >= f.next {
		f.next = f.total + 1
	}
	times := float64(f.total-pos) / float64(pos) * (1 + 1.0/spare)
	more := func(had, has int) int { return int(times * float64(has-had)) }
	b, x := f.b, &f.b.facts
	x.cells, x.attrs = slices.Grow(x.cells, more(f.had.cells, len(x.cells))), slices.Grow(x.attrs, more(f.had.attrs, len(x.attrs)))
	x.batches, x.flats = slices.Grow(x.batches, more(f.had.batches, len(x.batches))), slices.Grow(x.flats, more(f.had.flats, len(x.flats)))
	x.removed, x.added = slices.Grow(x.removed, more(f.had.removed, len(x.removed))), slices.Grow(x.added, more(f.had.added, len(x.added)))
	x.texts, x.sets = slices.Grow(x.texts, more(f.had.texts, len(x.texts))), slices.Grow(x.sets, more(f.had.sets, len(x.sets)))
	x.changes = slices.Grow(x.changes, more(f.had.changes, len(x.changes)))
	b.entries, b.times = slices.Grow(b.entries, more(f.held, len(b.entries))), slices.Grow(b.times, more(f.held, len(b.times)))
	if b.large() {
		runtime.GC() // what they lay in before, and the compressed text
	}
}

// checkEvery is after how many events it is worth asking whether anybody still wants them.
const checkEvery = 1024

// fill appends all of r to the text and returns how r ended, io.EOF if well.
func (b *Builder) fill(r io.Reader) error {
	text := b.facts.text
	defer func() { b.facts.text = text }()
	for empty := 0; empty < 100; {
		if len(text) >= maxTextBytes {
			return &LimitError{Limit: "MaxBytes", Value: maxTextBytes}
		}
		if len(text) == cap(text) {
			grown := make([]byte, len(text), len(text)+min(max(len(text), fillFirst), fillMost))
			copy(grown, text)
			text = grown
		}
		n, err := r.Read(text[len(text):cap(text)])
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

// The text grows to the double, from fillFirst on, and by at most fillMost, in bytes.
const fillFirst, fillMost = 256 << 10, 64 << 20

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
	name, ok := s.header(f, &h)
	if !ok {
		f.truncate(before)
		return false, nil
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

// header reads the object that is next, if it is an event with its members once and in their usual form. The window is nil
// if the event names none.
func (s *scanner) header(f *facts, h *header) (window []byte, ok bool) {
	c := newCursor(s.memory, s.base+s.pos)
	c.max = min(c.max, s.opt.MaxDepth)
	c.events, c.plain = true, s.plain
	defer func() { s.plain = c.plain }()
	h.typ, h.sid, h.time = -1, -1, -1
	data := 0 // where the data is that was passed before the type was known
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
			if h.from = c.pos; h.typ >= 0 {
				h.what, h.ref, h.source = f.read(&c, h.typ)
			} else {
				data = c.pos
				c.skip()
			}
			h.to = c.pos
		default:
			if k != keyOther || !s.otherMember(&c, &window) {
				c.skip()
			}
		}
	}
	if c.bad || h.typ < 0 || h.typ >= typeSample || h.time <= 0 || c.pos-s.base-s.pos > s.max {
		return nil, false
	}
	if data > 0 {
		again := newCursor(s.memory[:h.to], data)
		again.events = true
		if h.what, h.ref, h.source = f.read(&again, h.typ); again.bad {
			return nil, false
		}
	}
	if h.to == 0 {
		h.what, h.source = badContent, -1
	}
	h.time, h.seconds = milliseconds(h.time)
	s.pos = c.pos - s.base
	return window, true
}

// otherMember reads a member of an event that few have: the name of its window, or what makes it no common event.
func (s *scanner) otherMember(c *cursor, window *[]byte) bool {
	switch name, ch := string(c.unknown), c.peek(); {
	case name == "windowId" || name == "window_id" || name == "$window_id":
		t := c.text()
		if *window != nil || t.n == 0 || t.n > maxWindowID || c.bad || s.memory[t.from-1] != '"' {
			return c.fail()
		}
		*window = s.memory[t.from:][:t.n]
		return true
	case name == "cv", ch == '{' && isContainer(name), isWrapping(name, ch):
		return c.fail()
	}
	return false
}

// count reads a whole number that is not negative; everything else fails, and so does a member that was there before.
func (c *cursor) count(before bool) int64 {
	n, ok := c.short()
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
