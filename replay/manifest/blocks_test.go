package manifest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/source"
)

// The index of two sessions, in the forms that ClickHouse exports: the first of two blocks, the second deleted.
const (
	blocksNDJSON = `{"session_id":"s1","team_id":"1","distinct_id":"u1","min_first_timestamp":"2025-07-02 08:30:00.000","block_first_timestamps":["2025-07-02 08:30:10.500","2025-07-02 08:30:00.000"],"block_urls":["s3://posthog/session_recordings/30d/1-b?range=bytes=7-9","s3://posthog/session_recordings/30d/1-a?range=bytes=0-6"],"first_url":"https://shop.example/a?token=1","all_urls":["https://shop.example/a?token=1"],"snapshot_source":"mobile","snapshot_library":"posthog-ios","is_deleted":0}
{"session_id":"s2","distinct_id":"u2","min_first_timestamp":"2025-07-02 08:30:00.000","block_first_timestamps":[],"block_urls":[],"snapshot_source":"web","is_deleted":1}
`
	blocksCSV = `session_id,team_id,distinct_id,min_first_timestamp,block_first_timestamps,block_urls,first_url,all_urls,snapshot_source,snapshot_library,is_deleted
s1,1,u1,2025-07-02 08:30:00.000,"['2025-07-02 08:30:10.500','2025-07-02 08:30:00.000']","['s3://posthog/session_recordings/30d/1-b?range=bytes=7-9','s3://posthog/session_recordings/30d/1-a?range=bytes=0-6']",https://shop.example/a?token=1,"['https://shop.example/a?token=1']",mobile,posthog-ios,0
s2,1,u2,2025-07-02 08:30:00.000,[],[],,,web,,1
`
	// A row a block, under other names.
	blocksLong = `sid;url;first;distinct_id;min_first_timestamp;snapshot_library;first_url;is_deleted
s1;s3://posthog/session_recordings/30d/1-b?range=bytes=7-9;2025-07-02T08:30:10.5Z;u1;2025-07-02 08:30:10.500;posthog-ios;/a;0
s2;;;u2;2025-07-02 08:30:00;web;;true
s1;s3://posthog/session_recordings/30d/1-a?range=bytes=0-6;2025-07-02T08:30:00Z;u1;2025-07-02 08:30:00;posthog-ios;/a;0
`
)

type blockRow struct {
	ID      string    `parquet:"session_id"`
	User    string    `parquet:"distinct_id"`
	Started time.Time `parquet:"min_first_timestamp,timestamp(millisecond)"`
	Times   []string  `parquet:"block_first_timestamps,list"`
	URLs    []string  `parquet:"block_urls,list"`
	First   string    `parquet:"first_url"`
	All     []string  `parquet:"all_urls,list"`
	Library string    `parquet:"snapshot_library"`
	Deleted int32     `parquet:"is_deleted"`
}

func TestLoadBlocks(t *testing.T) {
	const key = "session_recordings/30d/1-"
	want := []source.Indexed{
		{Session: "s1", Started: started, Blocks: []source.Block{
			{Key: key + "b", From: 7, To: 9, First: started.Add(10500 * time.Millisecond)}, {Key: key + "a", From: 0, To: 6, First: started}}},
		{Session: "s2", Started: started, Deleted: true},
	}
	urls := []string{"s3://posthog/" + key + "b?range=bytes=7-9", "s3://posthog/" + key + "a?range=bytes=0-6"}
	table := string(parquetOf(t, []blockRow{
		{ID: "s1", User: "u1", Started: started, Times: []string{"2025-07-02 08:30:10.5", "2025-07-02 08:30:00"}, URLs: urls, First: "/a?x", All: urls, Library: "posthog-ios"},
		{ID: "s2", User: "u2", Started: started, Deleted: 1, Library: "web"},
	}))
	long := Columns{Session: "sid", Blocks: "url", BlockTimes: "first"}
	for _, tc := range []struct {
		name, text string
		columns    Columns
	}{
		{"ndjson", blocksNDJSON, Columns{}}, {"csv", blocksCSV, Columns{}}, {"parquet", table, Columns{}}, {"a row a block", blocksLong, long},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b, err := LoadBlocks(context.Background(), strings.NewReader(tc.text), tc.columns, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if b.Wrong > 0 {
				t.Errorf("problems: %v", b.Problems)
			}
			if diff := cmp.Diff(want, b.Sessions); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			r, _ := b.Lookup("s1")
			if diff := cmp.Diff(Record{Session: "s1", Started: started, Context: replay.Context{User: "u1", EntryURL: "/a", Channel: "ios"}}, r); diff != "" {
				t.Errorf("record: -want +got:\n%s", diff)
			}
		})
	}
}

func TestLoadBlocksProblems(t *testing.T) {
	load := func(text string) (*BlockIndex, error) {
		return LoadBlocks(context.Background(), strings.NewReader(text), Columns{}, Options{Name: "index"})
	}
	b, err := load(`{"session_id":"s","block_urls":["s3://b/k?range=bytes=9-1","s3://b/k","/k?range=bytes=0-1"],"block_first_timestamps":["2025-07-02 08:30:00"]}
{"session_id":"","block_urls":["s3://b/k?range=bytes=0-1"]}
{"session_id":"t","block_urls":["s3://b/k?range=bytes=0-1"],"block_first_timestamps":["soon"]}`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range b.Problems {
		got = append(got, p.String())
	}
	want := []string{
		"line 1: block_first_timestamps: want a list of 3 times, as many as there are blocks",
		`line 1: block_urls: "s3://b/k?range=bytes=9-1" is no s3://bucket/key?range=bytes=FIRST-LAST`,
		`line 1: block_urls: "s3://b/k" is no s3://bucket/key?range=bytes=FIRST-LAST`,
		"line 2: session_id is empty",
		`line 3: block_first_timestamps: "soon" is not a time (RFC 3339, or seconds or milliseconds since 1970)`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, err := load("session_id\ns\n"); !errors.Is(err, ErrColumns) || !strings.Contains(err.Error(), "columns.blocks") {
		t.Errorf("an index without blocks: %v, want ErrColumns", err)
	}
}

// A day of recording has a line of more than a megabyte.
func TestLoadBlocksLongLine(t *testing.T) {
	const n = 24 * 60 * 6
	url := `"s3://posthog/session_recordings/30d/1751444000000-0123456789abcdef?range=bytes=1000000-2000000"`
	line := `{"session_id":"s","block_urls":[` + strings.Repeat(url+",", n-1) + url + `]}`
	b, err := LoadBlocks(context.Background(), strings.NewReader(line), Columns{}, Options{})
	if err != nil || len(b.Sessions) != 1 || len(b.Sessions[0].Blocks) != n {
		t.Fatalf("%v", err)
	}
}

func TestTexts(t *testing.T) {
	for _, tc := range []struct {
		in   string
		want []string
	}{
		{"", nil}, {"[]", nil}, {"null", nil}, {"one", []string{"one"}},
		{`["a","b"]`, []string{"a", "b"}}, {`[1, 2]`, []string{"1", "2"}},
		{`['it\'s', 'b,c']`, []string{"it's", "b,c"}}, {`[a, b]`, []string{"a", "b"}},
	} {
		got, err := texts(tc.in)
		if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", tc.in, err, diff)
		}
	}
	for _, bad := range []string{"['a'", "['a' 'b']", "['a", "[a"} {
		if got, err := texts(bad); err == nil {
			t.Errorf("%s: read as %q", bad, got)
		}
	}
}

func FuzzBlocks(f *testing.F) {
	f.Add([]byte(blocksNDJSON))
	f.Add([]byte(blocksCSV))
	f.Add([]byte("session_id,block_urls\ns,\"['\\"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := LoadBlocks(context.Background(), strings.NewReader(string(data)), Columns{}, Options{MaxBytes: 1 << 20, MaxRows: 1000})
		if err != nil {
			return
		}
		if len(b.Sessions) != b.Len() {
			t.Fatalf("%d sessions, %d records", len(b.Sessions), b.Len())
		}
		for i, s := range b.Sessions {
			if s.Session == "" || i > 0 && b.Sessions[i-1].Session >= s.Session {
				t.Fatalf("session %d: %q", i, s.Session)
			}
			for _, block := range s.Blocks {
				if block.Key == "" || block.From < 0 || block.To < block.From {
					t.Fatalf("block %+v", block)
				}
			}
		}
	})
}
