package main

import (
	"bufio"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/ranker/pipeline"
)

func detectCommand(a *app) *cobra.Command {
	var (
		format  string
		workers uint
		file    configFlag
		explain explainFlags
	)
	cmd := &cobra.Command{
		Use:   "detect PATH...",
		Short: "Print every episode of single recordings, kept or dismissed, and why",
		Long: `Reads recordings (files, directories, s3:// sources) and prints one JSON line per episode, see docs/format/detect.md.
With --explain it tells in plain words how one verdict came about: what was pressed around --at, what answered, what changed
without counting and why, which patterns and filters spoke, and what the recording cannot show.

Nothing is stored. The detection section of the analysis file counts as it does for analyze. A sidecar <name>.meta.json beside a recording gives the session id and the context.

Exit code 0, 1 if nothing could be read, 2 for wrong usage. What could not be read is said on standard error.`,
		Example: `  rankle detect session.json.gz
  rankle detect ./recordings | jq 'select(.verdict == "friction")'
  rankle detect session.json.gz --explain --at 1m23.4s`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "ndjson" {
				return usagef("--format %q: must be ndjson", format)
			}
			if err := explain.check(); err != nil {
				return err
			}
			config, err := file.load()
			if err != nil {
				return err
			}
			if config, err = config.WithSources(args); err != nil {
				return err
			}
			sources, err := opener().Open(config)
			if err != nil {
				return sourceError(err)
			}
			if explain.on {
				return a.explain(cmd.Context(), config, sources, explain)
			}
			out := bufio.NewWriter(a.out)
			read, failed := 0, 0
			for d, err := range pipeline.Detect(cmd.Context(), config, sources, int(workers)) {
				if err != nil {
					failed++
					complain(a.err, fmt.Errorf("skipped: %w", err))
					continue
				}
				read++
				if err := api.WriteEpisodes(out, d, api.Naming{}); err != nil {
					return err
				}
			}
			if err := out.Flush(); err != nil {
				return err
			}
			if read == 0 && failed > 0 {
				return hinted{errors.New("no recording could be read"), "each line above says why one could not; docs/CONFIG.md explains what sources and dialects there are"}
			}
			if read == 0 {
				return pipeline.ErrNothing
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "ndjson", "only ndjson: one JSON object a line")
	file.add(cmd)
	explain.add(cmd)
	workersFlag(cmd, &workers)
	return cmd
}
