package apitest

import (
	"context"
	"fmt"
	"slices"

	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/pipeline"
	"github.com/rankle/rankle/ranker/review"
)

// asker answers what-if questions with the list from behind: what an answer holds is the ranker's business, here it only
// has to differ from the run.
type asker struct{ data *Data }

// Ask knows the goals of the run and no others.
func (a asker) Ask(_ context.Context, q pipeline.Question) (*ranker.Report, error) {
	for name := range q.Goals {
		if name != a.data.Report.Goals[0].Name {
			return nil, fmt.Errorf("%w: weight of %q: there is no such goal", pipeline.ErrQuestion, name)
		}
	}
	r := *a.data.Report
	if !q.From.IsZero() {
		r.From = q.From
	}
	for _, s := range q.Segments {
		r.Notes = append([]string{"what if: only sessions with " + s.String()}, r.Notes...)
	}
	for _, g := range q.Measure {
		r.OrderedBy = "expected lost " + g.Name + " per week"
	}
	r.Issues = slices.Clone(r.Issues)
	slices.Reverse(r.Issues)
	for i := range r.Issues {
		r.Issues[i].Rank = i + 1
	}
	return &r, nil
}

// Fixes says that every fix works; the figures are made up.
func (a asker) Fixes(_ context.Context, fixed []review.FixedIssue) ([]ranker.Fix, error) {
	var out []ranker.Fix
	for _, f := range fixed {
		figure := func(v float64) ranker.Estimate {
			return ranker.Estimate{Value: v, Low: v - 4, High: v + 4, Unit: "purchase per week", N: 90, Method: "made up"}
		}
		out = append(out, ranker.Fix{FixMark: ranker.FixMark(f), Title: "Pay does nothing", State: ranker.FixWorks, Before: roughly(30, 60), After: roughly(1, 40),
			Outcomes: []ranker.FixOutcome{{Outcome: "purchase", Possible: true, Predicted: figure(9), Realised: figure(8)},
				{Outcome: "D7", Caveats: []string{"D7 cannot be estimated because the window of no known user is over"}}},
			Sentence: "The fix in version 2.5.0 works."})
	}
	return out, nil
}
