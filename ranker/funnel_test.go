package ranker

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker/outcome"
)

// wayTo makes sessions that come so many steps on the way to the purchase; with a failed try after step fails (0-based
// count of steps taken), -1 for none.
func wayTo(n int, device string, steps int, bought bool, fails int) []*friction.Digest {
	var out []*friction.Digest
	for i := range n {
		d := &friction.Digest{Session: fmt.Sprintf("%s-%d-%t-%d-%d", device, steps, bought, fails, i), Start: firstDay, Duration: 10 * time.Minute}
		d.Context.User, d.Context.Device.Type = d.Session, device
		for s := range steps {
			d.Customs = append(d.Customs, friction.Moment{Name: fmt.Sprint("step", s), At: time.Duration(s+1) * time.Minute})
		}
		if bought {
			d.Customs = append(d.Customs, friction.Moment{Name: "purchase", At: 8 * time.Minute})
		}
		if fails >= 0 {
			d.Attempts = append(d.Attempts, friction.Attempt{At: time.Duration(fails)*time.Minute + 30*time.Second, Outcome: friction.Dead, Episode: -1})
		}
		out = append(out, d)
	}
	return out
}

// Whoever reads a funnel by version reads it from release to release, however many used each.
func TestFunnelByRelease(t *testing.T) {
	var ds []*friction.Digest
	for i, version := range []string{"2.9", "2.10", "2.8", "2.11"} { // 2.8 is an old one that somebody still has
		of := wayTo(5+10*(i%3), "mobile", 0, false, -1)
		for _, d := range of {
			d.Session, d.Context.AppVersion, d.Start = version+d.Session, version, d.Start.AddDate(0, 0, i)
		}
		ds = append(of, ds...)
	}
	set, err := outcome.Config{Goals: []outcome.Goal{{Name: "purchase", Reached: outcome.Match{Event: "purchase"}}}}.Compile()
	if err != nil {
		t.Fatal(err)
	}
	in := handMade(t, nil, 1, false)
	in.Digests, in.Outcomes = yielding(ds), set
	var got []string
	for _, s := range rank(t, in).Funnels[0].Segments {
		if s.Attribute == "app_version" {
			got = append(got, s.Value)
		}
	}
	if diff := cmp.Diff([]string{"2.9", "2.10", "2.8", "2.11"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestFunnelBySegmentAndIssue(t *testing.T) {
	var ds []*friction.Digest
	for _, some := range [][]*friction.Digest{
		wayTo(20, "mobile", 1, false, 1), // stopped by the issue before step 2
		wayTo(5, "mobile", 2, true, 1),   // met it, went on and bought
		wayTo(15, "mobile", 0, false, -1),
		wayTo(30, "desktop", 2, true, -1),
		wayTo(10, "desktop", 2, false, 2), // met it before the goal
		wayTo(4, "desktop", 0, true, -1),  // bought without the steps
	} {
		ds = append(ds, some...)
	}
	set, err := outcome.Config{Goals: []outcome.Goal{{Name: "purchase", Reached: outcome.Match{Event: "purchase"}, Steps: []outcome.Step{
		{Name: "cart", Match: outcome.Match{Event: "step0"}}, {Name: "pay", Match: outcome.Match{Event: "step1"}}}}}}.Compile()
	if err != nil {
		t.Fatal(err)
	}
	in := handMade(t, nil, 1, false)
	in.Digests, in.Outcomes = yielding(append(ds, ds[0])), set // one comes twice
	f := rank(t, in).Funnels[0]
	type step struct{ Took, Came int }
	counts := func(c FunnelCount) (out []step) {
		for _, s := range c.Steps {
			out = append(out, step{s.Some, s.All})
		}
		return out
	}
	if diff := cmp.Diff([]string{"cart", "pay", "purchase"}, f.Steps); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]step{{65, 84}, {45, 65}, {35, 45}}, counts(f.All)); diff != "" || f.All.Reached.Some != 39 || f.All.Reached.All != 84 {
		t.Errorf("%s reached %+v", diff, f.All.Reached)
	}
	if len(f.Segments) != 2 || f.Segments[0].Value != "desktop" || f.Segments[1].Value != "mobile" {
		t.Fatalf("segments %+v", f.Segments)
	}
	if diff := cmp.Diff([]step{{25, 40}, {5, 25}, {5, 5}}, counts(f.Segments[1].FunnelCount)); diff != "" {
		t.Error(diff)
	}
	if q := f.Segments[1].QValues; !(q[1] < 0.001) || !(q[2] > 0.2) {
		t.Errorf("on mobile far fewer pay, and of those who do as many buy: q %v", q)
	}
	if diff := cmp.Diff([]FunnelIssue{{"k0", 1, 25, 20}, {"k0", 2, 10, 10}}, f.Issues); diff != "" {
		t.Error(diff)
	}
	beside := func(x FunnelIssue) []step {
		met, others := f.Beside(x)
		return []step{{met.Some, met.All}, {others.Some, others.All}}
	}
	if diff := cmp.Diff([]step{{5, 25}, {40, 40}}, beside(f.Issues[0])); diff != "" { // of the 65 that came to pay
		t.Error(diff)
	}
	if diff := cmp.Diff([]step{{0, 10}, {35, 35}}, beside(f.Issues[1])); diff != "" { // of the 45 that paid
		t.Error(diff)
	}
}

func TestCurves(t *testing.T) {
	var vs []visitor
	add := func(prefix string, n int, fails bool, days ...float64) {
		for i := range n {
			for k, day := range days {
				v := visitor{user: fmt.Sprint(prefix, i), day: day, fails: []bool{fails}}
				if k > 0 {
					v.skip = []int{0}
				}
				vs = append(vs, v)
			}
		}
	}
	add("ok", 10, false, 0, 1.5, 3.2)
	add("hurt", 8, true, 0, 3.9)
	add("gone", 2, true, 0)
	add("late", 5, false, 9)
	vs = append(vs, visitor{day: 9.9, fails: []bool{true}}) // without a user id, and the end of the data but for five minutes
	r := rank(t, handMade(t, vs, 1, true))
	curve := func(list []DayReturn) map[int][2]int {
		out := map[int][2]int{}
		for _, d := range list {
			out[d.Day] = [2]int{d.Some, d.All}
		}
		return out
	}
	one, ok := r.Curves.Of("k0")
	if !ok {
		t.Fatal("no curves")
	}
	// Ten days of data less a bit: for those of day 0, days 1 to 8 are over, for those of day 9 none.
	want := map[int][2]int{1: {10, 10}, 2: {0, 10}, 3: {10, 10}, 4: {0, 10}, 5: {0, 10}, 6: {0, 10}, 7: {0, 10}, 8: {0, 10}}
	if diff := cmp.Diff(want, curve(one.Worked)); diff != "" {
		t.Errorf("worked: %s", diff)
	}
	if got := curve(one.Met)[3]; got != [2]int{8, 10} {
		t.Errorf("day 3 of those who met it: %v", got)
	}
	if got := curve(r.Curves.All)[3]; got != [2]int{18, 20} {
		t.Errorf("day 3 of all: %v", got)
	}
	if _, ok := r.Curves.Of("nope"); ok {
		t.Error("curves of an issue that is not there")
	}
}

// The tables of Newcombe 1998, Two-sided confidence intervals for the single proportion, method 3.
func TestProportion(t *testing.T) {
	near := cmpopts.EquateApprox(0, 5e-5)
	for _, tt := range []Proportion{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		if diff := cmp.Diff(tt, proportion(tt.Some, tt.All, 1), near); diff != "" {
			t.Error(diff)
		}
	}
	if p := proportion(0, 0, 1); p.Low != 0 || p.High != 1 || p.Share() != 0 {
		t.Errorf("of nothing: %+v", p)
	}
	wide, narrow := proportion(40, 100, 4), proportion(10, 25, 1)
	if math.Abs(wide.Low-narrow.Low) > 1e-12 || math.Abs(wide.High-narrow.High) > 1e-12 {
		t.Errorf("a fourfold variance is a quarter of the cases: %+v, %+v", wide, narrow)
	}
}

// Whoever left for good before the window was over did not come back, sessions or not.
func TestChurnEndsRetention(t *testing.T) {
	var vs []visitor
	for i := range 30 {
		u := fmt.Sprintf("u%d", i)
		vs = append(vs, visitor{user: u, fails: []bool{i%2 == 0}}, visitor{user: u, day: 8, fails: []bool{false}, skip: []int{0}})
	}
	vs = append(vs, visitor{user: "end", day: 20, fails: []bool{false}})
	in := handMade(t, vs, 1, false)
	ds := digestsOf(vs)
	for i, at := range map[int]time.Duration{0: 5, 2: 13, 4: 15, 6: -1} { // days: inside, inside, after the window, before the session
		ds[i].Context.Attributes = map[string]string{outcome.Churned: ds[i].Start.Add(at * 24 * time.Hour).Format(time.RFC3339)}
	}
	in.Digests = yielding(ds)
	r := rank(t, in)
	if d7 := r.Retention[1]; d7.Users != 30 || d7.Returned != 28 {
		t.Errorf("%d of %d came back, want 28 of 30", d7.Returned, d7.Users)
	}
}
