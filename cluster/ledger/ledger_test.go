package ledger

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

var day0 = time.Date(2026, 11, 3, 22, 0, 0, 0, time.UTC)

// generate makes digest n with every field filled from a fixed seed; version changes what its objects hold.
func generate(n, version int) friction.Digest {
	r := rand.New(rand.NewPCG(uint64(n), uint64(version)))
	word := func(kind string) string { return fmt.Sprintf("%s %d", kind, r.IntN(20)) }
	at := func() time.Duration { return time.Duration(r.IntN(600_000)) * time.Millisecond }
	d := friction.Digest{
		Session: fmt.Sprintf("session-%05d", n), Source: "s3://bucket/prefix", Fingerprint: "fp1",
		Recording: fmt.Sprintf("s3://bucket/prefix#%05d", n),
		Start:     day0.Add(time.Duration(n) * 7 * time.Minute), Duration: at(), Active: at(), Format: word("format"),
		Context: replay.Context{User: word("user"), Device: replay.Device{Type: word("device"), Model: word("model"), Touch: n%2 == 0},
			OS: word("os"), Browser: word("browser"), AppVersion: word("version"), Channel: word("channel"), Plan: word("plan"),
			EntryURL: "/" + word("entry"), ViewportW: int32(r.IntN(2000)), ViewportH: int32(r.IntN(2000)),
			Attributes: map[string]string{"country": word("c"), "ab.test": word("ab"), "": "empty name"}},
		Coverage: replay.Coverage{Snapshot: true, Mutations: n%3 == 0, PointerMoves: n%2 == 0, PointerPress: n%5 == 0,
			Console: n%7 == 0, Network: true, Visibility: n%2 == 1, Canvas: n%11 == 0},
		Marks:   []replay.Mark{replay.MarkGap, replay.MarkMasked},
		Objects: []replay.Object{{Key: fmt.Sprintf("a/%d.json.gz", n), ETag: fmt.Sprintf("%d-%d", n, version), Size: int64(n)}, {Key: "b", ETag: "e", Size: 1 << 40}},
	}
	for range 1 + r.IntN(5) {
		d.Screens = append(d.Screens, replay.Screen{Host: "shop.example", Path: "/" + word("screen"), Title: word("title"), W: int32(r.IntN(2000)), H: 7})
		d.Targets = append(d.Targets, friction.Target{Key: word("key"), Tag: "button", Role: word("role"), Label: word("Größe"),
			Selector: word("main > "), Path: word("path"), Kind: friction.Control, Certainty: r.Float64()})
		d.Visits = append(d.Visits, friction.Visit{Screen: int32(r.IntN(5)), Window: int32(r.IntN(2)), At: at(), Until: at(), Loaded: r.IntN(2) == 0})
		d.Customs = append(d.Customs, friction.Moment{Name: word("event"), At: at()})
	}
	for range r.IntN(8) {
		d.Attempts = append(d.Attempts, friction.Attempt{At: at(), Screen: int32(r.IntN(5)), Target: int32(r.IntN(5)) - 1,
			Outcome: friction.Dead, Latency: at(), Gestures: int32(r.IntN(9)), Episode: int32(r.IntN(3)) - 1, X: int32(r.IntN(900)) - 1, Y: -1})
		d.Episodes = append(d.Episodes, friction.Episode{Pattern: friction.RageTap, Also: []friction.Pattern{friction.DeadTap, friction.SlowResponse},
			Verdict: friction.Dismissed, Reason: friction.ReasonProgress, Confidence: r.Float64(), Start: at(), End: at(), Screen: 1, Target: -1,
			Gestures: 4, Unanswered: 3, Latency: at(), X: -1, Y: 55, Cause: word("POST /api/pay"), Aftermath: friction.Back, Blind: []string{"canvas_blind", "gap"}})
	}
	return d
}

func generateAll(from, to int) []friction.Digest {
	var all []friction.Digest
	for n := from; n < to; n++ {
		all = append(all, generate(n, 0))
	}
	return all
}

func open(t testing.TB, dir string, opts Options) *Ledger {
	t.Helper()
	l, err := Open(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func add(t testing.TB, l *Ledger, batch ...friction.Digest) {
	t.Helper()
	if err := l.Append(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
}

func collect(t testing.TB, l *Ledger, q Query) []friction.Digest {
	t.Helper()
	var all []friction.Digest
	for d, err := range l.All(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, *d)
	}
	return all
}

func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

func TestRoundTrip(t *testing.T) {
	want := append(generateAll(0, 300), friction.Digest{Session: "z", Recording: "bare", Start: time.UnixMilli(0).UTC()})
	dir := t.TempDir()
	l := open(t, dir, Options{})
	shuffled := slices.Clone(want)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	for batch := range slices.Chunk(shuffled, 37) {
		add(t, l, batch...)
	}
	slices.SortFunc(want, func(a, b friction.Digest) int {
		return strings.Compare(a.Start.Format(dayLayout)+a.Session, b.Start.Format(dayLayout)+b.Session)
	})
	equal(t, "before Close", collect(t, l, Query{}), want)
	before := l.Size()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, dir, Options{})
	equal(t, "after Close", collect(t, l, Query{}), want)
	if after := l.Size(); after.Files >= before.Files || after.Digests != before.Digests {
		t.Errorf("Close did not merge: %+v, then %+v", before, after)
	}
	equal(t, "days", len(l.Days()), 4) // three and 1970
	for _, d := range []friction.Digest{want[0], want[155], want[300]} {
		got, err := l.Get(t.Context(), d.Session, "")
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "Get", *got, d)
	}
	if _, err := l.Get(t.Context(), "session-00001", "other"); !errors.Is(err, ErrNotFound) {
		t.Errorf("Get with another fingerprint: %v", err)
	}
}

func TestRecordingDefaultsToSourceAndSession(t *testing.T) {
	l := open(t, t.TempDir(), Options{})
	d := generate(1, 0)
	d.Recording = ""
	add(t, l, d)
	if !known(l, "s3://bucket/prefix#session-00001", d.Objects, "fp1") {
		t.Error("not known")
	}
}

// TestBytesDoNotDependOnProcess guards that equal batches give equal files: names hold a hash of the content.
func TestBytesDoNotDependOnProcess(t *testing.T) {
	var names [2][]string
	for i := range names {
		l := open(t, t.TempDir(), Options{})
		batch := generateAll(0, 50)
		if i == 1 {
			slices.Reverse(batch)
		}
		add(t, l, batch...)
		names[i], _ = l.listing()
	}
	equal(t, "names", names[1], names[0])
}

// known reports whether a recording need not be read again.
func known(l *Ledger, recording string, objects []replay.Object, fingerprint string) bool {
	return l.Read(recording, objects, fingerprint) || l.Skipped(recording, objects, fingerprint)
}

func TestKnown(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{})
	d := generate(1, 0)
	add(t, l, d)
	other := generate(1, 1)
	reversed := slices.Clone(d.Objects)
	slices.Reverse(reversed)
	check := func(when string) {
		t.Helper()
		for _, c := range []struct {
			name, recording, fingerprint string
			objects                      []replay.Object
			want                         bool
		}{
			{"same", d.Recording, "fp1", d.Objects, true},
			{"other order of objects", d.Recording, "fp1", reversed, true},
			{"changed etag", d.Recording, "fp1", other.Objects, false},
			{"one object less", d.Recording, "fp1", d.Objects[:1], false},
			{"changed settings", d.Recording, "fp2", d.Objects, false},
			{"other recording", d.Recording + "x", "fp1", d.Objects, false},
		} {
			if got := known(l, c.recording, c.objects, c.fingerprint); got != c.want {
				t.Errorf("%s: %s: %v", when, c.name, got)
			}
		}
	}
	check("appended")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, dir, Options{})
	check("opened again")
}

func TestNewestVersionWins(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{CompactFiles: 2})
	old, moved := generate(1, 0), generate(1, 1)
	moved.Start = moved.Start.AddDate(0, 0, -5) // the clock was corrected: another day
	fp2 := generate(1, 2)
	fp2.Fingerprint = "fp2"
	add(t, l, old, generate(2, 0))
	add(t, l, moved, fp2)
	check := func(when string) {
		t.Helper()
		equal(t, when, collect(t, l, Query{Fingerprint: "fp1"}), []friction.Digest{moved, generate(2, 0)})
		equal(t, when+" fp2", collect(t, l, Query{Fingerprint: "fp2"}), []friction.Digest{fp2})
		got, err := l.Get(t.Context(), old.Session, "fp1")
		if err != nil || !cmp.Equal(*got, moved) {
			t.Errorf("%s: Get: %v, %v", when, got, err)
		}
		if s := l.Size(); s.Digests != 3 {
			t.Errorf("%s: %+v", when, s)
		}
	}
	check("appended")
	if err := l.Compact(t.Context(), old.Start); err != nil {
		t.Fatal(err)
	}
	check("compacted")
	add(t, l, generate(3, 0), generate(3, 1), generate(3, 2))
	equal(t, "last of one batch", collect(t, l, Query{Fingerprint: "fp1", From: generate(3, 0).Start}), []friction.Digest{generate(3, 2)})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, dir, Options{})
	equal(t, "number after reopening", len(collect(t, l, Query{})), 4)
}

func TestQueryTimes(t *testing.T) {
	l := open(t, t.TempDir(), Options{})
	all := generateAll(0, 400) // 46 hours over three days
	add(t, l, all...)
	from, to := all[100].Start, all[350].Start
	var want []string
	for _, d := range all[100:350] {
		want = append(want, d.Session)
	}
	var got []string
	for _, d := range collect(t, l, Query{From: from, To: to}) {
		got = append(got, d.Session)
	}
	equal(t, "sessions", got, want)
}

func TestSkips(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{CompactFiles: 2})
	skip := func(n, version int) Skip {
		d := generate(n, version)
		return Skip{Recording: d.Recording, Source: d.Source, Reason: "truncated", Detail: "ends inside an event", Objects: d.Objects, Fingerprint: "fp1"}
	}
	for n := range 4 {
		if err := l.AppendSkips(t.Context(), []Skip{skip(3-n, 0)}); err != nil {
			t.Fatal(err)
		}
	}
	list := func() (skips []Skip) {
		t.Helper()
		for s, err := range l.Skips(t.Context(), "fp1") {
			if err != nil {
				t.Fatal(err)
			}
			skips = append(skips, s)
		}
		return skips
	}
	equal(t, "appended", list(), []Skip{skip(0, 0), skip(1, 0), skip(2, 0), skip(3, 0)})
	add(t, l, generate(1, 1))
	if err := l.AppendSkips(t.Context(), []Skip{skip(2, 1)}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, dir, Options{})
	equal(t, "read later, changed", list(), []Skip{skip(0, 0), skip(2, 1), skip(3, 0)})
	if s := skip(2, 0); known(l, s.Recording, s.Objects, s.Fingerprint) {
		t.Error("a changed recording must be read again")
	}
	if s := skip(2, 1); !known(l, s.Recording, s.Objects, s.Fingerprint) {
		t.Error("an unreadable recording must not be read again")
	}
	if files, err := filepath.Glob(filepath.Join(dir, "ledger/v1/skips/*")); err != nil || len(files) != 1 {
		t.Errorf("skips are not merged: %v %v", files, err)
	}
}

func TestTwoWriters(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{})
	add(t, l, generate(1, 0))
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), dir) {
		t.Fatalf("second writer: %v", err)
	} else if who := fmt.Sprintf("process %d on ", os.Getpid()); !strings.Contains(err.Error(), who) || !strings.Contains(err.Error(), "since 20") {
		t.Errorf("it does not say who holds the lock and since when: %v", err)
	}
	r := open(t, dir, Options{ReadOnly: true})
	equal(t, "reader beside a writer", len(collect(t, r, Query{})), 1)
	if err := r.Append(t.Context(), nil); !errors.Is(err, ErrReadOnly) {
		t.Errorf("append through a reader: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, dir, Options{})
}

// TestReaderSurvivesMerge: a reader that was opened before a merge finds the merged file.
func TestReaderSurvivesMerge(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{})
	for n := range 5 {
		add(t, l, generate(n, 0))
	}
	r := open(t, dir, Options{ReadOnly: true})
	g := open(t, dir, Options{ReadOnly: true})
	if err := l.Compact(t.Context(), day0); err != nil {
		t.Fatal(err)
	}
	equal(t, "All", collect(t, r, Query{}), generateAll(0, 5))
	if d, err := g.Get(t.Context(), "session-00003", "fp1"); err != nil || !cmp.Equal(*d, generate(3, 0)) {
		t.Errorf("Get: %v %v", d, err)
	}
}

// However many batches a day has, its files become one, in steps that hold few of them open.
func TestCompactInSteps(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{CompactFiles: 2})
	const batches = 2*mostMerged + 3
	var want []friction.Digest
	for n := range batches {
		d := generate(n, 0)
		d.Start = day0.Add(time.Duration(n) * time.Second)
		want = append(want, d)
		add(t, l, d)
	}
	add(t, l, want[5]) // once more: the older row is dropped
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, dir, Options{})
	if s := l.Size(); s.Files != 1 || s.Digests != batches {
		t.Errorf("%+v, want one file and %d digests", s, batches)
	}
	equal(t, "sessions", collect(t, l, Query{}), want)
}

func TestMergedTogether(t *testing.T) {
	many := func(n int, rows int64) []*file {
		files := make([]*file, n)
		for i := range files {
			files[i] = &file{rows: rows}
		}
		return files
	}
	for _, c := range []struct {
		files []*file
		want  int
	}{
		{many(1, 5), 1},
		{many(mostMerged+1, manyRows-1), mostMerged},
		{many(manyMerged+1, manyRows), manyMerged},
		{append(many(5, 5), many(9, manyRows)...), 5 + manyMerged},
		{append(many(2, manyRows), many(100, 5)...), mostMerged},
	} {
		if got := mergedTogether(c.files); got != c.want {
			t.Errorf("%d files of %d to %d rows: %d at once, want %d", len(c.files), c.files[0].rows, c.files[len(c.files)-1].rows, got, c.want)
		}
	}
}

func TestReaderOfNothing(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{ReadOnly: true})
	equal(t, "digests", len(collect(t, l, Query{})), 0)
	if _, err := os.Stat(filepath.Join(dir, "ledger")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a reader created something: %v", err)
	}
}

func onlyFile(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "ledger/v1/*/*.parquet"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v %v", files, err)
	}
	return files[0]
}

// rename gives a file the name that its content decides, and returns its new path.
func rename(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	_, _ = h.Write(data)
	to := filepath.Join(filepath.Dir(path), "0000000001-"+nameOf(h)+suffix)
	if err := os.Rename(path, to); err != nil {
		t.Fatal(err)
	}
	return to
}

func TestOpenRefuses(t *testing.T) {
	write := func(path string, meta ...parquet.WriterOption) {
		t.Helper()
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(parquet.Write(f, []indexRow{{}}, meta...), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name  string
		spoil func(path string)
		named bool // the content is what it was written as
		want  error
		text  string
	}{
		{"truncated", func(path string) {
			if err := os.Truncate(path, 1000); err != nil {
				t.Fatal(err)
			}
		}, false, ErrDamaged, "damaged file"},
		{"another content", func(path string) { write(path, parquet.KeyValueMetadata("schema", "1")) }, false, ErrDamaged, "not what its name was made from"},
		{"newer schema", func(path string) { write(path, parquet.KeyValueMetadata("schema", "2")) }, true, ErrNewer, "schema 2"},
		{"foreign file", func(path string) { write(path) }, true, ErrDamaged, "not a file of this program"},
		{"no sequence", func(path string) { write(path, parquet.KeyValueMetadata("schema", "1")) }, true, ErrDamaged, "sequence"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			l := open(t, dir, Options{})
			add(t, l, generate(1, 0))
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			path := onlyFile(t, dir)
			c.spoil(path)
			if c.named {
				path = rename(t, path)
			}
			_, err := Open(dir, Options{})
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), filepath.Base(path)) || !strings.Contains(err.Error(), c.text) {
				t.Fatalf("got %v", err)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			open(t, dir, Options{}) // the failed Open released its lock
		})
	}
	t.Run("newer layout", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, "ledger/v2"), 0o755); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, Options{}); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "v2") {
			t.Fatal(err)
		}
	})
}

func TestCanceled(t *testing.T) {
	l := open(t, t.TempDir(), Options{})
	add(t, l, generateAll(0, 3)...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Append(ctx, generateAll(3, 4)); !errors.Is(err, context.Canceled) {
		t.Errorf("Append: %v", err)
	}
	for _, err := range l.All(ctx, Query{}) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("All: %v", err)
		}
	}
	equal(t, "digests", len(collect(t, l, Query{})), 3)
}

func TestDirOf(t *testing.T) {
	for _, c := range []struct {
		start time.Time
		want  string
	}{
		{time.Date(2026, 1, 2, 1, 0, 0, 0, time.FixedZone("", 7200)), "day=2026-01-01"},
		{time.Time{}, "day=0001-01-01"},
		{time.Date(12026, 1, 2, 0, 0, 0, 0, time.UTC), "day=1970-01-01"},
		{time.UnixMilli(-1 << 60), "day=1970-01-01"},
	} {
		equal(t, c.start.String(), dirOf(c.start), c.want)
	}
}
