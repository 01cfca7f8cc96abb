package friction

import (
	"cmp"
	"slices"
	"time"

	"github.com/rankle/rankle/replay"
)

// gestureKind says what the pointer did.
type gestureKind uint8

const (
	tap     gestureKind = iota // down, up and the click of it, or a click alone
	press                      // down and up without a click: a rapid touch, or a control that went away
	swallow                    // down and up without a click on a disabled control
	swipe                      // a finger that moved or scrolled
	drag                       // a mouse or pen that moved with the button down
	dropped                    // context menu, several fingers, cancelled: says nothing
)

// gesture is one thing a hand did, anchored at pointer down.
type gesture struct {
	at, end  time.Duration // pointer down, pointer up (or click)
	firstEv  int32         // index of the event it is anchored at
	lastEv   int32         // index of its last event
	ownFrom  int32         // index of the first event that may answer it, see answeredFrom
	window   uint16
	kind     gestureKind
	pointer  replay.Pointer
	clicked  bool
	alone    bool // a click without pointer events
	guessed  bool // ... in a recording that has none: it is anchored where the pointer went down by all likelihood
	picker   bool // the click was passed on to a native picker (styled upload buttons)
	multi    bool // touched with several fingers
	context  bool
	cancel   bool
	scroll   bool // something scrolled while the pointer was down
	selected bool // text was selected by it
	flags    replay.Flags
	screen   replay.ScreenID
	target   replay.TargetID
	node     replay.NodeID
	ctl      int32 // index into analysis.controls
	x, y     int32
	hasPos   bool
	moved    int32 // largest distance from the anchor, px
	moves    int32 // move samples while down
	endX     int32
	endY     int32
}

// long reports whether the pointer was held down.
func (g *gesture) long(limit time.Duration) bool { return g.end-g.at >= limit }

// pressed reports whether the gesture is a try at whatever lies under it.
func (g *gesture) pressed() bool { return g.kind == tap || g.kind == press || g.kind == swallow }

const (
	// slop is how far a finger or mouse wanders while it presses: Android's touch slop is 8 dp, iOS allows 10 pt.
	slop = 10
	// dragSlop is the way from which a mouse that also clicked has dragged (slider, map, selection). Between slop
	// and this it was a sloppy click.
	dragSlop = 24
	// touchPress is the longest touch without a click that is still a press (SIGNALS N1b).
	touchPress = 500 * time.Millisecond
	// clickLag is how long after pointer up the click of it may be stamped; old mobile browsers wait 300 ms for a
	// second tap and a busy main thread adds to that.
	clickLag = 700 * time.Millisecond
	// pressLength is how long before its click a pointer went down where the recorder tells of clicks only: the usual
	// press lasts about a tenth of a second. Pages react to pointer down, and pressed looks begin with it.
	pressLength = 120 * time.Millisecond
	// compatLag is how long after a touch its emulated mouse events may come, for the same reason.
	compatLag = 900 * time.Millisecond
	// forwardLag separates a click that a label or script passed on from a second click: passing on is synchronous.
	forwardLag = 20 * time.Millisecond
	// sameLag is the time within which two clicks on one place are one click reported twice (SIGNALS N2).
	sameLag = time.Millisecond
	// fingerLag is how soon after the first finger the second one of a pinch comes. A finger that is never said to
	// have left the glass has scrolled: browsers end such a touch by a cancel, which recorders do not keep.
	fingerLag = 200 * time.Millisecond
	// contextLag is how long after pointer up Windows opens the context menu.
	contextLag = 60 * time.Millisecond
	// selectLag is how long after pointer up the selection of a double click may be stamped.
	selectLag = 300 * time.Millisecond
)

// hand is the state of one window while gestures are put together.
type hand struct {
	open   int32 // gesture whose pointer is down, or -1
	last   int32 // latest gesture, or -1
	known  bool  // open and last are set
	compat bool  // the pointer that is down is a touch's emulated mouse
}

// findGestures puts the pointer events of a session together (SIGNALS N1-N4) in order of firstEv, in the memory of gs, which
// is empty.
func findGestures(s *replay.Session, gs []gesture) []gesture {
	var hands byWindow[hand]
	for i := range s.Events {
		e := &s.Events[i]
		switch e.Kind {
		case replay.PointerDown, replay.PointerUp, replay.PointerCancel, replay.Click, replay.ContextMenu,
			replay.Move, replay.Scroll, replay.Selection:
		default:
			continue
		}
		h := hands.at(e.Window)
		if !h.known {
			*h = hand{open: -1, last: -1, known: true}
		}
		switch e.Kind {
		case replay.PointerDown:
			gs = h.down(gs, e, int32(i))
		case replay.PointerUp:
			h.up(gs, e, int32(i))
		case replay.PointerCancel:
			if h.open >= 0 {
				g := &gs[h.open]
				g.cancel, g.end, g.lastEv = true, e.At, int32(i)
				h.open = -1
			}
			h.compat = false
		case replay.Click:
			gs = h.click(gs, e, int32(i))
		case replay.ContextMenu:
			if h.last >= 0 && (h.open >= 0 || e.At-gs[h.last].end <= contextLag) && !gs[h.last].clicked {
				gs[h.last].context = true
			}
		case replay.Move:
			if h.open >= 0 {
				gs[h.open].move(e)
			}
		case replay.Scroll:
			if h.open >= 0 && e.At > gs[h.open].at {
				gs[h.open].scroll = true
			}
		case replay.Selection:
			if h.last >= 0 && !e.Flags.Has(replay.FlagCollapsed) && (h.open >= 0 || e.At-gs[h.last].end <= selectLag) {
				gs[h.last].selected = true
			}
		}
	}
	if !s.Coverage.PointerPress {
		backdate(s, gs)
	}
	for i := range gs {
		gs[i].classify()
	}
	slices.SortStableFunc(gs, func(x, y gesture) int { return cmp.Compare(x.firstEv, y.firstEv) })
	for i := range gs {
		gs[i].answeredFrom(s)
	}
	return gs
}

// handlerLag is how far before a press its own answer may be stamped: recorders that listen to touchstart and mousedown
// run after the page's handlers of pointerdown. Nobody presses what changed so short a time ago.
const handlerLag = 5 * time.Millisecond

// answeredFrom finds the first event that may answer the gesture.
func (g *gesture) answeredFrom(s *replay.Session) {
	g.ownFrom = g.firstEv
	for i := g.firstEv - 1; i >= 0 && g.at-s.Events[i].At <= handlerLag; i-- {
		e := &s.Events[i]
		if e.Window != g.window {
			continue
		}
		switch e.Kind {
		case replay.MutationEvent:
			g.ownFrom = i
		case replay.PointerDown, replay.PointerUp, replay.Click, replay.Move, replay.Scroll, replay.Navigate:
			return
		}
	}
}

// backdate anchors clicks of recorders that tell of nothing else at pointer down, but behind the gesture before.
func backdate(s *replay.Session, gs []gesture) {
	var last byWindow[int32] // number of events up to the end of the gesture before
	const most = 1 << 10     // events: far more than anything draws in the time
	for i := range gs {
		g := &gs[i]
		until := last.at(g.window)
		before := *until - 1
		*until = g.lastEv + 1
		if !g.alone {
			continue
		}
		from := max(g.at-pressLength, 0)
		if before >= 0 {
			from = max(from, min(s.Events[before].At, g.at))
		}
		for n := 0; n < most && g.firstEv > before+1 && s.Events[g.firstEv-1].At >= from; n++ {
			g.firstEv--
		}
		g.at, g.guessed = from, true
	}
}

// released reports whether it is known when the pointer was released.
func (g *gesture) released() bool { return !g.alone || g.guessed }

func newGesture(e *replay.Event, i int32) gesture {
	pos := !e.Flags.Has(replay.FlagNoPosition)
	return gesture{at: e.At, end: e.At, firstEv: i, lastEv: i, window: e.Window, pointer: e.Pointer, flags: e.Flags,
		screen: e.Screen, target: e.Target, node: e.Node, x: e.X, y: e.Y, hasPos: pos, endX: e.X, endY: e.Y, ctl: -1}
}

func (h *hand) down(gs []gesture, e *replay.Event, i int32) []gesture {
	if h.last >= 0 && e.Pointer != replay.Touch {
		// The mouse events that old mobile browsers derive from a touch.
		if p := &gs[h.last]; p.pointer == replay.Touch && !p.clicked && e.At-p.end <= compatLag && p.near(e, 2*slop) {
			h.compat = true
			p.take(e)
			return gs
		}
	}
	if h.open >= 0 {
		g := &gs[h.open]
		if g.pointer == replay.Touch && e.Pointer == replay.Touch && !g.scroll && e.At-g.at <= fingerLag {
			g.multi = true
			gs = append(gs, newGesture(e, i))
			gs[len(gs)-1].multi = true
			h.last, h.open = int32(len(gs)-1), int32(len(gs)-1)
			return gs
		}
		if e.At-g.at <= sameLag && g.near(e, 1) {
			return gs // the same down reported twice
		}
		g.cancel = true // recorders leave the cancel of a touch that scrolls unsaid
	}
	gs = append(gs, newGesture(e, i))
	h.last = int32(len(gs) - 1)
	h.open, h.compat = h.last, false
	return gs
}

func (h *hand) up(gs []gesture, e *replay.Event, i int32) {
	if h.open < 0 {
		if h.compat && h.last >= 0 {
			gs[h.last].take(e)
		}
		h.compat = false
		return
	}
	g := &gs[h.open]
	g.end, g.lastEv = e.At, i
	if !e.Flags.Has(replay.FlagNoPosition) {
		g.move(e)
	}
	h.open, h.compat = -1, false
}

func (h *hand) click(gs []gesture, e *replay.Event, i int32) []gesture {
	if h.last >= 0 {
		g := &gs[h.last]
		open := h.open == h.last
		switch {
		case g.clicked && e.At-g.end <= forwardLag && e.Target != g.target && e.Target >= 0:
			g.forward(e, i)
			return gs
		case g.clicked && e.At-g.end <= sameLag && e.Node == g.node:
			return gs
		case !g.clicked && !g.alone && !g.cancel && (open || e.At-g.end <= clickLag):
			// The click of a pointer: its node is the one pressed or the common ancestor of down and up.
			if open {
				h.open = -1
			}
			g.clicked, g.lastEv = true, i
			if open || e.At-g.end <= forwardLag {
				g.end = e.At
			}
			g.take(e)
			return gs
		}
	}
	gs = append(gs, newGesture(e, i))
	g := &gs[len(gs)-1]
	g.clicked, g.alone = true, true
	h.last, h.open = int32(len(gs)-1), -1
	return gs
}

// take fills in what the anchor event did not know.
func (g *gesture) take(e *replay.Event) {
	if !g.hasPos && !e.Flags.Has(replay.FlagNoPosition) {
		g.x, g.y, g.hasPos = e.X, e.Y, true
		g.endX, g.endY = e.X, e.Y
	}
	if g.target < 0 && e.Target >= 0 {
		g.target, g.node = e.Target, e.Node
	}
	if g.pointer == replay.PointerUnknown {
		g.pointer = e.Pointer
	}
}

// forward follows a click that a label or a script passed on to another element.
func (g *gesture) forward(e *replay.Event, i int32) {
	g.lastEv = i
	g.target, g.node = e.Target, e.Node
	g.flags |= e.Flags & (replay.FlagChecked | replay.FlagDisabled)
}

func (g *gesture) move(e *replay.Event) {
	g.moves++
	if !g.hasPos {
		g.x, g.y, g.hasPos = e.X, e.Y, true
	}
	g.endX, g.endY = e.X, e.Y
	if d := distance(g.x, g.y, e.X, e.Y); d > g.moved {
		g.moved = d
	}
}

// near reports whether an event lies at the gesture's place; unknown places count as near if the node is the same.
func (g *gesture) near(e *replay.Event, px int32) bool {
	if e.Node >= 0 && e.Node == g.node {
		return true
	}
	if !g.hasPos || e.Flags.Has(replay.FlagNoPosition) {
		return g.node < 0 || e.Node < 0
	}
	return distance(g.x, g.y, e.X, e.Y) <= px
}

// classify decides what a completed gesture was.
func (g *gesture) classify() {
	switch {
	case g.multi || g.context:
		g.kind = dropped
	case g.pointer == replay.Touch && g.clicked:
		g.kind = tap
	case g.pointer == replay.Touch:
		switch {
		case g.moved > slop || g.scroll || g.cancel || g.moves > 1 && g.moved == 0 && !g.hasPos:
			g.kind = swipe
		case g.end-g.at > touchPress || g.end == g.at:
			// A long press answers by the system's own menu; a touch without an end tells nothing.
			g.kind = dropped
		case g.flags.Has(replay.FlagDisabled):
			g.kind = swallow
		default:
			g.kind = press
		}
	case g.clicked && g.moved > dragSlop, !g.clicked && g.moved > slop, g.scroll && !g.clicked:
		g.kind = drag
	case g.clicked:
		g.kind = tap
	case g.cancel || g.end == g.at && !g.flags.Has(replay.FlagDisabled):
		g.kind = dropped
	case g.flags.Has(replay.FlagDisabled):
		g.kind = swallow
	default:
		g.kind = press
	}
}

// distance is the Euclidean distance, rounded down; far beyond any screen it saturates.
func distance(x1, y1, x2, y2 int32) int32 {
	dx, dy := int64(x1)-int64(x2), int64(y1)-int64(y2)
	const far = 1 << 20
	if dx > far || dx < -far || dy > far || dy < -far {
		return far
	}
	return int32(isqrt(dx*dx + dy*dy))
}

func isqrt(n int64) int64 {
	if n < 2 {
		return n
	}
	x := n
	for y := (x + 1) / 2; y < x; y = (x + n/x) / 2 {
		x = y
	}
	return x
}

// disabledFlag reports whether the recorder saw the control disabled at pointer down.
func (g *gesture) disabledFlag() bool { return g.flags.Has(replay.FlagDisabled) }
