package cluster

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

const (
	// segmentExposed is how many exposed sessions a value, and its rest, must have to be compared: the normal
	// approximation of a share is poor below.
	segmentExposed = 5
	// segmentAffected sessions with the value must have the issue.
	segmentAffected = 2
	// segmentFalse is the expected share of false ones among all segments of all issues that are shown
	// (Benjamini and Hochberg 1995; the tests of one issue overlap and are positively dependent, for which the
	// procedure holds too: Benjamini and Yekutieli 2001).
	segmentFalse = 0.05
	// maxIssueSegments bounds what an issue shows.
	maxIssueSegments = 8
)

// test is one comparison of an issue, before the correction for their number.
type test struct {
	issue   int
	segment Segment
	z, p    float64
}

// segments compares the affected share of every value with the rest, for significant, which decides over all issues.
// affected tells of every exposed session whether it is.
func (w *work) segments(exposed []int32, affected []bool, issue int) (tests []test) {
	type count struct{ affected, exposed int }
	for i, name := range w.attributes {
		by := map[int32]*count{}
		var all count
		for k, s := range exposed {
			v := w.valueID(s, i)
			if v == 0 {
				continue // not known: no value, and no part of the rest either
			}
			c := by[v]
			if c == nil {
				c = &count{}
				by[v] = c
			}
			c.exposed++
			all.exposed++
			if affected[k] {
				c.affected++
				all.affected++
			}
		}
		for v, in := range by {
			out := count{all.affected - in.affected, all.exposed - in.exposed}
			if in.exposed < segmentExposed || out.exposed < segmentExposed || in.affected < segmentAffected {
				continue
			}
			z := twoProportions(in.affected, in.exposed, out.affected, out.exposed)
			tests = append(tests, test{
				issue: issue, z: z, p: 2 * distuv.UnitNormal.Survival(math.Abs(z)),
				segment: Segment{
					Attribute: name, Value: w.names.list[v], Affected: in.affected, Exposed: in.exposed,
					RateIn: share(in.affected, in.exposed), RateOut: share(out.affected, out.exposed),
				},
			})
		}
	}
	return tests
}

// twoProportions is the z statistic of two shares with pooled variance; 0 if both are none or all.
func twoProportions(a, n, b, m int) float64 {
	pooled := share(a+b, n+m)
	variance := pooled * (1 - pooled) * (1/float64(n) + 1/float64(m))
	if variance <= 0 {
		return 0
	}
	return (share(a, n) - share(b, m)) / math.Sqrt(variance)
}

func share(a, n int) float64 {
	if n == 0 {
		return 0
	}
	return float64(a) / float64(n)
}

// significant gives the issues the segments that stand out, strongest first. Only values with a higher share are
// shown: of two values, the lower one says the same again.
func significant(issues []Issue, tests []test) {
	slices.SortFunc(tests, func(x, y test) int {
		return cmp.Or(cmp.Compare(x.p, y.p), cmp.Compare(x.issue, y.issue),
			cmp.Compare(x.segment.Attribute, y.segment.Attribute), cmp.Compare(x.segment.Value, y.segment.Value))
	})
	accepted := 0
	for i := range tests {
		if tests[i].p <= segmentFalse*float64(i+1)/float64(len(tests)) {
			accepted = i + 1
		}
	}
	tests = tests[:accepted]
	slices.SortStableFunc(tests, func(x, y test) int { return -cmp.Compare(x.z, y.z) })
	for _, t := range tests {
		if to := &issues[t.issue]; t.z > 0 && len(to.Segments) < maxIssueSegments {
			to.Segments = append(to.Segments, t.segment)
		}
	}
}
