package ranker

import (
	"math"
	"slices"
	"testing"
)

func near(t *testing.T, what string, got, want, off float64) {
	t.Helper()
	if !(math.Abs(got-want) <= off) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestQuality(t *testing.T) {
	near(t, "ideal order", NDCG([]float64{3, 2, 1, 0}, 3), 1, 1e-12)
	// gains 1, 3: (1 + 3/log2(3)) / (3 + 1/log2(3))
	near(t, "swapped", NDCG([]float64{1, 3}, 10), (1+3/math.Log2(3))/(3+1/math.Log2(3)), 1e-12)
	near(t, "negative gains count as none", NDCG([]float64{-5, 0}, 10), 1, 1e-12)
	near(t, "reversed", KendallTau([]float64{1, 2, 3}, []float64{3, 2, 1}), -1, 1e-12)
	near(t, "one pair of three swapped", KendallTau([]float64{1, 2, 3}, []float64{1, 3, 2}), 1.0/3, 1e-12)
	near(t, "ties", KendallTau([]float64{1, 1, 2}, []float64{1, 2, 3}), 2/math.Sqrt(2*3), 1e-12)
	near(t, "only ties", KendallTau([]float64{1, 1}, []float64{1, 2}), 0, 0)
	share, n := Coverage([]Estimate{{Low: 0, High: 1}, {Low: 2, High: 3}}, []float64{1, 1})
	if share != 0.5 || n != 2 {
		t.Errorf("coverage %v of %d", share, n)
	}
}

func TestQValues(t *testing.T) {
	// by hand: sorted .01 .02 .03 .5, times 4/rank: .04 .04 .04 .5
	got := qValues([]float64{0.5, 0.01, 0.03, 0.02})
	for i, want := range []float64{0.5, 0.04, 0.04, 0.04} {
		near(t, "q", got[i], want, 1e-12)
	}
}

// TestShrink: with most effects at zero, a small noisy one is pulled to zero, a clear one is kept.
func TestShrink(t *testing.T) {
	var tau, se []float64
	for i := range 40 {
		tau = append(tau, 0.02*math.Sin(float64(i)*2.4))
		se = append(se, 0.02)
	}
	tau, se = append(tau, 0.3, 0.03), append(se, 0.02, 0.02)
	p := fitPrior(tau, se, slices.Repeat([][]float64{nothing}, len(tau)))
	clear, noisy := p.posterior(0.3, 0.02, nothing), p.posterior(0.03, 0.02, nothing)
	mean, harm := clear.summary()
	noise, noiseHarm := noisy.summary()
	near(t, "clear effect", mean, 0.3, 0.03)
	if noise > 0.015 || noise < 0 || harm < 0.99 || noiseHarm > 0.9 {
		t.Errorf("noisy %v (harm %v), clear harm %v", noise, noiseHarm, harm)
	}
	drawn, sum := clear.sampler(sampler{}), 0.0
	for k := range 4000 {
		sum += drawn.draw(uniform(1, uint64(2*k)), uniform(1, uint64(2*k+1)))
	}
	near(t, "mean of draws", sum/4000, mean, 0.002)
	far := p.posterior(-3, 0.001, nothing) // far outside of the grid
	farMean, _ := far.summary()
	if drawn = far.sampler(drawn); math.IsNaN(farMean) || math.IsNaN(drawn.draw(0.5, 0.5)) {
		t.Error("not finite far outside")
	}
}

// TestPriorOfNothing: without effects the prior is the point at zero.
func TestPriorOfNothing(t *testing.T) {
	none := fitPrior(nil, nil, nil).posterior(0.2, 0.1, nothing)
	if got, _ := none.summary(); got != 0 {
		t.Errorf("mean %v", got)
	}
}

// TestRandomEffects against the formula by hand: estimates 0, .2, .4, .6 with variance .01 each and .03 between them have
// precision 4/.04 and the prior's 1/.25, hence mean .3 x 100/104 and variance 1/104.
func TestRandomEffects(t *testing.T) {
	_, mean, variance := randomEffects([]float64{0, 0.2, 0.4, 0.6}, []float64{0.01, 0.01, 0.01, 0.01}, 0.03)
	near(t, "mean", mean, 30.0/104, 1e-12)
	near(t, "variance", variance, 1.0/104, 1e-12)
}

// TestCalibrate: precise controls speak for themselves, vague ones leave the prior as it was.
func TestCalibrate(t *testing.T) {
	controls := func(n int, at, spread, se float64) []effect {
		var out []effect
		for i := range n {
			z := float64(1 - 2*(i%2)) // every second above, every second below: standard deviation = spread
			variance := 0.04 * se * se
			out = append(out, effect{possible: true, exposed: 1, slope: 0.2, tau: 0.2 * (at + spread*z), variance: variance, even: variance})
		}
		return out
	}
	c := calibrate(controls(400, 0.1, 0.3, 0.01))
	near(t, "mean of many", c.mean, 0.1, 0.005)
	near(t, "deviation of many", math.Sqrt(c.variance), 0.3, 0.01)
	c = calibrate(controls(4, 0, 0, 50))
	near(t, "mean of vague ones", c.mean, 0, 1e-3)
	near(t, "deviation of vague ones", math.Sqrt(c.variance), math.Hypot(priorError, priorCommon), 0.01)
	askew := controls(40, 0, 0.1, 0.1)
	for i := range askew { // those below happen to look more scattered than they are, those above less
		askew[i].variance *= []float64{0.5, 1.5}[i%2]
	}
	near(t, "mean whatever single controls look like", calibrate(askew).mean, 0, 1e-9)
	if c := calibrate(controls(3, 0, 0.1, 0.1)); c.possible() || c.variance != 0 {
		t.Errorf("three controls calibrate: %+v", c)
	}
}

// TestPooledAgainstPlain: the Schur complement gives what the plain ridge regression gives.
func TestPooledAgainstPlain(t *testing.T) {
	cols := columns{covs: 2}
	cols.start[1], cols.start[2] = 3, 5
	s := &study{strata: newStrata()}
	for i := range int32(60) {
		c := cell{stratum: s.place(i%4, pattern{uint8(i % 3), uint8(i / 3 % 2)}), n: 5 + i%7}
		c.y = (i*7%11 + i%3) % c.n
		s.cells = append(s.cells, c)
	}
	s.collapse()
	m := fitPooled(s, 4, cols, nil)
	// at the optimum the penalised gradient is zero in every direction
	gradient := make([]float64, 5)
	alpha := make([]float64, 4)
	all := 0.0
	for _, c := range s.cells {
		at := s.list[c.stratum]
		r := float64(c.y) - float64(c.n)*m.at(at, 0)
		all += r
		alpha[at.issue] += r
		for _, k := range cols.of(&s.pasts[at.past], nil) {
			gradient[k] += r
		}
	}
	near(t, "mean", all, 0, 1e-3)
	for k := range gradient {
		near(t, "column", gradient[k]-pooledRidge*m.beta[k], 0, 1e-3)
	}
	for k := range alpha {
		near(t, "issue", alpha[k]-interceptRidge*m.alpha[k], 0, 1e-3)
	}
}

func TestSharesNeverCountASessionTwice(t *testing.T) {
	o := &overlaps{alone: []int{10, 0, 0}, met: []int{30, 20, 5}, crowds: [][]int32{{0, 1}, {0, 1, 2}}, sessions: []int{15, 5}}
	o.pairUp()
	effects := []float64{0.3, 0.1, -0.2}
	losses := []float64{9, 2, -1}
	s := o.shares(effects, losses, 10) // as much as they lose in sum: nothing is split
	for i := range s {
		near(t, "whole", s[i], 1, 1e-12)
	}
	least := o.split(effects, func(int32, int32) bool { return true })
	near(t, "first", least[0], (10+0.75*20)/30.0, 1e-12)
	near(t, "second", least[1], 0.25, 1e-12)
	near(t, "harmless", least[2], 0, 0)
	near(t, "sessions", least[0]*30+least[1]*20+least[2]*5, 30, 1e-9)
	for _, total := range []float64{9, 7, 3} {
		sum := 0.0
		for i, f := range o.shares(effects, losses, total) {
			if f < 0 || f > 1 {
				t.Errorf("total %v: share %v", total, f)
			}
			sum += f * losses[i]
		}
		near(t, "sum", sum, total, 1e-9)
	}
	o.met = []int{22, 20, 5} // the first two can hardly be told apart: they split whatever the total
	o.alone[0] = 2
	o.pairUp()
	s = o.shares(effects, losses, 1e9)
	near(t, "first of a pair", s[0], (2+0.75*20)/22, 1e-12)
	near(t, "third beside a pair", s[2], 1, 1e-12)
}

func TestWeekStartsOnMonday(t *testing.T) {
	monday := firstDay.UnixMilli() // 5 October 2026
	if weekOf(monday) == weekOf(monday-1) || weekOf(monday) != weekOf(monday+weekMillis-1) {
		t.Error("weeks do not run from Monday to Sunday")
	}
	if weekOf(-4*dayMillis) == weekOf(0) {
		t.Error("weeks before the epoch fall together")
	}
}
