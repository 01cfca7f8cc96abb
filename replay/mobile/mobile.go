// Package mobile translates what the recorders of native applications write into the events of a page, so that one path
// leads from both to a Session and to a clip:
//
//   - PostHog's wireframes and screenshots: rectangles with texts and ids of their own (PostHog/posthog,
//     common/replay-shared/src/mobile/mobile.types.ts), touches without an element;
//   - Sentry's segments: touches and breadcrumbs beside a video that is not read (getsentry/sentry-java,
//     sentry/src/main/java/io/sentry/rrweb).
//
// Send all events of a recording through a Filter. Those of a page pass as they are; those of an application are held,
// sorted, and handed out as a page when the Filter is closed. What was touched is found by the position of the touch, or
// by the recorder's own note of it. Touches on the on-screen keyboard, which would tell what is typed, are left out.
package mobile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/rrweb"
)

// Kind is what a recording shows.
type Kind uint8

const (
	Unknown    Kind = iota // nothing that says it, so far
	Page                   // a web page
	Wireframes             // PostHog's rectangles or screenshots
	Video                  // Sentry's video
)

// Options steer a Filter.
type Options struct {
	// Pictures keeps what is only there to be looked at: screenshots, and a frame where the picture is a video.
	Pictures bool
	// Limits bounds what is held, as for a Builder.
	Limits rrweb.Options
}

// Event types and sources as rrweb numbers them.
const (
	typeFullSnapshot = 2
	typeIncremental  = 3
	typeMeta         = 4
	typeCustom       = 5

	sourceMutation  = 0
	sourceTouch     = 2
	sourceTouchMove = 6
)

// Filter passes the events of a page on and translates those of an application. It is for one recording and goroutine.
type Filter struct {
	opt     Options
	out     func(rrweb.Event) error
	kind    Kind
	held    []rrweb.Event
	bytes   int64
	channel string
	marks   []replay.Mark
}

// NewFilter returns a Filter that hands events to out.
func NewFilter(opt Options, out func(rrweb.Event) error) *Filter {
	def := rrweb.DefaultOptions()
	opt.Limits.MaxBytes = cmp.Or(opt.Limits.MaxBytes, def.MaxBytes)
	opt.Limits.MaxEvents = cmp.Or(opt.Limits.MaxEvents, def.MaxEvents)
	opt.Limits.MaxNodes = cmp.Or(opt.Limits.MaxNodes, def.MaxNodes)
	return &Filter{opt: opt, out: out}
}

// Kind is what the events so far show.
func (x *Filter) Kind() Kind { return x.kind }

// Channel is "ios" or "android" where the recording says it, "mobile" where it only shows that it is of an application,
// else "".
func (x *Filter) Channel() string {
	if x.channel == "" && x.kind != Page && x.kind != Unknown {
		return "mobile"
	}
	return x.channel
}

// Marks are what must be known of the translation.
func (x *Filter) Marks() []replay.Mark { return x.marks }

// Add takes an event, which need not stay valid. The error is that of out, or rrweb.ErrFull: the events held so far
// count.
func (x *Filter) Add(e rrweb.Event) error {
	if x.kind == Page {
		return x.out(e)
	}
	if len(x.held) >= x.opt.Limits.MaxEvents || x.bytes > x.opt.Limits.MaxBytes {
		x.mark(replay.MarkLimit)
		return rrweb.ErrFull
	}
	e.Data = bytes.Clone(e.Data)
	x.bytes += int64(len(e.Data))
	x.held = append(x.held, e)
	if x.kind == Wireframes {
		return nil
	}
	if kind := kindOf(e); x.kind == Unknown || kind == Page { // a page is more than the name of a video
		x.kind = kind
	}
	if x.kind == Page {
		return x.pass()
	}
	return nil
}

// Close hands out what is held. Nothing may be added afterwards.
func (x *Filter) Close() error {
	if x.kind == Unknown || x.kind == Page {
		return x.pass()
	}
	numbered := !slices.ContainsFunc(x.held, func(e rrweb.Event) bool { return e.SID < 0 })
	slices.SortStableFunc(x.held, func(a, b rrweb.Event) int {
		if c := cmp.Compare(a.Time, b.Time); c != 0 || !numbered {
			return c
		}
		return cmp.Compare(a.SID, b.SID)
	})
	held := slices.CompactFunc(x.held, func(a, b rrweb.Event) bool { // stored twice
		return a.Time == b.Time && a.Type == b.Type && a.Window == b.Window && bytes.Equal(a.Data, b.Data)
	})
	x.held = nil
	if x.kind == Video {
		return x.video(held)
	}
	return x.wireframes(held)
}

// pass hands out what is held as it is.
func (x *Filter) pass() error {
	held := x.held
	x.held = nil
	for _, e := range held {
		if err := x.out(e); err != nil {
			return err
		}
	}
	return nil
}

func (x *Filter) mark(m replay.Mark) {
	if !slices.Contains(x.marks, m) {
		x.marks = append(x.marks, m)
	}
}

// kindOf is what one event shows of its recording.
func kindOf(e rrweb.Event) Kind {
	switch e.Type {
	case typeFullSnapshot:
		var d struct {
			Node       json.RawMessage
			Wireframes json.RawMessage
		}
		switch {
		case !read(e.Data, &d):
		case len(d.Wireframes) > 0:
			return Wireframes
		case len(d.Node) > 0:
			return Page
		}
	case typeIncremental:
		var d struct {
			Source        *float64
			Adds, Updates []struct{ Wireframe json.RawMessage }
		}
		if !read(e.Data, &d) || d.Source == nil || *d.Source != sourceMutation {
			break
		}
		for _, m := range append(d.Adds, d.Updates...) {
			if len(m.Wireframe) > 0 {
				return Wireframes
			}
		}
		if len(d.Adds) > 0 {
			return Page
		}
	case typeCustom:
		var d struct {
			Tag     string
			Payload struct{ Container, Encoding string }
		}
		if read(e.Data, &d) && d.Tag == "video" && d.Payload.Container != "" && d.Payload.Encoding != "" {
			return Video
		}
	}
	return Unknown
}
