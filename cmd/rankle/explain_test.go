package main

import (
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker/pipeline"
)

func TestParseMoment(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1m23.4s": 83400 * time.Millisecond, "83.4": 83400 * time.Millisecond, "1:23.4": 83400 * time.Millisecond,
		"0": 0, "1:00:01": time.Hour + time.Second, "500ms": 500 * time.Millisecond,
	} {
		if m, err := parseMoment(text); err != nil || m.offset != want || !m.clock.IsZero() {
			t.Errorf("%s: %v, %v; want %s", text, m.offset, err, want)
		}
	}
	if m, err := parseMoment("2026-11-02T09:30:00.5Z"); err != nil || m.clock.UnixMilli() != 1793611800500 {
		t.Errorf("a time of day: %v, %v", m.clock, err)
	}
	if m, err := parseMoment("1806656402586"); err != nil || m.clock.UnixMilli() != 1806656402586 {
		t.Errorf("start_ms of an episode: %v, %v", m.clock, err)
	}
	for _, text := range []string{"", "noon", "-3", "-3s", "1:2:3:4", "1::2", "NaN", "Inf", "1e99", "9999:00:00", "12:00Z"} {
		if m, err := parseMoment(text); err == nil || !strings.Contains(err.Error(), "--at") {
			t.Errorf("%q: %v, %v", text, m, err)
		}
	}
}

// Recorded text cannot steer a terminal.
func TestExplanationIsPrintable(t *testing.T) {
	x := &pipeline.Explanation{Session: "s\x1b[2J", Explanation: friction.Explanation{Found: true, Screen: "/a\x07",
		Target:   friction.Target{Tag: "button"},
		Gestures: []friction.ExplainedGesture{{Kind: "tap", Pointer: "mouse", Name: "button “\x1b[31m”", Outcome: friction.Dead, Until: "next_press", Next: "\x1b]0;x\x07"}}}}
	var b strings.Builder
	if err := printExplanation(&b, x); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(b.String(), "\x1b\x07") || !strings.Contains(b.String(), "button “") {
		t.Errorf("%q", b.String())
	}
}
