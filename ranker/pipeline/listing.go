package pipeline

import (
	"context"
	"errors"
	"iter"

	"github.com/rankle/rankle/replay/source"
)

const (
	// listers is how many branches of a source are listed at the same time. A store gives a page of 1,000 keys per
	// request, each some 50 to 200 ms away; eight requests at once are far below what stores allow (thousands a second)
	// and bring a million keys from minutes down to a fraction of one.
	listers = 8
	// enoughBranches ends the search for branches: some per lister, so that uneven ones even out.
	enoughBranches = 4 * listers
	// mostBranches is the most that one place may branch, one page of a listing: where every session is a folder of its
	// own, listing folder by folder would take a request each.
	mostBranches = 1_000
	// deepest bounds how far down branches are looked for: year, month and day below a folder and a tenant.
	deepest = 5
)

// toList returns the store of a source as an analysis lists it: without its own data directory, and on a wide front where
// that is faster.
func (a *analysis) toList(src *Opened) source.Store {
	store := without(src.Store, a.DataDir)
	if b, ok := store.(source.Brancher); ok {
		return wide{b, func(n int) { a.progress(Progress{Stage: "listing " + source.Name(src.Store), Done: n}) }}
	}
	return store
}

// wide is a Store whose branches are listed at the same time. The order of keys is that of any Store: none.
type wide struct {
	source.Brancher
	listed func(n int) // called with the number of objects so far
}

// List implements source.Store.
func (w wide) List(ctx context.Context, prefix string) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		objects, branches, err := w.branches(ctx, prefix)
		if err != nil {
			yield(source.Object{}, err)
			return
		}
		n := 0
		for _, o := range objects {
			if n++; !yield(o, nil) {
				return
			}
		}
		for part := range inOrder(ctx, branches, listers, w.branch) {
			for i, o := range part.objects {
				if !yield(o, part.errs[i]) {
					return
				}
			}
			if part.err != nil {
				yield(source.Object{}, part.err)
				return
			}
			n += len(part.objects)
			w.listed(n)
		}
		if err := ctx.Err(); err != nil {
			yield(source.Object{}, err)
		}
	}
}

// branches walks down from prefix until there are enough branches. What it returns covers everything under prefix once.
func (w wide) branches(ctx context.Context, prefix string) (objects []source.Object, branches []string, err error) {
	open := []string{prefix}
	for depth := 0; depth < deepest && len(open) > 0 && len(branches)+len(open) < enoughBranches; depth++ {
		var next []string
		for _, b := range open {
			here, below, err := w.Branches(ctx, b, mostBranches)
			switch {
			case errors.Is(err, source.ErrManyBranches):
				branches = append(branches, b)
			case err != nil:
				return nil, nil, err
			default:
				objects = append(objects, here...)
				next = append(next, below...)
			}
		}
		open = next
	}
	return objects, append(branches, open...), nil
}

// listing is what one branch holds; errs are those of single objects.
type listing struct {
	objects []source.Object
	errs    map[int]error
	err     error
}

func (w wide) branch(ctx context.Context, prefix string) (l listing) {
	for o, err := range w.Brancher.List(ctx, prefix) {
		switch {
		case err != nil && o.Key == "":
			l.err = err
			return l
		case err != nil:
			if l.errs == nil {
				l.errs = map[int]error{}
			}
			l.errs[len(l.objects)] = err
		}
		l.objects = append(l.objects, o)
	}
	return l
}
