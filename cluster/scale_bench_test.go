package cluster

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

// BenchmarkScale clusters the synthetic shop at several sizes, two episodes a session. The time per episode says how it
// grows; held is what a Builder keeps of an episode and its session when all are in.
func BenchmarkScale(b *testing.B) {
	base := shop(5000)
	for _, episodes := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint("episodes=", episodes), func(b *testing.B) {
			b.ReportAllocs()
			var adding, making time.Duration
			var held uint64
			issues := 0
			for b.Loop() {
				before := inUse()
				start := time.Now()
				builder := New(Settings{})
				for i := 0; i < episodes; i += 2 {
					d := base[i/2%len(base)].d // the Builder keeps nothing of it but strings
					d.Session = fmt.Sprint("s", i)
					d.Context.User = fmt.Sprint("user ", i/2%(episodes/4))
					d.Start = day0.Add(time.Duration(i) * 60 * 24 * time.Hour / time.Duration(episodes))
					builder.Add(&d)
				}
				added := time.Now()
				adding += added.Sub(start)
				held = inUse() - before
				made := time.Now()
				issues = len(builder.Result().Issues)
				making += time.Since(made)
			}
			n := float64(b.N) * float64(episodes)
			b.ReportMetric(float64(adding.Nanoseconds())/n, "ns/episode-add")
			b.ReportMetric(float64(making.Nanoseconds())/n, "ns/episode-result")
			b.ReportMetric(float64(held)/float64(episodes), "B/episode-held")
			b.ReportMetric(float64(issues), "issues")
		})
	}
}

func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
