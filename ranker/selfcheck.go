package ranker

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/rankle/rankle/ranker/outcome"
)

// SelfCheck asks the data at hand, with the method of the report, questions whose answer is known to be "nothing". It tells
// whether the intervals can be believed here, not on average.
type SelfCheck struct {
	// Name is CheckHalves or CheckBefore.
	Name    string
	Outcome string
	// Tests is the number of issues that could be tested.
	Tests int
	// Rejected are those whose 95 % interval excludes zero. A twentieth is expected.
	Rejected int
	// Called are those that would be called harmful at a false discovery rate of 5 %. None is expected.
	Called int
	// Passed: no more were rejected than chance allows in ninety-nine of a hundred data sets, and none was called. It says
	// little where there are few tests.
	Passed bool
	Words  string
}

const (
	// CheckHalves compares two random halves of the users, of whom nobody failed (an A/A test): what it finds is chance, so
	// that it tells whether intervals are as wide as chance.
	CheckHalves = "A/A"
	// CheckBefore takes what the same users had reached before the session for the outcome (a placebo outcome, Lipsitch and
	// others 2010): what it finds is a difference between the people, because no failure changes the past.
	CheckBefore = "before"
)

// checked is the share of tests that reject by chance.
const checked = 0.05

// halves is the A/A check of a study. It takes whole user groups, so that the sessions of a user stay together. It comes
// last: the study holds the halves afterwards.
func (x *estimator) halves(issues int) SelfCheck {
	s, n := x.study, 0
	for i, c := range s.cells {
		if !c.failed {
			c.failed = mix(uint64(c.group))%2 == 0
			s.cells[n], s.hoped[n] = c, s.hoped[i]
			n++
		}
	}
	s.cells, s.hoped = s.cells[:n], s.hoped[:n]
	effects := make([]effect, issues)
	for i := range effects {
		effects[i], _, _ = x.compare(int32(i))
		e := &effects[i]
		e.possible = e.possible && e.compared >= minExposed
	}
	out := SelfCheck{Name: CheckHalves, Outcome: x.study.name}
	out.judge(effects, calibration{})
	switch {
	case out.Tests == 0:
		out.Words = "too few people tried the same control to compare halves of them"
	default:
		out.Words = fmt.Sprintf("two random halves of the users differ at %d of %s, about %.2g would by chance", out.Rejected, plural(out.Tests, "issue"), checked*float64(out.Tests))
	}
	return out
}

// before is the placebo check of a goal.
func (b *builder) before(g int, goal outcome.Goal) SelfCheck {
	out := SelfCheck{Name: CheckBefore, Outcome: goal.Name}
	again := 0
	b.eachUser(func(own []visit, _ []history) {
		for _, v := range own[1:] {
			again += int(v.tries)
		}
	})
	s := b.newStudy(goal.Name, "", again)
	b.eachUser(func(own []visit, h []history) {
		earlier := false
		for i := range own {
			if i > 0 {
				s.total.add(earlier)
				for k := range own[i].tries {
					b.add(&own[i], k, b.deepest(&own[i], k), h[i], earlier)
					past := &b.rows[len(b.rows)-1].past
					past[covConverted] = 0 // it is the outcome here
				}
				b.close(s, &own[i], false)
			}
			earlier = earlier || b.reachedAt(&own[i], g) != never
		}
	})
	for i := range s.cells {
		s.cells[i].next, s.cells[i].after = 0, 0 // no failure spoils the past
	}
	s.collapse()
	n := len(b.c.in.Issues)
	effects := make([]effect, b.issues)
	if x := b.estimator(s); x.reason == "" {
		for i := range effects {
			effects[i], _, _ = x.compare(int32(i))
		}
	}
	out.judge(effects[:n], calibrate(effects[n:]))
	switch {
	case out.Tests == 0:
		out.Words = "too few users came again to compare what they had reached before"
	default:
		out.Words = fmt.Sprintf("those who met an issue differ from the others in what they had reached before at %d of %s, about %.2g would by chance",
			out.Rejected, plural(out.Tests, "issue"), checked*float64(out.Tests))
	}
	return out
}

// judge counts what was found where nothing is.
func (out *SelfCheck) judge(effects []effect, cal calibration) {
	var p []float64
	for i := range effects {
		e := &effects[i]
		if !e.possible {
			continue
		}
		one := cal.pHarmless(e)
		p = append(p, one)
		if min(one, 1-one) < checked/2 {
			out.Rejected++
		}
	}
	for _, q := range qValues(p) {
		if q < checked {
			out.Called++
		}
	}
	out.Tests = len(p)
	out.Passed = out.Called == 0 && float64(out.Rejected) <= mostByChance(out.Tests)
}

// mostByChance is how many of n tests reject by chance at most, in ninety-nine of a hundred data sets.
func mostByChance(n int) float64 {
	b := distuv.Binomial{N: float64(n), P: checked}
	for k := range n {
		if b.CDF(float64(k)) >= 0.99 {
			return float64(k)
		}
	}
	return float64(n)
}

// Balance tells how much those who met an issue differed from those whose try worked in what was known before the try:
// the largest standardised mean difference over all levels of all confounders (Austin 2009). Below 0.1 is called balanced.
type Balance struct {
	Before float64 // as they came
	After  float64 // with the weights of Impact.Check
	Worst  string  // the confounder of After
}

// balance measures differences between rows that failed and that worked; weights are those of the latter, per stratum.
func (x *estimator) balance(fit *fitted, weights []float64) Balance {
	cols := x.model.cols
	failed, before, after := make([]float64, cols.n()), make([]float64, cols.n()), make([]float64, cols.n())
	var sums [3]float64
	buf := make([]int32, 0, maxCovariates)
	for k := range fit.strata {
		bad, good := fit.failed[k], fit.worked[k]
		sums[0] += bad
		sums[1] += good
		sums[2] += good * weights[k]
		buf = cols.of(fit.past(k), buf)
		for _, a := range buf {
			failed[a] += bad
			before[a] += good
			after[a] += good * weights[k]
		}
	}
	var out Balance
	if sums[0] == 0 || sums[2] == 0 {
		return out
	}
	for c := range cols.covs {
		for a := cols.start[c]; a < cols.start[c+1]; a++ {
			p, q := failed[a]/sums[0], before[a]/sums[1]
			sd := math.Sqrt((p*(1-p) + q*(1-q)) / 2)
			if sd == 0 {
				continue
			}
			out.Before = max(out.Before, math.Abs(p-q)/sd)
			if d := math.Abs(p-after[a]/sums[2]) / sd; d > out.After {
				out.After, out.Worst = d, x.names[c]
			}
		}
	}
	return out
}

// covariateNames are the confounders in words, by place in a pattern; the configured ones follow.
var covariateNames = [covAttributes]string{
	covDevice: "device", covVersion: "version", covChannel: "channel", covSessions: "earlier sessions", covConverted: "goals reached before",
	covTenure: "days since the first session", covAway: "days since the last session", covProgress: "progress", covAttempts: "tries so far",
	covFriction: "trouble so far", covElapsed: "time so far", covWeek: "week",
}

// CalibrationSummary is what harmless controls say about one outcome, in log-odds: 0.1 moves odds by a tenth.
type CalibrationSummary struct {
	Outcome  string
	Controls int     // harmless controls that could be estimated
	Possible bool    // there were enough of them
	Mean     float64 // error that all issues have in common; taken off every figure
	Spread   float64 // standard deviation of the errors of single issues; part of every interval
}
