package source

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/rankle/rankle/replay"
)

// Ranger is a Store that can end a reading by itself, so that a store far away sends no more than was asked for.
type Ranger interface {
	Store
	// OpenRange is Open for the n bytes from offset on. They lie inside the object.
	OpenRange(ctx context.Context, obj replay.Object, offset, n int64) (io.ReadCloser, error)
}

// Ranges is a Store whose objects may be ranges of bytes of the objects of another one: those that RangeOf names. It
// lists and opens whole objects as the other one does.
type Ranges struct{ Store }

var _ Store = Ranges{}

// rangeMark stands between the key of an object and its range, with both ends inclusive, as PostHog writes the address
// of a block (nodejs/src/session-replay, s3-session-batch-writer.ts).
const rangeMark = "?range=bytes="

// RangeOf names the bytes from first to last, both inclusive, of a listed object. What it returns is itself an object: of
// a Store made by Ranges, with an ETag that changes when that of the object does.
func RangeOf(obj replay.Object, first, last int64) replay.Object {
	return rangeOf(obj.Key, stateOf(obj), first, last)
}

func rangeOf(key, state string, first, last int64) replay.Object {
	return replay.Object{Key: fmt.Sprintf("%s%s%d-%d", key, rangeMark, first, last), ETag: state, Size: last - first + 1}
}

// stateOf is the ETag of all ranges of an object: its whole state, which opening checks.
func stateOf(obj replay.Object) string {
	if obj.ETag == "" {
		return ""
	}
	return obj.ETag + "/" + strconv.FormatInt(obj.Size, 10)
}

// CutRange takes the range off the key of an object that RangeOf named. ok is false for every other key.
func CutRange(key string) (whole string, first, last int64, ok bool) {
	i := strings.LastIndex(key, rangeMark)
	if i < 0 {
		return key, 0, 0, false
	}
	from, to, found := strings.Cut(key[i+len(rangeMark):], "-")
	first, err1 := strconv.ParseInt(from, 10, 64)
	last, err2 := strconv.ParseInt(to, 10, 64)
	if !found || err1 != nil || err2 != nil || first < 0 || last < first {
		return key, 0, 0, false
	}
	return key[:i], first, last, true
}

// Open implements Store.
func (s Ranges) Open(ctx context.Context, obj replay.Object, offset int64) (io.ReadCloser, error) {
	key, first, last, ok := CutRange(obj.Key)
	if !ok {
		return s.Store.Open(ctx, obj, offset)
	}
	left := last - first + 1 - offset
	if offset < 0 || left < 0 {
		return nil, fmt.Errorf("open %s/%s: %w", s.URL(), obj.Key, ErrRange)
	}
	if left == 0 {
		return io.NopCloser(bytes.NewReader(nil)), nil
	}
	whole := replay.Object{Key: key}
	if tag, size, found := cutLast(obj.ETag, "/"); found {
		n, err := strconv.ParseInt(size, 10, 64)
		if err != nil || last >= n {
			return nil, fmt.Errorf("open %s/%s: %w", s.URL(), obj.Key, ErrRange)
		}
		whole.ETag, whole.Size = tag, n
	}
	rc, err := s.open(ctx, whole, first+offset, left)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(rc, left), rc}, nil
}

func (s Ranges) open(ctx context.Context, obj replay.Object, offset, n int64) (io.ReadCloser, error) {
	if r, ok := s.Store.(Ranger); ok {
		return r.OpenRange(ctx, obj, offset, n)
	}
	return s.Store.Open(ctx, obj, offset)
}

// cutLast is strings.Cut at the last separator.
func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// String is what Name returns of the other store.
func (s Ranges) String() string { return Name(s.Store) }

// Close closes the other store if it can be closed.
func (s Ranges) Close() error {
	if c, ok := s.Store.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
