package pipeline

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker"
)

// Shard is one of Count parts of all recordings, for processes that share nothing: a hash of its name decides which part
// a recording is in, so that every process knows its own without talking to the others, and new recordings move none.
type Shard struct{ Index, Count int } // 1 <= Index <= Count

// maxShards bounds Count: every shard lists the whole source, so that more of them list longer than they read.
const maxShards = 10_000

// ParseShard reads "2/8", the second of eight.
func ParseShard(s string) (Shard, error) {
	index, count, ok := strings.Cut(s, "/")
	var sh Shard
	var err1, err2 error
	sh.Index, err1 = strconv.Atoi(index)
	sh.Count, err2 = strconv.Atoi(count)
	if !ok || err1 != nil || err2 != nil || sh.Index < 1 || sh.Index > sh.Count || sh.Count > maxShards {
		return Shard{}, fmt.Errorf("shard %q: write i/N, for example 2/8, with i from 1 to N and N up to %d", s, maxShards)
	}
	return sh, nil
}

// has reports whether a recording belongs to the shard.
func (s Shard) has(recording string) bool {
	h := fnv.New64a()
	_, _ = io.WriteString(h, recording)
	return h.Sum64()%uint64(s.Count) == uint64(s.Index-1)
}

// ReadRun is what reading a shard did.
type ReadRun struct {
	Recordings int // of the shard
	Listed     int // of all shards
	Fresh      int // recordings that this run read
	Summary    ranker.ReadSummary
}

// ReadShard reads what is new in one shard of the sources into the ledger of the data directory and ranks nothing. Join
// brings the ledgers of all shards together; an Analyze of the same sources then finds everything read, and its Report is
// the one of a single run, byte for byte. The errors are those of Analyze, but for ErrNothing: a shard may be empty.
func ReadShard(ctx context.Context, opt Options, shard Shard) (*ReadRun, error) {
	run, err := newAnalysis(opt)
	if err != nil {
		return nil, err
	}
	var out ReadRun
	err = run.withLedger(ctx, func() error {
		jobs, err := run.list(ctx)
		if err != nil {
			return err
		}
		out.Listed = len(jobs)
		jobs = slices.DeleteFunc(jobs, func(j job) bool { return !shard.has(j.name()) })
		jobs = run.withoutForgotten(jobs)
		out.Recordings = len(jobs)
		if err := run.read(ctx, jobs); err != nil {
			return err
		}
		return run.collectSkips(ctx, jobs)
	})
	if err != nil {
		return nil, err
	}
	out.Fresh, out.Summary = run.summary.fresh, run.summary.read(out.Recordings)
	return &out, nil
}

// Join adds what the ledgers in other data directories hold to the one in dataDir, which is created if absent. It returns
// how many recordings and how many reasons why one could not be read were new.
func Join(ctx context.Context, dataDir string, from []string) (recordings, skips int, err error) {
	led, err := openLedger(dataDir)
	if err != nil {
		return 0, 0, err
	}
	recordings, skips, err = led.Join(ctx, from)
	if err == nil {
		err = dropForgotten(ctx, dataDir, led)
	}
	return recordings, skips, errors.Join(err, led.Close())
}

// dropForgotten takes out what another data directory knew of people who are forgotten in this one.
func dropForgotten(ctx context.Context, dataDir string, led *ledger.Ledger) error {
	gone, err := loadForgotten(dataDir, nil)
	if err != nil || gone == nil {
		return err
	}
	_, err = led.Rewrite(ctx, ledger.Edit{Digest: func(d *friction.Digest) (string, bool) {
		return d.Context.User, !gone.person(d.Context.User) && !gone.recording(d.Recording)
	}})
	return err
}

// openLedger opens the ledger of a data directory for writing and creates both if absent.
func openLedger(dataDir string) (*ledger.Ledger, error) {
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	return ledger.Open(dataDir, ledger.Options{})
}
