package format_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/format"
	"github.com/rankle/rankle/replay/rrweb"
)

// shop and wireframes are the events of a page and of a native application, one JSON text each.
func shop(t testing.TB) []string       { return eventsOf(t, "shop.json") }
func wireframes(t testing.TB) []string { return eventsOf(t, "wireframes.json") }

// eventsOf returns the events of a file in testdata.
func eventsOf(t testing.TB, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		t.Fatal(err)
	}
	out := make([]string, len(raw))
	for i := range raw {
		out[i] = string(raw[i])
	}
	return out
}

func list(events []string) string { return "[" + strings.Join(events, ",") + "]" }

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// latin1 makes a string of one code point per byte.
func latin1(b []byte) string {
	r := make([]rune, len(b))
	for i, c := range b {
		r[i] = rune(c)
	}
	return string(r)
}

func compressed(w func(io.Writer) io.WriteCloser, s string) string {
	var b bytes.Buffer
	z := w(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.String()
}

func gz(s string) string {
	return compressed(func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, s)
}
func zl(s string) string {
	return compressed(func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, s)
}
func zs(s string) string {
	return compressed(func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z }, s)
}
func br(s string) string {
	return compressed(func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) }, s)
}

// packed is rrweb's packer: zlib of the event with a version, one code point per byte.
func packed(event string) string {
	return quote(latin1([]byte(zl(strings.TrimSuffix(event, "}") + `,"v":"v1"}`))))
}

// cv2024 compresses an event as PostHog's recorder does.
func cv2024(t testing.TB, event string) string {
	var e map[string]json.RawMessage
	var data map[string]json.RawMessage
	if err := json.Unmarshal([]byte(event), &e); err != nil {
		t.Fatal(err)
	}
	_ = json.Unmarshal(e["data"], &data)
	field := func(raw json.RawMessage) json.RawMessage {
		return json.RawMessage(quote(latin1([]byte(gz(string(raw))))))
	}
	switch {
	case string(e["type"]) == "2":
		e["data"] = field(e["data"])
	case string(e["type"]) == "3" && string(data["source"]) == "0":
		for _, key := range []string{"adds", "removes", "texts", "attributes"} {
			if raw, ok := data[key]; ok {
				data[key] = field(raw)
			}
		}
		e["data"], _ = json.Marshal(data)
	default:
		return event
	}
	e["cv"] = json.RawMessage(`"2024-10"`)
	out, _ := json.Marshal(e)
	return string(out)
}

// sortedKeys writes an event with alphabetical keys at every level, as Go maps and jsonb columns do.
func sortedKeys(t testing.TB, event string) string {
	var v any
	d := json.NewDecoder(strings.NewReader(event))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	out, _ := json.MarshalIndent(v, "  ", "\t")
	return string(out)
}

// TestContainers reads one recording in every container in use. All give the same session.
func TestContainers(t *testing.T) {
	events := shop(t)
	each := func(f func(string) string) []string {
		out := make([]string, len(events))
		for i, e := range events {
			out[i] = f(e)
		}
		return out
	}
	withWindow := func(e string) string { return `{"windowId":"w-1",` + e[1:] }
	half := len(events) / 2
	want := dump(decode(t, textPart("a", list(events))))
	normal := func(s *replay.Session) string {
		s.Format = "rrweb"
		return dump(s)
	}
	for _, tc := range []struct{ name, text string }{
		{"array", list(events)},
		{"byte order mark", "\xef\xbb\xbf" + list(events)},
		{"lines", strings.Join(events, "\n") + "\n"},
		{"lines without end", strings.Join(events, "\r\n")},
		{"concatenated", strings.Join(events, "")},
		{"text sequence", "\x1e" + strings.Join(events, "\n\x1e")},
		{"events", `{"sessionId":"x","events":` + list(events) + `,"n":1}`},
		{"data.events", `{"data":{"n":[1,{"a":2}],"events":` + list(events) + `}}`},
		{"rrwebEvents", `{"rrwebEvents":` + list(events) + `,"sessionKey":"k"}`},
		{"result.snapshots", `{"result":{"snapshots":` + list(events) + `,"next":null}}`},
		{"snapshots", `{"snapshots":` + list(each(withWindow)) + `}`},
		{"export 2023-04-28", `{"version":"2023-04-28","data":{"id":"i","person":{"name":"x"},"snapshots":` + list(each(withWindow)) + `}}`},
		{"export 2022-12-02", `{"version":"2022-12-02","data":{"person":{},"snapshotsByWindowId":{"u-1":` + list(events) + `}}}`},
		{"export with numbered windows", `{"version":"2023-04-28","data":{"snapshots":` + list(each(func(e string) string { return `{"windowId":1,` + e[1:] })) + `}}`},
		{"api of 2022", `{"result":{"snapshot_data_by_window_id":{"u-1":` + list(events) + `},"next":null}}`},
		{"api of 2023", `{"storage":"object_storage","snapshot_data_by_window_id":{"u-1":` + list(events) + `},"blob_keys":null}`},
		{"umami", `{"type":"record","payload":{"events":` + list(events) + `}}`},
		{"posthog v1", `{"window_id":"w","data":` + list(events[:half]) + "}\n" + `{"window_id":"w","data":` + list(events[half:]) + "}\n"},
		{"posthog v1 sorted keys", `{"data":` + list(events[:half]) + `,"window_id":"w"}` + "\n" + `{"data":` + list(events[half:]) + `,"window_id":"w"}`},
		{"posthog v2", strings.Join(each(func(e string) string { return `["0196e180-73bd",` + e + "]" }), "\n")},
		{"posthog v2 in an array", list(each(func(e string) string { return `["0196e180-73bd",` + e + "]" }))},
		{"script", "/* eslint-disable */\n// prettier-ignore\nconst events = " + list(events) + ";\nexport default events;\n"},
		{"module", "export default " + list(events)},
		{"json in strings", list(each(quote))},
		{"json in a string", quote(list(events))},
		{"string lines", strings.Join(each(quote), "\n")},
		{"nested lists", "[" + list(events[:half]) + "," + list(events[half:]) + "]"},
		{"lists of lines", list(events[:half]) + "\n" + list(events[half:]) + "\n"},
		{"packed", list(each(packed))},
		{"packed lines", strings.Join(each(packed), "\n")},
		{"packed mixed", list(append(each(packed)[:half], events[half:]...))},
		{"cv 2024-10", strings.Join(each(func(e string) string { return `["w",` + cv2024(t, e) + "]" }), "\n")},
		{"sorted and indented", "[\n" + strings.Join(each(func(e string) string { return sortedKeys(t, e) }), ",\n") + "\n]"},
		{"sentry sdk", `{"segment_id":0}` + "\n" + zl(list(events))},
		{"sentry sdk plain", `{"segment_id":0}` + "\n" + list(events)},
		{"zlib", zl(list(events))},
		{"gzip", gz(list(events))},
		{"gzip members", gz(strings.Join(events[:half], "\n")+"\n") + gz(strings.Join(events[half:], "\n"))},
		{"gzip in gzip", gz(gz(list(events)))},
		{"zstd", zs(list(events))},
		{"trailing comma", "[" + strings.Join(events, ",") + ",]"},
		{"capture request", `{"event":"$snapshot","properties":{"$window_id":"w","$snapshot_data":` + list(events) + `}}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := normal(decode(t, textPart("object", tc.text))); got != want {
				t.Errorf("another session:\n%s", got)
			}
		})
	}
	t.Run("brotli", func(t *testing.T) {
		if got := normal(decode(t, textPart("session.br", br(list(events))))); got != want {
			t.Error("another session")
		}
		s, err := format.Decode(context.Background(), "s", []format.Part{textPart("x", br(list(events)))}, format.Options{Dialect: "brotli"})
		if err != nil || normal(s) != want {
			t.Errorf("declared: %v", err)
		}
	})
	t.Run("parts", func(t *testing.T) {
		for n := 1; n < len(events); n += 7 {
			if got := normal(decode(t, textPart("0", gz(list(events[:n]))), textPart("1", strings.Join(events[n:], "\n")))); got != want {
				t.Errorf("split at %d: another session", n)
			}
		}
	})
}

// TestOrder shuffles and duplicates; the session stays the same but for the marks.
func TestOrder(t *testing.T) {
	events := shop(t)
	want := decode(t, textPart("a", list(events)))
	for _, tc := range []struct {
		name  string
		mark  replay.Mark
		build func() []string
	}{
		{"snapshot late", replay.MarkUnsorted, func() []string { return slices.Concat(events[:2], events[6:9], events[2:6], events[9:]) }},
		{"adjacent twice", replay.MarkDuplicates, func() []string {
			var out []string
			for _, e := range events {
				out = append(out, e, e)
			}
			return out
		}},
		{"block twice", replay.MarkDuplicates, func() []string { return slices.Concat(events, events[20:60]) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := decode(t, textPart("a", list(tc.build())))
			if !slices.Contains(got.Marks, tc.mark) {
				t.Errorf("marks %v, want %s", got.Marks, tc.mark)
			}
			got.Marks = want.Marks
			// Pauses between equal times are zero, so activity is unchanged as well.
			if dump(got) != dump(want) {
				t.Error("another session")
			}
		})
	}
	t.Run("sequence numbers", func(t *testing.T) {
		numbered := make([]string, len(events))
		for i, e := range events {
			numbered[i] = fmt.Sprintf(`{"_sid":%d,%s`, i+1, e[1:])
		}
		shuffled := slices.Clone(numbered)
		r := rand.New(rand.NewPCG(1, 2))
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		got := decode(t, textPart("a", list(shuffled)))
		got.Marks = want.Marks
		if dump(got) != dump(want) {
			t.Error("another session")
		}
	})
}

// TestTruncated cuts the recording at many places: the events before the cut are read, and nothing is invented.
func TestTruncated(t *testing.T) {
	events := shop(t)
	for _, tc := range []struct{ name, text string }{
		{"array", list(events)},
		{"lines", strings.Join(events, "\n")},
		{"wrapper", `{"events":` + list(events) + `}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			// A prime step meets every kind of place (in names, strings, numbers, between values) many times over; every
			// single byte would take minutes.
			step := 29
			if testing.Short() {
				step = 197
			}
			for n := 0; n < len(tc.text); n += step {
				complete := strings.Count(tc.text[:n], `},"timestamp":1`) // lower bound: ends of data seen
				s, stats, err := format.DecodeStats(context.Background(), "s", []format.Part{textPart("cut", tc.text[:n])}, format.Options{})
				if err != nil {
					var skip *format.SkipError
					if !errors.As(err, &skip) || complete > 1 {
						t.Fatalf("cut at %d: %v", n, err)
					}
					continue
				}
				checkInvariants(t, s)
				if stats.Events < complete-1 || stats.Events > complete {
					t.Fatalf("cut at %d: %d events, want %d or one less", n, stats.Events, complete)
				}
				if tc.name == "array" && !slices.Contains(s.Marks, replay.MarkTruncated) && tc.text[n-1] != ',' && tc.text[n-1] != '}' {
					t.Fatalf("cut at %d: not marked truncated: %v", n, s.Marks)
				}
			}
		})
	}
	t.Run("gzip", func(t *testing.T) {
		whole := gz(list(slices.Repeat(events, 50)))
		s := decode(t, textPart("cut.gz", whole[:len(whole)/2]))
		if !slices.Contains(s.Marks, replay.MarkTruncated) || len(s.Events) == 0 {
			t.Errorf("marks %v, %d events", s.Marks, len(s.Events))
		}
	})
	t.Run("bad line", func(t *testing.T) {
		lines := slices.Clone(events)
		lines[10] = lines[10][:30]
		s, stats, err := format.DecodeStats(context.Background(), "s", []format.Part{textPart("x", strings.Join(lines, "\n"))}, format.Options{})
		if err != nil || stats.Events < len(events)-2 || !slices.Contains(s.Marks, replay.MarkBadEvents) {
			t.Errorf("%d events, %v", stats.Events, err)
		}
	})
}

// TestWindows: windows do not cross.
func TestWindows(t *testing.T) {
	events := shop(t)
	var lines []string
	for _, e := range events {
		lines = append(lines, `["a",`+e+`]`, `["b",`+e+`]`)
	}
	s := decode(t, textPart("x", strings.Join(lines, "\n")))
	one := decode(t, textPart("x", list(events)))
	if s.Windows != 2 || len(s.Events) != 2*len(one.Events) || len(s.Targets) < 2*len(one.Targets)-1 {
		t.Errorf("%d windows, %d events, %d targets", s.Windows, len(s.Events), len(s.Targets))
	}
	if !slices.Contains(s.Marks, replay.MarkManyWindows) {
		t.Errorf("marks %v", s.Marks)
	}
}

// TestSkipReasons: what cannot be read is refused with a stable reason and a sentence that names the object.
func TestSkipReasons(t *testing.T) {
	big := strings.Repeat("x", 100<<10)
	for _, tc := range []struct {
		name, text string
		opt        format.Options
		want       format.Reason
	}{
		{"empty", "", format.Options{}, format.TruncatedEmpty},
		{"blank", " \n\t ", format.Options{}, format.TruncatedEmpty},
		{"cut in the first event", `[{"type":4,"timest`, format.Options{}, format.TruncatedEmpty},
		{"cut gzip", gz("[]")[:5], format.Options{}, format.Damaged},
		{"text", "hello, world", format.Options{}, format.UnknownFormat},
		{"png", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", format.Options{}, format.UnknownFormat},
		{"json object", `{"name":"x","version":1}`, format.Options{}, format.NotARecording},
		{"json list", `[1,2,3]`, format.Options{}, format.NotARecording},
		{"empty list", `[]`, format.Options{}, format.NoEvents},
		{"empty wrapper", `{"events":[]}`, format.Options{}, format.NoEvents},
		{"openreplay", "\x01\x00\x00\x00\x00\x00\x00\x00\x05", format.Options{}, format.TruncatedEmpty},
		{"openreplay v2", "\xff\xff\xff\xff\xff\xff\xff\xfe\x51\x01", format.Options{}, format.TruncatedEmpty},
		{"openreplay without anything", "\xff\xff\xff\xff\xff\xff\xff\xff\x00\x05\x00\x06", format.Options{}, format.NoEvents},
		{"bare snapshot", `{"node":{"type":0,"childNodes":[],"id":1},"initialOffset":{"left":0,"top":0}}`, format.Options{}, format.NotARecording},
		{"long value", `[{"type":5,"timestamp":1700000000000,"data":"` + big + `"}]`, format.Options{Options: rrweb.Options{MaxValueBytes: 64 << 10}}, format.TooLarge},
		{"large object", `[{"type":5,"timestamp":1700000000000,"data":"` + big + `"}]`, format.Options{MaxObjectBytes: 1000}, format.TooLarge},
		{"large text", gz(`[{"type":5,"timestamp":1700000000000,"data":"` + big + `"}]`), format.Options{Options: rrweb.Options{MaxBytes: 1000}}, format.TooLarge},
		{"bomb", gz(strings.Repeat(" ", 64<<20)), format.Options{}, format.Bomb},
		{"zstd bomb", zs(strings.Repeat(" ", 64<<20)), format.Options{}, format.Bomb},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := format.Decode(context.Background(), "s", []format.Part{textPart("k/object-1", tc.text)}, tc.opt)
			var skip *format.SkipError
			if !errors.As(err, &skip) || skip.Reason != tc.want {
				t.Fatalf("error %v, want %s", err, tc.want)
			}
			if !strings.Contains(err.Error(), "k/object-1") || skip.Hint == "" {
				t.Errorf("message %q names no object or hint", err)
			}
		})
	}
	t.Run("store fails", func(t *testing.T) {
		broken := errors.New("connection reset")
		p := format.Part{Name: "o", Open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader(list(shop(t))[:9000]), failing{broken})), nil
		}}
		_, err := format.Decode(context.Background(), "s", []format.Part{p}, format.Options{})
		var skip *format.SkipError
		if !errors.As(err, &skip) || skip.Reason != format.Unreadable || !errors.Is(err, broken) {
			t.Errorf("error %v, want unreadable", err)
		}
	})
	t.Run("one bad part", func(t *testing.T) {
		s := decode(t, textPart("0", "garbage"), textPart("1", list(shop(t))))
		if !slices.Contains(s.Marks, replay.MarkMissingPart) {
			t.Errorf("marks %v", s.Marks)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := format.Decode(ctx, "s", []format.Part{textPart("0", list(shop(t)))}, format.Options{}); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// repeated reads b n times without holding it n times.
type repeated struct {
	b   string
	n   int
	off int
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.n == 0 {
		return 0, io.EOF
	}
	k := copy(p, r.b[r.off:])
	if r.off += k; r.off == len(r.b) {
		r.off = 0
		r.n--
	}
	return k, nil
}

// TestLongLine: a line of 100 MB beside good ones costs no more than the limit, and not the good ones.
func TestLongLine(t *testing.T) {
	good := strings.Join(shop(t), "\n")
	p := format.Part{Name: "o", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(
			strings.NewReader(good+"\n{\"type\":5,\"timestamp\":1700000000000,\"data\":\""),
			&repeated{b: strings.Repeat("a", 1<<20), n: 100},
			strings.NewReader("\"}\n[{\"type\":5,\"timestamp\":1700000000001,\"data\":{\"tag\":\"after\"}}]"))), nil
	}}
	s, err := format.Decode(context.Background(), "s", []format.Part{p}, format.Options{Options: rrweb.Options{MaxValueBytes: 1 << 20}})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(s.Marks, replay.MarkLimit) || len(s.Customs) != 2 {
		t.Errorf("marks %v, customs %v", s.Marks, s.Customs)
	}
}

// TestLimits: every limit of rrweb.Options ends in a marked session, not in an error.
func TestLimits(t *testing.T) {
	text := list(shop(t))
	for _, tc := range []struct {
		name string
		opt  rrweb.Options
	}{
		{"MaxEvents", rrweb.Options{MaxEvents: 20}},
		{"MaxNodes", rrweb.Options{MaxNodes: 20}},
		{"MaxDepth", rrweb.Options{MaxDepth: 12}},
		{"MaxTargets", rrweb.Options{MaxTargets: 2}},
		{"MaxScreens", rrweb.Options{MaxScreens: 1}},
		{"MaxDetails", rrweb.Options{MaxDetails: 1}},
		{"MaxLength", rrweb.Options{MaxLength: 5e9}},
		{"MaxBytes", rrweb.Options{MaxBytes: 12000}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := format.Decode(context.Background(), "s", []format.Part{textPart("o", text)}, format.Options{Options: tc.opt})
			if err != nil {
				t.Fatal(err)
			}
			checkInvariants(t, s)
			if !slices.Contains(s.Marks, replay.MarkLimit) && !slices.Contains(s.Marks, replay.MarkBadEvents) {
				t.Errorf("marks %v", s.Marks)
			}
		})
	}
}
