// Package ledger stores the Digests of all sessions that were ever read, so that a recording is read once.
//
// Call Open, ask Read before reading a recording, Append what was read in batches, and range over All to get every
// session's newest Digest in a stable order. Files are immutable Parquet files by day of session start; the page
// docs/format/ledger.md describes them. The package never looks into a Digest and never talks to a recording's source.
//
//	dir/ledger/lock                              held by the one process that may write
//	dir/ledger/readers                           held, shared, by those that read
//	dir/ledger/v1/day=2026-11-21/0000000007-5f….parquet
//	dir/ledger/v1/skips/0000000008-a1….parquet   recordings that could not be read
//
// A file is written under another name, synced, renamed and its folder synced: a process that is killed loses at most
// the batch that it was appending, and nobody ever sees half a file.
package ledger

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rankle/rankle/replay"
)

var (
	// ErrLocked means that another process writes to the same ledger. Wait for it or use another folder.
	ErrLocked = errors.New("in use by another analysis")
	// ErrInUse means that others read a ledger that was to be opened alone. Stop them first.
	ErrInUse = errors.New("in use by a server or another reader")
	// ErrNewer means that a newer version of this program wrote the ledger. Use that version.
	ErrNewer = errors.New("written by a newer version of this program")
	// ErrDamaged means that a file is not what was written. Its recordings are read again once it is deleted.
	ErrDamaged = errors.New("damaged file")
	// ErrNotFound means that no Digest of that name is stored.
	ErrNotFound = errors.New("not in the ledger")
	// ErrReadOnly is the answer to writing through a ledger that was opened for reading.
	ErrReadOnly = errors.New("ledger is open for reading only")
)

const (
	versionDir = "v1"
	skipsDir   = "skips"
	dayPrefix  = "day="
	dayLayout  = time.DateOnly
)

// Options of Open. The zero value is useful.
type Options struct {
	// ReadOnly opens without a lock while another process may write. Nothing is created, removed or compacted.
	ReadOnly bool
	// Alone opens for writing only while nobody reads, and keeps readers out: for what must not live on in the memory of
	// a server. The error is ErrInUse.
	Alone bool
	// CompactFiles is the number of small files of one day from which Close merges them; 0 means
	// DefaultCompactFiles, negative never.
	CompactFiles int
	// CompactRows is the number of rows from which a file is no longer small; 0 means DefaultCompactRows.
	CompactRows int64
	// RowGroupRows bounds the rows of a row group; 0 means DefaultRowGroupRows.
	RowGroupRows int64

	// crash is called at every step of writing, for tests that end the process there.
	crash func(step string)
}

const (
	// DefaultCompactFiles: a file with one row still costs about 15 KB of footer and a handle while it is read; below
	// eight files a day, rewriting costs more than it saves.
	DefaultCompactFiles = 8
	// DefaultCompactRows: files of this size (about 50 MB) are read at full speed; merging them again would rewrite
	// a busy day at every run.
	DefaultCompactRows = 50_000
	// DefaultRowGroupRows: a writer holds one row group in memory. 10,000 digests of a few KB are some 30 MB.
	DefaultRowGroupRows = 10_000
)

// Ledger is an open ledger. Append and Compact may be called by one goroutine at a time; everything else is safe for
// any number of goroutines, also while another one appends.
type Ledger struct {
	root string // dir/ledger/v1
	opts Options
	lock *os.File // nil if read only
	// readers is the lock that readers share and Options.Alone keeps for itself; nil where a reader met a ledger without one.
	readers *os.File

	mu       sync.RWMutex
	files    []*file // sorted by dir, name
	digests  map[key]place
	skips    map[key]place
	sessions map[uint64][]place // by hash of the session id; nil = build on demand
	next     int64              // sequence of the next batch
	touched  map[string]bool    // days appended to since Open
}

// key identifies a recording under a fingerprint. 128 bits of a hash keep the index at a fixed size per recording.
type key [16]byte

func keyOf(recording, fingerprint string) key {
	h := sha256.New()
	_, _ = io.WriteString(h, recording)
	_, _ = h.Write([]byte{0})
	_, _ = io.WriteString(h, fingerprint)
	return key(h.Sum(nil)[:len(key{})])
}

// place says where the newest row of a key is.
type place struct {
	file     *file
	row      int64
	sequence int64
	objects  int64 // hashObjects
	session  uint64
}

func hashSession(id string) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, id)
	return h.Sum64()
}

// Open opens the ledger in the data folder dir, creating it unless it is opened for reading. A folder without a
// ledger opened for reading is an empty ledger. Every file is checked: ErrDamaged and ErrNewer name the file.
// The caller must Close.
func Open(dir string, opts Options) (*Ledger, error) {
	opts.CompactFiles = cmp.Or(opts.CompactFiles, DefaultCompactFiles)
	opts.CompactRows = cmp.Or(opts.CompactRows, DefaultCompactRows)
	opts.RowGroupRows = cmp.Or(opts.RowGroupRows, DefaultRowGroupRows)
	base := filepath.Join(dir, "ledger")
	l := &Ledger{root: filepath.Join(base, versionDir), opts: opts, touched: map[string]bool{}}
	if err := l.open(base); err != nil {
		return nil, errors.Join(err, l.unlock())
	}
	return l, nil
}

func (l *Ledger) open(base string) error {
	if err := refuseNewerLayout(base); err != nil {
		return err
	}
	if l.opts.ReadOnly {
		if err := l.share(base); err != nil {
			return err
		}
	} else {
		if err := l.acquire(base); err != nil {
			return err
		}
		if err := l.sweep(); err != nil {
			return err
		}
	}
	return l.scan()
}

// refuseNewerLayout reports ErrNewer if base holds a layout that this program does not know.
func refuseNewerLayout(base string) error {
	entries, err := os.ReadDir(base)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("open ledger: %w", err)
	}
	for _, e := range entries {
		if n := e.Name(); e.IsDir() && strings.HasPrefix(n, "v") && n != versionDir {
			return fmt.Errorf("open ledger %s: %w: layout %s, this program knows %s", base, ErrNewer, n, versionDir)
		}
	}
	return nil
}

func (l *Ledger) acquire(base string) error {
	if err := os.MkdirAll(l.root, 0o755); err != nil {
		return fmt.Errorf("create ledger: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(base, "lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("lock ledger: %w", err)
	}
	if err := tryLock(f); err != nil {
		if errors.Is(err, ErrLocked) {
			err = fmt.Errorf("%w%s", err, holder(f))
		}
		return errors.Join(fmt.Errorf("lock ledger %s: %w", base, err), f.Close())
	}
	l.lock = f
	sign(f)
	if l.readers, err = os.OpenFile(filepath.Join(base, readersLock), os.O_RDWR|os.O_CREATE, 0o644); err != nil {
		return fmt.Errorf("lock ledger: %w", err)
	}
	if !l.opts.Alone {
		return nil
	}
	if err := tryLock(l.readers); errors.Is(err, ErrLocked) {
		return fmt.Errorf("lock ledger %s: %w", base, ErrInUse)
	} else if err != nil {
		return fmt.Errorf("lock ledger %s: %w", base, err)
	}
	return nil
}

// signature is where the text about the holder begins in a lock file: byte 0 is what Windows locks, also against reading.
const signature = 1

// sign writes who holds the lock, for holder. It is a courtesy: a full disk must not keep anybody out, or a text of before.
func sign(lock *os.File) {
	host, _ := os.Hostname()
	_ = lock.Truncate(0)
	_, _ = lock.WriteAt(fmt.Appendf(nil, "process %d on %s", os.Getpid(), cmp.Or(host, "this machine")), signature)
}

// holder says who holds a lock and since when, in words that follow ErrLocked, or "" if that is not known.
func holder(lock *os.File) string {
	text, err := io.ReadAll(io.NewSectionReader(lock, signature, 1<<10))
	st, serr := lock.Stat()
	if err != nil || serr != nil || len(text) == 0 {
		return ""
	}
	return fmt.Sprintf(": %s, since %s", text, st.ModTime().UTC().Format("2006-01-02 15:04:05 MST"))
}

// readersLock is the file that readers share a lock on.
const readersLock = "readers"

// share lets writers know that somebody reads. A ledger that no writer of this version opened has no file for it, and a
// reader makes none.
func (l *Ledger) share(base string) error {
	f, err := os.Open(filepath.Join(base, readersLock))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open ledger: %w", err)
	}
	l.readers = f
	if err := tryShare(f); err != nil {
		return fmt.Errorf("open ledger %s: %w", base, err)
	}
	return nil
}

// Holder says who writes to the ledger in the data folder dir and since when, in words that follow "an analysis is at work",
// or "" if nobody does. It takes the lock for an instant.
func Holder(dir string) (string, error) {
	f, err := os.OpenFile(filepath.Join(dir, "ledger", "lock"), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("lock of the ledger: %w", err)
	}
	defer f.Close()
	switch err := tryLock(f); {
	case errors.Is(err, ErrLocked):
		return cmp.Or(holder(f), " in another process"), nil
	case err != nil:
		return "", fmt.Errorf("lock of the ledger: %w", err)
	}
	return "", nil
}

// unlock releases the locks. Their files stay: removing one would let two processes lock two files of one name.
func (l *Ledger) unlock() error {
	var errs []error
	for _, f := range []**os.File{&l.readers, &l.lock} {
		if *f != nil {
			errs = append(errs, (*f).Close())
			*f = nil
		}
	}
	return errors.Join(errs...)
}

// sweep removes what a killed process left: unfinished files, and files whose rows a finished merge already holds.
func (l *Ledger) sweep() error {
	dirs, err := l.dirs()
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		entries, err := os.ReadDir(filepath.Join(l.root, dir))
		if err != nil {
			return fmt.Errorf("clean ledger: %w", err)
		}
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), partialSuffix) {
				continue
			}
			if err := os.Remove(filepath.Join(l.root, dir, e.Name())); err != nil {
				return fmt.Errorf("clean ledger: %w", err)
			}
		}
	}
	return nil
}

// dirs lists the folders of days and skips, sorted.
func (l *Ledger) dirs() ([]string, error) {
	entries, err := os.ReadDir(l.root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list ledger: %w", err)
	}
	var dirs []string
	for _, e := range entries {
		if e.IsDir() && (e.Name() == skipsDir || strings.HasPrefix(e.Name(), dayPrefix)) {
			dirs = append(dirs, e.Name())
		}
	}
	return dirs, nil
}

// listing is the set of finished files, as "dir/name", sorted.
func (l *Ledger) listing() ([]string, error) {
	dirs, err := l.dirs()
	if err != nil {
		return nil, err
	}
	var all []string
	for _, dir := range dirs {
		entries, err := os.ReadDir(filepath.Join(l.root, dir))
		if errors.Is(err, fs.ErrNotExist) {
			continue // a writer removed the day since it was listed
		}
		if err != nil {
			return nil, fmt.Errorf("list ledger: %w", err)
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), suffix) {
				all = append(all, dir+"/"+e.Name())
			}
		}
	}
	return all, nil
}

// scanTries bounds how often a reader starts over because a writer merged files under its feet. A merge takes longer
// than a scan of names; three in a row mean that something else is wrong.
const scanTries = 5

// scan builds the index from the files as they are now. The names are listed before and after: a listing that a
// merge overtook could otherwise miss both the old files and the new one.
func (l *Ledger) scan() error {
	for try := 1; ; try++ {
		before, err := l.listing()
		if err != nil {
			return err
		}
		fresh, err := l.index(before)
		if err != nil && (try == scanTries || !errors.Is(err, fs.ErrNotExist)) {
			return err
		}
		after, lerr := l.listing()
		if lerr != nil {
			return lerr
		}
		if err == nil && (slices.Equal(before, after) || try == scanTries || !l.opts.ReadOnly) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.files, l.digests, l.skips, l.next, l.sessions = fresh.files, fresh.digests, fresh.skips, fresh.next, nil
			return nil
		}
	}
}

// index reads the given files into a new Ledger that is only an index.
func (l *Ledger) index(names []string) (*Ledger, error) {
	fresh := &Ledger{root: l.root, opts: l.opts, digests: map[key]place{}, skips: map[key]place{}, next: 1}
	replaced := map[string]bool{}
	for _, name := range names {
		dir, base, _ := strings.Cut(name, "/")
		path := filepath.Join(l.root, dir, base)
		if err := verify(path); err != nil {
			return nil, err
		}
		o, err := openFile(path)
		if err != nil {
			return nil, err
		}
		f, err := o.describe(dir, base)
		if err := errors.Join(err, o.Close()); err != nil {
			return nil, err
		}
		for _, r := range f.replaces {
			replaced[dir+"/"+r] = true
		}
		fresh.files = append(fresh.files, f)
		fresh.next = max(fresh.next, f.sequence+1)
	}
	fresh.files = slices.DeleteFunc(fresh.files, func(f *file) bool {
		gone := replaced[f.dir+"/"+f.name]
		if gone && !l.opts.ReadOnly {
			_ = os.Remove(filepath.Join(l.root, f.dir, f.name)) // tried again at the next Open
		}
		return gone
	})
	for _, f := range fresh.files {
		if err := fresh.indexFile(f); err != nil {
			return nil, err
		}
	}
	return fresh, nil
}

func (l *Ledger) indexFile(f *file) error {
	path := filepath.Join(l.root, f.dir, f.name)
	o, err := openFile(path)
	if err != nil {
		return err
	}
	r := columnsOf(o, indexLeaves)
	var at int64
	for err == nil {
		var stored []storedDigest
		stored, err = r.read()
		for i := range stored {
			l.enter(f, at, &indexRow{stored[i].Session, stored[i].Recording, stored[i].sequence, stored[i].objectsHash})
			at++
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if err == nil && at != f.rows {
		err = fmt.Errorf("%d rows instead of %d", at, f.rows)
	}
	if err != nil {
		err = fmt.Errorf("ledger file %s: %w: %w", path, ErrDamaged, err)
	}
	return errors.Join(err, r.close(), o.Close())
}

// enter notes one row. Of the rows of one key the highest sequence wins, then the later file name, then the later row.
func (l *Ledger) enter(f *file, at int64, r *indexRow) {
	index := l.digests
	if f.dir == skipsDir {
		index = l.skips
	}
	k := keyOf(r.Recording, f.fingerprint)
	p := place{file: f, row: at, sequence: r.Sequence, objects: r.ObjectsHash, session: hashSession(r.Session)}
	if old, ok := index[k]; ok {
		if p.older(old) {
			f.kill(at)
			return
		}
		old.file.kill(old.row)
	}
	index[k] = p
}

func (p place) older(q place) bool {
	return cmp.Or(cmp.Compare(p.sequence, q.sequence), cmp.Compare(p.file.name, q.file.name),
		cmp.Compare(p.file.dir, q.file.dir), cmp.Compare(p.row, q.row)) < 0
}

// Read reports whether the recording's Digest is stored for the same objects (key, etag, size, in any order) and the same
// fingerprint. A recording that is Read or Skipped need not be read again.
func (l *Ledger) Read(recording string, objects []replay.Object, fingerprint string) bool {
	return l.has(l.digests, recording, objects, fingerprint)
}

// Skipped reports whether the recording's Skip is stored, as for Read.
func (l *Ledger) Skipped(recording string, objects []replay.Object, fingerprint string) bool {
	return l.has(l.skips, recording, objects, fingerprint)
}

func (l *Ledger) has(index map[key]place, recording string, objects []replay.Object, fingerprint string) bool {
	k, hash := keyOf(recording, fingerprint), hashObjects(objects)
	l.mu.RLock()
	defer l.mu.RUnlock()
	p, ok := index[k]
	return ok && p.objects == hash
}

// State names what the ledger holds under a fingerprint: equal states have equal Digests, of sessions that started on the
// UTC day of from or later, and equal Skips, whatever the files they lie in. A zero time does not bound.
func (l *Ledger) State(fingerprint string, from time.Time) string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	first := ""
	if !from.IsZero() {
		first = dirOf(from)
	}
	// The sum of the hashes of all rows does not depend on their order.
	sum := func(index map[key]place) (n int, total uint64) {
		for k, p := range index {
			if p.file.fingerprint == fingerprint && p.file.dir >= first {
				h := fnv.New64a()
				_, _ = h.Write(k[:])
				_ = binary.Write(h, binary.LittleEndian, [2]int64{p.sequence, p.objects})
				n, total = n+1, total+h.Sum64()
			}
		}
		return n, total
	}
	digests, a := sum(l.digests)
	skips, b := sum(l.skips)
	return fmt.Sprintf("%d-%016x-%d-%016x", digests, a, skips, b)
}

// Size is what a ledger holds.
type Size struct {
	Digests int   // recordings with a Digest, per fingerprint
	Skips   int   // recordings that could not be read, per fingerprint
	Files   int   //
	Bytes   int64 // of all files
}

// Size counts what the ledger holds.
func (l *Ledger) Size() Size {
	l.mu.RLock()
	defer l.mu.RUnlock()
	s := Size{Digests: len(l.digests), Skips: len(l.skips), Files: len(l.files)}
	for _, f := range l.files {
		s.Bytes += f.size
	}
	return s
}

// Close merges small files, of the days that were appended to and of those that lie behind, and releases the locks.
func (l *Ledger) Close() error {
	if l.lock == nil {
		return l.unlock()
	}
	var err error
	if l.opts.CompactFiles > 0 {
		for _, dir := range sortedKeys(l.touched) {
			if err == nil && l.smallFiles(dir) >= l.opts.CompactFiles {
				err = l.compact(context.Background(), dir)
			}
		}
		if err == nil {
			err = l.settle(context.Background())
		}
	}
	return errors.Join(err, l.unlock())
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (l *Ledger) step(name string) {
	if l.opts.crash != nil {
		l.opts.crash(name)
	}
}

// dirOf is the folder of a session start.
func dirOf(start time.Time) string { return dayPrefix + Day(start).Format(dayLayout) }

// Day is the UTC day of a session start. Years that a folder name cannot hold go to 1970, as damaged clocks do.
func Day(start time.Time) time.Time {
	start = start.UTC()
	if start.Year() < 1 || start.Year() > 9999 {
		start = time.Unix(0, 0).UTC()
	}
	return time.Date(start.Year(), start.Month(), start.Day(), 0, 0, 0, 0, time.UTC)
}
