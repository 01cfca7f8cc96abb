package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/api/access"
)

// The copy in the repository is what clients generate their types from.
func TestOpenAPICopy(t *testing.T) {
	s := api.New(api.Options{Version: "1"})
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

// contract checks answers against the schemas of the OpenAPI document. Schemas of OpenAPI 3.1 are JSON Schema
// 2020-12, so a JSON Schema validator is asked, with the document as the resource that references point into.
type contract struct {
	compiler *jsonschema.Compiler
	paths    map[string]any
}

const documentURL = "https://rankle.invalid/openapi.json"

func newContract(t *testing.T, doc []byte) *contract {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource(documentURL, v); err != nil {
		t.Fatal(err)
	}
	return &contract{compiler: c, paths: v.(map[string]any)["paths"].(map[string]any)}
}

// operation finds the template of an address.
func (c *contract) operation(path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	for template := range c.paths {
		names := strings.Split(template, "/")
		if len(names) != len(parts) {
			continue
		}
		fits := true
		for i, name := range names {
			fits = fits && (name == parts[i] || strings.HasPrefix(name, "{") && parts[i] != "")
		}
		if fits {
			return template
		}
	}
	return ""
}

func (c *contract) check(t *testing.T, in request, res *http.Response, body []byte) {
	t.Helper()
	media, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
	var pointer string
	if res.StatusCode >= http.StatusBadRequest {
		if media != "application/problem+json" {
			t.Fatalf("%s %s: error answer has type %q", in.Method, in.Path, media)
		}
		pointer = "#/components/schemas/Problem"
	} else {
		op := c.operation(in.Path)
		if op == "" {
			t.Fatalf("%s is not in the document", in.Path)
		}
		escape := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D")
		pointer = "#/paths/" + escape.Replace(op) + "/" + strings.ToLower(in.Method) + "/responses/200/content/" + escape.Replace(media) + "/schema"
	}
	schema, err := c.compiler.Compile(documentURL + pointer)
	if err != nil {
		t.Fatalf("%s %s: %v", in.Method, in.Path, err)
	}
	if !strings.HasSuffix(media, "json") {
		return // that the document knows the type is all that can be said
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatalf("%s %s: answer is not JSON: %v", in.Method, in.Path, err)
	}
	if err := schema.Validate(v); err != nil {
		t.Errorf("%s %s: answer breaks the contract: %v", in.Method, in.Path, err)
	}
}

// Every answer of the table is what the document says.
func TestContract(t *testing.T) {
	s := newServer(t, nil)
	c := newContract(t, s.OpenAPI())
	answered := map[string]bool{}
	for _, tt := range table {
		res := do(t, s.Handler(), tt.request)
		c.check(t, tt.request, res, readAll(t, res.Body))
		if res.StatusCode == http.StatusOK {
			answered[tt.Method+" "+c.operation(tt.Path)] = true
		}
	}
	// Nobody signs in at the server of the table.
	closed, secrets := guarded(t)
	for _, in := range []request{
		{Method: http.MethodPost, Path: "/api/v1/access/session", Body: json.RawMessage(`{"token":"` + secrets[access.Viewer] + `"}`)},
		{Method: http.MethodDelete, Path: "/api/v1/access/session"},
	} {
		res := do(t, closed.Handler(), in)
		c.check(t, in, res, readAll(t, res.Body))
		answered[in.Method+" "+c.operation(in.Path)] = res.StatusCode == http.StatusOK
	}
	for path, item := range c.paths {
		for method := range item.(map[string]any) {
			if key := strings.ToUpper(method) + " " + path; !answered[key] {
				t.Errorf("%s has no good answer in the table", key)
			}
		}
	}
}

// The validator must see a broken answer, else TestContract proves nothing.
func TestContractCanFail(t *testing.T) {
	s := newServer(t, nil)
	c := newContract(t, s.OpenAPI())
	for _, body := range []string{`{"total":1,"issues":null}`, `{"total":"1","issues":[]}`, `{"issues":[]}`, `{"total":0,"issues":[],"extra":1}`} {
		schema, err := c.compiler.Compile(documentURL + "#/components/schemas/IssuePage")
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(v) == nil {
			t.Errorf("%s passes", body)
		}
	}
}
