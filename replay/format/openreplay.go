package format

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/andybalholm/brotli"

	"github.com/rankle/rankle/replay/openreplay"
	"github.com/rankle/rankle/replay/rrweb"
)

// isOpenReplay looks at the bytes as they are: what would be white space before a text is a number here.
func (rd *reader) isOpenReplay(r *bufio.Reader) bool {
	head, _ := r.Peek(sniffLen)
	return len(head) > 0 && rd.isMessages(head)
}

// readInside reads an object that is named like a message file and begins inside a message, or says what else it may be.
func (rd *reader) readInside(object string, r *bufio.Reader) error {
	if head, _ := r.Peek(sniffLen); openreplay.SniffInside(head) {
		return rd.readOpenReplay(object, r)
	}
	return &SkipError{Reason: Encrypted, Object: object,
		Hint: "is named like a message file of OpenReplay and holds no messages: it is encrypted, and its key lies in OpenReplay's database, or it is damaged; turn encryption off, or exclude it from the prefix"}
}

// isMessages reports whether bytes are messages: of their own, or going on where the part before ended.
func (rd *reader) isMessages(b []byte) bool {
	if openreplay.SniffFrames(b) {
		return true
	}
	return openreplay.Sniff(b[:min(len(b), sniffLen)]) || rd.continuesOpenReplay(b)
}

// continuesOpenReplay reports whether bytes go on where the part before ended.
func (rd *reader) continuesOpenReplay(b []byte) bool {
	return rd.mobs != nil && rd.mobs.Continues(b[:min(len(b), sniffLen)])
}

// isMessageFile reports whether an object is named as OpenReplay names its message files. A name only decides what is
// tried, and said, where the bytes say nothing.
func isMessageFile(name string) bool {
	switch path.Ext(name) {
	case ".mob", ".mobs", ".mobe":
		return true
	}
	return strings.HasSuffix(name, "devtools")
}

// isPictures reports whether an object is named as OpenReplay names the screens of a session, which nobody needs to fetch
// who does not look at them.
func isPictures(name string) bool {
	return strings.HasSuffix(strings.TrimSuffix(name, ".zst"), "/replay.frames")
}

// isBrotliOpenReplay reports whether an object holds messages compressed with brotli, as OpenReplay stored them in 2023.
func (rd *reader) isBrotliOpenReplay(data []byte) bool {
	if openreplay.Sniff(data[:min(len(data), sniffLen)]) {
		return false
	}
	head := make([]byte, sniffLen)
	n, _ := io.ReadFull(brotli.NewReader(bytes.NewReader(data)), head)
	// What has no beginning of its own is told less surely, so the bytes as they are come first there.
	return n > 0 && (openreplay.Sniff(head[:n]) || rd.continuesOpenReplay(head[:n]) && !rd.continuesOpenReplay(data))
}

// readOpenReplay collects the messages of a part. Their events come when all parts are read, because one part may go on
// where another one ends, and a tab's messages lie in several.
func (rd *reader) readOpenReplay(object string, r *bufio.Reader) error {
	if rd.mobs == nil {
		rd.mobs, rd.mobsObject = openreplay.NewRecording(rd.opt.Options), object
		rd.mobs.Pictures = rd.pictures
	}
	var tally openreplay.Tally
	var err error
	if head, _ := r.Peek(sniffLen); openreplay.SniffFrames(head) {
		err = rd.mobs.ReadFrames(r)
	} else {
		tally, err = rd.mobs.Read(r)
	}
	if err == nil {
		return nil
	}
	return rd.broken(object, err, tally.Messages)
}

// finishOpenReplay hands out the events of all messages.
func (rd *reader) finishOpenReplay(f func(rrweb.Event) error) error {
	if rd.mobs == nil {
		return nil
	}
	before := rd.stats.Events
	rd.native = rd.mobs.Mobile()
	err := rd.mobs.Events(func(e rrweb.Event) error {
		if rd.stats.Events++; rd.stats.Events%1024 == 0 && rd.ctx.Err() != nil {
			return rd.ctx.Err()
		}
		return f(e)
	})
	for _, m := range rd.mobs.Marks() {
		rd.mark(m)
	}
	rd.compare(formatOpenReplay, before)
	switch {
	case rd.stats.Events > before && before == 0:
		rd.format = formatOpenReplay
	case rd.stats.Events == before && err == nil:
		skip := SkipError{Reason: NoEvents, Object: rd.mobsObject, Hint: "holds messages of OpenReplay, none of which tells of a person or a page; exclude it from the prefix"}
		if rd.mobs.Begun() {
			skip.Reason, skip.Hint = TruncatedEmpty, "cut before the end of the first message that tells anything; upload it again or remove it"
		}
		rd.stats.Skipped = append(rd.stats.Skipped, skip)
	}
	if errors.Is(err, rrweb.ErrFull) {
		return nil
	}
	return err
}
