package ledger

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
)

const (
	// schemaVersion is the version of the columns. Adding a column keeps it; a change of meaning raises it.
	schemaVersion = 1

	// partialSuffix marks files that are being written. Open removes what a killed process left behind.
	partialSuffix = ".partial"
	suffix        = ".parquet"

	// hashDigits of the SHA-256 of the content are part of a name: 64 bits tell the files of one folder apart.
	hashDigits = 16

	// Keys of the file metadata.
	keySchema      = "schema"
	keyFingerprint = "fingerprint"
	keySequence    = "sequence"
	keyReplaces    = "replaces"

	// pageBytes is the size of a page before compression. Rows are read back in order, so large pages only cost
	// memory: a row has 90 columns, and a merge keeps a page of each column of each file in memory.
	pageBytes = 64 << 10
)

// file is one immutable file of the ledger.
type file struct {
	dir         string // folder below the version folder: "day=2026-11-21" or "skips"
	name        string
	fingerprint string
	sequence    int64 // of its newest row
	rows        int64
	size        int64
	replaces    []string // names in the same folder that this file holds the rows of
	dead        []uint64 // bit set of superseded rows; nil = none
	deadRows    int64
}

func (f *file) kill(n int64) {
	if f.dead == nil {
		f.dead = make([]uint64, (f.rows+63)/64)
	}
	if f.dead[n/64]&(1<<(n%64)) == 0 {
		f.dead[n/64] |= 1 << (n % 64)
		f.deadRows++
	}
}

func isDead(dead []uint64, n int64) bool { return dead != nil && dead[n/64]&(1<<(n%64)) != 0 }

// opened is a file with its Parquet footer read. Close it.
type opened struct {
	*parquet.File
	f *os.File
}

func (o *opened) Close() error { return o.f.Close() }

// openFile opens a file of the ledger and checks that this program can read it.
func openFile(path string) (*opened, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open ledger file: %w", err)
	}
	p, err := openParquet(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("ledger file %s: %w", path, err), f.Close())
	}
	return &opened{p, f}, nil
}

func openParquet(f *os.File) (*parquet.File, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	p, err := parquet.OpenFile(f, st.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	text, ok := p.Lookup(keySchema)
	version, err := strconv.Atoi(text)
	switch {
	case !ok || err != nil:
		return nil, fmt.Errorf("%w: no schema version %q in its metadata: not a file of this program", ErrDamaged, text)
	case version > schemaVersion:
		return nil, fmt.Errorf("%w: schema %d, this program knows up to %d", ErrNewer, version, schemaVersion)
	}
	return p, nil
}

// describe reads the facts of a file that are in its footer.
func (o *opened) describe(dir, name string) (*file, error) {
	f := &file{dir: dir, name: name, rows: o.NumRows(), size: o.Size()}
	f.fingerprint, _ = o.Lookup(keyFingerprint)
	text, _ := o.Lookup(keySequence)
	var err error
	if f.sequence, err = strconv.ParseInt(text, 10, 64); err != nil {
		return nil, fmt.Errorf("ledger file %s: %w: sequence %q in its metadata", o.f.Name(), ErrDamaged, text)
	}
	if text, _ := o.Lookup(keyReplaces); text != "" {
		f.replaces = strings.Split(text, ",")
	}
	return f, nil
}

// verify compares the content of a file with the hash in its name. Nothing else looks at a file before: of what is damaged,
// Parquet refuses a little, reads most as other values and crashes at some. Hashing takes 1.0 s of processor time a gigabyte, as
// measured on a processor with instructions for SHA-256 and a file in memory: 2 % of what opening a ledger takes (BenchmarkRead).
func verify(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open ledger file: %w", err)
	}
	h := sha256.New()
	_, err = io.Copy(h, f)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("ledger file %s: %w", path, err)
	}
	if _, want, _ := strings.Cut(strings.TrimSuffix(filepath.Base(path), suffix), "-"); want != nameOf(h) {
		return fmt.Errorf("ledger file %s: %w: its content is not what its name was made from", path, ErrDamaged)
	}
	return nil
}

// nameOf is the part of a file's name that its content decides.
func nameOf(content hash.Hash) string { return hex.EncodeToString(content.Sum(nil))[:hashDigits] }

// target says where a file goes and what its metadata hold.
type target struct {
	dir         string
	fingerprint string
	sequence    int64
	replaces    []string
}

// writer writes one file aside. Commit makes it visible, Abort removes it; one of the two must be called.
type writer[R any] struct {
	l    *Ledger
	to   target
	f    *os.File
	hash hash.Hash
	buf  *bufio.Writer
	pw   *parquet.GenericWriter[R]
	rows int64
}

func newWriter[R any](l *Ledger, to target) (*writer[R], error) {
	dir := filepath.Join(l.root, to.dir)
	if _, err := os.Stat(dir); err != nil {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return nil, fmt.Errorf("create ledger folder: %w", err)
		}
		if err := SyncDir(l.root); err != nil {
			return nil, fmt.Errorf("sync ledger folder %s: %w", l.root, err)
		}
	}
	f, err := os.CreateTemp(dir, fmt.Sprintf("%010d-*%s", to.sequence, partialSuffix))
	if err != nil {
		return nil, fmt.Errorf("create ledger file: %w", err)
	}
	h := sha256.New()
	w := &writer[R]{l: l, to: to, f: f, hash: h}
	w.buf = bufio.NewWriterSize(io.MultiWriter(f, h), 256<<10)
	w.pw = parquet.NewGenericWriter[R](w.buf,
		parquet.Compression(&parquet.Zstd),
		parquet.CreatedBy("rankle", strconv.Itoa(schemaVersion), "ledger"),
		parquet.MaxRowsPerRowGroup(l.opts.RowGroupRows),
		parquet.PageBufferSize(pageBytes),
		parquet.KeyValueMetadata(keySchema, strconv.Itoa(schemaVersion)),
		parquet.KeyValueMetadata(keyFingerprint, to.fingerprint),
		parquet.KeyValueMetadata(keySequence, strconv.FormatInt(to.sequence, 10)),
		parquet.KeyValueMetadata(keyReplaces, strings.Join(to.replaces, ",")),
	)
	l.step("created")
	return w, nil
}

func (w *writer[R]) Write(rows []R) error {
	n, err := w.pw.Write(rows)
	w.rows += int64(n)
	if err != nil {
		return fmt.Errorf("write ledger file %s: %w", w.f.Name(), err)
	}
	return nil
}

// Abort removes what was written. It is harmless after Commit.
func (w *writer[R]) Abort() {
	if w.f != nil {
		_ = w.f.Close()
		_ = os.Remove(w.f.Name())
		w.f = nil
	}
}

// Commit syncs the file and gives it its name. After a nil error it survives a power cut.
func (w *writer[R]) Commit() (*file, error) {
	f, err := w.commit()
	if err != nil {
		return nil, fmt.Errorf("write ledger file %s: %w", w.f.Name(), err)
	}
	w.f = nil
	return f, nil
}

func (w *writer[R]) commit() (*file, error) {
	if err := w.pw.Close(); err != nil {
		return nil, err
	}
	w.l.step("written")
	if err := w.buf.Flush(); err != nil {
		return nil, err
	}
	if err := w.f.Sync(); err != nil {
		return nil, err
	}
	st, err := w.f.Stat()
	if err != nil {
		return nil, err
	}
	if err := w.f.Chmod(0o644); err != nil {
		return nil, err
	}
	if err := w.f.Close(); err != nil {
		return nil, err
	}
	w.l.step("synced")
	name := fmt.Sprintf("%010d-%s%s", w.to.sequence, nameOf(w.hash), suffix)
	dir := filepath.Dir(w.f.Name())
	if err := os.Rename(w.f.Name(), filepath.Join(dir, name)); err != nil {
		return nil, err
	}
	w.l.step("renamed")
	if err := SyncDir(dir); err != nil {
		return nil, err
	}
	return &file{
		dir: w.to.dir, name: name, fingerprint: w.to.fingerprint, sequence: w.to.sequence,
		rows: w.rows, size: st.Size(), replaces: w.to.replaces,
	}, nil
}
