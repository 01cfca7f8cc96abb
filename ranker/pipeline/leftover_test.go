package pipeline

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rankle/rankle/ranker/review"
)

// What a killed analysis was writing is removed by the next one, and so are copies of tables that the analysis file does
// not name any more; nothing else is, whatever the folder is called.
func TestLeftoversAreRemoved(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "data [1] *")
	writeFiles(t, dir, sample(t, 1))
	day := "ledger/v1/day=2026-10-05/"
	half := []string{"result.json.123.tmp", "basis.bin.77.tmp", "clusters.bin.8.tmp", "tables/0a--orders.csv.5.tmp", "tables/0a--orders.csv", day + "0000000001-9.partial"}
	others := []string{"notes.tmp", "result.json.bak", "tables/orders.csv", day + "readme.txt"}
	files := map[string][]byte{}
	for _, name := range slices.Concat(half, others) {
		files[name] = []byte("half a")
	}
	writeFiles(t, data, files)
	analyze(t, Config{}, data, dir)
	for _, name := range half {
		if _, err := os.Stat(filepath.Join(data, name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left: %v", name, err)
		}
	}
	for _, name := range others {
		if _, err := os.Stat(filepath.Join(data, name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An analysis that was killed after it had stored its Result, and before reviews followed their issues, is made up for by
// the next one, which finds nothing else to do.
func TestReviewsFollowAfterAKill(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	writeFiles(t, dir, sample(t, 1))
	config, err := Config{}.WithSources([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	run := func() {
		t.Helper()
		sources, err := Opener{}.Open(config)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Analyze(t.Context(), Options{Config: config, Sources: sources, DataDir: data, Program: "p"}); err != nil {
			t.Fatal(err)
		}
	}
	run()
	store, err := review.Open(ReviewFile(data), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	owner := "ann"
	if _, err := store.Set(t.Context(), "old", review.Change{Owner: &owner}, 0); err != nil {
		t.Fatal(err)
	}
	run() // stores a Result that obeys what was decided
	last, err := LoadResult(data)
	if err != nil {
		t.Fatal(err)
	}
	last.Aliases = map[string]string{"old": "new"} // as of an analysis that moved the issue
	if err := last.Save(data); err != nil {
		t.Fatal(err)
	}
	run()
	if r, err := store.Get(t.Context(), "new"); err != nil || r.Owner != owner {
		t.Errorf("the review did not follow: %+v, %v", r, err)
	}
}

// An older program does not replace what a newer one has stored.
func TestNewerResultStopsAnAnalysis(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	writeFiles(t, dir, sample(t, 1))
	newer := []byte(`{"format":"rankle-result","schema":2,"sha256":""}` + "\n{}")
	writeFiles(t, data, map[string][]byte{resultFile: newer})
	config, err := Config{}.WithSources([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	sources, err := Opener{}.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Analyze(t.Context(), Options{Config: config, Sources: sources, DataDir: data}); !errors.Is(err, ErrNewer) {
		t.Errorf("got %v, want ErrNewer", err)
	}
	if got := storedResult(t, data); string(got) != string(newer) {
		t.Errorf("the newer result was replaced: %s", got)
	}
}
