package openreplay

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/rankle/rankle/replay/rrweb"
)

// FuzzRead: whatever the bytes, and however they are cut in two, events come in order of time, are JSON, are the same when
// read again, and stay within the limits.
func FuzzRead(f *testing.F) {
	for _, b := range samples() {
		f.Add(b, len(b)/3)
	}
	f.Add([]byte(headerPlain+"\x07\x08\x01\x00\x00\x03DIV\x00\x0a\x01\x01\x00\x0b\x00"), 0)
	f.Add([]byte("\x6b\x80\xa0\xc8\xb5\x9c\x33\x00\x00"), 0)
	opt := rrweb.Options{MaxEvents: 5000, MaxNodes: 500, MaxValueBytes: 1 << 20}
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		if len(b) == 0 {
			return
		}
		cut = max(0, min(cut, len(b)))
		read := func() []string {
			r := NewRecording(opt)
			for _, part := range [][]byte{b[:cut], b[cut:]} {
				head := part[:min(len(part), 4096)]
				if len(part) == 0 || !Sniff(head) && !r.Continues(head) {
					continue
				}
				if _, err := r.Read(bytes.NewReader(part)); err != nil {
					t.Fatal(err)
				}
			}
			var lines []string
			last, size := 0.0, 0
			err := r.Events(func(e rrweb.Event) error {
				if e.Time < last || !json.Valid(e.Data) {
					t.Fatalf("at %f behind %f: %s", e.Time, last, e.Data)
				}
				last = e.Time
				size += len(e.Data)
				lines = append(lines, string(e.Data))
				if size > 64<<20 {
					return rrweb.ErrFull
				}
				return nil
			})
			if err != nil && err != rrweb.ErrFull {
				t.Fatal(err)
			}
			r.Marks()
			return lines
		}
		if first := read(); !slices.Equal(first, read()) {
			t.Fatal("the second reading differs")
		}
	})
}
