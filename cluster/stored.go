package cluster

import (
	"bytes"
	"cmp"
	"encoding/gob"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// What a Result knows beyond its Issues (which screen a path is, which issue an episode belongs to, what all sessions make of
// it) depends on how many screens and controls there are, not on how many sessions. So it is stored and loaded in no time,
// where clustering again takes a pass over everything.

// resultData is a Result as it is stored. Its shape is private to this version of the program; what holds it names the version.
type resultData struct {
	Issues  []string // their keys
	Screens []ScreenMap

	Locales []string
	Folds   []foldData
	Ruled   []string
	Joins   []joinData
	Groups  []groupData // by key
	Covers  [][2]int    // above, control: indices of Groups
	Spots   []spotData
	Totals  []totalData
	Repeats []Control
}

type foldData struct {
	Prefix, Param string
	Numbered      bool
	Keep          []string
}

// joinData is a control on a template that belongs to another subject or template.
type joinData struct {
	Template, Subject string
	To                string
	Component         bool // To is a template
}

type groupData struct {
	Template, Subject string
	Family            Family
	Crowd             crowdData
	Issue, Harmless   int // -1 = none
}

type crowdData struct {
	RepeatUse, Quiet, Never, Reliable, Certain, Blocked bool
	Broken                                              string
}

type spotData struct {
	Template string
	Size     uint8
	PX, PY   int16 // of the place
	Control  int   // index of Groups
	X, Y     int16
	N        int32
}

type totalData struct {
	Control  int
	Template string
	Size     uint8
	N        int32
}

// MarshalBinary encodes what UnmarshalResult of the same version of the program needs beside the Issues. Equal Results give
// equal bytes.
func (r *Result) MarshalBinary() ([]byte, error) {
	d := resultData{Screens: r.Screens, Locales: sortedKeys(r.templates.locales), Ruled: sortedKeys(r.templates.ruled)}
	for i := range r.Issues {
		d.Issues = append(d.Issues, r.Issues[i].Key)
	}
	for _, prefix := range sortedKeys(r.templates.folds) {
		f := r.templates.folds[prefix]
		d.Folds = append(d.Folds, foldData{prefix, f.param, f.numbered, sortedKeys(f.keep)})
	}
	d.Joins = append(joinsOf(r.joins.subjects, false), joinsOf(r.joins.templates, true)...)
	groups := slices.SortedFunc(maps.Values(r.groups), func(x, y *group) int {
		return cmp.Or(cmp.Compare(x.key, y.key), cmp.Compare(x.template, y.template), cmp.Compare(x.subject, y.subject))
	})
	number := make(map[*group]int, len(groups))
	for i, g := range groups {
		number[g] = i
		x := groupData{Template: g.template, Subject: g.subject, Family: g.family, Crowd: g.crowd.data(), Issue: -1, Harmless: -1}
		if n, ok := r.index[g]; ok {
			x.Issue = n
		}
		if n, ok := r.harmless.index[g]; ok {
			x.Harmless = n
		}
		d.Groups = append(d.Groups, x)
	}
	for c := range r.covers {
		d.Covers = append(d.Covers, [2]int{number[c.above], number[c.control]})
	}
	slices.SortFunc(d.Covers, func(x, y [2]int) int { return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1])) })
	for at, spots := range r.presses.spots {
		for _, s := range spots {
			d.Spots = append(d.Spots, spotData{at.template, uint8(at.size), at.x, at.y, number[s.control], s.x, s.y, s.n})
		}
	}
	slices.SortFunc(d.Spots, func(x, y spotData) int {
		return cmp.Or(cmp.Compare(x.Template, y.Template), cmp.Compare(x.Size, y.Size), cmp.Compare(x.Control, y.Control),
			cmp.Compare(x.X, y.X), cmp.Compare(x.Y, y.Y))
	})
	for l, n := range r.presses.totals {
		d.Totals = append(d.Totals, totalData{number[l.control], l.template, uint8(l.size), n})
	}
	slices.SortFunc(d.Totals, func(x, y totalData) int {
		return cmp.Or(cmp.Compare(x.Control, y.Control), cmp.Compare(x.Template, y.Template), cmp.Compare(x.Size, y.Size))
	})
	for c := range r.repeats {
		d.Repeats = append(d.Repeats, c)
	}
	slices.SortFunc(d.Repeats, func(x, y Control) int { return cmp.Or(cmp.Compare(x.Screen, y.Screen), cmp.Compare(x.Key, y.Key)) })
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(&d); err != nil {
		return nil, fmt.Errorf("encode clusters: %w", err)
	}
	return buf.Bytes(), nil
}

func joinsOf(m map[spotKey]string, component bool) []joinData {
	var all []joinData
	for k, to := range m {
		all = append(all, joinData{k.template, k.subject, to, component})
	}
	slices.SortFunc(all, func(x, y joinData) int {
		return cmp.Or(cmp.Compare(x.Template, y.Template), cmp.Compare(x.Subject, y.Subject))
	})
	return all
}

func (c crowd) data() crowdData {
	return crowdData{c.repeatUse, c.quiet, c.never, c.reliable, c.certain, c.blocked, c.broken}
}

func (d crowdData) crowd() crowd {
	return crowd{repeatUse: d.RepeatUse, quiet: d.Quiet, never: d.Never, reliable: d.Reliable, certain: d.Certain, blocked: d.Blocked, broken: d.Broken}
}

// errClusters means that stored clusters are not those of the issues at hand.
var errClusters = errors.New("decode clusters: they do not belong to these issues")

// UnmarshalResult decodes what MarshalBinary of a Result with these settings and issues, in any order, wrote.
func UnmarshalResult(data []byte, settings Settings, issues []Issue) (*Result, error) {
	var d resultData
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&d); err != nil {
		return nil, fmt.Errorf("decode clusters: %w", err)
	}
	r := &Result{Screens: d.Screens, templates: &templates{settings: settings, locales: setOf(d.Locales), folds: map[string]fold{}, ruled: setOf(d.Ruled)},
		groups: make(map[groupKey]*group, len(d.Groups)), joins: &joins{subjects: map[spotKey]string{}, templates: map[spotKey]string{}},
		index: map[*group]int{}, screens: map[string][]int{}, presses: presses{map[place][]spot{}, map[layout]int32{}},
		covers: map[cover]bool{}, repeats: map[Control]bool{}}
	r.harmless = &Harmless{r: r, index: map[*group]int{}}
	byKey := make(map[string]*Issue, len(issues))
	for i := range issues {
		byKey[issues[i].Key] = &issues[i]
	}
	for _, key := range d.Issues {
		issue := byKey[key]
		if issue == nil {
			return nil, errClusters
		}
		r.Issues = append(r.Issues, *issue)
	}
	if len(r.Issues) != len(issues) {
		return nil, errClusters
	}
	for _, f := range d.Folds {
		r.templates.folds[f.Prefix] = fold{f.Param, f.Numbered, setOf(f.Keep)}
	}
	for _, j := range d.Joins {
		if at := (spotKey{j.Template, j.Subject}); j.Component {
			r.joins.templates[at] = j.To
		} else {
			r.joins.subjects[at] = j.To
		}
	}
	for _, c := range d.Repeats {
		r.repeats[c] = true
	}
	return r, r.restore(&d)
}

// restore makes the groups and what refers to them.
func (r *Result) restore(d *resultData) error {
	groups := make([]*group, len(d.Groups))
	for i, x := range d.Groups {
		k := groupKey{x.Template, x.Subject, x.Family}
		g := &group{key: issueKey(k), template: x.Template, subject: x.Subject, family: x.Family, crowd: x.Crowd.crowd()}
		groups[i], r.groups[k] = g, g
		if x.Issue >= len(r.Issues) {
			return errClusters
		}
		if x.Issue >= 0 {
			r.index[g] = x.Issue
			if g.wholeScreen() {
				r.screens[g.template] = append(r.screens[g.template], x.Issue)
			}
		}
		if x.Harmless >= 0 {
			r.harmless.index[g] = x.Harmless
		}
	}
	for _, list := range r.screens {
		slices.Sort(list)
	}
	has := func(i int) bool { return i >= 0 && i < len(groups) }
	for _, c := range d.Covers {
		if !has(c[0]) || !has(c[1]) {
			return errClusters
		}
		r.covers[cover{groups[c[0]], groups[c[1]]}] = true
	}
	for _, s := range d.Spots {
		if !has(s.Control) {
			return errClusters
		}
		at := place{s.Template, sizeClass(s.Size), s.PX, s.PY}
		r.presses.spots[at] = append(r.presses.spots[at], spot{groups[s.Control], s.X, s.Y, s.N})
	}
	for _, t := range d.Totals {
		if !has(t.Control) {
			return errClusters
		}
		r.presses.totals[layout{groups[t.Control], t.Template, sizeClass(t.Size)}] = t.N
	}
	return nil
}

func setOf(list []string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, s := range list {
		set[s] = true
	}
	return set
}
