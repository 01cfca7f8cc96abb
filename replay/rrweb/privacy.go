package rrweb

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/rankle/rankle/replay"
)

// Privacy says what is hidden beyond what always is: typed text, bodies, queries, and what replay.MaskText finds in the text
// that people see. The zero value hides nothing more.
type Privacy struct {
	// MaskAll hides every text of the page, as a recorder does that masks all text. Elements are then known by their place.
	MaskAll bool
	// MaskSelectors hides the text in and below the elements that one of these selectors matches when they arrive. A
	// selector is a tag, an #id, .classes and [attributes], with or without a value, in one piece ("td.patient[data-x=y]"):
	// no blanks, no combinators. Attributes are class, id, role, name, type, and those that begin with data- or aria-.
	MaskSelectors []string
	// Query lists parameters of page addresses that tell screens apart and hold nothing personal; all others are dropped.
	Query []string
}

// Check reports every selector and parameter that cannot be used.
func (p Privacy) Check() error {
	_, err := compileSelectors(p.MaskSelectors)
	errs := []error{err}
	for _, name := range p.Query {
		if name == "" || strings.ContainsAny(name, "?&=#") {
			errs = append(errs, fmt.Errorf("query parameter %q: write its name alone", name))
		}
	}
	return errors.Join(errs...)
}

// masked is what a hidden text becomes; two asterisks are what isMasked takes for a recorder's own masking.
const masked = "**"

// selectors are compiled MaskSelectors.
type selectors []compound

// compound is one selector: all conditions must hold.
type compound struct {
	tag   string // lower case; "" = any
	attrs []condition
}

// condition is one on an attribute.
type condition struct {
	name   string // lower case
	value  string // only if equals or word
	equals bool   // the value is this
	word   bool   // one of the value's words is this, as for classes
}

func compileSelectors(texts []string) (selectors, error) {
	var all selectors
	var errs []error
	for _, text := range texts {
		c, err := compileSelector(text)
		if err != nil {
			errs = append(errs, fmt.Errorf("selector %q: %w", text, err))
		}
		all = append(all, c)
	}
	return all, errors.Join(errs...)
}

var errSelector = errors.New("write a tag, an #id, .classes or [attributes] in one piece, for example td.patient[data-private]")

func compileSelector(text string) (c compound, err error) {
	rest := text
	word := func() string {
		n := strings.IndexAny(rest, ".#[] \t,>+~:*^$|!=\"'")
		if n < 0 {
			n = len(rest)
		}
		w := rest[:n]
		rest = rest[n:]
		return w
	}
	c.tag = strings.ToLower(word())
	for rest != "" {
		kind := rest[0]
		rest = rest[1:]
		name := word()
		if name == "" {
			return compound{}, errSelector
		}
		switch kind {
		case '#':
			c.attrs = append(c.attrs, condition{name: "id", value: name, equals: true})
		case '.':
			c.attrs = append(c.attrs, condition{name: "class", value: name, word: true})
		case '[':
			cond := condition{name: strings.ToLower(name)}
			if !selectable(cond.name) {
				return compound{}, fmt.Errorf("attribute %q: only class, id, role, name, type, data-* and aria-* can be asked for", name)
			}
			inner, after, ok := strings.Cut(rest, "]")
			if !ok {
				return compound{}, errSelector
			}
			rest = after
			if inner != "" {
				value, ok := strings.CutPrefix(inner, "=")
				if !ok {
					return compound{}, errSelector
				}
				cond.value, cond.equals = strings.Trim(value, `"'`), true
			}
			c.attrs = append(c.attrs, cond)
		default:
			return compound{}, errSelector
		}
	}
	if c.tag == "" && len(c.attrs) == 0 {
		return compound{}, errSelector
	}
	return c, nil
}

// selectable reports whether a selector may ask for an attribute.
func selectable(name string) bool {
	switch name {
	case "class", "id", "role", "name", "type":
		return true
	}
	return strings.HasPrefix(name, "data-") || strings.HasPrefix(name, "aria-")
}

// asksFor reports whether an attribute decides about masking, so that it has to be kept.
func (s selectors) asksFor(name string) bool {
	for _, c := range s {
		for _, a := range c.attrs {
			if a.name == name {
				return true
			}
		}
	}
	return false
}

// match reports whether one of the selectors matches an element with this tag, in lower case, and attributes.
func (s selectors) match(tag string, attr func(name string) (value string, ok bool)) bool {
	for _, c := range s {
		if c.match(tag, attr) {
			return true
		}
	}
	return false
}

func (c compound) match(tag string, attr func(name string) (value string, ok bool)) bool {
	if c.tag != "" && c.tag != tag {
		return false
	}
	for _, a := range c.attrs {
		value, ok := attr(a.name)
		if !ok || a.equals && value != a.value || a.word && !hasWord(value, a.value) {
			return false
		}
	}
	return true
}

func hasWord(text, word string) bool {
	for w := range strings.FieldsSeq(text) {
		if w == word {
			return true
		}
	}
	return false
}

// hiding is Privacy made ready for the nodes of a recording; nil hides nothing.
type hiding struct {
	all       bool
	selectors selectors
}

// newHiding leaves selectors out that Check refuses.
func newHiding(p Privacy) *hiding {
	if !p.MaskAll && len(p.MaskSelectors) == 0 {
		return nil
	}
	s, _ := compileSelectors(p.MaskSelectors)
	return &hiding{all: p.MaskAll, selectors: s}
}

// hides reports whether the text of n itself is hidden, whatever lies around it.
func (h *hiding) hides(n node) bool {
	if h == nil {
		return false
	}
	return h.all || n.kind() == kindElement && h.selectors.match(n.tag(), func(name string) (string, bool) {
		id, ok := n.d.names.byText[name]
		if !ok {
			return "", false
		}
		a := findAttr(n.list(), id)
		if a == nil {
			return "", false
		}
		return string(n.d.clipped(&a.value)), true
	})
}

// hidden reports whether the text of n is hidden, by a selector on it or on something around it.
func (n node) hidden() bool {
	if n.d.hiding == nil {
		return false
	}
	for ; n.ok(); n = n.parent() {
		if n.d.hiding.hides(n) {
			return true
		}
	}
	return false
}

// maxQuery bounds the kept part of a query, as long paths are bounded.
const maxQuery = 128

// keptQuery returns the listed parameters of an address in the order of the list, masked as text and ready to follow a
// path, or "".
func keptQuery(href string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	_, query, ok := strings.Cut(href, "?")
	if !ok {
		return ""
	}
	query, _, _ = strings.Cut(query, "#")
	values, _ := url.ParseQuery(query) // what cannot be parsed is left out
	kept := url.Values{}
	for _, name := range names {
		if v, ok := values[name]; ok && replay.MaskText(v[0]) == v[0] {
			kept.Set(name, v[0])
		}
	}
	if len(kept) == 0 {
		return ""
	}
	return clipText("?"+kept.Encode(), maxQuery)
}

func clipText(s string, n int) string { return string(clip([]byte(s), n)) }
