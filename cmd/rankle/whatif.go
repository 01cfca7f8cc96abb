package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/outcome"
	"github.com/rankle/rankle/ranker/pipeline"
)

// whatIfFlags ask for another list than the stored one.
type whatIfFlags struct {
	weights, goals, segments []string
	from, to                 string
}

func (f *whatIfFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.weights, "weight", nil, "what if a goal counted `NAME=NUMBER`; return=NUMBER is for a returning user")
	flags.StringArrayVar(&f.goals, "goal", nil, "what if success were `NAME=KIND:VALUE`: screen:/thanks, event:paid, tap:Buy or attribute:renewed; instead of the goals of the analysis file")
	flags.StringArrayVar(&f.segments, "segment", nil, "what if there were only sessions with `ATTRIBUTE=VALUE`, e.g. device=mobile")
	flags.StringVar(&f.from, "from", "", "what if there were only sessions from this day on (`2026-10-05`, UTC, or RFC 3339)")
	flags.StringVar(&f.to, "to", "", "what if there were only sessions before this `day`")
}

func (f *whatIfFlags) asked() bool {
	return len(f.weights)+len(f.goals)+len(f.segments) > 0 || f.from != "" || f.to != ""
}

// question reads the flags; all wrong ones are named at once.
func (f *whatIfFlags) question() (pipeline.Question, error) {
	var q pipeline.Question
	var bad []error
	for _, w := range f.weights {
		name, text, ok := cutLast(w, "=")
		n, err := strconv.ParseFloat(text, 64)
		switch {
		case !ok || name == "" || err != nil:
			bad = append(bad, fmt.Errorf("--weight %q: must be NAME=NUMBER", w))
		case name == "return":
			q.Return = &n
		default:
			if q.Goals == nil {
				q.Goals = map[string]float64{}
			}
			q.Goals[name] = n
		}
	}
	for _, g := range f.goals {
		goal, err := goalFlag(g)
		if err != nil {
			bad = append(bad, err)
			continue
		}
		q.Measure = append(q.Measure, goal)
	}
	for _, s := range f.segments {
		name, value, ok := strings.Cut(s, "=")
		if !ok || name == "" {
			bad = append(bad, fmt.Errorf("--segment %q: must be ATTRIBUTE=VALUE", s))
			continue
		}
		q.Segments = append(q.Segments, ranker.Selector{Attribute: name, Value: value})
	}
	var err error
	if q.From, err = dayFlag("from", f.from); err != nil {
		bad = append(bad, err)
	}
	if q.To, err = dayFlag("to", f.to); err != nil {
		bad = append(bad, err)
	}
	if err := errors.Join(bad...); err != nil {
		return q, usageError{err}
	}
	return q, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func goalFlag(text string) (outcome.Goal, error) {
	name, match, _ := strings.Cut(text, "=")
	kind, value, _ := strings.Cut(match, ":")
	goal := outcome.Goal{Name: name}
	switch kind {
	case "screen":
		goal.Reached.Screen = value
	case "event":
		goal.Reached.Event = value
	case "tap":
		goal.Reached.Tap = &outcome.Tap{Label: value}
	case "attribute":
		goal.Reached.Attribute, goal.Reached.Equals, _ = strings.Cut(value, "=")
	default:
		return goal, fmt.Errorf("--goal %q: must be NAME=KIND:VALUE, where KIND is screen, event, tap or attribute", text)
	}
	return goal, nil
}

func dayFlag(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("--%s %q: must be a day like 2026-10-05, or a time like 2026-10-05T12:00:00Z", name, text)
}

// ask answers what the flags ask about a stored result, or returns its report if they ask nothing.
func (f *whatIfFlags) ask(ctx context.Context, result *pipeline.Result, data string) (*ranker.Report, error) {
	if !f.asked() {
		return result.Report, nil
	}
	q, err := f.question()
	if err != nil {
		return nil, err
	}
	led, err := ledger.Open(data, ledger.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer led.Close()
	report, err := pipeline.NewWhatIf(result, led, data).Ask(ctx, q)
	if errors.Is(err, pipeline.ErrQuestion) {
		return nil, usageError{err}
	}
	return report, err
}
