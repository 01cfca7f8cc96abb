package friction

import (
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rankle/rankle/replay"
)

// modalLag is how far from the change of address a dialog opens that has one; a menu that led there was open for longer.
const modalLag = 500 * time.Millisecond

// glance is the least stay that a person decides about; shorter ones are redirects.
const glance = 700 * time.Millisecond

// stationStay is the stay from which on a screen left by one of its own links was looked at: reading a heading and a line
// and finding the link takes 3 to 4 s.
const stationStay = 5 * time.Second

// wayBack are words of links that name no place to go on to but the end of this one, or the list that it was chosen from.
// What else leads to the screen before, a menu that stands on every screen for one, is as often a way on.
var wayBack = []string{"back", "close", "return", "all", "zurück", "schließen", "alle", "retour", "fermer", "tous", "toutes"}

// backArrows begin the label of a link to the screen before, in text that runs to the right.
const backArrows = "←⟵⬅‹«❮◀"

// namesWayBack reports whether a label says that it leads back.
func namesWayBack(label string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimSpace(label))
	return hasWord(label, wayBack...) || strings.ContainsRune(backArrows, first)
}

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
			if a.fromForm(before, on, next) {
				continue // a step of a form, and back to what was typed
			}
			if a.used(on, next) || a.modal(on, next) || a.circling(on) {
				continue
			}
			conf := startQuickBack
			if gi := a.pressBefore(next.At, uint16(on.Window)); gi >= 0 && a.gestures[gi].at >= on.At && !namesWayBack(a.labelOf(gi)) {
				// A link of the screen led there. The browser's own back leaves no press.
				if conf += termLinked; a.station(vs, i) {
					conf += termStation
				}
			}
			out = append(out, candidate{verdict: Friction, ctl: -1, start: on.At, end: next.At, screen: replay.ScreenID(on.Screen), conf: conf, missed: 1})
		}
	}
	return out
}

// fromForm reports whether a screen was glanced at out of a form: somebody had typed, and a button led on, or the form was not
// sent, or the typing went on after the return, as that of people who look something up does. Who leaves by a link, or the row
// of a list, a form that is done with leaves no form.
func (a *analysis) fromForm(before, on, next *Visit) bool {
	window := uint16(on.Window)
	if !a.typedBetween(max(before.At, on.At-resumeSpan), on.At, window) {
		return false
	}
	gi := a.pressBefore(on.At, window)
	if gi < 0 || on.At-a.gestures[gi].at > routeLag {
		return true // what led on is not known, the Enter key for one
	}
	t := a.tgt(&a.controls[a.gestures[gi].ctl])
	return t == nil || t.Traits.Has(replay.InForm) || t.Traits.Has(replay.Submit) || t.Role == "button" || slices.Contains(a.departures, departure{window, on.At}) ||
		a.typedBetween(next.At+typeLag, min(next.Until, next.At+resumeSpan), window)
}

// station reports whether a screen that was left by a link of its own may have been a station on the way rather than a
// mistake: it was stayed on, or where the person came back to, or what lies above the place of landing, or the next item of
// the same list follows.
func (a *analysis) station(vs []int, i int) bool {
	on, next := &a.visits[vs[i]], &a.visits[vs[i+1]]
	if i == 1 || a.visits[vs[i-2]].Screen == on.Screen || next.At-on.At > stationStay {
		return true
	}
	if i+2 == len(vs) {
		return false
	}
	then := &a.visits[vs[i+2]]
	return then.Screen != on.Screen && then.At-next.At <= a.onScreen(replay.ScreenID(next.Screen)).EpisodeGap && a.siblings(then.Screen, on.Screen)
}

// siblings reports whether the paths of two screens differ in their last part only, as those of the items of a list do.
func (a *analysis) siblings(x, y int32) bool {
	p, q := a.screen(replay.ScreenID(x)), a.screen(replay.ScreenID(y))
	return p != nil && q != nil && path.Dir(p.Path) == path.Dir(q.Path)
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
	last := next.At // the press that led away, after which the next screen may scroll to where it was
	for i := a.gestureFrom(v.At); i < len(a.gestures) && a.gestures[i].at < next.At; i++ {
		g, o := &a.gestures[i], &a.outcomes[i]
		if int32(g.window) != v.Window || g.kind == dropped {
			continue
		}
		if g.kind == swipe && g.scroll && abs(g.endY-g.y) > abs(g.endX-g.x) {
			continue // the page is moved by a finger: how far says the scrolling
		}
		if !g.pressed() {
			return true // dragged or swiped
		}
		if a.leadsAway(int32(i)) {
			last = g.at
		}
		if k := a.controls[g.ctl].kind; k == Blind || k == TextEntry || o.answered && !a.leadsAway(int32(i)) || a.settledBefore(int32(i), next) {
			return true
		}
	}
	half := a.viewportHeight(v.Screen) / 2
	for i := a.eventFrom(v.At); i < len(a.s.Events) && a.s.Events[i].At < next.At; i++ {
		e := &a.s.Events[i]
		if int32(e.Window) != v.Window {
			continue
		}
		if e.Kind == replay.Input && !a.scripted(e) || e.Kind == replay.Scroll && e.Y >= half && e.At < last {
			return true
		}
	}
	return false
}

// settledBefore reports whether a press was answered on the screen it was made on, so long before the next screen came
// that this was another matter.
func (a *analysis) settledBefore(gi int32, next *Visit) bool {
	g, o := &a.gestures[gi], &a.outcomes[gi]
	return o.answered && o.by == byChange && next.At-(g.at+o.latency) > linkLag
}

// circling reports whether a visit is part of a loop, which says more (detectors finds loops first).
func (a *analysis) circling(v *Visit) bool {
	for _, c := range a.circles {
		if c.window == v.Window && v.At >= c.from && v.At <= c.to {
			return true
		}
	}
	return false
}

// modal reports whether a screen was entered without a load by something that opens over the one before, and left by its going:
// a dialog with an address of its own is closed, not left. The tip of a link that comes as well says nothing.
func (a *analysis) modal(on, next *Visit) bool {
	return !on.Loaded && a.dialogAround(on, false) && a.dialogAround(next, true)
}

// dialogAround reports whether a dialog came, or went, around the moment at which a screen was entered.
func (a *analysis) dialogAround(v *Visit, went bool) bool {
	for i := a.eventFrom(v.At - modalLag); i < len(a.s.Events) && a.s.Events[i].At <= v.At+modalLag; i++ {
		e := &a.s.Events[i]
		if e.Kind != replay.MutationEvent || int32(e.Window) != v.Window || e.Detail < 0 || int(e.Detail) >= len(a.s.Mutations) {
			continue
		}
		for c := range a.s.Mutations[e.Detail].Changes {
			x := &a.s.Mutations[e.Detail].Changes[c]
			if x.Traits&replay.ChangeDialog != 0 && (x.Kind == replay.AttributeChanged || (x.Kind == replay.Removed) == went) {
				return true
			}
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
