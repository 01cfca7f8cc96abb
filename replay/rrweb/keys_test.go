package rrweb

import (
	"slices"
	"testing"
)

// TestKeys: every name has its own slot, and no other name is taken for one.
func TestKeys(t *testing.T) {
	for k := key(keyType); k < numKeys; k++ {
		name := []byte(keyNames[k])
		if got := keyOf(name); got != k {
			t.Errorf("%s is key %d, want %d", name, got, k)
		}
		for i := range name {
			name[i] ^= 0x80
			if got := keyOf(name); got != keyOther {
				t.Errorf("%s is key %d, want none", name, got)
			}
			name[i] ^= 0x80
		}
		short := name[:len(name)-1]
		want := key(max(slices.Index(keyNames[:], string(short)), int(keyOther)))
		if got := keyOf(short); got != want {
			t.Errorf("%s is key %d, want %d", short, got, want)
		}
	}
	if got := keyOf(nil); got != keyOther {
		t.Errorf("the empty name is key %d, want none", got)
	}
}
