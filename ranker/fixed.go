package ranker

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// How a fix is judged:
//
//	tries before the fix, failed against worked ──estimator──> predicted: what it cost per week before
//	tries before the fix against tries after it ──estimator──> realised: what those before would have reached after it
//	share of tries that failed, before and after ────────────> whether the control works now, and whether it still does
//
// Both figures are of the estimator that ranks. The second compares people at different times; what changed for everybody
// meanwhile it knows from the other controls in sessions that did not come to a fixed one, week by week and version by
// version, and from nothing else. Sessions that did come there would show the fix itself as such a change.

// FixMark says that an issue was fixed. Exactly one of Version and At is set.
type FixMark struct {
	Issue   string    // key
	Version string    // the first app version with the fix
	At      time.Time // or the moment from which on it is fixed
}

// FixState says what became of a fix.
type FixState string

const (
	FixUnseen   FixState = "unseen"   // nobody tried since, or nobody tried before
	FixEarly    FixState = "early"    // too few tries since to tell
	FixWorks    FixState = "works"    // fails at most half as often, for sure
	FixPersists FixState = "persists" // fails more than half as often as before, for sure
	FixReturned FixState = "returned" // worked for a while, and fails again
)

// goodFix is the share of the failures that may be left for a fix to count as one. Half of them gone is the least that
// anybody would call fixed; a smaller share would let versions that linger call good fixes bad.
const goodFix = 0.5

// Fix is what became of an issue that was marked as fixed.
type Fix struct {
	FixMark
	Title         string
	State         FixState
	Before, After Proportion // tries that failed; intervals count several sessions of one person for little more than one
	// Left is how many tries are on neither side, because their version is not known.
	Left     int
	Outcomes []FixOutcome // those that take part in the order
	// Returned names when or in which version it came back, for FixReturned.
	Returned string
	Sentence string
}

// FixOutcome holds what an issue was predicted to cost against what its fix brought.
type FixOutcome struct {
	Outcome string
	// Predicted is the loss per week before the fix, estimated from the tries before it alone.
	Predicted Estimate
	// Realised is how many more outcomes per week the people before the fix would have had after it.
	Realised Estimate
	Possible bool     // false: one of the two cannot be estimated, Caveats say why
	Caveats  []string // each says what of
}

const (
	methodPredicted = "g-computation over the tries before the fix"
	methodRealised  = "g-computation, tries before the fix against tries after it"
)

// side tells on which side of a fix a try is.
type side int8

const (
	neither side = iota
	before1
	after1
)

// sides decides for every session on which side of a fix it is.
type sides struct {
	mark    FixMark
	version []int32 // by set of facets: place in the order of versions, -1 = not known
	order   []string
	first   int32 // of versions with the fix; len(order) if it was not seen
}

// versionFacet names the attribute whose values are releases.
const versionFacet = "app_version"

// versionOrder lists app versions by their first session in the data window, which is the order of releases.
func (c *Collector) versionOrder(from, to int64) (order []string, byFacets []int32) {
	values, at := c.facetValues(), slices.Index(c.facetNames(), versionFacet)
	seen := map[string]int64{}
	for i := range c.sessions {
		v := &c.sessions[i]
		name := values[v.facets][at]
		if old, ok := seen[name]; name != "" && from <= v.start && v.start <= to && (!ok || v.start < old) {
			seen[name] = v.start
		}
	}
	order = sortedKeys(seen)
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(seen[a], seen[b]) })
	byFacets = make([]int32, len(values))
	for i, v := range values {
		byFacets[i] = int32(slices.Index(order, v[at]))
	}
	return order, byFacets
}

func (s *sides) of(v *visit) side {
	if s.mark.Version == "" {
		if v.start < s.mark.At.UnixMilli() {
			return before1
		}
		return after1
	}
	switch n := s.version[v.facets]; {
	case n < 0:
		return neither
	case n < s.first:
		return before1
	}
	return after1
}

// Fixes judges fixes, as of the sessions that the Report rests on, in the order of keys.
func (b *Basis) Fixes(marks []FixMark) []Fix { return b.c.fixes(b.report, marks) }

// fixes judges what was marked as fixed.
func (c *Collector) fixes(r *Report, marks []FixMark) []Fix {
	if len(marks) == 0 {
		return nil
	}
	marks = slices.Clone(marks)
	slices.SortFunc(marks, func(a, b FixMark) int { return strings.Compare(a.Issue, b.Issue) })
	order, byFacets := c.versionOrder(r.From.UnixMilli(), r.To.UnixMilli())
	index := map[string]int32{}
	for i := range c.in.Issues {
		index[c.in.Issues[i].Key] = int32(i)
	}
	out := make([]Fix, 0, len(marks))
	fixed := map[int32]*fixing{}
	for _, m := range marks {
		f := Fix{FixMark: m, State: FixUnseen}
		s := sides{mark: m, version: byFacets, order: order, first: int32(len(order))}
		if i := slices.Index(order, m.Version); i >= 0 {
			s.first = int32(i)
		}
		if i, ok := index[m.Issue]; ok {
			f.Title = c.in.Issues[i].Title
			x := &fixing{issue: i, sides: s}
			x.count(c)
			x.judge(&f, r)
			fixed[i] = x
		}
		out = append(out, f)
	}
	c.weigh(r, out, fixed)
	for i := range out {
		out[i].Sentence = out[i].words()
	}
	return out
}

// fixing counts the tries at one fixed control.
type fixing struct {
	issue  int32
	sides  sides
	before stretch
	weeks  map[int64]*stretch // after the fix, by calendar week
	later  []*stretch         // the same by version
	left   int
	end    int64 // start of the last session before the fix
}

// stretch counts tries by group of people.
type stretch struct{ tries, failed [groups]int }

func (s *stretch) add(v *visit, failed bool) {
	s.tries[v.group]++
	if failed {
		s.failed[v.group]++
	}
}

func (s *stretch) merge(o *stretch) {
	for g := range s.tries {
		s.tries[g] += o.tries[g]
		s.failed[g] += o.failed[g]
	}
}

// share is the failed share; its variance is that between the groups, over that of independent tries.
func (s *stretch) share() Proportion {
	n, y := 0, 0
	for g := range s.tries {
		n, y = n+s.tries[g], y+s.failed[g]
	}
	p, between, k := float64(y)/float64(max(n, 1)), 0.0, 0.0
	for g := range s.tries {
		if s.tries[g] > 0 {
			d := float64(s.failed[g]) - p*float64(s.tries[g])
			between += d * d
			k++
		}
	}
	effect := 1.0
	if independent := float64(n) * p * (1 - p); independent > 0 && k > 1 {
		effect = between * k / (k - 1) / independent
	}
	return proportion(y, n, effect)
}

func (x *fixing) count(c *Collector) {
	x.weeks = map[int64]*stretch{}
	x.later = make([]*stretch, len(x.sides.order))
	for i := range c.sessions {
		v := &c.sessions[i]
		tried, failed := false, false
		for k := v.try0; k < v.try0+v.tries; k++ {
			if t := &c.tries[k]; t.issue == x.issue {
				tried, failed = true, failed || t.failed
			}
		}
		if !tried {
			continue
		}
		switch x.sides.of(v) {
		case neither:
			x.left++
		case before1:
			x.before.add(v, failed)
			x.end = max(x.end, v.start)
		case after1:
			w := weekOf(v.start)
			if x.weeks[w] == nil {
				x.weeks[w] = &stretch{}
			}
			x.weeks[w].add(v, failed)
			if n := x.sides.version[v.facets]; n >= 0 {
				if x.later[n] == nil {
					x.later[n] = &stretch{}
				}
				x.later[n].add(v, failed)
			}
		}
	}
}

// judge compares the failed shares.
func (x *fixing) judge(f *Fix, r *Report) {
	f.Left = x.left
	after := stretch{}
	var weeks []*stretch
	var names []string
	for w := weekOf(r.From.UnixMilli()); w <= weekOf(r.To.UnixMilli()); w++ {
		if s := x.weeks[w]; s != nil {
			after.merge(s)
			weeks = append(weeks, s)
			names = append(names, "the week of "+time.UnixMilli(w*weekMillis-3*dayMillis).UTC().Format(time.DateOnly))
		}
	}
	f.Before, f.After = x.before.share(), after.share()
	limit := goodFix * f.Before.Share()
	good := func(p Proportion) bool { return p.All > 0 && p.High <= limit }
	bad := func(p Proportion) bool { return p.All > 0 && p.Low > limit }
	switch {
	case f.After.All == 0 || f.Before.All == 0 || f.Before.Some == 0:
		f.State = FixUnseen
		return
	case good(f.After):
		f.State = FixWorks
	case bad(f.After):
		f.State = FixPersists
	default:
		f.State = FixEarly
	}
	var versions []*stretch
	var called []string
	for n, s := range x.later {
		if s != nil {
			versions = append(versions, s)
			called = append(called, "version "+x.sides.order[n])
		}
	}
	if f.Returned = returned(versions, called, good, bad); f.Returned == "" {
		f.Returned = returned(weeks, names, good, bad)
	}
	if f.Returned != "" {
		f.State = FixReturned
	}
}

// returned names the stretch from which on it fails again while it was good until then, or "". Of several that would do
// it is the one that parts them best.
func returned(stretches []*stretch, names []string, good, bad func(Proportion) bool) string {
	name, best := "", 0.0
	for i := 1; i < len(stretches); i++ {
		var early, late stretch
		for k, s := range stretches {
			if k < i {
				early.merge(s)
			} else {
				late.merge(s)
			}
		}
		a, b := early.share(), late.share()
		if parts := b.Low - a.High; good(a) && bad(b) && parts > best {
			name, best = names[i], parts
		}
	}
	return name
}

// weigh estimates what the fixes were predicted to bring and what they brought.
func (c *Collector) weigh(r *Report, fixes []Fix, fixed map[int32]*fixing) {
	judged := map[int32]*Fix{}
	for i := range fixes {
		for issue := range fixed {
			if c.in.Issues[issue].Key == fixes[i].Issue && fixes[i].State != FixUnseen {
				judged[issue] = &fixes[i]
			}
		}
	}
	if len(judged) == 0 {
		return
	}
	came := func(v *visit) bool {
		return slices.ContainsFunc(c.tries[v.try0:v.try0+v.tries], func(t try) bool { return fixed[t.issue] != nil })
	}
	past := c.retried(func(v *visit) func(*try) bool {
		return func(t *try) bool { x := fixed[t.issue]; return x == nil || x.sides.of(v) == before1 }
	})
	turned := c.retried(func(v *visit) func(*try) bool {
		came := came(v)
		return func(t *try) bool {
			x := fixed[t.issue]
			if x == nil {
				return !came
			}
			s := x.sides.of(v)
			t.failed = s == before1
			return s != neither && !t.again
		}
	})
	weights := c.weights()
	was, now := past.estimators(r, weights), turned.estimators(r, weights)
	for k := range weights {
		if weights[k] == 0 {
			continue
		}
		cal := c.harmless(was[k])
		for issue := range len(c.in.Issues) {
			if f, x := judged[int32(issue)], fixed[int32(issue)]; f != nil {
				weeks := max(float64(x.end-r.From.UnixMilli())/weekMillis, minWeeks)
				f.Outcomes = append(f.Outcomes, fixOutcome(was[k], now[k], &cal, x.issue, weeks))
			}
		}
	}
}

// harmless calibrates by the harmless controls.
func (c *Collector) harmless(x *estimator) calibration {
	if x.reason != "" {
		return unproven
	}
	var controls []effect
	for i := range c.in.HarmlessCount {
		controls = append(controls, x.estimate(int32(len(c.in.Issues)+i)))
	}
	return calibrate(controls)
}

// fixOutcome holds the loss before a fix against what it brought.
func fixOutcome(was, now *estimator, cal *calibration, issue int32, weeks float64) FixOutcome {
	o := FixOutcome{Outcome: was.study.name, Possible: true}
	for _, x := range []*estimator{was, now} {
		if x.reason != "" {
			o.Possible, o.Caveats = false, []string{x.study.cannot(x.reason)}
			return o
		}
	}
	o.Predicted = o.estimate(was, issue, cal, weeks, methodPredicted, "the loss before the fix")
	o.Realised = o.estimate(now, issue, &unproven, weeks, methodRealised, "the gain")
	elsewhere := now.pool
	for _, c := range now.study.of(issue).cells {
		if !c.failed {
			elsewhere -= float64(c.n)
		}
	}
	if o.Possible && elsewhere < minPool {
		o.Caveats = append(o.Caveats, "the gain: hardly anybody came to other controls only, so that what changed for everybody meanwhile counts as the fix")
	}
	return o
}

// unproven is the calibration of a comparison over time: harmless controls do not say how much of it is systematic.
var unproven = calibrate(nil)

// estimate is a loss per week by one of the two comparisons.
func (o *FixOutcome) estimate(x *estimator, issue int32, cal *calibration, weeks float64, method, what string) Estimate {
	e := x.estimate(issue)
	if !e.possible {
		for _, text := range e.caveats {
			o.Caveats = append(o.Caveats, what+" cannot be estimated because "+text)
		}
		o.Possible = false
		return Estimate{}
	}
	if e.compared == 0 {
		o.Caveats = append(o.Caveats, what+": nobody's try worked, so the comparison is with people alike at other controls")
	} else if e.compared < fewCompared {
		o.Caveats = append(o.Caveats, fmt.Sprintf("%s: few comparable sessions: %s", what, people(e.compared)))
	}
	tau, lo, hi, _ := cal.interval(&e)
	rows := float64(x.study.failedAll[issue]) / weeks
	out := Estimate{Value: tau * rows, Low: lo * rows, High: hi * rows, Unit: x.study.unit, N: e.exposed + e.compared, Method: method}
	if !out.finite() {
		o.Possible, o.Caveats = false, append(o.Caveats, what+" cannot be estimated because the figures are not stable")
		return Estimate{}
	}
	return out
}

// retried is a Collector with other tries: of the ones of a session it has those that keep wants, as keep leaves them.
func (c *Collector) retried(keep func(*visit) func(*try) bool) *Collector {
	sub := *c
	sub.sessions = slices.Clone(c.sessions)
	sub.tries, sub.stages = make([]try, 0, len(c.tries)), make([]uint8, 0, len(c.stages))
	for i := range sub.sessions {
		v := &sub.sessions[i]
		from, wants := int32(len(sub.tries)), keep(v)
		for k := v.try0; k < v.try0+v.tries; k++ {
			if t := c.tries[k]; wants(&t) {
				sub.tries = append(sub.tries, t)
				sub.stages = append(sub.stages, c.stages[int(k)*c.nGoal:int(k+1)*c.nGoal]...)
			}
		}
		v.try0, v.tries = from, int32(len(sub.tries))-from
	}
	return &sub
}

// estimators are ready to estimate issues in every outcome that has weight; others are nil.
func (c *Collector) estimators(r *Report, weights []float64) []*estimator {
	b := c.builder(r)
	out := make([]*estimator, len(weights))
	c.each(len(weights), func(k int) {
		b := *b
		switch {
		case weights[k] == 0:
		case k < c.nGoal:
			out[k] = b.estimator(b.goal(k, c.set.Goals()[k]))
		default:
			out[k] = b.estimator(b.retention(c.set.Windows()[k-c.nGoal]))
		}
	})
	return out
}

// name is what the mark says, in words.
func (m FixMark) name() string {
	if m.Version != "" {
		return "version " + m.Version
	}
	return m.At.UTC().Format(time.DateOnly)
}

// words puts a fix into one sentence, and its outcomes into another each.
func (f *Fix) words() string {
	share := func(p Proportion) string {
		return fmt.Sprintf("%.0f %% of %s (95 %%: %.0f to %.0f)", 100*p.Share(), plural(p.All, "try"), 100*p.Low, 100*p.High)
	}
	var text string
	since := f.name()
	switch f.State {
	case FixUnseen:
		switch {
		case f.Title == "":
			return "Marked fixed in " + since + ": no session of this window met it."
		case f.After.All > 0:
			return "Marked fixed in " + since + ": no try before it failed in this window, so nothing can be compared."
		}
		return "Marked fixed in " + since + ": nobody has tried since, so nothing can be said yet."
	case FixEarly:
		text = "Too early to tell whether the fix in " + since + " works"
	case FixWorks:
		text = "The fix in " + since + " works"
	case FixPersists:
		text = "Marked fixed in " + since + ", and still there"
	case FixReturned:
		text = "Fixed in " + since + ", and back since " + f.Returned
	}
	text += ": " + share(f.Before) + " failed before, " + share(f.After) + " since."
	for _, o := range f.Outcomes {
		if !o.Possible {
			text += " " + o.Outcome + ": what it brought cannot be estimated (" + strings.Join(o.Caveats, "; ") + ")."
			continue
		}
		text += fmt.Sprintf(" %s: %.1f lost per week before it (%.1f to %.1f), of which %.1f are made up for by the tries since (%.1f to %.1f).",
			o.Outcome, o.Predicted.Value, o.Predicted.Low, o.Predicted.High, o.Realised.Value, o.Realised.Low, o.Realised.High)
	}
	return text
}

// Fix returns what became of the fix of an issue; ok is false if it was not marked as fixed.
func (r *Report) Fix(key string) (fix Fix, ok bool) {
	i := slices.IndexFunc(r.Fixes, func(f Fix) bool { return f.Issue == key })
	if i < 0 {
		return Fix{}, false
	}
	return r.Fixes[i], true
}

// fixNotes tell of fixes that did not hold, and of how well losses were predicted.
func fixNotes(fixes []Fix) []string {
	var out []string
	held, of := 0, 0
	for i := range fixes {
		f := &fixes[i]
		if f.State == FixReturned || f.State == FixPersists {
			out = append(out, cmp.Or(f.Title, f.Issue)+": "+f.Sentence)
		}
		for _, o := range f.Outcomes {
			if f.State != FixWorks || !o.Possible {
				continue
			}
			of++
			// Two intervals that are independent differ at 95 % if their distance exceeds both halves by Pythagoras.
			half := math.Hypot(o.Predicted.High-o.Predicted.Low, o.Realised.High-o.Realised.Low) / 2
			if math.Abs(o.Predicted.Value-o.Realised.Value) <= half {
				held++
			}
		}
	}
	if of > 0 {
		out = append(out, fmt.Sprintf("of %s of fixes that work, %d agree with what the fix brought, within the doubt about both", plural(of, "prediction"), held))
	}
	return out
}
