package review

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"modernc.org/sqlite" // the driver
	lib "modernc.org/sqlite/lib"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store is the review state in one SQLite file. It is safe for concurrent use, also by several processes: one
// writer at a time, readers never wait (WAL).
type Store struct {
	write *sql.DB // one connection
	read  *sql.DB
	now   func() time.Time
}

// busyTimeout is how long a write waits for another process. Writes take under a millisecond; one that waits for
// longer meets a process that hangs.
const busyTimeout = 5 * time.Second

// readers bounds the open read connections.
const readers = 4

// Open opens the store at path, making the file and its folder as needed and bringing an older one up to date. A
// store written by a newer version is refused. now gives the time of audit entries; nil = time.Now.
func Open(path string, now func() time.Time) (*Store, error) {
	if now == nil {
		now = time.Now
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("open review state: %w", err)
	}
	s := &Store{now: now}
	var err error
	// FULL: a decision that was acknowledged survives a power cut. immediate: take the write lock at the start of a
	// transaction, so that it waits there and does not fail in the middle.
	if s.write, err = open(path, 1, "_txlock=immediate"); err != nil {
		return nil, err
	}
	if err := s.migrate(context.Background()); err != nil {
		return nil, errors.Join(fmt.Errorf("open review state %s: %w", path, err), s.Close())
	}
	if s.read, err = open(path, readers, "_pragma=query_only(1)"); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func open(path string, conns int, extra string) (*sql.DB, error) {
	// As a URI, so that ?, # and % in a path are part of it.
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()}
	u.RawQuery = fmt.Sprintf("_pragma=busy_timeout(%d)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&%s",
		busyTimeout.Milliseconds(), extra)
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, fmt.Errorf("open review state %s: %w", path, err)
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// Close releases the file.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// migrate applies the migrations that the file has not seen, in one transaction each. user_version counts them.
func (s *Store) migrate(ctx context.Context) error {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	slices.Sort(names)
	return s.change(ctx, func(tx *sql.Tx) error {
		var version int
		if err := tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
			return err
		}
		if version > len(names) {
			return fmt.Errorf("it has schema version %d, this program knows %d: use the newer program", version, len(names))
		}
		for i := version; i < len(names); i++ {
			text, err := migrations.ReadFile(names[i])
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, string(text)); err != nil {
				return fmt.Errorf("migration %s: %w", names[i], err)
			}
		}
		if version == len(names) {
			return nil
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, len(names)))
		return err
	})
}

// change runs f in the one write transaction. After an error nothing is changed.
func (s *Store) change(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return stored(err)
	}
	if err := f(tx); err != nil {
		err = stored(err)
		if rerr := tx.Rollback(); !errors.Is(rerr, sql.ErrTxDone) && !errors.Is(err, ErrStorage) {
			err = errors.Join(err, rerr) // with no room SQLite has rolled back by itself
		}
		return err
	}
	return stored(tx.Commit())
}

// stored makes an error of SQLite about the file ErrStorage.
func stored(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff { // the primary code of an extended one
	case lib.SQLITE_FULL, lib.SQLITE_IOERR, lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN:
		return fmt.Errorf("%w: %w", ErrStorage, err)
	}
	return err
}

func (s *Store) audit(ctx context.Context, tx *sql.Tx, kind, subject, by string, rev int64, state any) error {
	if by == "" {
		by = localActor
	}
	text, err := json.Marshal(state)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO audit (at_ms, by, kind, subject, rev, state) VALUES (?, ?, ?, ?, ?, ?)`,
		s.now().UnixMilli(), by, kind, subject, rev, string(text))
	return err
}

// Backup writes a consistent copy of the store to path while it is in use. path must not exist.
func (s *Store) Backup(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("back up review state to %s: %w", path, fs.ErrExist)
	}
	if _, err := s.write.ExecContext(ctx, `VACUUM INTO ?`, path); err != nil {
		return fmt.Errorf("back up review state to %s: %w", path, err)
	}
	return nil
}
