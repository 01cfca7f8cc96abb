package friction

// findSlow looks at runs whose first press waited longer than SlowEpisode for its content; repeats while waiting show
// that the wait was noticed, so that then QuickAnswer is the limit.
func findSlow(a *analysis) []candidate {
	var out []candidate
	for ri := range a.runs {
		r := &a.runs[ri]
		c := &a.controls[r.ctl]
		k := a.actsLike(c)
		bare := k == Prose || k == Background // what comes late after a press on nothing comes by itself, if it is nothing
		if bare && c.target < 0 {
			continue
		}
		var gs []int32
		flush := func() {
			if len(gs) == 0 {
				return
			}
			cand := a.candidate(r.ctl, gs)
			limit := c.local.SlowEpisode
			if len(gs) > 1 {
				limit = c.local.QuickAnswer
			}
			gs = nil
			if cand.latency <= limit {
				return
			}
			cand.missed = int32(len(cand.gestures))
			cand.conf = a.base(startSlow, c)
			if len(cand.gestures) > 1 {
				cand.conf += termRepeated
			}
			if cand.latency >= 2*c.local.SlowEpisode {
				cand.conf += termLong
			}
			o := &a.outcomes[cand.gestures[0]]
			switch {
			case c.kind == Picker || a.picked(cand.gestures[0]):
				cand.verdict, cand.reason = Dismissed, ReasonNativePicker
			case c.kind == TextEntry:
				return
			case c.kind == Outward || o.outside:
				cand.verdict, cand.reason = Dismissed, ReasonOutward
			case c.kind == Blind:
				cand.verdict, cand.reason = NoOpinion, ReasonBlind
			case len(cand.gestures) == 1 && a.boxed(cand.gestures[0]):
				cand.verdict, cand.reason = NoOpinion, ReasonNativeBox
			case bare:
				cand.verdict, cand.reason = NoOpinion, ReasonLowEvidence // others may show that it is a control
			}
			for _, gi := range cand.gestures {
				cand.end = max(cand.end, a.gestures[gi].at+a.outcomes[gi].latency)
			}
			out = append(out, cand)
		}
		for _, gi := range r.gestures {
			o := &a.outcomes[gi]
			if o.answered && !o.late {
				flush()
			}
			if g := &a.gestures[gi]; g.kind == swallow || len(gs) == 0 && disabled(g) {
				continue // what is switched off answers nobody; what comes later comes of something else
			}
			if o.answered && (o.latency > c.local.QuickAnswer || o.late && len(gs) > 0) {
				gs = append(gs, gi)
			}
		}
		flush()
	}
	return out
}
