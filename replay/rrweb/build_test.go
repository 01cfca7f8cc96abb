package rrweb

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/replay"
)

// read builds a session from events written as JSON, one per argument.
func read(t *testing.T, events ...string) *replay.Session {
	t.Helper()
	b := NewBuilder(Options{})
	tally, err := Scan(strings.NewReader(strings.Join(events, "\n")), Options{}, b.Add)
	if err != nil || tally.Bad > 0 {
		t.Fatalf("%+v, %v", tally, err)
	}
	return b.Session("s", "rrweb")
}

const start = 1700000000000

func at(ms int, typ int, data string) string {
	return fmt.Sprintf(`{"type":%d,"timestamp":%d,"data":%s}`, typ, start+ms, data)
}

func metaAt(ms int, href string) string {
	return at(ms, typeMeta, fmt.Sprintf(`{"href":%q,"width":800,"height":600}`, href))
}

// pageAt is a full snapshot of a page with the given elements below its body, with ids from 4 on.
func pageAt(ms int, tags ...string) string {
	var kids []string
	for i, tag := range tags {
		kids = append(kids, fmt.Sprintf(`{"type":2,"tagName":%q,"attributes":{},"childNodes":[],"id":%d}`, tag, 4+i))
	}
	return at(ms, typeFullSnapshot, `{"node":{"type":0,"id":1,"childNodes":[{"type":2,"tagName":"html","attributes":{},"id":2,"childNodes":[{"type":2,"tagName":"body","attributes":{},"id":3,"childNodes":[`+
		strings.Join(kids, ",")+`]}]}]}}`)
}

func clickAt(ms, id int) string {
	return at(ms, typeIncremental, fmt.Sprintf(`{"source":2,"type":2,"id":%d,"x":1,"y":1}`, id))
}

// navigations lists the Navigate events of a session.
func navigations(s *replay.Session) string {
	var out []string
	for _, e := range s.Events {
		if e.Kind == replay.Navigate {
			text := s.Screens[e.Screen].Path
			if e.Flags.Has(replay.FlagLoad) {
				text += " load"
			}
			if e.Flags.Has(replay.FlagReload) {
				text += " reload"
			}
			out = append(out, text)
		}
	}
	return strings.Join(out, ", ")
}

func TestNavigation(t *testing.T) {
	shop := []string{"button", "p", "a", "div", "ul"}
	other := []string{"h1", "form", "input", "nav", "ol", "p"}
	pageview := func(ms int, href string) string {
		return at(ms, typeCustom, fmt.Sprintf(`{"tag":"$pageview","payload":{"href":%q}}`, href))
	}
	for _, tc := range []struct {
		name   string
		events []string
		want   string
	}{
		{"one page", []string{metaAt(0, "https://x/a"), pageAt(10, shop...)}, "/a load"},
		{"checkout", []string{metaAt(0, "https://x/a"), pageAt(10, shop...), metaAt(500, "https://x/a"), pageAt(510, shop...)}, "/a load"},
		{"checkout elsewhere", []string{metaAt(0, "https://x/a"), pageAt(10, shop...), metaAt(500, "https://x/b"), pageAt(510, shop...)}, "/a load, /b"},
		{"another page", []string{metaAt(0, "https://x/a"), pageAt(10, shop...), metaAt(500, "https://x/b"), pageAt(510, other...)}, "/a load, /b load"},
		{"reload", []string{metaAt(0, "https://x/a?q=1"), pageAt(10, shop...), at(400, typeDOMContentLoaded, "{}"), metaAt(500, "https://x/a?q=1#top"), pageAt(510, shop...)}, "/a load, /a load reload"},
		{"another query", []string{metaAt(0, "https://x/a?q=1"), pageAt(10, shop...), at(400, typeDOMContentLoaded, "{}"), metaAt(500, "https://x/a?q=2"), pageAt(510, shop...)}, "/a load, /a load"},
		{"in-page, then reload", []string{metaAt(0, "https://x/a"), pageAt(10, shop...), pageview(100, "/b"), at(400, typeDOMContentLoaded, "{}"), metaAt(500, "https://x/b"), pageAt(510, other...)}, "/a load, /b, /b load reload"},
		{"pageview of the page itself", []string{metaAt(0, "https://x/a"), pageview(0, "https://x/a"), pageAt(10, shop...)}, "/a load"},
		{"pageview between meta and snapshot", []string{metaAt(0, "https://x/a"), pageview(5, "https://x/b"), pageAt(10, shop...)}, "/a load, /b"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := navigations(read(t, tc.events...)); got != tc.want {
				t.Errorf("navigations %q, want %q", got, tc.want)
			}
		})
	}
}

// TestIdentity: an id names the same node within a page load, checkouts included, and another one after it.
func TestIdentity(t *testing.T) {
	s := read(t, metaAt(0, "https://x/a"), pageAt(10, "button", "p", "a", "div"), clickAt(100, 4),
		metaAt(500, "https://x/a"), pageAt(510, "button", "p", "a", "div"), clickAt(600, 4),
		at(900, typeDOMContentLoaded, "{}"), metaAt(1000, "https://x/b"), pageAt(1010, "button", "p", "a", "div"), clickAt(1100, 4))
	var nodes []replay.NodeID
	for _, e := range s.Events {
		if e.Kind == replay.Click {
			nodes = append(nodes, e.Node)
		}
	}
	if len(nodes) != 3 || nodes[0] != nodes[1] || nodes[1] == nodes[2] {
		t.Errorf("nodes %v", nodes)
	}
}

// TestRequestTimes: requests on the page's clock are placed by what is known of its start.
func TestRequestTimes(t *testing.T) {
	report := func(ms int, requests ...string) string {
		return at(ms, typePlugin, `{"plugin":"rrweb/network@1","payload":{"requests":[`+strings.Join(requests, ",")+`]}}`)
	}
	page := func(start, end int) string {
		return fmt.Sprintf(`{"name":"/r","initiatorType":"fetch","status":200,"startTime":%d,"endTime":%d}`, start, end)
	}
	for _, tc := range []struct {
		name   string
		events []string
		want   []string // start..end in ms
	}{
		{"reported at once", []string{report(500, page(100, 400))}, []string{"200..500"}},
		{"reported together", []string{report(500, page(100, 200), page(100, 400))}, []string{"200..300", "200..500"}},
		{"a later report tells the start", []string{report(5000, page(100, 400)), report(6000, page(5500, 5900))}, []string{"200..500", "5600..6000"}},
		{"sleep in between", []string{report(500, page(100, 400)), report(90000, page(900, 1000))}, []string{"200..500", "89900..90000"}},
		{"time origin", []string{report(900, fmt.Sprintf(`{"name":"/r","timeOrigin":%d,"startTime":10,"duration":20,"initiatorType":"fetch","responseStatus":200}`, start+100))}, []string{"110..130"}},
		{"epoch", []string{report(900, fmt.Sprintf(`{"name":"/r","timestamp":%d,"duration":20,"initiatorType":"fetch"}`, start+100))}, []string{"100..120"}},
		{"duration only", []string{report(900, `{"name":"/r","duration":300}`)}, []string{"600..900"}},
		{"wrong clock", []string{report(900, fmt.Sprintf(`{"name":"/r","timestamp":%d,"duration":20}`, start+7_200_000))}, []string{"880..900"}},
		{"numbered columns", []string{at(900, typePlugin, fmt.Sprintf(`{"plugin":"posthog/network@1","payload":{"2":"/r","1":%d,"3":10,"39":20,"21":500,"18":"fetch"}}`, start+100))}, []string{"110..130"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := read(t, append([]string{metaAt(0, "https://x/a")}, tc.events...)...)
			var got []string
			for _, e := range s.Events {
				if e.Kind == replay.RequestEvent {
					r := s.Requests[e.Detail]
					got = append(got, fmt.Sprintf("%d..%d", r.Start.Milliseconds(), r.End.Milliseconds()))
					if e.At != r.End {
						t.Errorf("event at %v, request ends %v", e.At, r.End)
					}
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(tc.want) {
				t.Errorf("requests %v, want %v", got, tc.want)
			}
		})
	}
}

// TestAddOrder: the children of a batch end up in document order however the batch lists them.
func TestAddOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for round := range 50 {
		n := 2 + r.IntN(12)
		var adds []string
		for i := range n {
			next := "null"
			if i+1 < n {
				next = fmt.Sprint(101 + i)
			}
			adds = append(adds, fmt.Sprintf(`{"parentId":50,"nextId":%s,"node":{"type":2,"tagName":"i","attributes":{"title":"%d"},"childNodes":[],"id":%d}}`, next, i, 100+i))
		}
		adds = append(adds, `{"parentId":3,"nextId":4,"node":{"type":2,"tagName":"div","attributes":{},"childNodes":[],"id":50}}`)
		r.Shuffle(len(adds), func(i, j int) { adds[i], adds[j] = adds[j], adds[i] })
		b := NewBuilder(Options{})
		events := []string{metaAt(0, "https://x/"), pageAt(10, "p"), at(20, typeIncremental, `{"source":0,"texts":[],"attributes":[],"removes":[],"adds":[`+strings.Join(adds, ",")+`]}`)}
		if _, err := Scan(strings.NewReader(strings.Join(events, "\n")), Options{}, b.Add); err != nil {
			t.Fatal(err)
		}
		s := b.Session("s", "rrweb")
		var order []string
		div := b.player.windows[0].tree.get(50)
		for c := div.first(); c.ok(); c = c.next() {
			order = append(order, string(c.attr(nameTitle)))
		}
		if !div.parent().ok() || !div.next().ok() || div.next().id() != 4 || len(order) != n {
			t.Fatalf("round %d: %d of %d children, parent %v", round, len(order), n, div.parent())
		}
		for i, title := range order {
			if title != fmt.Sprint(i) {
				t.Fatalf("round %d: order %v", round, order)
			}
		}
		if c := s.Mutations[0]; len(c.Changes) != 1 || c.Changes[0].Size != int32(n+1) || int(c.Nodes) != n+1 {
			t.Fatalf("round %d: %+v", round, c)
		}
	}
}

// TestClock: seconds become milliseconds, single events of another century do not stretch the session.
func TestClock(t *testing.T) {
	s := read(t, metaAt(0, "https://x/"), pageAt(10, "p"), clickAt(100, 4), clickAt(200, 4),
		fmt.Sprintf(`{"type":5,"timestamp":%d.25,"data":{"tag":"mark"}}`, start/1000+1),
		`{"type":5,"timestamp":86400000,"data":{"tag":"old"}}`)
	if s.Duration != 1250*time.Millisecond || len(s.Customs) != 1 {
		t.Errorf("duration %v, customs %v, marks %v", s.Duration, s.Customs, s.Marks)
	}
}

// TestPointer: what the pointer was, by recorder generation.
func TestPointer(t *testing.T) {
	press := func(ms, typ int, more string) string {
		return at(ms, typeIncremental, fmt.Sprintf(`{"source":2,"type":%d,"id":4,"x":1,"y":1%s}`, typ, more))
	}
	pointers := func(s *replay.Session) (out []replay.Pointer) {
		for _, e := range s.Events {
			if e.Kind == replay.PointerDown || e.Kind == replay.Click {
				out = append(out, e.Pointer)
			}
		}
		return out
	}
	old := read(t, metaAt(0, "https://x/"), pageAt(10, "p"), press(100, 7, ""), press(150, 1, ""), press(200, 2, ""))
	if got := fmt.Sprint(pointers(old)); got != fmt.Sprint([]replay.Pointer{replay.Touch, replay.PointerUnknown, replay.PointerUnknown}) {
		t.Errorf("old recorder: %s", got)
	}
	recent := read(t, metaAt(0, "https://x/"), pageAt(10, "p"), press(100, 1, ""), press(200, 2, `,"pointerType":0`), press(300, 1, `,"pointerType":1`))
	if got := fmt.Sprint(pointers(recent)); got != fmt.Sprint([]replay.Pointer{replay.Mouse, replay.Mouse, replay.Pen}) {
		t.Errorf("recent recorder: %s", got)
	}
}

// TestArrivalTraits: what an added element is, by roles alone.
func TestArrivalTraits(t *testing.T) {
	add := func(attrs, kids string) replay.ChangeTraits {
		tag := "div"
		if name, ok := strings.CutPrefix(kids, "<dialog>"); ok {
			tag, kids = "dialog", name
		}
		s := read(t, metaAt(0, "https://x/"), pageAt(10, "p"), at(20, typeIncremental, `{"source":0,"texts":[],"attributes":[],"removes":[],"adds":[{"parentId":3,"nextId":null,"node":{"type":2,"tagName":"`+tag+`","attributes":`+
			attrs+`,"childNodes":[`+kids+`],"id":50}}]}`))
		return s.Mutations[0].Changes[0].Traits
	}
	const text, hidden = `{"type":3,"textContent":"Added","id":51}`, `{"type":2,"tagName":"span","attributes":{},"childNodes":[{"type":3,"textContent":"Loading","id":52}],"id":51}`
	for _, tc := range []struct {
		name, attrs, kids string
		want              replay.ChangeTraits
	}{
		{"plain", `{}`, text, replay.ChangeText},
		{"icon", `{}`, `{"type":2,"tagName":"svg","isSVG":true,"attributes":{},"childNodes":[{"type":3,"textContent":"title","id":52}],"id":51}`, 0},
		{"toast", `{"role":"status"}`, text, replay.ChangeText},
		{"spinner", `{"role":"status"}`, hidden, replay.ChangeBusy | replay.ChangeText},
		{"polite message", `{"role":"status","aria-live":"polite"}`, hidden, replay.ChangeText},
		{"progress", `{"role":"progressbar"}`, "", replay.ChangeBusy},
		{"alert", `{"role":"alert"}`, text, replay.ChangeInvalid | replay.ChangeText},
		{"dialog", `{"role":"dialog","aria-modal":"true"}`, text, replay.ChangeDialog | replay.ChangeText},
		{"open dialog element", `{"open":""}`, "<dialog>" + text, replay.ChangeDialog | replay.ChangeText},
		{"dialog element that waits", `{}`, "<dialog>" + text, replay.ChangeText},
	} {
		if got := add(tc.attrs, tc.kids); got != tc.want {
			t.Errorf("%s: traits %b, want %b", tc.name, got, tc.want)
		}
	}
}

// TestOverdueMoves: a path that is written down long after it was made says that the page's timers stood still.
func TestOverdueMoves(t *testing.T) {
	s := read(t, metaAt(0, "https://x/"), pageAt(10, "p"),
		at(600, typeIncremental, `{"source":1,"positions":[{"x":1,"y":2,"id":3,"timeOffset":-500},{"x":2,"y":2,"id":3,"timeOffset":-50}]}`),
		at(4000, typeIncremental, `{"source":1,"positions":[{"x":5,"y":2,"id":3,"timeOffset":-3100},{"x":6,"y":2,"id":3,"timeOffset":-20}]}`))
	var overdue []bool
	for _, e := range s.Events {
		if e.Kind == replay.Move {
			overdue = append(overdue, e.Flags.Has(replay.FlagOverdue))
		}
	}
	if want := []bool{false, false, true, false}; !slices.Equal(overdue, want) {
		t.Errorf("overdue %v, want %v", overdue, want)
	}
}
