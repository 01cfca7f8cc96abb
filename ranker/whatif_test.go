package ranker

import (
	"iter"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker/outcome"
)

// basis ranks a small world.
func basis(t *testing.T, in Input) (*Report, *Basis) {
	t.Helper()
	r, b, err := RankBasis(in)
	if err != nil {
		t.Fatal(err)
	}
	return r, b
}

func ask(t *testing.T, b *Basis, q Question) *Report {
	t.Helper()
	r, err := b.Ask(q)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func ptr[T any](v T) *T { return &v }

// what of two Reports must agree when they answer one question.
func sameList(t *testing.T, want, got *Report) {
	t.Helper()
	if diff := cmp.Diff(want.OrderedBy, got.OrderedBy); diff != "" {
		t.Error(diff)
	}
	type row struct {
		Key                  string
		Rank                 int
		Score                Estimate
		TopThree, TopTen     float64
		Conversion, Returned []Impact
	}
	rows := func(r *Report) (out []row) {
		for _, x := range r.Issues {
			out = append(out, row{x.Key, x.Rank, x.Score, x.TopThree, x.TopTen, x.Conversion, x.Retention})
		}
		return out
	}
	if diff := cmp.Diff(rows(want), rows(got)); diff != "" {
		t.Error(diff)
	}
}

func TestAskWeightsIsRankWithThem(t *testing.T) {
	w := newWorld(1, 1500, worldDefault)
	before, b := basis(t, w.input())
	in := w.input()
	in.Options.Weights = Weights{Goals: map[string]float64{"purchase": 5}, Return: 0}
	want, _ := basis(t, in)
	got := ask(t, b, Question{Goals: map[string]float64{"purchase": 5}, Return: ptr(0.0)})
	sameList(t, want, got)
	if got.Run == before.Run || got.Run == "" {
		t.Errorf("run %q, before %q: another answer has another name", got.Run, before.Run)
	}
	again := ask(t, b, Question{})
	if diff := cmp.Diff(before, again); diff != "" {
		t.Errorf("an empty question gets another report: %s", diff)
	}
}

// A list for a part of the time is the list of an analysis of these sessions.
func TestAskWindowIsRankOfIt(t *testing.T) {
	w := newWorld(2, 2000, worldDefault)
	r, b := basis(t, w.input())
	from, to := r.From.AddDate(0, 0, 7), r.From.AddDate(0, 0, 28)
	in := w.input()
	in.Outcomes = in.Outcomes.OnlyPrimary()
	in.Digests = func() iter.Seq2[*friction.Digest, error] {
		return func(yield func(*friction.Digest, error) bool) {
			for d := range w.digests() {
				if !d.Start.Before(from) && d.Start.Before(to) && !yield(d, nil) {
					return
				}
			}
		}
	}
	want, _ := basis(t, in)
	got := ask(t, b, Question{From: from, To: to})
	if got.Sessions != want.Sessions || got.Users != want.Users || got.Sessions == r.Sessions {
		t.Fatalf("%d sessions of %d users, want %d of %d", got.Sessions, got.Users, want.Sessions, want.Users)
	}
	if got.Weeks != 3 {
		t.Errorf("%v weeks, want the three that were asked for", got.Weeks)
	}
	shares := func(r *Report) map[string][]Estimate {
		out := map[string][]Estimate{}
		for _, x := range r.Issues {
			out[x.Key] = []Estimate{x.Conversion[0].Share}
		}
		return out
	}
	if diff := cmp.Diff(shares(want), shares(got)); diff != "" {
		t.Error(diff)
	}
	if !strings.HasPrefix(got.Notes[0], "what if: only sessions from 2026-09-14 and before 2026-10-05, which are ") {
		t.Errorf("note %q", got.Notes[0])
	}
}

func TestAskSegment(t *testing.T) {
	w := newWorld(3, 1500, worldDefault)
	r, b := basis(t, w.input())
	mobile := 0
	for d := range w.digests() {
		if d.Context.Device.Type == "mobile" {
			mobile++
		}
	}
	got := ask(t, b, Question{Segments: []Selector{{"device", "Mobile"}}})
	if got.Sessions != mobile || mobile == 0 || got.Weeks != r.Weeks {
		t.Errorf("%d sessions in %v weeks, want %d in %v", got.Sessions, got.Weeks, mobile, r.Weeks)
	}
	for _, x := range got.Issues {
		if x.Sessions > x.Exposed || x.Exposed > mobile || x.Users > x.Sessions {
			t.Errorf("%s: %d sessions of %d users, %d exposed", x.Key, x.Sessions, x.Users, x.Exposed)
		}
	}
	none := ask(t, b, Question{Segments: []Selector{{"device", "mobile"}, {"device", "desktop"}}})
	if none.Sessions != 0 || len(none.Issues) != len(r.Issues) || !strings.Contains(strings.Join(none.Notes, "\n"), "there is no session to rank by") {
		t.Errorf("%d sessions, notes %q", none.Sessions, none.Notes)
	}
}

// handed hands all sessions of a world over.
func handed(w *world) func(look func(*friction.Digest)) error {
	return func(look func(*friction.Digest)) error {
		for d := range w.digests() {
			look(d)
		}
		return nil
	}
}

// Other goals give the list that an analysis with these goals gives.
func TestWithGoalsIsRankWithThem(t *testing.T) {
	w := newWorld(4, 1200, worldDefault)
	_, b := basis(t, w.input())
	goals := []outcome.Goal{{Name: "deep", Reached: outcome.Match{Screen: "/s9"}, Steps: []outcome.Step{
		{Name: "five", Match: outcome.Match{Screen: "/s5"}}, {Name: "nine", Match: outcome.Match{Screen: "/s9"}, Within: 5 * time.Minute}}},
		{Name: "purchase", Reached: outcome.Match{Event: "purchase"}, Value: 3}}
	in := w.input()
	set, err := in.Outcomes.WithGoals(goals)
	if err != nil {
		t.Fatal(err)
	}
	in.Outcomes = set
	want, _ := basis(t, in)
	other, err := b.WithGoals(goals, handed(w))
	if err != nil {
		t.Fatal(err)
	}
	got := ask(t, other, Question{})
	sameList(t, want, got)
	if diff := cmp.Diff(want.Goals, got.Goals); diff != "" || got.Goals[0].Steps[1].Sessions == 0 {
		t.Error(diff, got.Goals)
	}
	if _, err := b.WithGoals([]outcome.Goal{{Name: "x"}}, handed(w)); err == nil {
		t.Error("a goal without a condition was taken")
	}
}

func TestBasisOnDisk(t *testing.T) {
	w := newWorld(5, 1000, worldDefault)
	r, b := basis(t, w.input())
	data, err := b.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	in := w.input()
	in.Issues = nil
	stored, err := UnmarshalBasis(data, in, r)
	if err != nil {
		t.Fatal(err)
	}
	for name, q := range map[string]Question{
		"weights": {Return: ptr(0.25)},
		"segment": {Segments: []Selector{{"app_version", "4.1"}}, Goals: map[string]float64{"purchase": 2}},
	} {
		if diff := cmp.Diff(ask(t, b, q), ask(t, stored, q)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	in.Outcomes, err = in.Outcomes.WithGoals(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := UnmarshalBasis(data, in, r); err == nil {
		t.Error("a basis of other settings was taken")
	}
	if _, err := UnmarshalBasis(data[:len(data)/2], w.input(), r); err == nil {
		t.Error("half a basis was taken")
	}
}

func TestAskNamesEverythingWrong(t *testing.T) {
	w := newWorld(6, 100, worldDefault)
	r, b := basis(t, w.input())
	_, err := b.Ask(Question{Goals: map[string]float64{"signup": 1, "purchase": -1}, Return: ptr(-2.0), From: r.To, To: r.From,
		Segments: []Selector{{"colour", "red"}}})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{`weight of "signup": there is no such goal; there are purchase`, `goal "purchase": -1`, "return -2",
		"is not before to", `segment "colour": there is no such attribute; there are app_version, os, device`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q:\n%v", want, err)
		}
	}
}

// BenchmarkAsk measures answers over a hundred thousand sessions, or -rank.sessions if that is more; questions about weights must not estimate again.
func BenchmarkAsk(b *testing.B) {
	sessions := max(100_000, *rankSessions)
	w := newWorld(1, sessions, worldDefault)
	in := w.input()
	in.Each = func(n int, do func(i int)) { // as the pipeline does
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() { do(i) })
		}
		wg.Wait()
	}
	_, base, err := RankBasis(in)
	if err != nil {
		b.Fatal(err)
	}
	for _, bench := range []struct {
		name string
		q    Question
	}{
		{"weights", Question{Return: ptr(3.0)}},
		{"segment", Question{Segments: []Selector{{"device", "mobile"}}}},
		{"window", Question{From: base.report.From.AddDate(0, 0, 14), To: base.report.From.AddDate(0, 0, 28)}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := base.Ask(bench.q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("store", func(b *testing.B) {
		var data []byte
		for b.Loop() {
			var err error
			if data, err = base.MarshalBinary(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(data))/float64(sessions), "B/session")
		b.Run("load", func(b *testing.B) {
			for b.Loop() {
				if _, err := UnmarshalBasis(data, w.input(), base.report); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

// TestAskOfASample: an answer about more sessions than are estimated at once counts all of them, estimates from some, says so,
// and agrees with what all of them say as far as its own intervals go.
func TestAskOfASample(t *testing.T) {
	w := newWorld(7, 6000, worldDefault)
	_, b := basis(t, w.input())
	all := b.c.selected(b.window(Question{}), func(*visit) bool { return true })
	some := b.c.selected(b.window(Question{}), func(*visit) bool { return true })
	some.every = 3
	whole, part := all.Report(), some.Report()
	if part.Sessions != whole.Sessions || part.Goals[0].Reached != whole.Goals[0].Reached {
		t.Errorf("counts %d sessions and %d goals, want %d and %d", part.Sessions, part.Goals[0].Reached, whole.Sessions, whole.Goals[0].Reached)
	}
	known := map[string]Impact{}
	for _, x := range whole.Issues {
		known[x.Key] = x.Conversion[0]
	}
	exposed, sampled, off, wider, n := 0, 0, 0, 0.0, 0
	for _, x := range part.Issues {
		a, s := known[x.Key], x.Conversion[0]
		exposed, sampled = exposed+a.Exposed, sampled+s.Exposed
		if !a.Possible || !s.Possible {
			continue
		}
		if a.PerWeek.Value < s.PerWeek.Low || a.PerWeek.Value > s.PerWeek.High {
			off++
		}
		wider += (s.PerWeek.High - s.PerWeek.Low) / (a.PerWeek.High - a.PerWeek.Low)
		n++
	}
	near(t, "tries that failed in the sample, of all", float64(sampled)/float64(exposed), 1.0/3, 0.04)
	near(t, "width of the intervals, in those of all", wider/float64(n), math.Sqrt(3), 0.4)
	if off > n/10 {
		t.Errorf("%d of %d losses by all sessions are outside of the sample's intervals", off, n)
	}
	if got := b.words(Question{}, part, some.every); !strings.Contains(got, "one user in 3") {
		t.Errorf("words %q", got)
	}
}
