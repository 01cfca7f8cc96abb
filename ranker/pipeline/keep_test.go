package pipeline

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker"
)

// today is the day on which the tests of this file run.
var today = time.Date(2026, 11, 20, 15, 4, 5, 0, time.UTC)

// recordedOn returns a recording of the demo bucket and its sidecar as if it had been made on another day.
func recordedOn(t *testing.T, recording, sidecar []byte, day time.Time) (moved, meta []byte) {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(recording))
	if err != nil {
		t.Fatal(err)
	}
	var events []map[string]any
	dec := json.NewDecoder(r)
	dec.UseNumber()
	if err := dec.Decode(&events); err != nil {
		t.Fatal(err)
	}
	var shift int64
	for i, e := range events {
		at, err := e["timestamp"].(json.Number).Int64()
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			shift = day.UnixMilli() - at
		}
		e["timestamp"] = at + shift
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if err := json.NewEncoder(w).Encode(events); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(sidecar, &fields); err != nil {
		t.Fatal(err)
	}
	delete(fields, "session_id")
	fields["started_at"] = day.Format(time.RFC3339Nano)
	meta, err = json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return packed.Bytes(), meta
}

// writeDays puts one recording a day into dir, for the given numbers of days before today.
func writeDays(t *testing.T, dir string, ago ...int) {
	t.Helper()
	recording, sidecar := oneRecording(t)
	for _, n := range ago {
		day := ledger.Day(today).AddDate(0, 0, -n).Add(10 * time.Hour)
		moved, meta := recordedOn(t, recording, sidecar, day)
		name := day.Format(time.DateOnly) + "/s"
		writeFiles(t, dir, map[string][]byte{name + day.Format("0102") + ".json.gz": moved, name + day.Format("0102") + ".meta.json": meta})
	}
}

func oneRecording(t *testing.T) (recording, sidecar []byte) {
	t.Helper()
	for key, data := range sample(t, 1) {
		if strings.HasSuffix(key, ".meta.json") {
			sidecar = data
		} else {
			recording = data
		}
	}
	return recording, sidecar
}

// kept is an analysis of a directory that keeps some days, on a day.
type kept struct {
	dir, data string
	days      int
	now       time.Time
}

// run analyses and returns how many recordings were opened beside the Run.
func (k kept) run(t *testing.T) (*Run, int) {
	t.Helper()
	config, err := Config{Keep: Keep{Days: k.days}}.WithSources([]string{k.dir})
	if err != nil {
		t.Fatal(err)
	}
	sources, err := Opener{}.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	run, err := Analyze(t.Context(), Options{
		Config: config, Sources: sources, DataDir: k.data, Now: func() time.Time { return k.now },
		Progress: func(p Progress) {
			if p.Stage == "reading" {
				read = p.Done
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return run, read
}

// withoutRead is the JSON of what a Report says apart from what was listed and read.
func withoutRead(t *testing.T, r *ranker.Report) string {
	t.Helper()
	c := *r
	c.Read, c.Run = ranker.ReadSummary{}, ""
	text, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestKeptDaysGiveTheResultOfTheseDays(t *testing.T) {
	if testing.Short() {
		t.Skip("analyses one after another, which smaller tests race; run without -short")
	}
	all := kept{dir: t.TempDir(), data: t.TempDir(), days: 5, now: today}
	writeDays(t, all.dir, 0, 1, 2, 3, 4, 5, 6, 7, 20)
	fresh := kept{dir: t.TempDir(), data: t.TempDir(), now: today}
	writeDays(t, fresh.dir, 0, 1, 2, 3, 4, 5)
	want, _ := fresh.run(t)

	// As files come: they were all written just now, so that each has to be read to know its day.
	run, read := all.run(t)
	if read != 9 || run.Report.Sessions != 6 || run.Fresh != 6 || skippedAs(run, reasonExpired) != 3 {
		t.Fatalf("%d read, %d kept, %d sessions, skipped %v", read, run.Fresh, run.Report.Sessions, run.Report.Read.Skipped)
	}
	result, err := LoadResult(all.data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.ReplaceAll(withoutRead(t, want.Report), fresh.dir, all.dir), withoutRead(t, run.Report)); diff != "" {
		t.Errorf("an analysis of the kept days alone says otherwise (-alone +kept):\n%s", diff)
	}
	if got := result.Since; !got.Equal(ledger.Day(today).AddDate(0, 0, -5)) {
		t.Errorf("result rests on days since %v", got)
	}

	// Nothing is read again because it is still listed, and a day later one more is out of date.
	if again, read := all.run(t); read != 0 || again.Report.Run != run.Report.Run {
		t.Errorf("second run read %d recordings, run %s; want 0 and %s", read, again.Report.Run, run.Report.Run)
	}
	all.now = today.AddDate(0, 0, 1)
	next, read := all.run(t)
	if read != 0 || next.Report.Sessions != 5 || skippedAs(next, reasonExpired) != 4 {
		t.Errorf("a day later: %d read, %d sessions, skipped %v", read, next.Report.Sessions, next.Report.Read.Skipped)
	}
	led, err := ledger.Open(all.data, ledger.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if days := led.Days(); len(days) != 5 || days[0].Before(ledger.Day(today).AddDate(0, 0, -4)) {
		t.Errorf("the ledger still holds %v", days)
	}

	// More days: what the store still has comes back.
	all.days = 30
	if more, read := all.run(t); read != 4 || more.Report.Sessions != 9 || skippedAs(more, reasonExpired) != 0 {
		t.Errorf("with 30 days: %d read, %d sessions, skipped %v", read, more.Report.Sessions, more.Report.Read.Skipped)
	}
}

func TestOldObjectsAreNotOpened(t *testing.T) {
	k := kept{dir: t.TempDir(), data: t.TempDir(), days: 5, now: today}
	writeDays(t, k.dir, 0, 1, 40, 41)
	old := 0
	err := filepath.WalkDir(k.dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && (strings.Contains(path, "2026-10-11") || strings.Contains(path, "2026-10-10")) && !e.IsDir() {
			old++
			err = os.Chtimes(path, time.Time{}, today.AddDate(0, 0, -40))
		}
		return err
	})
	if err != nil || old != 4 {
		t.Fatalf("%d files made old, %v", old, err)
	}
	run, read := k.run(t)
	if read != 2 || run.Report.Sessions != 2 || skippedAs(run, reasonExpired) != 2 {
		t.Errorf("%d read, %d sessions, skipped %v", read, run.Report.Sessions, run.Report.Read.Skipped)
	}
}

// diskUse counts the files of a data directory and their bytes.
func diskUse(t *testing.T, dir string) (files int, bytes int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			files, bytes = files+1, bytes+info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files, bytes
}

// Fifty days go by. Every day brings two recordings, one of which is broken, and the store forgets what is older than ten
// days; the settings change now and then, and a process is killed while it writes.
func TestFiftyRunsHoldTheDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("fifty analyses; run without -short")
	}
	t.Parallel()
	const runs, days, stored = 50, 7, 10
	k := kept{dir: t.TempDir(), data: t.TempDir(), days: days}
	recording, sidecar := oneRecording(t)
	start := ledger.Day(today).AddDate(0, 0, -runs)
	var files int
	var size int64
	for n := range runs {
		day := start.AddDate(0, 0, n)
		moved, meta := recordedOn(t, recording, sidecar, day.Add(time.Hour))
		folder := day.Format(time.DateOnly)
		writeFiles(t, k.dir, map[string][]byte{
			folder + fmt.Sprintf("/s%02d.json.gz", n): moved, folder + fmt.Sprintf("/s%02d.meta.json", n): meta,
			folder + fmt.Sprintf("/broken%02d.json", n): []byte(`[{"type":`),
		})
		if err := os.RemoveAll(filepath.Join(k.dir, day.AddDate(0, 0, -stored).Format(time.DateOnly))); err != nil {
			t.Fatal(err)
		}
		writeFiles(t, k.data, map[string][]byte{resultFile + ".123" + asideSuffix: moved})
		k.now = day.Add(20 * time.Hour)
		run, read := k.run(t)
		if want := min(n+1, days+1); run.Report.Sessions != want || read != 2 {
			t.Fatalf("run %d: %d sessions, %d read; want %d and 2", n, run.Report.Sessions, read, want)
		}
		if n == 2*stored {
			files, size = diskUse(t, k.data)
		}
	}
	gotFiles, gotSize := diskUse(t, k.data)
	t.Logf("after %d runs %d files with %d bytes, after %d runs %d files with %d bytes", 2*stored, files, size, runs, gotFiles, gotSize)
	// Between two merges there may be some files more; what would be kept for every run would be thirty.
	led, err := ledger.Open(k.data, ledger.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if held := led.Size(); held.Digests != days+1 || held.Skips != 2*stored-days-1 {
		t.Errorf("the ledger holds %d digests and %d skips, want %d and %d", held.Digests, held.Skips, days+1, 2*stored-days-1)
	}
	if gotFiles > files+ledger.DefaultCompactFiles || gotSize > size+size/4 {
		t.Errorf("the data directory grew from %d files and %d bytes to %d and %d", files, size, gotFiles, gotSize)
	}
}

func TestSettingsOfLongAgoAreForgotten(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	writeFiles(t, dir, sample(t, 2))
	var first Config
	for n := range 6 {
		config := Config{Limits: Limits{Windows: 10 + n}}
		if n == 0 {
			first = config
		}
		analyze(t, config, data, dir)
		if n == recentSettings {
			if again := analyze(t, first, data, dir); again.Fresh != 0 {
				t.Errorf("settings of %d changes ago: %d recordings read again", n, again.Fresh)
			}
		}
	}
	led, err := ledger.Open(data, ledger.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := led.Size().Digests, 2*(recentSettings+1); got != want {
		t.Errorf("%d digests, want %d of the settings in use and %d before", got, want, recentSettings)
	}
}

func TestDiskUseCountsEveryFileOnce(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	writeFiles(t, dir, sample(t, 2))
	analyze(t, Config{}, data, dir)
	writeFiles(t, data, map[string][]byte{"note.txt": []byte("12345"), "review.db-wal": []byte("1"), "search/x/y": []byte("123")})
	files, size := diskUse(t, data)
	use, err := DiskUse(data)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range use {
		files, size = files-p.Files, size-p.Bytes
		want := map[string]int64{"other": 5, "reviews": 1, "search": 3}[p.Name]
		if p.Name != DiskParts[i] || want > 0 && p.Bytes != want || want == 0 && (p.Files == 0) != (p.Name == "tables") {
			t.Errorf("%+v", p)
		}
	}
	if files != 0 || size != 0 {
		t.Errorf("%d files with %d bytes are in no part, or in several", files, size)
	}
	if none, err := DiskUse(filepath.Join(dir, "absent")); err != nil || none[0].Bytes != 0 {
		t.Errorf("absent directory: %v, %v", none, err)
	}
}

func TestKeepIsChecked(t *testing.T) {
	for text, want := range map[string]string{
		"keep: {days: -1}":           "line 1: keep.days: -1 is not from 1",
		"keep:\n  days: 40000":       "line 2: keep.days: 40000 is not",
		"keep:\n  day: 4":            "unknown field \"day\"; there are days",
		"keep: {days: 90}":           "",
		"goals: []\nkeep: {days: 0}": "",
	} {
		_, err := ParseConfig([]byte(text))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
