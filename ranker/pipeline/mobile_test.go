package pipeline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

// episodesOf lists what was found in one file: pattern, verdict, control and confidence.
func episodesOf(t *testing.T, text []byte) (*friction.Digest, []string) {
	t.Helper()
	dir, data := t.TempDir(), t.TempDir()
	writeFiles(t, dir, map[string][]byte{"s.json": text})
	analyze(t, Config{}, data, dir)
	d := digestsOf(t, data)["s"]
	if d == nil {
		t.Fatal("no digest")
	}
	var out []string
	for _, e := range d.Episodes {
		label := "-"
		if e.Target >= 0 {
			label = d.Targets[e.Target].Label + d.Targets[e.Target].Key[strings.LastIndex(d.Targets[e.Target].Key, "|"):]
		}
		out = append(out, fmt.Sprintf("%s %s %s %v", e.Pattern, e.Verdict, label, e.Blind))
	}
	return d, out
}

// In an application whose recorder draws wireframes, rage and a dead tap are found on the controls that lie under them,
// and the episodes say how those were found.
func TestStruggleInAnApplication(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "replay", "format", "testdata", "wireframes.json"))
	if err != nil {
		t.Fatal(err)
	}
	d, got := episodesOf(t, text)
	want := []string{
		"rage_tap friction Apply voucher|body>div:1>button:1 [by_position no_visibility]",
		"dead_tap friction Help|body>div:1>button:3 [by_position no_visibility]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("episodes:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if d.Context.Channel != "mobile" || !d.Context.Device.Touch || !slices.Contains(d.Marks, replay.MarkByPosition) {
		t.Errorf("channel %q, touch %v, marks %v", d.Context.Channel, d.Context.Device.Touch, d.Marks)
	}
}

// screenshots is a recording without elements: five taps on one spot in vain, then one on another.
func screenshots(t *testing.T) []byte {
	t.Helper()
	var events []string
	add := func(ms, typ int, data string) {
		events = append(events, fmt.Sprintf(`{"windowId":"0197ca5e-0000-7000-8000-000000000002","type":%d,"timestamp":%d,"data":%s}`, typ, 1751444000000+ms, data))
	}
	frame := func(n int) string {
		return fmt.Sprintf(`{"id":4324378400,"type":"screenshot","x":0,"y":0,"width":393,"height":852,"base64":"data:image/jpeg;base64,%s"}`, strings.Repeat(string(rune('A'+n)), 40))
	}
	tap := func(ms, x, y int) {
		for i, typ := range []int{7, 9} {
			add(ms+50*i, 3, fmt.Sprintf(`{"source":2,"type":%d,"id":0,"x":%d,"y":%d,"pointerType":2}`, typ, x, y))
		}
	}
	add(0, 4, `{"width":393,"height":852}`)
	add(10, 2, `{"wireframes":[`+frame(0)+`],"initialOffset":{"top":0,"left":0}}`)
	tap(2000, 200, 700)
	add(2400, 3, `{"source":0,"updates":[{"wireframe":`+frame(1)+`}]}`)
	for i := range 5 {
		tap(6000+300*i, 100, 300+i)
	}
	tap(20_000, 300, 500)
	add(40_000, 3, `{"source":0,"updates":[{"wireframe":`+frame(2)+`}]}`)
	return []byte(strings.Join(events, "\n"))
}

// Where only screenshots are recorded, the same spot pressed in vain is rage with less confidence, and a single tap
// says nothing.
func TestStruggleOnScreenshots(t *testing.T) {
	d, got := episodesOf(t, screenshots(t))
	rage := slices.IndexFunc(d.Episodes, func(e friction.Episode) bool { return e.Pattern == friction.RageTap && e.Verdict == friction.Friction })
	if rage < 0 {
		t.Fatalf("no rage among %v", got)
	}
	e := d.Episodes[rage]
	if key := d.Targets[e.Target].Key; key != "cell|2,6" || !slices.Contains(e.Blind, "no_element") {
		t.Errorf("rage on %q, blind %v; want a cell of the screen that says so", key, e.Blind)
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "replay", "format", "testdata", "wireframes.json"))
	if err != nil {
		t.Fatal(err)
	}
	with, _ := episodesOf(t, text)
	sure := with.Episodes[slices.IndexFunc(with.Episodes, func(e friction.Episode) bool { return e.Pattern == friction.RageTap })]
	if !(e.Confidence < sure.Confidence) || math.IsNaN(float64(e.Confidence)) {
		t.Errorf("confidence %v without an element, %v with one", e.Confidence, sure.Confidence)
	}
	for _, e := range d.Episodes {
		if e.Pattern == friction.DeadTap && e.Verdict == friction.Friction {
			t.Error("a single tap on nobody knows what is called dead")
		}
	}
}

// A screenshot can be played, and holds the picture.
func TestScreenshotsCanBePlayed(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	writeFiles(t, dir, map[string][]byte{"s.json": screenshots(t)})
	config, err := (Config{}).WithSources([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	analyze(t, config, data)
	result, _, led := finished(t, data)
	sources, err := Opener{}.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := (&Recordings{Ledger: led, Digests: result.Digests, Sources: sources}).Events(t.Context(), &out, "s", 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	for _, frame := range []string{"A", "B", "C"} {
		if !json.Valid(out.Bytes()) || !bytes.Contains(out.Bytes(), []byte("data:image/jpeg;base64,"+strings.Repeat(frame, 40))) {
			t.Errorf("frame %s is not in the clip", frame)
		}
	}
}
