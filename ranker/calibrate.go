package ranker

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// minControls is the fewest harmless controls from which a spread can be estimated (RANKING 3.10: four are the least,
// eight are enough).
const minControls = 4

// calibration is the systematic error that harmless controls reveal, on the log-odds scale: there the same hidden
// difference between people moves rare and common outcomes alike.
type calibration struct {
	controls int
	mean     float64
	variance float64 // of the systematic error of a new issue: spread between controls and doubt about the mean
}

// calibrate estimates mean and spread by random effects (DerSimonian and Laird 1986).
func calibrate(controls []effect) calibration {
	var est, vs []float64
	for i := range controls {
		if e := &controls[i]; e.possible {
			est = append(est, e.tau/e.slope())
			vs = append(vs, e.se*e.se/(e.slope()*e.slope()))
		}
	}
	c := calibration{controls: len(est)}
	if len(est) < minControls {
		return c
	}
	fixed, w, w2 := 0.0, 0.0, 0.0
	for i := range est {
		fixed += est[i] / vs[i]
		w += 1 / vs[i]
		w2 += 1 / (vs[i] * vs[i])
	}
	fixed /= w
	q := 0.0
	for i := range est {
		q += (est[i] - fixed) * (est[i] - fixed) / vs[i]
	}
	between := max(0, (q-float64(len(est)-1))/(w-w2/w))
	sum, weight := 0.0, 0.0
	for i := range est {
		sum += est[i] / (vs[i] + between)
		weight += 1 / (vs[i] + between)
	}
	c.mean = sum / weight
	c.variance = between + 1/weight
	return c
}

func (c *calibration) possible() bool { return c.controls >= minControls }

// slope turns log-odds into a share: the derivative of the logistic at the exposed's expected rate.
func (e *effect) slope() float64 {
	r := (e.expected + 0.5) / (float64(e.exposed) + 1)
	r = clamp(r, 1e-6, 1-1e-6)
	return r * (1 - r)
}

// interval is the 95 % interval of the loss per exposed row and the standard error behind it. With calibration the
// systematic error's mean moves it and its spread widens it; the point stays inside. The t quantile takes its degrees
// of freedom from both parts (Welch and Satterthwaite).
func (c *calibration) interval(e *effect) (lo, hi, se float64) {
	if !c.possible() {
		return e.tau - tQuantile*e.se, e.tau + tQuantile*e.se, e.se
	}
	s := e.slope()
	sampling, systematic := e.se*e.se, s*s*c.variance
	se = math.Sqrt(sampling + systematic)
	df := (sampling + systematic) * (sampling + systematic) /
		(sampling*sampling/(groups-1) + systematic*systematic/float64(c.controls-1))
	q := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: max(df, 1)}.Quantile(0.975)
	mid := e.tau - c.mean*s
	return min(mid-q*se, e.tau), max(mid+q*se, e.tau), se
}
