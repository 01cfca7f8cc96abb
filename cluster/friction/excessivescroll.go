package friction

import (
	"time"

	"github.com/rankle/rankle/replay"
)

// searchSpan is the time within which scrolling up and down is one search.
const searchSpan = 30 * time.Second

// roll follows the page's scrolling on one screen of one window.
type roll struct {
	screen replay.ScreenID
	from   int32 // offset at the latest turn
	y      int32
	dir    int8
	has    bool
	turns  []time.Duration
}

// findScrolling looks for people who scroll up and down over and over without pressing anything: they search.
func findScrolling(a *analysis) []candidate {
	var out []candidate
	wins := map[uint16]*roll{}
	for i := range a.s.Events {
		e := &a.s.Events[i]
		switch {
		case e.Kind == replay.Click || e.Kind == replay.Input || e.Kind == replay.Navigate:
			delete(wins, e.Window) // something was found
		case e.Kind == replay.Scroll && e.Flags.Has(replay.FlagDocument):
			r := wins[e.Window]
			if r == nil || r.screen != e.Screen {
				r = &roll{screen: e.Screen}
				wins[e.Window] = r
			}
			if cand, ok := a.rolled(r, e); ok {
				out = append(out, cand)
			}
		}
	}
	return out
}

func (a *analysis) rolled(r *roll, e *replay.Event) (candidate, bool) {
	if !r.has {
		r.has, r.from, r.y = true, e.Y, e.Y
		return candidate{}, false
	}
	d := sign(e.Y - r.y)
	if d != 0 && r.dir != 0 && d != r.dir {
		if abs(r.y-r.from)*2 >= a.viewportHeight(int32(e.Screen)) {
			r.turns = append(r.turns, e.At)
		}
		r.from = r.y
	}
	if d != 0 {
		r.dir = d
	}
	r.y = e.Y
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
