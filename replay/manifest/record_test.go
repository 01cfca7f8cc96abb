package manifest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/replay"
)

var started = time.Date(2025, 7, 2, 8, 30, 0, 0, time.UTC)

func attrs(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

func TestSidecar(t *testing.T) {
	for _, tt := range []struct {
		name, json string
		want       Record
		err        string
	}{
		{"all fields", `{"session_id":"s1","user_id":"u1","started_at":"2025-07-02T10:30:00+02:00",
			"device":{"type":"mobile","model":"Pixel 8","touch":true},"browser":"Chrome","os":"Android","app_version":"2.4.0",
			"viewport":{"width":412,"height":915},"entry_url":"https://shop.example/cart?token=secret#x","channel":"ads","plan":"pro",
			"experiment":{"checkout":"b","seats":3},"beta":true,"tags":["a","b",1],"none":null}`,
			Record{Session: "s1", Started: started, TouchKnown: true, Context: replay.Context{
				User: "u1", Device: replay.Device{Type: "mobile", Model: "Pixel 8", Touch: true}, OS: "Android", Browser: "Chrome",
				AppVersion: "2.4.0", Channel: "ads", Plan: "pro", EntryURL: "/cart", ViewportW: 412, ViewportH: 915,
				Attributes: attrs("experiment.checkout", "b", "experiment.seats", "3", "beta", "true", "tags", "a,b,1")}}, ""},
		{"empty object", `{}`, Record{}, ""},
		{"byte order mark and space", "\xEF\xBB\xBF {\"user_id\":\"u\"}\n", Record{Context: replay.Context{User: "u"}}, ""},
		{"device as a type", `{"device":"Phone"}`, Record{Context: replay.Context{Device: replay.Device{Type: "mobile"}}}, ""},
		{"device as a model", `{"device":"iPhone 15"}`, Record{Context: replay.Context{Device: replay.Device{Model: "iPhone 15"}}}, ""},
		{"unknown device type", `{"device":{"type":"kiosk","touch":false,"dpr":2}}`,
			Record{TouchKnown: true, Context: replay.Context{Attributes: attrs("device.type", "kiosk", "device.dpr", "2")}}, ""},
		{"browser and os as objects", `{"browser":{"name":"Safari","version":"17.1"},"os":{"name":"iOS","version":17}}`,
			Record{Context: replay.Context{Browser: "Safari", OS: "iOS", Attributes: attrs("browser.version", "17.1", "os.version", "17")}}, ""},
		{"ids as numbers keep all digits", `{"session_id":9007199254740993,"user_id":12345678901234567890}`,
			Record{Session: "9007199254740993", Context: replay.Context{User: "12345678901234567890"}}, ""},
		{"nothing in other words", `{"user_id":"null","plan":"","channel":" undefined ","os":null,"x":"None"}`, Record{}, ""},
		{"nesting by dots and objects meets", `{"a":{"b":"object"},"a.b":"dotted"}`,
			Record{Context: replay.Context{Attributes: attrs("a.b", "object")}}, ""},
		{"lists of objects and deep nesting are left out", `{"l":[{"x":1}],"d":{"d":{"d":{"d":{"d":{"d":{"d":{"d":{"x":1}}}}}}}}}`,
			Record{Dropped: 1}, ""},
		{"viewport with one side", `{"viewport":{"width":400}}`, Record{}, ""},
		{"viewport in fractions", `{"viewport":{"width":"411.4","height":731.6}}`,
			Record{Context: replay.Context{ViewportW: 411, ViewportH: 732}}, ""},
		{"the good fields stay", `{"user_id":{"id":1},"started_at":"yesterday","viewport":{"width":-1,"height":9},"device":{"touch":"maybe"},"plan":["a"],"os":"x"}`,
			Record{Partial: true, Context: replay.Context{OS: "x"}}, `user_id: is an object`},
		{"wrong time", `{"started_at":"yesterday"}`, Record{Partial: true}, `started_at: "yesterday" is not a time`},
		{"zero time", `{"started_at":0}`, Record{Partial: true}, "before 1990"},
		{"wrong viewport", `{"viewport":"400x800"}`, Record{Partial: true}, "viewport: is"},
		{"wrong touch", `{"device":{"touch":"maybe"}}`, Record{Partial: true}, "device.touch"},
		{"empty file", ``, Record{}, "ends too early"},
		{"cut", `{"user_id":"u1","os`, Record{}, "ends too early"},
		{"array", `[{"user_id":"u1"}]`, Record{}, "is a JSON array, want an object"},
		{"null", `null`, Record{}, "is null"},
		{"two documents", `{} {}`, Record{}, "more follows"},
		{"no JSON", `user_id: u1`, Record{}, "is not JSON"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Sidecar([]byte(tt.json))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("record (-want +got):\n%s", diff)
			}
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
		})
	}
}

func TestSidecarLimits(t *testing.T) {
	doc := map[string]any{"long": strings.Repeat("é", MaxValue+10), strings.Repeat("n", MaxName+1): "x"}
	for i := range MaxAttributes + 5 {
		doc[fmt.Sprintf("a%03d", i)] = i
	}
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Sidecar(data)
	if err != nil {
		t.Fatal(err)
	}
	// The first hundred by name are a000 to a099; five more, "long" and the long name are dropped.
	if len(r.Context.Attributes) != MaxAttributes || r.Dropped != 7 || r.Context.Attributes["a099"] != "99" {
		t.Errorf("%d attributes, %d dropped", len(r.Context.Attributes), r.Dropped)
	}
	r, _ = Sidecar([]byte(`{"long":"` + strings.Repeat("é", MaxValue+10) + `"}`))
	if got := r.Context.Attributes["long"]; utf8.RuneCountInString(got) != MaxValue {
		t.Errorf("a long value has %d runes, want %d", utf8.RuneCountInString(got), MaxValue)
	}
}

func TestParseTime(t *testing.T) {
	for in, want := range map[string]time.Time{
		"2025-07-02T08:30:00Z":          started,
		"2025-07-02T10:30:00.000+02:00": started,
		"2025-07-02T08:30:00":           started,
		"2025-07-02 08:30:00":           started,
		"2025-07-02 08:30:00 UTC":       started,
		"2025-07-02 10:30:00+02:00":     started,
		"2025-07-02 08:30":              started,
		"2025-07-02":                    started.Truncate(24 * time.Hour),
		"1751445000":                    started,
		"1751445000000":                 started,
		"1751445000000.5":               started.Add(500 * time.Microsecond),
		"1751445000.25":                 started.Add(250 * time.Millisecond),
		"1.751445e12":                   started,
		"1751445000000000":              started,
		"1751445000000000001":           started.Add(1),
	} {
		if got, err := parseTime(in); err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("parseTime(%q) = %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "now", "0", "12", "NaN", "Inf", "1e400", "-1751445000", "99999999999", "2025-13-01", "1950-01-01"} {
		if got, err := parseTime(in); err == nil {
			t.Errorf("parseTime(%q) = %v, want an error", in, got)
		}
	}
}

func TestPathOf(t *testing.T) {
	for in, want := range map[string]string{
		"":                                 "",
		"https://shop.example/cart?t=1#x":  "/cart",
		"https://shop.example":             "/",
		"https://user:pw@shop.example/a/b": "/a/b",
		"//shop.example/x?y":               "/x",
		"/cart?password=1":                 "/cart",
		"cart#/hash":                       "cart",
		"?only=query":                      "",
		"mailto:a@example.org":             "",
		"https://shop.example/%zz?q=1":     "/%zz",
		"https://sh op.example?q=1":        "/",
		"app://home/tab":                   "/tab",
	} {
		if got := pathOf(in); got != want {
			t.Errorf("pathOf(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFields(t *testing.T) {
	r, err := Fields(map[string]string{
		"session": "s1", "user": "u1", "version": "1.2", "device": "tablet", "tenant": "acme", "start": "1751445000", "channel": "web",
	})
	want := Record{Session: "s1", Started: started, Context: replay.Context{
		User: "u1", AppVersion: "1.2", Device: replay.Device{Type: "tablet"}, Channel: "web", Attributes: attrs("tenant", "acme")}}
	if diff := cmp.Diff(want, r); diff != "" || err != nil {
		t.Errorf("error %v, record (-want +got):\n%s", err, diff)
	}
	if r, err := Fields(map[string]string{"start": "x", "user": "u"}); err == nil || r.Context.User != "u" {
		t.Errorf("a wrong start: %+v, error %v", r, err)
	}
	if r, err := Fields(nil); err != nil || !cmp.Equal(r, Record{}) {
		t.Errorf("no fields: %+v, error %v", r, err)
	}
}

func TestMerge(t *testing.T) {
	upper := Record{Session: "s", TouchKnown: true, Dropped: 1, Context: replay.Context{
		User: "u", Device: replay.Device{Model: "m"}, ViewportW: 1, ViewportH: 2, Attributes: attrs("a", "upper", "b", "upper")}}
	lower := Record{Session: "other", Started: started, TouchKnown: true, Dropped: 2, Context: replay.Context{
		User: "x", Plan: "p", Device: replay.Device{Type: "mobile", Touch: true}, ViewportW: 3, ViewportH: 4, Attributes: attrs("a", "lower", "c", "lower")}}
	want := Record{Session: "s", Started: started, TouchKnown: true, Dropped: 3, Context: replay.Context{
		User: "u", Plan: "p", Device: replay.Device{Type: "mobile", Model: "m"}, ViewportW: 1, ViewportH: 2,
		Attributes: attrs("a", "upper", "b", "upper", "c", "lower")}}
	if diff := cmp.Diff(want, upper.Merge(lower)); diff != "" {
		t.Errorf("merge (-want +got):\n%s", diff)
	}
	if len(upper.Context.Attributes) != 2 || len(lower.Context.Attributes) != 2 {
		t.Error("Merge changed its arguments")
	}
	if diff := cmp.Diff(lower, Record{}.Merge(lower)); diff != "" {
		t.Errorf("merge into nothing (-want +got):\n%s", diff)
	}
}

func TestApply(t *testing.T) {
	s := &replay.Session{ID: "file", Start: started, Marks: []replay.Mark{replay.MarkGap}, Context: replay.Context{
		OS: "from recording", Plan: "from recording", Device: replay.Device{Touch: true}, Attributes: attrs("a", "recording", "b", "recording")}}
	Record{}.Apply(s)
	if s.ID != "file" || s.Context.OS != "from recording" || !s.Context.Device.Touch {
		t.Errorf("an empty record changed the session: %+v", s)
	}
	if diff := cmp.Diff([]replay.Mark{replay.MarkGap, replay.MarkNoUser}, s.Marks); diff != "" {
		t.Errorf("marks without a user:\n%s", diff)
	}
	Record{Session: "sidecar", Started: started.Add(time.Hour), TouchKnown: true, Context: replay.Context{
		User: "u", Plan: "pro", Attributes: attrs("a", "sidecar")}}.Apply(s)
	want := &replay.Session{ID: "sidecar", Start: started, Marks: []replay.Mark{replay.MarkGap}, Context: replay.Context{
		User: "u", OS: "from recording", Plan: "pro", Attributes: attrs("a", "sidecar", "b", "recording")}}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("session (-want +got):\n%s", diff)
	}
	empty := &replay.Session{}
	Record{Started: started}.Apply(empty)
	if !empty.Start.Equal(started) {
		t.Errorf("start of a session without events: %v", empty.Start)
	}
}

func TestComplete(t *testing.T) {
	c := replay.Context{User: "u", Attributes: attrs("a", "1")}
	Record{TouchKnown: true, Context: replay.Context{User: "x", Plan: "pro", Device: replay.Device{Touch: true}, Attributes: attrs("a", "2", "b", "2")}}.Complete(&c)
	want := replay.Context{User: "u", Plan: "pro", Device: replay.Device{Touch: true}, Attributes: attrs("a", "1", "b", "2")}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("context (-want +got):\n%s", diff)
	}
}

// checkRecord fails when a record breaks what later stages count on.
func checkRecord(t *testing.T, r Record) {
	t.Helper()
	c := r.Context
	for _, s := range []string{r.Session, c.User, c.OS, c.Browser, c.AppVersion, c.Channel, c.Plan, c.EntryURL, c.Device.Model} {
		if !utf8.ValidString(s) || utf8.RuneCountInString(s) > MaxValue {
			t.Fatalf("text %q", s)
		}
	}
	if strings.ContainsAny(c.EntryURL, "?#") && !strings.Contains(c.EntryURL, "%") && strings.Contains(c.EntryURL, "://") {
		t.Fatalf("entry URL %q", c.EntryURL)
	}
	switch c.Device.Type {
	case "", "desktop", "mobile", "tablet":
	default:
		t.Fatalf("device type %q", c.Device.Type)
	}
	if (c.ViewportW == 0) != (c.ViewportH == 0) || c.ViewportW < 0 || len(c.Attributes) > MaxAttributes {
		t.Fatalf("context %+v", c)
	}
	if !r.Started.IsZero() && (r.Started.Year() < 1990 || r.Started.Year() > 2200 || r.Started.Location() != time.UTC) {
		t.Fatalf("started %v", r.Started)
	}
}

func FuzzSidecar(f *testing.F) {
	f.Add([]byte(`{"session_id":"s","device":{"type":"phone","touch":1},"viewport":{"width":1,"height":2},"entry_url":"/a?b","x":{"y":[1,2]}}`))
	f.Add([]byte(`{"started_at":1751445000000,"user_id":null,"a.b":1,"a":{"b":2},"os":["x"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Sidecar(data)
		checkRecord(t, r)
		again, err2 := Sidecar(data)
		if fmt.Sprint(err) != fmt.Sprint(err2) || !cmp.Equal(r, again) {
			t.Fatalf("read twice: %+v, %v and %+v, %v", r, err, again, err2)
		}
	})
}

// A recording shows that it is of an application; on which system, a table may know. Nothing else gives way.
func TestChannelOfApplications(t *testing.T) {
	for _, tc := range []struct{ recording, table, want string }{
		{"mobile", "ios", "ios"}, {"mobile", "android", "android"}, {"mobile", "store", "mobile"}, {"android", "ios", "android"},
		{"", "web", "web"}, {"mobile", "", "mobile"},
	} {
		c := replay.Context{Channel: tc.recording}
		Record{Context: replay.Context{Channel: tc.table}}.Complete(&c)
		if c.Channel != tc.want {
			t.Errorf("%q completed by %q is %q, want %q", tc.recording, tc.table, c.Channel, tc.want)
		}
	}
}
