package pipeline

import (
	"testing"

	"github.com/rankle/rankle/replay/source"
	"github.com/rankle/rankle/testdata/demo"
)

// However many workers share the recordings and the days of the ledger, and whoever is first, the Report is the same.
func TestReportDoesNotDependOnWorkers(t *testing.T) {
	config := demoConfig(t)
	config.Sources = []Source{{URL: "demo:bucket"}}
	sources, err := Opener{Bundled: map[string]source.Store{"demo:bucket": source.NewDir(demo.Bucket(), "demo:bucket")}}.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	run, err := Analyze(t.Context(), Options{Config: config, Sources: sources, DataDir: data, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, workers := range []int{1, 5} {
		again, err := Rerank(t.Context(), Options{DataDir: data, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		if again.Report.Run != run.Report.Run {
			t.Errorf("report %s of %d workers, %s of 2", again.Report.Run, workers, run.Report.Run)
		}
	}
}
