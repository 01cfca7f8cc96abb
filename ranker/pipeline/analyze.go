// Package pipeline runs an analysis on one machine: from stored recordings to a Report in the data directory.
//
//	sources --list, group--> recordings --known to the ledger?--> yes: nothing to read
//	                                   \--> no: worker: open, decode, manifest, detect --> batch --> ledger (synced)
//	ledger --all digests--> cluster --> issues + exposures --> ranker --> Report --> written aside, renamed
//
// Call Analyze. The first loop is expensive, incremental and parallel over recordings; the second is cheap and always
// runs over everything that the ledger holds of the sources. A kill at any moment costs at most the open batch.
package pipeline

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/replay/format"
	"github.com/rankle/rankle/replay/manifest"
	"github.com/rankle/rankle/replay/source"
)

// Options of one analysis.
type Options struct {
	Config  Config
	Sources []Opened // what to read, see OpenSources; the caller closes them
	DataDir string   // created if absent
	// People names users, unless Config says that their ids are to be kept; nil = as the recordings and tables name them.
	People  *People
	Workers int          // recordings read at once; 0 or less = number of processors
	Log     *slog.Logger // nil = silent
	// Program says which program this is, to the letter of its code: a Result of the same one over the same inputs is not
	// made again. "" = always make it.
	Program string
	// Now says when a batch is due and, with Config.Keep, which days are kept, nothing else; nil = time.Now.
	Now func() time.Time
	// Progress is called often, by one goroutine at a time; nil = not at all.
	Progress func(Progress)
}

// StageReading is the Progress.Stage in which recordings are read.
const StageReading = "reading"

// Progress is how far a stage has come.
type Progress struct {
	Stage       string // "listing ...", StageReading, "clustering", "ranking"
	Done, Total int    // recordings; Total 0 = not known
	Bytes       int64  // stored bytes read so far in this stage
}

// ErrNothing means that not one recording could be read and nothing was known from before.
var ErrNothing = errors.New("no readable recording")

// Run is a finished analysis.
type Run struct {
	Report *ranker.Report
	// Fresh is how many recordings this run read; the others of Report.Read.Sessions were known from before. It is no
	// part of the Report, which says the same however many runs it took.
	Fresh int
}

// Analyze reads what is new in the sources, ranks everything the ledger holds of them and stores the Report.
//
// The error is ErrNothing when there is nothing to rank, those of the sources when none could be listed, that of a
// manifest, or that of the data directory. A recording that cannot be read, and a source beside others that cannot be
// listed, is no error: it is counted in Report.Read.Skipped.
func Analyze(ctx context.Context, opt Options) (*Run, error) {
	run, err := newAnalysis(opt)
	if err != nil {
		return nil, err
	}
	var report *ranker.Report
	err = run.withLedger(ctx, func() (err error) {
		report, err = run.all(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &Run{Report: report, Fresh: run.summary.fresh}, nil
}

// analysis is one run.
type analysis struct {
	Options
	ledger      *ledger.Ledger
	reading     format.Options
	detection   friction.Settings
	desks       desks
	summary     *summary
	fingerprint string                          // of the digests
	since       time.Time                       // first day that is kept; zero = all are
	whole       []string                        // sources that were listed to the end, see source.Name
	indexes     map[string]*manifest.BlockIndex // that are loaded, by path
	tables      *tables                         // nil where none are asked
	forgotten   *forgotten
	names       *People // nil: users have their ids
	refused     int     // recordings in a row that the store did not deliver
}

func newAnalysis(opt Options) (*analysis, error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	reading, err1 := opt.Config.Reading()
	detection, err2 := opt.Config.Detection.settings()
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	a := &analysis{
		Options:     opt,
		reading:     reading,
		detection:   detection,
		summary:     newSummary(),
		fingerprint: digestFingerprint(reading, detection),
		since:       opt.Config.Keep.since(opt.Now()),
		indexes:     map[string]*manifest.BlockIndex{},
	}
	if opt.People != nil && !opt.Config.Privacy.PlainUsers() {
		a.names = opt.People
		a.fingerprint += a.names.suffix()
	}
	return a, nil
}

// withLedger runs f with the ledger of the data directory open.
func (a *analysis) withLedger(ctx context.Context, f func() error) error {
	led, err := openLedger(a.DataDir)
	if err != nil {
		return err
	}
	a.ledger = led
	err = sweep(a.DataDir)
	if err == nil {
		a.forgotten, err = loadForgotten(a.DataDir, a.People)
	}
	if err == nil && a.names != nil {
		err = a.nameStored(ctx)
	}
	if err == nil {
		err = f()
	}
	return errors.Join(err, led.Close())
}

func (a *analysis) all(ctx context.Context) (*ranker.Report, error) {
	if _, err := LoadResult(a.DataDir); errors.Is(err, ErrNewer) {
		return nil, err // it holds what this program would lose by replacing it
	}
	// Manifests come first: a wrong column should not be found out after hours of reading.
	config, err := a.fetchTables(ctx)
	if err != nil {
		return nil, err
	}
	a.Config = config
	tables, err := a.Config.openTables(ctx, a.names)
	if err != nil {
		return nil, err
	}
	a.tables, a.indexes = tables, tables.indexes
	decided, err := loadDecisions(ctx, a.DataDir)
	if err != nil {
		return nil, err
	}
	recordings, err := a.list(ctx)
	if err != nil {
		return nil, err
	}
	recordings = a.withoutForgotten(recordings)
	if err := a.read(ctx, recordings); err != nil {
		return nil, err
	}
	if err := a.expire(ctx, recordings); err != nil {
		return nil, err
	}
	if err := a.collectSkips(ctx, recordings); err != nil {
		return nil, err
	}
	inputs, err := a.inputs(recordings, decided)
	if err != nil {
		return nil, err
	}
	if last := a.unchanged(inputs); last != nil {
		a.Log.Debug("nothing changed since the last analysis, which stays", "run", last.Report.Run)
		a.tidy(ctx, recordings, last)
		return last.Report, last.follow(ctx, a.DataDir)
	}
	regrouped := newRegrouping(recordings)
	selected := selection{fingerprint: a.fingerprint, since: a.since, sources: namesOf(a.Sources), superseded: regrouped.superseded, decided: newDecisions(decided), before: lastResult(a.DataDir)}
	ranked, err := a.rank(ctx, tables, selected, a.summary.read)
	if err != nil {
		return nil, err
	}
	if err := ranked.saveBehind(a.DataDir); err != nil {
		return nil, err
	}
	result := &Result{Report: ranked.report, Config: a.Config, Sources: selected.sources, Digests: a.fingerprint, Since: a.since, Superseded: regrouped.names(), Decisions: decided, Inputs: inputs, Users: a.names.keyOf()}
	result.succeed(selected.before)
	if err := result.save(ctx, a.DataDir); err != nil {
		return nil, err
	}
	a.tidy(ctx, recordings, result)
	return ranked.report, nil
}

// job is one recording and where it lies.
type job struct {
	source *Opened
	source.Recording
	index *manifest.BlockIndex // that names its blocks, nil without one
}

// name identifies the recording across sources, in the ledger and in messages.
func (j job) name() string { return j.source.Store.URL() + "/" + j.Key }

// list finds the recordings of all sources, in a stable order. One that lies in several sources counts for the first. A
// source that cannot be listed is counted and left out, as long as another one can.
func (a *analysis) list(ctx context.Context) ([]job, error) {
	var jobs []job
	var failed []error
	listed := map[string]bool{} // of all sources but the last, which is mostly the only one
	for i := range a.Sources {
		src := &a.Sources[i]
		a.progress(Progress{Stage: "listing " + source.Name(src.Store), Done: len(jobs)})
		group, err := a.group(ctx, src)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			failed = append(failed, err)
			a.Log.Warn("source left out", "cause", err)
			a.summary.skip("unlistable_source", source.Name(src.Store), err)
			continue
		}
		a.whole = append(a.whole, source.Name(src.Store))
		a.summary.listed(src.Store.URL(), group)
		jobs = slices.Grow(jobs, len(group.Recordings))
		for _, r := range group.Recordings {
			j := job{source: src, Recording: r, index: a.indexes[src.Index.Path]}
			if len(listed) > 0 && listed[j.name()] {
				continue
			}
			if i < len(a.Sources)-1 {
				listed[j.name()] = true
			}
			jobs = append(jobs, j)
		}
	}
	if len(failed) == len(a.Sources) {
		return nil, errors.Join(failed...)
	}
	return jobs, nil
}

// rank is the second loop: what is selected of the ledger becomes issues, costs and an order. read sums up the first.
func (a *analysis) rank(ctx context.Context, tables *tables, selected selection, read func(sessions int) ranker.ReadSummary) (ranking, error) {
	goals, err := a.Config.outcomes()
	if err != nil {
		return ranking{}, err
	}
	defer lessGarbage()()
	sessions := 0
	clusters, err := selected.clustered(ctx, a.ledger, tables, selected.decided.settings(a.Config.clusters()), a.workers(), func() {
		sessions++
		a.progress(Progress{Stage: "clustering", Done: sessions})
	})
	if err != nil {
		return ranking{}, err
	}
	if sessions == 0 {
		return ranking{}, a.summary.nothing()
	}
	a.progress(Progress{Stage: "ranking", Done: sessions})
	_, aliases := selected.before.trace(clusters.Issues)
	collector, err := selected.collected(ctx, a.ledger, tables, clusters, ranker.Input{
		Issues:        clusters.Issues,
		Exposer:       clusters,
		Harmless:      clusters.Harmless(),
		HarmlessCount: clusters.Harmless().Count(),
		Fixes:         selected.decided.fixes(aliases),
		Outcomes:      goals,
		Notes:         tables.notes(goals),
		Options:       a.Config.ranking(),
		Read:          read(sessions),
		Each:          a.each,
		Fingerprint:   a.Config.fingerprint(a.fingerprint, selected.decided),
	}, a.workers())
	if err != nil {
		return ranking{}, err
	}
	report, basis := collector.Basis()
	return ranking{report, basis, clusters}, nil
}

func (a *analysis) progress(p Progress) {
	if a.Progress != nil {
		a.Progress(p)
	}
}

// each runs do(0) to do(n-1) on as many goroutines as there are workers, and waits for them.
func (a *analysis) each(n int, do func(i int)) { eachOf(a.workers(), n, do) }

func eachOf(workers, n int, do func(i int)) {
	var wg sync.WaitGroup
	busy := make(chan struct{}, workers)
	for i := range n {
		busy <- struct{}{}
		wg.Go(func() {
			do(i)
			<-busy
		})
	}
	wg.Wait()
}

func (a *analysis) workers() int {
	if a.Workers > 0 {
		return a.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// batchBytes and batchPause bound what a kill can cost, and the memory of what waits: a batch is written when it holds
// batchBytes of Digests, which is 3,000 ordinary ones, or its oldest one waited for batchPause. A batch is a file for each day of
// its sessions, and each file some milliseconds and two syncs: with 500 sessions of 42 days to a batch, writing and merging took as
// long as reading and detection.
const (
	batchPause = 5 * time.Second
	batchBytes = 16 << 20
)
