package friction

import (
	"time"

	"github.com/rankle/rankle/replay"
)

// turn is a reversal of the mouse: the end of a leg.
type turn struct {
	at  time.Duration
	leg int32
}

// thrash follows the mouse of one window along both axes and remembers its latest reversals.
type thrash struct {
	x, y   int32 // where the current leg began, per axis of the larger movement
	px, py int32 // latest position
	at     time.Duration
	has    bool
	dirX   int8
	dirY   int8
	turns  []turn
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
	wins := map[uint16]*thrash{}
	down := map[uint16]bool{}
	for i := range a.s.Events {
		e := &a.s.Events[i]
		switch e.Kind {
		case replay.PointerDown:
			down[e.Window] = true
			delete(wins, e.Window)
		case replay.PointerUp, replay.PointerCancel, replay.Click:
			down[e.Window] = false
			delete(wins, e.Window)
		case replay.Hidden, replay.Navigate:
			delete(wins, e.Window)
		case replay.Move:
			if a.overBlind(e) {
				delete(wins, e.Window) // what the mouse does there is another matter (F18)
			}
			if e.Pointer == replay.Touch || down[e.Window] || a.overBlind(e) {
				continue
			}
			t := wins[e.Window]
			if t == nil || e.At-t.at > mouseRest {
				t = &thrash{}
				wins[e.Window] = t
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
		t.x, t.y, t.px, t.py, t.at, t.has = e.X, e.Y, e.X, e.Y, e.At, true
		return candidate{}, false
	}
	dx, dy := sign(e.X-t.px), sign(e.Y-t.py)
	leg := int32(0)
	if dx != 0 && t.dirX != 0 && dx != t.dirX {
		leg = max(leg, abs(t.px-t.x))
	}
	if dy != 0 && t.dirY != 0 && dy != t.dirY {
		leg = max(leg, abs(t.py-t.y))
	}
	if dx != 0 && dx != t.dirX {
		t.x, t.dirX = t.px, dx
	}
	if dy != 0 && dy != t.dirY {
		t.y, t.dirY = t.py, dy
	}
	t.px, t.py, t.at = e.X, e.Y, e.At
	set := a.onScreen(e.Screen)
	if leg < int32(set.ThrashLeg) {
		return candidate{}, false
	}
	t.turns = append(t.turns, turn{e.At, leg})
	for len(t.turns) > 0 && e.At-t.turns[0].at > set.ThrashSpan {
		t.turns = t.turns[1:]
	}
	path := int64(0)
	for _, x := range t.turns {
		path += int64(x.leg)
	}
	if len(t.turns) < set.ThrashTurns || path < int64(set.ThrashPath) {
		return candidate{}, false
	}
	c := candidate{verdict: Friction, ctl: -1, start: t.turns[0].at, end: e.At, screen: e.Screen, conf: startThrash, missed: int32(len(t.turns))}
	if !a.s.Coverage.PointerPress {
		c.verdict, c.reason = NoOpinion, ReasonNoEvidence // a button may have been down
	}
	t.turns = nil
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
