package review

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"math"
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

// An issue is fixed in a version, from a moment on or from now on; one takes the place of the other, and none is left when
// it is not fixed after all.
func TestFixed(t *testing.T) {
	s := open1(t, filepath.Join(t.TempDir(), "review.db"))
	ctx := t.Context()
	at := time.Date(2026, 10, 12, 8, 30, 0, 7e6+1, time.FixedZone("", 3600))
	rev := int64(0)
	f := func(c Change, want Review) {
		t.Helper()
		got, err := s.Set(ctx, "iss", c, rev)
		rev++
		want.Rev = rev
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if stored, err := s.Get(ctx, "iss"); err != nil || stored != got {
			t.Errorf("stored %+v, %v", stored, err)
		}
	}
	f(Change{Status: ptr(Fixed), Effort: ptr(2.5)}, Review{Status: Fixed, FixedAt: t0, Effort: 2.5})
	f(Change{FixedVersion: ptr("4.2.1")}, Review{Status: Fixed, FixedVersion: "4.2.1", Effort: 2.5})
	d, err := s.Decisions(ctx)
	if diff := cmp.Diff(Decisions{Fixed: []FixedIssue{{Issue: "iss", Version: "4.2.1"}}}, d); diff != "" || err != nil || d.Empty() {
		t.Error(diff, err)
	}
	f(Change{FixedAt: &at}, Review{Status: Fixed, FixedAt: at.UTC().Truncate(time.Millisecond), Effort: 2.5})
	f(Change{Note: ptr("really")}, Review{Status: Fixed, Note: "really", FixedAt: at.UTC().Truncate(time.Millisecond), Effort: 2.5})
	f(Change{Status: ptr(Confirmed), Effort: ptr(0.0)}, Review{Status: Confirmed, Note: "really"})
	if d, err := s.Decisions(ctx); err != nil || !d.Empty() {
		t.Errorf("%+v, %v", d, err)
	}
	for _, bad := range []Change{
		{FixedVersion: ptr("5")}, {FixedAt: &at}, {Status: ptr(Fixed), FixedVersion: ptr("5"), FixedAt: &at},
		{Status: ptr(Fixed), FixedVersion: ptr(strings.Repeat("5", MaxVersion+1))}, {Effort: ptr(-1.0)}, {Effort: ptr(math.NaN())},
	} {
		if _, err := s.Set(ctx, "iss", bad, rev); !errors.Is(err, ErrInvalid) {
			t.Errorf("%+v: %v", bad, err)
		}
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
	for _, bad := range []Verdict{{Verdict: "maybe"}, {Verdict: Intended, Note: "\xff"}, {Verdict: Intended, Note: strings.Repeat("ä", MaxNote+1)}} {
		if _, err := s.SetVerdict(ctx, e, bad, ""); !errors.Is(err, ErrInvalid) {
			t.Errorf("%.20v: %v", bad, err)
		}
	}
	v, err := s.SetVerdict(ctx, e, Verdict{Verdict: Intended, Note: "a game"}, "ada")
	if err != nil || v.Rev != 1 {
		t.Fatalf("%+v, %v", v, err)
	}
	if now, err := s.SetVerdict(ctx, e, Verdict{Verdict: Friction}, "eve"); !errors.Is(err, ErrConflict) || now != v {
		t.Errorf("second on the old revision: %+v, %v", now, err)
	}
	decided := func(want ...Episode) {
		t.Helper()
		d, err := s.Decisions(ctx)
		if diff := cmp.Diff(Decisions{Intended: want}, d); err != nil || diff != "" {
			t.Errorf("decisions: %v %s", err, diff)
		}
	}
	e.Start = 1500 * time.Millisecond
	decided(e)
	if _, err := s.SetVerdict(ctx, e, Verdict{Verdict: Friction, Rev: 1}, "eve"); err != nil {
		t.Fatal(err)
	}
	decided()
	if _, err := s.SetVerdict(ctx, e, Verdict{Verdict: Withdrawn, Rev: 2}, "eve"); err != nil {
		t.Fatal(err)
	}
	got, err := s.Verdicts(ctx)
	want := []Judged{{e, Verdict{Withdrawn, "", 3}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	decided()
	if seq, err := s.Seq(ctx); err != nil || seq != 3 {
		t.Errorf("the audit trail holds %d entries, %v; want every change", seq, err)
	}
}

func TestMarks(t *testing.T) {
	s := open1(t, filepath.Join(t.TempDir(), "review.db"))
	ctx := t.Context()
	c := Control{Screen: "/game/:id", Key: "button|test:plus"}
	if _, err := s.SetMark(ctx, c, Mark{Mark: "ignore"}, ""); !errors.Is(err, ErrInvalid) {
		t.Errorf("unknown mark: %v", err)
	}
	if _, err := s.SetMark(ctx, Control{Screen: "/"}, Mark{Mark: RepeatUse}, ""); !errors.Is(err, ErrInvalid) {
		t.Errorf("no control: %v", err)
	}
	m, err := s.SetMark(ctx, c, Mark{Mark: RepeatUse, Name: "button “+”"}, "ada")
	if err != nil || m.Rev != 1 {
		t.Fatalf("%+v, %v", m, err)
	}
	d, err := s.Decisions(ctx)
	if diff := cmp.Diff(Decisions{RepeatUse: []Control{c}}, d); err != nil || diff != "" || d.Empty() {
		t.Errorf("%v %s", err, diff)
	}
	if now, err := s.SetMark(ctx, c, Mark{}, "eve"); !errors.Is(err, ErrConflict) || now != m {
		t.Errorf("second on the old revision: %+v, %v", now, err)
	}
	if _, err := s.SetMark(ctx, c, Mark{Rev: 1, Name: m.Name}, "eve"); err != nil {
		t.Fatal(err)
	}
	if d, err := s.Decisions(ctx); err != nil || !d.Empty() {
		t.Errorf("after it was taken back: %+v, %v", d, err)
	}
	all, err := s.Marks(ctx)
	if diff := cmp.Diff([]Marked{{c, Mark{Name: m.Name, Rev: 2}}}, all); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

// What people said before verdicts had their own names is kept, with the audit trail and its numbers.
func TestMigrateVerdicts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "review.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	first, err := migrations.ReadFile("migrations/0001_reviews.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(first), `PRAGMA user_version = 1`,
		`INSERT INTO episode_verdict VALUES ('s', 'rage_tap', 1500, 'dismissed', 'a game', 2), ('t', 'dead_tap', 10, 'no_opinion', '', 1), ('u', 'dead_tap', 20, 'friction', '', 1)`,
		`INSERT INTO audit (id, at_ms, by, kind, subject, rev, state) VALUES (41, 1, 'ada', 'episode', '{}', 1, '{}')`} {
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := open1(t, path)
	got, err := s.Verdicts(t.Context())
	want := []Judged{
		{Episode{"s", "rage_tap", 1500 * time.Millisecond}, Verdict{Intended, "a game", 2}},
		{Episode{"t", "dead_tap", 10 * time.Millisecond}, Verdict{Unclear, "", 1}},
		{Episode{"u", "dead_tap", 20 * time.Millisecond}, Verdict{Friction, "", 1}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if _, err := s.Set(t.Context(), "iss", Change{}, 0); err != nil {
		t.Fatal(err)
	}
	if seq, err := s.Seq(t.Context()); err != nil || seq != 42 {
		t.Errorf("the audit trail goes on at %d, %v; want 42", seq, err)
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
