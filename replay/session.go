// Package replay is the model of one recorded session: what happened, in order, without an opinion about it.
//
// A Session is what every reader of a recording format produces and the only thing that later stages know of a
// recording. It holds what a person did (presses, scrolls, input), what the application did in answer (mutations,
// requests, errors, navigation) and how far the recorder could see (Coverage, Gaps). It never holds typed text,
// request bodies or URL queries; visible text is masked by the reader before it gets here.
//
// The package does no I/O and depends on the standard library only.
package replay

import (
	"slices"
	"time"
)

// NoIndex marks an absent reference to a node, target, screen or detail.
const NoIndex = -1

// NodeID indexes Session.Nodes. NoIndex means that the recorder did not name a node.
type NodeID int32

// TargetID indexes Session.Targets. NoIndex means that nothing is known of what was touched.
type TargetID int32

// ScreenID indexes Session.Screens. NoIndex means that the screen is not known yet.
type ScreenID int32

// Session is one parsed recording. It is immutable once its reader has returned it, and safe for concurrent reads.
type Session struct {
	ID     string
	Format string    // name of the row of the format table that read it, e.g. "rrweb"
	Start  time.Time // UTC time of the earliest event; offsets count from here
	// Duration is the offset of the last event. Active is the sum of the pauses between events, each capped at
	// ActiveCap, so that a tab left open overnight does not count as a night of use.
	Duration time.Duration
	Active   time.Duration
	Context  Context
	Windows  int // number of windows (tabs) interleaved in the recording; at least 1

	Screens []Screen
	Targets []Target
	Nodes   []Node
	Events  []Event // ordered by At; equal times keep recorder order

	// Detail tables: Event.Detail indexes the one that Event.Kind names.
	Mutations []Mutation
	Requests  []Request
	Errors    []Error
	Customs   []Custom

	Gaps     []Gap
	Coverage Coverage
	Marks    []Mark // data-quality marks, sorted, without repeats
}

// ActiveCap bounds how much of one pause between two events counts as active time. Ten seconds of stillness is
// still reading; beyond it the recordings at hand are mostly abandoned tabs (one real pause lasts 13,793 s).
const ActiveCap = 10 * time.Second

// Context says who was recorded, on what. Empty strings mean "not known"; nothing here is guessed.
type Context struct {
	User       string
	Device     Device
	OS         string
	Browser    string
	AppVersion string
	Channel    string
	Plan       string
	EntryURL   string // path of the first page; host and query removed
	ViewportW  int32  // CSS px; 0 = unknown
	ViewportH  int32
	Attributes map[string]string // further fields of a sidecar or manifest, by dotted name
}

// Device is the kind of device of a session.
type Device struct {
	Type  string // "desktop", "mobile", "tablet" or ""
	Model string
	Touch bool
}

// Screen is one place of the application as the recorder named it: a URL path or a screen name.
type Screen struct {
	Host  string
	Path  string // path without query and fragment, or the name of a native screen
	Title string // masked
	W, H  int32  // viewport in CSS px when the screen was first shown; 0 = unknown
}

// Target is an element that somebody touched, or the nearest actionable ancestor of it. All text is masked.
type Target struct {
	Node     NodeID
	Tag      string // lower case
	Role     string // explicit role attribute, else the implied one ("button", "link", "textbox" ...), else ""
	Type     string // input type, lower case
	ID       string // id attribute
	TestID   string // data-testid, data-test, data-qa, data-cy
	Name     string // name attribute
	Label    string // accessible name: aria-label, own text, alt, title, placeholder, value of a submit; at most 80 runes
	Classes  string // class attribute as it was when first touched
	Href     string // path of a link; "" if its query is not the one of the page that it was first met on
	Selector string // readable CSS path for people, e.g. "main > form#checkout > button.primary"
	Path     string // structural path from the nearest landmark, without ids, classes and positions of list rows
	Traits   Traits
}

// Traits are facts of an element that do not change an identity but decide how a press on it is judged.
type Traits uint32

const (
	// Actionable: natively or by role, tabindex, handler attribute or label[for] meant to be pressed.
	Actionable Traits = 1 << iota
	// TextEntry: takes typed text (text inputs, textarea, contenteditable, role textbox/searchbox).
	TextEntry
	// NativePicker: opens a browser surface that is not recorded (select, file, date, colour input).
	NativePicker
	// Outward: its effect leaves the page (download, target other than _self, mailto:, tel:, file URL).
	Outward
	// Blind: what happens on it is not recorded (canvas, video, audio, embed, object, cross-origin frame).
	Blind
	// Blocked: hidden by the recorder's privacy settings.
	Blocked
	// Masked: its text was replaced by the recorder.
	Masked
	// Toggle: checkbox, radio, switch, tab, option or aria-pressed/aria-expanded button.
	Toggle
	// Submit: submits a form (submit button or input, or the only button of a form).
	Submit
	// InForm: lies in a form.
	InForm
	// SVG: an element of an SVG image.
	SVG
	// Unresolved: the element is not in the node tree, only a position is known.
	Unresolved
)

// Mark adds a mark, for whoever has just read the session and has not yet passed it on.
func (s *Session) Mark(m Mark) {
	if i, found := slices.BinarySearch(s.Marks, m); !found {
		s.Marks = slices.Insert(s.Marks, i, m)
	}
}

// Has reports whether all bits of t2 are set.
func (t Traits) Has(t2 Traits) bool { return t&t2 == t2 }

// Node is a node that was touched or changed, or an ancestor of one: enough of the tree to ask whether one lies
// inside another. The tree is as it was when the node was last touched.
type Node struct {
	Parent NodeID   // NoIndex at a document or where the recorder never named the parent
	Target TargetID // the target that this node is, or NoIndex
	Tag    string   // lower case; "#text", "#document" for nodes that are not elements
}

// Within reports whether node n is ancestor itself or lies below it. Unknown nodes lie nowhere.
func (s *Session) Within(n, ancestor NodeID) bool {
	if ancestor < 0 {
		return false
	}
	for steps := 0; n >= 0 && int(n) < len(s.Nodes) && steps < maxDepth; steps++ {
		if n == ancestor {
			return true
		}
		n = s.Nodes[n].Parent
	}
	return false
}

// maxDepth ends a walk up the tree that damaged input made circular; Chromium itself refuses to nest deeper than 512.
const maxDepth = 1024

// Gap is a stretch without any event that is longer than the reader's gap setting: the recorder was paused, the tab
// was hidden or a part of the recording is lost.
type Gap struct {
	From, To time.Duration
}

// Coverage says what the recorder could see at all. A false field turns "did not happen" into "cannot be known".
type Coverage struct {
	Snapshot     bool // at least one full snapshot was read
	Mutations    bool // at least one mutation was read
	PointerMoves bool // mouse or touch moves were read
	PointerPress bool // pointer down/up events were read, not only clicks
	Console      bool // a console or error source was recorded
	Network      bool // requests were recorded
	Visibility   bool // visibility or focus of the page was recorded
	Canvas       bool // canvas commands were recorded
}

// Mark is a typed remark on the quality of a recording that later stages show and may act on.
type Mark string

const (
	MarkTruncated   Mark = "truncated"    // the recording ends inside an event or a compressed block
	MarkNoSnapshot  Mark = "no_snapshot"  // no full snapshot: elements cannot be resolved
	MarkUnsorted    Mark = "unsorted"     // events were out of order and were sorted
	MarkGap         Mark = "gap"          // at least one Gap
	MarkDuplicates  Mark = "duplicates"   // repeated events were dropped
	MarkBadEvents   Mark = "bad_events"   // some events could not be read and were dropped
	MarkLimit       Mark = "limit"        // a limit was reached and the rest was left out
	MarkManyWindows Mark = "many_windows" // several windows share the session
	MarkMasked      Mark = "masked"       // labels are masked by the recorder: identity rests on structure
	MarkNoUser      Mark = "no_user"      // no user id was given
	MarkClock       Mark = "clock"        // times were corrected (seconds for milliseconds) or are implausible
	MarkSidecar     Mark = "sidecar"      // fields of its sidecar could not be read and were left out
	MarkUnresolved  Mark = "unresolved"   // much of what was touched was never defined: elements are not known
	MarkDense       Mark = "dense"        // more events in a minute than a person and a page make
	MarkDialect     Mark = "dialect"      // the recording is of another dialect than its source is declared to hold
	MarkByPosition  Mark = "by_position"  // what was touched was found by the position of the touch; the recorder named nothing
	MarkMissingPart Mark = "missing_part" // a numbered part of the recording is absent
)
