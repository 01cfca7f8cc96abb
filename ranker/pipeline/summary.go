package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/replay/source"
)

// summary counts what a run listed, read and skipped.
type summary struct {
	objects int
	bytes   int64
	fresh   int
	skips   map[string]*ranker.SkipCount
	causes  map[string]string // reason -> the first cause, for the error when nothing could be read
}

func newSummary() *summary {
	return &summary{skips: map[string]*ranker.SkipCount{}, causes: map[string]string{}}
}

// maxExamples is how many keys of one reason a report names: enough to look one up, few enough to read.
const maxExamples = 3

func (s *summary) listed(url string, g *source.Grouping) {
	s.objects += g.Objects
	s.bytes += g.Bytes
	for _, k := range g.Skipped {
		if k.Reason == source.SkipFolder || k.Reason == source.SkipHidden {
			continue // nobody misses them
		}
		s.add(string(k.Reason), k.Count, strings.TrimSuffix(url, "/")+"/"+k.Example)
	}
}

// add counts n objects or recordings of one reason, one of which is called name; "" where none may be named.
func (s *summary) add(reason string, n int, name string) {
	c := s.skips[reason]
	if c == nil {
		c = &ranker.SkipCount{Reason: reason}
		s.skips[reason] = c
	}
	c.Count += n
	if name == "" {
		return
	}
	c.Examples = append(c.Examples, name)
	slices.Sort(c.Examples)
	c.Examples = c.Examples[:min(len(c.Examples), maxExamples)]
}

// skip counts one recording that could not be read.
func (s *summary) skip(reason, name string, cause error) {
	s.add(reason, 1, name)
	if old, ok := s.causes[reason]; !ok || cause.Error() < old {
		s.causes[reason] = cause.Error()
	}
}

// read returns the summary for the Report, in a stable order.
func (s *summary) read(sessions int) ranker.ReadSummary {
	out := ranker.ReadSummary{Objects: s.objects, Bytes: s.bytes, Sessions: sessions}
	for _, c := range s.skips {
		out.Skipped = append(out.Skipped, *c)
	}
	slices.SortFunc(out.Skipped, func(a, b ranker.SkipCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
	})
	return out
}

// leftOut names objects that are no part of a recording, or why a source could not be listed.
func (s *summary) leftOut(c ranker.SkipCount) error {
	if cause := s.causes[c.Reason]; cause != "" {
		return errors.New(cause)
	}
	if len(c.Examples) == 0 {
		return fmt.Errorf("%d recordings: %s", c.Count, c.Reason)
	}
	if c.Count == 1 {
		return fmt.Errorf("%s: %s", c.Examples[0], c.Reason)
	}
	return fmt.Errorf("%s: %s, and %d more", c.Examples[0], c.Reason, c.Count-1)
}

// nothing says why there is nothing to rank.
func (s *summary) nothing() error {
	var why []string
	for _, c := range s.read(0).Skipped {
		line := fmt.Sprintf("%d skipped as %s", c.Count, c.Reason)
		if cause := s.causes[c.Reason]; cause != "" {
			line += " (" + cause + ")"
		} else if len(c.Examples) > 0 {
			line += " (" + c.Examples[0] + ")"
		}
		why = append(why, line)
	}
	if len(why) == 0 {
		return fmt.Errorf("%w among %d objects", ErrNothing, s.objects)
	}
	return fmt.Errorf("%w among %d objects: %s", ErrNothing, s.objects, strings.Join(why, "; "))
}

// collectSkips adds the recordings that the ledger remembers as unreadable, of this run and of earlier ones, as long as
// they are still stored.
func (a *analysis) collectSkips(ctx context.Context, jobs []job) error {
	stored := make(map[string]map[string]bool) // fingerprint of skips -> recordings
	for _, j := range jobs {
		f := a.skipFingerprint(j.source)
		if stored[f] == nil {
			stored[f] = make(map[string]bool, len(jobs))
			if !a.since.IsZero() {
				stored[a.expiredFingerprint(j.source)] = stored[f]
			}
		}
		stored[f][j.name()] = true
	}
	for f, names := range stored {
		for skip, err := range a.ledger.Skips(ctx, f) {
			if err != nil {
				return err
			}
			if names[skip.Recording] {
				a.summary.skip(skip.Reason, skip.Recording, errors.New(skip.Detail))
			}
		}
	}
	return nil
}
