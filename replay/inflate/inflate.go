// Package inflate decompresses whole gzip and zlib objects in memory, faster than a streaming reader can.
//
// A streaming reader must be able to stop after every byte; this package has all of the input and as much room for the
// output as it asks for, so its inner loop checks neither: it reads eight bytes at a time, decodes through tables that
// hold the extra bits with the symbol, and copies matches in words. The design is libdeflate's (ebiggers/libdeflate,
// lib/deflate_decompress.c); the formats are RFC 1950, 1951 and 1952.
//
//	bytes ── Gzip | Zlib ──> header ── deflate blocks: build tables, fast loop, careful tail ──> checksum ──> text
//
// Reader does the same piece by piece, for texts too long to be held.
//
// Both read intact objects only. Whatever is damaged, cut short, or larger than allowed ends in an error and belongs to a
// streaming reader, which knows how to keep what came before the damage. Nothing is global; one Decoder serves one
// goroutine at a time.
package inflate

import (
	"encoding/binary"
	"errors"
	"hash/adler32"
	"hash/crc32"
)

var (
	// ErrFormat means that the bytes are not a whole, intact stream of the format.
	ErrFormat = errors.New("not an intact compressed stream")
	// ErrTooLarge means that the text is longer than the caller allows.
	ErrTooLarge = errors.New("larger than the limit when decompressed")
)

// Decoder holds the tables of the block at hand, about 11 KiB. The zero value is ready; reuse it from object to object.
type Decoder struct {
	in  []byte
	pos int    // next byte of in
	acc uint64 // bits taken from in and not yet used, lowest first
	n   uint   // how many of them

	out []byte // out[:end] is the text so far, out[base:end] that of the present stream
	end int
	// base is where the window starts: no match may reach before it.
	base int
	max  int // the largest end allowed

	lit     [litTable]uint32
	dist    [distTable]uint32
	pre     [preTable]uint32
	lengths [maxSymbols]uint8
	fixed   bool // lit and dist hold the fixed code of RFC 1951, 3.2.6
}

// Gzip appends to dst the text of the gzip members in src, one after the other as in a concatenated file, and returns
// it. The result never has more than max bytes, dst included. On an error dst is returned as it was.
func (d *Decoder) Gzip(dst, src []byte, max int) ([]byte, error) {
	out := dst
	for {
		body, err := gzipHeader(src)
		if err != nil {
			return dst, err
		}
		start := len(out)
		// With one member, the ordinary case, the claim is the room needed.
		rest, err := d.stream(&out, body, Claim(src), max)
		if err != nil {
			return dst, err
		}
		if len(rest) < 8 || binary.LittleEndian.Uint32(rest) != crc32.ChecksumIEEE(out[start:]) ||
			binary.LittleEndian.Uint32(rest[4:]) != uint32(len(out)-start) {
			return dst, ErrFormat
		}
		src = rest[8:]
		if len(src) == 0 {
			return out, nil
		}
	}
}

// Zlib appends to dst the text of the zlib stream that src holds, and returns it. The result never has more than max
// bytes, dst included. On an error, a preset dictionary included, dst is returned as it was.
func (d *Decoder) Zlib(dst, src []byte, max int) ([]byte, error) {
	const dictionary = 1 << 5
	if len(src) < 2 || src[0]&0x0f != 8 || src[0]>>4 > 7 || binary.BigEndian.Uint16(src)%31 != 0 || src[1]&dictionary != 0 {
		return dst, ErrFormat
	}
	out := dst
	rest, err := d.stream(&out, src[2:], len(src)*usualRatio, max)
	if err != nil {
		return dst, err
	}
	if len(rest) != 4 || binary.BigEndian.Uint32(rest) != adler32.Checksum(out[len(dst):]) {
		return dst, ErrFormat
	}
	return out, nil
}

const (
	// usualRatio is the room given to text of unknown length at first; recordings compress 6 to 13 times.
	usualRatio = 8
	// claimRatio is how much more than its own size an object may claim at once; deflate itself can reach 1032, and what
	// really is that repetitive gets its room step by step.
	claimRatio = 64
	// slack is the room behind the text that the fast loop may overwrite: two literals and the longest match, copied by
	// three words at a time.
	slack = 2 + 258 + 24
)

// gzipHeader returns what follows the header of the member that src begins with.
func gzipHeader(src []byte) ([]byte, error) {
	const (
		size    = 10
		crc     = 1 << 1
		extra   = 1 << 2
		name    = 1 << 3
		comment = 1 << 4
		unknown = 0xe0
		trailer = 8
	)
	if len(src) < size+trailer || src[0] != 0x1f || src[1] != 0x8b || src[2] != 8 || src[3]&unknown != 0 {
		return nil, ErrFormat
	}
	flags, p := src[3], src[size:]
	if flags&extra != 0 {
		n := 2 + int(binary.LittleEndian.Uint16(p))
		if n > len(p) {
			return nil, ErrFormat
		}
		p = p[n:]
	}
	for _, text := range []byte{name, comment} {
		if flags&text == 0 {
			continue
		}
		i := 0
		for i < len(p) && p[i] != 0 {
			i++
		}
		if i == len(p) {
			return nil, ErrFormat
		}
		p = p[i+1:]
	}
	if flags&crc != 0 {
		head := len(src) - len(p)
		if len(p) < 2 || binary.LittleEndian.Uint16(p) != uint16(crc32.ChecksumIEEE(src[:head])) {
			return nil, ErrFormat
		}
		p = p[2:]
	}
	return p, nil
}

// stream appends the text of one deflate stream to *out and returns what follows the stream in src.
func (d *Decoder) stream(out *[]byte, src []byte, hint, max int) (rest []byte, err error) {
	d.in, d.pos, d.acc, d.n = src, 0, 0, 0
	d.base, d.end, d.max = len(*out), len(*out), max
	d.out = (*out)[:cap(*out)]
	d.room(min(hint, max-d.end) + slack)
	defer func() { d.in, d.out = nil, nil }() // the caller's buffers are not kept alive
	for last := false; !last && err == nil; {
		last, err = d.block()
	}
	if err != nil {
		return nil, err
	}
	d.align()
	*out = d.out[:d.end]
	return src[d.pos:], nil
}

// room makes space for n more bytes of text; it at least doubles what it replaces, so that growth stays linear.
func (d *Decoder) room(n int) {
	if len(d.out)-d.end >= n {
		return
	}
	grown := make([]byte, max(d.end+n, min(2*len(d.out), d.max+slack)))
	copy(grown, d.out[:d.end])
	d.out = grown
}

// block decodes one block; last reports whether it was the stream's last.
func (d *Decoder) block() (last bool, err error) {
	last, coded, err := d.begin()
	if err == nil && coded {
		err = d.symbols()
	}
	return last, err
}

// begin reads the header of a block: all of it if it is stored, else the code of the symbols that follow.
func (d *Decoder) begin() (last, coded bool, err error) {
	if !d.need(3) {
		return false, false, ErrFormat
	}
	last = d.take(1) == 1
	switch d.take(2) {
	case 0:
		return last, false, d.stored()
	case 1:
		d.fixedCode()
		return last, true, nil
	case 2:
		return last, true, d.dynamicCode()
	}
	return false, false, ErrFormat
}

// stored copies a block that is not compressed.
func (d *Decoder) stored() error {
	d.align()
	if len(d.in)-d.pos < 4 {
		return ErrFormat
	}
	n := int(binary.LittleEndian.Uint16(d.in[d.pos:]))
	if n != int(^binary.LittleEndian.Uint16(d.in[d.pos+2:])) || len(d.in)-d.pos-4 < n {
		return ErrFormat
	}
	d.pos += 4
	if d.end+n > d.max {
		return ErrTooLarge
	}
	d.room(n + slack)
	copy(d.out[d.end:], d.in[d.pos:d.pos+n])
	d.pos += n
	d.end += n
	return nil
}

// need makes n bits available, at most 56; it reports false at the end of the input.
func (d *Decoder) need(n uint) bool {
	for d.n < n {
		if d.pos == len(d.in) {
			return false
		}
		d.acc |= uint64(d.in[d.pos]) << d.n
		d.pos++
		d.n += 8
	}
	return true
}

// take uses n bits that need made available.
func (d *Decoder) take(n uint) uint {
	v := uint(d.acc & (1<<n - 1))
	d.acc >>= n
	d.n -= n
	return v
}

// align drops the bits up to the next byte and gives whole bytes back to the input.
func (d *Decoder) align() {
	d.pos -= int(d.n >> 3)
	d.acc, d.n = 0, 0
}
