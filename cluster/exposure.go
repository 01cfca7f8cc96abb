package cluster

import (
	"cmp"
	"slices"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

// Exposure is one row of an issue's risk set: a session's first try at the issue's control whose outcome is known, or
// its first arrival at the screen where the issue belongs to no control. Whether it worked is the only difference that
// the ranker compares.
type Exposure struct {
	Issue int // index into Result.Issues
	// At is time zero, from the session's start: what came before may explain, what comes after is outcome.
	At time.Duration
	// Failed: the try was dead, slow, disabled or answered by an error, or is part of a kept episode. For a screen:
	// the session has the issue.
	Failed   bool
	Gestures int32 // of the try; 0 for a screen
	Before   int32 // attempts on any control before At
	Episode  int32 // of the Digest that the try belongs to, or -1
	// Later is the first failed try of a control that had worked at At; 0 if there is none. Such a session belongs to
	// those who met the issue, from then on.
	Later time.Duration
}

// Screen returns the template of a screen, e.g. "/product/:id", also of one that was never seen.
func (r *Result) Screen(s replay.Screen) string { return r.templates.of(s.Path) }

// IssueOf returns the index into Issues of the issue that an episode of d belongs to. ok is false for episodes that
// were not kept, that the crowd dismissed and whose problem too few people had.
func (r *Result) IssueOf(d *friction.Digest, episode int) (issue int, ok bool) {
	if episode < 0 || episode >= len(d.Episodes) {
		return 0, false
	}
	v := r.view(d)
	defer v.close()
	return v.issueOf(&d.Episodes[episode])
}

// IssueKey returns the key of the issue that an episode of d belongs to, "" for none.
func (r *Result) IssueKey(d *friction.Digest, episode int) string {
	if i, ok := r.IssueOf(d, episode); ok {
		return r.Issues[i].Key
	}
	return ""
}

// row returns the group that an episode of the Digest lies in, or nil, and the episode as the Builder would keep it, valid
// until the next call.
func (v *view) row(e *friction.Episode) (*group, *episode) {
	if !inside(e.Screen, v.places) {
		return nil, nil
	}
	var g *group
	switch family, target := aboutOf(v.d, e); {
	case target == nil:
		g = v.r.groups[v.r.joins.groupOf(v.template(e.Screen), "", family)]
	case family == FamilyControl:
		g = v.control(e.Screen, e.Target)
	default:
		g = v.r.groups[v.r.joins.groupOf(v.template(e.Screen), v.subjects[v.controls[e.Target]], family)]
	}
	v.said = says{pattern: e.Pattern, verdict: e.Verdict, reason: e.Reason}
	v.episode = episode{says: &v.said, confidence: float32(e.Confidence), unanswered: e.Unanswered, gestures: e.Gestures, x: pixel(e.X), y: pixel(e.Y)}
	return g, &v.episode
}

func (v *view) issueOf(e *friction.Episode) (int, bool) {
	g, row := v.row(e)
	if g == nil {
		return 0, false
	}
	to, _ := v.r.assign(g, v.template(e.Screen), v.size, row)
	if to == nil {
		return 0, false
	}
	issue, ok := v.r.index[to]
	return issue, ok
}

// tried returns the group whose control an attempt tried, or nil.
func (v *view) tried(a *friction.Attempt) *group {
	if !inside(a.Screen, v.places) || !inside(a.Target, v.controls) {
		return nil
	}
	g := v.control(a.Screen, a.Target)
	if g != nil && a.Outcome == friction.Dead {
		if c := v.r.meant(g, v.template(a.Screen), v.size, pixel(a.X), pixel(a.Y)); c != nil {
			return c
		}
	}
	return g
}

// issueOfTry returns the issue whose control an attempt tried.
func (v *view) issueOfTry(a *friction.Attempt) (issue int, ok bool) {
	if g := v.tried(a); g != nil {
		issue, ok = v.r.index[g]
	}
	return issue, ok
}

// Exposures lists the rows that a session adds to the risk sets of all issues, at most one per issue, ordered by
// issue. For issues of a control: the first try whose outcome is known; it failed if it was not answered as it should
// be, angry reaction or not. For issues of a whole screen: the first arrival; it failed if the session has the issue.
func (r *Result) Exposures(d *friction.Digest) []Exposure {
	v := r.view(d)
	defer v.close()
	v.rows, v.fails, v.met = v.rows[:0], v.fails[:0], v.met[:0]
	for i := range d.Attempts {
		a := &d.Attempts[i]
		failed, known := outcomeOf(d, a)
		if !known {
			continue
		}
		issue, ok := v.issueOfTry(a)
		if !ok {
			continue
		}
		if failed && inside(a.Episode, d.Episodes) && v.dismissed(&d.Episodes[a.Episode]) {
			if a.Outcome != friction.OK {
				continue // the crowd says that the silence means nothing
			}
			failed = false // answered, and only its repetition looked like trouble
		}
		v.offer(Exposure{Issue: issue, At: a.At, Failed: failed, Gestures: a.Gestures, Episode: a.Episode})
	}
	for i := range d.Episodes {
		issue, ok := v.issueOf(&d.Episodes[i])
		if !ok {
			continue
		}
		if _, seen := v.metAt(issue); !seen {
			v.met = append(v.met, metIssue{issue, i})
		}
		if !r.wholeScreen(issue) {
			e := &d.Episodes[i]
			v.offer(Exposure{Issue: issue, At: e.Start, Failed: true, Gestures: e.Gestures, Episode: int32(i)})
		}
	}
	v.arrivals()
	for _, m := range v.met {
		if v.best(m.issue) == nil { // an episode on a screen without a visit
			v.rows = append(v.rows, Exposure{Issue: m.issue, At: d.Episodes[m.episode].Start, Failed: true, Episode: int32(m.episode)})
		}
	}
	for _, f := range v.fails {
		if x := v.best(f.issue); !x.Failed && f.at > x.At {
			x.Later = f.at
		}
	}
	return sorted(v.rows, d)
}

// metIssue is the first episode of an issue in a session, firstFailure when it failed first. There are a handful of each, so
// that they are looked through.
type (
	metIssue struct {
		issue, episode int
	}
	firstFailure struct {
		issue int
		at    time.Duration
	}
)

// best is the row of an issue so far, nil if there is none.
func (v *view) best(issue int) *Exposure {
	for i := range v.rows {
		if v.rows[i].Issue == issue {
			return &v.rows[i]
		}
	}
	return nil
}

func (v *view) metAt(issue int) (episode int, ok bool) {
	for _, m := range v.met {
		if m.issue == issue {
			return m.episode, true
		}
	}
	return 0, false
}

// offer takes a row if it is the first of its issue.
func (v *view) offer(x Exposure) {
	if x.Failed {
		v.failed(x.Issue, x.At)
	}
	switch old := v.best(x.Issue); {
	case old == nil:
		v.rows = append(v.rows, x)
	case x.At < old.At || x.At == old.At && x.Failed && !old.Failed:
		*old = x
	}
}

func (v *view) failed(issue int, at time.Duration) {
	for i := range v.fails {
		if f := &v.fails[i]; f.issue == issue {
			f.at = min(f.at, at)
			return
		}
	}
	v.fails = append(v.fails, firstFailure{issue, at})
}

// arrivals offers the first arrival at every screen that has issues of its own.
func (v *view) arrivals() {
	if len(v.r.screens) == 0 {
		return
	}
	for _, visit := range v.d.Visits {
		if !inside(visit.Screen, v.places) {
			continue
		}
		for _, issue := range v.r.screens[v.template(visit.Screen)] {
			x := Exposure{Issue: issue, At: visit.At, Episode: -1}
			if i, ok := v.metAt(issue); ok {
				x.Failed, x.Episode = true, int32(i)
			}
			v.offer(x)
		}
	}
}

// dismissed reports whether the crowd dismisses an episode that one session alone would keep.
func (v *view) dismissed(e *friction.Episode) bool {
	g, _ := v.row(e)
	if g == nil {
		return false
	}
	ok, _ := g.crowd.keep(e.Pattern, e.Unanswered, e.Gestures)
	return !ok || v.r.repeatUse(g, v.template(e.Screen), e.Pattern)
}

func (r *Result) wholeScreen(issue int) bool {
	return r.Issues[issue].Family != FamilyControl || r.Issues[issue].Target.Key == ""
}

// sorted returns the rows in order, with what each session had tried before.
func sorted(found []Exposure, d *friction.Digest) []Exposure {
	rows := append(make([]Exposure, 0, len(found)), found...)
	for i := range rows {
		rows[i].Before = before(d, rows[i].At)
	}
	slices.SortFunc(rows, func(x, y Exposure) int { return cmp.Compare(x.Issue, y.Issue) })
	return rows
}

func before(d *friction.Digest, at time.Duration) int32 {
	n := int32(0)
	for i := range d.Attempts {
		if d.Attempts[i].At < at {
			n++
		}
	}
	return n
}
