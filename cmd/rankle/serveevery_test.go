//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rankle/rankle/api"
)

// A server that analyses by itself, from the empty data directory to the signal that ends it.
func TestServeAnalyzesByItself(t *testing.T) {
	dir, data := filepath.Join(t.TempDir(), "bucket"), t.TempDir()
	if err := copySample(dir); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("rankle", "serve", dir, "--analyze-every", "1h", "--data", data, "--addr", "127.0.0.1:0")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &served{cmd: cmd, out: bufio.NewReader(out)}
	for s.url == "" {
		line, err := s.out.ReadString('\n')
		if err != nil {
			t.Fatalf("%v, %v\n%s", err, cmd.Wait(), &errs)
		}
		if url, ok := strings.CutPrefix(line, "Viewer: "); ok {
			s.url = strings.TrimRight(url, "/\n")
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), soakPatience)
	defer cancel()
	var runs api.Runs
	for runs.Last == nil && ctx.Err() == nil {
		s.get(t, "/api/v1/runs", &runs)
	}
	if runs.EveryS != 3600 || runs.Last == nil || runs.Last.Problem != "" || runs.Last.Fresh != sampleSessions || runs.Next == nil || runs.Next.Before(time.Now().Add(50*time.Minute)) {
		t.Errorf("after the first analysis: %+v, last %+v", runs, runs.Last)
	}
	s.awaitReady(ctx, t)
	var report api.Run
	s.get(t, "/api/v1/report", &report)
	if report.Sessions != sampleSessions {
		t.Errorf("%d sessions are served, want %d", report.Sessions, sampleSessions)
	}
	if _, body, err := s.ask(ctx, http.MethodGet, "/metrics", nil); err != nil || !strings.Contains(string(body), `rankle_analysis_runs_total{outcome="succeeded"} 1`) {
		t.Errorf("metrics do not tell of the analysis: %v", err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v\n%s", err, &errs)
	}
	if _, err := os.Stat(filepath.Join(data, "result.json")); err != nil {
		t.Error(err)
	}
}

// A server that cannot make the index of the search, here because its folder is a file, serves everything else.
func TestServeWithoutIndex(t *testing.T) {
	dir, data := filepath.Join(t.TempDir(), "bucket"), t.TempDir()
	if err := copySample(dir); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("rankle", "analyze", dir, "--data", data).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(data, "search"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := startServer(t, data)
	for path, want := range map[string]int{"/api/v1/issues": http.StatusOK, "/api/v1/screens": http.StatusOK, "/api/v1/sessions": http.StatusServiceUnavailable} {
		status, body, err := s.ask(t.Context(), http.MethodGet, path, nil)
		if err != nil || status != want {
			t.Errorf("%s: status %d, want %d, %v: %s", path, status, want, err, body)
		}
	}
	s.stop(t)
}
