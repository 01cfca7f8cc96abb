package cluster

import (
	"github.com/rankle/rankle/cluster/friction"
)

// What many sessions say about one control (SIGNALS 6.3, 6.5, F6 and F20). One session cannot tell a control that is
// broken from one that never answers where a recorder could see it, or from one that is meant to be repeated.
const (
	// popSessions and popPeople: below them nothing is concluded from the crowd. With five sessions a control that
	// answers nine times out of ten is silent in all of them once in 100,000 applications.
	popSessions = 5
	popPeople   = 3
	// certainPeople whose presses were all answered show that a thing is a control: what has no handler would have to change
	// by chance right after each of them. That a control mostly or never answers takes popSessions.
	certainPeople = 3
	// fewCertain people are enough if it was silent for no more people than that. Of text that many press in passing two are
	// answered by chance: that is what the false alarms of the demo were with two people alone. No report that this decided
	// was wrong in the dev apps of the labelled corpus.
	fewCertain = 2
	// repeatGestures, repeatShare, repeatAnswered: SIGNALS F20. A control that three in ten sessions press four times
	// or more, and that answers, is a stepper, a game or a keypad.
	repeatGestures = 4
	repeatShare    = 0.3
	repeatAnswered = 0.9
	repeatSessions = 10 // a share of 0.3 of fewer is one or two people
	// repeatUnanswered presses are rage even on a control that is meant to be repeated.
	repeatUnanswered = 3
	// quietWentOn: if people go on as if all were well after a control was silent, it did something that cannot be
	// seen, such as a download or a copy (F6).
	quietWentOn = 0.8
	// reliableShare of the other sessions in which a control answers makes a silent one likely broken now (SIGNALS
	// 6.3); reliableConfidence is what that raises a silent episode to. Of the silent presses that the crowd decided in
	// the dev apps of the labelled corpus all were right; that is not enough to promise more.
	reliableShare      = 0.8
	reliableConfidence = 0.95
	// A version in which half of the sessions fail, while it always answers in others, is a regression.
	brokenShare          = 0.5
	brokenSessions       = 3
	alwaysShare          = 0.95
	regressionConfidence = 0.95
	// neverOdds multiplies the odds of a control that never answered anybody: it may never have been one, or answer
	// where no recorder looks (SIGNALS 6.3).
	neverOdds = 0.25
	// agreedConfidence is the least of an episode that one session could not decide and others made friction: five people
	// pressed the same picture in vain, or two insisted on the same disabled button.
	agreedConfidence = 0.7
	// blockedPeople: one press on a disabled control says little (SIGNALS 6.3 asks for two), but a control that so many
	// people insisted on in vain is one that people want.
	blockedPeople = 2
	// boxShare of the late answers of a control were boxes of the browser's own, as the mouse of those showed who have one, before the
	// others are taken for boxes as well: fingers do not show it. A page that stood still for one of many, who was elsewhere
	// meanwhile, stays what it is.
	boxShare = 0.25
)

// crowd is what all sessions say about a control.
type crowd struct {
	repeatUse bool   // meant to be repeated
	quiet     bool   // does something that cannot be seen
	never     bool   // never answered anybody
	reliable  bool   // answers nearly everybody else
	certain   bool   // answers everybody else
	blocked   bool   // disabled, and wanted by several people
	boxes     bool   // opens a box of the browser's own, which most of those whom it answered late had read
	broken    string // app version in which it stopped to answer; "" = none
}

// judge looks at all sessions of a control.
func (w *work) judge(g *group) crowd {
	var c crowd
	if g.family != FamilyControl || len(g.tries) < fewCertain {
		return c
	}
	var troubled []int32             // sessions, in order
	insisted := map[int32]struct{}{} // people who pressed it although it was disabled
	silent := map[int32]struct{}{}   // people whom it did not answer
	wentOn, dead, others := 0, 0, 0
	for i := range g.episodes {
		e := &g.episodes[i]
		if e.verdict == friction.Friction && e.pattern == friction.DisabledPress {
			insisted[w.person(e.session)] = struct{}{}
		}
		if !e.counts() && !e.undecided() && e.reason != friction.ReasonNativeBox {
			continue
		}
		if n := len(troubled); n == 0 || troubled[n-1] != e.session {
			troubled = append(troubled, e.session)
		}
		if e.isSilent() {
			silent[w.person(e.session)] = struct{}{}
		}
		if e.undecided() || e.reason == friction.ReasonNativeBox {
			continue // too weak to tell what the control does
		}
		if e.pattern == friction.DeadTap || e.pattern == friction.AffordanceGap {
			dead++
			if e.aftermath == friction.WentOn {
				wentOn++
			}
		} else {
			others++
		}
	}
	counts := w.census.borrow()
	defer w.census.handBack(counts)
	people := &counts.people // how many of the sessions of each were served without trouble
	sessions, known, answered, repeated, fine, fineAnswered, served := 0, 0, 0, 0, 0, 0, 0
	for i := range g.tries {
		t := &g.tries[i]
		if t.gestures >= repeatGestures {
			repeated++
		}
		if t.known == 0 {
			continue
		}
		sessions++
		person := w.person(t.session)
		people.add(person, 0)
		known += int(t.known)
		answered += int(t.answered)
		for len(troubled) > 0 && troubled[0] < t.session {
			troubled = troubled[1:]
		}
		if len(troubled) > 0 && troubled[0] == t.session {
			continue
		}
		fine++
		if t.answered > 0 {
			fineAnswered++
			if people.n[person] == 0 {
				served++
			}
			people.add(person, 1)
		}
	}
	enough := sessions >= popSessions && len(people.touched) >= popPeople
	c.never = enough && answered == 0
	c.quiet = c.never && others == 0 && dead > 0 && float64(wentOn) >= quietWentOn*float64(dead)
	c.repeatUse = len(g.tries) >= repeatSessions && enough && float64(repeated) >= repeatShare*float64(len(g.tries)) &&
		float64(answered) >= repeatAnswered*float64(known)
	many := served >= certainPeople || served >= fewCertain && len(silent) <= served
	c.certain = many && float64(fineAnswered) >= alwaysShare*float64(fine)
	c.reliable = fine >= popSessions && float64(fineAnswered) >= reliableShare*float64(fine)
	c.broken = w.brokenVersion(g)
	c.boxes = g.opensBoxes(fineAnswered)
	c.blocked = len(insisted) >= blockedPeople
	return c
}

// opensBoxes reports whether a control opens boxes of the browser's own: enough of those whom it answered late are known to have read
// one, and it answered fewer in time.
func (g *group) opensBoxes(inTime int) bool {
	boxes, late := 0, 0
	for i := range g.episodes {
		switch e := &g.episodes[i]; {
		case e.reason == friction.ReasonNativeBox:
			boxes++
		case e.verdict == friction.Friction && mayBeBox(e.pattern, e.gestures):
			late++
		}
	}
	return boxes > 0 && float64(boxes) >= boxShare*float64(boxes+late) && inTime < boxes+late
}

// brokenVersion finds the version in which a control that answers everywhere else fails. If several qualify, they are
// no regression of one version.
func (w *work) brokenVersion(g *group) string {
	type count struct{ failed, sessions int }
	by := make([]count, len(w.census.releases))
	var all count
	for i := range g.tries {
		t := &g.tries[i]
		if t.known == 0 {
			continue
		}
		r := w.census.index[w.versionID(t.session)]
		if r < 0 {
			continue
		}
		by[r].sessions++
		all.sessions++
		if t.failed {
			by[r].failed++
			all.failed++
		}
	}
	found := ""
	for r, c := range by {
		out := count{all.failed - c.failed, all.sessions - c.sessions}
		if c.sessions >= brokenSessions && float64(c.failed) >= brokenShare*float64(c.sessions) &&
			out.sessions >= popSessions && float64(out.failed) <= (1-alwaysShare)*float64(out.sessions) {
			if found != "" {
				return ""
			}
			found = w.census.releases[r].name
		}
	}
	return found
}

// counts reports whether the episode was kept, or waits for the crowd to decide.
func (e *episode) counts() bool {
	return e.verdict == friction.Friction ||
		e.pattern == friction.AffordanceGap && e.verdict == friction.NoOpinion && e.reason == friction.ReasonLowEvidence
}

// mayBeBox reports whether an episode may be a box of the browser's own that somebody read: who waits for a page may press again, and
// a box lets nobody.
func mayBeBox(p friction.Pattern, gestures int32) bool {
	return (p == friction.SlowResponse || p == friction.UIFreeze) && gestures <= 1
}

// undecided reports whether one session had too little evidence for an episode on a control, which the crowd may have.
func (e *episode) undecided() bool {
	if e.reason != friction.ReasonLowEvidence {
		return false
	}
	switch e.pattern {
	case friction.DeadTap, friction.RageTap, friction.SlowResponse:
		return e.verdict == friction.NoOpinion
	case friction.DisabledPress:
		return e.verdict == friction.Dismissed
	}
	return false
}

// decides reports whether what others met makes friction of an undecided episode: the control answers nearly everybody
// else, or many wanted it although it was disabled.
func (c crowd) decides(e *episode) bool {
	if e.pattern == friction.DisabledPress {
		return c.blocked
	}
	return (c.certain || c.reliable && e.unanswered > 1) && !c.quiet
}

// keep decides about an episode that counts; the reason is why not.
func (c crowd) keep(p friction.Pattern, unanswered, gestures int32) (bool, friction.Reason) {
	switch {
	case c.boxes && mayBeBox(p, gestures):
		return false, friction.ReasonNativeBox
	case c.quiet:
		return false, friction.ReasonOutward
	case c.repeatUse && p == friction.RageTap && unanswered < repeatUnanswered:
		return false, friction.ReasonRepeatUse
	}
	return true, ""
}

// confidence is an episode's own, corrected by what the crowd says.
func (c crowd) confidence(p friction.Pattern, v float64) float64 {
	switch p {
	case friction.DeadTap, friction.RageTap, friction.AffordanceGap:
	default:
		return v
	}
	switch {
	case c.broken != "":
		return max(v, regressionConfidence)
	case c.reliable:
		return max(v, reliableConfidence)
	case c.never && p == friction.DeadTap:
		odds := neverOdds * v
		return odds / (odds + 1 - v)
	}
	return v
}
