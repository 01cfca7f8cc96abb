package audit

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker/review"
)

// world is a run with a known truth: trouble says which episodes are.
type world struct {
	digests []*friction.Digest
	trouble map[review.Episode]bool
	isKept  map[review.Episode]bool
	control map[review.Episode]string
}

// newWorld makes n sessions of four episodes each. Kept rage is right in right[0] of the cases where the confidence is
// fair and in right[1] where it is strong; dismissed rage is wrong in missed of the cases.
func newWorld(n int, right [2]float64, missed float64, seed uint64) *world {
	r := rand.New(rand.NewPCG(seed, 1))
	w := &world{trouble: map[review.Episode]bool{}, isKept: map[review.Episode]bool{}, control: map[review.Episode]string{}}
	for i := range n {
		d := &friction.Digest{Session: fmt.Sprintf("s-%05d", i), Start: time.Date(2026, 10, 5, 9, i, 0, 0, time.UTC)}
		d.Context.User = fmt.Sprintf("u-%d", i%(n/4+1))
		for c := range 10 {
			d.Targets = append(d.Targets, friction.Target{Key: fmt.Sprint("control-", c)})
		}
		add := func(p friction.Pattern, v friction.Verdict, confidence, share float64) {
			e := friction.Episode{Pattern: p, Verdict: v, Confidence: confidence, Start: time.Duration(len(d.Episodes)) * time.Second, Target: int32(r.IntN(10)), Screen: -1}
			if v == friction.Dismissed {
				e.Reason = friction.ReasonProgress
			}
			d.Episodes = append(d.Episodes, e)
			name := review.Episode{Session: d.Session, Pattern: string(p), Start: e.Start}
			w.isKept[name] = v == friction.Friction
			w.trouble[name] = r.Float64() < share
			w.control[name] = d.Targets[e.Target].Key
		}
		add(friction.RageTap, friction.Dismissed, 0, missed)
		if i%4 == 0 {
			add(friction.RageTap, friction.Friction, 0.5, right[0])
		}
		add(friction.RageTap, friction.Friction, 0.9, right[1])
		if i%20 == 0 {
			add(friction.QuickBack, friction.Friction, 0.5, 1)
		}
		add(friction.DeadTap, friction.NoOpinion, 0.3, 0)
		w.digests = append(w.digests, d)
	}
	return w
}

func (w *world) all() iter.Seq2[*friction.Digest, error] {
	return func(yield func(*friction.Digest, error) bool) {
		for _, d := range w.digests {
			if !yield(d, nil) {
				return
			}
		}
	}
}

func (w *world) frame(t *testing.T) *Frame {
	t.Helper()
	f, err := New(w.all(), func(d *friction.Digest) []cluster.Judgement {
		var js []cluster.Judgement
		for _, e := range d.Episodes {
			js = append(js, cluster.Judgement{Pattern: e.Pattern, Verdict: e.Verdict, Reason: e.Reason, Confidence: e.Confidence})
		}
		return js
	}, func(*friction.Digest, int) string { return "/" })
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// asked is what truthful people say of a sample.
func (w *world) asked(sample []review.Episode, into map[review.Episode]review.Opinion) {
	for _, e := range sample {
		into[e] = review.Intended
		if w.trouble[e] {
			into[e] = review.Friction
		}
	}
}

func (w *world) kept(e review.Episode) bool { return w.isKept[e] }

func TestSampleIsStratified(t *testing.T) {
	w := newWorld(200, [2]float64{1, 1}, 0, 1)
	f := w.frame(t)
	if f.Len() != 200*2+50+10 || f.Sessions != 200 {
		t.Fatalf("%d episodes of %d sessions", f.Len(), f.Sessions)
	}
	counts := map[string]int{}
	for _, e := range f.Sample(Options{Size: 30, Seed: 7}) {
		counts[fmt.Sprint(e.Pattern, " ", w.kept(e))]++
	}
	if want := map[string]int{"rage_tap true": 10, "rage_tap false": 10, "quick_back true": 10}; !reflect.DeepEqual(counts, want) {
		t.Errorf("got %v, want %v", counts, want)
	}
	for _, e := range f.Sample(Options{Size: 500, Seed: 7, Pattern: friction.QuickBack}) {
		if e.Pattern != string(friction.QuickBack) {
			t.Errorf("asked for quick_back, got %s", e.Pattern)
		}
	}
	if n := len(f.Sample(Options{Size: 10_000, Seed: 7})); n != f.Len() {
		t.Errorf("a sample of everything has %d of %d", n, f.Len())
	}
	if n := len(f.Sample(Options{Seed: 7})); n != 0 {
		t.Errorf("a sample of none has %d", n)
	}
}

// The sample depends on what was found and on the seed, not on the order in which sessions came.
func TestSampleIsDeterministic(t *testing.T) {
	w := newWorld(120, [2]float64{1, 1}, 0, 1)
	first := w.frame(t).Sample(Options{Size: 40, Seed: 3})
	rand.New(rand.NewPCG(5, 5)).Shuffle(len(w.digests), func(i, j int) { w.digests[i], w.digests[j] = w.digests[j], w.digests[i] })
	w.digests = append(w.digests, w.digests[3]) // read from two sources
	again := w.frame(t)
	if got := again.Sample(Options{Size: 40, Seed: 3}); !slices.Equal(got, first) {
		t.Errorf("got %v\nwant %v", got, first)
	}
	if got := again.Sample(Options{Size: 40, Seed: 4}); slices.Equal(got, first) {
		t.Error("another seed gives the same sample")
	}
}

// What was judged is not asked again: draw by draw everything is asked once.
func TestSampleGoesOn(t *testing.T) {
	w := newWorld(40, [2]float64{1, 1}, 0, 1)
	f := w.frame(t)
	judged := map[review.Episode]bool{}
	for draw := 0; len(judged) < f.Len(); draw++ {
		sample := f.Sample(Options{Size: 7, Seed: 1, Judged: judged})
		if len(sample) == 0 || draw > f.Len() {
			t.Fatalf("draw %d: %d cases, %d of %d judged", draw, len(sample), len(judged), f.Len())
		}
		for _, e := range sample {
			if judged[e] {
				t.Fatalf("%v is asked twice", e)
			}
			judged[e] = true
		}
	}
	if rest := f.Sample(Options{Size: 7, Seed: 1, Judged: judged}); len(rest) != 0 {
		t.Errorf("nothing is left, but %v", rest)
	}
}

// Every episode of a stratum has the same chance, and every draw is spread over the controls.
func TestSampleIsFairAndSpread(t *testing.T) {
	w := newWorld(100, [2]float64{1, 1}, 0, 1)
	f := w.frame(t)
	drawn := map[review.Episode]int{}
	const seeds, size = 2000, 40 // ten kept rage of each band, 20 dismissed (of 100) as quick backs run out
	spread := 0
	for seed := range uint64(seeds) {
		controls := map[string]bool{}
		n := 0
		for _, e := range f.Sample(Options{Size: size, Seed: seed, Pattern: friction.RageTap}) {
			if !w.kept(e) {
				drawn[e]++
				controls[w.control[e]] = true
				n++
			}
		}
		if n != size/2 {
			t.Fatalf("%d dismissed ones in a sample of %d", n, size)
		}
		spread += len(controls)
	}
	// A share of 0.2 of 2000 draws has a standard deviation of 18; the spread draws are less random than that.
	for e, n := range drawn {
		if n < 310 || n > 490 {
			t.Errorf("%v was drawn %d times of %d, want about %d", e, n, seeds, seeds/5)
		}
	}
	if len(drawn) != 100 {
		t.Errorf("%d of 100 were ever drawn", len(drawn))
	}
	if mean := float64(spread) / seeds; mean < 9.5 {
		t.Errorf("a draw meets %.1f of 10 controls", mean)
	}
}

// The figures hold for everything that was found, though doubtful cases are asked as often as clear ones; intervals
// hold the truth as often as they say.
func TestMeasureIsWeighted(t *testing.T) {
	covered, missedCovered, naive := 0, 0, 0.0
	const worlds = 200
	for seed := range uint64(worlds) {
		w := newWorld(400, [2]float64{0.3, 0.95}, 0.05, seed+1)
		f := w.frame(t)
		truth := map[bool][2]int{}
		for e, yes := range w.trouble {
			if e.Pattern == string(friction.RageTap) {
				c := truth[w.kept(e)]
				c[1]++
				if yes {
					c[0]++
				}
				truth[w.kept(e)] = c
			}
		}
		verdicts := map[review.Episode]review.Opinion{}
		w.asked(f.Sample(Options{Size: 120, Seed: seed, Pattern: friction.RageTap}), verdicts)
		m := f.Measure(verdicts)
		i := slices.IndexFunc(m, func(x Measure) bool { return x.Pattern == friction.RageTap })
		share := func(c [2]int) float64 { return float64(c[0]) / float64(c[1]) }
		if p, want := m[i].Precision, share(truth[true]); p.Low <= want && want <= p.High {
			covered++
		}
		if p, want := m[i].Missed, share(truth[false]); p.Low <= want && want <= p.High {
			missedCovered++
		}
		yes, n := 0, 0
		for e, o := range verdicts {
			if w.kept(e) {
				n++
				if o == review.Friction {
					yes++
				}
			}
		}
		naive += float64(yes)/float64(n) - share(truth[true])
	}
	// 95 % of 200 are 190, with a standard deviation of 3.
	if covered < 181 || missedCovered < 181 {
		t.Errorf("intervals hold the truth %d and %d times of %d", covered, missedCovered, worlds)
	}
	if naive/worlds > -0.05 {
		t.Errorf("without weights the precision is off by %.2f: the test shows nothing", naive/worlds)
	}
}

func TestMeasureSaysWhatItRestsOn(t *testing.T) {
	w := newWorld(40, [2]float64{1, 1}, 0, 1)
	f := w.frame(t)
	verdicts := map[review.Episode]review.Opinion{}
	for _, e := range f.Sample(Options{Size: 200, Seed: 1}) {
		kept, strong := w.kept(e), e.Start > time.Second || e.Start == time.Second && len(w.digests[0].Episodes) == 3
		switch {
		case e.Pattern == string(friction.QuickBack):
			verdicts[e] = review.Unclear
		case kept && strong:
			verdicts[e] = review.Friction
		case kept:
			verdicts[e] = review.Withdrawn
		}
	}
	m := f.Measure(verdicts)
	names := map[friction.Pattern]Measure{}
	for _, x := range m {
		names[x.Pattern] = x
	}
	if back := names[friction.QuickBack].Precision; back.Judged != 0 || back.Unclear != 2 || back.Of != 2 || back.Uncovered != 2 || !math.IsNaN(back.Value) {
		t.Errorf("quick backs that cannot be told: %+v", back)
	}
	if missed := names[friction.RageTap].Missed; missed.Judged != 0 || missed.Of != 40 || missed.Uncovered != 40 || !math.IsNaN(missed.Low) {
		t.Errorf("nobody looked at dismissed ones: %+v", missed)
	}
	if len(m) != 3 || m[len(m)-1].Pattern != "" {
		t.Errorf("%d rows, the last is %q", len(m), m[len(m)-1].Pattern)
	}
}

func TestWilson(t *testing.T) {
	for _, tt := range []struct{ p, n, low, high float64 }{
		{1, 10, 0.7225, 1}, {0, 10, 0, 0.2775}, {0.5, 20, 0.2993, 0.7007}, // Newcombe 1998, method 3
	} {
		if low, high := wilson(tt.p, tt.n); math.Abs(low-tt.low) > 5e-5 || math.Abs(high-tt.high) > 5e-5 {
			t.Errorf("%g of %g: %.4f to %.4f, want %.4f to %.4f", tt.p, tt.n, low, high, tt.low, tt.high)
		}
	}
}

// What was no press is not told as one, also of a pattern that has no words here yet.
func TestWordsWithoutPress(t *testing.T) {
	d := &friction.Digest{Session: "s", Episodes: []friction.Episode{{Pattern: "of tomorrow", Target: -1, End: 32 * time.Second}}}
	if got, want := CaseOf(d, 0, "/checkout").Words, "Watch the page for 32.0 s."; !strings.HasPrefix(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// A case leads nobody: the words say what was seen and not what the program made of it.
func TestWordsAreNeutral(t *testing.T) {
	for _, p := range friction.Patterns() {
		var seen string
		for _, v := range []friction.Verdict{friction.Friction, friction.Dismissed} {
			d := &friction.Digest{Session: "s", Targets: []friction.Target{{Key: "k", Role: "button", Label: "Pay"}}, Episodes: []friction.Episode{
				{Pattern: p, Verdict: v, Reason: friction.ReasonProgress, Confidence: 0.9, Gestures: 5, Unanswered: 2, End: 2 * time.Second}}}
			c := CaseOf(d, 0, "/checkout")
			if c.Words == "" || c.ControlName() != "button “Pay”" {
				t.Errorf("%s: %+v", p, c)
			}
			if seen != "" && c.Words != seen {
				t.Errorf("%s: %q when dismissed, %q when kept", p, c.Words, seen)
			}
			seen = c.Words
			for _, word := range []string{"rage", "dead", "dismissed", "friction", "progress"} {
				if strings.Contains(strings.ToLower(seen), word) {
					t.Errorf("%s: %q says %q", p, seen, word)
				}
			}
		}
	}
}
