package review

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
)

// followActor is who changes things where an analysis found that an issue has another key now.
const followActor = "analysis"

// Follow gives issues that have a new key what people decided under the old one: everything of a Review. An issue about
// which somebody decided under its new key keeps that. The old key keeps its review and its history, so that nothing is
// lost if the issue returns to it. aliases leads from old keys to new ones; of several old keys of one issue, merged since,
// the first in order that somebody reviewed counts. It returns how many issues got a review.
func (s *Store) Follow(ctx context.Context, aliases map[string]string) (int, error) {
	moved := 0
	err := s.change(ctx, func(tx *sql.Tx) error {
		for _, old := range slices.Sorted(maps.Keys(aliases)) {
			from, err := getReview(ctx, tx, old)
			if err != nil {
				return err
			}
			to, err := getReview(ctx, tx, aliases[old])
			if err != nil {
				return err
			}
			if from.Rev == 0 || to.Rev > 0 {
				continue
			}
			from.Rev = 1
			if err := putReview(ctx, tx, aliases[old], from); err != nil {
				return err
			}
			if err := s.audit(ctx, tx, "issue", aliases[old], followActor, from.Rev, from); err != nil {
				return err
			}
			moved++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("let reviews follow their issues: %w", err)
	}
	return moved, nil
}
