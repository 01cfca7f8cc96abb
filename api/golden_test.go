package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/api/apitest"
	"github.com/rankle/rankle/ranker/pipeline"
	"github.com/rankle/rankle/ranker/review"
)

var update = flag.Bool("update", false, "rewrite golden files")

// clock is the time of the first review in tests; each reading is a second later.
var clock = time.Date(2026, 10, 5, 9, 0, 0, 0, time.UTC)

func newReviews(t testing.TB) *review.Store {
	t.Helper()
	now := clock
	store, err := review.Open(filepath.Join(t.TempDir(), "review.db"), func() time.Time { now = now.Add(time.Second); return now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

var viewer = fstest.MapFS{
	"index.html":             {Data: []byte("<!doctype html><title>viewer</title>")},
	"favicon.svg":            {Data: []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")},
	"assets/index-1a2b3c.js": {Data: []byte("console.log(1)")},
}

// sample is the run that most tests share; it is never changed.
var sample = sync.OnceValues(func() (*api.Snapshot, error) { return apitest.Sample().Snapshot(context.Background()) })

// busy is a server whose second analysis is under way after the first one failed.
func busy() api.Activity {
	return api.Activity{
		Every: time.Hour, Failed: 1, Recordings: 120, Bytes: 4_000_000,
		Running: &api.Underway{Started: clock, Progress: pipeline.Progress{Stage: pipeline.StageReading, Done: 120, Total: 500, Bytes: 4_000_000}},
		Last:    &api.Ended{Started: clock.Add(-time.Hour), At: clock.Add(-59 * time.Minute), Problem: "list s3://shop/web: access denied (check the credentials)"},
		Disk:    []pipeline.DiskPart{{Name: "ledger", Files: 12, Bytes: 3_400_000}, {Name: "search", Files: 9, Bytes: 800_000}},
	}
}

// newServer serves the sample run, or what change makes of a copy.
func newServer(t testing.TB, change func(*api.Options, *api.Snapshot)) *api.Server {
	t.Helper()
	shared, err := sample()
	if err != nil {
		t.Fatal(err)
	}
	snap := new(api.Snapshot)
	*snap = *shared
	opts := api.Options{Reviews: newReviews(t), Web: viewer, Version: "test", Activity: busy}
	if change != nil {
		change(&opts, snap)
	}
	s := api.New(opts)
	if err := s.Load(snap); err != nil {
		t.Fatal(err)
	}
	return s
}

// request is one line of the table and the first half of a golden file.
type request struct {
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    json.RawMessage   `json:"body,omitempty"`
}

type response struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body,omitempty"`
}

func do(t testing.TB, h http.Handler, in request) *http.Response {
	t.Helper()
	var body io.Reader
	if in.Body != nil {
		body = bytes.NewReader(in.Body)
	}
	r := httptest.NewRequest(in.Method, "http://127.0.0.1:7777"+in.Path, body)
	if in.Body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for k, v := range in.Headers {
		if k == "Host" {
			r.Host = v
			continue
		}
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func readAll(t testing.TB, r io.Reader) []byte {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func get(path string) request { return request{Method: http.MethodGet, Path: path} }

func patch(path, body string) request {
	return request{Method: http.MethodPatch, Path: path, Body: json.RawMessage(body)}
}

func put(path, body string) request {
	return request{Method: http.MethodPut, Path: path, Body: json.RawMessage(body)}
}

func post(path, body string) request {
	return request{Method: http.MethodPost, Path: path, Body: json.RawMessage(body)}
}

// table is every kind of answer, in the order in which they are asked for: reviews build on each other. The web
// tests read the golden files.
var table = []struct {
	name string
	request
}{
	{"health", get("/healthz")},
	{"ready", get("/readyz")},
	{"access", get("/api/v1/access")},
	{"access_open", request{Method: http.MethodPost, Path: "/api/v1/access/session", Body: json.RawMessage(`{"token":"x"}`)}},
	{"report", get("/api/v1/report")},
	{"runs", get("/api/v1/runs")},
	{"issues", get("/api/v1/issues")},
	{"issues_page", get("/api/v1/issues?limit=3")},
	{"issues_filter", get("/api/v1/issues?pattern=dead_tap&q=help+button")},
	{"issues_screen", get("/api/v1/issues?screen=%2Fcart")},
	{"issues_none", get("/api/v1/issues?q=nosuchword")},
	{"screens", get("/api/v1/screens")},
	{"screen", get("/api/v1/screens/map?screen=%2Fcheckout")},
	{"screen_none", get("/api/v1/screens/map?screen=%2Fnowhere")},
	{"export_csv", get("/api/v1/export/issues?format=csv")},
	{"export_json", get("/api/v1/export/issues?format=json&key=iss-login&key=iss-pay-button")},
	{"export_md", get("/api/v1/export/issues?format=md&pattern=dead_tap")},
	{"issue_text", get("/api/v1/issues/iss-pay-button/text?at=https://rankle.example.com")},
	{"issue_text_jira", get("/api/v1/issues/iss-hostile/text?for=jira&at=https://rankle.example.com/")},
	{"issue_text_bad", get("/api/v1/issues/iss-login/text?at=javascript:alert(1)")},
	{"issue", get("/api/v1/issues/iss-pay-button")},
	{"issue_hostile", get("/api/v1/issues/iss-hostile")},
	{"issue_odd_key", get("/api/v1/issues/iss-wish%2Flist%3Fx=1%23y")},
	{"issue_not_estimated", get("/api/v1/issues/iss-save")},
	{"clip", get("/api/v1/issues/iss-pay-button/clips/0")},
	{"clip_contrast", get("/api/v1/issues/iss-pay-button/clips/7")},
	{"events_clip", get("/api/v1/sessions/s-0000/events?from_ms=1788739200000&to_ms=1788742900000")},
	{"events_session", get("/api/v1/sessions/s-0000/events")},
	{"sessions", get("/api/v1/sessions?limit=10")},
	{"sessions_filter", get("/api/v1/sessions?pattern=rage_tap&device=mobile&version=2.4.0&limit=5")},
	{"sessions_text", get("/api/v1/sessions?q=coupon+-user:u-001+pattern:error_tap&limit=5")},
	{"sessions_none", get("/api/v1/sessions?q=nosuchword")},
	{"session", get("/api/v1/sessions/s-0000")},
	{"session_odd_id", get("/api/v1/sessions/" + url.PathEscape(apitest.HostileID))},
	{"review_confirm", patch("/api/v1/issues/iss-pay-button/review", `{"status":"confirmed","owner":"Payments","rev":0}`)},
	{"review_note", patch("/api/v1/issues/iss-pay-button/review", `{"note":"Gateway times out.","rev":1}`)},
	{"review_stale", patch("/api/v1/issues/iss-pay-button/review", `{"status":"fixed","rev":1}`)},
	{"review_bad_status", patch("/api/v1/issues/iss-pay-button/review", `{"status":"maybe","rev":2}`)},
	{"review_unknown_field", patch("/api/v1/issues/iss-pay-button/review", `{"stauts":"fixed","rev":2}`)},
	{"review_no_rev", patch("/api/v1/issues/iss-pay-button/review", `{"status":"fixed"}`)},
	{"issue_reviewed", get("/api/v1/issues/iss-pay-button")},
	{"issues_status", get("/api/v1/issues?status=confirmed")},
	{"audit", get("/api/v1/audit?size=6&seed=2")},
	{"audit_verdict", put("/api/v1/audit/verdicts", `{"session":"s-0229","pattern":"hold_confusion","offset_ms":84067,"verdict":"intended","note":"It says so on it.","rev":0}`)},
	{"audit_verdict_stale", put("/api/v1/audit/verdicts", `{"session":"s-0229","pattern":"hold_confusion","offset_ms":84067,"verdict":"friction","rev":0}`)},
	{"audit_verdict_bad", put("/api/v1/audit/verdicts", `{"session":"s-0229","pattern":"hold_confusion","offset_ms":84067,"verdict":"dismissed","rev":1}`)},
	{"audit_verdict_unknown", put("/api/v1/audit/verdicts", `{"session":"s-0229","pattern":"rage_tap","offset_ms":84067,"verdict":"friction","rev":0}`)},
	{"audit_mark", put("/api/v1/audit/marks", `{"screen":"/cart","control":"k:li > button.remove","mark":"repeat_use","name":"button “Remove”","rev":0}`)},
	{"audit_mark_stale", put("/api/v1/audit/marks", `{"screen":"/cart","control":"k:li > button.remove","mark":"none","rev":0}`)},
	{"audit_next", get("/api/v1/audit?size=2&seed=2&pattern=hold_confusion")},
	{"audit_report", get("/api/v1/audit/report")},
	{"audit_verdict_withdrawn", put("/api/v1/audit/verdicts", `{"session":"s-0229","pattern":"hold_confusion","offset_ms":84067,"verdict":"none","rev":1}`)},
	{"audit_verdicts", get("/api/v1/audit/verdicts")},
	{"trail", get("/api/v1/trail?limit=2")},
	{"audit_nothing", get("/api/v1/audit?pattern=nosuch")},
	{"review_fixed", patch("/api/v1/issues/iss-pay-button/review", `{"status":"fixed","fixed_version":"2.5.0","effort":2,"rev":2}`)},
	{"review_fixed_twice", patch("/api/v1/issues/iss-pay-button/review", `{"fixed_version":"2.5.0","fixed_at_ms":1788739200000,"rev":3}`)},
	{"fixes", get("/api/v1/fixes")},
	{"issues_effort", get("/api/v1/issues?order=effort&limit=2")},
	{"review_not_fixed", patch("/api/v1/issues/iss-pay-button/review", `{"status":"confirmed","effort":0,"rev":3}`)},
	{"funnels", get("/api/v1/funnels")},
	{"retention", get("/api/v1/retention")},
	{"retention_issue", get("/api/v1/retention?issue=iss-pay-button")},
	{"retention_no_curve", get("/api/v1/retention?issue=iss-hostile")},
	{"retention_no_issue", get("/api/v1/retention?issue=nope")},
	{"whatif", post("/api/v1/what-if", `{"weights":{"goals":{"purchase":3},"return":0.5},"limit":2}`)},
	{"whatif_goal", post("/api/v1/what-if", `{"goals":[{"name":"signup","reached":{"tap":{"label":"Sign up"}},"steps":[{"name":"form","match":{"screen":"/signup"},"within_ms":60000}]}],"from":"2026-09-14T00:00:00Z","segments":[{"attribute":"device","value":"mobile"}],"limit":1}`)},
	{"whatif_unknown_goal", post("/api/v1/what-if", `{"weights":{"goals":{"sale":3}}}`)},
	{"whatif_bad", post("/api/v1/what-if", `{"weights":{"return":-1},"limit":0,"goal":"x"}`)},
	{"err_issue", get("/api/v1/issues/nope")},
	{"err_clip", get("/api/v1/issues/iss-pay-button/clips/99")},
	{"err_session", get("/api/v1/sessions/nope")},
	{"err_recording_gone", get("/api/v1/sessions/" + apitest.Gone + "/events")},
	{"err_route", get("/api/v1/nothing")},
	{"err_method", request{Method: http.MethodDelete, Path: "/api/v1/issues/iss-pay-button"}},
	{"err_limit", get("/api/v1/issues?limit=100000")},
	{"err_cursor", get("/api/v1/issues?cursor=bm9uZQ")},
	{"err_query_field", get("/api/v1/sessions?q=colour:red")},
	{"err_query_quote", get("/api/v1/sessions?q=%22open")},
	{"err_events_range", get("/api/v1/sessions/s-0000/events?from_ms=2&to_ms=1")},
	{"err_cross_site", request{Method: http.MethodPatch, Path: "/api/v1/issues/iss-pay-button/review",
		Headers: map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, Body: json.RawMessage(`{"status":"fixed","rev":2}`)}},
	{"err_host", request{Method: http.MethodGet, Path: "/api/v1/report", Headers: map[string]string{"Host": "rebound.example"}}},
}

func TestGolden(t *testing.T) {
	h := newServer(t, nil).Handler()
	for _, tt := range table {
		t.Run(tt.name, func(t *testing.T) {
			res := do(t, h, tt.request)
			got := response{Status: res.StatusCode, Headers: map[string]string{}, Body: readAll(t, res.Body)}
			for _, k := range []string{"Content-Type", "Cache-Control", "ETag", "Allow"} {
				if v := res.Header.Get(k); v != "" {
					got.Headers[k] = v
				}
			}
			if !strings.Contains(got.Headers["Content-Type"], "json") {
				text, err := json.Marshal(string(got.Body))
				if err != nil {
					t.Fatal(err)
				}
				got.Body = text
			}
			golden(t, tt.name+".json", struct {
				Request  request  `json:"request"`
				Response response `json:"response"`
			}{tt.request, got})
		})
	}
}

func golden(t *testing.T, name string, v any) {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	goldenText(t, name, b.String())
}

func goldenText(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s differs (-want +got), run with -update to accept:\n%s", path, diff)
	}
}
