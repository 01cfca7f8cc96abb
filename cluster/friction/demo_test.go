package friction_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/format"
)

const demoDir = "../../testdata/demo"

// demoLabel is one group of gestures of the demo driver with what truly happened.
type demoLabel struct {
	Session  string `json:"session"`
	Kind     string `json:"kind"` // fault, twin or benign
	ID       string `json:"id"`
	Start    int64  `json:"start_ms"`
	End      int64  `json:"end_ms"`
	Selector string `json:"selector"`
	Taps     int    `json:"taps"`
}

func demoLabels(t testing.TB) (map[string][]demoLabel, map[string][]friction.Pattern) {
	t.Helper()
	f, err := os.Open(filepath.Join(demoDir, "labels.ndjson"))
	if err != nil {
		t.Skip("the demo recordings have not been generated")
	}
	defer f.Close()
	labels := map[string][]demoLabel{}
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		var l demoLabel
		if err := json.Unmarshal(sc.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		labels[l.Session] = append(labels[l.Session], l)
	}
	raw, err := os.ReadFile(filepath.Join(demoDir, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var truth struct {
		Faults []struct {
			ID       string             `json:"id"`
			Patterns []friction.Pattern `json:"patterns"`
		} `json:"faults"`
	}
	if err := json.Unmarshal(raw, &truth); err != nil {
		t.Fatal(err)
	}
	patterns := map[string][]friction.Pattern{}
	for _, x := range truth.Faults {
		patterns[x.ID] = x.Patterns
	}
	return labels, patterns
}

func demoSessions(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(demoDir, "bucket", "*", "*.json.gz"))
	if err != nil || len(files) == 0 {
		t.Skip("the demo recordings have not been generated")
	}
	sort.Strings(files)
	return files
}

func readRecording(t testing.TB, file string) *replay.Session {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	id := strings.TrimSuffix(filepath.Base(file), ".json.gz")
	s, err := format.Decode(context.Background(), id, []format.Part{{Name: file, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(b)), nil
	}}}, format.DefaultOptions())
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return s
}

// TestDemoLabels compares what Detect finds in the bundled recordings with what their driver wrote down. The demo is
// development data: it shows regressions, not accuracy.
func TestDemoLabels(t *testing.T) {
	labels, patterns := demoLabels(t)
	type count struct{ hit, typed, all int }
	faults := map[string]*count{}
	falseAlarms, quiet, unlabelled := 0, 0, 0
	right, wrong := map[friction.Pattern]int{}, map[friction.Pattern]int{} // kept episodes by the truth of their moment
	var lines []string
	for _, file := range demoSessions(t) {
		s := readRecording(t, file)
		d := friction.Detect(s, friction.DefaultSettings())
		used := make([]bool, len(d.Episodes))
		for _, l := range labels[s.ID] {
			from, to := l.Start-s.Start.UnixMilli()-300, l.End-s.Start.UnixMilli()+300
			var hits []int
			for i, e := range d.Episodes {
				if e.Start.Milliseconds() <= to && e.End.Milliseconds() >= from {
					used[i] = true
					if e.Verdict == friction.Friction {
						hits = append(hits, i)
					}
				}
			}
			describe := func(what string) {
				line := fmt.Sprintf("%s %s at %.1fs: %s %s %d taps %s:", what, s.ID, float64(from+300)/1000, l.Kind, l.ID, l.Taps, l.Selector)
				for _, e := range d.Episodes {
					if e.Start.Milliseconds() <= to && e.End.Milliseconds() >= from {
						line += fmt.Sprintf(" [%s %v %s %s %.2f n=%d u=%d %v %s]", e.Pattern, e.Also, e.Verdict, e.Reason, e.Confidence, e.Gestures, e.Unanswered, e.Latency, label(d, e))
					}
				}
				lines = append(lines, line)
			}
			if l.Kind != "fault" {
				if overlapsFault(labels[s.ID], l) {
					continue // the same press met a fault as well
				}
				quiet++
				if len(hits) > 0 {
					falseAlarms++
					describe("FALSE ALARM")
				}
				continue
			}
			c := faults[l.ID]
			if c == nil {
				c = &count{}
				faults[l.ID] = c
			}
			c.all++
			typed := false
			for _, i := range hits {
				for _, p := range patterns[l.ID] {
					typed = typed || d.Episodes[i].Pattern == p
				}
			}
			if len(hits) > 0 {
				c.hit++
			}
			if typed {
				c.typed++
			} else {
				describe("MISSED")
			}
		}
		for _, e := range d.Episodes {
			if len(labels[s.ID]) == 0 || e.Verdict != friction.Friction {
				continue
			}
			if atFault(labels[s.ID], patterns, s, e) {
				right[e.Pattern]++
			} else {
				wrong[e.Pattern]++
			}
		}
		for i, e := range d.Episodes {
			if len(labels[s.ID]) > 0 && !used[i] && e.Verdict == friction.Friction {
				unlabelled++
				lines = append(lines, fmt.Sprintf("UNLABELLED %s at %.1fs: %s %v %.2f n=%d u=%d %v %s %s", s.ID, e.Start.Seconds(), e.Pattern, e.Also, e.Confidence, e.Gestures, e.Unanswered, e.Latency, label(d, e), e.Cause))
			}
		}
	}
	for _, l := range lines {
		t.Log(l)
	}
	var ids []string
	for id := range faults {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	all, typed := 0, 0
	for _, id := range ids {
		c := faults[id]
		t.Logf("%-20s %3d groups, %3d found, %3d by a right pattern", id, c.all, c.hit, c.typed)
		all, typed = all+c.all, typed+c.typed
	}
	for _, p := range []friction.Pattern{friction.RageTap, friction.DeadTap, friction.ErrorTap, friction.SlowResponse, friction.DisabledPress,
		friction.HoldConfusion, friction.UIFreeze, friction.AffordanceGap, friction.FormTrouble, friction.Loop, friction.QuickBack,
		friction.DeadSwipe, friction.ThrashedCursor, friction.ExcessiveScroll, friction.ZoomStruggle} {
		t.Logf("%-16s %4d kept at a fault it belongs to, %3d elsewhere", p, right[p], wrong[p])
	}
	if all > 0 && float64(typed) < 0.97*float64(all) {
		t.Errorf("found %d of %d labelled faults", typed, all)
	}
	if float64(falseAlarms+unlabelled) > 0.002*float64(quiet) && falseAlarms+unlabelled > 1 {
		t.Errorf("%d false alarms on %d quiet groups", falseAlarms+unlabelled, quiet)
	}
	t.Logf("recall %d/%d; false alarms on %d of %d quiet groups, %d elsewhere", typed, all, falseAlarms, quiet, unlabelled)
}

// atFault reports whether an episode lies at a fault that its pattern is a view of.
func atFault(all []demoLabel, patterns map[string][]friction.Pattern, s *replay.Session, e friction.Episode) bool {
	for _, l := range all {
		from, to := l.Start-s.Start.UnixMilli()-300, l.End-s.Start.UnixMilli()+300
		if l.Kind != "fault" || e.Start.Milliseconds() > to || e.End.Milliseconds() < from {
			continue
		}
		for _, p := range patterns[l.ID] {
			if p == e.Pattern {
				return true
			}
		}
	}
	return false
}

// overlapsFault reports whether a fault of the same control lies within two seconds of a quiet group.
func overlapsFault(all []demoLabel, l demoLabel) bool {
	for _, f := range all {
		if f.Kind == "fault" && f.Selector == l.Selector && f.Start <= l.End+2000 && f.End >= l.Start-2000 {
			return true
		}
	}
	return false
}

func label(d *friction.Digest, e friction.Episode) string {
	if e.Target < 0 {
		return "-"
	}
	return d.Targets[e.Target].Selector
}
