package api

import (
	"time"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/ranker"
)

// What the pages of the API and a ReportDocument say alike. A new figure of a run goes into Trust, one of an issue into Make:
// both contracts have it then.

// Trust says how far the figures of a run can be believed.
type Trust struct {
	Totals      []Total       `json:"totals" doc:"What all issues cost together, one per outcome"`
	Calibration []Calibration `json:"calibration" doc:"What controls that are known to be harmless found, per outcome"`
	Checks      []SelfCheck   `json:"checks" doc:"What the method finds in this data where there is nothing to find"`
}

// Calibration is the systematic error that harmless controls show.
type Calibration struct {
	Outcome  string  `json:"outcome"`
	Controls int     `json:"controls" doc:"Harmless controls that could be estimated"`
	Possible bool    `json:"possible" doc:"There were enough of them"`
	Mean     float64 `json:"mean" doc:"Error that all issues have in common, in log-odds (0.1 moves odds by a tenth); taken off every figure"`
	Spread   float64 `json:"spread" doc:"Standard deviation of the errors of single issues, in log-odds; part of every interval"`
}

// SelfCheck is a question whose answer is known to be nothing.
type SelfCheck struct {
	Name     string `json:"name" doc:"A/A: two random halves of the users; before: what was reached before the session"`
	Outcome  string `json:"outcome"`
	Tests    int    `json:"tests" doc:"Issues that could be tested"`
	Rejected int    `json:"rejected" doc:"Of these, those whose 95 % interval excludes zero; a twentieth is expected"`
	Called   int    `json:"called" doc:"Those that would be called harmful; none is expected"`
	Passed   bool   `json:"passed"`
	Words    string `json:"words"`
}

func trustOf(r *ranker.Report) Trust {
	return Trust{
		Totals: mapped(r.Totals, func(t ranker.Total) Total { return Total{Outcome: t.Outcome, PerWeek: figureOf(t.PerWeek)} }),
		Calibration: mapped(r.Calibration, func(c ranker.CalibrationSummary) Calibration {
			return Calibration{Outcome: c.Outcome, Controls: c.Controls, Possible: c.Possible, Mean: finite(c.Mean), Spread: finite(c.Spread)}
		}),
		Checks: mapped(r.Checks, func(c ranker.SelfCheck) SelfCheck { return SelfCheck(c) }),
	}
}

// Make says what an issue is made of, how sure that is, and when it came and went.
type Make struct {
	Controls []ControlShare `json:"controls" doc:"What the issue is made of, most affected first: several where the same error is behind them; at most 24"`
	Sureness float64        `json:"sureness" minimum:"0" maximum:"1" doc:"How sure it is that everything counted here is the same control, and nothing of it is counted elsewhere"`
	Changes  []Change       `json:"changes" doc:"When the affected share changed, oldest first"`
	Notes    []string       `json:"notes" doc:"What to keep in mind, sentences"`
}

// ControlShare is one of the controls, or screens, that an issue is made of.
type ControlShare struct {
	Screen   string `json:"screen" doc:"Template"`
	Target   Target `json:"target"`
	Sessions int    `json:"sessions" doc:"With an episode on it"`
}

// Change is a moment at which the affected share of an issue changed.
type Change struct {
	Kind           string `json:"kind" enum:"started,ended,rose,fell"`
	Day            string `json:"day" format:"date" doc:"UTC, the first day of what came after"`
	Version        string `json:"version" doc:"The release that it came with, empty if none"`
	AffectedBefore int    `json:"affected_before" doc:"Sessions since the change before"`
	ExposedBefore  int    `json:"exposed_before"`
	AffectedAfter  int    `json:"affected_after" doc:"Sessions up to the next change"`
	ExposedAfter   int    `json:"exposed_after"`
}

// makeOf converts what an issue is made of.
func makeOf(i ranker.Ranked) Make {
	return Make{
		Controls: mapped(i.Controls, func(c cluster.ControlShare) ControlShare {
			return ControlShare{Screen: c.Screen, Target: targetOf(c.Target), Sessions: c.Sessions}
		}),
		Sureness: unit01(i.Sureness),
		Changes: mapped(i.Changes, func(c cluster.Change) Change {
			return Change{Kind: string(c.Kind), Day: c.Day.UTC().Format(time.DateOnly), Version: c.Version, AffectedBefore: c.AffectedBefore,
				ExposedBefore: c.ExposedBefore, AffectedAfter: c.AffectedAfter, ExposedAfter: c.ExposedAfter}
		}),
		Notes: mapped(i.Notes, same),
	}
}
