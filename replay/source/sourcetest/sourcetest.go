// Package sourcetest is the conformance suite of source.Store: what every store must do, whatever it stands on.
package sourcetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/source"
)

// Fixture is a store with a way to change what it holds, behind its back.
type Fixture struct {
	Store  source.Store
	Put    func(key string, data []byte) // must be seen as a change even when the size stays
	Delete func(key string)
}

// Run checks the contract of source.Store. It calls newFixture for every subtest; the store then holds exactly files.
func Run(t *testing.T, newFixture func(t *testing.T, files map[string][]byte) Fixture) {
	for _, tt := range []struct {
		name  string
		files map[string][]byte
		run   func(t *testing.T, f Fixture, files map[string][]byte)
	}{
		{"List", tree, testList},
		{"ListPrefix", tree, testListPrefix},
		{"ListEmpty", nil, testListEmpty},
		{"ListEarlyEnd", tree, testListEarlyEnd},
		{"ListCancelled", tree, testListCancelled},
		{"OddKeys", oddKeys, testReadAll},
		{"ReadAll", tree, testReadAll},
		{"Offsets", tree, testOffsets},
		{"Ranges", tree, testRanges},
		{"Missing", tree, testMissing},
		{"Changed", tree, testChanged},
		{"Deleted", tree, testDeleted},
		{"Unguarded", tree, testUnguarded},
		{"Large", map[string][]byte{"large.bin": noise(9 << 20)}, testLarge},
		{"Cancelled", map[string][]byte{"large.bin": noise(9 << 20)}, testCancelled},
		{"Together", tree, testTogether},
		{"Group", sessions, testGroup},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, newFixture(t, tt.files), tt.files) })
	}
}

var tree = map[string][]byte{
	"a.json":           []byte(`[1]`),
	"a/1.json":         []byte(`[11]`),
	"a/10.json":        []byte(`[1010]`),
	"a/b/c.json.gz":    noise(5000),
	"ab/empty.json":    {},
	"b/deep/er/x.json": noise(70_000),
}

var oddKeys = map[string][]byte{
	"日本語/録画 1.json":              []byte("unicode"),
	"Größe/été.json":             []byte("composed"),
	"e\u0301.json":               []byte("decomposed"),
	"emoji-😀.json":               []byte("outside the basic plane"),
	"a b/c d.json":               []byte("spaces"),
	"q?a=b&c=d#frag.json":        []byte("query"),
	"100%25/%2e%2e/p+q.json":     []byte("percent and plus"),
	`quote'"<tag>&amp;.json`:     []byte("markup"),
	"[x]{y}(z)*!~$,;=@:|^`.json": []byte("punctuation"),
	"..dots../...json":           []byte("dots"),
	"-dash/--.json":              []byte("dashes"),
	strings.Repeat("long", 50):   []byte("long"),
}

var sessions = map[string][]byte{
	"s1.json.gz": []byte("x"), "s1.meta.json": []byte("{}"),
	"9f3c27ab/10.json": []byte("x"), "9f3c27ab/9.json": []byte("x"), "9f3c27ab/meta.json": []byte("{}"),
}

// noise returns n bytes that do not compress, always the same.
func noise(n int) []byte {
	src := rand.NewChaCha8([32]byte{7})
	b := make([]byte, n)
	src.Read(b)
	return b
}

func list(t *testing.T, st source.Store, prefix string) map[string]source.Object {
	t.Helper()
	objs := map[string]source.Object{}
	for o, err := range st.List(t.Context(), prefix) {
		if err != nil {
			t.Fatalf("list %q: %v", prefix, err)
		}
		if _, ok := objs[o.Key]; ok {
			t.Errorf("list %q: key %q twice", prefix, o.Key)
		}
		objs[o.Key] = o
	}
	return objs
}

func read(t *testing.T, st source.Store, obj replay.Object, offset int64) []byte {
	t.Helper()
	r, err := st.Open(t.Context(), obj, offset)
	if err != nil {
		t.Fatalf("open %q at %d: %v", obj.Key, offset, err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("read %q at %d: %v", obj.Key, offset, err)
	}
	return data
}

// refuses checks that opening and reading to the end returns want, and that the error names the object.
func refuses(t *testing.T, st source.Store, obj replay.Object, offset int64, want error) {
	t.Helper()
	r, err := st.Open(t.Context(), obj, offset)
	if err == nil {
		_, err = io.ReadAll(r)
		r.Close()
	}
	if !errors.Is(err, want) {
		t.Fatalf("open and read %q at %d: error %v, want %v", obj.Key, offset, err, want)
	}
	if !strings.Contains(err.Error(), obj.Key) {
		t.Errorf("error does not name %q: %v", obj.Key, err)
	}
}

func testList(t *testing.T, f Fixture, files map[string][]byte) {
	got := list(t, f.Store, "")
	want, have := slices.Sorted(maps.Keys(files)), slices.Sorted(maps.Keys(got))
	if diff := cmp.Diff(want, have); diff != "" {
		t.Fatalf("keys (-want +got):\n%s", diff)
	}
	for key, o := range got {
		if o.Size != int64(len(files[key])) || o.ETag == "" || o.ModTime.IsZero() != (o.ModTime.Year() == 1) {
			t.Errorf("object %+v, want size %d and an ETag", o, len(files[key]))
		}
	}
	if diff := cmp.Diff(got, list(t, f.Store, "")); diff != "" {
		t.Errorf("an unchanged store listed again (-first +second):\n%s", diff)
	}
}

func testListPrefix(t *testing.T, f Fixture, files map[string][]byte) {
	for _, prefix := range []string{"a", "a/", "a/1", "a/1.json", "a/b", "a/b/", "ab", "b/deep/er/", "b/deep/er/x.json", "nope", "nope/x", "a.json/x", "a//"} {
		var want []string
		for key := range files {
			if strings.HasPrefix(key, prefix) {
				want = append(want, key)
			}
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(list(t, f.Store, prefix)))); diff != "" {
			t.Errorf("prefix %q (-want +got):\n%s", prefix, diff)
		}
	}
}

func testListEmpty(t *testing.T, f Fixture, _ map[string][]byte) {
	if got := list(t, f.Store, ""); len(got) != 0 {
		t.Errorf("listed %v in an empty store", got)
	}
	if _, err := source.Group(t.Context(), f.Store, "", source.Layout{}); !errors.Is(err, source.ErrEmpty) {
		t.Errorf("Group of an empty store: error %v, want ErrEmpty", err)
	}
}

func testListEarlyEnd(t *testing.T, f Fixture, files map[string][]byte) {
	for range f.Store.List(t.Context(), "") {
		break
	}
	if got := list(t, f.Store, ""); len(got) != len(files) {
		t.Errorf("after a listing that was left early: %d objects, want %d", len(got), len(files))
	}
}

func testListCancelled(t *testing.T, f Fixture, _ map[string][]byte) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var last error
	for o, err := range f.Store.List(ctx, "") {
		last = err
		if err != nil && o.Key != "" {
			t.Errorf("cancelled listing blames key %q", o.Key)
		}
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("cancelled listing ended with %v, want context.Canceled", last)
	}
}

func testReadAll(t *testing.T, f Fixture, files map[string][]byte) {
	objs := list(t, f.Store, "")
	for key, want := range files {
		o, ok := objs[key]
		if !ok {
			t.Errorf("key %q is not listed", key)
			continue
		}
		if got := read(t, f.Store, o.Object, 0); !bytes.Equal(got, want) {
			t.Errorf("%q: read %d bytes, want %d equal ones", key, len(got), len(want))
		}
	}
	if len(objs) != len(files) {
		t.Errorf("listed %d objects, want %d: %q", len(objs), len(files), slices.Sorted(maps.Keys(objs)))
	}
}

func testOffsets(t *testing.T, f Fixture, files map[string][]byte) {
	for key, o := range list(t, f.Store, "") {
		want, size := files[key], o.Size
		for _, off := range []int64{0, 1, size / 2, size - 1, size} {
			if off < 0 || off > size {
				continue
			}
			if got := read(t, f.Store, o.Object, off); !bytes.Equal(got, want[off:]) {
				t.Errorf("%q at %d: read %d bytes, want %d equal ones", key, off, len(got), len(want[off:]))
			}
		}
		refuses(t, f.Store, o.Object, size+1, source.ErrRange)
		refuses(t, f.Store, o.Object, -1, source.ErrRange)
	}
}

// testRanges reads parts of objects, both ends inclusive, and from the middle of them.
func testRanges(t *testing.T, f Fixture, files map[string][]byte) {
	st := source.Ranges{Store: f.Store}
	var last source.Object
	for key, o := range list(t, st, "") {
		if o.Size == 0 {
			continue // has no bytes to name
		}
		for _, r := range [][2]int64{{0, 0}, {0, o.Size - 1}, {o.Size / 3, o.Size / 2}, {o.Size - 1, o.Size - 1}} {
			part := source.RangeOf(o.Object, r[0], r[1])
			for _, off := range []int64{0, part.Size / 2, part.Size} {
				if got, want := read(t, st, part, off), files[key][r[0]+off:r[1]+1]; !bytes.Equal(got, want) {
					t.Errorf("%s at %d: %q, want %q", part.Key, off, got, want)
				}
			}
			if _, err := st.Open(t.Context(), part, part.Size+1); !errors.Is(err, source.ErrRange) {
				t.Errorf("%s beyond its end: %v, want ErrRange", part.Key, err)
			}
		}
		if _, err := st.Open(t.Context(), source.RangeOf(o.Object, 0, o.Size), 0); !errors.Is(err, source.ErrRange) {
			t.Errorf("%s: a range that ends behind the object: %v, want ErrRange", key, err)
		}
		last = o
	}
	part := source.RangeOf(last.Object, 0, 0)
	f.Put(last.Key, bytes.Repeat([]byte{'!'}, int(last.Size)))
	if err := readError(t, st, part); !errors.Is(err, source.ErrChanged) {
		t.Errorf("range of an object that was rewritten: %v, want ErrChanged", err)
	}
}

// readError opens and reads an object and returns what went wrong.
func readError(t *testing.T, st source.Store, obj replay.Object) error {
	rc, err := st.Open(t.Context(), obj, 0)
	if err != nil {
		return err
	}
	defer rc.Close()
	_, err = io.ReadAll(rc)
	return err
}

func testMissing(t *testing.T, f Fixture, _ map[string][]byte) {
	for _, key := range []string{"nope", "a/nope.json", "a.json/below", "nope/nope"} {
		refuses(t, f.Store, replay.Object{Key: key}, 0, source.ErrNotFound)
		refuses(t, f.Store, replay.Object{Key: key, ETag: "x", Size: 3}, 0, source.ErrNotFound)
	}
}

func testChanged(t *testing.T, f Fixture, files map[string][]byte) {
	objs := list(t, f.Store, "")
	sameSize := bytes.Repeat([]byte("z"), len(files["a/1.json"]))
	f.Put("a/1.json", sameSize)
	f.Put("a/10.json", []byte("longer than it was"))
	f.Put("b/deep/er/x.json", []byte("short"))
	for _, key := range []string{"a/1.json", "a/10.json", "b/deep/er/x.json"} {
		refuses(t, f.Store, objs[key].Object, 0, source.ErrChanged)
		refuses(t, f.Store, objs[key].Object, 1, source.ErrChanged)
		refuses(t, f.Store, objs[key].Object, objs[key].Size, source.ErrChanged)
	}
	again := list(t, f.Store, "")
	if again["a/1.json"].ETag == objs["a/1.json"].ETag {
		t.Error("rewritten with other bytes of equal size, the ETag stayed")
	}
	if got := read(t, f.Store, again["a/1.json"].Object, 0); !bytes.Equal(got, sameSize) {
		t.Errorf("listed again: read %q", got)
	}
	if again["a.json"].ETag != objs["a.json"].ETag {
		t.Error("the ETag of an untouched object moved")
	}
}

func testDeleted(t *testing.T, f Fixture, _ map[string][]byte) {
	objs := list(t, f.Store, "")
	f.Delete("a/10.json")
	refuses(t, f.Store, objs["a/10.json"].Object, 0, source.ErrNotFound)
	if _, ok := list(t, f.Store, "")["a/10.json"]; ok {
		t.Error("a deleted object is listed")
	}
}

func testUnguarded(t *testing.T, f Fixture, _ map[string][]byte) {
	f.Put("a.json", []byte("0123456789"))
	if got := read(t, f.Store, replay.Object{Key: "a.json"}, 0); string(got) != "0123456789" {
		t.Errorf("read %q", got)
	}
	if got := read(t, f.Store, replay.Object{Key: "a.json"}, 7); string(got) != "789" {
		t.Errorf("read %q from byte 7", got)
	}
}

func testLarge(t *testing.T, f Fixture, files map[string][]byte) {
	o := list(t, f.Store, "")["large.bin"].Object
	want := files["large.bin"]
	if !bytes.Equal(read(t, f.Store, o, 0), want) {
		t.Error("bytes differ")
	}
	if !bytes.Equal(read(t, f.Store, o, 5<<20+1), want[5<<20+1:]) {
		t.Error("bytes from the middle differ")
	}
	r, err := f.Store.Open(t.Context(), o, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(r, make([]byte, 10)); err != nil {
		t.Error(err)
	}
	if err := r.Close(); err != nil {
		t.Errorf("closing early: %v", err)
	}
}

func testCancelled(t *testing.T, f Fixture, _ map[string][]byte) {
	o := list(t, f.Store, "")["large.bin"].Object
	ctx, cancel := context.WithCancel(t.Context())
	r, err := f.Store.Open(ctx, o, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.ReadFull(r, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if n, err := io.Copy(io.Discard, r); !errors.Is(err, context.Canceled) {
		t.Errorf("reading on after cancel: %d bytes, error %v, want context.Canceled", n, err)
	}
	if r, err := f.Store.Open(ctx, o, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("opening after cancel: error %v, want context.Canceled", err)
		if err == nil {
			r.Close()
		}
	}
}

func testTogether(t *testing.T, f Fixture, files map[string][]byte) {
	objs := list(t, f.Store, "")
	var wg sync.WaitGroup
	errs := make(chan error, 8*len(objs))
	for range 8 {
		for key, o := range objs {
			wg.Go(func() {
				data, err := source.ReadSmall(t.Context(), f.Store, o.Object, 1<<20, source.Retry{})
				if err == nil && !bytes.Equal(data, files[key]) {
					err = fmt.Errorf("%q: bytes differ", key)
				}
				if err != nil {
					errs <- err
				}
			})
		}
		wg.Go(func() {
			for _, err := range f.Store.List(t.Context(), "a") {
				if err != nil {
					errs <- err
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
}

func testGroup(t *testing.T, f Fixture, _ map[string][]byte) {
	g, err := source.Group(t.Context(), f.Store, "", source.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range g.Recordings {
		line := r.ID
		for _, p := range r.Parts {
			line += " " + p.Key
		}
		if r.Sidecar != nil {
			line += " | " + r.Sidecar.Key
		}
		got = append(got, line)
	}
	want := []string{"9f3c27ab 9f3c27ab/9.json 9f3c27ab/10.json | 9f3c27ab/meta.json", "s1 s1.json.gz | s1.meta.json"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("recordings (-want +got):\n%s", diff)
	}
}
