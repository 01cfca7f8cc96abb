package friction

import (
	"iter"
	"slices"
	"time"

	"github.com/rankle/rankle/replay"
)

// findRage looks at every quick series of presses on one control. A series is rage if three presses in it got no
// answer within RageSpan and most of it got none; or if all answers lead to the same state. All other series of three
// and more look like rage and are dismissed with what they were.
func findRage(a *analysis) []candidate {
	var out []candidate
	for ci := range a.controls {
		c := &a.controls[ci]
		for s := range a.series(c) {
			if len(s) >= c.local.RageGestures {
				out = append(out, a.rage(int32(ci), slices.Clone(s)))
			}
		}
	}
	return out
}

// series splits the presses on a control where the pause, the way or a text selection is too large. A burst of
// presses stamped within less than a hand needs is one press: a frozen page delivers them together. A series is valid until
// the next one.
func (a *analysis) series(c *control) iter.Seq[[]int32] {
	return func(yield func([]int32) bool) {
		cur := a.mem.series[:0]
		var sx, sy int64
		for _, gi := range c.gestures {
			g := &a.gestures[gi]
			if !g.pressed() {
				continue
			}
			if n := len(cur); n > 0 {
				p := &a.gestures[cur[n-1]]
				radius := c.local.RageRadius
				if g.pointer == replay.Touch {
					radius = c.local.RageRadiusTouch
				}
				far := g.hasPos && p.hasPos && distance(g.x, g.y, int32(sx/int64(n)), int32(sy/int64(n))) > int32(radius)
				if g.at-p.at > c.local.RageGap || far || g.selected || a.outcomes[cur[n-1]].selected || g.window != p.window {
					if !yield(cur) {
						return
					}
					cur, sx, sy = cur[:0], 0, 0
				}
			}
			cur = append(cur, gi)
			sx, sy = sx+int64(g.x), sy+int64(g.y)
		}
		a.mem.series = cur
		if len(cur) > 0 {
			yield(cur)
		}
	}
}

// silent reports whether a press of a series got no answer in time.
func (a *analysis) silent(gi int32) bool {
	o := &a.outcomes[gi]
	return !o.answered || o.latency > a.on(gi).QuickAnswer
}

func (a *analysis) rage(ci int32, s []int32) candidate {
	c := &a.controls[ci]
	cand := a.candidate(ci, s)
	l := c.local
	var silent []int32
	for _, gi := range s {
		if a.silent(gi) {
			silent = append(silent, gi)
		}
	}
	cand.missed = int32(len(silent))
	dense := false
	for i := l.RageGestures - 1; i < len(silent); i++ {
		if a.gestures[silent[i]].at-a.gestures[silent[i-l.RageGestures+1]].at <= l.RageSpan {
			dense = true
		}
	}
	patient := len(silent) > l.RageGestures // a fourth unanswered press within the pauses is no patience any more
	if !(dense || patient) || l.repeats(len(silent)) || float64(len(silent)) < l.RageShare*float64(len(s)) {
		return a.notRage(cand, c, s)
	}
	cand.conf = a.base(startRage, c) + extra(len(s)-l.RageGestures)
	asked := 0
	for _, gi := range silent {
		if a.outcomes[gi].asked {
			asked++
		}
	}
	if asked == len(silent) {
		cand.conf += termAsked
	}
	if namedOutward(a.tgt(c)) {
		cand.conf += termOutward
	}
	if reason, v := a.excuseSeries(c, s, silent); reason != "" {
		cand.verdict, cand.reason = v, reason
	}
	return cand
}

// excuseSeries asks the filters about a series without answers. What leaves open only the last press does not excuse
// the ones before it, which the next press proves to have been watched.
func (a *analysis) excuseSeries(c *control, s, silent []int32) (Reason, Verdict) {
	if a.actsLike(c) == Prose && len(s) <= proseTaps && a.selects(s) {
		return ReasonTextSelection, Dismissed
	}
	if k := a.actsLike(c); (k == Prose || k == Background) && a.slipped(s) {
		return ReasonProgress, Dismissed
	}
	if isPage(a.tgt(c)) {
		return ReasonNoElement, NoOpinion // the page itself: nothing that could answer
	}
	reason, v := a.explain(c, silent[0])
	switch reason {
	case ReasonShortTail, ReasonGap:
		if a.outcomes[silent[0]].seen >= c.local.QuickAnswer {
			return "", ""
		}
	case ReasonWakeUp:
		if len(silent) > c.local.RageGestures {
			return "", ""
		}
	case ReasonTextSelection:
		if c.kind == Control {
			return "", ""
		}
	case ReasonNoElement:
		if a.tgt(c) == nil {
			return "", "" // the same spot pressed in vain is rage whatever lies under it; the confidence says so
		} // else an element that was never defined, of whose changes nothing is known
	}
	return reason, v
}

// notRage says what an innocent quick series was.
func (a *analysis) notRage(cand candidate, c *control, s []int32) candidate {
	cand.verdict, cand.conf = Dismissed, 0
	states := map[uint64]int{}
	answered, scrolls, top := 0, 0, 0
	for _, gi := range s {
		o := &a.outcomes[gi]
		if !o.answered {
			continue
		}
		answered++
		if o.by == byScroll {
			scrolls++
		}
		states[o.state]++
		top = max(top, states[o.state])
	}
	switch {
	case answered > 0 && c.local.repeatUse:
		cand.reason = ReasonRepeatUse
	case c.kind == TextEntry:
		cand.reason = ReasonTyping
	case c.kind == Picker:
		cand.reason = ReasonNativePicker
	case c.kind == Blind:
		cand.verdict, cand.reason = NoOpinion, ReasonBlind
	case c.kind == Outward:
		cand.reason = ReasonOutward
	case answered == 0:
		cand.reason, cand.verdict = ReasonLowEvidence, NoOpinion
	case scrolls*2 > answered:
		cand.reason = ReasonScrolled
	case len(states) == 1 && answered >= c.local.NoProgress && answered == len(s) && a.outcomes[s[0]].by == byChange:
		cand.verdict, cand.reason = Friction, ""
		cand.conf = a.base(startNoProgress, c) + extra(len(s)-c.local.NoProgress)
	case len(states) == 2 && answered > 2:
		cand.reason = ReasonToggle
	case len(states)*2 > answered:
		cand.reason = ReasonProgress
	default:
		cand.reason = ReasonAnswered
	}
	return cand
}

// candidate starts a candidate over gestures of one control, as friction.
func (a *analysis) candidate(ci int32, gs []int32) candidate {
	cand := candidate{verdict: Friction, ctl: ci, gestures: gs, screen: a.controls[ci].screen}
	cand.start = a.gestures[gs[0]].at
	for _, gi := range gs {
		cand.end = max(cand.end, a.gestures[gi].end)
		if o := &a.outcomes[gi]; o.answered {
			cand.latency = max(cand.latency, o.latency)
		}
	}
	cand.screen = a.gestures[gs[0]].screen
	return cand
}

// within reports whether two moments are at most d apart.
func within(x, y, d time.Duration) bool { return x-y <= d && y-x <= d }
