// Package format turns the stored objects of one recording into a Session, whatever recorder wrote them.
//
//	Part ── open ──> strip containers by magic ──> sniff ──> one row of the table ──> rrweb.Builder ──> Session
//
// Call Decode for a Session and Events for the raw events. What an object is shows in its bytes; names, extensions
// and headers are never trusted, except for brotli, which has no magic and must be declared in Options.Dialect or by
// the extension ".br". A raw snappy block shows in its first line. The package starts no goroutines and keeps no state; calls are independent of each other.
package format

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/mobile"
	"github.com/rankle/rankle/replay/openreplay"
	"github.com/rankle/rankle/replay/rrweb"
)

// Part is one stored object of a recording.
type Part struct {
	Name string // key, for messages
	Size int64  // in bytes as stored, for making room at once; 0 = not known
	// Open starts reading from the beginning. Every reader is closed. Open may be called again.
	Open func() (io.ReadCloser, error)
}

// Options bounds and steers reading. The zero value of a field means its default.
type Options struct {
	rrweb.Options
	// MaxObjectBytes bounds one object as stored (compressed). 256 MiB: objects of 0.5 to 15 MB are normal.
	MaxObjectBytes int64
	// MaxRatio bounds how much larger an object may become by decompression. Recordings compress 4 to 30 times,
	// replicated ones 100 times; deflate ends at 1032. 400 lies between. Reaching it fails the object as a bomb.
	MaxRatio int64
	// Dialect declares what the objects are where their bytes cannot say.
	Dialect Dialect
}

// DefaultOptions returns the defaults that the fields of Options document.
func DefaultOptions() Options { return Options{}.withDefaults() }

const (
	defaultMaxObjectBytes = 256 << 20
	defaultMaxRatio       = 400
	// ratioFree is the decompressed size up to which no ratio is looked at: small objects of blanks are harmless.
	ratioFree = 4 << 20
)

func (o Options) withDefaults() Options {
	def := rrweb.DefaultOptions()
	if o.MaxBytes <= 0 {
		o.MaxBytes = def.MaxBytes
	}
	if o.MaxObjectBytes <= 0 {
		o.MaxObjectBytes = defaultMaxObjectBytes
	}
	if o.MaxRatio <= 0 {
		o.MaxRatio = defaultMaxRatio
	}
	return o
}

// Reason says why an object or recording was skipped. The values are stable: reports count by them.
type Reason string

const (
	TruncatedEmpty Reason = "truncated_empty"  // cut before the first complete event, or empty
	UnknownFormat  Reason = "unknown_format"   // no row of the table reads it
	NotARecording  Reason = "not_a_recording"  // JSON, but without events of a recorder
	TooLarge       Reason = "too_large"        // larger than a limit before the first event
	Bomb           Reason = "bomb"             // decompresses beyond Options.MaxRatio
	NoEvents       Reason = "no_events"        // a recording without events
	Encrypted      Reason = "encrypted"        // encrypted by its recorder; the key is not in the bucket
	Unreadable     Reason = "unreadable"       // the store could not deliver it
	Damaged        Reason = "damaged"          // nothing could be read behind its container
	BadValue       Reason = "malformed_events" // events are there but none could be read
	BadBlock       Reason = "bad_block"        // a compressed block that is read whole or not at all is cut or damaged
	ManySessions   Reason = "many_sessions"    // an object of many sessions that nothing tells apart
)

// SkipError says why nothing of an object or recording could be used, and what to do.
type SkipError struct {
	Reason Reason
	Object string // name of the Part, or of the recording when it has several
	Hint   string // what it is and what to do, a clause without a full stop
	Err    error  // cause, may be nil
}

func (e *SkipError) Error() string {
	s := fmt.Sprintf("%s: %s: %s", e.Object, e.Reason, e.Hint)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *SkipError) Unwrap() error { return e.Err }

// Decode reads the parts of one recording, in order, into a Session with the given id. Parts are joined event by
// event, so that a recording may be split over objects anywhere between two values. A part that cannot be used is left
// out and marked (replay.MarkMissingPart, replay.MarkTruncated) as long as another one holds events; otherwise the
// error is a *SkipError. Any other error means that ctx ended.
func Decode(ctx context.Context, id string, parts []Part, opt Options) (*replay.Session, error) {
	s, _, err := DecodeStats(ctx, id, parts, opt)
	return s, err
}

// Stats says what reading cost and met.
type Stats struct {
	Stored  int64       // bytes read from the parts
	Raw     int64       // bytes after decompression
	Events  int         // events read, before repeats were dropped
	Skipped []SkipError // parts that were left out
}

// DecodeStats is Decode, and says what it read. Stats are valid beside an error as well.
func DecodeStats(ctx context.Context, id string, parts []Part, opt Options) (*replay.Session, Stats, error) {
	return new(Reader).Decode(ctx, id, parts, opt)
}

// Reader decodes one recording after the other with the memory of the last, which is most of what reading costs beside
// decompression. The zero value is ready. A Reader is for one goroutine at a time; its sessions stay valid unless lent.
type Reader struct{ memory memory }

// Decode is DecodeStats.
func (r *Reader) Decode(ctx context.Context, id string, parts []Part, opt Options) (*replay.Session, Stats, error) {
	return r.decode(ctx, id, parts, opt, (*rrweb.Builder).Session)
}

// Lend is Decode for a session that is only looked at before the next call: it lies in memory that is used again.
func (r *Reader) Lend(ctx context.Context, id string, parts []Part, opt Options) (*replay.Session, Stats, error) {
	return r.decode(ctx, id, parts, opt, (*rrweb.Builder).Lend)
}

func (r *Reader) decode(ctx context.Context, id string, parts []Part, opt Options, session func(b *rrweb.Builder, id, format string) *replay.Session) (*replay.Session, Stats, error) {
	opt = opt.withDefaults()
	b := r.memory.build(opt.Options)
	rd := &reader{ctx: ctx, opt: opt, left: opt.MaxBytes, mark: b.Mark, format: formatRRWeb, builder: b, memory: &r.memory}
	err := rd.all(parts, b.Add)
	if err == nil && b.Foreign() {
		// Once more, through a translation that ordinary recordings need not pay for.
		b = r.memory.build(opt.Options)
		rd = &reader{ctx: ctx, opt: opt, left: opt.MaxBytes, mark: b.Mark, format: formatRRWeb, memory: &r.memory}
		err = rd.translated(parts, false, b.Add)
	}
	if err != nil {
		return nil, rd.stats, err
	}
	if rd.stats.Events == 0 {
		return nil, rd.stats, rd.nothing(id)
	}
	rd.in, rd.text, rd.plain = nil, nil, nil // the Builder alone holds a large text, and gives it back
	r.memory.sniffed(nil)
	s := session(b, id, opt.Dialect.named(rd.format))
	rd.apply(s)
	return s, rd.stats, nil
}

// Events calls f for every event of the parts, in stored order and unpacked, after the same checks as Decode. Those of
// native applications come as the events of a page, in order of time (package mobile). An
// event is only valid during the call. It stops at the first error of f and returns it.
func Events(ctx context.Context, parts []Part, opt Options, f func(rrweb.Event) error) error {
	opt = opt.withDefaults()
	rd := &reader{ctx: ctx, opt: opt, left: opt.MaxBytes, mark: func(replay.Mark) {}, format: formatRRWeb, memory: &memory{max: opt.MaxBytes}}
	if err := rd.translated(parts, true, f); err != nil {
		return err
	}
	if rd.stats.Events == 0 {
		return rd.nothing("")
	}
	return nil
}

// reader reads the parts of one recording.
type reader struct {
	ctx    context.Context
	opt    Options
	left   int64 // decompressed bytes still allowed
	mark   func(replay.Mark)
	format string
	stats  Stats
	in     *stored // of the part being read
	size   int     // of its text as far as known, or 0
	text   []byte  // ... all of it, if it was decompressed at once
	plain  *plain  // ... what was read of it
	memory *memory
	// builder takes the events of Decode; nil when somebody else does. Texts that need no translation are scanned in its
	// memory, see readPlain.
	builder *rrweb.Builder
	// mobs collects the messages of the parts that OpenReplay wrote, nil when there were none.
	mobs *openreplay.Recording
	// mobsObject is the first of these parts.
	mobsObject string
	segments   []int          // numbers of Sentry's segments, where they say it
	filter     *mobile.Filter // what events pass through, nil where they do not
	pictures   bool           // what is only there to be looked at is read as well
	native     bool           // OpenReplay recorded a native application
}

// translated is all for recordings that may be those of native applications.
func (rd *reader) translated(parts []Part, pictures bool, f func(rrweb.Event) error) error {
	rd.pictures = pictures
	through, finish := rd.translate(pictures, f)
	if err := rd.each(parts, through); err != nil {
		return err
	}
	if err := finish(); err != nil {
		return err
	}
	return rd.finishOpenReplay(f)
}

// all reads every part and hands out what can only be told once all are read.
func (rd *reader) all(parts []Part, f func(rrweb.Event) error) error {
	if err := rd.each(parts, f); err != nil {
		return err
	}
	return rd.finishOpenReplay(f)
}

// each reads every part and collects the ones that had to be left out.
func (rd *reader) each(parts []Part, f func(rrweb.Event) error) error {
	defer rd.lostSegments()
	for _, part := range parts {
		if err := rd.ctx.Err(); err != nil {
			return err
		}
		if !rd.pictures && isPictures(part.Name) {
			continue
		}
		err := rd.part(part, f)
		var skip *SkipError
		switch {
		case err == nil:
		case errors.Is(err, rrweb.ErrFull):
			return nil
		case errors.As(err, &skip):
			rd.stats.Skipped = append(rd.stats.Skipped, *skip)
			switch {
			case skip.Reason == Unreadable:
				// A session without the part that a store kept back this time would be taken for the whole.
				return skip
			case skip.Reason == TooLarge || skip.Reason == Bomb:
				rd.mark(replay.MarkLimit)
			case len(parts) > 1:
				rd.mark(replay.MarkMissingPart)
			}
		default:
			return err
		}
		if rd.left <= 0 || rd.builder != nil && rd.builder.Foreign() {
			return nil // full, or to be read again
		}
	}
	return nil
}

// nothing is the error of a recording without any event: that of its first part, or that it had none.
func (rd *reader) nothing(id string) error {
	if len(rd.stats.Skipped) > 0 {
		return &rd.stats.Skipped[0]
	}
	return &SkipError{Reason: NoEvents, Object: id, Hint: "no event in any of its objects; check the key pattern that groups objects"}
}

// part reads one object. Bytes before damage count: a *SkipError means that no event came out of it.
func (rd *reader) part(part Part, f func(rrweb.Event) error) error {
	rc, err := part.Open()
	if err != nil {
		if rd.ctx.Err() != nil {
			return rd.ctx.Err()
		}
		return &SkipError{Reason: Unreadable, Object: part.Name, Hint: "the store did not deliver it; the next run tries again", Err: err}
	}
	defer rc.Close()
	rd.size = 0
	in := rd.load(part, rc)
	rd.in, rd.text = in, nil
	defer func() {
		rd.stats.Stored += in.n
		rd.memory.keep(in.data)
	}()
	plain, closer, err := strip(part.Name, in, rd)
	if err != nil {
		if rd.ctx.Err() != nil {
			return rd.ctx.Err()
		}
		return err
	}
	defer closer()
	return rd.dispatch(part.Name, plain, f)
}
