package friction

import (
	"slices"
	"time"

	"github.com/rankle/rankle/replay"
)

// leaveLag is how soon after one press on a disabled control leaving the screen counts as its consequence.
const leaveLag = 10 * time.Second

// disabled reports whether the control was disabled when it was pressed.
func disabled(g *gesture) bool { return g.kind == swallow || g.disabledFlag() }

// findDisabled looks at presses that a disabled control swallowed. One press is how people learn that it is
// disabled; two, or one and leaving, is struggle. A control that its own press has disabled is busy, not disabled.
func findDisabled(a *analysis) []candidate {
	var out []candidate
	for ci := range a.controls {
		c := &a.controls[ci]
		var gs []int32
		settled := false
		flush := func() {
			if len(gs) == 0 {
				return
			}
			out = append(out, a.disabledCandidate(int32(ci), gs, settled))
			gs, settled = nil, false
		}
		lastAlive := time.Duration(-1)
		for _, gi := range c.gestures {
			g := &a.gestures[gi]
			if !g.pressed() {
				continue
			}
			if !disabled(g) {
				flush()
				lastAlive = g.at
				continue
			}
			if len(gs) == 0 && a.outcomes[gi].answered && a.outcomes[gi].latency <= c.local.QuickAnswer {
				continue // it said why, as it would have the first time if that had been silent
			}
			if n := len(gs); n > 0 && g.at-a.gestures[gs[n-1]].at > c.local.EpisodeGap {
				flush()
			}
			if len(gs) == 0 && lastAlive >= 0 && g.at-lastAlive <= c.local.AnswerLimit {
				settled = true
			}
			gs = append(gs, gi)
		}
		flush()
	}
	return out
}

func (a *analysis) disabledCandidate(ci int32, gs []int32, settled bool) candidate {
	c := &a.controls[ci]
	cand := a.candidate(ci, gs)
	cand.missed = int32(len(gs))
	cand.conf = a.base(startDisabled, c) + extra(len(gs)-c.local.DisabledPresses)
	switch {
	case settled:
		cand.verdict, cand.reason = Dismissed, ReasonSettled
	case len(gs) >= c.local.DisabledPresses:
	case a.usedAfter(c, gs[0]):
		cand.verdict, cand.reason, cand.conf = Dismissed, ReasonProgress, startDisabled/2
	case a.leaves(gs[len(gs)-1]) && !a.beside(gs[0]):
		cand.conf -= termRepeated
	case !a.wroteBefore(gs[0]):
		cand.verdict, cand.reason, cand.conf = Dismissed, ReasonTooEarly, startDisabled/2
	default:
		cand.verdict, cand.reason, cand.conf = Dismissed, ReasonLowEvidence, startDisabled/2
	}
	return cand
}

// beside reports whether a press met what holds a control rather than the control: one such press may as well be one on the empty
// place around it.
func (a *analysis) beside(gi int32) bool {
	g := &a.gestures[gi]
	e := &a.s.Events[g.firstEv]
	return g.target >= 0 && e.Node >= 0 && !a.tree.within(e.Node, a.s.Targets[g.target].Node)
}

// wroteBefore reports whether something was filled in or chosen by hand since the screen of a gesture came up. Who has done
// that means a press on a disabled control, and others may show that it stays disabled whatever is done; who has not is
// finding out what it is for.
func (a *analysis) wroteBefore(gi int32) bool {
	g := &a.gestures[gi]
	for i := g.firstEv - 1; i >= 0; i-- {
		e := &a.s.Events[i]
		if e.Window != g.window {
			continue
		}
		if e.Kind == replay.Navigate {
			return false
		}
		if e.Kind == replay.Input && !a.scripted(e) {
			return true
		}
	}
	return false
}

// usedAfter reports whether a control that was disabled answered a later press on the same page: what was missing was found,
// and the first press came too early, however many others insist.
func (a *analysis) usedAfter(c *control, early int32) bool {
	for _, gi := range c.gestures {
		if g := &a.gestures[gi]; gi > early && g.pressed() && !disabled(g) && a.outcomes[gi].answered {
			return !slices.ContainsFunc(a.s.Events[a.gestures[early].firstEv:g.firstEv], func(e replay.Event) bool {
				return e.Window == g.window && e.Kind == replay.Navigate && e.Flags.Has(replay.FlagLoad)
			})
		}
	}
	return false
}

// leaves reports whether the screen was left soon after a gesture without another press, or the session ended with it.
func (a *analysis) leaves(gi int32) bool {
	g := &a.gestures[gi]
	last := a.s.Duration-g.at <= after
	for i := int(gi) + 1; i < len(a.gestures) && last; i++ {
		last = !a.gestures[i].pressed() || a.gestures[i].window != g.window
	}
	if last {
		return true
	}
	for i := a.visitFrom(g.at + 1); i < len(a.visits) && a.visits[i].At-g.at <= leaveLag; i++ {
		v := &a.visits[i]
		if uint16(v.Window) == g.window {
			steps := 0 // the last one is what led away
			for j := int(gi) + 1; j < len(a.gestures) && a.gestures[j].at < v.At; j++ {
				if n := &a.gestures[j]; n.window == g.window && n.pressed() {
					steps++
					if n.ctl == g.ctl {
						return false
					}
				}
			}
			return steps <= 1
		}
	}
	return false
}
