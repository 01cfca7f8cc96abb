package replay

import "testing"

func TestMaskText(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"", ""},
		{"Add to cart", "Add to cart"},
		{"€89.00", "€89.00"},
		{"1,299.00 €", "1,299.00 €"},
		{"2024", "2024"},
		{"7×24", "7×24"},
		{"2024-05-17 12:30", "2024-05-17 12:30"},
		{"17.05.2024", "17.05.2024"},
		{"version 1.2.3", "version 1.2.3"},
		{"Order 12345", "Order *****"},
		{"Order #4711234 shipped", "Order #******* shipped"},
		{"mail jane.doe+x@example.co.uk now", "mail *@* now"},
		{"<jane@example.com>", "<*@*>"},
		{"me@localhost", "*@*"},
		{"a＠b.example", "*@*"},
		{"follow @janedoe", "follow @*"},
		{"2 @ 5", "2 @ 5"},
		{"4111 1111 1111 1111", "**** **** **** ****"},
		{"4111-1111-1111-1111", "****-****-****-****"},
		{"+49 170 5556677", "+** *** *******"},
		{"(030) 123 4567", "(***) *** ****"},
		{"0170/5556677", "****/*******"},
		{"tel 555 123 4567", "tel *** *** ****"},
		{"١٢٣٤٥٦", "******"},
		{"\xff12345", "\uFFFD*****"},
	} {
		if got := MaskText(tc.in); got != tc.want {
			t.Errorf("MaskText(%q) = %q, want %q", tc.in, got, tc.want)
		}
		if once := MaskText(tc.in); MaskText(once) != once {
			t.Errorf("MaskText(%q) is not stable", tc.in)
		}
	}
}

func TestSplitURL(t *testing.T) {
	for _, tc := range []struct{ in, host, path string }{
		{"https://shop.example/cart?token=x#top", "shop.example", "/cart"},
		{"https://u:p@Shop.Example:8080", "shop.example:8080", "/"},
		{"https://shop.example/#/cart?x=1", "shop.example", "/#/cart"},
		{"https://shop.example/app#!/cart/42", "shop.example", "/app#!/cart/42"},
		{"https://shop.example/app#section", "shop.example", "/app"},
		{"//cdn.example/a.js", "cdn.example", "/a.js"},
		{"/cart;jsessionid=ABC?x", "", "/cart"},
		{"?page=2", "", "/"},
		{"#", "", "/"},
		{"", "", "/"},
		{"about:blank", "", "about:"},
		{"data:text/html,secret", "", "data:"},
		{"mailto:jane@example.com", "", "mailto:"},
		{"https://x.example/u/jane@example.com/orders/123456", "x.example", "/u/*/orders/*"},
		{"https://x.example/u/jane%40example.com", "x.example", "/u/*"},
		{"https://x.example/p/42", "x.example", "/p/42"},
		{"https://x.example/p/lamp-7", "x.example", "/p/lamp-7"},
		{"https://x.example/s/0196e180-73bd-7b72-869b-35ee20bbbcd1", "x.example", "/s/*"},
		{"https://x.example/r/9f86d081884c7d659a2feaa0c55ad015", "x.example", "/r/*"},
		{"https://x.example/blog/top-10-shoes-of-2024-for-running", "x.example", "/blog/top-10-shoes-of-2024-for-running"},
	} {
		if host, path := SplitURL(tc.in); host != tc.host || path != tc.path {
			t.Errorf("SplitURL(%q) = %q, %q, want %q, %q", tc.in, host, path, tc.host, tc.path)
		}
	}
}

// FuzzMask: masking is stable and leaves no mail address and no run of five digits behind.
func FuzzMask(f *testing.F) {
	for _, s := range []string{"a@b.c 12345", "(030) 123 4567", "4111 1111 1111 1111", "\xff@1", "2024-05-17"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := MaskText(s)
		if again := MaskText(got); again != got {
			t.Fatalf("not stable: %q -> %q -> %q", s, got, again)
		}
		run := 0
		for i := 0; i < len(got); i++ {
			if got[i] >= '0' && got[i] <= '9' {
				run++
			} else {
				run = 0
			}
			if run >= 5 {
				t.Fatalf("digits left: %q -> %q", s, got)
			}
		}
		_, path := SplitURL(s)
		if MaskPath(path) != path {
			t.Fatalf("path not stable: %q -> %q -> %q", s, path, MaskPath(path))
		}
	})
}
