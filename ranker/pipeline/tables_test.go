package pipeline

import (
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker/outcome"
	"github.com/rankle/rankle/replay/manifest"
	"github.com/rankle/rankle/replay/source/s3/s3test"
)

// met are the sessions of the tables' tests: ada comes twice, bob and eve once, one is not known.
func met() iter.Seq2[*friction.Digest, error] {
	return func(yield func(*friction.Digest, error) bool) {
		for _, s := range []struct {
			session, user, os string
			day, hour         int
		}{{"s1", "ada", "iOS", 1, 9}, {"s2", "ada", "iOS", 1, 11}, {"s3", "bob", "", 2, 9}, {"s4", "", "Windows", 3, 9}, {"s5", "eve", "iOS", 20, 9}} {
			d := &friction.Digest{Session: s.session, Start: time.Date(2026, 10, s.day, s.hour, 0, 0, 0, time.UTC)}
			d.Context.User, d.Context.OS = s.user, s.os
			if !yield(d, nil) {
				return
			}
		}
	}
}

// told completes the sessions by tables, whose files are given, and returns attributes by session and the notes.
func told(t *testing.T, files map[string]string, goals []outcome.Goal, manifests ...Manifest) (map[string]map[string]string, string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c := Config{Manifests: manifests, Goals: goals, dir: dir}
	c, err := c.WithSources([]string{"s3://nowhere"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range c.Manifests { // WithSources has places of its own, and no file of settings beside them
		c.Manifests[i].Path = filepath.Join(dir, manifests[i].Path)
		if ids := manifests[i].Ids; ids != nil {
			c.Manifests[i].Ids = &UserIDs{Path: filepath.Join(dir, ids.Path), Theirs: ids.Theirs, Ours: ids.Ours}
		}
	}
	tables, err := c.openTables(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := tables.learn(met()); err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]string{}
	for d := range met() {
		tables.complete(d)
		out[d.Session] = d.Context.Attributes
	}
	set, err := c.outcomes()
	if err != nil {
		t.Fatal(err)
	}
	return out, strings.Join(tables.notes(set), "\n")
}

func TestOutcomesOfUsers(t *testing.T) {
	orders := "customer,what,when,eur\n" +
		"C1,order,2026-10-01T10:00:00Z,30\n" + // ada, between her sessions: the first
		"C1,order,2026-10-01T11:30:00Z,50.5\n" + // the second
		"C2,order,2026-10-09T10:00:00Z,10\n" + // bob, a week after his only session
		"C2,cancelled,2026-10-12T00:00:00Z,\n" + // bob leaves
		"C9,order,2026-10-01T10:00:00Z,7\n" + // has no id of ours
		"C3,order,2026-10-01T10:00:00Z,7\n" + // zoe was not recorded
		"C1,order,soon,1\n" // no time
	ids := "crm,id\nC1,ada\nC2,bob\nC3,zoe\n"
	attributes, notes := told(t, map[string]string{"orders.csv": orders, "ids.csv": ids},
		[]outcome.Goal{{Name: "purchase", Reached: outcome.Match{Attribute: "order"}}},
		Manifest{Path: "orders.csv", Outcomes: true, Columns: manifest.Columns{User: "customer", Name: "what", At: "when", Value: "eur"}, Churn: "cancelled", Ids: &UserIDs{Path: "ids.csv", Theirs: "crm", Ours: "id"}})
	if diff := cmp.Diff(map[string]map[string]string{
		"s1": {"order": "2026-10-01T10:00:00Z"},
		"s2": {"order": "2026-10-01T11:30:00Z"},
		"s3": {outcome.Churned: "2026-10-12T00:00:00Z"},
		"s4": nil,
		"s5": {},
	}, attributes); diff != "" {
		t.Error(diff)
	}
	for _, want := range []string{
		"table orders.csv: 1 problems in 7 rows, the first in line 8: at",
		"table orders.csv: 1 users have no id of ours and are left out",
		"table orders.csv: 1 of 3 users were not recorded",
		"table orders.csv has outcomes of 2 of 3 recorded users",
		"table orders.csv: 2 outcomes of recorded users lie within 24 hours after no session and count for none, 2 do",
		"table orders.csv: 1 recorded users left for good (cancelled)",
		"table orders.csv ends on 2026-10-12, but 1 of 4 sessions of known users begin later",
		`goal "purchase": its 4 outcomes with a value in table orders.csv are worth 24.38 each`,
	} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes lack %q:\n%s", want, notes)
		}
	}
}

func TestTableThatContradictsRecordings(t *testing.T) {
	table := "session_id,user_id,os\ns1,ada,Android\ns2,ada,Android\ns3,bob,Linux\ns4,dan,Windows\n"
	_, notes := told(t, map[string]string{"who.csv": table}, nil, Manifest{Path: "who.csv"})
	if want := "table who.csv says another os than the recordings of 2 sessions; the recordings, with their sidecars, were believed"; notes != want {
		t.Errorf("notes %q, want %q", notes, want)
	}
}

func TestManifestSettings(t *testing.T) {
	_, err := ParseConfig([]byte("manifests:\n  - {path: a.csv, churn: cancelled}\n  - {path: b.csv, outcomes: true, ids: {path: c.csv}}\n  - {}\n"))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"manifests[0]: churn and ids are for outcomes: true", "manifests[1]: ids: path, theirs and ours must be set", "manifests[2]: path is empty"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q:\n%v", want, err)
		}
	}
}

// A table may lie in the bucket. Later looks behind the Result use the copy.
func TestTableInABucket(t *testing.T) {
	server := s3test.Start(t)
	bucket := server.Bucket(t)
	for key, data := range sample(t, 4) {
		server.Put(t, bucket, "web/"+key, data)
	}
	server.Put(t, bucket, "web/crm/orders.csv", []byte("user_id,name,at\nnobody,order,2026-10-05T10:00:00Z\n"))
	config, sources := bucketSource(t, server, bucket)
	config.Manifests = []Manifest{{Path: "s3://" + bucket + "/web/crm/orders.csv", Outcomes: true}}
	data := t.TempDir()
	run, err := Analyze(t.Context(), Options{Config: config, Sources: sources, DataDir: data})
	if err != nil {
		t.Fatal(err)
	}
	if notes := strings.Join(run.Report.Notes, "\n"); !strings.Contains(notes, "table orders.csv: 1 of 1 users were not recorded") {
		t.Errorf("notes %s", notes)
	}
	if _, err := Rerank(t.Context(), Options{DataDir: data}); err != nil {
		t.Errorf("from the copy: %v", err)
	}
	config.Manifests[0].Path = "s3://elsewhere/orders.csv"
	if _, err := Analyze(t.Context(), Options{Config: config, Sources: sources, DataDir: data}); err == nil || !strings.Contains(err.Error(), "lies in none of the sources") {
		t.Errorf("from a bucket that is no source: %v", err)
	}
}
