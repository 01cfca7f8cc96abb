package web

import (
	"bytes"
	"io/fs"
	"regexp"
	"testing"
)

// The page must name only files that are embedded beside it, and load nothing from another host.
func TestIndexNamesEmbeddedFiles(t *testing.T) {
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	index, err := fs.ReadFile(files, "index.html")
	if err != nil {
		t.Fatal(err)
	}
	links := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllSubmatch(index, -1)
	if len(links) < 3 {
		t.Fatalf("index.html names %d files, want its script, its style and its icon at least", len(links))
	}
	for _, link := range links {
		path, local := bytes.CutPrefix(link[1], []byte("/"))
		if !local || bytes.HasPrefix(path, []byte("/")) {
			t.Errorf("index.html loads %q, which is not ours", link[1])
			continue
		}
		if _, err := fs.Stat(files, string(path)); err != nil {
			t.Errorf("index.html names %s: %v", link[1], err)
		}
	}
	if bytes.Contains(index, []byte("<script>")) {
		t.Error("index.html has an inline script, which the content-security policy forbids")
	}
}
