package ledger

import (
	"errors"
	"testing"

	"github.com/rankle/rankle/cluster/friction"
)

func users(t *testing.T, l *Ledger) map[string]int {
	t.Helper()
	n := map[string]int{}
	for d, err := range l.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		n[d.Context.User]++
	}
	return n
}

// A person leaves every file, also those rows that later ones replaced; the files of others stay as they are.
func TestRewriteRemovesRowsFromAllFiles(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{CompactFiles: -1})
	mine, other, late := generate(1, 0), generate(2, 0), generate(300, 0)
	mine.Context.User, other.Context.User, late.Context.User = "ada", "bob", "bob"
	add(t, l, mine, other)
	again := generate(1, 1)
	again.Context.User = "" // read anew when nobody was signed in
	add(t, l, again, late)
	if err := l.AppendSkips(t.Context(), []Skip{{Recording: "ada/broken", Reason: "empty", Fingerprint: "fp1"}, {Recording: "bob/broken", Reason: "empty", Fingerprint: "fp1"}}); err != nil {
		t.Fatal(err)
	}
	untouched := len(l.files)
	changed, err := l.Rewrite(t.Context(), Edit{
		Digest: func(d *friction.Digest) (string, bool) { return d.Context.User, d.Recording != mine.Recording },
		Skip:   func(s Skip) bool { return s.Recording != "ada/broken" },
	})
	if err != nil || changed != 3 || len(l.files) != untouched-1 {
		t.Fatalf("%d files changed, %d left of %d: %v; want 3 changed, one of them gone", changed, len(l.files), untouched, err)
	}
	if got := users(t, l); got["ada"] != 0 || got[""] != 0 || got["bob"] != 2 {
		t.Errorf("rows by user %v, want two of bob", got)
	}
	if changed, err := l.Rewrite(t.Context(), Edit{Digest: func(d *friction.Digest) (string, bool) { return d.Context.User, true }}); changed != 0 || err != nil {
		t.Errorf("nothing to change: %d files, %v", changed, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if l = open(t, dir, Options{}); l.Size().Digests != 2 || l.Size().Skips != 1 {
		t.Errorf("opened anew: %+v, want 2 digests and a skip", l.Size())
	}
}

// Users may get other names, and with them the rows another fingerprint: nothing is read again for it.
func TestRewriteRenamesUsers(t *testing.T) {
	l := open(t, t.TempDir(), Options{})
	batch := generateAll(0, 20)
	add(t, l, batch...)
	_, err := l.Rewrite(t.Context(), Edit{
		Digest:      func(d *friction.Digest) (string, bool) { return "x-" + d.Context.User, true },
		Fingerprint: func(f string) string { return f + "-key" },
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range batch {
		got, err := l.Get(t.Context(), d.Session, "fp1-key")
		if err != nil || got.Context.User != "x-"+d.Context.User || got.Fingerprint != "fp1-key" {
			t.Fatalf("session %s: %v", d.Session, err)
		}
		if !l.Read(d.Recording, d.Objects, "fp1-key") || l.Read(d.Recording, d.Objects, "fp1") {
			t.Errorf("recording %s is not known under the new fingerprint only", d.Recording)
		}
	}
}

func TestAloneKeepsReadersOut(t *testing.T) {
	dir := t.TempDir()
	add(t, open(t, dir, Options{}), generate(1, 0))
	if _, err := Open(dir, Options{Alone: true}); !errors.Is(err, ErrLocked) {
		t.Fatalf("beside a writer: %v, want ErrLocked", err)
	}
	other := t.TempDir()
	w := open(t, other, Options{})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	reader := open(t, other, Options{ReadOnly: true})
	if _, err := Open(other, Options{Alone: true}); !errors.Is(err, ErrInUse) {
		t.Fatalf("beside a reader: %v, want ErrInUse", err)
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, other, Options{Alone: true})
	if _, err := Open(other, Options{ReadOnly: true}); !errors.Is(err, ErrLocked) {
		t.Fatalf("a reader beside one that is alone: %v, want ErrLocked", err)
	}
}
