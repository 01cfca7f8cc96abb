package openreplay

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rankle/rankle/replay/rrweb"
)

// longVisit makes up a page whose rows are turned over all the time, as a table that refreshes itself does.
func longVisit(moments int) []byte {
	list := []sent{msg(typeTimestamp, t0), msg(typeLocation, "https://shop.example/", "", t0, ""), msg(typeViewportSize, 1200, 800),
		msg(typeCreateDocument), msg(typeCreateElement, 1, 0, 0, "BODY", false)}
	next := 2
	row := func(at int) {
		list = append(list, msg(typeCreateElement, next, 1, at, "DIV", false), msg(typeSetAttribute, next, "class", "row even"),
			msg(typeCreateText, next+1, next, 0), msg(typeSetText, next+1, fmt.Sprint("Order number ", next)))
		next += 2
	}
	for i := range 200 {
		row(i)
	}
	for i := range moments {
		list = append(list, msg(typeTimestamp, t0+i*100), msg(typeMouseMove, i%900, i%700), msg(typeRemoveNode, next-400))
		row(199)
		list = append(list, msg(typeMoveNode, next-200, 1, 0), msg(typeSetText, next-1, "Changed"))
	}
	return []byte(headerPlain + string(plain(list)))
}

// BenchmarkRead reads half an hour of a busy page into events; SetBytes counts the stored bytes.
func BenchmarkRead(b *testing.B) {
	text := string(longVisit(18_000))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	events := 0
	for b.Loop() {
		r := NewRecording(rrweb.Options{})
		if _, err := r.Read(strings.NewReader(text)); err != nil {
			b.Fatal(err)
		}
		events = 0
		if err := r.Events(func(rrweb.Event) error { events++; return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(events), "events/op")
}
