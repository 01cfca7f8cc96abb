package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker/pipeline"
	"github.com/rankle/rankle/replay"
)

// explainFlags ask for the story behind one verdict.
type explainFlags struct {
	on, json bool
	at       string
	moment   moment
}

func (f *explainFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.on, "explain", false, "tell how the verdict about one moment came about; needs --at")
	cmd.Flags().StringVar(&f.at, "at", "", "the moment: 1m23.4s, 83.4 or 1:23.4 from the start, 2026-11-02T09:30:00Z, or start_ms of an episode")
	cmd.Flags().BoolVar(&f.json, "json", false, "with --explain: JSON (docs/format/explain.md) instead of words")
}

// check reads the flags. Those of one another without each other are wrong usage.
func (f *explainFlags) check() (err error) {
	switch {
	case f.on && f.at == "":
		return usagef("--explain needs --at: the moment to explain, such as --at 1m23.4s; without --explain, start_ms of each episode is a moment to ask about")
	case !f.on && (f.at != "" || f.json):
		return usagef("--at and --json belong to --explain")
	case f.on:
		f.moment, err = parseMoment(f.at)
	}
	return err
}

// explain prints the story behind one verdict.
func (a *app) explain(ctx context.Context, config pipeline.Config, sources []pipeline.Opened, f explainFlags) error {
	x, err := pipeline.Explain(ctx, config, sources, f.moment.in)
	if errors.Is(err, pipeline.ErrSeveral) {
		return usageError{hinted{err, "--explain is about one recording: name its file"}}
	}
	if err != nil {
		return err
	}
	if f.json {
		return api.WriteExplanation(a.out, x)
	}
	return printExplanation(a.out, x)
}

// moment is a time within a recording as people write it.
type moment struct {
	offset time.Duration
	clock  time.Time // zero: offset counts
}

// firstStamp is the least whole number that is read as milliseconds since 1970, as start_ms of an episode is, and not as
// seconds from the start of the recording: September 2001, long before anything was recorded.
const firstStamp = 1_000_000_000_000

// parseMoment reads 1m23.4s, 83.4 (seconds), 1:23.4 (as players show it), an RFC 3339 time or epoch milliseconds.
func parseMoment(text string) (moment, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return moment{clock: t}, nil
	}
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil && ms >= firstStamp {
		return moment{clock: time.UnixMilli(ms)}, nil
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return moment{offset: d}, nil
	}
	seconds := 0.0
	parts := strings.Split(text, ":")
	ok := len(parts) <= 3
	for _, p := range parts {
		v, err := strconv.ParseFloat(p, 64)
		ok = ok && err == nil && v >= 0 && v < maxOffset.Seconds()
		seconds = seconds*60 + v
	}
	if !ok || seconds > maxOffset.Seconds() {
		return moment{}, usagef("--at %q: write an offset from the start such as 1m23.4s, 83.4 or 1:23.4, a time such as 2026-11-02T09:30:00Z, or start_ms of an episode", text)
	}
	return moment{offset: time.Duration(seconds * float64(time.Second))}, nil
}

// maxOffset is longer than any recording.
const maxOffset = 1000 * time.Hour

// in is the offset of the moment in a session.
func (m moment) in(s *replay.Session) (time.Duration, error) {
	at := m.offset
	if !m.clock.IsZero() {
		at = m.clock.Sub(s.Start)
	}
	if at < 0 || at > s.Duration+friction.ExplainNear {
		return 0, usagef("--at lies outside of the recording, which runs from %s to %s and takes %s",
			s.Start.UTC().Format(time.RFC3339), s.Start.Add(s.Duration).UTC().Format(time.RFC3339), clock(s.Duration))
	}
	return at, nil
}

// clock writes an offset as players show it.
func clock(d time.Duration) string {
	d = d.Round(100 * time.Millisecond)
	if d < time.Hour {
		return fmt.Sprintf("%d:%04.1f", d/time.Minute, (d % time.Minute).Seconds())
	}
	return fmt.Sprintf("%d:%02d:%04.1f", d/time.Hour, d%time.Hour/time.Minute, (d % time.Minute).Seconds())
}

// span writes a time that something took.
func span(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// printExplanation tells in plain words how a verdict came about. Recorded text goes through printable.
func printExplanation(out io.Writer, x *pipeline.Explanation) error {
	var b strings.Builder
	w := &b
	if !x.Found {
		fmt.Fprintf(w, "Nothing was done within %s of %s (session %s, %s long).\n", span(friction.ExplainNear), clock(x.Asked), x.Session, clock(x.Duration))
		if len(x.Nearest) == 0 {
			fmt.Fprintln(w, "In the whole recording nobody pressed anything.")
		} else {
			fmt.Fprintln(w, "Closest to it:")
		}
		for _, l := range x.Nearest {
			what := "pressed"
			if l.Pattern != "" {
				what = fmt.Sprintf("%s (%s)", l.Pattern.Words(), verdictWords[l.Verdict])
			}
			fmt.Fprintf(w, "  --at %s  %s%s\n", strconv.FormatFloat(l.At.Seconds(), 'f', 1, 64), what, on(l.Name))
		}
		return flushText(out, w)
	}
	fmt.Fprintf(w, "Session %s at %s, on screen %s\n", x.Session, clock(x.Asked), cmp.Or(x.Screen, "(not known)"))
	if len(x.Gestures) > 0 && x.Target != (friction.Target{}) {
		fmt.Fprintf(w, "Control: %s\n", x.Gestures[0].Name)
	}
	printVerdict(w, x)
	if len(x.Gestures) > 0 {
		fmt.Fprintln(w, "\nWhat was done, and what came of it")
	}
	for i := range x.Gestures {
		printGesture(w, &x.Gestures[i], x.Target == (friction.Target{}))
	}
	if x.Left > 0 {
		fmt.Fprintf(w, "  ... and %s more\n", plural(x.Left, "gesture"))
	}
	if len(x.Considered) > 0 {
		fmt.Fprintln(w, "\nWhat it looked like, and what became of that")
	}
	for _, c := range x.Considered {
		fmt.Fprintf(w, "  %s  %s: %s%s\n", clock(c.Start), c.Pattern.Words(), verdictWords[c.Verdict], because(c.Reason, c.Verdict, c.Confidence))
	}
	if len(x.Unseen) > 0 {
		fmt.Fprintln(w, "\nWhat this recording cannot show")
	}
	for _, u := range x.Unseen {
		fmt.Fprintf(w, "  %s\n", cmp.Or(unseenWords[u], u))
	}
	fmt.Fprintln(w, "\nNumbers in force (docs/CONFIG.md)")
	for _, l := range x.Limits {
		changed := ""
		if l.Changed {
			changed = "  (changed by the analysis file)"
		}
		fmt.Fprintf(w, "  %-18s %s%s\n", l.Name, l.Value, changed)
	}
	return flushText(out, w)
}

func flushText(out io.Writer, b *strings.Builder) error {
	if _, err := io.WriteString(out, printable(b.String())); err != nil {
		return fmt.Errorf("write explanation: %w", err)
	}
	return nil
}

func on(name string) string {
	if name == "" {
		return ""
	}
	return ": " + name
}

func because(r friction.Reason, v friction.Verdict, confidence float64) string {
	switch {
	case r != "":
		return fmt.Sprintf(", but %s (%s)", cmp.Or(reasonWords[r], string(r)), r)
	case v == friction.Friction:
		return fmt.Sprintf(", with confidence %.2f", confidence)
	}
	return ""
}

func printVerdict(w io.Writer, x *pipeline.Explanation) {
	e := x.Episode
	if e == nil {
		fmt.Fprintln(w, "Verdict: nothing here looked like trouble.")
		return
	}
	fmt.Fprintf(w, "Verdict: %s. It looks like %s (%s)%s.\n", verdictWords[e.Verdict], e.Pattern.Words(), e.Pattern, because(e.Reason, e.Verdict, e.Confidence))
	for _, p := range e.Also {
		fmt.Fprintf(w, "         It also looks like %s (%s).\n", p.Words(), p)
	}
	if cause := causeText(x); cause != "" {
		fmt.Fprintf(w, "         What failed: %s\n", cause)
	}
	if e.Aftermath != "" {
		fmt.Fprintf(w, "         Afterwards the person %s.\n", cmp.Or(e.Aftermath.Words(), string(e.Aftermath)))
	}
}

// causeText is the cause of the episode as it was logged, where that is known.
func causeText(x *pipeline.Explanation) string {
	for i := range x.Gestures {
		for _, e := range x.Gestures[i].Errors {
			if e.Cause == x.Episode.Cause && e.Message != "" {
				return e.Message
			}
		}
	}
	return x.Episode.Cause
}

// gestureWords says what a hand did.
var gestureWords = map[string]string{
	"tap": "pressed", "press": "pressed, without a click coming of it", "swallowed": "pressed, and the disabled control swallowed it",
	"swipe": "swiped", "drag": "dragged", "dropped": "did something that is not judged (several fingers, a menu, a long touch)",
}

// answerWords says what answered.
var answerWords = map[string]string{
	"change": "the page changed", "load": "another page was loaded", "screen": "another screen came", "scroll": "the page scrolled by itself",
	"value": "a value or the caret changed", "drawing": "a drawing, film or style changed", "outside": "the page lost the focus to something outside of it",
}

func printGesture(w io.Writer, g *friction.ExplainedGesture, named bool) {
	fmt.Fprintf(w, "  %s  %s", clock(g.At), gestureWords[g.Kind])
	var how []string
	if g.Pointer != "unknown" {
		how = append(how, g.Pointer)
	}
	if g.X >= 0 {
		how = append(how, fmt.Sprintf("at %d,%d", g.X, g.Y))
	}
	if len(how) > 0 {
		fmt.Fprintf(w, " (%s)", strings.Join(how, " "))
	}
	if named {
		fmt.Fprint(w, on(g.Name))
	}
	fmt.Fprintln(w)
	if g.Outcome == "" {
		return
	}
	line := func(format string, args ...any) { fmt.Fprintf(w, "          "+format+"\n", args...) }
	switch {
	case g.Answer == "":
		line("no answer for %s, until %s", span(g.Watched), untilWords(g))
	case g.Shared:
		line("answered together with an earlier press: %s after %s", answerWords[g.Answer], span(g.Latency))
	default:
		line("answered after %s: %s", span(g.Latency), answerWords[g.Answer])
	}
	for _, c := range g.Changes {
		if c.Counts {
			line("+ %s after %s", changeWords(c.Kind, c.Attr, c.Where, c.Times), span(c.After))
		}
	}
	for _, c := range g.Changes {
		if !c.Counts {
			line("- does not count: %s after %s, %s", changeWords(c.Kind, c.Attr, c.Where, c.Times), span(c.After), cmp.Or(whyWords[c.Why], c.Why))
		}
	}
	for _, c := range g.Ambient {
		line("- does not count: %s, %s", changeWords(c.Kind, c.Attr, c.Where, c.Here), rhythmWords(c))
	}
	for _, r := range g.Requests {
		line("sent %s after %s, which took %s: %s", r.Name, span(max(r.After, 0)), span(r.Took), statusWords(r))
	}
	for _, e := range g.Errors {
		idle := ""
		if e.Idle {
			idle = ", which stood in nobody's way"
		}
		line("error after %s: %s%s", span(max(e.After, 0)), cmp.Or(e.Message, e.Cause), idle)
	}
}

func untilWords(g *friction.ExplainedGesture) string {
	switch g.Until {
	case "next_press":
		return "the person pressed something else (" + g.Next + ")"
	case "other_action":
		return "the person did something else (typed, or left the page)"
	case "gap":
		return "a gap in the recording"
	case "recording_end":
		return "the recording ended"
	}
	return "an answer would have been too late to be one"
}

// whyWords says why a change is no answer.
var whyWords = map[string]string{
	friction.WhyBusy:      "a sign of being busy",
	friction.WhyUnseen:    "nobody can see it",
	friction.WhyDisabled:  "the control disabled itself, which was not asked for",
	friction.WhyHover:     "an effect of where the pointer or the caret is",
	friction.WhyLook:      "a passing look of the control (pressed state, ripple)",
	friction.WhyRelease:   "it went when the pointer was released",
	friction.WhyUndone:    "it took an earlier change back",
	friction.WhyRedrawn:   "the same thing was drawn again",
	friction.WhyHeldPlace: "it only held the place for what came later",
	friction.WhyComplaint: "the form took its own complaint away",
}

func changeWords(kind, attr, where string, times int) string {
	text := ""
	switch kind {
	case "added":
		text = "something new in " + where
	case "removed":
		text = "something gone from " + where
	case "text":
		text = "text of " + where
	default:
		text = attr + " of " + where
	}
	if times > 1 {
		text += fmt.Sprintf(" (%d times)", times)
	}
	return text
}

func rhythmWords(c friction.AmbientChange) string {
	if c.Every > 0 {
		return fmt.Sprintf("it changes by itself every %s (%d times in this recording)", span(c.Every), c.Times)
	}
	return fmt.Sprintf("it changes by itself (%d times in this recording)", c.Times)
}

func statusWords(r friction.ExplainedRequest) string {
	switch {
	case r.Status > 0 && r.Failed:
		return fmt.Sprintf("failed with status %d", r.Status)
	case r.Status > 0:
		return fmt.Sprintf("status %d", r.Status)
	case r.Failed:
		return "failed without an answer"
	}
	return "status not recorded"
}
