package ranker

import (
	"math"
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
	p := fitPrior(tau, se)
	clear, noisy := p.posterior(0.3, 0.02), p.posterior(0.03, 0.02)
	near(t, "clear effect", clear.mean, 0.3, 0.03)
	if noisy.mean > 0.015 || noisy.mean < 0 || clear.harm < 0.99 || noisy.harm > 0.9 {
		t.Errorf("noisy %v (harm %v), clear harm %v", noisy.mean, noisy.harm, clear.harm)
	}
	sum := 0.0
	for k := range 4000 {
		sum += clear.draw(uniform(1, uint64(2*k)), uniform(1, uint64(2*k+1)))
	}
	near(t, "mean of draws", sum/4000, clear.mean, 0.002)
	far := p.posterior(-3, 0.001) // far outside of the grid
	if math.IsNaN(far.mean) || math.IsNaN(far.draw(0.5, 0.5)) {
		t.Error("not finite far outside")
	}
}

// TestPriorOfNothing: without effects the prior is the point at zero.
func TestPriorOfNothing(t *testing.T) {
	if got := fitPrior(nil, nil).posterior(0.2, 0.1).mean; got != 0 {
		t.Errorf("mean %v", got)
	}
}

// TestCalibrate against the formula by hand: effects 0, .2, .4, .6 on the log-odds scale with equal variances v = .01:
// Q = sum (x-.3)²/v = 20, between = (20-3)/(400-100) = .0567, mean .3, doubt (.01+.0567)/4.
func TestCalibrate(t *testing.T) {
	var controls []effect
	for i := range 4 {
		e := effect{possible: true, exposed: 1000, expected: 500}
		s := e.slope()
		e.tau, e.se = 0.2*float64(i)*s, 0.1*s
		controls = append(controls, e)
	}
	c := calibrate(controls)
	near(t, "mean", c.mean, 0.3, 1e-9)
	near(t, "variance", c.variance, 17.0/300+(0.01+17.0/300)/4, 1e-9)
	if c := calibrate(controls[:3]); c.possible() {
		t.Error("three controls calibrate")
	}
}

// TestPooledAgainstPlain: the Schur complement gives what the plain ridge regression gives.
func TestPooledAgainstPlain(t *testing.T) {
	cols := columns{covs: 2}
	cols.start[1], cols.start[2] = 3, 5
	var cells []cell
	for i := range int32(60) {
		c := cell{issue: i % 4, n: 5 + i%7}
		c.past[0], c.past[1] = uint8(i%3), uint8(i/3%2)
		c.y = (i*7%11 + i%3) % c.n
		c.hoped = float64(c.y)
		cells = append(cells, c)
	}
	m := fitPooled(cells, 4, cols, nil)
	// at the optimum the penalised gradient is zero in every direction
	gradient := make([]float64, 5)
	alpha := make([]float64, 4)
	all := 0.0
	for i := range cells {
		c := &cells[i]
		r := c.hoped - float64(c.n)*expit(m.eta(&c.past)+m.alpha[c.issue])
		all += r
		alpha[c.issue] += r
		for _, k := range cols.of(&c.past, nil) {
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
	s := o.shares([]float64{0.3, 0.1, -0.2})
	near(t, "first", s[0], (10+0.75*20)/30.0, 1e-12)
	near(t, "second", s[1], 0.25, 1e-12)
	near(t, "harmless", s[2], 0, 0)
	near(t, "sessions", s[0]*30+s[1]*20+s[2]*5, 30, 1e-9)
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
