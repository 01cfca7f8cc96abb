package s3_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/source"
	"github.com/rankle/rankle/replay/source/s3/s3test"
)

// proxy applies one fault after another to the GETs of objects; then it only passes.
type proxy struct {
	*s3test.Proxy
	mu     sync.Mutex
	faults []s3test.Fault
	gets   []http.Header // of the GETs of objects, in order
}

func newProxy(t *testing.T, endpoint string, faults ...s3test.Fault) *proxy {
	t.Helper()
	p := &proxy{faults: faults}
	p.Proxy = s3test.NewProxy(t, endpoint, func(r *http.Request) (s3test.Fault, bool) {
		if s3test.ObjectKey(r) == "" {
			return s3test.Fault{}, false
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.gets = append(p.gets, r.Header.Clone())
		if len(p.faults) == 0 {
			return s3test.Fault{}, false
		}
		f := p.faults[0]
		p.faults = p.faults[1:]
		return f, true
	})
	return p
}

// pauses is a source.Retry that records its pauses instead of making them.
func pauses(to *[]time.Duration) source.Retry {
	return source.Retry{Sleep: func(ctx context.Context, d time.Duration) error {
		*to = append(*to, d)
		return ctx.Err()
	}}
}

func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{3}).Read(b)
	return b
}

func stored(t *testing.T, st source.Store, key string) replay.Object {
	t.Helper()
	for o, err := range st.List(t.Context(), key) {
		if err != nil {
			t.Fatal(err)
		}
		return o.Object
	}
	t.Fatalf("%s is not listed", key)
	return replay.Object{}
}

// Whatever happens to the connection, the bytes are the same.
func TestResume(t *testing.T) {
	srv := s3test.Start(t)
	bucket, data := srv.Bucket(t), noise(3<<20)
	srv.Put(t, bucket, "rec/a.json.gz", data)
	released := make(chan struct{})
	defer close(released)

	// A server that knows neither ranges nor conditions sends everything.
	whole := s3test.Fault{Answer: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", r.Header.Get("If-Match"))
		w.Header().Set("Last-Modified", "Wed, 02 Jul 2025 08:00:00 GMT")
		w.Write(data)
	}}

	for _, tt := range []struct {
		name   string
		faults []s3test.Fault
		pauses int
		offset string // Range of the last GET
	}{
		{"no fault", nil, 0, ""},
		{"reset in the middle", []s3test.Fault{{After: 1 << 20, How: "reset"}}, 1, "bytes="},
		{"closed early", []s3test.Fault{{After: 1 << 20, How: "close"}}, 1, "bytes="},
		{"closed one byte before the end", []s3test.Fault{{After: 3<<20 - 1, How: "close"}}, 1, "bytes="},
		{"closed before the first byte", []s3test.Fault{{After: 0, How: "close"}}, 1, ""},
		{"several breaks", []s3test.Fault{{After: 100, How: "close"}, {After: 1 << 20, How: "reset"}, {After: 7, How: "close"}}, 3, "bytes="},
		{"overloaded, then well", []s3test.Fault{{Status: 503}, {Status: 503}}, 2, ""},
		{"too many requests", []s3test.Fault{{Status: 429}}, 1, ""},
		{"overloaded after a break", []s3test.Fault{{After: 1 << 20, How: "close"}, {Status: 500}, {Status: 502}}, 3, "bytes="},
		{"hangs in the middle", []s3test.Fault{{After: 1 << 20, How: "hang", Released: released}}, 1, "bytes="},
		{"server without ranges", []s3test.Fault{{After: 1 << 20, How: "close"}, whole}, 1, "bytes="},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newProxy(t, srv.Endpoint, tt.faults...)
			o := p.Options(srv.Options(bucket))
			if slices.ContainsFunc(tt.faults, func(f s3test.Fault) bool { return f.How == "hang" }) {
				o.IdleTimeout = 2 * time.Second // is waited out; on a machine with thirty other things to do an answer took 0.3 s
			}
			st := open(t, o)
			var slept []time.Duration
			r, err := source.Resume(t.Context(), st, stored(t, st, "rec/a.json.gz"), pauses(&slept))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			got, err := io.ReadAll(r)
			if err != nil || !bytes.Equal(got, data) {
				t.Fatalf("read %d bytes, error %v; want the %d stored ones", len(got), err, len(data))
			}
			if len(slept) != tt.pauses || len(p.gets) != tt.pauses+1 {
				t.Errorf("%d pauses %v and %d requests, want %d pauses", len(slept), slept, len(p.gets), tt.pauses)
			}
			last := p.gets[len(p.gets)-1]
			if got := last.Get("Range"); !strings.HasPrefix(got, tt.offset) || (got == "") != (tt.offset == "") {
				t.Errorf("last request asks for range %q, want %q", got, tt.offset)
			}
			if last.Get("If-Match") == "" {
				t.Error("last request is not guarded by If-Match")
			}
		})
	}
}

// A range of an object survives what a whole one does, and no request asks for more than the range.
func TestResumeRange(t *testing.T) {
	srv := s3test.Start(t)
	bucket, data := srv.Bucket(t), noise(3<<20)
	srv.Put(t, bucket, "30d/1-a", data)
	whole := s3test.Fault{Answer: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", r.Header.Get("If-Match"))
		w.Header().Set("Last-Modified", "Wed, 02 Jul 2025 08:00:00 GMT")
		w.Write(data)
	}}
	const first, last = 1 << 20, 2<<20 - 1
	for name, tt := range map[string]struct {
		faults []s3test.Fault
		ranges []string
	}{
		"no fault":                    {nil, []string{"bytes=1048576-2097151"}},
		"closed in the middle":        {[]s3test.Fault{{After: 1000, How: "close"}}, []string{"bytes=1048576-2097151", "bytes=1049576-2097151"}},
		"closed before the last byte": {[]s3test.Fault{{After: 1<<20 - 1, How: "close"}}, []string{"bytes=1048576-2097151", "bytes=2097151-2097151"}},
		"server without ranges":       {[]s3test.Fault{{After: 1000, How: "reset"}, whole}, []string{"bytes=1048576-2097151", "bytes=1049576-2097151"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProxy(t, srv.Endpoint, tt.faults...)
			st := source.Ranges{Store: open(t, p.Options(srv.Options(bucket)))}
			var slept []time.Duration
			r, err := source.Resume(t.Context(), st, source.RangeOf(stored(t, st, "30d/1-a"), first, last), pauses(&slept))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, data[first:last+1]) {
				t.Fatalf("read %d bytes, error %v; want %d", len(got), err, last-first+1)
			}
			var asked []string
			for _, h := range p.gets {
				asked = append(asked, h.Get("Range"))
			}
			// A reset may take bytes along that were sent before it.
			if name == "server without ranges" && len(asked) == 2 && strings.HasSuffix(asked[1], "-2097151") {
				asked[1] = tt.ranges[1]
			}
			if strings.Join(asked, " ") != strings.Join(tt.ranges, " ") {
				t.Errorf("asked for %v, want %v", asked, tt.ranges)
			}
		})
	}
}

func TestResumeGivesUp(t *testing.T) {
	srv := s3test.Start(t)
	bucket, data := srv.Bucket(t), noise(1<<20)
	cut := s3test.Fault{After: 1000, How: "close"}
	change := s3test.Fault{After: 0, Before: func() { srv.Put(t, bucket, "a.json", noise(2<<20)) }, How: "close"}
	// A server that ignores If-Match sends the range of another state.
	ranged := func(etag, total string) s3test.Fault {
		return s3test.Fault{Answer: func(w http.ResponseWriter, r *http.Request) {
			if etag == "" {
				etag = r.Header.Get("If-Match")
			}
			w.Header().Set("ETag", etag)
			w.Header().Set("Last-Modified", "Wed, 02 Jul 2025 08:00:00 GMT")
			w.Header().Set("Content-Range", "bytes 1000-1048575/"+total)
			w.WriteHeader(http.StatusPartialContent)
			w.Write(data[1000:])
		}}
	}
	many := func(f s3test.Fault, n int) (fs []s3test.Fault) {
		for range n {
			fs = append(fs, f)
		}
		return fs
	}
	for _, tt := range []struct {
		name   string
		faults []s3test.Fault
		want   error
		text   string
	}{
		{"always overloaded", many(s3test.Fault{Status: 503}, 20), source.ErrUnavailable, "5 attempts"},
		{"breaks without end", many(cut, 50), source.ErrUnavailable, "32 broken connections"},
		{"no progress after a break", append([]s3test.Fault{cut}, many(s3test.Fault{How: "close"}, 20)...), source.ErrUnavailable, "5 attempts"},
		{"changed after a break", []s3test.Fault{cut, change}, source.ErrChanged, "a.json"},
		{"another tag from a server that ignores If-Match", []s3test.Fault{cut, ranged(`"other"`, "1048576")}, source.ErrChanged, "a.json"},
		{"another size from a server that ignores If-Match", []s3test.Fault{cut, ranged("", "1048577")}, source.ErrChanged, "a.json"},
		{"deleted after a break", []s3test.Fault{cut, {Before: func() { srv.Delete(t, bucket, "a.json") }}}, source.ErrNotFound, "a.json"},
		{"credentials revoked after a break", []s3test.Fault{cut, {Status: 403}}, source.ErrAccess, "a.json"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv.Put(t, bucket, "a.json", data)
			p := newProxy(t, srv.Endpoint, tt.faults...)
			st := open(t, p.Options(srv.Options(bucket)))
			var slept []time.Duration
			r, err := source.Resume(t.Context(), st, stored(t, st, "a.json"), pauses(&slept))
			var got []byte
			if err == nil {
				got, err = io.ReadAll(r)
				r.Close()
			}
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("error %v, want %v with %q", err, tt.want, tt.text)
			}
			if !bytes.HasPrefix(data, got) {
				t.Error("the bytes before the error are not those of the object")
			}
			if err != nil && source.Hint(err) == "" {
				t.Errorf("no hint for %v", err)
			}
			noSecrets(t, err)
		})
	}
}

// The library repeats requests on its own too, and its pauses are real: one row suffices.
func TestLibraryRetries(t *testing.T) {
	srv := s3test.Start(t)
	bucket := srv.Bucket(t)
	srv.Put(t, bucket, "a.json", []byte("x"))
	p := newProxy(t, srv.Endpoint, s3test.Fault{Status: 503})
	o := p.Options(srv.Options(bucket))
	o.MaxRetries = 2
	st := open(t, o)
	data, err := source.ReadSmall(t.Context(), st, stored(t, st, "a.json"), 10, source.Retry{Attempts: 1})
	if err != nil || string(data) != "x" {
		t.Errorf("read %q, error %v", data, err)
	}
	if len(p.gets) != 2 {
		t.Errorf("%d requests, want 2", len(p.gets))
	}
}
