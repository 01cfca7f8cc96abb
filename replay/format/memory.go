package format

import (
	"bufio"
	"bytes"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/rankle/rankle/replay/inflate"
	"github.com/rankle/rankle/replay/rrweb"
)

// memory is what reading a recording needs besides its Session, kept from one recording to the next.
type memory struct {
	builder *rrweb.Builder
	stored  []byte
	gzip    *gzip.Reader
	zstd    *zstd.Decoder
	inflate inflate.Decoder
	long    inflate.Reader
	all     *zstd.Decoder // for whole objects, of at most allMax bytes
	allMax  int64
	max     int64 // Options.MaxBytes
	sniff   *bufio.Reader
	own     []byte // text of an object, where no Builder takes it
}

// keepStored is how large an object may be whose memory waits for the next one; larger ones are too rare.
const keepStored = 8 << 20

// build returns an empty Builder.
func (m *memory) build(opt rrweb.Options) *rrweb.Builder {
	m.max = opt.MaxBytes
	if m.builder == nil {
		m.builder = rrweb.NewBuilder(opt)
	} else {
		m.builder.Reset(opt)
	}
	return m.builder
}

// room returns memory for an object of a size, 0 if that is not known.
func (m *memory) room(size int64) []byte {
	if int64(cap(m.stored)) <= size { // equal: the end is found by reading on
		m.stored = make([]byte, 0, size+bytes.MinRead)
	}
	return m.stored
}

// keep takes the memory of an object back.
func (m *memory) keep(data []byte) {
	if m.stored = data; cap(data) > keepStored {
		m.stored = nil
	}
}

// gunzip decompresses r. Only the outermost container, depth 0, uses kept memory: further ones are read at the same time.
func (m *memory) gunzip(r io.Reader, depth int) (*gzip.Reader, error) {
	if depth > 0 || m.gzip == nil {
		z, err := gzip.NewReader(r)
		if depth == 0 && err == nil {
			m.gzip = z
		}
		return z, err
	}
	return m.gzip, m.gzip.Reset(r)
}

// unzip decompresses a long gzip object.
func (m *memory) unzip(src []byte) io.Reader {
	m.long.Reset(src)
	return &unzipped{memory: m, src: src}
}

// unzipped is the text of a gzip object: by package inflate up to where it is damaged, and as a streaming reader takes it from
// there on.
type unzipped struct {
	memory *memory
	src    []byte
	n      int64 // bytes that package inflate gave
	plain  io.Reader
}

func (u *unzipped) Read(p []byte) (int, error) {
	if u.plain == nil {
		n, err := u.memory.long.Read(p)
		if u.n += int64(n); err != inflate.ErrFormat {
			return n, err
		}
		z, err := u.memory.gunzip(bytes.NewReader(u.src), 0)
		if err != nil {
			return 0, err
		}
		if _, err := io.CopyN(io.Discard, z, u.n); err != nil {
			return 0, err
		}
		u.plain = z
	}
	return u.plain.Read(p)
}

// unzstd decompresses r as gunzip does. One goroutine's worth of work: parallelism is over recordings. The window limit
// bounds memory before the first byte comes out.
func (m *memory) unzstd(r io.Reader, depth int) (*zstd.Decoder, error) {
	if depth > 0 || m.zstd == nil {
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(128<<20))
		if depth == 0 && err == nil {
			m.zstd = z
		}
		return z, err
	}
	return m.zstd, m.zstd.Reset(r)
}

// unzstdAll appends all of the text of src to dst, up to max bytes.
func (m *memory) unzstdAll(dst, src []byte, max int) ([]byte, error) {
	var head zstd.Header
	if err := head.Decode(src); err != nil || !head.HasFCS || head.FrameContentSize > uint64(max-len(dst)) {
		return dst, zstd.ErrDecoderSizeExceeded // a reader piece by piece bounds what is not told
	}
	if m.all == nil || m.allMax != m.max {
		z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(uint64(m.max)))
		if err != nil {
			return dst, err
		}
		m.all, m.allMax = z, m.max
	}
	text, err := m.all.DecodeAll(src, dst)
	if len(text) > max { // further frames, of which the head says nothing
		err = zstd.ErrDecoderSizeExceeded
	}
	return text, err
}

// text has a text decompressed where no Builder has memory for it.
func (m *memory) text(max int, decompress func(dst []byte, max int) ([]byte, error)) ([]byte, error) {
	text, err := decompress(m.own[:0], max)
	if err == nil {
		m.own = text
	}
	return text, err
}

// sniffed buffers a text so that its start can be looked at.
func (m *memory) sniffed(r io.Reader) *bufio.Reader {
	if m.sniff == nil {
		m.sniff = bufio.NewReaderSize(r, 2*sniffLen)
	} else {
		m.sniff.Reset(r)
	}
	return m.sniff
}
