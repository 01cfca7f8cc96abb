package inflate

import (
	"encoding/binary"
	"hash/crc32"
	"io"
)

// Reader gives the text of the gzip members in a slice piece by piece, for texts too long to be held. It reads intact objects
// only, as Decoder does: it ends in io.EOF, or in ErrFormat behind the last byte that it could make out. The zero value is at
// its end; Reset begins. A Reader is for one goroutine.
type Reader struct {
	d       Decoder
	src     []byte // members that were not begun
	given   int    // d.out[given:d.end] is to be handed out
	sum     uint32 // CRC-32 of the text of the present member
	size    uint32 // ... and its length
	in      place
	lastOne bool // the present block is the last of its member
	err     error
}

// place is where in a stream a Reader is.
type place uint8

const (
	atMember place = iota
	atBlock
	inBlock
)

const (
	// history is how far a match reaches back (RFC 1951, 2).
	history = 32 << 10
	// stepRoom is more than one step writes at most: a stored block, or what the last bytes of a stream hold.
	stepRoom = 64<<10 + slack
	// readerOut is the text that a Reader holds, in bytes: what is moved of it, history, is an eighth, and it stays in the
	// second-level cache.
	readerOut = 8 * history
)

// Reset makes r read src, which must stay as it is.
func (r *Reader) Reset(src []byte) {
	out := r.d.out
	if out == nil && src != nil {
		out = make([]byte, readerOut)
	}
	r.d.in, r.d.out, r.d.end, r.d.max = nil, out, 0, len(out)-slack
	r.src, r.given, r.in, r.err = src, 0, atMember, nil
	if len(src) == 0 {
		r.err = ErrFormat
	}
}

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	for r.given == r.d.end {
		if r.err != nil || len(p) == 0 {
			return 0, r.err
		}
		r.err = r.step()
	}
	n := copy(p, r.d.out[r.given:r.d.end])
	r.given += n
	return n, nil
}

// step goes on to the next member or block, or decodes as much of a block as there is room for. All text was handed out.
func (r *Reader) step() error {
	if r.in == atMember {
		return r.member()
	}
	d := &r.d
	if len(d.out)-d.end < stepRoom {
		moved := d.end - history
		copy(d.out, d.out[moved:d.end])
		d.base, d.end = max(0, d.base-moved), history
	}
	r.given = d.end
	var ended bool // the block
	var err error
	switch {
	case r.in == atBlock:
		var coded bool
		r.lastOne, coded, err = d.begin()
		ended, r.in = !coded, inBlock
	case len(d.in)-d.pos < fastInput:
		ended, err = true, d.careful()
	default:
		ended, err = d.fast()
	}
	text := d.out[r.given:d.end]
	r.sum, r.size = crc32.Update(r.sum, crc32.IEEETable, text), r.size+uint32(len(text))
	if err == nil && ended {
		if r.in = atBlock; r.lastOne {
			err = r.trailer()
		}
	}
	return err
}

// member reads the header of a member.
func (r *Reader) member() error {
	if len(r.src) == 0 {
		return io.EOF
	}
	body, err := gzipHeader(r.src)
	if err != nil {
		return err
	}
	d := &r.d
	d.in, d.pos, d.acc, d.n, d.base = body, 0, 0, 0, d.end
	r.in, r.sum, r.size = atBlock, 0, 0
	return nil
}

// trailer checks what stands behind a member.
func (r *Reader) trailer() error {
	r.d.align()
	rest := r.d.in[r.d.pos:]
	if len(rest) < 8 || binary.LittleEndian.Uint32(rest) != r.sum || binary.LittleEndian.Uint32(rest[4:]) != r.size {
		return ErrFormat
	}
	r.src, r.in = rest[8:], atMember
	return nil
}

// Claim is the length of the text of a gzip object as its last bytes tell it, of its last member and modulo 2^32. It is only a
// claim, so it is believed within reason.
func Claim(src []byte) int {
	if len(src) < 4 {
		return 0
	}
	return min(int(binary.LittleEndian.Uint32(src[len(src)-4:])), len(src)*claimRatio)
}
