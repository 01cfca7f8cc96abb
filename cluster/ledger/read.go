package ledger

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/rankle/rankle/cluster/friction"
)

// Query restricts what is read.
type Query struct {
	// Fingerprint of the settings that made the Digests; "" means any, which gives a recording once per fingerprint.
	Fingerprint string
	// From and To bound the session start: From <= start < To. Zero times do not bound.
	From, To time.Time
	// Columns are what is read of a Digest, by the names of docs/format/ledger.md ("visits.at_ms"; "visits" for all of them), beside
	// what it is found by: session, recording, source, fingerprint, start. All else is zero. Nil reads everything; of
	// "episodes.also" and "episodes.blind" something of "episodes" must be read as well.
	Columns []string
	// Lent says that a Digest is valid until the next one only, which saves two thirds of the memory that reading takes; its
	// texts stay valid.
	Lent bool
}

func (q *Query) has(start time.Time) bool {
	return (q.From.IsZero() || !start.Before(q.From)) && (q.To.IsZero() || start.Before(q.To))
}

// Days lists the UTC days that hold sessions, in order. One goroutine per day, each with a Query of that day, is the
// way to read a large ledger on several cores.
func (l *Ledger) Days() []time.Time {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var days []time.Time
	last := ""
	for _, f := range l.files {
		if f.dir == last || f.dir == skipsDir {
			continue
		}
		last = f.dir
		if day, err := time.Parse(dayLayout, strings.TrimPrefix(f.dir, dayPrefix)); err == nil {
			days = append(days, day)
		}
	}
	return days
}

// All yields the newest Digest of every recording, ordered by day of start, session id and recording, whatever the
// order and grouping in which they were appended. The first error ends the sequence. A Digest is the caller's to keep, unless
// the query has it lent.
func (l *Ledger) All(ctx context.Context, q Query) iter.Seq2[*friction.Digest, error] {
	read := q.digestColumns()
	return func(yield func(*friction.Digest, error) bool) {
		for _, day := range l.Days() {
			if (!q.From.IsZero() && !day.AddDate(0, 0, 1).After(q.From)) || (!q.To.IsZero() && !day.Before(q.To)) {
				continue
			}
			if !l.day(ctx, dirOf(day), q, read, yield) {
				return
			}
		}
	}
}

// day yields the rows of one day; false ends the sequence.
func (l *Ledger) day(ctx context.Context, dir string, q Query, read func(*opened) rows[storedDigest], yield func(*friction.Digest, error) bool) bool {
	for r, err := range mergeDir(ctx, l, dir, q.Fingerprint, compareStoredDigests, read) {
		if err != nil {
			yield(nil, fmt.Errorf("read %s: %w", dir, err))
			return false
		}
		if q.has(r.Start) && !yield(&r.Digest, nil) {
			return false
		}
	}
	return true
}

// Skips yields the recordings that could not be read and that no later Digest replaced, ordered by name.
func (l *Ledger) Skips(ctx context.Context, fingerprint string) iter.Seq2[Skip, error] {
	return func(yield func(Skip, error) bool) {
		for r, err := range mergeDir(ctx, l, skipsDir, fingerprint, compareSkips, newPlainRows[skipRow]) {
			if err != nil {
				yield(Skip{}, fmt.Errorf("read skips: %w", err))
				return
			}
			if l.readLater(r) {
				continue
			}
			if !yield(r.skip(), nil) {
				return
			}
		}
	}
}

// readLater reports whether a Digest of the skipped recording was stored after the skip.
func (l *Ledger) readLater(r *skipRow) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	p, ok := l.digests[keyOf(r.Recording, r.Fingerprint)]
	return ok && p.sequence > r.Sequence
}

// Get returns the newest Digest of a session, of the given fingerprint or of any if that is "". If several
// recordings share the session id, the one appended last is returned. ErrNotFound if there is none.
func (l *Ledger) Get(_ context.Context, session, fingerprint string) (*friction.Digest, error) {
	for try := 1; ; try++ {
		d, err := l.get(session, fingerprint)
		if !errors.Is(err, fs.ErrNotExist) || !l.opts.ReadOnly || try == scanTries {
			return d, err
		}
		if err := l.scan(); err != nil { // merged by a writer since the index was built
			return nil, err
		}
	}
}

func (l *Ledger) get(session, fingerprint string) (*friction.Digest, error) {
	for _, p := range l.places(session) {
		if fingerprint != "" && p.file.fingerprint != fingerprint {
			continue
		}
		r, err := l.readRow(p)
		if err != nil {
			return nil, fmt.Errorf("read session %s: %w", session, err)
		}
		if r.Session == session {
			return r.digest(), nil
		}
	}
	return nil, fmt.Errorf("session %s: %w", session, ErrNotFound)
}

// places lists where a session may be, newest first.
func (l *Ledger) places(session string) []place {
	h := hashSession(session)
	l.mu.RLock()
	index := l.sessions
	found := index[h]
	l.mu.RUnlock()
	if index == nil {
		l.mu.Lock()
		if l.sessions == nil {
			l.sessions = make(map[uint64][]place, len(l.digests))
			for _, p := range l.digests {
				l.sessions[p.session] = append(l.sessions[p.session], p)
			}
		}
		found = l.sessions[h]
		l.mu.Unlock()
	}
	found = slices.Clone(found)
	slices.SortFunc(found, func(a, b place) int {
		if a.older(b) {
			return 1
		}
		return -1
	})
	return found
}

func (l *Ledger) readRow(p place) (*row, error) {
	o, err := openFile(filepath.Join(l.root, p.file.dir, p.file.name))
	if err != nil {
		return nil, err
	}
	r := parquet.NewGenericReader[row](o.File)
	rows := make([]row, 1)
	err = r.SeekToRow(p.row)
	if err == nil {
		var n int
		if n, err = r.Read(rows); n == 1 {
			err = nil
		}
	}
	if err := errors.Join(err, r.Close(), o.Close()); err != nil {
		return nil, fmt.Errorf("ledger file %s: row %d: %w", o.f.Name(), p.row, err)
	}
	return &rows[0], nil
}

// part is a file as it was when reading began: rows that are superseded later are still yielded.
type part struct {
	file *file
	dead []uint64
}

func (l *Ledger) snapshot(files []*file) []part {
	l.mu.RLock()
	defer l.mu.RUnlock()
	parts := make([]part, len(files))
	for i, f := range files {
		parts[i] = part{f, slices.Clone(f.dead)}
	}
	return parts
}

func (l *Ledger) filesOf(dir, fingerprint string) []*file {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var files []*file
	for _, f := range l.files {
		if f.dir == dir && (fingerprint == "" || f.fingerprint == fingerprint) {
			files = append(files, f)
		}
	}
	return files
}

// mergeDir yields the live rows of one folder in order. A reader whose files a writer merged meanwhile looks again
// before the first row is yielded; from then on all files are open and cannot disappear.
func mergeDir[R any](ctx context.Context, l *Ledger, dir, fingerprint string, compare func(a, b *R) int, read func(*opened) rows[R]) iter.Seq2[*R, error] {
	return func(yield func(*R, error) bool) {
		for try := 1; ; try++ {
			started, again := false, false
			for r, err := range merge(ctx, l, l.snapshot(l.filesOf(dir, fingerprint)), compare, read) {
				if !started && errors.Is(err, fs.ErrNotExist) && l.opts.ReadOnly && try < scanTries {
					if err = l.scan(); err == nil {
						again = true
						break
					}
				}
				started = true
				if !yield(r, err) || err != nil {
					return
				}
			}
			if !again {
				return
			}
		}
	}
}

// merge yields the live rows of parts in order, as read reads them. The pointer is valid as long as a row of rows is; a copy
// of the row stays valid.
func merge[R any](ctx context.Context, l *Ledger, parts []part, compare func(a, b *R) int, read func(*opened) rows[R]) iter.Seq2[*R, error] {
	return func(yield func(*R, error) bool) {
		h := &cursors[R]{compare: compare}
		defer h.close()
		for _, p := range parts {
			c, err := openCursor(l, p, read)
			if err != nil {
				yield(nil, err)
				return
			}
			h.all = append(h.all, c)
		}
		for _, c := range h.all {
			if !h.push(c, yield) {
				return
			}
		}
		for n := 0; len(h.heap) > 0; n++ {
			if n%mergeBatch == 0 && ctx.Err() != nil {
				yield(nil, ctx.Err())
				return
			}
			c := h.heap[0]
			if !yield(&c.rows[c.at], nil) {
				return
			}
			ok, err := c.advance()
			if err != nil {
				yield(nil, err)
				return
			}
			if ok {
				heap.Fix(h, 0)
			} else {
				heap.Pop(h)
			}
		}
	}
}

// rows reads the rows of one file in order.
type rows[R any] interface {
	// read returns the next rows, valid until the next call unless the implementation says more, or io.EOF.
	read() ([]R, error)
	close() error
}

// plainRows reads rows of any kind by reflection.
type plainRows[R any] struct {
	r   *parquet.GenericReader[R]
	all []R
}

// cursorBatch is how many rows of each file are held in memory.
const cursorBatch = 32

func newPlainRows[R any](o *opened) rows[R] {
	return &plainRows[R]{parquet.NewGenericReader[R](o.File), make([]R, cursorBatch)}
}

func (p *plainRows[R]) read() ([]R, error) {
	clear(p.all) // the reader would reuse their slices, which copies of the rows still use
	n, err := p.r.Read(p.all)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return p.all[:n], err
}

func (p *plainRows[R]) close() error { return p.r.Close() }

// cursor reads the live rows of one file.
type cursor[R any] struct {
	part
	o    *opened
	r    rows[R]
	rows []R
	at   int   // current row in rows
	base int64 // row number of rows[0]
}

func openCursor[R any](l *Ledger, p part, read func(*opened) rows[R]) (*cursor[R], error) {
	o, err := openFile(filepath.Join(l.root, p.file.dir, p.file.name))
	if err != nil {
		return nil, err
	}
	return &cursor[R]{part: p, o: o, r: read(o), at: -1}, nil
}

// advance moves to the next live row; false at the end.
func (c *cursor[R]) advance() (bool, error) {
	for {
		c.at++
		if c.at >= len(c.rows) {
			c.base += int64(len(c.rows))
			var err error
			c.rows, err = c.r.read()
			c.at = 0
			switch {
			case errors.Is(err, io.EOF), err == nil && len(c.rows) == 0:
				return false, nil
			case err != nil:
				return false, fmt.Errorf("ledger file %s: %w: %w", c.o.f.Name(), ErrDamaged, err)
			}
		}
		if !isDead(c.dead, c.base+int64(c.at)) {
			return true, nil
		}
	}
}

// cursors is a heap of cursors by their current row.
type cursors[R any] struct {
	all     []*cursor[R]
	heap    []*cursor[R]
	compare func(a, b *R) int
}

func (h *cursors[R]) push(c *cursor[R], yield func(*R, error) bool) bool {
	ok, err := c.advance()
	if err != nil {
		yield(nil, err)
		return false
	}
	if ok {
		heap.Push(h, c)
	}
	return true
}

func (h *cursors[R]) close() {
	for _, c := range h.all {
		_ = c.r.close()
		_ = c.o.Close()
	}
}

func (h *cursors[R]) Len() int { return len(h.heap) }
func (h *cursors[R]) Less(i, j int) bool {
	a, b := h.heap[i], h.heap[j]
	if c := h.compare(&a.rows[a.at], &b.rows[b.at]); c != 0 {
		return c < 0
	}
	return a.file.name < b.file.name
}
func (h *cursors[R]) Swap(i, j int) { h.heap[i], h.heap[j] = h.heap[j], h.heap[i] }
func (h *cursors[R]) Push(x any)    { h.heap = append(h.heap, x.(*cursor[R])) }
func (h *cursors[R]) Pop() any {
	last := h.heap[len(h.heap)-1]
	h.heap = h.heap[:len(h.heap)-1]
	return last
}
