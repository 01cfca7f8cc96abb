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
	gone          lookup[int32] // touches, by node
	looks         lookup[queue] // by look
	pairs, before []redrawn
	answers       []answer
	held          []time.Duration
	rows          lookup[rows] // by placeKey
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
		if o := &a.outcomes[gi]; o.answered && o.latency <= a.limits(r).QuickAnswer && !isPage(a.tgt(c)) && a.owned(r, c, gi) {
			c.answered++
			if c.kind == Prose || c.kind == Background {
				if a.alive == nil {
					a.alive = map[string]bool{}
				}
				a.alive[c.key] = true
			}
		}
	}
}

// owned reports whether an answer shows that the pressed thing reacts to presses. Of text and empty space that takes
// more than a change somewhere within a second, which a banner that turns by itself gives as well: the change comes at
// once, or the press asked for something or led somewhere. What comes at the moment at which a field loses the focus is the field's:
// pages check what was written there then, wherever somebody presses.
func (a *analysis) owned(r *run, c *control, gi int32) bool {
	if c.kind != Prose && c.kind != Background {
		return true
	}
	g, o := &a.gestures[gi], &a.outcomes[gi]
	if o.by == byChange && r.blurred >= 0 && within(g.at+o.latency, r.blurAt, stampLag) && !a.tree.within(r.blurred, r.node) {
		return false
	}
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

// collect orders everything that answers.
func (a *analysis) collect(r *run, effect []bool) []answer {
	out, placeheld := a.mem.grading.answers[:0], a.mem.grading.held[:0]
	var lists *lookup[rows]
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
			list, _ := lists.add(placeKey(t.parent, moment))
			if list.grown > 0 && t.traits&replay.ChangeInvalid == 0 {
				h ^= uint64(t.node) * 0x9e3779b97f4a7c15 // one row more is never where we were, though the rows be equal
			}
			h *= 2*list.seen + 1 // rows in another order are another state
			list.seen++
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
			if heldNear(placeheld, s.at) || a.announced(r, effect, s.at) {
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
func (a *analysis) growth(r *run) *lookup[rows] {
	lists := &a.mem.grading.rows
	lists.empty()
	moment := 0
	for i := range r.touches {
		t := &r.touches[i]
		moment = r.moment(moment, i)
		by := int32(0)
		switch t.kind {
		case replay.Added:
			by = 1
		case replay.Removed:
			by = -1
		default:
			continue
		}
		list, _ := lists.add(placeKey(t.parent, moment))
		list.grown += by
	}
	return lists
}

// changedAt reports whether the tree changed at a moment, in whatever way.
func (r *run) changedAt(at time.Duration) bool {
	i := sort.Search(len(r.touches), func(i int) bool { return r.touches[i].at >= at-batchLag })
	return i < len(r.touches) && r.touches[i].at <= at+batchLag
}

// announced reports whether a change of the address showed nothing: the screen that it names was drawn only after an answer in
// time would have come, with nothing pressed meanwhile.
func (a *analysis) announced(r *run, effect []bool, at time.Duration) bool {
	l := a.limits(r)
	for i := range r.touches {
		t := &r.touches[i]
		switch {
		case !effect[i] || t.at < at-stampLag:
		case t.at <= at+l.QuickAnswer || t.at > at+l.AnswerLimit || a.pressBetween(r, at, t.at):
			return false
		case t.kind == replay.Added && t.size >= bigAnswer:
			return true
		}
	}
	return false
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
				a.tell(g, o, t.node)
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
