package pipeline

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker/review"
)

// backUp copies the data directory into a new folder.
func (r rememberer) backUp(t *testing.T, withLedger bool) rememberer {
	t.Helper()
	to := filepath.Join(t.TempDir(), "saved")
	copied, err := Backup(t.Context(), BackupOptions{DataDir: r.data, To: to, Ledger: withLedger})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range copied {
		names = append(names, c.Name)
		if c.Bytes == 0 {
			t.Errorf("%s is empty", c.Name)
		}
	}
	want := []string{reviewFile, resultFile, peopleKeyFile, forgottenFile}
	if withLedger {
		want = slices.Insert(want, 1, "ledger")
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("copied (-want +got):\n%s", diff)
	}
	return rememberer{dir: r.dir, data: to, keys: r.keys}
}

// TestBackupIsADataDirectory analyses what a backup restores: the Report has the same bytes, people have the same names and
// decisions are there, and who asked to be forgotten stays forgotten; with the ledger nothing is read for it.
func TestBackupIsADataDirectory(t *testing.T) {
	if testing.Short() {
		t.Skip("analyses one after another, which smaller tests race; run without -short")
	}
	r := newRememberer(t)
	config, err := r.config(t).WithSources([]string{r.dir})
	if err != nil {
		t.Fatal(err)
	}
	analyzeAs := func(data string) *Run {
		t.Helper()
		sources, err := Opener{Getenv: func(string) string { return "" }}.Open(config)
		if err != nil {
			t.Fatal(err)
		}
		people, err := OpenPeople(data, "")
		if err != nil {
			t.Fatal(err)
		}
		run, err := Analyze(t.Context(), Options{Config: config, Sources: sources, DataDir: data, People: people})
		if err != nil {
			t.Fatal(err)
		}
		return run
	}
	analyzeAs(r.data)
	r.decide(t)
	if _, err := Forget(t.Context(), ForgetOptions{DataDir: r.data, User: asker}); err != nil {
		t.Fatal(err)
	}
	want := analyzeAs(r.data)
	for _, withLedger := range []bool{false, true} {
		restored := r.backUp(t, withLedger)
		got := analyzeAs(restored.data)
		if diff := cmp.Diff(string(bytesOf(t, want.Report)), string(bytesOf(t, got.Report))); diff != "" {
			t.Errorf("ledger copied: %t: the report differs (-want +got):\n%s", withLedger, diff)
		}
		if again := got.Fresh > 0; again == withLedger {
			t.Errorf("ledger copied: %t: %d recordings were read", withLedger, got.Fresh)
		}
		if n := skippedAs(got, forgottenReason); n == 0 || len(remains(t, restored.data)) > 0 {
			t.Errorf("ledger copied: %t: %d recordings counted as forgotten; the id is in %v", withLedger, n, remains(t, restored.data))
		}
		if users := restored.rows(t); !maps.Equal(users, r.rows(t)) {
			t.Errorf("ledger copied: %t: users are %v, want %v", withLedger, users, r.rows(t))
		}
		store, err := review.Open(ReviewFile(restored.data), nil)
		if err != nil {
			t.Fatal(err)
		}
		if state, err := store.Get(t.Context(), "some-issue"); err != nil || state.Note == "" {
			t.Errorf("ledger copied: %t: what was decided is %+v, %v", withLedger, state, err)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}
}

// The key is nobody else's to read, and neither is the rest.
func TestBackupIsPrivate(t *testing.T) {
	r := newRememberer(t)
	if _, err := OpenPeople(r.data, ""); err != nil {
		t.Fatal(err)
	}
	analyze(t, r.config(t), r.data, r.dir)
	r.decide(t)
	if _, err := Forget(t.Context(), ForgetOptions{DataDir: r.data, User: asker}); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(r.backUp(t, true).data, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestBackupRefuses(t *testing.T) {
	data, there := t.TempDir(), t.TempDir()
	to := filepath.Join(there, "saved")
	check := func(what string, opt BackupOptions, want error) {
		t.Helper()
		if _, err := Backup(t.Context(), opt); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
		if left, err := os.ReadDir(there); err != nil || len(left) > 0 {
			t.Errorf("%s: left %v, %v", what, left, err)
		}
	}
	check("an empty data directory", BackupOptions{DataDir: data, To: to}, ErrNoBackup)
	check("no data directory", BackupOptions{DataDir: filepath.Join(data, "none"), To: to}, ErrNoBackup)
	check("a folder that is there", BackupOptions{DataDir: data, To: there}, fs.ErrExist)
	check("a folder in none", BackupOptions{DataDir: data, To: filepath.Join(data, "none", "saved")}, fs.ErrNotExist)

	led, err := ledger.Open(data, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	check("a ledger that is written to", BackupOptions{DataDir: data, To: to, Ledger: true}, ledger.ErrLocked)
	if err := led.Close(); err != nil {
		t.Fatal(err)
	}
	writeFiles(t, data, map[string][]byte{resultFile: []byte("{}\nnot it")})
	check("a damaged result", BackupOptions{DataDir: data, To: to}, ErrDamaged)
	writeFiles(t, data, map[string][]byte{peopleKeyFile: []byte("cut")})
	if err := os.Remove(filepath.Join(data, resultFile)); err != nil {
		t.Fatal(err)
	}
	check("a damaged key", BackupOptions{DataDir: data, To: to}, ErrKey)
}
