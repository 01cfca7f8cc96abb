package api

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/klauspost/compress/gzip"
)

type requestKey struct{}

// requestID is the id of the request that ctx belongs to, "" outside of one.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// identify gives every request an id, in the log and as X-Request-Id. Ids from outside are not taken over: they
// would let a client write into the log.
func (s *Server) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, id)))
	})
}

// logAccess writes one line per request. It logs the route and never the address: queries hold what people search
// for, and paths hold session ids, which some companies derive from users.
func (s *Server) logAccess(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() {
			status := ww.Status()
			if status == 0 {
				status = http.StatusOK
			}
			route, took := chi.RouteContext(r.Context()).RoutePattern(), time.Since(start)
			s.metrics.answered(knownMethod(r.Method), route, status, took)
			s.log.InfoContext(r.Context(), "request", "request", requestID(r.Context()), "method", knownMethod(r.Method),
				"route", route, "status", status, "bytes", ww.BytesWritten(), "duration", took)
		}()
		next.ServeHTTP(ww, r)
	})
}

func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPatch, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// recoverPanics answers 500 for a bug of ours. A stream that cannot go on aborts with http.ErrAbortHandler, which
// must pass, so that the client sees a broken connection and not a short answer.
func (s *Server) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(v)
			}
			s.log.ErrorContext(r.Context(), "panic", "request", requestID(r.Context()), "value", fmt.Sprint(v), "stack", string(debug.Stack()))
			s.fail(w, r, errPanic)
		}()
		next.ServeHTTP(w, r)
	})
}

// policy lets the viewer load itself and nothing from another host. The player shows recordings in a sandboxed frame
// without scripts that the viewer fills (about:blank inherits this policy): it needs inline styles of recorded pages,
// and recorded images as data: or blob:. Recorded scripts cannot run: script-src has no 'unsafe-inline', the frame's
// sandbox has no allow-scripts.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
	"font-src 'self' data:; media-src 'self' data: blob:; connect-src 'self'; frame-src 'self' blob:; child-src 'self' blob:; " +
	"worker-src 'self' blob:; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// dataPolicy is for everything that is not the viewer: JSON is never a page.
const dataPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox"

func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", dataPolicy)
		h.Set("Cache-Control", "no-store") // unless a handler knows better
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		next.ServeHTTP(w, r)
	})
}

// checkHost refuses names that are not ours: a page of another site whose name was pointed at 127.0.0.1 would
// otherwise be of the same origin as the server and could read everything (DNS rebinding).
func (s *Server) checkHost(next http.Handler) http.Handler {
	allowed := map[string]bool{"localhost": true}
	for _, h := range s.opts.Hosts {
		allowed[strings.ToLower(h)] = true
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		host = strings.ToLower(strings.Trim(host, "[]"))
		addr, err := netip.ParseAddr(host)
		if (err != nil || !addr.IsLoopback()) && !allowed[host] {
			s.fail(w, r, errBadHost)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// checkOrigin refuses changes that a page of another origin asks for. Cookies are not sent along with those, but a
// server on loopback without access control is reached by every page in the same browser.
func (s *Server) checkOrigin(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := guard.Check(r); err != nil {
			s.fail(w, r, fmt.Errorf("%w: %w", errCrossSite, err))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// gzipLevel 3 of this encoder compresses JSON about as well as level 6 of the standard library in a third of its time.
const gzipLevel = 3

func compress() func(http.Handler) http.Handler {
	c := middleware.NewCompressor(gzipLevel, "application/json", problemType, "text/html", "text/css", "text/javascript",
		"application/javascript", "image/svg+xml", "application/manifest+json", "text/plain")
	c.SetEncoder("gzip", func(w io.Writer, level int) io.Writer { return newGzip(w, level) })
	return c.Handler
}

func newGzip(w io.Writer, level int) *gzip.Writer {
	z, err := gzip.NewWriterLevel(w, level)
	if err != nil {
		panic("BUG: gzip level: " + err.Error())
	}
	return z
}

// methods are those that a route of ours may answer; HEAD comes with GET.
var methods = [...]string{http.MethodGet, http.MethodPatch, http.MethodPut, http.MethodPost, http.MethodDelete}

// methodNotAllowed answers with the methods that the address does answer.
func (s *Server) methodNotAllowed(routes chi.Routes) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.RawPath
		if path == "" {
			path = r.URL.Path
		}
		for _, m := range methods {
			if !routes.Match(chi.NewRouteContext(), m, path) {
				continue
			}
			w.Header().Add("Allow", m)
			if m == http.MethodGet {
				w.Header().Add("Allow", http.MethodHead)
			}
		}
		s.fail(w, r, errMethod)
	}
}
