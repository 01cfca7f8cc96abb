package format

import (
	"bufio"
	"errors"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/openreplay"
	"github.com/rankle/rankle/replay/rrweb"
)

// isOpenReplay looks at the bytes as they are: what would be white space before a text is a number here.
func (rd *reader) isOpenReplay(r *bufio.Reader) bool {
	head, _ := r.Peek(sniffLen)
	return len(head) > 0 && (openreplay.Sniff(head) || rd.mobs != nil && rd.mobs.Continues(head))
}

// readOpenReplay collects the messages of a part. Their events come when all parts are read, because one part may go on
// where another one ends, and a tab's messages lie in several.
func (rd *reader) readOpenReplay(object string, r *bufio.Reader) error {
	if rd.mobs == nil {
		rd.mobs = openreplay.NewRecording(rd.opt.Options)
	}
	tally, err := rd.mobs.Read(r)
	if err == nil && tally.Messages == 0 && !rd.mobs.Begun() {
		return &SkipError{Reason: TruncatedEmpty, Object: object, Hint: "begins like a message file of OpenReplay and holds no message; upload it again or remove it"}
	}
	if err == nil {
		return nil
	}
	skip := rd.readError(object, err)
	var limit *rrweb.LimitError
	switch {
	case rd.ctx.Err() != nil, errors.Is(err, errBomb), tally.Messages == 0, rd.in.err != nil:
		return skip
	case errors.As(err, &limit):
		rd.mark(replay.MarkLimit)
	default: // damage in the middle: what came before stays
		rd.mark(replay.MarkTruncated)
	}
	return nil
}

// finishOpenReplay hands out the events of all messages.
func (rd *reader) finishOpenReplay(f func(rrweb.Event) error) error {
	if rd.mobs == nil {
		return nil
	}
	first := rd.stats.Events == 0
	err := rd.mobs.Events(func(e rrweb.Event) error {
		if rd.stats.Events++; rd.stats.Events%1024 == 0 && rd.ctx.Err() != nil {
			return rd.ctx.Err()
		}
		return f(e)
	})
	if first && rd.stats.Events > 0 {
		rd.format = formatOpenReplay
	}
	for _, m := range rd.mobs.Marks() {
		rd.mark(m)
	}
	if errors.Is(err, rrweb.ErrFull) {
		return nil
	}
	return err
}
