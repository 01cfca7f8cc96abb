// Package audit measures how often the detectors are right by asking people about a sample of what they kept and what
// they dismissed.
//
//	digests --New--> Frame: strata (pattern, kept or dismissed, confidence) --Sample--> cases --people--> verdicts
//	                                                                    \--Measure(verdicts)--> precision, with intervals
//
// The sample is stratified, so that rare patterns and doubtful confidences are seen, and Measure weighs each stratum by
// what it stands for, so that the figures hold for everything that was found. The package takes no clock and no random
// source: the same frame, seed and verdicts give the same answer.
package audit

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker/review"
)

// Frame is everything that a sample can be drawn from. It is immutable and safe for concurrent use. An episode takes
// some 60 bytes.
type Frame struct {
	From, To time.Time // start of the first and of the last session
	Sessions int

	names []string // of the sessions that have episodes
	index map[string]int32
	items []item
}

// item is one episode.
type item struct {
	session       int32
	start         int64 // ms
	control, user uint64
	stratum       stratum
	turn          float64 // its place in the order in which its stratum is drawn, set by sort
}

// stratum is what is sampled and weighed together.
type stratum struct {
	pattern uint8 // place in friction.Patterns
	kept    bool
	band    uint8
}

// bands are the upper ends of the ranges of confidence: below the reporting floor, thin, fair and strong.
var bands = [...]float64{0.4, 0.6, 0.8}

func bandOf(confidence float64) uint8 {
	for i, b := range bands {
		if confidence < b {
			return uint8(i)
		}
	}
	return uint8(len(bands))
}

// Judge gives the final verdicts of the program about the episodes of a session, one each, before anything that people said of it.
type Judge func(d *friction.Digest) []cluster.Judgement

// New makes a frame of the kept and the dismissed episodes of all sessions. Episodes without an opinion, and those that
// were dismissed because a person said so, claim nothing that could be checked. screen names the screen of an episode.
func New(digests iter.Seq2[*friction.Digest, error], judge Judge, screen func(d *friction.Digest, episode int) string) (*Frame, error) {
	f := &Frame{index: map[string]int32{}}
	for d, err := range digests {
		if err != nil {
			return nil, err
		}
		f.add(d, judge, screen)
	}
	f.order()
	return f, nil
}

func (f *Frame) add(d *friction.Digest, judge Judge, screen func(d *friction.Digest, episode int) string) {
	f.Sessions++
	if f.From.IsZero() || d.Start.Before(f.From) {
		f.From = d.Start
	}
	if d.Start.After(f.To) {
		f.To = d.Start
	}
	session := int32(-1)
	user := cmp.Or(d.Context.User, d.Session)
	for i, j := range judge(d) {
		e := &d.Episodes[i]
		if j.Verdict == friction.NoOpinion || j.Reason == friction.ReasonReviewed {
			continue
		}
		if session < 0 {
			session = f.session(d.Session)
		}
		control := ""
		if e.Target >= 0 && int(e.Target) < len(d.Targets) {
			control = d.Targets[e.Target].Key
		}
		f.items = append(f.items, item{
			session: session, start: e.Start.Milliseconds(), control: hash(0, screen(d, i), control), user: hash(0, user),
			stratum: stratum{pattern: uint8(slices.Index(friction.Patterns(), e.Pattern)), kept: j.Verdict == friction.Friction, band: bandOf(j.Confidence)},
		})
	}
}

func (f *Frame) session(id string) int32 {
	i, ok := f.index[id]
	if !ok {
		i = int32(len(f.names))
		f.index[id] = i
		f.names = append(f.names, id)
	}
	return i
}

// Len is the number of kept and dismissed episodes.
func (f *Frame) Len() int { return len(f.items) }

// Known counts the episodes that are in a set.
func (f *Frame) Known(set map[review.Episode]bool) int {
	n := 0
	for i := range f.items {
		if set[f.name(&f.items[i])] {
			n++
		}
	}
	return n
}

func (f *Frame) name(it *item) review.Episode {
	return review.Episode{Session: f.names[it.session], Pattern: string(friction.Patterns()[it.stratum.pattern]), Start: time.Duration(it.start) * time.Millisecond}
}

// order sorts the episodes so that those of one stratum, control and user lie side by side, in an order that does not
// depend on how they were added.
func (f *Frame) order() {
	slices.SortFunc(f.items, func(a, b item) int {
		return cmp.Or(compareStrata(a.stratum, b.stratum), cmp.Compare(a.control, b.control), cmp.Compare(a.user, b.user),
			cmp.Compare(f.names[a.session], f.names[b.session]), cmp.Compare(a.start, b.start))
	})
	// The same session read from two sources is one.
	f.items = slices.CompactFunc(f.items, func(a, b item) bool {
		return a.stratum == b.stratum && a.session == b.session && a.start == b.start
	})
}

func compareStrata(a, b stratum) int {
	return cmp.Or(cmp.Compare(a.pattern, b.pattern), -cmp.Compare(boolInt(a.kept), boolInt(b.kept)), cmp.Compare(a.band, b.band))
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// strata calls each for the episodes of every stratum, in order.
func (f *Frame) strata(each func(stratum, []item)) {
	for i := 0; i < len(f.items); {
		j := i + 1
		for j < len(f.items) && f.items[j].stratum == f.items[i].stratum {
			j++
		}
		each(f.items[i].stratum, f.items[i:j])
		i = j
	}
}

// Options of a sample.
type Options struct {
	Size    int              // how many cases, at most
	Seed    uint64           // another seed, another sample
	Pattern friction.Pattern // only this one; "" = all
	// Judged are the episodes that need no asking.
	Judged map[review.Episode]bool
}

// golden is the fractional part of the golden ratio. Its multiples spread over the unit interval as evenly as any
// sequence can, however many are taken (three-distance theorem).
var golden = (math.Sqrt(5) - 1) / 2

// Sample draws episodes to ask people about. Patterns, and kept and dismissed ones, get equal numbers as far as there
// are any; the ranges of confidence within them share these by the square root of their size. Within a stratum every
// episode has the same chance, and those drawn spread over controls and users as the stratum does. Episodes that were
// judged are passed over; a sample with the same seed goes on where the one before ended. The order mixes kept and
// dismissed ones.
func (f *Frame) Sample(opt Options) []review.Episode {
	type cell struct {
		pattern uint8
		kept    bool
	}
	var cells []cell
	queues := map[cell][]*queue{}
	f.strata(func(s stratum, items []item) {
		if opt.Pattern != "" && friction.Patterns()[s.pattern] != opt.Pattern {
			return
		}
		c := cell{s.pattern, s.kept}
		if queues[c] == nil {
			cells = append(cells, c)
		}
		left := f.unjudged(s, items, opt)
		queues[c] = append(queues[c], &queue{left: left, weight: math.Sqrt(float64(len(items))), taken: len(items) - len(left)})
	})
	var picked []item
	for took := true; took && len(picked) < opt.Size; {
		took = false
		for _, c := range cells {
			if it, ok := next(queues[c]); ok && len(picked) < opt.Size {
				picked, took = append(picked, it), true
			}
		}
	}
	slices.SortFunc(picked, func(a, b item) int {
		return cmp.Or(cmp.Compare(f.mix(&a, opt.Seed), f.mix(&b, opt.Seed)), cmp.Compare(a.session, b.session), cmp.Compare(a.start, b.start))
	})
	out := make([]review.Episode, len(picked))
	for i := range picked {
		out[i] = f.name(&picked[i])
	}
	return out
}

// unjudged lists what is left to ask of a stratum in the order in which it is drawn: neighbours in the order of
// controls and users lie far apart in it, so that every beginning of it is spread evenly.
func (f *Frame) unjudged(s stratum, items []item, opt Options) []item {
	first := float64(hash(opt.Seed, string(friction.Patterns()[s.pattern]), string([]byte{byte(boolInt(s.kept)), s.band}))>>11) / (1 << 53)
	var left []item
	for i, it := range items {
		_, it.turn = math.Modf(first + float64(i)*golden)
		if !opt.Judged[f.name(&it)] {
			left = append(left, it)
		}
	}
	slices.SortFunc(left, func(a, b item) int { return cmp.Compare(a.turn, b.turn) })
	return left
}

// queue is what is left of a stratum.
type queue struct {
	left   []item
	weight float64 // its claim, see next
	taken  int     // judged before, or drawn
}

// next takes an episode from the queue that has got the least for its claim. Claims grow with the square root of the
// stratum: by size alone small strata would never be seen, in equal parts the large one, which makes the figure, would
// be measured no better than the others.
func next(queues []*queue) (item, bool) {
	var best *queue
	for _, q := range queues {
		if len(q.left) > 0 && (best == nil || q.weight*float64(best.taken+1) > best.weight*float64(q.taken+1)) {
			best = q
		}
	}
	if best == nil {
		return item{}, false
	}
	it := best.left[0]
	best.left, best.taken = best.left[1:], best.taken+1
	return it, true
}

func (f *Frame) mix(it *item, seed uint64) uint64 {
	return hash(seed, f.names[it.session], string(binary.LittleEndian.AppendUint64([]byte{it.stratum.pattern}, uint64(it.start))))
}

// hash mixes texts with a seed.
func hash(seed uint64, parts ...string) uint64 {
	h := fnv.New64a()
	b := binary.LittleEndian.AppendUint64(nil, seed)
	for _, p := range parts {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(p)))
		b = append(b, p...)
	}
	_, _ = h.Write(b) // never fails
	v := h.Sum64()
	// FNV leaves the upper bits of short texts alike.
	v ^= v >> 33
	v *= 0xff51afd7ed558ccd
	v ^= v >> 33
	v *= 0xc4ceb9fe1a85ec53
	return v ^ v>>33
}
