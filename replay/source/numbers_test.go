package source

import (
	"strings"
	"testing"
)

func TestAbsent(t *testing.T) {
	for names, want := range map[string]int{
		"0 1 2": 0, "1 2 3": 0, "0 2 3": 1, "part-1 part-4 part-2": 1, "0": 0, "1": 0,
		"2 3 4":                       1, // 1 at least is lost; whether there was a 0 is not known
		"7":                           0, // a name that happens to be a number
		"0 60 120":                    0, // seconds
		"0 1 1 3":                     1, // one stored twice
		"0 1 x":                       0, // not all of them count
		"1751462400000 1751462460000": 0, // times
	} {
		if got := absent(strings.Fields(names)); got != want {
			t.Errorf("%s: %d absent, want %d", names, got, want)
		}
	}
}
