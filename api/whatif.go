package api

import (
	"context"
	"time"

	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/outcome"
	"github.com/rankle/rankle/ranker/pipeline"
	"github.com/rankle/rankle/ranker/review"
)

// Asker answers what-if questions about the run; *pipeline.WhatIf is one. It is called from many goroutines at once. A
// question that cannot be answered for what it asks is an error that is pipeline.ErrQuestion.
type Asker interface {
	Ask(ctx context.Context, q pipeline.Question) (*ranker.Report, error)
	// Fixes says what became of issues that were marked as fixed since the run.
	Fixes(ctx context.Context, fixed []review.FixedIssue) ([]ranker.Fix, error)
}

var _ Asker = (*pipeline.WhatIf)(nil)

// WhatIfQuestion asks for another list of the same recordings. What is left out stays as in the run.
type WhatIfQuestion struct {
	Weights  *WhatIfWeights  `json:"weights,omitempty"`
	Goals    []WhatIfGoal    `json:"goals,omitempty" maxItems:"8" doc:"Instead of the goals of the run"`
	From     *time.Time      `json:"from,omitempty" doc:"Only sessions that start at or after it"`
	To       *time.Time      `json:"to,omitempty" doc:"Only sessions that start before it"`
	Segments []WhatIfSegment `json:"segments,omitempty" maxItems:"16" doc:"Only sessions of which all of these are true"`
	Limit    int             `json:"limit,omitempty" default:"50" minimum:"1" maximum:"500" doc:"Issues in the answer"`
}

// WhatIfWeights put outcomes on one scale.
type WhatIfWeights struct {
	Goals  map[string]float64 `json:"goals,omitempty" maxProperties:"32" doc:"What one reached goal counts, by name; 0 leaves it out"`
	Return *float64           `json:"return,omitempty" minimum:"0" doc:"What one lost returning user counts, in units of one lost goal"`
}

// WhatIfSegment names sessions by an attribute.
type WhatIfSegment struct {
	Attribute string `json:"attribute" maxLength:"200" doc:"app_version, os, device, browser, screen_size, channel, plan, or one that the analysis file lists"`
	Value     string `json:"value" maxLength:"500" doc:"Without regard to case"`
}

// WhatIfGoal is something a session should reach.
type WhatIfGoal struct {
	Name    string       `json:"name" minLength:"1" maxLength:"200"`
	Reached WhatIfMatch  `json:"reached"`
	Steps   []WhatIfStep `json:"steps,omitempty" maxItems:"20"`
	Value   float64      `json:"value,omitempty" minimum:"0" doc:"What one is worth; 0 counts as 1"`
}

// WhatIfStep is one step of a funnel.
type WhatIfStep struct {
	Name     string      `json:"name" minLength:"1" maxLength:"200"`
	Match    WhatIfMatch `json:"match"`
	WithinMS int64       `json:"within_ms,omitempty" minimum:"0" maximum:"604800000" doc:"Longest time since the step before; 0 = any"`
}

// WhatIfMatch is one condition: exactly one of screen, event, tap and attribute.
type WhatIfMatch struct {
	Screen    string     `json:"screen,omitempty" maxLength:"500" doc:"Path pattern, e.g. /order/:id/done"`
	Event     string     `json:"event,omitempty" maxLength:"500"`
	Tap       *WhatIfTap `json:"tap,omitempty"`
	Attribute string     `json:"attribute,omitempty" maxLength:"200"`
	Equals    string     `json:"equals,omitempty" maxLength:"500"`
}

// WhatIfTap names a control.
type WhatIfTap struct {
	Label    string `json:"label,omitempty" maxLength:"200"`
	Selector string `json:"selector,omitempty" maxLength:"500"`
	TestID   string `json:"test_id,omitempty" maxLength:"200"`
	Screen   string `json:"screen,omitempty" maxLength:"500"`
}

// WhatIfList is the answer: a list of its own, which is kept nowhere.
type WhatIfList struct {
	Run       string        `json:"run" doc:"The run that was asked about"`
	From      time.Time     `json:"from"`
	To        time.Time     `json:"to"`
	Weeks     float64       `json:"weeks"`
	Sessions  int           `json:"sessions" doc:"Sessions that the answer rests on"`
	Users     int           `json:"users"`
	OrderedBy string        `json:"ordered_by"`
	Notes     []string      `json:"notes"`
	Goals     []Goal        `json:"goals"`
	Total     int           `json:"total" doc:"Issues, whatever limit says"`
	Issues    []WhatIfIssue `json:"issues" doc:"In their new order"`
}

// WhatIfIssue is one issue in the new order.
type WhatIfIssue struct {
	Key              string     `json:"key"`
	Title            string     `json:"title"`
	Rank             int        `json:"rank"`
	RankBefore       int        `json:"rank_before" doc:"In the run"`
	SessionsAffected int        `json:"sessions_affected"`
	UsersAffected    int        `json:"users_affected"`
	SessionsExposed  int        `json:"sessions_exposed"`
	Impact           MainImpact `json:"impact"`
	Impacts          []Impact   `json:"impacts"`
	Score            *Figure    `json:"score"`
	Top3             float64    `json:"top3" minimum:"0" maximum:"1"`
	Top10            float64    `json:"top10" minimum:"0" maximum:"1"`
}

// maxAsking bounds the questions that are worked on at once: each may keep a processor busy for seconds, and lists and
// clips are not to wait for them.
const maxAsking = 2

type whatIfInput struct{ Body WhatIfQuestion }

type whatIfOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         WhatIfList
}

func (s *Server) whatIf(ctx context.Context, in *whatIfInput) (*whatIfOutput, error) {
	v, err := s.current()
	if err != nil {
		return nil, err
	}
	leave, err := s.queue(ctx, v)
	if err != nil {
		return nil, err
	}
	defer leave()
	r, err := v.snap.WhatIf.Ask(ctx, questionOf(in.Body))
	if err != nil {
		return nil, err
	}
	return &whatIfOutput{CacheControl: "no-store", Body: v.answer(r, in.Body.Limit)}, nil
}

// queue waits until a question may be asked; leave ends it.
func (s *Server) queue(ctx context.Context, v *view) (leave func(), err error) {
	if v.snap.WhatIf == nil && v.snap.Preparing {
		s.missed.give()
		return nil, errPreparing
	}
	if v.snap.WhatIf == nil {
		return nil, errNoWhatIf
	}
	select {
	case s.asking <- struct{}{}:
		return func() { <-s.asking }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func questionOf(w WhatIfQuestion) pipeline.Question {
	var q pipeline.Question
	if w.Weights != nil {
		q.Goals, q.Return = w.Weights.Goals, w.Weights.Return
	}
	if w.From != nil {
		q.From = w.From.UTC()
	}
	if w.To != nil {
		q.To = w.To.UTC()
	}
	for _, s := range w.Segments {
		q.Segments = append(q.Segments, ranker.Selector{Attribute: s.Attribute, Value: s.Value})
	}
	for _, g := range w.Goals {
		goal := outcome.Goal{Name: g.Name, Reached: g.Reached.match(), Value: g.Value}
		for _, st := range g.Steps {
			goal.Steps = append(goal.Steps, outcome.Step{Name: st.Name, Match: st.Match.match(), Within: time.Duration(st.WithinMS) * time.Millisecond})
		}
		q.Measure = append(q.Measure, goal)
	}
	return q
}

func (m WhatIfMatch) match() outcome.Match {
	out := outcome.Match{Screen: m.Screen, Event: m.Event, Attribute: m.Attribute, Equals: m.Equals}
	if m.Tap != nil {
		out.Tap = &outcome.Tap{Label: m.Tap.Label, Selector: m.Tap.Selector, TestID: m.Tap.TestID, Screen: m.Tap.Screen}
	}
	return out
}

// answer converts a Report of the same issues.
func (v *view) answer(r *ranker.Report, limit int) WhatIfList {
	out := WhatIfList{Run: v.run.Run, From: r.From.UTC(), To: r.To.UTC(), Weeks: finite(r.Weeks), Sessions: r.Sessions, Users: r.Users,
		OrderedBy: r.OrderedBy, Notes: mapped(r.Notes, same), Goals: mapped(r.Goals, goalOf), Total: len(r.Issues)}
	out.Issues = mapped(r.Issues[:min(limit, len(r.Issues))], func(x ranker.Ranked) WhatIfIssue {
		row := rowOf(x)
		issue := WhatIfIssue{Key: row.Key, Title: row.Title, Rank: row.Rank, SessionsAffected: row.SessionsAffected, UsersAffected: row.UsersAffected,
			SessionsExposed: row.SessionsExposed, Impact: row.Impact, Impacts: row.Impacts, Score: row.Score, Top3: row.Top3, Top10: row.Top10}
		if i, ok := v.byKey[x.Key]; ok {
			issue.RankBefore = v.rows[i].Rank
		}
		return issue
	})
	return out
}
