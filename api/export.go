package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"

	"github.com/rankle/rankle/ranker"
)

// Formats of an export.
const (
	formatCSV      = "csv"
	formatJSON     = "json"
	formatMarkdown = "md"
)

// exportTypes are the media types of the formats.
var exportTypes = map[string]string{formatCSV: "text/csv", formatJSON: "application/json", formatMarkdown: "text/markdown"}

type exportInput struct {
	Conditional
	IssueFilter
	Format string   `query:"format" default:"csv" enum:"csv,json,md"`
	Keys   []string `query:"key,explode" maxItems:"500" doc:"Only these issues; they stay in the order of the list"`
}

type exported struct {
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	ContentType  string `header:"Content-Type"`
	Disposition  string `header:"Content-Disposition"`
	Body         []byte
}

// export writes the list, or what was chosen of it, for a spreadsheet, a program or a planning document.
func (s *Server) export(ctx context.Context, in *exportInput) (*exported, error) {
	v, tag, err := s.decided(ctx, in.Conditional)
	if err != nil {
		return nil, err
	}
	reviews, err := s.allReviews(ctx)
	if err != nil {
		return nil, err
	}
	words := strings.Fields(strings.ToLower(in.Q))
	chosen := *v.snap.Report
	chosen.Issues = nil
	var rows []IssueRow
	for i := range v.rows {
		row := reviewedRow(v.rows[i], reviews)
		if in.wants(&row, reviews) && containsAll(v.haystk[i], words) && (len(in.Keys) == 0 || slices.Contains(in.Keys, row.Key)) {
			rows = append(rows, row)
			chosen.Issues = append(chosen.Issues, v.snap.Report.Issues[i])
		}
	}
	var b bytes.Buffer
	switch in.Format {
	case formatJSON:
		err = WriteDocument(&b, &chosen)
	case formatMarkdown:
		err = Markdown(&b, &chosen)
	default:
		err = writeCSV(&b, rows)
	}
	if err != nil {
		return nil, err
	}
	return &exported{ETag: tag, CacheControl: revalidate, ContentType: exportTypes[in.Format] + "; charset=utf-8",
		Disposition: fmt.Sprintf("attachment; filename=%q", "rankle-issues."+in.Format), Body: b.Bytes()}, nil
}

// writeCSV writes one row per issue. Every outcome that was asked about has four columns; empty is not estimated.
func writeCSV(b *bytes.Buffer, rows []IssueRow) error {
	var outcomes []string
	for _, row := range rows {
		for _, i := range row.Impacts {
			if name := i.Goal + i.Window; !slices.Contains(outcomes, name) {
				outcomes = append(outcomes, name)
			}
		}
	}
	w := csv.NewWriter(b)
	head := []string{"rank", "key", "title", "screen", "patterns", "status", "owner", "sessions_affected", "sessions_exposed", "users_affected",
		"first_seen", "last_seen", "score", "score_low", "score_high", "chance_top_3", "chance_top_10"}
	for _, o := range outcomes {
		head = append(head, o+" lost per week", o+" low", o+" high", o+" comparable sessions")
	}
	lines := [][]string{head}
	for _, row := range rows {
		line := []string{strconv.Itoa(row.Rank), row.Key, row.Title, row.Screen, strings.Join(mapped(row.Patterns, func(p PatternCount) string { return p.Pattern }), " "),
			row.Status, row.Owner, strconv.Itoa(row.SessionsAffected), strconv.Itoa(row.SessionsExposed), strconv.Itoa(row.UsersAffected),
			day(row.FirstSeen), day(row.LastSeen)}
		if f := row.Score; f != nil {
			line = append(line, decimal(&f.Value), decimal(&f.Low), decimal(&f.High))
		} else {
			line = append(line, "", "", "")
		}
		line = append(line, decimal(&row.Top3), decimal(&row.Top10))
		for _, o := range outcomes {
			at := slices.IndexFunc(row.Impacts, func(i Impact) bool { return i.Goal+i.Window == o })
			if at < 0 || !row.Impacts[at].Possible {
				line = append(line, "", "", "", "")
				continue
			}
			i := row.Impacts[at]
			line = append(line, decimal(i.PerWeek), decimal(i.Low), decimal(i.High), strconv.Itoa(i.Compared))
		}
		lines = append(lines, line)
	}
	for _, line := range lines {
		for i := range line {
			line[i] = cellText(line[i])
		}
		if err := w.Write(line); err != nil {
			return fmt.Errorf("write csv: %w", err)
		}
	}
	w.Flush()
	return w.Error()
}

func decimal(f *float64) string {
	if f == nil {
		return ""
	}
	return strconv.FormatFloat(*f, 'f', -1, 64)
}

// cellText keeps a spreadsheet from taking recorded text for a formula (CWE-1236): such text gets an apostrophe in front.
func cellText(s string) string {
	if s == "" || !strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return s
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return s
	}
	return "'" + s
}

// IssueText is an issue as a ticket.
type IssueText struct {
	Title string `json:"title"`
	Body  string `json:"body" doc:"In the markup of the tracker"`
}

type textInput struct {
	Conditional
	Key string `path:"key" maxLength:"500"`
	For string `query:"for" default:"github" enum:"github,jira,linear" doc:"Jira reads its own markup, the others Markdown"`
	At  string `query:"at" maxLength:"300" doc:"Address of this server as people reach it, for links: https://rankle.example.com"`
}

func (s *Server) issueText(ctx context.Context, in *textInput) (*cached[IssueText], error) {
	v, err := s.current()
	if err != nil {
		return nil, err
	}
	i, ok := v.byKey[in.Key]
	if !ok {
		return nil, errNoIssue
	}
	tag, err := s.etag(ctx, v, in.Conditional)
	if err != nil {
		return nil, err
	}
	base, err := baseOf(in.At)
	if err != nil {
		return nil, err
	}
	write := ticket{escape: md, heading: "## ", item: "- ", link: func(text, url string) string { return "[" + text + "](" + url + ")" }}
	if in.For == "jira" {
		write = ticket{escape: jira, heading: "h3. ", item: "* ", link: func(text, url string) string { return "[" + text + "|" + url + "]" }}
	}
	r := v.snap.Report.Issues[i]
	return fresh(tag, IssueText{Title: oneLine(r.Title), Body: write.body(v.snap.Report, r, base)}), nil
}

var errBase = problem(http.StatusBadRequest, "at must be the http or https address of a server, without a query")

// baseOf checks an address that a ticket will link to.
func baseOf(at string) (string, error) {
	if at == "" {
		return "", nil
	}
	u, err := url.Parse(at)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(at, " ()[]|<>") {
		return "", errBase
	}
	return strings.TrimSuffix(u.String(), "/"), nil
}

// ticket writes in the markup of one tracker.
type ticket struct {
	escape        func(string) string
	heading, item string
	link          func(text, url string) string
}

func (t ticket) body(report *ranker.Report, r ranker.Ranked, base string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%sWhat is known\n\n", t.escape(fmt.Sprintf("Seen %s to %s on %s; rank %d of %d.", day(r.First), day(r.Last), r.Screen, r.Rank, len(report.Issues))), t.heading)
	for _, s := range evidence(r) {
		fmt.Fprintf(&b, "%s%s\n", t.item, t.escape(s))
	}
	if len(r.Clips) > 0 {
		fmt.Fprintf(&b, "\n%sSee it happen\n\n", t.heading)
	}
	for i, c := range r.Clips {
		name := fmt.Sprintf("Clip %d", i+1)
		if base != "" {
			name = t.link(name, base+"/issues/"+url.PathEscape(r.Key)+"/clips/"+strconv.Itoa(i))
		}
		fmt.Fprintf(&b, "%s%s: %s\n", t.item, name, t.escape(c.Caption))
	}
	fmt.Fprintf(&b, "\n%s\n", t.escape(fmt.Sprintf("Observed in %s from %s to %s, not an experiment: the figures compare people alike in what was recorded.",
		plural(report.Sessions, "session"), day(report.From), day(report.To))))
	if base != "" {
		fmt.Fprintf(&b, "\n%s\n", t.link("Open the issue", base+"/issues/"+url.PathEscape(r.Key)))
	}
	return b.String()
}

// oneLine keeps recorded text on its line, without characters that nobody sees.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	}), " ")
}

// jira makes recorded text harmless in Jira's wiki markup: it stays on its line and cannot start markup or a link.
func jira(s string) string {
	var b strings.Builder
	for _, r := range oneLine(s) {
		if strings.ContainsRune(`\*_-+^~{}[]|!#?`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// exportRoutes registers what leaves the server for other tools.
func (s *Server) exportRoutes(api huma.API) {
	op := get("export", "/api/v1/export/issues", "The list, or what is chosen of it, as CSV, JSON (docs/format/report.md) or Markdown")
	text := &huma.Schema{Type: huma.TypeString}
	op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
		"text/csv": {Schema: text}, "text/markdown": {Schema: text}, "application/json": {Schema: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}},
	}}}
	add(s, api, op, s.export)
	add(s, api, get("issue_text", "/api/v1/issues/{key}/text", "The issue as the text of a ticket"), s.issueText)
}
