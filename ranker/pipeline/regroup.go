package pipeline

import (
	"hash/fnv"
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/rankle/rankle/cluster/friction"
)

// regrouping finds the recordings of earlier runs whose objects make up other recordings now, because a key pattern was
// set or a sidecar came. They would count their sessions twice. It is safe for concurrent use until names is called.
type regrouping struct {
	jobs []job
	// owners tells by the hash of an object the job that it is a part of now. Of a million objects the names would take
	// more memory than everything else; jobs tells whether the hash was right.
	owners map[uint64]int32
	mu     sync.Mutex
	found  map[string]bool
}

func newRegrouping(jobs []job) *regrouping {
	g := &regrouping{jobs: jobs, owners: make(map[uint64]int32, len(jobs)), found: map[string]bool{}}
	for i, j := range jobs {
		for _, p := range j.Parts {
			g.owners[hashObject(j.source.Store.URL(), p.Key)] = int32(i)
		}
	}
	return g
}

// hashObject is a short name for an object across sources.
func hashObject(source, key string) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, source)
	_, _ = io.WriteString(h, "/")
	_, _ = io.WriteString(h, key)
	return h.Sum64()
}

// superseded reports whether an object of the Digest belongs to another recording now. Objects that are no longer
// stored belong to none: what was learned from them stays.
func (g *regrouping) superseded(d *friction.Digest) bool {
	for _, p := range recordingParts(d) {
		if i, ok := g.owners[hashObject(d.Source, p.Key)]; ok && g.jobs[i].holds(d.Source, p.Key) && g.jobs[i].name() != d.Recording {
			g.mu.Lock()
			g.found[d.Recording] = true
			g.mu.Unlock()
			return true
		}
	}
	return false
}

// holds reports whether an object is a part of the recording.
func (j *job) holds(source, key string) bool {
	if j.source.Store.URL() != source {
		return false
	}
	for _, p := range j.Parts {
		if p.Key == key {
			return true
		}
	}
	return false
}

// names are the recordings that were found so far, sorted.
func (g *regrouping) names() []string { return slices.Sorted(maps.Keys(g.found)) }
