package friction

import (
	"slices"
	"time"

	"github.com/rankle/rankle/replay"
)

// turn is a reversal of the mouse: the end of a leg.
type turn struct {
	at  time.Duration
	leg int32
}

// thrash follows the mouse of one window along both axes and remembers the latest reversals of each. A hand that shakes
// turns round on one axis; one that draws circles turns on both in turn, and far less often on either.
type thrash struct {
	x, y axis
	at   time.Duration // of the latest position
	has  bool          // a position
	down bool          // a button is
}

// rest forgets the way so far.
func (t *thrash) rest() {
	t.has = false
	t.x = axis{turns: t.x.turns[:0]}
	t.y = axis{turns: t.y.turns[:0]}
}

// axis is the movement along one axis.
type axis struct {
	from, pos int32 // where the current leg began, and the latest position
	dir       int8
	turns     []turn
}

// move goes on to a position and returns the leg that a reversal ends, or 0.
func (x *axis) move(pos int32) int32 {
	leg := int32(0)
	if d := sign(pos - x.pos); d != 0 && d != x.dir {
		if x.dir != 0 {
			leg = abs(x.pos - x.from)
		}
		x.from, x.dir = x.pos, d
	}
	x.pos = pos
	return leg
}

// mouseRest is the pause after which a mouse has rested, or left the page and come back elsewhere: ten samples of 50 ms.
const mouseRest = 500 * time.Millisecond

// findThrash looks for a mouse that is shaken: many reversals of long legs within a short time, no button down. Recorders
// sample the mouse every 50 ms, so that at most ten real reversals a second can be seen.
func findThrash(a *analysis) []candidate {
	if !a.s.Coverage.PointerMoves {
		return nil
	}
	var out []candidate
	var wins byWindow[thrash]
	for i := range a.s.Events {
		e := &a.s.Events[i]
		t := wins.at(e.Window)
		switch e.Kind {
		case replay.PointerDown:
			t.down = true
			t.rest()
		case replay.PointerUp, replay.PointerCancel, replay.Click:
			t.down = false
			t.rest()
		case replay.Hidden, replay.Navigate:
			t.rest()
		case replay.Move:
			blind := a.overBlind(e)
			if blind {
				t.rest() // what the mouse does there is another matter (F18)
			}
			if e.Pointer == replay.Touch || t.down || blind {
				continue
			}
			if e.At-t.at > mouseRest {
				t.rest()
			}
			if cand, ok := a.shake(t, e); ok {
				out = append(out, cand)
			}
		}
	}
	return out
}

// overBlind reports whether the mouse moves over something that is drawn on or played (F18).
func (a *analysis) overBlind(e *replay.Event) bool {
	return e.Target >= 0 && int(e.Target) < len(a.s.Targets) && a.s.Targets[e.Target].Traits.Has(replay.Blind)
}

func (a *analysis) shake(t *thrash, e *replay.Event) (candidate, bool) {
	if !t.has {
		t.x.from, t.x.pos, t.y.from, t.y.pos, t.at, t.has = e.X, e.X, e.Y, e.Y, e.At, true
		return candidate{}, false
	}
	t.at = e.At
	legs := [2]int32{t.x.move(e.X), t.y.move(e.Y)}
	for i, x := range [2]*axis{&t.x, &t.y} {
		if legs[i] <= 0 { // as most moves, it goes on
			continue
		}
		if c, ok := a.shaken(x, legs[i], e); ok {
			t.x.turns, t.y.turns = t.x.turns[:0], t.y.turns[:0]
			return c, true
		}
	}
	return candidate{}, false
}

// shaken notes a reversal on an axis and reports whether it is one too many.
func (a *analysis) shaken(x *axis, leg int32, e *replay.Event) (candidate, bool) {
	set := a.onScreen(e.Screen)
	if leg < int32(set.ThrashLeg) {
		return candidate{}, false
	}
	x.turns = append(x.turns, turn{e.At, leg})
	over := 0
	for e.At-x.turns[over].at > set.ThrashSpan {
		over++
	}
	x.turns = slices.Delete(x.turns, 0, over)
	path := int64(0)
	for _, t := range x.turns {
		path += int64(t.leg)
	}
	// Who turns round more often makes shorter legs: the more turns, the shorter the way may be.
	if len(x.turns) < set.ThrashTurns || path*int64(len(x.turns)) < int64(set.ThrashPath)*int64(set.ThrashTurns) {
		return candidate{}, false
	}
	c := candidate{verdict: Friction, ctl: -1, start: x.turns[0].at, end: e.At, screen: e.Screen, conf: startThrash, missed: int32(len(x.turns))}
	if !a.s.Coverage.PointerPress {
		c.verdict, c.reason = NoOpinion, ReasonNoEvidence // a button may have been down
	}
	return c, true
}

func sign(n int32) int8 {
	switch {
	case n > 0:
		return 1
	case n < 0:
		return -1
	}
	return 0
}
