package api

import (
	"context"
	"slices"
	"time"

	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/review"
)

// FixList is what became of everything that is marked as fixed.
type FixList struct {
	Fixes []Fix `json:"fixes" doc:"By issue"`
}

// Fix says whether a fix works, what the issue was predicted to cost and what its fix brought.
type Fix struct {
	Issue    string       `json:"issue" doc:"Key"`
	Title    string       `json:"title" doc:"Empty when no session of the run met it"`
	Version  string       `json:"version,omitempty" doc:"The first app version with the fix"`
	AtMS     int64        `json:"at_ms,omitempty" doc:"... or the moment of the fix, epoch milliseconds"`
	State    string       `json:"state" enum:"unseen,early,works,persists,returned" doc:"early: too few tries since; persists: still fails more than half as often; returned: worked for a while"`
	Before   Proportion   `json:"before" doc:"Tries that failed before"`
	After    Proportion   `json:"after" doc:"Tries that failed since"`
	Left     int          `json:"left" doc:"Tries on neither side, because their version is not known"`
	Returned string       `json:"returned,omitempty" doc:"The version or the week in which it came back"`
	Outcomes []FixOutcome `json:"outcomes" doc:"Those that take part in the order"`
	Sentence string       `json:"sentence" doc:"All of it in words"`
}

// FixOutcome holds a prediction against what came.
type FixOutcome struct {
	Outcome   string   `json:"outcome" doc:"Goal or retention window"`
	Possible  bool     `json:"possible"`
	Predicted *Figure  `json:"predicted" doc:"Loss per week before the fix, by the tries before it; null when it cannot be estimated"`
	Realised  *Figure  `json:"realised" doc:"Gain per week: how many more the people before it would have reached after it"`
	Caveats   []string `json:"caveats"`
}

func (s *Server) fixes(ctx context.Context, in *struct{ Conditional }) (*cached[FixList], error) {
	v, tag, err := s.decided(ctx, in.Conditional)
	if err != nil {
		return nil, err
	}
	list := v.snap.Report.Fixes
	if s.opts.Reviews != nil {
		now, err := s.opts.Reviews.Decisions(ctx)
		if err != nil {
			return nil, err
		}
		if !slices.Equal(now.Fixed, v.snap.Obeyed.Fixed) {
			if list, err = s.judged(ctx, v, now.Fixed); err != nil {
				return nil, err
			}
		}
	}
	return fresh(tag, FixList{Fixes: mapped(list, fixOf)}), nil
}

// judged asks about fixes that were marked since the report was made.
func (s *Server) judged(ctx context.Context, v *view, fixed []review.FixedIssue) ([]ranker.Fix, error) {
	leave, err := s.queue(ctx, v)
	if err != nil {
		return nil, err
	}
	defer leave()
	return v.snap.WhatIf.Fixes(ctx, fixed)
}

func fixOf(f ranker.Fix) Fix {
	return Fix{Issue: f.Issue, Title: f.Title, Version: f.Version, AtMS: epochMS(f.At), State: string(f.State), Before: proportionOf(f.Before),
		After: proportionOf(f.After), Left: f.Left, Returned: f.Returned, Sentence: f.Sentence,
		Outcomes: mapped(f.Outcomes, func(o ranker.FixOutcome) FixOutcome {
			return FixOutcome{Outcome: o.Outcome, Possible: o.Possible, Predicted: figureOf(o.Predicted), Realised: figureOf(o.Realised), Caveats: mapped(o.Caveats, same)}
		})}
}

// figureOf is nil for an estimate that was not made.
func figureOf(e ranker.Estimate) *Figure {
	if e.Method == "" || !usable(e) {
		return nil
	}
	return &Figure{Value: finite(e.Value), Low: finite(e.Low), High: finite(e.High), Unit: e.Unit}
}

// fixedAt reads the moment of a change; the zero time takes it away.
func fixedAt(ms *int64) *time.Time {
	if ms == nil {
		return nil
	}
	t := time.Time{}
	if *ms != 0 {
		t = time.UnixMilli(*ms).UTC()
	}
	return &t
}
