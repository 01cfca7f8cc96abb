package api_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/api/apitest"
	"github.com/rankle/rankle/ranker"
)

// BenchmarkIssues asks for pages of a list of 10,000 issues, gzip on, as a browser does. The target is 20 ms at the
// 99th percentile for 200 requests a second on two cores, so under 10 ms of CPU a request.
func BenchmarkIssues(b *testing.B) {
	s := longList(b)
	for _, path := range []string{"/api/v1/issues", "/api/v1/issues?q=button&pattern=dead_tap", "/api/v1/issues/iss-save-17", "/api/v1/sessions?q=coupon"} {
		b.Run(path, func(b *testing.B) {
			b.ReportAllocs()
			var times []time.Duration
			for b.Loop() {
				start := time.Now()
				r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
				r.Header.Set("Accept-Encoding", "gzip")
				s.Handler().ServeHTTP(httptest.NewRecorder(), r)
				times = append(times, time.Since(start))
			}
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// longList is a server with a list of 10,000 issues.
func longList(b *testing.B) *api.Server {
	base := apitest.Sample().Report.Issues
	return newServer(b, func(_ *api.Options, snap *api.Snapshot) {
		report := *snap.Report
		report.Issues = nil
		for i := range 10_000 {
			issue := base[i%len(base)]
			issue.Key, issue.Rank = fmt.Sprintf("%s-%d", issue.Key, i), i+1
			report.Issues = append(report.Issues, issue)
		}
		report.Issues = slices.Clip[[]ranker.Ranked](report.Issues)
		snap.Report = &report
	})
}

// The load of BenchmarkLoad: as many requests a second as the target names, long enough for a 99th percentile.
const (
	loadRate = 200
	loadTime = 10 * time.Second
)

// BenchmarkLoad asks a server with 10,000 issues for the first page of the list, loadRate times a second over loopback, come
// what may: a request's time counts from when it was due, so that a slow answer is not hidden by the requests that it held up.
func BenchmarkLoad(b *testing.B) {
	server := httptest.NewServer(longList(b).Handler())
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: loadRate}}
	times := make([]time.Duration, int(loadTime.Seconds())*loadRate)
	for b.Loop() {
		var all sync.WaitGroup
		begin := time.Now()
		for i := range times {
			due := begin.Add(time.Duration(i) * time.Second / loadRate)
			time.Sleep(time.Until(due))
			all.Go(func() {
				if res, err := client.Get(server.URL + "/api/v1/issues"); err != nil {
					b.Error(err)
				} else {
					if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
						b.Error(res.Status, err)
					}
					res.Body.Close()
				}
				times[i] = time.Since(due)
			})
		}
		all.Wait()
	}
	slices.Sort(times)
	for _, q := range []struct {
		name string
		part float64
	}{{"p50-ms", .5}, {"p99-ms", .99}} {
		b.ReportMetric(float64(times[int(q.part*float64(len(times)-1))].Microseconds())/1000, q.name)
	}
	b.ReportMetric(0, "ns/op")
}
