package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/testdata/demo"
)

// FuzzParseConfig reads any text as an analysis file: it is refused in words, or what it configures can be used, written down
// and read again.
func FuzzParseConfig(f *testing.F) {
	f.Add(demo.Config())
	for _, text := range []string{
		"", "{}", "goals: [", "goals:\n  - name: a\n    reached: {screen: /x}\n    value: .nan", "goals: {a: 1}", "sources: [{url: s3://b, key_pattern: '('}]",
		"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]", "detection: {thresholds: {floor: 1e308}}", "detection: {thresholds: {slow_episode: -1s}}",
		"keep: {days: -9223372036854775808}", "min_people: 18446744073709551616", "retention: [{name: x, from: 2147483648, to: -1}]",
		"goals:\n- name: \"\\ud800\"", "\xff\xfe", "? [complex]\n: x", "!!binary x", strings.Repeat("[", 3000), strings.Repeat("a: {", 1000), strings.Repeat("- ", 1000),
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseConfig(data)
		if err != nil {
			if err.Error() == "" {
				t.Error("refused without a word")
			}
			return
		}
		if _, err := newAnalysis(Options{Config: c}); err != nil {
			t.Errorf("accepted, and cannot be used: %v", err)
		}
		if _, err := json.Marshal(c); err != nil {
			t.Errorf("accepted, and cannot be stored: %v", err)
		}
	})
}

// FuzzStored reads any body of a result and of a basis whose checksum is right, as another program or a later version may have
// written it: it is refused as damaged, or it is one.
func FuzzStored(f *testing.F) {
	body, err := json.Marshal(sampleResult())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	for _, text := range []string{``, `null`, `{}`, `{"Report":null}`, `{"Report":{"Issues":[{}]}}`, `{"Report":{"Run":1}}`, `{"Config":{"Goals":[{"Name":"x"}]}}`, `[`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		dir := t.TempDir()
		sum := sha256.Sum256(body)
		for file, format := range map[string]string{resultFile: resultFormat, basisOf.file: basisOf.format, clustersOf.file: clustersOf.format} {
			head := fmt.Sprintf(`{"format":%q,"schema":1,"sha256":%q}`, format, hex.EncodeToString(sum[:]))
			if err := os.WriteFile(filepath.Join(dir, file), append([]byte(head+"\n"), body...), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		r, err := LoadResult(dir)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("result: %v", err)
			}
			r = sampleResult()
		}
		if r.Report == nil {
			t.Fatal("a Result without a Report")
		}
		if _, err := r.loadBasis(dir); err == nil {
			t.Error("a basis out of nothing")
		}
		if r.loadClusters(dir, cluster.Settings{}) != nil {
			t.Error("clusters out of nothing")
		}
	})
}
