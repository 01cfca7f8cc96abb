package friction

import (
	"time"

	"github.com/rankle/rankle/replay"
)

const (
	// swipeWait is how long after a swipe an answer may begin (PostHog's mutation limit).
	swipeWait = 2500 * time.Millisecond
	// screenEdge is the strip at the side of a phone where a swipe is the system's own back gesture.
	screenEdge = 24
)

// findDeadSwipes looks for swipes of one finger that nothing answers. Only sideways ones are judged: a vertical swipe
// on a page that cannot scroll any further looks the same and is nobody's fault.
func findDeadSwipes(a *analysis) []candidate {
	var out []candidate
	for i := range a.gestures {
		g := &a.gestures[i]
		if g.kind != swipe || !g.hasPos || g.scroll || g.pointer != replay.Touch {
			continue
		}
		c := &a.controls[g.ctl]
		dx, dy := g.endX-g.x, g.endY-g.y
		if distance(g.x, g.y, g.endX, g.endY) < int32(c.local.SwipeDistance) || abs(dy)*2 > abs(dx) || g.x < screenEdge {
			continue
		}
		answered, until := a.swipeAnswered(g)
		if answered {
			continue
		}
		cand := a.candidate(g.ctl, []int32{int32(i)})
		cand.missed = 1
		cand.conf = startSwipe
		switch {
		case c.kind == Blind:
			cand.verdict, cand.reason = NoOpinion, ReasonBlind
		case c.kind == TextEntry:
			cand.verdict, cand.reason = Dismissed, ReasonTyping
		case !a.s.Coverage.Mutations:
			cand.verdict, cand.reason = NoOpinion, ReasonNoEvidence
		case until-g.end < c.local.DeadTail:
			cand.verdict, cand.reason = NoOpinion, ReasonShortTail
		}
		if a.swipedAgain(i) {
			cand.conf += termRepeated
		}
		out = append(out, cand)
	}
	return out
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

// swipeAnswered looks for anything that a swipe may have caused, and how long could be looked.
func (a *analysis) swipeAnswered(g *gesture) (bool, time.Duration) {
	limit := g.end + swipeWait
	const most = 1 << 12 // events: a recording denser than that is not judged
	for i := int(g.firstEv) + 1; i < len(a.s.Events); i++ {
		e := &a.s.Events[i]
		if i > int(g.firstEv)+most {
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
				return false, max(e.At, g.end+a.controls[g.ctl].local.DeadTail) // the next try proves that nothing had come
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
		k := keyOf(&a.s.Mutations[e.Detail].Changes[i])
		if p := a.amb.changes[k]; p == nil || !p.ambient(k) || !p.explains(e.At-g.at) {
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
