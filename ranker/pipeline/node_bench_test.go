//go:build unix

package pipeline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/rankle/rankle/replay/rrweb"
)

// BenchmarkNode compares with Node, which most tools for recordings are written for: how many times the CPU of scanning
// the texts JSON.parse takes, and how many times the CPU of making Digests of the gzip'ed recordings it takes to gunzip and
// parse them and describe what was pressed (testdata/plain.mjs), which is less than a Digest asks for.
func BenchmarkNode(b *testing.B) {
	node, err := exec.LookPath("node")
	if err != nil {
		b.Skip("Node is not installed")
	}
	const rounds = 3 // of Node, which compiles in the first
	for _, set := range sets {
		b.Run(set.name, func(b *testing.B) {
			objects, texts, _ := gzipObjects(b, set.bucket)
			dir := b.TempDir()
			for i, o := range objects {
				if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%06d.gz", i)), o, 0o600); err != nil {
					b.Fatal(err)
				}
			}
			d, builder := newDesk(), rrweb.NewBuilder(rrweb.Options{})
			var scanned, digested, parsed, done time.Duration
			for b.Loop() {
				start := cpuTime()
				for _, text := range texts {
					builder.Reset(rrweb.Options{})
					if _, err := builder.Scan(b.Context(), bytes.NewReader(text), len(text)); err != nil {
						b.Fatal(err)
					}
				}
				scanned += cpuTime() - start
				for _, o := range objects {
					read, found := d.digest(b, o)
					digested += read + found
				}
				out, err := exec.CommandContext(b.Context(), node, "testdata/plain.mjs", dir, fmt.Sprint(rounds)).Output()
				if err != nil {
					b.Fatal(err)
				}
				var spent struct{ Gunzip, Parse, Job float64 } // ms
				if err := json.Unmarshal(out, &spent); err != nil {
					b.Fatal(err)
				}
				ms := func(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }
				parsed += ms(spent.Parse)
				done += ms(spent.Gunzip + spent.Parse + spent.Job)
			}
			b.ReportMetric(parsed.Seconds()/scanned.Seconds(), "x-node-parse")
			b.ReportMetric(done.Seconds()/digested.Seconds(), "x-node-job")
			b.ReportMetric(0, "ns/op")
		})
	}
}
