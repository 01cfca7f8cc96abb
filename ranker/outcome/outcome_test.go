package outcome

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

var start = time.Date(2026, 10, 5, 9, 0, 0, 0, time.UTC)

// shop is a session that looks, puts into the cart twice, pays and sees the thank-you page.
func shop() *friction.Digest {
	d := &friction.Digest{Session: "s", Start: start, Duration: 10 * time.Minute}
	for i, p := range []string{"/", "/product/12", "/cart", "/product/13", "/cart", "/checkout", "/order/77/thank-you"} {
		d.Screens = append(d.Screens, replay.Screen{Path: p})
		d.Visits = append(d.Visits, friction.Visit{Screen: int32(i), At: time.Duration(i) * time.Minute})
	}
	d.Targets = []friction.Target{{
		Key:   friction.ControlKey(&replay.Target{Role: "button", TestID: "pay", Label: "Pay now"}),
		Label: "Pay now", Selector: `form > button.primary`,
	}}
	d.Attempts = []friction.Attempt{
		{At: 5*time.Minute + 10*time.Second, Screen: 5, Outcome: friction.Dead},
		{At: 5*time.Minute + 40*time.Second, Screen: 5, Outcome: friction.OK},
	}
	d.Customs = []friction.Moment{{Name: "order_placed", At: 6 * time.Minute}, {Name: "view", At: time.Second}}
	d.Context.Attributes = map[string]string{
		"bought": "yes", "cancelled": "false", "plan": "Pro", "paid_at": "2026-10-05T09:07:00Z",
		"old_order": "2026-10-01T00:00:00Z", "epoch": "1791190980", "count": "3",
	}
	return d
}

func compile(t *testing.T, goals ...Goal) *Set {
	t.Helper()
	set, err := Config{Goals: goals}.Compile()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestReached(t *testing.T) {
	f := func(name string, m Match, after, want time.Duration) {
		t.Helper()
		set := compile(t, Goal{Name: "g", Reached: m})
		if got := set.Reached(0, shop(), after); got != want {
			t.Errorf("%s: reached at %v, want %v", name, got, want)
		}
	}
	f("screen template", Match{Screen: "/order/:id/thank-you"}, Before, 6*time.Minute)
	f("screen with star", Match{Screen: "/order/*/thank-*"}, Before, 6*time.Minute)
	f("screen and below", Match{Screen: "/order/**"}, Before, 6*time.Minute)
	f("not the parent only", Match{Screen: "/order"}, Before, Never)
	f("root", Match{Screen: "/"}, Before, 0)
	f("second cart", Match{Screen: "/cart"}, 3*time.Minute, 4*time.Minute)
	f("event", Match{Event: "order_placed"}, Before, 6*time.Minute)
	f("event is exact", Match{Event: "order"}, Before, Never)
	f("event too early", Match{Event: "order_placed"}, 7*time.Minute, Never)
	f("tap: the dead press does not count", Match{Tap: &Tap{Label: "pay NOW"}}, Before, 5*time.Minute+40*time.Second)
	f("tap by test id", Match{Tap: &Tap{TestID: "pay", Screen: "/checkout"}}, Before, 5*time.Minute+40*time.Second)
	f("tap on another screen", Match{Tap: &Tap{TestID: "pay", Screen: "/cart"}}, Before, Never)
	f("attribute without a time", Match{Attribute: "bought"}, Before, 10*time.Minute)
	f("attribute that says no", Match{Attribute: "cancelled"}, Before, Never)
	f("attribute that is missing", Match{Attribute: "absent"}, Before, Never)
	f("attribute with a value", Match{Attribute: "plan", Equals: "pro"}, Before, 10*time.Minute)
	f("attribute with another value", Match{Attribute: "plan", Equals: "free"}, Before, Never)
	f("attribute with a time", Match{Attribute: "paid_at"}, Before, 7*time.Minute)
	f("time before the session", Match{Attribute: "old_order"}, Before, Before)
	f("time before the session is not after", Match{Attribute: "old_order"}, 0, Never)
	f("epoch seconds", Match{Attribute: "epoch"}, Before, 3*time.Minute)
	f("a small number is no time", Match{Attribute: "count"}, Before, 10*time.Minute)
}

func TestValidateNamesEverythingAtOnce(t *testing.T) {
	_, err := Config{
		Goals: []Goal{
			{Name: "buy", Reached: Match{Screen: "/thanks?order=1"}, Value: -1},
			{Name: "buy", Reached: Match{}, Window: -time.Hour},
			{Name: "", Reached: Match{Event: "a", Screen: "/b"}},
			{Name: "tap", Reached: Match{Tap: &Tap{Label: strings.Repeat("x", 81)}}, Steps: []Step{{Name: "", Match: Match{Screen: "https://a/b"}, Within: -1}}},
			{Name: "deep", Reached: Match{Screen: "/**/x"}},
		},
		Retention: []Window{{"D7", 7, 7}, {"D7", 1, 2}},
		Primary:   "D30",
	}.Compile()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		`goal "buy": reached: screen: "/thanks?order=1" can never match`,
		`goal "buy": value -1`, `goal "buy": the name is used twice`, `goal "buy": window -1h`,
		`goal "buy": reached: exactly one of`, `goals[2]: name is empty`, `goals[2]: reached: exactly one of screen, event, tap`, `must be set, 2 are`,
		`goal "tap": reached: tap label`, `goal "tap": steps[0]: name is empty`, `within -1ns is negative`, `give the path without the host`,
		`** must be the last`, `retention "D7": from 7 to 7`, `retention "D7": the name is used twice`, `no retention window "D30"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q:\n%v", want, err)
		}
	}
}

func TestFunnel(t *testing.T) {
	goal := Goal{Name: "buy", Reached: Match{Event: "order_placed"}, Steps: []Step{
		{Name: "product", Match: Match{Screen: "/product/:id"}},
		{Name: "cart", Match: Match{Screen: "/cart"}, Within: 90 * time.Second},
		{Name: "checkout", Match: Match{Screen: "/checkout"}, Within: 90 * time.Second},
	}}
	set := compile(t, goal)
	// The first product -> cart (1 -> 2 min) is too early for the checkout at 5 min; the second (3 -> 4 min) is in time.
	if diff := cmp.Diff([]time.Duration{3 * time.Minute, 4 * time.Minute, 5 * time.Minute}, set.StepTimes(0, shop())); diff != "" {
		t.Error(diff)
	}
	f := set.NewFunnel(0)
	f.Add(true, 3)
	f.Add(false, 2)
	f.Add(true, 0)
	if diff := cmp.Diff(Funnel{Sessions: 3, Reached: 2, Steps: []int{2, 2, 1}}, f); diff != "" {
		t.Error(diff)
	}
}

func TestRetention(t *testing.T) {
	at := func(days float64) Span {
		s := start.Add(time.Duration(days * 24 * float64(time.Hour)))
		return Span{s, s.Add(10 * time.Minute)}
	}
	f := func(w Window, want bool, visits ...float64) {
		t.Helper()
		var spans []Span
		for _, v := range visits {
			spans = append(spans, at(v))
		}
		if got := w.Returned(spans, 0); got != want {
			t.Errorf("%s of %v: %v, want %v", w.Name, visits, got, want)
		}
	}
	d7, week := Window{"D7", 7, 14}, Window{"7 days", 0, 7}
	f(d7, false, 0)
	f(d7, false, 0, 6.9)
	f(d7, true, 0, 7)
	f(d7, true, 0, 1, 2, 13.9)
	f(d7, false, 0, 14)
	f(week, true, 0, 6.9)
	f(week, false, 0, 7)
	f(week, false, 0, 0.02) // 29 minutes, 19 after the end: the same visit cut in two
	f(week, true, 0, 0.03)  // 43 minutes
	if d7.Over(start, start.Add(13*24*time.Hour)) || !d7.Over(start, start.Add(14*24*time.Hour)) {
		t.Error("the window is over after fourteen days, not before")
	}
}

func TestUsersCountsCensoredAndAnonymous(t *testing.T) {
	var a, b Users
	add := func(u *Users, user string, day float64) {
		d := &friction.Digest{Start: start.Add(time.Duration(day * 24 * float64(time.Hour))), Duration: time.Minute}
		d.Context.User = user
		u.Add(d)
	}
	add(&a, "back", 8) // arrives before the user's first session
	add(&b, "back", 0)
	add(&a, "gone", 1)
	add(&b, "late", 12)
	add(&b, "", 3)
	add(&a, "last", 15)
	a.Merge(&b)
	returned, users, censored := a.Returns(Window{"D7", 7, 14})
	if diff := cmp.Diff([]int{1, 2, 2, 1, 4}, []int{returned, users, censored, a.Anonymous, a.Known()}); diff != "" {
		t.Error("returned, users, censored, anonymous, known:", diff)
	}
}

func TestSuggestions(t *testing.T) {
	var s, o Suggester
	s.Add(shop())
	o.Add(shop())
	d := shop()
	d.Screens = []replay.Screen{{Path: "/reorder"}, {Path: "/unsuccessful"}}
	d.Visits = []friction.Visit{{Screen: 0}, {Screen: 1}, {Screen: 9}}
	d.Customs = []friction.Moment{{Name: "signup_done"}}
	o.Add(d)
	s.Merge(&o)
	var got []string
	for _, x := range s.List() {
		got = append(got, x.Why)
	}
	if diff := cmp.Diff([]string{"screen /order/:id/thank-you", "event signup_done"}, got); diff != "" {
		t.Error(diff)
	}
	if s.List()[0].Sessions != 2 {
		t.Errorf("%d sessions, want 2", s.List()[0].Sessions)
	}
}

// FuzzConfig checks that any settings are refused with an error or evaluate without a crash, and that what is
// reached after a moment is not before it.
func FuzzConfig(f *testing.F) {
	f.Add(`{"Goals":[{"Name":"a","Reached":{"Screen":"/order/:id/*"},"Steps":[{"Name":"s","Match":{"Event":"view"},"Within":60}]}]}`, int64(0))
	f.Add(`{"Goals":[{"Name":"a","Reached":{"Tap":{"Label":"Pay now"}},"Value":2,"Window":3600}],"Retention":[{"Name":"x","From":0,"To":7}],"Primary":"x"}`, int64(1000))
	f.Add(`{"Goals":[{"Name":"a","Reached":{"Attribute":"paid_at"}}]}`, int64(-5))
	f.Fuzz(func(t *testing.T, text string, after int64) {
		var c Config
		if json.Unmarshal([]byte(text), &c) != nil {
			return
		}
		set, err := c.Compile()
		if err != nil {
			return
		}
		d := shop()
		for g := range set.Goals() {
			if got := set.Reached(g, d, time.Duration(after)); got < time.Duration(after) {
				t.Errorf("reached at %v, before %v", got, after)
			}
			last := time.Duration(0)
			for _, s := range set.StepTimes(g, d) {
				if s < last && s != Never {
					t.Errorf("steps out of order: %v after %v", s, last)
				}
				last = s
			}
		}
		for _, w := range set.Windows() {
			w.Returned([]Span{{start, start}}, 0)
		}
	})
}
