package apitest

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/replay"
)

// report adds the digests up. Counts are counted; costs are made up from problemSpec.perWeek.
func report(d *Data) *ranker.Report {
	r := &ranker.Report{Schema: 1, Run: "sample-1", Fingerprint: "f00dfeed", From: from, To: from.AddDate(0, 0, days), Weeks: days / 7.,
		Sessions: len(d.Digests), OrderedBy: "expected lost purchases and returning users per week",
		Method: "Sample data: the counts are counted, the costs are made up.",
		Notes:  []string{"D30 cannot be estimated: the data window has 28 days."},
		Read: ranker.ReadSummary{Objects: 512, Bytes: 18 << 20, Sessions: len(d.Digests),
			Skipped: []ranker.SkipCount{{Reason: "truncated", Count: 2, Examples: []string{"2026/09/09/a.json.gz", "2026/09/11/b.json.gz"}}, {Reason: "unknown_format", Count: 1, Examples: []string{"notes.txt"}}}},
		Coverage: []ranker.MarkCount{}}
	known, noUser := map[string]bool{}, 0
	goal := ranker.GoalSummary{Name: "purchase", Value: 1, Steps: []ranker.StepCount{{Name: "/cart"}, {Name: "/checkout"}, {Name: "purchase"}}}
	for _, x := range d.Digests {
		if x.Context.User == "" {
			noUser++
		} else {
			known[x.Context.User] = true
		}
		reached := []bool{visits(x, "/cart"), visits(x, "/checkout"), len(Converted(x)) > 0}
		for i, ok := range reached {
			if ok {
				goal.Steps[i].Sessions++
			}
		}
	}
	goal.Reached, goal.Sessions = goal.Steps[2].Sessions, len(d.Digests)
	r.Users, r.Anonymous, r.Goals = len(known), noUser, []ranker.GoalSummary{goal}
	r.Coverage = append(r.Coverage, ranker.MarkCount{Mark: string(replay.MarkNoUser), Sessions: noUser})
	r.Retention = []ranker.RetentionSummary{{Window: "D1", Returned: 31, Users: 84, Censored: 6}, {Window: "D7", Returned: 44, Users: 71, Censored: 19}, {Window: "D30", Censored: len(known)}}
	r.Funnels = []ranker.Funnel{funnel(d, goal)}
	r.Fixes = []ranker.Fix{{FixMark: ranker.FixMark{Issue: "iss-save", Version: "2.4.0"}, Title: "Save", State: ranker.FixReturned,
		Before: roughly(20, 40), After: roughly(9, 30), Returned: "version 2.4.1", Sentence: "Fixed in version 2.4.0, and back since version 2.4.1."}}
	r.Curves = ranker.Curves{All: curve(90, 40), Issues: []ranker.IssueCurves{{Key: problems[0].key, Met: curve(30, 9), Worked: curve(44, 22)}}}
	for _, spec := range problems {
		r.Issues = append(r.Issues, ranked(d, spec))
	}
	slices.SortStableFunc(r.Issues, func(a, b ranker.Ranked) int { return cmpFloat(b.Score.Value, a.Score.Value) })
	for i := range r.Issues {
		r.Issues[i].Rank = i + 1
		r.Issues[i].TopThree = 1 / (1 + math.Exp(float64(i)-2.5))
		r.Issues[i].TopTen = 1 / (1 + math.Exp(float64(i)/2-5))
	}
	return r
}

// cmpFloat puts what is not a number last.
func cmpFloat(a, b float64) int {
	if math.IsNaN(a) {
		a = -1
	}
	if math.IsNaN(b) {
		b = -1
	}
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func visits(d *friction.Digest, path string) bool {
	return slices.ContainsFunc(d.Screens, func(s replay.Screen) bool { return s.Path == path })
}

func ranked(d *Data, spec problemSpec) ranker.Ranked {
	screen := Template(replay.Screen{Path: spec.path})
	issue := cluster.Issue{Key: spec.key, Title: spec.title, Family: spec.pattern.Family(), Screen: screen, Target: spec.target, Cause: spec.cause, Sureness: 1}
	for i := range days {
		issue.Days = append(issue.Days, cluster.DayCount{Day: from.AddDate(0, 0, i)})
	}
	c := counter{issue: &issue, users: map[string]bool{}, versions: map[string]*[2]int{}, reasons: map[friction.Reason]int{}}
	for _, x := range d.Digests {
		c.add(d, x, spec, screen)
	}
	c.finish(spec)
	issue.Controls = []cluster.ControlShare{{Screen: screen, Target: spec.target, Sessions: issue.Sessions}}
	issue.Changes = began(issue.Days)
	return price(issue, spec)
}

// began says that an issue started on the first day on which it was met, if that is not the first of all.
func began(days []cluster.DayCount) []cluster.Change {
	c := cluster.Change{Kind: cluster.Started}
	for _, d := range days {
		switch {
		case d.Affected == 0 && c.Day.IsZero():
			c.ExposedBefore += d.Exposed
			continue
		case c.Day.IsZero():
			c.Day = d.Day
		}
		c.AffectedAfter += d.Affected
		c.ExposedAfter += d.Exposed
	}
	if c.Day.IsZero() || c.ExposedBefore == 0 {
		return nil
	}
	return []cluster.Change{c}
}

// counter adds one issue up over all sessions.
type counter struct {
	issue    *cluster.Issue
	users    map[string]bool
	versions map[string]*[2]int // affected, exposed; sessions that came to the screen
	reasons  map[friction.Reason]int
	episodes int
	sum      float64
}

func (c *counter) add(d *Data, x *friction.Digest, spec problemSpec, screen string) {
	if !slices.ContainsFunc(x.Screens, func(s replay.Screen) bool { return Template(s) == screen }) {
		return
	}
	day := min(int(x.Start.Sub(from)/(24*time.Hour)), days-1)
	version := c.versions[x.Context.AppVersion]
	if version == nil {
		version = new([2]int)
		c.versions[x.Context.AppVersion] = version
	}
	c.issue.Exposed++
	c.issue.Days[day].Exposed++
	version[1]++
	first := true
	for i, e := range x.Episodes {
		if e.Pattern != spec.pattern || Template(x.Screens[e.Screen]) != screen || !sameTarget(x, e, spec) {
			continue
		}
		if e.Verdict != friction.Friction {
			c.reasons[e.Reason]++
			continue
		}
		if d.issues[x.Session] == nil {
			d.issues[x.Session] = map[int]string{}
		}
		d.issues[x.Session][i] = spec.key
		c.episodes++
		c.sum += e.Confidence
		if !first {
			continue
		}
		first = false
		c.met(x, e, spec, day)
		version[0]++
	}
}

func sameTarget(x *friction.Digest, e friction.Episode, spec problemSpec) bool {
	return e.Target < 0 && spec.target.Key == "" || e.Target >= 0 && x.Targets[e.Target].Key == spec.target.Key
}

func (c *counter) met(x *friction.Digest, e friction.Episode, spec problemSpec, day int) {
	c.issue.Sessions++
	c.issue.Days[day].Affected++
	if x.Context.User != "" {
		c.users[x.Context.User] = true
	}
	if c.issue.First.IsZero() {
		c.issue.First = x.Start.Add(e.Start)
	}
	c.issue.Last = x.Start.Add(e.End)
	if len(c.issue.Clips) < cluster.MaxClips {
		c.issue.Clips = append(c.issue.Clips, cluster.Clip{Session: x.Session, SessionStart: x.Start, Start: e.Start, End: e.End, Pattern: e.Pattern,
			Caption: "Watch for the " + strings.ReplaceAll(string(e.Pattern), "_", " ") + " on " + Template(x.Screens[e.Screen]) + ".", Contrast: len(c.issue.Clips) == cluster.MaxClips-1})
	}
}

func (c *counter) finish(spec problemSpec) {
	c.issue.Users = len(c.users)
	if c.episodes > 0 {
		c.issue.Confidence = c.sum / float64(c.episodes)
	}
	c.issue.Patterns = []cluster.PatternCount{{Pattern: spec.pattern, Episodes: c.episodes, Sessions: c.issue.Sessions}}
	for _, p := range spec.also {
		c.issue.Patterns = append(c.issue.Patterns, cluster.PatternCount{Pattern: p, Episodes: c.episodes, Sessions: c.issue.Sessions})
	}
	for _, reason := range []friction.Reason{friction.ReasonAnswered, friction.ReasonProgress, friction.ReasonToggle} {
		if n := c.reasons[reason]; n > 0 {
			c.issue.Dismissed = append(c.issue.Dismissed, cluster.ReasonCount{Reason: reason, Episodes: n})
		}
	}
	for _, name := range []string{"2.3.1", "2.4.0", "2.5.0"} {
		v := c.versions[name]
		if v == nil || v[0] == 0 || c.issue.Exposed == v[1] {
			continue
		}
		c.issue.Segments = append(c.issue.Segments, cluster.Segment{Attribute: "app_version", Value: name, Affected: v[0], Exposed: v[1],
			RateIn: float64(v[0]) / float64(v[1]), RateOut: float64(c.issue.Sessions-v[0]) / float64(c.issue.Exposed-v[1])})
	}
	c.use()
	slices.SortStableFunc(c.issue.Segments, func(a, b cluster.Segment) int { return cmpFloat(b.RateIn-b.RateOut, a.RateIn-a.RateOut) })
}

// use says of a control that whoever came to its screen pressed it once, and that who did not meet the issue was answered.
// Latencies and intervals are made up. A version that leaves a quarter unanswered, where the last one leaves a tenth at most, differs clearly.
func (c *counter) use() {
	if c.issue.Family != cluster.FamilyControl || c.issue.Target.Key == "" {
		return
	}
	of := func(affected, exposed int) cluster.Use {
		answered := exposed - affected
		u := cluster.Use{Sessions: exposed, People: exposed, Visitors: exposed, PressesP50: 1, PressesP95: 3, Tried: exposed, Answered: answered, Timed: answered}
		if exposed > 0 {
			rate := float64(answered) / float64(exposed)
			u.Low, u.High = max(rate-.1, 0), min(rate+.1, 1)
		}
		if answered > 0 {
			u.LatencyP50, u.LatencyP95 = 240*time.Millisecond, 1300*time.Millisecond
		}
		return u
	}
	c.issue.Use = of(c.issue.Sessions, c.issue.Exposed)
	for i, name := range []string{"2.3.1", "2.4.0", "2.5.0"} {
		v := c.versions[name]
		if v == nil {
			continue
		}
		x := cluster.VersionUse{Version: name, First: from.AddDate(0, 0, 9*i), Use: of(v[0], v[1])}
		c.issue.Versions = append(c.issue.Versions, x)
	}
	for _, x := range c.issue.Versions {
		last := c.issue.Versions[len(c.issue.Versions)-1]
		if 4*x.Answered < 3*x.Tried && 10*last.Answered >= 9*last.Tried {
			c.issue.AnswersDiffer = cluster.Difference{Worse: x.Version, Better: last.Version}
		}
	}
}

// price makes up the cost.
func price(issue cluster.Issue, spec problemSpec) ranker.Ranked {
	est := func(v, spread float64, unit, method string) ranker.Estimate {
		return ranker.Estimate{Value: v, Low: v - spread, High: v + spread, Unit: unit, N: issue.Exposed, Method: method}
	}
	possible := !math.IsNaN(spec.perWeek)
	conversion := ranker.Impact{Outcome: "purchase", Possible: possible, Exposed: issue.Sessions, Compared: issue.Exposed - issue.Sessions,
		PerWeek: est(spec.perWeek, .4*spec.perWeek+.5, "purchases per week", "g-computation"), Share: est(spec.perWeek/40, .02, "share", "g-computation"),
		Naive: est(spec.perWeek*1.5, spec.perWeek, "purchases per week", "risk difference")}
	if !possible {
		conversion.Caveats = []string{"nobody was at risk of the goal on this screen"}
	}
	week := ranker.Impact{Outcome: "D7", Possible: issue.Users >= 5, Exposed: issue.Users, Compared: users - issue.Users,
		PerWeek: est(float64(issue.Users)/12, 1.5, "returning users per week", "g-computation"), Share: est(.05, .06, "share", "g-computation"),
		Naive: est(float64(issue.Users)/8, 1, "returning users per week", "risk difference")}
	if !week.Possible {
		week.Caveats = []string{"fewer than 5 users met it"}
	}
	month := ranker.Impact{Outcome: "D30", PerWeek: ranker.Estimate{Value: math.NaN(), Low: math.NaN(), High: math.NaN(), Unit: "returning users per week"},
		Caveats: []string{"no user's window is over"}}
	total := 0.
	if possible {
		total += spec.perWeek
	}
	if week.Possible {
		total += week.PerWeek.Value
	}
	return ranker.Ranked{Issue: issue, Conversion: []ranker.Impact{conversion}, Retention: []ranker.Impact{week, month},
		Score: est(total, .4*total+1, "purchases and returning users per week", "sum")}
}
