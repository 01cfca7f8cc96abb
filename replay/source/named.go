package source

import (
	"path"
	"regexp"
	"strings"

	"github.com/rankle/rankle/replay"
)

// namedPart is an object whose name says of which session it is, as OpenReplay and Highlight name them.
type namedPart struct {
	key     string // of the session: its directory, or the object's key without what tells the parts apart
	session string
	order   int  // among the parts of the session; equal ones are ordered by key
	dir     bool // the session is a directory
	bare    bool // a number, which says nothing unless another part of the session lies beside it
}

// highlightContents are the names in the directory of a Highlight session that hold its events, whole or in chunks
// (highlight/highlight backend/storage/storage.go). Chunks are ordered by their numbers.
var highlightContents = regexp.MustCompile(`^session-contents(-compressed)?(-[0-9]{1,9})?$`)

// The orders of parts of OpenReplay: the start of the page, the rest of it, console and network, the screens of a mobile session. The page's messages are cut at a number of bytes: the rest means nothing without the start.
const (
	mobStart = iota
	mobRest
	mobDevtools
	mobFrames
)

// mobNames are the names in the directory of a session.
var mobNames = map[string]int{"dom.mobs": mobStart, "dom.mobe": mobRest, "devtools.mob": mobDevtools, "replay.frames": mobFrames}

// flatMob are the names before 2023, all sessions in one directory: "<session>", "<session>e" and "<session>devtools".
var flatMob = regexp.MustCompile(`^([0-9]{12,20})(e|devtools)?$`)

// partOf says which part of which session an object is by its name.
func partOf(key string) (namedPart, bool) {
	dir, base := path.Split(key)
	for _, packed := range []string{".gz", ".zst", ".br"} {
		base = strings.TrimSuffix(base, packed)
	}
	order, ok := mobNames[base]
	if (ok || highlightContents.MatchString(base)) && dir != "" {
		dir = strings.TrimSuffix(dir, "/")
		return namedPart{key: dir, session: path.Base(dir), order: order, dir: true}, true
	}
	for ending, order := range map[string]int{".mobs": mobStart, ".mobe": mobRest} {
		if name, ok := strings.CutSuffix(base, ending); ok && name != "" {
			return namedPart{key: dir + name, session: name, order: order}, true
		}
	}
	if m := flatMob.FindStringSubmatch(base); m != nil {
		p := namedPart{key: dir + m[1], session: m[1], bare: m[2] == ""}
		switch m[2] {
		case "e":
			p.order = mobRest
		case "devtools":
			p.order = mobDevtools
		}
		return p, true
	}
	return namedPart{}, false
}

// namedParts are such objects in a listing.
type namedParts struct {
	parts map[string]namedPart // by key
	dirs  map[string]bool      // directories of sessions
}

func findNamed(files []replay.Object) namedParts {
	found := namedParts{parts: map[string]namedPart{}, dirs: map[string]bool{}}
	told := map[string]bool{} // sessions with a part whose name says what it is
	for _, obj := range files {
		if p, ok := partOf(obj.Key); ok {
			found.parts[obj.Key] = p
			told[p.key] = told[p.key] || !p.bare
			if p.dir {
				found.dirs[p.key] = true
			}
		}
	}
	for key, p := range found.parts {
		if p.bare && !told[p.key] {
			delete(found.parts, key)
		}
	}
	return found
}

// compareParts orders the parts of a recording: those of OpenReplay as they go on, all others by their keys.
func compareParts(a, b string) int {
	p, ok := partOf(a)
	q, also := partOf(b)
	if ok && also && p.key == q.key && p.order != q.order {
		return p.order - q.order
	}
	return compareNatural(a, b)
}
