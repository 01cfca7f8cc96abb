package cluster

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

var (
	pay  = control("Pay now")
	like = control("Like")
)

func TestOneControlIsOneIssue(t *testing.T) {
	r := build(Settings{},
		by(1, "ann").on("/checkout").trouble(friction.DeadTap, pay),
		by(2, "bob").on("/checkout/").trouble(friction.RageTap, pay).trouble(friction.RageTap, pay),
		by(3, "cyd").on("/checkout").trouble(friction.SlowResponse, pay).last(func(e *friction.Episode) { e.Latency = 4200 * time.Millisecond }),
		by(4, "dan").on("/checkout").try(pay, friction.OK),
		by(5, "eve").on("/checkout").try(pay, friction.Unknown),
		by(6, "fay").on("/checkout"),
	)
	i := one(t, r)
	equal(t, "counts", []int{i.Sessions, i.Users, i.Exposed}, []int{3, 3, 4})
	equal(t, "patterns", i.Patterns, []PatternCount{{friction.RageTap, 2, 1}, {friction.DeadTap, 1, 1}, {friction.SlowResponse, 1, 1}})
	equal(t, "title", i.Title, "“Pay now” is pressed again and again without effect on /checkout")
	equal(t, "first", i.First, day0.Add(time.Hour+8*time.Second))
	equal(t, "days", i.Days, []DayCount{{Day: day0.Truncate(24 * time.Hour), Affected: 3, Exposed: 4}})
	if i.Clips[0].Contrast || !i.Clips[3].Contrast || i.Clips[3].Session != "s0004" {
		t.Errorf("clips: %+v", i.Clips)
	}
}

func TestListRowsAreOneIssue(t *testing.T) {
	r := build(Settings{}, users(1, 9, func(s *story) {
		s.on(fmt.Sprintf("/product/%d", 100*len(s.d.Session)+int(s.d.Start.Hour()))).trouble(friction.DeadTap, like)
	})...)
	equal(t, "titles", titles(r), []string{"“Like” never responds on /product/:id"})
}

func TestLeastPeople(t *testing.T) {
	dead := func(s *story) { s.on("/a").trouble(friction.DeadTap, pay) }
	gap := func(s *story) { s.on("/a").trouble(friction.AffordanceGap, surface("card")) }
	fine := func(s *story) { s.on("/a").try(like, friction.OK) }
	again := func() *story { s := by(50, "user 1"); dead(s); return s }
	anonymous := func(n int) *story { s := by(n, ""); dead(s); return s }
	for _, c := range []struct {
		name     string
		settings Settings
		stories  []*story
		want     int
	}{
		{"one stray tap", Settings{}, slices.Concat(users(1, 1, dead), users(2, 5, fine)), 0},
		{"one person twice", Settings{}, slices.Concat(users(1, 1, dead), []*story{again()}, users(2, 5, fine)), 0},
		{"two people", Settings{}, slices.Concat(users(1, 2, dead), users(3, 5, fine)), 1},
		{"two sessions without a user", Settings{}, append(users(1, 5, fine), anonymous(60), anonymous(61)), 1},
		{"data of one person", Settings{}, users(1, 1, dead), 1},
		{"set to three", Settings{MinPeople: 3}, slices.Concat(users(1, 2, dead), users(3, 5, fine)), 0},
		{"four on something that is no control", Settings{}, users(1, 4, gap), 0},
		{"five on something that is no control", Settings{}, users(1, 5, gap), 1},
		{"set to two", Settings{MinPeopleSurface: 2}, users(1, 2, gap), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if r := build(c.settings, c.stories...); len(r.Issues) != c.want {
				t.Errorf("%q", titles(r))
			}
		})
	}
}

func TestNoIssueOfTheInnocent(t *testing.T) {
	dismissed := func(s *story) {
		s.on("/feed").trouble(friction.RageTap, like).last(func(e *friction.Episode) { e.Verdict, e.Reason = friction.Dismissed, friction.ReasonProgress })
	}
	r := build(Settings{}, users(1, 8, dismissed)...)
	if len(r.Issues) != 0 {
		t.Errorf("%q", titles(r))
	}
}

func TestCrowd(t *testing.T) {
	step := control("+")
	rage := func(unanswered int32) func(*story) {
		return func(s *story) {
			s.on("/cart").trouble(friction.RageTap, step).last(func(e *friction.Episode) { e.Unanswered = unanswered })
			s.d.Attempts[len(s.d.Attempts)-1].Outcome = friction.OK
		}
	}
	often := func(s *story) {
		s.on("/cart")
		for range 5 {
			s.try(step, friction.OK)
		}
	}
	once := func(s *story) { s.on("/cart").try(step, friction.OK) }
	dead := func(a friction.Aftermath) func(*story) {
		return func(s *story) {
			s.on("/cart").trouble(friction.DeadTap, step).last(func(e *friction.Episode) { e.Aftermath = a })
		}
	}
	oldVersion := func(s *story) { s.version("4.0.0").on("/cart").trouble(friction.DeadTap, step) }
	for _, c := range []struct {
		name       string
		stories    []*story
		issues     int
		confidence float64
		title      string
	}{
		{"meant to be repeated", slices.Concat(users(1, 8, often), users(20, 3, rage(2))), 0, 0, ""},
		{"meant to be repeated, but not answered", slices.Concat(users(1, 30, often), users(40, 3, rage(3))), 1, 0.95, "“+” is pressed again and again without effect on /cart"},
		{"pressed once as a rule", slices.Concat(users(1, 8, once), users(20, 3, rage(2))), 1, 0.95, "“+” is pressed again and again without effect on /cart"},
		{"answers most others", slices.Concat(users(1, 8, once), users(20, 3, dead(friction.Left))), 1, 0.95, "“+” does nothing on /cart"},
		{"never answered, people leave", users(1, 6, dead(friction.Left)), 1, 0.273, "“+” never responds on /cart"},
		{"never answered, people go on", users(1, 6, dead(friction.WentOn)), 0, 0, ""},
		{"too few to tell", users(1, 3, dead(friction.WentOn)), 1, 0.6, "“+” does nothing on /cart"},
		{"broken in one version", slices.Concat(users(1, 12, once), users(20, 8, oldVersion)), 1, 0.95, "“+” does nothing on /cart (4.0.0)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := build(Settings{}, c.stories...)
			if len(r.Issues) != c.issues {
				t.Fatalf("%q", titles(r))
			}
			if c.issues == 0 {
				for _, s := range c.stories {
					for _, x := range r.Exposures(&s.d) {
						t.Errorf("exposure without an issue: %+v", x)
					}
				}
				return
			}
			equal(t, "title", r.Issues[0].Title, c.title)
			if got := r.Issues[0].Confidence; got < c.confidence-0.001 || got > c.confidence+0.001 {
				t.Errorf("confidence %v instead of %v", got, c.confidence)
			}
		})
	}
}

func TestDismissedByTheCrowdIsCounted(t *testing.T) {
	step := control("+")
	r := build(Settings{}, slices.Concat(
		users(1, 30, func(s *story) {
			s.on("/cart")
			for range 5 {
				s.try(step, friction.OK)
			}
		}),
		users(40, 2, func(s *story) { s.on("/cart").trouble(friction.RageTap, step) }),
		users(50, 3, func(s *story) {
			s.on("/cart").trouble(friction.RageTap, step).last(func(e *friction.Episode) { e.Unanswered = 1 })
		}))...)
	equal(t, "dismissed", one(t, r).Dismissed, []ReasonCount{{friction.ReasonRepeatUse, 3}})
}

func TestExposures(t *testing.T) {
	stories := []*story{
		by(0, "ann").on("/checkout").trouble(friction.DeadTap, pay),
		by(1, "bob").on("/checkout").trouble(friction.DeadTap, pay),
		by(2, "quiet failure, no episode").on("/checkout").try(pay, friction.Dead),
		by(3, "worked").on("/checkout").try(pay, friction.OK),
		by(4, "worked, then failed").on("/checkout").try(pay, friction.OK).trouble(friction.DeadTap, pay),
		by(5, "not known, then worked").on("/checkout").try(pay, friction.Unknown).try(pay, friction.OK),
		by(6, "not known").on("/checkout").try(pay, friction.Unknown),
		by(7, "another screen").on("/cart").try(pay, friction.Dead),
		by(8, "did not try").on("/checkout").try(like, friction.OK),
		by(9, "no opinion").on("/checkout").trouble(friction.DeadTap, pay).last(func(e *friction.Episode) { e.Verdict, e.Reason = friction.NoOpinion, friction.ReasonGap }),
		by(10, "answered, but no progress").on("/checkout").troubleAt(friction.RageTap, pay, friction.OK, 1, 1),
	}
	episodeOnly := by(11, "episode without an attempt").on("/checkout").trouble(friction.RageTap, pay)
	episodeOnly.d.Attempts = nil
	stories = append(stories, episodeOnly)
	r := build(Settings{}, stories...)
	one(t, r)
	at := 8 * time.Second
	want := [][]Exposure{
		0:  {{At: at, Failed: true, Gestures: 1}},
		1:  {{At: at, Failed: true, Gestures: 1}},
		2:  {{At: at, Failed: true, Gestures: 1, Episode: -1}},
		3:  {{At: at, Gestures: 1, Episode: -1}},
		4:  {{At: at, Gestures: 1, Episode: -1, Later: at + time.Second}},
		5:  {{At: at + time.Second, Gestures: 1, Before: 1, Episode: -1}},
		10: {{At: at, Failed: true, Gestures: 1}},
		11: {{At: at, Failed: true, Gestures: 3}},
	}
	rows := 0
	for n, s := range stories {
		got := r.Exposures(&s.d)
		var w []Exposure
		if n < len(want) {
			w = want[n]
		}
		if !cmp.Equal(got, w) && len(got)+len(w) > 0 {
			t.Errorf("%s:\n%s", s.d.Context.User, cmp.Diff(w, got))
		}
		rows += len(got)
	}
	equal(t, "Exposed counts the rows", r.Issues[0].Exposed, rows)
}

func TestExposuresOfScreens(t *testing.T) {
	stories := []*story{
		by(0, "ann").on("/a").on("/help/7").whole(friction.QuickBack),
		by(1, "bob").on("/help/8").on("/a").on("/help/9").whole(friction.QuickBack),
		by(2, "cyd").on("/help/9"),
		by(3, "dan").on("/a"),
	}
	if few := build(Settings{}, stories...); len(few.Issues) != 0 {
		t.Errorf("two people make no habit: %q", titles(few))
	}
	r := build(Settings{MinPeopleSurface: 2}, stories...)
	i := one(t, r)
	equal(t, "title", i.Title, "People go back at once on /help/:id")
	equal(t, "family", i.Family, FamilyNavigation)
	equal(t, "exposed", i.Exposed, 3)
	for n, want := range [][]Exposure{
		{{At: 9 * time.Second, Failed: true}},
		{{At: 7 * time.Second, Failed: true}},
		{{At: 7 * time.Second, Episode: -1}},
		{},
	} {
		equal(t, stories[n].d.Context.User, r.Exposures(&stories[n].d), want)
	}
}

func TestFreezeBelongsToItsControl(t *testing.T) {
	freeze := func(s *story) {
		s.on("/search").trouble(friction.UIFreeze, pay).last(func(e *friction.Episode) { e.End = e.Start + 3100*time.Millisecond })
	}
	slow := func(s *story) { s.on("/search").trouble(friction.SlowResponse, pay) }
	nowhere := func(s *story) {
		s.on("/search").whole(friction.UIFreeze).last(func(e *friction.Episode) { e.End = e.Start + 2*time.Second })
	}
	r := build(Settings{}, slices.Concat(users(1, 3, freeze), users(10, 2, slow))...)
	equal(t, "with a control", one(t, r).Title, "The page freezes for 3.1 s after “Pay now” is pressed on /search")
	r = build(Settings{}, users(1, 3, nowhere)...)
	equal(t, "without", one(t, r).Title, "The page freezes for 2.0 s on /search")
	equal(t, "family", r.Issues[0].Family, FamilyFreeze)
}

func TestMeantControl(t *testing.T) {
	banner := surface("cookie")
	cover := func(x, y int32) func(*story) {
		return func(s *story) {
			s.version("4.2.0").on("/checkout").troubleAt(friction.AffordanceGap, banner, friction.Dead, x, y)
		}
	}
	silent := func(s *story) { s.version("4.2.0").on("/checkout").tryAt(banner, friction.Dead, 105, 700) }
	works := func(x, y int32) func(*story) {
		return func(s *story) { s.on("/checkout").tryAt(pay, friction.OK, x, y) }
	}
	wide := func(s *story) { works(100, 700)(s); s.d.Context.ViewportW = 1280 }
	for _, c := range []struct {
		name    string
		stories []*story
		want    []string
	}{
		{"covered", slices.Concat(users(1, 6, works(100, 700)), users(20, 3, cover(110, 690)), users(30, 1, silent)),
			[]string{"“Pay now” is covered by something on /checkout"}},
		{"covered by another control", slices.Concat(users(1, 6, works(100, 700)), users(20, 3, func(s *story) {
			s.on("/checkout").troubleAt(friction.DeadTap, control("Chat"), friction.Dead, 110, 690)
		})), []string{"“Pay now” is covered by “Chat” on /checkout"}},
		{"beside another control", slices.Concat(users(1, 6, works(100, 700)), users(20, 3, func(s *story) {
			s.on("/checkout").troubleAt(friction.DeadTap, control("Chat"), friction.Dead, 110, 690)
		}), users(30, 1, func(s *story) {
			s.on("/checkout").tryAt(control("Chat"), friction.OK, 112, 690)
		})), []string{"“Chat” does nothing on /checkout"}},
		{"one after the other in one place", slices.Concat(users(1, 6, works(100, 700)), users(20, 3, func(s *story) {
			works(100, 700)(s)
			s.troubleAt(friction.DeadTap, control("Confirm"), friction.Dead, 100, 700)
		})), []string{"“Confirm” does nothing on /checkout"}},
		{"a page that scrolls", slices.Concat(users(20, 3, cover(100, 700)), users(50, 30, func(s *story) {
			works(100, 70*int32(s.d.Start.Sub(day0)/time.Hour%10)+70)(s)
		})), nil},
		{"mostly elsewhere", slices.Concat(users(1, 6, works(100, 700)), users(20, 2, func(s *story) {
			s.on("/checkout").troubleAt(friction.DeadTap, control("Chat"), friction.Dead, 100, 700)
		}), users(30, 3, func(s *story) {
			s.on("/checkout").troubleAt(friction.DeadTap, control("Chat"), friction.Dead, 300, 100)
		})), []string{"“Chat” never responds on /checkout"}},
		{"elsewhere", slices.Concat(users(1, 6, works(100, 700)), users(20, 3, cover(100, 730))), nil},
		{"other size of screen", slices.Concat(users(1, 6, wide), users(20, 3, cover(110, 690))), nil},
		{"one person only", slices.Concat(users(1, 6, works(100, 700)), users(20, 1, cover(110, 690))), nil},
		{"hardly anybody presses there", slices.Concat(users(1, 1, works(100, 700)), users(20, 3, cover(110, 690))), nil},
		{"five elsewhere", slices.Concat(users(1, 6, works(100, 700)), users(20, 5, cover(300, 300))),
			[]string{"An area looks clickable, but is not on /checkout"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := build(Settings{}, c.stories...)
			equal(t, "titles", titles(r), c.want)
			if c.name != "covered" {
				return
			}
			i := &r.Issues[0]
			equal(t, "counts", []int{i.Sessions, i.Exposed}, []int{3, 10})
			failed, fine := 0, 0
			for _, s := range c.stories {
				for _, x := range r.Exposures(&s.d) {
					if x.Failed {
						failed++
					} else {
						fine++
					}
				}
			}
			equal(t, "failed and fine", []int{failed, fine}, []int{4, 6})
			equal(t, "key of an episode", r.IssueKey(&c.stories[6].d, 0), i.Key)
			equal(t, "control", i.Target.Label, "Pay now")
		})
	}
}

func TestSegments(t *testing.T) {
	var stories []*story
	for n := range 200 {
		s := by(n, fmt.Sprint("user ", n)).on("/checkout")
		if n%2 == 0 {
			s.os("Android")
		}
		if n%5 < 2 {
			s.version("4.2.0")
		}
		if n%2 == 0 && n%5 < 2 && n%7 > 0 {
			s.trouble(friction.DeadTap, pay)
		} else {
			s.try(pay, friction.OK)
		}
		s.d.Context.Attributes = map[string]string{"noise": fmt.Sprint(n % 3)}
		stories = append(stories, s)
	}
	i := one(t, build(Settings{Attributes: []string{"noise"}}, stories...))
	equal(t, "title", i.Title, "“Pay now” does nothing on /checkout (Android, 4.2.0)")
	var names []string
	for _, s := range i.Segments {
		names = append(names, s.Attribute+" "+s.Value)
	}
	equal(t, "segments", names, []string{"app_version 4.2.0", "os Android"})
	s := i.Segments[0]
	if s.Exposed != 80 || s.Affected != i.Sessions || s.RateOut != 0 || s.RateIn != float64(i.Sessions)/80 {
		t.Errorf("%+v", s)
	}
}

// TestNewVisitors: what only people meet who come for the first time is told, and who has no user id is neither.
func TestNewVisitors(t *testing.T) {
	var stories []*story
	for n := range 40 {
		user := fmt.Sprint("user ", n)
		stories = append(stories, by(3*n, user).on("/a").trouble(friction.DeadTap, pay), by(3*n+1, user).on("/a").try(pay, friction.OK),
			by(3*n+2, "").on("/a").try(pay, friction.OK))
	}
	i := one(t, build(Settings{}, stories...))
	if len(i.Segments) != 1 {
		t.Fatalf("%+v", i.Segments)
	}
	equal(t, "segment", i.Segments[0], Segment{Attribute: "visitor", Value: "new", Affected: 40, Exposed: 40, RateIn: 1, RateOut: 0})
}

func TestClips(t *testing.T) {
	var stories []*story
	aftermath := []friction.Aftermath{friction.Left, friction.Back, friction.WentOn}
	for n := range 30 {
		user := fmt.Sprint("user ", n%12) // of each person at most one clip
		s := by(n, user).version(fmt.Sprint("4.", n%3)).on("/a").trouble(friction.DeadTap, pay)
		s.last(func(e *friction.Episode) { e.Aftermath, e.Confidence = aftermath[n/3%3], 0.5+float64(n%4)/100 })
		if n == 5 {
			s.d.Marks = []replay.Mark{replay.MarkMasked}
		}
		stories = append(stories, s)
	}
	stories = append(stories, by(40, "contrast").version("4.0").on("/a").try(pay, friction.OK))
	i := one(t, build(Settings{}, stories...))
	equal(t, "number", len(i.Clips), MaxClips+1)
	seen := map[string]bool{}
	versions, ends := map[string]bool{}, map[friction.Aftermath]bool{}
	for _, c := range i.Clips[:MaxClips] {
		for _, s := range stories {
			if s.d.Session != c.Session {
				continue
			}
			if seen[s.d.Context.User] || len(s.d.Marks) > 0 {
				t.Errorf("clip %+v of %s", c, s.d.Context.User)
			}
			seen[s.d.Context.User] = true
			versions[s.d.Context.AppVersion] = true
			ends[s.d.Episodes[0].Aftermath] = true
			equal(t, "start", c.SessionStart, s.d.Start)
			equal(t, "offset", c.Start, s.d.Episodes[0].Start)
		}
	}
	if len(versions) != 3 || len(ends) != 3 {
		t.Errorf("clips show versions %v and aftermaths %v only", versions, ends)
	}
	if c := i.Clips[0].Caption; !strings.HasPrefix(c, "“Pay now” is pressed 3 times and nothing happens; then ") {
		t.Errorf("caption %q", c)
	}
	equal(t, "contrast", i.Clips[MaxClips].Caption, "For comparison: here “Pay now” works.")
}

func TestLabel(t *testing.T) {
	for _, c := range []struct {
		labels map[string]int
		want   string
	}{
		{map[string]int{"Pay now": 5, "": 2}, "Pay now"},
		{map[string]int{"Pay €12.50": 1, "Pay €8.00": 1, "Pay € 7": 1}, "Pay"},
		{map[string]int{"Blue sweater": 1, "Red hat": 1, "Green sock": 1}, ""},
		{map[string]int{"♡ Save": 3}, "♡ Save"},
		{map[string]int{"": 3}, ""},
		{map[string]int{"12": 1, "13": 1, "14": 1}, ""},
		{nil, ""},
	} {
		equal(t, fmt.Sprint(c.labels), commonLabel(c.labels), c.want)
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		target friction.Target
		want   string
	}{
		{friction.Target{Tag: "button", Label: " Pay\n now "}, "“Pay now”"},
		{friction.Target{Tag: "button", Label: "*** ****"}, "a button"},
		{friction.Target{Tag: "a", Path: "header>nav"}, "a link in the header"},
		{friction.Target{Tag: "div"}, "an area"},
		{friction.Target{Role: "textbox", Tag: "div", Path: "form>div"}, "a text field in a form"},
		{friction.Target{Tag: "p", Label: strings.Repeat("long ", 20)}, "“" + strings.TrimSpace(strings.Repeat("long ", 8)) + "…”"},
		{friction.Target{}, "something"},
	} {
		equal(t, c.want, nameOf(&c.target), c.want)
	}
}

// TestNewPatternHasWords: a pattern that no title and no caption knows yet is told in the words of its detector.
func TestNewPatternHasWords(t *testing.T) {
	equal(t, "on a control", plainly(friction.SlowResponse, "“Pay”"), "“Pay”: a late answer")
	equal(t, "on a whole screen", plainly(friction.ThrashedCursor, nameOf(&friction.Target{})), "shaking the mouse")
	equal(t, "of a newer version", plainly("of tomorrow", "“Pay”"), "“Pay”: trouble")
}

func TestHarmless(t *testing.T) {
	step := control("+")
	repeat := func(s *story) {
		s.on("/cart").troubleAt(friction.RageTap, step, friction.OK, 1, 1).
			last(func(e *friction.Episode) { e.Verdict, e.Reason = friction.Dismissed, friction.ReasonProgress })
	}
	once := func(s *story) { s.on("/cart").try(step, friction.OK) }
	stories := slices.Concat(users(1, 6, repeat), users(10, 7, once), users(20, 3, func(s *story) { s.on("/cart").troubleAt(friction.DeadTap, pay, friction.Dead, 300, 50) }))
	r := build(Settings{}, stories...)
	equal(t, "issues", titles(r), []string{"“Pay now” does nothing on /cart"})
	equal(t, "count", r.Harmless().Count(), 1)
	repeats, others := 0, 0
	for _, s := range stories {
		for _, x := range r.Harmless().Exposures(&s.d) {
			if x.Issue != 0 {
				t.Errorf("%+v", x)
			}
			if x.Failed {
				repeats++
			} else {
				others++
			}
		}
	}
	equal(t, "rows", []int{repeats, others}, []int{6, 7})
	broken := build(Settings{}, append(stories, users(30, 2, func(s *story) { s.on("/cart").troubleAt(friction.DeadTap, step, friction.Dead, 1, 1) })...)...)
	equal(t, "a control with an issue is not harmless", broken.Harmless().Count(), 0)
}

func TestComponents(t *testing.T) {
	filter := friction.Target{Key: "button|test:filter", Tag: "button", Label: "Apply filters", Path: "main>form", Kind: friction.Control, Certainty: 1}
	search := friction.Target{Key: "button|test:search", Tag: "button", Label: "Search", Path: "header>form", Kind: friction.Control, Certainty: 1}
	unsure := control("Apply filters")
	banner := friction.Target{Key: "button|id:onetrust-accept-btn-handler", Tag: "button", Label: "Accept", Path: "dialog>button", Kind: friction.Control, Certainty: 0.9}
	cookies := control("Accept all cookies")
	save := friction.Target{Key: "button|id:save", Tag: "button", Label: "Save", Path: "main>form", Kind: friction.Control, Certainty: 0.9}
	press := func(what friction.Target, screens ...string) (all []*story) {
		for n, s := range screens {
			all = append(all, by(n, fmt.Sprint("user ", n)).on(s).trouble(friction.DeadTap, what))
		}
		return all
	}
	for _, c := range []struct {
		name    string
		stories []*story
		want    []string
	}{
		{"siblings", press(filter, "/c/lamps", "/c/rugs", "/c/vases"), []string{"“Apply filters” does nothing on /c/*"}},
		{"two siblings", press(filter, "/c/lamps", "/c/rugs"), nil},
		{"two siblings, two people each", press(filter, "/c/lamps", "/c/rugs", "/c/rugs", "/c/lamps"),
			[]string{"“Apply filters” does nothing on /c/lamps", "“Apply filters” does nothing on /c/rugs"}},
		{"below the root", press(filter, "/lamps", "/rugs", "/vases"), nil},
		{"by label only", press(unsure, "/c/lamps", "/c/rugs", "/c/vases"), nil},
		{"consent", press(banner, "/", "/lamps", "/cart"), []string{"“Accept” does nothing on many screens"}},
		{"consent by its label", press(cookies, "/", "/lamps", "/cart"), []string{"“Accept all cookies” does nothing on many screens"}},
		{"the same id on different screens", press(save, "/profile", "/billing", "/team"), nil},
		{"header", press(search, "/", "/c/lamps", "/cart"), []string{"“Search” does nothing on many screens"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, rows := buildTitled(t, c.stories, c.want)
			if len(c.want) > 0 && rows != len(c.stories) {
				t.Errorf("%d rows of %d sessions", rows, len(c.stories))
			}
		})
	}
}

func TestKeys(t *testing.T) {
	first := build(Settings{}, users(1, 3, func(s *story) { s.on("/product/7").trouble(friction.DeadTap, pay) })...)
	later := build(Settings{}, users(100, 9, func(s *story) {
		moved := pay
		moved.Selector, moved.Certainty = "form > div > button.new", 0.8
		s.version("5.0").on("/product/9931").trouble(friction.RageTap, moved)
	})...)
	equal(t, "other data, other release", one(t, later).Key, one(t, first).Key)
	if len(first.Issues[0].Key) != keyDigits || strings.ToLower(first.Issues[0].Key) != first.Issues[0].Key {
		t.Errorf("key %q", first.Issues[0].Key)
	}
	other := build(Settings{}, users(1, 3, func(s *story) { s.on("/cart").trouble(friction.DeadTap, pay) })...)
	if other.Issues[0].Key == first.Issues[0].Key {
		t.Error("two screens share a key")
	}
}

// village makes sessions of every kind from a fixed seed.
func village(n int) []*story {
	r := rand.New(rand.NewPCG(7, 7))
	controls := []friction.Target{pay, like, control("+"), control("Search"), control("")}
	patterns := []friction.Pattern{friction.DeadTap, friction.RageTap, friction.SlowResponse, friction.ErrorTap, friction.UIFreeze, friction.AffordanceGap}
	var all []*story
	for i := range n {
		s := by(i, "")
		if r.IntN(5) > 0 {
			s.d.Context.User = fmt.Sprint("user ", r.IntN(n/3+1))
		}
		s.version(fmt.Sprint("4.", r.IntN(3))).os([]string{"iOS", "Android"}[r.IntN(2)])
		for range 1 + r.IntN(4) {
			s.on([]string{"/", "/cart", fmt.Sprintf("/p/%d", r.IntN(100)), "/author/" + word(r.IntN(60))}[r.IntN(4)])
			for range r.IntN(3) {
				c := controls[r.IntN(len(controls))]
				switch r.IntN(6) {
				case 0:
					s.troubleAt(patterns[r.IntN(len(patterns))], c, friction.Dead, int32(r.IntN(300)), 700)
					s.last(func(e *friction.Episode) {
						e.Confidence, e.Cause = r.Float64(), []string{"", "POST /pay 500"}[r.IntN(2)]
					})
				case 1:
					s.troubleAt(friction.AffordanceGap, surface("card"), friction.Dead, int32(r.IntN(300)), 700)
				case 2:
					s.whole(friction.QuickBack)
				default:
					s.tryAt(c, []friction.Outcome{friction.OK, friction.OK, friction.Slow, friction.Unknown}[r.IntN(4)], int32(r.IntN(300)), 700)
					s.after(time.Duration(i*len(s.d.Attempts)%9000) * time.Millisecond)
				}
			}
		}
		all = append(all, s)
	}
	return all
}

func TestOrderAndShardsDoNotMatter(t *testing.T) {
	stories := village(400)
	for _, s := range shop(400) { // with languages, masked labels and shared errors
		s.d.Session, s.d.Start = "shop "+s.d.Session, s.d.Start.Add(time.Minute)
		stories = append(stories, s.story)
	}
	want := build(Settings{}, stories...)
	shared := slices.ContainsFunc(want.Issues, func(i Issue) bool { return len(i.Controls) > 1 })
	if len(want.Issues) < 10 || len(want.covers) == 0 || len(want.templates.folds) == 0 || len(want.templates.locales) == 0 || len(want.joins.subjects) < 10 || !shared {
		t.Fatalf("the village is too dull: %d issues, %d covers, %d folds, %d languages, %d joins, shared errors: %v",
			len(want.Issues), len(want.covers), len(want.templates.folds), len(want.templates.locales), len(want.joins.subjects), shared)
	}
	var exposures [][]Exposure
	for _, s := range stories {
		exposures = append(exposures, want.Exposures(&s.d))
	}
	stored, err := want.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 1))
		shards := make([]*Builder, 1+r.IntN(7))
		for i := range shards {
			shards[i] = New(Settings{})
		}
		for _, i := range r.Perm(len(stories)) {
			shards[r.IntN(len(shards))].Add(&stories[i].d)
		}
		for len(shards) > 1 { // merge in some tree
			i := r.IntN(len(shards) - 1)
			shards[i].Merge(shards[i+1])
			shards = slices.Delete(shards, i+1, i+2)
		}
		got := shards[0].Result()
		equal(t, fmt.Sprint("issues, seed ", seed), got.Issues, want.Issues)
		equal(t, fmt.Sprint("screens, seed ", seed), got.Screens, want.Screens)
		if again, err := got.MarshalBinary(); err != nil || !bytes.Equal(again, stored) {
			t.Errorf("seed %d: what is stored differs: %v", seed, err)
		}
		for i, s := range stories {
			if !cmp.Equal(got.Exposures(&s.d), exposures[i]) {
				t.Fatalf("seed %d: exposures of %s differ", seed, s.d.Session)
			}
		}
	}
}

// TestExposuresAgreeWithIssues: what the ranker sees per issue is what the issue counts.
func TestExposuresAgreeWithIssues(t *testing.T) {
	stories := village(400)
	r := build(Settings{}, stories...)
	exposed, affected := make([]int, len(r.Issues)), make([]int, len(r.Issues))
	for _, s := range stories {
		has := map[int]bool{}
		for e := range s.d.Episodes {
			if i, ok := r.IssueOf(&s.d, e); ok {
				has[i] = true
				equal(t, "key", r.IssueKey(&s.d, e), r.Issues[i].Key)
			}
		}
		for i := range has {
			affected[i]++
		}
		for _, x := range r.Exposures(&s.d) {
			exposed[x.Issue]++
		}
	}
	for n, i := range r.Issues {
		if exposed[n] != i.Exposed || affected[n] != i.Sessions {
			t.Errorf("%s: %d exposed and %d affected, by sessions %d and %d", i.Title, i.Exposed, i.Sessions, exposed[n], affected[n])
		}
	}
}

func TestEmpty(t *testing.T) {
	r := New(Settings{}).Result()
	if len(r.Issues) != 0 || len(r.Exposures(&friction.Digest{})) != 0 || r.IssueKey(&friction.Digest{}, 3) != "" {
		t.Error("something came of nothing")
	}
	broken := by(1, "x").on("/a").trouble(friction.DeadTap, pay)
	broken.d.Screens, broken.d.Targets = nil, nil
	r = build(Settings{}, broken)
	if len(r.Issues) != 0 || len(r.Exposures(&broken.d)) != 0 {
		t.Error("a digest with dangling references made an issue")
	}
}

func BenchmarkBuilder(b *testing.B) {
	stories := village(5000)
	b.ReportAllocs()
	for b.Loop() {
		build(Settings{}, stories...)
	}
	b.ReportMetric(float64(len(stories)*b.N)/b.Elapsed().Seconds(), "digests/s")
}

func BenchmarkExposures(b *testing.B) {
	stories := village(5000)
	r := build(Settings{}, stories...)
	b.ReportAllocs()
	for b.Loop() {
		for _, s := range stories {
			r.Exposures(&s.d)
		}
	}
	b.ReportMetric(float64(len(stories)*b.N)/b.Elapsed().Seconds(), "digests/s")
}

// TestKindIsAVote: text that a banner once seemed to answer is still text.
func TestKindIsAVote(t *testing.T) {
	text := friction.Target{Key: "p|about", Tag: "p", Label: "We pack by hand", Kind: friction.Prose, Certainty: 0.75}
	answered := text
	answered.Kind = friction.Control
	b := New(Settings{})
	for i := range 8 {
		s := by(i, fmt.Sprint("u", i))
		s.on("/about").tryAt(text, friction.Dead, 10, 10)
		b.Add(&s.d)
	}
	s := by(8, "u8")
	s.on("/about").tryAt(answered, friction.OK, 10, 10)
	b.Add(&s.d)
	found := false
	for _, g := range b.arrange(inTurn).groups {
		if g.subject != text.Key {
			continue
		}
		if found = true; g.target.Kind != friction.Prose {
			t.Errorf("kind %q, want %q: eight sessions against one", g.target.Kind, friction.Prose)
		}
	}
	if !found {
		t.Error("the text is in no group")
	}
}
