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
	// longest is how far a step may move the linear predictor in the mean, by a factor of 7 in the odds: chances near 0 or 1 have
	// next to no curvature, and send a step that believes it beyond all data.
	longest = 2.0
	// slowRise is the share of the rise before that a step with a kept curvature may have. Where rare levels make it worse than
	// that, one new curvature brings as much as the several such steps that it costs.
	slowRise = 0.1
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
// because a similar one is at hand. A step that leads down is halved; a step with a kept curvature that gains more than the one
// before is not made before the curvature is anew.
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
		part := 1.0
		if square := 2 * rise / weight; weight > 0 && square > longest*longest {
			part = longest / math.Sqrt(square)
		}
		for j := range x {
			old[j] = x[j]
			x[j] += part * step[j]
		}
		if rise < closeEnough {
			return
		}
		renew = 2*rise > nearTop*nearTop*weight || !renew && rise > slowRise*before
	}
}
