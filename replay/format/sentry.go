package format

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"github.com/klauspost/compress/zlib"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/rrweb"
)

// Sentry's recorders send a segment behind a line of its own, and Sentry stores it without that line, as zlib or plain
// JSON (getsentry/sentry, src/sentry/replays). Segments count from 0.

// isSentrySDK: a line {"segment_id":N} before the segment itself.
func isSentrySDK(head []byte) bool {
	return bytes.HasPrefix(compactHead(head, 14), []byte(`{"segment_id":`))
}

// readSentrySDK reads the line, and what follows it: zlib, a mobile segment, or JSON.
func readSentrySDK(rd *reader, object string, r *bufio.Reader, f func(rrweb.Event) error) error {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return &SkipError{Reason: NotARecording, Object: object, Hint: "holds a Sentry segment header and no segment"}
	}
	var head struct {
		Segment *int `json:"segment_id"`
	}
	if json.Unmarshal(line, &head) == nil && head.Segment != nil && *head.Segment >= 0 {
		rd.segments = append(rd.segments, *head.Segment)
	}
	if next, _ := r.Peek(2); len(next) == 2 && isZlib(next) {
		z, err := zlib.NewReader(r)
		if err != nil {
			return rd.readError(object, err)
		}
		// The limits lie below the compressed form here; what comes out is bounded by the same ratio.
		r = bufio.NewReader(&inner{rd: rd, r: z})
	}
	if next, _ := r.Peek(64); isSentryPack(next) {
		return readSentryPack(rd, object, r, f)
	}
	return readPlain(rd, object, r, f)
}

// lostSegments marks a recording whose segments do not count from 0 without gaps.
func (rd *reader) lostSegments() {
	slices.Sort(rd.segments)
	for i, n := range slices.Compact(rd.segments) {
		if n != i {
			rd.mark(replay.MarkMissingPart)
			return
		}
	}
}

// inner bounds a compressed stream inside a text.
type inner struct {
	rd *reader
	r  io.Reader
}

func (n *inner) Read(p []byte) (int, error) {
	if n.rd.left <= 0 {
		return 0, &rrweb.LimitError{Limit: "MaxBytes", Value: n.rd.opt.MaxBytes}
	}
	k, err := n.r.Read(p)
	n.rd.left -= int64(k)
	n.rd.stats.Raw += int64(k)
	return k, err
}

// A Sentry segment of a mobile application is a byte, and behind a 1 the video with its length in front, behind a 0
// nothing (src/sentry/replays/lib, pack). The rest is JSON.
const (
	packBare  = 0
	packVideo = 1
)

// isSentryPack: a version byte 0 or 1, a length, and further on a video or JSON.
func isSentryPack(head []byte) bool {
	if len(head) < 2 {
		return false
	}
	switch head[0] {
	case packBare:
		return head[1] == '[' || head[1] == '{'
	case packVideo:
		return len(head) > 8 && (bytes.Contains(head[:min(len(head), 64)], []byte("ftyp")) || binary.BigEndian.Uint32(head[1:]) == 0 && head[5] == '[')
	}
	return false
}

// readSentryPack passes over the video and reads what lies behind it.
func readSentryPack(rd *reader, object string, r *bufio.Reader, f func(rrweb.Event) error) error {
	kind, err := r.ReadByte()
	if err == nil && kind == packVideo {
		var size [4]byte
		if _, err = io.ReadFull(r, size[:]); err == nil {
			_, err = io.CopyN(io.Discard, r, int64(binary.BigEndian.Uint32(size[:])))
		}
	}
	switch {
	case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF):
		return &SkipError{Reason: TruncatedEmpty, Object: object, Hint: "cut inside its video, which stands before the first event; upload it again or remove it"}
	case err != nil:
		return rd.readError(object, err)
	}
	return readPlain(rd, object, r, f)
}
