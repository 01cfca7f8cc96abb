package openreplay

import (
	"encoding/binary"
	"fmt"
)

// sent is one message before it is written.
type sent struct {
	typ    uint64
	fields []any // uint64 or int (u), int64 (i), string, bool
}

// msg makes a message; its fields must be those of the table.
func msg(typ uint64, fields ...any) sent {
	want := kinds[typ].fields
	if kinds[typ].own { // length is written by body
		want = want[:1] + want[2:]
	}
	if len(fields) != len(want) {
		panic(fmt.Sprintf("BUG: message %d has the fields %q, not %v", typ, want, fields))
	}
	return sent{typ, fields}
}

func uvarint(dst []byte, v uint64) []byte { return binary.AppendUvarint(dst, v) }

func (m sent) values(fields []any, kinds string) []byte {
	var b []byte
	for i, f := range fields {
		switch v := f.(type) {
		case int:
			if kinds[i] == 'i' {
				b = binary.AppendVarint(b, int64(v))
			} else {
				b = uvarint(b, uint64(v))
			}
		case int64:
			b = binary.AppendVarint(b, v)
		case uint64:
			b = uvarint(b, v)
		case string:
			b = append(uvarint(b, uint64(len(v))), v...)
		case bool:
			b = append(b, map[bool]byte{true: 1}[v])
		default:
			panic(fmt.Sprintf("BUG: field %T", f))
		}
	}
	return b
}

// body is what stands behind type and size.
func (m sent) body() []byte {
	spec := kinds[m.typ].fields
	if !kinds[m.typ].own {
		return m.values(m.fields, spec)
	}
	inner := m.values(m.fields[1:], spec[2:])
	b := m.values(m.fields[:1], spec)
	return append(uvarint(b, uint64(len(inner))), inner...)
}

// indexed writes messages with their indexes, which count from first.
func indexed(first uint64, list []sent) []byte {
	var b []byte
	for i, m := range list {
		b = binary.LittleEndian.AppendUint64(b, first+uint64(i))
		b = append(uvarint(b, m.typ), m.body()...)
	}
	return b
}

// plain writes messages one after the other.
func plain(list []sent) []byte {
	var b []byte
	for _, m := range list {
		b = append(uvarint(b, m.typ), m.body()...)
	}
	return b
}

// moments splits messages before a moment: batches begin with a time.
func moments(list []sent, at ...int) [][]sent {
	var out [][]sent
	from := 0
	for i, m := range list {
		if len(at) > 0 && m.typ == typeTimestamp && m.fields[0].(int) == t0+at[0] {
			out, from, at = append(out, list[from:i]), i, at[1:]
		}
	}
	return append(out, list[from:])
}

// batched writes a batch as a tracker sends it.
func batched(version int, first uint64, at int, list []sent) []byte {
	b := append(uvarint(nil, typeBatch), msg(typeBatch, version, 0, first, int64(at), "https://shop.example/?q=secret").body()...)
	for _, m := range list {
		body := m.body()
		b = uvarint(b, m.typ)
		if !isMobile(m.typ) {
			b = append(b, byte(len(body)), byte(len(body)>>8), byte(len(body)>>16))
		}
		b = append(b, body...)
	}
	return b
}

const (
	headerPlain = "\xff\xff\xff\xff\xff\xff\xff\xff"
	headerRaw   = "\xff\xff\xff\xff\xff\xff\xff\xfe"
)

const t0 = 1_760_000_000_000 // ms

// shopDOM is the page part of a visit: a page is loaded, a field filled in, a button pressed three times without an
// answer, a list is turned over, a frame and a component come, and the person goes to another view and loads it anew.
func shopDOM() []sent {
	at := func(ms int) sent { return msg(typeTimestamp, t0+ms) }
	return []sent{
		at(0), msg(typeTabData, "tab-1"),
		msg(typeLocation, "https://shop.example/cart?token=secret#top", "https://shop.example/", t0-500, "Cart"),
		msg(typeViewportSize, 1200, 800), msg(typeVisibility, false), msg(typeViewportScroll, 0, 0),
		msg(typeCreateDocument), msg(typeSetAttribute, 0, "lang", "en"),
		msg(typeCreateElement, 1, 0, 0, "HEAD", false),
		msg(typeCreateElement, 2, 1, 0, "STYLE", false), msg(typeCreateText, 3, 2, 0), msg(typeCSSURL, 3, "main{margin:0}", "https://shop.example/"),
		msg(typeCreateElement, 4, 1, 1, "LINK", false), msg(typeSetAttribute, 4, "rel", "stylesheet"),
		msg(typeAttributeURL, 4, "href", "/main.css?v=1", "https://shop.example/cart"),
		msg(typeCreateElement, 5, 0, 1, "BODY", false),
		msg(typeCreateElement, 6, 5, 0, "MAIN", false),
		msg(typeCreateElement, 7, 6, 0, "H1", false), msg(typeCreateText, 8, 7, 0), msg(typeSetText, 8, "Your cart"),
		msg(typeCreateElement, 9, 6, 1, "INPUT", false), msg(typeSetAttribute, 9, "type", "text"), msg(typeSetAttribute, 9, "id", "coupon"),
		msg(typeInputValue, 9, "OLDsecret", 0),
		msg(typeCreateElement, 10, 6, 2, "INPUT", false), msg(typeSetAttribute, 10, "type", "checkbox"), msg(typeInputChecked, 10, false),
		msg(typeCreateElement, 11, 6, 3, "BUTTON", false), msg(typeDict, "a", "class"), msg(typeDict, "b", "pay primary"),
		msg(typeAttrDict, 11, "a", "b"), msg(typeCreateText, 12, 11, 0), msg(typeSetText, 12, "Pay"),
		msg(typeCreateElement, 13, 6, 4, "UL", false),
		msg(typeCreateElement, 14, 13, 0, "LI", false), msg(typeCreateText, 15, 14, 0), msg(typeSetText, 15, "Shoes"),
		msg(typeCreateElement, 16, 13, 1, "LI", false), msg(typeCreateText, 17, 16, 0), msg(typeSetText, 17, "Hat 0171 2345678"),
		msg(typeCreateElement, 18, 6, 5, "IFRAME", false),
		msg(typeCreateElement, 19, 6, 6, "MY-RATING", false),
		msg(typeCreateElement, 20, 6, 7, "svg", true), msg(typeCreateElement, 21, 20, 0, "linearGradient", true),
		msg(57, 0, "Font", "url(f.woff2)", ""), msg(49, -1, -1, 5, 6),
		at(250), msg(typeTabData, "tab-1"),
		msg(typeFrameDocument, 18, 30), msg(typeCreateElement, 31, 30, 0, "HTML", false), msg(typeCreateElement, 32, 31, 0, "BODY", false),
		msg(typeCreateElement, 33, 32, 0, "BUTTON", false), msg(typeCreateText, 34, 33, 0), msg(typeSetText, 34, "In frame"),
		msg(typeFrameDocument, 19, 40), msg(typeCreateElement, 41, 40, 0, "BUTTON", false), msg(typeSetAttribute, 41, "aria-label", "Five stars"),
		msg(typeSheetOwner, 15, 40), msg(typeSheetInsertURL, 15, "button{color:red}", 0, ""),
		msg(typeSheetInsert, 16, ".pay{color:blue}", 0), msg(typeSheetOwner, 16, 2), msg(typeSheetInsert, 16, ".x{}", 1), msg(typeSheetDelete, 16, 0),
		at(1000), msg(typeTabData, "tab-1"), msg(typeMouseMove, 300, 200),
		at(1200), msg(typeTabData, "tab-1"), msg(typeFocus, 9), msg(typeMouseMove, 310, 220),
		msg(typeClick, 9, 120, "Coupon", "#coupon", 2500, 2700),
		at(1500), msg(typeTabData, "tab-1"), msg(typeInputValue, 9, "Xsecret", 0), msg(typeInputValue, 9, "Xsecret", 0),
		at(1700), msg(typeTabData, "tab-1"), msg(typeInputValue, 9, "", 12),
		at(1900), msg(typeTabData, "tab-1"), msg(typeInputValue, 9, "", -1), msg(typeInputChecked, 10, true),
		at(2000), msg(typeTabData, "tab-1"), msg(typeFocus, -1), msg(typeMouseMove, 400, 300),
		msg(typeClick, 11, 0, "Pay", "button.pay", 3300, 3700),
		at(2300), msg(typeTabData, "tab-1"), msg(typeClick, 11, 0, "Pay", "button.pay", 3300, 3700),
		at(2500), msg(typeTabData, "tab-1"), msg(typeClickOld, 11, 0, "Pay", "button.pay"),
		at(2600), msg(typeTabData, "tab-1"), msg(typeClick, 33, 0, "In frame", "button", 0, 0), msg(typeClick, 41, 0, "Five stars", "button", 0, 0),
		msg(typeClick, 9999, 0, "Gone jane@example.com", "div > a.gone", 0, 0),
		at(3000), msg(typeTabData, "tab-1"),
		msg(typeMoveNode, 16, 13, 0), msg(typeRemoveNode, 14), msg(typeSetText, 17, "Hat"), msg(typeSetAttribute, 11, "class", "pay primary"),
		msg(typeSetAttribute, 11, "disabled", ""), msg(typeRemoveAttribute, 11, "title"), msg(typeCreateElement, 22, 13, 1, "LI", false),
		msg(typeCreateText, 23, 22, 0), msg(typeSetText, 23, "Gift"),
		at(3500), msg(typeTabData, "tab-1"), msg(typeViewportScroll, 0, 400), msg(typeNodeScroll, 13, 0, 20), msg(typeViewportSize, 1000, 800),
		msg(typeSelection, 8, 8, "secret words"), msg(typeSelection, 0, 0, ""), msg(typeLongFrame, "long-animation-frame", 420, 300, 0, 0, "[]"),
		at(4000), msg(typeTabData, "tab-1"), msg(typeLocation, "https://shop.example/cart/done?order=secret", "", 0, "Thank you"), msg(typeVisibility, true),
		at(5000), msg(typeTabData, "tab-1"), msg(typeLocation, "https://shop.example/cart/done?order=secret", "", t0+4900, "Thank you"),
		msg(typeCreateDocument), msg(typeCreateElement, 1, 0, 0, "BODY", false), msg(typeCreateElement, 2, 1, 0, "P", false),
		msg(typeCreateText, 3, 2, 0), msg(typeSetText, 3, "Thank you"),
		at(5500), msg(typeTabData, "tab-2"), msg(typeLocation, "https://shop.example/help", "", t0+5400, "Help"), msg(typeViewportSize, 1200, 800),
		msg(typeCreateDocument), msg(typeCreateElement, 1, 0, 0, "BODY", false),
		at(5600), msg(typeTabData, "tab-1"), msg(typeMouseMove, 10, 10), msg(typeMouseMove, 2, 2),
	}
}

// shopDevtools is what lies beside it.
func shopDevtools() []sent {
	return []sent{
		msg(typeTimestamp, t0+100), msg(typeTabData, "tab-1"),
		msg(typeResource, t0-400, 90, 1, 2, 3, 4, "https://shop.example/app.js?v=secret", "script", 1, false, 0, 0, 0, 0, 0, 0, 0),
		msg(typeResource, t0-300, 90, 1, 2, 3, 4, "https://shop.example/api/cart", "fetch", 1, false, 0, 0, 0, 0, 0, 0, 0),
		msg(typeConsole, "log", "secret token"), msg(121, "add", "{secret}", 3, 4), msg(48, "query", "Cart", "{secret}", "{secret}", 12),
		msg(typeTimestamp, t0+2200), msg(typeTabData, "tab-1"),
		msg(typeRequest, "fetch", "POST", "https://shop.example/api/pay?card=secret", `{"body":"secret"}`, `{"body":"secret"}`, 500, t0+2010, 180, 99),
		msg(typeRequestOld, "axios", "GET", "https://api.example/rates", "", "", 200, t0+2100, 50),
		msg(typeConsole, "error", "TypeError: x is undefined\n at secret.js"),
		msg(typeException, "Error", "boom", "[]", "{}"),
		msg(typeCustom, "checkout_failed", `{"mail":"secret"}`),
	}
}

// shopMobile is a visit of an application.
func shopMobile() []sent {
	return []sent{
		msg(typeMobileBatch, t0, 0, 0),
		msg(typeMobileScreen, t0, 0, 0, 390, 844), msg(typeMobileView, t0+10, "Cart", "CartView", true),
		msg(typeMobilePerf, t0+20, "memoryUsage", 12345),
		msg(typeMobileTap, t0+1000, "UIButton 'Pay'", 100, 700),
		msg(typeMobileTap, t0+1200, "UIButton 'Pay'", 101, 701),
		msg(typeMobileTap, t0+1400, "UIButton 'Pay'", 100, 700),
		msg(typeMobileRequest, t0+1500, "request", "POST", "https://api.example/pay?card=secret", "secret", "secret", 503, 400),
		msg(typeMobileLog, t0+1510, "error", "pay failed"), msg(typeMobileLog, t0+1511, "info", "secret"),
		msg(typeMobileSwipe, t0+2000, "UITableView", 200, 300, "up"),
		msg(typeMobileInput, t0+3000, "secret", false, "Name"), msg(typeMobileInput, t0+3100, "***", true, "PIN"),
		msg(typeMobileTap, t0+3200, "UITextView 'secret words'", 10, 20), msg(typeMobileTap, t0+3300, "Help", 10, 20),
		msg(typeMobilePerf, t0+4000, "background", 1), msg(typeMobilePerf, t0+6000, "background", 0),
		msg(typeMobileView, t0+6100, "Done", "DoneView", true), msg(typeMobileEvent, t0+6200, "paid", "{secret}"),
		msg(109, t0+6300, "query", "Cart", "{secret}", "{secret}", 5),
		msg(typeMobileCrash, t0+6400, "NSRangeException", "index 5 beyond bounds", "secret"),
	}
}
