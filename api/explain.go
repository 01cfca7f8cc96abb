package api

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker/pipeline"
)

// Explanation is what `rankle detect --explain --json` prints; docs/format/explain.md describes it. Offsets are
// milliseconds from the session's start.
type Explanation struct {
	Session    string             `json:"session"`
	StartMS    int64              `json:"start_ms"`
	DurationMS int64              `json:"duration_ms"`
	AskedMS    int64              `json:"asked_ms"`
	Found      bool               `json:"found"`
	Nearest    []Landmark         `json:"nearest"`
	Episode    *ExplainedEpisode  `json:"episode"`
	Screen     string             `json:"screen"`
	Target     Target             `json:"target"`
	Gestures   []ExplainedGesture `json:"gestures"`
	Left       int                `json:"gestures_left_out"`
	Considered []Considered       `json:"considered"`
	Limits     []Limit            `json:"limits"`
	Unseen     []string           `json:"unseen"`
}

// Landmark is something that happened, to ask about instead.
type Landmark struct {
	AtMS    int64  `json:"at_ms"`
	Pattern string `json:"pattern"`
	Verdict string `json:"verdict"`
	Name    string `json:"name"`
}

// ExplainedEpisode is the final verdict.
type ExplainedEpisode struct {
	Pattern    string   `json:"pattern"`
	Also       []string `json:"also"`
	Verdict    string   `json:"verdict"`
	Reason     string   `json:"reason"`
	Confidence float64  `json:"confidence"`
	FromMS     int64    `json:"from_ms"`
	ToMS       int64    `json:"to_ms"`
	Gestures   int32    `json:"gestures"`
	Unanswered int32    `json:"unanswered"`
	Cause      string   `json:"cause"`
	Aftermath  string   `json:"aftermath"`
}

// ExplainedGesture is one gesture and what came of it.
type ExplainedGesture struct {
	AtMS      int64              `json:"at_ms"`
	HeldMS    int64              `json:"held_ms"`
	Kind      string             `json:"kind"`
	Pointer   string             `json:"pointer"`
	X         int32              `json:"x"`
	Y         int32              `json:"y"`
	Name      string             `json:"name"`
	Outcome   string             `json:"outcome"`
	Answer    string             `json:"answer"`
	LatencyMS int64              `json:"latency_ms"`
	Shared    bool               `json:"shared"`
	WatchedMS int64              `json:"watched_ms"`
	Until     string             `json:"until"`
	Next      string             `json:"next"`
	Changes   []ExplainedChange  `json:"changes"`
	Ambient   []AmbientChange    `json:"ambient"`
	Requests  []ExplainedRequest `json:"requests"`
	Errors    []ExplainedError   `json:"errors"`
}

// ExplainedChange is what changed while a press waited.
type ExplainedChange struct {
	AfterMS int64  `json:"after_ms"`
	Kind    string `json:"kind"`
	Attr    string `json:"attr"`
	Where   string `json:"where"`
	Times   int    `json:"times"`
	Counts  bool   `json:"counts"`
	Why     string `json:"why"`
}

// AmbientChange changes by itself.
type AmbientChange struct {
	Kind    string `json:"kind"`
	Attr    string `json:"attr"`
	Where   string `json:"where"`
	Here    int    `json:"here"`
	Times   int    `json:"times"`
	EveryMS int64  `json:"every_ms"`
}

// ExplainedRequest is a request that a press sent.
type ExplainedRequest struct {
	AfterMS int64  `json:"after_ms"`
	TookMS  int64  `json:"took_ms"`
	Name    string `json:"name"`
	Status  int    `json:"status"`
	Failed  bool   `json:"failed"`
}

// ExplainedError is a failure that belongs to a press.
type ExplainedError struct {
	AfterMS int64  `json:"after_ms"`
	Cause   string `json:"cause"`
	Message string `json:"message"`
	Idle    bool   `json:"idle"`
}

// Considered is what one pattern made of the control.
type Considered struct {
	Pattern    string  `json:"pattern"`
	Verdict    string  `json:"verdict"`
	Reason     string  `json:"reason"`
	Confidence float64 `json:"confidence"`
	FromMS     int64   `json:"from_ms"`
	ToMS       int64   `json:"to_ms"`
	Gestures   int     `json:"gestures"`
}

// Limit is a threshold in force.
type Limit struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Changed bool   `json:"changed"`
}

// WriteExplanation writes an explanation as indented JSON.
func WriteExplanation(w io.Writer, x *pipeline.Explanation) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(explanationOf(x)); err != nil {
		return fmt.Errorf("write explanation of session %s: %w", x.Session, err)
	}
	return nil
}

func explanationOf(x *pipeline.Explanation) Explanation {
	ms := time.Duration.Milliseconds
	out := Explanation{Session: x.Session, StartMS: x.Start.UnixMilli(), DurationMS: ms(x.Duration), AskedMS: ms(x.Asked),
		Found: x.Found, Screen: x.Screen, Target: targetOf(x.Target), Left: x.Left, Unseen: mapped(x.Unseen, same),
		Nearest: mapped(x.Nearest, func(l friction.Landmark) Landmark {
			return Landmark{ms(l.At), string(l.Pattern), string(l.Verdict), l.Name}
		}),
		Gestures: mapped(x.Gestures, explainedGesture),
		Considered: mapped(x.Considered, func(c friction.Considered) Considered {
			return Considered{string(c.Pattern), string(c.Verdict), string(c.Reason), unit01(c.Confidence), ms(c.Start), ms(c.End), c.Gestures}
		}),
		Limits: mapped(x.Limits, func(l friction.Limit) Limit { return Limit(l) })}
	if e := x.Episode; e != nil {
		out.Episode = &ExplainedEpisode{Pattern: string(e.Pattern), Also: mapped(e.Also, func(p friction.Pattern) string { return string(p) }),
			Verdict: string(e.Verdict), Reason: string(e.Reason), Confidence: unit01(e.Confidence), FromMS: ms(e.Start), ToMS: ms(e.End),
			Gestures: e.Gestures, Unanswered: e.Unanswered, Cause: e.Cause, Aftermath: string(e.Aftermath)}
	}
	return out
}

func explainedGesture(g friction.ExplainedGesture) ExplainedGesture {
	ms := time.Duration.Milliseconds
	return ExplainedGesture{AtMS: ms(g.At), HeldMS: ms(g.Held), Kind: g.Kind, Pointer: g.Pointer, X: g.X, Y: g.Y, Name: g.Name,
		Outcome: string(g.Outcome), Answer: g.Answer, LatencyMS: ms(g.Latency), Shared: g.Shared, WatchedMS: ms(g.Watched),
		Until: g.Until, Next: g.Next,
		Changes: mapped(g.Changes, func(c friction.ExplainedChange) ExplainedChange {
			return ExplainedChange{ms(c.After), c.Kind, c.Attr, c.Where, c.Times, c.Counts, c.Why}
		}),
		Ambient: mapped(g.Ambient, func(c friction.AmbientChange) AmbientChange {
			return AmbientChange{c.Kind, c.Attr, c.Where, c.Here, c.Times, ms(c.Every)}
		}),
		Requests: mapped(g.Requests, func(r friction.ExplainedRequest) ExplainedRequest {
			return ExplainedRequest{ms(r.After), ms(r.Took), r.Name, r.Status, r.Failed}
		}),
		Errors: mapped(g.Errors, func(e friction.ExplainedError) ExplainedError {
			return ExplainedError{ms(e.After), e.Cause, e.Message, e.Idle}
		})}
}
