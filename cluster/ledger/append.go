package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

// Append stores a batch and returns when it is on disk. Of Digests of one recording and fingerprint the last one
// counts, here and over all batches. After an error, or if the process ends before Append returns, some days of the
// batch may be stored and others not; Read tells. Append keeps nothing of batch.
func (l *Ledger) Append(ctx context.Context, batch []friction.Digest) error {
	if l.lock == nil {
		return ErrReadOnly
	}
	sequence := l.next
	groups := map[group][]row{}
	seen := make(map[key]bool, len(batch))
	for i := len(batch) - 1; i >= 0; i-- {
		d := &batch[i]
		k := keyOf(recordingOf(d), d.Fingerprint)
		if seen[k] {
			continue
		}
		seen[k] = true
		to := groupOf(dirOf(d.Start), d.Fingerprint)
		groups[to] = append(groups[to], fromDigest(d, sequence))
	}
	return appendGroups(ctx, l, sequence, groups, digestRows)
}

// kind is what the ledger must know of its two kinds of rows.
type kind[R any] struct {
	compare func(a, b *R) int // order within a file
	index   func(*R) indexRow
	stamp   func(r *R, sequence int64)
	counts  func(l *Ledger, r *R) bool // nothing in l replaced it
	read    func(*opened) rows[R]
}

var (
	digestRows = kind[row]{
		compare: compareRows,
		index:   func(r *row) indexRow { return indexRow{r.Session, r.Recording, r.Sequence, r.ObjectsHash} },
		stamp:   func(r *row, sequence int64) { r.Sequence = sequence },
		counts:  func(*Ledger, *row) bool { return true },
		read:    newStoredRows,
	}
	skipRows = kind[skipRow]{
		compare: compareSkips,
		index:   func(r *skipRow) indexRow { return indexRow{"", r.Recording, r.Sequence, r.ObjectsHash} },
		stamp:   func(r *skipRow, sequence int64) { r.Sequence = sequence },
		counts:  func(l *Ledger, r *skipRow) bool { return !l.readLater(r) },
		read:    newPlainRows[skipRow],
	}
)

// compareRows is the order of rows within a file and of All within a day.
func compareRows(a, b *row) int {
	return cmp.Or(cmp.Compare(a.Session, b.Session), cmp.Compare(a.Recording, b.Recording), cmp.Compare(a.Sequence, b.Sequence))
}

// Skip is a recording that could not be read, remembered so that it is not read again until its objects change.
type Skip struct {
	Recording   string // as for Read
	Source      string
	Reason      string // short and typed, what a report counts by
	Detail      string // one sentence for a person
	Objects     []replay.Object
	Fingerprint string
}

func (r *skipRow) skip() Skip {
	return Skip{Recording: r.Recording, Source: r.Source, Reason: r.Reason, Detail: r.Detail, Fingerprint: r.Fingerprint,
		Objects: each(r.Objects, func(o *objectRow) replay.Object { return replay.Object(*o) })}
}

// AppendSkips stores recordings that could not be read, as Append does for Digests. A Digest that is stored for the
// recording at another time stays: what was known of an earlier state of the recording is not lost.
func (l *Ledger) AppendSkips(ctx context.Context, batch []Skip) error {
	if l.lock == nil {
		return ErrReadOnly
	}
	sequence := l.next
	groups := map[group][]skipRow{}
	seen := make(map[key]bool, len(batch))
	for _, s := range slices.Backward(batch) {
		k := keyOf(s.Recording, s.Fingerprint)
		if seen[k] {
			continue
		}
		seen[k] = true
		to := groupOf(skipsDir, s.Fingerprint)
		groups[to] = append(groups[to], skipRow{
			Recording: s.Recording, Source: s.Source, Fingerprint: s.Fingerprint,
			Sequence: sequence, ObjectsHash: hashObjects(s.Objects), Reason: s.Reason, Detail: s.Detail,
			Objects: each(s.Objects, func(o *replay.Object) objectRow { return objectRow(*o) }),
		})
	}
	return appendGroups(ctx, l, sequence, groups, skipRows)
}

func compareSkips(a, b *skipRow) int {
	return cmp.Or(cmp.Compare(a.Recording, b.Recording), cmp.Compare(a.Sequence, b.Sequence))
}

// group names the file of a batch that rows go to.
type group struct{ dir, fingerprint string }

func groupOf(dir, fingerprint string) group { return group{dir, fingerprint} }

// appendGroups writes one file per group and enters its rows into the index.
func appendGroups[R any](ctx context.Context, l *Ledger, sequence int64, groups map[group][]R, k kind[R]) error {
	order := slices.SortedFunc(maps.Keys(groups), func(a, b group) int {
		return cmp.Or(cmp.Compare(a.dir, b.dir), cmp.Compare(a.fingerprint, b.fingerprint))
	})
	for _, g := range order {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows := groups[g]
		slices.SortFunc(rows, func(a, b R) int { return k.compare(&a, &b) })
		f, err := writeFile(l, target{dir: g.dir, fingerprint: g.fingerprint, sequence: sequence}, rows)
		if err != nil {
			return err
		}
		entries := make([]indexRow, len(rows))
		for i := range rows {
			entries[i] = k.index(&rows[i])
		}
		l.added(f, entries)
	}
	return nil
}

// added enters a new file and its rows into the index.
func (l *Ledger) added(f *file, entries []indexRow) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next = f.sequence + 1
	l.addFile(f)
	for i := range entries {
		l.enter(f, int64(i), &entries[i])
	}
	l.sessions = nil
	l.touched[f.dir] = true
}

func writeFile[R any](l *Ledger, to target, rows []R) (*file, error) {
	w, err := newWriter[R](l, to)
	if err != nil {
		return nil, err
	}
	defer w.Abort()
	if err := w.Write(rows); err != nil {
		return nil, err
	}
	return w.Commit()
}

// addFile inserts f in order. The caller holds mu.
func (l *Ledger) addFile(f *file) {
	at, _ := slices.BinarySearchFunc(l.files, f, compareFiles)
	l.files = slices.Insert(l.files, at, f)
}

func compareFiles(a, b *file) int {
	return cmp.Or(cmp.Compare(a.dir, b.dir), cmp.Compare(a.name, b.name))
}

// Compact merges the small files of one UTC day and drops superseded rows from them. Readers that are open
// meanwhile go on without noticing.
func (l *Ledger) Compact(ctx context.Context, day time.Time) error {
	return l.compact(ctx, dirOf(day))
}

func (l *Ledger) smallFiles(dir string) int {
	n := 0
	for _, f := range l.files {
		if f.dir == dir && l.small(f) {
			n++
		}
	}
	return n
}

// small files are worth merging; so are files of which at least half is superseded.
func (l *Ledger) small(f *file) bool { return f.rows < l.opts.CompactRows || f.deadRows*2 >= f.rows }

func (l *Ledger) compact(ctx context.Context, dir string) error {
	if l.lock == nil {
		return ErrReadOnly
	}
	return l.compactThose(ctx, dir, l.small)
}

// compactThose merges the files of a folder that are meant, those of each fingerprint among themselves.
func (l *Ledger) compactThose(ctx context.Context, dir string, meant func(*file) bool) error {
	byFingerprint := map[string][]*file{}
	for _, f := range l.files {
		if f.dir == dir && meant(f) {
			byFingerprint[f.fingerprint] = append(byFingerprint[f.fingerprint], f)
		}
	}
	for _, fp := range sortedKeys(byFingerprint) {
		var err error
		if dir == skipsDir {
			err = mergeAll(ctx, l, byFingerprint[fp], skipRows)
		} else {
			err = mergeAll(ctx, l, byFingerprint[fp], digestRows)
		}
		if err != nil {
			return fmt.Errorf("compact %s: %w", dir, err)
		}
	}
	return nil
}

const (
	// mostMerged bounds the files that are merged at once: each costs a handle and about 2 MB, most of it for what reads its 90
	// columns. 8 merge rows once more often, 64 took 150 MB.
	mostMerged = 16
	// manyRows is when pages (pageBytes) of that many columns cost as much again: of files with more rows, manyMerged are
	// merged at once.
	manyRows   = 2000
	manyMerged = 8
)

// mergedTogether is how many of files, from the first on, are merged at once.
func mergedTogether(files []*file) int {
	large := 0
	for i, f := range files[:min(len(files), mostMerged)] {
		if f.rows >= manyRows {
			large++
		}
		if large > manyMerged {
			return i
		}
	}
	return min(len(files), mostMerged)
}

// mergeAll merges files, of one folder and fingerprint, as long as there are several small ones.
func mergeAll[R any](ctx context.Context, l *Ledger, files []*file, k kind[R]) error {
	for len(files) > 1 || len(files) == 1 && files[0].deadRows > 0 {
		n := mergedTogether(files)
		f, err := mergeFiles(ctx, l, files[:n], k)
		if err != nil {
			return err
		}
		if files = files[n:]; len(files) > 0 && l.small(f) {
			files = append(files[:len(files):len(files)], f)
		}
	}
	return nil
}

// mergeBatch is how many rows are handed to the writer at once; it bounds memory only.
const mergeBatch = 64

// mergeFiles writes the live rows of files into one new file, which it returns, and removes files. All are of one folder
// and fingerprint.
func mergeFiles[R any](ctx context.Context, l *Ledger, files []*file, k kind[R]) (*file, error) {
	to := target{dir: files[0].dir, fingerprint: files[0].fingerprint}
	for _, f := range files {
		to.sequence = max(to.sequence, f.sequence)
		to.replaces = append(to.replaces, f.name)
	}
	w, err := newWriter[R](l, to)
	if err != nil {
		return nil, err
	}
	defer w.Abort()
	var entries []indexRow
	batch := make([]R, 0, mergeBatch)
	flush := func() error {
		err := w.Write(batch)
		batch = batch[:0]
		return err
	}
	for r, err := range merge(ctx, l, l.snapshot(files), k.compare, k.read) {
		if err != nil {
			return nil, err
		}
		entries = append(entries, k.index(r))
		if batch = append(batch, *r); len(batch) == mergeBatch {
			if err := flush(); err != nil {
				return nil, err
			}
		}
	}
	if err := flush(); err != nil {
		return nil, err
	}
	f, err := w.Commit()
	if err != nil {
		return nil, err
	}
	l.replace(f, files, entries)
	for _, old := range files {
		if old.name == f.name {
			continue
		}
		if err := os.Remove(filepath.Join(l.root, old.dir, old.name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		l.step("removed")
	}
	return f, SyncDir(filepath.Join(l.root, to.dir))
}

// replace swaps the merged files for the new one in the index.
func (l *Ledger) replace(f *file, old []*file, entries []indexRow) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.files = slices.DeleteFunc(l.files, func(g *file) bool { return slices.Contains(old, g) })
	l.addFile(f)
	keep := l.digests
	if f.dir == skipsDir {
		keep = l.skips
	}
	for i := range entries {
		k := keyOf(entries[i].Recording, f.fingerprint)
		keep[k] = place{file: f, row: int64(i), sequence: entries[i].Sequence,
			objects: entries[i].ObjectsHash, session: hashSession(entries[i].Session)}
	}
	l.sessions = nil
}
