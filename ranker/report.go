// Package ranker estimates what every issue costs in conversions and returning users, with honest uncertainty, and
// puts the issues in the order in which fixing them is expected to pay.
//
// Call Rank. It sees Digests, issues and goals, never a recording. Every figure is an Estimate: a point with an
// interval, a unit, a sample size, a method and its caveats. All results are independent of the order of the input.
package ranker

import (
	"time"

	"github.com/rankle/rankle/cluster"
)

// Report is the immutable result of one run.
type Report struct {
	Schema      int    // version of this structure
	Run         string // derived from the content, so equal runs have equal names
	Fingerprint string // of all settings that change the result
	From, To    time.Time
	Weeks       float64 // length of the data window in weeks; "per week" figures divide by it

	Sessions  int
	Users     int // distinct known users
	Anonymous int // sessions without a user id
	Goals     []GoalSummary
	Retention []RetentionSummary
	Issues    []Ranked // in rank order
	Read      ReadSummary
	Notes     []string // what cannot be estimated and why, in words
	Method    string   // one paragraph
	OrderedBy string   // what the order means, e.g. "expected lost purchases + returning users per week"
	Coverage  []MarkCount
	// Totals is what all issues cost together, one per outcome in the order of Goals and then Retention: the gain had every
	// try worked. Sessions that met several issues are lost once, so it may be less than the sum of the issues' PerWeek; a
	// session that would have been lost to either of two issues makes it more. The parts that count for the order never
	// sum up to more than it.
	Totals []Total
	// Controls is the number of harmless controls that calibrated the intervals, the smallest over the outcomes; 0 if
	// calibration was not possible.
	Controls int
	// Calibration says what they found, and Checks what the method finds in this data where there is nothing to find; both
	// per outcome that can be estimated.
	Calibration []CalibrationSummary
	Checks      []SelfCheck

	Funnels []Funnel // one per goal
	Fixes   []Fix    // of what people marked as fixed, by key
	Curves  Curves   // on which days users come back
}

// Total is the loss of all issues in one outcome.
type Total struct {
	Outcome string
	PerWeek Estimate
}

// GoalSummary is one goal over the whole data window.
type GoalSummary struct {
	Name     string
	Reached  int // sessions
	Sessions int // sessions at risk
	Value    float64
	Steps    []StepCount
}

// StepCount is one step of a funnel: sessions that came so far, in order.
type StepCount struct {
	Name     string
	Sessions int
}

// RetentionSummary is one retention window over all users whose window is over.
type RetentionSummary struct {
	Window   string // "D1", "D7", "D30"
	Returned int
	Users    int // users whose window is over
	Censored int // users whose window is not over yet
}

// Ranked is an issue with its cost.
type Ranked struct {
	cluster.Issue
	Rank       int
	Conversion []Impact // one per goal
	Retention  []Impact // one per window
	// Stopped is the share of those whose try failed who went no further (to no other screen, to no control that worked, to no
	// goal) and would have had it worked, at most 1; N is 0 where it cannot be estimated. Score leans on it where few outcomes
	// are known.
	Stopped Estimate
	// Floor says why the score is assumed and not estimated; "" for all but severe issues without outcomes.
	Floor string
	// Score is what the order sorts by, in the unit of Report.OrderedBy, with its interval.
	Score Estimate
	// TopThree and TopTen are the probabilities, under the estimates' uncertainty, to be among the first 3 and 10.
	TopThree, TopTen float64
	// Together lists the keys of issues that the same sessions meet, so that their losses cannot be told apart; the
	// score shares the common loss. Empty for most issues.
	Together []string
}

// Impact is the cost of an issue in one outcome.
type Impact struct {
	Outcome string // goal name or retention window
	// PerWeek is calibrated: what harmless controls show to be systematic error in all issues alike is taken off, and the
	// interval holds what differs between them (Report.Controls).
	PerWeek  Estimate
	Share    Estimate // effect among the exposed: lost share of outcomes, 0..1
	Naive    Estimate // affected minus others without any adjustment, beside it for comparison
	Exposed  int      // risk-set rows that failed
	Compared int      // risk-set rows that succeeded
	Possible bool     // false: cannot be estimated
	Caveats  []string // each a clause; where it is not Possible, the reasons why ("no user came back in the window")

	// The rest is zero where the impact is not Possible.

	// Expected is PerWeek shrunk towards what all issues have in common (empirical Bayes) with its 95 % credible
	// interval: the order rests on it, because the largest of many noisy figures is mostly noise.
	Expected Estimate
	// Check is PerWeek by the doubly robust estimator. A large difference is a caveat.
	Check  Estimate
	Harm   float64 // probability that it does harm, 0..1
	QValue float64 // false discovery rate at which "does harm" would be called proven, 0..1
	// EValue is the sensitivity to what is not recorded, at least 1 (VanderWeele and Ding 2017): the ratio of rates by which
	// a hidden trait would have to go with failure and outcome to explain the loss away; EValueLow the same for the lower end
	// of the interval, 1 where that is no loss.
	EValue, EValueLow float64
	Effective         float64 // Compared rows that the exposed resemble, as an effective sample size
	Balance           Balance
	// Shared is the part of the loss that counts for this issue, 0..1: below 1 where it cannot be told apart from another
	// or where the losses of all issues sum up to more than their total.
	Shared float64
}

// Estimate is a figure that knows how sure it is.
type Estimate struct {
	Value     float64
	Low, High float64 // 95 % interval
	Unit      string  // "purchases per week", "share" ...
	N         int     // rows it rests on
	Method    string  // "g-computation", "risk difference" ...
}

// ReadSummary says what was read and what was not.
type ReadSummary struct {
	Objects  int
	Bytes    int64
	Sessions int // recordings that the report rests on, whichever run read them
	Skipped  []SkipCount
}

// SkipCount counts recordings that were left out, by reason, with a few examples.
type SkipCount struct {
	Reason   string
	Count    int
	Examples []string // object keys, at most 3
}

// MarkCount counts sessions with a data-quality mark.
type MarkCount struct {
	Mark     string
	Sessions int
}
