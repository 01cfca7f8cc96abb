package friction

import "github.com/rankle/rankle/replay"

// Detector finds where sessions struggled, one after the other by the same settings. What a session is compared with is
// worked out once, and memory is used again: most of the cost of a short session would be memory. A Detector is for one
// goroutine at a time; its Digests stay valid.
type Detector struct {
	set         Settings // complete
	fingerprint string
	everywhere  local // what applies without overrides
	work        analysis
}

// NewDetector returns a Detector for the settings; zero fields are the documented values.
func NewDetector(set Settings) *Detector {
	d := &Detector{set: set.complete(), fingerprint: set.Fingerprint()}
	d.everywhere.Thresholds = d.set.Thresholds
	return d
}

// maxKept is how many events and nodes together the memory that waits for the next session has held. Sessions with more
// are too rare to hold theirs for.
const maxKept = 1 << 16

// Detect is the function Detect.
func (d *Detector) Detect(s *replay.Session) *Digest {
	a := d.analyze(s, nil)
	digest := a.digest(a.episodes(a.candidates()))
	if a.s = nil; len(s.Events)+len(s.Nodes) > maxKept {
		d.work = analysis{}
	}
	return digest
}

// analyze judges every press of a session. trace is as analysis.trace. The result is valid until the next call.
func (d *Detector) analyze(s *replay.Session, trace func(*analysis, *run, []bool)) *analysis {
	a := &d.work
	a.reset(withoutRepeats(s), d, trace)
	a.gestures = findGestures(a.s, a.gestures)
	a.findVisits()
	a.findScrolls()
	a.findControls()
	a.findFailed()
	a.findSilences()
	a.findFetched()
	a.learnAmbience()
	a.sweep()
	a.judgeAll()
	return a
}

// reset turns to a session. Only memory is left of the one before, and all of it is named here.
func (a *analysis) reset(s *replay.Session, d *Detector, trace func(*analysis, *run, []bool)) {
	*a = analysis{
		s: s, set: &d.set, everywhere: &d.everywhere, fingerprint: d.fingerprint, trace: trace,
		tree: a.tree.of(s.Nodes), amb: a.amb.of(s), mem: a.mem,
		gestures: a.gestures[:0], outcomes: a.outcomes[:0], controls: a.controls[:0], runs: a.runs[:0], visits: a.visits[:0],
		tasks: a.tasks[:0], navs: a.navs[:0], failed: a.failed[:0], fetches: a.fetches[:0], stations: a.stations[:0],
	}
}

// emptied returns n zero values, in the memory of s if they find room there.
func emptied[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// another lengthens s by an element that still holds the memory of the one that stood there in an earlier session.
func another[T any](s []T) []T {
	if len(s) < cap(s) {
		return s[:len(s)+1]
	}
	var none T
	return append(s, none)
}

// maxIdle is how many entries a table has held that is emptied to be used again; emptying takes time by its size.
const maxIdle = 256

// cleared returns an empty table, m itself if it is not too large for that.
func cleared[K comparable, V any](m map[K]V) map[K]V {
	if m == nil || len(m) > maxIdle {
		return map[K]V{}
	}
	clear(m)
	return m
}

// spareRuns is memory that waits for the next run.
type spareRuns struct {
	index   []*lookup[int32]
	touches [][]touched
}

// take returns memory for the changes of a run.
func (m *spareRuns) take() (*lookup[int32], []touched) {
	n := len(m.index)
	if n == 0 {
		return new(lookup[int32]), nil
	}
	index, touches := m.index[n-1], m.touches[n-1]
	m.index, m.touches = m.index[:n-1], m.touches[:n-1]
	return index, touches
}

// keep takes the memory of a run back.
func (m *spareRuns) keep(index *lookup[int32], touches []touched) {
	index.empty()
	m.index, m.touches = append(m.index, index), append(m.touches, touches[:0])
}

// byWindow keeps something for every window of a session, at first the zero value. Mostly there is only one window.
type byWindow[T any] struct {
	first T
	more  []*T // of the second window and on, nil where nothing is kept
}

// at returns what belongs to a window.
func (b *byWindow[T]) at(window uint16) *T {
	if window == 0 {
		return &b.first
	}
	return b.later(int(window) - 1)
}

func (b *byWindow[T]) later(i int) *T {
	for i >= len(b.more) {
		b.more = append(b.more, nil)
	}
	if b.more[i] == nil {
		b.more[i] = new(T)
	}
	return b.more[i]
}

// all yields what is kept, by window.
func (b *byWindow[T]) all(yield func(*T) bool) {
	if !yield(&b.first) {
		return
	}
	for _, v := range b.more {
		if v != nil && !yield(v) {
			return
		}
	}
}

// names holds the texts that were made of parts of a session, so that the next one finds them made: the sessions of an
// application press the same controls and send the same requests.
type names struct {
	known map[string]string
	text  []byte // where the next one is made
}

// maxNames is how many names are remembered; more are those of several applications.
const maxNames = 1 << 12

// of returns the text of b, which may be n.text.
func (n *names) of(b []byte) string {
	n.text = b[:0]
	if s, ok := n.known[string(b)]; ok {
		return s
	}
	if n.known == nil || len(n.known) >= maxNames {
		n.known = map[string]string{}
	}
	s := string(b)
	n.known[s] = s
	return s
}
