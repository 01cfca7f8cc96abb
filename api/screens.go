package api

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/rankle/rankle/cluster"
)

// ScreenList is the screens that most sessions reached.
type ScreenList struct {
	Screens []ScreenRow `json:"screens" doc:"Most sessions first; at most 200"`
}

// ScreenRow is one screen.
type ScreenRow struct {
	Screen   string `json:"screen" doc:"Template"`
	Sessions int    `json:"sessions" doc:"That reached it"`
	People   int    `json:"people" doc:"Known users, and sessions without a user id"`
	Controls int    `json:"controls" doc:"Things that people pressed"`
	Tried    int    `json:"tried" doc:"Tries whose outcome is known"`
	Silent   int    `json:"silent" doc:"Tries that nothing answered"`
	Issues   int    `json:"issues" doc:"Issues of the list about its controls"`
}

// ScreenMap is one screen with what people press there.
type ScreenMap struct {
	ScreenRow
	Uses    []ControlUse   `json:"uses" doc:"Most sessions first; at most 60"`
	More    int            `json:"more" doc:"Controls left out"`
	Layouts []ScreenLayout `json:"layouts" doc:"By width of the window, most sessions first"`
}

// ControlUse is one control on the screen, or a thing that people press as if it were one.
type ControlUse struct {
	Target   Target       `json:"target"`
	Issues   []SimilarRef `json:"issues" doc:"Of the list"`
	Sessions int          `json:"sessions" doc:"That pressed it here"`
	Presses  int          `json:"presses"`
	Tried    int          `json:"tried" doc:"Tries whose outcome is known"`
	Answered int          `json:"answered"`
	Silent   int          `json:"silent" doc:"Tries that nothing answered"`
}

// ScreenLayout is the screen in windows of about one width.
type ScreenLayout struct {
	Size      string        `json:"size" doc:"For people: under 480 px"`
	Sessions  int           `json:"sessions"`
	Session   string        `json:"session" doc:"That the picture is of"`
	AtMS      int64         `json:"at_ms" doc:"Epoch milliseconds of the picture"`
	EventsURL string        `json:"events_url" doc:"Playable events up to the picture"`
	Presses   []ScreenPress `json:"presses" doc:"First answered press of each session and control, and all silent ones; a random sample of of"`
	Of        int           `json:"of"`
	Depth     []ScreenDepth `json:"depth" doc:"How far down the page was seen: tenths of it, as far as one session in fifty got; empty where that is not known"`
	Known     int           `json:"known" doc:"Sessions that depth counts: those whose scrolling is known, also without a press"`
}

// ScreenDepth is how many sessions saw the page down to a place.
type ScreenDepth struct {
	Y        int `json:"y" doc:"CSS px from the top of the page"`
	Sessions int `json:"sessions"`
}

// ScreenPress is where somebody pressed.
type ScreenPress struct {
	X        int  `json:"x" doc:"CSS px of the window"`
	Y        int  `json:"y"`
	Down     int  `json:"down" doc:"How far the page was scrolled down, CSS px: the place on the page is y + down"`
	Answered bool `json:"answered"`
	Control  int  `json:"control" doc:"Place of what was pressed in uses, -1 where that left it out. What stays in the window while the page scrolls is not at y + down"`
}

func (s *Server) screens(_ context.Context, in *struct{ Conditional }) (*cached[ScreenList], error) {
	v, err := s.whole()
	if err != nil {
		return nil, err
	}
	tag := v.etag(0)
	if err := in.unchanged(tag); err != nil {
		return nil, err
	}
	return fresh(tag, ScreenList{mapped(v.snap.Screens, screenRow)}), nil
}

type screenInput struct {
	Conditional
	Screen string `query:"screen" required:"true" minLength:"1" maxLength:"16000" doc:"Template"`
}

func (s *Server) screenMap(_ context.Context, in *screenInput) (*cached[ScreenMap], error) {
	v, err := s.whole()
	if err != nil {
		return nil, err
	}
	tag := v.etag(0)
	for i := range v.snap.Screens {
		if m := &v.snap.Screens[i]; m.Template == in.Screen {
			if err := in.unchanged(tag); err != nil {
				return nil, err
			}
			return fresh(tag, v.mapOf(m)), nil
		}
	}
	return nil, errNoScreen
}

func screenRow(m cluster.ScreenMap) ScreenRow {
	row := ScreenRow{Screen: m.Template, Sessions: m.Sessions, People: m.People, Controls: len(m.Controls) + m.More}
	about := map[string]bool{}
	for _, c := range m.Controls {
		row.Tried += c.Tried
		row.Silent += c.Silent
		for _, key := range c.Issues {
			about[key] = true
		}
	}
	row.Issues = len(about)
	return row
}

func (v *view) mapOf(m *cluster.ScreenMap) ScreenMap {
	return ScreenMap{ScreenRow: screenRow(*m), More: m.More,
		Uses: mapped(m.Controls, func(c cluster.ControlUse) ControlUse {
			u := ControlUse{Target: targetOf(c.Target), Issues: []SimilarRef{}, Sessions: c.Sessions, Presses: c.Presses, Tried: c.Tried, Answered: c.Answered, Silent: c.Silent}
			for _, key := range c.Issues {
				if i, ok := v.byKey[key]; ok {
					u.Issues = append(u.Issues, SimilarRef{Key: key, Title: v.rows[i].Title, Rank: v.rows[i].Rank})
				}
			}
			return u
		}),
		Layouts: mapped(m.Layouts, func(l cluster.Layout) ScreenLayout {
			when := at(l.Picture.SessionStart, l.Picture.At)
			return ScreenLayout{Size: l.Size, Sessions: l.Sessions, Session: l.Picture.Session, AtMS: when, Of: l.Of,
				EventsURL: fmt.Sprintf("/api/v1/sessions/%s/events?from_ms=%d&to_ms=%d", url.PathEscape(l.Picture.Session), when, when+pictureTail.Milliseconds()),
				Presses:   mapped(l.Presses, func(p cluster.Press) ScreenPress { return ScreenPress(p) }),
				Depth:     mapped(l.Depth, func(d cluster.Depth) ScreenDepth { return ScreenDepth(d) }), Known: l.Known}
		})}
}

// pictureTail is how much after the moment of a picture its events go on: a player needs an end after the beginning.
const pictureTail = time.Second

// screenRoutes registers what people press on screens.
func (s *Server) screenRoutes(api huma.API) {
	add(s, api, get("screens", "/api/v1/screens", "The screens that most sessions reached"), s.screens)
	add(s, api, get("screen", "/api/v1/screens/map", "One screen with what people press there"), s.screenMap)
}
