package friction

import "github.com/rankle/rankle/replay"

// The strength of evidence starts at a value for the pattern and is moved by terms. The starts and terms are the ones of
// docs/SIGNALS.md; they all stand here, and calibrate.go says what share of episodes of a strength is right.
const (
	startRage       = 0.75
	startNoProgress = 0.45 // answered, but always the same
	startDead       = 0.55
	startRequest    = 0.85 // error linked by its request
	startThrown     = 0.7  // uncaught error soon after
	startLogged     = 0.5  // logged error soon after
	startDisabled   = 0.7
	startHold       = 0.6
	startSlow       = 0.6
	startFreeze     = 0.4
	startAffordance = 0.3
	startForm       = 0.6
	startAbandoned  = 0.45 // a form that was left: people also leave forms that are easy
	startLoop       = 0.65
	startQuickBack  = 0.5
	startSwipe      = 0.45
	startThrash     = 0.45
	startScroll     = 0.45
	startZoom       = 0.45

	perExtraTap  = 0.1  // rage and affordance: each press beyond the first ones
	maxExtraTaps = 0.15 // ... in total
	termProse    = -0.25
	termNoPress  = -0.1  // clicks only: the hand was not seen
	termWorked   = 0.2   // the same control answers elsewhere in the session
	termRepeated = 0.15  // tried again
	termAsked    = -0.1  // it sent a request of its own: something did happen
	termClosed   = -0.05 // watched only until the next press elsewhere
	termOutward  = -0.2  // its name suggests an effect outside of the page
	termNoTarget = -0.3  // only a position is known
	// termByPosition: the element lay at the place of the touch in the layout. What is drawn above it without being in
	// the layout, and what moved a moment before, is not known.
	termByPosition = -0.1
	termHeld       = 0.15  // it is held in another gesture of the session
	termNamed      = 0.15  // its own text asks for it
	termFocusable  = -0.2  // it takes the focus, but neither tag nor role say that it is pressed
	termLinked     = -0.05 // quick back: a link of the visited screen led back
	termStation    = -0.1  // ... and the screen may have been a station on the way
	termEnded      = -0.1  // abandoned form: nobody was seen to go elsewhere, the recording ends there
	termNoForm     = -0.05 // abandoned form: fields without a form around them, which may be settings
	termNeither    = -0.2  // ... and nobody is seen to go away from them either
	termInvested   = 0.1   // abandoned form: many fields were filled
	termRefused    = 0.1   // abandoned form: it could not be sent, or complained
	termUnsent     = -0.05 // abandoned form: requests are not recorded, it may have been sent or saved
	termLong       = 0.2   // slow: twice the limit and more
	termLongTask   = 0.4   // freeze: the browser said so
	termBurst      = 0.2   // freeze: input came late in one burst, or clocks stood still
)

// base adds the terms that all patterns on a control share.
func (a *analysis) base(start float64, c *control) float64 {
	if !a.s.Coverage.PointerPress {
		start += termNoPress
	}
	switch a.actsLike(c) {
	case Prose:
		start += termProse
	}
	switch {
	case c.target == replay.NoIndex:
		start += termNoTarget
	case a.byPosition():
		start += termByPosition
	}
	return start
}

// extra is the term for n presses beyond the least number.
func extra(n int) float64 { return min(max(float64(n), 0)*perExtraTap, maxExtraTaps) }
