package s3test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rankle/rankle/replay/source/s3"
)

// Fault is what happens to one request on its way through a Proxy. The zero value lets it pass.
type Fault struct {
	Status   int                  // answer with this status instead of asking the server
	Answer   http.HandlerFunc     // answer so instead of asking the server
	Before   func()               // called before the request goes on
	Edit     func(resp *Response) // changes the answer of the server
	How      string               // break the body by "reset" (RST), "close" (the chunk ends early) or "hang" ...
	After    int64                // ... after so many bytes
	Released chan struct{}        // for "hang": closed when the test ends
}

// Response is an answer of the server, for Fault.Edit.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Proxy stands between a client and a Server and does to each request what its Rule says.
type Proxy struct {
	*httptest.Server
	endpoint string
	out      *http.Transport // its own, so that no connection outlives the server behind
	rule     atomic.Pointer[Rule]
}

// Rule decides about a request; it is called from many goroutines at once. false lets it pass.
type Rule func(r *http.Request) (Fault, bool)

// NewProxy starts a proxy in front of the server at endpoint. It ends with the test.
func NewProxy(tb testing.TB, endpoint string, rule Rule) *Proxy {
	tb.Helper()
	p := &Proxy{endpoint: endpoint, out: &http.Transport{DisableCompression: true}}
	p.Obey(rule)
	pass := &httputil.ReverseProxy{
		Transport: p.out,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: endpoint})
			r.Out.Host = r.In.Host // it is signed
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := (*p.rule.Load())(r)
		if !ok {
			pass.ServeHTTP(w, r)
			return
		}
		p.fail(w, r, f)
	}))
	tb.Cleanup(func() {
		p.Close()
		p.out.CloseIdleConnections()
	})
	return p
}

// Obey makes another rule that of the proxy; nil lets everything pass.
func (p *Proxy) Obey(rule Rule) {
	if rule == nil {
		rule = func(*http.Request) (Fault, bool) { return Fault{}, false }
	}
	p.rule.Store(&rule)
}

// Options returns o for reading through the proxy. Requests are not repeated by the library, whose pauses are real.
func (p *Proxy) Options(o s3.Options) s3.Options {
	o.Endpoint = p.Listener.Addr().String()
	o.MaxRetries = 1
	return o
}

// ObjectKey is the key of the object that a request reads, "" for any other request.
func ObjectKey(r *http.Request) string {
	_, key, _ := strings.Cut(strings.Trim(r.URL.Path, "/"), "/")
	if r.Method != http.MethodGet {
		return ""
	}
	return key
}

func (p *Proxy) fail(w http.ResponseWriter, r *http.Request, f Fault) {
	if f.Before != nil {
		f.Before()
	}
	switch {
	case f.Status != 0:
		w.WriteHeader(f.Status)
		return
	case f.Answer != nil:
		f.Answer(w, r)
		return
	}
	req := r.Clone(r.Context())
	req.URL.Scheme, req.URL.Host, req.RequestURI = "http", p.endpoint, ""
	resp, err := p.out.RoundTrip(req)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer resp.Body.Close()
	if f.Edit != nil {
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		edited := Response{resp.StatusCode, resp.Header, body}
		edited.Header.Del("Content-Length")
		f.Edit(&edited)
		p.pass(w, edited.Header, edited.Status)
		_, _ = w.Write(edited.Body) // the client may be gone
		return
	}
	p.pass(w, resp.Header, resp.StatusCode)
	if f.How == "" {
		_, _ = io.Copy(w, resp.Body)
		return
	}
	_, _ = io.CopyN(w, resp.Body, f.After)
	_ = http.NewResponseController(w).Flush()
	switch f.How {
	case "hang":
		select {
		case <-f.Released:
		case <-r.Context().Done():
		}
	case "reset":
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = conn.(*net.TCPConn).SetLinger(0)
			_ = conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}

func (p *Proxy) pass(w http.ResponseWriter, h http.Header, status int) {
	for name, v := range h {
		w.Header()[name] = v
	}
	w.WriteHeader(status)
}
