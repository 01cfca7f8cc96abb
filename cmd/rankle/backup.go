package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/rankle/rankle/ranker/pipeline"
	"github.com/rankle/rankle/ranker/review"
)

func backupCommand(a *app) *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy everything people decided into a file",
		Long: `Writes a copy of all reviews, verdicts, marks and their history, also while a server is running. Everything else in the
data directory can be made again from the recordings; this cannot. To put a copy back, stop the server and place the file
where "rankle backup" says that it came from.`,
		Example: `  rankle backup reviews-2026-11-22.db`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			from := pipeline.ReviewFile(data)
			if _, err := os.Stat(from); err != nil { // opening would make an empty one
				return hinted{fmt.Errorf("nothing to copy: %w", err), "nobody has decided anything in this data directory, or --data names another one"}
			}
			store, err := review.Open(from, time.Now)
			if err != nil {
				return hinted{err, reviewsHint}
			}
			defer store.Close()
			if err := store.Backup(cmd.Context(), args[0]); err != nil {
				return err
			}
			fmt.Fprintf(a.out, "%s is a copy of %s\n", args[0], from)
			return nil
		},
	}
	dataFlag(cmd, &data)
	return cmd
}
