package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// hostile is what every text of a recording says here: it moves a terminal's cursor and renames its window, begins lines that
// look like a log or a report, is a formula, a page, a link and an image.
const hostile = "=HYPERLINK(\"http://evil.example\") \x1b[31mred\x1b]0;owned\x07\u009b31m\u202e\r\ntime=now level=ERROR msg=forged\n# Forged heading\n" +
	"<img src=x onerror=alert(1)><script>alert(2)</script> [x](javascript:alert(3)) ![p](http://evil.example/p.png) `code` | h1. jira"

// hostileSession is a recording in which somebody presses a button that fails, and in which hostile is every text there is.
// Addresses lead to trap.
func hostileSession(n int, trap string) []any {
	type m = map[string]any
	at := 1_700_000_000_000 + n*3_600_000
	event := func(typ int, data any) m { at += 100; return m{"type": typ, "timestamp": at, "data": data} }
	el := func(id int, tag string, attrs m, children ...any) m {
		if children == nil {
			children = []any{}
		}
		return m{"type": 2, "id": id, "tagName": tag, "attributes": attrs, "childNodes": children}
	}
	text := func(id int) m { return m{"type": 3, "id": id, "textContent": hostile} }
	page := m{"type": 0, "id": 1, "childNodes": []any{el(2, "html", m{},
		el(3, "head", m{}, el(4, "title", m{}, text(5)), el(6, "link", m{"rel": "stylesheet", "href": trap + "/style.css"})),
		el(7, "body", m{"onload": "alert(4)"},
			el(8, "button", m{"id": "pay", "aria-label": hostile, "onclick": "alert(5)"}, text(9)),
			el(10, "img", m{"src": trap + "/pixel.png", "onerror": "alert(6)"}),
			el(11, "iframe", m{"src": trap + "/frame"}), el(12, "a", m{"href": "javascript:alert(7)"}, text(13))))}}
	events := []any{
		event(4, m{"href": trap + "/" + hostile, "width": 800, "height": 600}),
		event(2, m{"node": page, "initialOffset": m{"left": 0, "top": 0}}),
		event(5, m{"tag": hostile, "payload": m{"x": hostile}}),
	}
	press := func(id int) {
		for _, kind := range []int{1, 0, 2} {
			events = append(events, event(3, m{"source": 2, "type": kind, "id": id, "x": 100, "y": 100}))
		}
	}
	for i := range 3 { // something works, so that one sees that the other thing does not
		press(12)
		events = append(events, event(3, m{"source": 0, "adds": []any{}, "removes": []any{}, "attributes": []any{}, "texts": []any{m{"id": 13, "value": fmt.Sprint(hostile, i)}}}))
		at += 3000
	}
	for range 6 {
		press(8)
	}
	at += 4000
	return append(events,
		event(6, m{"plugin": "rrweb/console@1", "payload": m{"level": "error", "trace": []string{hostile}, "payload": []string{hostile}}}),
		event(6, m{"plugin": "rrweb/network@1", "payload": m{"requests": []any{m{"name": trap + "/api/" + hostile, "method": hostile, "status": 500, "startTime": 900, "endTime": 950}}}}),
		event(3, m{"source": 1, "positions": []any{m{"x": 1, "y": 1, "id": 1, "timeOffset": 0}}}))
}

// hostileBucket writes sessions of several people, whose every property is hostile, under hostile names.
func hostileBucket(t *testing.T, trap string) string {
	t.Helper()
	dir := t.TempDir()
	for n := range 4 {
		name := fmt.Sprintf("s%d", n)
		if runtime.GOOS != "windows" && n == 0 {
			name = "x\x1b[31m\nlevel=ERROR msg=forged <img src=x onerror=alert(1)>"
		}
		fields := map[string]any{"user_id": fmt.Sprint(hostile, n), "browser": hostile, "os": hostile, "app_version": hostile, "channel": hostile,
			"plan": hostile, "device": hostile, "session_id": fmt.Sprint("../", n, hostile[:40])}
		for file, value := range map[string]any{name + ".json": hostileSession(n, trap), name + ".meta.json": fields} {
			data, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, file), data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "broken\x1b[31m.json"), []byte("{\x1b[31m"), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// forged finds lines that a text from outside began.
var forged = regexp.MustCompile(`(?m)^\s*(time=now|level=ERROR msg=forged|# Forged|msg=forged)`)

// printed fails the test if a terminal would obey what a command printed, or a reader be fooled by its lines.
func printed(t *testing.T, what, text string) {
	t.Helper()
	for _, r := range text {
		if hidden(r) {
			t.Errorf("%s holds the control character %q", what, r)
			break
		}
	}
	if line := forged.FindString(text); line != "" {
		t.Errorf("%s has a line that a recording wrote: %q", what, line)
	}
}

// Recorded text stays text, wherever it comes out: on a terminal, in the log, in files for other programs, over the API.
func TestHostileRecordingStaysText(t *testing.T) {
	contacted := 0
	trap, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	trapped := make(chan struct{})
	go func() {
		defer close(trapped)
		for {
			conn, err := trap.Accept()
			if err != nil {
				return
			}
			contacted++
			conn.Close()
		}
	}()
	dir, data := hostileBucket(t, "http://"+trap.Addr().String()), filepath.Join(t.TempDir(), "state")
	none := func(string) (string, bool) { return "", false }
	sample := filepath.Join(t.TempDir(), "sample.csv")
	for _, args := range [][]string{
		{"analyze", dir, "--data", data, "--verbose"},
		{"report", "--data", data}, {"report", "--data", data, "--format", "json"},
		{"signals", "--data", data}, {"detect", dir}, {"detect", filepath.Join(dir, "s1.json"), "--explain", "--at", "1s"},
		{"audit", "--data", data, "--out", sample}, {"forget", "--data", data, "--user", "nobody" + hostile},
	} {
		var out, log bytes.Buffer
		if code := run(t.Context(), args, streams{in: strings.NewReader(""), out: &out, err: &log}, none); code != exitOK && args[0] != "detect" {
			t.Fatalf("%v: exit code %d: %s", args, code, &log)
		}
		if out.Len() == 0 {
			t.Errorf("%v printed nothing: the test looks at nothing", args)
		}
		printed(t, "the output of "+args[0], out.String())
		printed(t, "the log of "+args[0], log.String())
	}
	file, err := os.ReadFile(sample)
	if err != nil {
		t.Fatal(err)
	}
	cells(t, "the sample", file)
	askedOf(t, data)
	trap.Close()
	if <-trapped; contacted != 0 {
		t.Errorf("an address in a recording was contacted %d times", contacted)
	}
}

// cells fails the test for cells that a spreadsheet would compute.
func cells(t *testing.T, what string, file []byte) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%s has %d rows: %v", what, len(rows), err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if strings.HasPrefix(strings.TrimSpace(cell), "=") || strings.HasPrefix(cell, "@") || strings.HasPrefix(cell, "+") {
				t.Errorf("%s has a formula: %.40q", what, cell)
			}
		}
	}
}

// addressShown is the line in which serve says where it listens.
var addressShown = regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+`)

// listening waits for a server to say where it listens; what it says later is not looked at.
func listening(t *testing.T, out io.Reader) string {
	t.Helper()
	base, buf := "", make([]byte, 4096)
	for text := ""; base == ""; base = addressShown.FindString(text) {
		n, err := out.Read(buf)
		if err != nil {
			t.Fatalf("the server said %q: %v", text, err)
		}
		text += string(buf[:n])
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return base
}

// askedOf asks a server for everything that it says about a data directory.
func askedOf(t *testing.T, data string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "--data", data, "--addr", "127.0.0.1:0"}, streams{in: strings.NewReader(""), out: in, err: io.Discard}, func(string) (string, bool) { return "", false })
		in.Close()
	}()
	defer func() {
		stop()
		if code := <-ended; code != exitOK {
			t.Errorf("the server ended with code %d", code)
		}
	}()
	base := listening(t, out)
	client := &http.Client{Timeout: time.Minute}
	(&served{url: base}).awaitReady(ctx, t)
	ask := func(path string) []byte {
		res, err := client.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: status %d, %v", path, res.StatusCode, err)
		}
		kind := res.Header.Get("Content-Type")
		if strings.Contains(kind, "html") || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s comes as %q, and may be taken for something else", path, kind)
		}
		if strings.Contains(kind, "json") && !strings.Contains(path, "/events?") && bytes.ContainsAny(body, "<>") {
			t.Errorf("%s holds bare angle brackets", path)
		}
		return body
	}
	var list struct {
		Issues []struct{ Key string }
	}
	if err := json.Unmarshal(ask("/api/v1/issues"), &list); err != nil || len(list.Issues) == 0 {
		t.Fatalf("%d issues, %v: the test looks at nothing", len(list.Issues), err)
	}
	var sessions struct {
		Sessions []struct{ ID string }
	}
	if err := json.Unmarshal(ask("/api/v1/sessions"), &sessions); err != nil || len(sessions.Sessions) != 4 {
		t.Fatalf("%d sessions, %v; want 4", len(sessions.Sessions), err)
	}
	cells(t, "the export", ask("/api/v1/export/issues?format=csv"))
	printed(t, "the export", string(ask("/api/v1/export/issues?format=md")))
	for _, i := range list.Issues {
		ask("/api/v1/issues/" + url.PathEscape(i.Key))
		clip := ask("/api/v1/issues/" + url.PathEscape(i.Key) + "/clips/0")
		var c struct {
			EventsURL string `json:"events_url"`
		}
		if err := json.Unmarshal(clip, &c); err != nil || c.EventsURL == "" {
			t.Fatalf("clip %s: %v", clip, err)
		}
		events := string(ask(c.EventsURL))
		for n := 4; n <= 7; n++ { // what is no text but an attribute that runs
			if bad := fmt.Sprintf("alert(%d)", n); strings.Contains(events, bad) {
				t.Errorf("the clip holds %s", bad)
			}
		}
		for _, tracker := range []string{"github", "jira", "linear"} {
			var ticket struct{ Title, Body string }
			if err := json.Unmarshal(ask("/api/v1/issues/"+url.PathEscape(i.Key)+"/text?for="+tracker), &ticket); err != nil {
				t.Fatal(err)
			}
			printed(t, "the ticket for "+tracker, ticket.Title+"\n"+ticket.Body)
		}
	}
}

func TestVisible(t *testing.T) {
	var out bytes.Buffer
	v := &visible{w: &out}
	for _, part := range []string{"a\x1b[31m\n", "\t\u202eé", "\xc3", "\xa9 \x9b", " \xe2\x80", "\x93"} { // characters cut in two by writes
		if n, err := v.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatalf("wrote %d of %d bytes: %v", n, len(part), err)
		}
	}
	if want := "a\\u001b[31m\n\t\\u202eéé \\ufffd –"; out.String() != want {
		t.Errorf("shown as %q, want %q", out.String(), want)
	}
}
