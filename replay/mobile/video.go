package mobile

import (
	"math"
	"sort"
	"strings"

	"github.com/rankle/rankle/replay/rrweb"
)

// note is a breadcrumb that names what was tapped. Its own names are the class and the id of the view.
type note struct {
	at      float64 // epoch ms
	element string
}

// crumb is a custom event of Sentry's recorders, as far as it is read.
type crumb struct {
	Tag     string
	Payload struct {
		Category      string
		Message       string
		NativeSdkName string
		Width, Height float64
		Data          struct {
			ViewID    string `json:"view.id"`
			ViewClass string `json:"view.class"`
			ViewTag   string `json:"view.tag"`
		}
	}
}

// video translates Sentry's mobile recordings: touches and what is noted of them. The video itself is not read, so that
// nothing is known of what the application showed.
func (x *Filter) video(held []rrweb.Event) error {
	named := tapped(held, x.notes(held))
	fingers := hand{}
	var meta struct {
		Href          string
		Width, Height float64
	}
	for i := range held {
		e := held[i]
		held[i].Data = nil
		var err error
		switch e.Type {
		case typeMeta:
			now := meta
			if !read(e.Data, &now) || now == meta {
				continue // every segment repeats it
			}
			meta = now
			if err = x.out(e); err == nil && x.opt.Pictures && meta.Width > 0 && meta.Height > 0 {
				err = x.out(frame(e, meta.Width, meta.Height))
			}
		case typeIncremental:
			var d struct{ Source *float64 }
			if !read(e.Data, &d) || d.Source == nil {
				continue
			}
			switch *d.Source {
			case sourceTouch:
				err = fingers.touch(e, func(px, py float64) touched { return touched{element: named[i]} }, x.out)
			case sourceTouchMove:
				if m, ok := fingers.moves(e); ok {
					err = x.out(m)
				}
			default:
				err = x.out(e)
			}
		default:
			err = x.out(e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// notes collects what was noted of taps, and what the recorder says of itself.
func (x *Filter) notes(held []rrweb.Event) []note {
	var notes []note
	for _, e := range held {
		var c crumb
		if e.Type != typeCustom || !read(e.Data, &c) {
			continue
		}
		p := &c.Payload
		switch {
		case c.Tag == "options" && strings.HasPrefix(p.NativeSdkName, "sentry.cocoa"):
			x.channel = "ios"
		case c.Tag == "options" && strings.HasPrefix(p.NativeSdkName, "sentry.java"):
			x.channel = "android"
		case c.Tag == "breadcrumb" && (p.Category == "ui.tap" || p.Category == "ui.click"):
			_, name, _ := strings.Cut(":"+p.Data.ViewID, "/") // "app:id/pay"
			label := cmpOr(name, p.Data.ViewID, p.Data.ViewTag, p.Message)
			class := p.Data.ViewClass[strings.LastIndex(p.Data.ViewClass, ".")+1:]
			if label == "" && class == "" {
				continue
			}
			w := writer{}
			w.raw(`{"tag":`).str(strings.ToLower(class)).raw(`,"role":`).str(roleOf(class)).raw(`,"label":`).str(label)
			if name != "" {
				w.raw(`,"selector":`).str("#" + name)
			}
			notes = append(notes, note{at: e.Time, element: string(append(w.b, '}'))})
		}
	}
	return notes
}

// roleOf is what a class of views is for, where its name says so.
func roleOf(class string) string {
	class = strings.ToLower(class)
	for _, r := range [][2]string{{"radiobutton", "radio"}, {"checkbox", "checkbox"}, {"switch", "switch"}, {"togglebutton", "switch"},
		{"button", "button"}, {"edittext", "textbox"}, {"textfield", "textbox"}, {"slider", "slider"}, {"seekbar", "slider"}} {
		if strings.HasSuffix(class, r[0]) {
			return r[1]
		}
	}
	return ""
}

// noteLag is how far a note may lie from the touch that it is of: it is written when the tap is recognised, which is at
// the end of the touch, or, where a second tap could follow, 300 ms later.
const noteLag = 500.0

// tapped names the elements of touches, by their places among the events: that of the note nearest to where the touch
// ends.
func tapped(held []rrweb.Event, notes []note) map[int]string {
	named := map[int]string{}
	down := map[int32]int{}
	for i, e := range held {
		var t touchEvent
		if len(notes) == 0 || e.Type != typeIncremental || !read(e.Data, &t) || t.Source != sourceTouch || t.PointerID == nil {
			continue
		}
		switch t.Type {
		case interactionStart:
			down[*t.PointerID] = i
		case interactionEnd:
			start, ok := down[*t.PointerID]
			if element := nearest(notes, e.Time); ok && element != "" {
				named[start], named[i] = element, element
			}
			delete(down, *t.PointerID)
		}
	}
	return named
}

// nearest is the element of the note that lies nearest to a moment, "" when none is near. Notes are in order of time.
func nearest(notes []note, at float64) string {
	i := sort.Search(len(notes), func(i int) bool { return notes[i].at >= at })
	best, element := noteLag, ""
	for _, n := range notes[max(0, i-1):min(len(notes), i+1)] {
		if d := math.Abs(n.at - at); d <= best {
			best, element = d, n.element
		}
	}
	return element
}

// frame stands for the picture, so that touches can be seen.
func frame(e rrweb.Event, width, height float64) rrweb.Event {
	p := newPage(&Options{Pictures: true}, width, height, nil)
	text := &view{node: p.next(), label: p.next(), tag: "div", parent: p.body, box: box{0, 0, width, height},
		text: "The screen was recorded as a video, which is not shown here. Touches are."}
	text.attrs = [][2]string{{"style", text.box.style(style{background: "#f2f2f2", color: "#444444", size: "14px"}) + ";padding:24px"}}
	p.body.children = append(p.body.children, text)
	e.Type, e.Data = typeFullSnapshot, p.snapshot()
	return e
}
