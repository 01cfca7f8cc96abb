package cluster

import "github.com/rankle/rankle/cluster/friction"

// Judgement is what all sessions together make of one episode.
type Judgement struct {
	Pattern    friction.Pattern
	Verdict    friction.Verdict
	Reason     friction.Reason // "" for friction
	Confidence float64         // 0..1
}

// Judge says what all sessions make of the episodes of d, one judgement each. One session cannot tell a picture that only looks like a button
// from a button that is broken, nor a control that never shows what it does from one that stopped to; the others can. An
// episode of which they say nothing keeps what Detect said of it.
func (r *Result) Judge(d *friction.Digest) []Judgement {
	v := r.view(d)
	defer v.close()
	js := make([]Judgement, len(d.Episodes))
	for i := range d.Episodes {
		js[i] = v.judge(&d.Episodes[i])
	}
	return js
}

func (v *view) judge(e *friction.Episode) Judgement {
	j := Judgement{e.Pattern, e.Verdict, e.Reason, e.Confidence}
	g, row := v.row(e)
	if g == nil || !row.counts() && !row.undecided() {
		return j
	}
	to, why := v.r.assign(g, v.template(e.Screen), v.size, row)
	switch {
	case to == nil && row.undecided():
		return j
	case to == nil && why == friction.ReasonNativeBox:
		return Judgement{e.Pattern, friction.NoOpinion, why, e.Confidence}
	case to == nil:
		return Judgement{e.Pattern, friction.Dismissed, why, e.Confidence}
	}
	works := to != g || g.crowd.broken != "" || g.crowd.decides(row)
	if _, wanted := v.r.index[to]; e.Verdict != friction.Friction && !works && !wanted {
		return j
	}
	if e.Pattern == friction.AffordanceGap && works {
		j.Pattern = friction.DeadTap
	}
	if e.Verdict != friction.Friction {
		j.Confidence = max(e.Confidence, agreedConfidence)
	}
	j.Verdict, j.Reason, j.Confidence = friction.Friction, "", to.crowd.confidence(j.Pattern, j.Confidence)
	return j
}
