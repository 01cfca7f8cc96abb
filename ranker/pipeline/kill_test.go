package pipeline

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// The environment of a child process that analyses a directory and dies at a step of its own.
const (
	killStep   = "RANKLE_TEST_KILL_STEP"
	killSource = "RANKLE_TEST_KILL_SOURCE"
	killData   = "RANKLE_TEST_KILL_DATA"
)

// kills is how many moments of a run are tried, evenly over its steps.
const kills = 10

// TestKilledAtAnyMoment kills an analysis at moments all over its run, and holds what the next run makes of the leftovers
// against an undisturbed run, byte for byte.
func TestKilledAtAnyMoment(t *testing.T) {
	if testing.Short() {
		t.Skip("analyses one after another, which smaller tests race; run without -short")
	}
	if os.Getenv(killStep) != "" {
		beKilled(t)
		return
	}
	dir := t.TempDir()
	files := sample(t, 8)
	files["noise.json"] = []byte("this is not a recording at all")
	writeFiles(t, dir, files)

	undisturbed := t.TempDir()
	steps := stepwise(t, dir, undisturbed, func(int) {})
	want := storedResult(t, undisturbed)

	battered := t.TempDir() // killed again and again
	for i := range kills {
		step := 1 + i*(steps-1)/(kills-1)
		data := t.TempDir()
		if !killAt(t, step, dir, data) {
			t.Fatalf("the run was over before step %d of %d", step, steps)
		}
		stepwise(t, dir, data, func(int) {})
		if !bytes.Equal(storedResult(t, data), want) {
			t.Errorf("killed at step %d of %d: the next run's result is another one", step, steps)
		}
		killAt(t, step, dir, battered) // may be over before: less is left to do each time
	}
	stepwise(t, dir, battered, func(int) {})
	if !bytes.Equal(storedResult(t, battered), want) {
		t.Errorf("killed %d times in a row: the next run's result is another one", kills)
	}
}

// beKilled is the child.
func beKilled(t *testing.T) {
	last, err := strconv.Atoi(os.Getenv(killStep))
	if err != nil {
		t.Fatal(err)
	}
	stepwise(t, os.Getenv(killSource), os.Getenv(killData), func(step int) {
		if step != last {
			return
		}
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Kill() // SIGKILL: nothing is flushed, closed or unlocked
		}
		if err != nil {
			panic(err)
		}
		select {}
	})
}

// killAt runs a child that dies at the given step and reports whether it came so far.
func killAt(t *testing.T, step int, dir, data string) bool {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestKilledAtAnyMoment$")
	child.Env = append(os.Environ(), killStep+"="+strconv.Itoa(step), killSource+"="+dir, killData+"="+data)
	out, err := child.CombinedOutput()
	if err == nil {
		return false
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Exited() {
		t.Fatalf("child: %v\n%s", err, out)
	}
	return true
}

// stepwise analyses dir and calls at before each step of the run, from 1, and returns how many there were. A step is a
// report of progress or a look at the clock, which is how a run goes from recording to recording and from stage to
// stage; the clock is such that every third recording makes a batch due. Moments within a write are the ledger's tests.
func stepwise(t *testing.T, dir, data string, at func(step int)) int {
	t.Helper()
	config, err := Config{}.WithSources([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	sources, err := Opener{}.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	steps := 0
	step := func() {
		steps++
		at(steps)
	}
	now := time.Unix(0, 0)
	_, err = Analyze(t.Context(), Options{
		Config: config, Sources: sources, DataDir: data, Workers: 2,
		Progress: func(Progress) { step() },
		Now: func() time.Time {
			step()
			now = now.Add(batchPause / 2)
			return now
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

func storedResult(t *testing.T, data string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(data, resultFile))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
