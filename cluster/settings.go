package cluster

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Settings of the clustering. The zero value means the defaults that each field names.
type Settings struct {
	// Screens name screens where learning from the paths does not do. The first rule that matches counts.
	Screens []ScreenRule
	// Attributes are further context attributes, by dotted name, whose values are compared as segments.
	Attributes []string
	// MinPeople is how many people must have met a problem before it is an issue; 0 means DefaultMinPeople.
	MinPeople int
	// MinPeopleSurface is the same for things that are not controls and for habits (going back, circling, scrolling,
	// zooming), which one person has and another has not; 0 means DefaultMinPeopleSurface.
	MinPeopleSurface int
	// RepeatUse are controls of which a person said that they are meant to be pressed many times in a row: rage on them
	// is dismissed as reviewed. Single presses in vain, errors and slow answers still count, so that a broken one is found.
	RepeatUse []Control
}

// Control names a control on a screen template.
type Control struct{ Screen, Key string }

// A person is a known user, or a session without a user id.
const (
	// DefaultMinPeople: what happened to one person may be their hand, their device or their cat; the second person
	// makes it a property of the application. A third would hide faults of small applications for weeks: what two
	// people are worth, the ranking's interval says. In data of a single person, one is enough.
	DefaultMinPeople = 2
	// DefaultMinPeopleSurface: stray presses on text and pictures are common, so the same place has to be pressed by
	// five people before it is said to look like a control (SIGNALS 6.3).
	DefaultMinPeopleSurface = 5
)

func (s Settings) minPeople() int {
	if s.MinPeople > 0 {
		return s.MinPeople
	}
	return DefaultMinPeople
}

func (s Settings) minPeopleSurface() int {
	if s.MinPeopleSurface > 0 {
		return s.MinPeopleSurface
	}
	return DefaultMinPeopleSurface
}

// ScreenRule gives all paths that match a pattern one name.
type ScreenRule struct {
	// Match is a path: literal segments, "*" or ":name" for any one segment, and "**" at the end for any rest. A route in
	// the fragment is part of it ("/#/cart").
	Match string `yaml:"match"`
	// Name is the template that is shown, e.g. "/product/:id"; "" means Match itself.
	Name string `yaml:"name"`
}

// Check reports all wrong settings at once.
func (s Settings) Check() error {
	var errs []error
	for i, r := range s.Screens {
		segments := splitPath(r.Match)
		rest := slices.Index(segments, "**")
		switch {
		case r.Match == "":
			errs = append(errs, fmt.Errorf("screens[%d]: match is empty", i))
		case rest >= 0 && rest != len(segments)-1:
			errs = append(errs, fmt.Errorf("screens[%d]: match %q: ** may only come last", i, r.Match))
		case strings.Contains(r.Match, "?"):
			errs = append(errs, fmt.Errorf("screens[%d]: match %q: a rule names a path whatever its query", i, r.Match))
		case strings.Contains(r.Match, "#") && !slices.Contains(segments, routeMark):
			errs = append(errs, fmt.Errorf("screens[%d]: match %q: of a fragment only a route (#/...) is part of a screen", i, r.Match))
		}
	}
	for _, n := range []struct {
		name  string
		value int
	}{{"min_people", s.MinPeople}, {"min_people_surface", s.MinPeopleSurface}} {
		if n.value < 0 {
			errs = append(errs, fmt.Errorf("%s: %d is negative", n.name, n.value))
		}
	}
	return errors.Join(errs...)
}

// match reports whether the segments match the rule.
func (r ScreenRule) match(segments []string) bool {
	pattern := splitPath(r.Match)
	for i, p := range pattern {
		if p == "**" {
			return true
		}
		if i >= len(segments) || p != "*" && !strings.HasPrefix(p, ":") && p != segments[i] {
			return false
		}
	}
	return len(pattern) == len(segments)
}

func (r ScreenRule) template() string {
	if r.Name != "" {
		return r.Name
	}
	return r.Match
}
