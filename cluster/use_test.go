package cluster

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/rankle/rankle/cluster/friction"
)

// after gives the last try a latency.
func (s *story) after(d time.Duration) *story {
	s.d.Attempts[len(s.d.Attempts)-1].Latency = d
	return s
}

// releaseOf tells n sessions of n users on one version, of which the first dead find the control silent.
func releaseOf(version string, first, n, dead int, latency time.Duration) []*story {
	i := 0
	return users(first, n, func(s *story) {
		s.version(version).on("/checkout")
		if i++; i <= dead {
			s.trouble(friction.DeadTap, pay)
		} else {
			s.try(pay, friction.OK).after(latency)
		}
	})
}

func TestUseByVersion(t *testing.T) {
	stories := slices.Concat(
		releaseOf("4.2", 100, 20, 17, 300*time.Millisecond), // first seen last, though it comes first here and is not the last by name
		releaseOf("10.1", 1, 40, 1, 250*time.Millisecond),
		releaseOf("", 60, 5, 0, 20*time.Millisecond),
		users(70, 10, func(s *story) { s.version("10.1").on("/checkout") }), // came and did not press
		users(1, 3, func(s *story) { s.d.Session += "b"; s.version("10.1").on("/checkout").try(pay, friction.Unknown) }),
	)
	i := one(t, build(Settings{}, stories...))
	if len(i.Versions) != 2 {
		t.Fatalf("versions %+v", i.Versions)
	}
	old, late := i.Versions[0], i.Versions[1]
	equal(t, "order", []string{old.Version, late.Version}, []string{"10.1", "4.2"})
	equal(t, "first", []time.Time{old.First, late.First}, []time.Time{day0.Add(time.Hour), day0.Add(100 * time.Hour)})
	counts := func(u Use) []int {
		return []int{u.Sessions, u.People, u.Visitors, u.Tried, u.Answered, u.Timed, u.PressesP50, u.PressesP95}
	}
	equal(t, "10.1", counts(old.Use), []int{43, 40, 50, 40, 39, 39, 1, 1})
	equal(t, "4.2", counts(late.Use), []int{20, 20, 20, 20, 3, 3, 1, 1})
	equal(t, "all", counts(i.Use), []int{68, 65, 75, 65, 47, 47, 1, 1})
	near(t, "median", late.LatencyP50, 300*time.Millisecond)
	near(t, "p95", i.Use.LatencyP95, 300*time.Millisecond)
	// 39 of 40 and 3 of 20 by Wilson's score, as tables have it
	for _, c := range []struct{ got, want float64 }{{old.Low, 0.8712}, {old.High, 0.9956}, {late.Low, 0.0524}, {late.High, 0.3604}} {
		if math.Abs(c.got-c.want) > 5e-5 {
			t.Errorf("interval end %.4f, want %.4f", c.got, c.want)
		}
	}
	equal(t, "differ", []Difference{i.AnswersDiffer, i.LatencyDiffers}, []Difference{{"4.2", "10.1"}, {}})
}

func near(t *testing.T, what string, got, want time.Duration) {
	t.Helper()
	if d := got - want; d.Abs() > time.Duration(LatencyError*float64(want)) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// A person who tries fifty times says little more than one who tries once.
func TestOnePersonIsNoCrowd(t *testing.T) {
	many := func(version string, first int, outcome friction.Outcome) []*story {
		fast := by(first, fmt.Sprint("fast ", version)).version(version).on("/checkout")
		for range 50 {
			fast.try(pay, outcome)
		}
		return append(users(first+1, 5, func(s *story) { s.version(version).on("/checkout").try(pay, friction.OK) }), fast)
	}
	trouble := users(200, 2, func(s *story) { s.version("").on("/checkout").trouble(friction.DeadTap, pay) })
	i := one(t, build(Settings{}, slices.Concat(many("4.1", 1, friction.OK), many("4.2", 50, friction.Dead), trouble)...))
	worse := i.Versions[1]
	if worse.Answered != 5 || worse.Tried != 55 || worse.High < 0.5 {
		t.Errorf("%d of %d answered, at most %.2f: the interval takes 50 tries of one for those of 50", worse.Answered, worse.Tried, worse.High)
	}
	equal(t, "differ", i.AnswersDiffer, Difference{})
}

// Of issues whose versions are alike, one in a hundred tells of a difference at most, however many versions there are.
func TestDifferencesAreRarelyFalse(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 4))
	const issues = 2000
	for _, versions := range []int{2, 5, 20} {
		answers, latency := 0, 0
		for range issues {
			list := make([]*counting, versions)
			for i := range list {
				c := &counting{}
				for range 5 + r.IntN(60) {
					u := usage{presses: 1, known: 1}
					if r.Float64() < 0.7 {
						u.answered = 1
						c.times[bucketOf(int32(math.Exp(5+1.5*r.NormFloat64())))]++
					}
					c.add(&u)
					c.person(1, true)
				}
				c.use()
				list[i] = c
			}
			if p := answersDiffer(list); p[0] != p[1] {
				answers++
			}
			if p := latencyDiffers(list); p[0] != p[1] {
				latency++
			}
		}
		if answers > issues*clearFalse || latency > issues*clearFalse {
			t.Errorf("%d versions: %d answers and %d latencies of %d differ, and are alike", versions, answers, latency, issues)
		}
		t.Logf("%d versions: %d answers, %d latencies of %d", versions, answers, latency, issues)
	}
}

func TestSlowerVersion(t *testing.T) {
	stories := append(slices.Concat(releaseOf("4.1", 1, 30, 0, 120*time.Millisecond), releaseOf("4.2", 50, 30, 2, 900*time.Millisecond)),
		releaseOf("4.3", 90, 30, 0, 130*time.Millisecond)...)
	i := one(t, build(Settings{}, stories...))
	equal(t, "differ", []Difference{i.AnswersDiffer, i.LatencyDiffers}, []Difference{{}, {Worse: "4.2", Better: "4.1"}})
	// 20 and 45 ms are twice as slow, and nobody feels it
	stories = slices.Concat(releaseOf("4.1", 1, 30, 0, 20*time.Millisecond), releaseOf("4.2", 50, 30, 2, 45*time.Millisecond))
	equal(t, "differ", one(t, build(Settings{}, stories...)).LatencyDiffers, Difference{})
}

// Presses on a cover are tries of the control below, and none of the cover.
func TestUseOfCovered(t *testing.T) {
	chat := control("Chat with us")
	stories := users(1, 10, func(s *story) { s.version("4.1").on("/cart").tryAt(pay, friction.OK, 100, 700) })
	stories = append(stories, users(20, 8, func(s *story) {
		s.version("4.2").on("/cart").troubleAt(friction.DeadTap, chat, friction.Dead, 104, 702).tryAt(chat, friction.Dead, 104, 702)
	})...)
	i := one(t, build(Settings{}, stories...))
	if i.Target.Label != pay.Label || len(i.Versions) != 2 {
		t.Fatalf("%q with versions %+v", i.Title, i.Versions)
	}
	u := i.Versions[1]
	equal(t, "4.2", []int{u.Sessions, u.People, u.Visitors, u.Tried, u.Answered, u.PressesP50}, []int{8, 8, 8, 16, 0, 2})
}

// What the crowd made out is a try that was not answered.
func TestUseOfUndecided(t *testing.T) {
	stories := releaseOf("4.1", 1, 20, 0, 100*time.Millisecond)
	stories = append(stories, users(50, 6, func(s *story) {
		s.version("4.2").on("/checkout").troubleAt(friction.DeadTap, pay, friction.Unknown, 100, 700)
		s.last(func(e *friction.Episode) { e.Verdict, e.Reason = friction.NoOpinion, friction.ReasonLowEvidence })
	})...)
	i := one(t, build(Settings{}, stories...))
	u := i.Versions[1]
	equal(t, "4.2", []int{u.Sessions, u.People, u.Tried, u.Answered, u.PressesP50}, []int{6, 6, 6, 0, 1})
}

func TestNoUseOfScreens(t *testing.T) {
	i := one(t, build(Settings{}, users(1, 9, func(s *story) { s.on("/a").whole(friction.QuickBack) })...))
	if i.Use != (Use{}) || i.Versions != nil {
		t.Errorf("a screen is pressed: %+v %+v", i.Use, i.Versions)
	}
}

func TestManyVersions(t *testing.T) {
	var stories []*story
	for n := range 40 {
		stories = append(stories, releaseOf(fmt.Sprint("commit ", n), 10*n, 3, n%2, 0)...)
	}
	i := one(t, build(Settings{}, stories...))
	if len(i.Versions) != maxVersions || i.Versions[maxVersions-1].Version != "commit 39" || i.Use.Sessions != 120 {
		t.Errorf("%d versions of %d sessions, the last is %s", len(i.Versions), i.Use.Sessions, i.Versions[len(i.Versions)-1].Version)
	}
}

// A version that a wrong clock dates to the year 2000 is not the first.
func TestWrongClockIsNoVersionHistory(t *testing.T) {
	stories := slices.Concat(releaseOf("4.1", 1, 10, 2, 0), releaseOf("4.2", 30, 10, 2, 0), releaseOf("4.2", 60, 1, 0, 0), releaseOf("0.1", 70, 1, 0, 0))
	for _, s := range stories[20:] {
		s.d.Start = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	i := one(t, build(Settings{}, stories...))
	var got []string
	for _, v := range i.Versions {
		got = append(got, v.Version)
	}
	equal(t, "order", got, []string{"4.1", "4.2", "0.1"})
	if !i.Versions[2].First.IsZero() {
		t.Errorf("0.1 was first seen %v", i.Versions[2].First)
	}
}

// Any order and any partition of the sessions, merged in any tree, gives the same bytes.
func TestUseMerges(t *testing.T) {
	stories := village(300)
	text := func(r *Result) string {
		b, err := json.Marshal(r.Issues)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	all := build(Settings{}, stories...)
	want, timed := text(all), 0
	for _, i := range all.Issues {
		timed += i.Use.Timed
	}
	if timed < 100 {
		t.Fatalf("%d answers are timed: too few to tell", timed)
	}
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 2))
		shards := make([]*Builder, 2+r.IntN(8))
		for i := range shards {
			shards[i] = New(Settings{})
		}
		for _, i := range r.Perm(len(stories)) {
			shards[r.IntN(len(shards))].Add(&stories[i].d)
		}
		for len(shards) > 1 {
			i, k := r.IntN(len(shards)), r.IntN(len(shards))
			if i != k {
				shards[i].Merge(shards[k])
				shards = slices.Delete(shards, k, k+1)
			}
		}
		if got := text(shards[0].Result()); got != want {
			t.Fatalf("seed %d: other bytes", seed)
		}
	}
}

func TestLatencyBuckets(t *testing.T) {
	last := int32(0)
	for ms := range int32(200_000) {
		b := bucketOf(ms)
		if b != last && b != last+1 {
			t.Fatalf("%d ms is in bucket %d, after %d", ms, b, last)
		}
		last = b
		recorded := time.Duration(ms) * time.Millisecond
		if ms < 2*bucketSteps && middleOf(b) != recorded {
			t.Fatalf("%v is read as %v", recorded, middleOf(b))
		}
		near(t, "bucket", middleOf(b), recorded)
	}
	if b := bucketOf(math.MaxInt32); b != maxBuckets-1 {
		t.Errorf("the longest latency is in bucket %d", b)
	}
	near(t, "the longest latency", middleOf(maxBuckets-1), math.MaxInt32*time.Millisecond)
}

// Read from buckets, quantiles are those of the sorted list but for the width of a bucket.
func TestLatencyQuantiles(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	for n := range 200 {
		l, list := &latencies{}, []int{}
		for range n {
			ms := int(math.Exp(r.NormFloat64()*1.5 + 5))
			l[bucketOf(int32(ms))]++
			list = append(list, ms)
		}
		slices.Sort(list)
		for _, q := range []float64{0, 0.05, 0.5, 0.95, 1} {
			want := time.Duration(0)
			if n > 0 {
				want = time.Duration(list[rankOf(q, n)]) * time.Millisecond
			}
			near(t, fmt.Sprintf("%g of %d", q, n), l.quantile(q), want)
		}
	}
}
