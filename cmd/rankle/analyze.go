package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

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
