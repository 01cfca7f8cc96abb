package source

import (
	"context"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/rankle/rankle/replay"
)

// Recording is the stored form of one session.
type Recording struct {
	// ID is the session as the keys name it: the group "session" of the key pattern, the name of the directory, or the
	// name of the file without its endings. A session_id in the sidecar takes its place once the sidecar is read.
	// Where several recordings of a grouping have the same ID, each has its Key instead.
	ID string
	// Key tells the recording apart from all others of its source: the key of its only object, or the directory of its
	// parts; with a key pattern "tenant/session" or "session".
	Key string
	// Parts are the objects that hold the session, in order; at least one.
	Parts []replay.Object
	// Sidecar is the object that says who and on what, or nil.
	Sidecar *replay.Object
	// Fields are the other named groups of the key pattern, of the first part where parts differ; nil without one.
	Fields map[string]string
	// Missing is how many parts are known of that are not stored: numbers left out, blocks whose objects are gone. At
	// least one where it is not 0.
	Missing int
}

// Size is the sum of the sizes of the parts, in bytes as stored.
func (r Recording) Size() int64 {
	var n int64
	for _, p := range r.Parts {
		n += p.Size
	}
	return n
}

// SkipReason says why Group passed over an object.
type SkipReason string

const (
	SkipFolder     SkipReason = "folder_marker"  // empty object whose key ends in a slash
	SkipEmpty      SkipReason = "empty_object"   // no bytes
	SkipHidden     SkipReason = "hidden"         // an element of the key begins with a dot
	SkipManifest   SkipReason = "manifest"       // a manifest or outcome table: read by package manifest
	SkipForeign    SkipReason = "other_file"     // by its ending something else: an image, a page, settings
	SkipIgnored    SkipReason = "ignored"        // matches Layout.Ignore
	SkipPattern    SkipReason = "key_pattern"    // does not match Layout.KeyPattern
	SkipOrphan     SkipReason = "orphan_sidecar" // a sidecar without a recording
	SkipDuplicate  SkipReason = "second_sidecar" // the recording has another sidecar already
	SkipUnreadable SkipReason = "unlistable"     // the store could not say what it is
)

// Skipped counts the objects passed over for one reason.
type Skipped struct {
	Reason  SkipReason
	Count   int
	Example string // the first key in byte order
}

// Grouping is what Group makes of a listing.
type Grouping struct {
	Recordings []Recording // by Key
	Skipped    []Skipped   // by Reason
	Objects    int         // listed
	Bytes      int64       // as stored, of all parts
}

// Group lists a source under prefix and puts the objects together that make up one recording. Nothing is opened. The
// result does not depend on the order of the listing. It holds the keys of the whole listing in memory, about 300 bytes
// an object: list very large buckets by day prefix.
//
// The error is that of an incomplete listing, ErrEmpty when nothing at all is stored under prefix, or ErrPattern.
// Objects that are there but none of which is a recording are no error: Skipped says what they are.
func Group(ctx context.Context, st Store, prefix string, l Layout) (*Grouping, error) {
	re, err := l.compile()
	if err != nil {
		return nil, err
	}
	g := &grouper{layout: l, pattern: re, skipped: map[SkipReason]*Skipped{}}
	if err := g.list(ctx, st, prefix); err != nil {
		return nil, err
	}
	return g.result(), nil
}

// grouper collects a listing: first sorts out what is no recording, then, knowing all keys, forms the recordings.
type grouper struct {
	layout  Layout
	pattern *regexp.Regexp

	objects  int
	files    []replay.Object
	sidecars []replay.Object
	skipped  map[SkipReason]*Skipped

	byKey map[string]*Recording
}

func (g *grouper) skip(key string, why SkipReason) {
	s := g.skipped[why]
	if s == nil {
		s = &Skipped{Reason: why, Example: key}
		g.skipped[why] = s
	}
	s.Count++
	s.Example = min(s.Example, key)
}

func (g *grouper) add(obj replay.Object) {
	if why := g.sortOut(obj); why != "" {
		g.skip(obj.Key, why)
		return
	}
	if _, ok := sidecarOf(obj.Key); ok {
		g.sidecars = append(g.sidecars, obj)
		return
	}
	g.files = append(g.files, obj)
}

func (g *grouper) sortOut(obj replay.Object) SkipReason {
	base := path.Base(obj.Key)
	switch {
	case strings.HasSuffix(obj.Key, "/") && obj.Size == 0:
		return SkipFolder
	case strings.HasPrefix(obj.Key, ".") || strings.Contains(obj.Key, "/."):
		return SkipHidden
	case g.ignored(obj.Key, base):
		return SkipIgnored
	case obj.Size == 0:
		return SkipEmpty
	}
	if g.pattern != nil && g.pattern.MatchString(obj.Key) {
		return "" // the operator says what it is
	}
	return foreign(base)
}

func (g *grouper) ignored(key, base string) bool {
	for _, p := range g.layout.Ignore {
		if ok, _ := path.Match(p, key); ok {
			return true
		}
		if ok, _ := path.Match(p, base); ok {
			return true
		}
	}
	return false
}

// foreignEndings are endings that no recording format uses. Unknown endings are left to the reader, which looks at the
// bytes.
var foreignEndings = []string{
	".md", ".html", ".htm", ".css", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".mp4", ".webm", ".pdf",
	".yaml", ".yml", ".toml", ".xml", ".log", ".sha256", ".md5", ".tmp", ".crc",
}

// foreign names what a file is when its name says that it is no recording, else "".
func foreign(base string) SkipReason {
	name := strings.ToLower(base)
	first, _, _ := strings.Cut(name, ".")
	bare := strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	switch ext := path.Ext(bare); {
	case name == bareSidecar, strings.HasSuffix(name, sidecarSuffix):
		return ""
	case ext == ".csv", ext == ".tsv", ext == ".parquet":
		return SkipManifest
	case first == "manifest", first == "outcomes", strings.Contains(name, ".manifest."):
		return SkipManifest
	case slices.Contains(foreignEndings, ext):
		return SkipForeign
	}
	return ""
}

func (g *grouper) result() *Grouping {
	byKey := func(a, b replay.Object) int { return strings.Compare(a.Key, b.Key) }
	slices.SortFunc(g.files, byKey)
	slices.SortFunc(g.sidecars, byKey)
	g.byKey = make(map[string]*Recording, len(g.files))
	if g.pattern != nil {
		g.groupByPattern()
	} else {
		g.groupByRules()
	}
	return g.grouping()
}

// grouping returns the recordings that were formed and what was passed over.
func (g *grouper) grouping() *Grouping {
	out := &Grouping{Objects: g.objects}
	g.tellApart()
	for _, r := range g.byKey {
		out.Bytes += r.Size()
		out.Recordings = append(out.Recordings, *r)
	}
	slices.SortFunc(out.Recordings, func(a, b Recording) int { return strings.Compare(a.Key, b.Key) })
	for _, s := range g.skipped {
		out.Skipped = append(out.Skipped, *s)
	}
	slices.SortFunc(out.Skipped, func(a, b Skipped) int { return strings.Compare(string(a.Reason), string(b.Reason)) })
	return out
}

// tellApart gives recordings that share an ID their Key instead. A Key may be the ID of yet another recording ("a.json"
// as a file beside "x/a.json" as a directory), so this repeats until all differ; Keys do.
func (g *grouper) tellApart() {
	for again := true; again; {
		again = false
		count := make(map[string]int, len(g.byKey))
		for _, r := range g.byKey {
			count[r.ID]++
		}
		for _, r := range g.byKey {
			if count[r.ID] > 1 && r.ID != r.Key {
				r.ID, again = r.Key, true
			}
		}
	}
}

// match is what the key pattern finds in a key.
type match struct {
	session, part, tenant string
	fields                map[string]string
}

func (m match) key() string {
	if m.tenant == "" {
		return m.session
	}
	return m.tenant + "/" + m.session
}

func (g *grouper) match(key string) (match, bool) {
	found := g.pattern.FindStringSubmatch(key)
	if found == nil {
		return match{}, false
	}
	m := match{fields: map[string]string{}}
	for i, name := range g.pattern.SubexpNames() {
		switch v := found[i]; {
		case name == "" || v == "":
		case name == groupSession:
			m.session = v
		case name == groupPart:
			m.part = v
		default:
			if name == groupTenant {
				m.tenant = v
			}
			m.fields[name] = v
		}
	}
	return m, m.session != ""
}

func (g *grouper) groupByPattern() {
	type part struct {
		obj replay.Object
		m   match
	}
	parts := map[string][]part{}
	near := map[string][]string{} // stem, key or directory of parts → keys of their recordings
	for _, obj := range g.files {
		m, ok := g.match(obj.Key)
		if !ok {
			g.skip(obj.Key, SkipPattern)
			continue
		}
		k := m.key()
		parts[k] = append(parts[k], part{obj, m})
		for _, name := range []string{obj.Key, stem(obj.Key), path.Dir(obj.Key)} {
			if !slices.Contains(near[name], k) && len(near[name]) < 2 {
				near[name] = append(near[name], k)
			}
		}
	}
	for k, ps := range parts {
		slices.SortFunc(ps, func(a, b part) int {
			if _, ok := partOf(a.obj.Key); ok {
				if _, ok := partOf(b.obj.Key); ok {
					return compareParts(a.obj.Key, b.obj.Key) // they go on in an order that their names do not sort in
				}
			}
			if c := compareNatural(a.m.part, b.m.part); c != 0 {
				return c
			}
			return compareNatural(a.obj.Key, b.obj.Key)
		})
		r := &Recording{ID: ps[0].m.session, Key: k, Fields: ps[0].m.fields}
		names := make([]string, 0, len(ps))
		for _, p := range ps {
			r.Parts = append(r.Parts, p.obj)
			if p.m.part == "" {
				p.m.part = path.Base(stem(p.obj.Key))
			}
			names = append(names, p.m.part)
		}
		r.Missing = absent(names)
		g.byKey[k] = r
	}
	for _, sc := range g.sidecars {
		var r *Recording
		if m, ok := g.match(sc.Key); ok {
			r = g.byKey[m.key()]
		}
		if of, _ := sidecarOf(sc.Key); r == nil && len(near[of]) == 1 {
			r = g.byKey[near[of][0]]
		}
		g.attach(r, sc)
	}
}

// attach gives a sidecar to a recording. The first sidecar in the order of keys stays.
func (g *grouper) attach(r *Recording, sc replay.Object) {
	switch {
	case r == nil:
		g.skip(sc.Key, SkipOrphan)
	case r.Sidecar != nil:
		g.skip(sc.Key, SkipDuplicate)
	default:
		r.Sidecar = &sc
	}
}

// groupByRules applies the rules in the comment of Layout.
func (g *grouper) groupByRules() {
	named := map[string]bool{}     // keys and stems of files, which a sidecar may name (rule 1)
	dirs := map[string]bool{}      // every directory that holds a file at some depth
	partsOnly := map[string]bool{} // directories whose files are all named like parts (rule 5)
	for _, obj := range g.files {
		named[obj.Key], named[stem(obj.Key)] = true, true
		for d := parent(obj.Key); d != "" && !dirs[d]; d = parent(d) {
			dirs[d] = true
		}
		if d := parent(obj.Key); d != "" {
			all, seen := partsOnly[d]
			partsOnly[d] = (all || !seen) && partName(d, path.Base(obj.Key))
		}
	}
	ofFile, ofDir := map[string][]replay.Object{}, map[string][]replay.Object{} // sidecars by what they describe
	for _, sc := range g.sidecars {
		of, dir := describes(sc.Key)
		switch {
		case named[of]:
			ofFile[of] = append(ofFile[of], sc)
			partsOnly[parent(of)] = false
		case dirs[of]:
			ofDir[of] = append(ofDir[of], sc)
		case dirs[dir]:
			ofDir[dir] = append(ofDir[dir], sc)
		default:
			g.skip(sc.Key, SkipOrphan)
		}
	}

	used, attached := map[string]bool{}, map[[2]string]bool{} // sidecars; with the recordings that they describe
	byName := findNamed(g.files)
	for _, obj := range g.files {
		part, named := byName.parts[obj.Key]
		if !named && byName.dirs[parent(obj.Key)] {
			g.skip(obj.Key, SkipForeign) // pictures of canvases, lists of requests
			continue
		}
		own := ofFile[obj.Key]
		if name := stem(obj.Key); name != obj.Key {
			own = slices.Concat(own, ofFile[name])
		}
		k, id := obj.Key, path.Base(stem(obj.Key)) // rules 1 and 6
		if named && !part.dir {
			k, id = part.key, part.session // rule 4
		} else if len(own) == 0 {
			if dir, session := place(obj.Key, ofDir, byName.dirs, partsOnly); dir != "" {
				k, id, own = dir, session, ofDir[dir]
			}
		}
		r := g.byKey[k]
		if r == nil {
			r = &Recording{ID: id, Key: k}
			g.byKey[k] = r
		}
		for _, sc := range own {
			if of := [2]string{k, sc.Key}; !attached[of] {
				attached[of], used[sc.Key] = true, true
				g.attach(r, sc)
			}
		}
		r.Parts = append(r.Parts, obj)
	}
	for _, r := range g.byKey {
		r.order()
	}
	for _, scs := range ofDir {
		for _, sc := range scs {
			if !used[sc.Key] { // every file below has a sidecar of its own
				g.skip(sc.Key, SkipOrphan)
			}
		}
	}
}

// order puts the parts in order and counts those that are missing between them.
func (r *Recording) order() {
	slices.SortFunc(r.Parts, func(a, b replay.Object) int { return compareParts(a.Key, b.Key) })
	if r.Key == r.Parts[0].Key {
		return // one object: its name is no part's
	}
	names := make([]string, len(r.Parts))
	for i, p := range r.Parts {
		names[i] = path.Base(stem(p.Key))
	}
	r.Missing = absent(names)
}

// describes returns what a sidecar may describe: a stem, key or directory named like it, and the directory that it
// lies in when its name is that of a directory's sidecar.
func describes(key string) (of, dir string) {
	of, _ = sidecarOf(key)
	if path.Base(key) == bareSidecar {
		return "", of
	}
	if path.Base(key) == "session"+sidecarSuffix {
		return of, parent(key)
	}
	return of, ""
}

// place finds the directory that a file without a sidecar of its own is a part of, by rules 2 to 5, and its session.
// The directory is empty when the file is a recording of its own.
func place(key string, sidecars map[string][]replay.Object, namedDirs, partsOnly map[string]bool) (dir, session string) {
	for d := parent(key); d != ""; d = parent(d) {
		if len(sidecars[d]) > 0 {
			return d, path.Base(d)
		}
	}
	if d, session := declared(key); d != "" {
		return d, session
	}
	if d := parent(key); namedDirs[d] || partsOnly[d] {
		return d, path.Base(d)
	}
	return "", ""
}

// parent returns the directory of a key, "" at the top.
func parent(key string) string {
	if i := strings.LastIndexByte(key, '/'); i >= 0 {
		return key[:i]
	}
	return ""
}
