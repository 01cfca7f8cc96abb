package pipeline

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"math/rand/v2"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/testdata/demo"
)

// demoEvidence analyses a bucket like the demo's and returns its Digests, and what clusters them.
func demoEvidence(t testing.TB, bucket fs.FS) (digests []*friction.Digest, settings cluster.Settings) {
	t.Helper()
	data := t.TempDir()
	opt := bucketOptions(t, bucket, data)
	if _, err := Analyze(t.Context(), opt); err != nil {
		t.Fatal(err)
	}
	_, evidence, _ := finished(t, data)
	for d, err := range evidence.Digests(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, d)
	}
	return digests, opt.Config.clusters()
}

func clusterOf(settings cluster.Settings, digests []*friction.Digest) *cluster.Result {
	b := cluster.New(settings)
	for _, d := range digests {
		b.Add(d)
	}
	return b.Result()
}

// TestIssuesOfDemo states how well the episodes of the demo bucket are grouped, and holds the keys of the issues against
// halves of the bucket, another order and renamed classes.
func TestIssuesOfDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("the demo is grouped a dozen times over; run without -short")
	}
	digests, settings := demoEvidence(t, demo.Bucket())
	whole := clusterOf(settings, digests)
	keys := issueTitles(whole)
	var out strings.Builder
	agreement(t, &out, whole, digests)

	fmt.Fprintf(&out, "\nIssues of a part of the bucket: how many of the %d have the same key, and others.\n", len(keys))
	var halves [4][]*friction.Digest
	for i, d := range digests {
		halves[i%2] = append(halves[i%2], d)
	}
	byTime := slices.Clone(digests)
	slices.SortFunc(byTime, func(x, y *friction.Digest) int { return x.Start.Compare(y.Start) })
	halves[2], halves[3] = byTime[:len(byTime)/2], byTime[len(byTime)/2:]
	for i, name := range []string{"every other session", "the other sessions", "the first half", "the second half"} {
		part := clusterOf(settings, halves[i])
		same, others := 0, []string{}
		for _, issue := range part.Issues {
			if keys[issue.Key] != "" {
				same++
			} else {
				others = append(others, issue.Title)
			}
		}
		fmt.Fprintf(&out, "%-20s %2d, others: %s\n", name, same, orNone(others))
	}
	releases(t, &out, whole)
	compareGolden(t, "issues.golden", out.String())

	shuffled := slices.Clone(digests)
	rand.New(rand.NewPCG(3, 3)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	sameIssues(t, "in another order", issueTitles(clusterOf(settings, shuffled)), keys)

	renamed, _ := demoEvidence(t, renamedClasses(t))
	sameIssues(t, "with renamed classes", issueTitles(clusterOf(settings, renamed)), keys)
	if !slices.ContainsFunc(renamed, func(d *friction.Digest) bool {
		return slices.ContainsFunc(d.Targets, func(t friction.Target) bool { return strings.Contains(t.Selector, ".css-") })
	}) {
		t.Error("no class was renamed")
	}
}

func issueTitles(r *cluster.Result) map[string]string {
	keys := map[string]string{}
	for _, i := range r.Issues {
		keys[i.Key] = i.Title
	}
	return keys
}

func sameIssues(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for k, title := range want {
		if got[k] != title {
			t.Errorf("%s: %q has become %q", what, title, got[k])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d issues instead of %d", what, len(got), len(want))
	}
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	slices.Sort(list)
	return strings.Join(list, "; ")
}

// agreement compares the issues with what the hands did. Every gesture group on a planted fault is an item, which belongs
// to the issue of an episode at its time, or is alone; so is every kept episode in an issue that is no such gesture.
func agreement(t *testing.T, out io.Writer, r *cluster.Result, digests []*friction.Digest) {
	t.Helper()
	type gesture struct {
		Session string `json:"session"`
		Kind    string `json:"kind"`
		ID      string `json:"id"`
		Start   int64  `json:"start_ms"`
		End     int64  `json:"end_ms"`
	}
	planted := map[string][]gesture{}
	lines := bufio.NewScanner(bytes.NewReader(demo.Labels()))
	for lines.Scan() {
		var g gesture
		if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		if g.Kind == "fault" {
			planted[g.Session] = append(planted[g.Session], g)
		}
	}
	var truth, found []string
	met, extra := 0, 0
	for _, d := range digests {
		taken := make([]bool, len(d.Episodes))
		for _, g := range planted[d.Session] {
			key := ""
			for i := range d.Episodes {
				e := &d.Episodes[i]
				from, to := d.Start.Add(e.Start), d.Start.Add(e.End)
				if k := r.IssueKey(d, i); k != "" && !to.Before(time.UnixMilli(g.Start)) && !from.After(time.UnixMilli(g.End)) {
					key, taken[i] = k, true
					break
				}
			}
			if key == "" {
				key = fmt.Sprint("alone ", len(found))
			} else {
				met++
			}
			truth, found = append(truth, g.ID), append(found, key)
		}
		for i := range d.Episodes {
			if k := r.IssueKey(d, i); k != "" && !taken[i] {
				extra++
				truth, found = append(truth, fmt.Sprint("nothing ", extra)), append(found, k)
			}
		}
	}
	a := cluster.Agree(truth, found)
	fmt.Fprintf(out, "%d gestures on planted faults, %d of them in an issue; %d other episodes in issues\n", len(truth)-extra, met, extra)
	fmt.Fprintf(out, "V-measure %.3f (homogeneity %.3f, completeness %.3f), adjusted Rand %.3f\n", a.V, a.Homogeneity, a.Completeness, a.Rand)
	if a.V < 0.95 {
		t.Errorf("V-measure %.3f, at least 0.95 is promised", a.V)
	}
}

// releases holds the releases with which issues are said to have come and gone against those in which they were planted.
func releases(t *testing.T, out io.Writer, r *cluster.Result) {
	t.Helper()
	var planted struct {
		Releases []struct{ Version string }
		Faults   []struct {
			ID, Screen, Label string
			Versions          []string
		}
	}
	if err := json.Unmarshal(demo.Truth(), &planted); err != nil {
		t.Fatal(err)
	}
	right, said := 0, 0
	for _, f := range planted.Faults {
		want := []string{"started " + f.Versions[0]}
		for i, v := range planted.Releases {
			if last := f.Versions[len(f.Versions)-1]; i > 0 && planted.Releases[i-1].Version == last {
				want = append(want, "ended "+v.Version)
			}
		}
		for i := range r.Issues {
			if !isFault(&ranker.Ranked{Issue: r.Issues[i]}, f.Screen, f.Label) {
				continue
			}
			for _, c := range r.Issues[i].Changes {
				said++
				if k := slices.Index(want, fmt.Sprint(c.Kind, " ", c.Version)); k >= 0 {
					right++
					want = slices.Delete(want, k, k+1)
				}
			}
		}
		for _, missing := range want {
			fmt.Fprintf(out, "%s: not found that it %s\n", f.ID, missing)
		}
	}
	fmt.Fprintf(out, "releases with which issues came and went: %d of %d right\n", right, said)
	if right < said || right == 0 {
		t.Errorf("%d of %d releases are right", right, said)
	}
}

var classes = regexp.MustCompile(`"class":"[^"]*"`)

// renamedClasses is the demo bucket as a build would leave it that hashes class names: every class of every recording has
// another one.
func renamedClasses(t *testing.T) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(demo.Bucket(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(demo.Bucket(), name)
		if err == nil && !strings.HasSuffix(name, ".meta.json") {
			data, err = plain(name, data)
			data = classes.ReplaceAllFunc(data, rename)
		}
		if ext := path.Ext(name); ext == ".gz" || ext == ".zst" {
			name = strings.TrimSuffix(name, ext)
		}
		out[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func plain(name string, data []byte) ([]byte, error) {
	if strings.HasSuffix(name, ".zst") {
		r, err := zstd.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return io.ReadAll(r)
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func rename(class []byte) []byte {
	names := strings.Fields(strings.Trim(strings.TrimPrefix(string(class), `"class":`), `"`))
	for i, n := range names {
		h := fnv.New32a()
		_, _ = io.WriteString(h, n)
		names[i] = fmt.Sprintf("css-%x", h.Sum32())
	}
	return []byte(`"class":"` + strings.Join(names, " ") + `"`)
}
