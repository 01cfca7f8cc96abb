package api_test

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rankle/rankle/api"
)

// The pages of docs/format name every field that the contracts hold.
func TestFormatPages(t *testing.T) {
	f := func(page string, types ...reflect.Type) {
		t.Helper()
		text, err := os.ReadFile("../docs/format/" + page)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range types {
			for _, field := range reflect.VisibleFields(v) {
				if field.Anonymous {
					continue // its fields are listed too
				}
				name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				if name == "" || !strings.Contains(string(text), "`"+name+"`") {
					t.Errorf("%s does not explain %s.%s (%q)", page, v.Name(), field.Name, name)
				}
			}
		}
	}
	f("detect.md", typesIn(reflect.TypeFor[api.EpisodeLine]())...)
	f("audit.md", typesIn(reflect.TypeFor[api.AuditReport]())...)
	f("explain.md", typesIn(reflect.TypeFor[api.Explanation]())...)
	f("report.md", typesIn(reflect.TypeFor[api.ReportDocument]())...)
}

// typesIn lists a struct of this package and all that its fields lead to.
func typesIn(t reflect.Type) []reflect.Type {
	var all []reflect.Type
	var visit func(reflect.Type)
	visit = func(t reflect.Type) {
		switch {
		case t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice:
			visit(t.Elem())
		case t.Kind() == reflect.Struct && t.PkgPath() == reflect.TypeFor[api.ReportDocument]().PkgPath() && !slices.Contains(all, t):
			all = append(all, t)
			for i := range t.NumField() {
				visit(t.Field(i).Type)
			}
		}
	}
	visit(t)
	return all
}
