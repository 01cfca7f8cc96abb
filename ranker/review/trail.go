package review

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Deed is one decision of a person as the audit trail keeps it.
type Deed struct {
	ID      int64 // rising; the name of the deed
	At      time.Time
	By      string
	Kind    string          // issue, episode or control
	Subject string          // issue key, or JSON that names the episode or control
	Rev     int64           // of the subject after it
	State   json.RawMessage // of the subject after it
}

// Trail lists at most limit deeds before the one with the ID before (0: from the newest on), newest first. Nothing in the
// trail is ever changed.
func (s *Store) Trail(ctx context.Context, before int64, limit int) ([]Deed, error) {
	rows, err := s.read.QueryContext(ctx,
		`SELECT id, at_ms, by, kind, subject, rev, state FROM audit WHERE ?1 = 0 OR id < ?1 ORDER BY id DESC LIMIT ?2`, before, limit)
	if err != nil {
		return nil, fmt.Errorf("read audit trail: %w", err)
	}
	defer rows.Close()
	var out []Deed
	for rows.Next() {
		var d Deed
		var ms int64
		var state []byte
		if err := rows.Scan(&d.ID, &ms, &d.By, &d.Kind, &d.Subject, &d.Rev, &state); err != nil {
			return nil, fmt.Errorf("read audit trail: %w", err)
		}
		d.At, d.State = time.UnixMilli(ms).UTC(), state
		out = append(out, d)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read audit trail: %w", err)
	}
	return out, nil
}
