package cluster

import (
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

var update = flag.Bool("update", false, "rewrite golden files")

// A synthetic shop in which it is known which episodes are one problem, told with everything that makes one control look
// like many: languages, amounts, dates, counters, hashed ids, masked sessions, rows, components, one error behind several
// buttons.

// shopper tells one session.
type shopper struct {
	*story
	r       *rand.Rand
	lang    int // 0 en, 1 de, 2 fr
	release int
	masked  bool
	truth   []string // of each episode
}

// fault is one planted problem: what a shopper who meets it does.
type fault struct {
	name string
	meet func(s *shopper)
}

// button makes a control as the detectors describe it. Certainty is that of package friction: 1 with a test id, 0.75 with
// a label, 0.4 with neither.
func (s *shopper) button(testID, label, path string) friction.Target {
	raw := replay.Target{Tag: "button", Role: "button", TestID: testID, Label: label, Path: path}
	sure := 0.75
	if s.masked {
		raw.Label, raw.Traits = "*** ****", replay.Masked
		sure = 0.4
	}
	if testID != "" {
		sure = 1
	}
	return friction.Target{Key: friction.ControlKey(&raw), Tag: "button", Role: "button", Label: raw.Label, Path: path,
		Selector: fmt.Sprintf("main > button.css-%x", s.r.Uint32()), Kind: friction.Control, Certainty: sure}
}

func (s *shopper) say(en, de, fr string) string { return []string{en, de, fr}[s.lang] }

// go to a page in the language of the shopper.
func (s *shopper) visit(path string) { s.on("/" + s.say("en", "de", "fr") + path) }

func (s *shopper) fail(p friction.Pattern, t friction.Target, cause string) {
	s.trouble(p, t).last(func(e *friction.Episode) { e.Cause = cause })
}

// dead fails in one of the ways in which a button that does nothing is met.
func (s *shopper) dead(t friction.Target) {
	s.fail([]friction.Pattern{friction.DeadTap, friction.RageTap}[s.r.IntN(2)], t, "")
}

var (
	categories = []string{"lamps", "rugs", "vases", "chairs", "beds"}
	adjectives = []string{"blue", "red", "oak", "wool", "tall", "small", "round", "matt", "soft", "slim"}
	things     = []string{"lamp", "rug", "vase", "chair", "bed", "clock", "shelf", "plaid"}
)

func (s *shopper) product() string {
	return adjectives[s.r.IntN(len(adjectives))] + " " + things[s.r.IntN(len(things))]
}

func (s *shopper) somewhere() string {
	return []string{"/", "/cart", "/checkout", "/c/" + categories[s.r.IntN(5)], "/account/orders"}[s.r.IntN(5)]
}

func (s *shopper) price() string {
	v := fmt.Sprintf("%d.%02d", 3+s.r.IntN(200), s.r.IntN(100))
	if s.r.IntN(4) == 0 {
		v = fmt.Sprintf("1,%03d.%02d", s.r.IntN(1000), s.r.IntN(100))
	}
	return s.say("Pay €"+v, "Jetzt "+v+" EUR zahlen", "Payer "+v+" €")
}

func faults() []fault {
	slot := func(s *shopper) string {
		at := time.Date(2026, 11, 1+s.r.IntN(28), 8+s.r.IntN(12), 15*s.r.IntN(4), 0, 0, time.UTC)
		return s.say(at.Format("Mon, 2 Jan 3:04 PM"), at.Format("02.01.")+" Mo 14:30", at.Format("15:04")+" mar 3 nov")
	}
	hash := []string{"9f3a2c1b", "x7k2m9q4"}
	again := func(path, label, cause string) fault {
		return fault{"error-pay", func(s *shopper) {
			s.visit(path)
			s.fail(friction.ErrorTap, s.button("go-"+label, label, "main>button"), cause)
		}}
	}
	return []fault{
		{"header-search", func(s *shopper) { s.visit(s.somewhere()); s.dead(s.button("search", "Search", "header>form>button")) }},
		{"nav-link", func(s *shopper) {
			s.visit(s.somewhere())
			s.dead(s.button("nav-sale", s.say("Sale", "Angebote", "Soldes"), "nav>ul>li>a"))
		}},
		{"row-button", func(s *shopper) {
			s.visit("/search")
			s.dead(s.button("", "Add "+s.product()+" to the cart", "main>ul>li>button"))
		}},
		{"pay-price", func(s *shopper) { s.visit("/checkout"); s.dead(s.button("", s.price(), "main>form>button")) }},
		{"slot", func(s *shopper) { s.visit("/delivery"); s.dead(s.button("", slot(s), "main>div>button")) }},
		{"counter", func(s *shopper) {
			s.visit("/inbox")
			n := s.r.IntN(30)
			label := s.say("Unread", "Ungelesen", "Non lus")
			if n > 0 {
				label += fmt.Sprintf(" (%d)", n)
			}
			s.dead(s.button("", label, "aside>button"))
		}},
		{"hashed", func(s *shopper) {
			s.visit("/cart")
			s.dead(s.button("apply-"+hash[s.release], "Apply", "main>form>button"))
		}},
		{"translated", func(s *shopper) {
			s.visit("/account/profile")
			s.dead(s.button("", s.say("Save changes", "Änderungen speichern", "Enregistrer"), "main>form>footer>button"))
		}},
		{"save", func(s *shopper) { s.visit("/note"); s.dead(s.button("", "Save", "main>dialog>button")) }},
		{"cancel", func(s *shopper) { s.visit("/note"); s.dead(s.button("", "Cancel", "main>dialog>button")) }},
		{"continue-checkout", func(s *shopper) { s.visit("/checkout/address"); s.dead(s.button("", "Continue", "main>button")) }},
		{"continue-verify", func(s *shopper) { s.visit("/account/verify"); s.dead(s.button("", "Continue", "main>button")) }},
		{"add-to-cart", func(s *shopper) {
			s.visit("/p/" + strings.ReplaceAll(s.product(), " ", "-"))
			s.dead(s.button("add", "Add to cart", "main>button"))
		}},
		{"native", func(s *shopper) {
			s.on(fmt.Sprintf("Order %d", 1000+s.r.IntN(9000)))
			s.dead(s.button("", "Track", "stack>button"))
		}},
		{"route-delete", func(s *shopper) { s.on("/app#/settings"); s.dead(s.button("", "Delete", "main>button")) }},
		{"route-export", func(s *shopper) { s.on("/app#/reports"); s.dead(s.button("", "Delete", "main>button")) }},
		again("/checkout/payment", "Pay", "POST /api/pay 500"),
		again("/checkout/payment", "Express", "POST /api/pay 500"),
		again("/account/orders", "Pay again", "POST /api/pay 500"),
		{"coupon", func(s *shopper) {
			s.visit("/basket")
			s.fail(friction.ErrorTap, s.button("coupon", "Apply", "main>button"), "POST /api/coupon 500")
		}},
		{"mixed", func(s *shopper) {
			s.visit("/basket")
			gift := s.button("gift", "Gift wrap", "main>button")
			if s.r.IntN(2) == 0 {
				s.fail(friction.ErrorTap, gift, "POST /api/coupon 500")
			} else {
				s.dead(gift)
			}
		}},
	}
}

// shop tells n sessions of n/2 people; everybody meets two faults and uses the same controls with success elsewhere.
func shop(n int) []*shopper {
	all := faults()
	var told []*shopper
	for i := range n {
		r := rand.New(rand.NewPCG(11, uint64(i)))
		s := &shopper{story: by(i, fmt.Sprint("user ", r.IntN(n/2+1))), r: r, lang: r.IntN(3), release: r.IntN(2), masked: r.IntN(5) == 0}
		s.version([]string{"4.1.0", "4.2.0"}[s.release])
		if s.masked {
			s.d.Marks = []replay.Mark{replay.MarkMasked}
		}
		for range 2 {
			f := all[r.IntN(len(all))]
			f.meet(s)
			if r.IntN(2) == 0 { // the second try works
				s.try(s.d.Targets[s.d.Episodes[len(s.d.Episodes)-1].Target], friction.OK)
			}
			for len(s.truth) < len(s.d.Episodes) {
				s.truth = append(s.truth, f.name)
			}
		}
		told = append(told, s)
	}
	return told
}

// grouped returns the true and the found group of every episode; one without an issue is a group of its own.
func grouped(r *Result, told []*shopper) (truth, found []string) {
	for _, s := range told {
		for i := range s.d.Episodes {
			truth = append(truth, s.truth[i])
			key := r.IssueKey(&s.d, i)
			if key == "" {
				key = fmt.Sprint("none ", len(found))
			}
			found = append(found, key)
		}
	}
	return truth, found
}

// TestQuality states how well issues agree with what was planted, in a golden file.
func TestQuality(t *testing.T) {
	told := shop(4000)
	r := New(Settings{})
	for _, s := range told {
		r.Add(&s.d)
	}
	result := r.Result()
	truth, found := grouped(result, told)
	a := Agree(truth, found)
	var out strings.Builder
	fmt.Fprintf(&out, "%d episodes of %d planted problems in %d issues\nV-measure %.3f (homogeneity %.3f, completeness %.3f), adjusted Rand %.3f\n\n",
		len(truth), len(countOf(truth)), len(result.Issues), a.V, a.Homogeneity, a.Completeness, a.Rand)
	title := map[string]string{}
	if !slices.IsSortedFunc(result.Issues, func(x, y Issue) int { return cmp.Compare(x.Key, y.Key) }) {
		t.Error("the issues are not in the order of their keys, by which a stored Basis finds their tries again")
	}
	for _, i := range result.Issues {
		title[i.Key] = i.Title
	}
	for _, name := range sortedKeys(countOf(truth)) {
		issues := map[string]int{}
		all := 0
		for i := range truth {
			if truth[i] == name {
				issues[found[i]]++
				all++
			}
		}
		keys := slices.SortedFunc(mapKeys(issues), func(x, y string) int {
			if d := issues[y] - issues[x]; d != 0 {
				return d
			}
			return strings.Compare(x, y)
		})
		fmt.Fprintf(&out, "%-18s %3d in %d: ", name, all, len(issues))
		for n, k := range keys[:min(len(keys), 4)] {
			if n > 0 {
				out.WriteString("; ")
			}
			fmt.Fprintf(&out, "%d %s", issues[k], title[k])
		}
		out.WriteString("\n")
	}
	fmt.Fprintf(&out, "\nIssues of a part of the sessions: how many of the %d have the same key, and others.\n", len(result.Issues))
	for _, part := range []struct {
		name  string
		takes func(i int, s *shopper) bool
	}{
		{"every other session", func(i int, _ *shopper) bool { return i%2 == 0 }},
		{"the first half", func(i int, _ *shopper) bool { return i < len(told)/2 }},
		{"a tenth", func(i int, _ *shopper) bool { return i%10 == 0 }},
		{"the old release", func(_ int, s *shopper) bool { return s.release == 0 }},
		{"the new release", func(_ int, s *shopper) bool { return s.release == 1 }},
		{"without masked ones", func(_ int, s *shopper) bool { return !s.masked }},
		{"masked ones", func(_ int, s *shopper) bool { return s.masked }},
		{"one language", func(_ int, s *shopper) bool { return s.lang == 0 }},
	} {
		b := New(Settings{})
		for i, s := range told {
			if part.takes(i, s) {
				b.Add(&s.d)
			}
		}
		same, led, others := 0, 0, []string{}
		now := b.Result().Issues
		aliases := Aliases(Trace(now, result.Issues), result.Issues)
		for _, i := range now {
			switch {
			case title[i.Key] != "":
				same++
			case aliases[i.Key] != "":
				led++
			default:
				others = append(others, i.Title)
			}
		}
		slices.Sort(others)
		fmt.Fprintf(&out, "%-20s %2d the same, %2d led to one by Trace, others: %s\n", part.name, same, led, cmp.Or(strings.Join(others, "; "), "none"))
	}
	out.WriteString("\nThe same shop with fewer and more sessions.\n")
	for _, n := range []int{400, 1000, 16000} {
		told := shop(n)
		b := New(Settings{})
		for _, s := range told {
			b.Add(&s.d)
		}
		r := b.Result()
		a := Agree(grouped(r, told))
		fmt.Fprintf(&out, "%5d sessions: %d issues, V-measure %.3f, adjusted Rand %.3f\n", n, len(r.Issues), a.V, a.Rand)
	}
	if a.V < 0.95 || a.Rand < 0.95 {
		t.Errorf("agreement with what was planted: %+v, at least 0.95 is promised", a)
	}
	compareGolden(t, "quality.golden", out.String())
}

func countOf(list []string) map[string]int {
	m := map[string]int{}
	for _, s := range list {
		m[s]++
	}
	return m
}

func mapKeys(m map[string]int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; run with -update and argue the change.\ngot:\n%s\nwant:\n%s", file, got, want)
	}
}
