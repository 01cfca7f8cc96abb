package api

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/httprate"

	"github.com/rankle/rankle/api/access"
)

// sessionCookie holds the id of a session. The prefix makes browsers refuse it from anything but this very host over a
// secure connection (RFC 6265bis, section 4.1.3.2), so that no neighbour can plant one.
const sessionCookie = "__Host-rankle"

// stateCookie ties a sign-in at the identity provider to the browser that began it. It is sent along when the provider
// sends the browser back, which a strict one would not be.
const stateCookie = "__Host-rankle-state"

type personKey struct{}

// personOf is who asks; ok is false where everybody may come in.
func personOf(ctx context.Context) (access.Person, bool) {
	p, ok := ctx.Value(personKey{}).(access.Person)
	return p, ok
}

// whoOf is the name that the trail of changes gets; "" where everybody may come in.
func whoOf(ctx context.Context) string {
	p, _ := personOf(ctx)
	return p.Name
}

// accessPath is where people sign in and out, startPath where they leave for the identity provider.
const (
	accessPath = "/api/v1/access"
	startPath  = "/signin/start"
)

// isPublic tells addresses that hold nothing of the data: the viewer's own files, the state of the process, and the
// way in. Everything else needs a person, whatever is added later.
func isPublic(path string) bool {
	switch path {
	case accessPath, accessPath + "/session":
		return true
	}
	return !strings.HasPrefix(path, "/api/") && path != metricsPath
}

// authenticate finds out who asks, by a token in the Authorization header or by a session's cookie.
func (s *Server) authenticate(next http.Handler) http.Handler {
	if s.opts.Access == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, ok := s.person(r)
		if ok {
			r = r.WithContext(context.WithValue(r.Context(), personKey{}, who))
		} else if !isPublic(r.URL.Path) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="rankle"`)
			s.fail(w, r, errSignIn)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) person(r *http.Request) (access.Person, bool) {
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return s.opts.Access.Token(strings.TrimSpace(token))
	}
	if c, err := r.Cookie(sessionCookie); err == nil {
		return s.opts.Access.Session(c.Value)
	}
	return access.Person{}, false
}

// need is the metadata of an operation that names the least role; without it reading needs a viewer and everything
// else a reviewer.
const need = "need"

// authorize compares the role of who asks with what the operation needs.
func (s *Server) authorize(ctx huma.Context, next func(huma.Context)) {
	who, known := personOf(ctx.Context())
	op := ctx.Operation()
	if s.opts.Access == nil || !known && isPublic(op.Path) || known && (isPublic(op.Path) || who.Role.May(roleFor(op))) {
		next(ctx)
		return
	}
	p := s.explain(ctx.Context(), errForbidden)
	ctx.SetHeader("Content-Type", problemType)
	ctx.SetStatus(p.Status)
	// The client is gone if this fails.
	_ = marshal(ctx.BodyWriter(), p)
}

func roleFor(op *huma.Operation) access.Role {
	if role, ok := op.Metadata[need].(access.Role); ok {
		return role
	}
	if op.Method == http.MethodGet {
		return access.Viewer
	}
	return access.Reviewer
}

const (
	// limitWindow and limitRequests let a person ask 100 times a second for ten seconds: a page of the viewer asks
	// about ten times, and a program that wants everything has exports.
	limitWindow   = 10 * time.Second
	limitRequests = 1000
	// limitSignIns per minute and address. Tokens cannot be guessed; this keeps the log readable, and nobody from filling
	// the places of those who are on their way to the identity provider. Behind a proxy everybody shares one address.
	limitSignIns = 60
)

// limit bounds how often somebody may ask. Where everybody may come in, the server listens on this machine only.
func (s *Server) limit(next http.Handler) http.Handler {
	if s.opts.Access == nil {
		return next
	}
	refuse := httprate.WithLimitHandler(func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, errTooMany) })
	all := httprate.LimitBy(limitRequests, limitWindow, func(r *http.Request) (string, error) {
		if p, ok := personOf(r.Context()); ok {
			return "person " + p.Name, nil
		}
		return addressOf(r)
	}, refuse)(next)
	signIns := httprate.LimitBy(limitSignIns, time.Minute, addressOf, refuse)(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == accessPath+"/session" || r.URL.Path == startPath {
			signIns.ServeHTTP(w, r)
			return
		}
		all.ServeHTTP(w, r)
	})
}

// addressOf is the machine that asks; behind a proxy it is the proxy: what it says of others could be anybody's claim.
func addressOf(r *http.Request) (string, error) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return "", fmt.Errorf("remote address: %w", err)
	}
	return httprate.CanonicalizeIP(host), nil
}

// AccessState says whether and as whom the client is signed in.
type AccessState struct {
	Required bool   `json:"required" doc:"Whether anybody must sign in at all"`
	Name     string `json:"name" doc:"Who is signed in; empty for nobody"`
	Role     string `json:"role" enum:"viewer,reviewer,admin,none" doc:"What the client may do; each role may do what the one before may"`
	Provider bool   `json:"provider" doc:"Whether people can sign in at an identity provider, at /signin/start"`
}

func (s *Server) accessState(ctx context.Context, _ *struct{}) (*struct{ Body AccessState }, error) {
	if s.opts.Access == nil {
		return &struct{ Body AccessState }{AccessState{Role: string(access.Admin)}}, nil
	}
	state := AccessState{Required: true, Role: none, Provider: s.opts.Access.HasProvider()}
	if p, ok := personOf(ctx); ok {
		state.Name, state.Role = p.Name, string(p.Role)
	}
	return &struct{ Body AccessState }{state}, nil
}

type signInInput struct {
	Body struct {
		Token string `json:"token" minLength:"1" maxLength:"200" doc:"An access token"`
	}
}

type signedIn struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      AccessState
}

func (s *Server) signIn(ctx context.Context, in *signInInput) (*signedIn, error) {
	if s.opts.Access == nil {
		return nil, errNoAccess
	}
	id, who, ok := s.opts.Access.SignIn(strings.TrimSpace(in.Body.Token))
	if !ok {
		s.log.WarnContext(ctx, "sign-in refused", "request", requestID(ctx))
		return nil, errBadToken
	}
	s.log.InfoContext(ctx, "signed in", "request", requestID(ctx), "name", who.Name, "role", who.Role)
	return &signedIn{cookie(sessionCookie, id, access.SessionTime, http.SameSiteStrictMode),
		AccessState{Required: true, Name: who.Name, Role: string(who.Role), Provider: s.opts.Access.HasProvider()}}, nil
}

func (s *Server) signOut(_ context.Context, in *struct {
	Session string `cookie:"__Host-rankle"`
}) (*signedIn, error) {
	if s.opts.Access == nil {
		return nil, errNoAccess
	}
	s.opts.Access.SignOut(in.Session)
	return &signedIn{cookie(sessionCookie, "", -time.Second, http.SameSiteStrictMode),
		AccessState{Required: true, Role: none, Provider: s.opts.Access.HasProvider()}}, nil
}

func cookie(name, value string, age time.Duration, same http.SameSite) http.Cookie {
	return http.Cookie{Name: name, Value: value, Path: "/", MaxAge: int(age / time.Second), Secure: true, HttpOnly: true, SameSite: same}
}

// accessRoutes registers the way in.
func (s *Server) accessRoutes(api huma.API, router chi.Router) {
	add(s, api, get("access", accessPath, "Whether and as whom the client is signed in"), s.accessState)
	in := get("sign_in", accessPath+"/session", "Sign in a browser with an access token; programs send it as Authorization: Bearer")
	in.Method = http.MethodPost
	add(s, api, in, s.signIn)
	out := get("sign_out", accessPath+"/session", "Sign out")
	out.Method = http.MethodDelete
	add(s, api, out, s.signOut)
	router.Get(startPath, s.leave)
	router.Get(access.CallbackPath, s.arrive)
}

// leave sends a browser to the identity provider.
func (s *Server) leave(w http.ResponseWriter, r *http.Request) {
	if s.opts.Access == nil {
		s.fail(w, r, errNoAccess)
		return
	}
	address, state, err := s.opts.Access.Begin(r.Context(), ownPath(r.URL.Query().Get("to")))
	if err != nil {
		s.turnAway(w, r, err)
		return
	}
	c := cookie(stateCookie, state, access.DepartureTime, http.SameSiteLaxMode)
	http.SetCookie(w, &c)
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// arrive lets in a browser that the identity provider sent back.
func (s *Server) arrive(w http.ResponseWriter, r *http.Request) {
	if s.opts.Access == nil {
		s.fail(w, r, errNoAccess)
		return
	}
	kept := ""
	if c, err := r.Cookie(stateCookie); err == nil {
		kept = c.Value
	}
	q := r.URL.Query()
	id, who, to, err := s.opts.Access.Finish(r.Context(), kept, q.Get("state"), q.Get("code"))
	if err != nil {
		s.turnAway(w, r, err)
		return
	}
	s.log.InfoContext(r.Context(), "signed in", "request", requestID(r.Context()), "name", who.Name, "role", who.Role)
	gone, in := cookie(stateCookie, "", -time.Second, http.SameSiteLaxMode), cookie(sessionCookie, id, access.SessionTime, http.SameSiteStrictMode)
	http.SetCookie(w, &gone)
	http.SetCookie(w, &in)
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// turnAway sends a browser back to the viewer's own page, which says why in words.
func (s *Server) turnAway(w http.ResponseWriter, r *http.Request, err error) {
	s.log.WarnContext(r.Context(), "sign-in refused", "request", requestID(r.Context()), "err", err)
	why := "provider"
	switch {
	case errors.Is(err, access.ErrExpired):
		why = "expired"
	case errors.Is(err, access.ErrNoRole):
		why = "role"
	}
	http.Redirect(w, r, "/signin?why="+why, http.StatusSeeOther)
}

// ownPath keeps a wish within this server: a full address would make us a signpost for swindlers.
func ownPath(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.ContainsAny(to, "\\\r\n") {
		return "/"
	}
	return u.RequestURI()
}

// Errors of the way in.
var (
	errSignIn    = errors.New("sign in first: send an access token as Authorization: Bearer, or open the viewer")
	errForbidden = errors.New("your role does not allow this: ask whoever keeps the access file")
	errBadToken  = errors.New("this token is not known here; it may have been withdrawn")
	errNoAccess  = errors.New("nobody needs to sign in here: this server answers on its own machine only")
	errTooMany   = errors.New("too many requests: wait a little and try again")
)
