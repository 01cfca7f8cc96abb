package pipeline

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/outcome"
	"github.com/rankle/rankle/replay/source"
	"github.com/rankle/rankle/testdata/demo"
)

// asking analyses recordings of the demo bucket and returns what questions are asked of.
func asking(t *testing.T, config Config, data string) (*Result, *WhatIf) {
	t.Helper()
	dir := t.TempDir()
	writeFiles(t, dir, sample(t, 120))
	analyze(t, config, data, dir)
	result, err := LoadResult(data)
	if err != nil {
		t.Fatal(err)
	}
	led, err := ledger.Open(data, ledger.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { led.Close() })
	return result, NewWhatIf(result, led, data)
}

func demoConfig(t testing.TB) Config {
	t.Helper()
	config, err := ParseConfig(demo.Config())
	if err != nil {
		t.Fatal(err)
	}
	return config
}

// demoOptions are those of an analysis of the demo bucket.
func demoOptions(t testing.TB, data string) Options { return bucketOptions(t, demo.Bucket(), data) }

// bucketOptions are those of an analysis of a bucket like the demo's.
func bucketOptions(t testing.TB, bucket fs.FS, data string) Options {
	t.Helper()
	const url = "demo:bucket"
	config := demoConfig(t)
	config.Sources = []Source{{URL: url}}
	sources, err := Opener{Bundled: map[string]source.Store{url: source.NewDir(bucket, url)}}.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	return Options{Config: config, Sources: sources, DataDir: data}
}

// What-if answers are those that an analysis with these settings gives, and leave the stored result as it is.
func TestWhatIfIsAnalysisWithTheseSettings(t *testing.T) {
	if testing.Short() {
		t.Skip("analyses one after another, which smaller tests race; run without -short")
	}
	data := t.TempDir()
	config := demoConfig(t)
	result, what := asking(t, config, data)
	before, err := os.ReadFile(data + "/" + resultFile)
	if err != nil {
		t.Fatal(err)
	}
	scores := func(r *ranker.Report) map[string]ranker.Estimate {
		out := map[string]ranker.Estimate{}
		for _, x := range r.Issues {
			out[x.Key] = x.Score
		}
		return out
	}
	same := func(name string, changed Config, q Question) {
		t.Helper()
		got, err := what.Ask(t.Context(), q)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_, other := asking(t, changed, t.TempDir())
		want, err := other.Ask(t.Context(), Question{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(scores(want), scores(got)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if got.OrderedBy != want.OrderedBy || got.OrderedBy == result.Report.OrderedBy {
			t.Errorf("%s: ordered by %q, want %q", name, got.OrderedBy, want.OrderedBy)
		}
	}
	weighed := config
	weighed.Weights.Goals = map[string]float64{config.Goals[0].Name: 5}
	same("weights", weighed, Question{Question: ranker.Question{Goals: weighed.Weights.Goals}})
	measured := config
	measured.Goals = []outcome.Goal{{Name: "cart", Reached: outcome.Match{Screen: "/cart"}, Value: 2}}
	same("goals", measured, Question{Measure: measured.Goals})

	after, err := os.ReadFile(data + "/" + resultFile)
	if err != nil || string(after) != string(before) {
		t.Errorf("the stored result changed: %v", err)
	}
}

func TestWhatIfRefuses(t *testing.T) {
	data := t.TempDir()
	result, what := asking(t, demoConfig(t), data)
	for name, q := range map[string]Question{
		"segment": {Question: ranker.Question{Segments: []ranker.Selector{{Attribute: "mood", Value: "bad"}}}},
		"goals":   {Measure: []outcome.Goal{{Name: "", Reached: outcome.Match{Event: "a", Screen: "/b"}}}},
	} {
		if _, err := what.Ask(t.Context(), q); !errors.Is(err, ErrQuestion) || strings.Contains(err.Error(), "BUG") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.Remove(basisOf.path(data)); err != nil {
		t.Fatal(err)
	}
	fresh := NewWhatIf(result, nil, data)
	if _, err := fresh.Ask(t.Context(), Question{}); !errors.Is(err, ErrNoBasis) {
		t.Errorf("without a basis: %v", err)
	}
}

// A basis of another run is not taken for that of this one.
func TestWhatIfOfAnotherRun(t *testing.T) {
	data := t.TempDir()
	result, _ := asking(t, demoConfig(t), data)
	analyze(t, Config{}, data, result.Sources...)
	if _, err := NewWhatIf(result, nil, data).Ask(t.Context(), Question{}); !errors.Is(err, ErrNoBasis) {
		t.Errorf("%v", err)
	}
}
