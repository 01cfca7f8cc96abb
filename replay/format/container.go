package format

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"github.com/rankle/rankle/replay/rrweb"
)

// maxContainers bounds containers in containers: a gzip file of a brotli body is the deepest seen.
const maxContainers = 4

// sniffLen is how much of the decompressed text decides its format.
const sniffLen = 4 << 10

// stored reads an object as it lies in the store.
type stored struct {
	ctx context.Context
	r   io.Reader
	n   int64
	max int64
	err error // error of the store, as opposed to damage of the bytes
}

func (s *stored) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.r.Read(p)
	s.n += int64(n)
	if s.n > s.max {
		return n, &rrweb.LimitError{Limit: "MaxObjectBytes", Value: s.max}
	}
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		s.err = err
	}
	return n, err
}

// errBomb stops decompression.
var errBomb = errors.New("decompression bomb")

// plain reads the text of an object and bounds it.
type plain struct {
	rd *reader
	in *stored
	r  io.Reader
	n  int64
}

func (p *plain) Read(b []byte) (int, error) {
	if p.rd.left <= 0 {
		return 0, &rrweb.LimitError{Limit: "MaxBytes", Value: p.rd.opt.MaxBytes}
	}
	if int64(len(b)) > p.rd.left {
		b = b[:p.rd.left]
	}
	n, err := p.r.Read(b)
	p.n += int64(n)
	p.rd.left -= int64(n)
	p.rd.stats.Raw += int64(n)
	if p.n > ratioFree && p.n > p.in.n*p.rd.opt.MaxRatio {
		return 0, errBomb
	}
	return n, err
}

// strip takes the containers off an object, as long as a magic number matches.
func strip(name string, in *stored, rd *reader) (r *bufio.Reader, closer func(), err error) {
	br := bufio.NewReaderSize(in, 32<<10)
	var closers []func()
	closer = func() {
		for _, c := range closers {
			c()
		}
	}
	packed := false
	for range maxContainers {
		head, err := br.Peek(4)
		if len(head) == 0 {
			if err = cause(in, err); err == nil || err == io.EOF {
				return nil, closer, &SkipError{Reason: TruncatedEmpty, Object: name, Hint: "the object is empty; upload it again or remove it"}
			}
			return nil, closer, rd.readError(name, err)
		}
		var next io.Reader
		err = nil // fewer than four bytes are no error
		switch {
		case len(head) >= 2 && head[0] == 0x1f && head[1] == 0x8b:
			next, err = gzip.NewReader(br)
		case len(head) >= 4 && string(head) == "\x28\xb5\x2f\xfd":
			var z *zstd.Decoder
			// One goroutine's worth of work: parallelism is over recordings. The window limit bounds memory before
			// the first byte comes out.
			z, err = zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(128<<20))
			if err == nil {
				closers = append(closers, z.Close)
				next = z
			}
		case len(head) >= 2 && isZlib(head):
			next, err = zlib.NewReader(br)
		case !packed && (rd.opt.Dialect == "brotli" || strings.HasSuffix(name, ".br")) && !looksLikeText(head):
			next = brotli.NewReader(br)
		}
		if err != nil {
			return nil, closer, &SkipError{Reason: Damaged, Object: name, Hint: "its compressed form cannot be read; upload it again", Err: cause(in, err)}
		}
		if next == nil {
			break
		}
		packed = true
		br = bufio.NewReaderSize(next, 4<<10)
	}
	return bufio.NewReaderSize(&plain{rd: rd, in: in, r: br}, 2*sniffLen), closer, nil
}

// isZlib checks the two header bytes (RFC 1950) for deflate with a window of up to 32 KiB.
func isZlib(head []byte) bool {
	return head[0]&0x0f == 8 && head[0]>>4 <= 7 && (uint(head[0])<<8|uint(head[1]))%31 == 0
}

func looksLikeText(head []byte) bool {
	for _, c := range head {
		switch c {
		case ' ', '\n', '\r', '\t':
		case '[', '{', '"', 0xef:
			return true
		default:
			return false
		}
	}
	return true
}

// cause prefers the store's own error to what decompression makes of it.
func cause(in *stored, err error) error {
	if in.err != nil {
		return in.err
	}
	return err
}

// readError turns an error from below into the SkipError that fits.
func (rd *reader) readError(name string, err error) error {
	if rd.ctx.Err() != nil {
		return rd.ctx.Err()
	}
	var limit *rrweb.LimitError
	switch {
	case errors.Is(err, errBomb):
		return &SkipError{Reason: Bomb, Object: name, Hint: fmt.Sprintf(
			"decompresses to more than %d times its size (limit MaxRatio); remove it, or store a real recording less compressed", rd.opt.MaxRatio)}
	case errors.As(err, &limit):
		return &SkipError{Reason: TooLarge, Object: name, Hint: fmt.Sprintf(
			"larger than %d bytes (limit %s) before its first event; exclude it from the prefix", limit.Value, limit.Limit)}
	case rd.in != nil && rd.in.err != nil:
		return &SkipError{Reason: Unreadable, Object: name, Hint: "the store did not deliver it; the next run tries again", Err: rd.in.err}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &SkipError{Reason: TruncatedEmpty, Object: name, Hint: "cut before the end of the first event; upload it again or remove it"}
	}
	return &SkipError{Reason: Damaged, Object: name, Hint: "its compressed form cannot be read; upload it again", Err: err}
}
