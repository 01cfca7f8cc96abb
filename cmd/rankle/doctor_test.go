package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker/pipeline"
	"github.com/rankle/rankle/ranker/review"
	"github.com/rankle/rankle/replay/source/s3/s3test"
)

// visit runs rankle doctor and returns its findings by what was checked, the last of each, and the exit code.
func visit(t *testing.T, args ...string) (map[string]finding, int) {
	t.Helper()
	var out, errs bytes.Buffer
	noEnv := func(string) (string, bool) { return "", false }
	args = append([]string{"doctor", "--json", "--addr", "127.0.0.1:0"}, args...)
	code := run(t.Context(), args, streams{in: strings.NewReader(""), out: &out, err: &errs}, noEnv)
	var list []finding
	if err := json.Unmarshal(out.Bytes(), &list); err != nil {
		t.Fatalf("%v: %s%s", err, &out, &errs)
	}
	found := map[string]finding{}
	problems := 0
	for _, f := range list {
		found[f.Check] = f
		if f.State == checkProblem {
			problems++
		}
		if f.State != checkOK && f.Advice == "" {
			t.Errorf("%+v says not what to do", f)
		}
		if strings.ContainsAny(f.Found+f.Advice, "\n\r\x1b") {
			t.Errorf("%+v is more than a line", f)
		}
	}
	if (problems > 0) != (code == exitFailure) {
		t.Errorf("%d problems and exit code %d", problems, code)
	}
	return found, code
}

// expects fails the test unless a finding has a state and both texts hold some words.
func expects(t *testing.T, f finding, state, found, advice string) {
	t.Helper()
	if f.State != state || !strings.Contains(f.Found, found) || !strings.Contains(f.Advice, advice) {
		t.Errorf("%+v, want %s: ... %s ..., advice with %q", f, state, found, advice)
	}
}

func TestDoctorOfAHealthyInstallation(t *testing.T) {
	dir, data := filepath.Join(t.TempDir(), "bucket"), t.TempDir()
	if err := copySample(dir); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	s := streams{in: strings.NewReader(""), out: &out, err: &errs}
	if code := run(t.Context(), []string{"analyze", dir, "--data", data}, s, func(string) (string, bool) { return "", false }); code != exitOK {
		t.Fatalf("exit code %d: %s", code, &errs)
	}
	store, err := review.Open(pipeline.ReviewFile(data), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	found, code := visit(t, dir, "--data", data, "--all")
	if code != exitOK {
		t.Errorf("exit code %d: %+v", code, found)
	}
	expects(t, found["analysis file"], checkWarning, "1 source and no goal", "goals:")
	expects(t, found["source "+dir], checkOK, "with 12 recordings, read as rrweb", "")
	expects(t, found["data directory"], checkOK, "rests on 12 sessions", "")
	expects(t, found["ledger"], checkOK, "12 sessions in", "")
	expects(t, found["lock"], checkOK, "free", "")
	expects(t, found["reviews"], checkOK, "is whole", "")
	expects(t, found["address"], checkOK, "is free", "")

	held, err := ledger.Open(data, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	found, _ = visit(t, dir, "--data", data)
	expects(t, found["lock"], checkWarning, fmt.Sprintf("process %d", os.Getpid()), "refused")
}

func TestDoctorFindsWhatIsBroken(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	bad := write("bad.yaml", "goal: []\nkeep: {days: -4}\n")
	file := write("file", "no directory")
	write("empty/notes.md", "# nothing")
	write("strange/a.json", `{"this is": "no recording"}`)
	write("data/result.json", "{}\n{}")
	write("data/review.db", "no database, but long enough to be taken for one"+strings.Repeat(".", 4096))
	write("data/ledger/v1/day=2026-11-01/0000000001-aa.parquet", "no table")

	found, _ := visit(t, "--config", bad, "--data", filepath.Join(file, "sub"))
	expects(t, found["analysis file"], checkProblem, `line 1: unknown field "goal"; there are`, "docs/CONFIG.md")
	expects(t, found["data directory"], checkProblem, "not a directory", "--data")

	found, _ = visit(t, filepath.Join(dir, "empty"), "--data", filepath.Join(dir, "data"), "--access", filepath.Join(dir, "none.yaml"))
	expects(t, found["source "+filepath.Join(dir, "empty")], checkProblem, "none of the first 1 object is part of a recording (1 other_file, such as notes.md)", "key_pattern")
	expects(t, found["data directory"], checkProblem, "damaged", "rankle analyze")
	expects(t, found["ledger"], checkProblem, "0000000001-aa.parquet", "delete that file")
	expects(t, found["reviews"], checkProblem, "review.db", "backup")
	expects(t, found["access file"], checkProblem, "none.yaml", "docs/ACCESS.md")

	found, _ = visit(t, filepath.Join(dir, "strange"), "--data", filepath.Join(dir, "fresh"))
	expects(t, found["source "+filepath.Join(dir, "strange")], checkProblem, "none of 1 that were tried can be read", "rankle detect")
	expects(t, found["data directory"], checkOK, "does not exist yet", "")
}

func TestDoctorOfABucket(t *testing.T) {
	server := s3test.Start(t)
	bucket := server.Bucket(t)
	server.Put(t, bucket, "web/notes.md", []byte("# nothing"))
	dir := t.TempDir()
	opt := server.Options(bucket)
	ask := func(url, more string) map[string]finding {
		t.Helper()
		path := filepath.Join(dir, "rankle.yaml")
		text := fmt.Sprintf("sources:\n  - {url: %q, endpoint: %q, region: %s, insecure: true%s}\n", url, opt.Endpoint, opt.Region, more)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		found, code := visit(t, "--config", path, "--data", filepath.Join(dir, "data"))
		if code != exitFailure {
			t.Errorf("%s%s: exit code %d", url, more, code)
		}
		return found
	}
	t.Setenv("GOOD_KEY", s3test.AccessKey)
	t.Setenv("GOOD_SECRET", s3test.SecretKey)
	t.Setenv("BAD_SECRET", "something-else")
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	const good = ", access_key_env: GOOD_KEY, secret_key_env: GOOD_SECRET"
	url := "s3://" + bucket
	found := ask(url+"/web", good)
	expects(t, found["source "+url+"/web"], checkProblem, "notes.md", "key_pattern")
	expects(t, found["clock"], checkOK, "away from that of "+url, "")
	expects(t, ask(url+"/nowhere", good)["source "+url+"/nowhere"], checkProblem, "nothing is stored", "prefix")
	expects(t, ask(url+"-other", good)["source "+url+"-other"], checkProblem, "not found", "name of the bucket")
	expects(t, ask(url, ", access_key_env: GOOD_KEY, secret_key_env: BAD_SECRET")["source "+url], checkProblem, "access denied", "credentials")
	expects(t, ask(url, ", access_key_env: GOOD_KEY, secret_key_env: UNSET")["source "+url], checkProblem, `"UNSET" must both be set`, "docs/CONFIG.md")
	expects(t, ask(url, ", credentials: env")["source "+url], checkProblem, "AWS_ACCESS_KEY_ID", "credentials")
}

// The store's clock is twenty minutes ahead of ours, and it refuses whatever is asked.
func TestDoctorComparesClocks(t *testing.T) {
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(20*time.Minute).UTC().Format(http.TimeFormat))
		w.WriteHeader(http.StatusForbidden)
	}))
	defer store.Close()
	path := filepath.Join(t.TempDir(), "rankle.yaml")
	text := fmt.Sprintf("sources:\n  - {url: s3://shop, endpoint: %q, region: eu-west-1, insecure: true, credentials: anonymous}\n", strings.TrimPrefix(store.URL, "http://"))
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	found, _ := visit(t, "--config", path, "--data", t.TempDir())
	expects(t, found["clock"], checkProblem, "refuses requests signed so far off", "NTP")
	expects(t, found["source s3://shop"], checkProblem, "access denied", "credentials")
}

func TestDoctorMeasuresRoom(t *testing.T) {
	for name, tt := range map[string]struct {
		free  uint64
		held  int64
		state string
	}{
		"plenty":         {1 << 40, 1 << 30, checkOK},
		"less than held": {1 << 30, 2 << 30, checkWarning},
		"little":         {leastFree - 1, 0, checkWarning},
		"nearly none":    {leastFree/10 - 1, 0, checkProblem},
	} {
		d := &doctor{app: &app{}, free: func(string) (uint64, error) { return tt.free, nil }}
		d.checkRoom("x", tt.held)
		if len(d.findings) != 1 || d.findings[0].State != tt.state {
			t.Errorf("%s: %+v, want %s", name, d.findings, tt.state)
		}
	}
}

func TestDoctorKnowsTheMachine(t *testing.T) {
	d := &doctor{app: &app{}}
	d.checkMachine(pipeline.Config{Limits: pipeline.Limits{RecordingSize: 1}})
	if len(d.findings) == 0 || d.findings[0].Check != "machine" || d.findings[0].State != checkOK {
		t.Errorf("%+v", d.findings)
	}
	d = &doctor{app: &app{}}
	d.checkMachine(pipeline.Config{Limits: pipeline.Limits{RecordingSize: 1 << 50}})
	if _, known := memoryLimit(); known && d.findings[0].State != checkWarning {
		t.Errorf("%+v", d.findings)
	}
}
