package friction

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestFingerprintCoversEveryThreshold(t *testing.T) {
	base := DefaultSettings().Fingerprint()
	if (Settings{}).Fingerprint() != base {
		t.Error("zero settings are not the defaults")
	}
	d := DefaultSettings()
	if listed, all := len(d.fields()), reflect.TypeFor[Thresholds]().NumField(); listed != all {
		t.Errorf("Thresholds has %d fields, its method fields lists %d: what it leaves out is neither set nor in the fingerprint", all, listed)
	}
	seen := map[string]bool{base: true}
	for i, f := range d.fields() {
		s := DefaultSettings()
		switch p := s.fields()[i].ptr.(type) {
		case *int:
			*p += 1
		case *float64:
			*p /= 2
		case *time.Duration:
			*p += time.Millisecond
		}
		fp := s.Fingerprint()
		if seen[fp] {
			t.Errorf("%s does not change the fingerprint", f.name)
		}
		seen[fp] = true
	}
	s := DefaultSettings()
	s.Overrides = []Override{{Screen: "/a", RepeatUse: true}}
	if seen[s.Fingerprint()] {
		t.Error("overrides do not change the fingerprint")
	}
}

func TestThresholdsSet(t *testing.T) {
	var th Thresholds
	for name, value := range map[string]string{"rage_gestures": "4", "floor": "0.5", "slow_episode": "3s"} {
		if err := th.Set(name, value); err != nil {
			t.Error(err)
		}
	}
	if th.RageGestures != 4 || th.Floor != 0.5 || th.SlowEpisode != 3*time.Second {
		t.Errorf("got %+v", th)
	}
	for name, value := range map[string]string{"rage_gestures": "-1", "floor": "2", "slow_episode": "soon", "nothing": "1"} {
		if err := th.Set(name, value); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s=%s: error %v does not name it", name, value, err)
		}
	}
}

func TestUnusableThresholdsInherit(t *testing.T) {
	s := Settings{Thresholds: Thresholds{Floor: math.NaN(), RageGestures: -3}}
	if s.Fingerprint() != DefaultSettings().Fingerprint() {
		t.Error("unusable values are not the defaults")
	}
}

const hammered = `
button pay "Pay"
0   open /checkout
1   text pay
2   tap pay
2.3 tap pay
2.6 tap pay
9   end
`

func TestOverrides(t *testing.T) {
	st, err := parseStory(hammered)
	if err != nil {
		t.Fatal(err)
	}
	if d := Detect(st.s, DefaultSettings()); len(kept(d)) != 1 {
		t.Fatalf("kept %v", kept(d))
	}
	for name, o := range map[string]Override{
		"more gestures": {Screen: "/check*", Thresholds: Thresholds{RageGestures: 5}, Off: []Pattern{DeadTap}},
		"switched off":  {Target: "pay", Off: []Pattern{RageTap, DeadTap}},
	} {
		s := DefaultSettings()
		s.Overrides = []Override{o}
		if d := Detect(st.s, s); len(kept(d)) != 0 {
			t.Errorf("%s: kept %v", name, kept(d))
		}
		s.Overrides[0].Screen = "/elsewhere"
		if d := Detect(st.s, s); len(kept(d)) != 1 {
			t.Errorf("%s elsewhere: kept %v", name, kept(d))
		}
	}
}

// TestEveryThresholdPerScreen: an override that matches everything does what the setting itself does, and one that
// matches nothing does nothing. Every threshold, made smaller or larger, changes the findings of at least one story, so
// that none is left out.
func TestEveryThresholdPerScreen(t *testing.T) {
	names := DefaultSettings()
	var all []*story
	var was []any
	for _, text := range stories(t) {
		st, err := parseStory(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, st)
		was = append(was, findings(st, DefaultSettings()))
	}
	for i, f := range names.fields() {
		t.Run(f.name, func(t *testing.T) {
			matters := false
			for _, factor := range []float64{0.25, 4} {
				whole := DefaultSettings()
				scale(whole.fields()[i], factor)
				here, there := DefaultSettings(), DefaultSettings()
				here.Overrides = []Override{{Thresholds: whole.Thresholds}}
				there.Overrides = []Override{{Screen: "/nowhere", Thresholds: whole.Thresholds}}
				for k, st := range all {
					want := findings(st, whole)
					if got := findings(st, here); !reflect.DeepEqual(got, want) {
						t.Errorf("times %g by an override: got\n%+v\nwant, as by the setting\n%+v", factor, got, want)
					}
					if reflect.DeepEqual(want, was[k]) {
						continue
					}
					matters = true
					if got := findings(st, there); !reflect.DeepEqual(got, was[k]) {
						t.Errorf("times %g by an override that matches nothing: got\n%+v\nwant\n%+v", factor, got, was[k])
					}
				}
			}
			if !matters {
				t.Error("no story depends on it: write one that it decides, in testdata")
			}
		})
	}
}

// scale multiplies a threshold; shares end at 1.
func scale(f field, by float64) {
	switch p := f.ptr.(type) {
	case *int:
		*p = max(int(float64(*p)*by), 1)
	case *float64:
		*p = min(*p*by, 1)
	case *time.Duration:
		*p = time.Duration(float64(*p) * by)
	}
}

// findings is what Detect says of a story.
func findings(st *story, s Settings) any {
	d := Detect(st.s, s)
	return struct {
		Episodes []Episode
		Attempts []Attempt
	}{d.Episodes, d.Attempts}
}

const keypad = `
button key "7"
button sum "="
text show
0    open /till
2    tap key
2.1  add m1 to show alert = wrong
2.4  tap key
2.5  add m2 to show alert = wrong
2.8  tap key
2.9  add m3 to show alert = wrong
3.2  tap key
3.3  add m4 to show alert = wrong
8    tap sum
8.1  text show = 14
20   tap key
35   end
`

// TestRepeatUse: where repeats are meant, answered series and one or two silent presses are passed over with that
// reason, and three silent ones are not.
func TestRepeatUse(t *testing.T) {
	meant := DefaultSettings()
	meant.Overrides = []Override{{Target: "[7P]*", RepeatUse: true}}
	for _, tt := range []struct {
		name, text    string
		without, with string // pattern, verdict and reason of the episodes
	}{
		{"answered by the same again and again, then silent once", keypad,
			"rage_tap friction , dead_tap friction ", "rage_tap dismissed repeat_use, dead_tap dismissed repeat_use"},
		{"three times in vain", hammered, "rage_tap friction ", "rage_tap friction "},
	} {
		st, err := parseStory(tt.text)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []struct {
			set  Settings
			want string
		}{{DefaultSettings(), tt.without}, {meant, tt.with}} {
			var got []string
			for _, e := range Detect(st.s, s.set).Episodes {
				got = append(got, string(e.Pattern)+" "+string(e.Verdict)+" "+string(e.Reason))
			}
			if g := strings.Join(got, ", "); g != s.want {
				t.Errorf("%s: got %q, want %q", tt.name, g, s.want)
			}
		}
	}
}

// TestOffWithoutTarget: patterns that belong to no control are switched off by screen.
func TestOffWithoutTarget(t *testing.T) {
	st, err := parseStory(stories(t)["loop/round and round between two screens"])
	if err != nil {
		t.Fatal(err)
	}
	for screen, want := range map[string]int{"/help": 0, "/elsewhere": 1} {
		s := DefaultSettings()
		s.Overrides = []Override{{Screen: screen, Off: []Pattern{Loop}}}
		if d := Detect(st.s, s); len(kept(d)) != want {
			t.Errorf("off on %s: kept %v", screen, kept(d))
		}
	}
}

func TestSetSaysWhatIsAllowed(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"rage_gestures", "2.5", "a whole number from 1"},
		{"rage_gestures", "100000", "a whole number from 1 to 10000"},
		{"floor", "40", "at most 1"},
		{"floor", "NaN", "at most 1"},
		{"slow_episode", "2", "with its unit"},
		{"slow_episode", "3h", "at most 10m0s"},
		{"rage_taps", "3", "rage_gestures"},
	} {
		var th Thresholds
		if err := th.Set(c.name, c.value); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.name) {
			t.Errorf("%s=%s: %v, want %q", c.name, c.value, err, c.want)
		}
		if th != (Thresholds{}) {
			t.Errorf("%s=%s: a refused value was taken", c.name, c.value)
		}
	}
}

func TestCheck(t *testing.T) {
	if err := DefaultSettings().Check(); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct {
		s    Settings
		want string
	}{
		"late":    {Settings{Thresholds: Thresholds{QuickAnswer: time.Minute}}, "no answer could be late"},
		"tail":    {Settings{Thresholds: Thresholds{DeadTail: time.Minute}}, "no press could be dead"},
		"screen":  {Settings{Overrides: []Override{{Screen: "/["}}}, "overrides[0]: screen"},
		"whole":   {Settings{Overrides: []Override{{Target: "a", Thresholds: Thresholds{LoopVisits: 4, ZoomTimes: 1, RageGestures: 4}}}}, "loop_visits is about whole screens: leave out target\nthreshold zoom_times"},
		"pattern": {Settings{Overrides: []Override{{}, {Off: []Pattern{"rage"}}}}, `overrides[1]: off: pattern "rage" is unknown; there are error_tap`},
	} {
		if err := c.s.Check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestConfigDocumentsDefaults: the table that people set thresholds by states every threshold with the value that holds.
func TestConfigDocumentsDefaults(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "CONFIG.md"))
	if err != nil {
		t.Fatal(err)
	}
	def := DefaultSettings()
	for _, f := range def.fields() {
		row := regexp.MustCompile(`(?m)^\| ` + "`" + f.name + "`" + ` \| (\S+) \| (screen)? ?\| \S`).FindSubmatch(text)
		if row == nil {
			t.Errorf("docs/CONFIG.md has no row `%s` among the thresholds, with its default and what it is", f.name)
			continue
		}
		var stated Thresholds
		if err := stated.Set(f.name, string(row[1])); err != nil {
			t.Error(err)
		}
		for _, g := range stated.fields() {
			if g.name == f.name && g.text() != f.text() {
				t.Errorf("%s is %s, docs/CONFIG.md says %s", f.name, f.text(), g.text())
			}
		}
		if noted := len(row[2]) > 0; noted != f.noTarget {
			t.Errorf("%s: docs/CONFIG.md says that it is about screens only: %t, it is: %t", f.name, noted, f.noTarget)
		}
	}
}
