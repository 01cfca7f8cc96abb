package openreplay

import (
	"bytes"
	"encoding/binary"
)

// framing is one of the ways in which messages follow each other in an object.
type framing uint8

const (
	framingIndexed framing = iota + 1 // {index u64 LE, type, fields}
	framingPlain                      // {type, fields}
	framingRaw                        // batches of a tracker: {type, size u24 LE, body}
)

const (
	headerLen = 8
	// maxIndex bounds the index of a message, pageNo<<32 + number: 65,536 page loads a session.
	maxIndex = 1 << 48
	// maxFirstIndex bounds it where an object is recognised by it alone. Below a time in milliseconds, which other
	// files begin with: 2^40 ms is 2004.
	maxFirstIndex = 1 << 40
	// maxRawType bounds the types that are stepped over by their size without being known.
	maxRawType = 1 << 10
	// maxIndexStep is how far indexes of neighbours lie apart where messages are looked for. The messages that the other
	// files of a session hold are missing between them.
	maxIndexStep = 1 << 12
	// chainLen is how many messages in a row make a place in damaged bytes a message border.
	chainLen = 4
)

// Times outside of these, in epoch milliseconds, are no times: 2010 is before the format, 2100 behind it.
const minTime, maxTime = 1_262_304_000_000, 4_102_444_800_000

// raw is a message as it stands in the object. The body begins behind type and size.
type raw struct {
	index uint64
	typ   uint64
	body  []byte
}

// next reads the message at the start of b and returns its length. errShort asks for more bytes.
func (f framing) next(b []byte) (raw, int, error) {
	m, n, err := f.first(b)
	if err != nil || !f.ambiguous(m.typ) {
		return m, n, err
	}
	return f.resolve(b, m, n)
}

// first reads the message at the start of b by the newest field list. The length is 0 when that list does not fit and
// there is another way to find the end.
func (f framing) first(b []byte) (raw, int, error) {
	var m raw
	c := cursor{b: b}
	if f == framingIndexed {
		if len(b) < headerLen {
			return m, 0, errShort
		}
		m.index = binary.LittleEndian.Uint64(b)
		if m.index >= maxIndex {
			return m, 0, errDamaged
		}
		c.pos = headerLen
	}
	m.typ = c.uint()
	if c.err != nil {
		return m, 0, c.err
	}
	if f == framingRaw && m.typ != typeBatchOld && m.typ != typeBatch && m.typ != typePartitioned && !isMobile(m.typ) {
		return sized(&c, m)
	}
	if !known(m.typ) {
		return m, 0, errDamaged
	}
	from := c.pos
	c.skip(kinds[m.typ].fields)
	if c.err == errDamaged && f.ambiguous(m.typ) {
		return m, 0, nil // resolve tries the other way
	}
	if c.err != nil {
		return m, 0, c.err
	}
	m.body = b[from:c.pos]
	return m, c.pos, nil
}

// sized reads a body behind its size, whatever its type.
func sized(c *cursor, m raw) (raw, int, error) {
	if m.typ >= maxRawType {
		return m, 0, errDamaged
	}
	if len(c.b)-c.pos < 3 {
		return m, 0, errShort
	}
	size := int(c.b[c.pos]) | int(c.b[c.pos+1])<<8 | int(c.b[c.pos+2])<<16
	c.pos += 3
	if size > len(c.b)-c.pos {
		return m, 0, errShort
	}
	m.body = c.b[c.pos : c.pos+size]
	return m, c.pos + size, nil
}

// ambiguous reports whether the table alone does not say where a message of a type ends.
func (f framing) ambiguous(typ uint64) bool {
	return known(typ) && (kinds[typ].own || kinds[typ].before != "" && f != framingRaw)
}

// resolve decides where a message ends whose field list has changed, or which carries its length: the end behind which
// messages follow. n is the end by the newest list, 0 when that list does not fit.
func (f framing) resolve(b []byte, m raw, n int) (raw, int, error) {
	k := &kinds[m.typ]
	c := cursor{b: b}
	if f == framingIndexed {
		c.pos = headerLen
	}
	c.uint()
	from := c.pos
	other := 0
	if k.own {
		c.uint()
		length := c.uint()
		switch {
		case c.err != nil:
			return m, 0, c.err
		case length > maxString:
			return m, 0, errDamaged
		case length > uint64(len(b)-c.pos):
			if n > 0 && f.follows(b[n:]) {
				return m, n, nil
			}
			return m, 0, errShort
		}
		other = c.pos + int(length)
	} else {
		c.skip(k.before)
		if c.err == nil {
			other = c.pos
		} else if n == 0 {
			return m, 0, c.err
		}
	}
	switch {
	case other == 0 || other == n:
	case n == 0, f.follows(b[other:]) && !f.follows(b[n:]):
		n = other
	}
	if n == 0 {
		return m, 0, errDamaged
	}
	m.body = b[from:n]
	return m, n, nil
}

// follows reports whether a message can begin here, as far as the bytes go.
func (f framing) follows(b []byte) bool {
	_, _, err := f.first(b)
	return err != errDamaged
}

// header tells the framing that the first bytes declare, 0 when they declare none. n is the length of the header.
func header(b []byte) (f framing, n int) {
	if len(b) < headerLen || !bytes.Equal(b[:7], []byte("\xff\xff\xff\xff\xff\xff\xff")) {
		return 0, 0
	}
	switch b[7] {
	case 0xff:
		// Both the files with and those without indexes begin so. With an index, the next eight bytes are a small number
		// with a type behind it; without, they are the first message.
		if rest := b[headerLen:]; len(rest) > headerLen && startsIndexed(rest) {
			return framingIndexed, headerLen
		}
		return framingPlain, headerLen
	case 0xfe, 0xfd:
		return framingRaw, headerLen
	}
	return 0, 0
}

// bare tells the framing of an object without a header by its first messages, 0 when it is none.
func bare(b []byte) framing {
	switch {
	case startsIndexed(b):
		return framingIndexed
	case startsBatch(b):
		return framingRaw
	}
	return 0
}

// startsIndexed reports whether b begins with messages that are numbered one after the other, as far as it goes.
func startsIndexed(b []byte) bool {
	last := uint64(0)
	for i := 0; i < chainLen; i++ {
		m, n, err := framingIndexed.next(b)
		switch {
		case len(b) <= headerLen:
			return i > 0
		case err == errDamaged, m.index >= maxFirstIndex, i > 0 && (m.index < last || m.index-last > maxIndexStep):
			return false
		case m.typ == typeTimestamp && err == nil && !m.plausible():
			return false
		case err == errShort: // one long message, or a file cut in its first
			return i > 0 || m.index > 0 && known(m.typ) && (kinds[m.typ].keep || m.typ == typeTimestamp || m.typ == typeTabData)
		}
		last = m.index
		b = b[n:]
	}
	return true
}

// plausible reports whether a Timestamp is a time.
func (m raw) plausible() bool {
	c := cursor{b: m.body}
	at := c.uint()
	return at >= minTime && at <= maxTime
}

// startsBatch reports whether b begins with the description of a batch.
func startsBatch(b []byte) bool {
	if len(b) == 0 || b[0] != typeBatch && b[0] != typeBatchOld && b[0] != typeMobileBatch {
		return false
	}
	m, n, err := framingRaw.first(b)
	if err != nil {
		return false
	}
	if info := readBatch(m); info.time < minTime || info.time > maxTime || info.version > maxBatchVersion {
		return false
	}
	_, _, err = framingRaw.first(b[n:])
	return err != errDamaged
}

// maxBatchVersion bounds the kinds of batches: 1 all, 2 player, 3 assets, 4 devtools, 5 analytics, and room for more.
const maxBatchVersion = 15

// batch is what the first message of a batch says.
type batch struct {
	version, page, first uint64
	time                 int64 // epoch ms
}

func readBatch(m raw) batch {
	c := cursor{b: m.body}
	var b batch
	switch m.typ {
	case typeMobileBatch:
		b.time = int64(min(c.uint(), maxTime+1))
		c.uint()
		b.first = c.uint()
	case typeBatch:
		b.version = c.uint()
		fallthrough
	default:
		b.page, b.first, b.time = c.uint(), c.uint(), c.int()
	}
	return b
}

// chain reports whether at least n messages follow each other at the start of b. What is only begun does not count.
func (f framing) chain(b []byte, n int) bool {
	last := uint64(0)
	for i := 0; i < n; i++ {
		m, size, err := f.next(b)
		if err != nil {
			return false
		}
		if f == framingIndexed && i > 0 && (m.index <= last || m.index-last > maxIndexStep) {
			return false
		}
		last = m.index
		b = b[size:]
	}
	return true
}

// recover finds the next place in damaged bytes at which messages begin again, or -1. Messages without index and size
// follow each other by nothing that could be recognised.
func (f framing) recover(b []byte) int {
	switch f {
	case framingIndexed:
		for i := range b {
			if len(b)-i > headerLen && b[i+6] == 0 && b[i+7] == 0 && f.chain(b[i:], chainLen) {
				return i
			}
		}
	case framingRaw:
		for i := range b {
			if (b[i] == typeBatch || b[i] == typeMobileBatch) && startsBatch(b[i:]) && f.chain(b[i:], 2) {
				return i
			}
		}
	}
	return -1
}

// Sniff reports whether an object that begins with head holds messages of OpenReplay. Objects that only go on where
// another one ended are not recognised: see Recording.Continues.
func Sniff(head []byte) bool {
	f, _ := header(head)
	return f != 0 || bare(head) != 0
}

// SniffInside reports whether an object begins inside a message, as the rest of a session does whose start was lost:
// OpenReplay then stores the rest under the name of the start. Only numbered messages can be recognised so, and only an
// object that is named as theirs should be asked.
func SniffInside(head []byte) bool { return framingIndexed.recover(head) >= 0 }
