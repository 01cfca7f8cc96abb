package pipeline

import (
	"context"
	"iter"
	"sync"
)

// lookAhead is how many recordings per worker may be finished before the one whose turn it is: a session of hours
// among sessions of minutes then costs no idle worker, and a Digest of a few kB each is all that waits.
const lookAhead = 16

// inOrder runs work on every job, n at once, and yields the results in the order of the jobs. Ending the loop early
// cancels the context that work was given and waits for the jobs under way.
func inOrder[J, R any](ctx context.Context, jobs []J, n int, work func(context.Context, J) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()

		promises := make(chan chan R, n*lookAhead)
		running.Go(func() {
			defer close(promises)
			slots := make(chan struct{}, n)
			for _, j := range jobs {
				promise := make(chan R, 1)
				select {
				case slots <- struct{}{}:
				case <-ctx.Done():
					return
				}
				running.Go(func() {
					promise <- work(ctx, j)
					<-slots
				})
				select {
				case promises <- promise:
				case <-ctx.Done():
					return
				}
			}
		})
		for promise := range promises {
			if !yield(<-promise) {
				return
			}
		}
	}
}
