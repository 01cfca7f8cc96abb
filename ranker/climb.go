package ranker

import "math"

const (
	// maxClimb bounds a climb: convergence takes four to eight steps, separated data a few more.
	maxClimb = 40
	// closeEnough is the rise of the log likelihood, in its own unit, that is not worth another step: every coefficient
	// is then within a seventieth of its standard error.
	closeEnough = 1e-4
	// nearTop is the mean step of a linear predictor below which the curvature is kept from the step before: rare chances then
	// move by a twentieth of themselves, others by less, and the curvature with them. Making it costs several times as much
	// as the gradient.
	nearTop = 0.05
	// A first fit takes about so many rows where there are several times as many, per coefficient that it has at most: it
	// ends close enough to the top that the fit of all rows takes one or two steps, at a fraction of the cost.
	rowsPerCoefficient = 100
)

// slope is what climb needs to know at a point.
type slope struct {
	grad []float64
	// value of the function, and the weight of all rows in its curvature; of use only where the curvature was made.
	value, weight float64
	ok            bool // the curvature is sound
}

// climb maximises a concave function of x by Newton's method, in place. at evaluates it at x, with its curvature if renew is
// set. solve returns curvature⁻¹ v, nil where that fails. known tells that solve can be asked before any curvature was made,
// because a similar one is at hand. A step that leads down is halved; a step longer than the one before makes the curvature
// anew.
func climb(x []float64, known bool, at func(renew bool) slope, solve func(v []float64) []float64) {
	old := append([]float64(nil), x...)
	last, rise, weight := math.Inf(-1), math.Inf(1), 0.0
	renew := !known
	for range maxClimb {
		here := at(renew)
		if !here.ok {
			copy(x, old)
			return
		}
		if renew && !(here.value >= last-closeEnough) {
			for j := range x {
				x[j] = (x[j] + old[j]) / 2
			}
			continue
		}
		step := solve(here.grad)
		if step == nil {
			return
		}
		before := rise
		rise = 0
		for j := range x {
			rise += here.grad[j] * step[j] / 2
		}
		if !renew && rise > before {
			renew = true
			continue
		}
		if renew {
			last, weight = here.value, here.weight
		}
		for j := range x {
			old[j] = x[j]
			x[j] += step[j]
		}
		if rise < closeEnough {
			return
		}
		renew = 2*rise > nearTop*nearTop*weight
	}
}

// thin takes enough rows to start from, evenly, of many; all of few.
func thin[T any](rows []T, coefficients int) []T {
	stride := len(rows) / (rowsPerCoefficient * coefficients)
	if stride < 4 {
		return rows
	}
	out := make([]T, 0, len(rows)/stride+1)
	for i := stride / 2; i < len(rows); i += stride {
		out = append(out, rows[i])
	}
	return out
}
