package ranker

import (
	"flag"
	"fmt"
	"strings"
	"testing"
)

// One world of 2,000 sessions knows its total to a third or so: two of them decide nothing.
var twinWorlds = flag.Int("sim.twins", 20, "worlds in which TestTwoAtOnce counts what is claimed, and which docs/RANKING.md reports")

// metBoth is the share of the sessions with either problem of a pair that meets both.
var metBoth = []float64{0.3, 0.5, 0.7}

// TestTwoAtOnce: where two problems are met by the same sessions, what the list says that they cost is not counted twice: scores
// add up to no more than what fixing all would give back. It logs how much is claimed of it (go test -v).
func TestTwoAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("it is a measurement")
	}
	for _, share := range metBoth {
		t.Run(fmt.Sprintf("%.0f%%", 100*share), func(t *testing.T) {
			t.Parallel()
			var truth, total, issues, scores, single, met, either float64
			for seed := range uint64(*twinWorlds) {
				w := newWorld(301+seed, *simSize, worldTwins)
				w.pairUp(share)
				know := w.truth()
				rep, err := Rank(w.input())
				if err != nil {
					t.Fatal(err)
				}
				truth, total = truth+know.total/know.weeks, total+rep.Totals[0].PerWeek.Value
				met, either = met+know.both, either+know.either
				for _, lost := range know.lost {
					single += lost / know.weeks
				}
				for i := range rep.Issues {
					x := &rep.Issues[i].Conversion[0]
					issues += x.PerWeek.Value
					scores += x.Expected.Value * x.Shared
				}
			}
			t.Logf("%d sessions, %d worlds: both met by %.2f of those who met either; of what all cost: total claimed %.2f, scores %.2f, sum of claims by issue %.2f, sum of what each truly costs %.2f",
				*simSize, *twinWorlds, met/either, total/truth, scores/truth, issues/truth, single/truth)
			if scores > 1.15*truth {
				t.Errorf("scores add up to %.2f of what all problems cost together", scores/truth)
			}
			if got := met / either; got < share-0.1 || got > share+0.1 {
				t.Errorf("%.2f of the sessions with either met both, want %.2f", got, share)
			}
		})
	}
}

// TestBeside: an issue that comes with another one says so of every figure, and with which; one that meets others by chance does
// not.
func TestBeside(t *testing.T) {
	count := func(w *world) (said, wrong, figures int) {
		rep, err := Rank(w.input())
		if err != nil {
			t.Fatal(err)
		}
		for i := range rep.Issues {
			x := &rep.Issues[i]
			var n int
			if _, err := fmt.Sscanf(x.Key, "i%d", &n); err != nil {
				t.Fatal(err)
			}
			if !x.Conversion[0].Possible {
				continue
			}
			figures++
			text := strings.Join(x.Conversion[0].Caveats, "; ")
			if strings.Contains(text, "also met") {
				said++
				if !strings.Contains(text, fmt.Sprintf("also met \"i%02d\"", n^1)) {
					wrong++
				}
			}
		}
		return said, wrong, figures
	}
	twins := newWorld(301, 1500, worldTwins)
	twins.pairUp(0.5)
	said, wrong, figures := count(twins)
	if said < figures*2/3 || wrong > 0 {
		t.Errorf("of %d figures of issues in pairs %d say so, %d of them of another issue", figures, said, wrong)
	}
	if said, _, figures := count(newWorld(301, 1500, worldDefault)); said > figures/20 {
		t.Errorf("of %d figures of issues that meet by chance %d say that they come together", figures, said)
	}
}
