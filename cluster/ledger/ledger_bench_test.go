package ledger

import (
	"fmt"
	"testing"
)

const benchRows = 5000

func BenchmarkAppend(b *testing.B) {
	for _, batch := range []int{100, benchRows} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			rows := generateAll(0, benchRows)
			b.ReportAllocs()
			var size int64
			for b.Loop() {
				l := open(b, b.TempDir(), Options{CompactFiles: -1})
				for at := 0; at < len(rows); at += batch {
					add(b, l, rows[at:at+batch]...)
				}
				size = l.Size().Bytes
				_ = l.Close()
			}
			b.ReportMetric(float64(benchRows*b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(size)/benchRows, "B/row")
		})
	}
}

func BenchmarkRead(b *testing.B) {
	dir := b.TempDir()
	l := open(b, dir, Options{})
	add(b, l, generateAll(0, benchRows)...)
	b.Run("All", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			n := 0
			for _, err := range l.All(b.Context(), Query{}) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
			if n != benchRows {
				b.Fatal(n)
			}
		}
		b.ReportMetric(float64(benchRows*b.N)/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run("Open", func(b *testing.B) {
		b.SetBytes(l.Size().Bytes) // all of which are hashed
		for b.Loop() {
			r := open(b, dir, Options{ReadOnly: true})
			_ = r.Close()
		}
		b.ReportMetric(float64(benchRows*b.N)/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run("Get", func(b *testing.B) {
		for b.Loop() {
			if _, err := l.Get(b.Context(), "session-02500", ""); err != nil {
				b.Fatal(err)
			}
		}
	})
}
