package openreplay

import (
	"strings"
	"unicode/utf8"
)

// swipePoints is how far a swipe goes at least: the trackers call a touch that ends more than 10 points from where it
// began a swipe, and say only where it ended and in which direction it went (openreplay/ios-tracker
// Sources/OpenReplay/Listeners/Analytics.swift).
const swipePoints = 11

// mobile handles the messages of the mobile trackers. They name no element but by a label, and no page but by a screen.
func (t *tab) mobile(typ uint8, c *cursor) {
	c.skip("uu") // time and length
	if t.tr.framed && typ != typeMobileScreen && !t.framed {
		t.framed = true
		t.frame()
	}
	switch typ {
	case typeMobileTap, typeMobileSwipe, typeMobileInput:
		t.mobileTouch(typ, c)
	case typeMobileScreen, typeMobileView, typeMobilePerf:
		t.mobileScreen(typ, c)
	default:
		t.mobileLog(typ, c)
	}
}

// mobileTouch is for what the user did.
func (t *tab) mobileTouch(typ uint8, c *cursor) {
	switch typ {
	case typeMobileTap:
		label, x, y := c.str(), c.uint(), c.uint()
		if c.err == nil {
			t.touch([]point{clamp(x, y)}, viewOf(label))
		}
	case typeMobileSwipe:
		label, x, y, direction := c.str(), c.uint(), c.uint(), c.str()
		if c.err == nil {
			end := clamp(x, y)
			t.touch([]point{end.before(direction), end}, viewOf(label))
		}
	case typeMobileInput:
		value, masked, label := c.bytes(), c.bool(), c.str()
		if c.err == nil {
			t.typed(utf8.RuneCount(value), masked, label)
		}
	}
}

// mobileScreen is for what was on the screen.
func (t *tab) mobileScreen(typ uint8, c *cursor) {
	switch typ {
	case typeMobileScreen:
		c.skip("uu")
		w, h := min(c.uint(), maxPixels), min(c.uint(), maxPixels)
		if c.err == nil && w > 0 && h > 0 && (w != t.width || h != t.height) {
			t.width, t.height, t.renamed = w, h, true
			t.meta()
			if t.tr.framed {
				t.framed = true
				t.frame()
			}
		}
	case typeMobileView:
		screen, view, visible := c.str(), c.str(), c.bool()
		if c.err == nil && visible {
			if screen == "" {
				screen = view
			}
			t.url = screen
			t.named()
		}
	case typeMobilePerf:
		name, value := c.str(), c.uint()
		if c.err == nil && name == "background" {
			hidden := "false}}"
			if value > 0 {
				hidden = "true}}"
			}
			t.emit(eventCustom, t.now, append(append(t.buf(), `{"tag":"visibilitychange","payload":{"hidden":`...), hidden...))
		}
	}
}

// mobileLog is for what the application said and asked for.
func (t *tab) mobileLog(typ uint8, c *cursor) {
	switch typ {
	case typeMobileLog:
		severity, text := c.str(), c.bytes()
		switch {
		case c.err != nil:
		case severity == "error":
			t.failed(clip(string(text), maxMessage))
		case !t.logged:
			t.log(severity, "")
		}
	case typeMobileCrash:
		name, reason := c.str(), c.str()
		if c.err == nil {
			t.failed("Uncaught " + clip(name+": "+reason, maxMessage))
		}
	case typeMobileRequest:
		r := request{initiator: c.str(), method: c.str(), url: c.str()}
		c.bytes()
		c.bytes()
		r.status, r.duration = int64(min(c.uint(), 999)), c.uint()
		if c.err == nil && t.now > 0 {
			// The message is stamped when the request ends.
			r.start = uint64(t.now) - min(r.duration, uint64(t.now))
			t.request(r, c)
		}
	case typeMobileEvent:
		if name := c.str(); c.err == nil {
			t.custom(name)
		}
	}
}

// point is a position on the screen, in points.
type point struct{ x, y int64 }

func clamp(x, y uint64) point {
	return point{int64(min(x, maxPixels)), int64(min(y, maxPixels))}
}

// before is where a swipe that ended at p came from, at the least.
func (p point) before(direction string) point {
	switch strings.ToLower(direction) {
	case "left":
		p.x += swipePoints
	case "up":
		p.y += swipePoints
	case "down":
		p.y -= swipePoints
	default:
		p.x -= swipePoints
	}
	return p
}

// touch tells of a finger that came down at the first point and left at the last. One that did not move has tapped.
func (t *tab) touch(path []point, view described) {
	first, last := path[0], path[len(path)-1]
	t.finger(interactionTouchStart, first, view)
	if len(path) > 1 {
		data := append(t.buf(), `{"source":6,"positions":[{`...)
		data = member(data, "x", last.x)
		data = append(data, ',')
		data = member(data, "y", last.y)
		t.emit(eventIncremental, t.now, append(data, `,"id":-1,"timeOffset":0}]}`...))
	}
	t.finger(interactionTouchEnd, last, view)
	if len(path) == 1 {
		t.finger(interactionClick, last, view)
	}
}

func (t *tab) finger(typ int, at point, view described) {
	data := append(t.buf(), `{"source":2,`...)
	data = member(data, "type", typ)
	data = append(data, `,"id":-1,"pointerType":2,`...)
	data = element(data, view)
	data = append(data, ',')
	data = member(data, "x", at.x)
	data = append(data, ',')
	data = member(data, "y", at.y)
	t.emit(eventIncremental, t.now, append(data, '}'))
}

// typed tells that a field was left with a value. The trackers write a fixed mask for a secret one.
func (t *tab) typed(length int, masked bool, label string) {
	data := append(t.buf(), `{"source":5,"id":-1,"isChecked":false,`...)
	if !masked {
		data = append(data, `"text":`...)
		data = quote(data, stars(length))
		data = append(data, ',')
	}
	data = element(data, described{tag: "textfield", role: "textbox", label: label})
	t.emit(eventIncremental, t.now, append(data, '}'))
}

// viewRoles are the classes of views whose name says what they are for, without the prefix of their framework.
var viewRoles = map[string]string{
	"button": "button", "imagebutton": "button", "materialbutton": "button", "appcompatbutton": "button",
	"textfield": "textbox", "textview": "textbox", "edittext": "textbox", "appcompatedittext": "textbox",
	"switch": "switch", "checkbox": "checkbox", "radiobutton": "radio", "slider": "slider", "link": "link",
}

// viewOf reads a label as the trackers write it: the class of the view, and its text in quotes where it has one
// ("UIButton 'Pay'"). Any other label is a text.
func viewOf(label string) described {
	class, text, quoted := strings.Cut(label, " '")
	if !quoted || strings.ContainsAny(class, " \t\n") {
		class, text = "", label
		if isClass(label) {
			class, text = label, ""
		}
	} else {
		text = strings.TrimSuffix(text, "'")
	}
	tag := strings.ToLower(clip(class, 64))
	role := viewRoles[strings.TrimPrefix(strings.TrimPrefix(tag, "ui"), "android.widget.")]
	if role == "textbox" && tag != "uitextfield" {
		text = "" // what was typed; of a UITextField the trackers take the placeholder
	}
	return described{tag: tag, role: role, label: text}
}

// isClass reports whether a label is the bare name of a class: one word of letters with a capital inside, as in
// "UIView" or "RecyclerView".
func isClass(label string) bool {
	inside := false
	for i, r := range label {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && (r >= '0' && r <= '9' || r == '_' || r == '.')
		if !letter {
			return false
		}
		inside = inside || i > 0 && r >= 'A' && r <= 'Z'
	}
	return inside
}
