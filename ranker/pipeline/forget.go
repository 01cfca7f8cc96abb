package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/review"
	"github.com/rankle/rankle/replay/manifest"
)

// A person leaves a data directory in this order, so that a run that ends in the middle is completed by the next one:
//
//	remembered (forgotten.json) -> review.db -> tables/ -> search/ -> ledger -> result.json and what lies behind it -> proof
//
// The sessions to remove are known from the ledger, so it is left to the end.

// ForgetOptions of Forget.
type ForgetOptions struct {
	DataDir string
	User    string       // the id as the recordings or tables have it
	People  *People      // nil = by the key of the data directory
	Log     *slog.Logger // nil = silent
	Now     func() time.Time
}

// Forgotten says what Forget did.
type Forgotten struct {
	Sessions  int              // removed
	Files     int              // of the ledger that were written anew
	Reviews   review.Forgotten // taken out of what people decided
	TableRows int              // taken out of the copies of tables
	Searched  bool             // there was a search index, which is gone
	Ranked    bool             // the Report was made again
	Emptied   bool             // nobody else was recorded, the Report is gone
	// Remaining are the stored objects of the person, which are not this program's to change. Sorted.
	Remaining []string
	Proof     Proof
}

// ErrRemains means that something of the person is still stored; the Proof says where.
var ErrRemains = errors.New("something of the person is still stored")

// Forget removes a person from a data directory and looks through every file of it for what is left. The recordings
// themselves stay where they are; the next Analyze does not read them again. It may be repeated, and must be if it did not
// come to its end. An id of which nothing is stored is remembered all the same.
//
// The error is ledger.ErrLocked or ledger.ErrInUse while somebody else works in the directory, ErrKey without the key,
// ErrRemains if the proof fails: then Forgotten is returned as well.
func Forget(ctx context.Context, opt ForgetOptions) (*Forgotten, error) {
	if opt.User == "" || strings.ContainsRune(opt.User, 0) {
		return nil, errors.New("no user id")
	}
	if _, err := os.Stat(opt.DataDir); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	f, err := newForgetting(opt)
	if err != nil {
		return nil, err
	}
	err = f.all(ctx)
	if err := errors.Join(err, f.ledger.Close()); err != nil {
		return nil, err
	}
	if f.out.Proof, err = prove(ctx, opt.DataDir, f.who); err != nil {
		return nil, err
	}
	if len(f.out.Proof.Left) > 0 {
		return &f.out, fmt.Errorf("%w: %s", ErrRemains, strings.Join(f.out.Proof.Left, ", "))
	}
	return &f.out, nil
}

// forgetting is one run of Forget.
type forgetting struct {
	ForgetOptions
	who        person
	ledger     *ledger.Ledger
	sessions   map[string]bool
	recordings map[string]bool
	out        Forgotten
}

func newForgetting(opt ForgetOptions) (*forgetting, error) {
	led, err := ledger.Open(opt.DataDir, ledger.Options{Alone: true})
	if err != nil {
		return nil, err
	}
	if opt.People, err = keyFor(led, opt); err != nil {
		return nil, errors.Join(err, led.Close())
	}
	return &forgetting{ForgetOptions: opt, who: person{opt.User, opt.People.Name(opt.User)}, ledger: led,
		sessions: map[string]bool{}, recordings: map[string]bool{}}, nil
}

func (f *forgetting) all(ctx context.Context) error {
	if err := sweep(f.DataDir); err != nil {
		return err
	}
	last, err := LoadResult(f.DataDir)
	if err != nil && !errors.Is(err, ErrNoReport) {
		return err
	}
	if err := f.find(ctx, last); err != nil {
		return err
	}
	for _, step := range f.steps() {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if last == nil {
		return nil
	}
	return f.rank(ctx, last)
}

// keyFor is the key to find the person by: the one that users in the ledger are named with, if they are.
func keyFor(led *ledger.Ledger, opt ForgetOptions) (*People, error) {
	used := ""
	for _, f := range led.Fingerprints() {
		if _, key := nameless(f); key != "" {
			used = key
		}
	}
	people, err := opt.People, error(nil)
	switch {
	case people != nil:
	case used != "": // none is made: it would not be the one
		people, err = readKey(filepath.Join(opt.DataDir, peopleKeyFile))
	default:
		people, err = OpenPeople(opt.DataDir, "")
	}
	if err == nil && used != "" && people.keyID() != used {
		err = fmt.Errorf("%w: users in %s were named with another one", ErrKey, opt.DataDir)
	}
	return people, err
}

func (f *forgetting) steps() []func(context.Context) error {
	return []func(context.Context) error{f.remember, f.reviews, f.tables, f.search, f.rows}
}

// find notes the person's sessions, by what the recordings say and by what the tables of the last analysis add, and the
// recordings that could not be read and name the person.
func (f *forgetting) find(ctx context.Context, last *Result) error {
	var known *tables
	if last != nil {
		var err error
		last.People = f.People
		if known, err = last.openTables(ctx); err != nil {
			return fmt.Errorf("find the person's sessions: %w", err)
		}
	}
	objects := map[string]bool{}
	for d, err := range f.ledger.Rows(ctx) {
		if err != nil {
			return err
		}
		if !f.owns(d, known) {
			continue
		}
		f.sessions[d.Session], f.recordings[d.Recording] = true, true
		for _, o := range d.Objects {
			objects[strings.TrimSuffix(d.Source, "/")+"/"+o.Key] = true
		}
	}
	for _, fingerprint := range f.ledger.Fingerprints() {
		for s, err := range f.ledger.Skips(ctx, fingerprint) {
			if err != nil {
				return err
			}
			if !f.inSkip(s) {
				continue
			}
			f.recordings[s.Recording] = true
			for _, o := range s.Objects {
				objects[strings.TrimSuffix(s.Source, "/")+"/"+o.Key] = true
			}
		}
	}
	f.out.Sessions = len(f.sessions)
	f.out.Remaining = slices.Sorted(maps.Keys(objects))
	return nil
}

// owns reports whether a session is the person's, or names the person anywhere: in its id, its keys, an attribute, a title.
func (f *forgetting) owns(d *friction.Digest, known *tables) bool {
	return f.who.is(known.userOf(d.Session, d.Context)) || slices.ContainsFunc(textsOf(d), f.who.in)
}

// textsOf lists every text of a Digest that is not this program's own.
func textsOf(d *friction.Digest) []string {
	c := &d.Context
	texts := []string{d.Session, d.Recording, d.Source, c.Device.Model, c.OS, c.Browser, c.AppVersion, c.Channel, c.Plan, c.EntryURL}
	for name, value := range c.Attributes {
		texts = append(texts, name, value)
	}
	for _, o := range d.Objects {
		texts = append(texts, o.Key)
	}
	for _, s := range d.Screens {
		texts = append(texts, s.Host, s.Path, s.Title)
	}
	for _, t := range d.Targets {
		texts = append(texts, t.Key, t.Label, t.Selector, t.Path)
	}
	for _, e := range d.Episodes {
		texts = append(texts, e.Cause)
	}
	for _, m := range d.Customs {
		texts = append(texts, m.Name)
	}
	return texts
}

func (f *forgetting) remember(context.Context) error {
	memory, err := loadForgotten(f.DataDir, f.People)
	if err != nil {
		return err
	}
	if memory == nil {
		memory = newForgotten(f.People)
	}
	memory.addPerson(f.who.name)
	for r := range f.recordings {
		memory.addRecording(r)
	}
	return memory.save(f.DataDir)
}

func (f *forgetting) reviews(ctx context.Context) error {
	path := ReviewFile(f.DataDir)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	store, err := review.Open(path, f.Now)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrReviews, err)
	}
	f.out.Reviews, err = store.Forget(ctx, slices.Sorted(maps.Keys(f.sessions)), f.who.redact)
	return errors.Join(err, store.Close())
}

// tables writes the copies of tables that lie in a bucket without the person's rows.
func (f *forgetting) tables(ctx context.Context) error {
	dir := filepath.Join(f.DataDir, tablesDir)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("copies of tables: %w", err)
	}
	for _, e := range entries {
		dropped, err := f.table(ctx, filepath.Join(dir, e.Name()))
		if err != nil {
			return fmt.Errorf("copy of a table: %w", err)
		}
		f.out.TableRows += dropped
	}
	return nil
}

func (f *forgetting) table(ctx context.Context, path string) (dropped int, err error) {
	in, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	var out bytes.Buffer
	dropped, err = manifest.Copy(ctx, &out, in, manifest.Options{Name: path}, func(row map[string]string) bool {
		for _, value := range row {
			if f.who.in(value) || f.sessions[value] {
				return false
			}
		}
		return true
	})
	if err != nil || dropped == 0 {
		return 0, err
	}
	return dropped, writeAside(path, out.Bytes())
}

// search removes the index, which the next server makes again.
func (f *forgetting) search(context.Context) error {
	dir := filepath.Join(f.DataDir, "search")
	if _, err := os.Stat(dir); err != nil {
		return nil
	}
	f.out.Searched = true
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove the search index: %w", err)
	}
	return nil
}

func (f *forgetting) rows(ctx context.Context) (err error) {
	f.out.Files, err = f.ledger.Rewrite(ctx, ledger.Edit{
		Digest: func(d *friction.Digest) (string, bool) {
			return d.Context.User, !f.recordings[d.Recording] && !f.sessions[d.Session]
		},
		Skip: func(s ledger.Skip) bool { return !f.recordings[s.Recording] && !f.inSkip(s) },
	})
	return err
}

func (f *forgetting) inSkip(s ledger.Skip) bool {
	for _, o := range s.Objects {
		if f.who.in(o.Key) {
			return true
		}
	}
	return f.who.in(s.Recording) || f.who.in(s.Detail)
}

// rank makes the Report again, from everybody else.
func (f *forgetting) rank(ctx context.Context, last *Result) error {
	f.clean(last)
	run, err := newAnalysis(Options{Config: last.Config, DataDir: f.DataDir, People: f.People, Log: f.Log, Now: f.Now})
	if err != nil {
		return err
	}
	run.ledger, run.fingerprint = f.ledger, last.Digests
	switch _, err := run.rerank(ctx, last); {
	case errors.Is(err, ErrNothing):
		f.out.Emptied = true
		return errors.Join(removeFile(filepath.Join(f.DataDir, resultFile)), removeBehind(f.DataDir))
	case err != nil:
		return err
	}
	f.out.Ranked = true
	return nil
}

func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// clean takes the person out of what the last Result says of reading, which ranking again hands on.
func (f *forgetting) clean(last *Result) {
	last.Superseded = slices.DeleteFunc(last.Superseded, func(name string) bool { return f.recordings[name] || f.who.in(name) })
	for i := range last.Report.Read.Skipped {
		s := &last.Report.Read.Skipped[i]
		s.Examples = slices.DeleteFunc(s.Examples, func(name string) bool { return f.recordings[name] || f.who.in(name) })
	}
	skipped := last.Report.Read.Skipped
	at := slices.IndexFunc(skipped, func(s ranker.SkipCount) bool { return s.Reason == forgottenReason })
	if at < 0 && len(f.recordings) > 0 {
		skipped, at = append(skipped, ranker.SkipCount{Reason: forgottenReason}), len(skipped)
	}
	if at >= 0 {
		skipped[at].Count += len(f.recordings)
	}
	slices.SortFunc(skipped, func(a, b ranker.SkipCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
	})
	last.Report.Read.Skipped = skipped
}
