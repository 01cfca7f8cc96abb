// Package clip cuts a playable piece out of a recording: the page as it was before a moment, and what follows up to its end,
// masked and without anything that runs.
//
// Call Cut. What it writes is for rrweb's player in a sandbox without scripts; the masking here does not rely on it.
package clip

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/rankle/rankle/replay/format"
	"github.com/rankle/rankle/replay/rrweb"
)

// Request names a piece of a recording.
type Request struct {
	// From and To bound the moment in epoch milliseconds, both inclusive; 0 means the start and the end.
	From, To int64
	// Window is the index of the window (tab), as in replay.Event.Window.
	Window int
	// Options bounds reading, as for format.Decode.
	Options format.Options
}

// Info describes what was written.
type Info struct {
	Events        int
	From, To      int64 // as written: the bounds of the request, or of the recording where those were 0
	First, Last   int64 // times of the first and last event written, epoch ms
	Offset        int64 // ms between the first event and From
	Width, Height int   // viewport of the first Meta
}

// ErrNoPicture says that the recording has no full snapshot in this window, so that nothing can be shown.
var ErrNoPicture = errors.New("the recording has no full snapshot for this window: nothing can be shown")

// ErrOutside says that nothing was recorded in this window between From and To.
var ErrOutside = errors.New("nothing was recorded in this window at that time")

// fallbackWidth and fallbackHeight are the size of a page whose recorder never told: PostHog leaves Meta out at times.
const fallbackWidth, fallbackHeight = 1280, 720

// Event types and the source that Cut looks at itself.
const (
	typeFullSnapshot = 2
	typeMeta         = 4
)

// Cut reads the parts of a recording and writes
//
//	{"events":[…],"from_ms":…,"to_ms":…,"offset_ms":…,"logged":{…},"log":[…],"log_left":…}
//
// to w: Meta, the page as it was a second before From (rrweb.Still), and everything that follows in that window up to To, in
// playing order; then what console and network said between From and To, see log. Where the page cannot be summed up, there is
// the last full snapshot at or before From (else the first one after it) instead, and all that follows that. Nothing is
// written before it is sure that there is something to show;
// an error after that is an error of w or of ctx. The events of the window are held in memory, bounded by
// Options.MaxBytes. It returns ErrNoPicture, ErrOutside or an error of format.Events.
func Cut(ctx context.Context, w io.Writer, parts []format.Part, req Request) (Info, error) {
	events, book, err := collect(ctx, parts, req)
	if err != nil {
		return Info{}, err
	}
	if len(events) == 0 {
		return Info{}, ErrOutside
	}
	return write(ctx, w, events, book, req)
}

// collect reads the events of one window in playing order, without adjacent repeats: those to play, and all of the
// recording that a Logbook takes, because the times of requests depend on what follows them.
func collect(ctx context.Context, parts []format.Part, req Request) (events []rrweb.Event, book *rrweb.Logbook, err error) {
	windows := make(map[string]int)
	var logged []rrweb.Event
	numbered := true
	err = format.Events(ctx, parts, req.Options, func(e rrweb.Event) error {
		index, ok := windows[e.Window]
		if !ok {
			index = len(windows)
			windows[e.Window] = index
		}
		if index != req.Window {
			return nil
		}
		logs := rrweb.Logs(e)
		after := req.To > 0 && e.Time > float64(req.To) && e.Type != typeFullSnapshot
		if after && !logs {
			return nil
		}
		numbered = numbered && e.SID >= 0
		e.Data = bytes.Clone(e.Data)
		if logs {
			logged = append(logged, e)
		}
		if !after {
			events = append(events, e)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	book = rrweb.NewLogbook(req.Options.Options)
	for _, e := range inOrder(logged, numbered) {
		book.Add(e)
	}
	return inOrder(events, numbered), book, nil
}

// inOrder sorts events as they are played and drops repeats.
func inOrder(events []rrweb.Event, numbered bool) []rrweb.Event {
	slices.SortStableFunc(events, func(a, b rrweb.Event) int {
		switch {
		case a.Time < b.Time:
			return -1
		case a.Time > b.Time:
			return 1
		case numbered && a.SID != b.SID:
			return int(max(-1, min(1, a.SID-b.SID)))
		}
		return 0
	})
	return slices.CompactFunc(events, func(a, b rrweb.Event) bool {
		return a.Time == b.Time && a.Type == b.Type && bytes.Equal(a.Data, b.Data)
	})
}

// start finds the full snapshot to begin with and the Meta before it; meta is -1 when there is none.
func start(events []rrweb.Event, from float64) (meta, snapshot int) {
	meta, snapshot = -1, -1
	lastMeta := -1
	for i, e := range events {
		switch e.Type {
		case typeMeta:
			lastMeta = i
		case typeFullSnapshot:
			if e.Damaged || len(e.Data) == 0 {
				continue
			}
			if snapshot >= 0 && e.Time > from {
				return meta, snapshot
			}
			meta, snapshot = lastMeta, i
		}
	}
	return meta, snapshot
}

// write writes the piece.
func write(ctx context.Context, w io.Writer, events []rrweb.Event, book *rrweb.Logbook, req Request) (Info, error) {
	from, to := float64(req.From), float64(req.To)
	if req.From == 0 {
		from = events[0].Time
	}
	if req.To == 0 {
		to = events[len(events)-1].Time
	}
	meta, snapshot := start(events, from)
	if snapshot < 0 {
		return Info{}, ErrNoPicture
	}
	if events[snapshot].Time > to && req.To > 0 {
		return Info{}, ErrOutside
	}
	out := &writer{w: bufio.NewWriterSize(w, 64<<10)}
	info := Info{From: int64(math.Floor(from)), To: int64(math.Ceil(to))}
	begin := rrweb.Event{Type: typeMeta, Time: events[snapshot].Time}
	if meta >= 0 {
		begin.Data = events[meta].Data
		info.Width, info.Height = rrweb.MetaSize(begin.Data)
		if events[snapshot].Time-events[meta].Time <= maxMetaLead { // else an old page load: nothing to wait for
			begin.Time = events[meta].Time
		}
	} else {
		info.Width, info.Height = fallbackWidth, fallbackHeight
		begin.Data = []byte(`{"href":"","width":` + strconv.Itoa(info.Width) + `,"height":` + strconv.Itoa(info.Height) + `}`)
	}
	events = events[snapshot:]
	m := rrweb.NewMasker(req.Options.Options)
	if page, n := settle(m, events, from-stillLead); page != nil {
		begin.Time = from - stillLead
		if w, h := page.Size(); w > 0 && h > 0 {
			begin.Data = resized(begin.Data, w, h)
			info.Width, info.Height = w, h
		}
		out.event(m, begin, &info)
		out.still(page, begin.Time, &info)
		events = events[n:]
	} else {
		m = rrweb.NewMasker(req.Options.Options)
		out.event(m, begin, &info)
		passed(m, events, from)
	}
	for i, e := range events {
		if err := ctx.Err(); err != nil {
			return info, err
		}
		if e.Time > to && (i > 0 || out.n > 1) { // a snapshot is shown however late
			break
		}
		if e.Data == nil {
			continue
		}
		out.event(m, e, &info)
		if out.err != nil {
			return info, out.err
		}
		events[i].Data = nil
	}
	info.First = int64(math.Floor(begin.Time))
	info.Offset = max(0, info.From-info.First)
	return info, out.end(info, logOf(book, info.From, info.To))
}

// stillLead is how long before From the page of a clip is taken as a still, in ms: what is drawn over the first picture
// (ripples of presses, for 750 ms in the viewer) began before it.
const stillLead = 1000.0

// resized is the data of a Meta with another size of the window: players take the first they meet.
func resized(meta []byte, width, height int) []byte {
	var m struct {
		Href   string `json:"href"`
		Width  int    `json:"width"`
		Height int    `json:"height"`
	}
	_ = json.Unmarshal(meta, &m) // an address that cannot be read is none
	m.Width, m.Height = width, height
	out, err := json.Marshal(m)
	if err != nil {
		panic("BUG: marshal meta: " + err.Error())
	}
	return out
}

// settle plays what lies between the snapshot, which events begins with, and the time until, and returns the page as it is
// then and how many events that were. The page is nil when nothing changed in between, or nothing that can be summed up: the
// clip then has all of it, and m has seen some.
func settle(m *rrweb.Masker, events []rrweb.Event, until float64) (page *rrweb.Still, n int) {
	n, _ = slices.BinarySearchFunc(events, until, func(e rrweb.Event, t float64) int { return cmp.Compare(e.Time, t) })
	if n < 2 {
		return nil, 0
	}
	data, ok := m.AppendData(nil, events[0])
	if page = rrweb.NewStill(m.Options()); !ok || !page.Begin(data) {
		return nil, 0
	}
	trail := make(map[int]int) // the last event of each kind that leads to no other page
	for i, e := range events[1:n] {
		if kind, ok := m.Trail(e); ok {
			trail[kind] = i + 1
		} else if data, ok := m.AppendData(nil, e); ok && !page.Add(e.Type, data) {
			return nil, 0
		}
	}
	for _, i := range slices.Sorted(maps.Values(trail)) {
		if data, ok := m.AppendData(nil, events[i]); ok {
			page.Add(events[i].Type, data)
		}
	}
	return page, n
}

// passed empties the events before from that only tell where a pointer was, but the last of each kind: the page of a clip
// that lies hours behind its snapshot is built without them.
func passed(m *rrweb.Masker, events []rrweb.Event, from float64) {
	end, _ := slices.BinarySearchFunc(events, from, func(e rrweb.Event, t float64) int { return cmp.Compare(e.Time, t) })
	last := make(map[int]bool)
	for i := end - 1; i > 0; i-- {
		if kind, ok := m.Trail(events[i]); ok {
			if last[kind] {
				events[i].Data = nil
			}
			last[kind] = true
		}
	}
}

// maxMetaLead is how long a Meta may stand before its snapshot, in ms: serialising a heavy page takes hundreds of ms.
const maxMetaLead = 5000.0

// writer writes the envelope around the events.
type writer struct {
	w   *bufio.Writer
	buf []byte
	n   int
	err error
}

func (o *writer) event(m *rrweb.Masker, e rrweb.Event, info *Info) {
	var ok bool
	if o.buf, ok = m.Append(o.buf[:0], e); ok {
		o.write(e.Time, info)
	}
}

// still writes a page as of a time.
func (o *writer) still(page *rrweb.Still, time float64, info *Info) {
	o.buf = append(page.Append(rrweb.AppendHead(o.buf[:0], typeFullSnapshot, time)), '}')
	o.write(time, info)
	page.Rest(func(kind int, data []byte) {
		o.buf = append(append(rrweb.AppendHead(o.buf[:0], kind, time), data...), '}')
		o.write(time, info)
	})
}

// write writes the event of a time that is in buf.
func (o *writer) write(time float64, info *Info) {
	if o.err != nil {
		return
	}
	sep := `{"events":[`
	if o.n > 0 {
		sep = ","
	}
	o.n++
	if _, o.err = o.w.WriteString(sep); o.err == nil {
		_, o.err = o.w.Write(o.buf)
	}
	info.Events++
	info.Last = int64(math.Ceil(time))
}

func (o *writer) end(info Info, log Log) error {
	if o.n == 0 {
		return ErrNoPicture
	}
	if o.err != nil {
		return o.err
	}
	tail, err := json.Marshal(struct {
		From   int64 `json:"from_ms"`
		To     int64 `json:"to_ms"`
		Offset int64 `json:"offset_ms"`
		Log
	}{info.From, info.To, info.Offset, log})
	if err != nil {
		return fmt.Errorf("end of the clip: %w", err)
	}
	tail[0] = ',' // the object began with the events
	for _, text := range []string{"]", string(tail), "\n"} {
		if _, err := o.w.WriteString(text); err != nil {
			return err
		}
	}
	return o.w.Flush()
}
