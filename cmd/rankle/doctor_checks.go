package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/rankle/rankle/api/access"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker/pipeline"
	"github.com/rankle/rankle/ranker/review"
	"github.com/rankle/rankle/replay/source"
)

const (
	// sourceTime bounds what a source may take to list its first objects and give three recordings.
	sourceTime = time.Minute
	// Stores refuse requests whose signature is a quarter of an hour off; a clock that is a minute off goes on drifting.
	refusedSkew = 15 * time.Minute
	oddSkew     = time.Minute
	// leastFree is room for one batch, a result and a search index of a small analysis. Beyond that an analysis wants as much
	// room as the data directory takes already: index and result are written beside the old ones, which stay until then.
	leastFree = 200 << 20
	// wantedFiles is what merging (8 files), the search index, 32 connections to a store and as many to readers take at most,
	// several times over.
	wantedFiles = 1024
	// defaultRecording is what one worker may hold of a hostile recording where limits.recording_size is not set.
	defaultRecording = 512 << 20
)

func (d *doctor) checkSources(ctx context.Context, config pipeline.Config) {
	for _, s := range config.Sources {
		check := "source " + s.URL
		one := config
		one.Sources = []pipeline.Source{s}
		opened, err := opener().Open(one)
		if err != nil {
			d.fails(check, err, "Correct it in the analysis file (docs/CONFIG.md, sources)")
			continue
		}
		d.checkSource(ctx, check, one, opened[0])
		closeSources(opened)
	}
}

func (d *doctor) checkSource(ctx context.Context, check string, config pipeline.Config, src pipeline.Opened) {
	ctx, cancel := context.WithTimeout(ctx, sourceTime)
	defer cancel()
	d.checkClock(ctx, src)
	sample, err := pipeline.Probe(ctx, config, src)
	if err != nil {
		d.fails(check, err, "Check its URL and settings (docs/CONFIG.md, sources)")
		return
	}
	if sample.Recordings == 0 {
		d.add(finding{Check: check, State: checkProblem, Found: fmt.Sprintf("none of the first %s is part of a recording (%s)", plural(sample.Objects, "object"), skippedWords(sample.Skipped)),
			Advice: "Check the prefix and key_pattern (docs/CONFIG.md, sources)"})
		return
	}
	var formats []string
	var first error
	for _, r := range sample.Read {
		if r.Err != nil {
			first = cmp.Or(first, r.Err)
		} else if !slices.Contains(formats, r.Format) {
			formats = append(formats, r.Format)
		}
	}
	seen := fmt.Sprintf("listed %s with %s", plural(sample.Objects, "object"), plural(sample.Recordings, "recording"))
	switch {
	case len(sample.Read) == 0:
		d.warn(check, seen+"; those looked at are too large to be tried here", `Try one with "rankle detect"`)
	case len(formats) == 0:
		d.fails(check, fmt.Errorf("%s; none of %d that were tried can be read: %w", seen, len(sample.Read), first), `"rankle detect FILE" tells what is wrong with one; dialect: names what bytes cannot say (docs/CONFIG.md)`)
	case first != nil:
		d.warn(check, fmt.Sprintf("%s; read as %s, but not all of %d: %v", seen, strings.Join(formats, ", "), len(sample.Read), first), "An analysis leaves out what cannot be read and counts it")
	default:
		d.ok(check, "%s, read as %s", seen, strings.Join(formats, ", "))
	}
}

func skippedWords(skipped []source.Skipped) string {
	var words []string
	for _, s := range skipped {
		words = append(words, fmt.Sprintf("%d %s, such as %s", s.Count, s.Reason, s.Example))
	}
	return strings.Join(words, "; ")
}

// checkClock compares the clock with that of the store, where it has one.
func (d *doctor) checkClock(ctx context.Context, src pipeline.Opened) {
	store := src.Store
	if r, ok := store.(source.Ranges); ok {
		store = r.Store
	}
	s, ok := store.(interface {
		Skew(context.Context, func() time.Time) (time.Duration, error)
	})
	if !ok {
		return
	}
	const check = "clock"
	skew, err := s.Skew(ctx, time.Now)
	words := fmt.Sprintf("%v away from that of %s", skew.Abs(), store.URL())
	switch {
	case err != nil: // the source itself will say so
	case skew.Abs() >= refusedSkew:
		d.add(finding{Check: check, State: checkProblem, Found: words + ", which refuses requests signed so far off", Advice: "Set the clock of this machine, and keep it with NTP"})
	case skew.Abs() >= oddSkew:
		d.warn(check, words, "Keep the clock of this machine with NTP: stores refuse from 15 minutes on")
	default:
		d.ok(check, "%s", words)
	}
}

// checkData looks at the data directory; false if there is none to look into.
func (d *doctor) checkData() bool {
	const check = "data directory"
	dir := d.state.data
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		parent := filepath.Dir(filepath.Clean(dir))
		if err := tryWriting(parent); err != nil {
			d.fails(check, fmt.Errorf("%s does not exist and cannot be made: %w", dir, err), "Make it, writable for the user that runs rankle, or name another one with --data")
			return false
		}
		d.ok(check, "%s does not exist yet; an analysis makes it", dir)
		d.checkRoom(parent, 0)
		return false
	}
	if err := tryWriting(dir); err != nil {
		d.fails(check, fmt.Errorf("%s cannot be written: %w", dir, err), "Give it to the user that runs rankle, mount it writable, or name another one with --data")
		return false
	}
	use, err := pipeline.DiskUse(dir)
	if err != nil {
		d.fails(check, err, asOwner)
		return true
	}
	var held int64
	for _, p := range use {
		held += p.Bytes
	}
	result, err := pipeline.LoadResult(dir)
	switch {
	case errors.Is(err, pipeline.ErrNoReport):
		d.ok(check, "%s holds %s, no result yet", dir, humanize.Bytes(uint64(held)))
	case err != nil:
		d.fails(check, err, asOwner)
	default:
		d.ok(check, "%s holds %s, the last result rests on %s", dir, humanize.Bytes(uint64(held)), plural(result.Report.Sessions, "session"))
	}
	d.checkRoom(dir, held)
	return true
}

// asOwner is the advice where a file cannot be read for a reason that has none of its own.
const asOwner = "Run as the user that owns the data directory"

// tryWriting makes a file in a directory and removes it.
func tryWriting(dir string) error {
	f, err := os.CreateTemp(dir, ".rankle-doctor-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func (d *doctor) checkRoom(dir string, held int64) {
	const check = "free space"
	free, err := d.free(dir)
	if err != nil {
		d.warn(check, "it is not known how much there is: "+err.Error(), "Look with df")
		return
	}
	needed := max(leastFree, uint64(held))
	words := fmt.Sprintf("%s free, %s wanted", humanize.Bytes(free), humanize.Bytes(needed))
	const advice = "Make room, move the data directory, or keep fewer days (keep: in the analysis file)"
	switch {
	case free < leastFree/10:
		d.add(finding{Check: check, State: checkProblem, Found: words, Advice: advice})
	case free < needed:
		d.warn(check, words, advice)
	default:
		d.ok(check, "%s", words)
	}
}

func (d *doctor) checkLedger(ctx context.Context) {
	const check = "ledger"
	dir := d.state.data
	if _, err := os.Stat(filepath.Join(dir, "ledger")); errors.Is(err, fs.ErrNotExist) {
		return
	}
	if held, err := ledger.Holder(dir); err != nil {
		d.fails("lock", err, asOwner)
	} else if held != "" {
		d.warn("lock", "an analysis is at work"+held, "Another one would be refused until it has ended")
	} else {
		d.ok("lock", "free")
	}
	led, err := ledger.Open(dir, ledger.Options{ReadOnly: true})
	if err != nil {
		d.fails(check, err, asOwner)
		return
	}
	defer led.Close()
	query := ledger.Query{}
	what := "all of them read"
	if days := led.Days(); len(days) > 0 && !d.all {
		query.From, what = days[len(days)-1], "those of the newest day read"
	}
	for _, err := range led.All(ctx, query) {
		if err != nil {
			d.fails(check, err, asOwner)
			return
		}
	}
	size := led.Size()
	d.ok(check, "%s in %s on %s, %s", plural(size.Digests, "session"), plural(size.Files, "file"), plural(len(led.Days()), "day"), what)
}

func (d *doctor) checkReviews(ctx context.Context) {
	const check = "reviews"
	path := pipeline.ReviewFile(d.state.data)
	switch err := review.Check(ctx, path); {
	case errors.Is(err, fs.ErrNotExist):
		d.ok(check, "nobody has decided anything yet")
	case err != nil:
		d.fails(check, err, reviewsHint)
	default:
		d.ok(check, "%s is whole", path)
	}
}

func (d *doctor) checkMachine(config pipeline.Config) {
	workers := uint64(runtime.GOMAXPROCS(0))
	worst := workers * uint64(cmp.Or(int64(config.Limits.RecordingSize), defaultRecording))
	memory, known := memoryLimit()
	words := fmt.Sprintf("%s, %s", plural(int(workers), "processor"), humanize.IBytes(memory))
	switch {
	case !known:
		d.ok("machine", "%s; how much memory there is cannot be asked on this system", plural(int(workers), "processor"))
	case memory < worst:
		d.warn("machine", fmt.Sprintf("%s of memory; %d recordings at their limit would take %s", words, workers, humanize.IBytes(worst)),
			"Ordinary recordings take a few MB each; where yours may be hostile, lower --workers or limits.recording_size")
	default:
		d.ok("machine", "%s of memory", words)
	}
	if files, known := fileLimit(); known && files < wantedFiles {
		d.warn("open files", fmt.Sprintf("at most %d", files), fmt.Sprintf("Raise the limit to %d (ulimit -n, or LimitNOFILE= of the unit)", wantedFiles))
	} else if known {
		d.ok("open files", "at most %d", files)
	}
}

func (d *doctor) checkServer() {
	if d.door.access != "" {
		if _, err := access.Open(d.door.access, time.Now, d.lookupEnv); err != nil {
			d.fails("access file", hinted{err, "check its name and what is in it; docs/ACCESS.md explains both"}, "")
		} else {
			d.ok("access file", "%s can be used", d.door.access)
		}
	}
	const check = "address"
	l, err := net.Listen("tcp", d.addr)
	if err != nil {
		d.warn(check, err.Error(), "Fine if that is your rankle serve; otherwise choose another --addr")
		return
	}
	_ = l.Close()
	d.ok(check, "%s is free", d.addr)
}
