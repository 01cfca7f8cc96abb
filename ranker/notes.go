package ranker

import (
	"fmt"
	"slices"
	"strings"
)

const methodText = "Rows are first tries at the same control (first arrivals at the same screen where an issue has no control). " +
	"Of those whose try failed we estimate how many would have reached the outcome had it worked, from people whose same try worked and who were " +
	"alike in device, version, channel, history, progress, earlier friction and week (standardisation by g-computation over a pooled and a per-issue " +
	"ridge logistic model). What controls that are known to be harmless seem to cost is taken off, and its spread widens the intervals, which are 95 % and " +
	"robust to several sessions of one user. The order uses estimates shrunk across issues, which lean on how many went on after a failed try; totals replace all failures of a session at once. " +
	"The data is observational: a trait that is not recorded and goes with both failure and outcome would bias the figures; the E-value says how strong it would have to be."

// orderedByVisits is the order where no outcome can be estimated, but whether people went on can.
const orderedByVisits = "expected visits per week that end there and would have gone on"

// scaleWords sets OrderedBy and returns the unit of the scores, or "" where nothing can be estimated.
func (c *Collector) scaleWords(r *Report, weights []float64) string {
	if weights[len(weights)-1] > 0 {
		r.OrderedBy = orderedByVisits
		return "visits that end there per week"
	}
	var parts []string
	valued := false
	for k, weight := range weights {
		if weight == 0 || !slices.ContainsFunc(r.Issues, func(x Ranked) bool { return x.possible(k) }) {
			continue
		}
		var name string
		if k < c.nGoal {
			goal := c.set.Goals()[k]
			name = "lost " + goal.Name
			valued = valued || goal.Value > 0
		} else {
			name = "lost returning users (" + c.set.Windows()[k-c.nGoal].Name + ")"
		}
		if weight != 1 {
			name = fmt.Sprintf("%.4g x %s", weight, name)
		}
		parts = append(parts, name)
	}
	if len(parts) == 0 {
		return ""
	}
	r.OrderedBy = "expected " + strings.Join(parts, " + ") + " per week"
	switch {
	case valued:
		return "value per week"
	case len(parts) == 1:
		return parts[0] + " per week"
	}
	return "lost outcomes per week"
}

// possible reports whether the cost in outcome k, goals before return windows, can be estimated.
func (x *Ranked) possible(k int) bool {
	if n := len(x.Conversion); k >= n {
		return k-n < len(x.Retention) && x.Retention[k-n].Possible
	}
	return x.Conversion[k].Possible
}

// notes says what cannot be estimated and why, and what would help.
func (c *Collector) notes(r *Report, results []*result) {
	say := func(format string, args ...any) { r.Notes = append(r.Notes, fmt.Sprintf(format, args...)) }
	if r.Sessions == 0 {
		say("there is no session to rank by")
		return
	}
	if c.nGoal == 0 {
		say("no goal is configured, so conversions cannot be estimated and the order rests on returning users alone")
		for _, s := range c.offers() {
			say("the %s looks like a goal (%s); to use it, configure it as %q", s.Why, plural(s.Sessions, "session"), s.Goal.Name)
		}
	}
	switch {
	case r.Users == 0:
		say("no session has a user id, so returning users cannot be estimated; add user ids by a sidecar or manifest")
	case r.Anonymous > 0:
		say("%s of %d have no user id and are left out of every figure on returning users", plural(r.Anonymous, "session"), r.Sessions)
	}
	if r.Users == 1 {
		say("all sessions with a user id are of one user: nothing can be said about others")
	}
	for k, res := range results {
		if res.reason != "" && !(r.Users == 0 && k >= c.nGoal) {
			say("%s", res.study.cannot(res.reason))
		}
		if s := res.study; res.reason == "" && s.censored > 0 {
			say("%s: the window of %s was not over at the end of the data; they are left out of the comparison", s.name, plural(s.censored, "try"))
		}
		if s := res.study; s.window == nil && s.anonymous > 0 {
			say("%s: %s without a user id are left out because the goal counts later sessions too", s.name, plural(s.anonymous, "try"))
		}
	}
	if c.singleVersion() {
		say("all sessions are of one app version, so no loss can be traced to a release")
	}
	if r.Controls == 0 && len(r.Totals) > 0 {
		say("intervals are not calibrated: that takes at least %d harmless controls that people meet; they hold sampling error and model error, not what is not recorded", minControls)
	}
	for _, check := range r.Checks {
		if !check.Passed {
			say("mistrust the figures for %s: %s", check.Outcome, check.Words)
		}
	}
	if r.Weeks < 1 {
		say("the data spans less than a week; figures per week are projected from %.1f days", r.To.Sub(r.From).Hours()/24)
	}
	switch {
	case r.OrderedBy == orderedByVisits:
		say("no outcome can be estimated, so the list is ordered by how many visits end at a problem that would have gone on; what that costs is not known")
	case strings.HasSuffix(r.OrderedBy, "not a cost"):
		say("no outcome can be estimated, so the list is ordered by a count of affected sessions; it does not say what an issue costs")
	}
}

func (c *Collector) singleVersion() bool {
	seen := map[string]bool{}
	for key := range c.contexts {
		seen[strings.SplitN(key, "\x00", 3)[1]] = true
	}
	return len(seen) == 1 && !seen[""]
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if what == "try" {
		return fmt.Sprintf("%d tries", n)
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func people(n int) string { return plural(n, "row") }

// list joins names as people write them.
func list(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
