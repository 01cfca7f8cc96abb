package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/pipeline"
	"github.com/rankle/rankle/ranker/review"
)

// fixedFlags say since when an issue is fixed.
type fixedFlags struct {
	data, version, date string
	not                 bool
}

func fixedCommand(a *app) *cobra.Command {
	var f fixedFlags
	cmd := &cobra.Command{
		Use:   "fixed [KEY|RANK]",
		Short: "Say that an issue is fixed, and see whether it is",
		Long: `Without an argument, says of every issue that is marked as fixed whether it fails less often since, whether it came back,
what it was predicted to cost and what its fix brought. With the key of an issue, or its rank in "rankle report", marks it as
fixed in --version, from --date on, or from now on, and ranks the report again. No recording is read.`,
		Example: `  rankle fixed 3 --version 4.2.1
  rankle fixed 3 --date 2026-10-12
  rankle fixed
  rankle fixed 3 --not`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			result, err := a.loadResult(f.data)
			if err != nil {
				return err
			}
			if len(args) > 0 {
				if result, err = a.markFixed(cmd.Context(), f, result, args[0]); err != nil {
					return err
				}
			} else if f.version != "" || f.date != "" || f.not {
				return usagef("name the issue that --version, --date or --not is about")
			}
			return printFixes(a.out, result.Report)
		},
	}
	dataFlag(cmd, &f.data)
	cmd.Flags().StringVar(&f.version, "version", "", "the first app `version` with the fix")
	cmd.Flags().StringVar(&f.date, "date", "", "the `day` of the fix (2026-10-12, UTC, or RFC 3339)")
	cmd.Flags().BoolVar(&f.not, "not", false, "it is not fixed after all")
	cmd.MarkFlagsMutuallyExclusive("version", "date", "not")
	return cmd
}

// markFixed changes the review of an issue and ranks again.
func (a *app) markFixed(ctx context.Context, f fixedFlags, result *pipeline.Result, name string) (*pipeline.Result, error) {
	issue, err := issueNamed(result.Report, name)
	if err != nil {
		return nil, err
	}
	status := review.Fixed
	change := review.Change{Status: &status}
	switch {
	case f.not:
		status = review.Confirmed
	case f.version != "":
		change.FixedVersion = &f.version
	case f.date != "":
		at, err := dayFlag("date", f.date)
		if err != nil {
			return nil, usageError{err}
		}
		change.FixedAt = &at
	}
	reviews, err := review.Open(pipeline.ReviewFile(f.data), time.Now)
	if err != nil {
		return nil, hinted{err, reviewsHint}
	}
	now, err := reviews.Get(ctx, issue)
	if err == nil {
		_, err = reviews.Set(ctx, issue, change, now.Rev)
	}
	if err := errors.Join(err, reviews.Close()); err != nil {
		return nil, err
	}
	_, err = pipeline.Rerank(ctx, pipeline.Options{DataDir: f.data, People: result.People, Log: a.log})
	if errors.Is(err, ledger.ErrLocked) {
		return nil, hinted{errors.New("the mark is stored, but an analysis is running, so that the report could not be ranked again"), `run "rankle analyze" once more when it is done`}
	}
	if err != nil {
		return nil, fmt.Errorf("the mark is stored, but the report could not be ranked again: %w", err)
	}
	return a.loadResult(f.data)
}

// issueNamed finds the key of an issue by itself or by its rank.
func issueNamed(r *ranker.Report, name string) (string, error) {
	i := slices.IndexFunc(r.Issues, func(x ranker.Ranked) bool { return x.Key == name || fmt.Sprint(x.Rank) == name })
	if i < 0 {
		return "", usageError{hinted{fmt.Errorf("issue %q: the last report has none of this key or rank", name), `"rankle report" lists the issues`}}
	}
	return r.Issues[i].Key, nil
}

// printFixes prints a paragraph per fix.
func printFixes(w io.Writer, r *ranker.Report) error {
	var b strings.Builder
	if len(r.Fixes) == 0 {
		b.WriteString("No issue is marked as fixed.\n")
	}
	for _, f := range r.Fixes {
		title := f.Title
		if title == "" {
			title = f.Issue
		}
		fmt.Fprintf(&b, "%s\n     %s\n", printable(title), printable(f.Sentence))
		for _, o := range f.Outcomes {
			for _, c := range o.Caveats {
				if o.Possible {
					fmt.Fprintf(&b, "     %s: %s\n", o.Outcome, c)
				}
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
