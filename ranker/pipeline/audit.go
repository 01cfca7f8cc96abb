package pipeline

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"sync"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker/audit"
	"github.com/rankle/rankle/ranker/review"
)

// Auditor draws samples of what a Result rests on, and measures what people say of them. What it shows and measures is
// the program's own opinion, before any verdict of people. It is safe for concurrent use as long as the ledger stays
// open.
type Auditor struct {
	result *Result
	ledger *ledger.Ledger
	dir    string

	mu       sync.Mutex
	frame    *audit.Frame // nil until first asked for: it takes a pass over all Digests
	evidence *Evidence
}

// NewAuditor returns an Auditor of the last Result of a data directory; led must hold its Digests.
func NewAuditor(r *Result, led *ledger.Ledger, dir string) *Auditor {
	return &Auditor{result: r, ledger: led, dir: dir}
}

// Frame is everything that can be asked about. The first call takes as long as a pass over all Digests and goes on to
// its end even if ctx does not: who asks again finds it done.
func (a *Auditor) Frame(ctx context.Context) (*audit.Frame, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.frame != nil {
		return a.frame, nil
	}
	ctx = context.WithoutCancel(ctx)
	e, err := a.result.evidence(ctx, a.ledger, a.dir, decisions{})
	if err != nil {
		return nil, err
	}
	frame, err := audit.New(e.Digests(ctx), e.Clusters.Judge, e.screenOf)
	if err != nil {
		return nil, err
	}
	a.evidence, a.frame = e, frame
	return frame, nil
}

// screenOf is the template of the screen of an episode, "" if it is not known.
func (e *Evidence) screenOf(d *friction.Digest, episode int) string {
	s := d.Episodes[episode].Screen
	if s < 0 || int(s) >= len(d.Screens) {
		return ""
	}
	return e.Clusters.Screen(d.Screens[s])
}

// Sample draws cases as audit.Frame does.
func (a *Auditor) Sample(ctx context.Context, opt audit.Options) ([]audit.Case, error) {
	frame, err := a.Frame(ctx)
	if err != nil {
		return nil, err
	}
	var cases []audit.Case
	for _, e := range frame.Sample(opt) {
		c, err := a.Case(ctx, e)
		if errors.Is(err, fs.ErrNotExist) {
			continue // another recording of the same session counts there
		}
		if err != nil {
			return nil, err
		}
		cases = append(cases, c)
	}
	return cases, nil
}

// Case describes an episode; the error is fs.ErrNotExist if the Result has none of that name.
func (a *Auditor) Case(ctx context.Context, e review.Episode) (audit.Case, error) {
	if _, err := a.Frame(ctx); err != nil {
		return audit.Case{}, err
	}
	d, err := a.ledger.Get(ctx, e.Session, a.result.Digests)
	if errors.Is(err, ledger.ErrNotFound) {
		return audit.Case{}, fs.ErrNotExist
	}
	if err != nil {
		return audit.Case{}, err
	}
	a.evidence.complete(d)
	i := slices.IndexFunc(d.Episodes, func(x friction.Episode) bool {
		return string(x.Pattern) == e.Pattern && x.Start.Milliseconds() == e.Start.Milliseconds()
	})
	if i < 0 {
		return audit.Case{}, fs.ErrNotExist
	}
	return audit.CaseOf(d, i, a.evidence.screenOf(d, i)), nil
}

// Opinions are verdicts as audit.Frame.Measure takes them.
func Opinions(verdicts []review.Judged) map[review.Episode]review.Opinion {
	out := make(map[review.Episode]review.Opinion, len(verdicts))
	for _, v := range verdicts {
		if v.Verdict.Verdict != review.Withdrawn {
			out[v.Episode] = v.Verdict.Verdict
		}
	}
	return out
}
