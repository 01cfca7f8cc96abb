package manifest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// Format is how a table is stored. The zero value looks at the first bytes.
type Format string

const (
	FormatAuto    Format = ""
	FormatCSV     Format = "csv"     // with a header line; separated by comma, semicolon or tab
	FormatNDJSON  Format = "ndjson"  // one object a line
	FormatParquet Format = "parquet" // nested columns have dotted names, repeated ones are left out
)

// Columns names the columns of a table that hold what a Record knows. Empty names mean the name of the field in a
// sidecar (session_id, user_id, started_at, device, browser, os, app_version, channel, plan, entry_url, viewport.width,
// viewport.height; name, at and value for outcomes), which may then be absent. A name that is given must be there. All
// other columns become attributes.
type Columns struct {
	Session        string `yaml:"session"`
	User           string `yaml:"user"`
	Started        string `yaml:"started"`
	Device         string `yaml:"device"`
	DeviceModel    string `yaml:"device_model"`
	Touch          string `yaml:"touch"`
	Browser        string `yaml:"browser"`
	OS             string `yaml:"os"`
	AppVersion     string `yaml:"app_version"`
	Channel        string `yaml:"channel"`
	Plan           string `yaml:"plan"`
	EntryURL       string `yaml:"entry_url"`
	ViewportWidth  string `yaml:"viewport_width"`
	ViewportHeight string `yaml:"viewport_height"`

	// Of outcomes.
	Name  string `yaml:"name"`
	At    string `yaml:"at"`
	Value string `yaml:"value"`

	// Of a block index.
	Blocks     string `yaml:"blocks"`
	BlockTimes string `yaml:"block_times"`

	// Ignore lists columns that become nothing.
	Ignore []string `yaml:"ignore"`
}

// mapped is one column that the operator named: the setting, the field it gives and the column.
type mapped struct{ setting, field, column string }

func (c Columns) mapped() []mapped {
	all := []mapped{
		{"session", fSession, c.Session}, {"user", fUser, c.User}, {"started", fStarted, c.Started},
		{"device", fDevice, c.Device}, {"device_model", "device.model", c.DeviceModel}, {"touch", "device.touch", c.Touch},
		{"browser", fBrowser, c.Browser}, {"os", fOS, c.OS}, {"app_version", fAppVersion, c.AppVersion},
		{"channel", fChannel, c.Channel}, {"plan", fPlan, c.Plan}, {"entry_url", fEntryURL, c.EntryURL},
		{"viewport_width", "viewport.width", c.ViewportWidth}, {"viewport_height", "viewport.height", c.ViewportHeight},
		{"name", fName, c.Name}, {"at", fAt, c.At}, {"value", fValue, c.Value},
		{"blocks", fBlocks, c.Blocks}, {"block_times", fBlockTimes, c.BlockTimes},
	}
	return slices.DeleteFunc(all, func(m mapped) bool { return m.column == "" })
}

// Options say how to read a table and how much of it. The zero value means the defaults.
type Options struct {
	Name     string // for errors, e.g. the path
	Format   Format
	MaxBytes int64 // unpacked; default 1 GiB
	MaxRows  int   // default 2 million: a row of sessions takes about 500 bytes of memory
}

const (
	defaultMaxBytes = 1 << 30
	defaultMaxRows  = 2_000_000
	// maxLineBytes bounds one line of NDJSON, and so what a file without line ends can take.
	maxLineBytes = 1 << 20
	// maxProblems bounds how many problems are kept word by word; all are counted.
	maxProblems = 100
)

func (o Options) withDefaults() Options {
	if o.Name == "" {
		o.Name = "table"
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = defaultMaxBytes
	}
	if o.MaxRows <= 0 {
		o.MaxRows = defaultMaxRows
	}
	return o
}

// The errors of Load and LoadOutcomes that a caller can act on; others are those of the reader.
var (
	// ErrFormat: the bytes are no table in the format named or seen.
	ErrFormat = errors.New("not a readable table")
	// ErrColumns: a column that is needed or named is not there.
	ErrColumns = errors.New("missing column")
	// ErrLimit: the table exceeds MaxBytes, MaxRows or the length of a line.
	ErrLimit = errors.New("table exceeds its limit")
)

// Problem is one thing wrong with one row. The rest of the row counts where it can.
type Problem struct {
	Line int // of the file, from 1; for Parquet the row
	Text string
}

func (p Problem) String() string { return fmt.Sprintf("line %d: %s", p.Line, p.Text) }

// Quality says how a table was read.
type Quality struct {
	Rows       int       // read
	Duplicates int       // rows that say nothing new
	Problems   []Problem // the first hundred, in order
	Wrong      int       // all problems
}

func (q *Quality) note(line int, format string, args ...any) {
	q.Wrong++
	if len(q.Problems) < maxProblems {
		q.Problems = append(q.Problems, Problem{line, fmt.Sprintf(format, args...)})
	}
}

// Table is a table of sessions. It is immutable and safe for concurrent use.
type Table struct {
	Quality
	records map[string]Record
}

// Lookup returns what the table says of a session.
func (t *Table) Lookup(session string) (Record, bool) {
	r, ok := t.records[session]
	return r, ok
}

// Len is the number of sessions.
func (t *Table) Len() int { return len(t.records) }

// Load reads a table of sessions: a row says who and on what, like a sidecar. gzip and zstd are unpacked. Rows without a
// session id are problems, and so are values of a wrong type, which stay empty. Two rows of one session complete each
// other; where they contradict each other the first one stands and the second one is a problem.
//
// The error names what is missing and what is there, and matches ErrFormat, ErrColumns or ErrLimit.
func Load(ctx context.Context, r io.Reader, c Columns, o Options) (*Table, error) {
	t := &Table{records: map[string]Record{}}
	texts := interner{}
	err := eachRow(ctx, r, c, o, []string{fSession}, &t.Quality, func(line int, f flat) {
		rec, err := decode(f)
		if err != nil {
			t.note(line, "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
		}
		if rec.Session == "" {
			t.note(line, "%s is empty", fSession)
			return
		}
		texts.record(&rec)
		old, ok := t.records[rec.Session]
		if !ok {
			t.records[rec.Session] = rec
			return
		}
		if name := contradiction(old, rec); name != "" {
			t.note(line, "session %q has another %s than on an earlier line", rec.Session, name)
		} else {
			t.Duplicates++
		}
		t.records[rec.Session] = old.Merge(rec)
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// Renamed returns the table with other session and user ids. The functions must be one to one.
func (t *Table) Renamed(session, user func(string) string) *Table {
	out := &Table{Quality: t.Quality, records: make(map[string]Record, len(t.records))}
	for id, r := range t.records {
		r.Session, r.Context.User = session(id), user(r.Context.User)
		out.records[r.Session] = r
	}
	return out
}

// contradiction names the first field in which two records of one session say different things.
func contradiction(a, b Record) string {
	x, y := a.Context, b.Context
	for _, f := range []struct{ name, a, b string }{
		{fUser, x.User, y.User},
		{fDevice, x.Device.Type, y.Device.Type},
		{"device.model", x.Device.Model, y.Device.Model},
		{fBrowser, x.Browser, y.Browser},
		{fOS, x.OS, y.OS},
		{fAppVersion, x.AppVersion, y.AppVersion},
		{fChannel, x.Channel, y.Channel},
		{fPlan, x.Plan, y.Plan},
		{fEntryURL, x.EntryURL, y.EntryURL},
	} {
		if f.a != "" && f.b != "" && f.a != f.b {
			return f.name
		}
	}
	switch {
	case !a.Started.IsZero() && !b.Started.IsZero() && !a.Started.Equal(b.Started):
		return fStarted
	case a.TouchKnown && b.TouchKnown && x.Device.Touch != y.Device.Touch:
		return "device.touch"
	case x.ViewportW > 0 && y.ViewportW > 0 && (x.ViewportW != y.ViewportW || x.ViewportH != y.ViewportH):
		return fViewport
	}
	for _, name := range slices.Sorted(maps.Keys(y.Attributes)) {
		if v, ok := x.Attributes[name]; ok && v != y.Attributes[name] {
			return name
		}
	}
	return ""
}

// interner keeps one copy of each text, since versions, devices and plans repeat in every row.
type interner map[string]string

func (in interner) text(s *string) {
	if kept, ok := in[*s]; ok {
		*s = kept
	} else if len(in) < 100_000 { // beyond that the column is no category
		in[*s] = *s
	}
}

func (in interner) record(r *Record) {
	c := &r.Context
	for _, s := range []*string{
		&c.Device.Type, &c.Device.Model, &c.OS, &c.Browser, &c.AppVersion, &c.Channel, &c.Plan, &c.EntryURL,
	} {
		in.text(s)
	}
	for name, v := range c.Attributes {
		in.text(&name)
		in.text(&v)
		c.Attributes[name] = v
	}
}

// Outcome is something that happened to a user outside of the recordings, such as an order or a renewal.
type Outcome struct {
	Name     string
	At       time.Time // UTC
	Value    float64   // in the unit of the table, e.g. money
	HasValue bool
}

// Outcomes is a table of outcomes by user. It is immutable and safe for concurrent use.
type Outcomes struct {
	Quality
	byUser map[string][]Outcome
}

// Lookup returns the outcomes of a user by time, then name. The slice belongs to the table.
func (t *Outcomes) Lookup(user string) []Outcome { return t.byUser[user] }

// Len is the number of users.
func (t *Outcomes) Len() int { return len(t.byUser) }

// Users lists the users, sorted.
func (t *Outcomes) Users() []string { return slices.Sorted(maps.Keys(t.byUser)) }

// Renamed returns the table with other user ids. Users for whom name returns "" are left out; if several get one id, it
// has the outcomes of all of them.
func (t *Outcomes) Renamed(name func(user string) string) *Outcomes {
	out := &Outcomes{Quality: t.Quality, byUser: map[string][]Outcome{}}
	for _, user := range t.Users() {
		if to := name(user); to != "" {
			out.byUser[to] = append(out.byUser[to], t.byUser[user]...)
		}
	}
	for _, list := range out.byUser {
		slices.SortFunc(list, compareOutcomes)
	}
	return out
}

// Names returns the names of all outcomes, sorted.
func (t *Outcomes) Names() []string {
	seen := map[string]bool{}
	for _, list := range t.byUser {
		for _, o := range list {
			seen[o.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// LoadOutcomes reads a table of what happened to users: user_id, name, at and, optionally, value. Rows without a user, a
// name or a time are problems and do not count; a value that is no number is a problem and stays unknown. Rows that are
// equal count once. Errors are those of Load.
func LoadOutcomes(ctx context.Context, r io.Reader, c Columns, o Options) (*Outcomes, error) {
	t := &Outcomes{byUser: map[string][]Outcome{}}
	texts := interner{}
	err := eachRow(ctx, r, c, o, []string{fUser, fName, fAt}, &t.Quality, func(line int, f flat) {
		user, out := f.take(fUser), Outcome{Name: f.take(fName)}
		at, value := f.take(fAt), f.take(fValue)
		for _, need := range []struct{ name, value string }{{fUser, user}, {fName, out.Name}, {fAt, at}} {
			if need.value == "" {
				t.note(line, "%s is empty", need.name)
				return
			}
		}
		var err error
		if out.At, err = parseTime(at); err != nil {
			t.note(line, "%s: %v", fAt, err)
			return
		}
		if value != "" {
			if out.Value, err = parseValue(value); err != nil {
				t.note(line, "%s: %v", fValue, err)
			} else {
				out.HasValue = true
			}
		}
		texts.text(&out.Name)
		t.byUser[user] = append(t.byUser[user], out)
	})
	if err != nil {
		return nil, err
	}
	for user, list := range t.byUser {
		slices.SortFunc(list, compareOutcomes)
		once := slices.Compact(list)
		t.Duplicates += len(list) - len(once)
		t.byUser[user] = once
	}
	return t, nil
}
