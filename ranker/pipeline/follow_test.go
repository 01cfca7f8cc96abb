package pipeline

import (
	"reflect"
	"strings"
	"testing"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/review"
)

// resultWith makes a Result with issues of the given keys; sample tells which episodes each has.
func resultWith(issues map[string][]uint64) *Result {
	r := &Result{Report: &ranker.Report{}}
	for _, key := range []string{"a", "b", "c", "d"} {
		if sample, ok := issues[key]; ok {
			r.Report.Issues = append(r.Report.Issues, ranker.Ranked{Issue: cluster.Issue{Key: key, Sample: sample}})
		}
	}
	return r
}

// TestReviewsFollow: what people said of an issue is found under the key that it has after two more analyses, and links
// with the first key lead there.
func TestReviewsFollow(t *testing.T) {
	dir := t.TempDir()
	owner := "ann"
	store, err := review.Open(ReviewFile(dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if _, err := store.Set(t.Context(), "a", review.Change{Owner: &owner}, 0); err != nil {
		t.Fatal(err)
	}
	steady := []uint64{7, 8, 9, 10}
	runs := []*Result{
		resultWith(map[string][]uint64{"a": {1, 2, 3, 4}, "d": steady}),
		resultWith(map[string][]uint64{"b": {1, 2, 3, 4, 5}, "d": steady}),
		resultWith(map[string][]uint64{"c": {1, 2, 3, 4, 5}, "d": steady}),
	}
	for _, r := range runs {
		r.succeed(lastResult(dir))
		if err := r.save(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
	}
	last := lastResult(dir)
	if want := map[string]string{"a": "c", "b": "c"}; !reflect.DeepEqual(last.Aliases, want) {
		t.Errorf("aliases %v, want %v", last.Aliases, want)
	}
	if want := []cluster.Move{{From: "b", To: "c", Share: 1}}; !reflect.DeepEqual(last.Moves, want) {
		t.Errorf("moves %v, want %v", last.Moves, want)
	}
	r, err := store.Get(t.Context(), "c")
	if err != nil || r.Owner != owner {
		t.Errorf("review %+v, %v", r, err)
	}
	back := resultWith(map[string][]uint64{"a": {1, 2, 3, 4}, "d": steady}) // as it was at first
	back.succeed(last)
	if want := map[string]string{"b": "a", "c": "a"}; !reflect.DeepEqual(back.Aliases, want) {
		t.Errorf("aliases %v, want %v", back.Aliases, want)
	}
}

// TestReviewsFollowAnalysis: a rule gives a screen another name, which changes the keys of its issues; what people decided
// about them, and their links, are found under the new keys, those of the others stay.
func TestReviewsFollowAnalysis(t *testing.T) {
	if testing.Short() {
		t.Skip("analyses one after another, which smaller tests race; run without -short")
	}
	opt := demoOptions(t, t.TempDir())
	keys := func() map[string]string {
		t.Helper()
		run, err := Analyze(t.Context(), opt)
		if err != nil {
			t.Fatal(err)
		}
		byTarget := map[string]string{}
		for _, i := range run.Report.Issues {
			byTarget[i.Screen+" "+i.Target.Label] = i.Key
		}
		return byTarget
	}
	before := keys()
	store, err := review.Open(ReviewFile(opt.DataDir), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	status, version := review.Fixed, "9.9.9"
	for target, key := range before {
		if _, err := store.Set(t.Context(), key, review.Change{Owner: &target, Status: &status, FixedVersion: &version}, 0); err != nil {
			t.Fatal(err)
		}
	}
	opt.Config.Screens = []cluster.ScreenRule{{Match: "/cart", Name: "/basket"}}
	after := keys()
	aliases := lastResult(opt.DataDir).Aliases
	moved := 0
	for target, key := range before {
		now := key
		if name, ok := strings.CutPrefix(target, "/cart "); ok {
			moved++
			if now = after["/basket "+name]; now == key || aliases[key] != now {
				t.Errorf("%s: key %s is now %s, its alias %q", target, key, now, aliases[key])
			}
		}
		if fix, ok := lastResult(opt.DataDir).Report.Fix(now); !ok || fix.Title == "" {
			t.Errorf("%s: the report that gave it another key does not judge its fix: %+v", target, fix)
		}
		if r, err := store.Get(t.Context(), now); err != nil || r.Owner != target {
			t.Errorf("%s: owner %q, %v", target, r.Owner, err)
		}
	}
	if moved != 2 || len(aliases) != moved {
		t.Errorf("%d issues of the cart, %d aliases; want 2 each", moved, len(aliases))
	}
}
