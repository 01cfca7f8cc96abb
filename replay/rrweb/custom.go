package rrweb

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rankle/rankle/replay"
)

// payload holds the few members of custom payloads that are read. The rest is never looked at: payloads carry names,
// mails and whole baskets in the wild.
type payload struct {
	text                string // the payload itself, when it is a string
	flag, hasFlag       bool   // the payload itself, when it is a boolean
	href, state, title  string
	hidden, hasHidden   bool
	open                bool
	duration            float64
	category, level     string
	message, op, method string
	description         string
	status              int
	hasStatus           bool
	start, end          float64 // epoch seconds of Sentry's spans
}

// custom handles an event that the application or the recorder's maker named.
func (p *player) custom(w *window, at time.Duration, data []byte) error {
	tag, info, err := p.dec.decodeCustom(data)
	if err != nil {
		return err
	}
	switch name := plainName(p.dec.words, tag); name {
	case "breadcrumb":
		p.breadcrumb(w, at, info)
	case "performancespan":
		p.span(w, info)
	case "pageview", "pageviewmeta", "urlchanged", "urlchange", "navigate", "navigation", "route", "routechange",
		"locationchange", "historychange", "spanavigation":
		href := info.href
		if href == "" {
			href = info.text
		}
		p.navigate(w, at, href, 0)
		if info.title != "" && w.screen >= 0 {
			p.titled(w, info.title)
		}
	case "windowhidden", "pagehidden", "windowblur":
		p.visibility(w, at, true)
	case "windowvisible", "pagevisible", "windowfocus":
		p.visibility(w, at, false)
	case "tabhidden", "visibilitychange", "visibility":
		hidden := true
		switch {
		case info.hasFlag:
			hidden = info.flag
		case info.hasHidden:
			hidden = info.hidden
		case info.state != "" || info.text != "":
			hidden = firstText(info.state, info.text) == "hidden"
		}
		p.visibility(w, at, hidden)
	case "longtask":
		ev := p.emit(w, at, replay.LongTask)
		ev.Detail = round32(info.duration)
	case "keyboard":
		kind := replay.KeyboardHidden
		if info.open {
			kind = replay.KeyboardShown
		}
		p.emit(w, at, kind)
	default:
		p.named(w, at, tag, name)
	}
	return nil
}

func (p *player) visibility(w *window, at time.Duration, hidden bool) {
	p.s.Coverage.Visibility = true
	kind := replay.Visible
	if hidden {
		kind = replay.Hidden
	}
	p.emit(w, at, kind)
}

// recorderTags are custom events of the recorders themselves, by plainName; they say nothing of the application.
var recorderTags = map[string]bool{
	"recordingmeta": true, "closetemporary": true, "closepermanent": true, "sessionoptions": true, "posthogconfig": true,
	"remoteconfigreceived": true, "sessionidle": true, "sessionnolongeridle": true, "browseroffline": true,
	"browseronline": true, "recordingpaused": true, "recordingresumed": true, "sessionidchange": true,
	"sessionstarting": true, "sessionending": true, "options": true, "video": true, "reload": true, "click": true,
	"focus": true, "viewport": true, "identify": true, "referrer": true, "performance": true, "blacklist": true,
}

// named keeps the name of an event of the application.
func (p *player) named(w *window, at time.Duration, tag, name string) {
	if name == "" || recorderTags[name] || strings.HasPrefix(tag, "$") {
		return
	}
	if len(p.s.Customs) >= p.opt.MaxDetails {
		p.b.Mark(replay.MarkLimit)
		return
	}
	ev := p.emit(w, at, replay.CustomEvent)
	ev.Detail = int32(len(p.s.Customs))
	p.s.Customs = append(p.s.Customs, replay.Custom{Name: label(tag)})
}

// plainName makes tags comparable: "window hidden", "page-hidden" and "pageHidden" differ in spelling only.
func plainName(known *words, tag string) string {
	var memory [64]byte
	out := memory[:0]
	for _, r := range tag {
		switch r {
		case ' ', '-', '_', '$', '.', ':':
		default:
			out = utf8.AppendRune(out, unicode.ToLower(r))
		}
	}
	return known.harmless(out)
}

func (d *decoder) decodeCustom(data []byte) (tag string, info payload, err error) {
	d.reset(data)
	err = d.fields(func(key []byte) (err error) {
		switch string(key) {
		case "tag":
			tag, err = d.name()
		case "payload":
			err = d.decodePayload(&info, 0)
		default:
			err = d.skip()
		}
		return err
	})
	return tag, info, err
}

// decodePayload reads the known members of a payload and, one level down, of its member "data".
func (d *decoder) decodePayload(info *payload, depth int) error {
	switch d.peek() {
	case '"':
		s, err := d.shortText()
		info.text = s
		return err
	case 't', 'f':
		v, set, err := d.flag()
		info.flag, info.hasFlag = v, set
		return err
	}
	return d.fields(func(key []byte) (err error) {
		var ok bool
		var f float64
		switch string(key) {
		case "href", "url", "to", "path", "pathname":
			var s string
			if s, err = d.address(); s != "" && (info.href == "" || string(key) == "href" || string(key) == "to") {
				info.href = s
			}
		case "state", "visibilityState":
			info.state, err = d.name()
		case "title":
			info.title, err = d.name()
		case "hidden":
			info.hidden, info.hasHidden, err = d.flag()
		case "open":
			info.open, _, err = d.flag()
		case "duration":
			info.duration, _, err = d.number()
		case "category":
			info.category, err = d.name()
		case "level":
			info.level, err = d.name()
		case "message":
			info.message, err = d.shortText()
		case "op":
			info.op, err = d.name()
		case "method":
			info.method, err = d.name()
		case "description":
			info.description, err = d.shortText()
		case "statusCode", "status_code":
			if f, ok, err = d.number(); ok {
				info.status, info.hasStatus = int(clamp32(f)), true
			}
		case "startTimestamp":
			info.start, _, err = d.number()
		case "endTimestamp":
			info.end, _, err = d.number()
		case "data":
			if depth > 0 {
				return d.skip()
			}
			text := info.text
			err = d.decodePayload(info, depth+1)
			info.text = text
		default:
			err = d.skip()
		}
		return err
	})
}

// breadcrumb handles Sentry's breadcrumbs.
func (p *player) breadcrumb(w *window, at time.Duration, info payload) {
	switch info.category {
	case "navigation":
		p.navigate(w, at, info.href, 0)
	case "console":
		p.s.Coverage.Console = true
		if info.level == "error" {
			p.logError(w, at, info.message, false)
		}
	}
}

// span handles Sentry's performance spans, whose times are seconds.
func (p *player) span(w *window, info payload) {
	if r, start, end, ok := info.request(); ok {
		p.s.Coverage.Network = true
		p.request(w, start, end, r)
		return
	}
	start, _ := milliseconds(info.start)
	if start <= 0 {
		return
	}
	switch info.op {
	case "navigation.push":
		p.navigate(w, p.at(start), info.description, 0)
	case "navigation.back_forward":
		p.navigate(w, p.at(start), info.description, replay.FlagBack)
	}
}

// request reads the payload as one of Sentry's spans. It reports false for spans that are no request.
func (info payload) request() (r request, start, end float64, ok bool) {
	switch info.op {
	case "resource.fetch", "resource.http":
		r.initiator = "fetch"
	case "resource.xhr":
		r.initiator = "xmlhttprequest"
	default:
		return r, 0, 0, false
	}
	start, _ = milliseconds(info.start)
	end, _ = milliseconds(max(info.end, info.start))
	r.method, r.url, r.status = info.method, info.description, statusUnknown
	if info.hasStatus {
		r.status = info.status
	}
	return r, start, end, start > 0
}
