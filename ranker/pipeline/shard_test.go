package pipeline

import (
	"os"
	"path/filepath"
	"testing"
)

func TestParseShard(t *testing.T) {
	for text, want := range map[string]Shard{"1/1": {1, 1}, "2/8": {2, 8}, "8/8": {8, 8}} {
		if got, err := ParseShard(text); got != want || err != nil {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "1", "0/2", "3/2", "-1/2", "1/0", "a/b", "1/2/3", "1/100000"} {
		if got, err := ParseShard(text); err == nil {
			t.Errorf("%q: %v, want an error", text, got)
		}
	}
}

// However reading is spread, the Report of the joined ledgers is that of a single run, byte for byte.
func TestShardsGiveTheReportOfOneRun(t *testing.T) {
	if testing.Short() {
		t.Skip("analyses one after another, which smaller tests race; run without -short")
	}
	dir := t.TempDir()
	files := sample(t, 30)
	files["broken.json.gz"] = []byte("\x1f\x8bnothing")
	writeFiles(t, dir, files)
	want := storedReport(t, t.TempDir(), dir)
	for _, count := range []int{1, 3} {
		data, parts := t.TempDir(), []string(nil)
		read := 0
		for i := range count {
			part := t.TempDir()
			run := readShard(t, part, dir, Shard{i + 1, count})
			if run.Listed != 31 {
				t.Fatalf("shard %d of %d: %d listed, want 31", i+1, count, run.Listed)
			}
			read += run.Fresh
			parts = append(parts, part)
		}
		if read != 30 {
			t.Errorf("%d shards: %d recordings read, want 30", count, read)
		}
		if recordings, skips, err := Join(t.Context(), data, parts); recordings != 30 || skips != 1 || err != nil {
			t.Errorf("%d shards: %d recordings and %d skips joined, error %v; want 30 and 1", count, recordings, skips, err)
		}
		if r := analyze(t, Config{}, data, dir); r.Fresh != 0 {
			t.Errorf("%d shards: the analysis read %d recordings again", count, r.Fresh)
		}
		if got := storedReport(t, data, dir); got != want {
			t.Errorf("%d shards: another report than that of one run", count)
		}
	}
}

func readShard(t *testing.T, data, dir string, shard Shard) *ReadRun {
	t.Helper()
	config, err := Config{}.WithSources([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	sources, err := Opener{Getenv: func(string) string { return "" }}.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	run, err := ReadShard(t.Context(), Options{Config: config, Sources: sources, DataDir: data}, shard)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// storedReport analyses dir and returns the bytes of the stored result.
func storedReport(t *testing.T, data, dir string) string {
	t.Helper()
	analyze(t, Config{}, data, dir)
	names, err := filepath.Glob(filepath.Join(data, "*.json*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no stored result: %v", err)
	}
	all := ""
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all += filepath.Base(name) + "\n" + string(text)
	}
	return all
}
