package mobile

import (
	"encoding/json"
	"errors"
	"slices"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/rrweb"
)

// screen is one window of an application.
type screen struct {
	page     *page
	w, h     float64
	fresh    bool // the next snapshot is of another screen
	hand     hand
	keyboard float64 // height of the on-screen keyboard; 0 = closed
}

// wireframes translates PostHog's recordings.
func (x *Filter) wireframes(held []rrweb.Event) error {
	screens := map[string]*screen{}
	for i := range held {
		e := held[i]
		held[i].Data = nil
		s := screens[e.Window]
		if s == nil {
			s = &screen{fresh: true, hand: hand{}}
			screens[e.Window] = s
		}
		if err := x.wireframe(s, e); err != nil {
			return err
		}
	}
	return nil
}

func (x *Filter) wireframe(s *screen, e rrweb.Event) error {
	switch e.Type {
	case typeMeta:
		var m struct{ Width, Height float64 }
		if read(e.Data, &m) && m.Width > 0 && m.Height > 0 {
			s.w, s.h = m.Width, m.Height
		}
		s.fresh = true
	case typeFullSnapshot:
		var d struct{ Wireframes []wireframe }
		if !read(e.Data, &d) {
			x.mark(replay.MarkBadEvents)
			return nil
		}
		return x.snapshot(s, e, d.Wireframes)
	case typeCustom:
		var d struct {
			Tag     string
			Payload struct {
				Open   bool
				Height float64
			}
		}
		if read(e.Data, &d) && d.Tag == "keyboard" {
			s.keyboard = 0
			if d.Payload.Open {
				s.keyboard = d.Payload.Height
				if s.keyboard <= 0 {
					s.keyboard = s.h / 2 // no keyboard is higher; a touch too few is better than a key too many
				}
			}
		}
	case typeIncremental:
		return x.incremental(s, e)
	}
	return x.out(e)
}

func (x *Filter) incremental(s *screen, e rrweb.Event) error {
	var d struct {
		Source  *float64
		Adds    []change
		Updates []change
		Removes []struct{ ID viewID }
	}
	if !read(e.Data, &d) || d.Source == nil {
		x.mark(replay.MarkBadEvents)
		return nil
	}
	switch *d.Source {
	case sourceMutation:
		if s.page == nil { // its start is lost: what is added now shows that much
			if err := x.snapshot(s, e, nil); err != nil {
				return err
			}
			x.mark(replay.MarkNoSnapshot)
		}
		var b batch
		parents := map[*view]bool{}
		for _, r := range d.Removes {
			if v := s.page.byID[string(r.ID)]; v != nil {
				s.page.remove(&b, v)
				parents[v.parent] = true
			}
		}
		for v := range parents {
			v.tidy()
		}
		for _, c := range append(d.Updates, d.Adds...) {
			s.page.change(&b, c)
		}
		return b.hand(e, x.out)
	case sourceTouch:
		return s.hand.touch(e, s.under(x), x.visible(s))
	case sourceTouchMove:
		if m, ok := s.hand.moves(e); ok && s.keyboard == 0 {
			return x.out(m)
		}
		return nil
	}
	return x.out(e)
}

// change is a view that comes or is replaced.
type change struct {
	ParentID  viewID
	Wireframe *wireframe
}

// change makes one change. A view that is there already, because the recorders repeat the children of what they add, is
// only brought up to date.
func (p *page) change(b *batch, c change) {
	if c.Wireframe == nil {
		return
	}
	parent := p.byID[string(c.ParentID)]
	if v := p.byID[string(c.Wireframe.ID)]; v != nil && (parent == nil || v.parent == parent) {
		at, next := slices.Index(v.parent.children, v), int32(0)
		if at+1 < len(v.parent.children) {
			next = v.parent.children[at+1].node
		}
		if now := p.update(b, v, c.Wireframe, next); now != nil {
			v.parent.children[at] = now
		} else {
			v.parent.tidy()
		}
		return
	} else if v != nil {
		if v.holds(parent) {
			return // a circle
		}
		p.remove(b, v)
		v.parent.tidy()
	}
	if parent == nil {
		parent = p.body
	}
	if v := p.insert(b, c.Wireframe, parent, 0); v != nil {
		parent.children = append(parent.children, v)
	}
}

// holds reports whether a view is v or lies below it.
func (v *view) holds(other *view) bool {
	for ; other != nil; other = other.parent {
		if other == v {
			return true
		}
	}
	return false
}

// snapshot shows a screen: a new one as a snapshot, the one that is there as what changed on it.
func (x *Filter) snapshot(s *screen, e rrweb.Event, ws []wireframe) error {
	if s.page != nil && !s.fresh {
		var b batch
		s.page.arrange(&b, s.page.body, ws)
		e.Type = typeIncremental
		return b.hand(e, x.out)
	}
	s.page, s.fresh = newPage(&x.opt, s.w, s.h, s.page), false
	for i := range ws {
		if v := s.page.view(&ws[i], s.page.body, 0); v != nil {
			s.page.body.children = append(s.page.body.children, v)
		} else {
			x.mark(replay.MarkLimit)
		}
	}
	s.page.before = nil
	e.Type, e.Data = typeFullSnapshot, s.page.snapshot()
	return x.out(e)
}

// under says what lies under a touch.
func (s *screen) under(x *Filter) func(px, py float64) touched {
	return func(px, py float64) touched {
		if s.page == nil {
			return touched{}
		}
		v := s.page.at(px, py)
		if v == nil {
			return touched{}
		}
		x.mark(replay.MarkByPosition)
		return touched{node: v.node}
	}
}

// visible hands touches out, but for those on the keyboard: where they lie is what was typed.
func (x *Filter) visible(s *screen) func(rrweb.Event) error {
	return func(e rrweb.Event) error {
		var t touchEvent
		if s.keyboard > 0 && read(e.Data, &t) && t.Y != nil && *t.Y >= s.h-s.keyboard {
			return nil
		}
		return x.out(e)
	}
}

// read reads JSON as far as its values are of the wanted kinds. It reports false when it is no JSON.
func read(data []byte, v any) bool {
	err := json.Unmarshal(data, v)
	var kind *json.UnmarshalTypeError
	return err == nil || errors.As(err, &kind)
}
