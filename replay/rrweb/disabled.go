package rrweb

import (
	"bytes"
	"strings"

	"github.com/rankle/rankle/replay"
)

// Pages switch controls off in more ways than the attribute: by the fieldset or the component around them (HTML), for all that
// lies in an element (ARIA), and by a class for what is no form control at all.

// isDisabled reports whether a control is switched off: by its own attributes or class, by a disabled fieldset around it
// (except in its first legend), by an element around it of which ARIA says so for all that it holds, or by its component.
func isDisabled(n node) bool {
	if n.has(nameDisabled) || n.is(nameAriaDisabled, "true") || greyed(n.attr(nameClass), true) {
		return true
	}
	if !isActionable(n) {
		return false // what lies around a control says nothing of plain things
	}
	formControl := isField(n) || n.tag() == "button"
	var legend node
	depth := 0
	for up := n.parent(); up.ok() && up.kind() != kindDocument; up = up.parent() {
		if up.kind() != kindElement {
			continue
		}
		depth++
		if depth > wrapperDepth && !up.has(nameDisabled) && !up.has(nameAriaDisabled) && !up.isLegend() {
			continue // as nearly all
		}
		switch {
		case up.is(nameAriaDisabled, "true"), depth <= wrapperDepth && greyed(up.attr(nameClass), false),
			up.has(nameDisabled) && strings.Contains(up.tag(), "-"):
			return true
		case up.isLegend():
			legend = up
		case up.tag() == "fieldset" && formControl && up.has(nameDisabled) && !isFirstLegend(up, legend):
			return true
		}
	}
	return false
}

// wrapperDepth is how far around a control the wrapper is looked for that carries its class: the item of a list of pages, the
// label of a drawn box.
const wrapperDepth = 2

// greyed looks for the class word on which style sheets agree for what the attribute cannot switch off, links and items: it is
// called like the pseudo class :disabled ("disabled", "is-disabled"), in frameworks with a name before ("ui-state-disabled",
// "btn--disabled"). Around a control only the plain words count: there others say what is off, as "animations-disabled" does.
func greyed(class []byte, own bool) bool {
	if !bytes.Contains(class, []byte("disabled")) {
		return false
	}
	for word := range bytes.FieldsSeq(class) {
		if name, ok := bytes.CutSuffix(word, []byte("disabled")); ok && (len(name) == 0 || string(name) == "is-" || own && bytes.HasSuffix(name, []byte("-"))) {
			return true
		}
	}
	return false
}

// letsThrough returns the one switched-off control that lies in n, if n is a mere box: style sheets often take such controls
// out of the way of the pointer, so that a press on one is a press on what holds it.
func letsThrough(n node) node {
	if n.kind() != kindElement || hasOwnText(n) {
		return node{}
	}
	var off node
	seen := 0
	for c := n.first(); c.ok() && seen < maxSiblings; c, seen = c.next(), seen+1 {
		if c.kind() != kindElement || !isActionable(c) || !isDisabled(c) {
			continue
		}
		if off.ok() {
			return node{} // which of them?
		}
		off = c
	}
	return off
}

// presses reports whether an event is part of a press.
func presses(kind replay.Kind) bool {
	return kind == replay.PointerDown || kind == replay.PointerUp || kind == replay.Click
}

func (n node) isLegend() bool { return n.d.names.list[n.cell().tag].lower == nameLegend }

func isFirstLegend(fieldset, legend node) bool {
	if !legend.ok() || legend.parent() != fieldset {
		return false
	}
	for c := fieldset.first(); c.ok(); c = c.next() {
		if c.isLegend() {
			return c == legend
		}
	}
	return false
}
