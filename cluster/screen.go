package cluster

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Screens: a path becomes a template in two steps. The first looks at one path alone: segments that are numbers,
// identifiers, dates or slugs with numbers by their shape. The second looks at all paths: first segments that are
// languages are left out (locale.go), and many siblings under one parent that carry the same controls are one screen with
// a name in its path ("/author/:name"). What the first step
// folds needs no memory, so that a shop with a million numbered products is one screen from the start.

// Names of folded segments.
const (
	paramID   = ":id"
	paramDate = ":date"
	paramSlug = ":slug"
	paramName = ":name" // learned from siblings
)

const (
	// maxSegments bounds a template; what lies deeper is one more "…". Real routes end at eight or so.
	maxSegments = 12
	// maxSegment bounds the bytes of one literal segment; longer ones are tokens.
	maxSegment = 48
)

// routeMark is the segment that stands before a route in the fragment: "/#/cart" is routeMark and "cart".
const routeMark = "#"

// splitPath cuts a path into its segments, without its query. Empty segments, and a file name that servers show for a
// folder, are left out, so that "/a", "/a/" and "/a//index.html" are one. A route in the fragment counts as the rest of
// the path, because for applications that route there it is the only name of their screens; their home page is the page
// itself.
func splitPath(path string) []string {
	path, _ = cutQuery(path)
	page, fragment, _ := strings.Cut(path, "#")
	segments := splitPage(page)
	if route := strings.TrimPrefix(fragment, "!"); strings.HasPrefix(route, "/") {
		if below := splitPage(route); len(below) > 0 {
			segments = append(append(segments, routeMark), below...)
		}
	}
	return segments
}

// cutQuery takes the query off a path. Readers leave only the parameters that the settings list because they tell screens
// apart, always in one order.
func cutQuery(path string) (rest, query string) {
	i := strings.IndexByte(path, '?')
	if i < 0 {
		return path, ""
	}
	rest, query = path[:i], path[i:]
	if end := strings.IndexByte(query, '#'); end >= 0 {
		rest, query = rest+query[end:], query[:end]
	}
	if query == "?" || strings.Contains(query, "/") { // values are escaped
		query = ""
	}
	return rest, query
}

func splitPage(path string) []string {
	var segments []string
	for s := range strings.SplitSeq(path, "/") {
		if s != "" {
			segments = append(segments, s)
		}
	}
	if n := len(segments); n > 0 && isIndexFile(segments[n-1]) {
		segments = segments[:n-1]
	}
	return segments
}

func isIndexFile(s string) bool {
	switch strings.ToLower(s) {
	case "index.html", "index.htm", "index.php", "index.jsp", "default.aspx":
		return true
	}
	return false
}

// isPath tells URL paths from the names of native screens, which are taken as they are.
func isPath(s string) bool { return s == "" || strings.HasPrefix(s, "/") }

func joinPath(segments []string) string { return "/" + strings.Join(segments, "/") }

// shapeOf folds what a path alone shows. Rules come first. ruled means that a rule named the screen and nothing may
// be learned about it.
func (s Settings) shapeOf(path string) (template string, ruled bool) {
	segments := splitPath(path)
	for _, r := range s.Screens {
		if r.match(segments) {
			return r.template(), true
		}
	}
	if !isPath(path) {
		return shapeOfName(path), true
	}
	if len(segments) > maxSegments {
		segments = append(slices.Clone(segments[:maxSegments]), "…")
	}
	for i, g := range segments {
		segments[i] = shapeOfSegment(g)
	}
	_, query := cutQuery(path)
	return joinPath(segments) + query, false
}

// nameDigits is how many digits in a row the name of a native screen must have for them to be an id: "Step 2" and
// "Level 12" are places, "Order 1234" is a thing.
const nameDigits = 3

// shapeOfName folds the ids in the name of a native screen: "Order 1234", "product/77f0a1c2d9", "Chat(8713)". Nothing else
// about such a name is known, so everything else stays.
func shapeOfName(name string) string {
	var b strings.Builder
	word := 0
	flush := func(end int) {
		w := name[word:end]
		if c := countChars(w); c.digits >= nameDigits && shapeOfSegment(w) == paramID {
			w = paramID
		}
		b.WriteString(w)
	}
	for i, r := range name {
		if strings.ContainsRune(" /()[]:,?=&#", r) {
			flush(i)
			b.WriteRune(r)
			word = i + utf8.RuneLen(r)
		}
	}
	flush(len(name))
	return b.String()
}

// shapeOfSegment folds one segment by its shape alone. Short words with a digit ("step-2", "v2", "mp3") stay: they
// name a place more often than a thing, and if they do name things, their siblings show it.
func shapeOfSegment(s string) string {
	c := countChars(s)
	switch {
	case isDate(s):
		return paramDate
	case c.digits == len(s), isUUID(s), strings.Contains(s, "@"), len(s) > maxSegment:
		return paramID
	case c.hex == len(s) && (len(s) >= 8 && c.digits > 0 || len(s) >= 16):
		return paramID
	case c.other == 0 && c.dashes == 0 && c.digits >= 3 && (c.digitsEnd >= 3 || len(s) >= 16):
		return paramID // "p1234", "ABC123", random tokens
	case c.digits >= 3 && c.dashes == 1 && c.digitsEnd >= 3:
		return paramID // "sku-10023"
	case c.digits > 0 && c.dashes >= 2, c.digits >= 2 && len(s) >= 16:
		return paramSlug // "blue-wool-sweater-42"
	}
	return s
}

type chars struct{ digits, digitsEnd, hex, letters, dashes, other int }

func countChars(s string) chars {
	var c chars
	for i := range len(s) {
		b := s[i] | 0x20
		switch {
		case s[i] >= '0' && s[i] <= '9':
			c.digits++
			c.hex++
			c.digitsEnd++
			continue
		case b >= 'a' && b <= 'f':
			c.hex++
			c.letters++
		case b >= 'g' && b <= 'z':
			c.letters++
		case s[i] == '-' || s[i] == '_':
			c.dashes++
		default:
			c.other++
		}
		c.digitsEnd = 0
	}
	return c
}

// isUUID tells 8-4-4-4-12 hexadecimal digits.
func isUUID(s string) bool {
	parts := strings.Split(s, "-")
	if len(parts) != 5 {
		return false
	}
	for i, n := range [...]int{8, 4, 4, 4, 12} {
		if len(parts[i]) != n || countChars(parts[i]).hex != n {
			return false
		}
	}
	return true
}

// isDate tells 2026-11-03 and 2026-11.
func isDate(s string) bool {
	parts := strings.Split(s, "-")
	if len(parts) != 2 && len(parts) != 3 {
		return false
	}
	for i, p := range parts {
		if countChars(p).digits != len(p) || (i == 0) != (len(p) == 4) || i > 0 && len(p) != 2 {
			return false
		}
	}
	return parts[0] >= "1900" && parts[0] < "2200"
}

const (
	// learnSiblings is how many literal siblings must share their controls to be one screen. Fewer are likely to be
	// places of their own (tabs, categories), and showing them apart costs little.
	learnSiblings = 20
	// learnNumbered is the same for siblings with a number in their name ("lamp-4", "room7"), which are things more often
	// than places. Fewer are as likely the steps of a
	// form, which share a button too.
	learnNumbered = 5
	// learnAnyway is how many siblings are one screen even without a shared control: nobody reads a list with 200
	// rows of the same page.
	learnAnyway = 200
	// learnBeside is how many literal siblings are enough beside a sibling that its shape already folded
	// ("/p/:slug" beside "/p/blue-sweater"): a few named places ("new", "search") are normal there.
	learnBeside = 5
	// learnShared is the share of siblings on which a control must have been pressed. Not every visitor presses
	// something, so a third of the pages is much for controls that belong to one page kind.
	learnShared = 0.3
	// learnLocal is the share of a control's screens that must lie among the siblings: the controls of the header are
	// everywhere and say nothing.
	learnLocal = 0.8
	// learnBusy: a sibling with so many times the median's visits that shares no control is a place of its own
	// ("/user/settings" among the user names).
	learnBusy = 10
)

// fold says that the literal children of a prefix are one screen, except some.
type fold struct {
	param    string
	numbered bool // only names with a digit
	keep     map[string]bool
}

// of returns what a literal segment becomes.
func (f fold) of(segment string) string {
	if f.param == "" || strings.HasPrefix(segment, ":") || f.keep[segment] || f.numbered && countChars(segment).digits == 0 {
		return segment
	}
	return f.param
}

// templates are what was learned. The zero value has learned nothing. Safe for concurrent use.
type templates struct {
	settings Settings
	locales  locales
	folds    map[string]fold // by folded prefix, "" for the root
	ruled    map[string]bool // shapes that a rule named
}

// of returns the template of a path, also of one that was never seen.
func (t *templates) of(path string) string {
	shape, ruled := t.settings.shapeOf(path)
	if ruled {
		return shape
	}
	return t.ofShape(shape)
}

func (t *templates) ofShape(shape string) string {
	template, _ := t.placed(shape)
	return template
}

// placed returns the template of a shape and the language that its path named, "" for none.
func (t *templates) placed(shape string) (template, locale string) {
	if len(t.folds) == 0 && len(t.locales) == 0 || !isPath(shape) || t.ruled[shape] {
		return shape, ""
	}
	_, query := cutQuery(shape)
	segments, locale := t.locales.cut(splitPath(shape))
	for i, s := range segments {
		segments[i] = t.folds[strings.Join(segments[:i], "/")].of(s)
	}
	return joinPath(segments) + query, locale
}

// seen is what learning knows of one shape.
type seen struct {
	shape  string
	ruled  bool // by a rule; nothing is learned about it
	visits int
	keys   []string // controls that were pressed on it, without repeats
}

// entry is a shape that something is learned from.
type entry struct {
	seen
	segments []string
}

// learn finds the languages, then the folds, parents before children. Its result depends on the set of screens only.
func learn(settings Settings, screens []seen) *templates {
	t := &templates{settings: settings, folds: map[string]fold{}, ruled: map[string]bool{}}
	var entries []entry
	deepest := 0
	for _, s := range screens {
		if s.ruled || !isPath(s.shape) {
			t.ruled[s.shape] = true
			continue
		}
		e := entry{s, splitPath(s.shape)}
		deepest = max(deepest, len(e.segments))
		entries = append(entries, e)
	}
	t.locales = learnLocales(entries)
	for i := range entries {
		entries[i].segments, _ = t.locales.cut(entries[i].segments)
	}
	everywhere := map[string]int{} // screens per control
	for _, e := range entries {
		for _, k := range e.keys {
			everywhere[k]++
		}
	}
	for depth := range deepest {
		parents := map[string]map[string]*sibling{}
		for _, e := range entries {
			if len(e.segments) <= depth {
				continue
			}
			prefix := strings.Join(e.segments[:depth], "/")
			children := parents[prefix]
			if children == nil {
				children = map[string]*sibling{}
				parents[prefix] = children
			}
			name := e.segments[depth]
			c := children[name]
			if c == nil {
				c = &sibling{name: name, keys: map[string]int{}}
				children[name] = c
			}
			c.visits += e.visits
			for _, k := range e.keys {
				c.keys[k]++
			}
		}
		for prefix, children := range parents {
			if f, ok := foldOf(children, everywhere, prefix == ""); ok {
				t.folds[prefix] = f
			}
		}
		for _, e := range entries {
			if len(e.segments) > depth {
				e.segments[depth] = t.folds[strings.Join(e.segments[:depth], "/")].of(e.segments[depth])
			}
		}
	}
	return t
}

// sibling is one child of a prefix with everything below it.
type sibling struct {
	name   string
	visits int
	keys   map[string]int // screens at or below it per control
}

// foldOf decides about the children of one prefix. Below the root every control is local, so sharing says nothing.
func foldOf(children map[string]*sibling, everywhere map[string]int, root bool) (fold, bool) {
	var literal []*sibling
	param := ""
	total := map[string]int{}  // screens per control among all children
	owners := map[string]int{} // children per control
	for _, name := range slices.Sorted(maps.Keys(children)) {
		c := children[name]
		switch {
		case !strings.HasPrefix(name, ":"):
			literal = append(literal, c)
		case param == "" && name != paramDate:
			param = name
		}
		for k, n := range c.keys {
			total[k] += n
			owners[k]++
		}
	}
	local := map[string]bool{}
	for k, n := range total {
		onParam := param != "" && children[param].keys[k] > 0
		common := float64(owners[k]) >= learnShared*float64(len(children))
		if (common || onParam) && owners[k] > 1 && float64(n) >= learnLocal*float64(everywhere[k]) {
			local[k] = true
		}
	}
	sharing, numbered, sharingNumbered := 0, 0, 0
	for _, c := range literal {
		shares, number := c.shares(local), countChars(c.name).digits > 0
		if shares {
			sharing++
		}
		if number {
			numbered++
		}
		if shares && number {
			sharingNumbered++
		}
	}
	onlyNumbered := false
	switch {
	case len(literal) >= learnAnyway:
	case !root && len(local) > 0 && len(literal) >= learnSiblings && float64(sharing) >= learnShared*float64(len(literal)):
	case !root && param != "" && sharing >= learnBeside:
	case !root && numbered >= learnNumbered && float64(sharingNumbered) >= learnShared*float64(numbered):
		onlyNumbered = true
	default:
		return fold{}, false
	}
	return fold{param: cmp.Or(param, paramName), numbered: onlyNumbered, keep: different(literal, local)}, true
}

func (s *sibling) shares(keys map[string]bool) bool {
	for k := range s.keys {
		if keys[k] {
			return true
		}
	}
	return false
}

// different lists the siblings that stay places of their own: busy ones whose controls are others.
func different(literal []*sibling, local map[string]bool) map[string]bool {
	visits := make([]int, len(literal))
	for i, c := range literal {
		visits[i] = c.visits
	}
	slices.Sort(visits)
	median := visits[len(visits)/2]
	keep := map[string]bool{}
	for _, c := range literal {
		if len(c.keys) > 0 && !c.shares(local) && c.visits >= learnBusy*max(median, 1) {
			keep[c.name] = true
		}
	}
	return keep
}
