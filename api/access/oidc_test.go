package access_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc/oidctest"

	"github.com/rankle/rankle/api/access"
)

// identityProvider is a small OpenID Connect provider: discovery, keys and the exchange of codes, with PKCE checked.
type identityProvider struct {
	*httptest.Server
	key    *rsa.PrivateKey
	claims map[string]any // of the next identity token; iss, aud, nonce and times are added where missing
	asked  url.Values     // of the last sign-in
}

func newProvider(t *testing.T) *identityProvider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &identityProvider{key: key}
	keys := &oidctest.Server{PublicKeys: []oidctest.PublicKey{{PublicKey: key.Public(), KeyID: "k", Algorithm: "RS256"}}}
	mux := http.NewServeMux()
	mux.Handle("/", keys)
	mux.HandleFunc("/token", p.token)
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	keys.SetIssuer(p.URL)
	return p
}

func (p *identityProvider) token(w http.ResponseWriter, r *http.Request) {
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if r.FormValue("code") != "good" || base64.RawURLEncoding.EncodeToString(sum[:]) != p.asked.Get("code_challenge") {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	claims := map[string]any{"iss": p.URL, "aud": "rankle", "sub": "u-1", "nonce": p.asked.Get("nonce"), "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()}
	for k, v := range p.claims {
		claims[k] = v
	}
	raw, err := json.Marshal(claims)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"access_token":"a","token_type":"Bearer","id_token":%q}`, oidctest.SignIDToken(crypto.Signer(p.key), "k", "RS256", string(raw)))
}

func TestProvider(t *testing.T) {
	idp := newProvider(t)
	clock := &fakeClock{time.Now()}
	path := filepath.Join(t.TempDir(), "access.yaml")
	write(t, path, fmt.Sprintf(`oidc:
  issuer: %s
  client_id: rankle
  client_secret_env: SECRET
  url: https://rankle.example
  claim: groups
  roles: {viewer: [staff], reviewer: [cx, product], admin: [platform]}
`, idp.URL))
	g, err := access.Open(path, clock.now, func(string) (string, bool) { return "s", true })
	if err != nil {
		t.Fatal(err)
	}
	begin := func() string {
		t.Helper()
		address, state, err := g.Begin(t.Context(), "/issues/x")
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		idp.asked = u.Query()
		if got := idp.asked.Get("redirect_uri"); got != "https://rankle.example"+access.CallbackPath || idp.asked.Get("state") != state || idp.asked.Get("code_challenge_method") != "S256" {
			t.Fatalf("asked the provider %v", idp.asked)
		}
		return state
	}
	state := begin()
	idp.claims = map[string]any{"groups": []string{"staff", "product"}, "email": "pm@rankle.example"}
	id, who, to, err := g.Finish(t.Context(), state, state, "good")
	if err != nil || who != (access.Person{Name: "pm@rankle.example", Role: access.Reviewer}) || to != "/issues/x" {
		t.Fatalf("signed in as %v to %q: %v", who, to, err)
	}
	if p, ok := g.Session(id); !ok || p != who {
		t.Errorf("session of %v", p)
	}
	refuse := func(name string, want error, claims map[string]any, finish func(state string) error) {
		t.Helper()
		idp.claims = claims
		if err := finish(begin()); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	groups := map[string]any{"groups": []string{"staff"}}
	finish := func(state string) error {
		_, _, _, err := g.Finish(t.Context(), state, state, "good")
		return err
	}
	refuse("no role", access.ErrNoRole, map[string]any{"groups": "visitors"}, finish)
	refuse("another client's token", access.ErrProvider, map[string]any{"groups": "staff", "aud": "other"}, finish)
	refuse("an old token", access.ErrProvider, map[string]any{"groups": "staff", "exp": 1}, finish)
	refuse("another sign-in's token", access.ErrProvider, map[string]any{"groups": "staff", "nonce": "other"}, finish)
	refuse("another browser", access.ErrExpired, groups, func(state string) error {
		_, _, _, err := g.Finish(t.Context(), "other", state, "good")
		return err
	})
	refuse("a wrong code", access.ErrProvider, groups, func(state string) error {
		_, _, _, err := g.Finish(t.Context(), state, state, "bad")
		return err
	})
	refuse("twice", access.ErrExpired, groups, func(state string) error {
		if err := finish(state); err != nil {
			t.Errorf("the first time: %v", err)
		}
		return finish(state)
	})
	refuse("too late", access.ErrExpired, groups, func(state string) error {
		clock.at = clock.at.Add(access.DepartureTime)
		return finish(state)
	})
}

// An address that its owner did not prove could be anybody's.
func TestUnprovenAddress(t *testing.T) {
	idp := newProvider(t)
	path := filepath.Join(t.TempDir(), "access.yaml")
	write(t, path, fmt.Sprintf("oidc: {issuer: '%s', client_id: rankle, url: 'https://rankle.example', claim: email, roles: {admin: [boss@rankle.example]}}\n", idp.URL))
	g, err := access.Open(path, time.Now, nothingSet)
	if err != nil {
		t.Fatal(err)
	}
	for verified, want := range map[bool]error{true: nil, false: access.ErrNoRole} {
		address, state, err := g.Begin(t.Context(), "/")
		if err != nil {
			t.Fatal(err)
		}
		_, query, _ := strings.Cut(address, "?")
		idp.asked, _ = url.ParseQuery(query)
		idp.claims = map[string]any{"email": "boss@rankle.example", "email_verified": verified}
		if _, _, _, err := g.Finish(t.Context(), state, state, "good"); !errors.Is(err, want) {
			t.Errorf("verified %v: %v, want %v", verified, err, want)
		}
	}
}

func TestProviderAway(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.yaml")
	idp := newProvider(t)
	idp.Close()
	write(t, path, fmt.Sprintf("oidc: {issuer: '%s', client_id: rankle, url: 'https://rankle.example', roles: {viewer: ['*']}}\n", idp.URL))
	g, err := access.Open(path, time.Now, nothingSet)
	if err != nil {
		t.Fatalf("opening needs the network: %v", err)
	}
	if _, _, err := g.Begin(t.Context(), "/"); !errors.Is(err, access.ErrProvider) {
		t.Errorf("error %v", err)
	}
}
