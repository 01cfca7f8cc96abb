// Release builds the archives of a version, the same bytes from the same commit wherever it runs: for each system and
// processor the program with its documents, and a list of what is in it (CycloneDX JSON); for all of them SHA256SUMS.
//
// The list is read from the program itself (the modules that the Go linker noted) and from
// web/package-lock.json (what the viewer inside is built from). It takes no tool beside Go.
//
// Usage, from the module's root:
//
//	go run ./.ci/release -out DIR [-targets linux/amd64,...]
//	go run ./.ci/release -check [-targets linux/amd64]      build twice, apart, and compare
package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
)

// allTargets are what releases are built for.
const allTargets = "linux/amd64,linux/arm64,darwin/amd64,darwin/arm64,windows/amd64,windows/arm64"

// documents lie beside the program in an archive.
var documents = []string{"CHANGELOG.md", "LICENSE", "README.md"}

func main() {
	out := flag.String("out", "dist", "folder for the archives")
	targets := flag.String("targets", "", "systems and processors (default: all; with -check linux/amd64)")
	check := flag.Bool("check", false, "build twice, apart, and compare")
	flag.Parse()
	err := errors.New("it takes no arguments")
	if flag.NArg() == 0 {
		err = release(*out, *targets, *check)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func release(out, targets string, check bool) error {
	b, err := newBuild()
	if err != nil {
		return err
	}
	if check {
		return b.check(strings.Split(orElse(targets, "linux/amd64"), ","))
	}
	return b.all(out, ".", strings.Split(orElse(targets, allTargets), ","), nil)
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// build is what all archives of a release have in common.
type build struct {
	version string
	at      time.Time // of the commit: the only time in an archive
}

// newBuild names the version after the tag of the commit, or after the last tag and what came since.
func newBuild() (*build, error) {
	version, err := git("describe", "--tags", "--always", "--dirty")
	if err != nil {
		return nil, err
	}
	seconds, err := git("log", "-1", "--format=%ct")
	if err != nil {
		return nil, err
	}
	at, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return nil, err
	}
	return &build{version: version, at: time.Unix(at, 0).UTC()}, nil
}

func git(args ...string) (string, error) {
	out, err := exec.Command("git", args...).Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return strings.TrimSpace(string(out)), nil
}

// all builds the archives of the sources in src into out; env adds to the environment of the compiler.
func (b *build) all(out, src string, targets, env []string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	sums := map[string]string{}
	for _, t := range targets {
		system, processor, ok := strings.Cut(t, "/")
		if !ok {
			return fmt.Errorf("target %q: write system/processor", t)
		}
		files, err := b.one(src, system, processor, env)
		if err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		for name, data := range files {
			if err := os.WriteFile(filepath.Join(out, name), data, 0o644); err != nil {
				return err
			}
			sum := sha256.Sum256(data)
			sums[name] = hex.EncodeToString(sum[:])
		}
	}
	var list strings.Builder
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		fmt.Fprintf(&list, "%s  %s\n", sums[name], name)
	}
	fmt.Print(list.String())
	return os.WriteFile(filepath.Join(out, "SHA256SUMS"), []byte(list.String()), 0o644)
}

// one builds the archive and the list of contents of one target.
func (b *build) one(src, system, processor string, env []string) (map[string][]byte, error) {
	name := fmt.Sprintf("rankle-%s-%s-%s", b.version, system, processor)
	program := "rankle"
	if system == "windows" {
		program += ".exe"
	}
	dir, err := os.MkdirTemp("", "rankle-release-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, program)
	// No paths, no state of the working copy, no symbols: nothing that differs between two machines.
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid= -X main.released="+b.version, "-o", path, "./cmd/rankle")
	cmd.Dir = src
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=readonly", "GOAMD64=v1", "GOARM64=v8.0", "GOOS="+system, "GOARCH="+processor), env...)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("go build: %w", err)
	}
	bill, err := b.bill(path, filepath.Join(src, "web", "package-lock.json"))
	if err != nil {
		return nil, err
	}
	files := []file{{program, path, 0o755}}
	for _, d := range documents {
		files = append(files, file{d, filepath.Join(src, d), 0o644})
	}
	pack, suffix := b.tarball, ".tar.gz"
	if system == "windows" {
		pack, suffix = b.zip, ".zip"
	}
	archive, err := pack(name, files)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{name + suffix: archive, name + ".cdx.json": bill}, nil
}

// file goes into an archive.
type file struct {
	name, path string
	mode       int64
}

func (b *build) tarball(folder string, files []file) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	w := tar.NewWriter(z)
	for _, f := range files {
		data, err := os.ReadFile(f.path)
		if err != nil {
			return nil, err
		}
		head := &tar.Header{Typeflag: tar.TypeReg, Name: folder + "/" + f.name, Size: int64(len(data)), Mode: f.mode, ModTime: b.at, Format: tar.FormatUSTAR}
		if err := w.WriteHeader(head); err != nil {
			return nil, err
		}
		if _, err := w.Write(data); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (b *build) zip(folder string, files []file) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		data, err := os.ReadFile(f.path)
		if err != nil {
			return nil, err
		}
		part, err := w.CreateHeader(&zip.FileHeader{Name: folder + "/" + f.name, Method: zip.Deflate, Modified: b.at})
		if err != nil {
			return nil, err
		}
		if _, err := part.Write(data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// component is a part of the program, as CycloneDX writes it.
type component struct {
	Type    string `json:"type"`
	Name    string `json:"name"`
	Version string `json:"version"`
	PURL    string `json:"purl"`
	Hashes  []sum  `json:"hashes,omitempty"`
}

type sum struct {
	Alg     string `json:"alg"`
	Content string `json:"content"`
}

// bill lists what a built program is made of.
func (b *build) bill(program, lock string) ([]byte, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, err
	}
	parts := []component{{Type: "library", Name: "std", Version: info.GoVersion, PURL: "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go")}}
	for _, m := range info.Deps {
		parts = append(parts, goPart(m))
	}
	viewer, err := viewerParts(lock)
	if err != nil {
		return nil, err
	}
	parts = append(parts, viewer...)
	slices.SortFunc(parts, func(a, b component) int { return strings.Compare(a.PURL, b.PURL) })
	return json.MarshalIndent(map[string]any{
		"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
		"metadata": map[string]any{
			"timestamp": b.at.Format(time.RFC3339),
			"component": component{Type: "application", Name: "rankle", Version: b.version, PURL: "pkg:golang/" + info.Main.Path + "@" + b.version},
		},
		"components": parts,
	}, "", "  ")
}

func goPart(m *debug.Module) component {
	if m.Replace != nil {
		m = m.Replace
	}
	return component{Type: "library", Name: m.Path, Version: m.Version, PURL: "pkg:golang/" + m.Path + "@" + m.Version}
}

// viewerParts lists the npm packages that are built into the viewer; those that only build or test it are left out.
func viewerParts(lock string) ([]component, error) {
	data, err := os.ReadFile(lock)
	if err != nil {
		return nil, err
	}
	var l struct {
		Packages map[string]struct {
			Version, Integrity string
			Dev, DevOptional   bool
		}
	}
	if err := json.Unmarshal(data, &l); err != nil {
		return nil, fmt.Errorf("%s: %w", lock, err)
	}
	var parts []component
	for path, p := range l.Packages {
		i := strings.LastIndex(path, "node_modules/")
		if i < 0 || p.Dev || p.DevOptional {
			continue
		}
		name := path[i+len("node_modules/"):]
		c := component{Type: "library", Name: name, Version: p.Version, PURL: "pkg:npm/" + strings.Replace(name, "@", "%40", 1) + "@" + p.Version}
		if digest, ok := strings.CutPrefix(p.Integrity, "sha512-"); ok {
			raw, err := base64.StdEncoding.DecodeString(digest)
			if err != nil {
				return nil, fmt.Errorf("%s: integrity of %s: %w", lock, name, err)
			}
			c.Hashes = []sum{{"SHA-512", hex.EncodeToString(raw)}}
		}
		parts = append(parts, c)
	}
	return parts, nil
}

// check builds the targets from two copies in two folders, the second with an empty build cache, and compares.
func (b *build) check(targets []string) error {
	dir, err := os.MkdirTemp("", "rankle-release-check-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	here, there := filepath.Join(dir, "here"), filepath.Join(dir, "some", "where", "else")
	for _, to := range []string{here, there} { // copies, so that nobody who goes on working changes one of the builds
		if err := copyTree(to); err != nil {
			return err
		}
	}
	first, second := filepath.Join(dir, "first"), filepath.Join(dir, "second")
	if err := b.all(first, here, targets, nil); err != nil {
		return err
	}
	if err := b.all(second, there, targets, []string{"GOCACHE=" + filepath.Join(dir, "cache")}); err != nil {
		return err
	}
	one, err := os.ReadFile(filepath.Join(first, "SHA256SUMS"))
	if err != nil {
		return err
	}
	two, err := os.ReadFile(filepath.Join(second, "SHA256SUMS"))
	if err != nil {
		return err
	}
	if !bytes.Equal(one, two) {
		return errors.New("two builds of one commit differ")
	}
	fmt.Println("release-check: two builds, in two folders, the second with an empty cache, are the same byte for byte")
	return nil
}

// copyTree copies the files that git knows, as they are now, to another folder.
func copyTree(to string) error {
	list, err := git("ls-files", "-z")
	if err != nil {
		return err
	}
	for name := range strings.SplitSeq(strings.TrimRight(list, "\x00"), "\x00") {
		path := filepath.Join(to, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := copyFile(path, filepath.FromSlash(name)); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
