package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/api/access"
)

// guarded serves the sample run to the owners of three tokens, by role.
func guarded(t *testing.T) (*api.Server, map[access.Role]string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "access.yaml")
	secrets := map[access.Role]string{}
	text := "tokens:\n"
	for _, role := range []access.Role{access.Viewer, access.Reviewer, access.Admin} {
		secret, e := access.NewToken("the "+string(role), role)
		secrets[role] = secret
		text += fmt.Sprintf("  - {name: %q, role: %s, sha256: %s}\n", e.Name, e.Role, e.SHA256)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	guard, err := access.Open(path, time.Now, os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	return newServer(t, func(o *api.Options, _ *api.Snapshot) { o.Access = guard }), secrets
}

func bearer(method, path, secret string) request {
	return request{Method: method, Path: path, Headers: map[string]string{"Authorization": "Bearer " + secret}}
}

// A page names what it will ask for, but to nobody who would be refused.
func TestWanted(t *testing.T) {
	open := newServer(t, nil)
	closed, secrets := guarded(t)
	everywhere := []string{"/api/v1/access", "/api/v1/report"}
	for _, c := range []struct {
		name string
		s    *api.Server
		ask  request
		want []string
	}{
		{"the list", open, get("/"), append(everywhere[:2:2], "/api/v1/issues?limit=50")},
		{"another page", open, get("/sessions"), everywhere},
		{"the list, signed in", closed, bearer("GET", "/", secrets[access.Viewer]), append(everywhere[:2:2], "/api/v1/issues?limit=50")},
		{"the list, not signed in", closed, get("/"), everywhere[:1]},
		{"a file", open, get("/favicon.svg"), nil},
	} {
		got := do(t, c.s.Handler(), c.ask).Header.Values("Link")
		var want []string
		for _, address := range c.want {
			want = append(want, "<"+address+">; rel=preload; as=fetch; crossorigin")
			if status := do(t, c.s.Handler(), request{Method: "GET", Path: address, Headers: c.ask.Headers}).StatusCode; status != 200 {
				t.Errorf("%s: %s answers %d", c.name, address, status)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: Link %q, want %q", c.name, got, want)
		}
	}
}

// Every operation of the document, and everything beside it, is closed to strangers and open to roles as stated.
func TestAccess(t *testing.T) {
	s, secrets := guarded(t)
	var doc struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(s.OpenAPI(), &doc); err != nil {
		t.Fatal(err)
	}
	open := map[string]bool{"/healthz": true, "/readyz": true, "/api/v1/access": true, "/api/v1/access/session": true}
	reading := map[string]bool{"GET": true}
	asking := map[string]bool{"/api/v1/what-if": true} // changes nothing
	checked := 0
	for path, operations := range doc.Paths {
		for method := range operations {
			method = strings.ToUpper(method)
			address := strings.NewReplacer("{key}", "iss-login", "{id}", "s-0001", "{index}", "0").Replace(path)
			if strings.Contains(address, "{") {
				t.Fatalf("%s: this test does not know the parameter", path)
			}
			stranger := do(t, s.Handler(), request{Method: method, Path: address}).StatusCode
			if (stranger == 401) == open[path] && path != "/api/v1/access/session" {
				t.Errorf("%s %s: status %d for a stranger", method, path, stranger)
			}
			if open[path] {
				continue
			}
			checked++
			if got := do(t, s.Handler(), bearer(method, address, "rkl_wrong")).StatusCode; got != 401 {
				t.Errorf("%s %s: status %d for a wrong token", method, path, got)
			}
			for role, secret := range secrets {
				got := do(t, s.Handler(), bearer(method, address, secret)).StatusCode
				may := reading[method] || asking[path] || role.May(access.Reviewer)
				if path == "/api/v1/trail" {
					may = role == access.Admin
				}
				if got == 401 || (got == 403) == may {
					t.Errorf("%s %s: status %d for a %s", method, path, got, role)
				}
			}
		}
	}
	if checked < 12 {
		t.Errorf("only %d operations were checked", checked)
	}
	for _, path := range []string{"/metrics", "/api/v1/openapi.json", "/api/v1/nothing", "/api"} {
		if got := do(t, s.Handler(), get(path)).StatusCode; got != 401 {
			if path == "/api" && got == 404 {
				continue
			}
			t.Errorf("%s: status %d for a stranger", path, got)
		}
	}
	for _, path := range []string{"/", "/issues/x", "/assets/index-1a2b3c.js"} {
		if got := do(t, s.Handler(), get(path)).StatusCode; got != 200 {
			t.Errorf("%s: status %d: the way in must be open", path, got)
		}
	}
}

func TestSignIn(t *testing.T) {
	s, secrets := guarded(t)
	post := func(body string) *http.Response {
		return do(t, s.Handler(), request{Method: http.MethodPost, Path: "/api/v1/access/session", Body: json.RawMessage(body)})
	}
	if res := post(`{"token":"rkl_wrong"}`); res.StatusCode != 401 || len(res.Cookies()) != 0 {
		t.Errorf("a wrong token: status %d, cookies %v", res.StatusCode, res.Cookies())
	}
	res := post(`{"token":"` + secrets[access.Reviewer] + `"}`)
	if res.StatusCode != 200 || len(res.Cookies()) != 1 {
		t.Fatalf("status %d, cookies %v", res.StatusCode, res.Cookies())
	}
	c := res.Cookies()[0]
	if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || !strings.HasPrefix(c.Name, "__Host-") {
		t.Errorf("cookie %v", c)
	}
	if strings.Contains(c.Value, secrets[access.Reviewer]) {
		t.Error("the cookie holds the token")
	}
	with := func(method, path, body string) *http.Response {
		r := request{Method: method, Path: path, Headers: map[string]string{"Cookie": c.Name + "=" + c.Value}}
		if body != "" {
			r.Body = json.RawMessage(body)
		}
		return do(t, s.Handler(), r)
	}
	if state := decode[api.AccessState](t, with("GET", "/api/v1/access", "").Body); state.Name != "the reviewer" || state.Role != "reviewer" || !state.Required {
		t.Errorf("signed in as %+v", state)
	}
	// What is decided carries the name of who decided.
	if res := with("PATCH", "/api/v1/issues/iss-login/review", `{"status":"confirmed","rev":0}`); res.StatusCode != 200 {
		t.Fatalf("review: status %d", res.StatusCode)
	}
	issue := decode[api.Issue](t, with("GET", "/api/v1/issues/iss-login", "").Body)
	if h := issue.Review.History; len(h) != 1 || h[0].By != "the reviewer" {
		t.Errorf("history %+v", h)
	}
	// A page elsewhere cannot use the cookie even where a browser would send it.
	r := request{Method: "PATCH", Path: "/api/v1/issues/iss-login/review", Body: json.RawMessage(`{"status":"fixed","rev":1}`),
		Headers: map[string]string{"Cookie": c.Name + "=" + c.Value, "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}}
	if got := do(t, s.Handler(), r).StatusCode; got != 403 {
		t.Errorf("a change from another site: status %d", got)
	}
	if res := with("DELETE", "/api/v1/access/session", ""); res.StatusCode != 200 || len(res.Cookies()) != 1 || res.Cookies()[0].MaxAge >= 0 {
		t.Errorf("sign-out: status %d, cookies %v", res.StatusCode, res.Cookies())
	}
	if got := with("GET", "/api/v1/report", "").StatusCode; got != 401 {
		t.Errorf("after the sign-out: status %d", got)
	}
}

func TestSignInIsLimited(t *testing.T) {
	for _, in := range []request{
		{Method: http.MethodPost, Path: "/api/v1/access/session", Body: json.RawMessage(`{"token":"x"}`)},
		get("/signin/start"),
	} {
		s, _ := guarded(t)
		last := 0
		for range 200 {
			if last = do(t, s.Handler(), in).StatusCode; last == 429 {
				break
			}
		}
		if last != 429 {
			t.Errorf("%s 200 times in a row ends with status %d", in.Path, last)
		}
	}
}

func TestOpenServerNeedsNoSignIn(t *testing.T) {
	s := newServer(t, nil)
	if state := decode[api.AccessState](t, do(t, s.Handler(), get("/api/v1/access")).Body); state.Required || state.Role != "admin" {
		t.Errorf("%+v", state)
	}
	for _, path := range []string{"/signin/start", "/signin/callback"} {
		if got := do(t, s.Handler(), get(path)).StatusCode; got != 404 {
			t.Errorf("%s: status %d", path, got)
		}
	}
}

func TestMetrics(t *testing.T) {
	s := newServer(t, nil)
	do(t, s.Handler(), get("/api/v1/issues/iss-login"))
	do(t, s.Handler(), get("/api/v1/issues/secret-of-somebody"))
	text := string(readAll(t, do(t, s.Handler(), get("/metrics")).Body))
	for _, want := range []string{`rankle_http_request_duration_seconds_count{method="GET",route="/api/v1/issues/{key}",status="200"} 1`, "rankle_report_loaded 1", "rankle_report_skipped{reason=", "process_resident_memory_bytes"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
	if strings.Contains(text, "secret-of-somebody") {
		t.Error("an address is in the metrics")
	}
}

// Whoever plants a session id in a browser does not share the session that is opened there later.
func TestSessionFixation(t *testing.T) {
	s, secrets := guarded(t)
	ask := func(method, path, cookie, body string) *http.Response {
		r := request{Method: method, Path: path, Headers: map[string]string{"Cookie": "__Host-rankle=" + cookie}}
		if body != "" {
			r.Body = json.RawMessage(body)
		}
		return do(t, s.Handler(), r)
	}
	signIn := func(cookie string) string {
		res := ask(http.MethodPost, "/api/v1/access/session", cookie, `{"token":"`+secrets[access.Viewer]+`"}`)
		if res.StatusCode != 200 || len(res.Cookies()) != 1 {
			t.Fatalf("sign-in: status %d", res.StatusCode)
		}
		return res.Cookies()[0].Value
	}
	const planted = "PLANTEDPLANTEDPLANTEDPLANTED"
	mine := signIn(planted)
	if mine == planted || ask("GET", "/api/v1/issues", planted, "").StatusCode != 401 {
		t.Error("a planted session id is let in after sign-in")
	}
	if again := signIn(mine); again == mine {
		t.Error("signing in again keeps the session id")
	}
	if got := ask("GET", "/api/v1/issues", mine, "").StatusCode; got != 200 {
		t.Errorf("status %d with the id of the sign-in", got)
	}
}

// No address lists what a folder holds.
func TestNoDirectoryListing(t *testing.T) {
	h := newServer(t, nil).Handler()
	for _, path := range []string{"/assets", "/assets/", "/assets/.", "/./assets/", "//assets//", "/assets/../", "/.git/", "/assets/%2e%2e/"} {
		res := do(t, h, get(path))
		if body := string(readAll(t, res.Body)); strings.Contains(body, "index-1a2b3c") || strings.Contains(body, "<pre>") {
			t.Errorf("%s lists files: %.200s", path, body)
		}
	}
}
