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

// ErrStorage means that the file cannot be written: its disk is full, read-only or broken. Nothing was changed.
var ErrStorage = errors.New("review state cannot be written")

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
	MaxVersion = 200   // runes
	MaxEffort  = 1e6   // in any unit: minutes of two years
	maxKey     = 500   // bytes of an issue key, session id or pattern
	maxHistory = 100   // entries that History returns
)

// Review is the state of one issue. The zero value with Status New is an issue nobody touched.
type Review struct {
	Status Status `json:"status"`
	Owner  string `json:"owner"`
	Note   string `json:"note"`
	Rev    int64  `json:"rev"` // 0 = nobody changed it yet

	// Of an issue with Status Fixed: the first app version with the fix, or the moment from which on it is fixed. One of
	// them is set; both are empty otherwise.
	FixedVersion string    `json:"fixed_version,omitempty"`
	FixedAt      time.Time `json:"fixed_at,omitzero"` // UTC, whole milliseconds
	// Effort is what it takes to fix it, in whatever unit people count, the same for all issues; 0 = nobody said.
	Effort float64 `json:"effort,omitempty"`
}

// Change says what to change; nil leaves a field as it is.
type Change struct {
	Status *Status
	Owner  *string
	Note   *string
	// FixedVersion and FixedAt say since when it is fixed; one of them takes the place of the other. Without either an
	// issue that becomes Fixed is fixed from now on.
	FixedVersion *string
	FixedAt      *time.Time
	Effort       *float64
	By           string // who; "" = "local"
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
	rows, err := s.read.QueryContext(ctx, `SELECT issue, `+reviewColumns+` FROM issue_review`)
	if err != nil {
		return nil, fmt.Errorf("read reviews: %w", err)
	}
	defer rows.Close()
	out := map[string]Review{}
	for rows.Next() {
		var key string
		r, err := scanReview(func(into ...any) error { return rows.Scan(append([]any{&key}, into...)...) })
		if err != nil {
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
		next := c.apply(now, s.now)
		next.Rev++
		if next.Status != Fixed && (c.FixedVersion != nil && *c.FixedVersion != "" || c.FixedAt != nil && !c.FixedAt.IsZero()) {
			return fmt.Errorf("%w: fixed_version and fixed_at need the status fixed, it is %s", ErrInvalid, next.Status)
		}
		if err := putReview(ctx, tx, key, next); err != nil {
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

// reviewColumns are the columns of a Review, in the order of scanReview and putReview.
const reviewColumns = "status, owner, note, rev, fixed_version, fixed_at_ms, effort"

func scanReview(scan func(...any) error) (Review, error) {
	var r Review
	var ms int64
	err := scan(&r.Status, &r.Owner, &r.Note, &r.Rev, &r.FixedVersion, &ms, &r.Effort)
	if ms != 0 {
		r.FixedAt = time.UnixMilli(ms).UTC()
	}
	return r, err
}

func getReview(ctx context.Context, q querier, key string) (Review, error) {
	r, err := scanReview(q.QueryRowContext(ctx, `SELECT `+reviewColumns+` FROM issue_review WHERE issue = ?`, key).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Review{Status: New}, nil
	}
	return r, err
}

func putReview(ctx context.Context, tx *sql.Tx, key string, r Review) error {
	ms := int64(0)
	if !r.FixedAt.IsZero() {
		ms = r.FixedAt.UnixMilli()
	}
	_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO issue_review (issue, `+reviewColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		key, r.Status, r.Owner, r.Note, r.Rev, r.FixedVersion, ms, r.Effort)
	return err
}

// apply makes the change; now is asked only where the time is a part of it.
func (c Change) apply(r Review, now func() time.Time) Review {
	if c.Status != nil {
		r.Status = *c.Status
	}
	if c.Owner != nil {
		r.Owner = *c.Owner
	}
	if c.Note != nil {
		r.Note = *c.Note
	}
	if c.Effort != nil {
		r.Effort = *c.Effort
	}
	if r.Status != Fixed {
		r.FixedVersion, r.FixedAt = "", time.Time{}
		return r
	}
	if c.FixedVersion != nil {
		r.FixedVersion, r.FixedAt = *c.FixedVersion, time.Time{}
	}
	if c.FixedAt != nil && !c.FixedAt.IsZero() {
		r.FixedVersion, r.FixedAt = "", c.FixedAt.UTC().Truncate(time.Millisecond)
	}
	if r.FixedVersion == "" && r.FixedAt.IsZero() {
		r.FixedAt = now().UTC().Truncate(time.Millisecond)
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
	if c.FixedVersion != nil && (utf8.RuneCountInString(*c.FixedVersion) > MaxVersion || !utf8.ValidString(*c.FixedVersion)) {
		return fmt.Errorf("%w: fixed_version must be text of at most %d characters", ErrInvalid, MaxVersion)
	}
	if c.FixedVersion != nil && *c.FixedVersion != "" && c.FixedAt != nil && !c.FixedAt.IsZero() {
		return fmt.Errorf("%w: give fixed_version or fixed_at, not both", ErrInvalid)
	}
	if c.Effort != nil && !(*c.Effort >= 0 && *c.Effort <= MaxEffort) {
		return fmt.Errorf("%w: effort must be a number from 0 to %g", ErrInvalid, float64(MaxEffort))
	}
	if c.Note != nil && (utf8.RuneCountInString(*c.Note) > MaxNote || !utf8.ValidString(*c.Note)) {
		return fmt.Errorf("%w: note must be text of at most %d characters", ErrInvalid, MaxNote)
	}
	return nil
}
