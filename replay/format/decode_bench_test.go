package format_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/rankle/rankle/replay/format"
)

// generate writes a recording of a page with rows many list rows and presses many presses, each answered by a batch of
// changes: fixed seed, rrweb 2 key order.
func generate(rows, presses int) string {
	r := rand.New(rand.NewPCG(7, 11))
	var b strings.Builder
	const start = 1700000000000
	id := 0
	next := func() int { id++; return id }
	var buttons, texts []int
	fmt.Fprintf(&b, `[{"type":4,"data":{"href":"https://shop.example/list?page=1","width":1280,"height":720},"timestamp":%d},`, start)
	b.WriteString(`{"type":2,"data":{"node":{"type":0,"childNodes":[{"type":1,"name":"html","publicId":"","systemId":"","id":` + fmt.Sprint(next()) + `},`)
	fmt.Fprintf(&b, `{"type":2,"tagName":"html","attributes":{"lang":"en"},"childNodes":[{"type":2,"tagName":"head","attributes":{},"childNodes":[{"type":2,"tagName":"style","attributes":{"_cssText":%q},"childNodes":[],"id":%d}],"id":%d},{"type":2,"tagName":"body","attributes":{},"childNodes":[{"type":2,"tagName":"main","attributes":{"class":"page"},"childNodes":[`,
		strings.Repeat(".card{display:flex;margin:0 auto;color:#123456} ", 40*rows), next(), next())
	for i := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		text, button, label := next(), next(), next()
		buttons, texts = append(buttons, button), append(texts, text)
		fmt.Fprintf(&b, `{"type":2,"tagName":"div","attributes":{"class":"card card-%d","data-row":"%d","style":"top: %dpx;"},"childNodes":[{"type":2,"tagName":"p","attributes":{"class":"text"},"childNodes":[{"type":3,"textContent":"Product %d, \"good\" and cheap","id":%d}],"id":%d},{"type":2,"tagName":"button","attributes":{"class":"btn btn-primary","type":"button"},"childNodes":[{"type":3,"textContent":"Add to cart","id":%d}],"id":%d}],"id":%d}`,
			i%9, i, i*40, i, text, next(), label, button, next())
	}
	fmt.Fprintf(&b, `],"id":%d}],"id":%d}],"id":%d}],"id":%d},"initialOffset":{"left":0,"top":0}},"timestamp":%d}`, next(), next(), next(), next(), start+50)
	ms := start + 1000
	for range presses {
		button := buttons[r.IntN(len(buttons))]
		x, y := r.IntN(1280), r.IntN(720)
		fmt.Fprintf(&b, `,{"type":3,"data":{"source":1,"positions":[`)
		for i := range 10 {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"x":%d,"y":%d,"id":%d,"timeOffset":%d}`, x+i, y-i, button, -450+i*50)
		}
		fmt.Fprintf(&b, `]},"timestamp":%d}`, ms)
		for k, typ := range []int{1, 0, 2} {
			fmt.Fprintf(&b, `,{"type":3,"data":{"source":2,"type":%d,"id":%d,"x":%d,"y":%d,"pointerType":0},"timestamp":%d}`, typ, button, x, y, ms+10+60*k)
		}
		fmt.Fprintf(&b, `,{"type":3,"data":{"source":0,"texts":[{"id":%d,"value":"Added %d"}],"attributes":[{"id":%d,"attributes":{"class":"btn busy"}}],"removes":[],"adds":[{"parentId":%d,"nextId":null,"node":{"type":3,"textContent":"+%d","id":%d}}]},"timestamp":%d}`,
			texts[r.IntN(len(texts))], r.IntN(100), button, button, r.IntN(9), next(), ms+200)
		ms += 300 + r.IntN(3000)
	}
	b.WriteString("]")
	return b.String()
}

// kinds of recordings: an ordinary one (most bytes in the snapshot) and a small, dense one (most in changes).
var kinds = []struct {
	name          string
	rows, presses int
}{{"ordinary", 400, 120}, {"dense", 40, 900}}

// cpuTime is the user and system time that the process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func gzipped(s string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.Bytes()
}

// BenchmarkDecode reads recordings into sessions. Rates are of raw JSON. The sub-benchmarks gunzip and any are what the
// figures are compared with: decompression alone, and encoding/json into any without doing anything with it.
func BenchmarkDecode(b *testing.B) {
	for _, k := range kinds {
		raw := generate(k.rows, k.presses)
		packed := gzipped(raw)
		enc, _ := zstd.NewWriter(nil)
		zst := enc.EncodeAll([]byte(raw), nil)
		run := func(name string, f func(b *testing.B)) {
			b.Run(k.name+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(raw)))
				before := cpuTime()
				for b.Loop() {
					f(b)
				}
				used := (cpuTime() - before).Seconds()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sessions/s")
				// CPU time of the whole process, garbage collection included: what stays true on a loaded machine.
				b.ReportMetric(float64(len(raw))*float64(b.N)/1e6/used, "cpuMB/s")
			})
		}
		session := func(object []byte) func(b *testing.B) {
			part := []format.Part{{Name: "o", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(object)), nil }}}
			return func(b *testing.B) {
				s, err := format.Decode(context.Background(), "s", part, format.Options{})
				if err != nil || len(s.Events) < k.presses {
					b.Fatal(err)
				}
			}
		}
		run("raw", session([]byte(raw)))
		run("gzip", session(packed))
		run("zstd", session(zst))
		run("gunzip", func(b *testing.B) {
			z, err := gzip.NewReader(bytes.NewReader(packed))
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, z); err != nil {
				b.Fatal(err)
			}
		})
		run("any", func(b *testing.B) {
			var v any
			if err := json.Unmarshal([]byte(raw), &v); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkSmall is the fixed cost of a session: one press on a page of two rows.
func BenchmarkSmall(b *testing.B) {
	raw := generate(2, 1)
	part := []format.Part{textPart("o", raw)}
	b.ReportAllocs()
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if _, err := format.Decode(context.Background(), "s", part, format.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGrowth reads sessions of growing length of one page: the CPU time for each press must not grow with them.
func BenchmarkGrowth(b *testing.B) {
	for _, presses := range []int{200, 3200, 12800} {
		raw := generate(40, presses)
		b.Run(fmt.Sprint(presses), func(b *testing.B) {
			var r format.Reader
			part := []format.Part{textPart("o", raw)}
			start := cpuTime()
			for b.Loop() {
				if _, _, err := r.Decode(context.Background(), "s", part, format.Options{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpuTime()-start).Nanoseconds())/float64(b.N*presses), "cpu-ns/press")
			b.ReportMetric(0, "ns/op")
		})
	}
}
