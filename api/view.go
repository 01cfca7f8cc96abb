package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/rankle/rankle/ranker/review"
)

const statusNew = string(review.New)

// view is a Snapshot made ready to be served: converted once, read by every request without a lock.
type view struct {
	snap   *Snapshot
	run    Run
	rows   []IssueRow // in rank order, without reviews, shared: copied before a review is put in
	haystk []string   // what q looks through, one per row
	byKey  map[string]int
	former map[string]int // by keys that issues had before, see Snapshot.Aliases
	tag    string         // hash of everything but reviews that answers depend on
	issues kept           // pages of the list that were asked for
	found  kept           // pages of sessions that were asked for
	cuts   cuts           // pieces of its recordings that were asked for lately
}

func newView(snap *Snapshot, version string) *view {
	v := &view{snap: snap, run: runOf(snap), byKey: make(map[string]int, len(snap.Report.Issues)), former: map[string]int{}}
	for i, issue := range snap.Report.Issues {
		row := rowOf(issue)
		v.rows = append(v.rows, row)
		v.haystk = append(v.haystk, strings.ToLower(strings.Join([]string{row.Title, row.Screen, row.Target.Label, row.Target.Selector, row.Cause, row.Key}, "\n")))
		v.byKey[issue.Key] = i
	}
	for old, key := range snap.Aliases {
		if i, ok := v.byKey[key]; ok {
			v.former[old] = i
		}
	}
	sum := sha256.Sum256([]byte(fmt.Sprintf("%q %q %q %t %q", version, v.run.Run, v.run.Fingerprint, snap.Demo, snap.Sources)))
	v.tag = hex.EncodeToString(sum[:8])
	return v
}

// find returns the place of an issue by its key, or by one that it had before.
func (v *view) find(key string) (int, bool) {
	i, ok := v.byKey[key]
	if !ok {
		i, ok = v.former[key]
	}
	return i, ok
}

// etag is weak, because the same answer may be compressed or not. seq is the state of the reviews.
func (v *view) etag(seq int64) string { return fmt.Sprintf(`W/"%s-%d"`, v.tag, seq) }

// matches reports whether an If-None-Match header names tag. Weak comparison, as RFC 9110 asks for there. "*" is not
// taken: it would hide that an address holds nothing.
func matches(header, tag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		if one = strings.TrimSpace(one); one != "" && strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// current returns the loaded view, or why there is none.
func (s *Server) current() (*view, error) {
	v := s.view.Load()
	if v == nil {
		return nil, errNotReady
	}
	return v, nil
}

// whole returns the loaded view with what lies behind its report, or why there is none.
func (s *Server) whole() (*view, error) {
	v, err := s.current()
	if err == nil && v.snap.Preparing {
		s.missed.give()
		return nil, errPreparing
	}
	return v, err
}

// reported returns the loaded view and the tag of what is derived from its report alone. The error is why there is no
// view, or the 304 answer if the client has that already.
func (s *Server) reported(have Conditional) (*view, string, error) {
	v, err := s.current()
	if err != nil {
		return nil, "", err
	}
	tag := v.etag(0)
	return v, tag, have.unchanged(tag)
}

// decided is the same for what decisions of people show in, too.
func (s *Server) decided(ctx context.Context, have Conditional) (*view, string, error) {
	v, err := s.current()
	if err != nil {
		return nil, "", err
	}
	tag, err := s.etag(ctx, v, have)
	return v, tag, err
}

// etag is the tag of everything that is derived from the report and the reviews. The error is the 304 answer if the client
// has that already.
func (s *Server) etag(ctx context.Context, v *view, have Conditional) (string, error) {
	seq, err := s.seq(ctx)
	if err != nil {
		return "", err
	}
	tag := v.etag(seq)
	return tag, have.unchanged(tag)
}

// seq is the state of the reviews: it grows with every decision.
func (s *Server) seq(ctx context.Context) (int64, error) {
	if s.opts.Reviews == nil {
		return 0, nil
	}
	return s.opts.Reviews.Seq(ctx)
}

// cursor names the position after rank in the list of this view.
func (v *view) cursor(rank int) string {
	return base64.RawURLEncoding.EncodeToString([]byte(v.tag + " " + strconv.Itoa(rank)))
}

// position is the rank that a cursor goes on after.
func (v *view) position(cursor string) (int, error) {
	if cursor == "" {
		return -1, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, errCursor
	}
	tag, rest, ok := strings.Cut(string(b), " ")
	i, err := strconv.Atoi(rest)
	if !ok || tag != v.tag || err != nil || i < 0 || i >= len(v.rows) {
		return 0, errCursor
	}
	return i, nil
}

// reviewed is all reviews as of one state of their store, so that a list does not read them again for every page.
type reviewed struct {
	seq   int64
	byKey map[string]review.Review
}

// allReviews returns the reviews of all issues; the map is shared and must not be changed.
func (s *Server) allReviews(ctx context.Context) (map[string]review.Review, error) {
	if s.opts.Reviews == nil {
		return nil, nil
	}
	seq, err := s.opts.Reviews.Seq(ctx)
	if err != nil {
		return nil, err
	}
	if have := s.reviews.Load(); have != nil && have.seq == seq {
		return have.byKey, nil
	}
	// Read after seq: what changes in between is at worst read once more.
	all, err := s.opts.Reviews.All(ctx)
	if err != nil {
		return nil, err
	}
	s.reviews.Store(&reviewed{seq: seq, byKey: all})
	return all, nil
}
