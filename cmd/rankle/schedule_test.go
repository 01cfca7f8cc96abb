package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/pipeline"
)

// A schedule on a clock of its own: sleeping moves it, and every turn has an outcome.
func TestScheduleGoesOnWhateverHappens(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	start := now
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var slept []time.Duration
	var s *schedule
	var during []api.Activity
	outcomes := []error{nil, errors.New("store\nis gone"), fmt.Errorf("lock: %w: process 7", ledger.ErrLocked), nil}
	turn := 0
	s = newSchedule(time.Hour, slog.New(slog.NewTextHandler(io.Discard, nil)), func(_ context.Context, progress func(pipeline.Progress)) (*pipeline.Run, error) {
		progress(pipeline.Progress{Stage: "listing x", Done: 9})
		progress(pipeline.Progress{Stage: pipeline.StageReading, Done: 1, Total: 2, Bytes: 10})
		progress(pipeline.Progress{Stage: pipeline.StageReading, Done: 2, Total: 2, Bytes: 30})
		during = append(during, s.activity())
		now = now.Add(time.Minute)
		err := outcomes[turn]
		turn++
		if turn == len(outcomes) {
			defer cancel() // the server is told to stop while it analyses
		}
		if err != nil {
			return nil, err
		}
		return &pipeline.Run{Fresh: 2, Report: &ranker.Report{}}, nil
	})
	s.now = func() time.Time { return now }
	s.jitter = func(most time.Duration) time.Duration {
		if most != 6*time.Minute {
			t.Errorf("jitter of up to %v, want a tenth of the pause", most)
		}
		return time.Minute
	}
	var after []api.Activity
	s.sleep = func(ctx context.Context, d time.Duration) error {
		slept = append(slept, d)
		after = append(after, s.activity())
		now = now.Add(d)
		return ctx.Err()
	}
	s.run(ctx, start.Add(-20*time.Minute)) // the last result is twenty minutes old
	if want := []time.Duration{40 * time.Minute, 61 * time.Minute, 61 * time.Minute, 61 * time.Minute}; !slices.Equal(slept, want) {
		t.Errorf("slept %v, want %v", slept, want)
	}
	if turn != len(outcomes) {
		t.Fatalf("%d analyses, want %d", turn, len(outcomes))
	}
	for i, a := range during {
		if a.Running == nil || a.Running.Done != 2 || !a.Next.IsZero() || a.Recordings != int64(2*(i+1)) || a.Bytes != int64(30*(i+1)) {
			t.Errorf("during analysis %d: %+v", i, a)
		}
	}
	for i, a := range after {
		if a.Running != nil || a.Every != time.Hour || a.Next.Sub(start) <= 0 {
			t.Errorf("before analysis %d: %+v", i, a)
		}
	}
	if l := after[1].Last; l == nil || l.Problem != "" || l.Fresh != 2 || l.At.Sub(l.Started) != time.Minute {
		t.Errorf("after a good one: %+v", l)
	}
	if l := after[2].Last; l == nil || l.Problem != "store is gone" {
		t.Errorf("after a failure: %+v", l)
	}
	if l := after[3].Last; l == nil || !strings.Contains(l.Problem, "process 7") {
		t.Errorf("while another process analyses: %+v", l)
	}
	if a := s.activity(); a.Succeeded != 2 || a.Failed != 1 || a.Waited != 1 {
		t.Errorf("counted %d, %d, %d", a.Succeeded, a.Failed, a.Waited)
	}
}

// Without a result there is nothing to wait for, and an analysis that was stopped is no failure.
func TestScheduleBeginsAtOnceAndStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var slept []time.Duration
	s := newSchedule(time.Hour, slog.New(slog.NewTextHandler(io.Discard, nil)), func(ctx context.Context, _ func(pipeline.Progress)) (*pipeline.Run, error) {
		cancel()
		return nil, ctx.Err()
	})
	s.sleep = func(ctx context.Context, d time.Duration) error {
		slept = append(slept, d)
		return ctx.Err()
	}
	s.run(ctx, time.Time{})
	if !slices.Equal(slept, []time.Duration{0}) {
		t.Errorf("slept %v", slept)
	}
	if a := s.activity(); a.Failed != 0 || a.Running != nil {
		t.Errorf("%+v", a)
	}
}
