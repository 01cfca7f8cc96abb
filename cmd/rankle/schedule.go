package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker/pipeline"
	"github.com/rankle/rankle/replay/source"
)

// leastEvery is the shortest pause between two analyses: each lists all sources, which stores charge for.
const leastEvery = time.Minute

// jitterShare is by how much of the pause an analysis may begin later, so that servers that were started together do not
// ask one store at the same moment for ever.
const jitterShare = 0.1

// schedule analyses again and again, in the process of the server, and tells how that goes. Its activity may be asked for
// by any number of goroutines.
type schedule struct {
	every   time.Duration
	analyze func(context.Context, func(pipeline.Progress)) (*pipeline.Run, error)
	log     *slog.Logger
	now     func() time.Time
	sleep   func(context.Context, time.Duration) error
	jitter  func(time.Duration) time.Duration // from 0 to below its argument

	mu    sync.Mutex
	state api.Activity
	stage pipeline.Progress // the last one that was counted
}

func newSchedule(every time.Duration, log *slog.Logger, analyze func(context.Context, func(pipeline.Progress)) (*pipeline.Run, error)) *schedule {
	return &schedule{every: every, log: log, analyze: analyze, now: time.Now, sleep: source.Sleep,
		jitter: func(d time.Duration) time.Duration { return rand.N(max(d, 1)) }}
}

// activity is how it goes at the moment.
func (s *schedule) activity() api.Activity {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// run analyses until ctx ends: first when the result of the given time is as old as the pause, at once without one.
func (s *schedule) run(ctx context.Context, last time.Time) {
	wait := time.Duration(0)
	if !last.IsZero() {
		wait = max(0, last.Add(s.every).Sub(s.now()))
	}
	for {
		s.set(func(a *api.Activity) { a.Every, a.Next = s.every, s.now().Add(wait) })
		if s.sleep(ctx, wait) != nil {
			return
		}
		s.once(ctx)
		if ctx.Err() != nil {
			return
		}
		wait = s.every + s.jitter(time.Duration(float64(s.every)*jitterShare))
	}
}

// once makes one analysis. Whatever becomes of it, the result before it is served until there is a new one.
func (s *schedule) once(ctx context.Context) {
	started := s.now()
	s.set(func(a *api.Activity) { a.Next, a.Running = time.Time{}, &api.Underway{Started: started} })
	s.stage = pipeline.Progress{}
	run, err := s.analyze(ctx, func(p pipeline.Progress) { s.progress(started, p) })
	end := &api.Ended{Started: started, At: s.now()}
	took := end.At.Sub(started)
	switch {
	case err == nil:
		end.Fresh = run.Fresh
		s.log.Info("analysis done", "read", run.Fresh, "sessions", run.Report.Sessions, "run", run.Report.Run, "duration", took)
	case ctx.Err() != nil:
		end.Problem = "stopped with the server; what was read is kept"
		s.log.Info("analysis stopped; what was read is kept", "duration", took)
	case errors.Is(err, ledger.ErrLocked):
		end.Problem = problem(err)
		s.log.Warn("another process is analysing: this server waits for its next turn", "cause", end.Problem)
	default:
		end.Problem = problem(err)
		s.log.Error("analysis failed: the last result stays, and the next turn tries again", "cause", end.Problem, "duration", took)
	}
	s.set(func(a *api.Activity) {
		a.Running, a.Last = nil, end
		switch {
		case err == nil:
			a.Succeeded++
		case errors.Is(err, ledger.ErrLocked):
			a.Waited++
		case ctx.Err() == nil:
			a.Failed++
		}
	})
}

// problem is an error with what to do about it, on one line.
func problem(err error) string {
	text := oneLine(err.Error())
	if hint := hintFor(err); hint != "" {
		text = fmt.Sprintf("%s (%s)", text, hint)
	}
	return text
}

func (s *schedule) progress(started time.Time, p pipeline.Progress) {
	s.set(func(a *api.Activity) {
		a.Running = &api.Underway{Progress: p, Started: started}
		if p.Stage != pipeline.StageReading {
			return
		}
		before := s.stage
		if before.Stage != p.Stage {
			before = pipeline.Progress{}
		}
		a.Recordings += int64(p.Done - before.Done)
		a.Bytes += p.Bytes - before.Bytes
		s.stage = p
	})
}

func (s *schedule) set(change func(*api.Activity)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.state)
}
