package cluster

import (
	"cmp"
	"slices"
	"time"

	"github.com/rankle/rankle/cluster/friction"
)

// ScreenMap is one screen with what people press there.
type ScreenMap struct {
	Template string // as Issue.Screen
	Sessions int    // that reached it
	People   int    // of those; a known user, or a session without a user id
	Controls []ControlUse
	More     int      // controls beyond Controls
	Layouts  []Layout // most sessions first
}

// ControlUse is one control on one screen, or a thing that people press as if it were one.
type ControlUse struct {
	Target   friction.Target
	Issues   []string // keys of the issues about it, in the order of Result.Issues
	Sessions int      // that pressed it here
	Presses  int
	Tried    int // tries whose outcome is known
	Answered int // of Tried
	Silent   int // tries that nothing answered
}

// Layout is a screen in windows of about one width.
type Layout struct {
	Size     string // "under 480 px"
	Sessions int    // with such a window that pressed something here
	// Picture is a moment that shows it: the first press with a known outcome of the newest session, of those whose labels
	// are not masked if there are any.
	Picture Picture
	Presses []Press // first answered press of each session and control, and all silent ones; a sample of Of
	Of      int
	// Depth says how far down sessions saw the page: depthSteps equal steps down to where one in furthest got; nil where
	// that is not known.
	Depth []Depth
	// Known is the sessions that Depth counts: those that reached the screen in such a window and whose scrolling is known.
	Known int
}

// Depth is how many sessions saw the page down to a place.
type Depth struct {
	Y        int // CSS px from the top of the page
	Sessions int
}

// What people say of scrolling they say in tenths of the page. How long a page is no recording says; where one session in
// fifty got stands for its end, so that one person at the end of an endless list does not make all others look impatient.
const (
	depthSteps = 10
	furthest   = 50
)

// Picture is a moment of a session.
type Picture struct {
	Session      string
	SessionStart time.Time
	At           time.Duration
}

// Press is a place that somebody pressed, in CSS px of the window, which was scrolled down by Down: the place on the page is
// (X, Y+Down), but of what stays in the window while the page scrolls.
type Press struct {
	X, Y     int
	Down     int
	Answered bool
	// Control is the place of what was pressed in ScreenMap.Controls, -1 where that left it out. Where the control is in the
	// window all the time is known to who draws it.
	Control int
}

// The bounds of what is kept: what people look at one by one, and dots that a picture can hold side by side. Screens and
// controls with most sessions are kept.
const (
	maxScreenMaps     = 200
	maxScreenControls = 60
	maxPresses        = 400
)

// screenMaps describes the screens that most sessions reached. problems are those that became
// issues, in their order.
func (w *work) screenMaps(r *Result, problems []*problem) []ScreenMap {
	maps := map[string]*screenMap{}
	of := func(template string) *screenMap {
		if maps[template] == nil {
			maps[template] = &screenMap{layouts: map[sizeClass]*layoutMap{}}
		}
		return maps[template]
	}
	counts := w.census.borrow()
	defer w.census.handBack(counts)
	for template, rows := range w.arrivals {
		m := of(template)
		m.Template, m.Sessions = template, len(rows)
		people := &counts.people
		people.reset()
		for _, a := range rows {
			people.add(w.census.person[a.session], 1)
			if a.seen > 0 {
				l := m.layout(w.sessions[a.session].size)
				l.seen = append(l.seen, a.seen)
			}
		}
		m.People = len(people.touched)
	}
	issues := map[*group][]string{}
	for g, i := range r.index {
		issues[g] = append(issues[g], problems[i].key)
	}
	for _, g := range w.groups {
		if g.wholeScreen() {
			continue
		}
		for template, u := range w.usesByScreen(g, of) {
			u.Target, u.Issues = g.target, issues[g]
			of(template).uses = append(of(template).uses, groupUse{*u, g})
		}
	}
	var all []ScreenMap
	for _, m := range maps {
		if m.Template != "" {
			all = append(all, w.finish(m))
		}
	}
	slices.SortFunc(all, func(x, y ScreenMap) int {
		return cmp.Or(-cmp.Compare(x.Sessions, y.Sessions), cmp.Compare(x.Template, y.Template))
	})
	return all[:min(len(all), maxScreenMaps)]
}

// screenMap is a ScreenMap in the making.
type screenMap struct {
	ScreenMap
	uses    []groupUse
	layouts map[sizeClass]*layoutMap
}

type groupUse struct {
	ControlUse
	group *group
}

type layoutMap struct {
	sessions []int32 // that pressed something, with repeats
	picture  *try
	presses  sample
	seen     []int32 // how far down sessions saw the page
}

// sample keeps the presses with the lowest lots.
type sample struct {
	of    int      // all
	least []placed // at least the maxPresses lowest, and all that are equal to the last of these
	above uint64   // none of those needs a lot above it; 0 = not known yet
	room  int      // how many are collected before the others are left out
}

func (s *sample) add(p placed) {
	s.of++
	if s.above > 0 && p.lot > s.above {
		return
	}
	if s.least = append(s.least, p); len(s.least) < max(s.room, 4*maxPresses) {
		return
	}
	slices.SortFunc(s.least, func(x, y placed) int { return cmp.Compare(x.lot, y.lot) })
	s.above = s.least[maxPresses-1].lot
	n := maxPresses
	for n < len(s.least) && s.least[n].lot == s.above {
		n++
	}
	s.least, s.room = s.least[:n], 2*n
}

// placed is a press with the number that decides whether it is in the sample.
type placed struct {
	Press
	lot   uint64
	group *group
}

// usesByScreen adds up what sessions did with a control on each screen that has it, and notes where they pressed.
func (w *work) usesByScreen(g *group, of func(string) *screenMap) map[string]*ControlUse {
	uses := map[string]*ControlUse{}
	use := func(template string) *ControlUse {
		if uses[template] == nil {
			uses[template] = &ControlUse{}
		}
		return uses[template]
	}
	for i := range g.tries {
		t := &g.tries[i]
		template := w.names.list[t.template]
		u := use(template)
		u.Sessions++
		u.Presses += int(t.gestures)
		u.Tried += int(t.known)
		u.Answered += int(t.answered)
		m := of(template).layout(w.sessions[t.session].size)
		if t.at >= 0 && (m.picture == nil || w.shows(t, m.picture)) {
			m.picture = t
		}
		m.sessions = append(m.sessions, t.session)
		w.place(m, g, t.session, Press{X: int(t.x), Y: int(t.y), Down: int(t.down), Answered: true})
	}
	for i := range g.silent {
		s := &g.silent[i]
		template := w.names.list[s.template]
		use(template).Silent++
		w.place(of(template).layout(w.sessions[s.session].size), g, s.session, Press{X: int(s.x), Y: int(s.y), Down: int(s.down)})
	}
	return uses
}

func (m *screenMap) layout(size sizeClass) *layoutMap {
	if m.layouts[size] == nil {
		m.layouts[size] = &layoutMap{}
	}
	return m.layouts[size]
}

// shows reports whether a is the better moment for a picture than b.
func (w *work) shows(a, b *try) bool {
	x, y := &w.sessions[a.session], &w.sessions[b.session]
	if x.masked != y.masked {
		return y.masked
	}
	if a.session != b.session {
		return a.session > b.session // sessions are in order of time
	}
	return a.at < b.at
}

func (w *work) place(m *layoutMap, g *group, session int32, p Press) {
	if !isPlace(int16(p.X), int16(p.Y)) {
		return
	}
	spot := uint64(p.X)<<16 | uint64(p.Y)
	if p.Answered {
		spot |= 1 << 32
	}
	m.presses.add(placed{p, mix(w.sessions[session].name, spot), g})
}

func (w *work) finish(m *screenMap) ScreenMap {
	out := m.ScreenMap
	slices.SortFunc(m.uses, func(x, y groupUse) int {
		return cmp.Or(-cmp.Compare(x.Sessions, y.Sessions), -cmp.Compare(x.Silent, y.Silent), cmp.Compare(x.Target.Key, y.Target.Key),
			cmp.Compare(x.Target.Label, y.Target.Label))
	})
	out.More = max(len(m.uses)-maxScreenControls, 0)
	control := map[*group]int{}
	for i, u := range m.uses[:len(m.uses)-out.More] {
		out.Controls = append(out.Controls, u.ControlUse)
		control[u.group] = i
	}
	for size, l := range m.layouts {
		if l.picture == nil {
			continue
		}
		presses := l.presses.least
		for i := range presses {
			p := &presses[i]
			p.Control = -1
			if k, ok := control[p.group]; ok {
				p.Control = k
			}
		}
		slices.SortFunc(presses, func(x, y placed) int {
			return cmp.Or(cmp.Compare(x.lot, y.lot), cmp.Compare(x.Y, y.Y), cmp.Compare(x.X, y.X), cmp.Compare(x.Down, y.Down),
				cmp.Compare(x.Control, y.Control))
		})
		layout := Layout{Size: size.String(), Sessions: distinct(l.sessions), Of: l.presses.of, Picture: Picture{
			Session: w.idOf(&w.sessions[l.picture.session]), SessionStart: w.began(l.picture.session), At: ofMillis(l.picture.at),
		}}
		for _, p := range presses[:min(len(presses), maxPresses)] {
			layout.Presses = append(layout.Presses, p.Press)
		}
		layout.Depth, layout.Known = depthOf(l.seen), len(l.seen)
		out.Layouts = append(out.Layouts, layout)
	}
	slices.SortFunc(out.Layouts, func(x, y Layout) int {
		return cmp.Or(-cmp.Compare(x.Sessions, y.Sessions), cmp.Compare(x.Size, y.Size))
	})
	return out
}

// distinct counts numbers without repeats, and puts them in order.
func distinct(list []int32) int {
	slices.Sort(list)
	return len(slices.Compact(list))
}

// depthOf counts how many of those who saw a page came down to each step.
func depthOf(seen []int32) []Depth {
	if len(seen) == 0 {
		return nil
	}
	slices.Sort(seen)
	end := int(seen[len(seen)-1-len(seen)/furthest])
	steps := make([]Depth, depthSteps)
	for i := range steps {
		y := end * (i + 1) / depthSteps
		at, _ := slices.BinarySearch(seen, int32(y))
		steps[i] = Depth{y, len(seen) - at}
	}
	return steps
}

// firstArrivals keeps the first of each session; rows are sorted by session and time.
func firstArrivals(rows []arrival) []arrival {
	out := rows[:0]
	for _, a := range rows {
		if n := len(out); n > 0 && out[n-1].session == a.session {
			out[n-1].seen = max(out[n-1].seen, a.seen)
			continue
		}
		out = append(out, a)
	}
	return out
}
