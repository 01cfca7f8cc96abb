package api_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/rankle/rankle/api"
)

// The pages of docs/format name every field that the contracts hold.
func TestFormatPages(t *testing.T) {
	f := func(page string, types ...any) {
		t.Helper()
		text, err := os.ReadFile("../docs/format/" + page)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range types {
			for _, field := range reflect.VisibleFields(reflect.TypeOf(v)) {
				if field.Anonymous {
					continue // its fields are listed too
				}
				name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				if name == "" || !strings.Contains(string(text), "`"+name+"`") {
					t.Errorf("%s does not explain %s.%s (%q)", page, reflect.TypeOf(v).Name(), field.Name, name)
				}
			}
		}
	}
	f("detect.md", api.EpisodeLine{}, api.Target{})
	f("report.md", api.ReportDocument{}, api.DocumentIssue{}, api.DocumentClip{}, api.Impact{}, api.MainImpact{}, api.Figure{},
		api.Target{}, api.DayCount{}, api.Segment{}, api.Use{}, api.VersionUse{}, api.ReasonCount{}, api.Goal{}, api.StepCount{}, api.RetentionSummary{},
		api.ReadSummary{}, api.SkipCount{}, api.MarkCount{})
}
