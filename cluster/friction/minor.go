package friction

import (
	"slices"
	"strings"
	"time"

	"github.com/rankle/rankle/replay"
)

// What a change can be at most: an answer, or a sign that the page felt the hand.

// hoverSize is the size up to which an added subtree may be a tooltip.
const hoverSize = 8

// minor reports whether a change can only acknowledge: busy states, focus and pressed states, hover effects, and
// what nobody sees.
func (a *analysis) minor(r *run, w *watch, e *replay.Event, c *replay.Change, t *touched, p *pace, since time.Duration) bool {
	if c.Kind == replay.AttributeChanged && c.Traits&replay.ChangeBusy != 0 || invisible(c.Attr) {
		return true
	}
	if t.rel == own && (c.Attr == "disabled" || c.Attr == "aria-disabled") {
		return true // taking the control away is not what was asked for
	}
	if (c.Kind == replay.Added || c.Kind == replay.Removed) && c.Node >= 0 && int(c.Node) < len(a.s.Nodes) {
		switch a.s.Nodes[c.Node].Tag {
		case "script", "style", "link", "meta", "noscript", "#comment":
			return true
		}
	}
	if a.empty(c) {
		return true
	}
	cosmetic := c.Kind == replay.AttributeChanged && (c.Traits&replay.ChangeCursor != 0 || cosmeticAttr(c.Attr))
	if c.Kind == replay.Added && t.rel == own && c.Size <= 1 && !a.text(c.Node) && since > cosmeticSpan {
		return true // an empty thing that pointing at the control puts into it
	}
	if cosmetic && t.rel != elsewhere && (p.hover > 0 || since > cosmeticSpan) {
		return true // its hover effect, or a look that it takes on later
	}
	if c.Kind == replay.AttributeChanged && r.blurred >= 0 && a.byBlur(r, e.At) && !a.tree.within(r.blurred, r.node) &&
		a.tree.within(c.Node, a.surround(r.blurred, r.node)) {
		return true // the field that lost the focus
	}
	if cosmetic && t.rel == own && a.changesWith(e, c.Node, "disabled", "aria-disabled") {
		return true // it is switched off, or on again, and looks it
	}
	if cosmetic && t.rel == around && r.blurred >= 0 && within(e.At, r.blurAt, momentLag) && a.tree.within(r.blurred, c.Node) && a.changesWith(e, r.blurred, c.Attr) {
		return true // a form that hears of the field that lost the focus
	}
	if cosmetic && w.blurAt > 0 && within(e.At, w.blurAt, momentLag) &&
		(a.tree.within(c.Node, w.lost) || a.tree.within(w.lost, c.Node) && !a.tree.within(r.node, c.Node)) {
		return true // what the focus left no longer looks it
	}
	if cosmetic && t.rel != elsewhere && p.focus > 0 && within(e.At, w.focusAt, momentLag) &&
		(a.tree.within(w.focused, r.node) || a.tree.within(r.node, w.focused)) {
		return true // it got the focus, and looks it
	}
	if cosmetic && (a.beforeRelease(r, w, e.At, c.Node, t.rel) || t.rel != elsewhere && a.beforeClick(r, w)) {
		return true
	}
	if t.rel == own && prepares(c) && a.atDown(r, e.At) {
		return true
	}
	if c.Kind == replay.Added && t.rel == own && a.amb.fading[c.State] {
		return true // what controls of this page show whenever they are pressed
	}
	away := w.moved && e.At-w.moveAt <= pointerTrail && since > typeLag && a.left(r, w)
	small := (c.Kind == replay.Added || c.Kind == replay.Removed) && c.Size <= hoverSize && c.Traits&replay.ChangeDialog != 0
	hovered := p.follows(r.ctl) && since > a.limits(r).QuickAnswer
	return away && (cosmetic || small || hovered)
}

// beforeRelease reports whether a change of looks hangs on the focus that a press takes from one thing and gives to another
// while the button is still down: of the pressed control, which got it, or of what lost it with its surroundings, as tabs that
// show the focus of one of them. What a click does comes with the release.
func (a *analysis) beforeRelease(r *run, w *watch, at time.Duration, node replay.NodeID, rel relation) bool {
	g := &a.gestures[a.pressAt(r, at)]
	if !g.released() || at < g.at || at >= g.end {
		return false
	}
	got := w.focusAt >= g.at && w.focusAt <= at && (a.tree.within(w.focused, r.node) || a.tree.within(r.node, w.focused))
	if rel != elsewhere {
		return got
	}
	return w.blurAt >= g.at && within(at, w.blurAt, momentLag) && w.lost >= 0 && a.tree.within(node, a.surround(w.lost, r.node))
}

// beforeClick reports whether an event comes between the lifting of a finger and the click of it. Browsers tell there, at one
// moment, all that a mouse would have done on its way: it comes over the control, which looks it, and gives it the focus.
func (a *analysis) beforeClick(r *run, w *watch) bool {
	g := &a.gestures[a.pressAt(r, a.s.Events[w.event].At)]
	return g.pointer == replay.Touch && g.clicked && a.s.Events[w.event].At >= g.end && w.event < g.lastEv
}

// atDown reports whether a moment is the one at which the pointer goes down.
func (a *analysis) atDown(r *run, at time.Duration) bool {
	g := &a.gestures[a.pressAt(r, at)]
	return g.released() && at < g.end && at-g.at <= momentLag
}

// changesWith reports whether one of some attributes of a node changes in the batch of an event.
func (a *analysis) changesWith(e *replay.Event, n replay.NodeID, attrs ...string) bool {
	return slices.ContainsFunc(a.s.Mutations[e.Detail].Changes, func(c replay.Change) bool {
		return c.Node == n && c.Kind == replay.AttributeChanged && slices.Contains(attrs, c.Attr)
	})
}

// prepares reports whether a change of a control that comes at the moment at which the pointer goes down may make it ready for its
// first press, as libraries do that spare the work until then: an empty element comes for what will be shown, or a mark of their
// own goes. What a click does comes with the release.
func prepares(c *replay.Change) bool {
	switch c.Kind {
	case replay.Added:
		return c.Size <= 1 && c.Traits&replay.ChangeText == 0
	case replay.AttributeChanged:
		return c.State == 0 && strings.Contains(c.Attr, "-") && !strings.HasPrefix(c.Attr, "aria-")
	}
	return false
}

// byBlur reports whether a change comes with the loss of the focus rather than with the click after it.
func (a *analysis) byBlur(r *run, at time.Duration) bool {
	return within(at, r.blurAt, momentLag) || within(at, r.blurAt, stampLag) && at < a.gestures[a.pressAt(r, at)].end
}

// surround returns what a field may restyle when it loses the focus: the label that holds it, or up to three levels around it,
// and never what holds the pressed control as well.
func (a *analysis) surround(field, pressed replay.NodeID) replay.NodeID {
	for up, n := a.tree.parent(field), 0; up >= 0 && int(up) < len(a.s.Nodes) && n < labelDepth && !a.tree.within(pressed, up); up, n = a.tree.parent(up), n+1 {
		if a.s.Nodes[up].Tag == "label" {
			return up
		}
	}
	for range 3 {
		p := a.tree.above(field, 1)
		if p == field || a.tree.within(pressed, p) {
			break
		}
		field = p
	}
	return field
}

// labelDepth is how far above its field a label is looked for: kits put four or five boxes in between for borders and icons.
const labelDepth = 8

// left reports whether the mouse has moved away from the press.
func (a *analysis) left(r *run, w *watch) bool {
	g := &a.gestures[r.gestures[len(r.gestures)-1]]
	return g.pointer != replay.Touch && g.hasPos && distance(g.x, g.y, w.mx, w.my) > sameSpot
}

// invisible reports whether a change of the attribute shows nothing by itself. These are the attributes that pressing,
// focusing and hovering set in widget libraries, and what only machines read.
func invisible(attr string) bool {
	switch attr {
	case "tabindex", "aria-describedby", "aria-busy", "aria-owns", "aria-controls", "nonce", "title", "autocomplete",
		"data-focus", "data-focused", "data-focus-visible", "data-focus-visible-added", "data-hover", "data-hovered",
		"data-pressed", "data-active", "data-touched", "data-dirty", "data-valid", "data-invalid", "data-user-valid",
		"data-user-invalid", "ant-click-animating", "data-ant-click-animating", "id", "name", "for":
		return true
	}
	return false
}
