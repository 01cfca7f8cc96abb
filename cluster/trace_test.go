package cluster

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/rankle/rankle/cluster/friction"
)

// TestTrace: every way in which issues go on is told, and who comes first among several.
func TestTrace(t *testing.T) {
	sample := func(from, to int) (all []uint64) {
		for i := from; i < to; i++ {
			all = append(all, uint64(i)<<32)
		}
		return all
	}
	issue := func(key string, sample []uint64, controls ...string) Issue {
		i := Issue{Key: key, Family: FamilyControl, Sample: sample}
		for n, c := range controls {
			i.Controls = append(i.Controls, ControlShare{"/a", friction.Target{Key: c}, 10 - n})
		}
		return i
	}
	for _, c := range []struct {
		name          string
		previous, now []Issue
		moves         []Move
		aliases       map[string]string
	}{
		{"nothing happened", []Issue{issue("a", sample(0, 10))}, []Issue{issue("a", sample(0, 10))}, []Move{{"a", "a", 1}}, nil},
		{"more data", []Issue{issue("a", sample(0, 10))}, []Issue{issue("a", sample(0, 60))}, []Move{{"a", "a", 1}}, nil},
		{"another key", []Issue{issue("a", sample(0, 10))}, []Issue{issue("b", sample(0, 10))}, []Move{{"a", "b", 1}}, map[string]string{"a": "b"}},
		{"split", []Issue{issue("a", sample(0, 10))}, []Issue{issue("b", sample(0, 3)), issue("c", sample(3, 10))},
			[]Move{{"a", "c", 0.7}, {"a", "b", 0.3}}, map[string]string{"a": "c"}},
		{"split, the key stays", []Issue{issue("a", sample(0, 10))}, []Issue{issue("a", sample(0, 3)), issue("c", sample(3, 10))},
			[]Move{{"a", "c", 0.7}, {"a", "a", 0.3}}, nil},
		{"merged", []Issue{issue("a", sample(0, 5)), issue("b", sample(5, 10))}, []Issue{issue("c", sample(0, 10))},
			[]Move{{"a", "c", 1}, {"b", "c", 1}}, map[string]string{"a": "c", "b": "c"}},
		{"gone", []Issue{issue("a", sample(0, 5), "x")}, []Issue{issue("b", sample(5, 10), "y")}, []Move{{"a", "", 0}}, nil},
		{"strays", []Issue{issue("a", sample(0, 10))}, []Issue{issue("b", sample(0, 1)), issue("c", sample(1, 10))},
			[]Move{{"a", "c", 0.9}}, map[string]string{"a": "c"}},
		{"no sessions in common", []Issue{issue("a", sample(0, 10), "x")}, []Issue{issue("b", sample(20, 30), "x", "y"), issue("c", sample(30, 40), "z")},
			[]Move{{"a", "b", 1}}, map[string]string{"a": "b"}},
		{"of an older version", []Issue{{Key: "a", Family: FamilyControl, Screen: "/a", Target: friction.Target{Key: "x"}}}, []Issue{issue("b", sample(0, 9), "x")},
			[]Move{{"a", "b", 1}}, map[string]string{"a": "b"}},
		{"another family", []Issue{{Key: "a", Family: FamilyForm, Screen: "/a", Target: friction.Target{Key: "x"}}}, []Issue{issue("b", sample(0, 9), "x")},
			[]Move{{"a", "", 0}}, nil},
		{"nothing before", nil, []Issue{issue("b", sample(0, 9))}, nil, nil},
	} {
		moves := Trace(c.previous, c.now)
		equal(t, c.name, moves, c.moves)
		if c.aliases == nil {
			c.aliases = map[string]string{}
		}
		equal(t, c.name+", aliases", Aliases(moves, c.now), c.aliases)
	}
}

// TestTraceOfResults: when more data joins what was apart, what was known leads to what is there.
func TestTraceOfResults(t *testing.T) {
	const broken = "POST /api/pay 500"
	fails := func(first, n int, label string) []*story {
		return users(first, n, func(s *story) {
			s.on("/pay").trouble(friction.ErrorTap, labelled(label)).last(func(e *friction.Episode) { e.Cause = broken })
		})
	}
	before := build(Settings{}, fails(1, 200, "Pay")...)
	after := build(Settings{}, slices.Concat(fails(1, 200, "Pay"), fails(300, 150, "Express"))...)
	moves := Trace(before.Issues, after.Issues)
	equal(t, "aliases", Aliases(moves, after.Issues), map[string]string{one(t, before).Key: one(t, after).Key})
	equal(t, "moves", moves, []Move{{one(t, before).Key, one(t, after).Key, 1}})
	equal(t, "sample", len(one(t, before).Sample), maxSample)

	back := Trace(after.Issues, before.Issues) // 200 of 350 episodes are in it
	if len(back) != 1 || math.Abs(back[0].Share-200.0/350) > 0.15 {
		t.Errorf("%+v", back)
	}
	for _, s := range fails(1, 1, "Pay") {
		if k := after.IssueKey(&s.d, 0); k != one(t, after).Key {
			t.Error(fmt.Sprint("key of an episode: ", k))
		}
	}
}
