package friction

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/rankle/rankle/replay"
)

// Pattern is a kind of struggle. The values are a contract of the detect command.
type Pattern string

const (
	RageTap         Pattern = "rage_tap"
	DeadTap         Pattern = "dead_tap"
	ErrorTap        Pattern = "error_tap"
	SlowResponse    Pattern = "slow_response"
	DisabledPress   Pattern = "disabled_press"
	HoldConfusion   Pattern = "hold_confusion"
	DeadSwipe       Pattern = "dead_swipe"
	ThrashedCursor  Pattern = "thrashed_cursor"
	QuickBack       Pattern = "quick_back"
	Loop            Pattern = "loop"
	ExcessiveScroll Pattern = "excessive_scroll"
	FormTrouble     Pattern = "form_trouble"
	UIFreeze        Pattern = "ui_freeze"
	ZoomStruggle    Pattern = "zoom_struggle"
	AffordanceGap   Pattern = "affordance_gap"
)

// detectorVersion changes whenever the same session and settings may give another Digest.
const detectorVersion = 33

// detector finds the candidates of one pattern.
type detector struct {
	pattern Pattern
	about   about
	find    func(*analysis) []candidate
	words   string   // what the pattern looks like, as the end of "it looks like"
	limits  []string // thresholds that decide about it, beside those of the response model; nil if there are none
}

// detectors is the table of all patterns, strongest evidence first: an episode with several is called by the first.
var detectors = [...]detector{
	{ErrorTap, about{FamilyControl, true}, findErrorTaps, "a press that ran into an error", []string{"error_after", "request_after"}},
	{UIFreeze, about{FamilyFreeze, true}, findFreezes, "a page that stood still", []string{"freeze_silence"}},
	{HoldConfusion, about{FamilyControl, true}, findHolds, "tapping what wants to be held", []string{"hold_presses", "hold_long"}},
	{DisabledPress, about{FamilyControl, true}, findDisabled, "pressing something that is disabled", []string{"disabled_presses"}},
	{RageTap, about{FamilyControl, true}, findRage, "pressing again and again in vain", []string{"rage_gestures", "rage_gap", "rage_span", "rage_radius", "rage_radius_touch", "rage_share", "no_progress"}},
	{DeadTap, about{FamilyControl, true}, findDead, "a press that did nothing", []string{"dead_tail"}},
	{SlowResponse, about{FamilyControl, true}, findSlow, "a late answer", []string{"slow_episode"}},
	{AffordanceGap, about{FamilyControl, true}, findAffordance, "pressing what is no control", []string{"affordance_taps"}},
	{FormTrouble, about{FamilyForm, true}, findFormTrouble, "trouble with a form", []string{"field_edits", "rejections"}},
	{Loop, about{FamilyNavigation, false}, findLoops, "going in circles, or reloading", []string{"loop_visits", "loop_span"}},
	{QuickBack, about{FamilyNavigation, false}, findQuickBacks, "going back at once", []string{"quick_back"}},
	{DeadSwipe, about{FamilySurface, true}, findDeadSwipes, "a swipe that moved nothing", []string{"swipe_distance", "dead_tail"}},
	{ThrashedCursor, about{FamilySurface, false}, findThrash, "shaking the mouse", []string{"thrash_turns", "thrash_leg", "thrash_path", "thrash_span"}},
	{ExcessiveScroll, about{FamilySurface, false}, findScrolling, "searching up and down", []string{"scroll_turns"}},
	{ZoomStruggle, about{FamilySurface, false}, findZooms, "zooming in to read", []string{"zoom_times"}},
}

// Words say what a pattern looks like, as the end of "it looks like"; "" for what is no pattern.
func (p Pattern) Words() string {
	if i := strength(p); i < len(detectors) {
		return detectors[i].words
	}
	return ""
}

// candidate is what a detector proposes: gestures on one control, with the verdict of the filters.
type candidate struct {
	pattern  Pattern
	verdict  Verdict
	reason   Reason
	conf     float64
	ctl      int32 // index into analysis.controls, or -1
	gestures []int32
	start    time.Duration
	end      time.Duration
	screen   replay.ScreenID
	cause    string
	latency  time.Duration
	missed   int32 // gestures without an answer
}

// Detect finds where one session struggled. It is pure: the same session and settings give the same Digest, and the
// session is not changed. Objects and Source are left empty for the caller. The cost is O(n log n) in the number of
// events; memory beside the result grows with what was pressed and with the number of distinct things that change,
// not with the length of the session.
func Detect(s *replay.Session, set Settings) *Digest {
	return NewDetector(set).Detect(s)
}

// candidates asks every detector.
func (a *analysis) candidates() []candidate {
	cands := a.mem.found[:0]
	for _, d := range detectors {
		for _, c := range d.find(a) {
			c.pattern = d.pattern
			cands = append(cands, a.confine(c))
		}
	}
	a.mem.found = cands
	return cands
}

// withoutRepeats returns the session without events that arrived twice: equal in everything at the same moment. It
// copies only if there are any.
func withoutRepeats(s *replay.Session) *replay.Session {
	var out []replay.Event
	copied := false
	for i := 0; i < len(s.Events); {
		j := i + 1
		for j < len(s.Events) && s.Events[j].At == s.Events[i].At {
			j++
		}
		if j == i+1 && !copied { // as nearly all are
			i = j
			continue
		}
		for k := i; k < j; k++ {
			again := false
			// Repeats stand close together; a moment with thousands of events is not searched whole.
			const near = 16
			for m := max(i, k-near); m < k && !again; m++ {
				again = s.Events[m] == s.Events[k]
			}
			switch {
			case again && !copied:
				out = append(make([]replay.Event, 0, len(s.Events)), s.Events[:k]...)
				copied = true
			case !again && copied:
				out = append(out, s.Events[k])
			}
		}
		i = j
	}
	if !copied {
		return s
	}
	c := *s
	c.Events = out
	return &c
}

// confine applies what the operator said of the control, and the reporting floor.
func (a *analysis) confine(c candidate) candidate {
	l := a.at(c.ctl, c.screen)
	if c.verdict == Friction && !a.s.Coverage.Mutations && c.pattern != ThrashedCursor && c.pattern != ExcessiveScroll {
		c.verdict, c.reason = NoOpinion, ReasonNoEvidence // no answer could be seen, whatever it was
	}
	if c.verdict == Friction && a.dense(c.start, c.end) {
		c.verdict, c.reason = NoOpinion, ReasonLowEvidence
	}
	if slices.Contains(l.off, c.pattern) {
		c.verdict, c.reason = Dismissed, ReasonReviewed
	}
	c.conf = math.Round(min(max(c.conf, 0), 1)*100) / 100 // as exact as the terms that it is the sum of
	if c.verdict == Friction && c.conf < l.Floor {
		c.verdict, c.reason = NoOpinion, ReasonLowEvidence
	}
	return c
}

// denseSecond is the number of events in a second that no person and no page make together: a screen is drawn 60 to 240
// times. What answered what cannot be told then (the reader marks such recordings, replay.MarkDense).
const denseSecond = 1700

// dense reports whether a machine fills the time around an episode with events.
func (a *analysis) dense(from, to time.Duration) bool {
	from, to = from-time.Second, to+time.Second
	return float64(a.eventFrom(to)-a.eventFrom(from)) > denseSecond*(to-from).Seconds()
}

// findVisits lists the stays on screens, by window, in order of time.
func (a *analysis) findVisits() {
	s, vs := a.s, a.visits
	var open byWindow[int] // index of the latest visit, plus one
	enter := func(e *replay.Event) {
		latest := open.at(e.Window)
		if *latest > 0 {
			vs[*latest-1].Until = e.At
		}
		*latest = len(vs) + 1
		vs = append(vs, Visit{Screen: int32(e.Screen), Window: int32(e.Window), At: e.At, Until: e.At,
			Loaded: e.Kind != replay.Navigate || e.Flags.Has(replay.FlagLoad)})
	}
	for i := range s.Events {
		e := &s.Events[i]
		j := *open.at(e.Window) - 1
		switch {
		case e.Screen < 0 || int(e.Screen) >= len(s.Screens):
		case j < 0:
			enter(e)
		case e.Kind == replay.Navigate && vs[j].Screen == int32(e.Screen) && !vs[j].Loaded && e.At-vs[j].At <= time.Second:
			vs[j].Loaded = true // the load of a step that was announced before
		case e.Kind == replay.Navigate && (e.Flags.Has(replay.FlagLoad) || vs[j].Screen != int32(e.Screen)):
			enter(e)
		}
	}
	for i := range vs {
		if *open.at(uint16(vs[i].Window)) == i+1 {
			vs[i].Until = s.Duration
		}
	}
	a.visits = vs
}

// digest puts the result together.
func (a *analysis) digest(eps []Episode, of []int32) *Digest {
	s := a.s
	d := &Digest{Session: s.ID, Start: s.Start, Duration: s.Duration, Active: s.Active, Format: s.Format,
		Context: s.Context, Screens: append([]replay.Screen(nil), s.Screens...), Visits: append([]Visit(nil), a.visits...), Episodes: eps,
		Coverage: s.Coverage, Marks: append([]replay.Mark(nil), s.Marks...), Fingerprint: a.fingerprint}
	for i := range s.Events {
		e := &s.Events[i]
		if e.Kind == replay.CustomEvent && e.Detail >= 0 && int(e.Detail) < len(s.Customs) {
			d.Customs = append(d.Customs, Moment{Name: s.Customs[e.Detail].Name, At: e.At})
		}
	}
	targets := a.targets()
	for i := range eps {
		if eps[i].Target >= 0 {
			eps[i].Target = targets.of(eps[i].Target)
		}
	}
	d.Attempts = a.attempts(eps, targets, of)
	d.Targets = append([]Target(nil), targets.listed...)
	return d
}

// targetTable gives controls their place in Digest.Targets, in order of first use.
type targetTable struct {
	a      *analysis
	byCtl  []int32 // places plus one, 0 = none yet
	byKey  map[string]int32
	listed []Target
}

// targets returns a table without any, in the memory of the latest one.
func (a *analysis) targets() *targetTable {
	t := &a.mem.targets
	*t = targetTable{a: a, byCtl: emptied(t.byCtl, len(a.controls)), byKey: cleared(t.byKey), listed: t.listed[:0]}
	return t
}

func (t *targetTable) of(ctl int32) int32 {
	if i := t.byCtl[ctl]; i > 0 {
		return i - 1
	}
	c := &t.a.controls[ctl]
	i, ok := t.byKey[c.key]
	if !ok {
		x := Target{Key: c.key, Kind: t.a.actsLike(c), Certainty: c.sure}
		if tgt := t.a.tgt(c); tgt != nil {
			x.Tag, x.Role, x.Label, x.Selector, x.Path = tgt.Tag, tgt.Role, tgt.Label, tgt.Selector, tgt.Path
		}
		i = int32(len(t.listed))
		t.listed = append(t.listed, x)
		t.byKey[c.key] = i
	} else if t.a.actsLike(c) == Control && (t.listed[i].Kind == Prose || t.listed[i].Kind == Background) {
		t.listed[i].Kind = Control
	}
	t.byCtl[ctl] = i + 1
	return i
}

// attempts lists every press on a control, and on anything else that belongs to an episode. Presses that waited for
// the same answer are one attempt.
func (a *analysis) attempts(eps []Episode, targets *targetTable, of []int32) []Attempt {
	all := a.mem.attempts[:0]
	a.mem.waits = emptied(a.mem.waits, len(a.runs)) // attempts of runs that still wait, plus one
	for i := range a.gestures {
		g := &a.gestures[i]
		o := &a.outcomes[i]
		if o.run < 0 {
			continue
		}
		c := &a.controls[g.ctl]
		ep := of[i]
		kept := ep >= 0 && eps[ep].Verdict == Friction
		switch a.actsLike(c) {
		case Control, Picker, Outward:
		default:
			if !kept {
				continue
			}
		}
		out := a.result(int32(i))
		if ep >= 0 && eps[ep].Verdict != Friction {
			out = excused(&eps[ep], out)
		}
		waits := &a.mem.waits[o.run]
		if *waits > 0 {
			at := &all[*waits-1]
			at.Gestures++
			if worse(out, at.Outcome) {
				at.Outcome = out
			}
			if at.Episode < 0 {
				at.Episode = ep
			}
			if o.answered {
				*waits = 0
			}
			continue
		}
		at := Attempt{At: g.at, Screen: int32(g.screen), Target: targets.of(g.ctl), Outcome: out, Gestures: 1, Episode: ep, X: -1, Y: -1}
		if g.hasPos {
			at.X, at.Y, at.Down = g.x, g.y, a.scrollAt(g.window, g.firstEv)
		}
		if o.answered {
			at.Latency = o.latency
		}
		if !o.answered || o.latency > c.local.QuickAnswer {
			*waits = int32(len(all)) + 1
		}
		all = append(all, at)
	}
	slices.SortStableFunc(all, func(x, y Attempt) int { return cmp.Compare(x.At, y.At) })
	a.mem.attempts = all
	return append([]Attempt(nil), all...)
}

// worse orders outcomes for presses that are one attempt.
func worse(x, y Outcome) bool {
	return y == Unknown && x != OK || gravity(x) > gravity(y) && y != OK && y != Slow || x == Failed
}

func gravity(o Outcome) int {
	switch o {
	case OK:
		return 1
	case Slow:
		return 2
	case Dead:
		return 3
	case Disabled:
		return 4
	case Failed:
		return 5
	}
	return 0
}

// result is the outcome of one gesture before any filter.
func (a *analysis) result(gi int32) Outcome {
	g, o := &a.gestures[gi], &a.outcomes[gi]
	c := &a.controls[g.ctl]
	switch {
	case o.hit >= 0 && a.failing(gi):
		return Failed
	case o.answered && o.latency <= c.local.QuickAnswer:
		return OK
	case o.answered:
		return Slow
	case g.flags.Has(replay.FlagDisabled):
		return Disabled
	}
	if reason, _ := a.unsure(c, gi); reason != "" {
		return Unknown
	}
	return Dead
}

// excused is the outcome of an attempt whose silence a filter explained.
func excused(e *Episode, out Outcome) Outcome {
	if out != Dead && out != Failed {
		return out
	}
	switch {
	case e.Verdict == NoOpinion:
		return Unknown
	case e.Reason == ReasonOutward || e.Reason == ReasonWakeUp || e.Reason == ReasonReviewed || e.Reason == ReasonRepeatUse || e.Reason == ReasonHold:
		return Unknown
	}
	return OK
}
