package main

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rankle/rankle/api/search"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker/pipeline"
)

// secrets are planted in every place of a recording where people leave them. Each is found nowhere else in the tests, so
// that a leak names its place.
var secrets = map[string]string{
	"typed text":                  "hunter2typed",
	"typed mail":                  "tess.typed@mail.example",
	"value attribute of a field":  "prefilledvalue",
	"changed value attribute":     "changedvalue",
	"text of a textarea":          "draftintextarea",
	"text of an editable element": "draftineditable",
	"changed text of an editable": "editedineditable",
	"mail on the page":            "paula.page@mail.example",
	"mail in a label":             "lars.label@mail.example",
	"mail in an aria-label":       "ari.aria@mail.example",
	"mail in the title":           "tina.title@mail.example",
	"mail in changed text":        "chris.changed@mail.example",
	"card on a button":            "4111 1111 1111 1111",
	"phone on a button":           "+49 170 5551234",
	"account number in a label":   "99887766",
	"query of the page":           "pagequerytoken",
	"fragment of the page":        "pagefragmenttoken",
	"query of a link":             "linkquerytoken",
	"mail in a path":              "percy.path@mail.example",
	"token in a path":             "9f8e7d6c5b4a39281706f5e4d3c2b1a0",
	"query of a request":          "requestquerytoken",
	"request header":              "headerbearertoken",
	"request body":                "requestbodysecret",
	"response body":               "responsebodysecret",
	"console argument":            "consoleobjectsecret",
	"value in a console call":     "consolevaluesecret",
	"stack of an error":           "errorstacksecret",
	"mail in an error":            "erin.error@mail.example",
	"query in an error":           "errorquerytoken",
	"payload of a custom event":   "custompayloadsecret",
	"identified user":             "identifiedusersecret",
	"query of a route change":     "routequerytoken",
	"script on the page":          "inlinescriptsecret",
	"hidden field":                "csrfhiddentoken",
}

// planted is a recording with all secrets in it, in which one button fails so that there is something to report.
func planted() []any {
	const start = 1700000000000
	type m = map[string]any
	at := 0
	event := func(typ int, data any) m {
		at += 100
		return m{"type": typ, "timestamp": start + at, "data": data}
	}
	id := 0
	text := func(s string) m { id++; return m{"type": 3, "id": id, "textContent": s} }
	el := func(tag string, attrs m, children ...any) m {
		id++
		if children == nil {
			children = []any{}
		}
		return m{"type": 2, "id": id, "tagName": tag, "attributes": attrs, "childNodes": children}
	}
	idOf := func(n m) int { return n["id"].(int) }
	s := secrets
	words := text("Signed in as " + s["mail on the page"])
	editable := text(s["text of an editable element"])
	field := el("input", m{"type": "text", "name": "q", "value": s["value attribute of a field"], "placeholder": "Your name"})
	pay := el("button", m{"id": "pay", "aria-label": "Pay " + s["card on a button"] + " " + s["mail in an aria-label"]}, text("Pay"))
	call := el("button", m{"id": "call"}, text("Call "+s["phone on a button"]+" or "+s["mail in a label"]))
	body := el("body", m{}, el("p", m{}, words), field,
		el("input", m{"type": "hidden", "name": "csrf", "value": s["hidden field"]}),
		el("textarea", m{"name": "note"}, text(s["text of a textarea"])),
		el("div", m{"contenteditable": "true"}, editable),
		el("a", m{"href": "/orders?session=" + s["query of a link"]}, text("Order "+s["account number in a label"])),
		el("script", m{}, text("var k='"+s["script on the page"]+"'")), pay, call)
	html := el("html", m{}, el("head", m{}, el("title", m{}, text("Mail for "+s["mail in the title"]))), body)
	id++
	document := m{"type": 0, "id": id, "childNodes": []any{html}}
	request := m{"name": "https://api.example/pay?k=" + s["query of a request"], "method": "POST", "status": 500, "startTime": 900, "endTime": 950,
		"requestHeaders": m{"authorization": s["request header"]}, "requestBody": s["request body"], "responseBody": s["response body"]}
	errors := []any{fmt.Sprintf("%q", "Payment of "+s["mail in an error"]+" failed: https://api.example/pay?k="+s["query in an error"]), `{"card":"` + s["console argument"] + `"}`}
	said := []any{`"Signed in as"`, fmt.Sprintf("%q", s["value in a console call"]), `{"card":"` + s["console argument"] + `"}`}
	events := []any{
		event(4, m{"href": "https://shop.example/u/" + s["mail in a path"] + "/" + s["token in a path"] + "?t=" + s["query of the page"] + "#" + s["fragment of the page"], "width": 800, "height": 600}),
		event(2, m{"node": document, "initialOffset": m{"left": 0, "top": 0}}),
		event(5, m{"tag": "Identify", "payload": m{"user": s["identified user"]}}),
		event(5, m{"tag": "checkout", "payload": m{"note": s["payload of a custom event"]}}),
		event(5, m{"tag": "$pageview", "payload": m{"href": "https://shop.example/step?x=" + s["query of a route change"]}}),
		event(3, m{"source": 5, "id": idOf(field), "text": s["typed text"], "isChecked": false}),
		event(3, m{"source": 5, "id": idOf(field), "text": s["typed mail"], "isChecked": false}),
		event(3, m{"source": 0, "adds": []any{}, "removes": []any{},
			"texts":      []any{m{"id": idOf(words), "value": "Now " + s["mail in changed text"]}, m{"id": idOf(editable), "value": s["changed text of an editable"]}},
			"attributes": []any{m{"id": idOf(field), "attributes": m{"value": s["changed value attribute"]}}}}),
	}
	for _, button := range []m{pay, call} {
		for range 5 {
			for _, kind := range []int{1, 0, 2} {
				events = append(events, event(3, m{"source": 2, "type": kind, "id": idOf(button), "x": 100, "y": 100}))
			}
		}
		events = append(events,
			event(6, m{"plugin": "rrweb/console@1", "payload": m{"level": "error", "trace": []any{}, "payload": errors}}),
			event(6, m{"plugin": "rrweb/console@1", "payload": m{"level": "log", "trace": []any{s["stack of an error"]}, "payload": said}}),
			event(6, m{"plugin": "rrweb/network@1", "payload": m{"requests": []any{request}}}))
		at += 5000
	}
	return append(events, event(3, m{"source": 1, "positions": []any{m{"x": 1, "y": 1, "id": 1, "timeOffset": 0}}}))
}

// plantedIn writes the recording as the recorders of several vendors store it, and returns the folder.
func plantedIn(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, values ...any) {
		var out bytes.Buffer
		for _, v := range values {
			if err := json.NewEncoder(&out).Encode(v); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, name), out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	events := planted()
	write("array.json", events)
	write("lines.ndjson", events...)
	write("highlight.json", map[string]any{"data": map[string]any{"events": events}})
	var lines []any
	for _, e := range events {
		lines = append(lines, []any{"0196e180-73bd-7b72-869b-35ee20bbbcd1", e})
	}
	write("posthog.jsonl", lines...)
	for name, data := range map[string][]byte{
		"sentry/0a1b2c3d4e5f60718293a4b5c6d7e8f9/0": segment(t, events),
		"app.json":                     application(t),
		"3762859343893990859/dom.mobs": openReplay(),
		"3762859343893990860/dom.mobs": openReplayApp(),
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// segment is what Sentry stores of events and of its own breadcrumbs.
func segment(t *testing.T, events []any) []byte {
	t.Helper()
	crumb := func(tag string, payload map[string]any) any {
		return map[string]any{"type": 5, "timestamp": 1700000009000, "data": map[string]any{"tag": tag, "payload": payload}}
	}
	events = append(slices.Clone(events),
		crumb("breadcrumb", map[string]any{"category": "navigation", "data": map[string]any{"to": "/next?x=" + secrets["query of a route change"]}}),
		crumb("breadcrumb", map[string]any{"category": "ui.input", "message": "input[value=" + secrets["typed text"] + "]"}),
		crumb("breadcrumb", map[string]any{"category": "console", "level": "error", "message": "no account " + secrets["mail in an error"]}),
		crumb("performanceSpan", map[string]any{"op": "resource.fetch", "description": "https://api.example/x?y=" + secrets["query of a request"],
			"startTimestamp": 1700000009, "endTimestamp": 1700000009.5, "data": map[string]any{"statusCode": 500, "request": map[string]any{"body": secrets["request body"]}}}))
	text, err := json.Marshal(events)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// application is a recording of a native application, as PostHog stores its wireframes.
func application(t *testing.T) []byte {
	t.Helper()
	const start = 1700000000000
	type m = map[string]any
	s := secrets
	frames := func(typed string) m {
		return m{"id": 1, "x": 0, "y": 0, "width": 400, "height": 800, "childWireframes": []any{
			m{"id": 2, "x": 0, "y": 0, "width": 400, "height": 40, "type": "text", "text": "Hello " + s["mail on the page"]},
			m{"id": 3, "x": 0, "y": 50, "width": 400, "height": 40, "type": "input", "inputType": "text", "label": "For " + s["mail in a label"], "value": typed},
			m{"id": 4, "x": 0, "y": 100, "width": 400, "height": 40, "type": "input", "inputType": "password", "value": typed},
			m{"id": 5, "x": 0, "y": 150, "width": 400, "height": 40, "type": "input", "inputType": "button", "value": "Call " + s["phone on a button"]},
			m{"id": 6, "x": 0, "y": 200, "width": 400, "height": 40, "type": "input", "inputType": "text_area", "value": s["text of a textarea"]}}}
	}
	events := []any{
		m{"type": 4, "timestamp": start, "data": m{"href": "AccountActivity", "width": 400, "height": 800}},
		m{"type": 2, "timestamp": start + 10, "data": m{"wireframes": []any{frames("")}, "initialOffset": m{"top": 0, "left": 0}}},
		m{"type": 3, "timestamp": start + 500, "data": m{"source": 0, "updates": []any{m{"parentId": 1, "wireframe": frames(s["typed text"])["childWireframes"].([]any)[1]}}}},
	}
	for i := range 5 {
		for n, kind := range []int{7, 9} {
			events = append(events, m{"type": 3, "timestamp": start + 1000 + 300*i + 50*n, "data": m{"source": 2, "type": kind, "id": 0, "x": 100, "y": 170, "pointerType": 2}})
		}
	}
	events = append(events, m{"type": 3, "timestamp": start + 9000, "data": m{"source": 2, "type": 7, "id": 0, "x": 100, "y": 60, "pointerType": 2}},
		m{"type": 3, "timestamp": start + 9050, "data": m{"source": 2, "type": 9, "id": 0, "x": 100, "y": 60, "pointerType": 2}})
	text, err := json.Marshal(events)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// reveals fails the test for every secret that a text holds, as it is or in pieces that identify somebody.
func reveals(t *testing.T, what string, text string) {
	t.Helper()
	text = strings.ToLower(text)
	for place, secret := range secrets {
		if i := strings.Index(text, strings.ToLower(secret)); i >= 0 {
			t.Errorf("%s holds the %s: …%s…", what, place, text[max(0, i-60):min(len(text), i+len(secret)+20)])
		}
	}
}

// What people typed, sent, or carried in an address reaches nothing that the program writes or shows.
func TestPlantedSecretsReachNothing(t *testing.T) {
	dir, data := plantedIn(t), filepath.Join(t.TempDir(), "state")
	for _, args := range [][]string{
		{"analyze", dir, "--data", data, "--verbose"},
		{"report", "--data", data, "--format", "json"},
		{"report", "--data", data, "--format", "md"},
		{"signals", "--data", data},
		{"detect", dir},
		{"detect", filepath.Join(dir, "array.json"), "--explain", "--at", "3s"},
	} {
		var out, log bytes.Buffer
		if code := run(t.Context(), args, streams{in: strings.NewReader(""), out: &out, err: &log}, func(string) (string, bool) { return "", false }); code != exitOK {
			t.Fatalf("%v: exit code %d: %s", args, code, &log)
		}
		if out.Len() == 0 {
			t.Errorf("%v printed nothing: the test looks at nothing", args)
		}
		reveals(t, fmt.Sprint(args), out.String())
		reveals(t, fmt.Sprint("the log of ", args), log.String())
	}
	result, err := pipeline.LoadResult(data)
	if err != nil {
		t.Fatal(err)
	}
	led, err := ledger.Open(data, ledger.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	sources, err := opener().Open(result.Config)
	if err != nil {
		t.Fatal(err)
	}
	recordings := &pipeline.Recordings{Ledger: led, Digests: result.Digests, Sources: sources}
	sessions, logs, requests := 0, 0, 0
	for d, err := range led.All(t.Context(), ledger.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		sessions++
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		reveals(t, "the digest of "+d.Session, string(text))
		var clip bytes.Buffer
		if err := recordings.Events(t.Context(), &clip, d.Session, 0, 0, 0); err != nil {
			t.Fatal(err)
		}
		reveals(t, "the clip of "+d.Session, clip.String())
		logs += strings.Count(clip.String(), `"text":"Payment of `) + strings.Count(clip.String(), `"text":"no account `)
		requests += strings.Count(clip.String(), `"path":"api.example/`)
	}
	if sessions != 8 {
		t.Errorf("%d sessions, want 8: the test does not look at all formats", sessions)
	}
	if logs == 0 || requests == 0 {
		t.Errorf("%d errors and %d requests in the logs of clips: the test does not look at them", logs, requests)
	}
	index, err := search.Build(t.Context(), t.TempDir(), "planted", led.All(t.Context(), ledger.Query{}), search.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	for place, secret := range secrets {
		for _, word := range strings.FieldsFunc(secret, func(r rune) bool { return strings.ContainsRune("@. +", r) }) {
			if word == "mail" || word == "example" || len(word) < 4 {
				continue // words of every page; short groups of digits are years and prices too
			}
			found, err := index.Search(t.Context(), search.Query{Text: word, Limit: 1})
			if err == nil && len(found.Sessions) > 0 {
				t.Errorf("the search index finds a session by %q of the %s", word, place)
			}
		}
	}
	stored(t, data)
}

// stored looks at the raw bytes of every file below a data directory.
func stored(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		reveals(t, path, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
