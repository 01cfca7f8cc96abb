package pipeline

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/ranker"
)

// What lies behind a Result is stored beside it, in files of their own because a list of problems needs none of them: what
// it was ranked from, for what-if questions, and what was found out about screens and controls, which tells of every session
// which issues it met. Both belong to the program that wrote them, are made again by every analysis, and may be deleted:
// what-if questions then wait for the next one, and a server clusters once more.

// behind is one such file: the header line of a sealed file, then a behindRecord in gob.
type behind struct {
	file, format string
	schema       int
}

var (
	basisOf    = behind{"basis.bin", "rankle-basis", 4} // up to 3 some tries belonged to another issue
	clustersOf = behind{"clusters.bin", "rankle-clusters", 1}
)

// allBehind are the files that every analysis makes again beside its Result.
var allBehind = [...]behind{basisOf, clustersOf}

func (b behind) path(dir string) string { return filepath.Join(dir, b.file) }

// isBehind reports whether a name is that of such a file, or of one that is being written.
func isBehind(name string) bool {
	for _, b := range allBehind {
		if name == b.file || strings.HasPrefix(name, b.file+".") {
			return true
		}
	}
	return false
}

type behindRecord struct {
	Run     string // of the Report that it lies behind
	Content []byte
}

// ranking is a Report with what lies behind it.
type ranking struct {
	report   *ranker.Report
	basis    *ranker.Basis
	clusters *cluster.Result
}

// saveBehind is called before the Result is saved, so that a Result never lacks what belongs to it.
func (r ranking) saveBehind(dir string) error {
	for _, x := range []struct {
		behind
		content interface{ MarshalBinary() ([]byte, error) }
	}{{basisOf, r.basis}, {clustersOf, r.clusters}} {
		data, err := x.content.MarshalBinary()
		var buf bytes.Buffer
		if err == nil {
			err = gob.NewEncoder(&buf).Encode(behindRecord{r.report.Run, data})
		}
		if err == nil {
			err = sealBytes(x.path(dir), x.format, x.schema, buf.Bytes())
		}
		if err != nil {
			return fmt.Errorf("store %s: %w", x.file, err)
		}
	}
	return nil
}

// removeBehind deletes what lies behind a Result that is no more.
func removeBehind(dir string) error {
	var errs []error
	for _, b := range allBehind {
		errs = append(errs, removeFile(b.path(dir)))
	}
	return errors.Join(errs...)
}

// errNotBehind means that a file does not exist or lies behind another Result.
var errNotBehind = errors.New("the data directory does not have it")

// loadBehind reads a file that lies behind the Result. The error wraps errNotBehind, ErrDamaged or ErrNewer.
func (r *Result) loadBehind(dir string, b behind) ([]byte, error) {
	data, err := unsealBytes(b.path(dir), b.format, b.schema)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", b.path(dir), errNotBehind)
	}
	if err != nil {
		return nil, err
	}
	var record behindRecord
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&record); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", b.file, ErrDamaged, err)
	}
	if record.Run != r.Report.Run {
		return nil, fmt.Errorf("%s is of run %s and not of %s: %w", b.path(dir), record.Run, r.Report.Run, errNotBehind)
	}
	return record.Content, nil
}

// loadClusters returns the clusters that the Report ranks, or nil if they are not stored: an older version wrote the Result,
// or somebody deleted or damaged the file.
func (r *Result) loadClusters(dir string, settings cluster.Settings) *cluster.Result {
	data, err := r.loadBehind(dir, clustersOf)
	if err != nil {
		return nil
	}
	issues := make([]cluster.Issue, len(r.Report.Issues))
	for i := range r.Report.Issues {
		issues[i] = r.Report.Issues[i].Issue
	}
	clusters, err := cluster.UnmarshalResult(data, settings, issues)
	if err != nil {
		return nil
	}
	return clusters
}

// youngestBehind is when the youngest file behind the Result was stored; fs.ErrNotExist if one is missing.
func youngestBehind(dir string) (youngest os.FileInfo, err error) {
	for _, b := range allBehind {
		info, err := os.Stat(b.path(dir))
		if err != nil {
			return nil, err
		}
		if youngest == nil || info.ModTime().After(youngest.ModTime()) {
			youngest = info
		}
	}
	return youngest, nil
}
