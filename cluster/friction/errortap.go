package friction

import "slices"

// findErrorTaps looks at presses whose own request failed, or that an error followed which does not come by itself
// (F17: the ambience has taken those away before they get here).
func findErrorTaps(a *analysis) []candidate {
	var out []candidate
	for ri := range a.runs {
		r := &a.runs[ri]
		if len(r.hits) == 0 {
			continue
		}
		c := &a.controls[r.ctl]
		if k := a.actsLike(c); (k == Prose || k == Background) && !a.handled(r) {
			continue // nothing there could have failed
		}
		var gs []int32
		best, refused := -1, true
		for hi := range r.hits {
			h := &r.hits[hi]
			if h.idle && a.anyReal(r) {
				continue
			}
			refused = refused && a.turnedDown(h.gesture)
			if n := len(gs); n == 0 || gs[n-1] != h.gesture {
				gs = append(gs, h.gesture)
			}
			if best < 0 || r.hits[best].idle && !h.idle || r.hits[best].idle == h.idle && weight(h) > weight(&r.hits[best]) {
				best = hi
			}
		}
		h := &r.hits[best]
		cand := a.candidate(r.ctl, unique(gs))
		cand.cause = h.cause
		cand.end = max(cand.end, h.at)
		cand.conf = a.base(weight(h), c)
		switch {
		case refused: // that is the form's matter
			cand.verdict, cand.reason, cand.conf = Dismissed, ReasonAnswered, startLogged
		case !a.failing(h.gesture):
			// A logged message after a press that was answered in time is a warning to developers, not an obstacle.
			cand.verdict, cand.reason, cand.conf = Dismissed, ReasonAnswered, startLogged
			if h.idle {
				cand.reason = ReasonAmbientError
			}
		}
		out = append(out, cand)
	}
	return out
}

// handled reports whether a failure of a run shows that the pressed thing has a handler, whatever it looks like: it threw
// when the pointer was released, or sent its request then.
func (a *analysis) handled(r *run) bool {
	for i := range r.hits {
		h := &r.hits[i]
		if g := &a.gestures[h.gesture]; h.thrown && h.at >= g.end && h.at-g.end <= throwLag || h.request && !h.loose {
			return true
		}
	}
	return false
}

func weight(h *errorHit) float64 {
	switch {
	case h.request && h.loose:
		return startLogged
	case h.request:
		return startRequest
	case h.thrown:
		return startThrown
	}
	return startLogged
}

// failing reports whether the errors of a press stood in its way: a failed request or an uncaught error does unless it
// was idle; a logged one only if the press got no answer in time, or one that complains, or the control leads to it
// again and again.
func (a *analysis) failing(gi int32) bool {
	o := &a.outcomes[gi]
	if o.run < 0 || o.hit < 0 {
		return false
	}
	r := &a.runs[o.run]
	mine := false
	for i := range r.hits {
		if h := &r.hits[i]; h.gesture == gi && !h.idle {
			if h.request || h.thrown {
				return true
			}
			mine = true
		}
	}
	if !mine {
		return false
	}
	// A control that leads to it again and again has failed another press as well.
	return a.silent(gi) || o.invalid || slices.ContainsFunc(r.hits, func(h errorHit) bool { return !h.idle && h.gesture != gi })
}

// unique removes repeats from a list in order.
func unique(gs []int32) []int32 {
	out := gs[:0]
	for i, g := range gs {
		if !slices.Contains(gs[:i], g) {
			out = append(out, g)
		}
	}
	return out
}

// anyReal reports whether a run has a failure that was not idle.
func (a *analysis) anyReal(r *run) bool {
	for i := range r.hits {
		if !r.hits[i].idle {
			return true
		}
	}
	return false
}
