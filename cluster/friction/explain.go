package friction

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/rankle/rankle/replay"
)

// Explanation says how a verdict about one moment of a session came about: what a hand did on one control, what
// answered, what changed meanwhile without counting, and what the patterns and filters made of it. Times are offsets
// from the session's start unless they say otherwise. Labels are recorded text: masked, but written by strangers.
type Explanation struct {
	Asked time.Duration
	// Found is false if nothing happened within ExplainNear of Asked; then only Nearest is filled.
	Found   bool
	Nearest []Landmark // closest first

	Episode    *Episode // nil: no pattern was proposed for what was done here
	Screen     string   // path
	Target     Target   // zero for what belongs to a whole screen
	Gestures   []ExplainedGesture
	Left       int // further gestures that were left out
	Considered []Considered
	Limits     []Limit  // thresholds in force here that the considered patterns and the response model use
	Unseen     []string // what the recording cannot show, as Episode.Blind
}

// Landmark is something that happened, to ask about instead.
type Landmark struct {
	At      time.Duration
	Pattern Pattern // "" for a gesture without an episode
	Verdict Verdict
	Name    string // of the control
}

// ExplainedGesture is one gesture on the control and what came of it.
type ExplainedGesture struct {
	At      time.Duration
	Held    time.Duration // from pointer down to pointer up
	Kind    string        // tap, press (no click came of it), swallowed, swipe, drag, dropped
	Pointer string        // mouse, pen, touch or unknown
	X, Y    int32         // viewport CSS px; -1 = unknown
	Name    string        // of what was pressed

	// Of presses only.
	Outcome  Outcome       // "" for what is no press
	Answer   string        // by what: change, load, screen, scroll, value, drawing, outside; "" = by nothing
	Latency  time.Duration // from the press to the answer
	Shared   bool          // an answer to an earlier press that this one was waiting for as well
	Watched  time.Duration // how long an answer could have been seen
	Until    string        // what ended that: limit, next_press, other_action, gap, recording_end
	Next     string        // next_press: the control that was pressed then
	Changes  []ExplainedChange
	Ambient  []AmbientChange
	Requests []ExplainedRequest
	Errors   []ExplainedError
}

// ExplainedChange is what changed on the page while the press waited, equal ones together.
type ExplainedChange struct {
	After  time.Duration // since the press, of the first
	Kind   string        // added, removed, text, attribute
	Attr   string
	Where  string // the changed thing
	Times  int
	Counts bool
	Why    string // why it does not count: one of the Why constants; "" if it does
}

// Why a change is no answer.
const (
	WhyBusy      = "busy"      // a busy sign
	WhyUnseen    = "unseen"    // an attribute or node that nobody sees
	WhyDisabled  = "disabled"  // the control disabled itself
	WhyHover     = "hover"     // an effect of pointing
	WhyLook      = "look"      // a passing look of the control: pressed state, ripple
	WhyRelease   = "release"   // went when the pointer was released
	WhyUndone    = "undone"    // took back an earlier change
	WhyRedrawn   = "redrawn"   // the same thing drawn again
	WhyHeldPlace = "place"     // held the place for what came later
	WhyComplaint = "complaint" // a submit took its own complaint away
)

// AmbientChange is something that changes by itself, so that it answers nobody.
type AmbientChange struct {
	Kind  string
	Attr  string
	Where string
	Here  int           // while the press waited
	Times int           // in the whole session
	Every time.Duration // 0 = without a rhythm
}

// ExplainedRequest is a request that a press sent.
type ExplainedRequest struct {
	After  time.Duration // since the press
	Took   time.Duration
	Name   string // "POST /api/pay"
	Status int    // as replay.Request
	Failed bool
}

// ExplainedError is a failure that belongs to a press.
type ExplainedError struct {
	After   time.Duration // since the press
	Cause   string        // as Episode.Cause
	Message string        // the error as it was logged, masked; "" for a request
	Idle    bool          // it stood in nobody's way
}

// Considered is what one pattern made of the control around this time.
type Considered struct {
	Pattern    Pattern
	Verdict    Verdict
	Reason     Reason
	Confidence float64
	Start, End time.Duration
	Gestures   int
}

// Limit is a threshold in force.
type Limit struct {
	Name    string
	Value   string
	Changed bool // by the settings
}

const (
	// ExplainNear is how far something may lie from the time that is asked for: whoever reads a time off a player is
	// a few seconds off.
	ExplainNear = 10 * time.Second
	// explainGestures bounds the gestures of an Explanation: a screen full.
	explainGestures = 40
	// explainChanges bounds the changes of one gesture, those that count first.
	explainChanges = 12
	// explainNearest is how many landmarks are offered.
	explainNearest = 5
)

// Explain tells how Detect comes to its verdict about what happened at a time, an offset from the session's start. It
// takes the episode or press that lies closest. It is pure, and its Episode is the one that Detect finds with the same
// settings.
func Explain(s *replay.Session, set Settings, at time.Duration) Explanation {
	x := explainer{took: map[int32]taken{}}
	x.analysis = NewDetector(set).analyze(s, x.keep)
	cands := x.candidates()
	eps, of := x.episodes(cands)
	out := Explanation{Asked: at}
	ep, ctl, near := x.subject(eps, of, at)
	if near > ExplainNear {
		d := x.digest(eps, of) // names the targets
		out.Nearest = x.nearest(d, of, at)
		return out
	}
	out.Found = true
	from, to, screen := at, at, replay.ScreenID(replay.NoIndex)
	if ep >= 0 {
		e := eps[ep]
		ctl, from, to, screen = e.Target, e.Start, e.End, replay.ScreenID(e.Screen)
		out.Episode, out.Unseen = &e, e.Blind
	}
	var shown []int32
	if ctl >= 0 {
		shown = x.controls[ctl].gestures
		if ep < 0 {
			screen = x.controls[ctl].screen
		}
	} else {
		shown = x.all()
	}
	gap := x.at(ctl, screen).EpisodeGap
	for _, gi := range shown {
		g := &x.gestures[gi]
		switch {
		case g.at < from-gap || g.at > to+gap:
		case len(out.Gestures) == explainGestures:
			out.Left++
		default:
			out.Gestures = append(out.Gestures, x.gesture(gi))
		}
	}
	out.Considered = x.considered(cands, ctl, from-gap, to+gap)
	out.Limits = x.limitsFor(x.at(ctl, screen), out.Considered)
	if sc := x.screen(screen); sc != nil {
		out.Screen = sc.Path
	}
	if ctl >= 0 {
		out.Target = x.targetOf(ctl)
	}
	if ep < 0 {
		e := Episode{Start: at, End: at, Target: ctl}
		out.Unseen = x.blindness(&e, nil)
	} else {
		out.Episode.Target = replay.NoIndex // an index into a Digest that is not given; Target says it
	}
	return out
}

// all lists every gesture.
func (x *explainer) all() []int32 {
	list := make([]int32, len(x.gestures))
	for i := range list {
		list[i] = int32(i)
	}
	return list
}

// subject finds what lies closest to a time: an episode, else the control of a press. Of episodes as close as each
// other the kept one is meant, then the shortest.
func (x *explainer) subject(eps []Episode, of []int32, at time.Duration) (ep int, ctl int32, near time.Duration) {
	ep, ctl, near = -1, -1, ExplainNear+1
	for i := range eps {
		e := &eps[i]
		d := max(e.Start-at, at-e.End, 0)
		if better := ep < 0 || e.Verdict == Friction && eps[ep].Verdict != Friction ||
			(e.Verdict == Friction) == (eps[ep].Verdict == Friction) && e.End-e.Start < eps[ep].End-eps[ep].Start; d < near || d == near && better {
			ep, near = i, d
		}
	}
	for i := range x.gestures {
		g := &x.gestures[i]
		if d := max(g.at-at, at-g.end, 0); d < near {
			near, ep, ctl = d, int(of[i]), g.ctl
		}
	}
	return ep, ctl, near
}

// nearest lists what could be asked about instead.
func (x *explainer) nearest(d *Digest, of []int32, at time.Duration) []Landmark {
	var all []Landmark
	for i := range d.Episodes {
		e := &d.Episodes[i]
		m := Landmark{At: e.Start, Pattern: e.Pattern, Verdict: e.Verdict}
		if e.Target >= 0 {
			m.Name = nameOf(d.Targets[e.Target].Tag, d.Targets[e.Target].Role, d.Targets[e.Target].Label, d.Targets[e.Target].Selector)
		}
		all = append(all, m)
	}
	for i := range x.gestures {
		if g := &x.gestures[i]; of[i] < 0 && g.kind != dropped {
			all = append(all, Landmark{At: g.at, Name: x.controlName(g.ctl)})
		}
	}
	away := func(m Landmark) time.Duration { return max(m.At-at, at-m.At) }
	slices.SortStableFunc(all, func(p, q Landmark) int { return cmp.Or(cmp.Compare(away(p), away(q)), cmp.Compare(p.At, q.At)) })
	return all[:min(len(all), explainNearest)]
}

// considered lists what the detectors proposed for a control (or, without one, for screens) within a time.
func (x *explainer) considered(cands []candidate, ctl int32, from, to time.Duration) []Considered {
	var out []Considered
	for i := range cands {
		c := &cands[i]
		if c.ctl != ctl || c.start > to || c.end < from {
			continue
		}
		conf := c.conf
		if !x.set.Uncalibrated && c.verdict != Dismissed { // as of the episode
			conf = calibrated(c.pattern, conf)
		}
		out = append(out, Considered{Pattern: c.pattern, Verdict: c.verdict, Reason: c.reason, Confidence: conf,
			Start: c.start, End: c.end, Gestures: max(len(c.gestures), int(c.missed))})
	}
	slices.SortStableFunc(out, func(p, q Considered) int {
		return cmp.Or(cmp.Compare(p.Start, q.Start), cmp.Compare(strength(p.Pattern), strength(q.Pattern)))
	})
	return out
}

// limitsFor lists the thresholds in force: those of the response model and of the considered patterns, and all that
// the settings changed.
func (x *explainer) limitsFor(l *local, patterns []Considered) []Limit {
	used := map[string]bool{"quick_answer": true, "answer_limit": true, "episode_gap": true, "floor": true}
	for _, c := range patterns {
		for _, name := range detectors[strength(c.Pattern)].limits {
			used[name] = true
		}
	}
	var out []Limit
	in, def := l.Thresholds, DefaultSettings().Thresholds
	was := def.fields()
	for i, f := range in.fields() {
		m := Limit{Name: f.name, Value: f.text()}
		m.Changed = m.Value != was[i].text()
		if used[f.name] || m.Changed {
			out = append(out, m)
		}
	}
	return out
}

// text is the value as Set reads it.
func (f field) text() string {
	switch p := f.ptr.(type) {
	case *int:
		return strconv.Itoa(*p)
	case *float64:
		return strconv.FormatFloat(*p, 'g', -1, 64)
	case *time.Duration:
		return p.String()
	}
	return ""
}
