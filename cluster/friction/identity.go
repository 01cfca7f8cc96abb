package friction

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rankle/rankle/replay"
)

// ControlKey is the identity of a control within a screen, across re-renders, sessions and releases: its role with
// the most stable name it has. A test id or a hand-written id stands alone; otherwise name, label template and
// structural path together, never the label alone. Generated ids and class names never enter.
func ControlKey(t *replay.Target) string {
	key, _ := appendKey(nil, t)
	return string(key)
}

// controlKey is ControlKey of a target, and how sure it is. It is made once.
func (a *analysis) controlKey(t replay.TargetID) (string, float64) {
	if a.keys == nil {
		a.mem.keys = emptied(a.mem.keys, len(a.s.Targets))
		a.keys = a.mem.keys
	}
	k := &a.keys[t]
	if k.key == "" { // no key is
		text, sure := appendKey(a.mem.names.text, &a.s.Targets[t])
		*k = identity{a.mem.names.of(text), sure}
	}
	return k.key, k.sure
}

// identity is the key of a control, and how sure it is.
type identity struct {
	key  string
	sure float64
}

// testMark separates role and test id in a key.
const testMark = "|test:"

// HasTestID reports whether the identity of a control rests on a test id (data-testid, data-test, data-qa, data-cy)
// equal to id. Ids that differ only in numbers are one control, as in lists.
func (t *Target) HasTestID(id string) bool {
	_, rest, ok := strings.Cut(t.Key, testMark)
	return ok && rest == string(appendTemplate(nil, id))
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

// appendKey appends the key of a control, and says how sure it is.
func appendKey(b []byte, t *replay.Target) ([]byte, float64) {
	b = append(b, cmp.Or(t.Role, t.Tag)...)
	switch {
	case t.TestID != "":
		return appendTemplate(append(b, testMark...), t.TestID), sureTestID
	case stableID(t.ID):
		return appendTemplate(append(b, "|id:"...), t.ID), sureID
	}
	b = append(appendTemplate(append(b, '|'), t.Name), '|')
	before := len(b)
	b = appendLabel(b, t.Label)
	labelled := len(b) > before
	b = append(append(b, '|'), t.Path...)
	switch {
	case t.Name != "":
		return b, sureName
	case labelled && !t.Traits.Has(replay.Masked):
		return b, sureLabel
	case t.Path != "":
		return b, surePath
	}
	return b, surePosition
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

// appendTemplate appends s with every run of digits replaced by '#', so that rows and counters share one name.
func appendTemplate(b []byte, s string) []byte {
	run := false
	for _, r := range s {
		if digit := unicode.IsDigit(r); !digit {
			b = utf8.AppendRune(b, r)
			run = false
		} else if !run {
			b = append(b, '#')
			run = true
		}
	}
	return b
}

// appendLabel appends a label in lower case with digits replaced, single spaces, and nothing left of masked text.
func appendLabel(b []byte, s string) []byte {
	begun, space, run := false, false, false
	for _, r := range s {
		switch {
		case r == '*' || r == '•':
			continue
		case unicode.IsSpace(r):
			space = begun
			continue
		case space:
			b = append(b, ' ')
			space, run = false, false
		}
		begun = true
		if digit := unicode.IsDigit(r); !digit {
			b = utf8.AppendRune(b, unicode.ToLower(r))
			run = false
		} else if !run {
			b = append(b, '#')
			run = true
		}
	}
	return b
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
	if sentence(t.Label) {
		return Prose
	}
	return Background
}

// sentenceWords is the number of words from which on a text is read rather than a caption: buttons and badges say less. Kits
// that write everything into one kind of element (React Native, canvases of text) leave no other sign.
const sentenceWords = 8

// sentence reports whether a label is text to read.
func sentence(label string) bool {
	words, in := 0, false
	for _, r := range label {
		space := unicode.IsSpace(r)
		if !space && !in {
			words++
		}
		in = !space
	}
	return words >= sentenceWords
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
	memory  []int32
	stack   []int32
}

// of returns the tree of nodes, in the memory of t.
func (t *tree) of(nodes []replay.Node) tree {
	n := len(nodes)
	memory := emptied(t.memory, 5*n)
	in, out, first, next, roots := memory[:n], memory[n:2*n], memory[2*n:3*n], memory[3*n:4*n], memory[4*n:4*n]
	for i := range first {
		first[i] = -1
	}
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
	stack := t.stack
	for _, r := range roots {
		stack = append(stack[:0], r)
		for len(stack) > 0 {
			v := stack[len(stack)-1]
			if in[v] == 0 {
				clock++
				in[v] = clock
			}
			if c := first[v]; c >= 0 {
				first[v] = next[c]
				stack = append(stack, c)
				continue
			}
			out[v] = clock
			stack = stack[:len(stack)-1]
		}
	}
	return tree{in: in, out: out, nodes: nodes, memory: memory, stack: stack}
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
