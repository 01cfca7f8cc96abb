package ranker

import (
	"slices"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
)

// A new crash has no outcome yet: the windows after it are open, and too few people met it. An order by estimates alone
// would put it last for weeks. Issues that break or block, and for which no outcome can be estimated, therefore stand where
// an issue of this run would that costs what the others cost on average and that as many people meet. It is an assumption,
// and the score says so.

// blockingShare of the sessions that tried: an issue that stops one in two is no accident of a few.
const blockingShare = 0.5

// severe says why an issue is believed to stop people without a look at outcomes, or "".
func severe(x *cluster.Issue) string {
	has := func(p friction.Pattern) bool {
		return slices.ContainsFunc(x.Patterns, func(c cluster.PatternCount) bool { return c.Pattern == p })
	}
	switch {
	case has(friction.ErrorTap):
		return "it runs into errors"
	case has(friction.UIFreeze):
		return "the page stands still"
	case x.Family == cluster.FamilyControl && x.Exposed > 0 && float64(x.Sessions) >= blockingShare*float64(x.Exposed):
		return "it stops half of those who try, or more"
	}
	return ""
}

const methodFloor = "severity floor: what issues of this run cost on average, not estimated for this one"

// ignorance is how many times wider than the prior the error of no observation is taken: far enough for it to say nothing,
// near enough for differences of tails not to cancel.
const ignorance = 100

// assumed is the stake of an issue in an outcome in which it cannot be estimated but others can.
func (res *result) assumed(i int, weeks float64) stake {
	if res.reason != "" || res.study.failedAll[i] == 0 || len(res.prior.ends) < 2 {
		return stake{}
	}
	widest := 0.0
	for _, end := range res.prior.ends {
		widest = max(widest, end, -end)
	}
	p := res.prior.posterior(0, ignorance*widest, res.leans[i])
	expected, _ := p.summary()
	if !(expected > 0) {
		return stake{}
	}
	rate := (float64(res.study.total.y) + 0.5) / (float64(res.study.total.n) + 1)
	return stake{assumed: true, rows: res.study.failedAll[i], expected: expected, doubted: p,
		perWeek: float64(res.study.failedAll[i]) / weeks * rate * (1 - rate)}
}

// floors gives severe issues without any estimate that counts the stakes that are assumed for them.
func (c *Collector) floors(r *Report, results []*result, stakes [][]stake) {
	weights := c.weightsOf(stakes)
	for i := range r.Issues {
		x := &r.Issues[i]
		why := severe(&x.Issue)
		estimated := false
		for k := range stakes[i] {
			estimated = estimated || stakes[i][k].possible && weights[k] > 0
		}
		if why == "" || estimated {
			continue
		}
		for k, res := range results {
			if weights[k] == 0 || res == nil {
				continue
			}
			if s := res.assumed(i, r.Weeks); s.assumed {
				stakes[i][k] = s
				x.Floor = "no outcome can be estimated for it yet; because " + why + ", it stands where an average problem would that as many people meet"
			}
		}
	}
}

// floorsOfCount puts severe issues into the middle of a list of counts at least.
func floorsOfCount(r *Report) {
	if len(r.Issues) == 0 {
		return
	}
	counts := make([]float64, len(r.Issues))
	for i := range r.Issues {
		counts[i] = r.Issues[i].Score.Value
	}
	slices.Sort(counts)
	middle := counts[len(counts)/2]
	for i := range r.Issues {
		x := &r.Issues[i]
		if why := severe(&x.Issue); why != "" && x.Score.Value < middle {
			x.Score.Value, x.Score.High = middle, max(middle, x.Score.High)
			x.Score.Method = "severity floor: the middle of the list, not counted"
			x.Floor = "because " + why + ", it stands in the middle of the list at least, however few met it"
		}
	}
}
