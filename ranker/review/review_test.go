package review

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var t0 = time.Date(2026, 10, 5, 9, 0, 0, 0, time.UTC)

func open1(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(path, func() time.Time { return t0 })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func ptr[T any](v T) *T { return &v }

func TestSet(t *testing.T) {
	s := open1(t, filepath.Join(t.TempDir(), "sub", "review.db"))
	ctx := t.Context()
	f := func(c Change, rev int64, want Review, wantErr error) {
		t.Helper()
		got, err := s.Set(ctx, "iss", c, rev)
		if !errors.Is(err, wantErr) {
			t.Fatalf("error %v, want %v", err, wantErr)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	untouched, err := s.Get(ctx, "iss")
	if err != nil || untouched != (Review{Status: New}) {
		t.Fatalf("untouched issue: %+v, %v", untouched, err)
	}
	f(Change{Owner: ptr("Ada")}, 1, Review{Status: New}, ErrConflict)
	f(Change{Status: ptr(Confirmed), By: "eve"}, 0, Review{Status: Confirmed, Rev: 1}, nil)
	f(Change{Owner: ptr("Ada"), Note: ptr("näh\x00'; DROP TABLE audit; --")}, 1, Review{Status: Confirmed, Owner: "Ada", Note: "näh\x00'; DROP TABLE audit; --", Rev: 2}, nil)
	f(Change{Status: ptr(Fixed)}, 1, Review{Status: Confirmed, Owner: "Ada", Note: "näh\x00'; DROP TABLE audit; --", Rev: 2}, ErrConflict)
	f(Change{Owner: ptr("")}, 2, Review{Status: Confirmed, Note: "näh\x00'; DROP TABLE audit; --", Rev: 3}, nil)
	f(Change{}, 3, Review{Status: Confirmed, Note: "näh\x00'; DROP TABLE audit; --", Rev: 4}, nil)
	f(Change{Status: ptr(Status("open"))}, 4, Review{}, ErrInvalid)
	f(Change{Owner: ptr(strings.Repeat("ä", MaxOwner+1))}, 4, Review{}, ErrInvalid)
	f(Change{Note: ptr(strings.Repeat("ä", MaxNote+1))}, 4, Review{}, ErrInvalid)
	f(Change{Note: ptr("\xff")}, 4, Review{}, ErrInvalid)
	for _, key := range []string{"", strings.Repeat("k", maxKey+1)} {
		if _, err := s.Set(ctx, key, Change{}, 0); !errors.Is(err, ErrInvalid) {
			t.Errorf("key of %d bytes: %v", len(key), err)
		}
	}
	history, err := s.History(ctx, "iss")
	if err != nil {
		t.Fatal(err)
	}
	var revs []int64
	for _, e := range history {
		revs = append(revs, e.Rev)
	}
	if diff := cmp.Diff([]int64{4, 3, 2, 1}, revs); diff != "" {
		t.Errorf("history: %s", diff)
	}
	if e := history[3]; e.By != "eve" || !e.At.Equal(t0) || e.Status != Confirmed {
		t.Errorf("first entry %+v", e)
	}
	if history[2].By != localActor {
		t.Errorf("nobody in particular is %q", history[2].By)
	}
	all, err := s.All(ctx)
	if err != nil || len(all) != 1 || all["iss"].Rev != 4 {
		t.Errorf("all: %v, %v", all, err)
	}
}

// Whoever comes second is told, over any number of writers and two handles as of two processes.
func TestSetRace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "review.db")
	stores := []*Store{open1(t, path), open1(t, path)}
	const rounds, people = 5, 6
	for rev := range int64(rounds) {
		var wg sync.WaitGroup
		errs := make([]error, people)
		for i := range people {
			wg.Go(func() {
				_, errs[i] = stores[i%2].Set(t.Context(), "iss", Change{Note: ptr(strings.Repeat("x", i))}, rev)
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, ErrConflict):
				t.Fatal(err)
			}
		}
		if won != 1 {
			t.Fatalf("%d of %d writers on one revision won", won, people)
		}
	}
	if seq, err := stores[0].Seq(t.Context()); err != nil || seq != rounds {
		t.Errorf("sequence %d, %v: want one entry per change", seq, err)
	}
}

func TestVerdicts(t *testing.T) {
	s := open1(t, filepath.Join(t.TempDir(), "review.db"))
	ctx := t.Context()
	e := Episode{Session: "s", Pattern: "rage_tap", Start: 1500*time.Millisecond + 7}
	if _, err := s.SetVerdict(ctx, e, Verdict{Verdict: "maybe"}, ""); !errors.Is(err, ErrInvalid) {
		t.Errorf("unknown verdict: %v", err)
	}
	v, err := s.SetVerdict(ctx, e, Verdict{Verdict: "dismissed", Note: "a game"}, "ada")
	if err != nil || v.Rev != 1 {
		t.Fatalf("%+v, %v", v, err)
	}
	if now, err := s.SetVerdict(ctx, e, Verdict{Verdict: "friction"}, "eve"); !errors.Is(err, ErrConflict) || now != v {
		t.Errorf("second on the old revision: %+v, %v", now, err)
	}
	if _, err := s.SetVerdict(ctx, e, Verdict{Verdict: "friction", Rev: 1}, "eve"); err != nil {
		t.Fatal(err)
	}
	got, err := s.Verdicts(ctx)
	want := []Judged{{Episode{"s", "rage_tap", 1500 * time.Millisecond}, Verdict{"friction", "", 2}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestReopenAndBackup(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a ?#%41.db") // characters with a meaning in a URI
	s, err := Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Set(t.Context(), "iss", Change{Owner: ptr("Ada")}, 0); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, "backup.db")
	if err := s.Backup(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), copied); !errors.Is(err, fs.ErrExist) {
		t.Errorf("backup over a file: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the store lies elsewhere: %v", err)
	}
	for _, p := range []string{path, copied} {
		r, err := open1(t, p).Get(t.Context(), "iss")
		if err != nil || r.Owner != "Ada" || r.Rev != 1 {
			t.Errorf("%s: %+v, %v", p, r, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	newer := filepath.Join(dir, "newer.db")
	db, err := sql.Open("sqlite", newer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(context.Background(), `PRAGMA user_version = 99`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	garbage := filepath.Join(dir, "garbage.db")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("not a database ", 1000)), 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{newer: "newer program", garbage: "not a database", dir: dir} {
		s, err := Open(path, nil)
		if err == nil {
			t.Errorf("%s: opened", path)
			s.Close()
			continue
		}
		if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// The store keeps what was acknowledged in write-ahead mode with full sync.
func TestPragmas(t *testing.T) {
	s := open1(t, filepath.Join(t.TempDir(), "review.db"))
	for _, db := range []*sql.DB{s.write, s.read} {
		var mode string
		var sync int
		if err := db.QueryRow(`PRAGMA journal_mode`).Scan(&mode); err != nil {
			t.Fatal(err)
		}
		if err := db.QueryRow(`PRAGMA synchronous`).Scan(&sync); err != nil {
			t.Fatal(err)
		}
		if mode != "wal" || sync != 2 {
			t.Errorf("journal %s, synchronous %d", mode, sync)
		}
	}
	if _, err := s.read.Exec(`DELETE FROM audit`); err == nil {
		t.Error("a read handle can write")
	}
}
