package inflate

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	kgzip "github.com/klauspost/compress/gzip"
)

// BenchmarkGzip decompresses the demo bucket's recordings with this package and with klauspost/compress, in turn, and
// reports how many times faster this package is: the ratio of the CPU times, garbage collection included.
func BenchmarkGzip(b *testing.B) {
	objects, raw := demo(b)
	var (
		d         Decoder
		buf       []byte
		own, peer time.Duration
	)
	for b.Loop() {
		start := cpuTime()
		for _, packed := range objects {
			out, err := d.Gzip(buf[:0], packed, roomy)
			if err != nil {
				b.Fatal(err)
			}
			buf = out
		}
		between := cpuTime()
		for _, packed := range objects {
			r, err := kgzip.NewReader(bytes.NewReader(packed))
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, r); err != nil {
				b.Fatal(err)
			}
		}
		own += between - start
		peer += cpuTime() - between
	}
	b.ReportMetric(float64(raw)*float64(b.N)/1e6/own.Seconds(), "cpuMB/s")
	b.ReportMetric(peer.Seconds()/own.Seconds(), "x-klauspost")
}

// demo returns the gzip'ed recordings of the demo bucket and the length of their text.
func demo(b *testing.B) (objects [][]byte, raw int) {
	var d Decoder
	err := filepath.WalkDir("../../testdata/demo/bucket", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".json.gz") {
			return err
		}
		packed, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if text, err := d.Gzip(nil, packed, roomy); err == nil { // some are damaged on purpose
			objects = append(objects, packed)
			raw += len(text)
		}
		return nil
	})
	if err != nil || len(objects) == 0 {
		b.Fatalf("%d recordings found in the demo bucket, %v", len(objects), err)
	}
	return objects, raw
}

// cpuTime is the user and system time that the process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
