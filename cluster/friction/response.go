package friction

import (
	"math"
	"slices"
	"time"

	"github.com/rankle/rankle/replay"
)

// The response model (SIGNALS 6.2): which changes answer which press.
//
//	events ──> sweep ──> runs (presses on one control that may wait for one answer, with what changed meanwhile)
//	runs ──> judge ──> outcomes (answered or not, when, by what; errors; what could not be seen)
//
// A run takes what changes while it is the latest in its window. A press on another control closes it: from then on
// it takes only what is linked to it, by lying inside its control or by following the end of its request. A repeat on
// the same control joins the run, because people press again while they wait.

// relation says where a change lies as seen from the pressed control.
type relation uint8

const (
	elsewhere relation = iota
	own                // the control or inside it
	around             // an ancestor of it
)

// touched is one change that a run took.
type touched struct {
	at     time.Duration
	undone time.Duration // when it was taken back; 0 = it stayed
	node   replay.NodeID // the changed node
	parent replay.NodeID
	state  uint64
	prev   uint64
	size   int32
	kind   replay.ChangeKind
	traits replay.ChangeTraits
	rel    relation
	known  bool // prev is known
	revert bool // takes an earlier change back
	minor  bool // cannot be more than an acknowledgement
	attr   string
}

// signalKind is a sign of an answer that is no change of the tree.
type signalKind uint8

const (
	sigLoad   signalKind = iota // another document
	sigRoute                    // another screen without a load
	sigScroll                   // the page scrolled by itself
	sigInput                    // a value or checked state changed
	sigCaret                    // the caret was put into a field
	sigPaint                    // media, canvas
	sigStyle                    // style sheet
	sigOutside
	sigSelect
)

type signal struct {
	at   time.Duration
	kind signalKind
}

// run is a series of presses on one control that may wait for one answer.
type run struct {
	ctl      int32
	window   uint16
	node     replay.NodeID
	gestures []int32
	touches  []touched
	index    *lookup[int32] // of touches, by touchKey
	signals  []signal
	caret    replay.NodeID // field into which the caret was put, if there is a sigCaret
	blurred  replay.NodeID // field that lost the focus by the press
	blurAt   time.Duration
	led      bool          // to another screen
	closed   time.Duration // press on another control; 0 = none
	done     bool
	end      time.Duration // end of observation, filled when it is judged
	requests []int32       // own requests
	hits     []errorHit
}

// touchKey names what one change and its opposite have in common.
func (a *analysis) touchKey(t *touched) uint64 {
	return a.amb.packed(changeKey{node: t.node, kind: touchKind(t.kind), attr: t.attr})
}

// errorHit is an error or failed request that belongs to a press.
type errorHit struct {
	at      time.Duration
	gesture int32
	cause   string
	request bool
	refusal bool // ... which the server refused because of what was sent
	thrown  bool
	loose   bool // a request sent later than a press sends its own
	idle    bool // the press had been answered before, and nothing on the page showed the failure
}

// outcome is what came of one gesture.
type outcome struct {
	run      int32
	answered bool
	late     bool // answered together with an earlier press that waited longer than QuickAnswer
	latency  time.Duration
	by       answerKind
	state    uint64        // hash of what the answer changed
	seen     time.Duration // how long nothing was seen to answer, while it could have been
	ack      bool
	busy     bool
	flash    bool          // something appeared and went with the pointer's release
	beyond   bool          // ... and it lay outside of the control
	invalid  bool          // answered by a complaint, or by a message that looks like one
	marked   bool          // ... which marked a field
	alert    replay.NodeID // ... the message, or the field
	words    bool          // answered by something small within the form of the pressed control
	said     uint64        // ... the last of it
	past     bool          // ... or by something outside of that form as well
	lifted   bool          // ... or by something in it that went
	strayed  bool          // ... or by something outside of it that went
	gone     bool          // ... or the form went away: it led on
	stands   bool          // nothing changed, because the complaint of the press before still stands
	outside  bool
	selected bool
	asked    bool // sent a request of its own
	gap      bool
	tail     bool // observation ended with the recording
	first    bool // the first of its attempt
	hit      int32
}

// answerKind says by what a press was answered.
type answerKind uint8

const (
	byNothing answerKind = iota
	byChange
	byLoad
	byRoute
	byScroll
	byInput
	byCaret
	byPaint
	byOutside
)

const (
	// linkLag is how long after the end of its request a change is still taken to show the result of it.
	linkLag = 500 * time.Millisecond
	// stampLag is by how much the stamps of a request and of the change it causes may be swapped.
	stampLag = 100 * time.Millisecond
	// maxTouches and maxRunGestures bound one run; a longer one is judged and starts anew.
	maxTouches     = 2048
	maxRunGestures = 256
	// maxHits bounds the failures, requests and other signs of one run: the first ones say what there is to say.
	maxHits = 128
	// maxClosing bounds how many closed runs of a window still wait for linked changes.
	maxClosing = 4
	// scrollAnswer is how soon a scroll must start to answer a press (SIGNALS F7).
	scrollAnswer = 500 * time.Millisecond
	// scrollPause separates two bursts of scroll events; recorders sample them every 100 ms.
	scrollPause = 300 * time.Millisecond
	// scrollTrail is how long after a person scrolled lists go on filling.
	scrollTrail = 700 * time.Millisecond
	// typeLag is how long after a press an input event is still its own rather than typing.
	typeLag = 300 * time.Millisecond
	// outsideLag is how soon the page is left for an effect outside of it (SIGNALS F6).
	outsideLag = time.Second
)

// watch is the state of one window during the sweep.
type watch struct {
	known    bool  // the others are set
	cur      int32 // open run, or -1
	event    int32 // index of the event that is taken
	closing  []int32
	due      time.Duration // until then no run of the window is over
	moveAt   time.Duration
	moved    bool
	mx, my   int32
	scrollAt time.Duration
	scrolled bool
	offset   int32         // how far the page is scrolled down
	rollAt   time.Duration // latest scroll by a person
	rolled   bool
	down     bool // a finger is down
	blurAt   time.Duration
	blurred  replay.NodeID // the field that lost the focus then, or NoIndex
	lost     replay.NodeID // ... or whatever else did
	focusAt  time.Duration
	focused  replay.NodeID
}

// sweep reads the session and gives every run what changed while it waited.
func (a *analysis) sweep() {
	a.outcomes = emptied(a.outcomes, len(a.gestures))
	for i := range a.outcomes {
		a.outcomes[i] = outcome{run: -1, hit: -1}
	}
	var wins byWindow[watch]
	of := func(window uint16) *watch {
		w := wins.at(window)
		if !w.known {
			*w = watch{known: true, cur: -1, blurred: replay.NoIndex, lost: replay.NoIndex, focused: replay.NoIndex}
		}
		return w
	}
	next := 0
	for i := range a.s.Events {
		e := &a.s.Events[i]
		w := of(e.Window)
		for next < len(a.gestures) && int(a.gestures[next].ownFrom) <= i {
			g := &a.gestures[next]
			b := of(g.window)
			if i < int(g.firstEv) && a.waiting(b) {
				g.ownFrom = g.firstEv // the older press was answered just before
				continue
			}
			a.begin(b, int32(next))
			next++
		}
		a.expire(w, e.At)
		w.event = int32(i)
		a.take(w, e)
	}
}

// waiting reports whether nothing that may be an answer has happened since the latest press of the open run.
func (a *analysis) waiting(w *watch) bool {
	if w.cur < 0 {
		return false
	}
	r, since := &a.runs[w.cur], a.newest(w.cur)
	for i := len(r.touches) - 1; i >= 0 && r.touches[i].at >= since; i-- {
		if !r.touches[i].minor {
			return false
		}
	}
	return len(r.signals) == 0 || r.signals[len(r.signals)-1].at < since
}

// begin starts a run with gesture g, or joins the open one.
func (a *analysis) begin(w *watch, gi int32) {
	g := &a.gestures[gi]
	a.expire(w, g.at)
	if !g.pressed() {
		if g.kind != dropped {
			a.closeRun(w, g.at)
		}
		return
	}
	c := &a.controls[g.ctl]
	if w.cur >= 0 {
		r := &a.runs[w.cur]
		if r.ctl == g.ctl && len(r.gestures) < maxRunGestures && len(r.touches) < maxTouches {
			r.gestures = append(r.gestures, gi)
			if n := a.nodeOf(g); n >= 0 {
				r.node = n
			}
			w.due = min(w.due, g.at+a.limits(r).AnswerLimit)
			return
		}
		a.closeRun(w, g.at)
	}
	node := a.nodeOf(g)
	if node < 0 {
		node = c.node
	}
	w.closing = slices.DeleteFunc(w.closing, func(c int32) bool {
		if a.runs[c].ctl != g.ctl {
			return false
		}
		a.finish(c) // what happens in the control from now on answers the new presses
		return true
	})
	a.runs = another(a.runs)
	r := &a.runs[len(a.runs)-1]
	*r = run{ctl: g.ctl, window: g.window, node: node, blurred: replay.NoIndex,
		gestures: append(r.gestures[:0], gi), signals: r.signals[:0], requests: r.requests[:0], hits: r.hits[:0]}
	if w.blurred >= 0 && g.at-w.blurAt <= stampLag {
		r.blurred, r.blurAt = w.blurred, w.blurAt
	}
	w.cur = int32(len(a.runs) - 1)
	w.due = min(w.due, g.at+a.limits(r).AnswerLimit)
}

// closeRun ends the ownership of the open run.
func (a *analysis) closeRun(w *watch, at time.Duration) {
	if w.cur < 0 {
		return
	}
	a.runs[w.cur].closed = at
	if len(w.closing) == maxClosing {
		a.finish(w.closing[0])
		w.closing = append(w.closing[:0], w.closing[1:]...)
	}
	w.closing = append(w.closing, w.cur)
	w.cur = -1
}

// finish judges a run that can be given nothing more, and takes its scratch memory back.
func (a *analysis) finish(ri int32) {
	r := &a.runs[ri]
	if r.done {
		return
	}
	r.done = true
	a.judge(ri)
	if r.index != nil {
		a.mem.runs.keep(r.index, r.touches)
	}
	r.index, r.touches = nil, nil
}

// expire drops runs whose latest press can no longer be answered.
func (a *analysis) expire(w *watch, at time.Duration) {
	if at <= w.due {
		return
	}
	w.due = math.MaxInt64
	over := func(ri int32) bool {
		end := a.newest(ri) + a.limits(&a.runs[ri]).AnswerLimit
		if at > end {
			return true
		}
		w.due = min(w.due, end)
		return false
	}
	if w.cur >= 0 && over(w.cur) {
		a.finish(w.cur)
		w.cur = -1
	}
	keep := w.closing[:0]
	for _, c := range w.closing {
		if over(c) {
			a.finish(c)
		} else {
			keep = append(keep, c)
		}
	}
	w.closing = keep
}

// take hands one event to the runs it may answer.
func (a *analysis) take(w *watch, e *replay.Event) {
	var r *run
	var since time.Duration // since the latest press of the open run
	if w.cur >= 0 {
		r = &a.runs[w.cur]
		since = max(e.At-a.newest(w.cur), 0)
	}
	sign := func(k signalKind) {
		if r != nil && (len(r.signals) < maxRunGestures*4) {
			r.signals = append(r.signals, signal{at: max(e.At, a.newest(w.cur)), kind: k})
		}
	}
	switch e.Kind {
	case replay.PointerDown:
		w.down = e.Pointer == replay.Touch
	case replay.PointerUp, replay.PointerCancel:
		w.down = false
	case replay.Move:
		w.moveAt, w.moved, w.mx, w.my = e.At, true, e.X, e.Y
	case replay.Scroll:
		start := !w.scrolled || e.At-w.scrollAt > scrollPause
		w.scrollAt, w.scrolled = e.At, true
		from := w.offset
		if e.Flags.Has(replay.FlagDocument) {
			w.offset = e.Y
		}
		if r != nil && start && !w.down && since <= scrollAnswer && !a.jumpsUp(r, e, from) {
			sign(sigScroll)
		} else if r == nil || !r.scrolling(e.At) {
			w.rollAt, w.rolled = e.At, true
		}
	case replay.Focus, replay.Blur:
		a.takeFocus(w, r, e, since, sign)
	case replay.KeyboardShown:
		if r != nil && since <= time.Second {
			sign(sigInput)
		}
	case replay.Input:
		a.takeInput(w, r, e, since, sign)
	case replay.Selection:
		if r != nil && !e.Flags.Has(replay.FlagCollapsed) && since <= time.Second {
			sign(sigSelect)
		}
	case replay.Navigate:
		if e.Flags.Has(replay.FlagLoad) {
			w.offset = 0
		}
		a.takeNavigate(w, r, e, since, sign)
	case replay.Hidden:
		if r != nil && since <= outsideLag {
			sign(sigOutside)
		}
	case replay.StyleChange, replay.CanvasDraw, replay.Media:
		k := streamKey(e)
		if p := a.amb.get(k); r != nil && (!p.ambient(k.kind, k.size) || !p.explains(since)) {
			kind := sigPaint
			if e.Kind == replay.StyleChange {
				kind = sigStyle
			}
			sign(kind)
		}
	case replay.MutationEvent:
		if e.Detail >= 0 && int(e.Detail) < len(a.s.Mutations) {
			a.takeMutation(w, e, &a.s.Mutations[e.Detail])
		}
	case replay.RequestEvent:
		a.takeRequest(w, e)
	case replay.ErrorEvent:
		a.takeError(w, e)
	}
}

// takeFocus notes where the focus goes, and where it goes away.
func (a *analysis) takeFocus(w *watch, r *run, e *replay.Event, since time.Duration, sign func(signalKind)) {
	if e.Kind == replay.Focus {
		w.focusAt, w.focused = e.At, e.Node
		// A control that puts the caret into a field has answered; taking the focus itself is none.
		if r != nil && since <= typeLag+touchPress && e.Target >= 0 && int(e.Target) < len(a.s.Targets) &&
			a.s.Targets[e.Target].Traits.Has(replay.TextEntry) && !a.tree.within(e.Node, r.node) && !a.tree.within(r.node, e.Node) {
			sign(sigCaret)
			r.caret = e.Node
		}
		return
	}
	if w.lost = e.Node; w.blurred < 0 || !within(e.At, w.blurAt, momentLag) {
		w.blurAt, w.blurred = e.At, replay.NoIndex // else the focus is handed on, from the field by way of others
	}
	if e.Target >= 0 && int(e.Target) < len(a.s.Targets) && a.s.Targets[e.Target].Traits&(replay.TextEntry|replay.NativePicker) != 0 {
		w.blurAt, w.blurred = e.At, e.Node // only fields change the looks of their surroundings when they lose the focus
	}
	if r != nil && since <= typeLag {
		r.blurred, r.blurAt = w.blurred, e.At
	}
}

// jumpsUp reports whether a scroll is what a browser does with a link without an address (href="#") of which no script takes care: it
// goes to the top of the page. From far down that may be what the link is for.
func (a *analysis) jumpsUp(r *run, e *replay.Event, from int32) bool {
	t, s := a.tgt(&a.controls[r.ctl]), a.screen(e.Screen)
	return t != nil && s != nil && t.Tag == "a" && t.Role == "link" && t.Href == "" && e.Flags.Has(replay.FlagDocument) && e.Y == 0 && 2*from < s.H
}

// scrolling reports whether the run was answered by a scroll that is still going on.
func (r *run) scrolling(at time.Duration) bool {
	if n := len(r.signals); n > 0 {
		for i := n - 1; i >= 0 && i >= n-8; i-- {
			if r.signals[i].kind == sigScroll && at-r.signals[i].at <= 2*time.Second {
				return true
			}
		}
	}
	return false
}

func (a *analysis) takeInput(w *watch, r *run, e *replay.Event, since time.Duration, sign func(signalKind)) {
	if r == nil {
		return
	}
	mine := a.tree.within(e.Node, r.node) || a.tree.within(r.node, e.Node)
	switch {
	case e.Flags.Has(replay.FlagUnchanged):
		// A box that the application set back at once.
	case mine, since <= typeLag, e.Flags.Has(replay.FlagNotUser):
		sign(sigInput)
	default:
		a.closeRun(w, e.At) // somebody types: what follows answers the typing
	}
}

func (a *analysis) takeNavigate(w *watch, r *run, e *replay.Event, since time.Duration, sign func(signalKind)) {
	byHand := r != nil && e.Flags&(replay.FlagReload|replay.FlagBack) != 0 && since > a.limits(r).QuickAnswer
	switch {
	case byHand: // the person gave up waiting
		a.closeRun(w, e.At)
	case e.Flags.Has(replay.FlagLoad):
		sign(sigLoad)
		a.closeRun(w, e.At)
	case r != nil && r.led && since > a.limits(r).QuickAnswer && e.Screen == a.gestures[r.gestures[len(r.gestures)-1]].screen:
		a.closeRun(w, e.At) // the person went back from where the press had led
	default:
		if sign(sigRoute); r != nil {
			r.led = true
		}
	}
}

func (a *analysis) takeMutation(w *watch, e *replay.Event, m *replay.Mutation) {
	if w.cur >= 0 {
		rolling := w.rolled && e.At-w.rollAt <= scrollTrail && w.rollAt > a.newest(w.cur)
		a.takeChanges(&a.runs[w.cur], w, e, m, rolling)
	}
	for _, c := range w.closing {
		r := &a.runs[c]
		if w.cur < 0 || e.At-a.newest(w.cur) > typeLag { // else it answers the newer press
			a.takeChanges(r, w, e, m, !a.linked(r, e.At))
		}
	}
	apart := a.apart(w, e.At)
	for i := range m.Changes {
		c := &m.Changes[i]
		p := a.amb.change(e.Detail, i)
		if c.Kind == replay.AttributeChanged || c.Kind == replay.TextChanged {
			p.state, p.known = c.State, true
		}
		p.pass(e.At, apart)
	}
}

// apart reports whether no press of a window that may still be answered is so recent that its answers come at a moment.
func (a *analysis) apart(w *watch, at time.Duration) bool {
	if w.cur >= 0 && at-a.newest(w.cur) <= handTrail {
		return false
	}
	return !slices.ContainsFunc(w.closing, func(c int32) bool { return at-a.newest(c) <= handTrail })
}

// newest is the time of the latest press of a run.
func (a *analysis) newest(ri int32) time.Duration {
	gs := a.runs[ri].gestures
	return a.gestures[gs[len(gs)-1]].at
}

// linked reports whether a closed run's own request ended just before t.
func (a *analysis) linked(r *run, t time.Duration) bool {
	for _, q := range r.requests {
		if end := a.s.Requests[q].End; t >= end-stampLag && t-end <= linkLag {
			return true
		}
	}
	return false
}

// byItself reports whether a batch holds an ambient change that comes on its own beat, or so long behind a press that it
// is none of its answer. The rest of the batch has the same cause: a carousel that moves by itself touches other slides
// each time, none of them often enough to be known.
func (a *analysis) byItself(r *run, m *replay.Mutation, e *replay.Event, since, limit time.Duration) bool {
	for i := range m.Changes {
		p := a.amb.change(e.Detail, i)
		if a.setsGoing(r, &m.Changes[i], p, e.At) {
			continue
		}
		if p.ambientChange(&m.Changes[i]) && p.explains(since) && (since > limit || p.onBeat(e.At)) {
			return true
		}
	}
	return false
}

// setsGoing reports whether a change is the first tick of a clock in the pressed control, at the moment of the press: it was set going
// by it, as a timer on a button is.
func (a *analysis) setsGoing(r *run, c *replay.Change, p *pace, at time.Duration) bool {
	return a.relate(r, c) == own && at <= a.gestures[r.gestures[len(r.gestures)-1]].end+promptAnswer && p.setGoing(at)
}

// takeChanges adds the changes of one batch to a run; with ownOnly only those inside its control.
func (a *analysis) takeChanges(r *run, w *watch, e *replay.Event, m *replay.Mutation, ownOnly bool) {
	g := &a.gestures[r.gestures[len(r.gestures)-1]]
	at := max(e.At, g.at) // a handler of pointerdown runs before touchstart is recorded
	since := at - g.at
	if a.byItself(r, m, e, since, a.limits(r).QuickAnswer) && !a.linked(r, e.At) {
		return
	}
	if r.index == nil {
		r.index, r.touches = a.mem.runs.take()
	}
	for i := range m.Changes {
		if len(r.touches) >= maxTouches {
			return
		}
		c := &m.Changes[i]
		p := a.amb.change(e.Detail, i)
		if p.ambientChange(c) && p.explains(since) && !(at <= g.end+promptAnswer && (p.offBeat(e.At) || a.setsGoing(r, c, p, e.At))) || p.onClock(e.At) {
			continue
		}
		t := touched{at: at, node: c.Node, parent: c.Parent, state: c.State, prev: c.Was, size: c.Size, kind: c.Kind,
			traits: c.Traits, attr: c.Attr, known: c.Traits&replay.ChangeKnown != 0}
		t.rel = a.relate(r, c)
		if ownOnly && t.rel != own {
			continue
		}
		if c.Kind == replay.AttributeChanged || c.Kind == replay.TextChanged {
			if p.known && !t.known {
				t.prev, t.known = p.state, true
			}
			if t.known && t.prev == c.State {
				continue // set to what it was
			}
		}
		t.minor = a.minor(r, w, e, c, &t, p, since)
		key := a.touchKey(&t)
		a.undo(r, &t, key)
		latest, _ := r.index.add(key)
		*latest = int32(len(r.touches))
		r.touches = append(r.touches, t)
	}
}

// touchKind lets the removal of a node find its addition.
func touchKind(k replay.ChangeKind) replay.ChangeKind {
	if k == replay.Removed {
		return replay.Added
	}
	return k
}

// undo marks the earlier change that t, of a touchKey, takes back. What is taken back right after a newer press is the answer to that
// press (a menu that closes, a switch that goes back), except for passing looks of the control itself.
func (a *analysis) undo(r *run, t *touched, key uint64) {
	var j int32
	if latest := r.index.find(key); latest != nil {
		j = *latest
	} else if j = r.replaced(t); j < 0 {
		return
	}
	o := &r.touches[j]
	look := o.rel == own && t.at-o.at <= cosmeticSpan && (o.kind == replay.Added && !a.text(o.node) || cosmeticAttr(o.attr))
	if cosmeticAttr(o.attr) && a.switched(r.window, o.at, t.at) {
		return // one press switched it on and another off: a state, whatever attribute shows it
	}
	first := &a.gestures[a.pressAt(r, o.at)]
	early := o.at < first.end // the page answers when the pointer goes down
	if g := &a.gestures[a.pressAt(r, t.at)]; !look && g.at > o.at && t.at-g.end <= promptAnswer && (early || t.at >= g.end) {
		return
	}
	switch t.kind {
	case replay.Removed:
		if o.kind == replay.Added && o.undone == 0 {
			o.undone, t.revert = t.at, true
		}
	case replay.Added:
		if o.kind == replay.Removed && o.undone == 0 {
			o.undone, t.revert = t.at, true
		}
	default:
		// Back to what it was; where that is not known, a second change of a class or style is taken for it.
		cosmetic := t.traits&replay.ChangeCursor != 0 || cosmeticAttr(t.attr)
		gone := t.kind == replay.AttributeChanged && t.state == 0
		if o.known && t.state == o.prev || !o.known && (cosmetic && t.at-o.at <= cosmeticSpan || twoStates(t.attr) || gone) {
			o.undone, t.revert = t.at, true
		}
	}
}

// switched reports whether two changes came equally soon after the ends of two presses of a window, as what click handlers
// do does. A look goes by its own clock.
func (a *analysis) switched(window uint16, on, off time.Duration) bool {
	first, lag := a.released(window, on)
	second, again := a.released(window, off)
	return first >= 0 && second >= 0 && first != second && within(lag, again, momentLag)
}

// released returns the latest press of a window that had ended at a moment, and how long before; or -1. Some handlers wait
// for a second tap, a third of a second at most.
func (a *analysis) released(window uint16, at time.Duration) (int32, time.Duration) {
	const near = 8 // presses: more than a hand makes in the time
	i := a.gestureFrom(at + 1)
	for n := 0; i > 0 && n < near; n++ {
		i--
		if g := &a.gestures[i]; g.window == window && g.pressed() && g.end <= at+momentLag {
			if at-g.end > promptAnswer+doubleLag {
				break
			}
			return int32(i), at - g.end
		}
	}
	return -1, 0
}

// doubleLag is what touch handlers add to an answer while they wait for a second tap; browsers did the same for 300 ms.
const doubleLag = 300 * time.Millisecond

// replaced finds the removal that an arrival in the control takes back, or -1: its label or icon came again. A list that is drawn
// again elsewhere may be what was asked for.
func (r *run) replaced(t *touched) int32 {
	if t.kind != replay.Added || t.rel != own || t.state == 0 {
		return -1
	}
	const look = 64 // changes: a label that comes back follows the one that went closely
	for j := len(r.touches) - 1; j >= 0 && j >= len(r.touches)-look; j-- {
		o := &r.touches[j]
		if o.kind == replay.Removed && o.parent == t.parent && o.known && o.prev == t.state && o.undone == 0 && !o.revert {
			if t.at > o.at {
				return int32(j)
			}
			break
		}
	}
	return -1
}

// twoStates reports whether an attribute is there or not and has no other values: its second change is back to the
// first state.
func twoStates(attr string) bool { return attr == "hidden" || attr == "open" || attr == "inert" }

func cosmeticAttr(attr string) bool { return attr == "class" || attr == "style" }

// cosmeticSpan is how long ripples, pressed states and click animations last; Material's ripple takes 550 ms, and a busy
// page takes it away later.
const cosmeticSpan = 1500 * time.Millisecond

func (a *analysis) relate(r *run, c *replay.Change) relation {
	n := c.Node
	if c.Kind == replay.Added || c.Kind == replay.Removed {
		n = c.Parent
	}
	switch {
	case r.node < 0:
		return elsewhere
	case a.tree.within(n, r.node):
		return own
	case c.Kind == replay.AttributeChanged && a.tree.within(r.node, n):
		return around
	}
	return elsewhere
}
