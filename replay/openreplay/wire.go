package openreplay

import "errors"

// errShort: the bytes end before the value does. With more bytes it may be whole.
var errShort = errors.New("message is cut")

// errDamaged: no continuation of the bytes makes a message.
var errDamaged = errors.New("not a message")

// maxString bounds one string, in bytes: OpenReplay's own readers refuse more than 10 MB.
const maxString = 10 << 20

// maxUintLen is the length of the longest uint: ten groups of seven bits.
const maxUintLen = 10

// cursor reads the primitives of messages. After an error all further reads return zero and the error stays.
type cursor struct {
	b   []byte
	pos int
	err error
}

// uint reads a LEB128 number.
func (c *cursor) uint() uint64 {
	if c.err != nil {
		return 0
	}
	var x uint64
	for n := 0; n < maxUintLen; n++ {
		if c.pos+n >= len(c.b) {
			c.err = errShort
			return 0
		}
		v := c.b[c.pos+n]
		if n == maxUintLen-1 && v > 1 {
			break
		}
		x |= uint64(v&0x7f) << (7 * n)
		if v < 0x80 {
			c.pos += n + 1
			return x
		}
	}
	c.err = errDamaged
	return 0
}

// int reads a zigzag number.
func (c *cursor) int() int64 {
	u := c.uint()
	return int64(u>>1) ^ -int64(u&1)
}

// bool reads one byte.
func (c *cursor) bool() bool {
	if c.err == nil && c.pos >= len(c.b) {
		c.err = errShort
	}
	if c.err != nil {
		return false
	}
	c.pos++
	return c.b[c.pos-1] != 0
}

// bytes reads a string without copying; it is valid as long as the cursor's bytes.
func (c *cursor) bytes() []byte {
	n := c.uint()
	switch {
	case c.err != nil:
		return nil
	case n > maxString:
		c.err = errDamaged
		return nil
	case n > uint64(len(c.b)-c.pos):
		c.err = errShort
		return nil
	}
	c.pos += int(n)
	return c.b[c.pos-int(n) : c.pos]
}

func (c *cursor) str() string { return string(c.bytes()) }

// skip steps over fields. A boolean other than 0 and 1 is damage: files without sizes have little else to notice it by.
func (c *cursor) skip(fields string) {
	for i := 0; i < len(fields) && c.err == nil; i++ {
		switch fields[i] {
		case 'u', 'i':
			c.uint()
		case 's':
			c.bytes()
		case 'b':
			if c.pos < len(c.b) && c.b[c.pos] > 1 {
				c.err = errDamaged
				return
			}
			c.bool()
		}
	}
}
