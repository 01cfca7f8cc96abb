package ranker

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/rankle/rankle/cluster"
)

// How a question is answered:
//
//	weights only ────────────────> the estimates of the Report, put into another order: nothing is estimated again
//	window, segment ─────────────> the sessions of the Basis that it selects ──Report──> estimates and order
//	other goals ──WithGoals──────> one pass over the Digests for the goals alone ──Report──> estimates and order
//
// All ways end in Collector.Report or Collector.arrange, which made the Report itself.

// Question asks for another list of the same sessions. The zero value asks for the Report.
type Question struct {
	// Goals are weights of goals by name; a goal without one keeps its own.
	Goals map[string]float64
	// Return is the weight of a returning user; nil keeps it.
	Return *float64
	// From and To select sessions that start in [From, To); zero times do not bound.
	From, To time.Time
	// Segments select sessions of which all of these are true.
	Segments []Selector
}

// Selector names sessions by an attribute: one of cluster.Attributes and those of Options.
type Selector struct{ Attribute, Value string }

func (s Selector) String() string { return s.Attribute + " = " + s.Value }

// maxSelectors bounds a question: more conditions than attributes contradict each other.
const maxSelectors = 16

// selects reports whether the question asks about other sessions than the Report.
func (q *Question) selects() bool { return !q.From.IsZero() || !q.To.IsZero() || len(q.Segments) > 0 }

// Check reports all that is wrong with a question about this Basis, at once.
func (b *Basis) Check(q Question) error {
	var bad []error
	known := map[string]bool{}
	for _, g := range b.c.set.Goals() {
		known[g.Name] = true
	}
	for _, name := range sortedKeys(q.Goals) {
		if !known[name] {
			bad = append(bad, fmt.Errorf("weight of %q: there is no such goal; there are %s", name, orNone(sortedKeys(known))))
		}
	}
	if err := b.options(q).Check(); err != nil {
		bad = append(bad, err)
	}
	if !q.From.IsZero() && !q.To.IsZero() && !q.From.Before(q.To) {
		bad = append(bad, fmt.Errorf("window: from %s is not before to %s", q.From.Format(time.RFC3339), q.To.Format(time.RFC3339)))
	}
	if len(q.Segments) > maxSelectors {
		bad = append(bad, fmt.Errorf("segments: %d are too many, the limit is %d", len(q.Segments), maxSelectors))
	}
	names := b.c.facetNames()
	for _, s := range q.Segments {
		if !slices.Contains(names, s.Attribute) {
			bad = append(bad, fmt.Errorf("segment %q: there is no such attribute; there are %s", s.Attribute, list(names)))
		}
	}
	return errors.Join(bad...)
}

func orNone(names []string) string { return cmp.Or(list(names), "none") }

// options are those of the Report with the weights of a question.
func (b *Basis) options(q Question) Options {
	o := b.c.in.Options
	if len(q.Goals) > 0 {
		weights := map[string]float64{}
		for name, w := range o.Weights.Goals {
			weights[name] = w
		}
		for name, w := range q.Goals {
			weights[name] = w
		}
		o.Weights.Goals = weights
	}
	if q.Return != nil {
		o.Weights.Return = *q.Return
	}
	return o
}

// Ask answers a question with a Report of its own; the one that the Basis is of stays as it is. Questions about weights
// alone estimate nothing again and take milliseconds. In the answer to a question that selects sessions, an issue's title,
// trend, segments and clips are still those of all sessions; its counts of sessions, people and exposed are of the
// selected ones, by their tries. The checks of the method itself are those of the Report, and not made again. The error is
// that of Check.
func (b *Basis) Ask(q Question) (*Report, error) {
	if err := b.Check(q); err != nil {
		return nil, err
	}
	c := *b.c
	c.in.Options = b.options(q)
	if !q.selects() && c.stakes != nil {
		return c.reweighed(b.report), nil
	}
	sub := c.selected(b.window(q), b.wants(q))
	if q.selects() {
		sub.in.Issues = sub.recounted()
	}
	sub.every = uint64(max(len(sub.sessions)/askSessions, 1))
	sub.in.Fixes = nil            // whether a fix works is no question of what if
	sub.set = c.set.OnlyPrimary() // the other windows take no part in the order, and most of the time
	r := sub.Report()
	r.Notes = append([]string{b.words(q, r, sub.every)}, r.Notes...)
	r.Run = runName(r)
	return r, nil
}

// askSessions is of about how many sessions an answer is estimated: as many as two processors manage in two to three
// seconds, while somebody waits. Of more, a sample of the users is estimated, and counts are still those of all.
const askSessions = 50_000

// reweighed is r in the order of other weights.
func (c *Collector) reweighed(r *Report) *Report {
	out := *r
	out.Issues = slices.Clone(r.Issues)
	slices.SortFunc(out.Issues, func(x, y Ranked) int { return strings.Compare(x.Key, y.Key) })
	for i := range out.Issues {
		x := &out.Issues[i]
		x.TopThree, x.TopTen = 0, 0
		x.Conversion, x.Retention = slices.Clone(x.Conversion), slices.Clone(x.Retention)
	}
	c.arrange(&out, c.stakes)
	out.Run = ""
	out.Run = runName(&out)
	return &out
}

// issuesByKey are the issues of a Report as they were given to Rank.
func issuesByKey(r *Report) []cluster.Issue {
	out := make([]cluster.Issue, len(r.Issues))
	for i := range r.Issues {
		out[i] = r.Issues[i].Issue
	}
	slices.SortFunc(out, func(x, y cluster.Issue) int { return strings.Compare(x.Key, y.Key) })
	return out
}

// window is the part of the Report's window that a question is about. A segment has the whole of it, so that its figures
// per week compare with those of all sessions.
func (b *Basis) window(q Question) window {
	w := window{b.report.From, b.report.To}
	if q.From.After(w.from) {
		w.from = q.From.UTC()
	}
	if !q.To.IsZero() && q.To.Before(w.to) {
		w.to = q.To.UTC()
	}
	if w.to.Before(w.from) {
		w.to = w.from
	}
	return w
}

// wants tells which sessions a question is about.
func (b *Basis) wants(q Question) func(*visit) bool {
	from, to := int64(math.MinInt64), int64(math.MaxInt64)
	if !q.From.IsZero() {
		from = q.From.UnixMilli()
	}
	if !q.To.IsZero() {
		to = q.To.UnixMilli()
	}
	names, values := b.c.facetNames(), b.c.facetValues()
	ok := make([]bool, len(values))
	for i, v := range values {
		ok[i] = true
		for _, s := range q.Segments {
			ok[i] = ok[i] && strings.EqualFold(v[slices.Index(names, s.Attribute)], s.Value)
		}
	}
	return func(v *visit) bool { return from <= v.start && v.start < to && ok[v.facets] }
}

// recounted are the issues with the sessions and people of this Collector.
func (c *Collector) recounted() []cluster.Issue {
	issues := slices.Clone(c.in.Issues)
	last := make([]int32, len(issues))
	for i := range issues {
		issues[i].Sessions, issues[i].Users, issues[i].Exposed = 0, 0, 0
		last[i] = -1
	}
	for i := range c.sessions {
		v := &c.sessions[i]
		counted := int32(-1) // a try that worked and a later one that failed are one session
		for k := v.try0; k < v.try0+v.tries; k++ {
			t := &c.tries[k]
			if int(t.issue) >= len(issues) {
				continue
			}
			x := &issues[t.issue]
			if t.issue != counted {
				x.Exposed++
			}
			counted = t.issue
			if !t.failed {
				continue
			}
			x.Sessions++
			if v.user >= 0 && v.user != last[t.issue] {
				x.Users++
				last[t.issue] = v.user
			}
		}
	}
	return issues
}

// words says what a question selected, and of what share of the users it was answered.
func (b *Basis) words(q Question, r *Report, every uint64) string {
	var parts []string
	if !q.From.IsZero() {
		parts = append(parts, "from "+q.From.UTC().Format(time.DateOnly))
	}
	if !q.To.IsZero() {
		parts = append(parts, "before "+q.To.UTC().Format(time.DateOnly))
	}
	for _, s := range q.Segments {
		parts = append(parts, "with "+s.String())
	}
	text := fmt.Sprintf("what if: other goals, over all %s", plural(r.Sessions, "session"))
	if len(parts) > 0 {
		text = fmt.Sprintf("what if: only sessions %s, which are %d of %d, as if no others had been recorded", list(parts), r.Sessions, len(b.c.sessions))
	}
	if every > 1 {
		text += fmt.Sprintf("; so that the answer comes at once, losses are estimated from one user in %d, and their intervals are wider than a run's", every)
	}
	return text
}
