package cluster

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

var day0 = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

// story builds one Digest step by step.
type story struct {
	d  friction.Digest
	at time.Duration
}

// by starts a session of a user; sessions are an hour apart.
func by(n int, user string) *story {
	return &story{d: friction.Digest{
		Session: fmt.Sprintf("s%04d", n), Recording: fmt.Sprintf("dir/s%04d", n), Start: day0.Add(time.Duration(n) * time.Hour),
		Context: replay.Context{User: user, AppVersion: "4.1.0", OS: "iOS", Device: replay.Device{Type: "mobile"}, ViewportW: 390, ViewportH: 844},
	}, at: 5 * time.Second}
}

func (s *story) version(v string) *story { s.d.Context.AppVersion = v; return s }
func (s *story) os(v string) *story      { s.d.Context.OS = v; return s }

// on arrives at a screen.
func (s *story) on(path string) *story {
	s.at += 2 * time.Second
	screen := int32(len(s.d.Screens))
	for i := range s.d.Screens {
		if s.d.Screens[i].Path == path {
			screen = int32(i)
		}
	}
	if int(screen) == len(s.d.Screens) {
		s.d.Screens = append(s.d.Screens, replay.Screen{Host: "shop.example", Path: path})
	}
	s.d.Visits = append(s.d.Visits, friction.Visit{Screen: screen, At: s.at})
	s.d.Duration = s.at
	return s
}

func (s *story) screen() int32 { return s.d.Visits[len(s.d.Visits)-1].Screen }

func control(label string) friction.Target {
	return friction.Target{Key: "button||" + label + "|main", Tag: "button", Role: "button", Label: label, Selector: "main > button.x9f3",
		Path: "main>button", Kind: friction.Control, Certainty: 0.75}
}

func surface(name string) friction.Target {
	return friction.Target{Key: "div|||" + name, Tag: "div", Selector: "div." + name, Path: "body>div", Kind: friction.Background, Certainty: 0.4}
}

func (s *story) target(t friction.Target) int32 {
	for i := range s.d.Targets {
		if s.d.Targets[i] == t {
			return int32(i)
		}
	}
	s.d.Targets = append(s.d.Targets, t)
	return int32(len(s.d.Targets) - 1)
}

// try presses a control; at 100, 700 unless moved.
func (s *story) try(t friction.Target, outcome friction.Outcome) *story {
	return s.tryAt(t, outcome, 100, 700)
}

func (s *story) tryAt(t friction.Target, outcome friction.Outcome, x, y int32) *story {
	s.at += time.Second
	s.d.Attempts = append(s.d.Attempts, friction.Attempt{At: s.at, Screen: s.screen(), Target: s.target(t), Outcome: outcome,
		Gestures: 1, Episode: -1, X: x, Y: y})
	s.d.Duration = s.at
	return s
}

// trouble adds a kept episode, and the failed attempt that belongs to it.
func (s *story) trouble(p friction.Pattern, t friction.Target) *story {
	outcome := map[friction.Pattern]friction.Outcome{friction.SlowResponse: friction.Slow, friction.ErrorTap: friction.Failed,
		friction.DisabledPress: friction.Disabled}[p]
	if outcome == "" {
		outcome = friction.Dead
	}
	return s.troubleAt(p, t, outcome, 100, 700)
}

func (s *story) troubleAt(p friction.Pattern, t friction.Target, outcome friction.Outcome, x, y int32) *story {
	s.tryAt(t, outcome, x, y)
	s.d.Attempts[len(s.d.Attempts)-1].Episode = int32(len(s.d.Episodes))
	s.d.Episodes = append(s.d.Episodes, friction.Episode{Pattern: p, Verdict: friction.Friction, Confidence: 0.6,
		Start: s.at, End: s.at + 2*time.Second, Screen: s.screen(), Target: s.target(t), Gestures: 3, Unanswered: 3, X: x, Y: y, Aftermath: friction.Left})
	return s
}

// last changes the last episode.
func (s *story) last(f func(*friction.Episode)) *story {
	f(&s.d.Episodes[len(s.d.Episodes)-1])
	return s
}

// whole adds an episode of the whole screen.
func (s *story) whole(p friction.Pattern) *story {
	s.at += time.Second
	s.d.Episodes = append(s.d.Episodes, friction.Episode{Pattern: p, Verdict: friction.Friction, Confidence: 0.5,
		Start: s.at, End: s.at + time.Second, Screen: s.screen(), Target: -1, X: -1, Y: -1})
	return s
}

func build(s Settings, stories ...*story) *Result {
	b := New(s)
	for _, st := range stories {
		b.Add(&st.d)
	}
	return b.Result()
}

// users tells n sessions of n users, numbered from first.
func users(first, n int, tell func(*story)) []*story {
	var all []*story
	for i := range n {
		s := by(first+i, fmt.Sprintf("user %d", first+i))
		tell(s)
		all = append(all, s)
	}
	return all
}

func titles(r *Result) []string {
	var all []string
	for _, i := range r.Issues {
		all = append(all, i.Title)
	}
	return all
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func one(t *testing.T, r *Result) *Issue {
	t.Helper()
	if len(r.Issues) != 1 {
		t.Fatalf("%d issues instead of one: %q", len(r.Issues), titles(r))
	}
	return &r.Issues[0]
}

// payByID is a control whose identity somebody wrote.
var payByID = friction.Target{Key: "button|test:pay", Tag: "button", Role: "button", Label: "Pay now", Path: "main>button", Kind: friction.Control, Certainty: 1}

// buildTitled checks the titles of the issues that stories make, and counts the rows of their risk sets.
func buildTitled(t *testing.T, stories []*story, want []string) (r *Result, rows int) {
	t.Helper()
	r = build(Settings{}, stories...)
	got := titles(r)
	slices.Sort(got)
	equal(t, "titles", got, want)
	for _, s := range stories {
		rows += len(r.Exposures(&s.d))
	}
	return r, rows
}
