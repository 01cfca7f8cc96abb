package api

import (
	"context"

	"github.com/rankle/rankle/ranker"
)

// FunnelList is the funnels of all goals.
type FunnelList struct {
	Funnels []Funnel `json:"funnels"`
}

// Funnel is how far sessions came on the way to a goal.
type Funnel struct {
	Goal     string          `json:"goal"`
	Sessions int             `json:"sessions"`
	Reached  Proportion      `json:"reached" doc:"Sessions that reached the goal, with or without its steps, of all"`
	Steps    []FunnelStep    `json:"steps" doc:"In order; the last one is the goal"`
	Segments []FunnelSegment `json:"segments" doc:"By attribute, then most sessions first; at most 12 values of an attribute"`
	Issues   []FunnelIssue   `json:"issues" doc:"What sessions met on the way: by step, then most stopped first; at most 10 a step"`
}

// Proportion counts some among all.
type Proportion struct {
	Some  int      `json:"some"`
	All   int      `json:"all"`
	Share *float64 `json:"share" doc:"some of all; null of nothing"`
	Low   float64  `json:"low" doc:"Lower end of the 95 % interval"`
	High  float64  `json:"high" doc:"Upper end of the 95 % interval"`
}

// FunnelStep is one step.
type FunnelStep struct {
	Name    string     `json:"name"`
	Through Proportion `json:"through" doc:"Sessions that took it, of those that came to it; the rest dropped off"`
}

// FunnelSegment is a funnel of the sessions with one value of an attribute.
type FunnelSegment struct {
	Attribute string              `json:"attribute"`
	Value     string              `json:"value"`
	Sessions  int                 `json:"sessions"`
	Reached   Proportion          `json:"reached"`
	Steps     []FunnelSegmentStep `json:"steps"`
}

// FunnelSegmentStep is one step of a segment.
type FunnelSegmentStep struct {
	FunnelStep
	QValue float64 `json:"q_value" minimum:"0" maximum:"1" doc:"False discovery rate at which 'differs from the other sessions' would be called proven, over all segments and steps; 1 where too few came to it"`
}

// FunnelIssue is an issue that sessions met on the way.
type FunnelIssue struct {
	Key     string `json:"key"`
	Title   string `json:"title"`
	Rank    int    `json:"rank"`
	Step    int    `json:"step" doc:"Index of the step that sessions were about to take when they met it"`
	Met     int    `json:"met" doc:"Sessions"`
	Stopped int    `json:"stopped" doc:"Of these, those that did not take the step; not all would have without the issue"`
}

// FunnelPlace is where on the way to a goal sessions met an issue.
type FunnelPlace struct {
	Goal   string     `json:"goal"`
	Name   string     `json:"name" doc:"The step that they were about to take"`
	Step   int        `json:"step" doc:"Its index"`
	Steps  int        `json:"steps" doc:"How many the way has"`
	Met    Proportion `json:"met" doc:"Sessions that took the step, of those that met the issue before it"`
	Others Proportion `json:"others" doc:"... of all others that came to it. They may be other people: what the issue costs is an impact, not this difference"`
}

func (s *Server) funnels(ctx context.Context, in *struct{ Conditional }) (*cached[FunnelList], error) {
	v, tag, err := s.reported(in.Conditional)
	if err != nil {
		return nil, err
	}
	return fresh(tag, FunnelList{Funnels: mapped(v.snap.Report.Funnels, v.funnelOf)}), nil
}

func (v *view) funnelOf(f ranker.Funnel) Funnel {
	return funnelOf(f, func(key string) (string, int, bool) {
		i, ok := v.byKey[key]
		if !ok {
			return "", 0, false
		}
		return v.rows[i].Title, v.rows[i].Rank, true
	})
}

// funnelOf converts a funnel; named says what an issue is called and where it stands.
func funnelOf(f ranker.Funnel, named func(key string) (title string, rank int, ok bool)) Funnel {
	out := Funnel{Goal: f.Goal, Sessions: f.All.Sessions, Reached: proportionOf(f.All.Reached), Steps: stepsOf(f.Steps, f.All.Steps), Issues: []FunnelIssue{}}
	out.Segments = mapped(f.Segments, func(x ranker.FunnelSegment) FunnelSegment {
		seg := FunnelSegment{Attribute: x.Attribute, Value: x.Value, Sessions: x.Sessions, Reached: proportionOf(x.Reached), Steps: []FunnelSegmentStep{}}
		for i, s := range stepsOf(f.Steps, x.Steps) {
			seg.Steps = append(seg.Steps, FunnelSegmentStep{FunnelStep: s, QValue: unit01(x.QValues[i])})
		}
		return seg
	})
	for _, x := range f.Issues {
		if title, rank, ok := named(x.Key); ok {
			out.Issues = append(out.Issues, FunnelIssue{Key: x.Key, Title: title, Rank: rank, Step: x.Step, Met: x.Met, Stopped: x.Stopped})
		}
	}
	return out
}

// placesOf finds an issue in the funnels.
func (v *view) placesOf(key string) []FunnelPlace { return placesIn(v.snap.Report.Funnels, key) }

func placesIn(funnels []ranker.Funnel, key string) []FunnelPlace {
	out := []FunnelPlace{}
	for i := range funnels {
		f := &funnels[i]
		for _, x := range f.Issues {
			if x.Key != key {
				continue
			}
			met, others := f.Beside(x)
			out = append(out, FunnelPlace{Goal: f.Goal, Name: f.Steps[x.Step], Step: x.Step, Steps: len(f.Steps), Met: proportionOf(met), Others: proportionOf(others)})
		}
	}
	return out
}

func stepsOf(names []string, through []ranker.Proportion) []FunnelStep {
	out := make([]FunnelStep, 0, len(names))
	for i, name := range names {
		out = append(out, FunnelStep{Name: name, Through: proportionOf(through[i])})
	}
	return out
}

func proportionOf(p ranker.Proportion) Proportion {
	out := Proportion{Some: p.Some, All: p.All, Low: unit01(p.Low), High: unit01(p.High)}
	if p.All > 0 {
		out.Share = number(p.Share())
	}
	return out
}

// RetentionDetail says who comes back, and when.
type RetentionDetail struct {
	Users     int                `json:"users" doc:"Distinct known users"`
	Anonymous int                `json:"anonymous_sessions" doc:"Sessions without a user id: they cannot be seen to return and are left out"`
	Windows   []RetentionSummary `json:"windows"`
	Curve     []DayReturn        `json:"curve" doc:"All known users, from their first session in the data"`
	Issue     *IssueRetention    `json:"issue,omitempty" doc:"With and without the issue that was asked for"`
}

// IssueRetention compares users who met an issue with those whose same tries all worked, as it was seen: those who met it
// may be other people. What the issue costs is an impact, not the distance of these curves.
type IssueRetention struct {
	Key    string      `json:"key"`
	Title  string      `json:"title"`
	Met    []DayReturn `json:"met" doc:"From the session in which they first met it"`
	Worked []DayReturn `json:"worked" doc:"From their first try"`
}

// DayReturn counts users who had a session on one day.
type DayReturn struct {
	Day int `json:"day" doc:"Days after the start of the first session, from 1"`
	Proportion
}

type retentionInput struct {
	Conditional
	Issue string `query:"issue" maxLength:"500" doc:"Key of an issue, for the curves with and without it; the first 100 of the list have them"`
}

func (s *Server) retention(ctx context.Context, in *retentionInput) (*cached[RetentionDetail], error) {
	v, tag, err := s.reported(in.Conditional)
	if err != nil {
		return nil, err
	}
	r := v.snap.Report
	out := RetentionDetail{Users: r.Users, Anonymous: r.Anonymous, Windows: v.run.Retention, Curve: mapped(r.Curves.All, dayReturnOf)}
	if in.Issue != "" {
		i, ok := v.byKey[in.Issue]
		if !ok {
			return nil, errNoIssue
		}
		c, ok := r.Curves.Of(in.Issue)
		if !ok {
			return nil, errNoCurve
		}
		out.Issue = &IssueRetention{Key: c.Key, Title: v.rows[i].Title, Met: mapped(c.Met, dayReturnOf), Worked: mapped(c.Worked, dayReturnOf)}
	}
	return fresh(tag, out), nil
}

func dayReturnOf(d ranker.DayReturn) DayReturn {
	return DayReturn{Day: d.Day, Proportion: proportionOf(d.Proportion)}
}
