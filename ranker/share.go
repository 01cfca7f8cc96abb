package ranker

import (
	"cmp"
	"slices"
	"sort"
)

// inseparable is the overlap of two issues' sessions (met both / met any) from which their losses cannot be told
// apart. At 0.8 at most a fifth of the sessions could tell them apart, too few for any sample the tool sees.
const inseparable = 0.8

// beside is from which share of its sessions an issue comes with another one, beyond the share of the sessions in which the same
// try worked: its figure then holds so much of what the other costs. In worlds whose issues come in pairs the figures of those that have a
// third of their sessions in common add up to a third too much (docs/RANKING.md, section 6); below it is within their intervals.
const beside = 0.3

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
	beside   []mate    // per issue: another one that it can be told from and often comes with
}

// mate is an issue that a share of another one's sessions met; none has the share 0.
type mate struct {
	issue int32
	share float64
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
	o.findBeside(c, o.pairUp())
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

// pairUp finds the issues that cannot be told apart. Of the others it returns, per issue, those that a share of its sessions met
// that may make them come with it.
func (o *overlaps) pairUp() (mates [][]mate) {
	both := map[[2]int32]int{}
	for i, set := range o.crowds {
		for a := range set {
			for b := a + 1; b < len(set); b++ {
				both[[2]int32{set[a], set[b]}] += o.sessions[i]
			}
		}
	}
	o.apart, mates = make([][]int32, len(o.met)), make([][]mate, len(o.met))
	for pair, n := range both {
		if n < minExposed {
			continue
		}
		for _, p := range [][2]int32{pair, {pair[1], pair[0]}} {
			share := float64(n) / float64(o.met[p[0]])
			if float64(n) >= inseparable*float64(o.met[p[0]]+o.met[p[1]]-n) {
				o.apart[p[0]] = append(o.apart[p[0]], p[1])
			} else if share >= beside {
				mates[p[0]] = append(mates[p[0]], mate{p[1], share})
			}
		}
	}
	for i := range mates {
		slices.Sort(o.apart[i])
		slices.SortFunc(mates[i], func(a, b mate) int { return cmp.Compare(a.issue, b.issue) })
	}
	return mates
}

// findBeside finds the mate of every issue that its sessions met most beyond those in which the same try worked.
func (o *overlaps) findBeside(c *Collector, mates [][]mate) {
	o.beside = make([]mate, len(o.met))
	worked, met := make([]int, len(mates)), make([][]int, len(mates)) // sessions, and those of them that met each mate
	for i := range mates {
		met[i] = make([]int, len(mates[i]))
	}
	for i := range c.sessions {
		v := &c.sessions[i]
		own := c.tries[v.try0 : v.try0+v.tries]
		for k := range own {
			t := &own[k]
			again := k+1 < len(own) && own[k+1].issue == t.issue
			if t.failed || again || int(t.issue) >= len(mates) || len(mates[t.issue]) == 0 {
				continue
			}
			worked[t.issue]++
			for m, other := range mates[t.issue] {
				if slices.ContainsFunc(own, func(x try) bool { return x.failed && x.issue == other.issue }) {
					met[t.issue][m]++
				}
			}
		}
	}
	for i := range mates {
		most := beside
		for m, other := range mates[i] {
			if excess := other.share - float64(met[i][m])/float64(max(worked[i], 1)); excess >= most {
				most, o.beside[i] = excess, other
			}
		}
	}
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
