package format_test

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/snappy"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/format"
)

// Windows as PostHog names them.
const (
	windowA = "0196e180-73bd-7f00-8000-000000000001"
	windowB = "0196e180-73bd-7f00-8000-000000000002"
)

// blockLines writes events as the lines of a block.
func blockLines(window string, events []string) string {
	var b strings.Builder
	for _, e := range events {
		b.WriteString(`["` + window + `",` + e + "]\n")
	}
	return b.String()
}

func snap(text string) string { return string(snappy.Encode(nil, []byte(text))) }

// frame puts the length in front, as the API does.
func frame(block string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(block)))) + block
}

// inBlocks spreads the events of the shop over n blocks.
func inBlocks(t testing.TB, n int) []string {
	events := shop(t)
	var blocks []string
	for i := range n {
		blocks = append(blocks, snap(blockLines(windowA, events[i*len(events)/n:(i+1)*len(events)/n])))
	}
	return blocks
}

func partsOf(texts []string) []format.Part {
	var parts []format.Part
	for _, text := range texts {
		parts = append(parts, textPart("object", text))
	}
	return parts
}

// TestBlocks reads one session from its blocks, however they come: all give what its lines give.
func TestBlocks(t *testing.T) {
	events := shop(t)
	want := dump(decode(t, textPart("lines", blockLines(windowA, events))))
	check := func(name string, parts []format.Part) {
		t.Helper()
		s := decode(t, parts...)
		s.Marks = slices.DeleteFunc(s.Marks, func(m replay.Mark) bool { return m == replay.MarkUnsorted || m == replay.MarkDuplicates })
		if got := dump(s); got != want {
			t.Errorf("%s: another session:\n%s", name, got)
		}
	}
	for _, n := range []int{1, 2, 5} {
		blocks := inBlocks(t, n)
		check("parts", partsOf(blocks))
		check("one part twice", partsOf(append(slices.Clone(blocks), blocks[n-1])))
		framed := ""
		for _, b := range blocks {
			framed += frame(b)
		}
		check("framed", partsOf([]string{framed}))
		r := rand.New(rand.NewPCG(uint64(n), 1))
		r.Shuffle(n, func(i, j int) { blocks[i], blocks[j] = blocks[j], blocks[i] })
		check("shuffled", partsOf(blocks))
	}
	compressed := make([]string, len(events))
	for i, e := range events {
		compressed[i] = cv2024(t, e)
	}
	check("cv 2024-10", partsOf([]string{snap(blockLines(windowA, compressed))}))
	check("gzip around", partsOf([]string{gz(inBlocks(t, 1)[0])}))
}

// Blocks hold the windows of a session side by side.
func TestBlockWindows(t *testing.T) {
	events := shop(t)
	s := decode(t, textPart("k", snap(blockLines(windowA, events)+blockLines(windowB, events))))
	one := decode(t, textPart("k", snap(blockLines(windowA, events))))
	if s.Windows != 2 || count(s, replay.Click) != 2*count(one, replay.Click) || !slices.Contains(s.Marks, replay.MarkManyWindows) {
		t.Errorf("%d windows, %d clicks, marks %v", s.Windows, count(s, replay.Click), s.Marks)
	}
}

// TestBlocksDamaged: a block is read whole or not at all, with a reason of its own; the other blocks of the session are
// read, and the lost one is marked.
func TestBlocksDamaged(t *testing.T) {
	declared := format.Options{Dialect: format.PostHogBlocks}
	read := func(opt format.Options, texts ...string) (*replay.Session, error) {
		return format.Decode(context.Background(), "s", partsOf(texts), opt)
	}
	wantReason := func(name string, want format.Reason, opt format.Options, texts ...string) {
		t.Helper()
		_, err := read(opt, texts...)
		var skip *format.SkipError
		if !errors.As(err, &skip) || skip.Reason != want {
			t.Errorf("%s: %v, want reason %s", name, err, want)
		}
	}
	blocks := inBlocks(t, 3)
	for n := 20; n < len(blocks[0]); n += 97 {
		wantReason("cut", format.BadBlock, declared, blocks[0][:n])
		wantReason("cut, not declared", format.BadBlock, format.Options{}, blocks[0][:n])
	}
	wantReason("a byte too many", format.ManySessions, declared, blocks[0]+blocks[1][:1])
	wantReason("a byte too few at the start", format.BadBlock, declared, blocks[0][1:])
	wantReason("several sessions", format.ManySessions, format.Options{}, blocks[0]+blocks[1])
	wantReason("encrypted", format.BadBlock, declared, "\x91\xfe\xd0\x11\x8b\x97\xaa\xcc\x55\x00\x01\x02\x03\x04\x05\x06\x07")
	wantReason("too large", format.TooLarge, func() format.Options { o := declared; o.MaxBytes = 100; return o }(), blocks[0])

	s, err := read(declared, blocks[0], blocks[1][:len(blocks[1])/2], blocks[2])
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(s.Marks, replay.MarkMissingPart) {
		t.Errorf("a lost block is not marked: %v", s.Marks)
	}
	s, err = read(format.Options{}, frame(blocks[0])+frame(blocks[1])[:50])
	if err != nil || !slices.Contains(s.Marks, replay.MarkTruncated) {
		t.Errorf("frames cut in the second: %v", err)
	}
	if _, err = read(format.Options{}, frame(blocks[0]+"x")); err == nil {
		t.Error("a frame longer than its block is read")
	}
}

func TestDialects(t *testing.T) {
	events := shop(t)
	for _, tc := range []struct {
		text    string
		dialect format.Dialect
		format  string
		told    bool
	}{
		{list(events), format.Sniff, "rrweb", false},
		{list(events), format.RRWeb, "rrweb", false},
		{list(events), format.PostHog, "posthog", false},
		{list(events), format.Sentry, "sentry", false},
		{list(events), format.Highlight, "highlight", false},
		{br(list(events)), format.Highlight, "highlight", false},
		{br(list(events)), format.Brotli, "rrweb", false},
		{`{"data":{"events":` + list(events) + `}}`, format.Brotli, "highlight", false},
		{list(events), format.OpenReplay, "rrweb", true},
		{blockLines(windowA, events), format.RRWeb, "posthog", true},
		{blockLines(windowA, events), format.Sentry, "posthog", true},
		{blockLines(windowA, events), format.PostHogBlocks, "posthog", false},
		{`{"segment_id":0}` + "\n" + list(events), format.PostHog, "sentry", true},
	} {
		s, err := format.Decode(context.Background(), "s", []format.Part{textPart("k", tc.text)}, format.Options{Dialect: tc.dialect})
		if err != nil {
			t.Errorf("%q: %v", tc.dialect, err)
			continue
		}
		if told := slices.Contains(s.Marks, replay.MarkDialect); s.Format != tc.format || told != tc.told {
			t.Errorf("%q: format %s, told %v; want %s, %v", tc.dialect, s.Format, told, tc.format, tc.told)
		}
	}
	if err := format.Dialect("postgres").Check(); err == nil {
		t.Error("an unknown dialect passes")
	}
}
