package cluster

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"

	"github.com/rankle/rankle/cluster/friction"
)

// baseAttributes are compared as segments for every issue, most telling first: a fault comes with a release, or sits
// on one kind of device.
var baseAttributes = [...]string{"app_version", "os", "device", "browser", "screen_size", "channel", "plan", "visitor"}

// visitorAttribute is the place of "visitor" in baseAttributes: whether a known user came for the first time, or had been
// there before, as far as the data goes. No session knows it of itself.
const visitorAttribute = len(baseAttributes) - 1

// Values of visitor.
const (
	visitorNew       = "new"
	visitorReturning = "returning"
)

// takeVisitors tells new from returning visitors. Sessions are in rank order, which is that of time.
func (w *work) takeVisitors() {
	w.visitors = make([]int32, len(w.sessions))
	seen := make([]bool, w.people)
	first, again := w.names.id(visitorNew), w.names.id(visitorReturning)
	for i := range w.sessions {
		if !w.sessions[i].known {
			continue
		}
		w.visitors[i] = first
		if p := w.census.person[i]; seen[p] {
			w.visitors[i] = again
		} else {
			seen[p] = true
		}
	}
}

// valueID is the interned value of an attribute of a session, 0 = not known.
func (w *work) valueID(s int32, attribute int) int32 {
	if attribute == visitorAttribute {
		return w.visitors[s]
	}
	return w.values[int(w.sessions[s].values)+attribute]
}

func (s Settings) attributes() []string { return Attributes(s.Attributes) }

// Attributes names what sessions are told apart by: the attributes that are compared for every issue, then further ones.
func Attributes(further []string) []string {
	return append(baseAttributes[:len(baseAttributes):len(baseAttributes)], further...)
}

// AttributeOf returns the value of one of Attributes, "" if it is not known.
func AttributeOf(d *friction.Digest, name string) string { return attributeOf(d, name) }

// attributeOf returns a value, "" if it is not known.
func attributeOf(d *friction.Digest, name string) string {
	c := &d.Context
	switch name {
	case "app_version":
		return c.AppVersion
	case "os":
		return c.OS
	case "device":
		return c.Device.Type
	case "browser":
		return c.Browser
	case "screen_size":
		return sizeOf(d).String()
	case "channel":
		return c.Channel
	case "plan":
		return c.Plan
	}
	return c.Attributes[name]
}

// languageAttributes are the context attributes that say in which language somebody was shown an application.
var languageAttributes = [...]string{"language", "locale", "lang"}

// languageOf returns the language that the context of a session names, without its region: "de"; "" if none.
func languageOf(d *friction.Digest) string {
	for _, a := range languageAttributes {
		if v := d.Context.Attributes[a]; isLocale(v) {
			return strings.ToLower(v[:2])
		}
	}
	return ""
}

// sizeClass groups viewports in which a page is likely to be laid out alike.
type sizeClass uint8

// The limits are the breakpoints that the common CSS frameworks share within a few pixels.
var sizeLimits = [...]int32{480, 768, 1024, 1440}

func sizeOf(d *friction.Digest) sizeClass {
	w := d.Context.ViewportW
	if w <= 0 {
		for i := range d.Screens {
			w = max(w, d.Screens[i].W)
		}
	}
	if w <= 0 {
		return 0
	}
	for i, limit := range sizeLimits {
		if w < limit {
			return sizeClass(i + 1)
		}
	}
	return sizeClass(len(sizeLimits) + 1)
}

func (c sizeClass) String() string {
	return [...]string{"", "under 480 px", "480-767 px", "768-1023 px", "1024-1439 px", "1440 px and more"}[c]
}

// hash64 hashes texts so that their borders count.
func hash64(texts ...string) uint64 {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	return binary.BigEndian.Uint64(sum[:8])
}
