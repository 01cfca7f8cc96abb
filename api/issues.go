package api

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/ranker/review"
)

func (s *Server) health(context.Context, *struct{}) (*struct{ Body Health }, error) {
	return &struct{ Body Health }{Health{Status: "ok"}}, nil
}

func (s *Server) ready(context.Context, *struct{}) (*struct{ Body Health }, error) {
	v, err := s.whole()
	if err != nil {
		return nil, err
	}
	if v.snap.Indexing != nil {
		return nil, v.searchable()
	}
	return &struct{ Body Health }{Health{Status: "ok"}}, nil
}

func (s *Server) report(ctx context.Context, in *struct{ Conditional }) (*cached[Run], error) {
	v, tag, err := s.reported(in.Conditional)
	if err != nil {
		return nil, err
	}
	return fresh(tag, v.run), nil
}

// rowSegments is how many segments fit into a row of the list.
const rowSegments = 3

type issuesInput struct {
	Conditional
	Accepting
	IssueQuestion
}

// IssueQuestion asks for a page of the list. It is exported for the reason that Conditional is, and comparable.
type IssueQuestion struct {
	IssueFilter
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"500"`
	Cursor string `query:"cursor" maxLength:"200" doc:"next_cursor of the page before"`
	Order  string `query:"order" default:"value" enum:"value,effort" doc:"effort: by score per effort, those without an effort after them in rank order. The rank stays that of the report"`
}

// IssueFilter chooses issues of the list. It is exported for the reason that Conditional is.
type IssueFilter struct {
	Pattern string `query:"pattern" maxLength:"100" doc:"Only issues with this pattern"`
	Screen  string `query:"screen" maxLength:"500" doc:"Only issues of this screen template"`
	Status  string `query:"status" enum:"new,confirmed,rejected,fixed" doc:"Only issues with this review status"`
	Q       string `query:"q" maxLength:"200" doc:"Words that title, screen, control, cause or key must contain"`
}

func (s *Server) issues(ctx context.Context, in *issuesInput) (*ready, error) {
	v, err := s.current()
	if err != nil {
		return nil, err
	}
	seq, err := s.seq(ctx)
	if err != nil {
		return nil, err
	}
	s.listed.give()
	tag := v.etag(seq)
	if err := in.unchanged(tag); err != nil {
		return nil, err
	}
	body, err := v.issues.answer(seq, in.IssueQuestion, func() (any, error) {
		reviews, err := s.allReviews(ctx)
		if err != nil {
			return nil, err
		}
		return v.page(&in.IssueQuestion, reviews)
	})
	if err != nil {
		return nil, err
	}
	return in.ready(tag, body)
}

// page puts a page of the list together.
func (v *view) page(in *IssueQuestion, reviews map[string]review.Review) (*IssuePage, error) {
	after, err := v.position(in.Cursor)
	if err != nil {
		return nil, err
	}
	page, words, last := &IssuePage{Issues: []IssueRow{}}, strings.Fields(strings.ToLower(in.Q)), -1
	order, more := v.ordered(in.Order, reviews), false
	for place := range v.rows {
		i := place
		if order != nil {
			i = order[place]
		}
		if !in.wants(&v.rows[i], reviews) || !containsAll(v.haystk[i], words) {
			continue
		}
		page.Total++
		if place <= after {
			continue
		}
		if len(page.Issues) == in.Limit {
			more = true
			continue // goes on for Total
		}
		row := reviewedRow(v.rows[i], reviews)
		row.Segments = row.Segments[:min(len(row.Segments), rowSegments)]
		page.Issues, last = append(page.Issues, row), place
	}
	if more {
		page.NextCursor = v.cursor(last)
	}
	return page, nil
}

// byEffort is the order of issuesInput that divides by the effort.
const byEffort = "effort"

// ordered lists the places of rows in an order that was asked for; nil is the order in which they stand.
func (v *view) ordered(order string, reviews map[string]review.Review) []int {
	if order != byEffort {
		return nil
	}
	places := make([]int, len(v.rows))
	worth := make([]*Figure, len(v.rows))
	for i := range v.rows {
		places[i] = i
		worth[i] = reviewedRow(v.rows[i], reviews).PerEffort
	}
	slices.SortStableFunc(places, func(a, b int) int {
		switch x, y := worth[a], worth[b]; {
		case x != nil && y != nil:
			return cmp.Compare(y.Value, x.Value)
		case x != nil:
			return -1
		case y != nil:
			return 1
		}
		return 0
	})
	return places
}

func statusIn(reviews map[string]review.Review, key string) string {
	if r, ok := reviews[key]; ok {
		return string(r.Status)
	}
	return statusNew
}

// reviewedRow adds what people decided.
func reviewedRow(row IssueRow, reviews map[string]review.Review) IssueRow {
	row.Status, row.Owner = statusIn(reviews, row.Key), ""
	if r, ok := reviews[row.Key]; ok {
		row.Owner, row.Effort = r.Owner, r.Effort
		if s := row.Score; s != nil && r.Effort > 0 {
			row.PerEffort = &Figure{Value: finite(s.Value / r.Effort), Low: finite(s.Low / r.Effort), High: finite(s.High / r.Effort), Unit: s.Unit + " per effort"}
		}
	}
	return row
}

func (in *IssueFilter) wants(row *IssueRow, reviews map[string]review.Review) bool {
	return (in.Screen == "" || in.Screen == row.Screen) && (in.Status == "" || in.Status == statusIn(reviews, row.Key)) &&
		(in.Pattern == "" || slices.ContainsFunc(row.Patterns, func(p PatternCount) bool { return p.Pattern == in.Pattern }))
}

func containsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

type issueInput struct {
	Conditional
	Key string `path:"key" maxLength:"500"`
}

func (s *Server) issue(ctx context.Context, in *issueInput) (*cached[Issue], error) {
	v, err := s.current()
	if err != nil {
		return nil, err
	}
	i, ok := v.find(in.Key)
	if !ok {
		return nil, errNoIssue
	}
	tag, err := s.etag(ctx, v, in.Conditional)
	if err != nil {
		return nil, err
	}
	issue := v.snap.Report.Issues[i]
	r, err := s.reviewOf(ctx, issue.Key)
	if err != nil {
		return nil, err
	}
	reviews, err := s.allReviews(ctx)
	if err != nil {
		return nil, err
	}
	out := Issue{IssueRow: reviewedRow(v.rows[i], reviews), Review: r, Similar: v.similar(i), Evidence: evidence(issue),
		Funnel: v.placesOf(issue.Key),
		Use:    useOf(issue.Use), Versions: mapped(issue.Versions, versionUseOf), Make: makeOf(issue),
		Dismissed: mapped(issue.Dismissed, func(d cluster.ReasonCount) ReasonCount {
			return ReasonCount{Reason: string(d.Reason), Episodes: d.Episodes}
		})}
	if f, ok := v.snap.Report.Fix(issue.Key); ok {
		fix := fixOf(f)
		out.Fix, out.Evidence = &fix, append([]string{f.Sentence}, out.Evidence...)
	}
	return fresh(tag, out), nil
}

// reviewOf reads a review with its history.
func (s *Server) reviewOf(ctx context.Context, key string) (Review, error) {
	out := Review{Status: statusNew, History: []ReviewChange{}}
	if s.opts.Reviews == nil {
		return out, nil
	}
	r, err := s.opts.Reviews.Get(ctx, key)
	if err != nil {
		return out, err
	}
	history, err := s.opts.Reviews.History(ctx, key)
	if err != nil {
		return out, err
	}
	return Review{Status: string(r.Status), Owner: r.Owner, Note: r.Note, Rev: r.Rev,
		FixedVersion: r.FixedVersion, FixedAtMS: epochMS(r.FixedAt), Effort: r.Effort,
		History: mapped(history, func(e review.Entry) ReviewChange {
			return ReviewChange{At: e.At.UTC(), By: e.By, Rev: e.Rev, Status: string(e.Status), Owner: e.Owner, Note: e.Note,
				FixedVersion: e.FixedVersion, FixedAtMS: epochMS(e.FixedAt), Effort: e.Effort}
		})}, nil
}

type reviewInput struct {
	Key  string `path:"key" maxLength:"500"`
	Body ReviewPatch
}

func (s *Server) review(ctx context.Context, in *reviewInput) (*struct{ Body Review }, error) {
	v, err := s.current()
	if err != nil {
		return nil, err
	}
	i, ok := v.find(in.Key)
	if !ok {
		return nil, errNoIssue
	}
	if s.opts.Reviews == nil {
		return nil, errNoReviews
	}
	key := v.rows[i].Key
	change := review.Change{Owner: in.Body.Owner, Note: in.Body.Note, By: whoOf(ctx),
		FixedVersion: in.Body.FixedVersion, FixedAt: fixedAt(in.Body.FixedAtMS), Effort: in.Body.Effort}
	if in.Body.Status != nil {
		status := review.Status(*in.Body.Status)
		change.Status = &status
	}
	if _, err := s.opts.Reviews.Set(ctx, key, change, in.Body.Rev); err != nil {
		return nil, err
	}
	out, err := s.reviewOf(ctx, key)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Review }{out}, nil
}

// maxSimilar is how many similar issues fit beside an issue.
const maxSimilar = 5

// similar lists issues with the same cause, then on the same control, then of the same family on the same screen,
// each in rank order.
func (v *view) similar(i int) []SimilarRef {
	a := v.snap.Report.Issues[i]
	kin := map[int]int{} // row -> closeness, 0 is closest
	for j, b := range v.snap.Report.Issues {
		switch {
		case j == i:
		case a.Cause != "" && a.Cause == b.Cause:
			kin[j] = 0
		case a.Target.Key != "" && a.Target.Key == b.Target.Key:
			kin[j] = 1
		case a.Screen != "" && a.Screen == b.Screen && a.Family == b.Family:
			kin[j] = 2
		}
	}
	order := slices.SortedFunc(maps.Keys(kin), func(x, y int) int {
		if kin[x] != kin[y] {
			return kin[x] - kin[y]
		}
		return x - y
	})
	out := []SimilarRef{}
	for _, j := range order[:min(len(order), maxSimilar)] {
		r := v.rows[j]
		out = append(out, SimilarRef{Key: r.Key, Title: r.Title, Rank: r.Rank})
	}
	return out
}

func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }
