package pipeline

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/snappy"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/format"
	"github.com/rankle/rankle/replay/source/s3/s3test"
)

// hogged is a bucket of PostHog's: the recordings of the demo in blocks, those of many sessions in each object.
type hogged struct {
	files map[string][]byte
	index string            // of ClickHouse, a JSON object a line
	users map[string]string // by session
}

// hogBlocks is how many blocks each session has, of which two lie in one object.
const hogBlocks = 4

func newHogged(t *testing.T, n int) hogged {
	t.Helper()
	h := hogged{files: map[string][]byte{}, users: map[string]string{}}
	objects := make([][]byte, hogBlocks/2)
	files := sample(t, n)
	for i, key := range slices.Sorted(maps.Keys(files)) {
		if strings.HasSuffix(key, ".meta.json") {
			continue
		}
		session := fmt.Sprintf("0197b2a0-0000-7000-8000-%012d", i)
		h.users[session] = fmt.Sprintf("user-%d", i)
		window := fmt.Sprintf("0197b2a0-0000-7000-9000-%012d", i)
		var urls, firsts []string
		for k, lines := range chunks(t, files[key], window) {
			raw := snappy.Encode(nil, []byte(strings.Join(lines, "")))
			o := k / 2
			urls = append(urls, fmt.Sprintf("s3://posthog/session_recordings/%s?range=bytes=%d-%d", objectKey(o), len(objects[o]), len(objects[o])+len(raw)-1))
			firsts = append(firsts, timeOf(t, lines[0]).Format("2006-01-02 15:04:05.000"))
			objects[o] = append(objects[o], raw...)
		}
		slices.Reverse(urls) // as unordered as ClickHouse's arrays
		row := map[string]any{
			"session_id": session, "distinct_id": h.users[session], "snapshot_source": "web", "is_deleted": 0,
			"min_first_timestamp": firsts[0], "block_urls": urls, "block_first_timestamps": reversed(firsts),
		}
		line, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		h.index += string(line) + "\n"
	}
	for o, data := range objects {
		h.files[objectKey(o)] = data
	}
	return h
}

func objectKey(o int) string { return fmt.Sprintf("30d/%d-%016x", 1751462400000+o*10_000, o+1) }

func reversed(s []string) []string {
	s = slices.Clone(s)
	slices.Reverse(s)
	return s
}

// chunks are the lines of the blocks of one recording.
func chunks(t *testing.T, gz []byte, window string) [][]string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(gz))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var events []json.RawMessage
	if err := json.Unmarshal(text, &events); err != nil {
		t.Fatal(err)
	}
	out := make([][]string, hogBlocks)
	for i, e := range events {
		k := i * hogBlocks / len(events)
		out[k] = append(out[k], fmt.Sprintf(`["%s",%s]`+"\n", window, e))
	}
	return out
}

func timeOf(t *testing.T, line string) time.Time {
	t.Helper()
	var parts []json.RawMessage
	var e struct{ Timestamp int64 }
	if json.Unmarshal([]byte(line), &parts) != nil || json.Unmarshal(parts[1], &e) != nil || e.Timestamp == 0 {
		t.Fatalf("no time in %.80s", line)
	}
	return time.UnixMilli(e.Timestamp).UTC()
}

// struggles are the episodes of all sessions, in which nothing depends on how they were stored.
func struggles(digests map[string]*friction.Digest) string {
	var out []string
	for _, d := range digests {
		for _, e := range d.Episodes {
			out = append(out, fmt.Sprintf("%s %s %s %v %d", d.Start.Format(time.RFC3339Nano), e.Pattern, e.Verdict, e.Start, len(d.Visits)))
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// digestsOf returns the digests of a finished analysis by session.
func digestsOf(t *testing.T, data string) map[string]*friction.Digest {
	t.Helper()
	_, evidence, _ := finished(t, data)
	out := map[string]*friction.Digest{}
	for d, err := range evidence.Digests(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		out[d.Session] = d
	}
	return out
}

func TestBlocksOfManySessions(t *testing.T) {
	const n = 6
	h := newHogged(t, n)
	dir, data, conf := t.TempDir(), t.TempDir(), t.TempDir()
	writeFiles(t, dir, h.files)
	writeFiles(t, conf, map[string][]byte{"index.ndjson": []byte(h.index),
		"rankle.yaml": []byte("sources: [{url: " + dir + ", dialect: posthog-blocks, index: {path: index.ndjson}}]")})
	config, err := LoadConfig(filepath.Join(conf, "rankle.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	run := analyze(t, config, data)
	if run.Fresh != n || run.Report.Sessions != n || len(run.Report.Read.Skipped) != 0 {
		t.Fatalf("%d sessions, %d read, skipped %+v; want %d", run.Report.Sessions, run.Fresh, run.Report.Read.Skipped, n)
	}
	plain, plainData := t.TempDir(), t.TempDir()
	writeFiles(t, plain, sample(t, n))
	analyze(t, Config{}, plainData, plain)
	digests := digestsOf(t, data)
	if got, want := struggles(digests), struggles(digestsOf(t, plainData)); want == "" || got != want {
		t.Errorf("episodes:\n%s\nof the same recordings as files:\n%s", got, want)
	}
	for session, d := range digests {
		if d.Context.User != h.users[session] || len(d.Objects) != hogBlocks || slices.Contains(d.Marks, replay.MarkMissingPart) {
			t.Errorf("%s: user %q, %d objects, marks %v", session, d.Context.User, len(d.Objects), d.Marks)
		}
	}
	playAll(t, config, data, nil)
	if again := analyze(t, config, data); again.Fresh != 0 || again.Report.Sessions != n {
		t.Errorf("second run: %d sessions, %d read", again.Report.Sessions, again.Fresh)
	}

	// A later export that names one session only: the others stay as they were, with their users.
	one, _, _ := strings.Cut(h.index, "\n")
	writeFiles(t, conf, map[string][]byte{"index.ndjson": []byte(one)})
	if later := analyze(t, config, data); later.Fresh != 0 || later.Report.Sessions != n || later.Report.Users != n {
		t.Errorf("with a later index: %d sessions of %d users, %d read", later.Report.Sessions, later.Report.Users, later.Fresh)
	}
	writeFiles(t, conf, map[string][]byte{"index.ndjson": []byte(h.index)})

	// An object less: every session has lost two of its blocks.
	if err := os.Remove(filepath.Join(dir, filepath.FromSlash(objectKey(1)))); err != nil {
		t.Fatal(err)
	}
	if less := analyze(t, config, data); less.Fresh != n {
		t.Errorf("with an object less: %d read, want %d", less.Fresh, n)
	}
	for session, d := range digestsOf(t, data) {
		if !slices.Contains(d.Marks, replay.MarkMissingPart) {
			t.Errorf("%s: lost blocks are not marked: %v", session, d.Marks)
		}
	}
}

// playAll cuts a clip of every session.
func playAll(t *testing.T, config Config, data string, getenv func(string) string) {
	t.Helper()
	sources, err := Opener{Getenv: getenv}.Open(mustAbsolute(t, config))
	if err != nil {
		t.Fatal(err)
	}
	result, evidence, led := finished(t, data)
	for d, err := range evidence.Digests(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		recordings := &Recordings{Ledger: led, Digests: result.Digests, Sources: sources}
		if err := recordings.Events(context.Background(), &out, d.Session, 0, 0, 0); err != nil || !bytes.Contains(out.Bytes(), []byte(`"type":2`)) {
			t.Errorf("%s cannot be played: %v", d.Session, err)
		}
	}
}

func mustAbsolute(t *testing.T, c Config) Config {
	t.Helper()
	c, err := c.WithSources(nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Without an index, sessions are told apart by their windows, and objects are scanned once.
func TestBlocksWithoutIndex(t *testing.T) {
	const n = 4
	h := newHogged(t, n)
	dir, data := t.TempDir(), t.TempDir()
	writeFiles(t, dir, h.files)
	config := Config{Sources: []Source{{URL: dir, Dialect: format.PostHogBlocks}}}
	run := analyze(t, config, data)
	if run.Fresh != n || run.Report.Sessions != n {
		t.Fatalf("%d sessions, %d read; want %d; skipped %+v", run.Report.Sessions, run.Fresh, n, run.Report.Read.Skipped)
	}
	for session, d := range digestsOf(t, data) {
		if !strings.HasPrefix(session, "0197b2a0-0000-7000-9000-") || len(d.Objects) != hogBlocks {
			t.Errorf("session %s of %d blocks", session, len(d.Objects))
		}
	}
	playAll(t, config, data, nil)
	scans, err := filepath.Glob(filepath.Join(data, "blocks-*.json"))
	if err != nil || len(scans) != 1 {
		t.Fatalf("scans in the data directory: %v, %v", scans, err)
	}
	stored, err := os.ReadFile(scans[0])
	if err != nil {
		t.Fatal(err)
	}
	// Damage costs a scan, and nothing else.
	for _, content := range [][]byte{stored, stored[:len(stored)/2], nil} {
		if err := os.WriteFile(scans[0], content, 0o600); err != nil {
			t.Fatal(err)
		}
		if again := analyze(t, config, data); again.Fresh != 0 || again.Report.Sessions != n {
			t.Errorf("again: %d sessions, %d read", again.Report.Sessions, again.Fresh)
		}
	}
	// A cut object: what lies in front of the cut is read, and the report says so.
	whole := h.files[objectKey(1)]
	writeFiles(t, dir, map[string][]byte{objectKey(1): whole[:len(whole)-10]})
	cut := analyze(t, config, data)
	if s := cut.Report.Read.Skipped; cut.Report.Sessions != n || len(s) != 1 || s[0].Reason != string(format.BadBlock) {
		t.Errorf("cut object: %d sessions, skipped %+v", cut.Report.Sessions, s)
	}
}

func TestBlocksInABucket(t *testing.T) {
	server := s3test.Start(t)
	bucket := server.Bucket(t)
	h := newHogged(t, 3)
	for key, data := range h.files {
		server.Put(t, bucket, "session_recordings/"+key, data)
	}
	index := filepath.Join(t.TempDir(), "index.ndjson")
	if err := os.WriteFile(index, []byte(h.index), 0o600); err != nil {
		t.Fatal(err)
	}
	opt := server.Options(bucket)
	config := Config{Sources: []Source{{URL: "s3://" + bucket + "/session_recordings/", Endpoint: opt.Endpoint, Region: opt.Region, Insecure: true,
		AccessKeyEnv: "KEY", SecretKeyEnv: "SECRET", Dialect: format.PostHogBlocks, Index: Index{Path: index}}}}
	getenv := func(name string) string {
		return map[string]string{"KEY": s3test.AccessKey, "SECRET": s3test.SecretKey}[name]
	}
	sources, err := Opener{Getenv: getenv}.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	run, err := Analyze(t.Context(), Options{Config: config, Sources: sources, DataDir: data})
	if err != nil || run.Fresh != 3 {
		t.Fatalf("%+v, %v", run, err)
	}
	playAll(t, config, data, getenv)
}

// What no bytes can say is skipped until it is declared, and then read, without reading anything else again.
func TestDeclaredDialectReadsWhatWasSkipped(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	writeFiles(t, dir, sample(t, 2))
	h := newHogged(t, 1)
	writeFiles(t, dir, map[string][]byte{"blocks/" + objectKey(0): h.files[objectKey(0)]})
	run := analyze(t, Config{}, data, dir)
	if s := run.Report.Read.Skipped; run.Fresh != 2 || len(s) != 1 || s[0].Reason != string(format.ManySessions) {
		t.Fatalf("undeclared: %d read, skipped %+v", run.Fresh, s)
	}
	config := Config{Sources: []Source{{URL: dir, Dialect: format.RRWeb}}}
	if run = analyze(t, config, data, dir); run.Fresh != 0 || len(run.Report.Read.Skipped) != 1 {
		t.Errorf("declared otherwise: %d read, skipped %+v", run.Fresh, run.Report.Read.Skipped)
	}
	config.Sources = []Source{{URL: dir}, {URL: filepath.Join(dir, "blocks"), Dialect: format.PostHogBlocks}}
	config.Sources[0].Ignore = []string{"*-000000000000000?"}
	if run = analyze(t, config, data); run.Fresh != 1 || run.Report.Sessions != 3 {
		t.Errorf("declared: %d read of %d, skipped %+v", run.Fresh, run.Report.Sessions, run.Report.Read.Skipped)
	}
}
