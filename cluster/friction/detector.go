package friction

import "github.com/rankle/rankle/replay"

// Detector finds where sessions struggled, one after the other by the same settings. What a session is compared with is
// worked out once, and memory is used again. A Detector is for one goroutine at a time; its Digests stay valid.
type Detector struct {
	set         Settings // complete
	fingerprint string
	idle        idle
}

// NewDetector returns a Detector for the settings; zero fields are the documented values.
func NewDetector(set Settings) *Detector {
	return &Detector{set: set.complete(), fingerprint: set.Fingerprint()}
}

// Detect is the function Detect.
func (d *Detector) Detect(s *replay.Session) *Digest {
	a := analyze(s, d.set, &d.idle, nil)
	a.fingerprint = d.fingerprint
	return a.digest(a.episodes(a.candidates()))
}

// idle is memory that waits for the next run or session.
type idle struct {
	index   []map[uint64]int32
	touches [][]touched
	gone    map[replay.NodeID]int
	looks   map[look][]int
}

// look is what a subtree looks like, and where it is.
type look struct {
	parent replay.NodeID
	state  uint64
}

// run returns memory for the changes of a run.
func (m *idle) run() (map[uint64]int32, []touched) {
	n := len(m.index)
	if n == 0 {
		return map[uint64]int32{}, nil
	}
	index, touches := m.index[n-1], m.touches[n-1]
	m.index, m.touches = m.index[:n-1], m.touches[:n-1]
	return index, touches
}

// maxIdle is how many changes the memory that is kept holds; runs with more are too rare.
const maxIdle = 256

// keep takes the memory of a run back.
func (m *idle) keep(index map[uint64]int32, touches []touched) {
	if len(touches) > maxIdle {
		return
	}
	clear(index)
	m.index, m.touches = append(m.index, index), append(m.touches, touches[:0])
}

// redraws returns empty tables for analysis.redraws.
func (m *idle) redraws() (map[replay.NodeID]int, map[look][]int) {
	if m.gone == nil || len(m.gone)+len(m.looks) > maxIdle {
		m.gone, m.looks = map[replay.NodeID]int{}, map[look][]int{}
	}
	clear(m.gone)
	clear(m.looks)
	return m.gone, m.looks
}

// byWindow keeps something for every window of a session. Their numbers are small.
type byWindow[T any] []*T

// of returns what belongs to a window, nil before it was set.
func (w byWindow[T]) of(window uint16) *T {
	if int(window) < len(w) {
		return w[window]
	}
	return nil
}

func (w *byWindow[T]) set(window uint16, v *T) {
	for int(window) >= len(*w) {
		*w = append(*w, nil)
	}
	(*w)[window] = v
}
