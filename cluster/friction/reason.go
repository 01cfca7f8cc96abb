package friction

// Reason says why a candidate was dismissed or could not be judged. The values are stored and shown, so they are
// never renamed.
type Reason string

// Reasons of dismissed episodes (F numbers are the validation filters of docs/SIGNALS.md).
const (
	ReasonProgress       Reason = "progress"         // F1: each press led to a state not seen before
	ReasonToggle         Reason = "exploring_toggle" // F2
	ReasonTextSelection  Reason = "text_selection"   // F3
	ReasonNativePicker   Reason = "native_picker"    // F5
	ReasonOutward        Reason = "outward_effect"   // F6
	ReasonScrolled       Reason = "scroll_answer"    // F7
	ReasonAnswered       Reason = "answered"         // F9-F11: an owned, non-ambient answer within the quick limit
	ReasonTooEarly       Reason = "too_early"        // F12: a disabled control, pressed once before anything was filled in
	ReasonWakeUp         Reason = "wake_up"          // F13
	ReasonHold           Reason = "hold"             // F14
	ReasonSettled        Reason = "settled"          // F15: already in the asked-for state
	ReasonStyleAnswer    Reason = "style_answer"     // F16: answered by styling only, the next press went on from there
	ReasonAmbientError   Reason = "ambient_error"    // F17
	ReasonPointerDrawing Reason = "pointer_drawing"  // F18
	ReasonTyping         Reason = "typing_surface"   // F19
	ReasonRepeatUse      Reason = "repeat_use"       // F20
	ReasonReviewed       Reason = "reviewed"         // a person said so
)

// Reasons of episodes without an opinion.
const (
	ReasonBlind       Reason = "blind_surface"  // F4
	ReasonBlocked     Reason = "blocked_region" // hidden or masked away by the recorder
	ReasonNoEvidence  Reason = "no_evidence"    // the stream holds no effect of any kind for this screen
	ReasonGap         Reason = "gap"            // a recording gap lies in the response window
	ReasonShortTail   Reason = "short_tail"     // the recording ends too soon after the press
	ReasonNoElement   Reason = "no_element"     // which control was meant is not known
	ReasonNativeBox   Reason = "native_box"     // a box of the browser's own may have been read meanwhile
	ReasonLowEvidence Reason = "low_evidence"   // confidence below the reporting floor
)
