package rrweb

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rankle/rankle/replay"
)

// bodyAt is a full snapshot whose body holds the given nodes.
func bodyAt(ms int, nodes string) string {
	return at(ms, typeFullSnapshot, `{"node":{"type":0,"id":1,"childNodes":[{"type":2,"tagName":"html","attributes":{},"id":2,"childNodes":[{"type":2,"tagName":"body","attributes":{},"id":3,"childNodes":[`+
		nodes+`]}]}]},"initialOffset":{"left":0,"top":0}}`)
}

func mutationAt(ms int, texts, attributes, removes, adds string) string {
	return at(ms, typeIncremental, fmt.Sprintf(`{"source":0,"texts":[%s],"attributes":[%s],"removes":[%s],"adds":[%s]}`, texts, attributes, removes, adds))
}

// TestWas: a change says what was there before, so that going back can be told from going on.
func TestWas(t *testing.T) {
	label := `{"type":3,"textContent":"Save","id":5}`
	button := `{"type":2,"tagName":"button","attributes":{"aria-pressed":"false"},"id":4,"childNodes":[` + label + `]}`
	s := read(t, metaAt(0, "https://x/"), bodyAt(10, button),
		mutationAt(20, "", `{"id":4,"attributes":{"aria-pressed":"true","data-x":"1"}}`, `{"parentId":4,"id":5}`,
			`{"parentId":4,"nextId":null,"node":{"type":3,"textContent":"Saving","id":6}}`),
		mutationAt(30, "", `{"id":4,"attributes":{"aria-pressed":"false","data-x":null}}`, `{"parentId":4,"id":6}`,
			`{"parentId":4,"nextId":null,"node":{"type":3,"textContent":"Save","id":7}}`),
		mutationAt(40, `{"id":7,"value":"Saved"}`, "", "", ""),
		mutationAt(50, `{"id":7,"value":"Save"}`, "", "", ""))
	find := func(m int, kind replay.ChangeKind, attr string) replay.Change {
		for _, c := range s.Mutations[m].Changes {
			if c.Kind == kind && c.Attr == attr {
				return c
			}
		}
		t.Fatalf("mutation %d has no change of kind %d %q", m, kind, attr)
		return replay.Change{}
	}
	there, back := find(0, replay.AttributeChanged, "aria-pressed"), find(1, replay.AttributeChanged, "aria-pressed")
	if there.Was != back.State || back.Was != there.State || there.Traits&replay.ChangeKnown == 0 {
		t.Errorf("attribute: %+v, then %+v", there, back)
	}
	if x := find(0, replay.AttributeChanged, "data-x"); x.Traits&replay.ChangeKnown != 0 {
		t.Errorf("the reader keeps no data-x and claims to know what it was: %+v", x)
	}
	if gone, again := find(0, replay.Removed, ""), find(1, replay.Added, ""); gone.Was == 0 || gone.Was != again.State {
		t.Errorf("label %+v, and the same again %+v", gone, again)
	}
	if on, off := find(2, replay.TextChanged, ""), find(3, replay.TextChanged, ""); on.Was != off.State || off.Was != on.State {
		t.Errorf("text %+v, then %+v", on, off)
	}
}

// TestUnchangedBox: applications set a box back that the browser has just switched; the recorder reports it all the same.
func TestUnchangedBox(t *testing.T) {
	box := `{"type":2,"tagName":"input","attributes":{"type":"checkbox"},"id":4,"childNodes":[]}`
	input := func(ms int, checked bool) string {
		return at(ms, typeIncremental, fmt.Sprintf(`{"source":5,"text":"on","isChecked":%v,"id":4}`, checked))
	}
	s := read(t, metaAt(0, "https://x/"), bodyAt(10, box), input(20, false), input(30, true), input(40, true), input(50, false))
	var got []bool
	for _, e := range s.Events {
		if e.Kind == replay.Input {
			got = append(got, e.Flags.Has(replay.FlagUnchanged))
		}
	}
	if want := []bool{true, false, true, false}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("unchanged: %v, want %v", got, want)
	}
}

// TestMaskedValue: what a recorder put in place of a value is known by its asterisks; an emptied field hides nothing.
func TestMaskedValue(t *testing.T) {
	field := `{"type":2,"tagName":"input","attributes":{"type":"text"},"id":4,"childNodes":[]}`
	for text, want := range map[string]bool{"*": true, "******": true, "": false, "4*": false, "Kiel": false} {
		s := read(t, metaAt(0, "https://x/"), bodyAt(10, field), at(20, typeIncremental, fmt.Sprintf(`{"source":5,"text":%q,"isChecked":false,"id":4}`, text)))
		if got := s.Events[len(s.Events)-1].Flags.Has(replay.FlagMasked); got != want {
			t.Errorf("%q: masked %v, want %v", text, got, want)
		}
	}
}

// TestChosen: a radio stays chosen when it is pressed, a box does not.
func TestChosen(t *testing.T) {
	click := at(20, typeIncremental, `{"source":2,"type":2,"id":4,"x":1,"y":1}`)
	for typ, want := range map[string]bool{"radio": true, "checkbox": false} {
		s := read(t, metaAt(0, "https://x/"), bodyAt(10, `{"type":2,"tagName":"input","attributes":{"type":"`+typ+`","checked":true},"id":4,"childNodes":[]}`), click)
		if got := s.Events[len(s.Events)-1].Flags.Has(replay.FlagChecked); got != want {
			t.Errorf("checked %s: chosen %v, want %v", typ, got, want)
		}
	}
}

// TestLinkToNowhere: a link that only a handler gives a meaning leads nowhere, and not to the page it is on.
func TestLinkToNowhere(t *testing.T) {
	for href, want := range map[string]string{"https://x/help": "/help", "https://x/#": "", "#": "", "javascript:void(0)": "", "https://x/#/cart": "/#/cart"} {
		s := read(t, metaAt(0, "https://x/"), bodyAt(10, `{"type":2,"tagName":"a","attributes":{"href":"`+href+`"},"id":4,"childNodes":[]}`),
			at(20, typeIncremental, `{"source":2,"type":2,"id":4,"x":1,"y":1}`))
		if got := s.Targets[0].Href; got != want {
			t.Errorf("%s leads to %q, want %q", href, got, want)
		}
	}
}

// TestComponent: what a web component draws for itself is called by the component, unless it draws several controls.
func TestComponent(t *testing.T) {
	inner := func(id int) string {
		return fmt.Sprintf(`{"type":2,"tagName":"button","isShadow":true,"attributes":{},"id":%d,"childNodes":[{"type":2,"tagName":"slot","attributes":{},"id":%d,"childNodes":[]}]}`, id, id+1)
	}
	host := func(kids string) string {
		return `{"type":2,"tagName":"x-button","isShadowHost":true,"attributes":{"id":"send","data-testid":"send-button"},"id":4,"childNodes":[` + kids + `,{"type":3,"textContent":"Send","id":5}]}`
	}
	for name, tc := range map[string]struct{ kids, id, test, label string }{
		"one control":  {inner(6), "send", "send-button", "Send"},
		"two controls": {inner(6) + "," + inner(8), "", "", ""},
	} {
		s := read(t, metaAt(0, "https://x/"), bodyAt(10, host(tc.kids)), at(20, typeIncremental, `{"source":2,"type":2,"id":7,"x":1,"y":1}`))
		if x := s.Targets[0]; x.Tag != "button" || x.ID != tc.id || x.TestID != tc.test || x.Label != tc.label {
			t.Errorf("%s: %+v", name, x)
		}
	}
}

// TestDistinct: the chosen one of a row differs from all others, which do not differ from each other.
func TestDistinct(t *testing.T) {
	for classes, want := range map[[3]string]bool{
		{"dot", "dot on", "dot"}:    true,
		{"dot", "dot", "dot"}:       false,
		{"save", "cancel", "print"}: false,
	} {
		row := ""
		for i, class := range classes {
			row += fmt.Sprintf(`,{"type":2,"tagName":"span","attributes":{"class":"%s"},"id":%d,"childNodes":[]}`, class, 4+i)
		}
		s := read(t, metaAt(0, "https://x/"), bodyAt(10, row[1:]), at(20, typeIncremental, `{"source":2,"type":2,"id":5,"x":1,"y":1}`))
		if got := s.Events[len(s.Events)-1].Flags.Has(replay.FlagDistinct); got != want {
			t.Errorf("%v: distinct %v, want %v", classes, got, want)
		}
	}
}

// TestReload: a page that is loaded again looks like a checkout of itself; what tells them apart is when it comes, and
// whether the ids of what was added are still there.
func TestReload(t *testing.T) {
	page := `{"type":2,"tagName":"p","attributes":{},"id":4,"childNodes":[]},{"type":2,"tagName":"b","attributes":{},"id":5,"childNodes":[]}`
	press := func(ms int) string { return at(ms, typeIncremental, `{"source":2,"type":2,"id":4,"x":1,"y":1}`) }
	added := mutationAt(200, "", "", "", `{"parentId":3,"nextId":4,"node":{"type":2,"tagName":"i","attributes":{},"id":6,"childNodes":[]}}`)
	kept := `{"type":2,"tagName":"i","attributes":{},"id":6,"childNodes":[]},` + page
	for name, tc := range map[string]struct {
		before []string
		ms     int
		page   string
		want   bool
	}{
		"right behind an event":             {[]string{press(12000)}, 12005, page, false},
		"out of nothing":                    {[]string{press(10000)}, 12000, page, true},
		"by the timer of a minute":          {[]string{press(58000)}, 60010, page, false},
		"what was added is still there":     {[]string{added, press(12000)}, 12005, kept, false},
		"what was added is gone":            {[]string{added, press(12000)}, 12005, page, true},
		"what was added, after a long time": {[]string{added, press(10000)}, 12000, kept, false},
	} {
		events := append([]string{metaAt(0, "https://x/"), bodyAt(10, page)}, tc.before...)
		s := read(t, append(events, metaAt(tc.ms, "https://x/"), bodyAt(tc.ms+1, tc.page))...)
		got := false
		for _, e := range s.Events {
			got = got || e.Kind == replay.Navigate && e.Flags.Has(replay.FlagReload)
		}
		if got != tc.want {
			t.Errorf("%s: reload %v, want %v", name, got, tc.want)
		}
	}
}

// TestSwitchedOffIsAControl: frameworks without native buttons take the role of nothing and the tab order from a control
// that is switched off; what a press inside it meant is still the control. A toolbar says so for its parts.
func TestSwitchedOffIsAControl(t *testing.T) {
	inside := func(id int, attributes string) string {
		return fmt.Sprintf(`{"type":2,"tagName":"div","attributes":{%s},"id":%d,"childNodes":[{"type":2,"tagName":"div","attributes":{},"id":%d,"childNodes":[]}]}`, attributes, id, id+1)
	}
	s := read(t, metaAt(0, "https://x/"), bodyAt(10, inside(10, `"aria-disabled":"true","tabindex":"-1"`)+","+inside(20, `"aria-disabled":"false","tabindex":"-1"`)+
		","+inside(30, `"aria-disabled":"true","role":"toolbar"`)), clickAt(20, 11), clickAt(30, 21), clickAt(40, 31))
	want := []bool{true, false, false}
	for i, e := range clicksOf(s) {
		tg := s.Targets[e.Target]
		if got := tg.Traits.Has(replay.Actionable); got != want[i] || e.Flags.Has(replay.FlagDisabled) != want[i] {
			t.Errorf("press %d: a control %v, switched off %v, want both %v", i, got, e.Flags.Has(replay.FlagDisabled), want[i])
		}
	}
}

// TestSwitchedOff: the ways in which pages switch controls off; each press is on the element with the id 20.
func TestSwitchedOff(t *testing.T) {
	el := func(tag string, id int, attributes, inside string) string {
		return fmt.Sprintf(`{"type":2,"tagName":%q,"attributes":{%s},"id":%d,"childNodes":[%s]}`, tag, attributes, id, inside)
	}
	text := `{"type":3,"textContent":"Save","id":30}`
	for name, x := range map[string]struct {
		page string
		want bool
		on   string // tag of what was meant
	}{
		"by its attribute":                      {el("button", 20, `"disabled":""`, text), true, "button"},
		"not at all":                            {el("button", 20, "", text), false, "button"},
		"by a class":                            {el("a", 20, `"href":"/2","class":"btn disabled"`, text), true, "a"},
		"by the class of a framework":           {el("a", 20, `"href":"/2","class":"ui-button ui-state-disabled"`, text), true, "a"},
		"a class for when it will be":           {el("a", 20, `"href":"/2","class":"disabled:opacity-50 not-disabled-yet"`, text), false, "a"},
		"a plain element by a class":            {el("div", 20, `"class":"is-disabled"`, text), true, "div"},
		"the item of a list of pages":           {el("li", 10, `"class":"page-item disabled"`, el("a", 20, `"href":"#"`, text)), true, "a"},
		"animations around it":                  {el("div", 10, `"class":"animations-disabled"`, el("a", 20, `"href":"#"`, text)), false, "a"},
		"the page far around it":                {el("div", 10, `"class":"disabled"`, el("div", 11, "", el("div", 12, "", el("a", 20, `"href":"#"`, text)))), false, "a"},
		"a tab of which its item says so":       {el("li", 10, `"aria-disabled":"true","role":"tab"`, el("a", 20, `"href":"#a"`, text)), true, "a"},
		"all of a toolbar":                      {el("div", 10, `"aria-disabled":"true","role":"toolbar"`, el("div", 11, "", el("button", 20, "", text))), true, "button"},
		"a button within its component":         {el("x-button", 10, `"disabled":""`, el("button", 20, "", text)), true, "button"},
		"a box around it that is no component":  {el("div", 10, `"disabled":""`, el("button", 20, "", text)), false, "button"},
		"through which a press falls":           {el("div", 20, "", el("button", 21, "", "")+el("button", 22, `"disabled":""`, text)), true, "button"},
		"two of them, through which it falls":   {el("div", 20, "", el("button", 21, `"disabled":""`, "")+el("button", 22, `"disabled":""`, text)), false, "div"},
		"one within a sentence that is pressed": {el("p", 20, "", text+","+el("button", 22, `"disabled":""`, "")), false, "p"},
	} {
		page := strings.ReplaceAll(x.page, "}{", "},{")
		s := read(t, metaAt(0, "https://x/"), bodyAt(10, page), clickAt(20, 20))
		e := clicksOf(s)[0]
		if got, on := e.Flags.Has(replay.FlagDisabled), s.Targets[e.Target].Tag; got != x.want || on != x.on {
			t.Errorf("%s: switched off %v on %s, want %v on %s", name, got, on, x.want, x.on)
		}
	}
}

// TestHref: a link tells where it leads if that is another page or this one as it is; with a query of its own it leads to another
// state of this page. Without an address it is a control if it was made to look like one.
func TestHref(t *testing.T) {
	for attributes, want := range map[string]string{
		`"href":"/list"`:              "true ",
		`"href":"/list?p=1"`:          "true /list",
		`"href":"/list?p=2"`:          "true ",
		`"href":"/other?p=1"`:         "true /other",
		`"href":"#"`:                  "true ",
		`"class":"more"`:              "true ",
		`"class":"more","name":"top"`: "false ",
		``:                            "false ",
	} {
		s := read(t, metaAt(0, "https://x/list?p=1"), bodyAt(10, fmt.Sprintf(`{"type":2,"tagName":"a","attributes":{%s},"id":20,"childNodes":[]}`, attributes)), clickAt(20, 20))
		x := s.Targets[clicksOf(s)[0].Target]
		if got := fmt.Sprint(x.Traits.Has(replay.Actionable), " ", x.Href); got != want {
			t.Errorf("%s: %q, want %q", attributes, got, want)
		}
	}
}

func clicksOf(s *replay.Session) []replay.Event {
	var out []replay.Event
	for _, e := range s.Events {
		if e.Kind == replay.Click {
			out = append(out, e)
		}
	}
	return out
}
