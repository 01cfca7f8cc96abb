package pipeline

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/replay/format"
	"github.com/rankle/rankle/replay/source"
	"github.com/rankle/rankle/replay/source/s3/s3test"
	"github.com/rankle/rankle/testdata/demo"
)

// sample returns n recordings of the demo bucket with their sidecars, by key.
func sample(t *testing.T, n int) map[string][]byte {
	t.Helper()
	bucket := demo.Bucket()
	sidecars, err := fs.Glob(bucket, "*/*.meta.json")
	if err != nil || len(sidecars) < n {
		t.Fatalf("%d sidecars, %d are needed: %v", len(sidecars), n, err)
	}
	files := map[string][]byte{}
	for _, sidecar := range sidecars {
		recording := strings.TrimSuffix(sidecar, ".meta.json") + ".json.gz"
		data, err := fs.ReadFile(bucket, recording)
		if errors.Is(err, fs.ErrNotExist) {
			continue // stored in parts or another container
		}
		if files[sidecar], err = fs.ReadFile(bucket, sidecar); err != nil {
			t.Fatal(err)
		}
		files[recording] = data
		if len(files) == 2*n {
			return files
		}
	}
	t.Fatalf("fewer than %d recordings of one object", n)
	return nil
}

func writeFiles(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	for key, data := range files {
		path := filepath.Join(dir, filepath.FromSlash(key))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// analyze runs an analysis of directories or buckets and fails the test on an error.
func analyze(t *testing.T, config Config, data string, urls ...string) *Run {
	t.Helper()
	config, err := config.WithSources(urls)
	if err != nil {
		t.Fatal(err)
	}
	sources, err := Opener{Getenv: func(string) string { return "" }}.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	run, err := Analyze(t.Context(), Options{Config: config, Sources: sources, DataDir: data})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func TestNothingIsReadTwiceUnlessItChanged(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	files := sample(t, 4)
	writeFiles(t, dir, files)
	if r := analyze(t, Config{}, data, dir); r.Report.Sessions != 4 || r.Fresh != 4 {
		t.Fatalf("first run: %d sessions, %d read; want 4 and 4", r.Report.Sessions, r.Fresh)
	}
	if r := analyze(t, Config{}, data, dir); r.Report.Sessions != 4 || r.Fresh != 0 {
		t.Fatalf("second run: %d sessions, %d read; want 4 and 0", r.Report.Sessions, r.Fresh)
	}
	// A sidecar that says something else changes the digest as much as a recording does.
	for key, meta := range files {
		if strings.HasSuffix(key, ".meta.json") {
			var fields map[string]any
			if err := json.Unmarshal(meta, &fields); err != nil {
				t.Fatal(err)
			}
			fields["user_id"] = "somebody-else-entirely"
			changed, err := json.Marshal(fields)
			if err != nil {
				t.Fatal(err)
			}
			writeFiles(t, dir, map[string][]byte{key: changed})
			break
		}
	}
	if r := analyze(t, Config{}, data, dir); r.Report.Sessions != 4 || r.Fresh != 1 {
		t.Errorf("after a change: %d sessions, %d read; want 4 and 1", r.Report.Sessions, r.Fresh)
	}
}

// bucketSource reads what lies below web/ in a bucket.
func bucketSource(t *testing.T, server *s3test.Server, bucket string) (Config, []Opened) {
	t.Helper()
	opt := server.Options(bucket)
	config := Config{Sources: []Source{{
		URL: "s3://" + bucket + "/web/", Endpoint: opt.Endpoint, Region: opt.Region, Insecure: true,
		AccessKeyEnv: "KEY", SecretKeyEnv: "SECRET",
	}}}
	sources, err := Opener{Getenv: func(name string) string {
		return map[string]string{"KEY": s3test.AccessKey, "SECRET": s3test.SecretKey}[name]
	}}.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	return config, sources
}

func TestBucketAndDirectoryGiveTheSameIssues(t *testing.T) {
	server := s3test.Start(t)
	bucket := server.Bucket(t)
	files := sample(t, 6)
	for key, data := range files {
		server.Put(t, bucket, "web/"+key, data)
	}
	server.Put(t, bucket, "elsewhere/not-ours.json", []byte("{}"))
	config, sources := bucketSource(t, server, bucket)
	data := t.TempDir()
	run, err := Analyze(t.Context(), Options{Config: config, Sources: sources, DataDir: data})
	if err != nil {
		t.Fatal(err)
	}
	fromBucket := run.Report
	dir := t.TempDir()
	writeFiles(t, dir, files)
	fromDir := analyze(t, Config{}, t.TempDir(), dir).Report
	if fromBucket.Sessions != 6 || fromDir.Sessions != 6 || fromBucket.Users != fromDir.Users || !fromBucket.From.Equal(fromDir.From) {
		t.Errorf("bucket: %d sessions of %d users from %v, directory: %d of %d from %v",
			fromBucket.Sessions, fromBucket.Users, fromBucket.From, fromDir.Sessions, fromDir.Users, fromDir.From)
	}
	stored, err := os.ReadFile(filepath.Join(data, resultFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{s3test.AccessKey, s3test.SecretKey} {
		if bytes.Contains(stored, []byte(secret)) {
			t.Errorf("%q lies in the stored result", secret)
		}
	}
	playFrom(t, data, sources, server, bucket)
}

// playFrom plays a moment of a session from the bucket, and then deletes the recording.
func playFrom(t *testing.T, data string, sources []Opened, server *s3test.Server, bucket string) {
	t.Helper()
	led, err := ledger.Open(data, ledger.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer led.Close()
	result, err := LoadResult(data)
	if err != nil {
		t.Fatal(err)
	}
	recordings := &Recordings{Ledger: led, Digests: result.Digests, Sources: sources}
	evidence, err := result.Evidence(t.Context(), led, data)
	if err != nil {
		t.Fatal(err)
	}
	for d, err := range evidence.Digests(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		var whole, piece bytes.Buffer
		if err := recordings.Events(t.Context(), &whole, d.Session, 0, 0, -1); err != nil {
			t.Fatal(err)
		}
		if err := recordings.Events(t.Context(), &piece, d.Session, 0, 5*time.Second, -1); err != nil {
			t.Fatal(err)
		}
		if !json.Valid(whole.Bytes()) || !json.Valid(piece.Bytes()) || piece.Len() >= whole.Len() {
			t.Errorf("session %s: whole %d bytes, five seconds %d bytes; want valid JSON and less", d.Session, whole.Len(), piece.Len())
		}
		for _, o := range d.Objects {
			server.Delete(t, bucket, o.Key)
		}
		if err := recordings.Events(t.Context(), &piece, d.Session, 0, 0, -1); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("deleted recording: %v, want fs.ErrNotExist", err)
		}
		break
	}
	if err := recordings.Events(t.Context(), &bytes.Buffer{}, "no-such-session", 0, 0, -1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("unknown session: %v, want fs.ErrNotExist", err)
	}
}

func TestManifestSaysWhoAndWhatCameOfIt(t *testing.T) {
	dir := t.TempDir()
	var sessions, orders strings.Builder
	sessions.WriteString("session_id,user_id,country\n")
	orders.WriteString("user_id,name,at\n")
	started := ""
	for key, data := range sample(t, 3) {
		if strings.HasSuffix(key, ".meta.json") {
			var side struct {
				SessionID string `json:"session_id"`
				StartedAt string `json:"started_at"`
			}
			if err := json.Unmarshal(data, &side); err != nil {
				t.Fatal(err)
			}
			id := side.SessionID
			sessions.WriteString(id + ",user-of-" + id + ",NL\n")
			if started == "" {
				started = side.StartedAt
				at, err := time.Parse(time.RFC3339, started)
				if err != nil {
					t.Fatal(err)
				}
				orders.WriteString("user-of-" + id + ",ordered," + at.Add(time.Hour).Format(time.RFC3339) + "\n")
			}
			continue
		}
		writeFiles(t, dir, map[string][]byte{key: data}) // no sidecars: the tables must do
	}
	tables := t.TempDir()
	writeFiles(t, tables, map[string][]byte{
		"sessions.csv": []byte(sessions.String()),
		"orders.csv":   []byte(orders.String()),
		"rankle.yaml": []byte(`
manifests:
  - path: sessions.csv
  - {path: orders.csv, outcomes: true}
goals:
  - {name: order, reached: {attribute: ordered}}
`),
	})
	config, err := LoadConfig(filepath.Join(tables, "rankle.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	r := analyze(t, config, data, dir).Report
	if r.Users != 3 || r.Anonymous != 0 {
		t.Errorf("%d users, %d anonymous sessions; want 3 and 0", r.Users, r.Anonymous)
	}
	if len(r.Goals) != 1 || r.Goals[0].Reached != 1 {
		t.Errorf("goals %+v, want order reached once", r.Goals)
	}
	// A session looked at by itself says the same as the list it was counted in.
	result, evidence, led := finished(t, data)
	recordings := &Recordings{Ledger: led, Digests: result.Digests, Evidence: evidence}
	for listed, err := range evidence.Digests(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		single, err := recordings.Get(t.Context(), listed.Session)
		if err != nil {
			t.Fatal(err)
		}
		if single.Context.User != "user-of-"+listed.Session || single.Context.User != listed.Context.User {
			t.Errorf("session %s: user %q by itself, %q in the list", listed.Session, single.Context.User, listed.Context.User)
		}
	}
}

func TestConfigErrorsNameEverythingWrong(t *testing.T) {
	_, err := ParseConfig([]byte(`
sources: [{url: ""}, {url: a, key_pattern: "("}, {url: b, dialect: matomo, index: {path: i}}]
goals: [{name: "", reached: {screen: /a}}]
manifests: [{format: csv}]
weights: {return: -1}
`))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"sources[0]: url", "sources[1]", `sources[2]: dialect "matomo"`, "sources[2]: index", "goals[0]: name", "manifests[0]: path", "weights: return"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %q:\n%v", want, err)
		}
	}
}

// Only what the values mean counts for the fingerprint, not how they are written.
func TestDetectionSettings(t *testing.T) {
	fingerprint := func(text string) string {
		t.Helper()
		c, err := ParseConfig([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		s, err := c.Detection.settings()
		if err != nil {
			t.Fatal(err)
		}
		return digestFingerprint(format.Options{}, s)
	}
	none := fingerprint("")
	if none != digestFingerprint(format.Options{}, friction.DefaultSettings()) {
		t.Error("an empty file does not give the defaults")
	}
	if fingerprint("detection: {thresholds: {rage_gestures: 3, slow_episode: 2000ms}}") != none {
		t.Error("the defaults, written down, are other settings")
	}
	seen := map[string]string{none: "nothing"}
	for _, text := range []string{
		"detection: {thresholds: {rage_gestures: 4}}",
		"detection: {thresholds: {floor: 0.41}}",
		"detection: {overrides: [{screen: /a, repeat_use: true}]}",
		"detection: {overrides: [{target: /a, repeat_use: true}]}",
		"detection: {overrides: [{screen: /a, off: [loop]}]}",
		"detection: {overrides: [{screen: /a, thresholds: {floor: 0.41}}]}",
	} {
		f := fingerprint(text)
		if other, ok := seen[f]; ok {
			t.Errorf("%s has the fingerprint of %s", text, other)
		}
		seen[f] = text
	}
}

func TestSourcesAreMadeAbsolute(t *testing.T) {
	t.Chdir(t.TempDir())
	c, err := Config{dir: "conf", Sources: []Source{{URL: "rec"}, {URL: "s3://b/p"}}, Manifests: []Manifest{{Path: "m.csv"}}}.WithSources(nil)
	if err != nil {
		t.Fatal(err)
	}
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	got := []string{c.Sources[0].URL, c.Sources[1].URL, c.Manifests[0].Path}
	want := []string{filepath.Join(wd, "conf", "rec"), "s3://b/p", filepath.Join(wd, "conf", "m.csv")}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if _, err := (Opener{}).Open(c); !errors.Is(err, source.ErrNoBucket) {
		t.Errorf("missing directory: %v, want ErrNoBucket", err)
	}
}

func TestOneRecordingInSeveralSourcesCountsOnce(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	files := sample(t, 3)
	writeFiles(t, dir, files)
	one := ""
	for key := range files {
		if strings.HasSuffix(key, ".json.gz") {
			one = filepath.Join(dir, filepath.FromSlash(key))
		}
	}
	if r := analyze(t, Config{}, data, dir, dir+"/", filepath.Dir(one)+"/../"); r.Report.Sessions != 3 || r.Fresh != 3 {
		t.Errorf("%d sessions, %d read; want 3 and 3", r.Report.Sessions, r.Fresh)
	}
}

func TestDataDirectoryWithinTheSource(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, sample(t, 2))
	data := filepath.Join(dir, "state")
	for range 2 {
		r := analyze(t, Config{}, data, dir)
		if r.Report.Sessions != 2 || r.Report.Read.Objects != 4 || len(r.Report.Read.Skipped) != 0 {
			t.Errorf("read %+v, want 2 sessions in 4 objects and nothing skipped", r.Report.Read)
		}
	}
}

// Files and prefixes of one store are sources of their own: each is ranked by itself, and each plays its clips.
func TestSourcesThatShareAStore(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	files := sample(t, 3)
	flat := map[string][]byte{}
	var paths []string
	for key, content := range files {
		name := path.Base(key)
		flat[name] = content
		if strings.HasSuffix(name, ".json.gz") {
			paths = append(paths, filepath.Join(dir, name))
		}
	}
	writeFiles(t, dir, flat)
	if r := analyze(t, Config{}, data, dir).Report; r.Sessions != 3 {
		t.Errorf("directory: %d sessions, want 3", r.Sessions)
	}
	if r := analyze(t, Config{}, data, paths[:2]...); r.Report.Sessions != 2 || r.Fresh != 0 {
		t.Errorf("two files: %d sessions, %d read; want 2 and 0", r.Report.Sessions, r.Fresh)
	}
	result, evidence, led := finished(t, data)
	sources, err := Opener{}.Open(result.Config)
	if err != nil {
		t.Fatal(err)
	}
	recordings := &Recordings{Ledger: led, Digests: result.Digests, Sources: sources}
	played := 0
	for d, err := range evidence.Digests(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if err := recordings.Events(t.Context(), io.Discard, d.Session, 0, 0, -1); err != nil {
			t.Errorf("session %s: %v", d.Session, err)
		}
		played++
	}
	if played != 2 {
		t.Errorf("%d sessions behind the result, want 2", played)
	}
}

// A key pattern that is set later puts parts together; the parts no longer count as recordings of their own.
func TestRegroupedPartsCountOnce(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	for key, content := range sample(t, 1) {
		if strings.HasSuffix(key, ".json.gz") {
			// The same events twice are one session, and two while nobody says that they belong together.
			writeFiles(t, dir, map[string][]byte{"visit-1.json.gz": content, "visit-2.json.gz": content})
		}
	}
	if r := analyze(t, Config{}, data, dir).Report; r.Read.Sessions != 2 {
		t.Fatalf("without a pattern: %d sessions, want 2", r.Read.Sessions)
	}
	grouped := Config{Sources: []Source{{URL: dir, KeyPattern: `^(?P<session>\w+)-(?P<part>\d+)`}}}
	if r := analyze(t, grouped, data, dir); r.Report.Read.Sessions != 1 || r.Fresh != 1 {
		t.Errorf("with a pattern: %d sessions, %d read; want 1 and 1", r.Report.Read.Sessions, r.Fresh)
	}
	_, evidence, _ := finished(t, data)
	behind := 0
	for _, err := range evidence.Digests(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		behind++
	}
	if behind != 1 {
		t.Errorf("%d recordings behind the result, want 1", behind)
	}
	if r := analyze(t, Config{}, data, dir); r.Report.Read.Sessions != 2 || r.Fresh != 0 {
		t.Errorf("without the pattern again: %d sessions, %d read; want 2 and 0", r.Report.Read.Sessions, r.Fresh)
	}
}

// finished opens what an analysis has left.
func finished(t testing.TB, data string) (*Result, *Evidence, *ledger.Ledger) {
	t.Helper()
	result, err := LoadResult(data)
	if err != nil {
		t.Fatal(err)
	}
	led, err := ledger.Open(data, ledger.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { led.Close() })
	evidence, err := result.Evidence(t.Context(), led, data)
	if err != nil {
		t.Fatal(err)
	}
	return result, evidence, led
}
