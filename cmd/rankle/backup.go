package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/rankle/rankle/ranker/pipeline"
)

func backupCommand(a *app) *cobra.Command {
	var data string
	var withLedger bool
	cmd := &cobra.Command{
		Use:   "backup FOLDER",
		Short: "Copy what cannot be made again into a folder",
		Long: `Copies what people decided, with its history, the last report with the names that issues had before, the key of the users'
names, and who asked to be forgotten: what cannot be made again from the recordings. It may run beside a server and an analysis.
With --ledger it copies what was learned from recordings too, for buckets that delete them; it is refused while an
analysis is at work.

The folder is a data directory. To restore it, stop the server, put a copy of the folder in the place of the data directory and
run "rankle analyze", which reads the recordings again unless the ledger is there. Keep the folder as safe as the bucket: it holds
the key.`,
		Example: `  rankle backup backups/2026-11-22
  rankle backup backups/2026-11-22 --ledger --data /var/lib/rankle`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			copied, err := pipeline.Backup(cmd.Context(), pipeline.BackupOptions{DataDir: data, To: args[0], Ledger: withLedger})
			switch {
			case errors.Is(err, pipeline.ErrNoBackup):
				return hinted{err, "nothing was analysed or decided in this data directory, or --data names another one"}
			case errors.Is(err, fs.ErrExist):
				return hinted{err, "every backup has a folder of its own: name one that does not exist"}
			case err != nil:
				return err
			}
			fmt.Fprintf(a.out, "%s is a copy of what cannot be made again in %s:\n", printable(args[0]), printable(data))
			key := false
			for _, c := range copied {
				fmt.Fprintf(a.out, "  %-15s%10s  %s\n", c.Name, humanize.Bytes(uint64(c.Bytes)), c.What)
				key = key || c.Name == "users.key"
			}
			if !key {
				fmt.Fprintln(a.out, "It holds no key of users' names. If you name one with --user-key, keep a copy of that file, too.")
			}
			return nil
		},
	}
	dataFlag(cmd, &data)
	cmd.Flags().BoolVar(&withLedger, "ledger", false, "copy what was learned from recordings, too: for buckets that delete them")
	return cmd
}
