package ranker

import "math"

// Proportion counts some among all, with the 95 % interval of the share; without any, the interval is 0 to 1.
type Proportion struct {
	Some, All int
	Low, High float64
}

// Share is Some of All, 0 of nothing.
func (p Proportion) Share() float64 {
	if p.All == 0 {
		return 0
	}
	return float64(p.Some) / float64(p.All)
}

// normal95 is the 97.5 % quantile of the normal distribution.
const normal95 = 1.959964

// proportion takes the interval by scores (Wilson 1927), which stays within 0 and 1 and does not shrink to a point when
// there are none or only. effect is by how much the variance is larger than that of independent cases, at least 1.
func proportion(some, all int, effect float64) Proportion {
	p := Proportion{Some: some, All: all, High: 1}
	if all == 0 {
		return p
	}
	n, share := float64(all)/max(effect, 1), p.Share()
	z2 := normal95 * normal95
	mid := (share + z2/(2*n)) / (1 + z2/n)
	half := normal95 / (1 + z2/n) * math.Sqrt(share*(1-share)/n+z2/(4*n*n))
	p.Low, p.High = max(0, mid-half), min(1, mid+half)
	return p
}
