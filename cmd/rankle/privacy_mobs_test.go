package main

import "encoding/binary"

// mobs writes messages as OpenReplay stores them, sorted by its server: {type, fields}... Strings carry their length,
// numbers are LEB128, booleans one byte.
func mobs(messages ...[]any) []byte {
	b := []byte("\xff\xff\xff\xff\xff\xff\xff\xff")
	for _, m := range messages {
		for _, field := range m {
			switch v := field.(type) {
			case int:
				b = binary.AppendUvarint(b, uint64(v))
			case bool:
				b = append(b, map[bool]byte{true: 1}[v])
			case string:
				b = append(binary.AppendUvarint(b, uint64(len(v))), v...)
			}
		}
	}
	return b
}

// openReplay is a page with secrets in all messages that have room for them.
func openReplay() []byte {
	const start = 1700000000000
	s := secrets
	list := [][]any{
		{0, start},
		{122, "https://shop.example/u/" + s["mail in a path"] + "?t=" + s["query of the page"] + "#" + s["fragment of the page"], "", start - 10, "Mail for " + s["mail in the title"]},
		{5, 800, 600}, {7}, {8, 1, 0, 0, "BODY", false},
		{8, 2, 1, 0, "INPUT", false}, {12, 2, "type", "text"}, {12, 2, "value", s["value attribute of a field"]}, {18, 2, s["typed text"], 0},
		{8, 3, 1, 1, "TEXTAREA", false}, {9, 4, 3, 0}, {14, 4, s["text of a textarea"]},
		{8, 5, 1, 2, "BUTTON", false}, {9, 6, 5, 0}, {14, 6, "Call " + s["phone on a button"] + " or " + s["mail in a label"]},
		{8, 7, 1, 3, "A", false}, {60, 7, "href", "/orders?session=" + s["query of a link"], "https://shop.example/"}, {12, 7, "aria-label", "Order of " + s["mail in an aria-label"]},
		{8, 8, 1, 4, "SCRIPT", false}, {9, 9, 8, 0}, {14, 9, s["script on the page"]},
		{0, start + 1000}, {18, 2, s["typed mail"], 0}, {14, 6, "Now " + s["mail in changed text"]}, {113, 6, 6, s["typed text"]},
		{27, "checkout", s["payload of a custom event"]}, {28, s["identified user"]}, {30, "user", s["identified user"]},
		{22, "log", s["console argument"]}, {121, "login", s["console argument"], 0, 0},
		{112, 2, s["typed text"], false, s["mail in a label"], 0, 0},
		{0, start + 1500}, {122, "https://shop.example/next?x=" + s["query of a route change"], "", 0, ""},
	}
	for i := range 5 {
		list = append(list, []any{0, start + 2000 + 300*i}, []any{20, 100, 100}, []any{68, 5, 0, "Call " + s["phone on a button"], "#call", 0, 0})
	}
	return mobs(append(list,
		[]any{83, "fetch", "POST", "https://api.example/pay?k=" + s["query of a request"], `{"headers":"` + s["request header"] + s["request body"] + `"}`, s["response body"], 500, start + 3100, 200, 9},
		[]any{22, "error", "Payment of " + s["mail in an error"] + " failed: https://api.example/pay?k=" + s["query in an error"]},
		[]any{68, 999, 0, "Gone: " + s["mail in a label"], "a[title='" + s["mail in a label"] + "']", 0, 0},
		[]any{0, start + 9000}, []any{20, 1, 1})...)
}

// openReplayApp is the same of a native application, whose messages carry their length.
func openReplayApp() []byte {
	const start = 1700000000000
	s := secrets
	at := 0
	message := func(typ int, fields ...any) []any {
		at += 100
		return []any{typ, start + at, len(mobs(fields)) - 8, fields}
	}
	var list [][]any
	for _, m := range [][]any{
		message(96, 0, 0, 400, 800), message(98, "Account", "AccountView", true),
		message(101, s["typed text"], false, "For "+s["mail in a label"]), message(100, "UITextView '"+s["text of a textarea"]+"'", 10, 10),
		message(100, "UIButton 'Call "+s["phone on a button"]+"'", 100, 170), message(100, "UIButton 'Call "+s["phone on a button"]+"'", 100, 170),
		message(100, "UIButton 'Call "+s["phone on a button"]+"'", 100, 170), message(106, "UILabel '"+s["mail on the page"]+"'", 10, 10, "left"),
		message(105, "request", "POST", "https://api.example/pay?k="+s["query of a request"], s["request body"], s["response body"], 500, 90),
		message(103, "error", "no account "+s["mail in an error"]), message(103, "info", s["console argument"]),
		message(93, "checkout", s["payload of a custom event"]), message(94, s["identified user"]), message(109, "query", "Cart", s["request body"], s["response body"], 5),
	} {
		list = append(list, append(m[:3:3], m[3].([]any)...))
	}
	return mobs(list...)
}
