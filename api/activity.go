package api

import (
	"context"
	"time"

	"github.com/rankle/rankle/ranker/pipeline"
)

// Activity is what the program does beside answering: the analyses that it makes by itself, and what its data directory
// takes. It is a copy; whoever gives it away never changes it.
type Activity struct {
	Every   time.Duration // between two analyses; 0 = this program makes none
	Next    time.Time     // when the next one begins; zero = while one is running, or never
	Running *Underway     // nil = none
	Last    *Ended        // nil = none has ended since the program began
	Disk    []pipeline.DiskPart

	// Of all analyses since the program began.
	Succeeded, Failed, Waited int   // Waited: given up because another process was analysing
	Recordings, Bytes         int64 // read from the sources, those of an analysis under way included
}

// Underway is an analysis that is running.
type Underway struct {
	pipeline.Progress
	Started time.Time
}

// Ended is an analysis that ended.
type Ended struct {
	Started, At time.Time
	Fresh       int    // recordings that it read
	Problem     string // why it failed, and what to do; "" = it did not
}

// Runs is what the server does about its own data.
type Runs struct {
	Served    string      `json:"served" doc:"Name of the run that is served; empty before there is one"`
	EveryS    float64     `json:"every_s" doc:"Seconds between two analyses; 0 = this server makes none by itself"`
	Next      *time.Time  `json:"next" doc:"When the next analysis begins; null while one is running or when there is none"`
	Running   *RunStage   `json:"running" doc:"null when no analysis of this server is running"`
	Last      *RunEnd     `json:"last" doc:"The last analysis of this server; null before the first has ended"`
	DataBytes int64       `json:"data_bytes" doc:"What the data directory takes"`
	Data      []DataBytes `json:"data" doc:"The same by part"`
}

// RunStage is how far an analysis has come.
type RunStage struct {
	Started time.Time `json:"started"`
	Stage   string    `json:"stage" doc:"listing ..., finding sessions, reading, clustering or ranking"`
	Done    int       `json:"done" doc:"Recordings of this stage that are done"`
	Total   int       `json:"total" doc:"Recordings of this stage; 0 = not known"`
	Bytes   int64     `json:"bytes" doc:"Stored bytes read in this stage"`
}

// RunEnd is an analysis that ended.
type RunEnd struct {
	Started   time.Time `json:"started"`
	Ended     time.Time `json:"ended"`
	DurationS float64   `json:"duration_s"`
	Fresh     int       `json:"fresh" doc:"Recordings that it read; all others were known"`
	Problem   string    `json:"problem" doc:"Why it failed and what to do; empty when it did not. The report before it stays"`
}

// DataBytes is what one part of the data directory takes.
type DataBytes struct {
	Part  string `json:"part"`
	Files int    `json:"files"`
	Bytes int64  `json:"bytes"`
}

func (s *Server) activity() Activity {
	if s.opts.Activity == nil {
		return Activity{}
	}
	return s.opts.Activity()
}

// runs is no part of the report and changes while one is served: nothing of it is kept by a browser.
func (s *Server) runs(context.Context, *struct{}) (*struct {
	CacheControl string `header:"Cache-Control"`
	Body         Runs
}, error) {
	a := s.activity()
	out := &struct {
		CacheControl string `header:"Cache-Control"`
		Body         Runs
	}{CacheControl: "no-store"}
	if v := s.view.Load(); v != nil {
		out.Body.Served = v.run.Run
	}
	out.Body.EveryS, out.Body.Data = a.Every.Seconds(), mapped(a.Disk, func(p pipeline.DiskPart) DataBytes {
		return DataBytes{Part: p.Name, Files: p.Files, Bytes: p.Bytes}
	})
	for _, p := range a.Disk {
		out.Body.DataBytes += p.Bytes
	}
	if !a.Next.IsZero() {
		next := a.Next.UTC()
		out.Body.Next = &next
	}
	if r := a.Running; r != nil {
		out.Body.Running = &RunStage{Started: r.Started.UTC(), Stage: r.Stage, Done: r.Done, Total: r.Total, Bytes: r.Bytes}
	}
	if l := a.Last; l != nil {
		out.Body.Last = &RunEnd{Started: l.Started.UTC(), Ended: l.At.UTC(), DurationS: l.At.Sub(l.Started).Seconds(), Fresh: l.Fresh, Problem: l.Problem}
	}
	return out, nil
}
