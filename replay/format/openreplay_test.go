package format_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/clip"
	"github.com/rankle/rankle/replay/format"
	"github.com/rankle/rankle/replay/rrweb"
)

// mobs returns the objects of a sample of package openreplay, which writes them, in the order in which they go on.
func mobs(tb testing.TB, dir string) []string {
	tb.Helper()
	var texts []string
	for _, name := range []string{"dom.mobs", "dom.mobe", "devtools.mob"} {
		b, err := os.ReadFile(filepath.Join("..", "openreplay", "testdata", dir, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			tb.Fatal(err)
		}
		texts = append(texts, string(b))
	}
	return texts
}

func mobParts(pack func(string) string, name string, texts ...string) []format.Part {
	var parts []format.Part
	for i, text := range texts {
		if pack != nil {
			text = pack(text)
		}
		parts = append(parts, textPart(name+string(rune('0'+i)), text))
	}
	return parts
}

// TestGoldenOpenReplay compares the sessions of the samples with the golden dumps: in every framing, compressed in every
// way that OpenReplay used, and under names that say nothing.
func TestGoldenOpenReplay(t *testing.T) {
	for golden, dirs := range map[string][]string{"openreplay": {"indexed", "plain", "raw"}, "openreplay-mobile": {"mobile"}} {
		path := filepath.Join("testdata", golden+".golden")
		if *update {
			if err := os.WriteFile(path, []byte(dump(decode(t, mobParts(nil, "x", mobs(t, dirs[0])...)...))), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, dir := range dirs {
			for _, stored := range []struct {
				how   string
				parts []format.Part
			}{
				{"plain", mobParts(nil, "0001-", mobs(t, dir)...)},
				{"gzip", mobParts(gz, "0001-", mobs(t, dir)...)},
				{"zstd", mobParts(zs, "0001-", mobs(t, dir)...)},
				{"brotli", mobParts(br, "dom.mobs/devtools", mobs(t, dir)...)},
			} {
				if stored.how == "brotli" {
					for i := range stored.parts {
						stored.parts[i].Name = "s/part" + string(rune('0'+i)) + ".mob"
					}
				}
				got := dump(decode(t, stored.parts...))
				if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
					t.Errorf("%s, %s: session differs from %s (-want +got):\n%s", dir, stored.how, path, diff)
				}
				for _, secret := range []string{"secret", "jane@", "2345678"} {
					if strings.Contains(got, secret) {
						t.Errorf("%s: %q is in the session", dir, secret)
					}
				}
			}
		}
	}
}

// TestOpenReplayDeclared: a declared dialect changes nothing where the bytes say what they are, and a wrong one is told of.
func TestOpenReplayDeclared(t *testing.T) {
	for _, dialect := range []format.Dialect{format.OpenReplay, format.Brotli, format.RRWeb} {
		for _, pack := range []func(string) string{nil, zs} {
			s, err := format.Decode(context.Background(), "s", mobParts(pack, "k", mobs(t, "indexed")...), format.Options{Dialect: dialect})
			if err != nil {
				t.Fatalf("%s: %v", dialect, err)
			}
			if told := slices.Contains(s.Marks, replay.MarkDialect); s.Format != "openreplay" || told != (dialect == format.RRWeb) {
				t.Errorf("%s: format %s, marks %v", dialect, s.Format, s.Marks)
			}
		}
	}
}

// TestOpenReplayParts: what is missing or unreadable of a session costs no more than itself.
func TestOpenReplayParts(t *testing.T) {
	parts := mobs(t, "indexed")
	start, rest, devtools := parts[0], parts[1], parts[2]
	for _, tc := range []struct {
		name  string
		texts []string
		marks []replay.Mark
	}{
		{"without the rest", []string{start, devtools}, []replay.Mark{replay.MarkManyWindows, replay.MarkTruncated}},
		{"without the start", []string{rest, devtools}, []replay.Mark{replay.MarkMissingPart, replay.MarkNoSnapshot}},
		{"without the page", []string{devtools}, []replay.Mark{replay.MarkNoSnapshot}},
		{"without devtools", []string{start, rest}, []replay.Mark{replay.MarkManyWindows}},
		{"with something else", []string{start, rest, devtools, "hello"}, []replay.Mark{replay.MarkManyWindows, replay.MarkMissingPart}},
		{"compressed and cut", []string{start, gz(rest)[:len(gz(rest))-20], devtools}, []replay.Mark{replay.MarkTruncated}},
	} {
		s := decode(t, mobParts(nil, "p", tc.texts...)...)
		for _, m := range tc.marks {
			if m != replay.MarkManyWindows && !slices.Contains(s.Marks, m) {
				t.Errorf("%s: marks %v, want %v", tc.name, s.Marks, tc.marks)
			}
		}
		if len(s.Events) == 0 || s.Format != "openreplay" {
			t.Errorf("%s: %d events, format %s", tc.name, len(s.Events), s.Format)
		}
	}
	// The start is lost, and the rest lies under its name: what follows the first message border counts.
	s := decode(t, textPart("7/dom.mobs", rest), textPart("7/devtools.mob", devtools))
	if !slices.Contains(s.Marks, replay.MarkBadEvents) || slices.Contains(s.Marks, replay.MarkMissingPart) ||
		count(s, replay.Click) < 2 || s.Format != "openreplay" {
		t.Errorf("marks %v, %d clicks, format %s", s.Marks, count(s, replay.Click), s.Format)
	}
	_, err := format.Decode(context.Background(), "s", []format.Part{textPart("7/dom.mobs", "\x8f\x31\x92\xf0 not a message")}, format.Options{})
	var skip *format.SkipError
	if !errors.As(err, &skip) || skip.Reason != format.Encrypted {
		t.Errorf("an encrypted file: %v", err)
	}
}

// TestOpenReplayClip: a page has a picture without anything that was typed.
func TestOpenReplayClip(t *testing.T) {
	var out bytes.Buffer
	info, err := clip.Cut(context.Background(), &out, mobParts(nil, "p", mobs(t, "plain")...), clip.Request{})
	if err != nil || info.Width != 1200 || info.Height != 800 {
		t.Fatalf("%+v, %v", info, err)
	}
	for _, want := range []string{`"textContent":"Pay"`, `"isAttachIframe":true`, `"rule":"button{color:red}"`, `main{margin:0}`, `"Hat **** *******"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the clip does not hold %s", want)
		}
	}
	for _, secret := range []string{"secret", "jane@", "2345678", "element"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q is in the clip", secret)
		}
	}
}

// TestOpenReplayMobileClip: a mobile session shows its screens where they lie beside it, else why there are none, and the
// touches in both cases. What it is about is read without them.
func TestOpenReplayMobileClip(t *testing.T) {
	jpeg := "\xff\xd8\xff\xe0 not really"
	frame := func(ms int64, image string) string {
		b := binary.LittleEndian.AppendUint64(nil, uint64(1_760_000_000_000+ms))
		return string(binary.LittleEndian.AppendUint32(b, uint32(len(image)))) + image
	}
	messages := mobs(t, "mobile")[0]
	screens := frame(2500, jpeg+"2") + frame(500, jpeg+"1") + frame(3000, "GIF8")
	cut := func(texts ...string) string {
		var out bytes.Buffer
		info, err := clip.Cut(context.Background(), &out, mobParts(zs, "p", texts...), clip.Request{})
		if err != nil || info.Width != 390 || info.Height != 844 {
			t.Fatalf("%+v, %v", info, err)
		}
		if n := strings.Count(out.String(), `"type":7`); n != 6 {
			t.Errorf("%d touches", n)
		}
		return out.String()
	}
	if got := cut(messages); !strings.Contains(got, "were recorded as pictures") || strings.Contains(got, "<img") {
		t.Error(got)
	}
	data := func(n string) string {
		return "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString([]byte(jpeg+n))
	}
	got := cut(messages, screens)
	if strings.Contains(got, "were recorded as pictures") || strings.Count(got, "data:image/") != 2 ||
		strings.Index(got, data("1")) > strings.Index(got, data("2")) || !strings.Contains(got, data("1")) {
		t.Error(got)
	}
	if got := cut(messages, screens[:len(screens)-10]); strings.Count(got, "data:image/") != 2 {
		t.Errorf("a cut object of screens: %s", got)
	}
	alone, with := decode(t, mobParts(nil, "p", messages)...), decode(t, mobParts(nil, "p", messages, screens)...)
	if dump(alone) != dump(with) || alone.Context.Channel != "mobile" || !alone.Context.Device.Touch {
		t.Error("the screens change what the session is about")
	}
	never := format.Part{Name: "7/replay.frames.zst", Open: func() (io.ReadCloser, error) {
		t.Error("the screens are fetched for a session")
		return io.NopCloser(strings.NewReader(screens)), nil
	}}
	decode(t, textPart("7/dom.mobs", messages), never)
}

// TestOpenReplayLimits: limits hold for messages as they do for JSON.
func TestOpenReplayLimits(t *testing.T) {
	text := mobs(t, "plain")[0]
	s, err := format.Decode(context.Background(), "s", mobParts(nil, "p", text), format.Options{Options: rrweb.Options{MaxEvents: 40}})
	if err != nil || !slices.Contains(s.Marks, replay.MarkLimit) {
		t.Errorf("%v", err)
	}
	var skip *format.SkipError
	if _, err = format.Decode(context.Background(), "s", mobParts(nil, "p", text), format.Options{MaxObjectBytes: 100}); err != nil && (!errors.As(err, &skip) || skip.Reason != format.TooLarge) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err = format.Decode(ctx, "s", mobParts(nil, "p", text), format.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
