package cluster

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"maps"
	"slices"
	"strings"

	"github.com/rankle/rankle/cluster/friction"
)

// group is a unit after screens have become templates: everything about one control (or one whole screen) and family.
type group struct {
	key      string // issueKey
	template string
	subject  string // see subjectOf, "" for a whole screen
	family   Family
	target   friction.Target
	labels   map[string]map[string]int // by language of the path
	kinds    map[string]int
	tries    []try     // one per session, sorted
	episodes []episode // by session, start
	silent   []tap
	units    []*unit  // that it is made of
	screens  []string // templates that have it
	crowd    crowd
	joint    joint   // what its labels were joined by, 0 = they are one
	sureness float64 // of its identity, weighed by weight
	weight   int
}

// groupKey identifies a group.
type groupKey struct {
	template, subject string
	family            Family
}

// isSurface tells things that are no controls.
func (g *group) isSurface() bool {
	return g.family == FamilyControl && g.subject != "" && !isControl(g.target.Kind)
}

// keyDigits of base32 are 60 bits: two of a million issues share a key once in two million applications.
const keyDigits = 12

// issueKey names a group. It depends on nothing but what the group is, so that it survives re-runs, new data and
// releases for as long as screen and control do.
func issueKey(k groupKey) string {
	sum := sha256.Sum256([]byte(k.template + "\x00" + k.subject + "\x00" + string(k.family)))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:keyDigits]
}

// groups turns units into groups, sorted by key.
func (b *Builder) groups(t *templates, each Each) (all []*group, j *joins) {
	units := slices.SortedFunc(maps.Keys(b.units), b.compareUnits)
	template := map[int32]int32{} // by shape, both interned
	controls := map[spotKey]friction.Target{}
	j = b.joined(t)
	for _, k := range units {
		if _, ok := template[k.shape]; !ok {
			template[k.shape] = b.names.id(t.ofShape(b.names.list[k.shape]))
		}
		if k.family == controlID && k.target != 0 {
			at := spotKey{template: b.names.list[template[k.shape]]}
			at.subject = j.subject(at.template, b.names.list[k.target])
			controls[at] = surest(controls[at], b.units[k].target)
		}
	}
	j.templates = components(controls)
	byKey := map[groupKey]*group{}
	for _, k := range units {
		gk := j.groupOf(b.names.list[template[k.shape]], b.names.list[k.target], families[k.family])
		g := byKey[gk]
		if g == nil {
			g = &group{key: issueKey(gk), template: gk.template, subject: gk.subject, family: gk.family, labels: map[string]map[string]int{}, kinds: map[string]int{}}
			byKey[gk] = g
		}
		g.joint = max(g.joint, j.sure[spotKey{b.names.list[template[k.shape]], gk.subject}])
		_, locale := t.placed(b.names.list[k.shape])
		g.take(b.units[k], b.names.list, template[k.shape], locale)
	}
	all = slices.SortedFunc(maps.Values(byKey), func(x, y *group) int {
		return cmp.Or(cmp.Compare(x.key, y.key), cmp.Compare(x.template, y.template), cmp.Compare(x.subject, y.subject))
	})
	each(len(all), func(i int) {
		g := all[i]
		g.gather()
		g.tries = mergeTries(g.tries)
		slices.SortFunc(g.episodes, compareEpisodes)
		g.target.Label = g.label()
		if k := mostFrequent(g.kinds); k != "" {
			g.target.Kind = friction.Kind(k)
		}
	})
	return all, j
}

// take adds a unit.
func (g *group) take(u *unit, names []string, template int32, locale string) {
	g.target = surest(g.target, u.target)
	for l, n := range u.labels {
		if g.labels[locale] == nil {
			g.labels[locale] = map[string]int{}
		}
		g.labels[locale][names[l]] += int(n)
	}
	for k, n := range u.kinds {
		g.kinds[string(k)] += int(n)
	}
	for i := range u.tries {
		u.tries[i].template = template
	}
	for i := range u.episodes {
		u.episodes[i].template = template
	}
	for i := range u.silent {
		u.silent[i].template = template
	}
	n := len(u.tries) + len(u.episodes)
	g.sureness += float64(n) * min(u.target.Certainty, g.joint.sureness())
	g.weight += n
	g.units = append(g.units, u)
	if t := names[template]; !slices.Contains(g.screens, t) {
		g.screens = append(g.screens, t)
	}
}

// gather makes one list of the rows of all units, which have none afterwards.
func (g *group) gather() {
	defer func() {
		for _, u := range g.units {
			u.tries, u.episodes, u.silent = nil, nil, nil
		}
	}()
	if len(g.units) == 1 {
		u := g.units[0]
		g.tries, g.episodes, g.silent = u.tries, u.episodes, u.silent
		return
	}
	tries, episodes, silent := 0, 0, 0
	for _, u := range g.units {
		tries, episodes, silent = tries+len(u.tries), episodes+len(u.episodes), silent+len(u.silent)
	}
	g.tries, g.episodes, g.silent = make([]try, 0, tries), make([]episode, 0, episodes), make([]tap, 0, silent)
	for _, u := range g.units {
		g.tries, g.episodes, g.silent = append(g.tries, u.tries...), append(g.episodes, u.episodes...), append(g.silent, u.silent...)
	}
}

func (b *Builder) compareUnits(x, y unitKey) int {
	n := b.names.list
	return cmp.Or(cmp.Compare(n[x.shape], n[y.shape]), cmp.Compare(n[x.target], n[y.target]), cmp.Compare(x.family, y.family))
}

func compareEpisodes(x, y episode) int {
	if x.session != y.session { // as for nearly all
		return cmp.Compare(x.session, y.session)
	}
	return cmp.Or(cmp.Compare(x.start, y.start), cmp.Compare(x.end, y.end),
		cmp.Compare(x.pattern, y.pattern), cmp.Compare(x.verdict, y.verdict), cmp.Compare(x.reason, y.reason),
		cmp.Compare(x.x, y.x), cmp.Compare(x.y, y.y), cmp.Compare(x.confidence, y.confidence))
}

// mergeTries joins the tries of one session on several screens that became one template.
func mergeTries(tries []try) []try {
	slices.SortFunc(tries, func(x, y try) int {
		if x.session != y.session {
			return cmp.Compare(x.session, y.session)
		}
		return cmp.Or(cmp.Compare(uint32(x.at), uint32(y.at)), cmp.Compare(x.gestures, y.gestures),
			cmp.Compare(x.known, y.known), cmp.Compare(x.answered, y.answered), cmp.Compare(x.x, y.x), cmp.Compare(x.y, y.y), cmp.Compare(x.down, y.down))
	}) // as unsigned, -1 (no known outcome) comes last
	out := tries[:0]
	for _, t := range tries {
		n := len(out)
		if n == 0 || out[n-1].session != t.session {
			out = append(out, t)
			continue
		}
		to := &out[n-1]
		to.known, to.answered = add16(to.known, int32(t.known)), add16(to.answered, int32(t.answered))
		to.gestures = add16(to.gestures, int32(t.gestures))
		if to.x < 0 {
			to.x, to.y, to.down, to.template = t.x, t.y, t.down, t.template
		}
	}
	return out
}

// commonShare is how often the most frequent label must be seen to be the name of a control; below it the label is
// content (a product, a person) and would mislead.
const commonShare = 0.5

// label names the control of a group in the language in which it was pressed most and has a name.
func (g *group) label() string {
	total := func(locale string) (n int) {
		for _, k := range g.labels[locale] {
			n += k
		}
		return n
	}
	locales := sortedKeys(g.labels)
	slices.SortStableFunc(locales, func(x, y string) int { return -cmp.Compare(total(x), total(y)) })
	for _, locale := range locales {
		if l := commonLabel(g.labels[locale]); l != "" {
			return l
		}
		if l := commonWords(sortedKeys(g.labels[locale])); g.joint == byContent && l != "" {
			return l
		}
	}
	if g.joint == byLanguage && len(locales) > 0 { // that the paths do not tell
		return topLabel(g.labels[locales[0]])
	}
	return ""
}

// topLabel is the label that was seen most often.
func topLabel(labels map[string]int) string {
	best := ""
	for _, l := range sortedKeys(labels) {
		if l != "" && (best == "" || labels[l] > labels[best]) {
			best = l
		}
	}
	return best
}

// commonWords is what the labels of most rows say: the words that they begin and end with, "…" for what lies between.
func commonWords(labels []string) string {
	labels = rowsOf(labels)
	if labels == nil {
		return ""
	}
	begin := strings.Fields(labels[0])
	end := slices.Clone(begin)
	for _, l := range labels[1:] {
		words := strings.Fields(l)
		n := 0
		for n < min(len(begin), len(words)) && begin[n] == words[n] {
			n++
		}
		begin = begin[:n]
		n = 0
		for n < min(len(end), len(words)) && end[len(end)-1-n] == words[len(words)-1-n] {
			n++
		}
		end = end[len(end)-n:]
	}
	return strings.TrimSpace(strings.Join(begin, " ") + " … " + strings.Join(end, " "))
}

// commonLabel is the label that names a control: the most frequent one, or what is left of it without amounts
// ("Pay €12.50" and "Pay €8.00" are "Pay").
func commonLabel(labels map[string]int) string {
	if l := mostFrequent(labels); l != "" {
		return l
	}
	words := map[string]int{}
	for l, n := range labels {
		if l = labelTemplate(l); l == string(numberMark) {
			l = ""
		}
		words[l] += n
	}
	return mostFrequent(words)
}

func mostFrequent(labels map[string]int) string {
	best, total := topLabel(labels), 0
	for _, n := range labels {
		total += n
	}
	if float64(labels[best]) < commonShare*float64(total) {
		return ""
	}
	return best
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}

func sortedPairs(m map[[2]string]int) [][2]string {
	return slices.SortedFunc(maps.Keys(m), func(x, y [2]string) int {
		return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1]))
	})
}
