package rrweb

import (
	"bytes"
	"math"
	"unicode/utf16"
	"unicode/utf8"
)

// wholeText is a limit for appendUnquoted that is none.
const wholeText = math.MaxInt

// appendUnquoted appends the text behind the inner part of a JSON string, without its quotes, to dst, and stops soon after
// limit bytes. It must be well-formed, as cursor leaves it. Lone surrogates and invalid UTF-8 become U+FFFD.
func appendUnquoted(dst, inner []byte, limit int) []byte {
	start := len(dst)
	for len(inner) > 0 && len(dst)-start < limit {
		slash := bytes.IndexByte(inner, '\\')
		if slash < 0 {
			slash = len(inner)
		}
		dst = appendValid(dst, inner[:min(slash, limit)])
		if inner = inner[min(slash, limit):]; slash >= limit || len(inner) < 2 {
			break
		}
		if inner[1] != 'u' {
			dst = append(dst, plainEscape(inner[1]))
			inner = inner[2:]
			continue
		}
		r, _ := hex4(inner[2:])
		inner = inner[min(6, len(inner)):]
		if utf16.IsSurrogate(r) {
			low := rune(0)
			if len(inner) >= 6 && inner[0] == '\\' && inner[1] == 'u' {
				low, _ = hex4(inner[2:])
			}
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				inner = inner[6:]
			}
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

func plainEscape(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// appendValid appends text with U+FFFD for every byte that is no UTF-8.
func appendValid(dst, text []byte) []byte {
	if utf8.Valid(text) {
		return append(dst, text...)
	}
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		dst = utf8.AppendRune(dst, r)
		text = text[n:]
	}
	return dst
}
