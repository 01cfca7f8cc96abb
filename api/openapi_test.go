package api_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/api"
)

// The copy in the repository is what clients generate their types from.
func TestOpenAPICopy(t *testing.T) {
	s, err := api.New(api.Options{Version: "1"})
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("openapi.json", s.OpenAPI(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(s.OpenAPI())); diff != "" {
		t.Errorf("openapi.json is stale, run with -update:\n%s", diff)
	}
}
