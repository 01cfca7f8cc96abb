package source

import (
	"regexp"
	"slices"
	"strconv"
)

// numbered is the name of a part that counts: "17", "part-3". Longer numbers are times.
var numbered = regexp.MustCompile(`^(?:(?i:part|chunk|segment|seg|batch)[-_.]?)?([0-9]{1,9})$`)

// absent returns how many of the parts of a recording are lost, by their names: the numbers left out between the first and
// the last, and those before the first where it is neither 0 nor 1. Names that do not all count, and numbers of which more
// are left out than there, are no counting: nothing is said then. Parts lost at the end leave no trace.
func absent(names []string) int {
	var numbers []int
	for _, name := range names {
		m := numbered.FindStringSubmatch(name)
		if m == nil {
			return 0
		}
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return 0
		}
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers) // stored twice
	if len(numbers) == 0 {
		return 0
	}
	first, last := numbers[0], numbers[len(numbers)-1]
	lost := last - first + 1 - len(numbers)
	if first > 1 {
		lost += first - 1
	}
	if lost > len(numbers) {
		return 0
	}
	return lost
}
