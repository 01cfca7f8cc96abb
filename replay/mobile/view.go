package mobile

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// wireframe is one rectangle as PostHog writes it.
type wireframe struct {
	ID        viewID `json:"id"`
	Type      string `json:"type"`
	InputType string `json:"inputType"`
	X         length `json:"x"`
	Y         length `json:"y"`
	Width     length `json:"width"`
	Height    length `json:"height"`
	Text      string `json:"text"`
	Label     string `json:"label"`
	Value     any    `json:"value"` // text, number or list of options
	Checked   bool   `json:"checked"`
	Disabled  bool   `json:"disabled"`
	Base64    string `json:"base64"`
	Style     style  `json:"style"`
	// Children is nil where a change leaves them alone.
	Children []wireframe `json:"childWireframes"`
}

// viewID is the number of a view as text: on iOS it is larger than a node's may be.
type viewID string

func (id *viewID) UnmarshalJSON(b []byte) error {
	*id = viewID(strings.Trim(string(b), `"`))
	if *id == "null" || len(*id) > maxViewID {
		*id = ""
	}
	return nil
}

// maxViewID is the length of a number of 64 bits.
const maxViewID = 20

// length is a number of points, or "100vw" and the like, which means the whole screen.
type length struct {
	n    float64
	full bool
}

func (l *length) UnmarshalJSON(b []byte) error {
	if s := strings.Trim(string(b), `"`); strings.HasSuffix(s, "vw") || strings.HasSuffix(s, "vh") {
		l.full = true
	} else if n, err := strconv.ParseFloat(s, 64); err == nil && n > -1e6 && n < 1e6 {
		l.n = n
	}
	return nil
}

// style is the little of a wireframe's style that is drawn. Anything else than expected reads as absent.
type style struct{ color, background, border, size string }

func (s *style) UnmarshalJSON(b []byte) error {
	var raw map[string]any
	if json.Unmarshal(b, &raw) != nil {
		return nil
	}
	get := func(key string) string {
		v, _ := raw[key].(string)
		if len(v) < 2 || len(v) > 9 || v[0] != '#' || strings.Trim(v[1:], "0123456789abcdefABCDEF") != "" {
			return ""
		}
		return v
	}
	s.color, s.background, s.border = get("color"), get("backgroundColor"), get("borderColor")
	if n, ok := raw["fontSize"].(float64); ok && n > 0 && n < 1000 {
		s.size = strconv.FormatFloat(n, 'f', -1, 64) + "px"
	}
	return nil
}

// view is a wireframe on the page.
type view struct {
	id       string // of the wireframe
	node     int32
	label    int32 // node of its text; 0 = it shows none
	tag      string
	attrs    [][2]string
	text     string // shown
	value    string // typed, as stars
	checked  bool
	box      box
	gone     bool // removed
	through  bool // a touch goes through it: bars of the system, screenshots
	parent   *view
	children []*view
}

type box struct{ x, y, w, h float64 }

func (b box) has(x, y float64) bool { return x >= b.x && y >= b.y && x < b.x+b.w && y < b.y+b.h }

// attr returns an attribute, "" where there is none.
func (v *view) attr(key string) string {
	for _, a := range v.attrs {
		if a[0] == key {
			return a[1]
		}
	}
	return ""
}

// page is what one window shows.
type page struct {
	opt   *Options
	w, h  float64 // of the screen
	body  *view
	byID  map[string]*view
	nodes int32 // named so far
	// before are the views of the page that this one replaced: those that are still there keep their nodes.
	before map[string]*view
}

// The nodes of every page.
const (
	nodeDocument = iota + 1
	nodeType
	nodeHTML
	nodeHead
	nodeBody
	nodeFirst
)

func newPage(opt *Options, w, h float64, before *page) *page {
	p := &page{opt: opt, w: w, h: h, nodes: nodeFirst, byID: map[string]*view{},
		body: &view{node: nodeBody, tag: "body", attrs: [][2]string{{"style", "margin:0;font:14px sans-serif"}}, box: box{0, 0, w, h}, through: true}}
	if before != nil {
		p.nodes, p.before = before.nodes, before.byID
	}
	return p
}

// next names a node.
func (p *page) next() int32 {
	p.nodes++
	return p.nodes - 1
}

// maxViewDepth bounds how deep views nest; layouts of applications stay below fifty.
const maxViewDepth = 200

// view makes a view of a wireframe and all below it. It returns nil where there are too many.
func (p *page) view(w *wireframe, parent *view, depth int) *view {
	if depth > maxViewDepth || len(p.byID) >= p.opt.Limits.MaxNodes {
		return nil
	}
	v := &view{id: string(w.ID), parent: parent}
	p.describe(v, w)
	if old := p.before[v.id]; old != nil && old.tag == v.tag && p.byID[v.id] == nil {
		v.node, v.label = old.node, old.label
	}
	if v.node == 0 {
		v.node = p.next()
	}
	if v.shows() && v.label == 0 {
		v.label = p.next()
	}
	if _, taken := p.byID[v.id]; taken || v.id == "" {
		v.id = fmt.Sprintf("#%d", v.node) // not to be found again, but there
	}
	p.byID[v.id] = v
	for i := range w.Children {
		if c := p.view(&w.Children[i], v, depth+1); c != nil {
			v.children = append(v.children, c)
		}
	}
	return v
}

// shows reports whether the view has a text of its own.
func (v *view) shows() bool {
	return v.tag == "span" || v.tag == "button" || v.tag == "option" || v.attr("class") == "placeholder"
}

// inputTags are the tags of inputs that are no <input>.
var inputTags = map[string]string{
	"button": "button", "submit": "button", "reset": "button", "text_area": "textarea", "select": "select", "progress": "progress",
}

// describe fills in what a wireframe is.
func (p *page) describe(v *view, w *wireframe) {
	v.box = box{w.X.n, w.Y.n, w.Width.n, w.Height.n}
	if w.Width.full {
		v.box.w = p.w
	}
	if w.Height.full {
		v.box.h = p.h
	}
	v.tag, v.text, v.value, v.checked, v.through = "div", "", "", false, false
	var attrs [][2]string
	set := func(key, value string) {
		if value != "" {
			attrs = append(attrs, [2]string{key, value})
		}
	}
	switch w.Type {
	case "text":
		v.tag, v.text = "span", w.Text
	case "image":
		v.tag = "img"
		set("src", p.picture(w.Base64))
	case "screenshot":
		v.tag, v.through = "img", true
		set("class", "screenshot")
		set("src", p.picture(w.Base64))
	case "placeholder":
		v.text = w.Label
		set("class", "placeholder")
	case "web_view":
		v.tag = "object" // what happens in it is not recorded
	case "radio_group":
		set("role", "radiogroup")
	case "status_bar", "navigation_bar":
		v.through = true
		set("role", "presentation")
	case "input":
		v.tag = inputTags[w.InputType]
		v.describeInput(w, set)
	}
	if v.tag != "button" && w.Type != "placeholder" {
		set("aria-label", w.Label)
	}
	if w.Style.background == "" && (w.Type == "placeholder" || w.Type == "web_view") {
		w.Style.background = "#eeeeee" // something is there
	}
	set("bounds", v.box.String())
	set("style", v.box.style(w.Style))
	v.attrs = attrs
}

// describeInput fills in what an input is. What was typed is never kept, only how long it is.
func (v *view) describeInput(w *wireframe, set func(key, value string)) {
	value, _ := w.Value.(string)
	if v.tag == "" {
		v.tag = "input"
	}
	switch w.InputType {
	case "button", "submit", "reset":
		v.text = cmpOr(value, w.Text, w.Label)
		set("type", w.InputType)
	case "checkbox", "radio", "toggle":
		v.checked = w.Checked
		if w.InputType == "toggle" {
			set("type", "checkbox")
			set("role", "switch")
			break
		}
		set("type", w.InputType)
	case "progress", "select":
	case "text_area":
		v.value = stars(cmpOr(value, w.Text))
	default:
		v.value = stars(cmpOr(value, w.Text))
		set("type", cmpOr(w.InputType, "text"))
	}
	if w.Disabled {
		set("disabled", "true")
	}
}

func cmpOr(options ...string) string {
	for _, s := range options {
		if s != "" {
			return s
		}
	}
	return ""
}

// stars is what typed text looks like: as long as it was, and nothing else of it.
func stars(s string) string { return strings.Repeat("*", utf8.RuneCountInString(s)) }

func (b box) String() string { return fmt.Sprintf("%g %g %g %g", b.x, b.y, b.w, b.h) }

// style places a view: wireframes have the coordinates of the screen, wherever they lie in the tree.
func (b box) style(s style) string {
	out := fmt.Sprintf("position:fixed;box-sizing:border-box;overflow:hidden;left:%gpx;top:%gpx;width:%gpx;height:%gpx", b.x, b.y, b.w, b.h)
	for _, d := range [][2]string{{"color", s.color}, {"background-color", s.background}, {"font-size", s.size}} {
		if d[1] != "" {
			out += ";" + d[0] + ":" + d[1]
		}
	}
	if s.border != "" {
		out += ";border:1px solid " + s.border
	}
	return out
}

// picture returns the URL of a picture, or, where nobody looks at it, one that differs when the picture does.
func (p *page) picture(data string) string {
	if data == "" {
		return ""
	}
	kind, body := "data:image/png;base64,", data
	if strings.HasPrefix(data, "data:") {
		i := strings.Index(data, ",") + 1
		kind, body = data[:i], data[i:]
	}
	if !strings.HasPrefix(kind, "data:image/") || !strings.HasSuffix(kind, ";base64,") || strings.ContainsFunc(body, notBase64) {
		return ""
	}
	if !p.opt.Pictures {
		h := fnv.New64a()
		_, _ = h.Write([]byte(body))
		return fmt.Sprintf("data:image/png;base64,%016x", h.Sum64())
	}
	return kind + body
}

func notBase64(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("+/=-_\r\n", r))
}

// maxLook is how many views are looked at below one touch; a screen shows a few hundred.
const maxLook = 20_000

// at returns the innermost view at a position, the last painted one of several, or nil.
func (p *page) at(x, y float64) *view {
	left := maxLook
	return p.body.at(x, y, &left)
}

func (v *view) at(x, y float64, left *int) *view {
	for _, c := range slices.Backward(v.children) {
		if *left--; *left < 0 {
			return nil
		}
		if c.box.has(x, y) {
			if found := c.at(x, y, left); found != nil {
				return found
			}
		}
	}
	if v.through {
		return nil
	}
	return v
}
