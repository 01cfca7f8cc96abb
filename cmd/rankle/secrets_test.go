package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rankle/rankle/replay/source/s3/s3test"
	"github.com/rankle/rankle/testdata/demo"
)

// lockedBuffer is a Buffer for several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// The keys of a bucket, of an identity provider and of users come from the environment and from files, and go nowhere: neither
// into what is printed, logged or answered, nor into the data directory, whether things go well or not.
func TestSecretsGoNowhere(t *testing.T) {
	server := s3test.Start(t)
	bucket := server.Bucket(t)
	sidecars, err := fs.Glob(demo.Bucket(), "2026-10-05/*.meta.json")
	if err != nil || len(sidecars) == 0 {
		t.Fatalf("%d recordings: %v", len(sidecars), err)
	}
	for _, sidecar := range sidecars[:2] {
		for _, key := range []string{sidecar, strings.TrimSuffix(sidecar, ".meta.json") + ".json.gz"} {
			data, err := fs.ReadFile(demo.Bucket(), key)
			if err != nil {
				t.Fatal(err)
			}
			server.Put(t, bucket, key, data)
		}
	}
	opt := server.Options(bucket)
	const clientSecret, userKey, wrongSecret = "planted-client-secret", "planted-user-key-planted-user-key", "planted-wrong-secret-key"
	secrets := []string{string(opt.Credentials.SecretKey), clientSecret, userKey, wrongSecret, "rkl_PLANTEDTOKEN"}
	t.Setenv("PLANTED_ACCESS", string(opt.Credentials.AccessKey))
	t.Setenv("PLANTED_SECRET", string(opt.Credentials.SecretKey))
	t.Setenv("PLANTED_WRONG", wrongSecret)

	dir := t.TempDir()
	data := filepath.Join(dir, "state")
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	settings := func(secretEnv string) string {
		return fmt.Sprintf("sources:\n  - {url: %q, endpoint: %q, region: %s, insecure: true, access_key_env: PLANTED_ACCESS, secret_key_env: %s}\n",
			"s3://"+bucket, opt.Endpoint, opt.Region, secretEnv)
	}
	good, bad := file("good.yaml", settings("PLANTED_SECRET")), file("bad.yaml", settings("PLANTED_WRONG"))
	users := file("users.key", userKey)
	door := file("access.yaml", `oidc: {issuer: "http://127.0.0.1:1", client_id: rankle, client_secret_env: PLANTED_CLIENT, url: "https://rankle.example.com", roles: {viewer: ["*"]}}`+"\n")
	env := func(name string) (string, bool) {
		v, ok := map[string]string{"PLANTED_CLIENT": clientSecret}[name]
		return v, ok
	}
	clean := func(what, text string) {
		t.Helper()
		for _, s := range secrets {
			if strings.Contains(text, s) {
				t.Errorf("%s holds the secret %.12q…", what, s)
			}
		}
	}
	for _, c := range []struct {
		args []string
		code int
	}{
		{[]string{"analyze", "--config", bad, "--data", data, "--user-key", users, "-v"}, exitFailure},
		{[]string{"analyze", "--config", good, "--data", data, "--user-key", users, "-v"}, exitOK},
		{[]string{"analyze", "s3://key:" + wrongSecret + "@bucket", "--data", data, "-v"}, exitUsage},
		{[]string{"report", "--data", data, "--format", "json", "--user-key", users, "-v"}, exitOK},
		{[]string{"analyze", "--config", good, "--data", data, "--user-key", door}, exitFailure}, // another key
	} {
		var out, log bytes.Buffer
		if code := run(t.Context(), c.args, streams{in: strings.NewReader(""), out: &out, err: &log}, env); code != c.code {
			t.Fatalf("%v: exit code %d, want %d: %s", c.args, code, c.code, &log)
		}
		clean(fmt.Sprint("what ", c.args[0], " prints"), out.String())
		clean(fmt.Sprint("what ", c.args[0], " logs"), log.String())
	}
	signedOut(t, []string{"serve", "--data", data, "--addr", "127.0.0.1:0", "--access", door, "--behind-proxy", "--user-key", users, "-v"}, env, clean)
	files := 0
	err = filepath.WalkDir(data, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		clean(path, string(text))
		return err
	})
	if err != nil || files < 4 {
		t.Errorf("%d files were looked at: %v", files, err)
	}
}

// signedOut runs a server whose identity provider is away, knocks with and without a token, and looks at everything it says.
func signedOut(t *testing.T, args []string, env func(string) (string, bool), clean func(what, text string)) {
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	var log lockedBuffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, args, streams{in: strings.NewReader(""), out: in, err: &log}, env)
		in.Close()
	}()
	base := listening(t, out)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, path := range []string{"/signin/start", "/signin/callback?state=x&code=rkl_PLANTEDTOKEN", "/api/v1/issues", "/metrics"} {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer rkl_PLANTEDTOKEN")
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode == http.StatusOK {
			t.Errorf("%s: status %d, %v; want a refusal", path, res.StatusCode, err)
		}
		clean("the answer to "+path, string(body)+fmt.Sprint(res.Header))
	}
	stop()
	if code := <-ended; code != exitOK {
		t.Errorf("the server ended with code %d", code)
	}
	if log.String() == "" {
		t.Error("the server logged nothing: the test looks at nothing")
	}
	clean("the server's log", log.String())
}
