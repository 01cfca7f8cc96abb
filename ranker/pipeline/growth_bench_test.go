//go:build unix

package pipeline

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"iter"
	"testing"
	"time"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/source"
	"github.com/rankle/rankle/testdata/demo"
)

var growth = flag.Int("growth", 10_000, "sessions of the largest bucket that BenchmarkGrowth reads")

// replicated is a store in memory that holds the same recordings over and over, under names of their own.
type replicated struct {
	objects [][]byte
	n       int
}

func (replicated) URL() string { return "s3://replicated" }

func (r replicated) List(_ context.Context, _ string) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		for i := range r.n {
			o := replay.Object{Key: fmt.Sprintf("2026-11-%02d/s_%07d.json.gz", 1+i%28, i), ETag: fmt.Sprint(i), Size: int64(len(r.objects[i%len(r.objects)]))}
			if !yield(source.Object{Object: o}, nil) {
				return
			}
		}
	}
}

func (r replicated) Open(_ context.Context, o replay.Object, offset int64) (io.ReadCloser, error) {
	var i int
	if _, err := fmt.Sscan(o.ETag, &i); err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(r.objects[i%len(r.objects)][offset:])), nil
}

// BenchmarkGrowth reads buckets of growing size into a ledger, listing, detection and writing included, and then once more
// when all is known. Linear growth shows as equal times per session, bounded memory as a peak that does not follow.
func BenchmarkGrowth(b *testing.B) {
	objects, _, _ := gzipObjects(b, demo.Bucket())
	for n := 1_000; n <= *growth; n *= 10 {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var first, again time.Duration
			for b.Loop() {
				opt := Options{Sources: []Opened{{Store: replicated{objects, n}}}, DataDir: b.TempDir()}
				for _, spent := range []*time.Duration{&first, &again} {
					start := cpuTime()
					run, err := ReadShard(b.Context(), opt, Shard{1, 1})
					if err != nil || run.Recordings != n {
						b.Fatalf("%+v, %v", run, err)
					}
					*spent += cpuTime() - start
				}
			}
			per := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(b.N) / float64(n) }
			b.ReportMetric(per(first), "cpu-µs/session")
			b.ReportMetric(per(again), "cpu-µs/known")
			b.ReportMetric(float64(peakMemory())/1e6, "peak-MB")
			b.ReportMetric(0, "ns/op")
		})
	}
}
