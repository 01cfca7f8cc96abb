package mobile_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/replay/mobile"
	"github.com/rankle/rankle/replay/rrweb"
)

// dom replays what a Filter hands out as a player would, and fails where a player would be lost.
type dom struct {
	parent map[int]int
	kids   map[int][]int
	name   map[int]string // tag or text
	attrs  map[int]map[string]string
}

type domNode struct {
	Type        int
	ID          int
	TagName     string
	TextContent string
	Attributes  map[string]any
	ChildNodes  []domNode
}

func (d *dom) put(n domNode, parent int, at int) error {
	if _, ok := d.parent[n.ID]; ok || n.ID <= 0 {
		return fmt.Errorf("node %d is there already", n.ID)
	}
	d.parent[n.ID] = parent
	kids := d.kids[parent]
	d.kids[parent] = append(kids[:at:at], append([]int{n.ID}, kids[at:]...)...)
	d.name[n.ID] = n.TagName + n.TextContent
	d.attrs[n.ID] = map[string]string{}
	for k, v := range n.Attributes {
		d.attrs[n.ID][k] = fmt.Sprint(v)
	}
	for i, c := range n.ChildNodes {
		if err := d.put(c, n.ID, i); err != nil {
			return err
		}
	}
	return nil
}

func (d *dom) drop(id int) {
	for _, k := range d.kids[id] {
		d.drop(k)
	}
	delete(d.parent, id)
	delete(d.kids, id)
}

func (d *dom) index(parent, child int) int {
	for i, k := range d.kids[parent] {
		if k == child {
			return i
		}
	}
	return -1
}

// play applies one event.
func (d *dom) play(e rrweb.Event) error {
	switch e.Type {
	case 2:
		var s struct{ Node domNode }
		if err := json.Unmarshal(e.Data, &s); err != nil {
			return err
		}
		*d = dom{map[int]int{}, map[int][]int{}, map[int]string{}, map[int]map[string]string{}}
		return d.put(s.Node, 0, 0)
	case 3:
		var m struct {
			Source  int
			Removes []struct{ ParentID, ID int }
			Adds    []struct {
				ParentID int
				NextID   *int
				Node     domNode
			}
			Texts []struct {
				ID    int
				Value string
			}
			Attributes []struct {
				ID         int
				Attributes map[string]*string
			}
			ID int
		}
		if err := json.Unmarshal(e.Data, &m); err != nil {
			return err
		}
		if m.Source != 0 {
			if _, ok := d.parent[m.ID]; m.ID > 0 && !ok {
				return fmt.Errorf("source %d names node %d, which is not there", m.Source, m.ID)
			}
			return nil
		}
		for _, r := range m.Removes {
			at := d.index(r.ParentID, r.ID)
			if at < 0 {
				return fmt.Errorf("node %d is removed from %d and was not there", r.ID, r.ParentID)
			}
			d.kids[r.ParentID] = append(d.kids[r.ParentID][:at:at], d.kids[r.ParentID][at+1:]...)
			d.drop(r.ID)
		}
		for _, a := range m.Adds {
			if _, ok := d.parent[a.ParentID]; !ok {
				return fmt.Errorf("node %d is added to %d, which is not there", a.Node.ID, a.ParentID)
			}
			at := len(d.kids[a.ParentID])
			if a.NextID != nil {
				if at = d.index(a.ParentID, *a.NextID); at < 0 {
					return fmt.Errorf("node %d is added before %d, which is not there", a.Node.ID, *a.NextID)
				}
			}
			if err := d.put(a.Node, a.ParentID, at); err != nil {
				return err
			}
		}
		for _, t := range m.Texts {
			if _, ok := d.parent[t.ID]; !ok {
				return fmt.Errorf("text of %d, which is not there", t.ID)
			}
			d.name[t.ID] = t.Value
		}
		for _, s := range m.Attributes {
			if _, ok := d.parent[s.ID]; !ok {
				return fmt.Errorf("attributes of %d, which is not there", s.ID)
			}
			for k, v := range s.Attributes {
				if v == nil {
					delete(d.attrs[s.ID], k)
				} else {
					d.attrs[s.ID][k] = *v
				}
			}
		}
	}
	return nil
}

// String writes the page without its ids.
func (d *dom) String() string {
	var b strings.Builder
	var walk func(id, depth int)
	walk = func(id, depth int) {
		fmt.Fprintf(&b, "%*s%s %v\n", depth, "", d.name[id], d.attrs[id])
		for _, k := range d.kids[id] {
			walk(k, depth+1)
		}
	}
	for _, k := range d.kids[0] {
		walk(k, 0)
	}
	return b.String()
}

// scan sends a text through a Filter.
func scan(t testing.TB, text string, opt mobile.Options, f func(rrweb.Event) error) *mobile.Filter {
	t.Helper()
	x := mobile.NewFilter(opt, f)
	if _, err := rrweb.Scan(strings.NewReader(text), rrweb.Options{}, x.Add); err != nil && !errors.Is(err, rrweb.ErrFull) {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	return x
}

func event(ms, typ int, data string) string {
	return fmt.Sprintf(`{"type":%d,"timestamp":%d,"data":%s}`+"\n", typ, 1751444000000+ms, data)
}

// layout is a random screen of n views, as a list of wireframes; ids stay below most.
func layout(r *rand.Rand, n, most int) string {
	used := map[int]bool{}
	var list func(n int) string
	list = func(n int) string {
		out := []string{}
		for n > 0 {
			id := 1 + r.IntN(most)
			below := r.IntN(n)
			n -= below + 1
			if used[id] {
				continue
			}
			used[id] = true
			kind := []string{`"text","text":"%d"`, `"","style":{"color":"#00%02d00"}`, `"input","inputType":"button","value":"%d"`, `"input","inputType":"text","value":"%d"`, `"image"`, `"placeholder","label":"%d"`}[id%6]
			if r.IntN(9) == 0 {
				kind = `"rectangle"` // changes its kind at times
			}
			if strings.Contains(kind, "%") {
				kind = fmt.Sprintf(kind, r.IntN(3)+10)
			}
			out = append(out, fmt.Sprintf(`{"id":%d,"type":%s,"x":%d,"y":1,"width":50,"height":60,"childWireframes":%s}`, id, kind, r.IntN(3), list(below)))
		}
		return "[" + strings.Join(out, ",") + "]"
	}
	return list(n)
}

// Whatever a screen becomes, the changes that are handed out make of the old page what a snapshot of the new one shows.
func TestChangesMakeTheNewPage(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		meta := event(0, 4, `{"href":"A","width":400,"height":800}`)
		text := meta
		var last string
		for step := range 4 {
			last = layout(r, 2+r.IntN(14), 20)
			text += event(10+step, 2, `{"wireframes":`+last+`}`)
		}
		play := func(text string) (string, int) {
			var d dom
			mutations := 0
			scan(t, text, mobile.Options{}, func(e rrweb.Event) error {
				if e.Type == 3 {
					mutations++
				}
				if err := d.play(e); err != nil {
					t.Fatalf("seed %d: %v\n%s", seed, err, e.Data)
				}
				return nil
			})
			return d.String(), mutations
		}
		got, mutations := play(text)
		want, none := play(meta + event(10, 2, `{"wireframes":`+last+`}`))
		if mutations == 0 || none != 0 {
			t.Fatalf("seed %d: %d and %d changes", seed, mutations, none)
		}
		// Values that were typed come as events of their own, not as attributes.
		if diff := cmp.Diff(withoutValues(want), withoutValues(got)); diff != "" {
			t.Fatalf("seed %d: the page is another one (-snapshot +changes):\n%s", seed, diff)
		}
	}
}

func withoutValues(s string) string {
	s = strings.ReplaceAll(s, "value:** ", "")
	return strings.ReplaceAll(s, "value:**]", "]")
}

// What is as it was is no change, and the events of a page are left alone.
func TestNothingNew(t *testing.T) {
	screen := event(0, 4, `{"width":400,"height":800}`) + event(1, 2, `{"wireframes":[{"id":1,"type":"text","text":"a","x":0,"y":0,"width":9,"height":9}]}`)
	same := event(2, 3, `{"source":0,"updates":[{"parentId":0,"wireframe":{"id":1,"type":"text","text":"a","x":0,"y":0,"width":9,"height":9}}],"removes":[{"id":77}]}`)
	n := 0
	count := func(e rrweb.Event) error { n++; return nil }
	if x := scan(t, screen+same, mobile.Options{}, count); n != 2 || x.Kind() != mobile.Wireframes || x.Channel() != "mobile" {
		t.Errorf("%d events, kind %d, channel %q; want the 2 of the screen", n, x.Kind(), x.Channel())
	}
	page := event(0, 4, `{"href":"https://a.example","width":400,"height":800}`) + event(5, 5, `{"tag":"video","payload":{}}`) +
		event(1, 2, `{"node":{"type":0,"id":1,"childNodes":[]}}`) + event(2, 3, `{"source":2,"type":7,"id":0,"x":1,"y":2}`)
	var got string
	x := scan(t, page, mobile.Options{}, func(e rrweb.Event) error {
		got += event(int(e.Time)-1751444000000, e.Type, string(e.Data))
		return nil
	})
	if got != page || x.Kind() != mobile.Page || x.Channel() != "" {
		t.Errorf("a page became kind %d:\n%s", x.Kind(), got)
	}
}

// Where keys lie is what was typed: touches on the keyboard are left out.
func TestKeyboard(t *testing.T) {
	touch := func(ms, y int) string {
		return event(ms, 3, fmt.Sprintf(`{"source":2,"type":7,"id":0,"x":5,"y":%d}`, y)) + event(ms+9, 3, fmt.Sprintf(`{"source":2,"type":9,"id":0,"x":5,"y":%d}`, y))
	}
	screen := event(0, 4, `{"width":400,"height":800}`) + event(1, 2, `{"wireframes":[{"id":1,"type":"div","x":0,"y":0,"width":400,"height":800}]}`)
	for _, tc := range []struct {
		payload string
		y, want int
	}{
		{`{"open":true,"height":300}`, 600, 0}, {`{"open":true,"height":300}`, 400, 3},
		{`{"open":true}`, 450, 0}, {`{"open":true}`, 350, 3}, {`{"open":false,"height":300}`, 600, 3},
	} {
		n := 0
		scan(t, screen+event(5, 5, `{"tag":"keyboard","payload":`+tc.payload+`}`)+touch(10, tc.y), mobile.Options{}, func(e rrweb.Event) error {
			if e.Type == 3 {
				n++
			}
			return nil
		})
		if n != tc.want {
			t.Errorf("%s, touch at %d: %d events, want %d", tc.payload, tc.y, n, tc.want)
		}
	}
}

// What is a tap: short, in place, with one finger.
func TestTaps(t *testing.T) {
	screen := event(0, 4, `{"width":400,"height":800}`) + event(1, 2, `{"wireframes":[{"id":9,"type":"div","x":0,"y":0,"width":400,"height":800}]}`)
	touch := func(ms, typ, id, x int) string {
		return event(ms, 3, fmt.Sprintf(`{"source":2,"type":%d,"id":%d,"x":%d,"y":50}`, typ, id, x))
	}
	for name, tc := range map[string]struct {
		text string
		taps int
	}{
		"short":                     {touch(10, 7, 0, 5) + touch(90, 9, 0, 9), 1},
		"long":                      {touch(10, 7, 0, 5) + touch(700, 9, 0, 5), 0},
		"swipe":                     {touch(10, 7, 0, 5) + touch(90, 9, 0, 50), 0},
		"cancelled":                 {touch(10, 7, 0, 5) + touch(90, 10, 0, 5), 0},
		"two fingers":               {touch(10, 7, 0, 5) + touch(20, 7, 1, 90) + touch(80, 9, 0, 5) + touch(90, 9, 1, 90), 0},
		"one after another":         {touch(10, 7, 0, 5) + touch(90, 9, 0, 5) + touch(200, 7, 1, 5) + touch(290, 9, 1, 5), 2},
		"an end without a start":    {touch(90, 9, 0, 5), 0},
		"stored twice":              {touch(10, 7, 0, 5) + touch(10, 7, 0, 5) + touch(90, 9, 0, 9) + touch(90, 9, 0, 9), 1},
		"a start without an end":    {touch(10, 7, 0, 5) + touch(500, 7, 0, 5) + touch(590, 9, 0, 5), 1},
		"moved away and came back":  {touch(10, 7, 0, 5) + event(30, 3, `{"source":6,"pointerId":0,"positions":[{"x":200,"y":50,"timeOffset":0}]}`) + touch(90, 9, 0, 5), 0},
		"another finger's movement": {touch(10, 7, 0, 5) + event(30, 3, `{"source":6,"pointerId":4,"positions":[{"x":200,"y":50,"timeOffset":0}]}`) + touch(90, 9, 0, 5), 1},
	} {
		taps := 0
		scan(t, screen+tc.text, mobile.Options{}, func(e rrweb.Event) error {
			var d struct{ Source, Type, ID int }
			if e.Type == 3 && json.Unmarshal(e.Data, &d) == nil && d.Source == 2 && d.Type == 2 {
				taps++
				if d.ID == 0 {
					t.Errorf("%s: a tap on nothing", name)
				}
			}
			return nil
		})
		if taps != tc.taps {
			t.Errorf("%s: %d taps, want %d", name, taps, tc.taps)
		}
	}
}

// FuzzFilter: whatever an application's recording holds, what comes out is in order of time and can be played, within the
// limits, twice the same.
func FuzzFilter(f *testing.F) {
	sample, err := os.ReadFile(filepath.Join("..", "format", "testdata", "wireframes.json"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(sample))
	f.Add(event(0, 2, `{"wireframes":[{"id":1,"childWireframes":[{"id":1},{"id":2,"childWireframes":[{"id":1}]}]}]}`) +
		event(1, 3, `{"source":0,"adds":[{"parentId":2,"wireframe":{"id":1}},{"parentId":1,"wireframe":{"id":2}}],"removes":[{"id":2},{"id":1}]}`))
	f.Add(event(0, 5, `{"tag":"video","payload":{"container":"mp4","encoding":"h264"}}`) + event(1, 4, `{"href":"A","width":1,"height":2}`) +
		event(2, 3, `{"source":2,"type":7,"id":0,"x":1,"y":2,"pointerId":1}`) + event(3, 5, `{"tag":"breadcrumb","payload":{"category":"ui.tap","message":"pay"}}`))
	f.Fuzz(func(t *testing.T, text string) {
		opt := mobile.Options{Limits: rrweb.Options{MaxNodes: 500, MaxEvents: 1000, MaxBytes: 1 << 20}}
		run := func() string {
			var d dom
			var out strings.Builder
			var x *mobile.Filter
			last := 0.0
			x = mobile.NewFilter(opt, func(e rrweb.Event) error {
				fmt.Fprintf(&out, "%d %v %s\n", e.Type, e.Time, e.Data)
				if x.Kind() == mobile.Page || x.Kind() == mobile.Unknown {
					return nil // as it came
				}
				if e.Time < last {
					t.Fatalf("time %v after %v", e.Time, last)
				}
				last = e.Time
				var of struct{ Source int }
				if json.Unmarshal(e.Data, &of) == nil && x.Kind() == mobile.Wireframes && (e.Type == 2 || e.Type == 3 && of.Source == 0) && e.Window == "" {
					if err := d.play(e); err != nil {
						t.Fatalf("%v: %s", err, e.Data)
					}
				}
				return nil
			})
			if _, err := rrweb.Scan(strings.NewReader(text), rrweb.Options{}, x.Add); err != nil && !errors.Is(err, rrweb.ErrFull) {
				t.Skip("no recording")
			}
			if err := x.Close(); err != nil {
				t.Fatal(err)
			}
			return out.String()
		}
		if a, b := run(), run(); a != b {
			t.Fatal("the second time is another")
		}
	})
}
