package posthog_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/snappy"

	"github.com/rankle/rankle/replay/posthog"
)

const limit = 1 << 20

// lines is a text as PostHog stores it, with repeats near and far so that every kind of element occurs.
func lines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `["0196e180-73bd-7000-8000-%012d",{"type":3,"timestamp":%d,"data":{"text":"%s"}}]`+"\n", i%3, 1751444000000+i*17, strings.Repeat(fmt.Sprint(i), i%40))
	}
	return b.String()
}

func TestNext(t *testing.T) {
	texts := []string{lines(1), lines(3000), lines(40), strings.Repeat("a", 100_000)}
	var object []byte
	var sizes []int64
	for _, text := range texts {
		raw := snappy.Encode(nil, []byte(text))
		sizes = append(sizes, int64(len(raw)))
		object = append(object, raw...)
	}
	r := bufio.NewReaderSize(bytes.NewReader(object), 16)
	for i, want := range texts {
		got, size, err := posthog.Next(r, limit)
		if err != nil || string(got) != want || size != sizes[i] {
			t.Fatalf("block %d: %d bytes of %d, %d of text, %v", i, size, sizes[i], len(got), err)
		}
	}
	if _, _, err := posthog.Next(r, limit); err != io.EOF {
		t.Errorf("after the last block: %v, want io.EOF", err)
	}
}

// A block is all or nothing: cut anywhere, or with its range off by one, nothing of it comes out.
func TestNextDamaged(t *testing.T) {
	raw := snappy.Encode(nil, []byte(lines(30)))
	next := func(b []byte) error {
		_, _, err := posthog.Next(bufio.NewReader(bytes.NewReader(b)), limit)
		return err
	}
	for n := 1; n < len(raw); n++ {
		if err := next(raw[:n]); !errors.Is(err, posthog.ErrBlock) {
			t.Fatalf("cut after %d bytes: %v, want ErrBlock", n, err)
		}
	}
	if err := next(raw[1:]); !errors.Is(err, posthog.ErrBlock) {
		t.Errorf("without its first byte: %v, want ErrBlock", err)
	}
	if _, _, err := posthog.Next(bufio.NewReader(bytes.NewReader(raw)), 100); !errors.Is(err, posthog.ErrLarge) {
		t.Errorf("beyond the limit: %v, want ErrLarge", err)
	}
	broken := errors.New("broken")
	if _, _, err := posthog.Next(bufio.NewReader(io.MultiReader(bytes.NewReader(raw[:20]), failing{broken})), limit); !errors.Is(err, broken) {
		t.Errorf("a reader that fails: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestIsBlock(t *testing.T) {
	for _, n := range []int{1, 2, 30, 1000} {
		if !posthog.IsBlock(snappy.Encode(nil, []byte(lines(n)))[:16]) {
			t.Errorf("%d lines are not seen", n)
		}
	}
	for _, other := range []string{"", "[", `["w",{"type":3}]`, "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "\x28\xb5\x2f\xfd\x04\x00", "x\x9c\xab\xae", strings.Repeat("\xff", 16), strings.Repeat("\x00", 16)} {
		if posthog.IsBlock([]byte(other)) {
			t.Errorf("%q is taken for a block", other)
		}
	}
}

// FuzzNext: what comes out of any bytes is what the library makes of the bytes that were taken.
func FuzzNext(f *testing.F) {
	f.Add(snappy.Encode(nil, []byte(lines(20))))
	f.Add([]byte("\xff\xff\xff\xff\x0f\xfc\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bufio.NewReader(bytes.NewReader(data))
		for at := int64(0); ; {
			text, size, err := posthog.Next(r, limit)
			if err != nil {
				if err != io.EOF && !errors.Is(err, posthog.ErrBlock) && !errors.Is(err, posthog.ErrLarge) {
					t.Fatal(err)
				}
				return
			}
			want, err := snappy.Decode(nil, data[at:at+size])
			if err != nil || !bytes.Equal(want, text) {
				t.Fatalf("bytes %d to %d: %v", at, at+size, err)
			}
			at += size
		}
	})
}
