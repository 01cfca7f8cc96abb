//go:build unix

package rrweb

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"syscall"
	"testing"
	"time"
)

// BenchmarkScan reads texts into the facts of their events, without playing them: as recorders write them, and with
// members in other orders, white space and escapes. x-as-written is the CPU time beside that of the first for the same
// events, x-json how many times longer encoding/json takes to make values of the text, x-skip how many times longer scanning
// takes than to go over the text and check it, which is the least that any reader of it does.
func BenchmarkScan(b *testing.B) {
	var texts [][]byte
	recordings(b, 25, func(name string, text []byte) {
		if json.Valid(text) && len(text) < 1<<20 {
			texts = append(texts, text)
		}
	})
	styles := writers()
	rewritten := map[string][][]byte{}
	for style, w := range styles {
		for _, text := range texts {
			v, err := parse(text)
			if err != nil {
				b.Fatal(err)
			}
			rewritten[style] = append(rewritten[style], w.append(nil, v, 0))
		}
	}
	rewritten["as written"] = texts
	for _, style := range append([]string{"as written"}, slices.Sorted(maps.Keys(styles))...) {
		b.Run(style, func(b *testing.B) {
			builder := NewBuilder(Options{})
			scan := func(texts [][]byte) time.Duration {
				start := cpuTime()
				for _, text := range texts {
					builder.Reset(Options{})
					if _, err := builder.Scan(context.Background(), bytes.NewReader(text), len(text)); err != nil {
						b.Fatal(err)
					}
				}
				return cpuTime() - start
			}
			var own, first, library, skipped time.Duration
			size := 0
			for b.Loop() {
				own += scan(rewritten[style])
				first += scan(texts)
				start := cpuTime()
				for _, text := range rewritten[style] {
					size += len(text)
					var v any
					if err := json.Unmarshal(text, &v); err != nil {
						b.Fatal(err)
					}
				}
				library += cpuTime() - start
				start = cpuTime()
				for _, text := range rewritten[style] {
					c := newCursor(text, 0)
					if c.skip(); c.bad {
						b.Fatal("not JSON")
					}
				}
				skipped += cpuTime() - start
			}
			b.ReportMetric(float64(size)/1e6/own.Seconds(), "cpuMB/s")
			b.ReportMetric(own.Seconds()/first.Seconds(), "x-as-written")
			b.ReportMetric(library.Seconds()/own.Seconds(), "x-json")
			b.ReportMetric(own.Seconds()/skipped.Seconds(), "x-skip")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// cpuTime is the user and system time that the process has used, garbage collection included.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
