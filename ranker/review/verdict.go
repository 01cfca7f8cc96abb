package review

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Episode names one episode across re-runs.
type Episode struct {
	Session string        `json:"session"`
	Pattern string        `json:"pattern"`
	Start   time.Duration `json:"start"` // from the session's start; kept to the millisecond
}

// Verdict is what a person said about an episode.
type Verdict struct {
	Verdict string `json:"verdict"` // "friction", "dismissed" or "no_opinion", as friction.Verdict
	Note    string `json:"note"`
	Rev     int64  `json:"rev"` // 0 = nobody said anything yet
}

// Judged is an episode with its verdict.
type Judged struct {
	Episode
	Verdict
}

// SetVerdict records what a person says about an episode; v.Rev is the revision that the person looked at. Errors
// are as for Set.
func (s *Store) SetVerdict(ctx context.Context, e Episode, v Verdict, by string) (Verdict, error) {
	switch v.Verdict {
	case "friction", "dismissed", "no_opinion":
	default:
		return Verdict{}, fmt.Errorf("%w: verdict %q is none of friction, dismissed, no_opinion", ErrInvalid, v.Verdict)
	}
	if e.Session == "" || len(e.Session) > maxKey || e.Pattern == "" || len(e.Pattern) > maxKey || len(v.Note) > 4*MaxNote {
		return Verdict{}, fmt.Errorf("%w: session and pattern must have 1 to %d bytes, a note at most %d", ErrInvalid, maxKey, 4*MaxNote)
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
		subject, err := json.Marshal(e)
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, "episode", string(subject), by, next.Rev, next)
	})
	if err != nil {
		return out, fmt.Errorf("judge %s of session %s: %w", e.Pattern, e.Session, err)
	}
	return out, nil
}

// Verdicts returns everything people said about episodes, ordered by session, start and pattern.
func (s *Store) Verdicts(ctx context.Context) ([]Judged, error) {
	rows, err := s.read.QueryContext(ctx,
		`SELECT session, pattern, start_ms, verdict, note, rev FROM episode_verdict ORDER BY session, start_ms, pattern`)
	if err != nil {
		return nil, fmt.Errorf("read verdicts: %w", err)
	}
	defer rows.Close()
	var out []Judged
	for rows.Next() {
		var j Judged
		var ms int64
		if err := rows.Scan(&j.Session, &j.Pattern, &ms, &j.Verdict.Verdict, &j.Note, &j.Rev); err != nil {
			return nil, fmt.Errorf("read verdicts: %w", err)
		}
		j.Start = time.Duration(ms) * time.Millisecond
		out = append(out, j)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read verdicts: %w", err)
	}
	return out, nil
}
