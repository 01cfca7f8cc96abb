package source

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Layout says which stored objects make up one recording.
//
// With a KeyPattern, keys decide: a regular expression in RE2 syntax, matched anywhere in the key unless anchored, with
// the named groups
//
//	session   required: the session; objects with equal session (and tenant) are parts of one recording
//	part      optional: what orders the parts, numbers by value ("2" before "10"); without it the whole key
//	tenant    optional: tells apart equal session ids of several tenants
//	others    Recording.Fields, e.g. user, version, device, channel, plan, date; package manifest reads them
//
// for example `^raw/(?P<date>[0-9-]+)/(?P<session>[^/]+)/(?P<part>[0-9]+)\.json\.gz$`. Keys that do not match are
// passed over and counted.
//
// Without a KeyPattern these rules hold, the first that applies:
//
//  1. "<name>.json" (or .json.gz, .ndjson.zst, ...) with a sidecar "<name>.meta.json" or "<name>.json.meta.json" beside
//     it is one recording.
//  2. A directory with a sidecar ("<dir>.meta.json" beside it, or "meta.json" or "session.meta.json" in it) is one
//     recording, and everything below it is a part.
//  3. "session_id/<id>/..." and "session_id=<id>/..." (also session=): everything below is a part of that session.
//  4. The files of an OpenReplay session are one recording: "<id>/dom.mobs", "<id>/dom.mobe" and "<id>/devtools.mob" (and
//     "<id>/replay.frames.zst", the screens of a native application), "<id>.mobs" and "<id>.mobe", or "<id>", "<id>e" and
//     "<id>devtools" where <id> is a number of twelve digits or more. They are read in this order, with a KeyPattern as
//     well. So are those of a Highlight session, "<id>/session-contents-compressed" with or without "-0001". What else
//     lies in such a directory holds pictures or lists of requests, and is passed over.
//  5. A directory is one recording when the names of all files directly in it are those of parts: "part-3", "chunk_3",
//     "segment.3", "seg-3", "batch-3", "tracker-batch-1774283894797.mob" in any directory, or bare numbers and times ("0", "17", "1751462400000-9f3c",
//     "1751462400000-1751462460000", "1751462400000-_x-Y7z") in a directory whose name looks like an id: eight characters or more with a digit,
//     and not a date. Directories named like a date ("2025-07-02", "20250702", "2025/07/02") or like "key=value" are
//     never sessions by this rule, since batch writers name their files part-0 too.
//  6. Every other file is a recording of its own.
//
// The top of the source is never a session itself. Rules 2 to 5 never reach for numbers in an unnamed place: to merge
// two people's sessions is worse than to see the parts of one session apart, which a KeyPattern or a sidecar mends.
type Layout struct {
	KeyPattern string
	// Ignore lists patterns of path.Match; keys are passed over when the whole key or its last element matches one.
	Ignore []string
}

// ErrPattern marks a Layout whose patterns cannot be used.
var ErrPattern = errors.New("bad key pattern")

// Check reports whether the patterns of l can be used, as Group does.
func (l Layout) Check() error {
	_, err := l.compile()
	return err
}

// The names of key pattern groups that Group itself reads.
const (
	groupSession = "session"
	groupPart    = "part"
	groupTenant  = "tenant"
)

func (l Layout) compile() (*regexp.Regexp, error) {
	for _, p := range l.Ignore {
		if _, err := path.Match(p, ""); err != nil {
			return nil, fmt.Errorf("%w: ignore %q: %v", ErrPattern, p, err)
		}
	}
	if l.KeyPattern == "" {
		return nil, nil
	}
	re, err := regexp.Compile(l.KeyPattern)
	if err != nil {
		return nil, fmt.Errorf("%w: key_pattern %q: %v", ErrPattern, l.KeyPattern, err)
	}
	seen := map[string]bool{}
	for _, name := range re.SubexpNames() {
		if name != "" && seen[name] {
			return nil, fmt.Errorf("%w: key_pattern %q names the group %q twice", ErrPattern, l.KeyPattern, name)
		}
		seen[name] = true
	}
	if !seen[groupSession] {
		return nil, fmt.Errorf("%w: key_pattern %q has no group (?P<session>...)", ErrPattern, l.KeyPattern)
	}
	return re, nil
}

// sidecarSuffix ends the key of a sidecar; bareSidecar is the one of a directory, inside it.
const (
	sidecarSuffix = ".meta.json"
	bareSidecar   = "meta.json"
)

// IsSidecar reports whether a key is that of a sidecar, by its name.
func IsSidecar(key string) bool {
	_, ok := sidecarOf(key)
	return ok
}

// sidecarOf returns the key without its sidecar ending: the stem, key or directory that the sidecar describes.
func sidecarOf(key string) (string, bool) {
	if dir, base := path.Split(key); base == bareSidecar {
		return strings.TrimSuffix(dir, "/"), true
	}
	return strings.CutSuffix(key, sidecarSuffix)
}

// endings are the parts of a file name that say how a recording is stored and not which one it is. A name may carry
// several, e.g. ".json.gz".
var endings = []string{
	".json", ".ndjson", ".jsonl", ".js", ".rrweb", ".events", ".txt", ".bin", ".mob", ".mobs", ".mobe",
	".gz", ".gzip", ".zst", ".zstd", ".zlib", ".br", ".snappy",
}

// stem returns the key without the endings that say how it is stored. A name that is nothing else stays as it is.
func stem(key string) string {
	dir, base := path.Split(key)
	for {
		ext := path.Ext(base)
		if ext == base || !slices.Contains(endings, strings.ToLower(ext)) {
			return key[:len(dir)+len(base)]
		}
		base = strings.TrimSuffix(base, ext)
	}
}

var (
	wordPart   = regexp.MustCompile(`^(?i:(?:part|chunk|segment|seg|batch)[-_.]?[0-9]{1,9}|tracker-batch-[0-9]{1,19})$`)
	numberPart = regexp.MustCompile(`^(?:[0-9]{1,9}|[0-9]{10,19}(?:[-_][0-9A-Za-z_-]{1,40})?)$`)
	datePath   = regexp.MustCompile(`(?:^|/)(?:19|20)[0-9]{2}[-_./]?(?:0[1-9]|1[0-2])(?:[-_./T]?[0-9]{2}){0,4}$`)
	idName     = regexp.MustCompile(`^[0-9A-Za-z_.~-]{8,}$`)
)

// looksLikeID reports whether a directory's name passes for an id (rule 5). Eight characters, because the shortest random
// ids in use have eight, while folder names with a number in them ("week27", "v2", "app1") are mostly shorter.
func looksLikeID(name string) bool {
	return idName.MatchString(name) && strings.ContainsAny(name, "0123456789")
}

// partName reports whether a file called base, in a directory with the path dir, is named like a part of a session.
func partName(dir, base string) bool {
	last := path.Base(dir)
	if dir == "" || datePath.MatchString(dir) || strings.Contains(last, "=") {
		return false
	}
	name := stem(base)
	return wordPart.MatchString(name) || looksLikeID(last) && numberPart.MatchString(name)
}

// declared returns the directory that rule 3 names as a session, and the session, or "".
func declared(key string) (dir, session string) {
	elems := strings.Split(key, "/")
	for i := 0; i < len(elems)-1; i++ {
		if elems[i] == "session_id" && i+2 < len(elems) && elems[i+1] != "" {
			return strings.Join(elems[:i+2], "/"), elems[i+1]
		}
		for _, name := range []string{"session_id=", "session="} {
			if id, ok := strings.CutPrefix(elems[i], name); ok && id != "" {
				return strings.Join(elems[:i+1], "/"), id
			}
		}
	}
	return "", ""
}

// compareNatural orders strings with their runs of digits by value, so that "2" comes before "10"; strings that differ
// only in leading zeros are ordered as text.
func compareNatural(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		dx, dy := digits(x), digits(y)
		if dx == 0 || dy == 0 {
			if x[0] != y[0] {
				return int(x[0]) - int(y[0])
			}
			x, y = x[1:], y[1:]
			continue
		}
		nx, ny := strings.TrimLeft(x[:dx], "0"), strings.TrimLeft(y[:dy], "0")
		if len(nx) != len(ny) {
			return len(nx) - len(ny)
		}
		if c := strings.Compare(nx, ny); c != 0 {
			return c
		}
		x, y = x[dx:], y[dy:]
	}
	if c := len(x) - len(y); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

// digits returns the length of the run of digits at the start of s.
func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}
