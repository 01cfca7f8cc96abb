package cluster

import (
	"math"
	"testing"
)

// TestAgree holds the figures against ones that were worked out by hand.
func TestAgree(t *testing.T) {
	for _, c := range []struct {
		name         string
		truth, found []string
		want         Agreement
	}{
		{"nothing", nil, nil, Agreement{1, 1, 1, 1}},
		{"other names", []string{"a", "a", "b"}, []string{"2", "2", "1"}, Agreement{1, 1, 1, 1}},
		{"all in one", []string{"a", "a", "b", "b"}, []string{"x", "x", "x", "x"}, Agreement{0, 1, 0, 0}},
		// H(found) = ln 4, mutual information ln 2.
		{"all apart", []string{"a", "a", "b", "b"}, []string{"1", "2", "3", "4"}, Agreement{1, 0.5, 2.0 / 3, 0}},
		// One of three pairs is split: 1 of the true 2 and 1 found pair agree; chance 2*1/6 of (2+1)/2.
		{"one split", []string{"a", "a", "b", "b"}, []string{"1", "1", "2", "3"}, Agreement{1, 2.0 / 3, 0.8, (1 - 1.0/3) / (1.5 - 1.0/3)}},
		// Independent groupings: pairs agree less often than by chance.
		{"across", []string{"a", "a", "b", "b"}, []string{"1", "2", "1", "2"}, Agreement{0, 0, 0, (0 - 2.0/3) / (2 - 2.0/3)}},
	} {
		got := Agree(c.truth, c.found)
		for _, v := range [][2]float64{{got.Homogeneity, c.want.Homogeneity}, {got.Completeness, c.want.Completeness}, {got.V, c.want.V}, {got.Rand, c.want.Rand}} {
			if math.Abs(v[0]-v[1]) > 1e-12 {
				t.Errorf("%s: %+v instead of %+v", c.name, got, c.want)
				break
			}
		}
	}
}
