package rrweb

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/rankle/rankle/replay"
)

// plugin handles events of recorder plugins: the console and the network.
func (p *player) plugin(w *window, at time.Duration, logged float64, data []byte) error {
	var name string
	var body []byte
	p.dec.reset(data)
	err := p.dec.fields(func(key []byte) (err error) {
		switch string(key) {
		case "plugin":
			name, err = p.dec.word()
		case "payload":
			var raw []byte
			raw, err = p.dec.value()
			body = raw
		default:
			err = p.dec.skip()
		}
		return err
	})
	if err != nil || len(body) == 0 {
		return err
	}
	switch {
	case strings.HasPrefix(name, "rrweb/console@"):
		return p.console(w, at, body)
	case strings.HasPrefix(name, "rrweb/network@"), strings.HasPrefix(name, "posthog/network@"):
		return p.networkEvent(w, logged, body)
	}
	return nil
}

// maxMessage is the length of error messages in runes, see replay.Error.
const maxMessage = 200

// console reads one console call. Only errors are kept.
func (p *player) console(w *window, at time.Duration, body []byte) error {
	p.s.Coverage.Console = true
	level := ""
	var parts []string
	p.dec.reset(body)
	err := p.dec.fields(func(key []byte) (err error) {
		switch string(key) {
		case "level":
			level, err = p.dec.word()
		case "payload":
			err = p.dec.elements(func() error {
				s, err := p.dec.shortText()
				if len(parts) < 3 {
					parts = append(parts, argument(s))
				}
				return err
			})
		default:
			err = p.dec.skip()
		}
		return err
	})
	if err != nil || level != "error" {
		return err
	}
	message := strings.Join(parts, " ")
	// Browsers word what reaches window.onerror and unhandledrejection this way; console.error has no such prefix.
	p.logError(w, at, message, strings.HasPrefix(message, "Uncaught "))
	return nil
}

// argument undoes the stringify of the console plugin for one argument. Only text stays text; cut texts lose their quotes
// only. Objects are what an application logs for itself, a form or an account at times, so that nothing of one is kept.
func argument(s string) string {
	switch {
	case strings.HasPrefix(s, "{"):
		return "{…}"
	case strings.HasPrefix(s, "["):
		return "[…]"
	case !strings.HasPrefix(s, `"`):
		return s
	}
	if b, err := jsontext.AppendUnquote(nil, s); err == nil {
		return string(b)
	}
	return strings.Trim(s, `"`)
}

func (p *player) logError(w *window, at time.Duration, message string, thrown bool) {
	if len(p.s.Errors) >= p.opt.MaxDetails {
		p.b.Mark(replay.MarkLimit)
		return
	}
	first, _, _ := strings.Cut(message, "\n") // the lines below are a stack
	first = withoutQueries(oneLine(first))
	shown := replay.MaskText(first)
	if r := []rune(shown); len(r) > maxMessage {
		shown = string(r[:maxMessage])
	}
	ev := p.emit(w, at, replay.ErrorEvent)
	ev.Detail = int32(len(p.s.Errors))
	p.s.Errors = append(p.s.Errors, replay.Error{Message: shown, Fingerprint: fingerprint(first), Thrown: thrown})
}

// withoutQueries cuts queries and fragments off the URLs in a text.
func withoutQueries(s string) string {
	if !strings.Contains(s, "?") && !strings.Contains(s, "#") {
		return s
	}
	words := strings.Split(s, " ")
	for i, word := range words {
		if at := strings.IndexAny(word, "?#"); at > 0 && strings.Contains(word[:at], "/") {
			words[i] = word[:at]
		}
	}
	return strings.Join(words, " ")
}

// fingerprint hashes a message without what varies between two occurrences: quoted values, and words with digits.
func fingerprint(message string) string {
	var plain strings.Builder
	quote := rune(0)
	for _, r := range message {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
			continue
		case r == '"' || r == '`' || r == '\'':
			quote = r
			plain.WriteByte('q')
			continue
		}
		plain.WriteRune(unicode.ToLower(r))
	}
	between := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	h := uint64(fnvSeed)
	for word := range strings.FieldsFuncSeq(plain.String(), between) {
		if strings.ContainsFunc(word, unicode.IsDigit) {
			word = "0"
		}
		for i := range len(word) {
			h = (h ^ uint64(word[i])) * fnvPrime
		}
		h = (h ^ 0xff) * fnvPrime
	}
	return strconv.FormatUint(h, 16)
}

// FNV-1a, 64 bit: fingerprints are compared across sessions and releases.
const (
	fnvSeed  = 14695981039346656037
	fnvPrime = 1099511628211
)

// request is one request before its times are known.
type request struct {
	method, url, initiator string
	status                 int
}

// pendingRequest is a request with times of the page's own clock (performance.now), which starts at the page load.
type pendingRequest struct {
	request
	start, end float64 // ms since the page's time origin
	logged     float64 // epoch ms at which the recorder reported it
}

// statusUnknown: the recorder saw the request but not its status.
const statusUnknown = -1

// networkEvent reads the requests of one network plugin event.
func (p *player) networkEvent(w *window, logged float64, body []byte) error {
	p.s.Coverage.Network = true
	p.dec.reset(body)
	if body[0] == '[' {
		return p.dec.elements(func() error { return p.networkRequest(w, logged) })
	}
	listed := false
	err := p.dec.fields(func(key []byte) error {
		if string(key) == "requests" {
			listed = true
			return p.dec.elements(func() error { return p.networkRequest(w, logged) })
		}
		return p.dec.skip()
	})
	if err != nil || listed {
		return err
	}
	p.dec.reset(body) // posthog/network@1 writes one request without a list
	return p.networkRequest(w, logged)
}

// networkRequest reads one request. Headers and bodies are skipped unread.
func (p *player) networkRequest(w *window, logged float64) error {
	var r pendingRequest
	var origin, stamp, duration, responseEnd float64
	var hasStart, hasEnd, hasDuration, hasStatus bool
	r.logged = logged
	d := p.dec
	err := d.fields(func(key []byte) (err error) {
		var f float64
		var ok bool
		switch string(key) { // the numbers are PostHog's columns
		case "name", "url", "2":
			r.url, err = d.shortText()
		case "method":
			r.method, err = d.word()
		case "initiatorType", "18":
			r.initiator, err = d.word()
		case "status", "responseStatus", "21":
			if f, ok, err = d.number(); ok {
				r.status, hasStatus = int(clamp32(f)), true
			}
		case "startTime", "3":
			r.start, hasStart, err = d.number()
		case "endTime":
			r.end, hasEnd, err = d.number()
		case "responseEnd", "15":
			responseEnd, _, err = d.number()
		case "duration", "39":
			duration, hasDuration, err = d.number()
		case "timeOrigin", "1":
			origin, _, err = d.number()
		case "timestamp", "40":
			stamp, _, err = d.number()
		default:
			err = d.skip()
		}
		return err
	})
	if err != nil || r.url == "" {
		return err
	}
	r.initiator = strings.ToLower(r.initiator)
	if r.initiator == "xhr" {
		r.initiator = "xmlhttprequest"
	}
	scripted := r.initiator == "fetch" || r.initiator == "xmlhttprequest"
	if !hasStatus || (r.status == 0 && !scripted) {
		r.status = statusUnknown // images and scripts of other hosts have a status of 0 whatever came of them
	}
	switch {
	case hasEnd:
	case responseEnd > 0:
		r.end = responseEnd
	case hasStart && hasDuration:
		r.end = r.start + duration
	}
	if !hasStart {
		r.start = r.end - duration
	}
	r.end = max(r.end, r.start)
	length := r.end - r.start
	switch {
	case origin > minEpochMillis/10 && r.end > 0:
		p.requestNear(w, logged, origin+r.start, origin+r.end, r.request)
	case stamp > minEpochMillis/10:
		p.requestNear(w, logged, stamp, stamp+max(length, duration), r.request)
	case r.start > minEpochMillis/10: // some writers use epoch times right away
		p.requestNear(w, logged, r.start, r.end, r.request)
	case r.end > 0:
		if len(w.network) < p.opt.MaxDetails {
			w.network = append(w.network, r)
		} else {
			p.b.Mark(replay.MarkLimit)
		}
	default:
		p.request(w, logged-duration, logged, r.request)
	}
	return nil
}

// maxReportDelay is how long after its end a request may be reported. Recorders flush within seconds; a time further
// off comes from a wrong clock, and the time of the report is the better guess.
const maxReportDelay = 10 * float64(time.Minute/time.Millisecond)

// requestNear records a request with epoch times, unless they are implausible beside the time of the report.
func (p *player) requestNear(w *window, logged, start, end float64, r request) {
	if end > logged+1000 || end < logged-maxReportDelay {
		start, end = logged-(end-start), logged
	}
	p.request(w, start, end, r)
}

// flushRequests places the requests of one page load. Nobody recorded when the page's clock started, but a request is
// reported after it ended, so (report - end) bounds the start from above. The page's clock stands still while a
// machine sleeps, so the start only ever appears to move later: the best bound for a request is the smallest among it
// and all that follow.
func (p *player) flushRequests(w *window) {
	origins := make([]float64, len(w.network))
	bound := math.Inf(1)
	for end := len(w.network); end > 0; { // what is reported at once has one clock
		from := end
		for from > 0 && w.network[from-1].logged == w.network[end-1].logged {
			from--
			bound = min(bound, w.network[from].logged-w.network[from].end)
		}
		for i := from; i < end; i++ {
			origins[i] = bound
		}
		end = from
	}
	for i, r := range w.network {
		p.request(w, origins[i]+r.start, origins[i]+r.end, r.request)
	}
	w.network = w.network[:0]
}

// request records a finished request with epoch times.
func (p *player) request(w *window, start, end float64, r request) {
	if len(p.s.Requests) >= p.opt.MaxDetails {
		p.b.Mark(replay.MarkLimit)
		return
	}
	host, path := replay.SplitURL(r.url)
	if host != "" && (w.screen < 0 || host != p.s.Screens[w.screen].Host) {
		path = host + path
	}
	ev := p.emit(w, p.at(end), replay.RequestEvent)
	ev.Detail = int32(len(p.s.Requests))
	p.s.Requests = append(p.s.Requests, replay.Request{Start: p.at(start), End: p.at(end), Method: strings.ToUpper(r.method),
		Path: path, Status: r.status, Initiator: r.initiator})
}
