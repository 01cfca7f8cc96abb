// Package eval_test scores the detectors, and the rules of other systems, against recordings whose driver wrote down
// what truly happened. Run it with -update to rewrite testdata/corpus/EVAL.txt.
package eval_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/format"
)

const (
	corpusDir = "../../../testdata/corpus"
	demoDir   = "../../../testdata/demo"
)

// label is one group of gestures with what truly happened.
type label struct {
	Session string             `json:"session"`
	App     string             `json:"app"`
	Kind    string             `json:"kind"` // friction, benign or unclear; the demo says fault, twin or benign
	ID      string             `json:"id"`
	Pattern friction.Pattern   `json:"pattern"`
	Also    []friction.Pattern `json:"also"`   // other names that a careful observer would accept
	Unseen  bool               `json:"unseen"` // the recording cannot show it
	Start   int64              `json:"start_ms"`
	End     int64              `json:"end_ms"`
	Rect    []int32            `json:"rect"` // x, y, width, height of the control; absent in the demo
	Taps    int                `json:"taps"`
	Sel     string             `json:"selector"`
}

// aside reports whether l is a single press that was made on the way to something.
func (l *label) aside() bool { return strings.HasPrefix(l.ID, "aside:") }

// recording is one session with its labels.
type recording struct {
	s      *replay.Session
	app    string
	labels []label
}

func readLabels(t testing.TB, dir string) map[string][]label {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "labels.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[string][]label{}
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		var l label
		if err := json.Unmarshal(sc.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		all[l.Session] = append(all[l.Session], l)
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// The parts of the corpus.
const (
	dev         = "dev"         // mistakes may be looked at
	calibration = "calibration" // confidence is fitted to what is right there, and nothing else is taken from it
	heldout     = "heldout"     // scored only
)

// split says which part each app belongs to.
func split(t testing.TB) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(corpusDir, "split.json"))
	if err != nil {
		t.Fatal(err)
	}
	var parts map[string][]string
	if err := json.Unmarshal(raw, &parts); err != nil {
		t.Fatal(err)
	}
	of := map[string]string{}
	for part, apps := range parts {
		if part != dev && part != calibration && part != heldout {
			t.Fatalf("split.json: unknown part %q", part)
		}
		for _, a := range apps {
			of[a] = part
		}
	}
	return of
}

// demoLabels gives the demo's labels the names of this package: what its faults look like stands in truth.json.
func demoLabels(t testing.TB) map[string][]label {
	t.Helper()
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
	all := readLabels(t, demoDir)
	for _, ls := range all {
		for i := range ls {
			l := &ls[i]
			if l.Kind != "fault" {
				l.Kind = "benign"
				continue
			}
			l.Kind = "friction"
			for _, f := range truth.Faults {
				if f.ID == l.ID {
					l.Pattern, l.Also = f.Patterns[0], f.Patterns[1:]
				}
			}
			// The demo's labels name the fault and count the taps: three quick ones on something dead are rage.
			if l.Pattern == friction.DeadTap && l.Taps >= 3 && l.End-l.Start <= int64(l.Taps)*600 {
				l.Pattern = friction.RageTap
			}
		}
	}
	return all
}

// load decodes all gzip'ed recordings below dir; name says which of them to read.
func load(t testing.TB, dir string, labels map[string][]label, wanted func(id string) bool) []recording {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "bucket", "*", "*.json.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings in %s: %v", dir, err)
	}
	sort.Strings(files)
	var out []recording
	for _, file := range files {
		id := strings.TrimSuffix(filepath.Base(file), ".json.gz")
		if !wanted(id) || len(labels[id]) == 0 {
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := format.Decode(context.Background(), id, []format.Part{{Name: file, Open: func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(b)), nil
		}}}, format.DefaultOptions())
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		out = append(out, recording{s: s, app: filepath.Base(filepath.Dir(file)), labels: labels[id]})
	}
	return out
}

// found is something that a system reported: an episode, or a rage or dead click of another system's rule.
type found struct {
	patterns   []friction.Pattern // the first names it
	start, end int64              // ms since the start of the session
	x, y       int32              // -1 unknown
	conf       float64
	target     string
}

const (
	// margin is how far the labels' times and the recorder's may differ: the driver reads its clock before pointer down
	// and after pointer up, and the recorder samples at 50 ms.
	margin = 300
	// reach is how far outside the control's rectangle the first press may lie: labels are aimed inside, and the page
	// may have moved by a line since.
	reach = 12
)

// touches reports whether f lies at l: overlapping in time, and on the control where both places are known.
func touches(f found, l label, s *replay.Session) bool {
	from, to := l.Start-s.Start.UnixMilli()-margin, l.End-s.Start.UnixMilli()+margin
	if f.start > to || f.end < from {
		return false
	}
	if len(l.Rect) != 4 || f.x < 0 || f.y < 0 {
		return true
	}
	return f.x >= l.Rect[0]-reach && f.x <= l.Rect[0]+l.Rect[2]+reach && f.y >= l.Rect[1]-reach && f.y <= l.Rect[1]+l.Rect[3]+reach
}

// accepts reports whether p is a right name for l. Rage and dead are one family: whether three tries or one were made
// is a matter of patience, not of the control.
func accepts(l label, p friction.Pattern) bool {
	if p == l.Pattern || slices.Contains(l.Also, p) {
		return true
	}
	family := func(p friction.Pattern) bool { return p == friction.RageTap || p == friction.DeadTap }
	return family(p) && (family(l.Pattern) || slices.ContainsFunc(l.Also, family))
}

// episodes are the kept ones of a session, judged by the crowd if there is one.
func episodes(d *friction.Digest, crowd *cluster.Result) []found {
	var out []found
	var judged []cluster.Judgement
	if crowd != nil {
		judged = crowd.Judge(d)
	}
	for i, e := range d.Episodes {
		if crowd != nil {
			j := judged[i]
			e.Pattern, e.Verdict, e.Reason, e.Confidence = j.Pattern, j.Verdict, j.Reason, j.Confidence
		}
		if e.Verdict != friction.Friction {
			continue
		}
		f := found{patterns: append([]friction.Pattern{e.Pattern}, e.Also...), start: e.Start.Milliseconds(), end: e.End.Milliseconds(), x: e.X, y: e.Y, conf: e.Confidence}
		if e.Target >= 0 {
			f.target = d.Targets[e.Target].Selector
		}
		out = append(out, f)
	}
	return out
}
