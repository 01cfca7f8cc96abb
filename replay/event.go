package replay

import "time"

// Event is one thing that a person or the application did. It holds references instead of pointers, so that a
// session is a few flat slices.
type Event struct {
	At      time.Duration // since Session.Start, never negative
	Kind    Kind
	Pointer Pointer
	Flags   Flags
	Window  uint16 // which of the session's windows; presses and answers never cross windows
	Screen  ScreenID
	Target  TargetID // nearest actionable ancestor of Node, or Node itself where there is none
	Node    NodeID   // innermost node
	// X and Y are viewport CSS px for presses and moves, scroll offsets for Scroll, the new size for Resize, and 0
	// otherwise. Presses without a known position carry FlagNoPosition.
	X, Y   int32
	Detail int32 // index into the table that Kind names, or NoIndex
}

// Kind says what an Event is.
type Kind uint8

const (
	KindUnknown    Kind = iota
	PointerDown         // mouse button, pen or first finger down
	PointerUp           // ... and up
	PointerCancel       // the browser took the gesture over (scroll, zoom)
	Click               // the click that the browser derived
	DoubleClick         // follows two Clicks
	ContextMenu         // right click or long press
	Focus               // an element got the focus
	Blur                // ... and lost it
	Move                // pointer position sample; Pointer tells mouse from touch
	Scroll              // Node scrolled (the document's node for the page); X, Y = offsets
	Input               // value or checked state of Node changed; Detail = length of the new value, NoIndex if not recorded
	MutationEvent       // Detail -> Mutations
	StyleChange         // style sheet rule, declaration or adopted sheet changed
	CanvasDraw          // canvas command recorded
	Media               // a media element played, paused, seeked ...
	Selection           // text selection changed; FlagCollapsed if it is empty now
	Resize              // viewport resized or visually zoomed; X, Y = new size
	Navigate            // Screen is shown from now on; FlagLoad for a page load, else in-page navigation
	SnapshotEvent       // full snapshot, frame attached or form exchanged: never an answer to a press; Detail -> Mutations, see there, or NoIndex
	RequestEvent        // a request ended; Detail -> Requests
	ErrorEvent          // an error was logged or thrown; Detail -> Errors
	CustomEvent         // the application named an event; Detail -> Customs
	Hidden              // the page was hidden or lost focus
	Visible             // ... and came back
	LongTask            // the main thread was blocked up to At; Detail = milliseconds
	KeyboardShown       // on-screen keyboard opened
	KeyboardHidden      // ... and closed
)

// Pointer is the device of a press or move.
type Pointer uint8

const (
	PointerUnknown Pointer = iota // old recorders do not say
	Mouse
	Pen
	Touch
)

// Flags are facts about the moment of an event.
type Flags uint16

const (
	FlagNoPosition Flags = 1 << iota // X, Y unknown
	FlagDisabled                     // target was switched off at that moment: disabled, aria-disabled or in what is, or by its class
	FlagChecked                      // target was chosen before the press, and a press leaves it so: radio, tab, option, current link
	FlagExpanded                     // target was aria-expanded="true" before the press
	FlagLoad                         // Navigate: a new document was loaded
	FlagReload                       // Navigate: the same URL was loaded again
	FlagBack                         // Navigate: known to be a history step back
	FlagCollapsed                    // Selection: empty now
	FlagByUser                       // Input: known to come from the user
	FlagNotUser                      // Input: known to come from a script
	FlagDocument                     // Scroll: the page itself scrolled
	FlagFrame                        // X, Y are relative to a nested frame, not to the page
	FlagUnchanged                    // Input: the box or radio was in this state before
	FlagDistinct                     // of at least three like siblings, only the target has another class than all others
	FlagMasked                       // Input: the recorder hid the value, so that another one of equal length goes unsaid
	FlagOverdue                      // Move: written down long after it was made, because the page's timers stood still
)

// Has reports whether all bits of f2 are set.
func (f Flags) Has(f2 Flags) bool { return f&f2 == f2 }

// Mutation is one batch of changes of the node tree, as the recorder flushed it. That of a SnapshotEvent is none of the
// recorder: where the form that was used last stands on the new page again, or was exchanged by the page itself, it tells what
// that form says now and did not before it was first sent, words beside fields (Added) and fields marked as wrong
// (AttributeChanged, ChangeInvalid).
type Mutation struct {
	Changes []Change // in recorder order; at most the reader's limit of changes a batch
	Nodes   int32    // number of nodes added, removed or changed, also beyond the limit
}

// Change is one change of one node.
type Change struct {
	Node   NodeID     // the changed node; for Added and Removed the node that came or went
	Parent NodeID     // its parent
	Kind   ChangeKind // what changed
	Traits ChangeTraits
	Size   int32  // nodes in the subtree for Added (and Removed where known), else 1
	Attr   string // attribute name for AttributeChanged, lower case
	// State is a hash of the new value (text, attribute value, outline of an added subtree; 0 when removed). Equal
	// states have equal hashes, so that "goes back to what it was" can be told from "goes on". Not reversible in
	// practice for free text, and never stored beyond the session.
	State uint64
	// Was is the State before: for Removed the outline of what went. 0 if it was absent; ChangeKnown says that the
	// reader knew it.
	Was uint64
}

// ChangeKind says what a Change did.
type ChangeKind uint8

const (
	TextChanged ChangeKind = iota
	AttributeChanged
	Added
	Removed
)

// ChangeTraits are facts that decide how a change is graded as an answer.
type ChangeTraits uint8

const (
	ChangeBusy    ChangeTraits = 1 << iota // shows or hides a busy state: aria-busy, role progressbar or a status without text, disabled set on the pressed control
	ChangeInvalid                          // shows a complaint: aria-invalid, role alert, :invalid class of the form's field
	ChangeDialog                           // a dialog, menu, listbox, tooltip or popover came or went
	ChangeCursor                           // class or style only
	ChangeMoved                            // the node was removed and added again in the same batch
	ChangeKnown                            // Was is known
	ChangeText                             // the subtree that came or went holds text to read
)

// Request is one network request. Bodies and queries are never read.
type Request struct {
	Start, End time.Duration
	Method     string
	Path       string // host removed when it is the page's own, query and fragment always
	Status     int    // HTTP status; 0 = failed without one (network error, abort); -1 = not recorded
	Initiator  string // "fetch", "xmlhttprequest", "beacon", "img" ...
}

// Failed reports whether the request ended without success.
func (r Request) Failed() bool { return r.Status == 0 || r.Status >= 400 }

// Error is one logged or thrown error.
type Error struct {
	Message string // masked, at most 200 runes
	// Fingerprint is equal for errors that differ only in numbers, ids and quoted values.
	Fingerprint string
	Thrown      bool // an uncaught exception or rejection, as far as the recorder says
}

// Custom is an event that the application named itself. Payloads are not kept: they hold personal data in the wild.
type Custom struct {
	Name string
}
