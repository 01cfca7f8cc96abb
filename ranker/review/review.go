// Package review keeps what people say about issues and episodes: status, owner, note and verdicts, with an audit
// trail. It is the only state of the product that no run can make again, so it is kept apart from everything else,
// never deleted, and changed under an optimistic lock: who changes a thing names the revision that was looked at.
//
// Call Open. Keys of issues are stable over re-runs, so a review outlives the run it was made on, also while a run
// does not report the issue.
package review

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// ErrConflict means that somebody else changed the thing since the revision that the change was made on. Read it
// again, show both, and let the person decide.
var ErrConflict = errors.New("changed by somebody else in the meantime")

// ErrInvalid means that a change was refused for its content; the text says which field and why.
var ErrInvalid = errors.New("invalid change")

// Status is how far an issue has come. The values are stored and shown, so they are never renamed.
type Status string

const (
	New       Status = "new"       // nobody decided yet
	Confirmed Status = "confirmed" // real, to be fixed
	Rejected  Status = "rejected"  // not a problem, or not ours
	Fixed     Status = "fixed"
)

// Limits of what a review holds: a name, and a page of text.
const (
	MaxOwner   = 200   // runes
	MaxNote    = 10000 // runes
	maxKey     = 500   // bytes of an issue key, session id or pattern
	maxHistory = 100   // entries that History returns
)

// Review is the state of one issue. The zero value with Status New is an issue nobody touched.
type Review struct {
	Status Status `json:"status"`
	Owner  string `json:"owner"`
	Note   string `json:"note"`
	Rev    int64  `json:"rev"` // 0 = nobody changed it yet
}

// Change says what to change; nil leaves a field as it is.
type Change struct {
	Status *Status
	Owner  *string
	Note   *string
	By     string // who; "" = "local"
}

// Entry is one line of the audit trail: the state after a change.
type Entry struct {
	At time.Time // UTC, whole milliseconds
	By string
	Review
}

// localActor is who changes things where nobody has to log in.
const localActor = "local"

// Get returns the review of an issue; an issue that nobody touched has Status New and Rev 0.
func (s *Store) Get(ctx context.Context, key string) (Review, error) {
	r, err := getReview(ctx, s.read, key)
	if err != nil {
		return Review{}, fmt.Errorf("read review of issue %s: %w", key, err)
	}
	return r, nil
}

// All returns the reviews of all issues that somebody touched, by key. The map is the caller's.
func (s *Store) All(ctx context.Context) (map[string]Review, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT issue, status, owner, note, rev FROM issue_review`)
	if err != nil {
		return nil, fmt.Errorf("read reviews: %w", err)
	}
	defer rows.Close()
	out := map[string]Review{}
	for rows.Next() {
		var key string
		var r Review
		if err := rows.Scan(&key, &r.Status, &r.Owner, &r.Note, &r.Rev); err != nil {
			return nil, fmt.Errorf("read reviews: %w", err)
		}
		out[key] = r
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read reviews: %w", err)
	}
	return out, nil
}

// Set applies a change that was made on revision rev and returns the new state. If the review is at another
// revision it returns the present state and an error that is ErrConflict.
func (s *Store) Set(ctx context.Context, key string, c Change, rev int64) (Review, error) {
	if err := c.check(key); err != nil {
		return Review{}, err
	}
	var out Review
	err := s.change(ctx, func(tx *sql.Tx) error {
		now, err := getReview(ctx, tx, key)
		if err != nil {
			return err
		}
		out = now
		if now.Rev != rev {
			return fmt.Errorf("%w: it is at revision %d, the change was made on %d", ErrConflict, now.Rev, rev)
		}
		next := c.apply(now)
		next.Rev++
		_, err = tx.ExecContext(ctx, `INSERT INTO issue_review (issue, status, owner, note, rev) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (issue) DO UPDATE SET status = excluded.status, owner = excluded.owner, note = excluded.note, rev = excluded.rev`,
			key, next.Status, next.Owner, next.Note, next.Rev)
		if err != nil {
			return err
		}
		out = next
		return s.audit(ctx, tx, "issue", key, c.By, next.Rev, next)
	})
	if err != nil {
		return out, fmt.Errorf("change review of issue %s: %w", key, err)
	}
	return out, nil
}

// History returns the changes of an issue, newest first, at most 100.
func (s *Store) History(ctx context.Context, key string) ([]Entry, error) {
	rows, err := s.read.QueryContext(ctx,
		`SELECT at_ms, by, state FROM audit WHERE kind = 'issue' AND subject = ? ORDER BY id DESC LIMIT ?`, key, maxHistory)
	if err != nil {
		return nil, fmt.Errorf("read history of issue %s: %w", key, err)
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		var ms int64
		var state []byte
		var e Entry
		if err := rows.Scan(&ms, &e.By, &state); err != nil {
			return nil, fmt.Errorf("read history of issue %s: %w", key, err)
		}
		if err := json.Unmarshal(state, &e.Review); err != nil {
			return nil, fmt.Errorf("read history of issue %s: %w", key, err)
		}
		e.At = time.UnixMilli(ms).UTC()
		out = append(out, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read history of issue %s: %w", key, err)
	}
	return out, nil
}

// Seq grows with every change of anything in the store. Two equal values mean that nothing changed in between.
func (s *Store) Seq(ctx context.Context) (int64, error) {
	var seq int64
	if err := s.read.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM audit`).Scan(&seq); err != nil {
		return 0, fmt.Errorf("read review sequence: %w", err)
	}
	return seq, nil
}

type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func getReview(ctx context.Context, q querier, key string) (Review, error) {
	r := Review{Status: New}
	err := q.QueryRowContext(ctx, `SELECT status, owner, note, rev FROM issue_review WHERE issue = ?`, key).
		Scan(&r.Status, &r.Owner, &r.Note, &r.Rev)
	if errors.Is(err, sql.ErrNoRows) {
		return r, nil
	}
	return r, err
}

func (c Change) apply(r Review) Review {
	if c.Status != nil {
		r.Status = *c.Status
	}
	if c.Owner != nil {
		r.Owner = *c.Owner
	}
	if c.Note != nil {
		r.Note = *c.Note
	}
	return r
}

func (c Change) check(key string) error {
	if key == "" || len(key) > maxKey {
		return fmt.Errorf("%w: issue key must have 1 to %d bytes", ErrInvalid, maxKey)
	}
	if c.Status != nil {
		switch *c.Status {
		case New, Confirmed, Rejected, Fixed:
		default:
			return fmt.Errorf("%w: status %q is none of new, confirmed, rejected, fixed", ErrInvalid, *c.Status)
		}
	}
	if c.Owner != nil && (utf8.RuneCountInString(*c.Owner) > MaxOwner || !utf8.ValidString(*c.Owner)) {
		return fmt.Errorf("%w: owner must be text of at most %d characters", ErrInvalid, MaxOwner)
	}
	if c.Note != nil && (utf8.RuneCountInString(*c.Note) > MaxNote || !utf8.ValidString(*c.Note)) {
		return fmt.Errorf("%w: note must be text of at most %d characters", ErrInvalid, MaxNote)
	}
	return nil
}
