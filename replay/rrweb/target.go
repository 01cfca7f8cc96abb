package rrweb

import (
	"bytes"
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
func actionable(n node) (control node, found bool) {
	for ; n.ok() && n.kind() != kindDocument; n = n.parent() {
		if n.kind() == kindElement && isActionable(n) {
			return n, true
		}
	}
	return node{}, false
}

func isActionable(n node) bool {
	switch n.tag() {
	case "button", "select", "textarea", "summary", "option":
		return true
	case "input":
		return !n.is(nameType, "hidden")
	case "a", "area":
		if n.has(nameHref) || n.has(nameXlinkHref) || n.has(nameClass) && !n.has(nameName) {
			return true // without an address, but made to look like something: a script waits for the press
		}
	case "label":
		return n.has(nameFor) || labelled(n).ok()
	case "audio", "video", "canvas", "embed", "object", "iframe":
		return true // surfaces of their own: what lies above them is not what was meant
	}
	if n.has(nameRole) && pressRoles[string(n.attr(nameRole))] {
		return true
	}
	for i, list := 0, n.list(); i < len(list); i++ {
		switch a := &list[i]; a.name {
		case nameTabindex:
			// The page's own scroll containers and landmarks are focusable as well, but not pressed.
			if !bytes.HasPrefix(n.d.clipped(&a.value), []byte("-")) && !isLandmark(n) {
				return true
			}
		case nameAriaDisabled:
			// What says that it is switched off is a control, and gives up its place in the tab order while it is. Groups
			// and toolbars say so for what is inside them.
			if string(n.d.clipped(&a.value)) == "true" && !n.has(nameRole) {
				return true
			}
		case nameContentEditable:
			if string(n.d.clipped(&a.value)) != "false" {
				return true
			}
		case nameJSAction, nameRouterLink, nameNgClick, nameAtClick, nameVOnClick:
			return true
		default:
			if n.d.names.list[a.name].traits&nameHandler != 0 {
				return true
			}
		}
	}
	return false
}

// target returns the session's target for an element.
func (p *player) target(w *window, n node) replay.TargetID {
	id := p.node(w, n)
	if id < 0 {
		return replay.NoIndex
	}
	if t := p.nodes[id].Target; t >= 0 {
		return t
	}
	if len(p.targets) >= p.opt.MaxTargets {
		p.b.Mark(replay.MarkLimit)
		return replay.NoIndex
	}
	t := describe(n)
	t.Node = id
	if t.Href != "" && query(string(n.attr(nameHref))) != query(w.url) {
		t.Href = "" // another state of the page, be it the same path
	}
	p.targets = append(p.targets, t)
	p.nodes[id].Target = replay.TargetID(len(p.targets) - 1)
	return p.nodes[id].Target
}

// query returns the query of an address, or "".
func query(href string) string {
	href, _, _ = strings.Cut(href, "#")
	_, q, _ := strings.Cut(href, "?")
	return q
}

// unresolved returns the target of everything that lies outside the known page.
func (p *player) unresolved() replay.TargetID {
	if p.unknown == replay.NoIndex {
		p.unknown = replay.TargetID(len(p.targets))
		p.targets = append(p.targets, replay.Target{Node: replay.NoIndex, Traits: replay.Unresolved})
	}
	return p.unknown
}

// describe says what an element is and how it is called.
func describe(n node) replay.Target {
	t := replay.Target{
		Tag:     n.tag(),
		Role:    roleOf(n),
		ID:      n.d.words.masked(n.attr(nameID_)),
		TestID:  testID(n),
		Name:    n.d.words.masked(n.attr(nameName)),
		Classes: n.d.words.of(n.attr(nameClass)),
		Traits:  traitsOf(n),
	}
	if n.tag() == "input" || n.tag() == "button" {
		t.Type = strings.ToLower(n.d.words.of(n.attr(nameType)))
	}
	name := nameOf(n)
	if host := componentOf(n); host.ok() {
		name = firstText(name, nameOf(host))
		t.ID = firstText(t.ID, n.d.words.masked(host.attr(nameID_)))
		t.Name = firstText(t.Name, n.d.words.masked(host.attr(nameName)))
		t.TestID = firstText(t.TestID, testID(host))
	}
	if isMasked(name) {
		t.Traits |= replay.Masked
	} else {
		t.Label = n.d.words.label(name)
	}
	if href := string(n.attr(nameHref)); leads(n, href) && (n.tag() == "a" || n.tag() == "area") {
		_, t.Href = replay.SplitURL(href)
	}
	t.Selector = selector(n)
	t.Path = structure(n)
	return t
}

// componentOf returns the component whose only control n is, or nil. What a component draws for itself in its shadow tree
// is called, and known to the application, by the component.
func componentOf(n node) node {
	top := n
	for ; top.ok() && !top.shadow(); top = top.parent() {
		if top.kind() == kindDocument {
			return node{}
		}
	}
	if !top.ok() || !top.parent().ok() {
		return node{}
	}
	controls, seen := 0, 0
	for c := top.parent().first(); c.ok(); c = c.next() {
		if !c.shadow() {
			continue
		}
		c.walk(func(m node) bool {
			if m.kind() == kindElement && isActionable(m) {
				controls++
			}
			seen++
			return controls < 2 && seen < maxArrival
		})
	}
	if controls > 1 || seen >= maxArrival {
		return node{}
	}
	return top.parent()
}

// testID returns the id that the application's own tests know the element by.
func testID(n node) string {
	for _, key := range []nameID{nameTestid, nameTest, nameTestID, nameQA, nameCy} {
		if id := n.attr(key); len(id) > 0 {
			return n.d.words.masked(id)
		}
	}
	return ""
}

// leads reports whether a link leads anywhere by itself. An empty fragment, one that names nothing on the page, and script
// URLs are what links get that only a handler gives a meaning.
func leads(n node, href string) bool {
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
	to := findByAttr(n, "", nameID_, fragment)
	return to.ok() && to != n && !takesTurns(to) || findByAttr(n, "a", nameName, fragment).ok()
}

// takesTurns reports whether an element is a part of the page of which one at a time is shown: it says so by its role, or it is
// hidden, as one beside it may be. A link to such a part switches rather than scrolls.
func takesTurns(n node) bool {
	if n.is(nameRole, "tabpanel") {
		return true
	}
	seen := 0
	for c := n.parent().first(); c.ok() && seen < maxSiblings; c = c.next() {
		if seen++; c.kind() == kindElement && c.sameTag(n) && c.has(nameHidden) {
			return true
		}
	}
	return false
}

// label makes visible text presentable: one line, masked, at most maxLabel runes.
func label(s string) string {
	s = replay.MaskText(oneLine(strings.ToValidUTF8(s, "\uFFFD")))
	if len(s) <= maxLabel {
		return s
	}
	n := 0
	for at := range s {
		if n++; n > maxLabel {
			return s[:at]
		}
	}
	return s
}

// oneLine joins the words of a text by single blanks.
func oneLine(s string) string {
	blank := true // at the start, and behind a blank
	for _, r := range s {
		space := unicode.IsSpace(r)
		if space && (blank || r != ' ') {
			return joined(s)
		}
		blank = space
	}
	if blank && s != "" {
		s = s[:len(s)-1]
	}
	return s
}

// joined is oneLine for any text.
func joined(s string) string {
	var memory [pathLen]byte
	out := memory[:0]
	for word := range strings.FieldsSeq(s) {
		if len(out) > 0 {
			out = append(out, ' ')
		}
		out = append(out, word...)
	}
	return string(out)
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
func nameOf(n node) string {
	if n.hidden() {
		return masked
	}
	if s := string(n.attr(nameAriaLabel)); strings.TrimSpace(s) != "" {
		return s
	}
	if ids := string(n.attr(nameAriaLabelledby)); ids != "" {
		if s := textOfIDs(n, strings.Fields(ids)); s != "" {
			return s
		}
	}
	switch n.tag() {
	case "input":
		switch string(n.attr(nameType)) {
		case "submit", "button", "reset":
			return firstText(string(n.attr(nameValue)), string(n.attr(nameTitle)))
		case "image":
			return firstText(string(n.attr(nameAlt)), string(n.attr(nameTitle)))
		}
		return firstText(labelFor(n), string(n.attr(namePlaceholder)), string(n.attr(nameTitle)), string(n.attr(nameName)))
	case "textarea", "select":
		return firstText(labelFor(n), string(n.attr(namePlaceholder)), string(n.attr(nameTitle)), string(n.attr(nameName)))
	case "img", "area":
		return firstText(string(n.attr(nameAlt)), string(n.attr(nameTitle)))
	case "option":
		return firstText(string(n.attr(nameLabel)), textOf(n))
	}
	if isTextEntry(n) {
		return firstText(labelFor(n), string(n.attr(namePlaceholder)), string(n.attr(nameAriaPlaceholder)), string(n.attr(nameTitle)))
	}
	return firstText(textOf(n), altOf(n), string(n.attr(nameTitle)))
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
func textOf(n node) string {
	if n.hidden() {
		return masked
	}
	if n.ownsNoText() || isTextEntry(n) {
		return ""
	}
	var memory [2 * pathLen]byte
	seen := 0
	text, _ := n.d.words.find(appendText(memory[:0], n, 0, &seen))
	return text
}

// appendText appends the text of the nodes below n to out. seen counts them.
func appendText(out []byte, n node, depth int, seen *int) []byte {
	for c := n.first(); c.ok() && *seen < maxLookup && len(out) < 2*maxText && depth < maxLiveTree; c = c.next() {
		*seen++
		switch {
		case c.kind() == kindText:
			if s := bytes.TrimSpace(c.text()); len(s) > 0 {
				if len(out) > 0 {
					out = append(out, ' ')
				}
				out = append(out, s...)
			}
		case n.d.hiding.hides(c):
		case c.kind() != kindElement, c.ownsNoText(), c.tag() == "select", c.tag() == "svg", isTextEntry(c):
		case c.is(nameAriaHidden, "true"):
		default:
			out = appendText(out, c, depth+1, seen)
		}
	}
	return out
}

// maxLiveTree bounds the recursion of appendText; labels are not nested deeper.
const maxLiveTree = 64

// altOf finds what names an icon: the alt text of an image, the label or title of a drawing.
func altOf(n node) string {
	found := ""
	seen := 0
	n.walk(func(m node) bool {
		if m != n && m.kind() == kindElement && !m.hidden() {
			found = firstText(string(m.attr(nameAriaLabel)), string(m.attr(nameAlt)), string(m.attr(nameTitle)))
			if found == "" && m.tag() == "title" && m.first().ok() {
				found = string(m.first().text())
			}
		}
		seen++
		return found == "" && seen < maxArrival
	})
	return found
}

// textOfIDs joins the texts of the elements with the given id attributes.
func textOfIDs(n node, ids []string) string {
	var out []string
	for _, id := range ids[:min(len(ids), 8)] {
		if m := findByAttr(n, "", nameID_, id); m.ok() {
			if s := textOf(m); s != "" {
				out = append(out, s)
			}
		}
	}
	return strings.Join(out, " ")
}

// labelFor finds the label of a form control.
func labelFor(n node) string {
	for up, depth := n.parent(), 0; up.ok() && depth < 8; up, depth = up.parent(), depth+1 {
		if up.tag() == "label" {
			return textOf(up)
		}
	}
	if id := string(n.attr(nameID_)); id != "" {
		if l := findByAttr(n, "label", nameFor, id); l.ok() {
			return textOf(l)
		}
	}
	return ""
}

// labelled returns the control that a label belongs to: by its for attribute, else inside it.
func labelled(n node) node {
	if id := string(n.attr(nameFor)); id != "" {
		return findByAttr(n, "", nameID_, id)
	}
	var control node
	seen := 0
	n.walk(func(m node) bool {
		if isField(m) || m.tag() == "button" {
			control = m
		}
		seen++
		return !control.ok() && seen < maxArrival
	})
	return control
}

// findByAttr searches the document of n.
func findByAttr(n node, tag string, key nameID, value string) node {
	doc := n.document()
	if !doc.ok() {
		return node{}
	}
	var found node
	seen := 0
	doc.walk(func(m node) bool {
		if m.kind() == kindElement && (tag == "" || m.tag() == tag) && m.is(key, value) {
			found = m
		}
		seen++
		return !found.ok() && seen < maxLookup
	})
	return found
}

// stateFlags reads the state of a control at this moment.
func stateFlags(n node) replay.Flags {
	var f replay.Flags
	if isDisabled(n) {
		f |= replay.FlagDisabled
	}
	if isChosen(n) {
		f |= replay.FlagChecked
	}
	if n.tag() == "label" {
		if c := labelled(n); c.ok() {
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
	if n.is(nameAriaExpanded, "true") || (n.tag() == "summary" && n.parent().ok() && n.parent().has(nameOpen)) {
		f |= replay.FlagExpanded
	}
	return f
}

// isChosen reports whether a control is in the state that a press asks for. A box or a switch never is: a press turns
// it back.
func isChosen(n node) bool {
	current := n.attr(nameAriaCurrent)
	if !n.has(nameChecked) && !(n.has(nameSelected) && n.tag() == "option") && (len(current) == 0 || string(current) == "false") &&
		!n.is(nameAriaSelected, "true") && !n.is(nameAriaChecked, "true") {
		return false
	}
	switch roleOf(n) {
	case "checkbox", "switch", "menuitemcheckbox":
		return false
	}
	return true
}

// isDistinct reports whether n alone differs in its class from its siblings of the same tag, as the chosen one of a row
// does.
func isDistinct(n node) bool {
	if !n.parent().ok() {
		return false
	}
	own, others, class, seen := n.attr(nameClass), 0, []byte(nil), 0
	for c := n.parent().first(); c.ok(); c = c.next() {
		if seen++; seen > maxSiblings {
			return false
		}
		if c == n || c.kind() != kindElement || !c.sameTag(n) {
			continue
		}
		if other := c.attr(nameClass); others == 0 {
			class = other
		} else if !bytes.Equal(other, class) {
			return false
		}
		others++
	}
	return others >= 2 && !bytes.Equal(class, own)
}
