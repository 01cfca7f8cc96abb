package outcome

import "github.com/rankle/rankle/cluster/friction"

// Funnel counts one goal over many sessions. Counters are plain sums: Funnels of shards add up in any order.
type Funnel struct {
	Sessions int
	Reached  int   // sessions that reached the goal themselves
	Steps    []int // sessions that took the first i+1 steps in order
}

// NewFunnel returns an empty Funnel for goal g.
func (s *Set) NewFunnel(g int) Funnel { return Funnel{Steps: make([]int, len(s.goals[g].Steps))} }

// Add counts one session for goal g.
func (s *Set) Add(f *Funnel, g int, d *friction.Digest) {
	f.Sessions++
	if s.Reached(g, d, Before) != Never {
		f.Reached++
	}
	for i, at := range s.StepTimes(g, d) {
		if at != Never {
			f.Steps[i]++
		}
	}
}

// Merge adds the counts of o, which must be of the same goal.
func (f *Funnel) Merge(o Funnel) {
	f.Sessions += o.Sessions
	f.Reached += o.Reached
	for i := range f.Steps {
		f.Steps[i] += o.Steps[i]
	}
}
