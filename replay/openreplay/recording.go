package openreplay

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/rrweb"
)

// Recording collects the messages of one session from its objects. Call Read for each object and Events once at the
// end. The zero value is not usable; call NewRecording. A Recording is for one goroutine.
type Recording struct {
	// Pictures keeps what is only there to be looked at: the screens of a mobile session, or a frame that stands for them.
	Pictures bool

	opt      rrweb.Options
	tabs     map[string]int32
	names    []string
	streams  int32
	messages []message
	arena    []byte
	last     *stream // what the next object may continue
	marks    map[replay.Mark]bool
	full     bool
	pictures []picture
	pictured int64 // bytes of all pictures
}

// message is one message that the translation reads.
type message struct {
	at     int64 // epoch ms, 0 = before the first time of its stream
	index  uint64
	body   []byte
	tab    int32
	stream int32 // what shares an order: the number of the stream, or streamRaw and below
	typ    uint8
}

// streamRaw stands for all batches of version 0; those of version v are streamRaw-v. Streams count from 0 up. A tracker numbers the messages of
// one version through all its batches, in whatever objects they lie.
const streamRaw = -1

// stream is an object, or several that go on where the one before ended.
type stream struct {
	framing framing
	id      int32
	tail    []byte // begun and not ended
	index   uint64 // of the latest message
	now     int64
	tab     int32
	batch   batch
	n       uint64 // messages of the batch so far
}

// NewRecording returns an empty Recording. Of opt it heeds MaxBytes (of the events), MaxEvents (that many messages),
// MaxValueBytes, MaxNodes and MaxWindows.
func NewRecording(opt rrweb.Options) *Recording {
	return &Recording{opt: withDefaults(opt), tabs: map[string]int32{"": 0}, names: []string{""}, marks: map[replay.Mark]bool{}}
}

func withDefaults(opt rrweb.Options) rrweb.Options {
	def := rrweb.DefaultOptions()
	for _, v := range []struct {
		set *int
		def int
	}{{&opt.MaxEvents, def.MaxEvents}, {&opt.MaxValueBytes, def.MaxValueBytes}, {&opt.MaxNodes, def.MaxNodes},
		{&opt.MaxWindows, def.MaxWindows}} {
		if *v.set <= 0 {
			*v.set = v.def
		}
	}
	if opt.MaxBytes <= 0 {
		opt.MaxBytes = def.MaxBytes
	}
	return opt
}

// Continues reports whether an object that begins with head goes on inside or right behind the last message of the
// object before: OpenReplay used to cut a session at a number of bytes.
func (r *Recording) Continues(head []byte) bool {
	if r.last == nil {
		return false
	}
	if f, _ := header(head); f != 0 {
		return false
	}
	return r.last.continues(head)
}

// continues reports whether the stream goes on with head.
func (s *stream) continues(head []byte) bool {
	if len(s.tail) == 0 && bare(head) != 0 {
		return false // begins anew by itself
	}
	joined := slices.Concat(s.tail, head)
	m, n, err := s.framing.next(joined)
	switch {
	case err == errDamaged, s.framing == framingIndexed && m.index != 0 && (m.index <= s.index || m.index-s.index > maxIndexStep):
		return false
	case err == errShort:
		// One message longer than what can be seen: only what was begun before can say what it is.
		return len(s.tail) > headerLen && known(m.typ)
	}
	// The end of a begun message may lie anywhere; messages must follow it.
	for i := 1; i < plainChain && n < len(joined); i++ {
		m, size, err := s.framing.next(joined[n:])
		if err == errDamaged || err == nil && m.typ == typeTimestamp && !m.plausible() {
			return false
		}
		if err == errShort {
			break
		}
		n += size
	}
	return true
}

// plainChain is how many messages must follow where nothing but their types and booleans says that they are some: about
// nine of ten random bytes begin one.
const plainChain = 256

// Tally says what Read met.
type Tally struct {
	Messages int   // of the object, also those that nothing reads
	Lost     int64 // bytes that are no messages, without the unfinished end
}

// Read reads one object. An error is one of r, or a *rrweb.LimitError; everything before it counts. Damage is no error:
// what comes before it stays, and behind it reading goes on where messages can be found again.
func (r *Recording) Read(src io.Reader) (Tally, error) {
	in := &input{r: src, max: r.opt.MaxValueBytes}
	in.fill()
	s := r.start(in)
	var t Tally
	for !r.full {
		m, n, err := s.framing.next(in.bytes())
		if err == nil {
			t.Messages++
			r.take(s, m)
			in.pos += n
			continue
		}
		if err == errShort {
			if in.fill() {
				continue
			}
			// A damaged length reaches beyond the end as a begun message does.
			if in.end && s.framing.recover(in.bytes()[min(1, len(in.bytes())):]) < 0 {
				s.tail = bytes.Clone(in.bytes())
				break
			}
		}
		lost, found := r.skipDamage(s, in)
		t.Lost += lost
		if !found {
			break
		}
	}
	if in.cut {
		r.marks[replay.MarkTruncated] = true
	}
	return t, in.err
}

// start finds out what an object is and returns the stream that it begins or continues.
func (r *Recording) start(in *input) *stream {
	b := in.bytes()
	f, n := header(b)
	own := f != 0
	if !own {
		if r.last != nil && r.last.continues(b) {
			s := r.last
			in.prepend(s.tail)
			s.tail = nil
			return s
		}
		if f = bare(b); f == 0 {
			f = framingPlain
			if SniffInside(b) {
				f = framingIndexed
			}
		}
	}
	in.pos += n
	s := &stream{framing: f, id: r.streams}
	r.streams++
	switch {
	case r.last == nil:
	case len(r.last.tail) > 0:
		r.marks[replay.MarkTruncated] = true
	case !own && r.last.framing == f: // maybe cut on a message border: time and tab go on until they are told
		s.now, s.tab = r.last.now, r.last.tab
	}
	r.last = s
	return s
}

// skipDamage moves to where messages begin again.
func (r *Recording) skipDamage(s *stream, in *input) (lost int64, found bool) {
	r.marks[replay.MarkBadEvents] = true
	in.pos++
	lost++
	for {
		if at := s.framing.recover(in.bytes()); at >= 0 {
			in.pos += at
			return lost + int64(at), true
		}
		// What chains into the bytes to come is found with them.
		step := max(0, len(in.bytes())-damageWindow)
		in.pos += step
		lost += int64(step)
		if in.end || s.framing == framingPlain || !in.fill() {
			return lost + int64(len(in.bytes())), false
		}
	}
}

// damageWindow is how many bytes are looked at again with those behind them when messages are looked for: a few
// messages of usual size.
const damageWindow = 16 << 10

// take notes a message.
func (r *Recording) take(s *stream, m raw) {
	s.index = m.index
	c := cursor{b: m.body}
	switch m.typ {
	case typeTimestamp:
		if at := c.uint(); at >= minTime && at <= maxTime {
			s.now = int64(at)
		} else {
			r.marks[replay.MarkClock] = true
		}
	case typeTabData:
		s.tab = r.tab(c.bytes())
	case typeBatch, typeBatchOld, typeMobileBatch:
		s.batch, s.n = readBatch(m), 0
		if s.batch.time >= minTime && s.batch.time <= maxTime {
			s.now = s.batch.time
		}
		return
	}
	s.n++
	if m.typ >= uint64(len(kinds)) || !kinds[m.typ].keep {
		return
	}
	if len(r.messages) >= r.opt.MaxEvents {
		r.marks[replay.MarkLimit] = true
		r.full = true
		return
	}
	out := message{at: s.now, index: m.index, tab: s.tab, stream: s.id, typ: uint8(m.typ)}
	if s.framing == framingRaw {
		out.stream = streamRaw - int32(min(s.batch.version, maxBatchVersion))
		out.index = s.batch.page<<32 + s.batch.first + s.n - 1
	}
	if kinds[m.typ].own {
		if at := c.uint(); at >= minTime && at <= maxTime {
			out.at = int64(at)
		}
	}
	out.body = r.keep(m.body)
	r.messages = append(r.messages, out)
}

// tab numbers a tab by its id.
func (r *Recording) tab(id []byte) int32 {
	if n, ok := r.tabs[string(id)]; ok {
		return n
	}
	if len(r.names) > r.opt.MaxWindows {
		r.marks[replay.MarkLimit] = true
		return 0
	}
	n := int32(len(r.names))
	r.tabs[string(id)] = n
	r.names = append(r.names, string(id))
	return n
}

// Memory for bodies is taken in chunks that start small, because most sessions are, and double up to arenaChunk.
const arenaFirst, arenaChunk = 16 << 10, 256 << 10

// keep copies b into memory that lives as long as the Recording.
func (r *Recording) keep(b []byte) []byte {
	if len(b) > arenaChunk/4 {
		return bytes.Clone(b)
	}
	if cap(r.arena)-len(r.arena) < len(b) {
		r.arena = make([]byte, 0, max(len(b), min(arenaChunk, max(arenaFirst, 2*cap(r.arena)))))
	}
	from := len(r.arena)
	r.arena = append(r.arena, b...)
	return r.arena[from:len(r.arena):len(r.arena)]
}

// input is a window on the bytes of an object that grows until a message fits.
type input struct {
	r   io.Reader
	buf []byte
	pos int
	max int
	end bool
	cut bool // what held the bytes ends before they do
	err error
}

// inputChunk is the first size of the window.
const inputChunk = 32 << 10

func (in *input) bytes() []byte { return in.buf[in.pos:] }

// fill reads at least as many bytes as the window holds. It returns false at the end and where the window is as large as
// it may become.
func (in *input) fill() bool {
	if in.end {
		return false
	}
	rest := len(in.buf) - in.pos
	if rest >= in.max {
		return false
	}
	copy(in.buf, in.buf[in.pos:])
	in.buf, in.pos = in.buf[:rest], 0
	if want := max(inputChunk, 2*rest); cap(in.buf) < want {
		in.buf = append(make([]byte, 0, want), in.buf...)
	}
	for len(in.buf) < cap(in.buf) {
		n, err := in.r.Read(in.buf[len(in.buf):cap(in.buf)])
		in.buf = in.buf[:len(in.buf)+n]
		if err != nil {
			in.end = true
			switch {
			case errors.Is(err, io.ErrUnexpectedEOF):
				in.cut = true
			case err != io.EOF:
				in.err = err
			}
			break
		}
	}
	return len(in.buf) > rest
}

// prepend puts bytes before the window.
func (in *input) prepend(b []byte) {
	if len(b) == 0 {
		return
	}
	in.buf, in.pos = slices.Concat(b, in.bytes()), 0
}

// Begun reports whether the object read last ends inside a message.
func (r *Recording) Begun() bool { return r.last != nil && len(r.last.tail) > 0 }
