package rrweb

import (
	"strings"
	"testing"
)

// TestWords: what the privacy rules change is not remembered, everything else is found without a copy, and the memory of it
// all stays bounded.
func TestWords(t *testing.T) {
	w := new(words)
	for _, secret := range []string{"jane@example.org", "order 184467440"} {
		if got := w.masked([]byte(secret)); got == secret {
			t.Fatalf("%q is not hidden", secret)
		}
		if _, known := w.find([]byte(secret)); known {
			t.Errorf("%q is remembered", secret)
		}
	}
	if got := w.masked([]byte("pay now")); got != "pay now" {
		t.Errorf("masked is %q", got)
	}
	name := []byte("pay now")
	if n := testing.AllocsPerRun(10, func() { w.masked(name); w.of(name) }); n > 0 {
		t.Errorf("%v allocations for a text that is known", n)
	}
	w.of([]byte(strings.Repeat("long ", maxWord)))
	for i := range 3 * maxWords {
		w.of([]byte{byte('a' + i%26), byte('a' + i/26%26), byte('a' + i/26/26%26), byte('a' + i/26/26/26)})
	}
	if len(w.known) > maxWords {
		t.Errorf("%d texts are remembered", len(w.known))
	}
	for s := range w.known {
		if len(s) > maxWord {
			t.Errorf("a text of %d bytes is remembered", len(s))
		}
	}
	if s := (*words)(nil).of(name); s != "pay now" {
		t.Errorf("nil words make %q", s)
	}
}
