package rrweb

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// cursor walks once over JSON text that lies in memory as a whole. It takes exactly what RFC 8259 allows, except that
// text may be invalid UTF-8 and names may repeat: what it skips is checked like what it reads. Values come out as ranges
// of the text; nothing is copied.
//
// The first error sticks: the cursor then stands at the end, every loop over it ends and every value reads as zero, so
// that callers ask for bad once, when they are done.
//
//	for key, more := c.object(); more; key, more = c.member() {
//		switch string(key) {
//		case "id":
//			id = c.nodeID()
//		default:
//			c.skip()
//		}
//	}
type cursor struct {
	b     []byte
	pos   int
	depth int // open objects and arrays
	max   int // allowed depth
	// events makes names fail that may hold events one level down, see other.
	events  bool
	bad     bool
	cut     bool   // bad as the text ended, or nearly did
	unknown []byte // the name of keyOther
	plain   []byte // memory for the latest name that had escapes
}

// maxCursorDepth bounds recursion. It is the limit of encoding/json and jsontext, too.
const maxCursorDepth = 10_000

// cutWithin is how near the end of the text an error may lie to be one of the end, in bytes: more than any escape or word has.
const cutWithin = 16

// newCursor starts reading b at pos.
func newCursor(b []byte, pos int) cursor { return cursor{b: b, pos: pos, max: maxCursorDepth} }

// fail makes the error stick.
func (c *cursor) fail() bool {
	if !c.bad {
		c.cut = len(c.b)-c.pos < cutWithin
	}
	c.bad, c.pos = true, len(c.b)
	return false
}

// peek returns the first byte of the next value or the bracket or comma that follows, 0 at the end.
func (c *cursor) peek() byte {
	for c.pos < len(c.b) {
		switch ch := c.b[c.pos]; ch {
		case ' ', '\t', '\r':
			c.pos++
		case '\n':
			c.pos++
			c.indent()
		default:
			return ch
		}
	}
	return 0
}

// indent skips the blanks at the start of a line.
func (c *cursor) indent() {
	for c.pos+8 <= len(c.b) {
		x := binary.LittleEndian.Uint64(c.b[c.pos:]) ^ ' '*ones
		c.pos += bits.TrailingZeros64(x) / 8
		if x != 0 {
			return
		}
	}
}

// object enters an object and returns its first name. Anything but an object is skipped and has no names.
func (c *cursor) object() (key []byte, more bool) {
	if c.peek() != '{' {
		return nil, c.skip() && false
	}
	if !c.open() {
		return nil, false
	}
	switch c.peek() {
	case '"':
		return c.name()
	case '}':
		return nil, c.close()
	}
	return nil, c.fail()
}

// member goes on to the next name, behind a value.
func (c *cursor) member() (key []byte, more bool) {
	if c.pos < len(c.b) && c.b[c.pos] == ',' { // no white space, as nearly all writers do it
		c.pos++
		if c.pos < len(c.b) && c.b[c.pos] == '"' || c.peek() == '"' {
			return c.name()
		}
		return nil, c.fail()
	}
	switch c.peek() {
	case ',':
		c.pos++
		if c.peek() == '"' {
			return c.name()
		}
	case '}':
		return nil, c.close()
	}
	return nil, c.fail()
}

// name reads a name and the colon behind it. The name is valid until the next one is read.
func (c *cursor) name() (key []byte, more bool) {
	b, from := c.b, c.pos+1
	if to := plainEnd(b, from); to > 0 && to+1 < len(b) && b[to+1] == ':' {
		c.pos = to + 2
		return b[from:to], true
	}
	key, ok := c.word()
	if !ok {
		return nil, false
	}
	if c.pos < len(c.b) && c.b[c.pos] == ':' || c.peek() == ':' {
		c.pos++
		return key, true
	}
	return nil, c.fail()
}

// word reads a string, whose opening quote is next, without its escapes. It is valid until the next one is read.
func (c *cursor) word() (text []byte, ok bool) {
	from := c.pos + 1
	if text, ok = c.asciiWord(); ok {
		return text, true
	}
	escaped, ok := c.skipString()
	if !ok {
		return nil, false
	}
	text = c.b[from : c.pos-1]
	if escaped {
		c.plain = appendUnquoted(c.plain[:0], text, wholeText)
		text = c.plain
	}
	return text, true
}

// asciiWord is word for names, as programs write them that escape more than they must: in one pass, and short. It reports false, and
// consumes nothing, if there is anything but ASCII.
func (c *cursor) asciiWord() (text []byte, ok bool) {
	if cap(c.plain) < maxASCIIWord {
		c.plain = make([]byte, maxASCIIWord)
	}
	b, text := c.b[c.pos+1:], c.plain[:maxASCIIWord]
	i := 0
	for n := range text {
		if i >= len(b) {
			break
		}
		ch := b[i]
		if ch == '"' {
			c.pos += i + 2
			return text[:n], true
		}
		if i++; ch == '\\' {
			if len(b)-i < 5 || b[i] != 'u' || b[i+1] != '0' || b[i+2] != '0' {
				break
			}
			high, low := hexDigits[b[i+3]], hexDigits[b[i+4]]
			if high > 7 || low > 0xf {
				break
			}
			ch = high<<4 | low
			i += 5
		} else if ch < ' ' || ch >= utf8.RuneSelf {
			break
		}
		text[n] = ch
	}
	return nil, false
}

// maxASCIIWord is the length of the longest name that asciiWord reads; those of attributes are shorter.
const maxASCIIWord = 64

// array enters an array; it reports whether there is an element. Anything but an array is skipped and has none.
func (c *cursor) array() (more bool) {
	if i := c.pos; i+1 < len(c.b) && c.b[i] == '[' && c.b[i+1] == ']' { // as most lists of a batch are
		c.pos += 2
		return false
	}
	if c.peek() != '[' {
		return c.skip() && false
	}
	if !c.open() {
		return false
	}
	if c.peek() == ']' {
		return c.close()
	}
	return true
}

// element goes on to the next element, behind a value.
func (c *cursor) element() (more bool) {
	if c.pos < len(c.b) && c.b[c.pos] == ',' {
		c.pos++
		return true
	}
	switch c.peek() {
	case ',':
		c.pos++
		return true
	case ']':
		return c.close()
	}
	return c.fail()
}

func (c *cursor) open() bool {
	c.pos++
	if c.depth++; c.depth > c.max {
		return c.fail()
	}
	return true
}

// close leaves an object or array. There is nothing more in it, so it reports false.
func (c *cursor) close() bool {
	c.pos++
	c.depth--
	return false
}

// skip consumes a value of any kind; it reports false when that is no JSON.
func (c *cursor) skip() bool {
	switch ch := c.peek(); ch {
	case '"':
		if to := plainEnd(c.b, c.pos+1); to > 0 {
			c.pos = to + 1
			return true
		}
		_, ok := c.skipString()
		return ok
	case '{':
		for _, more := c.object(); more; _, more = c.member() {
			c.skip()
		}
		return !c.bad
	case '[':
		for more := c.array(); more; more = c.element() {
			c.skip()
		}
		return !c.bad
	case 't':
		return c.literal("true")
	case 'f':
		return c.literal("false")
	case 'n':
		return c.literal("null")
	}
	return c.skipNumber()
}

func (c *cursor) literal(word string) bool {
	if rest := c.b[c.pos:]; len(rest) < len(word) || string(rest[:len(word)]) != word {
		return c.fail()
	}
	c.pos += len(word)
	return true
}

func (c *cursor) digits() (n int) {
	for c.pos < len(c.b) && c.b[c.pos]-'0' <= 9 {
		c.pos++
		n++
	}
	return n
}

func (c *cursor) skipNumber() bool {
	if c.pos < len(c.b) && c.b[c.pos] == '-' {
		c.pos++
	}
	if c.pos < len(c.b) && c.b[c.pos] == '0' {
		c.pos++ // digits behind it are another value, which nothing allows there
	} else if c.digits() == 0 {
		return c.fail()
	}
	if c.pos < len(c.b) && c.b[c.pos] == '.' {
		c.pos++
		if c.digits() == 0 {
			return c.fail()
		}
	}
	if c.pos < len(c.b) && c.b[c.pos]|0x20 == 'e' {
		c.pos++
		if c.pos < len(c.b) && (c.b[c.pos] == '+' || c.b[c.pos] == '-') {
			c.pos++
		}
		if c.digits() == 0 {
			return c.fail()
		}
	}
	return true
}

// Eight bytes at once: ones and highs have the lowest and the highest bit of every byte set.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// stops marks, in the highest bit of a byte, every quote, backslash and control character among eight bytes, exactly up
// to the first of them (the test for a zero byte of Mycroft: (x - ones) &^ x & highs).
func stops(x uint64) uint64 {
	quote, slash := x^('"'*ones), x^('\\'*ones)
	return ((quote-ones)&^quote | (slash-ones)&^slash | (x-' '*ones)&^x) & highs
}

// plainEnd returns the place of the quote that ends a string which begins at i, behind its opening quote; 0 if there is
// anything in it that has to be looked at, or the text ends soon.
func plainEnd(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		if m := stops(binary.LittleEndian.Uint64(b[i:])); m != 0 {
			if i += bits.TrailingZeros64(m) / 8; b[i] == '"' {
				return i
			}
			return 0
		}
	}
	return 0
}

// skipString consumes a string, whose opening quote is next, and tells whether it has escapes.
func (c *cursor) skipString() (escaped, ok bool) {
	b, i := c.b, c.pos+1
	for {
		for i+8 <= len(b) {
			if m := stops(binary.LittleEndian.Uint64(b[i:])); m != 0 {
				i += bits.TrailingZeros64(m) / 8
				break
			}
			i += 8
		}
		for ; i < len(b); i++ { // at most eight steps
			ch := b[i]
			if ch == '"' {
				c.pos = i + 1
				return escaped, true
			}
			if ch == '\\' || ch < ' ' {
				break
			}
		}
		n := 0
		if i < len(b) && b[i] == '\\' {
			n = escapeLen(b[i:])
		}
		if n == 0 {
			c.pos = i
			return false, c.fail()
		}
		escaped = true
		i += n
	}
}

// escapeLen is the length of the escape that b begins with, 0 if it is none.
func escapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if _, ok := hex4(b[2:]); ok {
			return 6
		}
	}
	return 0
}

// hex4 reads four hexadecimal digits.
func hex4(b []byte) (r rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	x, y, z, w := hexDigits[b[0]], hexDigits[b[1]], hexDigits[b[2]], hexDigits[b[3]]
	return rune(x)<<12 | rune(y)<<8 | rune(z)<<4 | rune(w), x|y|z|w <= 0xf
}

// hexDigits are the values of hexadecimal digits, 0xff for other bytes.
var hexDigits = func() (digits [256]uint8) {
	for i := range digits {
		digits[i] = 0xff
	}
	for i, ch := range "0123456789abcdef" {
		digits[ch], digits[unicode.ToUpper(ch)] = uint8(i), uint8(i)
	}
	return digits
}()

// number reads a number, or a string that holds one: recorders and proxies write numbers as strings. Values of other
// kinds are skipped and are none.
func (c *cursor) number() (f float64, ok bool) {
	if n, ok := c.short(); ok {
		return float64(n), true
	}
	ch := c.peek()
	raw := c.raw()
	switch {
	case len(raw) == 0 || ch == '{' || ch == '[' || ch >= 'a':
		return 0, false
	case ch == '"':
		raw = raw[1 : len(raw)-1]
	}
	if f, ok := shortInt(raw); ok {
		return f, true
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}

// short reads a whole number of up to 15 digits, as nearly all of a recording are: all of them have an exact float64. It
// reports false, and consumes nothing, if something else is next.
func (c *cursor) short() (n int64, ok bool) {
	i := c.pos
	if i+9 > len(c.b) {
		return 0, false
	}
	b := c.b[i : i+9]
	word := binary.LittleEndian.Uint64(b)
	digits := leadingDigits(word)
	if uint(digits-1) >= 7 || !endsNumber[b[digits]] || digits > 1 && byte(word) == '0' {
		return c.long()
	}
	c.pos = i + digits
	return int64(decimal(word, digits)), true
}

// long is short for numbers with a sign, of eight digits and more, and behind white space.
func (c *cursor) long() (n int64, ok bool) {
	c.peek()
	b, i := c.b, c.pos
	if i+18 > len(b) { // a sign, two words and what ends them
		return 0, false
	}
	negative := b[i] == '-'
	if negative {
		i++
	}
	word := binary.LittleEndian.Uint64(b[i:])
	digits := leadingDigits(word)
	if digits == 0 || digits > 1 && byte(word) == '0' {
		return 0, false
	}
	n = int64(decimal(word, digits))
	i += digits
	if digits == 8 {
		word = binary.LittleEndian.Uint64(b[i:])
		switch digits = leadingDigits(word); digits {
		case 0:
		case 8:
			return 0, false
		default:
			n = n*powers[digits] + int64(decimal(word, digits))
			i += digits
		}
	}
	if !endsNumber[b[i]] {
		return 0, false
	}
	if c.pos = i; negative {
		n = -n
	}
	return n, true
}

// endsNumber says of every byte whether it may follow a number.
var endsNumber = [256]bool{',': true, '}': true, ']': true, ' ': true, '\n': true, '\r': true, '\t': true}

var powers = [8]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7}

// leadingDigits counts the decimal digits among eight bytes before the first that is none.
func leadingDigits(word uint64) int {
	x := word ^ '0'*ones // digits become 0 to 9
	other := (x + (0x80-10)*ones | x) & highs
	return bits.TrailingZeros64(other) / 8
}

// decimal is the value of the first one to eight digits of a word. Neighbours are joined to pairs, pairs to fours, fours to
// eight, all at once (Johnny Lee's way to read eight digits).
func decimal(word uint64, digits int) uint64 {
	x := (word ^ '0'*ones) << ((64 - 8*uint(digits)) & 63) // the missing ones in front become zeros
	x = (x*10 + x>>8) & 0x00ff00ff00ff00ff
	x = (x*100 + x>>16) & 0x0000ffff0000ffff
	return (x*10000 + x>>32) & 0xffffffff
}

// nodeID reads a node id; everything that is none reads as unknownNode.
func (c *cursor) nodeID() int32 {
	if n, ok := c.short(); ok && n >= 0 && n <= math.MaxInt32 {
		return int32(n)
	} else if ok || c.peek() == 'n' && c.literal("null") { // null: the last of its parent has no next
		return unknownNode
	}
	f, ok := c.number()
	if !ok || f < 0 || f > math.MaxInt32 {
		return unknownNode
	}
	return int32(f)
}

// kind reads the kind of a node, which is one digit; other numbers read as the nearest kind there can be.
func (c *cursor) kind() uint8 {
	if i := c.pos; i+1 < len(c.b) && c.b[i]-'0' <= 9 && c.b[i+1] == ',' {
		c.pos++
		return c.b[i] - '0'
	}
	f, _ := c.number()
	return uint8(max(0, min(f, 255)))
}

// flag reads a boolean; set reports whether it was one.
func (c *cursor) flag() (value, set bool) {
	if rest := c.b[c.pos:]; len(rest) > len("false") {
		switch { // as nearly all writers do it, without white space
		case string(rest[:len("false")]) == "false":
			c.pos += len("false")
			return false, true
		case string(rest[:len("true")]) == "true":
			c.pos += len("true")
			return true, true
		}
	}
	raw := c.raw()
	return string(raw) == "true", string(raw) == "true" || string(raw) == "false"
}

// pixels reads a number to the next whole one; ok reports whether it was one.
func (c *cursor) pixels() (px int32, ok bool) {
	if n, ok := c.short(); ok && n == int64(int32(n)) {
		return int32(n), true
	} else if ok {
		return clamp32(float64(n)), true
	}
	f, ok := c.number()
	return round32(f), ok
}

// text reads a string; numbers and booleans read as their JSON text, anything else as "".
func (c *cursor) text() textRef {
	switch c.peek() {
	case '"':
		from := c.pos + 1
		if to := plainEnd(c.b, from); to > 0 {
			c.pos = to + 1
			return textRef{uint32(from), uint32(to - from)}
		}
		esc, ok := c.skipString()
		if !ok {
			return textRef{}
		}
		t := textRef{uint32(from), uint32(c.pos - 1 - from)}
		if esc {
			t.n |= escaped
		}
		return t
	case '{', '[', 'n':
		c.skip()
		return textRef{}
	}
	from := c.pos
	if !c.skip() {
		return textRef{}
	}
	return textRef{uint32(from), uint32(c.pos - from)}
}

// other skips the value of a member of an event's data that nobody needs. Where that may be a list of events, it fails:
// what looked like an event is a wrapper then.
func (c *cursor) other(k key) {
	if c.events && k == keyOther && isWrapping(string(c.unknown), c.peek()) {
		c.fail()
		return
	}
	c.skip()
}

// raw consumes a value and returns its text, empty when it is no JSON.
func (c *cursor) raw() []byte {
	c.peek()
	from := c.pos
	if !c.skip() {
		return nil
	}
	return c.b[from:c.pos]
}
