// Package posthog reads what is particular to PostHog's storage of recordings: objects that are blocks of many sessions,
// one behind another.
//
// A block is a raw (unframed) snappy stream of lines ["window", event]. Nothing between two blocks says where one ends,
// and nothing in a block names its session: the first shows by walking the stream (Next), the second in an index that
// PostHog's database exports (manifest.LoadBlocks), or, as far as it goes, by the windows (Sessions).
//
// Facts from PostHog/posthog, nodejs/src/session-replay: snappy-session-recorder.ts, s3-session-batch-writer.ts; the
// snappy format from google/snappy, format_description.txt.
package posthog

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/snappy"
)

// ErrBlock means that the bytes are no whole block: cut, or not from where one begins. Nothing of it can be read.
var ErrBlock = errors.New("no whole snappy block")

// ErrLarge means that a block is larger than allowed.
var ErrLarge = errors.New("block exceeds its size limit")

// Next reads one block and returns its text, of at most limit bytes, and how many bytes it took. It takes no byte more
// than that from r. The error is io.EOF when nothing is left, ErrBlock, ErrLarge or that of r.
func Next(r *bufio.Reader, limit int) (text []byte, size int64, err error) {
	b := block{r: r}
	want, err := b.length()
	if err != nil {
		return nil, 0, err
	}
	if want > uint64(limit) {
		return nil, 0, fmt.Errorf("%w: %d of %d bytes", ErrLarge, want, limit)
	}
	for got := uint64(0); got < want; {
		n, err := b.element(want - got)
		if err != nil {
			return nil, int64(len(b.raw)), err
		}
		got += n
	}
	text, err = snappy.Decode(nil, b.raw)
	if err != nil {
		return nil, int64(len(b.raw)), fmt.Errorf("%w: %v", ErrBlock, err)
	}
	return text, int64(len(b.raw)), nil
}

// block collects the bytes of one block.
type block struct {
	r   *bufio.Reader
	raw []byte
}

// length reads the length of the text, which stands first as a varint.
func (b *block) length() (uint64, error) {
	for range 5 { // 32 bits, seven a byte
		c, err := b.r.ReadByte()
		if err != nil {
			if err == io.EOF && len(b.raw) == 0 {
				return 0, io.EOF
			}
			return 0, cut(err)
		}
		b.raw = append(b.raw, c)
		if c < 0x80 {
			n, _ := binary.Uvarint(b.raw)
			return n, nil
		}
	}
	return 0, fmt.Errorf("%w: its length is no number", ErrBlock)
}

// element reads a literal or a copy and returns how many bytes of text it gives, at most left.
func (b *block) element(left uint64) (uint64, error) {
	tag, err := b.r.ReadByte()
	if err != nil {
		return 0, cut(err)
	}
	b.raw = append(b.raw, tag)
	n, follow := uint64(tag>>2)+1, uint64(0) // of text, and bytes that belong to the element
	switch tag & 3 {
	case 0: // a literal; lengths over 60 stand in one to four bytes behind
		if n > 60 {
			at := len(b.raw)
			if err := b.take(n - 60); err != nil {
				return 0, err
			}
			n = 1
			for i, c := range b.raw[at:] {
				n += uint64(c) << (8 * i)
			}
		}
		follow = n
	case 1: // a copy of 4 to 11 bytes from an offset of 11 bits
		n, follow = uint64(tag>>2)&7+4, 1
	case 2: // ... from an offset of 16 bits
		follow = 2
	default: // ... of 32 bits
		follow = 4
	}
	if n > left {
		return 0, fmt.Errorf("%w: it is longer than it says", ErrBlock)
	}
	return n, b.take(follow)
}

// takeStep bounds what is made room for before it is known to be there.
const takeStep = 64 << 10

// take reads n bytes.
func (b *block) take(n uint64) error {
	for n > 0 {
		step := int(min(n, takeStep))
		at := len(b.raw)
		b.raw = append(b.raw, make([]byte, step)...)
		if _, err := io.ReadFull(b.r, b.raw[at:]); err != nil {
			b.raw = b.raw[:at]
			return cut(err)
		}
		n -= uint64(step)
	}
	return nil
}

// cut says that a block ends too early, or what kept it from being read.
func cut(err error) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it is cut", ErrBlock)
	}
	return err
}

// IsBlock reports whether head, the start of an object, is that of a block: a length, then, as in every snappy stream,
// a literal, which begins with a line of a recording.
func IsBlock(head []byte) bool {
	n, used := binary.Uvarint(head[:min(len(head), 5)])
	if used <= 0 || n < 4 || len(head) <= used {
		return false
	}
	tag := head[used]
	if tag&3 != 0 {
		return false
	}
	text := used + 1 + max(0, int(tag>>2)-59)
	return len(head) > text+1 && (string(head[text:text+2]) == `["` || string(head[text:text+2]) == `{"`)
}
