package openreplay

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rankle/rankle/replay/rrweb"
)

// TestModel: whatever a tracker does to a page, a player of the events has the same page. The page is kept twice: plainly,
// as the messages say, and by a player that takes the events as rrweb's own does, and nothing that it would warn of.
func TestModel(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 7))
		list, pages := randomVisit(rng)
		r := NewRecording(rrweb.Options{})
		if _, err := r.Read(strings.NewReader(headerPlain + string(plain(list)))); err != nil {
			t.Fatal(err)
		}
		p := &modelPlayer{t: t}
		err := r.Events(func(e rrweb.Event) error {
			p.play(e)
			if want := pages[int64(e.Time)]; want != "" {
				p.at, p.want = int64(e.Time), want
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		p.check()
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// plainNode is a node of the page as the messages say, without anything clever.
type plainNode struct {
	id     int
	tag    string // "" for text
	text   string
	attrs  map[string]string
	kids   []*plainNode
	frame  *plainNode
	shadow *plainNode
	parent *plainNode
}

func (n *plainNode) render(b *strings.Builder) {
	if n.tag == "" {
		fmt.Fprintf(b, "%q", n.text)
		return
	}
	b.WriteString("<" + strings.ToLower(n.tag))
	names := make([]string, 0, len(n.attrs))
	for name := range n.attrs {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(b, " %s=%q", name, n.attrs[name])
	}
	b.WriteString(">")
	if n.shadow != nil {
		for _, c := range n.shadow.kids {
			b.WriteString("^")
			c.render(b)
		}
	}
	for _, c := range n.kids {
		c.render(b)
	}
	if n.frame != nil {
		b.WriteString("[")
		for _, c := range n.frame.kids {
			c.render(b)
		}
		b.WriteString("]")
	}
	b.WriteString("/")
}

func (n *plainNode) within(other *plainNode) bool {
	for ; n != nil; n = n.parent {
		if n == other {
			return true
		}
	}
	return false
}

// randomVisit makes up messages, and says how the page looks at the end of every moment that ends with a mouse move.
func randomVisit(rng *rand.Rand) ([]sent, map[int64]string) {
	var list []sent
	pages := map[int64]string{}
	var root *plainNode
	nodes := map[int]*plainNode{}
	next := 1
	begin := func() {
		list = append(list, msg(typeLocation, "https://a.example/", "", t0+next, ""), msg(typeCreateDocument))
		root = &plainNode{tag: "html", attrs: map[string]string{}}
		nodes = map[int]*plainNode{0: root}
		next = 1
	}
	place := func(n, parent *plainNode) int {
		at := rng.IntN(len(parent.kids) + 1)
		parent.kids = slices.Insert(parent.kids, at, n)
		n.parent = parent
		return at
	}
	take := func(n *plainNode) {
		n.parent.kids = slices.DeleteFunc(n.parent.kids, func(c *plainNode) bool { return c == n })
	}
	pick := func(ok func(*plainNode) bool) (int, *plainNode) {
		var ids []int
		for id, n := range nodes {
			if ok(n) {
				ids = append(ids, id)
			}
		}
		if len(ids) == 0 {
			return 0, nil
		}
		slices.Sort(ids)
		id := ids[rng.IntN(len(ids))]
		return id, nodes[id]
	}
	parentOK := func(n *plainNode) bool { return n.tag != "" && n.tag != "IFRAME" }
	inner := func(n *plainNode) bool { return n.parent != nil && n.tag != "#root" }
	tags := []string{"DIV", "SPAN", "IFRAME", "X-CARD"}
	for moment := range 25 {
		list = append(list, msg(typeTimestamp, t0+moment*100))
		if moment == 0 || rng.IntN(12) == 0 {
			begin()
		}
		for range rng.IntN(12) {
			switch rng.IntN(9) {
			case 0, 1, 2:
				id, parent := pick(parentOK)
				n := &plainNode{id: next, tag: tags[rng.IntN(len(tags))], attrs: map[string]string{}}
				list = append(list, msg(typeCreateElement, next, id, place(n, parent), n.tag, false))
				nodes[next] = n
				next++
			case 3:
				id, parent := pick(parentOK)
				n := &plainNode{id: next, text: fmt.Sprint("t", rng.IntN(9))}
				list = append(list, msg(typeCreateText, next, id, place(n, parent)), msg(typeSetText, next, n.text))
				nodes[next] = n
				next++
			case 4:
				id, n := pick(inner)
				if n == nil {
					continue
				}
				to, parent := pick(func(p *plainNode) bool { return parentOK(p) && !p.within(n) })
				take(n)
				list = append(list, msg(typeMoveNode, id, to, place(n, parent)))
			case 5:
				id, n := pick(inner)
				if n == nil || rng.IntN(2) == 0 {
					continue
				}
				take(n)
				list = append(list, msg(typeRemoveNode, id))
				for other, m := range nodes {
					if m.within(n) {
						delete(nodes, other)
					}
				}
			case 6:
				id, n := pick(func(n *plainNode) bool { return n.tag != "" && n.tag != "#root" })
				name, value := string(rune('a'+rng.IntN(3))), fmt.Sprint(rng.IntN(3))
				if rng.IntN(3) == 0 {
					delete(n.attrs, name)
					list = append(list, msg(typeRemoveAttribute, id, name))
				} else {
					n.attrs[name] = value
					list = append(list, msg(typeSetAttribute, id, name, value))
				}
			case 7:
				if id, n := pick(func(n *plainNode) bool { return n.tag == "" }); n != nil {
					n.text = fmt.Sprint("t", rng.IntN(9))
					list = append(list, msg(typeSetText, id, n.text))
				}
			case 8:
				id, n := pick(func(n *plainNode) bool { return n.tag == "IFRAME" || n.tag == "X-CARD" && n.shadow == nil })
				if n == nil {
					continue
				}
				doc := &plainNode{id: next, tag: "#root", parent: n}
				if n.tag == "IFRAME" {
					if n.frame != nil {
						for other, m := range nodes {
							if m.within(n.frame) {
								delete(nodes, other)
							}
						}
					}
					n.frame = doc
				} else {
					n.shadow = doc
				}
				list = append(list, msg(typeFrameDocument, id, next))
				nodes[next] = doc
				next++
			}
		}
		var b strings.Builder
		root.render(&b)
		pages[int64(t0+moment*100)] = b.String()
	}
	return list, pages
}

// modelPlayer applies events as rrweb's player does.
type modelPlayer struct {
	t     *testing.T
	nodes map[int]*modelNode
	root  *modelNode
	at    int64
	want  string
	now   int64
}

type modelNode struct {
	ID         int               `json:"id"`
	Type       int               `json:"type"`
	Tag        string            `json:"tagName"`
	Text       string            `json:"textContent"`
	Attributes map[string]string `json:"attributes"`
	Children   []*modelNode      `json:"childNodes"`
	Shadow     bool              `json:"isShadow"`
	parent     *modelNode
}

// check compares the page with the one that the messages made up to the last event.
func (p *modelPlayer) check() {
	if p.want == "" {
		return
	}
	var b strings.Builder
	for _, c := range p.root.Children {
		if c.Type == 2 {
			p.render(&b, c)
		}
	}
	if got := b.String(); got != p.want {
		p.t.Errorf("page at %d\n got %s\nwant %s", p.at, got, p.want)
	}
	p.want = ""
}

func (p *modelPlayer) render(b *strings.Builder, n *modelNode) {
	view := &plainNode{tag: n.Tag, text: n.Text, attrs: n.Attributes}
	if n.Type == 3 {
		view.tag = ""
		view.render(b)
		return
	}
	var inner strings.Builder
	view.render(&inner)
	b.WriteString(strings.TrimSuffix(inner.String(), "/"))
	for _, shadow := range []bool{true, false} {
		for _, c := range n.Children {
			if c.Type == 0 || c.Shadow != shadow {
				continue
			}
			if shadow {
				b.WriteString("^")
			}
			p.render(b, c)
		}
	}
	for _, c := range n.Children {
		if c.Type == 0 {
			b.WriteString("[")
			for _, d := range c.Children {
				p.render(b, d)
			}
			b.WriteString("]")
		}
	}
	b.WriteString("/")
}

func (p *modelPlayer) register(n, parent *modelNode) {
	if p.nodes[n.ID] != nil {
		p.t.Errorf("node %d is there already", n.ID)
	}
	n.parent = parent
	p.nodes[n.ID] = n
	for _, c := range n.Children {
		p.register(c, n)
	}
}

func (p *modelPlayer) forget(n *modelNode) {
	delete(p.nodes, n.ID)
	for _, c := range n.Children {
		p.forget(c)
	}
}

func (p *modelPlayer) play(e rrweb.Event) {
	if int64(e.Time) != p.now {
		p.check()
		p.now = int64(e.Time)
	}
	switch e.Type {
	case eventFullSnapshot:
		var data struct{ Node *modelNode }
		if err := json.Unmarshal(e.Data, &data); err != nil {
			p.t.Fatal(err)
		}
		p.nodes, p.root = map[int]*modelNode{}, data.Node
		p.register(p.root, nil)
	case eventIncremental:
		p.mutate(e.Data)
	}
}

func (p *modelPlayer) mutate(text []byte) {
	var data struct {
		Source  int
		Attach  bool `json:"isAttachIframe"`
		Removes []struct{ ParentID, ID int }
		Adds    []struct {
			ParentID int
			NextID   *int
			Node     *modelNode
		}
		Texts []struct {
			ID    int
			Value string
		}
		Attributes []struct {
			ID         int
			Attributes map[string]*string
		}
	}
	if err := json.Unmarshal(text, &data); err != nil || data.Source != 0 {
		p.t.Fatalf("%v: %s", err, text)
	}
	for _, r := range data.Removes {
		n := p.nodes[r.ID]
		if n == nil {
			continue // went with what was around it
		}
		if n.parent.ID != r.ParentID {
			p.t.Errorf("node %d lies in %d, not %d", r.ID, n.parent.ID, r.ParentID)
		}
		n.parent.Children = slices.DeleteFunc(n.parent.Children, func(c *modelNode) bool { return c == n })
		p.forget(n)
	}
	queue := data.Adds
	for progress := true; len(queue) > 0 && progress; {
		progress = false
		for i := 0; i < len(queue); i++ {
			if p.add(queue[i].ParentID, queue[i].NextID, queue[i].Node, data.Attach) {
				queue = slices.Delete(queue, i, i+1)
				progress = true
				i--
			}
		}
	}
	if len(queue) > 0 {
		p.t.Errorf("%d nodes cannot be placed: %s", len(queue), text)
	}
	for _, c := range data.Texts {
		if n := p.nodes[c.ID]; n != nil && n.Type == 3 {
			n.Text = c.Value
		} else {
			p.t.Errorf("no text node %d", c.ID)
		}
	}
	for _, c := range data.Attributes {
		n := p.nodes[c.ID]
		if n == nil || n.Type != 2 {
			p.t.Errorf("no element %d", c.ID)
			continue
		}
		for name, value := range c.Attributes {
			if value == nil {
				delete(n.Attributes, name)
			} else {
				n.Attributes[name] = *value
			}
		}
	}
}

// add places a node; false when what it names is not there yet.
func (p *modelPlayer) add(parentID int, nextID *int, n *modelNode, attach bool) bool {
	parent := p.nodes[parentID]
	if parent == nil {
		return false
	}
	if (n.Type == 0) != attach || !attach && len(n.Children) > 0 {
		p.t.Errorf("node %d of type %d is added with %d children", n.ID, n.Type, len(n.Children))
	}
	if n.Type == 0 { // a frame shows one document
		for _, c := range parent.Children {
			p.forget(c)
		}
		parent.Children = nil
	}
	at := len(parent.Children)
	if nextID != nil {
		at = slices.IndexFunc(parent.Children, func(c *modelNode) bool { return c.ID == *nextID && c.Shadow == n.Shadow })
		if at < 0 {
			return false
		}
	}
	parent.Children = slices.Insert(parent.Children, at, n)
	p.register(n, parent)
	return true
}

// TestChildren: the treap agrees with a slice, whatever is done to it.
func TestChildren(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	parent := &node{}
	var want []*node
	for i := range 5000 {
		if len(want) > 0 && rng.IntN(3) == 0 {
			at := rng.IntN(len(want))
			want[at].detach()
			want = slices.Delete(want, at, at+1)
		} else {
			n := &node{id: int32(i), size: 1, rankKey: mix(uint32(i))}
			at := rng.IntN(len(want) + 3)
			parent.insertAt(n, uint64(at))
			want = slices.Insert(want, min(at, len(want)), n)
		}
		if i%50 > 0 {
			continue
		}
		var got, back []*node
		parent.each(func(n *node) { got = append(got, n) })
		parent.eachBack(func(n *node) { back = append(back, n) })
		slices.Reverse(back)
		if !slices.Equal(got, want) || !slices.Equal(back, want) {
			t.Fatalf("step %d: other order", i)
		}
		for j, n := range want {
			var next *node
			if j+1 < len(want) {
				next = want[j+1]
			}
			if n.sibling() != next || n.rank() != int32(j) || n.parent != parent {
				t.Fatalf("step %d: child %d has rank %d", i, j, n.rank())
			}
		}
	}
}
