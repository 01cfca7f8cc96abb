package ranker

import (
	"math"
	"slices"
	"time"

	"github.com/rankle/rankle/ranker/outcome"
)

// study is one outcome over all issues: the cells of every risk set and what had to be left out.
type study struct {
	name   string
	unit   string
	window *outcome.Window // nil for a goal
	strata                 // of all rows
	cells  []cell          // by stratum, then exposure, then group
	// hoped are the outcomes of each cell, in the same order: its y, where a later failure spoilt it what the model
	// expects without that failure.
	hoped []float64
	fails []failure // in the order of users and sessions
	// metAll counts the sessions that met at least one issue, those with an open window included.
	metAll int

	failedAll  []int // per issue: failed rows, those with an open window included
	censored   int   // rows whose window is not over
	anonymous  int   // rows without a user id where one is needed
	already    int   // rows whose goal had been reached before the try
	naive      []naiveCount
	total      naiveCount
	unfinished bool // not one window is over
}

// failure is one try that failed.
type failure struct {
	stratum int32
	first   bool // of any issue in its session
	group   uint8
	y       bool
}

// naiveCount is the unadjusted comparison: sessions (users for retention) that met the issue, and how many of them
// reached the outcome at all.
type naiveCount struct{ n, y int }

// builder makes studies from settled sessions.
type builder struct {
	c       *Collector
	lev     *levelled
	cols    columns
	end     int64 // end of the data, epoch ms
	issues  int   // harmless controls included
	goalSum []bool
	room    int   // tries that are estimated from, about
	rows    []row // of the session at hand
}

func (b *builder) goal(g int, goal outcome.Goal) *study {
	s := b.newStudy(goal.Name, goal.Name+" per week", b.room)
	window := goal.Window.Milliseconds()
	b.eachUser(func(own []visit, h []history) {
		for i := range own {
			v := &own[i]
			met := false
			hit := b.reachedAt(v, g)
			s.total.add(hit != never)
			b.countNaive(s, v, hit != never)
			for k := range v.tries {
				t := &b.c.tries[v.try0+k]
				if hit < int64(t.at) {
					s.already++
					continue
				}
				if window > 0 && v.user < 0 {
					s.anonymous++
					continue
				}
				if t.failed {
					s.failedAll[t.issue]++
					met = met || b.real(t)
				}
				from := v.start + int64(t.at)
				if window > 0 && from+window > b.end {
					s.censored++
					continue
				}
				if !b.c.sampled(v) {
					continue
				}
				y := hit != never && (window == 0 || hit-int64(t.at) <= window)
				if window > 0 && !y {
					y = b.reachedLater(own[i+1:], g, from+window)
				}
				b.add(v, k, b.c.stages[(int(v.try0)+int(k))*b.c.nGoal+g], h[i], y)
			}
			b.close(s, v, met)
		}
	})
	s.collapse()
	return s
}

// onePerson reports whether all sessions are of one known user.
func (b *builder) onePerson() bool {
	all := b.c.sessions
	return len(all) > 1 && all[0].user >= 0 && all[0].user == all[len(all)-1].user
}

// real tells tries of issues from those of harmless controls.
func (b *builder) real(t *try) bool { return int(t.issue) < len(b.c.in.Issues) }

func (b *builder) reachedAt(v *visit, g int) int64 { return b.c.reached[int(v.index)*b.c.nGoal+g] }

func (b *builder) reachedLater(later []visit, g int, until int64) bool {
	for i := range later {
		if later[i].start > until {
			return false
		}
		if hit := b.reachedAt(&later[i], g); hit >= 0 && hit != never && later[i].start+hit <= until {
			return true
		}
	}
	return false
}

// retention builds the rows of a return window. Every session in which a known user tries the control is a row until
// the user has failed there once: the failed row is the first one, as in a sequence of nested trials (Hernán and
// Robins 2016). Counting later failures of the same user too would lose the same user twice.
func (b *builder) retention(w outcome.Window) *study {
	s := b.newStudy(w.Name, "returning users per week", b.room)
	s.window = &w
	dataEnd := time.UnixMilli(b.end)
	anyOver := false
	b.eachUser(func(own []visit, h []history) {
		if own[0].user < 0 {
			s.anonymous += int(own[0].tries)
			return
		}
		spans := make([]outcome.Span, len(own))
		for i := range own {
			spans[i] = outcome.Span{Start: time.UnixMilli(own[i].start), End: time.UnixMilli(own[i].end)}
		}
		var met []int32
		sampled := b.c.sampled(&own[0])
		for i := range own {
			v := &own[i]
			over := w.Over(spans[i].Start, dataEnd)
			anyOver = anyOver || over
			y, hurt := over && w.Returned(spans, i) && !gone(v, w), false
			for k := range v.tries {
				t := &b.c.tries[v.try0+k]
				if slices.Contains(met, t.issue) {
					continue
				}
				if t.failed {
					met = append(met, t.issue)
					s.failedAll[t.issue]++
					hurt = hurt || b.real(t)
				}
				if !over {
					s.censored++
					continue
				}
				if !sampled {
					continue
				}
				b.add(v, k, b.deepest(v, k), h[i], y)
			}
			b.close(s, v, hurt)
		}
		if w.Over(spans[0].Start, dataEnd) {
			y := w.Returned(spans, 0) && !gone(&own[0], w)
			s.total.add(y)
			for _, i := range met {
				s.naive[i].add(y)
			}
		}
	})
	s.unfinished = !anyOver
	s.collapse()
	return s
}

// gone reports whether it ended with the user of a session before the window after it was over.
func gone(v *visit, w outcome.Window) bool {
	return v.churn != 0 && time.UnixMilli(v.churn).Before(time.UnixMilli(v.start).Add(time.Duration(w.To*dayMillis)*time.Millisecond))
}

// deepest is the furthest funnel stage over all goals.
func (b *builder) deepest(v *visit, k int32) uint8 {
	at := (int(v.try0) + int(k)) * b.c.nGoal
	out := uint8(0)
	for g := range b.c.nGoal {
		out = max(out, b.c.stages[at+g])
	}
	return out
}

// newStudy is a study of as many tries.
func (b *builder) newStudy(name, unit string, tries int) *study {
	return &study{name: name, unit: unit, strata: newStrata(), failedAll: make([]int, b.issues), naive: make([]naiveCount, b.issues), cells: make([]cell, 0, tries)}
}

func (n *naiveCount) add(y bool) {
	n.n++
	if y {
		n.y++
	}
}

func (b *builder) countNaive(s *study, v *visit, y bool) {
	for k := range v.tries {
		if t := &b.c.tries[v.try0+k]; t.failed {
			s.naive[t.issue].add(y)
		}
	}
}

// row is one try of the session at hand with its outcome.
type row struct {
	t       *try
	past    pattern
	y       bool
	stratum int32
}

func (b *builder) add(v *visit, k int32, stage uint8, h history, y bool) {
	t := &b.c.tries[v.try0+k]
	b.rows = append(b.rows, row{t: t, past: b.lev.pattern(v, t, stage, h), y: y})
}

// close turns the rows of a session into cells and links those that worked to the failures after them. A failure of a
// harmless control spoils nothing and links only to its own control.
func (b *builder) close(s *study, v *visit, met bool) {
	if met {
		s.metAll++
	}
	first := -1
	for i := range b.rows {
		r := &b.rows[i]
		r.stratum = s.place(r.t.issue, r.past)
		if r.t.failed && b.real(r.t) && (first < 0 || r.t.at < b.rows[first].t.at) {
			first = i
		}
	}
	for i := range b.rows {
		r := &b.rows[i]
		c := cell{stratum: r.stratum, failed: r.t.failed, group: v.group, n: 1}
		if r.y {
			c.y = 1
		}
		if r.t.failed {
			s.fails = append(s.fails, failure{stratum: r.stratum, first: i == first, group: v.group, y: r.y})
		} else {
			c.next, c.after = b.spoilers(i)
		}
		s.cells = append(s.cells, c)
	}
	b.rows = b.rows[:0]
}

// spoilers are the strata, from 1, of the failures that follow a try that worked: the next of its own issue and the next of
// all, at its very instant included; 0 for none.
func (b *builder) spoilers(i int) (next, after int32) {
	own, soonest := b.rows[i].t, int32(math.MaxInt32)
	for k := range b.rows {
		r := &b.rows[k]
		if !r.t.failed || r.t.at < own.at {
			continue
		}
		if r.t.issue == own.issue {
			next = r.stratum + 1
		}
		if b.real(r.t) && r.t.at < soonest {
			soonest, after = r.t.at, r.stratum+1
		}
	}
	return next, after
}

// eachUser calls fn with the sessions of one user in order of time, and with one session at a time for those
// without a user id; h says what was known when each began.
func (b *builder) eachUser(fn func(own []visit, h []history)) {
	all := b.c.sessions
	var h []history
	for i := 0; i < len(all); {
		k := i + 1
		for all[i].user >= 0 && k < len(all) && all[k].user == all[i].user {
			k++
		}
		h = h[:0]
		converted := 0
		for j := i; j < k; j++ {
			x := history{known: all[i].user >= 0, sessions: j - i, converted: converted}
			if j > i {
				x.firstDays = int((all[j].start - all[i].start) / dayMillis)
				x.awayDays = int((all[j].start - all[j-1].start) / dayMillis)
			}
			h = append(h, x)
			if b.goalSum[j] {
				converted++
			}
		}
		fn(all[i:k], h)
		i = k
	}
}

// convertedSessions marks the sessions that reached any goal.
func (c *Collector) convertedSessions() []bool {
	out := make([]bool, len(c.sessions))
	for i := range c.sessions {
		for g := range c.nGoal {
			if c.reached[int(c.sessions[i].index)*c.nGoal+g] != never {
				out[i] = true
			}
		}
	}
	return out
}
