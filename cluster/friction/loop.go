package friction

import (
	"time"

	"github.com/rankle/rankle/replay"
)

// reloadLag is how soon after a press in vain a reload is its consequence.
const reloadLag = 10 * time.Second

// findLoops looks for people who go round between the same two screens without getting anywhere, and for reloads after
// a press in vain. Coming back to a list from ever new items is browsing.
func findLoops(a *analysis) []candidate {
	var out []candidate
	byWin := a.visitsByWindow()
	for _, vs := range byWin {
		for i := 0; i < len(vs); i++ {
			j, ok := a.round(vs, i)
			if !ok {
				continue
			}
			first, last := &a.visits[vs[i]], &a.visits[vs[j]]
			cand := candidate{verdict: Friction, ctl: -1, start: first.At, end: last.At, screen: replay.ScreenID(first.Screen), conf: startLoop,
				missed: int32(j - i)}
			if a.achieved(first, last) {
				cand.verdict, cand.reason = Dismissed, ReasonProgress
			}
			out = append(out, cand)
			i = j
		}
	}
	return append(out, a.reloads()...)
}

// visitsByWindow lists the indexes of the visits of each window, windows in order of their first visit.
func (a *analysis) visitsByWindow() [][]int {
	at := map[int32]int{}
	var out [][]int
	for i := range a.visits {
		w := a.visits[i].Window
		k, ok := at[w]
		if !ok {
			k = len(out)
			at[w] = k
			out = append(out, nil)
		}
		out[k] = append(out[k], i)
	}
	return out
}

// round finds how far from visit i on only two screens alternate within LoopSpan.
func (a *analysis) round(vs []int, i int) (int, bool) {
	home := a.visits[vs[i]].Screen
	other, times, end := int32(-1), 1, i
	set := a.onScreen(replay.ScreenID(home))
	const most = 64 // visits of one round: more in half a minute are a machine's
	for j := i + 1; j < len(vs) && j <= i+most; j++ {
		v := &a.visits[vs[j]]
		if v.At-a.visits[vs[i]].At > set.LoopSpan {
			break
		}
		if v.Screen == home {
			if a.visits[vs[j-1]].Screen != home { // loading it again is no round
				times++
				end = j
			}
			continue
		}
		if other >= 0 && v.Screen != other {
			break
		}
		other = v.Screen
	}
	return end, times >= set.LoopVisits && other >= 0
}

// achieved reports whether something was done in between that was no navigation.
func (a *analysis) achieved(first, last *Visit) bool {
	for i := a.gestureFrom(first.At); i < len(a.gestures) && a.gestures[i].at < last.At; i++ {
		g, o := &a.gestures[i], &a.outcomes[i]
		if int32(g.window) != first.Window || !g.pressed() {
			continue
		}
		if o.answered && o.by != byRoute && o.by != byLoad && !a.leadsAway(int32(i)) {
			return true
		}
	}
	return false
}

// routeLag is how long after a press the change of screen that it caused may be stamped.
const routeLag = 2 * time.Second

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
