package rrweb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
)

// errSyntax is a place where the text stops being JSON. Scan resumes behind it where it can.
var errSyntax = errors.New("not JSON")

// errDepth is nesting beyond Options.MaxDepth.
var errDepth = errors.New("nested too deeply")

// lexer walks over JSON text of any length with a window that holds no more than the value being captured. It finds
// where values begin and end; it does not check what lies inside scalars. The typed decoders behind it do.
type lexer struct {
	r        io.Reader
	buf      []byte
	pos      int // next byte
	end      int // end of the read bytes in buf
	mark     int // start of the captured bytes, or -1
	max      int // capture limit in bytes
	maxDepth int
	overflow bool  // the captured value exceeded max and was dropped
	err      error // sticky error of r, io.EOF included
	feed     *feed // where more comes from in place of r, or nil
}

const lexerChunk = 64 << 10

func newLexer(r io.Reader, opt Options) *lexer {
	return &lexer{r: r, mark: -1, max: opt.MaxValueBytes, maxDepth: opt.MaxDepth}
}

// newBytesLexer reads b itself, without a copy.
func newBytesLexer(b []byte, opt Options) *lexer {
	return &lexer{buf: b, end: len(b), mark: -1, max: max(opt.MaxValueBytes, len(b)), maxDepth: opt.MaxDepth, err: io.EOF}
}

// begin starts a capture at the next byte.
func (l *lexer) begin() { l.mark, l.overflow = l.pos, false }

// fits reports whether the captured value stayed within the limit. The window may have held a larger one by chance.
func (l *lexer) fits() bool {
	if l.overflow || l.mark < 0 || l.rel() > l.max {
		l.mark, l.overflow = -1, true
	}
	return !l.overflow
}

// release ends a capture.
func (l *lexer) release() { l.mark = -1 }

// rel is the position in the capture, for captured and at.
func (l *lexer) rel() int { return l.pos - l.mark }

// captured returns the captured bytes between two positions given by rel. They are valid until the next read.
func (l *lexer) captured(from, to int) []byte { return l.buf[l.mark+from : l.mark+to] }

// fill reads more; it reports false at the end of the input.
func (l *lexer) fill() bool {
	if l.err != nil {
		return false
	}
	keep := l.pos
	if l.mark >= 0 {
		if l.end-l.mark > l.max {
			l.mark, l.overflow = -1, true
		} else {
			keep = l.mark
		}
	}
	if l.feed != nil {
		return l.feed.more(l, keep)
	}
	if keep > 0 {
		copy(l.buf, l.buf[keep:l.end])
		l.pos -= keep
		l.end -= keep
		if l.mark >= 0 {
			l.mark = 0
		}
	}
	if len(l.buf)-l.end < lexerChunk/2 {
		grown := make([]byte, max(2*len(l.buf), lexerChunk))
		copy(grown, l.buf[:l.end])
		l.buf = grown
	}
	n, err := l.r.Read(l.buf[l.end:])
	l.end += n
	if err != nil {
		l.err = err
	}
	for empty := 0; n == 0 && l.err == nil; empty++ {
		if empty > 100 {
			l.err = io.ErrNoProgress
			return false
		}
		n, l.err = l.r.Read(l.buf[l.end:])
		l.end += n
	}
	return n > 0
}

// peek returns the next byte that is no white space, without consuming it; false at the end of the input.
func (l *lexer) peek() (byte, bool) {
	for {
		for l.pos < l.end {
			switch c := l.buf[l.pos]; c {
			case ' ', '\t', '\r', '\n', 0x1e: // 0x1e separates records in JSON text sequences (RFC 7464)
				l.pos++
			default:
				return c, true
			}
		}
		if !l.fill() {
			return 0, false
		}
	}
}

// end of the input inside a value: either the cut of the recording or the error of the reader below.
func (l *lexer) unexpected() error {
	if l.err != nil && l.err != io.EOF {
		return l.err
	}
	return io.ErrUnexpectedEOF
}

// expect consumes the byte c after white space.
func (l *lexer) expect(c byte) error {
	got, ok := l.peek()
	if !ok {
		return l.unexpected()
	}
	if got != c {
		return errSyntax
	}
	l.pos++
	return nil
}

// skipString consumes a string whose opening quote is next. Raw line feeds are not allowed in JSON strings; taking
// them for errors is what lets a cut line be followed by good ones.
func (l *lexer) skipString() error {
	l.pos++
	for {
		for l.pos < l.end {
			l.pos += plainBytes(l.buf[l.pos:l.end])
			if l.pos == l.end {
				break
			}
			switch c := l.buf[l.pos]; c {
			case '\n':
				return errSyntax
			case '"':
				l.pos++
				return nil
			case '\\':
				if l.pos++; l.pos >= l.end && !l.fill() {
					return l.unexpected()
				}
			}
			l.pos++
		}
		if !l.fill() {
			return l.unexpected()
		}
	}
}

// plainBytes counts the bytes before the first quote, backslash or control character.
func plainBytes(b []byte) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if m := stops(binary.LittleEndian.Uint64(b[i:])); m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	for i < len(b) && b[i] != '"' && b[i] != '\\' && b[i] >= ' ' {
		i++
	}
	return i
}

// skipScalar consumes a number, true, false or null.
func (l *lexer) skipScalar() error {
	n := 0
	for {
		for l.pos < l.end {
			switch l.buf[l.pos] {
			case ',', ']', '}', ':', ' ', '\t', '\r', '\n', '"', '[', '{':
				if n == 0 {
					return errSyntax
				}
				return nil
			}
			l.pos++
			n++
		}
		if !l.fill() {
			if l.err == io.EOF && n > 0 {
				return nil
			}
			return l.unexpected()
		}
	}
}

// skipValue consumes one value of any kind.
func (l *lexer) skipValue() error {
	c, ok := l.peek()
	if !ok {
		return l.unexpected()
	}
	switch c {
	case '"':
		return l.skipString()
	case '{', '[':
		return l.skipNested()
	}
	return l.skipScalar()
}

// skipNested consumes an object or array by counting brackets outside strings.
func (l *lexer) skipNested() error {
	var open []byte
	for {
		for l.pos < l.end {
			switch c := l.buf[l.pos]; c {
			case '"':
				if err := l.skipString(); err != nil {
					return err
				}
				continue
			case '{', '[':
				if len(open) >= l.maxDepth {
					return errDepth
				}
				open = append(open, c)
			case '}', ']':
				if open[len(open)-1] != c-2 { // '{'+2 == '}', '['+2 == ']'
					return errSyntax
				}
				open = open[:len(open)-1]
				if len(open) == 0 {
					l.pos++
					return nil
				}
			}
			l.pos++
		}
		if !l.fill() {
			return l.unexpected()
		}
	}
}

// skipLine consumes everything up to the next line feed; false at the end of the input.
func (l *lexer) skipLine() bool {
	for {
		if i := bytes.IndexByte(l.buf[l.pos:l.end], '\n'); i >= 0 {
			l.pos += i + 1
			return true
		}
		l.pos = l.end
		if !l.fill() {
			return false
		}
	}
}
