package rrweb

import (
	"bytes"

	"github.com/rankle/rankle/replay"
)

// maxArrival bounds how many nodes of an added or removed subtree are searched for roles: what a subtree is shows at
// its top, or in the few wrappers that libraries put around it.
const maxArrival = 200

// unread reports whether a text node is no text to read: part of a style sheet, a script or a drawing.
func (n node) unread() bool {
	return n.parent().ok() && (n.parent().ownsNoText() || n.parent().svg())
}

// roleTraits grades one element by role, tag and state attributes. No class names and no words: they differ per
// application and language.
func roleTraits(n node) replay.ChangeTraits {
	var traits replay.ChangeTraits
	if n.plain() {
		return traits
	}
	switch string(n.attr(nameRole)) {
	case "progressbar":
		traits |= replay.ChangeBusy
	case "status":
		// A status that says something ("added to cart") is an answer. A spinner has no text of its own, only some for
		// screen readers further down, and does not name how it wants to be read out.
		if !n.has(nameAriaLive) && !n.has(nameAriaAtomic) && !hasOwnText(n) {
			traits |= replay.ChangeBusy
		}
	case "alert":
		traits |= replay.ChangeInvalid
	case "dialog", "alertdialog", "menu", "listbox", "tooltip":
		traits |= replay.ChangeDialog
	}
	if n.is(nameAriaBusy, "true") || n.tag() == "progress" {
		traits |= replay.ChangeBusy
	}
	if v := n.attr(nameAriaInvalid); len(v) > 0 && string(v) != "false" {
		traits |= replay.ChangeInvalid
	}
	if n.is(nameAriaLive, "assertive") {
		traits |= replay.ChangeInvalid
	}
	if n.tag() == "dialog" || n.has(namePopover) || n.is(nameAriaModal, "true") {
		traits |= replay.ChangeDialog
	}
	return traits
}

// plain reports whether there is nothing of n that roleTraits looks at, as of nearly all elements.
func (n node) plain() bool {
	c := n.cell()
	tag := n.d.names.list[c.tag].lower
	return c.has[0]&spokenAttrs[0]|c.has[1]&spokenAttrs[1] == 0 && tag != nameProgress && tag != nameDialog
}

// arrivalTraits grades one element of a subtree that comes or goes. A dialog that is not open waits in its page to be opened:
// nobody sees it come or go.
func arrivalTraits(n node) replay.ChangeTraits {
	if n.tag() == "dialog" && !n.has(nameOpen) {
		return roleTraits(n) &^ replay.ChangeDialog
	}
	return roleTraits(n)
}

// spokenAttrs are the attributes that roleTraits looks at.
var spokenAttrs = attrSetOf{
	1<<nameRole | 1<<namePopover,
	1<<(nameAriaBusy-32) | 1<<(nameAriaInvalid-32) | 1<<(nameAriaLive-32) | 1<<(nameAriaModal-32),
}

// hasOwnText reports whether a child of n is text.
func hasOwnText(n node) bool {
	seen := 0
	for c := n.first(); c.ok() && seen < maxArrival; c, seen = c.next(), seen+1 {
		if c.kind() == kindText && len(bytes.TrimSpace(c.text())) > 0 {
			return true
		}
	}
	return false
}

// maxLiveDepth is how far up a live region is looked for from a changed text: they wrap a few inline elements.
const maxLiveDepth = 4

// textTraits grades a changed text by the live region that it lies in.
func textTraits(n node) replay.ChangeTraits {
	if n.parent().ok() && n.parent().tag() == "style" {
		return replay.ChangeCursor
	}
	for up, depth := n.parent(), 0; up.ok() && depth < maxLiveDepth; up, depth = up.parent(), depth+1 {
		if up.kind() != kindElement {
			break
		}
		if traits := roleTraits(up) & (replay.ChangeBusy | replay.ChangeInvalid); traits != 0 {
			return traits
		}
	}
	return 0
}

// attributeTraits grades a changed attribute; n still has its old attributes.
func (c *batchPlayer) attributeTraits(n node, a *attrChange, value []byte) replay.ChangeTraits {
	switch c.facts.names.list[a.name].lower {
	case nameClass:
		if isField(n) && complains(value) && !complains(n.attr(nameClass)) {
			return replay.ChangeCursor | replay.ChangeInvalid
		}
		return replay.ChangeCursor | roleTraits(n)&replay.ChangeDialog
	case nameStyle, nameCSSText:
		return replay.ChangeCursor | roleTraits(n)&replay.ChangeDialog
	case nameAriaBusy:
		return replay.ChangeBusy
	case nameDisabled, nameAriaDisabled:
		if c.w.pressed == n { // a control that locks itself while it works
			return replay.ChangeBusy
		}
	case nameAriaInvalid:
		if !a.gone && string(value) != "false" {
			return replay.ChangeInvalid
		}
	case nameOpen, nameHidden, nameAriaHidden:
		return roleTraits(n) & (replay.ChangeDialog | replay.ChangeInvalid | replay.ChangeBusy)
	}
	return 0
}

func isField(n node) bool {
	return n.tag() == "input" || n.tag() == "select" || n.tag() == "textarea"
}

// complains looks for the one class word on which style sheets for form fields agree, after the CSS pseudo class
// :invalid ("is-invalid", "ng-invalid", "mat-form-field-invalid").
func complains(class []byte) bool {
	if !bytes.Contains(class, []byte("invalid")) {
		return false
	}
	for word := range bytes.FieldsSeq(class) {
		if string(word) == "invalid" || bytes.HasSuffix(word, []byte("-invalid")) {
			return true
		}
	}
	return false
}
