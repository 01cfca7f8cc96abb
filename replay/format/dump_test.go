package format_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rankle/rankle/replay"
)

var kindNames = map[replay.Kind]string{
	replay.PointerDown: "down", replay.PointerUp: "up", replay.PointerCancel: "cancel", replay.Click: "click",
	replay.DoubleClick: "dblclick", replay.ContextMenu: "contextmenu", replay.Focus: "focus", replay.Blur: "blur",
	replay.Move: "move", replay.Scroll: "scroll", replay.Input: "input", replay.MutationEvent: "mutation",
	replay.StyleChange: "style", replay.CanvasDraw: "canvas", replay.Media: "media", replay.Selection: "selection",
	replay.Resize: "resize", replay.Navigate: "navigate", replay.SnapshotEvent: "snapshot",
	replay.RequestEvent: "request", replay.ErrorEvent: "error", replay.CustomEvent: "custom", replay.Hidden: "hidden",
	replay.Visible: "visible", replay.LongTask: "longtask", replay.KeyboardShown: "keyboard+", replay.KeyboardHidden: "keyboard-",
}

var flagNames = []string{"nopos", "disabled", "checked", "expanded", "load", "reload", "back", "collapsed", "user", "script", "document", "frame", "unchanged", "distinct", "masked"}

var traitNames = []string{"actionable", "text", "picker", "outward", "blind", "blocked", "masked", "toggle", "submit", "form", "svg", "unresolved"}

var changeNames = []string{"busy", "invalid", "dialog", "cursor", "moved"}

func bitNames(bits uint, names []string) string {
	var out []string
	for i, n := range names {
		if bits&(1<<i) != 0 {
			out = append(out, n)
		}
	}
	return strings.Join(out, ",")
}

// dump writes a session as text, one fact a line, for goldens and for reading.
func dump(s *replay.Session) string {
	var b strings.Builder
	fmt.Fprintf(&b, "session %s format=%s start=%s duration=%v active=%v windows=%d\n", s.ID, s.Format,
		s.Start.Format("2006-01-02T15:04:05.000Z07:00"), s.Duration, s.Active, s.Windows)
	fmt.Fprintf(&b, "context entry=%s viewport=%dx%d touch=%v\n", s.Context.EntryURL, s.Context.ViewportW, s.Context.ViewportH, s.Context.Device.Touch)
	fmt.Fprintf(&b, "coverage %+v\nmarks %v\n", s.Coverage, s.Marks)
	for _, g := range s.Gaps {
		fmt.Fprintf(&b, "gap %v..%v\n", g.From, g.To)
	}
	for i, sc := range s.Screens {
		fmt.Fprintf(&b, "screen %d %s%s %q %dx%d\n", i, sc.Host, sc.Path, sc.Title, sc.W, sc.H)
	}
	for i, t := range s.Targets {
		fmt.Fprintf(&b, "target %d node=%d <%s> role=%s type=%s id=%s test=%s name=%s label=%q class=%q href=%s\n    selector=%s\n    path=%s\n    traits=%s\n",
			i, t.Node, t.Tag, t.Role, t.Type, t.ID, t.TestID, t.Name, t.Label, t.Classes, t.Href, t.Selector, t.Path, bitNames(uint(t.Traits), traitNames))
	}
	for _, e := range s.Events {
		dumpEvent(&b, s, e)
	}
	return b.String()
}

func dumpEvent(b *strings.Builder, s *replay.Session, e replay.Event) {
	fmt.Fprintf(b, "%v %s", e.At, kindNames[e.Kind])
	if e.Window > 0 {
		fmt.Fprintf(b, " w%d", e.Window)
	}
	fmt.Fprintf(b, " screen=%d", e.Screen)
	if e.Target >= 0 {
		fmt.Fprintf(b, " target=%d", e.Target)
	}
	if e.Node >= 0 {
		fmt.Fprintf(b, " node=%d<%s>", e.Node, s.Nodes[e.Node].Tag)
	}
	if e.Pointer != 0 {
		fmt.Fprintf(b, " %s", [...]string{"", "mouse", "pen", "touch"}[e.Pointer])
	}
	if e.X != 0 || e.Y != 0 {
		fmt.Fprintf(b, " at=%d,%d", e.X, e.Y)
	}
	if e.Flags != 0 {
		fmt.Fprintf(b, " [%s]", bitNames(uint(e.Flags), flagNames))
	}
	switch e.Kind {
	case replay.MutationEvent:
		m := s.Mutations[e.Detail]
		fmt.Fprintf(b, " nodes=%d", m.Nodes)
		for _, c := range m.Changes {
			fmt.Fprintf(b, "\n    %s node=%d parent=%d size=%d attr=%s state=%x %s", [...]string{"text", "attr", "added", "removed"}[c.Kind],
				c.Node, c.Parent, c.Size, c.Attr, c.State, bitNames(uint(c.Traits), changeNames))
		}
	case replay.RequestEvent:
		r := s.Requests[e.Detail]
		fmt.Fprintf(b, " %s %s status=%d %v..%v %s", r.Method, r.Path, r.Status, r.Start, r.End, r.Initiator)
	case replay.ErrorEvent:
		fmt.Fprintf(b, " %q thrown=%v %s", s.Errors[e.Detail].Message, s.Errors[e.Detail].Thrown, s.Errors[e.Detail].Fingerprint)
	case replay.CustomEvent:
		fmt.Fprintf(b, " %q", s.Customs[e.Detail].Name)
	case replay.Input, replay.LongTask:
		fmt.Fprintf(b, " n=%d", e.Detail)
	}
	b.WriteByte('\n')
}

// count returns how many events of the kinds a session has.
func count(s *replay.Session, kinds ...replay.Kind) int {
	n := 0
	for _, e := range s.Events {
		if slices.Contains(kinds, e.Kind) {
			n++
		}
	}
	return n
}
