package cluster

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/rankle/rankle/cluster/friction"
)

// Result is what Builders found. It is immutable and safe for concurrent use.
type Result struct {
	Issues  []Issue     // by Key
	Screens []ScreenMap // most sessions first; at most 200

	templates *templates
	groups    map[groupKey]*group // without their rows
	joins     *joins
	index     map[*group]int   // index into Issues
	screens   map[string][]int // issues of whole screens by template
	presses   presses          // on covered controls
	covers    map[cover]bool
	harmless  *Harmless
	repeats   map[Control]bool // Settings.RepeatUse
	views     sync.Pool        // of *view, so that each goroutine has one at a time
}

// Each runs do(0) to do(n-1), once each, at once or one after the other, and returns when all are done.
type Each func(n int, do func(i int))

// Result makes issues of everything that was added, and uses the Builder up: what it held is as large as all else together.
func (b *Builder) Result() *Result {
	return b.ResultBy(inTurn)
}

// inTurn is an Each that takes one after the other.
func inTurn(n int, do func(i int)) {
	for i := range n {
		do(i)
	}
}

// ResultBy is Result, of which each runs the parts that do not depend on each other: controls, then issues.
func (b *Builder) ResultBy(each Each) *Result {
	if b.units == nil {
		panic("BUG: the Builder was used up by another Result")
	}
	w := b.arrange(each)
	r := &Result{templates: w.templates, joins: w.joins, groups: map[groupKey]*group{}, index: map[*group]int{},
		screens: map[string][]int{}, presses: presses{map[place][]spot{}, map[layout]int32{}}, repeats: map[Control]bool{}}
	for _, c := range b.settings.RepeatUse {
		screen := w.templates.ofShape(c.Screen) // it may have become another one since
		r.repeats[Control{screen, w.joins.subject(screen, subjectOf(c.Key))}] = true
	}
	each(len(w.groups), func(i int) { w.groups[i].crowd = w.judge(w.groups[i]) })
	for _, g := range w.groups {
		r.groups[groupKey{g.template, g.subject, g.family}] = g
		if g.wholeScreen() || g.isSurface() {
			continue
		}
		for i := range g.tries {
			t := &g.tries[i]
			r.presses.add(g, w.names.list[t.template], w.sessions[t.session].size, t.x, t.y)
		}
	}
	r.covers = w.coversOf(r.presses)
	r.presses.dropUnused(r.covers)
	problems := slices.DeleteFunc(w.mergeFailures(w.problems(r)), func(p *problem) bool { return !w.isIssue(p) })
	slices.SortFunc(problems, func(x, y *problem) int { return cmp.Compare(x.key, y.key) }) // merging gave some another key
	for i, p := range problems {
		for _, part := range p.parts {
			r.index[part.group] = i
		}
		if p.group.wholeScreen() {
			r.screens[p.group.template] = append(r.screens[p.group.template], i)
		}
	}
	r.Issues = make([]Issue, len(problems))
	found := make([]finding, len(problems))
	each(1+len(problems), func(i int) {
		if i == 0 { // it takes longest
			r.Screens = w.screenMaps(r, problems)
			return
		}
		r.Issues[i-1], found[i-1] = w.issue(problems[i-1], i-1)
	})
	if len(problems) == 0 {
		r.Issues = nil
	}
	var tests []test
	for i := range found {
		tests = append(tests, found[i].tests...)
	}
	significant(r.Issues, tests)
	for i := range r.Issues {
		r.Issues[i].Changes = w.changes(found[i].timeline, len(r.Issues))
		r.Issues[i].Title = titleOf(&r.Issues[i], found[i].facts)
	}
	r.findHarmless(w)
	for _, g := range w.groups {
		g.tries, g.episodes, g.silent, g.labels, g.kinds, g.units, g.screens = nil, nil, nil, nil, nil, nil, nil
	}
	return r
}

// wholeScreen tells issues whose risk set is everybody who reached the screen.
func (g *group) wholeScreen() bool { return g.family != FamilyControl || g.subject == "" }

// work is the state of one Result.
type work struct {
	*Builder  // its sessions in order
	templates *templates
	groups    []*group
	joins     *joins
	arrivals  map[string][]arrival // by template, one per session, sorted
	days      []time.Time          // of the data window
	dayOf     []int32              // per session
	people    int                  // in all data
	visitors  []int32              // per session: its value of visitor, interned
	census    census
}

// finding is what an issue still needs once all are known.
type finding struct {
	tests    []test
	facts    facts // for its title
	timeline timeline
}

// settle puts the sessions in one order, whatever order they came in: by start, id and recording.
func (b *Builder) settle(each Each) {
	order := make([]int32, len(b.sessions))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(x, y int32) int {
		p, q := &b.sessions[x], &b.sessions[y]
		if p.start != q.start {
			return cmp.Compare(p.start, q.start)
		}
		return cmp.Or(bytes.Compare(b.idBytes(p), b.idBytes(q)), cmp.Compare(p.name, q.name))
	})
	rank := make([]int32, len(order))
	sessions := make([]session, len(order))
	for to, from := range order {
		rank[from] = int32(to)
		sessions[to] = b.sessions[from]
	}
	b.sessions = sessions
	units := slices.Collect(maps.Values(b.units))
	each(len(units), func(i int) {
		u := units[i]
		for k := range u.tries {
			u.tries[k].session = rank[u.tries[k].session]
		}
		for k := range u.episodes {
			u.episodes[k].session = rank[u.episodes[k].session]
		}
		for k := range u.silent {
			u.silent[k].session = rank[u.silent[k].session]
		}
	})
	for _, rows := range b.screens {
		for k := range *rows {
			(*rows)[k].session = rank[(*rows)[k].session]
		}
	}
}

// arrange turns shapes into templates and units into groups.
func (b *Builder) arrange(each Each) *work {
	b.settle(each)
	w := &work{Builder: b, arrivals: map[string][]arrival{}}
	people := map[uint64]int32{}
	w.census.person = make([]int32, len(b.sessions))
	for i := range b.sessions {
		w.census.person[i] = number(people, b.sessions[i].person)
	}
	w.people = len(people)
	w.takeVisitors()
	w.templates = learn(b.settings, b.seen())
	w.groups, w.joins = b.groups(w.templates, each)
	for shape, rows := range b.screens {
		t := w.templates.ofShape(b.names.list[shape])
		if known := w.arrivals[t]; known == nil {
			w.arrivals[t] = *rows // and sorted there
		} else {
			w.arrivals[t] = join(known, *rows)
		}
		*rows = nil
	}
	all := sortedKeys(w.arrivals)
	first := make([][]arrival, len(all))
	each(len(all), func(i int) {
		rows := w.arrivals[all[i]]
		slices.SortFunc(rows, func(x, y arrival) int {
			if x.session != y.session {
				return cmp.Compare(x.session, y.session)
			}
			return cmp.Compare(x.at, y.at)
		})
		first[i] = firstArrivals(rows)
	})
	for i, t := range all {
		w.arrivals[t] = first[i]
	}
	w.calendar()
	b.units, b.screens = nil, nil
	return w
}

// seen lists the shapes for learning, sorted.
func (b *Builder) seen() []seen {
	byShape := map[int32]*seen{}
	get := func(shape int32) *seen {
		if byShape[shape] == nil {
			byShape[shape] = &seen{shape: b.names.list[shape], ruled: b.ruled[shape]}
		}
		return byShape[shape]
	}
	for shape, rows := range b.screens {
		get(shape).visits = len(*rows)
	}
	for k := range b.units {
		if s := get(k.shape); k.family == controlID && k.target != 0 {
			s.keys = append(s.keys, b.names.list[k.target])
		}
	}
	all := make([]seen, 0, len(byShape))
	for _, s := range byShape {
		all = append(all, *s)
	}
	slices.SortFunc(all, func(x, y seen) int { return cmp.Compare(x.shape, y.shape) })
	return all
}

// maxDays bounds the trend of an issue. The last days of the window are kept.
const maxDays = 400

func (w *work) calendar() {
	w.dayOf = make([]int32, len(w.sessions))
	if len(w.sessions) == 0 {
		return
	}
	day := func(i int) time.Time { return time.UnixMilli(w.sessions[i].start).UTC().Truncate(24 * time.Hour) }
	starts := make([]int64, len(w.sessions))
	for i := range w.sessions {
		starts[i] = w.sessions[i].start
	}
	lo, hi := Window(starts)
	w.takeCensus(lo, hi, w.people)
	first, last := day(lo), day(hi-1)
	if oldest := last.AddDate(0, 0, 1-maxDays); first.Before(oldest) {
		first = oldest
	}
	for d := first; !d.After(last); d = d.AddDate(0, 0, 1) {
		w.days = append(w.days, d)
	}
	for i := range w.sessions {
		w.dayOf[i] = int32(day(i).Sub(first) / (24 * time.Hour)) // beyond len(days) on either side: outside the window
	}
}

// person is the number of the person of a session.
func (w *work) person(s int32) int32 { return w.census.person[s] }

// versionAttribute is the place of app_version in baseAttributes.
const versionAttribute = 0

// versionID is the interned version of a session, 0 = not known.
func (w *work) versionID(s int32) int32 { return w.valueID(s, versionAttribute) }

// number numbers keys as they come.
func number(known map[uint64]int32, k uint64) int32 {
	i, ok := known[k]
	if !ok {
		i = int32(len(known))
		known[k] = i
	}
	return i
}

// problem is a group, or several with one failure, with the episodes that stay after all, its own and those meant for it.
type problem struct {
	key       string // of the issue
	group     *group // the first part's
	parts     []*part
	episodes  []episode // kept, by session and start
	dismissed map[friction.Reason]int
	above     *group // what covers the control in most kept episodes, or nil
}

// part is what a problem has of one group.
type part struct {
	group *group
	own   []episode     // kept, by session and start
	tried map[int32]int // silent presses per session on a cover that were meant for the control
	moved map[int32]int // known tries per session that were meant for a control below
}

// problems assigns every episode to the group whose issue it would be.
func (w *work) problems(r *Result) []*problem {
	by := map[*group]*problem{}
	var all []*problem
	get := func(g *group) *problem {
		if by[g] == nil {
			own := &part{group: g, tried: map[int32]int{}, moved: map[int32]int{}}
			by[g] = &problem{key: g.key, group: g, parts: []*part{own}, dismissed: map[friction.Reason]int{}}
			all = append(all, by[g])
		}
		return by[g]
	}
	covered := map[cover]int{}
	for _, g := range w.groups {
		for i := range g.episodes {
			e := g.episodes[i]
			s := &w.sessions[e.session]
			to, why := r.assign(g, w.names.list[e.template], s.size, &e)
			switch {
			case to != nil:
				p := get(to)
				p.episodes = append(p.episodes, e)
				if to != g {
					covered[cover{g, to}]++
				}
			case why != "":
				get(g).dismissed[why]++
			}
		}
		for _, t := range g.silent {
			s := &w.sessions[t.session]
			if c := r.meant(g, w.names.list[t.template], s.size, t.x, t.y); c != nil {
				get(c).parts[0].tried[t.session]++
				get(g).parts[0].moved[t.session]++
			}
		}
	}
	for _, p := range all {
		slices.SortFunc(p.episodes, compareEpisodes)
		p.parts[0].own = p.episodes
		for k, n := range covered {
			if k.control == p.group && n*2 > len(p.episodes) {
				p.above = k.above
			}
		}
	}
	slices.SortFunc(all, func(x, y *problem) int {
		return cmp.Or(cmp.Compare(x.group.key, y.group.key), cmp.Compare(x.group.template, y.group.template))
	})
	return all
}

// meant returns the control that a silent press on g was meant for, or nil.
func (r *Result) meant(g *group, template string, size sizeClass, x, y int16) *group {
	if len(r.covers) == 0 || g.wholeScreen() {
		return nil
	}
	if c := r.presses.at(g, template, size, x, y); c != nil && r.covers[cover{g, c}] {
		return c
	}
	return nil
}

// assign returns the group that an episode of g counts for: g itself, the control that was meant, or nil and the
// reason of its dismissal.
func (r *Result) assign(g *group, template string, size sizeClass, e *episode) (*group, friction.Reason) {
	if !e.counts() && !(e.undecided() && g.crowd.decides(e)) {
		if e.verdict == friction.Dismissed {
			return nil, e.reason
		}
		return nil, ""
	}
	if r.repeatUse(g, template, e.pattern) {
		return nil, friction.ReasonReviewed
	}
	if e.isSilent() {
		if c := r.meant(g, template, size, e.x, e.y); c != nil {
			return c, ""
		}
	}
	if ok, why := g.crowd.keep(e.pattern, e.unanswered, e.gestures); !ok {
		return nil, why
	}
	return g, ""
}

// repeatUse reports whether a person said that the control of g is meant to be pressed many times on a screen.
func (r *Result) repeatUse(g *group, template string, p friction.Pattern) bool {
	return len(r.repeats) > 0 && p == friction.RageTap && g.subject != "" && r.repeats[Control{template, g.subject}]
}

// proseInsisted is how often a person must have pressed the same text before it counts as taken for a control. One
// press on running text is how people read, focus a page or begin to select; only who presses again expected something
// (SIGNALS F3 and the complaint about copied text, section 3).
const proseInsisted = 2

// isIssue applies the least number of people.
func (w *work) isIssue(p *problem) bool {
	gaps := len(p.episodes) > 0 && !slices.ContainsFunc(p.episodes, func(e episode) bool { return e.pattern != friction.AffordanceGap })
	least := max(1, min(w.settings.minPeople(), w.people))
	weak := p.group.family == FamilyNavigation || p.group.family == FamilySurface
	if p.group.isSurface() || weak || gaps && p.above == nil {
		least = w.settings.minPeopleSurface()
	}
	people := map[int32]bool{}
	for i := range p.episodes {
		e := &p.episodes[i]
		if e.pattern == friction.AffordanceGap && p.group.target.Kind == friction.Prose && e.unanswered < proseInsisted {
			continue
		}
		if people[w.census.person[e.session]] = true; len(people) >= least {
			return true
		}
	}
	return false
}

// exposed lists the sessions that could have met the problem, sorted: those that tried the control with a known
// outcome, or reached the screen, and all that met it.
func (w *work) exposed(p *problem) []int32 {
	var all []int32
	if p.group.wholeScreen() {
		arrived := w.arrivals[p.group.template]
		all = make([]int32, 0, len(arrived)+len(p.episodes))
		for _, a := range arrived {
			all = append(all, a.session)
		}
	} else {
		for _, part := range p.parts {
			all = slices.Grow(all, len(part.group.tries))
			for i := range part.group.tries {
				if t := &part.group.tries[i]; t.known > 0 && int(t.known) > part.moved[t.session] {
					all = append(all, t.session)
				}
			}
			for s := range part.tried {
				all = append(all, s)
			}
		}
	}
	for i := range p.episodes {
		all = append(all, p.episodes[i].session)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// issue describes a problem, which is the one of that number; the finding is for when all are known.
func (w *work) issue(p *problem, number int) (Issue, finding) {
	g := p.group
	issue := Issue{Key: p.key, Family: g.family, Screen: g.template, Target: g.target, Patterns: patternCounts(p.episodes), Dismissed: reasonCounts(p.dismissed)}
	exposed := w.exposed(p)
	affected := make([]bool, len(exposed)) // of those
	users := map[uint64]bool{}
	sum, at := 0.0, 0
	for i := range p.episodes {
		e := &p.episodes[i]
		for exposed[at] < e.session { // both are in order
			at++
		}
		s := &w.sessions[e.session]
		if !affected[at] {
			affected[at] = true
			issue.Sessions++
			if s.known {
				users[s.person] = true
			}
		}
		sum += g.crowd.confidence(e.pattern, float64(e.confidence))
		when := time.UnixMilli(s.start + int64(e.start)).UTC()
		if issue.First.IsZero() || when.Before(issue.First) {
			issue.First = when
		}
		if when.After(issue.Last) {
			issue.Last = when
		}
	}
	issue.Users, issue.Exposed = len(users), len(exposed)
	issue.Confidence = sum / float64(len(p.episodes))
	issue.Cause = w.commonCause(p.episodes)
	f := finding{tests: w.segments(exposed, affected, number), facts: factsOf(p), timeline: w.timelineOf(exposed, affected)}
	issue.Days = w.trend(f.timeline)
	issue.Use, issue.Versions, issue.AnswersDiffer, issue.LatencyDiffers = w.useOf(p)
	issue.Clips = w.clips(p)
	issue.Controls = w.controls(p)
	issue.Sureness = p.sureness()
	issue.Notes = notesOf(p, issue.Sureness)
	issue.Sample = w.sampleOf(p)
	return issue, f
}

func (w *work) trend(t timeline) []DayCount {
	days := make([]DayCount, len(w.days))
	for i, d := range w.days {
		days[i] = DayCount{Day: d, Affected: t.days[i].affected, Exposed: t.days[i].exposed}
	}
	return days
}

// causeShare of the episodes that know a cause must agree for it to be the issue's.
const causeShare = 0.5

func (w *work) commonCause(episodes []episode) string {
	by := map[int32]int{}
	for i := range episodes {
		by[episodes[i].cause]++
	}
	counts := map[string]int{}
	for cause, n := range by {
		if c := w.names.list[cause]; c != "" {
			counts[c] = n
		}
	}
	best := ""
	for _, c := range sortedKeys(counts) {
		if counts[c] > counts[best] {
			best = c
		}
	}
	if float64(counts[best]) <= causeShare*float64(len(episodes)) {
		return ""
	}
	return best
}

func patternCounts(episodes []episode) []PatternCount {
	by := map[friction.Pattern]*PatternCount{}
	last := map[friction.Pattern]int32{}
	for i := range episodes {
		e := &episodes[i]
		c := by[e.pattern]
		if c == nil {
			c = &PatternCount{Pattern: e.pattern}
			by[e.pattern] = c
		}
		c.Episodes++
		if s, ok := last[e.pattern]; !ok || s != e.session {
			c.Sessions++
		}
		last[e.pattern] = e.session
	}
	var all []PatternCount
	for _, c := range by {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(x, y PatternCount) int {
		return cmp.Or(-cmp.Compare(x.Sessions, y.Sessions), -cmp.Compare(x.Episodes, y.Episodes), cmp.Compare(x.Pattern, y.Pattern))
	})
	return all
}

func reasonCounts(dismissed map[friction.Reason]int) []ReasonCount {
	var all []ReasonCount
	for r, n := range dismissed {
		all = append(all, ReasonCount{r, n})
	}
	slices.SortFunc(all, func(x, y ReasonCount) int {
		return cmp.Or(-cmp.Compare(x.Episodes, y.Episodes), cmp.Compare(x.Reason, y.Reason))
	})
	return all
}
