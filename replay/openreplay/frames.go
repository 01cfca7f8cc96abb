package openreplay

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"slices"

	"github.com/rankle/rankle/replay"
)

// The screens of a mobile session lie beside its messages in "replay.frames.zst": {epoch ms u64 LE, size u32 LE, image}...
// (openreplay/openreplay backend/pkg/storage).

// frameHeader is the length of what stands before an image.
const frameHeader = 12

// picture is one screen.
type picture struct {
	at    int64 // epoch ms
	image []byte
}

// imageTypes are the images in use, by what they begin with.
var imageTypes = []struct{ magic, typ string }{
	{"\xff\xd8\xff", "image/jpeg"}, {"RIFF", "image/webp"}, {"\x89PNG", "image/png"},
}

func imageType(b []byte) string {
	for _, t := range imageTypes {
		if bytes.HasPrefix(b, []byte(t.magic)) {
			return t.typ
		}
	}
	return ""
}

// SniffFrames reports whether an object that begins with head holds the screens of a mobile session.
func SniffFrames(head []byte) bool {
	if len(head) < frameHeader+4 {
		return false
	}
	at := binary.LittleEndian.Uint64(head)
	return at >= minTime && at <= maxTime && imageType(head[frameHeader:]) != ""
}

// ReadFrames reads an object of screens, which Events shows where Pictures is set. Errors are those of r.
func (r *Recording) ReadFrames(src io.Reader) error {
	for {
		var head [frameHeader]byte
		_, err := io.ReadFull(src, head[:])
		if err == io.EOF || !r.Pictures {
			return nil
		}
		p := picture{at: int64(binary.LittleEndian.Uint64(head[:]))}
		size := int(binary.LittleEndian.Uint32(head[8:]))
		if err == nil && (p.at < minTime || p.at > maxTime || size > r.opt.MaxValueBytes) {
			r.marks[replay.MarkBadEvents] = true
			return nil
		}
		if r.pictured += int64(size); r.pictured > r.opt.MaxBytes || len(r.pictures) >= r.opt.MaxEvents {
			r.marks[replay.MarkLimit] = true
			return nil
		}
		if err == nil {
			var image bytes.Buffer // grows with what is there, not with what is claimed
			var n int64
			if n, err = io.CopyN(&image, src, int64(size)); n == int64(size) {
				p.image = image.Bytes()
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			r.marks[replay.MarkTruncated] = true
			return nil
		case err != nil:
			return err
		case imageType(p.image) != "":
			r.pictures = append(r.pictures, p)
		}
	}
}

// noPicture is what a clip shows where the screens are not there.
const noPicture = "The screens of this session were recorded as pictures, which do not lie beside it. Touches are shown."

// show tells of the screens up to a moment. Each is a page of its own: that one screen follows another one is no answer to
// a touch, because screens are taken by the clock.
func (tr *translation) show(until int64) {
	for len(tr.r.pictures) > 0 && tr.r.pictures[0].at <= until {
		p := tr.r.pictures[0]
		tr.r.pictures = tr.r.pictures[1:]
		t := tr.tab(0)
		t.now = max(tr.now, p.at)
		data := append(t.screen(), `"tagName":"img","attributes":{"style":"width:100vw;height:100vh;object-fit:contain;display:block","src":"data:`...)
		data = append(data, imageType(p.image)...)
		data = append(data, ";base64,"...)
		data = base64.StdEncoding.AppendEncode(data, p.image)
		t.emit(eventFullSnapshot, t.now, append(data, `"},"childNodes":[],"id":6`+screenEnd...))
	}
}

// frame shows that there is nothing to see, so that touches can be.
func (t *tab) frame() {
	data := append(t.screen(), `"tagName":"p","attributes":{"style":"margin:24px;font:14px sans-serif;color:#444444"},"childNodes":[{"type":3,"textContent":`...)
	data = quote(data, noPicture)
	t.emit(eventFullSnapshot, t.now, append(data, `,"id":7}],"id":6`+screenEnd...))
}

const screenEnd = `}],"id":5}],"id":3}],"id":1},"initialOffset":{"left":0,"top":0}}`

// screen begins the snapshot of a page with one element.
func (t *tab) screen() []byte {
	return append(t.buf(), `{"node":{"type":0,"childNodes":[{"type":1,"name":"html","publicId":"","systemId":"","id":2},`+
		`{"type":2,"tagName":"html","attributes":{},"childNodes":[{"type":2,"tagName":"head","attributes":{},"childNodes":[],"id":4},`+
		`{"type":2,"tagName":"body","attributes":{"style":"margin:0;background:#f2f2f2"},"childNodes":[{"type":2,`...)
}

// sortPictures puts the screens in order of time.
func (r *Recording) sortPictures() {
	slices.SortStableFunc(r.pictures, func(a, b picture) int { return int(max(-1, min(1, a.at-b.at))) })
}

// Mobile reports whether the objects read so far tell of a native application.
func (r *Recording) Mobile() bool {
	return len(r.pictures) > 0 || slices.ContainsFunc(r.messages, func(m message) bool { return isMobile(uint64(m.typ)) })
}
