package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/api/apitest"
	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/pipeline"
	"github.com/rankle/rankle/replay/clip"
	"github.com/rankle/rankle/replay/source"
)

func decode[T any](t testing.TB, r io.Reader) T {
	t.Helper()
	var v T
	if err := json.NewDecoder(r).Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNotReady(t *testing.T) {
	s := api.New(api.Options{})
	f := func(path string, want int) {
		t.Helper()
		res := do(t, s.Handler(), get(path))
		if res.StatusCode != want {
			t.Errorf("%s: status %d, want %d", path, res.StatusCode, want)
		}
		if want == http.StatusServiceUnavailable && !strings.Contains(decode[api.Problem](t, res.Body).Detail, "rankle analyze") {
			t.Errorf("%s: the answer does not say what to do", path)
		}
	}
	f("/healthz", 200)
	f("/api/v1/openapi.json", 200)
	f("/api/v1/runs", 200)
	f("/", 200)
	for _, p := range []string{"/readyz", "/api/v1/report", "/api/v1/issues", "/api/v1/issues/x", "/api/v1/issues/x/clips/0", "/api/v1/sessions", "/api/v1/sessions/x", "/api/v1/sessions/x/events", "/api/v1/audit", "/api/v1/audit/report", "/api/v1/audit/verdicts"} {
		f(p, 503)
	}
	for _, snap := range []*api.Snapshot{nil, {}, {Report: &ranker.Report{}}} {
		if s.Load(snap) == nil {
			t.Error("an incomplete snapshot is loaded")
		}
	}
}

// A server that has only read the report answers the list, and says of what lies behind it that it is on its way.
func TestPreparing(t *testing.T) {
	whole := newServer(t, nil)
	s := newServer(t, func(_ *api.Options, snap *api.Snapshot) {
		*snap = api.Snapshot{Preparing: true, Report: snap.Report, Demo: snap.Demo, Sources: snap.Sources}
	})
	c := newContract(t, s.OpenAPI())
	for _, path := range []string{"/api/v1/report", "/api/v1/issues", "/api/v1/issues/iss-login", "/api/v1/funnels"} {
		soon, later := do(t, s.Handler(), get(path)), do(t, whole.Handler(), get(path))
		if soon.StatusCode != 200 || soon.Header.Get("ETag") != later.Header.Get("ETag") {
			t.Errorf("%s: status %d, ETag %s, of the whole run %s", path, soon.StatusCode, soon.Header.Get("ETag"), later.Header.Get("ETag"))
		}
		if a, b := readAll(t, soon.Body), readAll(t, later.Body); !bytes.Equal(a, b) {
			t.Errorf("%s: not the answer of the whole run, under the same ETag", path)
		}
	}
	ask := request{Method: http.MethodPost, Path: "/api/v1/what-if", Body: json.RawMessage(`{}`)}
	for _, r := range []request{get("/readyz"), get("/api/v1/issues/iss-login/clips/0"), get("/api/v1/sessions"), get("/api/v1/sessions/s-0001"),
		get("/api/v1/sessions/s-0001/events"), get("/api/v1/screens"), get("/api/v1/screens/map?screen=%2Fcart"), get("/api/v1/audit"), ask} {
		res := do(t, s.Handler(), r)
		body := readAll(t, res.Body)
		if res.StatusCode != 503 || res.Header.Get("Retry-After") == "" || !strings.Contains(string(body), "in a moment") {
			t.Errorf("%s: status %d, Retry-After %q, %s", r.Path, res.StatusCode, res.Header.Get("Retry-After"), body)
		}
		c.check(t, r, res, body)
	}
}

// While the sessions' index is being made, everything is answered but a search, which says how far it has come.
func TestIndexing(t *testing.T) {
	done := 0
	s := newServer(t, func(_ *api.Options, snap *api.Snapshot) {
		snap.Search, snap.Indexing = nil, func() int { return done }
	})
	all := loaded(t, s)
	c := newContract(t, s.OpenAPI())
	for n, want := range map[int]string{0: "holds 0 %", all / 2: "holds 50 %", all: "holds 99 %"} {
		done = n
		for _, path := range []string{"/readyz", "/api/v1/sessions"} {
			res := do(t, s.Handler(), get(path))
			body := readAll(t, res.Body)
			if res.StatusCode != 503 || res.Header.Get("Retry-After") == "" || !strings.Contains(string(body), want) {
				t.Errorf("%s, %d of %d: status %d, Retry-After %q, %s", path, n, all, res.StatusCode, res.Header.Get("Retry-After"), body)
			}
			c.check(t, get(path), res, body)
		}
	}
	for _, path := range []string{"/api/v1/issues", "/api/v1/issues/iss-login/clips/0", "/api/v1/sessions/s-0001", "/api/v1/screens", "/api/v1/audit"} {
		if res := do(t, s.Handler(), get(path)); res.StatusCode != 200 {
			t.Errorf("%s: status %d", path, res.StatusCode)
		}
	}
}

// loaded is how many sessions the report of a server has.
func loaded(t *testing.T, s *api.Server) int {
	t.Helper()
	var run api.Run
	if err := json.Unmarshal(readAll(t, do(t, s.Handler(), get("/api/v1/report")).Body), &run); err != nil {
		t.Fatal(err)
	}
	return run.Sessions
}

// A run without goals, users, issues, search, recordings and reviews is a run all the same.
func TestHalfConfigured(t *testing.T) {
	s := newServer(t, func(o *api.Options, snap *api.Snapshot) {
		o.Reviews, o.Web = nil, nil
		snap.Report = &ranker.Report{}
		snap.Search, snap.Recordings, snap.Screen, snap.Issue, snap.Converted, snap.Audit = nil, nil, nil, nil, nil, nil
	})
	c := newContract(t, s.OpenAPI())
	for path, want := range map[string]int{"/api/v1/report": 200, "/api/v1/issues": 200, "/api/v1/sessions/s-0001": 200, "/api/v1/sessions": 503, "/api/v1/sessions/s-0001/events": 503,
		"/api/v1/audit": 503, "/api/v1/audit/report": 503, "/api/v1/audit/verdicts": 503} {
		res := do(t, s.Handler(), get(path))
		if res.StatusCode != want {
			t.Errorf("%s: status %d, want %d", path, res.StatusCode, want)
		}
		c.check(t, get(path), res, readAll(t, res.Body))
	}
}

func TestReviewWithoutStore(t *testing.T) {
	s := newServer(t, func(o *api.Options, _ *api.Snapshot) { o.Reviews = nil })
	if res := do(t, s.Handler(), patch("/api/v1/issues/iss-login/review", `{"status":"fixed","rev":0}`)); res.StatusCode != 503 {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestConditional(t *testing.T) {
	h := newServer(t, nil).Handler()
	paths := []string{"/api/v1/report", "/api/v1/issues", "/api/v1/issues/iss-login", "/api/v1/issues/iss-login/clips/0", "/api/v1/sessions", "/api/v1/sessions/s-0001"}
	tags := map[string]string{}
	ask := func(path, tag string) *http.Response {
		return do(t, h, request{Method: http.MethodGet, Path: path, Headers: map[string]string{"If-None-Match": tag}})
	}
	for _, p := range paths {
		tags[p] = do(t, h, get(p)).Header.Get("ETag")
		for _, tag := range []string{tags[p], `"other", ` + tags[p], strings.TrimPrefix(tags[p], "W/")} {
			res := ask(p, tag)
			if body := readAll(t, res.Body); res.StatusCode != 304 || len(body) != 0 || res.Header.Get("ETag") != tags[p] {
				t.Errorf("%s with %s: status %d, %d bytes, ETag %s", p, tag, res.StatusCode, len(body), res.Header.Get("ETag"))
			}
		}
		for _, tag := range []string{`W/"other"`, "*", ""} {
			if res := ask(p, tag); res.StatusCode != 200 {
				t.Errorf("%s with %q: status %d", p, tag, res.StatusCode)
			}
		}
	}
	if res := ask("/api/v1/issues/nope", tags[paths[1]]); res.StatusCode != 404 {
		t.Errorf("unknown issue with a good tag: status %d", res.StatusCode)
	}
	do(t, h, patch("/api/v1/issues/iss-login/review", `{"owner":"Ada","rev":0}`))
	for _, p := range []string{"/api/v1/issues", "/api/v1/issues/iss-login"} {
		if res := ask(p, tags[p]); res.StatusCode != 200 {
			t.Errorf("%s after a review: status %d, want the new state", p, res.StatusCode)
		}
	}
}

func TestLoadSwaps(t *testing.T) {
	s := newServer(t, nil)
	before := do(t, s.Handler(), get("/api/v1/issues?limit=2"))
	cursor := decode[api.IssuePage](t, before.Body).NextCursor
	data := apitest.Sample()
	data.Report.Run = "another"
	snap, err := data.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Load(snap); err != nil {
		t.Fatal(err)
	}
	after := do(t, s.Handler(), get("/api/v1/issues"))
	if after.Header.Get("ETag") == before.Header.Get("ETag") {
		t.Error("another run has the same ETag")
	}
	if res := do(t, s.Handler(), get("/api/v1/issues?cursor="+cursor)); res.StatusCode != 400 {
		t.Errorf("cursor of an earlier run: status %d", res.StatusCode)
	}
}

func TestIssueCursorWalk(t *testing.T) {
	h := newServer(t, nil).Handler()
	for _, filter := range []string{"", "&pattern=dead_tap", "&screen=%2Fcart", "&q=the"} {
		all := decode[api.IssuePage](t, do(t, h, get("/api/v1/issues?limit=500"+filter)).Body)
		var walked []string
		for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
			page := decode[api.IssuePage](t, do(t, h, get("/api/v1/issues?limit=3"+filter+"&cursor="+cursor)).Body)
			if page.Total != all.Total || len(page.Issues) > 3 || pages > 20 {
				t.Fatalf("%s: page %d: total %d, %d issues", filter, pages, page.Total, len(page.Issues))
			}
			for _, i := range page.Issues {
				walked = append(walked, i.Key)
			}
			cursor = page.NextCursor
		}
		if len(walked) != all.Total || len(all.Issues) != all.Total || all.Total == 0 {
			t.Fatalf("%s: walked %d of %d", filter, len(walked), all.Total)
		}
		for i, key := range walked {
			if key != all.Issues[i].Key {
				t.Errorf("%s: place %d is %s, want %s", filter, i, key, all.Issues[i].Key)
			}
		}
	}
}

func TestSessionCursorWalk(t *testing.T) {
	h := newServer(t, nil).Handler()
	seen, last := map[string]bool{}, time.Now().AddDate(100, 0, 0)
	total := 0
	for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
		page := decode[api.SessionPage](t, do(t, h, get("/api/v1/sessions?limit=17&cursor="+url.QueryEscape(cursor))).Body)
		total, cursor = page.Total, page.NextCursor
		for _, s := range page.Sessions {
			if seen[s.ID] || s.Start.After(last) {
				t.Fatalf("session %s: seen before or out of order", s.ID)
			}
			seen[s.ID], last = true, s.Start
		}
		if pages > 100 {
			t.Fatal("the walk does not end")
		}
	}
	if len(seen) != total || total != len(apitest.Sample().Digests) {
		t.Errorf("walked %d of %d", len(seen), total)
	}
}

// Whoever saves second learns of it, and neither change is lost.
func TestTwoReviewers(t *testing.T) {
	h := newServer(t, nil).Handler()
	const path = "/api/v1/issues/iss-login/review"
	if res := do(t, h, patch(path, `{"status":"confirmed","rev":0}`)); res.StatusCode != 200 {
		t.Fatalf("first: status %d", res.StatusCode)
	}
	if res := do(t, h, patch(path, `{"note":"not ours","rev":0}`)); res.StatusCode != 409 {
		t.Fatalf("second on the old revision: status %d", res.StatusCode)
	}
	now := decode[api.Issue](t, do(t, h, get("/api/v1/issues/iss-login")).Body).Review
	res := do(t, h, patch(path, fmt.Sprintf(`{"note":"not ours","rev":%d}`, now.Rev)))
	got := decode[api.Review](t, res.Body)
	if got.Status != "confirmed" || got.Note != "not ours" || got.Rev != 2 || len(got.History) != 2 {
		t.Errorf("got %+v", got)
	}
}

// Lists are kept as they were sent; what one person decides is in everybody's next list all the same, and so is another run.
func TestListsAreNeverOld(t *testing.T) {
	s := newServer(t, nil)
	list := func(query string) api.IssuePage {
		t.Helper()
		return decode[api.IssuePage](t, do(t, s.Handler(), get("/api/v1/issues"+query)).Body)
	}
	const issue = "iss-login"
	status := func(p api.IssuePage) string {
		for _, i := range p.Issues {
			if i.Key == issue {
				return i.Status
			}
		}
		return ""
	}
	for rev, want := range []string{"confirmed", "rejected", "fixed"} {
		before := list("?status=" + want).Total
		list("") // two readers, so that one answer is a kept one
		if got := status(list("")); got == want {
			t.Fatalf("the status is %s before anybody says so", got)
		}
		if res := do(t, s.Handler(), patch("/api/v1/issues/"+issue+"/review", fmt.Sprintf(`{"status":%q,"rev":%d}`, want, rev))); res.StatusCode != 200 {
			t.Fatalf("status %d", res.StatusCode)
		}
		if got := status(list("")); got != want {
			t.Errorf("the list says %q after the review says %q", got, want)
		}
		if after := list("?status=" + want).Total; after != before+1 {
			t.Errorf("%d issues are %s, before the review %d", after, want, before)
		}
	}
	if err := s.Load(otherRun(t)); err != nil {
		t.Fatal(err)
	}
	if p := list(""); !strings.HasPrefix(p.Issues[0].Title, otherTitle) || status(p) != "fixed" {
		t.Errorf("after another run was loaded the list begins with %q, and %s is %q", p.Issues[0].Title, issue, status(p))
	}
}

// What a person judges is asked no more, and everybody who looks sees it at once.
func TestAuditGoesOn(t *testing.T) {
	h := newServer(t, nil).Handler()
	const path = "/api/v1/audit?size=5&pattern=dead_tap"
	ask := func() api.AuditPage {
		t.Helper()
		return decode[api.AuditPage](t, do(t, h, get(path)).Body)
	}
	first := ask()
	if len(first.Cases) != 5 || first.Judged != 0 {
		t.Fatalf("%d cases, %d judged", len(first.Cases), first.Judged)
	}
	for _, c := range first.Cases {
		body := fmt.Sprintf(`{"session":%q,"pattern":%q,"offset_ms":%d,"verdict":"friction","rev":%d}`, c.Session, c.Pattern, c.OffsetMS, c.Rev)
		if res := do(t, h, put("/api/v1/audit/verdicts", body)); res.StatusCode != 200 {
			t.Fatalf("status %d: %s", res.StatusCode, readAll(t, res.Body))
		}
	}
	second := ask()
	if second.Judged != 5 {
		t.Errorf("%d judged, want 5", second.Judged)
	}
	for _, c := range second.Cases {
		for _, before := range first.Cases {
			if c.Session == before.Session && c.OffsetMS == before.OffsetMS {
				t.Errorf("%s at %d is asked again", c.Session, c.OffsetMS)
			}
		}
	}
	report := decode[api.AuditReport](t, do(t, h, get("/api/v1/audit/report")).Body)
	if got := report.All.Kept.Judged + report.All.Dismissed.Judged; got != 5 || report.Pending {
		t.Errorf("the report rests on %d verdicts, pending %t: friction changes no report", got, report.Pending)
	}
}

// Many reviewers at once: every acknowledged change is one revision.
func TestReviewersRace(t *testing.T) {
	h := newServer(t, nil).Handler()
	const people = 8
	codes := make(chan int, people)
	for i := range people {
		go func() {
			r := httptest.NewRequest(http.MethodPatch, "http://localhost/api/v1/issues/iss-login/review", strings.NewReader(fmt.Sprintf(`{"owner":"p%d","rev":0}`, i)))
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			codes <- w.Code
		}()
	}
	count := map[int]int{}
	for range people {
		count[<-codes]++
	}
	if count[200] != 1 || count[409] != people-1 {
		t.Errorf("statuses %v", count)
	}
}

func TestRefusals(t *testing.T) {
	h := newServer(t, func(o *api.Options, _ *api.Snapshot) { o.Hosts = []string{"rankle.example"} }).Handler()
	f := func(name string, in request, want int) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			t.Helper()
			res := do(t, h, in)
			if res.StatusCode != want {
				t.Errorf("%s %s: status %d, want %d", in.Method, in.Path, res.StatusCode, want)
			}
			if want >= 400 && res.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s %s: type %s", in.Method, in.Path, res.Header.Get("Content-Type"))
			}
		})
	}
	review := "/api/v1/issues/iss-login/review"
	with := func(in request, k, v string) request { in.Headers = map[string]string{k: v}; return in }
	f("other name", with(get("/"), "Host", "evil.example"), 421)
	f("other name with our address in it", with(get("/"), "Host", "127.0.0.1.evil.example"), 421)
	f("empty name", with(get("/"), "Host", "."), 421)
	f("public address", with(get("/"), "Host", "8.8.8.8"), 421)
	f("localhost", with(get("/healthz"), "Host", "localhost:7777"), 200)
	f("loopback v6", with(get("/healthz"), "Host", "[::1]:7777"), 200)
	f("bare loopback v6", with(get("/healthz"), "Host", "[::1]"), 200)
	f("allowed name", with(get("/healthz"), "Host", "Rankle.example:80"), 200)
	f("cross-site verdict", with(put("/api/v1/audit/verdicts", `{"rev":0}`), "Sec-Fetch-Site", "cross-site"), 403)
	f("cross-site fetch", with(patch(review, `{"rev":0}`), "Sec-Fetch-Site", "cross-site"), 403)
	f("same-site fetch", with(patch(review, `{"rev":0}`), "Sec-Fetch-Site", "same-site"), 403)
	f("other origin", with(patch(review, `{"rev":0}`), "Origin", "http://127.0.0.1:9999"), 403)
	f("null origin", with(patch(review, `{"rev":0}`), "Origin", "null"), 403)
	f("form post", with(patch(review, `{"rev":0}`), "Content-Type", "text/plain"), 415)
	f("own origin", with(patch(review, `{"rev":0}`), "Origin", "http://127.0.0.1:7777"), 200)
	f("huge body", patch(review, `{"note":"`+strings.Repeat("a", 1<<20)+`","rev":1}`), 413)
	f("long note", patch(review, `{"note":"`+strings.Repeat("ä", 10001)+`","rev":1}`), 400)
	f("no JSON", request{Method: http.MethodPatch, Path: review, Body: []byte(`{"rev":`)}, 400)
	f("empty body", request{Method: http.MethodPatch, Path: review, Body: []byte{}}, 400)
	f("negative rev", patch(review, `{"rev":-1}`), 400)
	f("unknown issue", patch("/api/v1/issues/nope/review", `{"rev":0}`), 404)
	f("post", request{Method: http.MethodPost, Path: "/api/v1/issues"}, 405)
	f("trace", request{Method: http.MethodTrace, Path: "/api/v1/issues"}, 405)
	f("options", request{Method: http.MethodOptions, Path: "/api/v1/issues"}, 405)
	f("limit", get("/api/v1/issues?limit=0"), 400)
	f("limit word", get("/api/v1/issues?limit=ten"), 400)
	f("status word", get("/api/v1/issues?status=open"), 400)
	f("long q", get("/api/v1/issues?q="+strings.Repeat("a", 201)), 400)
	f("clip word", get("/api/v1/issues/iss-login/clips/first"), 400)
	f("negative clip", get("/api/v1/issues/iss-login/clips/-1"), 400)
	f("bad time", get("/api/v1/sessions?from=yesterday"), 400)
	f("bad cursor", get("/api/v1/sessions?cursor=AAAA"), 400)
	f("events without end", get("/api/v1/sessions/s-0001/events?from_ms=1788749794923"), 400)
	f("events before the session", get("/api/v1/sessions/s-0001/events?from_ms=1&to_ms=2"), 400)
	f("events word", get("/api/v1/sessions/s-0001/events?from_ms=now&to_ms=2"), 400)
	f("dots", get("/api/v1/sessions/..%2F..%2Fetc%2Fpasswd"), 404)
	f("nul", get("/api/v1/sessions/a%00b"), 404)
	f("long id", get("/api/v1/sessions/"+strings.Repeat("a", 501)), 400)
	f("bad UTF-8 id", get("/api/v1/sessions/%ff%fe"), 404)
	f("api root", get("/api/v1"), 404)
	f("api", get("/api"), 404)
}

func TestAllow(t *testing.T) {
	h := newServer(t, nil).Handler()
	f := func(path, want string) {
		t.Helper()
		res := do(t, h, request{Method: http.MethodDelete, Path: path})
		if got := strings.Join(res.Header.Values("Allow"), ", "); res.StatusCode != 405 || got != want {
			t.Errorf("DELETE %s: status %d, Allow %q, want %q", path, res.StatusCode, got, want)
		}
	}
	f("/api/v1/issues", "GET, HEAD")
	f("/api/v1/issues/iss-wish%2Flist%3Fx=1%23y", "GET, HEAD")
	f("/api/v1/issues/iss-login/review", "GET, HEAD, PATCH") // GET by the viewer's catch-all
}

func TestHead(t *testing.T) {
	srv := httptest.NewServer(newServer(t, nil).Handler())
	defer srv.Close()
	for _, path := range []string{"/", "/api/v1/issues", "/healthz"} {
		res, err := http.Head(srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		if body := readAll(t, res.Body); res.StatusCode != 200 || len(body) != 0 {
			t.Errorf("HEAD %s: status %d, %d bytes", path, res.StatusCode, len(body))
		}
		res.Body.Close()
	}
}

// Recorded text reaches the client only as JSON strings with its angle brackets escaped.
func TestHostileText(t *testing.T) {
	h := newServer(t, nil).Handler()
	for _, path := range []string{"/api/v1/issues", "/api/v1/issues/iss-hostile", "/api/v1/sessions?q=onerror", "/api/v1/issues/iss-hostile/clips/0",
		"/api/v1/sessions/" + url.PathEscape(apitest.HostileID), "/api/v1/issues/%3Cscript%3E", "/api/v1/sessions?q=%3Cscript%3E:x", "/api/v1/%3Cscript%3E"} {
		res := do(t, h, get(path))
		body := readAll(t, res.Body)
		if bytes.ContainsAny(body, "<>") {
			t.Errorf("%s: the answer holds a bare angle bracket", path)
		}
		if ct := res.Header.Get("Content-Type"); !strings.HasPrefix(ct, "application/") || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: type %s", path, ct)
		}
		if !strings.Contains(res.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: policy %q", path, res.Header.Get("Content-Security-Policy"))
		}
	}
	issue := decode[api.Issue](t, do(t, h, get("/api/v1/issues/iss-hostile")).Body)
	if issue.Target.Label != apitest.Hostile {
		t.Errorf("label %q does not survive as data", issue.Target.Label)
	}
}

func TestHostileIDs(t *testing.T) {
	h := newServer(t, nil).Handler()
	s := decode[api.Session](t, do(t, h, get("/api/v1/sessions/"+url.PathEscape(apitest.HostileID))).Body)
	if s.ID != apitest.HostileID {
		t.Fatalf("got session %q", s.ID)
	}
	if res := do(t, h, get(s.EventsURL)); res.StatusCode != 200 {
		t.Errorf("events at %s: status %d", s.EventsURL, res.StatusCode)
	}
}

func TestViewer(t *testing.T) {
	h := newServer(t, nil).Handler()
	f := func(path string, status int, kind, cache string) {
		t.Helper()
		res := do(t, h, get(path))
		if res.StatusCode != status || !strings.HasPrefix(res.Header.Get("Content-Type"), kind) || res.Header.Get("Cache-Control") != cache {
			t.Errorf("%s: status %d, type %s, cache %s", path, res.StatusCode, res.Header.Get("Content-Type"), res.Header.Get("Cache-Control"))
		}
		if status == 200 && !strings.Contains(res.Header.Get("Content-Security-Policy"), "script-src 'self';") {
			t.Errorf("%s: policy %q", path, res.Header.Get("Content-Security-Policy"))
		}
	}
	f("/", 200, "text/html", "no-cache")
	f("/index.html", 200, "text/html", "no-cache")
	f("/issues/iss-pay-button", 200, "text/html", "no-cache")
	f("/sessions/2026.10.01", 200, "text/html", "no-cache") // an id with a dot is a place, not a file
	f("/favicon.svg", 200, "image/svg+xml", "no-cache")
	f("/assets/index-1a2b3c.js", 200, "text/javascript", "public, max-age=31536000, immutable")
	f("/assets/old-9z.js", 404, "application/problem+json", "no-store")
	f("/assets/%2e%2e/%2e%2e/etc/passwd.js", 200, "text/html", "no-cache") // a place like any other
	f("/robots.txt", 404, "application/problem+json", "no-store")
}

// The policy names no other host and lets no inline script run.
func TestPolicy(t *testing.T) {
	policy := do(t, newServer(t, nil).Handler(), get("/")).Header.Get("Content-Security-Policy")
	for _, d := range strings.Split(policy, ";") {
		name, sources, _ := strings.Cut(strings.TrimSpace(d), " ")
		for _, s := range strings.Fields(sources) {
			switch s {
			case "'none'", "'self'", "data:", "blob:":
			case "'unsafe-inline'":
				if name != "style-src" {
					t.Errorf("%s allows %s", name, s)
				}
			default:
				t.Errorf("%s allows %s", name, s)
			}
		}
		if name == "script-src" && sources != "'self'" {
			t.Errorf("script-src %s", sources)
		}
	}
}

func TestGzip(t *testing.T) {
	h := newServer(t, nil).Handler()
	for _, path := range []string{"/api/v1/issues", "/api/v1/sessions", "/api/v1/sessions/s-0001/events", "/"} {
		plain := readAll(t, do(t, h, get(path)).Body)
		res := do(t, h, request{Method: http.MethodGet, Path: path, Headers: map[string]string{"Accept-Encoding": "gzip"}})
		if res.Header.Get("Content-Encoding") != "gzip" || !strings.Contains(res.Header.Get("Vary"), "Accept-Encoding") {
			t.Fatalf("%s: headers %v", path, res.Header)
		}
		z, err := gzip.NewReader(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if got := readAll(t, z); !bytes.Equal(got, plain) {
			t.Errorf("%s: compressed answer differs", path)
		}
	}
}

// failing is a store of recordings that breaks after n bytes.
type failing struct{ n int }

var errBroken = errors.New("connection reset: secret-bucket")

func (f failing) Events(_ context.Context, w io.Writer, _ string, _, _ time.Duration, _ int) error {
	if f.n > 0 {
		if _, err := w.Write(bytes.Repeat([]byte("x"), f.n)); err != nil {
			return err
		}
	}
	return errBroken
}

// A recording that breaks in the middle must not look whole, compressed or not.
func TestBrokenStream(t *testing.T) {
	for _, n := range []int{1, 1 << 20} {
		for _, compressed := range []bool{false, true} {
			srv := httptest.NewServer(newServer(t, func(_ *api.Options, s *api.Snapshot) { s.Recordings = failing{n} }).Handler())
			client := &http.Client{Transport: &http.Transport{DisableCompression: !compressed}}
			res, err := client.Get(srv.URL + "/api/v1/sessions/s-0001/events")
			if err == nil {
				_, err = io.Copy(io.Discard, res.Body)
				res.Body.Close()
			}
			if err == nil {
				t.Errorf("%d bytes, compressed %t: a broken stream passes for a whole one", n, compressed)
			}
			client.CloseIdleConnections()
			srv.Close()
		}
	}
}

// refusing is a store of recordings that cannot play one for a reason.
type refusing struct{ err error }

func (f refusing) Events(context.Context, io.Writer, string, time.Duration, time.Duration, int) error {
	return fmt.Errorf("s3://secret-bucket/key: %w", f.err)
}

// Every reason why a clip cannot be played has its own status and sentence.
func TestUnplayable(t *testing.T) {
	for err, want := range map[error]int{
		fs.ErrNotExist: 410, source.ErrChanged: 409, pipeline.ErrNoSource: 503, clip.ErrNoPicture: 404, clip.ErrOutside: 404,
		source.ErrArchived: 409, source.ErrAccess: 502, source.ErrUnreachable: 502, source.ErrNotFound: 410,
		context.DeadlineExceeded: 504, errBroken: 500,
	} {
		s := newServer(t, func(_ *api.Options, snap *api.Snapshot) { snap.Recordings = refusing{err} })
		res := do(t, s.Handler(), get("/api/v1/sessions/s-0001/events"))
		p := decode[api.Problem](t, res.Body)
		if res.StatusCode != want || p.Status != want || strings.Contains(p.Detail, "secret") || len(p.Detail) < 20 {
			t.Errorf("%v: status %d, detail %q", err, res.StatusCode, p.Detail)
		}
	}
}

// What went wrong inside is in the log and not in the answer.
func TestInternalError(t *testing.T) {
	var log bytes.Buffer
	s := newServer(t, func(o *api.Options, snap *api.Snapshot) {
		o.Log = slog.New(slog.NewTextHandler(&log, nil))
		snap.Recordings = failing{}
	})
	res := do(t, s.Handler(), get("/api/v1/sessions/s-0001/events?window=0"))
	body := string(readAll(t, res.Body))
	if res.StatusCode != 500 || strings.Contains(body, "secret") {
		t.Errorf("status %d, body %s", res.StatusCode, body)
	}
	if id := res.Header.Get("X-Request-Id"); id == "" || !strings.Contains(log.String(), id) || !strings.Contains(log.String(), "secret-bucket") {
		t.Errorf("log does not explain request %s: %s", id, log.String())
	}
}

type panicking struct{}

func (panicking) Get(context.Context, string) (*friction.Digest, error) { panic("boom") }

func TestPanic(t *testing.T) {
	s := newServer(t, func(_ *api.Options, snap *api.Snapshot) { snap.Sessions = panicking{} })
	res := do(t, s.Handler(), get("/api/v1/sessions/s-0001"))
	if res.StatusCode != 500 || strings.Contains(string(readAll(t, res.Body)), "boom") {
		t.Errorf("status %d", res.StatusCode)
	}
}

type hanging struct{}

func (hanging) Get(ctx context.Context, _ string) (*friction.Digest, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestRequestTimeout(t *testing.T) {
	s := newServer(t, func(o *api.Options, snap *api.Snapshot) {
		o.RequestTimeout, snap.Sessions = time.Millisecond, hanging{}
	})
	if res := do(t, s.Handler(), get("/api/v1/sessions/s-0001")); res.StatusCode != 504 {
		t.Errorf("status %d", res.StatusCode)
	}
}

// Queries and ids never reach the log.
func TestAccessLog(t *testing.T) {
	var log bytes.Buffer
	s := newServer(t, func(o *api.Options, _ *api.Snapshot) { o.Log = slog.New(slog.NewJSONHandler(&log, nil)) })
	do(t, s.Handler(), get("/api/v1/sessions?q=verysecret&user=someone"))
	do(t, s.Handler(), get("/api/v1/sessions/personal-id"))
	do(t, s.Handler(), request{Method: "VERYSECRET", Path: "/api/v1/sessions"})
	for _, word := range []string{"verysecret", "VERYSECRET", "someone", "personal-id"} {
		if strings.Contains(log.String(), word) {
			t.Errorf("the log holds %q", word)
		}
	}
	line := decode[map[string]any](t, bytes.NewReader(log.Bytes()))
	for _, key := range []string{"request", "method", "route", "status", "bytes", "duration", "component"} {
		if line[key] == nil || line[key] == "" {
			t.Errorf("the access line has no %s: %v", key, line)
		}
	}
}

func TestServeEndsWithContext(t *testing.T) {
	s := newServer(t, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	res, err := http.Get("http://" + l.Addr().String() + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestFormerKeys: links with a key that an issue had before lead to it, and what is decided there is decided about it.
func TestFormerKeys(t *testing.T) {
	key := "iss-pay-button"
	h := newServer(t, func(_ *api.Options, snap *api.Snapshot) {
		snap.Aliases = map[string]string{"before": key, "lost": "nothing"}
	}).Handler()
	const address = "/api/v1/issues/"
	rev := decode[api.Issue](t, do(t, h, get(address+key)).Body).Review.Rev
	if res := do(t, h, patch(address+"before/review", fmt.Sprintf(`{"owner":"ann","rev":%d}`, rev))); res.StatusCode != 200 {
		t.Fatalf("review by a former key: status %d", res.StatusCode)
	}
	for _, k := range []string{"before", key} {
		if got := decode[api.Issue](t, do(t, h, get(address+k)).Body); got.Key != key || got.Owner != "ann" {
			t.Errorf("%s: issue %s of %s", k, got.Key, got.Owner)
		}
	}
	if res := do(t, h, get(address+"before/clips/0")); res.StatusCode != 200 {
		t.Errorf("clip by a former key: status %d", res.StatusCode)
	}
	if res := do(t, h, get(address+"lost")); res.StatusCode != 404 {
		t.Errorf("a former key of nothing: status %d", res.StatusCode)
	}
}

// TestEvidenceOfControls: an issue says which controls it is made of, what is doubtful about them, and when it came and went.
func TestEvidenceOfControls(t *testing.T) {
	says := func(controls []cluster.ControlShare, notes ...string) string {
		h := newServer(t, func(_ *api.Options, snap *api.Snapshot) {
			report := *snap.Report
			report.Issues = slices.Clone(report.Issues)
			report.Issues[0].Controls, report.Issues[0].Notes = controls, notes
			report.Issues[0].Changes = []cluster.Change{{Kind: cluster.Ended, Day: clock, Version: "4.2", AffectedBefore: 9, ExposedBefore: 20, ExposedAfter: 30}}
			snap.Report = &report
		}).Handler()
		key := decode[api.IssuePage](t, do(t, h, get("/api/v1/issues")).Body).Issues[0].Key
		return strings.Join(decode[api.Issue](t, do(t, h, get("/api/v1/issues/"+key)).Body).Evidence, "\n")
	}
	controls := []cluster.ControlShare{{Screen: "/pay", Target: friction.Target{Label: "Pay"}, Sessions: 3}, {Screen: "/orders", Sessions: 1}}
	if got := says(controls[:1], "A note."); strings.Contains(got, "several controls") || !strings.Contains(got, "\nA note.") {
		t.Errorf("one control: %s", got)
	}
	want := "The same error is behind several controls: “Pay” on /pay (3 sessions), a control without a label on /orders (1 session)."
	want += "\nEnded on 5 Oct 2026 with version 4.2: 9 of 20 sessions met it before, 0 of 30 since."
	if got := says(controls); !strings.Contains(got, want) {
		t.Errorf("two controls: %s", got)
	}
}
