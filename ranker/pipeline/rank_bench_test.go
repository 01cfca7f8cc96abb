//go:build unix

package pipeline

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/testdata/demo"
)

var digestCount = flag.Int("digests", 10_000, "sessions of the largest ledger that BenchmarkRank clusters and ranks; the issue's measure is 1000000")

// BenchmarkRank clusters and ranks ledgers of growing size: the sessions of the demo over and over, of other people, with
// other versions and channels and at other times of six weeks. Clustering and collecting read the ledger, which is also timed
// by itself. Reported are the CPU time of each step per session, the time by the clock of clustering, collecting and the report
// together, and the peak memory of the process so far; writing the ledger is in none of the times.
func BenchmarkRank(b *testing.B) {
	from, settings := demoEvidence(b, demo.Bucket())
	config, err := ParseConfig(demo.Config())
	if err != nil {
		b.Fatal(err)
	}
	goals, err := config.outcomes()
	if err != nil {
		b.Fatal(err)
	}
	workers := runtime.GOMAXPROCS(0)
	for n := 10_000; n <= *digestCount; n *= 10 {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			led := filled(b, from, n)
			all := selection{sources: []string{from[0].Source}, superseded: func(*friction.Digest) bool { return false }}
			none := &tables{}
			defer lessGarbage()()
			var wall time.Duration
			for b.Loop() {
				start := cpuTime()
				lap := func(step string) {
					now := cpuTime()
					b.ReportMetric(float64((now-start).Microseconds())/float64(n), step+"-cpu-µs/session")
					start = now
				}
				if err := all.spread(b.Context(), led, none, workers, collecting, func(int, *friction.Digest) error { return nil }); err != nil {
					b.Fatal(err)
				}
				lap("read")
				began := time.Now()
				clusters, err := all.clustered(b.Context(), led, none, settings, workers, func() {})
				if err != nil {
					b.Fatal(err)
				}
				lap("cluster")
				collector, err := all.collected(b.Context(), led, none, clusters, ranker.Input{
					Issues: clusters.Issues, Exposer: clusters, Harmless: clusters.Harmless(), HarmlessCount: clusters.Harmless().Count(),
					Outcomes: goals, Options: config.ranking(), Each: eachProcessor,
				}, workers)
				if err != nil {
					b.Fatal(err)
				}
				lap("collect")
				if r := collector.Report(); r.Sessions != n || len(r.Issues) == 0 {
					b.Fatalf("%d issues of %d sessions", len(r.Issues), r.Sessions)
				}
				lap("report")
				wall += time.Since(began)
			}
			b.ReportMetric(wall.Seconds()/float64(b.N), "s")
			b.ReportMetric(float64(peakMemory())/1e6, "peak-MB")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// filled is a ledger of n sessions like the given ones.
func filled(b *testing.B, from []*friction.Digest, n int) *ledger.Ledger {
	b.Helper()
	led, err := ledger.Open(b.TempDir(), ledger.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = led.Close() })
	const days = 42
	for day := range days {
		rng := rand.New(rand.NewPCG(1, uint64(day)))
		var batch []friction.Digest
		for i := day; i < n; i += days {
			d := *from[rng.IntN(len(from))]
			d.Session = fmt.Sprint("s", i)
			d.Recording = d.Source + "/" + d.Session
			d.Context.User = fmt.Sprint("u", rng.IntN(n/3+1))
			d.Context.AppVersion = fmt.Sprintf("4.%d.0", (day+rng.IntN(days/3))/(days/3))
			d.Context.Channel = [...]string{"search", "mail", "direct"}[rng.IntN(3)]
			d.Start = ledger.Day(from[0].Start).Add(time.Duration(day)*24*time.Hour + time.Duration(rng.Int64N(int64(24*time.Hour))))
			batch = append(batch, d)
		}
		if err := led.Append(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	return led
}
