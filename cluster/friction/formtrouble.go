package friction

import (
	"slices"
	"time"

	"github.com/rankle/rankle/replay"
)

// findFormTrouble looks for submits answered only by complaints again and again, on the page or by the server, for fields that are taken up again
// and again without getting anywhere, and for forms left half filled.
func findFormTrouble(a *analysis) []candidate {
	out := append(a.rejections(), a.sentBack()...)
	out = append(out, a.turnedBack()...)
	out = append(out, a.reEdits()...)
	return append(out, a.abandoned()...)
}

const (
	// rejectSpan is how far apart two rejections of the same submit may lie; correcting a field takes less.
	rejectSpan = 60 * time.Second
	// goneByItself is how long somebody must have done nothing before a message goes for it to have gone by itself.
	goneByItself = time.Second
	// messageSpan is how long a message that goes by itself is shown at most. Libraries show one for 4 to 6 s (Material
	// snackbar 4 to 10 s); a complaint stays until it is dealt with.
	messageSpan = 12 * time.Second
)

// rejections finds controls whose presses were answered by a complaint several times in a row. Words that mark nothing
// as wrong are only known for a complaint by what follows: something is typed and the same control pressed again.
func (a *analysis) rejections() []candidate {
	if a.rejected != nil {
		return a.rejected
	}
	out := []candidate{}
	for ci := range a.controls {
		c := &a.controls[ci]
		var gs []int32
		words := int32(-1)  // latest press answered by words that may be a complaint
		warned := int32(-1) // latest press answered by a message that goes again, or that an accepted request belies, which may be one
		flush := func() {
			if len(gs) >= c.local.Rejections {
				out = append(out, a.refusals(int32(ci), gs))
			}
			gs = nil
		}
		t := a.tgt(c)
		submits := t != nil && (t.Traits.Has(replay.Submit) || t.Traits.Has(replay.InForm) && c.kind == Control)
		last := time.Duration(0)
		for _, gi := range c.gestures {
			g, o := &a.gestures[gi], &a.outcomes[gi]
			if !g.pressed() {
				continue
			}
			if n := len(gs); n > 0 && g.at-a.gestures[gs[n-1]].at > rejectSpan {
				flush()
			}
			if a.taken(gi) {
				flush()
				words, warned, last = -1, -1, g.at
				continue
			}
			if warned >= 0 && g.at-a.gestures[warned].at <= rejectSpan && a.saidNo(warned, gi) {
				gs = append(gs, warned)
			}
			warned = -1
			corrected := words >= 0 && g.at-a.gestures[words].at <= rejectSpan && a.typedBetween(a.gestures[words].at, g.at, g.window)
			if corrected {
				gs = append(gs, words)
			}
			said := words
			words = -1
			silent := !o.answered || a.pointedOut(gi)
			switch {
			case o.invalid && !o.gone && (submits || a.typedBetween(last, g.at, g.window)) && a.refused(gi):
				gs = append(gs, gi)
			case a.corrects(gi) && a.refused(gi):
				words = gi
			case submits && !o.gone && (o.invalid && g.at-last > c.local.QuickAnswer || !o.invalid && o.words && !o.past && o.hit < 0):
				warned = gi
			case silent && corrected && !a.removedBetween(a.outcomes[said].alert, a.gestures[said].at+c.local.QuickAnswer, g.at+c.local.QuickAnswer, g.window):
				words, o.stands = gi, true // the words still stand there
				o.alert = a.outcomes[said].alert
			case (silent || o.eased()) && a.refusing(c, g):
				// The complaint that was there before still stands, or one of several does. The second half of a double click
				// says nothing new.
				o.stands = true
				if n := len(gs); a.typedBetween(last, g.at, g.window) || n > 0 && g.at-a.gestures[gs[n-1]].at > c.local.QuickAnswer {
					gs = append(gs, gi)
				}
			case silent && a.mended(c, gi):
				o.stands = true
			case silent && o.answered && !o.asked && a.s.Coverage.Network && a.typedBetween(last, g.at, g.window):
				gs = append(gs, gi) // nothing was sent: the browser refuses a field, in a bubble that no recorder sees
			case !o.answered && (o.asked || !a.s.Coverage.Network) && len(gs) > 0 && a.typedBetween(last, g.at, g.window) && a.stillShown(c, g):
				// It was sent and answered, and the complaint still stands there. Or that is not known.
				if o.stands = true; o.asked {
					gs = append(gs, gi)
				}
			case o.answered:
				flush()
			}
			last = g.at
		}
		flush()
	}
	a.rejected = out
	return out
}

// refusals is the candidate of a control whose presses were refused.
func (a *analysis) refusals(ctl int32, gs []int32) candidate {
	c := &a.controls[ctl]
	cand := a.candidate(ctl, gs)
	cand.missed = int32(len(gs))
	cand.conf = a.base(startForm, c) + extra(len(gs)-c.local.Rejections)
	return cand
}

// readWords notes which presses of a form's button were answered by something small within the form: the words with which
// pages complain that mark nothing for other readers.
func (a *analysis) readWords(r *run, effect []bool) {
	form, of := replay.NodeID(replay.NoIndex), int32(-1)
	for i := range r.touches {
		t := &r.touches[i]
		if !effect[i] || t.rel == own {
			continue
		}
		gi := a.pressAt(r, t.at)
		if gi != of {
			form, of = a.formOf(&a.gestures[gi]), gi
		}
		if form < 0 {
			continue
		}
		o := &a.outcomes[gi]
		switch {
		case t.kind == replay.Removed:
			o.gone = o.gone || a.tree.within(form, t.node)
			o.lifted = o.lifted || a.tree.within(t.node, form)
			o.strayed = o.strayed || !a.tree.within(t.node, form) && !a.tree.within(form, t.node)
		case !a.tree.within(t.node, form) || t.size > fewNodes:
			o.past = true
		case t.kind == replay.Added || t.kind == replay.TextChanged:
			if o.invalid || o.words {
				a.tell(&a.gestures[gi], o, t.node)
			} else {
				o.alert = t.node
			}
			o.words, o.said = true, t.state
		}
	}
}

// eased reports whether a press of a form's button was answered by nothing but something in the form that went: what was
// corrected is no longer complained of.
func (o *outcome) eased() bool {
	return o.lifted && o.by == byChange && !o.words && !o.past && !o.strayed && !o.gone && o.hit < 0
}

// tell makes another message the one that answered a press, if it stands beside a field and the one before does not: of
// several the one about what was typed says most.
func (a *analysis) tell(g *gesture, o *outcome, message replay.NodeID) {
	pressed := a.nodeOf(g)
	if !a.besideField(o.alert, pressed) && a.besideField(message, pressed) {
		o.alert = message
	}
}

// formOf is the form that the button which a gesture pressed lies in, or NoIndex: the form element or, where an application does
// without, what holds the button together with a field that was written in.
func (a *analysis) formOf(g *gesture) replay.NodeID {
	if g.target < 0 || a.controls[g.ctl].kind != Control {
		return replay.NoIndex
	}
	t := &a.s.Targets[g.target]
	switch {
	case t.Traits.Has(replay.Toggle):
		return replay.NoIndex
	case !t.Traits.Has(replay.InForm):
		return a.formless(t.Node)
	}
	if f := a.formAround(t.Node); a.isForm(f) {
		return f
	}
	return replay.NoIndex
}

// isForm reports whether a node is a form element.
func (a *analysis) isForm(n replay.NodeID) bool {
	return n >= 0 && int(n) < len(a.s.Nodes) && a.s.Nodes[n].Tag == "form"
}

// formlessDepth is how far above a button the part of a page is looked for that it shares with its fields: a row of buttons, a
// box and a border lie in between. What lies further up is the page.
const formlessDepth = 5

// formless is the least part of the page that holds a button and a field that was written in, or NoIndex.
func (a *analysis) formless(button replay.NodeID) replay.NodeID {
	written := a.writtenFields()
	for up, n := a.tree.parent(button), 0; n < formlessDepth && up >= 0 && int(up) < len(a.s.Nodes); up, n = a.tree.parent(up), n+1 {
		switch a.s.Nodes[up].Tag {
		case "html", "body", "main", "form":
			return replay.NoIndex
		}
		if slices.ContainsFunc(written, func(f replay.NodeID) bool { return a.tree.within(f, up) }) {
			return up
		}
	}
	return replay.NoIndex
}

// writtenFields lists the text fields that somebody wrote in, up to maxFields: a table of inputs has more and is no form.
func (a *analysis) writtenFields() []replay.NodeID {
	if a.written == nil {
		a.written = slices.Grow(a.mem.written[:0], 1) // not nil
		seen := &a.mem.writtenAt
		seen.empty()
		for i := range a.s.Events {
			e := &a.s.Events[i]
			if e.Kind != replay.Input || e.Target < 0 || seen.find(uint64(e.Target)) != nil || len(a.written) == maxFields {
				continue
			}
			if t := a.field(e); t != nil {
				seen.add(uint64(e.Target))
				a.written = append(a.written, t.Node)
			}
		}
		a.mem.written = a.written
	}
	return a.written
}

// corrects reports whether a press was answered in words alone, and by nothing that leads on: a complaint, if it is corrected
// and pressed again. Words beside a field may be announced elsewhere as well; without a form element only those are known for
// what they are.
func (a *analysis) corrects(gi int32) bool {
	g, o := &a.gestures[gi], &a.outcomes[gi]
	return o.words && !o.gone && o.hit < 0 && (o.by == byChange || o.by == byCaret) &&
		(!o.past && a.isForm(a.formOf(g)) || a.besideField(o.alert, a.nodeOf(g)))
}

// pointedOut reports whether a press of a form's button did nothing but put the caret into a field of the form: so do browsers
// and form libraries with the first field that is wrong. A chat that takes a message and waits for the next one shows it.
func (a *analysis) pointedOut(gi int32) bool {
	o := &a.outcomes[gi]
	if o.by != byCaret || o.past || o.gone || o.words || o.hit >= 0 {
		return false
	}
	form := a.formOf(&a.gestures[gi])
	return a.isForm(form) && a.tree.within(a.runs[o.run].caret, form)
}

// refused reports whether the complaint that answered a press is one: a field was marked, or a message came that did not
// go by itself and that no accepted request contradicts. "Saved" comes in the same clothes (role alert), but goes again.
func (a *analysis) refused(gi int32) bool {
	g, o := &a.gestures[gi], &a.outcomes[gi]
	if o.marked || a.besideField(o.alert, a.nodeOf(g)) {
		return true
	}
	for _, q := range a.runs[o.run].requests {
		if r := &a.s.Requests[q]; writes(r) && r.Status >= 200 && r.Status < 400 && prompt(r, g) {
			return false
		}
	}
	acted := g.end // latest thing that the person did
	for i := a.eventFrom(g.at); i < len(a.s.Events) && a.s.Events[i].At-g.end <= messageSpan; i++ {
		e := &a.s.Events[i]
		if e.Window != g.window {
			continue
		}
		switch e.Kind {
		case replay.PointerDown, replay.Click, replay.Input, replay.Focus, replay.Navigate:
			acted = e.At
		case replay.MutationEvent:
			if e.At-acted > goneByItself && a.takesBack(e, o.alert) {
				return false
			}
		}
	}
	return true
}

// removedBetween reports whether a node went or changed in a window between two moments.
func (a *analysis) removedBetween(n replay.NodeID, from, to time.Duration, window uint16) bool {
	for i := a.eventFrom(from); i < len(a.s.Events) && a.s.Events[i].At <= to; i++ {
		if e := &a.s.Events[i]; e.Kind == replay.MutationEvent && e.Window == window && a.takesBack(e, n) {
			return true
		}
	}
	return false
}

// besideField reports whether a message stands with a field, in an element that holds both but not the pressed control: then
// it is about what was typed there, whatever the server answered. What holds more fields than a row does is a part of the page.
func (a *analysis) besideField(message, pressed replay.NodeID) bool {
	if a.text(message) {
		message = a.tree.parent(message)
	}
	row := a.tree.parent(message)
	for up := 0; up < rowDepth && row >= 0 && !a.tree.within(pressed, row); up++ {
		if fields := a.fieldsWithin(row); fields > 0 {
			return fields <= rowFields
		}
		row = a.tree.parent(row)
	}
	return false
}

// fieldsWithin counts the fields that were touched within a node.
func (a *analysis) fieldsWithin(n replay.NodeID) int {
	fields := 0
	for i := range a.s.Targets {
		if t := &a.s.Targets[i]; t.Traits&(replay.TextEntry|replay.NativePicker) != 0 && a.tree.within(t.Node, n) {
			fields++
		}
	}
	return fields
}

const (
	// rowDepth is how far above its message the row of a field is looked for: libraries wrap messages in a slot, a list and a
	// transition.
	rowDepth = 4
	// rowFields is how many fields that were touched stand in one row at most: a date in three parts.
	rowFields = 3
)

// stillShown reports whether something that earlier presses of a submit brought still stands when the answer to another
// press is due.
func (a *analysis) stillShown(c *control, g *gesture) bool {
	first := a.gestures[c.gestures[0]].at // nothing was brought before
	for n := range c.shown {
		if !a.removedBetween(n, first, g.end+c.local.QuickAnswer, g.window) {
			return true
		}
	}
	return false
}

// takesBack reports whether a batch removes a node or gives it another text or state.
func (a *analysis) takesBack(e *replay.Event, n replay.NodeID) bool {
	if e.Detail < 0 || int(e.Detail) >= len(a.s.Mutations) {
		return false
	}
	for i := range a.s.Mutations[e.Detail].Changes {
		c := &a.s.Mutations[e.Detail].Changes[i]
		if c.Kind != replay.Added && (c.Node == n || c.Kind == replay.Removed && a.tree.within(n, c.Node)) {
			return true
		}
	}
	return false
}

// writes reports whether a request sends something to be kept.
func writes(r *replay.Request) bool {
	switch r.Method {
	case "POST", "PUT", "PATCH", "DELETE":
		return !background(r)
	}
	return false
}

// typedBetween reports whether a field took text in a window between two moments.
func (a *analysis) typedBetween(from, to time.Duration, window uint16) bool {
	for i := a.eventFrom(from); i < len(a.s.Events) && a.s.Events[i].At <= to; i++ {
		if e := &a.s.Events[i]; e.Kind == replay.Input && e.Window == window && a.field(e) != nil {
			return true
		}
	}
	return false
}

// scripted reports whether a value was put into a field by the page rather than by a hand: the recorder says so or, where it
// tells neither, the value came with the screen. Pages fill their fields as they draw them, and nobody who has just come takes up
// a field and writes within a glance.
func (a *analysis) scripted(e *replay.Event) bool {
	if e.Kind != replay.Input || e.Flags.Has(replay.FlagByUser) {
		return false
	}
	if e.Flags.Has(replay.FlagNotUser) {
		return true
	}
	for i := a.visitFrom(e.At+1) - 1; i >= 0 && e.At-a.visits[i].At < glance; i-- {
		if a.visits[i].Window == int32(e.Window) {
			return true
		}
	}
	return false
}

// field returns the text field that an event belongs to, or nil.
func (a *analysis) field(e *replay.Event) *replay.Target {
	if e.Target < 0 || int(e.Target) >= len(a.s.Targets) || a.scripted(e) {
		return nil
	}
	if t := &a.s.Targets[e.Target]; t.Traits.Has(replay.TextEntry) {
		return t
	}
	return nil
}

// bout is one stretch of typing into one field.
type bout struct {
	target replay.TargetID
	window uint16
	screen replay.ScreenID
	from   time.Duration
	to     time.Duration
	code   bool // into the boxes of a code
}

// reEdits finds fields that are edited again and again with nothing achieved in between. A search field that gives
// results each time is used, not fought with; so is one that the page recalculates with.
func (a *analysis) reEdits() []candidate {
	var out []candidate
	fields, at := a.mem.edited[:0], &a.mem.editedAt
	at.empty()
	var typing byWindow[replay.TargetID] // field being typed into, plus one; 0 = none
	thrown := map[replay.TargetID]bool{} // codes that were thrown away
	flush := func(keep func(b bout) bool) {
		at.empty()
		rest := 0
		for i := range fields {
			if keep(fields[i][0]) {
				fields[rest], fields[i] = fields[i], fields[rest] // whose memory stays behind
				rest++
				index, _ := at.add(uint64(fields[rest-1][0].target))
				*index = int32(rest)
				continue
			}
			if cand, ok := a.reEdited(fields[i]); ok {
				out = append(out, cand)
			}
		}
		fields = fields[:rest]
	}
	next := 0
	for i := range a.s.Events {
		e := &a.s.Events[i]
		for next < len(a.gestures) && int(a.gestures[next].firstEv) <= i {
			g, o := &a.gestures[next], &a.outcomes[next]
			next++
			c := &a.controls[g.ctl]
			if !g.pressed() || c.kind == TextEntry {
				continue
			}
			beside := *typing.at(g.window) > 0 && (c.kind == Prose || c.kind == Background) && o.by == byChange
			*typing.at(g.window) = 0
			if beside {
				continue // who presses beside a field leaves it, and what changes then is about what was typed
			}
			if o.answered && !o.invalid && o.hit < 0 && c.kind != Picker && o.by != byInput && o.by != byCaret {
				flush(func(b bout) bool { return b.window != g.window || b.code }) // it led on, or a code was sent for
			}
		}
		switch e.Kind {
		case replay.Navigate:
			*typing.at(e.Window) = 0
			flush(func(b bout) bool { return b.window != e.Window })
		case replay.Focus:
			if a.takesText(e) && e.Target+1 != *typing.at(e.Window) {
				*typing.at(e.Window) = 0 // who goes on to another field has left this one, whether anything is written there or not
			}
		case replay.Input:
			t := a.codeOf(e)
			latest := typing.at(e.Window)
			if t != replay.NoIndex && e.Detail == 0 {
				thrown[t] = true
				continue
			}
			if a.field(e) == nil || e.Detail == 0 && *latest != e.Target+1 {
				continue // who writes begins with a letter; fields are emptied by pages as well
			}
			code := t != replay.NoIndex
			if !code {
				t = e.Target
			}
			index, fresh := at.add(uint64(t))
			if fresh {
				fields = another(fields)
				fields[len(fields)-1] = fields[len(fields)-1][:0]
				*index = int32(len(fields))
			}
			bouts := &fields[*index-1]
			if again := *latest != t+1 && !code || thrown[t]; again || len(*bouts) == 0 {
				*bouts = append(*bouts, bout{target: t, window: e.Window, screen: e.Screen, from: e.At, code: code})
				delete(thrown, t)
			}
			(*bouts)[len(*bouts)-1].to = e.At
			*latest = t + 1
		}
	}
	flush(func(bout) bool { return false })
	a.mem.edited = fields
	return out
}

func (a *analysis) reEdited(bs []bout) (candidate, bool) {
	ci := a.controlOf(bs[0].target, bs[0].screen)
	c := &a.controls[ci]
	again := len(bs) - 1
	least := c.local.FieldEdits
	if bs[0].code || a.calledWrong(bs) >= c.local.Rejections && !a.rejectedWithin(bs[0].from, bs[len(bs)-1].to) {
		least = c.local.Rejections // nobody writes a code again that was taken, nor what is not called wrong
	}
	if again < least {
		return candidate{}, false
	}
	cand := candidate{verdict: Friction, ctl: ci, start: bs[0].from, end: bs[len(bs)-1].to, screen: bs[0].screen, missed: int32(again)}
	cand.conf = startForm + extra(again-least)
	answered := 0
	for i := range bs {
		if a.answersTyping(bs[i].target, bs[i].window, bs[i].to) {
			answered++
		}
	}
	if answered*2 >= len(bs) && !bs[0].code {
		cand.verdict, cand.reason = Dismissed, ReasonProgress
	}
	return cand, true
}

// typingLag is how soon after the last keystroke a page that lives by what is typed (a calculator, a filter, a form that
// saves by itself) has answered. Such pages wait 0.3 to 1 s for more input and then may ask the server.
const typingLag = 2 * time.Second

// answersTyping reports whether the page did something outside of a form within typingLag of typing into a field of it:
// asked the server, or changed. Complaints, suggestions and looks are no answers, nor is what comes by itself.
func (a *analysis) answersTyping(t replay.TargetID, window uint16, at time.Duration) bool {
	if a.stillWrong(t, window, at+typingLag) {
		return false
	}
	inside := a.formAround(a.s.Targets[t].Node)
	for i := a.eventFrom(at); i < len(a.s.Events); i++ {
		e := &a.s.Events[i]
		if e.At-at > typingLag {
			break
		}
		if e.Window != window {
			continue
		}
		switch e.Kind {
		case replay.PointerDown, replay.Click, replay.Navigate:
			if e.At > at {
				return false // what follows answers that
			}
		case replay.MutationEvent:
			if a.changesOutside(e, inside, e.At-at) {
				return true
			}
		}
	}
	return a.sentAfter(at, typingLag)
}

// changesOutside reports whether a batch changes something to stay outside of a form.
func (a *analysis) changesOutside(e *replay.Event, form replay.NodeID, since time.Duration) bool {
	if e.Detail < 0 || int(e.Detail) >= len(a.s.Mutations) {
		return false
	}
	for i := range a.s.Mutations[e.Detail].Changes {
		c := &a.s.Mutations[e.Detail].Changes[i]
		if c.Traits&(replay.ChangeInvalid|replay.ChangeBusy|replay.ChangeDialog|replay.ChangeCursor) != 0 || invisible(c.Attr) || cosmeticAttr(c.Attr) {
			continue
		}
		n := c.Node
		if c.Kind == replay.Added || c.Kind == replay.Removed {
			n = c.Parent
		}
		if p := a.amb.change(e.Detail, i); p.ambientChange(c) && p.explains(since) || a.tree.within(n, form) || a.tree.within(form, n) && c.Kind == replay.AttributeChanged {
			continue
		}
		return true
	}
	return false
}

// sentAfter reports whether a request that is not sent by itself was sent within a time.
func (a *analysis) sentAfter(at, within time.Duration) bool {
	const long = 30 * time.Second // a request that takes longer is not waited for
	for i := a.eventFrom(at); i < len(a.s.Events) && a.s.Events[i].At-at <= within+long; i++ {
		e := &a.s.Events[i]
		if e.Kind != replay.RequestEvent || e.Detail < 0 || int(e.Detail) >= len(a.s.Requests) {
			continue
		}
		if r := &a.s.Requests[e.Detail]; r.Start >= at && r.Start-at <= within && !background(r) && !a.amb.ambientRate(a.amb.requests[a.requestKey(r)]) {
			return true
		}
	}
	return false
}

// formDepth is how far up a form is looked for; beyond it lies the page.
const formDepth = 64

// formAround returns the form that a node lies in or, where there is none, the node's next surroundings: a label and its
// message stand with the field.
func (a *analysis) formAround(n replay.NodeID) replay.NodeID {
	for up, steps := n, 0; up >= 0 && int(up) < len(a.s.Nodes) && steps < formDepth; up, steps = a.tree.parent(up), steps+1 {
		if a.s.Nodes[up].Tag == "form" {
			return up
		}
	}
	return a.tree.above(n, 2)
}

// controlOf returns the control of a target, also of one that was never pressed.
func (a *analysis) controlOf(t replay.TargetID, screen replay.ScreenID) int32 {
	if a.byTarget == nil {
		a.byTarget = &a.mem.controlAt
		a.byTarget.empty()
		for i := range a.controls {
			if first, fresh := a.byTarget.add(uint64(uint32(a.controls[i].target))); fresh {
				*first = int32(i)
			}
		}
	}
	ctl, fresh := a.byTarget.add(uint64(uint32(t)))
	if fresh {
		x := &a.s.Targets[t]
		key, sure := a.controlKey(t)
		*ctl = a.newControl(control{target: t, key: key, sure: sure, kind: kindOf(x), screen: screen, node: x.Node, last: -1,
			before: -1, local: a.applies(a.screen(screen), x)})
	}
	return *ctl
}
