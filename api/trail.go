package api

import (
	"context"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/rankle/rankle/api/access"
	"github.com/rankle/rankle/ranker/review"
)

// Trail is who decided what, newest first.
type Trail struct {
	Deeds      []Deed `json:"deeds"`
	NextCursor string `json:"next_cursor,omitempty" doc:"Absent on the last page"`
}

// Deed is one decision.
type Deed struct {
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Kind    string    `json:"kind" enum:"issue,episode,control"`
	Subject string    `json:"subject" doc:"Key of the issue, or JSON that names the episode or the control"`
	Rev     int64     `json:"rev" doc:"Of the subject after it"`
	State   string    `json:"state" doc:"Of the subject after it, JSON"`
}

type trailInput struct {
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"500"`
	Cursor string `query:"cursor" maxLength:"20" pattern:"^[0-9]*$" doc:"next_cursor of the page before"`
}

func (s *Server) trail(ctx context.Context, in *trailInput) (*struct{ Body Trail }, error) {
	if s.opts.Reviews == nil {
		return nil, errNoReviews
	}
	before, err := strconv.ParseInt("0"+in.Cursor, 10, 64)
	if err != nil {
		return nil, errCursor
	}
	deeds, err := s.opts.Reviews.Trail(ctx, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := Trail{}
	if len(deeds) > in.Limit {
		deeds = deeds[:in.Limit]
		out.NextCursor = strconv.FormatInt(deeds[in.Limit-1].ID, 10)
	}
	out.Deeds = mapped(deeds, func(d review.Deed) Deed {
		return Deed{At: d.At, By: d.By, Kind: d.Kind, Subject: d.Subject, Rev: d.Rev, State: string(d.State)}
	})
	return &struct{ Body Trail }{out}, nil
}

// trailRoutes registers what an admin may see beyond a reviewer.
func (s *Server) trailRoutes(api huma.API) {
	op := get("trail", "/api/v1/trail", "Who decided what, for admins; nothing in it is ever changed")
	op.Metadata = map[string]any{need: access.Admin}
	add(s, api, op, s.trail)
}
