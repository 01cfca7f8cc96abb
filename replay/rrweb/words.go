package rrweb

import "github.com/rankle/rankle/replay"

// words are texts that a Session may hold, from this recording and those before it. The recordings of one application call
// the same elements by the same names, so that most texts of a Session are there already and nothing is copied. Nothing
// gets in that the privacy rules would change: what is to be hidden is not remembered.
type words struct {
	known map[string]word
}

// word is a text with what was found out about it.
type word struct {
	text     string
	harmless bool // replay.MaskText leaves it
	label    bool // so does the function label
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
		if found, known := w.known[string(b)]; known {
			return found.text, true
		}
	}
	return string(b), false
}

// keep remembers x, or more of it than before.
func (w *words) keep(x word) {
	if w == nil || x.text == "" || len(x.text) > maxWord {
		return
	}
	if w.known == nil || len(w.known) >= maxWords {
		w.known = make(map[string]word)
	}
	w.known[x.text] = x
}

// about returns what is known of the text of b.
func (w *words) about(b []byte) (x word, known bool) {
	if w != nil {
		if x, known = w.known[string(b)]; known {
			return x, true
		}
	}
	return word{text: string(b)}, false
}

// of returns the text of b, which holds nothing to hide, and remembers it.
func (w *words) of(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	s, known := w.find(b)
	if !known {
		w.keep(word{text: s})
	}
	return s
}

// masked returns the text of b as replay.MaskText leaves it.
func (w *words) masked(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	x, _ := w.about(b)
	if x.harmless {
		return x.text
	}
	masked := replay.MaskText(x.text)
	if masked == x.text {
		x.harmless = true
		w.keep(x)
	}
	return masked
}

// harmless returns the text of b, and remembers it if there is nothing to hide in it.
func (w *words) harmless(b []byte) string {
	s, known := w.find(b)
	if !known && replay.MaskText(s) == s {
		w.keep(word{text: s, harmless: true})
	}
	return s
}

// label is the function label. It remembers a text that is its own label, so that textOf finds it.
func (w *words) label(s string) string {
	if w == nil {
		return label(s)
	}
	x, known := w.known[s]
	if x.label {
		return x.text
	}
	text := label(s)
	if text == s {
		if !known {
			x.text = s
		}
		x.label = true
		w.keep(x)
	}
	return text
}
