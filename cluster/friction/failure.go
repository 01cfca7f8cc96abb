package friction

import (
	"cmp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/rankle/rankle/replay"
)

// Which failed requests and errors belong to which press (SIGNALS 6.3, error click).

func (a *analysis) takeRequest(w *watch, e *replay.Event) {
	if e.Detail < 0 || int(e.Detail) >= len(a.s.Requests) {
		return
	}
	q := &a.s.Requests[e.Detail]
	if background(q) || a.amb.ambientRate(a.amb.requests[a.requestKey(q)]) {
		return
	}
	r, gi := a.asker(w, q)
	if r == nil || len(r.requests) >= maxHits {
		return
	}
	r.requests = append(r.requests, e.Detail)
	g := &a.gestures[gi]
	if !q.Failed() || a.aborted(q, e) || g.kind == swallow || a.controls[g.ctl].kind == TextEntry {
		return
	}
	loose := !prompt(q, g)
	if rt := a.amb.requests[a.requestKey(q)]; rt != nil && (rt.apart > 0 && rt.apart*2 >= rt.after || loose && len(rt.controls) > 1) {
		return // it is also sent without a press
	}
	cause := a.requestKey(q) + " " + strconv.Itoa(q.Status)
	r.hits = append(r.hits, errorHit{at: q.End, gesture: gi, cause: cause, request: true, refusal: writes(q) && refuses(q.Status), loose: loose})
}

// sendLag is how soon after pointer up the handler of a press sends its request. A later one may be its own as well
// (after a check or a pause for more input), but as well a timer's that happened to fire.
const sendLag = 300 * time.Millisecond

// prompt reports whether a request was sent right after the pointer went down or up.
func prompt(q *replay.Request, g *gesture) bool {
	return q.Start >= g.at && q.Start-g.at <= sendLag || q.Start >= g.end && q.Start-g.end <= sendLag
}

// failLag is how far apart a failed request and the message logged about it are stamped.
const failLag = 30 * time.Millisecond

// reported finds the failed request that a message is about, and says whether a press of the window sent it.
func (a *analysis) reported(at time.Duration, g *gesture) (found, sent bool) {
	i := sort.Search(len(a.failed), func(i int) bool { return a.s.Requests[a.failed[i]].End >= at-failLag })
	for ; i < len(a.failed); i++ {
		q := &a.s.Requests[a.failed[i]]
		if q.End > at+failLag {
			break
		}
		found = true
		sent = sent || prompt(q, g) && !background(q)
	}
	return found, sent
}

// findFailed lists the failed requests by their end.
func (a *analysis) findFailed() {
	for i := range a.s.Requests {
		if a.s.Requests[i].Failed() {
			a.failed = append(a.failed, int32(i))
		}
	}
	slices.SortStableFunc(a.failed, func(x, y int32) int { return cmp.Compare(a.s.Requests[x].End, a.s.Requests[y].End) })
}

// asker finds the press that sent a request: the latest one before its start, in the open or a closed run.
func (a *analysis) asker(w *watch, q *replay.Request) (*run, int32) {
	var best *run
	bestG := int32(-1)
	try := func(ri int32) {
		r := &a.runs[ri]
		for i := len(r.gestures) - 1; i >= 0; i-- {
			g := &a.gestures[r.gestures[i]]
			if g.at > q.Start {
				continue
			}
			// A held pointer asks when it is released.
			if from := min(g.end, q.Start); q.Start-from <= a.limits(r).RequestAfter && (best == nil || g.at > a.gestures[bestG].at) {
				best, bestG = r, r.gestures[i]
			}
			return
		}
	}
	for _, c := range w.closing {
		try(c)
	}
	if w.cur >= 0 {
		try(w.cur)
	}
	return best, bestG
}

// abortLag is how close to the end of a request a navigation or a later request to the same place explains why it
// ended without a status.
const abortLag = 100 * time.Millisecond

// aborted reports whether a request without a status was given up by the page rather than lost: the page was left, or
// a newer request to the same place replaced it.
func (a *analysis) aborted(q *replay.Request, e *replay.Event) bool {
	if q.Status != 0 {
		return false
	}
	if i := a.visitFrom(q.End - abortLag); i < len(a.visits) && a.visits[i].At <= q.End+abortLag {
		return true
	}
	const near = 32
	lo, hi := max(int(e.Detail)-near, 0), min(int(e.Detail)+near, len(a.s.Requests))
	for i := lo; i < hi; i++ {
		o := &a.s.Requests[i]
		if i != int(e.Detail) && o.Method == q.Method && o.Path == q.Path && o.Start > q.Start && o.Start <= q.End+abortLag {
			return true
		}
	}
	return false
}

// resizeNotice begins the browser's own remark that a layout took more than one frame (CSSWG Resize Observer, "deliver
// resize loop error"). It is reported like an error, but no script failed and nothing was left undone.
const resizeNotice = "ResizeObserver loop"

func (a *analysis) takeError(w *watch, e *replay.Event) {
	if e.Detail < 0 || int(e.Detail) >= len(a.s.Errors) {
		return
	}
	x := &a.s.Errors[e.Detail]
	if strings.HasPrefix(strings.TrimLeft(x.Message, `"'`), resizeNotice) {
		return
	}
	if a.amb.ambientRate(a.amb.errors[x.Fingerprint]) {
		return
	}
	if w.cur >= 0 && len(a.runs[w.cur].hits) >= maxHits {
		return
	}
	hit := errorHit{at: e.At, cause: x.Fingerprint, thrown: x.Thrown}
	if w.cur >= 0 {
		r := &a.runs[w.cur]
		gi := r.gestures[len(r.gestures)-1]
		if g := &a.gestures[gi]; g.kind == swallow || a.controls[g.ctl].kind == TextEntry {
			return
		} else if found, sent := a.reported(e.At, g); found && !sent && !x.Thrown && !a.linked(r, e.At) {
			return // it reports a request that the press did not send
		}
		if e.At-a.gestures[gi].end <= a.limits(r).ErrorAfter || a.linked(r, e.At) {
			hit.gesture = gi
			r.hits = append(r.hits, hit)
			return
		}
	}
	for i := len(w.closing) - 1; i >= 0; i-- {
		r := &a.runs[w.closing[i]]
		if a.linked(r, e.At) {
			hit.gesture = r.gestures[len(r.gestures)-1]
			r.hits = append(r.hits, hit)
			return
		}
	}
}
