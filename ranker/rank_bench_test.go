package ranker

import (
	"flag"
	"runtime"
	"sync"
	"testing"
	"time"
)

var rankSessions = flag.Int("rank.sessions", 20_000, "sessions that BenchmarkRank ranks; the issue's measure is 1000000")

// BenchmarkRank ranks simulated sessions for two outcomes: what collecting and estimating cost per session, and the
// memory that the process took from the system. Making the sessions is not in the times.
func BenchmarkRank(b *testing.B) {
	w := newWorld(1, *rankSessions, worldDefault)
	var add, report time.Duration
	b.ReportAllocs()
	for b.Loop() {
		in := w.input()
		in.Each = atOnce
		c, err := NewCollector(in)
		if err != nil {
			b.Fatal(err)
		}
		for d := range w.digests() {
			start := time.Now()
			c.Add(d)
			add += time.Since(start)
		}
		start := time.Now()
		if r := c.Report(); len(r.Issues) == 0 {
			b.Fatal("no issues")
		}
		report += time.Since(start)
	}
	per := func(d time.Duration) float64 { return d.Seconds() * 1e6 / float64(b.N) / float64(*rankSessions) }
	b.ReportMetric(per(add), "collect-µs/session")
	b.ReportMetric(per(report), "report-µs/session")
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/1e6, "system-MB")
	b.ReportMetric(0, "ns/op")
}

// atOnce runs every call in a goroutine of its own.
func atOnce(n int, do func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { do(i) })
	}
	wg.Wait()
}
