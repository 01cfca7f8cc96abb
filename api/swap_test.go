package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/api/apitest"
)

// What TestSwap does at the same time.
const (
	swapReaders = 4
	swapReads   = 60 // of each reader
	swapWriters = 2
	swapWrites  = 20 // of each writer
	swapRuns    = 12 // loaded meanwhile, each with an index built anew
)

// otherRun is the sample run as another one, of which every title says that it is.
func otherRun(t *testing.T) *api.Snapshot {
	t.Helper()
	snap, err := apitest.Sample().Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	report := *snap.Report
	report.Run = "other"
	report.Issues = slices.Clone(report.Issues[:len(report.Issues)-2])
	for i := range report.Issues {
		report.Issues[i].Title = otherTitle + report.Issues[i].Title
	}
	snap.Report = &report
	return snap
}

const otherTitle = "Other: "

// TestSwap reads lists and writes reviews while one run after another is loaded, each with an index built anew. Every list is of
// exactly one run, no acknowledged write is lost, and nothing is refused.
func TestSwap(t *testing.T) {
	shared, err := sample()
	if err != nil {
		t.Fatal(err)
	}
	counts := map[bool]int{false: len(shared.Report.Issues), true: len(otherRun(t).Report.Issues)}
	s := newServer(t, nil)
	h := s.Handler()
	var busy sync.WaitGroup
	busy.Go(func() {
		for i := range swapRuns {
			next := shared
			if i%2 == 0 {
				next = otherRun(t)
			}
			if err := s.Load(next); err != nil {
				t.Error(err)
			}
		}
	})
	took := make([][]time.Duration, swapReaders)
	for reader := range swapReaders {
		busy.Go(func() {
			for range swapReads {
				start := time.Now()
				status, body := send(h, http.MethodGet, "/api/v1/issues?limit=500", "")
				took[reader] = append(took[reader], time.Since(start))
				var page api.IssuePage
				if err := json.Unmarshal([]byte(body), &page); err != nil || status != http.StatusOK {
					t.Errorf("%d %.200s %v", status, body, err)
					return
				}
				other := strings.HasPrefix(page.Issues[0].Title, otherTitle)
				if len(page.Issues) != counts[other] || page.Total != counts[other] {
					t.Errorf("%d of %d issues of the run, want %d", len(page.Issues), page.Total, counts[other])
				}
				for _, i := range page.Issues {
					if strings.HasPrefix(i.Title, otherTitle) != other {
						t.Errorf("issues of two runs in one list")
					}
				}
			}
		})
	}
	for writer := range swapWriters {
		busy.Go(func() {
			for rev := range swapWrites {
				status, body := send(h, http.MethodPatch, fmt.Sprintf("/api/v1/issues/%s/review", shared.Report.Issues[writer].Key),
					fmt.Sprintf(`{"note":"n%d","rev":%d}`, rev, rev))
				if status != http.StatusOK {
					t.Errorf("write %d: %d %s", rev, status, body)
				}
			}
		})
	}
	busy.Wait()
	for writer := range swapWriters {
		issue := decode[api.Issue](t, do(t, h, get("/api/v1/issues/"+shared.Report.Issues[writer].Key)).Body)
		if issue.Review.Rev != swapWrites || len(issue.Review.History) != swapWrites {
			t.Errorf("revision %d with %d entries after %d acknowledged writes", issue.Review.Rev, len(issue.Review.History), swapWrites)
		}
	}
	all := slices.Sorted(slices.Values(slices.Concat(took...)))
	t.Logf("%d lists while %d runs were loaded: p50 %v, p99 %v", len(all), swapRuns, all[len(all)/2], all[len(all)*99/100])
}

func send(h http.Handler, method, path, body string) (int, string) {
	r := httptest.NewRequest(method, "http://127.0.0.1"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}
