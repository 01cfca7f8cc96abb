package friction

import (
	"fmt"
	"testing"
	"time"

	"github.com/rankle/rankle/replay"
)

// longSession is a day in front of one page: presses every few seconds, an answer to nine of ten, a clock, a banner,
// mouse moves. It is the same every time.
func longSession(hours int) *replay.Session {
	s := &replay.Session{ID: "long", Windows: 1, Screens: []replay.Screen{{Path: "/"}}}
	s.Coverage = replay.Coverage{Snapshot: true, Mutations: true, PointerMoves: true, PointerPress: true, Console: true, Network: true}
	for i := 0; i < 60; i++ {
		s.Nodes = append(s.Nodes, replay.Node{Parent: replay.NodeID(i/4 - 1), Target: replay.TargetID(i), Tag: "button"})
		s.Targets = append(s.Targets, replay.Target{Node: replay.NodeID(i), Tag: "button", Role: "button", TestID: fmt.Sprint("b", i), Traits: replay.Actionable})
	}
	mut := func(at time.Duration, n int, state uint64) {
		s.Events = append(s.Events, replay.Event{At: at, Kind: replay.MutationEvent, Node: replay.NoIndex, Target: replay.NoIndex, Detail: int32(len(s.Mutations))})
		s.Mutations = append(s.Mutations, replay.Mutation{Nodes: 1, Changes: []replay.Change{{Node: replay.NodeID(n), Kind: replay.TextChanged, Size: 1, State: state}}})
	}
	end := time.Duration(hours) * time.Hour
	for at := time.Duration(0); at < end; at += time.Second {
		sec := int(at / time.Second)
		mut(at, 0, uint64(sec))
		for i := 0; i < 4; i++ {
			s.Events = append(s.Events, replay.Event{At: at + time.Duration(i)*50*time.Millisecond, Kind: replay.Move, Pointer: replay.Mouse, X: int32(sec*7+i) % 900, Y: int32(sec*3) % 700, Node: replay.NoIndex, Target: replay.NoIndex})
		}
		if sec%4 == 2 {
			n := 20 + sec%40
			for i, k := range []replay.Kind{replay.PointerDown, replay.PointerUp, replay.Click} {
				s.Events = append(s.Events, replay.Event{At: at + time.Duration(300+40*i)*time.Millisecond, Kind: k, Pointer: replay.Mouse, X: int32(n * 10), Y: 100, Node: replay.NodeID(n), Target: replay.TargetID(n), Detail: replay.NoIndex})
			}
			if sec%10 != 0 {
				mut(at+450*time.Millisecond, 10, uint64(sec))
			}
		}
	}
	s.Duration = end
	return s
}

func BenchmarkDetect(b *testing.B) {
	for _, hours := range []int{1, 24} {
		s := longSession(hours)
		b.Run(fmt.Sprintf("%dh", hours), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Detect(s, DefaultSettings())
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(s.Events)), "ns/event")
		})
	}
}

// hostile builds a minute with n events of few kinds on one page.
func hostile(n int, kinds ...replay.Kind) *replay.Session {
	s := longSession(0)
	for i := 0; i < n; i++ {
		at := time.Duration(i) * time.Minute / time.Duration(n)
		k := kinds[i%len(kinds)]
		e := replay.Event{At: at, Kind: k, Node: replay.NodeID(i % 60), Target: replay.TargetID(i % 60), X: int32(i % 500), Y: int32(i % 300), Detail: int32(len(s.Mutations))}
		switch k {
		case replay.MutationEvent:
			s.Mutations = append(s.Mutations, replay.Mutation{Nodes: 1, Changes: []replay.Change{{Node: replay.NodeID(i % 60), Kind: replay.AttributeChanged, Attr: "class", Size: 1, State: uint64(i % 3)}}})
		case replay.RequestEvent:
			e.Detail = int32(len(s.Requests))
			s.Requests = append(s.Requests, replay.Request{Start: at, End: at, Method: "GET", Path: "/x", Status: i % 600})
		case replay.ErrorEvent:
			e.Detail = int32(len(s.Errors))
			s.Errors = append(s.Errors, replay.Error{Fingerprint: fmt.Sprint(i % 5)})
		case replay.Navigate:
			e.Flags = replay.Flags(i%4) << 4
		}
		s.Events = append(s.Events, e)
	}
	s.Duration = time.Minute
	return s
}

// TestHostileMinute: up to a million events in a minute end in time, whatever they are. The limit is generous for slow
// machines; what it catches is quadratic behaviour, which takes minutes to hours here.
func TestHostileMinute(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	all := map[string][]replay.Kind{
		"clicks":    {replay.Click},
		"presses":   {replay.PointerDown, replay.PointerUp, replay.Click, replay.MutationEvent},
		"mutations": {replay.MutationEvent, replay.MutationEvent, replay.MutationEvent, replay.PointerDown, replay.PointerUp},
		"requests":  {replay.RequestEvent, replay.Click, replay.ErrorEvent},
		"visits":    {replay.Navigate, replay.Click, replay.Scroll},
		"typing":    {replay.Input, replay.Click, replay.Selection, replay.Focus, replay.Blur},
	}
	for name, kinds := range all {
		t.Run(name, func(t *testing.T) {
			n := 200_000
			if name == "presses" {
				n = 1_000_000
			}
			s := hostile(n, kinds...)
			begin := time.Now()
			checkDigest(t, Detect(s, DefaultSettings()))
			if took := time.Since(begin); took > time.Minute {
				t.Errorf("took %v", took)
			} else {
				t.Logf("took %v", took)
			}
		})
	}
}
