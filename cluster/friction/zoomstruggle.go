package friction

import (
	"time"

	"github.com/rankle/rankle/replay"
)

// zoomSpan is the time within which zooming again is the same struggle.
const zoomSpan = 60 * time.Second

// findZooms looks for pages that are zoomed into again and again to be read: pinches of two fingers, or a viewport
// that becomes narrower and lower in the same proportion. A keyboard changes the height only, a turn of the device
// swaps the sides, and zooming is what maps and pictures are for.
func findZooms(a *analysis) []candidate {
	type zoom struct {
		at     time.Duration
		window uint16
		screen replay.ScreenID
	}
	var zs []zoom
	lastMulti := time.Duration(-1)
	for i := range a.gestures {
		g := &a.gestures[i]
		if !g.multi || lastMulti >= 0 && g.at-lastMulti <= time.Second {
			continue
		}
		lastMulti = g.at
		if a.controls[g.ctl].kind != Blind {
			zs = append(zs, zoom{g.at, g.window, g.screen})
		}
	}
	type size struct{ w, h int32 }
	wins := map[uint16]size{}
	touch := a.s.Context.Device.Touch || a.s.Context.Device.Type == "mobile" || a.s.Context.Device.Type == "tablet" || a.touched()
	for i := range a.s.Events {
		e := &a.s.Events[i]
		if e.Kind != replay.Resize || e.X <= 0 || e.Y <= 0 {
			continue
		}
		old, ok := wins[e.Window]
		if !ok {
			if s := a.screen(e.Screen); s != nil {
				old = size{s.W, s.H}
			}
		}
		wins[e.Window] = size{e.X, e.Y}
		if old.w <= 0 || old.h <= 0 || !touch {
			continue
		}
		rw, rh := float64(e.X)/float64(old.w), float64(e.Y)/float64(old.h)
		if rw < 0.87 && rw/rh > 0.85 && rw/rh < 1.18 {
			zs = append(zs, zoom{e.At, e.Window, e.Screen})
		}
	}
	// The two sources may tell of the same zoom; both lists are in order, so that the join is by time.
	var out []candidate
	for i := 0; i < len(zs); i++ {
		n, end := 1, zs[i].at
		j := i + 1
		for ; j < len(zs) && zs[j].screen == zs[i].screen && zs[j].window == zs[i].window && zs[j].at >= end && zs[j].at-end <= zoomSpan; j++ {
			if zs[j].at-end > time.Second {
				n++
			}
			end = zs[j].at
		}
		if n >= a.onScreen(zs[i].screen).ZoomTimes {
			out = append(out, candidate{verdict: Friction, ctl: -1, start: zs[i].at, end: end, screen: zs[i].screen, conf: startZoom, missed: int32(n)})
		}
		i = j - 1
	}
	return out
}

// touched reports whether any gesture of the session was a finger's.
func (a *analysis) touched() bool {
	for i := range a.gestures {
		if a.gestures[i].pointer == replay.Touch {
			return true
		}
	}
	return false
}
