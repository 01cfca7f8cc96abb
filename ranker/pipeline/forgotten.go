package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
)

// forgotten remembers who asked to be forgotten, so that their recordings, which stay in the bucket, are not read again. It
// knows people and recordings by keyed hashes only. A nil one remembers nobody; it is read by any number of goroutines as
// long as none adds to it.
type forgotten struct {
	key        *People
	people     map[string]bool
	recordings map[string]bool
	changed    bool
}

// forgottenFile holds it: a sealed forgottenRecord.
const forgottenFile = "forgotten.json"

const (
	forgottenFormat = "rankle-forgotten"
	forgottenSchema = 1
)

type forgottenRecord struct {
	Key        string   `json:"key"`        // that the hashes were made with, see People.keyID
	People     []string `json:"people"`     // sorted
	Recordings []string `json:"recordings"` // sorted
}

// forgottenReason is what a Report counts their recordings by. It names none as an example.
const forgottenReason = "forgotten_on_request"

// errForgotten is what becomes of a recording of somebody who is forgotten.
var errForgotten = errors.New("forgotten on request")

// loadForgotten reads who is forgotten in the data directory, nil if nobody is. people is the key if the caller has one.
// Without the key nobody could be recognised, and everybody would come back: that is an error.
func loadForgotten(dir string, people *People) (*forgotten, error) {
	var record forgottenRecord
	err := unseal(filepath.Join(dir, forgottenFile), forgottenFormat, forgottenSchema, &record)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read who is forgotten: %w", err)
	}
	if people == nil {
		if people, err = readKey(filepath.Join(dir, peopleKeyFile)); err != nil {
			return nil, fmt.Errorf("recognise who is forgotten: %w", err)
		}
	}
	if people.keyID() != record.Key {
		return nil, fmt.Errorf("recognise who is forgotten: %w: %s was made with another one", ErrKey, filepath.Join(dir, forgottenFile))
	}
	f := newForgotten(people)
	for _, p := range record.People {
		f.people[p] = true
	}
	for _, r := range record.Recordings {
		f.recordings[r] = true
	}
	return f, nil
}

func newForgotten(people *People) *forgotten {
	return &forgotten{key: people, people: map[string]bool{}, recordings: map[string]bool{}}
}

// person reports whether a user, by the id or by the name that People gives, is forgotten.
func (f *forgotten) person(user string) bool {
	return f != nil && user != "" && (f.people[f.key.mark("forgotten", user)] || f.people[f.key.mark("forgotten", f.key.Name(user))])
}

// addPerson remembers a user by the name that People gives.
func (f *forgotten) addPerson(name string) { f.add(f.people, f.key.mark("forgotten", name)) }

func (f *forgotten) recording(name string) bool {
	return f != nil && len(f.recordings) > 0 && f.recordings[f.key.mark("recording", name)]
}

func (f *forgotten) addRecording(name string) { f.add(f.recordings, f.key.mark("recording", name)) }

func (f *forgotten) add(to map[string]bool, mark string) {
	f.changed = f.changed || !to[mark]
	to[mark] = true
}

// save stores what was added since it was loaded.
func (f *forgotten) save(dir string) error {
	if f == nil || !f.changed {
		return nil
	}
	record := forgottenRecord{Key: f.key.keyID(), People: slices.Sorted(maps.Keys(f.people)), Recordings: slices.Sorted(maps.Keys(f.recordings))}
	if err := seal(filepath.Join(dir, forgottenFile), forgottenFormat, forgottenSchema, record); err != nil {
		return fmt.Errorf("remember who is forgotten: %w", err)
	}
	f.changed = false
	return nil
}

// withoutForgotten takes the recordings out that are known to be of people who are forgotten, and counts them.
func (a *analysis) withoutForgotten(jobs []job) []job {
	return slices.DeleteFunc(jobs, func(j job) bool {
		if !a.forgotten.recording(j.name()) {
			return false
		}
		a.summary.add(forgottenReason, 1, "")
		return true
	})
}
