package pipeline

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/manifest"
)

// Manifest is a table that says more than the recordings do: who was recorded (one row per session), or what users did
// elsewhere (one row per outcome of a user).
type Manifest struct {
	Path    string           `yaml:"path"`   // relative to the analysis file
	Format  manifest.Format  `yaml:"format"` // csv, ndjson or parquet; "" = by its bytes
	Columns manifest.Columns `yaml:"columns"`
	// Outcomes says that the rows are outcomes of users: user, name, at and value. In a session that an outcome belongs
	// to, it is an attribute of its name with its time, which goals can name.
	Outcomes bool `yaml:"outcomes"`
}

// outcomeGrace is how long after the start of a user's last session an outcome still belongs to it: orders are booked
// by a nightly job at the latest, while a renewal weeks later was not decided in that session.
const outcomeGrace = 24 * time.Hour

// tables are the manifests of a configuration. The zero value knows nothing.
type tables struct {
	sessions []*manifest.Table
	indexes  map[string]*manifest.BlockIndex // of sources, by path; they are tables of sessions as well
	outcomes []*manifest.Outcomes
	starts   map[string][]time.Time // sessions of the users who have outcomes, in order
}

// openTables reads the manifests. All errors are reported at once.
func (c Config) openTables(ctx context.Context) (*tables, error) {
	t := &tables{starts: map[string][]time.Time{}, indexes: map[string]*manifest.BlockIndex{}}
	var errs []error
	for i, m := range c.Manifests {
		if err := t.open(ctx, m); err != nil {
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
		t.sessions = append(t.sessions, &index.Table)
	}
	return t, errors.Join(errs...)
}

func (t *tables) open(ctx context.Context, m Manifest) error {
	f, err := os.Open(m.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	opt := manifest.Options{Name: m.Path, Format: m.Format}
	if m.Outcomes {
		table, err := manifest.LoadOutcomes(ctx, f, m.Columns, opt)
		t.outcomes = append(t.outcomes, table)
		return err
	}
	table, err := manifest.Load(ctx, f, m.Columns, opt)
	t.sessions = append(t.sessions, table)
	return err
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
	until := d.Start.Add(outcomeGrace)
	for _, s := range t.starts[user] {
		if s.After(d.Start) && s.Before(until) {
			until = s
		}
	}
	for _, table := range t.outcomes {
		for _, o := range table.Lookup(user) {
			if _, taken := attributes[o.Name]; !taken && !o.At.Before(d.Start) && o.At.Before(until) {
				attributes[o.Name] = o.At.Format(time.RFC3339Nano)
			}
		}
	}
	d.Context.Attributes = attributes
}

// identify looks the session up in the tables of sessions, the first that knows a field first.
func (t *tables) identify(d *friction.Digest) {
	for _, table := range t.sessions {
		if r, ok := table.Lookup(d.Session); ok {
			r.Complete(&d.Context)
		}
	}
	if d.Context.User != "" {
		d.Marks = slices.DeleteFunc(d.Marks, func(m replay.Mark) bool { return m == replay.MarkNoUser })
	}
}
