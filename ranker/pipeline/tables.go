package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker/outcome"
	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/manifest"
)

// Manifest is a table that says more than the recordings do: who was recorded (one row per session), or what users did
// elsewhere (one row per outcome of a user).
type Manifest struct {
	// Path is a file, relative to the analysis file, or the URL of an object in one of the sources.
	Path    string           `yaml:"path"`
	Format  manifest.Format  `yaml:"format"` // csv, ndjson or parquet; "" = by its bytes
	Columns manifest.Columns `yaml:"columns"`
	// Outcomes says that the rows are outcomes of users: user, name, at and value. In a session that an outcome belongs
	// to, it is an attribute of its name with its time, which goals can name.
	Outcomes bool `yaml:"outcomes"`
	// Churn names the outcomes that end it with a user, such as a cancellation: from then on no return counts.
	Churn string `yaml:"churn"`
	// Ids is a table of the ids that users have in this one and in the recordings, where they differ.
	Ids *UserIDs `yaml:"ids"`
	// Named says that the table is a copy that has the names of People instead of ids.
	Named bool `yaml:"-"`
}

// UserIDs is a table of two ids of every user.
type UserIDs struct {
	Path   string          `yaml:"path"` // as of a Manifest
	Format manifest.Format `yaml:"format"`
	Theirs string          `yaml:"theirs"` // column with the id of the table of outcomes
	Ours   string          `yaml:"ours"`   // column with the id of the recordings
	Named  bool            `yaml:"-"`      // as of a Manifest
}

func (m *Manifest) check() error {
	var errs []error
	if m.Path == "" {
		errs = append(errs, errors.New("path is empty"))
	}
	if !m.Outcomes && (m.Churn != "" || m.Ids != nil) {
		errs = append(errs, errors.New("churn and ids are for outcomes: true"))
	}
	if m.Ids != nil && (m.Ids.Path == "" || m.Ids.Theirs == "" || m.Ids.Ours == "") {
		errs = append(errs, errors.New("ids: path, theirs and ours must be set"))
	}
	return errors.Join(errs...)
}

// outcomeGrace is how long after the start of a user's last session an outcome still belongs to it: orders are booked
// by a nightly job at the latest, while a renewal weeks later was not decided in that session.
const outcomeGrace = 24 * time.Hour

// tables are the manifests of a configuration. The zero value knows nothing.
type tables struct {
	sessions []sessionTable
	indexes  map[string]*manifest.BlockIndex // of sources, by path; they are tables of sessions as well
	outcomes []outcomeTable
	starts   map[string][]time.Time // sessions of the users who have outcomes, in order
	contrary contrary
}

type sessionTable struct {
	*manifest.Table
	name string
}

type outcomeTable struct {
	*manifest.Outcomes
	name, churn string
	unmapped    int // users without an id of ours
}

// openTables reads the manifests, with the names of people; nil leaves the ids. All errors are reported at once.
func (c Config) openTables(ctx context.Context, people *People) (*tables, error) {
	t := &tables{starts: map[string][]time.Time{}, indexes: map[string]*manifest.BlockIndex{}}
	var errs []error
	for i, m := range c.Manifests {
		if err := t.open(ctx, m, people); err != nil {
			errs = append(errs, fmt.Errorf("manifests[%d]: %w", i, err))
		}
	}
	for i, s := range c.Sources {
		if s.Index.Path == "" || t.indexes[s.Index.Path] != nil {
			continue
		}
		index, err := s.Index.load(ctx)
		if err != nil {
			errs = append(errs, fmt.Errorf("sources[%d]: index: %w", i, err))
			continue
		}
		t.indexes[s.Index.Path] = index
		t.sessions = append(t.sessions, sessionTable{named(&index.Table, people), filepath.Base(s.Index.Path)})
	}
	return t, errors.Join(errs...)
}

// named is a table of sessions with the names of people.
func named(t *manifest.Table, people *People) *manifest.Table {
	if people == nil {
		return t
	}
	return t.Renamed(func(session string) string { return session }, people.Name)
}

func (t *tables) open(ctx context.Context, m Manifest, people *People) error {
	if !m.Outcomes {
		table, err := loadTable(ctx, m.Path, m.Format, m.Columns, manifest.Load)
		if err != nil {
			return err
		}
		if !m.Named {
			table = named(table, people)
		}
		t.sessions = append(t.sessions, sessionTable{table, tableName(m.Path)})
		return nil
	}
	table, err := loadTable(ctx, m.Path, m.Format, m.Columns, manifest.LoadOutcomes)
	if err != nil {
		return err
	}
	if people != nil && !m.Named {
		table = table.Renamed(people.Name)
	}
	out := outcomeTable{Outcomes: table, name: tableName(m.Path), churn: m.Churn}
	if m.Ids != nil {
		columns := manifest.Columns{Session: m.Ids.Theirs, User: m.Ids.Ours}
		ids, err := loadTable(ctx, m.Ids.Path, m.Ids.Format, columns, manifest.Load)
		if err != nil {
			return fmt.Errorf("ids: %w", err)
		}
		if people != nil && !m.Ids.Named {
			ids = ids.Renamed(people.Name, people.Name)
		}
		out.Outcomes = table.Renamed(func(user string) string {
			r, _ := ids.Lookup(user)
			if r.Context.User == "" {
				out.unmapped++
			}
			return r.Context.User
		})
	}
	t.outcomes = append(t.outcomes, out)
	return nil
}

func loadTable[T any](ctx context.Context, path string, f manifest.Format, c manifest.Columns,
	load func(context.Context, io.Reader, manifest.Columns, manifest.Options) (T, error)) (T, error) {
	file, err := os.Open(path)
	if err != nil {
		var none T
		return none, err
	}
	defer file.Close()
	return load(ctx, file, c, manifest.Options{Name: path, Format: f})
}

// learn notes when the users who have outcomes had sessions, so that each outcome can be given to one of them.
func (t *tables) learn(digests iter.Seq2[*friction.Digest, error]) error {
	if len(t.outcomes) == 0 {
		return nil
	}
	for d, err := range digests {
		if err != nil {
			return err
		}
		t.identify(d)
		if user := d.Context.User; user != "" {
			t.starts[user] = append(t.starts[user], d.Start)
		}
	}
	for _, s := range t.starts {
		slices.SortFunc(s, time.Time.Compare)
	}
	return nil
}

// complete fills what the recording and its sidecar did not say.
func (t *tables) complete(d *friction.Digest) {
	t.identify(d)
	user := d.Context.User
	if user == "" || len(t.outcomes) == 0 {
		return
	}
	attributes := maps.Clone(d.Context.Attributes)
	if attributes == nil {
		attributes = map[string]string{}
	}
	until := t.until(user, d.Start)
	for _, table := range t.outcomes {
		for _, o := range table.Lookup(user) {
			if _, taken := attributes[o.Name]; !taken && !o.At.Before(d.Start) && o.At.Before(until) {
				attributes[o.Name] = o.At.Format(time.RFC3339Nano)
			}
			if _, taken := attributes[outcome.Churned]; !taken && o.Name == table.churn && !o.At.Before(d.Start) {
				attributes[outcome.Churned] = o.At.Format(time.RFC3339Nano)
			}
		}
	}
	d.Context.Attributes = attributes
}

// until is when outcomes no longer belong to the session of a user that began at start: when the next one begins.
func (t *tables) until(user string, start time.Time) time.Time {
	until := start.Add(outcomeGrace)
	for _, s := range t.starts[user] {
		if s.After(start) && s.Before(until) {
			until = s
		}
	}
	return until
}

// userOf is the user of a session of which the recording says the given context. A nil t knows nothing more.
func (t *tables) userOf(session string, said replay.Context) string {
	if t == nil {
		return said.User
	}
	for _, table := range t.sessions {
		if r, ok := table.Lookup(session); ok && said.User == "" {
			said.User = r.Context.User
		}
	}
	return said.User
}

// identify looks the session up in the tables of sessions, the first that knows a field first.
func (t *tables) identify(d *friction.Digest) {
	for _, table := range t.sessions {
		if r, ok := table.Lookup(d.Session); ok {
			t.contrary.note(table.name, d.Session, d.Context, r.Context)
			r.Complete(&d.Context)
		}
	}
	if d.Context.User != "" {
		d.Marks = slices.DeleteFunc(d.Marks, func(m replay.Mark) bool { return m == replay.MarkNoUser })
	}
}
