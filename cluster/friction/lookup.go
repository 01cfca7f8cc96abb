package friction

import "math/bits"

// lookup finds values by numbers. It does what a map does for what every session and every run of presses needs anew: it is
// emptied at no cost, however much it held before. The zero value is empty.
type lookup[V any] struct {
	slots []slot[V] // a power of two of them, at most half of them in use
	used  int
	round uint32 // slots of other rounds are free
}

type slot[V any] struct {
	key   uint64
	round uint32
	value V
}

// firstSlots is how many slots a lookup begins with: most runs see fewer than half as many changes.
const firstSlots = 64

// empty forgets all values.
func (l *lookup[V]) empty() {
	l.used = 0
	if l.round++; l.round == 0 {
		clear(l.slots)
		l.round = 1
	}
}

// find returns the value of a key for the caller to read or change until the next call of add, nil if there is none.
func (l *lookup[V]) find(key uint64) *V {
	if l.used == 0 {
		return nil
	}
	if s := l.slot(key); s.round == l.round {
		return &s.value
	}
	return nil
}

// add returns the value of a key, which is zero and new if there was none.
func (l *lookup[V]) add(key uint64) (v *V, fresh bool) {
	if 2*l.used >= len(l.slots) {
		l.grow()
	}
	s := l.slot(key)
	if s.round == l.round {
		return &s.value, false
	}
	l.used++
	*s = slot[V]{key: key, round: l.round}
	return &s.value, true
}

// slot returns the slot of a key, or the free one where it would be.
func (l *lookup[V]) slot(key uint64) *slot[V] {
	const mix = 0x9e3779b97f4a7c15 // 2^64 / golden ratio: neighbours go far apart
	mask := uint64(len(l.slots) - 1)
	for i := bits.RotateLeft64(key*mix, 32); ; i++ {
		if s := &l.slots[i&mask]; s.round != l.round || s.key == key {
			return s
		}
	}
}

func (l *lookup[V]) grow() {
	old, round := l.slots, l.round
	l.slots, l.round = make([]slot[V], max(firstSlots, 2*len(old))), 1
	for i := range old {
		if old[i].round == round {
			s := l.slot(old[i].key)
			*s = old[i]
			s.round = l.round
		}
	}
}
