package friction

import (
	"slices"
	"testing"
	"time"

	"github.com/rankle/rankle/replay"
)

// What was seen of a page follows the scrolling of each window.
func TestSeen(t *testing.T) {
	s := &replay.Session{ID: "s", Format: "rrweb", Windows: 2, Duration: 20 * time.Second, Active: 20 * time.Second,
		Screens: []replay.Screen{{Path: "/list", W: 400, H: 800}, {Path: "/item", W: 400, H: 800}},
	}
	s.Coverage = replay.Coverage{Snapshot: true, Mutations: true, PointerMoves: true, PointerPress: true}
	add := func(at int, window uint16, kind replay.Kind, x, y int32, flags replay.Flags, screen replay.ScreenID) {
		s.Events = append(s.Events, replay.Event{At: time.Duration(at) * time.Millisecond, Kind: kind, Window: window, Screen: screen,
			Target: replay.NoIndex, Node: replay.NoIndex, Detail: replay.NoIndex, X: x, Y: y, Flags: flags})
	}
	const page, inner = replay.FlagDocument, replay.FlagDocument | replay.FlagFrame
	add(0, 0, replay.Navigate, 0, 0, replay.FlagLoad, 0)
	add(1000, 0, replay.Scroll, 0, 500, page, 0)
	add(1100, 0, replay.Scroll, 0, 9000, inner, 0)
	add(1200, 0, replay.Scroll, 0, 7000, 0, 0)
	add(3000, 1, replay.Navigate, 0, 0, replay.FlagLoad, 1) // another window
	add(4000, 0, replay.Scroll, 0, 200, page, 0)
	add(6000, 0, replay.Resize, 400, 1000, 0, 0)
	add(7000, 0, replay.Navigate, 0, 0, 0, 1) // a step within the page
	add(7010, 0, replay.Scroll, 0, 0, page, 1)
	add(8000, 0, replay.Navigate, 0, 0, replay.FlagLoad, 0)
	add(9000, 0, replay.Scroll, 0, -40, page, 0) // overscroll
	d := Detect(s, Settings{})
	var seen []int32
	for _, v := range d.Visits {
		seen = append(seen, v.Seen)
	}
	if want := []int32{1300, 800, 800, 800}; !slices.Equal(seen, want) {
		t.Errorf("seen %v, want %v", seen, want)
	}
}

// Presses lie where the page was scrolled to.
func TestPressesOnScrolledPages(t *testing.T) {
	st, err := parseStory(`
		button more "More"
		div box "Box"
		0   open /list
		1   tap more
		1.1 text more
		2   scroll 500
		2.5 scroll 7000 in box
		3   tap more
		3.1 text more
		4   scroll 200
		5   tap more
		5.1 text more
		8   open /list
		9.5 tap more
		9.6 text more
		12  end`)
	if err != nil {
		t.Fatal(err)
	}
	var down []int32
	for _, a := range Detect(st.s, Settings{}).Attempts {
		down = append(down, a.Down)
	}
	if want := []int32{0, 500, 200, 0}; !slices.Equal(down, want) {
		t.Errorf("presses at %v, want %v", down, want)
	}
}
