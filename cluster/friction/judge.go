package friction

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"github.com/rankle/rankle/replay"
)

// answer is one moment at which the page did something that counts.
type answer struct {
	at    time.Duration
	by    answerKind
	state uint64
	size  int32 // changed or added nodes
	big   bool  // a dialog, a screen or a redraw: asking again would change nothing
}

const (
	// batchLag joins changes that were recorded as several batches of one answer.
	batchLag = 80 * time.Millisecond
	// swapLag is how far apart a placeholder may go and the content come.
	swapLag = 200 * time.Millisecond
	// releaseLag is how soon after pointer up a change must be taken back to hang on the release.
	releaseLag = 250 * time.Millisecond
	// bigAnswer is the number of nodes from which an answer settles what was asked.
	bigAnswer = 8
	// contentNodes is the least size of content that fills an emptied place; messages are smaller.
	contentNodes = 5
)

// grading is memory for judging a run.
type grading struct {
	effect, same  []bool
	then, next    []int32
	gone          map[replay.NodeID]int32
	looks         map[look]queue
	pairs, before []redrawn
	answers       []answer
	held          []time.Duration
	rows          map[uint64]rows
}

// judgeAll judges the runs that the end of the session left open.
func (a *analysis) judgeAll() {
	for i := range a.runs {
		a.finish(int32(i))
	}
}

// judge fills the outcomes of a run's gestures.
func (a *analysis) judge(ri int32) {
	r := &a.runs[ri]
	a.observe(r)
	for _, gi := range r.gestures {
		a.outcomes[gi].run = ri
	}
	grades := a.grade(r)
	if a.trace != nil {
		a.trace(a, r, grades)
	}
	answers := a.collect(r, grades)
	a.assign(r, answers)
	a.acknowledge(r, grades)
	for h := range r.hits {
		a.weigh(r, &r.hits[h])
		o := &a.outcomes[r.hits[h].gesture]
		if o.hit < 0 || r.hits[h].request && !r.hits[o.hit].request {
			o.hit = int32(h)
		}
	}
	for _, q := range r.requests {
		req := &a.s.Requests[q]
		for i := len(r.gestures) - 1; i >= 0; i-- {
			if a.gestures[r.gestures[i]].at <= req.Start {
				a.outcomes[r.gestures[i]].asked = true
				break
			}
		}
	}
	c := &a.controls[r.ctl]
	if t := a.tgt(c); t != nil && t.Traits.Has(replay.Submit) {
		// Taking its own complaint away is no answer of a submit; a disclosure that closes is one of other buttons.
		for i := range r.touches {
			if x := &r.touches[i]; x.kind == replay.Added && grades[i] && len(c.shown) < maxPlaceholders {
				if c.shown == nil {
					c.shown = map[replay.NodeID]bool{}
				}
				c.shown[x.node] = true
			}
		}
	}
	for _, gi := range r.gestures {
		if o := &a.outcomes[gi]; o.answered && o.latency <= a.limits(r).QuickAnswer && !isPage(a.tgt(c)) && a.owned(c, gi) {
			c.answered++
		}
	}
}

// owned reports whether an answer shows that the pressed thing reacts to presses. Of text and empty space that takes
// more than a change somewhere within a second, which a banner that turns by itself gives as well: the change comes at
// once, or the press asked for something or led somewhere.
func (a *analysis) owned(c *control, gi int32) bool {
	if c.kind != Prose && c.kind != Background {
		return true
	}
	g, o := &a.gestures[gi], &a.outcomes[gi]
	return g.at+o.latency <= g.end+promptAnswer || o.asked || o.by == byRoute || o.by == byLoad
}

// weigh finds out whether a failure stood in anybody's way. One that comes after the press was answered, and that
// nothing on the page shows, happened in the background (F17).
func (a *analysis) weigh(r *run, h *errorHit) {
	g, o := &a.gestures[h.gesture], &a.outcomes[h.gesture]
	if h.loose && o.answered && o.latency <= a.limits(r).QuickAnswer {
		h.idle = true
		return
	}
	if !o.answered || g.at+o.latency > h.at-stampLag || h.thrown && h.at-g.end <= throwLag {
		return
	}
	for i := range r.touches {
		t := &r.touches[i]
		if d := t.at - h.at; d >= -stampLag && d <= linkLag && !a.pressBetween(r, g.at, t.at) && (!t.minor || t.traits&replay.ChangeBusy != 0) {
			return
		}
	}
	h.idle = true
}

// throwLag is how soon after pointer up the handler of the press itself throws.
const throwLag = 150 * time.Millisecond

// observe finds how long the run could be watched, and why no longer.
func (a *analysis) observe(r *run) {
	last := a.gestures[r.gestures[len(r.gestures)-1]].at
	r.end = last + a.limits(r).AnswerLimit
	gap, tail := false, false
	if r.closed > 0 && r.closed < r.end {
		r.end = r.closed
	}
	if a.s.Duration < r.end {
		r.end, tail = a.s.Duration, true
	}
	if from, ok := a.inGap(last, r.end); ok {
		r.end, gap, tail = max(from, last), true, false
	}
	for i, gi := range r.gestures {
		o := &a.outcomes[gi]
		o.seen = r.end - a.gestures[gi].at
		o.gap, o.tail = gap, tail
		o.first = i == 0
	}
}

// grade says of every change whether it is an answer by itself.
func (a *analysis) grade(r *run) []bool {
	a.mem.grading.effect = emptied(a.mem.grading.effect, len(r.touches))
	effect := a.mem.grading.effect
	same := a.redraws(r)
	cleared := a.controls[r.ctl].shown
	for i := range r.touches {
		t := &r.touches[i]
		effect[i] = !t.minor && !t.revert && !same[i] && !a.transient(r, t) && !(t.kind == replay.Removed && cleared[t.node])
	}
	looked := 0
	for i := range r.touches {
		t := &r.touches[i]
		asks := effect[i] && looked < maxPlaceholders && (t.undone > 0 || t.kind == replay.Removed)
		if asks {
			looked++
		}
		if asks && a.placeholder(r, i) {
			effect[i] = false
		} else if t.revert && a.busyEnd(r, i) {
			effect[i] = true
		}
	}
	a.ungradeLooks(r, effect)
	a.ungradeReplaced(r, effect)
	a.ungradeFlashes(r, effect)
	a.ungradeHeld(r, effect)
	return effect
}

// ungradeLooks takes back what belongs to a passing look of the control: changes of things that came and went, and the
// empty holder that a widget library puts into a control at its first press for nothing but ripples.
func (a *analysis) ungradeLooks(r *run, effect []bool) {
	passing := map[replay.NodeID]bool{} // came and went inside the control
	holds := map[replay.NodeID]bool{}   // parent of such; false if something stayed in it as well
	for i := range r.touches {
		t := &r.touches[i]
		if t.kind != replay.Added || t.rel != own {
			continue
		}
		passes := !effect[i] && (t.undone > 0 || a.amb.fading[t.state])
		if passes {
			passing[t.node] = true
		}
		if h, ok := holds[t.parent]; !ok || h {
			holds[t.parent] = passes || passing[t.parent]
		}
	}
	if len(passing) == 0 {
		return
	}
	for i := range r.touches {
		t := &r.touches[i]
		if !effect[i] || t.rel != own {
			continue
		}
		switch {
		case t.kind == replay.Added && t.size <= 1 && !a.text(t.node) && holds[t.node]:
			effect[i] = false
		case t.kind != replay.Removed:
			for n, steps := t.node, 0; n >= 0 && steps < rippleDepth; n, steps = a.tree.parent(n), steps+1 {
				if passing[n] {
					effect[i] = false
					break
				}
			}
		}
	}
}

// ungradeReplaced judges a label that went by the label that came in its place: a busy label is not an answer because
// the old one had to go for it.
func (a *analysis) ungradeReplaced(r *run, effect []bool) {
	came := map[replay.NodeID]int{} // latest text that came, by parent
	for i := range r.touches {
		if t := &r.touches[i]; t.rel != own {
			continue
		} else if t.kind == replay.Added && a.text(t.node) {
			came[t.parent] = i
			for j := i - 1; j >= 0 && t.at-r.touches[j].at <= stampLag; j-- {
				o := &r.touches[j]
				if o.kind == replay.Removed && o.parent == t.parent && effect[j] && a.text(o.node) {
					effect[j] = effect[i]
				}
			}
		} else if j, ok := came[t.parent]; ok && t.kind == replay.Removed && effect[i] && a.text(t.node) && t.node != r.touches[j].node && t.at-r.touches[j].at <= stampLag {
			effect[i] = effect[j]
		}
	}
}

// ungradeFlashes takes back what a label said only while the control worked: it changed and was itself again within the
// quick limit, as often as the control was pressed. A switch changes once a press, and a message stays to be read.
func (a *analysis) ungradeFlashes(r *run, effect []bool) {
	type label struct {
		is    uint64 // what it says without a press
		other uint64 // what else it says
		at    time.Duration
		away  bool
		back  int
		last  int // index of the latest change
		bad   bool
	}
	labels := map[replay.NodeID]*label{}
	for i := range r.touches {
		t := &r.touches[i]
		if t.rel != own || !a.text(t.node) || t.kind != replay.Added && t.kind != replay.Removed {
			continue
		}
		l := labels[t.parent]
		switch {
		case l == nil && t.kind == replay.Removed && t.known:
			labels[t.parent] = &label{is: t.prev}
		case l == nil || t.kind == replay.Removed:
		case t.state == l.is:
			l.bad = l.bad || l.away && t.at-l.at > a.limits(r).QuickAnswer
			if l.away {
				l.back++
			}
			l.away, l.last = false, i
		default:
			l.bad = l.bad || l.other != 0 && l.other != t.state
			l.other, l.away, l.at, l.last = t.state, true, t.at, i
		}
	}
	for i := range r.touches {
		t := &r.touches[i]
		if !effect[i] || t.rel != own || !a.text(t.node) {
			continue
		}
		if l := labels[t.parent]; l != nil && !l.bad && !l.away && l.back > 0 && l.back >= a.pressesUntil(r, r.touches[l.last].at) {
			effect[i] = false
		}
	}
}

// ungradeHeld takes back what was only away while the pointer was down: it went with the press, and with the release it came
// again in its place, as a new node that no earlier change knows. Who holds a control has seen what it does meanwhile.
func (a *analysis) ungradeHeld(r *run, effect []bool) {
	for j := range r.touches {
		t := &r.touches[j]
		if !effect[j] || t.kind != replay.Added || t.state == 0 {
			continue
		}
		g := &a.gestures[a.pressAt(r, t.at)]
		if !g.released() || g.long(a.limits(r).HoldLong) || t.at < g.end-momentLag || t.at > g.end+releaseLag {
			continue
		}
		for i := j - 1; i >= 0 && r.touches[i].at >= g.at; i-- {
			if o := &r.touches[i]; o.kind == replay.Removed && o.parent == t.parent && o.known && o.prev == t.state && o.at < g.end-momentLag {
				effect[i], effect[j] = false, false
				break
			}
		}
	}
}

// pressesUntil counts the presses of a run whose click came before a moment.
func (a *analysis) pressesUntil(r *run, at time.Duration) int {
	return sort.Search(len(r.gestures), func(i int) bool { return a.gestures[r.gestures[i]].end >= at })
}

// rippleDepth is how deep below a passing thing its own changes may lie; Material's ripple has two levels.
const rippleDepth = 4

// redraws finds what was only drawn again: a node goes and one of equal outline comes in its place. Neither is an
// answer, and the new node stands for the old one, so that what becomes of it became of the old one.
func (a *analysis) redraws(r *run) []bool {
	m := &a.mem.grading
	m.same = emptied(m.same, len(r.touches))
	same := m.same
	if !slices.ContainsFunc(r.touches, func(t touched) bool { return t.kind == replay.Removed }) {
		return same
	}
	m.gone = cleared(m.gone)
	for i := range r.touches {
		if t := &r.touches[i]; t.kind == replay.Removed {
			m.gone[t.node] = int32(i)
		}
	}
	m.looks = cleared(m.looks) // added nodes that may be drawn again
	m.then = emptied(m.then, len(r.touches))
	m.next = emptied(m.next, len(r.touches))
	m.pairs = m.pairs[:0]
	for i := range r.touches {
		t := &r.touches[i]
		if t.kind != replay.Added || t.state == 0 {
			continue
		}
		k := look{t.parent, t.state}
		q := m.looks[k]
		if q.first > 0 {
			o := &r.touches[q.first-1]
			if j, ok := m.gone[o.node]; ok && within(r.touches[j].at, t.at, batchLag) && !(a.look(o, r.touches[j].at) && a.pressBetween(r, o.at, t.at)) {
				same[i], same[j] = true, true
				m.next[q.first-1] = int32(i)
				q.first = m.then[q.first-1]
				m.pairs = append(m.pairs, redrawn{place{t.parent, t.at}, j, int32(i)})
			}
		}
		q.add(m.then, int32(i)+1)
		m.looks[k] = q
	}
	a.reordered(r, same)
	for i := len(m.next) - 1; i >= 0; i-- {
		if n := m.next[i]; n > 0 && same[n] {
			r.touches[i].undone = r.touches[n].undone
		}
	}
	return same
}

// look is what a subtree looks like, and where it is.
type look struct {
	parent replay.NodeID
	state  uint64
}

// queue holds touches of one look, oldest first, by their indexes plus one; 0 is none.
type queue struct{ first, last int32 }

// add appends a touch. then says which one comes after each.
func (q *queue) add(then []int32, touch int32) {
	if q.first == 0 {
		q.first = touch
	} else {
		then[q.last-1] = touch
	}
	q.last = touch
}

// redrawn is what went, and what came in its place.
type redrawn struct {
	place
	went, came int32
}

// reordered takes back what grading.pairs says is the same of lists that were drawn again in another order: the same rows,
// sorted.
func (a *analysis) reordered(r *run, same []bool) {
	m := &a.mem.grading
	slices.SortStableFunc(m.pairs, func(x, y redrawn) int { return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.parent, y.parent)) })
	byWent := func(x, y redrawn) int { return cmp.Compare(x.went, y.went) }
	for i, j := 0, 0; i < len(m.pairs); i = j {
		for j < len(m.pairs) && m.pairs[j].place == m.pairs[i].place {
			j++
		}
		list := m.pairs[i:j]
		m.before = append(m.before[:0], list...)
		slices.SortStableFunc(m.before, byWent)
		if slices.EqualFunc(list, m.before, func(x, y redrawn) bool { return r.touches[x.came].state == r.touches[y.came].state }) {
			continue
		}
		for _, p := range list {
			same[p.went], same[p.came] = false, false
		}
	}
}

// look reports whether something that was added and went at a moment may be a passing look of the control. The next
// press brings its own.
func (a *analysis) look(t *touched, gone time.Duration) bool {
	return t.rel == own && gone-t.at <= cosmeticSpan
}

// maxPlaceholders bounds how many changes of a run are looked at as placeholders; each look may read the whole run.
const maxPlaceholders = 256

// transient reports whether a change only showed that the press was felt: it hangs on the release of the pointer, or
// it is a passing look of the control itself (ripple, pressed class, click animation).
func (a *analysis) transient(r *run, t *touched) bool {
	if t.undone == 0 {
		return false
	}
	g := &a.gestures[a.pressAt(r, t.at)]
	cosmetic := t.kind == replay.AttributeChanged && (t.traits&replay.ChangeCursor != 0 || cosmeticAttr(t.attr))
	if t.rel != elsewhere && t.undone-t.at <= cosmeticSpan && (cosmetic || t.kind == replay.Added && !a.text(t.node)) {
		return true
	}
	return g.released() && t.at <= g.end+batchLag && t.undone <= g.end+releaseLag
}

func (a *analysis) text(n replay.NodeID) bool {
	return n >= 0 && int(n) < len(a.s.Nodes) && a.s.Nodes[n].Tag == "#text"
}

// pressAt returns the latest press of a run at or before t.
func (a *analysis) pressAt(r *run, t time.Duration) int32 {
	i := sort.Search(len(r.gestures), func(i int) bool { return a.gestures[r.gestures[i]].at > t })
	return r.gestures[max(i-1, 0)]
}

// placeholder reports whether a change only held the place for content that came later than an answer in time would:
// a skeleton, a busy text, an emptied list. It was taken back while, at the same moment, something else came to stay.
func (a *analysis) placeholder(r *run, i int) bool {
	t := &r.touches[i]
	if t.kind == replay.Removed && t.undone == 0 {
		return a.emptied(r, i)
	}
	if t.undone == 0 || t.undone-t.at < a.limits(r).QuickAnswer {
		return false
	}
	j := sort.Search(len(r.touches), func(j int) bool { return r.touches[j].at >= t.undone-swapLag })
	for ; j < len(r.touches) && r.touches[j].at <= t.undone+swapLag; j++ {
		n := &r.touches[j]
		if n.revert || n.minor || n.undone != 0 && n.undone-n.at < a.limits(r).QuickAnswer || n.at <= t.at+batchLag {
			continue
		}
		if t.kind != replay.Added {
			return true
		}
		if t.rel == own && n.kind == replay.Added && n.rel != own {
			return true // a busy sign in the control went when the content came elsewhere
		}
		if t.rel == own && a.text(t.node) {
			continue // a label that comes back: what stood there meanwhile may have been the answer ("Copied")
		}
		if n.kind == replay.Added && (n.parent == t.parent || a.tree.within(n.parent, t.parent) || a.tree.within(t.parent, n.parent)) {
			return true
		}
	}
	return false
}

// emptied reports whether the place of a removed node stayed empty and was filled later.
func (a *analysis) emptied(r *run, i int) bool {
	t := &r.touches[i]
	filled := false
	for j := range r.touches {
		n := &r.touches[j]
		if n.kind != replay.Added || n.parent != t.parent || n.minor {
			continue
		}
		if n.at <= t.at+batchLag && n.at >= t.at-batchLag {
			if n.undone == 0 || n.undone-n.at < a.limits(r).QuickAnswer {
				return false // replaced at once
			}
			continue
		}
		if n.at-t.at >= a.limits(r).QuickAnswer && n.size >= contentNodes {
			filled = true
		}
	}
	return filled
}

// busyEnd reports whether a change takes back a busy state and nothing else ever came: then that end is the answer.
func (a *analysis) busyEnd(r *run, i int) bool {
	t := &r.touches[i]
	return t.traits&replay.ChangeBusy != 0 && t.kind == replay.AttributeChanged && t.rel == elsewhere
}

// collect orders everything that answers.
func (a *analysis) collect(r *run, effect []bool) []answer {
	out, placeheld := a.mem.grading.answers[:0], a.mem.grading.held[:0]
	var lists map[uint64]rows
	moment := 0
	for i := range r.touches {
		t := &r.touches[i]
		if !effect[i] {
			if !t.minor && !t.revert && t.undone == 0 || t.undone-t.at >= a.limits(r).QuickAnswer && !t.minor {
				placeheld = append(placeheld, t.at)
			}
			continue
		}
		h := changeHash(t)
		if t.kind == replay.Added {
			if lists == nil {
				lists = a.growth(r)
			}
			moment = r.moment(moment, i)
			at := placeKey(t.parent, moment)
			list := lists[at]
			if list.grown > 0 && t.traits&replay.ChangeInvalid == 0 {
				h ^= uint64(t.node) * 0x9e3779b97f4a7c15 // one row more is never where we were, though the rows be equal
			}
			h *= 2*list.seen + 1 // rows in another order are another state
			list.seen++
			lists[at] = list
		}
		big := t.traits&replay.ChangeDialog != 0 || t.size >= bigAnswer
		if n := len(out); n > 0 && out[n-1].by == byChange && t.at-out[n-1].at <= batchLag && !a.pressBetween(r, out[n-1].at, t.at) {
			out[n-1].state += h
			out[n-1].size += max(t.size, 1)
			out[n-1].big = out[n-1].big || big
			continue
		}
		out = append(out, answer{at: t.at, by: byChange, state: h, size: max(t.size, 1), big: big})
	}
	for _, s := range r.signals {
		x := answer{at: s.at}
		switch s.kind {
		case sigLoad:
			x.by, x.big = byLoad, true
		case sigRoute:
			x.by, x.big = byRoute, true
			if heldNear(placeheld, s.at) {
				continue // the screen was announced, its content came later
			}
		case sigScroll:
			x.by = byScroll
		case sigInput:
			x.by = byInput
		case sigCaret:
			x.by = byCaret
		case sigPaint:
			x.by = byPaint
		case sigStyle:
			if r.changedAt(s.at) {
				continue // rules written for what is drawn at that moment, as styles in scripts do: judge the drawing
			}
			x.by = byPaint
		case sigOutside:
			x.by = byOutside
		case sigSelect:
			continue
		}
		x.state = uint64(s.at) // every such sign is new
		out = append(out, x)
	}
	slices.SortStableFunc(out, func(x, y answer) int { return cmp.Compare(x.at, y.at) })
	a.mem.grading.answers, a.mem.grading.held = out, placeheld
	return out
}

// place is where something came or went, and when.
type place struct {
	parent replay.NodeID
	at     time.Duration
}

// placeKey is another number for every place of a run. Changes lie in order of time, so that the first one of a moment
// stands for it.
func placeKey(parent replay.NodeID, moment int) uint64 {
	return uint64(uint32(parent))<<32 | uint64(moment)
}

// moment is the first change at the time of change i, where the one at the time of an earlier change is given.
func (r *run) moment(earlier, i int) int {
	for r.touches[earlier].at != r.touches[i].at {
		earlier++
	}
	return earlier
}

// rows is what came to a place.
type rows struct {
	grown int32  // more than what went
	seen  uint64 // of those that came, so far
}

// growth counts what came to each place of a run.
func (a *analysis) growth(r *run) map[uint64]rows {
	a.mem.grading.rows = cleared(a.mem.grading.rows)
	lists := a.mem.grading.rows
	moment := 0
	for i := range r.touches {
		t := &r.touches[i]
		moment = r.moment(moment, i)
		at, by := placeKey(t.parent, moment), int32(0)
		switch t.kind {
		case replay.Added:
			by = 1
		case replay.Removed:
			by = -1
		default:
			continue
		}
		list := lists[at]
		list.grown += by
		lists[at] = list
	}
	return lists
}

// changedAt reports whether the tree changed at a moment, in whatever way.
func (r *run) changedAt(at time.Duration) bool {
	i := sort.Search(len(r.touches), func(i int) bool { return r.touches[i].at >= at-batchLag })
	return i < len(r.touches) && r.touches[i].at <= at+batchLag
}

func heldNear(held []time.Duration, at time.Duration) bool {
	for _, h := range held {
		if d := h - at; d >= -stampLag && d <= scrollAnswer {
			return true
		}
	}
	return false
}

func (a *analysis) pressBetween(r *run, from, to time.Duration) bool {
	i := sort.Search(len(r.gestures), func(i int) bool { return a.gestures[r.gestures[i]].at > from })
	return i < len(r.gestures) && a.gestures[r.gestures[i]].at <= to
}

// assign gives every answer to the oldest press that waits (SIGNALS F10). An answer that is late for the oldest press
// ends the waiting of all that came before it: they asked for the same thing.
func (a *analysis) assign(r *run, answers []answer) {
	wait := 0 // index into r.gestures of the oldest press that waits
	last := -1
	var bigAt time.Duration = -1
	for i := range answers {
		x := &answers[i]
		for wait < len(r.gestures) && x.at-a.gestures[r.gestures[wait]].at > a.limits(r).AnswerLimit {
			wait++
		}
		if wait >= len(r.gestures) || a.gestures[r.gestures[wait]].at > x.at {
			if last >= 0 && x.at-answers[last].at <= batchLag {
				a.outcomes[a.holder(r, wait)].state += x.state
			}
			if x.big {
				bigAt = x.at
			}
			continue
		}
		if last >= 0 && x.at-answers[last].at <= batchLag && !a.pressBetween(r, answers[last].at, x.at) {
			a.outcomes[a.holder(r, wait)].state += x.state
			continue
		}
		last = i
		wait = a.renewed(r, wait, x)
		g := &a.gestures[r.gestures[wait]]
		late := x.at-g.at > a.limits(r).QuickAnswer
		a.give(r.gestures[wait], x, false)
		wait++
		for late && wait < len(r.gestures) && a.gestures[r.gestures[wait]].at <= x.at {
			a.give(r.gestures[wait], x, true)
			wait++
		}
		if x.big {
			bigAt = x.at
		}
		// Presses right after an answer that settled the matter ask for nothing more.
		for bigAt >= 0 && wait < len(r.gestures) && a.gestures[r.gestures[wait]].at-bigAt <= a.limits(r).QuickAnswer &&
			(i+1 >= len(answers) || answers[i+1].at > a.gestures[r.gestures[wait]].at+a.limits(r).QuickAnswer) {
			a.give(r.gestures[wait], x, true)
			wait++
		}
	}
}

// promptAnswer is how soon after a press an answer is taken to be its own although an older press waits too.
const promptAnswer = 250 * time.Millisecond

// renewed passes over presses that waited in vain: after a pause a new press was answered at once, and no request of
// the older ones ended just then.
func (a *analysis) renewed(r *run, wait int, x *answer) int {
	j := wait
	for j+1 < len(r.gestures) && a.gestures[r.gestures[j+1]].at <= x.at {
		j++
	}
	if j == wait {
		return wait
	}
	g, p := &a.gestures[r.gestures[j]], &a.gestures[r.gestures[j-1]]
	if g.at-p.at < a.limits(r).QuickAnswer {
		return wait
	}
	older, newer := false, false
	for _, q := range r.requests {
		if req := &a.s.Requests[q]; x.at >= req.End-stampLag && x.at-req.End <= linkLag {
			older, newer = older || req.Start < g.at, newer || req.Start >= g.at
		}
	}
	if newer && !older || !older && x.at-g.end <= promptAnswer {
		return j
	}
	return wait
}

// holder is the press that took the latest answer.
func (a *analysis) holder(r *run, wait int) int32 {
	return r.gestures[max(wait-1, 0)]
}

func (a *analysis) give(gi int32, x *answer, late bool) {
	o := &a.outcomes[gi]
	o.answered, o.late, o.by, o.state = true, late, x.by, x.state
	o.latency = max(x.at-a.gestures[gi].at, 0)
	o.outside = o.outside || x.by == byOutside
}

// acknowledge notes what was seen without being an answer.
func (a *analysis) acknowledge(r *run, effect []bool) {
	for i := range r.touches {
		t := &r.touches[i]
		gi := a.pressAt(r, t.at)
		o, g := &a.outcomes[gi], &a.gestures[gi]
		o.ack = o.ack || !effect[i]
		o.busy = o.busy || t.traits&replay.ChangeBusy != 0
		if t.traits&replay.ChangeInvalid != 0 && t.kind != replay.Removed {
			if o.invalid {
				a.tell(r, o, t.node)
			} else {
				o.alert = t.node
			}
			o.invalid = true
			o.marked = o.marked || t.kind == replay.AttributeChanged && (t.attr == "aria-invalid" || t.attr == "class")
		}
		if t.undone > 0 && g.released() && t.at <= g.end+batchLag && t.undone <= g.end+releaseLag {
			o.flash = true
			o.beyond = o.beyond || t.rel == elsewhere
		}
	}
	a.readWords(r, effect)
	for _, s := range r.signals {
		if s.kind == sigSelect {
			a.outcomes[a.pressAt(r, s.at)].selected = true
		}
	}
	for _, gi := range r.gestures {
		o := &a.outcomes[gi]
		o.selected = o.selected || a.gestures[gi].selected
	}
}

// changeHash mixes what a change led to. Added nodes are named by their parent, because new nodes have new ids.
func changeHash(t *touched) uint64 {
	n := t.node
	if t.kind == replay.Added || t.kind == replay.Removed {
		n = t.parent
	}
	h := uint64(n)*0x9e3779b97f4a7c15 ^ t.state*0xc2b2ae3d27d4eb4f ^ uint64(t.kind)<<56
	for i := 0; i < len(t.attr); i++ {
		h = (h ^ uint64(t.attr[i])) * 0x100000001b3
	}
	h ^= h >> 29
	return h * 0xbf58476d1ce4e5b9
}
