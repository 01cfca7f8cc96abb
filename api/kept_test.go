package api

import (
	"fmt"
	"strings"
	"testing"
)

func TestKept(t *testing.T) {
	var k kept
	built := 0
	ask := func(seq int64, key, text string) string {
		t.Helper()
		body, err := k.answer(seq, key, func() (any, error) { built++; return text, nil })
		if err != nil {
			t.Fatal(err)
		}
		plain, err := unpacked(body)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Trim(string(plain), "\"\n")
	}
	f := func(seq int64, key, text, want string, builds int) {
		t.Helper()
		built = 0
		if got := ask(seq, key, text); got != want || built != builds {
			t.Errorf("answer to %s as of %d: %q built %d times, want %q built %d times", key, seq, got, built, want, builds)
		}
	}
	f(1, "a", "one", "one", 1)
	f(1, "a", "other", "one", 0)
	f(1, "b", "two", "two", 1)
	f(2, "a", "decided", "decided", 1) // a decision since
	f(2, "b", "decided", "decided", 1)
	f(1, "a", "late", "late", 1) // asked before the decision: neither answered from what came after nor kept
	f(2, "a", "late", "decided", 0)
	if _, err := k.answer(2, "c", func() (any, error) { return nil, fmt.Errorf("refused") }); err == nil {
		t.Error("no error")
	}
	f(2, "c", "after all", "after all", 1)
}

func TestKeptIsBounded(t *testing.T) {
	var k kept
	// What does not compress: every answer takes about its size.
	const size = 64 << 10
	const answers = 3 * keptBytes / size
	for i := range answers {
		var text strings.Builder
		for n := uint64(i) + 1; text.Len() < 2*size; n = n*6364136223846793005 + 1442695040888963407 {
			fmt.Fprintf(&text, "%016x", n)
		}
		if _, err := k.answer(0, i, func() (any, error) { return text.String(), nil }); err != nil {
			t.Fatal(err)
		}
		held := 0
		for _, body := range k.byKey {
			held += len(body)
		}
		if held != k.bytes || held > keptBytes {
			t.Fatalf("%d bytes are kept and %d counted after %d answers, at most %d are allowed", held, k.bytes, i+1, keptBytes)
		}
	}
	if len(k.byKey) == 0 || len(k.byKey) == answers {
		t.Errorf("%d of %d answers are kept: the test shows nothing", len(k.byKey), answers)
	}
}

func TestAccepting(t *testing.T) {
	for header, want := range map[string]bool{"": false, "gzip": true, "br, gzip": true, "GZIP;q=0.5": true, "gzip;q=0": false, "gzip; q=0.0": false, "deflate, gzip;q=x": false, "identity": false, "xgzip": false} {
		if got := (Accepting{header}).gzip(); got != want {
			t.Errorf("Accept-Encoding %q: %t, want %t", header, got, want)
		}
	}
}
