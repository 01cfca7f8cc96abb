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
	out := make([]message, 0, len(r.messages))
	for _, lane := range lanes {
		if !r.settleTimes(lane) {
			r.marks[replay.MarkClock] = true // nobody knows when this was
			continue
		}
		out = append(out, lane...)
	}
	slices.SortStableFunc(out, func(a, b message) int { return cmp.Compare(a.at, b.at) })
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
	type lane struct{ stream, tab int32 }
	index := map[lane]int{}
	var lanes [][]message
	for _, m := range r.messages {
		key := lane{m.stream, m.tab}
		at, ok := index[key]
		if !ok {
			at = len(lanes)
			index[key] = at
			lanes = append(lanes, nil)
		}
		lanes[at] = append(lanes[at], m)
	}
	for i, list := range lanes {
		if !slices.ContainsFunc(list, func(m message) bool { return m.index > 0 }) {
			continue
		}
		sorted := slices.Clone(list)
		slices.SortStableFunc(sorted, func(a, b message) int { return cmp.Compare(a.index, b.index) })
		kept := slices.CompactFunc(sorted, func(a, b message) bool {
			return a.index == b.index && a.typ == b.typ && bytes.Equal(a.body, b.body)
		})
		if backSteps(kept) > backSteps(list) {
			continue
		}
		if len(kept) < len(list) {
			r.marks[replay.MarkDuplicates] = true
		}
		lanes[i] = kept
	}
	return lanes
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
