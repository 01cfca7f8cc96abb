package cluster

import (
	"cmp"
	"maps"
	"slices"
)

// Move says where the episodes of an issue of a previous Result are now. An issue that was split has several moves from its
// key, one into which others were merged several to its key; one that is no longer found has one to "".
type Move struct {
	From, To string
	// Share of From's episodes, or controls, that are in To, 0..1, estimated from Issue.Sample.
	Share float64
}

// What a trace rests on.
const (
	// maxSample bounds Issue.Sample. The share of 64 of them is known within 12 points (twice the standard error of a half);
	// more would make a report of a thousand issues larger by megabytes.
	maxSample = 64
	// leastCompared episodes must be comparable for their share to be believed; else the controls are compared.
	leastCompared = 4
	// moveShare is the least share of an issue that is a move: below it lie the strays that another rule or one more session
	// put elsewhere.
	moveShare = 0.2
)

// sampleOf picks the episodes whose hash is lowest. What an episode is called does not change between Results, so that two
// samples of overlapping issues overlap (bottom-k sketch, Cohen and Kaplan 2007).
func (w *work) sampleOf(p *problem) []uint64 {
	all := make([]uint64, 0, len(p.episodes))
	for i := range p.episodes {
		s := &w.sessions[p.episodes[i].session]
		all = append(all, mix(s.name, uint64(p.episodes[i].start)))
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return slices.Clone(all[:min(len(all), maxSample)])
}

// mix hashes two numbers (the finalizer of MurmurHash3).
func mix(a, b uint64) uint64 {
	h := a ^ b*0x9e3779b97f4a7c15
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// Trace says where the issues of a previous Result are in a new one, so that what people said about them, and links, can
// follow: ordered by From, then by Share, largest first. Issues are compared by the episodes that both Results rest on and,
// where there are none, by their controls. An issue whose key and everything else stayed has one move to itself.
func Trace(previous, now []Issue) []Move {
	by := map[Control][]int{}
	holds := map[uint64][]int{}
	for i := range now {
		for _, c := range identities(&now[i]) {
			by[c] = append(by[c], i)
		}
		for _, h := range now[i].Sample {
			holds[h] = append(holds[h], i)
		}
	}
	var moves []Move
	for i := range previous {
		from := &previous[i]
		shares := episodeShares(from, now, holds)
		if shares == nil {
			shares = controlShares(from, now, by)
		}
		found := false
		for _, k := range slices.Sorted(maps.Keys(shares)) {
			if shares[k] >= moveShare {
				moves = append(moves, Move{from.Key, now[k].Key, shares[k]})
				found = true
			}
		}
		if !found {
			moves = append(moves, Move{From: from.Key})
		}
	}
	slices.SortFunc(moves, func(x, y Move) int {
		return cmp.Or(cmp.Compare(x.From, y.From), -cmp.Compare(x.Share, y.Share), cmp.Compare(x.To, y.To))
	})
	return moves
}

// episodeShares estimates which share of an issue's episodes is in which of the others, by index; nil if the two have no
// episodes in common that could be compared. holds lists the issues by the episodes in their samples.
func episodeShares(from *Issue, now []Issue, holds map[uint64][]int) map[int]float64 {
	common := map[int]int{}
	for _, h := range from.Sample {
		for _, i := range holds[h] {
			common[i]++
		}
	}
	shares := map[int]float64{}
	for i, n := range common {
		compared := len(from.Sample)
		if sample := now[i].Sample; len(sample) == maxSample { // what lies above is not in it, but may be in the issue
			at, found := slices.BinarySearch(from.Sample, sample[maxSample-1])
			if compared = at; found {
				compared++
			}
		}
		if compared >= leastCompared || compared == len(from.Sample) {
			shares[i] = float64(n) / float64(compared)
		}
	}
	if len(shares) == 0 {
		return nil
	}
	return shares
}

// controlShares weighs the controls of an issue by the sessions that met it there.
func controlShares(from *Issue, now []Issue, by map[Control][]int) map[int]float64 {
	shares := map[int]float64{}
	all := 0
	add := func(c Control, n int) {
		all += n
		for _, i := range by[c] {
			if now[i].Family == from.Family {
				shares[i] += float64(n)
			}
		}
	}
	for _, c := range from.Controls {
		add(Control{c.Screen, subjectOf(c.Target.Key)}, c.Sessions)
	}
	if len(from.Controls) == 0 { // of an older version
		add(Control{from.Screen, subjectOf(from.Target.Key)}, 1)
	}
	for i := range shares {
		shares[i] /= float64(max(all, 1))
	}
	return shares
}

// identities are the controls of an issue.
func identities(i *Issue) []Control {
	var all []Control
	for _, c := range i.Controls {
		if id := (Control{c.Screen, subjectOf(c.Target.Key)}); !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

// Aliases lists for the keys that are no more the key of the issue in which most of theirs is now. Issues that are no
// longer found have none.
func Aliases(moves []Move, now []Issue) map[string]string {
	current := map[string]bool{}
	for i := range now {
		current[now[i].Key] = true
	}
	aliases := map[string]string{}
	for _, m := range moves { // the largest share of each comes first
		if !current[m.From] && m.To != "" && aliases[m.From] == "" {
			aliases[m.From] = m.To
		}
	}
	return aliases
}
