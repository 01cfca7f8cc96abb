package friction

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"
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

// TestRepeatedChunk: a stretch of the recording that was uploaded twice changes no verdict.
func TestRepeatedChunk(t *testing.T) {
	eachStory(t, func(t *testing.T, st *story) {
		want := Detect(st.s, DefaultSettings())
		s := *st.s
		n := len(s.Events)
		s.Events = append(slices.Clone(s.Events), s.Events[n/3:2*n/3]...)
		slices.SortStableFunc(s.Events, func(x, y replay.Event) int { return cmp.Compare(x.At, y.At) })
		if a, b := kept(Detect(&s, DefaultSettings())), kept(want); !reflect.DeepEqual(a, b) {
			t.Errorf("kept %v, want %v", a, b)
		}
	})
}

// TestRebatching: recorders flush the same changes in one batch or in several. Only batches of one moment are joined,
// because the time of a change is evidence.
func TestRebatching(t *testing.T) {
	eachStory(t, func(t *testing.T, st *story) {
		want := Detect(st.s, DefaultSettings())
		joined := *st.s
		joined.Events, joined.Mutations = nil, nil
		for _, e := range st.s.Events {
			if n := len(joined.Events); e.Kind == replay.MutationEvent {
				m := st.s.Mutations[e.Detail]
				if n > 0 && joined.Events[n-1].Kind == replay.MutationEvent && joined.Events[n-1].At == e.At {
					into := &joined.Mutations[joined.Events[n-1].Detail]
					into.Changes = append(into.Changes, m.Changes...)
					into.Nodes += m.Nodes
					continue
				}
				e.Detail = int32(len(joined.Mutations))
				joined.Mutations = append(joined.Mutations, replay.Mutation{Changes: slices.Clone(m.Changes), Nodes: m.Nodes})
			}
			joined.Events = append(joined.Events, e)
		}
		if a, b := kept(Detect(&joined, DefaultSettings())), kept(want); !reflect.DeepEqual(a, b) {
			t.Errorf("joined: kept %v, want %v", a, b)
		}
	})
}

// TestSecondWindow: what goes on in another window at the same time changes no verdict.
func TestSecondWindow(t *testing.T) {
	other, err := parseStory(stories(t)["loop/from item to item of a list"])
	if err != nil {
		t.Fatal(err)
	}
	eachStory(t, func(t *testing.T, st *story) {
		want := Detect(st.s, DefaultSettings())
		if got := Detect(beside(st.s, other.s), DefaultSettings()); !reflect.DeepEqual(kept(got), kept(want)) {
			t.Errorf("kept %v, want %v", kept(got), kept(want))
		}
	})
}

// beside puts b, which has no requests and errors, into a second window of a.
func beside(a, b *replay.Session) *replay.Session {
	s := *a
	s.Windows = 2
	s.Screens = append(slices.Clone(a.Screens), b.Screens...)
	s.Targets, s.Nodes, s.Mutations, s.Events = slices.Clone(a.Targets), slices.Clone(a.Nodes), slices.Clone(a.Mutations), slices.Clone(a.Events)
	nodes, targets := replay.NodeID(len(a.Nodes)), replay.TargetID(len(a.Targets))
	node := func(n replay.NodeID) replay.NodeID {
		if n < 0 {
			return n
		}
		return n + nodes
	}
	target := func(t replay.TargetID) replay.TargetID {
		if t < 0 {
			return t
		}
		return t + targets
	}
	for _, n := range b.Nodes {
		n.Parent, n.Target = node(n.Parent), target(n.Target)
		s.Nodes = append(s.Nodes, n)
	}
	for _, t := range b.Targets {
		t.Node = node(t.Node)
		s.Targets = append(s.Targets, t)
	}
	for _, e := range b.Events {
		if e.At > a.Duration {
			break // the session does not become longer
		}
		e.Window, e.Node, e.Target = 7, node(e.Node), target(e.Target)
		if e.Screen >= 0 {
			e.Screen += replay.ScreenID(len(a.Screens))
		}
		if e.Kind == replay.MutationEvent {
			m := b.Mutations[e.Detail]
			m.Changes = slices.Clone(m.Changes)
			for i := range m.Changes {
				m.Changes[i].Node, m.Changes[i].Parent = node(m.Changes[i].Node), node(m.Changes[i].Parent)
			}
			e.Detail = int32(len(s.Mutations))
			s.Mutations = append(s.Mutations, m)
		}
		s.Events = append(s.Events, e)
	}
	slices.SortStableFunc(s.Events, func(x, y replay.Event) int { return cmp.Compare(x.At, y.At) })
	return &s
}

// TestOldRecorder: recorders that tell of clicks only lead to the same findings where clicks are all that was done, or to
// too little confidence.
func TestOldRecorder(t *testing.T) {
	compared := 0
	for name, text := range stories(t) {
		st, err := parseStory(text)
		if err != nil {
			t.Fatal(err)
		}
		if !clicksOnly(st.s) {
			continue
		}
		compared++
		st.set.Uncalibrated = true // the floor is one of strength
		want, got := Detect(st.s, st.set), Detect(withoutEvidence(st.s, "presses"), st.set)
		for _, e := range want.Episodes {
			if e.Verdict == Friction && e.Pattern != HoldConfusion && e.Pattern != ThrashedCursor && !covered(got, e) && !weaker(got, e) {
				t.Errorf("%s: %s at %v is not found without pointer presses, but %v", name, e.Pattern, e.Start, kept(got))
			}
		}
	}
	if compared < 100 {
		t.Errorf("only %d stories compared", compared)
	}
}

// weaker reports whether d has no opinion of what e is, because the hand that was not seen leaves too little confidence.
func weaker(d *Digest, e Episode) bool {
	return slices.ContainsFunc(d.Episodes, func(o Episode) bool {
		return o.Pattern == e.Pattern && o.Reason == ReasonLowEvidence && o.Verdict == NoOpinion && o.Start <= e.End && o.End >= e.Start-clickLag
	})
}

// clicksOnly reports whether clicks tell all that was done: no presses without a click, holds, drags, slow presses, and none that is
// over at once.
func clicksOnly(s *replay.Session) bool {
	return !slices.ContainsFunc(findGestures(s, nil), func(g gesture) bool {
		return g.kind != tap || g.disabledFlag() || g.long(2*pressLength) || !g.alone && g.end-g.at <= instant
	})
}

// evidence is what a recorder may leave out.
var evidence = map[string]struct {
	kinds []replay.Kind
	blind func(*replay.Session)
}{
	"console":   {[]replay.Kind{replay.ErrorEvent}, func(s *replay.Session) { s.Coverage.Console = false }},
	"network":   {[]replay.Kind{replay.RequestEvent}, func(s *replay.Session) { s.Coverage.Network, s.Requests = false, nil }},
	"moves":     {[]replay.Kind{replay.Move}, func(s *replay.Session) { s.Coverage.PointerMoves = false }},
	"presses":   {[]replay.Kind{replay.PointerDown, replay.PointerUp, replay.PointerCancel}, func(s *replay.Session) { s.Coverage.PointerPress = false }},
	"mutations": {[]replay.Kind{replay.MutationEvent}, func(s *replay.Session) { s.Coverage.Mutations, s.Mutations = false, nil }},
}

// withoutEvidence is a session as a recorder tells it that leaves things out. Its last event stays: it says how long the
// recording goes on.
func withoutEvidence(s *replay.Session, names ...string) *replay.Session {
	out := *s
	out.Events = slices.Clone(s.Events)
	for _, name := range names {
		x := evidence[name]
		last := len(out.Events) - 1
		i := -1
		out.Events = slices.DeleteFunc(out.Events, func(e replay.Event) bool {
			i++
			return i < last && slices.Contains(x.kinds, e.Kind)
		})
		if n := len(out.Events) - 1; slices.Contains(x.kinds, out.Events[n].Kind) {
			out.Events[n].Kind, out.Events[n].Detail = replay.KindUnknown, replay.NoIndex
		}
		x.blind(&out)
	}
	return &out
}

// TestLessEvidence: whatever a recorder leaves out, nothing is found that was not found with it. What was named by a
// stronger pattern may be named by what is left of it, as a failed request that is not recorded leaves a dead press. Drags,
// holds and slow presses excuse clicks, and cannot be seen without pointer presses: those stories are left out there. That a box of the
// browser's own was read, only the moves of the mouse tell.
func TestLessEvidence(t *testing.T) {
	for _, names := range [][]string{{"console"}, {"network"}, {"moves"}, {"presses"}, {"mutations"}, {"console", "network"},
		{"console", "network", "moves"}, {"console", "network", "moves", "presses"}, {"console", "network", "moves", "presses", "mutations"}} {
		t.Run(strings.Join(names, "+"), func(t *testing.T) {
			eachStory(t, func(t *testing.T, st *story) {
				full := Detect(st.s, DefaultSettings())
				less := Detect(withoutEvidence(st.s, names...), DefaultSettings())
				for _, e := range less.Episodes {
					if e.Verdict == Friction && !covered(full, e) && !(slices.Contains(names, "presses") && !clicksOnly(st.s)) &&
						!(slices.Contains(names, "moves") && read(full, e)) {
						t.Errorf("less evidence found %s at %v with %.2f; with it there was %v", e.Pattern, e.Start, e.Confidence, kept(full))
					}
				}
			})
		})
	}
}

// read reports whether d takes what e is for a box of the browser's own that was read.
func read(d *Digest, e Episode) bool {
	return slices.ContainsFunc(d.Episodes, func(o Episode) bool {
		return o.Reason == ReasonNativeBox && o.Start <= e.End+clickLag && o.End >= e.Start-clickLag
	})
}

// covered reports whether d keeps an episode at the same time, give or take the delay of a click behind its press, that
// has the same name or one that is stronger. Without requests a late answer may not find its press, which then is dead
// rather than slow.
func covered(d *Digest, e Episode) bool {
	for _, o := range d.Episodes {
		same := o.Start <= e.End+clickLag && o.End >= e.Start-clickLag
		if o.Verdict == Friction && same && (strength(o.Pattern) <= strength(e.Pattern) || o.Pattern == SlowResponse && e.Pattern == DeadTap) {
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
		checkExplanations(t, s, d)
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
		checkExplanations(t, s, d)
	}
}
