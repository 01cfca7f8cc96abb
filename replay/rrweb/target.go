package rrweb

import (
	"strings"
	"unicode"

	"github.com/rankle/rankle/replay"
)

// maxLabel is the length of labels in runes, see replay.Target.
const maxLabel = 80

// maxLookup bounds every search through the page for one target (labels, headings), in nodes.
const maxLookup = 5000

// pressRoles are the ARIA roles that are meant to be pressed or typed into.
var pressRoles = map[string]bool{
	"button": true, "link": true, "checkbox": true, "radio": true, "switch": true, "tab": true, "option": true,
	"menuitem": true, "menuitemcheckbox": true, "menuitemradio": true, "combobox": true, "slider": true,
	"spinbutton": true, "textbox": true, "searchbox": true, "treeitem": true,
}

// actionable returns the nearest element at or above n that is meant to be pressed, within its document; why is
// false when there is none.
func actionable(n *node) (control *node, found bool) {
	for ; n != nil && n.kind != kindDocument; n = n.parent {
		if n.kind == kindElement && isActionable(n) {
			return n, true
		}
	}
	return nil, false
}

func isActionable(n *node) bool {
	switch n.tag {
	case "button", "select", "textarea", "summary", "option":
		return true
	case "input":
		return n.attr("type") != "hidden"
	case "a", "area":
		if n.has("href") || n.has("xlink:href") {
			return true
		}
	case "label":
		return n.has("for") || labelled(n) != nil
	case "audio", "video", "canvas", "embed", "object", "iframe":
		return true // surfaces of their own: what lies above them is not what was meant
	}
	if pressRoles[n.attr("role")] {
		return true
	}
	for i := range n.attrs {
		switch a := &n.attrs[i]; a.key {
		case "tabindex":
			// The page's own scroll containers and landmarks are focusable as well, but not pressed.
			if !strings.HasPrefix(a.value, "-") && !isLandmark(n) {
				return true
			}
		case "contenteditable":
			if a.value != "false" {
				return true
			}
		case "jsaction", "routerlink", "ng-click", "@click", "v-on:click":
			return true
		default:
			if isHandler([]byte(a.key)) {
				return true
			}
		}
	}
	return false
}

// target returns the session's target for an element.
func (p *player) target(w *window, n *node) replay.TargetID {
	id := p.node(w, n)
	if id < 0 {
		return replay.NoIndex
	}
	if t := p.s.Nodes[id].Target; t >= 0 {
		return t
	}
	if len(p.s.Targets) >= p.opt.MaxTargets {
		p.b.Mark(replay.MarkLimit)
		return replay.NoIndex
	}
	t := describe(n)
	t.Node = id
	p.s.Targets = append(p.s.Targets, t)
	p.s.Nodes[id].Target = replay.TargetID(len(p.s.Targets) - 1)
	return p.s.Nodes[id].Target
}

// unresolved returns the target of everything that lies outside the known page.
func (p *player) unresolved() replay.TargetID {
	if p.unknown == replay.NoIndex {
		p.unknown = replay.TargetID(len(p.s.Targets))
		p.s.Targets = append(p.s.Targets, replay.Target{Node: replay.NoIndex, Traits: replay.Unresolved})
	}
	return p.unknown
}

// describe says what an element is and how it is called.
func describe(n *node) replay.Target {
	t := replay.Target{
		Tag:     n.tag,
		Role:    roleOf(n),
		ID:      replay.MaskText(n.attr("id")),
		TestID:  testID(n),
		Name:    replay.MaskText(n.attr("name")),
		Classes: n.attr("class"),
		Traits:  traitsOf(n),
	}
	if n.tag == "input" || n.tag == "button" {
		t.Type = strings.ToLower(n.attr("type"))
	}
	name := nameOf(n)
	if host := componentOf(n); host != nil {
		name = firstText(name, nameOf(host))
		t.ID = firstText(t.ID, replay.MaskText(host.attr("id")))
		t.Name = firstText(t.Name, replay.MaskText(host.attr("name")))
		t.TestID = firstText(t.TestID, testID(host))
	}
	if isMasked(name) {
		t.Traits |= replay.Masked
	} else {
		t.Label = label(name)
	}
	if href := n.attr("href"); leads(n, href) && (n.tag == "a" || n.tag == "area") {
		_, t.Href = replay.SplitURL(href)
	}
	t.Selector = selector(n)
	t.Path = structure(n)
	return t
}

// componentOf returns the component whose only control n is, or nil. What a component draws for itself in its shadow tree
// is called, and known to the application, by the component.
func componentOf(n *node) *node {
	top := n
	for ; top != nil && !top.shadow; top = top.parent {
		if top.kind == kindDocument {
			return nil
		}
	}
	if top == nil || top.parent == nil {
		return nil
	}
	controls, seen := 0, 0
	for c := top.parent.first; c != nil; c = c.next {
		if !c.shadow {
			continue
		}
		c.walk(func(m *node) bool {
			if m.kind == kindElement && isActionable(m) {
				controls++
			}
			seen++
			return controls < 2 && seen < maxArrival
		})
	}
	if controls > 1 || seen >= maxArrival {
		return nil
	}
	return top.parent
}

// testID returns the id that the application's own tests know the element by.
func testID(n *node) string {
	for _, key := range []string{"data-testid", "data-test", "data-test-id", "data-qa", "data-cy"} {
		if id := replay.MaskText(n.attr(key)); id != "" {
			return id
		}
	}
	return ""
}

// leads reports whether a link leads anywhere by itself. An empty fragment, one that names nothing on the page, and script
// URLs are what links get that only a handler gives a meaning.
func leads(n *node, href string) bool {
	if href == "" || strings.HasPrefix(strings.ToLower(href), "javascript:") {
		return false
	}
	_, fragment, ok := strings.Cut(href, "#")
	switch {
	case !ok || strings.HasPrefix(fragment, "/") || strings.HasPrefix(fragment, "!/"):
		return true
	case fragment == "":
		return false
	}
	to := findByAttr(n, "", "id", fragment)
	return to != nil && to != n || findByAttr(n, "a", "name", fragment) != nil
}

// label makes visible text presentable: one line, masked, at most maxLabel runes.
func label(s string) string {
	s = replay.MaskText(strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " "))
	if r := []rune(s); len(r) > maxLabel {
		s = string(r[:maxLabel])
	}
	return s
}

// isMasked reports whether a recorder replaced a text: two and more asterisks and nothing else but white space.
func isMasked(s string) bool {
	stars := 0
	for _, r := range s {
		if r == '*' {
			stars++
		} else if !unicode.IsSpace(r) {
			return false
		}
	}
	return stars >= 2
}

// nameOf follows the order of the accessible name computation (W3C accname 1.2), without styles and without anything
// that was typed.
func nameOf(n *node) string {
	if s := n.attr("aria-label"); strings.TrimSpace(s) != "" {
		return s
	}
	if ids := n.attr("aria-labelledby"); ids != "" {
		if s := textOfIDs(n, strings.Fields(ids)); s != "" {
			return s
		}
	}
	switch n.tag {
	case "input":
		switch n.attr("type") {
		case "submit", "button", "reset":
			return firstText(n.attr("value"), n.attr("title"))
		case "image":
			return firstText(n.attr("alt"), n.attr("title"))
		}
		return firstText(labelFor(n), n.attr("placeholder"), n.attr("title"), n.attr("name"))
	case "textarea", "select":
		return firstText(labelFor(n), n.attr("placeholder"), n.attr("title"), n.attr("name"))
	case "img", "area":
		return firstText(n.attr("alt"), n.attr("title"))
	case "option":
		return firstText(n.attr("label"), textOf(n))
	}
	if isTextEntry(n) {
		return firstText(labelFor(n), n.attr("placeholder"), n.attr("aria-placeholder"), n.attr("title"))
	}
	return firstText(textOf(n), altOf(n), n.attr("title"))
}

func firstText(options ...string) string {
	for _, s := range options {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

// textOf joins the text below n, without what people typed and without scripts, up to what a label can hold.
func textOf(n *node) string {
	var out strings.Builder
	seen := 0
	var visit func(m *node, depth int)
	visit = func(m *node, depth int) {
		for c := m.first; c != nil && seen < maxLookup && out.Len() < 2*maxText && depth < maxLiveTree; c = c.next {
			seen++
			switch {
			case c.kind == kindText:
				if s := strings.TrimSpace(c.text); s != "" {
					if out.Len() > 0 {
						out.WriteByte(' ')
					}
					out.WriteString(s)
				}
			case c.kind != kindElement, c.ownsNoText, c.tag == "select", c.tag == "svg", isTextEntry(c):
			case c.attr("aria-hidden") == "true":
			default:
				visit(c, depth+1)
			}
		}
	}
	if !n.ownsNoText && !isTextEntry(n) {
		visit(n, 0)
	}
	return out.String()
}

// maxLiveTree bounds the recursion of textOf; labels are not nested deeper.
const maxLiveTree = 64

// altOf finds what names an icon: the alt text of an image, the label or title of a drawing.
func altOf(n *node) string {
	found := ""
	seen := 0
	n.walk(func(m *node) bool {
		if m != n && m.kind == kindElement {
			found = firstText(m.attr("aria-label"), m.attr("alt"), m.attr("title"))
			if found == "" && m.tag == "title" && m.first != nil {
				found = m.first.text
			}
		}
		seen++
		return found == "" && seen < maxArrival
	})
	return found
}

// textOfIDs joins the texts of the elements with the given id attributes.
func textOfIDs(n *node, ids []string) string {
	var out []string
	for _, id := range ids[:min(len(ids), 8)] {
		if m := findByAttr(n, "", "id", id); m != nil {
			if s := textOf(m); s != "" {
				out = append(out, s)
			}
		}
	}
	return strings.Join(out, " ")
}

// labelFor finds the label of a form control.
func labelFor(n *node) string {
	for up, depth := n.parent, 0; up != nil && depth < 8; up, depth = up.parent, depth+1 {
		if up.tag == "label" {
			return textOf(up)
		}
	}
	if id := n.attr("id"); id != "" {
		if l := findByAttr(n, "label", "for", id); l != nil {
			return textOf(l)
		}
	}
	return ""
}

// labelled returns the control that a label belongs to: by its for attribute, else inside it.
func labelled(n *node) *node {
	if id := n.attr("for"); id != "" {
		return findByAttr(n, "", "id", id)
	}
	var control *node
	seen := 0
	n.walk(func(m *node) bool {
		if isField(m) || m.tag == "button" {
			control = m
		}
		seen++
		return control == nil && seen < maxArrival
	})
	return control
}

// findByAttr searches the document of n.
func findByAttr(n *node, tag, key, value string) *node {
	doc := n.document()
	if doc == nil {
		return nil
	}
	var found *node
	seen := 0
	doc.walk(func(m *node) bool {
		if m.kind == kindElement && (tag == "" || m.tag == tag) && m.attr(key) == value {
			found = m
		}
		seen++
		return found == nil && seen < maxLookup
	})
	return found
}

// stateFlags reads the state of a control at this moment.
func stateFlags(n *node) replay.Flags {
	var f replay.Flags
	if isDisabled(n) {
		f |= replay.FlagDisabled
	}
	if isChosen(n) {
		f |= replay.FlagChecked
	}
	if n.tag == "label" {
		if c := labelled(n); c != nil {
			if isDisabled(c) {
				f |= replay.FlagDisabled
			}
			if isChosen(c) {
				f |= replay.FlagChecked
			}
		}
	}
	if isDistinct(n) {
		f |= replay.FlagDistinct
	}
	if n.attr("aria-expanded") == "true" || (n.tag == "summary" && n.parent != nil && n.parent.has("open")) {
		f |= replay.FlagExpanded
	}
	return f
}

// isChosen reports whether a control is in the state that a press asks for. A box or a switch never is: a press turns
// it back.
func isChosen(n *node) bool {
	switch roleOf(n) {
	case "checkbox", "switch", "menuitemcheckbox":
		return false
	}
	if n.has("checked") || (n.has("selected") && n.tag == "option") {
		return true
	}
	if v := n.attr("aria-current"); v != "" && v != "false" {
		return true
	}
	return n.attr("aria-selected") == "true" || n.attr("aria-checked") == "true"
}

// isDistinct reports whether n alone differs in its class from its siblings of the same tag, as the chosen one of a row
// does.
func isDistinct(n *node) bool {
	if n.parent == nil {
		return false
	}
	own, others, class, seen := n.attr("class"), 0, "", 0
	for c := n.parent.first; c != nil; c = c.next {
		if seen++; seen > maxSiblings {
			return false
		}
		if c == n || c.kind != kindElement || c.tag != n.tag {
			continue
		}
		if other := c.attr("class"); others == 0 {
			class = other
		} else if other != class {
			return false
		}
		others++
	}
	return others >= 2 && class != own
}

// isDisabled follows the HTML rule: the own attribute, or a disabled fieldset around it, except in its first legend.
func isDisabled(n *node) bool {
	if n.has("disabled") || n.attr("aria-disabled") == "true" {
		return true
	}
	if !isField(n) && n.tag != "button" {
		return false
	}
	var legend *node
	for up := n.parent; up != nil && up.kind != kindDocument; up = up.parent {
		switch up.tag {
		case "legend":
			legend = up
		case "fieldset":
			if up.has("disabled") && !isFirstLegend(up, legend) {
				return true
			}
		}
	}
	return false
}

func isFirstLegend(fieldset, legend *node) bool {
	if legend == nil || legend.parent != fieldset {
		return false
	}
	for c := fieldset.first; c != nil; c = c.next {
		if c.tag == "legend" {
			return c == legend
		}
	}
	return false
}
