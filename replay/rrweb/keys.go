package rrweb

import "encoding/binary"

// key is the name of a member that this package reads in a hot place.
type key uint8

const (
	keyEnd   key = iota // there is no further member
	keyOther            // any other name, in cursor.name
	keyType
	keyData
	keyTimestamp
	keySID
	keySource
	keyNode
	keyTagName
	keyAttributes
	keyChildNodes
	keyID
	keyTextContent
	keyIsSVG
	keyIsShadow
	keyIsStyle
	keyTexts
	keyRemoves
	keyAdds
	keyIsAttachIframe
	keyParentID
	keyNextID
	keyPreviousID
	keyValue
	keyPositions
	keyX
	keyY
	keyTimeOffset
	keyPointerType
	keyText
	keyIsChecked
	numKeys
)

// keyNames are the names as recorders write them.
var keyNames = [numKeys]string{keyType: "type", keyData: "data", keyTimestamp: "timestamp", keySID: "_sid",
	keySource: "source", keyNode: "node", keyTagName: "tagName", keyAttributes: "attributes",
	keyChildNodes: "childNodes", keyID: "id", keyTextContent: "textContent", keyIsSVG: "isSVG",
	keyIsShadow: "isShadow", keyIsStyle: "isStyle", keyTexts: "texts", keyRemoves: "removes", keyAdds: "adds",
	keyIsAttachIframe: "isAttachIframe", keyParentID: "parentId", keyNextID: "nextId", keyPreviousID: "previousId",
	keyValue: "value", keyPositions: "positions", keyX: "x", keyY: "y", keyTimeOffset: "timeOffset",
	keyPointerType: "pointerType", keyText: "text", keyIsChecked: "isChecked"}

// keySlots finds the key of a name by its hash: the names have different ones, as TestKeys shows.
var keySlots = func() (slots [keySlotCount]key) {
	for k, name := range keyNames {
		if name != "" {
			slots[keySlot([]byte(name))] = key(k)
		}
	}
	return slots
}()

const (
	keySlotCount = 256
	// keyFactor is the first odd number from 2^64 / golden ratio on by which no two names share a slot.
	keyFactor = 0x9e3779b97f4a7c1f
)

func keySlot(name []byte) uint8 { return uint8(nameHash(name) * keyFactor >> 56) }

// keyOf returns the key of a name.
func keyOf(name []byte) key {
	if k := keySlots[keySlot(name)]; keyNames[k] == string(name) && k != keyEnd {
		return k
	}
	return keyOther
}

// order says which member recorders write behind which in one kind of object. It is a guess that costs two comparisons
// when right, which saves reading the name; any other order is read all the same.
type order [numKeys]guess

// guess is the text that is expected behind a value, up to the colon, as two words of eight bytes.
type guess struct {
	text, mask [2]uint64
	n          int // bytes
	key        key
}

// newOrder makes the order of the members of an object; what is expected first stands for keyEnd.
func newOrder(keys ...key) order {
	var o order
	before, bracket := keyEnd, "{"
	for _, k := range keys {
		o.expect(before, bracket, k)
		before, bracket = k, ","
	}
	return o
}

func (o *order) expect(before key, bracket string, k key) {
	var text, mask [16]byte
	n := copy(text[:], bracket+`"`+keyNames[k]+`":`)
	for i := range n {
		mask[i] = 0xff
	}
	word := func(b [16]byte, i int) uint64 { return binary.LittleEndian.Uint64(b[8*i:]) }
	o[before] = guess{text: [2]uint64{word(text, 0), word(text, 1)}, mask: [2]uint64{word(mask, 0), word(mask, 1)}, n: n, key: k}
}

// phrase is a text that nearly always stands in a certain place, in three words of eight bytes: several members at once.
type phrase struct {
	text, mask [3]uint64
	n          int // bytes
}

// newPhrase takes up to 24 bytes.
func newPhrase(s string) (p phrase) {
	var text, mask [24]byte
	p.n = copy(text[:], s)
	for i := range p.n {
		mask[i] = 0xff
	}
	for i := range p.text {
		p.text[i], p.mask[i] = binary.LittleEndian.Uint64(text[8*i:]), binary.LittleEndian.Uint64(mask[8*i:])
	}
	return p
}

// says reports whether a phrase is next, and consumes it then.
func (c *cursor) says(p *phrase) bool {
	if c.pos+24 > len(c.b) {
		return false
	}
	next := c.b[c.pos : c.pos+24]
	x, y, z := binary.LittleEndian.Uint64(next), binary.LittleEndian.Uint64(next[8:]), binary.LittleEndian.Uint64(next[16:])
	if (x^p.text[0])&p.mask[0]|(y^p.text[1])&p.mask[1]|(z^p.text[2])&p.mask[2] != 0 {
		return false
	}
	c.pos += p.n
	return true
}

// orders of the objects that most of a recording consists of, by rrweb's own sources.
type orders struct {
	event, data, node, addition, removal, position, change, set, snapshot order
	// The data of interactions, inputs, scrolls and paths once the source is known; data is of mutations.
	interaction, input, scroll, path order
	// What is the same in nearly all nodes; an element's name and a text stand between.
	element, withAttributes, childless, text, textID phrase
}

func newOrders() *orders {
	o := &orders{
		event:    newOrder(keyType, keyData, keyTimestamp),
		data:     newOrder(keySource, keyTexts, keyAttributes, keyRemoves, keyAdds),
		node:     newOrder(keyType, keyTagName, keyAttributes, keyChildNodes, keyID),
		addition: newOrder(keyParentID, keyNextID, keyNode),
		removal:  newOrder(keyParentID, keyID),
		position: newOrder(keyX, keyY, keyID, keyTimeOffset),
		change:   newOrder(keyID, keyValue),
		set:      newOrder(keyID, keyAttributes),
		snapshot: newOrder(keyNode),

		interaction: newOrder(keySource, keyType, keyID, keyX, keyY, keyPointerType),
		input:       newOrder(keySource, keyText, keyIsChecked, keyID),
		scroll:      newOrder(keySource, keyID, keyX, keyY),
		path:        newOrder(keySource, keyPositions),

		element: newPhrase(`{"type":2,"tagName":`), withAttributes: newPhrase(`,"attributes":{`), childless: newPhrase(`,"childNodes":[],"id":`),
		text: newPhrase(`{"type":3,"textContent":`), textID: newPhrase(`,"id":`),
	}
	o.node.expect(keyTextContent, ",", keyID)
	o.node.expect(keyOther, ",", keyID) // isSVG and its like stand before the id
	return o
}

// from returns the order of the data of an incremental event whose source is known.
func (o *orders) from(source int16) *order {
	switch source {
	case sourceMouseInteraction:
		return &o.interaction
	case sourceInput:
		return &o.input
	case sourceScroll:
		return &o.scroll
	case sourceMouseMove, sourceTouchMove, sourceDrag:
		return &o.path
	}
	return &o.data
}

// first enters an object and returns its first key. Anything but an object is skipped and has none.
func (c *cursor) first(o *order) key {
	if k := c.guessed(&o[keyEnd]); k != keyEnd {
		if c.depth++; c.depth > c.max {
			c.fail()
			return keyEnd
		}
		return k
	}
	name, more := c.object()
	return c.keyed(name, more)
}

// next goes on to the key behind the value of k.
func (c *cursor) next(o *order, k key) key {
	if c.pos < len(c.b) && c.b[c.pos] == '}' {
		c.close()
		return keyEnd
	}
	if k := c.guessed(&o[k]); k != keyEnd {
		return k
	}
	name, more := c.member()
	return c.keyed(name, more)
}

func (c *cursor) keyed(name []byte, more bool) key {
	if !more {
		return keyEnd
	}
	k := keyOf(name)
	if k == keyOther {
		c.unknown = name
	}
	return k
}

// guessed consumes what g expects; it returns keyEnd, and consumes nothing, if something else is there.
func (c *cursor) guessed(g *guess) key {
	if c.pos+16 > len(c.b) {
		return keyEnd
	}
	next := c.b[c.pos : c.pos+16]
	low, high := binary.LittleEndian.Uint64(next), binary.LittleEndian.Uint64(next[8:])
	if (low^g.text[0])&g.mask[0]|(high^g.text[1])&g.mask[1] != 0 {
		return keyEnd
	}
	c.pos += g.n
	return g.key
}
