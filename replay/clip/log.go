package clip

import (
	"math"

	"github.com/rankle/rankle/replay/rrweb"
)

// Log is what a page's console and network said in the time of a clip.
type Log struct {
	Logged Logged `json:"logged"`
	Lines  []Line `json:"log"`
	Left   int    `json:"log_left"` // lines left out beyond maxLines
}

// Logged says what the recorder listened to anywhere in the window: where it did, no line says that nothing was said.
type Logged struct {
	Console bool `json:"console"`
	Network bool `json:"network"`
}

// Line is one console call or one request, see rrweb.LogLine.
type Line struct {
	At        int64  `json:"at_ms"` // epoch ms
	Level     string `json:"level,omitempty"`
	Text      string `json:"text,omitempty"`
	Method    string `json:"method,omitempty"`
	Path      string `json:"path,omitempty"`
	Status    *int   `json:"status,omitempty"` // of a request: 0 = failed without one; absent = not recorded
	Initiator string `json:"initiator,omitempty"`
	Duration  int64  `json:"duration_ms,omitempty"`
	Failed    bool   `json:"failed,omitempty"`
}

// maxLines bounds a log, of a clip as of a whole session. Lines take some 100 bytes, so that it stays smaller than one
// snapshot of a page; what people cannot read one by one they do not miss.
const maxLines = 2000

// logOf takes what a Logbook holds between two times.
func logOf(book *rrweb.Logbook, from, to int64) Log {
	lines, left := book.Lines(float64(from), float64(to), maxLines)
	log := Log{Lines: make([]Line, len(lines)), Left: left}
	log.Logged.Console, log.Logged.Network = book.Recorded()
	for i, l := range lines {
		log.Lines[i] = Line{At: int64(math.Floor(l.At)), Level: string(l.Level), Text: l.Text, Method: l.Method, Path: l.Path,
			Initiator: l.Initiator, Duration: int64(math.Round(l.Duration)), Failed: l.Failed()}
		if l.Level == "" && l.Status >= 0 {
			log.Lines[i].Status = &l.Status
		}
	}
	return log
}
