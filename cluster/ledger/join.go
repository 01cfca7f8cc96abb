package ledger

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
)

// Join appends what the ledgers in other data folders hold and this one does not: the way to bring together what several
// machines read. It returns how many Digests and Skips were new. The rows of one day and fingerprint become one sorted
// file, so that names and bytes depend on what was read and not on how it was spread over the others. Joining the same
// again adds nothing. Where a recording is in several of the others, the row with the highest sequence counts; where this
// ledger knows it in another state, the joined row counts. The others stay as they are.
func (l *Ledger) Join(ctx context.Context, dirs []string) (digests, skips int, err error) {
	if l.lock == nil {
		return 0, 0, ErrReadOnly
	}
	others := make([]*Ledger, len(dirs))
	for i, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, "ledger")); err != nil {
			return 0, 0, fmt.Errorf("join %s: no ledger there: %w", dir, err)
		}
		if others[i], err = Open(dir, Options{ReadOnly: true}); err != nil {
			return 0, 0, fmt.Errorf("join: %w", err)
		}
	}
	sequence := l.next
	for _, g := range groupsOf(others) {
		to := target{dir: g.dir, fingerprint: g.fingerprint, sequence: sequence}
		var n int
		if g.dir == skipsDir {
			to.sequence++ // a Skip that its own ledger still counts is newer than a Digest of the recording
			n, err = join(ctx, l, others, to, skipRows)
			skips += n
		} else {
			n, err = join(ctx, l, others, to, digestRows)
			digests += n
		}
		if err != nil {
			return digests, skips, fmt.Errorf("join %s: %w", g.dir, err)
		}
	}
	return digests, skips, nil
}

// groupsOf lists the folders and fingerprints of several ledgers, sorted.
func groupsOf(ledgers []*Ledger) []group {
	seen := map[string]map[string]bool{}
	for _, l := range ledgers {
		l.mu.RLock()
		for _, f := range l.files {
			if seen[f.dir] == nil {
				seen[f.dir] = map[string]bool{}
			}
			seen[f.dir][f.fingerprint] = true
		}
		l.mu.RUnlock()
	}
	var groups []group
	for _, dir := range sortedKeys(seen) {
		for _, fingerprint := range sortedKeys(seen[dir]) {
			groups = append(groups, groupOf(dir, fingerprint))
		}
	}
	return groups
}

// join writes the new rows of one folder and fingerprint as one file and returns how many there were.
func join[R any](ctx context.Context, l *Ledger, others []*Ledger, to target, k kind[R]) (int, error) {
	var (
		w       *writer[R]
		entries []indexRow
		batch   []R
	)
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		if w == nil {
			var err error
			if w, err = newWriter[R](l, to); err != nil {
				return err
			}
		}
		err := w.Write(batch)
		batch = batch[:0]
		return err
	}
	defer func() {
		if w != nil {
			w.Abort()
		}
	}()
	for r, err := range newest(joined(ctx, others, to, k), k) {
		if err != nil {
			return 0, err
		}
		entry := k.index(&r)
		if l.holds(to, &entry) {
			continue
		}
		k.stamp(&r, to.sequence)
		entries = append(entries, k.index(&r))
		if batch = append(batch, r); len(batch) == mergeBatch {
			if err := flush(); err != nil {
				return 0, err
			}
		}
	}
	if err := flush(); err != nil || w == nil {
		return 0, err
	}
	f, err := w.Commit()
	if err != nil {
		return 0, err
	}
	l.added(f, entries)
	return len(entries), nil
}

// holds reports whether the row's recording is known in the state that the row describes.
func (l *Ledger) holds(to target, r *indexRow) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	index := l.digests
	if to.dir == skipsDir {
		index = l.skips
	}
	p, ok := index[keyOf(r.Recording, to.fingerprint)]
	return ok && p.objects == r.ObjectsHash
}

// joined yields the rows of one folder and fingerprint of several ledgers in order.
func joined[R any](ctx context.Context, ledgers []*Ledger, of target, k kind[R]) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		type head struct {
			row  R
			next func() (*R, error, bool)
		}
		var heads []head
		for _, l := range ledgers {
			next, stop := iter.Pull2(counting(ctx, l, of, k))
			defer stop()
			r, err, ok := next()
			if err != nil {
				yield(*new(R), err)
				return
			}
			if ok {
				heads = append(heads, head{*r, next})
			}
		}
		for len(heads) > 0 {
			least := 0
			for i := range heads {
				if k.compare(&heads[i].row, &heads[least].row) < 0 {
					least = i
				}
			}
			if !yield(heads[least].row, nil) {
				return
			}
			r, err, ok := heads[least].next()
			switch {
			case err != nil:
				yield(*new(R), err)
				return
			case ok:
				heads[least].row = *r
			default:
				heads = slices.Delete(heads, least, least+1)
			}
		}
	}
}

// counting yields the rows of one folder and fingerprint that count.
func counting[R any](ctx context.Context, l *Ledger, of target, k kind[R]) iter.Seq2[*R, error] {
	return func(yield func(*R, error) bool) {
		for r, err := range mergeDir(ctx, l, of.dir, of.fingerprint, k.compare, k.read) {
			if (err != nil || k.counts(l, r)) && !yield(r, err) {
				return
			}
		}
	}
}

// newest yields of neighbouring rows of one session and recording only the last one, which has the highest sequence.
func newest[R any](rows iter.Seq2[R, error], k kind[R]) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		var last R
		some := false
		for r, err := range rows {
			if err != nil {
				yield(r, err)
				return
			}
			if a, b := k.index(&last), k.index(&r); some && (a.Session != b.Session || a.Recording != b.Recording) && !yield(last, nil) {
				return
			}
			last, some = r, true
		}
		if some {
			yield(last, nil)
		}
	}
}
