package cluster

import "testing"

func TestWindow(t *testing.T) {
	const day = int64(24 * 60 * 60 * 1000)
	for _, tt := range []struct {
		name   string
		days   []int64
		lo, hi int
	}{
		{"nothing", nil, 0, 0},
		{"one", []int64{20000}, 0, 1},
		{"a week", []int64{20000, 20001, 20006}, 0, 3},
		{"a year's pause stays", []int64{20000, 20365, 20366}, 0, 3},
		{"a clock at zero", []int64{0, 20000, 20001, 20002}, 1, 4},
		{"a clock ahead", []int64{20000, 20001, 20002, 40000}, 0, 3},
		{"both", []int64{0, 1, 20000, 20001, 20002, 40000}, 2, 5},
	} {
		starts := make([]int64, len(tt.days))
		for i, d := range tt.days {
			starts[i] = d * day
		}
		if lo, hi := Window(starts); lo != tt.lo || hi != tt.hi {
			t.Errorf("%s: %d to %d, want %d to %d", tt.name, lo, hi, tt.lo, tt.hi)
		}
	}
}
