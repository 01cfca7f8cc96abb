package clip_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/rankle/rankle/replay/clip"
	"github.com/rankle/rankle/replay/format"
)

// page is a recording with everything that must not reach a viewer. Times are 1000 apart.
const page = `[
{"type":4,"timestamp":1700000000000,"data":{"href":"https://u:pw@shop.example/cart?token=SECRET1#SECRET2","width":800,"height":600}},
{"type":2,"timestamp":1700000000000,"data":{"initialOffset":{"top":0,"left":0},"node":{"type":0,"id":1,"childNodes":[
 {"type":2,"tagName":"html","id":2,"attributes":{},"childNodes":[
  {"type":2,"tagName":"head","id":3,"attributes":{},"childNodes":[
   {"type":2,"tagName":"script","id":4,"attributes":{"src":"https://evil.example/SECRET3.js"},"childNodes":[{"type":3,"id":5,"textContent":"SECRET4()"}]},
   {"type":2,"tagName":"style","id":6,"attributes":{"_cssText":"a{color:red}"},"childNodes":[{"type":3,"id":7,"textContent":"b{width:123456px}","isStyle":true}]},
   {"type":2,"tagName":"meta","id":8,"attributes":{"http-equiv":"refresh","content":"0;url=https://evil.example"},"childNodes":[]}]},
  {"type":2,"tagName":"body","id":9,"attributes":{"onload":"SECRET5()"},"childNodes":[
   {"type":2,"tagName":"a","id":10,"attributes":{"href":"javascript:SECRET6()","title":"mail SECRET7@example.com"},"childNodes":[{"type":3,"id":11,"textContent":"Call 0170 5556677 now"}]},
   {"type":2,"tagName":"a","id":12,"attributes":{"href":"https://shop.example/p/1?session=SECRET8"},"childNodes":[]},
   {"childNodes":[],"attributes":{"type":"text","value":"SECRET9"},"tagName":"input","type":2,"id":13},
   {"type":2,"tagName":"textarea","id":14,"attributes":{},"childNodes":[{"type":3,"id":15,"textContent":"SECRET10"}]},
   {"type":2,"tagName":"div","id":16,"attributes":{"contenteditable":"true"},"childNodes":[{"type":2,"tagName":"p","id":17,"attributes":{},"childNodes":[{"type":3,"id":18,"textContent":"SECRET11"}]}]},
   {"type":2,"tagName":"iframe","id":19,"attributes":{"src":"https://evil.example/","srcdoc":"SECRET12"},"childNodes":[]},
   {"type":2,"tagName":"input","id":20,"attributes":{"type":"submit","value":"Pay now"},"childNodes":[]}]}]}]}}},
{"type":3,"timestamp":1700000001000,"data":{"source":5,"id":13,"text":"SECRET13","isChecked":false}},
{"type":3,"timestamp":1700000002000,"data":{"source":0,"adds":[{"parentId":16,"nextId":null,"node":{"type":3,"id":21,"textContent":"SECRET14"}},
  {"parentId":9,"nextId":null,"node":{"type":2,"tagName":"img","id":22,"attributes":{"onerror":"SECRET15()","src":"https://shop.example/i.png?SECRET16"},"childNodes":[]}}],
  "removes":[],"texts":[{"id":18,"value":"SECRET17"},{"id":11,"value":"Card 4111 1111 1111 1111"}],
  "attributes":[{"id":13,"attributes":{"value":"SECRET18"}},{"id":10,"attributes":{"href":" java\tscript:SECRET19()","onclick":"SECRET20()"}}]}},
{"type":5,"timestamp":1700000003000,"data":{"tag":"identify","payload":{"mail":"SECRET21"}}},
{"type":6,"timestamp":1700000003000,"data":{"plugin":"rrweb/network@1","payload":{"requests":[{"name":"/api/orders?key=SECRET22","method":"POST","status":503,"timestamp":1700000002500,"duration":400,"responseBody":"SECRET22"}]}}},
{"type":6,"timestamp":1700000003500,"data":{"plugin":"rrweb/console@1","payload":{"level":"log","trace":["SECRET23"],"payload":["\"Signed in as\"","\"SECRET23\""]}}},
{"type":6,"timestamp":1700000003600,"data":{"plugin":"rrweb/console@1","payload":{"level":"error","trace":["SECRET24"],"payload":["\"Orders failed\\nSECRET24\"","{\"a\":\"SECRET24\"}"]}}},
{"type":4,"timestamp":1700000004000,"data":{"href":"https://shop.example/done","width":800,"height":600}},
{"type":2,"timestamp":1700000004000,"data":{"node":{"type":0,"id":1,"childNodes":[]},"initialOffset":{"top":0,"left":0}}},
{"type":3,"timestamp":1700000005000,"data":{"source":2,"type":2,"id":1,"x":1,"y":2}}
]`

func part(text string) []format.Part {
	return []format.Part{{Name: "page.json", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}}
}

type envelope struct {
	Events []struct {
		Type      int
		Timestamp float64
		Data      json.RawMessage
	}
	From   int64 `json:"from_ms"`
	To     int64 `json:"to_ms"`
	Offset int64 `json:"offset_ms"`
	clip.Log
}

func cut(t *testing.T, parts []format.Part, req clip.Request) (envelope, clip.Info, string) {
	t.Helper()
	var out bytes.Buffer
	info, err := clip.Cut(context.Background(), &out, parts, req)
	if err != nil {
		t.Fatal(err)
	}
	var env envelope
	if err := json.Unmarshal(out.Bytes(), &env); err != nil {
		t.Fatalf("%v in %.300s", err, out.String())
	}
	if len(env.Events) != info.Events || env.Offset != info.Offset {
		t.Errorf("info %+v does not match what was written", info)
	}
	return env, info, out.String()
}

func TestCutLeavesNoSecrets(t *testing.T) {
	_, _, text := cut(t, part(page), clip.Request{})
	t.Run("whole", func(t *testing.T) { noSecrets(t, text) })
	// The same page, as it is after what happens to it.
	env, _, text := cut(t, part(page), clip.Request{From: 1700000003900, To: 1700000003950})
	if env.Offset != 1000 {
		t.Fatalf("the page is not a still of the second before: offset %d", env.Offset)
	}
	t.Run("still", func(t *testing.T) { noSecrets(t, text) })
}

func noSecrets(t *testing.T, text string) {
	t.Helper()
	if i := strings.Index(text, "SECRET"); i >= 0 {
		t.Errorf("secret in the clip: …%s", text[max(0, i-80):min(len(text), i+40)])
	}
	for _, bad := range []string{"5556677", "4111 1111", "evil.example", "u:pw", "refresh", "onload", "onerror", "onclick", "srcdoc"} {
		if strings.Contains(text, bad) {
			t.Errorf("%q is in the clip", bad)
		}
	}
	for _, kept := range []string{"Pay now", "b{width:123456px}", "https://shop.example/cart", "https://shop.example/p/1", `"text":"********"`} {
		if !strings.Contains(text, kept) {
			t.Errorf("%q is missing in the clip", kept)
		}
	}
}

func TestCutRange(t *testing.T) {
	const base = 1700000000000
	for _, tc := range []struct {
		name              string
		from, to          int64
		types             string
		offset            int64
		first, last, want int64
	}{
		{"whole", 0, 0, "4 2 3 3 4 2 3", 0, base, base + 5000, 0},
		{"inside the first page", base + 1500, base + 2500, "4 2 3 3", 1500, base, base + 2000, 0},
		{"after the second snapshot", base + 4500, base + 6000, "4 2 3", 500, base + 4000, base + 5000, 0},
		{"before anything", base - 5000, base + 500, "4 2", 0, base, base, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			env, info, _ := cut(t, part(page), clip.Request{From: tc.from, To: tc.to})
			types := ""
			for i, e := range env.Events {
				if i > 0 {
					types += " "
				}
				types += string(rune('0' + e.Type))
			}
			if types != tc.types || info.Offset != tc.offset || info.First != tc.first || info.Last != tc.last {
				t.Errorf("types %s info %+v", types, info)
			}
			if info.Width != 800 || info.Height != 600 {
				t.Errorf("size %dx%d", info.Width, info.Height)
			}
		})
	}
}

// What lies before a clip is there to build its page: of paths and presses only the last of each kind is left, and where the
// page is given as it was a second before, of everything else as well.
func TestCutLeavesTrailsOut(t *testing.T) {
	const base = 1700000000000
	trails := func(first string) []format.Part { return part(trailing(first, base)) }
	env, _, out := cut(t, trails(""), clip.Request{From: base + 4000, To: base + 4900})
	// Meta, snapshot, of scrolls, paths and presses one each, and twenty of all three kinds in the clip and the second before.
	if want := 2 + 3 + 60; len(env.Events) != want || env.Offset != 1000 {
		t.Errorf("%d events, want %d; offset %d", len(env.Events), want, env.Offset)
	}
	for text, kept := range map[string]bool{`"positions":[{"x":29,`: true, `"x":29,"y":2`: true, `"y":29}`: true, `"positions":[{"x":28,`: false, `"y":28}`: false} {
		if strings.Contains(out, text) != kept {
			t.Errorf("%s in the clip: %v", text, !kept)
		}
	}
	// A node that comes twice is for rrweb to mend: all that leads to the page is here.
	twice := `{"type":3,"timestamp":1700000000000,"data":{"source":0,"removes":[],"texts":[],"attributes":[],"adds":[{"parentId":9,"nextId":null,"node":{"type":3,"id":11,"textContent":"x"}}]}},`
	env, _, out = cut(t, trails(twice), clip.Request{From: base + 4000, To: base + 4900})
	// Meta, snapshot, the node and 40 scrolls before, of paths and presses one each, and ten of all three kinds in the clip.
	if want := 3 + 40 + 2 + 30; len(env.Events) != want || env.Offset != 4000 {
		t.Errorf("%d events, want %d; offset %d", len(env.Events), want, env.Offset)
	}
	for text, kept := range map[string]bool{`"positions":[{"x":39,`: true, `"x":39,"y":2`: true, `"y":0}`: true, `"positions":[{"x":38,`: false} {
		if strings.Contains(out, text) != kept {
			t.Errorf("%s in the clip: %v", text, !kept)
		}
	}
}

// trailing is a recording of the page with first and then fifty paths, presses and scrolls, 100 ms apart.
func trailing(first string, base int) string {
	var text strings.Builder
	text.WriteString(strings.TrimSuffix(page[:strings.Index(page, `{"type":3,"timestamp"`)], "\n"))
	text.WriteString(first)
	for i := range 50 {
		fmt.Fprintf(&text, `{"type":3,"timestamp":%d,"data":{"source":1,"positions":[{"x":%d,"y":2,"id":9,"timeOffset":0}]}},`, base+100*i, i)
		fmt.Fprintf(&text, `{"type":3,"timestamp":%d,"data":{"source":2,"type":2,"id":9,"x":%d,"y":2}},`, base+100*i, i)
		fmt.Fprintf(&text, `{"type":3,"timestamp":%d,"data":{"source":3,"id":1,"x":0,"y":%d}},`, base+100*i, i)
	}
	return strings.TrimSuffix(text.String(), ",") + "]"
}

func TestCutRefuses(t *testing.T) {
	for _, tc := range []struct {
		name string
		text string
		req  clip.Request
		want error
	}{
		{"no snapshot", `[{"type":3,"timestamp":1700000000000,"data":{"source":2,"type":2,"id":1}}]`, clip.Request{}, clip.ErrNoPicture},
		{"other window", page, clip.Request{Window: 1}, clip.ErrOutside},
		{"too early", page, clip.Request{From: 1, To: 2}, clip.ErrOutside},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out bytes.Buffer
			if _, err := clip.Cut(context.Background(), &out, part(tc.text), tc.req); !errors.Is(err, tc.want) {
				t.Errorf("error %v, want %v", err, tc.want)
			}
			if out.Len() > 0 {
				t.Errorf("wrote %q before the error", out.String())
			}
		})
	}
}

func TestCutLog(t *testing.T) {
	const base = 1700000000000
	failed := 503
	request := clip.Line{At: base + 2500, Method: "POST", Path: "/api/orders", Status: &failed, Duration: 400, Failed: true}
	said := clip.Line{At: base + 3500, Level: "log", Text: "Signed in as"}
	broken := clip.Line{At: base + 3600, Level: "error", Text: "Orders failed", Failed: true}
	for _, tc := range []struct {
		name     string
		from, to int64
		want     []clip.Line
	}{
		{"whole", 0, 0, []clip.Line{request, said, broken}},
		{"a request that is under way", base + 2600, base + 2700, []clip.Line{request}},
		{"after", base + 3550, base + 4000, []clip.Line{broken}},
		{"before", base, base + 1000, []clip.Line{}},
	} {
		env, _, _ := cut(t, part(page), clip.Request{From: tc.from, To: tc.to})
		if !reflect.DeepEqual(env.Lines, tc.want) || env.Left != 0 || env.Logged != (clip.Logged{Console: true, Network: true}) {
			t.Errorf("%s: %+v", tc.name, env.Log)
		}
	}
}

// TestCutFixtures cuts every real recording and checks that the result can be cut again with the same outcome: it is
// plain rrweb, sorted, and masking is stable.
func TestCutFixtures(t *testing.T) {
	dir := os.Getenv("RANKLE_FIXTURES")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "fixtures")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*", "*"))
	if len(files) == 0 {
		t.Skipf("real recordings are not here (%s); set RANKLE_FIXTURES to their folder to run this test", dir)
	}
	for _, file := range files {
		parts := []format.Part{{Name: file, Open: func() (io.ReadCloser, error) { return os.Open(file) }}}
		if _, err := format.Decode(context.Background(), "x", parts, format.Options{}); err != nil {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			var out bytes.Buffer
			_, err := clip.Cut(context.Background(), &out, parts, clip.Request{})
			if errors.Is(err, clip.ErrNoPicture) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			_, _, again := cut(t, part(out.String()), clip.Request{})
			_, _, third := cut(t, part(again), clip.Request{})
			if again != third {
				t.Error("cutting a clip changes it")
			}
			for _, bad := range []string{"javascript:", `"onclick"`, `"onload"`} {
				if strings.Contains(out.String(), bad) {
					t.Errorf("%s in the clip", bad)
				}
			}
		})
	}
}
