package eval_test

import (
	"slices"
	"testing"

	"github.com/rankle/rankle/cluster/friction"
)

// leastGroups is how many friction groups of a pattern the apps of the dev part hold at least, if they hold any: fewer, and
// one of them moves recall by more than a tenth.
const leastGroups = 12

// TestLabels checks that every label can be scored: it names a known pattern, lies in its recording and has a place or
// none. A pattern has enough of them, or none because it is new.
func TestLabels(t *testing.T) {
	of := split(t)
	all := readLabels(t, corpusDir)
	groups := map[friction.Pattern]int{}
	for _, r := range load(t, corpusDir, all, func(string) bool { return true }) {
		from, to := r.s.Start.UnixMilli(), r.s.Start.UnixMilli()+r.s.Duration.Milliseconds()
		for _, l := range r.labels {
			if l.App != r.app || of[l.App] == "" {
				t.Errorf("%s %s: labelled as app %q, which is in no part of split.json or not its folder", l.Session, l.ID, l.App)
			}
			if l.Start < from-margin || l.End < l.Start || l.End > to+margin {
				t.Errorf("%s %s: %d to %d lies outside the recording, %d to %d", l.Session, l.ID, l.Start, l.End, from, to)
			}
			if n := len(l.Rect); n != 0 && n != 4 {
				t.Errorf("%s %s: a rectangle of %d numbers", l.Session, l.ID, n)
			}
			switch l.Kind {
			case "friction":
				for _, p := range append([]friction.Pattern{l.Pattern}, l.Also...) {
					if !slices.Contains(friction.Patterns(), p) {
						t.Errorf("%s %s: unknown pattern %q", l.Session, l.ID, p)
					}
				}
				if of[l.App] == dev && !l.Unseen {
					groups[l.Pattern]++
				}
			case "benign", "unclear":
				if l.Pattern != "" {
					t.Errorf("%s %s: benign, but called %s", l.Session, l.ID, l.Pattern)
				}
			default:
				t.Errorf("%s %s: unknown kind %q", l.Session, l.ID, l.Kind)
			}
		}
	}
	for _, p := range friction.Patterns() {
		if n, labelled := groups[p]; labelled && n < leastGroups {
			t.Errorf("%s: %d labelled groups in the dev part, want %d", p, n, leastGroups)
		}
	}
}
