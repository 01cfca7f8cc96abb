package s3_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/source/s3"
)

// A store that redirects, or a key that looks like an address, leads to no other host.
func TestKeysAndRedirectsLeadNowhereElse(t *testing.T) {
	var elsewhere atomic.Int32
	trap := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer trap.Close()
	var paths []string
	redirect := false
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.EscapedPath())
		if redirect {
			http.Redirect(w, r, trap.URL+"/latest/meta-data/", http.StatusTemporaryRedirect)
			return
		}
		w.Header().Set("ETag", `"e"`)
		w.Header().Set("Last-Modified", "Sun, 01 Nov 2026 00:00:00 GMT")
		fmt.Fprint(w, "content")
	}))
	defer store.Close()
	st, err := s3.New(s3.Options{Endpoint: strings.TrimPrefix(store.URL, "http://"), Insecure: true, Bucket: "recordings", Region: "us-east-1",
		Style: s3.StylePath, MaxRetries: 1, Credentials: s3.Credentials{Mode: s3.ModeStatic, AccessKey: "key", SecretKey: "secret"}})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	keys := []string{trap.URL + "/x", "//" + strings.TrimPrefix(trap.URL, "http://") + "/x", "../../other-bucket/x", "x?redirect=" + trap.URL, "x#y", "@" + trap.URL, "x\r\nHost: evil.example"}
	for _, redirect = range []bool{false, true} {
		for _, key := range keys {
			r, err := st.Open(t.Context(), replay.Object{Key: key, ETag: "e", Size: 7}, 0)
			if err == nil {
				r.Close()
			}
			if redirect && err == nil {
				t.Errorf("%q: the redirect was taken for the object", key)
			}
		}
		for range st.List(t.Context(), "") {
			break
		}
	}
	if len(paths) < len(keys) {
		t.Errorf("%d requests reached the store: the test looks at nothing", len(paths))
	}
	for _, p := range paths {
		if !strings.HasPrefix(p, "/recordings/") {
			t.Errorf("a request went to %s, outside of the bucket", p)
		}
	}
	if n := elsewhere.Load(); n != 0 {
		t.Errorf("another host was contacted %d times", n)
	}
}
