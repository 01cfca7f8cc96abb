// Package web holds the built viewer: the pages that people open in a browser.
//
// Call Files for the built pages; package api serves them. The sources are in src (see src/README.md) and are built
// into dist by `npm ci && npm run build`; dist is committed, so that building the Go program needs no Node. The
// package imports nothing of ours and never looks at data.
package web

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files returns the built viewer: index.html, which must not be cached, and assets/ with hashed names, which may be
// cached for ever. Unknown paths without an extension are routes of the viewer and should answer with index.html.
// The file system is read-only and safe for concurrent use.
func Files() (fs.FS, error) {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, fmt.Errorf("open the embedded viewer: %w", err)
	}
	return files, nil
}
