package cluster

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/rankle/rankle/cluster/friction"
)

// daily tells sessions on the days of a month: perDay who press the button each day, of whom share(day) meet it, in the
// version of the day.
func daily(days, perDay int, version func(day, n int) string, meets func(day, n int) bool) []*story {
	var all []*story
	for day := range days {
		for n := range perDay {
			s := by(0, fmt.Sprintf("user %d %d", day, n)).on("/a")
			s.d.Session = fmt.Sprintf("s%d-%d", day, n)
			s.d.Start = day0.AddDate(0, 0, day).Add(time.Duration(n) * time.Minute)
			s.version(version(day, n))
			if meets(day, n) {
				s.trouble(friction.DeadTap, pay)
			} else {
				s.try(pay, friction.OK)
			}
			all = append(all, s)
		}
	}
	return all
}

func TestChanges(t *testing.T) {
	always := func(string) func(int, int) string { return func(int, int) string { return "4.1.0" } }
	from := func(day int) func(int, int) bool { return func(d, n int) bool { return d >= day && n%3 == 0 } }
	rollout := func(start, end int) func(int, int) string { // one more of ten a day
		return func(day, n int) string {
			switch {
			case n%10 < day-end:
				return "4.3.0"
			case n%10 < day-start:
				return "4.2.0"
			}
			return "4.1.0"
		}
	}
	for _, c := range []struct {
		name    string
		stories []*story
		changes []string // kind, day, version
		title   string
	}{
		{"always there", daily(30, 10, always(""), from(0)), nil, "“Pay now” does nothing on /a"},
		{"a date", daily(30, 10, always(""), from(10)), []string{"started 12 Nov "}, "“Pay now” does nothing on /a (since 12 Nov)"},
		{"ended", daily(30, 10, always(""), func(d, n int) bool { return d < 20 && n%3 == 0 }), []string{"ended 22 Nov "},
			"“Pay now” does nothing on /a (until 22 Nov)"},
		{"two weeks", daily(40, 10, always(""), func(d, n int) bool { return d >= 10 && d < 24 && n%2 == 0 }),
			[]string{"started 12 Nov ", "ended 26 Nov "}, "“Pay now” does nothing on /a (from 12 Nov until 26 Nov)"},
		{"worse", daily(40, 20, always(""), func(d, n int) bool { return n%10 == 0 || d >= 25 && n%2 == 0 }), []string{"rose 27 Nov "},
			"“Pay now” does nothing on /a"},
		{"better", daily(40, 20, always(""), func(d, n int) bool { return n%10 == 0 || d < 25 && n%2 == 0 }), []string{"fell 27 Nov "},
			"“Pay now” does nothing on /a"},
		{"a little worse", daily(40, 20, always(""), func(d, n int) bool { return n%10 < 4 || d >= 20 && n%10 < 6 }), nil, "“Pay now” does nothing on /a"},
		{"with a release", daily(40, 20, rollout(10, 100), func(d, n int) bool { return n%10 < d-10 && n%2 == 0 }), []string{"started 13 Nov 4.2.0"},
			"“Pay now” does nothing on /a (4.2.0)"},
		{"of two releases", daily(40, 20, func(d, n int) string { return fmt.Sprint("4.", d/10) }, func(d, n int) bool { return d >= 20 && n%2 == 0 }),
			[]string{"started 22 Nov 4.2"}, "“Pay now” does nothing on /a (since 4.2)"},
		{"between releases", daily(50, 20, func(d, n int) string { return fmt.Sprint("4.", d/10) }, func(d, n int) bool { return d >= 10 && d < 30 && n%2 == 0 }),
			[]string{"started 12 Nov 4.1", "ended 2 Dec 4.3"}, "“Pay now” does nothing on /a (from 4.1 until 4.3)"},
		{"few sessions", daily(12, 1, always(""), func(d, n int) bool { return d > 9 }), nil, "“Pay now” does nothing on /a"},
	} {
		i := one(t, build(Settings{}, c.stories...))
		var got []string
		for _, x := range i.Changes {
			got = append(got, fmt.Sprint(x.Kind, x.Day.Format(" 2 Jan "), map[bool]string{true: x.Version}[x.Version != ""]))
		}
		equal(t, c.name, got, c.changes)
		equal(t, c.name+": title", i.Title, c.title)
	}
	i := one(t, build(Settings{}, daily(30, 10, always(""), from(10))...))
	equal(t, "sentence", i.Changes[0].String(), "Started on 12 Nov 2026: 0 of 100 sessions met it before, 80 of 200 since.")
}

// TestChangesAreRarelyFalse: of reports in which no share ever changes, at most as many tell of a change as is said, also
// where some days are worse than others by chance.
func TestChangesAreRarelyFalse(t *testing.T) {
	const reports, issues, days = 200, 10, 60
	w := &work{Builder: New(Settings{})}
	for d := range days {
		w.days = append(w.days, day0.AddDate(0, 0, d))
	}
	for _, spread := range []float64{0, 0.5} {
		wrong := 0
		for n := range reports {
			r := rand.New(rand.NewPCG(5, uint64(n)))
			told := false
			for k := range issues {
				series := timeline{days: make([]tallied, days)}
				p := []float64{0.01, 0.05, 0.3}[k%3]
				for d := range series.days {
					day := p * (1 + spread*(2*r.Float64()-1)) // of a good day or a bad one
					for range 5 + r.IntN(40) {
						series.days[d].exposed++
						if r.Float64() < day {
							series.days[d].affected++
						}
					}
				}
				told = told || len(w.changes(series, issues)) > 0
			}
			if told {
				wrong++
			}
		}
		t.Logf("spread %.1f: %d of %d reports tell of a change", spread, wrong, reports)
		if float64(wrong) > 1.5*changeFalse*reports { // the standard error is 3 of 10
			t.Errorf("spread %.1f: %d of %d reports tell of a change where there is none", spread, wrong, reports)
		}
	}
}
