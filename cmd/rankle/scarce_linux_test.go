package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/rankle/rankle/cluster/ledger"
)

// disk is a small file system of its own, mounted for one test.
type disk string

// newDisk mounts a disk of so many bytes, or skips the test where that is not permitted.
func newDisk(t *testing.T, size string) disk {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("mounting a small disk is not permitted here: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return disk(dir)
}

// remount changes the disk: its size, or unix.MS_RDONLY.
func (d disk) remount(t *testing.T, flags uintptr, options string) {
	t.Helper()
	if err := unix.Mount("tmpfs", string(d), "tmpfs", unix.MS_REMOUNT|flags, options); err != nil {
		t.Fatal(err)
	}
}

// fill writes until nothing fits any more and returns what gives the room back.
func (d disk) fill(t *testing.T) (free func()) {
	t.Helper()
	path := filepath.Join(string(d), "filler")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	if !errors.Is(err, unix.ENOSPC) {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// closed takes from a process what this one may have inherited, so that a limit of open files means the same everywhere.
const closed = "3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-"

// fails runs a command that must end with exit code 1 and the given words on standard error. limits go to ulimit.
func fails(t *testing.T, limits string, args []string, words ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), soakPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "rankle", args...)
	if limits != "" {
		cmd = exec.CommandContext(ctx, "sh", slices.Concat([]string{"-c", "exec " + closed + "; ulimit " + limits + ` && exec rankle "$@"`, "sh"}, args)...)
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitFailure {
		t.Errorf("rankle %s: %v, want exit code %d\n%s", strings.Join(args, " "), err, exitFailure, out)
	}
	for _, w := range words {
		if !bytes.Contains(out, []byte(w)) {
			t.Errorf("rankle %s does not say %q:\n%s", strings.Join(args, " "), w, out)
		}
	}
}

// TestScarce takes from an analysis what it needs. It must say what that is and what to do, leave what was stored before as it
// was, and with enough of it the next run comes to the Report of an undisturbed one.
func TestScarce(t *testing.T) {
	if testing.Short() {
		t.Skip("the limits are those of a program without the race detector")
	}
	sameNames(t)
	root := t.TempDir()
	bucket, plain := filepath.Join(root, "bucket"), filepath.Join(root, "plain")
	if err := copySample(bucket); err != nil {
		t.Fatal(err)
	}
	analyze := []string{"analyze", bucket, "--data"}
	rankle(t, append(analyze, plain)...)
	want := reportOf(t, plain)
	run := func(t *testing.T, data string) {
		t.Helper()
		rankle(t, append(analyze, data)...)
		if !bytes.Equal(reportOf(t, data), want) {
			t.Error("the Report is another one")
		}
		for name := range filesOf(t, data) {
			if unfinished(name) {
				t.Errorf("%s is left", name)
			}
		}
	}
	const room = "make room and run again"

	// In blocks of 512 bytes, of which a file of the ledger takes 50.
	for _, blocks := range []int{0, 1, 12, 30} {
		t.Run(fmt.Sprintf("files of %d blocks", blocks), func(t *testing.T) {
			data := t.TempDir()
			fails(t, fmt.Sprintf("-f %d", blocks), append(analyze, data), "write ledger file "+data, "file too large", room)
			run(t, data)
		})
	}
	t.Run("a result too large", func(t *testing.T) {
		data := t.TempDir()
		rankle(t, append(analyze, data, "--shard", "1/1")...) // fills the ledger
		largest, blocks := "", 0
		for name, b := range behindOf(t, plain) {
			if n := len(b) / 512; n > blocks {
				largest, blocks = name, n
			}
		}
		fails(t, fmt.Sprintf("-f %d", blocks), append(analyze, data), largest+": ", "file too large", room)
		run(t, data)
	})
	for _, size := range []string{"16k", "32k", "64k"} {
		t.Run("a disk of "+size, func(t *testing.T) {
			d := newDisk(t, size)
			fails(t, "", append(analyze, string(d)), string(d)+"/", "no space left on device", room)
			d.remount(t, 0, "size=10m")
			run(t, string(d))
		})
	}
	t.Run("a disk that is full with a report", func(t *testing.T) {
		d := newDisk(t, "10m")
		data := filepath.Join(string(d), "data")
		rankle(t, "analyze", filepath.Join(bucket, "2026-10-05"), "--data", data)
		before := reportOf(t, data)
		free := d.fill(t)
		fails(t, "", append(analyze, data), "no space left on device", room)
		if !bytes.Equal(reportOf(t, data), before) {
			t.Error("the Report of before is not what it was")
		}
		rankle(t, "report", "--data", data)
		free()
		run(t, data)
	})
	t.Run("a disk that is read-only", func(t *testing.T) {
		d := newDisk(t, "10m")
		rankle(t, append(analyze, string(d))...)
		d.remount(t, unix.MS_RDONLY, "")
		fails(t, "", append(analyze, string(d)), string(d)+"/ledger", "read-only file system", "use another --data")
		fails(t, "", append(analyze, filepath.Join(string(d), "new")), "read-only file system", "use another --data")
		rankle(t, "report", "--data", string(d))
		d.remount(t, 0, "size=10m")
		run(t, string(d))
	})
	for _, handles := range []int{9, 10} {
		t.Run(fmt.Sprintf("%d open files", handles), func(t *testing.T) {
			data := t.TempDir()
			fails(t, fmt.Sprintf("-n %d", handles), append(analyze, data), "too many open files", "ulimit -n")
			run(t, data)
		})
	}
}

// TestServeOnAFullDisk: a decision that cannot be stored is refused in words and leaves no trace; those of before stay, and the
// list goes on to be shown.
func TestServeOnAFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("decisions one after another; others race the server; run without -short")
	}
	d := newDisk(t, "64m")
	data := filepath.Join(string(d), "data")
	rankle(t, "analyze", demoSource, "--data", data)
	s := startServer(t, data)
	var page struct{ Issues []struct{ Key string } }
	s.get(t, "/api/v1/issues?limit=1", &page)
	issue := "/api/v1/issues/" + page.Issues[0].Key
	review := func(note string, rev, want int) []byte {
		t.Helper()
		status, body, err := s.ask(t.Context(), http.MethodPatch, issue+"/review", map[string]any{"note": note, "rev": rev})
		if err != nil || status != want {
			t.Fatalf("%s: %d %s, %v; want %d", note, status, body, err, want)
		}
		return body
	}
	review("before", 0, http.StatusOK)
	free := d.fill(t)
	long := strings.Repeat("lost ", 1900) // more than fits into what SQLite has of the disk
	if body := review(long, 1, http.StatusServiceUnavailable); !bytes.Contains(body, []byte("was not stored")) {
		t.Errorf("the refusal does not say why: %s", body)
	}
	s.get(t, "/api/v1/issues?limit=1", &page)
	free()
	review("after", 1, http.StatusOK)
	s.stop(t)
	s = startServer(t, data)
	defer s.stop(t)
	if got := trailOf(t, s); len(got) != 2 || got["before"] != 1 || got["after"] != 1 {
		t.Errorf("stored are %v, want before and after", got)
	}
}

// TestSecondAnalysis: while one analysis works on a data directory, a second one is told who it is, since when, and what to do;
// afterwards the lock file, which stays, keeps nobody out.
func TestSecondAnalysis(t *testing.T) {
	bucket, data := filepath.Join(t.TempDir(), "bucket"), t.TempDir()
	if err := copySample(bucket); err != nil {
		t.Fatal(err)
	}
	first, err := ledger.Open(data, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	who := fmt.Sprintf("in use by another analysis: process %d on ", os.Getpid())
	fails(t, "", []string{"analyze", bucket, "--data", data}, who, ", since 2", "wait for it, stop it if it hangs, or use another --data")
	fails(t, "", []string{"join", data, "--data", data}, who)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	rankle(t, "analyze", bucket, "--data", data)
}
