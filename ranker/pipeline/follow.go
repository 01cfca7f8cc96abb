package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/review"
)

// succeed notes what became of the issues of the Result before: where they are now, and by which keys they can still be
// asked for.
func (r *Result) succeed(before *Result) {
	if before == nil {
		return
	}
	var moves []cluster.Move
	moves, r.Aliases = before.trace(issuesOf(r.Report))
	r.Moves = changes(moves)
}

// trace says where the issues of a Result are among those of now, and which keys of it and of those before it lead to which
// of now. A nil Result knows none.
func (r *Result) trace(now []cluster.Issue) (moves []cluster.Move, aliases map[string]string) {
	if r == nil {
		return nil, nil
	}
	moves = cluster.Trace(issuesOf(r.Report), now)
	aliases = cluster.Aliases(moves, now)
	current := map[string]bool{}
	for i := range now {
		current[now[i].Key] = true
	}
	for old, key := range r.Aliases {
		if next, moved := aliases[key]; moved {
			key = next
		}
		if current[key] && !current[old] {
			aliases[old] = key
		}
	}
	return moves, aliases
}

// changes leaves out the issues that stayed what they were, which are nearly all: from which and to which there is one
// move, to the same key.
func changes(moves []cluster.Move) []cluster.Move {
	from, to := map[string]int{}, map[string]int{}
	for _, m := range moves {
		from[m.From]++
		to[m.To]++
	}
	var changed []cluster.Move
	for _, m := range moves {
		if m.From != m.To || from[m.From] > 1 || to[m.To] > 1 {
			changed = append(changed, m)
		}
	}
	return changed
}

func issuesOf(r *ranker.Report) []cluster.Issue {
	issues := make([]cluster.Issue, len(r.Issues))
	for i := range r.Issues {
		issues[i] = r.Issues[i].Issue
	}
	return issues
}

// lastResult is the last Result of the data directory, nil if there is none that can be read: what cannot be read is made
// anew, and has nothing before it.
func lastResult(dir string) *Result {
	last, err := LoadResult(dir)
	if err != nil {
		return nil
	}
	return last
}

// save stores a Result and lets what people decided about its issues follow.
func (r *Result) save(ctx context.Context, dir string) error {
	if err := r.Save(dir); err != nil {
		return err
	}
	return r.follow(ctx, dir)
}

// follow lets what people decided about the issues of a stored Result follow them. Doing so again changes nothing: an
// analysis that finds the Result unchanged does, because the one that stored it may have been killed in between.
func (r *Result) follow(ctx context.Context, dir string) error {
	if len(r.Aliases) == 0 {
		return nil
	}
	path := ReviewFile(dir)
	if _, err := os.Stat(path); err != nil {
		return nil // nobody ever decided anything
	}
	store, err := review.Open(path, nil)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrReviews, err)
	}
	_, err = store.Follow(ctx, r.Aliases)
	if err := errors.Join(err, store.Close()); err != nil {
		return fmt.Errorf("%w: %w", ErrReviews, err)
	}
	return nil
}
