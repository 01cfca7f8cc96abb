package source_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/source"
	"github.com/rankle/rankle/replay/source/sourcetest"
)

// day is when the files of a test were written; every change comes an hour later, so that no test depends on the
// resolution of the file system's clock.
var day = time.Date(2025, 7, 2, 8, 0, 0, 0, time.UTC)

func write(t *testing.T, root, key string, data []byte, at time.Time) {
	t.Helper()
	name := filepath.Join(root, filepath.FromSlash(key))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(name, at, at); err != nil {
		t.Fatal(err)
	}
}

func TestDir(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, files map[string][]byte) sourcetest.Fixture {
		root, at := t.TempDir(), day
		for key, data := range files {
			write(t, root, key, data, at)
		}
		st, err := source.OpenPath(root)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { st.Close() })
		return sourcetest.Fixture{
			Store: st,
			Put: func(key string, data []byte) {
				at = at.Add(time.Hour)
				write(t, root, key, data, at)
			},
			Delete: func(key string) {
				if err := os.Remove(filepath.Join(root, filepath.FromSlash(key))); err != nil {
					t.Fatal(err)
				}
			},
		}
	})
}

// Embedded files have no modification time; fstest.MapFS without one stands for them.
func TestDirWithoutTimes(t *testing.T) {
	sourcetest.Run(t, func(_ *testing.T, files map[string][]byte) sourcetest.Fixture {
		m := fstest.MapFS{}
		put := func(key string, data []byte) { m[key] = &fstest.MapFile{Data: data} }
		for key, data := range files {
			put(key, data)
		}
		return sourcetest.Fixture{
			Store: source.NewDir(m, "demo"), Put: put, Delete: func(key string) { delete(m, key) },
		}
	})
}

func keysOf(t *testing.T, st source.Store) []string {
	t.Helper()
	var keys []string
	for o, err := range st.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, o.Key)
	}
	slices.Sort(keys)
	return keys
}

func TestDirStaysInside(t *testing.T) {
	top := t.TempDir()
	root := filepath.Join(top, "root")
	write(t, top, "secret.json", []byte("outside"), day)
	write(t, top, "outdir/secret.json", []byte("outside"), day)
	write(t, root, "in.json", []byte("inside"), day)
	write(t, root, "dir/x.json", []byte("inside"), day)
	for link, to := range map[string]string{
		"good.json":   "in.json",
		"out.json":    "../secret.json",
		"abs.json":    filepath.Join(top, "secret.json"),
		"outdir":      "../outdir",
		"loop":        ".",
		"broken.json": "nothing",
	} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	st, err := source.OpenPath(root)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if got, want := keysOf(t, st), []string{"dir/x.json", "good.json", "in.json"}; !slices.Equal(got, want) {
		t.Errorf("listed %q, want %q", got, want)
	}
	for _, key := range []string{"out.json", "abs.json", "outdir/secret.json", "../secret.json", "dir/../in.json", "/in.json", "", ".", "dir", "broken.json"} {
		r, err := st.Open(t.Context(), replay.Object{Key: key}, 0)
		if err == nil {
			r.Close()
		}
		if !errors.Is(err, source.ErrNotFound) {
			t.Errorf("open %q: error %v, want ErrNotFound", key, err)
		}
	}
}

func TestOpenPath(t *testing.T) {
	root := t.TempDir()
	for _, key := range []string{"a.json.gz", "a.meta.json", "a.json.gz.meta.json", "b.json", "sub/a.json.gz"} {
		write(t, root, key, []byte("x"), day)
	}
	t.Run("file", func(t *testing.T) {
		st, err := source.OpenPath(filepath.Join(root, "a.json.gz"))
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		if got, want := keysOf(t, st), []string{"a.json.gz", "a.json.gz.meta.json", "a.meta.json"}; !slices.Equal(got, want) {
			t.Errorf("listed %q, want %q", got, want)
		}
		if _, err := st.Open(t.Context(), replay.Object{Key: "b.json"}, 0); !errors.Is(err, source.ErrNotFound) {
			t.Errorf("open a neighbour: %v, want ErrNotFound", err)
		}
	})
	t.Run("missing", func(t *testing.T) {
		_, err := source.OpenPath(filepath.Join(root, "nope"))
		if !errors.Is(err, source.ErrNoBucket) || source.Hint(err) == "" {
			t.Errorf("error %v, want ErrNoBucket with a hint", err)
		}
	})
	t.Run("removed", func(t *testing.T) {
		gone := filepath.Join(root, "gone")
		if err := os.Mkdir(gone, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, err := range source.NewDir(os.DirFS(filepath.Join(root, "never")), "never").List(t.Context(), "") {
			if !errors.Is(err, source.ErrNoBucket) {
				t.Errorf("error %v, want ErrNoBucket", err)
			}
		}
	})
}

// A file that grows while it is read is read as long as it was, and then said to have changed.
func TestDirChangedWhileRead(t *testing.T) {
	root := t.TempDir()
	write(t, root, "a.json", []byte("0123456789"), day)
	st, err := source.OpenPath(root)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	var obj replay.Object
	for o := range st.List(t.Context(), "") {
		obj = o.Object
	}
	r, err := st.Open(t.Context(), obj, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	buf := make([]byte, 4)
	if _, err := io.ReadFull(r, buf); err != nil {
		t.Fatal(err)
	}
	write(t, root, "a.json", []byte("0123456789abc"), day.Add(time.Hour))
	rest, err := io.ReadAll(r)
	if string(rest) != "456789" || !errors.Is(err, source.ErrChanged) {
		t.Errorf("read %q, error %v; want the rest of the old length and ErrChanged", rest, err)
	}
}

// locked refuses to open or list some names, as a file system does for files of somebody else. (Tests that run as root
// cannot use permissions for this.)
type locked struct {
	fstest.MapFS
	names []string
}

func (l locked) Open(name string) (fs.File, error) {
	if slices.Contains(l.names, name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return l.MapFS.Open(name)
}

func (l locked) ReadDir(name string) ([]fs.DirEntry, error) {
	if slices.Contains(l.names, name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return l.MapFS.ReadDir(name)
}

func TestDirUnreadable(t *testing.T) {
	st := source.NewDir(locked{fstest.MapFS{
		"a.json":        {Data: []byte("x"), ModTime: day},
		"locked.json":   {Data: []byte("x"), ModTime: day},
		"private/b":     {Data: []byte("x"), ModTime: day},
		"z/after.json":  {Data: []byte("x"), ModTime: day},
		"z/notime.json": {Data: []byte("x")},
	}, []string{"locked.json", "private", "z/notime.json"}}, "disk")

	g, err := source.Group(t.Context(), st, "", source.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range g.Recordings {
		ids = append(ids, r.ID)
	}
	if want := []string{"a", "locked", "after"}; !slices.Equal(ids, want) {
		t.Errorf("recordings %q, want %q: a listing goes on behind what it may not read", ids, want)
	}
	want := source.Skipped{Reason: source.SkipUnreadable, Count: 2, Example: "private"}
	if len(g.Skipped) != 1 || g.Skipped[0] != want {
		t.Errorf("skipped %+v, want %+v", g.Skipped, want)
	}
	_, err = st.Open(t.Context(), replay.Object{Key: "locked.json"}, 0)
	if !errors.Is(err, source.ErrAccess) || source.Hint(err) == "" {
		t.Errorf("open locked.json: error %v, want ErrAccess with a hint", err)
	}
}
