package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker/audit"
	"github.com/rankle/rankle/ranker/pipeline"
	"github.com/rankle/rankle/ranker/review"
)

// Auditor draws cases to ask people about; *pipeline.Auditor is one. It is called from many goroutines at once.
type Auditor interface {
	Frame(ctx context.Context) (*audit.Frame, error)
	Sample(ctx context.Context, opt audit.Options) ([]audit.Case, error)
	// Case returns an error that wraps fs.ErrNotExist for an episode that the run does not have.
	Case(ctx context.Context, e review.Episode) (audit.Case, error)
}

var _ Auditor = (*pipeline.Auditor)(nil)

// AuditPage is a sample of episodes to ask people about.
type AuditPage struct {
	Episodes int         `json:"episodes" doc:"Kept and dismissed episodes of the run"`
	Judged   int         `json:"judged" doc:"Of these, those with a verdict"`
	Cases    []AuditCase `json:"cases" doc:"Not judged yet, kept and dismissed ones mixed; empty when all are judged"`
}

// AuditCase is one episode as a person is asked about it. It does not say what the program made of it, so that nobody
// is led.
type AuditCase struct {
	Session  string `json:"session"`
	Pattern  string `json:"pattern"`
	OffsetMS int64  `json:"offset_ms" doc:"From the start of the session; with session and pattern the name of the episode"`
	StartMS  int64  `json:"start_ms" doc:"Epoch milliseconds"`
	EndMS    int64  `json:"end_ms" doc:"Epoch milliseconds"`
	Screen   string `json:"screen" doc:"Screen template"`
	Target   Target `json:"target" doc:"Empty when the episode belongs to a whole screen"`
	Control  string `json:"control" doc:"Key of the control, for a mark; empty when there is none"`
	Device   string `json:"device"`
	Words    string `json:"words" doc:"What was seen, as sentences without an opinion"`
	Page     string `json:"page" doc:"Address of the moment in the viewer"`
	Rev      int64  `json:"rev" doc:"Send it back with a verdict"`
}

// EpisodeVerdict is what a person says about one episode.
type EpisodeVerdict struct {
	Session  string `json:"session" minLength:"1" maxLength:"500"`
	Pattern  string `json:"pattern" minLength:"1" maxLength:"100"`
	OffsetMS int64  `json:"offset_ms" minimum:"0"`
	Verdict  string `json:"verdict" enum:"intended,friction,unclear,none" doc:"none takes a verdict back"`
	Note     string `json:"note,omitempty" maxLength:"10000"`
	Rev      int64  `json:"rev" minimum:"0" doc:"The rev that the verdict was made on; 0 when there was none"`
}

// VerdictList is everything people said about episodes.
type VerdictList struct {
	Verdicts []EpisodeVerdict `json:"verdicts" doc:"By session and offset"`
}

// ControlMark is what a person says about one control on one screen, for all sessions.
type ControlMark struct {
	Screen  string `json:"screen" maxLength:"16000" doc:"Screen template"`
	Control string `json:"control" minLength:"1" maxLength:"16000"`
	Mark    string `json:"mark" enum:"repeat_use,none" doc:"repeat_use: it is meant to be pressed many times in a row; none takes a mark back"`
	Name    string `json:"name,omitempty" maxLength:"200" doc:"Of the control, for people"`
	Note    string `json:"note,omitempty" maxLength:"10000"`
	Rev     int64  `json:"rev" minimum:"0" doc:"The rev that the mark was made on; 0 when there was none"`
}

// AuditReport is what verdicts say about the detectors.
type AuditReport struct {
	From     time.Time      `json:"from" doc:"Start of the first session"`
	To       time.Time      `json:"to" doc:"Start of the last session"`
	Sessions int            `json:"sessions"`
	Episodes int            `json:"episodes" doc:"Kept and dismissed ones"`
	Patterns []AuditMeasure `json:"patterns" doc:"Strongest evidence first"`
	All      AuditMeasure   `json:"all"`
	Marks    []ControlMark  `json:"marks" doc:"Marks that hold, by screen"`
	Pending  bool           `json:"pending" doc:"The run does not obey all of these verdicts yet: analyse again"`
}

// AuditMeasure is what verdicts say about one pattern.
type AuditMeasure struct {
	Pattern   string    `json:"pattern" doc:"Empty for all together"`
	Kept      AuditRate `json:"kept" doc:"Of the episodes kept, those that people call friction: precision"`
	Dismissed AuditRate `json:"dismissed" doc:"Of those dismissed, those that people call friction after all: misses"`
}

// AuditRate is a share measured on a sample and weighted to stand for all; null when nothing was judged.
type AuditRate struct {
	Share     *float64 `json:"share"`
	Low       *float64 `json:"low" doc:"Lower end of the 95 % interval"`
	High      *float64 `json:"high" doc:"Upper end of the 95 % interval"`
	Judged    int      `json:"judged" doc:"Verdicts that say yes or no"`
	Unclear   int      `json:"unclear" doc:"Verdicts that it cannot be told"`
	Of        int      `json:"of" doc:"Episodes that the share is about"`
	Uncovered int      `json:"uncovered" doc:"Of these, in ranges of confidence without a verdict: the share says nothing about them"`
}

type auditInput struct {
	Conditional
	Size    int    `query:"size" default:"20" minimum:"1" maximum:"200"`
	Seed    uint64 `query:"seed" default:"1" doc:"Another seed, another sample"`
	Pattern string `query:"pattern" maxLength:"100" doc:"Only episodes of this pattern"`
}

func (s *Server) audit(ctx context.Context, in *auditInput) (*cached[AuditPage], error) {
	v, frame, verdicts, err := s.audited(ctx)
	if err != nil {
		return nil, err
	}
	tag, err := s.etag(ctx, v, in.Conditional)
	if err != nil {
		return nil, err
	}
	judged, revs := map[review.Episode]bool{}, map[review.Episode]int64{}
	for _, j := range verdicts {
		judged[j.Episode] = j.Verdict.Verdict != review.Withdrawn
		revs[j.Episode] = j.Rev
	}
	cases, err := v.snap.Audit.Sample(ctx, audit.Options{Size: in.Size, Seed: in.Seed, Pattern: friction.Pattern(in.Pattern), Judged: judged})
	if err != nil {
		return nil, err
	}
	page := AuditPage{Episodes: frame.Len(), Judged: frame.Known(judged), Cases: mapped(cases, func(c audit.Case) AuditCase { return auditCaseOf(c, revs[c.Episode]) })}
	return fresh(tag, page), nil
}

// audited returns what auditing needs, or why there is nothing to audit.
func (s *Server) audited(ctx context.Context) (*view, *audit.Frame, []review.Judged, error) {
	v, err := s.whole()
	if err != nil {
		return nil, nil, nil, err
	}
	if v.snap.Audit == nil {
		return nil, nil, nil, errNoAudit
	}
	if s.opts.Reviews == nil {
		return nil, nil, nil, errNoReviews
	}
	frame, err := v.snap.Audit.Frame(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	verdicts, err := s.opts.Reviews.Verdicts(ctx)
	return v, frame, verdicts, err
}

func auditCaseOf(c audit.Case, rev int64) AuditCase {
	start := c.At.UnixMilli()
	return AuditCase{Session: c.Session, Pattern: c.Pattern, OffsetMS: c.Start.Milliseconds(), StartMS: start,
		EndMS: start + (c.End - c.Start).Milliseconds(), Screen: c.Screen, Target: targetOf(c.Target), Control: c.Target.Key,
		Device: c.Device, Words: c.Words, Page: MomentPage(c.Session, c.Start), Rev: rev}
}

// MomentPage is the address of a moment of a session in the viewer, below the viewer's own.
func MomentPage(session string, offset time.Duration) string {
	const lead = 5 * time.Second // what came before is part of the case
	return "/sessions/" + url.PathEscape(session) + "?t=" + strconv.FormatInt(int64(max(offset-lead, 0)/time.Second), 10)
}

type verdictInput struct{ Body EpisodeVerdict }

func (s *Server) setVerdict(ctx context.Context, in *verdictInput) (*struct{ Body EpisodeVerdict }, error) {
	v, _, _, err := s.audited(ctx)
	if err != nil {
		return nil, err
	}
	e := review.Episode{Session: in.Body.Session, Pattern: in.Body.Pattern, Start: offsetOf(in.Body.OffsetMS)}
	if _, err := v.snap.Audit.Case(ctx, e); errors.Is(err, fs.ErrNotExist) {
		return nil, errNoEpisode
	} else if err != nil {
		return nil, err
	}
	now, err := s.opts.Reviews.SetVerdict(ctx, e, review.Verdict{Verdict: opinionOf(in.Body.Verdict), Note: in.Body.Note, Rev: in.Body.Rev}, whoOf(ctx))
	if err != nil {
		return nil, err
	}
	return &struct{ Body EpisodeVerdict }{verdictOf(review.Judged{Episode: e, Verdict: now})}, nil
}

func (s *Server) verdicts(ctx context.Context, in *struct{ Conditional }) (*cached[VerdictList], error) {
	v, err := s.current()
	if err != nil {
		return nil, err
	}
	if s.opts.Reviews == nil {
		return nil, errNoReviews
	}
	tag, err := s.etag(ctx, v, in.Conditional)
	if err != nil {
		return nil, err
	}
	all, err := s.opts.Reviews.Verdicts(ctx)
	if err != nil {
		return nil, err
	}
	return fresh(tag, VerdictList{mapped(all, verdictOf)}), nil
}

// none is how the contract writes what nobody says, or no longer.
const none = "none"

func opinionOf(text string) review.Opinion {
	if text == none {
		return review.Withdrawn
	}
	return review.Opinion(text)
}

func verdictOf(j review.Judged) EpisodeVerdict {
	out := EpisodeVerdict{Session: j.Session, Pattern: j.Pattern, OffsetMS: j.Start.Milliseconds(), Verdict: string(j.Verdict.Verdict), Note: j.Note, Rev: j.Rev}
	if j.Verdict.Verdict == review.Withdrawn {
		out.Verdict = none
	}
	return out
}

type markInput struct{ Body ControlMark }

func (s *Server) setMark(ctx context.Context, in *markInput) (*struct{ Body ControlMark }, error) {
	if _, err := s.current(); err != nil {
		return nil, err
	}
	if s.opts.Reviews == nil {
		return nil, errNoReviews
	}
	c := review.Control{Screen: in.Body.Screen, Key: in.Body.Control}
	m := review.Mark{Mark: in.Body.Mark, Name: in.Body.Name, Note: in.Body.Note, Rev: in.Body.Rev}
	if m.Mark == none {
		m.Mark = ""
	}
	now, err := s.opts.Reviews.SetMark(ctx, c, m, whoOf(ctx))
	if err != nil {
		return nil, err
	}
	return &struct{ Body ControlMark }{markOf(review.Marked{Control: c, Mark: now})}, nil
}

func markOf(m review.Marked) ControlMark {
	out := ControlMark{Screen: m.Screen, Control: m.Key, Mark: m.Mark.Mark, Name: m.Name, Note: m.Note, Rev: m.Rev}
	if out.Mark == "" {
		out.Mark = none
	}
	return out
}

func (s *Server) auditReport(ctx context.Context, in *struct{ Conditional }) (*cached[AuditReport], error) {
	v, frame, verdicts, err := s.audited(ctx)
	if err != nil {
		return nil, err
	}
	tag, err := s.etag(ctx, v, in.Conditional)
	if err != nil {
		return nil, err
	}
	marks, err := s.opts.Reviews.Marks(ctx)
	if err != nil {
		return nil, err
	}
	return fresh(tag, AuditReportOf(frame, verdicts, marks, v.snap.Obeyed)), nil
}

// AuditReportOf measures what people said; obeyed is what the served run obeys.
func AuditReportOf(frame *audit.Frame, verdicts []review.Judged, marks []review.Marked, obeyed review.Decisions) AuditReport {
	measures := mapped(frame.Measure(pipeline.Opinions(verdicts)), measureOf)
	last := len(measures) - 1
	hold := slices.DeleteFunc(slices.Clone(marks), func(m review.Marked) bool { return m.Mark.Mark == "" })
	now := review.DecisionsOf(verdicts, marks)
	return AuditReport{From: frame.From.UTC(), To: frame.To.UTC(), Sessions: frame.Sessions, Episodes: frame.Len(),
		Patterns: measures[:last], All: measures[last], Marks: mapped(hold, markOf), Pending: !now.SameVerdicts(obeyed)}
}

func measureOf(m audit.Measure) AuditMeasure {
	return AuditMeasure{Pattern: string(m.Pattern), Kept: rateOf(m.Precision), Dismissed: rateOf(m.Missed)}
}

func rateOf(r audit.Rate) AuditRate {
	out := AuditRate{Judged: r.Judged, Unclear: r.Unclear, Of: r.Of, Uncovered: r.Uncovered}
	if !math.IsNaN(r.Value) {
		out.Share, out.Low, out.High = number(r.Value), number(r.Low), number(r.High)
	}
	return out
}

// WriteAuditReport writes the report as indented JSON.
func WriteAuditReport(w io.Writer, r AuditReport) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		return fmt.Errorf("write audit report: %w", err)
	}
	return nil
}

// auditRoutes registers what people say about the detectors.
func (s *Server) auditRoutes(api huma.API) {
	put := func(id, path, summary string) huma.Operation {
		op := get(id, path, summary)
		op.Method = "PUT"
		return op
	}
	add(s, api, get("audit", "/api/v1/audit", "A sample of episodes to ask people about"), s.audit)
	add(s, api, get("audit_report", "/api/v1/audit/report", "What verdicts say about the detectors: precision and misses per pattern"), s.auditReport)
	add(s, api, get("verdicts", "/api/v1/audit/verdicts", "Everything people said about episodes"), s.verdicts)
	add(s, api, put("verdict", "/api/v1/audit/verdicts", "Say what an episode was; the next analysis obeys"), s.setVerdict)
	add(s, api, put("mark", "/api/v1/audit/marks", "Say that a control is meant to be pressed many times; the next analysis obeys"), s.setMark)
}
