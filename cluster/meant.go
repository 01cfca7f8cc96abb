package cluster

import (
	"cmp"
	"maps"
	"slices"

	"github.com/rankle/rankle/cluster/friction"
)

// Meant controls: people press where they see a button. If something invisible covers it, the press lands on the
// cover, and the button's own record shows nobody who failed. Where silent presses on one thing lie at a place at which
// other sessions press a control with success, and never that thing, they were meant for that control.
const (
	// meantPixels: about half a finger (SIGNALS uses 48 px for a whole one); further away lies the next control.
	meantPixels = 24
	// meantSessions is how many sessions must have pressed the control near one silent press. One of them may be the
	// session itself, which pressed the control before it was covered; two others are left.
	meantSessions = 3
	// meantPeople is how many people must press the cover at the control before the two are joined.
	meantPeople = 2
	// meantPeopleControl is the same for a cover that is a control itself, where chance has more to offer.
	meantPeopleControl = 3
	// meantFocus is the share of a control's successful presses that must lie near the silent one. On a page that
	// scrolls, presses spread over a viewport some 800 px high, of which a place takes 6 %; a button that sticks to the
	// bottom is spread over the heights of the viewports of its class. Twice the first lets the second through.
	meantFocus = 0.12
	// meantShare of the silent presses on a cover that is a control itself must lie at the covered one; else it is
	// broken, and something happens to lie nearby.
	meantShare = 0.5
	// meantUsed: if so many of the sessions with a silent press had used the control before, the two take turns in one
	// place ("Continue", then "Pay"), and nothing is covered.
	meantUsed = 0.5
	// spotPixels: presses are counted in squares of this size, so that a control with a million presses is asked as
	// quickly as one with ten. The error of 3 px is small beside meantPixels.
	spotPixels = 4
)

// place is a spot on a screen in viewports of one size class.
type place struct {
	template string
	size     sizeClass
	x, y     int16 // in units of meantPixels
}

// spot counts the sessions that pressed a control with success in one square.
type spot struct {
	control *group
	x, y    int16 // middle of the square
	n       int32
}

// presses are all successful presses by place.
type presses struct {
	spots  map[place][]spot
	totals map[layout]int32
}

// layout is a control on a screen in viewports of one size class.
type layout struct {
	control  *group
	template string
	size     sizeClass
}

// add counts the press of one session; a session must not be counted twice for one control.
func (p presses) add(control *group, template string, size sizeClass, x, y int16) {
	if !isPlace(x, y) {
		return
	}
	at := place{template, size, x / meantPixels, y / meantPixels}
	x, y = x-x%spotPixels+spotPixels/2, y-y%spotPixels+spotPixels/2
	p.totals[layout{control, template, size}]++
	spots := p.spots[at]
	for i := range spots {
		if spots[i].control == control && spots[i].x == x && spots[i].y == y {
			spots[i].n++
			return
		}
	}
	p.spots[at] = append(spots, spot{control, x, y, 1})
}

// at finds the control that was meant by a silent press on g, or nil.
func (p presses) at(g *group, template string, size sizeClass, x, y int16) *group {
	if !isPlace(x, y) {
		return nil
	}
	counts := map[*group]int32{}
	for dx := int16(-1); dx <= 1; dx++ {
		for dy := int16(-1); dy <= 1; dy++ {
			for _, s := range p.spots[place{template, size, x/meantPixels + dx, y/meantPixels + dy}] {
				ex, ey := int(s.x)-int(x), int(s.y)-int(y)
				if ex*ex+ey*ey <= meantPixels*meantPixels {
					counts[s.control] += s.n
				}
			}
		}
	}
	if counts[g] > 0 {
		return nil // it answers here, if not now
	}
	var best *group
	for c, n := range counts {
		focused := float64(n) >= meantFocus*float64(p.totals[layout{c, template, size}])
		if n >= meantSessions && focused && (best == nil || cmp.Or(cmp.Compare(n, counts[best]), cmp.Compare(best.key, c.key)) > 0) {
			best = c
		}
	}
	return best
}

// isPlace tells known positions. The very corner is what readers that know none leave.
func isPlace(x, y int16) bool { return x >= 0 && y >= 0 && (x > 0 || y > 0) }

// cover is what silent presses on one thing were meant for.
type cover struct {
	above, control *group
}

// coversOf decides which things cover which controls, from all silent presses.
func (w *work) coversOf(p presses) map[cover]bool {
	type ballot struct {
		presses int
		people  map[int32]bool
		voters  map[int32]int32 // time of the last silent press per session
	}
	ballots := map[cover]*ballot{}
	located := map[*group]int{}
	for _, g := range w.groups {
		if g.wholeScreen() {
			continue
		}
		vote := func(s, at, template int32, x, y int16) {
			if !isPlace(x, y) {
				return
			}
			located[g]++
			c := p.at(g, w.names.list[template], w.sessions[s].size, x, y)
			if c == nil {
				return
			}
			b := ballots[cover{g, c}]
			if b == nil {
				b = &ballot{people: map[int32]bool{}, voters: map[int32]int32{}}
				ballots[cover{g, c}] = b
			}
			b.presses++
			b.people[w.person(s)] = true
			b.voters[s] = max(b.voters[s], at)
		}
		for _, t := range g.silent {
			vote(t.session, t.at, t.template, t.x, t.y)
		}
		for i := range g.episodes {
			if e := &g.episodes[i]; e.counts() && e.isSilent() {
				vote(e.session, e.start, e.template, e.x, e.y)
			}
		}
	}
	joined := map[cover]bool{}
	for k, b := range ballots {
		enough := len(b.people) >= meantPeople
		if !k.above.isSurface() {
			enough = len(b.people) >= meantPeopleControl && float64(b.presses) >= meantShare*float64(located[k.above])
		}
		if enough && float64(k.control.usedBy(b.voters)) < meantUsed*float64(len(b.voters)) {
			joined[k] = true
		}
	}
	return joined
}

// usedBy counts the sessions in which the control had answered before the given time.
func (g *group) usedBy(sessions map[int32]int32) int {
	n := 0
	for s, at := range sessions {
		i, ok := slices.BinarySearchFunc(g.tries, s, func(t try, s int32) int { return cmp.Compare(t.session, s) })
		if ok && g.tries[i].answered > 0 && g.tries[i].at < at {
			n++
		}
	}
	return n
}

// isSilent tells episodes without any answer.
func (e *episode) isSilent() bool {
	switch e.pattern {
	case friction.DeadTap, friction.RageTap, friction.AffordanceGap:
		return true
	}
	return false
}

// dropUnused keeps only presses on covered controls and their covers, the others are not asked for again.
func (p presses) dropUnused(joined map[cover]bool) {
	covered := map[*group]bool{}
	for k := range joined {
		covered[k.control], covered[k.above] = true, true
	}
	for at, list := range p.spots {
		list = slices.DeleteFunc(list, func(v spot) bool { return !covered[v.control] })
		if len(list) == 0 {
			delete(p.spots, at)
		} else {
			p.spots[at] = list
		}
	}
	maps.DeleteFunc(p.totals, func(l layout, _ int32) bool { return !covered[l.control] })
}
