package review

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
)

// Forgotten says what Forget took out.
type Forgotten struct {
	Verdicts int // about episodes of the sessions
	Entries  int // of the audit trail about them
	Texts    int // notes, names and entries that were written anew without the person
}

// Forget takes a person out: all that was said about episodes of the given sessions, its history included, is deleted; every
// other text that people wrote goes through redact, which returns it without the person. What people decided about issues and
// controls stays. It is the only thing that changes the audit trail, and is for a person's right to be forgotten only.
//
// The file is then written anew without free pages, and its log emptied, so that nothing of what was deleted is left in
// them. Nobody else may have the store open.
func (s *Store) Forget(ctx context.Context, sessions []string, redact func(string) string) (Forgotten, error) {
	var out Forgotten
	if _, err := s.write.ExecContext(ctx, `PRAGMA secure_delete = ON`); err != nil {
		return out, fmt.Errorf("forget in review state: %w", err)
	}
	err := s.change(ctx, func(tx *sql.Tx) error {
		for _, session := range sessions {
			n, err := deleted(ctx, tx, `DELETE FROM episode_verdict WHERE session = ?`, session)
			out.Verdicts += n
			if err != nil {
				return err
			}
			n, err = deleted(ctx, tx, `DELETE FROM audit WHERE kind = 'episode' AND json_extract(subject, '$.session') = ?`, session)
			out.Entries += n
			if err != nil {
				return err
			}
		}
		for _, t := range []struct{ table, key, column string }{
			{"issue_review", "issue", "owner"}, {"issue_review", "issue", "note"}, {"issue_review", "issue", "fixed_version"},
			{"episode_verdict", "session || char(0) || pattern || char(0) || start_ms", "note"},
			{"control_mark", "screen || char(0) || control", "name"}, {"control_mark", "screen || char(0) || control", "note"},
			{"audit", "id", "by"}, {"audit", "id", "state"},
		} {
			n, err := redactColumn(ctx, tx, t.table, t.key, t.column, redact)
			out.Texts += n
			if err != nil {
				return fmt.Errorf("%s of %s: %w", t.column, t.table, err)
			}
		}
		return nil
	})
	for _, statement := range []string{`VACUUM`, `PRAGMA wal_checkpoint(TRUNCATE)`} {
		if err == nil {
			_, err = s.write.ExecContext(ctx, statement)
		}
	}
	if err != nil {
		return out, fmt.Errorf("forget in review state: %w", err)
	}
	return out, nil
}

func deleted(ctx context.Context, tx *sql.Tx, query, session string) (int, error) {
	res, err := tx.ExecContext(ctx, query, session)
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// redactColumn passes every text of a column through redact. A state of the audit trail is JSON: its texts are passed one by
// one, so that it stays JSON.
func redactColumn(ctx context.Context, tx *sql.Tx, table, key, column string, redact func(string) string) (int, error) {
	rows, err := tx.QueryContext(ctx, fmt.Sprintf(`SELECT CAST(%s AS TEXT), %s FROM %s`, key, column, table))
	if err != nil {
		return 0, err
	}
	changed := map[string]string{}
	for rows.Next() {
		var id, text string
		if err := rows.Scan(&id, &text); err != nil {
			return 0, errors.Join(err, rows.Close())
		}
		to := redact(text)
		if column == "state" {
			if to, err = redactJSON(text, redact); err != nil {
				return 0, errors.Join(err, rows.Close())
			}
		}
		if to != text {
			changed[id] = to
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return 0, err
	}
	for id, text := range changed {
		if _, err := tx.ExecContext(ctx, fmt.Sprintf(`UPDATE %s SET %s = ? WHERE CAST(%s AS TEXT) = ?`, table, column, key), text, id); err != nil {
			return 0, err
		}
	}
	return len(changed), nil
}

// redactJSON returns text with every string in it redacted; text itself where none changes.
func redactJSON(text string, redact func(string) string) (string, error) {
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return "", err
	}
	changed := false
	var walk func(v any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case string:
			to := redact(v)
			changed = changed || to != v
			return to
		case []any:
			for i := range v {
				v[i] = walk(v[i])
			}
		case map[string]any:
			for name := range v {
				v[name] = walk(v[name])
			}
		}
		return v
	}
	value = walk(value)
	if !changed {
		return text, nil
	}
	out, err := json.Marshal(value)
	return string(out), err
}

// Texts calls each with every text that the store holds and where: table and column. It also says how many pages of the file
// are free; they hold what was deleted, unless Forget wrote the file anew.
func (s *Store) Texts(ctx context.Context, each func(place, text string)) (free int, err error) {
	for _, t := range []struct{ table, columns string }{
		{"issue_review", "issue owner note fixed_version"}, {"episode_verdict", "session pattern note"},
		{"control_mark", "screen control name note"}, {"audit", "by subject state"},
	} {
		for column := range bytes.FieldsSeq([]byte(t.columns)) {
			texts, err := list(ctx, s.read, t.table, fmt.Sprintf(`SELECT %s FROM %s`, column, t.table), func(scan func(...any) error) (text string, err error) {
				err = scan(&text)
				return text, err
			})
			if err != nil {
				return 0, err
			}
			for _, text := range texts {
				each(fmt.Sprintf("%s of %s", column, t.table), text)
			}
		}
	}
	if err := s.read.QueryRowContext(ctx, `PRAGMA freelist_count`).Scan(&free); err != nil {
		return 0, fmt.Errorf("read review state: %w", err)
	}
	return free, nil
}
