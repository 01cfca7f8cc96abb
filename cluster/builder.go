package cluster

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

// How issues are made:
//
//	digests --Builder.Add--> rows: one per session and control, one per session and screen, one per episode
//	       --Merge---------> the same of several shards
//	       --Result--------> sessions in one order -> screen templates -> controls -> what all sessions say about a
//	                         control -> meant controls -> issues -> segments, clips, titles
//
// A row is a few numbers, so that a million sessions fit into some hundred megabytes.

// Builder collects what clustering needs of every session. Builders of shards may be merged in any order. Not safe for
// concurrent use.
type Builder struct {
	settings Settings
	names    interner
	ruled    map[int32]bool // shapes named by a rule

	sessions []session
	values   []int32 // len(attributes) per session: the value of each attribute
	units    map[unitKey]*unit
	screens  map[int32]*[]arrival // by shape
}

// session is what is kept of one session.
type session struct {
	id        string
	recording string
	name      uint64 // hash of both
	start     int64  // epoch ms
	person    uint64 // hash of the user, or of the session if there is none
	known     bool   // a user id was given
	masked    bool   // labels are masked, so that a clip shows little
	values    int32  // offset into Builder.values
	size      sizeClass
	language  int32 // interned, see languageOf; 0 = not known
}

// unitKey names a control on a shape, or a whole shape with target -1, under a family. All are interned.
type unitKey struct {
	shape, target int32
	family        Family
}

// unit is everything about one unitKey.
type unit struct {
	target    friction.Target         // the surest of all that had the key
	labels    map[int32]int32         // presses or episodes per label
	kinds     map[friction.Kind]int32 // ... per kind: what a thing is, the sessions outvote each other
	tries     []try
	episodes  []episode
	silent    []tap                // unanswered presses
	latencies map[latencyKey]int32 // of answers
}

// try sums up what one session did with one control.
type try struct {
	session  int32
	at       int32  // ms of the first attempt whose outcome is known
	x, y     int16  // of the first answered attempt; -1 = not known
	down     int16  // how far the page was scrolled then
	known    uint16 // attempts with a known outcome; a count that is full stays so
	answered uint16 // those that were answered
	gestures uint16 // of all attempts
	failed   bool   // the first known one
	latency  int32  // ms, of the first answered attempt
	template int32  // set when units become groups: index into work.names of the screen that x and y lie on
}

// tap is one silent press.
type tap struct {
	session  int32
	at       int32 // ms
	x, y     int16
	down     int16 // as in try
	template int32 // as in try
}

// arrival is the first time that a session reached a screen.
type arrival struct {
	session int32
	at      int32 // ms
	seen    int32 // how far down the session saw the page, CSS px; 0 = not known
}

// episode is one episode, kept or dismissed.
type episode struct {
	session    int32
	start, end int32 // ms
	latency    int32
	cause      int32 // interned
	confidence float32
	unanswered int32
	gestures   int32
	pattern    friction.Pattern
	reason     friction.Reason
	aftermath  friction.Aftermath
	verdict    friction.Verdict
	x, y       int16
	gap        bool  // a recording gap lies in it
	template   int32 // as in try
}

// New returns an empty Builder.
func New(s Settings) *Builder {
	return &Builder{
		settings: s, names: newInterner(), ruled: map[int32]bool{},
		units: map[unitKey]*unit{}, screens: map[int32]*[]arrival{},
	}
}

// Add takes one session in. It keeps nothing of d but strings.
func (b *Builder) Add(d *friction.Digest) {
	at := int32(len(b.sessions))
	s := session{
		id: d.Session, recording: d.Recording, start: d.Start.UnixMilli(), values: int32(len(b.values)),
		known: d.Context.User != "", masked: isMasked(d), size: sizeOf(d),
		language: b.names.id(languageOf(d)),
	}
	s.name = hash64("session", d.Session, d.Recording)
	s.person = s.name
	if s.known {
		s.person = hash64("user", d.Context.User)
	}
	b.sessions = append(b.sessions, s)
	for _, a := range b.settings.attributes() {
		b.values = append(b.values, b.names.id(attributeOf(d, a)))
	}
	shapes := make([]int32, len(d.Screens))
	for i := range d.Screens {
		shape, ruled := b.settings.shapeOf(d.Screens[i].Path)
		shapes[i] = b.names.id(shape)
		if ruled {
			b.ruled[shapes[i]] = true
		}
	}
	b.addVisits(d, at, shapes)
	subjects := subjectsOf(d)
	b.addAttempts(d, at, shapes, subjects)
	b.addEpisodes(d, at, shapes, subjects)
}

func (b *Builder) addVisits(d *friction.Digest, at int32, shapes []int32) {
	for _, v := range d.Visits {
		if !inside(v.Screen, shapes) {
			continue
		}
		rows := b.screens[shapes[v.Screen]]
		if rows == nil {
			rows = new([]arrival)
			b.screens[shapes[v.Screen]] = rows
		}
		if n := len(*rows); n == 0 || (*rows)[n-1].session != at {
			*rows = append(*rows, arrival{session: at, at: millis(v.At)})
		}
		last := &(*rows)[len(*rows)-1]
		last.seen = max(last.seen, v.Seen)
	}
}

func (b *Builder) addAttempts(d *friction.Digest, at int32, shapes []int32, subjects []string) {
	for i := range d.Attempts {
		a := &d.Attempts[i]
		if !inside(a.Screen, shapes) || !inside(a.Target, d.Targets) {
			continue
		}
		u := b.unit(unitKey{shapes[a.Screen], b.names.id(subjects[a.Target]), FamilyControl}, &d.Targets[a.Target])
		if n := len(u.tries); n == 0 || u.tries[n-1].session != at {
			u.tries = append(u.tries, try{session: at, at: -1, x: -1, y: -1})
		}
		t := &u.tries[len(u.tries)-1]
		t.gestures = add16(t.gestures, max(a.Gestures, 1))
		failed, known := outcomeOf(d, a)
		if !known {
			continue
		}
		if t.at < 0 {
			t.at, t.failed = millis(a.At), failed
		}
		t.known = add16(t.known, 1)
		switch a.Outcome {
		case friction.OK, friction.Slow:
			if t.answered == 0 {
				t.latency = millis(a.Latency)
				if !failed {
					t.x, t.y, t.down = pixel(a.X), pixel(a.Y), pixel(a.Down)
				}
			}
			t.answered = add16(t.answered, 1)
			if a.Latency > 0 {
				u.latencies[latencyKey{b.values[b.sessions[at].values+versionAttribute], bucketOf(millis(a.Latency))}]++
			}
		case friction.Dead:
			u.silent = append(u.silent, tap{session: at, at: millis(a.At), x: pixel(a.X), y: pixel(a.Y), down: pixel(a.Down)})
		}
	}
}

func (b *Builder) addEpisodes(d *friction.Digest, at int32, shapes []int32, subjects []string) {
	for i := range d.Episodes {
		e := &d.Episodes[i]
		if !inside(e.Screen, shapes) {
			continue
		}
		family, target := aboutOf(d, e)
		subject := ""
		if target != nil {
			subject = subjects[e.Target]
		}
		u := b.unit(unitKey{shapes[e.Screen], b.names.id(subject), family}, target)
		u.episodes = append(u.episodes, episode{
			session: at, start: millis(e.Start), end: millis(e.End), latency: millis(e.Latency), cause: b.names.id(e.Cause),
			confidence: float32(e.Confidence), unanswered: e.Unanswered, gestures: e.Gestures,
			pattern: e.Pattern, reason: e.Reason, aftermath: e.Aftermath, verdict: e.Verdict,
			x: pixel(e.X), y: pixel(e.Y), gap: slices.Contains(e.Blind, "gap"),
		})
	}
}

// unit returns the unit of a key and notes what is known of its target; nil for a whole screen.
func (b *Builder) unit(k unitKey, t *friction.Target) *unit {
	u := b.units[k]
	if u == nil {
		u = &unit{labels: map[int32]int32{}, kinds: map[friction.Kind]int32{}, latencies: map[latencyKey]int32{}}
		b.units[k] = u
	}
	if t != nil {
		if !isMaskedText(t.Label) {
			u.labels[b.names.id(t.Label)]++
		}
		u.kinds[t.Kind]++
		u.target = surest(u.target, *t)
	}
	return u
}

// surest picks the description of a control that is shown, whatever the order.
func surest(a, b friction.Target) friction.Target {
	var none friction.Target
	if b == none {
		return a
	}
	if a == none || cmp.Or(cmp.Compare(b.Certainty, a.Certainty), -cmp.Compare(len(b.Selector), len(a.Selector)),
		-cmp.Compare(b.Selector, a.Selector), -cmp.Compare(b.Path, a.Path), -cmp.Compare(b.Role, a.Role),
		-cmp.Compare(b.Tag, a.Tag), -cmp.Compare(b.Kind, a.Kind), -cmp.Compare(b.Label, a.Label)) > 0 {
		return b
	}
	return a
}

// Merge takes over what o collected; o must have the same Settings and is not used afterwards. The Result does not
// depend on how sessions were spread over Builders or in which order these were merged.
func (b *Builder) Merge(o *Builder) {
	base := int32(len(b.sessions))
	name := make([]int32, len(o.names.list))
	for i, s := range o.names.list {
		name[i] = b.names.id(s)
	}
	for _, s := range o.sessions {
		s.values += int32(len(b.values))
		s.language = name[s.language]
		b.sessions = append(b.sessions, s)
	}
	for _, v := range o.values {
		b.values = append(b.values, name[v])
	}
	for s := range o.ruled {
		b.ruled[name[s]] = true
	}
	for shape, rows := range o.screens {
		to := b.screens[name[shape]]
		if to == nil {
			to = new([]arrival)
			b.screens[name[shape]] = to
		}
		for _, r := range *rows {
			*to = append(*to, arrival{r.session + base, r.at, r.seen})
		}
	}
	for k, from := range o.units {
		k.shape, k.target = name[k.shape], name[k.target]
		u := b.unit(k, nil)
		u.absorb(from, base, name)
	}
}

// absorb appends the rows of another Builder's unit.
func (u *unit) absorb(o *unit, base int32, name []int32) {
	u.target = surest(u.target, o.target)
	for l, n := range o.labels {
		u.labels[name[l]] += n
	}
	for k, n := range o.kinds {
		u.kinds[k] += n
	}
	for _, t := range o.tries {
		t.session += base
		u.tries = append(u.tries, t)
	}
	for _, e := range o.episodes {
		e.session += base
		e.cause = name[e.cause]
		u.episodes = append(u.episodes, e)
	}
	for _, t := range o.silent {
		t.session += base
		u.silent = append(u.silent, t)
	}
	for k, n := range o.latencies {
		u.latencies[latencyKey{name[k.version], k.bucket}] += n
	}
}

// FamilyOf is the family of a pattern without a place.
func FamilyOf(p friction.Pattern) Family {
	switch p {
	case friction.FormTrouble:
		return FamilyForm
	case friction.QuickBack, friction.Loop:
		return FamilyNavigation
	case friction.DeadSwipe, friction.ExcessiveScroll, friction.ZoomStruggle, friction.ThrashedCursor:
		return FamilySurface
	case friction.UIFreeze:
		return FamilyFreeze
	}
	return FamilyControl
}

// aboutOf says what an episode is about: a control, or the whole screen (nil) for patterns that have no place and
// for episodes whose target is not known. A page that freezes when a control is pressed, and a form that is refused
// when its button is pressed, are problems of that control: what people tried is the same.
func aboutOf(d *friction.Digest, e *friction.Episode) (Family, *friction.Target) {
	family := FamilyOf(e.Pattern)
	switch e.Pattern {
	case friction.QuickBack, friction.Loop, friction.ExcessiveScroll, friction.ZoomStruggle, friction.ThrashedCursor:
		return family, nil
	}
	if !inside(e.Target, d.Targets) {
		return family, nil
	}
	t := &d.Targets[e.Target]
	if e.Pattern == friction.UIFreeze && isControl(t.Kind) || e.Pattern == friction.FormTrouble && isButton(t) {
		family = FamilyControl
	}
	return family, t
}

// subjectsOf lists the subjects of the targets of a session.
func subjectsOf(d *friction.Digest) []string {
	subjects := make([]string, len(d.Targets))
	for i := range d.Targets {
		subjects[i] = subjectOf(d.Targets[i].Key)
	}
	return subjects
}

func isButton(t *friction.Target) bool {
	return t.Role == "button" || t.Role == "" && t.Tag == "button"
}

// outcomeOf says whether an attempt failed, and whether that is known. What belongs to a kept episode failed; what
// belongs to one without a verdict is not known unless it was answered.
func outcomeOf(d *friction.Digest, a *friction.Attempt) (failed, known bool) {
	if inside(a.Episode, d.Episodes) {
		switch d.Episodes[a.Episode].Verdict {
		case friction.Friction:
			if family, _ := aboutOf(d, &d.Episodes[a.Episode]); family == FamilyControl {
				return true, true
			}
		default:
			return false, a.Outcome == friction.OK
		}
	}
	switch a.Outcome {
	case friction.OK:
		return false, true
	case friction.Slow, friction.Dead, friction.Failed, friction.Disabled:
		return true, true
	}
	return false, false
}

// isControl tells things that are meant to be pressed from things that only look like it.
func isControl(k friction.Kind) bool {
	switch k {
	case friction.Prose, friction.Background, friction.Blind:
		return false
	}
	return true
}

// isMasked reports whether a clip of the session would show masked labels.
func isMasked(d *friction.Digest) bool {
	for _, m := range d.Marks {
		if m == replay.MarkMasked {
			return true
		}
	}
	return false
}

func inside[T any](i int32, s []T) bool { return i >= 0 && int(i) < len(s) }

// millis cuts to what a row holds: 24 days.
func millis(d time.Duration) int32 {
	return int32(min(max(d.Milliseconds(), 0), math.MaxInt32))
}

// pixel cuts to what a row holds.
func pixel(v int32) int16 { return int16(min(max(v, -1), math.MaxInt16)) }

func add16(a uint16, b int32) uint16 { return uint16(min(int64(a)+int64(b), math.MaxUint16)) }

// interner numbers strings. 0 is the empty string.
type interner struct {
	ids  map[string]int32
	list []string
}

func newInterner() interner { return interner{ids: map[string]int32{"": 0}, list: []string{""}} }

func (n *interner) id(s string) int32 {
	i, ok := n.ids[s]
	if !ok {
		i = int32(len(n.list))
		n.ids[s] = i
		n.list = append(n.list, s)
	}
	return i
}
