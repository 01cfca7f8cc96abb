package format

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"github.com/rankle/rankle/replay/inflate"
	"github.com/rankle/rankle/replay/posthog"
	"github.com/rankle/rankle/replay/rrweb"
)

// maxContainers bounds containers in containers: a gzip file of a brotli body is the deepest seen.
const maxContainers = 4

// sniffLen is how much of the decompressed text decides its format.
const sniffLen = 4 << 10

// stored is an object as it lies in the store, as a whole: decompression is at its best over memory. Of long text in no container
// it is the start.
type stored struct {
	data []byte
	rest io.Reader // what follows data, or nil
	n    int64     // bytes read
	err  error     // error of the store, as opposed to damage of the bytes
	end  error     // why data ends before the object does: err, or a limit; nil if it is complete
}

// load reads an object to its end, into memory that may hold another one.
func load(ctx context.Context, r io.Reader, limit int64, memory []byte) *stored {
	in := &stored{data: memory[:0]}
	for empty := 0; ; empty++ {
		if err := ctx.Err(); err != nil {
			in.err, in.end = err, err
			return in
		}
		if len(in.data) == cap(in.data) {
			in.data = slices.Grow(in.data, max(loadFirst, len(in.data))) // doubled: what is left behind is no more than what is kept
		}
		n, err := r.Read(in.data[len(in.data):cap(in.data)])
		in.data = in.data[:len(in.data)+n]
		in.n = int64(len(in.data))
		switch {
		case in.n > limit:
			in.end = &rrweb.LimitError{Limit: "MaxObjectBytes", Value: limit}
			return in
		case err == io.EOF:
			return in
		case errors.Is(err, io.ErrUnexpectedEOF):
			in.end = err
			return in
		case err == nil && empty > 100:
			err = io.ErrNoProgress
			fallthrough
		case err != nil:
			in.err, in.end = err, err
			return in
		case n > 0:
			empty = 0
		}
	}
}

// load reads a part. Of long text in no container it reads the start: it needs not lie in memory as a whole.
func (rd *reader) load(part Part, r io.Reader) *stored {
	if part.Size <= wholeMost {
		return load(rd.ctx, r, rd.opt.MaxObjectBytes, rd.memory.room(min(part.Size, rd.opt.MaxObjectBytes)))
	}
	br := bufio.NewReaderSize(r, loadFirst)
	head, _ := br.Peek(sniffLen)
	if !rd.isText(part.Name, head) {
		return load(rd.ctx, br, rd.opt.MaxObjectBytes, rd.memory.room(min(part.Size, rd.opt.MaxObjectBytes)))
	}
	in := &stored{data: bytes.Clone(head), n: int64(len(head))}
	_, _ = br.Discard(len(head)) // it lies in the buffer
	in.rest = &rest{in: in, ctx: rd.ctx, r: br, limit: rd.opt.MaxObjectBytes}
	rd.size = int(part.Size)
	return in
}

// isText reports whether an object that begins with head is surely JSON in no container.
func (rd *reader) isText(name string, head []byte) bool {
	text := bytes.TrimLeft(head, " \t\r\n")
	return len(text) > 0 && (text[0] == '[' || text[0] == '{') && !rd.isBlock(head) && !rd.isMessages(head) && !isMessageFile(name) && !isContents(name)
}

// rest reads on in an object as load does.
type rest struct {
	in    *stored
	ctx   context.Context
	r     io.Reader
	limit int64
}

func (r *rest) Read(p []byte) (int, error) {
	err := r.ctx.Err()
	n := 0
	if err == nil {
		n, err = r.r.Read(p)
	}
	switch r.in.n += int64(n); {
	case r.in.n > r.limit:
		err = &rrweb.LimitError{Limit: "MaxObjectBytes", Value: r.limit}
		r.in.end = err
	case err == nil, err == io.EOF:
	case errors.Is(err, io.ErrUnexpectedEOF):
		r.in.end = err
	default:
		r.in.err, r.in.end = err, err
	}
	return n, err
}

// loadFirst is how much memory an object gets at first; small sessions take less.
const loadFirst = 64 << 10

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
	if err != nil && p.in.end != nil {
		err = p.in.end
	}
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
	var closers []func()
	closer = func() {
		for _, c := range closers {
			c()
		}
	}
	var layer io.Reader = bytes.NewReader(in.data)
	if in.rest != nil {
		layer = io.MultiReader(layer, in.rest)
	}
	head := in.data[:min(len(in.data), blockHead)]
	for depth := range maxContainers {
		if len(head) == 0 {
			if err = cause(in, err); err == nil || err == io.EOF {
				return nil, closer, &SkipError{Reason: TruncatedEmpty, Object: name, Hint: "the object is empty; upload it again or remove it"}
			}
			return nil, closer, rd.readError(name, err)
		}
		var next io.Reader
		err = nil // fewer bytes than asked for are no error
		switch {
		case len(head) >= 2 && head[0] == 0x1f && head[1] == 0x8b:
			next, err = rd.gunzip(in, layer, depth)
		case len(head) >= 4 && string(head[:4]) == "\x28\xb5\x2f\xfd":
			if next, _ = rd.whole(in, depth, rd.memory.unzstdAll); next == nil {
				var z *zstd.Decoder
				if z, err = rd.memory.unzstd(layer, depth); err == nil {
					closers = append(closers, func() { _ = z.Reset(nil) })
					next = z
				}
			}
		case posthog.IsBlock(head) && !(depth == 0 && rd.continuesOpenReplay(in.data)):
			// May look like zlib, while zlib never goes on like a line of text.
			if next, err = rd.blocks(name, bufio.NewReader(layer)); err != nil {
				return nil, closer, err
			}
		case len(head) >= 2 && isZlib(head) && !(depth == 0 && rd.continuesOpenReplay(in.data)):
			if next, _ = rd.whole(in, depth, rd.memory.inflate.Zlib); next == nil {
				next, err = zlib.NewReader(layer)
			}
		case depth == 0 && (isMessageFile(name) && rd.isBrotliOpenReplay(in.data) || isContents(name) && isBrotliText(in.data)):
			next = brotli.NewReader(layer)
		case depth == 0 && rd.isBlock(head):
			if next, err = rd.blocks(name, bufio.NewReader(layer)); err != nil {
				return nil, closer, err
			}
		case depth == 0 && (rd.opt.Dialect.brotli() || strings.HasSuffix(name, ".br")) && !looksLikeText(head) && !rd.isMessages(in.data) && !isRedisGob(in.data):
			next = brotli.NewReader(layer)
		}
		if err != nil {
			return nil, closer, &SkipError{Reason: Damaged, Object: name, Hint: "its compressed form cannot be read; upload it again", Err: cause(in, err)}
		}
		if next == nil {
			break
		}
		if rd.text != nil && depth == 0 {
			layer, head = next, rd.text[:min(len(rd.text), blockHead)]
			continue
		}
		rd.text = nil
		br := bufio.NewReaderSize(next, 4<<10)
		layer = br
		head, err = br.Peek(blockHead)
	}
	rd.plain = &plain{rd: rd, in: in, r: layer}
	return rd.memory.sniffed(rd.plain), closer, nil
}

// gunzip decompresses a gzip object: at once, piece by piece if it is long, and as a streaming reader does if it is not intact.
func (rd *reader) gunzip(in *stored, layer io.Reader, depth int) (io.Reader, error) {
	if depth == 0 && in.end == nil {
		err := inflate.ErrTooLarge
		if claim := inflate.Claim(in.data); claim > wholeMost {
			rd.size = claim
		} else {
			var text io.Reader
			if text, err = rd.whole(in, depth, rd.memory.inflate.Gzip); err == nil {
				return text, nil
			}
		}
		if err == inflate.ErrTooLarge {
			return rd.memory.unzip(in.data), nil
		}
	}
	return rd.memory.gunzip(layer, depth)
}

// whole decompresses an intact object at once, where that stays within the limits, into rd.text. It returns a reader of the
// text, or nil and why not: whatever is damaged, cut or too large is for a reader that keeps what came before.
func (rd *reader) whole(in *stored, depth int, decompress func(dst, src []byte, max int) ([]byte, error)) (io.Reader, error) {
	if depth > 0 || in.end != nil {
		return nil, io.ErrUnexpectedEOF
	}
	into := rd.memory.text
	if rd.builder != nil {
		into = rd.builder.Text
	}
	limit := min(rd.left-1, wholeMost, max(ratioFree, in.n*rd.opt.MaxRatio)) // 1: the reader below finds the end within the limit
	text, err := into(int(limit), func(dst []byte, max int) ([]byte, error) { return decompress(dst, in.data, max) })
	if err != nil {
		return nil, err
	}
	if len(text) == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	rd.text = text
	if cap(in.data) > keepStored {
		in.data, rd.memory.stored = nil, nil // not looked at any more
	}
	return bytes.NewReader(text), nil
}

// wholeMost is the longest text that is decompressed at once, in bytes. Longer ones are read window by window.
const wholeMost = 16 << 20

// isZlib checks the two header bytes (RFC 1950) for deflate with a window of up to 32 KiB.
func isZlib(head []byte) bool {
	return head[0]&0x0f == 8 && head[0]>>4 <= 7 && (uint(head[0])<<8|uint(head[1]))%31 == 0
}

func looksLikeText(head []byte) bool {
	for _, c := range head[:min(len(head), 4)] {
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
