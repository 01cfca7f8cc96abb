package format_test

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"strings"
	"testing"

	"github.com/rankle/rankle/replay/clip"
	"github.com/rankle/rankle/replay/format"
)

// TestHighlight reads a session as Highlight stores it: chunks of brotli, told by their names, or declared.
func TestHighlight(t *testing.T) {
	events := shop(t)
	whole := decode(t, textPart("x", list(events)))
	half := len(events) / 2
	for _, tc := range []struct {
		name    string
		names   [2]string
		dialect format.Dialect
		format  string
	}{
		{"by name", [2]string{"v2/1/7/session-contents-compressed-0000", "v2/1/7/session-contents-compressed-0001"}, format.Sniff, "rrweb"},
		{"declared", [2]string{"a", "b"}, format.Highlight, "highlight"},
	} {
		parts := []format.Part{textPart(tc.names[0], br(list(events[:half]))), textPart(tc.names[1], br(list(events[half:])))}
		opt := format.Options{Dialect: tc.dialect}
		s, err := format.Decode(context.Background(), "s", parts, opt)
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		if s.Format != tc.format {
			t.Errorf("%s: format %s", tc.name, s.Format)
		}
		if s.Format = whole.Format; dump(s) != dump(whole) {
			t.Errorf("%s: two chunks give another session than the whole", tc.name)
		}
		var out bytes.Buffer
		if info, err := clip.Cut(context.Background(), &out, parts, clip.Request{Options: opt}); err != nil || info.Events == 0 {
			t.Errorf("%s: clip %+v, %v", tc.name, info, err)
		}
	}
}

// TestHighlightRaw: what its worker buffers is refused by name, declared or not.
func TestHighlightRaw(t *testing.T) {
	type Z struct { // as of its Redis client
		Score  float64
		Member any
	}
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode([]Z{{Score: 1, Member: "[]"}, {Score: 2, Member: strings.Repeat("x", 100)}}); err != nil {
		t.Fatal(err)
	}
	for _, dialect := range []format.Dialect{format.Sniff, format.Highlight} {
		_, err := format.Decode(context.Background(), "s", []format.Part{textPart("raw-events/v2/1/7/0", b.String())}, format.Options{Dialect: dialect})
		var skip *format.SkipError
		if !errors.As(err, &skip) || skip.Reason != format.UnknownFormat || !strings.Contains(skip.Hint, "Highlight") {
			t.Errorf("%q: %v", dialect, err)
		}
	}
}
