package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/audit"
	"github.com/rankle/rankle/ranker/pipeline"
	"github.com/rankle/rankle/ranker/review"
)

// newLabeller asks about n series of presses with keys as they are typed.
func newLabeller(t *testing.T, n int, keys string) (*labeller, *strings.Builder) {
	t.Helper()
	reviews, err := review.Open(pipeline.ReviewFile(t.TempDir()), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := reviews.Close(); err != nil {
			t.Error(err)
		}
	})
	var out strings.Builder
	w := &auditing{app: &app{streams: streams{out: &out, err: io.Discard}}, reviews: reviews}
	l := &labeller{auditing: w, keys: strings.NewReader(keys), out: &out, verdicts: map[review.Episode]review.Verdict{},
		link: func(audit.Case) string { return "" }}
	for i := range n {
		l.cases = append(l.cases, audit.Case{Episode: review.Episode{Session: fmt.Sprint("s-", i), Pattern: string(friction.RageTap), Start: time.Second},
			Screen: "/game", Target: friction.Target{Key: "button|test:plus", Label: "+\x1b[2J"}, Words: "Somebody pressed it."})
	}
	return l, &out
}

func TestLabeller(t *testing.T) {
	for _, tt := range []struct {
		keys string
		want []review.Opinion
		mark bool
		last string // said at the end
	}{
		{"fiu", []review.Opinion{review.Friction, review.Intended, review.Unclear}, false, "3 cases judged"},
		{"fsq", []review.Opinion{review.Friction, "", ""}, false, "1 case judged"},
		{"fbi", []review.Opinion{review.Intended, "", ""}, false, "1 case judged"},
		{"fbx", []review.Opinion{"", "", ""}, false, "0 cases judged"},
		{"ffbbbiii", []review.Opinion{review.Intended, review.Intended, review.Intended}, false, "3 cases judged"},
		{"rq", []review.Opinion{review.Intended, "", ""}, true, "1 case judged"},
		{"\x1b[B?Z\x03f", []review.Opinion{"", "", ""}, false, "0 cases judged"}, // an arrow key, nonsense, Ctrl-C
		{"", []review.Opinion{"", "", ""}, false, "0 cases judged"},
	} {
		t.Run(tt.keys, func(t *testing.T) {
			l, out := newLabeller(t, 3, tt.keys)
			if err := l.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			verdicts, err := l.reviews.Verdicts(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := pipeline.Opinions(verdicts)
			for i, c := range l.cases {
				if got[c.Episode] != tt.want[i] {
					t.Errorf("case %d is %q, want %q", i, got[c.Episode], tt.want[i])
				}
			}
			d, err := l.reviews.Decisions(t.Context())
			if err != nil || (len(d.RepeatUse) == 1) != tt.mark {
				t.Errorf("marks %v, %v", d.RepeatUse, err)
			}
			if !strings.Contains(out.String(), tt.last) || strings.Contains(out.String(), "\x1b") {
				t.Errorf("%q is not said, or recorded text steers the terminal:\n%q", tt.last, out.String())
			}
		})
	}
}

// What somebody else said meanwhile is not overwritten unseen: the case is shown again with it.
func TestLabellerMeetsAnother(t *testing.T) {
	l, out := newLabeller(t, 1, "fq")
	if _, err := l.reviews.SetVerdict(t.Context(), l.cases[0].Episode, review.Verdict{Verdict: review.Unclear}, "eve"); err != nil {
		t.Fatal(err)
	}
	if err := l.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	verdicts, err := l.reviews.Verdicts(t.Context())
	if err != nil || len(verdicts) != 1 || verdicts[0].Verdict.Verdict != review.Unclear {
		t.Errorf("%+v, %v", verdicts, err)
	}
	for _, want := range []string{"Somebody else judged this meanwhile", "So far: unclear"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not said:\n%s", want, out)
		}
	}
}

// Links lead into a viewer only if it shows the analysis that is audited.
func TestAuditLinks(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"run":"this-run"}`) // the client is gone if this fails
	}))
	defer server.Close()
	c := audit.Case{Episode: review.Episode{Session: "a/b", Start: 65 * time.Second}}
	for run, want := range map[string]string{"this-run": server.URL + "/sessions/a%2Fb?t=60", "another": ""} {
		w := &auditing{app: &app{streams: streams{err: io.Discard}}, auditFlags: auditFlags{viewer: server.URL + "/"},
			result: &pipeline.Result{Report: &ranker.Report{Run: run}}}
		if got := w.links(context.Background())(c); got != want {
			t.Errorf("%s: %q, want %q", run, got, want)
		}
	}
}

func TestGuard(t *testing.T) {
	for _, text := range []string{"", "plain", "=1+1", "+49", "-x", "@sum", "'quoted", "\ttab", "a=b"} {
		if got := guard(text); unguard(got) != text || strings.ContainsAny(got[:min(len(got), 1)], "=+-@\t") {
			t.Errorf("%q becomes %q and %q", text, got, unguard(got))
		}
	}
}
