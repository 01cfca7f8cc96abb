package ranker

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker/outcome"
)

// Basis is what a Report was made of: sessions, tries and goals reached, without a Digest. Other questions can be asked
// of it in a fraction of the time of a run. It is immutable and safe for concurrent use.
type Basis struct {
	c      *Collector // settled, never changed
	report *Report
	places func() map[sessionName]int32 // where sessions are; found when they are first looked up
}

func newBasis(c *Collector, report *Report) *Basis {
	return &Basis{c, report, sync.OnceValue(c.places)}
}

// window is a span of time that a question asks for.
type window struct{ from, to time.Time }

// RankBasis is Rank that also returns what the Report rests on.
func RankBasis(in Input) (*Report, *Basis, error) {
	c, err := NewCollector(in)
	if err != nil {
		return nil, nil, err
	}
	if in.Digests != nil {
		for d, err := range in.Digests() {
			if err != nil {
				return nil, nil, fmt.Errorf("rank: read digests: %w", err)
			}
			c.Add(d)
		}
	}
	r, b := c.Basis()
	return r, b, nil
}

// Basis is Collector.Report that also returns what the Report rests on. The Collector must not be used afterwards.
func (c *Collector) Basis() (*Report, *Basis) {
	r := c.Report()
	return r, newBasis(c, r)
}

// Sessions is the number of sessions.
func (b *Basis) Sessions() int { return len(b.c.sessions) }

// facetNames are what sessions can be selected by, in the order of facetKey.
func (c *Collector) facetNames() []string { return cluster.Attributes(c.in.Options.Attributes) }

func (c *Collector) facetKey(d *friction.Digest) string {
	names := c.facetNames()
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = strings.ReplaceAll(cluster.AttributeOf(d, name), "\x00", "")
	}
	return strings.Join(parts, "\x00")
}

// facetValues lists the values of every set of facets by its index, each in the order of facetNames.
func (c *Collector) facetValues() [][]string {
	out := make([][]string, len(c.facets))
	for key, i := range c.facets {
		out[i] = strings.Split(key, "\x00")
	}
	return out
}

// offers are goals that the data looks as if it had.
func (c *Collector) offers() []outcome.Suggestion {
	if c.offer != nil {
		return c.offer
	}
	return c.suggest.List()
}

// selected is a Collector of the sessions that keep wants, as if no others had been recorded, within a window.
func (c *Collector) selected(w window, keep func(*visit) bool) *Collector {
	sub := *c
	sub.window, sub.dropped, sub.stakes, sub.offer = &w, 0, nil, c.offers()
	sub.marks = nil // they are counted over all sessions only
	sub.sessions = make([]visit, 0, len(c.sessions))
	sub.contexts = map[string]int32{}
	names, to := inOrder(c.contexts), make([]int32, len(c.contexts)) // to: from 1, 0 = not met yet
	for i := range c.sessions {
		v := &c.sessions[i]
		if !keep(v) {
			continue
		}
		if to[v.context] == 0 {
			to[v.context] = intern(sub.contexts, names[v.context]) + 1
		}
		sub.sessions = append(sub.sessions, *v)
		sub.sessions[len(sub.sessions)-1].context = to[v.context] - 1
	}
	return &sub
}

// WithGoals returns the Basis with other goals, for which it looks at the Digests again, but not at the issues' tries.
// Return windows stay. digests hands every Digest to look, which keeps nothing of it and may be called by several goroutines at
// once, as long as Digests of one start are handed over by one. An error of digests ends it.
func (b *Basis) WithGoals(goals []outcome.Goal, digests func(look func(*friction.Digest)) error) (*Basis, error) {
	set, err := b.c.set.WithGoals(goals)
	if err != nil {
		return nil, err
	}
	c := *b.c
	c.set, c.nGoal, c.stakes = set, len(goals), nil
	c.in.Outcomes = set
	c.in.Options.Weights.Goals = nil
	c.offer = b.c.offers()
	c.sessions = slices.Clone(b.c.sessions)
	for i := range c.sessions {
		c.sessions[i].index = int32(i)
	}
	c.reached = slices.Repeat([]int64{never}, len(c.sessions)*c.nGoal)
	c.depth = make([]uint8, len(c.reached))
	c.stages = make([]uint8, len(c.tries)*c.nGoal)
	places := b.places()
	err = digests(func(d *friction.Digest) {
		i, ok := places[sessionName{hashString(d.Session), d.Start.UnixMilli()}]
		if !ok {
			return // came after the run that this is the basis of
		}
		v := &c.sessions[i]
		for g := range c.nGoal {
			at := int(i)*c.nGoal + g
			steps := set.StepTimes(g, d)
			c.reached[at] = toMillis(set.Reached(g, d, outcome.Before))
			c.depth[at] = stageAt(steps, outcome.Never)
			for k := v.try0; k < v.try0+v.tries; k++ {
				c.stages[int(k)*c.nGoal+g] = stageAt(steps, time.Duration(c.tries[k].at)*time.Millisecond)
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("other goals: read digests: %w", err)
	}
	return &Basis{&c, b.report, b.places}, nil
}

// sessionName is what a session is found by.
type sessionName struct {
	id    uint64
	start int64
}

// places are where sessions are, by name.
func (c *Collector) places() map[sessionName]int32 {
	out := make(map[sessionName]int32, len(c.sessions))
	for i := range c.sessions {
		v := &c.sessions[i]
		out[sessionName{v.id, v.start}] = int32(i)
	}
	return out
}

// basisData is a Basis as it is stored: columns, which take a third of the room of rows. Its shape is private to this
// version of the program; what holds it names the version.
type basisData struct {
	Contexts, Facets []string
	ID               []uint64
	Start, End       []int64
	Churn            []int64
	User             []int32
	Context, Facet   []int32
	Tries            []int32
	Group            []uint8
	Reached          []int64
	Depth            []uint8

	Issue             []int32
	At                []int32
	Screens, Attempts []uint16
	Friction          []uint8
	Flags             []uint8 // bit 0: failed, bit 1: again, bit 2: went on
	Stages            []uint8

	Marks  []markData // by name: the order of a map would make other bytes each time
	Offers []outcome.Suggestion
	Ends   [][]float64 // of the priors, by outcome
	Shares [][]float64
	Stakes [][]stakeData
}

type markData struct {
	Name string
	N    int
}

// stakeData is a stake: its posterior is made again of the outcome's prior.
type stakeData struct {
	Possible, Assumed bool
	Rows              int
	PerWeek, Expected float64
	Tau, SE           float64
	Leans             []float64
}

const (
	flagFailed = 1 << iota
	flagAgain
	flagWentOn
)

// MarshalBinary encodes the Basis for UnmarshalBasis of the same version of the program.
func (b *Basis) MarshalBinary() ([]byte, error) {
	c := b.c
	d := basisData{Contexts: inOrder(c.contexts), Facets: inOrder(c.facets), Offers: c.offers()}
	for _, name := range slices.Sorted(maps.Keys(c.marks)) {
		d.Marks = append(d.Marks, markData{name, c.marks[name]})
	}
	for i := range c.sessions {
		v := &c.sessions[i]
		d.ID, d.Start, d.End = append(d.ID, v.id), append(d.Start, v.start), append(d.End, v.end-v.start)
		d.Churn = append(d.Churn, v.churn)
		d.User, d.Context, d.Facet = append(d.User, v.user), append(d.Context, v.context), append(d.Facet, v.facets)
		d.Tries, d.Group = append(d.Tries, v.tries), append(d.Group, v.group)
		from := int(v.index) * c.nGoal
		d.Reached = append(d.Reached, c.reached[from:from+c.nGoal]...)
		d.Depth = append(d.Depth, c.depth[from:from+c.nGoal]...)
		for k := v.try0; k < v.try0+v.tries; k++ {
			t, flags := &c.tries[k], uint8(0)
			if t.failed {
				flags |= flagFailed
			}
			if t.again {
				flags |= flagAgain
			}
			if t.wentOn {
				flags |= flagWentOn
			}
			d.Issue, d.At, d.Flags = append(d.Issue, t.issue), append(d.At, t.at), append(d.Flags, flags)
			d.Screens, d.Attempts, d.Friction = append(d.Screens, t.screens), append(d.Attempts, t.attempts), append(d.Friction, t.friction)
			d.Stages = append(d.Stages, c.stages[int(k)*c.nGoal:int(k+1)*c.nGoal]...)
		}
	}
	d.Ends, d.Shares = make([][]float64, len(c.weights())), make([][]float64, len(c.weights()))
	for _, row := range c.stakes {
		var out []stakeData
		for k, s := range row {
			out = append(out, stakeData{Possible: s.possible, Assumed: s.assumed, Rows: s.rows, PerWeek: s.perWeek, Expected: s.expected, Tau: s.doubted.tau, SE: s.doubted.se, Leans: s.doubted.leans})
			if s.counts() {
				d.Ends[k], d.Shares[k] = s.doubted.prior.ends, s.doubted.prior.weights
			}
		}
		d.Stakes = append(d.Stakes, out)
	}
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(&d); err != nil {
		return nil, fmt.Errorf("encode basis: %w", err)
	}
	return buf.Bytes(), nil
}

// inOrder lists interned names by their index.
func inOrder(m map[string]int32) []string {
	out := make([]string, len(m))
	for name, i := range m {
		out[i] = name
	}
	return out
}

// errBasis means that stored columns do not fit together.
var errBasis = errors.New("decode basis: it is not one of these settings")

// UnmarshalBasis decodes what MarshalBinary wrote for the given report, which must have been made with the outcomes and
// options of in. Of in nothing else is used.
func UnmarshalBasis(data []byte, in Input, report *Report) (*Basis, error) {
	var d basisData
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&d); err != nil {
		return nil, fmt.Errorf("decode basis: %w", err)
	}
	in.Digests, in.Exposer, in.Harmless = nil, nil, nil
	in.Read, in.Fingerprint = report.Read, report.Fingerprint
	in.Issues = issuesByKey(report)
	in.HarmlessCount = 0
	for _, i := range d.Issue {
		in.HarmlessCount = max(in.HarmlessCount, int(i)+1-len(in.Issues))
	}
	c, err := NewCollector(in)
	if err != nil {
		return nil, err
	}
	sessions, tries := len(d.ID), len(d.Issue)
	for _, n := range []int{len(d.Start), len(d.End), len(d.Churn), len(d.User), len(d.Context), len(d.Facet), len(d.Tries), len(d.Group)} {
		if n != sessions {
			return nil, errBasis
		}
	}
	for _, n := range []int{len(d.At), len(d.Screens), len(d.Attempts), len(d.Friction), len(d.Flags)} {
		if n != tries {
			return nil, errBasis
		}
	}
	if len(d.Reached) != sessions*c.nGoal || len(d.Depth) != sessions*c.nGoal || len(d.Stages) != tries*c.nGoal ||
		len(d.Stakes) != len(in.Issues) || len(d.Ends) != len(c.weights()) || len(d.Shares) != len(c.weights()) {
		return nil, errBasis
	}
	for _, name := range d.Contexts {
		intern(c.contexts, name)
	}
	for _, name := range d.Facets {
		intern(c.facets, name)
	}
	for _, m := range d.Marks {
		c.marks[m.Name] = m.N
	}
	c.offer, c.reached, c.depth, c.stages = d.Offers, d.Reached, d.Depth, d.Stages
	c.settled = true
	if c.offer == nil {
		c.offer = []outcome.Suggestion{}
	}
	c.sessions, c.tries = make([]visit, sessions), make([]try, tries)
	next := int32(0)
	for i := range c.sessions {
		c.sessions[i] = visit{id: d.ID[i], start: d.Start[i], end: d.Start[i] + d.End[i], churn: d.Churn[i], user: d.User[i], context: d.Context[i],
			facets: d.Facet[i], try0: next, tries: d.Tries[i], group: d.Group[i], index: int32(i)}
		next += d.Tries[i]
		if int(d.Context[i]) >= len(c.contexts) || int(d.Facet[i]) >= len(c.facets) || d.Tries[i] < 0 || int(next) > tries {
			return nil, errBasis
		}
	}
	for i := range c.tries {
		c.tries[i] = try{issue: d.Issue[i], at: d.At[i], screens: d.Screens[i], attempts: d.Attempts[i], friction: d.Friction[i],
			failed: d.Flags[i]&flagFailed != 0, again: d.Flags[i]&flagAgain != 0, wentOn: d.Flags[i]&flagWentOn != 0}
	}
	if err := c.restake(&d); err != nil {
		return nil, err
	}
	return newBasis(c, report), nil
}

// restake makes the stakes of the report again.
func (c *Collector) restake(d *basisData) error {
	priors := make([]*prior, len(d.Ends))
	for k := range priors {
		priors[k] = &prior{ends: d.Ends[k], weights: d.Shares[k]}
	}
	c.stakes = make([][]stake, 0, len(d.Stakes)) // not nil, also without issues: they are known
	for _, row := range d.Stakes {
		if len(row) != 0 && len(row) != len(priors) {
			return errBasis
		}
		out := make([]stake, len(row))
		for k, s := range row {
			out[k] = stake{possible: s.Possible, assumed: s.Assumed, rows: s.Rows, perWeek: s.PerWeek, expected: s.Expected}
			if out[k].counts() {
				if len(s.Leans) == 0 || math.IsNaN(s.Tau+mean(s.Leans)) || !(s.SE >= 0) || len(priors[k].ends) == 0 {
					return errBasis
				}
				out[k].doubted = priors[k].posterior(s.Tau, s.SE, s.Leans)
			}
		}
		c.stakes = append(c.stakes, out)
	}
	return nil
}
