package rrweb

import "github.com/rankle/rankle/replay"

// words are texts that a Session may hold, from this recording and those before it. The recordings of one application call
// the same elements by the same names, so that most texts of a Session are there already and nothing is copied. Nothing
// gets in that the privacy rules would change: what is to be hidden is not remembered.
type words struct {
	known map[string]string
}

const (
	// maxWords is how many texts are remembered; more are those of several applications.
	maxWords = 1 << 12
	// maxWord is the length of the longest of them in bytes: longer ones are seldom met again.
	maxWord = maxText
)

// find returns the text of b without remembering it, and whether it is remembered. A nil *words knows none.
func (w *words) find(b []byte) (s string, known bool) {
	if w != nil {
		if s, known = w.known[string(b)]; known {
			return s, true
		}
	}
	return string(b), false
}

// keep remembers s, which is not known.
func (w *words) keep(s string) {
	if w == nil || s == "" || len(s) > maxWord {
		return
	}
	if w.known == nil || len(w.known) >= maxWords {
		w.known = make(map[string]string)
	}
	w.known[s] = s
}

// of returns the text of b, which holds nothing to hide, and remembers it.
func (w *words) of(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	s, known := w.find(b)
	if !known {
		w.keep(s)
	}
	return s
}

// masked returns the text of b as replay.MaskText leaves it.
func (w *words) masked(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	s, known := w.find(b)
	masked := replay.MaskText(s)
	if !known && masked == s {
		w.keep(s)
	}
	return masked
}

// harmless returns the text of b, and remembers it if there is nothing to hide in it.
func (w *words) harmless(b []byte) string {
	s, known := w.find(b)
	if !known && replay.MaskText(s) == s {
		w.keep(s)
	}
	return s
}

// label is the function label. It remembers a text that is its own label, so that textOf finds it.
func (w *words) label(s string) string {
	text := label(s)
	if text == s && w != nil {
		if _, known := w.known[s]; !known {
			w.keep(s)
		}
	}
	return text
}
