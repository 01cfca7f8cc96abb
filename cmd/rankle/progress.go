package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/rankle/rankle/ranker/pipeline"
)

// Pauses between two progress lines: a terminal line is redrawn often enough to look alive, a log file gets a line
// that somebody may still want to read.
const (
	terminalPause = 100 * time.Millisecond
	logPause      = 5 * time.Second
)

// progressPrinter shows how far an analysis has come: one redrawn line on a terminal, a line now and then elsewhere.
type progressPrinter struct {
	w        io.Writer
	terminal bool
	now      func() time.Time

	stage   string
	started time.Time // of the stage
	shown   time.Time
	width   int // of the line on the terminal
}

func newProgressPrinter(w io.Writer) *progressPrinter {
	return &progressPrinter{w: w, terminal: isTerminal(w), now: time.Now}
}

// isTerminal reports whether w is a character device.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Show is called by one goroutine at a time.
func (p *progressPrinter) Show(s pipeline.Progress) {
	now := p.now()
	if s.Stage != p.stage {
		p.stage, p.started, p.shown = s.Stage, now, time.Time{}
		if !p.terminal {
			p.shown = now // say nothing about a stage that is over at once
		}
	}
	pause := logPause
	if p.terminal {
		pause = terminalPause
	}
	if now.Sub(p.shown) < pause {
		return
	}
	p.shown = now
	line := progressLine(s, now.Sub(p.started))
	if !p.terminal {
		fmt.Fprintln(p.w, line)
		return
	}
	fmt.Fprintf(p.w, "\r%s%s", line, strings.Repeat(" ", max(0, p.width-len(line))))
	p.width = len(line)
}

// Done clears the line.
func (p *progressPrinter) Done() {
	if p.terminal && p.width > 0 {
		fmt.Fprintf(p.w, "\r%s\r", strings.Repeat(" ", p.width))
		p.width = 0
	}
}

// progressLine says what is being done, how far it is, how fast it goes and how long it will take.
func progressLine(s pipeline.Progress, elapsed time.Duration) string {
	var b strings.Builder
	b.WriteString(s.Stage)
	if s.Total == 0 {
		if s.Done > 0 {
			fmt.Fprintf(&b, ": %d", s.Done)
		}
		return b.String()
	}
	fmt.Fprintf(&b, ": %d of %d (%d %%)", s.Done, s.Total, 100*s.Done/s.Total)
	seconds := elapsed.Seconds()
	if s.Bytes > 0 && seconds > 0 {
		fmt.Fprintf(&b, ", %.1f MB/s", float64(s.Bytes)/1e6/seconds)
	}
	if s.Done > 0 && s.Done < s.Total {
		left := time.Duration(float64(elapsed) / float64(s.Done) * float64(s.Total-s.Done))
		fmt.Fprintf(&b, ", about %s left", left.Round(time.Second))
	}
	return b.String()
}
