package cluster

import (
	"fmt"
	"slices"
	"testing"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

// oneProblem lists the patterns of whole screens that are one problem where a screen has several of them.
var oneProblem = [][]friction.Pattern{
	{friction.Loop, friction.QuickBack},
	{friction.ThrashedCursor, friction.ExcessiveScroll, friction.ZoomStruggle},
}

// TestFamiliesApart: two patterns of whole screens are two issues of one screen unless they were said to be one problem, and every
// family of the patterns' table is one that units are told apart by. A new pattern of screens has to decide.
func TestFamiliesApart(t *testing.T) {
	var ofScreens []friction.Pattern
	for _, p := range friction.Patterns() {
		if !slices.Contains(families[:], p.Family()) {
			t.Errorf("%s: units are not told apart by its family %q", p, p.Family())
		}
		if p.OfScreen() {
			ofScreens = append(ofScreens, p)
		}
	}
	for _, p := range ofScreens {
		for _, o := range ofScreens {
			b := New(Settings{})
			for i := range 12 {
				d := &friction.Digest{Session: fmt.Sprint("s", i), Screens: []replay.Screen{{Path: "/a"}}}
				d.Context.User = d.Session
				d.Visits = []friction.Visit{{Until: 60_000}}
				for _, pattern := range []friction.Pattern{p, o} {
					d.Episodes = append(d.Episodes, friction.Episode{Pattern: pattern, Verdict: friction.Friction, Confidence: 0.9, Target: -1, Gestures: 1})
				}
				b.Add(d)
			}
			together := p == o || slices.ContainsFunc(oneProblem, func(all []friction.Pattern) bool {
				return slices.Contains(all, p) && slices.Contains(all, o)
			})
			want := 2
			if together {
				want = 1
			}
			if got := len(b.Result().Issues); got != want {
				t.Errorf("%s and %s on one screen: %d issues, want %d", p, o, got, want)
			}
		}
	}
	if len(ofScreens) < 5 {
		t.Errorf("only %v are of whole screens", ofScreens)
	}
}
