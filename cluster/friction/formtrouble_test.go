package friction

import (
	"testing"

	"github.com/rankle/rankle/replay"
)

// TestBesideField: a message stands beside a field in the element that holds both, however it is wrapped; what holds many
// fields is a part of the page, and what holds the pressed button is the form.
func TestBesideField(t *testing.T) {
	s := &replay.Session{}
	node := func(parent replay.NodeID, tag string) replay.NodeID {
		s.Nodes = append(s.Nodes, replay.Node{Parent: parent, Target: replay.NoIndex, Tag: tag})
		return replay.NodeID(len(s.Nodes) - 1)
	}
	field := func(parent replay.NodeID) {
		s.Targets = append(s.Targets, replay.Target{Node: node(parent, "input"), Tag: "input", Traits: replay.TextEntry | replay.InForm})
	}
	form := node(replay.NoIndex, "form")
	button := node(form, "button")
	row := node(form, "p")
	field(row)
	wrapped := row
	for range rowDepth - 1 {
		wrapped = node(wrapped, "div")
	}
	part := node(form, "div")
	for range rowFields + 1 {
		field(part)
	}
	a := &analysis{s: s}
	for _, x := range []struct {
		name    string
		message replay.NodeID
		want    bool
	}{
		{"in the row", node(row, "span"), true},
		{"as text in the row", node(node(row, "span"), "#text"), true},
		{"wrapped", node(wrapped, "span"), true},
		{"wrapped once more", node(node(wrapped, "div"), "span"), false},
		{"in a part of many fields", node(part, "span"), false},
		{"in the form with its button", node(form, "span"), false},
		{"nowhere", replay.NoIndex, false},
	} {
		a.tree = a.tree.of(s.Nodes)
		if got := a.besideField(x.message, button); got != x.want {
			t.Errorf("%s: %v, want %v", x.name, got, x.want)
		}
	}
}
