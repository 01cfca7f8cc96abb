package inflate

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/flate"
	kgzip "github.com/klauspost/compress/gzip"
)

const roomy = 64 << 20

// texts are inputs that take every way through the decoder: no symbol, one symbol, stored and fixed blocks, short and long
// codes, near and far matches, text like that of recordings.
func texts() map[string][]byte {
	rnd := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 200_000)
	for i := range noise {
		noise[i] = byte(rnd.Uint32())
	}
	skewed := make([]byte, 300_000)
	for i := range skewed {
		skewed[i] = byte(rnd.ExpFloat64() * 3) // lengths of codes up to the longest
	}
	var lines strings.Builder
	for i := range 5000 {
		lines.WriteString(`{"type":3,"data":{"source":2,"id":`)
		lines.WriteString(strings.Repeat("7", rnd.IntN(4)+1))
		lines.WriteString(`},"timestamp":17000`)
		lines.WriteByte(byte('0' + i%10))
		lines.WriteString("}\n")
	}
	far := append(append(bytes.Clone(noise[:300]), make([]byte, 32_000)...), noise[:300]...)
	return map[string][]byte{
		"empty":      {},
		"one byte":   {'x'},
		"zeros":      make([]byte, 1<<20),
		"period 2":   bytes.Repeat([]byte("ab"), 50_000),
		"period 7":   bytes.Repeat([]byte("abcdefg"), 50_000),
		"period 300": bytes.Repeat(noise[:300], 500),
		"noise":      noise,
		"skewed":     skewed,
		"lines":      []byte(lines.String()),
		"far":        far,
		"short":      []byte("{\"type\":4}"),
	}
}

func compress(t testing.TB, text []byte, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGzipGivesTheText(t *testing.T) {
	var d Decoder
	for name, text := range texts() {
		for level := gzip.HuffmanOnly; level <= gzip.BestCompression; level++ {
			packed := compress(t, text, level)
			got, err := d.Gzip(nil, packed, roomy)
			if err != nil || !bytes.Equal(got, text) {
				t.Fatalf("%s, level %d: %d bytes and error %v, want the %d bytes written", name, level, len(got), err, len(text))
			}
		}
	}
}

// Every length from nothing to some hundreds, so that each way of ending is met.
func TestGzipOfEveryLength(t *testing.T) {
	var d Decoder
	text := texts()["lines"]
	for n := range 700 {
		got, err := d.Gzip(nil, compress(t, text[:n], n%10), roomy)
		if err != nil || !bytes.Equal(got, text[:n]) {
			t.Fatalf("%d bytes: %d bytes and error %v", n, len(got), err)
		}
	}
}

func TestZlibGivesTheText(t *testing.T) {
	var d Decoder
	for name, text := range texts() {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := d.Zlib(nil, b.Bytes(), roomy)
		if err != nil || !bytes.Equal(got, text) {
			t.Fatalf("%s: %d bytes and error %v, want the %d bytes written", name, len(got), err, len(text))
		}
		if got, err := d.Zlib(nil, b.Bytes()[:b.Len()-1], roomy); err == nil {
			t.Fatalf("%s, cut: no error, %d bytes", name, len(got))
		}
	}
}

func TestGzipAppendsMembers(t *testing.T) {
	var d Decoder
	a, b := texts()["lines"], texts()["far"]
	packed := append(compress(t, a, 6), compress(t, b, 1)...)
	buf := append(make([]byte, 0, 100), "before "...)
	got, err := d.Gzip(buf, packed, roomy)
	if want := "before " + string(a) + string(b); err != nil || string(got) != want {
		t.Fatalf("%d bytes and error %v, want %d bytes", len(got), err, len(want))
	}
	// A match never reaches into what stood before its own stream.
	reach := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 0x03, 0x02, 0x00, 0, 0, 0, 0, 3, 0, 0, 0}
	if got, err := d.Gzip(buf, reach, roomy); err == nil {
		t.Fatalf("a match before the text gave %q", got)
	}
}

func TestGzipHeaderFields(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Name, w.Comment, w.Extra = "recording.json", "a comment", []byte{1, 2, 3}
	if _, err := w.Write([]byte("text")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var d Decoder
	packed := b.Bytes()
	if got, err := d.Gzip(nil, packed, roomy); err != nil || string(got) != "text" {
		t.Fatalf("%q and error %v", got, err)
	}
	for n := range packed {
		if got, err := d.Gzip(nil, packed[:n], roomy); err == nil {
			t.Fatalf("cut to %d of %d bytes: no error, %q", n, len(packed), got)
		}
	}
}

func TestLimit(t *testing.T) {
	var d Decoder
	for name, text := range texts() {
		packed := compress(t, text, 6)
		if _, err := d.Gzip(make([]byte, 0, 2*len(text)+1000), packed, len(text)); err != nil {
			t.Errorf("%s, limit as long as the text: %v", name, err)
		}
		if len(text) == 0 {
			continue
		}
		if got, err := d.Gzip(nil, packed, len(text)-1); err != ErrTooLarge {
			t.Errorf("%s, limit one byte short: %d bytes and error %v, want %v", name, len(got), err, ErrTooLarge)
		}
		// Room that happens to be there is no permission to use it.
		if got, err := d.Gzip(make([]byte, 0, 2*len(text)+1000), packed, len(text)-1); err != ErrTooLarge {
			t.Errorf("%s, limit one byte short, more room: %d bytes and error %v, want %v", name, len(got), err, ErrTooLarge)
		}
	}
}

// A small object that claims to be huge costs no more than its size allows.
func TestClaimIsNotBelieved(t *testing.T) {
	packed := compress(t, []byte("text"), 6)
	copy(packed[len(packed)-4:], "\xff\xff\xff\x7f")
	var d Decoder
	if n := testing.AllocsPerRun(1, func() { _, _ = d.Gzip(nil, packed, 1<<30) }); n > 1 {
		t.Errorf("%v allocations", n)
	}
	if _, err := d.Gzip(nil, packed, 1<<30); err != ErrFormat {
		t.Errorf("error %v, want %v", err, ErrFormat)
	}
}

// Of a damaged stream there is no text at all, unless the oracle finds it intact too.
func TestDamage(t *testing.T) {
	var d Decoder
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, text := range texts() {
		for _, level := range []int{1, 6} {
			packed := compress(t, text[:min(len(text), 30_000)], level)
			for range 300 {
				bad := bytes.Clone(packed)
				bad[rnd.IntN(len(bad))] ^= 1 << rnd.IntN(8)
				agree(t, &d, bad)
				agree(t, &d, packed[:rnd.IntN(len(packed))])
			}
		}
	}
}

// agree fails unless the Decoder accepts what a streaming reader accepts, with the same text.
func agree(t *testing.T, d *Decoder, packed []byte) {
	t.Helper()
	got, err := d.Gzip(nil, packed, 1<<20)
	if err == ErrTooLarge {
		return
	}
	var want []byte
	r, wantErr := kgzip.NewReader(bytes.NewReader(packed))
	if wantErr == nil {
		want, wantErr = io.ReadAll(io.LimitReader(r, 1<<20+1))
	}
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("error %v, a streaming reader says %v, of %d bytes %x…", err, wantErr, len(packed), packed[:min(len(packed), 64)])
	}
	if err == nil && !bytes.Equal(got, want) {
		t.Fatalf("%d bytes, a streaming reader gives %d", len(got), len(want))
	}
	var pieces Reader
	pieces.Reset(packed)
	part, partErr := io.ReadAll(io.LimitReader(&pieces, 1<<20+1))
	if (partErr == nil) != (err == nil) || err == nil && !bytes.Equal(part, got) {
		t.Fatalf("piece by piece %d bytes and error %v, at once %d and %v", len(part), partErr, len(got), err)
	}
	if n := min(len(part), len(want)); !bytes.Equal(part[:n], want[:n]) {
		t.Fatalf("the text before the damage is another one than a streaming reader's")
	}
}

// TestReaderGivesTheText: in pieces of any size, of several members, and again.
func TestReaderGivesTheText(t *testing.T) {
	var r Reader
	if n, err := r.Read(make([]byte, 8)); n != 0 || err != io.EOF {
		t.Fatalf("before Reset: %d bytes and error %v", n, err)
	}
	for name, text := range texts() {
		long := bytes.Repeat(text, 1+3*readerOut/(len(text)+1)) // longer than what a Reader holds
		for _, level := range []int{gzip.HuffmanOnly, gzip.NoCompression, 1, 6} {
			packed := append(compress(t, long, level), compress(t, text, level)...)
			if claim := Claim(packed); claim > len(text) || claim < min(len(text), len(packed)) {
				t.Errorf("%s: claims %d bytes, the last member has %d", name, claim, len(text))
			}
			for _, read := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.HalfReader} {
				r.Reset(packed)
				got, err := io.ReadAll(read(&r))
				if err != nil || !bytes.Equal(got, append(bytes.Clone(long), text...)) {
					t.Fatalf("%s, level %d: %d bytes and error %v, want %d", name, level, len(got), err, len(long)+len(text))
				}
			}
		}
	}
}

func FuzzGzip(f *testing.F) {
	for _, text := range texts() {
		f.Add(compress(f, text[:min(len(text), 3000)], 6))
	}
	f.Fuzz(func(t *testing.T, packed []byte) {
		var d Decoder
		agree(t, &d, packed)
	})
}

// FuzzDeflate puts the header and checksums right, so that the search is spent on blocks.
func FuzzDeflate(f *testing.F) {
	for _, text := range texts() {
		packed := compress(f, text[:min(len(text), 3000)], 6)
		f.Add(packed[10 : len(packed)-8])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var d Decoder
		var got []byte
		rest, err := d.stream(&got, body, 0, 1<<20)
		if err == ErrTooLarge {
			return
		}
		in := bytes.NewReader(body)
		want, wantErr := io.ReadAll(io.LimitReader(flate.NewReader(in), 1<<20+1))
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("error %v, a streaming reader says %v", err, wantErr)
		}
		if err == nil && (!bytes.Equal(got, want) || len(rest) != in.Len()) {
			t.Fatalf("%d bytes and %d left, a streaming reader gives %d and leaves %d", len(got), len(rest), len(want), in.Len())
		}
	})
}

// TestReuseAllocatesNothing: with room for the text, no allocation.
func TestReuseAllocatesNothing(t *testing.T) {
	var d Decoder
	packed := compress(t, texts()["lines"], 6)
	buf := make([]byte, 0, roomy/16)
	if n := testing.AllocsPerRun(10, func() {
		if _, err := d.Gzip(buf, packed, roomy); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations per object, want none", n)
	}
}
