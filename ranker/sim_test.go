package ranker

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

var (
	update  = flag.Bool("update", false, "rewrite golden files")
	simSize = flag.Int("sim.sessions", 2000, "sessions per simulated world; other sizes have golden files of their own")
)

// score is the quality of one method, added up over worlds.
type score struct {
	worlds          float64
	ndcg, tau       float64
	covered, within float64 // intervals that hold the truth, intervals
	top             float64 // first in the list is truly among the first three
}

func (s *score) add(rank []float64, truth []float64) {
	order := make([]int, len(rank))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return rank[order[a]] > rank[order[b]] })
	gain := make([]float64, len(order))
	for r, i := range order {
		gain[r] = truth[i]
	}
	s.worlds++
	s.ndcg += NDCG(gain, 10)
	s.tau += KendallTau(rank, truth)
	better := 0
	for _, t := range truth {
		if t > gain[0] {
			better++
		}
	}
	if better < 3 {
		s.top++
	}
}

func (s *score) cover(est []Estimate, truth []float64) {
	share, n := Coverage(est, truth)
	s.covered += share * float64(n)
	s.within += float64(n)
}

func (s *score) String() string {
	c := "   -"
	if s.within > 0 {
		c = fmt.Sprintf("%.2f", s.covered/s.within)
	}
	return fmt.Sprintf("NDCG@10 %.2f  tau %5.2f  coverage %s  first in top 3 %.2f", s.ndcg/s.worlds, s.tau/s.worlds, c, s.top/s.worlds)
}

// simWorlds is the number of worlds per kind: differences below about .03 are noise.
const simWorlds = 4

// TestSim measures the ranking on worlds whose true losses are known. The golden file holds what was reached: a
// change in it is argued in the commit. Run with -sim.sessions=20000 or 200000 for the larger sizes.
func TestSim(t *testing.T) {
	if testing.Short() {
		t.Skip("simulation takes ten seconds; run without -short")
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%d sessions, %d worlds each, 80 candidate issues, %d harmless controls\n", *simSize, simWorlds, simBenign)
	for _, kind := range []worldKind{worldDefault, worldUnmeasured, worldNoConf, worldPlacebo} {
		simKind(&out, t, kind)
	}
	path := filepath.Join("testdata", fmt.Sprintf("sim-%d.golden", *simSize))
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (rewrite it with -update)", err)
	}
	if out.String() != string(want) {
		t.Errorf("ranking quality changed; argue it in the commit and rewrite with -update\ngot:\n%s\nwant:\n%s", out.String(), want)
	}
}

func simKind(out *strings.Builder, t *testing.T, kind worldKind) {
	t.Helper()
	names := []string{"affected sessions", "PostHog odds ratio", "naive difference", "g-computation", "calibrated, shrunk order"}
	scores := make([]score, len(names))
	var claimed, sum, trueTotal, found, fdr, topNaive, topShrunk float64
	for seed := range uint64(simWorlds) {
		w := newWorld(seed+1, *simSize, kind)
		truth := w.truth()
		c, err := NewCollector(w.input())
		if err != nil {
			t.Fatal(err)
		}
		for d := range w.digests() {
			c.Add(d)
		}
		rep, results := c.report()
		sort.Slice(rep.Issues, func(i, k int) bool { return rep.Issues[i].Key < rep.Issues[k].Key })
		n := len(truth.lost)
		ranks := make([][]float64, len(names))
		for m := range ranks {
			ranks[m] = make([]float64, n)
		}
		perWeek := make([]float64, n)
		var cal, plain []Estimate
		var held []float64
		for i := range rep.Issues {
			im := &rep.Issues[i].Conversion[0]
			perWeek[i] = truth.lost[i] / truth.weeks
			ranks[0][i], ranks[1][i], ranks[2][i] = float64(truth.affected[i]), truth.odds[i], im.Naive.Value
			ranks[3][i], ranks[4][i] = im.PerWeek.Value, im.Expected.Value*im.Shared
			claimed += im.Expected.Value * im.Shared
			sum += im.PerWeek.Value
			if !im.Possible {
				continue
			}
			e, scale := &results[0].effects[i], results[0].scale(i, rep.Weeks)
			cal, held = append(cal, im.PerWeek), append(held, perWeek[i])
			half := tQuantile * e.se * float64(e.exposed) * scale
			plain = append(plain, Estimate{Low: im.PerWeek.Value - half, High: im.PerWeek.Value + half})
			if im.QValue < 0.05 {
				found++
				if w.issues[i].harm == 0 {
					fdr++
				}
			}
		}
		trueTotal += truth.total / truth.weeks
		for m := range scores {
			if kind != worldPlacebo {
				scores[m].add(ranks[m], perWeek)
			}
		}
		scores[3].cover(plain, held)
		scores[4].cover(cal, held)
		topNaive += topSum(ranks[2]) * truth.weeks / float64(*simSize) * 1000
		topShrunk += topSum(ranks[4]) * truth.weeks / float64(*simSize) * 1000
	}
	fmt.Fprintf(out, "\n%s\n", kind)
	for m := range names {
		if kind == worldPlacebo {
			if m >= 3 {
				fmt.Fprintf(out, "  %-26s coverage %.2f\n", names[m], scores[m].covered/scores[m].within)
			}
			continue
		}
		fmt.Fprintf(out, "  %-26s %s\n", names[m], &scores[m])
	}
	if kind == worldPlacebo {
		fmt.Fprintf(out, "  claimed lost conversions per 1,000 sessions in the first ten: naive %.1f, shrunk %.1f; called harmful at FDR 5 %%: %.0f of %d\n",
			topNaive/simWorlds, topShrunk/simWorlds, found, simWorlds*80)
		return
	}
	fmt.Fprintf(out, "  claimed over true total loss: shared, shrunk %.2f; sum of issues %.2f; called harmful %.0f, of those harmless %.0f\n",
		claimed/trueTotal, sum/trueTotal, found, fdr)
}

// topSum adds up the ten largest claims.
func topSum(claims []float64) float64 {
	s := append([]float64(nil), claims...)
	sort.Sort(sort.Reverse(sort.Float64Slice(s)))
	sum := 0.0
	for _, x := range s[:10] {
		sum += math.Max(x, 0)
	}
	return sum
}
