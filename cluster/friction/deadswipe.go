package friction

import (
	"time"

	"github.com/rankle/rankle/replay"
)

const (
	// swipeWait is how long after a swipe an answer may begin (PostHog's mutation limit).
	swipeWait = 2500 * time.Millisecond
	// screenEdge is the strip at either side of a phone where a swipe is the system's own back gesture: iOS listens on
	// 20 pt at the left, Android on up to 24 dp at both sides by default.
	screenEdge = 24
	// limitSwipes is the number of swipes in vain in a row up to which something that has moved before is at its end.
	limitSwipes = 2
)

// findDeadSwipes looks for swipes of one finger that nothing answers. Only sideways ones are judged: a vertical swipe
// on a page that cannot scroll any further looks the same and is nobody's fault.
func findDeadSwipes(a *analysis) []candidate {
	var out []candidate
	moved := map[int32]bool{} // controls that a swipe has moved
	vain := map[int32]int{}   // swipes in vain since
	for i := range a.gestures {
		g := &a.gestures[i]
		if g.kind != swipe || !g.hasPos || g.pointer != replay.Touch {
			continue
		}
		c := &a.controls[g.ctl]
		dx, dy := g.endX-g.x, g.endY-g.y
		if abs(dy)*2 > abs(dx) || a.atEdge(g) {
			continue
		}
		answered, until := a.swipeAnswered(i)
		if g.scroll || answered {
			moved[g.ctl], vain[g.ctl] = true, 0
			continue
		}
		if distance(g.x, g.y, g.endX, g.endY) < int32(c.local.SwipeDistance) {
			continue
		}
		vain[g.ctl]++
		cand := a.candidate(g.ctl, []int32{int32(i)})
		cand.missed = 1
		cand.conf = a.base(startSwipe, c)
		if c.kind == Prose {
			cand.conf -= termProse // a finger does not care whether it swipes over text
		}
		cand.verdict, cand.reason = a.excuseSwipe(c, g, until)
		if cand.verdict == Friction && moved[g.ctl] && vain[g.ctl] <= limitSwipes {
			cand.verdict, cand.reason = Dismissed, ReasonSettled
		}
		if a.swipedAgain(i) || vain[g.ctl] > 1 {
			cand.conf += termRepeated
		}
		out = append(out, cand)
	}
	return out
}

// excuseSwipe asks the filters about a swipe without an answer that was watched until a moment.
func (a *analysis) excuseSwipe(c *control, g *gesture, until time.Duration) (Verdict, Reason) {
	t := a.tgt(c)
	_, gap := a.inGap(g.at, g.end+swipeWait)
	switch {
	case t != nil && t.Traits.Has(replay.Blocked):
		return NoOpinion, ReasonBlocked
	case c.kind == Blind:
		return NoOpinion, ReasonBlind
	case c.kind == TextEntry:
		return Dismissed, ReasonTyping
	case t == nil || t.Traits.Has(replay.Unresolved) || isPage(t):
		return NoOpinion, ReasonNoElement
	case !a.s.Coverage.Mutations:
		return NoOpinion, ReasonNoEvidence
	case gap:
		return NoOpinion, ReasonGap
	case until-g.end < c.local.DeadTail:
		return NoOpinion, ReasonShortTail
	}
	return Friction, ""
}

// atEdge reports whether a swipe begins where the system's own gestures do.
func (a *analysis) atEdge(g *gesture) bool {
	width := a.s.Context.ViewportW
	if s := a.screen(g.screen); s != nil && s.W > 0 {
		width = s.W
	}
	return g.x < screenEdge || width > 0 && g.x >= width-screenEdge
}

// swipedAgain reports whether the same control is swiped once more in the same episode.
func (a *analysis) swipedAgain(i int) bool {
	gap := a.on(int32(i)).EpisodeGap
	for j := i + 1; j < len(a.gestures) && a.gestures[j].at-a.gestures[i].at <= gap; j++ {
		if g := &a.gestures[j]; g.kind == swipe && g.ctl == a.gestures[i].ctl {
			return true
		}
	}
	return false
}

// swipeAnswered looks for anything that a swipe may have caused, and until when could be looked. The next gesture ends
// the look; if it is the same swipe once more, that proves that nothing had come.
func (a *analysis) swipeAnswered(i int) (bool, time.Duration) {
	g := &a.gestures[i]
	limit := g.end + swipeWait
	const most = 1 << 12 // events: a recording denser than that is not judged
	for n := int(g.firstEv) + 1; n < len(a.s.Events); n++ {
		e := &a.s.Events[n]
		if n > int(g.firstEv)+most {
			return true, e.At
		}
		if e.At > limit {
			return false, limit
		}
		if e.Window != g.window {
			continue
		}
		switch e.Kind {
		case replay.PointerDown:
			if e.At > g.end && e.At > g.at {
				if a.swipedAgain(i) {
					return false, max(e.At, g.end+a.on(int32(i)).DeadTail)
				}
				return false, e.At
			}
		case replay.Scroll, replay.Input, replay.Media, replay.Navigate, replay.CanvasDraw, replay.StyleChange:
			return true, e.At
		case replay.Selection:
			if !e.Flags.Has(replay.FlagCollapsed) {
				return true, e.At
			}
		case replay.MutationEvent:
			if a.fresh(e, g) {
				return true, e.At
			}
		}
	}
	return false, a.s.Duration
}

// fresh reports whether a batch of changes holds one that does not come by itself.
func (a *analysis) fresh(e *replay.Event, g *gesture) bool {
	if e.Detail < 0 || int(e.Detail) >= len(a.s.Mutations) {
		return false
	}
	for i := range a.s.Mutations[e.Detail].Changes {
		c := &a.s.Mutations[e.Detail].Changes[i]
		if p := a.amb.change(e.Detail, i); !p.ambientChange(c) || !p.explains(e.At-g.at) {
			return true
		}
	}
	return false
}

func abs(n int32) int32 {
	if n < 0 {
		return -n
	}
	return n
}
