package pipeline

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/outcome"
)

// Data and settings that cannot carry an estimate: each case has its sentence, no figure is without an interval, none is
// not a number, and where nothing can be said nothing is claimed.
func TestBadInputSaysSo(t *testing.T) {
	if testing.Short() {
		t.Skip("analyses one after another, which smaller tests race; run without -short")
	}
	recordings := sample(t, 100)
	dir := t.TempDir()
	writeFiles(t, dir, recordings)
	data := t.TempDir()
	purchase := outcome.Goal{Name: "purchase", Reached: outcome.Match{Screen: "/thank-you"}}
	whole := analyze(t, Config{Goals: []outcome.Goal{purchase}}, data, dir).Report
	if len(whole.Issues) == 0 || !whole.Issues[0].Conversion[0].Possible {
		t.Fatal("the sample carries no estimate at all; the cases would say nothing")
	}

	sidecars := func(change func(fields map[string]any)) string {
		t.Helper()
		other := t.TempDir()
		files := maps.Clone(recordings)
		for key, text := range files {
			if !strings.HasSuffix(key, ".meta.json") {
				continue
			}
			var fields map[string]any
			if err := json.Unmarshal(text, &fields); err != nil {
				t.Fatal(err)
			}
			change(fields)
			changed, err := json.Marshal(fields)
			if err != nil {
				t.Fatal(err)
			}
			files[key] = changed
		}
		writeFiles(t, other, files)
		return other
	}
	table := func(name, text string) string {
		t.Helper()
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	users, orders := map[string]bool{}, "user_id,name,at\n"
	sessions := "session_id,user_id\n"
	sidecars(func(fields map[string]any) {
		user := fmt.Sprint(fields["user_id"])
		sessions += fmt.Sprintf("%s,not-%s\n", fields["session_id"], user)
		at, err := time.Parse(time.RFC3339, fmt.Sprint(fields["started_at"]))
		if err != nil {
			t.Fatal(err)
		}
		if !users[user] && len(users)%2 == 0 && at.Before(whole.From.Add(whole.To.Sub(whole.From)/2)) {
			orders += fmt.Sprintf("%s,order,%s\n", user, at.Add(time.Hour).Format(time.RFC3339))
		}
		users[user] = true
	})
	order := outcome.Goal{Name: "order", Reached: outcome.Match{Attribute: "order"}}

	const purchaseOnly, nothing = true, false
	for _, tt := range []struct {
		name     string
		config   Config
		dir      string
		possible bool // any conversion may be estimated
		says     []string
	}{
		{"no goals", Config{}, dir, nothing, []string{"no goal is configured", "/thank-you looks like a goal"}},
		{"a goal nobody reaches", Config{Goals: []outcome.Goal{{Name: "moon", Reached: outcome.Match{Screen: "/moon"}}}}, dir, nothing,
			[]string{`goal "moon" cannot be estimated because no session reached it`}},
		{"a goal everybody reaches", Config{Goals: []outcome.Goal{{Name: "came", Reached: outcome.Match{Screen: "/**"}}}}, dir, nothing,
			[]string{`goal "came" cannot be estimated because every session reached it`}},
		{"one version", Config{Goals: []outcome.Goal{purchase}}, sidecars(func(f map[string]any) { f["app_version"] = "1.0.0" }), purchaseOnly,
			[]string{"all sessions are of one app version, so no loss can be traced to a release"}},
		{"one user", Config{Goals: []outcome.Goal{purchase}}, sidecars(func(f map[string]any) { f["user_id"] = "me" }), nothing,
			[]string{`goal "purchase" cannot be estimated because all sessions are of one user`}},
		{"no users", Config{Goals: []outcome.Goal{purchase}}, sidecars(func(f map[string]any) { delete(f, "user_id") }), purchaseOnly,
			[]string{"no session has a user id, so returning users cannot be estimated"}},
		{"outcomes of a half of the users", Config{Goals: []outcome.Goal{order}, Manifests: []Manifest{{Path: table("orders.csv", orders), Outcomes: true}}}, dir, purchaseOnly,
			[]string{"recorded users; it cannot be told whether the others had none or are missing", "and look as if nothing came of them"}},
		{"a manifest that contradicts", Config{Goals: []outcome.Goal{purchase}, Manifests: []Manifest{{Path: table("who.csv", sessions)}}}, dir, purchaseOnly,
			[]string{"table who.csv says another user than the recordings of 100 sessions"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			into := data
			if tt.dir != dir {
				into = t.TempDir()
			}
			r := analyze(t, tt.config, into, tt.dir).Report
			notes := strings.Join(r.Notes, "\n")
			for _, want := range tt.says {
				if !strings.Contains(notes, want) {
					t.Errorf("notes lack %q:\n%s", want, notes)
				}
			}
			honest(t, r)
			for _, x := range r.Issues {
				if slices.ContainsFunc(x.Conversion, func(im ranker.Impact) bool { return im.Possible }) && !tt.possible {
					t.Errorf("%s: a conversion is estimated: %+v", x.Key, x.Conversion)
				}
			}
		})
	}
}

// honest holds a report to what holds for all: figures have intervals around them, and reasons where there are none.
func honest(t *testing.T, r *ranker.Report) {
	t.Helper()
	if _, err := json.Marshal(r); err != nil {
		t.Fatalf("not a number: %v", err)
	}
	for _, x := range r.Issues {
		for _, im := range slices.Concat(x.Conversion, x.Retention) {
			switch e := im.PerWeek; {
			case !im.Possible && (len(im.Caveats) == 0 || e.Value != 0):
				t.Errorf("%s, %s: no estimate and no reason: %+v", x.Key, im.Outcome, im)
			case im.Possible && !(e.Low < e.Value && e.Value < e.High) || math.IsNaN(e.Value):
				t.Errorf("%s, %s: %v is not within %v to %v", x.Key, im.Outcome, e.Value, e.Low, e.High)
			}
		}
	}
	if r.OrderedBy == "" {
		t.Error("the order has no name")
	}
}
