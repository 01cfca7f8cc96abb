package pipeline

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/replay/source"
	"github.com/rankle/rankle/testdata/demo"
)

var many = struct {
	dir              *string
	sessions, issues *int
}{
	flag.String("many.dir", "", "data directory that TestMany makes, for web/bench; must not exist"),
	flag.Int("many.sessions", 100_000, "sessions of -many.dir"),
	flag.Int("many.issues", 0, "issues of -many.dir; 0 = those of the demo"),
}

// manyBatch is how many Digests are appended at once: files of a size that the ledger does not merge again.
const manyBatch = 200_000

// TestMany makes a data directory of as many sessions as somebody wants to measure with: the Digests of the demo over and over
// under other names, ranked anew. Issues beyond the demo's are copies under other keys, of which the ledger knows nothing.
func TestMany(t *testing.T) {
	if *many.dir == "" {
		t.Skip("makes nothing without -many.dir")
	}
	config, err := ParseConfig(demo.Config())
	if err != nil {
		t.Fatal(err)
	}
	const url = "demo://bucket"
	config.Sources = []Source{{URL: url}}
	sources, err := Opener{Bundled: map[string]source.Store{url: source.NewDir(demo.Bucket(), url)}}.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	opt := Options{Config: config, Sources: sources, DataDir: *many.dir, Now: time.Now}
	if _, err := Analyze(t.Context(), opt); err != nil {
		t.Fatal(err)
	}
	replicate(t, *many.dir, *many.sessions)
	if _, err := Rerank(t.Context(), opt); err != nil {
		t.Fatal(err)
	}
	result, err := LoadResult(*many.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d sessions, %d issues", result.Report.Sessions, len(result.Report.Issues))
	if *many.issues > 0 {
		result.Report.Issues = copiesOf(result.Report.Issues, *many.issues)
		if err := result.Save(*many.dir); err != nil {
			t.Fatal(err)
		}
	}
}

// replicate adds copies of all Digests of a ledger until it has n.
func replicate(t *testing.T, dir string, n int) {
	t.Helper()
	led, err := ledger.Open(dir, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var all, batch []friction.Digest
	for d, err := range led.All(t.Context(), ledger.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, *d)
	}
	// Day by day, so that every file holds one day and as much of it as one batch can.
	slices.SortStableFunc(all, func(a, b friction.Digest) int { return ledger.Day(a.Start).Compare(ledger.Day(b.Start)) })
	flush := func() {
		if err := led.Append(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		batch = batch[:0]
	}
	for i := range all {
		copies := (n - i - 1) / len(all) // of all, n in sum
		for c := 1; c <= copies; c++ {
			d := all[i]
			name := func(s string) string { return strings.TrimSuffix(s, "/") + fmt.Sprintf("-copy%d", c) }
			d.Session, d.Recording = name(d.Session), name(d.Recording)
			d.Start = d.Start.Add(time.Duration(c) * time.Millisecond)
			if d.Context.User != "" {
				d.Context.User = name(d.Context.User)
			}
			if batch = append(batch, d); len(batch) == manyBatch {
				flush()
			}
		}
	}
	flush()
	if err := led.Close(); err != nil {
		t.Fatal(err)
	}
}

// copiesOf lists issues over and over under other keys, n in all, in the order of their ranks.
func copiesOf(issues []ranker.Ranked, n int) []ranker.Ranked {
	out := make([]ranker.Ranked, 0, n)
	for i := range n {
		issue := issues[i*len(issues)/n]
		if i > 0 && issue.Key == issues[(i-1)*len(issues)/n].Key {
			issue.Key = fmt.Sprintf("%s-%d", issue.Key, i)
		}
		issue.Rank = i + 1
		out = append(out, issue)
	}
	return out
}
