package ranker

import (
	"fmt"
	"math"
	"runtime"
	"testing"
)

// BenchmarkPosteriors makes the posteriors of 10,000 issues in one outcome, each with leanPoints expected values, as a Basis
// holds them, and draws from all: what is held of each.
func BenchmarkPosteriors(b *testing.B) {
	const issues, fitted, draws = 10_000, 200, 100
	tau, se, leans := make([]float64, fitted), make([]float64, fitted), make([][]float64, fitted)
	for i := range tau {
		tau[i], se[i], leans[i] = math.Sin(float64(i)), 0.05, nothing
	}
	p := fitPrior(tau, se, leans)
	expected := make([]float64, leanPoints)
	for k := range expected {
		expected[k] = 0.02 * float64(k)
	}
	keys := make([]string, issues)
	for i := range keys {
		keys[i] = fmt.Sprint(i)
	}
	b.ReportAllocs()
	var held int64
	for b.Loop() {
		stakes := make([][]stake, issues)
		before := inUse()
		for i := range stakes {
			stakes[i] = []stake{{possible: true, perWeek: 1, doubted: p.posterior(math.Sin(float64(i)), 0.05, expected)}}
		}
		held = inUse() - before
		simulate(stakes, []float64{1}, keys, Options{Draws: draws})
	}
	b.ReportMetric(float64(held)/issues, "B/issue-held")
}

func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
