package friction

import (
	"slices"
	"time"

	"github.com/rankle/rankle/replay"
)

// What becomes of what was typed says whether a page took it, whatever words it finds for that: who is refused keeps what they
// wrote and mends it, and what was taken is gone from its fields.

// emptiedFields is how many fields a page empties at least that has taken a form. One alone may hold a password, which pages throw
// away when they refuse as well.
const emptiedFields = 2

// taken reports whether the page answered a press by emptying fields that held something: the form was taken, whatever is marked
// as missing in it now. The boxes of a code hold one letter each, and are emptied by a refusal.
func (a *analysis) taken(gi int32) bool {
	g, o := &a.gestures[gi], &a.outcomes[gi]
	if !o.answered || a.emptiedBetween(g.at, g.at+o.latency+linkLag, g.window) < emptiedFields {
		return false // as nearly always, and what the fields held need not be looked up
	}
	held := map[replay.TargetID]int32{} // how much stands in the fields
	emptied := 0
	for i := a.eventFrom(g.at - resumeSpan); i < len(a.s.Events) && a.s.Events[i].At <= g.at+o.latency+linkLag; i++ {
		e := &a.s.Events[i]
		if e.Window != g.window || e.Kind != replay.Input || !a.takesText(e) {
			continue
		}
		switch was := held[e.Target]; {
		case e.At <= g.at:
			held[e.Target] = e.Detail
		case e.Detail != 0 || e.Flags.Has(replay.FlagByUser):
			return false // somebody writes on
		case was > 1:
			held[e.Target] = 0
			emptied++
		}
	}
	return emptied >= emptiedFields
}

// emptiedBetween counts how often a page emptied a field for text after one moment and until another.
func (a *analysis) emptiedBetween(from, to time.Duration, window uint16) int {
	n := 0
	for i := a.eventFrom(from); i < len(a.s.Events) && a.s.Events[i].At <= to; i++ {
		e := &a.s.Events[i]
		if e.Kind == replay.Input && e.At > from && e.Window == window && e.Detail == 0 && !e.Flags.Has(replay.FlagByUser) && a.takesText(e) {
			n++
		}
	}
	return n
}

// writtenAnew reports whether a field that held something when a button was pressed was written anew until it is pressed again: it
// was not taken as it was.
func (a *analysis) writtenAnew(before, again int32) bool {
	from, to := &a.gestures[before], &a.gestures[again]
	var held []replay.TargetID
	for i := a.eventFrom(from.at - rejectSpan); i < len(a.s.Events) && a.s.Events[i].At <= to.at; i++ {
		e := &a.s.Events[i]
		if e.Kind != replay.Input || e.Window != from.window || a.field(e) == nil {
			continue
		}
		known := slices.Contains(held, e.Target)
		if e.At <= from.at && !known && len(held) < maxFields {
			held = append(held, e.Target)
		}
		if e.At > from.at && known {
			return true
		}
	}
	return false
}

// saidNo reports whether what a message said was no, by what was done when it had been read. One that names itself a complaint may go by
// itself; other words have to come again as they were when a field was written anew.
func (a *analysis) saidNo(before, again int32) bool {
	x, y := &a.outcomes[before], &a.outcomes[again]
	if !x.invalid {
		return y.words && y.said == x.said && a.writtenAnew(before, again)
	}
	return a.writtenAnew(before, again) || a.insisted(before, again)
}

// insisted reports whether a button was pressed again with nothing done in between, after a while in which its answer was read,
// and the same came of it: what it said was no.
func (a *analysis) insisted(before, again int32) bool {
	g, n := &a.gestures[before], &a.gestures[again]
	x, y := &a.outcomes[before], &a.outcomes[again]
	return again == before+1 && n.at-g.end > a.on(again).QuickAnswer && y.invalid && x.state == y.state
}

// takesText reports whether an event is about a field for text, whoever wrote there.
func (a *analysis) takesText(e *replay.Event) bool {
	return e.Target >= 0 && int(e.Target) < len(a.s.Targets) && a.s.Targets[e.Target].Traits.Has(replay.TextEntry)
}

// codeBoxes is how many fields of one letter stand side by side at least where a code is typed.
const codeBoxes = 4

// codeOf returns the first box of the code that an input event belongs to, or NoIndex.
func (a *analysis) codeOf(e *replay.Event) replay.TargetID {
	if a.codes == nil {
		a.codes = a.findCodes()
	}
	if t, ok := a.codes[e.Target]; ok {
		return t
	}
	return replay.NoIndex
}

// findCodes gives every box of a code its first one. They stand in one element, and none of them ever holds two letters.
func (a *analysis) findCodes() map[replay.TargetID]replay.TargetID {
	most := map[replay.TargetID]int32{}
	var order []replay.TargetID
	for i := range a.s.Events {
		e := &a.s.Events[i]
		if e.Kind != replay.Input || !a.takesText(e) {
			continue
		}
		length, known := most[e.Target]
		if !known {
			order = append(order, e.Target)
		}
		most[e.Target] = max(length, e.Detail)
	}
	boxes := map[replay.NodeID][]replay.TargetID{}
	for _, t := range order {
		if most[t] == 1 {
			row := a.tree.parent(a.s.Targets[t].Node)
			boxes[row] = append(boxes[row], t)
		}
	}
	codes := map[replay.TargetID]replay.TargetID{}
	for _, ts := range boxes {
		for _, t := range ts {
			if len(ts) >= codeBoxes {
				codes[t] = ts[0]
			}
		}
	}
	return codes
}

// calledWrong counts how often a field stood marked as wrong when it was taken up again.
func (a *analysis) calledWrong(bs []bout) int {
	n := 0
	for _, b := range bs[1:] {
		if a.stillWrong(b.target, b.window, b.from) || a.wordsBeside(b.target, b.window, bs[0].to, b.from) {
			n++
		}
	}
	return n
}

// rejectedWithin reports whether a button was refused between two moments: that struggle is told already.
func (a *analysis) rejectedWithin(from, to time.Duration) bool {
	return slices.ContainsFunc(a.rejections(), func(c candidate) bool { return c.start <= to && c.end >= from })
}

// stillWrong reports whether a page marks a field as wrong at a moment.
func (a *analysis) stillWrong(t replay.TargetID, window uint16, at time.Duration) bool {
	for _, x := range a.complaints() {
		if x.from > at {
			break
		}
		if x.window != window || x.to <= at {
			continue
		}
		if x.marked && x.node == a.s.Targets[t].Node {
			return true
		}
	}
	return false
}

// drawnAnew reports whether a press was answered by the form once more, drawn anew with a complaint that stood until the same
// button, another element by now, was pressed again.
func (a *analysis) drawnAnew(gi int32) bool {
	g, o := &a.gestures[gi], &a.outcomes[gi]
	if !o.answered || !o.invalid || o.marked || a.taken(gi) {
		return false
	}
	for i := gi + 1; i < int32(len(a.gestures)) && a.gestures[i].at-g.at <= rejectSpan; i++ {
		n := &a.gestures[i]
		if n.window != g.window || !n.pressed() || a.controls[n.ctl].key != a.controls[g.ctl].key {
			continue
		}
		return (o.gone || n.ctl != g.ctl) && n.screen == g.screen && a.stoodUntil(g, n)
	}
	return false
}

// stoodUntil reports whether a complaint came after one press and was there until another.
func (a *analysis) stoodUntil(from, to *gesture) bool {
	return slices.ContainsFunc(a.complaints(), func(x complaint) bool {
		return x.marked && x.window == from.window && x.from >= from.at && x.from <= from.end+a.controls[from.ctl].local.AnswerLimit && x.to >= to.at
	})
}

// mended reports whether a silent press of a form's button was a refusal that stood there already: words had come beside a field when
// it was left, and once something was written they went and the button answered. A button that is broken answers nobody.
func (a *analysis) mended(c *control, gi int32) bool {
	g := &a.gestures[gi]
	form, pressed := a.formOf(g), a.nodeOf(g)
	if form < 0 {
		return false
	}
	next := int32(-1)
	for _, ni := range c.gestures {
		if n := &a.gestures[ni]; ni > gi && n.pressed() {
			next = ni
			break
		}
	}
	if next < 0 || !a.outcomes[next].answered || a.gestures[next].at-g.at > rejectSpan || !a.typedBetween(g.end, a.gestures[next].at, g.window) {
		return false
	}
	until := a.gestures[next].at + a.outcomes[next].latency
	return slices.ContainsFunc(a.complaints(), func(x complaint) bool {
		return x.window == g.window && x.from <= g.at && x.to > g.end+c.local.QuickAnswer && x.to <= until &&
			a.tree.within(x.node, form) && a.besideField(x.node, pressed)
	})
}

// wordsBeside reports whether words that came beside a field after a moment stand there at another.
func (a *analysis) wordsBeside(t replay.TargetID, window uint16, since, at time.Duration) bool {
	return slices.ContainsFunc(a.complaints(), func(x complaint) bool {
		return x.window == window && x.from > since && x.from <= at && x.to > at && a.inRow(x.node, a.s.Targets[t].Node)
	})
}

// inRow reports whether words stand in the row of a field, with no more fields than a row has.
func (a *analysis) inRow(words, field replay.NodeID) bool {
	row := a.tree.parent(words)
	for up := 0; up <= rowDepth && row >= 0; up++ {
		if a.tree.within(field, row) {
			return a.fieldsWithin(row) <= rowFields
		}
		row = a.tree.parent(row)
	}
	return false
}
