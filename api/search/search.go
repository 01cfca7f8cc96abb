// Package search finds sessions by words, screen, pattern, device, version, user and the like.
//
// Build an Index from Digests and call Search. The index is a cache over the ledger and never the truth: it holds
// nothing but session ids and the terms to find them by, and a damaged one is built again. It holds nothing that a
// Digest does not hold, so nothing a user typed. It is the only package that imports bleve.
package search

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

const (
	// batchSize bounds the memory of a build: at 1000 documents a batch the peak of 200,000 sessions was 321 MB, at
	// 10,000 it was 769 MB and hardly faster.
	batchSize = 1000
	// lockTimeout ends the wait for an index that another process has open for writing. Without it bleve waits forever.
	lockTimeout = "2s"
	// schema names the layout of a document; a change makes older indexes unreadable and so rebuilt.
	schema = "v2"
	// asideSuffix marks a build that was not finished.
	asideSuffix = ".partial"
)

// ErrNoIndex means that Open found no usable index: none was built for the name, or it is damaged or of another
// version. Build makes one.
var ErrNoIndex = errors.New("no usable search index")

// Options say how terms are derived from a Digest. All functions must be pure; they are called from one goroutine.
type Options struct {
	// Screen names the screen as the report does, e.g. "/product/:id". nil = the recorded path.
	Screen func(replay.Screen) string
	// Issue gives the key of the issue that an episode belongs to, "" for none. nil = sessions cannot be found by issue.
	Issue func(d *friction.Digest, episode int) string
	// Goals gives the goals that a session reached. nil = sessions cannot be found by goal.
	Goals func(d *friction.Digest) []string
}

// Index finds sessions. It is safe for concurrent use; Close waits for nobody, so call it after the last Search.
type Index struct {
	bleve bleve.Index
	size  int
	// all are the facets of the Query without conditions, once it was asked: of a million sessions counting them takes four
	// times as long as finding the newest, and every look at the sessions begins there.
	all atomic.Pointer[map[string][]Count]
}

// Build indexes the digests. With dir == "" the index lives in memory; else it is written aside and renamed to a
// folder of dir called after name, a name of the data such as the run's, and indexes of other names are removed.
// The first error of digests ends the build. Digests are not kept.
func Build(ctx context.Context, dir, name string, digests iter.Seq2[*friction.Digest, error], opts Options) (*Index, error) {
	if dir == "" {
		ix, err := bleve.NewUsing("", newMapping(), scorch.Name, scorch.Name, nil)
		if err != nil {
			return nil, fmt.Errorf("make search index in memory: %w", err)
		}
		if err := fill(ctx, ix, digests, opts); err != nil {
			return nil, errors.Join(err, ix.Close())
		}
		return wrap(ix)
	}
	final, err := pathOf(dir, name)
	if err != nil {
		return nil, err
	}
	if err := build(ctx, final, digests, opts); err != nil {
		return nil, err
	}
	if err := removeOthers(dir, filepath.Base(final)); err != nil {
		return nil, err
	}
	return Open(dir, name)
}

// build writes the index aside and renames it to final.
func build(ctx context.Context, final string, digests iter.Seq2[*friction.Digest, error], opts Options) error {
	aside := final + asideSuffix
	for _, old := range []string{aside, final} {
		if err := os.RemoveAll(old); err != nil {
			return fmt.Errorf("remove old search index: %w", err)
		}
	}
	if err := os.MkdirAll(filepath.Dir(final), 0o755); err != nil {
		return fmt.Errorf("make search folder: %w", err)
	}
	ix, err := bleve.NewUsing(aside, newMapping(), scorch.Name, scorch.Name, map[string]any{"bolt_timeout": lockTimeout})
	if err != nil {
		return fmt.Errorf("make search index %s: %w", aside, err)
	}
	if err := errors.Join(fill(ctx, ix, digests, opts), ix.Close()); err != nil {
		return errors.Join(err, os.RemoveAll(aside))
	}
	if err := os.Rename(aside, final); err != nil {
		return fmt.Errorf("move search index in place: %w", err)
	}
	return nil
}

// Open opens the index that Build made in dir for name. Several processes may have it open. Any reason not to use it
// comes back as ErrNoIndex.
func Open(dir, name string) (*Index, error) {
	path, err := pathOf(dir, name)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoIndex, err)
	}
	ix, err := bleve.OpenUsing(path, map[string]any{"bolt_timeout": lockTimeout, "read_only": true})
	if err != nil {
		return nil, fmt.Errorf("%w: open %s: %w", ErrNoIndex, path, err)
	}
	return wrap(ix)
}

// pathOf keeps hostile names inside dir.
func pathOf(dir, name string) (string, error) {
	if name == "" || strings.ContainsAny(name, `/\:`) || strings.HasPrefix(name, ".") {
		return "", fmt.Errorf("search index name %q: must be a plain file name", name)
	}
	return filepath.Join(dir, schema+"-"+name), nil
}

// removeOthers removes what earlier builds left in dir. Indexes still open elsewhere stay readable until closed, as
// far as the system lets one remove an open file.
func removeOthers(dir, keep string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("list search folder: %w", err)
	}
	for _, e := range entries {
		if e.Name() == keep || !e.IsDir() {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return fmt.Errorf("remove old search index: %w", err)
		}
	}
	return nil
}

func wrap(ix bleve.Index) (*Index, error) {
	n, err := ix.DocCount()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: count documents: %w", ErrNoIndex, err), ix.Close())
	}
	return &Index{bleve: ix, size: int(n)}, nil
}

// Len is the number of sessions in the index.
func (x *Index) Len() int { return x.size }

// Close releases the index.
func (x *Index) Close() error { return x.bleve.Close() }

func fill(ctx context.Context, ix bleve.Index, digests iter.Seq2[*friction.Digest, error], opts Options) error {
	batch := ix.NewBatch()
	flush := func() error {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("build search index: %w", err)
		}
		if err := ix.Batch(batch); err != nil {
			return fmt.Errorf("build search index: %w", err)
		}
		batch.Reset()
		return nil
	}
	for d, err := range digests {
		if err != nil {
			return fmt.Errorf("build search index: %w", err)
		}
		if d.Session == "" {
			continue // cannot be named in an answer
		}
		if err := batch.Index(d.Session, document(d, opts)); err != nil {
			return fmt.Errorf("index session %q: %w", d.Session, err)
		}
		if batch.Size() >= batchSize {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// Search returns the sessions that match q, newest first. A *QueryError says what is wrong with q in words for the
// person who typed it.
func (x *Index) Search(ctx context.Context, q Query) (*Result, error) {
	query, err := compile(q)
	if err != nil {
		return nil, err
	}
	limit := q.Limit
	if limit <= 0 {
		limit = DefaultLimit
	}
	limit = min(limit, MaxLimit)
	req := bleve.NewSearchRequestOptions(query, limit, 0, false)
	req.Score = "none"
	req.SortBy([]string{fieldOrder})
	if q.After != "" {
		after, err := decodeCursor(q.After)
		if err != nil {
			return nil, err
		}
		req.SetSearchAfter([]string{after})
	}
	counted := x.all.Load()
	if !q.all() || counted == nil {
		for _, f := range FacetFields {
			req.AddFacet(f, bleve.NewFacetRequest(f, facetSize))
		}
	}
	res, err := x.bleve.SearchInContext(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("search sessions: %w", err)
	}
	out := &Result{Total: int(res.Total), Sessions: make([]string, 0, len(res.Hits))}
	switch {
	case !q.all():
		out.Facets = facets(res)
	case counted != nil:
		out.Facets = *counted
	default:
		out.Facets = facets(res)
		x.all.Store(&out.Facets)
	}
	for _, h := range res.Hits {
		out.Sessions = append(out.Sessions, h.ID)
	}
	if n := len(res.Hits); n == limit && len(res.Hits[n-1].Sort) == 1 {
		out.Next = encodeCursor(res.Hits[n-1].Sort[0])
	}
	return out, nil
}

// orderOf sorts sessions newest first, then by id, as one keyword: a total order to go on from after a page.
func orderOf(start time.Time, id string) string {
	return orderAt(start) + " " + id
}

// orderAt comes before the order of every session that starts then, and after that of every one that starts later.
func orderAt(start time.Time) string { return fmt.Sprintf("%019d", maxMilli-start.UnixMilli()) }

// maxMilli is the epoch millisecond of the year 9999, so that the difference stays positive for every time that
// RFC 3339 can state.
const maxMilli = 253402300799999
