package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"github.com/rankle/rankle/api/search"
	"github.com/rankle/rankle/cluster/friction"
)

type sessionsInput struct {
	Conditional
	Accepting
	SessionQuestion
}

// SessionQuestion asks for a page of sessions. It is exported for the reason that Conditional is, and comparable.
type SessionQuestion struct {
	Q       string    `query:"q" maxLength:"500" doc:"Words, \"phrases\", field:value, - to exclude, * at the end for beginnings"`
	Screen  string    `query:"screen" maxLength:"500"`
	Pattern string    `query:"pattern" maxLength:"100"`
	Device  string    `query:"device" maxLength:"100"`
	OS      string    `query:"os" maxLength:"100"`
	Browser string    `query:"browser" maxLength:"100"`
	Version string    `query:"version" maxLength:"100"`
	Channel string    `query:"channel" maxLength:"100"`
	User    string    `query:"user" maxLength:"500"`
	Issue   string    `query:"issue" maxLength:"500"`
	Goal    string    `query:"goal" maxLength:"200" doc:"Only sessions that reached this goal"`
	From    time.Time `query:"from" doc:"Sessions that started at or after"`
	To      time.Time `query:"to" doc:"Sessions that started before"`
	Limit   int       `query:"limit" default:"50" minimum:"1" maximum:"200"`
	Cursor  string    `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before"`
}

func (in *SessionQuestion) query() search.Query {
	q := search.Query{Text: in.Q, Terms: map[string][]string{}, From: in.From, To: in.To, Limit: in.Limit, After: in.Cursor}
	for field, value := range map[string]string{"screen": in.Screen, "pattern": in.Pattern, "device": in.Device, "os": in.OS,
		"browser": in.Browser, "version": in.Version, "channel": in.Channel, "user": in.User, "issue": in.Issue, "goal": in.Goal} {
		if value != "" {
			q.Terms[field] = []string{value}
		}
	}
	return q
}

func (s *Server) sessions(ctx context.Context, in *sessionsInput) (*ready, error) {
	v, err := s.whole()
	if err != nil {
		return nil, err
	}
	if err := v.searchable(); err != nil {
		return nil, err
	}
	tag := v.etag(0)
	if err := in.unchanged(tag); err != nil {
		return nil, err
	}
	body, err := v.found.answer(0, in.SessionQuestion, func() (any, error) { return v.search(ctx, in.query()) })
	if err != nil {
		return nil, err
	}
	return in.ready(tag, body)
}

// searchable is nil, or why sessions cannot be searched.
func (v *view) searchable() error {
	switch {
	case v.snap.Search != nil:
		return nil
	case v.snap.Indexing != nil:
		return &indexingError{done: v.snap.Indexing(), all: v.snap.Report.Sessions}
	}
	return errNoSearch
}

// search puts a page of the sessions that match q together.
func (v *view) search(ctx context.Context, q search.Query) (*SessionPage, error) {
	q.UserName = v.snap.UserName
	res, err := v.snap.Search.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	facet := func(name string) []FacetValue {
		return mapped(res.Facets[name], func(c search.Count) FacetValue { return FacetValue(c) })
	}
	page := &SessionPage{Total: res.Total, NextCursor: res.Next, Sessions: []SessionRow{}, Facets: Facets{
		Pattern: facet("pattern"), Device: facet("device"), OS: facet("os"), Version: facet("version"),
		Browser: facet("browser"), Channel: facet("channel"), Screen: facet("screen"), Goal: facet("goal"),
	}}
	for _, id := range res.Sessions {
		d, err := v.snap.Sessions.Get(ctx, id)
		if errors.Is(err, fs.ErrNotExist) {
			continue // the index is a cache and may be older than the ledger
		}
		if err != nil {
			return nil, fmt.Errorf("read session %s: %w", id, err)
		}
		page.Sessions = append(page.Sessions, sessionRowOf(v.snap, d))
	}
	return page, nil
}

type sessionInput struct {
	Conditional
	ID string `path:"id" maxLength:"500"`
}

func (s *Server) session(ctx context.Context, in *sessionInput) (*cached[Session], error) {
	v, err := s.whole()
	if err != nil {
		return nil, err
	}
	d, err := v.digest(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	tag := v.etag(0)
	if err := in.unchanged(tag); err != nil {
		return nil, err
	}
	return fresh(tag, sessionOf(v.snap, d)), nil
}

func (v *view) digest(ctx context.Context, id string) (*friction.Digest, error) {
	d, err := v.snap.Sessions.Get(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNoSession
	}
	if err != nil {
		return nil, fmt.Errorf("read session %s: %w", id, err)
	}
	return d, nil
}

type clipInput struct {
	Conditional
	Key   string `path:"key" maxLength:"500"`
	Index int    `path:"index" minimum:"0" maximum:"1000"`
}

// A clip begins before the moment, so that one sees what the person was about to do, and ends after it, so that one
// sees what they did next. Five seconds each is what the peers' players use and what a designer sits through.
const (
	clipLead = 5 * time.Second
	clipTail = 5 * time.Second
)

func (s *Server) clip(ctx context.Context, in *clipInput) (*cached[Clip], error) {
	v, err := s.whole()
	if err != nil {
		return nil, err
	}
	i, ok := v.find(in.Key)
	if !ok {
		return nil, errNoIssue
	}
	clips := v.snap.Report.Issues[i].Clips
	if in.Index >= len(clips) {
		return nil, errNoClip
	}
	c := clips[in.Index]
	d, err := v.digest(ctx, c.Session)
	if err != nil {
		return nil, err
	}
	tag := v.etag(0)
	if err := in.unchanged(tag); err != nil {
		return nil, err
	}
	from, to := max(c.Start-clipLead, 0), max(min(c.End+clipTail, d.Duration), c.End)
	visit := visitAt(d, c.Start)
	out := Clip{Index: in.Index, Session: c.Session, Window: int(visit.Window), StartMS: at(d.Start, c.Start), EndMS: at(d.Start, c.End),
		FromMS: at(d.Start, from), ToMS: at(d.Start, to), Pattern: string(c.Pattern), Caption: c.Caption, Contrast: c.Contrast,
		Screen: v.snap.screenAt(d, visit.Screen), Context: contextOf(d.Context), Viewport: viewportOf(d.Context), Signals: []Signal{}}
	for n, e := range d.Episodes {
		if e.Start <= to && e.End >= from {
			out.Signals = append(out.Signals, signalOf(v.snap, d, n))
		}
	}
	out.EventsURL = eventsURL(c.Session) + msQuery(out.FromMS, out.ToMS, out.Window)
	return fresh(tag, out), nil
}

// visitAt is the visit that is shown at an offset: the last one that began by then.
func visitAt(d *friction.Digest, offset time.Duration) friction.Visit {
	found := friction.Visit{Screen: -1}
	for _, v := range d.Visits {
		if v.At <= offset {
			found = v
		}
	}
	return found
}

type eventsInput struct {
	ID     string `path:"id" maxLength:"500"`
	FromMS int64  `query:"from_ms" minimum:"0" doc:"Epoch milliseconds; with to_ms. Without both: the whole session"`
	ToMS   int64  `query:"to_ms" minimum:"0"`
	Window int    `query:"window" default:"-1" minimum:"-1" maximum:"65535" doc:"Which window of the session; -1 = the one shown at from_ms"`
}

func (s *Server) events(ctx context.Context, in *eventsInput) (*huma.StreamResponse, error) {
	v, err := s.whole()
	if err != nil {
		return nil, err
	}
	if v.snap.Recordings == nil {
		return nil, errNoStore
	}
	d, err := v.digest(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	var from, to time.Duration
	if in.FromMS != 0 || in.ToMS != 0 {
		if in.ToMS <= in.FromMS {
			return nil, errRange
		}
		start := d.Start.UnixMilli()
		from, to = offsetOf(in.FromMS-start), offsetOf(in.ToMS-start)
		if to == 0 {
			return nil, errRange // wholly before the session: 0 would mean all of it
		}
	}
	return &huma.StreamResponse{Body: func(hctx huma.Context) {
		r, w := humachi.Unwrap(hctx)
		s.stream(hctx.Context(), w, r, func(ctx context.Context, out io.Writer) error {
			return v.events(ctx, out, in, d, from, to)
		})
	}}, nil
}

// events writes the piece of d that in asks for, between two offsets from its start.
func (v *view) events(ctx context.Context, out io.Writer, in *eventsInput, d *friction.Digest, from, to time.Duration) error {
	key := cutKey(in)
	if text := v.cuts.get(key, d); text != nil {
		_, err := out.Write(text)
		return err
	}
	rec := &recorder{w: out}
	err := v.snap.Recordings.Events(ctx, rec, in.ID, from, to, in.Window)
	if err == nil && !rec.over {
		v.cuts.put(key, d, bytes.Clone(rec.copy.Bytes()))
	}
	return err
}

// offsetOf converts milliseconds without overflow; no session lasts a century.
func offsetOf(ms int64) time.Duration {
	const century = int64(100 * 365 * 24 * time.Hour / time.Millisecond)
	return time.Duration(min(max(ms, 0), century)) * time.Millisecond
}

// stream writes what produce gives. An error before the first byte is a Problem; after it the connection is broken
// off, because a short answer with status 200 would pass for a whole one.
func (s *Server) stream(ctx context.Context, w http.ResponseWriter, r *http.Request, produce func(context.Context, io.Writer) error) {
	out := &lazyWriter{w: w}
	err := produce(ctx, out)
	if err == nil {
		out.start()
		return
	}
	if !out.started {
		s.fail(w, r, recordingError(err))
		return
	}
	s.log.ErrorContext(ctx, "stream of events broken off", "request", requestID(ctx), "err", err)
	panic(http.ErrAbortHandler)
}

// eventsLife is how long a browser may show a piece of a recording again without asking.
const eventsLife = 5 * time.Minute

// lazyWriter sends the headers of a good answer with its first byte.
type lazyWriter struct {
	w       http.ResponseWriter
	started bool
}

func (l *lazyWriter) start() {
	if l.started {
		return
	}
	l.started = true
	h := l.w.Header()
	h.Set("Content-Type", "application/json")
	// A recording is about a person: kept by this browser only, and only while the page is open.
	h.Set("Cache-Control", "private, max-age="+strconv.Itoa(int(eventsLife.Seconds())))
	l.w.WriteHeader(http.StatusOK)
}

func (l *lazyWriter) Write(p []byte) (int, error) {
	l.start()
	return l.w.Write(p)
}
