package friction

import (
	"slices"
	"time"

	"github.com/rankle/rankle/replay"
)

// findAffordance looks at things that are no control but are pressed as one: silent presses on one element with
// nothing selected. One such press is idle clicking; many people's are for the population pass to judge, so that a
// single one is kept without an opinion.
func findAffordance(a *analysis) []candidate {
	var out []candidate
	for ri := range a.runs {
		r := &a.runs[ri]
		c := &a.controls[r.ctl]
		if k := a.actsLike(c); k != Prose && k != Background || c.target < 0 {
			continue
		}
		var silent []int32
		selected := false
		for _, gi := range r.gestures {
			selected = selected || a.outcomes[gi].selected
			if !a.outcomes[gi].answered && a.gestures[gi].kind == tap && !disabled(&a.gestures[gi]) && !a.leavesField(gi) {
				silent = append(silent, gi)
			}
		}
		if len(silent) == 0 || a.outcomes[r.gestures[0]].answered {
			continue
		}
		if isPage(a.tgt(c)) && len(silent) < c.local.RageGestures {
			continue // the empty page: people click there to drop a focus or a menu
		}
		all := silent
		if silent = a.singles(silent); len(silent) == 0 {
			cand := a.candidate(r.ctl, all)
			cand.missed, cand.verdict, cand.reason = int32(len(all)), Dismissed, ReasonTextSelection
			out = append(out, cand)
			continue
		}
		cand := a.candidate(r.ctl, silent)
		cand.missed = int32(len(silent))
		cand.conf = a.base(startAffordance-termProse, c) + extra(len(silent)-c.local.AffordanceTaps)
		reason, v := a.explain(c, silent[0])
		if reason == "" && c.local.repeats(len(silent)) {
			reason, v = ReasonRepeatUse, Dismissed
		}
		switch {
		case selected:
			cand.verdict, cand.reason = Dismissed, ReasonTextSelection
		case a.slipped(all):
			cand.verdict, cand.reason = Dismissed, ReasonProgress
		case reason == ReasonShortTail && r.closed > 0:
			continue
		case reason != "":
			cand.verdict, cand.reason = v, reason
		case len(silent) < c.local.AffordanceTaps:
			cand.verdict, cand.reason, cand.conf = NoOpinion, ReasonLowEvidence, startAffordance
		}
		out = append(out, cand)
	}
	return out
}

// slipped reports whether presses go on where a control was just pressed and answered: it went from under the hand, as the
// arrows of a pager do when its numbers grow. A control that locks itself while it works is still there.
func (a *analysis) slipped(gs []int32) bool {
	g := &a.gestures[gs[0]]
	for i := gs[0] - 1; i >= 0; i-- {
		p := &a.gestures[i]
		if p.window != g.window {
			continue
		}
		c, o := &a.controls[p.ctl], &a.outcomes[i]
		return g.at-p.at <= c.local.RageGap && p.ctl != g.ctl && p.pressed() && a.actsLike(c) == Control && o.answered && !o.busy &&
			p.at+o.latency <= g.at && p.hasPos && g.hasPos && distance(p.x, p.y, g.x, g.y) <= sameSpot
	}
	return false
}

// selects reports whether presses may have selected text without the recording saying so: it says nothing of selections at
// all, or a finger made them, to which browsers do other things.
func (a *analysis) selects(gs []int32) bool {
	if !a.selectKnown {
		a.selectKnown = true
		a.selectTold = slices.ContainsFunc(a.s.Events, func(e replay.Event) bool { return e.Kind == replay.Selection && !e.Flags.Has(replay.FlagCollapsed) })
	}
	return !a.selectTold || slices.ContainsFunc(gs, func(gi int32) bool { return a.gestures[gi].pointer == replay.Touch })
}

// singles returns the presses that are no part of a double or triple click, with which people select text.
func (a *analysis) singles(gs []int32) []int32 {
	if !a.selects(gs) {
		return gs
	}
	// between is the longest pause inside one: the system's double-click time of Windows and GTK.
	const between = 500 * time.Millisecond
	var out []int32
	for i := 0; i < len(gs); {
		j := i + 1
		for j < len(gs) && a.gestures[gs[j]].at-a.gestures[gs[j-1]].at <= between {
			j++
		}
		if n := j - i; n == 1 || n > 3 {
			out = append(out, gs[i:j]...)
		}
		i = j
	}
	return out
}

// leavesField reports whether a press is the first one after something was written into a field: who presses beside a field leaves it.
func (a *analysis) leavesField(gi int32) bool {
	g := &a.gestures[gi]
	for i := gi - 1; i >= 0; i-- {
		if p := &a.gestures[i]; p.window == g.window && p.pressed() {
			return a.controls[p.ctl].kind == TextEntry && a.typedBetween(p.at, g.at, g.window)
		}
	}
	return false
}
