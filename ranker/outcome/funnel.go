package outcome

// Funnel counts one goal over many sessions. Counters are plain sums: Funnels of shards add up in any order.
type Funnel struct {
	Sessions int
	Reached  int   // sessions that reached the goal themselves
	Steps    []int // sessions that took the first i+1 steps in order
}

// NewFunnel returns an empty Funnel for goal g.
func (s *Set) NewFunnel(g int) Funnel { return Funnel{Steps: make([]int, len(s.goals[g].Steps))} }

// Add counts one session: whether it reached the goal, and how many steps it took in order, see Set.StepTimes.
func (f *Funnel) Add(reached bool, depth int) {
	f.Sessions++
	if reached {
		f.Reached++
	}
	for i := range min(depth, len(f.Steps)) {
		f.Steps[i]++
	}
}
