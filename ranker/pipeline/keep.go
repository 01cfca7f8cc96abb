package pipeline

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/source"
)

// Keep says how long what was learned from a session stays in the data directory.
type Keep struct {
	// Days is how many days before today stay, UTC; 0 = all. A session belongs to the day on which it began.
	Days int `yaml:"days"`
}

// maxKeepDays is a century: more is a slip of the keyboard.
const maxKeepDays = 36_525

func (k Keep) check() error {
	if k.Days < 0 || k.Days > maxKeepDays {
		return keyError{path: "keep.days", error: fmt.Errorf("%d is not from 1 to %d; leave it out to keep everything", k.Days, maxKeepDays)}
	}
	return nil
}

// since is the first day that stays; zero = all do.
func (k Keep) since(now time.Time) time.Time {
	if k.Days == 0 {
		return time.Time{}
	}
	return ledger.Day(now).AddDate(0, 0, -k.Days)
}

// reasonExpired is why a recording of a day that is no longer kept is left out.
const reasonExpired = "expired"

// expired reports whether a session began on a day that is no longer kept.
func (a *analysis) expired(start time.Time) bool { return ledger.Day(start).Before(a.since) }

// expiredFingerprint names the setting under which recordings were found expired: when more days are to be kept, those
// that the store still has are read again.
func (a *analysis) expiredFingerprint(src *Opened) string {
	base, _ := nameless(a.skipFingerprint(src))
	return hash(base, reasonExpired, strconv.Itoa(a.Config.Keep.Days)) + a.names.suffix()
}

// tombstone remembers a recording that is stored but no longer kept, so that it is not read again.
func (a *analysis) tombstone(j job) ledger.Skip {
	return ledger.Skip{
		Recording: j.name(), Source: j.source.Store.URL(), Reason: reasonExpired,
		Detail:  fmt.Sprintf("%s: began more than %d days ago, which is what keep.days says", j.name(), a.Config.Keep.Days),
		Objects: j.objects(), Fingerprint: a.expiredFingerprint(j.source),
	}
}

// dated is a Store that notes which of its objects were written on a day that is kept, or may have been.
type dated struct {
	source.Store
	since  time.Time
	seed   maphash.Seed
	recent map[uint64]struct{} // hashes of keys: of a million objects the keys themselves would take ten times as much
}

func newDated(store source.Store, since time.Time) *dated {
	return &dated{Store: store, since: since, seed: maphash.MakeSeed(), recent: map[uint64]struct{}{}}
}

// List implements source.Store.
func (s *dated) List(ctx context.Context, prefix string) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		for o, err := range s.Store.List(ctx, prefix) {
			if o.ModTime.IsZero() || !o.ModTime.Before(s.since) {
				s.recent[maphash.String(s.seed, o.Key)] = struct{}{}
			}
			if !yield(o, err) {
				return
			}
		}
	}
}

// old reports whether all parts of a recording were last written before the days that are kept: it is not worth reading,
// because a session begins before its recording is written.
func (s *dated) old(r source.Recording) bool {
	return !slices.ContainsFunc(r.Parts, func(o replay.Object) bool {
		key, _, _, _ := source.CutRange(o.Key)
		_, recent := s.recent[maphash.String(s.seed, key)]
		return recent
	})
}

// leaveOld takes the recordings that are too old to be read out of a grouping, and counts them.
func (a *analysis) leaveOld(store *dated, g *source.Grouping) {
	g.Recordings = slices.DeleteFunc(g.Recordings, func(r source.Recording) bool {
		old := store.old(r)
		if old {
			a.summary.add(reasonExpired, 1, store.URL()+"/"+r.Key)
		}
		return old
	})
}

// expire remembers the recordings whose sessions are no longer kept but are still stored. Their Digests go when the
// Result no longer rests on them.
func (a *analysis) expire(ctx context.Context, jobs []job) error {
	if days := a.ledger.Days(); len(days) == 0 || !days[0].Before(a.since) {
		return nil
	}
	gone := map[string]bool{}
	for d, err := range a.ledger.All(ctx, ledger.Query{Fingerprint: a.fingerprint, To: a.since}) {
		if err != nil {
			return err
		}
		gone[d.Recording] = true
	}
	var waiting batch
	for _, j := range jobs {
		if !gone[j.name()] || !a.ledger.Read(j.name(), j.objects(), a.fingerprint) || a.ledger.Skipped(j.name(), j.objects(), a.expiredFingerprint(j.source)) {
			continue
		}
		waiting.skip(a.tombstone(j))
		if waiting.full() {
			if err := waiting.flush(ctx, a.ledger); err != nil {
				return err
			}
		}
	}
	return waiting.flush(ctx, a.ledger)
}

// recentSettings is how many earlier settings what was read under them is kept for: changing settings back and forth
// reads nothing twice, and trying a hundred of them does not fill the disk.
const recentSettings = 2

// tidy removes from the data directory what no Result rests on any more. The Result is stored, so that what cannot be
// removed is said and left to the next run.
func (a *analysis) tidy(ctx context.Context, jobs []job, last *Result) {
	inUse := []string{a.fingerprint, last.Digests}
	for i := range a.Sources {
		inUse = append(inUse, a.skipFingerprint(&a.Sources[i]), a.expiredFingerprint(&a.Sources[i]))
	}
	n, err := a.ledger.RemoveBefore(ctx, a.since)
	if n > 0 {
		a.Log.Info("sessions removed that began too long ago", "sessions", n, "days", a.Config.Keep.Days)
	}
	err = errors.Join(err, a.removeSkips(ctx, jobs), a.ledger.RemoveSettings(inUse, recentSettings), a.removeTables())
	if err != nil {
		a.Log.Warn("the result is stored, but not everything that is out of date could be removed; the next run tries again", "cause", err)
	}
}

// removeSkips forgets the recordings that could not be read and that their source, as it was just listed, no longer has.
func (a *analysis) removeSkips(ctx context.Context, jobs []job) error {
	gone := map[string]bool{}
	for s, err := range a.ledger.Skips(ctx, "") {
		if err != nil {
			return err
		}
		if slices.ContainsFunc(a.whole, func(name string) bool {
			return covers(name, &friction.Digest{Source: s.Source, Objects: s.Objects})
		}) {
			gone[s.Recording] = true
		}
	}
	for i := range jobs {
		delete(gone, jobs[i].name())
	}
	_, err := a.ledger.RemoveSkips(ctx, func(s *ledger.Skip) bool { return gone[s.Recording] })
	return err
}

// removeTables deletes copies of tables that the analysis file no longer names.
func (a *analysis) removeTables() error {
	dir := filepath.Join(a.DataDir, tablesDir)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	used := map[string]bool{}
	for _, m := range a.Config.Manifests {
		used[m.Path] = true
		if m.Ids != nil {
			used[m.Ids.Path] = true
		}
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if !used[path] && strings.Contains(e.Name(), copyMark) {
			err = errors.Join(err, os.Remove(path))
		}
	}
	return err
}
