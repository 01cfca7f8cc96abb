package friction

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var updateTable = flag.Bool("update", false, "rewrite the table of stories in testdata/README.md")

// leastStories and leastOfFilter are how many stories of each sort every pattern and every filter has: enough that a
// rule cannot pass by knowing one page.
const (
	leastStories  = 6
	leastOfFilter = 3
)

// filterNames are the validation filters of docs/SIGNALS.md 6.4.
var filterNames = [...]string{"progress", "exploring toggle", "text selection", "blind surface", "native picker",
	"effect outside the page", "scroll answer", "one gesture", "ambient change", "ownership", "three outcomes", "disabled",
	"wake-up", "hold", "settled", "answer by styling", "ambient error", "cursor and dragging", "typing surface", "repeat use"}

// complaints are what users of other systems reported in public (docs/SIGNALS.md 3). A story names one of the threads.
var complaints = [...]struct {
	what    string
	threads []string
}{
	{"steppers, pagination, carousels, calendars", []string{"phq#22257", "ph#2565", "dd#3621", "se#8379"}},
	{"clicking twice or three times to select text", []string{"phq#40880", "am#1471", "dd#1596", "se#8300"}},
	{"two-state toggles", []string{"posthog.com#17269"}},
	{"links to new tabs, downloads and files", []string{"sb#60826", "am#1285", "dd#1610", "ph#3619"}},
	{"buttons that export, copy, print or play", []string{"se#9087", "se#10257"}},
	{"file pickers, native selects, date popups", []string{"sb#80275", "clarity@cc069a5b"}},
	{"a button that opens a window", []string{"dd#1631"}},
	{"the click that wakes a tab up", []string{"ph#3274", "ph#4503"}},
	{"right clicks and clicks with a modifier key", []string{"ph#2670", "am#1496"}},
	{"disabled buttons", []string{"ph#1508"}},
	{"inputs whose only answer is a new value", []string{"dd#1603", "dd#1968"}},
	{"rich-text fields", []string{"dd#1986"}},
	{"labels", []string{"dd#3642"}},
	{"the page scrolls in answer", []string{"dd#2669"}},
	{"the page reacts on pointer down, before the click", []string{"dd#1958", "dd#1979", "dd#1998", "se#13518", "ph#4931", "ph#4935"}},
	{"a changed page still called dead", []string{"se#8847", "se#9755"}},
	{"a selection that is not seen", []string{"ph#4733"}},
	{"a recorder that stops seeing changes", []string{"ph#4315", "ph#4325"}},
	{"clickable-looking things, backdrops, copied text", []string{"clarity#603"}},
	{"a broken button that was never reported", []string{"ph#3621"}},
	{"a mashed button and no rage", []string{"se#17164"}},
	{"fingers that scroll", []string{"highlight#1365", "highlight#1513", "am#1941"}},
	{"the on-screen keyboard", []string{"posthog-flutter#517", "posthog-ios#638", "posthog-ios#734", "ph#4886"}},
	{"sliders, pickers, segmented controls", []string{"posthog-ios#554"}},
	{"one tap reported by several recognisers", []string{"Amplitude-Swift#403"}},
	{"a cursor that thrashes in ordinary use", []string{"am#1604"}},
	{"rage thresholds that are too low", []string{"mixpanel-js#299", "splunk-otel-js-web#1590", "am#1183", "am#1265"}},
	{"things that are no controls", []string{"posthog-android#799"}},
	{"nothing found on mobile at all", []string{"dd-sdk-reactnative#506", "dd-sdk-reactnative#913"}},
}

// tally counts stories that find struggle and stories that find none.
type tally struct{ kept, passed int }

func (n *tally) add(kept bool) {
	if kept {
		n.kept++
	} else {
		n.passed++
	}
}

// TestStoryTable counts the stories of every pattern, filter and complaint, demands enough of each, and keeps the table
// in testdata/README.md true. Run it with -update to rewrite the table.
func TestStoryTable(t *testing.T) {
	patterns := map[string]*tally{}
	for _, d := range detectors {
		patterns[string(d.pattern)] = &tally{}
	}
	filters := make([]tally, len(filterNames))
	told := make([]tally, len(complaints))
	for name, text := range stories(t) {
		st, err := parseStory(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		countPatterns(t, name, st, patterns)
		kept := st.keeps("")
		for _, x := range st.about {
			if !countAbout(x, kept, filters, told) {
				t.Errorf("%s: about %s: neither a filter nor a thread of a known complaint", name, x)
			}
		}
	}
	table := storyTable(patterns, filters, told)
	for _, d := range detectors {
		if n := patterns[string(d.pattern)]; n.kept < leastStories || n.passed < leastStories {
			t.Errorf("%s: %d stories of struggle and %d innocent twins, want at least %d of each", d.pattern, n.kept, n.passed, leastStories)
		}
	}
	for i, n := range filters {
		if n.kept < leastOfFilter || n.passed < leastOfFilter {
			t.Errorf("F%d (%s): %d stories kept near it and %d that it lets pass, want at least %d of each", i+1, filterNames[i], n.kept, n.passed, leastOfFilter)
		}
	}
	for i, n := range told {
		if n.kept+n.passed == 0 {
			t.Errorf("no story is about %s: %v", complaints[i].what, complaints[i].threads)
		}
	}
	keepTable(t, table)
}

// keeps reports whether the story expects a kept episode of a pattern, or of any.
func (st *story) keeps(pattern string) bool {
	return slices.ContainsFunc(st.want, func(w string) bool { return strings.HasPrefix(w, strings.TrimRight("kept "+pattern, " ")+" ") })
}

// ofNoPattern are the files whose stories belong to no single pattern: what counts as an answer, and what the tests of
// other systems tell. Where one of them keeps nothing, it is a twin of none.
var ofNoPattern = []string{"looks", "peers"}

// countPatterns counts a story for what it keeps or, if that is nothing, as an innocent twin of the pattern whose file
// it stands in.
func countPatterns(t *testing.T, name string, st *story, patterns map[string]*tally) {
	file, _, _ := strings.Cut(name, "/")
	found := slices.Contains(ofNoPattern, file)
	for p, n := range patterns {
		own := strings.ReplaceAll(p, "_", "") == file
		found = found || own
		if kept := st.keeps(p); kept || own && !st.keeps("") {
			n.add(kept)
		}
	}
	if !found {
		t.Errorf("%s: no pattern of the table detectors, written without underscores, is called %s", name, file)
	}
}

func countAbout(x string, kept bool, filters, told []tally) bool {
	for i := range filters {
		if x == fmt.Sprintf("F%d", i+1) {
			filters[i].add(kept)
			return true
		}
	}
	for i := range complaints {
		if slices.Contains(complaints[i].threads, x) {
			told[i].add(kept)
			return true
		}
	}
	return false
}

func storyTable(patterns map[string]*tally, filters, told []tally) string {
	var b strings.Builder
	b.WriteString("| pattern | struggle | innocent |\n|---|---|---|\n")
	for _, d := range detectors {
		n := patterns[string(d.pattern)]
		fmt.Fprintf(&b, "| `%s` | %d | %d |\n", d.pattern, n.kept, n.passed)
	}
	b.WriteString("\n| filter | kept although it is near | passed because of it |\n|---|---|---|\n")
	for i, n := range filters {
		fmt.Fprintf(&b, "| F%d %s | %d | %d |\n", i+1, filterNames[i], n.kept, n.passed)
	}
	b.WriteString("\n| complaint of users of other systems | stories |\n|---|---|\n")
	for i, n := range told {
		fmt.Fprintf(&b, "| %s (%s) | %d |\n", complaints[i].what, strings.Join(complaints[i].threads, ", "), n.kept+n.passed)
	}
	return b.String()
}

const (
	readme     = "testdata/README.md"
	tableBegin = "<!-- counted by TestStoryTable, rewritten by go test ./cluster/friction -run StoryTable -update -->\n"
	tableEnd   = "<!-- end of what is counted -->\n"
)

// keepTable compares the table with the one in the README, or replaces it.
func keepTable(t *testing.T, table string) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), tableBegin)
	old, after, ended := strings.Cut(rest, tableEnd)
	switch {
	case !ok || !ended:
		t.Fatalf("%s has no place for the table: %q and %q", readme, tableBegin, tableEnd)
	case old == table:
	case !*updateTable:
		t.Errorf("the table in %s no longer counts the stories; rewrite it: go test ./cluster/friction -run StoryTable -update", readme)
	default:
		if err := os.WriteFile(readme, []byte(before+tableBegin+table+tableEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDetectorsSayWhatTheyLookLike: no pattern is told by its code alone, and the thresholds that explain it exist.
func TestDetectorsSayWhatTheyLookLike(t *testing.T) {
	defaults := DefaultSettings().Thresholds
	known := map[string]bool{}
	for _, f := range defaults.fields() {
		known[f.name] = true
	}
	for _, d := range detectors {
		if d.pattern.Words() == "" {
			t.Errorf("%s has no words in the table detectors: its title and captions are made of them", d.pattern)
		}
		for _, name := range d.limits {
			if !known[name] {
				t.Errorf("%s: there is no threshold %q in Thresholds.fields", d.pattern, name)
			}
		}
	}
	if got := Pattern("none").Words(); got != "" {
		t.Errorf("what is no pattern looks like %q", got)
	}
}
