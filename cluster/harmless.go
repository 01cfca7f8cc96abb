package cluster

import "github.com/rankle/rankle/cluster/friction"

// Harmless are controls whose repeated presses were checked and found to be meant: steppers, switches, games. They
// cost nothing, so what the ranker estimates for them measures its systematic error (negative controls). Immutable and
// safe for concurrent use.
type Harmless struct {
	r     *Result
	index map[*group]int
}

// harmlessSessions with and without a repeat are needed of each control: an estimate from fewer says nothing about a
// systematic error.
const harmlessSessions = 5

// isRepeat tells the reasons that validate a repeat as meant.
func isRepeat(r friction.Reason) bool {
	switch r {
	case friction.ReasonProgress, friction.ReasonToggle, friction.ReasonRepeatUse:
		return true
	}
	return false
}

// findHarmless numbers the harmless controls in order of their keys. Controls with an issue are none.
func (r *Result) findHarmless(w *work) {
	r.harmless = &Harmless{r: r, index: map[*group]int{}}
	for _, g := range w.groups {
		if _, issue := r.index[g]; issue || g.wholeScreen() || g.isSurface() {
			continue
		}
		repeated := map[int32]bool{}
		for i := range g.episodes {
			e := &g.episodes[i]
			if e.verdict == friction.Dismissed && isRepeat(e.reason) {
				repeated[e.session] = true
			}
		}
		if len(repeated) >= harmlessSessions && len(g.tries)-len(repeated) >= harmlessSessions {
			r.harmless.index[g] = len(r.harmless.index)
		}
	}
}

// Harmless returns the harmless controls; never nil.
func (r *Result) Harmless() *Harmless { return r.harmless }

// Count is the number of harmless controls.
func (h *Harmless) Count() int { return len(h.index) }

// Exposures lists a session's first tries at harmless controls, at most one per control, ordered by control.
// Exposure.Issue counts from 0 below Count; Failed means that the try was a repeat that was meant.
func (h *Harmless) Exposures(d *friction.Digest) []Exposure {
	if len(h.index) == 0 {
		return nil
	}
	v := h.r.view(d)
	defer v.close()
	v.rows = v.rows[:0]
	for i := range d.Attempts {
		a := &d.Attempts[i]
		g := v.tried(a)
		n, ok := h.index[g]
		if g == nil || !ok {
			continue
		}
		repeat := inside(a.Episode, d.Episodes) && d.Episodes[a.Episode].Verdict == friction.Dismissed && isRepeat(d.Episodes[a.Episode].Reason)
		x := Exposure{Issue: n, At: a.At, Failed: repeat, Gestures: a.Gestures, Episode: a.Episode}
		if old := v.best(n); old == nil {
			v.rows = append(v.rows, x)
		} else if x.At < old.At {
			*old = x
		}
	}
	return sorted(v.rows, d)
}
