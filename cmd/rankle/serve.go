package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/api/access"
	"github.com/rankle/rankle/api/search"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker/pipeline"
	"github.com/rankle/rankle/ranker/review"
	"github.com/rankle/rankle/web"
)

// serveFlags are shared by serve and demo.
type serveFlags struct {
	addr     string
	door     door
	schedule *schedule // nil: this server analyses nothing by itself
}

func (f *serveFlags) add(cmd *cobra.Command) { addrFlag(cmd, &f.addr) }

func addrFlag(cmd *cobra.Command, addr *string) {
	cmd.Flags().StringVar(addr, "addr", "127.0.0.1:7788", "address to listen on; port 0 picks a free one")
}

func serveCommand(a *app) *cobra.Command {
	var (
		state   stateFlags
		flags   serveFlags
		every   time.Duration
		workers uint
	)
	cmd := &cobra.Command{
		Use:   "serve [SOURCE...]",
		Short: "Serve the viewer and the API for the last analysis",
		Long: `Serves what the last "rankle analyze" with the same --data found. A newer analysis is shown as soon as it is finished,
without a restart. Listens on this machine only, unless --access names who may come in (docs/ACCESS.md) and the
connection is encrypted, here (--tls-cert, --tls-key) or by a proxy in front (--behind-proxy).

With --analyze-every it also analyses, in this process and as "rankle analyze" with the same sources and analysis file
would, which is read anew each time. What was found is shown as soon as it is finished; when an analysis fails, or another
process is analysing, the last result stays, the log and the run page say why, and the next turn tries again.

The first interrupt (Ctrl-C, SIGTERM) ends an analysis between two recordings and lets open requests finish; nothing is
lost. The second one stops at once, which loses nothing that was stored.`,
		Example: `  rankle serve
  rankle serve --data /var/lib/rankle --addr 127.0.0.1:0
  rankle serve --analyze-every 1h --config rankle.yaml
  rankle serve --addr :443 --access access.yaml --tls-cert tls.crt --tls-key tls.key --host rankle.example.com`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if every == 0 && len(args) > 0 {
				return usagef("sources say what --analyze-every is to analyse: add it, or leave them out")
			}
			if every != 0 {
				var err error
				if flags.schedule, err = a.schedule(every, &state, args, workers); err != nil {
					return err
				}
			}
			return a.serve(cmd.Context(), state.data, flags)
		},
	}
	state.add(cmd)
	cmd.Flags().DurationVar(&every, "analyze-every", 0, "pause between two analyses that this server makes by itself, such as 1h (0 = none)")
	workersFlag(cmd, &workers)
	flags.add(cmd)
	flags.door.add(cmd)
	return cmd
}

// reloadPause is how often serve looks for a newer analysis: soon enough for somebody who waits, one stat call each.
const reloadPause = 2 * time.Second

// serve listens, loads the last analysis and every newer one, and answers until ctx ends.
func (a *app) serve(ctx context.Context, data string, flags serveFlags) error {
	guard, err := flags.door.open(flags.addr, a.lookupEnv)
	if err != nil {
		return err
	}
	loads := &loader{app: a, data: data, guard: guard}
	defer loads.close()
	result, err := loads.fresh()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	reviews, err := review.Open(pipeline.ReviewFile(data), time.Now)
	if err != nil {
		return hinted{err, reviewsHint}
	}
	defer reviews.Close()
	files, err := web.Files()
	if err != nil {
		return err
	}
	activity := (&dataUse{app: a, data: data}).activity(flags.schedule)
	server := api.New(api.Options{Reviews: reviews, Web: files, Version: version(), Log: a.log, Access: guard, Hosts: flags.door.hosts, Activity: activity})
	listener, err := flags.door.listen(flags.addr)
	if err != nil {
		return err
	}
	loads.server = server
	if err := loads.announce(result); err != nil {
		return errors.Join(err, listener.Close())
	}
	ctx, cancel := context.WithCancel(ctx)
	var beside sync.WaitGroup
	last := loads.stamp // watch writes it
	var broken error    // read when beside is over
	beside.Go(func() {
		listFirst(ctx, result, server)
		if err := loads.load(ctx, result); err != nil && ctx.Err() == nil {
			broken = err
			cancel()
		}
		loads.watch(ctx)
	})
	if flags.schedule != nil {
		beside.Go(func() { flags.schedule.run(ctx, last) })
	}
	a.log.Info("serving", "address", listener.Addr().String(), "data", data, "version", version())
	fmt.Fprintf(a.out, "\nViewer: %s\nStop with Ctrl-C.\n", flags.door.address(listener.Addr()))
	err = server.Serve(ctx, listener)
	cancel()
	if flags.schedule != nil && flags.schedule.activity().Running != nil {
		a.log.Warn("stopping when the recordings at hand are read; a second interrupt stops at once")
	}
	beside.Wait()
	return errors.Join(broken, err)
}

func version() string {
	if released != "" {
		return released
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return ""
}

// schedule analyses every so often what "rankle analyze" with the same flags and arguments would. What is wrong with them
// is told at once and not at the first turn.
func (a *app) schedule(every time.Duration, state *stateFlags, urls []string, workers uint) (*schedule, error) {
	if every < leastEvery {
		return nil, usagef("--analyze-every %v: at least %v, because each analysis lists all sources", every, leastEvery)
	}
	opt, err := state.options(a, urls, workers)
	if err != nil {
		return nil, err
	}
	closeSources(opt.Sources)
	program := programHash()
	return newSchedule(every, a.log.With("component", "analysis"), func(ctx context.Context, progress func(pipeline.Progress)) (*pipeline.Run, error) {
		opt, err := state.options(a, urls, workers)
		if err != nil {
			return nil, err
		}
		defer closeSources(opt.Sources)
		opt.Program, opt.Log, opt.Progress = program, a.log, progress
		return pipeline.Analyze(ctx, opt)
	}), nil
}

// diskPause is how long a measurement of the data directory is good for: it looks at every file.
const diskPause = 30 * time.Second

// dataUse measures a data directory now and then. It may be asked by any number of goroutines.
type dataUse struct {
	app  *app
	data string
	mu   sync.Mutex
	at   time.Time
	use  []pipeline.DiskPart
}

// activity returns what the API asks: what the schedule does, if there is one, and what the data directory takes.
func (u *dataUse) activity(s *schedule) func() api.Activity {
	return func() api.Activity {
		var a api.Activity
		if s != nil {
			a = s.activity()
		}
		a.Disk = u.now(a.Last)
		return a
	}
}

// now measures again when the last measurement is old, or was made before the last analysis ended.
func (u *dataUse) now(last *api.Ended) []pipeline.DiskPart {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.use == nil || time.Since(u.at) > diskPause || last != nil && u.at.Before(last.At) {
		use, err := pipeline.DiskUse(u.data)
		if err != nil {
			u.app.log.Warn("the data directory cannot be measured", "cause", err)
			return u.use
		}
		u.use, u.at = use, time.Now()
	}
	return u.use
}

// loader gives the server every finished analysis of a data directory. It is used by one goroutine at a time.
type loader struct {
	app     *app
	data    string
	server  *api.Server
	guard   *access.Guard // nil: nobody needs to sign in
	stamp   time.Time     // of the loaded result
	current *loaded
}

// loaded is what one snapshot keeps open. It is closed when the one after the next is loaded, so that requests under
// way can finish.
type loaded struct {
	ledger  *ledger.Ledger
	index   *search.Index // nil: none could be made
	sources []pipeline.Opened
	before  *loaded
}

func (l *loaded) close() {
	if l == nil {
		return
	}
	l.before.close()
	l.ledger.Close()
	if l.index != nil {
		l.index.Close()
	}
	for _, s := range l.sources {
		if c, ok := s.Store.(io.Closer); ok {
			c.Close()
		}
	}
}

func (l *loader) close() { l.current.close() }

func (l *loader) watch(ctx context.Context) {
	tick := time.NewTicker(reloadPause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := l.check(ctx); err != nil && ctx.Err() == nil {
				l.app.log.Error("loading the new analysis", "cause", err)
			}
			if l.guard == nil {
				continue
			}
			if err := l.guard.Refresh(); err != nil {
				l.app.log.Error("the access file cannot be read; what it said before holds", "cause", err)
			}
		}
	}
}

// fresh reads the result if there is one that was not read yet, or returns nil.
func (l *loader) fresh() (*pipeline.Result, error) {
	stamp, err := pipeline.ResultTime(l.data)
	if errors.Is(err, pipeline.ErrNoReport) || err == nil && stamp.Equal(l.stamp) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	l.stamp = stamp
	return l.app.loadResult(l.data)
}

// announce has the server answer from the report alone, which takes no time, until load has opened what lies behind it:
// that takes as long as a pass over all sessions. A report after the first does not do so, because nobody is to lose sight
// of the sessions that they look at.
func (l *loader) announce(result *pipeline.Result) error {
	if result == nil {
		return nil
	}
	snapshot := reported(result)
	snapshot.Preparing = true
	return l.server.Load(snapshot)
}

// reported is what a result says without what lies behind it.
func reported(r *pipeline.Result) *api.Snapshot {
	return &api.Snapshot{
		Report: r.Report, Demo: slices.Contains(r.Sources, demoSource), Sources: r.Sources, Aliases: r.Aliases,
		UserName: r.UserName, Obeyed: r.Decisions,
	}
}

// check loads the result if there is one that is not loaded yet.
func (l *loader) check(ctx context.Context) error {
	result, err := l.fresh()
	if err != nil {
		return err
	}
	return l.load(ctx, result)
}

// load serves a result with all that lies behind it; nil is none.
func (l *loader) load(ctx context.Context, result *pipeline.Result) error {
	if result == nil {
		return nil
	}
	next, err := l.open(ctx, result)
	if err != nil {
		return err
	}
	if l.current != nil {
		l.current.before.close()
		l.current.before = nil
	}
	next.before, l.current = l.current, next
	return nil
}

// open builds the snapshot of a result and hands it to the server.
func (l *loader) open(ctx context.Context, result *pipeline.Result) (*loaded, error) {
	led, err := ledger.Open(l.data, ledger.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	evidence, err := result.Evidence(ctx, led, l.data)
	if err != nil {
		return nil, errors.Join(err, led.Close())
	}
	sources, err := opener().Open(result.Config)
	if err != nil {
		l.app.log.Warn("clips of some sources cannot be played", "cause", err)
	}
	reading, err := result.Config.Reading()
	if err != nil {
		return nil, errors.Join(err, led.Close())
	}
	recordings := &pipeline.Recordings{Ledger: led, Digests: result.Digests, Sources: sources, Reading: reading, Evidence: evidence}
	snapshot := reported(result)
	snapshot.Sessions, snapshot.Recordings = recordings, recordings
	snapshot.Screens, snapshot.Screen, snapshot.Issue = evidence.Clusters.Screens, evidence.Clusters.Screen, evidence.Clusters.IssueKey
	snapshot.Converted = evidence.Converted
	snapshot.WhatIf, snapshot.Audit = pipeline.NewWhatIf(result, led, l.data), pipeline.NewAuditor(result, led, l.data)
	next := &loaded{ledger: led, sources: sources}
	if next.index, err = l.index(ctx, snapshot, evidence); err != nil {
		next.close()
		return nil, err
	}
	if next.index != nil {
		snapshot.Search = next.index
	}
	if err := l.server.Load(snapshot); err != nil {
		next.close()
		return nil, err
	}
	if next.index != nil {
		// The page of sessions begins with all of them, which an index counts once; who is faster waits for it themselves.
		if _, err := next.index.Search(ctx, search.Query{Limit: 1}); err != nil && ctx.Err() == nil {
			l.app.log.Warn("the sessions cannot be counted", "cause", err)
		}
	}
	return next, nil
}

// index opens the search index of a snapshot or builds it: it is a cache and may be deleted at any time. What can be served
// without one is served meanwhile, unless there is a result already: nobody is to lose sight of the sessions that they look
// at. Where none can be made, because the disk is full, there is none.
func (l *loader) index(ctx context.Context, snapshot *api.Snapshot, evidence *pipeline.Evidence) (*search.Index, error) {
	dir, run := filepath.Join(l.data, "search"), snapshot.Report.Run
	index, err := search.Open(dir, run)
	if !errors.Is(err, search.ErrNoIndex) {
		return index, err
	}
	var done atomic.Int64
	if l.current == nil {
		early := *snapshot
		early.Indexing = func() int { return int(done.Load()) }
		if err := l.server.Load(&early); err != nil {
			return nil, err
		}
	}
	counted := func(yield func(*friction.Digest, error) bool) {
		for d, err := range evidence.Digests(ctx) {
			if !yield(d, err) {
				return
			}
			done.Add(1)
		}
	}
	index, err = search.Build(ctx, dir, run, counted, search.Options{
		Screen: evidence.Clusters.Screen, Issue: evidence.Clusters.IssueKey, Goals: evidence.Converted,
	})
	if err != nil && ctx.Err() == nil {
		l.app.log.Error("sessions cannot be searched: their index cannot be made", "cause", err)
		return nil, nil
	}
	return index, err
}
