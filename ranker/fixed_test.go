package ranker

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// release is a time at which the control of issue 0 fails at a rate. Issue 1 fails in one try of five throughout.
type release struct {
	version  string
	from, to int // days
	rate     float64
}

const perDay = 30

// released makes thirty sessions a day. People whose control works buy with chance 0.5, others with 0.2.
func released(releases ...release) []visitor {
	r := rand.New(rand.NewPCG(7, 11))
	var vs []visitor
	for _, rel := range releases {
		for day := rel.from; day < rel.to; day++ {
			for i := range perDay {
				fails := []bool{r.Float64() < rel.rate, r.Float64() < 0.2}
				buys := 0.5
				if fails[0] {
					buys = 0.2
				}
				vs = append(vs, visitor{user: fmt.Sprintf("u%d-%d", day, i), device: "desktop", version: rel.version,
					day: float64(day) + float64(i)/(perDay+1), fails: fails, bought: r.Float64() < buys})
			}
		}
	}
	return vs
}

func fixOf(t *testing.T, vs []visitor, m FixMark) (*Report, Fix) {
	t.Helper()
	in := handMade(t, vs, 2, true)
	in.Issues[0].Title = "Pay does nothing"
	m.Issue = "k0"
	in.Fixes = []FixMark{m}
	r := rank(t, in)
	f, ok := r.Fix("k0")
	if !ok {
		t.Fatalf("no fix: %+v", r.Fixes)
	}
	return r, f
}

func TestFixThatWorks(t *testing.T) {
	vs := released(release{"4.1", 0, 28, 0.6}, release{"4.2", 28, 56, 0})
	for name, m := range map[string]FixMark{"version": {Version: "4.2"}, "date": {At: firstDay.AddDate(0, 0, 28)}} {
		r, f := fixOf(t, vs, m)
		if f.State != FixWorks || f.Before.All != 28*perDay || f.After.All != 28*perDay || f.After.Some != 0 {
			t.Errorf("%s: %+v", name, f)
		}
		// Thirty tries a day fail in 60 %, and every failure costs 0.3 of a purchase.
		const truth = 7 * perDay * 0.6 * 0.3
		o := f.Outcomes[0]
		for what, e := range map[string]Estimate{"predicted": o.Predicted, "realised": o.Realised} {
			if !(e.Low < truth && truth < e.High) || !(e.Low > 0) || e.Unit != "purchase per week" || e.Method == "" || e.N == 0 {
				t.Errorf("%s: %s %+v, truth %.1f", name, what, e, truth)
			}
		}
		if !strings.HasPrefix(f.Sentence, "The fix in "+f.name()+" works: 5") || !strings.Contains(f.Sentence, "0 % of 840 tries") {
			t.Errorf("%s: %q", name, f.Sentence)
		}
		if notes := strings.Join(r.Notes, "\n"); !strings.Contains(notes, "of 1 prediction of fixes that work, 1 agree") {
			t.Errorf("%s: notes %q", name, notes)
		}
	}
}

// Trade that falls for everybody at the time of the fix is not held against it: the other control shows it.
func TestFixIsNotBlamedForTheSeason(t *testing.T) {
	vs := released(release{"4.1", 0, 28, 0.6}, release{"4.2", 28, 56, 0})
	r := rand.New(rand.NewPCG(3, 4))
	for i := range vs {
		if vs[i].version == "4.2" {
			vs[i].bought = vs[i].bought && r.Float64() < 0.6 // 0.3 buy where 0.5 did
			vs[i].version = "4.1"                            // the season, not the release
		}
	}
	others := released(release{"4.1", 0, 28, 0.2}, release{"4.1", 28, 56, 0.2})
	for i := range others {
		others[i].skip, others[i].user = []int{0}, "o"+others[i].user
		others[i].bought = r.Float64() < 0.5
		if others[i].day >= 28 {
			others[i].bought = r.Float64() < 0.3
		}
	}
	_, f := fixOf(t, append(vs, others...), FixMark{At: firstDay.AddDate(0, 0, 28)})
	if o := f.Outcomes[0]; f.State != FixWorks || !(o.Realised.High > 7*perDay*0.6*0.3) {
		t.Errorf("%s: %+v", f.State, o.Realised)
	}
}

func TestFixStates(t *testing.T) {
	f := func(name string, m FixMark, want FixState, sentence string, vs []visitor) {
		t.Helper()
		r, got := fixOf(t, vs, m)
		if got.State != want || !strings.Contains(got.Sentence, sentence) {
			t.Errorf("%s: %s, %q", name, got.State, got.Sentence)
		}
		alert := strings.Contains(strings.Join(r.Notes, "\n"), "Pay does nothing: "+got.Sentence)
		if alert != (want == FixReturned || want == FixPersists) {
			t.Errorf("%s: notes %q", name, r.Notes)
		}
	}
	before := release{"4.1", 0, 14, 0.6}
	f("still there", FixMark{Version: "4.2"}, FixPersists, "Marked fixed in version 4.2, and still there: ", released(before, release{"4.2", 14, 28, 0.55}))
	f("back in a version", FixMark{Version: "4.2"}, FixReturned, "Fixed in version 4.2, and back since version 4.3: ",
		released(before, release{"4.2", 14, 28, 0}, release{"4.3", 28, 42, 0.7}))
	f("back in a week", FixMark{At: firstDay.AddDate(0, 0, 14)}, FixReturned, "Fixed in 2026-10-19, and back since the week of 2026-11-02: ",
		released(before, release{"4.1", 14, 28, 0}, release{"4.1", 28, 42, 0.7}))
	f("too early", FixMark{At: firstDay.AddDate(0, 0, 13).Add(20 * 3600e9)}, FixEarly, "Too early to tell", released(before))
	f("not released", FixMark{Version: "4.2"}, FixUnseen, "nobody has tried since", released(before))
	f("never failed", FixMark{Version: "4.2"}, FixUnseen, "no try before it failed", released(release{"4.1", 0, 7, 0}, release{"4.2", 7, 14, 0.5}))

	in := handMade(t, released(before), 2, true)
	in.Fixes = []FixMark{{Issue: "gone", Version: "4.0"}}
	if r := rank(t, in); len(r.Fixes) != 1 || r.Fixes[0].Sentence != "Marked fixed in version 4.0: no session of this window met it." {
		t.Errorf("%+v", r.Fixes)
	}
}

// Sessions whose version is not known are on neither side, and are counted.
func TestFixLeavesOutUnknownVersions(t *testing.T) {
	vs := released(release{"4.1", 0, 14, 0.6}, release{"4.2", 14, 28, 0})
	for i := range 30 {
		vs[i*10].version = ""
	}
	if _, f := fixOf(t, vs, FixMark{Version: "4.2"}); f.Left != 30 || f.Before.All+f.After.All != len(vs)-30 {
		t.Errorf("left %d, before %d, after %d of %d", f.Left, f.Before.All, f.After.All, len(vs))
	}
}
