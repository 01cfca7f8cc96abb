package ledger

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/rankle/rankle/cluster/friction"
)

// plainly are the Digests of a ledger read by reflection, file by file.
func plainly(t *testing.T, l *Ledger) []friction.Digest {
	t.Helper()
	var all []friction.Digest
	for _, f := range l.filesNow() {
		for r, err := range stored[row](t.Context(), l, f) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, *r.digest())
		}
	}
	return all
}

func agree(t *testing.T, what string, l *Ledger, want int) {
	t.Helper()
	fast, plain := collect(t, l, Query{}), plainly(t, l)
	if len(fast) != want || len(plain) != want {
		t.Fatalf("%s: %d Digests by columns and %d by reflection of %d", what, len(fast), len(plain), want)
	}
	byName := func(a, b friction.Digest) int { return strings.Compare(a.Session, b.Session) }
	slices.SortFunc(fast, byName)
	slices.SortFunc(plain, byName)
	for i := range fast {
		equal(t, fmt.Sprint(what, ": ", fast[i].Session), fast[i], plain[i])
	}
}

// TestColumnsAgree holds what All reads by columns against the reader by reflection: files of one and of many row groups and
// pages, Digests without anything, and lists longer than a page.
func TestColumnsAgree(t *testing.T) {
	bare := func(n int) friction.Digest {
		return friction.Digest{Session: fmt.Sprint("bare-", n), Recording: fmt.Sprint("bare#", n), Fingerprint: "fp1", Source: "s", Start: day0}
	}
	long := generate(7, 3)
	long.Session, long.Recording = "long", "long#1"
	for i := range 40_000 {
		long.Attempts = append(long.Attempts, friction.Attempt{At: dur(int64(i)), Target: int32(i), X: int32(i % 900)})
		if i%10 == 0 {
			long.Episodes = append(long.Episodes, friction.Episode{Pattern: friction.DeadTap, Cause: fmt.Sprint("cause ", i), Start: dur(int64(i))})
		}
	}
	for _, c := range []struct {
		name string
		rows int64
		all  []friction.Digest
	}{
		{"ordinary", 0, generateAll(0, 400)},
		{"row groups of three", 3, generateAll(0, 50)},
		{"bare", 0, []friction.Digest{bare(1), bare(2), bare(3)}},
		{"bare beside full", 2, []friction.Digest{bare(1), generate(1, 0), bare(2), generate(2, 0), bare(3)}},
		{"long lists", 0, []friction.Digest{bare(1), long, generate(3, 0)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := open(t, t.TempDir(), Options{RowGroupRows: c.rows})
			add(t, l, c.all...)
			agree(t, c.name, l, len(c.all))
		})
	}
}

// TestColumnsOfOlderFiles: what a file of before a column was added does not have is zero.
func TestColumnsOfOlderFiles(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, Options{})
	add(t, l, generateAll(0, 10)...)
	path := onlyFile(t, dir)
	without := map[string]bool{"seen": true, "down": true, "plan": true, "blind": true, "marks": true}
	fewer := withoutColumns(reflect.TypeFor[row](), without)
	rewriteAs(t, path, fewer)
	path = rename(t, path)
	old := open(t, dir, Options{ReadOnly: true})
	agree(t, filepath.Base(path), old, 10)
	for _, d := range collect(t, old, Query{}) {
		if d.Context.Plan != "" || d.Marks != nil || d.Context.OS == "" {
			t.Errorf("%s: plan %q, marks %v, os %q", d.Session, d.Context.Plan, d.Marks, d.Context.OS)
		}
	}
}

// TestQueryOfColumns: a query that names columns gets these, what Digests are found by, and nothing else; lent Digests are those that
// are the caller's to keep, until the next one.
func TestQueryOfColumns(t *testing.T) {
	l := open(t, t.TempDir(), Options{RowGroupRows: 150, CompactFiles: -1})
	all := generateAll(0, 500)
	for from := range 3 { // files to merge
		var part []friction.Digest
		for i := from; i < len(all); i += 3 {
			part = append(part, all[i])
		}
		add(t, l, part...)
	}
	found := func(d *friction.Digest) friction.Digest {
		return friction.Digest{Session: d.Session, Recording: d.Recording, Source: d.Source, Fingerprint: d.Fingerprint, Start: d.Start}
	}
	for _, c := range []struct {
		columns []string
		of      func(d *friction.Digest) friction.Digest
	}{
		{nil, func(d *friction.Digest) friction.Digest { return *d }},
		{[]string{}, found},
		{[]string{"user", "visits"}, func(d *friction.Digest) friction.Digest {
			out := found(d)
			out.Context.User, out.Visits = d.Context.User, d.Visits
			return out
		}},
		{[]string{"targets.label", "attempts.target", "attempts.at_ms"}, func(d *friction.Digest) friction.Digest {
			out := found(d)
			for _, x := range d.Targets {
				out.Targets = append(out.Targets, friction.Target{Label: x.Label})
			}
			for _, a := range d.Attempts {
				out.Attempts = append(out.Attempts, friction.Attempt{At: a.At, Target: a.Target})
			}
			return out
		}},
		{[]string{"episodes.cause", "episodes.blind"}, func(d *friction.Digest) friction.Digest {
			out := found(d)
			for _, e := range d.Episodes {
				out.Episodes = append(out.Episodes, friction.Episode{Cause: e.Cause, Blind: e.Blind})
			}
			return out
		}},
	} {
		n := 0
		for whole, err := range l.All(t.Context(), Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			all[n] = *whole
			n++
		}
		for _, lent := range []bool{false, true} {
			i := 0
			var kept []friction.Digest
			for d, err := range l.All(t.Context(), Query{Columns: c.columns, Lent: lent}) {
				if err != nil {
					t.Fatal(err)
				}
				want := c.of(&all[i])
				equal(t, fmt.Sprintf("columns %v, lent %v, %s", c.columns, lent, want.Session), *d, want)
				kept = append(kept, *d)
				i++
			}
			if i != n || n != 500 {
				t.Fatalf("columns %v: %d Digests of %d", c.columns, i, n)
			}
			for i := range kept {
				if lent {
					kept[i] = friction.Digest{Session: kept[i].Session} // its texts stay
					equal(t, "text", kept[i].Session, all[i].Session)
					continue
				}
				equal(t, "kept", kept[i], c.of(&all[i]))
			}
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a column that there is not was asked for, and nobody said so")
		}
	}()
	l.All(t.Context(), Query{Columns: []string{"visits.nothing"}})
}

// withoutColumns is a row type without the columns of those names.
func withoutColumns(t reflect.Type, names map[string]bool) reflect.Type {
	var fields []reflect.StructField
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("parquet"), ",")
		if names[name] {
			continue
		}
		switch {
		case f.Type.Kind() == reflect.Struct:
			f.Type = withoutColumns(f.Type, names)
		case f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct:
			f.Type = reflect.SliceOf(withoutColumns(f.Type.Elem(), names))
		}
		fields = append(fields, f)
	}
	return reflect.StructOf(fields)
}

// rewriteAs writes a file again with the columns of another row type, which has fewer.
func rewriteAs(t *testing.T, path string, to reflect.Type) {
	t.Helper()
	o, err := openFile(path)
	if err != nil {
		t.Fatal(err)
	}
	schema := parquet.SchemaOf(reflect.New(to).Interface())
	config := []parquet.WriterOption{schema}
	for _, key := range []string{keySchema, keyFingerprint, keySequence, keyReplaces} {
		value, _ := o.Lookup(key)
		config = append(config, parquet.KeyValueMetadata(key, value))
	}
	f, err := os.Create(path + ".new")
	if err != nil {
		t.Fatal(err)
	}
	w := parquet.NewWriter(f, config...)
	r := parquet.NewReader(o.File, schema)
	for range o.NumRows() {
		v := reflect.New(to)
		if err := r.Read(v.Interface()); err != nil {
			t.Fatal(err)
		}
		if err := w.Write(v.Interface()); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range []error{r.Close(), o.Close(), w.Close(), f.Close(), os.Rename(path+".new", path)} {
		if err != nil {
			t.Fatal(err)
		}
	}
}
