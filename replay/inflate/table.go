package inflate

import "math/bits"

// A table entry is 32 bits wide. Its lowest byte says how many bits it uses, extra bits included; the four bits above
// say how many of them are the code itself. What the upper half holds depends on the kind:
//
//	literal   entryLiteral | byte << 16
//	length    base << 16               extra bits follow the code
//	distance  base << 16               extra bits follow the code
//	subtable  entryOther | entrySubtable | first index << 16 | bits of its index << 8
//	end       entryOther | entryEnd
//	invalid   entryOther
const (
	entryLiteral  = 1 << 31
	entryOther    = 1 << 15
	entrySubtable = 1 << 14
	entryEnd      = 1 << 13

	entryBits = 0xff // mask of the bits used
)

// codeBits is how many bits of an entry are the code itself; of a subtable, the width of its index.
func codeBits(e uint32) uint { return uint(e>>8) & 0x0f }

const (
	// Widths of the main tables: the commonest codes are decoded by one look-up, and the tables stay in the first-level
	// cache. The sizes with all subtables are the worst cases of zlib's examples/enough.c for these widths.
	litBits, litTable   = 11, 2342 // 288 symbols of up to 15 bits
	distBits, distTable = 8, 402   // 32 symbols of up to 15 bits
	preBits, preTable   = 7, 128   // 19 symbols of up to 7 bits

	maxBits    = 15
	numLit     = 288
	numDist    = 32
	numPre     = 19
	maxSymbols = numLit + numDist
)

// The entries of all symbols without their code's length, from the tables of RFC 1951, 3.2.5.
var (
	litEntries  = makeLitEntries()
	distEntries = makeDistEntries()
	preEntries  = makePreEntries()
)

func makeLitEntries() (e [numLit]uint32) {
	for i := range 256 {
		e[i] = entryLiteral | uint32(i)<<16
	}
	e[256] = entryOther | entryEnd
	base := uint32(3)
	for i := 257; i < 285; i++ {
		extra := uint32(max(0, (i-261)/4))
		e[i] = base<<16 | extra
		base += 1 << extra
	}
	e[285] = 258 << 16
	e[286], e[287] = entryOther, entryOther
	return e
}

func makeDistEntries() (e [numDist]uint32) {
	base := uint32(1)
	for i := range 30 {
		extra := uint32(max(0, i/2-1))
		e[i] = base<<16 | extra
		base += 1 << extra
	}
	e[30], e[31] = entryOther, entryOther
	return e
}

func makePreEntries() (e [numPre]uint32) {
	for i := range e {
		e[i] = uint32(i) << 16
	}
	return e
}

// build fills table with the canonical Huffman code that lengths describes (RFC 1951, 3.2.2); its first 1<<width
// entries are the main table, subtables follow. It reports false if the code is over-subscribed or incomplete. A code
// without any symbol, or of one symbol of one bit, is complete enough: blocks without a match have one.
func build(table []uint32, width uint, lengths []uint8, entries []uint32) bool {
	var count [maxBits + 1]int
	for _, n := range lengths {
		count[n]++
	}
	used := len(lengths) - count[0]
	if used <= 1 {
		return buildShort(table[:1<<width], lengths, entries, used)
	}
	var first [maxBits + 2]int // of each length, the place of its first symbol among the sorted ones
	space := 0
	for n := 1; n <= maxBits; n++ {
		first[n+1] = first[n] + count[n]
		space += count[n] << (maxBits - n)
	}
	if space != 1<<maxBits {
		return false
	}
	var sorted [maxSymbols]uint16
	for s, n := range lengths {
		if n != 0 {
			sorted[first[n]] = uint16(s)
			first[n]++
		}
	}
	return fill(table, width, sorted[:used], lengths, entries, &count)
}

// buildShort is build for a code of at most one symbol; what no code reaches is invalid.
func buildShort(table []uint32, lengths []uint8, entries []uint32, used int) bool {
	for i := range table {
		table[i] = entryOther
	}
	if used == 0 {
		return true
	}
	for s, n := range lengths {
		if n > 1 {
			return false
		}
		if n == 1 {
			for i := 0; i < len(table); i += 2 {
				table[i] = withCode(entries[s], 1)
			}
		}
	}
	return true
}

// withCode completes a symbol's entry with the length of its code.
func withCode(entry uint32, n uint) uint32 { return entry + uint32(n)<<8 + uint32(n) }

// fill writes the entries of the sorted symbols of a complete code. count is used up.
func fill(table []uint32, width uint, sorted []uint16, lengths []uint8, entries []uint32, count *[maxBits + 1]int) bool {
	code := 0                  // of the symbol at hand, its first bit highest
	length := uint(0)          // of that code
	next := 1 << width         // where the next subtable begins
	sub, subBits := 0, uint(0) // the present subtable
	prefix := -1               // the low bits that lead to it
	for _, s := range sorted {
		n := uint(lengths[s])
		code <<= n - length
		length = n
		low := int(bits.Reverse16(uint16(code)) >> (16 - n)) // in the order in which deflate delivers bits
		if n <= width {
			e := withCode(entries[s], n)
			for i := low; i < 1<<width; i += 1 << n {
				table[i] = e
			}
		} else {
			if low&(1<<width-1) != prefix {
				prefix = low & (1<<width - 1)
				sub, subBits = next, subtableBits(n-width, width, count)
				next += 1 << subBits
				if next > len(table) {
					return false
				}
				table[prefix] = entryOther | entrySubtable | uint32(sub)<<16 | uint32(subBits)<<8 | uint32(width)
			}
			e := withCode(entries[s], n-width)
			for i := low >> width; i < 1<<subBits; i += 1 << (n - width) {
				table[sub+i] = e
			}
		}
		count[n]--
		code++
	}
	return true
}

// subtableBits is the width of the subtable whose first code has n bits in it: as wide as the remaining codes that share
// its prefix need.
func subtableBits(n, width uint, count *[maxBits + 1]int) uint {
	left := 1 << n
	for n+width < maxBits {
		left -= count[n+width]
		if left <= 0 {
			break
		}
		n++
		left <<= 1
	}
	return n
}

// fixedCode sets the tables of RFC 1951, 3.2.6, unless the block before had them.
func (d *Decoder) fixedCode() {
	if d.fixed {
		return
	}
	lit := d.lengths[:numLit]
	for i := range lit {
		switch {
		case i < 144:
			lit[i] = 8
		case i < 256:
			lit[i] = 9
		case i < 280:
			lit[i] = 7
		default:
			lit[i] = 8
		}
	}
	build(d.lit[:], litBits, lit, litEntries[:])
	dist := d.lengths[:numDist]
	for i := range dist {
		dist[i] = 5
	}
	build(d.dist[:], distBits, dist, distEntries[:])
	d.fixed = true
}

// order is how the lengths of the code-length code are stored (RFC 1951, 3.2.7).
var order = [numPre]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// dynamicCode reads the codes of a block and builds their tables.
func (d *Decoder) dynamicCode() error {
	d.fixed = false
	if !d.need(14) {
		return ErrFormat
	}
	nlit, ndist, npre := int(d.take(5))+257, int(d.take(5))+1, int(d.take(4))+4
	if nlit > 286 || ndist > 30 {
		return ErrFormat
	}
	var pre [numPre]uint8
	for _, s := range order[:npre] {
		if !d.need(3) {
			return ErrFormat
		}
		pre[s] = uint8(d.take(3))
	}
	if !build(d.pre[:], preBits, pre[:], preEntries[:]) {
		return ErrFormat
	}
	lengths := d.lengths[:nlit+ndist]
	for i := 0; i < len(lengths); {
		value, times, ok := d.codeLength(lengths[:i])
		if !ok || i+times > len(lengths) {
			return ErrFormat
		}
		for range times {
			lengths[i] = value
			i++
		}
	}
	if lengths[256] == 0 || !build(d.lit[:], litBits, lengths[:nlit], litEntries[:]) ||
		!build(d.dist[:], distBits, lengths[nlit:], distEntries[:]) {
		return ErrFormat
	}
	return nil
}

// codeLength reads one symbol of the code-length code: a length and how often it stands.
func (d *Decoder) codeLength(before []uint8) (value uint8, times int, ok bool) {
	d.need(preBits + 7) // fewer may be enough at the end of the input
	e := d.pre[d.acc&(1<<preBits-1)]
	if e&entryOther != 0 || uint(e&entryBits) > d.n {
		return 0, 0, false
	}
	d.take(uint(e & entryBits))
	repeat := func(value uint8, base int, extra uint) (uint8, int, bool) {
		if d.n < extra {
			return 0, 0, false
		}
		return value, base + int(d.take(extra)), true
	}
	switch s := e >> 16; {
	case s < 16:
		return uint8(s), 1, true
	case s == 16:
		if len(before) == 0 {
			return 0, 0, false
		}
		return repeat(before[len(before)-1], 3, 2)
	case s == 17:
		return repeat(0, 3, 3)
	default:
		return repeat(0, 11, 7)
	}
}
