package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rankle/rankle/testdata/demo"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"rankle": main})
}

// sampleSessions is how many recordings of the demo bucket the scripts work on: enough for an issue list that is not
// empty of sessions, few enough to be read in a blink.
const sampleSessions = 12

// scriptKey makes the names of users.
const scriptKey = "0123456789abcdef0123456789abcdef"

// sameNames has all commands of a test name users by one key, so that what they make can be compared.
func sameNames(t *testing.T) {
	t.Helper()
	key := filepath.Join(t.TempDir(), "users.key")
	if err := os.WriteFile(key, []byte(scriptKey), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("RANKLE_USER_KEY", key)
}

func TestScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("commands one after another, whose goroutines other tests race; run without -short")
	}
	testscript.Run(t, testscript.Params{
		Dir:  "testdata",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "fill": fill, "unmark": unmark},
		Setup: func(env *testscript.Env) error {
			// One key for all directories of a script, so that what they make can be compared.
			key := filepath.Join(env.WorkDir, "users.key")
			if err := os.WriteFile(key, []byte(scriptKey), 0o600); err != nil {
				return err
			}
			env.Setenv("RANKLE_USER_KEY", key)
			if err := copyRecordings(filepath.Join(env.WorkDir, "faulty"), faulty); err != nil {
				return err
			}
			return copySample(filepath.Join(env.WorkDir, "bucket"))
		},
	})
}

// exits runs a command that must end with a given exit code: "exits 2 rankle nonsense". What it printed can be matched
// with stdout and stderr.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// fill writes a value into a column of all rows of a CSV file, as somebody does with a spreadsheet: "fill FILE COLUMN
// VALUE".
func fill(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: fill FILE COLUMN VALUE")
	}
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	ts.Check(err)
	column := slices.Index(rows[0], args[1])
	if column < 0 || len(rows) < 2 {
		ts.Fatalf("%s has %d rows and no column %q", args[0], len(rows), args[1])
	}
	for _, row := range rows[1:] {
		row[column] = args[2]
	}
	var out bytes.Buffer
	ts.Check(csv.NewWriter(&out).WriteAll(rows))
	ts.Check(os.WriteFile(path, out.Bytes(), 0o600))
}

// unmark takes back the mark of the control that a report of an audit names: "unmark REPORT TEXT".
func unmark(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: unmark REPORT TEXT")
	}
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if name := strings.Fields(line); strings.Contains(line, args[1]) && len(name) > 0 {
			ts.Check(ts.Exec("rankle", "audit", "--data", "state", "--unmark", name[0]))
			return
		}
	}
	ts.Fatalf("%s names no %q", args[0], args[1])
}

// copySample writes the first recordings of the demo bucket, with their sidecars, as files.
func copySample(dir string) error {
	bucket := demo.Bucket()
	sidecars, err := fs.Glob(bucket, "*/*.meta.json")
	if err != nil {
		return err
	}
	return copyRecordings(dir, sidecars[:sampleSessions]...)
}

// faulty is a session of the demo bucket in which a button is pressed six times in vain.
const faulty = "2026-10-18/s_c9b5e7781005769a.meta.json"

// copyRecordings writes recordings of the demo bucket, with their sidecars, as files.
func copyRecordings(dir string, sidecars ...string) error {
	bucket := demo.Bucket()
	for _, sidecar := range sidecars {
		files, err := fs.Glob(bucket, strings.TrimSuffix(sidecar, ".meta.json")+"*")
		if err != nil {
			return err
		}
		for _, name := range files {
			if err := copyTree(bucket, name, dir); err != nil {
				return err
			}
		}
	}
	return nil
}

func copyTree(from fs.FS, root, dir string) error {
	return fs.WalkDir(from, root, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		return os.WriteFile(path, data, 0o644)
	})
}

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"ünïcode and space 日本.json": "ünïcode and space 日本.json",
		"a\x1b[31mred\x07":          "a\ufffd[31mred\ufffd",
		"one\ntwo\r":                "one\ntwo\ufffd",
	} {
		if got := printable(text); got != want {
			t.Errorf("printable(%q) = %q, want %q", text, got, want)
		}
	}
}
