package friction

// findAffordance looks at things that are no control but are pressed as one: silent presses on one element with
// nothing selected. One such press is idle clicking; many people's are for the population pass to judge, so that a
// single one is kept without an opinion.
func findAffordance(a *analysis) []candidate {
	var out []candidate
	for ri := range a.runs {
		r := &a.runs[ri]
		c := &a.controls[r.ctl]
		if k := c.actsLike(); k != Prose && k != Background || c.target < 0 {
			continue
		}
		var silent []int32
		selected := false
		for _, gi := range r.gestures {
			selected = selected || a.outcomes[gi].selected
			if !a.outcomes[gi].answered && a.gestures[gi].kind == tap && !disabled(&a.gestures[gi]) {
				silent = append(silent, gi)
			}
		}
		if len(silent) == 0 || a.outcomes[r.gestures[0]].answered {
			continue
		}
		if isPage(a.tgt(c)) && len(silent) < c.local.RageGestures {
			continue // the empty page: people click there to drop a focus or a menu
		}
		cand := a.candidate(r.ctl, silent)
		cand.missed = int32(len(silent))
		cand.conf = a.base(startAffordance-termProse, c) + extra(len(silent)-c.local.AffordanceTaps)
		reason, v := a.explain(c, silent[0])
		if reason == "" && c.local.repeats(len(silent)) {
			reason, v = ReasonRepeatUse, Dismissed
		}
		switch {
		case selected || a.doubleClick(silent):
			cand.verdict, cand.reason = Dismissed, ReasonTextSelection
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

// doubleClick reports whether presses are no more than one double or triple click.
func (a *analysis) doubleClick(gs []int32) bool {
	const span = 700e6 // ns: two clicks of the system's double-click time of 500 ms and a third
	return len(gs) >= 2 && len(gs) <= 3 && a.gestures[gs[len(gs)-1]].at-a.gestures[gs[0]].at <= span
}
