package ledger

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

func on(d friction.Digest, day time.Time) friction.Digest {
	d.Start = day
	return d
}

// neverMerged leaves every batch in files of its own.
var neverMerged = Options{CompactFiles: -1}

func TestRemoveBeforeLeavesWhatNeverHadThem(t *testing.T) {
	cut := day0.AddDate(0, 0, 1).Truncate(24 * time.Hour)
	dir := t.TempDir()
	l := open(t, dir, neverMerged)
	all := generateAll(0, 600) // on three days
	for batch := range slices.Chunk(all, 50) {
		add(t, l, batch...)
	}
	// A recording that began on a day that stays, and then turned out to have begun before: the row that stays is superseded
	// and must not come back when its successor goes.
	moved := generate(9000, 0)
	add(t, l, on(moved, cut.Add(time.Hour)))
	add(t, l, on(moved, cut.Add(-time.Hour)))
	reader := open(t, dir, Options{ReadOnly: true})

	var want []friction.Digest
	for _, d := range collect(t, l, Query{}) {
		if !d.Start.Before(cut) {
			want = append(want, d)
		}
	}
	n, err := l.RemoveBefore(t.Context(), cut)
	if err != nil || n != len(all)-len(want)+1 {
		t.Fatalf("removed %d, %v; want %d", n, err, len(all)-len(want)+1)
	}
	equal(t, "after removing", collect(t, l, Query{}), want)
	equal(t, "of a reader that was open", collect(t, reader, Query{}), want)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, dir, Options{})
	equal(t, "after opening again", collect(t, l, Query{}), want)
	days, err := filepath.Glob(filepath.Join(dir, "ledger", versionDir, "day=*"))
	if err != nil || len(days) != len(l.Days()) {
		t.Errorf("folders %v, %v; want %d", days, err, len(l.Days()))
	}
	if n, err := l.RemoveBefore(t.Context(), cut); n != 0 || err != nil {
		t.Errorf("again: %d, %v", n, err)
	}
	if _, err := open(t, dir, Options{ReadOnly: true}).RemoveBefore(t.Context(), cut); !errors.Is(err, ErrReadOnly) {
		t.Errorf("read only: %v", err)
	}
}

func skipOf(n, version int) Skip {
	return Skip{Recording: fmt.Sprintf("rec-%03d", n), Source: "s3://b", Reason: "not_json", Fingerprint: "fp1",
		Objects: []replay.Object{{Key: fmt.Sprint(n), ETag: fmt.Sprint(version)}}}
}

func TestRemoveSkips(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, neverMerged)
	for version := range 2 { // the first version of each is superseded
		for n := range 10 {
			if err := l.AppendSkips(t.Context(), []Skip{skipOf(n, version)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	gone := func(s *Skip) bool { return s.Recording < "rec-007" }
	if n, err := l.RemoveSkips(t.Context(), gone); n != 7 || err != nil {
		t.Fatalf("removed %d, %v; want 7", n, err)
	}
	read := generate(3, 0)
	read.Recording = "rec-009" // can be read now
	add(t, l, read)
	if n, err := l.RemoveSkips(t.Context(), gone); n != 1 || err != nil {
		t.Fatalf("removed %d, %v; want the one that was read later", n, err)
	}
	names := func(l *Ledger) (all []string) {
		for s, err := range l.Skips(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, s.Recording)
		}
		return all
	}
	want := []string{"rec-007", "rec-008"}
	equal(t, "after removing", names(l), want)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, dir, Options{})
	equal(t, "after opening again", names(l), want)
	if l.Skipped("rec-003", skipOf(3, 1).Objects, "fp1") || !l.Skipped("rec-008", skipOf(8, 1).Objects, "fp1") {
		t.Error("the index does not say what the files hold")
	}
	if n, err := l.RemoveSkips(t.Context(), gone); n != 0 || err != nil {
		t.Errorf("again: %d, %v", n, err)
	}
}

func TestRemoveSettingsKeepsTheRecent(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, neverMerged)
	for i, fp := range []string{"now", "first", "second", "third", "fourth"} {
		d := generate(i, 0)
		d.Fingerprint = fp
		add(t, l, d)
	}
	if err := l.RemoveSettings([]string{"now"}, 2); err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, d := range collect(t, l, Query{}) {
		left = append(left, d.Fingerprint)
	}
	slices.Sort(left)
	equal(t, "settings", left, []string{"fourth", "now", "third"})
}

func TestDaysThatLieBehindBecomeOneFile(t *testing.T) {
	dir := t.TempDir()
	n := 0
	for run := range 5 { // fewer than Close merges on the days that it added to
		l := open(t, dir, Options{})
		for day := range 6 {
			d := on(generate(n, 0), day0.AddDate(0, 0, run+day))
			n++
			add(t, l, d)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	l := open(t, dir, Options{})
	add(t, l, on(generate(n, 0), day0.AddDate(0, 0, 30)))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, dir, Options{ReadOnly: true})
	if got := len(collect(t, l, Query{})); got != n+1 {
		t.Fatalf("%d digests, want %d", got, n+1)
	}
	if s := l.Size(); s.Files != len(l.Days()) {
		t.Errorf("%d files of %d days", s.Files, len(l.Days()))
	}
	left, _ := filepath.Glob(filepath.Join(dir, "ledger", versionDir, "*", "*"+partialSuffix))
	if len(left) > 0 {
		t.Errorf("left behind: %s", strings.Join(left, ", "))
	}
	if _, err := os.Stat(filepath.Join(dir, "ledger", "lock")); err != nil {
		t.Error(err)
	}
}
