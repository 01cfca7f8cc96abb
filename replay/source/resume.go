package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/rankle/rankle/replay"
)

// Retry bounds how Resume goes on after a broken connection. The zero value means the defaults.
type Retry struct {
	// Attempts is how often in a row opening or reading may fail without a byte of progress. Default 5.
	Attempts int
	// Breaks is how often a reading may break in all, progress or not. Default 32: a link that breaks more often
	// within one object costs more than a later run.
	Breaks int
	// Pause is the wait after the first failure; every further failure without progress doubles it. Default 200 ms.
	Pause time.Duration
	// MaxPause ends the doubling. Default 10 s: the time that stores ask for after SlowDown.
	MaxPause time.Duration
	// Sleep waits for d or until ctx ends and then returns its error. Default: a timer. Tests pass their own.
	Sleep func(ctx context.Context, d time.Duration) error
}

func (r Retry) withDefaults() Retry {
	if r.Attempts <= 0 {
		r.Attempts = 5
	}
	if r.Breaks <= 0 {
		r.Breaks = 32
	}
	if r.Pause <= 0 {
		r.Pause = 200 * time.Millisecond
	}
	if r.MaxPause <= 0 {
		r.MaxPause = 10 * time.Second
	}
	if r.Sleep == nil {
		r.Sleep = Sleep
	}
	return r
}

// Sleep waits for a time, or until ctx ends, whose error it then returns.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Resume opens an object and returns a reader of its bytes that survives broken connections: it opens the object again
// at the offset reached, guarded by the ETag, after pauses that grow. It gives up with the last error, wrapped, when
// the bounds of Retry are reached, and at once on errors that repeating cannot mend (ErrNotFound, ErrChanged, ErrAccess
// and the like, or the end of ctx). A reading that ends short of obj.Size counts as broken; without an ETag the size is
// not checked and nothing guards against mixed states, so that a break then ends the reading.
//
// The reader belongs to one goroutine; the caller closes it.
func Resume(ctx context.Context, st Store, obj replay.Object, retry Retry) (io.ReadCloser, error) {
	r := &resumer{ctx: ctx, st: st, obj: obj, retry: retry.withDefaults()}
	if err := r.reopen(nil); err != nil {
		return nil, err
	}
	return r, nil
}

type resumer struct {
	ctx   context.Context // of this one reading
	st    Store
	obj   replay.Object
	retry Retry

	body     io.ReadCloser // nil after a break
	off      int64
	breaks   int // of the whole reading
	failures int // in a row, without progress
	err      error
}

// Read implements io.Reader. After an error it returns that error again.
func (r *resumer) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	for {
		n, err := r.body.Read(p)
		r.off += int64(n)
		if n > 0 {
			r.failures = 0
		}
		if err == io.EOF && r.obj.ETag != "" && r.off < r.obj.Size {
			err = fmt.Errorf("read %s/%s: %w", r.st.URL(), r.obj.Key, io.ErrUnexpectedEOF)
		}
		if r.obj.ETag != "" && r.off > r.obj.Size {
			n -= int(r.off - r.obj.Size)
			err = fmt.Errorf("read %s/%s: %w", r.st.URL(), r.obj.Key, ErrChanged)
		}
		switch {
		case err == nil && n == 0:
			continue
		case err == nil:
			return n, nil
		case err == io.EOF:
			r.err = io.EOF
			return n, io.EOF
		}
		if r.err = r.reopen(err); r.err != nil {
			return n, r.err
		}
		if n > 0 {
			return n, nil
		}
	}
}

// reopen opens the object at the offset reached, pausing between failures. The cause is what broke the reading, nil for
// the first opening.
func (r *resumer) reopen(cause error) error {
	if r.body != nil {
		r.body.Close()
		r.body = nil
	}
	for {
		if cause != nil {
			if err := r.pause(cause); err != nil {
				return err
			}
		}
		body, err := r.st.Open(r.ctx, r.obj, r.off)
		if err == nil {
			r.body = body
			return nil
		}
		cause = err
	}
}

// pause counts a failure and waits, or returns why it is the last one.
func (r *resumer) pause(cause error) error {
	if permanent(cause) {
		return r.failed(cause)
	}
	if err := r.ctx.Err(); err != nil {
		return r.failed(err)
	}
	r.breaks++
	r.failures++
	switch {
	case r.off > 0 && r.obj.ETag == "":
		return r.failed(cause)
	case r.failures >= r.retry.Attempts:
		return r.failed(fmt.Errorf("gave up after %d attempts without progress: %w", r.failures, cause))
	case r.breaks >= r.retry.Breaks:
		return r.failed(fmt.Errorf("gave up after %d broken connections: %w", r.breaks, cause))
	}
	d := r.retry.Pause
	for i := 1; i < r.failures && d < r.retry.MaxPause; i++ {
		d *= 2
	}
	if err := r.retry.Sleep(r.ctx, min(d, r.retry.MaxPause)); err != nil {
		return r.failed(err)
	}
	return nil
}

// failed adds to an error, which names the object already, how far the reading had come. That the connection broke in the
// middle is no longer told as io.ErrUnexpectedEOF: to a decoder that means that the stored object ends there.
func (r *resumer) failed(cause error) error {
	if errors.Is(cause, io.ErrUnexpectedEOF) {
		cause = fmt.Errorf("%w: %s", ErrUnavailable, cause)
	}
	if r.off == 0 {
		return cause
	}
	return fmt.Errorf("at byte %d of %d: %w", r.off, r.obj.Size, cause)
}

// Close releases the connection; later Reads fail.
func (r *resumer) Close() error {
	if r.err == nil {
		r.err = errors.New("read of a closed reader")
	}
	if r.body == nil {
		return nil
	}
	err := r.body.Close()
	r.body = nil
	return err
}

// ReadSmall returns the whole of an object that must fit in memory, such as a sidecar, read with Resume. It returns
// ErrTooLarge when the object is larger than limit bytes, by its listing or in truth.
func ReadSmall(ctx context.Context, st Store, obj replay.Object, limit int64, retry Retry) ([]byte, error) {
	tooLarge := func() error {
		return fmt.Errorf("read %s/%s: %w (%d bytes)", st.URL(), obj.Key, ErrTooLarge, limit)
	}
	if obj.Size > limit {
		return nil, tooLarge()
	}
	r, err := Resume(ctx, st, obj, retry)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, tooLarge()
	}
	return data, nil
}
