package rrweb

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"github.com/rankle/rankle/replay"
)

// player replays the sorted events of all windows and writes the session.
type player struct {
	b       *Builder
	s       *replay.Session
	opt     Options
	dec     *decoder
	facts   *facts
	windows []*window       // more than in use: the others wait for the next recording
	start   float64         // epoch ms of the earliest event
	unknown replay.TargetID // the target of presses on nobody knows what, or NoIndex
	screens map[screenKey]replay.ScreenID
	// described holds the targets of elements that are in no tree; nil before the first.
	described map[describedKey]replay.TargetID
	touches   [recentTouches]touchedNode // by the number of the node
	epoch     uint32                     // counts what may change how a page's nodes are judged
	touched   int                        // events on a node
	missed    int                        // ... that was never defined
	batch     batchPlayer

	// What the session holds, in memory that the next one uses again: finish copies it.
	events  []replay.Event
	nodes   []replay.Node
	changes []replay.Change
	batches []replay.Mutation
	targets []replay.Target
}

type screenKey struct{ host, path string }

// window is one tab: its page and where it stands. Nothing crosses windows.
type window struct {
	index    uint16
	tree     tree
	spare    tree  // memory for the next page
	nodes    idMap // the session's nodes by their ids in the current page load, counted from 1
	screen   replay.ScreenID
	url      string // path and query of the current URL, only to tell a reload; never leaves the package
	meta     int    // index of the Navigate event of a Meta that no snapshot followed yet, or -1
	metaOld  replay.ScreenID
	metaSame bool          // that Meta named the URL that the window was on already
	lastAt   time.Duration // latest event
	snapAt   time.Duration // latest snapshot
	// metaPause is the time between that Meta and the event before it.
	metaPause time.Duration
	loads     int
	fresh     bool // a page load began: the next snapshot cannot be a checkout
	pressed   node
	sent      sentForm
	pointer   bool // pointerType was seen: a recent recorder
	network   []pendingRequest
}

// reset begins a session.
func (p *player) reset(b *Builder, s *replay.Session) {
	if p.screens == nil {
		p.screens = make(map[screenKey]replay.ScreenID)
	}
	clear(p.screens)
	all := p.windows[:cap(p.windows)]
	*p = player{b: b, s: s, opt: b.opt, dec: &b.dec, facts: &b.facts, windows: all, unknown: replay.NoIndex, screens: p.screens,
		batch: p.batch, events: p.events[:0], nodes: p.nodes[:0], changes: p.changes[:0], batches: p.batches[:0], targets: p.targets[:0]}
	for len(p.windows) < len(b.windows) || len(p.windows) == 0 {
		p.windows = append(p.windows, nil)
	}
	p.windows = p.windows[:max(1, len(b.windows))]
	for i, w := range p.windows {
		if w == nil {
			w = new(window)
		}
		*w = window{index: uint16(i), screen: replay.NoIndex, meta: -1, tree: w.tree, spare: w.spare, nodes: w.nodes, network: w.network[:0]}
		w.tree.reset(p.dom(), &p.opt)
		w.nodes.reset()
		p.windows[i] = w
	}
	if len(b.entries) > 0 {
		p.start = b.entries[0].time
	}
	// Most entries are one event each, and no batch has more changes than lines.
	batches, changes := len(b.facts.batches), b.facts.maxChanges(&p.opt)
	if len(b.facts.earlier) > 0 {
		batches, changes = 0, 0
		for i := range b.facts.earlier {
			c := &b.facts.earlier[i]
			batches, changes = batches+len(c.batches), changes+c.maxChanges(&p.opt)
		}
	}
	p.events, p.batches = slices.Grow(p.events, len(b.entries)), slices.Grow(p.batches, batches)
	p.changes = slices.Grow(p.changes, changes)
}

func (p *player) dom() *dom { return &p.facts.dom }

// at converts epoch milliseconds to an offset. Times before the first event (a request that began earlier) are 0.
func (p *player) at(ms float64) time.Duration {
	return max(0, time.Duration((ms-p.start)*float64(time.Millisecond)))
}

// play handles one entry.
func (p *player) play(e *entry) {
	w := p.windows[e.window]
	at := p.at(e.time)
	if e.typ >= typeSample {
		p.sample(w, at, e)
		return
	}
	var err error
	switch e.what {
	case badContent:
		if e.typ == typeDOMContentLoaded {
			w.fresh = true
		} else if e.typ <= typePlugin && e.typ != typeLoad {
			err = errSyntax
		}
	case snapshotContent:
		p.fullSnapshot(w, at, &p.facts.snapshots[e.ref])
	case batchContent:
		p.mutation(w, at, &p.facts.batches[e.ref])
	case flatContent:
		p.incremental(w, at, &p.facts.flats[e.ref])
	default:
		err = p.raw(w, at, e)
	}
	if err != nil {
		p.b.Mark(replay.MarkBadEvents)
	}
}

// raw handles an entry whose data was not read yet.
func (p *player) raw(w *window, at time.Duration, e *entry) error {
	switch e.typ {
	case typeDOMContentLoaded:
		w.fresh = true
	case typeMeta:
		return p.metaEvent(w, at, p.b.data(e))
	case typeCustom:
		return p.custom(w, at, p.b.data(e))
	case typePlugin:
		return p.plugin(w, at, e.time, p.b.data(e))
	}
	return nil
}

const (
	// unknownShare: one touch in so many on a node that was never defined is more than a late snapshot explains.
	unknownShare = 10
	// denseMinute is the number of stored events in a minute that no person and no page make together: 1,700 a second,
	// where a screen is drawn 60 to 240 times.
	denseMinute = 100_000
)

// activity counts active time and gaps between the events of the recording as they were stored: a path of pointer
// samples is one event. It returns the offset of the last event.
func (p *player) activity() time.Duration {
	last := time.Duration(0)
	for i, t := range p.b.times {
		at := p.at(t)
		if i == 0 {
			last = at
		}
		p.s.Active += min(at-last, replay.ActiveCap)
		if at-last > p.opt.GapAfter {
			p.s.Gaps = append(p.s.Gaps, replay.Gap{From: last, To: at})
			p.b.Mark(replay.MarkGap)
		}
		last = at
		if i >= denseMinute && t-p.b.times[i-denseMinute] < 60_000 {
			p.b.Mark(replay.MarkDense)
		}
	}
	return last
}

// emit appends an event of a window and returns its index.
func (p *player) emit(w *window, at time.Duration, kind replay.Kind) *replay.Event {
	w.lastAt = at
	p.events = append(p.events, replay.Event{At: at, Kind: kind, Window: w.index, Screen: w.screen,
		Target: replay.NoIndex, Node: replay.NoIndex, Detail: replay.NoIndex})
	return &p.events[len(p.events)-1]
}

// sample records one position of a pointer path. Moves name the node below the pointer but resolve no target: a
// pointer that passes over an element does not touch it.
func (p *player) sample(w *window, at time.Duration, e *entry) {
	ev := p.emit(w, at, replay.Move)
	ev.X, ev.Y = e.x, e.y
	if e.typ&typeOverdue != 0 {
		ev.Flags |= replay.FlagOverdue
	}
	switch e.typ &^ (typeSample | typeOverdue) {
	case sourceTouchMove:
		ev.Pointer = replay.Touch
		p.s.Context.Device.Touch = true
	default:
		ev.Pointer = replay.Mouse
	}
	if n := w.tree.get(e.id); n.ok() {
		ev.Node = p.node(w, n)
		if doc := n.document(); doc.ok() && doc != w.tree.root {
			ev.Flags |= replay.FlagFrame
		}
	}
	p.s.Coverage.PointerMoves = true
}

// incremental handles an incremental event other than a mutation or a pointer path.
func (p *player) incremental(w *window, at time.Duration, in *flat) {
	switch in.source {
	case sourceMouseInteraction:
		p.interaction(w, at, in)
	case sourceScroll:
		p.scroll(w, at, in)
	case sourceViewportResize:
		ev := p.emit(w, at, replay.Resize)
		ev.X, ev.Y = in.width, in.height
	case sourceInput:
		p.input(w, at, in)
	case sourceMedia:
		ev := p.emit(w, at, replay.Media)
		ev.Node = p.nodeByID(w, in.id)
	case sourceStyleSheetRule, sourceStyleDeclaration, sourceAdoptedStyleSheet:
		p.emit(w, at, replay.StyleChange)
	case sourceCanvas:
		ev := p.emit(w, at, replay.CanvasDraw)
		ev.Node = p.nodeByID(w, in.id)
		p.s.Coverage.Canvas = true
	case sourceSelection:
		ev := p.emit(w, at, replay.Selection)
		if in.collapsed {
			ev.Flags |= replay.FlagCollapsed
		}
	}
}

// interactionKinds maps rrweb's MouseInteractions.
var interactionKinds = [...]struct {
	kind    replay.Kind
	pointer replay.Pointer
}{
	0:  {replay.PointerUp, replay.PointerUnknown},
	1:  {replay.PointerDown, replay.PointerUnknown},
	2:  {replay.Click, replay.PointerUnknown},
	3:  {replay.ContextMenu, replay.PointerUnknown},
	4:  {replay.DoubleClick, replay.PointerUnknown},
	5:  {replay.Focus, replay.PointerUnknown},
	6:  {replay.Blur, replay.PointerUnknown},
	7:  {replay.PointerDown, replay.Touch},
	8:  {replay.Move, replay.Touch},
	9:  {replay.PointerUp, replay.Touch},
	10: {replay.PointerCancel, replay.Touch},
}

// pointerTypes maps rrweb's PointerTypes.
var pointerTypes = [...]replay.Pointer{0: replay.Mouse, 1: replay.Pen, 2: replay.Touch}

func (p *player) interaction(w *window, at time.Duration, in *flat) {
	if in.typ < 0 || int(in.typ) >= len(interactionKinds) {
		return
	}
	k := interactionKinds[in.typ]
	ev := p.emit(w, at, k.kind)
	ev.Pointer = k.pointer
	if in.pointer >= 0 && int(in.pointer) < len(pointerTypes) {
		ev.Pointer = pointerTypes[in.pointer]
		w.pointer = true
	}
	if in.hasX && in.hasY {
		ev.X, ev.Y = in.x, in.y
	} else {
		ev.Flags |= replay.FlagNoPosition
	}
	switch k.kind {
	case replay.PointerDown, replay.PointerUp:
		p.s.Coverage.PointerPress = true
	case replay.Move:
		p.s.Coverage.PointerMoves = true
	}
	if ev.Pointer == replay.Touch {
		p.s.Context.Device.Touch = true
	}
	p.touch(w, ev, in)
	if k.kind == replay.PointerDown || k.kind == replay.Click {
		w.pressed = node{}
		if n := w.tree.get(in.id); n.ok() {
			w.pressed, _ = actionable(n)
		}
	}
}

// scroll reports the offsets of one scroller. Targets are left out: nobody presses a scroll container.
func (p *player) scroll(w *window, at time.Duration, in *flat) {
	ev := p.emit(w, at, replay.Scroll)
	ev.X, ev.Y = in.x, in.y
	n := w.tree.get(in.id)
	if !n.ok() {
		if in.id == documentID {
			ev.Flags |= replay.FlagDocument
		}
		return
	}
	ev.Node = p.node(w, n)
	if n == w.tree.root || n.parent() == w.tree.root {
		ev.Flags |= replay.FlagDocument
	}
	if doc := n.document(); doc.ok() && doc != w.tree.root {
		ev.Flags |= replay.FlagFrame
	}
}

// documentID is the id of the top document: ids count from 1 in document order.
const documentID = 1

// input reports that a value changed. How long the new value is stays, the value does not.
func (p *player) input(w *window, at time.Duration, in *flat) {
	ev := p.emit(w, at, replay.Input)
	ev.Detail = in.textLen
	if in.hasByUser {
		if in.byUser {
			ev.Flags |= replay.FlagByUser
		} else {
			ev.Flags |= replay.FlagNotUser
		}
	}
	if in.masked {
		ev.Flags |= replay.FlagMasked
	}
	p.touch(w, ev, in)
	n := w.tree.get(in.id)
	if !n.ok() || !in.hasChecked || (!n.is(nameType, "checkbox") && !n.is(nameType, "radio")) {
		return
	}
	if in.checked == n.has(nameChecked) {
		ev.Flags |= replay.FlagUnchanged
	}
	p.epoch++
	if in.checked {
		n.set(nameChecked, n.d.keep([]byte("true")))
	} else {
		n.remove(nameChecked)
	}
}

// touch fills in what was touched and its state at that moment.
func (p *player) touch(w *window, ev *replay.Event, in *flat) {
	n := w.tree.get(in.id)
	if in.element.n > 0 && !n.ok() && p.describe(w, ev, in.element) {
		return
	}
	if in.id <= 0 {
		return // mobile recorders name no element, only a position
	}
	p.touched++
	if !n.ok() {
		p.missed++
		ev.Target = p.unresolved()
		return
	}
	ev.Node = p.node(w, n)
	press := presses(ev.Kind)
	t := &p.touches[n.i%recentTouches]
	if t.node != n.i || t.epoch != p.epoch || t.press != press {
		*t = touchedNode{node: n.i, epoch: p.epoch, press: press}
		t.target, t.flags = p.touchOf(w, n, press)
	}
	ev.Target = t.target
	ev.Flags |= t.flags
}

// touchedNode is what a touch of a node was found to mean, which it means until something changes: a press alone is a pointer
// that goes down and up, a focus and a click.
type touchedNode struct {
	node   int32
	epoch  uint32 // player.epoch
	press  bool   // it is part of a press
	flags  replay.Flags
	target replay.TargetID
}

// recentTouches is how many nodes are remembered, a power of two.
const recentTouches = 8

// touchOf finds what a touch of a node means.
func (p *player) touchOf(w *window, n node, press bool) (replay.TargetID, replay.Flags) {
	control, found := actionable(n)
	if !found && press {
		control = letsThrough(n)
	}
	if !control.ok() {
		control = n.element()
	}
	if !control.ok() { // the document itself
		return replay.NoIndex, 0
	}
	target, flags := p.target(w, control), stateFlags(control)
	if doc := n.document(); doc.ok() && doc != w.tree.root {
		flags |= replay.FlagFrame
	}
	return target, flags
}

// node returns the session's node for n and brings its ancestors up to date, as far up as they are not yet.
func (p *player) node(w *window, n node) replay.NodeID {
	first := replay.NodeID(replay.NoIndex)
	child := replay.NodeID(replay.NoIndex)
	d := &p.facts.dom
	shape := d.shape
	depth := 0
	for ; n.ok() && depth < p.opt.MaxDepth; n, depth = n.parent(), depth+1 {
		c := n.cell()
		id := replay.NodeID(w.nodes.get(c.id) - 1)
		if id < 0 {
			if len(p.nodes) >= p.opt.MaxNodes {
				p.b.Mark(replay.MarkLimit)
				d.shape++
				break
			}
			id = replay.NodeID(len(p.nodes))
			p.nodes = append(p.nodes, replay.Node{Parent: replay.NoIndex, Target: replay.NoIndex, Tag: n.tagName()})
			if c.id != unknownNode {
				w.nodes.put(c.id, int32(id)+1)
			} else {
				d.shape++ // without an id it is another node each time
			}
		}
		if child >= 0 {
			p.nodes[child].Parent = id
		} else {
			first = id
		}
		if c.walked == shape {
			return first
		}
		c.walked = shape
		child = id
	}
	if depth == p.opt.MaxDepth {
		d.shape++ // from another node, the way leads further up
	}
	if child >= 0 {
		p.nodes[child].Parent = replay.NoIndex
	}
	return first
}

func (p *player) nodeByID(w *window, id int32) replay.NodeID {
	if n := w.tree.get(id); n.ok() {
		return p.node(w, n)
	}
	return replay.NoIndex
}

func (n node) tagName() string {
	switch n.kind() {
	case kindDocument:
		return "#document"
	case kindElement:
		return n.tag()
	case kindText:
		return "#text"
	}
	return "#other"
}

// tagSum is another number for every tagName.
func (n node) tagSum() uint64 {
	if n.kind() == kindElement {
		return n.d.names.list[n.cell().tag].sum
	}
	return uint64(min(n.kind(), kindText+1))
}

// finish settles what is only known at the end.
func (p *player) finish(lent bool) {
	s := p.s
	for _, w := range p.windows {
		p.flushRequests(w)
		p.titleScreen(w)
	}
	p.handOver(lent)
	s.Events = slices.DeleteFunc(s.Events, func(e replay.Event) bool { return e.Kind == replay.KindUnknown })
	for i := range s.Events {
		e := &s.Events[i]
		if e.Pointer == replay.PointerUnknown && p.windows[e.Window].pointer {
			// Recent recorders leave the pointer type out exactly where the event implies it.
			switch e.Kind {
			case replay.PointerDown, replay.PointerUp:
				e.Pointer = replay.Mouse
			}
		}
	}
	inTime(s.Events)
	p.placeRequests()
	s.Duration = p.activity()
	if n := len(s.Events); n > 0 {
		s.Duration = max(s.Duration, s.Events[n-1].At)
	}
	if len(p.b.entries) > 0 {
		s.Start = epoch(p.start)
	}
	if !s.Coverage.Snapshot {
		p.b.Mark(replay.MarkNoSnapshot)
	}
	if p.missed > 0 && p.missed*unknownShare >= p.touched {
		p.b.Mark(replay.MarkUnresolved)
	}
	for _, w := range p.windows {
		if w.tree.limited {
			p.b.Mark(replay.MarkLimit)
		}
	}
	p.markMasked()
}

// handOver gives the session what it holds: the memory of the player if that is lent, or so large that no other recording
// would use it, else a copy of just the right size.
func (p *player) handOver(lent bool) {
	s := p.s
	s.Events, s.Nodes, s.Targets, s.Mutations = p.events, p.nodes, p.targets, p.batches
	changes := p.changes
	if !lent && !p.b.large() {
		s.Events, s.Nodes = append([]replay.Event(nil), s.Events...), append([]replay.Node(nil), s.Nodes...)
		s.Targets, s.Mutations = append([]replay.Target(nil), s.Targets...), append([]replay.Mutation(nil), s.Mutations...)
		clear(p.targets) // their texts belong to the session alone
		changes = slices.Clone(changes)
	}
	for i := range s.Mutations {
		m := &s.Mutations[i]
		n := len(m.Changes)
		m.Changes = changes[:n:n]
		changes = changes[n:]
		if n == 0 {
			m.Changes = nil
		}
	}
}

// inTime puts events into the order of time. Only requests and spans lie out of place, which are reported when they are
// over: each is moved, until that gets more than sorting costs.
func inTime(events []replay.Event) {
	moves := sortedMoves * len(events)
	for i := 1; i < len(events); i++ {
		e := events[i]
		if e.At >= events[i-1].At {
			continue
		}
		at := sort.Search(i, func(j int) bool { return events[j].At > e.At })
		if moves -= i - at; moves < 0 {
			slices.SortStableFunc(events, func(a, b replay.Event) int { return cmp.Compare(a.At, b.At) })
			return
		}
		copy(events[at+1:i+1], events[at:i])
		events[at] = e
	}
}

// placeRequests gives every request the screen that its window showed when it ended. Requests are reported later.
func (p *player) placeRequests() {
	screens := make([]replay.ScreenID, len(p.windows))
	for i := range screens {
		screens[i] = replay.NoIndex
	}
	for i := range p.s.Events {
		e := &p.s.Events[i]
		switch e.Kind {
		case replay.Navigate:
			screens[e.Window] = e.Screen
		case replay.RequestEvent:
			e.Screen = screens[e.Window]
		}
	}
}

// epoch converts epoch milliseconds to a UTC time.
func epoch(ms float64) time.Time {
	whole := int64(ms)
	return time.UnixMilli(whole).Add(time.Duration((ms - float64(whole)) * float64(time.Millisecond))).UTC()
}

// markMasked marks a session whose labels were mostly replaced by the recorder: among the targets that carry text at
// all, at least half carry only asterisks.
func (p *player) markMasked() {
	masked, labelled := 0, 0
	for i := range p.s.Targets {
		if p.s.Targets[i].Traits.Has(replay.Masked) {
			masked++
		} else if p.s.Targets[i].Label != "" {
			labelled++
		}
	}
	if masked > 0 && masked >= labelled {
		p.b.Mark(replay.MarkMasked)
	}
}
