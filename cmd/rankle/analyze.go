package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/pipeline"
	"github.com/rankle/rankle/replay/source"
)

// stateFlags are shared by the commands that work on a data directory.
type stateFlags struct {
	configFlag
	data string
}

func (f *stateFlags) add(cmd *cobra.Command) {
	dataFlag(cmd, &f.data)
	f.configFlag.add(cmd)
}

func dataFlag(cmd *cobra.Command, data *string) {
	cmd.Flags().StringVar(data, "data", "rankle-data", "directory for everything Rankle writes")
}

// configFlag names the analysis file.
type configFlag struct{ config string }

func (f *configFlag) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.config, "config", "", "analysis file (default: rankle.yaml if there is one)")
}

// defaultConfig is read when no --config is given.
const defaultConfig = "rankle.yaml"

// load reads the analysis file. Without --config and without a rankle.yaml an empty one serves.
func (f *configFlag) load() (pipeline.Config, error) {
	path := f.config
	if path == "" {
		if _, err := os.Stat(defaultConfig); errors.Is(err, os.ErrNotExist) {
			return pipeline.Config{}, nil
		}
		path = defaultConfig
	}
	c, err := pipeline.LoadConfig(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c, usageError{hinted{err, "name the analysis file with --config; docs/CONFIG.md shows what to write into it"}}
	case err != nil:
		return c, usageError{hinted{err, "docs/CONFIG.md explains every key of the analysis file"}}
	}
	return c, nil
}

// workersFlag adds the flag that bounds parallel reading.
func workersFlag(cmd *cobra.Command, workers *uint) {
	cmd.Flags().UintVar(workers, "workers", 0, "recordings read at once (0 = number of processors)")
}

func analyzeCommand(a *app) *cobra.Command {
	var (
		state   stateFlags
		workers uint
		shard   string
	)
	cmd := &cobra.Command{
		Use:   "analyze [SOURCE...]",
		Short: "Read what is new in the sources and rank everything",
		Long: `Reads the recordings of directories and s3://bucket/prefix sources (or those of the analysis file), finds where people
struggle and ranks what to fix. What was read before is not read again; a changed recording is. Writes only below --data.

Users are called by keyed hashes of their ids, unless the analysis file says privacy: {users: plain}.

With --shard i/N it reads one of N parts and ranks nothing: run the parts anywhere, each with its own --data and all with
the same --user-key, bring them together with "rankle join" and analyze once more, which then has nothing left to read.

Exit code 0 with a summary, 1 if nothing could be read, 2 for wrong usage.`,
		Example: `  rankle analyze ./recordings
  rankle analyze s3://bucket/prefix --config rankle.yaml
  RANKLE_DATA=/var/lib/rankle rankle analyze`,
		RunE: func(cmd *cobra.Command, args []string) error {
			opt, err := state.options(a, args, workers)
			if err != nil {
				return err
			}
			defer closeSources(opt.Sources)
			if shard != "" {
				if a.userKey == "" && !opt.Config.Privacy.PlainUsers() {
					return usageError{hinted{errors.New("--shard needs --user-key: all parts must name users alike"),
						"give every part, and the analysis after joining, the same file with 32 random characters or more"}}
				}
				return a.readShard(cmd.Context(), opt, shard)
			}
			run, err := a.analyze(cmd.Context(), opt)
			if err != nil {
				return err
			}
			return a.printRun(run, state.data)
		},
	}
	state.add(cmd)
	workersFlag(cmd, &workers)
	cmd.Flags().StringVar(&shard, "shard", "", "read only part `i/N` of the recordings, for reading on several machines")
	return cmd
}

// options are those of an analysis of the named sources, or of those of the analysis file. The caller closes the sources.
func (f *stateFlags) options(a *app, urls []string, workers uint) (pipeline.Options, error) {
	config, err := f.load()
	if err != nil {
		return pipeline.Options{}, err
	}
	if config, err = config.WithSources(urls); err != nil {
		return pipeline.Options{}, err
	}
	sources, err := opener().Open(config)
	if err != nil {
		return pipeline.Options{}, sourceError(err)
	}
	people, err := a.people(config, f.data)
	if err != nil {
		closeSources(sources)
		return pipeline.Options{}, err
	}
	return pipeline.Options{Config: config, Sources: sources, DataDir: f.data, People: people, Workers: int(workers)}, nil
}

// closeSources lets go of sources that were opened.
func closeSources(sources []pipeline.Opened) {
	for _, s := range sources {
		if c, ok := s.Store.(io.Closer); ok {
			_ = c.Close()
		}
	}
}

// people is the key by which an analysis names users; nil if they keep their ids.
func (a *app) people(config pipeline.Config, data string) (*pipeline.People, error) {
	if a.userKey == "" && (config.Privacy.PlainUsers() || data == "") {
		return nil, nil
	}
	return pipeline.OpenPeople(data, a.userKey)
}

// loadResult loads the last result of a data directory, with the key that --user-key names.
func (a *app) loadResult(data string) (*pipeline.Result, error) {
	result, err := pipeline.LoadResult(data)
	if err == nil && a.userKey != "" {
		result.People, err = pipeline.OpenPeople(data, a.userKey)
	}
	return result, err
}

// sourceError tells a source that cannot be used (exit code 1) from one that is written wrongly (exit code 2).
func sourceError(err error) error {
	if source.Hint(err) != "" {
		return err
	}
	return usageError{err}
}

// analyze runs an analysis with progress on standard error.
func (a *app) analyze(ctx context.Context, opt pipeline.Options) (*pipeline.Run, error) {
	var run *pipeline.Run
	err := a.withProgress(opt, func(opt pipeline.Options) (err error) {
		opt.Program = programHash()
		run, err = pipeline.Analyze(ctx, opt)
		return err
	})
	return run, err
}

// programHash names this program by its own file; "" if that cannot be read. Builds without a version differ by it too.
func programHash() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}

// withProgress runs f with options that show its progress on standard error.
func (a *app) withProgress(opt pipeline.Options, f func(pipeline.Options) error) error {
	if opt.DataDir == "" {
		return usagef("--data is empty: name a directory for everything Rankle writes")
	}
	progress := newProgressPrinter(a.err)
	opt.Log = a.log
	opt.Progress = progress.Show
	started := time.Now()
	err := f(opt)
	progress.Done()
	a.log.Debug("analysis done", "duration", time.Since(started))
	return err
}

// printRun says what an analysis read and what to fix first.
func (a *app) printRun(run *pipeline.Run, dataDir string) error {
	out := bufio.NewWriter(a.out)
	printSummary(out, run)
	if err := printDisk(out, dataDir); err != nil {
		return err
	}
	printTop(out, run.Report, topIssues)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write summary: %w", err)
	}
	return nil
}

// topIssues is how many issues a terminal shows: what a sprint planning takes on.
const topIssues = 5

// printSummary says what was read and what was left out, by reason.
func printSummary(w io.Writer, run *pipeline.Run) {
	r := run.Report
	fmt.Fprintf(w, "%s of %s, %s to %s", plural(r.Sessions, "session"), plural(r.Users, "user"),
		r.From.Format(time.DateOnly), r.To.Format(time.DateOnly))
	if r.Anonymous > 0 {
		fmt.Fprintf(w, " (%s without a user id)", plural(r.Anonymous, "session"))
	}
	fmt.Fprintf(w, "\n%d read now, %d known from before, %d skipped\n", run.Fresh, r.Read.Sessions-run.Fresh, skipped(r))
	printSkipped(w, r.Read)
	for _, g := range r.Goals {
		fmt.Fprintf(w, "goal %s: reached in %d of %d sessions\n", g.Name, g.Reached, g.Sessions)
	}
	for _, t := range r.Retention {
		if t.Users == 0 {
			continue // a note says why
		}
		fmt.Fprintf(w, "%s: %d of %d users came back\n", t.Window, t.Returned, t.Users)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(w, "note: %s\n", n)
	}
}

// printDisk says what a data directory takes, and which parts of it.
func printDisk(w io.Writer, dataDir string) error {
	use, err := pipeline.DiskUse(dataDir)
	if err != nil {
		return err
	}
	var total int64
	var parts []string
	for _, p := range use {
		total += p.Bytes
		if p.Files > 0 {
			parts = append(parts, p.Name+" "+humanize.Bytes(uint64(p.Bytes)))
		}
	}
	fmt.Fprintf(w, "%s holds %s (%s)\n", dataDir, humanize.Bytes(uint64(total)), strings.Join(parts, ", "))
	return nil
}

func printSkipped(w io.Writer, r ranker.ReadSummary) {
	for _, s := range r.Skipped {
		examples := ""
		if len(s.Examples) > 0 {
			examples = " (" + printable(strings.Join(s.Examples, ", ")) + ")"
		}
		fmt.Fprintf(w, "  skipped %d: %s%s\n", s.Count, s.Reason, examples)
	}
}

func skipped(r *ranker.Report) int {
	n := 0
	for _, s := range r.Read.Skipped {
		n += s.Count
	}
	return n
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// printTop prints the first n issues, one paragraph each.
func printTop(w io.Writer, r *ranker.Report, n int) {
	if len(r.Issues) == 0 {
		fmt.Fprintln(w, "\nNo issue was found: no control failed for enough people. \"rankle signals\" lists single episodes.")
		return
	}
	fmt.Fprintf(w, "\nWhat to fix first (of %d issues, by %s):\n", len(r.Issues), r.OrderedBy)
	for _, i := range r.Issues[:min(n, len(r.Issues))] {
		fmt.Fprintf(w, "%3d. %s\n", i.Rank, i.Title)
		fmt.Fprintf(w, "     %d of %d sessions, %d users\n", i.Sessions, i.Exposed, i.Users)
		for _, c := range i.Conversion {
			fmt.Fprintf(w, "     %s\n", costSentence(c.Outcome, c))
		}
		for _, c := range i.Retention {
			fmt.Fprintf(w, "     %s\n", costSentence("returning users, "+c.Outcome, c))
		}
	}
}

// costSentence is the cost of an issue in one outcome, in words.
func costSentence(outcome string, c ranker.Impact) string {
	if !c.Possible {
		return fmt.Sprintf("%s: %s", outcome, strings.Join(c.Caveats, "; "))
	}
	e := c.PerWeek
	return fmt.Sprintf("%s: about %.1f lost per week (95 %%: %.1f to %.1f)", outcome, e.Value, e.Low, e.High)
}

// reviewsHint is what to do about review state that cannot be opened.
const reviewsHint = "check that the directory can be written and has room; if the file itself is damaged, put back a backup " +
	"or move it away (it holds verdicts, owners and notes)"

// hintFor is what a user can do about an error, or "".
func hintFor(err error) string {
	var own hinted
	switch {
	case errors.As(err, &own):
		return own.hint
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return "make room and run again: what was stored is kept, and the run goes on from there"
	case errors.Is(err, syscall.EROFS):
		return "the data directory cannot be written: use another --data, or mount it for writing"
	case errors.Is(err, ledger.ErrLocked):
		return "another analysis works on this data directory: wait for it, stop it if it hangs, or use another --data"
	case errors.Is(err, ledger.ErrInUse):
		return "stop the server on this data directory first: it would go on showing what is in its memory"
	case errors.Is(err, pipeline.ErrNoReport):
		return `run "rankle analyze SOURCE" with the same --data first`
	case errors.Is(err, pipeline.ErrNoBasis):
		return `run "rankle analyze SOURCE" with the same --data again: it reads nothing twice`
	case errors.Is(err, pipeline.ErrDamaged):
		return `run "rankle analyze SOURCE" with the same --data again: it replaces the result and reads nothing twice`
	case errors.Is(err, pipeline.ErrNewer), errors.Is(err, ledger.ErrNewer):
		return "use that version of rankle, or another --data"
	case errors.Is(err, ledger.ErrDamaged):
		return "delete that file and analyse again: its recordings are read again, all others stay"
	case errors.Is(err, pipeline.ErrReviews):
		return reviewsHint
	case source.NoHandles(err):
		return source.Hint(source.ErrHandles)
	case errors.Is(err, syscall.EADDRINUSE):
		return "another program listens there, maybe another rankle serve: stop it, or choose another --addr (port 0 picks a free one)"
	case errors.Is(err, pipeline.ErrKey):
		return "put back the key file that was used before, or name it with --user-key; without it no user can be recognised"
	case errors.Is(err, pipeline.ErrNothing):
		return `"rankle detect FILE" tells what is wrong with one recording; docs/CONFIG.md explains key patterns`
	}
	if hint := source.Hint(err); hint != "" {
		return hint
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "check whom it belongs to, and run as that user"
	case errors.Is(err, fs.ErrNotExist):
		return "check the name; a folder that is to be written into must exist"
	}
	return ""
}
