package cluster

import (
	"maps"
	"slices"
	"strings"
)

// Joins: what one session calls two controls may be one. Controls of one screen that have the same role, name and place in
// the structure of the page and differ in their label only are compared. They are one
//
//   - in several languages: each language of the path, or of the context of the sessions, has one such label, its own;
//   - if their labels are content: as many as paths that are learned to be one screen, each pressed by few;
//   - if the labels were masked in some sessions, and there is one label in the others.
//
// Two labels in one language ("Save", "Cancel") are two controls.

// joins say which group a control belongs to. Safe for concurrent use.
type joins struct {
	subjects  map[spotKey]string // of controls whose label says nothing
	sure      map[spotKey]joint  // what these were joined by, under their new subject
	templates map[spotKey]string // of components, by the subject that they have then
}

// subject returns the subject of a control on a template.
func (j *joins) subject(template, subject string) string {
	if to, ok := j.subjects[spotKey{template, subject}]; ok {
		return to
	}
	return subject
}

// groupOf names the group of a control (or whole screen) on a template.
func (j *joins) groupOf(template, subject string, family Family) groupKey {
	subject = j.subject(template, subject)
	if family == FamilyControl {
		if to, ok := j.templates[spotKey{template, subject}]; ok {
			template = to
		}
	}
	return groupKey{template, subject, family}
}

// joint is why labels were found to be of one control.
type joint uint8

const (
	byMask joint = iota + 1
	byLanguage
	byContent
)

// sureness bounds how sure an identity is that rests on labels being one, 0..1: a masked label may have been another one, a
// place with one label per language hardly is two controls, and content may hide a row of different buttons.
func (j joint) sureness() float64 { return [...]float64{1, 0.6, 0.7, 0.5}[j] }

// sureness is how sure the identity of a problem's controls is, weighed by how much each was used.
func (p *problem) sureness() float64 {
	sum, weight := 0.0, 0
	for _, part := range p.parts {
		if part.group.subject == "" {
			return 1
		}
		sum += part.group.sureness
		weight += part.group.weight
	}
	return sum / float64(max(weight, 1))
}

// unsure is the sureness below which an issue says so: a label is enough, a place on the page is not.
const unsure = 0.6

// notesOf says what makes the identity of a problem's control doubtful.
func notesOf(p *problem, sureness float64) []string {
	if sureness >= unsure {
		return nil
	}
	for _, part := range p.parts {
		switch part.group.joint {
		case byContent:
			return []string{"The labels of this control change with what it belongs to, so buttons beside it may be counted with it; a test id would tell them apart."}
		case byMask:
			return []string{"The label of this control is masked in some sessions, so another control in its place may be counted with it; a test id would tell them apart."}
		}
	}
	return []string{"This control has no id and no readable label and is known by its place on the page, so others may be counted with it, and it may be counted as new when the page changes; a test id would help."}
}

const (
	// joinOwn of a language's presses in one place must be on one label. The rest are pages that were not translated yet.
	joinOwn = 0.9
	// joinMasked of the sessions that press a control without a label must be masked; else it has none, such as an icon
	// beside a button.
	joinMasked = 0.9
)

// pressing counts the sessions that pressed a control, one by one for each shape.
type pressing struct {
	sessions, masked int
	locales          map[string]int
}

// wordings are the labels that one place on a screen had.
type wordings map[string]*pressing

// joined finds the controls that are one. It depends on the set of sessions only.
func (b *Builder) joined(t *templates) *joins {
	slots := map[spotKey]wordings{}
	for k, u := range b.units {
		slot, label, ok := slotOf(b.names.list[k.target])
		if k.family != controlID || !ok {
			continue
		}
		template, locale := t.placed(b.names.list[k.shape])
		at := spotKey{template, slot}
		if slots[at] == nil {
			slots[at] = wordings{}
		}
		p := slots[at][label]
		if p == nil {
			p = &pressing{locales: map[string]int{}}
			slots[at][label] = p
		}
		p.add(b, u, locale)
	}
	j := &joins{subjects: map[spotKey]string{}, sure: map[spotKey]joint{}}
	for at, labels := range slots {
		unlabelled := labels[""]
		delete(labels, "")
		list := slices.Sorted(maps.Keys(labels))
		whole := func(label string) spotKey { return spotKey{at.template, subjectIn(at.subject, label)} }
		switch {
		case len(list) == 1 && unlabelled != nil && float64(unlabelled.masked) >= joinMasked*float64(unlabelled.sessions):
			j.subjects[at] = whole(list[0]).subject
			j.sure[whole(list[0])] = byMask
		case labels.translated():
			for _, l := range list {
				j.subjects[whole(l)] = at.subject
			}
			j.sure[at] = byLanguage
		default:
			for _, l := range labels.content() {
				j.subjects[whole(l)] = at.subject
				j.sure[at] = byContent
			}
		}
	}
	return j
}

// subjectIn puts a label back into the slot that it was taken from.
func subjectIn(slot, label string) string {
	for i, bars := 0, 0; i < len(slot); i++ {
		if slot[i] == '|' {
			if bars++; bars == 2 {
				return slot[:i+1] + label + slot[i+1:]
			}
		}
	}
	return slot
}

func (p *pressing) add(b *Builder, u *unit, locale string) {
	count := func(s int32) {
		p.sessions++
		if locale == "" {
			p.locales[b.names.list[b.sessions[s].language]]++
		} else {
			p.locales[locale]++
		}
		if b.sessions[s].masked {
			p.masked++
		}
	}
	for i := range u.tries {
		count(u.tries[i].session)
	}
	if len(u.tries) == 0 { // a thing that is no control is known by its episodes only
		for i := range u.episodes {
			count(u.episodes[i].session)
		}
	}
}

// rowsOf returns the most labels that say the same of different things: learnSiblings that begin, or end, with the same
// word, or learnNumbered that do both, of three words at least. Nil if there are none.
func rowsOf(labels []string) []string {
	frames := [...]struct {
		of    func(words []string) string
		words int // at least, so that something is left that differs
		rows  int
	}{
		{func(w []string) string { return w[0] }, 2, learnSiblings},
		{func(w []string) string { return w[len(w)-1] }, 2, learnSiblings},
		{func(w []string) string { return w[0] + " " + w[len(w)-1] }, 3, learnNumbered},
	}
	var most []string
	for _, f := range frames {
		by := map[string][]string{}
		for _, l := range labels {
			if words := strings.Fields(l); len(words) >= f.words {
				by[f.of(words)] = append(by[f.of(words)], l)
			}
		}
		for _, k := range sortedKeys(by) {
			if len(by[k]) >= f.rows && len(by[k]) > len(most) {
				most = by[k]
			}
		}
	}
	return most
}

// translated reports whether every label is the one of a language, and there are two at least.
func (w wordings) translated() bool {
	total, best := map[string]int{}, map[string]int{}
	of := map[string]string{}
	for _, l := range slices.Sorted(maps.Keys(w)) {
		for locale, n := range w[l].locales {
			total[locale] += n
			if n > best[locale] {
				best[locale], of[locale] = n, l
			}
		}
	}
	used := map[string]bool{}
	for locale, n := range total {
		if float64(best[locale]) < joinOwn*float64(n) {
			return false
		}
		used[of[locale]] = true
	}
	return len(used) >= 2 && len(used) == len(w)
}

// content lists the labels that are content, as paths are learned to be one screen: many that say the same of different
// things ("Add blue lamp to the cart"), or many that few people pressed each, of which busy ones are controls of their own.
func (w wordings) content() []string {
	if list := rowsOf(slices.Sorted(maps.Keys(w))); list != nil {
		return list
	}
	if len(w) < learnSiblings {
		return nil
	}
	var counts []int
	for _, p := range w {
		counts = append(counts, p.sessions)
	}
	slices.Sort(counts)
	median := counts[len(counts)/2]
	if median >= popSessions && len(w) < learnAnyway {
		return nil // a menu
	}
	var list []string
	for l, p := range w {
		if p.sessions < learnBusy*max(median, 1) {
			list = append(list, l)
		}
	}
	return list
}
