package friction

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/replay"
)

// TestExplainSaysWhatDetectSays: of every story the explanation of an episode has the verdict that Detect gives, and
// names the pattern and the filter behind it.
func TestExplainSaysWhatDetectSays(t *testing.T) {
	asked := 0
	for name, text := range stories(t) {
		st, err := parseStory(text)
		if err != nil {
			t.Fatal(err)
		}
		d := Detect(st.s, DefaultSettings())
		for _, want := range d.Episodes {
			x := Explain(st.s, DefaultSettings(), want.Start)
			if !x.Found || x.Episode == nil {
				t.Errorf("%s: nothing is explained at %s", name, want.Start)
				continue
			}
			asked++
			got := *x.Episode
			if got.Start != want.Start {
				continue // another episode covers the same moment
			}
			key := ""
			if want.Target >= 0 {
				key = d.Targets[want.Target].Key
			}
			if got.Pattern != want.Pattern || x.Target.Key != key {
				continue // two episodes begin together
			}
			want.Target = got.Target
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s at %s: got\n%+v\nwant\n%+v", name, want.Start, got, want)
			}
			found := false
			for _, c := range x.Considered {
				found = found || c.Pattern == want.Pattern && c.Verdict == want.Verdict && c.Reason == want.Reason && c.Confidence == want.Confidence
			}
			if !found {
				t.Errorf("%s at %s: %s %s %s is not among what was considered: %+v", name, want.Start, want.Pattern, want.Verdict, want.Reason, x.Considered)
			}
		}
		if again := Detect(st.s, DefaultSettings()); !reflect.DeepEqual(d, again) {
			t.Errorf("%s: an explanation changed what Detect finds", name)
		}
	}
	if asked < 100 {
		t.Errorf("only %d episodes were explained", asked)
	}
}

// told is an explanation in one line per thing, for the tests below.
func told(x Explanation) string {
	var b strings.Builder
	if x.Episode != nil {
		fmt.Fprintf(&b, "%s %s %s\n", x.Episode.Pattern, x.Episode.Verdict, x.Episode.Reason)
	}
	for _, g := range x.Gestures {
		fmt.Fprintf(&b, "%s %s %s %s: %s by %q after %s, watched %s until %s %s\n", g.At, g.Kind, g.Pointer, g.Name, g.Outcome, g.Answer, g.Latency, g.Watched, g.Until, g.Next)
		for _, c := range g.Changes {
			fmt.Fprintf(&b, "  %t %s %s %s x%d after %s: %s\n", c.Counts, c.Kind, c.Attr, c.Where, c.Times, c.After, c.Why)
		}
		for _, c := range g.Ambient {
			fmt.Fprintf(&b, "  ambient %s %s every %s\n", c.Kind, c.Where, c.Every)
		}
		for _, r := range g.Requests {
			fmt.Fprintf(&b, "  request %s %d failed %t took %s\n", r.Name, r.Status, r.Failed, r.Took)
		}
		for _, e := range g.Errors {
			fmt.Fprintf(&b, "  error %s %q idle %t\n", e.Cause, e.Message, e.Idle)
		}
	}
	return b.String()
}

func TestExplainStories(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		at         time.Duration
		want       []string
	}{
		{"a clock ticks while nothing answers", `
button pay "Pay"
text clock
0   open /checkout
every 1 from 0 to 40 text clock
12  tap pay
40  end
`, 12 * time.Second, []string{
			"dead_tap friction",
			"12s tap mouse button “Pay”: dead by \"\" after 0s, watched 10s until limit",
			"ambient text",
			"every 1s",
		}},
		{"a ripple is a passing look", `
button pay "Pay"
0    open /checkout
2    tap pay
2.1  add ripple to pay
2.6  remove ripple
14   end
`, 2 * time.Second, []string{"dead_tap friction", "false added  button “Pay” x1 after 100ms: look"}},
		{"a busy sign is none, its end without content neither", `
button pay "Pay"
div box "Box"
0    open /checkout
2    tap pay
2.1  busy box
9    tap box
20   end
`, 2 * time.Second, []string{"until next_press div “Box”", "attribute", ": busy"}},
		{"a request of its own fails", `
button pay "Pay"
0    open /checkout
2    tap pay
2.05 request POST /api/pay 500 0.4
2.6  throw "payment broke"
14   end
`, 2 * time.Second, []string{"error_tap friction", "request POST /api/pay 500 failed true took 400ms", `error POST /api/pay 500 ""`, `"payment broke"`}},
		{"an answer", `
button more "More"
div list "List"
0    open /
2    tap more
2.2  add row to list size 9
14   end
`, 3 * time.Second, []string{"ok by \"change\" after 200ms", "true added  div “List” x1 after 200ms:"}},
		{"the recording ends", `
button pay "Pay"
0    open /checkout
2    tap pay
3.5  end
`, 2 * time.Second, []string{"no_opinion short_tail", "until recording_end"}},
		{"a part of the recording is lost", `
button pay "Pay"
0    open /checkout
2    tap pay
3    gap 100
110  end
`, 2 * time.Second, []string{"no_opinion gap", "until gap"}},
		{"a swipe", `
phone
div pictures "Pictures" at 200,300
0    open /
2    swipe pictures by -120,0 for 0.2
14   end
`, 2 * time.Second, []string{"dead_swipe friction", "2s swipe touch div “Pictures”: "}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			st, err := parseStory(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			got := told(Explain(st.s, DefaultSettings(), tt.at))
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q is not told:\n%s", want, got)
				}
			}
		})
	}
}

// TestExplainPicks: the closest thing is explained, and where nothing is close the nearest are named.
func TestExplainPicks(t *testing.T) {
	st, err := parseStory(`
button pay "Pay"
button help "Help"
text answer
0    open /checkout
10   tap help
10.2 text answer
30   tap pay
30.3 tap pay
30.6 tap pay
60   end
`)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Duration]string{
		8 * time.Second: "help", 14 * time.Second: "help", 30200 * time.Millisecond: "pay", 25 * time.Second: "pay", 40 * time.Second: "pay",
	} {
		if x := Explain(st.s, DefaultSettings(), at); !x.Found || x.Target.Selector != want {
			t.Errorf("at %s: found %t, control %q, want %q", at, x.Found, x.Target.Selector, want)
		}
	}
	x := Explain(st.s, DefaultSettings(), 55*time.Second)
	if x.Found || len(x.Nearest) != 2 || x.Nearest[0].At != 30*time.Second || x.Nearest[0].Pattern != RageTap || x.Nearest[1].Name != "button “Help”" {
		t.Errorf("at 55 s: %+v", x)
	}
	empty, err := parseStory("0 open /\n20 end")
	if err != nil {
		t.Fatal(err)
	}
	if x := Explain(empty.s, DefaultSettings(), 5*time.Second); x.Found || len(x.Nearest) != 0 {
		t.Errorf("nothing was done: %+v", x)
	}
}

// TestExplainLimits: what the settings changed is told, whatever the pattern.
func TestExplainLimits(t *testing.T) {
	st, err := parseStory(hammered)
	if err != nil {
		t.Fatal(err)
	}
	s := DefaultSettings()
	s.Overrides = []Override{{Target: "pay", Thresholds: Thresholds{RageGestures: 5, ZoomTimes: 3}}}
	got := map[string]string{}
	for _, l := range Explain(st.s, s, 2*time.Second).Limits {
		got[l.Name] = fmt.Sprint(l.Value, " ", l.Changed)
	}
	for name, want := range map[string]string{"rage_gestures": "5 true", "zoom_times": "3 true", "quick_answer": "1s false", "dead_tail": "2s false"} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	if _, ok := got["hold_presses"]; ok {
		t.Error("a number that decided nothing is told")
	}
}

// checkExplanations explains the first and the last episode of a session.
func checkExplanations(t *testing.T, s *replay.Session, d *Digest) {
	t.Helper()
	for i, e := range d.Episodes {
		if i == 0 || i == len(d.Episodes)-1 {
			checkExplanation(t, Explain(s, DefaultSettings(), e.Start), e)
		}
	}
}

// checkExplanation holds what is told of an episode of any session against the rules of Explanation.
func checkExplanation(t *testing.T, x Explanation, e Episode) {
	t.Helper()
	if !x.Found || x.Episode == nil || x.Episode.Start > e.Start || x.Episode.End < e.Start {
		t.Fatalf("of what happened at %s something else is told: %+v", e.Start, x.Episode)
	}
	if len(x.Gestures) > explainGestures || len(x.Considered) == 0 || len(x.Limits) == 0 {
		t.Fatalf("%d gestures, %d considered, %d limits", len(x.Gestures), len(x.Considered), len(x.Limits))
	}
	for _, g := range x.Gestures {
		if g.Latency < 0 || g.Watched < 0 || g.Answer == "" && (g.Outcome == OK || g.Outcome == Slow) {
			t.Fatalf("impossible: %+v", g)
		}
		for _, c := range g.Changes {
			if c.Times < 1 || c.Counts != (c.Why == "") {
				t.Fatalf("a change that counts for a reason against it, or not for none: %+v", c)
			}
		}
	}
}
