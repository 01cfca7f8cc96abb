package manifest

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"

	"github.com/rankle/rankle/replay"
)

const sessionsCSV = `session_id,user_id,started_at,device,browser,app_version,viewport.width,viewport.height,entry_url,price
s1,u1,2025-07-02T08:30:00Z,mobile,Chrome,2.4,412,915,https://shop.example/a?b=c,9.50
s2,,1751445000000,iPhone 15,Safari,2.4,,,,0
`

const sessionsNDJSON = `{"session_id":"s1","user_id":"u1","started_at":"2025-07-02T08:30:00Z","device":"mobile","browser":{"name":"Chrome"},"app_version":"2.4","viewport":{"width":412,"height":915},"entry_url":"https://shop.example/a?b=c","price":9.50}

{"session_id":"s2","user_id":null,"started_at":1751445000000,"device":{"model":"iPhone 15"},"browser":"Safari","app_version":2.4,"price":0}`

func sessionsWant() map[string]Record {
	return map[string]Record{
		"s1": {Session: "s1", Started: started, Context: replay.Context{
			User: "u1", Device: replay.Device{Type: "mobile"}, Browser: "Chrome", AppVersion: "2.4",
			ViewportW: 412, ViewportH: 915, EntryURL: "/a", Attributes: attrs("price", "9.50")}},
		"s2": {Session: "s2", Started: started, Context: replay.Context{
			Device: replay.Device{Model: "iPhone 15"}, Browser: "Safari", AppVersion: "2.4", Attributes: attrs("price", "0")}},
	}
}

type viewport struct {
	Width  int32 `parquet:"width"`
	Height int32 `parquet:"height"`
}

type sessionRow struct {
	ID       string    `parquet:"session_id"`
	User     *string   `parquet:"user_id,optional"`
	Started  time.Time `parquet:"started_at,timestamp(microsecond)"`
	Device   string    `parquet:"device"`
	Browser  string    `parquet:"browser,dict"`
	Version  string    `parquet:"app_version"`
	Viewport *viewport `parquet:"viewport,optional"`
	Entry    string    `parquet:"entry_url"`
	Price    int64     `parquet:"price,decimal(2:18)"`
	Tags     []string  `parquet:"tags,list"`
}

func parquetOf[T any](t testing.TB, rows []T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sessionsParquet(t testing.TB) []byte {
	u1 := "u1"
	return parquetOf(t, []sessionRow{
		{"s1", &u1, started, "mobile", "Chrome", "2.4", &viewport{412, 915}, "https://shop.example/a?b=c", 950, []string{"x", "y"}},
		{"s2", nil, started, "iPhone 15", "Safari", "2.4", nil, "", 0, nil},
	})
}

func gzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zstded(t *testing.T, data []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(data, nil)
}

// The same sessions in every format and dress give the same table.
func TestLoadFormats(t *testing.T) {
	semicolons := strings.ReplaceAll(sessionsCSV, ",", ";")
	for _, tt := range []struct {
		name   string
		data   []byte
		format Format
	}{
		{"csv", []byte(sessionsCSV), FormatAuto},
		{"csv by name", []byte(sessionsCSV), FormatCSV},
		{"csv with CRLF and a byte order mark", []byte("\xEF\xBB\xBF" + strings.ReplaceAll(sessionsCSV, "\n", "\r\n")), FormatAuto},
		{"csv with semicolons", []byte(semicolons), FormatAuto},
		{"csv with tabs", []byte(strings.ReplaceAll(sessionsCSV, ",", "\t")), FormatAuto},
		{"csv gzip", gzipped(t, []byte(sessionsCSV)), FormatAuto},
		{"csv zstd", zstded(t, []byte(sessionsCSV)), FormatCSV},
		{"ndjson", []byte(sessionsNDJSON), FormatAuto},
		{"ndjson with CRLF", []byte(strings.ReplaceAll(sessionsNDJSON, "\n", "\r\n") + "\r\n"), FormatNDJSON},
		{"ndjson gzip", gzipped(t, []byte(sessionsNDJSON)), FormatAuto},
		{"parquet", sessionsParquet(t), FormatAuto},
		{"parquet by name", sessionsParquet(t), FormatParquet},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := sessionsWant()
			if strings.HasPrefix(tt.name, "parquet") { // a decimal column knows its digits
				r := want["s2"]
				r.Context.Attributes = attrs("price", "0.00")
				want["s2"] = r
			}
			for _, r := range []io.Reader{bytes.NewReader(tt.data), iotest.OneByteReader(bytes.NewReader(tt.data))} {
				table, err := Load(t.Context(), r, Columns{}, Options{Format: tt.format})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, table.records); diff != "" {
					t.Errorf("records (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(Quality{Rows: 2}, table.Quality); diff != "" {
					t.Errorf("quality (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestLoadColumns(t *testing.T) {
	const data = `id,uid,when,what,release,secret,user_id,w,h,finger
a,7,2025-07-02,tablet,1.0,hush,not this one,10,20,yes
`
	c := Columns{
		Session: "id", User: "uid", Started: "when", Device: "what", AppVersion: "release",
		ViewportWidth: "w", ViewportHeight: "h", Touch: "finger", Ignore: []string{"secret", "absent"},
	}
	table, err := Load(t.Context(), strings.NewReader(data), c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, ok := table.Lookup("a")
	want := Record{Session: "a", Started: started.Truncate(24 * time.Hour), TouchKnown: true, Context: replay.Context{
		User: "7", AppVersion: "1.0", Device: replay.Device{Type: "tablet", Touch: true}, ViewportW: 10, ViewportH: 20}}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("record (-want +got):\n%s", diff)
	}
	if _, ok := table.Lookup("b"); ok || table.Len() != 1 {
		t.Errorf("Lookup of an unknown session: %v, Len %d", ok, table.Len())
	}
}

func TestLoadProblems(t *testing.T) {
	const data = `session_id,user_id,started_at,viewport.width,device.touch,plan
s1,u1,yesterday,abc,maybe,a
,u2,,,,
s1,u1,,,,a
s1,u9,,,,
s1,,2025-07-02,,true,a
s2,u2
s3,u3,,,,b,extra
s1,,,,false,a
s1,,,,,b
`
	table, err := Load(t.Context(), strings.NewReader(data), Columns{}, Options{Name: "users.csv"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range table.Problems {
		got = append(got, p.String())
	}
	want := []string{
		`line 2: started_at: "yesterday" is not a time (RFC 3339, or seconds or milliseconds since 1970); device.touch: "maybe" is neither true nor false; viewport.width: "abc" is not a number of pixels from 0 to 100000`,
		`line 3: session_id is empty`,
		`line 5: session "s1" has another user_id than on an earlier line`,
		`line 7: 2 fields, the header has 6`,
		`line 8: 7 fields, the header has 6`,
		`line 9: session "s1" has another device.touch than on an earlier line`,
		`line 10: session "s1" has another plan than on an earlier line`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if table.Rows != 9 || table.Duplicates != 2 || table.Wrong != len(want) {
		t.Errorf("quality %+v", table.Quality)
	}
	s1, _ := table.Lookup("s1")
	wantS1 := Record{Session: "s1", Started: started.Truncate(24 * time.Hour), TouchKnown: true, Context: replay.Context{
		User: "u1", Plan: "a", Device: replay.Device{Touch: true}}}
	if diff := cmp.Diff(wantS1, s1); diff != "" {
		t.Errorf("s1 is the first row, completed by the later ones (-want +got):\n%s", diff)
	}
}

func TestLoadNDJSONProblems(t *testing.T) {
	const data = `{"session_id":"s1","user_id":{"id":1}}
not json
["s2"]
{"session_id":"s3","user_id":"u`
	table, err := Load(t.Context(), strings.NewReader(data), Columns{}, Options{Format: FormatNDJSON})
	if err != nil {
		t.Fatal(err)
	}
	if table.Len() != 1 || table.Wrong != 4 {
		t.Errorf("%d sessions, problems %v", table.Len(), table.Problems)
	}
	for i, want := range []string{"line 1: user_id: is an object", "line 2: is not JSON", "line 3: is a JSON array", "line 4: the JSON ends too early"} {
		if got := table.Problems[i].String(); !strings.Contains(got, want) {
			t.Errorf("problem %q, want %q", got, want)
		}
	}
}

func TestProblemsAreBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("session_id\n")
	for range 3 * maxProblems {
		b.WriteString("\"\"\n")
	}
	table, err := Load(t.Context(), strings.NewReader(b.String()), Columns{}, Options{})
	if err != nil || len(table.Problems) != maxProblems || table.Wrong != 3*maxProblems {
		t.Errorf("error %v, %d problems kept, %d counted", err, len(table.Problems), table.Wrong)
	}
}

func TestLoadErrors(t *testing.T) {
	whole := sessionsParquet(t)
	zipped := gzipped(t, []byte(sessionsCSV))
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name string
		ctx  context.Context
		data string
		c    Columns
		o    Options
		want error
		text string
	}{
		{"empty", nil, "", Columns{}, Options{}, ErrFormat, "it is empty"},
		{"only space", nil, " \n\n", Columns{}, Options{}, ErrFormat, "it is empty"},
		{"no session column", nil, "sid,user_id\n1,2\n", Columns{}, Options{}, ErrColumns,
			`there is no "session_id"; set columns.session to one of the columns: sid, user_id`},
		{"no session column in JSON", nil, `{"sid":1}`, Columns{}, Options{}, ErrColumns, "columns: sid"},
		{"no session column in parquet", nil, string(parquetOf(t, []struct{ Sid string }{{"x"}})), Columns{}, Options{}, ErrColumns, "columns: Sid"},
		{"named column absent", nil, "session_id,b\n1,2\n", Columns{User: "uid"}, Options{}, ErrColumns,
			`columns.user names "uid"; the columns are: b, session_id`},
		{"one column for two fields", nil, "session_id\n1\n", Columns{User: "x", Plan: "x"}, Options{}, ErrColumns, `"x" is named for both user_id and plan`},
		{"column twice", nil, "session_id,a,a\n", Columns{}, Options{}, ErrFormat, `two columns are called "a"`},
		{"open quote", nil, "session_id,a\n1,\"x\n", Columns{}, Options{}, ErrFormat, "line 2"},
		{"JSON array", nil, `[{"session_id":1}]`, Columns{}, Options{}, ErrFormat, "one object a line"},
		{"no JSON at all", nil, "a\nb\n", Columns{}, Options{Format: FormatNDJSON}, ErrFormat, "no line is a JSON object"},
		{"unknown format", nil, "a", Columns{}, Options{Format: "xlsx"}, ErrFormat, "csv, ndjson and parquet"},
		{"parquet cut", nil, string(whole[:len(whole)/2]), Columns{}, Options{}, ErrFormat, "parquet"},
		{"parquet that is none", nil, "session_id\n", Columns{}, Options{Format: FormatParquet}, ErrFormat, "parquet"},
		{"gzip cut", nil, string(zipped[:len(zipped)-10]), Columns{}, Options{}, io.ErrUnexpectedEOF, ""},
		{"gzip header only", nil, "\x1f\x8bxx", Columns{}, Options{}, ErrFormat, "gzip"},
		{"too many rows", nil, "session_id\na\nb\nc\n", Columns{}, Options{MaxRows: 2}, ErrLimit, "MaxRows (2)"},
		{"too many bytes", nil, sessionsCSV, Columns{}, Options{MaxBytes: 150}, ErrLimit, "MaxBytes (150)"},
		{"bomb", nil, string(gzipped(t, bytes.Repeat([]byte("x"), 1<<20))), Columns{}, Options{MaxBytes: 1000}, ErrLimit, "MaxBytes"},
		{"long line", nil, `{"session_id":"` + strings.Repeat("x", maxLineBytes) + `"}`, Columns{}, Options{}, ErrLimit, "line 1"},
		{"cancelled", cancelled, sessionsCSV, Columns{}, Options{}, context.Canceled, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx := tt.ctx
			if ctx == nil {
				ctx = t.Context()
			}
			tt.o.Name = "users"
			_, err := Load(ctx, strings.NewReader(tt.data), tt.c, tt.o)
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) || !strings.HasPrefix(err.Error(), "users: ") {
				t.Errorf("error %v, want %v with %q", err, tt.want, tt.text)
			}
		})
	}
}

func TestMaxBytesIsExact(t *testing.T) {
	n := int64(len(sessionsCSV))
	if _, err := Load(t.Context(), strings.NewReader(sessionsCSV), Columns{}, Options{MaxBytes: n}); err != nil {
		t.Errorf("a table of exactly MaxBytes: %v", err)
	}
	if _, err := Load(t.Context(), strings.NewReader(sessionsCSV), Columns{}, Options{MaxBytes: n - 1}); !errors.Is(err, ErrLimit) {
		t.Errorf("one byte more than MaxBytes: %v", err)
	}
}

func TestLoadOutcomes(t *testing.T) {
	const data = `user_id,name,at,value,note
u1,order,2025-07-03T10:00:00Z,19.90,x
u1,order,2025-07-02T10:00:00Z,,
u2,renewal,2025-07-04,abc,
u1,order,2025-07-03T10:00:00Z,19.90,again
,order,2025-07-03,1,
u3,,2025-07-03,1,
u3,order,,1,
u3,order,soon,1,
`
	day := func(d int) time.Time { return time.Date(2025, 7, d, 10, 0, 0, 0, time.UTC) }
	table, err := LoadOutcomes(t.Context(), strings.NewReader(data), Columns{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Outcome{{"order", day(2), 0, false}, {"order", day(3), 19.9, true}}
	if diff := cmp.Diff(want, table.Lookup("u1")); diff != "" {
		t.Errorf("u1 (-want +got):\n%s", diff)
	}
	want = []Outcome{{"renewal", time.Date(2025, 7, 4, 0, 0, 0, 0, time.UTC), 0, false}}
	if diff := cmp.Diff(want, table.Lookup("u2")); diff != "" {
		t.Errorf("u2 (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"order", "renewal"}, table.Names()); diff != "" || table.Len() != 2 || table.Lookup("u3") != nil {
		t.Errorf("names %s, %d users", diff, table.Len())
	}
	var got []string
	for _, p := range table.Problems {
		got = append(got, p.String())
	}
	wantProblems := []string{
		`line 4: value: "abc" is not a number`, `line 6: user_id is empty`, `line 7: name is empty`, `line 8: at is empty`,
		`line 9: at: "soon" is not a time (RFC 3339, or seconds or milliseconds since 1970)`,
	}
	if diff := cmp.Diff(wantProblems, got); diff != "" || table.Duplicates != 1 || table.Rows != 8 {
		t.Errorf("duplicates %d, rows %d, problems (-want +got):\n%s", table.Duplicates, table.Rows, diff)
	}
	_, err = LoadOutcomes(t.Context(), strings.NewReader("customer,what\n1,2\n"), Columns{User: "customer"}, Options{Name: "orders.csv"})
	for _, text := range []string{"orders.csv", `no "name"; set columns.name`, `no "at"; set columns.at`, "customer, what"} {
		if !errors.Is(err, ErrColumns) || !strings.Contains(err.Error(), text) {
			t.Errorf("error %v, want %q", err, text)
		}
	}
}

func TestDecimal(t *testing.T) {
	for _, tt := range []struct {
		v     parquet.Value
		scale int32
		want  string
	}{
		{parquet.Int64Value(950), 2, "9.50"},
		{parquet.Int64Value(-5), 2, "-0.05"},
		{parquet.Int32Value(0), 3, "0.000"},
		{parquet.Int32Value(7), 0, "7"},
		{parquet.ByteArrayValue([]byte{0xff, 0x38}), 1, "-20.0"},
		{parquet.ByteArrayValue([]byte{0x01, 0x00}), 1, "25.6"},
		{parquet.ByteArrayValue(nil), 1, "0.0"},
	} {
		if got := decimal(tt.v, tt.scale); got != tt.want {
			t.Errorf("decimal(%v, %d) = %s, want %s", tt.v, tt.scale, got, tt.want)
		}
	}
}

// TestParquetFooter: the library would allocate as much as the footer says that it has.
func TestParquetFooter(t *testing.T) {
	whole := sessionsParquet(t)
	lying := slices.Clone(whole)
	binary.LittleEndian.PutUint32(lying[len(lying)-8:], math.MaxUint32)
	for name, data := range map[string][]byte{"4 GB": lying, "cut": whole[:6], "one byte more than there is": longerFooter(whole)} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Load(t.Context(), bytes.NewReader(data), Columns{}, Options{})
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "parquet") {
			t.Errorf("%s: error %v, want one about the format", name, err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 16<<20 {
			t.Errorf("%s: %d bytes allocated for a table of %d", name, took, len(data))
		}
	}
}

func longerFooter(whole []byte) []byte {
	data := slices.Clone(whole)
	binary.LittleEndian.PutUint32(data[len(data)-8:], uint32(len(data)-8+1))
	return data
}

// fuzzTable checks what holds for any table.
func fuzzTable(t *testing.T, data []byte) {
	o := Options{MaxBytes: 1 << 20, MaxRows: 10_000}
	table, err := Load(t.Context(), bytes.NewReader(data), Columns{}, o)
	again, err2 := Load(t.Context(), bytes.NewReader(data), Columns{}, o)
	if fmt.Sprint(err) != fmt.Sprint(err2) {
		t.Fatalf("read twice: %v and %v", err, err2)
	}
	if err != nil {
		return
	}
	if !cmp.Equal(table.records, again.records) || !cmp.Equal(table.Quality, again.Quality) {
		t.Fatal("read twice: the tables differ")
	}
	if table.Len()+table.Duplicates > table.Rows || len(table.Problems) > maxProblems || table.Wrong < len(table.Problems) {
		t.Fatalf("%d sessions, quality %+v", table.Len(), table.Quality)
	}
	for id, r := range table.records {
		if id == "" || r.Session != id {
			t.Fatalf("record %q under %q", r.Session, id)
		}
		checkRecord(t, r)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte(sessionsCSV))
	f.Add([]byte("session_id;user_id\n1;\"a\nb\"\n1;c\n"))
	f.Add([]byte("session_id\tdevice\n\xff\t\x00\n"))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzTable(t, data) })
}

func FuzzNDJSON(f *testing.F) {
	f.Add([]byte(sessionsNDJSON))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzTable(t, data) })
}

func FuzzParquet(f *testing.F) {
	f.Add(sessionsParquet(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzTable(t, append([]byte("PAR1"), bytes.TrimPrefix(data, []byte("PAR1"))...))
	})
}
