package friction

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/rankle/rankle/replay"
)

// What Size says is what Digests take, within a quarter of it.
func TestSize(t *testing.T) {
	const n = 200
	made := make([]*Digest, 0, n)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range n {
		d := &Digest{Session: fmt.Sprint("session-", i), Screens: make([]replay.Screen, 3), Visits: make([]Visit, 5), Attempts: make([]Attempt, i)}
		for k := range 10 {
			d.Targets = append(make([]Target, 0, k+1), d.Targets...)
			d.Targets = append(d.Targets, Target{Key: fmt.Sprintf("%032d", k), Label: fmt.Sprintf("%020d", k), Selector: fmt.Sprintf("%040d", k), Path: fmt.Sprintf("%060d", k)})
			d.Episodes = append(make([]Episode, 0, k+1), d.Episodes...)
			d.Episodes = append(d.Episodes, Episode{Cause: fmt.Sprintf("POST /api/%022d 500", k), End: time.Second})
		}
		made = append(made, d)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	said := 0
	for _, d := range made {
		said += d.Size()
	}
	if held := int(after.HeapAlloc) - int(before.HeapAlloc); said < held*3/4 || said > held*5/4 {
		t.Errorf("%d bytes are held, Size says %d", held, said)
	}
	runtime.KeepAlive(made)
}
