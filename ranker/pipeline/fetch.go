package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/manifest"
	"github.com/rankle/rankle/replay/source"
)

// tablesDir holds copies of the tables that lie in a bucket, as of the last analysis: what looks behind a Result later
// sees the tables that it was made with, and needs no bucket.
const tablesDir = "tables"

// maxTableBytes bounds a table as stored: the largest that manifest.Load takes unpacked.
const maxTableBytes = 1 << 30

// isRemote tells the URL of an object from the path of a file.
func isRemote(path string) bool { return strings.Contains(path, "://") }

// tableName is how notes call a table.
func tableName(file string) string {
	base := filepath.Base(file)
	if _, name, ok := strings.Cut(base, copyMark); ok {
		return name
	}
	return base
}

// copyMark parts the name of a copied table from what makes it unique.
const copyMark = "--"

// fetchTables copies the tables that lie in a source into the data directory and returns the configuration that names
// the copies. All errors are reported at once.
func (a *analysis) fetchTables(ctx context.Context) (Config, error) {
	c := a.Config
	c.Manifests = slices.Clone(c.Manifests)
	var errs []error
	fetch := func(i int, what string, path *string, f *manifest.Format, named *bool, users ...string) {
		if !isRemote(*path) {
			return
		}
		file, err := a.fetchTable(ctx, *path, *f, users)
		if err != nil {
			errs = append(errs, fmt.Errorf("manifests[%d]: %s: %w", i, what, err))
		}
		*path = file
		if a.rewritesTables() {
			*f, *named = manifest.FormatAuto, a.names != nil
		}
	}
	for i := range c.Manifests {
		m := &c.Manifests[i]
		fetch(i, "path", &m.Path, &m.Format, &m.Named, m.Columns.UserColumn())
		if m.Ids != nil {
			ids := *m.Ids
			fetch(i, "ids", &ids.Path, &ids.Format, &ids.Named, ids.Theirs, ids.Ours)
			m.Ids = &ids
		}
	}
	return c, errors.Join(errs...)
}

// rewritesTables reports whether copies of tables are to have other names of users than the tables, or fewer rows.
func (a *analysis) rewritesTables() bool { return a.names != nil || a.forgotten != nil }

// copied is what is kept of a table: users, who stand in the given columns, by their names, and nobody who is forgotten.
func (a *analysis) copied(ctx context.Context, url string, data []byte, f manifest.Format, users []string) ([]byte, error) {
	if !a.rewritesTables() {
		return data, nil
	}
	var out bytes.Buffer
	_, err := manifest.Copy(ctx, &out, bytes.NewReader(data), manifest.Options{Name: url, Format: f}, func(row map[string]string) bool {
		for _, value := range row {
			if a.forgotten.person(value) {
				return false
			}
		}
		for _, column := range users {
			if id, ok := row[column]; ok && a.names != nil {
				row[column] = a.names.Name(id)
			}
		}
		return true
	})
	return out.Bytes(), err
}

func (a *analysis) fetchTable(ctx context.Context, url string, f manifest.Format, users []string) (string, error) {
	for i := range a.Sources {
		store := a.Sources[i].Store
		key, ok := strings.CutPrefix(url, strings.TrimSuffix(store.URL(), "/")+"/")
		if !ok || !strings.HasPrefix(url, source.Name(store)) {
			continue
		}
		r, err := store.Open(ctx, replay.Object{Key: key}, 0)
		if err != nil {
			return "", err
		}
		data, err := io.ReadAll(io.LimitReader(r, maxTableBytes+1))
		if err := errors.Join(err, r.Close()); err != nil {
			return "", fmt.Errorf("read %s: %w", url, err)
		}
		if len(data) > maxTableBytes {
			return "", fmt.Errorf("%s: larger than %d bytes", url, maxTableBytes)
		}
		if data, err = a.copied(ctx, url, data, f, users); err != nil {
			return "", err
		}
		dir := filepath.Join(a.DataDir, tablesDir)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", err
		}
		file := filepath.Join(dir, hash(url)+copyMark+path.Base(key))
		return file, writeAside(file, data)
	}
	return "", fmt.Errorf("%s lies in none of the sources: list its place as a source, or name a file", url)
}
