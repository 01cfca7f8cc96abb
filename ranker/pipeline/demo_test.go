package pipeline

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/testdata/demo"
)

var update = flag.Bool("update", false, "rewrite golden files")

// truth is the part of testdata/demo/truth.json that the ranking is held against.
type truth struct {
	Faults []struct {
		ID     string `json:"id"`
		Screen string `json:"screen"`
		Label  string `json:"label"`
		// What a fault costs within the session in which it was met, which is the ranker's question, and in people who
		// do not come back within a week. Expected over many populations of the model.
		Purchases cost `json:"lost_purchases_same_session_per_week"`
		Returners cost `json:"lost_returners_within_7_days_per_week"`
	} `json:"faults"`
}

type cost struct {
	Expected float64 `json:"expected"`
}

// label is one line of testdata/demo/labels.ndjson.
type label struct {
	Session string `json:"session"`
	Kind    string `json:"kind"`
	ID      string `json:"id"`
}

// TestDemoBucket holds what is found in the demo bucket against what was planted in it: every fault is one issue,
// nothing else is an issue, and the golden file states how close the sessions, the costs and the order come.
func TestDemoBucket(t *testing.T) {
	if testing.Short() {
		t.Skip("TestReportDoesNotDependOnWorkers analyses the same bucket; run without -short")
	}
	data := t.TempDir()
	run, err := Analyze(t.Context(), demoOptions(t, data))
	if err != nil {
		t.Fatal(err)
	}
	report := run.Report
	var want truth
	if err := json.Unmarshal(demo.Truth(), &want); err != nil {
		t.Fatal(err)
	}
	planted, found := plantedSessions(t), affectedSessions(t, data)

	var out strings.Builder
	fmt.Fprintf(&out, "%d sessions, %d users, %d issues, %d planted faults\n\n", report.Sessions, report.Users, len(report.Issues), len(want.Faults))
	out.WriteString("Sessions with the issue: found, of them planted (precision), of the planted ones found (recall).\n")
	out.WriteString("Costs per week: estimate with 95 % interval, truth. Purchases, then users who do not return within 7 days.\n\n")
	issueOf := make([]int, len(want.Faults)) // fault -> index into report.Issues
	for i, f := range want.Faults {
		var matches []int
		for k := range report.Issues {
			if isFault(&report.Issues[k], f.Screen, f.Label) {
				matches = append(matches, k)
			}
		}
		if len(matches) != 1 {
			t.Fatalf("fault %s is %d issues, want 1", f.ID, len(matches))
		}
		issueOf[i] = matches[0]
	}
	gains := make([]float64, len(report.Issues))
	var estimates []ranker.Estimate
	var truths []float64
	for rank := range report.Issues {
		issue := &report.Issues[rank]
		i := slices.Index(issueOf, rank)
		if i < 0 {
			t.Errorf("rank %d is no planted fault: %s", issue.Rank, issue.Title)
			continue
		}
		f := want.Faults[i]
		gains[rank] = f.Purchases.Expected + f.Returners.Expected
		hit := 0
		for s := range found[issue.Key] {
			if planted[f.ID][s] {
				hit++
			}
		}
		purchase, back := issue.Conversion[0].PerWeek, issue.Retention[0].PerWeek
		estimates = append(estimates, purchase, back)
		truths = append(truths, f.Purchases.Expected, f.Returners.Expected)
		fmt.Fprintf(&out, "%2d. %s\n    %s: %d found, precision %.2f, recall %.2f\n    purchases %s, truth %.1f; returners %s, truth %.1f\n",
			issue.Rank, issue.Title, f.ID, len(found[issue.Key]), share(hit, len(found[issue.Key])), share(hit, len(planted[f.ID])),
			interval(purchase), f.Purchases.Expected, interval(back), f.Returners.Expected)
	}
	byCount := slices.Clone(gains)
	order := make([]int, len(report.Issues))
	scores, counts := make([]float64, len(order)), make([]float64, len(order))
	for i := range order {
		order[i] = i
		scores[i], counts[i] = -float64(report.Issues[i].Rank), float64(report.Issues[i].Sessions)
	}
	slices.SortStableFunc(order, func(a, b int) int { return report.Issues[b].Sessions - report.Issues[a].Sessions })
	for i, k := range order {
		byCount[i] = gains[k]
	}
	covered, n := ranker.Coverage(estimates, truths)
	fmt.Fprintf(&out, "\norder                 NDCG@10  Kendall tau\nas reported           %.2f     %.2f\nby affected sessions  %.2f     %.2f\n",
		ranker.NDCG(gains, 10), ranker.KendallTau(gains, scores), ranker.NDCG(byCount, 10), ranker.KendallTau(gains, counts))
	fmt.Fprintf(&out, "intervals that hold the truth: %.0f %% of %d\n", 100*covered, n)
	compareGolden(t, "demo.golden", out.String())
}

// isFault tells by the words of the title: a covered control is named by itself and by what covers it.
func isFault(issue *ranker.Ranked, screen, label string) bool {
	ok, err := path.Match(screen, issue.Screen)
	return err == nil && ok && strings.Contains(issue.Title, label+"”")
}

// plantedSessions are the sessions in which each fault truly happened, as the driver that made them noted.
func plantedSessions(t *testing.T) map[string]map[string]bool {
	t.Helper()
	sessions := map[string]map[string]bool{}
	lines := bufio.NewScanner(bytes.NewReader(demo.Labels()))
	for lines.Scan() {
		var l label
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		if l.Kind != "fault" {
			continue
		}
		if sessions[l.ID] == nil {
			sessions[l.ID] = map[string]bool{}
		}
		sessions[l.ID][l.Session] = true
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return sessions
}

// affectedSessions are the sessions with an episode of each issue.
func affectedSessions(t *testing.T, data string) map[string]map[string]bool {
	t.Helper()
	_, evidence, _ := finished(t, data)
	sessions := map[string]map[string]bool{}
	for d, err := range evidence.Digests(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range d.Episodes {
			key := evidence.Clusters.IssueKey(d, i)
			if key == "" || e.Verdict != friction.Friction {
				continue
			}
			if sessions[key] == nil {
				sessions[key] = map[string]bool{}
			}
			sessions[key][d.Session] = true
		}
	}
	return sessions
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

func interval(e ranker.Estimate) string {
	return fmt.Sprintf("%.1f (%.1f to %.1f)", e.Value, e.Low, e.High)
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; run with -update and argue the change.\ngot:\n%s\nwant:\n%s", file, got, want)
	}
}
