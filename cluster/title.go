package cluster

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rankle/rankle/cluster/friction"
)

// facts are what a title says beyond the Issue.
type facts struct {
	above   string // what covers the control, "" = nothing does
	never   bool
	latency time.Duration // median of the slow episodes' answers
	freeze  time.Duration // median length of freezes
}

func factsOf(p *problem) facts {
	f := facts{above: p.aboveName(), never: p.group.crowd.never}
	var slow, frozen []int32
	for i := range p.episodes {
		switch e := &p.episodes[i]; e.pattern {
		case friction.SlowResponse:
			slow = append(slow, e.latency)
		case friction.UIFreeze:
			frozen = append(frozen, e.end-e.start)
		}
	}
	f.latency, f.freeze = median(slow), median(frozen)
	return f
}

// aboveName calls what covers the control by its label; what has none is not worth describing, because it is not seen.
func (p *problem) aboveName() string {
	switch {
	case p.above == nil:
		return ""
	case p.above.target.Label == "":
		return nameless
	}
	return nameOf(&p.above.target)
}

func median(ms []int32) time.Duration {
	if len(ms) == 0 {
		return 0
	}
	slices.Sort(ms)
	return time.Duration(ms[len(ms)/2]) * time.Millisecond
}

// titleOf says in plain words what happens, where, and to whom: "“Pay now” does nothing on /checkout (Android, 4.2.0)".
// It never shows a selector.
func titleOf(i *Issue, f facts) string {
	title := capital(sentence(i, f)) + " on " + screensOf(i)
	only, version := onlyIn(i)
	if when := sinceWhen(i.Changes); when != "" && !version {
		only = append(only, when)
	}
	if len(only) > 0 {
		title += " (" + strings.Join(only, ", ") + ")"
	}
	return title
}

// screensOf says where an issue is met: on a screen, and how many others its controls lie on.
func screensOf(i *Issue) string {
	if i.Screen == star {
		return "many screens"
	}
	others := map[string]bool{}
	for _, c := range i.Controls {
		if c.Screen != i.Screen {
			others[c.Screen] = true
		}
	}
	return i.Screen + andOthers(len(others), "screen")
}

func andOthers(n int, what string) string {
	switch n {
	case 0:
		return ""
	case 1:
		return " and another " + what
	}
	return fmt.Sprintf(" and %d other %ss", n, what)
}

func sentence(i *Issue, f facts) string {
	name := nameOf(&i.Target)
	if f.above != "" {
		return name + " is covered by " + f.above
	}
	switch i.Patterns[0].Pattern {
	case friction.RageTap:
		return name + " is pressed again and again without effect"
	case friction.DeadTap:
		if f.never {
			return name + " never responds"
		}
		return name + " does nothing"
	case friction.ErrorTap:
		if n := len(i.Controls); n > 1 {
			return name + andOthers(n-1, "control") + " fail with an error"
		}
		return name + " fails with an error"
	case friction.SlowResponse:
		if f.latency > 0 {
			return name + " takes " + seconds(f.latency) + " to respond"
		}
		return name + " responds slowly"
	case friction.DisabledPress:
		return name + " is disabled when people press it"
	case friction.HoldConfusion:
		return name + " has to be held, but people tap it"
	case friction.AffordanceGap:
		return name + " looks clickable, but is not"
	case friction.FormTrouble:
		return "people get stuck at " + name
	case friction.DeadSwipe:
		return "swiping " + name + " does nothing"
	case friction.QuickBack:
		return "people go back at once"
	case friction.Loop:
		return "people go in circles"
	case friction.ExcessiveScroll:
		return "people scroll up and down without finding"
	case friction.ZoomStruggle:
		return "people have to zoom in"
	case friction.ThrashedCursor:
		return "people shake the cursor"
	case friction.UIFreeze:
		freeze := "the page freezes"
		if f.freeze > 0 {
			freeze += " for " + seconds(f.freeze)
		}
		if i.Target != (friction.Target{}) {
			freeze += " after " + name + " is pressed"
		}
		return freeze
	}
	return plainly(i.Patterns[0].Pattern, name)
}

// plainly says what a pattern without a sentence of its own looks like, and where: "“Pay”: a late answer".
func plainly(p friction.Pattern, name string) string {
	words := cmp.Or(p.Words(), "trouble")
	if name == nameless {
		return words
	}
	return name + ": " + words
}

// nameless is what has no name is called: a whole screen, or something that covers another.
const nameless = "something"

// capital raises the first letter of our own words, which are ASCII; a quoted label stays as it is.
func capital(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

// roles in the words of people who do not write markup.
func roleOf(t *friction.Target) string {
	role := t.Role
	if role == "" {
		role = t.Tag
	}
	switch role {
	case "a", "link":
		return "link"
	case "button", "submit":
		return "button"
	case "input", "textbox", "searchbox", "textarea":
		return "text field"
	case "checkbox", "switch", "radio", "slider", "tab", "menu", "dialog", "form":
		return role
	case "menuitem", "option", "menuitemradio", "menuitemcheckbox":
		return "menu entry"
	case "select", "combobox", "listbox":
		return "selection list"
	case "img", "image", "svg", "picture":
		return "picture"
	case "h1", "h2", "h3", "h4", "h5", "h6", "heading":
		return "heading"
	case "p", "span", "label", "strong", "em", "li", "td":
		return "text"
	case "video", "audio", "canvas", "table":
		return role
	}
	return "area"
}

// placeOf is the landmark that a structural path starts with, "" if it says nothing.
func placeOf(t *friction.Target) string {
	first, _, _ := strings.Cut(strings.TrimSpace(t.Path), ">")
	switch first = strings.TrimSpace(first); first {
	case "header", "banner":
		return "in the header"
	case "footer", "contentinfo":
		return "in the footer"
	case "nav", "navigation":
		return "in the navigation"
	case "form":
		return "in a form"
	case "dialog":
		return "in a dialog"
	case "aside", "complementary":
		return "in the side bar"
	}
	return ""
}

// maxName bounds the label in a title; longer ones are whole paragraphs.
const maxName = 40

// isMaskedText tells labels of which a recorder left nothing but their length.
func isMaskedText(label string) bool {
	return label != "" && !strings.ContainsFunc(label, func(r rune) bool { return r != '*' && r != ' ' && r != '•' })
}

// nameOf calls a control by its label, else by its role and place: "a button in the header".
func nameOf(t *friction.Target) string {
	label := strings.Join(strings.Fields(t.Label), " ")
	if isMaskedText(label) {
		label = ""
	}
	if r := []rune(label); len(r) > maxName {
		label = strings.TrimSpace(string(r[:maxName])) + "…"
	}
	if label != "" {
		return "“" + label + "”"
	}
	if *t == (friction.Target{}) {
		return nameless
	}
	role := roleOf(t)
	name := "a " + role
	if strings.ContainsRune("aeio", rune(role[0])) {
		name = "an " + role
	}
	if place := placeOf(t); place != "" {
		name += " " + place
	}
	return name
}

const (
	// onlyLift and onlyShare: a title says "(Android)" if nearly all affected sessions have the value and the rate
	// outside of it is a fifth at most.
	onlyLift  = 5
	onlyShare = 0.8
	maxOnly   = 2
)

// onlyIn lists the values that an issue is practically confined to, in the order of baseAttributes but versions last, and
// says whether a version is among them.
func onlyIn(i *Issue) (only []string, version bool) {
	found := map[string]string{}
	for _, s := range i.Segments {
		if found[s.Attribute] == "" && s.RateIn >= onlyLift*s.RateOut && float64(s.Affected) >= onlyShare*float64(i.Sessions) {
			found[s.Attribute] = s.Value
		}
	}
	for _, a := range [...]string{"os", "device", "browser", "app_version"} {
		if a == "device" && found["os"] != "" {
			continue // "Android, mobile" says one thing twice
		}
		if v := found[a]; v != "" {
			only = append(only, v)
		}
	}
	if len(only) > maxOnly {
		only = append(only[:1], only[len(only)-1]) // the platform and the version
	}
	return only, found["app_version"] != ""
}
