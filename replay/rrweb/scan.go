package rrweb

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// Event is one recorded event as it stands in the file.
type Event struct {
	Type   int
	Time   float64 // epoch milliseconds; seconds are converted and set Seconds
	Window string  // window (tab) id, "" where the format has none
	SID    int64   // sequence number written by the recorder, or -1
	// Data is the JSON text of the member "data", unpacked; nil when there is none. It is only valid during the call
	// that hands it out.
	Data    []byte
	Seconds bool // the timestamp was in seconds
	Damaged bool // compressed fields could not be read and were left out
}

// Tally counts what Scan met besides events.
type Tally struct {
	Events    int  // events handed out
	Values    int  // JSON values that were looked at as possible events
	Bad       int  // events or lines that could not be read
	Oversize  int  // values beyond Options.MaxValueBytes, skipped
	Truncated bool // the text ends inside a value
	Script    bool // the text is a JavaScript assignment
}

// Scan reads events from r in file order and calls yield for each. It accepts a JSON array, lines, concatenated
// values, the wrappers in use (see object), lists in lists, packed strings and JSON in strings, and mixtures of these.
//
// It returns the first error of yield or of r. A text that ends early is not an error: Tally.Truncated says so, and
// all complete events before the cut were handed out. Lines that are not JSON are skipped and counted in Bad.
func Scan(r io.Reader, opt Options, yield func(Event) error) (Tally, error) {
	opt = opt.withDefaults()
	s := &scanner{lexer: newLexer(r, opt), opt: opt, yield: yield}
	err := s.stream()
	return s.tally, err
}

// maxLists bounds lists in lists and JSON in strings in JSON: the API that nests most has three levels.
const maxLists = 16

// maxPreamble is how much text may stand before the first value of a JavaScript file.
const maxPreamble = 4 << 10

// yieldError tells errors of the caller from errors in the text.
type yieldError struct{ error }

type scanner struct {
	*lexer
	opt   Options
	yield func(Event) error
	tally Tally
	list  int // nesting of lists and strings

	into   *Builder     // of Builder.Scan: where the events go, and whose text that of the lexer is
	check  func() error // asked before every event
	window []byte       // scratch
	plain  []byte       // of cursors
}

// stream reads values until the end.
func (s *scanner) stream() error {
	s.preamble()
	for {
		c, ok := s.peek()
		if !ok {
			if s.err == io.EOF {
				return nil
			}
			if errors.Is(s.err, io.ErrUnexpectedEOF) {
				s.tally.Truncated = true
				return nil
			}
			return s.err
		}
		if c == ',' || c == ';' || c == ']' || c == '}' { // left over from a damaged list, or the end of a script
			s.pos++
			continue
		}
		err := s.value("")
		if err == nil {
			continue
		}
		var stop yieldError
		switch {
		case errors.As(err, &stop):
			return stop.error
		case errors.Is(err, io.ErrUnexpectedEOF):
			s.tally.Truncated = true
			return nil
		case errors.Is(err, errSyntax), errors.Is(err, errDepth):
			s.release()
			s.tally.Bad++
			s.list = 0
			if !s.skipLine() && s.err == io.EOF {
				return nil
			}
		default:
			return err
		}
	}
}

// preamble skips a byte order mark and the left side of a JavaScript assignment.
func (s *scanner) preamble() {
	if _, ok := s.peek(); !ok {
		return
	}
	for s.end-s.pos < maxPreamble && s.fill() {
	}
	head := s.buf[s.pos:s.end]
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		s.pos += 3
		s.peek()
		head = s.buf[s.pos:s.end]
	}
	if len(head) == 0 || head[0] == '[' || head[0] == '{' || head[0] == '"' {
		return
	}
	head = head[:min(len(head), maxPreamble)]
	for i := 0; i < len(head); i++ {
		if head[i] != '=' && !bytes.HasPrefix(head[i:], []byte("default ")) && head[i] != '(' {
			continue
		}
		j := bytes.IndexAny(head[i:], "[{")
		if j < 0 {
			return
		}
		between := bytes.TrimSpace(head[i+1 : i+j])
		if len(between) == 0 || bytes.Equal(between, []byte("efault")) {
			s.pos += i + j
			s.tally.Script = true
			return
		}
	}
}

// value reads one value that may be or hold events.
func (s *scanner) value(window string) error {
	c, ok := s.peek()
	if !ok {
		return s.unexpected()
	}
	switch c {
	case '{':
		return s.object(window)
	case '[':
		return s.array(window)
	case '"':
		_, err := s.text(window)
		return err
	}
	s.tally.Values++
	return s.skipScalar()
}

// array reads a list of values. A plain string in it names the window of the objects behind it: PostHog writes
// ["window", event].
func (s *scanner) array(window string) error {
	if s.list++; s.list > maxLists {
		return errDepth
	}
	s.pos++
	for first := true; ; first = false {
		c, ok := s.peek()
		if !ok {
			return s.unexpected()
		}
		if c == ']' {
			s.pos++
			s.list--
			return nil
		}
		if !first {
			if err := s.expect(','); err != nil {
				return err
			}
			if c, ok = s.peek(); !ok {
				return s.unexpected()
			}
			if c == ']' { // trailing comma, as JavaScript allows
				continue
			}
		}
		if c != '"' {
			if err := s.value(window); err != nil {
				return err
			}
			continue
		}
		plain, err := s.text(window)
		if err != nil {
			return err
		}
		if plain != "" {
			window = plain
		}
	}
}

// maxWindowID bounds a window id; UUIDs have 36 bytes.
const maxWindowID = 256

// text reads a string: a packed event, JSON text, or neither, in which case it is returned.
func (s *scanner) text(window string) (string, error) {
	s.begin()
	if err := s.skipString(); err != nil {
		return "", err
	}
	if !s.fits() {
		s.tally.Oversize++
		return "", nil
	}
	quoted := s.captured(0, s.rel())
	s.release()
	raw, err := jsontext.AppendUnquote(nil, quoted)
	if err != nil && len(raw) == 0 {
		s.tally.Bad++
		return "", nil
	}
	if packed, ok := unpack(raw, s.opt.MaxValueBytes); ok {
		return "", s.nested(packed, window)
	}
	if trimmed := bytes.TrimSpace(raw); len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[') {
		return "", s.nested(trimmed, window)
	}
	s.tally.Values++
	if len(raw) > maxWindowID {
		return "", nil
	}
	return string(raw), nil
}

// nested reads JSON text that was found inside a string or kept aside.
func (s *scanner) nested(text []byte, window string) error {
	if s.list >= maxLists {
		return errDepth
	}
	in := &scanner{lexer: newBytesLexer(text, s.opt), opt: s.opt, yield: s.yield, list: s.list + 1}
	err := in.value(window)
	s.tally.Events += in.tally.Events
	s.tally.Values += in.tally.Values
	s.tally.Bad += in.tally.Bad
	s.tally.Oversize += in.tally.Oversize
	if err == io.ErrUnexpectedEOF || errors.Is(err, errSyntax) || errors.Is(err, errDepth) {
		s.tally.Bad++
		return nil
	}
	return err
}

// span is a range of the captured object.
type span struct{ from, to int }

// members are the parts of an object that say what it is.
type members struct {
	data, typ, time, sid, cv span
	window                   string
	holder                   bool // a wrapper: its events were handed out
	kept                     bool // data is a list whose window may still follow
}

// object reads an object: an event, or one of the wrappers
//
//	{events:[…]}  {rrwebEvents:[…]}  {snapshots:[…]}  {snapshotsByWindowId:{window:[…]}}  {snapshot_data_by_window_id:{…}}
//	{window_id, data:[…]}
//	{data|result|payload|properties: one of these}
func (s *scanner) object(window string) error {
	if done, err := s.inPlace(window); done {
		return err
	}
	s.begin()
	m := members{window: window}
	if err := s.eachMember(func(key string) error { return s.member(key, &m) }); err != nil {
		return err
	}
	if m.holder {
		return nil
	}
	s.tally.Values++
	if !s.fits() {
		s.tally.Oversize++
		return nil
	}
	if m.kept {
		list := bytes.Clone(s.captured(m.data.from, m.data.to))
		s.release()
		return s.nested(list, m.window)
	}
	err := s.event(&m)
	s.release()
	return err
}

// eachMember consumes an object and calls f with every key; f consumes the value.
func (s *scanner) eachMember(f func(key string) error) error {
	s.pos++
	for first := true; ; first = false {
		c, ok := s.peek()
		if !ok {
			return s.unexpected()
		}
		if c == '}' {
			s.pos++
			return nil
		}
		if !first {
			if err := s.expect(','); err != nil {
				return err
			}
			if c, ok = s.peek(); !ok {
				return s.unexpected()
			}
			if c == '}' {
				continue
			}
		}
		if c != '"' {
			return errSyntax
		}
		key, err := s.key()
		if err != nil {
			return err
		}
		if err := s.expect(':'); err != nil {
			return err
		}
		if err := f(key); err != nil {
			return err
		}
	}
}

// memberNames are the names that object looks for; looking them up saves a copy of each.
var memberNames = map[string]string{"type": "type", "data": "data", "timestamp": "timestamp", "source": "source", "id": "id",
	"x": "x", "y": "y", "positions": "positions", "adds": "adds", "removes": "removes", "texts": "texts",
	"attributes": "attributes", "windowId": "windowId", "_sid": "_sid", "cv": "cv", "delay": "delay", "node": "node",
	"href": "href", "tag": "tag", "payload": "payload", "plugin": "plugin", "pointerType": "pointerType"}

// key reads a member name. Names longer than the capture allows come back empty.
func (s *scanner) key() (string, error) {
	own := s.mark < 0
	if own {
		lost := s.overflow
		s.begin()
		defer func() { s.release(); s.overflow = s.overflow || lost }()
	}
	from := s.rel()
	if err := s.skipString(); err != nil {
		return "", err
	}
	if s.mark < 0 {
		return "", nil
	}
	quoted := s.captured(from, s.rel())
	if bytes.IndexByte(quoted, '\\') < 0 {
		plain := quoted[1 : len(quoted)-1]
		if name, ok := memberNames[string(plain)]; ok {
			return name, nil
		}
		return string(plain), nil
	}
	plain, err := jsontext.AppendUnquote(nil, quoted)
	if err != nil && plain == nil {
		return "", errSyntax
	}
	return string(plain), nil
}

// member reads the value of one member of an object.
func (s *scanner) member(key string, m *members) error {
	c, ok := s.peek()
	if !ok {
		return s.unexpected()
	}
	if isList(key, c) || isByWindow(key, c) {
		m.holder = true
		s.release()
		return s.holds(c, m.window)
	}
	from := s.rel()
	var err error
	switch {
	case c == '{' && isContainer(key):
		err = s.container(m)
	case c == '[' && key == "data" && !m.holder:
		if m.window != "" {
			m.holder = true
			s.release()
			return s.array(m.window)
		}
		m.kept = true
		err = s.skipNested()
	default:
		err = s.skipValue()
	}
	if err != nil || s.mark < 0 {
		return err
	}
	at := span{from, s.rel()}
	switch key {
	case "data":
		m.data = at
	case "type":
		m.typ = at
	case "timestamp":
		m.time = at
	case "_sid":
		m.sid = at
	case "cv":
		m.cv = at
	case "windowId", "window_id", "$window_id":
		if w := scalarText(s.captured(at.from, at.to)); len(w) <= maxWindowID {
			m.window = w
		}
	}
	return nil
}

// container looks into an object that may hold a list of events one level down.
func (s *scanner) container(m *members) error {
	return s.eachMember(func(key string) error {
		c, ok := s.peek()
		if !ok {
			return s.unexpected()
		}
		if isList(key, c) || isByWindow(key, c) {
			m.holder = true
			s.release()
			return s.holds(c, m.window)
		}
		if key == "$window_id" && c == '"' && s.mark >= 0 {
			from := s.rel()
			if err := s.skipString(); err != nil || s.mark < 0 {
				return err
			}
			m.window = scalarText(s.captured(from, s.rel()))
			return nil
		}
		return s.skipValue()
	})
}

// holds reads the value of a member that holds events.
func (s *scanner) holds(c byte, window string) error {
	if c == '{' {
		return s.eachMember(func(id string) error { return s.value(id) })
	}
	return s.value(window)
}

func isList(key string, c byte) bool {
	if c != '[' {
		return false
	}
	switch key {
	case "events", "rrwebEvents", "snapshots", "$snapshot_data", "$snapshot_items":
		return true
	}
	return false
}

func isByWindow(key string, c byte) bool {
	return c == '{' && (key == "snapshotsByWindowId" || key == "snapshot_data_by_window_id")
}

func isContainer(key string) bool {
	switch key {
	case "data", "result", "payload", "properties":
		return true
	}
	return false
}

// scalarText returns a string unquoted and any other scalar as it stands: window ids are numbers in newer exports.
func scalarText(raw []byte) string {
	if len(raw) > 0 && raw[0] == '"' {
		b, err := jsontext.AppendUnquote(nil, raw)
		if err != nil && len(b) == 0 {
			return ""
		}
		return string(b)
	}
	if string(raw) == "null" {
		return ""
	}
	return string(raw)
}

// event hands out the captured object if it is an event: a numeric type and a time.
func (s *scanner) event(m *members) error {
	if m.typ.to == 0 || m.time.to == 0 {
		return nil
	}
	typ, err := strconv.ParseUint(scalarText(s.captured(m.typ.from, m.typ.to)), 10, 16)
	if err != nil {
		return nil
	}
	ms, err := strconv.ParseFloat(scalarText(s.captured(m.time.from, m.time.to)), 64)
	if err != nil || ms <= 0 || math.IsInf(ms, 0) || math.IsNaN(ms) {
		s.tally.Bad++
		return nil
	}
	e := Event{Type: int(typ), Time: ms, Window: m.window, SID: -1}
	e.Time, e.Seconds = milliseconds(ms)
	if m.sid.to > 0 {
		if n, err := strconv.ParseInt(string(s.captured(m.sid.from, m.sid.to)), 10, 64); err == nil {
			e.SID = n
		}
	}
	if m.data.to > 0 {
		e.Data = s.captured(m.data.from, m.data.to)
	}
	if err := s.uncompress(&e, m); err != nil {
		e.Damaged = true
	}
	s.tally.Events++
	if err := s.yield(e); err != nil {
		return yieldError{err}
	}
	return nil
}

// Times between these bounds are seconds: 2001-09-09 in seconds is 1e9, in milliseconds 1e12. Below, the writer counts
// from the start of its recording, and milliseconds they are.
const minEpochSeconds, minEpochMillis = 1e9, 1e12

// milliseconds converts a time in seconds. Some recorders mix the two within one recording (Sentry's spans).
func milliseconds(t float64) (ms float64, seconds bool) {
	if t >= minEpochSeconds && t < minEpochMillis/10 {
		return t * 1000, true
	}
	return t, false
}
