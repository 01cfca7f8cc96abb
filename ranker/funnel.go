package ranker

import "github.com/rankle/rankle/ranker/outcome"

// funnel counts one goal over sessions.
func (c *Collector) funnel(g int, sessions []visit) outcome.Funnel {
	f := c.set.NewFunnel(g)
	for i := range sessions {
		at := int(sessions[i].index)*c.nGoal + g
		f.Add(c.reached[at] != never, int(c.depth[at]))
	}
	return f
}
