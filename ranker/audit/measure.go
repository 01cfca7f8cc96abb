package audit

import (
	"math"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker/review"
)

// Rate is a share that was measured on a sample. Value, Low and High are 0..1 with a 95 % interval; they are NaN if
// nothing was judged.
type Rate struct {
	Value, Low, High float64
	Judged           int // verdicts that say yes or no
	Unclear          int // verdicts that say that it cannot be told; they count for nothing else
	Of               int // episodes that the share is about
	Uncovered        int // of these, in strata without a verdict: the share says nothing about them
}

// Measure is what verdicts say about one pattern.
type Measure struct {
	Pattern   friction.Pattern // "" = all together
	Precision Rate             // of the kept episodes, those that people call friction
	Missed    Rate             // of the dismissed ones, those that people call friction after all
}

// z is the normal quantile of a two-sided 95 % interval.
const z = 1.959963984540054

// Measure says how often the program is right, by pattern and over all. Every stratum weighs as many episodes as it
// has, however many of them were judged. Intervals are Wilson's, for as many independent verdicts as the weights leave
// (Kish's effective sample size): several verdicts about one control say a little less than that.
func (f *Frame) Measure(verdicts map[review.Episode]review.Opinion) []Measure {
	type cell struct {
		pattern uint8
		kept    bool
	}
	byCell := map[cell][]tally{}
	all := map[bool][]tally{}
	present := map[uint8]bool{}
	f.strata(func(s stratum, items []item) {
		t := tally{of: len(items)}
		for i := range items {
			switch verdicts[f.name(&items[i])] {
			case review.Friction:
				t.yes++
			case review.Intended:
				t.no++
			case review.Unclear:
				t.unclear++
			}
		}
		c := cell{s.pattern, s.kept}
		byCell[c] = append(byCell[c], t)
		all[s.kept] = append(all[s.kept], t)
		present[s.pattern] = true
	})
	var out []Measure
	for i, p := range friction.Patterns() {
		if present[uint8(i)] {
			out = append(out, Measure{Pattern: p, Precision: rate(byCell[cell{uint8(i), true}]), Missed: rate(byCell[cell{uint8(i), false}])})
		}
	}
	return append(out, Measure{Precision: rate(all[true]), Missed: rate(all[false])})
}

// tally counts the verdicts about one stratum.
type tally struct{ of, yes, no, unclear int }

func rate(strata []tally) Rate {
	r := Rate{}
	covered := 0.0
	for _, t := range strata {
		r.Of += t.of
		r.Unclear += t.unclear
		r.Judged += t.yes + t.no
		if t.yes+t.no == 0 {
			r.Uncovered += t.of
		} else {
			covered += float64(t.of)
		}
	}
	if r.Judged == 0 {
		r.Value, r.Low, r.High = math.NaN(), math.NaN(), math.NaN()
		return r
	}
	share, spread := 0.0, 0.0
	for _, t := range strata {
		if n := float64(t.yes + t.no); n > 0 {
			w := float64(t.of) / covered
			share += w * float64(t.yes) / n
			spread += w * w / n
		}
	}
	r.Value = min(share, 1)
	r.Low, r.High = wilson(r.Value, 1/spread)
	return r
}

// wilson is the score interval of a share p among n (Wilson 1927). Unlike the textbook one it stays within 0..1 and does
// not shrink to nothing when all verdicts agree.
func wilson(p, n float64) (low, high float64) {
	mid := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(mid-half, 0), min(mid+half, 1)
}
