package format

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"io"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/mobile"
	"github.com/rankle/rankle/replay/rrweb"
)

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

// translate sends the events of a recording through a mobile.Filter on their way to f; finish hands out what it held.
func (rd *reader) translate(pictures bool, f func(rrweb.Event) error) (through func(rrweb.Event) error, finish func() error) {
	rd.filter = mobile.NewFilter(mobile.Options{Pictures: pictures, Limits: rd.opt.Options}, f)
	return rd.filter.Add, func() error {
		err := rd.filter.Close()
		for _, m := range rd.filter.Marks() {
			rd.mark(m)
		}
		switch rd.filter.Kind() {
		case mobile.Wireframes:
			rd.format = formatPostHog
		case mobile.Video:
			rd.format = formatSentry
		}
		if errors.Is(err, rrweb.ErrFull) {
			return nil
		}
		return err
	}
}

// apply says what the recorder of a native application said of the device.
func (rd *reader) apply(s *replay.Session) {
	if rd.filter == nil || rd.filter.Channel() == "" {
		return
	}
	s.Context.Channel = cmp.Or(s.Context.Channel, rd.filter.Channel())
	s.Context.Device.Touch = true
}
