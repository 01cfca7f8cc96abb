package ranker

import (
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/rankle/rankle/cluster/friction"
)

// Purchases and returns are rare, and a problem that few people met says little about them. Whether people went on after
// the failed try is known of every session, and is what a failure moves first: who leaves there neither buys nor likes to
// come back. Issues therefore lean on it: how much it costs in an outcome is expected from how much it keeps people from
// going on, as far as the two go together over the other issues of this run. An intermediate event that stands in for a
// rare one is a surrogate (Prentice 1989; over many studies Daniels and Hughes 1997, whose model this is); here it moves the
// prior only, so that with enough data the outcome speaks for itself.

const (
	// leanSpread is how much, on the log-odds scale, the effects of two issues on an outcome differ that keep equally many
	// from going on, as a standard deviation: like systematic errors, by a fifth of the odds.
	leanSpread = priorError
	// leanPrior is the slope before any issue has spoken, as a standard deviation around nothing, of which only what is above
	// counts: an outcome moves by as much as going on does, or less.
	leanPrior = 1.0
)

// wentOn tells whether a session came to another screen after a try at a moment, or worked another control.
func wentOn(d *friction.Digest, at time.Duration) bool {
	here := int32(-1)
	for _, v := range d.Visits {
		if v.At > at {
			if v.Screen != here {
				return true
			}
			continue
		}
		here = v.Screen
	}
	own := int32(-1)
	for i := range d.Attempts {
		a := &d.Attempts[i]
		if a.At == at {
			own = a.Target
		}
	}
	for i := range d.Attempts {
		if a := &d.Attempts[i]; a.At > at && a.Target != own && a.Outcome == friction.OK {
			return true
		}
	}
	return false
}

// progressTries is about how many tries that worked are compared with: of a hundred controls each then has ten thousand, whose
// rate is known to half a percentage point, and more would only take time.
const progressTries = 1_000_000

// progress is the study of going on: to another screen or control, or to a goal. It has all tries that failed; of those that
// worked about as many as the limit, those of a sample of the sessions: the model is fitted to these alone.
func (b *builder) progress(limit int) *study {
	s := b.newStudy("going on", "visits per week", min(b.room, 2*limit))
	every := uint64(max(b.room/limit, 1))
	b.eachUser(func(own []visit, h []history) {
		for i := range own {
			v := &own[i]
			sampled := mix(v.id)%every == 0
			estimated := b.c.sampled(v)
			for k := range v.tries {
				t := &b.c.tries[v.try0+k]
				if t.failed {
					s.failedAll[t.issue]++
				}
				if !estimated || !t.failed && !sampled {
					continue
				}
				y := t.wentOn
				for g := range b.c.nGoal {
					hit := b.reachedAt(v, g)
					y = y || hit != never && hit >= int64(t.at)
				}
				s.total.add(y)
				b.add(v, k, b.deepest(v, k), h[i], y)
			}
			from := len(s.cells)
			b.close(s, v, false)
			for k := range s.cells[from:] {
				if c := &s.cells[from+k]; c.y > 0 {
					c.next, c.after = 0, 0 // whoever went on did so whatever failed later
				}
			}
		}
	})
	s.collapse()
	return s
}

// estimateProgress is estimateAll for going on, of which only the effects are asked.
func (c *Collector) estimateProgress(b *builder, limit int) *result {
	s := b.progress(limit)
	x := b.estimator(s)
	res := &result{study: s, effects: make([]effect, b.issues), reason: x.reason}
	if res.reason != "" {
		return res
	}
	for i := range res.effects {
		res.effects[i], _, _ = x.compare(int32(i))
	}
	n := len(c.in.Issues)
	res.cal = calibrate(res.effects[n:])
	res.shrink(n, nil)
	res.shares = slices.Repeat([]float64{1}, n)
	s.cells, s.hoped, s.fails, s.strata = nil, nil, nil, strata{}
	return res
}

// stopped is the effect of an issue on going on. progress may be nil.
func (progress *result) stopped(i int) Estimate {
	if progress == nil || progress.reason != "" || !progress.effects[i].possible {
		return Estimate{}
	}
	e := &progress.effects[i]
	share, lo, hi, _ := progress.cal.interval(e)
	return Estimate{Value: clamp(share, -1, 1), Low: max(lo, -1), High: min(hi, 1), Unit: "share of those who met it",
		N: e.exposed + e.compared, Method: methodStandard}
}

// leanPoints is by how many equally likely values an expectation is told: enough for their spread to be known to a tenth.
const leanPoints = 32

// lean returns, per issue, what is expected of its effect on the outcome from its effect on going on, both in log-odds, as
// equally likely values. The slope between them is that of the other issues, through the origin: what stops nobody is
// expected to cost nothing. It is a regression on shrunk effects, so that noise in them does not flatten it (regression
// calibration, Carroll and others 2006, section 4). Where issues that stop people cost less than others, nothing is expected.
func (res *result) lean(progress *result, n int) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		out[i] = nothing
	}
	if progress == nil || progress.reason != "" {
		return out
	}
	part := func(i int) (product, square float64) {
		e := &res.effects[i]
		if !e.possible || !progress.effects[i].possible {
			return 0, 0
		}
		x, se, m := e.tau/e.slope-res.cal.mean, e.se/e.slope, progress.means[i]
		w := 1 / (se*se + leanSpread*leanSpread)
		return w * x * m, w * m * m
	}
	products, squares := 0.0, 1/(leanPrior*leanPrior)
	for i := range n {
		p, s := part(i)
		products, squares = products+p, squares+s
	}
	var drawn sampler
	for i := range n {
		if !progress.effects[i].possible {
			continue
		}
		p, s := part(i)
		slope, se := (products-p)/(squares-s), 1/math.Sqrt(squares-s)
		out[i], drawn = make([]float64, leanPoints), progress.posts[i].sampler(drawn)
		for k := range out[i] {
			z := distuv.UnitNormal.Quantile((float64(k) + 0.5) / leanPoints)
			out[i][k] = max(slope+se*z, 0) * drawn.draw(spreadOut(k))
		}
	}
	return out
}
