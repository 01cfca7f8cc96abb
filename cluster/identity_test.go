package cluster

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

// TestSubject: controls of one line are one, of different lines different ones.
func TestSubject(t *testing.T) {
	labels := [][]string{
		{"Pay €12.50", "Pay € 1,299", "Pay 8 EUR", "Pay 12,50 €"},
		{"Cart", "Cart (3)", "Cart 12"},
		{"1", "22", "7:15 PM", "7:15 pm", "Mon, 3 Nov", "Sat 14 March 2026", "12%", "€3.50", "3. März"},
		{"Step"},
		{"May"},
		{"Monday"},
		{"mp3"},
		{"+"},
		{"♡ Save"},
		{"Save"},
		{"Next"},
		{""},
	}
	of := map[string]int{}
	for n, line := range labels {
		for _, label := range line {
			s := subjectOf(friction.ControlKey(&replay.Target{Tag: "button", Label: label, Path: "main>button"}))
			if first, ok := of[s]; ok && first != n {
				t.Errorf("%q is one with %q: %q", label, labels[first][0], s)
			} else if !ok && label != line[0] {
				t.Errorf("%q is not one with %q: %q", label, line[0], s)
			}
			of[s] = n
		}
	}
	ids := [][]string{{"apply-9f3a2c1b", "apply-x7k2m9q4"}, {"apply"}, {"row-1", "row-27"}, {"row"}, {"Button_primary__3xK9a", "Button_primary__8aB1z2"}}
	of = map[string]int{}
	for n, line := range ids {
		for _, id := range line {
			s := subjectOf(friction.ControlKey(&replay.Target{Tag: "button", TestID: id}))
			if first, ok := of[s]; ok != (id != line[0]) || ok && first != n {
				t.Errorf("%q: %q", id, s)
			}
			of[s] = n
		}
	}
	for _, key := range []string{"", "button", "a|b", "a|b|c", "a|b|c|d|e", "div|||"} {
		if s := subjectOf(key); subjectOf(s) != s {
			t.Errorf("%q becomes %q, then %q", key, s, subjectOf(s))
		}
	}
}

// TestSlot: a label is put back where it was taken from.
func TestSlot(t *testing.T) {
	for _, s := range []string{"button||pay now|main>button", "a|name|a | b|nav>a", "button|||main"} {
		slot, label, ok := slotOf(s)
		if !ok || subjectIn(slot, label) != s {
			t.Errorf("%q: slot %q and label %q", s, slot, label)
		}
	}
	for _, s := range []string{"button|test:pay", "button|id:pay", "button||pay|", "button", ""} {
		if slot, _, ok := slotOf(s); ok {
			t.Errorf("%q has slot %q", s, slot)
		}
	}
}

func labelled(label string) friction.Target {
	raw := replay.Target{Tag: "button", Role: "button", Label: label, Path: "main>button"}
	return friction.Target{Key: friction.ControlKey(&raw), Tag: "button", Role: "button", Label: label, Path: raw.Path, Kind: friction.Control, Certainty: 0.75}
}

// TestJoins: what sessions call by different labels is one control where that can be known, and only there.
func TestJoins(t *testing.T) {
	masked := func(s *story) *story { s.d.Marks = []replay.Mark{replay.MarkMasked}; return s }
	var site []*story // that has languages
	for n, lang := range []string{"de", "fr"} {
		site = append(site, by(100+n, "").on("/"+lang+"/cart").on("/"+lang+"/search"))
	}
	press := func(n int, path, label string) *story {
		return by(n, fmt.Sprint("user ", n)).on(path).trouble(friction.DeadTap, labelled(label))
	}
	rows := func(words string, n, each int) (all []*story) {
		for i := range n * each {
			all = append(all, press(i, "/search", fmt.Sprintf(words, word(i%n))))
		}
		return all
	}
	pair := func(path, label string) []*story { return []*story{press(1, path, label), press(2, path, label)} }
	for _, c := range []struct {
		name    string
		stories []*story
		want    []string
	}{
		{"languages", slices.Concat(site, pair("/de/cart", "Bezahlen"), []*story{press(3, "/fr/cart", "Payer")}), []string{"“Bezahlen” does nothing on /cart"}},
		{"two controls in each language", slices.Concat(site, pair("/de/cart", "Bezahlen"), pair("/de/cart", "Zurück"), pair("/fr/cart", "Payer"), pair("/fr/cart", "Retour")),
			[]string{"“Bezahlen” does nothing on /cart", "“Payer” does nothing on /cart", "“Retour” does nothing on /cart", "“Zurück” does nothing on /cart"}},
		{"languages of the context", speak([]string{"de", "fr-CA", "it"}, press(1, "/cart", "Bezahlen"), press(2, "/cart", "Payer"), press(3, "/cart", "Paga")),
			[]string{"“Bezahlen” does nothing on /cart"}},
		{"one language of the context", speak([]string{"de", "de", "de", "de"}, press(1, "/cart", "Bezahlen"), press(2, "/cart", "Bezahlen"), press(3, "/cart", "Retour"), press(4, "/cart", "Retour")),
			[]string{"“Bezahlen” does nothing on /cart", "“Retour” does nothing on /cart"}},
		{"one language", slices.Concat(pair("/cart", "Pay"), pair("/cart", "Back")), []string{"“Back” does nothing on /cart", "“Pay” does nothing on /cart"}},
		{"masked", []*story{press(1, "/cart", "Pay"), masked(press(2, "/cart", "***"))}, []string{"“Pay” does nothing on /cart"}},
		{"an icon", []*story{press(1, "/cart", "Pay"), press(2, "/cart", "")}, nil},
		{"masked, of two", slices.Concat(pair("/cart", "Pay"), pair("/cart", "Back"), []*story{masked(press(7, "/cart", "***"))}),
			[]string{"“Back” does nothing on /cart", "“Pay” does nothing on /cart"}},
		{"rows", rows("%s", learnSiblings, 1), []string{"A button never responds on /search"}},
		{"a menu", rows("%s", learnSiblings, popSessions), menu()},
		{"busy rows", rows("Add %s to the cart", learnSiblings, popSessions), []string{"“Add … to the cart” never responds on /search"}},
		{"few rows", rows("Add %s to the cart", learnNumbered, popSessions), []string{"“Add … to the cart” never responds on /search"}},
		{"busy rows by their end", rows("%s kaufen", learnSiblings, popSessions), []string{"“… kaufen” never responds on /search"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, rows := buildTitled(t, c.stories, c.want)
			affected := 0
			for _, i := range r.Issues {
				affected += i.Exposed
			}
			equal(t, "rows", rows, affected)
		})
	}
}

// speak gives stories the languages of their people.
func speak(languages []string, stories ...*story) []*story {
	for i, s := range stories {
		s.d.Context.Attributes = map[string]string{"language": languages[i]}
	}
	return stories
}

func menu() (all []string) {
	for i := range learnSiblings {
		all = append(all, "“"+word(i)+"” never responds on /search")
	}
	slices.Sort(all)
	return all
}

// TestRepeatUseOfJoined: what a person says about one label holds for the control.
func TestRepeatUseOfJoined(t *testing.T) {
	rage := func(s *story) {
		s.on("/game").trouble(friction.RageTap, labelled(fmt.Sprint("Tap (", s.d.Start.Hour(), ")")))
	}
	stories := users(1, 3, rage)
	equal(t, "issues", len(build(Settings{}, stories...).Issues), 1)
	marked := Settings{RepeatUse: []Control{{"/game", labelled("Tap (77)").Key}}}
	equal(t, "issues after the mark", len(build(marked, stories...).Issues), 0)
}

func TestSureness(t *testing.T) {
	nameless := friction.Target{Key: "button|||main>button", Tag: "button", Path: "main>button", Kind: friction.Control, Certainty: 0.4}
	for _, c := range []struct {
		target friction.Target
		want   float64
		notes  int
	}{{payByID, 1, 0}, {labelled("Pay"), 0.75, 0}, {nameless, 0.4, 1}} {
		i := one(t, build(Settings{}, users(1, 3, func(s *story) { s.on("/a").trouble(friction.DeadTap, c.target) })...))
		if math.Abs(i.Sureness-c.want) > 1e-9 {
			t.Errorf("sureness %v instead of %v", i.Sureness, c.want)
		}
		equal(t, "notes", len(i.Notes), c.notes)
	}
	whole := one(t, build(Settings{}, users(1, 6, func(s *story) { s.on("/a").whole(friction.QuickBack) })...))
	equal(t, "sureness of a screen", whole.Sureness, 1.0)
}

// TestOneErrorBehindControls: controls that fail with one error are one issue, those that also fail otherwise are not.
func TestOneErrorBehindControls(t *testing.T) {
	fails := func(n int, path, label, cause string) *story {
		return by(n, fmt.Sprint("user ", n)).on(path).trouble(friction.ErrorTap, labelled(label)).last(func(e *friction.Episode) { e.Cause = cause })
	}
	twice := func(n int, path, label, cause string) []*story {
		return []*story{fails(n, path, label, cause), fails(n+1, path, label, cause)}
	}
	const broken = "POST /api/pay 500"
	both := func(cause, other string) []*story {
		return slices.Concat(twice(1, "/pay", "Pay", cause), []*story{fails(3, "/pay", "Pay", cause)}, twice(4, other, "Express", cause))
	}
	dead := by(9, "user 9").on("/pay").trouble(friction.DeadTap, labelled("Express"))
	apart := func(screen string) []string {
		return []string{"“Express” fails with an error on " + screen, "“Pay” fails with an error on /pay"}
	}
	for _, c := range []struct {
		name    string
		stories []*story
		want    []string
	}{
		{"one screen", both(broken, "/pay"), []string{"“Pay” and another control fail with an error on /pay"}},
		{"two screens", both(broken, "/orders"), []string{"“Pay” and another control fail with an error on /pay and another screen"}},
		{"too few people each", []*story{fails(1, "/pay", "Pay", broken), fails(2, "/pay", "Express", broken)},
			[]string{"“Pay” and another control fail with an error on /pay"}},
		{"also dead", append(both(broken, "/pay"), dead), apart("/pay")},
		{"a message on one screen", both("9416f8ab670e5963", "/pay"), []string{"“Pay” and another control fail with an error on /pay"}},
		{"a message on two screens", both("9416f8ab670e5963", "/orders"), apart("/orders")},
		{"a script of another host", both(scriptError, "/pay"), apart("/pay")},
		{"where every request goes", both("POST /graphql 500", "/pay"), apart("/pay")},
		{"nothing known", both("", "/pay"), apart("/pay")},
		{"another status", slices.Concat(twice(1, "/pay", "Pay", broken), twice(4, "/pay", "Express", "POST /api/pay 403")), apart("/pay")},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, exposed := buildTitled(t, c.stories, c.want)
			equal(t, "rows", exposed, len(c.stories))
		})
	}
	i := one(t, build(Settings{}, append(both(broken, "/orders"), by(20, "").on("/pay").try(labelled("Pay"), friction.OK).on("/orders").try(labelled("Express"), friction.OK))...))
	equal(t, "sessions", []int{i.Sessions, i.Exposed, i.Use.Sessions, i.Use.Tried}, []int{5, 6, 6, 7})
	var controls []string
	for _, c := range i.Controls {
		controls = append(controls, fmt.Sprint(c.Target.Label, c.Screen, c.Sessions))
	}
	equal(t, "controls", controls, []string{"Pay/pay3", "Express/orders2"})
}

// FuzzSubject: a subject is its own subject, and the slot of one is put together again.
func FuzzSubject(f *testing.F) {
	for _, s := range []string{"button||pay €#.#|main>button", "a|test:x#k#m", "button|name|mon, # nov|form>button", "||||", "a|b|#|", "\xff|\xfe|#\xff|é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, key string) {
		s := subjectOf(key)
		if again := subjectOf(s); again != s {
			t.Errorf("%q becomes %q, then %q", key, s, again)
		}
		if slot, label, ok := slotOf(s); ok && subjectIn(slot, label) != s {
			t.Errorf("%q: slot %q and label %q", s, slot, label)
		}
	})
}
