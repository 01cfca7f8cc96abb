package friction

// findHolds looks for controls that want to be held but are pressed shortly: every press shows something that goes
// with the release of the pointer, again and again (F14: this comes before rage).
func findHolds(a *analysis) []candidate {
	var out []candidate
	for ci := range a.controls {
		c := &a.controls[ci]
		var gs []int32
		flush := func() {
			if len(gs) > 0 {
				if cand, ok := a.hold(int32(ci), gs); ok {
					out = append(out, cand)
				}
			}
			gs = nil
		}
		for _, gi := range c.gestures {
			g, o := &a.gestures[gi], &a.outcomes[gi]
			if !g.pressed() || g.alone {
				continue
			}
			if n := len(gs); n > 0 && g.at-a.gestures[gs[n-1]].at > c.local.EpisodeGap {
				flush()
			}
			if o.flash && !o.answered && !g.long(c.local.HoldLong) {
				gs = append(gs, gi)
			}
		}
		flush()
	}
	return out
}

func (a *analysis) hold(ci int32, gs []int32) (candidate, bool) {
	c := &a.controls[ci]
	cand := a.candidate(ci, gs)
	cand.missed = int32(len(gs))
	cand.conf = a.base(startHold, c) + extra(len(gs)-c.local.HoldPresses)
	held, named := a.longPressed(c), asksToHold(a.tgt(c))
	if held {
		cand.conf += termHeld
	}
	if named {
		cand.conf += termNamed
	}
	if len(gs) < c.local.HoldPresses {
		if held || named {
			cand.verdict, cand.reason = Dismissed, ReasonHold
			return cand, true
		}
		return cand, false
	}
	// A ripple or pressed class on a broken button looks the same; only a control that is held elsewhere, asks for it
	// or shows something beyond itself wants to be held.
	return cand, held || named || a.showsBeyond(gs)
}

// showsBeyond reports whether what came and went lay outside of the control.
func (a *analysis) showsBeyond(gs []int32) bool {
	for _, gi := range gs {
		if !a.outcomes[gi].beyond {
			return false
		}
	}
	return true
}
