package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// served is a running "rankle serve".
type served struct {
	cmd *exec.Cmd
	url string
	out *bufio.Reader
}

// startServer starts a server on a free port and returns when it is ready.
func startServer(t *testing.T, data string) *served {
	t.Helper()
	s := beginServer(t, data)
	for {
		line, err := s.out.ReadString('\n')
		if err != nil {
			t.Fatalf("rankle serve: %v, %v", err, s.cmd.Wait())
		}
		if url, ok := strings.CutPrefix(line, "Viewer: "); ok {
			s.url = strings.TrimRight(url, "/\n")
			break
		}
	}
	s.awaitReady(t.Context(), t)
	return s
}

// awaitReady returns when what lies behind the report is there: the list is answered before.
func (s *served) awaitReady(ctx context.Context, t *testing.T) {
	t.Helper()
	for {
		switch status, _, err := s.ask(ctx, http.MethodGet, "/readyz", nil); {
		case err == nil && status == http.StatusOK:
			return
		case err != nil || status != http.StatusServiceUnavailable:
			t.Fatalf("readyz: %d, %v", status, err)
		}
	}
}

// beginServer starts a server and does not wait.
func beginServer(t *testing.T, data string) *served {
	t.Helper()
	cmd := exec.Command("rankle", "serve", "--data", data, "--addr", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	t.Cleanup(func() {
		if t.Failed() && errs.Len() > 0 {
			t.Logf("rankle serve: %s", errs.String())
		}
	})
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &served{cmd: cmd, out: bufio.NewReader(out)}
}

// stop kills the server.
func (s *served) stop(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, s.out)
	_ = s.cmd.Wait() // it was killed
}

// ask sends a request and returns the status and the body of the answer.
func (s *served) ask(ctx context.Context, method, path string, body any) (int, []byte, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, soakPatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, bytes.NewReader(text))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, answer, err
}

// get decodes an answer of the API.
func (s *served) get(t *testing.T, path string, into any) {
	t.Helper()
	status, body, err := s.ask(t.Context(), http.MethodGet, path, nil)
	if err != nil || status != http.StatusOK {
		t.Fatalf("GET %s: %d %s, %v", path, status, body, err)
	}
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatalf("GET %s: %v", path, err)
	}
}

// note is what a reviewer wrote and what is known of it.
type note struct {
	text string
	fate fate
}

type fate int

const (
	unknown fate = iota // sent, and not answered before the server was gone
	acked
	refused
)

// review changes the review of an issue again and again until the server is gone, and reports every note as it is sent and as
// it is answered.
func (s *served) review(ctx context.Context, who, issue string, report chan<- note) error {
	rev := int64(0)
	for i := 0; ; i++ {
		text := fmt.Sprintf("%s-%d", who, i)
		report <- note{text, unknown}
		status, body, err := s.ask(ctx, http.MethodPatch, "/api/v1/issues/"+issue+"/review", map[string]any{"note": text, "rev": rev})
		if err != nil {
			return nil // the server is gone, and nobody knows what became of this note
		}
		var now struct{ Rev int64 }
		switch status {
		case http.StatusOK:
			report <- note{text, acked}
			err = json.Unmarshal(body, &now)
		case http.StatusConflict:
			report <- note{text, refused}
			var x struct{ Review struct{ Rev int64 } }
			if _, body, err = s.ask(ctx, http.MethodGet, "/api/v1/issues/"+issue, nil); err != nil {
				return nil
			}
			err = json.Unmarshal(body, &x)
			now.Rev = x.Review.Rev
		default:
			err = fmt.Errorf("%s: %d %s", text, status, body)
		}
		if err != nil {
			return err
		}
		rev = now.Rev
	}
}

// Reviewers of TestSoakServe, and the issues that they share, so that some writes meet.
const (
	reviewers      = 6
	reviewedIssues = 3
	// mostAcked bounds the acknowledged writes before a kill.
	mostAcked = 60
)

// TestSoakServe kills a server while reviewers write. What was acknowledged is there afterwards, once; what was not is there
// once or not at all. In between it is killed while it starts and builds its search index, which must cost nothing.
func TestSoakServe(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	rankle(t, "analyze", demoSource, "--data", data)
	rng := rand.New(rand.NewPCG(*soakSeed, 1))
	notes := map[string]fate{}
	var ready []time.Duration
	start := time.Now()
	s := startServer(t, data)
	starts := time.Since(start) // with an index to build
	var page struct{ Issues []struct{ Key string } }
	s.get(t, fmt.Sprintf("/api/v1/issues?limit=%d", reviewedIssues), &page)
	for n := range *soakServe {
		killWriting(t, s, rng, n, page.Issues, notes)

		// Killed while it starts, with its index to build.
		if err := os.RemoveAll(filepath.Join(data, "search")); err != nil {
			t.Fatal(err)
		}
		starting := beginServer(t, data)
		pause := time.NewTimer(time.Duration(rng.Int64N(int64(starts))))
		<-pause.C
		starting.stop(t)

		start = time.Now()
		s = startServer(t, data)
		ready = append(ready, time.Since(start))
		stored := trailOf(t, s)
		what := fmt.Sprintf("seed %d, kill %d", *soakSeed, n+1)
		for text, fate := range notes {
			if times := stored[text]; fate == acked && times != 1 || fate == unknown && times > 1 || fate == refused && times > 0 {
				t.Errorf("%s: note %s of fate %d is stored %d times", what, text, fate, times)
			}
		}
		var found struct{ Total int }
		s.get(t, "/api/v1/sessions?limit=1", &found)
		if found.Total == 0 {
			t.Errorf("%s: the search index is empty", what)
		}
		if t.Failed() {
			break
		}
	}
	s.stop(t)
	count := map[fate]int{}
	for _, fate := range notes {
		count[fate]++
	}
	t.Logf("seed %d: %d kills of serve under writes and as many while it started; %d writes acknowledged, %d refused, %d not answered; ready again after %s",
		*soakSeed, *soakServe, count[acked], count[refused], count[unknown], spread(ready))
}

// killWriting has reviewers write and kills the server when a random number of writes is acknowledged.
func killWriting(t *testing.T, s *served, rng *rand.Rand, n int, issues []struct{ Key string }, notes map[string]fate) {
	t.Helper()
	report := make(chan note)
	var busy errgroup.Group
	for i := range reviewers {
		who := fmt.Sprintf("kill%d-reviewer%d", n, i)
		busy.Go(func() error { return s.review(t.Context(), who, issues[i%len(issues)].Key, report) })
	}
	over := make(chan error, 1)
	go func() {
		over <- busy.Wait()
		close(report)
	}()
	left := 1 + rng.IntN(mostAcked)
	for r := range report {
		notes[r.text] = r.fate
		if r.fate != acked {
			continue
		}
		if left--; left == 0 {
			s.stop(t)
		}
	}
	if err := <-over; err != nil {
		t.Fatal(err)
	}
}

// trailOf counts the notes of the whole audit trail.
func trailOf(t *testing.T, s *served) map[string]int {
	t.Helper()
	found := map[string]int{}
	for cursor := ""; ; {
		var page struct {
			Deeds []struct {
				Kind, State string
			}
			Next string `json:"next_cursor"`
		}
		s.get(t, "/api/v1/trail?limit=500&cursor="+cursor, &page)
		for _, d := range page.Deeds {
			var state struct{ Note string }
			if err := json.Unmarshal([]byte(d.State), &state); err != nil {
				t.Fatal(err)
			}
			found[state.Note]++
		}
		if cursor = page.Next; cursor == "" {
			return found
		}
	}
}
