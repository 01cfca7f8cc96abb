package pipeline

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
)

func TestInOrderKeepsTheOrderOfTheJobs(t *testing.T) {
	jobs := make([]int, 500)
	for i := range jobs {
		jobs[i] = i
	}
	for _, workers := range []int{1, 2, 7} {
		// The first job ends only when the last of its look-ahead has started, so the results cannot arrive in order.
		var started atomic.Int32
		last := min(len(jobs), workers) // jobs that can be under way at once
		all := make(chan struct{})
		work := func(_ context.Context, j int) int {
			if int(started.Add(1)) == last {
				close(all)
			}
			if j == 0 {
				<-all
			}
			return j * 2
		}
		var got []int
		for r := range inOrder(t.Context(), jobs, workers, work) {
			got = append(got, r/2)
		}
		if !slices.Equal(got, jobs) {
			t.Errorf("%d workers: results out of order or lost: %d of %d", workers, len(got), len(jobs))
		}
	}
}

func TestInOrderStopsWhenTheLoopEnds(t *testing.T) {
	var running, most atomic.Int32
	work := func(ctx context.Context, j int) int {
		most.Store(max(most.Load(), running.Add(1)))
		defer running.Add(-1)
		if j > 0 {
			<-ctx.Done()
		}
		return j
	}
	for r := range inOrder(t.Context(), make([]int, 100), 3, func(ctx context.Context, _ int) int { return work(ctx, 0) }) {
		if r == 0 {
			break
		}
	}
	if n := running.Load(); n != 0 {
		t.Errorf("%d jobs still under way after the loop", n)
	}
	if n := most.Load(); n > 3 {
		t.Errorf("%d jobs at once, 3 were allowed", n)
	}
	for range inOrder(t.Context(), []int{0, 1, 2, 3}, 2, work) {
		break // jobs 1 to 3 end only because breaking the loop cancels them
	}
	if n := running.Load(); n != 0 {
		t.Errorf("%d jobs still under way after the loop", n)
	}
}

func TestInOrderEndsOnCancelledContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := 0
	for range inOrder(ctx, make([]int, 1000), 2, func(context.Context, int) int { return 0 }) {
		if seen++; seen == 10 {
			cancel()
		}
	}
	if seen == 1000 {
		t.Error("all jobs ran although the context was cancelled")
	}
}
