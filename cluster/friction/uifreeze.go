package friction

import (
	"sort"
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
	window := uint16(0)
	for qs := range a.silences.all {
		for _, q := range *qs {
			if cand, ok := a.stalled(window, q); ok {
				out = append(out, cand)
			}
		}
		window++
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
	var from, to, task time.Duration
	limit := a.limits(r).AnswerLimit
	if q, ok := a.silenceAfter(g); ok {
		from, to = q.from, q.to
	}
	i := sort.Search(len(a.tasks), func(i int) bool { return a.s.Events[a.tasks[i]].At > g.at })
	for ; i < len(a.tasks) && a.s.Events[a.tasks[i]].At <= g.end+limit; i++ {
		e := &a.s.Events[a.tasks[i]]
		d := time.Duration(e.Detail) * time.Millisecond
		if start := e.At - d; e.Window == g.window && d >= longTask && start <= g.end+freezeReach {
			task, from, to = d, max(start, g.at), e.At
			break
		}
	}
	o := &a.outcomes[gi]
	if task == 0 && o.answered && g.at+o.latency <= from && !(o.by == byRoute && a.bare(g, from)) {
		return candidate{}, false // it was answered before: somebody reads
	}
	if to == 0 || a.pressedSince(gi, max(from, g.end+freezeReach)) {
		return candidate{}, false
	}
	queued := a.queued(g.window, to)
	stood := a.stood(g.window, silence{from, to})
	cand := a.candidate(r.ctl, []int32{gi})
	cand.end, cand.latency, cand.missed = to, to-g.at, 1
	cand.conf = startFreeze
	if task > 0 {
		cand.conf += termLongTask
	}
	if queued {
		cand.conf += termBurst
	}
	if stood {
		cand.conf += termBurst
	}
	if task == 0 && !queued && !a.outcomes[gi].answered {
		// A box of the browser's own, as print and alert open, stops the page just so, and nothing has to come of it.
		cand.verdict, cand.reason = NoOpinion, ReasonLowEvidence
	}
	if task == 0 && !queued && a.readElsewhere(g, from, to) {
		cand.verdict, cand.reason = NoOpinion, ReasonNativeBox
	}
	return cand, task > 0 || queued || stood
}

// stood reports whether the clocks of the page or of the recorder show that they stood still in a silence.
func (a *analysis) stood(window uint16, q silence) bool {
	return a.clocksMissed(window, q.from, q.to) && !a.brokenByHand(window, q.to) || a.overdue(window, q.from)
}

// bare reports whether nothing was drawn between a press and a moment: the screen that it led to was announced, and no more.
func (a *analysis) bare(g *gesture, until time.Duration) bool {
	for i := int(g.firstEv); i < len(a.s.Events) && a.s.Events[i].At <= until; i++ {
		if e := &a.s.Events[i]; e.Window == g.window && e.Kind == replay.MutationEvent {
			return false
		}
	}
	return true
}

// stalled judges a silence that begins while somebody types, drags or scrolls. What is typed or pressed meanwhile waits and comes
// in one burst; who reads or thinks leaves a silence as well, but the clocks of the page and of the recorder go on in it.
func (a *analysis) stalled(window uint16, q silence) (candidate, bool) {
	by := a.doneLast(window, q.from)
	if by == nil || q.to-q.from > a.onScreen(by.Screen).AnswerLimit {
		return candidate{}, false
	}
	stood := a.stood(window, q)
	queued := a.queued(window, q.to) || a.keysQueued(window, q.to)
	if by.Kind != replay.Input && !stood || !stood && !queued {
		return candidate{}, false
	}
	cand := candidate{verdict: Friction, ctl: -1, start: by.At, end: q.to, screen: by.Screen, latency: q.to - by.At, missed: 1, conf: startFreeze}
	if by.Target >= 0 {
		cand.ctl = a.controlOf(by.Target, by.Screen)
	}
	if q.to-q.from < a.at(cand.ctl, by.Screen).FreezeSilence {
		return candidate{}, false
	}
	if queued {
		cand.conf += termBurst
	}
	if stood {
		cand.conf += termBurst
	}
	return cand, true
}

// doneLast returns what somebody did right before a silence, if that was typing, scrolling, or pressing a pointer down that was
// still down: nil else. A press that was released is the matter of freeze.
func (a *analysis) doneLast(window uint16, at time.Duration) *replay.Event {
	moved, lag := false, doneLag
	for i := a.eventFrom(at+1) - 1; i >= 0 && at-a.s.Events[i].At <= lag; i-- {
		e := &a.s.Events[i]
		if e.Window != window {
			continue
		}
		switch e.Kind {
		case replay.Move:
			moved, at, lag = true, e.At, freezeReach // a drag has begun, if the pointer is down
		case replay.Input:
			if moved {
				return nil
			}
			if a.field(e) != nil {
				return e
			}
		case replay.Scroll:
			if moved {
				return nil
			}
			return e
		case replay.PointerDown:
			return e
		case replay.PointerUp, replay.Click, replay.Navigate:
			return nil
		}
	}
	return nil
}

// doneLag is how long before a silence what caused it may have been done: its own first effects lie between.
const doneLag = 120 * time.Millisecond

// keysQueued reports whether several letters were typed into one field at once when a stillness ended. What writes a whole
// value, as a password manager or a paste, makes one event of it.
func (a *analysis) keysQueued(window uint16, at time.Duration) bool {
	n := 0
	last := (*replay.Event)(nil)
	for i := a.eventFrom(at); i < len(a.s.Events) && a.s.Events[i].At-at <= 4*handSpeed; i++ {
		e := &a.s.Events[i]
		if e.Kind != replay.Input || e.Window != window || a.field(e) == nil {
			continue
		}
		if last != nil && (e.Target != last.Target || e.Detail-last.Detail != 1 || e.At-last.At > handSpeed) {
			n = 0
		}
		last = e
		if n++; n > 2 {
			return true
		}
	}
	return false
}

// overdue reports whether the recorder came to write down the last moves of the pointer before a stillness only long after: its own
// timer stood still.
func (a *analysis) overdue(window uint16, from time.Duration) bool {
	for i := a.eventFrom(from+1) - 1; i >= 0 && from-a.s.Events[i].At <= flushLag; i-- {
		if e := &a.s.Events[i]; e.Kind == replay.Move && e.Window == window && e.Flags.Has(replay.FlagOverdue) {
			return true
		}
	}
	return false
}

// flushLag is how long recorders hold moves of the pointer back.
const flushLag = 500 * time.Millisecond

// silence is a stretch in which nothing at all was recorded of a window.
type silence struct{ from, to time.Duration }

// findSilences lists the silences of every window that are a freeze under any setting, the long tasks and the navigations.
func (a *analysis) findSilences() {
	type latest struct {
		at  time.Duration
		any bool
	}
	var last byWindow[latest]
	least := a.set.FreezeSilence
	for i := range a.set.Overrides {
		if d := a.set.Overrides[i].Thresholds.FreezeSilence; d > 0 {
			least = min(least, d)
		}
	}
	for i := range a.s.Events {
		e := &a.s.Events[i]
		switch e.Kind {
		case replay.LongTask:
			a.tasks = append(a.tasks, int32(i))
			continue
		case replay.Navigate:
			a.navs = append(a.navs, int32(i))
		}
		l := last.at(e.Window)
		if l.any && e.At-l.at >= least {
			qs := a.silences.at(e.Window)
			*qs = append(*qs, silence{l.at, e.At})
		}
		*l = latest{e.At, true}
	}
}

// silenceAfter finds the silence that begins with a gesture.
func (a *analysis) silenceAfter(g *gesture) (silence, bool) {
	qs, set := *a.silences.at(g.window), a.controls[g.ctl].local
	i := sort.Search(len(qs), func(i int) bool { return qs[i].from >= g.at })
	for ; i < len(qs) && qs[i].from <= g.end+freezeReach; i++ {
		if q := qs[i]; q.to-q.from >= set.FreezeSilence {
			return q, q.to <= g.end+set.AnswerLimit
		}
	}
	return silence{}, false
}

// thawed reports whether a press was delivered right after a silence that something else had ended: it waited in a queue.
func (a *analysis) thawed(g *gesture) bool {
	qs := *a.silences.at(g.window)
	i := sort.Search(len(qs), func(i int) bool { return qs[i].to >= g.at })
	return i > 0 && g.at-qs[i-1].to <= 4*handSpeed
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

// instant is the longest press that no finger makes: it stays down for many times as long, while what waited in a queue is delivered
// one right after the other.
const instant = 5 * time.Millisecond

// handsLast reports whether the presses of the session take as long as those of hands do. A touchpad that is tapped, and a program,
// press and release at one moment.
func (a *analysis) handsLast() bool {
	if !a.handsKnown {
		a.handsKnown = true
		short, long := 0, 0
		for i := range a.gestures {
			switch g := &a.gestures[i]; {
			case g.alone || !g.pressed():
			case g.end-g.at <= instant:
				short++
			default:
				long++
			}
		}
		a.handsLong = long > 2*short
	}
	return a.handsLong
}

// queued reports whether presses were delivered at once when a stillness ended: several, or down and up of one.
func (a *analysis) queued(window uint16, at time.Duration) bool {
	n := 0
	last := time.Duration(-1)
	for i := a.gestureFrom(at); i < len(a.gestures); i++ {
		g := &a.gestures[i]
		if g.window != window || !g.pressed() { // two fingers land at once by themselves
			if g.at-at > 4*handSpeed {
				break
			}
			continue
		}
		if last >= 0 && g.at-last > handSpeed || g.at-at > 4*handSpeed {
			break
		}
		if g.at-at <= handSpeed && !g.alone && g.end-g.at <= instant && a.handsLast() {
			return true
		}
		last = g.at
		n++
	}
	return n >= 2
}

// pageClocks lists what changes at a steady pace in the session.
func (a *analysis) pageClocks() []*pace {
	if a.clocks == nil {
		a.clocks = []*pace{}
		for i := range a.amb.all {
			if p := &a.amb.all[i]; p.rhythmic() && p.even >= 2*ambientRegular && p.count >= 2 {
				a.clocks = append(a.clocks, p)
			}
		}
	}
	return a.clocks
}

// brokenByHand reports whether a stillness ended because a person did something: nothing else shows that the page could
// not. Clocks that stand still until then were stopped, as a gallery is that waits for who looks at it.
func (a *analysis) brokenByHand(window uint16, at time.Duration) bool {
	for i := a.eventFrom(at); i < len(a.s.Events) && a.s.Events[i].At-at <= handSpeed; i++ {
		e := &a.s.Events[i]
		if e.Window != window {
			continue
		}
		switch e.Kind {
		case replay.PointerDown, replay.Click, replay.Scroll, replay.Input, replay.Move:
			return true
		}
		return false
	}
	return false
}

// clocksMissed reports whether something in a window that changes at a steady pace stood still for at least two beats.
func (a *analysis) clocksMissed(window uint16, from, to time.Duration) bool {
	for _, p := range a.pageClocks() {
		if p.window != window || p.first > from || p.last < to {
			continue
		}
		if mean := (p.last - p.first) / time.Duration(p.count-1); mean > 0 && to-from >= 2*mean {
			return true
		}
	}
	return false
}
