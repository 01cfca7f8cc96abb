package posthog_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/snappy"

	"github.com/rankle/rankle/replay/posthog"
	"github.com/rankle/rankle/replay/rrweb"
)

func window(n int) string { return fmt.Sprintf("0196e180-73bd-7000-8000-%012d", n) }

// events writes a block of one event for each window, at that many minutes.
func events(minute int, windows ...string) []byte {
	var b strings.Builder
	for _, w := range windows {
		fmt.Fprintf(&b, `["%s",{"type":3,"timestamp":%d,"data":{"source":3,"id":1,"x":0,"y":1}}]`+"\n", w, 1751444000000+minute*60_000)
	}
	return snappy.Encode(nil, []byte(b.String()))
}

// object scans blocks that lie behind one another.
func object(t *testing.T, key string, blocks ...[]byte) []posthog.Located {
	t.Helper()
	found, err := posthog.Scan(context.Background(), bytes.NewReader(bytes.Join(blocks, nil)), rrweb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	at := int64(0)
	var out []posthog.Located
	for i, f := range found {
		if f.From != at || f.To != at+int64(len(blocks[i]))-1 {
			t.Errorf("%s: block %d is bytes %d to %d, want %d to %d", key, i, f.From, f.To, at, at+int64(len(blocks[i]))-1)
		}
		at = f.To + 1
		out = append(out, posthog.Located{Key: key, Found: f})
	}
	return out
}

func TestSessions(t *testing.T) {
	blocks := object(t, "k1", events(0, window(1)), events(0, window(5)), events(0, "1"))
	blocks = append(blocks, object(t, "k2", events(1, window(5), window(6)), events(1, window(1)), events(1, "1"))...)
	blocks = append(blocks, object(t, "k3", events(2, window(6)), events(40, window(1)))...)
	want := []string{
		window(1) + ": k1 k2",
		window(1) + "-1751446400000: k3", // 39 minutes later
		window(5) + ": k1 k2 k3",         // two windows, joined by the block that holds both
		// "1" may be anybody's window.
		"k1@" + fmt.Sprint(blocks[2].From) + ": k1",
		"k2@" + fmt.Sprint(blocks[5].From) + ": k2",
	}
	for range 10 {
		var got []string
		for _, s := range posthog.Sessions(blocks) {
			line := s.Session + ":"
			for _, b := range s.Blocks {
				line += " " + b.Key
			}
			got = append(got, line)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("-want +got:\n%s", diff)
		}
		rand.Shuffle(len(blocks), func(i, j int) { blocks[i], blocks[j] = blocks[j], blocks[i] })
	}
}

// What lies in front of damage is found.
func TestScanDamaged(t *testing.T) {
	good := events(0, window(1))
	found, err := posthog.Scan(context.Background(), bytes.NewReader(append(bytes.Clone(good), good[:20]...)), rrweb.Options{})
	if len(found) != 1 || !errors.Is(err, posthog.ErrBlock) {
		t.Errorf("found %v, %v", found, err)
	}
	found, err = posthog.Scan(context.Background(), bytes.NewReader(append(snappy.Encode(nil, []byte("no events")), good...)), rrweb.Options{})
	if len(found) != 1 || found[0].From == 0 || err != nil {
		t.Errorf("behind a block without events: found %v, %v", found, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := posthog.Scan(ctx, bytes.NewReader(good), rrweb.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// FuzzScan: blocks lie behind each other, in front of any damage, and belong to one session each, whatever the bytes.
func FuzzScan(f *testing.F) {
	f.Add(bytes.Join([][]byte{events(0, window(1)), events(1, window(1), window(2)), events(90, window(2))}, nil))
	f.Add(append(events(0, "1"), "damage"...))
	f.Fuzz(func(t *testing.T, data []byte) {
		found, err := posthog.Scan(context.Background(), bytes.NewReader(data), rrweb.Options{MaxBytes: 1 << 20})
		if err != nil && !errors.Is(err, posthog.ErrBlock) && !errors.Is(err, posthog.ErrLarge) {
			t.Fatal(err)
		}
		var blocks []posthog.Located
		next := int64(0)
		for _, b := range found {
			if b.From < next || b.To < b.From || b.To >= int64(len(data)) || b.Last.Before(b.First) {
				t.Fatalf("block %+v after byte %d of %d", b, next, len(data))
			}
			next = b.To + 1
			blocks = append(blocks, posthog.Located{Key: "k", Found: b})
		}
		n, names := 0, map[string]bool{}
		for _, s := range posthog.Sessions(blocks) {
			if n += len(s.Blocks); len(s.Blocks) == 0 || names[s.Session] {
				t.Fatalf("session %q of %d blocks", s.Session, len(s.Blocks))
			}
			names[s.Session] = true
		}
		if n != len(blocks) {
			t.Fatalf("%d of %d blocks are in sessions", n, len(blocks))
		}
	})
}
