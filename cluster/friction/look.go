package friction

import (
	"time"

	"github.com/rankle/rankle/replay"
)

// Looks: what controls show whenever they are pressed or focused, whether anything comes of it or not. A session teaches
// them: a ripple comes in one control after the other and goes by itself, a focus ring goes when the focus goes.

// looks is what one window is watched for.
type looks struct {
	blurAt  time.Duration
	blurred replay.NodeID
	arrived map[replay.NodeID]arrival // came in a pressed control, and is there yet
}

// arrival is something without text that came in a pressed control.
type arrival struct {
	at      time.Duration
	press   int32
	outline uint64
}

// maxArrivals bounds how many arrivals are remembered at a time; older ones were no ripples.
const maxArrivals = 256

// pressedSpan is how long a look may stay that came before the pointer was released, as no answer to a click does.
const pressedSpan = 5 * time.Second

// momentLag is how far the stamps of two records of one moment lie apart: listeners run one after the other.
const momentLag = 20 * time.Millisecond

// learnLooks learns from one batch. press is the latest gesture of the window, or -1.
func (a *analysis) learnLooks(l *looks, e *replay.Event, m *replay.Mutation, press int32) {
	at := e.At
	for i := range m.Changes {
		c := &m.Changes[i]
		switch c.Kind {
		case replay.AttributeChanged:
			if !cosmeticAttr(c.Attr) || l.blurred < 0 || l.blurAt == 0 || !within(at, l.blurAt, momentLag) {
				continue
			}
			// A finger that is lifted elsewhere takes the focus and clicks at one moment: what changes around then may be
			// the answer to the click.
			clicked := press >= 0 && within(at, a.gestures[press].end, momentLag)
			p := a.amb.change(e.Detail, i)
			switch {
			case a.tree.within(c.Node, l.blurred), a.tree.within(l.blurred, c.Node) && !clicked:
				p.focus++
			case c.Traits&replay.ChangeKnown == 0:
			case p.offAt > 0 && within(at, p.offAt, momentLag) && c.State == p.off:
				p.focus++ // it went with the focus, and came again with it
			default:
				p.off, p.offAt = c.Was, at
			}
		case replay.Added:
			if press < 0 || c.Node < 0 || c.Size > hoverSize || c.Traits&replay.ChangeText != 0 || a.text(c.Node) ||
				!a.tree.within(c.Parent, a.nodeOf(&a.gestures[press])) {
				continue
			}
			if len(l.arrived) >= maxArrivals {
				clear(l.arrived)
			}
			if l.arrived == nil {
				l.arrived = map[replay.NodeID]arrival{}
			}
			l.arrived[c.Node] = arrival{at, press, c.State}
		case replay.Removed:
			x, ok := l.arrived[c.Node]
			if !ok {
				continue
			}
			delete(l.arrived, c.Node)
			span := cosmeticSpan
			if x.at <= a.gestures[x.press].end {
				span = pressedSpan
			}
			// A newer press may have taken it away: then it is a state, and not a look.
			if press == x.press && at-x.at <= span {
				a.amb.fading[x.outline] = true
			}
		}
	}
}

// nodeOf returns the node of what a gesture pressed: its control with what is drawn for it. A box is drawn by what lies
// around its input, and belongs to the label around both. NoIndex if it is not known.
func (a *analysis) nodeOf(g *gesture) replay.NodeID {
	if g.target < 0 || int(g.target) >= len(a.s.Targets) {
		return replay.NoIndex
	}
	t := &a.s.Targets[g.target]
	if t.Type != "checkbox" && t.Type != "radio" {
		return t.Node
	}
	const wrappers = 5 // elements between an input and its label, in the widget libraries at hand
	for n, i := t.Node, 0; n >= 0 && i <= wrappers; n, i = a.tree.parent(n), i+1 {
		if a.s.Nodes[n].Tag == "label" {
			return n
		}
	}
	return a.tree.above(t.Node, 1)
}

// empty reports whether a text without a letter came or went: frameworks keep one in the place of what is not shown. The words
// of drawings are not told, so that nothing is known of theirs.
func (a *analysis) empty(c *replay.Change) bool {
	if c.Kind != replay.Added && c.Kind != replay.Removed || c.Traits&replay.ChangeText != 0 || !a.text(c.Node) || c.Parent < 0 || int(c.Parent) >= len(a.s.Nodes) {
		return false
	}
	switch a.s.Nodes[c.Parent].Tag {
	case "text", "tspan", "textPath", "title":
		return false
	}
	return true
}
