package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker/audit"
	"github.com/rankle/rankle/ranker/pipeline"
	"github.com/rankle/rankle/ranker/review"
)

// auditFlags are the flags of rankle audit.
type auditFlags struct {
	data, pattern  string
	size           int
	seed           uint64
	to, from       string
	report, asJSON bool
	unmark         string
	viewer, by     string
}

// Sizes of a sample: what a person judges in a quarter of an hour, and what a file of an afternoon holds.
const (
	auditSize    = 40
	maxAuditSize = 2000
)

func auditCommand(a *app) *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Ask you about a sample of episodes, and say how often the detectors are right",
		Long: `Shows episodes of the last analysis one by one, kept and dismissed ones mixed, without saying which: you say whether
somebody had trouble or it is meant to be used like that, with one key each. What you find to be meant leaves the report at
once, and --report says how often the detectors were right, with intervals. Nothing is read again.

Without a terminal, or to share the work: --out writes the sample as a CSV file, --in takes it back with the column
"verdict" filled in (friction, intended, unclear, repeat_use, or none to take a verdict back; empty rows are left alone).
Verdicts lie in review.db below --data. The last analysis must be there.`,
		Example: `  rankle audit
  rankle audit --pattern rage_tap --size 20
  rankle audit --out sample.csv
  rankle audit --in sample.csv --by ada
  rankle audit --report`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(cmd); err != nil {
				return err
			}
			return a.audit(cmd.Context(), f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.data, "data", "rankle-data", "data directory of the analysis")
	flags.IntVar(&f.size, "size", auditSize, "how many episodes to ask about")
	flags.Uint64Var(&f.seed, "seed", 1, "another seed, another sample")
	flags.StringVar(&f.pattern, "pattern", "", "only episodes of this pattern, such as rage_tap")
	flags.StringVar(&f.to, "out", "", "write the sample to this CSV file")
	flags.StringVar(&f.from, "in", "", "take verdicts from this CSV file")
	flags.BoolVar(&f.report, "report", false, "say what the verdicts say about the detectors")
	flags.BoolVar(&f.asJSON, "json", false, "with --report: JSON (docs/format/audit.md)")
	flags.StringVar(&f.unmark, "unmark", "", "take back that a control is meant to be pressed many times; --report lists the names")
	flags.StringVar(&f.viewer, "viewer", "http://127.0.0.1:7788", "address of rankle serve, for links to the moment")
	flags.StringVar(&f.by, "by", "", "who judges, for the audit trail (default: local)")
	return cmd
}

// check refuses what cannot be meant.
func (f *auditFlags) check(cmd *cobra.Command) error {
	modes := 0
	for _, name := range []string{"out", "in", "report", "unmark"} {
		if cmd.Flags().Changed(name) {
			modes++
		}
	}
	var patterns []string
	for _, p := range friction.Patterns() {
		patterns = append(patterns, string(p))
	}
	switch {
	case modes > 1:
		return usagef("--out, --in, --report and --unmark are different things to do: give one")
	case f.asJSON && !f.report:
		return usagef("--json belongs to --report")
	case f.size < 1 || f.size > maxAuditSize:
		return usagef("--size %d: must be from 1 to %d", f.size, maxAuditSize)
	case f.pattern != "" && !slices.Contains(patterns, f.pattern):
		return usagef("--pattern %q is unknown; there are %s", f.pattern, strings.Join(patterns, ", "))
	}
	return nil
}

// auditing is an audit under way.
type auditing struct {
	*app
	auditFlags
	result  *pipeline.Result
	auditor *pipeline.Auditor
	reviews *review.Store
	changed int // verdicts and marks stored
}

func (a *app) audit(ctx context.Context, f auditFlags) (err error) {
	result, err := a.loadResult(f.data)
	if err != nil {
		return err
	}
	led, err := ledger.Open(f.data, ledger.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer led.Close()
	reviews, err := review.Open(pipeline.ReviewFile(f.data), time.Now)
	if err != nil {
		return hinted{err, reviewsHint}
	}
	defer func() { err = errors.Join(err, reviews.Close()) }()
	w := &auditing{app: a, auditFlags: f, result: result, auditor: pipeline.NewAuditor(result, led, f.data), reviews: reviews}
	switch {
	case f.report:
		return w.printReport(ctx)
	case f.unmark != "":
		err = w.takeBack(ctx)
	case f.from != "":
		err = w.readCSV(ctx)
	case f.to != "":
		return w.writeCSV(ctx)
	default:
		err = w.ask(ctx)
	}
	if err != nil && w.changed == 0 {
		return err
	}
	return errors.Join(err, w.obey(ctx))
}

// ask shows the sample on a terminal.
func (w *auditing) ask(ctx context.Context) (err error) {
	in, ok := w.in.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return usagef("standard input is no terminal to ask on: use --out FILE, fill in the column verdict, and take it back with --in FILE; or --report")
	}
	cases, verdicts, err := w.sample(ctx)
	if err != nil || len(cases) == 0 {
		return err
	}
	raw, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return fmt.Errorf("prepare the terminal: %w", err)
	}
	defer func() { err = errors.Join(err, term.Restore(int(in.Fd()), raw)) }()
	l := &labeller{auditing: w, keys: in, out: terminalLines{w.out}, cases: cases, verdicts: verdicts, link: w.links(ctx)}
	return l.run(ctx)
}

// sample draws the cases, and says why there are none.
func (w *auditing) sample(ctx context.Context) ([]audit.Case, map[review.Episode]review.Verdict, error) {
	all, err := w.reviews.Verdicts(ctx)
	if err != nil {
		return nil, nil, err
	}
	judged, verdicts := map[review.Episode]bool{}, map[review.Episode]review.Verdict{}
	for _, j := range all {
		judged[j.Episode] = j.Verdict.Verdict != review.Withdrawn
		verdicts[j.Episode] = j.Verdict
	}
	cases, err := w.auditor.Sample(ctx, audit.Options{Size: w.size, Seed: w.seed, Pattern: friction.Pattern(w.pattern), Judged: judged})
	if err != nil {
		return nil, nil, err
	}
	if len(cases) > 0 {
		return cases, verdicts, nil
	}
	frame, err := w.auditor.Frame(ctx)
	if err != nil {
		return nil, nil, err
	}
	what := "episode"
	if w.pattern != "" {
		what = w.pattern + " episode"
		maps.DeleteFunc(judged, func(e review.Episode, _ bool) bool { return e.Pattern != w.pattern })
	}
	switch known := frame.Known(judged); {
	case frame.Len() == 0:
		fmt.Fprintf(w.out, "Nothing to judge: the last analysis found no episode in %s.\n", plural(frame.Sessions, "session"))
	case known == 0:
		fmt.Fprintf(w.out, "Nothing to judge: the last analysis found no %s. Leave out --pattern to be asked about others.\n", what)
	default:
		fmt.Fprintf(w.out, "Nothing left to judge: every %s of the last analysis has a verdict. \"rankle audit --report\" says what they say.\n", what)
	}
	return nil, nil, nil
}

// obey ranks the report again if something was decided that it does not obey yet, here or elsewhere.
func (w *auditing) obey(ctx context.Context) error {
	decided, err := w.reviews.Decisions(ctx)
	if err != nil {
		return err
	}
	if decided.Equal(w.result.Decisions) {
		return nil
	}
	before := len(w.result.Report.Issues)
	run, err := pipeline.Rerank(ctx, pipeline.Options{DataDir: w.data, People: w.result.People, Log: w.log})
	if errors.Is(err, ledger.ErrLocked) {
		fmt.Fprintln(w.err, "Your verdicts are stored. An analysis is running, so the report could not be ranked again: run \"rankle analyze\" once more when it is done.")
		return nil
	}
	if err != nil {
		return fmt.Errorf("your verdicts are stored, but the report could not be ranked again: %w", err)
	}
	fmt.Fprintf(w.out, "The report was ranked again: %s, %d before.\n", plural(len(run.Report.Issues), "issue"), before)
	return nil
}

// judge stores a verdict and returns its new state.
func (w *auditing) judge(ctx context.Context, e review.Episode, o review.Opinion, note string, rev int64) (review.Verdict, error) {
	v, err := w.reviews.SetVerdict(ctx, e, review.Verdict{Verdict: o, Note: note, Rev: rev}, w.by)
	if err == nil {
		w.changed++
	}
	return v, err
}

// markRepeatUse says of the control of a case that it is meant to be pressed many times.
func (w *auditing) markRepeatUse(ctx context.Context, c audit.Case) error {
	return w.setMark(ctx, review.Control{Screen: c.Screen, Key: c.Target.Key}, review.RepeatUse, c.ControlName())
}

func (w *auditing) setMark(ctx context.Context, c review.Control, mark, name string) error {
	marks, err := w.reviews.Marks(ctx)
	if err != nil {
		return err
	}
	var now review.Mark
	for _, m := range marks {
		if m.Control == c {
			now = m.Mark
		}
	}
	if now.Mark == mark {
		return nil
	}
	if _, err := w.reviews.SetMark(ctx, c, review.Mark{Mark: mark, Name: name, Rev: now.Rev}, w.by); err != nil {
		return err
	}
	w.changed++
	return nil
}

// takeBack removes a mark by its short name.
func (w *auditing) takeBack(ctx context.Context) error {
	marks, err := w.reviews.Marks(ctx)
	if err != nil {
		return err
	}
	for _, m := range marks {
		if m.Mark.Mark != "" && markName(m.Control) == w.unmark {
			return w.setMark(ctx, m.Control, "", m.Name)
		}
	}
	return usageError{hinted{fmt.Errorf("--unmark %q: no control with this name is marked", w.unmark), `"rankle audit --report" lists the marked controls and their names`}}
}

// printReport says what the verdicts say.
func (w *auditing) printReport(ctx context.Context) error {
	frame, err := w.auditor.Frame(ctx)
	if err != nil {
		return err
	}
	verdicts, err := w.reviews.Verdicts(ctx)
	if err != nil {
		return err
	}
	marks, err := w.reviews.Marks(ctx)
	if err != nil {
		return err
	}
	r := api.AuditReportOf(frame, verdicts, marks, w.result.Decisions)
	if w.asJSON {
		return api.WriteAuditReport(w.out, r)
	}
	return printAuditReport(w.out, r)
}
