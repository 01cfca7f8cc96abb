package format_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/format"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func decode(t testing.TB, parts ...format.Part) *replay.Session {
	t.Helper()
	s, err := format.Decode(context.Background(), "s", parts, format.Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkInvariants(t, s)
	return s
}

// recordings names the recordings of testdata, without ".json".
func recordings(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recording in testdata: %v", err)
	}
	for i, file := range files {
		files[i] = strings.TrimSuffix(filepath.Base(file), ".json")
	}
	return files
}

// TestGolden reads the recordings of testdata and compares the sessions with the golden dumps; then once more under a
// name that says nothing.
func TestGolden(t *testing.T) {
	for _, name := range recordings(t) {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			got := dump(decode(t, textPart(name+".json", string(text))))
			golden(t, name, got)
			if neutral := dump(decode(t, textPart("0001", string(text)))); neutral != got {
				t.Error("the name of the object changes what is read")
			}
		})
	}
}

// golden compares a dump with the one in testdata, or writes that.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; go test ./replay/format -update writes it", err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("session differs from %s, which go test ./replay/format -update rewrites (-want +got):\n%s", path, diff)
	}
}

// TestNoSecrets: whatever was typed, sent or carried in a query is in no part of a Session.
func TestNoSecrets(t *testing.T) {
	for _, name := range recordings(t) {
		text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		got := dump(decode(t, textPart(name, string(text))))
		for _, secret := range []string{"secret", "jane@", "4111", "4711234", "184467", "123456", "token=", "frag"} {
			if strings.Contains(got, secret) {
				t.Errorf("%s: %q is in the session", name, secret)
			}
		}
	}
}
