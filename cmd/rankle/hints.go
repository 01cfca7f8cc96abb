package main

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker/pipeline"
	"github.com/rankle/rankle/replay/source"
)

// hinted is an error with what a user can do about it.
type hinted struct {
	error
	hint string
}

func (e hinted) Unwrap() error { return e.error }

// usageError marks an error that the caller of the command made.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// reviewsHint is what to do about review state that cannot be opened.
const reviewsHint = "check that the directory can be written and has room; if the file itself is damaged, put back a backup " +
	"or move it away (it holds verdicts, owners and notes)"

// hintFor is what a user can do about an error, or "".
func hintFor(err error) string {
	var own hinted
	switch {
	case errors.As(err, &own):
		return own.hint
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return "make room and run again: what was stored is kept, and the run goes on from there"
	case errors.Is(err, syscall.EROFS):
		return "the data directory cannot be written: use another --data, or mount it for writing"
	case errors.Is(err, ledger.ErrLocked):
		return "another analysis works on this data directory: wait for it, stop it if it hangs, or use another --data"
	case errors.Is(err, ledger.ErrInUse):
		return "stop the server on this data directory first: it would go on showing what is in its memory"
	case errors.Is(err, pipeline.ErrNoReport):
		return `run "rankle analyze SOURCE" with the same --data first`
	case errors.Is(err, pipeline.ErrNoBasis):
		return `run "rankle analyze SOURCE" with the same --data again: it reads nothing twice`
	case errors.Is(err, pipeline.ErrDamaged):
		return `run "rankle analyze SOURCE" with the same --data again: it replaces the result and reads nothing twice`
	case errors.Is(err, pipeline.ErrNewer), errors.Is(err, ledger.ErrNewer):
		return "use that version of rankle, or another --data"
	case errors.Is(err, ledger.ErrDamaged):
		return "delete that file and analyse again: its recordings are read again, all others stay"
	case errors.Is(err, pipeline.ErrReviews):
		return reviewsHint
	case source.NoHandles(err):
		return source.Hint(source.ErrHandles)
	case errors.Is(err, syscall.EADDRINUSE):
		return "another program listens there, maybe another rankle serve: stop it, or choose another --addr (port 0 picks a free one)"
	case errors.Is(err, pipeline.ErrKey):
		return "put back the key file that was used before, or name it with --user-key; without it no user can be recognised"
	case errors.Is(err, pipeline.ErrNothing):
		return `"rankle detect FILE" tells what is wrong with one recording; docs/CONFIG.md explains key patterns`
	}
	if hint := source.Hint(err); hint != "" {
		return hint
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "check whom it belongs to, and run as that user"
	case errors.Is(err, fs.ErrNotExist):
		return "check the name; a folder that is to be written into must exist"
	}
	return ""
}
