package friction

import (
	"maps"
	"time"

	"github.com/rankle/rankle/replay"
)

// searchSpan is the time within which scrolling up and down is one search.
const searchSpan = 30 * time.Second

// scroller is what scrolls: the page, or a part of it in applications that scroll inside.
type scroller struct {
	window uint16
	node   replay.NodeID // NoIndex for the page
}

// roll follows the scrolling of one scroller on one screen.
type roll struct {
	screen replay.ScreenID
	top    int32 // least and largest offset since the latest turn
	bottom int32
	dir    int8 // direction of the latest way of half a viewport; 0 before the first
	turns  []time.Duration
}

// findScrolling looks for people who scroll up and down over and over without pressing anything: they search.
func findScrolling(a *analysis) []candidate {
	var out []candidate
	rolls := map[scroller]*roll{}
	for i := range a.s.Events {
		e := &a.s.Events[i]
		switch e.Kind {
		case replay.Click, replay.Input, replay.Navigate: // something was found
			if len(rolls) > 0 {
				maps.DeleteFunc(rolls, func(k scroller, _ *roll) bool { return k.window == e.Window })
			}
		case replay.Scroll:
			k := scroller{e.Window, e.Node}
			if e.Flags.Has(replay.FlagDocument) {
				k.node = replay.NoIndex
			}
			r := rolls[k]
			if r == nil || r.screen != e.Screen {
				r = &roll{screen: e.Screen, top: e.Y, bottom: e.Y}
				rolls[k] = r
			}
			if cand, ok := a.rolled(r, e); ok {
				out = append(out, cand)
			}
		}
	}
	return out
}

// rolled notes an offset. A turn counts once half a viewport was scrolled the other way, so that the small corrections
// of somebody who reads are none.
func (a *analysis) rolled(r *roll, e *replay.Event) (candidate, bool) {
	r.top, r.bottom = min(r.top, e.Y), max(r.bottom, e.Y)
	half := max(a.viewportHeight(int32(e.Screen))/2, 1)
	dir := int8(0)
	switch {
	case r.dir >= 0 && r.bottom-e.Y >= half:
		dir = -1
	case r.dir <= 0 && e.Y-r.top >= half:
		dir = 1
	}
	if dir == 0 {
		return candidate{}, false
	}
	if r.dir != 0 {
		r.turns = append(r.turns, e.At)
	}
	r.dir, r.top, r.bottom = dir, e.Y, e.Y
	for len(r.turns) > 0 && e.At-r.turns[0] > searchSpan {
		r.turns = r.turns[1:]
	}
	if len(r.turns) < a.onScreen(e.Screen).ScrollTurns {
		return candidate{}, false
	}
	c := candidate{verdict: Friction, ctl: -1, start: r.turns[0], end: e.At, screen: e.Screen, conf: startScroll, missed: int32(len(r.turns))}
	r.turns = nil
	return c, true
}
