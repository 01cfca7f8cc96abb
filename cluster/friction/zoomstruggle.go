package friction

import (
	"sort"
	"time"

	"github.com/rankle/rankle/replay"
)

const (
	// zoomSpan is the time within which zooming again is the same struggle.
	zoomSpan = 60 * time.Second
	// zoomPause separates two zooms; the events of one come closer.
	zoomPause = time.Second
	// zoomStep is by how much narrower a viewport becomes by a zoom at least; browsers step by 10 to 25 % and a scrollbar
	// takes 2 %.
	zoomStep = 0.87
	// sameShape is how far the sides of a viewport may part in a zoom: a keyboard takes from the height only.
	sameShape = 1.18
)

// zoom is one time that a page was made larger.
type zoom struct {
	at     time.Duration
	window uint16
	screen replay.ScreenID
}

// findZooms looks for pages that are zoomed into again and again to be read: two fingers that move apart, or a viewport
// that becomes narrower and lower in the same proportion. A keyboard changes the height only, a turn of the device
// swaps the sides, and zooming is what maps and pictures are for. Fingers that come together take a zoom back.
//
// Recorders name only one finger of a touch event, so that two that land at the same moment look like one: pinches are
// missed rather than made up.
func findZooms(a *analysis) []candidate {
	zs := append(a.pinches(), a.shrinkings()...)
	sort.SliceStable(zs, func(i, j int) bool {
		if zs[i].window != zs[j].window {
			return zs[i].window < zs[j].window
		}
		return zs[i].at < zs[j].at
	})
	var out []candidate
	for i := 0; i < len(zs); {
		n, end, j := 1, zs[i].at, i+1
		for ; j < len(zs) && zs[j].screen == zs[i].screen && zs[j].window == zs[i].window && zs[j].at-end <= zoomSpan; j++ {
			if zs[j].at-end > zoomPause {
				n++
			}
			end = zs[j].at
		}
		if n >= a.onScreen(zs[i].screen).ZoomTimes {
			out = append(out, candidate{verdict: Friction, ctl: -1, start: zs[i].at, end: end, screen: zs[i].screen, conf: startZoom, missed: int32(n)})
		}
		i = j
	}
	return out
}

// pinches lists where two fingers moved apart over something that is read.
func (a *analysis) pinches() []zoom {
	var zs []zoom
	first := map[uint16]int{} // first finger, per window
	for i := range a.gestures {
		g := &a.gestures[i]
		if !g.multi {
			delete(first, g.window)
			continue
		}
		f, ok := first[g.window]
		first[g.window] = i
		if !ok {
			continue
		}
		p := &a.gestures[f]
		delete(first, g.window)
		if spreads(p, g) && !a.looksAt(&a.controls[p.ctl]) && !a.looksAt(&a.controls[g.ctl]) && !a.pageZooms(f, g.end) {
			zs = append(zs, zoom{p.at, p.window, p.screen})
		}
	}
	return zs
}

// spreads reports whether two fingers moved apart. Recorders do not say which finger a later position is of, but either
// is further from the middle then than at the start.
func spreads(p, g *gesture) bool {
	if !p.hasPos || !g.hasPos {
		return false
	}
	mx, my := p.x+(g.x-p.x)/2, p.y+(g.y-p.y)/2
	return distance(mx, my, g.endX, g.endY) > distance(mx, my, g.x, g.y)+slop
}

// looksAt reports whether a thing is there to be looked at closely.
func (a *analysis) looksAt(c *control) bool {
	t := a.tgt(c)
	return c.kind == Blind || t != nil && (t.Tag == "img" || t.Tag == "picture" || t.Traits.Has(replay.SVG))
}

// pageZooms reports whether the page itself answers fingers, as maps made of pictures do: the browser's own zoom changes
// nothing in it.
func (a *analysis) pageZooms(gi int, end time.Duration) bool {
	g := &a.gestures[gi]
	const most = 1 << 12 // events
	for i := int(g.firstEv) + 1; i < len(a.s.Events) && i <= int(g.firstEv)+most && a.s.Events[i].At <= end+zoomPause; i++ {
		e := &a.s.Events[i]
		if e.Window == g.window && (e.Kind == replay.CanvasDraw || e.Kind == replay.MutationEvent && a.fresh(e, g)) {
			return true
		}
	}
	return false
}

// shrinkings lists where the viewport of a touch device became smaller in proportion. A window of a desktop is made
// smaller with the mouse.
func (a *analysis) shrinkings() []zoom {
	d := &a.s.Context.Device
	if !d.Touch && d.Type != "mobile" && d.Type != "tablet" && !a.touched() {
		return nil
	}
	type size struct{ w, h int32 }
	var zs []zoom
	wins := map[uint16]size{}
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
		if old.w <= 0 || old.h <= 0 {
			continue
		}
		rw, rh := float64(e.X)/float64(old.w), float64(e.Y)/float64(old.h)
		if rw < zoomStep && rw/rh > 1/sameShape && rw/rh < sameShape {
			zs = append(zs, zoom{e.At, e.Window, e.Screen})
		}
	}
	return zs
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
