package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/review"
)

// Where people's verdicts enter an analysis:
//
//	review.db --Decisions--> episodes found to be meant: dismissed in every Digest that leaves the ledger
//	                     |-> controls meant to be repeated: dismissed while clustering, which knows the screens' names
//	                     \-> issues that are fixed: the ranking says whether they are
//
// The Digests in the ledger stay as the detectors made them, so that a verdict that is taken back leaves no trace.

// ReviewFile is where the review state of a data directory lies.
func ReviewFile(dir string) string { return filepath.Join(dir, reviewFile) }

const reviewFile = "review.db"

// ErrReviews means that the review state of the data directory cannot be read. An analysis without it would bring back
// what people had dismissed.
var ErrReviews = errors.New("what people decided cannot be read")

// loadDecisions reads what people decided; nothing if nobody ever did.
func loadDecisions(ctx context.Context, dir string) (review.Decisions, error) {
	path := ReviewFile(dir)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return review.Decisions{}, nil
	}
	store, err := review.Open(path, nil)
	if err != nil {
		return review.Decisions{}, fmt.Errorf("%w: %w", ErrReviews, err)
	}
	decided, err := store.Decisions(ctx)
	if err := errors.Join(err, store.Close()); err != nil {
		return review.Decisions{}, fmt.Errorf("%w: %w", ErrReviews, err)
	}
	return decided, nil
}

// decisions are review.Decisions made ready to be obeyed. It is immutable.
type decisions struct {
	review.Decisions
	intended map[review.Episode]bool
}

func newDecisions(d review.Decisions) decisions {
	out := decisions{Decisions: d, intended: make(map[review.Episode]bool, len(d.Intended))}
	for _, e := range d.Intended {
		out.intended[e] = true
	}
	return out
}

// obey dismisses the episodes of d that a person found to be meant. What was dismissed anyway keeps its reason, which
// says more; with too little evidence other sessions could still have made trouble of it.
func (o decisions) obey(d *friction.Digest) {
	if len(o.intended) == 0 {
		return
	}
	for i := range d.Episodes {
		e := &d.Episodes[i]
		if o.intended[EpisodeName(d, i)] && (e.Verdict != friction.Dismissed || e.Reason == friction.ReasonLowEvidence) {
			dismiss(e)
		}
	}
}

// obeyMarks dismisses the episodes of d on controls that are meant to be repeated, as the clusters did.
func (o decisions) obeyMarks(c *cluster.Result, d *friction.Digest) {
	if len(o.RepeatUse) == 0 {
		return
	}
	for i, j := range c.Judge(d) {
		if e := &d.Episodes[i]; e.Verdict == friction.Friction && j.Verdict == friction.Dismissed && j.Reason == friction.ReasonReviewed {
			dismiss(e)
		}
	}
}

// marked is digests after obeyMarks.
func (o decisions) marked(c *cluster.Result, digests iter.Seq2[*friction.Digest, error]) iter.Seq2[*friction.Digest, error] {
	return func(yield func(*friction.Digest, error) bool) {
		for d, err := range digests {
			if err == nil {
				o.obeyMarks(c, d)
			}
			if !yield(d, err) {
				return
			}
		}
	}
}

func dismiss(e *friction.Episode) {
	e.Verdict, e.Reason = friction.Dismissed, friction.ReasonReviewed
}

// settings adds what is decided about controls.
func (o decisions) settings(s cluster.Settings) cluster.Settings {
	for _, c := range o.RepeatUse {
		s.RepeatUse = append(s.RepeatUse, cluster.Control{Screen: c.Screen, Key: c.Key})
	}
	return s
}

// likeIn reports whether the same was decided about episodes and controls, so that issues are made of the same.
func (o decisions) likeIn(d review.Decisions) bool {
	return slices.Equal(o.Intended, d.Intended) && slices.Equal(o.RepeatUse, d.RepeatUse)
}

// fingerprint names the decisions; "" if there are none.
func (o decisions) fingerprint() string {
	if o.Empty() {
		return ""
	}
	text, err := json.Marshal(o.Decisions)
	if err != nil {
		panic(fmt.Sprintf("BUG: decisions are plain data: %v", err))
	}
	return hash(string(text))
}

// fixes are the issues that people say are fixed, by the keys that they have now: aliases leads from keys that are no more
// to those. What was said of the key of now counts before what was said of an old one.
func (o decisions) fixes(aliases map[string]string) []ranker.FixMark {
	said := map[string]bool{}
	for _, f := range o.Fixed {
		said[f.Issue] = true
	}
	var out []ranker.FixMark
	for _, f := range o.Fixed {
		if now, moved := aliases[f.Issue]; moved {
			if said[now] {
				continue
			}
			f.Issue, said[now] = now, true
		}
		out = append(out, ranker.FixMark(f))
	}
	return out
}

// EpisodeName is how reviews name an episode of a Digest.
func EpisodeName(d *friction.Digest, episode int) review.Episode {
	e := &d.Episodes[episode]
	return review.Episode{Session: d.Session, Pattern: string(e.Pattern), Start: e.Start.Truncate(time.Millisecond)}
}
