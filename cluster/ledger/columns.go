package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

// How Digests are read. Parquet keeps every column of a file apart; the library can put rows together by reflection, one
// value at a time, which takes longer than all that is made of them. Here a column is read in stretches:
//
//	row group --leaf by leaf--> page: levels and values --take--> stretches of values --set--> slabs of a batch
//	slabs --link--> Digests, whose lists are parts of the slabs
//
// TestColumnsAgree holds this against the reader by reflection, which reads skips and single sessions.

// columnBatch is how many Digests are put together at once: enough that a column's overhead vanishes, while a batch of
// each file that is open stays below a megabyte.
const columnBatch = 128

// storedDigest is a Digest as it lies in a file.
type storedDigest struct {
	friction.Digest
	sequence    int64
	objectsHash int64
}

func compareStoredDigests(a, b *storedDigest) int {
	return cmp.Or(cmp.Compare(a.Session, b.Session), cmp.Compare(a.Recording, b.Recording), cmp.Compare(a.sequence, b.sequence))
}

// batch holds the Digests that are being put together, and what their lists are parts of, one after the other.
type batch struct {
	rows       []storedDigest
	attributes []attributeRow
	marks      []replay.Mark
	objects    []replay.Object
	screens    []replay.Screen
	targets    []friction.Target
	visits     []friction.Visit
	attempts   []friction.Attempt
	episodes   []friction.Episode
	also       []friction.Pattern
	blind      []string
	customs    []friction.Moment

	ends [lists][]int32 // of every list: where the part of each row, or episode, ends
}

// list is a column of lists, or of lists within episodes; none is a column with one value a row.
type list int

const (
	ofAttributes list = iota
	ofMarks
	ofObjects
	ofScreens
	ofTargets
	ofVisits
	ofAttempts
	ofEpisodes
	ofCustoms
	ofAlso
	ofBlind
	lists
	none list = -1
)

// inEpisodes tells lists of which every episode has one.
func (l list) inEpisodes() bool { return l == ofAlso || l == ofBlind }

// grow makes room for n further elements of a list.
func (b *batch) grow(l list, n int) {
	switch l {
	case ofAttributes:
		b.attributes = longer(b.attributes, n)
	case ofMarks:
		b.marks = longer(b.marks, n)
	case ofObjects:
		b.objects = longer(b.objects, n)
	case ofScreens:
		b.screens = longer(b.screens, n)
	case ofTargets:
		b.targets = longer(b.targets, n)
	case ofVisits:
		b.visits = longer(b.visits, n)
	case ofAttempts:
		b.attempts = longer(b.attempts, n)
	case ofEpisodes:
		b.episodes = longer(b.episodes, n)
	case ofCustoms:
		b.customs = longer(b.customs, n)
	case ofAlso:
		b.also = longer(b.also, n)
	case ofBlind:
		b.blind = longer(b.blind, n)
	}
}

// longer is a slab with n further elements, which are zero.
func longer[T any](slab []T, n int) []T {
	from := len(slab)
	slab = slices.Grow(slab, n)[:from+n]
	clear(slab[from:])
	return slab
}

// empty makes room for n Digests where others were.
func (b *batch) empty(n int) {
	b.rows = longer(b.rows[:0], n)
	b.attributes, b.marks, b.objects = b.attributes[:0], b.marks[:0], b.objects[:0]
	b.screens, b.targets, b.visits = b.screens[:0], b.targets[:0], b.visits[:0]
	b.attempts, b.episodes, b.customs = b.attempts[:0], b.episodes[:0], b.customs[:0]
	b.also, b.blind = b.also[:0], b.blind[:0]
	for l := range b.ends {
		b.ends[l] = b.ends[l][:0]
	}
}

// leaf is one column and where its values go.
type leaf struct {
	path string // as in row, dots between
	list list
	kind parquet.Kind
	set  func(b *batch, k int, v *stretch) // puts a stretch of values from element k on
}

// stretch is values of one column that lie in one page, of the kind of the column.
type stretch struct {
	texts   []string
	int32s  []int32
	int64s  []int64
	doubles []float64
	bools   []bool
}

func text[S ~string](path string, l list, at func(b *batch, k int) *S) leaf {
	return leaf{path: path, list: l, kind: parquet.ByteArray, set: func(b *batch, k int, v *stretch) {
		for i, s := range v.texts {
			*at(b, k+i) = S(s)
		}
	}}
}

func number(path string, l list, at func(b *batch, k int) *int32) leaf {
	return leaf{path: path, list: l, kind: parquet.Int32, set: func(b *batch, k int, v *stretch) {
		for i, n := range v.int32s {
			*at(b, k+i) = n
		}
	}}
}

func long(path string, l list, at func(b *batch, k int) *int64) leaf {
	return leaf{path: path, list: l, kind: parquet.Int64, set: func(b *batch, k int, v *stretch) {
		for i, n := range v.int64s {
			*at(b, k+i) = n
		}
	}}
}

func offset(path string, l list, at func(b *batch, k int) *time.Duration) leaf {
	return leaf{path: path, list: l, kind: parquet.Int64, set: func(b *batch, k int, v *stretch) {
		for i, n := range v.int64s {
			*at(b, k+i) = dur(n)
		}
	}}
}

func double(path string, l list, at func(b *batch, k int) *float64) leaf {
	return leaf{path: path, list: l, kind: parquet.Double, set: func(b *batch, k int, v *stretch) {
		for i, n := range v.doubles {
			*at(b, k+i) = n
		}
	}}
}

func truth(path string, l list, at func(b *batch, k int) *bool) leaf {
	return leaf{path: path, list: l, kind: parquet.Boolean, set: func(b *batch, k int, v *stretch) {
		for i, t := range v.bools {
			*at(b, k+i) = t
		}
	}}
}

// indexLeaves are what the index is made of.
var indexLeaves = []leaf{
	text("session", none, func(b *batch, k int) *string { return &b.rows[k].Session }),
	text("recording", none, func(b *batch, k int) *string { return &b.rows[k].Recording }),
	long("sequence", none, func(b *batch, k int) *int64 { return &b.rows[k].sequence }),
	long("objects_hash", none, func(b *batch, k int) *int64 { return &b.rows[k].objectsHash }),
}

// leaves are the columns of a Digest: those of a list together, after those of the list that it lies in.
var leaves = append(indexLeaves[:len(indexLeaves):len(indexLeaves)], []leaf{
	text("source", none, func(b *batch, k int) *string { return &b.rows[k].Source }),
	text("fingerprint", none, func(b *batch, k int) *string { return &b.rows[k].Fingerprint }),
	{path: "start", list: none, kind: parquet.Int64, set: func(b *batch, k int, v *stretch) {
		for i, ms := range v.int64s {
			b.rows[k+i].Start = time.UnixMilli(ms).UTC()
		}
	}},
	offset("duration_ms", none, func(b *batch, k int) *time.Duration { return &b.rows[k].Duration }),
	offset("active_ms", none, func(b *batch, k int) *time.Duration { return &b.rows[k].Active }),
	text("format", none, func(b *batch, k int) *string { return &b.rows[k].Format }),
	text("user", none, func(b *batch, k int) *string { return &b.rows[k].Context.User }),
	text("device_type", none, func(b *batch, k int) *string { return &b.rows[k].Context.Device.Type }),
	text("device_model", none, func(b *batch, k int) *string { return &b.rows[k].Context.Device.Model }),
	truth("device_touch", none, func(b *batch, k int) *bool { return &b.rows[k].Context.Device.Touch }),
	text("os", none, func(b *batch, k int) *string { return &b.rows[k].Context.OS }),
	text("browser", none, func(b *batch, k int) *string { return &b.rows[k].Context.Browser }),
	text("app_version", none, func(b *batch, k int) *string { return &b.rows[k].Context.AppVersion }),
	text("channel", none, func(b *batch, k int) *string { return &b.rows[k].Context.Channel }),
	text("plan", none, func(b *batch, k int) *string { return &b.rows[k].Context.Plan }),
	text("entry_url", none, func(b *batch, k int) *string { return &b.rows[k].Context.EntryURL }),
	number("viewport_w", none, func(b *batch, k int) *int32 { return &b.rows[k].Context.ViewportW }),
	number("viewport_h", none, func(b *batch, k int) *int32 { return &b.rows[k].Context.ViewportH }),
	truth("coverage.snapshot", none, func(b *batch, k int) *bool { return &b.rows[k].Coverage.Snapshot }),
	truth("coverage.mutations", none, func(b *batch, k int) *bool { return &b.rows[k].Coverage.Mutations }),
	truth("coverage.pointer_moves", none, func(b *batch, k int) *bool { return &b.rows[k].Coverage.PointerMoves }),
	truth("coverage.pointer_press", none, func(b *batch, k int) *bool { return &b.rows[k].Coverage.PointerPress }),
	truth("coverage.console", none, func(b *batch, k int) *bool { return &b.rows[k].Coverage.Console }),
	truth("coverage.network", none, func(b *batch, k int) *bool { return &b.rows[k].Coverage.Network }),
	truth("coverage.visibility", none, func(b *batch, k int) *bool { return &b.rows[k].Coverage.Visibility }),
	truth("coverage.canvas", none, func(b *batch, k int) *bool { return &b.rows[k].Coverage.Canvas }),

	text("attributes.list.element.name", ofAttributes, func(b *batch, k int) *string { return &b.attributes[k].Name }),
	text("attributes.list.element.value", ofAttributes, func(b *batch, k int) *string { return &b.attributes[k].Value }),
	text("marks.list.element", ofMarks, func(b *batch, k int) *replay.Mark { return &b.marks[k] }),
	text("objects.list.element.key", ofObjects, func(b *batch, k int) *string { return &b.objects[k].Key }),
	text("objects.list.element.etag", ofObjects, func(b *batch, k int) *string { return &b.objects[k].ETag }),
	long("objects.list.element.size", ofObjects, func(b *batch, k int) *int64 { return &b.objects[k].Size }),

	text("screens.list.element.host", ofScreens, func(b *batch, k int) *string { return &b.screens[k].Host }),
	text("screens.list.element.path", ofScreens, func(b *batch, k int) *string { return &b.screens[k].Path }),
	text("screens.list.element.title", ofScreens, func(b *batch, k int) *string { return &b.screens[k].Title }),
	number("screens.list.element.w", ofScreens, func(b *batch, k int) *int32 { return &b.screens[k].W }),
	number("screens.list.element.h", ofScreens, func(b *batch, k int) *int32 { return &b.screens[k].H }),

	text("targets.list.element.key", ofTargets, func(b *batch, k int) *string { return &b.targets[k].Key }),
	text("targets.list.element.tag", ofTargets, func(b *batch, k int) *string { return &b.targets[k].Tag }),
	text("targets.list.element.role", ofTargets, func(b *batch, k int) *string { return &b.targets[k].Role }),
	text("targets.list.element.label", ofTargets, func(b *batch, k int) *string { return &b.targets[k].Label }),
	text("targets.list.element.selector", ofTargets, func(b *batch, k int) *string { return &b.targets[k].Selector }),
	text("targets.list.element.path", ofTargets, func(b *batch, k int) *string { return &b.targets[k].Path }),
	text("targets.list.element.kind", ofTargets, func(b *batch, k int) *friction.Kind { return &b.targets[k].Kind }),
	double("targets.list.element.certainty", ofTargets, func(b *batch, k int) *float64 { return &b.targets[k].Certainty }),

	number("visits.list.element.screen", ofVisits, func(b *batch, k int) *int32 { return &b.visits[k].Screen }),
	number("visits.list.element.window", ofVisits, func(b *batch, k int) *int32 { return &b.visits[k].Window }),
	offset("visits.list.element.at_ms", ofVisits, func(b *batch, k int) *time.Duration { return &b.visits[k].At }),
	offset("visits.list.element.until_ms", ofVisits, func(b *batch, k int) *time.Duration { return &b.visits[k].Until }),
	truth("visits.list.element.loaded", ofVisits, func(b *batch, k int) *bool { return &b.visits[k].Loaded }),
	number("visits.list.element.seen", ofVisits, func(b *batch, k int) *int32 { return &b.visits[k].Seen }),

	offset("attempts.list.element.at_ms", ofAttempts, func(b *batch, k int) *time.Duration { return &b.attempts[k].At }),
	number("attempts.list.element.screen", ofAttempts, func(b *batch, k int) *int32 { return &b.attempts[k].Screen }),
	number("attempts.list.element.target", ofAttempts, func(b *batch, k int) *int32 { return &b.attempts[k].Target }),
	text("attempts.list.element.outcome", ofAttempts, func(b *batch, k int) *friction.Outcome { return &b.attempts[k].Outcome }),
	offset("attempts.list.element.latency_ms", ofAttempts, func(b *batch, k int) *time.Duration { return &b.attempts[k].Latency }),
	number("attempts.list.element.gestures", ofAttempts, func(b *batch, k int) *int32 { return &b.attempts[k].Gestures }),
	number("attempts.list.element.episode", ofAttempts, func(b *batch, k int) *int32 { return &b.attempts[k].Episode }),
	number("attempts.list.element.x", ofAttempts, func(b *batch, k int) *int32 { return &b.attempts[k].X }),
	number("attempts.list.element.y", ofAttempts, func(b *batch, k int) *int32 { return &b.attempts[k].Y }),
	number("attempts.list.element.down", ofAttempts, func(b *batch, k int) *int32 { return &b.attempts[k].Down }),

	text("episodes.list.element.pattern", ofEpisodes, func(b *batch, k int) *friction.Pattern { return &b.episodes[k].Pattern }),
	text("episodes.list.element.verdict", ofEpisodes, func(b *batch, k int) *friction.Verdict { return &b.episodes[k].Verdict }),
	text("episodes.list.element.reason", ofEpisodes, func(b *batch, k int) *friction.Reason { return &b.episodes[k].Reason }),
	double("episodes.list.element.confidence", ofEpisodes, func(b *batch, k int) *float64 { return &b.episodes[k].Confidence }),
	offset("episodes.list.element.start_ms", ofEpisodes, func(b *batch, k int) *time.Duration { return &b.episodes[k].Start }),
	offset("episodes.list.element.end_ms", ofEpisodes, func(b *batch, k int) *time.Duration { return &b.episodes[k].End }),
	number("episodes.list.element.screen", ofEpisodes, func(b *batch, k int) *int32 { return &b.episodes[k].Screen }),
	number("episodes.list.element.target", ofEpisodes, func(b *batch, k int) *int32 { return &b.episodes[k].Target }),
	number("episodes.list.element.gestures", ofEpisodes, func(b *batch, k int) *int32 { return &b.episodes[k].Gestures }),
	number("episodes.list.element.unanswered", ofEpisodes, func(b *batch, k int) *int32 { return &b.episodes[k].Unanswered }),
	offset("episodes.list.element.latency_ms", ofEpisodes, func(b *batch, k int) *time.Duration { return &b.episodes[k].Latency }),
	number("episodes.list.element.x", ofEpisodes, func(b *batch, k int) *int32 { return &b.episodes[k].X }),
	number("episodes.list.element.y", ofEpisodes, func(b *batch, k int) *int32 { return &b.episodes[k].Y }),
	text("episodes.list.element.cause", ofEpisodes, func(b *batch, k int) *string { return &b.episodes[k].Cause }),
	text("episodes.list.element.aftermath", ofEpisodes, func(b *batch, k int) *friction.Aftermath { return &b.episodes[k].Aftermath }),
	text("episodes.list.element.also.list.element", ofAlso, func(b *batch, k int) *friction.Pattern { return &b.also[k] }),
	text("episodes.list.element.blind.list.element", ofBlind, func(b *batch, k int) *string { return &b.blind[k] }),

	text("customs.list.element.name", ofCustoms, func(b *batch, k int) *string { return &b.customs[k].Name }),
	offset("customs.list.element.at_ms", ofCustoms, func(b *batch, k int) *time.Duration { return &b.customs[k].At }),
}...)

// size is how many elements a list has in the whole batch.
func (b *batch) size(l list) int {
	if n := len(b.ends[l]); n > 0 {
		return int(b.ends[l][n-1])
	}
	return 0
}

// link gives every Digest its parts of the slabs. Nobody can append to one into the next.
func (b *batch) link() {
	for e := range b.episodes {
		b.episodes[e].Also, b.episodes[e].Blind = partOf(b, ofAlso, e, b.also), partOf(b, ofBlind, e, b.blind)
	}
	for i := range b.rows {
		d := &b.rows[i].Digest
		d.Marks, d.Objects = partOf(b, ofMarks, i, b.marks), partOf(b, ofObjects, i, b.objects)
		d.Screens, d.Targets, d.Visits = partOf(b, ofScreens, i, b.screens), partOf(b, ofTargets, i, b.targets), partOf(b, ofVisits, i, b.visits)
		d.Attempts, d.Episodes = partOf(b, ofAttempts, i, b.attempts), partOf(b, ofEpisodes, i, b.episodes)
		d.Customs = partOf(b, ofCustoms, i, b.customs)
		if own := partOf(b, ofAttributes, i, b.attributes); len(own) > 0 {
			d.Context.Attributes = make(map[string]string, len(own))
			for _, a := range own {
				d.Context.Attributes[a.Name] = a.Value
			}
		}
	}
}

// partOf is the part of a slab that belongs to row, or episode, i; nil if it is empty.
func partOf[T any](b *batch, l list, i int, slab []T) []T {
	ends := b.ends[l]
	if i >= len(ends) { // a file of before there was such a column
		return nil
	}
	from := int32(0)
	if i > 0 {
		from = ends[i-1]
	}
	if from == ends[i] {
		return nil
	}
	return slab[from:ends[i]:ends[i]]
}

// always are the columns that every query reads: what Digests are found, ordered and selected by.
var always = []string{"session", "recording", "source", "fingerprint", "sequence", "start"}

// leaves are the columns that a query reads, in the order of the table.
func (q *Query) leaves() []leaf {
	if q.Columns == nil {
		return leaves
	}
	var wanted []leaf
	met := make([]bool, len(q.Columns))
	for i := range leaves {
		name := leaves[i].name()
		want := slices.Contains(always, name)
		for k, c := range q.Columns {
			if name == c || strings.HasPrefix(name, c+".") {
				want, met[k] = true, true
			}
		}
		if want {
			wanted = append(wanted, leaves[i])
		}
	}
	if k := slices.Index(met, false); k >= 0 {
		panic("BUG: a Digest has no column " + q.Columns[k])
	}
	return wanted
}

// name is the path as docs/format/ledger.md has it.
func (l *leaf) name() string { return strings.ReplaceAll(l.path, ".list.element", "") }

// digestColumns reads the Digests of a file in order, as far as some of its columns say.
type digestColumns struct {
	file   *parquet.File
	leaves []leaf
	lent   *batch             // all Digests are put together in it, nil = in one of their own
	groups []parquet.RowGroup // that are left
	most   int64              // rows that are read at once
	left   int64              // rows of the one at hand
	open   []column           // of it
}

// digestColumns returns what reads the columns that a query asks for.
func (q *Query) digestColumns() func(*opened) rows[storedDigest] {
	leaves := q.leaves()
	return func(o *opened) rows[storedDigest] {
		r := columnsOf(o, leaves)
		if q.Lent {
			r.lent = new(batch)
		}
		return r
	}
}

func columnsOf(o *opened, leaves []leaf) *digestColumns {
	return &digestColumns{file: o.File, leaves: leaves, groups: o.RowGroups(), most: columnBatch}
}

// read returns the next Digests, or io.EOF. They stay valid, or until the next call if they are lent.
func (r *digestColumns) read() ([]storedDigest, error) {
	for r.left == 0 {
		if len(r.groups) == 0 {
			return nil, io.EOF
		}
		if err := r.nextGroup(); err != nil {
			return nil, err
		}
	}
	n := int(min(r.left, r.most))
	b := r.lent
	if b == nil {
		b = new(batch)
	}
	b.empty(n)
	for i := range r.open {
		if err := r.open[i].read(b, n); err != nil {
			return nil, fmt.Errorf("column %s: %w", r.open[i].path, err)
		}
	}
	b.link()
	r.left -= int64(n)
	return b.rows, nil
}

// nextGroup opens the columns of the next row group. Files of older versions lack some.
func (r *digestColumns) nextGroup() error {
	if err := r.close(); err != nil {
		return err
	}
	group := r.groups[0]
	r.groups, r.left = r.groups[1:], group.NumRows()
	chunks, schema := group.ColumnChunks(), r.file.Schema()
	last := none
	for i := range r.leaves {
		l := &r.leaves[i]
		found, ok := schema.Lookup(strings.Split(l.path, ".")...)
		if !ok {
			continue
		}
		if kind := found.Node.Type().Kind(); kind != l.kind {
			return fmt.Errorf("column %s: it holds %v and not %v", l.path, kind, l.kind)
		}
		r.open = append(r.open, column{leaf: l, first: l.list != last, pages: chunks[found.ColumnIndex].Pages()})
		last = l.list
	}
	return nil
}

func (r *digestColumns) close() error {
	var errs []error
	for i := range r.open {
		errs = append(errs, r.open[i].close())
	}
	r.open = r.open[:0]
	return errors.Join(errs...)
}

// storedRows reads the rows of a file that are to be written again, in order. They stay valid.
type storedRows struct{ *digestColumns }

func newStoredRows(o *opened) rows[row] {
	c := columnsOf(o, leaves)
	c.most = cursorBatch // a merge has many files open
	return storedRows{c}
}

func (r storedRows) read() ([]row, error) {
	stored, err := r.digestColumns.read()
	return each(stored, func(d *storedDigest) row {
		out := fromDigest(&d.Digest, d.sequence)
		out.ObjectsHash = d.objectsHash
		return out
	}), err
}

// column is one column of a row group that is being read.
type column struct {
	*leaf
	first bool // of the columns of its list: it says how long the lists are
	pages parquet.Pages
	page  parquet.Page
	// Of the page: the levels of lists, as in Parquet; how many levels (without lists: values) there are and were read; all
	// values, and how many of them were read.
	repeated, defined []byte
	count, at         int
	values            stretch
	value, held       int
	dictionary        []string // of the row group; nil = not met yet
}

func (c *column) close() error {
	parquet.Release(c.page)
	c.page = nil
	return c.pages.Close()
}

// errTorn means that the columns of a file do not fit together.
var errTorn = errors.New("it does not fit the other columns")

// read puts the values of the next n rows into a batch.
func (c *column) read(b *batch, n int) error {
	if c.list != none {
		return c.readLists(b, n)
	}
	for row := 0; row < n; {
		if err := c.load(); err != nil {
			return err
		}
		take := min(n-row, c.count-c.at)
		if err := c.put(b, row, take); err != nil {
			return err
		}
		row, c.at = row+take, c.at+take
	}
	return nil
}

// readLists is read of lists. A level below 1 begins a row, one below the depth of the list an owner of one: the row itself,
// or an episode; a row without episodes has none. Pages begin with a row.
func (c *column) readLists(b *batch, n int) error {
	depth := byte(1)
	if c.list.inEpisodes() {
		depth = 2
	}
	ends, total := b.ends[c.list], 0
	for row := 0; row < n; {
		if err := c.load(); err != nil {
			return err
		}
		from := total
		for ; c.at < c.count; c.at++ {
			rep, def := c.repeated[c.at], c.defined[c.at]
			if rep == 0 {
				if row == n {
					break
				}
				row++
			}
			if c.first && rep < depth && def+1 >= depth {
				ends = append(ends, int32(total))
			}
			if def == depth {
				total++
				if c.first {
					if len(ends) == 0 {
						return errTorn
					}
					ends[len(ends)-1] = int32(total)
				}
			}
		}
		if c.first {
			b.grow(c.list, total-from)
		} else if total > b.size(c.list) {
			return errTorn
		}
		if err := c.put(b, from, total-from); err != nil {
			return err
		}
	}
	if c.first {
		b.ends[c.list] = ends
	}
	if total != b.size(c.list) || c.list.inEpisodes() && len(b.ends[c.list]) != len(b.episodes) {
		return errTorn
	}
	return nil
}

// put hands the next n values of the page to the leaf, for the elements from k on.
func (c *column) put(b *batch, k, n int) error {
	from, to := c.value, c.value+n
	if to > c.held {
		return errTorn
	}
	c.value = to
	var v stretch
	switch c.kind {
	case parquet.ByteArray:
		v.texts = c.values.texts[from:to]
	case parquet.Int32:
		v.int32s = c.values.int32s[from:to]
	case parquet.Int64:
		v.int64s = c.values.int64s[from:to]
	case parquet.Double:
		v.doubles = c.values.doubles[from:to]
	case parquet.Boolean:
		v.bools = c.values.bools[from:to]
	}
	c.set(b, k, &v)
	return nil
}

// load reads the next page once all of the last one was used.
func (c *column) load() error {
	if c.at < c.count {
		return nil
	}
	parquet.Release(c.page)
	var err error
	if c.page, err = c.pages.ReadPage(); err != nil {
		c.page = nil
		if errors.Is(err, io.EOF) {
			return errTorn
		}
		return err
	}
	c.count, c.at, c.value = int(c.page.NumValues()), 0, 0
	c.held = c.count - int(c.page.NumNulls())
	c.repeated, c.defined = c.page.RepetitionLevels(), c.page.DefinitionLevels()
	if c.list != none && (len(c.repeated) != c.count || len(c.defined) != c.count || c.count > 0 && c.repeated[0] != 0) {
		return errTorn
	}
	return c.unpack()
}

// unpack makes the values of the page ready. Texts are copied out of it, all others are valid as long as the page.
func (c *column) unpack() error {
	data := c.page.Data()
	held := 0
	switch c.kind {
	case parquet.ByteArray:
		if d := c.page.Dictionary(); d != nil {
			return c.lookUp(d, data.Int32())
		}
		plain, offsets := data.ByteArray()
		c.values.texts = split(c.values.texts[:0], plain, offsets)
		held = len(c.values.texts)
	case parquet.Int32:
		c.values.int32s = data.Int32()
		held = len(c.values.int32s)
	case parquet.Int64:
		c.values.int64s = data.Int64()
		held = len(c.values.int64s)
	case parquet.Double:
		c.values.doubles = data.Double()
		held = len(c.values.doubles)
	case parquet.Boolean:
		bits := data.Boolean()
		held = min(c.held, 8*len(bits))
		c.values.bools = c.values.bools[:0]
		for i := range held {
			c.values.bools = append(c.values.bools, bits[i/8]>>(i%8)&1 != 0)
		}
	}
	if held < c.held {
		return errTorn
	}
	return nil
}

// lookUp replaces places in the dictionary by what stands there.
func (c *column) lookUp(d parquet.Dictionary, places []int32) error {
	if c.dictionary == nil {
		all := d.Page().Data()
		plain, offsets := all.ByteArray()
		c.dictionary = split(make([]string, 0, d.Len()), plain, offsets)
	}
	if len(places) < c.held {
		return errTorn
	}
	c.values.texts = c.values.texts[:0]
	for _, p := range places {
		if p < 0 || int(p) >= len(c.dictionary) {
			return errTorn
		}
		c.values.texts = append(c.values.texts, c.dictionary[p])
	}
	return nil
}

// split appends the texts between offsets, which share one copy.
func split(texts []string, plain []byte, offsets []uint32) []string {
	whole := string(plain)
	for i := 1; i < len(offsets); i++ {
		texts = append(texts, whole[offsets[i-1]:offsets[i]])
	}
	return texts
}
