package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// RemoveBefore deletes every Digest of a session that started on a UTC day before that of the given time, under all
// settings, and returns how many counted. What remains is what a ledger that never held them would yield. A process that
// ends on the way leaves some of those days; asking again removes the rest.
func (l *Ledger) RemoveBefore(ctx context.Context, before time.Time) (int, error) {
	if l.lock == nil {
		return 0, ErrReadOnly
	}
	first := dirOf(before)
	gone := l.filesWhere(func(f *file) bool { return f.dir != skipsDir && f.dir < first })
	if len(gone) == 0 {
		return 0, nil
	}
	// A row that stays may be superseded by one that goes, and would count again.
	for _, dir := range dirsOf(l.filesWhere(func(f *file) bool { return f.dir != skipsDir && f.dir >= first && f.deadRows > 0 })) {
		if err := l.purge(ctx, dir); err != nil {
			return 0, err
		}
	}
	before0 := l.Size().Digests
	if err := l.removeFiles(gone); err != nil {
		return 0, err
	}
	return before0 - l.Size().Digests, nil
}

// RemoveSkips deletes the skips for which gone is true, and those of recordings that were read later, and returns how many
// there were: they would stay for ever.
func (l *Ledger) RemoveSkips(ctx context.Context, gone func(*Skip) bool) (int, error) {
	if l.lock == nil {
		return 0, ErrReadOnly
	}
	n := 0
	for _, p := range l.snapshot(l.filesOf(skipsDir, "")) {
		found, err := l.skipsIn(ctx, p, gone)
		if err != nil {
			return n, fmt.Errorf("remove skips: %w", err)
		}
		n += len(found)
		l.mu.Lock()
		for row, recording := range found {
			p.file.kill(row)
			delete(l.skips, keyOf(recording, p.file.fingerprint))
		}
		l.mu.Unlock()
	}
	if n == 0 {
		return 0, nil
	}
	return n, l.purge(ctx, skipsDir)
}

// skipsIn returns the recordings of the live skips of one file that are gone, by row.
func (l *Ledger) skipsIn(ctx context.Context, p part, gone func(*Skip) bool) (map[int64]string, error) {
	c, err := openCursor(l, p, newPlainRows[skipRow])
	if err != nil {
		return nil, err
	}
	defer func() { _, _ = c.r.close(), c.o.Close() }()
	found := map[int64]string{}
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		ok, err := c.advance()
		if err != nil || !ok {
			return found, err
		}
		s := c.rows[c.at].skip()
		if gone(&s) || l.readLater(&c.rows[c.at]) {
			found[c.base+int64(c.at)] = s.Recording
		}
	}
}

// RemoveSettings deletes what was read under settings of long ago. It keeps the fingerprints in use, and of the others the
// newest: recent of those of Digests, and recent times skipsPerSetting of those of skips.
func (l *Ledger) RemoveSettings(inUse []string, recent int) error {
	if l.lock == nil {
		return ErrReadOnly
	}
	isSkip := func(f *file) bool { return f.dir == skipsDir }
	isDigest := func(f *file) bool { return f.dir != skipsDir }
	return errors.Join(
		l.removeSettings(isDigest, inUse, recent),
		l.removeSettings(isSkip, inUse, recent*skipsPerSetting),
	)
}

// skipsPerSetting is how many fingerprints of skips one of Digests has at most in practice: with each of the dialects that
// a source may declare, and with the days that are kept, it differs.
const skipsPerSetting = 4

func (l *Ledger) removeSettings(among func(*file) bool, inUse []string, recent int) error {
	newest := map[string]int64{} // fingerprint -> sequence
	for _, f := range l.filesWhere(among) {
		newest[f.fingerprint] = max(newest[f.fingerprint], f.sequence)
	}
	for _, fp := range inUse {
		delete(newest, fp)
	}
	old := sortedKeys(newest)
	slices.SortStableFunc(old, func(a, b string) int { return cmp.Compare(newest[b], newest[a]) })
	old = old[min(recent, len(old)):]
	if len(old) == 0 {
		return nil
	}
	return l.removeFiles(l.filesWhere(func(f *file) bool { return among(f) && slices.Contains(old, f.fingerprint) }))
}

func (l *Ledger) filesWhere(has func(*file) bool) []*file {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var files []*file
	for _, f := range l.files {
		if has(f) {
			files = append(files, f)
		}
	}
	return files
}

// dirsOf lists the folders of files, which are sorted by folder.
func dirsOf(files []*file) []string {
	var dirs []string
	for _, f := range files {
		dirs = append(dirs, f.dir)
	}
	return slices.Compact(dirs)
}

// purge rewrites the files of a folder that hold superseded or removed rows, without them.
func (l *Ledger) purge(ctx context.Context, dir string) error {
	return l.compactThose(ctx, dir, func(f *file) bool { return f.deadRows > 0 })
}

// removeFiles deletes files, and their folders where nothing else is in them.
func (l *Ledger) removeFiles(files []*file) error {
	gone := make(map[*file]bool, len(files))
	for _, f := range files {
		gone[f] = true
	}
	l.mu.Lock()
	l.files = slices.DeleteFunc(l.files, func(f *file) bool { return gone[f] })
	for _, index := range []map[key]place{l.digests, l.skips} {
		for k, p := range index {
			if gone[p.file] {
				delete(index, k)
			}
		}
	}
	l.sessions = nil
	l.mu.Unlock()
	for _, f := range files {
		if err := os.Remove(filepath.Join(l.root, f.dir, f.name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove from ledger: %w", err)
		}
		l.step("removed")
	}
	for _, dir := range dirsOf(files) {
		path := filepath.Join(l.root, dir)
		if entries, err := os.ReadDir(path); err == nil && len(entries) == 0 && strings.HasPrefix(dir, dayPrefix) {
			if err := os.Remove(path); err != nil {
				return fmt.Errorf("remove from ledger: %w", err)
			}
		} else if err == nil {
			if err := SyncDir(path); err != nil {
				return fmt.Errorf("remove from ledger: %w", err)
			}
		}
	}
	return SyncDir(l.root)
}

const (
	// settledDays is how far behind the newest day a day lies to which, on most runs, nothing is added any more.
	settledDays = 2
	// mostSettled bounds how many settled days one Close tidies: the first one after an upgrade may find years of them.
	mostSettled = 32
)

// settle merges what is left in small files on days that lie behind. Close merges a day from several files on, so that a
// busy day is not rewritten by every run; a year of days with a handful of files each would still cost a handle each.
func (l *Ledger) settle(ctx context.Context) error {
	days := l.Days()
	if len(days) == 0 {
		return nil
	}
	last := dirOf(days[len(days)-1].AddDate(0, 0, -settledDays))
	done := 0
	for _, day := range days {
		dir := dirOf(day)
		if dir > last || done == mostSettled {
			break
		}
		if l.touched[dir] || !l.scattered(dir) {
			continue
		}
		if err := l.compact(ctx, dir); err != nil {
			return err
		}
		done++
	}
	return nil
}

// scattered reports whether a folder has several small files of one fingerprint.
func (l *Ledger) scattered(dir string) bool {
	seen := map[string]bool{}
	for _, f := range l.filesWhere(func(f *file) bool { return f.dir == dir && l.small(f) }) {
		if seen[f.fingerprint] {
			return true
		}
		seen[f.fingerprint] = true
	}
	return false
}
