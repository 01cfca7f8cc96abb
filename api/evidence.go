package api

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/ranker"
)

// evidence says in sentences why an issue is believed and what it rests on. It states figures of the report and
// computes none.
func evidence(r ranker.Ranked) []string {
	out := []string{reach(r)}
	for _, p := range r.Patterns {
		out = append(out, fmt.Sprintf("%s: %s in %s.", words(string(p.Pattern)), plural(p.Episodes, "episode"), plural(p.Sessions, "session")))
	}
	if r.Cause != "" {
		out = append(out, "Most episodes share one cause: "+r.Cause+".")
	}
	for _, i := range append(append([]ranker.Impact(nil), r.Conversion...), r.Retention...) {
		out = append(out, impactSentence(i))
	}
	if len(r.Segments) > 0 {
		s := r.Segments[0]
		out = append(out, fmt.Sprintf("Strongest in %s %s: %s of sessions there, %s elsewhere.", words(s.Attribute), s.Value, percent(finite(s.RateIn)), percent(finite(s.RateOut))))
	}
	if n := dismissed(r.Dismissed); n > 0 {
		out = append(out, fmt.Sprintf("%s on the same control looked alike and were not counted.", plural(n, "episode")))
	}
	return out
}

func reach(r ranker.Ranked) string {
	if r.Exposed <= 0 {
		return fmt.Sprintf("%s met it.", plural(r.Sessions, "session"))
	}
	return fmt.Sprintf("%d of %s that came to it met it (%s), by %s.", r.Sessions, plural(r.Exposed, "session"),
		percent(float64(r.Sessions)/float64(r.Exposed)), plural(r.Users, "known user"))
}

func impactSentence(i ranker.Impact) string {
	if w := impactOf(i); !w.Possible {
		return fmt.Sprintf("%s: cannot be estimated%s.", i.Outcome, because(i.Caveats))
	}
	e := i.PerWeek
	text := fmt.Sprintf("%s: costs about %s %s (95 %% interval %s to %s), from %d cases that met it against %d comparable ones that did not, by %s.",
		i.Outcome, figure(e.Value), e.Unit, figure(e.Low), figure(e.High), i.Exposed, i.Compared, e.Method)
	if e.Low <= 0 && e.High >= 0 {
		text += " The interval includes zero: it may cost nothing."
	}
	if len(i.Caveats) > 0 {
		text += " " + strings.Join(i.Caveats, " ")
	}
	return text
}

func because(caveats []string) string {
	if len(caveats) == 0 {
		return ""
	}
	return ", because " + strings.TrimSuffix(strings.Join(caveats, "; "), ".")
}

func dismissed(list []cluster.ReasonCount) int {
	n := 0
	for _, d := range list {
		n += d.Episodes
	}
	return n
}

// words makes a contract value readable: "rage_tap" is "rage tap".
func words(s string) string { return strings.ReplaceAll(s, "_", " ") }

func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

// figure prints three significant digits and no more than one decimal: the intervals are wider than that.
func figure(f float64) string {
	f = finite(f)
	if math.Abs(f) >= 10 {
		return strconv.FormatFloat(math.Round(f), 'f', 0, 64)
	}
	if r := math.Round(f*10) / 10; r != 0 {
		return strconv.FormatFloat(r, 'f', 1, 64)
	}
	return "0"
}
