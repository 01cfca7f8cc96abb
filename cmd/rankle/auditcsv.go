package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rankle/rankle/ranker/audit"
	"github.com/rankle/rankle/ranker/review"
)

// auditColumns are the columns of a sample as a file; docs/format/audit.md describes them. session, pattern and
// offset_ms name the episode.
var auditColumns = []string{"verdict", "note", "what_was_seen", "watch", "when", "screen", "control", "device", "session", "pattern", "offset_ms", "rev"}

// maxAuditFile bounds a file of verdicts: the largest sample with notes is below 10 MB.
const maxAuditFile = 64 << 20

// writeCSV writes the sample for labelling elsewhere.
func (w *auditing) writeCSV(ctx context.Context) error {
	cases, verdicts, err := w.sample(ctx)
	if err != nil || len(cases) == 0 {
		return err
	}
	link := w.links(ctx)
	file, err := os.OpenFile(w.to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600) // about people: for the owner
	if errors.Is(err, fs.ErrExist) {
		return usagef("--out %s: the file exists already, maybe with verdicts in it: choose another name", w.to)
	}
	if err != nil {
		return fmt.Errorf("write the sample: %w", err)
	}
	rows := csv.NewWriter(file)
	err = rows.Write(auditColumns)
	for _, c := range cases {
		if err != nil {
			break
		}
		err = rows.Write(rowOf(c, link(c), verdicts[c.Episode].Rev))
	}
	rows.Flush()
	if err := errors.Join(err, rows.Error(), file.Close()); err != nil {
		return fmt.Errorf("write the sample: %w", err)
	}
	fmt.Fprintf(w.out, "%s in %s. Fill in the column verdict: friction (somebody had trouble), intended, unclear, or repeat_use (intended, "+
		"and many presses are always meant on this control). Then: rankle audit --in %s\n", plural(len(cases), "case"), w.to, w.to)
	return nil
}

func rowOf(c audit.Case, link string, rev int64) []string {
	row := []string{"", "", c.Words, link, c.At.Format(time.RFC3339), c.Screen, c.ControlName(), c.Device, c.Session, c.Pattern,
		strconv.FormatInt(c.Start.Milliseconds(), 10), strconv.FormatInt(rev, 10)}
	for i := range row {
		row[i] = guard(row[i])
	}
	return row
}

// guard keeps recorded text from being a formula where a spreadsheet opens the file.
func guard(text string) string {
	if text != "" && strings.ContainsRune("=+-@'\t\r\n", rune(text[0])) {
		return "'" + text
	}
	return text
}

func unguard(text string) string { return strings.TrimPrefix(text, "'") }

// filled is one row with a verdict.
type filled struct {
	line    int
	c       audit.Case
	opinion review.Opinion
	always  bool // many presses are always meant on this control
	note    string
	rev     int64
}

// readCSV stores the verdicts of a file. Nothing is stored if a row cannot be understood.
func (w *auditing) readCSV(ctx context.Context) error {
	rows, err := w.parseCSV(ctx)
	if err != nil {
		return err
	}
	all, err := w.reviews.Verdicts(ctx)
	if err != nil {
		return err
	}
	now := map[review.Episode]review.Verdict{}
	for _, j := range all {
		now[j.Episode] = j.Verdict
	}
	stored, same, conflicts := 0, 0, 0
	for _, r := range rows {
		if r.always {
			if err := w.markRepeatUse(ctx, r.c); err != nil {
				return err
			}
		}
		if v := now[r.c.Episode]; v.Verdict == r.opinion && v.Note == r.note {
			same++
			continue
		}
		v, err := w.judge(ctx, r.c.Episode, r.opinion, r.note, r.rev)
		switch {
		case errors.Is(err, review.ErrConflict):
			conflicts++
			complain(w.err, fmt.Errorf("line %d left alone: somebody else judged it meanwhile (%s)", r.line, orUnknown(string(v.Verdict))))
		case err != nil:
			return err
		default:
			stored++
		}
	}
	fmt.Fprintf(w.out, "%s stored, %d known before, %d left alone because somebody else judged them meanwhile.\n", plural(stored, "verdict"), same, conflicts)
	if len(rows) == 0 {
		fmt.Fprintln(w.out, "The column verdict of the file is empty everywhere: fill it in and take the file again.")
	}
	if conflicts > 0 {
		return hinted{errors.New("not all verdicts were stored"), "the lines above say which and why; correct them and take the same file back once more: what is stored stays as it is"}
	}
	return nil
}

// parseCSV reads the rows that have a verdict. The error names every line that cannot be used.
func (w *auditing) parseCSV(ctx context.Context) ([]filled, error) {
	file, err := os.Open(w.from)
	if err != nil {
		return nil, fmt.Errorf("read verdicts: %w", err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.Size() > maxAuditFile {
		return nil, usagef("%s: larger than %d MB, which is no sample of --out", w.from, maxAuditFile>>20)
	}
	rows := csv.NewReader(io.LimitReader(file, maxAuditFile))
	head, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("read verdicts from %s: no header line: %w", w.from, err)
	}
	head[0] = strings.TrimPrefix(head[0], "\ufeff") // as spreadsheets write it
	column := map[string]int{}
	for i, name := range head {
		column[name] = i
	}
	for _, name := range []string{"verdict", "session", "pattern", "offset_ms"} {
		if _, ok := column[name]; !ok {
			return nil, usagef("%s: column %q is missing: keep the columns that --out wrote", w.from, name)
		}
	}
	var out []filled
	var errs []error
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read verdicts from %s: %w", w.from, err)
		}
		line, _ := rows.FieldPos(0)
		cell := func(name string) string {
			if i, ok := column[name]; ok && i < len(row) {
				return unguard(row[i])
			}
			return ""
		}
		if strings.TrimSpace(cell("verdict")) == "" {
			continue
		}
		f, err := w.parseRow(ctx, cell)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s line %d: %w", w.from, line, err))
			continue
		}
		f.line = line
		out = append(out, f)
	}
	if len(errs) > 0 {
		return nil, usageError{hinted{errors.Join(errs...), "nothing was stored: correct these lines and take the file again"}}
	}
	return out, nil
}

func (w *auditing) parseRow(ctx context.Context, cell func(string) string) (filled, error) {
	f := filled{note: cell("note")}
	switch v := strings.ToLower(strings.TrimSpace(cell("verdict"))); v {
	case string(review.Friction), string(review.Intended), string(review.Unclear):
		f.opinion = review.Opinion(v)
	case review.RepeatUse:
		f.opinion, f.always = review.Intended, true
	case "none":
		f.opinion = review.Withdrawn
	default:
		return f, fmt.Errorf("verdict %q is none of friction, intended, unclear, repeat_use, none", v)
	}
	offset, err := strconv.ParseInt(cell("offset_ms"), 10, 64)
	if err != nil || offset < 0 {
		return f, fmt.Errorf("offset_ms %q is no number of milliseconds", cell("offset_ms"))
	}
	if f.rev, err = strconv.ParseInt("0"+cell("rev"), 10, 64); err != nil {
		return f, fmt.Errorf("rev %q is no number", cell("rev"))
	}
	name := review.Episode{Session: cell("session"), Pattern: cell("pattern"), Start: time.Duration(offset) * time.Millisecond}
	f.c, err = w.auditor.Case(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return f, errors.New("the last analysis has no such episode: it may have been found under other settings, or by another analysis")
	}
	if err == nil && f.always && !canRepeat(f.c) {
		err = errors.New("repeat_use is about series of presses on a control, and this is none: say intended")
	}
	return f, err
}
