package pipeline

import (
	"testing"
)

// However many workers share the recordings and the days of the ledger, and whoever is first, the Report is the same.
func TestReportDoesNotDependOnWorkers(t *testing.T) {
	opt := demoOptions(t, t.TempDir())
	opt.Workers = 2
	run, err := Analyze(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, workers := range []int{1, 5} {
		again, err := Rerank(t.Context(), Options{DataDir: opt.DataDir, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		if again.Report.Run != run.Report.Run {
			t.Errorf("report %s of %d workers, %s of 2", again.Report.Run, workers, run.Report.Run)
		}
	}
}
