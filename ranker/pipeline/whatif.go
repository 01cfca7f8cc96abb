package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/outcome"
	"github.com/rankle/rankle/ranker/review"
)

// ErrNoBasis means that the data directory holds nothing to answer what-if questions from: another program wrote the
// Result, or somebody deleted it. Analysing again makes it.
var ErrNoBasis = errors.New("nothing to answer what-if questions from")

func (r *Result) loadBasis(dir string) (*ranker.Basis, error) {
	data, err := r.loadBehind(dir, basisOf)
	if errors.Is(err, errNotBehind) {
		return nil, fmt.Errorf("%w: %w", ErrNoBasis, err)
	}
	if err != nil {
		return nil, fmt.Errorf("read basis: %w", err)
	}
	goals, err := r.Config.outcomes()
	if err != nil {
		return nil, err
	}
	basis, err := ranker.UnmarshalBasis(data, ranker.Input{Outcomes: goals, Options: r.Config.ranking(), Each: eachProcessor}, r.Report)
	if err != nil {
		return nil, fmt.Errorf("read basis: %w: %w", ErrDamaged, err)
	}
	return basis, nil
}

// eachProcessor is ranker.Input.Each for what nobody set a number of workers for.
func eachProcessor(n int, do func(i int)) { eachOf(runtime.GOMAXPROCS(0), n, do) }

// Question is a what-if question: another list of the same recordings. Nothing is stored, and the Result stays as it is.
type Question struct {
	ranker.Question
	// Measure are goals instead of those of the analysis file; empty keeps them. Their weights are their values.
	Measure []outcome.Goal
}

// WhatIf answers what-if questions about one Result. It is safe for concurrent use as long as the ledger stays open.
type WhatIf struct {
	result *Result
	ledger *ledger.Ledger
	dir    string

	mu    sync.Mutex
	basis *ranker.Basis // nil until first asked for
	other []measured    // by other goals, the last asked for first
}

// measured is a Basis with other goals.
type measured struct {
	goals string // as JSON
	basis *ranker.Basis
}

// maxMeasured is how many sets of other goals are kept ready: who compares goes back and forth between a few, and each
// takes about ten bytes a session and goal.
const maxMeasured = 4

// NewWhatIf returns a WhatIf of the last Result of a data directory; led must hold its Digests.
func NewWhatIf(r *Result, led *ledger.Ledger, dir string) *WhatIf {
	return &WhatIf{result: r, ledger: led, dir: dir}
}

// Ask answers a question. Questions about goals take a pass over the ledger the first time; no question reads a recording.
// The error is ErrNoBasis, that of the ledger, or says all that is wrong with the question.
func (w *WhatIf) Ask(ctx context.Context, q Question) (*ranker.Report, error) {
	basis, err := w.basisFor(ctx, q.Measure)
	if err != nil {
		return nil, err
	}
	report, err := basis.Ask(q.Question)
	if err != nil {
		return nil, questionError{err}
	}
	return report, nil
}

// questionError marks an error that whoever asked made.
type questionError struct{ error }

func (e questionError) Unwrap() error        { return e.error }
func (e questionError) Is(target error) bool { return target == ErrQuestion }

// ErrQuestion means that a what-if question was refused for what it asks; the text says all that is wrong with it.
var ErrQuestion = errors.New("what-if question refused")

func (w *WhatIf) basisFor(ctx context.Context, goals []outcome.Goal) (*ranker.Basis, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.basis == nil {
		basis, err := w.result.loadBasis(w.dir)
		if err != nil {
			return nil, err
		}
		w.basis = basis
	}
	if len(goals) == 0 {
		return w.basis, nil
	}
	if _, err := (outcome.Config{Goals: goals}).Compile(); err != nil {
		return nil, questionError{err}
	}
	key, err := json.Marshal(goals)
	if err != nil {
		return nil, fmt.Errorf("what-if goals: %w", err)
	}
	for i, m := range w.other {
		if m.goals == string(key) {
			copy(w.other[1:i+1], w.other[:i])
			w.other[0] = m
			return m.basis, nil
		}
	}
	tables, err := w.result.openTables(ctx)
	if err != nil {
		return nil, err
	}
	selected := w.result.selection(newDecisions(w.result.Decisions))
	if err := selected.learn(ctx, w.ledger, tables); err != nil {
		return nil, err
	}
	basis, err := w.basis.WithGoals(goals, func(look func(*friction.Digest)) error {
		return selected.spread(ctx, w.ledger, tables, runtime.GOMAXPROCS(0), goalColumns(goals), func(_ int, d *friction.Digest) error {
			look(d)
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	w.other = append([]measured{{string(key), basis}}, w.other[:min(len(w.other), maxMeasured-1)]...)
	return basis, nil
}

// Fixes says what became of issues that are marked as fixed, by the sessions of the Result. The error is that of Ask.
func (w *WhatIf) Fixes(ctx context.Context, fixed []review.FixedIssue) ([]ranker.Fix, error) {
	basis, err := w.basisFor(ctx, nil)
	if err != nil {
		return nil, err
	}
	return basis.Fixes(decisions{Decisions: review.Decisions{Fixed: fixed}}.fixes(w.result.Aliases)), nil
}
