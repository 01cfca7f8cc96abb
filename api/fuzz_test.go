package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/rankle/rankle/api"
)

// hostileValues are put in the place of every parameter of an address.
var hostileValues = []string{
	"", "0", "-1", "2147483648", "9223372036854775807", "-9223372036854775808", "18446744073709551616", "1e308", "NaN", "Infinity",
	"%", "%00", "%ff%fe", "%ed%a0%80", "..%2f..%2fetc%2fpasswd", "%2e%2e", "a%0d%0aSet-Cookie:x", "%22%3E%3Cscript%3E",
	"'; DROP TABLE audit; --", "[+", "((((((((((", "\"open", "a:b:c", strings.Repeat("x", 9000), strings.Repeat("%F0%9F%98%80", 300),
}

// hostileBodies are sent to every address.
var hostileBodies = []string{
	``, `null`, `[]`, `0`, `"x"`, `{`, `{"rev":1e400}`, `{"rev":-1}`, `{"rev":9223372036854775808}`, `{"rev":0,"effort":1e999}`, `{"rev":0,"note":"\ud800"}`,
	`{"rev":0,"note":"\u0000"}`, "{\"rev\":0,\"note\":\"\xff\xfe\"}", `{"rev":0,"fixed_at_ms":9223372036854775807,"status":"fixed"}`,
	`{"session":"s-0000","pattern":"rage_tap","offset_ms":-9223372036854775808,"verdict":"friction","rev":0}`,
	`{"screen":"","control":"","mark":"repeat_use","name":"","rev":0}`, `{"weights":{"return":1e308,"goals":{"purchase":1e308}}}`,
	`{"goals":[{"name":"g","reached":{"screen":"/**/**/**/**/**/*"}}],"limit":500}`, `{"from":"0000-01-01T00:00:00Z","to":"9999-12-31T23:59:59Z"}`,
	strings.Repeat("[", 10_000), `{"a":` + strings.Repeat(`{"a":`, 10_000), `{"rev":0,"note":"` + strings.Repeat("n", 70_000) + `"}`,
}

// addresses are those of the OpenAPI document and of the table, with hostile values in place of parameters.
func addresses(tb testing.TB, s *api.Server) []string {
	tb.Helper()
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name, In string }
		}
	}
	if err := json.Unmarshal(s.OpenAPI(), &doc); err != nil {
		tb.Fatal(err)
	}
	var all []string
	for path, methods := range doc.Paths {
		for _, op := range methods {
			for _, v := range hostileValues {
				address, query := path, []string{}
				for _, p := range op.Parameters {
					switch p.In {
					case "path":
						address = strings.ReplaceAll(address, "{"+p.Name+"}", v)
					case "query":
						query = append(query, p.Name+"="+v)
						all = append(all, path+"?"+p.Name+"="+v)
					}
				}
				all = append(all, address+"?"+strings.Join(query, "&"))
			}
		}
	}
	for _, line := range table {
		all = append(all, line.Path)
	}
	return append(all, "/metrics", "/", "/assets/../index.html", "//", "/api", "/api/v1/../v1/report")
}

var fuzzMethods = []string{http.MethodGet, http.MethodPatch, http.MethodPut, http.MethodPost, http.MethodDelete, http.MethodHead, "\x00", "BREW"}

// FuzzAnswers sends any request through the whole server. It must answer, never with a fault of its own, and every refusal must
// be a Problem that says the same status.
func FuzzAnswers(f *testing.F) {
	s := newServer(f, nil)
	for i, address := range addresses(f, s) {
		f.Add(uint8(0), address, "", "")
		f.Add(uint8(i%len(fuzzMethods)), address, hostileBodies[i%len(hostileBodies)], "application/json")
	}
	for _, line := range table {
		for m, method := range fuzzMethods {
			if method != line.Method || line.Body == nil {
				continue
			}
			for _, body := range append([]string{string(line.Body)}, hostileBodies...) {
				f.Add(uint8(m), line.Path, body, "application/json")
			}
		}
	}
	h := s.Handler()
	f.Fuzz(func(t *testing.T, method uint8, address, body, media string) {
		u, err := url.ParseRequestURI(address)
		if err != nil || !strings.HasPrefix(address, "/") {
			return // no server of the language hands on what it cannot parse
		}
		u.Host = ""
		r := &http.Request{
			Method: fuzzMethods[int(method)%len(fuzzMethods)], URL: u, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Host: "127.0.0.1",
			Header: http.Header{"Content-Type": {media}}, Body: http.NoBody, RemoteAddr: "127.0.0.1:1", RequestURI: address,
		}
		if body != "" {
			r = r.Clone(t.Context())
			r.Body, r.ContentLength = http.MaxBytesReader(nil, readCloser{strings.NewReader(body)}, 1<<30), int64(len(body))
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r.WithContext(t.Context()))
		res := w.Result()
		if res.StatusCode >= http.StatusInternalServerError {
			t.Fatalf("%d %.300s: %s %.300q with %.300q", res.StatusCode, w.Body, r.Method, address, body)
		}
		if res.StatusCode < http.StatusBadRequest {
			if strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") && r.Method != http.MethodHead && !json.Valid(w.Body.Bytes()) {
				t.Fatalf("%s %q: no JSON: %q", r.Method, address, w.Body)
			}
			return
		}
		var p api.Problem
		err = json.NewDecoder(bytes.NewReader(w.Body.Bytes())).Decode(&p)
		if r.Method == http.MethodHead {
			err, p.Status = nil, res.StatusCode
		}
		if err != nil || p.Status != res.StatusCode || res.Header.Get("Content-Type") != "application/problem+json" {
			t.Fatalf("%d %.300q is no problem, %v: %s %.300q with %.300q, %v", res.StatusCode, w.Body, err, r.Method, address, body, res.Header)
		}
	})
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }
