package rrweb

import (
	"io"
	"math"
	"runtime/debug"
	"slices"
)

// A long text is read window by window: what its events refer to moves to dom.extra, the rest goes, and the next piece takes its
// place. A recording then takes what it holds, not what it is written with, which is several times as much.

// windowBytes is how much text is held at once, in bytes, as long as no single event is longer. Nearly all recordings are shorter
// than that, and nothing of them is moved.
const windowBytes = 8 << 20

// feed hands a lexer the text of r window by window.
type feed struct {
	b *Builder
	r io.Reader
}

// more lets go of the text before keep and reads on behind the rest; it reports false if there is nothing more. The positions of
// the lexer move along.
func (d *feed) more(l *lexer, keep int) bool {
	text := &d.b.facts.text
	rest := d.b.settle(keep, l.end)
	l.pos -= keep
	if l.mark >= 0 {
		l.mark -= keep
	}
	upTo := d.b.most
	if rest > upTo/2 { // one long event
		upTo = min(2*rest, l.max+d.b.most)
	}
	if l.err = d.b.fill(d.r, upTo); len(d.b.facts.extra) > maxTextBytes-upTo {
		l.err = &LimitError{Limit: "MaxBytes", Value: maxTextBytes}
	}
	l.buf, l.end = *text, len(*text)
	return l.end > rest
}

// settled is up to where what was read refers to no text but dom.extra.
type settled struct{ cells, attrs, entries int }

// settle ends a chapter: it moves what events refer to out of the text, and leaves of that only what lies from keep to end. It
// returns the length of that.
func (b *Builder) settle(keep, end int) int {
	f := &b.facts
	for i := max(b.settled.cells, 1); i < len(f.cells); i++ {
		f.settleStart(&f.cells[i].content)
	}
	for i := b.settled.attrs; i < len(f.attrs); i++ {
		f.settleStart(&f.attrs[i].value)
	}
	for i := range f.texts {
		f.settleWhole(&f.texts[i].value)
	}
	for i := range f.changes {
		f.settleWhole(&f.changes[i].value)
	}
	for i := range f.flats {
		f.settleWhole(&f.flats[i].element)
	}
	for i := b.settled.entries; i < len(b.entries); i++ {
		b.settleEntry(&b.entries[i])
	}
	if len(b.entries) > b.settled.entries {
		f.earlier, f.chapter = append(f.earlier, f.chapter), f.chapter.next()
	}
	b.settled = settled{len(f.cells), len(f.attrs), len(b.entries)}
	rest := copy(f.text, f.text[keep:end])
	f.passed += len(f.text) - rest
	f.text = f.text[:rest]
	return rest
}

// settleStart moves the start of a text, which is all that anybody asks for of what stays in a page.
func (d *dom) settleStart(t *textRef) {
	if t.from&inExtra == 0 {
		if start := d.clipped(t); t.from&inExtra == 0 { // those with escapes have moved
			*t = d.keep(start)
		}
	}
}

// settleWhole moves a text.
func (d *dom) settleWhole(t *textRef) {
	switch {
	case t.from&inExtra != 0:
	case t.n&escaped == 0:
		*t = d.keep(d.text[t.from:][:t.n])
	default:
		from := len(d.extra)
		d.extra = appendUnquoted(d.extra, d.text[t.from:][:t.n&^escaped], wholeText)
		*t = textRef{uint32(from) | inExtra, uint32(len(d.extra) - from)}
	}
}

// summed is entry.from of events whose data is gone, as its facts are known: x and y are a hash of it.
const summed = math.MaxUint32

// settleEntry moves the data of an event that is read when it is played. Of others it keeps what tells whether they are the
// same.
func (b *Builder) settleEntry(e *entry) {
	switch {
	case e.typ >= typeSample: // told apart by their numbers
		e.from = 0
	case e.what == rawContent:
		e.from = b.facts.keep(b.data(e)).from
	default:
		sum := b.sum(e)
		e.from, e.x, e.y = summed, int32(sum), int32(sum>>32)
	}
}

// sum is a hash of the data of an event.
func (b *Builder) sum(e *entry) uint64 {
	if e.from == summed {
		return uint64(uint32(e.x)) | uint64(uint32(e.y))<<32
	}
	return hash(hashSeed, b.data(e))
}

// playAll plays all events in order. What a chapter holds goes as soon as its last event was played.
func (b *Builder) playAll(p *player) {
	f := &b.facts
	if len(f.earlier) == 0 {
		for i := range b.entries {
			p.play(&b.entries[i])
		}
		return
	}
	left := make([]int, len(f.earlier))
	for i := range b.entries {
		left[b.entries[i].chapter]++
	}
	open, ended := int32(-1), 0
	for i := range b.entries {
		e := &b.entries[i]
		if e.chapter != open {
			open = e.chapter
			f.chapter = f.earlier[open]
		}
		p.play(e)
		if left[open]--; left[open] > 0 {
			continue
		}
		f.earlier[open], f.chapter, open = chapter{}, chapter{}, -1
		if ended++; ended == len(f.earlier)/secondLook { // as foresight does
			p.nodes = slices.Grow(p.nodes, (len(f.earlier)-ended)*len(p.nodes)/ended*(spare+1)/spare)
		}
		if ended%chaptersAtOnce == 0 && b.large() {
			debug.FreeOSMemory()
		}
	}
}

// chaptersAtOnce is after how many chapters their memory is given back, which takes a look at all other memory: those of 24 MB of
// text. Every further one would be 6 MB at the peak of small changes.
const chaptersAtOnce = 3
