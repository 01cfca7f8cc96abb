package ledger

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rankle/rankle/cluster/friction"
)

// TestMain lets the crash tests run this binary as the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("LEDGER_CRASH_DIR"); dir != "" {
		crashingWriter(dir, os.Getenv("LEDGER_CRASH_STEP"))
		return
	}
	os.Exit(m.Run())
}

const crashBatch = 20

// crashingWriter appends batches of crashBatch digests and merges after every third one, printing the number of each
// batch once Append has returned. It kills itself at the given step, counted over the whole run; 0 = never.
func crashingWriter(dir, step string) {
	left, _ := strconv.Atoi(step)
	l, err := Open(dir, Options{crash: func(string) {
		if left--; left == 0 {
			kill(os.Getpid())
		}
	}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for n := l.Size().Digests / crashBatch; n < 1000; n++ {
		if err := l.Append(context.Background(), generateAll(n*crashBatch, (n+1)*crashBatch)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(n)
		if n%3 == 2 {
			for _, day := range l.Days() {
				if err := l.Compact(context.Background(), day); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
			}
		}
	}
}

func kill(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		_ = p.Kill()
	}
	select {} // the signal is on its way
}

// runCrash runs the writer until it is killed, at a step of its own or after a number of printed batches, and returns
// the number of the last batch that it reported as stored, or -1.
func runCrash(t *testing.T, dir string, step, batches int) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // ends a hang; the machine may be busy
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), "LEDGER_CRASH_DIR="+dir, "LEDGER_CRASH_STEP="+strconv.Itoa(step))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	last := -1
	for lines, n := bufio.NewScanner(out), 1; lines.Scan(); n++ {
		if last, err = strconv.Atoi(lines.Text()); err != nil {
			t.Fatalf("the writer printed %q", lines.Text())
		}
		if n == batches {
			_ = cmd.Process.Kill()
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the writer was not killed")
	}
	return last
}

// checkAfterCrash opens the ledger and checks that every reported batch is whole, that nothing appears twice, that
// nothing unknown appears, and that no leftovers remain. It appends what is missing, as the next run would.
func checkAfterCrash(t *testing.T, dir string, last int) {
	t.Helper()
	r := open(t, dir, Options{ReadOnly: true})
	checkDigests(t, r, last) // a reader sees the same without cleaning up
	l := open(t, dir, Options{})
	checkDigests(t, l, last)
	if left, _ := filepath.Glob(filepath.Join(dir, "ledger/v1/*/*"+partialSuffix)); len(left) > 0 {
		t.Errorf("leftovers: %v", left)
	}
	var missing []friction.Digest
	for _, d := range generateAll(0, (last+2)*crashBatch) {
		if !known(l, d.Recording, d.Objects, d.Fingerprint) {
			missing = append(missing, d)
		}
	}
	if len(missing) > crashBatch {
		t.Errorf("%d digests are missing, more than the open batch", len(missing))
	}
	add(t, l, missing...)
	equal(t, "completed", collect(t, l, Query{}), generateAll(0, (last+2)*crashBatch))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func checkDigests(t *testing.T, l *Ledger, last int) {
	t.Helper()
	got := map[string]bool{}
	for _, d := range collect(t, l, Query{}) {
		n, err := strconv.Atoi(strings.TrimPrefix(d.Session, "session-"))
		if err != nil || got[d.Session] || n >= (last+2)*crashBatch {
			t.Fatalf("unexpected digest %q after batch %d", d.Session, last)
		}
		got[d.Session] = true
		equal(t, d.Session, d, generate(n, 0))
	}
	for n := range (last + 1) * crashBatch {
		if !got[fmt.Sprintf("session-%05d", n)] {
			t.Fatalf("session %d of a stored batch is missing (last batch %d)", n, last)
		}
	}
}

// TestKilledAtEveryStep ends the writer at each step of the first appends and merges.
func TestKilledAtEveryStep(t *testing.T) {
	steps := 40 // covers four batches, of which some span two days, and a merge
	if testing.Short() {
		steps = 8
	}
	for step := 1; step <= steps; step++ {
		t.Run(strconv.Itoa(step), func(t *testing.T) {
			dir := t.TempDir()
			checkAfterCrash(t, dir, runCrash(t, dir, step, 0))
		})
	}
}

// TestKilledFromOutside kills the writer at no chosen moment, again and again on the same ledger.
func TestKilledFromOutside(t *testing.T) {
	dir := t.TempDir()
	done := -1
	for _, batches := range []int{1, 2, 3, 5, 8} {
		last := runCrash(t, dir, 0, batches)
		if last < done {
			t.Fatalf("batch %d after batch %d", last, done)
		}
		checkAfterCrash(t, dir, last)
		done = last
	}
}
