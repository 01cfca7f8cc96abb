package ledger

import (
	"sync"
	"testing"
	"time"
)

// TestConcurrentReaders reads one ledger from several goroutines while another one appends to one day: each sees whole
// batches, all that were stored when it began, and never fewer than before. make race runs this test of the package and no
// other, because no other starts goroutines.
func TestConcurrentReaders(t *testing.T) {
	const (
		batches, batch, readers = 12, 10, 4
		first                   = 20 // and those after it start on one day, so that a batch is one file
	)
	l := open(t, t.TempDir(), neverMerged)
	add(t, l, generateAll(first, first+batch)...)
	start := make(chan struct{})
	var group sync.WaitGroup
	for range readers {
		group.Go(func() {
			<-start
			for seen := 0; seen < batches*batch; {
				stored := l.Size().Digests
				n := 0
				for d, err := range l.All(t.Context(), Query{Fingerprint: "fp1"}) {
					if err != nil {
						t.Error(err)
						return
					}
					if want := generate(first+n, 0); d.Session != want.Session {
						t.Errorf("digest %d is of %s, want %s", n, d.Session, want.Session)
						return
					}
					n++
				}
				if n < seen || n < stored || n%batch != 0 {
					t.Errorf("%d digests after %d, of which %d were stored before", n, seen, stored)
					return
				}
				seen = n
				last := generate(first+n-1, 0)
				if d, err := l.Get(t.Context(), last.Session, ""); err != nil || d.Recording != last.Recording {
					t.Errorf("session %s: %v", last.Session, err)
				}
				if !l.Read(last.Recording, last.Objects, "fp1") || l.Skipped(last.Recording, last.Objects, "fp1") {
					t.Errorf("recording %s was stored and is not known", last.Recording)
				}
				if l.State("fp1", time.Time{}) == "" || len(l.Days()) == 0 || len(l.Fingerprints()) != 1 {
					t.Error("the ledger says that it is empty")
				}
			}
		})
	}
	close(start)
	for n := 1; n < batches; n++ {
		add(t, l, generateAll(first+n*batch, first+(n+1)*batch)...)
	}
	group.Wait()
}
