package search

import (
	"slices"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	"github.com/blevesearch/bleve/v2/analysis/token/lowercase"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
	"github.com/blevesearch/bleve/v2/mapping"

	"github.com/rankle/rankle/cluster/friction"
)

// Fields of a document. Those of Fields can be asked for as field:value.
const (
	fieldText  = "text"
	fieldOrder = "order"
	fieldDay   = "day"
	fieldHour  = "hour"
)

// Fields lists what can be asked for as field:value, sorted.
var Fields = [...]string{"browser", "channel", "device", "goal", "issue", "os", "pattern", "reason", "screen", "session", "user", "version"}

// FacetFields lists the fields that Result.Facets counts.
var FacetFields = [...]string{"browser", "channel", "device", "goal", "os", "pattern", "screen", "version"}

// newMapping is static: only the fields named here are indexed, and none is stored.
func newMapping() *mapping.IndexMappingImpl {
	const words = "words"
	doc := bleve.NewDocumentStaticMapping()
	key := bleve.NewKeywordFieldMapping()
	key.Analyzer, key.Store, key.IncludeInAll, key.IncludeTermVectors, key.DocValues = keyword.Name, false, false, false, true
	when := bleve.NewKeywordFieldMapping()
	*when = *key
	when.DocValues = false // neither sorted by nor counted
	for _, f := range Fields {
		doc.AddFieldMappingsAt(f, key)
	}
	doc.AddFieldMappingsAt(fieldOrder, key)
	for _, u := range units {
		doc.AddFieldMappingsAt(u.field, when)
	}
	text := bleve.NewTextFieldMapping()
	text.Analyzer, text.Store, text.IncludeInAll, text.DocValues = words, false, false, false
	text.IncludeTermVectors = true // phrases need positions
	doc.AddFieldMappingsAt(fieldText, text)
	// Without this every document has one more field, made of those that ask to be included, which none of ours does.
	doc.AddSubDocumentMapping("_all", bleve.NewDocumentDisabledMapping())

	m := bleve.NewIndexMapping()
	m.StoreDynamic, m.IndexDynamic, m.DocValuesDynamic = false, false, false
	m.DefaultMapping = doc
	// Labels are short: no stemming, no stop words ("to be" is a label too).
	err := m.AddCustomAnalyzer(words, map[string]any{
		"type": custom.Name, "tokenizer": unicode.Name, "token_filters": []string{lowercase.Name},
	})
	if err != nil {
		panic("BUG: search analyzer: " + err.Error())
	}
	m.DefaultAnalyzer = words
	return m
}

// document derives the terms of one session.
func document(d *friction.Digest, opts Options) map[string]any {
	set := map[string][]string{
		"session": {d.Session}, "user": {d.Context.User}, "device": {d.Context.Device.Type, d.Context.Device.Model},
		"os": {d.Context.OS}, "browser": {d.Context.Browser}, "version": {d.Context.AppVersion}, "channel": {d.Context.Channel},
	}
	add := func(field string, values ...string) { set[field] = append(set[field], values...) }
	for _, v := range d.Visits {
		if v.Screen < 0 || int(v.Screen) >= len(d.Screens) {
			continue
		}
		s := d.Screens[v.Screen]
		name := s.Path
		if opts.Screen != nil {
			name = opts.Screen(s)
		}
		add("screen", name)
		add(fieldText, s.Title, s.Path)
	}
	for i, e := range d.Episodes {
		if e.Target >= 0 && int(e.Target) < len(d.Targets) {
			add(fieldText, d.Targets[e.Target].Label)
		}
		add(fieldText, e.Cause)
		if e.Verdict != friction.Friction {
			add("reason", string(e.Reason))
			continue
		}
		add("pattern", string(e.Pattern))
		for _, p := range e.Also {
			add("pattern", string(p))
		}
		if opts.Issue != nil {
			add("issue", opts.Issue(d, i))
		}
	}
	for _, a := range d.Attempts {
		if a.Target >= 0 && int(a.Target) < len(d.Targets) {
			add(fieldText, d.Targets[a.Target].Label)
		}
	}
	for _, c := range d.Customs {
		add(fieldText, c.Name)
	}
	if opts.Goals != nil {
		add("goal", opts.Goals(d)...)
	}
	doc := map[string]any{fieldOrder: orderOf(d.Start, d.Session)}
	for _, u := range units {
		doc[u.field] = d.Start.UTC().Format(u.layout)
	}
	for field, values := range set {
		slices.Sort(values)
		values = slices.DeleteFunc(slices.Compact(values), func(v string) bool { return v == "" })
		if len(values) > 0 {
			doc[field] = values
		}
	}
	return doc
}
