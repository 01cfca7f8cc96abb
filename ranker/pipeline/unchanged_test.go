package pipeline

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rankle/rankle/ranker/review"
)

// An analysis over the same inputs keeps the Result; whatever could change it makes a new one.
func TestNothingChangedNothingRanked(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	files := sample(t, 4)
	writeFiles(t, dir, files)
	table := filepath.Join(t.TempDir(), "who.csv")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(table, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("session_id,user_id\nnobody,u1\n")
	config := Config{Manifests: []Manifest{{Path: table}}}
	program := "one"
	// ranked runs an analysis and reports whether it ranked anew.
	ranked := func() bool {
		t.Helper()
		c, err := config.WithSources([]string{dir})
		if err != nil {
			t.Fatal(err)
		}
		sources, err := Opener{}.Open(c)
		if err != nil {
			t.Fatal(err)
		}
		anew := false
		run, err := Analyze(t.Context(), Options{Config: c, Sources: sources, DataDir: data, Program: program,
			Progress: func(p Progress) { anew = anew || p.Stage == "ranking" }})
		if err != nil {
			t.Fatal(err)
		}
		if run.Report == nil || run.Report.Sessions == 0 {
			t.Fatal("no report")
		}
		return anew
	}
	steps := []struct {
		what   string
		change func()
		want   bool
	}{
		{"the first analysis", func() {}, true},
		{"nothing", func() {}, false},
		{"another program", func() { program = "two" }, true},
		{"a setting", func() { config.MinPeople = 1 }, true},
		{"a table", func() { write("session_id,user_id\nnobody,u2\n") }, true},
		{"nothing, again", func() {}, false},
		{"a verdict", func() { judgeSomething(t, data) }, true},
		{"a recording more", func() {
			writeFiles(t, dir, map[string][]byte{"small.json": []byte(`[{"type":4,"data":{"href":"https://shop.example/","width":8,"height":6},"timestamp":1700000000000}]`)})
		}, true},
		{"a recording that cannot be read", func() { writeFiles(t, dir, map[string][]byte{"bad.json.gz": []byte("\x1f\x8bnothing")}) }, true},
		{"a stored result that is damaged", func() {
			if err := os.WriteFile(filepath.Join(data, resultFile), []byte("{}"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"nothing at last", func() {}, false},
		{"a run that was killed before it stored its result", func() {
			later := time.Now().Add(time.Hour)
			if err := os.Chtimes(basisOf.path(data), later, later); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"nothing after that", func() {}, false},
		{"a program that does not say which one it is", func() { program = "" }, true},
	}
	for _, s := range steps {
		s.change()
		if got := ranked(); got != s.want {
			t.Errorf("after %s: ranked anew %v, want %v", s.what, got, s.want)
		}
	}
}

// judgeSomething stores a mark of a person in the data directory.
func judgeSomething(t *testing.T, data string) {
	t.Helper()
	store, err := review.Open(ReviewFile(data), func() time.Time { return time.Unix(1_700_000_000, 0) })
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	c := review.Control{Screen: "/", Key: "anything"}
	if _, err := store.SetMark(t.Context(), c, review.Mark{Mark: review.RepeatUse, Name: "a button"}, "ada"); err != nil {
		t.Fatal(err)
	}
}
