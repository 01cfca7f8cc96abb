package friction

import (
	"time"

	"github.com/rankle/rankle/replay"
)

// A box of the browser's own (alert, confirm, print) stops the page until somebody has read it: no script runs, nothing is recorded,
// and the answer comes when the box goes. A page that stands still for itself looks just so, and nobody had trouble with a box that
// they read. The mouse tells them apart. While a page stands still the browser keeps where the pointer went, and tells of it the moment
// the page goes on; while a box is open the page never hears of it. So a mouse that goes on from somewhere else, and only after a
// while, was at the box.

const (
	// boxLeap is how far from the press, in CSS px, the pointer goes on at least. The first move of a hand that rested there is told
	// within a few; a box stands where most of the page does not.
	boxLeap = 40
	// boxLag is how long after the page goes on its queue of input is empty: what is told later is done later.
	boxLag = 100 * time.Millisecond
	// boxTrail is how long after a box somebody who answered it moves on: what is done within half a minute belongs to the press.
	boxTrail = 30 * time.Second
)

// readElsewhere reports whether a mouse that rested on a press while nothing was recorded went on from another place, and not when the
// page went on but later: a box of the browser's own was answered there, or another window had it.
func (a *analysis) readElsewhere(g *gesture, from, to time.Duration) bool {
	if g.pointer == replay.Touch || !g.hasPos {
		return false
	}
	leapt := time.Duration(-1)
	for i := a.eventFrom(max(from, g.end) + 1); i < len(a.s.Events) && a.s.Events[i].At <= to+boxTrail; i++ {
		e := &a.s.Events[i]
		if e.Window != g.window {
			continue
		}
		switch e.Kind {
		case replay.Move:
			if leapt >= 0 {
				return e.At-leapt <= flushLag // a hand goes on, in more than one step
			}
			if e.At <= to+boxLag || distance(g.endX, g.endY, e.X, e.Y) < boxLeap {
				return false
			}
			leapt = e.At
		case replay.PointerDown, replay.Click:
			return false // where the mouse came from is not recorded
		}
	}
	return false
}

// boxed reports whether all of the wait for an answer may have been a box of the browser's own.
func (a *analysis) boxed(gi int32) bool {
	g := &a.gestures[gi]
	q, ok := a.silenceAfter(g)
	return ok && within(q.to, g.at+a.outcomes[gi].latency, batchLag) && a.readElsewhere(g, q.from, q.to)
}
