// Package cluster turns the Digests of many sessions into issues: one problem, one row, with everyone who met it,
// everyone who tried the same control and did not, and a few clips that prove it.
//
// It looks at many sessions but never at outcomes; what an issue costs is package ranker's question. All results are
// independent of the order in which Digests arrive.
package cluster

import (
	"time"

	"github.com/rankle/rankle/cluster/friction"
)

// Issue is one problem: the same family of patterns on the same control of the same screen.
type Issue struct {
	Key      string // stable over re-runs, new data and releases
	Title    string // plain words, see Title
	Family   Family
	Screen   string // template, e.g. "/product/:id"
	Target   friction.Target
	Patterns []PatternCount // most frequent first
	Cause    string         // common cause of most episodes, or ""
	// Controls are what the issue is made of, most affected first: one in most issues, several where the same error is
	// behind them. At most 24.
	Controls []ControlShare
	// Sureness is how sure it is that everything counted here is the same control, and nothing of it is counted elsewhere,
	// 0..1: 1 where somebody wrote an id, little where only the place on the page is known. 1 for whole screens.
	Sureness float64
	Notes    []string // what to keep in mind about the issue, sentences

	Sessions int // sessions with at least one kept episode
	Users    int // distinct known users of those; sessions without a user id are not counted here
	Exposed  int // sessions that tried the control (control families) or reached the screen (others)
	// Confidence is the mean confidence of the kept episodes, 0..1.
	Confidence float64
	First      time.Time
	Last       time.Time
	Days       []DayCount // one per day of the data window, in order
	Changes    []Change   // when the affected share changed, oldest first; mostly none
	Segments   []Segment  // where the rate differs, strongest first
	Clips      []Clip     // at most MaxClips, then one with Contrast if the control worked somewhere
	Dismissed  []ReasonCount
	// Sample holds hashes of at most 64 episodes, sorted: the lowest of all, so that the issues of two Results can be
	// compared (Trace).
	Sample []uint64

	Use      Use          // of the control, by everybody
	Versions []VersionUse // the same by app version, in the order in which they were first seen; at most 26, the last
	// AnswersDiffer and LatencyDiffers name the versions between which the share of answers and their median latency differ
	// clearly, see Difference.
	AnswersDiffer, LatencyDiffers Difference
}

// Family groups the patterns that are views of one problem.
type Family = friction.Family

const (
	FamilyControl    = friction.FamilyControl
	FamilyForm       = friction.FamilyForm
	FamilyNavigation = friction.FamilyNavigation
	FamilySurface    = friction.FamilySurface
	FamilyFreeze     = friction.FamilyFreeze
)

// PatternCount counts kept episodes of one pattern.
type PatternCount struct {
	Pattern  friction.Pattern
	Episodes int
	Sessions int
}

// ReasonCount counts dismissed episodes of one reason on the issue's control.
type ReasonCount struct {
	Reason   friction.Reason
	Episodes int
}

// DayCount counts one UTC day.
type DayCount struct {
	Day      time.Time
	Affected int // sessions
	Exposed  int // sessions
}

// Segment compares the affected share inside one attribute value with the share outside it.
type Segment struct {
	// Attribute is "app_version", "os", "device", "browser", "screen_size", "channel", "plan", "visitor" ("new" for the first
	// session of a known user in the data, else "returning"), or a custom attribute.
	Attribute string
	Value     string
	Affected  int // sessions with the issue and the value
	Exposed   int // exposed sessions with the value
	RateIn    float64
	RateOut   float64
}

// Clip is a moment worth watching.
type Clip struct {
	Session string
	// SessionStart is the Digest's Start, so that a clip has wall-clock times without its Digest: the report document
	// gives them as epoch milliseconds.
	SessionStart time.Time
	Start, End   time.Duration // from SessionStart: the episode, without lead-in
	Pattern      friction.Pattern
	Caption      string // what to look for, one sentence
	Contrast     bool   // the same control worked here
}

// MaxClips bounds the clips of an issue: a designer watches three to eight before deciding (PRODUCT notes), more is a list nobody opens.
const MaxClips = 8
