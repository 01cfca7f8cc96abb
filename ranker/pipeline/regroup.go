package pipeline

import (
	"maps"
	"slices"

	"github.com/rankle/rankle/cluster/friction"
)

// regrouping finds the recordings of earlier runs whose objects make up other recordings now, because a key pattern was
// set or a sidecar came. They would count their sessions twice. It is for one goroutine at a time.
type regrouping struct {
	owners map[string]string // object across sources -> the recording that it is a part of now
	found  map[string]bool
}

func newRegrouping(jobs []job) *regrouping {
	g := &regrouping{owners: make(map[string]string, len(jobs)), found: map[string]bool{}}
	for _, j := range jobs {
		for _, p := range j.Parts {
			g.owners[j.source.Store.URL()+"/"+p.Key] = j.name()
		}
	}
	return g
}

// superseded reports whether an object of the Digest belongs to another recording now. Objects that are no longer
// stored belong to none: what was learned from them stays.
func (g *regrouping) superseded(d *friction.Digest) bool {
	for _, p := range recordingParts(d) {
		if owner, ok := g.owners[d.Source+"/"+p.Key]; ok && owner != d.Recording {
			g.found[d.Recording] = true
			return true
		}
	}
	return false
}

// names are the recordings that were found so far, sorted.
func (g *regrouping) names() []string { return slices.Sorted(maps.Keys(g.found)) }
