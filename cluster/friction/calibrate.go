package friction

import "math"

// Calibration turns the strength of evidence, which the detectors add up by hand (confidence.go), into the share of such
// episodes that are right. The fit is logistic per pattern (Platt 1999, "Probabilistic Outputs for Support Vector
// Machines"). Level and slope come from apps on which no rule was made; how the patterns differ from each other comes
// from the apps on which they were, drawn towards the former. cluster/friction/eval makes it and writes it into curves.go.

// curve is one fitted pattern: confidence = 1 / (1 + exp(-(Offset + Slope*(strength-curveCentre)))).
type curve struct {
	Pattern       Pattern
	Offset, Slope float64
	Samples, Apps int // labelled episodes that the fit rests on, and the applications they come from
}

// curveCentre is about the mean strength of kept episodes, so that offsets can be read as log odds there.
const curveCentre = 0.7

// calibrated is the confidence of an episode of a pattern with so much evidence, 0..1. Patterns that were not fitted,
// because too few labelled episodes show them, keep the strength of their evidence.
func calibrated(p Pattern, strength float64) float64 {
	for i := range curves {
		if c := &curves[i]; c.Pattern == p {
			return 1 / (1 + math.Exp(-(c.Offset + c.Slope*(strength-curveCentre))))
		}
	}
	return strength
}
