package apitest

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker/audit"
	"github.com/rankle/rankle/ranker/review"
)

// auditor draws samples of the synthetic run.
type auditor struct {
	data  *Data
	frame *audit.Frame
}

func newAuditor(d *Data) (*auditor, error) {
	frame, err := audit.New(d.All(), func(x *friction.Digest) []cluster.Judgement {
		var js []cluster.Judgement
		for _, e := range x.Episodes {
			js = append(js, cluster.Judgement{Pattern: e.Pattern, Verdict: e.Verdict, Reason: e.Reason, Confidence: e.Confidence})
		}
		return js
	}, screenOf)
	return &auditor{data: d, frame: frame}, err
}

func screenOf(d *friction.Digest, episode int) string {
	if s := d.Episodes[episode].Screen; s >= 0 && int(s) < len(d.Screens) {
		return Template(d.Screens[s])
	}
	return ""
}

// Frame is everything that can be asked about.
func (a *auditor) Frame(context.Context) (*audit.Frame, error) { return a.frame, nil }

// Sample draws cases.
func (a *auditor) Sample(ctx context.Context, opt audit.Options) ([]audit.Case, error) {
	var cases []audit.Case
	for _, e := range a.frame.Sample(opt) {
		c, err := a.Case(ctx, e)
		if err != nil {
			return nil, err
		}
		cases = append(cases, c)
	}
	return cases, nil
}

// Case finds an episode.
func (a *auditor) Case(ctx context.Context, e review.Episode) (audit.Case, error) {
	d, err := a.data.Get(ctx, e.Session)
	if err != nil {
		return audit.Case{}, err
	}
	for i := range d.Episodes {
		if x := &d.Episodes[i]; string(x.Pattern) == e.Pattern && x.Start.Milliseconds() == e.Start.Milliseconds() {
			return audit.CaseOf(d, i, screenOf(d, i)), nil
		}
	}
	return audit.Case{}, fmt.Errorf("episode %v: %w", e, fs.ErrNotExist)
}
