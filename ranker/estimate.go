package ranker

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// effect is what one issue costs in one outcome, in rows: how many of the exposed would have reached the outcome had
// the try worked, minus those who did.
type effect struct {
	possible bool
	exposed  int // failed rows whose window is over
	compared int // rows that worked
	lost     float64
	variance float64 // of lost: sampling, model and missing overlap
	tau, se  float64 // lost per exposed row
	expected float64 // outcomes of the exposed had the try worked
	observed float64
	check    float64 // lost by the doubly robust estimator
	ess      float64 // comparison rows that the exposed rows resemble, in effect
	balance  Balance
	beyond   float64 // share of the exposed whose like hardly ever succeeded
	slope    float64 // change of tau per unit of log-odds: the mean of p(1-p) over the exposed
	psi      [groups]float64
	caveats  []string
}

const (
	// minExposed rows are the fewest of which a loss is stated at all: with two, one lucky visitor is half the figure.
	minExposed = 3
	// minPool is the fewest comparison rows over all issues: below it even the pooled model is guesswork.
	minPool = 20
	// fewCompared triggers the caveat; about the size at which a rate is known to a third of itself.
	fewCompared = 30
	// exposureCap bounds the chance of meeting the issue (RANKING 3.6): beyond it one row would weigh like 32.
	exposureCap = 0.97
	// A version supports no comparison inside itself below these (RANKING 3.7).
	supportRows  = 5
	supportShare = 0.03
)

// quantile of Student's t with groups-1 degrees of freedom.
var tQuantile = distuv.StudentsT{Mu: 0, Sigma: 1, Nu: groups - 1}.Quantile(0.975)

// estimator runs g-computation for the issues of one study.
type estimator struct {
	study    *study
	model    *pooled
	pool     float64 // comparison rows of all issues
	versions []string
	names    []string // of the confounders
	warm     []*local // per issue: the last fit, or nil
	reason   string   // why nothing can be estimated at all, or ""
}

// estimator fits what all issues of a study have in common.
func (b *builder) estimator(s *study) *estimator {
	x := &estimator{study: s, versions: b.lev.names[1], warm: make([]*local, b.issues), reason: s.impossible()}
	x.names = append(covariateNames[:], b.c.in.Options.Attributes...)
	if x.reason == "" && b.onePerson() {
		x.reason = s.name + " cannot be estimated because all sessions are of one user, which says nothing about others"
	}
	if x.reason != "" {
		return x
	}
	x.model = fitPooled(s.cells, s.hoped, b.issues, b.cols, nil)
	for i := range s.cells {
		if !s.cells[i].failed {
			x.pool += float64(s.cells[i].n)
		}
	}
	if x.relink(b.issues) {
		x.model = fitPooled(s.cells, s.hoped, b.issues, b.cols, x.model)
	}
	return x
}

// estimate standardises the expected outcome under a working try to the exposed (g-computation, Robins 1986). It
// assumes that within the same recorded past it is chance whether the try failed; what that misses is the business of
// calibrate and of the E-value.
func (x *estimator) estimate(issue int32) effect {
	e, fit, unsupported := x.compare(issue)
	if e.possible {
		cells, hoped := x.study.of(issue)
		x.doublyRobust(cells, hoped, fit, &e)
		x.remarks(&e, unsupported)
	}
	return e
}

// compare is estimate without the checks beside it. It returns the model of the issue and the versions that support no
// comparison.
func (x *estimator) compare(issue int32) (e effect, fit *local, unsupported []string) {
	cells, hoped := x.study.of(issue)
	for i := range cells {
		if cells[i].failed {
			e.exposed += int(cells[i].n)
			e.observed += float64(cells[i].y)
		} else {
			e.compared += int(cells[i].n)
		}
	}
	if e.exposed < minExposed {
		e.caveats = append(e.caveats, fmt.Sprintf("cannot be estimated because only %s met it where the outcome can be judged", people(e.exposed)))
		return e, nil, nil
	}
	if x.pool < minPool {
		e.caveats = append(e.caveats, fmt.Sprintf("cannot be estimated because there is hardly anyone to compare with: %s whose try worked, over all issues", people(int(x.pool))))
		return e, nil, nil
	}
	e.possible = true
	fit = x.fit(issue, cells, hoped)
	x.warm[issue] = nil // done with it
	shift, unsupported := x.bracket(cells, &e)
	x.standardise(cells, fit, shift, &e)
	x.spread(cells, hoped, fit, &e)
	e.tau, e.se = e.lost/float64(e.exposed), math.Sqrt(e.variance)/float64(e.exposed)
	return e, fit, unsupported
}

// fit fits what is special about one issue, starting where an earlier round of the same issue ended.
func (x *estimator) fit(issue int32, cells []cell, hoped []float64) *local {
	rows := make([]sample, 0, len(cells))
	for i := range cells {
		if c := &cells[i]; !c.failed {
			rows = append(rows, sample{&c.past, x.model.eta(&c.past), float64(c.n), hoped[i]})
		}
	}
	return fitLocal(rows, x.model.cols, issueRidge, 1/x.model.spread, x.warm[issue])
}

// relink replaces the outcomes of tries that worked before a later one failed by what the fit expects from the later
// try on, had that one worked too: otherwise the failure would spoil its own comparison group (one step of iterated
// g-computation, Robins 1986). It reports whether there were any.
func (x *estimator) relink(issues int) bool {
	any := false
	for i := range issues {
		cells, hoped := x.study.of(int32(i))
		var fit *local
		for k := range cells {
			c := &cells[k]
			if c.next == 0 {
				continue
			}
			if fit == nil {
				fit = x.fit(int32(i), cells, hoped)
				x.warm[i] = fit
			}
			any = true
			later := &x.study.fails[c.next-1].past
			hoped[k] = float64(c.n) * expit(fit.eta(later, x.model.eta(later)))
		}
	}
	return any
}

// bracket finds versions without comparison inside them. For those, shift is the general effect of the release as
// learned on other controls, against the mix of versions in the comparison group.
func (x *estimator) bracket(cells []cell, e *effect) (shift map[uint8]float64, names []string) {
	var failed, worked [maxLevels]float64
	for i := range cells {
		if c := &cells[i]; c.failed {
			failed[c.past[covVersion]] += float64(c.n)
		} else {
			worked[c.past[covVersion]] += float64(c.n)
		}
	}
	beta := x.model.beta[x.model.cols.start[covVersion]:x.model.cols.start[covVersion+1]]
	mean, n := 0.0, 0.0
	for v := range beta {
		mean += beta[v] * worked[v]
		n += worked[v]
	}
	if n > 0 {
		mean /= n
	}
	shift = map[uint8]float64{}
	for v := range beta {
		if failed[v] > 0 && (worked[v] < supportRows || worked[v] < supportShare*(failed[v]+worked[v])) {
			shift[uint8(v)] = beta[v] - mean
			e.beyond += failed[v] / float64(e.exposed)
			if name := x.versions[v]; name != "" {
				names = append(names, name)
			}
		}
	}
	return shift, names
}

// standardise sums the expected outcomes of the exposed. Where a version supports no comparison, the middle between
// keeping and dropping the release's general effect is the estimate and half the distance an error (RANKING 3.7).
func (x *estimator) standardise(cells []cell, fit *local, shift map[uint8]float64, e *effect) {
	keep, drop, slope := 0.0, 0.0, 0.0
	for i := range cells {
		c := &cells[i]
		if !c.failed {
			continue
		}
		eta := fit.eta(&c.past, x.model.eta(&c.past))
		p := expit(eta)
		keep += float64(c.n) * p
		slope += float64(c.n) * p * (1 - p)
		drop += float64(c.n) * expit(eta-shift[c.past[covVersion]])
	}
	e.expected = (keep + drop) / 2
	e.lost = e.expected - e.observed
	e.slope = max(slope/float64(e.exposed), minSlope)
	half := (keep - drop) / 2
	e.variance = half * half
}

// spread adds the sampling variance: cluster-robust over user groups (Liang and Zeger 1986) by the influence of every
// row on the estimate, with the model's own variance as a floor. The floor takes the larger of two chances: what
// the exposed did is chance, and so is what these very people would have done, which is the question; where nobody
// of the exposed reached the outcome the first is nil and the second is all there is.
func (x *estimator) spread(cells []cell, hoped []float64, fit *local, e *effect) {
	g := make([]float64, len(fit.theta))
	buf := make([]int32, 0, maxCovariates+1)
	for i := range cells {
		if c := &cells[i]; c.failed {
			p := expit(fit.eta(&c.past, x.model.eta(&c.past)))
			buf = fit.places(&c.past, buf)
			for _, a := range buf {
				g[a] += float64(c.n) * p * (1 - p)
			}
		}
	}
	h := fit.solve(g)
	if h == nil {
		h = make([]float64, len(g))
	}
	prior := 0.0
	for j := range g {
		prior += g[j] * h[j]
	}
	tau := e.lost / float64(e.exposed)
	var seen [groups]bool
	for i := range cells {
		c := &cells[i]
		p := expit(fit.eta(&c.past, x.model.eta(&c.past)))
		r := float64(c.n)*p - hoped[i]
		seen[c.group] = true
		if c.failed {
			e.psi[c.group] += r - float64(c.n)*tau
			continue
		}
		reach := 0.0
		buf = fit.places(&c.past, buf)
		for _, a := range buf {
			reach += h[a]
		}
		e.psi[c.group] -= reach * r
	}
	robust, k := 0.0, 0.0
	for i := range e.psi {
		robust += e.psi[i] * e.psi[i]
		if seen[i] {
			k++
		}
	}
	if k > 1 {
		robust *= k / (k - 1)
	}
	n := float64(e.exposed)
	seenRate := (e.observed + steady*e.expected/n) / (n + steady)
	rate := clamp(e.expected/n, 1e-6, 1-1e-6)
	chance := max(seenRate*(1-seenRate), rate*(1-rate))
	e.variance += max(robust, n*chance+max(prior, plain(cells, hoped, n)))
}

// steady is how many rows of the expected rate are mixed into the observed one before its variance is taken, as in
// the "add four" interval (Agresti and Coull 1998): without them three people who all left look like certainty.
const steady = 4

// plain is the variance that an unadjusted comparison group of this size would add, with rates kept off 0 and 1: a
// group without a single outcome does not prove that the rate is zero.
func plain(cells []cell, hoped []float64, exposed float64) float64 {
	n, y := 0.0, 0.0
	for i := range cells {
		if c := &cells[i]; !c.failed {
			n += float64(c.n)
			y += hoped[i]
		}
	}
	if n == 0 {
		return 0
	}
	rate := (y + 0.5) / (n + 1)
	return exposed * exposed * rate * (1 - rate) / n
}

// doublyRobust is the check beside the estimate: the same standardisation, corrected by the residuals of the
// comparison group weighted to look like the exposed (AIPW for the exposed with Hajek weights; Robins, Rotnitzky and
// Zhao 1994).
func (x *estimator) doublyRobust(cells []cell, hoped []float64, fit *local, e *effect) {
	rows := make([]sample, len(cells))
	base := logit((float64(e.exposed) + 0.5) / (float64(e.exposed+e.compared) + 1))
	for i := range cells {
		c := &cells[i]
		rows[i] = sample{past: &c.past, off: base, n: float64(c.n)}
		if c.failed {
			rows[i].y = float64(c.n)
		}
	}
	exposure := fitLocal(rows, x.model.cols, exposureRidge, tinyRidge, nil)
	sum, weights, squares := 0.0, 0.0, 0.0
	odds := make([]float64, len(cells))
	for i := range cells {
		c := &cells[i]
		if c.failed {
			continue
		}
		p := min(expit(exposure.eta(&c.past, base)), exposureCap)
		w := p / (1 - p)
		odds[i] = w
		n := float64(c.n)
		sum += w * (hoped[i] - n*expit(fit.eta(&c.past, x.model.eta(&c.past))))
		weights += w * n
		squares += w * w * n
	}
	e.check = e.lost
	if weights > 0 {
		e.check += float64(e.exposed) * sum / weights
		e.ess = weights * weights / squares
	}
	e.balance = x.balance(cells, odds)
}

// remarks puts what weakens the estimate into words.
func (x *estimator) remarks(e *effect, unsupported []string) {
	switch {
	case e.compared == 0:
		e.caveats = append(e.caveats, "nobody's try worked, so the comparison is with people alike at other controls")
	case e.compared < fewCompared:
		e.caveats = append(e.caveats, fmt.Sprintf("few comparable sessions: %s", people(e.compared)))
	case e.ess < fewCompared:
		e.caveats = append(e.caveats, fmt.Sprintf("few comparable sessions: those who met it differ so much from those who did not that the %d comparisons count like %.0f", e.compared, e.ess))
	}
	if e.compared > 0 && e.beyond > 0.2 {
		where := "some versions"
		if len(unsupported) > 0 && len(unsupported) <= 3 {
			where = "version " + list(unsupported)
		}
		e.caveats = append(e.caveats, "nearly every try in "+where+" failed, so the comparison is with other versions")
	}
	if sd := math.Sqrt(e.variance); math.Abs(e.check-e.lost) > sd && e.compared > 0 {
		e.caveats = append(e.caveats, fmt.Sprintf("a second method disagrees: of the %d who met it, it counts %.1f lost where this one counts %.1f", e.exposed, e.check, e.lost))
	}
}

// eValue is how strongly an unrecorded trait would have to go with both meeting the issue and the outcome, as a ratio
// of rates, to explain a loss per exposed row away (VanderWeele and Ding 2017). 1 where there is no loss.
func (e *effect) eValue(tau float64) float64 {
	n := float64(e.exposed)
	rest := clamp(e.expected-tau*n, 0, n)
	rr := ((e.expected + 0.5) / (n + 1)) / ((rest + 0.5) / (n + 1))
	if !(rr > 1) {
		return 1
	}
	return rr + math.Sqrt(rr*(rr-1))
}

// qValues are the smallest false discovery rates at which each p-value would be called a discovery (Benjamini and
// Hochberg 1995).
func qValues(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	sortBy(order, func(a, b int) bool { return p[a] > p[b] })
	q := make([]float64, len(p))
	low := 1.0
	for k, i := range order {
		low = min(low, p[i]*float64(len(p))/float64(len(p)-k))
		q[i] = low
	}
	return q
}
