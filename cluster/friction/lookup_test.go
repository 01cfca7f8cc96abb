package friction

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestLookup does the same to a lookup and to a map, round after round.
func TestLookup(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	var l lookup[int]
	l.round = math.MaxUint32 - 2 // the rounds begin again meanwhile
	for _, keys := range []uint64{1, 3, 40, 5000, 2, 700, 0, 60} {
		l.empty()
		m := map[uint64]int{}
		for range 3 * keys {
			key := r.Uint64N(keys) << (32 * r.IntN(2)) // numbers that differ only far up as well
			before, known := m[key]
			if v := l.find(key); (v != nil) != known || known && *v != before {
				t.Fatalf("key %x of %d: %v, want %d, %v", key, keys, v, before, known)
			}
			v, fresh := l.add(key)
			if fresh == known || *v != before {
				t.Fatalf("key %x of %d: %d, new %v; want %d, %v", key, keys, *v, fresh, before, !known)
			}
			*v = r.Int()
			m[key] = *v
		}
		for key, want := range m {
			if v := l.find(key); v == nil || *v != want {
				t.Fatalf("key %x of %d: %v, want %d", key, keys, v, want)
			}
		}
		if l.used != len(m) {
			t.Fatalf("%d keys, want %d", l.used, len(m))
		}
	}
}
