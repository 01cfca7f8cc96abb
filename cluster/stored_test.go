package cluster

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/rankle/rankle/cluster/friction"
)

// TestStored: a Result that was stored says of every session what it said before, also of one that it never saw.
func TestStored(t *testing.T) {
	stories := village(300)
	for _, s := range shop(300) {
		s.d.Session, s.d.Start = "shop "+s.d.Session, s.d.Start.Add(time.Minute)
		stories = append(stories, s.story)
	}
	step := control("+")
	stories = append(users(7000, 6, func(s *story) {
		s.on("/stepper").troubleAt(friction.RageTap, step, friction.OK, 1, 1).
			last(func(e *friction.Episode) { e.Verdict, e.Reason = friction.Dismissed, friction.ReasonProgress })
	}), append(users(7010, 7, func(s *story) { s.on("/stepper").try(step, friction.OK) }), stories...)...)
	settings := Settings{Screens: []ScreenRule{{Match: "/help/**", Name: "/help"}}}
	first := build(settings, stories...)
	marked := first.Issues[slices.IndexFunc(first.Issues, func(i Issue) bool { return i.Family == FamilyControl && i.Target.Key != "" })]
	settings.RepeatUse = []Control{{marked.Screen, marked.Target.Key}}
	want := build(settings, stories[:len(stories)-50]...)
	if len(want.covers) == 0 || len(want.harmless.index) == 0 || len(want.screens) == 0 || len(want.repeats) == 0 || len(want.joins.templates) == 0 {
		t.Fatalf("too dull: %d covers, %d harmless controls, %d screens with issues, %d marks, %d components", len(want.covers), len(want.harmless.index),
			len(want.screens), len(want.repeats), len(want.joins.templates))
	}
	data, err := want.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	issues := slices.Clone(want.Issues)
	slices.Reverse(issues)
	got, err := UnmarshalResult(data, settings, issues)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "issues", got.Issues, want.Issues)
	equal(t, "screens", got.Screens, want.Screens)
	for _, s := range stories {
		name := fmt.Sprint("session ", s.d.Session)
		equal(t, name+": exposures", got.Exposures(&s.d), want.Exposures(&s.d))
		equal(t, name+": harmless", got.Harmless().Exposures(&s.d), want.Harmless().Exposures(&s.d))
		equal(t, name+": judgements", got.Judge(&s.d), want.Judge(&s.d))
		for i := range s.d.Episodes {
			equal(t, name+": issue", got.IssueKey(&s.d, i), want.IssueKey(&s.d, i))
		}
		for _, screen := range s.d.Screens {
			equal(t, name+": screen", got.Screen(screen), want.Screen(screen))
		}
	}
	if again, err := got.MarshalBinary(); err != nil || string(again) != string(data) {
		t.Errorf("stored again it is something else: %v", err)
	}
	if _, err := UnmarshalResult(data, settings, issues[1:]); !errors.Is(err, errClusters) {
		t.Errorf("clusters of other issues: %v", err)
	}
	if _, err := UnmarshalResult(data[:len(data)/2], settings, issues); err == nil {
		t.Error("half of it is no error")
	}
}
