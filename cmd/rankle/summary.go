package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/pipeline"
)

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
		return fmt.Sprintf("%s: cannot be estimated: %s", outcome, strings.Join(c.Caveats, "; "))
	}
	e := c.PerWeek
	return fmt.Sprintf("%s: about %.1f lost per week (95 %%: %.1f to %.1f)", outcome, e.Value, e.Low, e.High)
}
