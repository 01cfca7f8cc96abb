package friction

import (
	"math/bits"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode"

	"github.com/rankle/rankle/replay"
)

// What changes on its own cannot answer a press (SIGNALS F9). Three kinds of evidence make a change ambient:
//
//	silence     it happens although nobody has done anything for long
//	repetition  it goes on happening after whatever a person did has been answered once
//	rhythm      it comes at equal intervals, whatever a person does
//
// A redraw of more than a few nodes needs rhythm: the application's root changes at load and at every client-side
// navigation without being a clock. And a change that follows a press much faster than its own pace would explain is
// an answer all the same: a list that polls once a minute may still answer a press within a second.

// changeKey names what changed: an attribute or the text of one node, or children of about one size coming to or
// going from one parent. New children have new node ids, so that their parent stands for them.
type changeKey struct {
	node replay.NodeID
	kind replay.ChangeKind
	size uint8 // log2 of the size of an added or removed subtree: a tooltip is not a dialog
	attr string
}

func keyOf(c *replay.Change) changeKey {
	switch c.Kind {
	case replay.Added, replay.Removed:
		return changeKey{node: c.Parent, kind: c.Kind, size: sizeOf(c)}
	case replay.AttributeChanged:
		return changeKey{node: c.Node, kind: c.Kind, attr: c.Attr}
	}
	return changeKey{node: c.Node, kind: c.Kind}
}

// sizeOf is the size of a change in its key.
func sizeOf(c *replay.Change) uint8 { return uint8(bits.Len32(uint32(max(c.Size, 1)))) }

// streamKey names changes without a node: style sheets, canvas commands, media.
func streamKey(e *replay.Event) changeKey {
	return changeKey{node: e.Node, kind: replay.ChangeKind(64 + uint8(e.Kind))}
}

// pace is what is known of one key.
type pace struct {
	first, last time.Duration // of counted changes
	interval    time.Duration // the latest
	free        bool          // ... ended apart from anything a person did
	epoch       int32         // user action that the latest change followed
	since       int32         // counted changes since that action
	count       int32
	strong      int32 // after long stillness
	repeat      int32 // 2 s after an action, and more than the presses before can have asked for
	weak        int32 // 2 s after an action
	even        int32 // intervals equal to the one before, whatever a person did
	apart       int32 // intervals that ended at least handTrail after anything a person did
	regular     int32 // ... and were equal to the one before
	hover       int32 // while the pointer moved, 1 s after any press
	trail       int32 // ... and more than the presses before can have asked for
	hoverCtl    int32 // control pressed last before the latest of hover
	roams       bool  // hover followed presses on several controls
	focus       int32 // when the element or what lies around it lost the focus
	state       uint64
	known       bool
	beat        time.Duration // an interval that was equal to the one before
	jitter      time.Duration // largest difference between two equal intervals that no hand has set
	second      time.Duration // of counted changes
	passed      time.Duration // latest counted change that the sweep has passed
	tick        time.Duration // the interval before it
	ticks       int32         // how many intervals equal to it came in a row apart from the hand
	off         uint64        // what it was before the focus was last lost anywhere
	offAt       time.Duration // ... and when that was
	window      uint16        // where it was seen first; nodes belong to one window
	latest      time.Duration // latest change, counted or not
	begun       time.Duration // when the movement that it is a step of began
	led         bool          // ... right after something a person did
}

const (
	// still is the stillness after which a change has no cause in the session: the answer limit.
	still = 10 * time.Second
	// settle is how long an answer may go on changing things (SIGNALS F9: two seconds).
	settle = 2 * time.Second
	// sameBeat merges the changes of one animation into one.
	sameBeat = 200 * time.Millisecond
	// fewNodes is the size up to which an added subtree is a tick, a message or a banner rather than a redraw. It is a
	// power of two minus one because sizes are compared by their logarithm.
	fewNodes = 7
	// Counts that make a key ambient. Two changes out of stillness are SIGNALS' rule; three repetitions, because an
	// answer often comes in two steps; three equal intervals, because two can be equal by chance.
	ambientStrong  = 2
	ambientRepeat  = 3
	ambientRegular = 3
	// chance is how likely an ambient change may fall this close behind a press before it stops being an answer.
	chance = 0.02
	// slowPace is the pace from which on chance is asked at all; faster ones never answer.
	slowPace = 10 * time.Second
	// beatCount equal intervals are a beat, even among others: whatever moves by itself starts anew when it is touched.
	beatCount = 2
	// beatLag is by how much a timer of the page comes early or late: a few frames.
	beatLag = 50 * time.Millisecond
	// handTrail is how long after a press its immediate answers and the end of its ripple come: an answer in time.
	handTrail = time.Second
	// standsStill is how many beats a clock is silent when it stands still; a busy page loses one or two.
	standsStill = 5
	// stepGap is the longest pause between two steps of one movement: what is drawn less often than three times a second jumps.
	stepGap = 350 * time.Millisecond
	// pointerTrail is how long after a mouse move its hover effects are stamped.
	pointerTrail = 150 * time.Millisecond
)

// occasion is what went before a change.
type occasion struct {
	window    uint16
	at, since time.Duration // when the change came, and how long after the latest action of a person
	epoch     int32         // number of that action
	presses   int32         // length of the series of presses on one control that it ended
	ctl       int32         // that control, or -1
	moving    bool          // the pointer has just moved
}

// see counts a change.
func (p *pace) see(o occasion) {
	at, since, epoch, presses := o.at, o.since, o.epoch, o.presses
	if p.epoch != epoch {
		p.epoch, p.since = epoch, 0
	}
	if o.moving && since >= time.Second {
		if p.hover > 0 && p.hoverCtl != o.ctl {
			p.roams = true
		}
		p.hoverCtl = o.ctl
		p.hover++
		if p.since >= max(presses, 1) {
			p.trail++
		}
	}
	if p.count == 0 || at-p.latest > stepGap {
		p.begun, p.led = at, since <= handTrail
	}
	p.latest = at
	if p.count > 0 && at-p.last < sameBeat {
		return
	}
	if p.led && at-p.begun <= still {
		since = min(since, handTrail) // a bar that fills is one answer as long as it moves, and its steps are no rhythm of its own
	}
	if p.count == 0 {
		p.first = at
	} else {
		iv := at - p.last
		// What comes soon behind presses, at once or when a ripple ends, has the rhythm of the hand.
		equal := p.interval > 0 && equalPace(iv, p.interval)
		if equal {
			p.even++
		}
		if p.interval > 0 && since > handTrail {
			p.apart++
			if equal {
				p.regular++
				p.beat = iv
				if p.free {
					p.jitter = max(p.jitter, iv-p.interval, p.interval-iv)
				}
			}
		}
		p.interval, p.free = iv, since > handTrail
		if p.count == 1 {
			p.second = at
		}
	}
	p.last = at
	p.count++
	p.since++
	if since >= settle {
		p.weak++
		if p.since > max(presses, 1) {
			p.repeat++
		}
	}
	if since >= still {
		p.strong++
	}
}

// ambientChange is ambient for a change of the key.
func (p *pace) ambientChange(c *replay.Change) bool { return p.ambient(c.Kind, sizeOf(c)) }

// ambient reports whether changes of a kind, and of a size where they come and go, happen by themselves.
func (p *pace) ambient(kind replay.ChangeKind, size uint8) bool {
	// Most of the intervals have to be equal: among many redraws three are so by chance.
	rhythm := p.rhythmic() && p.weak >= 2
	if (kind == replay.Added || kind == replay.Removed) && size > uint8(bits.Len32(fewNodes)) {
		return rhythm
	}
	return rhythm || p.strong >= ambientStrong || p.repeat >= ambientRepeat
}

// equalPace reports whether an interval is as long as the one before, as timers of a busy page keep it.
func equalPace(iv, before time.Duration) bool {
	tol := before*15/100 + 30*time.Millisecond
	return iv > before-tol && iv < before+tol
}

// pass notes that the sweep has come to a change at a moment; apart says that no press can have set that.
func (p *pace) pass(at time.Duration, apart bool) {
	if p.passed > 0 && at-p.passed < sameBeat {
		return
	}
	switch iv := at - p.passed; {
	case p.passed == 0:
	case !equalPace(iv, p.tick):
		p.tick, p.ticks = iv, 0
	case apart:
		p.ticks++
	}
	p.passed = at
}

// onClock reports whether a change comes as the next tick of a clock that has gone evenly just before: a bar that fills while
// a picture is shown stands still for most of the session, so that its pace over all of that explains nothing.
func (p *pace) onClock(at time.Duration) bool {
	return p.ticks >= ambientRegular && within(at-p.passed, p.tick, beatLag)
}

// onBeat reports whether a change that the sweep has not passed yet comes when the rhythm lets expect it. The first of all
// is judged by the second.
func (p *pace) onBeat(at time.Duration) bool {
	if p.regular < beatCount {
		return false
	}
	if p.passed == 0 {
		return p.count > 1 && within(p.second-at, p.beat, beatLag)
	}
	return within(at-p.passed, p.beat, beatLag)
}

// setGoing reports whether a clock stood still until a moment and goes from then on, be it for the first time.
func (p *pace) setGoing(at time.Duration) bool {
	if p.even < beatCount {
		return false
	}
	mean := (p.last - p.first) / time.Duration(p.count-1)
	return p.passed == 0 || at-p.passed > standsStill*mean
}

// offBeat reports whether a change comes when the rhythm does not let expect it: somebody has asked for it, as for the
// next slide of a carousel that also moves by itself. What ticks faster than an answer settles leaves no room between.
func (p *pace) offBeat(at time.Duration) bool {
	if !p.rhythmic() || p.beat <= settle || p.passed == 0 {
		return false
	}
	d := (at - p.passed) % p.beat // beats that changed nothing are not seen
	return min(d, p.beat-d) > max(beatLag, 2*p.jitter)
}

// follows reports whether a change that somebody waiting for an answer meets comes with the pointer: mostly so, and more
// than the presses can have asked for, or after presses on other controls as well. Answers that come late while the mouse
// moves follow one control.
func (p *pace) follows(ctl int32) bool {
	return p.hover*2 > p.count && (p.trail >= 2 || p.hover >= 2 && (p.roams || p.hoverCtl != ctl))
}

// rhythmic reports whether most intervals that no hand can have set are equal.
func (p *pace) rhythmic() bool { return p.regular >= ambientRegular && p.regular*2 >= p.apart }

// explains reports whether chance alone explains a change this long after a press.
func (p *pace) explains(after time.Duration) bool {
	if p.count < 2 {
		return true
	}
	mean := (p.last - p.first) / time.Duration(p.count-1)
	return mean < slowPace || float64(after) > chance*float64(mean)
}

// ambience is what changes, fails or is asked for on its own in one session.
type ambience struct {
	paces
	fading   map[uint64]bool // outlines without text that come in a pressed control and go again by themselves
	errors   map[string]*rate
	requests map[string]*rate
	quiet    time.Duration // total time at least settle after any action
	busy     time.Duration // total time within settle of one
	presses  int           // gestures that are presses
}

// of returns what is known of a session before it is read, in the memory of am.
func (am *ambience) of(s *replay.Session) ambience {
	return ambience{paces: am.paces.emptied(s), fading: cleared(am.fading), errors: cleared(am.errors), requests: cleared(am.requests)}
}

// rate counts an error or request by what went before it.
type rate struct {
	quiet, after int32
	last         time.Duration
	interval     time.Duration
	regular      int32
	controls     []int32 // distinct controls it followed, at most manyControls
	follows      int32   // presses that it followed
	apart        int32   // requests that no press sent, nor repeated soon after one
}

// manyControls is the number of different controls from which on something that follows all of them is telemetry.
const manyControls = 3

func (r *rate) see(at time.Duration, quiet bool, ctl int32) {
	if r.quiet+r.after > 0 {
		iv := at - r.last
		if r.interval > 0 && equalPace(iv, r.interval) {
			r.regular++
		}
		r.interval = iv
	}
	r.last = at
	if quiet {
		r.quiet++
		return
	}
	r.after++
	if ctl < 0 {
		return
	}
	r.follows++
	for _, c := range r.controls {
		if c == ctl {
			return
		}
	}
	if len(r.controls) < manyControls {
		r.controls = append(r.controls, ctl)
	}
}

// errorLift is how much more often after a press than without one an error must come to be its answer (SIGNALS 6.3).
const errorLift = 3

// ambientRate reports whether something comes by itself, or whatever is pressed.
func (am *ambience) ambientRate(r *rate) bool {
	if r == nil {
		return false
	}
	if r.quiet >= 1 && r.regular >= ambientRegular && r.regular*2 >= r.quiet+r.after-2 {
		return true
	}
	if len(r.controls) >= manyControls && int(r.follows)*2 >= am.presses {
		return true // follows every press, whatever it is: a beacon
	}
	if r.quiet == 0 {
		return false
	}
	q, b := am.quiet.Seconds()+1, am.busy.Seconds()+1
	return float64(r.after)/b < errorLift*float64(r.quiet)/q
}

// retrySpan is the time within which a request to the same place may be the repeat of one that failed.
const retrySpan = 15 * time.Second

// requestKey names a request by method and path with its numbers and ids taken out.
func (a *analysis) requestKey(r *replay.Request) string {
	b := append(append(a.mem.names.text, r.Method...), ' ')
	for path, more := r.Path, true; more; {
		var seg string
		seg, path, more = strings.Cut(path, "/")
		digits := 0
		for _, c := range seg {
			if unicode.IsDigit(c) {
				digits++
			}
		}
		if digits > 0 && (digits*2 >= len(seg) || len(seg) >= 16) {
			b = append(b, ":id"...)
		} else {
			b = append(b, seg...)
		}
		if more {
			b = append(b, '/')
		}
	}
	return a.mem.names.of(b)
}

// background reports whether a request is none that a person waits for.
func background(r *replay.Request) bool {
	switch r.Initiator {
	case "beacon", "ping", "img", "image", "css", "link", "script", "font", "video", "audio", "track", "other":
		return true
	}
	return false
}

// learner is what one window is watched for while the session teaches what happens by itself.
type learner struct {
	action time.Duration // latest thing a person or a load did
	epoch  int32
	press  int32 // latest gesture
	series int32 // presses on its control since another one was pressed
	moveAt time.Duration
	moved  bool
	looks  looks
}

// occasion describes a change that comes so long after the latest action.
func (w *learner) occasion(a *analysis, e *replay.Event, since time.Duration) occasion {
	return occasion{window: e.Window, at: e.At, since: since, epoch: w.epoch, presses: w.series, ctl: a.ctlOf(w.press)}
}

// learnAmbience reads the session once and learns what happens by itself.
func (a *analysis) learnAmbience() {
	am := &a.amb
	var wins byWindow[learner]
	next := 0
	epoch := int32(0)
	for i := range a.s.Events {
		e := &a.s.Events[i]
		w := wins.at(e.Window)
		if w.epoch == 0 {
			epoch++
			*w = learner{epoch: epoch, press: -1, action: e.At}
		}
		act := func() {
			am.spend(e.At - w.action)
			epoch++
			w.action, w.epoch = e.At, epoch
		}
		for next < len(a.gestures) && int(a.gestures[next].firstEv) <= i {
			if int(a.gestures[next].firstEv) == i {
				act()
				if w.press < 0 || a.gestures[w.press].ctl != a.gestures[next].ctl {
					w.series = 0
				}
				w.press = int32(next)
				if a.gestures[next].pressed() {
					am.presses++
					w.series++
				}
			}
			next++
		}
		since := e.At - w.action
		switch e.Kind {
		case replay.PointerUp, replay.Click, replay.Input, replay.Scroll, replay.Navigate, replay.SnapshotEvent,
			replay.Resize, replay.Visible, replay.Focus:
			act()
		case replay.Blur:
			w.looks.blurAt, w.looks.blurred = e.At, e.Node
		case replay.Move:
			w.moveAt, w.moved = e.At, true
		case replay.MutationEvent:
			if e.Detail < 0 || int(e.Detail) >= len(a.s.Mutations) {
				continue
			}
			if a.fetched(e.At) {
				act() // a press asked for it, however late it comes
				since = 0
			}
			o := w.occasion(a, e, since)
			o.moving = w.moved && e.At-w.moveAt <= pointerTrail
			m := &a.s.Mutations[e.Detail]
			am.see(a.s, e.Detail, o)
			a.learnLooks(&w.looks, e, m, w.press)
		case replay.StyleChange, replay.CanvasDraw, replay.Media:
			am.all[am.open(streamKey(e), e.Window)].see(w.occasion(a, e, since))
		case replay.ErrorEvent:
			if e.Detail >= 0 && int(e.Detail) < len(a.s.Errors) {
				am.rateOf(am.errors, a.s.Errors[e.Detail].Fingerprint).see(e.At, since >= settle, a.ctlOf(w.press))
			}
		case replay.RequestEvent:
			if e.Detail >= 0 && int(e.Detail) < len(a.s.Requests) {
				a.rateRequest(&a.s.Requests[e.Detail], e, w.action)
			}
		}
	}
	for w := range wins.all {
		if w.epoch > 0 {
			am.spend(a.s.Duration - w.action)
		}
	}
}

// rateRequest counts a request that ended with e. action is when a person last did something in its window.
func (a *analysis) rateRequest(r *replay.Request, e *replay.Event, action time.Duration) {
	g := a.pressBefore(r.Start, e.Window)
	ctl, quiet := int32(-1), true
	if g >= 0 && r.Start-a.gestures[g].at <= settle {
		ctl, quiet = a.gestures[g].ctl, false
	} else if action >= r.Start-settle && action <= e.At {
		quiet = false
	}
	rt := a.amb.rateOf(a.amb.requests, a.requestKey(r))
	if first := rt.quiet+rt.after == 0; (first || r.Start-rt.last > retrySpan) && (g < 0 || !prompt(r, &a.gestures[g])) {
		rt.apart++
	}
	rt.see(r.Start, quiet, ctl)
}

// findFetched lists the ends of the requests that presses sent.
func (a *analysis) findFetched() {
	for i := range a.s.Requests {
		r := &a.s.Requests[i]
		if background(r) || len(a.s.Events) == 0 {
			continue
		}
		const most = 32 // presses in less than a second
		first := a.gestureFrom(r.Start - sendLag - touchPress)
		for g := first; g < len(a.gestures) && g < first+most && a.gestures[g].at <= r.Start; g++ {
			if a.gestures[g].pressed() && prompt(r, &a.gestures[g]) {
				a.fetches = append(a.fetches, r.End)
				break
			}
		}
	}
	slices.Sort(a.fetches)
}

// fetched reports whether the request of a press ended at about t.
func (a *analysis) fetched(t time.Duration) bool {
	i := sort.Search(len(a.fetches), func(i int) bool { return a.fetches[i] >= t-stampLag })
	return i < len(a.fetches) && a.fetches[i] <= t+stampLag
}

func (am *ambience) spend(d time.Duration) {
	if d <= 0 {
		return
	}
	am.busy += min(d, settle)
	if d > settle {
		am.quiet += min(d, replay.ActiveCap*6) - settle
	}
}

func (am *ambience) rateOf(m map[string]*rate, key string) *rate {
	r := m[key]
	if r == nil {
		r = &rate{}
		m[key] = r
	}
	return r
}

func (a *analysis) ctlOf(g int32) int32 {
	if g < 0 {
		return -1
	}
	return a.gestures[g].ctl
}

// pressBefore returns the latest gesture of a window at or before t, or -1. Gestures are nearly in order of time;
// the few steps back pass over other windows.
func (a *analysis) pressBefore(t time.Duration, window uint16) int32 {
	lo, hi := 0, len(a.gestures)
	for lo < hi {
		mid := (lo + hi) / 2
		if a.gestures[mid].at <= t {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	const back = 64
	for i := lo - 1; i >= 0 && i >= lo-back; i-- {
		if a.gestures[i].window == window && a.gestures[i].pressed() {
			return int32(i)
		}
	}
	return -1
}
