package api

import (
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Run is the summary of the analysis that is being served.
type Run struct {
	Run         string             `json:"run" doc:"Name of the run, derived from its content"`
	Fingerprint string             `json:"fingerprint" doc:"Of all settings that change the result"`
	From        time.Time          `json:"from" doc:"Start of the data window, UTC"`
	To          time.Time          `json:"to" doc:"End of the data window, UTC"`
	Weeks       float64            `json:"weeks" doc:"Length of the data window in weeks; figures per week divide by it"`
	Sessions    int                `json:"sessions"`
	Users       int                `json:"users" doc:"Distinct known users"`
	Anonymous   int                `json:"anonymous_sessions" doc:"Sessions without a user id"`
	Goals       []Goal             `json:"goals"`
	Retention   []RetentionSummary `json:"retention"`
	Read        ReadSummary        `json:"read"`
	Quality     []MarkCount        `json:"quality" doc:"Sessions by data-quality mark"`
	Notes       []string           `json:"notes" doc:"What cannot be estimated, and why"`
	Method      string             `json:"method"`
	OrderedBy   string             `json:"ordered_by" doc:"What the order of the issues means"`
	IssuesTotal int                `json:"issues_total"`
	Trust
	Demo    bool     `json:"demo" doc:"True when the data is the generated demo bucket"`
	Sources []string `json:"sources" doc:"Directories and bucket URLs, without credentials"`
}

// Total is what all issues cost together. Sessions that met several are lost once.
type Total struct {
	Outcome string  `json:"outcome" doc:"Goal or retention window"`
	PerWeek *Figure `json:"per_week" doc:"null when it cannot be estimated"`
}

// Goal is one goal over the whole data window.
type Goal struct {
	Name     string      `json:"name"`
	Reached  int         `json:"reached" doc:"Sessions that reached the goal"`
	Sessions int         `json:"sessions" doc:"Sessions at risk"`
	Rate     float64     `json:"rate" doc:"reached / sessions, 0 when nobody was at risk"`
	Steps    []StepCount `json:"steps"`
}

// StepCount is one funnel step.
type StepCount struct {
	Name     string `json:"name"`
	Sessions int    `json:"sessions"`
}

// RetentionSummary is one retention window over all users.
type RetentionSummary struct {
	Window   string `json:"window" doc:"D1, D7, D30"`
	Returned int    `json:"returned"`
	Users    int    `json:"users" doc:"Users whose window is over"`
	Censored int    `json:"censored" doc:"Users whose window is not over yet"`
}

// ReadSummary says what was read and what was not.
type ReadSummary struct {
	Objects  int         `json:"objects"`
	Bytes    int64       `json:"bytes"`
	Sessions int         `json:"sessions"`
	Skipped  []SkipCount `json:"skipped"`
}

// SkipCount counts recordings that were left out.
type SkipCount struct {
	Reason   string   `json:"reason"`
	Count    int      `json:"count"`
	Examples []string `json:"examples" doc:"Object keys, at most 3"`
}

// MarkCount counts sessions with a data-quality mark.
type MarkCount struct {
	Mark     string `json:"mark"`
	Sessions int    `json:"sessions"`
}

// IssuePage is one page of the ranked list.
type IssuePage struct {
	Total      int        `json:"total" doc:"Issues that match the filters, over all pages"`
	NextCursor string     `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	Issues     []IssueRow `json:"issues"`
}

// IssueRow is one issue in the list.
type IssueRow struct {
	Key              string         `json:"key" doc:"Stable over re-runs, new data and releases"`
	Rank             int            `json:"rank"`
	Title            string         `json:"title"`
	Family           string         `json:"family"`
	Patterns         []PatternCount `json:"patterns" doc:"Most frequent first"`
	Screen           string         `json:"screen" doc:"Screen template"`
	Target           Target         `json:"target"`
	Cause            string         `json:"cause,omitempty" doc:"Common cause of most episodes, where known"`
	SessionsAffected int            `json:"sessions_affected"`
	UsersAffected    int            `json:"users_affected"`
	SessionsExposed  int            `json:"sessions_exposed" doc:"Sessions that tried the control or reached the screen"`
	Confidence       float64        `json:"confidence" minimum:"0" maximum:"1"`
	Impact           MainImpact     `json:"impact"`
	Impacts          []Impact       `json:"impacts" doc:"Every goal, then every retention window"`
	Score            *Figure        `json:"score" doc:"What the order sorts by, in the unit of ordered_by"`
	Stopped          *Figure        `json:"stopped" doc:"Share of those who met it who went no further and would have had the try worked; null where it cannot be estimated"`
	Floor            string         `json:"floor,omitempty" doc:"Why the score is assumed and not estimated: a severe issue without outcomes yet"`
	Top3             float64        `json:"top3" minimum:"0" maximum:"1" doc:"Probability to be among the first three"`
	Top10            float64        `json:"top10" minimum:"0" maximum:"1" doc:"Probability to be among the first ten"`
	FirstSeen        time.Time      `json:"first_seen"`
	LastSeen         time.Time      `json:"last_seen"`
	Trend            []DayCount     `json:"trend" doc:"One entry per day of the data window"`
	Segments         []Segment      `json:"segments" doc:"Strongest first; the list shows three, the issue all"`
	Status           string         `json:"status" enum:"new,confirmed,rejected,fixed"`
	Owner            string         `json:"owner,omitempty"`
	Effort           float64        `json:"effort,omitempty" doc:"What it takes to fix it, where somebody said so"`
	PerEffort        *Figure        `json:"per_effort,omitempty" doc:"Score per effort, where somebody said so; order=effort sorts by it"`
	Clips            []ClipRef      `json:"clips"`
}

// Issue is one issue with everything known about it.
type Issue struct {
	IssueRow
	Use      Use          `json:"use"`
	Versions []VersionUse `json:"versions" doc:"The same by app version, in the order in which they were first seen; the last 26"`
	Make
	Dismissed []ReasonCount `json:"dismissed" doc:"Look-alikes on the same control that were not counted, by reason"`
	Funnel    []FunnelPlace `json:"funnel" doc:"Where on the way to which goal sessions met it, in the order of the goals; an issue that few met at a step is not listed there"`
	Fix       *Fix          `json:"fix,omitempty" doc:"Whether its fix works, by the run; /api/v1/fixes also knows of later marks"`
	Review    Review        `json:"review"`
	Similar   []SimilarRef  `json:"similar"`
	Evidence  []string      `json:"evidence" doc:"Sentences for people: why this is believed"`
}

// PatternCount counts kept episodes of one pattern.
type PatternCount struct {
	Pattern  string `json:"pattern"`
	Episodes int    `json:"episodes"`
	Sessions int    `json:"sessions"`
}

// ReasonCount counts dismissed episodes of one reason.
type ReasonCount struct {
	Reason   string `json:"reason"`
	Episodes int    `json:"episodes"`
}

// Target is a control as people know it. All strings are recorded text: hostile, masked, to be shown as text only.
type Target struct {
	Tag      string `json:"tag"`
	Role     string `json:"role"`
	Label    string `json:"label"`
	Selector string `json:"selector"`
}

// MainImpact is the impact that leads: the first goal and the first retention window (D7 before others) that can be
// estimated.
type MainImpact struct {
	Conversion *Impact `json:"conversion" doc:"null when no goal can be estimated"`
	Retention  *Impact `json:"retention" doc:"null when no window can be estimated"`
}

// Schema says by hand what the generator cannot: a reference that may be null.
func (MainImpact) Schema(r huma.Registry) *huma.Schema {
	ref := r.Schema(typeOf[Impact](), true, "Impact")
	orNull := func(doc string) *huma.Schema {
		return &huma.Schema{OneOf: []*huma.Schema{ref, {Type: "null"}}, Description: doc}
	}
	return &huma.Schema{
		Type: huma.TypeObject,
		Properties: map[string]*huma.Schema{
			"conversion": orNull("null when no goal can be estimated"),
			"retention":  orNull("null when no retention window can be estimated"),
		},
		Required:             []string{"conversion", "retention"},
		AdditionalProperties: false,
	}
}

// Impact is the cost of an issue in one outcome: exactly one of Goal and Window is set. Numbers are null when the
// impact cannot be estimated (Possible is false); Caveats say why.
type Impact struct {
	Goal         string   `json:"goal,omitempty"`
	Window       string   `json:"window,omitempty" doc:"Retention window: D1, D7, D30"`
	PerWeek      *float64 `json:"per_week" doc:"Expected loss per week"`
	Low          *float64 `json:"low" doc:"Lower end of the 95 % interval"`
	High         *float64 `json:"high" doc:"Upper end of the 95 % interval"`
	Unit         string   `json:"unit"`
	Share        *float64 `json:"share" doc:"Lost share of outcomes among the exposed"`
	ShareLow     *float64 `json:"share_low"`
	ShareHigh    *float64 `json:"share_high"`
	NaivePerWeek *float64 `json:"naive_per_week" doc:"Affected minus others without any adjustment, for comparison"`
	Exposed      int      `json:"exposed" doc:"Attempts or sessions that met the issue"`
	Compared     int      `json:"compared" doc:"Attempts or sessions at the same point that did not"`
	EValue       float64  `json:"e_value" doc:"How strongly something unrecorded would have to go with failure and outcome to explain the loss away, as a ratio of rates; 1 = nothing is needed, 0 = not estimated"`
	EValueLow    float64  `json:"e_value_low" doc:"The same for the lower end of the interval"`
	Balance      *Balance `json:"balance,omitempty" doc:"How alike those who met it and those compared with are; absent when not estimated"`
	Method       string   `json:"method"`
	Possible     bool     `json:"possible"`
	Caveats      []string `json:"caveats"`
}

// Balance is the largest standardised difference in anything that people are compared by; below 0.1 counts as alike.
type Balance struct {
	Before float64 `json:"before" doc:"As they came"`
	After  float64 `json:"after" doc:"Weighted to be alike, as the check beside the estimate does"`
	Worst  string  `json:"worst" doc:"In what the difference is largest after weighting"`
}

// Figure is a number that knows how sure it is.
type Figure struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Unit  string  `json:"unit"`
}

// Schema allows null: a score that is not a number is no number.
func (Figure) Schema(huma.Registry) *huma.Schema {
	num := func() *huma.Schema { return &huma.Schema{Type: huma.TypeNumber, Format: "double"} }
	return &huma.Schema{OneOf: []*huma.Schema{{
		Type: huma.TypeObject,
		Properties: map[string]*huma.Schema{
			"value": num(), "low": num(), "high": num(), "unit": {Type: huma.TypeString},
		},
		Required:             []string{"value", "low", "high", "unit"},
		AdditionalProperties: false,
	}, {Type: "null"}}}
}

// DayCount counts one UTC day.
type DayCount struct {
	Day      string `json:"day" format:"date"`
	Affected int    `json:"affected"`
	Exposed  int    `json:"exposed"`
}

// Segment compares the affected share inside one attribute value with the share outside it.
type Segment struct {
	Attribute string  `json:"attribute"`
	Value     string  `json:"value"`
	Affected  int     `json:"affected"`
	Exposed   int     `json:"exposed"`
	RateIn    float64 `json:"rate_in"`
	RateOut   float64 `json:"rate_out"`
}

// Use says how everybody fares with the control of an issue, those who met the issue and those who did not. All is zero
// and null for issues of a whole screen and of things that are no controls.
type Use struct {
	Sessions     int      `json:"sessions" doc:"Sessions that pressed the control"`
	People       int      `json:"people" doc:"People in these: known users, and sessions without a user id"`
	Visitors     int      `json:"visitors" doc:"People who came to a screen that has the control, whether they pressed it or not"`
	PressesP50   int      `json:"presses_p50" doc:"Median of the presses in one session, over sessions"`
	PressesP95   int      `json:"presses_p95"`
	Tried        int      `json:"tried" doc:"Tries whose outcome is known: one press, or several that waited for the same answer"`
	Answered     int      `json:"answered" doc:"Of tried, in time or late; an error is no answer"`
	Rate         *float64 `json:"rate" doc:"answered of tried; null when nothing was tried"`
	RateLow      *float64 `json:"rate_low" doc:"Lower end of the 95 % interval; several tries of one person count for little more than one"`
	RateHigh     *float64 `json:"rate_high" doc:"Upper end of the 95 % interval"`
	Timed        int      `json:"timed" doc:"Of answered, those whose latency is known"`
	LatencyP50MS *float64 `json:"latency_p50_ms" doc:"Median over timed, exact below 32 ms and within 3.2 % above; null when nothing was timed"`
	LatencyP95MS *float64 `json:"latency_p95_ms" doc:"95th percentile over timed"`
}

// VersionUse is the Use of one app version.
type VersionUse struct {
	Version     string `json:"version"`
	FirstSeenMS int64  `json:"first_seen_ms" doc:"First session of the version, whatever it pressed, in epoch milliseconds; 0 when all are dated by a wrong clock"`
	Use
}

// ClipRef names a moment worth watching.
type ClipRef struct {
	Index    int    `json:"index"`
	Session  string `json:"session"`
	StartMS  int64  `json:"start_ms" doc:"Epoch milliseconds"`
	EndMS    int64  `json:"end_ms" doc:"Epoch milliseconds"`
	Pattern  string `json:"pattern"`
	Caption  string `json:"caption"`
	Contrast bool   `json:"contrast" doc:"The same control worked here"`
}

// SimilarRef points at an issue with the same cause, control or screen.
type SimilarRef struct {
	Key   string `json:"key"`
	Title string `json:"title"`
	Rank  int    `json:"rank"`
}

// Review is what people decided about an issue.
type Review struct {
	Status       string         `json:"status" enum:"new,confirmed,rejected,fixed"`
	Owner        string         `json:"owner"`
	Note         string         `json:"note"`
	Rev          int64          `json:"rev" doc:"0 until somebody reviews; send it back with a change"`
	FixedVersion string         `json:"fixed_version,omitempty" doc:"Of a fixed one: the first app version with the fix"`
	FixedAtMS    int64          `json:"fixed_at_ms,omitempty" doc:"... or the moment of the fix, epoch milliseconds"`
	Effort       float64        `json:"effort,omitempty" doc:"What it takes to fix it, in whatever unit people count; absent when nobody said"`
	History      []ReviewChange `json:"history" doc:"Newest first, at most 100"`
}

// ReviewChange is one line of the audit trail.
type ReviewChange struct {
	At           time.Time `json:"at"`
	By           string    `json:"by"`
	Rev          int64     `json:"rev"`
	Status       string    `json:"status"`
	Owner        string    `json:"owner"`
	Note         string    `json:"note"`
	FixedVersion string    `json:"fixed_version,omitempty"`
	FixedAtMS    int64     `json:"fixed_at_ms,omitempty"`
	Effort       float64   `json:"effort,omitempty"`
}

// ReviewPatch changes a review; absent fields stay as they are.
type ReviewPatch struct {
	Status       *string  `json:"status,omitempty" enum:"new,confirmed,rejected,fixed"`
	Owner        *string  `json:"owner,omitempty" maxLength:"200"`
	Note         *string  `json:"note,omitempty" maxLength:"10000"`
	FixedVersion *string  `json:"fixed_version,omitempty" maxLength:"200" doc:"With the status fixed: the first app version with the fix"`
	FixedAtMS    *int64   `json:"fixed_at_ms,omitempty" minimum:"0" doc:"... or the moment of the fix; without either it is fixed from now on"`
	Effort       *float64 `json:"effort,omitempty" minimum:"0" maximum:"1000000" doc:"What it takes to fix it, in one unit for all issues; 0 takes it back"`
	Rev          int64    `json:"rev" minimum:"0" doc:"The rev that the change was made on"`
}

// Clip is everything a player needs to show one moment.
type Clip struct {
	Index     int      `json:"index"`
	Session   string   `json:"session"`
	Window    int      `json:"window" doc:"Which of the session's windows (tabs)"`
	StartMS   int64    `json:"start_ms" doc:"The episode, epoch milliseconds"`
	EndMS     int64    `json:"end_ms"`
	FromMS    int64    `json:"from_ms" doc:"The cut: 5 s lead-in"`
	ToMS      int64    `json:"to_ms" doc:"... and 5 s tail"`
	Pattern   string   `json:"pattern"`
	Caption   string   `json:"caption"`
	Contrast  bool     `json:"contrast"`
	Screen    string   `json:"screen"`
	Context   Context  `json:"context"`
	Viewport  Viewport `json:"viewport"`
	Signals   []Signal `json:"signals" doc:"All episodes of the session that touch the cut"`
	EventsURL string   `json:"events_url"`
}

// Context says who was recorded, on what; empty means unknown.
type Context struct {
	Device     string            `json:"device"`
	OS         string            `json:"os"`
	Browser    string            `json:"browser"`
	AppVersion string            `json:"app_version"`
	User       string            `json:"user"`
	Channel    string            `json:"channel"`
	Plan       string            `json:"plan"`
	Entry      string            `json:"entry"`
	Attributes map[string]string `json:"attributes"`
}

// Viewport is in CSS px; 0 means unknown.
type Viewport struct {
	Width  int32 `json:"width"`
	Height int32 `json:"height"`
}

// Signal is one episode, kept or dismissed.
type Signal struct {
	Pattern    string   `json:"pattern"`
	Also       []string `json:"also" doc:"Further patterns of the same episode"`
	Verdict    string   `json:"verdict" enum:"friction,dismissed,no_opinion"`
	Reason     string   `json:"reason" doc:"Empty for friction"`
	Confidence float64  `json:"confidence"`
	StartMS    int64    `json:"start_ms"`
	EndMS      int64    `json:"end_ms"`
	Gestures   int32    `json:"gestures"`
	Unanswered int32    `json:"unanswered"`
	LatencyMS  int64    `json:"latency_ms" doc:"Slowest answer; 0 when there was none"`
	Screen     string   `json:"screen"`
	Target     Target   `json:"target"`
	X          int32    `json:"x" doc:"Viewport CSS px of the first gesture; -1 unknown"`
	Y          int32    `json:"y"`
	Cause      string   `json:"cause"`
	Aftermath  string   `json:"aftermath"`
	Blind      []string `json:"blind" doc:"What could not be observed"`
	Issue      string   `json:"issue,omitempty"`
}

// SessionPage is one page of search results.
type SessionPage struct {
	Total      int          `json:"total"`
	NextCursor string       `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	Facets     Facets       `json:"facets"`
	Sessions   []SessionRow `json:"sessions"`
}

// Facets count the matching sessions by value, most frequent first.
type Facets struct {
	Pattern []FacetValue `json:"pattern"`
	Device  []FacetValue `json:"device"`
	OS      []FacetValue `json:"os"`
	Version []FacetValue `json:"version"`
	Browser []FacetValue `json:"browser"`
	Channel []FacetValue `json:"channel"`
	Screen  []FacetValue `json:"screen"`
	Goal    []FacetValue `json:"goal" doc:"Goals that sessions reached"`
}

// FacetValue is one value of a facet.
type FacetValue struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

// SessionRow is one session in the list.
type SessionRow struct {
	ID         string    `json:"id"`
	User       string    `json:"user"`
	Start      time.Time `json:"start"`
	DurationMS int64     `json:"duration_ms"`
	ActiveMS   int64     `json:"active_ms"`
	Device     string    `json:"device"`
	OS         string    `json:"os"`
	Browser    string    `json:"browser"`
	AppVersion string    `json:"app_version"`
	Channel    string    `json:"channel"`
	Entry      string    `json:"entry"`
	Screens    int       `json:"screens" doc:"Screens shown, repeats counted"`
	Friction   int       `json:"friction" doc:"Episodes kept"`
	Dismissed  int       `json:"dismissed" doc:"Episodes dismissed"`
	Patterns   []string  `json:"patterns" doc:"Patterns of the kept episodes, sorted"`
	Converted  []string  `json:"converted" doc:"Goals that the session reached"`
}

// Session is one session with its path and all its episodes.
type Session struct {
	SessionRow
	Context  Context  `json:"context"`
	Visits   []Visit  `json:"visits"`
	Signals  []Signal `json:"signals"`
	Marks    []string `json:"marks" doc:"Remarks on the quality of the recording"`
	Coverage Coverage `json:"coverage"`
	Viewport Viewport `json:"viewport"`
	// EventsURL is relative to the server's root.
	EventsURL string `json:"events_url"`
}

// Visit is one stay on one screen.
type Visit struct {
	Screen  string `json:"screen" doc:"Screen template"`
	Path    string `json:"path"`
	Title   string `json:"title"`
	AtMS    int64  `json:"at_ms" doc:"Epoch milliseconds"`
	UntilMS int64  `json:"until_ms"`
	Window  int    `json:"window"`
}

// Coverage says what the recorder could see at all.
type Coverage struct {
	Snapshot     bool `json:"snapshot"`
	Mutations    bool `json:"mutations"`
	PointerMoves bool `json:"pointer_moves"`
	PointerPress bool `json:"pointer_press"`
	Console      bool `json:"console"`
	Network      bool `json:"network"`
	Visibility   bool `json:"visibility"`
	Canvas       bool `json:"canvas"`
}

// Health is the answer of the health checks.
type Health struct {
	Status string `json:"status"`
}
