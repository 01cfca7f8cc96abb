package rrweb

// idMap maps the recorder's node ids to numbers other than 0. Recorders count ids from 1, so nearly all fit a slice; ids
// of damaged and odd recordings, which may lie anywhere, go to a map.
type idMap struct {
	dense  []int32
	sparse map[int32]int32
	n      int // ids that map to something
}

// maxGap is how far an id may lie beyond all before it, relative to their number, to go into the slice: it bounds the
// memory to a multiple of what was put in. Pages that remove much reach a few.
const maxGap = 16

func (m *idMap) reset() {
	clear(m.dense)
	m.dense, m.sparse, m.n = m.dense[:0], nil, 0
}

// get returns what id maps to, or 0.
func (m *idMap) get(id int32) int32 {
	if uint(id) < uint(len(m.dense)) {
		return m.dense[id]
	}
	return m.sparse[id]
}

// put maps id, which is not negative, to v; 0 forgets it.
func (m *idMap) put(id, v int32) {
	if int(id) >= len(m.dense) {
		if old, ok := m.sparse[id]; ok || v == 0 || int(id) >= maxGap*(m.n+64) {
			m.putSparse(id, old, v)
			return
		}
		m.grow(int(id) + 1)
	}
	old := m.dense[id]
	m.dense[id] = v
	m.count(old, v)
}

// grow makes the slice longer. What lay in the map below its new length moves over.
func (m *idMap) grow(n int) {
	if n > cap(m.dense) {
		grown := make([]int32, len(m.dense), max(n, 2*cap(m.dense), 256))
		copy(grown, m.dense)
		m.dense = grown
	}
	m.dense = m.dense[:cap(m.dense)]
	for id, v := range m.sparse {
		if int(id) < len(m.dense) {
			m.dense[id] = v
			delete(m.sparse, id)
		}
	}
}

func (m *idMap) putSparse(id, old, v int32) {
	switch {
	case v == 0:
		delete(m.sparse, id)
	case m.sparse == nil:
		m.sparse = map[int32]int32{id: v}
	default:
		m.sparse[id] = v
	}
	m.count(old, v)
}

func (m *idMap) count(old, v int32) {
	if old == 0 && v != 0 {
		m.n++
	} else if old != 0 && v == 0 {
		m.n--
	}
}

// each calls f for every id that maps to something, in no order.
func (m *idMap) each(f func(id, v int32)) {
	for id, v := range m.dense {
		if v != 0 {
			f(int32(id), v)
		}
	}
	for id, v := range m.sparse {
		f(id, v)
	}
}
