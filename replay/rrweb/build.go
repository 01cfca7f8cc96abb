package rrweb

import (
	"bytes"
	"cmp"
	"errors"
	"runtime/debug"
	"slices"
	"sort"
	"time"

	"github.com/rankle/rankle/replay"
)

// Builder collects the events of one recording and turns them into a Session. The zero value is not usable; call
// NewBuilder. A Builder is for one recording at a time and one goroutine; Reset makes it ready for the next one, with the
// memory of the last.
type Builder struct {
	opt     Options
	facts   facts
	entries []entry
	times   []float64 // epoch ms of every event as stored
	windows map[string]uint16
	last    windowName // the window of the event before
	dec     decoder
	prefix  []int // scratch of uniqueInGroup
	marks   map[replay.Mark]bool
	settled settled
	feeding bool // a part of the text is still to be read
	most    int  // bytes of text to be held at once, see feed
	bytes   int64
	sids    []int64 // of the entries by their order, while all have one
	noSID   bool
	player  player
	lent    *replay.Session                                                  // the memory of the latest one that was lent, or nil
	read    func(c *cursor, typ int) (what content, ref int32, source int16) // facts.read, or its twin in tests
}

// windowName is a window and its number.
type windowName struct {
	name   string
	number uint16
	ok     bool
}

// entry is one event, or one sample of a pointer path, before sorting (48 bytes).
type entry struct {
	time  float64 // epoch ms
	from  uint32  // of its data in facts.text
	n     uint32
	order int32
	ref   int32 // facts that it holds; of a sample its number in the event
	x, y  int32 // of a sample
	id    int32 // of a sample
	// chapter is the one in facts that ref counts in.
	chapter int32
	window  uint16
	typ     uint16 // event type; typeSample + source for a sample
	source  int16  // of an incremental event, else -1
	what    content
}

// typeSample marks an entry as one pointer sample; the incremental source is added to it.
const typeSample = 1 << 15

// typeOverdue marks a sample as one that was written down overdue.
const typeOverdue = 1 << 14

// overdue is how many ms after it was made a sample is written down when the timer that does it was late by a second: rrweb
// flushes 500 ms after the first sample (observer.ts, mousemoveCallback). Pages in the background have timers once a second.
const overdue = 1_500

// ErrFull ends reading when a limit of Options is reached; the session holds what came before.
var ErrFull = errors.New("recording limit reached")

// NewBuilder returns an empty Builder.
func NewBuilder(opt Options) *Builder {
	b := &Builder{
		windows: make(map[string]uint16),
		marks:   make(map[replay.Mark]bool),
		most:    windowBytes,
	}
	b.facts.names, b.facts.words, b.facts.order = newNames(), new(words), newOrders()
	b.dec.words = b.facts.words
	b.read = b.facts.read
	b.Reset(opt)
	return b
}

// keepBytes is how much memory of the last recording Reset keeps for the next, in bytes of text. Larger recordings are too
// rare for their memory to wait for the next one.
const keepBytes = 32 << 20

// Reset empties b for another recording. The sessions that it made stay as they are.
func (b *Builder) Reset(opt Options) {
	if b.large() {
		b.release()
	}
	b.opt = opt.withDefaults()
	b.facts.reset(&b.opt)
	b.entries, b.times, b.sids = b.entries[:0], b.times[:0], b.sids[:0]
	clear(b.windows)
	clear(b.marks)
	b.last, b.bytes, b.noSID, b.settled = windowName{}, 0, false, settled{}
}

// large reports whether the memory of the recording does not wait for the next one.
func (b *Builder) large() bool { return max(cap(b.facts.text), b.facts.size()) > keepBytes }

// release gives the memory of a large recording back, at once: the garbage collector alone would wait until as much again
// is in use.
func (b *Builder) release() {
	defer debug.FreeOSMemory() // what is collected may not fit what is asked for next
	b.facts = facts{dom: dom{names: b.facts.names, words: b.facts.words}, order: b.facts.order}
	b.entries, b.times, b.sids, b.player, b.lent = nil, nil, nil, player{}, nil
	b.dec.reset(nil)
}

// Mark adds a data-quality mark to the session.
func (b *Builder) Mark(m replay.Mark) { b.marks[m] = true }

// Foreign reports whether an event looks like one that the recorder of a native application wrote in place of a page's:
// the recording may need translation.
func (b *Builder) Foreign() bool { return b.facts.foreign }

// Len is the number of events added so far, without samples of pointer paths.
func (b *Builder) Len() int { return len(b.times) }

// Add takes one event and copies what it needs. It returns ErrFull when no more events fit.
func (b *Builder) Add(e Event) error {
	if len(b.facts.text)+len(e.Data) > maxTextBytes {
		b.Mark(replay.MarkLimit)
		return ErrFull
	}
	b.letGo()
	from := len(b.facts.text)
	b.facts.text = append(b.facts.text, e.Data...)
	h := header{typ: e.Type, time: e.Time, sid: e.SID, seconds: e.Seconds, damaged: e.Damaged, from: from, to: len(b.facts.text)}
	c := newCursor(b.facts.text, from)
	h.what, h.ref, h.source = b.read(&c, e.Type)
	return b.add(&h, []byte(e.Window))
}

// header is an event whose data was read.
type header struct {
	typ      int
	time     float64
	sid      int64
	seconds  bool
	damaged  bool
	from, to int // of the data, in facts.text
	what     content
	ref      int32
	source   int16
}

// add takes an event whose data lies in facts.text.
func (b *Builder) add(h *header, window []byte) error {
	if len(b.entries) >= b.opt.MaxEvents || b.bytes > b.opt.MaxBytes {
		b.Mark(replay.MarkLimit)
		return ErrFull
	}
	if h.seconds {
		b.Mark(replay.MarkClock)
	}
	if h.damaged {
		b.Mark(replay.MarkBadEvents)
	}
	b.times = append(b.times, h.time)
	number, ok := b.window(window)
	if !ok {
		b.Mark(replay.MarkLimit)
		return nil
	}
	b.noSID = b.noSID || h.sid < 0
	en := entry{time: h.time, order: int32(len(b.entries)), window: number, typ: uint16(min(h.typ, typeSample-1)),
		source: h.source, what: h.what, ref: h.ref, chapter: int32(len(b.facts.earlier)), from: uint32(h.from), n: uint32(h.to - h.from)}
	if h.typ == typeIncremental && isPath(h.source) {
		b.addSamples(en)
	} else {
		b.bytes += int64(en.n)
		b.entries = append(b.entries, en)
	}
	for !b.noSID && len(b.sids) < len(b.entries) {
		b.sids = append(b.sids, h.sid)
	}
	return nil
}

// window returns the number of a window. It reports false when there are too many.
func (b *Builder) window(name []byte) (uint16, bool) {
	if b.last.ok && b.last.name == string(name) {
		return b.last.number, true
	}
	number, ok := b.windows[string(name)]
	if !ok {
		if len(b.windows) >= b.opt.MaxWindows {
			return 0, false
		}
		number = uint16(len(b.windows))
		b.windows[string(name)] = number
	}
	b.last = windowName{string(name), number, true}
	return number, true
}

// addSamples expands a pointer path: every sample gets its own time, which lies before the event's.
func (b *Builder) addSamples(en entry) {
	if en.what == badContent {
		b.Mark(replay.MarkBadEvents)
		return
	}
	en.what, en.typ = sampleContent, typeSample+uint16(en.source)
	for i, p := range b.facts.samples {
		if len(b.entries) >= b.opt.MaxEvents {
			b.Mark(replay.MarkLimit)
			return
		}
		s := en
		// Offsets are at most 0 (rrweb observer.ts:138). Sane recorders flush every 500 ms; what lies further off than
		// a minute is damage.
		if p.offset > -60_000 && p.offset < 60_000 {
			s.time += p.offset
		}
		if p.offset < -overdue {
			s.typ |= typeOverdue
		}
		s.x, s.y, s.id, s.ref = p.x, p.y, p.id, int32(i)
		s.order = int32(len(b.entries))
		b.entries = append(b.entries, s)
	}
}

// Session sorts the events, replays them and returns the session. Nothing but Reset may be called on the Builder
// afterwards. A Builder without events returns a session without events; the caller decides whether that is an error.
func (b *Builder) Session(id, format string) *replay.Session {
	return b.session(&replay.Session{ID: id, Format: format}, false)
}

// Lend is Session in memory of the Builder: it costs no copy, and what it returns is valid until Reset.
func (b *Builder) Lend(id, format string) *replay.Session {
	if b.lent == nil {
		b.lent = new(replay.Session)
	}
	s := b.lent
	clear(s.Targets) // texts of the latest one
	*s = replay.Session{ID: id, Format: format, Screens: s.Screens[:0], Requests: s.Requests[:0], Errors: s.Errors[:0],
		Customs: s.Customs[:0], Gaps: s.Gaps[:0], Marks: s.Marks[:0]}
	return b.session(s, true)
}

// session fills s, with slices that belong to the Builder if they are lent.
func (b *Builder) session(s *replay.Session, lent bool) *replay.Session {
	if len(b.facts.earlier) > 0 {
		b.settle(0, 0)
		b.facts.text = nil // nothing refers to it
	}
	b.sort()
	b.dropOutliers()
	b.dropRepeats()
	s.Windows = max(1, len(b.windows))
	if len(b.windows) > 1 {
		b.Mark(replay.MarkManyWindows)
	}
	p := &b.player
	p.reset(b, s)
	b.playAll(p)
	p.finish(lent)
	for m := range b.marks {
		s.Marks = append(s.Marks, m)
	}
	slices.Sort(s.Marks)
	if b.large() {
		b.release()
	}
	return s
}

// data is the JSON text of an event's data.
func (b *Builder) data(e *entry) []byte {
	return b.facts.whole(textRef{e.from, e.n}, nil)
}

// sort orders entries by time, then by the recorder's sequence number if all have one, then by file order.
func (b *Builder) sort() {
	less := func(x, y *entry) int {
		switch {
		case x.time != y.time:
			if x.time < y.time {
				return -1
			}
			return 1
		case !b.noSID && b.sids[x.order] != b.sids[y.order]:
			return cmp.Compare(b.sids[x.order], b.sids[y.order])
		}
		return int(x.order) - int(y.order)
	}
	last := -1
	for i := range b.entries {
		if b.entries[i].typ >= typeSample { // samples lie before their event by design
			continue
		}
		if last >= 0 && less(&b.entries[last], &b.entries[i]) > 0 {
			b.Mark(replay.MarkUnsorted)
			break
		}
		last = i
	}
	// Only pointer samples lie out of place in nearly all recordings, by the few events of half a second.
	moves := sortedMoves * len(b.entries)
	for i := 1; i < len(b.entries); i++ {
		j := i
		for j > 0 && less(&b.entries[j-1], &b.entries[i]) > 0 {
			j--
		}
		if j == i {
			continue
		}
		if moves -= i - j; moves < 0 {
			slices.SortFunc(b.entries, func(x, y entry) int { return less(&x, &y) })
			return
		}
		e := b.entries[i]
		copy(b.entries[j+1:i+1], b.entries[j:i])
		b.entries[j] = e
	}
}

// sortedMoves is how many places an entry may be off on average for sorting by insertion, which is the faster one then.
const sortedMoves = 16

// dropOutliers drops events further than MaxLength from the median event: one event from 1970 would otherwise make a
// session of fifty years.
func (b *Builder) dropOutliers() {
	if len(b.entries) == 0 {
		return
	}
	limit := float64(b.opt.MaxLength / time.Millisecond)
	mid := b.entries[len(b.entries)/2].time
	from := sort.Search(len(b.entries), func(i int) bool { return b.entries[i].time >= mid-limit })
	to := sort.Search(len(b.entries), func(i int) bool { return b.entries[i].time > mid+limit })
	if from > 0 || to < len(b.entries) {
		b.Mark(replay.MarkClock)
		b.Mark(replay.MarkLimit)
		b.entries = b.entries[from:to]
	}
	slices.Sort(b.times)
	from, _ = slices.BinarySearch(b.times, mid-limit)
	to, _ = slices.BinarySearch(b.times, mid+limit)
	b.times = b.times[from:max(from, to)]
}

// dropRepeats drops events that were stored twice. Within one window and one millisecond a run of equal events is
// one event, and a sequence that repeats as a whole (A B A B) is one sequence; A B A stays, because states do go back
// and forth.
func (b *Builder) dropRepeats() {
	out := b.entries[:0]
	for i := 0; i < len(b.entries); {
		j := i + 1
		for j < len(b.entries) && b.entries[j].time == b.entries[i].time {
			j++
		}
		if j == i+1 {
			out = append(out, b.entries[i])
		} else {
			out = append(out, b.uniqueInGroup(b.entries[i:j])...)
		}
		i = j
	}
	if len(out) < len(b.entries) {
		b.Mark(replay.MarkDuplicates)
	}
	b.entries = out
}

// uniqueInGroup works in place on the entries of one millisecond.
func (b *Builder) uniqueInGroup(group []entry) []entry {
	n := 0
	for i := range group {
		if n > 0 && b.same(&group[n-1], &group[i]) {
			continue
		}
		group[n] = group[i]
		n++
	}
	group = group[:n]
	// Smallest period of the sequence by its prefix function (Knuth, Morris, Pratt).
	prefix := slices.Grow(b.prefix[:0], n)[:n]
	b.prefix = prefix
	prefix[0] = 0
	for i, k := 1, 0; i < n; i++ {
		for k > 0 && !b.same(&group[i], &group[k]) {
			k = prefix[k-1]
		}
		if b.same(&group[i], &group[k]) {
			k++
		}
		prefix[i] = k
	}
	if period := n - prefix[n-1]; period < n && n%period == 0 {
		return group[:period]
	}
	return group
}

// same reports whether two entries of one millisecond are one event that was stored twice, or the same sample of it.
func (b *Builder) same(x, y *entry) bool {
	if x.n != y.n || x.typ != y.typ || x.window != y.window {
		return false
	}
	if x.what == sampleContent { // a path is not compared as a whole for each of its samples
		return x.ref == y.ref && x.x == y.x && x.y == y.y && x.id == y.id
	}
	if x.from == summed || y.from == summed {
		return b.sum(x) == b.sum(y)
	}
	return x.from == y.from || bytes.Equal(b.data(x), b.data(y))
}
