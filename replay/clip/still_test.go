package clip_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rankle/rankle/replay/clip"
	"github.com/rankle/rankle/replay/format"
)

// plainPage plays the events of a clip the slow and obvious way.
type plainPage struct {
	nodes  map[float64]*plainNode
	root   *plainNode
	last   map[string]string // scrolls and typed values, by node
	styles []string          // rules, in order
}

type plainNode struct {
	parent   *plainNode
	children []*plainNode
	members  map[string]any
	set      map[string]string // properties of the style
	sheet    []string          // rules that were put in
}

func (p *plainPage) build(parent *plainNode, at int, v map[string]any, deep bool) {
	n := &plainNode{parent: parent, members: maps.Clone(v), set: map[string]string{}}
	delete(n.members, "childNodes")
	if a, ok := v["attributes"].(map[string]any); ok {
		n.members["attributes"] = maps.Clone(a)
	}
	p.nodes[v["id"].(float64)] = n
	if parent == nil {
		p.root = n
	} else {
		parent.children = slices.Insert(parent.children, at, n)
	}
	list, _ := v["childNodes"].([]any)
	for _, c := range list {
		if deep {
			p.build(n, len(n.children), c.(map[string]any), true)
		}
	}
}

func (p *plainPage) forget(n *plainNode) {
	delete(p.nodes, n.members["id"].(float64))
	for _, kind := range []string{"3", "5"} {
		delete(p.last, fmt.Sprintf("%s %v", kind, n.members["id"]))
	}
	for _, c := range n.children {
		p.forget(c)
	}
}

// own gives the texts of a style the rules that its recorder keeps in an attribute, before one of them changes; added is one
// that is about to join them.
func (n *plainNode) own(added map[string]any) {
	if n.tag() != "style" {
		return
	}
	n.sheet = nil
	attrs := n.members["attributes"].(map[string]any)
	css, ok := attrs["_cssText"].(string)
	if !ok {
		return
	}
	delete(attrs, "_cssText")
	if len(n.children) == 0 {
		added["textContent"] = css
	}
	for i, part := range strings.Split(css, "/* rr_split */") {
		if i < len(n.children) {
			n.children[i].members["textContent"] = part
		}
	}
}

// tag is the kind of an element, "" for others and none.
func (n *plainNode) tag() string {
	if n == nil {
		return ""
	}
	s, _ := n.members["tagName"].(string)
	return s
}

func (p *plainPage) play(kind int, data map[string]any) {
	if kind == 2 {
		*p = plainPage{nodes: map[float64]*plainNode{}, last: map[string]string{}}
		p.build(nil, 0, data["node"].(map[string]any), true)
		return
	}
	source, _ := data["source"].(float64)
	if kind != 3 {
		return
	}
	switch source {
	case 3, 5:
		if id, _ := data["id"].(float64); p.nodes[id] != nil {
			p.last[fmt.Sprintf("%v %v", source, data["id"])] = fmt.Sprint(data)
		}
		return
	case 8, 13, 15:
		if id, _ := data["id"].(float64); p.nodes[id] != nil {
			p.nodes[id].sheet = append(p.nodes[id].sheet, fmt.Sprint(data))
		} else if data["id"] == nil {
			p.styles = append(p.styles, fmt.Sprint(data))
		}
		return
	case 0:
	default:
		return
	}
	list := func(name string) []any { l, _ := data[name].([]any); return l }
	for _, v := range list("removes") {
		r := v.(map[string]any)
		id, _ := r["id"].(float64)
		n := p.nodes[id]
		if n == nil || n.parent == nil {
			continue
		}
		n.parent.own(nil)
		n.parent.children = slices.DeleteFunc(n.parent.children, func(c *plainNode) bool { return c == n })
		p.forget(n)
	}
	waiting := list("adds")
	for range waiting {
		var later []any
		for _, v := range waiting {
			if !p.add(v.(map[string]any)) {
				later = append(later, v)
			}
		}
		waiting = later
	}
	for _, v := range list("texts") {
		t := v.(map[string]any)
		id, _ := t["id"].(float64)
		if n := p.nodes[id]; n != nil {
			n.parent.own(nil)
			n.members["textContent"] = t["value"]
		}
	}
	for _, v := range list("attributes") {
		id, _ := v.(map[string]any)["id"].(float64)
		n := p.nodes[id]
		if n == nil {
			continue
		}
		attrs, _ := n.members["attributes"].(map[string]any)
		for name, value := range v.(map[string]any)["attributes"].(map[string]any) {
			switch value := value.(type) {
			case nil:
				delete(attrs, name)
			case string:
				attrs[name] = value
			case map[string]any:
				if name == "style" {
					for property, to := range value {
						n.set[property] = fmt.Sprint(to)
					}
				}
				continue
			default:
				continue
			}
			if name == "style" {
				clear(n.set)
			}
		}
	}
}

func (p *plainPage) add(a map[string]any) bool {
	id, _ := a["parentId"].(float64)
	parent := p.nodes[id]
	next, isID := a["nextId"].(float64)
	node := a["node"].(map[string]any)
	if parent == nil || isID && p.nodes[next] == nil {
		return false
	}
	at := len(parent.children)
	if isID {
		if i := slices.Index(parent.children, p.nodes[next]); i >= 0 {
			at = i
		}
	}
	parent.own(node)
	p.build(parent, at, node, node["type"] == 0.0) // rrweb takes the children of documents alone
	return true
}

// String is everything that the page shows, in words.
func (p *plainPage) String() string {
	var b strings.Builder
	var tell func(n *plainNode, deep string)
	tell = func(n *plainNode, deep string) {
		m := maps.Clone(n.members)
		delete(m, "isShadowHost") // said by a child, too
		delete(m, "isStyle")
		fmt.Fprintf(&b, "%s%v %v %v\n", deep, m, n.set, n.sheet)
		for _, c := range n.children {
			tell(c, deep+" ")
		}
	}
	tell(p.root, "")
	fmt.Fprintf(&b, "%v\n%v\n", p.last, p.styles)
	return b.String()
}

// pageAt plays what an answer of Cut holds up to a time.
func pageAt(t *testing.T, text []byte, until float64) string {
	t.Helper()
	var env struct {
		Events []struct {
			Type      int
			Timestamp float64
			Data      map[string]any
		}
	}
	if err := json.Unmarshal(text, &env); err != nil {
		t.Fatal(err)
	}
	var p plainPage
	for _, e := range env.Events {
		if e.Timestamp <= until && (p.root != nil || e.Type == 2) {
			p.play(e.Type, e.Data)
		}
	}
	return p.String()
}

// TestStillIsThePage cuts recordings at many places and compares the page at both ends of each clip with what playing the
// whole recording comes to.
func TestStillIsThePage(t *testing.T) {
	files, _ := filepath.Glob("../../testdata/corpus/bucket/*/*.gz")
	if len(files) == 0 {
		t.Fatal("the corpus is not here")
	}
	fixtures, _ := filepath.Glob("../../../shared/fixtures/*/*") // real recordings, where they are
	step := 8
	if testing.Short() {
		fixtures, step = nil, 64
	}
	stills, clips := 0, 0
	for i, file := range slices.Concat(fixtures, files) {
		if i >= len(fixtures) && i%step != 0 {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			continue // a folder
		}
		parts := []format.Part{{Name: file, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}}
		var whole bytes.Buffer
		info, err := clip.Cut(context.Background(), &whole, parts, clip.Request{})
		if err != nil {
			continue
		}
		for n := range int64(3) {
			from := info.From + (info.Last-info.From)*(n+1)/4
			to := min(from+10_000, info.Last)
			var out bytes.Buffer
			if _, err := clip.Cut(context.Background(), &out, parts, clip.Request{From: from, To: to}); errors.Is(err, clip.ErrOutside) {
				continue
			} else if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			clips++
			var first struct{ Events []struct{ Timestamp float64 } }
			if err := json.Unmarshal(out.Bytes(), &first); err != nil {
				t.Fatal(err)
			}
			if first.Events[1].Timestamp == float64(from)-1000 {
				stills++
			}
			for _, at := range []float64{float64(from), float64(to)} {
				if got, want := pageAt(t, out.Bytes(), at), pageAt(t, whole.Bytes(), at); got != want {
					t.Errorf("%s: another page at %v of %d to %d:\n%s", filepath.Base(file), at, from, to, firstDifference(got, want))
					break
				}
			}
		}
	}
	t.Logf("%d of %d clips begin with a still", stills, clips)
	if stills < clips/2 {
		t.Errorf("only %d of %d clips begin with a still", stills, clips)
	}
}

func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d\n got %.400s\nwant %.400s", i, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(a), len(b))
}

// TestStillOf changes the page in one way each. What rrweb plays straight is summed up, what it mends is left to it.
func TestStillOf(t *testing.T) {
	const head, at = `{"type":3,"timestamp":1700000001000,"data":{"source":`, 1700000009000
	add := func(parent int, next, node string) string {
		return fmt.Sprintf(`{"parentId":%d,"nextId":%s,"node":%s}`, parent, next, node)
	}
	text := func(id int) string { return fmt.Sprintf(`{"type":3,"id":%d,"textContent":"t%d"}`, id, id) }
	div := func(id int, more string) string {
		return fmt.Sprintf(`{"type":2,"tagName":"div","id":%d,"attributes":{},"childNodes":[]%s}`, id, more)
	}
	mutation := func(removes, adds, texts, attributes string) string {
		return fmt.Sprintf(`%s0,"removes":[%s],"adds":[%s],"texts":[%s],"attributes":[%s]}}`, head, removes, adds, texts, attributes)
	}
	deep := make([]string, 3000)
	for i := range deep {
		deep[i] = add(max(9, 99+i)*min(i, 1)+9*(1-min(i, 1)), "null", div(100+i, ""))
	}
	for _, tc := range []struct {
		name   string
		events string
		still  bool
	}{
		{"nodes whose neighbours come later", mutation("", add(9, "31", text(30))+","+add(32, "null", text(33))+","+add(9, "10", text(31))+","+add(9, "null", div(32, "")), "", ""), true},
		{"a node whose parent never comes", mutation("", add(77, "null", text(30)), "", ""), true},
		{"a node that moves", mutation(`{"parentId":9,"id":10}`, add(16, "17", `{"type":2,"tagName":"a","id":10,"attributes":{},"childNodes":[]}`)+","+add(10, "null", text(11)), "", ""), true},
		{"a removal of what is not there", mutation(`{"parentId":9,"id":77}`, "", "", ""), true},
		{"styles one by one", mutation("", "", "", `{"id":16,"attributes":{"style":{"color":"red","width":["1px","important"]}}}`) + "," + mutation("", "", "", `{"id":16,"attributes":{"style":{"color":"blue","height":false}}}`), true},
		{"a style that is given anew", mutation("", "", "", `{"id":16,"attributes":{"style":{"color":"red"}}}`) + "," + mutation("", "", "", `{"id":16,"attributes":{"style":"top: 1px","class":null}}`), true},
		{"a shadow tree", mutation("", add(16, "null", div(30, `,"isShadow":true`)), "", ""), true},
		{"a frame that loads, and loads again", mutation("", add(19, "null", `{"type":0,"id":30,"childNodes":[{"type":2,"tagName":"html","id":31,"rootId":30,"attributes":{},"childNodes":[]}]}`), "", ""), true},
		{"what was typed, then its field is gone", head + `5,"id":13,"text":"abc","isChecked":false}},` + mutation(`{"parentId":9,"id":13}`, "", "", ""), true},
		{"rules, then another sheet", head + `8,"id":6,"adds":[{"rule":"i{}","index":0}]}},` + mutation("", "", `{"id":7,"value":"u{}"}`, ""), true},
		{"rules", mutation("", "", `{"id":7,"value":"u{}"}`, "") + "," + head + `8,"id":6,"adds":[{"rule":"i{}","index":0}]}}`, true},
		{"a node twice", mutation("", add(9, "null", text(11)), "", ""), false},
		{"a node without a name", mutation("", add(9, "null", text(0)), "", ""), false},
		{"a removal from elsewhere", mutation(`{"parentId":16,"id":10}`, "", "", ""), false},
		{"a neighbour that lies deeper", mutation("", add(9, "18", text(30)), "", ""), false},
		{"a second page in the document", mutation("", add(1, "null", `{"type":2,"tagName":"html","id":30,"attributes":{},"childNodes":[]}`), "", ""), false},
		{"the text of an element", mutation("", "", `{"id":10,"value":"x"}`, ""), false},
		{"a page without a frame", mutation("", add(9, "null", `{"type":0,"id":30,"childNodes":[]}`), "", ""), false},
		{"nested too deep", mutation("", strings.Join(deep, ","), "", ""), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			recording := part(strings.TrimSuffix(page[:strings.Index(page, `{"type":3,"timestamp"`)], "\n") + tc.events + `,{"type":3,"timestamp":1700000020000,"data":{"source":2,"type":2,"id":9,"x":1,"y":2}}]`)
			_, info, out := cut(t, recording, clip.Request{From: at, To: at + 5000})
			if still := info.First == at-1000; still != tc.still {
				t.Errorf("begins with a still: %v", still)
			}
			_, _, whole := cut(t, recording, clip.Request{})
			if got, want := pageAt(t, []byte(out), at), pageAt(t, []byte(whole), at); got != want && tc.still {
				t.Error(firstDifference(got, want))
			}
		})
	}
}

// A window that was turned or resized before a clip has its new size from the first event on.
func TestStillSize(t *testing.T) {
	recording := part(strings.TrimSuffix(page[:strings.Index(page, `{"type":3,"timestamp"`)], "\n") +
		`{"type":3,"timestamp":1700000001000,"data":{"source":4,"width":640,"height":480}},{"type":3,"timestamp":1700000020000,"data":{"source":3,"id":1,"x":0,"y":0}}]`)
	env, info, _ := cut(t, recording, clip.Request{From: 1700000009000, To: 1700000012000})
	if info.Width != 640 || info.Height != 480 || string(env.Events[0].Data) != `{"href":"https://shop.example/cart","width":640,"height":480}` {
		t.Errorf("%d x %d, %s", info.Width, info.Height, env.Events[0].Data)
	}
}
