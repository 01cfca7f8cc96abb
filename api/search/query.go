package search

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search/query"
)

// Limits of a query. A person types a dozen words; what is longer is a program's mistake or an attack.
const (
	MaxQuery     = 500 // bytes of Query.Text
	maxTerms     = 32  // words and fields of one query
	DefaultLimit = 50
	MaxLimit     = 200
	// facetSize is how many values of a facet are counted: more do not fit beside a list.
	facetSize = 20
)

// Query says which sessions are wanted. All conditions must hold; the zero Query matches every session.
type Query struct {
	// Text is what a person typed: free words and "quoted phrases", which are looked for in the text of a session and as a
	// whole among its user, version, device and the like; field:value, field:"value with blanks", and any of
	// these with a minus in front to exclude. A value or word may end in * to match beginnings. Fields are listed in Fields.
	Text string
	// Terms are exact values by field, names as in Fields. Several values of one field are alternatives.
	Terms map[string][]string
	// From and To bound the start of the session: From <= start < To. Zero means unbounded.
	From, To time.Time
	// UserName gives the name that a user of that id has in the index; who asks for a user may give either. nil = the id.
	UserName func(id string) string
	// Limit is the page size; 0 = DefaultLimit, more than MaxLimit is MaxLimit.
	Limit int
	// After is Result.Next of the page before; "" = the first page.
	After string
}

// all reports whether the query has no conditions.
func (q *Query) all() bool {
	return strings.TrimSpace(q.Text) == "" && len(q.Terms) == 0 && q.From.IsZero() && q.To.IsZero()
}

// Result is one page.
type Result struct {
	Total    int                // matching sessions over all pages
	Sessions []string           // ids, newest first
	Facets   map[string][]Count // by FacetFields; shared and not to be changed
	Next     string             // cursor of the next page; "" where this is surely the last
}

// Count is one value of a facet.
type Count struct {
	Value string
	Count int // sessions
}

// QueryError is a query that cannot be understood. Its text is meant for the person who asked.
type QueryError struct {
	Reason string
}

func (e *QueryError) Error() string { return e.Reason }

func badQuery(format string, args ...any) error {
	return &QueryError{Reason: fmt.Sprintf(format, args...)}
}

// wordFields are looked through for a word beside the words of a session: what people call a session by, as it is spelled.
var wordFields = [...]string{"browser", "channel", "device", "goal", "issue", "os", "pattern", "session", "user", "version"}

// alternatives are what a term asks for: a word in the text or as a value of wordFields, and a user by the id or the name.
func (q *Query) alternatives(t term) []query.Query {
	either := []query.Query{t.query()}
	if t.field == "" {
		for _, field := range wordFields {
			either = append(either, q.alternatives(term{field: field, value: t.value, prefix: t.prefix})...)
		}
	}
	if t.field == "user" && !t.prefix && q.UserName != nil {
		if name := q.UserName(t.value); name != t.value {
			t.value = name
			either = append(either, t.query())
		}
	}
	return either
}

// compile turns q into a query of the index.
func compile(q Query) (query.Query, error) {
	terms, err := parse(q.Text)
	if err != nil {
		return nil, err
	}
	all := bleve.NewBooleanQuery()
	conditions := 0
	for _, t := range terms {
		either := bleve.NewDisjunctionQuery(q.alternatives(t)...)
		if t.not {
			all.AddMustNot(either)
			continue
		}
		all.AddMust(either)
		conditions++
	}
	for _, field := range Fields { // in order, not by ranging over the map
		var either []query.Query
		for _, v := range q.Terms[field] {
			either = append(either, q.alternatives(term{field: field, value: v})...)
		}
		if len(either) > 0 {
			all.AddMust(bleve.NewDisjunctionQuery(either...))
			conditions++
		}
	}
	for field := range q.Terms {
		if !slices.Contains(Fields[:], field) {
			return nil, unknownField(field)
		}
	}
	if !q.From.IsZero() || !q.To.IsZero() {
		all.AddMust(span(q.From, q.To))
		conditions++
	}
	if conditions == 0 {
		all.AddMust(bleve.NewMatchAllQuery())
	}
	return all, nil
}

// units tell when a session starts, the coarsest first. A number would be sixteen terms of each session, a quarter of the time
// of a build; of these there are a thousand in six weeks.
var units = [...]struct {
	field, layout string
	size          time.Duration
}{
	{fieldDay, time.DateOnly, 24 * time.Hour},
	{fieldHour, "2006-01-02T15", time.Hour},
}

// span matches sessions that start in [from, to), to the millisecond; a zero time does not bound.
func span(from, to time.Time) query.Query {
	if to.IsZero() {
		to = time.UnixMilli(maxMilli)
	}
	return bleve.NewDisjunctionQuery(append(spans(from.UTC().Truncate(time.Millisecond), to.UTC().Truncate(time.Millisecond), 0), bleve.NewMatchNoneQuery())...)
}

// spans covers [from, to) by whole units from that of level on, and what is left at the ends by finer ones; the finest is the
// place in the order.
func spans(from, to time.Time, level int) []query.Query {
	if !from.Before(to) {
		return nil
	}
	if level == len(units) {
		return []query.Query{termRange(fieldOrder, orderAt(to.Add(-time.Millisecond)), orderAt(from.Add(-time.Millisecond)))}
	}
	u := units[level]
	first, last := from.Truncate(u.size), to.Truncate(u.size)
	if first.Before(from) {
		first = first.Add(u.size)
	}
	if !first.Before(last) {
		return spans(from, to, level+1)
	}
	out := append(spans(from, first, level+1), termRange(u.field, first.Format(u.layout), last.Format(u.layout)))
	return append(out, spans(last, to, level+1)...)
}

// termRange matches terms from low up to, but without, high.
func termRange(field, low, high string) query.Query {
	yes, no := true, false
	r := bleve.NewTermRangeInclusiveQuery(low, high, &yes, &no)
	r.SetField(field)
	return r
}

// term is one condition of a typed query.
type term struct {
	field  string // "" = the words of the session
	value  string
	not    bool
	phrase bool
	prefix bool
}

func (t term) query() query.Query {
	field := t.field
	if field == "" {
		field = fieldText
	}
	var q interface {
		query.Query
		SetField(string)
	}
	switch {
	case t.prefix && t.field == "":
		q = bleve.NewPrefixQuery(strings.ToLower(t.value))
	case t.prefix:
		q = bleve.NewPrefixQuery(t.value)
	case t.field != "":
		q = bleve.NewTermQuery(t.value)
	case t.phrase:
		q = bleve.NewMatchPhraseQuery(t.value)
	default:
		m := bleve.NewMatchQuery(t.value)
		m.SetOperator(query.MatchQueryOperatorAnd)
		q = m
	}
	q.SetField(field)
	return q
}

// parse reads the syntax that Query.Text describes.
func parse(text string) ([]term, error) {
	if len(text) > MaxQuery {
		return nil, badQuery("the query has %d bytes, at most %d are allowed", len(text), MaxQuery)
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, badQuery("the query is not valid UTF-8 text")
	}
	var out []term
	rest := strings.TrimSpace(text)
	for rest != "" {
		var t term
		var err error
		t, rest, err = next(rest)
		if err != nil {
			return nil, err
		}
		if out = append(out, t); len(out) > maxTerms {
			return nil, badQuery("the query has more than %d terms", maxTerms)
		}
		rest = strings.TrimSpace(rest)
	}
	return out, nil
}

// next cuts one term off the front of s, which is not empty and does not start with a blank.
func next(s string) (t term, rest string, err error) {
	if len(s) > 1 && s[0] == '-' {
		t.not, s = true, s[1:]
	}
	if s[0] != '"' {
		end := strings.IndexFunc(s, blank)
		if end < 0 {
			end = len(s)
		}
		if colon := strings.IndexByte(s[:end], ':'); colon > 0 {
			t.field, s = s[:colon], s[colon+1:]
			if !slices.Contains(Fields[:], t.field) {
				return t, "", unknownField(t.field)
			}
		}
	}
	if strings.HasPrefix(s, `"`) {
		end := strings.IndexByte(s[1:], '"')
		if end < 0 {
			return t, "", badQuery(`a quote is not closed: %s`, s)
		}
		t.value, t.phrase, rest = s[1:1+end], true, s[end+2:]
	} else {
		end := strings.IndexFunc(s, blank)
		if end < 0 {
			end = len(s)
		}
		t.value, rest = s[:end], s[end:]
		if v, ok := strings.CutSuffix(t.value, "*"); ok {
			t.value, t.prefix = v, true
		}
	}
	if t.value == "" {
		if t.field != "" {
			return t, "", badQuery("%s: needs a value, as in %s:value", t.field, t.field)
		}
		return t, "", badQuery("a term of the query is empty")
	}
	return t, rest, nil
}

func blank(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' }

func unknownField(field string) error {
	return badQuery("unknown field %q: use one of %s, or quote the words to search for them as text", field, strings.Join(Fields[:], ", "))
}

func encodeCursor(order string) string { return base64.RawURLEncoding.EncodeToString([]byte(order)) }

func decodeCursor(cursor string) (string, error) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	const digits = 19
	if err != nil || len(b) < digits+2 || b[digits] != ' ' || strings.Trim(string(b[:digits]), "0123456789") != "" {
		return "", badQuery("the cursor is not one of ours: start again without it")
	}
	return string(b), nil
}

func facets(res *bleve.SearchResult) map[string][]Count {
	out := make(map[string][]Count, len(FacetFields))
	for _, f := range FacetFields {
		counts := []Count{}
		if r := res.Facets[f]; r != nil && r.Terms != nil {
			for _, t := range r.Terms.Terms() {
				counts = append(counts, Count{Value: t.Term, Count: t.Count})
			}
		}
		slices.SortFunc(counts, func(a, b Count) int {
			if a.Count != b.Count {
				return b.Count - a.Count
			}
			return strings.Compare(a.Value, b.Value)
		})
		out[f] = counts
	}
	return out
}
