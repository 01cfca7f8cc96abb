package friction

import (
	"reflect"

	"github.com/rankle/rankle/replay"
)

// Size is about how many bytes of memory the Digest takes: what bounds how many of them wait to be stored. Short texts that
// Digests have in common, and what the application said of a person, are not counted.
func (d *Digest) Size() int {
	n := held[Digest](1) + len(d.Session) + len(d.Recording) + len(d.Context.EntryURL) +
		held[replay.Screen](len(d.Screens)) + held[Target](len(d.Targets)) + held[Visit](len(d.Visits)) + held[Attempt](len(d.Attempts)) +
		held[Episode](len(d.Episodes)) + held[Moment](len(d.Customs)) + held[replay.Object](len(d.Objects))
	for i := range d.Screens {
		s := &d.Screens[i]
		n += len(s.Host) + len(s.Path) + len(s.Title)
	}
	for i := range d.Targets {
		t := &d.Targets[i]
		n += len(t.Key) + len(t.Label) + len(t.Selector) + len(t.Path)
	}
	for i := range d.Episodes {
		n += len(d.Episodes[i].Cause)
	}
	for i := range d.Objects {
		n += len(d.Objects[i].Key) + len(d.Objects[i].ETag)
	}
	return n
}

// held is how many bytes n values of a type take, without what they point to.
func held[T any](n int) int { return n * int(reflect.TypeFor[T]().Size()) }
