package pipeline

import (
	"context"
	"errors"

	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker"
)

// Rerank ranks again what the last Result of opt.DataDir rests on, with what people have decided since, and stores the
// new Result. It reads no recording; of opt it uses DataDir, Log, Now and Progress. The error is ErrNoReport if there
// was no analysis, ledger.ErrLocked if one is running, which will obey the decisions itself.
func Rerank(ctx context.Context, opt Options) (*Run, error) {
	last, err := LoadResult(opt.DataDir)
	if err != nil {
		return nil, err
	}
	decided, err := loadDecisions(ctx, opt.DataDir)
	if err != nil {
		return nil, err
	}
	opt.Config = last.Config
	run, err := newAnalysis(opt)
	if err != nil {
		return nil, err
	}
	run.fingerprint = last.Digests
	// For writing, though nothing is written: nobody else may store a Result meanwhile.
	if run.ledger, err = ledger.Open(opt.DataDir, ledger.Options{}); err != nil {
		return nil, err
	}
	result := *last
	result.Decisions, result.Inputs = decided, ""
	var basis *ranker.Basis
	result.Report, basis, err = run.again(ctx, last, newDecisions(decided))
	if err == nil {
		err = saveBasis(opt.DataDir, result.Report.Run, basis)
	}
	if err == nil {
		result.succeed(last)
		err = result.save(ctx, opt.DataDir)
	}
	if err := errors.Join(err, run.ledger.Close()); err != nil {
		return nil, err
	}
	return &Run{Report: result.Report}, nil
}

// again ranks what a Result rests on.
func (a *analysis) again(ctx context.Context, last *Result, decided decisions) (*ranker.Report, *ranker.Basis, error) {
	tables, err := a.Config.openTables(ctx)
	if err != nil {
		return nil, nil, err
	}
	return a.rank(ctx, tables, last.selection(decided), func(int) ranker.ReadSummary { return last.Report.Read })
}
