package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/clip"
	"github.com/rankle/rankle/replay/format"
	"github.com/rankle/rankle/replay/source"
)

// Recordings finds the stored recording of a session and cuts playable events out of it. It is safe for concurrent use.
type Recordings struct {
	Ledger  *ledger.Ledger
	Digests string // fingerprint, as Result.Digests
	Sources []Opened
	Reading format.Options // as the analysis read them, see Config.Reading
	// Evidence adds what the manifests and people say; nil = Digests are as the recordings and sidecars made them.
	Evidence *Evidence
}

// ErrNoSource means that a session was read from a source that is not open now.
var ErrNoSource = errors.New("its source is not configured")

// Get returns the Digest of a session; fs.ErrNotExist if there is none.
func (r *Recordings) Get(ctx context.Context, session string) (*friction.Digest, error) {
	d, err := r.Ledger.Get(ctx, session, r.Digests)
	if errors.Is(err, ledger.ErrNotFound) {
		err = fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	if err == nil && r.Evidence != nil {
		r.Evidence.complete(d)
	}
	return d, err
}

// Events writes the events of a session between two offsets from its start as the viewer plays them, see package clip;
// to == 0 means the whole session, a negative window the one that is used at from. The error wraps fs.ErrNotExist when
// the session is unknown or its recording gone, ErrNoSource when its source is not configured, source.ErrChanged when
// the recording was rewritten since it was read. After an error nothing that was written may be used.
func (r *Recordings) Events(ctx context.Context, w io.Writer, session string, from, to time.Duration, window int) error {
	d, err := r.Get(ctx, session)
	if err != nil {
		return err
	}
	src := r.source(d)
	if src == nil {
		return fmt.Errorf("session %s was read from %s: %w", session, d.Source, ErrNoSource)
	}
	if window < 0 {
		window = windowAt(d, from)
	}
	j := job{source: src, Recording: source.Recording{ID: d.Session, Parts: recordingParts(d)}}
	req := clip.Request{Window: window, Options: src.options(r.Reading)}
	if to != 0 {
		req.From, req.To = d.Start.Add(from).UnixMilli(), d.Start.Add(to).UnixMilli()
	}
	_, err = clip.Cut(ctx, w, j.parts(ctx), req)
	if errors.Is(err, source.ErrNotFound) {
		err = fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	return err
}

// source is the open source that covers what the session was read from, or nil. Several may share a URL.
func (r *Recordings) source(d *friction.Digest) *Opened {
	for i := range r.Sources {
		if covers(source.Name(r.Sources[i].Store), d) {
			return &r.Sources[i]
		}
	}
	return nil
}

// windowAt is the window of the last screen that was entered by then.
func windowAt(d *friction.Digest, at time.Duration) int {
	window := 0
	for _, v := range d.Visits {
		if v.At <= at {
			window = int(v.Window)
		}
	}
	return window
}

// recordingParts are the objects of a Digest without the sidecar.
func recordingParts(d *friction.Digest) []replay.Object {
	return slices.DeleteFunc(slices.Clone(d.Objects), func(o replay.Object) bool { return source.IsSidecar(o.Key) })
}
