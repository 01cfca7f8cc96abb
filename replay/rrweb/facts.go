package rrweb

import (
	"bytes"
	"math"
	"unicode/utf8"
)

// facts are what the events of a recording hold, read in one pass over the text, in file order. Playing them in the order
// of time (see player) reads no JSON any more, except for the few events that hold neither nodes nor changes.
//
// All of it lies in flat slices that the next recording uses again.
type facts struct {
	dom
	chapter           // being read, or played
	earlier []chapter // of a long recording, see feed; all of them when it is read
	opt     *Options
	samples []position // of the event being read
	scratch []byte
	limited bool // what is being read did not fit Options
	foreign bool // something was read that only recorders of native applications write
	order   *orders
}

// chapter is what the events of a recording, or of one window of its text, hold beside nodes.
type chapter struct {
	snapshots []snapshot
	batches   []batch
	removed   []int32 // ids
	added     []addition
	texts     []textChange
	sets      []attrSet
	changes   []attrChange
	flats     []flat
}

// next returns an empty chapter with room for as much as c holds.
func (c *chapter) next() chapter {
	return chapter{make([]snapshot, 0, len(c.snapshots)), make([]batch, 0, len(c.batches)), make([]int32, 0, len(c.removed)),
		make([]addition, 0, len(c.added)), make([]textChange, 0, len(c.texts)), make([]attrSet, 0, len(c.sets)),
		make([]attrChange, 0, len(c.changes)), make([]flat, 0, len(c.flats))}
}

// maxChanges is how many changes of a page c holds at most.
func (c *chapter) maxChanges(opt *Options) int {
	return min(len(c.removed)+len(c.added)+len(c.texts)+len(c.changes), opt.MaxChanges*len(c.batches))
}

// content says which facts an event holds.
type content uint8

const (
	rawContent content = iota // none; its text is read when it is played
	badContent                // its text is no JSON
	snapshotContent
	batchContent
	flatContent
	sampleContent // positions, in facts.samples until the next event is read
)

// snapshot is a full snapshot; root is 0 when it holds no node.
type snapshot struct {
	root    int32
	limited bool
}

// list is a range of one of the slices of facts.
type list struct{ from, to int32 }

// batch is one mutation event. Its lists are played in the order of rrweb's own player: removes, adds, texts, attributes.
type batch struct {
	removes, adds, texts, attributes list
	attachFrame                      bool // the batch is the arrival of a frame's document
	limited                          bool
}

// addition is one node to be placed.
type addition struct {
	node           int32
	parent         int32
	next, previous int32 // unknownNode = none named
	done           bool
}

// textChange is the new text of a text node.
type textChange struct {
	id    int32
	value textRef
}

// attrSet is what changed of one element.
type attrSet struct {
	id      int32
	changes list
}

// attrChange is the new value of one attribute.
type attrChange struct {
	value textRef
	name  nameID // as written
	gone  bool
	style bool // value is an object of style properties, as JSON
}

// flat is an incremental event that is neither a mutation nor a pointer path (64 bytes).
type flat struct {
	id            int32
	x, y          int32
	width, height int32
	typ           int32
	pointer       int32 // -1 = absent
	textLen       int32 // -1 = not recorded
	source        int32
	element       textRef // JSON of what another format says of the element, see described
	hasX, hasY    bool
	checked       bool
	hasChecked    bool
	byUser        bool
	hasByUser     bool
	masked        bool // the value is nothing but asterisks
	collapsed     bool
}

// position is one sample of a pointer path.
type position struct {
	x, y   int32
	id     int32
	offset float64 // ms, at most 0 in sane recordings
}

func (f *facts) reset(opt *Options) {
	f.hiding = newHiding(opt.Privacy)
	f.names.hiding = f.hiding
	f.dom.reset(opt.MaxNodes)
	f.opt = opt
	f.truncate(factsMark{})
	f.samples = f.samples[:0]
	clear(f.earlier)
	f.earlier = f.earlier[:0]
	f.foreign = false
}

// factsMark is how far the slices were filled.
type factsMark struct {
	cells, attrs, snapshots, batches, removed, added, texts, sets, changes, flats int
}

func (f *facts) mark() factsMark {
	return factsMark{len(f.cells), len(f.attrs), len(f.snapshots), len(f.batches), len(f.removed), len(f.added), len(f.texts),
		len(f.sets), len(f.changes), len(f.flats)}
}

// truncate forgets what was read since m.
func (f *facts) truncate(m factsMark) {
	f.cells, f.attrs, f.snapshots, f.batches = f.cells[:max(m.cells, 1)], f.attrs[:m.attrs], f.snapshots[:m.snapshots], f.batches[:m.batches]
	f.removed, f.added, f.texts, f.sets = f.removed[:m.removed], f.added[:m.added], f.texts[:m.texts], f.sets[:m.sets]
	f.changes, f.flats = f.changes[:m.changes], f.flats[:m.flats]
}

// read reads the data of an event. The text of c is dom.text, from its start. It returns what the event holds, its number
// among its kind, and the source of an incremental event, else -1.
func (f *facts) read(c *cursor, typ int) (what content, ref int32, source int16) {
	m := f.mark()
	source = -1
	f.limited = false
	switch typ {
	case typeFullSnapshot:
		what, ref = f.snapshot(c)
	case typeIncremental:
		what, ref, source = f.incremental(c)
	default:
		for k := c.first(&f.order.data); k != keyEnd; k = c.next(&f.order.data, k) {
			if typ == typeCustom && k == keyOther && string(c.unknown) == "tag" {
				t := c.text()
				f.foreign = f.foreign || string(f.whole(t, &f.scratch)) == "video"
				continue
			}
			c.other(k)
		}
		return rawContent, 0, -1
	}
	if c.bad {
		f.truncate(m)
		return badContent, 0, source
	}
	return what, ref, source
}

func (f *facts) snapshot(c *cursor) (content, int32) {
	var s snapshot
	for k := c.first(&f.order.snapshot); k != keyEnd; k = c.next(&f.order.snapshot, k) {
		switch {
		case k == keyNode:
			s.root = f.node(c, 0)
		case k == keyOther && string(c.unknown) == "wireframes":
			f.foreign = true
			c.skip()
		default:
			c.other(k)
		}
	}
	s.limited = f.limited
	f.snapshots = append(f.snapshots, s)
	return snapshotContent, int32(len(f.snapshots) - 1)
}

// node reads a serialised node with its children. It returns 0 where there are too many, or too deep ones. Anything but
// an object reads as a node that nobody can name.
func (f *facts) node(c *cursor, depth int) int32 {
	if depth > f.opt.MaxDepth || f.full() {
		f.limited = true
		c.skip()
		return 0
	}
	i := int32(len(f.cells))
	f.cells = append(f.cells, cell{})
	n := cell{id: unknownNode} // set down when it is complete: the slice moves as it grows
	style := false
	for k := f.begin(c, &n); k != keyEnd; k = c.next(&f.order.node, k) {
		switch k {
		case keyType:
			n.kind = c.kind()
		case keyTagName:
			n.tag = f.name(c)
		case keyAttributes:
			f.attributes(c, &n)
		case keyChildNodes:
			for more := c.array(); more; more = c.element() {
				if child := f.node(c, depth+1); child != 0 {
					f.link(i, &n, child)
				}
			}
		case keyID:
			n.id = c.nodeID()
		case keyTextContent:
			n.content = c.text()
		case keyIsSVG:
			n.set(flagSVG, c)
		case keyIsShadow:
			n.set(flagShadow, c)
		case keyIsStyle:
			style, _ = c.flag()
		default:
			c.skip()
		}
	}
	if style {
		n.content = textRef{}
	}
	f.cells[i] = n
	return i
}

// begin enters a node. Of nodes as rrweb writes them it reads what it can without asking what comes next, which is most of a
// recording. It returns the key of the first value that is left.
func (f *facts) begin(c *cursor, n *cell) key {
	o := f.order
	last := keyEnd
	switch {
	case c.depth+2 > c.max: // of its attributes
		return c.first(&o.node)
	case c.says(&o.element):
		n.kind, n.tag = kindElement, f.name(c)
		if last = keyTagName; f.plainAttributes(c, n) {
			if last = keyAttributes; c.says(&o.childless) {
				n.id, last = c.nodeID(), keyID
			}
		}
	case c.says(&o.text):
		n.kind, n.content = kindText, c.text()
		if last = keyTextContent; c.says(&o.textID) {
			n.id, last = c.nodeID(), keyID
		}
	default:
		return c.first(&o.node)
	}
	c.depth++
	return c.next(&o.node, last)
}

// set reads a flag.
func (n *cell) set(flag cellFlags, c *cursor) {
	n.flags &^= flag
	if is, _ := c.flag(); is {
		n.flags |= flag
	}
}

// name reads the name of a tag.
func (f *facts) name(c *cursor) nameID {
	if c.peek() == '"' {
		from := c.pos + 1
		if to := plainEnd(c.b, from); to > 0 {
			c.pos = to + 1
			return f.names.find(c.b[from:to])
		}
		name, _ := c.word()
		return f.names.find(name)
	}
	t := c.text()
	return f.names.find(c.b[t.from:][:t.n])
}

// link makes child the last child of n, which will be cell i.
func (f *facts) link(i int32, n *cell, child int32) {
	f.cells[child].parent, f.cells[child].prev = i, n.last
	if n.last != 0 {
		f.cells[n.last].next = child
	} else {
		n.first = child
	}
	n.last = child
}

// attributes reads the attributes worth keeping.
func (f *facts) attributes(c *cursor, n *cell) {
	from := len(f.attrs)
	if n.attrLen > 0 { // named twice: together at the end
		f.attrs = append(f.attrs, f.attrs[n.attrs:][:n.attrLen]...)
	}
	for key, more := c.object(); more; key, more = c.member() {
		name := &f.names.list[f.names.find(key)]
		if name.traits&nameKept == 0 || len(f.attrs)-from >= math.MaxUint16 {
			c.skip()
			continue
		}
		switch c.peek() {
		case 'n', 'f', '{', '[':
			c.skip()
			continue
		}
		f.attribute(n, name.lower, c.text())
	}
	n.attrs, n.attrLen = int32(from), uint16(len(f.attrs)-from)
	n.attrCap = n.attrLen
}

// plainAttributes is attributes where the name of the tag was read just before, all values are strings without escapes, and
// there is no white space. If not so, it reads and keeps nothing.
func (f *facts) plainAttributes(c *cursor, n *cell) bool {
	before, from := c.pos, len(f.attrs)
	if !c.says(&f.order.withAttributes) {
		return false
	}
	b, i := c.b, c.pos
	for i < len(b) && b[i] == '"' {
		to := plainEnd(b, i+1)
		if to == 0 || to+3 > len(b) || b[to+1] != ':' || b[to+2] != '"' {
			break
		}
		end := plainEnd(b, to+3)
		if end == 0 {
			break
		}
		if name := &f.names.list[f.names.find(b[i+1:to])]; name.traits&nameKept != 0 {
			f.attribute(n, name.lower, textRef{uint32(to + 3), uint32(end - to - 3)})
		}
		if i = end + 1; i+1 < len(b) && b[i] == ',' && b[i+1] == '"' {
			i++
		}
	}
	if i >= len(b) || b[i] != '}' || len(f.attrs)-from > math.MaxUint16 {
		c.pos, n.has, f.attrs = before, attrSetOf{}, f.attrs[:from]
		return false
	}
	c.pos = i + 1
	n.attrs, n.attrLen = int32(from), uint16(len(f.attrs)-from)
	n.attrCap = n.attrLen
	return true
}

// attribute keeps the value of an attribute.
func (f *facts) attribute(n *cell, name nameID, v textRef) {
	if f.isDataURL(v) { // mostly pictures, and long: that it is one says all
		v.n = min(v.n, uint32(len(dataURL)))
		if v.n&escaped != 0 {
			v = f.keep([]byte(dataURL))
		}
	}
	f.attrs = append(f.attrs, attr{v, name})
	n.has.add(name)
}

const dataURL = "data:"

func (f *facts) isDataURL(t textRef) bool {
	if t.n&escaped == 0 {
		return t.n >= uint32(len(dataURL)) && string(f.text[t.from:][:len(dataURL)]) == dataURL
	}
	inner := f.text[t.from:][:t.n&^escaped]
	switch r, _ := hex4(inner[min(2, len(inner)):]); {
	case inner[0] != '\\' && inner[0] != dataURL[0], inner[0] == '\\' && r != rune(dataURL[0]):
		return false // nearly always
	}
	f.scratch = appendUnquoted(f.scratch[:0], inner, len(dataURL))
	return len(f.scratch) >= len(dataURL) && string(f.scratch[:len(dataURL)]) == dataURL
}

// incremental reads an incremental event. Which members it has depends on its source, which most writers put first; where
// it comes later, all are read and the ones of other sources forgotten.
func (f *facts) incremental(c *cursor) (what content, ref int32, source int16) {
	source = -1
	known := false // the source
	var b batch
	var before factsMark // before members that were read without knowing the source
	guessing := false
	f.samples = f.samples[:0]
	in := flat{id: unknownNode, pointer: -1, textLen: -1, source: -1, collapsed: true}
	o := &f.order.data
	for k := c.first(o); k != keyEnd; k = c.next(o, k) {
		if k == keySource {
			n, ok := c.number()
			if ok {
				in.source = clamp32(n)
			}
			if !known && ok && n >= 0 && n < 1<<15 {
				source = int16(n)
				o = f.order.from(source)
			}
			known = true
			continue
		}
		if !known && !guessing {
			before, guessing = f.mark(), true
		}
		switch {
		case (source == sourceMutation || !known) && f.mutation(c, k, &b):
		case (isPath(source) || !known) && k == keyPositions:
			f.positions(c)
		case source != sourceMutation && f.flat(c, k, &in):
		default:
			c.other(k)
		}
	}
	switch {
	case source == sourceMutation:
		b.limited = f.limited
		f.batches = append(f.batches, b)
		return batchContent, int32(len(f.batches) - 1), source
	case guessing:
		f.truncate(before)
	}
	if isPath(source) {
		return sampleContent, 0, source
	}
	f.flats = append(f.flats, in)
	return flatContent, int32(len(f.flats) - 1), source
}

func isPath(source int16) bool {
	return source == sourceMouseMove || source == sourceTouchMove || source == sourceDrag
}

// mutation reads one of the lists of a batch; it reports false for other members.
func (f *facts) mutation(c *cursor, k key, b *batch) bool {
	switch k {
	case keyTexts:
		b.texts.from = int32(len(f.texts))
		for more := c.array(); more; more = c.element() {
			f.textChange(c)
		}
		b.texts.to = int32(len(f.texts))
	case keyAttributes:
		b.attributes.from = int32(len(f.sets))
		for more := c.array(); more; more = c.element() {
			f.attrSet(c)
		}
		b.attributes.to = int32(len(f.sets))
	case keyRemoves:
		b.removes.from = int32(len(f.removed))
		for more := c.array(); more; more = c.element() {
			f.remove(c)
		}
		b.removes.to = int32(len(f.removed))
	case keyAdds:
		b.adds.from = int32(len(f.added))
		for more := c.array(); more; more = c.element() {
			f.addition(c)
		}
		b.adds.to = int32(len(f.added))
	case keyIsAttachIframe:
		b.attachFrame, _ = c.flag()
	default:
		return false
	}
	return true
}

func (f *facts) textChange(c *cursor) {
	t := textChange{id: unknownNode}
	for k := c.first(&f.order.change); k != keyEnd; k = c.next(&f.order.change, k) {
		switch k {
		case keyID:
			t.id = c.nodeID()
		case keyValue:
			t.value = c.text()
		default:
			c.skip()
		}
	}
	if t.id != unknownNode {
		f.texts = append(f.texts, t)
	}
}

func (f *facts) remove(c *cursor) {
	id := int32(unknownNode)
	for k := c.first(&f.order.removal); k != keyEnd; k = c.next(&f.order.removal, k) {
		if k == keyID {
			id = c.nodeID()
		} else {
			c.skip()
		}
	}
	if id != unknownNode {
		f.removed = append(f.removed, id)
	}
}

func (f *facts) addition(c *cursor) {
	a := addition{parent: unknownNode, next: unknownNode, previous: unknownNode}
	for k := c.first(&f.order.addition); k != keyEnd; k = c.next(&f.order.addition, k) {
		switch k {
		case keyParentID:
			a.parent = c.nodeID()
		case keyNextID:
			a.next = c.nodeID()
		case keyPreviousID:
			a.previous = c.nodeID()
		case keyNode:
			a.node = f.node(c, 0)
		default:
			f.foreign = f.foreign || k == keyOther && string(c.unknown) == "wireframe"
			c.skip()
		}
	}
	if a.node != 0 {
		f.added = append(f.added, a)
	}
}

func (f *facts) attrSet(c *cursor) {
	s := attrSet{id: unknownNode}
	for k := c.first(&f.order.set); k != keyEnd; k = c.next(&f.order.set, k) {
		switch k {
		case keyID:
			s.id = c.nodeID()
		case keyAttributes:
			s.changes.from = int32(len(f.changes))
			f.attrChanges(c)
			s.changes.to = int32(len(f.changes))
		default:
			c.skip()
		}
	}
	if s.id != unknownNode {
		f.sets = append(f.sets, s)
	}
}

func (f *facts) attrChanges(c *cursor) {
	from := len(f.changes)
	for key, more := c.object(); more; key, more = c.member() {
		name := f.names.find(key)
		if f.names.list[name].traits&nameOwn != 0 || len(f.changes)-from >= f.opt.MaxChanges {
			c.skip()
			continue
		}
		a := attrChange{name: name}
		switch c.peek() {
		case 'n', 'f':
			a.gone = true
			c.skip()
		case '{', '[':
			start := c.pos
			c.skip()
			a.value, a.style = textRef{uint32(start), uint32(c.pos - start)}, true
		default:
			a.value = c.text()
		}
		f.changes = append(f.changes, a)
	}
}

// positions reads the samples of a pointer path.
func (f *facts) positions(c *cursor) {
	for more := c.array(); more; more = c.element() {
		p := position{id: unknownNode}
		for k := c.first(&f.order.position); k != keyEnd; k = c.next(&f.order.position, k) {
			switch k {
			case keyX:
				p.x, _ = c.pixels()
			case keyY:
				p.y, _ = c.pixels()
			case keyID:
				p.id = c.nodeID()
			case keyTimeOffset:
				p.offset, _ = c.number()
			default:
				c.skip()
			}
		}
		f.samples = append(f.samples, p)
	}
}

// flat reads a member of another incremental event; it reports false for members that nobody needs.
func (f *facts) flat(c *cursor, k key, in *flat) bool {
	switch k {
	case keyType:
		if n, ok := c.number(); ok {
			in.typ = clamp32(n)
		}
	case keyID:
		in.id = c.nodeID()
	case keyX:
		in.x, in.hasX = c.pixels()
	case keyY:
		in.y, in.hasY = c.pixels()
	case keyPointerType:
		if n, ok := c.number(); ok {
			in.pointer = clamp32(n)
		}
	case keyText: // how many characters were typed, and nothing else of them
		f.typed(c, in)
	case keyIsChecked:
		in.checked, in.hasChecked = c.flag()
	case keyOther:
		return f.rare(c, in)
	default:
		return false
	}
	return true
}

// typed reads what a field holds.
func (f *facts) typed(c *cursor, in *flat) {
	t := c.text()
	text := f.whole(t, &f.scratch)
	in.textLen, in.masked = int32(utf8.RuneCount(text)), len(text) > 0 && len(bytes.Trim(text, "*")) == 0
	clear(f.scratch)
}

// rare reads a member that few of the flat events have.
func (f *facts) rare(c *cursor, in *flat) bool {
	switch string(c.unknown) {
	case "width":
		in.width, _ = c.pixels()
	case "height":
		in.height, _ = c.pixels()
	case "userTriggered":
		in.byUser, in.hasByUser = c.flag()
	case "element":
		c.peek()
		start := c.pos
		c.skip()
		in.element = textRef{uint32(start), uint32(c.pos - start)}
	case "ranges":
		for more := c.array(); more; more = c.element() {
			if openRange(c) {
				in.collapsed = false
			}
		}
	default:
		return false
	}
	return true
}

// openRange reads one selection range and reports whether it selects anything.
func openRange(c *cursor) bool {
	start, end := int32(unknownNode), int32(unknownNode)
	var from, to float64
	for key, more := c.object(); more; key, more = c.member() {
		switch string(key) {
		case "start":
			start = c.nodeID()
		case "end":
			end = c.nodeID()
		case "startOffset":
			from, _ = c.number()
		case "endOffset":
			to, _ = c.number()
		default:
			c.skip()
		}
	}
	return start != end || from != to
}
