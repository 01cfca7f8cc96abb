package friction

import (
	"time"

	"github.com/rankle/rankle/replay"
)

// A server that refuses a form answers with a page, on which the form stands again with what is wrong with it. To the response
// model that is an answer, and a good one: another document, or another form in the place of this one. The reader says what
// the form has to say, and a form that comes back again and again with complaints is as bad a fight as one that never leaves
// the page.

// sentBack finds forms that came back from the server with complaints several times in a row.
func (a *analysis) sentBack() []candidate {
	var out []candidate
	var wins byWindow[returns]
	for i := range a.s.Events {
		e := &a.s.Events[i]
		if e.Kind != replay.Navigate && e.Kind != replay.SnapshotEvent {
			continue
		}
		w := wins.at(e.Window)
		switch {
		case e.Kind == replay.Navigate && e.Flags.Has(replay.FlagLoad) && !w.loading:
			w.loading = true // whether the form came back shows with the snapshot
		case e.Kind == replay.Navigate:
			out = a.endReturns(out, w)
		case e.Detail >= 0:
			loaded := w.loading
			w.loading = false
			gi := a.pressBefore(e.At, e.Window)
			if gi < 0 || e.At-a.gestures[gi].at > a.on(gi).AnswerLimit || len(w.presses) > 0 && gi == w.presses[len(w.presses)-1] {
				continue
			}
			if !loaded && a.controls[a.gestures[gi].ctl].kind != Control {
				continue // a page that draws its form anew while somebody fills it in refuses nothing
			}
			if n := len(w.presses); n > 0 && (a.gestures[gi].at-a.gestures[w.presses[n-1]].at > rejectSpan || a.takenBetween(w.presses[n-1], gi)) {
				out = a.endReturns(out, w)
			}
			w.presses = append(w.presses, gi)
		case w.loading:
			out = a.endReturns(out, w) // it led on
		}
	}
	for w := range wins.all {
		out = a.endReturns(out, w)
	}
	return out
}

// takenBetween reports whether a form that came back was sent once more before a moment, and did not come back then.
func (a *analysis) takenBetween(from, to int32) bool {
	for gi := from + 1; gi < to; gi++ {
		g := &a.gestures[gi]
		if g.pressed() && g.window == a.gestures[to].window && a.outcomes[gi].gone && a.controls[g.ctl].key == a.controls[a.gestures[to].ctl].key {
			return true
		}
	}
	return false
}

// returns are the presses of one window whose answer was a form that came back.
type returns struct {
	presses []int32
	loading bool // a page load was announced
}

// endReturns ends a series of returns.
func (a *analysis) endReturns(out []candidate, w *returns) []candidate {
	gs := w.presses
	*w = returns{}
	if len(gs) == 0 {
		return out
	}
	ci := a.gestures[gs[0]].ctl
	c := &a.controls[ci]
	if len(gs) < c.local.Rejections {
		return out
	}
	cand := a.candidate(ci, gs)
	cand.missed = int32(len(gs))
	cand.latency = time.Duration(0) // the server was quick enough
	cand.conf = a.base(startForm, c) + extra(len(gs)-c.local.Rejections)
	return append(out, cand)
}
