package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rankle/rankle/ranker/outcome"
	"github.com/rankle/rankle/replay"
)

// contrary collects where tables of sessions contradict the recordings. It is safe for concurrent use: tables are asked
// by several readers at once.
type contrary struct {
	mu   sync.Mutex
	seen map[contradiction]bool
}

type contradiction struct{ table, field, session string }

// maxContradictions bounds what is remembered; a table that is wrong throughout is not worth a gigabyte.
const maxContradictions = 1_000_000

func (c *contrary) note(table, session string, recorded, said replay.Context) {
	for _, f := range []struct{ name, recorded, said string }{
		{"user", recorded.User, said.User}, {"app_version", recorded.AppVersion, said.AppVersion}, {"device", recorded.Device.Type, said.Device.Type},
		{"os", recorded.OS, said.OS}, {"browser", recorded.Browser, said.Browser}, {"plan", recorded.Plan, said.Plan},
	} {
		if f.recorded == "" || f.said == "" || f.recorded == f.said {
			continue
		}
		c.mu.Lock()
		if c.seen == nil {
			c.seen = map[contradiction]bool{}
		}
		if len(c.seen) < maxContradictions {
			c.seen[contradiction{table, f.name, session}] = true
		}
		c.mu.Unlock()
	}
}

// lateFeed is the share of sessions after the end of a table of outcomes from which on a note says so: a nightly export
// misses the last day of a few weeks, a broken one misses more.
const lateFeed = 0.1

// notes says what is wrong with the tables and what does not fit the recordings. It must be asked for after all Digests
// were completed once.
func (t *tables) notes(goals *outcome.Set) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, s := range t.sessions {
		if s.Wrong > 0 {
			say("table %s: %d problems in %d rows, the first in %s", s.name, s.Wrong, s.Rows, s.Problems[0])
		}
	}
	byField := map[[2]string]int{}
	for c := range t.contrary.seen {
		byField[[2]string{c.table, c.field}]++
	}
	for _, k := range slices.SortedFunc(maps.Keys(byField), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		say("table %s says another %s than the recordings of %d sessions; the recordings, with their sidecars, were believed", k[0], k[1], byField[k])
	}
	for i := range t.outcomes {
		out = append(out, t.outcomes[i].notes(t, goals)...)
	}
	return out
}

func (o *outcomeTable) notes(t *tables, goals *outcome.Set) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if o.Wrong > 0 {
		say("table %s: %d problems in %d rows, the first in %s", o.name, o.Wrong, o.Rows, o.Problems[0])
	}
	if o.unmapped > 0 {
		say("table %s: %d users have no id of ours and are left out", o.name, o.unmapped)
	}
	unknown, apart, given, left := 0, 0, 0, 0
	var last time.Time
	values := map[string][]float64{}
	for _, user := range o.Users() {
		starts := t.starts[user]
		for _, x := range o.Lookup(user) {
			if x.At.After(last) {
				last = x.At
			}
			if x.HasValue {
				values[x.Name] = append(values[x.Name], x.Value)
			}
			switch {
			case len(starts) == 0:
			case slices.ContainsFunc(starts, func(s time.Time) bool { return !x.At.Before(s) && x.At.Before(t.until(user, s)) }):
				given++
			default:
				apart++
			}
			if o.churn != "" && x.Name == o.churn && len(starts) > 0 {
				left++
			}
		}
		if len(starts) == 0 {
			unknown++
		}
	}
	if unknown > 0 {
		say("table %s: %d of %d users were not recorded", o.name, unknown, o.Len())
	}
	if recorded := o.Len() - unknown; recorded < len(t.starts) {
		say("table %s has outcomes of %d of %d recorded users; it cannot be told whether the others had none or are missing, and they count as if they had none", o.name, recorded, len(t.starts))
	}
	if apart > 0 {
		say("table %s: %d outcomes of recorded users lie within %.0f hours after no session and count for none, %d do", o.name, apart, outcomeGrace.Hours(), given)
	}
	if left > 0 {
		say("table %s: %d recorded users left for good (%s); from then on no return of theirs counts", o.name, left, o.churn)
	}
	sessions, after := 0, 0
	for _, starts := range t.starts {
		sessions += len(starts)
		for _, s := range starts {
			if s.After(last) {
				after++
			}
		}
	}
	if sessions > 0 && float64(after) > lateFeed*float64(sessions) {
		say("table %s ends on %s, but %d of %d sessions of known users begin later, and look as if nothing came of them: bring the table up to date, or look at the days before", o.name, last.UTC().Format(time.DateOnly), after, sessions)
	}
	for _, g := range goals.Goals() {
		if list := values[g.Reached.Attribute]; g.Value == 0 && len(list) > 0 {
			sum := 0.0
			for _, v := range list {
				sum += v
			}
			say("goal %q: its %d outcomes with a value in table %s are worth %s each; to weigh by it, set its value", g.Name, len(list), o.name, tidyValue(sum/float64(len(list))))
		}
	}
	return out
}

// tidyValue prints a mean with two decimals and without zeros at the end.
func tidyValue(v float64) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.2f", v), "0"), ".")
}
