package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker/review"
)

// BackupOptions of Backup.
type BackupOptions struct {
	DataDir string
	To      string // a folder that does not exist yet, in one that does
	// Ledger copies what was learned from recordings as well, for buckets that do not keep them.
	Ledger bool
}

// Copied is a part of a data directory that Backup copied.
type Copied struct {
	Name  string // of the file or folder
	What  string // it is, in words
	Bytes int64
}

// ErrNoBackup means that there is nothing in the data directory that could not be made again.
var ErrNoBackup = errors.New("nothing to copy")

// Backup copies what cannot be made again from the recordings into a folder that is a data directory itself: to restore it is
// to put it in the place of the data directory and to analyse. It may run beside a server and, without Ledger, beside an
// analysis. The folder appears whole or not at all, and is readable by its owner only.
//
// The error is ErrNoBackup, fs.ErrExist if there is something of that name, ErrDamaged or ErrKey if what is to be copied is not
// what was written, ErrReviews, ledger.ErrLocked if an analysis works on the ledger, or that of reading and writing.
func Backup(ctx context.Context, opt BackupOptions) (copied []Copied, err error) {
	if _, err := os.Lstat(opt.To); err == nil {
		return nil, fmt.Errorf("back up to %s: %w", opt.To, fs.ErrExist)
	}
	aside, err := os.MkdirTemp(filepath.Dir(opt.To), filepath.Base(opt.To)+".*"+asideSuffix) // mode 0700
	if err != nil {
		return nil, fmt.Errorf("back up: %w", err)
	}
	defer os.RemoveAll(aside) // gone by then if all went well
	// A person who is being forgotten is remembered first and leaves the reviews next, so that a copy in the opposite order
	// holds no reviews without the person and without the memory.
	for _, part := range []struct {
		name, what string
		copy       func(ctx context.Context, to, from string) error
	}{
		{reviewFile, "what people decided", copyReviews},
		{"ledger", "what was learned from recordings", copyLedger},
		{resultFile, "the last report, and the names that issues had before", copySealed(resultFormat, resultSchema)},
		{peopleKeyFile, "the key of the users' names", copyKey},
		{forgottenFile, "who asked to be forgotten", copySealed(forgottenFormat, forgottenSchema)},
	} {
		from, to := filepath.Join(opt.DataDir, part.name), filepath.Join(aside, part.name)
		if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) || part.name == "ledger" && !opt.Ledger {
			continue
		}
		if err := part.copy(ctx, to, from); err != nil {
			return nil, fmt.Errorf("back up %s: %w", from, err)
		}
		bytes, err := sizeOf(to)
		if err != nil {
			return nil, fmt.Errorf("back up %s: %w", from, err)
		}
		copied = append(copied, Copied{part.name, part.what, bytes})
	}
	if len(copied) == 0 {
		return nil, fmt.Errorf("%s: %w", opt.DataDir, ErrNoBackup)
	}
	if err := errors.Join(syncDirs(aside), os.Rename(aside, opt.To), ledger.SyncDir(filepath.Dir(opt.To))); err != nil {
		return nil, fmt.Errorf("back up to %s: %w", opt.To, err)
	}
	return copied, nil
}

func copyReviews(ctx context.Context, to, from string) error {
	store, err := review.Open(from, nil)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrReviews, err)
	}
	err = errors.Join(store.Backup(ctx, to), store.Close())
	if err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_RDWR, 0) // SQLite syncs no copy
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Sync(), f.Close())
}

// copySealed copies a sealed file whose content is what was written.
func copySealed(format string, schema int) func(context.Context, string, string) error {
	return func(ctx context.Context, to, from string) error {
		if _, err := unsealBytes(from, format, schema); err != nil {
			return err
		}
		return copyFile(ctx, to, from)
	}
}

func copyKey(ctx context.Context, to, from string) error {
	if _, err := readKey(from); err != nil {
		return err
	}
	return copyFile(ctx, to, from)
}

// copyLedger copies the ledger, every file of which is checked, while nobody may write to it.
func copyLedger(ctx context.Context, to, from string) (err error) {
	led, err := ledger.Open(filepath.Dir(from), ledger.Options{CompactFiles: -1})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, led.Close()) }()
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		switch target := filepath.Join(to, inside); {
		case e.IsDir():
			return os.Mkdir(target, 0o700)
		case filepath.Ext(path) == ".parquet": // not the locks, which every ledger makes for itself
			return copyFile(ctx, target, path)
		}
		return nil
	})
}

// copyFile makes a file that only its owner reads, and that survives a power cut after a nil error.
func copyFile(ctx context.Context, to, from string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}

// syncDirs makes what was put into folders survive a power cut.
func syncDirs(root string) error {
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		return ledger.SyncDir(path)
	})
}

// sizeOf adds up a file, or the files of a folder.
func sizeOf(path string) (bytes int64, err error) {
	err = filepath.WalkDir(path, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			bytes += info.Size()
		}
		return err
	})
	return bytes, err
}
