package pipeline

import (
	"fmt"
	"testing"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/replay"
)

// What waits to be written is bounded by what it takes, however many recordings that are, and nothing of it stays.
func TestBatch(t *testing.T) {
	led, err := ledger.Open(t.TempDir(), ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer led.Close()
	var b batch
	stored := 0
	digest := func(n int, attempts int) *friction.Digest {
		return &friction.Digest{Session: fmt.Sprint(n), Source: "s", Recording: fmt.Sprint("s/", n), Fingerprint: "f",
			Objects: []replay.Object{{Key: fmt.Sprint(n)}}, Attempts: make([]friction.Attempt, attempts)}
	}
	for round, attempts := range []int{10_000, 1000} {
		n := 0
		for ; !b.full(); n++ {
			b.add(digest(n+round*10_000, attempts))
		}
		if one := digest(0, attempts).Size(); n < batchBytes/one*9/10 || n > batchBytes/one*11/10 {
			t.Errorf("%d Digests of %d bytes make a batch", n, one)
		}
		b.skip(ledger.Skip{Recording: fmt.Sprint("s/skip", round), Source: "s", Reason: "damaged", Fingerprint: "f"})
		if err := b.flush(t.Context(), led); err != nil {
			t.Fatal(err)
		}
		stored += n
		if s := led.Size(); b.full() || b.bytes != 0 || s.Digests != stored || s.Skips != round+1 {
			t.Errorf("%d bytes wait; stored are %+v, want %d Digests", b.bytes, s, stored)
		}
	}
	for !b.full() {
		b.skip(ledger.Skip{})
	}
	if len(b.skips) != batchBytes/skipBytes+1 {
		t.Errorf("%d skips make a batch", len(b.skips))
	}
}
