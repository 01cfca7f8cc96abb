package friction

import (
	"fmt"
	"reflect"
	"sort"
	"testing"
	"time"

	"github.com/rankle/rankle/replay"
)

// eachStory runs f on a fresh parse of every story.
func eachStory(t *testing.T, f func(t *testing.T, st *story)) {
	t.Helper()
	for name, text := range stories(t) {
		t.Run(name, func(t *testing.T) {
			st, err := parseStory(text)
			if err != nil {
				t.Fatal(err)
			}
			f(t, st)
		})
	}
}

// TestTimeShift: a session that begins later gives the same verdicts, later.
func TestTimeShift(t *testing.T) {
	eachStory(t, func(t *testing.T, st *story) {
		want := Detect(st.s, DefaultSettings())
		const by = 1234567 * time.Millisecond
		s := *st.s
		s.Duration += by
		s.Events = append([]replay.Event(nil), s.Events...)
		for i := range s.Events {
			s.Events[i].At += by
		}
		s.Requests = append([]replay.Request(nil), s.Requests...)
		for i := range s.Requests {
			s.Requests[i].Start += by
			s.Requests[i].End += by
		}
		s.Gaps = append([]replay.Gap(nil), s.Gaps...)
		for i := range s.Gaps {
			s.Gaps[i].From += by
			s.Gaps[i].To += by
		}
		got := Detect(&s, DefaultSettings())
		for i := range got.Episodes {
			got.Episodes[i].Start -= by
			got.Episodes[i].End -= by
		}
		for i := range got.Attempts {
			got.Attempts[i].At -= by
		}
		if !reflect.DeepEqual(got.Episodes, want.Episodes) {
			t.Errorf("episodes changed:\n%+v\n%+v", got.Episodes, want.Episodes)
		}
		if !reflect.DeepEqual(got.Attempts, want.Attempts) {
			t.Errorf("attempts changed:\n%+v\n%+v", got.Attempts, want.Attempts)
		}
	})
}

// TestDuplicateDelivery: events that arrive twice change no verdict. Readers drop exact repeats; this is the second line.
func TestDuplicateDelivery(t *testing.T) {
	eachStory(t, func(t *testing.T, st *story) {
		want := Detect(st.s, DefaultSettings())
		s := *st.s
		s.Events = nil
		for _, e := range st.s.Events {
			s.Events = append(s.Events, e, e)
		}
		got := Detect(&s, DefaultSettings())
		if a, b := kept(got), kept(want); !reflect.DeepEqual(a, b) {
			t.Errorf("kept %v, want %v", a, b)
		}
	})
}

func kept(d *Digest) []string {
	var out []string
	for _, e := range d.Episodes {
		if e.Verdict == Friction {
			out = append(out, fmt.Sprintf("%s@%v", e.Pattern, e.Start.Round(100*time.Millisecond)))
		}
	}
	sort.Strings(out)
	return out
}

// TestLessEvidence: without the console, the network or mouse moves nothing new is found, and nothing with more
// confidence. What was named by an error may be named by what is left of it.
func TestLessEvidence(t *testing.T) {
	without := map[string]func(*replay.Session, replay.Event) bool{
		"console": func(s *replay.Session, e replay.Event) bool { return e.Kind == replay.ErrorEvent },
		"moves":   func(s *replay.Session, e replay.Event) bool { return e.Kind == replay.Move },
		"both": func(s *replay.Session, e replay.Event) bool {
			return e.Kind == replay.Move || e.Kind == replay.ErrorEvent
		},
	}
	for name, drop := range without {
		t.Run(name, func(t *testing.T) {
			eachStory(t, func(t *testing.T, st *story) {
				full := Detect(st.s, DefaultSettings())
				s := *st.s
				s.Events = nil
				for i, e := range st.s.Events {
					if i == len(st.s.Events)-1 || !drop(st.s, e) { // the end of the recording stays
						s.Events = append(s.Events, e)
					}
				}
				if name != "moves" {
					s.Coverage.Console = false
				}
				if name != "console" {
					s.Coverage.PointerMoves = false
				}
				less := Detect(&s, DefaultSettings())
				for _, e := range less.Episodes {
					if e.Verdict == Friction && !covered(full, e) {
						t.Errorf("less evidence found %s at %v with %.2f", e.Pattern, e.Start, e.Confidence)
					}
				}
			})
		})
	}
}

// covered reports whether d keeps an episode at the same time with at least the same confidence.
func covered(d *Digest, e Episode) bool {
	for _, o := range d.Episodes {
		if o.Verdict == Friction && o.Start <= e.End && o.End >= e.Start && o.Confidence >= e.Confidence-1e-9 {
			return true
		}
	}
	return false
}

// randomSession builds a session from bytes: every four are one event. Indexes may point nowhere, as they may in
// damaged recordings.
func randomSession(b []byte) *replay.Session {
	s := &replay.Session{ID: "r", Windows: 2, Start: time.Unix(1700000000, 0).UTC()}
	s.Coverage = replay.Coverage{Snapshot: true, Mutations: true, PointerMoves: true, PointerPress: true, Console: true, Network: true}
	s.Screens = []replay.Screen{{Path: "/a", H: 600}, {Path: "/b"}}
	tags := []string{"html", "body", "button", "a", "div", "input", "canvas", "p", "#text"}
	for i, tag := range tags {
		s.Nodes = append(s.Nodes, replay.Node{Parent: replay.NodeID(i/2 - 1), Target: replay.TargetID(i), Tag: tag})
		s.Targets = append(s.Targets, replay.Target{Node: replay.NodeID(i), Tag: tag, Label: "x", Traits: replay.Traits(1<<i | i&1)})
	}
	s.Nodes[3].Parent, s.Nodes[4].Parent = 4, 3 // a circle
	at := time.Duration(0)
	for ; len(b) >= 4; b = b[4:] {
		at += time.Duration(b[0]) * time.Duration(b[0]) * time.Millisecond / 4
		n := replay.NodeID(b[2]%12) - 1
		e := replay.Event{At: at, Kind: replay.Kind(b[1] % 28), Window: uint16(b[1] >> 7), Node: n, Target: replay.TargetID(n),
			Screen: replay.ScreenID(b[3]%3) - 1, X: int32(b[2]) * 3, Y: int32(b[3]) * 3, Pointer: replay.Pointer(b[3] % 4),
			Flags: replay.Flags(b[3]) << (b[2] % 8), Detail: int32(b[3]%7) - 1}
		if n >= 9 {
			e.Target = replay.TargetID(n) // beyond the table
		}
		s.Events = append(s.Events, e)
		switch e.Kind {
		case replay.MutationEvent:
			s.Mutations = append(s.Mutations, replay.Mutation{Nodes: 1, Changes: []replay.Change{{Node: n, Parent: n - 1, Kind: replay.ChangeKind(b[3] % 4),
				Size: int32(b[0]) - 3, Attr: []string{"", "class", "hidden"}[b[3]%3], State: uint64(b[0] % 3), Traits: replay.ChangeTraits(b[2] % 32)}}})
		case replay.RequestEvent:
			s.Requests = append(s.Requests, replay.Request{Start: at - time.Duration(b[2])*time.Millisecond, End: at, Method: "GET", Path: "/q/1", Status: int(b[3]) * 3})
		case replay.ErrorEvent:
			s.Errors = append(s.Errors, replay.Error{Fingerprint: string(rune('a' + b[3]%3)), Thrown: b[2]&1 == 1})
		case replay.CustomEvent:
			s.Customs = append(s.Customs, replay.Custom{Name: "c"})
		}
	}
	if at > 20*time.Second {
		s.Gaps = []replay.Gap{{From: at / 3, To: at / 2}}
	}
	s.Duration = at
	return s
}

// checkDigest checks what has to be true of every Digest.
func checkDigest(t *testing.T, d *Digest) {
	t.Helper()
	for i, e := range d.Episodes {
		switch {
		case e.End < e.Start:
			t.Fatalf("episode %d ends before it starts: %+v", i, e)
		case i > 0 && e.Start < d.Episodes[i-1].Start:
			t.Fatalf("episode %d is out of order", i)
		case e.Target < -1 || int(e.Target) >= len(d.Targets), int(e.Screen) >= len(d.Screens):
			t.Fatalf("episode %d points nowhere: %+v", i, e)
		case !(e.Confidence >= 0 && e.Confidence <= 1):
			t.Fatalf("episode %d has confidence %v", i, e.Confidence)
		case (e.Verdict == Friction) != (e.Reason == ""):
			t.Fatalf("episode %d: verdict %s with reason %q", i, e.Verdict, e.Reason)
		case e.Unanswered < 0 || e.Latency < 0 || e.Gestures > 0 && e.Unanswered > e.Gestures:
			t.Fatalf("episode %d counts wrong: %+v", i, e)
		case !sort.StringsAreSorted(e.Blind):
			t.Fatalf("episode %d: blind spots out of order", i)
		}
		for _, p := range e.Also {
			if p == e.Pattern {
				t.Fatalf("episode %d is also itself", i)
			}
		}
	}
	for i, a := range d.Attempts {
		switch {
		case a.Target < 0 || int(a.Target) >= len(d.Targets), a.Episode < -1 || int(a.Episode) >= len(d.Episodes), int(a.Screen) >= len(d.Screens):
			t.Fatalf("attempt %d points nowhere: %+v", i, a)
		case i > 0 && a.At < d.Attempts[i-1].At:
			t.Fatalf("attempt %d is out of order", i)
		case a.Latency < 0 || a.Gestures < 1 || a.Outcome == "":
			t.Fatalf("attempt %d is impossible: %+v", i, a)
		}
	}
	for i, v := range d.Visits {
		if v.Until < v.At || int(v.Screen) >= len(d.Screens) || v.Screen < 0 {
			t.Fatalf("visit %d is impossible: %+v", i, v)
		}
	}
}

func FuzzDetect(f *testing.F) {
	f.Add([]byte("\x10\x01\x03\x10\x05\x02\x03\x10\x00\x04\x03\x10\x20\x0c\x04\x00\xff\x01\x03\x10"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		s := randomSession(b)
		d := Detect(s, DefaultSettings())
		checkDigest(t, d)
		if again := Detect(s, Settings{}); !reflect.DeepEqual(d, again) {
			t.Fatal("the same session gave two Digests")
		}
	})
}

// TestRandomSessions runs the fuzz target's checks on fixed pseudo-random sessions, so that every test run does.
func TestRandomSessions(t *testing.T) {
	x := uint64(1)
	for n := 0; n < 400; n++ {
		b := make([]byte, 4*(n+1))
		for i := range b {
			x ^= x << 13
			x ^= x >> 7
			x ^= x << 17
			b[i] = byte(x)
		}
		s := randomSession(b)
		d := Detect(s, DefaultSettings())
		checkDigest(t, d)
		if again := Detect(s, DefaultSettings()); !reflect.DeepEqual(d, again) {
			t.Fatalf("session %d gave two Digests", n)
		}
	}
}
