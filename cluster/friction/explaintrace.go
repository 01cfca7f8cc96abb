package friction

import (
	"cmp"
	"slices"
	"time"

	"github.com/rankle/rankle/replay"
)

// explainer is an analysis that remembers what its runs took.
type explainer struct {
	*analysis
	took map[int32]taken // by the first gesture of the run
}

// taken is what one run took.
type taken struct {
	touches []touched
	effect  []bool // answers by itself
	same    []bool // only drawn again
}

// keep is the trace of an explainer.
func (x *explainer) keep(a *analysis, r *run, effect []bool) {
	same := a.redraws(r) // what grade asked before: a second time changes nothing
	x.took[r.gestures[0]] = taken{slices.Clone(r.touches), slices.Clone(effect), slices.Clone(same)}
}

var gestureNames = [...]string{tap: "tap", press: "press", swallow: "swallowed", swipe: "swipe", drag: "drag", dropped: "dropped"}

var pointerNames = [...]string{replay.PointerUnknown: "unknown", replay.Mouse: "mouse", replay.Pen: "pen", replay.Touch: "touch"}

var answerNames = [...]string{byNothing: "", byChange: "change", byLoad: "load", byRoute: "screen", byScroll: "scroll",
	byInput: "value", byCaret: "value", byPaint: "drawing", byOutside: "outside"}

// gesture describes one gesture and, of a press, what came of it.
func (x *explainer) gesture(gi int32) ExplainedGesture {
	g, o := &x.gestures[gi], &x.outcomes[gi]
	out := ExplainedGesture{At: g.at, Held: g.end - g.at, Kind: gestureNames[g.kind], Pointer: "unknown", X: -1, Y: -1, Name: x.controlName(g.ctl)}
	if int(g.pointer) < len(pointerNames) {
		out.Pointer = pointerNames[g.pointer]
	}
	if g.hasPos {
		out.X, out.Y = g.x, g.y
	}
	if !g.pressed() || o.run < 0 {
		return out
	}
	r := &x.runs[o.run]
	out.Outcome, out.Answer, out.Shared = x.result(gi), answerNames[o.by], o.late
	out.Watched = max(r.end-g.at, 0)
	if o.answered {
		out.Latency = o.latency
	}
	out.Until, out.Next = x.until(r, o)
	x.changes(&out, r, gi)
	out.Ambient = x.ambientDuring(g, r)
	for _, q := range r.requests {
		req := &x.s.Requests[q]
		if x.pressAt(r, req.Start) == gi {
			out.Requests = append(out.Requests, ExplainedRequest{After: req.Start - g.at, Took: req.End - req.Start,
				Name: req.Method + " " + req.Path, Status: req.Status, Failed: req.Failed()})
		}
	}
	for i := range r.hits {
		if h := &r.hits[i]; h.gesture == gi {
			out.Errors = append(out.Errors, ExplainedError{After: h.at - g.at, Cause: h.cause, Message: x.message(h.cause), Idle: h.idle})
		}
	}
	return out
}

// message is the text of an error.
func (x *explainer) message(fingerprint string) string {
	for i := range x.s.Errors {
		if x.s.Errors[i].Fingerprint == fingerprint {
			return x.s.Errors[i].Message
		}
	}
	return ""
}

// until says what ended the observation of a run.
func (x *explainer) until(r *run, o *outcome) (why, next string) {
	switch {
	case o.gap:
		return "gap", ""
	case o.tail:
		return "recording_end", ""
	case r.closed == 0 || r.closed > r.end:
		return "limit", ""
	}
	for i := x.gestureFrom(r.closed); i < len(x.gestures) && x.gestures[i].at == r.closed; i++ {
		if n := &x.gestures[i]; n.window == r.window && n.ctl >= 0 && n.ctl != r.ctl {
			return "next_press", x.controlName(n.ctl)
		}
	}
	return "other_action", ""
}

// changes lists what the run took after a gesture and before the next one of the run.
func (x *explainer) changes(out *ExplainedGesture, r *run, gi int32) {
	t := x.took[r.gestures[0]]
	g := &x.gestures[gi]
	at := map[ExplainedChange]int{}
	for i := range t.touches {
		c := &t.touches[i]
		if x.pressAt(r, c.at) != gi {
			continue
		}
		e := ExplainedChange{Kind: changeName(c.kind), Attr: c.attr, Where: x.nodeName(c.place()), Counts: t.effect[i]}
		if !e.Counts {
			e.Why = x.why(r, c, t.same[i])
		}
		n, ok := at[e]
		if !ok {
			n = len(out.Changes)
			at[e] = n
			e.After = c.at - g.at
			out.Changes = append(out.Changes, e)
		}
		out.Changes[n].Times++
	}
	slices.SortStableFunc(out.Changes, func(p, q ExplainedChange) int {
		if p.Counts != q.Counts {
			if p.Counts {
				return -1
			}
			return 1
		}
		return cmp.Compare(p.After, q.After)
	})
	out.Changes = out.Changes[:min(len(out.Changes), explainChanges)]
}

// place is the node that a change is seen at: what came or went is seen at its parent.
func (t *touched) place() replay.NodeID {
	if t.kind == replay.Added || t.kind == replay.Removed {
		return t.parent
	}
	return t.node
}

// why names what kept a change from being an answer.
func (x *explainer) why(r *run, t *touched, same bool) string {
	g := &x.gestures[x.pressAt(r, t.at)]
	look := t.rel != elsewhere && (t.undone == 0 || t.undone-t.at <= cosmeticSpan)
	switch {
	case t.kind == replay.AttributeChanged && t.traits&replay.ChangeBusy != 0:
		return WhyBusy
	case t.rel == own && (t.attr == "disabled" || t.attr == "aria-disabled"):
		return WhyDisabled
	case invisible(t.attr), t.minor && (t.kind == replay.Added || t.kind == replay.Removed) && t.rel != own && t.traits&replay.ChangeDialog == 0:
		return WhyUnseen
	case t.minor && t.rel != elsewhere:
		return WhyLook
	case t.minor:
		return WhyHover
	case same:
		return WhyRedrawn
	case t.revert:
		return WhyUndone
	case t.undone > 0 && g.released() && t.undone <= g.end+releaseLag:
		return WhyRelease
	case t.kind == replay.Removed && x.controls[r.ctl].shown[t.node]:
		return WhyComplaint
	case look:
		return WhyLook
	}
	return WhyHeldPlace
}

// ambientDuring lists what changed by itself between a press and the end of its observation, most frequent first.
func (x *explainer) ambientDuring(g *gesture, r *run) []AmbientChange {
	here := map[changeKey]int{}
	for i := x.eventFrom(g.at); i < len(x.s.Events) && x.s.Events[i].At <= r.end; i++ {
		e := &x.s.Events[i]
		if e.Window != g.window || e.Kind != replay.MutationEvent || e.Detail < 0 || int(e.Detail) >= len(x.s.Mutations) {
			continue
		}
		m := &x.s.Mutations[e.Detail]
		for c := range m.Changes {
			k := keyOf(&m.Changes[c])
			if p := x.amb.change(e.Detail, c); p.ambient(k.kind, k.size) && p.explains(e.At-g.at) {
				here[k]++
			}
		}
	}
	byName := map[AmbientChange]int{}
	var out []AmbientChange
	for _, k := range sortedChanges(here) {
		p := x.amb.get(k)
		c := AmbientChange{Kind: changeName(k.kind), Attr: k.attr, Where: x.nodeName(k.node), Times: int(p.count)}
		if p.rhythmic() && p.count > 1 {
			c.Every = (p.last - p.first) / time.Duration(p.count-1)
		}
		if n, ok := byName[c]; ok {
			out[n].Here += here[k]
			continue
		}
		byName[c] = len(out)
		c.Here = here[k]
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(p, q AmbientChange) int { return cmp.Compare(q.Here, p.Here) })
	return out[:min(len(out), explainChanges)]
}

func sortedChanges(m map[changeKey]int) []changeKey {
	keys := make([]changeKey, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(p, q changeKey) int {
		return cmp.Or(cmp.Compare(p.node, q.node), cmp.Compare(p.kind, q.kind), cmp.Compare(p.attr, q.attr), cmp.Compare(p.size, q.size))
	})
	return keys
}

func changeName(k replay.ChangeKind) string {
	switch k {
	case replay.Added:
		return "added"
	case replay.Removed:
		return "removed"
	case replay.TextChanged:
		return "text"
	}
	return "attribute"
}

// nameLevels is how far up the name of a changed thing is looked for: what has no name within a few levels is a part
// of the page.
const nameLevels = 6

// nodeName is what a person can find a node by: its own name, or the name of what it lies in.
func (x *explainer) nodeName(n replay.NodeID) string {
	if n < 0 || int(n) >= len(x.s.Nodes) {
		return "the page"
	}
	tag, part := x.s.Nodes[n].Tag, ""
	if up := x.s.Nodes[n].Parent; tag == "#text" && up >= 0 && int(up) < len(x.s.Nodes) && x.s.Nodes[up].Tag != tag {
		return x.nodeName(up)
	}
	for p, steps := n, 0; p >= 0 && int(p) < len(x.s.Nodes) && steps < nameLevels; p, steps = x.s.Nodes[p].Parent, steps+1 {
		if part == "" && p != n && landmark(x.s.Nodes[p].Tag) {
			part = x.s.Nodes[p].Tag
		}
		id := x.s.Nodes[p].Target
		if id < 0 || int(id) >= len(x.s.Targets) {
			continue
		}
		t := &x.s.Targets[id]
		if isPage(t) {
			break
		}
		name := nameOf(t.Tag, t.Role, t.Label, t.Selector)
		if p == n {
			return name
		}
		return tag + " in " + name
	}
	switch {
	case tag == "body" || tag == "html" || tag == "#document" || tag == "":
		return "the page"
	case part != "":
		return tag + " in " + part
	}
	return tag
}

// landmark reports whether people can tell what part of a page a tag stands for.
func landmark(tag string) bool {
	switch tag {
	case "main", "header", "footer", "nav", "aside", "form", "dialog", "section", "article", "table", "ul", "ol":
		return true
	}
	return false
}

// controlName is what a person can find a control by.
func (x *explainer) controlName(ctl int32) string {
	if ctl < 0 {
		return ""
	}
	t := x.tgt(&x.controls[ctl])
	if t == nil {
		return "something that was not recorded"
	}
	return nameOf(t.Tag, t.Role, t.Label, t.Selector)
}

func nameOf(tag, role, label, selector string) string {
	kind := cmp.Or(role, tag, "element")
	switch {
	case label != "":
		return kind + " “" + label + "”"
	case selector != "":
		return kind + " " + selector
	}
	return kind
}

// targetOf describes a control as a Digest does.
func (x *explainer) targetOf(ctl int32) Target {
	targets := x.targets()
	targets.of(ctl)
	return targets.listed[0]
}
