package friction

import (
	"fmt"
	"strings"

	"github.com/rankle/rankle/replay"
)

func (st *story) element(name, tag, label string, parent replay.NodeID) *thing {
	t := &thing{node: replay.NodeID(len(st.s.Nodes)), target: replay.TargetID(len(st.s.Targets)), parent: parent, x: st.nextX, y: 200, size: 2}
	st.nextX += 150
	st.s.Nodes = append(st.s.Nodes, replay.Node{Parent: parent, Target: t.target, Tag: tag})
	st.s.Targets = append(st.s.Targets, replay.Target{Node: t.node, Tag: tag, Label: label, Selector: name, Path: "main>" + name})
	st.names[name] = t
	st.nodes[t.node] = name
	return t
}

var storyTags = map[string]struct {
	tag, role, typ string
	traits         replay.Traits
}{
	"button": {"button", "button", "", replay.Actionable}, "submit": {"button", "button", "submit", replay.Actionable | replay.Submit | replay.InForm},
	"link": {"a", "link", "", replay.Actionable}, "tab": {"button", "tab", "", replay.Actionable | replay.Toggle},
	"checkbox": {"input", "checkbox", "checkbox", replay.Actionable | replay.Toggle}, "radio": {"input", "radio", "radio", replay.Actionable | replay.Toggle},
	"field": {"input", "textbox", "text", replay.Actionable | replay.TextEntry}, "select": {"select", "combobox", "", replay.Actionable | replay.NativePicker},
	"file": {"input", "", "file", replay.Actionable | replay.NativePicker}, "download": {"a", "link", "", replay.Actionable | replay.Outward},
	"search": {"input", "searchbox", "search", replay.Actionable | replay.TextEntry}, "form": {"form", "", "", 0},
	"slider": {"div", "slider", "", replay.Actionable}, "img": {"img", "", "", 0},
	"canvas": {"canvas", "", "", replay.Blind}, "video": {"video", "", "", replay.Blind}, "label": {"label", "", "", replay.Actionable},
	"div": {"div", "", "", 0}, "surface": {"div", "", "", replay.Actionable}, "p": {"p", "", "", 0}, "span": {"span", "", "", 0}, "text": {"#text", "", "", 0},
}

// declare adds an element: `button pay "Pay" in form at 300,400 disabled`.
func (st *story) declare(w []string) error {
	k, ok := storyTags[w[0]]
	if !ok {
		return fmt.Errorf("%q is no element and no time", w[0])
	}
	if len(w) < 2 {
		return fmt.Errorf("the element has no name")
	}
	parent := st.names["body"].node
	label := ""
	for i := 2; i < len(w)-1; i++ {
		if w[i] == "in" {
			p, ok := st.names[w[i+1]]
			if !ok {
				return fmt.Errorf("nothing is called %q", w[i+1])
			}
			parent = p.node
		}
	}
	t := st.element(w[1], k.tag, "", parent)
	g := &st.s.Targets[t.target]
	g.Role, g.Type, g.Traits, g.TestID = k.role, k.typ, k.traits, w[1]
	if k.traits&replay.Actionable == 0 {
		g.TestID = ""
	}
	for i := 2; i < len(w); i++ {
		key, val, _ := strings.Cut(w[i], "=")
		switch {
		case strings.HasPrefix(w[i], `"`):
			label = strings.Trim(w[i], `"`)
		case w[i] == "in":
			i++
		case w[i] == "at" && i+1 < len(w):
			if _, err := fmt.Sscanf(w[i+1], "%d,%d", &t.x, &t.y); err != nil {
				return fmt.Errorf("position %q: %w", w[i+1], err)
			}
			i++
		case w[i] == "disabled":
			t.disabled = true
		case w[i] == "checked":
			t.checked = true
		case w[i] == "distinct":
			t.distinct = true
		case w[i] == "masked":
			g.Traits |= replay.Masked
		case w[i] == "blocked":
			g.Traits |= replay.Blocked
		case w[i] == "unnamed":
			g.TestID = ""
		case key == "href":
			g.Href = val
		case key == "test":
			g.TestID = val
		default:
			return fmt.Errorf("%q is not known of an element", w[i])
		}
	}
	g.Label = label
	for n := parent; n >= 0; n = st.s.Nodes[n].Parent {
		if st.s.Nodes[n].Tag == "form" {
			g.Traits |= replay.InForm
		}
	}
	return nil
}
