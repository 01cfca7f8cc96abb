package review

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"
)

// Episode names one episode across re-runs.
type Episode struct {
	Session string        `json:"session"`
	Pattern string        `json:"pattern"`
	Start   time.Duration `json:"start"` // from the session's start; kept to the millisecond
}

// Opinion is what a person says when asked whether an episode was trouble. The values are stored and shown, so they
// are never renamed.
type Opinion string

const (
	Intended  Opinion = "intended" // what happened is how it is meant to be used
	Friction  Opinion = "friction" // somebody had trouble
	Unclear   Opinion = "unclear"  // it cannot be told from the recording
	Withdrawn Opinion = ""         // nobody said anything, or it was taken back
)

// Verdict is what a person said about an episode.
type Verdict struct {
	Verdict Opinion `json:"verdict"`
	Note    string  `json:"note"`
	Rev     int64   `json:"rev"` // 0 = nobody said anything yet
}

// Judged is an episode with its verdict.
type Judged struct {
	Episode
	Verdict
}

// Control names one control on one screen across sessions and re-runs.
type Control struct {
	Screen string `json:"screen"` // template, e.g. "/product/:id"
	Key    string `json:"key"`    // friction.Target.Key
}

// RepeatUse marks a control that is meant to be pressed many times in a row.
const RepeatUse = "repeat_use"

// Mark is what a person said about a control, for all sessions.
type Mark struct {
	Mark string `json:"mark"` // RepeatUse, or "" for nothing or no longer
	Name string `json:"name"` // of the control, for people
	Note string `json:"note"`
	Rev  int64  `json:"rev"` // 0 = nobody said anything yet
}

// Marked is a control with its mark.
type Marked struct {
	Control
	Mark
}

// Decisions are what reports obey: episodes that people found to be meant are no trouble, nor are series of presses on
// controls that are meant to be pressed many times, and of what is fixed they say whether it is. All are sorted. The zero
// value decides nothing.
type Decisions struct {
	Intended  []Episode    `json:"intended,omitempty"`
	RepeatUse []Control    `json:"repeat_use,omitempty"`
	Fixed     []FixedIssue `json:"fixed,omitempty"`
}

// FixedIssue is an issue that somebody says is fixed, in a version or from a moment on.
type FixedIssue struct {
	Issue   string    `json:"issue"`
	Version string    `json:"version,omitempty"`
	At      time.Time `json:"at,omitzero"` // UTC
}

// Empty reports whether nothing is decided.
func (d Decisions) Empty() bool {
	return len(d.Intended) == 0 && len(d.RepeatUse) == 0 && len(d.Fixed) == 0
}

// Equal reports whether two decide the same.
func (d Decisions) Equal(o Decisions) bool {
	return d.SameVerdicts(o) && slices.Equal(d.Fixed, o.Fixed)
}

// SameVerdicts reports whether two decide the same about episodes and controls.
func (d Decisions) SameVerdicts(o Decisions) bool {
	return slices.Equal(d.Intended, o.Intended) && slices.Equal(d.RepeatUse, o.RepeatUse)
}

// DecisionsOf is what verdicts and marks, as Verdicts and Marks list them, decide; it says nothing of what is fixed.
func DecisionsOf(verdicts []Judged, marks []Marked) Decisions {
	var d Decisions
	for _, v := range verdicts {
		if v.Verdict.Verdict == Intended {
			d.Intended = append(d.Intended, v.Episode)
		}
	}
	for _, m := range marks {
		if m.Mark.Mark == RepeatUse {
			d.RepeatUse = append(d.RepeatUse, m.Control)
		}
	}
	return d
}

// maxControl bounds the key of a control: a structural path of some hundred levels.
const maxControl = 16 << 10 // bytes

// SetVerdict records what a person says about an episode; v.Rev is the revision that the person looked at. Withdrawn
// takes a verdict back. Errors are as for Set.
func (s *Store) SetVerdict(ctx context.Context, e Episode, v Verdict, by string) (Verdict, error) {
	switch v.Verdict {
	case Intended, Friction, Unclear, Withdrawn:
	default:
		return Verdict{}, fmt.Errorf("%w: verdict %q is none of intended, friction, unclear", ErrInvalid, v.Verdict)
	}
	if e.Session == "" || len(e.Session) > maxKey || e.Pattern == "" || len(e.Pattern) > maxKey || e.Start < 0 {
		return Verdict{}, fmt.Errorf("%w: session and pattern must have 1 to %d bytes, start must not be negative", ErrInvalid, maxKey)
	}
	if err := checkNote(v.Note); err != nil {
		return Verdict{}, err
	}
	e.Start = e.Start.Truncate(time.Millisecond)
	var out Verdict
	err := s.change(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT verdict, note, rev FROM episode_verdict WHERE session = ? AND pattern = ? AND start_ms = ?`,
			e.Session, e.Pattern, e.Start.Milliseconds()).Scan(&out.Verdict, &out.Note, &out.Rev)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if out.Rev != v.Rev {
			return fmt.Errorf("%w: it is at revision %d, the verdict was made on %d", ErrConflict, out.Rev, v.Rev)
		}
		next := v
		next.Rev++
		_, err = tx.ExecContext(ctx, `INSERT INTO episode_verdict (session, pattern, start_ms, verdict, note, rev) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (session, pattern, start_ms) DO UPDATE SET verdict = excluded.verdict, note = excluded.note, rev = excluded.rev`,
			e.Session, e.Pattern, e.Start.Milliseconds(), next.Verdict, next.Note, next.Rev)
		if err != nil {
			return err
		}
		out = next
		return s.auditOf(ctx, tx, "episode", e, by, next.Rev, next)
	})
	if err != nil {
		return out, fmt.Errorf("judge %s of session %s: %w", e.Pattern, e.Session, err)
	}
	return out, nil
}

// Verdicts returns everything people said about episodes, also what they took back (Withdrawn), ordered by session,
// start and pattern.
func (s *Store) Verdicts(ctx context.Context) ([]Judged, error) {
	return list(ctx, s.read, "verdicts", `SELECT session, start_ms, pattern, verdict, note, rev FROM episode_verdict ORDER BY session, start_ms, pattern`,
		func(scan func(...any) error) (j Judged, err error) {
			var ms int64
			err = scan(&j.Session, &ms, &j.Pattern, &j.Verdict.Verdict, &j.Note, &j.Rev)
			j.Start = time.Duration(ms) * time.Millisecond
			return j, err
		})
}

// SetMark records what a person says about a control; m.Rev is the revision that the person looked at. Mark "" takes it
// back. Errors are as for Set.
func (s *Store) SetMark(ctx context.Context, c Control, m Mark, by string) (Mark, error) {
	if m.Mark != "" && m.Mark != RepeatUse {
		return Mark{}, fmt.Errorf("%w: mark %q is neither %s nor empty", ErrInvalid, m.Mark, RepeatUse)
	}
	if c.Key == "" || len(c.Key) > maxControl || len(c.Screen) > maxControl || utf8.RuneCountInString(m.Name) > MaxOwner {
		return Mark{}, fmt.Errorf("%w: the key of a control must have 1 to %d bytes, its name at most %d characters", ErrInvalid, maxControl, MaxOwner)
	}
	if err := checkNote(m.Note); err != nil {
		return Mark{}, err
	}
	var out Mark
	err := s.change(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT mark, name, note, rev FROM control_mark WHERE screen = ? AND control = ?`, c.Screen, c.Key).
			Scan(&out.Mark, &out.Name, &out.Note, &out.Rev)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if out.Rev != m.Rev {
			return fmt.Errorf("%w: it is at revision %d, the mark was made on %d", ErrConflict, out.Rev, m.Rev)
		}
		next := m
		next.Rev++
		_, err = tx.ExecContext(ctx, `INSERT INTO control_mark (screen, control, mark, name, note, rev) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (screen, control) DO UPDATE SET mark = excluded.mark, name = excluded.name, note = excluded.note, rev = excluded.rev`,
			c.Screen, c.Key, next.Mark, next.Name, next.Note, next.Rev)
		if err != nil {
			return err
		}
		out = next
		return s.auditOf(ctx, tx, "control", c, by, next.Rev, next)
	})
	if err != nil {
		return out, fmt.Errorf("mark a control on %s: %w", c.Screen, err)
	}
	return out, nil
}

// Marks returns everything people said about controls, also what they took back, ordered by screen and key.
func (s *Store) Marks(ctx context.Context) ([]Marked, error) {
	return list(ctx, s.read, "marks", `SELECT screen, control, mark, name, note, rev FROM control_mark ORDER BY screen, control`,
		func(scan func(...any) error) (m Marked, err error) {
			err = scan(&m.Screen, &m.Key, &m.Mark.Mark, &m.Name, &m.Note, &m.Rev)
			return m, err
		})
}

// Decisions returns what reports have to obey now.
func (s *Store) Decisions(ctx context.Context) (Decisions, error) {
	verdicts, err := s.Verdicts(ctx)
	if err != nil {
		return Decisions{}, err
	}
	marks, err := s.Marks(ctx)
	if err != nil {
		return Decisions{}, err
	}
	d := DecisionsOf(verdicts, marks)
	reviews, err := s.All(ctx)
	if err != nil {
		return Decisions{}, err
	}
	for _, key := range slices.Sorted(maps.Keys(reviews)) {
		if r := reviews[key]; r.Status == Fixed && (r.FixedVersion != "" || !r.FixedAt.IsZero()) {
			d.Fixed = append(d.Fixed, FixedIssue{Issue: key, Version: r.FixedVersion, At: r.FixedAt})
		}
	}
	return d, nil
}

// auditOf adds a line to the audit trail about something that is named by several fields.
func (s *Store) auditOf(ctx context.Context, tx *sql.Tx, kind string, subject any, by string, rev int64, state any) error {
	text, err := json.Marshal(subject)
	if err != nil {
		return err
	}
	return s.audit(ctx, tx, kind, string(text), by, rev, state)
}

func checkNote(note string) error {
	if utf8.RuneCountInString(note) > MaxNote || !utf8.ValidString(note) {
		return fmt.Errorf("%w: note must be text of at most %d characters", ErrInvalid, MaxNote)
	}
	return nil
}

// list reads all rows of a query.
func list[T any](ctx context.Context, db *sql.DB, what, query string, row func(scan func(...any) error) (T, error)) ([]T, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := row(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", what, err)
		}
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	return out, nil
}
