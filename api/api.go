// Package api answers people and programs over HTTP: the ranked issues of one Report, the clips that prove them, the
// sessions behind them and what people decided about them.
//
// Call New, then Load whenever a run has finished, and serve Handler. The package computes no result: it shows a
// ranker.Report, reads single sessions and recordings through small interfaces, and keeps nothing but a pointer to
// the loaded Snapshot. Document, Markdown and WriteEpisodes are the same contracts for the command line.
//
// Every answer of /api/v1 is described by the OpenAPI document that is generated from the code (openapi.json beside
// this file is a copy for readers and clients). Errors are application/problem+json.
package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/rankle/rankle/api/access"
	"github.com/rankle/rankle/api/search"
	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/review"
	"github.com/rankle/rankle/replay"
)

// Recordings gives the playable events of a session. It is called from many goroutines at once.
type Recordings interface {
	// Events writes {"events":[...],"from_ms","to_ms","offset_ms","logged","log","log_left"}: masked rrweb
	// events of the session, from the last full snapshot at or before from up to to, both counted from the session's
	// start, and what console and network said between them. to == 0 means the whole session. window names one of the session's windows; AllWindows means the one that is shown at from. An error
	// that wraps fs.ErrNotExist means that the recording is no longer in its store. After an error nothing that was
	// written may be used.
	Events(ctx context.Context, w io.Writer, session string, from, to time.Duration, window int) error
}

// AllWindows is the window argument of Recordings.Events for a caller without a wish.
const AllWindows = -1

// Digests gives what is known of one session. It is called from many goroutines at once; what it returns is shared
// and never changed.
type Digests interface {
	// Get returns an error that wraps fs.ErrNotExist for a session that the run did not read.
	Get(ctx context.Context, session string) (*friction.Digest, error)
}

// Searcher finds sessions; *search.Index is one.
type Searcher interface {
	Search(ctx context.Context, q search.Query) (*search.Result, error)
}

// Reviews keeps what people decide; *review.Store is one.
type Reviews interface {
	Get(ctx context.Context, key string) (review.Review, error)
	All(ctx context.Context) (map[string]review.Review, error)
	Set(ctx context.Context, key string, c review.Change, rev int64) (review.Review, error)
	History(ctx context.Context, key string) ([]review.Entry, error)
	Decisions(ctx context.Context) (review.Decisions, error)
	Seq(ctx context.Context) (int64, error)
	Trail(ctx context.Context, before int64, limit int) ([]review.Deed, error)
	Verdicts(ctx context.Context) ([]review.Judged, error)
	SetVerdict(ctx context.Context, e review.Episode, v review.Verdict, by string) (review.Verdict, error)
	Marks(ctx context.Context) ([]review.Marked, error)
	SetMark(ctx context.Context, c review.Control, m review.Mark, by string) (review.Mark, error)
}

var (
	_ Searcher = (*search.Index)(nil)
	_ Reviews  = (*review.Store)(nil)
)

// Snapshot is one finished run as it is served. It must not change after Load.
type Snapshot struct {
	Report     *ranker.Report      // required
	Sessions   Digests             // required unless Preparing
	Recordings Recordings          // nil: clips cannot be played, and the answer says so
	Search     Searcher            // nil: sessions cannot be searched, and the answer says so
	Indexing   func() int          // how many sessions Search is going to find already, while it is nil because it is being made
	Screens    []cluster.ScreenMap // of the run; nil: none are known
	Demo       bool                // the data is the generated demo bucket
	Sources    []string            // directories and bucket URLs, without credentials
	// Preparing means that only the Report is at hand yet, and what lies behind it will be loaded soon: what is nil here is no
	// answer, and who asks for it is told to ask again.
	Preparing bool
	// Aliases are keys that issues had in earlier reports, with the key that they have now, so that links go on to work.
	Aliases map[string]string

	// Screen names a screen as the report does, e.g. "/product/:id". nil = the recorded path.
	Screen func(replay.Screen) string
	// Issue gives the key of the issue that an episode belongs to, "" for none. nil = unknown.
	Issue func(d *friction.Digest, episode int) string
	// Converted gives the goals that a session reached. nil = unknown.
	Converted func(d *friction.Digest) []string

	// UserName gives the name under which sessions are found for the id of a user. nil = the id itself.
	UserName func(id string) string

	// WhatIf answers what-if questions. nil: nothing can be asked, and the answer says so.
	WhatIf Asker
	// Audit draws samples to ask people about. nil: nothing can be audited, and the answer says so.
	Audit Auditor
	// Obeyed are the decisions of people that the Report obeys.
	Obeyed review.Decisions
}

func (s *Snapshot) screenAt(d *friction.Digest, i int32) string {
	if i < 0 || int(i) >= len(d.Screens) {
		return ""
	}
	if s.Screen == nil {
		return d.Screens[i].Path
	}
	return s.Screen(d.Screens[i])
}

func (s *Snapshot) issueOf(d *friction.Digest, episode int) string {
	if s.Issue == nil {
		return ""
	}
	return s.Issue(d, episode)
}

// Options configure a Server. The zero value serves the API without reviews and without a viewer on loopback names.
type Options struct {
	// Reviews keeps what people decide. nil: issues are all new and cannot be reviewed.
	Reviews Reviews
	// Web holds the built viewer with index.html at its root. nil: / says that there is none.
	Web fs.FS
	// Hosts are names, without port, under which the server may be asked beside localhost and loopback addresses.
	// Other names are refused, so that a page elsewhere cannot reach the server by a name that it controls.
	Hosts []string
	// Access knows who may come in. nil: everybody who reaches the server, which must then listen on loopback only.
	Access *access.Guard
	// Version of the program, for the OpenAPI document and as part of ETags. "" = "dev".
	Version string
	// Activity says what the program does beside answering; it is asked often. nil: nothing is known of that.
	Activity func() Activity
	// Log gets one line per request and what went wrong. nil: nothing is logged.
	Log *slog.Logger
	// RequestTimeout bounds requests other than streams of events; 0 = 30 s.
	RequestTimeout time.Duration
	// EventsTimeout bounds a stream of events, which may have to read a recording from a far bucket; 0 = 5 min.
	EventsTimeout time.Duration
}

const (
	defaultRequestTimeout = 30 * time.Second
	defaultEventsTimeout  = 5 * time.Minute
	// headerTimeout ends a connection that does not finish its request line and headers (slow-header attack).
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	// shutdownTimeout is what open requests get when the server stops.
	shutdownTimeout = 5 * time.Second
	// maxHeader bounds request line and headers; the longest query of ours is under 2 kB.
	maxHeader = 16 << 10
	// maxBody bounds a request body: the largest is a review note of 10,000 runes.
	maxBody = 64 << 10
)

// Server serves one Snapshot at a time. It is safe for concurrent use.
type Server struct {
	opts    Options
	log     *slog.Logger
	handler http.Handler
	doc     func() []byte // OpenAPI document
	metrics *metrics
	asking  chan struct{}
	view    atomic.Pointer[view]
	reviews atomic.Pointer[reviewed]
	listed  signal
	missed  signal
}

// New builds a server that is not ready until Load.
func New(opts Options) *Server {
	if opts.Version == "" {
		opts.Version = "dev"
	}
	if opts.RequestTimeout == 0 {
		opts.RequestTimeout = defaultRequestTimeout
	}
	if opts.EventsTimeout == 0 {
		opts.EventsTimeout = defaultEventsTimeout
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{opts: opts, log: opts.Log.With("component", "api"), asking: make(chan struct{}, maxAsking), listed: newSignal(), missed: newSignal()}
	s.metrics = newMetrics(s)
	router := chi.NewRouter()
	router.Use(s.identify, s.logAccess, s.recoverPanics, secure, s.checkHost, s.checkOrigin, s.authenticate, s.limit, limitBody, compress(), middleware.GetHead)
	router.NotFound(func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, errNoRoute) })
	router.MethodNotAllowed(s.methodNotAllowed(router))
	s.routes(router)
	s.serveWeb(router)
	s.handler = router
	return s
}

// Handler returns the server as a handler.
func (s *Server) Handler() http.Handler { return s.handler }

// OpenAPI returns the OpenAPI 3.1 document as indented JSON. The caller must not change it.
func (s *Server) OpenAPI() []byte { return s.doc() }

// Listed is closed when somebody has asked for a page of the list and a report was there.
func (s *Server) Listed() <-chan struct{} { return s.listed.given }

// Missed is closed when somebody has asked for what lies behind a report while its Snapshot was Preparing.
func (s *Server) Missed() <-chan struct{} { return s.missed.given }

// signal is given once and stays given. It is safe for concurrent use.
type signal struct {
	give  func()
	given <-chan struct{}
}

func newSignal() signal {
	given := make(chan struct{})
	return signal{give: sync.OnceFunc(func() { close(given) }), given: given}
}

// Load serves snap from now on. Requests under way finish with the snapshot that they began with, so what it holds
// may be closed only after Options.RequestTimeout.
func (s *Server) Load(snap *Snapshot) error {
	if snap == nil || snap.Report == nil || snap.Sessions == nil && !snap.Preparing {
		return errors.New("load report: a snapshot needs a report and sessions")
	}
	s.view.Store(newView(snap, s.opts.Version))
	return nil
}

// Serve answers on l until ctx ends, then lets open requests finish for a few seconds.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: s.opts.RequestTimeout, IdleTimeout: idleTimeout,
		WriteTimeout: s.opts.EventsTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	// The context of the caller is over; the farewell has its own.
	bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	err := srv.Shutdown(bye)
	if errors.Is(err, context.DeadlineExceeded) {
		err = srv.Close()
	}
	if served := <-done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
