package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"testing"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/audit"
	"github.com/rankle/rankle/ranker/review"
)

// audited is a data directory with an analysis that people look at.
type audited struct {
	t       *testing.T
	data    string
	reviews *review.Store
}

func newAudited(t *testing.T, data string) *audited {
	t.Helper()
	reviews, err := review.Open(ReviewFile(data), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := reviews.Close(); err != nil {
			t.Error(err)
		}
	})
	return &audited{t, data, reviews}
}

// open calls f with the last result.
func (a *audited) open(f func(ctx context.Context, r *Result, led *ledger.Ledger)) {
	a.t.Helper()
	led, err := ledger.Open(a.data, ledger.Options{ReadOnly: true})
	if err != nil {
		a.t.Fatal(err)
	}
	defer led.Close()
	r, err := LoadResult(a.data)
	if err != nil {
		a.t.Fatal(err)
	}
	f(a.t.Context(), r, led)
}

// find returns the case of a pattern on a control.
func (a *audited) find(p friction.Pattern, key string) (found audit.Case) {
	a.t.Helper()
	a.open(func(ctx context.Context, r *Result, led *ledger.Ledger) {
		cases, err := NewAuditor(r, led, a.data).Sample(ctx, audit.Options{Size: 1000, Seed: 1, Pattern: p})
		if err != nil {
			a.t.Fatal(err)
		}
		i := slices.IndexFunc(cases, func(c audit.Case) bool { return c.Target.Key == key && c.Words != "" && c.Screen != "" })
		if i < 0 {
			a.t.Fatalf("no %s on %s among %d cases", p, key, len(cases))
		}
		found = cases[i]
	})
	return found
}

func (a *audited) judge(e review.Episode, o review.Opinion, rev int64) {
	a.t.Helper()
	if _, err := a.reviews.SetVerdict(a.t.Context(), e, review.Verdict{Verdict: o, Rev: rev}, "ada"); err != nil {
		a.t.Fatal(err)
	}
}

func (a *audited) mark(c review.Control, mark string, rev int64) {
	a.t.Helper()
	if _, err := a.reviews.SetMark(a.t.Context(), c, review.Mark{Mark: mark, Rev: rev}, "ada"); err != nil {
		a.t.Fatal(err)
	}
}

func (a *audited) rerank() *ranker.Report {
	a.t.Helper()
	run, err := Rerank(a.t.Context(), Options{DataDir: a.data})
	if err != nil {
		a.t.Fatal(err)
	}
	if run.Fresh != 0 {
		a.t.Errorf("ranking again read %d recordings", run.Fresh)
	}
	return run.Report
}

// said is what the evidence of the result says about an episode, in the list and by itself.
func (a *audited) said(e review.Episode) (verdict friction.Verdict, reason friction.Reason) {
	a.t.Helper()
	a.open(func(ctx context.Context, r *Result, led *ledger.Ledger) {
		evidence, err := r.Evidence(ctx, led, a.data)
		if err != nil {
			a.t.Fatal(err)
		}
		for d, err := range evidence.Digests(ctx) {
			if err != nil {
				a.t.Fatal(err)
			}
			for i := range d.Episodes {
				if EpisodeName(d, i) == e {
					verdict, reason = d.Episodes[i].Verdict, d.Episodes[i].Reason
				}
			}
		}
		recordings := &Recordings{Ledger: led, Digests: r.Digests, Evidence: evidence}
		d, err := recordings.Get(ctx, e.Session)
		if err != nil {
			a.t.Fatal(err)
		}
		for i := range d.Episodes {
			if x := &d.Episodes[i]; EpisodeName(d, i) == e && (x.Verdict != verdict || x.Reason != reason) {
				a.t.Errorf("%v is %s %s by itself and %s %s in the list", e, x.Verdict, x.Reason, verdict, reason)
			}
		}
	})
	return verdict, reason
}

// precision is what the verdicts say about all kept episodes.
func (a *audited) precision() (rate audit.Rate) {
	a.t.Helper()
	a.open(func(ctx context.Context, r *Result, led *ledger.Ledger) {
		frame, err := NewAuditor(r, led, a.data).Frame(ctx)
		if err != nil {
			a.t.Fatal(err)
		}
		verdicts, err := a.reviews.Verdicts(ctx)
		if err != nil {
			a.t.Fatal(err)
		}
		m := frame.Measure(Opinions(verdicts))
		rate = m[len(m)-1].Precision
	})
	return rate
}

func issueOn(r *ranker.Report, key string) *ranker.Ranked {
	for i := range r.Issues {
		if r.Issues[i].Target.Key == key {
			return &r.Issues[i]
		}
	}
	return nil
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The whole loop on recordings of the demo bucket: analyse, ask, judge, and the report changes; take it back, and it is
// what it was. No recording is read again.
func TestVerdictsChangeTheReport(t *testing.T) {
	if testing.Short() {
		t.Skip("analyses one after another, which smaller tests race; run without -short")
	}
	const coupon, save, cart = "button|test:coupon-apply", "button|test:wishlist", "button|test:add-to-cart"
	dir, data := t.TempDir(), t.TempDir()
	writeFiles(t, dir, sample(t, 60))
	config := Config{MinPeople: 1}
	first := analyze(t, config, data, dir).Report
	a := newAudited(t, data)
	for _, key := range []string{coupon, save, cart} {
		if issueOn(first, key) == nil {
			t.Fatalf("the sample has no issue on %s", key)
		}
	}
	if got := a.rerank(); text(t, got) != text(t, first) {
		t.Error("ranking again without verdicts gives another report")
	}

	// One episode is how it is meant to be. Somebody else says of another that it is trouble.
	meant, trouble := a.find(friction.ErrorTap, coupon), a.find(friction.DeadTap, cart)
	a.judge(meant.Episode, review.Intended, 0)
	a.judge(trouble.Episode, review.Friction, 0)
	after := a.rerank()
	if issueOn(after, coupon) != nil {
		t.Error("an episode that was found to be meant is still an issue")
	}
	if issueOn(after, save) == nil || issueOn(after, cart) == nil {
		t.Error("other issues are gone")
	}
	if after.Fingerprint == first.Fingerprint || after.Run == first.Run {
		t.Error("the report does not say that something else was decided")
	}
	if v, why := a.said(meant.Episode); v != friction.Dismissed || why != friction.ReasonReviewed {
		t.Errorf("the episode is %s %s", v, why)
	}
	if again := analyze(t, config, data, dir); again.Fresh != 0 || text(t, again.Report) != text(t, after) {
		t.Errorf("a later analysis read %d recordings, and differs from ranking again", again.Fresh)
	}
	if p := a.precision(); p.Judged != 2 || p.Of < 4 || p.Value <= 0 || p.Value >= 1 {
		t.Errorf("precision %+v: one of two verdicts says trouble", p)
	}

	// Agreeing with a filter leaves its reason: it says more than that a person looked.
	settled := a.find(friction.RageTap, "button|test:gallery-next")
	_, reason := a.said(settled.Episode)
	a.judge(settled.Episode, review.Intended, 0)
	a.rerank()
	if v, why := a.said(settled.Episode); v != friction.Dismissed || why != reason || reason == friction.ReasonReviewed {
		t.Errorf("a dismissed episode was %s and is %s %s", reason, v, why)
	}
	a.judge(settled.Episode, review.Withdrawn, 1)

	// Repeated presses are meant on a control: rage on it goes, a press in vain stays.
	rage, dead := a.find(friction.RageTap, save), a.find(friction.DeadTap, save)
	control := review.Control{Screen: rage.Screen, Key: save}
	a.mark(control, review.RepeatUse, 0)
	marked := a.rerank()
	issue := issueOn(marked, save)
	if issue == nil || issue.Sessions != issueOn(after, save).Sessions-1 || issue.Patterns[0].Pattern != friction.DeadTap {
		t.Errorf("the issue on the marked control: %+v", issue)
	}
	if v, why := a.said(rage.Episode); v != friction.Dismissed || why != friction.ReasonReviewed {
		t.Errorf("rage on the marked control is %s %s", v, why)
	}
	if v, _ := a.said(dead.Episode); v != friction.Friction {
		t.Errorf("a press in vain on the marked control is %s", v)
	}
	if v, _ := a.said(trouble.Episode); v != friction.Friction {
		t.Errorf("an episode that nobody found to be meant is %s", v)
	}
	if !slices.ContainsFunc(issue.Dismissed, func(c cluster.ReasonCount) bool { return c.Reason == friction.ReasonReviewed && c.Episodes == 1 }) {
		t.Errorf("the issue does not say what was dismissed: %+v", issue.Dismissed)
	}
	a.mark(review.Control{Screen: "/elsewhere", Key: cart}, review.RepeatUse, 0)
	if other := a.rerank(); issueOn(other, cart) == nil {
		t.Error("a mark holds for another screen")
	}

	// Taken back, and without the recordings.
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	a.judge(meant.Episode, review.Withdrawn, 1)
	a.mark(control, "", 1)
	a.mark(review.Control{Screen: "/elsewhere", Key: cart}, "", 1)
	if restored := a.rerank(); text(t, restored) != text(t, first) {
		t.Error("after everything was taken back the report is not what it was")
	}
	verdicts, err := a.reviews.Verdicts(t.Context())
	if err != nil || len(verdicts) != 3 || !slices.ContainsFunc(verdicts, func(j review.Judged) bool {
		return j.Episode == trouble.Episode && j.Verdict.Verdict == review.Friction
	}) {
		t.Errorf("verdicts of others: %+v, %v", verdicts, err)
	}
}

func TestRerankNeedsAnAnalysis(t *testing.T) {
	if _, err := Rerank(t.Context(), Options{DataDir: t.TempDir()}); !errors.Is(err, ErrNoReport) {
		t.Errorf("got %v, want ErrNoReport", err)
	}
}

// Verdicts that cannot be read are an error, not an analysis without them.
func TestDamagedReviewsStopAnAnalysis(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	writeFiles(t, dir, sample(t, 1))
	if err := os.WriteFile(ReviewFile(data), []byte("this is not a database"), 0o600); err != nil {
		t.Fatal(err)
	}
	config, err := Config{}.WithSources([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	sources, err := (Opener{}).Open(config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Analyze(t.Context(), Options{Config: config, Sources: sources, DataDir: data}); !errors.Is(err, ErrReviews) {
		t.Errorf("got %v, want ErrReviews", err)
	}
}

func TestUnknownCase(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	writeFiles(t, dir, sample(t, 2))
	analyze(t, Config{}, data, dir)
	newAudited(t, data).open(func(ctx context.Context, r *Result, led *ledger.Ledger) {
		for _, e := range []review.Episode{{Session: "nobody", Pattern: "rage_tap"}, {Session: r.Report.Run, Pattern: "rage_tap"}} {
			if _, err := NewAuditor(r, led, data).Case(ctx, e); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%v: %v", e, err)
			}
		}
	})
}
