package pipeline

import (
	"bytes"
	"context"
	"errors"
	"testing"
)

// An analysis that is told to stop keeps what it has read, and the next one reads the rest and says the same as one that
// nobody stopped.
func TestStoppingKeepsWhatWasRead(t *testing.T) {
	const recordings, stopAfter = 12, 3
	dir, data, undisturbed := t.TempDir(), t.TempDir(), t.TempDir()
	writeFiles(t, dir, sample(t, recordings))
	analyze(t, Config{}, undisturbed, dir)

	config, err := Config{}.WithSources([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	sources, err := Opener{}.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	_, err = Analyze(ctx, Options{Config: config, Sources: sources, DataDir: data, Workers: 1, Progress: func(p Progress) {
		if p.Stage == StageReading && p.Done == stopAfter {
			stop()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped: %v", err)
	}
	if _, err := LoadResult(data); !errors.Is(err, ErrNoReport) {
		t.Errorf("an analysis that was stopped left a result: %v", err)
	}
	run := analyze(t, Config{}, data, dir)
	if run.Fresh > recordings-stopAfter {
		t.Errorf("%d recordings were read again, want at most %d", run.Fresh, recordings-stopAfter)
	}
	if !bytes.Equal(storedResult(t, data), storedResult(t, undisturbed)) {
		t.Error("the result is not the one of an analysis that nobody stopped")
	}
}
