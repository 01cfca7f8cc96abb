package api_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/api/apitest"
	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/replay"
)

// small is the sample report cut down to what a golden file can be read with.
func small() *ranker.Report {
	r := apitest.Sample().Report
	keep := map[string]bool{"iss-pay-button": true, "iss-hostile": true, "iss-save": true}
	var issues []ranker.Ranked
	for _, i := range r.Issues {
		if keep[i.Key] {
			i.Days, i.Clips = i.Days[:3], i.Clips[:2]
			issues = append(issues, i)
		}
	}
	r.Issues = issues
	return r
}

// The contract of `rankle report --format json`.
func TestDocumentGolden(t *testing.T) {
	var b bytes.Buffer
	if err := api.WriteDocument(&b, small()); err != nil {
		t.Fatal(err)
	}
	goldenText(t, "report/report.json", b.String())
}

func TestMarkdownGolden(t *testing.T) {
	var b bytes.Buffer
	if err := api.Markdown(&b, small()); err != nil {
		t.Fatal(err)
	}
	goldenText(t, "report/report.md", b.String())
	b.Reset()
	if err := api.Markdown(&b, &ranker.Report{}); err != nil {
		t.Fatal(err)
	}
	goldenText(t, "report/empty.md", b.String())
}

// Programs that rely on the contract find every name that it states, with its type, whatever the run lacks.
func TestDocumentNames(t *testing.T) {
	nan := ranker.Estimate{Value: math.NaN(), Low: math.Inf(-1), High: math.Inf(1)}
	bad := ranker.Impact{Outcome: "purchase", Possible: true, PerWeek: nan, Share: nan, Naive: nan}
	reports := map[string]*ranker.Report{
		"sample": apitest.Sample().Report,
		"empty":  {},
		"no numbers": {Weeks: math.NaN(), Issues: []ranker.Ranked{{Issue: cluster.Issue{Confidence: math.NaN(), Segments: []cluster.Segment{{RateIn: math.NaN(), RateOut: math.Inf(1)}}},
			Conversion: []ranker.Impact{bad}, Retention: []ranker.Impact{bad}, Score: nan, TopThree: math.NaN(), TopTen: math.Inf(1)}}},
	}
	for name, r := range reports {
		var b bytes.Buffer
		if err := api.WriteDocument(&b, r); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		doc := decode[map[string]any](t, &b)
		issues, ok := doc["issues"].([]any)
		if !ok || len(issues) != len(r.Issues) {
			t.Fatalf("%s: issues are %T", name, doc["issues"])
		}
		for _, v := range issues {
			checkIssue(t, v.(map[string]any))
		}
	}
}

func checkIssue(t *testing.T, issue map[string]any) {
	t.Helper()
	text := func(m map[string]any, names ...string) {
		t.Helper()
		for _, n := range names {
			if _, ok := m[n].(string); !ok {
				t.Errorf("%s is %T, want a string", n, m[n])
			}
		}
	}
	number := func(m map[string]any, names ...string) {
		t.Helper()
		for _, n := range names {
			if _, ok := m[n].(float64); !ok {
				t.Errorf("%s is %T, want a number", n, m[n])
			}
		}
	}
	text(issue, "key", "title", "screen")
	number(issue, "rank", "sessions_affected", "users_affected", "sessions_exposed")
	text(issue["target"].(map[string]any), "tag", "role", "label", "selector")
	for _, p := range issue["patterns"].([]any) {
		if _, ok := p.(string); !ok {
			t.Errorf("pattern is %T", p)
		}
	}
	impact := issue["impact"].(map[string]any)
	for kind, name := range map[string]string{"conversion": "goal", "retention": "window"} {
		v, there := impact[kind]
		if !there {
			t.Errorf("impact has no %s", kind)
		}
		if v == nil {
			continue
		}
		text(v.(map[string]any), name)
		number(v.(map[string]any), "per_week", "low", "high")
	}
	for _, c := range issue["clips"].([]any) {
		text(c.(map[string]any), "session")
		number(c.(map[string]any), "start_ms", "end_ms")
	}
}

// Recorded text cannot become markup in the document it is pasted into.
func TestMarkdownIsInert(t *testing.T) {
	evil := "x](javascript:alert(1)) | <img src=x>\n# heading `code` ![p](http://evil.example/p.png)"
	r := small()
	r.Issues[0].Title, r.Issues[0].Screen, r.Issues[0].Key, r.Issues[0].Cause = evil, evil, evil, evil
	r.Issues[0].Clips[0].Session = evil
	r.Notes, r.OrderedBy = []string{evil}, evil
	var b bytes.Buffer
	if err := api.Markdown(&b, r); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<img", "](javascript", "![", "\n# heading", "http://", "`code"} {
		for rest := b.String(); ; {
			before, after, found := strings.Cut(rest, bad)
			if !found {
				break
			}
			if !strings.HasSuffix(before, `\`) {
				t.Errorf("%q stands unescaped after: %.60q", bad, before[max(len(before)-40, 0):])
			}
			rest = after
		}
	}
}

// The contract of `rankle detect --format ndjson` and `rankle signals`.
func TestEpisodesGolden(t *testing.T) {
	d := &friction.Digest{
		Session: "s-1", Start: time.UnixMilli(1788749794923).UTC(), Screens: []replay.Screen{{Path: "/product/7"}},
		Targets: []friction.Target{{Key: "k", Tag: "button", Role: "button", Label: apitest.Hostile, Selector: "main > button"}},
		Episodes: []friction.Episode{
			{Pattern: friction.RageTap, Verdict: friction.Friction, Confidence: .91, Start: time.Second, End: 2500 * time.Millisecond, Gestures: 5},
			{Pattern: friction.DeadTap, Verdict: friction.Dismissed, Reason: friction.ReasonAnswered, Confidence: math.NaN(), Start: 3 * time.Second, End: 3 * time.Second, Gestures: 1},
			{Pattern: friction.UIFreeze, Verdict: friction.NoOpinion, Reason: friction.ReasonGap, Confidence: 2, Start: 4 * time.Second, End: 9 * time.Second, Screen: -1, Target: -1},
			{Pattern: friction.Loop, Verdict: friction.Friction, Confidence: .5, Screen: 7, Target: 7}, // references that lead nowhere
		},
	}
	var b bytes.Buffer
	if err := api.WriteEpisodes(&b, d, api.Naming{}); err != nil {
		t.Fatal(err)
	}
	goldenText(t, "report/detect.ndjson", b.String())
	for line := range strings.Lines(b.String()) {
		m := decode[map[string]any](t, strings.NewReader(line))
		for _, name := range []string{"session", "pattern", "verdict", "reason", "confidence", "start_ms", "end_ms", "gestures", "screen", "target"} {
			if m[name] == nil {
				t.Errorf("a line has no %s: %s", name, line)
			}
		}
	}
	b.Reset()
	names := api.Naming{Screen: apitest.Template, Issue: func(_ *friction.Digest, i int) string { return []string{"iss-1", "", "", "iss-2"}[i] }}
	if err := api.WriteEpisodes(&b, d, names); err != nil {
		t.Fatal(err)
	}
	goldenText(t, "report/signals.ndjson", b.String())
	if got := api.EpisodeLines(&friction.Digest{}, api.Naming{}); got == nil || len(got) != 0 {
		t.Errorf("no episodes: %v", got)
	}
}

// The sample itself is equal on every call, or goldens would drift.
func TestSampleIsStable(t *testing.T) {
	var a, b bytes.Buffer
	for _, w := range []*bytes.Buffer{&a, &b} {
		if err := json.NewEncoder(w).Encode(api.Document(apitest.Sample().Report)); err != nil {
			t.Fatal(err)
		}
	}
	if a.String() != b.String() {
		t.Error("two samples differ")
	}
}

// Two versions are compared in one line, with how many each side rests on; what is no difference is no line.
func TestVersionLines(t *testing.T) {
	versions := []cluster.VersionUse{
		{Version: "4.1", Use: cluster.Use{Tried: 240, Answered: 235, People: 60, Timed: 1, LatencyP50: 180 * time.Millisecond, LatencyP95: 900 * time.Millisecond}},
		{Version: "4.2", Use: cluster.Use{Tried: 1, People: 1, Timed: 80, LatencyP50: 2900 * time.Millisecond, LatencyP95: 6 * time.Second}},
	}
	text := func(i cluster.Issue) string {
		t.Helper()
		var b bytes.Buffer
		if err := api.Markdown(&b, &ranker.Report{Issues: []ranker.Ranked{{Issue: i}}}); err != nil {
			t.Fatal(err)
		}
		var lines []string
		for line := range strings.Lines(b.String()) {
			if strings.HasPrefix(line, "- Answered") {
				lines = append(lines, strings.TrimSpace(line))
			}
		}
		return strings.Join(lines, " ")
	}
	late := cluster.Difference{Worse: "4.2", Better: "4.1"}
	for _, c := range []struct {
		issue cluster.Issue
		want  string
	}{
		{cluster.Issue{Versions: versions}, ""},
		{cluster.Issue{AnswersDiffer: late}, ""},
		{cluster.Issue{Versions: versions, AnswersDiffer: late}, "- Answered 0.0 % of 1 try by 1 person in version 4.2, and 97.9 % of 240 tries by 60 people in version 4.1."},
		{cluster.Issue{Versions: versions, LatencyDiffers: late}, "- Answered after 2.9 s in version 4.2 (median of 80 answers, 95th percentile 6.0 s), and after 180 ms in version 4.1 (median of 1 answer, 95th percentile 900 ms)."},
	} {
		if got := text(c.issue); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestReasonIsSaidOnce: what cannot be estimated says so once, and why.
func TestReasonIsSaidOnce(t *testing.T) {
	r := &ranker.Report{Issues: []ranker.Ranked{{Retention: []ranker.Impact{
		{Outcome: "D1", Caveats: []string{"no user came back in the window"}}}}}}
	var b strings.Builder
	if err := api.Markdown(&b, r); err != nil {
		t.Fatal(err)
	}
	if want := "\n- D1: cannot be estimated, because no user came back in the window.\n"; !strings.Contains(b.String(), want) {
		t.Errorf("%s\nlacks %q", b.String(), want)
	}
	if got := api.Document(r).Issues[0].Impacts[0].Caveats; len(got) != 1 || got[0] != "no user came back in the window" {
		t.Errorf("caveats %q", got)
	}
}
