package apitest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/cluster/friction"
)

// Gone is a session whose recording is missing from its store.
const Gone = "s-0011"

var _ api.Recordings = (*Data)(nil)

// event is one rrweb event: type 4 Meta, 2 FullSnapshot, 3 IncrementalSnapshot.
type event struct {
	Type      int   `json:"type"`
	Data      any   `json:"data"`
	Timestamp int64 `json:"timestamp"`
}

// Events plays a page with the session's controls on it, and a press for every gesture.
func (d *Data) Events(ctx context.Context, w io.Writer, id string, from, to time.Duration, _ int) error {
	x, err := d.Get(ctx, id)
	if err != nil {
		return err
	}
	if id == Gone {
		return fmt.Errorf("read sample://generated/%s.json: %w", id, fs.ErrNotExist)
	}
	if to == 0 {
		to = x.Duration
	}
	var events []event
	add := func(at time.Duration, kind int, data any) {
		if at <= to {
			events = append(events, event{Type: kind, Data: data, Timestamp: x.Start.Add(at).UnixMilli()})
		}
	}
	add(0, 4, map[string]any{"href": "https://shop.example/", "width": x.Context.ViewportW, "height": x.Context.ViewportH})
	add(0, 2, map[string]any{"node": page(x), "initialOffset": map[string]int{"top": 0, "left": 0}})
	for _, e := range x.Episodes {
		for g := range e.Gestures {
			at := e.Start + time.Duration(g)*(e.End-e.Start)/time.Duration(max(e.Gestures, 1))
			node := buttonID(e.Target)
			add(at-150*time.Millisecond, 3, map[string]any{"source": 1, "positions": []any{map[string]any{"x": e.X, "y": e.Y, "id": node, "timeOffset": 0}}})
			for n, kind := range []int{1, 0, 2} { // mouse down, mouse up, click
				add(at+time.Duration(n)*30*time.Millisecond, 3, map[string]any{"source": 2, "type": kind, "id": node, "x": e.X, "y": e.Y})
			}
		}
	}
	slices.SortStableFunc(events, func(a, b event) int { return int(a.Timestamp - b.Timestamp) })
	out := map[string]any{"events": events, "from_ms": x.Start.Add(from).UnixMilli(), "to_ms": x.Start.Add(to).UnixMilli(), "offset_ms": from.Milliseconds()}
	if err := json.NewEncoder(w).Encode(out); err != nil {
		return fmt.Errorf("write events of %s: %w", id, err)
	}
	return nil
}

// Node ids of the page: 1 document, 2 html, 3 head, 4 body, then two for every control.
const firstControl = 10

func buttonID(target int32) int {
	if target < 0 {
		return 4
	}
	return firstControl + 2*int(target)
}

func page(x *friction.Digest) map[string]any {
	element := func(id int, tag string, attributes map[string]any, children ...any) map[string]any {
		if children == nil {
			children = []any{}
		}
		return map[string]any{"type": 2, "tagName": tag, "attributes": attributes, "childNodes": children, "id": id}
	}
	var controls []any
	for i, t := range x.Targets {
		id := buttonID(int32(i))
		style := map[string]any{"style": "display:block;margin:12px;padding:12px 20px;border:1px solid #888;border-radius:6px;background:#fff"}
		controls = append(controls, element(id, "button", style, map[string]any{"type": 3, "textContent": t.Label, "id": id + 1}))
	}
	body := element(4, "body", map[string]any{"style": "font:16px sans-serif;margin:24px;background:#f4f4f0"}, controls...)
	doctype := map[string]any{"type": 1, "name": "html", "publicId": "", "systemId": "", "id": 5}
	return map[string]any{"type": 0, "id": 1, "childNodes": []any{doctype, element(2, "html", map[string]any{}, element(3, "head", map[string]any{}), body)}}
}
