package api

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

// EpisodeLine is one line of `rankle detect --format ndjson` and `rankle signals`; docs/format/detect.md describes it.
type EpisodeLine struct {
	Session    string  `json:"session"`
	Pattern    string  `json:"pattern"`
	Verdict    string  `json:"verdict"`
	Reason     string  `json:"reason"`
	Confidence float64 `json:"confidence"`
	StartMS    int64   `json:"start_ms"`
	EndMS      int64   `json:"end_ms"`
	Gestures   int32   `json:"gestures"`
	Screen     string  `json:"screen"`
	Target     Target  `json:"target"`
	Issue      string  `json:"issue,omitempty"`
}

// Naming says how screens and issues are named; nil functions as in Snapshot.
type Naming struct {
	Screen func(replay.Screen) string
	Issue  func(d *friction.Digest, episode int) string
}

// EpisodeLines lists the episodes of one session in their order, kept and dismissed.
func EpisodeLines(d *friction.Digest, names Naming) []EpisodeLine {
	snap := Snapshot{Screen: names.Screen, Issue: names.Issue}
	out := make([]EpisodeLine, 0, len(d.Episodes))
	for i := range d.Episodes {
		s := signalOf(&snap, d, i)
		out = append(out, EpisodeLine{Session: d.Session, Pattern: s.Pattern, Verdict: s.Verdict, Reason: s.Reason,
			Confidence: s.Confidence, StartMS: s.StartMS, EndMS: s.EndMS, Gestures: s.Gestures, Screen: s.Screen,
			Target: s.Target, Issue: s.Issue})
	}
	return out
}

// WriteEpisodes writes EpisodeLines as NDJSON, one object a line.
func WriteEpisodes(w io.Writer, d *friction.Digest, names Naming) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false) // people read this in a terminal, and selectors are full of ">"
	for _, line := range EpisodeLines(d, names) {
		if err := enc.Encode(line); err != nil {
			return fmt.Errorf("write episodes of session %s: %w", d.Session, err)
		}
	}
	return nil
}
