package pipeline

import (
	"slices"

	"github.com/rankle/rankle/ranker/outcome"
)

// What the steps after detection look at of a Digest, by the columns of the ledger (ledger.Query.Columns): half of what lies there is
// for people, and reading is a third of the time. TestColumnsAreEnough holds each step on these against the same step on whole
// Digests.

// selecting is what a selection needs to choose and complete a Digest.
var selecting = []string{"user", "objects.key"}

// aboutSessions is what sessions are told apart by.
var aboutSessions = []string{
	"duration_ms", "device_type", "device_model", "os", "browser", "app_version", "channel", "plan", "viewport_w", "attributes",
	"marks", "screens.path", "screens.w", "visits.screen", "visits.at_ms",
}

// clustering is what issues are made of.
var clustering = slices.Concat(selecting, aboutSessions, []string{"targets", "visits.seen", "attempts", "episodes"})

// collecting is what the ranking needs of each session, beside what its goals do.
var collecting = slices.Concat(selecting, aboutSessions, []string{
	"customs", "targets.key", "targets.tag", "targets.role", "targets.kind",
	"attempts.at_ms", "attempts.screen", "attempts.target", "attempts.outcome", "attempts.gestures", "attempts.episode", "attempts.x", "attempts.y",
	"episodes.pattern", "episodes.verdict", "episodes.reason", "episodes.confidence", "episodes.start_ms", "episodes.screen",
	"episodes.target", "episodes.gestures", "episodes.unanswered", "episodes.x", "episodes.y",
})

// goalColumns is what goals look at.
func goalColumns(goals []outcome.Goal) []string {
	columns := slices.Clone(selecting)
	add := func(m outcome.Match) {
		if m.Screen != "" {
			columns = append(columns, "screens.path", "visits.screen", "visits.at_ms")
		}
		if m.Event != "" {
			columns = append(columns, "customs")
		}
		if m.Tap != nil {
			columns = append(columns, "screens.path", "targets.key", "targets.label", "targets.selector",
				"attempts.at_ms", "attempts.screen", "attempts.target", "attempts.outcome")
		}
		if m.Attribute != "" {
			columns = append(columns, "duration_ms", "attributes")
		}
	}
	for _, g := range goals {
		add(g.Reached)
		for _, s := range g.Steps {
			add(s.Match)
		}
	}
	return columns
}
