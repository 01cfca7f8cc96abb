package pipeline

import (
	"bytes"
	"encoding/gob"
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/cluster/ledger"
)

// TestClustersAreStored: what is told of every session from the stored clusters is what clustering again tells, also once
// somebody decided something; and where they are missing, damaged or of another result, they are made again.
func TestClustersAreStored(t *testing.T) {
	data := t.TempDir()
	opt := demoOptions(t, data)
	if _, err := Analyze(t.Context(), opt); err != nil {
		t.Fatal(err)
	}
	result, err := LoadResult(data)
	if err != nil || len(result.Report.Issues) < 5 {
		t.Fatal(result, err)
	}
	if result.loadClusters(data, opt.Config.clusters()) == nil {
		t.Fatal("the clusters are not stored")
	}
	led, err := ledger.Open(data, ledger.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer led.Close()
	told := func() (all []any) {
		t.Helper()
		e, err := result.Evidence(t.Context(), led, data)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e.Clusters.Screens)
		for d, err := range e.Digests(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, d.Session, d.Episodes, e.Converted(d), e.Clusters.Judge(d), e.Clusters.Exposures(d))
			for i := range d.Episodes {
				all = append(all, e.Clusters.IssueKey(d, i))
			}
			for _, s := range d.Screens {
				all = append(all, e.Clusters.Screen(s))
			}
		}
		return all
	}
	path := clustersOf.path(data)
	stored, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fromStore := told()
	var another bytes.Buffer
	if err := gob.NewEncoder(&another).Encode(behindRecord{Run: "another", Content: stored}); err != nil {
		t.Fatal(err)
	}
	spoils := map[string]func() error{
		"missing":           func() error { return os.Remove(path) },
		"damaged":           func() error { return os.WriteFile(path, stored[:len(stored)-7], 0o600) },
		"of another result": func() error { return sealBytes(path, clustersOf.format, clustersOf.schema, another.Bytes()) },
		"of another kind":   func() error { return sealBytes(path, clustersOf.format, clustersOf.schema, []byte("nothing")) },
	}
	for name, spoil := range spoils {
		if err := os.WriteFile(path, stored, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		if result.loadClusters(data, opt.Config.clusters()) != nil {
			t.Errorf("%s: clusters are loaded", name)
		}
		if again := told(); !cmp.Equal(fromStore, again) {
			t.Errorf("%s: clustering again tells something else: %s", name, cmp.Diff(fromStore, again))
		}
	}
	if _, err := result.loadBehind(data, behind{file: "none.bin"}); !errors.Is(err, errNotBehind) {
		t.Error(err)
	}
}
