package rrweb

import (
	"bytes"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// FuzzCursor: the cursor takes what the library takes, up to the same place, and reads the same from it.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{`{"a":1}`, `[1,-2.5e3,{"b":[]},"\u00e9\ud83d\ude00\ud800x\n",true,false,null]`, "[1,]", `{"a" 1}`, `"\x"`, "01", "-", "1.", "1e", `"` + "\x01" + `"`,
		" \t\r\n[ 1 , 2 ] x", `"\u12"`, "nul", "12345678", "123456789012345", "1234567890123456", "-0 ", `"\\"`, "\"\xff\\n\"", `{"":{}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d := jsontext.NewDecoder(bytes.NewReader(b), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
		raw, err := d.ReadValue()
		c := newCursor(b, 0)
		ok := c.skip()
		if ok != (err == nil) {
			t.Fatalf("%q: cursor %v, library %v", b, ok, err)
		}
		if !ok {
			return
		}
		if at := int(d.InputOffset()); c.pos != at {
			t.Fatalf("%q ends at %d, not %d", b, at, c.pos)
		}
		v := valueOf(raw)
		c = newCursor(b, 0)
		got := c.text()
		text := b[got.from:][:got.n&^escaped]
		if got.n&escaped != 0 {
			text = appendUnquoted(nil, text, wholeText)
		}
		if string(text) != v.str() {
			t.Fatalf("%q reads as %q, want %q", b, text, v.str())
		}
		c = newCursor(b, 0)
		n, is := c.number()
		if want, whether := v.num(); n != want || is != whether || c.bad {
			t.Fatalf("%q reads as %v %v, want %v %v", b, n, is, want, whether)
		}
		c = newCursor(b, 0)
		if id := c.nodeID(); id != v.id() {
			t.Fatalf("%q is node %d, want %d", b, id, v.id())
		}
	})
}
