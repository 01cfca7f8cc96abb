package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"github.com/parquet-go/parquet-go"

	"github.com/rankle/rankle/cluster/friction"
)

// Rows yields every Digest that lies in the files, in their order: of every fingerprint, and also those that a later one of
// the same recording replaced. All is for those who want to know what was learned, Rows for those who want to know what is
// stored. The first error ends the sequence.
func (l *Ledger) Rows(ctx context.Context) iter.Seq2[*friction.Digest, error] {
	return func(yield func(*friction.Digest, error) bool) {
		for _, f := range l.filesNow() {
			if f.dir == skipsDir {
				continue
			}
			for r, err := range stored[row](ctx, l, f) {
				if err != nil {
					yield(nil, err)
					return
				}
				if !yield(r.digest(), nil) {
					return
				}
			}
		}
	}
}

// Edit says what becomes of the rows of a ledger. Functions that are nil change nothing.
type Edit struct {
	// Digest returns the user that the row is to name and whether the row stays.
	Digest func(d *friction.Digest) (user string, keep bool)
	// Skip says whether the row stays.
	Skip func(s Skip) bool
	// Fingerprint returns the fingerprint under which the rows of a file are kept from now on.
	Fingerprint func(string) string
}

// Rewrite writes every file anew that holds a row which e changes, without the rows that e or a later row replaced, and
// removes the old one. Files that e leaves alone are not touched. It returns how many were. A process that ends in the
// middle leaves some files rewritten and others not, each whole; doing it again does the rest.
//
// The ledger must be open for writing. What is gone is gone from the files, not from the free blocks of the disk.
func (l *Ledger) Rewrite(ctx context.Context, e Edit) (files int, err error) {
	if l.lock == nil {
		return 0, ErrReadOnly
	}
	for _, f := range l.filesNow() {
		changed, err := l.rewriteOne(ctx, f, e)
		if err != nil {
			return files, fmt.Errorf("rewrite %s/%s: %w", f.dir, f.name, err)
		}
		if changed {
			files++
		}
	}
	if files == 0 {
		return 0, nil
	}
	return files, l.scan()
}

func (l *Ledger) rewriteOne(ctx context.Context, f *file, e Edit) (bool, error) {
	fingerprint := f.fingerprint
	if e.Fingerprint != nil {
		fingerprint = e.Fingerprint(fingerprint)
	}
	if f.dir == skipsDir {
		return rewriteFile(ctx, l, f, fingerprint, skipRows, func(r *skipRow) (keep, changed bool) {
			r.Fingerprint = fingerprint
			return e.Skip == nil || e.Skip(r.skip()), false
		})
	}
	return rewriteFile(ctx, l, f, fingerprint, digestRows, func(r *row) (keep, changed bool) {
		user, keep := r.User, true
		if e.Digest != nil {
			user, keep = e.Digest(r.digest())
		}
		changed = user != r.User
		r.User, r.Fingerprint = user, fingerprint
		return keep, changed
	})
}

// rewriteFile passes the rows of a file through edit, and reports whether the file is another one now.
func rewriteFile[R any](ctx context.Context, l *Ledger, f *file, fingerprint string, k kind[R], edit func(*R) (keep, changed bool)) (bool, error) {
	touched := fingerprint != f.fingerprint
	for r, err := range stored[R](ctx, l, f) {
		if err != nil {
			return false, err
		}
		if touched {
			break
		}
		keep, changed := edit(r)
		touched = !keep || changed
	}
	if !touched {
		return false, nil
	}
	w, err := newWriter[R](l, target{dir: f.dir, fingerprint: fingerprint, sequence: f.sequence, replaces: []string{f.name}})
	if err != nil {
		return false, err
	}
	defer w.Abort()
	for r, err := range merge(ctx, l, l.snapshot([]*file{f}), k.compare, k.read) {
		if err != nil {
			return false, err
		}
		if keep, _ := edit(r); !keep {
			continue
		}
		if err := w.Write([]R{*r}); err != nil {
			return false, err
		}
	}
	if w.rows > 0 {
		if _, err := w.Commit(); err != nil {
			return false, err
		}
	}
	dir := filepath.Join(l.root, f.dir)
	if err := os.Remove(filepath.Join(dir, f.name)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return false, err
	}
	l.step("removed")
	return true, SyncDir(dir)
}

// Fingerprints lists the fingerprints of all files, sorted.
func (l *Ledger) Fingerprints() []string {
	var all []string
	for _, f := range l.filesNow() {
		all = append(all, f.fingerprint)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// filesNow is a copy of the list of files.
func (l *Ledger) filesNow() []*file {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return slices.Clone(l.files)
}

// stored yields the rows of one file as they lie in it. A row is valid until the next one.
func stored[R any](ctx context.Context, l *Ledger, f *file) iter.Seq2[*R, error] {
	return func(yield func(*R, error) bool) {
		path := filepath.Join(l.root, f.dir, f.name)
		o, err := openFile(path)
		if err != nil {
			yield(nil, err)
			return
		}
		defer o.Close()
		r := parquet.NewGenericReader[R](o.File)
		defer r.Close()
		rows := make([]R, cursorBatch)
		for {
			clear(rows)
			n, err := r.Read(rows)
			for i := range rows[:n] {
				if !yield(&rows[i], nil) {
					return
				}
			}
			switch {
			case errors.Is(err, io.EOF):
				return
			case err != nil:
				yield(nil, fmt.Errorf("ledger file %s: %w: %w", path, ErrDamaged, err))
				return
			case ctx.Err() != nil:
				yield(nil, ctx.Err())
				return
			}
		}
	}
}
