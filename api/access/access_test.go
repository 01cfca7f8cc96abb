package access_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/api/access"
)

// fakeClock is a time that tests move.
type fakeClock struct{ at time.Time }

func (c *fakeClock) now() time.Time { return c.at }

func nothingSet(string) (string, bool) { return "", false }

func entry(t access.Token) string {
	return fmt.Sprintf("  - {name: %q, role: %s, sha256: %s}\n", t.Name, t.Role, t.SHA256)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTokens(t *testing.T) {
	clock := &fakeClock{time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)}
	path := filepath.Join(t.TempDir(), "access.yaml")
	eve, eveEntry := access.NewToken("eve", access.Reviewer)
	bot, botEntry := access.NewToken("export", access.Viewer)
	write(t, path, "tokens:\n"+entry(eveEntry)+entry(botEntry))
	g, err := access.Open(path, clock.now, nothingSet)
	if err != nil {
		t.Fatal(err)
	}
	if p, ok := g.Token(eve); !ok || p != (access.Person{Name: "eve", Role: access.Reviewer}) {
		t.Errorf("eve's token: %v, %v", p, ok)
	}
	for _, wrong := range []string{"", "rkl_", eve + "x", strings.ToLower(eve), eveEntry.SHA256} {
		if p, ok := g.Token(wrong); ok {
			t.Errorf("token %q lets in %v", wrong, p)
		}
		if _, _, ok := g.SignIn(wrong); ok {
			t.Errorf("token %q opens a session", wrong)
		}
	}
	id, _, ok := g.SignIn(eve)
	again, _, _ := g.SignIn(eve)
	other, _, _ := g.SignIn(bot)
	if !ok || id == again || len(id) < 26 {
		t.Fatalf("sessions %q and %q: want two of at least 128 bits", id, again)
	}
	who := func(id, want string) {
		t.Helper()
		if p, _ := g.Session(id); p.Name != want {
			t.Errorf("session of %q, want %q", p.Name, want)
		}
	}
	who(id, "eve")
	who(again, "eve")
	who(other, "export")
	who("", "")
	who(eve, "")
	g.SignOut(again)
	who(again, "")

	clock.at = clock.at.Add(access.SessionTime - time.Second)
	who(id, "eve")
	clock.at = clock.at.Add(time.Second)
	who(id, "")

	// A token that is taken out ends its sessions; one that changes its role changes theirs.
	id, _, _ = g.SignIn(eve)
	other, _, _ = g.SignIn(bot)
	botEntry.Role = access.Admin
	write(t, path, "tokens:\n"+entry(botEntry))
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(path, later, later); err != nil {
		t.Fatal(err)
	}
	if err := g.Refresh(); err != nil {
		t.Fatal(err)
	}
	who(id, "")
	if _, ok := g.Token(eve); ok {
		t.Error("a withdrawn token still works")
	}
	if p, _ := g.Session(other); p.Role != access.Admin {
		t.Errorf("role %q, want the new one", p.Role)
	}

	// A file that cannot be read leaves everything as it was, and says so.
	write(t, path, "tokens: 7")
	later = later.Add(time.Hour)
	if err := os.Chtimes(path, later, later); err != nil {
		t.Fatal(err)
	}
	if g.Refresh() == nil {
		t.Error("a broken file is no error")
	}
	who(other, "export")
}

func TestRoles(t *testing.T) {
	all := []access.Role{access.Viewer, access.Reviewer, access.Admin}
	for i, have := range all {
		for k, need := range all {
			if have.May(need) != (i >= k) {
				t.Errorf("%s may %s: %v", have, need, have.May(need))
			}
		}
	}
	if access.Role("").May(access.Viewer) || access.Role("root").May(access.Viewer) {
		t.Error("a role that does not exist may read")
	}
}

func TestOpenRefuses(t *testing.T) {
	_, good := access.NewToken("a", access.Viewer)
	for name, c := range map[string]struct{ text, says string }{
		"empty":          {"tokens: []\n", "lets nobody in"},
		"unknown key":    {"tokenz: []\n", "tokenz"},
		"no name":        {"tokens: [{role: viewer, sha256: " + good.SHA256 + "}]\n", "a name is missing"},
		"unknown role":   {"tokens: [{name: a, role: root, sha256: " + good.SHA256 + "}]\n", `role "root"`},
		"the secret":     {"tokens: [{name: a, role: viewer, sha256: rkl_ABC}]\n", "64 hexadecimal digits"},
		"twice":          {"tokens:\n" + entry(good) + entry(good), "stands twice"},
		"plain http":     {"oidc: {issuer: 'http://idp.example', client_id: r, url: 'https://r.example', roles: {viewer: ['*']}}\n", "https://"},
		"no client":      {"oidc: {issuer: 'https://idp.example', url: 'https://r.example', roles: {viewer: ['*']}}\n", "client_id"},
		"nobody":         {"oidc: {issuer: 'https://idp.example', client_id: r, url: 'https://r.example'}\n", "nobody could come in"},
		"no claim":       {"oidc: {issuer: 'https://idp.example', client_id: r, url: 'https://r.example', roles: {viewer: [staff]}}\n", "claim"},
		"wrong role":     {"oidc: {issuer: 'https://idp.example', client_id: r, url: 'https://r.example', roles: {boss: ['*']}}\n", `role "boss"`},
		"secret not set": {"oidc: {issuer: 'https://idp.example', client_id: r, client_secret_env: NOT_SET, url: 'https://r.example', roles: {viewer: ['*']}}\n", "NOT_SET"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "access.yaml")
			write(t, path, c.text)
			_, err := access.Open(path, time.Now, nothingSet)
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want one that names the file and %q", err, c.says)
			}
		})
	}
	if _, err := access.Open(filepath.Join(t.TempDir(), "none.yaml"), time.Now, nothingSet); err == nil {
		t.Error("a file that is not there is no error")
	}
}

// A secret that stands where it does not belong is not repeated in the message about it, which goes to a terminal and a log.
func TestMessagesHoldNoSecrets(t *testing.T) {
	for _, file := range []string{
		"oidc:\n  issuer: https://login.example.com\n  client_secret: planted-secret\n",
		"tokens:\n  - {name: a, role: viewer, secret: planted-secret}\n",
		"tokens:\n  - {name: a, role: viewer, sha256: planted-secret}\n",
		"tokens: [planted-secret\n",
		"oidc: {client_secret_env: [planted-secret]}\n",
	} {
		path := filepath.Join(t.TempDir(), "access.yaml")
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := access.Open(path, time.Now, func(string) (string, bool) { return "", false })
		if err == nil || strings.Contains(err.Error(), "planted") {
			t.Errorf("%q: %v; want an error that does not repeat the secret", file, err)
		}
	}
}
