package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/testdata/demo"
)

// A few kills belong to every run of the suite, so that what they prove is always proven; "make soak" asks for many.
var (
	soakKills = flag.Int("soak.kills", 3, "how often TestSoakAnalyze kills an analysis")
	soakServe = flag.Int("soak.serve", 1, "how often TestSoakServe kills a server")
	soakSeed  = flag.Uint64("soak.seed", 1, "decides the moments of the kills")
)

// soakDays are the days of the demo bucket that the soak tests analyse: 15 recordings each, one in two parts, and enough on
// each day for a ledger that is due to be merged.
var soakDays = []string{"2026-10-18", "2026-10-19"}

// soakPatience ends what hangs: the longest of these processes, an analysis of the demo under the race detector, takes more than a
// minute on a machine with ten other things to do.
const soakPatience = 5 * time.Minute

// rankle runs a command to its end and returns what it printed.
func rankle(t *testing.T, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), soakPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "rankle", args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("rankle %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	return out
}

// story is a way in which a data directory comes about. Every one ends in the same Report.
type story struct {
	name   string
	data   string   // what there is at first, "" = nothing
	killed []string // what is killed, without --data
	finish [][]string
	took   time.Duration // what is killed, when it is not
}

// soak is what the kills of analyses have in common.
type soak struct {
	rng     *rand.Rand
	stories []*story
	report  []byte // of an undisturbed run
	behind  map[string][]byte
	known   []string // recordings
}

func newSoak(t *testing.T) *soak {
	t.Helper()
	root := t.TempDir()
	bucket := filepath.Join(root, "bucket")
	sameNames(t)
	var sidecars []string
	for _, day := range soakDays {
		names, err := fs.Glob(demo.Bucket(), day+"/*.meta.json")
		if err != nil || len(names) < 10 {
			t.Fatalf("%d recordings of %s: %v", len(names), day, err)
		}
		sidecars = append(sidecars, names...)
	}
	analyze := []string{"analyze", bucket}
	grown, changed := filepath.Join(root, "grown"), filepath.Join(root, "changed")
	parts := []string{filepath.Join(root, "part1"), filepath.Join(root, "part2")}

	// Small runs leave a small file each on each day; the next one merges them at its end.
	for i := range ledger.DefaultCompactFiles - 1 {
		for _, j := range []int{i, len(sidecars) - 1 - i} {
			copyInto(t, bucket, sidecars[j])
		}
		rankle(t, append(analyze, "--data", grown)...)
	}
	copyInto(t, bucket, sidecars...)
	for i, part := range parts {
		rankle(t, append(analyze, "--data", part, "--shard", fmt.Sprintf("%d/%d", i+1, len(parts)))...)
	}
	// What was read in another state is read again.
	late := filepath.Join(bucket, filepath.FromSlash(strings.TrimSuffix(faulty, ".meta.json")+".json.gz"))
	whole, err := os.ReadFile(late)
	if err != nil {
		t.Fatal(err)
	}
	write(t, late, whole[:len(whole)/2])
	rankle(t, append(analyze, "--data", changed)...)
	write(t, late, whole)

	s := &soak{rng: rand.New(rand.NewPCG(*soakSeed, 0)), stories: []*story{
		{name: "everything new", killed: analyze},
		{name: "a ledger to merge", data: grown, killed: analyze},
		{name: "a recording changed", data: changed, killed: analyze},
		{name: "shards to join", killed: append([]string{"join"}, parts...), finish: [][]string{append([]string{"join"}, parts...)}},
	}}
	for _, st := range s.stories {
		st.finish = append(st.finish, analyze)
		data := st.begin(t)
		start := time.Now()
		rankle(t, append(st.killed, "--data", data)...)
		st.took = time.Since(start)
		st.end(t, data)
		if s.report == nil {
			s.report, s.behind, s.known = reportOf(t, data), behindOf(t, data), recordingsOf(t, data)
			if len(s.known) != len(sidecars) {
				t.Fatalf("%d recordings are known, want %d", len(s.known), len(sidecars))
			}
		}
		s.check(t, st.name+", not killed", data)
	}
	return s
}

func copyInto(t *testing.T, dir string, sidecars ...string) {
	t.Helper()
	if err := copyRecordings(dir, sidecars...); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// begin makes the data directory that the story begins with.
func (st *story) begin(t *testing.T) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	if st.data != "" {
		if err := os.CopyFS(data, os.DirFS(st.data)); err != nil {
			t.Fatal(err)
		}
	}
	return data
}

// end brings the story to its end.
func (st *story) end(t *testing.T, data string, more ...string) {
	t.Helper()
	for _, args := range st.finish {
		args = append(slices.Clone(args), "--data", data)
		if args[0] == "analyze" {
			args = append(args, more...)
		}
		rankle(t, args...)
	}
}

// check holds a data directory against that of the undisturbed run.
func (s *soak) check(t *testing.T, what, data string) {
	t.Helper()
	if !bytes.Equal(reportOf(t, data), s.report) {
		t.Errorf("%s: the Report is another one", what)
	}
	for name, want := range s.behind {
		if !bytes.Equal(behindOf(t, data)[name], want) {
			t.Errorf("%s: %s, which lies behind the Report, is something else", what, name)
		}
	}
	if got := recordingsOf(t, data); !slices.Equal(got, s.known) {
		t.Errorf("%s: the ledger holds %d recordings, want these %d once each:\n%q", what, len(got), len(s.known), got)
	}
	for name := range filesOf(t, data) {
		if unfinished(name) {
			t.Errorf("%s: %s is left", what, name)
		}
	}
}

// reportOf is the Report as it is stored.
func reportOf(t *testing.T, data string) []byte {
	t.Helper()
	stored, err := os.ReadFile(filepath.Join(data, "result.json"))
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := bytes.Cut(stored, []byte("\n"))
	var result struct{ Report json.RawMessage }
	if err := json.Unmarshal(body, &result); err != nil || len(result.Report) == 0 {
		t.Fatalf("%d bytes of report: %v", len(result.Report), err)
	}
	return result.Report
}

// behindOf are the files that lie behind a Report: what it was ranked from, and what was found out about screens and controls.
func behindOf(t *testing.T, data string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, name := range []string{"basis.bin", "clusters.bin"} {
		b, err := os.ReadFile(filepath.Join(data, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = b
	}
	return files
}

// recordingsOf lists the recordings of a ledger as often as it has them, sorted.
func recordingsOf(t *testing.T, data string) []string {
	t.Helper()
	l, err := ledger.Open(data, ledger.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var names []string
	for d, err := range l.All(t.Context(), ledger.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, d.Recording)
	}
	slices.Sort(names)
	return names
}

// filesOf maps the files of a data directory, by name within it, to when they were written.
func filesOf(t *testing.T, data string) map[string]time.Time {
	t.Helper()
	files := map[string]time.Time{}
	err := filepath.WalkDir(data, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(data, path)
		files[filepath.ToSlash(name)] = info.ModTime()
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return files
}

// unfinished reports whether a file is one that is being written.
func unfinished(name string) bool {
	return strings.HasSuffix(name, ".partial") || strings.HasSuffix(name, ".tmp")
}

// stageAt says what a process was doing when it was killed, by what it left. The numbers are for sorting.
func stageAt(before, after map[string]time.Time) string {
	fresh := func(begin, end string) bool { return changed(before, after, begin, end) }
	merged := slices.ContainsFunc(slices.Collect(maps.Keys(before)), func(name string) bool {
		_, still := after[name]
		return !still && strings.HasSuffix(name, ".parquet")
	})
	ranked := fresh("result.json", ".json")
	switch {
	case fresh("result.json.", ".tmp"):
		return "7 storing the result"
	case fresh("basis.bin.", ".tmp"), fresh("clusters.bin.", ".tmp"):
		return "5 storing basis and clusters"
	case ranked && (merged || fresh("ledger/", ".partial")):
		return "8 merging the ledger"
	case fresh("ledger/", ".partial"):
		return "3 writing to the ledger"
	case ranked:
		return "9 ending"
	case fresh("basis.bin", ".bin"):
		return "6 between clusters and result"
	case fresh("ledger/", ".parquet"):
		return "4 between ledger and basis"
	case fresh("ledger/lock", ""):
		return "2 listing and reading"
	}
	return "1 starting"
}

// changed reports whether a file whose name begins and ends so is new or was written anew.
func changed(before, after map[string]time.Time, begin, end string) bool {
	for name, at := range after {
		was, old := before[name]
		if strings.HasPrefix(name, begin) && strings.HasSuffix(name, end) && (!old || !was.Equal(at)) {
			return true
		}
	}
	return false
}

// sights are what a kill waits for: mostly nothing, else a file that exists for some milliseconds only, so that the short
// stages are met as well.
var sights = []struct{ begin, end string }{
	{}, {}, {}, {}, {"ledger/", ".partial"}, {"basis.bin.", ".tmp"}, {"result.json.", ".tmp"}, {"result.json", ".json"},
}

// Pauses of a kill: between two looks for a sight, and at most after it.
const (
	lookPause = 100 * time.Microsecond
	killPause = 3 * time.Millisecond
)

// kill runs the story and kills it. It returns the stage, "" if the story was over before.
func (s *soak) kill(t *testing.T, st *story, data string) string {
	t.Helper()
	sight, pause := sights[s.rng.IntN(len(sights))], time.Duration(s.rng.Int64N(int64(killPause)))
	if sight.begin == "" {
		pause = time.Duration(s.rng.Int64N(int64(st.took)))
	}
	before := filesOf(t, data)
	args := append(slices.Clone(st.killed), "--data", data)
	if args[0] == "analyze" {
		args = append(args, "--workers", fmt.Sprint(1+s.rng.IntN(4)))
	}
	cmd := exec.Command("rankle", args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- cmd.Wait() }()
	look, after := time.NewTicker(lookPause), time.NewTimer(soakPatience)
	defer look.Stop()
	defer after.Stop()
	for seen := false; ; {
		select {
		case err := <-over:
			if err != nil && cmd.ProcessState.Exited() {
				t.Fatalf("rankle %s: %v", strings.Join(args, " "), err)
			}
			if err == nil {
				return ""
			}
			return stageAt(before, filesOf(t, data))
		case <-look.C:
			if !seen && (sight.begin == "" || changed(before, filesOf(t, data), sight.begin, sight.end)) {
				seen = true
				after.Reset(pause)
			}
		case <-after.C:
			if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
		}
	}
}

// mostLeft is how many unfinished files one kill may leave: nothing writes two at a time.
const mostLeft = 1

// TestSoakAnalyze kills analyses and joins at random moments. The next run must come to the Report of an undisturbed one, byte
// for byte, with every recording once in the ledger and nothing left over, and its search index must open.
func TestSoakAnalyze(t *testing.T) {
	if testing.Short() {
		t.Skip("what is killed races with nothing")
	}
	s := newSoak(t)
	stages := map[string]int{}
	var recovered []time.Duration
	for n := 0; n < *soakKills; {
		st := s.stories[s.rng.IntN(len(s.stories))]
		data := st.begin(t)
		var last string
		for range 1 + s.rng.IntN(3) { // now and then it is killed again before it recovers
			stage := s.kill(t, st, data)
			if stage == "" {
				break
			}
			n++
			stages[stage]++
			last = fmt.Sprintf("seed %d, kill %d, %s, %s", *soakSeed, n, st.name, stage[2:])
			if left := slices.DeleteFunc(slices.Collect(maps.Keys(filesOf(t, data))), func(name string) bool { return !unfinished(name) }); len(left) > mostLeft {
				t.Errorf("%s: it left %q", last, left)
			}
		}
		if last == "" {
			continue
		}
		start := time.Now()
		st.end(t, data, "--workers", fmt.Sprint(1+s.rng.IntN(4)))
		recovered = append(recovered, time.Since(start))
		s.check(t, last, data)
		startServer(t, data).stop(t)
		if t.Failed() {
			t.FailNow()
		}
		if err := os.RemoveAll(data); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("seed %d: %d kills of analyze and join, %d recoveries, which took %s", *soakSeed, *soakKills, len(recovered), spread(recovered))
	for _, stage := range slices.Sorted(maps.Keys(stages)) {
		t.Logf("%5d killed while %s", stages[stage], stage[2:])
	}
}

// spread says where durations lie.
func spread(d []time.Duration) string {
	slices.Sort(d)
	at := func(share float64) time.Duration { return d[int(share*float64(len(d)-1))].Round(time.Millisecond) }
	return fmt.Sprintf("%v (median), %v (at most)", at(0.5), at(1))
}
