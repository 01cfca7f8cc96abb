package rrweb

import (
	"errors"
	"hash/maphash"
	"slices"
	"sort"
	"time"

	"github.com/rankle/rankle/replay"
)

// Builder collects the events of one recording and turns them into a Session. The zero value is not usable; call
// NewBuilder. A Builder is for one recording and one goroutine.
type Builder struct {
	opt     Options
	entries []entry
	times   []float64 // epoch ms of every event as stored
	windows map[string]uint16
	arena   []byte
	dec     decoder
	seed    maphash.Seed
	marks   map[replay.Mark]bool
	bytes   int64
	noSID   bool
}

// entry is one event, or one sample of a pointer path, before sorting.
type entry struct {
	time   float64 // epoch ms
	sid    int64
	hash   uint64 // of the content, for finding repeats
	data   []byte // nil for samples
	order  int32
	x, y   int32 // of a sample
	id     int32 // of a sample
	window uint16
	typ    uint16 // event type; typeSample + source for a sample
	source int16  // of an incremental event, else -1
}

// typeSample marks an entry as one pointer sample; the incremental source is added to it.
const typeSample = 1 << 15

// ErrFull ends reading when a limit of Options is reached; the session holds what came before.
var ErrFull = errors.New("recording limit reached")

// NewBuilder returns an empty Builder.
func NewBuilder(opt Options) *Builder {
	return &Builder{
		opt:     opt.withDefaults(),
		windows: make(map[string]uint16),
		seed:    maphash.MakeSeed(),
		marks:   make(map[replay.Mark]bool),
	}
}

// Mark adds a data-quality mark to the session.
func (b *Builder) Mark(m replay.Mark) { b.marks[m] = true }

// Len is the number of events added so far, without samples of pointer paths.
func (b *Builder) Len() int { return len(b.times) }

// Add takes one event and copies what it needs. It returns ErrFull when no more events fit.
func (b *Builder) Add(e Event) error {
	if len(b.entries) >= b.opt.MaxEvents || b.bytes > b.opt.MaxBytes {
		b.Mark(replay.MarkLimit)
		return ErrFull
	}
	if e.Seconds {
		b.Mark(replay.MarkClock)
	}
	if e.Damaged {
		b.Mark(replay.MarkBadEvents)
	}
	b.times = append(b.times, e.Time)
	window, ok := b.windows[e.Window]
	if !ok {
		if len(b.windows) >= b.opt.MaxWindows {
			b.Mark(replay.MarkLimit)
			return nil
		}
		window = uint16(len(b.windows))
		b.windows[e.Window] = window
	}
	en := entry{time: e.Time, sid: e.SID, order: int32(len(b.entries)), window: window, typ: uint16(min(e.Type, typeSample-1)), source: -1}
	if e.SID < 0 {
		b.noSID = true
	}
	var h maphash.Hash
	h.SetSeed(b.seed)
	h.WriteByte(byte(e.Type))
	h.Write(e.Data)
	en.hash = h.Sum64()
	if e.Type == typeIncremental && len(e.Data) > 0 {
		en.source = b.dec.sourceOf(e.Data)
		switch en.source {
		case sourceMouseMove, sourceTouchMove, sourceDrag:
			b.addSamples(en, e.Data)
			return nil
		}
	}
	en.data = b.keep(e.Data)
	b.entries = append(b.entries, en)
	return nil
}

// addSamples expands a pointer path: every sample gets its own time, which lies before the event's.
func (b *Builder) addSamples(en entry, data []byte) {
	n := 0
	err := b.dec.decodePositions(data, func(source int, p position) {
		if len(b.entries) >= b.opt.MaxEvents {
			b.Mark(replay.MarkLimit)
			return
		}
		s := en
		s.typ = typeSample + uint16(source)
		// Offsets are at most 0 (rrweb observer.ts:138). Sane recorders flush every 500 ms; what lies further off than
		// a minute is damage.
		if p.offset > -60_000 && p.offset < 60_000 {
			s.time += p.offset
		}
		s.x, s.y, s.id = p.x, p.y, p.id
		s.order = int32(len(b.entries))
		s.hash ^= uint64(n) // the samples of one batch are no repeats of each other
		b.entries = append(b.entries, s)
		n++
	})
	if err != nil {
		b.Mark(replay.MarkBadEvents)
	}
}

// Chunks of event memory start small, because most sessions are, and double up to arenaChunk.
const arenaFirst, arenaChunk = 16 << 10, 1 << 20

// keep copies data into memory that lives as long as the Builder.
func (b *Builder) keep(data []byte) []byte {
	if len(data) == 0 {
		return nil
	}
	b.bytes += int64(len(data))
	if len(data) > arenaChunk/4 {
		return slices.Clone(data)
	}
	if cap(b.arena)-len(b.arena) < len(data) {
		b.arena = make([]byte, 0, max(len(data), min(arenaChunk, max(2*cap(b.arena), arenaFirst))))
	}
	from := len(b.arena)
	b.arena = append(b.arena, data...)
	return b.arena[from:len(b.arena):len(b.arena)]
}

// Session sorts the events, replays them and returns the session. The Builder must not be used afterwards. A Builder
// without events returns a session without events; the caller decides whether that is an error.
func (b *Builder) Session(id, format string) *replay.Session {
	b.sort()
	b.dropOutliers()
	b.dropRepeats()
	s := &replay.Session{ID: id, Format: format, Windows: max(1, len(b.windows))}
	if len(b.windows) > 1 {
		b.Mark(replay.MarkManyWindows)
	}
	p := newPlayer(b, s)
	for i := range b.entries {
		p.play(&b.entries[i])
		b.entries[i].data = nil // memory of large snapshots goes as soon as they are read
	}
	p.finish()
	for m := range b.marks {
		s.Marks = append(s.Marks, m)
	}
	slices.Sort(s.Marks)
	return s
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
		case !b.noSID && x.sid != y.sid:
			if x.sid < y.sid {
				return -1
			}
			return 1
		}
		return int(x.order) - int(y.order)
	}
	sorted := true
	last := -1
	for i := range b.entries {
		if b.entries[i].typ >= typeSample { // samples lie before their event by design
			continue
		}
		if last >= 0 && less(&b.entries[last], &b.entries[i]) > 0 {
			sorted = false
			break
		}
		last = i
	}
	if !sorted {
		b.Mark(replay.MarkUnsorted)
	}
	slices.SortFunc(b.entries, func(x, y entry) int { return less(&x, &y) })
}

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
	var group []entry
	for i := 0; i < len(b.entries); {
		j := i + 1
		for j < len(b.entries) && b.entries[j].time == b.entries[i].time {
			j++
		}
		if j == i+1 {
			out = append(out, b.entries[i])
			i = j
			continue
		}
		group = append(group[:0], b.entries[i:j]...)
		out = append(out, uniqueInGroup(group)...)
		i = j
	}
	if len(out) < len(b.entries) {
		b.Mark(replay.MarkDuplicates)
	}
	clear(b.entries[len(out):])
	b.entries = out
}

// uniqueInGroup works in place on the entries of one millisecond.
func uniqueInGroup(group []entry) []entry {
	same := func(x, y *entry) bool { return x.hash == y.hash && x.window == y.window && x.typ == y.typ }
	n := 0
	for i := range group {
		if n > 0 && same(&group[n-1], &group[i]) {
			continue
		}
		group[n] = group[i]
		n++
	}
	group = group[:n]
	// Smallest period of the sequence by its prefix function (Knuth, Morris, Pratt).
	prefix := make([]int, n)
	for i, k := 1, 0; i < n; i++ {
		for k > 0 && !same(&group[i], &group[k]) {
			k = prefix[k-1]
		}
		if same(&group[i], &group[k]) {
			k++
		}
		prefix[i] = k
	}
	if period := n - prefix[n-1]; period < n && n%period == 0 {
		return group[:period]
	}
	return group
}
