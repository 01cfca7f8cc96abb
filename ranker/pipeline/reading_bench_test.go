//go:build unix

package pipeline

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay/format"
	"github.com/rankle/rankle/replay/inflate"
	"github.com/rankle/rankle/replay/rrweb"
	"github.com/rankle/rankle/testdata/demo"
)

// sets are recordings as they lie in a bucket: those of the demo are short and hold many small changes, those of the
// corpus are of many kinds of applications.
var sets = []struct {
	name   string
	bucket fs.FS
}{{"demo", demo.Bucket()}, {"corpus", os.DirFS("../../testdata/corpus/bucket")}}

// BenchmarkReading turns gzip'ed JSON arrays into Digests on one core, and in the same round the texts without a
// container, and only decompresses them (klauspost/compress). Reported are the rate of raw JSON, the share of it that
// detection takes, how many times longer than gunzip alone it takes, and how many times longer from the texts, all by
// CPU time; the allocations for each recording; and the peak memory of the process so far.
func BenchmarkReading(b *testing.B) {
	for _, set := range sets {
		b.Run(set.name, func(b *testing.B) {
			objects, texts, raw := gzipObjects(b, set.bucket)
			var sessions, digests, plain, gunzip time.Duration
			var allocs uint64
			d := newDesk()
			rounds := 0
			for b.Loop() {
				rounds++
				before := allocations()
				for _, o := range objects {
					read, found := d.digest(b, o)
					sessions += read
					digests += read + found
				}
				allocs += allocations() - before
				for _, text := range texts {
					read, found := d.digest(b, text)
					plain += read + found
				}
				gunzip += unpacked(b, objects)
			}
			per := func(d time.Duration) float64 { return d.Seconds() / float64(rounds) }
			b.ReportMetric(float64(raw)/1e6/per(digests), "cpuMB/s")
			b.ReportMetric(float64(len(objects))/per(digests), "sessions/cpu-s")
			b.ReportMetric(100*(digests-sessions).Seconds()/digests.Seconds(), "%detect")
			b.ReportMetric(digests.Seconds()/gunzip.Seconds(), "x-gunzip")
			b.ReportMetric(plain.Seconds()/gunzip.Seconds(), "x-gunzip-from-text")
			b.ReportMetric(float64(allocs)/float64(rounds*len(objects)), "allocs/session")
			b.ReportMetric(float64(peakMemory())/1e6, "peak-MB")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkSteps says where the time of BenchmarkReading goes: how many times longer than gunzip alone (klauspost/compress) each
// step takes over all recordings, by CPU time in one round: package inflate, scanning the text, playing what was scanned, detection.
func BenchmarkSteps(b *testing.B) {
	for _, set := range sets {
		b.Run(set.name, func(b *testing.B) {
			objects, texts, _ := gzipObjects(b, set.bucket)
			largest := 0
			for _, text := range texts {
				largest = max(largest, len(text))
			}
			var z inflate.Decoder
			memory := make([]byte, 0, largest+1)
			builder, detector := rrweb.NewBuilder(rrweb.Options{}), friction.NewDetector(friction.DefaultSettings())
			scan := func(text []byte) {
				builder.Reset(rrweb.Options{})
				if _, err := builder.Scan(b.Context(), bytes.NewReader(text), len(text)); err != nil {
					b.Fatal(err)
				}
			}
			var gunzip, inflated, scanned, played, detected time.Duration
			for b.Loop() {
				gunzip += unpacked(b, objects)
				lap := cpuTime()
				since := func() time.Duration {
					start := lap
					lap = cpuTime()
					return lap - start
				}
				for _, o := range objects {
					if _, err := z.Gzip(memory, o, cap(memory)); err != nil {
						b.Fatal(err)
					}
				}
				inflated += since()
				for _, text := range texts {
					scan(text)
				}
				scanned += since()
				for _, text := range texts {
					scan(text)
					builder.Lend("s", "rrweb")
				}
				played += since()
				for _, text := range texts {
					scan(text)
					detector.Detect(builder.Lend("s", "rrweb"))
				}
				detected += since()
			}
			b.ReportMetric(inflated.Seconds()/gunzip.Seconds(), "x-inflate")
			b.ReportMetric(scanned.Seconds()/gunzip.Seconds(), "x-scan")
			b.ReportMetric((played-scanned).Seconds()/gunzip.Seconds(), "x-play")
			b.ReportMetric((detected-played).Seconds()/gunzip.Seconds(), "x-detect")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkWorkers reads the recordings of the demo with one desk and with two at once, and reports how many times the
// CPU time two take for the same work.
func BenchmarkWorkers(b *testing.B) {
	objects, _, _ := gzipObjects(b, demo.Bucket())
	desks := []*desk{newDesk(), newDesk()}
	var one, two time.Duration
	for b.Loop() {
		start := cpuTime()
		for _, o := range objects {
			desks[0].digest(b, o)
		}
		one += cpuTime() - start
		start = cpuTime()
		var running sync.WaitGroup
		for i, d := range desks {
			running.Go(func() {
				for j := i; j < len(objects); j += len(desks) {
					d.digest(b, objects[j])
				}
			})
		}
		running.Wait()
		two += cpuTime() - start
	}
	b.ReportMetric(two.Seconds()/one.Seconds(), "x-cpu-of-one")
	b.ReportMetric(0, "ns/op")
}

func newDesk() *desk { return &desk{detector: friction.NewDetector(friction.DefaultSettings())} }

// digest reads one object and returns the CPU time of the process until there was a Session, and from then to a Digest.
func (d *desk) digest(b *testing.B, object []byte) (read, found time.Duration) {
	part := []format.Part{{Name: "o", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(object)), nil }}}
	start := cpuTime()
	session, _, err := d.reader.Lend(b.Context(), "s", part, format.DefaultOptions())
	if err != nil {
		b.Error(err)
		return 0, 0
	}
	read = cpuTime() - start
	d.detector.Detect(session)
	return read, cpuTime() - start - read
}

// gzipObjects returns the gzip'ed JSON arrays of a bucket, what they hold, and the size of that.
func gzipObjects(b *testing.B, bucket fs.FS) (objects, texts [][]byte, raw int64) {
	b.Helper()
	err := fs.WalkDir(bucket, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(name, ".json.gz") || strings.Contains(name, "/part-") {
			return err
		}
		data, err := fs.ReadFile(bucket, name)
		if err != nil {
			return err
		}
		r, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return err
		}
		text, err := io.ReadAll(r)
		objects, texts, raw = append(objects, data), append(texts, text), raw+int64(len(text))
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return objects, texts, raw
}

// unpacked is the CPU time of decompressing every object, with the memory of the one before.
func unpacked(b *testing.B, objects [][]byte) time.Duration {
	b.Helper()
	var z gzip.Reader
	start := cpuTime()
	for _, o := range objects {
		err := z.Reset(bytes.NewReader(o))
		if err == nil {
			_, err = io.Copy(io.Discard, &z)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	return cpuTime() - start
}

func allocations() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
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
