package ranker

import "slices"

// Curves say on which days users come back.
type Curves struct {
	All    []DayReturn // of all known users, from their first session in the data
	Issues []IssueCurves
}

// IssueCurves compare users who met an issue with users whose same tries all worked. It is what was seen, without any
// adjustment: those who met it may be other people. What it costs is an Impact.
type IssueCurves struct {
	Key    string
	Met    []DayReturn // from the session in which they first met it
	Worked []DayReturn // from their first try
}

// DayReturn counts, of the users whose day is over, those who had a session on it. Users whose day is not over yet are
// no part of it (right-censored), so that later days rest on fewer users.
type DayReturn struct {
	Day int // days after the start of the first session, from 1: day n is from 24n hours on until 24(n+1)
	Proportion
}

const (
	// maxCurveDays is how far curves go: a month, as D30 asks; beyond it most data windows are over.
	maxCurveDays = 30
	// maxCurveIssues is how many issues, first in the list first, have curves: who looks at the hundredth has a question
	// that no picture answers, and each takes 120 numbers of the report.
	maxCurveIssues = 100
)

// returns counts a curve.
type returns struct {
	over, back [maxCurveDays + 1]int // by day
}

// add counts a user by the days on which there was a session (bit n for day n) and the first day that is not over.
func (r *returns) add(days uint32, end int) {
	for n := 1; n < min(end, maxCurveDays+1); n++ {
		r.over[n]++
		if days>>n&1 == 1 {
			r.back[n]++
		}
	}
}

func (r *returns) curve() []DayReturn {
	var out []DayReturn
	for n := 1; n <= maxCurveDays && r.over[n] > 0; n++ {
		out = append(out, DayReturn{n, proportion(r.back[n], r.over[n], 1)})
	}
	return out
}

// curvesOf counts the curves of all users and of the first issues of r.
func (c *Collector) curvesOf(r *Report) Curves {
	place := make([]int, len(c.in.Issues)) // issue -> place in counts, or -1
	keys := map[string]int{}
	for i := range c.in.Issues {
		place[i] = -1
		keys[c.in.Issues[i].Key] = i
	}
	var out Curves
	for _, x := range r.Issues[:min(len(r.Issues), maxCurveIssues)] {
		place[keys[x.Key]] = len(out.Issues)
		out.Issues = append(out.Issues, IssueCurves{Key: x.Key})
	}
	all := returns{}
	met, worked := make([]returns, len(out.Issues)), make([]returns, len(out.Issues))
	firsts := make([]struct{ tried, failed int }, len(out.Issues)) // of one user: sessions from 1, 0 for none
	var touched []int                                              // that are not 0
	end := r.To.UnixMilli()
	for i := 0; i < len(c.sessions); {
		k := i + 1
		for c.sessions[i].user >= 0 && k < len(c.sessions) && c.sessions[k].user == c.sessions[i].user {
			k++
		}
		own := c.sessions[i:k]
		i = k
		if own[0].user < 0 {
			continue
		}
		count := func(to *returns, from int) { to.add(daysOf(own, from), int((end-own[from].start)/dayMillis)) }
		count(&all, 0)
		for s := range own {
			for t := own[s].try0; t < own[s].try0+own[s].tries; t++ {
				x := &c.tries[t]
				if int(x.issue) >= len(place) || place[x.issue] < 0 {
					continue
				}
				first := &firsts[place[x.issue]]
				if first.tried == 0 {
					first.tried = s + 1
					touched = append(touched, place[x.issue])
				}
				if x.failed && first.failed == 0 {
					first.failed = s + 1
				}
			}
		}
		for _, i := range touched {
			if f := firsts[i]; f.failed > 0 {
				count(&met[i], f.failed-1)
			} else {
				count(&worked[i], f.tried-1)
			}
			firsts[i] = struct{ tried, failed int }{}
		}
		touched = touched[:0]
	}
	out.All = all.curve()
	for i := range out.Issues {
		out.Issues[i].Met, out.Issues[i].Worked = met[i].curve(), worked[i].curve()
	}
	return out
}

// daysOf are the days after session i, of a user's sessions in order of time, on which the user had another.
func daysOf(own []visit, i int) uint32 {
	days := uint32(0)
	for k := i + 1; k < len(own); k++ {
		n := (own[k].start - own[i].start) / dayMillis
		if n > maxCurveDays {
			break
		}
		days |= 1 << n
	}
	return days
}

// Of returns the curves of an issue; ok is false for one that has none.
func (c *Curves) Of(key string) (curves IssueCurves, ok bool) {
	i := slices.IndexFunc(c.Issues, func(x IssueCurves) bool { return x.Key == key })
	if i < 0 {
		return IssueCurves{}, false
	}
	return c.Issues[i], true
}
