package rrweb

import (
	"strings"
	"testing"

	"github.com/rankle/rankle/replay"
)

// TestDescribed: an element that a reader of another format describes is a target of its own, on one screen the same one
// every time, and gives way to the element in the tree.
func TestDescribed(t *testing.T) {
	touch := func(ms int, id int, element string) string {
		return at(ms, typeIncremental, `{"source":2,"type":2,"id":`+string(rune('0'+id))+`,"x":5,"y":6,"pointerType":2,"element":`+element+`}`)
	}
	pay := `{"tag":"UIButton","role":"Button","label":"Pay jane@example.com","selector":"","more":[1]}`
	s := read(t,
		metaAt(0, "https://a.example/cart"), pageAt(1, "p", "button"),
		touch(10, 0, pay), touch(20, 0, pay), touch(30, 0, `{"role":"textbox","selector":"#name"}`), touch(40, 5, pay),
		metaAt(50, "https://a.example/done"), touch(60, 0, pay), touch(70, 0, `{}`))
	var got []string
	for _, e := range s.Events {
		if e.Kind != replay.Click {
			continue
		}
		if e.Target < 0 {
			got = append(got, "nothing")
			continue
		}
		tg := s.Targets[e.Target]
		if e.Node != tg.Node || s.Nodes[e.Node].Target != e.Target {
			t.Errorf("click at %v: node %d is not that of target %d", e.At, e.Node, e.Target)
		}
		got = append(got, strings.Join([]string{string(rune('A' + int(e.Target))), tg.Tag, tg.Role, tg.Label, tg.Selector, tg.Path}, "|"))
	}
	want := []string{
		"A|uibutton|button|Pay *@*||uibutton", "A|uibutton|button|Pay *@*||uibutton",
		"B||textbox||#name|#name", "C|button|button||button|body>button",
		"D|uibutton|button|Pay *@*||uibutton", "nothing",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if traits := s.Targets[0].Traits; traits != replay.Actionable {
		t.Errorf("a button has the traits %b", traits)
	}
	if traits := s.Targets[1].Traits; traits != replay.Actionable|replay.TextEntry {
		t.Errorf("a text box has the traits %b", traits)
	}
}

// TestMaskerInteraction: of a mouse interaction a clip holds what the player needs, and nothing that names the element.
func TestMaskerInteraction(t *testing.T) {
	m := NewMasker(Options{})
	for data, want := range map[string]string{
		`{"source":2,"type":2,"id":5,"x":1.5,"y":2,"pointerType":2,"element":{"label":"secret"},"text":"secret"}`: `{"source":2,"type":2,"id":5,"x":1.5,"y":2,"pointerType":2}`,
		`{"source":2,"type":5,"id":5,"x":null}`: `{"source":2,"type":5,"id":5}`,
		`{"source":5,"id":5,"isChecked":false}`: `{"source":5,"id":5,"isChecked":false,"text":""}`,
	} {
		got, ok := m.Append(nil, Event{Type: typeIncremental, Time: 1, Data: []byte(data)})
		if whole := `{"type":3,"timestamp":1,"data":` + want + `}`; !ok || string(got) != whole {
			t.Errorf("%s\n got %s\nwant %s", data, got, whole)
		}
	}
}

// TestInputLength: a value that was not recorded has no length.
func TestInputLength(t *testing.T) {
	s := read(t, metaAt(0, "https://a.example/"), pageAt(1, "input"),
		at(10, typeIncremental, `{"source":5,"id":4,"text":"****"}`), at(20, typeIncremental, `{"source":5,"id":4,"text":""}`),
		at(30, typeIncremental, `{"source":5,"id":4}`))
	var got []int32
	for _, e := range s.Events {
		if e.Kind == replay.Input {
			got = append(got, e.Detail)
		}
	}
	if len(got) != 3 || got[0] != 4 || got[1] != 0 || got[2] != replay.NoIndex {
		t.Errorf("lengths %v, want 4, 0 and none", got)
	}
}
