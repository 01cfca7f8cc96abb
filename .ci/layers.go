// Layers checks the imports of every package against .ci/layers.txt and the size of every Go file.
//
// Usage: go run .ci/layers.go   (from the module's root)
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

const (
	rulesFile = ".ci/layers.txt"
	// maxLines keeps a file readable in one sitting; the worst file of a code base is the one that was allowed to grow.
	maxLines = 800
)

type rules struct {
	row  map[string]int
	pair map[string]bool     // "importer imported"
	only map[string][]string // dependency -> packages that may import it
}

type pkg struct {
	ImportPath string
	Dir        string
	Module     struct{ Path string }
	Imports    []string
	GoFiles    []string
}

func main() {
	problems, err := check()
	if err != nil {
		fmt.Fprintln(os.Stderr, "layers:", err)
		os.Exit(2)
	}
	for _, p := range problems {
		fmt.Println(p)
	}
	if len(problems) > 0 {
		os.Exit(1)
	}
}

func check() ([]string, error) {
	r, err := readRules(rulesFile)
	if err != nil {
		return nil, err
	}
	pkgs, err := list()
	if err != nil {
		return nil, err
	}
	var problems []string
	for _, p := range pkgs {
		problems = append(problems, r.checkImports(p)...)
		for _, f := range p.GoFiles {
			data, err := os.ReadFile(p.Dir + "/" + f)
			if err != nil {
				return nil, err
			}
			if n := bytes.Count(data, []byte("\n")); n > maxLines {
				problems = append(problems, fmt.Sprintf("%s/%s: %d lines, more than %d: split it", short(p, p.ImportPath), f, n, maxLines))
			}
		}
	}
	slices.Sort(problems)
	return problems, nil
}

func short(p pkg, path string) string {
	return strings.TrimPrefix(path, p.Module.Path+"/")
}

func (r rules) checkImports(p pkg) []string {
	name := short(p, p.ImportPath)
	row, ok := r.row[name]
	if !ok {
		return []string{fmt.Sprintf("%s: no row in %s", name, rulesFile)}
	}
	var problems []string
	for _, imp := range p.Imports {
		if strings.HasPrefix(imp, p.Module.Path+"/") {
			dep := short(p, imp)
			if depRow := r.row[dep]; depRow >= row && !r.pair[name+" "+dep] {
				problems = append(problems, fmt.Sprintf("%s (row %d) imports %s (row %d): lower rows only", name, row, dep, depRow))
			}
			continue
		}
		for dep, allowed := range r.only {
			if (imp == dep || strings.HasPrefix(imp, dep+"/")) && !slices.Contains(allowed, name) {
				problems = append(problems, fmt.Sprintf("%s imports %s: only %s may", name, imp, strings.Join(allowed, ", ")))
			}
		}
	}
	return problems
}

func readRules(name string) (rules, error) {
	r := rules{row: map[string]int{}, pair: map[string]bool{}, only: map[string][]string{}}
	f, err := os.Open(name)
	if err != nil {
		return r, err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for n := 1; s.Scan(); n++ {
		fields := strings.Fields(s.Text())
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if len(fields) < 2 {
			return r, fmt.Errorf("%s:%d: a rule needs at least two words", name, n)
		}
		switch fields[0] {
		case "only":
			r.only[fields[1]] = fields[2:]
		case "pair":
			r.pair[strings.Join(fields[1:], " ")] = true
		default:
			row, err := strconv.Atoi(fields[0])
			if err != nil {
				return r, fmt.Errorf("%s:%d: %q is neither a row number, only nor pair", name, n, fields[0])
			}
			for _, p := range fields[1:] {
				r.row[p] = row
			}
		}
	}
	return r, s.Err()
}

func list() ([]pkg, error) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,Module,Imports,GoFiles", "./...", "./testdata/demo").Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return nil, fmt.Errorf("go list: %s", exit.Stderr)
		}
		return nil, err
	}
	var pkgs []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs, nil
		} else if err != nil {
			return nil, err
		}
		pkgs = append(pkgs, p)
	}
}
