package ledger

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestSchema guards the columns: other programs read them. Columns may be added; a change of any other kind needs a
// new schema version. docs/format/ledger.md names every column.
func TestSchema(t *testing.T) {
	page, err := os.ReadFile("../../docs/format/ledger.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, schema := range map[string]*parquet.Schema{
		"testdata/digests.schema": parquet.NewSchema("digest", parquet.SchemaOf(row{})),
		"testdata/skips.schema":   parquet.NewSchema("skip", parquet.SchemaOf(skipRow{})),
	} {
		got := schema.String() + "\n"
		if *update {
			if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, name, got, string(want))
		for _, column := range schema.Columns() {
			for _, part := range column {
				if part != "list" && part != "element" && !strings.Contains(string(page), "`"+part+"`") {
					t.Errorf("docs/format/ledger.md does not explain `%s` of %s", part, strings.Join(column, "."))
				}
			}
		}
	}
}
