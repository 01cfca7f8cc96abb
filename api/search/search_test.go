package search

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

var t0 = time.Date(2026, 9, 7, 8, 0, 0, 0, time.UTC)

// digest makes a session that started hour hours after t0 and has one episode on a control with the label.
func digest(id string, hour int, label string, pattern friction.Pattern, c replay.Context) *friction.Digest {
	return &friction.Digest{Session: id, Start: t0.Add(time.Duration(hour) * time.Hour), Context: c,
		Screens: []replay.Screen{{Path: "/product/" + id, Title: "Product page"}}, Visits: []friction.Visit{{Screen: 0}},
		Targets:  []friction.Target{{Label: label}},
		Episodes: []friction.Episode{{Pattern: pattern, Verdict: friction.Friction, Cause: "POST /api/pay 500"}, {Pattern: friction.Loop, Verdict: friction.Dismissed, Reason: friction.ReasonTyping, Target: -1}},
		Customs:  []friction.Moment{{Name: "purchase"}}}
}

var digests = []*friction.Digest{
	digest("a", 1, "Add to cart", friction.RageTap, replay.Context{User: "u 1", OS: "iOS", Browser: "Safari 19", AppVersion: "2.4.0", Device: replay.Device{Type: "mobile"}}),
	digest("b", 2, "Add to wish list", friction.DeadTap, replay.Context{User: "u2", OS: "iOS", Browser: "Safari 19", AppVersion: "2.4.1", Channel: "ads"}),
	digest("c", 2, "Größe wählen", friction.DeadTap, replay.Context{User: "U2", OS: "Windows 11", Browser: "Chrome 141", AppVersion: "2.4.0", Device: replay.Device{Type: "desktop"}}),
	digest("d/ü?", 4, "支付", friction.UIFreeze, replay.Context{OS: "Windows 11", AppVersion: "2.5.0"}),
	{Session: "empty", Start: t0},
	{Session: ""}, // cannot be named, is left out
}

func all(list []*friction.Digest) iter.Seq2[*friction.Digest, error] {
	return func(yield func(*friction.Digest, error) bool) {
		for _, d := range list {
			if !yield(d, nil) {
				return
			}
		}
	}
}

var options = Options{
	Screen: func(replay.Screen) string { return "/product/:id" },
	Issue:  func(d *friction.Digest, _ int) string { return "iss-" + d.Session },
	Goals:  func(d *friction.Digest) []string { return []string{"buy"}[:len(d.Customs)] },
}

func memory(t testing.TB) *Index {
	t.Helper()
	ix, err := Build(t.Context(), "", "test", all(digests), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ix.Close() })
	return ix
}

func TestSearch(t *testing.T) {
	ix := memory(t)
	if ix.Len() != 5 {
		t.Fatalf("%d sessions in the index", ix.Len())
	}
	f := func(q Query, want ...string) {
		t.Helper()
		res, err := ix.Search(t.Context(), q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		if diff := cmp.Diff(want, res.Sessions); diff != "" && len(want)+len(res.Sessions) > 0 {
			t.Errorf("%+v (-want +got):\n%s", q, diff)
		}
		if res.Total != len(want) {
			t.Errorf("%+v: total %d, want %d", q, res.Total, len(want))
		}
	}
	text := func(s string, want ...string) { t.Helper(); f(Query{Text: s}, want...) }
	terms := func(field, value string, want ...string) {
		t.Helper()
		f(Query{Terms: map[string][]string{field: {value}}}, want...)
	}
	f(Query{}, "d/ü?", "b", "c", "a", "empty") // newest first, then by id
	text("cart", "a")
	text("ADD to", "b", "a")
	text("add cart", "a")
	text(`"to cart"`, "a")
	text(`"cart to"`)
	text("größe", "c")
	text("支付", "d/ü?")
	text("pay", "d/ü?", "b", "c", "a") // a cause
	text("purchase", "d/ü?", "b", "c", "a")
	text("product -cart", "d/ü?", "b", "c")
	text("-cart", "d/ü?", "b", "c", "empty")
	text("wi*", "b")
	text("pattern:dead_tap", "b", "c")
	text("pattern:dead*", "b", "c")
	text("pattern:loop") // dismissed episodes are no patterns
	text("reason:typing_surface", "d/ü?", "b", "c", "a")
	text("user:u2", "b") // ids are taken as they are
	text(`user:"u 1"`, "a")
	text("-user:u2 -user:U2 pattern:rage_tap", "a")
	text("screen:/product/:id", "d/ü?", "b", "c", "a")
	text("session:d/ü?", "d/ü?")
	text("nosuchword")
	// What people call a session by is found without its field.
	text("u2", "b")
	text("2.4.0", "c", "a")
	text("iOS cart", "a")
	text(`"Chrome 141"`, "c")
	text("mobile", "a")
	text("rage*", "a")
	text("iss-b", "b")
	text("cart -2.4.0")
	text("-2.4.0", "d/ü?", "b", "empty")
	text("  \t ", "d/ü?", "b", "c", "a", "empty")
	text("—") // no word at all
	terms("version", "2.4.0", "c", "a")
	terms("issue", "iss-b", "b")
	terms("goal", "buy", "d/ü?", "b", "c", "a")
	terms("device", "mobile", "a")
	terms("user", "*")
	f(Query{Terms: map[string][]string{"version": {"2.4.0", "2.4.1"}, "os": {"iOS"}}}, "b", "a")
	f(Query{From: t0.Add(2 * time.Hour)}, "d/ü?", "b", "c")
	f(Query{To: t0.Add(2 * time.Hour)}, "a", "empty")
	f(Query{From: t0.Add(time.Hour), To: t0.Add(4 * time.Hour), Text: "add"}, "b", "a")
	f(Query{Text: "cart", From: t0.Add(9 * time.Hour)})
}

func TestBadQueries(t *testing.T) {
	ix := memory(t)
	f := func(q Query, want string) {
		t.Helper()
		_, err := ix.Search(t.Context(), q)
		var bad *QueryError
		if !errors.As(err, &bad) || !strings.Contains(bad.Reason, want) {
			t.Errorf("%.40q: error %v, want one about %q", q.Text, err, want)
		}
	}
	f(Query{Text: "colour:red"}, `"colour"`)
	f(Query{Text: "colour:red"}, "pattern") // says what there is
	f(Query{Text: `"open`}, "quote")
	f(Query{Text: `user:"open`}, "quote")
	f(Query{Text: "user:"}, "user:value")
	f(Query{Text: `user:""`}, "user:value")
	f(Query{Text: "user:*"}, "user:value")
	f(Query{Text: `""`}, "empty")
	f(Query{Text: "*"}, "empty")
	f(Query{Text: "a\xffb"}, "UTF-8")
	f(Query{Text: "a\x00b"}, "UTF-8")
	f(Query{Text: strings.Repeat("a", MaxQuery+1)}, "at most")
	f(Query{Text: strings.Repeat("a ", maxTerms+1)}, "more than")
	f(Query{Terms: map[string][]string{"colour": {"red"}}}, `"colour"`)
	for _, c := range []string{"?", "AAAA", encodeCursor("no digits"), encodeCursor(strings.Repeat("0", 19)), encodeCursor("000000000000000000x a")} {
		f(Query{After: c}, "cursor")
	}
}

func TestPagesAndFacets(t *testing.T) {
	ix := memory(t)
	var walked []string
	for after, pages := "", 0; pages == 0 || after != ""; pages++ {
		res, err := ix.Search(t.Context(), Query{Limit: 2, After: after})
		if err != nil {
			t.Fatal(err)
		}
		if res.Total != 5 || pages > 5 {
			t.Fatalf("page %d: total %d", pages, res.Total)
		}
		walked, after = append(walked, res.Sessions...), res.Next
	}
	if diff := cmp.Diff([]string{"d/ü?", "b", "c", "a", "empty"}, walked); diff != "" {
		t.Error(diff)
	}
	res, err := ix.Search(t.Context(), Query{Text: "add"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]Count{"browser": {{"Safari 19", 2}}, "channel": {{"ads", 1}}, "device": {{"mobile", 1}}, "goal": {{"buy", 2}}, "os": {{"iOS", 2}},
		"pattern": {{"dead_tap", 1}, {"rage_tap", 1}}, "screen": {{"/product/:id", 2}}, "version": {{"2.4.0", 1}, {"2.4.1", 1}}}
	if diff := cmp.Diff(want, res.Facets); diff != "" {
		t.Errorf("facets: %s", diff)
	}
	// All sessions are counted once, as any others are.
	counted, err := ix.Search(t.Context(), Query{From: t0.AddDate(-1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []Query{{}, {Limit: 1}, {Text: " "}} {
		res, err := ix.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(counted.Facets, res.Facets); diff != "" || res.Total != counted.Total {
			t.Errorf("%+v: total %d, facets %s", q, res.Total, diff)
		}
	}
}

func TestOnDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "search")
	if _, err := Open(dir, "run1"); !errors.Is(err, ErrNoIndex) {
		t.Fatalf("nothing built: %v", err)
	}
	build := func(name string) *Index {
		t.Helper()
		ix, err := Build(t.Context(), dir, name, all(digests), options)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { ix.Close() })
		return ix
	}
	names := func() (out []string) {
		t.Helper()
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			out = append(out, e.Name())
		}
		return out
	}
	first := build("run1")
	again, err := Open(dir, "run1") // beside the first: no lock in the way
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if err := os.Mkdir(filepath.Join(dir, "v1-run0"+asideSuffix), 0o755); err != nil { // a build that was killed
		t.Fatal(err)
	}
	second := build("run2")
	if diff := cmp.Diff([]string{"v2-run2"}, names()); diff != "" {
		t.Errorf("leftovers: %s", diff)
	}
	for _, ix := range []*Index{first, again, second} {
		res, err := ix.Search(t.Context(), Query{Text: "cart"})
		if err != nil || len(res.Sessions) != 1 || ix.Len() != 5 {
			t.Errorf("%v, %v", res, err)
		}
	}
	for _, name := range []string{"", "..", "a/b", `a\b`, ".x", "c:"} {
		if _, err := Build(t.Context(), dir, name, all(nil), options); err == nil {
			t.Errorf("name %q leaves the folder", name)
		}
	}
}

// A damaged index is ErrNoIndex, and can be built again.
func TestDamaged(t *testing.T) {
	for _, file := range []string{"index_meta.json", filepath.Join("store", "root.bolt")} {
		dir := t.TempDir()
		ix, err := Build(t.Context(), dir, "run", all(digests), options)
		if err != nil {
			t.Fatal(err)
		}
		if err := ix.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "v2-run", file), []byte("garbage"), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, "run"); !errors.Is(err, ErrNoIndex) {
			t.Errorf("%s damaged: %v", file, err)
		}
		ix, err = Build(t.Context(), dir, "run", all(digests), options)
		if err != nil {
			t.Fatalf("%s damaged: build again: %v", file, err)
		}
		ix.Close()
	}
}

func TestBuildErrors(t *testing.T) {
	broken := errors.New("ledger: bad page")
	for _, dir := range []string{"", t.TempDir()} {
		_, err := Build(t.Context(), dir, "run", func(yield func(*friction.Digest, error) bool) {
			_ = yield(digests[0], nil) && yield(nil, broken)
		}, options)
		if !errors.Is(err, broken) {
			t.Errorf("broken source: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := Build(ctx, dir, "run", all(digests), options); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		if dir == "" {
			continue
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("a failed build leaves %v, %v", left, err)
		}
	}
}

// Nothing of a session but its id can be read back.
func TestNothingStored(t *testing.T) {
	ix := memory(t)
	req := bleve.NewSearchRequest(bleve.NewMatchAllQuery())
	req.Fields = []string{"*"}
	res, err := ix.bleve.Search(req)
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Hits) != 5 {
		t.Fatalf("%d hits", len(res.Hits))
	}
	for _, h := range res.Hits {
		if len(h.Fields) > 0 {
			t.Errorf("session %s can be read back: %v", h.ID, h.Fields)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"cart", `-"to cart" user:u*`, "a:b", `pattern:"x`, "--", "-", `"`, ":", "user::"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		terms, err := parse(s)
		var bad *QueryError
		if err != nil && !errors.As(err, &bad) {
			t.Fatalf("%q: %v is no QueryError", s, err)
		}
		if len(terms) > maxTerms {
			t.Fatalf("%q: %d terms", s, len(terms))
		}
		for _, x := range terms {
			if x.value == "" || x.field != "" && !slices.Contains(Fields[:], x.field) {
				t.Fatalf("%q: term %+v", s, x)
			}
		}
	})
}

// Users who have names in the index are found by their ids too.
func TestUsersByIDAndName(t *testing.T) {
	d := &friction.Digest{Session: "s1"}
	d.Context.User = "u-name"
	index, err := Build(t.Context(), "", "", func(yield func(*friction.Digest, error) bool) { yield(d, nil) }, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	name := func(id string) string { return map[string]string{"ada": "u-name"}[id] }
	for _, q := range []struct {
		query Query
		want  int
	}{
		{Query{Text: "user:ada"}, 1}, {Query{Text: "ada"}, 1}, {Query{Text: "user:u-name"}, 1}, {Query{Text: "-user:ada"}, 0}, {Query{Text: "user:bob"}, 0},
		{Query{Terms: map[string][]string{"user": {"ada"}}}, 1}, {Query{Text: "session:ada"}, 0},
	} {
		q.query.UserName = name
		found, err := index.Search(t.Context(), q.query)
		if err != nil || found.Total != q.want {
			t.Errorf("%+v finds %v, %v; want %d", q.query, found, err, q.want)
		}
	}
}

// TestSpan: sessions are found by their time to the millisecond, however the bounds lie to days and hours.
func TestSpan(t *testing.T) {
	midnight := time.Date(2026, 9, 7, 0, 0, 0, 0, time.UTC)
	var offsets []time.Duration
	for _, base := range []time.Duration{-24 * time.Hour, -time.Hour, 0, time.Hour, 24 * time.Hour, 25 * time.Hour, 48 * time.Hour, 51*time.Hour + 17*time.Minute} {
		offsets = append(offsets, base-time.Millisecond, base, base+time.Millisecond)
	}
	var sessions []*friction.Digest
	for i, o := range offsets {
		sessions = append(sessions, &friction.Digest{Session: fmt.Sprint("s", i), Start: midnight.Add(o)})
	}
	ix, err := Build(t.Context(), "", "test", all(sessions), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer ix.Close()
	bounds := []time.Time{{}}
	for _, o := range offsets {
		bounds = append(bounds, midnight.Add(o), midnight.Add(o).In(time.FixedZone("", 5*3600+1800)))
	}
	for _, from := range bounds {
		for _, to := range bounds {
			want := 0
			for _, s := range sessions {
				if (from.IsZero() || !s.Start.Before(from)) && (to.IsZero() || s.Start.Before(to)) {
					want++
				}
			}
			got, err := ix.Search(t.Context(), Query{From: from, To: to})
			if err != nil {
				t.Fatal(err)
			}
			if got.Total != want {
				t.Errorf("from %v to %v: %d sessions, want %d", from, to, got.Total, want)
			}
		}
	}
}
