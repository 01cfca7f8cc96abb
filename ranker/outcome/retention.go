package outcome

import (
	"sort"
	"strings"
	"time"

	"github.com/rankle/rankle/cluster/friction"
)

// NewVisit is the pause that makes a later session a return rather than the same visit cut in two: thirty minutes is
// the timeout at which web analytics and the common recorders start a new session. It matters only for windows from 0.
const NewVisit = 30 * time.Minute

// Churned is the attribute of a session with the time from which on its user is gone for good, such as a cancellation: a
// return after it is none. It comes from a column of that name, or from a table of outcomes.
const Churned = "churned_at"

// ChurnedAt is when the user of a session was gone for good, as far as it was after the session began.
func ChurnedAt(d *friction.Digest) (at time.Time, ok bool) {
	at, ok = parseTime(strings.TrimSpace(d.Context.Attributes[Churned]))
	return at, ok && !at.Before(d.Start)
}

// Span is one session of a user.
type Span struct{ Start, End time.Time }

const day = 24 * time.Hour

func days(n float64) time.Duration { return time.Duration(n * float64(day)) }

// Over reports whether the window after a session that began at start is over at the end of the data. Users whose
// window is not over are censored: they may still come back.
func (w Window) Over(start, dataEnd time.Time) bool { return !start.Add(days(w.To)).After(dataEnd) }

// Returned reports whether one of the user's sessions, sorted by Start, begins inside the window after session i.
func (w Window) Returned(sessions []Span, i int) bool {
	from := sessions[i].Start.Add(days(w.From))
	if w.From == 0 {
		from = sessions[i].End.Add(NewVisit)
	}
	to := sessions[i].Start.Add(days(w.To))
	k := sort.Search(len(sessions), func(k int) bool { return !sessions[k].Start.Before(from) })
	return k < len(sessions) && sessions[k].Start.Before(to)
}

// Meaning says in words what the window counts.
func (w Window) Meaning() string {
	if w.From == 0 {
		return "came back within " + dayWord(w.To)
	}
	return "came back between day " + number(w.From) + " and day " + number(w.To)
}
