package eval_test

import (
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

// The rules of other systems, stated again from docs/SIGNALS.md (exact rules) over what a recording holds. They are
// the default settings. Left out because a recording does not show it: window blur, modifier keys, hidden-privacy
// targets, opt-out classes, the word lists' look at ancestors. Mutations inside shadow roots count for everybody.

// hit is one press as a client-side script sees it.
type hit struct {
	down, at time.Duration // pointer down; click, or pointer up where no click came
	clicked  bool
	double   bool
	x, y     int32
	node     replay.NodeID
	tgt      replay.Target
	target   replay.TargetID
}

// peer is one system: its rage and dead rules.
type peer struct {
	name string
	rage func(*page) []hit
	dead func(*page) []hit
}

var peers = []peer{
	{"Datadog", datadogRage, datadogDead},
	{"PostHog", posthogRage, posthogDead},
	{"Mixpanel", mixpanelRage, mixpanelDead},
	{"Amplitude", amplitudeRage, amplitudeDead},
	{"Sentry", sentryRage, sentryDead},
	{"OpenReplay", openreplayRage, openreplayDead},
	{"Highlight", highlightRage, nil},
}

// page is a session as the peers look at it.
type page struct {
	s      *replay.Session
	hits   []hit
	double []hit // double clicks on top of their clicks
	times  map[replay.Kind][]time.Duration
	narrow []time.Duration // mutations that Mixpanel counts
	starts []time.Duration // starts of requests
}

func newPage(s *replay.Session) *page {
	p := &page{s: s, times: map[replay.Kind][]time.Duration{}}
	open := -1
	for i := range s.Events {
		e := &s.Events[i]
		p.times[e.Kind] = append(p.times[e.Kind], e.At)
		h := hit{down: e.At, at: e.At, x: e.X, y: e.Y, node: e.Node, target: e.Target}
		if e.Target >= 0 && int(e.Target) < len(s.Targets) {
			h.tgt = s.Targets[e.Target]
		}
		switch e.Kind {
		case replay.PointerDown:
			p.hits = append(p.hits, h)
			open = len(p.hits) - 1
		case replay.PointerUp:
			if open >= 0 {
				p.hits[open].at = e.At
			}
		case replay.Click:
			const clickLag = 700 * time.Millisecond // as the detectors' own
			if open >= 0 && !p.hits[open].clicked && e.At-p.hits[open].at <= clickLag {
				p.hits[open].clicked, p.hits[open].at = true, e.At
			} else {
				h.clicked = true
				p.hits = append(p.hits, h)
			}
			open = -1
		case replay.DoubleClick:
			h.double, h.clicked = true, true
			p.double = append(p.double, h)
		case replay.MutationEvent:
			if e.Detail >= 0 && int(e.Detail) < len(s.Mutations) && slices.ContainsFunc(s.Mutations[e.Detail].Changes, mixpanelSees) {
				p.narrow = append(p.narrow, e.At)
			}
		}
	}
	for _, r := range s.Requests {
		p.starts = append(p.starts, r.Start)
	}
	slices.Sort(p.starts)
	return p
}

// any reports whether one of the kinds happened in [from, to).
func (p *page) any(from, to time.Duration, kinds ...replay.Kind) bool {
	return slices.ContainsFunc(kinds, func(k replay.Kind) bool { return inside(p.times[k], from, to) })
}

func inside(ts []time.Duration, from, to time.Duration) bool {
	i := sort.Search(len(ts), func(i int) bool { return ts[i] >= from })
	return i < len(ts) && ts[i] < to
}

// clicks are the hits that became a click.
func (p *page) clicks() []hit {
	var out []hit
	for _, h := range p.hits {
		if h.clicked {
			out = append(out, h)
		}
	}
	return out
}

func (h hit) far(o hit) float64 { return math.Hypot(float64(h.x-o.x), float64(h.y-o.y)) }

func abs(x int32) int32 { return max(x, -x) }

const forever = time.Duration(math.MaxInt64)

// ---- Datadog: pointer down and up; same node, 100 px, 1 s; three within 1 s; no answer within 100 ms is dead.

func datadogChains(p *page) [][]hit {
	var all [][]hit
	for _, h := range p.hits {
		if n := len(all); n > 0 {
			c := all[n-1]
			if l := c[len(c)-1]; l.node == h.node && l.far(h) <= 100 && h.at-l.at <= time.Second {
				all[n-1] = append(c, h)
				continue
			}
		}
		all = append(all, []hit{h})
	}
	return all
}

// next is the pointer down after a hit.
func (p *page) next(h hit) time.Duration {
	i := sort.Search(len(p.hits), func(i int) bool { return p.hits[i].down > h.down })
	if i < len(p.hits) {
		return p.hits[i].down
	}
	return forever
}

func datadogRage(p *page) []hit {
	var out []hit
	for _, c := range datadogChains(p) {
		moved := slices.ContainsFunc(c, func(h hit) bool { return p.any(h.down, p.next(h), replay.Selection, replay.Scroll) })
		for i := 2; i < len(c) && !moved; i++ {
			if c[i].at-c[i-2].at <= time.Second {
				out = append(out, c[0])
				break
			}
		}
	}
	return out
}

func datadogDead(p *page) []hit {
	var out []hit
	for _, c := range datadogChains(p) {
		if slices.ContainsFunc(c, func(h hit) bool { return p.any(h.down, p.next(h), replay.Selection) }) {
			continue
		}
		for _, h := range c {
			const quick = 100 * time.Millisecond
			t := h.tgt
			known := t.Traits.Has(replay.TextEntry) || t.Traits.Has(replay.NativePicker) || t.Tag == "canvas" || t.Tag == "select" || t.Tag == "a" && t.Href != ""
			busy := p.any(h.down, h.at+quick, replay.MutationEvent, replay.Navigate) || inside(p.starts, h.down, h.at+quick)
			if !known && !busy && !p.any(h.down, p.next(h), replay.Input, replay.Scroll) {
				out = append(out, h)
			}
		}
	}
	return out
}

// ---- PostHog: the third click within 30 px Manhattan and 1 s of the one before; dead without a mutation in 2.5 s.

var posthogWords = []string{"next", "previous", "prev"}
var posthogSigns = []string{">", "<", "+", "-", "−", "–"}

func posthogRage(p *page) []hit {
	var out []hit
	var run []hit
	for _, h := range p.clicks() {
		if n := len(run); n > 0 && (abs(h.x-run[n-1].x)+abs(h.y-run[n-1].y) >= 30 || h.at-run[n-1].at >= time.Second) {
			run = nil
		}
		run = append(run, h)
		text := strings.ToLower(strings.TrimSpace(h.tgt.Label))
		word := slices.Contains(posthogSigns, text) || slices.ContainsFunc(posthogWords, func(w string) bool { return strings.Contains(text, w) })
		if len(run) == 3 && !word && !h.tgt.Traits.Has(replay.TextEntry) {
			out = append(out, run[0])
		}
	}
	return out
}

func posthogDead(p *page) []hit {
	var out []hit
	last := map[replay.NodeID]time.Duration{}
	for _, h := range p.clicks() {
		at, had := last[h.node]
		last[h.node] = h.at
		if h.tgt.Tag == "a" || h.tgt.Tag == "html" || had && h.at-at < time.Second {
			continue
		}
		alive := p.any(h.at, h.at+2500*time.Millisecond, replay.MutationEvent, replay.Navigate) || p.any(h.at-time.Second, h.at+time.Second, replay.Hidden, replay.Visible)
		for _, at := range p.times[replay.Scroll] {
			// A scroll is attached to clicks only when the clock in ms is a multiple of 50.
			alive = alive || at >= h.at && at < h.at+100*time.Millisecond && p.s.Start.Add(at).UnixMilli()%50 == 0
		}
		if !alive && p.s.Duration-h.at >= 2750*time.Millisecond {
			out = append(out, h)
		}
	}
	return out
}

// ---- Mixpanel: four clicks, 30 px and 1 s; dead without a listed change from 100 ms before to 500 ms after.

func mixpanelSees(c replay.Change) bool {
	return c.Kind != replay.AttributeChanged || slices.Contains([]string{"style", "class", "hidden", "checked", "selected", "value", "display", "visibility"}, c.Attr)
}

func mixpanelRage(p *page) []hit {
	var out []hit
	var run []hit
	for _, h := range p.clicks() {
		if n := len(run); n > 0 && (h.far(run[n-1]) >= 30 || h.at-run[n-1].at >= time.Second) {
			run = nil
		}
		if run = append(run, h); len(run) == 4 {
			out, run = append(out, run[0]), nil
		}
	}
	return out
}

func mixpanelDead(p *page) []hit {
	var out []hit
	for _, h := range p.clicks() {
		from, to := h.at-100*time.Millisecond, h.at+500*time.Millisecond
		idle := h.tgt.Tag == "html" || h.tgt.Tag == "body"
		if !idle && !inside(p.narrow, from, to) && !p.any(from, to, replay.Input, replay.Selection, replay.Scroll) {
			out = append(out, h)
		}
	}
	return out
}

// ---- Amplitude: pointer down; four on one tracked element in 1 s and a 50 px box; dead without a mutation in 3 s.

func amplitudeRage(p *page) []hit {
	var out []hit
	var run []hit
	reported := false
	for _, h := range p.hits {
		if n := len(run); n > 0 && (h.target != run[n-1].target || h.down-run[n-1].down >= time.Second || p.any(run[n-1].down, h.down, replay.Selection)) {
			run, reported = nil, false
		}
		run = append(run, h)
		if n := len(run); n >= 4 && !reported {
			l := run[n-4:]
			lx, hx, ly, hy := l[0].x, l[0].x, l[0].y, l[0].y
			for _, o := range l {
				lx, hx, ly, hy = min(lx, o.x), max(hx, o.x), min(ly, o.y), max(hy, o.y)
			}
			if l[3].down-l[0].down < time.Second && hx-lx <= 50 && hy-ly <= 50 {
				out, reported = append(out, run[0]), true
			}
		}
	}
	return out
}

func amplitudeDead(p *page) []hit {
	var out []hit
	busy := time.Duration(-1)
	for _, h := range p.hits {
		t := h.tgt
		listed := t.Tag == "a" || t.Tag == "button" || t.Tag == "input" && slices.Contains([]string{"button", "submit", "reset", "image", "checkbox", "radio", "file"}, t.Type) ||
			slices.Contains([]string{"button", "link", "menuitem", "tab", "checkbox", "radio", "option", "switch"}, t.Role)
		if !listed || t.Traits.Has(replay.Outward) || h.down < busy {
			continue
		}
		if p.any(h.down, h.down+3*time.Second, replay.MutationEvent, replay.Navigate) || p.s.Duration-h.down < 3*time.Second {
			continue
		}
		busy = h.down + 3*time.Second
		out = append(out, h)
	}
	return out
}

// ---- Sentry: buttons and links; slow or dead after 3 s without a change; rage is a dead click of three and more in 7 s.

func sentrySilent(p *page) []hit {
	var out []hit
	last := map[replay.TargetID]time.Duration{}
	for _, h := range p.clicks() {
		t := h.tgt
		if !(t.Tag == "a" || t.Tag == "button" || t.Tag == "input" && (t.Type == "submit" || t.Type == "button")) || t.Traits.Has(replay.Outward) {
			continue
		}
		at, had := last[h.target]
		last[h.target] = h.at
		if had && h.at-at < time.Second {
			continue
		}
		// A change in the very millisecond gives a delay of zero, which is not counted.
		from := h.at + time.Millisecond
		if !p.any(from, h.at+3*time.Second, replay.MutationEvent, replay.StyleChange, replay.CanvasDraw, replay.Selection, replay.Media, replay.Navigate) &&
			!p.any(from, h.at+300*time.Millisecond, replay.Scroll) && p.s.Duration-h.at >= 3*time.Second {
			out = append(out, h)
		}
	}
	return out
}

func sentryCount(p *page, h hit) int {
	n := 0
	for _, o := range p.clicks() {
		if o.target == h.target && o.at >= h.at && o.at-h.at <= 7*time.Second {
			n++
		}
	}
	return n
}

func sentryRage(p *page) []hit {
	var out []hit
	for _, h := range sentryDead(p) {
		if sentryCount(p, h) >= 3 {
			out = append(out, h)
		}
	}
	return out
}

func sentryDead(p *page) []hit {
	var out []hit
	for _, h := range sentrySilent(p) {
		// A change between 3 and 7 s makes it a slow click.
		if !p.any(h.at+3*time.Second, h.at+7*time.Second, replay.MutationEvent, replay.Navigate) {
			out = append(out, h)
		}
	}
	return out
}

// ---- OpenReplay: three clicks with one label, each less than 300 ms after the last; dead without a change in 1234 ms.

func openreplayLabel(h hit) string {
	if h.tgt.ID != "" {
		return "#" + h.tgt.ID
	}
	if h.tgt.Classes != "" {
		return h.tgt.Tag + "." + h.tgt.Classes
	}
	return h.tgt.Label
}

func openreplayRage(p *page) []hit {
	var out []hit
	var run []hit
	for _, h := range p.clicks() {
		name := openreplayLabel(h)
		if n := len(run); n > 0 && (name == "" || name != openreplayLabel(run[n-1]) || h.at-run[n-1].at >= 300*time.Millisecond) {
			run = nil
		}
		if run = append(run, h); len(run) == 3 {
			out = append(out, run[0])
		}
	}
	return out
}

func openreplayDead(p *page) []hit {
	var out []hit
	seen := []replay.Kind{replay.MutationEvent, replay.StyleChange, replay.Focus, replay.Input}
	for _, h := range p.clicks() {
		const limit = 1234 * time.Millisecond
		// The verdict comes with a later message only.
		if !h.tgt.Traits.Has(replay.TextEntry) && h.tgt.Tag != "select" && !p.any(h.at, h.at+limit, seen...) && p.any(h.at+limit, forever, append(seen, replay.Click)...) {
			out = append(out, h)
		}
	}
	return out
}

// ---- Highlight: clicks and double clicks, five earlier ones within 8 px and 5 s.

func highlightRage(p *page) []hit {
	all := append(p.clicks(), p.double...)
	sort.SliceStable(all, func(i, j int) bool { return all[i].at < all[j].at })
	var out []hit
	until := time.Duration(-1)
	for i, h := range all {
		n, first := 0, i
		for j := i - 1; j >= 0 && h.at-all[j].at <= 5*time.Second; j-- {
			if h.far(all[j]) <= 8 {
				n++
				first = j
			}
		}
		if n >= 5 && all[first].at > until {
			out, until = append(out, all[first]), h.at
		}
	}
	return out
}

// reports are a peer's findings in the form of episodes.
func (x peer) reports(p *page) []found {
	var out []found
	add := func(rule func(*page) []hit, pattern friction.Pattern) {
		if rule == nil {
			return
		}
		for _, h := range rule(p) {
			out = append(out, found{patterns: []friction.Pattern{pattern}, start: h.down.Milliseconds(), end: h.at.Milliseconds(), x: h.x, y: h.y})
		}
	}
	add(x.rage, friction.RageTap)
	add(x.dead, friction.DeadTap)
	return out
}
