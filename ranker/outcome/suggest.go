package outcome

import (
	"sort"
	"strings"

	"github.com/rankle/rankle/cluster/friction"
)

// Suggestion is a goal that the data looks as if it had. It is offered in words and never used by itself: a page that
// is called "success" may be anything.
type Suggestion struct {
	Goal     Goal
	Sessions int    // that would have reached it
	Why      string // what gave it away
}

// hints are the words that pages and events after a success carry, in the order in which they are tried. They are
// whole words of a path segment or an event name, so that "reorder" and "unsuccessful" do not count.
var hints = []struct{ word, name string }{
	{"thank-you", "order"}, {"thankyou", "order"}, {"thanks", "order"}, {"thank", "order"},
	{"confirmation", "confirmation"}, {"confirmed", "confirmation"}, {"receipt", "purchase"},
	{"purchase", "purchase"}, {"purchased", "purchase"}, {"ordered", "order"}, {"completed", "completed"},
	{"complete", "completed"}, {"success", "success"}, {"welcome", "signup"}, {"registered", "signup"},
	{"signed-up", "signup"}, {"signup-done", "signup"}, {"subscribed", "subscription"}, {"booked", "booking"},
}

// Suggester looks for goals in many sessions. The zero value is ready to use; counts of shards merge in any order.
type Suggester struct{ screens, events map[string]int }

// Add looks at one session; every screen or event counts once per session.
func (s *Suggester) Add(d *friction.Digest) {
	if s.screens == nil {
		s.screens, s.events = map[string]int{}, map[string]int{}
	}
	seen := map[string]bool{}
	for _, v := range d.Visits {
		if !inRange(v.Screen, len(d.Screens)) {
			continue
		}
		p := generalise(d.Screens[v.Screen].Path)
		if _, ok := hinted(p); ok && !seen["s"+p] {
			seen["s"+p] = true
			s.screens[p]++
		}
	}
	for _, c := range d.Customs {
		if _, ok := hinted(c.Name); ok && !seen["e"+c.Name] {
			seen["e"+c.Name] = true
			s.events[c.Name]++
		}
	}
}

// Merge adds the counts of o.
func (s *Suggester) Merge(o *Suggester) {
	if s.screens == nil {
		s.screens, s.events = map[string]int{}, map[string]int{}
	}
	for k, n := range o.screens {
		s.screens[k] += n
	}
	for k, n := range o.events {
		s.events[k] += n
	}
}

// maxSuggestions keeps the offer readable.
const maxSuggestions = 5

// List returns at most five suggestions, most frequent first.
func (s *Suggester) List() []Suggestion {
	var out []Suggestion
	for p, n := range s.screens {
		name, _ := hinted(p)
		out = append(out, Suggestion{Goal{Name: name, Reached: Match{Screen: p}}, n, "screen " + p})
	}
	for e, n := range s.events {
		name, _ := hinted(e)
		out = append(out, Suggestion{Goal{Name: name, Reached: Match{Event: e}}, n, "event " + e})
	}
	sort.Slice(out, func(i, k int) bool {
		if out[i].Sessions != out[k].Sessions {
			return out[i].Sessions > out[k].Sessions
		}
		return out[i].Why < out[k].Why
	})
	return out[:min(len(out), maxSuggestions)]
}

func hinted(s string) (string, bool) {
	norm := strings.ToLower(strings.NewReplacer("_", "-", ".", "-", " ", "-", ":", "-").Replace(s))
	for _, h := range hints {
		for _, seg := range strings.Split(norm, "/") {
			if strings.Contains("-"+seg+"-", "-"+h.word+"-") {
				return h.name, true
			}
		}
	}
	return "", false
}

// generalise replaces path segments that hold a digit, which are mostly numbers of orders, by a placeholder.
func generalise(path string) string {
	segs := split(path)
	for i, s := range segs {
		if strings.ContainsAny(s, "0123456789") {
			segs[i] = ":id"
		}
	}
	return "/" + strings.Join(segs, "/")
}
