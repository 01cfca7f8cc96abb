package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
)

// DiskPart is what one part of a data directory takes.
type DiskPart struct {
	Name  string // one of DiskParts
	Files int
	Bytes int64
}

// DiskParts names the parts of a data directory: what was learned from recordings, the last Result with what it was ranked
// from, what people decided, the search index, copies of tables, and anything else.
var DiskParts = []string{"ledger", "result", "reviews", "search", "tables", "other"}

// DiskUse measures a data directory, one entry for each of DiskParts in their order. A directory that does not exist takes
// nothing. Files that come and go meanwhile may count or not.
func DiskUse(dataDir string) ([]DiskPart, error) {
	use := make([]DiskPart, len(DiskParts))
	of := map[string]*DiskPart{}
	for i, name := range DiskParts {
		use[i].Name = name
		of[name] = &use[i]
	}
	err := filepath.WalkDir(dataDir, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(dataDir, path)
		part := of[diskPartOf(filepath.ToSlash(inside))]
		part.Files++
		part.Bytes += info.Size()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("measure data directory: %w", err)
	}
	return use, nil
}

func diskPartOf(path string) string {
	top, _, _ := strings.Cut(path, "/")
	switch {
	case top == "ledger", top == "search", top == tablesDir:
		return top
	case strings.HasPrefix(top, resultFile), isBehind(top):
		return "result"
	case strings.HasPrefix(top, reviewFile): // with the journals of the database
		return "reviews"
	}
	return "other"
}
