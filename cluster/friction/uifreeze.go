package friction

import (
	"time"

	"github.com/rankle/rankle/replay"
)

// findFreezes looks for presses after which nothing at all was recorded for long because the main thread stood still.
// Stillness alone proves nothing: it also needs the browser's own long-task mark, input that arrives late in one
// burst, or clocks of the page that stood still.
func findFreezes(a *analysis) []candidate {
	var out []candidate
	for ri := range a.runs {
		r := &a.runs[ri]
		for _, gi := range r.gestures {
			if cand, ok := a.freeze(r, gi); ok {
				out = append(out, cand)
				break
			}
		}
	}
	return out
}

const (
	// longTask is how long a blocked main thread must be to matter by itself.
	longTask = time.Second
	// handSpeed is the least time between two presses of one hand; closer ones waited in a queue.
	handSpeed = 40 * time.Millisecond
	// freezeReach is how soon after a press the stillness must begin.
	freezeReach = 500 * time.Millisecond
)

func (a *analysis) freeze(r *run, gi int32) (candidate, bool) {
	g := &a.gestures[gi]
	limit := g.end + a.set.AnswerLimit
	prev := g.at
	var from, to time.Duration
	task := time.Duration(0)
	for i := int(g.firstEv) + 1; i < len(a.s.Events) && a.s.Events[i].At <= limit; i++ {
		e := &a.s.Events[i]
		if e.Window != g.window {
			continue
		}
		if e.Kind == replay.LongTask {
			d := time.Duration(e.Detail) * time.Millisecond
			if start := e.At - d; d >= longTask && start <= g.end+freezeReach {
				task = max(task, d)
				from, to = max(start, g.at), e.At
			}
			continue
		}
		if to == 0 && e.At-prev >= a.set.FreezeSilence && prev <= g.end+freezeReach {
			from, to = prev, e.At
		}
		if to > 0 && e.At-to > handSpeed*4 {
			break
		}
		prev = e.At
	}
	if to == 0 || a.pressedSince(gi, max(from, g.end+freezeReach)) {
		return candidate{}, false
	}
	queued := a.queued(g.window, to)
	missed := a.clocksMissed(from, to)
	cand := a.candidate(r.ctl, []int32{gi})
	cand.end, cand.latency, cand.missed = to, to-g.at, 1
	cand.conf = startFreeze
	if task > 0 {
		cand.conf += termLongTask
	}
	if queued {
		cand.conf += termBurst
	}
	if missed {
		cand.conf += termBurst
	}
	return cand, task > 0 || queued || missed
}

// pressedSince reports whether a later press comes before a moment: the stillness is that one's.
func (a *analysis) pressedSince(gi int32, until time.Duration) bool {
	g := &a.gestures[gi]
	for i := int(gi) + 1; i < len(a.gestures) && a.gestures[i].at <= until; i++ {
		if n := &a.gestures[i]; n.window == g.window && n.pressed() && n.ctl != g.ctl {
			return true
		}
	}
	return false
}

// queued reports whether several presses were delivered at once when a stillness ended.
func (a *analysis) queued(window uint16, at time.Duration) bool {
	n := 0
	last := time.Duration(-1)
	for i := range a.gestures {
		g := &a.gestures[i]
		if g.window != window || g.at < at {
			continue
		}
		if last >= 0 && g.at-last > handSpeed || g.at-at > 4*handSpeed {
			break
		}
		last = g.at
		n++
	}
	return n >= 2
}

// clocksMissed reports whether something that changes at a steady pace stood still for at least two beats.
func (a *analysis) clocksMissed(from, to time.Duration) bool {
	for _, p := range a.amb.changes {
		if p.regular < 2*ambientRegular || p.count < 2 || p.first > from || p.last < to {
			continue
		}
		if mean := (p.last - p.first) / time.Duration(p.count-1); mean > 0 && to-from >= 2*mean {
			return true
		}
	}
	return false
}
