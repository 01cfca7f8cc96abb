// Package manifest reads who was recorded, with which version and on which device, and what came of it: the sidecar of
// a recording (Sidecar), the named groups of a key pattern (Fields), tables of sessions (Load) and tables of outcomes
// by user (LoadOutcomes).
//
// What a source does not say stays empty; nothing is guessed. Where several sources speak of one session, the more
// particular one wins: sidecar, then table, then key, then the recording itself. Merge and Apply do that field by field.
//
// User ids are kept as given. Whoever wants them named otherwise does so after Apply.
package manifest

import (
	"maps"
	"slices"
	"time"

	"github.com/rankle/rankle/replay"
)

// Record is what one source says of one session. Empty fields mean that it does not say.
type Record struct {
	Session    string    // session id
	Started    time.Time // UTC; zero = not known
	Context    replay.Context
	TouchKnown bool // Context.Device.Touch was given
	Partial    bool // fields could not be read and were left out
	// Dropped counts attributes left out because of the limits MaxAttributes, MaxName and MaxDepth.
	Dropped int
}

// Merge returns r, completed field by field with what lower says. Neither changes.
func (r Record) Merge(lower Record) Record {
	if r.Session == "" {
		r.Session = lower.Session
	}
	if r.Started.IsZero() {
		r.Started = lower.Started
	}
	if !r.TouchKnown {
		r.Context.Device.Touch, r.TouchKnown = lower.Context.Device.Touch, lower.TouchKnown
	}
	fill(&r.Context, lower.Context)
	r.Partial = r.Partial || lower.Partial
	r.Dropped += lower.Dropped
	return r
}

// Apply makes r prevail over what the recording itself says: its session id, its context, its user. The start of the
// session stays that of its events, unless they have none. Apply adds or removes replay.MarkNoUser and
// replay.MarkSidecar. It is for whoever
// has just read the session and has not yet passed it on.
func (r Record) Apply(s *replay.Session) {
	if r.Session != "" {
		s.ID = r.Session
	}
	if s.Start.IsZero() {
		s.Start = r.Started
	}
	upper := r.Context
	if !r.TouchKnown {
		upper.Device.Touch = s.Context.Device.Touch
	}
	fill(&upper, s.Context)
	s.Context = upper

	s.Marks = setMark(s.Marks, replay.MarkNoUser, s.Context.User == "")
	s.Marks = setMark(s.Marks, replay.MarkSidecar, r.Partial)
}

// setMark returns the marks with or without one of them. The given slice stays as it is.
func setMark(marks []replay.Mark, m replay.Mark, set bool) []replay.Mark {
	i, found := slices.BinarySearch(marks, m)
	switch {
	case set && !found:
		return slices.Insert(slices.Clip(marks), i, m)
	case !set && found:
		return slices.Delete(slices.Clone(marks), i, i+1)
	}
	return marks
}

// Complete fills the empty fields of a context with what r says, for callers that learn of a table after the sessions
// were read. Device.Touch is left alone unless nothing is known of the device.
func (r Record) Complete(c *replay.Context) {
	if c.Device == (replay.Device{}) && r.TouchKnown {
		c.Device.Touch = r.Context.Device.Touch
	}
	fill(c, r.Context)
}

// fill copies what upper leaves open from lower. A viewport is one thing: width and height come from the same source.
func fill(upper *replay.Context, lower replay.Context) {
	for _, f := range []struct {
		to   *string
		from string
	}{
		{&upper.User, lower.User},
		{&upper.Device.Type, lower.Device.Type},
		{&upper.Device.Model, lower.Device.Model},
		{&upper.OS, lower.OS},
		{&upper.Browser, lower.Browser},
		{&upper.AppVersion, lower.AppVersion},
		{&upper.Channel, lower.Channel},
		{&upper.Plan, lower.Plan},
		{&upper.EntryURL, lower.EntryURL},
	} {
		if *f.to == "" {
			*f.to = f.from
		}
	}
	if upper.Channel == "mobile" && (lower.Channel == "ios" || lower.Channel == "android") {
		upper.Channel = lower.Channel // a recording shows that it is of an application, and not always on which system
	}
	if upper.ViewportW == 0 && upper.ViewportH == 0 {
		upper.ViewportW, upper.ViewportH = lower.ViewportW, lower.ViewportH
	}
	switch {
	case len(lower.Attributes) == 0:
	case len(upper.Attributes) == 0:
		upper.Attributes = lower.Attributes
	default:
		both := maps.Clone(lower.Attributes)
		maps.Copy(both, upper.Attributes)
		upper.Attributes = both
	}
}
