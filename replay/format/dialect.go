package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rankle/rankle/replay"
)

// Dialect is what an operator declares the objects of a place to be. The bytes decide all the same wherever they can: a
// declaration says what they are where they cannot, and a recording that turns out to be another one is read as what it
// is, with replay.MarkDialect.
type Dialect string

// The dialects. Sniff declares nothing.
const (
	Sniff         Dialect = ""
	RRWeb         Dialect = "rrweb"
	PostHog       Dialect = "posthog"        // exports, API answers, v1 objects, single blocks
	PostHogBlocks Dialect = "posthog-blocks" // v2 objects: raw snappy blocks of many sessions
	Sentry        Dialect = "sentry"         // segments of the web and of mobile applications
	Highlight     Dialect = "highlight"      // session-contents-compressed, of brotli
	OpenReplay    Dialect = "openreplay"
	Brotli        Dialect = "brotli" // any of them in brotli, which has no magic
)

// dialects lists them with the rows of the table that belong to each; no rows means any. Bare rrweb events are what most
// recorders hold inside.
var dialects = []struct {
	name Dialect
	rows []string
}{
	{RRWeb, []string{formatRRWeb}},
	{PostHog, []string{formatPostHog, formatRRWeb}},
	{PostHogBlocks, []string{formatPostHog, formatRRWeb}},
	{Sentry, []string{formatSentry, formatSentryMobile, formatRRWeb}},
	{Highlight, []string{formatHighlight, formatRRWeb}},
	{OpenReplay, []string{formatOpenReplay}},
	{Brotli, nil},
}

// Check reports whether a dialect is known.
func (d Dialect) Check() error {
	var names []string
	for _, known := range dialects {
		if d == Sniff || d == known.name {
			return nil
		}
		names = append(names, string(known.name))
	}
	return fmt.Errorf("dialect %q is not known; known are %s", d, strings.Join(names, ", "))
}

// takes reports whether a row of the table is what the dialect says.
func (d Dialect) takes(row string) bool {
	for _, known := range dialects {
		if known.name == d {
			return len(known.rows) == 0 || slices.Contains(known.rows, row)
		}
	}
	return true
}

// named is what a session read by that row is called: bare events in a declared dialect are of that dialect.
func (d Dialect) named(row string) string {
	if row != formatRRWeb || !d.takes(row) {
		return row
	}
	switch d {
	case PostHog, PostHogBlocks:
		return formatPostHog
	case Sentry, Highlight:
		return string(d)
	}
	return row
}

// blocks reports whether objects may be raw snappy.
func (d Dialect) blocks() bool { return d == PostHogBlocks }

// brotli reports whether objects may be brotli.
func (d Dialect) brotli() bool { return d == Brotli || d == Highlight || d == OpenReplay }

// compare marks a recording whose events, beyond those read before, are of another dialect than declared.
func (rd *reader) compare(row string, before int) {
	if rd.stats.Events > before && !rd.opt.Dialect.takes(row) {
		rd.mark(replay.MarkDialect)
	}
}
