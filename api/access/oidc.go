package access

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// OIDC is a company's identity provider (OpenID Connect, authorization code with PKCE).
type OIDC struct {
	Issuer   string `yaml:"issuer"`    // as its discovery document names itself
	ClientID string `yaml:"client_id"` // of Rankle there
	// The client's secret, from an environment variable or a file; neither for a public client.
	ClientSecretEnv  string `yaml:"client_secret_env"`
	ClientSecretFile string `yaml:"client_secret_file"`
	// URL is where people reach this server; URL + CallbackPath is to be registered at the provider.
	URL    string   `yaml:"url"`
	Scopes []string `yaml:"scopes"` // beside openid, profile and email
	// Claim of the identity token that gives the role, e.g. "groups" or "email"; a text or a list of texts.
	Claim string `yaml:"claim"`
	// Roles lists, per role, the values of the claim that have it. "*" is everybody whom the provider knows. The highest
	// role that fits counts; who has none stays outside.
	Roles map[Role][]string `yaml:"roles"`
}

// CallbackPath is where the provider sends people back to.
const CallbackPath = "/signin/callback"

func (o *OIDC) check() error {
	bad := []error{secureURL("issuer", o.Issuer), secureURL("url", o.URL)}
	if o.ClientID == "" {
		bad = append(bad, errors.New("oidc: client_id is missing"))
	}
	if o.ClientSecretEnv != "" && o.ClientSecretFile != "" {
		bad = append(bad, errors.New("oidc: client_secret_env and client_secret_file exclude each other"))
	}
	if len(o.Roles) == 0 {
		bad = append(bad, errors.New("oidc: roles is missing, so nobody could come in"))
	}
	for role, values := range o.Roles {
		if !slices.Contains(roles, role) {
			bad = append(bad, fmt.Errorf("oidc: role %q is not one of viewer, reviewer, admin", role))
		}
		if o.Claim == "" && !slices.Equal(values, []string{"*"}) {
			bad = append(bad, fmt.Errorf("oidc: roles: %s names values, but claim does not say of what", role))
		}
	}
	return errors.Join(bad...)
}

func (o *OIDC) secret(getenv func(string) (string, bool)) (string, error) {
	switch {
	case o.ClientSecretEnv != "":
		v, ok := getenv(o.ClientSecretEnv)
		if !ok || v == "" {
			return "", fmt.Errorf("oidc: the environment variable %s is not set", o.ClientSecretEnv)
		}
		return v, nil
	case o.ClientSecretFile != "":
		b, err := os.ReadFile(o.ClientSecretFile)
		if err != nil {
			return "", fmt.Errorf("oidc: client secret: %w", err)
		}
		return strings.TrimSpace(string(b)), nil
	}
	return "", nil
}

// role finds the highest role that the claims give.
func (o *OIDC) role(claims map[string]any) (Role, bool) {
	var have []string
	switch v := claims[o.Claim].(type) {
	case string:
		have = []string{v}
	case []any:
		for _, one := range v {
			if s, ok := one.(string); ok {
				have = append(have, s)
			}
		}
	}
	// An address that its owner did not prove could be anybody's.
	if verified, ok := claims["email_verified"].(bool); o.Claim == "email" && (!ok || !verified) {
		have = nil
	}
	for _, role := range slices.Backward(roles) {
		for _, want := range o.Roles[role] {
			if want == "*" || slices.Contains(have, want) {
				return role, true
			}
		}
	}
	return "", false
}

// provider is the identity provider; what it publishes is fetched when the first person signs in.
type provider struct {
	settings OIDC
	secret   string

	mu     sync.Mutex
	config *oauth2.Config
	verify *oidc.IDTokenVerifier
}

// providerTimeout bounds every question to the provider: people wait for it.
const providerTimeout = 10 * time.Second

func (p *provider) ready(ctx context.Context) (*oauth2.Config, *oidc.IDTokenVerifier, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.config == nil {
		// The key set keeps this context; it must outlive the request that happens to be the first.
		found, err := oidc.NewProvider(clientContext(context.WithoutCancel(ctx)), p.settings.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrProvider, err)
		}
		p.config = &oauth2.Config{
			ClientID: p.settings.ClientID, ClientSecret: p.secret, Endpoint: found.Endpoint(),
			RedirectURL: strings.TrimSuffix(p.settings.URL, "/") + CallbackPath,
			Scopes:      append([]string{oidc.ScopeOpenID, "profile", "email"}, p.settings.Scopes...),
		}
		p.verify = found.Verifier(&oidc.Config{ClientID: p.settings.ClientID})
	}
	return p.config, p.verify, nil
}

func clientContext(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, &http.Client{Timeout: providerTimeout})
}

// Errors of a sign-in at the identity provider.
var (
	ErrNoProvider = errors.New("no identity provider is configured")
	ErrProvider   = errors.New("the identity provider did not answer as it should")
	ErrExpired    = errors.New("this sign-in is too old or was not begun here: begin again")
	ErrNoRole     = errors.New("you are known, but nobody gave you a role here: ask whoever keeps the access file")
)

const (
	// DepartureTime is how long somebody may take at the provider, a second factor included.
	DepartureTime = 10 * time.Minute
	// maxDepartures bounds memory against somebody who only ever begins.
	maxDepartures = 10_000
)

// departure is a browser that was sent to the provider.
type departure struct {
	verifier, nonce, to string
	until               time.Time
}

// HasProvider reports whether people can sign in at an identity provider.
func (g *Guard) HasProvider() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.provider != nil
}

// Begin starts a sign-in at the identity provider: it returns where to send the browser and the state that the browser
// must keep and bring back. to is where it wants to be afterwards.
func (g *Guard) Begin(ctx context.Context, to string) (address, state string, err error) {
	p := g.current()
	if p == nil {
		return "", "", ErrNoProvider
	}
	config, _, err := p.ready(ctx)
	if err != nil {
		return "", "", err
	}
	state = rand.Text()
	d := departure{verifier: oauth2.GenerateVerifier(), nonce: rand.Text(), to: to, until: g.now().Add(DepartureTime)}
	g.mu.Lock()
	defer g.mu.Unlock()
	for k, old := range g.leaving {
		if !old.until.After(g.now()) {
			delete(g.leaving, k)
		}
	}
	if len(g.leaving) >= maxDepartures {
		return "", "", fmt.Errorf("%w: too many people sign in at once, try again in a few minutes", ErrProvider)
	}
	g.leaving[of(state)] = d
	return config.AuthCodeURL(state, oidc.Nonce(d.nonce), oauth2.S256ChallengeOption(d.verifier)), state, nil
}

func (g *Guard) current() *provider {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.provider
}

// Finish ends a sign-in: kept is the state that the browser kept, state and code what the provider sent along. It
// returns the session's id and where the browser wanted to be.
func (g *Guard) Finish(ctx context.Context, kept, state, code string) (id string, who Person, to string, err error) {
	g.mu.Lock()
	p := g.provider
	d, known := g.leaving[of(state)]
	delete(g.leaving, of(state)) // a state is good once
	g.mu.Unlock()
	switch {
	case p == nil:
		return "", Person{}, "", ErrNoProvider
	case !known || of(kept) != of(state) || !d.until.After(g.now()):
		return "", Person{}, "", ErrExpired
	}
	who, err = p.exchange(ctx, code, d)
	if err != nil {
		return "", Person{}, "", err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.open(session{person: who}), who, d.to, nil
}

func (p *provider) exchange(ctx context.Context, code string, d departure) (Person, error) {
	config, verifier, err := p.ready(ctx)
	if err != nil {
		return Person{}, err
	}
	token, err := config.Exchange(clientContext(ctx), code, oauth2.VerifierOption(d.verifier))
	if err != nil {
		return Person{}, fmt.Errorf("%w: %w", ErrProvider, err)
	}
	raw, _ := token.Extra("id_token").(string)
	identity, err := verifier.Verify(clientContext(ctx), raw)
	if err != nil {
		return Person{}, fmt.Errorf("%w: %w", ErrProvider, err)
	}
	if identity.Nonce != d.nonce {
		return Person{}, fmt.Errorf("%w: the identity token is for another sign-in", ErrProvider)
	}
	var claims map[string]any
	if err := identity.Claims(&claims); err != nil {
		return Person{}, fmt.Errorf("%w: %w", ErrProvider, err)
	}
	role, ok := p.settings.role(claims)
	if !ok {
		return Person{}, ErrNoRole
	}
	return Person{Name: nameOf(claims, identity.Subject), Role: role}, nil
}

// maxName bounds a name in the review trail.
const maxName = 200

// nameOf is what the trail of changes calls a person.
func nameOf(claims map[string]any, subject string) string {
	for _, claim := range []string{"email", "preferred_username", "name"} {
		if s, ok := claims[claim].(string); ok && strings.TrimSpace(s) != "" && len(s) <= maxName {
			return s
		}
	}
	return subject
}
