package friction

import (
	"math"
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
		"more gestures":   {Screen: "/check*", Thresholds: Thresholds{RageGestures: 5}, Off: []Pattern{DeadTap}},
		"switched off":    {Target: "pay", Off: []Pattern{RageTap, DeadTap}},
		"meant to repeat": {Target: "Pay", RepeatUse: true},
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
