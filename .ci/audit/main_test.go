package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestGoFindings(t *testing.T) {
	found, err := goFindings([]byte(`{"config":{}}{"osv":{"id":"GO-1"}}
{"finding":{"osv":"GO-1","fixed_version":"v2","trace":[{"module":"m","version":"v1"}]}}
{"finding":{"osv":"GO-1","fixed_version":"v2","trace":[{"module":"m","version":"v1","function":"F"}]}}
{"finding":{"osv":"GO-2","trace":[{"module":"n","version":"v1"}]}}`))
	if err != nil || len(found) != 2 || !found[0].fails || found[1].fails {
		t.Errorf("%+v, %v; want GO-1 that fails and GO-2 that does not", found, err)
	}
	if _, err := goFindings([]byte("no JSON")); err == nil {
		t.Error("an answer that cannot be read passes for none")
	}
}

func TestNPMFindings(t *testing.T) {
	report := []byte(`{"vulnerabilities":{"b":{"severity":"low","range":"*"},"a":{"severity":"high","range":"<2"}},"metadata":{}}`)
	shipped, err := npmFindings(report, true)
	if err != nil || len(shipped) != 2 || !shipped[0].fails || shipped[1].fails {
		t.Errorf("shipped: %+v, %v", shipped, err)
	}
	if other, _ := npmFindings(report, false); other[0].fails {
		t.Error("a package that is not shipped fails")
	}
	for _, answer := range []string{"", `{"message":"offline","error":{}}`} {
		if _, err := npmFindings([]byte(answer), true); err == nil {
			t.Errorf("%q passes for a report without weaknesses", answer)
		}
	}
}

func TestJudge(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	excepted, err := exceptions("# why\nGO-1 2026-11-22 not reachable: the package is used for tests\nGO-2 2026-11-21 was to be fixed\n")
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]bool{"GO-1": false, "GO-2": true, "GO-3": true} {
		var out bytes.Buffer
		if got := judge(&out, []finding{{id: id, fails: true}}, excepted, now); got != want || !strings.Contains(out.String(), id) {
			t.Errorf("%s fails: %v, want %v (%s)", id, got, want, &out)
		}
	}
	if judge(&bytes.Buffer{}, []finding{{id: "GO-3"}}, nil, now) {
		t.Error("what is to be listed fails")
	}
	for _, bad := range []string{"GO-1", "GO-1 2026-11-22", "GO-1 soon because"} {
		if _, err := exceptions(bad); err == nil {
			t.Errorf("the exception %q is taken", bad)
		}
	}
}
