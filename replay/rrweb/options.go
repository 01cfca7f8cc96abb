// Package rrweb reads rrweb recordings, of every version and in every container seen in the wild, into
// replay.Sessions.
//
//	text ── Builder.Scan ─────────────┐ in place, in one pass
//	bytes ── Scan ──> Event ── Builder.Add ──> facts ── sort, play ──> Builder.Session ──> *replay.Session
//
// Scan finds the events in arrays, lines, wrappers and packed strings without holding more than one value. Builder
// reads what each holds (nodes, changes, samples) into flat tables, and Session plays them in the order of time on the
// node tree of every window. Builder.Scan does both in one pass over text that stays where it is, or through a window
// that moves along if it is long (feed.go); whatever is no plain event goes through the slower way, one object at a time. All
// ways give the same Session (inplace_test.go). Typed text, request bodies, URL queries and payloads of custom events never leave
// this package; visible text leaves it masked by replay.MaskText.
//
// Nothing here decompresses objects or knows stores: package format does. Nothing is safe for concurrent use on one
// value; different values share nothing.
package rrweb

import (
	"fmt"
	"time"
)

// Options bounds what a recording may cost. The zero value of a field means its default. A reached limit leaves the
// rest out and marks the session with replay.MarkLimit, unless the field says otherwise.
type Options struct {
	// MaxValueBytes bounds one event, and one string or line that must be held as a whole. Larger values are skipped.
	// 64 MiB: the largest full snapshots met are 15 MB; a 100 MB line is an attack or an export of something else.
	MaxValueBytes int
	// MaxBytes bounds the JSON text of one recording. 512 MiB: OpenReplay's own limit is 500 MB, the others lie far
	// below. The builder holds about this much in memory in the worst case.
	MaxBytes int64
	// MaxEvents bounds the events of one recording, single pointer samples included. 2 million: a day of
	// uninterrupted mouse moves at 20 a second is 1.7 million.
	MaxEvents int
	// MaxNodes bounds the nodes alive in the tree of one window. 1 million: the heaviest public pages have 200,000.
	MaxNodes int
	// MaxDepth bounds the nesting of JSON values. 2,500: Chromium stops nesting elements at 512, each of which takes
	// two levels, and shadow trees and frames add some.
	MaxDepth int
	// MaxChanges bounds the changes kept of one mutation batch; Mutation.Nodes counts them all. 256: more than
	// that is a page that was drawn anew, where single nodes no longer say anything.
	MaxChanges int
	// MaxTargets bounds the distinct targets, MaxScreens the distinct screens, MaxDetails the requests, errors and
	// customs (each) of a session. People do not touch 20,000 elements; loops in an application do log without end.
	MaxTargets, MaxScreens, MaxDetails int
	// MaxWindows bounds the windows of a session; events of further windows are left out. 64 tabs.
	MaxWindows int
	// MaxLength bounds the length of a session: events further from the median event time are dropped as clock
	// errors. 7 days: PostHog drops what lies further off as well; a tab can be open for days.
	MaxLength time.Duration
	// GapAfter is the pause without any event from which on the recording has a Gap. 60 s: a person who reads
	// without moving is still there after 30 s, and the longest answer that detectors wait for is 10 s.
	GapAfter time.Duration
	// Privacy hides more than is always hidden.
	Privacy Privacy
}

// DefaultOptions returns the defaults that the fields of Options document.
func DefaultOptions() Options { return Options{}.withDefaults() }

func (o Options) withDefaults() Options {
	or := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	or(&o.MaxValueBytes, 64<<20)
	or(&o.MaxEvents, 2_000_000)
	or(&o.MaxNodes, 1_000_000)
	or(&o.MaxDepth, 2_500)
	or(&o.MaxChanges, 256)
	or(&o.MaxTargets, 20_000)
	or(&o.MaxScreens, 10_000)
	or(&o.MaxDetails, 20_000)
	or(&o.MaxWindows, 64)
	if o.MaxBytes <= 0 {
		o.MaxBytes = 512 << 20
	}
	if o.MaxLength <= 0 {
		o.MaxLength = 7 * 24 * time.Hour
	}
	if o.GapAfter <= 0 {
		o.GapAfter = time.Minute
	}
	return o
}

// LimitError says that a limit of Options was reached where the rest cannot be left out.
type LimitError struct {
	Limit string // name of the field, e.g. "MaxBytes"
	Value int64  // its value
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("limit %s = %d reached", e.Limit, e.Value)
}
