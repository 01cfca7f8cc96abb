package cluster

import (
	"strings"
	"unicode"
)

// The subject of a unit is the key of its control (friction.ControlKey) without what changes while the control stays: the
// amounts, dates, times and counters of its label, and the hashed part of its test id. "Pay €12.50" and "Pay 1.299 EUR",
// "Cart" and "Cart (3)", "Mon, 3 Nov" and "Tue, 4 Nov" are one control each.

// subjectOf returns the subject of a control's key.
func subjectOf(key string) string {
	role, rest, ok := strings.Cut(key, "|")
	if !ok {
		return key
	}
	if strings.HasPrefix(rest, "test:") || strings.HasPrefix(rest, "id:") {
		return role + "|" + withoutHashes(rest)
	}
	name, rest, _ := strings.Cut(rest, "|")
	at := strings.LastIndexByte(rest, '|')
	if at < 0 {
		return key
	}
	return role + "|" + withoutHashes(name) + "|" + labelTemplate(rest[:at]) + "|" + rest[at+1:]
}

// slotOf takes the label out of a subject. What is left, its role, name and place, is the subject of the same control where
// its label is not known. ok is false for subjects that rest on an id, and for those without a place.
func slotOf(subject string) (slot, label string, ok bool) {
	role, rest, _ := strings.Cut(subject, "|")
	if strings.HasPrefix(rest, "test:") || strings.HasPrefix(rest, "id:") {
		return "", "", false
	}
	name, rest, _ := strings.Cut(rest, "|")
	at := strings.LastIndexByte(rest, '|')
	if at < 0 || rest[at+1:] == "" {
		return "", "", false
	}
	return role + "|" + name + "||" + rest[at+1:], rest[:at], true
}

// numberMark stands for a run of digits in keys, as friction.ControlKey writes them.
const numberMark = '#'

// withoutHashes replaces the parts of an id that a build tool makes: those with two separate runs of digits between
// letters, such as 3xK9a. One run is how people number things.
func withoutHashes(id string) string {
	if strings.Count(id, string(numberMark)) < 2 {
		return id
	}
	parts := strings.FieldsFunc(id, isJoint)
	for _, p := range parts {
		if strings.Count(p, string(numberMark)) >= 2 && strings.ContainsFunc(p, unicode.IsLetter) {
			id = strings.Replace(id, p, string(numberMark), 1)
		}
	}
	return id
}

func isJoint(r rune) bool { return strings.ContainsRune("-_:. ", r) }

// labelTemplate leaves out what is content in a label; of a label that is content only, numberMark stays.
func labelTemplate(label string) string {
	if !strings.ContainsFunc(label, isNumeral) {
		return label
	}
	words := strings.Fields(label)
	amount := func(i int) bool { return i >= 0 && i < len(words) && isAmount(words[i]) }
	var kept []string
	for i, w := range words {
		switch {
		case amount(i):
		case (amount(i-1) || amount(i+1)) && (isCalendar(w) || isCurrency(w) || !strings.ContainsFunc(w, unicode.IsLetter)):
		default:
			kept = append(kept, w)
		}
	}
	if len(kept) == 0 {
		return string(numberMark)
	}
	return strings.Join(kept, " ")
}

func isNumeral(r rune) bool { return r == numberMark || unicode.IsDigit(r) }

// isAmount tells words that are a number, with the signs and the unit that are written without a blank: "#,#.#", "€#",
// "(#)", "#:#", "#pm", "#%".
func isAmount(word string) bool {
	if !strings.ContainsFunc(word, isNumeral) {
		return false
	}
	unit := strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, word))
	return unit == "" || isWord(unit, units) || isCurrency(unit) || isCalendar(unit)
}

func isWord(w, list string) bool { return strings.Contains(list, " "+w+" ") }

// units are written right behind a number.
const units = " am pm h m s min sec k st nd rd th x px kg g km cm mm ml l gb mb "

// isCurrency tells the signs and the codes of the currencies that most shops sell in.
func isCurrency(word string) bool {
	return isWord(strings.ToLower(word), " eur usd gbp chf jpy cny inr brl mxn cad aud sek nok dkk pln czk rub try krw kr zł r$ us$ ")
}

// isCalendar tells the names of months and days in English, German, French, Spanish, Italian, Portuguese and Dutch, whole
// or cut to three letters and more.
func isCalendar(word string) bool {
	w := strings.ToLower(strings.Trim(word, ".,;:()"))
	if isWord(w, " mo di mi do fr sa so de of uhr am pm ") {
		return true
	}
	return len(w) >= 3 && strings.Contains(calendar, " "+w)
}

const calendar = " january february march april may june july august september october november december" +
	" januar februar märz mai juni juli oktober dezember" +
	" janvier février mars avril juin juillet août septembre octobre novembre décembre" +
	" enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre" +
	" gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre" +
	" janeiro fevereiro março maio junho julho setembro outubro dezembro" +
	" januari februari maart mei augustus" +
	" monday tuesday wednesday thursday friday saturday sunday" +
	" montag dienstag mittwoch donnerstag freitag samstag sonntag" +
	" lundi mardi mercredi jeudi vendredi samedi dimanche" +
	" lunes martes miércoles jueves viernes sábado domingo" +
	" lunedì martedì mercoledì giovedì venerdì sabato domenica" +
	" segunda terça quarta quinta sexta" +
	" maandag dinsdag woensdag donderdag vrijdag zaterdag zondag "
