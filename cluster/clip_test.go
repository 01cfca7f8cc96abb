package cluster

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

// TestClipsShowWhatHappened: the first clip is of the most common kind, the next ones of kinds that it does not show, and
// the rare kind with the surest episode does not come first.
func TestClipsShowWhatHappened(t *testing.T) {
	tell := func(first, n int, sure float64, change func(*story)) []*story {
		return users(first, n, func(s *story) {
			s.on("/a").trouble(friction.DeadTap, pay)
			s.last(func(e *friction.Episode) { e.Confidence = sure })
			change(s)
		})
	}
	plain := func(*story) {}
	rare := func(s *story) {
		s.version("5.0").d.Context.Device.Type = "desktop"
		s.last(func(e *friction.Episode) { e.Aftermath, e.Gestures = friction.Back, 9 })
	}
	stories := append(tell(1, 30, 0.8, plain), tell(50, 1, 0.99, rare)...)
	i := one(t, build(Settings{}, stories...))
	shown := func(k int) string {
		for _, s := range stories {
			if s.d.Session == i.Clips[k].Session {
				return s.d.Context.AppVersion
			}
		}
		return ""
	}
	equal(t, "clips", len(i.Clips), MaxClips)
	equal(t, "versions of the first two", []string{shown(0), shown(1)}, []string{"4.1.0", "5.0"})
}

// TestClarity: of moments of one kind the one is shown that can be seen.
func TestClarity(t *testing.T) {
	for name, worse := range map[string]func(*story){
		"masked":      func(s *story) { s.d.Marks = []replay.Mark{replay.MarkMasked} },
		"gap":         func(s *story) { s.last(func(e *friction.Episode) { e.Blind = []string{"gap"} }) },
		"idle":        func(s *story) { s.last(func(e *friction.Episode) { e.End = e.Start + time.Minute }) },
		"no lead-in":  func(s *story) { s.last(func(e *friction.Episode) { e.Start, e.End = time.Second, 2*time.Second }) },
		"less likely": func(s *story) { s.last(func(e *friction.Episode) { e.Confidence = 0.5 }) },
	} {
		for _, order := range [][2]int{{1, 2}, {2, 1}} {
			bad, good := by(order[0], "bad").on("/a").trouble(friction.DeadTap, pay), by(order[1], "good").on("/a").trouble(friction.DeadTap, pay)
			worse(bad)
			i := one(t, build(Settings{}, bad, good))
			equal(t, name, i.Clips[0].Session, good.d.Session)
		}
	}
}

// TestContrast: the clip for comparison is of the same screen, device and version, unmasked, and of somebody else.
func TestContrast(t *testing.T) {
	works := func(n int, change func(*story)) *story {
		s := by(n, fmt.Sprint("works ", n)).on("/a").try(pay, friction.OK).after(1200 * time.Millisecond)
		change(s)
		return s
	}
	stories := append(users(1, 3, func(s *story) { s.on("/a").trouble(friction.DeadTap, pay) }),
		works(10, func(s *story) { s.version("9.9") }),
		works(11, func(s *story) { s.d.Context.Device.Type = "desktop" }),
		works(12, func(s *story) { s.d.Marks = []replay.Mark{replay.MarkMasked} }),
		works(13, func(s *story) { s.d.Context.User = "user 1" }),
		works(14, func(*story) {}))
	i := one(t, build(Settings{}, stories...))
	c := i.Clips[len(i.Clips)-1]
	equal(t, "contrast", []any{c.Contrast, c.Session}, []any{true, "s0014"})
	equal(t, "caption", c.Caption, "For comparison: here “Pay now” works, the answer comes after 1.2 s.")
	equal(t, "length", c.End-c.Start, 1200*time.Millisecond)

	nobody := one(t, build(Settings{}, users(1, 3, func(s *story) { s.on("/a").trouble(friction.DeadTap, pay) })...))
	for _, c := range nobody.Clips {
		if c.Contrast {
			t.Errorf("a contrast of a control that worked for nobody: %+v", c)
		}
	}
}

// TestCaptionsOfSharedError: each clip names the control that is pressed in it, and what failed.
func TestCaptionsOfSharedError(t *testing.T) {
	press := func(label string) func(*story) {
		return func(s *story) {
			s.on("/pay").trouble(friction.ErrorTap, labelled(label)).last(func(e *friction.Episode) { e.Cause = "POST /api/pay 500" })
		}
	}
	i := one(t, build(Settings{}, append(users(1, 3, press("Pay")), users(5, 2, press("Express"))...)...))
	named := map[string]int{}
	for _, c := range i.Clips {
		for _, label := range []string{"Pay", "Express"} {
			if strings.HasPrefix(c.Caption, "An error follows the press on “"+label+"” (POST /api/pay 500)") {
				named[label]++
			}
		}
	}
	equal(t, "captions", named, map[string]int{"Pay": 3, "Express": 2})
}
