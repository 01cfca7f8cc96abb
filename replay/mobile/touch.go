package mobile

import (
	"encoding/json"
	"math"

	"github.com/rankle/rankle/replay/rrweb"
)

// touchEvent is a finger that comes down or leaves. Its id is no node: iOS writes 0, Android the number of the finger.
type touchEvent struct {
	Source      float64  `json:"source"`
	Type        float64  `json:"type"`
	ID          int32    `json:"id"`
	X           *float64 `json:"x"`
	Y           *float64 `json:"y"`
	PointerID   *int32   `json:"pointerId"`
	PointerType *float64 `json:"pointerType"`
}

// Touches as rrweb numbers them among mouse interactions.
const (
	interactionClick  = 2
	interactionStart  = 7
	interactionEnd    = 9
	interactionCancel = 10
)

const (
	// tapTime is the longest touch that is a tap: beyond half a second both systems see a long press.
	tapTime = 500.0
	// tapWay is how far a finger may wander while it taps: 8 dp on Android, 10 points on iOS.
	tapWay = 10.0
)

// finger is one that is down.
type finger struct {
	at   float64 // epoch ms
	x, y float64
	node int32
	many bool // another finger was down at the same time
	far  bool // it moved beyond a tap
}

// hand is the fingers of one window.
type hand map[int32]*finger

// touched is what lies under a touch: a node, or a description as package rrweb takes it (a JSON object), or neither.
type touched struct {
	node    int32
	element string
}

// touch translates a touch; what says what lies at a position. One that ends close by and soon is followed by the click
// that a browser would have derived. The recorders write neither moves nor clicks.
func (h hand) touch(e rrweb.Event, what func(x, y float64) touched, out func(rrweb.Event) error) error {
	var t touchEvent
	if json.Unmarshal(e.Data, &t) != nil || t.X == nil || t.Y == nil {
		return nil
	}
	id := t.ID
	if t.PointerID != nil {
		id = *t.PointerID
	}
	x, y := *t.X, *t.Y
	under := what(x, y)
	switch t.Type {
	case interactionStart:
		delete(h, id) // left the glass unsaid
		f := &finger{at: e.Time, x: x, y: y, node: under.node, many: len(h) > 0}
		for _, other := range h {
			other.many = true
		}
		if len(h) < maxFingers {
			h[id] = f
		}
	case interactionEnd, interactionCancel:
		f := h[id]
		delete(h, id)
		if f == nil {
			break
		}
		tap := t.Type == interactionEnd && !f.many && !f.far && e.Time-f.at <= tapTime && math.Hypot(x-f.x, y-f.y) <= tapWay
		under.node = f.node // a finger that slips within a tap means what it came down on
		if err := out(touchAt(e, int(t.Type), x, y, under)); err != nil || !tap {
			return err
		}
		return out(touchAt(e, interactionClick, x, y, under))
	default:
		return nil
	}
	return out(touchAt(e, int(t.Type), x, y, under))
}

// maxFingers is how many fingers two hands have; more are damage.
const maxFingers = 10

// touchAt writes a touch on what lies under it.
func touchAt(e rrweb.Event, typ int, x, y float64, under touched) rrweb.Event {
	w := writer{}
	w.raw(`{"source":2,"type":`).int(typ).raw(`,"id":`).int(int(under.node)).raw(`,"x":`).float(x).raw(`,"y":`).float(y).raw(`,"pointerType":2`)
	if under.node == 0 && under.element != "" {
		w.raw(`,"element":`).raw(under.element)
	}
	w.raw("}")
	e.Data = w.b
	return e
}

// moves takes the fingers' names, which are no nodes, off a path, and notes which fingers are no taps any more.
func (h hand) moves(e rrweb.Event) (rrweb.Event, bool) {
	var m struct {
		PointerID *int32
		Positions []struct{ X, Y, TimeOffset float64 }
	}
	if json.Unmarshal(e.Data, &m) != nil || len(m.Positions) == 0 {
		return e, false
	}
	w := writer{}
	w.raw(`{"source":6,"positions":[`)
	for i, p := range m.Positions {
		if i > 0 {
			w.raw(",")
		}
		w.raw(`{"id":-1,"x":`).float(p.X).raw(`,"y":`).float(p.Y).raw(`,"timeOffset":`).float(p.TimeOffset).raw("}")
		if m.PointerID != nil {
			if f := h[*m.PointerID]; f != nil && math.Hypot(p.X-f.x, p.Y-f.y) > tapWay {
				f.far = true
			}
		}
	}
	w.raw("]}")
	e.Data = w.b
	return e, true
}
