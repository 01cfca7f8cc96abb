package pipeline

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/outcome"
	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/source"
)

// selection says which Digests of a ledger a Report rests on.
type selection struct {
	fingerprint string
	since       time.Time // first day; zero = all
	sources     []string  // see source.Name
	superseded  func(*friction.Digest) bool
	decided     decisions
	before      *Result // whose issues had other keys maybe; nil = none
}

// digests iterates over the selected Digests, completed by the manifests, in the ledger's order.
func (s selection) digests(ctx context.Context, led *ledger.Ledger, t *tables) iter.Seq2[*friction.Digest, error] {
	return s.asked(ctx, led, t, ledger.Query{})
}

// asked is digests of what q asks for, whose fingerprint and first day are those of the selection.
func (s selection) asked(ctx context.Context, led *ledger.Ledger, t *tables, q ledger.Query) iter.Seq2[*friction.Digest, error] {
	q.Fingerprint = s.fingerprint
	if q.From.Before(s.since) {
		q.From = s.since
	}
	return func(yield func(*friction.Digest, error) bool) {
		for d, err := range led.All(ctx, q) {
			if err != nil {
				yield(nil, err)
				return
			}
			if !slices.ContainsFunc(s.sources, func(name string) bool { return covers(name, d) }) || s.superseded(d) {
				continue
			}
			t.complete(d)
			s.decided.obey(d)
			if !yield(d, nil) {
				return
			}
		}
	}
}

// spread hands the given columns of every selected Digest to add, which as many goroutines call at once as there are workers,
// numbered from 0; a Digest is lent for the call. What they share out is days, each of which is read in the ledger's order:
// whatever is made of Digests must not depend on who got which. The first error ends it, also one of add.
func (s selection) spread(ctx context.Context, led *ledger.Ledger, t *tables, workers int, columns []string, add func(worker int, d *friction.Digest) error) error {
	days := led.Days()
	var next atomic.Int64
	readers, ctx := errgroup.WithContext(ctx)
	for worker := range min(workers, len(days)) {
		readers.Go(func() error {
			for i := next.Add(1) - 1; i < int64(len(days)); i = next.Add(1) - 1 {
				q := ledger.Query{From: days[i], To: days[i].AddDate(0, 0, 1), Columns: columns, Lent: true}
				for d, err := range s.asked(ctx, led, t, q) {
					if err == nil {
						err = add(worker, d)
					}
					if err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	return readers.Wait()
}

// learn lets the tables learn who was there when.
func (s selection) learn(ctx context.Context, led *ledger.Ledger, t *tables) error {
	return t.learn(s.asked(ctx, led, t, ledger.Query{Columns: selecting, Lent: true}))
}

// covers reports whether what a Digest was read from lies in the source of that name: in the whole store, or under the
// prefix or in the file that narrows it.
func covers(name string, d *friction.Digest) bool {
	return name == d.Source || slices.ContainsFunc(d.Objects, func(o replay.Object) bool {
		return strings.HasPrefix(strings.TrimSuffix(d.Source, "/")+"/"+o.Key, name)
	})
}

func namesOf(sources []Opened) []string {
	names := make([]string, len(sources))
	for i, s := range sources {
		names[i] = source.Name(s.Store)
	}
	return names
}

// Evidence is what lies behind a Result: its Digests and the issues they were clustered into. It is immutable and safe
// for concurrent use, except that the ledger must stay open.
type Evidence struct {
	Clusters *cluster.Result
	goals    *outcome.Set
	tables   *tables
	decided  decisions
	digests  func(context.Context) iter.Seq2[*friction.Digest, error]
}

// Evidence opens what lies behind the last Result of a data directory; led must hold its Digests. It obeys the decisions that
// the Report obeys, not later ones. Where the directory does not have the clusters, it makes them again of all Digests.
func (r *Result) Evidence(ctx context.Context, led *ledger.Ledger, dir string) (*Evidence, error) {
	return r.evidence(ctx, led, dir, newDecisions(r.Decisions))
}

func (r *Result) evidence(ctx context.Context, led *ledger.Ledger, dir string, decided decisions) (*Evidence, error) {
	t, err := r.openTables(ctx)
	if err != nil {
		return nil, err
	}
	goals, err := r.Config.outcomes()
	if err != nil {
		return nil, err
	}
	selected := r.selection(decided)
	e := &Evidence{goals: goals, tables: t, decided: decided, digests: func(ctx context.Context) iter.Seq2[*friction.Digest, error] {
		return selected.digests(ctx, led, t)
	}}
	settings := decided.settings(r.Config.clusters())
	if decided.likeIn(r.Decisions) {
		e.Clusters = r.loadClusters(dir, settings)
	}
	if e.Clusters != nil {
		return e, selected.learn(ctx, led, t)
	}
	e.Clusters, err = selected.clustered(ctx, led, t, settings, runtime.GOMAXPROCS(0), func() {})
	return e, err
}

// selection is what the Result rests on.
func (r *Result) selection(decided decisions) selection {
	return selection{fingerprint: r.Digests, since: r.Since, sources: r.Sources, decided: decided, before: r, superseded: func(d *friction.Digest) bool {
		_, found := slices.BinarySearch(r.Superseded, d.Recording)
		return found
	}}
}

// complete adds to a Digest of the ledger what the manifests say, and dismisses what people decided.
func (e *Evidence) complete(d *friction.Digest) {
	e.tables.complete(d)
	e.decided.obey(d)
	e.decided.obeyMarks(e.Clusters, d)
}

// clustered makes issues of the selected Digests; each is called for every one of them, by one goroutine at a time. Outcome
// tables take a pass of their own.
func (s selection) clustered(ctx context.Context, led *ledger.Ledger, t *tables, settings cluster.Settings, workers int, each func()) (*cluster.Result, error) {
	if err := s.learn(ctx, led, t); err != nil {
		return nil, err
	}
	builders := make([]*cluster.Builder, workers)
	for i := range builders {
		builders[i] = cluster.New(settings)
	}
	var mu sync.Mutex
	err := s.spread(ctx, led, t, workers, clustering, func(worker int, d *friction.Digest) error {
		builders[worker].Add(d)
		mu.Lock()
		defer mu.Unlock()
		each()
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, b := range builders[1:] {
		builders[0].Merge(b)
		builders[i+1] = nil // two of everything are more than is needed
	}
	result := builders[0].ResultBy(func(n int, do func(int)) { eachOf(workers, n, do) })
	builders = nil
	runtime.GC() // else as much as all rows took piles up before the next one, while the Result holds next to nothing
	return result, nil
}

// rankGarbage is how much garbage may pile up while clustering and ranking, in per cent of what is held; Go's own is 100. What is held
// is a gigabyte of a million sessions and hardly has a pointer, so that looking through it more often costs next to nothing.
const rankGarbage = 50

// lessGarbage sets the process to rankGarbage until the function that it returns is called. Who asked for even less by
// GOGC gets that. Analyses of one data directory exclude each other, so that two of them do not restore each other's.
func lessGarbage() (restore func()) {
	before := debug.SetGCPercent(rankGarbage)
	if before >= 0 && before < rankGarbage {
		debug.SetGCPercent(before)
	}
	return func() { debug.SetGCPercent(before) }
}

// collected gathers what the ranking needs of the selected Digests; in is complete but for them.
func (s selection) collected(ctx context.Context, led *ledger.Ledger, t *tables, clusters *cluster.Result, in ranker.Input, workers int) (*ranker.Collector, error) {
	var goals []outcome.Goal
	if in.Outcomes != nil {
		goals = in.Outcomes.Goals()
	}
	columns := slices.Concat(collecting, goalColumns(goals))
	collectors := make([]*ranker.Collector, workers)
	for i := range collectors {
		var err error
		if collectors[i], err = ranker.NewCollector(in); err != nil {
			return nil, err
		}
	}
	err := s.spread(ctx, led, t, workers, columns, func(worker int, d *friction.Digest) error {
		s.decided.obeyMarks(clusters, d)
		collectors[worker].Add(d)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("rank: read digests: %w", err)
	}
	for i, c := range collectors[1:] {
		collectors[0].Merge(c)
		collectors[i+1] = nil
	}
	return collectors[0], nil
}

// Converted names the goals that a session reached, in the order of the configuration.
func (e *Evidence) Converted(d *friction.Digest) []string {
	var names []string
	for i, g := range e.goals.Goals() {
		if e.goals.Reached(i, d, outcome.Before) != outcome.Never {
			names = append(names, g.Name)
		}
	}
	return names
}

// Digests iterates over the Digests, by day, session and recording.
func (e *Evidence) Digests(ctx context.Context) iter.Seq2[*friction.Digest, error] {
	return e.decided.marked(e.Clusters, e.digests(ctx))
}
