package pipeline

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/review"
)

// An issue that somebody marks as fixed is judged by the next report, and by the stored basis at once.
func TestFixesAreJudged(t *testing.T) {
	if testing.Short() {
		t.Skip("analyses one after another, which smaller tests race; run without -short")
	}
	data := t.TempDir()
	result, _ := asking(t, demoConfig(t), data)
	if len(result.Report.Issues) == 0 || len(result.Report.Fixes) != 0 {
		t.Fatalf("%d issues, %d fixes", len(result.Report.Issues), len(result.Report.Fixes))
	}
	reviews, err := review.Open(ReviewFile(data), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reviews.Close() })
	status, at := review.Fixed, result.Report.From.Add(result.Report.To.Sub(result.Report.From)/2).Truncate(time.Millisecond)
	var marks []review.FixedIssue
	for _, issue := range result.Report.Issues {
		if _, err := reviews.Set(t.Context(), issue.Key, review.Change{Status: &status, FixedAt: &at}, 0); err != nil {
			t.Fatal(err)
		}
		marks = append(marks, review.FixedIssue{Issue: issue.Key, At: at})
	}
	run, err := Rerank(t.Context(), Options{DataDir: data})
	if err != nil {
		t.Fatal(err)
	}
	judged, notes := 0, strings.Join(run.Report.Notes, "\n")
	for _, issue := range result.Report.Issues {
		fix, ok := run.Report.Fix(issue.Key)
		if !ok || fix.Title != issue.Title || fix.Before.All+fix.After.All == 0 || fix.Sentence == "" {
			t.Errorf("%+v", fix)
		}
		if fix.State != ranker.FixUnseen {
			judged++
		}
		if alert := fix.State == ranker.FixPersists || fix.State == ranker.FixReturned; alert != strings.Contains(notes, fix.Sentence) {
			t.Errorf("%s, notes %q", fix.State, notes)
		}
	}
	if judged == 0 {
		t.Error("no fix could be judged")
	}
	reranked, err := LoadResult(data)
	if err != nil {
		t.Fatal(err)
	}
	live, err := NewWhatIf(reranked, nil, data).Fixes(t.Context(), marks)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(run.Report.Fixes, live); diff != "" {
		t.Errorf("by the basis: %s", diff)
	}
	if run.Report.Fingerprint == result.Report.Fingerprint {
		t.Error("the fingerprint does not know of the fix")
	}
}

// A mark on an issue that has another key now is one on that, unless there is one on that too.
func TestFixesFollowTheirIssues(t *testing.T) {
	d := newDecisions(review.Decisions{Fixed: []review.FixedIssue{{Issue: "a", Version: "1"}, {Issue: "b", Version: "2"}, {Issue: "c", Version: "3"}, {Issue: "old", Version: "4"}}})
	want := []ranker.FixMark{{Issue: "b", Version: "2"}, {Issue: "c", Version: "3"}, {Issue: "new", Version: "4"}}
	if diff := cmp.Diff(want, d.fixes(map[string]string{"a": "b", "old": "new"})); diff != "" {
		t.Error(diff)
	}
}
