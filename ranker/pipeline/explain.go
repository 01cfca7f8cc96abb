package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/format"
)

// ErrSeveral means that one recording was asked for and there are more.
var ErrSeveral = errors.New("more than one recording")

// Explanation is a friction.Explanation with the session it is of.
type Explanation struct {
	Session  string
	Start    time.Time
	Duration time.Duration
	friction.Explanation
}

// Explain reads the one recording of the sources with the detection settings of config, without storing anything, and
// explains what was found at a time. when turns the time into an offset once the session is known; its error is
// returned. The error is ErrNothing if there is no recording and wraps ErrSeveral if there are several.
func Explain(ctx context.Context, config Config, sources []Opened, when func(*replay.Session) (time.Duration, error)) (*Explanation, error) {
	a, err := newAnalysis(Options{Config: config, Sources: sources})
	if err != nil {
		return nil, err
	}
	jobs, err := a.list(ctx)
	if err != nil {
		return nil, err
	}
	switch len(jobs) {
	case 0:
		return nil, a.summary.nothing()
	case 1:
	default:
		return nil, fmt.Errorf("%w: %s, %s and %d others", ErrSeveral, jobs[0].name(), jobs[1].name(), len(jobs)-2)
	}
	session, err := jobs[0].decode(ctx, new(format.Reader), a.reading)
	if err != nil {
		return nil, err
	}
	at, err := when(session)
	if err != nil {
		return nil, err
	}
	return &Explanation{Session: session.ID, Start: session.Start, Duration: session.Duration,
		Explanation: friction.Explain(session, a.detection, at)}, nil
}
