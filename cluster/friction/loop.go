package friction

import (
	"slices"
	"time"

	"github.com/rankle/rankle/replay"
)

const (
	// reloadLag is how soon after a press in vain a reload is its consequence.
	reloadLag = 10 * time.Second
	// routeLag is how long after a press the change of screen that it caused may be stamped.
	routeLag = 2 * time.Second
	// maxOthers is how many other screens a round leads over; more is a tour.
	maxOthers = 3
	// choosing is the least stay between two turns to the same other screen, twice as long as the glance before it, of
	// somebody who read the first screen again and chose anew. Who goes round is off again after 2 to 3 s.
	choosing = 4 * time.Second
)

// circle is when a window went round between screens.
type circle struct {
	window   int32
	from, to time.Duration
}

// findLoops looks for people who go round between the same few screens without getting anywhere, for pages that are
// loaded again and again, and for reloads after a press in vain. Coming back to a list from ever new items is browsing.
func findLoops(a *analysis) []candidate {
	var out []candidate
	for _, vs := range a.visitsByWindow() {
		vs = a.stays(vs)
		for i := 0; i < len(vs); i++ {
			j, ok := a.round(vs, i)
			if !ok {
				continue
			}
			first, last := &a.visits[vs[i]], &a.visits[vs[j]]
			cand := candidate{verdict: Friction, ctl: -1, start: max(first.At, a.visits[vs[i+1]].At-routeLag), end: last.At,
				screen: replay.ScreenID(first.Screen), conf: startLoop, missed: int32(j - i)}
			switch {
			case a.achieved(first, cand.start, last.At):
				cand.verdict, cand.reason = Dismissed, ReasonProgress
			case a.flipped(vs[i+1 : j+1]):
				cand.verdict, cand.reason = Dismissed, ReasonToggle
			case !a.handBetween(cand.start, last.At, uint16(first.Window)):
				cand.verdict, cand.reason = NoOpinion, ReasonLowEvidence // a page that turns by itself
			}
			if cand.verdict == Friction {
				a.circles = append(a.circles, circle{first.Window, cand.start, cand.end})
			}
			out = append(out, cand)
			i = j
		}
	}
	return append(append(out, a.reloads()...), a.reloadSeries()...)
}

// visitsByWindow lists the indexes of the visits of each window, windows in order of their first visit.
func (a *analysis) visitsByWindow() [][]int {
	if len(a.stations) > 0 {
		return a.stations
	}
	var at byWindow[int] // index into stations, plus one
	for i := range a.visits {
		k := at.at(uint16(a.visits[i].Window))
		if *k == 0 {
			a.stations = another(a.stations)
			*k = len(a.stations)
			a.stations[*k-1] = a.stations[*k-1][:0]
		}
		a.stations[*k-1] = append(a.stations[*k-1], i)
	}
	return a.stations
}

// stays leaves out the stations of redirects, which nobody has seen.
func (a *analysis) stays(vs []int) []int {
	out := make([]int, 0, len(vs))
	for n, i := range vs {
		if n+1 < len(vs) && a.visits[vs[n+1]].At-a.visits[i].At < glance {
			continue
		}
		out = append(out, i)
	}
	return out
}

// round finds how far from visit i on the same few screens are shown in turn within LoopSpan, counted from when the first
// was left: it may have been read for long before. What a later turn shows for the first time ends the round.
func (a *analysis) round(vs []int, i int) (int, bool) {
	home := a.visits[vs[i]].Screen
	set := a.onScreen(replay.ScreenID(home))
	var others []int32
	times, end := 1, i
	const most = 64 // visits of one round: more in half a minute are a machine's
	for j := i + 1; j < len(vs) && j <= i+most; j++ {
		v := &a.visits[vs[j]]
		if v.At-a.visits[vs[i+1]].At > set.LoopSpan || j > i+1 && v.At-a.visits[vs[j-1]].At > set.EpisodeGap {
			break // what was read for so long was no station
		}
		if len(others) == 1 && a.visits[vs[j-1]].Screen == home && v.Screen != home && a.chosen(vs[j-2:j+1]) {
			break // two glances are no round
		}
		if v.Screen == home {
			if a.visits[vs[j-1]].Screen != home { // loading it again is no round
				times++
				end = j
			}
			continue
		}
		if !slices.Contains(others, v.Screen) {
			if times > 1 || len(others) == maxOthers {
				break
			}
			others = append(others, v.Screen)
		}
	}
	return end, times >= set.LoopVisits && len(others) > 0
}

// chosen reports whether the middle one of three visits took time to choose the last one.
func (a *analysis) chosen(vs []int) bool {
	glanced, home, next := a.visits[vs[0]].At, a.visits[vs[1]].At, a.visits[vs[2]].At
	return next-home > choosing && next-home > 2*(home-glanced)
}

// achieved reports whether something was done in between that was no navigation.
func (a *analysis) achieved(first *Visit, from, to time.Duration) bool {
	for i := a.gestureFrom(from); i < len(a.gestures) && a.gestures[i].at < to; i++ {
		g, o := &a.gestures[i], &a.outcomes[i]
		if int32(g.window) != first.Window || !g.pressed() {
			continue
		}
		if o.answered && o.by != byRoute && o.by != byLoad && !a.leadsAway(int32(i)) {
			return true
		}
	}
	return a.typedBetween(from, to, uint16(first.Window))
}

// leadsAway reports whether a screen was entered right after a press: whatever else changed, that was the answer.
func (a *analysis) leadsAway(gi int32) bool {
	g := &a.gestures[gi]
	for i := a.visitFrom(g.at); i < len(a.visits) && a.visits[i].At-g.at <= routeLag; i++ {
		if a.visits[i].Window == int32(g.window) {
			return true
		}
	}
	return false
}

// flipped reports whether all screens were entered by tabs and switches: two views of one thing are compared (F2).
func (a *analysis) flipped(entered []int) bool {
	for _, i := range entered {
		v := &a.visits[i]
		gi := a.pressBefore(v.At, uint16(v.Window))
		if gi < 0 || v.At-a.gestures[gi].at > routeLag {
			return false
		}
		if t := a.tgt(&a.controls[a.gestures[gi].ctl]); t == nil || !t.Traits.Has(replay.Toggle) {
			return false
		}
	}
	return true
}

// handBetween reports whether anything that a hand does was recorded in a window between two moments.
func (a *analysis) handBetween(from, to time.Duration, window uint16) bool {
	for i := a.eventFrom(from); i < len(a.s.Events) && a.s.Events[i].At <= to; i++ {
		e := &a.s.Events[i]
		if e.Window != window {
			continue
		}
		switch e.Kind {
		case replay.PointerDown, replay.Click, replay.Move, replay.Input, replay.Scroll:
			return true
		case replay.Navigate:
			if e.Flags.Has(replay.FlagBack) {
				return true
			}
		}
	}
	return false
}

// reloads finds pages loaded again soon after a press in vain.
func (a *analysis) reloads() []candidate {
	var out []candidate
	for _, i := range a.navs {
		e := &a.s.Events[i]
		if !e.Flags.Has(replay.FlagReload) {
			continue
		}
		gi := a.pressBefore(e.At, e.Window)
		if gi < 0 || e.At-a.gestures[gi].at > reloadLag {
			continue
		}
		o, quick := &a.outcomes[gi], a.on(gi).QuickAnswer
		vain := !o.answered || o.latency > quick || o.by == byLoad && e.At-a.gestures[gi].at > quick || a.failing(gi)
		if !vain {
			continue
		}
		cand := a.candidate(a.gestures[gi].ctl, []int32{gi})
		cand.end, cand.conf, cand.missed = e.At, startLoop, 1
		out = append(out, cand)
	}
	return out
}

// reloadSeries finds screens that are loaded again LoopVisits times within LoopSpan with nothing pressed or typed in
// between. Pages that reload themselves do so at equal intervals.
func (a *analysis) reloadSeries() []candidate {
	var out []candidate
	series := map[uint16][]int32{} // navigation events, per window
	for _, i := range a.navs {
		e := &a.s.Events[i]
		s := series[e.Window]
		if !e.Flags.Has(replay.FlagReload) {
			series[e.Window] = nil
			continue
		}
		set := a.onScreen(e.Screen)
		s = append(s, i)
		for len(s) > 1 && (e.At-a.s.Events[s[0]].At > set.LoopSpan || a.worked(a.s.Events[s[0]].At, a.s.Events[s[1]].At, e.Window)) {
			s = s[1:]
		}
		if len(s) >= set.LoopVisits && !a.regular(s) {
			out = append(out, candidate{verdict: Friction, ctl: -1, start: a.s.Events[s[0]].At, end: e.At, screen: e.Screen,
				conf: startLoop, missed: int32(len(s))})
			s = nil
		}
		series[e.Window] = s
	}
	return out
}

// worked reports whether something was pressed or typed in a window between two moments.
func (a *analysis) worked(from, to time.Duration, window uint16) bool {
	for i := a.gestureFrom(from); i < len(a.gestures) && a.gestures[i].at < to; i++ {
		if g := &a.gestures[i]; g.window == window && g.pressed() {
			return true
		}
	}
	return a.typedBetween(from, to, window)
}

// regular reports whether events come at equal intervals.
func (a *analysis) regular(events []int32) bool {
	for i := 2; i < len(events); i++ {
		iv, last := a.s.Events[events[i]].At-a.s.Events[events[i-1]].At, a.s.Events[events[i-1]].At-a.s.Events[events[i-2]].At
		if !equalPace(iv, last) {
			return false
		}
	}
	return len(events) > 2
}
