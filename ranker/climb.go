package ranker

const (
	// maxClimb bounds a climb: convergence takes four to eight steps, separated data a few more.
	maxClimb = 40
	// closeEnough is the rise of the log likelihood, in its own unit, that is not worth another step: every coefficient
	// is then within a few thousandths of its standard error.
	closeEnough = 1e-6
	// nearTop is the rise below which the curvature is kept from the step before: within a seventh of a standard error
	// it does not change any shown digit, and it costs four times as much as the gradient. At 0.5 intervals from 500
	// sessions changed in their second digit.
	nearTop = 0.01
)

// climb maximises a concave function of x by Newton's method, in place. at evaluates the function and its gradient at x
// and, if renew is set, its curvature; it reports whether the curvature is sound. solve returns curvature⁻¹ v, nil where
// that fails. A step that leads down is halved.
func climb(x []float64, at func(renew bool) (value float64, grad []float64, ok bool), solve func(v []float64) []float64) {
	old := append([]float64(nil), x...)
	var last float64
	renew := true
	for k := range maxClimb {
		value, grad, ok := at(renew)
		if !ok {
			copy(x, old)
			return
		}
		if k > 0 && !(value >= last-closeEnough) {
			for j := range x {
				x[j] = (x[j] + old[j]) / 2
			}
			renew = true
			continue
		}
		step := solve(grad)
		if step == nil {
			return
		}
		last = value
		rise := 0.0
		for j := range x {
			rise += grad[j] * step[j] / 2
			old[j] = x[j]
			x[j] += step[j]
		}
		if rise < closeEnough {
			return
		}
		renew = rise > nearTop
	}
}
