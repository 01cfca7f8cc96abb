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

// view is one Digest as a Result sees it.
type view struct {
	r         *Result
	d         *friction.Digest
	templates []string // per screen
	subjects  []string // per target
	size      sizeClass
}

func (r *Result) view(d *friction.Digest) *view {
	v := &view{r: r, d: d, templates: make([]string, len(d.Screens)), subjects: subjectsOf(d)}
	for i := range d.Screens {
		v.templates[i] = r.templates.of(d.Screens[i].Path)
	}
	if len(r.covers) > 0 { // else nobody asks
		v.size = sizeOf(d)
	}
	return v
}

// Screen returns the template of a screen, e.g. "/product/:id", also of one that was never seen.
func (r *Result) Screen(s replay.Screen) string { return r.templates.of(s.Path) }

// IssueOf returns the index into Issues of the issue that an episode of d belongs to. ok is false for episodes that
// were not kept, that the crowd dismissed and whose problem too few people had.
func (r *Result) IssueOf(d *friction.Digest, episode int) (issue int, ok bool) {
	if episode < 0 || episode >= len(d.Episodes) {
		return 0, false
	}
	return r.view(d).issueOf(&d.Episodes[episode])
}

// IssueKey returns the key of the issue that an episode of d belongs to, "" for none.
func (r *Result) IssueKey(d *friction.Digest, episode int) string {
	if i, ok := r.IssueOf(d, episode); ok {
		return r.Issues[i].Key
	}
	return ""
}

// row returns the group that an episode of the Digest lies in, or nil, and the episode as the Builder would keep it.
func (v *view) row(e *friction.Episode) (*group, *episode) {
	if !inside(e.Screen, v.templates) {
		return nil, nil
	}
	family, target := aboutOf(v.d, e)
	subject := ""
	if target != nil {
		subject = v.subjects[e.Target]
	}
	g := v.r.groups[v.r.joins.groupOf(v.templates[e.Screen], subject, family)]
	return g, &episode{pattern: e.Pattern, verdict: e.Verdict, reason: e.Reason, confidence: float32(e.Confidence),
		unanswered: e.Unanswered, x: pixel(e.X), y: pixel(e.Y)}
}

func (v *view) issueOf(e *friction.Episode) (int, bool) {
	g, row := v.row(e)
	if g == nil {
		return 0, false
	}
	to, _ := v.r.assign(g, v.templates[e.Screen], v.size, row)
	if to == nil {
		return 0, false
	}
	issue, ok := v.r.index[to]
	return issue, ok
}

// tried returns the group whose control an attempt tried, or nil.
func (v *view) tried(a *friction.Attempt) *group {
	if !inside(a.Screen, v.templates) || !inside(a.Target, v.d.Targets) {
		return nil
	}
	g := v.r.groups[v.r.joins.groupOf(v.templates[a.Screen], v.subjects[a.Target], FamilyControl)]
	if g != nil && a.Outcome == friction.Dead {
		if c := v.r.meant(g, v.templates[a.Screen], v.size, pixel(a.X), pixel(a.Y)); c != nil {
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
	best := map[int]Exposure{}
	failed := map[int]time.Duration{}
	offer := func(x Exposure) {
		if at, ok := failed[x.Issue]; x.Failed && (!ok || x.At < at) {
			failed[x.Issue] = x.At
		}
		if old, ok := best[x.Issue]; !ok || x.At < old.At || x.At == old.At && x.Failed && !old.Failed {
			best[x.Issue] = x
		}
	}
	for i := range d.Attempts {
		a := &d.Attempts[i]
		failed, known := outcomeOf(d, a)
		issue, ok := v.issueOfTry(a)
		if !known || !ok {
			continue
		}
		if failed && inside(a.Episode, d.Episodes) && v.dismissed(&d.Episodes[a.Episode]) {
			if a.Outcome != friction.OK {
				continue // the crowd says that the silence means nothing
			}
			failed = false // answered, and only its repetition looked like trouble
		}
		offer(Exposure{Issue: issue, At: a.At, Failed: failed, Gestures: a.Gestures, Episode: a.Episode})
	}
	met := map[int]int{}
	for i := range d.Episodes {
		issue, ok := v.issueOf(&d.Episodes[i])
		if !ok {
			continue
		}
		if _, seen := met[issue]; !seen {
			met[issue] = i
		}
		if !r.wholeScreen(issue) {
			e := &d.Episodes[i]
			offer(Exposure{Issue: issue, At: e.Start, Failed: true, Gestures: e.Gestures, Episode: int32(i)})
		}
	}
	v.arrivals(met, offer)
	for issue, i := range met {
		if _, ok := best[issue]; !ok { // an episode on a screen without a visit
			best[issue] = Exposure{Issue: issue, At: d.Episodes[i].Start, Failed: true, Episode: int32(i)}
		}
	}
	for issue, at := range failed {
		if x := best[issue]; !x.Failed && at > x.At {
			x.Later = at
			best[issue] = x
		}
	}
	return sorted(best, d)
}

// arrivals offers the first arrival at every screen that has issues of its own.
func (v *view) arrivals(met map[int]int, offer func(Exposure)) {
	if len(v.r.screens) == 0 {
		return
	}
	for _, visit := range v.d.Visits {
		if !inside(visit.Screen, v.templates) {
			continue
		}
		for _, issue := range v.r.screens[v.templates[visit.Screen]] {
			x := Exposure{Issue: issue, At: visit.At, Episode: -1}
			if i, ok := met[issue]; ok {
				x.Failed, x.Episode = true, int32(i)
			}
			offer(x)
		}
	}
}

// dismissed reports whether the crowd dismisses an episode that one session alone would keep.
func (v *view) dismissed(e *friction.Episode) bool {
	g, _ := v.row(e)
	if g == nil {
		return false
	}
	ok, _ := g.crowd.keep(e.Pattern, e.Unanswered)
	return !ok || v.r.repeatUse(g, v.templates[e.Screen], e.Pattern)
}

func (r *Result) wholeScreen(issue int) bool {
	return r.Issues[issue].Family != FamilyControl || r.Issues[issue].Target.Key == ""
}

// sorted orders the rows and counts what each session had tried before.
func sorted(best map[int]Exposure, d *friction.Digest) []Exposure {
	rows := make([]Exposure, 0, len(best))
	for _, x := range best {
		x.Before = before(d, x.At)
		rows = append(rows, x)
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
