package ranker

import (
	"math"
	"sort"
)

// stake is one issue's part in one outcome, ready for the common scale: everything of an estimate that the order needs.
type stake struct {
	possible bool
	assumed  bool      // not estimated, see floors
	rows     int       // that it rests on
	perWeek  float64   // rows per week x slope x own share: turns log-odds into outcomes
	expected float64   // shrunk effect in log-odds, without the spread of the systematic error: the order
	doubted  posterior // with it: the chances and intervals
}

func (s *stake) counts() bool { return s.possible || s.assumed }

// simulate draws the value of every issue under the weights of the outcomes. Numbers are counters hashed with the seed, the key, the outcome and
// the draw, so that no issue's draws depend on which others there are, or on their order.
func simulate(stakes [][]stake, weights []float64, keys []string, opts Options) [][]float64 {
	out := make([][]float64, len(stakes))
	var drawn sampler
	for i := range stakes {
		out[i] = make([]float64, opts.Draws)
		for o := range stakes[i] {
			s := &stakes[i][o]
			value := weights[o] * s.perWeek
			if !s.counts() || value == 0 {
				continue
			}
			drawn = s.doubted.sampler(drawn)
			base := mix(opts.Seed ^ mix(hashString(keys[i])+uint64(o)))
			for k := range out[i] {
				u, v := uniform(base, uint64(2*k)), uniform(base, uint64(2*k+1))
				out[i][k] += value * drawn.draw(u, v)
			}
		}
	}
	return out
}

// uniform is in (0, 1), never at an end.
func uniform(base, counter uint64) float64 {
	return (float64(mix(base+counter)>>11) + 0.5) / (1 << 53)
}

// chances are the shares of draws in which each issue is among the first 3 and 10. Equal values share their places
// by index, which is the order of keys.
func chances(draws [][]float64) (three, ten []float64) {
	n := len(draws)
	three, ten = make([]float64, n), make([]float64, n)
	if n == 0 {
		return three, ten
	}
	order := make([]int, n)
	rounds := len(draws[0])
	for k := range rounds {
		for i := range order {
			order[i] = i
		}
		sortBy(order, func(a, b int) bool {
			if draws[a][k] != draws[b][k] {
				return draws[a][k] > draws[b][k]
			}
			return a < b
		})
		for r, i := range order[:min(n, 10)] {
			ten[i]++
			if r < 3 {
				three[i]++
			}
		}
	}
	for i := range three {
		three[i] /= float64(rounds)
		ten[i] /= float64(rounds)
	}
	return three, ten
}

// quantiles returns the 2.5 % and 97.5 % quantiles.
func quantiles(draws []float64) (lo, hi float64) {
	s := append([]float64(nil), draws...)
	sort.Float64s(s)
	at := func(q float64) float64 { return s[int(math.Round(q*float64(len(s)-1)))] }
	return at(0.025), at(0.975)
}

func sortBy(order []int, less func(a, b int) bool) {
	sort.SliceStable(order, func(i, k int) bool { return less(order[i], order[k]) })
}
