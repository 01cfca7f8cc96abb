package format_test

import (
	"bytes"
	"context"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/format"
)

// TestLongText: long text is read piece by piece, in a container or not, and gives the session that it gives as a whole. Of a damaged
// gzip object all counts that a streaming reader makes out before the damage.
func TestLongText(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	text := generate(40, 14_000) // more than is decompressed at once
	decode := func(object []byte, size int64) *replay.Session {
		t.Helper()
		part := format.Part{Name: "o", Size: size, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(object)), nil }}
		s, stats, err := format.DecodeStats(context.Background(), "s", []format.Part{part}, format.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if stats.Stored != int64(len(object)) {
			t.Errorf("%d bytes were read, want %d", stats.Stored, len(object))
		}
		return s
	}
	same := func(name string, got, want *replay.Session) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %d events with marks %v, want %d with %v", name, len(got.Events), got.Marks, len(want.Events), want.Marks)
		}
	}
	want := decode([]byte(text), 0)
	packed := gzipped(text)
	same("text of known size", decode([]byte(text), int64(len(text))), want)
	same("gzip", decode(packed, int64(len(packed))), want)

	half := len(text) / 2 // two members, of which only the second one tells its length
	members := append(gzipped(text[:half]), gzipped(text[half:])...)
	same("two gzip members", decode(members, int64(len(members))), want)

	damaged := bytes.Clone(packed)
	damaged[len(damaged)/2] ^= 0x55
	z, err := gzip.NewReader(bytes.NewReader(damaged))
	if err != nil {
		t.Fatal(err)
	}
	var before strings.Builder
	if _, err := io.Copy(&before, z); err == nil {
		t.Fatal("the damage is none")
	}
	want = decode([]byte(before.String()), 0)
	got := decode(damaged, int64(len(damaged)))
	if len(got.Events) < len(want.Events) || !got.Start.Equal(want.Start) || !reflect.DeepEqual(got.Events[:len(want.Events)/2], want.Events[:len(want.Events)/2]) {
		t.Errorf("damaged: %d events, want at least %d", len(got.Events), len(want.Events))
	}
	if !slices.Contains(got.Marks, replay.MarkTruncated) {
		t.Errorf("damaged: marks %v, want %s among them", got.Marks, replay.MarkTruncated)
	}
}
