package ranker

import (
	"math"
	"sort"
)

// NDCG is the normalised discounted cumulative gain of the first k of an order (Järvelin and Kekäläinen 2002): 1 for
// the ideal order. gain holds the true gain of every item in the order shown; negative gains count as 0. Without any
// gain every order is ideal.
func NDCG(gain []float64, k int) float64 {
	ideal := append([]float64(nil), gain...)
	sort.Sort(sort.Reverse(sort.Float64Slice(ideal)))
	got, best := 0.0, 0.0
	for i := range min(k, len(gain)) {
		discount := math.Log2(float64(i) + 2)
		got += max(gain[i], 0) / discount
		best += max(ideal[i], 0) / discount
	}
	if best == 0 {
		return 1
	}
	return got / best
}

// KendallTau is the rank correlation of two scores of the same items, with ties (tau-b, Kendall 1945), -1..1; 0 where
// either has only ties. It compares all pairs: fine for thousands of items.
func KendallTau(a, b []float64) float64 {
	agree, tiesA, tiesB, pairs := 0.0, 0.0, 0.0, 0.0
	for i := range a {
		for k := i + 1; k < len(a); k++ {
			pairs++
			x, y := sign(a[i]-a[k]), sign(b[i]-b[k])
			agree += x * y
			if x == 0 {
				tiesA++
			}
			if y == 0 {
				tiesB++
			}
		}
	}
	d := math.Sqrt((pairs - tiesA) * (pairs - tiesB))
	if d == 0 {
		return 0
	}
	return agree / d
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// Coverage is the share of intervals that hold the truth, and how many there were.
func Coverage(est []Estimate, truth []float64) (share float64, n int) {
	hit := 0
	for i := range est {
		if est[i].Low <= truth[i] && truth[i] <= est[i].High {
			hit++
		}
	}
	if len(est) == 0 {
		return 0, 0
	}
	return float64(hit) / float64(len(est)), len(est)
}
