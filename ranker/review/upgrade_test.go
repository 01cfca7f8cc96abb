package review

import (
	"database/sql"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"testing"
)

// TestUpgrade opens the store of every version that there ever was, with something decided in it: that is kept, the trail goes
// on, and a second opening changes nothing.
func TestUpgrade(t *testing.T) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	slices.Sort(names)
	for version := 1; version <= len(names); version++ {
		t.Run(fmt.Sprintf("version %d", version), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "review.db")
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			run := func(text string) {
				t.Helper()
				if _, err := db.ExecContext(t.Context(), text); err != nil {
					t.Fatal(err)
				}
			}
			for _, name := range names[:version] {
				text, err := migrations.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				run(string(text))
			}
			run(fmt.Sprintf("PRAGMA user_version = %d", version))
			run(`INSERT INTO issue_review (issue, status, owner, note, rev) VALUES ('iss', 'confirmed', 'Ada', 'a note', 1)`)
			run(`INSERT INTO audit (id, at_ms, by, kind, subject, rev, state) VALUES (7, 1, 'ada', 'issue', 'iss', 1,
				'{"status":"confirmed","owner":"Ada","note":"a note","rev":1}')`)
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			for rev := int64(1); rev <= 2; rev++ { // the second opening finds the newest version
				s, err := Open(path, nil)
				if err != nil {
					t.Fatal(err)
				}
				r, err := s.Get(t.Context(), "iss")
				if want := (Review{Status: Confirmed, Owner: "Ada", Note: "a note", Rev: rev}); err != nil || r != want {
					t.Errorf("%+v, %v; want %+v", r, err, want)
				}
				if _, err := s.Set(t.Context(), "iss", Change{}, rev); err != nil {
					t.Error(err)
				}
				if seq, err := s.Seq(t.Context()); err != nil || seq != 7+rev {
					t.Errorf("the trail is at %d, %v; want %d", seq, err, 7+rev)
				}
				if h, err := s.History(t.Context(), "iss"); err != nil || len(h) != int(rev)+1 {
					t.Errorf("%d entries of history, %v", len(h), err)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
