package source_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/replay/source"
)

// blockStore holds two objects of ten bytes each.
func blockStore() source.Store {
	return source.NewDir(fstest.MapFS{
		"30d/1751462400000-aaaaaaaaaaaaaaaa": {Data: []byte("0123456789")},
		"30d/1751462410000-bbbbbbbbbbbbbbbb": {Data: []byte("abcdefghij")},
		"30d/1751462420000-cccccccccccccccc": {Data: []byte("unnamed")},
	}, "copy")
}

func at(second int) time.Time { return day.Add(time.Duration(second) * time.Second) }

// describe writes a grouping as one line per recording and reason.
func describe(t *testing.T, g *source.Grouping) []string {
	t.Helper()
	var out []string
	for _, r := range g.Recordings {
		var parts []string
		for _, p := range r.Parts {
			key, from, to, ok := source.CutRange(p.Key)
			if !ok || p.Size != to-from+1 {
				t.Errorf("part %+v is no range", p)
			}
			parts = append(parts, fmt.Sprintf("%s[%d,%d]", key[len(key)-1:], from, to))
		}
		out = append(out, fmt.Sprintf("%s: %s missing=%d", r.ID, strings.Join(parts, " "), r.Missing))
	}
	for _, s := range g.Skipped {
		out = append(out, fmt.Sprintf("%s: %d %s", s.Reason, s.Count, s.Example))
	}
	return out
}

func TestGroupBlocks(t *testing.T) {
	const bucket = "session_recordings/30d/"
	a, b := bucket+"1751462400000-aaaaaaaaaaaaaaaa", bucket+"1751462410000-bbbbbbbbbbbbbbbb"
	index := []source.Indexed{
		{Session: "whole", Started: at(0), Blocks: []source.Block{{Key: b, From: 0, To: 4, First: at(10)}, {Key: a, From: 5, To: 9, First: at(0)}}},
		{Session: "twice", Blocks: []source.Block{{Key: a, From: 0, To: 4, First: at(0)}, {Key: a, From: 0, To: 4, First: at(0)}}},
		{Session: "no start", Started: at(0), Blocks: []source.Block{{Key: b, From: 5, To: 9, First: at(10)}}},
		{Session: "half gone", Blocks: []source.Block{{Key: b, From: 5, To: 9, First: at(10)}, {Key: bucket + "gone", From: 0, To: 9}}},
		{Session: "too long", Blocks: []source.Block{{Key: b, From: 5, To: 10}, {Key: b, From: 5, To: 9, First: at(1)}}},
		{Session: "gone", Blocks: []source.Block{{Key: bucket + "gone", From: 0, To: 9}}},
		{Session: "deleted", Deleted: true, Blocks: []source.Block{{Key: a, From: 0, To: 9}}},
	}
	want := []string{
		"half gone: b[5,9] missing=1", "no start: b[5,9] missing=1", "too long: b[5,9] missing=1",
		"twice: a[0,4] missing=0", "whole: a[5,9] b[0,4] missing=0",
		"deleted_session: 1 deleted",
		"not_in_index: 1 30d/1751462420000-cccccccccccccccc",
		"object_gone: 1 gone",
	}
	for range 5 {
		g, err := source.GroupBlocks(context.Background(), blockStore(), "", source.Layout{}, index)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, describe(t, g)); diff != "" {
			t.Fatalf("-want +got:\n%s", diff)
		}
		rand.Shuffle(len(index), func(i, j int) { index[i], index[j] = index[j], index[i] })
		rand.Shuffle(2, func(i, j int) {
			for k := range index {
				if bs := index[k].Blocks; len(bs) == 2 {
					bs[i], bs[j] = bs[j], bs[i]
				}
			}
		})
	}
}

func FuzzCutRange(f *testing.F) {
	f.Add("k?range=bytes=0-5")
	f.Add("k?range=bytes=5-0")
	f.Add("k?range=bytes=-1-5?range=bytes=1-2")
	f.Fuzz(func(t *testing.T, key string) {
		whole, first, last, ok := source.CutRange(key)
		switch {
		case !ok && whole != key:
			t.Errorf("%q became %q", key, whole)
		case ok && (first < 0 || last < first || !strings.HasPrefix(key, whole)):
			t.Errorf("%q: %q %d-%d", key, whole, first, last)
		}
	})
}
