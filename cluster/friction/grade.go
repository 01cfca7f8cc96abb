package friction

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"github.com/rankle/rankle/replay"
)

// Which of the changes that a run took are answers: not what is drawn again, what goes again by itself, what hangs on the hand,
// and what only holds a place for something to come.

// grade says of every change whether it is an answer by itself.
func (a *analysis) grade(r *run) []bool {
	a.mem.grading.effect = emptied(a.mem.grading.effect, len(r.touches))
	effect := a.mem.grading.effect
	same := a.redraws(r)
	cleared := a.controls[r.ctl].shown
	for i := range r.touches {
		t := &r.touches[i]
		own := t.kind == replay.Removed && cleared[t.node] && !a.tree.within(r.node, t.node) // what held the button was no complaint
		effect[i] = !t.minor && !t.revert && !same[i] && !a.transient(r, t) && !own
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
	a.ungradeBars(r, effect)
	a.ungradeLooks(r, effect)
	a.ungradeReplaced(r, effect)
	a.ungradeFlashes(r, effect)
	a.ungradeHeld(r, effect)
	return effect
}

// ungradeBars takes back bars that show that a page is busy: a thing without a word that came somewhere else, moved while it was
// there, and went when something came to stay. Nobody knows how long the server takes, so that such a bar is no answer.
func (a *analysis) ungradeBars(r *run, effect []bool) {
	looked := 0
	for i := 0; i < len(r.touches) && looked < maxPlaceholders; i++ {
		t := &r.touches[i]
		if t.kind != replay.Added || !effect[i] || t.rel == own || t.size > fewNodes || t.traits&replay.ChangeText != 0 || t.undone-t.at < a.limits(r).QuickAnswer {
			continue
		}
		looked++
		steps, came := 0, false
		for j := i + 1; j < len(r.touches); j++ {
			n := &r.touches[j]
			switch {
			case n.at > t.undone:
			case n.attr == "style" && a.tree.within(n.node, t.node):
				steps++
			case (n.kind == replay.Added || n.kind == replay.TextChanged) && effect[j] && n.undone == 0 && t.undone-n.at <= barLag:
				came = true
			}
		}
		if steps < barSteps || !came {
			continue
		}
		for j := i; j < len(r.touches); j++ {
			effect[j] = effect[j] && !a.tree.within(r.touches[j].node, t.node)
		}
	}
}

const (
	// barSteps is how often a bar moves at least: it comes, goes forward, and is full.
	barSteps = 2
	// barLag is how long a full bar stays to be seen: half a second in the libraries at hand, and the fading.
	barLag = time.Second
)

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
	m.gone.empty()
	for i := range r.touches {
		if t := &r.touches[i]; t.kind == replay.Removed {
			latest, _ := m.gone.add(uint64(uint32(t.node)))
			*latest = int32(i)
		}
	}
	m.looks.empty() // added nodes that may be drawn again
	m.then = emptied(m.then, len(r.touches))
	m.next = emptied(m.next, len(r.touches))
	m.pairs = m.pairs[:0]
	for i := range r.touches {
		t := &r.touches[i]
		if t.kind != replay.Added || t.state == 0 {
			continue
		}
		q, _ := m.looks.add(look(t.parent, t.state))
		if q.first > 0 {
			o := &r.touches[q.first-1]
			if gone := m.gone.find(uint64(uint32(o.node))); gone != nil && within(r.touches[*gone].at, t.at, batchLag) &&
				!(a.look(o, r.touches[*gone].at) && a.pressBetween(r, o.at, t.at)) {
				j := *gone
				same[i], same[j] = true, true
				m.next[q.first-1] = int32(i)
				q.first = m.then[q.first-1]
				m.pairs = append(m.pairs, redrawn{place{t.parent, t.at}, j, int32(i)})
			}
		}
		q.add(m.then, int32(i)+1)
	}
	a.reordered(r, same)
	for i := len(m.next) - 1; i >= 0; i-- {
		if n := m.next[i]; n > 0 && same[n] {
			r.touches[i].undone = r.touches[n].undone
		}
	}
	return same
}

// look names what a subtree looks like, and where it is. As a state is, it is a hash.
func look(parent replay.NodeID, state uint64) uint64 {
	return state + uint64(uint32(parent))*0xc2b2ae3d27d4eb4f // any odd number that spreads over all bits
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
