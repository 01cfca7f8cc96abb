package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

// cutter is a store of one recording that counts how often it is read.
type cutter struct {
	tag   string // of the recording, as its Digest says
	size  int    // of an answer
	err   error
	reads int
}

func (c *cutter) Get(_ context.Context, session string) (*friction.Digest, error) {
	return &friction.Digest{Session: session, Duration: time.Minute, Objects: []replay.Object{{Key: "k", ETag: c.tag, Size: 1}}}, nil
}

func (c *cutter) Events(_ context.Context, w io.Writer, session string, from, _ time.Duration, window int) error {
	c.reads++
	if c.err != nil {
		return c.err
	}
	_, err := fmt.Fprintf(w, `{"of":"%s %s %d %d","pad":"%s"}`, session, c.tag, from, window, strings.Repeat("x", c.size))
	return err
}

// served is a server over c, with one that loads the same run again.
func served(t *testing.T, c *cutter) (ask func(path string, reads int) string, reload func()) {
	t.Helper()
	var snap *api.Snapshot
	s := newServer(t, func(o *api.Options, made *api.Snapshot) {
		o.Reviews = nil
		made.Sessions, made.Recordings = c, c
		snap = made
	})
	ask = func(path string, reads int) string {
		t.Helper()
		res := do(t, s.Handler(), get("/api/v1/sessions/"+path))
		body := string(readAll(t, res.Body))
		if c.reads != reads {
			t.Errorf("%s: the recording was read %d times by now, want %d", path, c.reads, reads)
		}
		if c.err == nil && (res.StatusCode != 200 || !strings.Contains(body, c.tag)) {
			t.Errorf("%s: status %d, %.200s", path, res.StatusCode, body)
		}
		return body
	}
	return ask, func() {
		if err := s.Load(snap); err != nil {
			t.Fatal(err)
		}
	}
}

// A piece of a recording is cut once, as long as nothing that it depends on is another.
func TestCutOnce(t *testing.T) {
	c := &cutter{tag: "one"}
	ask, reload := served(t, c)
	first := ask("a/events", 1)
	if again := ask("a/events", 1); again != first {
		t.Errorf("the second answer is another: %s, %s", first, again)
	}
	ask("a/events?window=1", 2)
	ask("a/events?from_ms=1&to_ms=2", 3)
	ask("b/events", 4)
	ask("a/events", 4)
	c.tag = "two" // rewritten in the store, and read again
	ask("a/events", 5)
	ask("a/events", 5)
	reload() // another result, other settings
	ask("a/events", 6)
	c.tag = "" // a store that does not tell states apart
	ask("a/events", 7)
	ask("a/events", 8)
}

func TestCutErrorsAreNotKept(t *testing.T) {
	c := &cutter{tag: "one", err: errors.New("the store is away")}
	ask, _ := served(t, c)
	ask("a/events", 1)
	c.err = nil
	ask("a/events", 2)
	ask("a/events", 2)
}

// What is kept is bounded: large answers are not, and of the others the ones asked for last.
func TestCutsBounded(t *testing.T) {
	c := &cutter{tag: "one", size: 5 << 20}
	ask, _ := served(t, c)
	ask("large/events", 1)
	ask("large/events", 2)
	c.size = 3 << 20
	const most = 21 // of 64 MiB
	for i := range most {
		ask(fmt.Sprintf("%d/events", i), 3+i)
	}
	ask("0/events", 2+most)   // still here, and now used
	ask("new/events", 3+most) // in place of 1
	ask("0/events", 3+most)   // still here
	ask("1/events", 4+most)   // was given up
	ask("new/events", 4+most) // still here
}

func TestCutsGrowOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cutter{tag: "one"}
		ask, _ := served(t, c)
		ask("a/events", 1)
		time.Sleep(4 * time.Minute)
		ask("a/events", 1)
		time.Sleep(2 * time.Minute)
		ask("a/events", 2)
	})
}
