package openreplay

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/rankle/rankle/replay"
)

// backStep is how far the time of a tab may go back without its clock having been set: messages of one moment are
// stamped by several timers.
const backStep = 1000 // ms

// ordered returns the messages in the order in which they happened: within a tab as its tracker numbered or wrote them,
// between tabs by time.
func (r *Recording) ordered() []message {
	r.mergeTabs()
	lanes := r.lanes()
	lanes = dropRepeated(lanes, r)
	out := r.messages[:0] // lanes are parts of it, from the front to the back
	for _, lane := range lanes {
		if !r.settleTimes(lane) {
			r.marks[replay.MarkClock] = true // nobody knows when this was
			continue
		}
		out = append(out, lane...)
	}
	clear(r.messages[len(out):])
	byTime := func(a, b message) int { return cmp.Compare(a.at, b.at) }
	if !slices.IsSortedFunc(out, byTime) {
		slices.SortStableFunc(out, byTime)
	}
	return out
}

// mergeTabs gives what was written before the first tab was named to that tab.
func (r *Recording) mergeTabs() {
	if len(r.names) < 2 {
		return
	}
	for i := range r.messages {
		if r.messages[i].tab == 0 {
			r.messages[i].tab = 1
		}
	}
}

// lanes splits the messages by what shares an order. Numbered messages are sorted by their numbers and lose their
// repeats, because a tracker sends a batch again when it got no answer; unless the times say that the numbers started
// anew, in which case the order of writing stands.
func (r *Recording) lanes() [][]message {
	byLane := func(a, b message) int {
		if c := cmp.Compare(max(a.stream, -a.stream), max(b.stream, -b.stream)); c != 0 {
			return c
		}
		return cmp.Compare(a.tab, b.tab)
	}
	if !slices.IsSortedFunc(r.messages, byLane) {
		slices.SortStableFunc(r.messages, byLane)
	}
	var lanes [][]message
	for rest := r.messages; len(rest) > 0; {
		n := 1
		for n < len(rest) && byLane(rest[0], rest[n]) == 0 {
			n++
		}
		lanes = append(lanes, r.numbered(rest[:n]))
		rest = rest[n:]
	}
	return lanes
}

// numbered sorts a lane whose messages have numbers, in place, and returns it without repeats.
func (r *Recording) numbered(lane []message) []message {
	byIndex := func(a, b message) int { return cmp.Compare(a.index, b.index) }
	if !slices.ContainsFunc(lane, func(m message) bool { return m.index > 0 }) {
		return lane
	}
	sorted, written := lane, slices.IsSortedFunc(lane, byIndex)
	if !written {
		sorted = slices.Clone(lane)
		slices.SortStableFunc(sorted, byIndex)
	}
	sorted = slices.CompactFunc(sorted, func(a, b message) bool {
		return a.index == b.index && a.typ == b.typ && bytes.Equal(a.body, b.body)
	})
	if !written && backSteps(sorted) > backSteps(lane) {
		return lane
	}
	if len(sorted) < len(lane) {
		r.marks[replay.MarkDuplicates] = true
	}
	return lane[:copy(lane, sorted)]
}

// backSteps counts how often time goes back.
func backSteps(list []message) int {
	n := 0
	for i := 1; i < len(list); i++ {
		if list[i].at < list[i-1].at-backStep {
			n++
		}
	}
	return n
}

// dropRepeated drops a file that is the same as another one or its beginning: a session uploaded twice.
func dropRepeated(lanes [][]message, r *Recording) [][]message {
	same := func(a, b message) bool { return a.typ == b.typ && a.at == b.at && bytes.Equal(a.body, b.body) }
	var out [][]message
	for i, lane := range lanes {
		repeated := false
		for j, other := range lanes {
			if i == j || len(other) < len(lane) || len(other) == len(lane) && j > i {
				continue
			}
			repeated = repeated || slices.EqualFunc(lane, other[:len(lane)], same)
		}
		if repeated {
			r.marks[replay.MarkDuplicates] = true
			continue
		}
		out = append(out, lane)
	}
	return out
}

// settleTimes makes the times of a lane rise. Small steps back are held at the time before; a larger one is a clock that
// was set back, and everything behind it moves on by as much. It reports false for a lane without any time.
func (r *Recording) settleTimes(lane []message) bool {
	first := int64(0)
	for _, m := range lane {
		if m.at > 0 {
			first = m.at
			break
		}
	}
	if first == 0 {
		return false
	}
	last, shift := first, int64(0)
	for i := range lane {
		m := &lane[i]
		if m.at == 0 {
			m.at = last - shift
		}
		m.at += shift
		if m.at < last-backStep && !kinds[m.typ].own {
			r.marks[replay.MarkClock] = true
			shift += last - m.at
			m.at = last
		}
		if !kinds[m.typ].own {
			m.at = max(m.at, last)
			last = m.at
		}
	}
	return true
}
