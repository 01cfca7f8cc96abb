package outcome

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/rankle/rankle/cluster/friction"
)

// Never is the offset of something that did not happen.
const Never = time.Duration(math.MaxInt64)

// Before is the offset of something that had happened before the session began, e.g. an order time in a manifest.
const Before = time.Duration(math.MinInt64)

// Set is a compiled Config. It is immutable and safe for concurrent use.
type Set struct {
	goals   []goal
	windows []Window
	primary int
}

type goal struct {
	Goal
	reached matcher
	steps   []matcher
}

// Goals returns the goals in the order of the configuration. The caller must not change them.
func (s *Set) Goals() []Goal {
	out := make([]Goal, len(s.goals))
	for i, g := range s.goals {
		out[i] = g.Goal
	}
	return out
}

// Windows returns the retention windows. The caller must not change them.
func (s *Set) Windows() []Window { return s.windows }

// Primary is the index into Windows of the one that takes part in the order, or -1.
func (s *Set) Primary() int { return s.primary }

// WithGoals returns the Set with other goals and the same return windows. The error joins every wrong setting.
func (s *Set) WithGoals(goals []Goal) (*Set, error) {
	other, err := Config{Goals: goals}.Compile()
	if err != nil {
		return nil, err
	}
	other.windows, other.primary = s.windows, s.primary
	return other, nil
}

// OnlyPrimary returns the Set without the return windows that take no part in the order.
func (s *Set) OnlyPrimary() *Set {
	out := *s
	if s.primary >= 0 {
		out.windows, out.primary = s.windows[s.primary:s.primary+1], 0
	}
	return &out
}

// Reached returns the first offset at or after the given one at which the session reached goal g, or Never.
// Attribute goals whose time lies before the session return Before when after is Before too.
func (s *Set) Reached(g int, d *friction.Digest, after time.Duration) time.Duration {
	return s.goals[g].reached.first(d, after)
}

// StepTimes returns the offsets at which the steps of goal g were taken in order; steps not taken are Never. A step
// counts when it follows the step before it, within its limit. The last step may precede the goal or be the goal.
func (s *Set) StepTimes(g int, d *friction.Digest) []time.Duration {
	steps := s.goals[g].Steps
	out := make([]time.Duration, len(steps))
	for i := range out {
		out[i] = Never
	}
	if len(steps) > 0 {
		s.walk(g, d, 0, 0, out, new(int))
	}
	return out
}

// maxWalk bounds the search for a chain of steps that keeps every time limit. Real funnels need a handful of tries
// per step; a session that needs more has gone back and forth thousands of times, and the best chain so far stands.
const maxWalk = 4096

// walk finds the earliest chain that reaches the most steps: the first try of a step can be too early for the next
// step's limit, so later tries count too. out holds the best chain so far, from step k on.
func (s *Set) walk(g int, d *friction.Digest, k int, from time.Duration, out []time.Duration, tries *int) int {
	steps := s.goals[g].Steps
	best := 0
	chain := make([]time.Duration, len(out))
	for after := from; ; {
		*tries++
		at := s.goals[g].steps[k].first(d, after)
		if at == Never || (steps[k].Within > 0 && at-from > steps[k].Within) || *tries > maxWalk {
			return best
		}
		for i := range chain {
			chain[i] = Never
		}
		chain[0] = at
		deep := 1
		if k+1 < len(steps) {
			deep += s.walk(g, d, k+1, at, chain[1:], tries)
		}
		if deep > best {
			best = deep
			copy(out, chain)
		}
		if best == len(steps)-k || !limited(steps[k+1:]) {
			return best
		}
		after = at + 1
	}
}

func limited(steps []Step) bool {
	for _, s := range steps {
		if s.Within > 0 {
			return true
		}
	}
	return false
}

type matcher struct {
	Match
	screen pattern
}

func (m *matcher) first(d *friction.Digest, after time.Duration) time.Duration {
	switch {
	case m.Screen != "":
		return m.firstScreen(d, after)
	case m.Event != "":
		best := Never
		for _, c := range d.Customs {
			if c.Name == m.Event && c.At >= after && c.At < best {
				best = c.At
			}
		}
		return best
	case m.Tap != nil:
		return m.firstTap(d, after)
	case m.Attribute != "":
		return m.attribute(d, after)
	}
	return Never
}

func (m *matcher) firstScreen(d *friction.Digest, after time.Duration) time.Duration {
	best := Never
	for _, v := range d.Visits {
		if v.At >= after && v.At < best && inRange(v.Screen, len(d.Screens)) && m.screen.match(d.Screens[v.Screen].Path) {
			best = v.At
		}
	}
	return best
}

func (m *matcher) firstTap(d *friction.Digest, after time.Duration) time.Duration {
	best := Never
	for _, a := range d.Attempts {
		if a.At < after || a.At >= best || !inRange(a.Target, len(d.Targets)) || gotNowhere(a.Outcome) {
			continue
		}
		t := &d.Targets[a.Target]
		if m.Tap.Label != "" && !strings.EqualFold(m.Tap.Label, t.Label) ||
			m.Tap.Selector != "" && m.Tap.Selector != t.Selector ||
			m.Tap.TestID != "" && !t.HasTestID(m.Tap.TestID) {
			continue
		}
		if m.Tap.Screen != "" && !(inRange(a.Screen, len(d.Screens)) && m.screen.match(d.Screens[a.Screen].Path)) {
			continue
		}
		best = a.At
	}
	return best
}

func gotNowhere(o friction.Outcome) bool {
	return o == friction.Dead || o == friction.Failed || o == friction.Disabled
}

func inRange(i int32, n int) bool { return i >= 0 && int(i) < n }

func (m *matcher) attribute(d *friction.Digest, after time.Duration) time.Duration {
	v := strings.TrimSpace(d.Context.Attributes[m.Attribute])
	if m.Equals != "" {
		if strings.EqualFold(v, m.Equals) {
			return atLeast(d.Duration, after)
		}
		return Never
	}
	switch strings.ToLower(v) {
	case "", "0", "false", "no", "none", "null":
		return Never
	}
	t, ok := parseTime(v)
	if !ok {
		return atLeast(d.Duration, after)
	}
	at := t.Sub(d.Start)
	if at < 0 {
		at = Before
	}
	if at < after {
		return Never
	}
	return at
}

// atLeast places an undated outcome: at the end of the session, and never before the moment in question, because an
// outcome whose time is unknown must not look as if it came first.
func atLeast(end, after time.Duration) time.Duration { return max(end, after) }

// Epoch numbers below this are no times: flags and counts such as "2" or order numbers. 1e9 s is September 2001,
// 1e12 ms likewise; larger than 1e14 is no time either.
const (
	minEpochSeconds = 1_000_000_000
	minEpochMillis  = 1_000_000_000_000
	maxEpochMillis  = 100_000_000_000_000
	maxEpochSeconds = 10_000_000_000
)

func parseTime(v string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339Nano, v); err == nil {
		return t, true
	}
	n, err := strconv.ParseInt(v, 10, 64)
	switch {
	case err != nil:
		return time.Time{}, false
	case n >= minEpochSeconds && n < maxEpochSeconds:
		return time.Unix(n, 0), true
	case n >= minEpochMillis && n < maxEpochMillis:
		return time.UnixMilli(n), true
	}
	return time.Time{}, false
}

// pattern is a compiled path pattern.
type pattern struct {
	segments []string
	rest     bool // a last "**"
}

func compilePattern(p, where string, bad *problems) pattern {
	if strings.ContainsAny(p, "?#") {
		bad.add("%s: %q can never match: queries and fragments are not kept of a recording", where, p)
	}
	if strings.Contains(p, "://") {
		bad.add("%s: %q can never match: give the path without the host", where, p)
	}
	if strings.TrimSpace(p) != p {
		bad.add("%s: %q has space around it", where, p)
	}
	var out pattern
	for _, s := range split(p) {
		if out.rest {
			bad.add("%s: %q: ** must be the last segment", where, p)
			break
		}
		if s == "**" {
			out.rest = true
			continue
		}
		out.segments = append(out.segments, s)
	}
	return out
}

func split(path string) []string {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

func (p *pattern) match(path string) bool {
	path = strings.Trim(path, "/")
	for _, want := range p.segments {
		if path == "" {
			return false
		}
		seg, rest, _ := strings.Cut(path, "/")
		if !segmentMatch(want, seg) {
			return false
		}
		path = rest
	}
	return path == "" || p.rest
}

func segmentMatch(want, seg string) bool {
	if strings.HasPrefix(want, ":") && len(want) > 1 {
		return true
	}
	head, tail, star := strings.Cut(want, "*")
	if !star {
		return want == seg
	}
	return len(seg) >= len(head)+len(tail) && strings.HasPrefix(seg, head) && strings.HasSuffix(seg, tail)
}
