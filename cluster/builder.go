package cluster

import (
	"cmp"
	"math"
	"slices"
	"strings"
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
// A row is a few numbers, so that a million sessions fit into some hundred megabytes. Rows stay where they were collected and are
// put in order there; those of controls that turn out to be one are moved. Nothing is held twice.

// Builder collects what clustering needs of every session. Builders of shards may be merged in any order. It is used up by its
// Result. Not safe for concurrent use.
type Builder struct {
	settings   Settings
	attributes []string
	names      interner
	ruled      map[int32]bool // shapes named by a rule

	sessions []session
	ids      []byte  // of all sessions, one after the other
	values   []int32 // len(attributes) per session: the value of each attribute
	units    map[unitKey]*unit
	screens  map[int32]*[]arrival // by shape
	said     map[says]*says

	shapes   map[string]shape // of the paths that were met lately
	subjects map[string]int32 // interned, of the keys that were met lately
	held     []held           // scratch: per target of a session
}

// shape is what a path alone says of its screen.
type shape struct {
	name  int32 // interned
	ruled bool
}

// session is what is kept of one session: 48 bytes.
type session struct {
	name     uint64 // hash of its id and recording
	start    int64  // epoch ms
	person   uint64 // hash of the user, or of the session if there is none
	id       uint32 // offset of the id into Builder.ids
	length   uint16 // of the id
	size     sizeClass
	known    bool  // a user id was given
	masked   bool  // labels are masked, so that a clip shows little
	values   int32 // offset into Builder.values
	language int32 // interned, see languageOf; 0 = not known
}

// maxID bounds what is kept of a session's id. Two of them that are alike so far still are two.
const maxID = math.MaxUint16

// idOf is the id of a session.
func (b *Builder) idOf(s *session) string { return string(b.idBytes(s)) }

func (b *Builder) idBytes(s *session) []byte { return b.ids[s.id : s.id+uint32(s.length)] }

// unitKey names a control on a shape, or a whole shape with target -1, under a family. All are interned.
type unitKey struct {
	shape, target int32
	family        familyID
}

// familyID numbers families in their order.
type familyID int32

var families = [...]Family{FamilyControl, FamilyForm, FamilyFreeze, FamilyNavigation, FamilySurface}

const controlID familyID = 0

func idOfFamily(f Family) familyID { return familyID(slices.Index(families[:], f)) }

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

// try sums up what one session did with one control: 32 bytes.
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

// says is what was found about an episode. There are a few hundred of them, so that episodes share theirs.
type says struct {
	pattern   friction.Pattern
	reason    friction.Reason
	aftermath friction.Aftermath
	verdict   friction.Verdict
}

// episode is one episode, kept or dismissed: 56 bytes.
type episode struct {
	*says
	session    int32
	start, end int32 // ms
	latency    int32
	cause      int32 // interned
	confidence float32
	unanswered int32
	gestures   int32
	x, y       int16
	gap        bool  // a recording gap lies in it
	template   int32 // as in try
}

// New returns an empty Builder.
func New(s Settings) *Builder {
	return &Builder{
		settings: s, attributes: s.attributes(), names: newInterner(), ruled: map[int32]bool{},
		units: map[unitKey]*unit{}, screens: map[int32]*[]arrival{}, said: map[says]*says{},
		shapes: map[string]shape{}, subjects: map[string]int32{},
	}
}

// Add takes one session in. It keeps nothing of d but strings.
func (b *Builder) Add(d *friction.Digest) {
	at := int32(len(b.sessions))
	s := session{
		id: uint32(len(b.ids)), length: uint16(min(len(d.Session), maxID)), start: d.Start.UnixMilli(), values: int32(len(b.values)),
		known: d.Context.User != "", masked: isMasked(d), size: sizeOf(d),
		language: b.names.id(languageOf(d)),
	}
	s.name = hash64("session", d.Session, d.Recording)
	s.person = s.name
	if s.known {
		s.person = hash64("user", d.Context.User)
	}
	b.ids = append(b.ids, d.Session[:s.length]...)
	b.sessions = append(b.sessions, s)
	for _, a := range b.attributes {
		b.values = append(b.values, b.names.id(attributeOf(d, a)))
	}
	shapes := make([]int32, len(d.Screens))
	for i := range d.Screens {
		shapes[i] = b.shapeOf(d.Screens[i].Path)
	}
	subjects := make([]int32, len(d.Targets))
	for i := range d.Targets {
		subjects[i] = b.subjectOf(d.Targets[i].Key)
	}
	b.addVisits(d, at, shapes)
	b.addAttempts(d, at, shapes, subjects)
	b.addEpisodes(d, at, shapes, subjects)
}

// shapeOf returns the shape of a path, interned.
func (b *Builder) shapeOf(path string) int32 {
	s, ok := b.shapes[path]
	if !ok {
		name, ruled := b.settings.shapeOf(path)
		s = shape{b.names.id(name), ruled}
		remember(b.shapes, path, s)
		if ruled {
			b.ruled[s.name] = true
		}
	}
	return s.name
}

// subjectOf returns the subject of a key, interned.
func (b *Builder) subjectOf(key string) int32 {
	n, ok := b.subjects[key]
	if !ok {
		n = b.names.id(subjectOf(key))
		remember(b.subjects, key, n)
	}
	return n
}

// remember notes what a text leads to, and forgets everything rather than remember too much.
func remember[V any](known map[string]V, text string, v V) {
	if len(known) >= maxRemembered {
		clear(known)
	}
	known[strings.Clone(text)] = v
}

// saying returns the one of its kind.
func (b *Builder) saying(s says) *says {
	one := b.said[s]
	if one == nil {
		s = says{friction.Pattern(strings.Clone(string(s.pattern))), friction.Reason(strings.Clone(string(s.reason))),
			friction.Aftermath(strings.Clone(string(s.aftermath))), friction.Verdict(strings.Clone(string(s.verdict)))}
		one = &s
		b.said[s] = one
	}
	return one
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

// held is the unit that a target of the session at hand was pressed in last, and how often.
type held struct {
	shape, presses int32
	unit           *unit
}

func (b *Builder) addAttempts(d *friction.Digest, at int32, shapes, subjects []int32) {
	b.held = append(b.held[:0], make([]held, len(d.Targets))...)
	version := b.values[b.sessions[at].values+versionAttribute]
	for i := range d.Attempts {
		a := &d.Attempts[i]
		if !inside(a.Screen, shapes) || !inside(a.Target, d.Targets) {
			continue
		}
		h := &b.held[a.Target]
		if shape := shapes[a.Screen]; h.unit == nil || h.shape != shape {
			b.note(h.unit, &d.Targets[a.Target], h.presses)
			*h = held{shape: shape, unit: b.unit(unitKey{shape, subjects[a.Target], controlID})}
		}
		h.presses++
		u := h.unit
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
				u.latencies[latencyKey{version, bucketOf(millis(a.Latency))}]++
			}
		case friction.Dead:
			u.silent = append(u.silent, tap{session: at, at: millis(a.At), x: pixel(a.X), y: pixel(a.Y), down: pixel(a.Down)})
		}
	}
	for i := range b.held {
		b.note(b.held[i].unit, &d.Targets[i], b.held[i].presses)
	}
}

func (b *Builder) addEpisodes(d *friction.Digest, at int32, shapes, subjects []int32) {
	for i := range d.Episodes {
		e := &d.Episodes[i]
		if !inside(e.Screen, shapes) {
			continue
		}
		family, target := aboutOf(d, e)
		subject := int32(0)
		if target != nil {
			subject = subjects[e.Target]
		}
		u := b.unit(unitKey{shapes[e.Screen], subject, idOfFamily(family)})
		b.note(u, target, 1)
		u.episodes = append(u.episodes, episode{
			session: at, start: millis(e.Start), end: millis(e.End), latency: millis(e.Latency), cause: b.names.id(e.Cause),
			confidence: float32(e.Confidence), unanswered: e.Unanswered, gestures: e.Gestures,
			says: b.saying(says{e.Pattern, e.Reason, e.Aftermath, e.Verdict}),
			x:    pixel(e.X), y: pixel(e.Y), gap: slices.Contains(e.Blind, "gap"),
		})
	}
}

// unit returns the unit of a key.
func (b *Builder) unit(k unitKey) *unit {
	u := b.units[k]
	if u == nil {
		u = &unit{labels: map[int32]int32{}, kinds: map[friction.Kind]int32{}, latencies: map[latencyKey]int32{}}
		b.units[k] = u
	}
	return u
}

// note adds what is known of the target of a unit that was met n times; a whole screen has none.
func (b *Builder) note(u *unit, t *friction.Target, n int32) {
	if t == nil || n == 0 {
		return
	}
	if !isMaskedText(t.Label) {
		u.labels[b.names.id(t.Label)] += n
	}
	u.kinds[t.Kind] += n
	if best := surest(u.target, *t); best != u.target {
		u.target = best
	}
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
		s.id += uint32(len(b.ids))
		s.language = name[s.language]
		b.sessions = append(b.sessions, s)
	}
	b.ids = append(b.ids, o.ids...)
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
		delete(o.screens, shape) // so that the rows are not held twice
	}
	for k, from := range o.units {
		delete(o.units, k)
		k.shape, k.target = name[k.shape], name[k.target]
		b.unit(k).absorb(from, base, name)
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
	for i := range o.tries {
		o.tries[i].session += base
	}
	for i := range o.episodes {
		o.episodes[i].session += base
		o.episodes[i].cause = name[o.episodes[i].cause]
	}
	for i := range o.silent {
		o.silent[i].session += base
	}
	u.tries, u.episodes, u.silent = join(u.tries, o.tries), join(u.episodes, o.episodes), join(u.silent, o.silent)
	for k, n := range o.latencies {
		u.latencies[latencyKey{name[k.version], k.bucket}] += n
	}
}

// join appends; neither is used afterwards. It makes no more room than is needed.
func join[T any](a, b []T) []T {
	if len(a) == 0 {
		return b
	}
	if cap(a)-len(a) < len(b) {
		a = append(make([]T, 0, len(a)+len(b)), a...)
	}
	return append(a, b...)
}

// aboutOf says what an episode is about: a control, or the whole screen (nil) for patterns that have no place and
// for episodes whose target is not known. A page that freezes when a control is pressed, and a form that is refused
// when its button is pressed, are problems of that control: what people tried is the same.
func aboutOf(d *friction.Digest, e *friction.Episode) (Family, *friction.Target) {
	family := e.Pattern.Family()
	if e.Pattern.OfScreen() || !inside(e.Target, d.Targets) {
		return family, nil
	}
	t := &d.Targets[e.Target]
	if e.Pattern == friction.UIFreeze && isControl(t.Kind) || e.Pattern == friction.FormTrouble && isButton(t) {
		family = FamilyControl
	}
	return family, t
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
		s = strings.Clone(s) // it may be a part of a page of the ledger
		n.ids[s] = i
		n.list = append(n.list, s)
	}
	return i
}
