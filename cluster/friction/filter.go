package friction

import (
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/rankle/rankle/replay"
)

// The filters of SIGNALS 6.4 that explain why a press got no visible answer. Each test is evidence about the press;
// none is a list of words, colours or classes. (F8 to F11 are the gesture and response models themselves.)

const (
	// wakeLag is how soon after the page came to the front a first press only woke it (F13).
	wakeLag = time.Second
	// wakeGap is the recording gap after which a first press counts as a wake-up.
	wakeGap = 5 * time.Second
	// pickLag is how long somebody may choose in a native picker (F5).
	pickLag = 60 * time.Second
	// styleLag is how soon the next press goes on in what styling alone has opened (F16).
	styleLag = 3 * time.Second
	// proseTaps is the number of clicks up to which prose is being selected rather than pressed (F3): word, sentence,
	// paragraph, and one to drop the selection.
	proseTaps = 4
)

// unsure says why a silent press cannot be judged, or "".
func (a *analysis) unsure(c *control, gi int32) (Reason, Verdict) {
	o := &a.outcomes[gi]
	t := a.tgt(c)
	switch {
	case t != nil && t.Traits.Has(replay.Blocked):
		return ReasonBlocked, NoOpinion
	case c.kind == Blind:
		return ReasonBlind, NoOpinion
	case t == nil || t.Traits.Has(replay.Unresolved):
		return ReasonNoElement, NoOpinion
	case !a.s.Coverage.Mutations, t.Type == "reset", a.mayReset(c, gi), a.writesVeiled(c):
		return ReasonNoEvidence, NoOpinion // browsers reset a form without telling the recorder
	case o.gap && o.seen < c.local.DeadTail:
		return ReasonGap, NoOpinion
	case o.seen < c.local.QuickAnswer, o.tail && o.seen < c.local.DeadTail:
		return ReasonShortTail, NoOpinion
	}
	return "", ""
}

// writesVeiled reports whether a control stands in one wrapper with a field whose value the recorder hides, and a press in
// that wrapper wrote into it, as steppers do. Recorders tell of a hidden value only when it gets longer or shorter.
func (a *analysis) writesVeiled(c *control) bool {
	if !a.veilsKnown {
		a.veilsKnown = true
		for i := range a.s.Events {
			e := &a.s.Events[i]
			if e.Kind != replay.Input || !e.Flags.Has(replay.FlagMasked) || e.Flags.Has(replay.FlagByUser) {
				continue
			}
			gi := a.pressBefore(e.At, e.Window)
			if gi < 0 || e.At-a.gestures[gi].end > typeLag {
				continue
			}
			pressed := a.controls[a.gestures[gi].ctl].node
			around, field := a.tree.parent(pressed), a.tree.parent(e.Node)
			if pressed != e.Node && a.wraps(around) && (field == around || a.tree.parent(field) == around) && !slices.Contains(a.veils, around) {
				a.veils = append(a.veils, around)
			}
		}
	}
	return slices.Contains(a.veils, a.tree.parent(c.node))
}

// mayReset reports whether a press may have emptied its form. Browsers reset forms without an event that recorders keep, so
// that such a button looks dead, and what a page itself has filled in is not known either. Who presses again saw that the
// first press was in vain. Otherwise what is written next tells: a first letter where text stood, or one letter more or
// less. A button that sends its form is none, nor is one that asks a server.
func (a *analysis) mayReset(c *control, gi int32) bool {
	g, t := &a.gestures[gi], a.tgt(c)
	form := a.formAround(c.node)
	again := len(a.runs[a.outcomes[gi].run].gestures) > 1
	if again || a.outcomes[gi].asked || t.Traits&(replay.Submit|replay.Toggle) != 0 || form < 0 || a.s.Nodes[form].Tag != "form" {
		return false
	}
	held := map[replay.TargetID]int32{} // how much was written into the fields
	for i := a.eventFrom(g.at - resumeSpan); i < len(a.s.Events) && a.s.Events[i].At <= g.at+resumeSpan; i++ {
		e := &a.s.Events[i]
		if e.Window != g.window || e.Kind != replay.Input || a.field(e) == nil || !a.tree.within(a.s.Targets[e.Target].Node, form) {
			continue
		}
		was := held[e.Target]
		switch {
		case e.At <= g.at:
			held[e.Target] = e.Detail
		case was < 2:
		case e.Detail == 1:
			return true
		case e.Detail == 0 || max(was-e.Detail, e.Detail-was) <= 1:
			return false
		}
	}
	return true
}

// explain says which filter explains that a press shows no answer, or "".
func (a *analysis) explain(c *control, gi int32) (Reason, Verdict) {
	g, o := &a.gestures[gi], &a.outcomes[gi]
	t := a.tgt(c)
	switch {
	case c.kind == Blind:
		return ReasonBlind, NoOpinion
	case c.kind == Picker || g.picker || a.picked(gi):
		return ReasonNativePicker, Dismissed
	case c.kind == TextEntry:
		return ReasonTyping, Dismissed
	case c.kind == Outward || o.outside:
		return ReasonOutward, Dismissed
	case a.wake(gi):
		return ReasonWakeUp, Dismissed
	case g.flags.Has(replay.FlagChecked), g.flags.Has(replay.FlagDistinct) && a.restyled(c), t != nil && a.here(t, g), a.atTop(t, g):
		return ReasonSettled, Dismissed
	case o.selected:
		return ReasonTextSelection, Dismissed
	case a.dragged(c), t != nil && slides(t.Role):
		return ReasonPointerDrawing, Dismissed
	case o.flash && a.held(c):
		return ReasonHold, Dismissed
	case a.styleAnswer(c, gi):
		return ReasonStyleAnswer, Dismissed
	}
	return a.unsure(c, gi)
}

// dragged reports whether this control, or another of its kind, is dragged in the session: a press that does not move
// it is a drag that was not made (F18).
func (a *analysis) dragged(c *control) bool {
	if a.drags == nil {
		a.drags = map[string]bool{}
		for i := range a.gestures {
			if a.gestures[i].kind == drag {
				a.drags[a.controls[a.gestures[i].ctl].key] = true
			}
		}
	}
	return c.kind == Control && a.drags[c.key]
}

// slides reports whether a role is moved rather than pressed: at its end, or at the pressed place, nothing changes.
func slides(role string) bool {
	switch role {
	case "slider", "scrollbar", "separator", "spinbutton":
		return true
	}
	return false
}

// pressable reports whether an element says by tag or role that it is pressed. What only takes the focus may be a
// container.
func pressable(t *replay.Target) bool {
	switch t.Tag {
	case "button", "a", "area", "input", "select", "summary", "label", "option", "textarea":
		return true
	}
	switch t.Role {
	case "", "group", "region", "grid", "list", "listbox", "tree", "table", "tabpanel", "application", "document", "toolbar", "dialog":
		return false
	}
	return true
}

// here reports whether a link leads to the screen it is on.
func (a *analysis) here(t *replay.Target, g *gesture) bool {
	s := a.screen(g.screen)
	return s != nil && t.Tag == "a" && t.Role == "link" && !t.Traits.Has(replay.Toggle) && len(t.Href) > 1 && t.Href == s.Path
}

// restyled reports whether the class of a control changes in the session otherwise than with the focus, which comes and goes: what
// sets it apart from its siblings is a state, and not what it was made to look like.
func (a *analysis) restyled(c *control) bool {
	if c.node < 0 {
		return false
	}
	p := a.amb.get(changeKey{node: c.node, kind: replay.AttributeChanged, attr: "class"})
	return p != nil && p.count > 2*p.focus
}

// atTop reports whether a control that says it leads to the top was pressed on a page that is there already.
func (a *analysis) atTop(t *replay.Target, g *gesture) bool {
	if t == nil || !hasWord(t.Label, "top") {
		return false
	}
	const look = 1 << 14 // events
	for i := int(g.firstEv) - 1; i >= max(0, int(g.firstEv)-look); i-- {
		e := &a.s.Events[i]
		if e.Window != g.window {
			continue
		}
		if e.Kind == replay.Scroll && e.Flags.Has(replay.FlagDocument) {
			return e.Y == 0
		}
		if e.Kind == replay.Navigate {
			return true
		}
	}
	return true
}

// wake reports whether a press only brought the page back to the front.
func (a *analysis) wake(gi int32) bool {
	g := &a.gestures[gi]
	hi := int(g.firstEv)
	const look = 256 // events: far more than a second of moves
	for i := hi - 1; i >= 0 && i >= hi-look; i-- {
		e := &a.s.Events[i]
		if g.at-e.At > wakeLag {
			break
		}
		if e.Window != g.window {
			continue
		}
		if e.Kind == replay.Visible {
			return true
		}
		if e.Kind == replay.PointerDown || e.Kind == replay.Click {
			return false
		}
	}
	for _, p := range a.s.Gaps {
		if d := g.at - p.To; d >= 0 && d <= wakeLag && p.To-p.From > wakeGap {
			return true
		}
	}
	return false
}

// picked reports whether a native picker took a value after the press, with no other press in between.
func (a *analysis) picked(gi int32) bool {
	g := &a.gestures[gi]
	until := g.at + pickLag
	for i := int(gi) + 1; i < len(a.gestures); i++ {
		if n := &a.gestures[i]; n.window == g.window && n.pressed() {
			until = min(until, n.at)
			break
		}
	}
	from := sort.Search(len(a.s.Events), func(i int) bool { return a.s.Events[i].At >= g.at })
	for i := from; i < len(a.s.Events) && a.s.Events[i].At <= until; i++ {
		e := &a.s.Events[i]
		if e.Kind == replay.Input && e.Window == g.window && e.Target >= 0 && int(e.Target) < len(a.s.Targets) &&
			a.s.Targets[e.Target].Traits.Has(replay.NativePicker) {
			return true
		}
	}
	return false
}

// held reports whether the control is held somewhere in the session, or asks for it.
func (a *analysis) held(c *control) bool {
	return a.longPressed(c) || asksToHold(a.tgt(c))
}

// longPressed reports whether the control is held in any gesture of the session.
func (a *analysis) longPressed(c *control) bool {
	if !c.longKnown {
		c.longKnown = true
		for _, gi := range c.gestures {
			if g := &a.gestures[gi]; !g.alone && g.long(c.local.HoldLong) && g.moved <= dragSlop {
				c.long = true
				break
			}
		}
	}
	return c.long
}

// asksToHold reads the control's own text: a name that asks for a long press makes short ones a hold (F14).
func asksToHold(t *replay.Target) bool {
	return t != nil && hasWord(t.Label, "hold", "halten", "maintenir", "mantener", "mantén")
}

// namedOutward reports whether the control's text suggests an effect outside of the page. It only moves confidence.
func namedOutward(t *replay.Target) bool {
	return t != nil && hasWord(t.Label, "download", "export", "copy", "print", "share", "call", "mute", "fullscreen")
}

func hasWord(label string, words ...string) bool {
	for f := range strings.FieldsFuncSeq(strings.ToLower(label), func(r rune) bool { return r == ' ' || r == '-' || r == ':' || r == ',' || r == '.' || r == '_' }) {
		for _, w := range words {
			if f == w {
				return true
			}
		}
	}
	return false
}

// styleAnswer reports whether the next press goes on inside something next to the control that had never been pressed
// before and answers: a menu that styling alone has opened (F16). A neighbour in the same row is a second try.
func (a *analysis) styleAnswer(c *control, gi int32) bool {
	g := &a.gestures[gi]
	if c.node < 0 {
		return false
	}
	const next = 16 // presses: more than a hand makes in the time
	for i := int(gi) + 1; i < len(a.gestures) && i <= int(gi)+next; i++ {
		n := &a.gestures[i]
		if n.at-g.at > styleLag {
			return false
		}
		if n.window != g.window || !n.pressed() || n.ctl == g.ctl {
			continue
		}
		m := &a.controls[n.ctl]
		o := &a.outcomes[i]
		p := a.tree.parent(c.node)
		return m.gestures[0] == int32(i) && o.answered && o.latency <= m.local.QuickAnswer && m.node >= 0 && a.wraps(p) &&
			a.tree.parent(m.node) != p && a.tree.within(m.node, p) && !a.tree.within(c.node, m.node)
	}
	return false
}

// wraps reports whether a node can be the wrapper of one control and its menu, rather than a part of the page.
func (a *analysis) wraps(n replay.NodeID) bool {
	if n < 0 || int(n) >= len(a.s.Nodes) {
		return false
	}
	switch a.s.Nodes[n].Tag {
	case "html", "body", "main", "form", "section", "article", "header", "footer", "fieldset", "table", "tr":
		return false
	}
	return true
}
