package openreplay

import "strings"

// report handles what the tracker tells of the page's console and network.
func (t *tab) report(typ uint8, c *cursor) {
	switch typ {
	case typeConsole:
		level, text := c.str(), c.bytes()
		switch {
		case c.err != nil:
		case level == "error":
			t.failed(clip(string(text), maxMessage))
		case !t.logged:
			t.log(level, "") // that nothing failed is only known where the console was recorded
		}
	case typeException, typeExceptionOld:
		name, text := c.str(), c.str()
		if c.err == nil {
			t.failed("Uncaught " + clip(name+": "+text, maxMessage))
		}
	case typeRequest, typeRequestOld:
		r := request{initiator: c.str(), method: c.str(), url: c.str()}
		c.bytes()
		c.bytes()
		r.status, r.start, r.duration = int64(min(c.uint(), 999)), c.uint(), c.uint()
		t.request(r, c)
	case typeFetchOld:
		r := request{initiator: "fetch", method: c.str(), url: c.str()}
		c.bytes()
		c.bytes()
		r.status, r.start, r.duration = int64(min(c.uint(), 999)), c.uint(), c.uint()
		t.request(r, c)
	case typeResource, typeResourceOld, typeResourceOldest:
		r := request{start: c.uint(), duration: c.uint(), status: -1}
		c.skip("uuuu")
		r.url, r.initiator = c.str(), c.str()
		if scripted(r.initiator) && t.tr.requests {
			return // told of with its outcome already
		}
		t.request(r, c)
	case typeLongTask:
		_, length := c.uint(), c.uint()
		if c.err == nil && length <= maxDuration {
			t.blocked(length)
		}
	case typeLongFrame:
		c.bytes()
		length, blocking := c.int(), c.int()
		if c.err == nil && blocking > 0 && length > 0 && length <= maxDuration {
			t.blocked(uint64(length))
		}
	case typeCustom:
		if name := c.str(); c.err == nil {
			t.custom(name)
		}
	}
}

// maxMessage bounds an error message, in bytes; its first line is what is kept of it.
const maxMessage = 2000

// maxDuration bounds durations, in ms: a day.
const maxDuration = 24 * 60 * 60 * 1000

// failed tells of an error.
func (t *tab) failed(text string) { t.log("error", text) }

func (t *tab) log(level, text string) {
	t.logged = true
	data := append(t.buf(), `{"plugin":"rrweb/console@1","payload":{"level":`...)
	data = quote(data, level)
	data = append(data, `,"trace":[],"payload":[`...)
	if text != "" {
		data = quote(data, text)
	}
	t.emit(eventPlugin, t.now, append(data, `]}}`...))
}

// request is one finished request.
type request struct {
	initiator, method, url string
	status                 int64  // -1 = not recorded
	start, duration        uint64 // epoch ms, ms
}

// scripted reports whether an initiator is one of the page's scripts.
func scripted(initiator string) bool {
	switch initiator {
	case "fetch", "xhr", "xmlhttprequest":
		return true
	}
	return false
}

// request tells of a request, without headers and bodies.
func (t *tab) request(r request, c *cursor) {
	if c.err != nil || r.url == "" || r.duration > maxDuration {
		return
	}
	url, _, _ := strings.Cut(r.url, "?")
	if r.status >= 0 && !scripted(r.initiator) && r.initiator != "beacon" {
		r.initiator = "fetch" // libraries such as axios, named by the plugins that watch them
	}
	data := append(t.buf(), `{"plugin":"rrweb/network@1","payload":{"requests":[{"name":`...)
	data = quote(data, url)
	if r.method != "" {
		data = append(data, `,"method":`...)
		data = quote(data, clip(r.method, 32))
	}
	data = append(data, `,"initiatorType":`...)
	data = quote(data, clip(r.initiator, 32))
	if r.status >= 0 {
		data = append(data, ',')
		data = member(data, "status", r.status)
	}
	if r.start >= minTime && r.start <= maxTime {
		data = append(data, ',')
		data = member(data, "startTime", r.start)
		data = append(data, ',')
		data = member(data, "endTime", r.start+r.duration)
	} else {
		data = append(data, ',')
		data = member(data, "duration", r.duration)
	}
	t.emit(eventPlugin, t.now, append(data, `}]}}`...))
}

// blocked tells that the main thread did nothing else for a time, up to now.
func (t *tab) blocked(length uint64) {
	data := append(t.buf(), `{"tag":"longtask","payload":{`...)
	data = member(data, "duration", length)
	t.emit(eventCustom, t.now, append(data, `}}`...))
}

// custom tells of an event that the application named. What came with it is not read.
func (t *tab) custom(name string) {
	if name == "" {
		return
	}
	data := append(t.buf(), `{"tag":`...)
	data = quote(data, clip(name, maxSelector))
	t.emit(eventCustom, t.now, append(data, `,"payload":{}}`...))
}
