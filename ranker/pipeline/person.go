package pipeline

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// person is somebody to be found in what is stored: by the id, and by the name that People gives.
type person struct{ id, name string }

// leastFindable is how long an id must be, in bytes, to be looked for inside of texts: shorter ones ("42") are in many texts
// by chance, and only a whole value that equals one is the person.
const leastFindable = 6

// forgottenText takes the place of an id in what colleagues wrote.
const forgottenText = "[forgotten]"

func (p person) is(user string) bool { return user == p.id || user == p.name }

// in reports whether a value names the person: as a whole, or as a word of its own.
func (p person) in(value string) bool {
	if p.is(value) || strings.Contains(value, p.name) {
		return true
	}
	return len(p.id) >= leastFindable && wordAt(value, p.id, 0) >= 0
}

// redact takes the person out of a text.
func (p person) redact(text string) string {
	if p.is(text) {
		return forgottenText
	}
	text = strings.ReplaceAll(text, p.name, forgottenText)
	if len(p.id) < leastFindable {
		return text
	}
	var out strings.Builder
	for {
		at := wordAt(text, p.id, 0)
		if at < 0 {
			return out.String() + text
		}
		out.WriteString(text[:at] + forgottenText)
		text = text[at+len(p.id):]
	}
}

// wordAt is where word stands in text from a place on, neither the end nor the beginning of a longer word; -1 = nowhere.
func wordAt(text, word string, from int) int {
	for {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return -1
		}
		at := from + i
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(word):])
		if !inWord(before) && !inWord(after) {
			return at
		}
		from = at + 1
	}
}

func inWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

const (
	// scanBytes is how much of a file is looked at at once.
	scanBytes = 1 << 20
	// scanOverlap is how much of it is looked at again with the next part: more than the longest id takes in any writing.
	scanOverlap = 16 << 10
)

// inStream reports whether a stream of bytes names the person, and how long it is. In text the id is looked for as a word, as
// it is and as JSON writes it; in anything else as a part of longer ones too, since nothing there parts words.
func (p person) inStream(r io.Reader) (found bool, n int64, err error) {
	buf := make([]byte, 0, scanBytes+scanOverlap)
	for first := true; ; first = false {
		have := len(buf)
		got, err := io.ReadFull(r, buf[have:cap(buf)])
		buf = buf[:have+got]
		n += int64(got)
		last := err == io.EOF || err == io.ErrUnexpectedEOF
		if err != nil && !last {
			return found, n, err
		}
		found = found || p.inBytes(buf, first, last)
		if last {
			return found, n, nil
		}
		buf = append(buf[:0], buf[len(buf)-scanOverlap:]...)
	}
}

// inBytes looks at a part of a stream; what touches the edge of a part lies within another one.
func (p person) inBytes(part []byte, first, last bool) bool {
	if bytes.Contains(part, []byte(p.name)) {
		return true
	}
	binary := bytes.IndexByte(part, 0) >= 0
	for _, form := range p.forms() {
		if binary {
			if len(p.id) >= leastFindable && bytes.Contains(part, []byte(form)) {
				return true
			}
			continue
		}
		text := string(part)
		for at := wordAt(text, form, 0); at >= 0; at = wordAt(text, form, at+1) {
			if (at > 0 || first) && (at+len(form) < len(text) || last) {
				return true
			}
		}
	}
	return false
}

// forms are the ways in which a text file writes the id; a short one counts as a whole JSON text only.
func (p person) forms() []string {
	var forms []string
	for _, escape := range []bool{true, false} {
		var out strings.Builder
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(escape)
		if err := enc.Encode(p.id); err != nil {
			panic("BUG: a text: " + err.Error())
		}
		form := strings.TrimSuffix(out.String(), "\n")
		if len(p.id) >= leastFindable {
			form = form[1 : len(form)-1]
		}
		forms = append(forms, form)
	}
	if len(p.id) >= leastFindable {
		forms = append(forms, p.id)
	}
	return forms
}
