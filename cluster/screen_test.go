package cluster

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestShape(t *testing.T) {
	for _, c := range []struct{ path, want string }{
		{"", "/"},
		{"/", "/"},
		{"/index.html", "/"},
		{"/shop/", "/shop"},
		{"/shop//index.php", "/shop"},
		{"/shop?page=2#top", "/shop?page=2"}, // readers leave the listed parameters only
		{"/#/cart", "/#/cart"},
		{"/#!/cart/77", "/#/cart/:id"},
		{"/app/index.html#/cart?tab=open", "/app/#/cart?tab=open"},
		{"/#/", "/"},
		{"/shop#reviews", "/shop"},
		{"/product/123", "/product/:id"},
		{"/product/123/reviews", "/product/:id/reviews"},
		{"/u/6f9619ff-8b86-d011-b42d-00c04fc964ff", "/u/:id"},
		{"/c/5f0c9a7be1", "/c/:id"},
		{"/c/facade", "/c/facade"},
		{"/c/deadbeefdeadbeef", "/c/:id"},
		{"/o/p1234", "/o/:id"},
		{"/o/sku-10023", "/o/:id"},
		{"/o/xK29dJ2mQ8vT4zLw", "/o/:id"},
		{"/blog/2026-11-03", "/blog/:date"},
		{"/blog/2026-11/how-to-sell", "/blog/:date/how-to-sell"},
		{"/p/blue-wool-sweater-42", "/p/:slug"},
		{"/p/10-best-sweaters", "/p/:slug"},
		{"/p/blue-wool-sweater", "/p/blue-wool-sweater"},
		{"/checkout/step-2", "/checkout/step-2"},
		{"/api/v2", "/api/v2"},
		{"/convert/mp3", "/convert/mp3"},
		{"/invite/ann@example.com", "/invite/:id"},
		{"/t/" + strings.Repeat("x", 60), "/t/:id"},
		{"/größe/xl", "/größe/xl"},
		{"/" + strings.Repeat("a/", 20), "/a/a/a/a/a/a/a/a/a/a/a/a/…"},
		{"CheckoutActivity", "CheckoutActivity"},
		{"Order 123", "Order :id"},
		{"Step 2", "Step 2"},
		{"product/77f0a1c2d9/reviews", "product/:id/reviews"},
		{"Chat(8713)", "Chat(:id)"},
	} {
		if got, _ := (Settings{}).shapeOf(c.path); got != c.want {
			t.Errorf("%q: %q instead of %q", c.path, got, c.want)
		}
	}
}

func TestShapeIsStable(t *testing.T) {
	for _, path := range []string{"/product/123", "/p/a-b-c-4", "/blog/2026-11-03", "/a/b/c"} {
		once, _ := Settings{}.shapeOf(path)
		if twice, _ := (Settings{}).shapeOf(once); twice != once {
			t.Errorf("%q becomes %q, then %q", path, once, twice)
		}
	}
}

func TestRules(t *testing.T) {
	s := Settings{Screens: []ScreenRule{
		{Match: "/shop/new"},
		{Match: "/shop/:category", Name: "/shop/:category"},
		{Match: "/*/account/**", Name: "/account"},
		{Match: "HomeScreen", Name: "Home"},
	}}
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, want string }{
		{"/shop/new", "/shop/new"},
		{"/shop/shoes", "/shop/:category"},
		{"/shop/shoes/7", "/shop/shoes/:id"},
		{"/de/account", "/account"},
		{"/de/account/orders/4", "/account"},
		{"/de/other", "/de/other"},
		{"HomeScreen", "Home"},
	} {
		if got := (&templates{settings: s}).of(c.path); got != c.want {
			t.Errorf("%q: %q instead of %q", c.path, got, c.want)
		}
	}
	err := Settings{MinPeople: -1, Screens: []ScreenRule{{}, {Match: "/a/**/b"}, {Match: "/a?b=c"}}}.Check()
	for _, part := range []string{"screens[0]", "screens[1]", "screens[2]", "min_people: -1"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not name %s", err, part)
		}
	}
}

// siblings makes n screens under a prefix, on which the given controls were pressed.
func siblings(prefix string, n, visits int, keys ...string) []seen {
	var all []seen
	for i := range n {
		all = append(all, seen{shape: prefix + "/" + word(i), visits: visits, keys: keys})
	}
	return all
}

// word makes a word without digits.
func word(i int) string {
	return string([]byte{'k' + byte(i%13), 'o' + byte(i/13%9), 'n', 'o', 'k' + byte(i/117%13)})
}

func TestLearn(t *testing.T) {
	pages := func(names ...string) (all []seen) {
		for _, n := range names {
			all = append(all, seen{shape: n, visits: 100, keys: []string{"header", n + " button"}})
		}
		return all
	}
	for _, c := range []struct {
		name    string
		screens []seen
		want    map[string]string
	}{
		{"products by name", slices.Concat(siblings("/p", 30, 3, "header", "add to cart"), pages("/", "/cart")),
			map[string]string{"/p/" + word(3): "/p/:name", "/p/never-seen": "/p/:name", "/cart": "/cart", "/p": "/p"}},
		{"too few", siblings("/p", learnSiblings-1, 3, "add to cart"), map[string]string{"/p/" + word(3): "/p/" + word(3)}},
		{"pages share the header only", slices.Concat(siblings("", 40, 3, "header"), siblings("/x", 15, 3, "header")),
			map[string]string{"/" + word(3): "/" + word(3)}},
		{"very many", siblings("", learnAnyway, 1), map[string]string{"/" + word(3): "/:name"}},
		{"beside folded ones", slices.Concat(siblings("/p", 6, 3, "add to cart"),
			[]seen{{shape: "/p/:slug", visits: 50, keys: []string{"add to cart"}}}),
			map[string]string{"/p/" + word(3): "/p/:slug"}},
		{"a place among names", slices.Concat(siblings("/user", 30, 3, "follow"),
			[]seen{{shape: "/user/settings", visits: 500, keys: []string{"save"}}}),
			map[string]string{"/user/" + word(3): "/user/:name", "/user/settings": "/user/settings"}},
		{"numbered things", func() (all []seen) {
			for i := range 6 {
				all = append(all, seen{shape: fmt.Sprint("/p/lamp-", i), visits: 3, keys: []string{"add to cart"}})
			}
			return append(all, seen{shape: "/p/sale", visits: 3, keys: []string{"add to cart"}})
		}(), map[string]string{"/p/lamp-3": "/p/:name", "/p/sofa-9": "/p/:name", "/p/sale": "/p/sale"}},
		{"steps of a form", func() (all []seen) {
			for i := range 4 {
				all = append(all, seen{shape: fmt.Sprint("/checkout/step-", i), visits: 3, keys: []string{"next"}})
			}
			return all
		}(), map[string]string{"/checkout/step-3": "/checkout/step-3"}},
		{"below names", slices.Concat(siblings("/user", 30, 3, "follow"),
			func() (all []seen) {
				for i := range 30 {
					all = append(all, seen{shape: "/user/" + word(i) + "/posts", visits: 2, keys: []string{"like"}})
				}
				return all
			}()),
			map[string]string{"/user/" + word(3) + "/posts": "/user/:name/posts"}},
		{"named by a rule", func() []seen {
			all := siblings("/p", 30, 3, "add to cart")
			all[0].ruled = true
			return all
		}(), map[string]string{"/p/" + word(1): "/p/:name"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			learns(t, c.screens, c.want)
		})
	}
}

// learns checks the templates of paths that are learned from screens, whatever the order these come in.
func learns(t *testing.T, screens []seen, want map[string]string) {
	t.Helper()
	backwards := slices.Clone(screens)
	slices.Reverse(backwards)
	for _, order := range [][]seen{screens, backwards} {
		learned := learn(Settings{}, order)
		for path, want := range want {
			if got := learned.of(path); got != want {
				t.Errorf("%q: %q instead of %q", path, got, want)
			}
		}
	}
}

func FuzzShape(f *testing.F) {
	for _, s := range []string{"/a/1", "", "//", "/?#", "/\xff/é", "Home", fmt.Sprint("/", strings.Repeat("9", 99))} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		got, _ := Settings{}.shapeOf(path)
		if isPath(path) && !strings.HasPrefix(got, "/") {
			t.Errorf("%q: %q is no path", path, got)
		}
		if strings.Contains(got, "//") && isPath(path) || len(got) > len(path)+2*maxSegment+len("…") {
			t.Errorf("%q: %q", path, got)
		}
	})
}
