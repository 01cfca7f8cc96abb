//go:build unix

package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/testdata/demo"
)

var soakRuns = flag.Int("soak.runs", 2, "analyses that TestSoakBusy makes beside a server")

// busyReaders ask at the same time in TestSoakBusy, each one question after the other.
const busyReaders = 4

const (
	listPath = "/api/v1/issues?limit=500" // all of it
	runPath  = "/api/v1/report"
)

// busyPaths is what the readers ask in turn.
var busyPaths = []string{listPath, runPath, "/api/v1/sessions?limit=20", "/api/v1/issues?limit=5&q=e", "/api/v1/screens"}

// TestSoakBusy asks a server and writes reviews while analyses replace its report one after the other, each with more
// recordings than the one before and an index that is built anew. Every answer is there and of exactly one report, and
// every write that was acknowledged is stored once.
func TestSoakBusy(t *testing.T) {
	root := t.TempDir()
	bucket, data := filepath.Join(root, "bucket"), filepath.Join(root, "data")
	sidecars, err := fs.Glob(demo.Bucket(), "*/*.meta.json")
	if err != nil || len(sidecars) < 2**soakRuns {
		t.Fatalf("%d recordings for %d analyses, %v", len(sidecars), *soakRuns+1, err)
	}
	grow := func(n int) {
		t.Helper()
		copyInto(t, bucket, sidecars[:n]...)
		sidecars = sidecars[n:]
		rankle(t, "analyze", bucket, "--data", data)
	}
	grow(len(sidecars) / 2) // so many that there are issues
	step := len(sidecars) / *soakRuns
	s := startServer(t, data)
	defer s.stop(t)
	var list struct{ Issues []struct{ Key string } }
	s.get(t, fmt.Sprintf("/api/v1/issues?limit=%d", reviewedIssues), &list)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := &answers{lists: map[string]string{}, runs: map[string]api.Run{}}
	report, notes := make(chan note), map[string]fate{}
	var busy errgroup.Group
	for i := range busyReaders {
		busy.Go(func() error { return seen.read(ctx, s.url, i) })
	}
	for i := range reviewers {
		busy.Go(func() error {
			return s.review(ctx, fmt.Sprintf("reviewer%d", i), list.Issues[i%len(list.Issues)].Key, report)
		})
	}
	over := make(chan error, 1)
	go func() {
		over <- busy.Wait()
		close(report)
	}()
	known := make(chan struct{})
	go func() {
		defer close(known)
		for n := range report {
			notes[n.text] = n.fate
		}
	}()
	for range *soakRuns {
		if err := seen.ask(ctx, s.url, runPath); err != nil {
			t.Fatal(err)
		}
		before := seen.newest()
		grow(step)
		for seen.newest() == before {
			if err := seen.ask(ctx, s.url, runPath); err != nil {
				t.Fatal(err)
			}
		}
	}
	cancel()
	<-known
	if err := <-over; err != nil {
		t.Fatal(err)
	}
	seen.check(t, *soakRuns+1)
	stored, count := trailOf(t, s), map[fate]int{}
	for text, fate := range notes {
		count[fate]++
		if times := stored[text]; fate == acked && times != 1 || fate == unknown && times > 1 || fate == refused && times > 0 {
			t.Errorf("note %s of fate %d is stored %d times", text, fate, times)
		}
	}
	if count[acked] == 0 {
		t.Error("nothing was written: the test shows nothing")
	}
	slices.Sort(seen.took)
	t.Logf("%d answers of %d reports while %d analyses replaced them and %d writes were acknowledged: p50 %v, p99 %v, most %v",
		len(seen.took), len(seen.runs), *soakRuns, count[acked], seen.took[len(seen.took)/2], seen.took[len(seen.took)*99/100], seen.took[len(seen.took)-1])
}

// answers is what readers of TestSoakBusy got.
type answers struct {
	mu    sync.Mutex
	took  []time.Duration
	lists map[string]string  // by the report that its ETag names: the whole list without what people decided
	runs  map[string]api.Run // by the same
	last  string             // run of the newest answer
}

func (a *answers) newest() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.last
}

// read asks one question after the other until ctx ends.
func (a *answers) read(ctx context.Context, url string, first int) error {
	for i := first; ctx.Err() == nil; i++ {
		if err := a.ask(ctx, url, busyPaths[i%len(busyPaths)]); err != nil {
			return err
		}
	}
	return nil
}

// ask keeps what an answer says of its report, or says what is wrong with it.
func (a *answers) ask(ctx context.Context, url, path string) error {
	begin := time.Now()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+path, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil || resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %d %s, %w", path, resp.StatusCode, body, err)
	}
	took := time.Since(begin)
	tag := strings.TrimPrefix(resp.Header.Get("ETag"), `W/"`)
	tag = tag[:strings.LastIndexByte(tag, '-')] // the rest is the state of the reviews
	a.mu.Lock()
	defer a.mu.Unlock()
	a.took = append(a.took, took)
	switch path {
	case runPath:
		var run api.Run
		if err := json.Unmarshal(body, &run); err != nil {
			return err
		}
		if old, ok := a.runs[tag]; ok && old.Run != run.Run {
			return fmt.Errorf("%s names the runs %s and %s", tag, old.Run, run.Run)
		}
		a.runs[tag], a.last = run, run.Run
	case listPath:
		rows, err := undecided(body)
		if err != nil {
			return err
		}
		if old, ok := a.lists[tag]; ok && old != rows {
			return fmt.Errorf("%s names two lists:\n%s\n%s", tag, old, rows)
		}
		a.lists[tag] = rows
	}
	return nil
}

// undecided is a list as text, without what people decided.
func undecided(body []byte) (string, error) {
	var page api.IssuePage
	if err := json.Unmarshal(body, &page); err != nil {
		return "", err
	}
	for i := range page.Issues {
		row := &page.Issues[i]
		row.Status, row.Owner, row.Effort, row.PerEffort = "", "", 0, nil
	}
	text, err := json.Marshal(page)
	return string(text), err
}

// check compares lists with the runs that they say they are of.
func (a *answers) check(t *testing.T, reports int) {
	t.Helper()
	if len(a.runs) != reports {
		t.Errorf("answers are of %d reports, %d were made", len(a.runs), reports)
	}
	different := map[string]bool{}
	for tag, text := range a.lists {
		var page api.IssuePage
		if err := json.Unmarshal([]byte(text), &page); err != nil {
			t.Fatal(err)
		}
		if run, ok := a.runs[tag]; ok && (page.Total != run.IssuesTotal || len(page.Issues) != run.IssuesTotal) {
			t.Errorf("%s: a list of %d issues that says %d, of a run with %d", run.Run, len(page.Issues), page.Total, run.IssuesTotal)
		}
		different[text] = true
	}
	if len(different) < 2 {
		t.Error("all reports have the same list: the test shows nothing")
	}
}
