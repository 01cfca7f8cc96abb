package rrweb

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rankle/rankle/replay"
)

// roleOf returns the explicit role of an element, else the one that HTML implies (HTML-AAM).
func roleOf(n node) string {
	if n.has(nameRole) {
		for r := range bytes.FieldsSeq(n.attr(nameRole)) {
			return strings.ToLower(n.d.words.of(r))
		}
	}
	switch n.tag() {
	case "button", "summary":
		return "button"
	case "a", "area":
		if n.has(nameHref) {
			return "link"
		}
	case "select":
		if n.has(nameMultiple) {
			return "listbox"
		}
		return "combobox"
	case "textarea":
		return "textbox"
	case "option":
		return "option"
	case "img":
		return "img"
	case "dialog":
		return "dialog"
	case "nav":
		return "navigation"
	case "main":
		return "main"
	case "form":
		return "form"
	case "h1", "h2", "h3", "h4", "h5", "h6":
		return "heading"
	case "input":
		return inputRole(string(n.attr(nameType)))
	}
	if isTextEntry(n) {
		return "textbox"
	}
	return ""
}

func inputRole(typ string) string {
	switch strings.ToLower(typ) {
	case "button", "submit", "reset", "image":
		return "button"
	case "checkbox":
		return "checkbox"
	case "radio":
		return "radio"
	case "range":
		return "slider"
	case "number":
		return "spinbutton"
	case "search":
		return "searchbox"
	case "", "text", "email", "tel", "url", "password":
		return "textbox"
	}
	return ""
}

func isTextEntry(n node) bool {
	switch n.tag() {
	case "textarea":
		return true
	case "input":
		switch strings.ToLower(string(n.attr(nameType))) {
		case "", "text", "email", "tel", "url", "password", "search", "number":
			return true
		}
		return false
	}
	if r := string(n.attr(nameRole)); r == "textbox" || r == "searchbox" {
		return true
	}
	return n.has(nameContentEditable) && !n.is(nameContentEditable, "false")
}

// traitsOf collects the facts that decide how a press on n is judged.
func traitsOf(n node) replay.Traits {
	var t replay.Traits
	set := func(bit replay.Traits, is bool) {
		if is {
			t |= bit
		}
	}
	blind := isBlind(n)
	set(replay.Actionable, isActionable(n) && !blind)
	set(replay.TextEntry, isTextEntry(n))
	set(replay.NativePicker, isPicker(n))
	set(replay.Outward, isOutward(n))
	set(replay.Blind, blind)
	set(replay.Blocked, n.has(nameBlockWidth) && n.has(nameBlockHeight))
	set(replay.Toggle, isToggle(n))
	set(replay.SVG, n.svg() || n.tag() == "svg")
	form := formOf(n)
	set(replay.InForm, form.ok())
	set(replay.Submit, isSubmit(n, form))
	return t
}

func isBlind(n node) bool {
	switch n.tag() {
	case "canvas", "video", "audio", "embed", "object":
		return true
	case "iframe", "frame":
		for c := n.first(); c.ok(); c = c.next() {
			if c.kind() == kindDocument {
				return false
			}
		}
		return true
	}
	return false
}

func isPicker(n node) bool {
	if n.tag() == "select" || n.tag() == "option" {
		return true
	}
	if n.tag() != "input" {
		return false
	}
	switch string(n.attr(nameType)) {
	case "file", "date", "datetime-local", "month", "week", "time", "color":
		return true
	}
	return false
}

// fileSuffixes are endings of links that browsers open or save outside the page.
var fileSuffixes = []string{".pdf", ".zip", ".csv", ".xls", ".xlsx", ".doc", ".docx", ".ppt", ".pptx", ".dmg", ".exe", ".ics", ".apk"}

func isOutward(n node) bool {
	if n.has(nameDownload) {
		return true
	}
	if target := strings.ToLower(string(n.attr(nameTarget))); target != "" && target != "_self" && target != "_top" && target != "_parent" {
		return true
	}
	href := strings.ToLower(string(n.attr(nameHref)))
	for _, scheme := range []string{"mailto:", "tel:", "sms:", "blob:"} {
		if strings.HasPrefix(href, scheme) {
			return true
		}
	}
	href, _, _ = strings.Cut(href, "?")
	for _, suffix := range fileSuffixes {
		if strings.HasSuffix(href, suffix) {
			return true
		}
	}
	return false
}

func isToggle(n node) bool {
	switch roleOf(n) {
	case "checkbox", "radio", "switch", "tab", "option", "menuitemcheckbox", "menuitemradio":
		return true
	}
	return n.has(nameAriaPressed) || n.has(nameAriaExpanded) || n.tag() == "summary"
}

func formOf(n node) node {
	for up := n.parent(); up.ok() && up.kind() != kindDocument; up = up.parent() {
		if up.tag() == "form" {
			return up
		}
	}
	if id := string(n.attr(nameForm)); id != "" {
		return findByAttr(n, "form", nameID_, id)
	}
	return node{}
}

// isSubmit: a submit control; a button without a type inside a form submits it as well (HTML).
func isSubmit(n, form node) bool {
	typ := strings.ToLower(string(n.attr(nameType)))
	switch n.tag() {
	case "input":
		return typ == "submit" || typ == "image"
	case "button":
		return typ == "submit" || (typ == "" && form.ok())
	}
	return false
}

// landmarkRoles are the regions that a structural path starts from.
var landmarkRoles = map[string]bool{"main": true, "navigation": true, "banner": true, "contentinfo": true,
	"complementary": true, "search": true, "form": true, "dialog": true, "alertdialog": true}

func isLandmark(n node) bool {
	switch n.tag() {
	case "main", "nav", "header", "footer", "aside", "form", "dialog", "body":
		return true
	}
	return n.has(nameRole) && landmarkRoles[string(n.attr(nameRole))]
}

const (
	// maxSteps bounds both paths, in elements.
	maxSteps = 24
	// pathLen is the room for a path, in bytes; longer ones get more.
	pathLen = 256
	// maxSelector is how many elements a selector for people names.
	maxSelector = 4
	// listRows is the number of like siblings from which on they are rows of a list, whose position says nothing.
	listRows = 4
	// maxSiblings bounds the look at siblings.
	maxSiblings = 400
)

// structure is the path from the nearest landmark by tags, input types and explicit roles. Positions tell apart up to
// three like siblings; rows of lists have none, so that the same control in every row has the same path.
func structure(n node) string {
	var steps [maxSteps]node
	count := 0
	for up := n; up.ok() && up.kind() != kindDocument && count < maxSteps; up = up.parent() {
		if up.kind() == kindElement {
			steps[count] = up
			count++
			if isLandmark(up) && up != n {
				break
			}
		}
	}
	var memory [pathLen]byte
	out := memory[:0]
	for i := count - 1; i >= 0; i-- {
		up := steps[i]
		if len(out) > 0 {
			out = append(out, '>')
		}
		out = append(out, up.tag()...)
		kind := up.attr(nameRole)
		if len(kind) == 0 && up.tag() == "input" {
			kind = up.attr(nameType)
		}
		if len(kind) > 0 {
			out = append(appendLower(append(out, '['), kind), ']')
		}
		if up == n || !isLandmark(up) {
			if at, of := position1(up); of > 1 && of < listRows {
				out = strconv.AppendInt(append(out, ':'), int64(at), 10)
			}
		}
	}
	return n.d.words.of(out)
}

// appendLower appends s in lower case.
func appendLower(dst, s []byte) []byte {
	for _, r := range string(s) {
		dst = utf8.AppendRune(dst, unicode.ToLower(r))
	}
	return dst
}

// position1 counts n among its siblings with the same tag, from 1.
func position1(n node) (at, of int) {
	if !n.parent().ok() {
		return 1, 1
	}
	seen := 0
	for c := n.parent().first(); c.ok() && seen < maxSiblings; c, seen = c.next(), seen+1 {
		if c.sameTag(n) {
			of++
			if c == n {
				at = of
			}
		}
	}
	return at, of
}

// selector is a short CSS path for people: the element and the nearest ancestors that have a name.
func selector(n node) string {
	var steps [maxSelector]selectorStep
	count := 0
	for up := n; up.ok() && up.kind() != kindDocument && count < maxSelector; up = up.parent() {
		if up.kind() != kindElement || up.tag() == "html" || (up.tag() == "body" && count > 0) {
			continue
		}
		step := selectorOf(up)
		if up == n || step.name != nil || isLandmark(up) {
			steps[count] = step
			count++
		}
		if up != n && step.mark == '#' {
			break
		}
	}
	var memory [pathLen]byte
	out := memory[:0]
	for i := count - 1; i >= 0; i-- {
		out = append(out, steps[i].tag...)
		if steps[i].name != nil {
			out = append(append(out, steps[i].mark), steps[i].name...)
		}
		if i > 0 {
			out = append(out, " > "...)
		}
	}
	return n.d.words.of(out)
}

// selectorStep is a tag with an id ('#') or a class ('.'), or without either.
type selectorStep struct {
	tag  string
	mark byte
	name []byte
}

func selectorOf(n node) selectorStep {
	if id := n.attr(nameID_); len(id) > 0 && isReadable(id) {
		return selectorStep{n.tag(), '#', id}
	}
	for class := range bytes.FieldsSeq(n.attr(nameClass)) {
		if isReadable(class) {
			return selectorStep{n.tag(), '.', class}
		}
	}
	return selectorStep{tag: n.tag()}
}

// isReadable: written by a person rather than generated, and safe to print: letters, digits, - and _, without three
// digits in it and not too long.
func isReadable(name []byte) bool {
	if len(name) > 40 {
		return false
	}
	digits := 0
	for _, r := range string(name) {
		switch {
		case r >= 'a' && r <= 'z':
		case unicode.IsDigit(r):
			digits++
		case !unicode.IsLetter(r) && r != '-' && r != '_':
			return false
		}
	}
	return digits < 3
}
