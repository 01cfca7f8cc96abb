package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Bounds of what one hostile recording may cost. A text is read window by window, so that what it holds counts and not how long it
// is: an event of limits.value_size (64 MB) twice, while the window grows, or nodes without end. Both are far above what a real
// recording takes.
const (
	hostileMemory = 640 << 20 // bytes resident at most
	hostileCPU    = 30 * time.Second
)

func gzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bomb is many megabytes of the same, compressed.
func bomb(t *testing.T, begin, fill string, megabytes int, zip func(*bytes.Buffer) (interface {
	Write([]byte) (int, error)
	Close() error
}, error)) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := zip(&b)
	if err == nil {
		_, err = z.Write([]byte(begin))
	}
	block := bytes.Repeat([]byte(fill), 1<<20/len(fill))
	for range megabytes {
		if err == nil {
			_, err = z.Write(block)
		}
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// event is a recording of a small page and of one event.
func withEvent(event string) []byte {
	return []byte(`[{"type":4,"data":{"href":"https://a.example/","width":800,"height":600},"timestamp":1700000000000},` +
		`{"type":2,"data":{"node":{"type":0,"id":1,"childNodes":[{"type":2,"id":2,"tagName":"html","attributes":{},"childNodes":[]}]},"initialOffset":{"left":0,"top":0}},"timestamp":1700000000001},` +
		event + `,{"type":3,"data":{"source":2,"type":2,"id":2,"x":1,"y":1},"timestamp":1700000001000}]`)
}

// TestHostileRecordings reads recordings that were made to hurt, each in a process of its own, and holds what it costs against
// the bounds. Each ends with a Digest or with a reason; none takes the machine along.
func TestHostileRecordings(t *testing.T) {
	if testing.Short() {
		t.Skip("the bounds are those of a program without the race detector")
	}
	gz := func(b *bytes.Buffer) (interface {
		Write([]byte) (int, error)
		Close() error
	}, error) {
		return gzip.NewWriter(b), nil
	}
	zst := func(b *bytes.Buffer) (interface {
		Write([]byte) (int, error)
		Close() error
	}, error) {
		return zstd.NewWriter(b)
	}
	nested := []byte(`[]`)
	for range 40 {
		nested = gzipped(t, nested)
	}
	add := func(id, parent string) string {
		return fmt.Sprintf(`{"type":3,"data":{"source":0,"adds":[{"parentId":%s,"nextId":null,"node":{"type":2,"id":%s,"tagName":"p","attributes":{},"childNodes":[]}}],"removes":[],"texts":[],"attributes":[]},"timestamp":1700000000500}`, parent, id)
	}
	at := func(time string) []byte {
		return withEvent(`{"type":3,"data":{"source":2,"type":2,"id":2,"x":1,"y":1},"timestamp":` + time + `}`)
	}
	for _, tt := range []struct {
		name string
		data []byte
	}{
		{"gzip of 700 MB of spaces", bomb(t, "[", " ", 700, gz)},
		{"gzip of 700 MB of one string", bomb(t, `[{"type":4,"timestamp":1,"data":{"href":"`, "a", 700, gz)},
		{"zstd of 700 MB of spaces", bomb(t, "[", " ", 700, zst)},
		{"gzip of 300 MB of nodes that are nothing", bomb(t, `[{"type":2,"timestamp":1,"data":{"node":{"type":0,"id":1,"childNodes":[[]`, ",[]", 300, gz)},
		{"gzip of 300 MB of small events", bomb(t, "[{}", `,{"type":3,"data":{"source":0,"texts":[{"id":1,"value":"a"}]},"timestamp":1700000000000}`, 300, gz)},
		{"gzip in gzip, 40 deep", nested},
		{"a bomb within a bomb", gzipped(t, bomb(t, "[", " ", 1024, gz))},
		{"20 MB of brackets", bytes.Repeat([]byte("["), 20<<20)},
		{"nodes 200,000 deep", withEvent(`{"type":2,"data":{"node":` + strings.Repeat(`{"type":2,"id":9,"tagName":"p","attributes":{},"childNodes":[`, 200_000) + strings.Repeat(`]}`, 200_000) + `},"timestamp":1700000000500}`)},
		{"node 2^31", withEvent(add("2147483648", "2"))},
		{"node 2^31-1", withEvent(add("2147483647", "2"))},
		{"node -1", withEvent(add("-1", "2"))},
		{"node 2^63", withEvent(add("9223372036854775808", "2"))},
		{"a node in itself", withEvent(add("2", "2"))},
		{"invalid UTF-8", withEvent("{\"type\":5,\"data\":{\"tag\":\"\xff\xfe\xed\xa0\x80\",\"payload\":{}},\"timestamp\":1700000000500}")},
		{"lone surrogates", withEvent(`{"type":5,"data":{"tag":"\ud800 \udc00\ud800","payload":{}},"timestamp":1700000000500}`)},
		{"time NaN", at("NaN")},
		{"time Infinity", at("Infinity")},
		{"time 1e308", at("1e308")},
		{"time 1e400", at("1e400")},
		{"time -1e18", at("-1000000000000000000")},
		{"time offsets of -2^63", withEvent(`{"type":3,"data":{"source":1,"positions":[{"x":1,"y":1,"id":2,"timeOffset":-9223372036854775808}]},"timestamp":1700000000500}`)},
		{"numbers of a million digits", at(strings.Repeat("9", 1_000_000))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "hostile.json")
			if err := os.WriteFile(path, tt.data, 0o600); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 4*hostileCPU) // the machine may be busy
			defer cancel()
			cmd := exec.CommandContext(ctx, "rankle", "detect", path, "--workers", "2")
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != exitFailure) || bytes.Contains(out, []byte("goroutine ")) {
				t.Fatalf("%v\n%.1000s", err, out)
			}
			if err != nil && !bytes.Contains(out, []byte("skipped: ")) {
				t.Errorf("no reason is given: %.500s", out)
			}
			usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
			memory, cpu := usage.Maxrss<<10, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()
			if memory > hostileMemory || cpu > hostileCPU {
				t.Errorf("%d MB and %v of CPU, at most %d MB and %v are allowed", memory>>20, cpu, hostileMemory>>20, hostileCPU)
			}
			reason := "read"
			if _, after, skipped := strings.Cut(string(out), "skipped: "); skipped {
				reason = after[:min(len(after), strings.IndexByte(after+"\n", '\n'))]
				reason = reason[strings.Index(reason, "json")+5:]
				reason = reason[:min(60, len(reason))]
			}
			t.Logf("| %s | %.1f | %d | %.1f | %s |", tt.name, float64(len(tt.data))/1e6, memory>>20, cpu.Seconds(), reason)
		})
	}
}
