package rrweb

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/rankle/rankle/replay"
)

// plugin handles events of recorder plugins: the console and the network.
func (p *player) plugin(w *window, at time.Duration, logged float64, data []byte) error {
	kind, body, err := p.dec.decodePlugin(data)
	if err != nil {
		return err
	}
	switch kind {
	case consolePlugin:
		return p.console(w, at, body)
	case networkPlugin:
		return p.networkEvent(w, logged, body)
	}
	return nil
}

// pluginKind is what a plugin records.
type pluginKind uint8

const (
	otherPlugin pluginKind = iota
	consolePlugin
	networkPlugin
)

// decodePlugin finds the payload of a plugin's event; a plugin that wrote none is another.
func (d *decoder) decodePlugin(data []byte) (kind pluginKind, body []byte, err error) {
	var name string
	d.reset(data)
	err = d.fields(func(key []byte) (err error) {
		switch string(key) {
		case "plugin":
			name, err = d.word()
		case "payload":
			body, err = d.value()
		default:
			err = d.skip()
		}
		return err
	})
	switch {
	case err != nil || len(body) == 0:
	case strings.HasPrefix(name, "rrweb/console@"):
		kind = consolePlugin
	case strings.HasPrefix(name, "rrweb/network@"), strings.HasPrefix(name, "posthog/network@"):
		kind = networkPlugin
	}
	return kind, body, err
}

// maxMessage is the length of error messages in runes, see replay.Error.
const maxMessage = 200

// console reads one console call. Only errors are kept.
func (p *player) console(w *window, at time.Duration, body []byte) error {
	p.s.Coverage.Console = true
	level, arguments, err := p.dec.decodeConsole(body)
	if err != nil || level != levelError {
		return err
	}
	message := strings.Join(arguments, " ")
	// Browsers word what reaches window.onerror and unhandledrejection this way; console.error has no such prefix.
	p.logError(w, at, message, strings.HasPrefix(message, "Uncaught "))
	return nil
}

// levelError is the console's level of errors.
const levelError = "error"

// decodeConsole reads the level of a console call and its first arguments, as argument has them.
func (d *decoder) decodeConsole(body []byte) (level string, arguments []string, err error) {
	d.reset(body)
	err = d.fields(func(key []byte) (err error) {
		switch string(key) {
		case "level":
			level, err = d.word()
		case "payload":
			err = d.elements(func() error {
				s, err := d.shortText()
				if len(arguments) < 3 {
					arguments = append(arguments, argument(s))
				}
				return err
			})
		default:
			err = d.skip()
		}
		return err
	})
	return level, arguments, err
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
	first, shown := firstLine(message)
	ev := p.emit(w, at, replay.ErrorEvent)
	ev.Detail = int32(len(p.s.Errors))
	p.s.Errors = append(p.s.Errors, replay.Error{Message: shown, Fingerprint: fingerprint(first), Thrown: thrown})
}

// firstLine returns the first line of a message without the queries of URLs, and how that is shown: masked, at most
// maxMessage runes. The lines below are a stack.
func firstLine(message string) (first, shown string) {
	first, _, _ = strings.Cut(message, "\n")
	first = withoutQueries(oneLine(first))
	shown = replay.MaskText(first)
	if r := []rune(shown); len(r) > maxMessage {
		shown = string(r[:maxMessage])
	}
	return first, shown
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
	var memory [2 * maxText]byte
	plain, quote := memory[:0], rune(0)
	for _, r := range message {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
			continue
		case r == '"' || r == '`' || r == '\'':
			quote = r
			plain = append(plain, 'q')
			continue
		}
		plain = utf8.AppendRune(plain, unicode.ToLower(r))
	}
	between := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	h := uint64(fnvSeed)
	for word := range bytes.FieldsFuncSeq(plain, between) {
		if bytes.ContainsFunc(word, unicode.IsDigit) {
			word = someNumber
		}
		for _, c := range word {
			h = (h ^ uint64(c)) * fnvPrime
		}
		h = (h ^ 0xff) * fnvPrime
	}
	return strconv.FormatUint(h, 16)
}

// someNumber stands for every word with digits in a fingerprint.
var someNumber = []byte("0")

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
	return p.dec.decodeRequests(body, func(r reported) {
		r.logged = logged
		if start, end, ok := r.epoch(); ok {
			p.request(w, start, end, r.request)
		} else if len(w.network) < p.opt.MaxDetails {
			w.network = append(w.network, r.pendingRequest)
		} else {
			p.b.Mark(replay.MarkLimit)
		}
	})
}

// decodeRequests reads the requests of one network plugin event.
func (d *decoder) decodeRequests(body []byte, f func(reported)) error {
	one := func() error {
		r, err := d.decodeRequest()
		if err == nil && r.url != "" {
			f(r)
		}
		return err
	}
	d.reset(body)
	if body[0] == '[' {
		return d.elements(one)
	}
	listed := false
	err := d.fields(func(key []byte) error {
		if string(key) == "requests" {
			listed = true
			return d.elements(one)
		}
		return d.skip()
	})
	if err != nil || listed {
		return err
	}
	d.reset(body) // posthog/network@1 writes one request without a list
	return one()
}

// reported is a request as recorders report it, with every time that they may give, in ms; 0 = not given.
type reported struct {
	pendingRequest
	origin   float64 // epoch time of the page's time origin
	stamp    float64 // epoch time of the start
	duration float64
}

// decodeRequest reads one request. Headers and bodies are skipped unread.
func (d *decoder) decodeRequest() (reported, error) {
	var r reported
	var responseEnd float64
	var hasStart, hasEnd, hasDuration, hasStatus bool
	err := d.fields(func(key []byte) (err error) {
		var f float64
		var ok bool
		switch string(key) { // the numbers are PostHog's columns
		case "name", "url", "2":
			r.url, err = d.address()
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
			r.duration, hasDuration, err = d.number()
		case "timeOrigin", "1":
			r.origin, _, err = d.number()
		case "timestamp", "40":
			r.stamp, _, err = d.number()
		default:
			err = d.skip()
		}
		return err
	})
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
		r.end = r.start + r.duration
	}
	if !hasStart {
		r.start = r.end - r.duration
	}
	r.end = max(r.end, r.start)
	return r, err
}

// epoch returns when the request began and ended in epoch ms. It reports false where only the page's own clock says so:
// such requests wait for those that follow, see placed.
func (r *reported) epoch() (start, end float64, ok bool) {
	length := r.end - r.start
	switch {
	case r.origin > minEpochMillis/10 && r.end > 0:
		start, end = r.near(r.origin+r.start, r.origin+r.end)
	case r.stamp > minEpochMillis/10:
		start, end = r.near(r.stamp, r.stamp+max(length, r.duration))
	case r.start > minEpochMillis/10: // some writers use epoch times right away
		start, end = r.near(r.start, r.end)
	case r.end > 0:
		return 0, 0, false
	default:
		start, end = r.logged-r.duration, r.logged
	}
	return start, end, true
}

// maxReportDelay is how long after its end a request may be reported. Recorders flush within seconds; a time further
// off comes from a wrong clock, and the time of the report is the better guess.
const maxReportDelay = 10 * float64(time.Minute/time.Millisecond)

// near returns epoch times as they are, unless they are implausible beside the time of the report.
func (r *reported) near(start, end float64) (float64, float64) {
	if end > r.logged+1000 || end < r.logged-maxReportDelay {
		return r.logged - (end - start), r.logged
	}
	return start, end
}

// flushRequests records the requests of one page load.
func (p *player) flushRequests(w *window) {
	placed(w.network, func(start, end float64, r request) { p.request(w, start, end, r) })
	w.network = w.network[:0]
}

// placed gives the requests of one page load their epoch times. Nobody recorded when the page's clock started, but a
// request is reported after it ended, so (report - end) bounds the start from above. The page's clock stands still while a
// machine sleeps, so the start only ever appears to move later: the best bound for a request is the smallest among it
// and all that follow.
func placed(requests []pendingRequest, f func(start, end float64, r request)) {
	origins := make([]float64, len(requests))
	bound := math.Inf(1)
	for end := len(requests); end > 0; { // what is reported at once has one clock
		from := end
		for from > 0 && requests[from-1].logged == requests[end-1].logged {
			from--
			bound = min(bound, requests[from].logged-requests[from].end)
		}
		for i := from; i < end; i++ {
			origins[i] = bound
		}
		end = from
	}
	for i, r := range requests {
		f(origins[i]+r.start, origins[i]+r.end, r.request)
	}
}

// request records a finished request with epoch times.
func (p *player) request(w *window, start, end float64, r request) {
	if len(p.s.Requests) >= p.opt.MaxDetails {
		p.b.Mark(replay.MarkLimit)
		return
	}
	own := ""
	if w.screen >= 0 {
		own = p.s.Screens[w.screen].Host
	}
	path := requestPath(r.url, own)
	ev := p.emit(w, p.at(end), replay.RequestEvent)
	ev.Detail = int32(len(p.s.Requests))
	p.s.Requests = append(p.s.Requests, replay.Request{Start: p.at(start), End: p.at(end), Method: strings.ToUpper(r.method),
		Path: path, Status: r.status, Initiator: r.initiator})
}

// requestPath is what is shown of the URL of a request: its path, after its host where that is not the page's own.
func requestPath(url, own string) string {
	host, path := replay.SplitURL(url)
	if host != "" && host != own {
		return host + path
	}
	return path
}
