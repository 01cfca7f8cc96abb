package friction

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"github.com/rankle/rankle/replay"
)

// strength is the place of each pattern in the table of detectors; the lowest names the episode.
func strength(p Pattern) int {
	for i := range detectors {
		if detectors[i].pattern == p {
			return i
		}
	}
	return len(detectors)
}

// episodes joins the candidates of one control that lie within EpisodeGap of each other into one episode each. Of the
// gestures it returns the index of the episode that each belongs to, or -1.
func (a *analysis) episodes(cands []candidate) ([]Episode, []int32) {
	slices.SortStableFunc(cands, func(x, y candidate) int {
		if x.ctl == y.ctl && x.ctl < 0 && x.pattern != y.pattern {
			return cmp.Compare(strength(x.pattern), strength(y.pattern))
		}
		return cmp.Or(cmp.Compare(x.ctl, y.ctl), cmp.Compare(x.start, y.start))
	})
	all := a.mem.episodes[:0]
	for i := 0; i < len(cands); {
		j, end := i+1, cands[i].end
		gap := a.at(cands[i].ctl, cands[i].screen).EpisodeGap
		for j < len(cands) && cands[j].ctl == cands[i].ctl && cands[j].start-end <= gap &&
			(cands[i].ctl >= 0 || cands[j].pattern == cands[i].pattern && cands[j].screen == cands[i].screen) {
			end = max(end, cands[j].end)
			j++
		}
		e, gs := a.episode(cands[i:j])
		all = append(all, builtEpisode{e, gs})
		i = j
	}
	slices.SortStableFunc(all, func(x, y builtEpisode) int { return cmp.Compare(x.Start, y.Start) })
	a.mem.episodes = all
	of := slices.Grow(a.mem.of[:0], len(a.gestures))[:len(a.gestures)]
	for i := range of {
		of[i] = -1
	}
	a.mem.of = of
	if len(all) == 0 {
		return nil, of
	}
	eps := make([]Episode, 0, len(all))
	for i := range all {
		e := all[i].Episode
		e.Aftermath = a.aftermath(&e, all[i].gestures)
		e.Blind = a.blindness(&e, all[i].gestures)
		if !a.set.Uncalibrated && e.Verdict != Dismissed {
			e.Confidence = calibrated(e.Pattern, e.Confidence)
		}
		for _, gi := range all[i].gestures {
			if of[gi] < 0 || e.Verdict == Friction && eps[of[gi]].Verdict != Friction {
				of[gi] = int32(i)
			}
		}
		eps = append(eps, e)
	}
	return eps, of
}

// builtEpisode is an episode with the gestures that belong to it.
type builtEpisode struct {
	Episode
	gestures []int32
}

// episode judges candidates of one control together: kept if any is, and named by the strongest of those.
func (a *analysis) episode(cands []candidate) (Episode, []int32) {
	rank := func(c *candidate) int {
		r := strength(c.pattern)
		switch c.verdict {
		case Dismissed:
			r += 100
		case NoOpinion:
			r += 200
		}
		return r
	}
	best := &cands[0]
	for i := range cands {
		if c := &cands[i]; rank(c) < rank(best) || rank(c) == rank(best) && c.conf > best.conf {
			best = c
		}
	}
	e := Episode{Pattern: best.pattern, Verdict: best.verdict, Reason: best.reason, Confidence: best.conf, Start: best.start,
		End: best.end, Screen: int32(best.screen), Target: best.ctl, X: -1, Y: -1, Cause: best.cause}
	var gs []int32
	missed := int32(0)
	for i := range cands {
		c := &cands[i]
		if e.Verdict == Friction && c.verdict != Friction {
			continue // its gestures are another matter
		}
		e.Start, e.End = min(e.Start, c.start), max(e.End, c.end)
		e.Latency = max(e.Latency, c.latency)
		missed = max(missed, c.missed)
		if c.pattern != e.Pattern && c.verdict == e.Verdict {
			e.Also = addPattern(e.Also, c.pattern)
		}
		gs = append(gs, c.gestures...)
	}
	slices.Sort(gs)
	gs = slices.Compact(gs)
	e.Gestures = int32(len(gs))
	for _, gi := range gs {
		g, o := &a.gestures[gi], &a.outcomes[gi]
		if !o.answered || o.latency > a.on(gi).QuickAnswer {
			e.Unanswered++
		}
		if e.X < 0 && e.Y < 0 && g.hasPos {
			e.X, e.Y = g.x, g.y
		}
	}
	if len(gs) == 0 {
		e.Unanswered = missed
	}
	return e, gs
}

func addPattern(ps []Pattern, p Pattern) []Pattern {
	for _, q := range ps {
		if q == p {
			return ps
		}
	}
	ps = append(ps, p)
	slices.SortFunc(ps, func(x, y Pattern) int { return cmp.Compare(strength(x), strength(y)) })
	return ps
}

// after is how long after an episode its consequence is looked for.
const after = 30 * time.Second

// nextSteps bounds how many gestures and navigations are looked at for that; it is far more than anybody makes.
const nextSteps = 256

// aftermath says what the person did next.
func (a *analysis) aftermath(e *Episode, gs []int32) Aftermath {
	window, ctl := int32(-1), int32(-1)
	if len(gs) > 0 {
		window, ctl = int32(a.gestures[gs[0]].window), a.gestures[gs[0]].ctl
	}
	from := sort.Search(len(a.navs), func(i int) bool { return a.s.Events[a.navs[i]].At > e.End })
	next := sort.Search(len(a.gestures), func(i int) bool { return a.gestures[i].at > e.End })
	var step *gesture
	for i := next; i < len(a.gestures) && i < next+nextSteps && a.gestures[i].at-e.End <= after; i++ {
		if g := &a.gestures[i]; g.pressed() && (window < 0 || int32(g.window) == window) && g.ctl != ctl {
			step = g
			break
		}
	}
	for i := from; i < len(a.navs) && i < from+nextSteps && a.s.Events[a.navs[i]].At-e.End <= after; i++ {
		v := &a.s.Events[a.navs[i]]
		if window >= 0 && int32(v.Window) != window {
			continue
		}
		if step != nil && v.At >= step.at {
			break
		}
		switch {
		case v.Flags.Has(replay.FlagReload):
			return Reloaded
		case v.Flags.Has(replay.FlagBack):
			return Back
		}
		return WentOn
	}
	switch {
	case step == nil && a.s.Duration-e.End < after:
		return Left
	case step != nil && int32(step.screen) == e.Screen:
		return Elsewhere
	}
	return WentOn
}

// byPosition reports whether the recorder named no elements, so that they were found by where touches lie.
func (a *analysis) byPosition() bool { return slices.Contains(a.s.Marks, replay.MarkByPosition) }

// blindness names what could not be observed, sorted.
func (a *analysis) blindness(e *Episode, gs []int32) []string {
	var memory [8]string
	b := memory[:0]
	if _, gap := a.inGap(e.Start, e.End+a.at(e.Target, replay.ScreenID(e.Screen)).AnswerLimit); gap {
		b = append(b, "gap")
	}
	if e.Target >= 0 && a.controls[e.Target].kind == Blind && !a.s.Coverage.Canvas {
		b = append(b, "canvas_blind")
	}
	switch {
	case e.Target >= 0 && a.controls[e.Target].target == replay.NoIndex:
		b = append(b, "no_element")
	case a.byPosition():
		b = append(b, "by_position")
	}
	if !a.s.Coverage.Console {
		b = append(b, "no_errors_recorded")
	}
	if !a.s.Coverage.PointerPress {
		b = append(b, "no_pointer_events")
	}
	if !a.s.Coverage.Network {
		b = append(b, "no_requests_recorded")
	}
	if !a.s.Coverage.Visibility {
		b = append(b, "no_visibility")
	}
	if len(b) == 0 {
		return nil
	}
	slices.Sort(b)
	if !slices.Equal(a.blind, b) { // nearly all episodes of a session have the same
		a.blind = append([]string(nil), b...)
	}
	return a.blind
}
