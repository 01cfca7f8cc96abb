package friction

import (
	"cmp"
	"slices"

	"github.com/rankle/rankle/replay"
)

// scrolled is one place that a window's page was scrolled to.
type scrolled struct {
	event  int32 // index of the event from which on it holds
	down   int32 // CSS px
	window uint16
}

// pane is what a window shows of its page.
type pane struct {
	down   int32 // how far it is scrolled, CSS px
	height int32 // of the window, CSS px; 0 = not known
	visit  int   // index of the visit that it shows, plus one
}

// findScrolls follows how far the page of each window is scrolled down, and notes for every visit how far down the page was
// seen. A page begins at its top when it is loaded; a recorder that starts later tells at the next scroll. Pages that scroll
// inside an element stay where they are.
func (a *analysis) findScrolls() {
	s := a.s
	a.mem.scrolls = a.mem.scrolls[:0]
	var panes byWindow[pane]
	next := 0 // of the visits, which are in order of time
	for i := range s.Events {
		e := &s.Events[i]
		p := panes.at(e.Window)
		for next < len(a.visits) && a.visits[next].At <= e.At {
			v := &a.visits[next]
			next++
			q := panes.at(uint16(v.Window))
			q.visit = next
			if scr := a.screenOf(v.Screen); scr != nil && scr.H > 0 {
				q.height = scr.H
			} else if q.height == 0 {
				q.height = s.Context.ViewportH
			}
			if v.Loaded {
				a.scrollTo(i, q, uint16(v.Window), 0)
			}
			v.Seen = q.height // of a step within the page: recorders tell at once where it scrolls to
		}
		switch {
		case e.Kind == replay.Resize && e.Y > 0 && !e.Flags.Has(replay.FlagFrame):
			p.height = e.Y
		case e.Kind == replay.Scroll && e.Flags.Has(replay.FlagDocument) && !e.Flags.Has(replay.FlagFrame):
			a.scrollTo(i, p, e.Window, max(e.Y, 0))
		default:
			continue
		}
		if p.visit > 0 && p.height > 0 {
			v := &a.visits[p.visit-1]
			v.Seen = max(v.Seen, p.down+p.height)
		}
	}
}

func (a *analysis) scrollTo(event int, p *pane, window uint16, down int32) {
	if p.down != down {
		p.down = down
		a.mem.scrolls = append(a.mem.scrolls, scrolled{int32(event), down, window})
	}
}

// scrollAt is how far the page of a window was scrolled down when an event came.
func (a *analysis) scrollAt(window uint16, event int32) int32 {
	all := a.mem.scrolls
	i, _ := slices.BinarySearchFunc(all, event, func(s scrolled, event int32) int { return cmp.Compare(s.event, event) })
	for i--; i >= 0; i-- {
		if all[i].window == window {
			return all[i].down
		}
	}
	return 0
}

// screenOf returns a screen of the session, nil for one that it does not have.
func (a *analysis) screenOf(i int32) *replay.Screen {
	if i < 0 || int(i) >= len(a.s.Screens) {
		return nil
	}
	return &a.s.Screens[i]
}
