package ranker

import (
	"slices"
	"sort"
)

// inseparable is the overlap of two issues' sessions (met both / met any) from which their losses cannot be told
// apart. At 0.8 at most a fifth of the sessions could tell them apart, too few for any sample the tool sees.
const inseparable = 0.8

// maxTogether bounds the issues of one session that are paired: a session that met more is a broken page load, and
// pairs grow with the square.
const maxTogether = 64

// overlaps finds, per issue, the others that come with it, and in which sessions several issues were met.
type overlaps struct {
	alone    []int     // per issue: sessions that met only it
	crowds   [][]int32 // issues of the sessions that met several, one entry per distinct set
	sessions []int     // per crowd
	met      []int     // per issue
	apart    [][]int32 // per issue: the others that cannot be told from it
}

func (c *Collector) overlaps() *overlaps {
	n := len(c.in.Issues)
	o := &overlaps{alone: make([]int, n), met: make([]int, n)}
	index := map[string]int{}
	var key []byte
	var set []int32
	for i := range c.sessions {
		v := &c.sessions[i]
		set, key = set[:0], key[:0]
		for k := range v.tries {
			t := &c.tries[v.try0+k]
			if t.failed && int(t.issue) < n && len(set) < maxTogether {
				set = append(set, t.issue) // ascending: tries of a session are sorted by issue
				key = append(key, byte(t.issue), byte(t.issue>>8), byte(t.issue>>16), byte(t.issue>>24))
				o.met[t.issue]++
			}
		}
		switch {
		case len(set) == 1:
			o.alone[set[0]]++
		case len(set) > 1:
			at, ok := index[string(key)]
			if !ok {
				at = len(o.crowds)
				index[string(key)] = at
				o.crowds = append(o.crowds, append([]int32(nil), set...))
				o.sessions = append(o.sessions, 0)
			}
			o.sessions[at]++
		}
	}
	sort.Sort(o) // an order that does not depend on arrival
	o.apart = o.together()
	return o
}

func (o *overlaps) Len() int { return len(o.crowds) }
func (o *overlaps) Swap(i, k int) {
	o.crowds[i], o.crowds[k] = o.crowds[k], o.crowds[i]
	o.sessions[i], o.sessions[k] = o.sessions[k], o.sessions[i]
}
func (o *overlaps) Less(i, k int) bool {
	a, b := o.crowds[i], o.crowds[k]
	for j := range min(len(a), len(b)) {
		if a[j] != b[j] {
			return a[j] < b[j]
		}
	}
	return len(a) < len(b)
}

// together returns, per issue, the others that cannot be told apart from it.
func (o *overlaps) together() [][]int32 {
	both := map[[2]int32]int{}
	for i, set := range o.crowds {
		for a := range set {
			for b := a + 1; b < len(set); b++ {
				both[[2]int32{set[a], set[b]}] += o.sessions[i]
			}
		}
	}
	out := make([][]int32, len(o.met))
	for pair, n := range both {
		a, b := pair[0], pair[1]
		if n >= minExposed && float64(n) >= inseparable*float64(o.met[a]+o.met[b]-n) {
			out[a] = append(out[a], b)
			out[b] = append(out[b], a)
		}
	}
	for i := range out {
		sort.Slice(out[i], func(a, b int) bool { return out[i][a] < out[i][b] })
	}
	return out
}

// split returns the part of every issue's loss that is its own when sessions that met several are split between them in
// proportion to the issues' shrunk effects, so that a harmless companion takes next to nothing. shares tells which issues
// share a session; of a session of several it is asked for every pair.
func (o *overlaps) split(effects []float64, shares func(a, b int32) bool) []float64 {
	own := make([]float64, len(effects))
	for i := range own {
		own[i] = float64(o.alone[i])
	}
	for i, set := range o.crowds {
		for _, k := range set {
			sum, n := 0.0, 0.0
			for _, other := range set {
				if other == k || shares(k, other) {
					sum += max(effects[other], 0)
					n++
				}
			}
			part := 1 / n
			if sum > 0 {
				part = max(effects[k], 0) / sum
			}
			own[k] += part * float64(o.sessions[i])
		}
	}
	for i := range own {
		if o.met[i] > 0 {
			own[i] /= float64(o.met[i])
		} else {
			own[i] = 1
		}
	}
	return own
}

// shares returns the part of every issue's loss that counts for it. losses are the issues' shrunk losses and total is
// what they cost together (estimator.joint). Issues that cannot be told apart always split the sessions that they have in
// common. All others keep their whole loss as long as the sum stays within the total: the effects of failures that come
// together by chance add up. Where the sum is more, sessions are split between all issues that they met, by as much as it
// takes.
func (o *overlaps) shares(effects, losses []float64, total float64) []float64 {
	least := o.split(effects, func(int32, int32) bool { return true })
	most := o.split(effects, func(a, b int32) bool { return slices.Contains(o.apart[a], b) })
	sumLeast, sumMost := 0.0, 0.0
	for i := range losses {
		sumLeast += least[i] * losses[i]
		sumMost += most[i] * losses[i]
	}
	if sumMost <= total || sumMost <= sumLeast {
		return most
	}
	mix := min((sumMost-total)/(sumMost-sumLeast), 1)
	for i := range most {
		most[i] += mix * (least[i] - most[i])
	}
	if sumLeast > total && total > 0 {
		for i := range most {
			most[i] *= total / sumLeast
		}
	}
	return most
}
