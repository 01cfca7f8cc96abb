package openreplay

import (
	"slices"

	"github.com/rankle/rankle/replay"
)

// sheet is a style sheet that is changed rule by rule: that of a style element, or one that documents and shadow roots
// adopt.
type sheet struct {
	owner   *node // style element
	adopted bool  // by a document or shadow root, to which its rules are known
	rules   []rule
}

type rule struct {
	text  string
	index uint64
	what  styleWhat
}

// maxPending bounds the rules of a sheet that nobody owns yet. Utility frameworks write some thousands.
const maxPending = 20_000

// styleWhat is a way to change a sheet.
type styleWhat uint8

const (
	styleInsert styleWhat = iota
	styleDelete
	styleReplace
	styleOwn
	styleDisown
	styleNode // of a rule: changes the sheet of a style element named by the message itself
)

// styleChange is a change that is told of once the nodes that it names are.
type styleChange struct {
	rule
	sheet uint64
	node  uint64
	old   bool // node names the style element
}

// style notes changes of style sheets.
func (t *tab) style(typ uint8, c *cursor) bool {
	s := styleChange{sheet: 0}
	switch typ {
	case typeSheetInsert, typeSheetInsertURL:
		s.sheet, s.text, s.index = c.uint(), c.str(), c.uint()
	case typeSheetDelete:
		s.sheet, s.index, s.what = c.uint(), c.uint(), styleDelete
	case typeSheetReplace, typeSheetReplaceURL:
		s.sheet, s.text, s.what = c.uint(), c.str(), styleReplace
	case typeSheetOwner:
		s.sheet, s.node, s.what = c.uint(), c.uint(), styleOwn
	case typeSheetDisown:
		s.sheet, s.node, s.what = c.uint(), c.uint(), styleDisown
	case typeInsertRuleOld, typeInsertRuleURL:
		s.node, s.text, s.index, s.old = c.uint(), c.str(), c.uint(), true
	case typeDeleteRuleOld:
		s.node, s.index, s.what, s.old = c.uint(), c.uint(), styleDelete, true
	default:
		return false
	}
	if c.err == nil && t.change() != nil {
		t.styles = append(t.styles, s)
	}
	return true
}

// flushStyles tells of the changes of style sheets. Rules that come one after the other into one sheet are one event.
func (t *tab) flushStyles() {
	changes := t.styles
	t.styles = nil
	for i := 0; i < len(changes); {
		j := i + 1
		for j < len(changes) && changes[i].what == styleInsert && changes[j].what == styleInsert &&
			changes[j].sheet == changes[i].sheet && changes[j].node == changes[i].node && changes[j].old == changes[i].old {
			j++
		}
		t.restyle(changes[i:j])
		i = j
	}
}

// restyle tells of changes of one kind to one sheet.
func (t *tab) restyle(changes []styleChange) {
	s := changes[0]
	if s.old {
		if n := t.page.nodes[s.node]; n != nil && n.shown && n.tag == "style" {
			t.rules(changes, "id", int64(n.id))
		}
		return
	}
	sh := t.sheets[s.sheet]
	if sh == nil {
		sh = &sheet{}
		t.sheets[s.sheet] = sh
	}
	switch s.what {
	case styleOwn:
		t.own(s.sheet, sh, t.page.nodes[s.node])
		return
	case styleDisown:
		root := t.root(s.node)
		if root == nil {
			return
		}
		root.sheets = slices.DeleteFunc(root.sheets, func(id uint64) bool { return id == s.sheet })
		t.adopt(root, nil)
		return
	}
	switch {
	case sh.owner != nil:
		if sh.owner.shown {
			t.rules(changes, "id", int64(sh.owner.id))
		}
	case sh.adopted:
		t.rules(changes, "styleId", int64(s.sheet))
	default:
		for _, c := range changes {
			if len(sh.rules) >= maxPending {
				t.tr.r.marks[replay.MarkLimit] = true
				return
			}
			sh.rules = append(sh.rules, c.rule)
		}
	}
}

// root returns what may adopt sheets: node 0 stands for the document.
func (t *tab) root(source uint64) *node {
	if source == 0 {
		return t.page.document
	}
	if n := t.page.nodes[source]; n != nil && (n.kind == kindDocument || n.kind == kindShadow) && n.host().shown {
		return n
	}
	return nil
}

// own gives a sheet to a style element, a document or a shadow root, with the rules that came before.
func (t *tab) own(id uint64, sh *sheet, n *node) {
	pending := func() []styleChange {
		var out []styleChange
		for _, r := range sh.rules {
			out = append(out, styleChange{rule: r, sheet: id})
		}
		sh.rules = nil
		return out
	}
	if n != nil && n.tag == "style" {
		sh.owner = n
		for _, c := range pending() {
			if n.shown {
				t.rules([]styleChange{c}, "id", int64(n.id))
			}
		}
		return
	}
	var root *node
	if n != nil {
		root = t.root(n.source)
	}
	if root == nil || slices.Contains(root.sheets, id) || len(root.sheets) >= maxSheets {
		return
	}
	root.sheets = append(root.sheets, id)
	first := !sh.adopted
	sh.adopted = true
	if first {
		t.adopt(root, &id)
	} else {
		t.adopt(root, nil)
	}
	for _, c := range pending() {
		t.rules([]styleChange{c}, "styleId", int64(id))
	}
}

// maxSheets bounds the sheets that one document adopts. Component libraries adopt hundreds.
const maxSheets = 4096

// adopt tells which sheets a document or shadow root has, and defines one that is new.
func (t *tab) adopt(root *node, fresh *uint64) {
	data := append(t.buf(), `{"source":15,`...)
	data = member(data, "id", root.host().id)
	data = append(data, `,"styleIds":[`...)
	for i, id := range root.sheets {
		if i > 0 {
			data = append(data, ',')
		}
		data = number(data, id)
	}
	data = append(data, ']')
	if fresh != nil {
		data = append(data, `,"styles":[{`...)
		data = member(data, "styleId", *fresh)
		data = append(data, `,"rules":[]}]`...)
	}
	t.emit(eventIncremental, t.now, append(data, '}'))
}

// rules tells of new or deleted rules, or of a new text.
func (t *tab) rules(changes []styleChange, key string, id int64) {
	data := append(t.buf(), `{"source":8,`...)
	data = member(data, key, id)
	switch changes[0].what {
	case styleReplace:
		data = append(data, `,"replaceSync":`...)
		data = quote(data, changes[0].text)
	case styleDelete:
		data = append(data, `,"removes":[{`...)
		data = member(data, "index", changes[0].index)
		data = append(data, `}]`...)
	default:
		data = append(data, `,"adds":[`...)
		for i, c := range changes {
			if i > 0 {
				data = append(data, ',')
			}
			data = append(data, `{"rule":`...)
			data = quote(data, c.text)
			data = append(data, ',')
			data = member(data, "index", c.index)
			data = append(data, '}')
		}
		data = append(data, ']')
	}
	t.emit(eventIncremental, t.now, append(data, '}'))
}
