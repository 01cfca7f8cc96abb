package cluster

import "github.com/rankle/rankle/cluster/friction"

// view is one Digest as a Result sees it. What it found out about paths and controls it remembers for the next one, because
// nearly all sessions meet the same: what is asked of a session would else be spent on taking paths and keys apart.
type view struct {
	r    *Result
	d    *friction.Digest
	size sizeClass

	places   []int32 // per screen: the number of its path
	controls []int32 // per target: the number of its key

	paths     map[string]int32
	templates []string // by number of the path
	keys      map[string]int32
	subjects  []string            // by number of the key
	groups    map[[2]int32]*group // of controls, by path and key; nil = there is none

	// scratch
	rows    []Exposure
	fails   []firstFailure
	met     []metIssue
	said    says
	episode episode
}

// maxRemembered bounds the paths, and the keys, that are remembered: some ten MB each, where every path is another.
const maxRemembered = 1 << 16

// view opens a Digest; the caller must close it.
func (r *Result) view(d *friction.Digest) *view {
	v, _ := r.views.Get().(*view)
	if v == nil || len(v.templates) > maxRemembered || len(v.subjects) > maxRemembered {
		v = &view{r: r, paths: map[string]int32{}, keys: map[string]int32{}, groups: map[[2]int32]*group{}}
	}
	v.d, v.places, v.controls = d, v.places[:0], v.controls[:0]
	for i := range d.Screens {
		path := d.Screens[i].Path
		n, ok := v.paths[path]
		if !ok {
			n = int32(len(v.templates))
			v.paths[path], v.templates = n, append(v.templates, r.templates.of(path))
		}
		v.places = append(v.places, n)
	}
	for i := range d.Targets {
		key := d.Targets[i].Key
		n, ok := v.keys[key]
		if !ok {
			n = int32(len(v.subjects))
			v.keys[key], v.subjects = n, append(v.subjects, subjectOf(key))
		}
		v.controls = append(v.controls, n)
	}
	if len(r.covers) > 0 { // else nobody asks
		v.size = sizeOf(d)
	}
	return v
}

func (v *view) close() {
	v.d = nil
	v.r.views.Put(v)
}

// template is that of a screen of the Digest.
func (v *view) template(screen int32) string { return v.templates[v.places[screen]] }

// control returns the group of a control of the Digest on a screen, or nil.
func (v *view) control(screen, target int32) *group {
	at := [2]int32{v.places[screen], v.controls[target]}
	g, ok := v.groups[at]
	if !ok {
		g = v.r.groups[v.r.joins.groupOf(v.templates[at[0]], v.subjects[at[1]], FamilyControl)]
		v.groups[at] = g
	}
	return g
}
