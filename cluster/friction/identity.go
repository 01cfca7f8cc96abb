package friction

import (
	"strings"
	"unicode"

	"github.com/rankle/rankle/replay"
)

// ControlKey is the identity of a control within a screen, across re-renders, sessions and releases: its role with
// the most stable name it has. A test id or a hand-written id stands alone; otherwise name, label template and
// structural path together, never the label alone. Generated ids and class names never enter.
func ControlKey(t *replay.Target) string {
	key, _ := controlKey(t)
	return key
}

// testMark separates role and test id in a key.
const testMark = "|test:"

// HasTestID reports whether the identity of a control rests on a test id (data-testid, data-test, data-qa, data-cy)
// equal to id. Ids that differ only in numbers are one control, as in lists.
func (t *Target) HasTestID(id string) bool {
	_, rest, ok := strings.Cut(t.Key, testMark)
	return ok && rest == template(id)
}

// How sure an identity is, by what it rests on.
const (
	sureTestID   = 1.0
	sureID       = 0.9
	sureName     = 0.85
	sureLabel    = 0.75 // label and structural path
	surePath     = 0.4  // structural path only: masked or unlabelled
	surePosition = 0.1  // a position on the screen only
)

func controlKey(t *replay.Target) (string, float64) {
	role := t.Role
	if role == "" {
		role = t.Tag
	}
	switch {
	case t.TestID != "":
		return role + testMark + template(t.TestID), sureTestID
	case stableID(t.ID):
		return role + "|id:" + template(t.ID), sureID
	}
	label := labelTemplate(t.Label)
	key := role + "|" + template(t.Name) + "|" + label + "|" + t.Path
	switch {
	case t.Name != "":
		return key, sureName
	case label != "" && !t.Traits.Has(replay.Masked):
		return key, sureLabel
	case t.Path != "":
		return key, surePath
	}
	return key, surePosition
}

// stableID tells an id that a person wrote from one that a library made up for this page view: those hold a colon
// (React), a counter of three or more digits, or a long run of hexadecimal with digits in it.
func stableID(id string) bool {
	if id == "" || len(id) > 64 || strings.ContainsAny(id, ":«»") {
		return false
	}
	for _, p := range generatedPrefixes {
		if strings.HasPrefix(id, p) {
			return false
		}
	}
	digits, hex, hexDigits := 0, 0, 0
	for _, r := range id {
		if unicode.IsDigit(r) {
			digits++
		}
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'f' {
			hex++
			if r <= '9' {
				hexDigits++
			}
		} else {
			if hex >= 6 && hexDigits >= 2 {
				return false
			}
			hex, hexDigits = 0, 0
		}
	}
	return digits < 3 && !(hex >= 6 && hexDigits >= 2)
}

// generatedPrefixes are the id prefixes of widget libraries that count up per page view.
var generatedPrefixes = [...]string{"radix-", "headlessui-", "react-aria", "mui-", "rc_", "ember", "downshift-", "yui_", "ext-gen"}

// template replaces every run of digits by '#', so that rows and counters share one name.
func template(s string) string {
	var b strings.Builder
	run := false
	for _, r := range s {
		if unicode.IsDigit(r) {
			if !run {
				b.WriteByte('#')
			}
			run = true
			continue
		}
		run = false
		b.WriteRune(r)
	}
	return b.String()
}

// labelTemplate is the label in lower case with digits replaced, single spaces, and nothing left of masked text.
func labelTemplate(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '*' || r == '•' {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
	return template(strings.Join(strings.Fields(s), " "))
}

// kindOf says what sort of surface a target is.
func kindOf(t *replay.Target) Kind {
	switch {
	case t.Traits.Has(replay.Blind):
		return Blind
	case t.Traits.Has(replay.NativePicker):
		return Picker
	case t.Traits.Has(replay.TextEntry):
		return TextEntry
	case t.Traits.Has(replay.Outward):
		return Outward
	case t.Traits.Has(replay.Actionable), t.Traits.Has(replay.Toggle), t.Traits.Has(replay.Submit):
		return Control
	}
	switch t.Tag {
	case "html", "body", "main", "section", "article", "header", "footer", "nav", "aside", "form", "ul", "ol", "dl",
		"table", "tbody", "thead", "tr", "#document", "":
		return Background
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dd", "dt", "td", "th", "blockquote", "pre", "code", "em",
		"strong", "b", "i", "label", "figcaption", "caption", "legend", "span":
		return Prose
	}
	return Background
}

// isPage reports whether a target is the page itself rather than something on it.
func isPage(t *replay.Target) bool {
	return t != nil && (t.Tag == "html" || t.Tag == "body" || t.Tag == "#document")
}

// tree answers ancestor questions in constant time. It numbers the nodes of a session depth first; nodes on a
// circle, which damaged input can make, get no number and lie nowhere.
type tree struct {
	in, out []int32
	nodes   []replay.Node
}

func newTree(nodes []replay.Node) tree {
	n := len(nodes)
	memory := make([]int32, 4*n)
	t := tree{in: memory[:n], out: memory[n : 2*n], nodes: nodes}
	first, next := memory[2*n:3*n], memory[3*n:]
	for i := range first {
		first[i] = -1
	}
	var roots []int32
	for i := n - 1; i >= 0; i-- {
		p := nodes[i].Parent
		if p < 0 || int(p) >= n {
			roots = append(roots, int32(i))
			continue
		}
		next[i] = first[p]
		first[p] = int32(i)
	}
	var clock int32
	var stack []int32
	for _, r := range roots {
		stack = append(stack[:0], r)
		for len(stack) > 0 {
			v := stack[len(stack)-1]
			if t.in[v] == 0 {
				clock++
				t.in[v] = clock
			}
			if c := first[v]; c >= 0 {
				first[v] = next[c]
				stack = append(stack, c)
				continue
			}
			t.out[v] = clock
			stack = stack[:len(stack)-1]
		}
	}
	return t
}

// within reports whether n is a or lies below it.
func (t *tree) within(n, a replay.NodeID) bool {
	if n < 0 || a < 0 || int(n) >= len(t.in) || int(a) >= len(t.in) || t.in[n] == 0 || t.in[a] == 0 {
		return false
	}
	return t.in[n] >= t.in[a] && t.in[n] <= t.out[a]
}

// parent returns the node's parent or NoIndex.
func (t *tree) parent(n replay.NodeID) replay.NodeID {
	if n < 0 || int(n) >= len(t.nodes) {
		return replay.NoIndex
	}
	return t.nodes[n].Parent
}

// above returns the ancestor so many steps up, or the topmost one below the document.
func (t *tree) above(n replay.NodeID, steps int) replay.NodeID {
	for ; steps > 0; steps-- {
		p := t.parent(n)
		if p < 0 || int(p) >= len(t.nodes) {
			break
		}
		switch t.nodes[p].Tag {
		case "body", "html", "#document":
			return n
		}
		n = p
	}
	return n
}
