package main

import (
	"fmt"
	"io"
	"unicode"
	"unicode/utf8"
)

// visible is a Writer that shows control characters instead of handing them on: what recordings hold is text that strangers
// wrote, and a terminal would obey it. They come out as JSON writes them (\u001b), so that JSON stays what it says. Line ends
// and tabs stay. It is for one goroutine at a time.
type visible struct {
	w    io.Writer
	rest []byte // of a character that the last Write ended in
}

// Write implements io.Writer.
func (v *visible) Write(p []byte) (int, error) {
	text := append(v.rest, p...)
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r == utf8.RuneError && n == 1 && !utf8.FullRune(text) {
			break
		}
		switch {
		case r == utf8.RuneError && n == 1, hidden(r):
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = append(out, text[:n]...)
		}
		text = text[n:]
	}
	v.rest = append([]byte(nil), text...)
	if _, err := v.w.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// hidden reports whether a character acts on a terminal, or on the order in which others are shown, instead of being shown.
func hidden(r rune) bool {
	return r != '\n' && r != '\t' && unicode.IsControl(r) || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}
