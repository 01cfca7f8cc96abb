package ranker

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Ridge penalties. A penalty is one over the prior variance of a coefficient on the log-odds scale.
const (
	// pooledRidge: a level of a covariate moves log-odds by about 1 (factor 2.7 in odds). Smaller lets rare levels
	// run away, larger hides real differences between devices.
	pooledRidge = 1.0
	// issueRidge: how much one issue's comparison group differs from the pooled model in one level, sd about 0.3.
	issueRidge = 10.0
	// interceptRidge: how much the base rates of issues differ in the pooled model, sd 2: weak.
	interceptRidge = 0.25
	// exposureRidge of the model of who meets an issue.
	exposureRidge = 1.0
)

const maxLogit = 30 // exp(30) is beyond any rate that data can show

// pooled is the prognostic model of the rows whose try worked, all issues together:
// logit P(outcome) = mean + issue intercept + covariates. Fitted by Newton's method on the penalised likelihood
// (iteratively reweighted least squares); the intercepts are eliminated by their Schur complement, so that a
// thousand issues cost no more than ten.
type pooled struct {
	*strata
	cols  columns
	theta []float64 // beta, mean, alpha
	beta  []float64
	alpha []float64 // per issue, deviation from mean
	etas  []float64 // per past: the linear predictor without the issue's intercept
	// spread is the variance of the true intercepts around mean, for issues whose own comparison group is small.
	spread float64
	curve  *schur // of the last step, nil without rows
}

// fitPooled fits the model to the rows that worked. from is an earlier fit of the same rows to other outcomes to start at,
// or nil; it must not be used to solve afterwards.
func fitPooled(s *study, issues int, cols columns, from *pooled) *pooled {
	m := &pooled{strata: &s.strata, cols: cols, theta: make([]float64, cols.n()+1+issues), spread: minSpread}
	m.beta, m.alpha = m.theta[:cols.n()], m.theta[cols.n()+1:]
	all := count(s.cells, s.hoped, 0, len(s.list))
	n, y := sum(all.worked), sum(all.outcomes)
	m.theta[cols.n()] = logit((y + 0.5) / (n + 1))
	m.predict()
	if n == 0 {
		return m
	}
	m.curve = newSchur(cols.n()+1, issues)
	if from != nil {
		copy(m.theta, from.theta)
		m.curve = from.curve
	}
	m.climb(all, from != nil && from.curve != nil)
	m.predict()
	m.spread = m.interceptSpread(all.worked)
	return m
}

func (m *pooled) climb(all counts, known bool) {
	w := m.curve
	climb(m.theta, known, func(renew bool) slope {
		value, weight := m.accumulate(all, renew)
		return slope{w.grad, value, weight, !renew || w.factorise()}
	}, w.solve)
}

// step moves the fit towards other outcomes of the same rows, by one step with the curvature at hand.
func (m *pooled) step(all counts) {
	m.accumulate(all, false)
	for j, s := range m.solve(m.curve.grad) {
		m.theta[j] += s
	}
	m.predict()
}

// predict brings etas up to date with theta.
func (m *pooled) predict() { m.etas = m.along(m.theta) }

// along adds up, for every past, the values that a vector like theta has for its levels and for the mean.
func (m *pooled) along(v []float64) []float64 {
	p := m.cols.n()
	out := make([]float64, len(m.pasts))
	for i := range m.pasts {
		e := v[p]
		for c := range m.cols.covs {
			e += v[m.cols.start[c]+int32(m.pasts[i][c])]
		}
		out[i] = e
	}
	return out
}

// onto is the reverse: it adds values of pasts to those that a vector like theta has for their levels and for the mean.
func (m *pooled) onto(v, values []float64) {
	p := m.cols.n()
	for i, x := range values {
		v[p] += x
		for c := range m.cols.covs {
			v[m.cols.start[c]+int32(m.pasts[i][c])] += x
		}
	}
}

// at is the chance of the outcome in a stratum where the try works, less a systematic error in log-odds.
func (m *pooled) at(s stratum, error float64) float64 {
	return expit(m.etas[s.past] + m.alpha[s.issue] - error)
}

// solve returns information⁻¹ v at the fit, zeros where that fails.
func (m *pooled) solve(v []float64) []float64 {
	if m.curve != nil {
		if out := m.curve.solve(v); out != nil {
			return out
		}
	}
	return make([]float64, len(v))
}

// accumulate fills the gradient and, if renew is set, the curvature of the penalised log likelihood, of which it then
// returns the value and the weight of all rows. The mean carries tinyRidge in the curvature only: it steadies the solution and must not pull at the mean.
func (m *pooled) accumulate(all counts, renew bool) (value, weight float64) {
	w := m.curve
	w.reset(renew)
	m.predict()
	p := w.p
	gradA := w.grad[p:]
	errors, infos := make([]float64, len(m.pasts)), make([]float64, len(m.pasts))
	for i, s := range m.list {
		n := all.worked[i]
		if n == 0 {
			continue
		}
		eta := m.etas[s.past] + m.alpha[s.issue]
		pr := expit(eta)
		r := all.outcomes[i] - n*pr
		gradA[s.issue] += r
		errors[s.past] += r
		if renew {
			value += likelihood(all.outcomes[i], n, eta)
			info := n * pr * (1 - pr)
			weight += info
			w.diag[s.issue] += info
			infos[s.past] += info
			row := w.cross[int(s.issue)*p : int(s.issue+1)*p]
			row[p-1] += info
			for c := range m.cols.covs {
				row[m.cols.start[c]+int32(m.pasts[s.past][c])] += info
			}
		}
	}
	m.onto(w.grad, errors)
	for j, b := range m.beta {
		value -= pooledRidge / 2 * b * b
		w.grad[j] -= pooledRidge * b
	}
	for j, a := range m.alpha {
		value -= interceptRidge / 2 * a * a
		gradA[j] -= interceptRidge * a
	}
	if renew {
		buf := make([]int32, 0, maxCovariates+1)
		for i, info := range infos {
			buf = append(m.cols.of(&m.pasts[i], buf), int32(p-1))
			addOuter(w.b, p, buf, info)
		}
		for j := range m.beta {
			w.b[j*p+j] += pooledRidge
		}
		w.b[p*p-1] += tinyRidge
		for j := range m.alpha {
			w.diag[j] += interceptRidge
		}
	}
	return value, weight
}

// schur solves the normal equations of p dense unknowns and k more that only go with the dense ones: the k are
// eliminated by their Schur complement.
type schur struct {
	p, k           int
	b, cross, diag []float64 // p x p, k x p, k
	grad           []float64 // of the p, then of the k
	chol           mat.Cholesky
}

func newSchur(p, k int) *schur {
	return &schur{p: p, k: k, b: make([]float64, p*p), cross: make([]float64, k*p), diag: make([]float64, k), grad: make([]float64, p+k)}
}

func (w *schur) reset(all bool) {
	clear(w.grad)
	if all {
		clear(w.b)
		clear(w.cross)
		clear(w.diag)
	}
}

func (w *schur) factorise() bool {
	p := w.p
	for j := range w.k {
		row := w.cross[j*p : (j+1)*p]
		for x, cx := range row {
			if cx == 0 {
				continue
			}
			line := w.b[x*p : (x+1)*p]
			for z := x; z < p; z++ {
				line[z] -= cx * row[z] / w.diag[j]
			}
		}
	}
	return w.chol.Factorize(mat.NewSymDense(p, w.b))
}

// solve returns the step for the gradient, or nil where the equations cannot be solved.
func (w *schur) solve(grad []float64) []float64 {
	p := w.p
	reduced := append([]float64(nil), grad[:p]...)
	for j := range w.k {
		for x, cx := range w.cross[j*p : (j+1)*p] {
			reduced[x] -= cx * grad[p+j] / w.diag[j]
		}
	}
	step := make([]float64, p+w.k)
	if w.chol.SolveVecTo(mat.NewVecDense(p, step[:p]), mat.NewVecDense(p, reduced)) != nil {
		return nil
	}
	for j := range w.k {
		s := grad[p+j]
		for x, cx := range w.cross[j*p : (j+1)*p] {
			s -= cx * step[x]
		}
		step[p+j] = s / w.diag[j]
	}
	return step
}

// tinyRidge keeps the mean solvable when all rows have the same outcome.
const tinyRidge = 1e-3

// minSpread and maxSpread bound the variance of issue intercepts: below 0.25 (sd 0.5) a handful of issues cannot
// prove that base rates are that equal, above 4 (sd 2) the prior says nothing any more.
const (
	minSpread = 0.25
	maxSpread = 4.0
)

// interceptSpread estimates the variance of the issues' intercepts by moments: the observed spread minus what
// sampling alone adds.
func (m *pooled) interceptSpread(worked []float64) float64 {
	info := make([]float64, len(m.alpha))
	for i, s := range m.list {
		if worked[i] > 0 {
			pr := m.at(s, 0)
			info[s.issue] += worked[i] * pr * (1 - pr)
		}
	}
	squares, noise, n := 0.0, 0.0, 0.0
	for j, a := range m.alpha {
		if info[j] > 1 {
			squares += a * a
			noise += 1 / info[j]
			n++
		}
	}
	if n < 4 {
		return 1 // sd 1: too few issues to tell
	}
	return min(max((squares-noise)/n, minSpread), maxSpread)
}

// local is a ridge logistic regression on the columns that one issue's rows use, with an offset per row.
type local struct {
	theta []float64 // coefficients of used columns, then the intercept
	where []int32   // column -> place in theta, or -1
	cols  columns
	chol  mat.Cholesky // of the penalised information at theta
	ok    bool
}

// sample is one row set of a local fit.
type sample struct {
	past *pattern
	off  float64
	n, y float64
}

// fitLocal fits the rows. from is an earlier fit of the same rows to other outcomes to start at and to change, or nil.
func fitLocal(rows []sample, cols columns, ridge, interceptPenalty float64, from *local) *local {
	l := from
	if l == nil {
		l = newLocal(rows, cols)
	}
	q := len(l.theta)
	penalty := make([]float64, q)
	for i := range penalty {
		penalty[i] = ridge
	}
	penalty[q-1] = interceptPenalty
	l.climb(rows, penalty, from != nil && from.ok)
	return l
}

func (l *local) climb(rows []sample, penalty []float64, known bool) {
	q := len(l.theta)
	grad := make([]float64, q)
	places := l.placesOf(rows)
	var h []float64
	climb(l.theta, known, func(renew bool) slope {
		if renew && h == nil {
			h = make([]float64, q*q)
		}
		value, weight := l.accumulate(rows, places, penalty, grad, h, renew)
		if renew {
			l.ok = l.chol.Factorize(mat.NewSymDense(q, h))
		}
		return slope{grad, value, weight, l.ok}
	}, l.solve)
}

// newLocal finds the columns that the rows use.
func newLocal(rows []sample, cols columns) *local {
	l := &local{cols: cols, where: make([]int32, cols.n())}
	for i := range l.where {
		l.where[i] = -1
	}
	used := int32(0)
	buf := make([]int32, 0, maxCovariates)
	for i := range rows {
		for _, c := range cols.of(rows[i].past, buf) {
			l.where[c] = 0
		}
	}
	for i := range l.where {
		if l.where[i] == 0 {
			l.where[i] = used
			used++
		}
	}
	l.theta = make([]float64, used+1)
	return l
}

// accumulate fills the gradient and, if renew is set, the penalised information; it then returns the log likelihood
// and the weight of all rows.
func (l *local) accumulate(rows []sample, places []uint16, penalty, grad, h []float64, renew bool) (value, weight float64) {
	clear(grad)
	if renew {
		clear(h)
	}
	q, k := len(l.theta), l.cols.covs+1
	for i := range rows {
		r, own := &rows[i], places[i*k:(i+1)*k]
		eta := r.off
		for _, a := range own {
			eta += l.theta[a]
		}
		pr := expit(eta)
		e := r.y - r.n*pr
		for _, a := range own {
			grad[a] += e
		}
		if renew {
			value += likelihood(r.y, r.n, eta)
			info := r.n * pr * (1 - pr)
			weight += info
			addOuter(h, q, own, info)
		}
	}
	for j, t := range l.theta {
		value -= penalty[j] / 2 * t * t
		grad[j] -= penalty[j] * t
		if renew {
			h[j*q+j] += penalty[j]
		}
	}
	return value, weight
}

// placesOf are the places of all rows that the fit was made for, one after the other.
func (l *local) placesOf(rows []sample) []uint16 {
	out := make([]uint16, 0, len(rows)*(l.cols.covs+1))
	buf := make([]int32, 0, maxCovariates+1)
	for i := range rows {
		for _, a := range l.places(rows[i].past, buf) {
			out = append(out, uint16(a))
		}
	}
	return out
}

// places are the indexes into theta of a pattern's known columns and the intercept, ascending.
func (l *local) places(p *pattern, buf []int32) []int32 {
	buf = l.cols.of(p, buf)
	n := 0
	for _, c := range buf {
		if w := l.where[c]; w >= 0 {
			buf[n] = w
			n++
		}
	}
	return append(buf[:n], int32(len(l.theta)-1))
}

func (l *local) eta(p *pattern, off float64) float64 {
	e := off + l.theta[len(l.theta)-1]
	for c := range l.cols.covs {
		if w := l.where[l.cols.start[c]+int32(p[c])]; w >= 0 {
			e += l.theta[w]
		}
	}
	return e
}

// solve returns information⁻¹ v, or nil where it cannot be solved.
func (l *local) solve(v []float64) []float64 {
	out := mat.NewVecDense(len(v), nil)
	if !l.ok || l.chol.SolveVecTo(out, mat.NewVecDense(len(v), v)) != nil {
		return nil
	}
	return out.RawVector().Data
}

// addOuter adds w to the upper triangle of h (q x q) at all pairs of the ascending places.
func addOuter[T uint16 | int32](h []float64, q int, places []T, w float64) {
	for x, a := range places {
		line := h[int(a)*q : int(a+1)*q]
		for _, z := range places[x:] {
			line[z] += w
		}
	}
}

// likelihood is the log likelihood of y outcomes of n at a linear predictor.
func likelihood(y, n, eta float64) float64 {
	// log(1+e^eta) without overflow
	return y*eta - n*(max(eta, 0)+math.Log1p(math.Exp(-math.Abs(eta))))
}

func expit(eta float64) float64 { return 1 / (1 + math.Exp(-clamp(eta, -maxLogit, maxLogit))) }

func logit(p float64) float64 { return math.Log(p / (1 - p)) }

func clamp(x, lo, hi float64) float64 { return min(max(x, lo), hi) }

func sum(xs []float64) float64 {
	total := 0.0
	for _, x := range xs {
		total += x
	}
	return total
}
