package ranker

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
)

// fresh has two issues that cost returns, and a third whose failures are too new for any return window to be over.
func fresh() []visitor {
	var vs []visitor
	add := func(prefix string, n, back int, day float64, fails ...bool) {
		for i := range n {
			u := fmt.Sprint(prefix, i)
			vs = append(vs, visitor{user: u, day: day + float64(i%10)/2, fails: fails})
			if i < back {
				vs = append(vs, visitor{user: u, day: day + float64(i%10)/2 + 8, fails: fails, skip: []int{0, 1, 2}})
			}
		}
	}
	add("ok", 300, 180, 0, false, false, false)
	add("a", 60, 12, 0, true, false, false)
	add("b", 60, 20, 0, false, true, false)
	add("new", 40, 0, 24, false, false, true)
	return vs
}

func TestSeverityFloor(t *testing.T) {
	broken := []cluster.PatternCount{{Pattern: friction.ErrorTap, Episodes: 40, Sessions: 40}}
	for _, tt := range []struct {
		name     string
		patterns []cluster.PatternCount
		floor    bool
	}{{"crash", broken, true}, {"habit", []cluster.PatternCount{{Pattern: friction.AffordanceGap, Episodes: 40, Sessions: 40}}, false}} {
		in := handMade(t, fresh(), 3, false)
		for i := range in.Issues {
			in.Issues[i].Sessions, in.Issues[i].Exposed, in.Issues[i].Family = 60, 400, cluster.FamilyControl
		}
		in.Issues[2].Patterns = tt.patterns
		r := rank(t, in)
		x := find(t, r, "k2")
		if x.Retention[1].Possible {
			t.Fatal("the new issue can be estimated")
		}
		if tt.floor != (x.Floor != "") || tt.floor != (x.Score.Value > 0) || tt.floor != (x.Score.Method == methodFloor) {
			t.Errorf("%s: floor %q, score %+v", tt.name, x.Floor, x.Score)
		}
		if tt.floor && (!strings.Contains(x.Floor, "because it runs into errors") || x.TopThree == 0 || !(x.Score.High > 2*x.Score.Value)) {
			t.Errorf("%s: %q, chances %v, score %+v", tt.name, x.Floor, x.TopThree, x.Score)
		}
		for _, key := range []string{"k0", "k1"} {
			if y := find(t, r, key); y.Floor != "" || !y.Retention[1].Possible {
				t.Errorf("%s: floor %q", key, y.Floor)
			}
		}
		// The same from the basis, which stores what was assumed.
		in.Issues = slices.Clone(in.Issues)
		_, b := basis(t, in)
		data, err := b.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		stored, err := UnmarshalBasis(data, in, r)
		if err != nil {
			t.Fatal(err)
		}
		twice := find(t, ask(t, stored, Question{Return: ptr(2.0)}), "k2")
		if math.Abs(twice.Score.Value-2*x.Score.Value) > 1e-9 {
			t.Errorf("%s: score %v under twice the weight, %v before", tt.name, twice.Score.Value, x.Score.Value)
		}
	}
}

// Where nothing can be estimated at all, what breaks stands in the middle of the list at least.
func TestSeverityFloorOfACount(t *testing.T) {
	in := handMade(t, times(50, 0, visitor{fails: []bool{true, true, true}}), 3, false)
	in.Issues[0].Patterns = []cluster.PatternCount{{Pattern: friction.UIFreeze, Episodes: 3, Sessions: 3}}
	r := rank(t, in)
	x := find(t, r, "k0")
	if x.Score.Value != 10 || !strings.Contains(x.Floor, "the page stands still") {
		t.Errorf("score %+v, floor %q", x.Score, x.Floor)
	}
}
