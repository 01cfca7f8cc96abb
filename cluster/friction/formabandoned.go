package friction

import (
	"slices"
	"time"

	"github.com/rankle/rankle/replay"
)

// A form is abandoned if somebody typed into it, did not send it and went away. The recording shows neither the key that
// sends a form nor what a button means, so that everything which may have sent it or kept it clears it:
//
//	sent      a submit was pressed, any button had an effect after the last field, or the page went on right after typing;
//	          what is written from then on belongs to another round of it
//	kept      most of what was typed was answered by itself: forms that save or filter while one types
//	resumed   the form was taken up again right after something was looked up elsewhere, and sent. Who comes back to it and
//	          does not go on, or comes by many other screens, begins anew
//	one field comments, chats and searches are given up without regret
const (
	// enterLag is how soon after the last keystroke another screen, or the end of the recording, may be what the Enter key
	// led to. It is a slow page load.
	enterLag = 5 * time.Second
	// resumeSpan is how long somebody may look something up elsewhere before going on with a form.
	resumeSpan = time.Minute
	// lookUps is how many other screens somebody sees who looks something up: an overview, a page and one more. Who goes
	// through more of them does other things.
	lookUps = 3
	// manyFields is the number of filled fields from which on somebody clearly meant to get through.
	manyFields = 3
)

// formUse is what one person did in one form during one stay on a screen.
type formUse struct {
	form     replay.NodeID
	window   uint16
	screen   replay.ScreenID
	fields   []fieldUse // in order of their first touch
	last     int        // field that had the focus last
	lastFrom time.Duration
	lastAt   time.Duration // latest touch of any field
	typedAt  time.Duration // latest typing
	hand     bool          // a field was focused or pressed before it took text: no password manager's work
	sent     bool          // a submit was pressed
	pressed  bool          // a button had an effect since the latest touch
	resumes  []int         // abandoned forms that it may go on with
	refused  bool          // a submit was disabled, or answered by a complaint
}

// fieldUse is one field of a form that was touched.
type fieldUse struct {
	target replay.TargetID
	key    string
	length int32 // of what was typed, -1 if nothing was
	at     time.Duration
}

// formKeeper follows the forms of all windows.
type formKeeper struct {
	a     *analysis
	stays byWindow[[]*formUse]
	left  map[stayKey]leaving
	out   []candidate
}

type stayKey struct {
	window uint16
	screen replay.ScreenID
	field  string
}

// leaving is how a form was left.
type leaving struct {
	cand int // index into formKeeper.out
	at   time.Duration
}

// departure is when a form that somebody had begun was left.
type departure struct {
	window uint16
	at     time.Duration
}

// abandoned finds forms that were begun and left.
func (a *analysis) abandoned() []candidate {
	k := &formKeeper{a: a, left: map[stayKey]leaving{}}
	next := 0
	for i := range a.s.Events {
		e := &a.s.Events[i]
		for next < len(a.gestures) && int(a.gestures[next].firstEv) <= i {
			k.press(int32(next))
			next++
		}
		switch e.Kind {
		case replay.Focus:
			if t := a.formField(e); t != nil {
				k.touch(e, t)
			}
		case replay.Input:
			if t := a.formField(e); t != nil {
				k.typed(e, t)
			} else if e.Detail == 0 && a.takesText(e) {
				k.emptied(e)
			}
		case replay.Navigate:
			k.navigate(e)
		}
	}
	for us := range k.stays.all {
		for _, u := range *us {
			k.leave(u, nil)
		}
	}
	return k.out
}

// formField returns the field of a form that an event belongs to, or nil. Searching is no filling in.
func (a *analysis) formField(e *replay.Event) *replay.Target {
	if e.Target < 0 || int(e.Target) >= len(a.s.Targets) || a.scripted(e) {
		return nil
	}
	t := &a.s.Targets[e.Target]
	if t.Traits&(replay.TextEntry|replay.NativePicker) == 0 && !(t.Tag == "input" && t.Traits.Has(replay.Toggle)) {
		return nil
	}
	if t.Type == "search" || t.Role == "searchbox" {
		return nil
	}
	return t
}

// use finds the form of a field in the present stay of a window, or begins it.
func (k *formKeeper) use(e *replay.Event, t *replay.Target) *formUse {
	form := replay.NodeID(replay.NoIndex)
	if t.Traits.Has(replay.InForm) {
		form = k.a.formAround(t.Node)
	}
	us := k.stays.at(e.Window)
	for _, u := range *us {
		if u.form == form {
			return u
		}
	}
	key, _ := k.a.controlKey(e.Target)
	for _, u := range *us {
		if u.refused && u.form >= 0 && form >= 0 && u.find(e.Target, key) < len(u.fields) {
			u.form = form // it came back with what is wrong in it
			return u
		}
	}
	u := &formUse{form: form, window: e.Window, screen: e.Screen, fields: make([]fieldUse, 0, usualFields)}
	*us = append(*us, u)
	return u
}

// find returns the index of a field, also of one that was drawn anew, or the number of fields.
func (u *formUse) find(t replay.TargetID, key string) int {
	if i := slices.IndexFunc(u.fields, func(f fieldUse) bool { return f.target == t }); i >= 0 {
		return i
	}
	if i := slices.IndexFunc(u.fields, func(f fieldUse) bool { return u.refused && f.key == key }); i >= 0 {
		return i
	}
	return len(u.fields)
}

// usualFields is how many fields of a form are used at most, usually.
const usualFields = 8

// maxFields bounds how many fields of one form are told apart; a table of inputs has more and is no form.
const maxFields = 64

// touch notes that a field has the focus.
func (k *formKeeper) touch(e *replay.Event, t *replay.Target) *formUse {
	u := k.use(e, t)
	if u.sent && e.Kind == replay.Input {
		*u = formUse{form: u.form, window: u.window, screen: u.screen, resumes: u.resumes, hand: u.hand}
	}
	key, _ := k.a.controlKey(e.Target)
	i := u.find(e.Target, key)
	switch {
	case i == maxFields:
		return u
	case i == len(u.fields):
		u.fields = append(u.fields, fieldUse{target: e.Target, key: key, length: -1})
		u.lastFrom = e.At
	case u.last != i:
		u.lastFrom = e.At
	}
	u.fields[i].target = e.Target
	u.last, u.lastAt, u.pressed = i, e.At, false
	if e.Kind != replay.Input {
		u.hand = true
	}
	return u
}

// typed notes that a field took a value.
func (k *formKeeper) typed(e *replay.Event, t *replay.Target) {
	u := k.touch(e, t)
	f := &u.fields[min(u.last, len(u.fields)-1)]
	if !t.Traits.Has(replay.TextEntry) {
		return
	}
	f.length, f.at, u.typedAt = max(e.Detail, 0), e.At, e.At
	if e.Detail == replay.NoIndex {
		f.length = 1 // not recorded
	}
	if l, ok := k.left[stayKey{u.window, u.screen, f.key}]; ok && u.hand && e.At-l.at <= resumeSpan && k.a.lookedUp(u, l.at, e.At) {
		u.resumes = append(u.resumes, l.cand)
	}
}

// emptied notes that the page emptied a field: nothing of it is left to be abandoned.
func (k *formKeeper) emptied(e *replay.Event) {
	for _, u := range *k.stays.at(e.Window) {
		for i := range u.fields {
			if f := &u.fields[i]; f.target == e.Target && f.length > 0 {
				f.length = 0
			}
		}
	}
}

// lookedUp reports whether somebody who left a form came back to it by few other screens, and the first time went on with it.
func (a *analysis) lookedUp(u *formUse, left, again time.Duration) bool {
	others, back := 0, false
	for i := a.visitFrom(left); i < len(a.visits) && a.visits[i].At <= again; i++ {
		v := &a.visits[i]
		switch {
		case uint16(v.Window) != u.window:
		case back:
			return false // it was there before, and nobody went on with it
		case v.Screen == int32(u.screen):
			back = true
		default:
			others++
		}
	}
	return others <= lookUps
}

// press notes what a press says of the forms of its window.
func (k *formKeeper) press(gi int32) {
	a := k.a
	g, o := &a.gestures[gi], &a.outcomes[gi]
	t := a.tgt(&a.controls[g.ctl])
	if !g.pressed() || t == nil {
		return
	}
	e := replay.Event{At: g.at, Kind: replay.PointerDown, Window: g.window, Screen: g.screen, Target: g.target}
	if f := a.formField(&e); f != nil {
		k.touch(&e, f)
		return
	}
	submits := t.Traits.Has(replay.Submit)
	for _, u := range *k.stays.at(g.window) {
		switch {
		case t.Traits.Has(replay.Toggle), submits && t.Traits.Has(replay.InForm) && u.form >= 0 && u.form != a.formAround(t.Node):
		case submits && a.taken(gi):
			u.sent = true
		case submits && (disabled(g) || o.stands || o.invalid && a.refused(gi) || a.turnedDown(gi)):
			u.refused = true
		case submits:
			u.sent = true
		case !a.leads(gi) && (o.answered || o.asked || o.hit >= 0):
			u.pressed = true
		}
	}
}

// leads reports whether a press leads away rather than being on a form's own button: it was on a link, or on what leads to the
// same screen from wherever it is pressed.
func (a *analysis) leads(gi int32) bool {
	t := a.tgt(&a.controls[a.gestures[gi].ctl])
	return t != nil && !t.Traits.Has(replay.InForm) && (t.Tag == "a" || t.Role == "link" || a.ways()[a.controls[a.gestures[gi].ctl].key])
}

// ways names the controls that led to one and the same screen from two others or more: the way around in an application, whatever
// they are made of.
func (a *analysis) ways() map[string]bool {
	if a.around != nil {
		return a.around
	}
	type way struct {
		from, to int32
		many     bool // from more than one screen
		parts    bool // to more than one
	}
	ways := map[string]way{}
	for i := range a.gestures {
		g, o := &a.gestures[i], &a.outcomes[i]
		if !g.pressed() || !o.answered {
			continue
		}
		to := int32(replay.NoIndex)
		for v := a.visitFrom(g.at + 1); v < len(a.visits) && a.visits[v].At <= g.at+o.latency+a.on(int32(i)).QuickAnswer; v++ {
			if a.visits[v].Window == int32(g.window) {
				to = a.visits[v].Screen
				break
			}
		}
		key, from := a.controls[g.ctl].key, int32(g.screen)
		if to < 0 || to == from {
			continue
		}
		w, known := ways[key]
		if !known {
			w = way{from: from, to: to}
		}
		w.many, w.parts = w.many || from != w.from, w.parts || to != w.to
		ways[key] = w
	}
	a.around = map[string]bool{}
	for key, w := range ways {
		if w.many && !w.parts {
			a.around[key] = true
		}
	}
	return a.around
}

// navigate ends the stays of a window if another document or screen is shown.
func (k *formKeeper) navigate(e *replay.Event) {
	stay := k.stays.at(e.Window)
	us := *stay
	if len(us) == 0 || !e.Flags.Has(replay.FlagLoad) && us[0].screen == e.Screen {
		return
	}
	*stay = nil
	for _, u := range us {
		k.leave(u, e)
	}
}

// leave judges a form that is left by a navigation or, without one, at the end of the session.
func (k *formKeeper) leave(u *formUse, nav *replay.Event) {
	a := k.a
	filled, answered := 0, 0
	for i := range u.fields {
		f := &u.fields[i]
		if f.length <= 0 {
			continue
		}
		filled++
		if a.answersTyping(f.target, u.window, f.at) {
			answered++
		}
	}
	if u.sent {
		for _, i := range u.resumes {
			if c := &k.out[i]; c.verdict == Friction {
				c.verdict, c.reason = Dismissed, ReasonProgress
			}
		}
	}
	if filled == 0 || u.sent || u.pressed || !u.hand {
		return
	}
	end := a.s.Duration
	if nav != nil {
		if end = nav.At; nav.Flags.Has(replay.FlagReload) || !k.wentAway(u, nav) {
			return
		}
	}
	field := &u.fields[min(u.last, len(u.fields)-1)]
	ci := a.controlOf(field.target, u.screen)
	l := a.controls[ci].local
	cand := candidate{verdict: Friction, ctl: ci, start: u.lastFrom, end: min(end, u.lastAt+after), screen: u.screen, missed: int32(filled), conf: startAbandoned}
	unsent := nav == nil && filled >= l.FormFields && a.unsent(u)
	switch {
	case u.form < 0 && nav == nil:
		cand.conf += termNeither
	case u.form < 0:
		cand.conf += termNoForm
	case nav == nil && !unsent:
		cand.conf += termEnded
	}
	if filled >= manyFields {
		cand.conf += termInvested
	}
	if u.refused {
		cand.conf += termRefused
	}
	if !a.s.Coverage.Network {
		cand.conf += termUnsent
	}
	_, gap := a.inGap(u.typedAt, end)
	switch {
	case len(u.fields) < l.FormFields:
		cand.verdict, cand.reason = Dismissed, ReasonLowEvidence
	case answered*2 >= filled:
		cand.verdict, cand.reason = Dismissed, ReasonAnswered
	case gap:
		cand.verdict, cand.reason = NoOpinion, ReasonGap
	case nav == nil && !unsent && end-u.typedAt < enterLag:
		cand.verdict, cand.reason = NoOpinion, ReasonShortTail
	}
	if nav != nil && cand.reason != ReasonLowEvidence {
		a.departures = append(a.departures, departure{u.window, nav.At})
	}
	for i := range u.fields {
		if u.fields[i].length > 0 {
			k.left[stayKey{u.window, u.screen, u.fields[i].key}] = leaving{len(k.out), end}
		}
	}
	k.out = append(k.out, cand)
}

// unsent reports whether a form that was open when the recording ended cannot have been sent: nothing changed since the last
// keystroke, as it would if the Enter key had been pressed, and that was watched for long, or requests are recorded and none was
// made. After a password it may have led to another site.
func (a *analysis) unsent(u *formUse) bool {
	if !a.s.Coverage.Network && a.s.Duration-u.typedAt < enterLag || u.form < 0 || a.s.Nodes[u.form].Tag != "form" || a.s.Targets[u.fields[min(u.last, len(u.fields)-1)].target].Type == "password" {
		return false
	}
	for i := a.eventFrom(u.typedAt); i < len(a.s.Events); i++ {
		e := &a.s.Events[i]
		if e.Window == u.window && e.At > u.typedAt+batchLag && e.Kind == replay.MutationEvent && e.At-u.typedAt <= enterLag && a.changesOutside(e, replay.NoIndex, e.At-u.typedAt) {
			return false
		}
	}
	return !a.sentAfter(u.typedAt, enterLag)
}

// wentAway reports whether a navigation leads away from a form rather than being what the form was sent for.
func (k *formKeeper) wentAway(u *formUse, nav *replay.Event) bool {
	a := k.a
	if nav.Flags.Has(replay.FlagBack) {
		return true
	}
	if gi := a.pressBefore(nav.At, u.window); gi >= 0 && a.gestures[gi].at > u.lastAt && nav.At-a.gestures[gi].at <= a.on(gi).AnswerLimit {
		return a.leads(gi)
	}
	return nav.At-u.typedAt > enterLag
}
