package friction

import (
	"sort"
	"strconv"
	"strings"
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
	index    map[touchKey]int32
	signals  []signal
	blurred  replay.NodeID // field that lost the focus by the press
	closed   time.Duration // press on another control; 0 = none
	done     bool
	end      time.Duration // end of observation, filled when it is judged
	requests []int32       // own requests
	hits     []errorHit
}

type touchKey struct {
	node replay.NodeID
	kind replay.ChangeKind
	attr string
}

// errorHit is an error or failed request that belongs to a press.
type errorHit struct {
	at      time.Duration
	gesture int32
	cause   string
	request bool
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
	// preLag is how far before a click without pointer events its answer may be stamped: pages react to pointer down.
	preLag = 120 * time.Millisecond
	// outsideLag is how soon the page is left for an effect outside of it (SIGNALS F6).
	outsideLag = time.Second
)

// watch is the state of one window during the sweep.
type watch struct {
	cur      int32 // open run, or -1
	closing  []int32
	moveAt   time.Duration
	moved    bool
	mx, my   int32
	scrollAt time.Duration
	scrolled bool
	rollAt   time.Duration // latest scroll by a person
	rolled   bool
	down     bool // a finger is down
	blurAt   time.Duration
	blurred  replay.NodeID
	preAt    time.Duration // latest non-ambient change
	pre      bool
}

// sweep reads the session and gives every run what changed while it waited.
func (a *analysis) sweep() {
	a.outcomes = make([]outcome, len(a.gestures))
	for i := range a.outcomes {
		a.outcomes[i] = outcome{run: -1, hit: -1}
	}
	wins := map[uint16]*watch{}
	next := 0
	for i := range a.s.Events {
		e := &a.s.Events[i]
		w := wins[e.Window]
		if w == nil {
			w = &watch{cur: -1, blurred: replay.NoIndex}
			wins[e.Window] = w
		}
		for next < len(a.gestures) && int(a.gestures[next].firstEv) <= i {
			if int(a.gestures[next].firstEv) == i {
				a.begin(w, int32(next))
			}
			next++
		}
		a.expire(w, e.At)
		a.take(w, e)
	}
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
			if g.target >= 0 {
				r.node = a.s.Targets[g.target].Node
			}
			return
		}
		a.closeRun(w, g.at)
	}
	node := c.node
	if g.target >= 0 && int(g.target) < len(a.s.Targets) {
		node = a.s.Targets[g.target].Node
	}
	r := run{ctl: g.ctl, window: g.window, node: node, gestures: []int32{gi}, blurred: replay.NoIndex}
	if w.blurred >= 0 && g.at-w.blurAt <= stampLag {
		r.blurred = w.blurred
	}
	if g.alone && !a.s.Coverage.PointerPress && w.pre && g.at-w.preAt <= preLag {
		r.signals = append(r.signals, signal{at: g.at, kind: sigPaint})
	}
	a.runs = append(a.runs, r)
	w.cur = int32(len(a.runs) - 1)
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
		clear(r.index)
		a.idleIndex = append(a.idleIndex, r.index)
		a.idleTouches = append(a.idleTouches, r.touches[:0])
	}
	r.index, r.touches = nil, nil
}

// scratch returns memory for the changes of a run.
func (a *analysis) scratch() (map[touchKey]int32, []touched) {
	n := len(a.idleIndex)
	if n == 0 {
		return map[touchKey]int32{}, nil
	}
	m, t := a.idleIndex[n-1], a.idleTouches[n-1]
	a.idleIndex, a.idleTouches = a.idleIndex[:n-1], a.idleTouches[:n-1]
	return m, t
}

// expire drops runs whose latest press can no longer be answered.
func (a *analysis) expire(w *watch, at time.Duration) {
	over := func(ri int32) bool { return at-a.newest(ri) > a.limits(&a.runs[ri]).AnswerLimit }
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
		since = e.At - a.gestures[r.gestures[len(r.gestures)-1]].at
	}
	sign := func(k signalKind) {
		if r != nil && (len(r.signals) < maxRunGestures*4) {
			r.signals = append(r.signals, signal{at: e.At, kind: k})
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
		if r != nil && start && !w.down && since <= scrollAnswer {
			sign(sigScroll)
		} else if r == nil || !r.scrolling(e.At) {
			w.rollAt, w.rolled = e.At, true
		}
	case replay.Focus:
		// A control that puts the caret into a field has answered; taking the focus itself is none.
		if r != nil && since <= typeLag+touchPress && e.Target >= 0 && int(e.Target) < len(a.s.Targets) &&
			a.s.Targets[e.Target].Traits.Has(replay.TextEntry) && !a.tree.within(e.Node, r.node) && !a.tree.within(r.node, e.Node) {
			sign(sigInput)
		}
	case replay.KeyboardShown:
		if r != nil && since <= time.Second {
			sign(sigInput)
		}
	case replay.Blur:
		w.blurAt, w.blurred = e.At, replay.NoIndex
		if e.Target >= 0 && int(e.Target) < len(a.s.Targets) && a.s.Targets[e.Target].Traits&(replay.TextEntry|replay.NativePicker) != 0 {
			w.blurred = e.Node // only fields change the looks of their surroundings when they lose the focus
		}
		if r != nil && since <= typeLag {
			r.blurred = w.blurred
		}
	case replay.Input:
		a.takeInput(w, r, e, since, sign)
	case replay.Selection:
		if r != nil && !e.Flags.Has(replay.FlagCollapsed) && since <= time.Second {
			sign(sigSelect)
		}
	case replay.Navigate:
		byHand := r != nil && e.Flags&(replay.FlagReload|replay.FlagBack) != 0 && since > a.limits(r).QuickAnswer
		switch {
		case byHand: // the person gave up waiting
			a.closeRun(w, e.At)
		case e.Flags.Has(replay.FlagLoad):
			sign(sigLoad)
			a.closeRun(w, e.At)
		default:
			sign(sigRoute)
		}
	case replay.Hidden:
		if r != nil && since <= outsideLag {
			sign(sigOutside)
		}
	case replay.StyleChange, replay.CanvasDraw, replay.Media:
		k := streamKey(e)
		if p := a.amb.changes[k]; r != nil && (!p.ambient(k) || !p.explains(since)) {
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
	case mine, since <= typeLag, e.Flags.Has(replay.FlagNotUser):
		sign(sigInput)
	default:
		a.closeRun(w, e.At) // somebody types: what follows answers the typing
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
	fresh := false
	for i := range m.Changes {
		c := &m.Changes[i]
		k := keyOf(c)
		p := a.amb.changes[k]
		if p == nil {
			continue
		}
		fresh = fresh || !p.ambient(k)
		if c.Kind == replay.AttributeChanged || c.Kind == replay.TextChanged {
			p.state, p.known = c.State, true
		}
	}
	if fresh {
		w.pre, w.preAt = true, e.At
	}
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

// byItself reports whether a batch holds an ambient change. So long behind a press the rest of the batch has the same
// cause: a carousel that moves by itself touches other slides each time, none of them often enough to be known.
func (a *analysis) byItself(m *replay.Mutation, since time.Duration) bool {
	for i := range m.Changes {
		k := keyOf(&m.Changes[i])
		if p := a.amb.changes[k]; p != nil && p.ambient(k) && p.explains(since) {
			return true
		}
	}
	return false
}

// takeChanges adds the changes of one batch to a run; with ownOnly only those inside its control.
func (a *analysis) takeChanges(r *run, w *watch, e *replay.Event, m *replay.Mutation, ownOnly bool) {
	since := e.At - a.gestures[r.gestures[len(r.gestures)-1]].at
	if since > a.limits(r).QuickAnswer && a.byItself(m, since) && !a.linked(r, e.At) {
		return
	}
	if r.index == nil {
		r.index, r.touches = a.scratch()
	}
	for i := range m.Changes {
		if len(r.touches) >= maxTouches {
			return
		}
		c := &m.Changes[i]
		k := keyOf(c)
		p := a.amb.changes[k]
		if p != nil && p.ambient(k) && p.explains(since) {
			continue
		}
		t := touched{at: e.At, node: c.Node, parent: c.Parent, state: c.State, size: c.Size, kind: c.Kind,
			traits: c.Traits, attr: c.Attr}
		t.rel = a.relate(r, c)
		if ownOnly && t.rel != own {
			continue
		}
		if p != nil && p.known && (c.Kind == replay.AttributeChanged || c.Kind == replay.TextChanged) {
			t.prev, t.known = p.state, true
			if t.prev == c.State {
				continue // set to what it was
			}
		}
		t.minor = a.minor(r, w, e, c, &t, p, since)
		a.undo(r, &t)
		r.index[touchKey{t.node, touchKind(t.kind), t.attr}] = int32(len(r.touches))
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

// undo marks the earlier change that t takes back. What is taken back right after a newer press is the answer to that
// press (a menu that closes, a switch that goes back), except for passing looks of the control itself.
func (a *analysis) undo(r *run, t *touched) {
	j, ok := r.index[touchKey{t.node, touchKind(t.kind), t.attr}]
	if !ok {
		return
	}
	o := &r.touches[j]
	look := o.rel == own && t.at-o.at <= cosmeticSpan && (o.kind == replay.Added && !a.text(o.node) || cosmeticAttr(o.attr))
	if g := &a.gestures[a.pressAt(r, t.at)]; !look && g.at > o.at && t.at-g.end <= promptAnswer {
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
		if o.known && t.state == o.prev || !o.known && (cosmetic && t.at-o.at <= cosmeticSpan || twoStates(t.attr)) {
			o.undone, t.revert = t.at, true
		}
	}
}

// twoStates reports whether an attribute is there or not and has no other values: its second change is back to the
// first state.
func twoStates(attr string) bool { return attr == "hidden" || attr == "open" || attr == "inert" }

func cosmeticAttr(attr string) bool { return attr == "class" || attr == "style" }

// cosmeticSpan is how long ripples, pressed states and click animations last; Material's ripple takes 550 ms.
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

// hoverSize is the size up to which an added subtree may be a tooltip.
const hoverSize = 8

// minor reports whether a change can only acknowledge: busy states, focus and pressed states, hover effects, and
// what nobody sees.
func (a *analysis) minor(r *run, w *watch, e *replay.Event, c *replay.Change, t *touched, p *pace, since time.Duration) bool {
	if c.Kind == replay.AttributeChanged && c.Traits&replay.ChangeBusy != 0 || invisible(c.Attr) {
		return true
	}
	if t.rel == own && (c.Attr == "disabled" || c.Attr == "aria-disabled") {
		return true // taking the control away is not what was asked for
	}
	if (c.Kind == replay.Added || c.Kind == replay.Removed) && c.Node >= 0 && int(c.Node) < len(a.s.Nodes) {
		switch a.s.Nodes[c.Node].Tag {
		case "script", "style", "link", "meta", "noscript", "#comment":
			return true
		}
	}
	cosmetic := c.Kind == replay.AttributeChanged && (c.Traits&replay.ChangeCursor != 0 || cosmeticAttr(c.Attr))
	if c.Kind == replay.Added && t.rel == own && c.Size <= 1 && !a.text(c.Node) && since > cosmeticSpan {
		return true // an empty thing that pointing at the control puts into it
	}
	if cosmetic && t.rel != elsewhere && (p != nil && p.hover > 0 || since > cosmeticSpan) {
		return true // its hover effect, or a look that it takes on later
	}
	if cosmetic && r.blurred >= 0 && !a.tree.within(r.blurred, r.node) && a.tree.within(c.Node, a.surround(r.blurred, r.node)) {
		return true // the field that lost the focus
	}
	away := w.moved && e.At-w.moveAt <= pointerTrail && since > typeLag && a.left(r, w)
	small := (c.Kind == replay.Added || c.Kind == replay.Removed) && c.Size <= hoverSize && c.Traits&replay.ChangeDialog != 0
	return away && (cosmetic || small)
}

// surround returns what a field may restyle when it loses the focus: up to three levels around it, and never what holds
// the pressed control as well.
func (a *analysis) surround(field, pressed replay.NodeID) replay.NodeID {
	for range 3 {
		p := a.tree.above(field, 1)
		if p == field || a.tree.within(pressed, p) {
			break
		}
		field = p
	}
	return field
}

// left reports whether the mouse has moved away from the press.
func (a *analysis) left(r *run, w *watch) bool {
	g := &a.gestures[r.gestures[len(r.gestures)-1]]
	return g.pointer != replay.Touch && g.hasPos && distance(g.x, g.y, w.mx, w.my) > sameSpot
}

// invisible reports whether a change of the attribute shows nothing by itself. These are the attributes that pressing,
// focusing and hovering set in widget libraries, and what only machines read.
func invisible(attr string) bool {
	switch attr {
	case "tabindex", "aria-describedby", "aria-busy", "aria-owns", "aria-controls", "nonce", "title", "autocomplete",
		"data-focus", "data-focused", "data-focus-visible", "data-focus-visible-added", "data-hover", "data-hovered",
		"data-pressed", "data-active", "ant-click-animating", "data-ant-click-animating", "id", "name", "for":
		return true
	}
	return false
}

func (a *analysis) takeRequest(w *watch, e *replay.Event) {
	if e.Detail < 0 || int(e.Detail) >= len(a.s.Requests) {
		return
	}
	q := &a.s.Requests[e.Detail]
	if background(q) || a.amb.ambientRate(a.amb.requests[requestKey(q)]) {
		return
	}
	r, gi := a.asker(w, q)
	if r == nil || len(r.requests) >= maxHits {
		return
	}
	r.requests = append(r.requests, e.Detail)
	g := &a.gestures[gi]
	if !q.Failed() || a.aborted(q, e) || g.kind == swallow || a.controls[g.ctl].kind == TextEntry {
		return
	}
	loose := !prompt(q, g)
	if rt := a.amb.requests[requestKey(q)]; rt != nil && (rt.apart > 0 && rt.apart*2 >= rt.after || loose && len(rt.controls) > 1) {
		return // it is also sent without a press
	}
	cause := requestKey(q) + " " + strconv.Itoa(q.Status)
	r.hits = append(r.hits, errorHit{at: q.End, gesture: gi, cause: cause, request: true, loose: loose})
}

// sendLag is how soon after pointer up the handler of a press sends its request. A later one may be its own as well
// (after a check or a pause for more input), but as well a timer's that happened to fire.
const sendLag = 300 * time.Millisecond

// prompt reports whether a request was sent right after the pointer went down or up.
func prompt(q *replay.Request, g *gesture) bool {
	return q.Start >= g.at && q.Start-g.at <= sendLag || q.Start >= g.end && q.Start-g.end <= sendLag
}

// failLag is how far apart a failed request and the message logged about it are stamped.
const failLag = 30 * time.Millisecond

// reported finds the failed request that a message is about, and says whether a press of the window sent it.
func (a *analysis) reported(at time.Duration, g *gesture) (found, sent bool) {
	i := sort.Search(len(a.failed), func(i int) bool { return a.s.Requests[a.failed[i]].End >= at-failLag })
	for ; i < len(a.failed); i++ {
		q := &a.s.Requests[a.failed[i]]
		if q.End > at+failLag {
			break
		}
		found = true
		sent = sent || prompt(q, g) && !background(q)
	}
	return found, sent
}

// findFailed lists the failed requests by their end.
func (a *analysis) findFailed() {
	for i := range a.s.Requests {
		if a.s.Requests[i].Failed() {
			a.failed = append(a.failed, int32(i))
		}
	}
	sort.SliceStable(a.failed, func(i, j int) bool { return a.s.Requests[a.failed[i]].End < a.s.Requests[a.failed[j]].End })
}

// asker finds the press that sent a request: the latest one before its start, in the open or a closed run.
func (a *analysis) asker(w *watch, q *replay.Request) (*run, int32) {
	var best *run
	bestG := int32(-1)
	try := func(ri int32) {
		r := &a.runs[ri]
		for i := len(r.gestures) - 1; i >= 0; i-- {
			g := &a.gestures[r.gestures[i]]
			if g.at > q.Start {
				continue
			}
			// A held pointer asks when it is released.
			if from := min(g.end, q.Start); q.Start-from <= a.limits(r).RequestAfter && (best == nil || g.at > a.gestures[bestG].at) {
				best, bestG = r, r.gestures[i]
			}
			return
		}
	}
	for _, c := range w.closing {
		try(c)
	}
	if w.cur >= 0 {
		try(w.cur)
	}
	return best, bestG
}

// abortLag is how close to the end of a request a navigation or a later request to the same place explains why it
// ended without a status.
const abortLag = 100 * time.Millisecond

// aborted reports whether a request without a status was given up by the page rather than lost: the page was left, or
// a newer request to the same place replaced it.
func (a *analysis) aborted(q *replay.Request, e *replay.Event) bool {
	if q.Status != 0 {
		return false
	}
	if i := a.visitFrom(q.End - abortLag); i < len(a.visits) && a.visits[i].At <= q.End+abortLag {
		return true
	}
	const near = 32
	lo, hi := max(int(e.Detail)-near, 0), min(int(e.Detail)+near, len(a.s.Requests))
	for i := lo; i < hi; i++ {
		o := &a.s.Requests[i]
		if i != int(e.Detail) && o.Method == q.Method && o.Path == q.Path && o.Start > q.Start && o.Start <= q.End+abortLag {
			return true
		}
	}
	return false
}

// resizeNotice begins the browser's own remark that a layout took more than one frame (CSSWG Resize Observer, "deliver
// resize loop error"). It is reported like an error, but no script failed and nothing was left undone.
const resizeNotice = "ResizeObserver loop"

func (a *analysis) takeError(w *watch, e *replay.Event) {
	if e.Detail < 0 || int(e.Detail) >= len(a.s.Errors) {
		return
	}
	x := &a.s.Errors[e.Detail]
	if strings.HasPrefix(strings.TrimLeft(x.Message, `"'`), resizeNotice) {
		return
	}
	if a.amb.ambientRate(a.amb.errors[x.Fingerprint]) {
		return
	}
	if w.cur >= 0 && len(a.runs[w.cur].hits) >= maxHits {
		return
	}
	hit := errorHit{at: e.At, cause: x.Fingerprint, thrown: x.Thrown}
	if w.cur >= 0 {
		r := &a.runs[w.cur]
		gi := r.gestures[len(r.gestures)-1]
		if g := &a.gestures[gi]; g.kind == swallow || a.controls[g.ctl].kind == TextEntry {
			return
		} else if found, sent := a.reported(e.At, g); found && !sent && !x.Thrown && !a.linked(r, e.At) {
			return // it reports a request that the press did not send
		}
		if e.At-a.gestures[gi].end <= a.limits(r).ErrorAfter || a.linked(r, e.At) {
			hit.gesture = gi
			r.hits = append(r.hits, hit)
			return
		}
	}
	for i := len(w.closing) - 1; i >= 0; i-- {
		r := &a.runs[w.closing[i]]
		if a.linked(r, e.At) {
			hit.gesture = r.gestures[len(r.gestures)-1]
			r.hits = append(r.hits, hit)
			return
		}
	}
}
