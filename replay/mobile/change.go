package mobile

import (
	"slices"

	"github.com/rankle/rankle/replay/rrweb"
)

// batch is what one event changes on a page.
type batch struct {
	texts, attributes, removes, adds []string
	inputs                           []string // data of input events
}

// add puts a view and all below it into the page, before next (0 = last).
func (b *batch) add(v *view, next int32) {
	b.node(v.parent.node, next, v.open)
	if v.label != 0 {
		b.node(v.node, 0, v.writeLabel)
	}
	for _, c := range v.children {
		b.add(c, 0)
	}
}

func (b *batch) node(parent, next int32, write func(*writer)) {
	w := writer{}
	w.raw(`{"parentId":`).int(int(parent)).raw(`,"nextId":`)
	if next == 0 {
		w.raw("null")
	} else {
		w.int(int(next))
	}
	w.raw(`,"node":`)
	write(&w)
	b.adds = append(b.adds, string(append(w.b, '}')))
}

// open writes an element without its children; the recorders of pages add each node by itself.
func (v *view) open(w *writer) {
	v.start(w)
	w.raw(`"childNodes":[]}`)
}

func (v *view) start(w *writer) {
	w.raw(`{"type":2,"id":`).int(int(v.node)).raw(`,"tagName":`).str(v.tag).raw(`,"attributes":{`)
	n := 0
	for _, a := range v.attrs {
		w.list(n).str(a[0]).raw(":").str(a[1])
		n++
	}
	if v.value != "" {
		w.list(n).raw(`"value":`).str(v.value)
		n++
	}
	if v.checked {
		w.list(n).raw(`"checked":true`)
	}
	w.raw("},")
}

func (v *view) writeLabel(w *writer) {
	w.raw(`{"type":3,"id":`).int(int(v.label)).raw(`,"textContent":`).str(v.text).raw("}")
}

// whole writes an element with everything below it.
func (v *view) whole(w *writer) {
	v.start(w)
	w.raw(`"childNodes":[`)
	n := 0
	if v.label != 0 {
		v.writeLabel(w)
		n++
	}
	for _, c := range v.children {
		c.whole(w.list(n))
		n++
	}
	w.raw("]}")
}

// snapshot writes the page as the data of a full snapshot.
func (p *page) snapshot() []byte {
	w := writer{}
	w.raw(`{"node":{"type":0,"id":1,"childNodes":[{"type":1,"id":2,"name":"html","publicId":"","systemId":""},`)
	w.raw(`{"type":2,"id":3,"tagName":"html","attributes":{},"childNodes":[{"type":2,"id":4,"tagName":"head","attributes":{},"childNodes":[]},`)
	p.body.whole(&w)
	return append(w.b, `]}]},"initialOffset":{"left":0,"top":0}}`...)
}

// remove takes a view off the page; its parent still lists it.
func (p *page) remove(b *batch, v *view) {
	w := writer{}
	w.raw(`{"parentId":`).int(int(v.parent.node)).raw(`,"id":`).int(int(v.node)).raw("}")
	b.removes = append(b.removes, string(w.b))
	p.forget(v)
}

func (p *page) forget(v *view) {
	v.gone = true
	delete(p.byID, v.id)
	for _, c := range v.children {
		p.forget(c)
	}
}

// tidy takes the removed children off the list of a view.
func (v *view) tidy() {
	v.children = slices.DeleteFunc(v.children, func(c *view) bool { return c.gone })
}

// insert makes a view that stands before next (0 = last) among the children of parent, which does not list it yet. It
// returns nil where there are too many.
func (p *page) insert(b *batch, w *wireframe, parent *view, next int32) *view {
	v := p.view(w, parent, 0)
	if v != nil {
		b.add(v, next)
	}
	return v
}

// update makes a view, which stands before next, what the wireframe says, and returns it or the one that took its place.
// What is as it was is no change.
func (p *page) update(b *batch, v *view, w *wireframe, next int32) *view {
	now := view{}
	p.describe(&now, w)
	if now.tag != v.tag || now.shows() != v.shows() {
		p.remove(b, v)
		return p.insert(b, w, v.parent, next)
	}
	if now.text != v.text && v.label != 0 {
		t := writer{}
		t.raw(`{"id":`).int(int(v.label)).raw(`,"value":`).str(now.text).raw("}")
		b.texts = append(b.texts, string(t.b))
	}
	if now.value != v.value || now.checked != v.checked {
		t := writer{}
		t.raw(`{"source":5,"id":`).int(int(v.node)).raw(`,"text":`).str(now.value).raw(`,"isChecked":`)
		if now.checked {
			t.raw("true}")
		} else {
			t.raw("false}")
		}
		b.inputs = append(b.inputs, string(t.b))
	}
	b.describe(v, &now)
	v.text, v.value, v.checked, v.box, v.through, v.attrs = now.text, now.value, now.checked, now.box, now.through, now.attrs
	if w.Children != nil {
		p.arrange(b, v, w.Children)
	}
	return v
}

// describe writes the attributes in which two views differ.
func (b *batch) describe(was, now *view) {
	w := writer{}
	n := 0
	for _, a := range now.attrs {
		if was.attr(a[0]) != a[1] {
			w.list(n).str(a[0]).raw(":").str(a[1])
			n++
		}
	}
	for _, a := range was.attrs {
		if now.attr(a[0]) == "" {
			w.list(n).str(a[0]).raw(":null")
			n++
		}
	}
	if n == 0 {
		return
	}
	out := writer{}
	out.raw(`{"id":`).int(int(was.node)).raw(`,"attributes":{`).raw(string(w.b)).raw("}}")
	b.attributes = append(b.attributes, string(out.b))
}

// arrange makes the children of a view those that the wireframes say.
func (p *page) arrange(b *batch, v *view, ws []wireframe) {
	place := make(map[*view]int, len(v.children))
	for i, c := range v.children {
		place[c] = i
	}
	kept := make([]*view, len(ws))
	stay := map[*view]bool{}
	last, ordered := -1, true
	for i := range ws {
		c := p.byID[string(ws[i].ID)]
		if c == nil || c.parent != v || stay[c] {
			continue
		}
		ordered = ordered && place[c] > last
		last = place[c]
		kept[i], stay[c] = c, true
	}
	if !ordered { // somebody changed places: all come anew
		clear(kept)
		clear(stay)
	}
	for _, c := range v.children {
		if !stay[c] {
			p.remove(b, c)
		}
	}
	// From the last on, so that each finds the one that it stands before.
	children := make([]*view, 0, len(ws))
	next := int32(0)
	for i := len(ws) - 1; i >= 0; i-- {
		c := kept[i]
		if c != nil {
			c = p.update(b, c, &ws[i], next)
		} else {
			c = p.insert(b, &ws[i], v, next)
		}
		if c != nil {
			children, next = append(children, c), c.node
		}
	}
	slices.Reverse(children)
	v.children = children
}

// hand writes the batch as events; nothing when nothing changed.
func (b *batch) hand(e rrweb.Event, out func(rrweb.Event) error) error {
	if len(b.texts)+len(b.attributes)+len(b.removes)+len(b.adds) > 0 {
		w := writer{}
		w.raw(`{"source":0`)
		for _, l := range []struct {
			name  string
			items []string
		}{{"texts", b.texts}, {"attributes", b.attributes}, {"removes", b.removes}, {"adds", b.adds}} {
			w.raw(`,"`).raw(l.name).raw(`":[`)
			for i, item := range l.items {
				w.list(i).raw(item)
			}
			w.raw("]")
		}
		e.Data = append(w.b, '}')
		if err := out(e); err != nil {
			return err
		}
	}
	for _, in := range b.inputs {
		e.Data = []byte(in)
		if err := out(e); err != nil {
			return err
		}
	}
	return nil
}
