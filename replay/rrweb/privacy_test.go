package rrweb

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/rankle/rankle/replay"
)

func TestSelectors(t *testing.T) {
	attrs := map[string]string{"class": "row patient  wide", "id": "p1", "data-private": "", "role": "cell"}
	for text, want := range map[string]bool{
		"td": true, "div": false, ".patient": true, ".pat": false, "td.patient.wide": true, "td.patient.narrow": false,
		"#p1": true, "#p": false, "[data-private]": true, "[data-public]": false, "[role=cell]": true, `[role="cell"]`: true,
		"[role=row]": false, "TD": true, "td#p1.row[data-private][role=cell]": true,
	} {
		all, err := compileSelectors([]string{text})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got := all.match("td", func(name string) (string, bool) { v, ok := attrs[name]; return v, ok })
		if got != want {
			t.Errorf("%s: matches %v, want %v", text, got, want)
		}
	}
	for _, text := range []string{"", "a b", "a>b", "a,b", ".", "#", "[", "[]", "[style]", "[data-x", "[data-x^=y]", "a:hover", "*"} {
		if err := (Privacy{MaskSelectors: []string{text}}).Check(); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
	if err := (Privacy{Query: []string{"tab", "a=b"}}).Check(); err == nil || !strings.Contains(err.Error(), `"a=b"`) {
		t.Errorf("query a=b: error %v", err)
	}
}

func TestKeptQuery(t *testing.T) {
	for href, want := range map[string]string{
		"https://shop.example/list?tab=open&q=jane":    "?tab=open",
		"/list?q=x&view=a%20b&tab=open#/frag?tab=else": "?tab=open&view=a+b",
		"/list?tab=jane@mail.example":                  "",
		"/list?tab=12345678":                           "",
		"/list#tab=open":                               "",
		"/list":                                        "",
		"/list?tab=" + strings.Repeat("x", 1000):       "?tab=" + strings.Repeat("x", maxQuery-len("?tab=")),
	} {
		if got := keptQuery(href, []string{"tab", "view"}); got != want {
			t.Errorf("%s: %q, want %q", href, got, want)
		}
	}
}

// privatePage is a page with one element that a rule hides, and one that it does not, and everything that shows their text.
const privatePage = `[
{"type":4,"timestamp":1700000000000,"data":{"href":"https://clinic.example/ward?tab=beds&name=smith","width":800,"height":600}},
{"type":2,"timestamp":1700000000010,"data":{"node":{"type":0,"id":1,"childNodes":[{"type":2,"id":2,"tagName":"html","attributes":{},"childNodes":[
 {"type":2,"id":3,"tagName":"head","attributes":{},"childNodes":[{"type":2,"id":4,"tagName":"title","attributes":{},"childNodes":[{"type":3,"id":5,"textContent":"Ward seven"}]}]},
 {"type":2,"id":6,"tagName":"body","attributes":{},"childNodes":[
  {"type":2,"id":7,"tagName":"button","attributes":{"class":"plain"},"childNodes":[{"type":3,"id":8,"textContent":"Save the chart"}]},
  {"type":2,"id":9,"tagName":"div","attributes":{"data-private":"","data-of":"Smithson"},"childNodes":[
   {"type":2,"id":10,"tagName":"button","attributes":{"aria-label":"Open Smithson","title":"Smithson"},"childNodes":[{"type":3,"id":11,"textContent":"Mary Smithson"}]}]},
  {"type":2,"id":12,"tagName":"button","attributes":{},"childNodes":[{"type":3,"id":13,"textContent":"Discharge "},
   {"type":2,"id":14,"tagName":"b","attributes":{"data-private":"x"},"childNodes":[{"type":3,"id":15,"textContent":"Smithson"}]}]}
 ]}]}]},"initialOffset":{"left":0,"top":0}}},
{"type":3,"timestamp":1700000001000,"data":{"source":2,"type":2,"id":7,"x":1,"y":1}},
{"type":3,"timestamp":1700000002000,"data":{"source":2,"type":2,"id":10,"x":1,"y":50}},
{"type":3,"timestamp":1700000003000,"data":{"source":2,"type":2,"id":12,"x":1,"y":90}},
{"type":3,"timestamp":1700000004000,"data":{"source":0,"adds":[{"parentId":9,"nextId":null,"node":{"type":2,"id":20,"tagName":"i","attributes":{"title":"Smithson"},"childNodes":[{"type":3,"id":21,"textContent":"Smithson too"}]}}],"removes":[],"texts":[{"id":11,"value":"Maria Smithson"},{"id":8,"value":"Saved the chart"}],"attributes":[{"id":10,"attributes":{"title":"Smithson again"}}]}}
]`

// readPrivate returns the labels of what was clicked, the session as JSON and the masked events.
func readPrivate(t *testing.T, p Privacy) (labels []string, session *replay.Session, clip string) {
	t.Helper()
	opt := Options{Privacy: p}
	b, m := NewBuilder(opt), NewMasker(opt)
	var out []byte
	_, err := Scan(strings.NewReader(privatePage), opt, func(e Event) error {
		if text, ok := m.Append(nil, e); ok {
			out = append(append(out, text...), '\n')
		}
		return b.Add(e)
	})
	if err != nil {
		t.Fatal(err)
	}
	s := b.Session("s", "rrweb")
	for _, target := range s.Targets {
		label := target.Label
		if target.Traits.Has(replay.Masked) {
			label = "(masked)"
		}
		labels = append(labels, label)
	}
	for line := range bytes.Lines(out) {
		if !json.Valid(line) {
			t.Fatalf("not JSON: %s", line)
		}
	}
	return labels, s, string(out)
}

func TestPrivacyOfTheReader(t *testing.T) {
	for _, c := range []struct {
		name         string
		privacy      Privacy
		labels       []string
		title, path  string
		clip, noClip []string
	}{
		{"as always", Privacy{}, []string{"Save the chart", "Open Smithson", "Discharge Smithson"}, "Ward seven", "/ward",
			[]string{"Save the chart", "Mary Smithson", "Smithson too"}, nil},
		{"selectors", Privacy{MaskSelectors: []string{"[data-private]"}}, []string{"Save the chart", "(masked)", "Discharge"}, "Ward seven", "/ward",
			[]string{"Save the chart", "Saved the chart", "Discharge "}, []string{"Smithson"}},
		{"all", Privacy{MaskAll: true}, []string{"(masked)", "(masked)", "(masked)"}, "", "/ward",
			[]string{"**** *** *****"}, []string{"Mary", "chart", "Ward seven", "too", "again"}},
		{"query", Privacy{Query: []string{"tab"}}, []string{"Save the chart", "Open Smithson", "Discharge Smithson"}, "Ward seven", "/ward?tab=beds",
			[]string{"Save the chart"}, []string{"name=smith"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			labels, s, clip := readPrivate(t, c.privacy)
			if !slices.Equal(labels, c.labels) {
				t.Errorf("labels %q, want %q", labels, c.labels)
			}
			if s.Screens[0].Title != c.title || s.Screens[0].Path != c.path {
				t.Errorf("screen %q at %q, want %q at %q", s.Screens[0].Title, s.Screens[0].Path, c.title, c.path)
			}
			for _, text := range c.clip {
				if !strings.Contains(clip, text) {
					t.Errorf("the clip lacks %q", text)
				}
			}
			for _, text := range c.noClip {
				if strings.Contains(clip, text) {
					t.Errorf("the clip holds %q", text)
				}
			}
		})
	}
}
