package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/rankle/rankle/ranker/pipeline"
)

// readShard is analyze with --shard.
func (a *app) readShard(ctx context.Context, opt pipeline.Options, text string) error {
	shard, err := pipeline.ParseShard(text)
	if err != nil {
		return usageError{err}
	}
	var run *pipeline.ReadRun
	err = a.withProgress(opt, func(opt pipeline.Options) (err error) {
		run, err = pipeline.ReadShard(ctx, opt, shard)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "shard %d of %d: %s of %d, %d read now\n", shard.Index, shard.Count, plural(run.Recordings, "recording"), run.Listed, run.Fresh)
	printSkipped(a.out, run.Summary)
	fmt.Fprintf(a.out, "When all shards are read: rankle join --data DIR %s ..., then rankle analyze --data DIR\n", opt.DataDir)
	return nil
}

func joinCommand(a *app) *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use:   "join DATA...",
		Short: "Bring together what several machines have read",
		Long: `Adds what "rankle analyze --shard" has read into other data directories to the one that --data names. They stay as they
are; joining one again adds nothing. What comes out does not depend on the number of shards. "rankle analyze" with the
same sources then finds everything read and ranks it.

Exit code 0 with a summary, 1 if a directory cannot be read, 2 for wrong usage.`,
		Example: `  rankle analyze s3://bucket/prefix --user-key key --shard 1/2 --data part1     on one machine
  rankle analyze s3://bucket/prefix --user-key key --shard 2/2 --data part2     on another
  rankle join part1 part2 && rankle analyze s3://bucket/prefix --user-key key`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			recordings, skips, err := pipeline.Join(cmd.Context(), data, args)
			if err != nil {
				return err
			}
			fmt.Fprintf(a.out, "%s joined to %s: %d that could be read, %d that could not\n", plural(recordings+skips, "new recording"), data, recordings, skips)
			return nil
		},
	}
	dataFlag(cmd, &data)
	return cmd
}
