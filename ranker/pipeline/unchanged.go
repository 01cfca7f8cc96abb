package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/rankle/rankle/ranker/review"
)

// unchanged returns the last Result of the data directory if it rests on the same inputs, which hash names, else nil. An
// analysis that finds nothing new, in a bucket of a million objects, then costs the listing.
func (a *analysis) unchanged(inputs string) *Result {
	if inputs == "" {
		return nil
	}
	last, err := LoadResult(a.DataDir)
	if err != nil || last.Inputs != inputs {
		return nil // what cannot be read is made anew
	}
	stored, err1 := ResultTime(a.DataDir)
	behind, err2 := youngestBehind(a.DataDir)
	if err1 != nil || err2 != nil || behind.ModTime().After(stored) {
		return nil // so is what somebody deleted, or a run replaced that was killed before it stored its Result
	}
	return last
}

// inputs names everything that decides what the Report says: the program, the settings, the tables, what is stored, what
// could not be read, what the ledger knows and what people decided. It is "" when the program does not say which one
// it is. It must be asked for after reading.
func (a *analysis) inputs(recordings []job, decided review.Decisions) (string, error) {
	if a.Program == "" {
		return "", nil
	}
	h := sha256.New()
	settings, err := json.Marshal(struct{ Config, Read, Decided any }{a.Config, a.summary.read(0), decided})
	if err != nil {
		return "", fmt.Errorf("compare with the last analysis: %w", err)
	}
	for _, part := range []string{a.Program, a.fingerprint, string(settings), a.ledger.State(a.fingerprint, a.since)} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	var files []string
	for _, m := range a.Config.Manifests {
		files = append(files, m.Path)
		if m.Ids != nil {
			files = append(files, m.Ids.Path)
		}
	}
	for _, s := range a.Config.Sources {
		if s.Index.Path != "" {
			files = append(files, s.Index.Path)
		}
	}
	for _, path := range files {
		if err := hashFile(h, path); err != nil {
			return "", fmt.Errorf("compare with the last analysis: %w", err)
		}
	}
	for _, name := range namesOf(a.Sources) {
		fmt.Fprintf(h, "%d:%s", len(name), name)
	}
	for _, j := range recordings {
		fmt.Fprintf(h, "%d:%s %d", len(j.name()), j.name(), len(j.Parts))
		for _, p := range j.Parts {
			fmt.Fprintf(h, "%d:%s", len(p.Key), p.Key)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// hashFile adds the length and the content of a file.
func hashFile(h io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	own := sha256.New()
	n, err := io.Copy(own, f)
	fmt.Fprintf(h, "%d:%x", n, own.Sum(nil))
	return errors.Join(err, f.Close())
}
