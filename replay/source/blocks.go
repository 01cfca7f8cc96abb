package source

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Block is a range of bytes that holds a part of one session, in an object that many sessions share.
type Block struct {
	// Key is that of the object. Elements that the keys of the source do not have may stand in front, since a directory may
	// hold a copy of what lay deeper in a bucket.
	Key string
	// From and To are the first and the last byte, both inclusive.
	From, To int64
	// First is the time of the first event; zero = not known.
	First time.Time
}

// Indexed is one session as an index of blocks has it.
type Indexed struct {
	Session string
	Blocks  []Block
	// Started is when the session began; zero = not known. A session whose first block begins later has lost its start.
	Started time.Time
	// Deleted sessions are left out.
	Deleted bool
}

// Why GroupBlocks passes over an object, or over a session of the index.
const (
	SkipUnindexed SkipReason = "not_in_index"    // object that the index does not name
	SkipGone      SkipReason = "object_gone"     // session of which no block is stored any more
	SkipDeleted   SkipReason = "deleted_session" // session that was deleted where it was indexed
)

// GroupBlocks lists a source whose objects hold blocks of many sessions each, and makes one recording of the blocks of
// each session of the index, in order of time. Its parts are ranges (RangeOf), to be opened through Ranges. A session
// whose blocks lie in no listed object is skipped; of one that has lost only some, Recording.Missing says how many. Of
// the layout only Ignore counts. Errors are those of Group.
func GroupBlocks(ctx context.Context, st Store, prefix string, l Layout, index []Indexed) (*Grouping, error) {
	g := &grouper{layout: Layout{Ignore: l.Ignore}, skipped: map[SkipReason]*Skipped{}}
	if _, err := g.layout.compile(); err != nil {
		return nil, err
	}
	if err := g.list(ctx, st, prefix); err != nil {
		return nil, err
	}
	for _, sc := range g.sidecars {
		g.skip(sc.Key, SkipOrphan)
	}
	stored := make(map[string]*shared, len(g.files))
	for _, obj := range g.files {
		stored[obj.Key] = &shared{key: obj.Key, state: stateOf(obj), size: obj.Size}
	}
	byKey := make(map[string]Recording, len(index))
	for _, in := range index {
		r := in.recording(stored)
		switch {
		case in.Deleted:
			g.skip(in.Session, SkipDeleted)
		case len(r.Parts) == 0:
			g.skip(in.Session, SkipGone)
		default:
			byKey[r.Key] = r
		}
	}
	for key, obj := range stored {
		if !obj.named {
			g.skip(key, SkipUnindexed)
		}
	}
	g.recordings = slices.SortedFunc(maps.Values(byKey), func(a, b Recording) int { return strings.Compare(a.Key, b.Key) })
	return g.grouping(), nil
}

// shared is an object that many sessions share; their parts share its texts.
type shared struct {
	key, state string
	size       int64
	named      bool // by the index
}

// lateStart is by how much the first block may begin after its session and still be the first: both times are those of
// the same event, but indexes round them, to seconds at worst.
const lateStart = time.Second

// recording finds the blocks of a session among the stored objects, and notes those objects as named.
func (in Indexed) recording(stored map[string]*shared) Recording {
	blocks := slices.Clone(in.Blocks)
	slices.SortFunc(blocks, func(a, b Block) int {
		return cmp.Or(a.First.Compare(b.First), strings.Compare(a.Key, b.Key), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	blocks = slices.CompactFunc(blocks, func(a, b Block) bool { return a.Key == b.Key && a.From == b.From && a.To == b.To })
	r := Recording{ID: in.Session, Key: in.Session}
	for _, b := range blocks {
		obj := b.find(stored)
		if obj != nil {
			obj.named = true
		}
		if obj == nil || b.From < 0 || b.To < b.From || b.To >= obj.size {
			r.Missing++
			continue
		}
		r.Parts = append(r.Parts, rangeOf(obj.key, obj.state, b.From, b.To))
	}
	if len(blocks) > 0 && !in.Started.IsZero() && blocks[0].First.Sub(in.Started) > lateStart {
		r.Missing++
	}
	return r
}

// find returns the object of a block: that of the key, or of the longest end of it that is stored; nil if none is.
func (b Block) find(stored map[string]*shared) *shared {
	for key, more := b.Key, true; more; _, key, more = strings.Cut(key, "/") {
		if obj := stored[key]; obj != nil {
			return obj
		}
	}
	return nil
}

// list sorts a listing out. The error is that of an incomplete one, or ErrEmpty.
func (g *grouper) list(ctx context.Context, st Store, prefix string) error {
	for obj, err := range st.List(ctx, prefix) {
		switch {
		case err != nil && obj.Key == "":
			return err
		case err != nil:
			g.skip(obj.Key, SkipUnreadable)
		default:
			g.add(obj.Object)
		}
		g.objects++
	}
	if g.objects == 0 {
		return fmt.Errorf("list %s: %w", strings.TrimSuffix(Name(st)+"/"+prefix, "/"), ErrEmpty)
	}
	return nil
}
