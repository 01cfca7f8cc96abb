package friction

import (
	"reflect"
	"testing"
	"time"

	"github.com/rankle/rankle/replay"
)

// TestDetectorAgain: a Detector that has seen other sessions, longer and shorter ones, finds what a new one finds, and
// leaves the Digests alone that it gave before.
func TestDetectorAgain(t *testing.T) {
	var sessions []*replay.Session
	eachStory(t, func(t *testing.T, st *story) { sessions = append(sessions, st.s) })
	sessions = append(sessions, longSession(1), hostile(3000, replay.PointerDown, replay.PointerUp, replay.Click, replay.MutationEvent))
	used := NewDetector(DefaultSettings())
	var want, got []*Digest
	for round := range 2 {
		for i := range sessions {
			if round == 1 {
				i = len(sessions) - 1 - i // every session comes behind one that is longer and one that is shorter
			}
			want = append(want, Detect(sessions[i], DefaultSettings()))
			got = append(got, used.Detect(sessions[i]))
		}
	}
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("session %s: a used Detector finds\n%+v\na new one\n%+v", want[i].Session, got[i], want[i])
		}
	}
}

// TestDetectorMemory: the memory of a huge session is not kept, and what a Detector allocates for a session does not depend
// on those before.
func TestDetectorMemory(t *testing.T) {
	s := longSession(1)
	s.Events, s.Duration = s.Events[:600], time.Minute
	d := NewDetector(DefaultSettings())
	d.Detect(s)
	before := testing.AllocsPerRun(5, func() { d.Detect(s) })
	d.Detect(hostile(2*maxKept, replay.Click, replay.MutationEvent))
	if d.work.gestures != nil {
		t.Error("the memory of a huge session is kept")
	}
	d.Detect(s)
	if after := testing.AllocsPerRun(5, func() { d.Detect(s) }); after > before+5 {
		t.Errorf("%v allocations for a session after a huge one, %v before", after, before)
	}
}
