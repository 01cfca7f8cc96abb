package review

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// ErrDamagedState means that the file of the review state is not what was written: put back a backup.
var ErrDamagedState = errors.New("damaged review state")

// Check reads the whole file at path, as SQLite's own check of integrity does, and changes nothing. The error wraps
// fs.ErrNotExist when nobody ever decided anything, and ErrDamagedState when the file is damaged.
func Check(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("check review state: %w", err)
	}
	db, err := open(path, 1, "_pragma=query_only(1)&mode=rw")
	if err != nil {
		return err
	}
	var found string
	err = db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&found)
	if err == nil && found != "ok" {
		err = errors.New(found)
	}
	if err = errors.Join(err, db.Close()); err != nil {
		if errors.Is(err, context.Canceled) || errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("check review state %s: %w", path, err)
		}
		return fmt.Errorf("%w %s: %w", ErrDamagedState, path, err)
	}
	return nil
}
