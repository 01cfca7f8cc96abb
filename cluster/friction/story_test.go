package friction

import (
	"fmt"
	"hash/fnv"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/replay"
	"github.com/rogpeppe/go-internal/txtar"
)

// story is one session written by hand, with what has to be found in it. The format is documented in
// testdata/README.md.
type story struct {
	s      *replay.Session
	want   []string // "kept rage_tap on pay"
	about  []string // filters and public complaints that the story is for
	set    Settings // with what the operator said
	names  map[string]*thing
	nodes  map[replay.NodeID]string
	touch  bool
	also   bool // changes join the latest batch
	screen replay.ScreenID
	nextX  int32
	off    map[string]bool
}

// thing is an element of a story.
type thing struct {
	node     replay.NodeID
	target   replay.TargetID
	x, y     int32
	disabled bool
	checked  bool
	distinct bool // its class alone differs from its siblings'
	size     int32
	parent   replay.NodeID
	traits   replay.ChangeTraits
	state    uint64        // outline of what was added
	text     replay.NodeID // its text node, once that was replaced; 0 = never
	says     string        // what that node says
}

func parseStory(text string) (*story, error) {
	st := &story{s: &replay.Session{ID: "story", Format: "rrweb", Start: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Windows: 1},
		names: map[string]*thing{}, nodes: map[replay.NodeID]string{}, nextX: 100, off: map[string]bool{}, screen: replay.NoIndex}
	st.s.Coverage = replay.Coverage{Snapshot: true, Mutations: true, PointerMoves: true, PointerPress: true, Console: true, Network: true, Visibility: true}
	html := st.element("html", "html", "", replay.NoIndex)
	st.names["page"] = html
	st.s.Targets[html.target].Selector = "page"
	st.element("body", "body", "", html.node)
	for n, line := range strings.Split(text, "\n") {
		if i := strings.Index(line, " #"); i >= 0 {
			line = line[:i]
		}
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if rest, ok := strings.CutPrefix(line, "=>"); ok {
			st.want = append(st.want, strings.Join(strings.Fields(rest), " "))
			continue
		}
		if err := st.line(words(line)); err != nil {
			return nil, fmt.Errorf("line %d: %s: %w", n+1, line, err)
		}
	}
	s := st.s
	sort.SliceStable(s.Events, func(i, j int) bool { return s.Events[i].At < s.Events[j].At })
	if n := len(s.Events); n > 0 {
		s.Duration = s.Events[n-1].At
		s.Active = s.Duration
	}
	return st, nil
}

// words splits a line at blanks, keeping quoted text together.
func words(line string) []string {
	var out []string
	for line != "" {
		line = strings.TrimLeft(line, " \t")
		if strings.HasPrefix(line, `"`) {
			if end := strings.Index(line[1:], `"`); end >= 0 {
				out = append(out, line[:end+2])
				line = line[end+2:]
				continue
			}
		}
		i := strings.IndexAny(line, " \t")
		if i < 0 {
			i = len(line)
		}
		if i > 0 {
			out = append(out, line[:i])
		}
		line = line[i:]
	}
	return out
}

func (st *story) line(w []string) error {
	if w[0] == "every" {
		return st.every(w)
	}
	if at, err := strconv.ParseFloat(w[0], 64); err == nil {
		if len(w) < 2 {
			return fmt.Errorf("what happens at %s?", w[0])
		}
		return st.event(time.Duration(at*float64(time.Second)), w[1], w[2:])
	}
	switch w[0] {
	case "about":
		st.about = append(st.about, w[1:]...)
	case "repeats":
		for _, name := range w[1:] {
			st.set.Overrides = append(st.set.Overrides, Override{Target: name, RepeatUse: true})
		}
	case "phone":
		st.touch = true
	case "without":
		for _, x := range w[1:] {
			switch x {
			case "console":
				st.s.Coverage.Console = false
			case "network":
				st.s.Coverage.Network = false
			case "presses":
				st.s.Coverage.PointerPress = false
			case "moves":
				st.s.Coverage.PointerMoves = false
			case "mutations":
				st.s.Coverage.Mutations = false
			default:
				return fmt.Errorf("cannot do without %q", x)
			}
			st.off[x] = true
		}
	default:
		return st.declare(w)
	}
	return nil
}

// every repeats an event: "every 1 from 0 to 30 text clock".
func (st *story) every(w []string) error {
	if len(w) < 7 || w[2] != "from" || w[4] != "to" {
		return fmt.Errorf(`want "every SECONDS from SECONDS to SECONDS what ..."`)
	}
	var n [3]float64
	for i, j := range []int{1, 3, 5} {
		v, err := strconv.ParseFloat(w[j], 64)
		if err != nil {
			return err
		}
		n[i] = v
	}
	for t := n[1]; t <= n[2] && n[0] > 0; t += n[0] {
		if err := st.event(time.Duration(t*float64(time.Second)), w[6], w[7:]); err != nil {
			return err
		}
	}
	return nil
}

// refuse lets a snapshot say that a field of the form that stands there again is wrong.
func (st *story) refuse(shot *replay.Event, field *thing) {
	shot.Detail = int32(len(st.s.Mutations))
	st.s.Mutations = append(st.s.Mutations, replay.Mutation{Nodes: 1, Changes: []replay.Change{{Node: field.node, Parent: st.s.Nodes[field.node].Parent,
		Kind: replay.AttributeChanged, Size: 1, Attr: "aria-invalid", State: 1, Traits: replay.ChangeInvalid}}})
}

func (st *story) put(at time.Duration, e replay.Event) *replay.Event {
	e.At = at
	e.Screen = st.screen
	if e.Kind != replay.MutationEvent && e.Kind != replay.RequestEvent && e.Kind != replay.ErrorEvent && e.Kind != replay.CustomEvent && e.Kind != replay.LongTask {
		e.Detail = replay.NoIndex
	}
	st.s.Events = append(st.s.Events, e)
	return &st.s.Events[len(st.s.Events)-1]
}

// on starts an event at an element.
func (st *story) on(k replay.Kind, t *thing) replay.Event {
	e := replay.Event{Kind: k, Target: t.target, Node: t.node, X: t.x, Y: t.y, Pointer: replay.Mouse}
	if st.touch {
		e.Pointer = replay.Touch
	}
	if t.disabled {
		e.Flags |= replay.FlagDisabled
	}
	if t.checked {
		e.Flags |= replay.FlagChecked
	}
	if t.distinct {
		e.Flags |= replay.FlagDistinct
	}
	return e
}

func none(k replay.Kind) replay.Event {
	return replay.Event{Kind: k, Target: replay.NoIndex, Node: replay.NoIndex}
}

func stateOf(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return h.Sum64()
}

// change records one batch, or more of the latest one.
func (st *story) change(at time.Duration, cs ...replay.Change) {
	if n := len(st.s.Mutations); st.also && n > 0 {
		m := &st.s.Mutations[n-1]
		m.Changes = append(m.Changes, cs...)
		return
	}
	e := none(replay.MutationEvent)
	e.Detail = int32(len(st.s.Mutations))
	m := replay.Mutation{Changes: cs}
	for i := range cs {
		m.Nodes += cs[i].Size
	}
	st.s.Mutations = append(st.s.Mutations, m)
	st.put(at, e)
}

// relabel replaces the text node of an element, as setting its text does: "says pay = Paying".
func (st *story) relabel(at time.Duration, t *thing, value string) {
	if t.text == 0 {
		t.says, t.text = st.s.Targets[t.target].Label, st.textIn(t)
	}
	old := replay.Change{Node: t.text, Parent: t.node, Kind: replay.Removed, Size: 1, Was: stateOf(t.says), Traits: replay.ChangeKnown | replay.ChangeText}
	t.says, t.text = strings.Trim(value, `"`), st.textIn(t)
	st.change(at, old, replay.Change{Node: t.text, Parent: t.node, Kind: replay.Added, Size: 1, State: stateOf(t.says), Traits: replay.ChangeText})
}

// textIn puts a new text node into an element.
func (st *story) textIn(t *thing) replay.NodeID {
	st.s.Nodes = append(st.s.Nodes, replay.Node{Parent: t.node, Target: replay.NoIndex, Tag: "#text"})
	return replay.NodeID(len(st.s.Nodes) - 1)
}

// event puts what happens at a time into the session.
func (st *story) event(at time.Duration, verb string, w []string) error {
	if verb == "also" && len(w) > 0 {
		st.also = true
		defer func() { st.also = false }()
		verb, w = w[0], w[1:]
	}
	if done, err := st.pageEvent(at, verb, w); done || err != nil {
		return err
	}
	if len(w) == 0 {
		return fmt.Errorf("%s what?", verb)
	}
	t, ok := st.names[w[0]]
	if !ok && verb != "add" {
		return fmt.Errorf("nothing is called %q", w[0])
	}
	if done, err := st.handEvent(at, verb, t, w[1:]); done || err != nil {
		return err
	}
	value := strconv.Itoa(len(st.s.Events)) // a new state every time unless one is named
	var known replay.ChangeTraits
	var was uint64
	if len(w) > 2 && w[len(w)-2] == "was" {
		known, was = replay.ChangeKnown, stateOf(w[len(w)-1])
		w = w[:len(w)-2]
	}
	if len(w) > 2 && w[len(w)-2] == "=" {
		value = w[len(w)-1]
	}
	switch verb {
	case "text":
		st.change(at, replay.Change{Node: t.node, Parent: st.s.Nodes[t.node].Parent, Kind: replay.TextChanged, Size: 1, State: stateOf(value), Was: was, Traits: known})
	case "says":
		st.relabel(at, t, value)
	case "attr", "class", "style", "busy", "invalid":
		c := replay.Change{Node: t.node, Parent: st.s.Nodes[t.node].Parent, Kind: replay.AttributeChanged, Size: 1, State: stateOf(value), Attr: verb}
		switch verb {
		case "attr":
			if len(w) < 2 {
				return fmt.Errorf("attr needs a name")
			}
			if c.Attr = w[1]; value == "gone" {
				c.State = 0
			}
		case "busy":
			c.Attr, c.Traits = "aria-busy", replay.ChangeBusy
		case "invalid":
			c.Attr, c.Traits = "aria-invalid", replay.ChangeInvalid
		default:
			c.Traits = replay.ChangeCursor
		}
		c.Was, c.Traits = was, c.Traits|known
		st.change(at, c)
	case "disable", "enable":
		t.disabled = verb == "disable"
		c := replay.Change{Node: t.node, Parent: st.s.Nodes[t.node].Parent, Kind: replay.AttributeChanged, Size: 1, State: stateOf(verb), Attr: "disabled"}
		st.change(at, c)
	case "add":
		return st.add(at, w, value)
	case "remove":
		st.change(at, replay.Change{Node: t.node, Parent: st.s.Nodes[t.node].Parent, Kind: replay.Removed, Size: t.size, Was: t.state, Traits: t.traits | replay.ChangeKnown})
	default:
		return fmt.Errorf("%q is nothing that can happen", verb)
	}
	return nil
}

// add brings a new element: "add results to page size 30".
func (st *story) add(at time.Duration, w []string, value string) error {
	parent := st.names["body"]
	t := &thing{size: 3}
	tag := "div"
	for i := 1; i < len(w); i++ {
		switch w[i] {
		case "to":
			if i+1 >= len(w) || st.names[w[i+1]] == nil {
				return fmt.Errorf("add to what?")
			}
			parent = st.names[w[i+1]]
			i++
		case "size":
			n, err := strconv.Atoi(w[min(i+1, len(w)-1)])
			if err != nil {
				return err
			}
			t.size = int32(n)
			i++
		case "busy":
			t.traits |= replay.ChangeBusy
		case "dialog":
			t.traits |= replay.ChangeDialog
		case "alert":
			t.traits |= replay.ChangeInvalid
		case "text":
			tag = "#text"
			t.size = 1
		case "worded":
			t.traits |= replay.ChangeText
		case "=":
			i++
		default:
			return fmt.Errorf("add does not know %q", w[i])
		}
	}
	if old, ok := st.names[w[0]]; ok && old.target == replay.NoIndex {
		value = w[0] // the same outline comes again
	}
	t.node, t.target, t.parent = replay.NodeID(len(st.s.Nodes)), replay.NoIndex, parent.node
	st.s.Nodes = append(st.s.Nodes, replay.Node{Parent: parent.node, Target: replay.NoIndex, Tag: tag})
	st.names[w[0]] = t
	t.state = stateOf(value)
	st.change(at, replay.Change{Node: t.node, Parent: parent.node, Kind: replay.Added, Size: t.size, State: t.state, Traits: t.traits})
	return nil
}

// handEvent is what a person does to an element.
func (st *story) handEvent(at time.Duration, verb string, t *thing, w []string) (bool, error) {
	if t == nil {
		return false, nil
	}
	long := 80 * time.Millisecond
	switch verb {
	case "spread", "squeeze":
		st.pinch(at, t, verb == "spread")
		return true, nil
	case "tap", "press", "hold", "drag", "swipe", "rightclick", "click":
	case "input":
		e := st.on(replay.Input, t)
		e.X, e.Y = 0, 0
		p := st.put(at, e)
		if len(w) == 1 && w[0] == "empty" {
			p.Detail = 0
		}
		if len(w) == 1 && w[0] == "letter" {
			p.Detail = 1
		}
		if len(w) == 1 && w[0] == "words" {
			p.Detail = 12
		}
		if len(w) == 2 && w[0] == "of" {
			n, err := strconv.Atoi(w[1])
			if err != nil {
				return true, err
			}
			p.Detail = int32(n)
		}
		if len(w) == 1 && w[0] == "masked" {
			p.Detail = 1
			p.Flags |= replay.FlagMasked | replay.FlagNotUser
		}
		if len(w) == 1 && w[0] == "unchanged" {
			p.Flags |= replay.FlagUnchanged
		}
		return true, nil
	case "focus":
		st.put(at, st.on(replay.Focus, t))
		return true, nil
	case "blur":
		st.put(at, st.on(replay.Blur, t))
		return true, nil
	default:
		return false, nil
	}
	down, up := st.on(replay.PointerDown, t), st.on(replay.PointerUp, t)
	dx, dy := int32(0), int32(0)
	for i := 0; i < len(w); i++ {
		switch {
		case w[i] == "at" && i+1 < len(w):
			var x, y int32
			if _, err := fmt.Sscanf(w[i+1], "%d,%d", &x, &y); err != nil {
				return true, err
			}
			down.X, down.Y, up.X, up.Y = x, y, x, y
			i++
		case w[i] == "by" && i+1 < len(w):
			if _, err := fmt.Sscanf(w[i+1], "%d,%d", &dx, &dy); err != nil {
				return true, err
			}
			i++
		case w[i] == "for" && i+1 < len(w):
			v, err := strconv.ParseFloat(w[i+1], 64)
			if err != nil {
				return true, err
			}
			long = time.Duration(v * float64(time.Second))
			i++
		default:
			return true, fmt.Errorf("a %s knows no %q", verb, w[i])
		}
	}
	up.X, up.Y = up.X+dx, up.Y+dy
	click := st.on(replay.Click, t)
	click.X, click.Y = down.X, down.Y
	if verb == "click" || st.off["presses"] {
		st.put(at, click)
		return true, nil
	}
	st.put(at, down)
	switch verb {
	case "rightclick":
		st.put(at+time.Millisecond, st.on(replay.ContextMenu, t))
	case "swipe", "drag":
		for i := int32(1); i <= 4; i++ {
			m := st.on(replay.Move, t)
			m.X, m.Y = down.X+dx*i/4, down.Y+dy*i/4
			st.put(at+time.Duration(i)*long/5, m)
		}
	}
	st.put(at+long, up)
	if (verb == "tap" || verb == "hold") && !t.disabled {
		st.put(at+long, click)
	}
	return true, nil
}

// pinch puts two fingers on an element and moves them apart or together, as recorders tell it: one finger at a time.
func (st *story) pinch(at time.Duration, t *thing, apart bool) {
	from, to := int32(30), int32(120)
	if !apart {
		from, to = to, from
	}
	finger := func(at time.Duration, k replay.Kind, dx int32) {
		e := st.on(k, t)
		e.Pointer, e.X = replay.Touch, t.x+dx
		st.put(at, e)
	}
	finger(at, replay.PointerDown, -from)
	finger(at+40*time.Millisecond, replay.PointerDown, from)
	finger(at+200*time.Millisecond, replay.Move, -(from+to)/2)
	finger(at+400*time.Millisecond, replay.PointerUp, -to)
	finger(at+410*time.Millisecond, replay.PointerUp, to)
}

// pageEvent is what happens to the page as a whole.
func (st *story) pageEvent(at time.Duration, verb string, w []string) (bool, error) {
	arg := func(i int) string {
		if i < len(w) {
			return w[i]
		}
		return ""
	}
	switch verb {
	case "open", "route", "back", "reload":
		e := none(replay.Navigate)
		e.Flags |= map[string]replay.Flags{"open": replay.FlagLoad, "reload": replay.FlagLoad | replay.FlagReload, "back": replay.FlagBack}[verb]
		if p := arg(0); p != "" {
			st.screen = replay.NoIndex
			for i := range st.s.Screens {
				if st.s.Screens[i].Path == p {
					st.screen = replay.ScreenID(i)
				}
			}
			if st.screen < 0 {
				st.screen = replay.ScreenID(len(st.s.Screens))
				st.s.Screens = append(st.s.Screens, replay.Screen{Path: p, W: 1280, H: 800})
			}
		}
		st.put(at, e)
		if e.Flags.Has(replay.FlagLoad) {
			shot := st.put(at+50*time.Millisecond, none(replay.SnapshotEvent))
			if t := st.names[arg(2)]; arg(1) == "refusing" && t != nil {
				st.refuse(shot, t)
			}
		}
	case "refusing":
		t := st.names[arg(0)]
		if t == nil {
			return true, fmt.Errorf("refusing what?")
		}
		st.refuse(st.put(at, none(replay.SnapshotEvent)), t)
	case "scroll":
		e := none(replay.Scroll)
		y, err := strconv.Atoi(arg(0))
		if err != nil {
			return true, err
		}
		e.Y, e.Flags, e.Node = int32(y), replay.FlagDocument, st.names["page"].node
		if t := st.names[arg(2)]; arg(1) == "in" && t != nil {
			e.Flags, e.Node = 0, t.node
		}
		st.put(at, e)
	case "move":
		e := none(replay.Move)
		if e.Pointer = replay.Mouse; arg(1) == "late" {
			e.Flags |= replay.FlagOverdue
		}
		if _, err := fmt.Sscanf(arg(0), "%d,%d", &e.X, &e.Y); err != nil {
			return true, err
		}
		st.put(at, e)
	case "select":
		st.put(at, none(replay.Selection))
	case "hidden":
		st.put(at, none(replay.Hidden))
	case "visible":
		st.put(at, none(replay.Visible))
	case "paint":
		st.put(at, none(replay.CanvasDraw))
	case "media":
		st.put(at, none(replay.Media))
	case "zoom":
		e := none(replay.Resize)
		if _, err := fmt.Sscanf(arg(0), "%d,%d", &e.X, &e.Y); err != nil {
			return true, err
		}
		st.put(at, e)
	case "end":
		st.put(at, none(replay.Move))
	case "gap":
		d, err := strconv.ParseFloat(arg(0), 64)
		if err != nil {
			return true, err
		}
		st.s.Gaps = append(st.s.Gaps, replay.Gap{From: at, To: at + time.Duration(d*float64(time.Second))})
	case "stuck":
		d, err := strconv.ParseFloat(arg(0), 64)
		if err != nil {
			return true, err
		}
		e := none(replay.LongTask)
		e.Detail = int32(d * 1000)
		st.put(at, e)
	case "error", "throw":
		e := none(replay.ErrorEvent)
		e.Detail = int32(len(st.s.Errors))
		msg := strings.Trim(arg(0), `"`)
		st.s.Errors = append(st.s.Errors, replay.Error{Message: msg, Fingerprint: msg, Thrown: verb == "throw"})
		st.put(at, e)
	case "request", "beacon":
		// request POST /pay 500 0.3: sent now, ended 0.3 s later
		status, err := strconv.Atoi(arg(2))
		if err != nil {
			return true, err
		}
		d, err := strconv.ParseFloat(arg(3), 64)
		if err != nil {
			return true, err
		}
		end := at + time.Duration(d*float64(time.Second))
		e := none(replay.RequestEvent)
		e.Detail = int32(len(st.s.Requests))
		initiator := "fetch"
		if verb == "beacon" {
			initiator = "beacon"
		}
		st.s.Requests = append(st.s.Requests, replay.Request{Start: at, End: end, Method: arg(0), Path: arg(1), Status: status, Initiator: initiator})
		st.put(end, e)
	default:
		return false, nil
	}
	return true, nil
}

// verdicts writes what Detect found the way that stories want it.
func (st *story) verdicts(d *Digest) (kept, other []string) {
	for _, e := range d.Episodes {
		on := "page"
		if e.Target >= 0 {
			on = d.Targets[e.Target].Selector
		}
		switch e.Verdict {
		case Friction:
			kept = append(kept, fmt.Sprintf("kept %s on %s", e.Pattern, on))
		default:
			other = append(other, fmt.Sprintf("%s %s on %s", e.Verdict, e.Reason, on))
		}
	}
	return kept, other
}

// check compares a story with what is found in it: every kept episode is wanted and every wanted line is there.
func (st *story) check(d *Digest) []string {
	var wrong []string
	kept, other := st.verdicts(d)
	left := map[string]int{}
	for _, k := range kept {
		left[k]++
	}
	for _, w := range st.want {
		switch {
		case w == "nothing kept":
		case strings.HasPrefix(w, "kept "):
			if left[w] == 0 {
				wrong = append(wrong, "missing: "+w)
			}
			left[w]--
		case strings.HasPrefix(w, "attempt "):
			if !attempted(d, strings.Fields(w)) {
				wrong = append(wrong, "missing: "+w)
			}
		default:
			found := false
			for _, o := range other {
				found = found || o == w
			}
			if !found {
				wrong = append(wrong, "missing: "+w)
			}
		}
	}
	for _, k := range kept {
		if left[k] > 0 {
			wrong = append(wrong, "not wanted: "+k)
			left[k]--
		}
	}
	if len(wrong) > 0 {
		for _, e := range d.Episodes {
			wrong = append(wrong, fmt.Sprintf("  found %s %s %s %.2f n=%d u=%d latency=%v cause=%q %v", e.Pattern, e.Verdict, e.Reason, e.Confidence, e.Gestures, e.Unanswered, e.Latency, e.Cause, e.Aftermath))
		}
	}
	return wrong
}

// attempted looks for "attempt pay dead" or "attempt pay slow 5 s".
func attempted(d *Digest, w []string) bool {
	for _, a := range d.Attempts {
		if len(w) >= 3 && d.Targets[a.Target].Selector == w[1] && string(a.Outcome) == w[2] {
			if len(w) == 3 {
				return true
			}
			if lat, err := time.ParseDuration(w[3]); err == nil && a.Latency.Round(100*time.Millisecond) == lat {
				return true
			}
		}
	}
	return false
}

// stories reads all story files.
func stories(t testing.TB) map[string]string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	out := map[string]string{}
	for _, f := range files {
		ar, err := txtar.ParseFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range ar.Files {
			name := strings.TrimSuffix(filepath.Base(f), ".txtar") + "/" + x.Name
			if _, ok := out[name]; ok {
				t.Fatalf("two stories are called %q", name)
			}
			out[name] = string(x.Data)
		}
	}
	return out
}

func TestStories(t *testing.T) {
	for name, text := range stories(t) {
		t.Run(name, func(t *testing.T) {
			st, err := parseStory(text)
			if err != nil {
				t.Fatal(err)
			}
			if len(st.want) == 0 {
				t.Fatal("the story says nothing of what is to be found")
			}
			for _, w := range st.check(Detect(st.s, st.set)) {
				t.Error(w)
			}
		})
	}
}
