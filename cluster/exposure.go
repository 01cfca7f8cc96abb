package cluster

import "time"

// Exposure is one row of an issue's risk set: a session's first try at the issue's control, or its first arrival at
// the screen where the issue belongs to no control. Whether it worked is the only difference that the ranker compares.
type Exposure struct {
	Issue  int           // index into Result.Issues
	At     time.Duration // of the try, from the session's start: what came before may explain, what comes after is outcome
	Failed bool          // the try failed in the way of the issue
}
