package s3_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/source"
	"github.com/rankle/rankle/replay/source/s3"
	"github.com/rankle/rankle/replay/source/s3/s3test"
)

// fault is what happens to one GET of an object on its way through the proxy.
type fault struct {
	status   int    // answer with this status instead of asking the server
	after    int64  // break the body after so many bytes ...
	how      string // ... by "reset" (RST), "close" (the chunk ends early) or "hang" (until the client leaves)
	before   func() // called before the request goes on
	answer   http.HandlerFunc
	released chan struct{} // for "hang": closed when the test ends
}

// proxy passes requests to a server and applies one fault after another to the GETs of objects; then it only passes.
type proxy struct {
	*httptest.Server
	out    *http.Transport // its own, so that no connection outlives the server behind
	mu     sync.Mutex
	faults []fault
	gets   []http.Header // of the GETs of objects, in order
}

func newProxy(t *testing.T, endpoint string, faults ...fault) *proxy {
	t.Helper()
	p := &proxy{faults: faults, out: &http.Transport{DisableCompression: true}}
	pass := &httputil.ReverseProxy{
		Transport: p.out,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: endpoint})
			r.Out.Host = r.In.Host // it is signed
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := p.next(r)
		if !ok {
			pass.ServeHTTP(w, r)
			return
		}
		p.fail(w, r, f, endpoint)
	}))
	t.Cleanup(func() {
		p.Close()
		p.out.CloseIdleConnections()
	})
	return p
}

func (p *proxy) next(r *http.Request) (fault, bool) {
	if r.Method != http.MethodGet || strings.Count(strings.Trim(r.URL.Path, "/"), "/") == 0 {
		return fault{}, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gets = append(p.gets, r.Header.Clone())
	if len(p.faults) == 0 {
		return fault{}, false
	}
	f := p.faults[0]
	p.faults = p.faults[1:]
	return f, true
}

func (p *proxy) fail(w http.ResponseWriter, r *http.Request, f fault, endpoint string) {
	if f.before != nil {
		f.before()
	}
	switch {
	case f.status != 0:
		w.WriteHeader(f.status)
		return
	case f.answer != nil:
		f.answer(w, r)
		return
	}
	req := r.Clone(r.Context())
	req.URL.Scheme, req.URL.Host, req.RequestURI = "http", endpoint, ""
	resp, err := p.out.RoundTrip(req)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer resp.Body.Close()
	for name, v := range resp.Header {
		w.Header()[name] = v
	}
	w.WriteHeader(resp.StatusCode)
	if f.how == "" {
		io.Copy(w, resp.Body)
		return
	}
	io.CopyN(w, resp.Body, f.after)
	http.NewResponseController(w).Flush()
	switch f.how {
	case "hang":
		select {
		case <-f.released:
		case <-r.Context().Done():
		}
	case "reset":
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			conn.(*net.TCPConn).SetLinger(0)
			conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}

func (p *proxy) options(o s3.Options) s3.Options {
	o.Endpoint = strings.TrimPrefix(p.URL, "http://")
	o.MaxRetries = 1
	return o
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
	whole := fault{answer: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", r.Header.Get("If-Match"))
		w.Header().Set("Last-Modified", "Wed, 02 Jul 2025 08:00:00 GMT")
		w.Write(data)
	}}

	for _, tt := range []struct {
		name   string
		faults []fault
		pauses int
		offset string // Range of the last GET
	}{
		{"no fault", nil, 0, ""},
		{"reset in the middle", []fault{{after: 1 << 20, how: "reset"}}, 1, "bytes="},
		{"closed early", []fault{{after: 1 << 20, how: "close"}}, 1, "bytes="},
		{"closed one byte before the end", []fault{{after: 3<<20 - 1, how: "close"}}, 1, "bytes="},
		{"closed before the first byte", []fault{{after: 0, how: "close"}}, 1, ""},
		{"several breaks", []fault{{after: 100, how: "close"}, {after: 1 << 20, how: "reset"}, {after: 7, how: "close"}}, 3, "bytes="},
		{"overloaded, then well", []fault{{status: 503}, {status: 503}}, 2, ""},
		{"too many requests", []fault{{status: 429}}, 1, ""},
		{"overloaded after a break", []fault{{after: 1 << 20, how: "close"}, {status: 500}, {status: 502}}, 3, "bytes="},
		{"hangs in the middle", []fault{{after: 1 << 20, how: "hang", released: released}}, 1, "bytes="},
		{"server without ranges", []fault{{after: 1 << 20, how: "close"}, whole}, 1, "bytes="},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newProxy(t, srv.Endpoint, tt.faults...)
			o := p.options(srv.Options(bucket))
			// Long enough for a loopback answer on a busy machine; only the hanging row waits it out.
			o.IdleTimeout = 300 * time.Millisecond
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
	whole := fault{answer: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", r.Header.Get("If-Match"))
		w.Header().Set("Last-Modified", "Wed, 02 Jul 2025 08:00:00 GMT")
		w.Write(data)
	}}
	const first, last = 1 << 20, 2<<20 - 1
	for name, tt := range map[string]struct {
		faults []fault
		ranges []string
	}{
		"no fault":                    {nil, []string{"bytes=1048576-2097151"}},
		"closed in the middle":        {[]fault{{after: 1000, how: "close"}}, []string{"bytes=1048576-2097151", "bytes=1049576-2097151"}},
		"closed before the last byte": {[]fault{{after: 1<<20 - 1, how: "close"}}, []string{"bytes=1048576-2097151", "bytes=2097151-2097151"}},
		"server without ranges":       {[]fault{{after: 1000, how: "reset"}, whole}, []string{"bytes=1048576-2097151", "bytes=1049576-2097151"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProxy(t, srv.Endpoint, tt.faults...)
			st := source.Ranges{Store: open(t, p.options(srv.Options(bucket)))}
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
	cut := fault{after: 1000, how: "close"}
	change := fault{after: 0, before: func() { srv.Put(t, bucket, "a.json", noise(2<<20)) }, how: "close"}
	// A server that ignores If-Match sends the range of another state.
	ranged := func(etag, total string) fault {
		return fault{answer: func(w http.ResponseWriter, r *http.Request) {
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
	many := func(f fault, n int) (fs []fault) {
		for range n {
			fs = append(fs, f)
		}
		return fs
	}
	for _, tt := range []struct {
		name   string
		faults []fault
		want   error
		text   string
	}{
		{"always overloaded", many(fault{status: 503}, 20), source.ErrUnavailable, "5 attempts"},
		{"breaks without end", many(cut, 50), io.ErrUnexpectedEOF, "32 broken connections"},
		{"no progress after a break", append([]fault{cut}, many(fault{how: "close"}, 20)...), io.ErrUnexpectedEOF, "5 attempts"},
		{"changed after a break", []fault{cut, change}, source.ErrChanged, "a.json"},
		{"another tag from a server that ignores If-Match", []fault{cut, ranged(`"other"`, "1048576")}, source.ErrChanged, "a.json"},
		{"another size from a server that ignores If-Match", []fault{cut, ranged("", "1048577")}, source.ErrChanged, "a.json"},
		{"deleted after a break", []fault{cut, {before: func() { srv.Delete(t, bucket, "a.json") }}}, source.ErrNotFound, "a.json"},
		{"credentials revoked after a break", []fault{cut, {status: 403}}, source.ErrAccess, "a.json"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv.Put(t, bucket, "a.json", data)
			p := newProxy(t, srv.Endpoint, tt.faults...)
			st := open(t, p.options(srv.Options(bucket)))
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
			if err != nil && source.Hint(err) == "" && tt.want != io.ErrUnexpectedEOF {
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
	p := newProxy(t, srv.Endpoint, fault{status: 503})
	o := p.options(srv.Options(bucket))
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
