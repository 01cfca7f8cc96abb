package ledger

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/rankle/rankle/cluster/friction"
)

// spread writes the digests over n ledgers, in batches of the given size, and returns their folders.
func spread(t *testing.T, all []friction.Digest, n, batch int) []string {
	t.Helper()
	dirs := make([]string, n)
	for i := range dirs {
		dirs[i] = t.TempDir()
		l := open(t, dirs[i], Options{})
		var mine []friction.Digest
		for j := i; j < len(all); j += n {
			mine = append(mine, all[j])
		}
		for len(mine) > 0 {
			size := min(batch, len(mine))
			add(t, l, mine[:size]...)
			mine = mine[size:]
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return dirs
}

// joinAll joins the folders into a new ledger and returns it and its folder.
func joinAll(t *testing.T, dirs []string) (*Ledger, string) {
	t.Helper()
	dir := t.TempDir()
	l := open(t, dir, Options{})
	if _, _, err := l.Join(t.Context(), dirs); err != nil {
		t.Fatal(err)
	}
	return l, dir
}

// contents are the files below a folder by name.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestJoinDoesNotDependOnTheSpread(t *testing.T) {
	all := generateAll(0, 300)
	single, dir := joinAll(t, spread(t, all, 1, 300))
	want := contents(t, dir)
	equal(t, "joined", collect(t, single, Query{}), all)
	for _, c := range []struct{ ledgers, batch int }{{1, 17}, {3, 50}, {7, 4}} {
		l, dir := joinAll(t, spread(t, all, c.ledgers, c.batch))
		equal(t, "sessions", collect(t, l, Query{}), all)
		got := contents(t, dir)
		if len(got) != len(want) {
			t.Errorf("%+v: %d files, want %d", c, len(got), len(want))
		}
		for name, data := range want {
			if got[name] != data {
				t.Errorf("%+v: %s is missing or has other bytes", c, name)
			}
		}
	}
}

func TestJoinAgainAddsNothing(t *testing.T) {
	dirs := spread(t, generateAll(0, 40), 2, 9)
	l, dir := joinAll(t, dirs)
	before := contents(t, dir)
	digests, skips, err := l.Join(t.Context(), dirs)
	if digests != 0 || skips != 0 || err != nil {
		t.Errorf("%d digests and %d skips were new, error %v", digests, skips, err)
	}
	equal(t, "files", len(contents(t, dir)), len(before))
}

func TestJoinTakesTheNewerState(t *testing.T) {
	mine, theirs := open(t, t.TempDir(), Options{}), t.TempDir()
	add(t, mine, generate(1, 0), generate(2, 0))
	other := open(t, theirs, Options{})
	add(t, other, generate(2, 1)) // an earlier state of the other ledger
	add(t, other, generate(2, 2), generate(3, 0))
	if digests, _, err := mine.Join(t.Context(), []string{theirs}); digests != 2 || err != nil {
		t.Errorf("%d digests were new, error %v; want 2", digests, err)
	}
	equal(t, "sessions", collect(t, mine, Query{}), []friction.Digest{generate(1, 0), generate(2, 2), generate(3, 0)})
}

func TestJoinKeepsTheOrderOfSkipAndDigest(t *testing.T) {
	skip := func(n int) []Skip {
		d := generate(n, 1)
		return []Skip{{Recording: d.Recording, Source: d.Source, Reason: "truncated", Detail: "ends inside an event", Objects: d.Objects, Fingerprint: "fp1"}}
	}
	theirs := t.TempDir()
	other := open(t, theirs, Options{})
	steps := []func() error{
		func() error { return other.AppendSkips(t.Context(), skip(1)) },
		func() error { return other.Append(t.Context(), generateAll(1, 3)) }, // 1 could be read at last
		func() error { return other.AppendSkips(t.Context(), skip(2)) },      // 2 was cut since
	}
	for _, step := range steps {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	l, _ := joinAll(t, []string{theirs})
	equal(t, "digests", collect(t, l, Query{}), generateAll(1, 3))
	var names []string
	for s, err := range l.Skips(t.Context(), "fp1") {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, s.Recording)
	}
	equal(t, "skips", names, []string{generate(2, 0).Recording})
}

func TestJoinRefuses(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{})
	if _, _, err := l.Join(t.Context(), []string{filepath.Join(dir, "nothing")}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder without a ledger: %v", err)
	}
	reader := open(t, dir, Options{ReadOnly: true})
	if _, _, err := reader.Join(t.Context(), nil); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a ledger open for reading: %v", err)
	}
}
