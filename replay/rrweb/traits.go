package rrweb

import (
	"strings"

	"github.com/rankle/rankle/replay"
)

// maxArrival bounds how many nodes of an added or removed subtree are searched for roles: what a subtree is shows at
// its top, or in the few wrappers that libraries put around it.
const maxArrival = 200

// arrivalTraits says what an added or removed subtree is, by the roles in it.
func arrivalTraits(n *node) replay.ChangeTraits {
	var traits replay.ChangeTraits
	seen := 0
	n.walk(func(m *node) bool {
		switch {
		case m.kind == kindElement:
			traits |= roleTraits(m)
		case m.kind == kindText && traits&replay.ChangeText == 0 && !m.unread() && strings.TrimSpace(m.text) != "":
			traits |= replay.ChangeText
		}
		seen++
		return seen < maxArrival
	})
	return traits
}

// unread reports whether a text node is no text to read: part of a style sheet, a script or a drawing.
func (n *node) unread() bool {
	return n.parent != nil && (n.parent.ownsNoText || n.parent.svg)
}

// roleTraits grades one element by role, tag and state attributes. No class names and no words: they differ per
// application and language.
func roleTraits(n *node) replay.ChangeTraits {
	var traits replay.ChangeTraits
	switch n.attr("role") {
	case "progressbar":
		traits |= replay.ChangeBusy
	case "status":
		// A status that says something ("added to cart") is an answer. A spinner has no text of its own, only some for
		// screen readers further down, and does not name how it wants to be read out.
		if !n.has("aria-live") && !n.has("aria-atomic") && !hasOwnText(n) {
			traits |= replay.ChangeBusy
		}
	case "alert":
		traits |= replay.ChangeInvalid
	case "dialog", "alertdialog", "menu", "listbox", "tooltip":
		traits |= replay.ChangeDialog
	}
	if n.attr("aria-busy") == "true" || n.tag == "progress" {
		traits |= replay.ChangeBusy
	}
	if v := n.attr("aria-invalid"); v != "" && v != "false" {
		traits |= replay.ChangeInvalid
	}
	if n.attr("aria-live") == "assertive" {
		traits |= replay.ChangeInvalid
	}
	if n.tag == "dialog" || n.has("popover") || n.attr("aria-modal") == "true" {
		traits |= replay.ChangeDialog
	}
	return traits
}

// hasOwnText reports whether a child of n is text.
func hasOwnText(n *node) bool {
	seen := 0
	for c := n.first; c != nil && seen < maxArrival; c, seen = c.next, seen+1 {
		if c.kind == kindText && strings.TrimSpace(c.text) != "" {
			return true
		}
	}
	return false
}

// maxLiveDepth is how far up a live region is looked for from a changed text: they wrap a few inline elements.
const maxLiveDepth = 4

// textTraits grades a changed text by the live region that it lies in.
func textTraits(n *node) replay.ChangeTraits {
	if n.parent != nil && n.parent.tag == "style" {
		return replay.ChangeCursor
	}
	for up, depth := n.parent, 0; up != nil && depth < maxLiveDepth; up, depth = up.parent, depth+1 {
		if up.kind != kindElement {
			break
		}
		if traits := roleTraits(up) & (replay.ChangeBusy | replay.ChangeInvalid); traits != 0 {
			return traits
		}
	}
	return 0
}

// attributeTraits grades a changed attribute; n still has its old attributes.
func (c *changes) attributeTraits(n *node, a attrChange) replay.ChangeTraits {
	switch a.key {
	case "class":
		if isField(n) && complains(a.value) && !complains(n.attr("class")) {
			return replay.ChangeCursor | replay.ChangeInvalid
		}
		return replay.ChangeCursor | roleTraits(n)&replay.ChangeDialog
	case "style", "_csstext":
		return replay.ChangeCursor | roleTraits(n)&replay.ChangeDialog
	case "aria-busy":
		return replay.ChangeBusy
	case "disabled", "aria-disabled":
		if c.w.pressed == n { // a control that locks itself while it works
			return replay.ChangeBusy
		}
	case "aria-invalid":
		if !a.gone && a.value != "false" {
			return replay.ChangeInvalid
		}
	case "open", "hidden", "aria-hidden":
		return roleTraits(n) & (replay.ChangeDialog | replay.ChangeInvalid | replay.ChangeBusy)
	}
	return 0
}

func isField(n *node) bool {
	return n.tag == "input" || n.tag == "select" || n.tag == "textarea"
}

// complains looks for the one class word on which style sheets for form fields agree, after the CSS pseudo class
// :invalid ("is-invalid", "ng-invalid", "mat-form-field-invalid").
func complains(class string) bool {
	for _, word := range strings.Fields(class) {
		if word == "invalid" || strings.HasSuffix(word, "-invalid") || strings.HasSuffix(word, "--invalid") {
			return true
		}
	}
	return false
}
