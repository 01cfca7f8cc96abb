package rrweb_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rankle/rankle/replay/rrweb"
)

// base is a time in epoch ms; the times of tests count from it.
const base = 1700000000000

func logged(t *testing.T, opt rrweb.Options, events ...rrweb.Event) *rrweb.Logbook {
	t.Helper()
	book := rrweb.NewLogbook(opt)
	for _, e := range events {
		if !rrweb.Logs(e) {
			t.Errorf("an event of type %d is not for a Logbook", e.Type)
		}
		e.Time += base
		book.Add(e)
	}
	return book
}

func say(at float64, level string, arguments ...string) rrweb.Event {
	quoted := make([]string, len(arguments))
	for i, a := range arguments {
		quoted[i] = fmt.Sprintf("%q", a)
	}
	return rrweb.Event{Type: 6, Time: at, Data: []byte(`{"plugin":"rrweb/console@1","payload":{"level":"` + level + `","trace":[],"payload":[` + strings.Join(quoted, ",") + `]}}`)}
}

func ask(at float64, requests string) rrweb.Event {
	return rrweb.Event{Type: 6, Time: at, Data: []byte(`{"plugin":"rrweb/network@1","payload":{"requests":[` + requests + `]}}`)}
}

// show writes lines one a row, times from base.
func show(lines []rrweb.LogLine) string {
	var out strings.Builder
	for _, l := range lines {
		mark := ""
		if l.Failed() {
			mark = "!"
		}
		if l.Level != "" {
			fmt.Fprintf(&out, "%g %s%s %s\n", l.At-base, mark, l.Level, l.Text)
		} else {
			fmt.Fprintf(&out, "%g %s%s %s %d %s %gms\n", l.At-base, mark, l.Method, l.Path, l.Status, l.Initiator, l.Duration)
		}
	}
	return out.String()
}

func TestLogbook(t *testing.T) {
	page := rrweb.Event{Type: 4, Data: []byte(`{"href":"https://shop.example/cart?x=1","width":1,"height":1}`)}
	custom := func(at float64, tag, payload string) rrweb.Event {
		return rrweb.Event{Type: 5, Time: at, Data: []byte(`{"tag":"` + tag + `","payload":` + payload + `}`)}
	}
	for _, tc := range []struct {
		name    string
		opt     rrweb.Options
		events  []rrweb.Event
		want    string
		console bool
		network bool
	}{
		{"nothing", rrweb.Options{}, nil, "", false, false},
		{"an error keeps its arguments, others the first one", rrweb.Options{}, []rrweb.Event{
			say(1, "error", `"Payment failed"`, `"code 7"`, `{"card":"1"}`), say(2, "warn", `"Slow"`, `"twice"`),
			say(3, "log", `"Signed in as"`, `"Tess"`), say(4, "info", `{"a":1}`), say(5, "table", `"t"`),
		}, "1 !error Payment failed code 7 {…}\n2 warn Slow twice\n3 log Signed in as\n4 info {…}\n5 log t\n", true, false},
		{"first line, without queries, masked", rrweb.Options{}, []rrweb.Event{
			say(1, "error", `"at https://a.example/x?token=1 for a@mail.example\nsecond line"`)}, "1 !error at https://a.example/x for *@*\n", true, false},
		{"hidden text", rrweb.Options{Privacy: rrweb.Privacy{MaskAll: true}}, []rrweb.Event{say(1, "error", `"No such thing"`)}, "1 !error ** **** *****\n", true, false},
		{"requests", rrweb.Options{}, []rrweb.Event{page,
			ask(900, `{"name":"https://shop.example/api/pay?k=1","method":"post","status":500,"initiatorType":"xhr","timestamp":1700000000100,"duration":250,"responseBody":"b"},`+
				`{"name":"https://cdn.example/a.png","initiatorType":"img","status":0,"timestamp":1700000000050,"duration":10}`),
		}, "50  cdn.example/a.png -1 img 10ms\n100 !POST /api/pay 500 xmlhttprequest 250ms\n", false, true},
		{"requests by the page's clock wait for what follows", rrweb.Options{}, []rrweb.Event{page,
			ask(2000, `{"name":"/a","method":"GET","status":200,"startTime":100,"endTime":200}`),
			ask(2100, `{"name":"/b","method":"GET","status":200,"startTime":800,"endTime":1000}`),
		}, "1200 GET /a 200  100ms\n1900 GET /b 200  200ms\n", false, true},
		{"Sentry's crumbs and spans", rrweb.Options{}, []rrweb.Event{page,
			custom(1, "breadcrumb", `{"category":"console","level":"error","message":"Broken"}`),
			custom(2, "breadcrumb", `{"category":"console","level":"info","message":"Signed in as Tess"}`),
			custom(3, "breadcrumb", `{"category":"ui.click","message":"button"}`),
			custom(9, "performanceSpan", `{"op":"resource.fetch","description":"/api","startTimestamp":1700000000.005,"endTimestamp":1700000000.009,"data":{"method":"GET","statusCode":404}}`),
		}, "1 !error Broken\n5 !GET /api 404 fetch 4ms\n", true, true},
		{"what cannot be read", rrweb.Options{}, []rrweb.Event{
			{Type: 6, Data: []byte(`{"plugin":"rrweb/console@1","payload":{`)}, {Type: 6, Data: []byte(`{"plugin":"rrweb/console@1"}`)}, {Type: 6, Data: []byte(`[]`)},
			{Type: 5, Data: []byte(`7`)}, say(1, "error"), {Type: 6, Data: []byte(`{"plugin":"other","payload":["x"]}`)},
		}, "", true, false},
		{"no more than the limit", rrweb.Options{MaxDetails: 1}, []rrweb.Event{say(1, "log", `"a"`), say(2, "log", `"b"`)}, "1 log a\n", true, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			book := logged(t, tc.opt, tc.events...)
			lines, left := book.Lines(base, base+10_000, 100)
			if got := show(lines); got != tc.want || left != 0 {
				t.Errorf("%d left out of\n%swant\n%s", left, got, tc.want)
			}
			if console, network := book.Recorded(); console != tc.console || network != tc.network {
				t.Errorf("console %v, network %v", console, network)
			}
		})
	}
}

func TestLogbookKeepsWhatTellsMost(t *testing.T) {
	request := func(status int, initiator string, start int) string {
		return fmt.Sprintf(`{"name":"/%s/%d","status":%d,"initiatorType":%q,"timestamp":%d,"duration":1}`, initiator, status, status, initiator, base+start)
	}
	events := []rrweb.Event{ask(100, request(200, "img", 10)), ask(100, request(200, "fetch", 20)), ask(100, request(500, "fetch", 30)), say(40, "log", `"a"`), say(50, "error", `"b"`)}
	lines, left := logged(t, rrweb.Options{}, events...).Lines(base, base+1000, 3)
	if got, want := show(lines), "20  /fetch/200 200 fetch 1ms\n30 ! /fetch/500 500 fetch 1ms\n50 !error b\n"; got != want || left != 2 {
		t.Errorf("%d left out of\n%swant\n%s", left, got, want)
	}
	lines, left = logged(t, rrweb.Options{}, events...).Lines(base+21, base+30, 3)
	if got, want := show(lines), "20  /fetch/200 200 fetch 1ms\n30 ! /fetch/500 500 fetch 1ms\n"; got != want || left != 0 {
		t.Errorf("of a part: %d left out of\n%swant\n%s", left, got, want)
	}
}
