package rrweb

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/rankle/rankle/replay"
)

// formWith is the body of a page with a form of two fields in rows of their own and a button; each may stand with words.
// Ids count up from 10.
func formWith(form, mail, name, below, attributes string) string {
	id := 9
	next := func() int { id++; return id }
	words := func(s string) string {
		if s == "" {
			return ""
		}
		return fmt.Sprintf(`,{"type":2,"tagName":"span","attributes":{},"id":%d,"childNodes":[{"type":3,"textContent":%q,"id":%d}]}`, next(), s, next())
	}
	row := func(field, attributes, said string) string {
		return fmt.Sprintf(`{"type":2,"tagName":"p","attributes":{},"id":%d,"childNodes":[{"type":2,"tagName":"input","attributes":{"name":%q%s},"id":%d,"childNodes":[]}%s]}`,
			next(), field, attributes, next(), words(said))
	}
	return fmt.Sprintf(`{"type":2,"tagName":"form","attributes":{},"id":4,"childNodes":[%s,%s,{"type":2,"tagName":"button","attributes":{},"id":5,"childNodes":[]}%s]}`,
		row(form+"mail", attributes, mail), row(form+"name", "", name), words(below))
}

// TestReturned: a page on which the form stands again that was sent says what is new in it.
func TestReturned(t *testing.T) {
	press := func(ms, id int) string {
		return at(ms, typeIncremental, fmt.Sprintf(`{"source":2,"type":2,"id":%d,"x":1,"y":1}`, id))
	}
	page := func(ms int, body string) string {
		return strings.Join([]string{at(ms, typeDOMContentLoaded, "{}"), metaAt(ms, "https://x/save"), bodyAt(ms+10, body)}, "\n")
	}
	other := regexp.MustCompile(`"id":(\d+)`)
	swapped := func(ms, old int, form string) string { // what scripts put there in the place of the old form
		form = other.ReplaceAllString(form, fmt.Sprintf(`"id":%d$1`, ms))
		return at(ms, typeIncremental, fmt.Sprintf(`{"source":0,"texts":[],"attributes":[],"removes":[{"parentId":3,"id":%d}],"adds":[{"parentId":3,"nextId":null,"node":%s}]}`, old, form))
	}
	clean := formWith("", "", "9 letters left", "", "")
	for _, x := range []struct {
		name   string
		events []string
		want   string // what each snapshot says: w = words, m = a marked field
	}{
		{"refused", []string{page(0, clean), press(100, 5), page(200, formWith("", "is no address", "9 letters left", "", ""))}, ", w"},
		{"refused by the Enter key in a field", []string{page(0, clean), press(100, 11), page(200, formWith("", "is no address", "", "", ""))}, ", w"},
		{"marked", []string{page(0, clean), press(100, 5), page(200, formWith("", "", "", "", `,"aria-invalid":"true"`))}, ", m"},
		{"marked as right", []string{page(0, clean), press(100, 5), page(200, formWith("", "", "", "", `,"aria-invalid":"false"`))}, ", "},
		{"refused twice for one reason", []string{page(0, clean), press(100, 5), page(200, formWith("", "no", "", "", "")), press(300, 5),
			page(400, formWith("", "no", "", "", ""))}, ", w, w"},
		{"taken, shown again", []string{page(0, clean), press(100, 5), page(200, formWith("", "", "7 letters left", "", ""))}, ", "},
		{"words below the fields", []string{page(0, clean), press(100, 5), page(200, formWith("", "", "9 letters left", "Saved", ""))}, ", "},
		{"a link outside of the form", []string{page(0, clean), press(100, 3), page(200, formWith("", "no", "", "", ""))}, ", "},
		{"another form", []string{page(0, clean), press(100, 5), page(200, formWith("x", "no", "", "", ""))}, ", "},
		{"refused, taken, refused", []string{page(0, clean), press(100, 5), page(200, formWith("", "no", "", "", "")), press(300, 5), page(400, clean),
			press(500, 5), page(600, formWith("", "no", "", "", ""))}, ", w, , w"},
		{"exchanged, refused", []string{page(0, clean), press(100, 5), swapped(200, 4, formWith("", "is no address", "9 letters left", "", ""))}, ", w"},
		{"exchanged twice, marked and refused", []string{page(0, clean), press(100, 5), swapped(200, 4, formWith("", "", "", "", `,"aria-invalid":"true"`)),
			press(300, 2005), swapped(400, 2004, formWith("", "no", "", "", ""))}, ", m, w"},
		{"exchanged, taken", []string{page(0, clean), press(100, 5), swapped(200, 4, formWith("", "", "5 letters left", "", ""))}, ""},
		{"exchanged for another form", []string{page(0, clean), press(100, 5), swapped(200, 4, formWith("x", "no", "", "", ""))}, ""},
		{"exchanged while something else was pressed", []string{page(0, clean), press(100, 3), swapped(200, 4, formWith("", "no", "", "", ""))}, ""},
	} {
		s := read(t, x.events...)
		var said []string
		for _, e := range s.Events {
			if e.Kind != replay.SnapshotEvent {
				continue
			}
			word := ""
			if e.Detail >= 0 {
				for _, c := range s.Mutations[e.Detail].Changes {
					switch {
					case c.Node < 0 || c.Parent < 0 || c.Parent != s.Nodes[c.Node].Parent:
						t.Errorf("%s: %+v lies nowhere", x.name, c)
					case c.Kind == replay.Added && s.Nodes[c.Node].Tag == "#text":
						word += "w"
					case c.Traits&replay.ChangeInvalid != 0 && s.Nodes[c.Node].Tag == "input":
						word += "m"
					}
				}
			}
			said = append(said, word)
		}
		if got := strings.Join(said, ", "); got != x.want {
			t.Errorf("%s: the snapshots say %q, want %q", x.name, got, x.want)
		}
	}
}
