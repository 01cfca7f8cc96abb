package format_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/rankle/rankle/replay/clip"
	"github.com/rankle/rankle/replay/format"
	"github.com/rankle/rankle/replay/rrweb"
)

// FuzzDecode: whatever the bytes, the outcome is a Session that keeps its promises or a *SkipError, twice the same; and
// a clip of it is well-formed enough to be read again.
func FuzzDecode(f *testing.F) {
	for _, name := range recordings(f) {
		text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
		f.Add([]byte(gz(string(text))))
	}
	for _, s := range []string{
		"[", `{"events":[`, `["w",{"type":3,"timestamp":1,"data":{}}]`, `{"type":2,"timestamp":1e12,"data":{"node":{"id":1,"type":0,"childNodes":[{"id":1}]}}}`,
		`[{"type":3,"timestamp":1700000000000,"data":{"source":0,"adds":[{"parentId":1,"nextId":1,"node":{"id":1,"type":2}},{"parentId":2,"node":{"id":1}},{"parentId":1,"node":{"id":2}}]}}]`,
		`{"segment_id":1}` + "\nx\x9c", "\x1f\x8b\x08", `"x\u009c"`, `{"a":"\ud800"}`,
	} {
		f.Add([]byte(s))
	}
	for _, dir := range []string{"indexed", "plain", "raw", "mobile"} {
		for _, text := range mobs(f, dir) {
			f.Add([]byte(text))
		}
	}
	f.Add([]byte(inBlocks(f, 3)[1]))
	f.Add([]byte(frame(inBlocks(f, 2)[0]) + frame(inBlocks(f, 2)[1])))
	f.Add([]byte(list(wireframes(f))))
	f.Add([]byte(sentryPack(0, true)))
	f.Add([]byte("\x01\x00\x00\x00\x00" + sentrySegment(1)))
	opt := format.Options{Options: rrweb.Options{MaxBytes: 1 << 20, MaxEvents: 20000, MaxNodes: 5000, MaxDepth: 200}}
	f.Fuzz(func(t *testing.T, b []byte) {
		part := []format.Part{{Name: "o", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }}}
		s, err := format.Decode(context.Background(), "s", part, opt)
		var skip *format.SkipError
		if err != nil {
			if !errors.As(err, &skip) || skip.Reason == "" {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		checkInvariants(t, s)
		again, err := format.Decode(context.Background(), "s", part, opt)
		if err != nil || dump(again) != dump(s) {
			t.Fatalf("the second reading differs: %v", err)
		}
		var out bytes.Buffer
		if _, err := clip.Cut(context.Background(), &out, part, clip.Request{Options: opt}); err != nil {
			return
		}
		recut := []format.Part{{Name: "o", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(out.Bytes())), nil }}}
		if _, err := format.Decode(context.Background(), "s", recut, opt); err != nil {
			t.Fatalf("a clip cannot be read: %v", err)
		}
	})
}
