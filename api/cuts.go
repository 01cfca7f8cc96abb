package api

import (
	"bytes"
	"container/list"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

// cuts keeps the pieces of recordings that were cut last, so that the second who looks, and whoever goes back and forth
// between clips, waits for no store. It belongs to one view: a new result, and with it other settings of masking, starts
// with an empty one. Safe for concurrent use; the zero value is ready.
type cuts struct {
	mu    sync.Mutex
	byKey map[string]*list.Element
	order list.List // of *heldCut, last used first
	size  int
}

// heldCut is a finished answer. text is shared and never changed.
type heldCut struct {
	key     string
	objects []replay.Object
	made    time.Time
	text    []byte
}

const (
	// maxCuts bounds all that is kept, in bytes: some hundred clips, which is what a team goes through in a planning.
	maxCuts = 64 << 20
	// maxCut bounds one piece. Clips take tens to hundreds of kB; whole sessions of an hour, which few open twice, more.
	maxCut = 4 << 20
	// cutLife is how long a piece is shown although its recording may be gone from the store since: as long as browsers
	// are told to keep it.
	cutLife = eventsLife
)

// cutKey names what an address of events asks for.
func cutKey(in *eventsInput) string {
	return fmt.Sprintf("%d-%d-%d %s", in.FromMS, in.ToMS, in.Window, in.ID)
}

// get returns what was cut for key out of the objects of d, nil if that is not here or too old.
func (c *cuts) get(key string, d *friction.Digest) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byKey[key]
	if e == nil {
		return nil
	}
	held := e.Value.(*heldCut)
	if time.Since(held.made) > cutLife || !slices.Equal(held.objects, d.Objects) {
		c.drop(e)
		return nil
	}
	c.order.MoveToFront(e)
	return held.text
}

// put keeps a whole answer, of which it becomes the owner, in place of those that were not asked for longest. What a store
// without entity tags holds is not kept: it could change unseen.
func (c *cuts) put(key string, d *friction.Digest, text []byte) {
	if slices.ContainsFunc(d.Objects, func(o replay.Object) bool { return o.ETag == "" }) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.byKey[key]; old != nil {
		c.drop(old)
	}
	if c.byKey == nil {
		c.byKey = make(map[string]*list.Element)
	}
	c.byKey[key] = c.order.PushFront(&heldCut{key: key, objects: slices.Clone(d.Objects), made: time.Now(), text: text})
	for c.size += len(text); c.size > maxCuts; {
		c.drop(c.order.Back())
	}
}

func (c *cuts) drop(e *list.Element) {
	held := c.order.Remove(e).(*heldCut)
	delete(c.byKey, held.key)
	c.size -= len(held.text)
}

// recorder passes an answer on and keeps a copy of it, unless it becomes larger than maxCut.
type recorder struct {
	w    io.Writer
	copy bytes.Buffer
	over bool
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.over = r.over || r.copy.Len()+len(p) > maxCut; r.over {
		r.copy = bytes.Buffer{}
	} else {
		r.copy.Write(p)
	}
	return r.w.Write(p)
}
