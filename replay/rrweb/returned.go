package rrweb

import (
	"github.com/rankle/rankle/replay"
)

// A server that refuses a form answers with another page on which the same form stands again, with words beside the fields
// that are wrong. Nothing of the new page has changed, so that no mutation tells of the words; they show by what stood in the
// form before it was sent for the first time. Where scripts put what the server drew into the page that is there (Turbo, htmx,
// Livewire), the form goes and comes in one batch, which tells as little.

// sentForm is the form of a window that was sent last, as often as it came back.
type sentForm struct {
	fields uint64          // which form it is: the hash of its fields, 0 = none
	before map[uint64]bool // what stood in it before it was sent for the first time
}

const (
	// maxFormNodes bounds the nodes of a form that are looked at: long forms have a few hundred, lists of countries included.
	maxFormNodes = 4000
	// maxReturned bounds what is reported of one form; nobody fills in more fields at once.
	maxReturned = 64
)

// returned appends what the page now says in a form that was in use before and went (or in none): words beside a field and
// fields marked as wrong that were not there before. It returns the index of the batch, or NoIndex.
func (p *player) returned(w *window, form node) int32 {
	again := node{}
	var fields uint64
	if form.ok() {
		if fields = fieldsOf(form); fields != 0 {
			again = findForm(w.tree.root, fields)
		}
	}
	if !again.ok() {
		w.sent = sentForm{}
		return replay.NoIndex
	}
	if w.sent.fields != fields {
		w.sent = sentForm{fields: fields, before: map[uint64]bool{}}
		eachSaid(form, func(_ node, said uint64) { w.sent.before[said] = true })
	}
	first := len(p.changes)
	eachSaid(again, func(n node, said uint64) {
		if w.sent.before[said] || len(p.changes)-first == maxReturned {
			return
		}
		ch := replay.Change{Kind: replay.Added, Node: p.node(w, n), Size: 1, State: said, Traits: replay.ChangeText}
		if n.kind() == kindElement {
			ch = replay.Change{Kind: replay.AttributeChanged, Node: ch.Node, Size: 1, State: said, Attr: "aria-invalid", Traits: replay.ChangeInvalid}
		}
		if ch.Parent = replay.NoIndex; ch.Node >= 0 {
			ch.Parent = p.nodes[ch.Node].Parent
		}
		p.changes = append(p.changes, ch)
	})
	if len(p.changes) == first {
		w.sent = sentForm{} // it was taken, and is empty for the next time
		return replay.NoIndex
	}
	p.batches = append(p.batches, replay.Mutation{Changes: p.changes[first:], Nodes: int32(len(p.changes) - first)})
	return int32(len(p.batches) - 1)
}

// takesValue reports whether n is a field that a person fills in.
func takesValue(n node) bool {
	return isTextEntry(n) || n.tag() == "select" || n.tag() == "input" && isPicker(n)
}

// fieldsOf hashes the names of the fields of a form, 0 if it has none.
func fieldsOf(form node) uint64 {
	h, seen, fields := uint64(hashSeed), 0, 0
	for n := form; n.ok() && seen < maxFormNodes; n, seen = n.after(form), seen+1 {
		if takesValue(n) {
			h = hash(hash(hash(mixed(h, n.tagSum()), n.attr(nameType)), n.attr(nameName)), n.attr(nameID_))
			fields++
		}
	}
	if fields == 0 {
		return 0
	}
	return h
}

// findForm returns the form with the given fields, or none.
func findForm(root node, fields uint64) node {
	for n := root; n.ok(); n = n.after(root) {
		if n.tag() == "form" && fieldsOf(n) == fields {
			return n
		}
	}
	return node{}
}

// eachSaid calls f with each text that stands beside a field of a form and with each field that is marked as wrong, and with a
// hash of it. Beside a field is what lies with it in an element that does not hold all fields. Numbers do not tell texts
// apart: how many letters are left is said anew all the time.
func eachSaid(form node, f func(n node, said uint64)) {
	rows := map[int32]int{} // elements below the form by how many fields they hold
	fields, seen := 0, 0
	for n := form; n.ok() && seen < maxFormNodes; n, seen = n.after(form), seen+1 {
		if !takesValue(n) {
			continue
		}
		fields++
		for up := n.parent(); up.ok() && up != form; up = up.parent() {
			rows[up.i]++
		}
		if v := n.attr(nameAriaInvalid); len(v) > 0 && string(v) != "false" || complains(n.attr(nameClass)) {
			f(n, hash(hash(hashSeed, n.attr(nameName)), n.attr(nameID_)))
		}
	}
	seen = 0
	for n := form; n.ok() && seen < maxFormNodes; n, seen = n.after(form), seen+1 {
		if n.kind() != kindText || n.unread() {
			continue
		}
		row := n.parent()
		switch row.tag() {
		case "textarea", "option", "button":
			continue
		}
		for row.ok() && row != form && rows[row.i] == 0 {
			row = row.parent()
		}
		if !row.ok() || row == form || fields > 1 && rows[row.i] == fields {
			continue
		}
		if said, ok := spoken(n.text()); ok {
			f(n, said)
		}
	}
}

// spoken hashes a text without its digits and spaces, and reports whether anything is left.
func spoken(text []byte) (uint64, bool) {
	h, some := uint64(hashSeed), false
	for _, c := range text {
		switch {
		case '0' <= c && c <= '9', c == ' ', c == '\n', c == '\t', c == '\r':
		default:
			h, some = mixed(h, uint64(c)), true
		}
	}
	return h, some
}
