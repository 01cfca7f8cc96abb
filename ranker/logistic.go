package ranker

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// cell counts the rows that agree in everything. Cells of shards add up in any order.
type cell struct {
	past   pattern
	issue  int32
	failed bool
	group  uint8
	// linked: the try worked, a later one in the same session failed. What would have come of it had the later one
	// worked too is not seen; it is expected from next, the past of the later try.
	linked bool
	next   pattern
	n, y   int32 // rows, and those with the outcome
	// hoped is y, for linked cells the expected y after the first round. Derived, not part of the counts.
	hoped float64
}

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

const (
	maxNewton = 30
	tolerance = 1e-9 // of the penalised log likelihood, relative: far below any shown digit
	maxLogit  = 30   // exp(30) is beyond any rate that data can show
)

// pooled is the prognostic model of the rows whose try worked, all issues together:
// logit P(outcome) = mean + issue intercept + covariates. Fitted by Newton's method on the penalised likelihood
// (iteratively reweighted least squares); the intercepts are eliminated by their Schur complement, so that a
// thousand issues cost no more than ten.
type pooled struct {
	cols  columns
	mean  float64
	beta  []float64
	alpha []float64 // per issue, deviation from mean
	// spread is the variance of the true intercepts around mean, for issues whose own comparison group is small.
	spread float64
}

// eta is the linear predictor without the issue's intercept.
func (m *pooled) eta(p *pattern) float64 {
	e := m.mean
	for c := range m.cols.covs {
		e += m.beta[m.cols.start[c]+int32(p[c])]
	}
	return e
}

func fitPooled(cells []cell, issues int, cols columns) *pooled {
	m := &pooled{cols: cols, beta: make([]float64, cols.n()), alpha: make([]float64, issues), spread: minSpread}
	var n, y float64
	for i := range cells {
		if !cells[i].failed {
			n += float64(cells[i].n)
			y += cells[i].hoped
		}
	}
	m.mean = logit((y + 0.5) / (n + 1))
	if n == 0 {
		return m
	}
	last := m.objective(cells)
	for range maxNewton {
		step := m.newton(cells)
		if step == nil {
			break
		}
		old := *m
		old.beta, old.alpha = append([]float64(nil), m.beta...), append([]float64(nil), m.alpha...)
		now := math.Inf(-1)
		for scale := 1.0; scale > 1e-3; scale /= 2 {
			m.move(&old, step, scale)
			if now = m.objective(cells); now >= last {
				break
			}
		}
		if !(now > last) {
			*m = old
			break
		}
		done := now-last < tolerance*math.Abs(last)
		if last = now; done {
			break
		}
	}
	m.spread = m.interceptSpread(cells)
	return m
}

func (m *pooled) move(from *pooled, step []float64, scale float64) {
	p, k := len(m.beta), len(m.alpha)
	m.mean = from.mean + scale*step[p]
	for j := range p {
		m.beta[j] = from.beta[j] + scale*step[j]
	}
	for j := range k {
		m.alpha[j] = from.alpha[j] + scale*step[p+1+j]
	}
}

func (m *pooled) objective(cells []cell) float64 {
	sum := 0.0
	for i := range cells {
		c := &cells[i]
		if c.failed {
			continue
		}
		sum += logLik(c.hoped, float64(c.n), m.eta(&c.past)+m.alpha[c.issue])
	}
	for _, b := range m.beta {
		sum -= pooledRidge / 2 * b * b
	}
	for _, a := range m.alpha {
		sum -= interceptRidge / 2 * a * a
	}
	return sum
}

// newton returns the step (beta, mean, alpha), or nil where the equations cannot be solved.
func (m *pooled) newton(cells []cell) []float64 {
	p, k := len(m.beta)+1, len(m.alpha)
	b := make([]float64, p*p)
	cross := make([]float64, k*p)
	diag := make([]float64, k)
	grad := make([]float64, p)
	gradA := make([]float64, k)
	buf := make([]int32, 0, maxCovariates+1)
	for i := range cells {
		c := &cells[i]
		if c.failed {
			continue
		}
		pr := expit(m.eta(&c.past) + m.alpha[c.issue])
		n := float64(c.n)
		w, r := n*pr*(1-pr), c.hoped-n*pr
		buf = append(m.cols.of(&c.past, buf), int32(p-1))
		row := cross[int(c.issue)*p : int(c.issue+1)*p]
		for x, a := range buf {
			grad[a] += r
			row[a] += w
			line := b[int(a)*p : int(a+1)*p]
			for _, z := range buf[x:] {
				line[z] += w
			}
		}
		diag[c.issue] += w
		gradA[c.issue] += r
	}
	for j := range p - 1 {
		b[j*p+j] += pooledRidge
		grad[j] -= pooledRidge * m.beta[j]
	}
	b[p*p-1] += tinyRidge
	for j := range k {
		diag[j] += interceptRidge
		gradA[j] -= interceptRidge * m.alpha[j]
		row := cross[j*p : (j+1)*p]
		for x, cx := range row {
			if cx == 0 {
				continue
			}
			grad[x] -= cx * gradA[j] / diag[j]
			line := b[x*p : (x+1)*p]
			for z := x; z < p; z++ {
				line[z] -= cx * row[z] / diag[j]
			}
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(mat.NewSymDense(p, b)) {
		return nil
	}
	step := make([]float64, p+k)
	if chol.SolveVecTo(mat.NewVecDense(p, step[:p]), mat.NewVecDense(p, grad)) != nil {
		return nil
	}
	for j := range k {
		s := gradA[j]
		for x, cx := range cross[j*p : (j+1)*p] {
			s -= cx * step[x]
		}
		step[p+j] = s / diag[j]
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
func (m *pooled) interceptSpread(cells []cell) float64 {
	info := make([]float64, len(m.alpha))
	for i := range cells {
		if c := &cells[i]; !c.failed {
			pr := expit(m.eta(&c.past) + m.alpha[c.issue])
			info[c.issue] += float64(c.n) * pr * (1 - pr)
		}
	}
	sum, noise, n := 0.0, 0.0, 0.0
	for j, a := range m.alpha {
		if info[j] > 1 {
			sum += a * a
			noise += 1 / info[j]
			n++
		}
	}
	if n < 4 {
		return 1 // sd 1: too few issues to tell
	}
	return min(max((sum-noise)/n, minSpread), maxSpread)
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

func fitLocal(rows []sample, cols columns, ridge, interceptPenalty float64) *local {
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
	q := int(used) + 1
	l.theta = make([]float64, q)
	penalty := make([]float64, q)
	for i := range penalty {
		penalty[i] = ridge
	}
	penalty[q-1] = interceptPenalty
	l.newton(rows, penalty)
	return l
}

func (l *local) newton(rows []sample, penalty []float64) {
	last := l.objective(rows, penalty)
	for range maxNewton {
		grad, ok := l.information(rows, penalty)
		if !ok {
			return
		}
		step := mat.NewVecDense(len(grad), nil)
		if l.chol.SolveVecTo(step, mat.NewVecDense(len(grad), grad)) != nil {
			return
		}
		old := append([]float64(nil), l.theta...)
		now := math.Inf(-1)
		for scale := 1.0; scale > 1e-3; scale /= 2 {
			for j := range l.theta {
				l.theta[j] = old[j] + scale*step.AtVec(j)
			}
			if now = l.objective(rows, penalty); now >= last {
				break
			}
		}
		if !(now > last) {
			copy(l.theta, old)
			break
		}
		done := now-last < tolerance*(1+math.Abs(last))
		if last = now; done {
			break
		}
	}
	_, l.ok = l.information(rows, penalty)
}

// information factorises the penalised information at theta and returns the gradient.
func (l *local) information(rows []sample, penalty []float64) ([]float64, bool) {
	q := len(l.theta)
	h, grad := make([]float64, q*q), make([]float64, q)
	buf := make([]int32, 0, maxCovariates+1)
	for i := range rows {
		r := &rows[i]
		pr := expit(l.eta(r.past, r.off))
		w, e := r.n*pr*(1-pr), r.y-r.n*pr
		buf = l.places(r.past, buf)
		for x, a := range buf {
			grad[a] += e
			line := h[int(a)*q : int(a+1)*q]
			for _, z := range buf[x:] {
				line[z] += w
			}
		}
	}
	for j := range q {
		h[j*q+j] += penalty[j]
		grad[j] -= penalty[j] * l.theta[j]
	}
	return grad, l.chol.Factorize(mat.NewSymDense(q, h))
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

func (l *local) objective(rows []sample, penalty []float64) float64 {
	sum := 0.0
	for i := range rows {
		sum += logLik(rows[i].y, rows[i].n, l.eta(rows[i].past, rows[i].off))
	}
	for j, t := range l.theta {
		sum -= penalty[j] / 2 * t * t
	}
	return sum
}

// solve returns information⁻¹ v.
func (l *local) solve(v []float64) []float64 {
	out := mat.NewVecDense(len(v), nil)
	if !l.ok || l.chol.SolveVecTo(out, mat.NewVecDense(len(v), v)) != nil {
		return make([]float64, len(v))
	}
	return out.RawVector().Data
}

func logLik(y, n, eta float64) float64 {
	// log(1+e^eta) without overflow
	soft := max(eta, 0) + math.Log1p(math.Exp(-math.Abs(eta)))
	return y*eta - n*soft
}

func expit(eta float64) float64 { return 1 / (1 + math.Exp(-clamp(eta, -maxLogit, maxLogit))) }

func logit(p float64) float64 { return math.Log(p / (1 - p)) }

func clamp(x, lo, hi float64) float64 { return min(max(x, lo), hi) }
