package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rankle/rankle/ranker/outcome"
	"github.com/rankle/rankle/replay/manifest"
)

func people(t *testing.T, key string) *People {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(key), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := OpenPeople("", file)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const (
	oneKey   = "0123456789abcdef0123456789abcdef"
	otherKey = "fedcba9876543210fedcba9876543210"
)

func TestNamesOfPeople(t *testing.T) {
	one, other := people(t, oneKey), people(t, otherKey)
	name := one.Name("ada")
	if name != one.Name("ada") || name == one.Name("bob") || name == other.Name("ada") || one.Name("") != "" {
		t.Error("a name is not one person's by one key")
	}
	if strings.Contains(name, "ada") || len(name) != 18 {
		t.Errorf("the name is %q", name)
	}
	dir := t.TempDir()
	first, err := OpenPeople(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenPeople(dir, "")
	if err != nil || again.Name("ada") != first.Name("ada") {
		t.Errorf("the key of a directory does not stay: %v", err)
	}
	info, err := os.Stat(filepath.Join(dir, peopleKeyFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v of the key, want 0600: %v", info.Mode().Perm(), err)
	}
	for _, bad := range []string{"", "short", strings.Repeat("x", mostKey+1)} {
		file := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenPeople("", file); !errors.Is(err, ErrKey) {
			t.Errorf("a key of %d bytes: %v, want ErrKey", len(bad), err)
		}
	}
}

// buyers are recordings of two people with ids of their own, and a table of what they bought.
func buyers(t *testing.T) (dir string, c Config) {
	t.Helper()
	dir = t.TempDir()
	n := 0
	var orders strings.Builder
	orders.WriteString("customer,what,when\n")
	for key, data := range sample(t, 6) {
		if strings.HasSuffix(key, ".meta.json") {
			var fields map[string]any
			if err := json.Unmarshal(data, &fields); err != nil {
				t.Fatal(err)
			}
			id := []string{"lovelace+7f3a-ada", "lovelace+7f3a-bob"}[n%2]
			n++
			fields["user_id"] = id
			orders.WriteString(id + ",order," + fields["started_at"].(string) + "\n")
			var err error
			if data, err = json.Marshal(fields); err != nil {
				t.Fatal(err)
			}
		}
		writeFiles(t, dir, map[string][]byte{key: data})
	}
	table := filepath.Join(t.TempDir(), "orders.csv")
	if err := os.WriteFile(table, []byte(orders.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir, Config{
		Manifests: []Manifest{{Path: table, Outcomes: true, Columns: manifest.Columns{User: "customer", Name: "what", At: "when"}}},
		Goals:     []outcome.Goal{{Name: "order", Reached: outcome.Match{Attribute: "order"}}},
	}
}

func analyzeAs(t *testing.T, p *People, c Config, data, dir string) (*Run, error) {
	t.Helper()
	c, err := c.WithSources([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	sources, err := Opener{}.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return Analyze(t.Context(), Options{Config: c, Sources: sources, DataDir: data, People: p})
}

// Users are named before anything is stored: no file holds an id, and yet everything that is known of them comes together.
func TestUsersAreNamed(t *testing.T) {
	dir, c := buyers(t)
	plain, err := analyzeAs(t, nil, c, t.TempDir(), dir)
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	named, err := analyzeAs(t, people(t, oneKey), c, data, dir)
	if err != nil {
		t.Fatal(err)
	}
	if named.Report.Users != 2 || named.Report.Goals[0].Reached != 6 || plain.Report.Goals[0].Reached != 6 || plain.Report.Users != 2 {
		t.Errorf("%d users, %d with an order; by their ids %d and %d; want 2 and 6", named.Report.Users, named.Report.Goals[0].Reached,
			plain.Report.Users, plain.Report.Goals[0].Reached)
	}
	if left := remains(t, data); len(left) > 0 {
		t.Errorf("ids are in %v", left)
	}
	result, err := LoadResult(data)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := result.openTables(t.Context()); !errors.Is(err, ErrKey) {
		t.Errorf("tables without the key: %v, want ErrKey", err)
	}
	result.People = people(t, oneKey)
	if name := result.UserName("lovelace+7f3a-ada"); name != result.People.Name("lovelace+7f3a-ada") {
		t.Errorf("the result knows the user as %q", name)
	}
	done, err := Forget(t.Context(), ForgetOptions{DataDir: data, User: "lovelace+7f3a-ada", People: people(t, oneKey)})
	if err != nil || done.Sessions != 3 {
		t.Errorf("forgotten %+v, %v; want three sessions", done, err)
	}
	if _, err := Forget(t.Context(), ForgetOptions{DataDir: data, User: "lovelace+7f3a-bob"}); !errors.Is(err, ErrKey) {
		t.Errorf("forgetting without the key: %v, want ErrKey", err)
	}

	c.Privacy.Users = usersPlain
	kept := t.TempDir()
	if _, err := analyzeAs(t, people(t, oneKey), c, kept, dir); err != nil || len(remains(t, kept)) == 0 {
		t.Errorf("ids were to be kept: %v", err)
	}
}

// A data directory from before users were named follows without a recording being read again.
func TestStoredUsersAreNamed(t *testing.T) {
	dir, c := buyers(t)
	data := t.TempDir()
	if _, err := analyzeAs(t, nil, c, data, dir); err != nil || len(remains(t, data)) == 0 {
		t.Fatalf("no id is stored, the test looks at nothing: %v", err)
	}
	for range 2 {
		run, err := analyzeAs(t, people(t, oneKey), c, data, dir)
		if err != nil || run.Fresh != 0 || run.Report.Sessions != 6 || run.Report.Users != 2 || run.Report.Goals[0].Reached != 6 {
			t.Fatalf("%+v, %v; want what was known, with nothing read", run, err)
		}
		if left := remains(t, data); len(left) > 0 {
			t.Errorf("ids are in %v", left)
		}
	}
	if _, err := analyzeAs(t, people(t, otherKey), c, data, dir); !errors.Is(err, ErrKey) {
		t.Errorf("with another key: %v, want ErrKey", err)
	}
}

// Copies of tables that lie in a bucket hold names, and nobody who is forgotten.
func TestCopiesOfTablesHoldNames(t *testing.T) {
	p := people(t, oneKey)
	gone := newForgotten(p)
	gone.addPerson(p.Name("ada"))
	a := &analysis{names: p, forgotten: gone}
	text, err := a.copied(context.Background(), "s3://b/orders.csv", []byte("user_id,name,at\nada,order,2026-10-01\n bob ,order,2026-10-01\nnull,order,2026-10-01\n"), manifest.FormatAuto, []string{"user_id"})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte("ada")) || bytes.Contains(text, []byte("bob")) {
		t.Errorf("the copy holds ids: %s", text)
	}
	out, err := manifest.LoadOutcomes(t.Context(), bytes.NewReader(text), manifest.Columns{}, manifest.Options{})
	if err != nil || out.Len() != 1 || len(out.Lookup(p.Name("bob"))) != 1 {
		t.Errorf("users %v, %v; want bob only, by name", out.Users(), err)
	}
}
