package pipeline

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/replay"
)

func TestLimitsReachTheReaders(t *testing.T) {
	c, err := ParseConfig([]byte(`
limits: {object_size: 10MiB, ratio: 50, recording_size: 1.5 MiB, value_size: "131072", events: 1000, nodes: 2000, depth: 100, windows: 3, session_length: 8h}
privacy: {mask: all, mask_selectors: [.secret], query: [tab]}
`))
	if err != nil {
		t.Fatal(err)
	}
	o, err := c.Reading()
	if err != nil {
		t.Fatal(err)
	}
	if o.MaxObjectBytes != 10<<20 || o.MaxRatio != 50 || o.MaxBytes != 3<<19 || o.MaxValueBytes != 128<<10 || o.MaxEvents != 1000 ||
		o.MaxNodes != 2000 || o.MaxDepth != 100 || o.MaxWindows != 3 || o.MaxLength != 8*time.Hour ||
		!o.Privacy.MaskAll || !slices.Equal(o.Privacy.MaskSelectors, []string{".secret"}) || !slices.Equal(o.Privacy.Query, []string{"tab"}) {
		t.Errorf("got %+v", o)
	}
	if same, _ := (Config{}).Reading(); same.Fingerprint() == o.Fingerprint() {
		t.Error("other limits have the fingerprint of the defaults")
	}
}

// A recording beyond a limit is read up to there and says so; without the limit it is read as a whole.
func TestLimitsDecideWhatIsRead(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, sample(t, 3))
	for limit, want := range map[Bytes]int{1 << 10: 3, 1 << 30: 0} {
		config, err := Config{Limits: Limits{ObjectSize: limit}}.WithSources([]string{dir})
		if err != nil {
			t.Fatal(err)
		}
		sources, err := Opener{}.Open(config)
		if err != nil {
			t.Fatal(err)
		}
		marked := 0
		for d, err := range Detect(t.Context(), config, sources, 1) {
			if err != nil {
				t.Fatal(err)
			}
			if slices.Contains(d.Marks, replay.MarkLimit) {
				marked++
			}
		}
		if marked != want {
			t.Errorf("object_size %d: %d recordings marked, want %d", limit, marked, want)
		}
	}
}

func TestLimitsRefuseWhatCannotBe(t *testing.T) {
	for text, want := range map[string]string{
		"limits: {ratio: 1}":                        "limits.ratio: must be from 2 to",
		"limits: {object_size: lots}":               `"lots" is no size: write a number with a unit, for example 64MiB`,
		"limits: {object_size: -1}":                 `"-1" is no size`,
		"limits: {session_length: 5ms}":             "limits.session_length: must be from 1m0s to 8784h0m0s",
		"limits: {depth: 1000000}":                  "line 1: limits.depth: must be from 64 to 10000",
		"limits: {events: 5, nodes: -1}":            "limits.nodes: must be from 1000",
		"limits: {value_size: 9GB}":                 "limits.value_size",
		"privacy: {mask: some}":                     `privacy.mask: "some" is neither personal nor all`,
		"privacy: {mask_selectors: [.ok, 'a > b']}": `line 1: privacy: selector "a > b": write a tag`,
		"privacy: {query: ['?tab']}":                `query parameter "?tab"`,
		"limits: {memory: 9GB}":                     `unknown field "memory"`,
	} {
		if _, err := ParseConfig([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
}
