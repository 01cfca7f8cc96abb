package source

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/rankle/rankle/replay"
)

// Dir is a Store over a directory tree. Keys are the paths below its root, with slashes.
//
// The ETag of a file is its size and modification time; two writes of equal size within one tick of the file system's
// clock (about 4 ms on Linux) are told apart only by a store with real entity tags. Files without a modification time,
// as in embed.FS, are hashed instead, on listing and on opening.
//
// Symbolic links are followed to regular files inside the root. Links to directories, links that leave the root and
// broken links are not listed, and nothing outside the root can be opened.
type Dir struct {
	fsys fs.FS
	name string
	only []string // when set, only these keys exist
	root *os.Root // when set, closed by Close
}

var _ Store = (*Dir)(nil)

// NewDir returns a Store over fsys. The name is what URL returns. For a directory of the machine use OpenPath, which
// keeps symbolic links from leaving it; os.DirFS does not.
func NewDir(fsys fs.FS, name string) *Dir {
	return &Dir{fsys: fsys, name: name}
}

// OpenPath returns a Store over a directory, or over one file: then the store holds that file and its sidecars, under
// their base names. The error is ErrNoBucket when the path does not exist and ErrAccess when it may not be read. Close
// releases the directory.
func OpenPath(name string) (*Dir, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, rootError(name, err)
	}
	dir, only := name, []string(nil)
	if !info.IsDir() {
		dir = filepath.Dir(name)
		base := filepath.Base(name)
		only = []string{base, base + sidecarSuffix, stem(base) + sidecarSuffix}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, rootError(dir, err)
	}
	return &Dir{fsys: root.FS(), name: filepath.ToSlash(dir), only: only, root: root}, nil
}

func rootError(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("open %s: %w", name, ErrNoBucket)
	}
	return fmt.Errorf("open %s: %w", name, dirError(err))
}

// Close releases the directory that OpenPath opened. No List or Open may run or follow.
func (d *Dir) Close() error {
	if d.root == nil {
		return nil
	}
	return d.root.Close()
}

// URL returns the name given to NewDir or the directory given to OpenPath.
func (d *Dir) URL() string { return d.name }

// String returns URL and, for a Store over one file, its name.
func (d *Dir) String() string {
	if len(d.only) == 0 {
		return d.name
	}
	return strings.TrimSuffix(d.name, "/") + "/" + d.only[0]
}

// List implements Store, in lexical order by directory.
func (d *Dir) List(ctx context.Context, prefix string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		// Start at the deepest directory that the prefix names, so that a day prefix costs a day.
		top := path.Dir(prefix)
		if prefix == "" || !fs.ValidPath(top) {
			top = "."
		}
		err := fs.WalkDir(d.fsys, top, func(key string, e fs.DirEntry, err error) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			obj, err := d.visit(key, prefix, e, err)
			if obj.Key == "" {
				return err
			}
			if errors.Is(err, ErrHandles) {
				return err // the listing would be of what it could still look into
			}
			if !yield(obj, err) {
				return fs.SkipAll
			}
			if err != nil && e != nil && e.IsDir() {
				return fs.SkipDir
			}
			return nil
		})
		switch {
		case err == nil:
		case errors.Is(err, errAbsent):
		case top == "." && errors.Is(err, fs.ErrNotExist):
			yield(Object{}, fmt.Errorf("list %s: %w", d.name, ErrNoBucket))
		default:
			yield(Object{}, fmt.Errorf("list %s: %w", d.name, dirError(err)))
		}
	}
}

// errAbsent ends a walk whose first directory does not exist: nothing lies under that prefix.
var errAbsent = errors.New("no such directory")

// visit decides about one entry of a walk: an object to yield, nothing (an empty key), fs.SkipDir, or an error that
// concerns the key of the object alone. An error without a key ends the walk.
func (d *Dir) visit(key, prefix string, e fs.DirEntry, walkErr error) (Object, error) {
	if walkErr != nil {
		if e == nil || key == "." {
			if key != "." && errors.Is(dirError(walkErr), ErrNotFound) {
				return Object{}, errAbsent
			}
			return Object{}, walkErr
		}
		return keyed(key), fmt.Errorf("list %s/%s: %w", d.name, key, dirError(walkErr))
	}
	if e.IsDir() {
		if key == "." || strings.HasPrefix(key+"/", prefix) || strings.HasPrefix(prefix, key+"/") {
			return Object{}, nil
		}
		return Object{}, fs.SkipDir
	}
	if !strings.HasPrefix(key, prefix) || d.only != nil && !slices.Contains(d.only, key) {
		return Object{}, nil
	}
	info, err := e.Info()
	if err == nil && e.Type()&fs.ModeSymlink != 0 {
		if info, err = fs.Stat(d.fsys, key); err != nil {
			return Object{}, nil // broken, or out of the root
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return Object{}, nil // deleted while listing
	}
	if err == nil && !info.Mode().IsRegular() {
		return Object{}, nil
	}
	var tag string
	if err == nil {
		tag, err = d.etag(key, info)
	}
	if err != nil {
		return keyed(key), fmt.Errorf("list %s/%s: %w", d.name, key, dirError(err))
	}
	return Object{Object: replay.Object{Key: key, ETag: tag, Size: info.Size()}, ModTime: info.ModTime().UTC()}, nil
}

func keyed(key string) Object { return Object{Object: replay.Object{Key: key}} }

// etag names the state of a file.
func (d *Dir) etag(key string, info fs.FileInfo) (string, error) {
	if t := info.ModTime(); !t.IsZero() {
		return statTag(info), nil
	}
	f, err := d.fsys.Open(key)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:16]), nil
}

func statTag(info fs.FileInfo) string {
	return strconv.FormatInt(info.Size(), 36) + "-" + strconv.FormatInt(info.ModTime().UnixNano(), 36)
}

// Open implements Store.
func (d *Dir) Open(ctx context.Context, obj replay.Object, offset int64) (io.ReadCloser, error) {
	r, err := d.open(ctx, obj, offset)
	if err != nil {
		return nil, fmt.Errorf("open %s/%s: %w", d.name, obj.Key, dirError(err))
	}
	return r, nil
}

func (d *Dir) open(ctx context.Context, obj replay.Object, offset int64) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if offset < 0 {
		return nil, ErrRange
	}
	if !fs.ValidPath(obj.Key) || d.only != nil && !slices.Contains(d.only, obj.Key) {
		return nil, ErrNotFound
	}
	// Before it is opened: opening a pipe waits for somebody to write to it.
	if info, err := fs.Stat(d.fsys, obj.Key); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, ErrNotFound
	}
	f, err := d.fsys.Open(obj.Key)
	if err != nil {
		return nil, err
	}
	r, err := d.reader(ctx, f, obj, offset)
	if err != nil {
		f.Close()
		return nil, err
	}
	return r, nil
}

func (d *Dir) reader(ctx context.Context, f fs.File, obj replay.Object, offset int64) (*dirReader, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, ErrNotFound
	}
	if obj.ETag != "" {
		tag, err := d.etag(obj.Key, info)
		if err != nil {
			return nil, err
		}
		if tag != obj.ETag || info.Size() != obj.Size {
			return nil, ErrChanged
		}
	}
	if offset > info.Size() {
		return nil, ErrRange
	}
	if s, ok := f.(io.Seeker); ok {
		_, err = s.Seek(offset, io.SeekStart)
	} else {
		_, err = io.CopyN(io.Discard, f, offset)
	}
	if err != nil {
		return nil, err
	}
	r := &dirReader{ctx: ctx, f: f, name: d.name + "/" + obj.Key, left: info.Size() - offset}
	if obj.ETag != "" && !info.ModTime().IsZero() {
		r.tag = obj.ETag
	}
	return r, nil
}

// dirReader reads a file as long as it was when it was opened, and looks at its end whether it is still the same.
type dirReader struct {
	ctx  context.Context // of this one reading; Open's contract binds it to the reader
	f    fs.File
	name string
	tag  string // state to check at the end; "" = no check
	left int64
}

func (r *dirReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, fmt.Errorf("read %s: %w", r.name, err)
	}
	if r.left == 0 {
		return 0, r.end()
	}
	if int64(len(p)) > r.left {
		p = p[:r.left]
	}
	n, err := r.f.Read(p)
	r.left -= int64(n)
	switch {
	case err == io.EOF && r.left > 0:
		if err = r.end(); err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
	case err == io.EOF:
		err = r.end()
	case err != nil:
		err = fmt.Errorf("read %s: %w", r.name, dirError(err))
	}
	return n, err
}

// end returns io.EOF, or ErrChanged when the file was written while it was read.
func (r *dirReader) end() error {
	if r.tag == "" {
		return io.EOF
	}
	info, err := r.f.Stat()
	if err != nil {
		return fmt.Errorf("read %s: %w", r.name, dirError(err))
	}
	if statTag(info) != r.tag {
		return fmt.Errorf("read %s: %w", r.name, ErrChanged)
	}
	return io.EOF
}

func (r *dirReader) Close() error { return r.f.Close() }

// NoHandles reports whether err is that of a system that opens no further file or connection, for Stores.
func NoHandles(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// dirError maps what the file system says to the errors of Store. It drops the path of the machine that an
// fs.PathError repeats, since the caller names the object.
func dirError(err error) error {
	var pe *fs.PathError
	inner := err
	if errors.As(err, &pe) {
		inner = pe.Err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrInvalid), errors.Is(err, syscall.ENOTDIR):
		return ErrNotFound
	case errors.Is(err, fs.ErrPermission):
		return ErrAccess
	case NoHandles(err):
		return ErrHandles
	case pe != nil && strings.Contains(inner.Error(), "escapes"):
		return ErrNotFound // os.Root refuses a link out of the root with an unexported error
	}
	return inner
}
