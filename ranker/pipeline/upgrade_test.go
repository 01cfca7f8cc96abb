package pipeline

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestOlderDataDirectory: what the first version stored, with fewer fields and another fingerprint, is shown as it is and
// replaced by the next analysis, which reads nothing again.
func TestOlderDataDirectory(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	writeFiles(t, dir, sample(t, 2))
	analyze(t, Config{}, data, dir)
	now, err := LoadResult(data)
	if err != nil {
		t.Fatal(err)
	}
	older := map[string]any{"Report": now.Report, "Config": now.Config, "Sources": now.Sources, "Digests": "0123456789abcdef"}
	body, err := json.Marshal(older)
	if err != nil {
		t.Fatal(err)
	}
	if err := sealBytes(filepath.Join(data, resultFile), resultFormat, 1, body); err != nil {
		t.Fatal(err)
	}
	if err := sealBytes(basisOf.path(data), basisOf.format, basisOf.schema-1, []byte("of another version")); err != nil {
		t.Fatal(err)
	}
	before, err := LoadResult(data)
	if err != nil || before.Report.Sessions != 2 {
		t.Fatalf("the older result is not shown: %v", err)
	}
	if _, err := before.loadBasis(data); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNoBasis) {
		t.Errorf("an older basis: %v, want an error that says to analyse again", err)
	}
	if run := analyze(t, Config{}, data, dir); run.Fresh != 0 || run.Report.Sessions != 2 {
		t.Errorf("%d of %d recordings are read again", run.Fresh, run.Report.Sessions)
	}
	after, err := LoadResult(data)
	if err != nil || after.Digests != now.Digests {
		t.Errorf("the older result was not replaced: %v", err)
	}
	if _, err := after.loadBasis(data); err != nil {
		t.Error(err)
	}
	// A version that stores Digests in another way refuses what it does not know, and nothing is lost.
	if err := os.Mkdir(filepath.Join(data, "ledger", "v2"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := openLedger(data); err == nil {
		t.Error("the ledger of a newer version was opened")
	}
}
