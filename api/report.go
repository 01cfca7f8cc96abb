package api

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/ranker"
)

// ReportDocument is the contract of `rankle report --format json`; docs/format/report.md describes it. Fields are only ever
// added. Numbers are finite, lists are never null, times that end in _ms are epoch milliseconds.
type ReportDocument struct {
	Schema      int                `json:"schema"`
	Run         string             `json:"run"`
	Fingerprint string             `json:"fingerprint"`
	FromMS      int64              `json:"from_ms"`
	ToMS        int64              `json:"to_ms"`
	Weeks       float64            `json:"weeks"`
	Sessions    int                `json:"sessions"`
	Users       int                `json:"users"`
	Anonymous   int                `json:"anonymous_sessions"`
	OrderedBy   string             `json:"ordered_by"`
	Method      string             `json:"method"`
	Notes       []string           `json:"notes"`
	Goals       []Goal             `json:"goals"`
	Retention   []RetentionSummary `json:"retention"`
	Read        ReadSummary        `json:"read"`
	Quality     []MarkCount        `json:"quality"`
	Trust
	Funnels []Funnel        `json:"funnels"`
	Returns []DayReturn     `json:"returns"` // of all known users
	Fixes   []Fix           `json:"fixes"`
	Issues  []DocumentIssue `json:"issues"` // in rank order
}

// DocumentIssue is one issue of a ReportDocument.
type DocumentIssue struct {
	Key              string       `json:"key"`
	Rank             int          `json:"rank"`
	Title            string       `json:"title"`
	Family           string       `json:"family"`
	Patterns         []string     `json:"patterns"` // most frequent first
	Screen           string       `json:"screen"`
	Target           Target       `json:"target"`
	Cause            string       `json:"cause"`
	SessionsAffected int          `json:"sessions_affected"`
	UsersAffected    int          `json:"users_affected"`
	SessionsExposed  int          `json:"sessions_exposed"`
	Confidence       float64      `json:"confidence"`
	Impact           MainImpact   `json:"impact"`
	Impacts          []Impact     `json:"impacts"`
	Score            *Figure      `json:"score"`
	Stopped          *Figure      `json:"stopped"`
	Top3             float64      `json:"top3"`
	Top10            float64      `json:"top10"`
	FirstSeenMS      int64        `json:"first_seen_ms"`
	LastSeenMS       int64        `json:"last_seen_ms"`
	Trend            []DayCount   `json:"trend"`
	Segments         []Segment    `json:"segments"`
	Use              Use          `json:"use"`
	Versions         []VersionUse `json:"versions"` // in the order in which they were first seen
	Make
	Dismissed []ReasonCount    `json:"dismissed"`
	Funnel    []FunnelPlace    `json:"funnel"`
	Returns   *DocumentReturns `json:"returns"` // null beyond the first 100 issues
	Clips     []DocumentClip   `json:"clips"`
}

// DocumentClip is one clip of a DocumentIssue.
type DocumentClip struct {
	Session  string `json:"session"`
	StartMS  int64  `json:"start_ms"`
	EndMS    int64  `json:"end_ms"`
	Pattern  string `json:"pattern"`
	Caption  string `json:"caption"`
	Contrast bool   `json:"contrast"`
}

// DocumentReturns compares users who met an issue with those whose same tries all worked, see IssueRetention.
type DocumentReturns struct {
	Met    []DayReturn `json:"met"`
	Worked []DayReturn `json:"worked"`
}

// Document converts a report.
func Document(r *ranker.Report) ReportDocument {
	run := runOf(&Snapshot{Report: r})
	at := make(map[string]int, len(r.Issues))
	for i := range r.Issues {
		at[r.Issues[i].Key] = i
	}
	named := func(key string) (string, int, bool) {
		i, ok := at[key]
		if !ok {
			return "", 0, false
		}
		return r.Issues[i].Title, r.Issues[i].Rank, true
	}
	return ReportDocument{
		Schema: r.Schema, Run: r.Run, Fingerprint: r.Fingerprint, FromMS: epochMS(r.From), ToMS: epochMS(r.To), Weeks: run.Weeks,
		Sessions: r.Sessions, Users: r.Users, Anonymous: r.Anonymous, OrderedBy: r.OrderedBy, Method: r.Method,
		Notes: run.Notes, Goals: run.Goals, Retention: run.Retention, Read: run.Read, Quality: run.Quality, Trust: run.Trust,
		Funnels: mapped(r.Funnels, func(f ranker.Funnel) Funnel { return funnelOf(f, named) }),
		Returns: mapped(r.Curves.All, dayReturnOf), Fixes: mapped(r.Fixes, fixOf),
		Issues: mapped(r.Issues, func(x ranker.Ranked) DocumentIssue { return documentIssue(r, x) }),
	}
}

func documentIssue(report *ranker.Report, r ranker.Ranked) DocumentIssue {
	row := rowOf(r)
	var returns *DocumentReturns
	if c, ok := report.Curves.Of(r.Key); ok {
		returns = &DocumentReturns{Met: mapped(c.Met, dayReturnOf), Worked: mapped(c.Worked, dayReturnOf)}
	}
	return DocumentIssue{
		Funnel: placesIn(report.Funnels, r.Key), Returns: returns,
		Key: row.Key, Rank: row.Rank, Title: row.Title, Family: row.Family,
		Patterns: mapped(row.Patterns, func(p PatternCount) string { return p.Pattern }),
		Screen:   row.Screen, Target: row.Target, Cause: row.Cause, SessionsAffected: row.SessionsAffected,
		UsersAffected: row.UsersAffected, SessionsExposed: row.SessionsExposed, Confidence: row.Confidence,
		Impact: row.Impact, Impacts: row.Impacts, Score: row.Score, Stopped: row.Stopped, Top3: row.Top3, Top10: row.Top10,
		FirstSeenMS: epochMS(r.First), LastSeenMS: epochMS(r.Last), Trend: row.Trend, Segments: row.Segments,
		Use: useOf(r.Use), Versions: mapped(r.Versions, versionUseOf), Make: makeOf(r),
		Dismissed: mapped(r.Dismissed, func(d cluster.ReasonCount) ReasonCount {
			return ReasonCount{Reason: string(d.Reason), Episodes: d.Episodes}
		}),
		Clips: mapped(row.Clips, func(c ClipRef) DocumentClip {
			return DocumentClip{Session: c.Session, StartMS: c.StartMS, EndMS: c.EndMS, Pattern: c.Pattern, Caption: c.Caption, Contrast: c.Contrast}
		}),
	}
}

// epochMS is 0 for a time that is not known.
func epochMS(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// WriteDocument writes the ReportDocument of r as indented JSON.
func WriteDocument(w io.Writer, r *ranker.Report) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(Document(r)); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// Markdown writes a report for a planning document: what was looked at, the ranked list as a table, and the first
// issues with their evidence.
func Markdown(w io.Writer, r *ranker.Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# What to fix first\n\n")
	if !r.From.IsZero() {
		fmt.Fprintf(&b, "%s to %s (%s weeks): ", day(r.From), day(r.To), figure(r.Weeks))
	}
	fmt.Fprintf(&b, "%s of %s, %d of them without a user id.\n", plural(r.Sessions, "session"), plural(r.Users, "known user"), r.Anonymous)
	if r.OrderedBy != "" {
		fmt.Fprintf(&b, "Ordered by %s.\n", md(r.OrderedBy))
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "\n> %s\n", md(n))
	}
	if len(r.Issues) == 0 {
		b.WriteString("\nNo issue was found in this window.\n")
	} else {
		markdownTable(&b, r.Issues)
		for _, issue := range r.Issues[:min(len(r.Issues), markdownDetails)] {
			markdownIssue(&b, issue)
		}
	}
	markdownRead(&b, r)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// markdownDetails is how many issues are told in full: what a team can take into one planning round.
const markdownDetails = 10

func markdownTable(b *strings.Builder, issues []ranker.Ranked) {
	b.WriteString("\n| # | Issue | Screen | Lost per week (95 % interval) | Lost returning users per week | Sessions | Users | Patterns |\n")
	b.WriteString("|--:|---|---|---|---|--:|--:|---|\n")
	for _, r := range issues {
		main := mainImpact(r)
		var patterns []string
		for _, p := range r.Patterns {
			patterns = append(patterns, words(string(p.Pattern)))
		}
		fmt.Fprintf(b, "| %d | %s | %s | %s | %s | %d of %d | %d | %s |\n", r.Rank, md(r.Title), md(r.Screen), cost(main.Conversion),
			cost(main.Retention), r.Sessions, r.Exposed, r.Users, strings.Join(patterns, ", "))
	}
}

func markdownIssue(b *strings.Builder, r ranker.Ranked) {
	fmt.Fprintf(b, "\n## %d. %s\n\n", r.Rank, md(r.Title))
	fmt.Fprintf(b, "Screen %s, issue %s, seen %s to %s.\n\n", md(r.Screen), md(r.Key), day(r.First), day(r.Last))
	for _, s := range evidence(r) {
		fmt.Fprintf(b, "- %s\n", md(s))
	}
	for i, c := range r.Clips {
		fmt.Fprintf(b, "- Clip %d: session %s at %s. %s\n", i+1, md(c.Session), c.SessionStart.Add(c.Start).UTC().Format(time.RFC3339), md(c.Caption))
	}
}

func markdownRead(b *strings.Builder, r *ranker.Report) {
	fmt.Fprintf(b, "\n## What this rests on\n\n%s in %s were read.\n", plural(r.Read.Sessions, "session"), plural(r.Read.Objects, "object"))
	for _, s := range r.Read.Skipped {
		fmt.Fprintf(b, "- left out: %d, %s\n", s.Count, md(words(s.Reason)))
	}
	if r.Method != "" {
		fmt.Fprintf(b, "\n%s\n", md(r.Method))
	}
	if r.Run != "" {
		fmt.Fprintf(b, "\nRun %s.\n", md(r.Run))
	}
}

// cost prints an impact with its interval.
func cost(i *Impact) string {
	if i == nil {
		return "not estimated"
	}
	name := i.Goal + i.Window
	return fmt.Sprintf("%s %s (%s to %s)", figure(*i.PerWeek), md(name), figure(*i.Low), figure(*i.High))
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// md makes recorded text harmless in Markdown: it stays on its line and cannot start markup, HTML or a link.
func md(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			b.WriteByte(' ')
		case strings.ContainsRune("\\`*_[]<>|#!~", r) || strings.HasPrefix(s[i:], "://"):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
