// Package outcome says what counts as success: goals that a session reaches, the funnels that lead there, and users
// who come back.
//
// Call Config.Compile; it reports all wrong settings at once. The compiled Set reads Digests only, so a new goal needs
// no recording to be read again. The package never decides what a friction costs; that is package ranker's question.
package outcome

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// Config is the part of the analysis file that says what counts as success. The zero value has no goals and means
// DefaultRetention.
type Config struct {
	Goals []Goal `yaml:"goals"`
	// Retention lists the return windows. Nil means DefaultRetention, an empty list none.
	Retention []Window `yaml:"retention"`
	// Primary names the retention window that takes part in the order of the list. Empty means "D7" if there is
	// one, else the first. Only one takes part: D1, D7 and D30 of one user are the same loss seen three times.
	Primary string `yaml:"primary"`
}

// Goal is something a session should reach.
type Goal struct {
	Name    string `yaml:"name"`
	Reached Match  `yaml:"reached"`
	// Steps lead to the goal in order. They make the funnel and tell how far a session had come before it met an
	// issue; a session that reaches the goal without them has still reached it.
	Steps []Step `yaml:"steps"`
	// Value is what one reached goal is worth, in any one unit for all goals. 0 means "not stated" and counts as 1.
	Value float64 `yaml:"value"`
	// Window also counts goals that the same user reaches in later sessions, up to this long after the moment in
	// question. 0 counts the same session only. With a window, sessions without a user id are left out.
	Window time.Duration `yaml:"window"`
}

// Step is one step of a funnel.
type Step struct {
	Name  string `yaml:"name"`
	Match Match  `yaml:"match"`
	// Within is the longest time since the step before it (the start of the session for the first). 0 = any.
	Within time.Duration `yaml:"within"`
}

// Match is one condition over a Digest. Exactly one of its kinds is set; kinds lists them.
type Match struct {
	// Screen is a path pattern: ":name" stands for one segment, "*" for any rest of one segment and a last "**" for
	// everything below. Native screens match by name.
	Screen string `yaml:"screen"`
	// Event is the name of an event that the application recorded, exactly.
	Event string `yaml:"event"`
	// Tap is a press on a control that was not dead, failed or disabled: a press that got nowhere reaches nothing.
	Tap *Tap `yaml:"tap"`
	// Attribute is a field of a sidecar or manifest. A time (RFC 3339 or epoch seconds or milliseconds) is the
	// moment; any other value except "", "0", "false", "no", "none" and "null" means reached, at an unknown moment
	// that is taken as the end of the session.
	Attribute string `yaml:"attribute"`
	// Equals restricts Attribute to one value, without regard to case.
	Equals string `yaml:"equals"`
}

// Tap names a control. All fields that are set must match.
type Tap struct {
	Label    string `yaml:"label"` // visible name, without regard to case
	Selector string `yaml:"selector"`
	TestID   string `yaml:"test_id"`
	Screen   string `yaml:"screen"` // path pattern as in Match
}

// Window is a span of days after a session in which a user counts as having come back. From 7 to 14 (D7) asks "still
// here a week later?"; from 0 to 7 asks "back at all within a week?".
type Window struct {
	Name string  `yaml:"name"`
	From float64 `yaml:"from"` // days after the session's start, inclusive; 0 = as soon as a new session begins
	To   float64 `yaml:"to"`   // days after the session's start, exclusive
}

// DefaultRetention are the brackets of the product definition: a week is wide enough for weekly habits, and closed
// windows let every user be judged alike. Widths differ because daily use does not survive a month.
func DefaultRetention() []Window {
	return []Window{{"D1", 1, 2}, {"D7", 7, 14}, {"D30", 30, 37}}
}

// maxLabel is how much of a label readers keep (replay.Target.Label): a longer one can never match.
const maxLabel = 80

// maxGoals bounds the goals of one analysis: the order of the list is one scale, and a scale over more goals than
// this is one that nobody can explain.
const maxGoals = 32

// Compile checks the settings and returns the Set that evaluates them. The error joins every wrong setting, each
// with its place and value.
func (c Config) Compile() (*Set, error) {
	var bad problems
	if len(c.Goals) > maxGoals {
		bad.add("goals: %d are too many, the limit is %d", len(c.Goals), maxGoals)
	}
	set := &Set{windows: c.Retention}
	if c.Retention == nil {
		set.windows = DefaultRetention()
	}
	names := map[string]bool{}
	for i, g := range c.Goals {
		where := fmt.Sprintf("goals[%d]", i)
		if strings.TrimSpace(g.Name) == "" {
			bad.add("%s: name is empty", where)
		} else {
			where = fmt.Sprintf("goal %q", g.Name)
			if names[g.Name] {
				bad.add("%s: the name is used twice", where)
			}
			names[g.Name] = true
		}
		set.goals = append(set.goals, compileGoal(g, where, &bad))
	}
	set.primary = c.checkRetention(set.windows, &bad)
	if err := errors.Join(bad.list...); err != nil {
		return nil, err
	}
	return set, nil
}

type problems struct{ list []error }

func (p *problems) add(format string, args ...any) {
	p.list = append(p.list, fmt.Errorf(format, args...))
}

func compileGoal(g Goal, where string, bad *problems) goal {
	out := goal{Goal: g, reached: compileMatch(g.Reached, where+": reached", bad)}
	if g.Value < 0 || math.IsNaN(g.Value) || math.IsInf(g.Value, 0) {
		bad.add("%s: value %v must be a number of 0 or more", where, g.Value)
	}
	if g.Window < 0 {
		bad.add("%s: window %v is negative", where, g.Window)
	}
	steps := map[string]bool{}
	for i, s := range g.Steps {
		at := fmt.Sprintf("%s: steps[%d]", where, i)
		switch {
		case strings.TrimSpace(s.Name) == "":
			bad.add("%s: name is empty", at)
		case steps[s.Name]:
			bad.add("%s: the name %q is used twice", at, s.Name)
		}
		steps[s.Name] = true
		if s.Within < 0 {
			bad.add("%s: within %v is negative", at, s.Within)
		}
		out.steps = append(out.steps, compileMatch(s.Match, at+": match", bad))
	}
	return out
}

// kinds lists the kinds of a condition by their keys, and which of them are set.
func (m *Match) kinds() (all []string, set int) {
	for _, k := range []struct {
		key string
		set bool
	}{{"screen", m.Screen != ""}, {"event", m.Event != ""}, {"tap", m.Tap != nil}, {"attribute", m.Attribute != ""}} {
		all = append(all, k.key)
		if k.set {
			set++
		}
	}
	return all, set
}

func compileMatch(m Match, where string, bad *problems) matcher {
	if all, set := m.kinds(); set != 1 {
		bad.add("%s: exactly one of %s must be set, %d are", where, strings.Join(all, ", "), set)
	}
	if m.Equals != "" && m.Attribute == "" {
		bad.add("%s: equals %q needs an attribute", where, m.Equals)
	}
	out := matcher{Match: m}
	if m.Screen != "" {
		out.screen = compilePattern(m.Screen, where+": screen", bad)
	}
	if t := m.Tap; t != nil {
		if t.Label == "" && t.Selector == "" && t.TestID == "" {
			bad.add("%s: tap needs a label, a selector or a test_id", where)
		}
		if utf8.RuneCountInString(t.Label) > maxLabel {
			bad.add("%s: tap label %q can never match: labels are kept up to %d characters", where, t.Label, maxLabel)
		}
		if t.Screen != "" {
			out.screen = compilePattern(t.Screen, where+": tap screen", bad)
		}
	}
	return out
}

func (c Config) checkRetention(windows []Window, bad *problems) int {
	names := map[string]bool{}
	for i, w := range windows {
		where := fmt.Sprintf("retention[%d]", i)
		if strings.TrimSpace(w.Name) == "" {
			bad.add("%s: name is empty", where)
		} else {
			where = fmt.Sprintf("retention %q", w.Name)
			if names[w.Name] {
				bad.add("%s: the name is used twice", where)
			}
		}
		names[w.Name] = true
		if !(w.From >= 0) || !(w.To > w.From) || w.To > maxRetentionDays {
			bad.add("%s: from %v to %v must be 0 <= from < to <= %d days", where, w.From, w.To, maxRetentionDays)
		}
	}
	return c.primaryIndex(windows, bad)
}

// maxRetentionDays bounds a return window: ten years, beyond which no recording is kept.
const maxRetentionDays = 3650

func (c Config) primaryIndex(windows []Window, bad *problems) int {
	want := c.Primary
	if want == "" {
		want = "D7"
	}
	for i, w := range windows {
		if w.Name == want {
			return i
		}
	}
	if c.Primary != "" {
		bad.add("primary: there is no retention window %q", c.Primary)
	}
	if len(windows) == 0 {
		return -1
	}
	return 0
}
