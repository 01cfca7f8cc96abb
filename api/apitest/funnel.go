package apitest

import (
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker"
)

// funnel counts the way to the goal, over all sessions and for mobiles; the intervals are made up.
func funnel(d *Data, goal ranker.GoalSummary) ranker.Funnel {
	f := ranker.Funnel{Goal: goal.Name, Issues: []ranker.FunnelIssue{
		{Key: problems[0].key, Step: 2, Met: 12, Stopped: 9}, {Key: "iss-gone", Step: 1, Met: 1, Stopped: 1}}}
	for _, s := range goal.Steps[:2] {
		f.Steps = append(f.Steps, s.Name)
	}
	f.Steps = append(f.Steps, goal.Name)
	f.All = count(d, func(*friction.Digest) bool { return true })
	f.Segments = []ranker.FunnelSegment{{Attribute: "device", Value: "mobile", QValues: []float64{1, 0.01, 0.5},
		FunnelCount: count(d, func(x *friction.Digest) bool { return x.Context.Device.Type == "mobile" })}}
	return f
}

func count(d *Data, wanted func(*friction.Digest) bool) ranker.FunnelCount {
	var out ranker.FunnelCount
	var took [3]int
	for _, x := range d.Digests {
		if !wanted(x) {
			continue
		}
		out.Sessions++
		for i, ok := range []bool{visits(x, "/cart"), visits(x, "/checkout"), len(Converted(x)) > 0} {
			if !ok {
				break
			}
			took[i]++
		}
	}
	came := out.Sessions
	for _, n := range took {
		out.Steps = append(out.Steps, roughly(n, came))
		came = n
	}
	out.Reached = roughly(took[2], out.Sessions)
	return out
}

// roughly is a proportion with an interval that is made up.
func roughly(some, all int) ranker.Proportion {
	p := ranker.Proportion{Some: some, All: all, High: 1}
	if all > 0 {
		p.Low, p.High = max(p.Share()-0.05, 0), min(p.Share()+0.05, 1)
	}
	return p
}

// curve is made up: fewer come back every day, and of fewer it is known.
func curve(users, back int) []ranker.DayReturn {
	var out []ranker.DayReturn
	for day := 1; day <= 7; day++ {
		out = append(out, ranker.DayReturn{Day: day, Proportion: roughly(back/day, users-2*day)})
	}
	return out
}
