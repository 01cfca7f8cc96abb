// Package source finds, groups and opens stored recordings.
//
// A Store lists and opens objects: a directory (OpenPath, NewDir) or a bucket (package s3). Group turns a listing into
// recordings, each one session with its parts in order and its sidecar. Resume reads an object across broken
// connections. The package never looks into a recording and never writes.
package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/rankle/rankle/replay"
)

// Object is one listed object. ModTime is a hint (whole seconds on some stores, moved by rewriting equal bytes) and no
// part of the identity; it is zero where the store keeps none.
type Object struct {
	replay.Object
	ModTime time.Time
}

// Store is a place that holds recordings. All methods may be called by several goroutines at once.
//
// Errors name what was attempted and on which object, hold no credentials, and match with errors.Is one of the Err
// values below where a caller can act on it, or context.Canceled and context.DeadlineExceeded. Any other error may be
// a passing one: opening again at the offset reached so far is allowed, and Resume does just that.
type Store interface {
	// URL names the source without credentials, e.g. "s3://bucket" or the path of a directory. URL, a slash and the
	// key name an object for an operator.
	URL() string

	// List yields the objects whose key begins with prefix, as plain text: "a/b" selects "a/b.json" and "a/bc/d.json".
	// Keys use slashes. The order is the store's own and must not matter. The listing may miss objects that are
	// written while it runs.
	//
	// An error yielded with a key concerns that key alone and the listing goes on; an error without a key says that
	// the listing is incomplete, and ends it. An empty listing is no error. Breaking the loop frees everything.
	List(ctx context.Context, prefix string) iter.Seq2[Object, error]

	// Open reads an object from offset to its end. With an ETag it reads exactly the state that obj names: when the
	// object has changed since, Open or a Read returns ErrChanged. Without an ETag it reads what is there.
	// At offset obj.Size the reader is empty; beyond it Open returns ErrRange.
	//
	// The reader belongs to one goroutine. A Read that fails may have returned good bytes before. The context covers
	// the whole reading, not only the opening. The caller closes the reader.
	Open(ctx context.Context, obj replay.Object, offset int64) (io.ReadCloser, error)
}

// Brancher is a Store whose listing takes many requests, one after the other, and that can say how its keys branch, so
// that the branches can be listed at the same time.
type Brancher interface {
	Store
	// Branches returns the objects directly under prefix and the prefixes, which end in a slash, of all others, together
	// no more than most; ErrManyBranches if there are more. "" is the top of what the store covers. The error is otherwise
	// one of List.
	Branches(ctx context.Context, prefix string, most int) (objects []Object, prefixes []string, err error)
}

// ErrManyBranches: there are more branches than were asked for.
var ErrManyBranches = errors.New("more branches than the limit")

// Name says what a Store covers: its URL, and the prefix or the file that narrows it where it has a String method that
// says so.
func Name(st Store) string {
	if s, ok := st.(fmt.Stringer); ok {
		return s.String()
	}
	return st.URL()
}

// The errors of a Store that a caller can act on.
var (
	// ErrNotFound: the object does not exist, any more or at all. Skip it.
	ErrNotFound = errors.New("object not found")
	// ErrChanged: the object is not in the state it was listed in. List again, or leave it to the next run.
	ErrChanged = errors.New("object changed since it was listed")
	// ErrAccess: the store refuses the credentials or the operation. Repeating does not help.
	ErrAccess = errors.New("access denied")
	// ErrClock: the store refuses requests because the clock of this machine is off. It is an ErrAccess.
	ErrClock = fmt.Errorf("%w: the clocks of this machine and of the store differ too much", ErrAccess)
	// ErrArchived: the object lies in an archive class and must be restored before it can be read.
	ErrArchived = errors.New("object is archived")
	// ErrNoBucket: the bucket or directory itself does not exist.
	ErrNoBucket = errors.New("bucket or directory not found")
	// ErrUnreachable: no answer from the store: wrong endpoint, no network, no time left. Repeating may help.
	ErrUnreachable = errors.New("store not reachable")
	// ErrUnavailable: the store answers that it is overloaded or out of order. Repeating may help.
	ErrUnavailable = errors.New("store not available")
	// ErrRange: the offset lies outside the object.
	ErrRange = errors.New("offset outside the object")
	// ErrEmpty: nothing at all is stored under the prefix.
	ErrEmpty = errors.New("nothing is stored under this prefix")
	// ErrHandles: this machine gives the program no further file or connection. No fault of the store; end the run.
	ErrHandles = errors.New("too many open files")
	// ErrTooLarge: an object that must fit in memory, such as a sidecar, is larger than its limit.
	ErrTooLarge = errors.New("object exceeds its size limit")
)

// hints pairs each sentinel with what an operator can do about it, most specific first.
var hints = []struct {
	err  error
	text string
}{
	{ErrNoBucket, "Check the name of the bucket or directory; for a bucket also the endpoint and the region."},
	{ErrArchived, "Restore the object from its archive class, or leave old prefixes out of the source."},
	{ErrClock, "Set the clock of this machine, for example by switching on its time synchronisation, and run again."},
	{ErrAccess, "Check the credentials setting (static, env, file, iam or anonymous), the region, and that the key may list the bucket and read its objects; for a directory check the file permissions."},
	{ErrHandles, "Raise the limit of open files (ulimit -n) or lower --workers, and run again: what was read is kept."},
	{ErrUnavailable, "The store is overloaded or out of order: run again later, or lower the number of workers; what was read is kept."},
	{ErrUnreachable, "Check the endpoint (host, port, http or https), the network and the proxy settings."},
	{ErrEmpty, "Check the prefix: it is case-sensitive and has no leading slash; list the bucket to see what it holds."},
	{ErrChanged, "The recording is still being written: run again, and it is read in its new state."},
	{ErrNotFound, "The object was deleted since it was listed, often by a retention rule: run again."},
	{ErrTooLarge, "The object is too large to be a sidecar or manifest: check its name, or raise the named limit."},
	{ErrRange, "The object is shorter than its listing says: run again, so that it is listed anew."},
	{ErrPattern, "Correct key_pattern: a regular expression in RE2 syntax that names (?P<session>...) once."},
	{context.DeadlineExceeded, "The store did not answer in time: check the network, or raise the timeout."},
}

// Hint returns one sentence that says what an operator can do about an error of this package or of a Store, or "" when
// there is nothing to advise. It belongs beside the error text at the edge of the program, never inside an error.
func Hint(err error) string {
	for _, h := range hints {
		if errors.Is(err, h.err) {
			return h.text
		}
	}
	return ""
}

// permanent reports whether opening the object again cannot help.
func permanent(err error) bool {
	for _, e := range []error{
		ErrNotFound, ErrChanged, ErrAccess, ErrArchived, ErrNoBucket, ErrRange, ErrTooLarge,
		context.Canceled, context.DeadlineExceeded,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
