package ranker

import (
	"bytes"
	"cmp"
	"slices"
)

// Of millions of rows some ten thousands have a past of their own, and some hundred thousands a past and an issue. What a
// model says of a row depends on these two alone, so that models are fitted to the strata that they make, and to the pasts
// where the issue does not matter. What is said of rows, by group of users and by what followed, is in their cells.

// strata are the pasts and the strata of a study. Until sort is called they are in the order in which they were met.
type strata struct {
	pasts []pattern
	list  []stratum
	// places in pasts and list; nil once these are sorted
	known  map[pattern]int32
	places map[stratum]int32
}

// stratum is an issue under one past.
type stratum struct{ issue, past int32 }

// cell counts the rows of a stratum that agree in everything. Cells of shards add up in any order. 24 bytes.
type cell struct {
	stratum int32
	n, y    int32 // rows, and those with the outcome
	// next is the stratum, from 1, of a later try of the same issue in the same session that failed, after is that of the next
	// failure of any issue; 0 for none. What would have come of the session without that failure is not seen; it is expected
	// from what was known when it came.
	next, after int32
	failed      bool
	group       uint8
}

func newStrata() strata { return strata{known: map[pattern]int32{}, places: map[stratum]int32{}} }

// place numbers the stratum of an issue under a past.
func (t *strata) place(issue int32, past pattern) int32 {
	p, ok := t.known[past]
	if !ok {
		p = int32(len(t.pasts))
		t.known[past] = p
		t.pasts = append(t.pasts, past)
	}
	at := stratum{issue, p}
	i, ok := t.places[at]
	if !ok {
		i = int32(len(t.list))
		t.places[at] = i
		t.list = append(t.list, at)
	}
	return i
}

// sort puts pasts and strata into an order that does not depend on arrival, strata by issue, and returns where each stratum
// went. No more can be placed afterwards.
func (t *strata) sort() (to []int32) {
	t.known, t.places = nil, nil
	var moved []int32
	t.pasts, moved = sorted(t.pasts, func(a, b *pattern) int { return bytes.Compare(a[:], b[:]) })
	for i := range t.list {
		t.list[i].past = moved[t.list[i].past]
	}
	t.list, to = sorted(t.list, func(a, b *stratum) int {
		return cmp.Or(cmp.Compare(a.issue, b.issue), cmp.Compare(a.past, b.past))
	})
	return to
}

// sorted returns the values in order, and where each went.
func sorted[T any](values []T, compare func(a, b *T) int) (out []T, to []int32) {
	order := make([]int32, len(values))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return compare(&values[a], &values[b]) })
	out, to = make([]T, len(values)), make([]int32, len(values))
	for i, from := range order {
		out[i], to[from] = values[from], int32(i)
	}
	return out, to
}

// collapse sorts the rows and adds up those that agree.
func (s *study) collapse() {
	to := s.sort()
	moved := func(link int32) int32 {
		if link == 0 {
			return 0
		}
		return to[link-1] + 1
	}
	for i := range s.cells {
		c := &s.cells[i]
		c.stratum, c.next, c.after = to[c.stratum], moved(c.next), moved(c.after)
	}
	for i := range s.fails {
		s.fails[i].stratum = to[s.fails[i].stratum]
	}
	ends := byStratum(s.cells, len(s.list))
	kept, from := s.cells[:0], int32(0)
	for _, end := range ends {
		same := s.cells[from:end]
		from = end
		slices.SortFunc(same, compareCells)
		first := len(kept)
		for _, c := range same {
			if n := len(kept); n > first && compareCells(kept[n-1], c) == 0 {
				kept[n-1].n += c.n
				kept[n-1].y += c.y
				continue
			}
			kept = append(kept, c)
		}
	}
	s.cells = kept
	s.hoped = make([]float64, len(kept))
	for i := range kept {
		s.hoped[i] = float64(kept[i].y)
	}
}

// byStratum brings cells of the same stratum together, in the order of strata, and returns where each stratum ends. It does so
// in place and in linear time (American flag sort, McIlroy, Bostic and McIlroy 1993).
func byStratum(cells []cell, strata int) (ends []int32) {
	next, ends := make([]int32, strata), make([]int32, strata)
	for i := range cells {
		ends[cells[i].stratum]++
	}
	sum := int32(0)
	for i, n := range ends {
		next[i] = sum
		sum += n
		ends[i] = sum
	}
	for i := range ends {
		for next[i] < ends[i] {
			c := &cells[next[i]]
			if at := &next[c.stratum]; int(c.stratum) != i {
				*c, cells[*at] = cells[*at], *c
				*at++
			} else {
				next[i]++
			}
		}
	}
	return ends
}

// compareCells orders cells of one stratum by everything but the counts.
func compareCells(a, b cell) int {
	if a.failed != b.failed {
		if b.failed {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.next, b.next), cmp.Compare(a.after, b.after))
}

// counts are the rows of every stratum: those that worked, their hoped outcomes, and those that failed.
type counts struct{ worked, outcomes, failed []float64 }

// count adds cells up; the first stratum is number base of n.
func count(cells []cell, hoped []float64, base, n int) counts {
	all := make([]float64, 3*n)
	out := counts{all[:n:n], all[n : 2*n : 2*n], all[2*n:]}
	for i := range cells {
		c := &cells[i]
		k := int(c.stratum) - base
		if c.failed {
			out.failed[k] += float64(c.n)
		} else {
			out.worked[k] += float64(c.n)
			out.outcomes[k] += hoped[i]
		}
	}
	return out
}

// rows are those of one issue.
type rows struct {
	base   int // first stratum
	strata []stratum
	cells  []cell
	hoped  []float64
}

// of returns the rows of one issue.
func (s *study) of(issue int32) rows {
	from, _ := slices.BinarySearchFunc(s.list, issue, func(t stratum, i int32) int { return cmp.Compare(t.issue, i) })
	to := from
	for to < len(s.list) && s.list[to].issue == issue {
		to++
	}
	start := func(stratum int) int {
		i, _ := slices.BinarySearchFunc(s.cells, int32(stratum), func(c cell, i int32) int { return cmp.Compare(c.stratum, i) })
		return i
	}
	first, last := start(from), start(to)
	return rows{from, s.list[from:to], s.cells[first:last], s.hoped[first:last]}
}
