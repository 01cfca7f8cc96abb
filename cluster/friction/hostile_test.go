package friction_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/format"
)

// page is a recording that is written event by event, as a recorder would.
type page struct {
	events bytes.Buffer
	values int
}

const hostileStart = 1_790_000_000_000 // epoch ms

func (p *page) add(at int, typ int, data map[string]any) {
	b, err := json.Marshal(map[string]any{"type": typ, "timestamp": hostileStart + at, "data": data})
	if err != nil {
		panic(err) // BUG: only plain values are written
	}
	p.events.Write(append(b, '\n'))
}

func (p *page) incremental(at, source int, data map[string]any) {
	data["source"] = source
	p.add(at, 3, data)
}

// load puts a page with a button (10), a field (11) and a text (13) into the recording.
func (p *page) load(at int, label string) {
	element := func(id int, tag string, attrs map[string]any, children ...any) map[string]any {
		return map[string]any{"type": 2, "id": id, "tagName": tag, "attributes": attrs, "childNodes": children}
	}
	text := func(id int, s string) map[string]any { return map[string]any{"type": 3, "id": id, "textContent": s} }
	body := element(5, "body", map[string]any{},
		element(10, "button", map[string]any{}, text(12, label)),
		element(11, "input", map[string]any{"type": "text", "placeholder": label}),
		element(14, "p", map[string]any{}, text(13, label)))
	p.add(at, 4, map[string]any{"href": "https://shop.example/cart", "width": 1280, "height": 800})
	p.add(at+1, 2, map[string]any{"node": map[string]any{"type": 0, "id": 1, "childNodes": []any{element(2, "html", map[string]any{}, body)}}, "initialOffset": map[string]any{"left": 0, "top": 0}})
}

// tap presses a node: pointer down, up and click.
func (p *page) tap(at, id int) {
	for i, typ := range []int{1, 0, 2} {
		p.incremental(at+40*min(i, 1), 2, map[string]any{"type": typ, "id": id, "x": 300, "y": 200, "pointerType": 0})
	}
}

// text changes a text to something that was not there before.
func (p *page) text(at, id int) {
	p.values++
	fmt.Fprintf(&p.events, `{"type":3,"timestamp":%d,"data":{"source":0,"texts":[{"id":%d,"value":"value %d"}],"attributes":[],"removes":[],"adds":[]}}`+"\n", hostileStart+at, id, p.values)
}

// read decodes the recording as it would lie in a bucket.
func (p *page) read(t *testing.T) *replay.Session {
	t.Helper()
	s, err := format.Decode(context.Background(), "hostile", []format.Part{{Name: "hostile.ndjson", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(p.events.Bytes())), nil
	}}}, format.DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// answered lets a person press the button every half second, which answers each time.
func (p *page) answered(from, times int) {
	for i := range times {
		p.tap(from+500*i, 10)
		p.text(from+500*i+120, 13)
	}
}

// TestBadRecordings: recordings that are damaged, masked or made by machines give no verdict that they cannot carry, and
// say what is wrong with them.
func TestBadRecordings(t *testing.T) {
	for _, tt := range []struct {
		name  string
		mark  replay.Mark // "" = nothing is wrong
		write func(p *page)
	}{
		{"sound", "", func(p *page) {
			p.load(0, "Pay")
			p.answered(2000, 8)
			p.text(20_000, 13)
		}},
		{"ids that are never defined", replay.MarkUnresolved, func(p *page) {
			p.load(0, "Pay")
			for i := range 12 {
				p.tap(2000+400*i, 900+i%2)
			}
			p.text(20_000, 13)
		}},
		{"no snapshot", replay.MarkNoSnapshot, func(p *page) {
			for i := range 12 {
				p.tap(2000+400*i, 10)
				p.text(2000+400*i+100, 13)
			}
			p.text(20_000, 13)
		}},
		{"everything masked", replay.MarkMasked, func(p *page) {
			p.load(0, "********")
			p.answered(2000, 8)
			for i := range 6 {
				p.tap(8000+900*i, 11)
				p.incremental(8100+900*i, 5, map[string]any{"id": 11, "text": "****", "isChecked": false})
			}
			p.text(30_000, 13)
		}},
		{"a clock that is set back by an hour", replay.MarkUnsorted, func(p *page) {
			p.load(3_600_000, "Pay")
			p.answered(3_602_000, 8)
			p.load(10_000, "Pay")
			p.answered(12_000, 8)
			p.text(30_000, 13)
		}},
		{"a clock that jumps back and forth by seconds", replay.MarkUnsorted, func(p *page) {
			p.load(0, "Pay")
			for i := range 8 {
				shift := 0
				if i%2 == 1 {
					shift = -11_000
				}
				p.tap(6000+8000*i+shift, 10)
				p.text(6000+8000*i+shift+120, 13)
			}
			p.text(90_000, 13)
		}},
		{"events of another year", replay.MarkClock, func(p *page) {
			p.load(0, "Pay")
			p.answered(2000, 8)
			p.text(-1_000_000_000_000, 13)
			p.text(20_000, 13)
		}},
		{"a lost minute", replay.MarkGap, func(p *page) {
			p.load(0, "Pay")
			p.answered(2000, 3)
			p.tap(5000, 10)
			p.tap(5300, 10)
			p.tap(5600, 10)
			p.text(90_000, 13)
		}},
		{"a million changes in a minute", replay.MarkDense, func(p *page) {
			p.load(0, "Pay")
			n := 1_000_000
			if testing.Short() {
				n = 110_000
			}
			next := 2000
			for i := range n {
				at := 10 + i*60_000/n
				p.text(at, 13)
				if at >= next && at < 50_000 {
					p.tap(at, 10)
					next += 400
				}
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &page{}
			tt.write(p)
			s := p.read(t)
			if tt.mark != "" && !slices.Contains(s.Marks, tt.mark) {
				t.Errorf("marked %v, want %s", s.Marks, tt.mark)
			} else if tt.mark == "" && slices.ContainsFunc(s.Marks, func(m replay.Mark) bool { return m != replay.MarkNoUser }) {
				t.Errorf("marked %v", s.Marks)
			}
			d := friction.Detect(s, friction.DefaultSettings())
			for _, e := range d.Episodes {
				if e.Verdict == friction.Friction {
					t.Errorf("found %s at %v with %.2f", e.Pattern, e.Start, e.Confidence)
				}
			}
			if !slices.Equal(d.Marks, s.Marks) {
				t.Errorf("the Digest is marked %v, the session %v", d.Marks, s.Marks)
			}
		})
	}
}

// TestPositionsOnly: mobile recorders name no element (id 0). The same spot hammered in vain is rage with little
// confidence; other spots are other things.
func TestPositionsOnly(t *testing.T) {
	p := &page{}
	p.load(0, "Pay")
	tap := func(at, x int) {
		for i, typ := range []int{7, 9} {
			p.incremental(at+40*i, 2, map[string]any{"type": typ, "id": 0, "x": x, "y": 200, "pointerType": 2})
		}
	}
	for i := range 4 {
		tap(2000+300*i, 100)
	}
	for i := range 4 {
		tap(30_000+300*i, 100+150*i)
	}
	p.text(60_000, 13)
	d := friction.Detect(p.read(t), friction.DefaultSettings())
	var found []friction.Episode
	for _, e := range d.Episodes {
		if e.Verdict == friction.Friction {
			found = append(found, e)
		}
	}
	if len(found) != 1 || found[0].Pattern != friction.RageTap || found[0].Start.Seconds() > 10 {
		t.Fatalf("found %+v, want rage at the spot that was hammered", found)
	}
	if c := d.Targets[found[0].Target].Certainty; c > 0.2 {
		t.Errorf("the spot is known with certainty %v", c)
	}
}
