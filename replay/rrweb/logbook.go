package rrweb

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rankle/rankle/replay"
)

// Logbook collects what a page said on its console and what it asked the network for, for people to look at: masked, first
// lines only. Of objects nothing is kept, of requests neither query nor headers nor bodies. Of calls that report neither an
// error nor a warning only the first argument is kept: it is what the application's authors wrote, and what follows it are
// values. Events of one window must come in playing order. Not safe for concurrent use.
type Logbook struct {
	opt     Options
	dec     decoder
	host    string // of the page that is shown
	lines   []LogLine
	pending []pendingRequest // their URLs are what is shown of them
	console bool
	network bool
	full    bool
}

// LogLine is one console call or one request.
type LogLine struct {
	At    float64  // epoch ms; of a request when it began
	Level LogLevel // of a console call; "" for a request
	Text  string   // of a console call: masked, one line, at most 200 runes
	// Method and Path are a request's; see replay.Request, as for Status and Initiator.
	Method, Path string
	Status       int
	Initiator    string
	Duration     float64 // of a request, ms
}

// LogLevel is how grave a console call is.
type LogLevel string

// The levels of the console; whatever else recorders write is LevelLog.
const (
	LevelError LogLevel = levelError
	LevelWarn  LogLevel = "warn"
	LevelInfo  LogLevel = "info"
	LevelLog   LogLevel = "log"
	LevelDebug LogLevel = "debug"
)

// Failed reports whether a line tells of something that went wrong: an error, or a request without success.
func (l LogLine) Failed() bool {
	if l.Level != "" {
		return l.Level == LevelError
	}
	return l.Status == 0 || l.Status >= 400
}

// NewLogbook returns an empty Logbook for one window.
func NewLogbook(opt Options) *Logbook { return &Logbook{opt: opt.withDefaults()} }

// Logs reports whether events of a type may hold something for a Logbook.
func Logs(e Event) bool { return e.Type == typePlugin || e.Type == typeCustom || e.Type == typeMeta }

// Add takes one event. Events that hold nothing of console or network, or cannot be read, change nothing.
func (l *Logbook) Add(e Event) {
	switch e.Type {
	case typeMeta:
		l.dec.reset(e.Data)
		_ = l.dec.fields(func(key []byte) error {
			if string(key) != "href" {
				return l.dec.skip()
			}
			href, err := l.dec.text()
			l.host, _ = replay.SplitURL(href)
			return err
		})
	case typeCustom:
		l.custom(e)
	case typePlugin:
		kind, body, err := l.dec.decodePlugin(e.Data)
		switch {
		case err != nil:
		case kind == consolePlugin:
			l.call(e.Time, body)
		case kind == networkPlugin:
			l.requests(e.Time, body)
		}
	}
}

func (l *Logbook) call(at float64, body []byte) {
	l.console = true
	name, arguments, err := l.dec.decodeConsole(body)
	if err != nil || len(arguments) == 0 {
		return
	}
	level := levelOf(name)
	if level != LevelError && level != LevelWarn {
		arguments = arguments[:1]
	}
	l.say(at, level, strings.Join(arguments, " "))
}

func (l *Logbook) requests(logged float64, body []byte) {
	l.network = true
	_ = l.dec.decodeRequests(body, func(r reported) {
		r.logged = logged
		if start, end, ok := r.epoch(); ok {
			l.request(start, end, r.request)
		} else if l.room() {
			r.url = requestPath(r.url, l.host)
			l.pending = append(l.pending, r.pendingRequest)
		}
	})
}

// custom takes Sentry's breadcrumbs and spans.
func (l *Logbook) custom(e Event) {
	tag, info, err := l.dec.decodeCustom(e.Data)
	if err != nil {
		return
	}
	switch plainName(nil, tag) {
	case "breadcrumb":
		if info.category != "console" {
			return
		}
		l.console = true
		// Sentry joins the arguments, so that in other calls words and values cannot be told apart.
		if level := levelOf(info.level); level == LevelError || level == LevelWarn {
			l.say(e.Time, level, info.message)
		}
	case "performancespan":
		if r, start, end, ok := info.request(); ok {
			l.network = true
			l.request(start, end, r)
		}
	}
}

func (l *Logbook) room() bool {
	l.full = l.full || len(l.lines)+len(l.pending) >= l.opt.MaxDetails
	return !l.full
}

func (l *Logbook) say(at float64, level LogLevel, message string) {
	_, shown := firstLine(message)
	if l.opt.Privacy.MaskAll {
		shown = starsForWords(shown)
	}
	if shown != "" && l.room() {
		l.lines = append(l.lines, LogLine{At: at, Level: level, Text: shown})
	}
}

func (l *Logbook) request(start, end float64, r request) {
	if l.room() {
		r.url = requestPath(r.url, l.host)
		l.lines = append(l.lines, lineOf(start, end, r))
	}
}

// lineOf makes a line of a request whose URL is what is shown of it.
func lineOf(start, end float64, r request) LogLine {
	return LogLine{At: start, Method: strings.ToUpper(r.method), Path: r.url, Status: r.status, Initiator: r.initiator, Duration: end - start}
}

// Recorded reports whether the recorder listened to the console and to the network: a silent page differs from one that
// nobody listened to.
func (l *Logbook) Recorded() (console, network bool) { return l.console, l.network }

// Lines returns what lies in [from, to], epoch ms, in order of time; requests that are under way at from are in it. Of more
// than limit lines it keeps those that failed, then console calls and what scripts asked for, then the rest, the earliest of
// each; left is how many went. Nothing may be added afterwards.
func (l *Logbook) Lines(from, to float64, limit int) (lines []LogLine, left int) {
	placed(l.pending, func(start, end float64, r request) { l.lines = append(l.lines, lineOf(start, end, r)) })
	l.pending = nil
	for _, line := range l.lines {
		if line.At <= to && line.At+line.Duration >= from {
			lines = append(lines, line)
		}
	}
	inTime := func(a, b LogLine) int { return cmp.Compare(a.At, b.At) }
	slices.SortStableFunc(lines, inTime)
	if left = len(lines) - limit; left > 0 {
		slices.SortStableFunc(lines, func(a, b LogLine) int { return cmp.Compare(a.weight(), b.weight()) })
		lines = lines[:limit]
		slices.SortStableFunc(lines, inTime)
	}
	return lines, max(left, 0)
}

// weight orders lines by how much they tell; what tells most comes first.
func (l LogLine) weight() int {
	switch {
	case l.Failed():
		return 0
	case l.Level != "", l.Initiator == "fetch", l.Initiator == "xmlhttprequest":
		return 1
	}
	return 2
}

// levelOf reads a console method or a level of Sentry's.
func levelOf(name string) LogLevel {
	switch name {
	case "error", "assert", "fatal":
		return LevelError
	case "warn", "warning":
		return LevelWarn
	case "info":
		return LevelInfo
	case "debug", "trace":
		return LevelDebug
	}
	return LevelLog
}
