package apitest

import (
	"context"
	"fmt"
	"slices"

	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/pipeline"
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
