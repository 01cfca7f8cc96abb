package friction

import (
	"time"

	"github.com/rankle/rankle/replay"
)

// complaint is something that says of a field that it is wrong, from when it came until it went: a field marked for other
// readers, or few words beside one. Whether the press of a submit or the typing brought it is all the same.
type complaint struct {
	node     replay.NodeID
	window   uint16
	from, to time.Duration
	marked   bool // names itself a complaint; words beside a field may be a hint as well
}

// maxStanding bounds how many complaints may stand at once: forms have not more fields that somebody fills in.
const maxStanding = 64

// summaryNodes is the size up to which an arrival that names itself a complaint is a list of all that is wrong in a form: a heading
// and nine lines with a link each. A page that is drawn anew with a complaint in it is larger.
const summaryNodes = 31

// complaints lists what complained of fields, in order of its coming.
func (a *analysis) complaints() []complaint {
	if a.complained != nil {
		return a.complained
	}
	out := []complaint{}
	rows := a.fieldRows()
	var open []int // indexes into out
	end := func(at time.Duration, over func(c *complaint) bool) {
		keep := open[:0]
		for _, i := range open {
			if over(&out[i]) {
				out[i].to = at
			} else {
				keep = append(keep, i)
			}
		}
		open = keep
	}
	for i := range a.s.Events {
		e := &a.s.Events[i]
		if e.Kind == replay.Navigate && e.Flags.Has(replay.FlagLoad) {
			end(e.At, func(c *complaint) bool { return c.window == e.Window })
		}
		if e.Kind != replay.MutationEvent || e.Detail < 0 || int(e.Detail) >= len(a.s.Mutations) {
			continue
		}
		for k := range a.s.Mutations[e.Detail].Changes {
			c := &a.s.Mutations[e.Detail].Changes[k]
			invalid, came := c.Traits&replay.ChangeInvalid != 0, false
			switch {
			case c.Kind == replay.Removed:
				end(e.At, func(x *complaint) bool { return a.tree.within(x.node, c.Node) })
			case c.Kind == replay.Added && c.Size <= fewNodes:
				came = invalid || c.Traits&replay.ChangeText != 0 && a.besideRow(c, rows)
			case c.Kind == replay.Added && c.Size <= summaryNodes:
				came = invalid
			case c.Kind == replay.AttributeChanged && c.Attr == "aria-invalid":
				end(e.At, func(x *complaint) bool { return x.node == c.Node })
				came = invalid
			}
			if came && len(open) < maxStanding {
				open = append(open, len(out))
				out = append(out, complaint{node: c.Node, window: e.Window, from: e.At, to: a.s.Duration, marked: invalid})
			}
		}
	}
	a.complained = out
	return out
}

// speaksOfField reports whether words that stand in the form of a button are about a field. In a form element that is all that
// does not stand with the button; elsewhere other things lie between the fields as well.
func (a *analysis) speaksOfField(words, pressed, form replay.NodeID) bool {
	if a.isForm(form) {
		return !a.tree.within(pressed, a.tree.parent(words))
	}
	return a.besideField(words, pressed)
}

// fieldRows holds everything up to its form that a text field or picker lies in.
func (a *analysis) fieldRows() map[replay.NodeID]bool {
	rows := map[replay.NodeID]bool{}
	for i := range a.s.Targets {
		t := &a.s.Targets[i]
		if t.Traits&(replay.TextEntry|replay.NativePicker) == 0 {
			continue
		}
		for up, n := a.tree.parent(t.Node), 0; up >= 0 && int(up) < len(a.s.Nodes) && n < formDepth && a.s.Nodes[up].Tag != "form"; n++ {
			rows[up] = true
			up = a.tree.parent(up)
		}
	}
	return rows
}

// besideRow reports whether something came into the element that a field lies in, or as the text of its message.
func (a *analysis) besideRow(c *replay.Change, rows map[replay.NodeID]bool) bool {
	at := c.Parent
	if a.text(c.Node) && !rows[at] {
		at = a.tree.parent(at)
	}
	return rows[at]
}

// refusing reports whether a complaint stands in the form of a button when it is pressed, and goes on standing while the
// answer is due: pages that check a form before they send it have nothing new to say then. Words beside a field are taken
// for a complaint only once the button has been pressed.
func (a *analysis) refusing(c *control, g *gesture) bool {
	form, pressed := a.formOf(g), a.nodeOf(g)
	if form < 0 {
		return false
	}
	first := a.gestures[c.gestures[0]].at
	for _, x := range a.complaints() {
		if x.from > g.at {
			break
		}
		if x.window == g.window && x.to > g.end+c.local.QuickAnswer && a.tree.within(x.node, form) && !a.tree.within(pressed, x.node) &&
			(x.marked || x.from > first && a.speaksOfField(x.node, pressed, form)) {
			return true
		}
	}
	return false
}
