//go:build unix

package pipeline

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"time"

	kgzip "github.com/klauspost/compress/gzip"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay/format"
	"github.com/rankle/rankle/testdata/demo"
)

// BenchmarkReading reads the gzip'ed JSON arrays of the demo bucket on one core, and in the same round only
// decompresses them and only parses them with encoding/json. Reported are the rate of raw JSON into Digests, the
// share of it that detection takes, how many times longer it takes than gunzip alone (klauspost/compress and the
// standard library) and than encoding/json into any, all by CPU time, and the peak memory of the process so far.
func BenchmarkReading(b *testing.B) {
	objects, raw := gzipObjects(b)
	var digests, sessions, gunzip, stdGunzip, any time.Duration
	detector := friction.NewDetector(friction.DefaultSettings())
	rounds := 0
	var reader format.Reader
	for b.Loop() {
		rounds++
		for _, o := range objects {
			part := []format.Part{{Name: "o", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(o)), nil }}}
			start := cpuTime()
			session, _, err := reader.Decode(b.Context(), "s", part, format.DefaultOptions())
			if err != nil {
				b.Fatal(err)
			}
			read := cpuTime()
			detector.Detect(session)
			found := cpuTime()
			sessions += read - start
			digests += found - start
		}
		gunzip += timed(b, objects, func(r io.Reader) (io.Reader, error) { return kgzip.NewReader(r) }, drain)
		stdGunzip += timed(b, objects, func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }, drain)
		any += timed(b, objects, func(r io.Reader) (io.Reader, error) { return kgzip.NewReader(r) }, parse)
	}
	per := func(d time.Duration) float64 { return d.Seconds() / float64(rounds) }
	b.ReportMetric(float64(raw)/1e6/per(digests), "cpuMB/s")
	b.ReportMetric(float64(len(objects))/per(digests), "sessions/cpu-s")
	b.ReportMetric(100*(digests-sessions).Seconds()/digests.Seconds(), "%detect")
	b.ReportMetric(digests.Seconds()/gunzip.Seconds(), "x-gunzip")
	b.ReportMetric(digests.Seconds()/stdGunzip.Seconds(), "x-std-gunzip")
	b.ReportMetric(digests.Seconds()/any.Seconds(), "x-json-any")
	b.ReportMetric(float64(peakMemory())/1e6, "peak-MB")
	b.ReportMetric(0, "ns/op")
}

// gzipObjects returns the gzip'ed JSON arrays of the demo bucket and the size of what they hold.
func gzipObjects(b *testing.B) (objects [][]byte, raw int64) {
	b.Helper()
	bucket := demo.Bucket()
	err := fs.WalkDir(bucket, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(name, ".json.gz") || strings.Contains(name, "/part-") {
			return err
		}
		data, err := fs.ReadFile(bucket, name)
		if err != nil {
			return err
		}
		r, err := kgzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return err
		}
		n, err := io.Copy(io.Discard, r)
		objects, raw = append(objects, data), raw+n
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return objects, raw
}

// timed is the CPU time of opening every object and using it.
func timed(b *testing.B, objects [][]byte, open func(io.Reader) (io.Reader, error), use func(io.Reader) error) time.Duration {
	b.Helper()
	start := cpuTime()
	for _, o := range objects {
		r, err := open(bytes.NewReader(o))
		if err == nil {
			err = use(r)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	return cpuTime() - start
}

func drain(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

func parse(r io.Reader) error {
	var events any
	return json.NewDecoder(r).Decode(&events)
}

// cpuTime is the user and system time that the process has used, garbage collection included.
func cpuTime() time.Duration {
	u := usage()
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peakMemory is the largest resident size of the process so far, in bytes.
func peakMemory() int64 { return usage().Maxrss * maxrssUnit }

// maxrssUnit is what Linux counts resident memory in; other systems count bytes and show a figure too large.
const maxrssUnit = 1024

func usage() syscall.Rusage {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return syscall.Rusage{}
	}
	return u
}
