package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/source"
	"github.com/rankle/rankle/replay/source/s3"
	"github.com/rankle/rankle/replay/source/s3/s3test"
)

// tree is a Brancher over keys in memory.
type tree struct {
	keys   []string
	broken string        // listings under this prefix fail in the middle
	whole  *atomic.Int64 // listings of everything under a prefix
}

func (tree) URL() string { return "s3://bucket" }

func (t tree) List(_ context.Context, prefix string) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		t.whole.Add(1)
		for i, key := range t.keys {
			if t.broken != "" && strings.HasPrefix(prefix, t.broken) && i > len(t.keys)/2 {
				yield(source.Object{}, source.ErrUnavailable)
				return
			}
			if strings.HasPrefix(key, prefix) && !yield(source.Object{Object: replay.Object{Key: key}}, nil) {
				return
			}
		}
	}
}

func (t tree) Branches(_ context.Context, prefix string, most int) (objects []source.Object, prefixes []string, err error) {
	for _, key := range t.keys {
		rest, ok := strings.CutPrefix(key, prefix)
		if !ok {
			continue
		}
		if i := strings.IndexByte(rest, '/'); i < 0 {
			objects = append(objects, source.Object{Object: replay.Object{Key: key}})
		} else if p := prefix + rest[:i+1]; !slices.Contains(prefixes, p) {
			prefixes = append(prefixes, p)
		}
		if len(objects)+len(prefixes) > most {
			return nil, nil, source.ErrManyBranches
		}
	}
	return objects, prefixes, nil
}

func (tree) Open(context.Context, replay.Object, int64) (io.ReadCloser, error) {
	return nil, source.ErrNotFound
}

func keysOf(t *testing.T, st source.Store, prefix string) []string {
	t.Helper()
	var keys []string
	for o, err := range st.List(t.Context(), prefix) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, o.Key)
	}
	slices.Sort(keys)
	return keys
}

// shapes are ways in which buckets are laid out.
func shapes() map[string][]string {
	s := map[string][]string{"flat": nil, "days": nil, "a folder per session": nil, "mixed": {"readme.txt", "a/b/c/d/e/f/g.json", "web/x.json"}}
	for i := range 3000 {
		s["flat"] = append(s["flat"], fmt.Sprintf("s_%05d.json", i))
		s["days"] = append(s["days"], fmt.Sprintf("web/2026/%02d/%02d/s_%05d.json", 1+i%12, 1+i%28, i))
		s["a folder per session"] = append(s["a folder per session"], fmt.Sprintf("sessions/%05d/part-0", i/2), fmt.Sprintf("sessions/%05d/part-1", i/2))
		s["mixed"] = append(s["mixed"], fmt.Sprintf("web/%d/s_%05d.json", i%3, i))
	}
	return s
}

func TestWideListingIsTheListing(t *testing.T) {
	for name, keys := range shapes() {
		slices.Sort(keys)
		keys = slices.Compact(keys)
		last, whole := 0, new(atomic.Int64)
		got := keysOf(t, wide{tree{keys: keys, whole: whole}, func(n int) { last = n }}, "")
		if diff := cmp.Diff(keys, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if last > len(keys) || last < len(keys)/2 {
			t.Errorf("%s: progress ended at %d of %d", name, last, len(keys))
		}
		if n := whole.Load(); n > 400 {
			t.Errorf("%s: %d listings", name, n)
		}
	}
}

func TestWideListingEndsWithTheFirstError(t *testing.T) {
	keys := shapes()["days"]
	var got error
	for _, err := range (wide{tree{keys: keys, broken: "web/2026/03/", whole: new(atomic.Int64)}, func(int) {}}).List(t.Context(), "") {
		if err != nil {
			got = err
		}
	}
	if !errors.Is(got, source.ErrUnavailable) {
		t.Errorf("error %v, want %v", got, source.ErrUnavailable)
	}
	// Ending the loop early is no error and leaves nobody waiting.
	for range (wide{tree{keys: keys, whole: new(atomic.Int64)}, func(int) {}}).List(t.Context(), "") {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got = nil
	for _, err := range (wide{tree{keys: keys, whole: new(atomic.Int64)}, func(int) {}}).List(ctx, "") {
		got = err
	}
	if !errors.Is(got, context.Canceled) {
		t.Errorf("cancelled: error %v", got)
	}
}

func TestWideListingOfABucket(t *testing.T) {
	srv := s3test.Start(t)
	bucket := srv.Bucket(t)
	for i := range 30 {
		srv.Put(t, bucket, fmt.Sprintf("web/2026-11-%02d/s_%d.json", 1+i%5, i), []byte("{}"))
		srv.Put(t, bucket, fmt.Sprintf("app/%d.json", i), []byte("{}"))
	}
	srv.Put(t, bucket, "top.json", []byte("{}"))
	for _, prefix := range []string{"", "web/", "web/2026-11-0", "nothing/"} {
		opt := srv.Options(bucket)
		opt.Prefix = prefix
		st, err := s3.New(opt)
		if err != nil {
			t.Fatal(err)
		}
		want := keysOf(t, st, "")
		if diff := cmp.Diff(want, keysOf(t, wide{st, func(int) {}}, "")); diff != "" {
			t.Errorf("prefix %q (-want +got):\n%s", prefix, diff)
		}
		st.Close()
	}
}
