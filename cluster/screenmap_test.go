package cluster

import (
	"testing"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

func TestScreenMaps(t *testing.T) {
	pay, help := control("Pay"), control("Help")
	var stories []*story
	for n := range 6 {
		s := by(n, []string{"ann", "bob", "cay"}[n%3]).on("/cart").on("/pay")
		if n == 5 {
			s.d.Marks = append(s.d.Marks, replay.MarkMasked) // the newest, but it shows less
		}
		s.tryAt(help, friction.OK, 10, 20)
		if n < 4 {
			s.troubleAt(friction.DeadTap, pay, friction.Dead, 200, 600)
		}
		stories = append(stories, s)
	}
	wide := by(7, "dan").on("/pay").tryAt(pay, friction.OK, 900, 300)
	wide.d.Context.ViewportW = 1600
	stories = append(stories, wide)
	r := build(Settings{}, stories...)
	if len(r.Screens) != 2 || r.Screens[0].Template != "/pay" || r.Screens[1].Template != "/cart" {
		t.Fatalf("screens %+v", r.Screens)
	}
	got := r.Screens[0]
	equal(t, "sessions, people, controls", []int{got.Sessions, got.People, len(got.Controls), got.More}, []int{7, 4, 2, 0})
	equal(t, "who came without a press has no controls", len(r.Screens[1].Controls), 0)
	equal(t, "help", got.Controls[0], ControlUse{Target: help, Sessions: 6, Presses: 6, Tried: 6, Answered: 6})
	if len(r.Issues) != 1 {
		t.Fatalf("%d issues", len(r.Issues))
	}
	equal(t, "pay", got.Controls[1], ControlUse{Target: pay, Issues: []string{r.Issues[0].Key}, Sessions: 5, Presses: 5, Tried: 5, Answered: 1, Silent: 4})

	equal(t, "layouts", []string{got.Layouts[0].Size, got.Layouts[1].Size}, []string{"under 480 px", "1440 px and more"})
	phone := got.Layouts[0]
	equal(t, "presses", []int{phone.Sessions, phone.Of, len(phone.Presses)}, []int{6, 10, 10})
	at := map[Press]int{}
	for _, p := range phone.Presses {
		at[p]++
	}
	equal(t, "places", at, map[Press]int{{X: 10, Y: 20, Answered: true, Control: 0}: 6, {X: 200, Y: 600, Answered: false, Control: 1}: 4})
	equal(t, "the picture is the newest that is not masked", phone.Picture, Picture{Session: "s0004", SessionStart: stories[4].d.Start, At: stories[4].d.Attempts[0].At})
}

// A screen that everybody uses keeps a sample that does not depend on anything but the sessions.
func TestScreenMapIsBounded(t *testing.T) {
	var stories []*story
	for n := range maxPresses + 50 {
		s := by(n, "").on("/busy")
		for k := range maxScreenControls + 5 {
			if k <= n%(maxScreenControls+5) {
				s.tryAt(control(string(rune('A'+k/26))+string(rune('a'+k%26))), friction.OK, int32(10+k), int32(10+n%300))
			}
		}
		stories = append(stories, s)
	}
	m := build(Settings{}, stories...).Screens[0]
	if len(m.Controls) != maxScreenControls || m.More != 5 || len(m.Layouts[0].Presses) != maxPresses || m.Layouts[0].Of <= maxPresses {
		t.Errorf("%d controls, %d more, %d of %d presses", len(m.Controls), m.More, len(m.Layouts[0].Presses), m.Layouts[0].Of)
	}
	named := map[bool]int{}
	for _, p := range m.Layouts[0].Presses {
		if p.Control < -1 || p.Control >= len(m.Controls) {
			t.Fatalf("a press on control %d of %d", p.Control, len(m.Controls))
		}
		named[p.Control >= 0]++
	}
	if named[true] == 0 || named[false] == 0 {
		t.Errorf("presses on controls that are listed, and that are not: %v", named)
	}
	if m.Layouts[0].Picture.At < time.Second {
		t.Errorf("picture at %v", m.Layouts[0].Picture.At)
	}
}

// How far down people saw a page is counted per layout, of everybody who came, at tenths of where one in fifty got.
func TestScreenMapDepth(t *testing.T) {
	var stories []*story
	for n := range 101 {
		s := by(n, "").on("/long")
		s.d.Visits[0].Seen = int32(10 * (n + 1)) // to 1010
		if n == 100 {
			s.d.Visits[0].Seen = 90_000 // one who scrolls without end
		}
		if n == 0 {
			s.tryAt(control("Top"), friction.OK, 10, 20)
			s.d.Attempts[0].Down = 400
			s.on("/other").on("/long") // back again, and further than the first time
			s.d.Visits[2].Seen = 55
		}
		stories = append(stories, s)
	}
	m := build(Settings{}, stories...).Screens[0]
	equal(t, "presses", m.Layouts[0].Presses, []Press{{X: 10, Y: 20, Down: 400, Answered: true}})
	equal(t, "sessions known", m.Layouts[0].Known, 101)
	depth := m.Layouts[0].Depth
	equal(t, "steps", len(depth), depthSteps)
	equal(t, "first tenth", depth[0], Depth{99, 92}) // to 99 px came those from 100 px on
	equal(t, "last tenth", depth[9], Depth{990, 3})
	if none := build(Settings{}, by(0, "").on("/a").tryAt(control("Top"), friction.OK, 1, 2)).Screens[0].Layouts[0]; none.Depth != nil || none.Known != 0 {
		t.Errorf("depth %v of %d sessions where nothing is known of scrolling", none.Depth, none.Known)
	}
}
