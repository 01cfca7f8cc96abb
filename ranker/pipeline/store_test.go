package pipeline

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/outcome"
)

func sampleResult() *Result {
	return &Result{
		Report: &ranker.Report{
			Schema: 1, Run: "r1", Sessions: 3, From: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC),
			Issues: []ranker.Ranked{{Rank: 1, Score: ranker.Estimate{Value: 2, Low: 1, High: 3, Unit: "purchases per week"}}},
		},
		Config:  Config{Goals: []outcome.Goal{{Name: "purchase", Reached: outcome.Match{Screen: "/thank-you"}}}},
		Sources: []string{"demo:bucket"},
		Digests: "abc",
	}
}

func TestResultSurvivesStoring(t *testing.T) {
	dir := t.TempDir()
	if _, err := LoadResult(dir); !errors.Is(err, ErrNoReport) {
		t.Fatalf("empty directory: %v, want ErrNoReport", err)
	}
	want := sampleResult()
	if err := want.Save(dir); err != nil {
		t.Fatal(err)
	}
	got, err := LoadResult(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Config{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("stored and loaded differ (-want +got):\n%s", diff)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*.tmp"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestDamagedResultIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := sampleResult().Save(dir); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, resultFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"cut":        whole[:len(whole)/2],
		"flipped":    bytes.Replace(whole, []byte(`"Sessions":3`), []byte(`"Sessions":4`), 1),
		"no header":  []byte("{}"),
		"empty file": {},
	} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadResult(dir); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v, want ErrDamaged", name, err)
		}
	}
	newer := strings.Replace(string(whole), `"schema":1`, `"schema":2`, 1)
	if err := os.WriteFile(path, []byte(newer), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadResult(dir); !errors.Is(err, ErrNewer) {
		t.Errorf("newer schema: %v, want ErrNewer", err)
	}
}
