package rrweb

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
)

// Recorders put compressed bytes into JSON strings, one byte per code point: rrweb's packer a zlib stream for a whole
// event, PostHog's "cv": "2024-10" a gzip stream for single fields.

// knownCV is the only compression version in use.
const knownCV = "2024-10"

var errPacked = errors.New("not a packed string")

// unpack decompresses a string that holds a zlib or gzip stream. It reports false for every other string.
func unpack(text []byte, limit int) ([]byte, bool) {
	out, err := inflateString(text, limit)
	return out, err == nil
}

// inflateString reads the compressed bytes behind the code points of text.
func inflateString(text []byte, limit int) ([]byte, error) {
	if len(text) < 3 {
		return nil, errPacked
	}
	zlibHead := text[0] == 0x78
	gzipHead := text[0] == 0x1f && text[1] == 0xc2 && text[2] == 0x8b // U+008B in UTF-8
	if !zlibHead && !gzipHead {
		return nil, errPacked
	}
	packed, err := latin1(text)
	if err != nil {
		return nil, err
	}
	var r io.Reader
	if gzipHead {
		r, err = gzip.NewReader(bytes.NewReader(packed))
	} else {
		r, err = zlib.NewReader(bytes.NewReader(packed))
	}
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(out) > limit {
		return nil, &LimitError{Limit: "MaxValueBytes", Value: int64(limit)}
	}
	return out, nil
}

// latin1 turns code points 0..255 back into bytes.
func latin1(text []byte) ([]byte, error) {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			out = append(out, c)
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		if r > 0xff {
			return nil, errPacked
		}
		out = append(out, byte(r))
		i += n
	}
	return out, nil
}

// uncompress replaces compressed data of e by plain JSON. The fields that cannot be read are left out and reported.
func (s *scanner) uncompress(e *Event, m *members) error {
	if len(e.Data) == 0 {
		return nil
	}
	if e.Data[0] == '"' {
		plain, err := s.field(e.Data)
		e.Data = plain // nil when damaged
		return err
	}
	if m.cv.to == 0 || e.Type != typeIncremental || e.Data[0] != '{' {
		return nil
	}
	if scalarText(s.captured(m.cv.from, m.cv.to)) != knownCV {
		return errPacked
	}
	dec := new(decoder)
	dec.reset(e.Data)
	out := make([]byte, 0, 4*len(e.Data))
	out = append(out, '{')
	var damage error
	err := dec.fields(func(key []byte) error {
		name := string(key)
		raw, err := dec.value()
		if err != nil {
			return err
		}
		value := []byte(raw)
		if len(value) > 2 && value[0] == '"' {
			plain, err := s.field(value)
			if err != nil && err != errPacked {
				damage = err
				return nil
			}
			if err == nil {
				value = plain
			}
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		if out, err = jsontext.AppendQuote(out, name); err != nil {
			return err
		}
		out = append(append(out, ':'), value...)
		return nil
	})
	if err != nil {
		return err
	}
	e.Data = append(out, '}')
	return damage
}

// field reads the JSON behind one string: compressed, or JSON text in a string.
func (s *scanner) field(quoted []byte) ([]byte, error) {
	text, err := jsontext.AppendUnquote(nil, quoted)
	if err != nil {
		return nil, err
	}
	plain, err := inflateString(text, s.opt.MaxValueBytes)
	if err == nil {
		return plain, nil
	}
	if text = bytes.TrimSpace(text); len(text) > 0 && (text[0] == '{' || text[0] == '[') {
		return text, nil
	}
	return nil, err
}
