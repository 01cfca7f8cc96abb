package ranker

import (
	"maps"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker/outcome"
)

// Collector gathers what the ranking needs of every session: about 100 bytes a session and 24 a try. Collectors of
// shards merge in any order. Not safe for concurrent use.
type Collector struct {
	in    Input
	set   *outcome.Set
	nGoal int

	users    map[string]int32
	contexts map[string]int32 // joined values of the context covariates
	sessions []visit
	tries    []try
	stages   []uint8          // nGoal per try: funnel steps taken before it
	reached  []int64          // nGoal per session: first offset in ms, or never, before
	depth    []uint8          // nGoal per session: funnel steps taken in order
	facets   map[string]int32 // joined values of what sessions can be selected by, see facetNames
	suggest  outcome.Suggester
	marks    map[string]int

	settled bool      // see settle
	every   uint64    // losses are estimated from one user in so many; 0 and 1: from all
	dropped int       // sessions that came twice
	stakes  [][]stake // of the last Report, per issue, then outcome
	// Of a Collector that was made of a Basis.
	window *window              // that the question sets; nil = that of the sessions
	offer  []outcome.Suggestion // what suggest found
}

// visit is one session. Times are epoch ms.
type visit struct {
	id         uint64 // hash of the session's name
	start, end int64
	churn      int64 // when the user was gone for good, 0 = not known
	user       int32 // index, or -1
	context    int32
	facets     int32
	try0       int32
	tries      int32
	group      uint8
	index      int32 // of its goals in reached
}

// try is one row of a risk set before outcomes.
type try struct {
	issue    int32
	at       int32 // ms since the session's start
	screens  uint16
	attempts uint16
	friction uint8
	failed   bool
	again    bool // a later try that failed, after the first, which worked and stands before it
	wentOn   bool // see wentOn
}

const (
	never  = math.MaxInt64
	before = math.MinInt64
)

// NewCollector checks the settings and returns an empty Collector. It ignores Input.Digests.
func NewCollector(in Input) (*Collector, error) {
	if err := in.Options.Check(); err != nil {
		return nil, err
	}
	set := in.Outcomes
	if set == nil {
		var err error
		if set, err = (outcome.Config{}).Compile(); err != nil {
			panic("BUG: the empty outcome configuration is wrong: " + err.Error())
		}
	}
	c := &Collector{in: in, set: set, nGoal: len(set.Goals())}
	c.users, c.contexts, c.facets, c.marks = map[string]int32{}, map[string]int32{}, map[string]int32{}, map[string]int{}
	return c, nil
}

// Add takes one session in. It keeps nothing of d.
func (c *Collector) Add(d *friction.Digest) {
	v := visit{
		id: hashString(d.Session), start: d.Start.UnixMilli(), user: -1,
		try0: int32(len(c.tries)), index: int32(len(c.sessions)),
	}
	v.end = v.start + d.Duration.Milliseconds()
	if at, ok := outcome.ChurnedAt(d); ok {
		v.churn = at.UnixMilli()
	}
	v.group = groupOf(d.Session)
	if u := d.Context.User; u != "" {
		v.user = intern(c.users, u)
		v.group = groupOf(u)
	}
	v.context = intern(c.contexts, c.contextKey(d))
	v.facets = intern(c.facets, c.facetKey(d))
	steps := make([][]time.Duration, c.nGoal)
	for g := range steps {
		steps[g] = c.set.StepTimes(g, d)
		c.reached = append(c.reached, toMillis(c.set.Reached(g, d, outcome.Before)))
		c.depth = append(c.depth, stageAt(steps[g], outcome.Never))
	}
	for _, m := range d.Marks {
		c.marks[string(m)]++
	}
	if c.nGoal == 0 {
		c.suggest.Add(d)
	}
	c.addTries(d, steps)
	v.tries = int32(len(c.tries)) - v.try0
	c.sessions = append(c.sessions, v)
}

// addTries notes the tries of a session; steps are when it took the steps of every goal.
func (c *Collector) addTries(d *friction.Digest, steps [][]time.Duration) {
	first := len(c.tries)
	add := func(x Exposer, base, limit int) {
		if x == nil {
			return
		}
		for _, e := range x.Exposures(d) {
			if e.Issue < 0 || e.Issue >= limit || e.At < 0 {
				continue
			}
			c.tries = append(c.tries, newTry(d, base+e.Issue, e.At, e.Failed))
			if !e.Failed && e.Later > e.At {
				t := newTry(d, base+e.Issue, e.Later, true)
				t.again = true
				c.tries = append(c.tries, t)
			}
		}
	}
	add(c.in.Exposer, 0, len(c.in.Issues))
	add(c.in.Harmless, len(c.in.Issues), c.in.HarmlessCount)
	mine := c.tries[first:]
	sort.Slice(mine, func(i, k int) bool {
		a, b := mine[i], mine[k]
		if a.issue != b.issue {
			return a.issue < b.issue
		}
		if a.at != b.at {
			return a.at < b.at
		}
		return a.failed && !b.failed
	})
	kept := mine[:0]
	for _, t := range mine {
		if n := len(kept); n == 0 || kept[n-1].issue != t.issue || t.again && !kept[n-1].failed {
			kept = append(kept, t)
		}
	}
	c.tries = c.tries[:first+len(kept)]
	for _, t := range kept {
		for g := range steps {
			c.stages = append(c.stages, stageAt(steps[g], time.Duration(t.at)*time.Millisecond))
		}
	}
}

// newTry notes what had happened before the try, and whether anything did after it. Things at the same instant belong to
// the try itself.
func newTry(d *friction.Digest, issue int, at time.Duration, failed bool) try {
	t := try{issue: int32(issue), at: int32(min(at.Milliseconds(), math.MaxInt32)), failed: failed, wentOn: wentOn(d, at)}
	for _, v := range d.Visits {
		if v.At <= at && t.screens < math.MaxUint16 {
			t.screens++
		}
	}
	for _, a := range d.Attempts {
		if a.At < at && t.attempts < math.MaxUint16 {
			t.attempts++
		}
	}
	for _, e := range d.Episodes {
		if e.Verdict == friction.Friction && e.Start < at && t.friction < math.MaxUint8 {
			t.friction++
		}
	}
	return t
}

func stageAt(steps []time.Duration, at time.Duration) uint8 {
	n := uint8(0)
	for _, s := range steps {
		if s < at && n < math.MaxUint8 {
			n++
		}
	}
	return n
}

func toMillis(d time.Duration) int64 {
	switch d {
	case outcome.Never:
		return never
	case outcome.Before:
		return before
	}
	return d.Milliseconds()
}

// contextKey joins the values of the covariates that a session has from its start on.
func (c *Collector) contextKey(d *friction.Digest) string {
	x := &d.Context
	parts := []string{x.Device.Type, x.AppVersion, x.Channel}
	for _, a := range c.in.Options.Attributes {
		parts = append(parts, attribute(d, a))
	}
	return strings.Join(parts, "\x00")
}

func attribute(d *friction.Digest, name string) string {
	switch name {
	case "plan":
		return d.Context.Plan
	case "os":
		return d.Context.OS
	case "browser":
		return d.Context.Browser
	case "device.model":
		return d.Context.Device.Model
	}
	return d.Context.Attributes[name]
}

// Merge adds the sessions of o, which was made from the same Input and must not be used afterwards.
func (c *Collector) Merge(o *Collector) {
	users, contexts, facets := remap(c.users, o.users), remap(c.contexts, o.contexts), remap(c.facets, o.facets)
	base := int32(len(c.tries))
	for _, v := range o.sessions {
		if v.user >= 0 {
			v.user = users[v.user]
		}
		v.context, v.facets = contexts[v.context], facets[v.facets]
		v.try0 += base
		v.index += int32(len(c.reached) / max(1, c.nGoal))
		if c.nGoal == 0 {
			v.index = 0
		}
		c.sessions = append(c.sessions, v)
	}
	c.tries = append(c.tries, o.tries...)
	c.stages = append(c.stages, o.stages...)
	c.reached = append(c.reached, o.reached...)
	c.depth = append(c.depth, o.depth...)
	c.suggest.Merge(&o.suggest)
	for m, n := range o.marks {
		c.marks[m] += n
	}
}

func remap(into, from map[string]int32) []int32 {
	names := make([]string, len(from))
	for name, i := range from {
		names[i] = name
	}
	out := make([]int32, len(names))
	for i, name := range names {
		out[i] = intern(into, name)
	}
	return out
}

func intern(m map[string]int32, s string) int32 {
	i, ok := m[s]
	if !ok {
		i = int32(len(m))
		m[strings.Clone(s)] = i
	}
	return i
}

// settle puts the sessions in an order that does not depend on arrival (user by user in time, then those without a
// user id), numbers names likewise, and drops sessions that came twice.
func (c *Collector) settle() {
	if c.settled {
		return
	}
	c.settled = true
	users, contexts, facets := byName(c.users), byName(c.contexts), byName(c.facets)
	for i := range c.sessions {
		v := &c.sessions[i]
		if v.user >= 0 {
			v.user = users[v.user]
		}
		v.context, v.facets = contexts[v.context], facets[v.facets]
	}
	sort.Slice(c.sessions, func(i, k int) bool { return c.sessions[i].less(&c.sessions[k]) })
	kept := c.sessions[:0]
	for _, v := range c.sessions {
		if n := len(kept); n > 0 && kept[n-1].id == v.id && kept[n-1].start == v.start && kept[n-1].user == v.user {
			continue
		}
		kept = append(kept, v)
	}
	c.dropped = len(c.sessions) - len(kept)
	c.sessions = kept
}

// byName numbers interned names anew, in their order, and returns the new number of every old one.
func byName(m map[string]int32) []int32 {
	out := make([]int32, len(m))
	for i, name := range slices.Sorted(maps.Keys(m)) {
		out[m[name]], m[name] = int32(i), int32(i)
	}
	return out
}

func (v *visit) less(o *visit) bool {
	if uint32(v.user) != uint32(o.user) {
		return uint32(v.user) < uint32(o.user) // -1 last
	}
	if v.start != o.start {
		return v.start < o.start
	}
	if v.id != o.id {
		return v.id < o.id
	}
	if v.end != o.end {
		return v.end < o.end
	}
	return v.tries < o.tries
}

// groups is the number of user-hash groups of the cluster-robust variance (RANKING 3.4): enough for a t quantile
// near the normal one, few enough that every group of a small data set has users.
const groups = 64

func groupOf(name string) uint8 { return uint8(mix(hashString(name)) % groups) }

// sampled tells whose tries losses are estimated from. All sessions of a user are, or none.
func (c *Collector) sampled(v *visit) bool {
	if c.every <= 1 {
		return true
	}
	id := v.id
	if v.user >= 0 {
		id = uint64(v.user)
	}
	return mix(id^samplingSalt)%c.every == 0
}

// samplingSalt makes samples independent of other uses of the same hashes.
const samplingSalt = 0x73616d706c65

// hashString is FNV-1a, fixed for ever: it decides groups and with them the last digits of every interval.
func hashString(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood 2014): every input bit reaches every output bit.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
