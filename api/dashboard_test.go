package api_test

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// series are the names of all series that a busy server gives Prometheus.
func series(t *testing.T) map[string]bool {
	t.Helper()
	h := newServer(t, nil).Handler()
	do(t, h, get("/api/v1/issues")) // counted
	res := do(t, h, get("/metrics"))
	if res.StatusCode != http.StatusOK {
		t.Fatalf("status %d", res.StatusCode)
	}
	names := map[string]bool{}
	for line := range strings.Lines(string(readAll(t, res.Body))) {
		if name := regexp.MustCompile(`^[a-z_:]+`).FindString(line); name != "" {
			names[name] = true
		}
	}
	return names
}

var metricName = regexp.MustCompile(`\b(?:rankle|process|go)_[a-z_]+\b`)

// Every query of the dashboard asks for what the server gives.
func TestDashboardAsksForWhatThereIs(t *testing.T) {
	text, err := os.ReadFile("../deploy/grafana/rankle.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Title, Description string
			Targets            []struct{ Expr string }
		}
		Templating struct {
			List []struct{ Query any }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	there := series(t)
	queries := 0
	asked := func(title, expr string) {
		names := metricName.FindAllString(expr, -1)
		if len(names) == 0 {
			t.Errorf("%s: %q asks for nothing", title, expr)
		}
		for _, name := range names {
			queries++
			if !there[name] {
				t.Errorf("%s: there is no series %s", title, name)
			}
		}
	}
	for _, p := range board.Panels {
		if p.Description == "" || len(p.Targets) == 0 {
			t.Errorf("panel %q does not say what it shows", p.Title)
		}
		for _, target := range p.Targets {
			asked(p.Title, target.Expr)
		}
	}
	for _, v := range board.Templating.List {
		if q, ok := v.Query.(map[string]any); ok {
			asked("variable", q["query"].(string))
		}
	}
	if queries < 10 {
		t.Errorf("only %d queries were found", queries)
	}
}

// docs/OPERATIONS.md names every metric of ours and none that there is not.
func TestOperationsNamesTheMetrics(t *testing.T) {
	text, err := os.ReadFile("../docs/OPERATIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	there := series(t)
	named := metricName.FindAllString(string(text), -1)
	for _, name := range named {
		if !there[name] && !there[name+"_count"] {
			t.Errorf("the page names %s, which there is not", name)
		}
	}
	for name := range there {
		for _, part := range []string{"_bucket", "_count", "_sum"} {
			name = strings.TrimSuffix(name, part)
		}
		if strings.HasPrefix(name, "rankle_") && !slices.Contains(named, name) {
			t.Errorf("the page does not name %s", name)
		}
	}
}
