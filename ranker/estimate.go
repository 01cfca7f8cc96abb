package ranker

import (
	"fmt"
	"math"
	"slices"

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
	even     float64 // variance of lost if the failure made no difference: whatever the exposed did
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
		x.reason = "all sessions are of one user, which says nothing about others"
	}
	if x.reason != "" {
		return x
	}
	x.model = fitPooled(s, b.issues, b.cols, nil)
	for i := range s.cells {
		if !s.cells[i].failed {
			x.pool += float64(s.cells[i].n)
		}
	}
	if x.relink(b.issues) {
		x.model = fitPooled(s, b.issues, b.cols, x.model)
	}
	return x
}

// estimate standardises the expected outcome under a working try to the exposed (g-computation, Robins 1986). It
// assumes that within the same recorded past it is chance whether the try failed; what that misses is the business of
// calibrate and of the E-value.
func (x *estimator) estimate(issue int32) effect {
	e, fit, unsupported := x.compare(issue)
	if e.possible {
		x.doublyRobust(fit, &e)
		x.remarks(&e, unsupported)
	}
	return e
}

// compare is estimate without the checks beside it. It returns the model of the issue and the versions that support no
// comparison.
func (x *estimator) compare(issue int32) (e effect, fit *fitted, unsupported []string) {
	own := x.study.of(issue)
	for i := range own.cells {
		if c := &own.cells[i]; c.failed {
			e.exposed += int(c.n)
			e.observed += float64(c.y)
		} else {
			e.compared += int(c.n)
		}
	}
	if e.exposed < minExposed {
		e.caveats = append(e.caveats, fmt.Sprintf("only %s met it where the outcome can be judged", people(e.exposed)))
		return e, nil, nil
	}
	if x.pool < minPool {
		e.caveats = append(e.caveats, fmt.Sprintf("there is hardly anyone to compare with: %s whose try worked, over all issues", people(int(x.pool))))
		return e, nil, nil
	}
	e.possible = true
	fit = x.fit(issue, own)
	x.warm[issue] = nil // done with it
	shift, unsupported := x.bracket(fit, &e)
	x.standardise(fit, shift, &e)
	x.spread(fit, &e)
	e.tau, e.se = e.lost/float64(e.exposed), math.Sqrt(e.variance)/float64(e.exposed)
	return e, fit, unsupported
}

// fitted is what the models say of one issue's rows.
type fitted struct {
	rows
	counts
	pasts  []pattern // of the study
	model  *local
	chance []float64 // of the outcome where the try works, per stratum
}

// past is that of a stratum of the issue.
func (f *fitted) past(k int) *pattern { return &f.pasts[f.strata[k].past] }

// fit fits what is special about one issue, starting where an earlier round of the same issue ended.
func (x *estimator) fit(issue int32, own rows) *fitted {
	f := &fitted{rows: own, counts: count(own.cells, own.hoped, own.base, len(own.strata)), pasts: x.study.pasts}
	samples := make([]sample, 0, len(f.strata))
	for k, n := range f.worked {
		if n > 0 {
			samples = append(samples, sample{f.past(k), x.model.etas[f.strata[k].past], n, f.outcomes[k]})
		}
	}
	f.model = fitLocal(samples, x.model.cols, issueRidge, 1/x.model.spread, x.warm[issue])
	f.chance = make([]float64, len(f.strata))
	for k, s := range f.strata {
		f.chance[k] = expit(f.model.eta(f.past(k), x.model.etas[s.past]))
	}
	return f
}

// relink replaces the outcomes of tries that worked before a later one failed by what the fit expects from the later
// try on, had that one worked too: otherwise the failure would spoil its own comparison group (one step of iterated
// g-computation, Robins 1986). It reports whether there were any.
func (x *estimator) relink(issues int) bool {
	any := false
	for i := range int32(issues) {
		own := x.study.of(i)
		if !slices.ContainsFunc(own.cells, func(c cell) bool { return c.next > 0 }) {
			continue
		}
		any = true
		fit := x.fit(i, own)
		x.warm[i] = fit.model
		for k := range own.cells {
			if c := &own.cells[k]; c.next > 0 {
				own.hoped[k] = float64(c.n) * fit.chance[int(c.next-1)-own.base]
			}
		}
	}
	return any
}

// bracket finds versions without comparison inside them. For those, shift is the general effect of the release as
// learned on other controls, against the mix of versions in the comparison group.
func (x *estimator) bracket(fit *fitted, e *effect) (shift [maxLevels]float64, names []string) {
	var failed, worked [maxLevels]float64
	for k := range fit.strata {
		v := fit.past(k)[covVersion]
		failed[v] += fit.failed[k]
		worked[v] += fit.worked[k]
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
	for v := range beta {
		if failed[v] > 0 && (worked[v] < supportRows || worked[v] < supportShare*(failed[v]+worked[v])) {
			shift[v] = beta[v] - mean
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
func (x *estimator) standardise(fit *fitted, shift [maxLevels]float64, e *effect) {
	keep, drop, slope := 0.0, 0.0, 0.0
	for k, n := range fit.failed {
		if n == 0 {
			continue
		}
		p, past := fit.chance[k], fit.past(k)
		keep += n * p
		slope += n * p * (1 - p)
		drop += n * expit(fit.model.eta(past, x.model.etas[fit.strata[k].past])-shift[past[covVersion]])
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
func (x *estimator) spread(fit *fitted, e *effect) {
	g := make([]float64, len(fit.model.theta))
	buf := make([]int32, 0, maxCovariates+1)
	for k, n := range fit.failed {
		if n > 0 {
			p := fit.chance[k]
			buf = fit.model.places(fit.past(k), buf)
			for _, a := range buf {
				g[a] += n * p * (1 - p)
			}
		}
	}
	h := fit.model.solve(g)
	if h == nil {
		h = make([]float64, len(g))
	}
	prior := 0.0
	for j := range g {
		prior += g[j] * h[j]
	}
	reach := make([]float64, len(fit.strata)) // of a row that worked
	for k, n := range fit.worked {
		if n > 0 {
			buf = fit.model.places(fit.past(k), buf)
			for _, a := range buf {
				reach[k] += h[a]
			}
		}
	}
	tau := e.lost / float64(e.exposed)
	var seen [groups]bool
	for i := range fit.cells {
		c := &fit.cells[i]
		k := int(c.stratum) - fit.base
		r := float64(c.n)*fit.chance[k] - fit.hoped[i]
		seen[c.group] = true
		if c.failed {
			e.psi[c.group] += r - float64(c.n)*tau
		} else {
			e.psi[c.group] -= reach[k] * r
		}
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
	e.even = e.variance + n*e.slope + max(prior, plain(fit, n))
	e.variance += max(robust, n*chance+max(prior, plain(fit, n)))
}

// steady is how many rows of the expected rate are mixed into the observed one before its variance is taken, as in
// the "add four" interval (Agresti and Coull 1998): without them three people who all left look like certainty.
const steady = 4

// plain is the variance that an unadjusted comparison group of this size would add, with rates kept off 0 and 1: a
// group without a single outcome does not prove that the rate is zero.
func plain(fit *fitted, exposed float64) float64 {
	n, y := sum(fit.worked), sum(fit.outcomes)
	if n == 0 {
		return 0
	}
	rate := (y + 0.5) / (n + 1)
	return exposed * exposed * rate * (1 - rate) / n
}

// doublyRobust is the check beside the estimate: the same standardisation, corrected by the residuals of the
// comparison group weighted to look like the exposed (AIPW for the exposed with Hajek weights; Robins, Rotnitzky and
// Zhao 1994).
func (x *estimator) doublyRobust(fit *fitted, e *effect) {
	samples := make([]sample, len(fit.strata))
	base := logit((float64(e.exposed) + 0.5) / (float64(e.exposed+e.compared) + 1))
	for k := range samples {
		samples[k] = sample{past: fit.past(k), off: base, n: fit.worked[k] + fit.failed[k], y: fit.failed[k]}
	}
	exposure := fitLocal(samples, x.model.cols, exposureRidge, tinyRidge, nil)
	residuals, weights, squares := 0.0, 0.0, 0.0
	odds := make([]float64, len(samples))
	for k, n := range fit.worked {
		if n == 0 {
			continue
		}
		p := min(expit(exposure.eta(fit.past(k), base)), exposureCap)
		w := p / (1 - p)
		odds[k] = w
		residuals += w * (fit.outcomes[k] - n*fit.chance[k])
		weights += w * n
		squares += w * w * n
	}
	e.check = e.lost
	if weights > 0 {
		e.check += float64(e.exposed) * residuals / weights
		e.ess = weights * weights / squares
	}
	e.balance = x.balance(fit, odds)
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
