package cluster

import "time"

// maxHole is the longest pause between two sessions of one data window. Nobody keeps recordings with a year of nothing
// between them, while a device whose clock stands at 1970 or is years ahead lies that far off; a shorter limit would
// cut off what a paused recorder left behind.
const maxHole = 365 * 24 * time.Hour

// Window returns which of the session starts (epoch milliseconds, ascending) make up the data window, as the half-open
// range from lo to hi: the ones around the median that no pause of more than a year tears off. The others come from
// wrong clocks. One of them would otherwise stretch the window to decades, so that figures per week come out a
// thousand times too small and every retention window counts as over.
func Window(starts []int64) (lo, hi int) {
	if len(starts) == 0 {
		return 0, 0
	}
	hole := maxHole.Milliseconds()
	lo, hi = len(starts)/2, len(starts)/2+1
	for lo > 0 && starts[lo]-starts[lo-1] <= hole {
		lo--
	}
	for hi < len(starts) && starts[hi]-starts[hi-1] <= hole {
		hi++
	}
	return lo, hi
}
