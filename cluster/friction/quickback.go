package friction

import (
	"time"

	"github.com/rankle/rankle/replay"
)

// glance is the least stay that a person decides about; shorter ones are redirects.
const glance = 700 * time.Millisecond

// findQuickBacks looks for screens that are left the way they were entered, at once and with nothing done on them.
func findQuickBacks(a *analysis) []candidate {
	var out []candidate
	for _, vs := range a.visitsByWindow() {
		for i := 1; i+1 < len(vs); i++ {
			before, on, next := &a.visits[vs[i-1]], &a.visits[vs[i]], &a.visits[vs[i+1]]
			stay := next.At - on.At
			if before.Screen != next.Screen || on.Screen == before.Screen || stay > a.onScreen(replay.ScreenID(on.Screen)).QuickBack || stay < glance {
				continue
			}
			if a.used(on, next) {
				continue
			}
			conf := startQuickBack
			if gi := a.pressBefore(next.At, uint16(on.Window)); gi >= 0 && a.gestures[gi].at >= on.At && !hasWord(a.labelOf(gi), "back", "zurück", "retour") {
				// A link of the screen led there: it may have been a station on the way. The browser's own back leaves no
				// press.
				conf += termStation
			}
			out = append(out, candidate{verdict: Friction, ctl: -1, start: on.At, end: next.At, screen: replay.ScreenID(on.Screen), conf: conf, missed: 1})
		}
	}
	return out
}

// labelOf is the label of what a gesture pressed.
func (a *analysis) labelOf(gi int32) string {
	if t := a.tgt(&a.controls[a.gestures[gi].ctl]); t != nil {
		return t.Label
	}
	return ""
}

// used reports whether something was done on a screen besides leaving it: a press that changed something, input, or a
// scroll of half a viewport.
func (a *analysis) used(v, next *Visit) bool {
	presses := 0
	for i := a.gestureFrom(v.At); i < len(a.gestures) && a.gestures[i].at < next.At; i++ {
		g, o := &a.gestures[i], &a.outcomes[i]
		if int32(g.window) != v.Window || !g.pressed() {
			continue
		}
		presses++
		if k := a.controls[g.ctl].kind; k == Blind || k == TextEntry || o.answered && !a.leadsAway(int32(i)) {
			return true
		}
	}
	half := a.viewportHeight(v.Screen) / 2
	for i := a.eventFrom(v.At); i < len(a.s.Events) && a.s.Events[i].At < next.At; i++ {
		e := &a.s.Events[i]
		if int32(e.Window) != v.Window {
			continue
		}
		if e.Kind == replay.Input || e.Kind == replay.Scroll && e.Flags.Has(replay.FlagDocument) && e.Y >= half && presses == 0 {
			return true
		}
	}
	return false
}

// viewportHeight is the height of a screen's viewport in CSS px, or that of a small laptop where it is unknown.
func (a *analysis) viewportHeight(screen int32) int32 {
	if s := a.screen(replay.ScreenID(screen)); s != nil && s.H > 0 {
		return s.H
	}
	if h := a.s.Context.ViewportH; h > 0 {
		return h
	}
	return 720
}
