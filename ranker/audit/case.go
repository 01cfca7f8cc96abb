package audit

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker/review"
)

// Case is one episode as a person is asked about it. It does not say what the program made of it, so that nobody is
// led. Labels and messages are recorded text.
type Case struct {
	review.Episode
	At     time.Time // UTC
	End    time.Duration
	Screen string
	Target friction.Target // zero for what belongs to a whole screen
	Device string
	Words  string // what was seen, as sentences
}

// CaseOf describes an episode of a Digest; screen is the name of its screen.
func CaseOf(d *friction.Digest, episode int, screen string) Case {
	e := &d.Episodes[episode]
	c := Case{
		Episode: review.Episode{Session: d.Session, Pattern: string(e.Pattern), Start: e.Start.Truncate(time.Millisecond)},
		At:      d.Start.Add(e.Start).UTC(), End: e.End, Screen: screen, Device: d.Context.Device.Type,
	}
	if e.Target >= 0 && int(e.Target) < len(d.Targets) {
		c.Target = d.Targets[e.Target]
	}
	c.Words = words(e, c.Target)
	return c
}

// ControlName is what a person can find the control of a case by; "" for a whole screen.
func (c Case) ControlName() string { return controlName(c.Target) }

func controlName(t friction.Target) string {
	if t == (friction.Target{}) {
		return ""
	}
	kind := cmp.Or(t.Role, t.Tag, "element")
	switch {
	case t.Label != "":
		return kind + " “" + t.Label + "”"
	case t.Selector != "":
		return kind + " " + t.Selector
	}
	return kind
}

// words says what happened, without an opinion.
func words(e *friction.Episode, t friction.Target) string {
	name := cmp.Or(controlName(t), "the page")
	took := e.End - e.Start
	var b strings.Builder
	switch e.Pattern {
	case friction.DeadSwipe:
		fmt.Fprintf(&b, "Somebody swiped on %s.", name)
	case friction.ThrashedCursor:
		fmt.Fprintf(&b, "The mouse turned back and forth for %s.", span(took))
	case friction.QuickBack:
		fmt.Fprintf(&b, "The screen was left after %s, to the one before.", span(took))
	case friction.Loop:
		fmt.Fprintf(&b, "The same screens came again within %s, or the page was reloaded.", span(took))
	case friction.ExcessiveScroll:
		fmt.Fprintf(&b, "Somebody scrolled up and down for %s.", span(took))
	case friction.ZoomStruggle:
		b.WriteString("Somebody zoomed in again and again.")
	case friction.FormTrouble:
		fmt.Fprintf(&b, "Somebody came back to %s %s within %s.", name, times(e.Gestures), span(took))
	case friction.UIFreeze:
		fmt.Fprintf(&b, "Somebody pressed %s, and for a while nothing moved.", name)
	default:
		if e.Gestures == 0 {
			fmt.Fprintf(&b, "Watch %s for %s.", name, span(took))
			break
		}
		fmt.Fprintf(&b, "Somebody pressed %s %s", name, times(e.Gestures))
		if e.Gestures > 1 {
			fmt.Fprintf(&b, " within %s", span(took))
		}
		b.WriteString(".")
		switch {
		case e.Unanswered > 0 && e.Unanswered >= e.Gestures:
			b.WriteString(" No answer was recorded in time.")
		case e.Unanswered > 0:
			fmt.Fprintf(&b, " %s no answer in time.", ofThem(e.Unanswered))
		default:
			b.WriteString(" An answer was recorded each time.")
		}
	}
	if e.Latency > time.Second {
		fmt.Fprintf(&b, " The slowest answer took %s.", span(e.Latency))
	}
	if strings.Contains(e.Cause, " /") { // a request; the fingerprint of an error says nothing to people
		fmt.Fprintf(&b, " %s failed.", e.Cause)
	} else if e.Cause != "" {
		b.WriteString(" An error was recorded.")
	}
	if w := e.Aftermath.Words(); w != "" {
		b.WriteString(" Then the person " + w + ".")
	}
	return b.String()
}

func times(n int32) string {
	switch n {
	case 0, 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

func ofThem(n int32) string {
	if n == 1 {
		return "One press got"
	}
	return fmt.Sprintf("%d presses got", n)
}

func span(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
