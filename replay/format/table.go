package format

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/rrweb"
)

// Names of formats, as in replay.Session.Format.
const (
	formatRRWeb        = "rrweb"
	formatPostHog      = "posthog"
	formatSentry       = "sentry"
	formatHighlight    = "highlight"
	formatSentryMobile = "sentry-mobile"
	// Messages of OpenReplay are binary and come before the table: see openreplay.go.
	formatOpenReplay = "openreplay"
)

// row is one format: how its text begins, and how it is read.
type row struct {
	name  string
	sniff func(head []byte) bool
	read  func(rd *reader, object string, r *bufio.Reader, f func(rrweb.Event) error) error
	// hint explains a format that is known and not read.
	hint string
}

// table holds all formats in the order in which they are tried. The head is what follows the stripped containers,
// without leading white space.
var table = []row{
	{name: formatSentryMobile, sniff: isSentryPack, read: readSentryPack},
	{name: formatSentry, sniff: isSentrySDK, read: readSentrySDK},
	{name: formatPostHog, sniff: isPostHogLine, read: readWhole},
	{name: "datadog", sniff: isDatadog,
		hint: "looks like a Datadog segment; its records are not rrweb events"},
	{name: "highlight-raw", sniff: isRedisGob,
		hint: "is what Highlight buffers of a session that is not finished; its session-contents-compressed holds the events"},
	{name: formatHighlight, sniff: isHighlight, read: readWhole},
	{name: formatRRWeb, sniff: isJSON, read: readWhole},
}

// dispatch finds the row of a text and reads it.
func (rd *reader) dispatch(object string, r *bufio.Reader, f func(rrweb.Event) error) error {
	if rd.isOpenReplay(r) {
		return rd.readOpenReplay(object, r)
	}
	head, err := head(r)
	if len(head) == 0 {
		if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
			return rd.readError(object, err)
		}
		return &SkipError{Reason: TruncatedEmpty, Object: object, Hint: "nothing was written to it, or it is cut before the first event; upload it again or remove it"}
	}
	for _, row := range table {
		if !row.sniff(head) {
			continue
		}
		if row.read == nil {
			return &SkipError{Reason: UnknownFormat, Object: object, Hint: row.hint}
		}
		before := rd.stats.Events
		err := row.read(rd, object, r, f)
		if rd.stats.Events > before && before == 0 {
			rd.format = row.name
		}
		rd.compare(row.name, before)
		return err
	}
	if isMessageFile(object) {
		return rd.readInside(object, r)
	}
	return &SkipError{Reason: UnknownFormat, Object: object,
		Hint: "its bytes match no known recording format; if it is compressed with brotli, let its name end in .br; if it is encrypted, decrypt it; else exclude it from the prefix"}
}

// head skips white space and a byte order mark and returns the start of the text without consuming it.
func head(r *bufio.Reader) ([]byte, error) {
	for {
		c, err := r.ReadByte()
		if err != nil {
			return nil, err
		}
		switch c {
		case ' ', '\t', '\r', '\n', 0x1e:
			continue
		case 0xef:
			if next, _ := r.Peek(2); string(next) == "\xbb\xbf" {
				_, err := r.Discard(2)
				if err != nil {
					return nil, err
				}
				continue
			}
		}
		if err := r.UnreadByte(); err != nil {
			return nil, err
		}
		b, err := r.Peek(sniffLen)
		if err == bufio.ErrBufferFull {
			err = nil
		}
		return b, err
	}
}

func isJSON(head []byte) bool {
	switch head[0] {
	case '[', '{', '"':
		return true
	}
	// A JavaScript assignment: "const events = [" within the first lines of a text.
	at := bytes.IndexAny(head, "[{")
	if at < 0 || bytes.IndexByte(head[:at], 0) >= 0 {
		return false
	}
	left := bytes.TrimRight(head[:at], " \t\r\n(")
	return bytes.HasSuffix(left, []byte("=")) || bytes.HasSuffix(left, []byte("export default")) ||
		bytes.HasPrefix(left, []byte("//")) || bytes.HasPrefix(left, []byte("/*"))
}

// isPostHogLine: ["window", {…}] or {"window_id": …, "data": […]}.
func isPostHogLine(head []byte) bool {
	if bytes.HasPrefix(head, []byte(`{"window_id":`)) {
		return true
	}
	if !bytes.HasPrefix(head, []byte(`["`)) {
		return false
	}
	rest := head[2:]
	end := bytes.IndexByte(rest, '"')
	if end < 1 || end > 64 || rest[0] == '{' || rest[0] == 'x' || rest[0] == '\\' {
		return false
	}
	rest = bytes.TrimLeft(rest[end+1:], " ")
	return bytes.HasPrefix(rest, []byte(",{")) || bytes.HasPrefix(rest, []byte(", {"))
}

// compactHead removes white space from the first n bytes.
func compactHead(head []byte, n int) []byte {
	out := make([]byte, 0, n)
	for _, c := range head {
		if len(out) == n {
			break
		}
		if c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			out = append(out, c)
		}
	}
	return out
}

// isDatadog: a segment object whose records carry no events of rrweb's envelope.
func isDatadog(head []byte) bool {
	return head[0] == '{' && bytes.Contains(head, []byte(`"records"`)) && bytes.Contains(head, []byte(`"records_count"`))
}

// readWhole is readPlain for the text of an object from its start.
func readWhole(rd *reader, object string, r *bufio.Reader, f func(rrweb.Event) error) error {
	if rd.builder == nil || rd.text == nil {
		return readPlain(rd, object, r, f)
	}
	rest := int64(len(rd.text)) - rd.plain.n // the start was read to know what it is
	rd.left -= rest
	rd.stats.Raw += rest
	tally, err := rd.builder.ScanText(rd.ctx, rd.text)
	return rd.scanned(object, tally, err)
}

// readPlain is readJSON for texts whose events are taken as they stand: f must be the one that dispatch was given.
func readPlain(rd *reader, object string, r *bufio.Reader, f func(rrweb.Event) error) error {
	if rd.builder == nil {
		return readJSON(rd, object, r, f)
	}
	tally, err := rd.builder.Scan(rd.ctx, r, rd.size)
	return rd.scanned(object, tally, err)
}

// scanned judges what the Builder's own reading of a text came to.
func (rd *reader) scanned(object string, tally rrweb.Tally, err error) error {
	if errors.Is(err, rrweb.ErrFull) || rd.ctx.Err() != nil {
		return rd.read(object, tally, nil, err)
	}
	return rd.read(object, tally, err, nil)
}

// readJSON reads rrweb events in any of their JSON containers and calls f for each.
func readJSON(rd *reader, object string, r *bufio.Reader, f func(rrweb.Event) error) error {
	checked := 0
	var stopped error
	tally, err := rrweb.Scan(r, rd.opt.Options, func(e rrweb.Event) error {
		if checked++; checked%1024 == 0 && rd.ctx.Err() != nil {
			stopped = rd.ctx.Err()
			return stopped
		}
		if err := f(e); err != nil {
			stopped = err
			return err
		}
		return nil
	})
	return rd.read(object, tally, err, stopped)
}

// read judges what reading a text came to: err is how the text ended, stopped why nobody wanted the rest.
func (rd *reader) read(object string, tally rrweb.Tally, err, stopped error) error {
	rd.stats.Events += tally.Events
	if stopped != nil {
		return stopped
	}
	if tally.Bad > 0 && tally.Events > 0 {
		rd.mark(replay.MarkBadEvents)
	}
	if tally.Oversize > 0 {
		rd.mark(replay.MarkLimit)
	}
	if tally.Truncated {
		rd.mark(replay.MarkTruncated)
	}
	if err != nil {
		return rd.broken(object, err, tally.Events)
	}
	return emptyReason(object, tally)
}

// broken judges an error in the middle of a text of which something was read: what came before stays and is marked. It is the
// object's error if nothing did, or if the next run may get more.
func (rd *reader) broken(object string, err error, read int) error {
	skip := rd.readError(object, err)
	var limit *rrweb.LimitError
	switch {
	case rd.ctx.Err() != nil, errors.Is(err, errBomb), read == 0, rd.in.err != nil:
		return skip
	case errors.As(err, &limit):
		rd.mark(replay.MarkLimit)
	default:
		rd.mark(replay.MarkTruncated)
	}
	return nil
}

// emptyReason explains a text without events.
func emptyReason(object string, t rrweb.Tally) error {
	switch {
	case t.Events > 0:
		return nil
	case t.Oversize > 0:
		return &SkipError{Reason: TooLarge, Object: object, Hint: "one value in it is larger than allowed (limit MaxValueBytes); split it into events, or exclude it from the prefix"}
	case t.Truncated:
		return &SkipError{Reason: TruncatedEmpty, Object: object, Hint: "cut before the end of the first event; upload it again or remove it"}
	case t.Bad > 0 && t.Values == 0:
		return &SkipError{Reason: UnknownFormat, Object: object, Hint: "begins like JSON and is not; exclude it from the prefix"}
	case t.Bad > 0:
		return &SkipError{Reason: BadValue, Object: object, Hint: "holds JSON whose events cannot be read; check the program that writes it"}
	case t.Values > 0:
		return &SkipError{Reason: NotARecording, Object: object, Hint: "is JSON without rrweb events (objects with a numeric type and a timestamp); exclude it from the prefix"}
	}
	return &SkipError{Reason: NoEvents, Object: object, Hint: "is a recording without events"}
}
