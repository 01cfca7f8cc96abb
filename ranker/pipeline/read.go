package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/format"
	"github.com/rankle/rankle/replay/manifest"
	"github.com/rankle/rankle/replay/posthog"
	"github.com/rankle/rankle/replay/source"
)

// maxSidecar bounds a sidecar: the contract's fields take less than 1 kB, real ones with attributes a few.
const maxSidecar = 1 << 20

// maxRefused is how many recordings in a row a store may fail to deliver before the run ends: fewer can be chance (a
// burst of deleted or rewritten objects), more means that the store is gone or the key expired, and every further one
// would cost its retries, seconds each.
const maxRefused = 50

// read is the first loop: every recording that the ledger does not know in its present state is read once.
func (a *analysis) read(ctx context.Context, jobs []job) (err error) {
	unread := make([]*job, 0, len(jobs))
	for i := range jobs {
		if !a.known(jobs[i]) {
			unread = append(unread, &jobs[i])
		}
	}
	if len(unread) == 0 {
		return nil
	}
	defer func() { err = errors.Join(err, a.forgotten.save(a.DataDir)) }()
	var (
		open  batch
		done  int
		bytes int64
		since = a.Now()
	)
	readOne := func(ctx context.Context, j *job) result { return a.readOne(ctx, *j) }
	for r := range inOrder(ctx, unread, a.workers(), readOne) {
		if err := a.keep(&open, r); err != nil {
			return errors.Join(err, open.flush(context.WithoutCancel(ctx), a.ledger))
		}
		done++
		bytes += r.job.Size()
		a.progress(Progress{Stage: StageReading, Done: done, Total: len(unread), Bytes: bytes})
		if open.full() || a.Now().Sub(since) >= batchPause {
			if err := open.flush(ctx, a.ledger); err != nil {
				return err
			}
			since = a.Now()
		}
	}
	return errors.Join(ctx.Err(), open.flush(context.WithoutCancel(ctx), a.ledger))
}

// known reports whether the ledger has the recording in its present state, read or skipped.
func (a *analysis) known(j job) bool {
	skips := a.skipFingerprint(j.source)
	return a.ledger.Read(j.name(), j.objects(), a.fingerprint) || a.ledger.Skipped(j.name(), j.objects(), skips) ||
		!a.since.IsZero() && a.ledger.Skipped(j.name(), j.objects(), a.expiredFingerprint(j.source))
}

// skipFingerprint names the settings under which a recording of the source was found unreadable: those of the digests,
// and the dialect that is declared. What was read without is read the same with it, but what was not may be.
func (a *analysis) skipFingerprint(src *Opened) string {
	if src.Dialect == format.Sniff {
		return a.fingerprint
	}
	base, _ := nameless(a.fingerprint)
	return hash(base, string(src.Dialect)) + a.names.suffix()
}

// result is what became of one recording: a digest or the reason why not.
type result struct {
	job    job
	digest *friction.Digest
	blocks []posthog.Found // of an object that was only scanned
	err    error
}

// batch is what waits to be written.
type batch struct {
	digests []friction.Digest
	skips   []ledger.Skip
	bytes   int // of memory, about
}

func (b *batch) add(d *friction.Digest) {
	b.digests = append(b.digests, *d)
	b.bytes += d.Size()
}

// skipBytes is about what a skip takes: its texts and one or two objects.
const skipBytes = 500

func (b *batch) skip(s ledger.Skip) {
	b.skips = append(b.skips, s)
	b.bytes += skipBytes
}

func (b *batch) full() bool { return b.bytes >= batchBytes }

func (b *batch) flush(ctx context.Context, led *ledger.Ledger) error {
	if len(b.digests) > 0 {
		if err := led.Append(ctx, b.digests); err != nil {
			return err
		}
	}
	if len(b.skips) > 0 {
		if err := led.AppendSkips(ctx, b.skips); err != nil {
			return err
		}
	}
	clear(b.digests)
	clear(b.skips)
	b.digests, b.skips, b.bytes = b.digests[:0], b.skips[:0], 0
	return nil
}

// keep sorts a result into the batch. What may be different at the next run (a store out of order, a recording still
// being written) is counted and not remembered, so that it is tried again.
func (a *analysis) keep(b *batch, r result) error {
	if r.err == nil {
		a.refused = 0
		if a.expired(r.digest.Start) {
			b.skip(a.tombstone(r.job))
			return nil
		}
		b.add(r.digest)
		a.summary.fresh++
		return nil
	}
	if errors.Is(r.err, context.Canceled) || errors.Is(r.err, source.ErrHandles) {
		return r.err // nothing that this recording could help
	}
	if errors.Is(r.err, errForgotten) {
		a.forgotten.addRecording(r.job.name())
		a.summary.add(forgottenReason, 1, "")
		return nil
	}
	a.Log.Debug("recording skipped", "recording", r.job.name(), "cause", r.err)
	var skip *format.SkipError
	if reason := passingReason(r.err); reason != "" || !errors.As(r.err, &skip) {
		a.summary.skip(cmp.Or(reason, string(format.Unreadable)), r.job.name(), r.err)
		if a.refused++; a.refused >= maxRefused {
			return fmt.Errorf("%s failed for %d recordings in a row, the last one: %w", r.job.source.Store.URL(), a.refused, r.err)
		}
		return nil
	}
	b.skip(ledger.Skip{
		Recording: r.job.name(), Source: r.job.source.Store.URL(), Reason: string(skip.Reason),
		Detail: skip.Error(), Objects: r.job.objects(), Fingerprint: a.skipFingerprint(r.job.source),
	})
	return nil
}

// passingReason names a failure of the store, which may be over at the next run; "" for anything else.
func passingReason(err error) string {
	for _, r := range []struct {
		err  error
		name string
	}{
		{source.ErrNotFound, "object_gone"},
		{source.ErrChanged, "object_changed"},
		{source.ErrAccess, "access_denied"},
		{source.ErrArchived, "archived"},
		{source.ErrUnreachable, "store_unreachable"},
		{source.ErrUnavailable, "store_unavailable"},
	} {
		if errors.Is(err, r.err) {
			return r.name
		}
	}
	var skip *format.SkipError
	if errors.As(err, &skip) && skip.Reason == format.Unreadable {
		return string(format.Unreadable)
	}
	return ""
}

// desk is what reading a recording needs and the next one uses again: most of the cost of a small one is memory.
type desk struct {
	reader   format.Reader
	detector *friction.Detector
}

// desks are the ones that nobody works at. There are never more than recordings are read at once. Safe for concurrent use.
type desks struct {
	mu   sync.Mutex
	free []*desk
}

func (d *desks) take(settings friction.Settings) *desk {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := len(d.free); n > 0 {
		w := d.free[n-1]
		d.free = d.free[:n-1]
		return w
	}
	return &desk{detector: friction.NewDetector(settings)}
}

func (d *desks) leave(w *desk) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.free = append(d.free, w)
}

// readOne reads one recording into a Digest.
func (a *analysis) readOne(ctx context.Context, j job) result {
	w := a.desks.take(a.detection)
	defer a.desks.leave(w)
	session, err := j.decode(ctx, &w.reader, a.reading)
	if err != nil {
		return result{job: j, err: err}
	}
	if a.forgotten.person(a.tables.userOf(session.ID, session.Context)) {
		return result{job: j, err: errForgotten}
	}
	d := w.detector.Detect(session)
	if a.names != nil {
		d.Context.User = a.names.Name(d.Context.User)
	}
	d.Recording = j.name()
	d.Source = j.source.Store.URL()
	d.Objects = j.objects()
	d.Fingerprint = a.fingerprint
	return result{job: j, digest: d}
}

// Detect reads the recordings of the sources with the detection settings of config, without storing anything, and yields a Digest or an error for each, in
// the order of their keys, after an error for each reason for which objects are no part of any recording. The errors
// of the sources, when none can be listed, are all there is.
func Detect(ctx context.Context, config Config, sources []Opened, workers int) iter.Seq2[*friction.Digest, error] {
	return func(yield func(*friction.Digest, error) bool) {
		a, err := newAnalysis(Options{Config: config, Sources: sources, Workers: workers})
		if err != nil {
			yield(nil, err)
			return
		}
		jobs, err := a.list(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, c := range a.summary.read(0).Skipped {
			if !yield(nil, a.summary.leftOut(c)) {
				return
			}
		}
		for r := range inOrder(ctx, jobs, a.workers(), a.readOne) {
			if !yield(r.digest, r.err) {
				return
			}
		}
	}
}

// decode reads the recording and gives it the identity that its sidecar and its key state. The session is valid until r
// reads the next one.
func (j job) decode(ctx context.Context, r *format.Reader, opt format.Options) (*replay.Session, error) {
	record, err := j.sidecar(ctx)
	if err != nil {
		return nil, err
	}
	id := j.ID
	if record.Session != "" {
		id = record.Session
	}
	session, _, err := r.Lend(ctx, id, j.parts(ctx), j.source.options(opt))
	if err != nil {
		return nil, err
	}
	if j.Missing > 0 {
		session.Mark(replay.MarkMissingPart)
	}
	record.Apply(session)
	return session, nil
}

// sidecar is what is said of the recording beside it: by its sidecar, the block index and its key, the first that knows a
// field first.
func (j job) sidecar(ctx context.Context) (manifest.Record, error) {
	fields, err := manifest.Fields(j.Fields)
	if err != nil {
		return manifest.Record{}, &format.SkipError{Reason: "bad_key_fields", Object: j.name(), Hint: "the key pattern took from its key what cannot be used; correct key_pattern", Err: err}
	}
	if j.index != nil {
		// A later index may not name the session any more, so that its Digest must know by itself.
		record, _ := j.index.Lookup(j.ID)
		fields = record.Merge(fields)
	}
	if j.Sidecar == nil {
		return fields, nil
	}
	data, err := source.ReadSmall(ctx, j.source.Store, *j.Sidecar, maxSidecar, source.Retry{})
	if err != nil {
		return manifest.Record{}, err
	}
	record, err := manifest.Sidecar(data)
	if err != nil && !record.Partial {
		return manifest.Record{}, &format.SkipError{Reason: "bad_sidecar", Object: j.source.Store.URL() + "/" + j.Sidecar.Key, Hint: "correct the sidecar or remove it", Err: err}
	}
	return record.Merge(fields), nil
}

// parts opens the objects of the recording, in order, each across broken connections.
func (j job) parts(ctx context.Context) []format.Part {
	parts := make([]format.Part, len(j.Parts))
	for i, obj := range j.Parts {
		parts[i] = format.Part{
			Name: j.source.Store.URL() + "/" + obj.Key,
			Size: obj.Size,
			Open: func() (io.ReadCloser, error) {
				return source.Resume(ctx, j.source.Store, obj, source.Retry{})
			},
		}
	}
	return parts
}

// objects are the stored objects that decide what the Digest says, the sidecar included.
func (j job) objects() []replay.Object {
	objects := j.Parts
	if j.Sidecar != nil {
		objects = append(objects[:len(objects):len(objects)], *j.Sidecar)
	}
	return objects
}
