package format

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/rankle/rankle/replay/posthog"
	"github.com/rankle/rankle/replay/rrweb"
)

// blockHead is how many bytes show a block: a length of up to five, a tag of up to five, the start of a line. In front of
// it may stand the length that PostHog's API writes.
const (
	blockHead  = 16
	frameBytes = 4
)

// isBlock reports whether an object is a raw snappy block, or, declared to be one, could be.
func (rd *reader) isBlock(head []byte) bool {
	return posthog.IsBlock(head) || isFrame(head) || rd.opt.Dialect.blocks() && len(head) > 0 && !looksLikeText(head)
}

// isFrame reports whether a block stands behind its length, as PostHog's API sends several (parse-encoded-snapshots.ts).
func isFrame(head []byte) bool {
	return len(head) > frameBytes && head[0] < 0x10 && posthog.IsBlock(head[frameBytes:]) // below 256 MiB
}

// blocks reads the text of an object of one block, or of several behind their lengths.
func (rd *reader) blocks(name string, br *bufio.Reader) (io.Reader, error) {
	head, _ := br.Peek(blockHead)
	if isFrame(head) && !posthog.IsBlock(head) {
		return &frames{rd: rd, r: br}, nil
	}
	text, err := rd.nextBlock(br)
	if err != nil {
		return nil, rd.blockError(name, err)
	}
	if _, err := br.Peek(1); err == nil {
		return nil, &SkipError{Reason: ManySessions, Object: name, Hint: "holds blocks of many sessions; declare the dialect posthog-blocks for its source, " +
			"and name the index that PostHog's database exports; if it is the range of one session, the range does not end with its block"}
	}
	return &once{text: text}, nil
}

func (rd *reader) nextBlock(br *bufio.Reader) ([]byte, error) {
	text, _, err := posthog.Next(br, int(min(rd.left, math.MaxInt32)))
	return text, err
}

func (rd *reader) blockError(name string, err error) error {
	if rd.in.end != nil {
		return rd.readError(name, rd.in.end) // the object itself came to an early end
	}
	switch {
	case errors.Is(err, posthog.ErrLarge):
		err = &rrweb.LimitError{Limit: "MaxBytes", Value: rd.opt.MaxBytes}
	case errors.Is(err, posthog.ErrBlock):
		return &SkipError{Reason: BadBlock, Object: name, Err: err, Hint: "a raw snappy block is read whole or not at all; upload it again, " +
			"export the index again if it is a range, and note that PostHog Cloud encrypts its blocks"}
	}
	return rd.readError(name, err)
}

// once reads a text that is given back as soon as it was read.
type once struct{ text []byte }

func (o *once) Read(p []byte) (int, error) {
	if len(o.text) == 0 {
		o.text = nil
		return 0, io.EOF
	}
	n := copy(p, o.text)
	o.text = o.text[n:]
	return n, nil
}

// frames reads blocks behind their lengths, one after another.
type frames struct {
	rd   *reader
	r    *bufio.Reader
	text once
}

func (f *frames) Read(p []byte) (int, error) {
	for {
		if n, err := f.text.Read(p); err == nil {
			return n, nil
		}
		var size [frameBytes]byte
		if _, err := io.ReadFull(f.r, size[:]); err != nil {
			return 0, err
		}
		in := bufio.NewReader(io.LimitReader(f.r, int64(binary.BigEndian.Uint32(size[:]))))
		text, err := f.rd.nextBlock(in)
		if _, more := in.Peek(1); err == nil && more == nil {
			err = fmt.Errorf("%w: its length says more", posthog.ErrBlock)
		}
		if err != nil {
			return 0, fmt.Errorf("block behind its length: %w", err)
		}
		f.text.text = text
	}
}
