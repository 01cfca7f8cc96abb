package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/replay"
)

// keys is a Store that only lists: each line is a key, "key 0" an empty object, "!key" an object that cannot be listed.
type keys []string

func (keys) URL() string { return "mem" }

func (keys) Open(context.Context, replay.Object, int64) (io.ReadCloser, error) {
	return nil, ErrNotFound
}

func (k keys) List(_ context.Context, prefix string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		for _, line := range k {
			obj := replay.Object{Key: line, ETag: "e", Size: 10}
			var err error
			if key, ok := strings.CutSuffix(line, " 0"); ok {
				obj.Key, obj.Size = key, 0
			}
			if key, ok := strings.CutPrefix(line, "!"); ok {
				obj, err = replay.Object{Key: key}, ErrAccess
			}
			if strings.HasPrefix(obj.Key, prefix) && !yield(Object{Object: obj}, err) {
				return
			}
		}
	}
}

// render writes a grouping as one line per recording: "ID (Key): parts | sidecar | fields", then the skips.
func render(g *Grouping) string {
	var b strings.Builder
	for _, r := range g.Recordings {
		fmt.Fprintf(&b, "%s (%s):", r.ID, r.Key)
		for _, p := range r.Parts {
			fmt.Fprintf(&b, " %s", p.Key)
		}
		if r.Sidecar != nil {
			fmt.Fprintf(&b, " | %s", r.Sidecar.Key)
		}
		if len(r.Fields) > 0 {
			fmt.Fprintf(&b, " | %v", r.Fields)
		}
		if r.Missing > 0 {
			fmt.Fprintf(&b, " -%d", r.Missing)
		}
		b.WriteByte('\n')
	}
	for _, s := range g.Skipped {
		fmt.Fprintf(&b, "- %s %d %s\n", s.Reason, s.Count, s.Example)
	}
	return b.String()
}

var groupTests = []struct {
	name   string
	layout Layout
	keys   []string
	want   string
}{
	{"OpenReplay directories", Layout{},
		[]string{"7381/devtools.mob", "7381/dom.mobe", "7381/dom.mobs", "7381/replay.frames.zst", "7381.meta.json",
			"mobs/7382/dom.mobs.gz", "mobs/7382/1774283894797_4.webp.frames.zst", "mobs/7383/devtools.mob", "mobs/other.json", "dom.mobs"},
		`7381 (7381): 7381/dom.mobs 7381/dom.mobe 7381/devtools.mob 7381/replay.frames.zst | 7381.meta.json
dom (dom): dom.mobs
7382 (mobs/7382): mobs/7382/dom.mobs.gz
7383 (mobs/7383): mobs/7383/devtools.mob
other (mobs/other.json): mobs/other.json
- other_file 1 mobs/7382/1774283894797_4.webp.frames.zst
`},
	{"OpenReplay names before 2023", Layout{},
		[]string{"3762859343893990859", "3762859343893990859devtools", "3762859343893990859e", "3762859343893990860",
			"3762859343893990859.meta.json", "x/3762859343893990861e", "x/112", "x/112e"},
		`3762859343893990859 (3762859343893990859): 3762859343893990859 3762859343893990859e 3762859343893990859devtools | 3762859343893990859.meta.json
3762859343893990860 (3762859343893990860): 3762859343893990860
112 (x/112): x/112
112e (x/112e): x/112e
3762859343893990861 (x/3762859343893990861): x/3762859343893990861e
`},
	{"OpenReplay files beside each other", Layout{},
		[]string{"a.mobe", "a.mobs", "b.mobs.zst", "c.mob", "a.mobs.meta.json", "up/tracker-batch-1774283901788.mob", "up/tracker-batch-1774283894797.mob"},
		`a (a): a.mobs a.mobe | a.mobs.meta.json
b (b): b.mobs.zst
c (c.mob): c.mob
up (up): up/tracker-batch-1774283894797.mob up/tracker-batch-1774283901788.mob
`},
	{"Highlight directories", Layout{},
		[]string{"v2/1/7381/session-contents-compressed-0010", "v2/1/7381/session-contents-compressed-0009", "v2/1/7381/network-resources-compressed",
			"v2/1/7381/timeline-indicator-events", "v2/1/7382/session-contents-compressed", "raw-events/v2/1/7383/events-1"},
		`events-1 (raw-events/v2/1/7383/events-1): raw-events/v2/1/7383/events-1
7381 (v2/1/7381): v2/1/7381/session-contents-compressed-0009 v2/1/7381/session-contents-compressed-0010
7382 (v2/1/7382): v2/1/7382/session-contents-compressed
- other_file 2 v2/1/7381/network-resources-compressed
`},
	{"OpenReplay with a key pattern", Layout{KeyPattern: `^p(?P<tenant>\d+)/(?P<session>\d+)/(?P<part>.+)$`},
		[]string{"p1/55/devtools.mob", "p1/55/dom.mobe", "p1/55/dom.mobs"},
		`55 (1/55): p1/55/dom.mobs p1/55/dom.mobe p1/55/devtools.mob | map[tenant:1]
`},
	{"Sentry segments, by number and with gaps", Layout{},
		[]string{"90/4711/0f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f/10", "90/4711/0f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f/9", "90/4711/0f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f/2",
			"90/4711/0f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f/0", "90/4711/0f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f/1", "90/4711/0f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f/3",
			"90/4711/1f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f/0", "90/4711/1f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f/1",
			"90/4711/2f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f/3", "90/4711/2f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f/4"},
		`0f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f (90/4711/0f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f): 90/4711/0f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f/0 90/4711/0f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f/1 90/4711/0f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f/2 90/4711/0f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f/3 90/4711/0f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f/9 90/4711/0f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f/10 -5
1f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f (90/4711/1f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f): 90/4711/1f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f/0 90/4711/1f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f/1
2f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f (90/4711/2f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f): 90/4711/2f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f/3 90/4711/2f3c6d1e8a2b4c5d9e7f0a1b2c3d4e5f/4 -2
`},
	{"Betterlytics, by rule", Layout{},
		[]string{"site/shop/sess/V1StGXR8_Z5jdHi6B-myT/1751462460000-a_B-3z.json", "site/shop/sess/V1StGXR8_Z5jdHi6B-myT/1751462400000-Uakgb_.json",
			"site/shop/sess/X1StGXR8_Z5jdHi6B-myT/1751462460000-000000.json"},
		`V1StGXR8_Z5jdHi6B-myT (site/shop/sess/V1StGXR8_Z5jdHi6B-myT): site/shop/sess/V1StGXR8_Z5jdHi6B-myT/1751462400000-Uakgb_.json site/shop/sess/V1StGXR8_Z5jdHi6B-myT/1751462460000-a_B-3z.json
X1StGXR8_Z5jdHi6B-myT (site/shop/sess/X1StGXR8_Z5jdHi6B-myT): site/shop/sess/X1StGXR8_Z5jdHi6B-myT/1751462460000-000000.json
`},
	{"Betterlytics, by pattern", Layout{KeyPattern: `^site/(?P<tenant>[^/]+)/sess/(?P<session>[^/]+)/(?P<part>\d{13})-[^/]+\.json$`},
		[]string{"site/shop/sess/a/1751462460000-a_B-3z.json", "site/shop/sess/a/1751462400000-Uakgb_.json", "site/blog/sess/a/1751462460000-000000.json"},
		`blog/a (blog/a): site/blog/sess/a/1751462460000-000000.json | map[tenant:blog]
shop/a (shop/a): site/shop/sess/a/1751462400000-Uakgb_.json site/shop/sess/a/1751462460000-a_B-3z.json | map[tenant:shop]
`},
	{"a file is a recording", Layout{},
		[]string{"b.json.gz", "a.json", "deep/er/c.ndjson.zst", "noending", "v1.2-session"},
		`a (a.json): a.json
b (b.json.gz): b.json.gz
c (deep/er/c.ndjson.zst): deep/er/c.ndjson.zst
noending (noending): noending
v1.2-session (v1.2-session): v1.2-session
`},
	{"sidecars of files, in both spellings", Layout{},
		[]string{"a.json", "a.meta.json", "b.json.gz", "b.json.gz.meta.json", "c.ndjson.zst", "c.meta.json", "d.meta.json"},
		`a (a.json): a.json | a.meta.json
b (b.json.gz): b.json.gz | b.json.gz.meta.json
c (c.ndjson.zst): c.ndjson.zst | c.meta.json
- orphan_sidecar 1 d.meta.json
`},
	{"the exact sidecar wins over the one of the stem", Layout{},
		[]string{"a.json", "a.json.gz", "a.json.gz.meta.json", "a.meta.json"},
		`a.json (a.json): a.json | a.meta.json
a.json.gz (a.json.gz): a.json.gz | a.json.gz.meta.json
- second_sidecar 1 a.meta.json
`},
	{"a directory with a sidecar beside it or in it", Layout{},
		[]string{"s1/10", "s1/2", "s1/sub/x", "s1.meta.json", "s2/a.json", "s2/meta.json", "s3/b.json", "s3/session.meta.json"},
		`s1 (s1): s1/2 s1/10 s1/sub/x | s1.meta.json
s2 (s2): s2/a.json | s2/meta.json
s3 (s3): s3/b.json | s3/session.meta.json
`},
	{"session.meta.json beside session.json is that file's", Layout{},
		[]string{"x/session.json", "x/other.json", "x/session.meta.json"},
		`other (x/other.json): x/other.json
session (x/session.json): x/session.json | x/session.meta.json
`},
	{"a file's own sidecar wins over the directory's", Layout{},
		[]string{"d/a.json", "d/a.meta.json", "d/part.json", "d/meta.json"},
		`d (d): d/part.json | d/meta.json
a (d/a.json): d/a.json | d/a.meta.json
`},
	{"session_id in the key", Layout{},
		[]string{
			"rec/team_id/2/session_id/018f-aa/data/1700000000000-1700000009999",
			"rec/team_id/2/session_id/018f-aa/data/1700000010000-1700000019999",
			"rec/team_id/2/session_id/018f-bb/data/1700000000000-1700000009999",
			"hive/dt=2025-07-02/session_id=xyz/part-0.json", "hive/dt=2025-07-02/session_id=xyz/part-1.json",
			"session_id/top.json",
		},
		`xyz (hive/dt=2025-07-02/session_id=xyz): hive/dt=2025-07-02/session_id=xyz/part-0.json hive/dt=2025-07-02/session_id=xyz/part-1.json
018f-aa (rec/team_id/2/session_id/018f-aa): rec/team_id/2/session_id/018f-aa/data/1700000000000-1700000009999 rec/team_id/2/session_id/018f-aa/data/1700000010000-1700000019999
018f-bb (rec/team_id/2/session_id/018f-bb): rec/team_id/2/session_id/018f-bb/data/1700000000000-1700000009999
top (session_id/top.json): session_id/top.json
`},
	{"word parts in any directory", Layout{},
		[]string{"alice/part-10.json", "alice/part-2.json", "bob/chunk_1.json.gz", "bob/chunk_2.json.gz"},
		`alice (alice): alice/part-2.json alice/part-10.json
bob (bob): bob/chunk_1.json.gz bob/chunk_2.json.gz
`},
	{"number parts only in a directory named like an id", Layout{},
		[]string{
			"s/9f3c27ab/0.json", "s/9f3c27ab/1.json", "s/9f3c27ab/1751462400000-aa.json",
			"recordings/1.json", "recordings/2.json",
		},
		`1 (recordings/1.json): recordings/1.json
2 (recordings/2.json): recordings/2.json
9f3c27ab (s/9f3c27ab): s/9f3c27ab/0.json s/9f3c27ab/1.json s/9f3c27ab/1751462400000-aa.json
`},
	{"dates and partitions are never sessions", Layout{},
		[]string{"2025-07-02/part-0.json", "2025-07-02/part-1.json", "20250703/0.json", "dt=20250704/part-0.json", "2025/07/02/part-0.json"},
		`2025-07-02/part-0.json (2025-07-02/part-0.json): 2025-07-02/part-0.json
part-1 (2025-07-02/part-1.json): 2025-07-02/part-1.json
2025/07/02/part-0.json (2025/07/02/part-0.json): 2025/07/02/part-0.json
0 (20250703/0.json): 20250703/0.json
dt=20250704/part-0.json (dt=20250704/part-0.json): dt=20250704/part-0.json
`},
	{"one other name and the directory is no session", Layout{},
		[]string{"9f3c27ab/0.json", "9f3c27ab/1.json", "9f3c27ab/login.json"},
		`0 (9f3c27ab/0.json): 9f3c27ab/0.json
1 (9f3c27ab/1.json): 9f3c27ab/1.json
login (9f3c27ab/login.json): 9f3c27ab/login.json
`},
	{"parts with sidecars of their own are recordings", Layout{},
		[]string{"9f3c27ab/0.json", "9f3c27ab/0.meta.json", "9f3c27ab/1.json"},
		`0 (9f3c27ab/0.json): 9f3c27ab/0.json | 9f3c27ab/0.meta.json
1 (9f3c27ab/1.json): 9f3c27ab/1.json
`},
	{"equal ids are told apart by key", Layout{},
		[]string{"a/x.json", "b/x.json", "b/y.json"},
		`a/x.json (a/x.json): a/x.json
b/x.json (b/x.json): b/x.json
y (b/y.json): b/y.json
`},
	{"what is no recording is counted", Layout{Ignore: []string{"truth*.json", "tmp/*"}},
		[]string{"dir/ 0", "empty.json 0", ".git/x", "a/.hidden.json", "manifest.ndjson.gz", "users.csv", "x.parquet", "outcomes.ndjson", "index.html", "truth.json", "deep/truth2.json", "tmp/x.json", "!locked.json", "ok.json"},
		`ok (ok.json): ok.json
- empty_object 1 empty.json
- folder_marker 1 dir/
- hidden 2 .git/x
- ignored 3 deep/truth2.json
- manifest 4 manifest.ndjson.gz
- other_file 1 index.html
- unlistable 1 locked.json
`},
	{"key pattern", Layout{KeyPattern: `^raw/(?P<date>[0-9-]+)/(?P<tenant>[a-z]+)/(?P<session>[^/]+)/(?P<part>[0-9]+)\.json$`},
		[]string{
			"raw/2025-07-02/acme/s1/10.json", "raw/2025-07-03/acme/s1/2.json", "raw/2025-07-02/acme/s1/meta.json",
			"raw/2025-07-02/other/s1/1.json", "raw/2025-07-02/acme/s2/1.json", "raw/2025-07-02/acme/s2.meta.json",
			"raw/2025-07-02/acme/s2/1.meta.json", "raw/readme.json", "raw/none.meta.json",
		},
		`acme/s1 (acme/s1): raw/2025-07-03/acme/s1/2.json raw/2025-07-02/acme/s1/10.json | raw/2025-07-02/acme/s1/meta.json | map[date:2025-07-03 tenant:acme]
s2 (acme/s2): raw/2025-07-02/acme/s2/1.json | raw/2025-07-02/acme/s2.meta.json | map[date:2025-07-02 tenant:acme]
other/s1 (other/s1): raw/2025-07-02/other/s1/1.json | map[date:2025-07-02 tenant:other]
- key_pattern 1 raw/readme.json
- orphan_sidecar 1 raw/none.meta.json
- second_sidecar 1 raw/2025-07-02/acme/s2/1.meta.json
`},
	{"key pattern without parts orders by key", Layout{KeyPattern: `(?P<user>u[0-9]+)_(?P<session>[a-z]+)`},
		[]string{"x/u7_abc-10.csv", "x/u7_abc-9.csv", "x/u7_abc.meta.json"},
		`abc (abc): x/u7_abc-9.csv x/u7_abc-10.csv | x/u7_abc.meta.json | map[user:u7]
`},
}

func TestGroup(t *testing.T) {
	for _, tt := range groupTests {
		t.Run(tt.name, func(t *testing.T) {
			g, err := Group(t.Context(), keys(tt.keys), "", tt.layout)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, render(g)); diff != "" {
				t.Errorf("grouping (-want +got):\n%s", diff)
			}
			if g.Objects != len(tt.keys) {
				t.Errorf("Objects = %d, listed %d", g.Objects, len(tt.keys))
			}
			// Every object is a part, a sidecar or counted as skipped; and the order of the listing changes nothing.
			for i := range uint64(10) {
				shuffled := append(keys(nil), tt.keys...)
				rand.New(rand.NewPCG(1, i)).Shuffle(len(shuffled), func(i, j int) {
					shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
				})
				again, err := Group(t.Context(), shuffled, "", tt.layout)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(g, again); diff != "" {
					t.Fatalf("another order of the listing (-sorted +shuffled):\n%s", diff)
				}
			}
		})
	}
}

func TestGroupErrors(t *testing.T) {
	for _, tt := range []struct {
		name   string
		layout Layout
		keys   keys
		want   error
		text   string
	}{
		{"no session group", Layout{KeyPattern: `(?P<part>.*)`}, keys{"a"}, ErrPattern, "(?P<session>"},
		{"broken pattern", Layout{KeyPattern: `(?P<session>`}, keys{"a"}, ErrPattern, "key_pattern"},
		{"twice", Layout{KeyPattern: `(?P<session>a)|(?P<session>b)`}, keys{"a"}, ErrPattern, "session"},
		{"broken ignore", Layout{Ignore: []string{"["}}, keys{"a"}, ErrPattern, `ignore "["`},
		{"empty", Layout{}, keys{}, ErrEmpty, "mem"},
		{"listing breaks off", Layout{}, keys{"a", "!"}, ErrAccess, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Group(t.Context(), tt.keys, "", tt.layout)
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("error %v, want %v with %q", err, tt.want, tt.text)
			}
			if Hint(err) == "" {
				t.Errorf("no hint for %v", err)
			}
		})
	}
}

func TestCompareNatural(t *testing.T) {
	// "01" and "1" are equal numbers and then ordered as text.
	inOrder := []string{"", "0", "01", "1", "2", "10", "100", "a", "a1", "a1b", "a02", "a2", "a10", "a10b", "b"}
	for i, a := range inOrder {
		for j, b := range inOrder {
			got := compareNatural(a, b)
			if (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("compareNatural(%q, %q) = %d", a, b, got)
			}
		}
	}
}

func FuzzGroup(f *testing.F) {
	f.Add("a.json\na.meta.json\nb/part-1\nb/part-2")
	f.Add("s/9f3c27ab/0\ns/9f3c27ab/meta.json\nsession_id/x/y/z")
	f.Fuzz(func(t *testing.T, list string) {
		ks := keys(strings.Split(list, "\n"))
		g, err := Group(context.Background(), ks, "", Layout{})
		if err != nil {
			return
		}
		seen := map[string]bool{}
		parts := 0
		for _, r := range g.Recordings {
			if seen[r.ID] || len(r.Parts) == 0 {
				t.Fatalf("recording %q: id repeated or no parts", r.ID)
			}
			seen[r.ID] = true
			parts += len(r.Parts)
		}
		for _, s := range g.Skipped {
			parts += s.Count
		}
		if parts > len(ks)+len(g.Recordings) {
			t.Fatalf("%d parts and skips from %d keys", parts, len(ks))
		}
	})
}

// BenchmarkGroup groups a million objects: each a recording of its own, or two of them a session. What it takes for an object
// includes the listing's own slices, and not the keys.
func BenchmarkGroup(b *testing.B) {
	for _, c := range []struct {
		name string
		key  func(i int) string
	}{
		{"files", func(i int) string { return fmt.Sprintf("2026-11-%02d/s_%07d.json.gz", 1+i%28, i) }},
		{"parts", func(i int) string { return fmt.Sprintf("2026-11-%02d/s_%07d/part-%d.json.gz", 1+i/2%28, i/2, i%2) }},
	} {
		listed := make(keys, 1_000_000)
		for i := range listed {
			listed[i] = c.key(i)
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Group(b.Context(), listed, "", Layout{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
