//go:build unix

package source_test

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/source"
)

// What is no file is no recording: nothing waits for a pipe that nobody writes to, reads a device that never ends, or follows
// links in circles.
func TestDirLeavesSpecialFilesAlone(t *testing.T) {
	root, err := os.MkdirTemp("", "special") // short: the address of a socket has few characters
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(root) })
	write(t, root, "in.json", []byte("inside"), day)
	if err := unix.Mkfifo(filepath.Join(root, "pipe.json"), 0o600); err != nil {
		t.Fatal(err)
	}
	socket, err := net.Listen("unix", filepath.Join(root, "socket.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	for link, to := range map[string]string{"zero.json": "/dev/zero", "a.json": "b.json", "b.json": "a.json", "self": "self", "pipe2.json": "pipe.json"} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	st, err := source.OpenPath(root)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if got := keysOf(t, st); !slices.Equal(got, []string{"in.json"}) {
		t.Errorf("listed %q, want the file only", got)
	}
	for _, key := range []string{"pipe.json", "pipe2.json", "socket.json", "zero.json", "a.json", "self"} {
		opened := make(chan error, 1)
		go func() {
			r, err := st.Open(t.Context(), replay.Object{Key: key}, 0)
			if err == nil {
				r.Close()
			}
			opened <- err
		}()
		select {
		case err := <-opened:
			if err == nil {
				t.Errorf("%s could be opened", key)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("opening %s hangs", key)
		}
	}
}
