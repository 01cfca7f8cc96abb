package api

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
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
	if s := r.Stopped; usable(s) && s.N > 0 {
		out = append(out, stoppedSentence(s))
	}
	if n := len(r.Controls); n > 1 {
		var names []string
		for _, c := range r.Controls[:min(n, maxNamedControls)] {
			names = append(names, fmt.Sprintf("%s on %s (%s)", controlName(c.Target), c.Screen, plural(c.Sessions, "session")))
		}
		more := ""
		if n > maxNamedControls {
			more = fmt.Sprintf(" and %d more", n-maxNamedControls)
		}
		out = append(out, "The same error is behind several controls: "+strings.Join(names, ", ")+more+".")
	}
	for _, c := range r.Changes {
		out = append(out, c.String())
	}
	if r.Floor != "" {
		out = append(out, "Its place is assumed: "+r.Floor+".")
	}
	if len(r.Segments) > 0 {
		s := r.Segments[0]
		out = append(out, fmt.Sprintf("Strongest in %s %s: %s of sessions there, %s elsewhere.", words(s.Attribute), s.Value, percent(finite(s.RateIn)), percent(finite(s.RateOut))))
	}
	out = append(out, versionSentences(r)...)
	if n := dismissed(r.Dismissed); n > 0 {
		out = append(out, fmt.Sprintf("%s on the same control looked alike and were not counted.", plural(n, "episode")))
	}
	return append(out, r.Notes...)
}

// stoppedSentence says how many a failed try keeps from going on.
func stoppedSentence(s ranker.Estimate) string {
	between := fmt.Sprintf("(95 %%: %s to %s)", percent(s.Low), percent(s.High))
	if s.Value <= 0 {
		return fmt.Sprintf("Nobody is seen to go no further because of it: %s %s.", percent(s.Value), between)
	}
	return fmt.Sprintf("Of those who meet it, %s %s go no further because of it: to no other screen, control or goal.", percent(s.Value), between)
}

// maxNamedControls is how many controls of an issue a sentence names.
const maxNamedControls = 5

func controlName(t friction.Target) string {
	if t.Label == "" {
		return "a control without a label"
	}
	return "“" + t.Label + "”"
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
	what := strings.TrimSuffix(e.Unit, " per week") + " "
	if what == i.Outcome+" " {
		what = "" // it is named at the start
	}
	text := fmt.Sprintf("%s: about %s %slost a week (95 %% interval %s to %s), from %d cases that met it against %d comparable ones that did not; method: %s.",
		i.Outcome, figure(e.Value), what, figure(e.Low), figure(e.High), i.Exposed, i.Compared, e.Method)
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

// versionSentences tells of versions between which the control's answers differ clearly.
func versionSentences(r ranker.Ranked) []string {
	var out []string
	if worse, better, ok := versionsOf(r.AnswersDiffer, r.Versions); ok {
		answers := func(v *cluster.VersionUse) string {
			return fmt.Sprintf("%s of %s by %s in version %s", percent(float64(v.Answered)/float64(v.Tried)), tries(v.Tried), persons(v.People), v.Version)
		}
		out = append(out, fmt.Sprintf("Answered %s, and %s.", answers(worse), answers(better)))
	}
	if worse, better, ok := versionsOf(r.LatencyDiffers, r.Versions); ok {
		latency := func(v *cluster.VersionUse) string {
			return fmt.Sprintf("%s in version %s (median of %s, 95th percentile %s)", seconds(v.LatencyP50), v.Version, plural(v.Timed, "answer"), seconds(v.LatencyP95))
		}
		out = append(out, fmt.Sprintf("Answered after %s, and after %s.", latency(worse), latency(better)))
	}
	return out
}

// versionsOf finds the versions of a difference; ok is false if there is none.
func versionsOf(d cluster.Difference, list []cluster.VersionUse) (worse, better *cluster.VersionUse, ok bool) {
	for i := range list {
		switch v := &list[i]; v.Version {
		case d.Worse:
			worse = v
		case d.Better:
			better = v
		}
	}
	return worse, better, worse != nil && better != nil
}

// seconds prints a latency with as many digits as people feel.
func seconds(d time.Duration) string {
	if d < time.Second {
		return strconv.FormatInt(d.Round(time.Millisecond).Milliseconds(), 10) + " ms"
	}
	return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
}

func tries(n int) string {
	if n == 1 {
		return "1 try"
	}
	return strconv.Itoa(n) + " tries"
}

func persons(n int) string {
	if n == 1 {
		return "1 person"
	}
	return strconv.Itoa(n) + " people"
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
