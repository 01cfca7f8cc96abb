package cluster

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

// Use says how people fare with a control, those who met the issue and those who did not. It describes what was recorded:
// a version that answers less often need not be the reason. Zero for issues of a whole screen, and of things that are no
// controls, of which only the presses that somebody struggled with are known.
type Use struct {
	Sessions int // that pressed it
	People   int // of those; a known user, or a session without a user id
	Visitors int // people who came to a screen that has it, whether they pressed it or not
	// PressesP50 and PressesP95 are the median and the 95th percentile of the presses in one session, over Sessions.
	PressesP50, PressesP95 int

	Tried    int // tries whose outcome is known: one press, or several that waited for the same answer
	Answered int // of Tried, in time or late; an error is no answer
	// Low and High are the 95 % interval of Answered/Tried. Several tries of one person count as little as if they were one
	// that was told again (Kish 1965), because what a control does depends on whose it is. 0 and 0 if nothing was tried.
	Low, High float64

	Timed int // of Answered, those whose latency is known
	// LatencyP50 and LatencyP95 are the median and the 95th percentile over Timed, exact below 32 ms and within LatencyError
	// above; 0 if Timed is.
	LatencyP50, LatencyP95 time.Duration
}

// VersionUse is the Use of one app version.
type VersionUse struct {
	Version string
	First   time.Time // of its sessions with whatever control, in the data window; zero if all of them are out of it
	Use
}

// Difference names the two of Issue.Versions that are furthest apart, if that is clear; else both are "".
type Difference struct{ Worse, Better string }

// maxVersions bounds the versions of an issue: those that came last are kept, half a year of weekly releases. Applications
// that have the commit for a version would fill pages.
const maxVersions = 26

// Two versions differ clearly if they do so by more than clearRate of the tries, or by clearFactor and clearDelay of the
// median, and the interval of the difference leaves out zero.
const (
	// clearFalse is how many of the issues whose versions are all alike tell of a difference nevertheless, at most: the
	// intervals are as wide as that takes for the number of pairs that are compared (Bonferroni).
	clearFalse = 0.01
	// clearRate: what changes for fewer than one try in five is in the table for those who look.
	clearRate = 0.2
	// clearFactor and clearDelay: twice as slow is seen side by side, a tenth of a second is what people notice at all
	// (Miller 1968).
	clearFactor = 2.0
	clearDelay  = 100 * time.Millisecond
)

// ninetyFive is the standard normal quantile of a 95 % interval.
const ninetyFive = 1.959964

// release is an app version in the data.
type release struct {
	name  string
	first time.Time
}

// census numbers people, and people per version, so that an issue counts them without a map.
type census struct {
	releases []release // in the order in which they were first seen
	index    []int32   // of releases by interned name, -1 = none
	person   []int32   // per session
	pair     []int32   // per session: its person in its version, -1 = version not known
	pairs    []int32   // per pair: its release

	persons int
	mu      sync.Mutex
	idle    []*tallies
}

// tallies are what one control or issue after the other is counted in.
type tallies struct {
	people, versions tally // by person, by pair
}

// borrow returns tallies that nobody else uses, empty; hand them back.
func (c *census) borrow() *tallies {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.idle)
	if n == 0 {
		return &tallies{newTally(c.persons), newTally(len(c.pairs))}
	}
	t := c.idle[n-1]
	c.idle = c.idle[:n-1]
	return t
}

func (c *census) handBack(t *tallies) {
	t.people.reset()
	t.versions.reset()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idle = append(c.idle, t)
}

// takeCensus lists who is in the data. Sessions are in rank order, those from lo to hi in the data window: a version that
// a wrong clock dates to the year 2000 is not the first.
func (w *work) takeCensus(lo, hi int, persons int) {
	c := &w.census
	c.index = slices.Repeat([]int32{-1}, len(w.names.list))
	c.number(w, lo, hi, true)
	c.number(w, 0, len(w.sessions), false)
	c.pair = make([]int32, len(w.sessions))
	last := slices.Repeat([]int32{-1}, persons) // pair of a person
	var before []int32                          // per pair: the one before of the same person
	for i := range w.sessions {
		c.pair[i] = -1
		r := c.index[w.versionID(int32(i))]
		if r < 0 {
			continue
		}
		at := last[c.person[i]]
		for at >= 0 && c.pairs[at] != r {
			at = before[at]
		}
		if at < 0 {
			at = int32(len(c.pairs))
			c.pairs, before = append(c.pairs, r), append(before, last[c.person[i]])
			last[c.person[i]] = at
		}
		c.pair[i] = at
	}
	c.persons = persons
}

// number numbers the versions of the sessions from lo to hi.
func (c *census) number(w *work, lo, hi int, dated bool) {
	for i := lo; i < hi; i++ {
		v := w.versionID(int32(i))
		if v == 0 || c.index[v] >= 0 {
			continue
		}
		c.index[v] = int32(len(c.releases))
		r := release{name: w.names.list[v]}
		if dated {
			r.first = time.UnixMilli(w.sessions[i].start).UTC()
		}
		c.releases = append(c.releases, r)
	}
}

// usage is what one session did with a control.
type usage struct {
	session                  int32
	presses, known, answered int
}

// usages lists what every session did with the controls of a problem.
func (w *work) usages(p *problem) []usage {
	all := p.parts[0].usages()
	if len(p.parts) == 1 {
		return all
	}
	for _, part := range p.parts[1:] {
		all = append(all, part.usages()...)
	}
	slices.SortFunc(all, func(x, y usage) int { return cmp.Compare(x.session, y.session) })
	joined := all[:1]
	for _, u := range all[1:] {
		if last := &joined[len(joined)-1]; last.session == u.session {
			last.presses, last.known, last.answered = last.presses+u.presses, last.known+u.known, last.answered+u.answered
		} else {
			joined = append(joined, u)
		}
	}
	return joined
}

// usages lists what every session did with the control of a part. Silent presses that were meant for a control below
// count there; what one session could not decide and the crowd made friction is a try that was not answered.
func (p *part) usages() []usage {
	vain := make(map[int32]usage, len(p.tried))
	for s, n := range p.tried {
		vain[s] = usage{session: s, presses: n, known: n}
	}
	for i := range p.own {
		if e := &p.own[i]; e.undecided() {
			v := vain[e.session] // its presses are among the tries
			vain[e.session] = usage{session: e.session, presses: v.presses, known: v.known + 1}
		}
	}
	all := make([]usage, 0, len(p.group.tries)+len(vain))
	for i := range p.group.tries {
		t := &p.group.tries[i]
		moved := p.moved[t.session]
		u := usage{t.session, max(int(t.gestures)-moved, 1), max(int(t.known)-moved, 0), int(t.answered)}
		v, also := vain[t.session]
		if !also && moved > 0 && u.known == 0 {
			continue // all that it did here was meant for another control
		}
		if also {
			u.presses, u.known = u.presses+v.presses, u.known+v.known
			delete(vain, t.session)
		}
		all = append(all, u)
	}
	for _, v := range vain {
		v.presses = max(v.presses, 1)
		all = append(all, v)
	}
	return all // in any order: everything that is made of it is a sum or sorted
}

// counting adds a Use up.
type counting struct {
	Use
	presses []int
	squares int // of the tries of each person
	times   latencies
}

func (c *counting) add(u *usage) {
	c.Sessions++
	c.Tried += u.known
	c.Answered += u.answered
	c.presses = append(c.presses, u.presses)
}

// person adds one person: how often they tried, and whether they pressed it or only came by.
func (c *counting) person(tries int, pressed bool) {
	c.Visitors++
	if pressed {
		c.People++
		c.squares += tries * tries
	}
}

// independent is how many tries by as many people would say as much.
func (c *counting) independent() float64 {
	if c.squares == 0 {
		return 0
	}
	return float64(c.Tried) * float64(c.Tried) / float64(c.squares)
}

func (c *counting) use() Use {
	slices.Sort(c.presses)
	if n := len(c.presses); n > 0 {
		c.PressesP50, c.PressesP95 = c.presses[rankOf(0.5, n)], c.presses[rankOf(0.95, n)]
	}
	if c.Tried > 0 {
		c.Low, c.High = c.rate(ninetyFive)
	}
	c.Timed, c.LatencyP50, c.LatencyP95 = c.times.count(), c.times.quantile(0.5), c.times.quantile(0.95)
	return c.Use
}

// rate is the interval of Answered/Tried of z standard errors, by scores (Wilson 1927): it stays within 0 and 1, and does
// not shrink to nothing when everything was answered.
func (c *counting) rate(z float64) (low, high float64) {
	p, n := share(c.Answered, c.Tried), c.independent()
	mid := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(mid-half, 0), min(mid+half, 1)
}

// median is the interval of the median latency of z standard errors, by ranks, as if every person had waited once; ok is
// false if there are too few answers for one that is so sure.
func (c *counting) median(z float64) (low, high time.Duration, ok bool) {
	half := z / 2 / math.Sqrt(min(c.independent(), float64(c.Timed)))
	return c.times.quantile(0.5 - half), c.times.quantile(0.5 + half), half < 0.5
}

// enough reports whether anything is said about it in comparison with another.
func (c *counting) enough() bool { return c.Sessions >= popSessions && c.People >= popPeople }

// useOf says how people fare with the control of a problem, altogether and by app version in the order in which these
// were first seen, and which two versions differ clearly in their answers and in their latency.
func (w *work) useOf(p *problem) (all Use, versions []VersionUse, answers, latency Difference) {
	if p.group.wholeScreen() || p.group.isSurface() {
		return
	}
	c := &w.census
	total, by := &counting{}, make([]*counting, len(c.releases))
	of := func(release int32) *counting {
		if by[release] == nil {
			by[release] = &counting{}
		}
		return by[release]
	}
	counts := c.borrow()
	defer c.handBack(counts)
	people, pairs := &counts.people, &counts.versions
	usages := w.usages(p)
	total.presses = make([]int, 0, len(usages))
	for i := range usages {
		u := &usages[i]
		total.add(u)
		people.add(c.person[u.session], u.known)
		if i := c.pair[u.session]; i >= 0 {
			of(c.pairs[i]).add(u)
			pairs.add(i, u.known)
		}
	}
	pressedPeople, pressedPairs := len(people.touched), len(pairs.touched)
	for _, screen := range p.screens() {
		for _, a := range w.arrivals[screen] {
			people.add(c.person[a.session], 0)
			if i := c.pair[a.session]; i >= 0 {
				pairs.add(i, 0)
			}
		}
	}
	for k, i := range people.touched {
		total.person(people.n[i], k < pressedPeople)
	}
	for k, i := range pairs.touched {
		of(c.pairs[i]).person(pairs.n[i], k < pressedPairs)
	}
	for _, part := range p.parts {
		for _, u := range part.group.units {
			for k, n := range u.latencies {
				total.times[k.bucket] += int(n)
				if r := c.index[k.version]; r >= 0 {
					of(r).times[k.bucket] += int(n)
				}
			}
		}
	}
	var order []int
	for r, v := range by {
		if v != nil && v.Sessions > 0 {
			order = append(order, r)
		}
	}
	order = order[max(len(order)-maxVersions, 0):]
	kept := make([]*counting, len(order))
	for i, r := range order {
		kept[i] = by[r]
		versions = append(versions, VersionUse{c.releases[r].name, c.releases[r].first, by[r].use()})
	}
	name := func(d [2]int) Difference {
		if d[0] == d[1] {
			return Difference{}
		}
		return Difference{Worse: versions[d[0]].Version, Better: versions[d[1]].Version}
	}
	return total.use(), versions, name(answersDiffer(kept)), name(latencyDiffers(kept))
}

// clearWidth is how many standard errors the intervals must have for clearFalse: for two versions 2.6, for 26 of them 4.2.
func clearWidth(list []*counting) float64 {
	n := 0
	for _, c := range list {
		if c.enough() {
			n++
		}
	}
	pairs := max(n*(n-1)/2, 1)
	return distuv.UnitNormal.Quantile(1 - clearFalse/2/float64(pairs))
}

// answersDiffer returns the indices of the versions that answer clearly less and more often, those between which the
// difference is surest; equal ones if there are none.
func answersDiffer(list []*counting) (pair [2]int) {
	surest, z := 0.0, clearWidth(list)
	for i, x := range list {
		for k, y := range list {
			if !x.enough() || !y.enough() || x.Tried == 0 || y.Tried == 0 {
				continue
			}
			p, q := share(x.Answered, x.Tried), share(y.Answered, y.Tried)
			_, high := x.rate(z)
			low, _ := y.rate(z)
			// the lower end of the interval of q-p, from those of p and q (Newcombe 1998, method 10)
			if least := q - p - math.Hypot(q-low, high-p); q-p >= clearRate && least > surest {
				surest, pair = least, [2]int{i, k}
			}
		}
	}
	return pair
}

// latencyDiffers is the same for the median of the latency. Latencies have any distribution, often with two summits, so
// that nothing better is known of a difference than that the intervals of the medians do not touch.
func latencyDiffers(list []*counting) (pair [2]int) {
	var surest time.Duration
	z := clearWidth(list)
	for i, x := range list {
		for k, y := range list {
			if !x.enough() || !y.enough() || y.Timed == 0 || x.LatencyP50-y.LatencyP50 < clearDelay ||
				float64(x.LatencyP50) < clearFactor*float64(y.LatencyP50) {
				continue
			}
			low, _, sure := x.median(z)
			_, high, alsoSure := y.median(z)
			if sure && alsoSure && low-high > surest {
				surest, pair = low-high, [2]int{i, k}
			}
		}
	}
	return pair
}

// tally adds numbers up under dense keys and remembers which keys it met, in that order.
type tally struct {
	n       []int
	met     []bool
	touched []int32
}

func newTally(size int) tally { return tally{n: make([]int, size), met: make([]bool, size)} }

func (t *tally) reset() {
	for _, k := range t.touched {
		t.n[k], t.met[k] = 0, false
	}
	t.touched = t.touched[:0]
}

func (t *tally) add(key int32, n int) {
	if !t.met[key] {
		t.met[key] = true
		t.touched = append(t.touched, key)
	}
	t.n[key] += n
}
