package pipeline

import (
	"context"
	"iter"

	"github.com/rankle/rankle/replay/source"
)

const (
	// probeObjects is how far Probe lists: a page of most stores, and enough to see what a bucket holds.
	probeObjects = 1_000
	// probeRecordings is how many it reads: the first, one in the middle and the last of the listing.
	probeRecordings = 3
	// probeBytes is the largest recording that it reads, as stored: most are far smaller, and it should answer in seconds.
	probeBytes = 32 << 20
)

// Sample is what the first objects of a source look like.
type Sample struct {
	Objects    int // looked at, of at most a thousand
	Recordings int // that they make up
	Read       []Sampled
	Skipped    []source.Skipped // objects that are no part of a recording
}

// Sampled is one recording that was read.
type Sampled struct {
	Name   string
	Format string // what it was read as; "" if it was not
	Err    error  // why it could not be read
}

// Probe lists the first objects of a source and reads a few recordings among them, without storing anything. The error is
// that of listing, for which source.Hint may have advice.
func Probe(ctx context.Context, config Config, src Opened) (*Sample, error) {
	config.Keep = Keep{}
	a, err := newAnalysis(Options{Config: config, Sources: []Opened{src}, Workers: 1})
	if err != nil {
		return nil, err
	}
	first := src
	first.Store = beginning{src.Store}
	group, err := a.group(ctx, &first)
	if err != nil {
		return nil, err
	}
	out := &Sample{Objects: group.Objects, Recordings: len(group.Recordings), Skipped: group.Skipped}
	last := -1
	for i := range probeRecordings {
		at := i * (len(group.Recordings) - 1) / (probeRecordings - 1)
		if at <= last || at >= len(group.Recordings) || group.Recordings[at].Size() > probeBytes {
			continue
		}
		last = at
		r := a.readOne(ctx, job{source: &src, Recording: group.Recordings[at], index: a.indexes[src.Index.Path]})
		seen := Sampled{Name: r.job.name(), Err: r.err}
		if r.digest != nil {
			seen.Format = r.digest.Format
		}
		out.Read = append(out.Read, seen)
	}
	return out, ctx.Err()
}

// beginning is the first objects of a Store.
type beginning struct{ source.Store }

// List implements source.Store.
func (b beginning) List(ctx context.Context, prefix string) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		n := 0
		for o, err := range b.Store.List(ctx, prefix) {
			if n++; !yield(o, err) || n == probeObjects {
				return
			}
		}
	}
}
