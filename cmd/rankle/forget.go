package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rankle/rankle/ranker/pipeline"
)

func forgetCommand(a *app) *cobra.Command {
	var data, user string
	cmd := &cobra.Command{
		Use:   "forget --user ID",
		Short: "Remove a person from everything that Rankle keeps, and prove it",
		Long: `Removes the sessions of a person from the ledger, what people said about them, their rows in copies of tables and the
search index, and ranks again without them. Every session that names the id anywhere counts as theirs. Notes of colleagues
that name the id keep their text without it; what was decided about issues stays.

Then it looks through every file of the data directory for the id and for the name that stands for it, and says what it
looked through. Exit code 1 if anything is left, or while a server or an analysis works on the directory.

The recordings in the bucket stay as they are: the command lists them, and later analyses leave them out. It remembers the
person by a keyed hash. Backups, exports and reports that were taken out of the data directory are yours to look after.
It may be repeated at any time.`,
		Example: `  rankle forget --user ada@example.com
  rankle forget --user - < id.txt         keeps the id out of the shell's history`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if user == "-" {
				line, err := bufio.NewReader(a.in).ReadString('\n')
				if err != nil && !errors.Is(err, io.EOF) {
					return fmt.Errorf("read the id: %w", err)
				}
				user = strings.TrimSpace(line)
			}
			if user == "" {
				return usagef("--user is empty: name the id of the person as the recordings have it")
			}
			var people *pipeline.People // of the data directory
			if a.userKey != "" {
				var err error
				if people, err = pipeline.OpenPeople(data, a.userKey); err != nil {
					return err
				}
			}
			done, err := pipeline.Forget(cmd.Context(), pipeline.ForgetOptions{DataDir: data, User: user, People: people, Log: a.log, Now: time.Now})
			if done != nil {
				printForgotten(a.out, data, done)
			}
			if errors.Is(err, pipeline.ErrRemains) {
				return hinted{err, "remove it there by hand, then run the command again: it looks through everything anew"}
			}
			return err
		},
	}
	dataFlag(cmd, &data)
	cmd.Flags().StringVar(&user, "user", "", "`id` of the person as the recordings have it; - reads it from standard input")
	return cmd
}

// printForgotten says what was removed, what was looked through and what is not ours to remove.
func printForgotten(w io.Writer, data string, f *pipeline.Forgotten) {
	fmt.Fprintf(w, "Forgotten in %s: %s, their recordings will not be read again.\n", printable(data), plural(f.Sessions, "session"))
	fmt.Fprintf(w, "  ledger: %s written anew without them\n", plural(f.Files, "file"))
	r := f.Reviews
	fmt.Fprintf(w, "  what people decided: %s and %s of their history removed, the id taken out of %s\n",
		plural(r.Verdicts, "verdict"), plural(r.Entries, "line"), plural(r.Texts, "text"))
	fmt.Fprintf(w, "  copies of tables: %s removed\n", plural(f.TableRows, "row"))
	if f.Searched {
		fmt.Fprintln(w, "  search index: removed; the next server makes it again")
	}
	switch {
	case f.Emptied:
		fmt.Fprintln(w, "  report: removed, nobody else was recorded")
	case f.Ranked:
		fmt.Fprintln(w, "  report: ranked again without them")
	}
	fmt.Fprintf(w, "Looked through %s (%d bytes), unpacked, for the id and the name that stands for it: ", plural(f.Proof.Files, "file"), f.Proof.Bytes)
	if len(f.Proof.Left) == 0 {
		fmt.Fprintln(w, "nothing is left.")
	} else {
		fmt.Fprintf(w, "left in %s.\n", printable(strings.Join(f.Proof.Left, ", ")))
	}
	if len(f.Remaining) > 0 {
		fmt.Fprintln(w, "These stored objects are not ours to change. Remove them where the recordings are kept:")
		for _, key := range f.Remaining {
			fmt.Fprintf(w, "  %s\n", printable(key))
		}
	}
}
