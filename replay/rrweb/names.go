package rrweb

import (
	"encoding/binary"
	"strings"
)

// nameID stands for the name of a tag or an attribute in one recording.
type nameID uint16

// The names that this package asks for.
const (
	noName nameID = iota
	nameID_
	nameClass
	nameName
	nameType
	nameRole
	nameTitle
	namePlaceholder
	nameAlt
	nameHref
	nameValue
	nameFor
	nameTarget
	nameDownload
	nameDisabled
	nameChecked
	nameSelected
	nameMultiple
	nameOpen
	nameHidden
	nameTabindex
	nameContentEditable
	nameTestid
	nameTest
	nameTestID
	nameQA
	nameCy
	namePopover
	nameXlinkHref
	nameLabel
	nameForm
	nameBlockWidth
	nameBlockHeight
	nameReadonly
	nameJSAction
	nameRouterLink
	nameNgClick
	nameAtClick
	nameVOnClick
	nameAriaLabel
	nameAriaLabelledby
	nameAriaHidden
	nameAriaDisabled
	nameAriaExpanded
	nameAriaCurrent
	nameAriaSelected
	nameAriaChecked
	nameAriaPressed
	nameAriaPlaceholder
	nameAriaLive
	nameAriaAtomic
	nameAriaBusy
	nameAriaInvalid
	nameAriaModal
	nameStyle
	nameCSSText
	nameFieldset
	nameLegend
	nameProgress
	nameDialog
	namesKnown // at most 64, see attrSetOf
)

// knownNames are the spellings of the constants, and names that nearly every page has, so that they cost nothing.
var knownNames = [...]string{noName: "", nameID_: "id", nameClass: "class", nameName: "name", nameType: "type",
	nameRole: "role", nameTitle: "title", namePlaceholder: "placeholder", nameAlt: "alt", nameHref: "href",
	nameValue: "value", nameFor: "for", nameTarget: "target", nameDownload: "download", nameDisabled: "disabled",
	nameChecked: "checked", nameSelected: "selected", nameMultiple: "multiple", nameOpen: "open", nameHidden: "hidden",
	nameTabindex: "tabindex", nameContentEditable: "contenteditable", nameTestid: "data-testid", nameTest: "data-test",
	nameTestID: "data-test-id", nameQA: "data-qa", nameCy: "data-cy", namePopover: "popover",
	nameXlinkHref: "xlink:href", nameLabel: "label", nameForm: "form", nameBlockWidth: "rr_width",
	nameBlockHeight: "rr_height", nameReadonly: "readonly", nameJSAction: "jsaction", nameRouterLink: "routerlink",
	nameNgClick: "ng-click", nameAtClick: "@click", nameVOnClick: "v-on:click", nameAriaLabel: "aria-label",
	nameAriaLabelledby: "aria-labelledby", nameAriaHidden: "aria-hidden", nameAriaDisabled: "aria-disabled",
	nameAriaExpanded: "aria-expanded", nameAriaCurrent: "aria-current", nameAriaSelected: "aria-selected",
	nameAriaChecked: "aria-checked", nameAriaPressed: "aria-pressed", nameAriaPlaceholder: "aria-placeholder",
	nameAriaLive: "aria-live", nameAriaAtomic: "aria-atomic", nameAriaBusy: "aria-busy", nameAriaInvalid: "aria-invalid",
	nameAriaModal: "aria-modal", nameStyle: "style", nameCSSText: "_csstext",
	nameFieldset: "fieldset", nameLegend: "legend", nameProgress: "progress", nameDialog: "dialog",
	namesKnown: "html", "head", "body", "meta", "link", "script", "noscript", "template", "main", "nav", "header",
	"footer", "aside", "section", "article", "div", "span", "p", "a", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol",
	"li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "td", "th", "button", "input", "select", "option",
	"textarea", "img", "svg", "path", "g", "circle", "rect", "use", "canvas", "video",
	"iframe", "strong", "b", "i", "em", "small", "br", "hr", "pre", "code", "src", "rel", "width", "height", "d",
	"viewbox", "viewBox", "fill", "stroke", "stroke-width", "autocomplete", "transform", "points",
	"xmlns", "aria-describedby", "aria-controls", "aria-valuenow", "lang", "charset", "content",
}

// name is one spelling of a tag or attribute.
type name struct {
	raw    string // as written
	text   string // lower case
	lower  nameID // the same name in lower case
	hash   uint64 // nameHash of raw
	sum    uint64 // hash of text
	traits nameTraits
}

type nameTraits uint8

const (
	nameKept    nameTraits = 1 << iota // an attribute worth keeping, see keepAttr
	nameHandler                        // an attribute that handles presses
	nameOwn                            // an attribute of the recorder's own bookkeeping
	nameNoText                         // a tag whose text is no label
)

// names numbers the names of one recording. The number is what is kept and compared; the text is there for people.
type names struct {
	list   []name
	byText map[string]nameID
	recent [recentNames]nameID // what the last names with some hash were
	hiding *hiding             // whose attributes are kept as well
}

const (
	recentNames = 1 << 10
	// maxNames bounds the distinct names of a recording. Pages have a few hundred; one that invents names without end
	// has all further ones read as none.
	maxNames = 1 << 15
)

func newNames() *names {
	t := &names{byText: make(map[string]nameID, 2*len(knownNames))}
	for _, s := range knownNames {
		t.add(s)
	}
	return t
}

// reset forgets the names of the last recording.
func (t *names) reset() {
	for _, n := range t.list[len(knownNames):] {
		delete(t.byText, n.raw)
	}
	clear(t.list[len(knownNames):])
	t.list = t.list[:len(knownNames)]
	clear(t.recent[:])
}

// find returns the number of a name as written.
func (t *names) find(raw []byte) nameID {
	hash := nameHash(raw)
	slot := &t.recent[hash*0x9e3779b97f4a7c15>>54] // 2^64 / golden ratio; recentNames = 2^10
	if n := &t.list[*slot]; n.hash == hash && len(n.raw) == len(raw) && (len(raw) <= 8 || n.raw == string(raw)) {
		return *slot
	}
	id, ok := t.byText[string(raw)]
	if !ok {
		id = t.add(string(raw))
	}
	*slot = id
	return id
}

// nameHash is another number for all names of one length up to 8. Longer ones it needs to tell apart as they come in pages,
// and need not withstand anybody: it only picks a place to look first.
func nameHash(raw []byte) uint64 {
	n := len(raw)
	if n >= 8 {
		return (binary.LittleEndian.Uint64(raw) ^ binary.LittleEndian.Uint64(raw[n-8:])<<1) + uint64(n)
	}
	if cap(raw) >= 8 { // within a text: the bytes behind the name are cut off
		return binary.LittleEndian.Uint64(raw[:8])&(1<<(8*n)-1) + uint64(n)
	}
	h := uint64(n)
	for i, c := range raw {
		h += uint64(c) << (8 * i)
	}
	return h
}

func (t *names) add(raw string) nameID {
	if len(t.list) >= maxNames {
		return noName
	}
	n := name{raw: raw, hash: nameHash([]byte(raw)), text: strings.ToLower(raw), lower: nameID(len(t.list))}
	n.sum = hash(hashSeed, []byte(n.text))
	if n.text != raw {
		if n.lower = t.find([]byte(n.text)); len(t.list) >= maxNames {
			return noName
		}
	}
	key := []byte(raw)
	if keepAttr(key) || t.hiding != nil && t.hiding.selectors.asksFor(n.text) {
		n.traits |= nameKept
	}
	if isHandler(key) {
		n.traits |= nameHandler
	}
	if strings.HasPrefix(raw, "rr_") || strings.HasPrefix(raw, "data-rr-") {
		n.traits |= nameOwn
	}
	switch raw {
	case "script", "style", "noscript", "template":
		n.traits |= nameNoText
	}
	id := nameID(len(t.list))
	t.list = append(t.list, n)
	t.byText[raw] = id
	return id
}

func (t *names) text(id nameID) string { return t.list[id].text }

// keepAttr reports whether an attribute says what an element is, how it is called or what state it is in. Styles,
// data URLs and inlined CSS are most of the bytes of a recording and say none of it.
func keepAttr(key []byte) bool {
	switch string(key) {
	case "id", "class", "name", "type", "role", "title", "placeholder", "alt", "href", "value", "for", "target",
		"download", "disabled", "checked", "selected", "multiple", "open", "hidden", "tabindex", "contenteditable",
		"data-testid", "data-test", "data-test-id", "data-qa", "data-cy", "popover", "xlink:href", "label", "form",
		"rr_width", "rr_height", "readonly", "jsaction", "routerlink", "ng-click", "@click", "v-on:click":
		return true
	}
	if len(key) > 5 && string(key[:5]) == "aria-" {
		return true
	}
	return isHandler(key)
}

// isHandler: onclick and its like, which rrweb keeps under their own or an underscored name.
func isHandler(key []byte) bool {
	switch strings.TrimPrefix(string(key), "_") {
	case "onclick", "onmousedown", "onmouseup", "onpointerdown", "onpointerup", "ontouchstart", "ontouchend", "ontap":
		return true
	}
	return false
}
