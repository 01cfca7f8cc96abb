package cluster

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/rankle/rankle/cluster/friction"
)

const (
	// clipLead is how much of the session should come before a clip, so that one sees what the person was doing.
	clipLead = 3 * time.Second
	// contrastTail is shown of an answer that came at once, so that one sees it.
	contrastTail = time.Second
	// What makes one moment a worse witness than another, in units of confidence. A second clip of the same device,
	// version or aftermath is worth less than a less certain one of another.
	minusShortLead = 0.2
	minusMasked    = 0.3
	minusGap       = 0.3
	minusRepeat    = 0.25 // per device, version, aftermath and pattern, for each clip that shows it already
)

// clips chooses moments worth watching: at most MaxClips, no two of one person, as different as they come; then one
// in which the same control worked.
func (w *work) clips(p *problem) []Clip {
	chosen := w.choose(p)
	var clips []Clip
	for _, e := range chosen {
		clips = append(clips, Clip{
			Session: w.sessions[e.session].id, SessionStart: w.began(e.session), Start: ofMillis(e.start), End: ofMillis(e.end), Pattern: e.pattern,
			Caption: captionOf(e, nameOf(&p.group.target), p.aboveName()),
		})
	}
	if c, ok := w.contrast(p, chosen); ok {
		clips = append(clips, c)
	}
	return clips
}

func (w *work) began(s int32) time.Time { return time.UnixMilli(w.sessions[s].start).UTC() }

func ofMillis(ms int32) time.Duration { return time.Duration(ms) * time.Millisecond }

// choose takes the best moment, then the best in view of those taken, and so on.
func (w *work) choose(p *problem) []*episode {
	type candidate struct {
		e     *episode
		worth float64
	}
	best := map[uint64]candidate{} // by person
	for i := range p.episodes {
		e := &p.episodes[i]
		c := candidate{e, w.worth(e)}
		who := w.person(e.session)
		if old, ok := best[who]; !ok || c.worth > old.worth {
			best[who] = c
		}
	}
	var pool []candidate
	for _, c := range best {
		pool = append(pool, c)
	}
	slices.SortFunc(pool, func(x, y candidate) int {
		return cmp.Or(-cmp.Compare(x.worth, y.worth), compareEpisodes(*x.e, *y.e))
	})
	shown := map[string]int{}
	var chosen []*episode
	for len(chosen) < MaxClips && len(pool) > 0 {
		top, topWorth := 0, 0.0
		for i := range pool {
			worth := pool[i].worth
			for _, f := range w.features(pool[i].e) {
				worth -= minusRepeat * float64(shown[f])
			}
			if i == 0 || worth > topWorth {
				top, topWorth = i, worth
			}
		}
		e := pool[top].e
		for _, f := range w.features(e) {
			shown[f]++
		}
		chosen = append(chosen, e)
		pool = slices.Delete(pool, top, top+1)
	}
	return chosen
}

func (w *work) worth(e *episode) float64 {
	v := float64(e.confidence)
	if ofMillis(e.start) < clipLead {
		v -= minusShortLead
	}
	if w.sessions[e.session].masked {
		v -= minusMasked
	}
	if e.gap {
		v -= minusGap
	}
	return v
}

// deviceAttribute is the place of device in baseAttributes.
const deviceAttribute = 2

// features are what clips should differ in.
func (w *work) features(e *episode) [4]string {
	return [...]string{
		"device " + w.value(e.session, deviceAttribute), "version " + w.version(e.session),
		"aftermath " + string(e.aftermath), "pattern " + string(e.pattern),
	}
}

// contrast finds a session in which the same control worked, on the same device and version as the first clip if
// there is one, and of somebody who is in no other clip.
func (w *work) contrast(p *problem, chosen []*episode) (Clip, bool) {
	if p.group.wholeScreen() || len(chosen) == 0 {
		return Clip{}, false
	}
	taken := map[uint64]bool{}
	for _, e := range chosen {
		taken[w.person(e.session)] = true
	}
	first := chosen[0].session
	var best *try
	bestWorth := 0
	for i := range p.group.tries {
		t := &p.group.tries[i]
		if t.answered == 0 || t.failed || taken[w.person(t.session)] {
			continue
		}
		worth := 1
		if w.value(t.session, deviceAttribute) == w.value(first, deviceAttribute) {
			worth += 4
		}
		if w.version(t.session) == w.version(first) {
			worth += 2
		}
		if ofMillis(t.at) >= clipLead {
			worth++
		}
		if worth > bestWorth {
			best, bestWorth = t, worth
		}
	}
	if best == nil {
		return Clip{}, false
	}
	return Clip{
		Session: w.sessions[best.session].id, SessionStart: w.began(best.session), Start: ofMillis(best.at),
		End:     ofMillis(best.at) + max(ofMillis(best.latency), contrastTail),
		Caption: "For comparison: here " + nameOf(&p.group.target) + " works.", Contrast: true,
	}, true
}

// captionOf says what to look for.
func captionOf(e *episode, name, above string) string {
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
		s = "watch " + name
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
