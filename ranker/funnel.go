package ranker

import (
	"cmp"
	"math"
	"slices"

	"github.com/rankle/rankle/ranker/outcome"
)

// Funnel is how far sessions came on the way to a goal, all of them and by segment, and what they met on the way.
type Funnel struct {
	Goal string
	// Steps are those of the goal and, last, the goal itself. Steps count in order; the goal counts however it was
	// reached, so that more sessions can have reached it than took its last step.
	Steps    []string
	All      FunnelCount
	Segments []FunnelSegment // by attribute, then most sessions first, versions in the order of releases
	Issues   []FunnelIssue   // by step, then most lost first
}

// FunnelCount counts sessions.
type FunnelCount struct {
	Sessions int
	// Steps are the sessions that came so far, of those that came to the step before: the drop-off is the rest. For the
	// goal, of all that took the last step, those that reached it; of all sessions where there are no steps.
	Steps []Proportion
	// Reached counts sessions that reached the goal, with or without its steps.
	Reached Proportion
}

// FunnelSegment is a funnel of the sessions with one value of an attribute.
type FunnelSegment struct {
	Attribute, Value string
	FunnelCount
	// QValues are, per step, the false discovery rate at which "goes on more or less often than the sessions with other
	// values" would be called proven, over all segments and steps (Benjamini and Hochberg 1995); 1 where too few came
	// to the step to compare. Sessions count as independent, so of a few busy users it says too much.
	QValues []float64
}

// FunnelIssue is an issue that sessions met on their way.
type FunnelIssue struct {
	Key  string
	Step int // index into Funnel.Steps: the step that sessions were about to take when they met it
	Met  int // sessions
	// Stopped are those of Met that did not take the step. Not all would have without the issue: what it costs is an
	// Impact, this is only where.
	Stopped int
}

// Beside returns how many of those who met x took the step that x stands before, and how many of all others who came to it.
func (f *Funnel) Beside(x FunnelIssue) (met, others Proportion) {
	all := f.All.Steps[x.Step]
	took := x.Met - x.Stopped
	return proportion(took, x.Met, 1), proportion(max(all.Some-took, 0), max(all.All-x.Met, 0), 1)
}

const (
	// maxFunnelValues of one attribute are shown: the most frequent dozen says where a rate differs, and of rarer ones
	// it cannot be told.
	maxFunnelValues = 12
	// maxStepIssues of one step are shown.
	maxStepIssues = 10
	// comparable is how many sessions must come to a step, inside a segment and outside it, for their rates to be
	// compared: the normal approximation of a share is poor below.
	comparable = 5
)

// funnelsOf counts the funnels of all goals.
func (c *Collector) funnelsOf() []Funnel {
	groups := c.facetGroups()
	var out []Funnel
	for g, goal := range c.set.Goals() {
		f := Funnel{Goal: goal.Name, Issues: c.stepIssues(g)}
		for _, s := range goal.Steps {
			f.Steps = append(f.Steps, s.Name)
		}
		f.Steps = append(f.Steps, goal.Name)
		all := c.tally(g, nil)
		f.All = all.count()
		var inside []tally
		for _, group := range groups {
			in := c.tally(g, group.has)
			inside = append(inside, in)
			f.Segments = append(f.Segments, FunnelSegment{Attribute: group.attribute, Value: group.value, FunnelCount: in.count()})
		}
		for i, q := range stepQValues(all, inside) {
			f.Segments[i].QValues = q
		}
		out = append(out, f)
	}
	return out
}

// tally counts a funnel.
type tally struct {
	outcome.Funnel
	finished int // took all steps and reached the goal
}

// tally counts the sessions whose facets are wanted; nil means all.
func (c *Collector) tally(g int, wanted []bool) tally {
	t := tally{Funnel: c.set.NewFunnel(g)}
	steps := len(t.Steps)
	for i := range c.sessions {
		v := &c.sessions[i]
		if wanted != nil && !wanted[v.facets] {
			continue
		}
		at := int(v.index)*c.nGoal + g
		reached, depth := c.reached[at] != never, int(c.depth[at])
		t.Add(reached, depth)
		if reached && depth >= steps {
			t.finished++
		}
	}
	return t
}

// at is how many sessions came to step k and took it; the last step is the goal.
func (t *tally) at(k int) (took, came int) {
	came = t.Sessions
	if k > 0 {
		came = t.Steps[k-1]
	}
	if k < len(t.Steps) {
		return t.Steps[k], came
	}
	return t.finished, came
}

func (t *tally) count() FunnelCount {
	out := FunnelCount{Sessions: t.Sessions, Reached: proportion(t.Reached, t.Sessions, 1)}
	for k := range len(t.Steps) + 1 {
		took, came := t.at(k)
		out.Steps = append(out.Steps, proportion(took, came, 1))
	}
	return out
}

// facetGroup is one value of one attribute.
type facetGroup struct {
	attribute, value string
	has              []bool // by set of facets
	sessions         int
}

// facetGroups lists the most frequent values of every attribute that tells sessions apart, most frequent first, but versions
// in the order in which they were first seen.
func (c *Collector) facetGroups() []facetGroup {
	names, values := c.facetNames(), c.facetValues()
	uses := make([]int, len(values))
	for i := range c.sessions {
		uses[c.sessions[i].facets]++
	}
	var out []facetGroup
	for k, name := range names {
		count := map[string]int{}
		for i, v := range values {
			if v[k] != "" && uses[i] > 0 {
				count[v[k]] += uses[i]
			}
		}
		if len(count) < 2 {
			continue // what all have in common tells nobody apart
		}
		found := sortedKeys(count)
		slices.SortStableFunc(found, func(a, b string) int { return cmp.Compare(count[b], count[a]) })
		found = found[:min(len(found), maxFunnelValues)]
		if name == versionFacet {
			releases, _ := c.versionOrder(math.MinInt64, math.MaxInt64)
			slices.SortFunc(found, func(a, b string) int { return cmp.Compare(slices.Index(releases, a), slices.Index(releases, b)) })
		}
		for _, value := range found {
			group := facetGroup{attribute: name, value: value, has: make([]bool, len(values)), sessions: count[value]}
			for i, v := range values {
				group.has[i] = v[k] == value
			}
			out = append(out, group)
		}
	}
	return out
}

// stepQValues compares every segment with the other sessions, step by step.
func stepQValues(all tally, inside []tally) [][]float64 {
	steps := len(all.Steps) + 1
	var p []float64
	type place struct{ segment, step int }
	var places []place
	out := make([][]float64, len(inside))
	for i := range inside {
		out[i] = slices.Repeat([]float64{1}, steps)
		for k := range steps {
			took, came := inside[i].at(k)
			allTook, allCame := all.at(k)
			if came < comparable || allCame-came < comparable {
				continue
			}
			p = append(p, differ(took, came, allTook-took, allCame-came))
			places = append(places, place{i, k})
		}
	}
	for j, q := range qValues(p) {
		out[places[j].segment][places[j].step] = q
	}
	return out
}

// differ is the two-sided p-value that two shares are equal, by the pooled test.
func differ(a, n, b, m int) float64 {
	pool := float64(a+b) / float64(n+m)
	v := pool * (1 - pool) * (1/float64(n) + 1/float64(m))
	if v == 0 {
		return 1
	}
	z := (float64(a)/float64(n) - float64(b)/float64(m)) / math.Sqrt(v)
	return math.Erfc(math.Abs(z) / math.Sqrt2)
}

// stepIssues finds the issues that sessions met before each step.
func (c *Collector) stepIssues(g int) []FunnelIssue {
	steps := len(c.set.Goals()[g].Steps)
	n := len(c.in.Issues)
	met := make([]FunnelIssue, n*(steps+1))
	for i := range c.sessions {
		v := &c.sessions[i]
		at := int(v.index)*c.nGoal + g
		reached, depth := c.reached[at], int(c.depth[at])
		for k := v.try0; k < v.try0+v.tries; k++ {
			t := &c.tries[k]
			if !t.failed || int(t.issue) >= n || reached < int64(t.at) {
				continue
			}
			step := min(int(c.stages[int(k)*c.nGoal+g]), steps)
			x := &met[int(t.issue)*(steps+1)+step]
			x.Met++
			if step < steps && depth <= step || step == steps && reached == never {
				x.Stopped++
			}
		}
	}
	var out []FunnelIssue
	for step := range steps + 1 {
		var here []FunnelIssue
		for i := range n {
			if x := met[i*(steps+1)+step]; x.Met > 0 {
				x.Key, x.Step = c.in.Issues[i].Key, step
				here = append(here, x)
			}
		}
		slices.SortStableFunc(here, func(a, b FunnelIssue) int {
			return cmp.Or(cmp.Compare(b.Stopped, a.Stopped), cmp.Compare(b.Met, a.Met), cmp.Compare(a.Key, b.Key))
		})
		out = append(out, here[:min(len(here), maxStepIssues)]...)
	}
	return out
}
