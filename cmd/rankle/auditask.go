package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker/audit"
	"github.com/rankle/rankle/ranker/review"
)

// labeller asks about cases one by one, one key each.
type labeller struct {
	*auditing
	keys     io.Reader // one byte a key
	out      io.Writer
	cases    []audit.Case
	verdicts map[review.Episode]review.Verdict // what was said so far
	link     func(audit.Case) string           // address of the moment, "" = not known
}

// Keys that end the asking beside q: Ctrl-C and Ctrl-D arrive as bytes, because the terminal is raw.
const (
	ctrlC = 3
	ctrlD = 4
)

// run asks until all cases are judged or the person stops.
func (l *labeller) run(ctx context.Context) error {
	fmt.Fprint(l.out, "Every case is a moment in which something may have gone wrong, or not. Say what you think; the program's own opinion\n"+
		"is not shown, so that it does not lead you. What you say is stored at once.\n")
	judged := map[review.Episode]bool{}
	for i := 0; i < len(l.cases); {
		l.show(i)
		step, err := l.judgeOne(ctx, l.cases[i])
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		judged[l.cases[i].Episode] = l.verdicts[l.cases[i].Episode].Verdict != review.Withdrawn
		i = max(i+step, 0)
	}
	n := 0
	for _, yes := range judged {
		if yes {
			n++
		}
	}
	fmt.Fprintf(l.out, "\n%s judged. \"rankle audit\" goes on where you stopped, \"rankle audit --report\" says how often the detectors are right.\n", plural(n, "case"))
	return nil
}

// show prints a case.
func (l *labeller) show(i int) {
	c := l.cases[i]
	var b strings.Builder
	fmt.Fprintf(&b, "\n%d of %d   %s   %s   %s   session %s at %s\n", i+1, len(l.cases), c.At.Format("2006-01-02 15:04"), orUnknown(c.Screen), orUnknown(c.Device), c.Session, clock(c.Start))
	fmt.Fprintf(&b, "  %s\n", c.Words)
	if link := l.link(c); link != "" {
		fmt.Fprintf(&b, "  Watch: %s\n", link)
	}
	if v := l.verdicts[c.Episode].Verdict; v != review.Withdrawn {
		fmt.Fprintf(&b, "  So far: %s\n", v)
	}
	always := ""
	if canRepeat(c) {
		always = "   [r] meant, and many presses are always meant on this control"
	}
	fmt.Fprintf(&b, "  [f] trouble   [i] meant   [u] cannot be told%s\n  [s] skip   [b] back   [x] take back   [q] stop\n", always)
	fmt.Fprint(l.out, printable(b.String()))
}

func orUnknown(text string) string {
	if text == "" {
		return "?"
	}
	return text
}

// canRepeat reports whether it makes sense to ask whether many presses are meant.
func canRepeat(c audit.Case) bool {
	return c.Pattern == string(friction.RageTap) && c.Target.Key != ""
}

// judgeOne waits for a key that means something and does it. It returns how far to go on; io.EOF to stop.
func (l *labeller) judgeOne(ctx context.Context, c audit.Case) (int, error) {
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		var key [1]byte
		if _, err := io.ReadFull(l.keys, key[:]); err != nil {
			return 0, io.EOF
		}
		switch k := key[0]; { // as it is: an arrow key sends capital letters
		case k == 'q' || k == ctrlC || k == ctrlD:
			return 0, io.EOF
		case k == 's':
			return 1, nil
		case k == 'b':
			return -1, nil
		case k == 'f':
			return l.say(ctx, c, review.Friction, "trouble")
		case k == 'i':
			return l.say(ctx, c, review.Intended, "meant")
		case k == 'u':
			return l.say(ctx, c, review.Unclear, "cannot be told")
		case k == 'x':
			return l.say(ctx, c, review.Withdrawn, "taken back")
		case k == 'r' && canRepeat(c):
			if err := l.markRepeatUse(ctx, c); err != nil {
				return 0, err
			}
			return l.say(ctx, c, review.Intended, "meant, here and always")
		}
	}
}

// say stores a verdict. If somebody else judged the case meanwhile, theirs is shown and the question stays.
func (l *labeller) say(ctx context.Context, c audit.Case, o review.Opinion, words string) (int, error) {
	before := l.verdicts[c.Episode]
	if before.Verdict == o && (before.Rev > 0 || o == review.Withdrawn) {
		fmt.Fprintf(l.out, "  -> %s\n", words)
		return 1, nil
	}
	now, err := l.judge(ctx, c.Episode, o, before.Note, before.Rev)
	l.verdicts[c.Episode] = now
	if errors.Is(err, review.ErrConflict) {
		fmt.Fprintf(l.out, "  Somebody else judged this meanwhile.\n")
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	fmt.Fprintf(l.out, "  -> %s\n", words)
	return 1, nil
}

// terminalLines ends lines as a raw terminal needs it.
type terminalLines struct{ w io.Writer }

func (t terminalLines) Write(p []byte) (int, error) {
	if _, err := t.w.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// probeTimeout is how long the viewer may take to say which run it shows; it is on this machine, or not there.
const probeTimeout = 500 * time.Millisecond

// links returns how a case is watched: in the viewer, if it runs and shows the same analysis.
func (w *auditing) links(ctx context.Context) func(audit.Case) string {
	base := strings.TrimSuffix(w.viewer, "/")
	if base == "" || !w.serving(ctx, base) {
		fmt.Fprintln(w.err, "To watch the moments, run \"rankle serve\" with the same --data in another terminal, and start again.")
		return func(audit.Case) string { return "" }
	}
	return func(c audit.Case) string { return base + api.MomentPage(c.Session, c.Start) }
}

// serving reports whether a viewer shows the analysis that is audited.
func (w *auditing) serving(ctx context.Context, base string) bool {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/v1/report", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	var run struct {
		Run string `json:"run"`
	}
	const enough = 1 << 20 // a summary, not the issues
	return json.NewDecoder(io.LimitReader(res.Body, enough)).Decode(&run) == nil && run.Run == w.result.Report.Run
}
