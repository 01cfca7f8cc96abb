package format_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rankle/rankle/replay/format"
)

// TestLend: a session that is lent is the same as one to keep, whatever its memory held before, and one that is kept stays as
// it is while its Reader goes on.
func TestLend(t *testing.T) {
	names := append(recordings(t), "shop")
	var r format.Reader
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		parts := []format.Part{textPart(name, string(text))}
		s, _, err := r.Decode(t.Context(), "s", parts, format.Options{})
		if err != nil {
			t.Fatal(err)
		}
		want := dump(s)
		lent, _, err := r.Lend(t.Context(), "s", parts, format.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := dump(lent); got != want {
			t.Errorf("%s: lent it is\n%s\nnot\n%s", name, got, want)
		}
		for _, other := range names {
			text, err := os.ReadFile(filepath.Join("testdata", other+".json"))
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := r.Lend(t.Context(), "s", []format.Part{textPart(other, string(text))}, format.Options{}); err != nil {
				t.Fatal(err)
			}
		}
		if dump(s) != want {
			t.Errorf("%s: a session that was not lent has changed", name)
		}
	}
}
