package rrweb

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/testdata/demo"
)

// plainly reads a text event by event through Scan and the twin, and returns the session and what Scan met.
func plainly(t testing.TB, text []byte, opt Options) (*replay.Session, Tally) {
	t.Helper()
	b := NewBuilder(opt)
	b.read = twin{&b.facts}.read
	tally, err := Scan(bytes.NewReader(text), opt, b.Add)
	if err != nil && err != ErrFull {
		t.Fatal(err)
	}
	return b.Session("s", "rrweb"), tally
}

// agree reads a text in place, with a Builder that has read others before, as a whole and through a small window, and compares
// with the plain way.
func agree(t testing.TB, b *Builder, name string, text []byte, opt Options) {
	t.Helper()
	want, met := plainly(t, text, opt)
	for _, most := range []int{windowBytes, 300} {
		b.Reset(opt)
		b.most = most
		tally, err := b.Scan(context.Background(), bytes.NewReader(text), len(text))
		if err != nil && err != ErrFull {
			t.Fatal(err)
		}
		got := b.Session("s", "rrweb")
		if tally != met {
			t.Fatalf("%s, window of %d: met %+v, want %+v", name, most, tally, met)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%s, window of %d: the session differs: %s", name, most, difference(got, want))
		}
	}
}

// difference names the first part of two sessions that is not equal.
func difference(got, want *replay.Session) string {
	g, w := reflect.ValueOf(*got), reflect.ValueOf(*want)
	for i := range g.NumField() {
		x, y := g.Field(i), w.Field(i)
		if reflect.DeepEqual(x.Interface(), y.Interface()) {
			continue
		}
		name := g.Type().Field(i).Name
		if x.Kind() != reflect.Slice || x.Len() != y.Len() {
			return fmt.Sprintf("%s: %d and %d", name, length(x), length(y))
		}
		for j := range x.Len() {
			if !reflect.DeepEqual(x.Index(j).Interface(), y.Index(j).Interface()) {
				return fmt.Sprintf("%s[%d] = %+v, want %+v", name, j, x.Index(j), y.Index(j))
			}
		}
	}
	return "nowhere"
}

func length(v reflect.Value) int {
	if v.Kind() == reflect.Slice {
		return v.Len()
	}
	return 1
}

// recordings calls f with the text of every n-th recording of the demo and of the corpus, and of all real ones at hand.
func recordings(t testing.TB, n int, f func(name string, text []byte)) {
	t.Helper()
	fixtures := os.Getenv("RANKLE_FIXTURES")
	if fixtures == "" {
		fixtures = filepath.Join("..", "..", "..", "shared", "fixtures")
	}
	seen := 0
	for dir, fsys := range map[string]fs.FS{"demo": demo.Bucket(), "corpus": os.DirFS("../../testdata/corpus/bucket"), "fixtures": os.DirFS(fixtures)} {
		_ = fs.WalkDir(fsys, ".", func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return nil // fixtures that are not here
			}
			base := strings.TrimSuffix(name, ".gz")
			if !strings.HasSuffix(base, "json") && !strings.HasSuffix(base, ".js") && !strings.HasSuffix(base, "jsonl") || strings.HasSuffix(base, ".meta.json") {
				return nil
			}
			if seen++; dir != "fixtures" && seen%n != 0 {
				return nil
			}
			text, err := fs.ReadFile(fsys, name)
			if err == nil && base != name {
				var z *gzip.Reader
				if z, err = gzip.NewReader(bytes.NewReader(text)); err == nil {
					text, err = io.ReadAll(z)
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			f(dir+"/"+name, text)
			return nil
		})
	}
}

// TestTwin: what is read in place, in one pass, is what the plain way reads.
func TestTwin(t *testing.T) {
	b := NewBuilder(Options{})
	n, every := 0, 5
	if testing.Short() {
		every = 40
	}
	recordings(t, every, func(name string, text []byte) {
		agree(t, b, name, text, Options{})
		n++
	})
	if n < 10 {
		t.Fatalf("only %d recordings", n)
	}
}

// TestTwinVariants: the same JSON with its members in any order, with white space, and with escapes.
func TestTwinVariants(t *testing.T) {
	b := NewBuilder(Options{})
	recordings(t, 150, func(name string, text []byte) {
		v, err := parse(text)
		if err != nil || len(text) > 1<<20 {
			return // lines, or long
		}
		for style, w := range writers() {
			agree(t, b, name+" "+style, w.append(nil, v, 0), Options{})
		}
	})
}

// writer writes values in one of the ways in which programs write JSON.
type writer struct {
	order  func([]member) // of members
	indent string
	escape bool // everything that may be
}

func writers() map[string]writer {
	r := rand.New(rand.NewPCG(1, 2))
	none := func([]member) {}
	shuffled := func(m []member) { r.Shuffle(len(m), func(i, j int) { m[i], m[j] = m[j], m[i] }) }
	sorted := func(m []member) {
		slices.SortStableFunc(m, func(x, y member) int { return strings.Compare(x.name, y.name) })
	}
	return map[string]writer{
		"sorted":   {order: sorted},
		"shuffled": {order: shuffled},
		"pretty":   {order: none, indent: "  "},
		"escaped":  {order: none, escape: true},
		"all":      {order: shuffled, indent: "\t", escape: true},
	}
}

func (w writer) append(dst []byte, v value, depth int) []byte {
	line := func() {
		if w.indent != "" {
			dst = append(append(dst, '\n'), strings.Repeat(w.indent, depth+1)...)
		}
	}
	switch v.kind {
	case '"':
		return w.quote(dst, v.text)
	case '{':
		members := slices.Clone(v.members)
		w.order(members)
		dst = append(dst, '{')
		for i, m := range members {
			if i > 0 {
				dst = append(dst, ',')
			}
			line()
			dst = append(w.quote(dst, m.name), ':')
			if w.indent != "" {
				dst = append(dst, ' ')
			}
			dst = w.append(dst, m.value, depth+1)
		}
		return append(dst, '}')
	case '[':
		dst = append(dst, '[')
		for i, e := range v.elems {
			if i > 0 {
				dst = append(dst, ',')
			}
			line()
			dst = w.append(dst, e, depth+1)
		}
		return append(dst, ']')
	}
	return append(dst, v.raw...)
}

func (w writer) quote(dst []byte, s string) []byte {
	if !w.escape {
		return appendString(dst, s)
	}
	dst = append(dst, '"')
	for i, r := range s {
		if r < 0x10000 && (i%3 == 0 || r < ' ' || r == '"' || r == '\\') {
			dst = fmt.Appendf(dst, "\\u%04x", r)
		} else {
			dst = append(dst, string(r)...)
		}
	}
	return append(dst, '"')
}

// FuzzTwin: the two ways agree on any bytes, within small limits as well.
func FuzzTwin(f *testing.F) {
	seeds := []string{
		metaAt(0, "https://x/") + pageAt(10, "p", "a") + clickAt(20, 4),
		"[" + at(10, 3, `{"source":1,"positions":[{"x":1,"y":2.5,"id":4,"timeOffset":-450},{"x":1e2,"y":null}]}`) + "]",
		at(10, 3, `{"source":0,"texts":[{"id":5,"value":"a\u00e9"}],"attributes":[{"id":4,"attributes":{"class":"x","style":{"a":"b"},"hidden":null}}],"removes":[{"parentId":3,"id":4}],"adds":[{"parentId":3,"nextId":null,"node":{"type":3,"textContent":"x","id":9}}]}`),
		`{"events":[{"data":{"adds":[],"source":0},"timestamp":1700000000000,"type":3}]}`, `["w",{"type":3,"timestamp":1,"data":{"source":"5","id":"4","text":"abc"}}]`,
		`{"type":3,"data":{"source":2,"type":2,"id":4,"x":-0,"y":01},"timestamp":17,"windowId":"w","_sid":3}`,
		`{"type":3,"data":{"events":[{"type":4,"timestamp":5,"data":{"href":"/"}}]},"timestamp":17}`,
	}
	for _, s := range seeds {
		f.Add([]byte(s), 0)
		f.Add([]byte(s), 3)
	}
	recordings(f, 300, func(_ string, text []byte) {
		f.Add(text[:min(len(text), 8<<10)], 0)
	})
	b := NewBuilder(Options{})
	f.Fuzz(func(t *testing.T, text []byte, limit int) {
		opt := Options{MaxDepth: 200}
		if limit > 0 {
			opt.MaxChanges, opt.MaxDepth, opt.MaxEvents = limit, 3+limit, 4*limit
			if len(text) < textPerNode { // a longer one allows for more nodes, and the plain way does not know how long it is
				opt.MaxNodes = limit
			}
		}
		agree(t, b, "fuzz", text, opt)
	})
}
