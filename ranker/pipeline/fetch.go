package pipeline

import (
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
	fetch := func(i int, what, url string) string {
		if !isRemote(url) {
			return url
		}
		file, err := a.fetchTable(ctx, url)
		if err != nil {
			errs = append(errs, fmt.Errorf("manifests[%d]: %s: %w", i, what, err))
		}
		return file
	}
	for i := range c.Manifests {
		m := &c.Manifests[i]
		m.Path = fetch(i, "path", m.Path)
		if m.Ids != nil {
			ids := *m.Ids
			ids.Path = fetch(i, "ids", ids.Path)
			m.Ids = &ids
		}
	}
	return c, errors.Join(errs...)
}

func (a *analysis) fetchTable(ctx context.Context, url string) (string, error) {
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
		dir := filepath.Join(a.DataDir, tablesDir)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", err
		}
		file := filepath.Join(dir, hash(url)+copyMark+path.Base(key))
		return file, writeAside(file, data)
	}
	return "", fmt.Errorf("%s lies in none of the sources: list its place as a source, or name a file", url)
}
