package ranker

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/rankle/rankle/cluster"
)

// result is one study with its estimates.
type result struct {
	study   *study
	effects []effect // per issue, harmless controls after them
	cal     calibration
	prior   *prior
	leans   [][]float64 // per issue, what going on makes expect, in log-odds
	posts   []posterior // per issue, on the log-odds scale, without the spread of the systematic error
	means   []float64   // of posts
	doubts  []posterior // the same with it
	all     effect      // of all issues together
	shares  []float64
	q       []float64
	checks  []SelfCheck
	reason  string // why nothing can be estimated at all, or ""
}

// Report estimates, orders and puts everything into words. The Collector must not be used afterwards.
func (c *Collector) Report() *Report {
	r, _ := c.report()
	return r
}

func (c *Collector) report() (*Report, []*result) {
	c.settle()
	r := &Report{Schema: Schema, Fingerprint: c.in.Fingerprint, Read: c.in.Read, Sessions: len(c.sessions)}
	r.Users, r.Anonymous = c.people()
	c.dataWindow(r)
	r.Notes = append(r.Notes, c.in.Notes...)
	if c.dropped > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%s came twice and count once", plural(c.dropped, "session")))
	}
	over := c.overlaps()
	results, progress := c.studies(r, over)
	c.summaries(r, results)
	c.order(r, results, progress, over)
	r.Funnels, r.Curves = c.funnelsOf(), c.curvesOf(r)
	r.Fixes = c.fixes(r, c.in.Fixes)
	r.Notes = append(fixNotes(r.Fixes), r.Notes...)
	c.notes(r, results)
	r.Run = runName(r)
	return r, results
}

// people counts the known users of settled sessions, and the sessions without one.
func (c *Collector) people() (users, anonymous int) {
	last := int32(-1)
	for i := range c.sessions {
		switch u := c.sessions[i].user; {
		case u < 0:
			anonymous++
		case u != last:
			users, last = users+1, u
		}
	}
	return users, anonymous
}

// minWeeks keeps "per week" from multiplying an hour of data by 168: a day is the shortest span that holds one of
// each hour.
const minWeeks = 1.0 / 7

// dataWindow finds when the data begins and ends, whatever a few wrong clocks say (see cluster.Window).
func (c *Collector) dataWindow(r *Report) {
	if len(c.sessions) == 0 {
		r.Weeks = minWeeks
		return
	}
	starts := make([]int64, len(c.sessions))
	for i := range c.sessions {
		starts[i] = c.sessions[i].start
	}
	slices.Sort(starts)
	if c.window != nil {
		r.From, r.To = c.window.from, c.window.to
		r.Weeks = max(float64(r.To.Sub(r.From))/float64(7*24*time.Hour), minWeeks)
		return
	}
	lo, hi := cluster.Window(starts)
	first, last := starts[lo], starts[hi-1]
	end := last
	for i := range c.sessions {
		if v := &c.sessions[i]; first <= v.start && v.start <= last {
			end = max(end, v.end)
		}
	}
	r.From, r.To = time.UnixMilli(first).UTC(), time.UnixMilli(end).UTC()
	if off := len(starts) - (hi - lo); off > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%s dated years apart from all others, by a wrong clock, and left out of the data window", plural(off, "session")))
	}
	r.Weeks = max(float64(r.To.Sub(r.From))/float64(7*24*time.Hour), minWeeks)
}

// studies are those of the goals, then of the return windows, and that of going on, without which nothing leans on it.
func (c *Collector) studies(r *Report, over *overlaps) (out []*result, progress *result) {
	if len(c.sessions) == 0 {
		return nil, nil
	}
	shared := c.builder(r)
	goals, windows := c.set.Goals(), c.set.Windows()
	out = make([]*result, len(goals)+len(windows))
	c.each(len(out)+1, func(i int) {
		b := *shared
		if i == len(out) {
			progress = c.estimateProgress(&b, progressTries)
		} else if i < len(goals) {
			out[i] = c.estimateAll(&b, b.goal(i, goals[i]))
			if out[i].reason == "" && c.window == nil {
				out[i].checks = append(out[i].checks, b.before(i, goals[i]))
			}
		} else {
			out[i] = c.estimateAll(&b, b.retention(windows[i-len(goals)]))
		}
	})
	for _, res := range out {
		if res.reason == "" {
			res.shrink(len(c.in.Issues), progress)
			res.share(over)
		}
	}
	return out, progress
}

// each does what Input.Each does.
func (c *Collector) each(n int, do func(i int)) {
	if c.in.Each != nil {
		c.in.Each(n, do)
		return
	}
	for i := range n {
		do(i)
	}
}

func (c *Collector) builder(r *Report) *builder {
	lev := c.level()
	room := 0
	for i := range c.sessions {
		room += int(c.sessions[i].tries)
	}
	room /= int(max(c.every, 1))
	return &builder{c: c, room: room, lev: lev, cols: lev.layout(), end: r.To.UnixMilli(), issues: len(c.in.Issues) + c.in.HarmlessCount, goalSum: c.convertedSessions()}
}

// weights are those of the goals, of the return windows, of which only the primary one counts, and of going on, which counts
// only where nothing else can be estimated (see weightsOf).
func (c *Collector) weights() []float64 {
	var out []float64
	sum := 0.0
	for _, g := range c.set.Goals() {
		w, ok := c.in.Options.Weights.Goals[g.Name]
		if !ok {
			w = 1
			if g.Value > 0 {
				w = g.Value
			}
		}
		out = append(out, w)
		sum += w
	}
	mean := 1.0
	if len(out) > 0 {
		mean = sum / float64(len(out))
	}
	for i := range c.set.Windows() {
		w := 0.0
		if i == c.set.Primary() {
			w = mean * c.in.Options.Weights.Return
		}
		out = append(out, w)
	}
	return append(out, 0)
}

// weightsOf is weights, with a weight for going on where the stakes have nothing else that counts.
func (c *Collector) weightsOf(stakes [][]stake) []float64 {
	weights := c.weights()
	last := len(weights) - 1
	for _, row := range stakes {
		for k := range row {
			if row[k].counts() && weights[k] > 0 {
				return weights
			}
		}
	}
	for _, row := range stakes {
		if len(row) > last && row[last].possible {
			weights[last] = 1
		}
	}
	return weights
}

func (c *Collector) estimateAll(b *builder, s *study) *result {
	x := b.estimator(s)
	res := &result{study: s, effects: make([]effect, b.issues), reason: x.reason}
	if res.reason != "" {
		return res
	}
	for i := range res.effects {
		res.effects[i] = x.estimate(int32(i))
	}
	n := len(c.in.Issues)
	res.cal = calibrate(res.effects[n:])
	res.all = x.joint(res.cal.mean)
	if c.window == nil { // answers to questions leave the method's own checks to the report
		res.checks = []SelfCheck{x.halves(n)}
	}
	s.cells, s.hoped, s.fails, s.strata = nil, nil, nil, strata{} // most of the memory, which the next outcome needs
	return res
}

// share splits the losses of issues that the same sessions meet.
func (res *result) share(over *overlaps) {
	effects, losses := make([]float64, len(res.posts)), make([]float64, len(res.posts))
	for i := range res.posts {
		if e := &res.effects[i]; e.possible {
			effects[i] = res.means[i] * e.slope
			losses[i] = effects[i] * float64(res.study.failedAll[i])
		}
	}
	res.shares = over.shares(effects, losses, res.all.tau*float64(res.study.metAll))
}

// shrink pulls the effects of the first n issues towards what they have in common, and what going on makes expect. It does
// so on the log-odds scale, where rare and common outcomes compare, and without the systematic error that all have in common.
// Its spread is left out: with it the order is worse, because the issues that many people meet are pulled the most.
func (res *result) shrink(n int, progress *result) {
	res.leans = res.lean(progress, n)
	var x, se, p []float64
	var leans [][]float64
	for i := range n {
		if e := &res.effects[i]; e.possible {
			leans = append(leans, res.leans[i])
			x, se, p = append(x, e.tau/e.slope-res.cal.mean), append(se, e.se/e.slope), append(p, res.cal.pHarmless(e))
		}
	}
	res.prior = fitPrior(x, se, leans)
	res.posts, res.means, res.doubts, res.q = make([]posterior, n), make([]float64, n), make([]posterior, n), make([]float64, n)
	q, k := qValues(p), 0
	for i := range n {
		if res.effects[i].possible {
			res.posts[i], res.doubts[i] = res.prior.posterior(x[k], se[k], res.leans[i]), res.doubted(i)
			res.means[i], _ = res.posts[i].summary()
			res.q[i] = q[k]
			k++
		}
	}
}

// impossible says why an outcome tells nothing about any issue, or "".
func (s *study) impossible() string {
	rows, y := 0, 0
	for i := range s.cells {
		rows += int(s.cells[i].n)
		y += int(s.cells[i].y)
	}
	switch {
	case s.window != nil && s.total.n == 0 && s.unfinished:
		return "the window of no known user is over: the data is too short, or no session has a user id"
	case s.total.n == 0:
		return "there is no session to judge"
	case s.total.y == 0 && s.window == nil:
		return "no session reached it; check its condition"
	case s.total.y == s.total.n && s.window == nil:
		return "every session reached it; check its condition"
	case s.total.y == 0 && y == 0:
		return "no user came back in the window"
	case s.total.y == s.total.n && y == rows:
		return "every user came back in the window"
	case rows == 0:
		return "no try at an issue's control can be judged"
	}
	return ""
}

// cannot is the sentence that an outcome cannot be estimated, and why.
func (s *study) cannot(why string) string {
	name := s.name
	if s.window == nil {
		name = fmt.Sprintf("goal %q", s.name)
	}
	return name + " cannot be estimated because " + why
}

// scale turns a loss over the judged rows into a loss per week; rows whose window is still open count like the others.
func (res *result) scale(i int, weeks float64) float64 {
	e := &res.effects[i]
	if e.exposed == 0 {
		return 0
	}
	return float64(res.study.failedAll[i]) / float64(e.exposed) / weeks
}

const (
	methodStandard = "g-computation"
	methodNaive    = "risk difference, unadjusted"
	methodShrunk   = "g-computation, shrunk across issues"
	methodRobust   = "doubly robust (AIPW)"
	methodTotal    = "joint g-computation over all failures of a session"
)

func (res *result) impact(i int, weeks float64) Impact {
	e, s := &res.effects[i], res.study
	im := Impact{Outcome: s.name, Exposed: e.exposed, Compared: e.compared, Possible: e.possible, Caveats: e.caveats}
	im.Naive = res.naive(i, weeks)
	if res.reason != "" {
		im.Caveats = []string{res.reason}
		return im
	}
	if !e.possible {
		return im
	}
	scale := res.scale(i, weeks)
	rows := scale * float64(e.exposed)
	tau, lo, hi, se := res.cal.interval(e)
	n := e.exposed + e.compared
	est := func(share, lo, hi float64, method string) Estimate {
		return Estimate{Value: share * rows, Low: lo * rows, High: hi * rows, Unit: s.unit, N: n, Method: method}
	}
	im.PerWeek = est(tau, lo, hi, methodStandard)
	im.Share = Estimate{Value: clamp(tau, -1, 1), Low: max(lo, -1), High: min(hi, 1), Unit: "share of those who met it", N: n, Method: methodStandard}
	check := e.check/float64(e.exposed) - e.tau + tau
	im.Check = est(check, check-tQuantile*se, check+tQuantile*se, methodRobust)
	doubted := &res.doubts[i]
	im.Expected = est(res.means[i]*e.slope, 0, 0, methodShrunk)
	im.Expected.Low, im.Expected.High = res.credible(i, doubted, rows*e.slope)
	_, im.Harm = doubted.summary()
	im.QValue, im.EValue, im.EValueLow = res.q[i], e.eValue(tau), e.eValue(max(lo, 0))
	im.Effective, im.Balance, im.Shared = e.ess, e.balance, res.shares[i]
	if !im.finite() {
		return Impact{Outcome: s.name, Exposed: e.exposed, Compared: e.compared, Naive: im.Naive,
			Caveats: append(im.Caveats, "the figures are not stable")}
	}
	return im
}

// credible is the shrunk effect's 95 % interval, systematic error included, from evenly spread quantiles of the draws.
func (res *result) credible(i int, p *posterior, scale float64) (lo, hi float64) {
	const points = 400
	draws, s := make([]float64, points), p.sampler(sampler{})
	for k := range draws {
		draws[k] = s.draw(spreadOut(k))
	}
	lo, hi = quantiles(draws)
	mean := res.means[i]
	return min(lo, mean) * scale, max(hi, mean) * scale
}

// spreadOut is the k-th of points that fill the unit square evenly: an additive recurrence with the plastic number's powers
// (Roberts 2018).
func spreadOut(k int) (u, v float64) {
	return frac(0.5 + 0.7548776662466927*float64(k)), frac(0.5 + 0.5698402909980532*float64(k))
}

func frac(x float64) float64 { return x - math.Floor(x) }

// doubted is the shrunk effect with the spread of the systematic error.
func (res *result) doubted(i int) posterior {
	e := &res.effects[i]
	tau, _, _, se := res.cal.interval(e)
	return res.prior.posterior(tau/e.slope, se/e.slope, res.leans[i])
}

func (res *result) naive(i int, weeks float64) Estimate {
	in := res.study.naive[i]
	out := naiveCount{res.study.total.n - in.n, res.study.total.y - in.y}
	est := Estimate{Unit: res.study.unit, N: res.study.total.n, Method: methodNaive}
	if in.n == 0 || out.n <= 0 {
		return est
	}
	a, b := float64(in.y)/float64(in.n), float64(out.y)/float64(out.n)
	smooth := func(c naiveCount) float64 {
		r := (float64(c.y) + 0.5) / (float64(c.n) + 1)
		return r * (1 - r) / float64(c.n)
	}
	sd := math.Sqrt(smooth(in) + smooth(out))
	rows := float64(in.n) / weeks
	est.Value = (b - a) * rows
	est.Low, est.High = (b-a-tQuantile*sd)*rows, (b-a+tQuantile*sd)*rows
	return est
}

func (im *Impact) finite() bool {
	for _, e := range []Estimate{im.PerWeek, im.Share, im.Naive, im.Expected, im.Check} {
		if !e.finite() {
			return false
		}
	}
	s := im.Harm + im.QValue + im.EValue + im.EValueLow + im.Effective + im.Balance.Before + im.Balance.After + im.Shared
	return !math.IsNaN(s) && !math.IsInf(s, 0)
}

func (e *Estimate) finite() bool {
	s := e.Value + e.Low + e.High
	return !math.IsNaN(s) && !math.IsInf(s, 0)
}

func (c *Collector) order(r *Report, results []*result, progress *result, over *overlaps) {
	n := len(c.in.Issues)
	stakes := make([][]stake, n)
	for i := range n {
		ranked := Ranked{Issue: c.in.Issues[i], Stopped: progress.stopped(i)}
		for k, res := range results {
			im := res.impact(i, r.Weeks)
			if k < c.nGoal {
				ranked.Conversion = append(ranked.Conversion, im)
			} else {
				ranked.Retention = append(ranked.Retention, im)
			}
			stakes[i] = append(stakes[i], res.stake(i, r.Weeks, im.Possible))
		}
		if progress != nil {
			stakes[i] = append(stakes[i], progress.stake(i, r.Weeks, ranked.Stopped.N > 0))
		}
		r.Issues = append(r.Issues, ranked)
	}
	r.Method = methodText
	c.company(r, over)
	c.floors(r, append(slices.Clip(results), progress), stakes)
	c.stakes = stakes
	c.arrange(r, stakes)
}

// stake is what an issue brings to the common scale.
func (res *result) stake(i int, weeks float64, possible bool) stake {
	if !possible {
		return stake{}
	}
	e := &res.effects[i]
	return stake{possible: true, rows: e.exposed + e.compared, perWeek: res.scale(i, weeks) * float64(e.exposed) * e.slope * res.shares[i],
		expected: res.means[i], doubted: res.doubts[i]}
}

// arrange puts issues, which come in the order of stakes, into the order of the list: every outcome on one scale.
func (c *Collector) arrange(r *Report, stakes [][]stake) {
	weights := c.weightsOf(stakes)
	unit := c.scaleWords(r, weights)
	if unit == "" {
		c.byCount(r)
	} else {
		keys := make([]string, len(r.Issues))
		for i := range r.Issues {
			keys[i] = r.Issues[i].Key
		}
		draws := simulate(stakes, weights, keys, c.in.Options)
		three, ten := chances(draws)
		for i := range r.Issues {
			x := &r.Issues[i]
			x.TopThree, x.TopTen = three[i], ten[i]
			x.Score = Estimate{Unit: unit, Method: "expected recoverable value: " + methodShrunk}
			if x.Floor != "" {
				x.Score.Method = methodFloor
			}
			for k, s := range stakes[i] {
				if s.counts() && weights[k] > 0 {
					x.Score.Value += weights[k] * s.perWeek * s.expected
					x.Score.N = max(x.Score.N, s.rows)
				}
			}
			x.Score.Low, x.Score.High = quantiles(draws[i])
			x.Score.Low, x.Score.High = min(x.Score.Low, x.Score.Value), max(x.Score.High, x.Score.Value)
		}
	}
	sort.SliceStable(r.Issues, func(i, k int) bool { return r.Issues[i].ahead(&r.Issues[k]) })
	for i := range r.Issues {
		r.Issues[i].Rank = i + 1
	}
	separate(r)
}

// ahead orders by score; issues of equal score by how many sessions met them, then by key.
func (x *Ranked) ahead(o *Ranked) bool {
	if x.Score.Value != o.Score.Value {
		return x.Score.Value > o.Score.Value
	}
	if x.Sessions != o.Sessions {
		return x.Sessions > o.Sessions
	}
	return x.Key < o.Key
}

// byCount is the order where no outcome can be estimated: a count, and it says so.
func (c *Collector) byCount(r *Report) {
	r.OrderedBy = "affected sessions x confidence: a count of friction, not a cost"
	for i := range r.Issues {
		x := &r.Issues[i]
		n, conf := float64(x.Sessions), clamp(x.Confidence, 0, 1)
		if math.IsNaN(conf) {
			conf = 0
		}
		half := tQuantile * math.Sqrt(n*conf*(1-conf))
		x.Score = Estimate{Value: n * conf, Low: max(0, n*conf-half), High: min(n, n*conf+half),
			Unit: "sessions", N: x.Sessions, Method: "count weighted by confidence, not a cost"}
	}
	floorsOfCount(r)
}

// company notes the issues that cannot be told apart, by key, and says with which one an issue often comes.
func (c *Collector) company(r *Report, over *overlaps) {
	for i := range r.Issues {
		x := &r.Issues[i]
		for _, k := range over.apart[i] {
			x.Together = append(x.Together, c.in.Issues[k].Key)
		}
		m := over.beside[i]
		if m.share == 0 {
			continue
		}
		other := &c.in.Issues[m.issue]
		text := fmt.Sprintf("%.0f %% of the sessions that met it also met %q, far more than where the same try worked: the figure holds part of what that costs", 100*m.share, cmp.Or(other.Title, other.Key))
		for _, ims := range [][]Impact{x.Conversion, x.Retention} {
			for k := range ims {
				if ims[k].Possible {
					ims[k].Caveats = append(slices.Clip(ims[k].Caveats), text)
				}
			}
		}
	}
}

// inseparableText begins the caveat of issues that cannot be told apart.
const inseparableText = "cannot be separated from "

// separate puts company into words, once ranks are known; what it said under other ranks goes.
func separate(r *Report) {
	rank := map[string]int{}
	for i := range r.Issues {
		rank[r.Issues[i].Key] = r.Issues[i].Rank
	}
	for i := range r.Issues {
		x := &r.Issues[i]
		if len(x.Together) == 0 {
			continue
		}
		var names []string
		for _, k := range x.Together {
			names = append(names, fmt.Sprintf("#%d", rank[k]))
		}
		text := inseparableText + list(names) + ": the same sessions meet them, so they share one loss"
		for _, ims := range [][]Impact{x.Conversion, x.Retention} {
			for k := range ims {
				if ims[k].Possible {
					kept := slices.DeleteFunc(slices.Clone(ims[k].Caveats), func(s string) bool { return strings.HasPrefix(s, inseparableText) })
					ims[k].Caveats = append(kept, text)
				}
			}
		}
	}
}

// total is the loss of all issues together in one outcome; sessions that met several count once.
func (res *result) total(weeks float64) Total {
	t := Total{Outcome: res.study.name, PerWeek: Estimate{Unit: res.study.unit, Method: methodTotal}}
	if e := &res.all; e.possible {
		rows := float64(res.study.metAll) / weeks
		weights := make([]float64, len(res.posts))
		for i := range weights {
			if e := &res.effects[i]; e.possible {
				weights[i] = e.slope * float64(res.study.failedAll[i])
			}
		}
		cal := res.cal.over(weights)
		cal.mean = 0 // the joint estimate is without it
		tau, lo, hi, _ := cal.interval(e)
		t.PerWeek.Value, t.PerWeek.Low, t.PerWeek.High, t.PerWeek.N = tau*rows, lo*rows, hi*rows, e.exposed
	}
	return t
}

// runName is derived from the content: equal results have equal names.
func runName(r *Report) string {
	b, err := json.Marshal(r)
	if err != nil {
		panic("BUG: report cannot be encoded: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}

func (c *Collector) summaries(r *Report, results []*result) {
	for g, goal := range c.set.Goals() {
		f := c.tally(g, nil)
		s := GoalSummary{Name: goal.Name, Reached: f.Reached, Sessions: f.Sessions, Value: goal.Value}
		for i, step := range goal.Steps {
			s.Steps = append(s.Steps, StepCount{step.Name, f.Steps[i]})
		}
		r.Goals = append(r.Goals, s)
	}
	for i, w := range c.set.Windows() {
		s := RetentionSummary{Window: w.Name}
		if results != nil {
			t := results[c.nGoal+i].study.total
			s.Returned, s.Users, s.Censored = t.y, t.n, r.Users-t.n
		}
		r.Retention = append(r.Retention, s)
	}
	for _, m := range sortedKeys(c.marks) {
		r.Coverage = append(r.Coverage, MarkCount{m, c.marks[m]})
	}
	r.Controls = -1
	for _, res := range results {
		if res.reason == "" {
			r.Totals = append(r.Totals, res.total(r.Weeks))
			r.Checks = append(r.Checks, res.checks...)
			r.Calibration = append(r.Calibration, CalibrationSummary{res.study.name, res.cal.controls, res.cal.possible(), res.cal.mean, math.Sqrt(res.cal.between)})
			n := 0
			if res.cal.possible() {
				n = res.cal.controls
			}
			if r.Controls < 0 || n < r.Controls {
				r.Controls = n
			}
		}
	}
	r.Controls = max(r.Controls, 0)
}
