package friction

import (
	"sort"
	"strconv"
	"time"

	"github.com/rankle/rankle/replay"
)

// analysis holds what all detectors of one Detect call share. Nothing but memory outlives the call, see reset.
type analysis struct {
	s           *replay.Session
	set         *Settings
	fingerprint string // of the settings
	tree        tree
	gestures    []gesture
	outcomes    []outcome // of gestures, same index
	controls    []control
	runs        []run
	amb         ambience
	visits      []Visit
	silences    byWindow[[]silence]
	tasks       []int32         // long-task events
	navs        []int32         // navigation events
	failed      []int32         // failed requests by their end
	fetches     []time.Duration // ends of requests that presses sent
	byTarget    *lookup[int32]  // controls of targets, built when first asked for
	keys        []identity      // of targets, as far as they were asked for
	everywhere  *local          // what applies without overrides
	veils       []replay.NodeID // wrappers of steppers whose value is hidden, listed when first asked for
	veilsKnown  bool
	handsKnown  bool
	handsLong   bool            // see handsLast
	drags       map[string]bool // keys of controls that are dragged, built when first asked for
	// trace is told what a run took and how it was graded, before that is forgotten; nil = nobody asks.
	trace                   func(a *analysis, r *run, effect []bool)
	rejected                []candidate                         // refused submits, once asked for
	selectTold, selectKnown bool                                // text was selected somewhere in the session, once asked for
	complained              []complaint                         // what complained of fields, once asked for
	written                 []replay.NodeID                     // text fields that somebody wrote in, once asked for
	codes                   map[replay.TargetID]replay.TargetID // boxes of codes with the first one of each, once asked for
	alive                   map[string]bool                     // keys of things without a role that answered, filled by the response model
	around                  map[string]bool                     // keys of what leads around in the application, once asked for
	circles                 []circle                            // rounds between screens, filled by findLoops
	departures              []departure                         // from forms that somebody had begun, filled by findFormTrouble
	clocks                  []*pace                             // what changes at a steady pace, in no order; built when first asked for
	byScreen                []*local                            // what applies to each screen, the unknown one first; filled when first asked for
	stations                [][]int                             // visits by window, listed when first asked for
	blind                   []string                            // what could not be observed around the latest episode
	mem                     memory
}

// memory is what single steps of an analysis use and leave to the next one.
type memory struct {
	names    names
	spots    spots
	runs     spareRuns
	grading  grading
	found    []candidate
	series   []int32
	episodes []builtEpisode
	of       []int32
	targets  targetTable
	attempts []Attempt
	waits    []int32
	scrolls  []scrolled
	keys     []identity
	edited   [][]bout // by field
	editedAt lookup[int32]
	written  []replay.NodeID
	// writtenAt holds targets, controlAt the first control of each.
	writtenAt, controlAt lookup[int32]
}

// control is one element that was pressed, followed across re-renders within the session.
type control struct {
	target     replay.TargetID // first seen; NoIndex where only a position is known
	key        string
	sure       float64
	kind       Kind
	screen     replay.ScreenID
	local      *local
	node       replay.NodeID // the latest node it was
	last       int32         // latest gesture on it
	before     int32         // control found before it with the same key on the same screen, or -1
	gestures   []int32
	long       bool // held somewhere in the session, once longKnown
	longKnown  bool
	holds      bool // holds controls that were pressed, once holdsKnown
	holdsKnown bool
	shown      map[replay.NodeID]bool // what earlier presses of a submit brought
	answered   int                    // gestures answered in time, filled by the response model
}

// cell is the edge of the square that stands for an element where only positions are known; 48 dp is Android's least
// touch target.
const cell = 48

// sameSpot is how close two presses lie for the element under them to be the same one re-rendered.
const sameSpot = 12

// findControls gives every gesture its control (SIGNALS N5). The same element has the same node; a re-rendered one
// has a new node with the same key at the same spot. Rows of a list with equal buttons stay apart.
func (a *analysis) findControls() {
	byTarget := &a.mem.spots.byTarget
	byTarget.empty()
	a.mem.spots.latest = cleared(a.mem.spots.latest)
	for i := range a.gestures {
		g := &a.gestures[i]
		var t *replay.Target
		if g.target >= 0 && int(g.target) < len(a.s.Targets) {
			t = &a.s.Targets[g.target]
		} else {
			g.target = replay.NoIndex
		}
		of := uint64(uint32(g.target))<<16 | uint64(g.window)
		ctl := int32(-1)
		if known := byTarget.find(of); known != nil {
			ctl = *known
		} else {
			key, sure := a.keyOfControl(t, g)
			at := spot{key, g.window, g.screen}
			latest, same := a.mem.spots.latest[at]
			if !same {
				latest = -1
			}
			if ctl = a.reRendered(g, latest, t != nil); ctl < 0 {
				ctl = a.newControl(control{target: g.target, key: key, sure: sure, screen: g.screen, kind: Background, node: replay.NoIndex,
					local: a.applies(a.screen(g.screen), t), before: latest})
				if t != nil {
					a.controls[ctl].kind = kindOf(t)
				}
				a.mem.spots.latest[at] = ctl
			}
		}
		c := &a.controls[ctl]
		if t != nil {
			latest, _ := byTarget.add(of)
			*latest = ctl
			c.node = t.Node
		}
		c.last = int32(i)
		c.gestures = append(c.gestures, int32(i))
		g.ctl = ctl
	}
}

// newControl adds a control.
func (a *analysis) newControl(c control) int32 {
	a.controls = another(a.controls)
	at := &a.controls[len(a.controls)-1]
	c.gestures = at.gestures[:0]
	*at = c
	return int32(len(a.controls) - 1)
}

// spots are the controls that findControls has found, to be found again.
type spots struct {
	byTarget lookup[int32] // by the element and its window
	latest   map[spot]int32
}

// spot is where equal controls may be one control re-rendered.
type spot struct {
	key    string
	window uint16
	screen replay.ScreenID
}

// keyOfControl names what was pressed, and says how sure that is. Where no element is known, t is nil and the position has
// to do.
func (a *analysis) keyOfControl(t *replay.Target, g *gesture) (string, float64) {
	if t != nil {
		return a.controlKey(g.target)
	}
	b := strconv.AppendInt(append(a.mem.names.text, "cell|"...), int64(g.x/cell), 10)
	return a.mem.names.of(strconv.AppendInt(append(b, ','), int64(g.y/cell), 10)), surePosition
}

// reRendered looks among the controls with the same key, the latest of which is given, for one whose last press lay at the
// same spot. Only the newest few are asked, so that a list of thousands of equal rows costs no more than a short one.
func (a *analysis) reRendered(g *gesture, latest int32, element bool) int32 {
	const newest = 8
	for ctl, n := latest, 0; ctl >= 0 && n < newest; ctl, n = a.controls[ctl].before, n+1 {
		c := &a.controls[ctl]
		p := &a.gestures[c.last]
		if !element {
			return ctl
		}
		if g.at-p.at > c.local.EpisodeGap {
			continue
		}
		if g.hasPos && p.hasPos && distance(g.x, g.y, p.x, p.y) <= sameSpot {
			return ctl
		}
	}
	return -1
}

// on returns what applies to the control that a gesture pressed.
func (a *analysis) on(gi int32) *local { return a.controls[a.gestures[gi].ctl].local }

// limits returns what applies to the control of a run.
func (a *analysis) limits(r *run) *local { return a.controls[r.ctl].local }

// at returns what applies to a control or, where there is none, to a screen as a whole.
func (a *analysis) at(ctl int32, screen replay.ScreenID) *local {
	if ctl >= 0 {
		return a.controls[ctl].local
	}
	return a.onScreen(screen)
}

// applies returns what applies to a control; tgt may be nil. Nearly everywhere that is what applies to all.
func (a *analysis) applies(scr *replay.Screen, tgt *replay.Target) *local {
	if len(a.set.Overrides) > 0 {
		l := a.set.at(scr, tgt)
		return &l
	}
	return a.everywhere
}

// onScreen returns what applies to a screen as a whole. It is worked out once for each: scrolling and moving ask often.
func (a *analysis) onScreen(id replay.ScreenID) *local {
	i := 0 // the screen is not known
	if a.screen(id) != nil {
		i = int(id) + 1
	}
	if a.byScreen == nil {
		a.byScreen = make([]*local, len(a.s.Screens)+1)
	}
	if a.byScreen[i] == nil {
		a.byScreen[i] = a.applies(a.screen(id), nil)
	}
	return a.byScreen[i]
}

func (a *analysis) screen(id replay.ScreenID) *replay.Screen {
	if id < 0 || int(id) >= len(a.s.Screens) {
		return nil
	}
	return &a.s.Screens[id]
}

// tgt returns the target of a control, nil where only a position is known.
func (a *analysis) tgt(c *control) *replay.Target {
	if c.target < 0 || int(c.target) >= len(a.s.Targets) {
		return nil
	}
	return &a.s.Targets[c.target]
}

// actsLike is the kind of a control as it showed itself: something without a role that answers is a control, also where it is drawn
// anew or stands in another row.
func (a *analysis) actsLike(c *control) Kind {
	if (c.kind == Prose || c.kind == Background) && a.alive[c.key] {
		return Control
	}
	return c.kind
}

// visitFrom is the index of the first visit at or after t.
func (a *analysis) visitFrom(t time.Duration) int {
	return sort.Search(len(a.visits), func(i int) bool { return a.visits[i].At >= t })
}

// gestureFrom is the index of the first gesture at or after t.
func (a *analysis) gestureFrom(t time.Duration) int {
	return sort.Search(len(a.gestures), func(i int) bool { return a.gestures[i].at >= t })
}

// eventFrom is the index of the first event at or after t.
func (a *analysis) eventFrom(t time.Duration) int {
	return sort.Search(len(a.s.Events), func(i int) bool { return a.s.Events[i].At >= t })
}

// inGap reports whether a recording gap lies within the window, and where it begins.
func (a *analysis) inGap(from, to time.Duration) (time.Duration, bool) {
	for _, g := range a.s.Gaps {
		if g.From < to && g.To > from && g.To-g.From > gapMin {
			return g.From, true
		}
	}
	return 0, false
}

// gapMin is the shortest recording gap that can hide an answer (SIGNALS 6.2).
const gapMin = 2 * time.Second
