package format_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/format"
	"github.com/rankle/rankle/replay/rrweb"
)

// fixtures returns the folder of real recordings that are not part of the repository, or skips.
func fixtures(tb testing.TB) string {
	dir := os.Getenv("RANKLE_FIXTURES")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "fixtures")
	}
	if _, err := os.Stat(dir); err != nil {
		tb.Skipf("real recordings are not here (%s); set RANKLE_FIXTURES to their folder to run this test", dir)
	}
	return dir
}

func filePart(path string) format.Part {
	return format.Part{Name: filepath.Base(path), Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

func textPart(name, text string) format.Part {
	return format.Part{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

func TestFixtures(t *testing.T) {
	dir := fixtures(t)
	for _, tc := range []struct {
		file                                    string
		format                                  string
		events                                  int // as stored
		clicks, doubles, touchStarts, touchEnds int
		snapshots                               int
		mutations, scrolls, inputs              int     // -1 = not stated
		duration, active                        float64 // seconds, -1 = not stated
		windows                                 int
	}{
		{"rrweb/recording-5cfd38be027439000719c3b8.json", "rrweb", 1219, 38, 1, 0, 0, 1, 28, 721, 3, 14512, 573.2, 1},
		{"rrweb/recording-5cfde52d027439000719fe59.json", "rrweb", 947, 6, 0, 37, 37, 1, 15, 327, -1, 90, -1, 1},
		{"rrweb/expect-dev-recorded-demo-events.json", "rrweb", 1031, 4, 0, 0, 0, 1, 985, 3, 2, 30.0, -1, 1},
		{"rrweb/rrweb-player-events.js", "rrweb", 272, 3, 0, 0, 0, 1, 226, 12, -1, 81.1, -1, 1},
		{"rrweb/steel-example-events.json", "rrweb", 84, 12, 3, 0, 0, 1, 10, -1, -1, 24.1, -1, 1},
		{"posthog/posthog-recording_snapshots.jsonl", "posthog", 49, 8, 2, 0, 0, 2, -1, -1, -1, 11.9, -1, 2},
		{"posthog/blob_key_0.jsonl", "posthog", 10, 0, 0, 0, 0, 2, -1, -1, -1, 300.7, -1, 1},
		// 18 mutations, of which 2 attach frames and count as snapshots.
		{"sentry/sentry-rrweb-sentry.redacted.json", "rrweb", 335, 0, 0, 0, 0, 3, 16, -1, -1, 26.2, -1, 1},
		{"sentry/rrweb-simple.json", "rrweb", 3, 0, 0, 0, 0, 1, 0, -1, -1, 0.1, -1, 1},
		{"highlight/player-session.json", "highlight", 159, 0, 0, 0, 0, 1, 155, -1, -1, 263.5, -1, 1},
	} {
		t.Run(filepath.Base(tc.file), func(t *testing.T) {
			s, stats, err := format.DecodeStats(context.Background(), "x", []format.Part{filePart(filepath.Join(dir, tc.file))}, format.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if os.Getenv("RANKLE_DUMP") != "" {
				t.Log("\n" + dump(s))
			}
			equal := func(what string, got, want int) {
				t.Helper()
				if want >= 0 && got != want {
					t.Errorf("%s = %d, want %d", what, got, want)
				}
			}
			near := func(what string, got, want float64) {
				t.Helper()
				if tol := max(0.06, want*0.005); want >= 0 && (got < want-tol || got > want+tol) {
					t.Errorf("%s = %v, want %v", what, got, want)
				}
			}
			touches := func(kind replay.Kind) int {
				n := 0
				for _, e := range s.Events {
					if e.Kind == kind && e.Pointer == replay.Touch {
						n++
					}
				}
				return n
			}
			equal("events", stats.Events, tc.events)
			equal("clicks", count(s, replay.Click), tc.clicks)
			equal("double clicks", count(s, replay.DoubleClick), tc.doubles)
			equal("touch starts", touches(replay.PointerDown), tc.touchStarts)
			equal("touch ends", touches(replay.PointerUp), tc.touchEnds)
			equal("snapshots", count(s, replay.SnapshotEvent), tc.snapshots)
			equal("mutations", count(s, replay.MutationEvent), tc.mutations)
			equal("scrolls", count(s, replay.Scroll), tc.scrolls)
			equal("inputs", count(s, replay.Input), tc.inputs)
			equal("windows", s.Windows, tc.windows)
			near("duration", s.Duration.Seconds(), tc.duration)
			near("active", s.Active.Seconds(), tc.active)
			if s.Format != tc.format {
				t.Errorf("format = %s, want %s", s.Format, tc.format)
			}
			checkInvariants(t, s)
			for _, e := range s.Events {
				if (e.Kind == replay.Click || e.Kind == replay.PointerDown) && (e.Node < 0 || e.Target < 0 || s.Targets[e.Target].Traits.Has(replay.Unresolved)) {
					t.Errorf("%v at %v does not resolve to an element", kindNames[e.Kind], e.At)
				}
			}
		})
	}
}

// TestOpenReplayFixture reads the batches of a real tracker: as they are, one after the other in one object, shuffled and
// with repeats, under names that say nothing.
func TestOpenReplayFixture(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(fixtures(t), "openreplay", "tracker-batch-*.mob"))
	if err != nil || len(files) != 6 {
		t.Fatalf("%d batches, %v", len(files), err)
	}
	var batches []string
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		batches = append(batches, string(b))
	}
	read := func(texts ...string) *replay.Session {
		var parts []format.Part
		for i, text := range texts {
			parts = append(parts, textPart(strconv.Itoa(i), text))
		}
		return decode(t, parts...)
	}
	s := read(batches...)
	if os.Getenv("RANKLE_DUMP") != "" {
		t.Log("\n" + dump(s))
	}
	clicks := map[string]int{}
	for _, e := range s.Events {
		if e.Kind == replay.Click {
			clicks[s.Targets[e.Target].Tag]++
		}
	}
	if diff := cmp.Diff(map[string]int{"button": 4, "a": 2, "div": 1, "input": 1}, clicks); diff != "" {
		t.Errorf("clicks (-want +got):\n%s", diff)
	}
	got := []any{s.Format, s.Windows, count(s, replay.SnapshotEvent), count(s, replay.Input), count(s, replay.Hidden),
		count(s, replay.ErrorEvent), len(s.Requests), s.Duration.Round(100 * time.Millisecond), len(s.Marks), s.Context.ViewportW, s.Context.ViewportH}
	// Two documents: the page and one of its frames. Three fields change together, six times.
	want := []any{"openreplay", 1, 2, 18, 2, 0, 81, 18800 * time.Millisecond, 0, int32(1470), int32(581)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("session (-want +got):\n%s", diff)
	}
	whole := dump(s)
	if one := dump(read("\xff\xff\xff\xff\xff\xff\xff\xfe" + strings.Join(batches, ""))); one != whole {
		t.Error("one object of all batches gives another session")
	}
	shuffled := read(batches[3], batches[1], batches[5], batches[0], batches[1], batches[2], batches[4])
	if !slices.Equal(shuffled.Marks, []replay.Mark{replay.MarkDuplicates}) {
		t.Errorf("marks %v", shuffled.Marks)
	}
	shuffled.Marks = s.Marks
	if dump(shuffled) != whole {
		t.Error("batches in another order give another session")
	}
}

// checkInvariants checks what every Session must hold.
func checkInvariants(t testing.TB, s *replay.Session) {
	t.Helper()
	in := func(what string, i, n int) {
		if i < replay.NoIndex || i >= n {
			t.Fatalf("%s index %d of %d", what, i, n)
		}
	}
	for i, e := range s.Events {
		if e.At < 0 || e.At > s.Duration || i > 0 && e.At < s.Events[i-1].At {
			t.Fatalf("event %d at %v is out of order or range", i, e.At)
		}
		if int(e.Window) >= s.Windows || e.Kind == replay.KindUnknown || e.Kind > replay.KeyboardHidden {
			t.Fatalf("event %d: window %d kind %d", i, e.Window, e.Kind)
		}
		in("screen", int(e.Screen), len(s.Screens))
		in("target", int(e.Target), len(s.Targets))
		in("node", int(e.Node), len(s.Nodes))
		n := 1 << 31
		switch e.Kind {
		case replay.MutationEvent:
			n = len(s.Mutations)
		case replay.RequestEvent:
			n = len(s.Requests)
		case replay.ErrorEvent:
			n = len(s.Errors)
		case replay.CustomEvent:
			n = len(s.Customs)
		}
		if e.Detail < replay.NoIndex || int(e.Detail) >= n || n < 1<<31 && e.Detail < 0 {
			t.Fatalf("event %d: detail %d of %d", i, e.Detail, n)
		}
	}
	for _, n := range s.Nodes {
		in("parent", int(n.Parent), len(s.Nodes))
		in("node target", int(n.Target), len(s.Targets))
	}
	for _, tg := range s.Targets {
		in("target node", int(tg.Node), len(s.Nodes))
		if len([]rune(tg.Label)) > 80 {
			t.Fatalf("label of %d runes", len([]rune(tg.Label)))
		}
	}
	for _, m := range s.Mutations {
		if len(m.Changes) > rrweb.DefaultOptions().MaxChanges {
			t.Fatalf("%d changes in a batch", len(m.Changes))
		}
		for _, c := range m.Changes {
			in("changed node", int(c.Node), len(s.Nodes))
			in("changed parent", int(c.Parent), len(s.Nodes))
		}
	}
	for _, r := range s.Requests {
		if r.Start < 0 || r.End < r.Start {
			t.Fatalf("request %v..%v", r.Start, r.End)
		}
	}
	if s.Active < 0 || s.Active > s.Duration {
		t.Fatalf("active %v of %v", s.Active, s.Duration)
	}
}

// TestMobileFixtures reads what recorders of applications wrote: Sentry's own sample, PostHog's pictures of an iOS screen
// and the changes of an Android one, whose start is not there.
func TestMobileFixtures(t *testing.T) {
	dir := fixtures(t)
	text := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	s := decode(t, textPart("replay_recording", text("sentry/android-json/replay_recording.json")))
	if s.Format != "sentry" || s.Context.Channel != "mobile" || len(s.Requests) != 1 || s.Requests[0].Status != 200 {
		t.Errorf("sentry: format %s, channel %q, requests %+v", s.Format, s.Context.Channel, s.Requests)
	}
	var lines []string
	for line := range strings.Lines(text("mobile/encoded-snapshot-data.ts")) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "'{") {
			lines = append(lines, strings.Trim(line, "',"))
		}
	}
	s = decode(t, textPart("ios", strings.Join(lines, "\n")))
	if s.Format != "posthog" || s.Context.ViewportW != 393 || !s.Coverage.Snapshot || count(s, replay.SnapshotEvent) != 1 {
		t.Errorf("ios: format %s, viewport %d, coverage %+v", s.Format, s.Context.ViewportW, s.Coverage)
	}
	s = decode(t, textPart("android", text("mobile/increment-with-child-duplication.json")))
	if !slices.Contains(s.Marks, replay.MarkNoSnapshot) || count(s, replay.MutationEvent) != 1 {
		t.Errorf("android: marks %v, %d mutations", s.Marks, count(s, replay.MutationEvent))
	}
}
