//go:build unix && !solaris && !aix

package ledger

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// tryLock takes an exclusive lock that the system releases when the process ends, however it ends. It reports
// ErrLocked when another process (or another Ledger of this one) holds it.
func tryLock(f *os.File) error { return flock(f, unix.LOCK_EX) }

// tryShare takes a lock that others may share, likewise.
func tryShare(f *os.File) error { return flock(f, unix.LOCK_SH) }

func flock(f *os.File, how int) error {
	err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrLocked
	}
	return err
}

// SyncDir makes renames in the folder durable: after a nil error they survive a power cut.
func SyncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
