package cluster

import (
	"slices"
	"strings"
)

// Locales: "/de/checkout" and "/fr/checkout" are one screen in two languages. Which first segments are languages is
// learned: a two-letter segment may as well be a department ("/it", "/hr"). They are languages if they look like one and
// the same places lie below them. The language is left out of the template: it says who came, not where they are, and
// sites that show their main language at "/checkout" have the same screen there.

const (
	// localeCodes is how many siblings must be told to be languages: one alone has nothing to be compared with.
	localeCodes = 2
	// localePlaces is how many places of a language must be known from another one. One is shared by accident ("/it/team",
	// "/hr/team"), and a language of which only one place is known is one that nobody came to.
	localePlaces = 2
	// localeShare of the visits below a language must go to places that are known from another one: languages have pages
	// of their own (an imprint, a campaign), but few.
	localeShare = 0.5
)

// languages are the two-letter codes of ISO 639-1 (Library of Congress, code list of 2023).
const languages = " aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz " +
	"ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja " +
	"jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne " +
	"ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su " +
	"sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "

// isLocale tells BCP 47 tags as paths have them: a language, and perhaps a script ("zh-hant") and a region ("pt-BR",
// "en_us", "es-419").
func isLocale(s string) bool {
	parts := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r == '-' || r == '_' })
	if len(parts) == 0 || len(parts) > 3 || len(parts[0]) != 2 || !strings.Contains(languages, " "+parts[0]+" ") {
		return false
	}
	rest := parts[1:]
	if len(rest) > 0 && len(rest[0]) == 4 && countChars(rest[0]).onlyLetters(4) {
		rest = rest[1:]
	}
	switch {
	case len(rest) == 0:
		return true
	case len(rest) > 1:
		return false
	}
	c := countChars(rest[0])
	return len(rest[0]) == 2 && c.onlyLetters(2) || len(rest[0]) == 3 && c.digits == 3
}

// onlyLetters reports whether n counted bytes are all ASCII letters.
func (c chars) onlyLetters(n int) bool { return c.letters == n }

// localeAt is the place at which a language would stand: the first segment of a path or of a route in its fragment.
func localeAt(segments []string) int {
	if len(segments) > 0 && segments[0] == routeMark {
		return 1
	}
	return 0
}

// locales are the segments that were learned to be languages.
type locales map[string]bool

// cut takes the language off the segments; it is "" if there is none.
func (l locales) cut(segments []string) (rest []string, locale string) {
	at := localeAt(segments)
	if len(segments) <= at || !l[segments[at]] {
		return segments, ""
	}
	return slices.Concat(segments[:at], segments[at+1:]), segments[at]
}

// learnLocales finds the languages among all paths. Only what lies directly below one is compared: the names further
// down are often translated.
func learnLocales(entries []entry) locales {
	type place struct{ frame, name string }
	visits := map[string]map[place]int{} // per candidate, "" = paths without one
	owners := map[place]map[string]bool{}
	for _, e := range entries {
		at := localeAt(e.segments)
		code, below := "", at
		if len(e.segments) > at && isLocale(e.segments[at]) {
			code, below = e.segments[at], at+1
		}
		if len(e.segments) <= below {
			continue // the home page of a language is like that of a department
		}
		p := place{strings.Join(e.segments[:at], "/"), e.segments[below]}
		if visits[code] == nil {
			visits[code] = map[place]int{}
		}
		visits[code][p] += max(e.visits, 1)
		if owners[p] == nil {
			owners[p] = map[string]bool{}
		}
		owners[p][code] = true
	}
	found := locales{}
	plain := false
	for code, places := range visits {
		known, shared, all := 0, 0, 0
		for p, n := range places {
			all += n
			if len(owners[p]) > 1 {
				known++
				shared += n
			}
		}
		switch enough := known >= localePlaces && float64(shared) >= localeShare*float64(all); {
		case code == "":
			plain = known >= localePlaces // pages that were never translated do not matter
		case enough:
			found[code] = true
		}
	}
	if len(found) >= localeCodes || len(found) == 1 && plain {
		return found
	}
	return nil
}
