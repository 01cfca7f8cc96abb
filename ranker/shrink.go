package ranker

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"
)

// prior is what all issues together say about the effect of one: a point at zero and uniforms from zero to a grid of
// widths on either side (adaptive shrinkage, Stephens 2017), weights by expectation maximisation.
type prior struct {
	ends    []float64 // of the uniforms; 0 is the point
	weights []float64
}

const (
	gridFactor = math.Sqrt2 // between widths, as in the reference
	maxGrid    = 40
	emRounds   = 500
	// nullCount and gridCount are prior observations per component: a whiff of "most issues cost nothing" that
	// settles ties on small data. The reference takes 10 and 1 with thousands of effects; here tens are common.
	nullCount = 1.0
	gridCount = 0.05
)

// nothing is what is expected beforehand where nothing is known.
var nothing = []float64{0}

// fitPrior estimates the prior from effects and their standard errors. Effects count from what is expected of them: one of
// leans, which are equally likely.
func fitPrior(tau, se []float64, leans [][]float64) *prior {
	p := &prior{ends: []float64{0}}
	lo, hi := math.Inf(1), 0.0
	for i := range tau {
		lo = min(lo, se[i])
		hi = max(hi, math.Abs(tau[i]-mean(leans[i])))
	}
	if len(tau) > 0 && hi > 0 {
		lo = max(lo/4, hi/256)
		for w := 2 * hi; w > lo && len(p.ends) < maxGrid; w /= gridFactor {
			p.ends = append(p.ends, w, -w)
		}
	}
	p.weights = make([]float64, len(p.ends))
	for k := range p.weights {
		p.weights[k] = 1 / float64(len(p.weights))
	}
	like := make([][]float64, len(tau))
	for i := range tau {
		like[i] = make([]float64, len(p.ends))
		top := math.Inf(-1)
		for k, w := range p.ends {
			like[i][k] = math.Inf(-1)
			for _, lean := range leans[i] {
				like[i][k] = logSum(like[i][k], logMarginal(tau[i]-lean, se[i], w))
			}
			top = max(top, like[i][k])
		}
		for k := range like[i] {
			like[i][k] = math.Exp(like[i][k] - top)
		}
	}
	for range emRounds {
		if p.maximise(like) < 1e-8 {
			break
		}
	}
	return p
}

// maximise makes one round and returns the largest change of a weight.
func (p *prior) maximise(like [][]float64) float64 {
	next := make([]float64, len(p.weights))
	for k := range next {
		next[k] = gridCount
	}
	next[0] = nullCount
	total := nullCount + gridCount*float64(len(next)-1)
	for i := range like {
		sum := 0.0
		for k, w := range p.weights {
			sum += w * like[i][k]
		}
		for k, w := range p.weights {
			next[k] += w * like[i][k] / sum
		}
		total++
	}
	change := 0.0
	for k := range next {
		next[k] /= total
		change = max(change, math.Abs(next[k]-p.weights[k]))
	}
	p.weights = next
	return change
}

// logMarginal is the log density of an estimate under a uniform from 0 to end (a point at 0 if end is 0).
func logMarginal(tau, se, end float64) float64 {
	if end == 0 {
		return logNormal(tau/se) - math.Log(se)
	}
	lo, hi := bounds(tau, se, end)
	return logDiff(lo, hi) - math.Log(math.Abs(end))
}

// bounds are the ends of the component in standard errors around the estimate.
func bounds(tau, se, end float64) (lo, hi float64) {
	a, b := min(0, end), max(0, end)
	return (a - tau) / se, (b - tau) / se
}

func logNormal(z float64) float64 { return -z*z/2 - math.Log(2*math.Pi)/2 }

// logDiff is log(Φ(hi)-Φ(lo)), on the side where it does not cancel.
func logDiff(lo, hi float64) float64 {
	if lo > 0 {
		lo, hi = -hi, -lo
	}
	d := 0.5*math.Erfc(-hi/math.Sqrt2) - 0.5*math.Erfc(-lo/math.Sqrt2)
	if d > 1e-300 {
		return math.Log(d)
	}
	// Both ends far in the lower tail: Mills' ratio at the nearer end.
	return logNormal(hi) - math.Log(math.Max(-hi, 1))
}

func mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

// logSum is log(exp(a)+exp(b)).
func logSum(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(a, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}

// posterior is the shrunk effect of one issue: what was expected of it, plus a draw from the prior, given the estimate. It is a
// mixture of each of leans with each component of the prior. Their weights, 20 kB, are made when draws are: see sampler.
type posterior struct {
	prior   *prior
	tau, se float64
	leans   []float64 // what was expected, equally likely before the estimate; see result.lean
}

func (p *prior) posterior(tau, se float64, leans []float64) posterior {
	return posterior{prior: p, tau: tau, se: se, leans: leans}
}

// weights lists how likely the components are, relative to the likeliest, in room if it is large enough.
func (p *posterior) weights(room []float64) []float64 {
	w, top := room[:0], math.Inf(-1)
	for _, lean := range p.leans {
		for k, end := range p.prior.ends {
			w = append(w, math.Log(p.prior.weights[k])+logMarginal(p.tau-lean, p.se, end))
			top = max(top, w[len(w)-1])
		}
	}
	for k := range w {
		w[k] = math.Exp(w[k] - top)
	}
	return w
}

// summary is the mean of the posterior and the probability of a loss.
func (p *posterior) summary() (mean, harm float64) {
	sum := 0.0
	for k, w := range p.weights(nil) {
		if w > negligible {
			lean, end := p.component(k)
			mean += w * (lean + truncatedMean(p.tau-lean, p.se, end))
			harm += w * harmful(p.tau-lean, p.se, end, lean)
		}
		sum += w
	}
	return mean / sum, min(harm/sum, 1) // the sum of weights may exceed 1 by rounding
}

// sampler draws from a posterior.
type sampler struct {
	*posterior
	upTo []float64 // sums of the weights
}

// sampler makes p ready to be drawn from, in the memory of one that is used no more; the zero sampler is one.
func (p *posterior) sampler(old sampler) sampler {
	s := sampler{p, p.weights(old.upTo)}
	sum := 0.0
	for k, w := range s.upTo {
		sum += w
		s.upTo[k] = sum
	}
	for k := range s.upTo {
		s.upTo[k] /= sum
	}
	return s
}

// negligible is a weight, relative to the largest, that moves no figure.
const negligible = 1e-12

// component is what a weight belongs to.
func (p *posterior) component(k int) (lean, end float64) {
	n := len(p.prior.ends)
	return p.leans[k/n], p.prior.ends[k%n]
}

// truncatedMean is the mean of a normal around the estimate, cut to the component.
func truncatedMean(tau, se, end float64) float64 {
	if end == 0 {
		return 0
	}
	lo, hi := bounds(tau, se, end)
	z := math.Exp(logNormal(lo)-logDiff(lo, hi)) - math.Exp(logNormal(hi)-logDiff(lo, hi))
	return clamp(tau+se*z, min(0, end), max(0, end))
}

// harmful is the probability that lean plus a normal around the estimate, cut to the component, is a loss.
func harmful(tau, se, end, lean float64) float64 {
	switch {
	case min(0, end)+lean >= 0 && max(0, end)+lean > 0:
		return 1
	case max(0, end)+lean <= 0:
		return 0
	}
	lo, hi := bounds(tau, se, end)
	zero := (-lean - tau) / se
	return clamp(math.Exp(logDiff(zero, hi)-logDiff(lo, hi)), 0, 1)
}

// draw maps two uniforms in (0,1) to a draw from the posterior.
func (s *sampler) draw(u, v float64) float64 {
	k := min(sort.SearchFloat64s(s.upTo, u), len(s.upTo)-1)
	lean, end := s.component(k)
	if end == 0 {
		return lean
	}
	tau := s.tau - lean
	lo, hi := bounds(tau, s.se, end)
	flip := lo > 0
	if flip {
		lo, hi = -hi, -lo
	}
	a, b := distuv.UnitNormal.CDF(lo), distuv.UnitNormal.CDF(hi)
	z := hi
	if q := a + v*(b-a); b > a && q > 0 && q < 1 {
		z = distuv.UnitNormal.Quantile(q)
	}
	if flip {
		z = -z
	}
	return lean + clamp(tau+s.se*z, min(0, end), max(0, end))
}
