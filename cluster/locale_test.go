package cluster

import (
	"fmt"
	"slices"
	"testing"

	"github.com/rankle/rankle/cluster/friction"
)

func TestIsLocale(t *testing.T) {
	for s, want := range map[string]bool{"de": true, "en-GB": true, "pt_br": true, "zh-Hant": true, "zh-hant-tw": true, "es-419": true,
		"": false, "shop": false, "xx": false, "de-": true, "en-gb-x": false, "de-12": false, "-": false} {
		if got := isLocale(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func TestLocalesAreLearned(t *testing.T) {
	site := func(prefix string, visits int, pages ...string) (all []seen) {
		for _, p := range pages {
			all = append(all, seen{shape: prefix + "/" + p, visits: visits, keys: []string{"key of " + p}})
		}
		return all
	}
	for _, c := range []struct {
		name    string
		screens []seen
		want    map[string]string
	}{
		{"two languages", slices.Concat(site("/de", 9, "cart", "checkout"), site("/fr", 9, "cart", "checkout", "impressum")),
			map[string]string{"/de/checkout": "/checkout", "/fr": "/", "/fr/impressum": "/impressum", "/it/checkout": "/it/checkout"}},
		{"regions", slices.Concat(site("/en-us", 9, "cart", "checkout"), site("/pt-BR", 9, "cart", "checkout")),
			map[string]string{"/en-us/cart": "/cart", "/pt-BR/cart": "/cart"}},
		{"beside the main language", slices.Concat(site("", 99, "cart", "checkout", "p/:id", "blog", "jobs", "team", "press"), site("/de", 9, "cart", "checkout")),
			map[string]string{"/de/checkout": "/checkout", "/checkout": "/checkout"}},
		{"routes in the fragment", slices.Concat(site("/#/de", 9, "cart", "checkout"), site("/#/fr", 9, "cart", "checkout")),
			map[string]string{"/#/fr/cart": "/#/cart"}},
		{"departments", slices.Concat(site("/it", 9, "tickets", "assets", "team"), site("/hr", 9, "leave", "people", "team")),
			map[string]string{"/it/team": "/it/team", "/hr/team": "/hr/team"}},
		{"one alone", site("/de", 9, "cart", "checkout"), map[string]string{"/de/cart": "/de/cart"}},
		{"mostly other pages", slices.Concat(site("/de", 9, "cart", "checkout"), site("/fr", 9, "cart", "checkout"),
			site("/my", 1, "cart", "checkout"), site("/my", 9, "orders", "profile", "addresses")),
			map[string]string{"/my/cart": "/my/cart", "/de/cart": "/cart"}},
		{"named by a rule", func() []seen {
			all := slices.Concat(site("/de", 9, "cart", "checkout"), site("/fr", 9, "cart", "checkout"))
			all[0].ruled, all[1].ruled = true, true
			return all
		}(), map[string]string{"/fr/cart": "/fr/cart"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			learns(t, c.screens, c.want)
		})
	}
}

// TestOneIssueInAllLanguages: what is broken is one issue, however its screen is spelled.
func TestOneIssueInAllLanguages(t *testing.T) {
	var stories []*story
	for n, lang := range []string{"de", "fr", "de", "fr"} {
		stories = append(stories, by(n, fmt.Sprint("user ", n)).on("/"+lang+"/cart").on("/"+lang+"/checkout").trouble(friction.DeadTap, payByID))
	}
	i := one(t, build(Settings{}, stories...))
	equal(t, "screen", i.Screen, "/checkout")
	equal(t, "sessions", i.Sessions, 4)
}

// TestRoutesAreScreens: applications that route in the fragment have more than one screen.
func TestRoutesAreScreens(t *testing.T) {
	r := build(Settings{}, users(1, 3, func(s *story) {
		s.on("/#/cart").trouble(friction.DeadTap, pay).on("/#/checkout").trouble(friction.DeadTap, pay)
	})...)
	got := titles(r)
	slices.Sort(got)
	equal(t, "titles", got, []string{"“Pay now” does nothing on /#/cart", "“Pay now” does nothing on /#/checkout"})
}
