package ranker

// How a Report is made:
//
//	digests ──Collector.Add──> visits, tries, goals reached        (one pass, the only one that sees digests)
//	        ──rows──────────> one row per try and outcome          (history of the user, censoring)
//	        ──cells─────────> integer counters, sorted             (mergeable, order does not matter)
//	        ──pooled model──> expected outcome where the try works (all issues together)
//	        ──issue model───> ... and for this issue               (g-computation, variance, checks)
//	        ──calibrate─────> systematic error from harmless controls
//	        ──lean──────────> what going on after the try makes expect   (a study of its own, see lean.go)
//	        ──shrink────────> expected loss, across issues
//	        ──share, order──> one list on one scale

import (
	"errors"
	"fmt"
	"iter"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker/outcome"
)

// Schema is the version of the Report structure.
const Schema = 1

// Exposer finds who tried an issue's control, and whether it worked. cluster.Result is one. It is called from one
// goroutine at a time unless several Collectors share it.
type Exposer interface {
	Exposures(d *friction.Digest) []cluster.Exposure
}

// Input is everything that Rank needs.
type Input struct {
	// Digests yields every session once, in any order. An error ends the run.
	Digests func() iter.Seq2[*friction.Digest, error]
	Issues  []cluster.Issue
	Exposer Exposer // Exposure.Issue indexes Issues
	// Harmless finds tries of controls that are known to do no harm (validated intentional repeats, issues that a
	// reviewer called harmless), with Failed set where the harmless thing happened. Exposure.Issue numbers them from
	// 0 below HarmlessCount. They measure the systematic error. Nil: none.
	Harmless      Exposer
	HarmlessCount int

	Fixes    []FixMark    // what people say is fixed
	Outcomes *outcome.Set // nil: no goals, default retention
	Options  Options
	Read     ReadSummary
	// Each runs do(0) to do(n-1), once each, at once or one after the other, and returns when all are done; nil: one after
	// the other. The Report does not depend on it. Every outcome is one call, which takes about 60 bytes a try.
	Each func(n int, do func(i int))
	// Notes are what earlier stages have to say of the data, in words.
	Notes []string
	// Fingerprint names all settings that change the result, those of earlier stages included.
	Fingerprint string
}

// Options are the settings of the ranking. The zero value is not valid; start from DefaultOptions.
type Options struct {
	Weights Weights
	// Seed of the simulation that turns intervals into chances to be among the first.
	Seed uint64
	// Attributes are further confounders by name: "plan", "os", "browser", "country" or any attribute of a sidecar.
	// Only what was settled before the session may be named here: adjusting for a consequence hides the loss.
	Attributes []string
	// Draws is the number of simulated lists behind TopThree and TopTen.
	Draws int
}

// Weights put all outcomes on one scale.
type Weights struct {
	// Goals overrides what one reached goal counts, by name. Default: its Value where stated, else 1.
	Goals map[string]float64
	// Return is what one lost returning user counts in units of one lost goal (the mean weight of the goals).
	Return float64
}

// DefaultOptions weighs one lost returning user like one lost conversion. Which of the two is worth more depends on
// the business: a shop earns once per purchase, a subscription earns for as long as people come back. Equal weights
// are the only choice that prefers neither, keep the unit of the list readable ("lost outcomes per week") and lose
// little when wrong, because most issues that cost one outcome cost the other too. State your own where you know it.
func DefaultOptions() Options {
	return Options{Weights: Weights{Return: 1}, Seed: 1, Draws: 2000}
}

// maxAttributes bounds the additional confounders: patterns have maxCovariates places and the default confounders take covAttributes of them.
const maxAttributes = maxCovariates - covAttributes

// Check reports all wrong settings at once.
func (o Options) Check() error {
	var bad []error
	if !(o.Weights.Return >= 0) || o.Weights.Return > maxWeight {
		bad = append(bad, fmt.Errorf("weights: return %v must be between 0 and %g", o.Weights.Return, maxWeight))
	}
	for _, name := range sortedKeys(o.Weights.Goals) {
		if w := o.Weights.Goals[name]; !(w >= 0) || w > maxWeight {
			bad = append(bad, fmt.Errorf("weights: goal %q: %v must be between 0 and %g", name, w, maxWeight))
		}
	}
	if len(o.Attributes) > maxAttributes {
		bad = append(bad, fmt.Errorf("attributes: %d are too many, the limit is %d", len(o.Attributes), maxAttributes))
	}
	if o.Draws < 1 || o.Draws > maxDraws {
		bad = append(bad, fmt.Errorf("draws: %d must be between 1 and %d", o.Draws, maxDraws))
	}
	return errors.Join(bad...)
}

const (
	maxWeight = 1e12   // far beyond any currency, and far from overflow
	maxDraws  = 100000 // the chance to be on top is then known to 0.2 percentage points
)

// Rank estimates what every issue costs and puts the issues in order. It is pure: the same digests, in any order, and
// the same settings give the same Report. Degenerate data (no goals, no users, one version ...) gives a Report that
// says so, not an error; errors are a failing digest source and wrong settings.
func Rank(in Input) (*Report, error) {
	r, _, err := RankBasis(in)
	return r, err
}
