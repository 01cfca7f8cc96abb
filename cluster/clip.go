package cluster

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rankle/rankle/cluster/friction"
)

const (
	// clipLead is how much of the session should come before a clip, so that one sees what the person was doing.
	clipLead = 3 * time.Second
	// contrastTail is shown of an answer that came at once, so that one sees it.
	contrastTail = time.Second
	// clipPause between two gestures, or before an answer that is waited for, is watched without anything to see.
	clipPause = 5 * time.Second
	// What makes one moment a worse witness than another, as shares of its confidence. A masked page or a gap shows next to
	// nothing; a short lead-in or a long pause is a nuisance.
	minusShortLead = 0.2
	minusMasked    = 0.6
	minusGap       = 0.6
	minusIdle      = 0.2
	// maxKinds bounds the kinds of moments among which clips are chosen, the most frequent ones: the effort grows with its
	// square, and the eighth clip is chosen long before.
	maxKinds = 128
)

// clips chooses moments worth watching: at most MaxClips, no two of one person, as different as they come and each like
// many others; then one in which the same control worked.
func (w *work) clips(p *problem) []Clip {
	chosen := w.choose(p)
	var clips []Clip
	for _, m := range chosen {
		e := m.episode
		clips = append(clips, Clip{
			Session: w.idOf(&w.sessions[e.session]), SessionStart: w.began(e.session), Start: ofMillis(e.start), End: ofMillis(e.end), Pattern: e.pattern,
			Caption: captionOf(e, nameOf(&m.group.target), p.aboveName(), w.names.list[e.cause]),
		})
	}
	if c, ok := w.contrast(chosen); ok {
		clips = append(clips, c)
	}
	return clips
}

func (w *work) began(s int32) time.Time { return time.UnixMilli(w.sessions[s].start).UTC() }

func ofMillis(ms int32) time.Duration { return time.Duration(ms) * time.Millisecond }

// moment is an episode that could become a clip.
type moment struct {
	group *group
	*episode
	clarity float64 // how well it shows the problem, 0..1
}

// traits are what clips should differ in: device, version, screen, pattern, how it went on, and how bad it was.
type traits struct {
	device, version, template int32
	pattern                   friction.Pattern
	aftermath                 friction.Aftermath
	severity                  int32
}

// alike is the share of traits that two kinds of moments have in common.
func (t traits) alike(o traits) float64 {
	n := 0
	for _, same := range [...]bool{t.device == o.device, t.version == o.version, t.template == o.template, t.pattern == o.pattern,
		t.aftermath == o.aftermath, t.severity == o.severity} {
		if same {
			n++
		}
	}
	return float64(n) / 6
}

// kind is all moments with the same traits, at most one of each person.
type kind struct {
	traits
	moments []moment // clearest first
	shown   float64  // how well it is shown by the clips chosen so far, 0..1
}

// choose takes the moments that together show most of what happened: each person who met the problem is shown by the clip
// that is most like what happened to them, as well as that is clear. The best next one is taken until there are enough
// (greedy facility location, which reaches at least 63 % of the best choice: Nemhauser et al. 1978; the chosen are medoids
// of those they show). When nothing else is left to show, a second clip of the same kind is better than none.
func (w *work) choose(p *problem) []moment {
	kinds := w.kindsOf(p)
	var chosen []moment
	for len(chosen) < MaxClips {
		best, most := -1, -1.0
		for i := range kinds {
			if len(kinds[i].moments) == 0 {
				continue
			}
			gain := 0.0
			for k := range kinds {
				shown := kinds[i].alike(kinds[k].traits) * kinds[i].moments[0].clarity
				gain += float64(len(kinds[k].moments)) * max(shown-kinds[k].shown, 0)
			}
			if gain > most || gain == most && clearer(kinds[i].moments[0], kinds[best].moments[0]) {
				best, most = i, gain
			}
		}
		if best < 0 {
			break
		}
		m := kinds[best].moments[0]
		for k := range kinds {
			kinds[k].shown = max(kinds[k].shown, kinds[best].alike(kinds[k].traits)*m.clarity)
		}
		chosen = append(chosen, m)
		kinds[best].moments = kinds[best].moments[1:]
	}
	return chosen
}

// clearer orders moments by how well they show the problem, and by nothing that depends on the order of the input.
func clearer(x, y moment) bool { return compareMoments(x, y) < 0 }

func compareMoments(x, y moment) int {
	return cmp.Or(-cmp.Compare(x.clarity, y.clarity), compareEpisodes(*x.episode, *y.episode), cmp.Compare(x.group.key, y.group.key))
}

// kindsOf sorts the clearest moment of each person by its traits, most frequent kinds first.
func (w *work) kindsOf(p *problem) []kind {
	best := map[int32]moment{} // by person
	for _, part := range p.parts {
		for i := range part.own {
			m := moment{part.group, &part.own[i], w.clarity(&part.own[i])}
			who := w.person(m.session)
			if old, ok := best[who]; !ok || clearer(m, old) {
				best[who] = m
			}
		}
	}
	by := map[traits]*kind{}
	for _, m := range best {
		t := w.traitsOf(m.episode)
		if by[t] == nil {
			by[t] = &kind{traits: t}
		}
		by[t].moments = append(by[t].moments, m)
	}
	var all []kind
	for _, k := range by {
		slices.SortFunc(k.moments, compareMoments)
		all = append(all, *k)
	}
	slices.SortFunc(all, func(x, y kind) int {
		return cmp.Or(-cmp.Compare(len(x.moments), len(y.moments)), compareMoments(x.moments[0], y.moments[0]))
	})
	return all[:min(len(all), maxKinds)]
}

// clarity is the confidence of an episode without what keeps a viewer from seeing it.
func (w *work) clarity(e *episode) float64 {
	v := float64(e.confidence)
	if ofMillis(e.start) < clipLead {
		v *= 1 - minusShortLead
	}
	if w.sessions[e.session].masked {
		v *= 1 - minusMasked
	}
	if e.gap {
		v *= 1 - minusGap
	}
	if ofMillis(e.end-e.start) > time.Duration(max(e.gestures, 1))*clipPause {
		v *= 1 - minusIdle
	}
	return v
}

// deviceAttribute is the place of device in baseAttributes.
const deviceAttribute = 2

func (w *work) traitsOf(e *episode) traits {
	return traits{w.valueID(e.session, deviceAttribute), w.versionID(e.session), e.template, e.pattern, e.aftermath, severity(e)}
}

// severity says in three steps how bad an episode was: by the time that was waited, or the gestures in vain.
func severity(e *episode) int32 {
	steps := [...]int32{2, 4} // pressed once; again to make sure; in anger
	n := e.gestures
	switch e.pattern {
	case friction.SlowResponse:
		steps, n = [...]int32{4000, 8000}, e.latency // twice and four times the least of an episode
	case friction.UIFreeze:
		steps, n = [...]int32{4000, 8000}, e.end-e.start
	}
	level := int32(0)
	for _, s := range steps {
		if n >= s {
			level++
		}
	}
	return level
}

// contrast finds a session in which the control of the first clip worked, on the same screen, device and version if there
// is one, seen clearly, and of somebody who is in no other clip.
func (w *work) contrast(chosen []moment) (Clip, bool) {
	if len(chosen) == 0 || chosen[0].group.wholeScreen() {
		return Clip{}, false
	}
	taken := map[int32]bool{}
	for _, m := range chosen {
		taken[w.person(m.session)] = true
	}
	first := chosen[0]
	var best *try
	bestWorth := 0
	for i := range first.group.tries {
		t := &first.group.tries[i]
		if t.answered == 0 || t.failed || taken[w.person(t.session)] {
			continue
		}
		worth := 1
		for _, c := range [...]struct {
			holds bool
			worth int
		}{
			{!w.sessions[t.session].masked, 16},
			{w.valueID(t.session, deviceAttribute) == w.valueID(first.session, deviceAttribute), 8},
			{w.versionID(t.session) == w.versionID(first.session), 4},
			{t.template == first.template, 2},
			{ofMillis(t.at) >= clipLead, 1},
		} {
			if c.holds {
				worth += c.worth
			}
		}
		if worth > bestWorth {
			best, bestWorth = t, worth
		}
	}
	if best == nil {
		return Clip{}, false
	}
	caption := "For comparison: here " + nameOf(&first.group.target) + " works"
	if best.latency > 0 {
		caption += ", the answer comes after " + seconds(ofMillis(best.latency))
	}
	return Clip{
		Session: w.idOf(&w.sessions[best.session]), SessionStart: w.began(best.session), Start: ofMillis(best.at),
		End:     ofMillis(best.at) + max(ofMillis(best.latency), contrastTail),
		Caption: caption + ".", Contrast: true,
	}, true
}

// captionOf says what to look for.
func captionOf(e *episode, name, above, cause string) string {
	times := "once"
	switch {
	case e.gestures == 2:
		times = "twice"
	case e.gestures > 2:
		times = strconv.Itoa(int(e.gestures)) + " times"
	}
	var s string
	switch e.pattern {
	case friction.RageTap:
		s = name + " is pressed " + times + " in a row"
	case friction.DeadTap, friction.AffordanceGap:
		s = name + " is pressed " + times + " and nothing happens"
	case friction.ErrorTap:
		s = "an error follows the press on " + name
		if strings.Contains(cause, " ") { // a request; other causes are hashes
			s += " (" + cause + ")"
		}
	case friction.SlowResponse:
		s = name + " is pressed, the answer comes after " + seconds(ofMillis(e.latency))
	case friction.DisabledPress:
		s = name + " is pressed " + times + " while it is disabled"
	case friction.HoldConfusion:
		s = name + " is tapped " + times + " and has to be held"
	case friction.FormTrouble:
		s = "watch what is filled in again at " + name
	case friction.DeadSwipe:
		s = "the swipe moves nothing"
	case friction.QuickBack:
		s = "the person looks for a moment and goes back"
	case friction.Loop:
		s = "the same screen comes again and again"
	case friction.ExcessiveScroll:
		s = "the page is scrolled up and down"
	case friction.ZoomStruggle:
		s = "the page is zoomed in to be read"
	case friction.ThrashedCursor:
		s = "the cursor is shaken"
	case friction.UIFreeze:
		s = "nothing moves for " + seconds(ofMillis(e.end-e.start))
	default:
		s = plainly(e.pattern, name)
	}
	if above != "" {
		s = above + " lies over " + name + ": it is pressed " + times + " and nothing happens"
	}
	return capital(s) + afterwards(e.aftermath) + "."
}

func afterwards(a friction.Aftermath) string {
	switch a {
	case friction.WentOn:
		return "; then the person goes on"
	case friction.Left:
		return "; then the person leaves"
	case friction.Back:
		return "; then the person goes back"
	case friction.Reloaded:
		return "; then the page is loaded again"
	case friction.Elsewhere:
		return "; then the person tries something else"
	}
	return ""
}
