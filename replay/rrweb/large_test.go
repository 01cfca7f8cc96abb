package rrweb

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/rankle/rankle/replay"
)

// largeText is a recording of somewhat more than so many bytes: moves, presses, and rows that come and go.
func largeText(size int) []byte {
	var b bytes.Buffer
	const start = 1_700_000_000_000
	fmt.Fprintf(&b, `[{"type":4,"data":{"href":"https://shop.example/","width":1280,"height":720},"timestamp":%d},`, start)
	fmt.Fprintf(&b, `{"type":2,"data":{"node":{"type":0,"childNodes":[{"type":2,"tagName":"html","attributes":{},"childNodes":[{"type":2,"tagName":"body","attributes":{},"childNodes":[{"type":2,"tagName":"button","attributes":{"id":"go"},"childNodes":[],"id":4}],"id":3}],"id":2}],"id":1}},"timestamp":%d}`, start+1)
	for i := 0; b.Len() < size; i++ {
		at := start + 100*(i+1)
		fmt.Fprintf(&b, `,{"type":3,"data":{"source":2,"type":2,"id":4,"x":%d,"y":20},"timestamp":%d}`, i%900, at)
		fmt.Fprintf(&b, `,{"type":3,"data":{"source":0,"texts":[],"attributes":[{"id":4,"attributes":{"class":"n%d"}}],"removes":[{"parentId":3,"id":%d}],"adds":[{"parentId":3,"nextId":null,"node":{"type":2,"tagName":"div","attributes":{"class":"row"},"childNodes":[{"type":3,"textContent":"row %d","id":%d}],"id":%d}}]},"timestamp":%d}`,
			i%3, 8+2*i, i, 11+2*i, 10+2*i, at+5)
	}
	b.WriteByte(']')
	return b.Bytes()
}

// TestLarge: the session of a large recording is the one that a small memory makes, it stays as it is while the Builder
// reads on, nothing of the recording is kept, and little more is taken than what is needed.
func TestLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	text := largeText(keepBytes + 1<<20)
	b := NewBuilder(Options{})
	read := func(text []byte) *replay.Session {
		b.Reset(Options{})
		if _, err := b.Scan(context.Background(), bytes.NewReader(text), len(text)); err != nil {
			t.Fatal(err)
		}
		return b.Session("s", "rrweb")
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s := read(text)
	runtime.ReadMemStats(&after)
	// Here the text, 1.7 times that for what its events hold, 0.6 for what is foreseen and not used. Growing takes 7.
	if took := float64(after.TotalAlloc-before.TotalAlloc) / float64(len(text)); took > 4 {
		t.Errorf("%.1f bytes were taken for a byte of text, want at most 4", took)
	}
	if b.facts.text != nil || b.facts.cells != nil || b.entries != nil || b.player.events != nil || b.dec.b != nil {
		t.Error("memory of a large recording is kept")
	}
	events, mutations := slices.Clone(s.Events), len(s.Mutations)
	last := slices.Clone(s.Mutations[mutations-1].Changes)
	read(largeText(1 << 20))
	if !slices.Equal(s.Events, events) || len(s.Mutations) != mutations || !reflect.DeepEqual(s.Mutations[mutations-1].Changes, last) {
		t.Error("the session changed while the Builder read another recording")
	}
	// Events one by one, without a look ahead.
	c := NewBuilder(Options{})
	if _, err := Scan(bytes.NewReader(text), Options{}, c.Add); err != nil {
		t.Fatal(err)
	}
	if want := c.Session("s", "rrweb"); !reflect.DeepEqual(s, want) {
		t.Error("the session is another one than that of the same events one by one")
	}
}
