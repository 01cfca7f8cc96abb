package outcome

import (
	"sort"
	"time"

	"github.com/rankle/rankle/cluster/friction"
)

// Users gathers the sessions of every known user, for retention over all users. The zero value is ready to use. Users of shards
// merge in any order and give the same results.
type Users struct {
	Anonymous int // sessions without a user id: they cannot be seen to return
	spans     map[string][]Span
	last      time.Time
}

// Add notes one session.
func (u *Users) Add(d *friction.Digest) {
	end := d.Start.Add(d.Duration)
	if end.After(u.last) {
		u.last = end
	}
	if d.Context.User == "" {
		u.Anonymous++
		return
	}
	if u.spans == nil {
		u.spans = map[string][]Span{}
	}
	u.spans[d.Context.User] = append(u.spans[d.Context.User], Span{d.Start, end})
}

// Merge adds the sessions of o, which must not be used afterwards.
func (u *Users) Merge(o *Users) {
	u.Anonymous += o.Anonymous
	if o.last.After(u.last) {
		u.last = o.last
	}
	if u.spans == nil {
		u.spans = map[string][]Span{}
	}
	for name, s := range o.spans {
		u.spans[name] = append(u.spans[name], s...)
	}
}

// Known is the number of distinct users.
func (u *Users) Known() int { return len(u.spans) }

// Returns counts, per window, users by whether they came back after their first session in the data. Users whose
// window is not over count as censored only.
func (u *Users) Returns(w Window) (returned, users, censored int) {
	for _, spans := range u.spans {
		sort.Slice(spans, func(i, k int) bool { return spans[i].Start.Before(spans[k].Start) })
		if !w.Over(spans[0].Start, u.last) {
			censored++
			continue
		}
		users++
		if w.Returned(spans, 0) {
			returned++
		}
	}
	return returned, users, censored
}
