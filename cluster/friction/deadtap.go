package friction

import (
	"slices"
	"time"
)

// findDead looks at every run of presses on a control of which the first got no answer at all within AnswerLimit, or
// until the person turned to something else. Repeats join it. A silent press that a filter explains is dismissed.
func findDead(a *analysis) []candidate {
	var out []candidate
	var prev byWindow[int32] // number of the latest run, from 1
	a.rejections()           // says which silent presses left a complaint standing
	for ri := range a.runs {
		r := &a.runs[ri]
		latest := prev.at(r.window)
		p, had := *latest-1, *latest > 0
		*latest = int32(ri) + 1
		c := &a.controls[r.ctl]
		if a.actsLike(c) == Prose || a.actsLike(c) == Background || c.kind == TextEntry {
			if c.target >= 0 {
				continue // the affordance gap's matter
			}
		}
		silent := a.silentTaps(r)
		if len(silent) == 0 {
			if gi := r.gestures[0]; a.outcomes[gi].by == byOutside {
				cand := a.candidate(r.ctl, r.gestures[:1])
				cand.verdict, cand.reason = Dismissed, ReasonOutward
				out = append(out, cand)
			}
			continue
		}
		if len(silent) > 1 && a.wake(silent[0]) {
			silent = silent[1:] // that one woke the page up; the next ones were meant
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
			if len(silent) == 1 || !(a.advances(c, silent) || a.resumed(c, silent)) {
				continue
			}
		}
		reason, v := a.explain(c, first)
		switch {
		case reason != "":
		case c.local.repeats(len(silent)):
			reason, v = ReasonRepeatUse, Dismissed
		case a.surface(c):
			reason, v = ReasonNoElement, NoOpinion
		}
		if reason == ReasonShortTail && r.closed > 0 {
			continue // turned elsewhere too soon to say anything
		}
		if reason != "" {
			cand.verdict, cand.reason = v, reason
			out = append(out, cand)
			continue
		}
		cand.conf = a.deadness(r, silent)
		out = append(out, cand)
	}
	return out
}

// silentTaps returns the taps of a run that nothing answered and that no complaint explains.
func (a *analysis) silentTaps(r *run) (silent []int32) {
	for _, gi := range r.gestures {
		if g := &a.gestures[gi]; !a.outcomes[gi].answered && g.kind == tap && !disabled(g) && !a.outcomes[gi].stands {
			silent = append(silent, gi)
		}
	}
	return silent
}

// deadness is how strong the evidence is that the silent taps of a run were meant to do something.
func (a *analysis) deadness(r *run, silent []int32) float64 {
	c := &a.controls[r.ctl]
	conf := a.base(startDead, c)
	if t := a.tgt(c); t != nil && !pressable(t) {
		conf += termFocusable
	}
	if c.answered > 0 || a.alive[c.key] {
		conf += termWorked
	}
	if len(silent) > 1 {
		conf += termRepeated
	}
	if a.outcomes[silent[0]].asked {
		conf += termAsked
	}
	if r.closed > 0 {
		conf += termClosed
	}
	if namedOutward(a.tgt(c)) {
		conf += termOutward
	}
	return conf
}

// surface reports whether what was pressed is no control by tag and role, answered nobody in this session, and holds others that
// were pressed: who pressed it pressed beside them.
func (a *analysis) surface(c *control) bool {
	if t := a.tgt(c); t == nil || pressable(t) || c.answered > 0 {
		return false
	}
	if !c.holdsKnown {
		c.holdsKnown = true
		c.holds = slices.ContainsFunc(a.controls, func(m control) bool {
			return m.kind == Control && m.node != c.node && len(m.gestures) > 0 && a.tree.within(m.node, c.node)
		})
	}
	return c.holds
}

// leadsOn is how many different states a control must have led to before it is one that leads on.
const leadsOn = 2

// advances reports whether a control led on to other states most times it was pressed before, as steppers and arrows do:
// it is never in the asked-for state, and two silent presses in a row were meant. Pauses before each of them tell them
// from a hand that runs on past the end of a list.
func (a *analysis) advances(c *control, silent []int32) bool {
	states := map[uint64]bool{}
	answered := 0
	last := time.Duration(-1)
	for _, gi := range c.gestures {
		if gi >= silent[0] {
			break
		}
		last = a.gestures[gi].at
		if o := &a.outcomes[gi]; o.answered {
			answered++
			states[o.state] = true
		}
	}
	for _, gi := range silent {
		g := &a.gestures[gi]
		if g.at-last < c.local.QuickAnswer || a.thawed(g) {
			return false
		}
		last = g.at
	}
	return len(states) >= leadsOn && len(states)*2 > answered
}

// cameBack is the pause after which a control that had answered is pressed for another reason: confirmations are read, and
// mostly gone, by then.
const cameBack = 5 * time.Second

// resumed reports whether somebody came back to a control that had answered, and tried twice in vain: who had been answered
// has seen it by then, and the pause before the second try tells it from a double click.
func (a *analysis) resumed(c *control, silent []int32) bool {
	before := time.Duration(-1)
	for _, gi := range c.gestures {
		if gi == silent[0] {
			break
		}
		before = a.gestures[gi].end
	}
	first, second := &a.gestures[silent[0]], &a.gestures[silent[1]]
	return before >= 0 && first.at-before > cameBack && second.at-first.end > c.local.QuickAnswer && !a.thawed(second)
}
