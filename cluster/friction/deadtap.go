package friction

// findDead looks at every run of presses on a control of which the first got no answer at all within AnswerLimit, or
// until the person turned to something else. Repeats join it. A silent press that a filter explains is dismissed.
func findDead(a *analysis) []candidate {
	var out []candidate
	prev := map[uint16]int32{} // latest run of each window
	for ri := range a.runs {
		r := &a.runs[ri]
		p, had := prev[r.window]
		prev[r.window] = int32(ri)
		c := &a.controls[r.ctl]
		if c.actsLike() == Prose || c.actsLike() == Background || c.kind == TextEntry {
			if c.target >= 0 {
				continue // the affordance gap's matter
			}
		}
		var silent []int32
		for _, gi := range r.gestures {
			if g := &a.gestures[gi]; !a.outcomes[gi].answered && g.kind == tap && !disabled(g) {
				silent = append(silent, gi)
			}
		}
		if len(silent) == 0 {
			if gi := r.gestures[0]; a.outcomes[gi].by == byOutside {
				cand := a.candidate(r.ctl, r.gestures[:1])
				cand.verdict, cand.reason = Dismissed, ReasonOutward
				out = append(out, cand)
			}
			continue
		}
		cand := a.candidate(r.ctl, silent)
		cand.missed = int32(len(silent))
		first := silent[0]
		if a.outcomes[r.gestures[0]].answered || had && a.runs[p].ctl == r.ctl && a.outcomes[a.runs[p].gestures[0]].answered {
			// It answered just before and nothing else was touched since: there was nothing more to do.
			if len(silent) == 1 {
				cand.verdict, cand.reason = Dismissed, ReasonSettled
				out = append(out, cand)
			}
			if len(silent) == 1 || a.outcomes[r.gestures[0]].answered || !a.advances(c, first) {
				continue
			}
		}
		reason, v := a.explain(c, first)
		if reason == ReasonShortTail && r.closed > 0 {
			continue // turned elsewhere too soon to say anything
		}
		if reason != "" {
			cand.verdict, cand.reason = v, reason
			out = append(out, cand)
			continue
		}
		cand.conf = a.base(startDead, c)
		if t := a.tgt(c); t != nil && !pressable(t) {
			cand.conf += termFocusable
		}
		if c.answered > 0 {
			cand.conf += termWorked
		}
		if len(silent) > 1 {
			cand.conf += termRepeated
		}
		if a.outcomes[first].asked {
			cand.conf += termAsked
		}
		if r.closed > 0 {
			cand.conf += termClosed
		}
		if namedOutward(a.tgt(c)) {
			cand.conf += termOutward
		}
		out = append(out, cand)
	}
	return out
}

// advances reports whether a control led to another state each time it was pressed before a gesture, as steppers and
// arrows do: such a control is never in the asked-for state, and two silent presses in a row were meant.
func (a *analysis) advances(c *control, before int32) bool {
	states := map[uint64]bool{}
	answered := 0
	for _, gi := range c.gestures {
		if gi >= before {
			break
		}
		if o := &a.outcomes[gi]; o.answered {
			answered++
			states[o.state] = true
		}
	}
	return answered >= a.set.NoProgress && len(states) == answered
}
