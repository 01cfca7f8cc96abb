package manifest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

// A copy says what the table says, whatever its format, but for the rows that edit took out.
func TestCopy(t *testing.T) {
	type order struct {
		User string  `parquet:"customer"`
		Name string  `parquet:"what"`
		At   string  `parquet:"when"`
		EUR  float64 `parquet:"eur"`
	}
	var table bytes.Buffer
	w := parquet.NewGenericWriter[order](&table)
	if _, err := w.Write([]order{{"ada", "order", "2026-10-01T10:00:00Z", 30}, {"bob", "order", "2026-10-02T10:00:00Z", 12.5}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	columns := Columns{User: "customer", Name: "what", At: "when", Value: "eur"}
	for name, text := range map[string]string{
		"csv":     "customer;what;when;eur\nada;order;2026-10-01T10:00:00Z;30\nbob;order;2026-10-02T10:00:00Z;12.5\n",
		"ndjson":  `{"customer":"ada","what":"order","when":"2026-10-01T10:00:00Z","eur":30}` + "\n" + `{"customer":"bob","what":"order","when":"2026-10-02T10:00:00Z","eur":12.5}`,
		"parquet": table.String(),
	} {
		t.Run(name, func(t *testing.T) {
			want, err := LoadOutcomes(t.Context(), strings.NewReader(text), columns, Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, gone := range []string{"", "ada"} {
				var out bytes.Buffer
				dropped, err := Copy(t.Context(), &out, strings.NewReader(text), Options{}, func(row map[string]string) bool { return row["customer"] != gone })
				if err != nil || (dropped == 1) != (gone == "ada") {
					t.Fatalf("without %q: %d rows dropped, %v", gone, dropped, err)
				}
				got, err := LoadOutcomes(t.Context(), &out, columns, Options{})
				if err != nil {
					t.Fatal(err)
				}
				for _, user := range want.Users() {
					expected := want.Lookup(user)
					if user == gone {
						expected = nil
					}
					if diff := cmp.Diff(expected, got.Lookup(user)); diff != "" {
						t.Errorf("outcomes of %s (-table +copy):\n%s", user, diff)
					}
				}
			}
		})
	}
}

// Of a table that held one person only, the columns stay, so that it can still be read.
func TestCopyOfNothingCanBeRead(t *testing.T) {
	var out bytes.Buffer
	if _, err := Copy(t.Context(), &out, strings.NewReader("session_id,user_id\ns1,ada\n"), Options{}, func(map[string]string) bool { return false }); err != nil {
		t.Fatal(err)
	}
	got, err := Load(t.Context(), &out, Columns{}, Options{})
	if err != nil || got.Len() != 0 {
		t.Errorf("%v, %v; want a table without sessions", got, err)
	}
}
