package main

import (
	"context"
	"time"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/ranker/pipeline"
)

const (
	// largeReport is from how many sessions on what lies behind a report waits for the list: opening that of 100,000 takes
	// 1.5 s of processor time, and that of fewer than this is over before a browser has begun to draw.
	largeReport = 10_000
	// listDrawn is how long a browser takes from the answer to the list on its screen, on two processors; with less it
	// shares them with the server.
	listDrawn = time.Second
	// nobodyAsks is how long a server waits for the first who looks: a browser that was opened together with it asks within
	// a second.
	nobodyAsks = 3 * time.Second
)

// listFirst returns when it is time to open what lies behind a result: when the first list is drawn, because that is what
// somebody waits for, at once when somebody asks for more than the list, and soon when nobody asks for anything. Whoever
// asks whether the server is ready asks for more than the list.
func listFirst(ctx context.Context, result *pipeline.Result, server *api.Server) {
	if result == nil || result.Report.Sessions < largeReport {
		return
	}
	select {
	case <-server.Listed():
		select {
		case <-time.After(listDrawn):
		case <-server.Missed():
		case <-ctx.Done():
		}
	case <-time.After(nobodyAsks):
	case <-server.Missed():
	case <-ctx.Done():
	}
}
