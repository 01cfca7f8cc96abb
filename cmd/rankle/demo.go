package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/rankle/rankle/ranker/pipeline"
	"github.com/rankle/rankle/replay/source"
	"github.com/rankle/rankle/testdata/demo"
)

// demoSource is the URL of the bundled bucket.
const demoSource = "demo://bucket"

// opener opens sources with the environment's keys and the bundled demo bucket.
func opener() pipeline.Opener {
	return pipeline.Opener{
		Getenv:  os.Getenv,
		Bundled: map[string]source.Store{demoSource: source.NewDir(demo.Bucket(), demoSource)},
	}
}

func demoCommand(a *app) *cobra.Command {
	var (
		data    string
		workers uint
		serve   serveFlags
	)
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Analyse the bundled demo bucket and serve the viewer",
		Long: `Analyses generated recordings of a small shop that are part of this program, prints the most expensive problems and
serves the viewer on this machine. Needs no network, no account and no other service.`,
		Example: `  rankle demo
  rankle demo --addr 127.0.0.1:0 --data demo-data`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := pipeline.ParseConfig(demo.Config())
			if err != nil {
				return err
			}
			if config, err = config.WithSources([]string{demoSource}); err != nil {
				return err
			}
			sources, err := opener().Open(config)
			if err != nil {
				return err
			}
			if data == "" {
				if data, err = os.MkdirTemp("", "rankle-demo-"); err != nil {
					return fmt.Errorf("demo data directory: %w", err)
				}
				defer os.RemoveAll(data)
			}
			run, err := a.analyze(cmd.Context(), pipeline.Options{
				Config: config, Sources: sources, DataDir: data, Workers: int(workers),
			})
			if err != nil {
				return err
			}
			fmt.Fprintln(a.out, "Demo: generated recordings of a small shop, with faults planted in it.")
			if err := a.printRun(run, data); err != nil {
				return err
			}
			return a.serve(cmd.Context(), data, serve)
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "directory for everything Rankle writes (default: a temporary one)")
	workersFlag(cmd, &workers)
	serve.add(cmd)
	return cmd
}
