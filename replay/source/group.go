package source

import (
	"cmp"
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
// result does not depend on the order of the listing. The whole listing is held in memory, about 350 bytes an object at the
// most (BenchmarkGroup) and 200 in the result: list buckets of many millions by day prefix.
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

	recordings []Recording // by Key
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

// result forms the recordings. Nothing that grows with the listing is kept in maps, which would take more than the keys.
func (g *grouper) result() *Grouping {
	byKey := func(a, b replay.Object) int { return strings.Compare(a.Key, b.Key) }
	slices.SortFunc(g.files, byKey)
	slices.SortFunc(g.sidecars, byKey)
	if g.pattern != nil {
		g.groupByPattern()
	} else {
		g.groupByRules()
	}
	return g.grouping()
}

// grouping returns the recordings that were formed and what was passed over.
func (g *grouper) grouping() *Grouping {
	out := &Grouping{Recordings: g.recordings, Objects: g.objects}
	tellApart(out.Recordings)
	for _, r := range out.Recordings {
		out.Bytes += r.Size()
	}
	for _, s := range g.skipped {
		out.Skipped = append(out.Skipped, *s)
	}
	slices.SortFunc(out.Skipped, func(a, b Skipped) int { return strings.Compare(string(a.Reason), string(b.Reason)) })
	return out
}

// tellApart gives recordings that share an ID their Key instead. A Key may be the ID of yet another recording ("a.json"
// as a file beside "x/a.json" as a directory), so this repeats until all differ; Keys do.
func tellApart(recordings []Recording) {
	byID := make([]*Recording, len(recordings))
	for i := range recordings {
		byID[i] = &recordings[i]
	}
	for again := true; again; {
		again = false
		slices.SortFunc(byID, func(a, b *Recording) int { return strings.Compare(a.ID, b.ID) })
		for left := byID; len(left) > 0; {
			n, id := 1, left[0].ID
			for n < len(left) && left[n].ID == id {
				n++
			}
			for _, r := range left[:n] {
				if n > 1 && r.ID != r.Key {
					r.ID, again = r.Key, true
				}
			}
			left = left[n:]
		}
	}
}

// placed is a file whose recording is known.
type placed struct {
	key, id string // of the recording
	part    string // what the key pattern says of its place in it
	file    int32  // in grouper.files
}

// name is that of the part: what its number is taken from.
func (g *grouper) name(p placed) string {
	if p.part != "" {
		return p.part
	}
	return path.Base(stem(g.files[p.file].Key))
}

// compare orders the parts of a recording.
func (g *grouper) compare(a, b placed) int {
	x, y := g.files[a.file].Key, g.files[b.file].Key
	if _, ok := partOf(x); ok {
		if _, ok := partOf(y); ok {
			return compareParts(x, y) // they go on in an order that their names do not sort in
		}
	}
	return cmp.Or(compareNatural(a.part, b.part), compareNatural(x, y))
}

// form makes the recordings of all files that belong to one, by Key, with their parts in order, and counts those that are
// missing between them.
func (g *grouper) form(all []placed) {
	slices.SortFunc(all, func(a, b placed) int { return strings.Compare(a.key, b.key) })
	n := 0
	for i := range all {
		if i == 0 || all[i].key != all[i-1].key {
			n++
		}
	}
	g.recordings = make([]Recording, 0, n)
	parts := make([]replay.Object, len(all))
	var names []string
	for from, to := 0, 0; from < len(all); from = to {
		for to = from + 1; to < len(all) && all[to].key == all[from].key; to++ {
		}
		of := all[from:to]
		slices.SortFunc(of, g.compare)
		names = names[:0]
		for i, p := range of {
			parts[from+i] = g.files[p.file]
			names = append(names, g.name(p))
		}
		r := Recording{ID: of[0].id, Key: of[0].key, Parts: parts[from:to:to]}
		if g.pattern != nil || r.Key != r.Parts[0].Key { // else it is one object, whose name is no part's
			r.Missing = absent(names)
		}
		g.recordings = append(g.recordings, r)
	}
}

// find returns the recording with a key, or nil.
func (g *grouper) find(key string) *Recording {
	i, ok := slices.BinarySearchFunc(g.recordings, key, func(r Recording, key string) int { return strings.Compare(r.Key, key) })
	if !ok {
		return nil
	}
	return &g.recordings[i]
}

// match finds the session, the part and the tenant that the key pattern sees in a key.
func (g *grouper) match(key string) (p placed, ok bool) {
	found := g.pattern.FindStringSubmatch(key)
	if found == nil {
		return placed{}, false
	}
	group := func(name string) string {
		if i := g.pattern.SubexpIndex(name); i >= 0 {
			return found[i]
		}
		return ""
	}
	p = placed{id: group(groupSession), part: group(groupPart)}
	p.key = p.id
	if tenant := group(groupTenant); tenant != "" {
		p.key = tenant + "/" + p.id
	}
	return p, p.id != ""
}

// fields are what the other groups of the key pattern see in a key that it matches.
func (g *grouper) fields(key string) map[string]string {
	out := map[string]string{}
	found := g.pattern.FindStringSubmatch(key)
	for i, name := range g.pattern.SubexpNames() {
		if name != "" && name != groupSession && name != groupPart && found[i] != "" {
			out[name] = found[i]
		}
	}
	return out
}

func (g *grouper) groupByPattern() {
	near := map[string][]string{} // what sidecars are named like → keys of the recordings of files that are, too
	for _, sc := range g.sidecars {
		of, _ := sidecarOf(sc.Key)
		near[of] = nil
	}
	var all []placed
	for i, obj := range g.files {
		p, ok := g.match(obj.Key)
		if !ok {
			g.skip(obj.Key, SkipPattern)
			continue
		}
		p.file = int32(i)
		all = append(all, p)
		for _, name := range [...]string{obj.Key, stem(obj.Key), path.Dir(obj.Key)} {
			if keys, ok := near[name]; ok && len(keys) < 2 && !slices.Contains(keys, p.key) {
				near[name] = append(keys, p.key)
			}
		}
	}
	g.form(all)
	for i := range g.recordings {
		r := &g.recordings[i]
		r.Fields = g.fields(r.Parts[0].Key)
	}
	for _, sc := range g.sidecars {
		var r *Recording
		if p, ok := g.match(sc.Key); ok {
			r = g.find(p.key)
		}
		if of, _ := sidecarOf(sc.Key); r == nil && len(near[of]) == 1 {
			r = g.find(near[of][0])
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
	named := map[string]bool{} // what sidecars may describe → whether a file has that key or stem (rule 1)
	for _, sc := range g.sidecars {
		of, _ := describes(sc.Key)
		named[of] = false
	}
	dirs := map[string]bool{}      // every directory that holds a file at some depth
	partsOnly := map[string]bool{} // directories whose files are all named like parts (rule 5)
	for _, obj := range g.files {
		for _, name := range [...]string{obj.Key, stem(obj.Key)} {
			if _, ok := named[name]; ok {
				named[name] = true
			}
		}
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
	described := g.place(ofFile, ofDir, partsOnly)
	for i := range g.recordings {
		for _, sc := range described[g.recordings[i].Key] {
			g.attach(&g.recordings[i], sc)
		}
	}
}

// place forms the recordings by rules 1 to 6, and returns the sidecars of those that have some.
func (g *grouper) place(ofFile, ofDir map[string][]replay.Object, partsOnly map[string]bool) (described map[string][]replay.Object) {
	described = map[string][]replay.Object{}
	used := map[string]bool{} // directories of sidecars
	byName := findNamed(g.files)
	all := make([]placed, 0, len(g.files))
	for i, obj := range g.files {
		part, named := byName.parts[obj.Key]
		if !named && byName.dirs[parent(obj.Key)] {
			g.skip(obj.Key, SkipForeign) // pictures of canvases, lists of requests
			continue
		}
		own, name := ofFile[obj.Key], stem(obj.Key)
		if name != obj.Key {
			own = slices.Concat(own, ofFile[name])
		}
		p := placed{key: obj.Key, id: path.Base(name), file: int32(i)} // rules 1 and 6
		if named && !part.dir {
			p.key, p.id = part.key, part.session // rule 4
		} else if len(own) == 0 {
			if dir, session := place(obj.Key, ofDir, byName.dirs, partsOnly); dir != "" {
				p.key, p.id, own = dir, session, ofDir[dir]
				used[dir] = true
			}
		}
		all = append(all, p)
		for _, sc := range own {
			if !slices.Contains(described[p.key], sc) {
				described[p.key] = append(described[p.key], sc)
			}
		}
	}
	g.form(all)
	for dir, scs := range ofDir {
		if !used[dir] { // every file below has a sidecar of its own
			for _, sc := range scs {
				g.skip(sc.Key, SkipOrphan)
			}
		}
	}
	return described
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
