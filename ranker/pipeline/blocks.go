package pipeline

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/format"
	"github.com/rankle/rankle/replay/manifest"
	"github.com/rankle/rankle/replay/posthog"
	"github.com/rankle/rankle/replay/source"
)

// Index names a table that says which blocks of a source make up which session, see manifest.LoadBlocks.
type Index struct {
	Path    string           `yaml:"path"` // relative to the analysis file; "" = none
	Format  manifest.Format  `yaml:"format"`
	Columns manifest.Columns `yaml:"columns"`
}

func (i Index) load(ctx context.Context) (*manifest.BlockIndex, error) {
	f, err := os.Open(i.Path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return manifest.LoadBlocks(ctx, f, i.Columns, manifest.Options{Name: i.Path, Format: i.Format})
}

// group finds the recordings of one source.
func (a *analysis) group(ctx context.Context, src *Opened) (*source.Grouping, error) {
	store := a.toList(src)
	if a.since.IsZero() {
		return a.groupOf(ctx, src, store)
	}
	dates := newDated(store, a.since)
	group, err := a.groupOf(ctx, src, dates)
	if err == nil {
		a.leaveOld(dates, group)
	}
	return group, err
}

func (a *analysis) groupOf(ctx context.Context, src *Opened, store source.Store) (*source.Grouping, error) {
	if src.Dialect != format.PostHogBlocks {
		return source.Group(ctx, store, "", src.Layout)
	}
	if src.Index.Path == "" {
		sessions, err := a.scan(ctx, src, store)
		if err != nil {
			return nil, err
		}
		return source.GroupBlocks(ctx, store, "", src.Layout, sessions)
	}
	index := a.indexes[src.Index.Path]
	if index == nil {
		var err error
		if index, err = src.Index.load(ctx); err != nil {
			return nil, fmt.Errorf("block index: %w", err)
		}
		a.indexes[src.Index.Path] = index
	}
	if index.Wrong > 0 {
		a.Log.Warn("rows of the block index left out", "index", src.Index.Path, "rows", index.Wrong, "first", index.Problems[0].String())
		a.summary.add("bad_index_row", index.Wrong, src.Index.Path)
	}
	return source.GroupBlocks(ctx, store, "", src.Layout, index.Sessions)
}

// scan tells the sessions of a source apart by its blocks, without an index. What objects hold is kept in the data
// directory, so that each is scanned once.
func (a *analysis) scan(ctx context.Context, src *Opened, store source.Store) ([]source.Indexed, error) {
	a.Log.Warn("no block index: sessions are told apart by their windows, and nobody is known by name", "source", source.Name(src.Store))
	known := loadScans(a.DataDir, source.Name(src.Store))
	scans := scanned{}
	var todo []job
	for obj, err := range store.List(ctx, "") {
		if err != nil {
			if obj.Key == "" {
				return nil, err
			}
			continue // GroupBlocks lists again and counts it
		}
		if found, ok := known[stateOf(obj.Object)]; ok {
			scans[stateOf(obj.Object)] = found
			continue
		}
		todo = append(todo, job{source: src, Recording: source.Recording{Parts: []replay.Object{obj.Object}}})
	}
	done, refused, bytes := 0, 0, int64(0)
	for r := range inOrder(ctx, todo, a.workers(), a.scanOne) {
		obj := r.job.Parts[0]
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(r.err, posthog.ErrBlock), errors.Is(r.err, posthog.ErrLarge): // what lies in front of the damage counts
			a.summary.skip(string(format.BadBlock), src.Store.URL()+"/"+obj.Key, r.err)
		case r.err != nil: // the store's fault: tried again by the next run
			a.summary.skip(string(format.Unreadable), src.Store.URL()+"/"+obj.Key, r.err)
			if refused++; refused >= maxRefused {
				return nil, fmt.Errorf("%s failed for %d objects in a row, the last one: %w", src.Store.URL(), refused, r.err)
			}
			continue
		}
		refused = 0
		scans[stateOf(obj)] = scan{Key: obj.Key, Blocks: r.blocks}
		done, bytes = done+1, bytes+obj.Size
		a.progress(Progress{Stage: "finding sessions", Done: done, Total: len(todo), Bytes: bytes})
	}
	if len(todo) > 0 && a.DataDir != "" {
		if err := scans.save(a.DataDir, source.Name(src.Store)); err != nil {
			return nil, err
		}
	}
	var blocks []posthog.Located
	for _, s := range scans {
		for _, b := range s.Blocks {
			blocks = append(blocks, posthog.Located{Key: s.Key, Found: b})
		}
	}
	return posthog.Sessions(blocks), nil
}

// scanOne finds the blocks of one object.
func (a *analysis) scanOne(ctx context.Context, j job) result {
	rc, err := source.Resume(ctx, j.source.Store, j.Parts[0], source.Retry{})
	if err != nil {
		return result{job: j, err: err}
	}
	defer rc.Close()
	found, err := posthog.Scan(ctx, io.LimitReader(rc, cmp.Or(a.reading.MaxObjectBytes, format.DefaultOptions().MaxObjectBytes)), a.reading.Options)
	return result{job: j, blocks: found, err: err}
}

// scan is what one object holds; scanned has the objects of a source by their state.
type (
	scan struct {
		Key    string
		Blocks []posthog.Found
	}
	scanned map[string]scan
)

func stateOf(o replay.Object) string {
	return strings.Join([]string{o.Key, o.ETag, strconv.FormatInt(o.Size, 10)}, "\x00")
}

// A file of scans is a sealed one (docs/format/blocks.md). It can be deleted at any time.
const (
	scansFormat = "rankle-blocks"
	scansSchema = 1
)

func scansFile(dir, name string) string {
	sum := sha256.Sum256([]byte(name))
	return filepath.Join(dir, "blocks-"+hex.EncodeToString(sum[:8])+".json")
}

// loadScans returns what is known of the source of that name. A file that is missing, damaged or newer holds nothing:
// the objects are scanned again.
func loadScans(dir, name string) scanned {
	if dir == "" {
		return nil
	}
	var scans scanned
	if unseal(scansFile(dir, name), scansFormat, scansSchema, &scans) != nil {
		return nil
	}
	return scans
}

func (s scanned) save(dir, name string) error {
	if err := seal(scansFile(dir, name), scansFormat, scansSchema, s); err != nil {
		return fmt.Errorf("store scans: %w", err)
	}
	return nil
}
