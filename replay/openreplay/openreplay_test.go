package openreplay

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/rrweb"
)

var update = flag.Bool("update", false, "rewrite the golden files and samples")

// readAll reads objects one after the other and returns the events as lines, and the marks.
func readAll(tb testing.TB, objects ...[]byte) ([]string, []replay.Mark) {
	tb.Helper()
	r := NewRecording(rrweb.Options{})
	for _, b := range objects {
		if len(b) == 0 {
			continue
		}
		head := b[:min(len(b), 4096)]
		if !Sniff(head) && !r.Continues(head) {
			tb.Fatalf("object that begins with %x is not recognised", head[:min(len(head), 32)])
		}
		if _, err := r.Read(bytes.NewReader(b)); err != nil {
			tb.Fatal(err)
		}
	}
	return events(tb, r), r.Marks()
}

// events returns the events of a recording as lines after checking what holds for all events.
func events(tb testing.TB, r *Recording) []string {
	tb.Helper()
	var lines []string
	last := 0.0
	err := r.Events(func(e rrweb.Event) error {
		if e.Time < last {
			tb.Fatalf("event %d goes back from %f to %f", len(lines), last, e.Time)
		}
		last = e.Time
		if !json.Valid(e.Data) {
			tb.Fatalf("event %d is no JSON: %s", len(lines), e.Data)
		}
		lines = append(lines, fmt.Sprintf("%+d %q %d %s", int64(e.Time)-t0, e.Window, e.Type, e.Data))
		return nil
	})
	if err != nil && err != rrweb.ErrFull {
		tb.Fatal(err)
	}
	return lines
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// samples are the committed files, as a bucket holds them.
func samples() map[string][]byte {
	dom := indexed(1, shopDOM())
	cut := len(dom)/2 + 3 // inside a message
	player := moments(shopDOM(), 2000)
	return map[string][]byte{
		"indexed/dom.mobs":     dom[:cut],
		"indexed/dom.mobe":     dom[cut:],
		"indexed/devtools.mob": indexed(1000, shopDevtools()),
		"plain/dom.mobs":       []byte(headerPlain + string(plain(shopDOM()))),
		"plain/devtools.mob":   []byte(headerPlain + string(plain(shopDevtools()))),
		"raw/dom.mobs":         []byte(headerRaw + string(batched(1, 0, t0, player[0])) + string(batched(1, uint64(len(player[0])), t0+2000, player[1]))),
		"raw/devtools.mob":     []byte(headerRaw + string(batched(4, 0, t0, shopDevtools()))),
		"mobile/dom.mobs":      []byte(headerRaw + string(plain(shopMobile()))),
	}
}

// TestSamples: the committed files are what the encoder writes; package format has golden sessions of them.
func TestSamples(t *testing.T) {
	for name, want := range samples() {
		path := filepath.Join("testdata", filepath.FromSlash(name))
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from what the encoder writes", path)
		}
	}
}

// TestFramings: all framings give the same events, which are those of the golden file.
func TestFramings(t *testing.T) {
	for _, visit := range []struct {
		golden string
		dirs   []string
	}{{"web.golden", []string{"indexed", "plain", "raw"}}, {"mobile.golden", []string{"mobile"}}} {
		for _, dir := range visit.dirs {
			var parts [][]byte
			for _, name := range []string{"dom.mobs", "dom.mobe", "devtools.mob"} {
				if b, ok := samples()[dir+"/"+name]; ok {
					parts = append(parts, b)
				}
			}
			lines, marks := readAll(t, parts...)
			if len(marks) > 0 {
				t.Errorf("%s: marks %v", dir, marks)
			}
			path := filepath.Join("testdata", visit.golden)
			if *update && dir == visit.dirs[0] {
				if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			same(t, dir, lines, strings.Split(strings.TrimSuffix(string(want), "\n"), "\n"))
		}
	}
}

// TestNoSecrets: what was typed, sent, selected or carried in the query of a request is in no event.
func TestNoSecrets(t *testing.T) {
	for name, b := range samples() {
		if strings.HasSuffix(name, ".mobe") {
			continue
		}
		lines, _ := readAll(t, b)
		for _, line := range lines {
			if strings.Contains(line, `"href":"https://shop.example/`) {
				continue // an address of the page: the reader of rrweb events takes its query off
			}
			for _, secret := range []string{"secret", "jane@"} {
				if strings.Contains(line, secret) && !strings.Contains(line, `"error"`) {
					t.Errorf("%s: %s", name, line)
				}
			}
		}
	}
}

// TestSplit: a file cut anywhere, also inside a message, and read as two objects gives the same events.
func TestSplit(t *testing.T) {
	for _, dir := range []string{"indexed", "plain", "raw"} {
		whole := slices.Concat(samples()[dir+"/dom.mobs"], samples()[dir+"/dom.mobe"])
		want, _ := readAll(t, whole)
		for cut := 1; cut < len(whole); cut++ {
			r := NewRecording(rrweb.Options{})
			parts := [][]byte{whole[:cut], whole[cut:]}
			if cut <= headerLen {
				continue // nothing can be told from less than a header
			}
			for i, b := range parts {
				if i == 1 && !Sniff(b[:min(len(b), 4096)]) && !r.Continues(b[:min(len(b), 4096)]) {
					t.Fatalf("%s: the rest behind byte %d is not recognised", dir, cut)
				}
				if _, err := r.Read(bytes.NewReader(b)); err != nil {
					t.Fatal(err)
				}
			}
			same(t, fmt.Sprintf("%s split at %d", dir, cut), events(t, r), want)
			if marks := r.Marks(); len(marks) > 0 {
				t.Fatalf("%s split at %d: marks %v", dir, cut, marks)
			}
		}
	}
}

// TestCut: what comes before the end of a cut file is what the whole file tells up to there, and the cut is marked.
func TestCut(t *testing.T) {
	for _, dir := range []string{"indexed", "plain", "raw", "mobile"} {
		whole := slices.Concat(samples()[dir+"/dom.mobs"], samples()[dir+"/dom.mobe"])
		want, _ := readAll(t, whole)
		ends := map[int]bool{}
		f, n := header(whole)
		if f == 0 {
			f = framingIndexed
		}
		for at := n; at < len(whole); {
			ends[at] = true
			_, size, err := f.next(whole[at:])
			if err != nil {
				t.Fatal(err)
			}
			at += size
		}
		for cut := headerLen + 1; cut < len(whole); cut++ {
			r := NewRecording(rrweb.Options{})
			if _, err := r.Read(bytes.NewReader(whole[:cut])); err != nil {
				t.Fatal(err)
			}
			got := events(t, r)
			if !ends[cut] != slices.Contains(r.Marks(), replay.MarkTruncated) {
				t.Fatalf("%s cut at %d: marks %v", dir, cut, r.Marks())
			}
			// The changes of the last moment, and what belongs to it, may be told in part.
			keep := 0
			for keep < len(got) && keep < len(want) && got[keep] == want[keep] {
				keep++
			}
			if keep < len(got) {
				at, _, _ := strings.Cut(got[keep], " ")
				for _, line := range got[keep:] {
					if !strings.HasPrefix(line, at+" ") {
						t.Fatalf("%s cut at %d: %s, want %s", dir, cut, got[keep], want[keep])
					}
				}
			}
		}
	}
}

// TestRepeated: batches that were sent twice, in any order, and files that were stored twice count once.
func TestRepeated(t *testing.T) {
	all := shopDOM()
	split := moments(all, 1200, 2600)
	first := uint64(len(split[0]))
	one, two := batched(1, 0, t0, split[0]), batched(1, first, t0+1200, split[1])
	three := batched(1, first+uint64(len(split[1])), t0+2600, split[2])
	want, _ := readAll(t, one, two, three)
	domA, domB := indexed(1, all), []byte(headerPlain+string(plain(all)))
	for name, objects := range map[string][][]byte{
		"twice":           {one, two, two, three},
		"shuffled":        {three, one, two, one},
		"in one object":   {slices.Concat([]byte(headerRaw), one, one, two, three)},
		"indexed file":    {domA, domA},
		"indexed in part": {slices.Concat(domA[:1500], domA[:1500])},
		"plain file":      {domB, domB},
		"plain and start": {domB, domB[:1500]},
	} {
		t.Run(name, func(t *testing.T) {
			want := want
			if name == "indexed in part" {
				// The second start is read behind the message that the cut left unfinished.
				want, _ = readAll(t, domA[:1500])
			}
			got, marks := readAll(t, objects...)
			if !slices.Contains(marks, replay.MarkDuplicates) {
				t.Errorf("marks %v", marks)
			}
			same(t, name, got, want)
		})
	}
}

// TestDamage: behind damage reading goes on where messages can be found again.
func TestDamage(t *testing.T) {
	all := shopDOM()
	for name, tc := range map[string]struct {
		whole   []byte
		resumes bool
	}{
		"indexed": {indexed(1, all), true},
		"plain":   {[]byte(headerPlain + string(plain(all))), false},
		"raw":     {slices.Concat([]byte(headerRaw), batched(1, 0, t0, moments(all, 1200)[0]), batched(1, 60, t0+1200, moments(all, 1200)[1])), true},
	} {
		t.Run(name, func(t *testing.T) {
			want, _ := readAll(t, tc.whole)
			broken := slices.Clone(tc.whole)
			from := 700
			copy(broken[from:], bytes.Repeat([]byte{0xff}, 60))
			got, marks := readAll(t, broken)
			if !slices.Contains(marks, replay.MarkBadEvents) {
				t.Errorf("marks %v", marks)
			}
			last := func(lines []string) string { return lines[len(lines)-1] }
			if tc.resumes != (last(got) == last(want)) {
				t.Errorf("ends with %s", last(got))
			}
			if len(got) == 0 || got[0] != want[0] {
				t.Error("what came before the damage is lost")
			}
		})
	}
}

// TestClock: a clock that is set back moves what follows on; the order of the messages stays.
func TestClock(t *testing.T) {
	list := []sent{
		msg(typeTimestamp, t0+1000), msg(typeMouseMove, 1, 1), msg(typeTimestamp, t0+990), msg(typeMouseMove, 2, 2),
		msg(typeTimestamp, t0-3_600_000), msg(typeMouseMove, 3, 3), msg(typeTimestamp, t0-3_600_000+500), msg(typeMouseMove, 4, 4),
		msg(typeTimestamp, 12), msg(typeMouseMove, 5, 5),
	}
	lines, marks := readAll(t, []byte(headerPlain+string(plain(list))))
	var times []string
	for _, line := range lines {
		at, _, _ := strings.Cut(line, " ")
		times = append(times, at)
	}
	if got := strings.Join(times, " "); got != "+1000 +1500" {
		// 990 and -3600000 are held at 1000, where a position was told of already, see moved; so is 12 at 1500.
		t.Errorf("times %s\n%s", got, strings.Join(lines, "\n"))
	}
	if !slices.Equal(marks, []replay.Mark{replay.MarkClock}) {
		t.Errorf("marks %v", marks)
	}
}

// TestMiddle: a recording whose start is lost tells of what was touched by the labels in the messages.
func TestMiddle(t *testing.T) {
	list := []sent{
		msg(typeTimestamp, t0), msg(typeLocation, "https://shop.example/a", "", 0, "A"), msg(typeSetAttribute, 5, "class", "x"),
		msg(typeTimestamp, t0+10), msg(typeMouseMove, 5, 6), msg(typeClick, 7, 0, "Pay", "#pay", 0, 0),
		msg(typeTimestamp, t0+20), msg(typeInputValue, 9, "secret", 0), msg(typeFocus, 9), msg(typeViewportScroll, 0, 50),
	}
	lines, marks := readAll(t, []byte(headerPlain+string(plain(list))))
	same(t, "events", lines, []string{
		`+0 "" 5 {"tag":"navigation","payload":{"href":"https://shop.example/a","title":"A"}}`,
		`+10 "" 3 {"source":1,"positions":[{"x":5,"y":6,"id":3,"timeOffset":0}]}`,
		`+10 "" 3 {"source":2,"type":2,"id":-1,"element":{"label":"Pay","selector":"#pay"},"x":5,"y":6}`,
		`+20 "" 3 {"source":3,"id":1,"x":0,"y":50}`,
	})
	if len(marks) > 0 {
		t.Errorf("marks %v", marks)
	}
}

// TestOlder: a message whose field list changed ends where messages follow.
func TestOlder(t *testing.T) {
	move := []sent{msg(typeMouseMove, 1, 2), msg(typeTimestamp, t0+5), msg(typeMouseMove, 3, 4)}
	start := []sent{msg(typeTimestamp, t0)}
	var old []byte
	for _, s := range []string{"query", "Cart", "{}", "{}"} {
		old = append(uvarint(old, uint64(len(s))), s...)
	}
	for name, body := range map[string][]byte{"before": append([]byte{48}, old...), "now": append(append([]byte{48}, old...), 0x88, 0x01)} {
		lines, marks := readAll(t, slices.Concat([]byte(headerPlain), plain(start), body, plain(move)))
		if len(lines) != 2 || len(marks) > 0 {
			t.Errorf("%s: %v, marks %v", name, lines, marks)
		}
	}
}

// TestLimits: what is bounded stays bounded and is marked.
func TestLimits(t *testing.T) {
	var deep []sent
	for i := range 3000 {
		deep = append(deep, msg(typeCreateElement, i+1, i, 0, "DIV", false))
	}
	page := []sent{msg(typeTimestamp, t0), msg(typeCreateDocument)}
	turning := append(slices.Clone(page), deep[:20]...) // turned over again and again
	for i := range 200 {
		turning = append(turning, msg(typeTimestamp, t0+i), msg(typeMoveNode, 1, 0, 0))
	}
	for name, tc := range map[string]struct {
		opt  rrweb.Options
		list []sent
	}{
		"messages": {rrweb.Options{MaxEvents: 100}, append(page, deep...)},
		"nodes":    {rrweb.Options{MaxNodes: 50}, append(page, deep...)},
		"depth":    {rrweb.Options{}, append(page, deep...)},
		"tabs":     {rrweb.Options{MaxWindows: 1}, []sent{msg(typeTimestamp, t0), msg(typeTabData, "a"), msg(typeMouseMove, 1, 1), msg(typeTabData, "b"), msg(typeTabData, "c"), msg(typeMouseMove, 1, 1)}},
		"bytes":    {rrweb.Options{MaxBytes: 5000}, turning},
	} {
		r := NewRecording(tc.opt)
		if _, err := r.Read(strings.NewReader(headerPlain + string(plain(tc.list)))); err != nil {
			t.Fatal(err)
		}
		if lines := events(t, r); len(lines) == 0 || len(lines) > 50 || !slices.Contains(r.Marks(), replay.MarkLimit) {
			t.Errorf("%s: %d events, marks %v", name, len(lines), r.Marks())
		}
	}
}

// TestTable: the table is written as its comment says.
func TestTable(t *testing.T) {
	for typ, k := range kinds {
		if strings.Trim(k.fields+k.before, "uisb") != "" || k.own && !strings.HasPrefix(k.fields, "uu") || k.own && !isMobile(uint64(typ)) {
			t.Errorf("message %d %s: fields %q", typ, k.name, k.fields)
		}
	}
}
