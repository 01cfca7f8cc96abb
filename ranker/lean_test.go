package ranker

import (
	"iter"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

func TestWentOn(t *testing.T) {
	const at = time.Minute
	failed := friction.Attempt{At: at, Target: 1, Outcome: friction.Dead}
	for name, x := range map[string]struct {
		visits   []friction.Visit
		attempts []friction.Attempt
		want     bool
	}{
		"nothing follows":                    {want: false},
		"another screen":                     {visits: []friction.Visit{{Screen: 1, At: at + 1}}, want: true},
		"the same screen again":              {visits: []friction.Visit{{Screen: 0, At: at + 1}}, want: false},
		"a screen that came with the try":    {visits: []friction.Visit{{Screen: 1, At: at}}, want: false},
		"there and back":                     {visits: []friction.Visit{{Screen: 1, At: at + 1}, {Screen: 0, At: at + 2}}, want: true},
		"another control":                    {attempts: []friction.Attempt{{At: at + 1, Target: 2, Outcome: friction.OK}}, want: true},
		"another control that fails as well": {attempts: []friction.Attempt{{At: at + 1, Target: 2, Outcome: friction.Dead}}, want: false},
		"the same control, which works now":  {attempts: []friction.Attempt{{At: at + 1, Target: 1, Outcome: friction.OK}}, want: false},
		"another control before":             {attempts: []friction.Attempt{{At: at - 1, Target: 2, Outcome: friction.OK}}, want: false},
	} {
		d := &friction.Digest{Screens: []replay.Screen{{Path: "/cart"}, {Path: "/pay"}}, Visits: append([]friction.Visit{{Screen: 0}}, x.visits...),
			Attempts: append([]friction.Attempt{failed}, x.attempts...)}
		if got := wentOn(d, at); got != x.want {
			t.Errorf("%s: %v, want %v", name, got, x.want)
		}
	}
}

// leaning are results on n issues whose effects on going on are known, with a slope between them and the effects on the
// outcome that are estimated with error se.
func leaning(stops []float64, slope, se float64) (res, progress *result) {
	res, progress = &result{effects: make([]effect, len(stops))}, &result{effects: make([]effect, len(stops))}
	exactly := &prior{ends: []float64{0}, weights: []float64{1}}
	for i, w := range stops {
		res.effects[i] = effect{possible: true, tau: slope * w, se: se, slope: 1}
		progress.effects[i] = effect{possible: true, tau: w, slope: 1}
		progress.posts, progress.means = append(progress.posts, exactly.posterior(0, 1, []float64{w})), append(progress.means, w)
	}
	return res, progress
}

// TestLeanFollowsTheOthers: with twenty issues whose effects are half of those on going on, half is expected; of what stops
// nobody nothing is expected, and an issue's own estimate has no say in what is expected of it.
func TestLeanFollowsTheOthers(t *testing.T) {
	stops := slices.Repeat([]float64{0.4, 0.8, 1.2, 0}, 5)
	res, progress := leaning(stops, 0.5, 0.05)
	res.effects[1].tau = 9
	for i, lean := range res.lean(progress, len(stops))[:4] {
		if i == 1 {
			near(t, "expected of the one that is estimated wrongly", mean(lean), 0.4, 0.03)
		} else if stops[i] == 0 && slices.ContainsFunc(lean, func(x float64) bool { return x != 0 }) {
			t.Errorf("expected of what stops nobody: %v", lean)
		}
	}
	res.effects[1].tau = 0.4
	for i, lean := range res.lean(progress, len(stops))[:3] {
		near(t, "expected", mean(lean), stops[i]/2, 0.03)
	}
}

// TestLeanOnNothing: where stopping people goes with less harm, or with none that can be seen, next to nothing is expected;
// alone, an issue expects anything up to what it does to going on.
func TestLeanOnNothing(t *testing.T) {
	stops := slices.Repeat([]float64{0.4, 0.8}, 20)
	for _, slope := range []float64{-0.5, 0} {
		res, progress := leaning(stops, slope, 0.05)
		for _, lean := range res.lean(progress, len(stops)) {
			near(t, "expected", mean(lean), 0, 0.05)
		}
	}
	res, progress := leaning(stops[:1], 0.5, 0.05)
	alone := res.lean(progress, 1)[0]
	if lo, hi := quantiles(alone); lo != 0 || hi < stops[0] || hi > 2.5*stops[0] {
		t.Errorf("alone: %v to %v", lo, hi)
	}
	progress.effects[0].possible = false
	if got := res.lean(progress, 1)[0]; !slices.Equal(got, nothing) {
		t.Errorf("without an effect on going on: %v", got)
	}
	if got := res.lean(nil, 1)[0]; !slices.Equal(got, nothing) {
		t.Errorf("without a study of it: %v", got)
	}
}

// TestPosteriorLeans: what is expected moves a vague estimate, hardly a clear one, and the posterior of an expectation of
// two values is the mixture of the two by how well they fit, by hand with a prior of nothing else: the estimate 0.3 with error
// 0.3 is exp(-0.5) as likely under 0 as under 0.3.
func TestPosteriorLeans(t *testing.T) {
	exactly := &prior{ends: []float64{0}, weights: []float64{1}}
	two := exactly.posterior(0.3, 0.3, []float64{0, 0.3})
	worse := math.Exp(-0.5)
	mean, harm := two.summary()
	near(t, "mean", mean, 0.3/(1+worse), 1e-12)
	near(t, "harm", harm, 1/(1+worse), 1e-12)
	drawn, sum := two.sampler(sampler{}), 0.0
	for k := range 4000 {
		sum += drawn.draw(spreadOut(k))
	}
	near(t, "mean of draws", sum/4000, mean, 0.001)

	p := fitPrior([]float64{0.1, -0.1, 0.2, 0.5, -0.3}, []float64{0.1, 0.1, 0.1, 0.1, 0.1}, slices.Repeat([][]float64{nothing}, 5))
	summary := func(tau, se, lean float64) (mean, harm float64) {
		shrunk := p.posterior(tau, se, []float64{lean})
		return shrunk.summary()
	}
	if vague, _ := summary(0, 1, 0.5); vague < 0.3 {
		t.Errorf("a vague estimate of 0 of which 0.5 was expected: %v", vague)
	}
	clear, _ := summary(0, 0.02, 0.5)
	near(t, "a clear estimate of 0 of which 0.5 was expected", clear, 0, 0.05)
	if _, got := summary(0.2, 0.1, 0.4); got < 0.9 || got > 1 {
		t.Errorf("harm %v", got)
	}
}

// TestOrderWithoutOutcomes: without a goal and without users the list is ordered by where visits end, says so, and is better
// than a count against losses of which it knows nothing.
func TestOrderWithoutOutcomes(t *testing.T) {
	w := newWorld(3, 2000, worldDefault)
	in := w.input()
	in.Outcomes = nil
	in.Digests = func() iter.Seq2[*friction.Digest, error] {
		return func(yield func(*friction.Digest, error) bool) {
			w.people(func(_ *person, r run) bool {
				r.digest.Context.User = ""
				return yield(r.digest, nil)
			})
		}
	}
	r, b, err := RankBasis(in)
	if err != nil {
		t.Fatal(err)
	}
	if r.OrderedBy != orderedByVisits || !slices.ContainsFunc(r.Notes, func(s string) bool { return strings.HasPrefix(s, "no outcome can be estimated") }) {
		t.Errorf("ordered by %q, notes %q", r.OrderedBy, r.Notes)
	}
	truth := w.truth()
	index, lost, counts := map[string]int{}, make([]float64, len(r.Issues)), make([]float64, len(r.Issues))
	for i, x := range in.Issues {
		index[x.Key] = i
		counts[i] = float64(truth.affected[i])
	}
	scores := make([]float64, len(r.Issues))
	for rank, x := range r.Issues {
		i := index[x.Key]
		lost[i], scores[i] = truth.lost[i], -float64(rank)
		if e := x.Stopped; e.N > 0 && !(e.Low <= e.Value && e.Value <= e.High && e.High <= 1) {
			t.Errorf("%s: stopped %+v", x.Key, e)
		}
	}
	var list, count score
	list.add(scores, lost)
	count.add(counts, lost)
	if list.ndcg < count.ndcg+0.1 || list.tau < count.tau {
		t.Errorf("NDCG@10 and tau %.2f, %.2f; of a count %.2f, %.2f", list.ndcg, list.tau, count.ndcg, count.tau)
	}

	data, err := b.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	stored, err := UnmarshalBasis(data, in, r)
	if err != nil {
		t.Fatal(err)
	}
	again, err := stored.Ask(Question{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Issues {
		if again.Issues[i].Key != r.Issues[i].Key || again.Issues[i].Score != r.Issues[i].Score {
			t.Fatalf("#%d is %s with %+v, from the stored basis %s with %+v", i+1, r.Issues[i].Key, r.Issues[i].Score, again.Issues[i].Key, again.Issues[i].Score)
		}
	}
}

// TestProgressOfASample: where the tries that worked are a fifth of all, every issue is still met by as many, and its effect on
// going on is the same within its error.
func TestProgressOfASample(t *testing.T) {
	w := newWorld(4, 4000, worldDefault)
	c, err := NewCollector(w.input())
	if err != nil {
		t.Fatal(err)
	}
	for d := range w.digests() {
		c.Add(d)
	}
	c.settle()
	r := &Report{}
	c.dataWindow(r)
	all := c.estimateProgress(c.builder(r), len(c.tries))
	some := c.estimateProgress(c.builder(r), len(c.tries)/5)
	compared, sampled, far := 0, 0, 0
	for i := range c.in.Issues {
		a, b := &all.effects[i], &some.effects[i]
		if a.exposed != b.exposed || a.possible != b.possible {
			t.Errorf("issue %d: %d met it, %d in the sample", i, a.exposed, b.exposed)
		}
		compared, sampled = compared+a.compared, sampled+b.compared
		if a.possible && math.Abs(a.tau-b.tau) > 2*b.se {
			far++
		}
	}
	near(t, "compared in the sample, of all", float64(sampled)/float64(compared), 0.2, 0.02)
	if far > len(c.in.Issues)/20 {
		t.Errorf("%d of %d issues are far from what all tries say", far, len(c.in.Issues))
	}
}
