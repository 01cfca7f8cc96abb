package inflate

import "encoding/binary"

// symbols decodes the literals and matches of a block: fast while there are eight bytes to read and room to write without
// looking, with care at the end of either.
func (d *Decoder) symbols() error {
	for {
		ended, err := d.fast()
		switch {
		case err != nil:
			return err
		case d.end > d.max:
			return ErrTooLarge
		case ended:
			return nil
		case len(d.in)-d.pos < fastInput:
			return d.careful()
		}
		d.room(min(d.end-d.base, d.max-d.end) + slack)
	}
}

// fastInput is how many bytes of input one round of the fast loop may look at: two refills of eight.
const fastInput = 16

// fast decodes as long as input and room last. The caller looks at max afterwards. It is one function although it is long: the bits,
// the positions and the tables stay in registers only within one, and every call in the loop costs what a symbol does.
func (d *Decoder) fast() (ended bool, err error) {
	var (
		in   = d.in
		out  = d.out
		pos  = d.pos
		end  = d.end
		base = d.base
		acc  = d.acc
		n    = uint64(d.n)
		lit  = &d.lit
		dist = &d.dist
	)
	stopIn, stopOut := len(in)-fastInput, len(out)-slack
loop:
	for pos <= stopIn && end <= stopOut {
		// Refill to at least 56 bits. Bits above n are those of the bytes at pos, which the next refill writes again.
		acc |= binary.LittleEndian.Uint64(in[pos:]) << (n & 63)
		pos += int((63 - n) >> 3 & 7)
		n |= 56

		e := lit[acc&(1<<litBits-1)]
		// Up to three literals from the main table, 33 bits; written out, so that each has a branch that learns its habits.
		if e&entryLiteral != 0 {
			acc >>= e & entryBits & 63
			n -= uint64(e & entryBits)
			out[end] = byte(e >> 16)
			end++
			e = lit[acc&(1<<litBits-1)]
			if e&entryLiteral != 0 {
				acc >>= e & entryBits & 63
				n -= uint64(e & entryBits)
				out[end] = byte(e >> 16)
				end++
				e = lit[acc&(1<<litBits-1)]
				if e&entryLiteral != 0 {
					acc >>= e & entryBits & 63
					n -= uint64(e & entryBits)
					out[end] = byte(e >> 16)
					end++
					continue
				}
			}
		}
		if e&entryOther != 0 {
			if e&entrySubtable != 0 {
				acc >>= litBits
				n -= litBits
				e = lit[uint(e>>16)+uint(acc&(1<<(codeBits(e)&63)-1))]
			}
			if e&entryLiteral != 0 {
				acc >>= e & entryBits & 63
				n -= uint64(e & entryBits)
				out[end] = byte(e >> 16)
				end++
				continue
			}
			if e&entryOther != 0 {
				acc >>= e & entryBits & 63
				n -= uint64(e & entryBits)
				ended = e&entryEnd != 0
				if !ended {
					err = ErrFormat
				}
				break loop
			}
		}
		// A length: 22 bits of literals and 20 of its own leave 14 of 56, too few for a distance of 28.
		length := int(e>>16) + int(acc&(1<<(e&entryBits&63)-1)>>(codeBits(e)&63))
		acc >>= e & entryBits & 63
		n -= uint64(e & entryBits)
		acc |= binary.LittleEndian.Uint64(in[pos:]) << (n & 63)
		pos += int((63 - n) >> 3 & 7)
		n |= 56

		e = dist[acc&(1<<distBits-1)]
		if e&entryOther != 0 {
			if e&entrySubtable != 0 {
				acc >>= distBits
				n -= distBits
				e = dist[uint(e>>16)+uint(acc&(1<<(codeBits(e)&63)-1))]
			}
			if e&entryOther != 0 {
				err = ErrFormat
				break loop
			}
		}
		distance := int(e>>16) + int(acc&(1<<(e&entryBits&63)-1)>>(codeBits(e)&63))
		acc >>= e & entryBits & 63
		n -= uint64(e & entryBits)
		from := end - distance
		if from < base {
			err = ErrFormat
			break loop
		}
		copyMatch(out, from, end, length)
		end += length
	}
	d.pos, d.end, d.acc, d.n = pos, end, acc&(1<<(n&63)-1), uint(n)
	return ended, err
}

// copyMatch copies length bytes within out from one place to a later one; the two may overlap, which repeats what lies
// between. It may write up to slack bytes too many. Most matches of a recording are short and far apart: three words,
// one after the other, are their whole copy.
func copyMatch(out []byte, from, to, length int) {
	if to-from < 8 {
		repeat(out, from, to, length)
		return
	}
	for {
		src, dst := (*[24]byte)(out[from:]), (*[24]byte)(out[to:])
		binary.LittleEndian.PutUint64(dst[0:], binary.LittleEndian.Uint64(src[0:]))
		binary.LittleEndian.PutUint64(dst[8:], binary.LittleEndian.Uint64(src[8:]))
		binary.LittleEndian.PutUint64(dst[16:], binary.LittleEndian.Uint64(src[16:]))
		if length <= 24 {
			return
		}
		from, to, length = from+24, to+24, length-24
	}
}

// repeat is copyMatch for the pattern of fewer than eight bytes between from and to.
func repeat(out []byte, from, to, length int) {
	if to-from == 1 {
		word := uint64(out[from]) * 0x0101010101010101
		for i := 0; i < length; i += 8 {
			binary.LittleEndian.PutUint64(out[to+i:], word)
		}
		return
	}
	for i := range length {
		out[to+i] = out[from+i]
	}
}

// careful decodes to the end of a block near the end of the input, a symbol at a time.
func (d *Decoder) careful() error {
	for {
		e, ok := d.symbol(d.lit[:], litBits)
		if !ok {
			return ErrFormat
		}
		if e&entryOther != 0 {
			if e&entryEnd == 0 {
				return ErrFormat
			}
			return nil
		}
		length := 1
		if e&entryLiteral == 0 {
			if length, ok = d.value(e); !ok {
				return ErrFormat
			}
		}
		if d.end+length > d.max {
			return ErrTooLarge
		}
		d.room(length + slack)
		if e&entryLiteral != 0 {
			d.out[d.end] = byte(e >> 16)
			d.end++
			continue
		}
		if e, ok = d.symbol(d.dist[:], distBits); !ok || e&entryOther != 0 {
			return ErrFormat
		}
		distance, ok := d.value(e)
		if !ok || distance > d.end-d.base {
			return ErrFormat
		}
		copyMatch(d.out, d.end-distance, d.end, length)
		d.end += length
	}
}

// symbol uses the bits of one code and returns its entry; extra bits are left for value.
func (d *Decoder) symbol(table []uint32, width uint) (e uint32, ok bool) {
	d.need(maxBits) // fewer may be enough at the end of the input
	e = table[d.acc&(1<<width-1)]
	if e&entryOther != 0 && e&entrySubtable != 0 {
		if d.n < width {
			return 0, false
		}
		d.take(width)
		e = table[uint(e>>16)+uint(d.acc&(1<<codeBits(e)-1))]
	}
	if codeBits(e) > d.n {
		return 0, false
	}
	d.take(codeBits(e))
	return e, true
}

// value is the length or distance of an entry whose code is used, with its extra bits.
func (d *Decoder) value(e uint32) (int, bool) {
	extra := uint(e&entryBits) - codeBits(e)
	if !d.need(extra) {
		return 0, false
	}
	return int(e>>16) + int(d.take(extra)), true
}
