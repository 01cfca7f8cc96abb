// Package access says who may use a server and what they may do there: access tokens for programs and people, sign-in
// at a company's identity provider (OpenID Connect), and the sessions that browsers get for either.
//
// Open reads the access file; it holds fingerprints of tokens, never tokens. A Guard answers who a token or a session
// belongs to. It is safe for concurrent use, and does not reach out to anybody until somebody signs in.
package access

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"
)

// Role is what a person may do. Each role may do what the roles before it may.
type Role string

// Viewer reads everything; Reviewer also decides (reviews, verdicts, marks); Admin also sees who decided what.
const (
	Viewer   Role = "viewer"
	Reviewer Role = "reviewer"
	Admin    Role = "admin"
)

// roles in the order of what they may do.
var roles = []Role{Viewer, Reviewer, Admin}

// May reports whether r includes need.
func (r Role) May(need Role) bool { return slices.Index(roles, r) >= slices.Index(roles, need) }

// Person is somebody who was let in, or a program.
type Person struct {
	Name string
	Role Role
}

// Settings is the access file.
type Settings struct {
	Tokens []Token `yaml:"tokens"`
	OIDC   *OIDC   `yaml:"oidc"`
}

// Token lets in whoever knows the secret that SHA256 is the fingerprint of.
type Token struct {
	Name   string `yaml:"name"`
	Role   Role   `yaml:"role"`
	SHA256 string `yaml:"sha256"` // 64 hexadecimal digits
}

// secretLead marks our tokens, so that scanners for leaked secrets can know them.
const secretLead = "rkl_"

// NewToken makes a token and its entry in the access file. The secret holds at least 128 random bits, so that one round
// of SHA-256 hides it: there is no dictionary to try.
func NewToken(name string, role Role) (secret string, entry Token) {
	secret = secretLead + rand.Text()
	sum := sha256.Sum256([]byte(secret))
	return secret, Token{Name: name, Role: role, SHA256: hex.EncodeToString(sum[:])}
}

// SessionTime is how long a browser stays signed in: a working day, so that people sign in once a day and a forgotten
// machine is not open the day after.
const SessionTime = 12 * time.Hour

// maxSessions bounds memory against somebody with a token who signs in for ever; the oldest session goes first.
const maxSessions = 10_000

// Guard knows who may come in.
type Guard struct {
	path   string
	now    func() time.Time
	getenv func(string) (string, bool)

	mu       sync.Mutex
	stamp    time.Time // of the access file
	tokens   map[fingerprint]Person
	provider *provider // nil: no identity provider
	sessions map[fingerprint]session
	leaving  map[fingerprint]departure
}

// fingerprint stands for a secret: what is kept in memory is of no use to who reads it.
type fingerprint [sha256.Size]byte

func of(secret string) fingerprint { return sha256.Sum256([]byte(secret)) }

// session is a browser that was let in. token is the fingerprint of the token that opened it, zero for a person of the
// identity provider.
type session struct {
	person Person
	token  fingerprint
	until  time.Time
}

func (s *session) ofProvider() bool { return s.token == fingerprint{} }

// Open reads the access file. getenv looks up the variables that it names.
func Open(path string, now func() time.Time, getenv func(string) (string, bool)) (*Guard, error) {
	g := &Guard{path: path, now: now, getenv: getenv, sessions: map[fingerprint]session{}, leaving: map[fingerprint]departure{}}
	if err := g.load(); err != nil {
		return nil, err
	}
	return g, nil
}

// Refresh reads the access file again if it changed: a token that was taken out ends its sessions at once, and other
// settings of the identity provider end those of its people. A file that cannot be read leaves everything as it was.
func (g *Guard) Refresh() error {
	info, err := os.Stat(g.path)
	if err != nil {
		return fmt.Errorf("access file: %w", err)
	}
	g.mu.Lock()
	same := info.ModTime().Equal(g.stamp)
	g.mu.Unlock()
	if same {
		return nil
	}
	return g.load()
}

func (g *Guard) load() error {
	info, err := os.Stat(g.path)
	if err != nil {
		return fmt.Errorf("access file: %w", err)
	}
	data, err := os.ReadFile(g.path)
	if err != nil {
		return fmt.Errorf("access file: %w", err)
	}
	var s Settings
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&s); err != nil {
		return fmt.Errorf("access file %s: %s", g.path, yaml.FormatError(err, false, false)) // never the line: it may hold a secret
	}
	tokens, err := s.check()
	if err != nil {
		return fmt.Errorf("access file %s: %w", g.path, err)
	}
	var p *provider
	if s.OIDC != nil {
		secret, err := s.OIDC.secret(g.getenv)
		if err != nil {
			return fmt.Errorf("access file %s: %w", g.path, err)
		}
		p = &provider{settings: *s.OIDC, secret: secret}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	same := p != nil && g.provider != nil && reflect.DeepEqual(p.settings, g.provider.settings) && p.secret == g.provider.secret
	if same {
		p = g.provider
	}
	g.stamp, g.tokens, g.provider = info.ModTime(), tokens, p
	for id, s := range g.sessions {
		if _, known := tokens[s.token]; !known && !(s.ofProvider() && same) {
			delete(g.sessions, id)
		}
	}
	return nil
}

// check reports all wrong settings at once.
func (s *Settings) check() (map[fingerprint]Person, error) {
	var bad []error
	tokens := map[fingerprint]Person{}
	for i, t := range s.Tokens {
		name := fmt.Sprintf("tokens[%d]", i)
		var key fingerprint
		sum, err := hex.DecodeString(t.SHA256)
		switch {
		case strings.TrimSpace(t.Name) == "":
			bad = append(bad, fmt.Errorf("%s: a name is missing", name))
		case !slices.Contains(roles, t.Role):
			bad = append(bad, fmt.Errorf("%s (%s): role %q is not one of viewer, reviewer, admin", name, t.Name, t.Role))
		case err != nil || len(sum) != len(key):
			bad = append(bad, fmt.Errorf("%s (%s): sha256 must be the 64 hexadecimal digits that \"rankle token\" prints", name, t.Name))
		default:
			copy(key[:], sum)
			if _, twice := tokens[key]; twice {
				bad = append(bad, fmt.Errorf("%s (%s): the same sha256 stands twice", name, t.Name))
			}
			tokens[key] = Person{t.Name, t.Role}
		}
	}
	if s.OIDC != nil {
		bad = append(bad, s.OIDC.check())
	}
	if len(s.Tokens) == 0 && s.OIDC == nil {
		bad = append(bad, errors.New("it lets nobody in: add tokens (\"rankle token\" makes one) or oidc"))
	}
	return tokens, errors.Join(bad...)
}

// Token tells whose token it is.
func (g *Guard) Token(secret string) (Person, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	p, ok := g.tokens[of(secret)]
	return p, ok
}

// SignIn opens a session for the owner of a token. The id is to be kept by the browser alone.
func (g *Guard) SignIn(secret string) (id string, p Person, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	token := of(secret)
	if p, ok = g.tokens[token]; !ok {
		return "", Person{}, false
	}
	return g.open(session{person: p, token: token}), p, true
}

// open begins a session. g.mu is held.
func (g *Guard) open(s session) string {
	now := g.now()
	s.until = now.Add(SessionTime)
	for id, old := range g.sessions {
		if !old.until.After(now) {
			delete(g.sessions, id)
		}
	}
	for len(g.sessions) >= maxSessions {
		var first fingerprint
		for id, old := range g.sessions {
			if f, any := g.sessions[first]; !any || old.until.Before(f.until) {
				first = id
			}
		}
		delete(g.sessions, first)
	}
	id := rand.Text()
	g.sessions[of(id)] = s
	return id
}

// Session tells whose session it is. For a token's it is what the token may do now, not what it could when it began.
func (g *Guard) Session(id string) (Person, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s, ok := g.sessions[of(id)]
	if !ok || !s.until.After(g.now()) {
		return Person{}, false
	}
	if s.ofProvider() {
		return s.person, true
	}
	p, ok := g.tokens[s.token]
	return p, ok
}

// SignOut ends a session.
func (g *Guard) SignOut(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.sessions, of(id))
}

// secureURL refuses addresses over which secrets would travel in the clear; this machine's own are fine.
func secureURL(what, text string) error {
	u, err := url.Parse(text)
	local := err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && !(u.Scheme == "http" && local) {
		return fmt.Errorf("oidc: %s %q must be an https:// address", what, cmp.Or(text, "(empty)"))
	}
	return nil
}
