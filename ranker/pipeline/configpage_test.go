package pipeline

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rankle/rankle/cluster/friction"
)

// TestConfigPage: docs/CONFIG.md names every key of the analysis file, and the first columns of its tables name nothing else.
func TestConfigPage(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "CONFIG.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	keys := keysWithin(reflect.TypeFor[Config]())
	named := map[string]bool{}
	for _, code := range regexp.MustCompile("(?sm)```.*?```|`[^`]+`|^## [a-z]+$").FindAllString(page, -1) {
		for _, word := range regexp.MustCompile(`\w+`).FindAllString(code, -1) {
			named[word] = true
		}
	}
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		if !named[k] {
			t.Errorf("docs/CONFIG.md does not explain the key %s", k)
		}
	}
	for _, row := range regexp.MustCompile("(?m)^\\| (`.*?`) \\|").FindAllStringSubmatch(page, -1) {
		for _, name := range regexp.MustCompile(`\w+`).FindAllString(row[1], -1) {
			if !keys[name] && !slices.Contains(friction.ThresholdNames(), name) {
				t.Errorf("docs/CONFIG.md explains %s, which is no key: %s", name, strings.TrimSpace(row[0]))
			}
		}
	}
}

// keysWithin lists the keys of a type of the analysis file and of all that lies in it.
func keysWithin(t reflect.Type) map[string]bool {
	keys := map[string]bool{}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return keysWithin(t.Elem())
	case reflect.Struct:
		for name, field := range fieldsOf(t) {
			if name == "-" {
				continue // set by the program
			}
			keys[name] = true
			maps.Copy(keys, keysWithin(field))
		}
	}
	return keys
}
