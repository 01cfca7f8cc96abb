package cluster

import (
	"slices"
	"testing"

	"github.com/rankle/rankle/cluster/friction"
)

// TestJudge: what one session leaves open, the others decide.
func TestJudge(t *testing.T) {
	key := friction.Target{Key: "div|id:k7", Tag: "div", Label: "7", Selector: "div#k7", Path: "body>div", Kind: friction.Prose, Certainty: 0.9}
	copyLink := control("Copy link")
	works := func(x friction.Target) func(*story) {
		return func(s *story) { s.on("/calc").try(x, friction.OK) }
	}
	// A weak episode is the last of its story.
	weak := func(p friction.Pattern, v friction.Verdict, x friction.Target, presses int32) func(*story) {
		return func(s *story) {
			s.on("/calc").trouble(p, x).last(func(e *friction.Episode) {
				e.Verdict, e.Reason, e.Confidence, e.Unanswered = v, friction.ReasonLowEvidence, 0.3, presses
			})
			s.d.Attempts = s.d.Attempts[:len(s.d.Attempts)-1] // a press on what may be no control is no attempt
		}
	}
	gap := weak(friction.AffordanceGap, friction.NoOpinion, key, 1)
	tried := weak(friction.AffordanceGap, friction.NoOpinion, key, 2)
	late := weak(friction.SlowResponse, friction.NoOpinion, key, 1)
	quiet := weak(friction.DeadTap, friction.NoOpinion, copyLink, 1)
	blocked := weak(friction.DisabledPress, friction.Dismissed, copyLink, 1)
	remove := control("Remove")
	waited := func(presses int32) func(*story) {
		return func(s *story) {
			s.on("/calc").trouble(friction.SlowResponse, remove).last(func(e *friction.Episode) { e.Gestures, e.Unanswered, e.Confidence = presses, presses, 0.8 })
		}
	}
	box := func(s *story) { // read with a mouse, which shows it
		waited(1)(s)
		s.last(func(e *friction.Episode) { e.Verdict, e.Reason = friction.NoOpinion, friction.ReasonNativeBox })
	}
	early := func(s *story) {
		blocked(s)
		s.last(func(e *friction.Episode) { e.Reason = friction.ReasonTooEarly })
	}
	insisted := func(s *story) { s.on("/calc").trouble(friction.DisabledPress, copyLink) }
	var alone []*story // three sessions of one person
	for i := range 3 {
		x := by(i, "user 1")
		works(key)(x)
		alone = append(alone, x)
	}
	mixed := slices.Concat(users(1, 9, works(copyLink)), users(30, 1, func(s *story) { s.on("/calc").try(copyLink, friction.Dead) }))
	for _, c := range []struct {
		name   string
		others []*story
		tell   func(*story)
		want   Judgement
	}{
		{"nobody else", nil, gap, Judgement{friction.AffordanceGap, friction.NoOpinion, friction.ReasonLowEvidence, 0.3}},
		{"one other", users(1, 1, works(key)), gap, Judgement{friction.AffordanceGap, friction.NoOpinion, friction.ReasonLowEvidence, 0.3}},
		{"a key that answers two others", users(1, 2, works(key)), gap, Judgement{friction.DeadTap, friction.Friction, "", 0.7}},
		{"it answered two others, and was silent for three", slices.Concat(users(1, 2, works(key)), users(10, 2, gap)), gap, Judgement{friction.AffordanceGap, friction.NoOpinion, friction.ReasonLowEvidence, 0.3}},
		{"a key that answers three others", users(1, 3, works(key)), gap, Judgement{friction.DeadTap, friction.Friction, "", 0.7}},
		{"three sessions of one person", alone, gap, Judgement{friction.AffordanceGap, friction.NoOpinion, friction.ReasonLowEvidence, 0.3}},
		{"a key that answers everybody else", users(1, 6, works(key)), gap, Judgement{friction.DeadTap, friction.Friction, "", 0.95}},
		{"looked like a key to many", users(1, 6, tried), tried, Judgement{friction.AffordanceGap, friction.Friction, "", 0.7}},
		{"a name that suggests a silent effect, yet it answers everybody else", users(1, 6, works(copyLink)), quiet, Judgement{friction.DeadTap, friction.Friction, "", 0.95}},
		{"late, on what may be no key", nil, late, Judgement{friction.SlowResponse, friction.NoOpinion, friction.ReasonLowEvidence, 0.3}},
		{"late, on a key that answers three others", users(1, 3, works(key)), late, Judgement{friction.SlowResponse, friction.Friction, "", 0.7}},
		{"late by finger, and by mouse it was a box", users(1, 1, box), waited(1), Judgement{friction.SlowResponse, friction.NoOpinion, friction.ReasonNativeBox, 0.8}},
		{"late by finger, pressed again, and by mouse it was a box", users(1, 1, box), waited(2), Judgement{friction.SlowResponse, friction.Friction, "", 0.8}},
		{"late by finger, and the mouse of one of many was elsewhere", slices.Concat(users(1, 1, box), users(10, 4, waited(1))), waited(1), Judgement{friction.SlowResponse, friction.Friction, "", 0.8}},
		{"late by finger, and others were answered in time", slices.Concat(users(1, 1, box), users(10, 4, works(remove))), waited(1), Judgement{friction.SlowResponse, friction.Friction, "", 0.8}},
		{"silent now and then", mixed, quiet, Judgement{friction.DeadTap, friction.NoOpinion, friction.ReasonLowEvidence, 0.3}},
		{"silent now and then, and tried again", mixed, weak(friction.DeadTap, friction.NoOpinion, copyLink, 2), Judgement{friction.DeadTap, friction.Friction, "", 0.95}},
		{"disabled once, and pressed before anything was filled in", slices.Concat(users(1, 6, works(copyLink)), users(10, 2, insisted)), early,
			Judgement{friction.DisabledPress, friction.Dismissed, friction.ReasonTooEarly, 0.3}},
		{"disabled once", users(1, 6, works(copyLink)), blocked, Judgement{friction.DisabledPress, friction.Dismissed, friction.ReasonLowEvidence, 0.3}},
		{"disabled, and others insisted", slices.Concat(users(1, 6, works(copyLink)), users(10, 2, insisted)), blocked, Judgement{friction.DisabledPress, friction.Friction, "", 0.7}},
	} {
		t.Run(c.name, func(t *testing.T) {
			mine := users(100, 1, c.tell)
			r := build(Settings{}, slices.Concat(c.others, mine)...)
			equal(t, "judgement", r.Judge(&mine[0].d)[0], c.want)
		})
	}
}
