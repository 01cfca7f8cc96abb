//go:build unix

package pipeline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/rankle/rankle/replay/format"
	"github.com/rankle/rankle/testdata/demo"
)

// longBytes is the text of the sessions of BenchmarkLong: a day of work in one tab, and twice what is called a large recording.
const longBytes = 200_000_000

// longObject is the variable that tells the process of BenchmarkLong that is measured which object to read.
const longObject = "RANKLE_LONG_OBJECT"

// BenchmarkLong reads one recording of 200 MB of text in a process of its own, gzip'ed and as it is: an ordinary one (those of
// the demo one after the other) and one of nothing but small changes. Reported is the peak of memory of the process, and how many
// times the text that is beyond what an empty recording takes.
func BenchmarkLong(b *testing.B) {
	if path := os.Getenv(longObject); path != "" {
		readLong(b, path)
		return
	}
	dir := b.TempDir()
	empty := filepath.Join(dir, "empty")
	if err := os.WriteFile(empty, []byte(`[{"type":4,"data":{"href":"/"},"timestamp":1700000000000}]`), 0o600); err != nil {
		b.Fatal(err)
	}
	for _, kind := range []struct {
		name string
		text func(b *testing.B) []byte
	}{{"ordinary", ordinaryLong}, {"changes", changesLong}} {
		text := kind.text(b)
		for _, packed := range []bool{true, false} {
			name, object := kind.name+"/text", text
			if packed {
				var z bytes.Buffer
				w := gzip.NewWriter(&z)
				if _, err := w.Write(text); err != nil {
					b.Fatal(err)
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
				name, object = kind.name+"/gzip", z.Bytes()
			}
			path := filepath.Join(dir, "long")
			if err := os.WriteFile(path, object, 0o600); err != nil {
				b.Fatal(err)
			}
			b.Run(name, func(b *testing.B) {
				var least, most longRun
				for b.Loop() {
					least, most = runLong(b, empty), runLong(b, path)
				}
				b.ReportMetric(float64(most.Peak)/1e6, "peak-MB")
				b.ReportMetric(float64(most.Peak-least.Peak)/float64(len(text)), "x-text")
				b.ReportMetric(most.CPU, "cpu-s")
				b.ReportMetric(float64(most.Events), "events")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// longRun is what reading one object in a process of its own took.
type longRun struct {
	Events int
	Peak   int64   // resident bytes
	CPU    float64 // seconds
}

func runLong(b *testing.B, path string) (run longRun) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), os.Args[0], "-test.run=^$", "-test.bench=^BenchmarkLong$", "-test.benchtime=1x")
	cmd.Env = append(os.Environ(), longObject+"="+path)
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for line := range bytes.Lines(out) {
		if rest, found := bytes.CutPrefix(line, []byte("long: ")); found {
			if err := json.Unmarshal(rest, &run); err != nil {
				b.Fatal(err)
			}
			return run
		}
	}
	b.Fatalf("nothing was measured:\n%s", out)
	return run
}

// readLong is the process that is measured.
func readLong(b *testing.B, path string) {
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	part := []format.Part{{Name: "o", Size: info.Size(), Open: func() (io.ReadCloser, error) { return os.Open(path) }}}
	d := newDesk()
	session, stats, err := d.reader.Lend(b.Context(), "s", part, format.DefaultOptions())
	if err != nil {
		b.Fatal(err)
	}
	d.detector.Detect(session)
	out, err := json.Marshal(longRun{Events: stats.Events, Peak: ownPeak(b), CPU: cpuTime().Seconds()})
	if err != nil {
		b.Fatal(err)
	}
	fmt.Printf("\nlong: %s\n", out)
}

// ownPeak is the largest resident size of this process, in bytes. That of getrusage begins with what the process that started it
// had.
func ownPeak(b *testing.B) int64 {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return peakMemory()
	}
	_, after, _ := bytes.Cut(status, []byte("VmHWM:"))
	var kB int64
	if _, err := fmt.Sscan(string(after), &kB); err != nil {
		b.Fatal(err)
	}
	return kB << 10
}

// ordinaryLong is the recordings of the demo as if one person had made them, one after the other.
func ordinaryLong(b *testing.B) []byte {
	_, texts, _ := gzipObjects(b, demo.Bucket())
	text := append(make([]byte, 0, longBytes+longBytes/8), '[')
	const apart = 70_000 // ms; most take a minute
	at := int64(1_700_000_000_000)
	for i := 0; len(text) < longBytes; i++ {
		var events []map[string]json.RawMessage
		if err := json.Unmarshal(texts[i%len(texts)], &events); err != nil {
			continue // damaged on purpose
		}
		first := int64(0)
		for _, e := range events {
			ms, err := strconv.ParseInt(string(e["timestamp"]), 10, 64)
			if err != nil {
				continue
			}
			if first == 0 {
				first = ms
			}
			if len(text) > 1 {
				text = append(text, ',')
			}
			text = fmt.Appendf(text, `{"type":%s,"data":%s,"timestamp":%d}`, e["type"], e["data"], at+ms-first)
		}
		at += apart
	}
	return append(text, ']')
}

// changesLong is a page that is drawn anew all the time: of each event the text, a class and one node are new.
func changesLong(*testing.B) []byte {
	text := append(make([]byte, 0, longBytes+1<<10), `[{"type":4,"data":{"href":"https://shop.example/","width":1280,"height":720},"timestamp":1700000000000},`+
		`{"type":2,"data":{"node":{"type":0,"childNodes":[{"type":2,"tagName":"html","attributes":{},"childNodes":[{"type":2,"tagName":"body","attributes":{},"childNodes":[{"type":2,"tagName":"p","attributes":{"class":"a"},"childNodes":[{"type":3,"textContent":"0","id":5}],"id":4},{"type":2,"tagName":"ul","attributes":{},"childNodes":[],"id":6}],"id":3}],"id":2}],"id":1},"initialOffset":{"left":0,"top":0}},"timestamp":1700000000010}`...)
	at, id := int64(1_700_000_000_100), 10
	for i := 0; len(text) < longBytes; i++ {
		text = fmt.Appendf(text, `,{"type":3,"data":{"source":0,"texts":[{"id":5,"value":"%d of many"}],"attributes":[{"id":4,"attributes":{"class":"a b%d"}}],"removes":[{"parentId":6,"id":%d}],"adds":[{"parentId":6,"nextId":null,"node":{"type":2,"tagName":"li","attributes":{"class":"row"},"childNodes":[],"id":%d}}]},"timestamp":%d}`,
			i, i%7, id, id+1, at)
		at, id = at+40, id+1
	}
	return append(text, ']')
}
