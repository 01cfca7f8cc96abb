package pipeline

import (
	"context"
	"errors"

	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker"
)

// Rerank ranks again what the last Result of opt.DataDir rests on, with what people have decided since, and stores the
// new Result. It reads no recording; of opt it uses DataDir, People (nil = the key of the data directory), Workers, Log, Now
// and Progress. The error is ErrNoReport if there was no analysis, ledger.ErrLocked if one is running, which will obey the
// decisions itself.
func Rerank(ctx context.Context, opt Options) (*Run, error) {
	last, err := LoadResult(opt.DataDir)
	if err != nil {
		return nil, err
	}
	opt.Config = last.Config
	if opt.People != nil {
		last.People = opt.People
	}
	run, err := newAnalysis(opt)
	if err != nil {
		return nil, err
	}
	run.fingerprint = last.Digests
	// For writing, though nothing is written: nobody else may store a Result meanwhile.
	if run.ledger, err = ledger.Open(opt.DataDir, ledger.Options{}); err != nil {
		return nil, err
	}
	report, err := run.rerank(ctx, last)
	if err := errors.Join(err, run.ledger.Close()); err != nil {
		return nil, err
	}
	return &Run{Report: report}, nil
}

// rerank stores what becomes of the last Result with what the ledger holds and people have decided now. The caller holds the
// ledger open for writing.
func (a *analysis) rerank(ctx context.Context, last *Result) (*ranker.Report, error) {
	decided, err := loadDecisions(ctx, a.DataDir)
	if err != nil {
		return nil, err
	}
	result := *last
	result.Decisions, result.Inputs = decided, ""
	ranked, err := a.again(ctx, last, newDecisions(decided))
	if err != nil {
		return nil, err
	}
	if err := ranked.saveBehind(a.DataDir); err != nil {
		return nil, err
	}
	result.Report = ranked.report
	result.succeed(last)
	return ranked.report, result.save(ctx, a.DataDir)
}

// again ranks what a Result rests on.
func (a *analysis) again(ctx context.Context, last *Result, decided decisions) (ranking, error) {
	tables, err := last.openTables(ctx)
	if err != nil {
		return ranking{}, err
	}
	return a.rank(ctx, tables, last.selection(decided), func(sessions int) ranker.ReadSummary {
		read := last.Report.Read
		read.Sessions = sessions
		return read
	})
}
