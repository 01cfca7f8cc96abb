// Package friction finds where one session struggled: it turns a replay.Session into a Digest of attempts, episodes
// kept and episodes dismissed with the reason why.
//
// Call Detect. The package is pure: it reads no clock, file or network, and the same session and settings give the
// same Digest. It never looks at outcomes and never compares sessions; what needs many sessions is package cluster's.
package friction

import (
	"time"

	"github.com/rankle/rankle/replay"
)

// Digest is everything that later stages may know of one session. It holds nothing that a user typed and no
// recorded payload: this is the privacy line.
type Digest struct {
	Session     string
	Start       time.Time // UTC
	Duration    time.Duration
	Active      time.Duration
	Format      string
	Context     replay.Context
	Screens     []replay.Screen // Visits, Attempts and Episodes refer to these by index
	Targets     []Target
	Visits      []Visit   // screen path in order
	Attempts    []Attempt // presses on controls in order, with what came of them
	Episodes    []Episode // kept and dismissed, in order of Start
	Customs     []Moment  // events that the application named, for goals
	Coverage    replay.Coverage
	Marks       []replay.Mark
	Objects     []replay.Object // what was read
	Source      string          // the source (directory or bucket URL without credentials) that holds Objects
	Recording   string          // name of the recording across sources: source and group key; "" = Source and Session
	Fingerprint string          // of the settings that produced the Digest, see Settings.Fingerprint
}

// Target is a control as later stages know it: its identity across sessions and what people call it.
type Target struct {
	Key      string // identity within a screen across re-renders and sessions, see ControlKey
	Tag      string
	Role     string
	Label    string // masked
	Selector string
	Path     string
	Kind     Kind
	// Certainty is how sure the identity is, 0..1: 1 for a test id, low for masked labels or bare positions.
	Certainty float64
}

// Kind is what sort of surface a press landed on (SIGNALS N6).
type Kind string

const (
	Control    Kind = "control"
	TextEntry  Kind = "text_entry"
	Picker     Kind = "native_picker"
	Outward    Kind = "outward"
	Blind      Kind = "blind"
	Prose      Kind = "prose"
	Background Kind = "background"
)

// Visit is one stay on one screen.
type Visit struct {
	Screen int32
	Window int32
	At     time.Duration
	Until  time.Duration
	Loaded bool // entered by a page load rather than in-page navigation
	// Seen is how far down the page was in the window, in CSS px from its top; 0 = not known.
	Seen int32
}

// Moment is a named event at an offset.
type Moment struct {
	Name string
	At   time.Duration
}

// Outcome is what came of an attempt.
type Outcome string

const (
	OK       Outcome = "ok"       // answered within the quick limit
	Slow     Outcome = "slow"     // answered, but late
	Dead     Outcome = "dead"     // not answered while we could have seen it
	Failed   Outcome = "error"    // answered by an error
	Disabled Outcome = "disabled" // swallowed by a disabled control
	Unknown  Outcome = "unknown"  // no opinion: the answer could not have been seen
)

// Attempt is one try at a control: a gesture, or a run of gestures on the same control that waited for the same answer.
type Attempt struct {
	At       time.Duration
	Screen   int32
	Target   int32
	Outcome  Outcome
	Latency  time.Duration // to the first real answer; 0 if none
	Gestures int32
	Episode  int32 // index into Episodes that this attempt belongs to, or -1
	X, Y     int32 // viewport CSS px of the first gesture; -1 unknown
	Down     int32 // how far the page was scrolled down at it, CSS px; 0 also where the recording does not say
}

// Verdict says what became of a candidate.
type Verdict string

const (
	Friction  Verdict = "friction"   // kept
	Dismissed Verdict = "dismissed"  // looks like struggle and is not; Reason says why
	NoOpinion Verdict = "no_opinion" // could not be judged; Reason says what was missing
)

// Episode is everything that happened on one control within a short time, judged once.
type Episode struct {
	Pattern    Pattern // by its strongest evidence
	Also       []Pattern
	Verdict    Verdict
	Reason     Reason // "" for friction
	Confidence float64
	Start, End time.Duration
	Screen     int32
	Target     int32 // index into Digest.Targets, or -1
	Gestures   int32
	Unanswered int32
	Latency    time.Duration // of the slowest answer; 0 if none
	X, Y       int32         // viewport CSS px of the first gesture; -1 unknown
	// Cause identifies what failed where it is known: error fingerprint or "POST /api/pay 500". Empty otherwise.
	Cause     string
	Aftermath Aftermath
	Blind     []string // what could not be observed, sorted: "no_errors_recorded", "no_visibility", "canvas_blind", "no_element", "by_position", "gap" ...
}

// Aftermath is what the person did within 30 s after an episode. The ranker may use it, detectors must not.
type Aftermath string

const (
	WentOn    Aftermath = "went_on"
	Left      Aftermath = "left"
	Back      Aftermath = "back"
	Reloaded  Aftermath = "reloaded"
	Elsewhere Aftermath = "retried_elsewhere"
)

// Words says what the person did, as the end of a sentence: "went back". Empty if it is not known.
func (a Aftermath) Words() string {
	switch a {
	case WentOn:
		return "went on"
	case Left:
		return "left"
	case Back:
		return "went back"
	case Reloaded:
		return "reloaded the page"
	case Elsewhere:
		return "tried something else on the same screen"
	}
	return ""
}
