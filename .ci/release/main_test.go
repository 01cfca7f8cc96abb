package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// An archive depends on its contents and the commit only, not on when and by whom it was packed.
func TestArchives(t *testing.T) {
	b := &build{version: "v1", at: time.Unix(1_700_000_000, 0).UTC()}
	var packed [2][2][]byte
	for i := range packed {
		path := filepath.Join(t.TempDir(), "rankle")
		if err := os.WriteFile(path, []byte("program"), 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Unix(int64(1_600_000_000+i), 0)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
		files := []file{{"rankle", path, 0o755}}
		var err error
		if packed[i][0], err = b.tarball("rankle-v1", files); err != nil {
			t.Fatal(err)
		}
		if packed[i][1], err = b.zip("rankle-v1", files); err != nil {
			t.Fatal(err)
		}
	}
	for kind := range 2 {
		if !bytes.Equal(packed[0][kind], packed[1][kind]) {
			t.Errorf("archive %d differs from one packing to the next", kind)
		}
	}
	z, err := gzip.NewReader(bytes.NewReader(packed[0][0]))
	if err != nil {
		t.Fatal(err)
	}
	if head, err := tar.NewReader(z).Next(); err != nil || head.Name != "rankle-v1/rankle" || head.Mode != 0o755 || !head.ModTime.Equal(b.at) || head.Uname != "" {
		t.Errorf("tar entry %+v, %v", head, err)
	}
	if r, err := zip.NewReader(bytes.NewReader(packed[0][1]), int64(len(packed[0][1]))); err != nil || r.File[0].Name != "rankle-v1/rankle" {
		t.Errorf("zip: %v", err)
	}
}

func TestViewerParts(t *testing.T) {
	lock := filepath.Join(t.TempDir(), "package-lock.json")
	if err := os.WriteFile(lock, []byte(`{"packages":{"":{"version":"1"},"node_modules/@a/b":{"version":"2.0.0","integrity":"sha512-AAEC"},
		"node_modules/c":{"version":"1.0.0","dev":true}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	parts, err := viewerParts(lock)
	if err != nil || len(parts) != 1 || parts[0].PURL != "pkg:npm/%40a/b@2.0.0" || parts[0].Hashes[0].Content != "000102" {
		t.Errorf("%+v, %v; want the package that is shipped", parts, err)
	}
}

// A program lists the modules that it was linked from: this test is one.
func TestBill(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	lock := filepath.Join(t.TempDir(), "package-lock.json")
	if err := os.WriteFile(lock, []byte(`{"packages":{}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	bill, err := (&build{version: "v1"}).bill(self, lock)
	if err != nil || !bytes.Contains(bill, []byte(`"pkg:golang/std@`)) {
		t.Errorf("%s, %v; want at least the standard library", bill, err)
	}
}
