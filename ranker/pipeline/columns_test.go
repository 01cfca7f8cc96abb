package pipeline

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/outcome"
	"github.com/rankle/rankle/testdata/demo"
)

// TestColumnsAreEnough holds every step that reads only some columns of the ledger against the same step on whole Digests.
func TestColumnsAreEnough(t *testing.T) {
	whole, settings := demoEvidence(t, demo.Bucket())
	led, err := ledger.Open(t.TempDir(), ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { led.Close() })
	var batch []friction.Digest
	for i, d := range whole {
		if i%3 == 0 { // the demo has neither
			d.Customs = []friction.Moment{{Name: "purchase", At: d.Duration / 2}}
			d.Context.Attributes = map[string]string{"paid": "yes"}
		}
		batch = append(batch, *d)
	}
	if err := led.Append(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	each := func(columns []string, do func(d *friction.Digest)) {
		t.Helper()
		for d, err := range led.All(t.Context(), ledger.Query{Columns: columns, Lent: true}) {
			if err != nil {
				t.Fatal(err)
			}
			do(d)
		}
	}
	clusters := func(columns []string) []byte {
		b := cluster.New(settings)
		each(columns, b.Add)
		data, err := b.Result().MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	if !bytes.Equal(clusters(nil), clusters(clustering)) {
		t.Error("other clusters are made of the columns for clustering than of whole Digests")
	}

	made := clusterOf(settings, whole)
	bases := map[string][]outcome.Goal{
		"none": nil,
		"screen": {{Name: "x", Reached: outcome.Match{Screen: "/checkout/**"}, Steps: []outcome.Step{
			{Name: "cart", Match: outcome.Match{Screen: "/cart"}}}}},
		"event": {{Name: "x", Reached: outcome.Match{Event: "purchase"}}},
		"tap": {{Name: "x", Reached: outcome.Match{Tap: &outcome.Tap{Label: "Add to cart"}}, Steps: []outcome.Step{
			{Name: "id", Match: outcome.Match{Tap: &outcome.Tap{TestID: "add-to-cart"}}}}}},
		"attribute": {{Name: "x", Reached: outcome.Match{Attribute: "paid"}}},
	}
	for name, goals := range bases {
		set, err := outcome.Config{Goals: goals}.Compile()
		if err != nil {
			t.Fatal(err)
		}
		basis := func(columns []string) []byte {
			options := ranker.DefaultOptions()
			options.Attributes = []string{"device.model", "os"}
			c, err := ranker.NewCollector(ranker.Input{Issues: made.Issues, Exposer: made, Harmless: made.Harmless(),
				HarmlessCount: made.Harmless().Count(), Outcomes: set, Options: options})
			if err != nil {
				t.Fatal(err)
			}
			each(columns, c.Add)
			_, b := c.Basis()
			data, err := b.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			return data
		}
		if !bytes.Equal(basis(nil), basis(append(goalColumns(goals), collecting...))) {
			t.Errorf("goal by %s: something else is collected of the columns for it than of whole Digests", name)
		}
		times := func(columns []string) (all [][]any) {
			each(columns, func(d *friction.Digest) {
				for g := range goals {
					all = append(all, []any{set.Reached(g, d, outcome.Before), set.StepTimes(g, d)})
				}
			})
			return all
		}
		want := times(nil)
		if diff := cmp.Diff(want, times(goalColumns(goals))); diff != "" {
			t.Errorf("goal by %s: by its columns it is reached at other times:\n%s", name, diff)
		}
		reached := 0
		for _, x := range want {
			if x[0] != outcome.Never {
				reached++
			}
		}
		if goals != nil && reached == 0 {
			t.Errorf("goal by %s: nobody reached it, so that nothing was compared", name)
		}
	}
}
