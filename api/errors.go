package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/rankle/rankle/api/search"
	"github.com/rankle/rankle/ranker/pipeline"
	"github.com/rankle/rankle/ranker/review"
	"github.com/rankle/rankle/replay/clip"
	"github.com/rankle/rankle/replay/source"
)

// Problem is what every error answer holds (RFC 9457). Detail is one sentence for people; the cause is in the log.
type Problem struct {
	Type   string   `json:"type" doc:"Always about:blank: the status says it all"`
	Title  string   `json:"title"`
	Status int      `json:"status"`
	Detail string   `json:"detail"`
	Errors []string `json:"errors,omitempty" doc:"One sentence per wrong parameter or field"`
}

// problemType is the media type of a Problem.
const problemType = "application/problem+json"

// Error is for the log; GetStatus makes it an error that huma shows as it is.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is the media type in place of plain JSON.
func (p *Problem) ContentType(string) string { return problemType }

func problem(status int, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail}
}

// Errors with a meaning of their own; problemOf gives each its status.
var (
	errNoRoute    = errors.New("there is nothing at this address")
	errNotReady   = errors.New("no report is loaded yet: run `rankle analyze` first, or wait until the running analysis has finished")
	errPreparing  = errors.New("the server has just started and is still opening what lies behind the report: its sessions, clips and screens will be there in a moment")
	errNoIssue    = errors.New("no such issue in the loaded report; it may have had no episodes in the data window")
	errNoScreen   = errors.New("no such screen among those that most sessions of the loaded run reached")
	errNoClip     = errors.New("the issue has no clip with this index")
	errNoSession  = errors.New("the loaded run did not read a session with this id")
	errNoVideo    = errors.New("the recording of this session is no longer in its store: it was deleted or has expired")
	errRewritten  = errors.New("the recording of this session was rewritten since it was read: run `rankle analyze` again")
	errNoSource   = errors.New("this session was read from a source that the server is not configured for: start it with that source to play the recording")
	errArchived   = errors.New("the recording of this session is archived: restore it in its store to play it")
	errStore      = errors.New("the store of this recording did not answer or denied access: check its address and credentials")
	errNoPicture  = errors.New("the recording holds no full snapshot here: nothing can be shown")
	errNoMoment   = errors.New("nothing was recorded in this window of the session at that time")
	errNoStore    = errors.New("recordings cannot be played: the server has no access to their store")
	errNoSearch   = errors.New("sessions cannot be searched: the server could not make their index, and its log says why; it tries again when it is started again")
	errNoAudit    = errors.New("nothing can be audited: the server does not know what the report rests on")
	errNoCurve    = errors.New("there is no retention curve of this issue: only the first issues of the list have one")
	errNoWhatIf   = errors.New("what-if questions cannot be answered: run `rankle analyze` again, which keeps what they need")
	errNoEpisode  = errors.New("the loaded run has no such episode; it may have been found under other settings")
	errNoReviews  = errors.New("reviews cannot be changed: the server was started without a review store")
	errCursor     = errors.New("the cursor is not one of ours, or belongs to an earlier report: start again without it")
	errRange      = errors.New("from_ms and to_ms go together, are epoch milliseconds, and from_ms comes before to_ms")
	errPanic      = errors.New("a bug in the server")
	errBadHost    = errors.New("the server does not answer under this host name; use localhost or 127.0.0.1")
	errCrossSite  = errors.New("a change was asked for by another site and is refused")
	errFull       = errors.New("the decision was not stored: the server cannot write its data directory, mostly because the disk is full; make room and repeat it")
	errMethod     = errors.New("this address does not answer this method")
	errBodyTooBig = errors.New("the request body is too large")
)

// indexingError says how far the index of the sessions has come.
type indexingError struct{ done, all int }

func (e *indexingError) Error() string {
	percent := 100 * e.done / max(e.all, 1)
	return fmt.Sprintf("sessions cannot be searched yet: their index is made once after an analysis, and holds %d %% of them; everything else is there meanwhile", min(percent, 99))
}

// problemOf is the one place that gives an error its status and its sentence for people.
func problemOf(err error) *Problem {
	var known *Problem
	var query *search.QueryError
	var huge *http.MaxBytesError
	var indexing *indexingError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &query):
		return problem(http.StatusBadRequest, query.Reason)
	case errors.As(err, &huge):
		return problem(http.StatusRequestEntityTooLarge, errBodyTooBig.Error())
	case errors.As(err, &indexing):
		return problem(http.StatusServiceUnavailable, indexing.Error())
	case errors.Is(err, review.ErrConflict):
		return problem(http.StatusConflict, "somebody else changed this review in the meantime: read it again and repeat the change on its present rev")
	case errors.Is(err, review.ErrInvalid):
		return problem(http.StatusBadRequest, sentence(err))
	case errors.Is(err, review.ErrStorage):
		return problem(http.StatusServiceUnavailable, errFull.Error())
	case errors.Is(err, pipeline.ErrQuestion):
		return whatIfProblem(err)
	case errors.Is(err, pipeline.ErrNoBasis):
		return problem(http.StatusServiceUnavailable, errNoWhatIf.Error())
	case errors.Is(err, context.DeadlineExceeded):
		return problem(http.StatusGatewayTimeout, "it took too long; try a smaller range, or again later")
	case errors.Is(err, fs.ErrNotExist):
		return problem(http.StatusNotFound, errNoRoute.Error())
	}
	for _, k := range statuses {
		if errors.Is(err, k.err) {
			return problem(k.status, k.err.Error())
		}
	}
	return problem(http.StatusInternalServerError, "something went wrong on the server; its log has the cause under this request's id")
}

var statuses = [...]struct {
	err    error
	status int
}{
	{errNoRoute, http.StatusNotFound}, {errNoIssue, http.StatusNotFound}, {errNoClip, http.StatusNotFound}, {errNoScreen, http.StatusNotFound},
	{errNoSession, http.StatusNotFound}, {errNoPicture, http.StatusNotFound}, {errNoMoment, http.StatusNotFound},
	{errArchived, http.StatusConflict}, {errStore, http.StatusBadGateway}, {errRewritten, http.StatusConflict}, {errNoSource, http.StatusServiceUnavailable}, {errNoVideo, http.StatusGone}, {errNoStore, http.StatusServiceUnavailable},
	{errNoSearch, http.StatusServiceUnavailable}, {errNoAudit, http.StatusServiceUnavailable}, {errNoWhatIf, http.StatusServiceUnavailable}, {errNoCurve, http.StatusNotFound}, {errNoEpisode, http.StatusNotFound}, {errNoReviews, http.StatusServiceUnavailable},
	{errNotReady, http.StatusServiceUnavailable}, {errPreparing, http.StatusServiceUnavailable}, {errCursor, http.StatusBadRequest}, {errRange, http.StatusBadRequest},
	{errBadHost, http.StatusMisdirectedRequest}, {errCrossSite, http.StatusForbidden}, {errMethod, http.StatusMethodNotAllowed},
	{errBodyTooBig, http.StatusRequestEntityTooLarge},
	{errSignIn, http.StatusUnauthorized}, {errBadToken, http.StatusUnauthorized}, {errForbidden, http.StatusForbidden},
	{errNoAccess, http.StatusNotFound}, {errTooMany, http.StatusTooManyRequests},
}

// recordingErrors are the reasons why a recording cannot be played, as the packages below name them, with ours.
var recordingErrors = [...]struct{ theirs, ours error }{
	{pipeline.ErrNoSource, errNoSource}, {source.ErrChanged, errRewritten}, {clip.ErrNoPicture, errNoPicture},
	{clip.ErrOutside, errNoMoment}, {source.ErrArchived, errArchived}, {source.ErrAccess, errStore}, {source.ErrNoBucket, errStore},
	{source.ErrUnreachable, errStore}, {source.ErrNotFound, errNoVideo}, {fs.ErrNotExist, errNoVideo},
}

// recordingError gives an error of Recordings its meaning. The text of the cause stays, for the log.
func recordingError(err error) error {
	for _, e := range recordingErrors {
		if errors.Is(err, e.theirs) {
			return fmt.Errorf("%w: %s", e.ours, err)
		}
	}
	return err
}

// whatIfProblem names everything that is wrong with a question, one sentence each.
func whatIfProblem(err error) *Problem {
	text := strings.TrimPrefix(err.Error(), pipeline.ErrQuestion.Error()+": ")
	p := problem(http.StatusBadRequest, "the question cannot be answered: "+strings.ReplaceAll(text, "\n", "; "))
	p.Errors = strings.Split(text, "\n")
	return p
}

// sentence is the text of an error after the last package prefix.
func sentence(err error) string {
	text := err.Error()
	if i := strings.Index(text, review.ErrInvalid.Error()); i >= 0 {
		return text[i:]
	}
	return text
}

// askAgain is how many seconds a client is to wait before it asks again for what will be there soon.
const askAgain = "2"

// passes reports whether waiting is all that is needed.
func passes(err error) bool {
	var indexing *indexingError
	return errors.Is(err, errNotReady) || errors.Is(err, errPreparing) || errors.As(err, &indexing)
}

// fail writes err as a problem and logs what the client does not see.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := s.explain(r.Context(), err)
	body, merr := json.Marshal(p)
	if merr != nil {
		panic("BUG: marshal problem: " + merr.Error())
	}
	h := w.Header()
	h.Set("Content-Type", problemType)
	h.Set("Cache-Control", "no-store")
	h.Del("ETag")
	if passes(err) {
		h.Set("Retry-After", askAgain)
	}
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client is gone if this fails
	}
}

// explain maps err and logs the cause of what is our fault.
func (s *Server) explain(ctx context.Context, err error) *Problem {
	p := problemOf(err)
	if p.Status >= http.StatusInternalServerError && !passes(err) {
		s.log.ErrorContext(ctx, "request failed", "request", requestID(ctx), "status", p.Status, "err", err)
	}
	return p
}

// unreadableBody is how huma says that a request ended before its body did.
const unreadableBody = "cannot read request body"

// ours turns the errors that huma makes itself (wrong parameters, unreadable bodies) into Problems. It never echoes
// values that a client sent.
func ours(_ huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	if m.Detail == unreadableBody {
		m.Status = http.StatusBadRequest // the sender broke off, which is no fault of the server
	}
	p := problem(statusOf(m.Status), m.Detail)
	for _, d := range m.Errors {
		if d == nil {
			continue
		}
		text := d.Message
		if d.Location != "" {
			text = d.Location + ": " + text
		}
		p.Errors = append(p.Errors, text)
	}
	slices.Sort(p.Errors)
	p.Detail = strings.Join(append([]string{p.Detail}, p.Errors...), "; ")
	return p, nil
}

// statusOf merges 422 into 400: for a client both mean that the request must change.
func statusOf(status int) int {
	if status == http.StatusUnprocessableEntity {
		return http.StatusBadRequest
	}
	return status
}
